/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times are made up in microseconds; whatever is random follows from the seed.
 * Thread: any.
 */
#include "ov-test-chart.h"

#define US G_GINT64_CONSTANT (1000)
#define START_NS G_GINT64_CONSTANT (1700000000000000000)

typedef struct
{
  guint32     from, to;
  guint8      kind;
  gint64      at_us;
  const char *label;
  guint32     end_row, pair;
  guint8      tone;
} Row;

#define NONE OV_SCENE_NONE

static const Row STORY[] = {
  { NONE, 0, OV_ARROW_SOLID, 0, "{http, 'GET', \"/order/17\"}", 0, NONE },
  { 0, 1, OV_ARROW_SOLID, 210, "{order, 17}", 1, 8 },
  { 1, 2, OV_ARROW_SOLID, 350, "{price, tea}", 2, 3 },
  { 2, 1, OV_ARROW_DASHED, 520, "{ok, 2.40}", 3, 2 },
  { 1, 3, OV_ARROW_OPEN, 610, "{reserve, tea, 2}", 5, NONE },
  { 1, 1, OV_ARROW_SOLID, 700, "{continue, 17}", 5, NONE },
  { 1, 4, OV_ARROW_CREATE, 790, "spawn", 6, NONE },
  { 4, 4, OV_ARROW_NOTE, 850, "register packer_17", 7, NONE },
  { 1, 0, OV_ARROW_DASHED, 1380, "{ok, order_17}", 8, 1 },
  { 0, NONE, OV_ARROW_SOLID, 1500, "{http, 200}", 9, NONE },
  { 4, 3, OV_ARROW_SOLID, 842000, "{take, tea, 2}", 10, 13 },
  { 0, 1, OV_ARROW_SOLID, 843100, "{order, 18}", 11, 12 },
  { 1, 0, OV_ARROW_DASHED, 844000, "{error, closed}", 12, 11 },
  { 4, 4, OV_ARROW_TIMER, 844900, "timeout", 13, 10 },
  { 4, 4, OV_ARROW_END, 845020, "{timeout, {gen_server, call, …}}", 14, NONE, OV_TONE_ERROR },
  { 4, 1, OV_ARROW_SIGNAL, 845060, "{'EXIT', <0.214.0>, timeout}", 16, NONE },
  { 4, 2, OV_ARROW_SIGNAL, 845075, "{'DOWN', #Ref<0.1.2.3>, process, <0.214.0>, timeout}", 16, NONE },
  { NONE, NONE, OV_ARROW_GAP, 846000, "1,234 events were not recorded", 17, NONE },
  { 1, 5, OV_ARROW_CREATE, 847000, "restart", 18, NONE },
  { 0, 3, OV_ARROW_SOLID, 847500, "{count, all}", 23, NONE },
  { 5, 3, OV_ARROW_OPEN, 848000, "{take, tea, 2}", 20, NONE },
  { 3, 5, OV_ARROW_SOLID, 848800, "{taken, [tea, tea]}", 21, NONE },
  { 5, 1, OV_ARROW_TIMER, 849600, "given up after 5 s", 22, NONE },
  { 3, 0, OV_ARROW_SOLID, 850100, "{count, 12}", 23, NONE },
};

static char *
story_label_cb (guint32  row,
                guint    max_chars,
                gpointer user_data)
{
  return g_strdup (STORY[row].label);
}

OvChart *
ov_test_chart_story (void)
{
  static const struct
  {
    const char *name, *pid;
    guint32     first, end;
    guint8      shape, tone;
  } LANES[] = {
    { "web_acceptor", "<0.201.0>", 0, G_MAXUINT32, OV_SHAPE_PLAIN, 0 },
    { "order_sup", "<0.203.0>", 0, G_MAXUINT32, OV_SHAPE_HEADER, 0 },
    { "price_list", "<0.205.0>", 0, G_MAXUINT32, OV_SHAPE_NOTCHED, 0 },
    { "stock_events", "<0.207.0>", 0, G_MAXUINT32, OV_SHAPE_BARRED, 0 },
    { "packer:init/1", "<0.214.0>", 6, 14, OV_SHAPE_PILL, OV_TONE_ERROR },
    { "packer:init/1", "<0.215.0>", 18, G_MAXUINT32, OV_SHAPE_PILL, OV_TONE_RENEWED },
  };
  OvChart *chart = ov_chart_new (story_label_cb, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (LANES); i++)
    {
      OvChartLane lane = { .id = i + 1, .first_row = LANES[i].first, .end_row = LANES[i].end,
                           .shape = LANES[i].shape, .tone = LANES[i].tone };

      ov_chart_add_lane (chart, &lane, LANES[i].name, LANES[i].pid);
    }
  for (guint i = 0; i < G_N_ELEMENTS (STORY); i++)
    {
      OvChartArrow arrow = { .from = STORY[i].from, .to = STORY[i].to, .end_row = STORY[i].end_row,
                             .pair = STORY[i].pair, .at_ns = START_NS + STORY[i].at_us * US,
                             .kind = STORY[i].kind, .tone = STORY[i].tone };

      ov_chart_add_arrow (chart, &arrow);
    }

  return chart;
}

static const char *const LABELS[] = {
  "{add, tea, 2}", "ok", "{'$gen_call', {<0.88.0>, #Ref<0.2.3.4>}, {lookup, order_17, [{limit, 100}]}}", "tick",
  "{deliver, <<\"payload of a message\">>}", "ack", "{basic_publish, exchange, key, 4711}",
};

static const char *const HOSTILE[] = {
  "a_name_of_one_hundred_and_twenty_characters_that_nobody_would_choose_but_a_generator_did_it_because_nobody_told_it",
  "<script>alert(\"&amp;\")</script> ]]> <!-- \x01\x1b[31m", "日本語のとても長いプロセス名前がここにありますそしてまだ続きます", "שלום עולם זה שם ארוך מאוד",
  "", "i", "line one\nline two\ttab", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81 stacked, \xef\xbf\xbf and \xf0\x9f\x8e\x82",
};

static char *
random_label_cb (guint32  row,
                 guint    max_chars,
                 gpointer user_data)
{
  return g_strdup (GPOINTER_TO_INT (user_data) ? HOSTILE[row % G_N_ELEMENTS (HOSTILE)]
                                               : LABELS[row * 7 / 3 % G_N_ELEMENTS (LABELS)]);
}

static void
add_lanes (OvChart           *chart,
           const OvTestChart *options,
           GRand             *rand)
{
  for (guint32 i = 0; i < options->n_lanes; i++)
    {
      OvChartLane lane = { .id = i + 1, .end_row = G_MAXUINT32, .shape = i % OV_SHAPE_REGION };
      g_autofree char *name = g_strdup_printf ("worker_%u", i);
      g_autofree char *pid = g_strdup_printf ("<0.%u.0>", 100 + i);

      if (i % 9 == 8)
        {
          lane.first_row = (guint32) g_rand_int_range (rand, 0, MAX (1, options->n_rows / 3));
          lane.end_row = lane.first_row + options->n_rows / 2;
        }
      ov_chart_add_lane (chart, &lane, options->long_names ? HOSTILE[i % G_N_ELEMENTS (HOSTILE)] : name, pid);
    }
}

static guint8
choose_kind (guint32 dice)
{
  if (dice < 4)
    return OV_ARROW_SIGNAL;
  if (dice < 8)
    return OV_ARROW_TIMER;
  if (dice < 14)
    return OV_ARROW_NOTE;
  if (dice < 15)
    return OV_ARROW_GAP;

  return dice % 3 == 0 ? OV_ARROW_OPEN : OV_ARROW_SOLID;
}

OvChart *
ov_test_chart_random (const OvTestChart *options)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (options->seed);
  OvChart *chart = ov_chart_new (random_label_cb, GINT_TO_POINTER (options->long_names), NULL);
  g_autofree guint32 *pending = g_new (guint32, MAX (options->n_rows, 1));
  g_autofree OvChartArrow *arrows = g_new0 (OvChartArrow, MAX (options->n_rows, 1));
  guint32 n_pending = 0;
  gint64 at = START_NS;

  add_lanes (chart, options, rand);
  for (guint32 i = 0; i < options->n_rows; i++)
    {
      OvChartArrow *arrow = &arrows[i];
      guint32 dice = (guint32) g_rand_int_range (rand, 0, 200);

      at += g_rand_int_range (rand, 1, 40) * US * (dice == 77 ? 4000 : 1);
      *arrow = (OvChartArrow) { .at_ns = at, .end_row = i, .pair = OV_SCENE_NONE };
      if (n_pending > 0 && g_rand_boolean (rand))
        {
          guint32 question = pending[--n_pending];

          arrow->from = arrows[question].to;
          arrow->to = arrows[question].from;
          arrow->kind = OV_ARROW_DASHED;
          arrow->pair = question;
          arrows[question].pair = i;
          continue;
        }
      arrow->kind = choose_kind (dice);
      arrow->from = dice == 100 ? OV_SCENE_NONE : (guint32) g_rand_int_range (rand, 0, options->n_lanes);
      arrow->to = dice % 10 == 9 ? arrow->from
                  : (arrow->from + (guint32) g_rand_int_range (rand, 0, 6)) % options->n_lanes;
      if (arrow->kind == OV_ARROW_SOLID && arrow->from != arrow->to && arrow->from != OV_SCENE_NONE
          && dice % 2 == 0)
        pending[n_pending++] = i;
      else if (dice % 5 == 0)
        arrow->end_row = i + (guint32) g_rand_int_range (rand, 0, 4);
    }
  for (guint32 i = 0; i < options->n_rows; i++)
    ov_chart_add_arrow (chart, &arrows[i]);

  return chart;
}
