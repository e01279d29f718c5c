/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Charts without a display: what freezing finds, against naive twins; the order of lanes, against
 * every order; what is drawn and what is asked for; SVG with whatever words.
 */
#include "ov-test-chart.h"

#include "canvas/layout/ov-lanes.h"
#include "canvas/render/ov-chart-painter.h"

#include <string.h>

#define N_SEEDS 40

static OvChart *
make_random (guint32 seed)
{
  OvTestChart options = { .n_lanes = 3 + seed % 9, .n_rows = 20 + seed * 37, .seed = seed };

  return ov_test_chart_random (&options);
}

/* ---- the scene ---- */

static void
test_hostile_arrows (void)
{
  OvChart *chart = ov_chart_new (NULL, NULL, NULL);
  OvChartLane lane = { .id = 1, .end_row = G_MAXUINT32, .tone = 200 };
  OvChartArrow bad = { .from = 17, .to = 0, .end_row = 0, .pair = 1, .kind = 250, .tone = 99 };
  const OvChartArrow *arrows;
  guint32 n;

  ov_chart_add_lane (chart, &lane, "\xff\xfe broken", NULL);
  ov_chart_add_arrow (chart, &(OvChartArrow) { .from = 0, .to = 0, .end_row = 9000, .pair = 7 });
  ov_chart_add_arrow (chart, &bad);

  arrows = ov_chart_get_arrows (chart, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (arrows[0].end_row, ==, 1);
  g_assert_cmpuint (arrows[0].pair, ==, OV_SCENE_NONE);
  g_assert_cmpuint (arrows[1].from, ==, OV_SCENE_NONE);
  g_assert_cmpuint (arrows[1].end_row, ==, 1);
  g_assert_cmpuint (arrows[1].pair, ==, OV_SCENE_NONE);
  g_assert_cmpuint (arrows[1].kind, ==, OV_ARROW_GAP);
  g_assert_cmpuint (arrows[1].tone, ==, OV_TONE_ERROR);
  g_assert_true (g_utf8_validate (ov_chart_get_text (chart, ov_chart_get_lanes (chart, NULL)[0].label), -1, NULL));
  ov_chart_unref (chart);
}

/* What stands below is not said twice. */
static void
test_names (void)
{
  g_autoptr (OvChart) chart = ov_chart_new (NULL, NULL, NULL);
  static const char *const NAMES[] = { "worker <0.1.0>", "<0.1.0>", "worker", "worker_<0.1.0>" };
  static const char *const SHOWN[] = { "worker", "<0.1.0>", "worker", "worker_<0.1.0>" };
  const OvChartLane *lanes;

  for (guint i = 0; i < G_N_ELEMENTS (NAMES); i++)
    ov_chart_add_lane (chart, &(OvChartLane) { .id = i + 1 }, NAMES[i], "<0.1.0>");
  lanes = ov_chart_get_lanes (chart, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (NAMES); i++)
    g_assert_cmpstr (ov_chart_get_text (chart, lanes[i].label), ==, SHOWN[i]);
}

static void
test_breaks (void)
{
  static const gint64 TIMES_US[] = { 0, 10, 20, 30, 131, 140, 150, 249, 260, 10000, 10010 };
  g_autoptr (OvChart) chart = ov_chart_new (NULL, NULL, NULL);
  const guint32 *breaks;
  guint32 n;

  for (guint i = 0; i < G_N_ELEMENTS (TIMES_US); i++)
    ov_chart_add_arrow (chart, &(OvChartArrow) { .at_ns = TIMES_US[i] * 1000, .pair = OV_SCENE_NONE });

  /* The median is 10 µs; 101 is more than ten times as much, 99 is not. */
  breaks = ov_chart_get_breaks (chart, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (breaks[0], ==, 4);
  g_assert_cmpuint (breaks[1], ==, 9);
  g_assert_cmpuint (ov_chart_count_breaks (chart, 3), ==, 0);
  g_assert_cmpuint (ov_chart_count_breaks (chart, 4), ==, 1);
  g_assert_cmpuint (ov_chart_count_breaks (chart, 10), ==, 2);
}

static guint32
naive_reach (const OvChartArrow *arrow,
             guint32             row)
{
  gboolean bar = arrow->pair != OV_SCENE_NONE && arrow->pair > row && arrow->to != OV_SCENE_NONE
                 && arrow->from != arrow->to;

  return MAX (arrow->end_row, bar ? arrow->pair : row);
}

/* Against a twin that looks at every row. */
static void
test_crossing (void)
{
  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (OvChart) chart = make_random (seed);
      guint32 n, rows[4096];
      const OvChartArrow *arrows = ov_chart_get_arrows (chart, &n);

      for (guint32 row = 0; row < n; row += 1 + seed % 5)
        {
          guint32 n_found = ov_chart_list_crossing (chart, row, rows, G_N_ELEMENTS (rows)), at = 0;

          for (guint32 i = row; i-- > 0;)
            if (naive_reach (&arrows[i], i) >= row)
              {
                g_assert_cmpuint (at, <, n_found);
                g_assert_cmpuint (rows[at++], ==, i);
              }
          g_assert_cmpuint (at, ==, n_found);
          g_assert_cmpuint (ov_chart_list_crossing (chart, row, rows, 1), ==, MIN (n_found, 1));
        }
    }
}

/* Bars of one lane lie upon each other in the last slot only. */
static void
test_bars_stand_side_by_side (void)
{
  guint n_bars = 0;

  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (OvChart) chart = make_random (seed);
      const OvChartPlace *places = ov_chart_get_places (chart);
      guint32 n;
      const OvChartArrow *arrows = ov_chart_get_arrows (chart, &n);

      for (guint32 i = 0; i < n; i++)
        for (guint32 j = i + 1; ov_chart_has_bar (chart, i) && j <= arrows[i].pair; j++)
          if (ov_chart_has_bar (chart, j) && arrows[j].to == arrows[i].to
              && places[i].slot < OV_CHART_SLOTS - 1)
            {
              g_assert_cmpuint (places[i].slot, !=, places[j].slot);
              n_bars++;
            }
    }
  g_assert_cmpuint (n_bars, >, 100);
}

static void
test_rows_are_found (void)
{
  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (OvChart) chart = make_random (seed);
      OvChartView view = { .width = 900, .height = 600, .headers = TRUE, .text_scale = 1 + seed % 2 };
      OvChartMeasure measure;
      guint32 n;

      ov_chart_measure (&measure, chart, &view);
      ov_chart_get_arrows (chart, &n);
      for (guint32 row = 0; row < n; row++)
        {
          double top = ov_chart_get_row_y (&measure, chart, row);

          g_assert_cmpuint (ov_chart_find_row (&measure, chart, top), ==, row);
          g_assert_cmpuint (ov_chart_find_row (&measure, chart, top + measure.row - 0.01), ==, row);
          if (row > 0)
            g_assert_cmpfloat (top, >=, ov_chart_get_row_y (&measure, chart, row - 1) + measure.row);
        }
      g_assert_cmpfloat (ov_chart_get_row_y (&measure, chart, n - 1) + measure.row, <=, measure.height);
      g_assert_cmpuint (ov_chart_find_lane (&measure, chart, ov_chart_get_lane_x (&measure, 2)), ==, 2);
      g_assert_cmpuint (ov_chart_find_lane (&measure, chart, measure.width + 500), ==, OV_SCENE_NONE);
    }
}

static void
test_times (void)
{
  static const struct
  {
    gint64      ns;
    const char *words;
  } DURATIONS[] = {
    { 400, "0.4 µs" }, { 170000, "170 µs" }, { 1170000, "1.2 ms" }, { 99400000, "99 ms" },
    { 2500000000, "2.5 s" }, { 99000000000, "99 s" }, { 150000000000, "2.5 min" },
    { 7200000000000, "2.0 h" }, { -5, "0.0 µs" },
  };
  g_autoptr (OvChart) chart = ov_chart_new (NULL, NULL, NULL);
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (DURATIONS); i++)
    {
      g_autofree char *words = ov_chart_dup_duration (DURATIONS[i].ns);

      g_assert_cmpstr (words, ==, DURATIONS[i].words);
    }
  ov_chart_add_arrow (chart, &(OvChartArrow) { .at_ns = G_GINT64_CONSTANT (1700000000000000000) });
  ov_chart_add_arrow (chart, &(OvChartArrow) { .at_ns = G_GINT64_CONSTANT (1700000065000001000) });
  first = ov_chart_dup_time (chart, 0);
  last = ov_chart_dup_time (chart, 1);
  g_assert_cmpstr (first, ==, "00:00.000000");
  g_assert_cmpstr (last, ==, "01:05.000001");
}

/* ---- the order of lanes ---- */

static guint64
best_of_all (guint32           n,
             const OvLaneEdge *edges,
             guint             n_edges,
             guint32          *order,
             guint32           at)
{
  guint64 best = G_MAXUINT64;

  if (at == n)
    return ov_lanes_cost (n, edges, n_edges, order);
  for (guint32 i = at; i < n; i++)
    {
      guint32 kept = order[at];

      order[at] = order[i];
      order[i] = kept;
      best = MIN (best, best_of_all (n, edges, n_edges, order, at + 1));
      order[i] = order[at];
      order[at] = kept;
    }

  return best;
}

static OvLaneEdge *
make_edges (GRand  *rand,
            guint32 n,
            guint   n_edges)
{
  OvLaneEdge *edges = g_new (OvLaneEdge, n_edges);

  for (guint i = 0; i < n_edges; i++)
    {
      edges[i].from = (guint32) g_rand_int_range (rand, 0, n);
      edges[i].to = (guint32) g_rand_int_range (rand, 0, n);
      edges[i].weight = (guint32) g_rand_int_range (rand, 1, 50);
    }

  return edges;
}

static void
check_permutation (const guint32 *order,
                   guint32        n)
{
  g_autofree guint8 *seen = g_new0 (guint8, MAX (n, 1));

  for (guint32 i = 0; i < n; i++)
    {
      g_assert_cmpuint (order[i], <, n);
      g_assert_cmpuint (seen[order[i]]++, ==, 0);
    }
}

/* Within 3 % of the best order of all, and in nine of ten cases the best itself. */
static void
test_lanes_brute_force (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  guint n_best = 0, n_cases = 0;

  for (guint32 n = 0; n <= 7; n++)
    for (guint round = 0; round < (n == 7 ? 12 : 30); round++, n_cases++)
      {
        guint n_edges = n == 0 ? 0 : n * (1 + round % 3);
        g_autofree OvLaneEdge *edges = n_edges == 0 ? NULL : make_edges (rand, n, n_edges);
        guint32 order[8], all[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
        guint64 cost, best = best_of_all (n, edges, n_edges, all, 0);

        ov_lanes_order (n, edges, n_edges, order, NULL);
        check_permutation (order, n);
        cost = ov_lanes_cost (n, edges, n_edges, order);
        g_assert_cmpuint (cost * 100, <=, best * 103);
        n_best += cost == best;
      }
  g_assert_cmpuint (n_best * 10, >=, n_cases * 9);
}

static void
test_lanes_better_and_same (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint round = 0; round < 12; round++)
    {
      guint32 n = 8 + round * 5, order[80], again[80], given[80];
      g_autofree OvLaneEdge *edges = make_edges (rand, n, n * 4);

      for (guint32 i = 0; i < n; i++)
        given[i] = i;
      ov_lanes_order (n, edges, n * 4, order, NULL);
      ov_lanes_order (n, edges, n * 4, again, NULL);
      check_permutation (order, n);
      g_assert_cmpmem (order, n * sizeof *order, again, n * sizeof *again);
      g_assert_cmpuint (ov_lanes_cost (n, edges, n * 4, order), <, ov_lanes_cost (n, edges, n * 4, given));
    }
}

/* A chain that was shuffled is laid out as a chain. */
static void
test_lanes_chain (void)
{
  OvLaneEdge edges[59];
  guint32 order[60];

  for (guint32 i = 0; i < G_N_ELEMENTS (edges); i++)
    edges[i] = (OvLaneEdge) { i * 37 % 60, (i + 1) * 37 % 60, 3 };
  ov_lanes_order (60, edges, G_N_ELEMENTS (edges), order, NULL);
  check_permutation (order, 60);
  g_assert_cmpuint (ov_lanes_cost (60, edges, G_N_ELEMENTS (edges), order), ==, 3 * 59);
}

static void
test_lanes_bad_edges (void)
{
  OvLaneEdge edges[] = { { 9, 1, 5 }, { 2, 2, 5 }, { G_MAXUINT32, 0, 1 }, { 0, 3, G_MAXUINT32 } };
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  guint32 order[4];

  ov_lanes_order (4, edges, G_N_ELEMENTS (edges), order, NULL);
  check_permutation (order, 4);
  g_assert_cmpuint (ov_lanes_cost (4, edges, G_N_ELEMENTS (edges), order), ==, G_MAXUINT32);
  g_cancellable_cancel (cancelled);
  ov_lanes_order (4, edges, G_N_ELEMENTS (edges), order, cancelled);
  check_permutation (order, 4);
}

/* ---- the picture ---- */

static cairo_surface_t *
paint (OvChartPainter    *painter,
       const OvChart     *chart,
       const OvChartView *view,
       const OvTheme     *theme)
{
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, view->width, view->height);
  cairo_t *cr = cairo_create (image);

  ov_chart_paint (painter, chart, view, theme, cr);
  cairo_destroy (cr);
  cairo_surface_flush (image);

  return image;
}

static guint32
pixel_at (cairo_surface_t *image,
          int              x,
          int              y)
{
  const guint8 *row = cairo_image_surface_get_data (image)
                      + (gsize) y * cairo_image_surface_get_stride (image);

  return ((const guint32 *) (gconstpointer) row)[x] & 0xffffff;
}

static guint
count_different (cairo_surface_t *a,
                 cairo_surface_t *b,
                 int              from_y,
                 int              to_y)
{
  guint n = 0;

  for (int y = from_y; y < to_y; y++)
    for (int x = 0; x < cairo_image_surface_get_width (a); x++)
      n += pixel_at (a, x, y) != pixel_at (b, x, y);

  return n;
}

static OvChartView
make_view (void)
{
  return (OvChartView) { .width = 700, .height = 400, .headers = TRUE, .selected = OV_SCENE_NONE,
                         .hovered = OV_SCENE_NONE, .selected_lane = OV_SCENE_NONE };
}

/* The heads and the gutter stay where they are, whatever is scrolled. */
static void
test_heads_stay (void)
{
  OvTestChart options = { .n_lanes = 4, .n_rows = 5000, .seed = 3 };
  g_autoptr (OvChart) chart = ov_test_chart_random (&options);
  g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  OvChartView top = make_view (), below = make_view ();
  cairo_surface_t *one, *two;

  below.y = 40000;
  one = paint (painter, chart, &top, theme);
  two = paint (painter, chart, &below, theme);
  g_assert_cmpuint (count_different (one, two, 0, OV_CHART_HEAD_HEIGHT), ==, 0);
  g_assert_cmpuint (count_different (one, two, OV_CHART_HEAD_HEIGHT, 400), >, 500);
  cairo_surface_destroy (one);
  cairo_surface_destroy (two);
}

typedef struct
{
  guint   n_asked;
  guint32 least, most;
} Asked;

static char *
count_label_cb (guint32  row,
                guint    max_chars,
                gpointer user_data)
{
  Asked *asked = user_data;

  asked->n_asked++;
  asked->least = MIN (asked->least, row);
  asked->most = MAX (asked->most, row);

  return g_strdup_printf ("message %u", row);
}

/* Labels are asked for once, and only of what is seen. */
static void
test_labels_are_lazy (void)
{
  Asked asked = { .least = G_MAXUINT32 };
  OvChart *chart = ov_chart_new (count_label_cb, &asked, NULL);
  g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  OvChartView view = make_view ();

  for (guint i = 0; i < 4; i++)
    ov_chart_add_lane (chart, &(OvChartLane) { .id = i + 1, .end_row = G_MAXUINT32 }, "lane", "<0.1.0>");
  for (guint32 i = 0; i < 100000; i++)
    ov_chart_add_arrow (chart, &(OvChartArrow) { .from = i % 3, .to = i % 3 + 1, .pair = OV_SCENE_NONE,
                                                 .at_ns = i * 1000, .end_row = i });
  view.y = 26 * 50000;
  cairo_surface_destroy (paint (painter, chart, &view, theme));
  g_assert_cmpuint (asked.n_asked, >, 10);
  g_assert_cmpuint (asked.n_asked, <, 20);
  g_assert_cmpuint (asked.least, >=, 49990);
  g_assert_cmpuint (asked.most, <, 50020);

  asked.n_asked = 0;
  cairo_surface_destroy (paint (painter, chart, &view, theme));
  g_assert_cmpuint (asked.n_asked, ==, 0);
  ov_chart_unref (chart);
}

static char *
same_label_cb (guint32  row,
               guint    max_chars,
               gpointer user_data)
{
  return g_strdup ("x");
}

static cairo_surface_t *
paint_one (guint8         kind,
           guint32        from,
           guint32        to,
           guint8         tone,
           const OvTheme *theme)
{
  OvChart *chart = ov_chart_new (same_label_cb, NULL, NULL);
  g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();
  OvChartView view = make_view ();
  cairo_surface_t *image;

  for (guint i = 0; i < 3; i++)
    ov_chart_add_lane (chart, &(OvChartLane) { .id = i + 1, .end_row = G_MAXUINT32 }, "lane", NULL);
  ov_chart_add_arrow (chart, &(OvChartArrow) { .from = from, .to = to, .kind = kind, .pair = OV_SCENE_NONE,
                                               .tone = tone });
  view.height = 100;
  image = paint (painter, chart, &view, theme);
  ov_chart_unref (chart);

  return image;
}

static char *
get_checksum (cairo_surface_t *image)
{
  return g_compute_checksum_for_data (G_CHECKSUM_MD5, cairo_image_surface_get_data (image),
                                      (gsize) cairo_image_surface_get_stride (image)
                                        * cairo_image_surface_get_height (image));
}

/* Each kind has a look of its own, and so have loops, what comes from outside, and crashes. */
static void
test_looks_differ (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  static const guint32 ENDS[][2] = { { 0, 1 }, { 1, 0 }, { 1, 1 }, { OV_SCENE_NONE, 1 } };
  guint n = 0;

  for (guint8 kind = 0; kind <= OV_ARROW_GAP; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (ENDS); i++)
      {
        cairo_surface_t *image;

        /* What stands on one lane looks the same whoever caused it; a gap has no lane. */
        if (i > 0 && (kind == OV_ARROW_END || kind == OV_ARROW_NOTE || kind == OV_ARROW_GAP))
          continue;
        if (i > 2 && kind == OV_ARROW_TIMER)
          continue;
        image = paint_one (kind, ENDS[i][0], ENDS[i][1], 0, theme);
        g_hash_table_add (seen, get_checksum (image));
        cairo_surface_destroy (image);
        n++;
      }
  cairo_surface_t *crash = paint_one (OV_ARROW_END, 0, 1, OV_TONE_ERROR, theme);

  g_hash_table_add (seen, get_checksum (crash));
  cairo_surface_destroy (crash);
  g_assert_cmpuint (g_hash_table_size (seen), ==, n + 1);
}

/* What waits in the mailbox, and what is called for long, is seen far below where it began. */
static void
test_what_began_above_is_seen (void)
{
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);

  for (guint what = 0; what < 2; what++)
    {
      cairo_surface_t *images[2];

      for (guint with = 0; with < 2; with++)
        {
          OvChart *chart = ov_chart_new (NULL, NULL, NULL);
          g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();
          OvChartView view = make_view ();

          for (guint i = 0; i < 3; i++)
            ov_chart_add_lane (chart, &(OvChartLane) { .id = i + 1, .end_row = G_MAXUINT32 }, "lane", NULL);
          for (guint32 i = 0; i < 1000; i++)
            ov_chart_add_arrow (chart, &(OvChartArrow) {
              .from = 0, .to = 1, .kind = i == 0 ? OV_ARROW_SOLID : OV_ARROW_NOTE, .at_ns = i * 1000,
              .pair = i == 0 && what == 0 && with ? 900 : OV_SCENE_NONE,
              .end_row = i == 0 && what == 1 && with ? 900 : i });
          view.y = 26 * 500;
          images[with] = paint (painter, chart, &view, theme);
          ov_chart_unref (chart);
        }
      g_assert_cmpuint (count_different (images[0], images[1], 60, 400), >, 100);
      cairo_surface_destroy (images[0]);
      cairo_surface_destroy (images[1]);
    }
}

/* The ground of the first row when it is selected or hovered. */
static OvColor
get_ground (const OvTheme *theme,
            gboolean       selected,
            gboolean       hovered)
{
  g_autoptr (OvChart) chart = ov_test_chart_story ();
  g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();
  OvChartView view = make_view ();
  cairo_surface_t *image;
  OvColor ground;

  view.width = 1400;
  view.selected = selected ? 0 : OV_SCENE_NONE;
  view.hovered = hovered ? 0 : OV_SCENE_NONE;
  image = paint (painter, chart, &view, theme);
  ground = pixel_at (image, 1390, OV_CHART_HEAD_HEIGHT + 12);
  cairo_surface_destroy (image);

  return ground;
}

/* The words of a row keep their contrast on the grounds of what is selected and hovered. */
static void
test_contrast (void)
{
  for (int kind = OV_THEME_LIGHT; kind <= OV_THEME_HIGH_CONTRAST_DARK; kind++)
    {
      const OvTheme *theme = ov_theme_get (kind);
      OvColor grounds[] = { get_ground (theme, FALSE, FALSE), get_ground (theme, TRUE, FALSE),
                            get_ground (theme, FALSE, TRUE) };

      g_assert_cmphex (grounds[0], ==, theme->background);
      g_assert_cmphex (grounds[1], !=, grounds[0]);
      g_assert_cmphex (grounds[2], !=, grounds[0]);
      for (guint i = 0; i < G_N_ELEMENTS (grounds); i++)
        {
          g_assert_cmpfloat (ov_color_get_contrast (theme->text, grounds[i]), >=, 4.5);
          g_assert_cmpfloat (ov_color_get_contrast (theme->text_soft, grounds[i]), >=, 4.5);
          g_assert_cmpfloat (ov_color_get_contrast (theme->error, grounds[i]), >=, 3);
          g_assert_cmpfloat (ov_color_get_contrast (theme->accent, grounds[i]), >=, 3);
          g_assert_cmpfloat (ov_color_get_contrast (theme->warning, grounds[i]), >=, 3);
        }
    }
}

static void
test_empty (void)
{
  g_autoptr (OvChart) chart = ov_chart_new (NULL, NULL, NULL);
  g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();
  const OvTheme *theme = ov_theme_get (OV_THEME_DARK);
  OvChartView view = make_view ();
  cairo_surface_t *image = paint (painter, chart, &view, theme);
  guint drawn = 0;

  for (int y = 0; y < 400; y++)
    for (int x = 0; x < 700; x++)
      drawn += pixel_at (image, x, y) != theme->background;
  g_assert_cmpuint (drawn, >, 200);
  cairo_surface_destroy (image);
}

/* ---- SVG ---- */

static void
text_cb (GMarkupParseContext *context,
         const char          *text,
         gsize                length,
         gpointer             user_data,
         GError             **error)
{
  g_string_append_len (user_data, text, length);
  g_string_append_c (user_data, '\n');
}

/* The words of a document that has to be well-formed. */
static char *
parse_svg (const OvChart *chart,
           OvThemeKind    kind)
{
  static const GMarkupParser PARSER = { .text = text_cb };
  g_autoptr (GBytes) svg = ov_chart_to_svg (chart, ov_theme_get (kind));
  GString *words = g_string_new (NULL);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&PARSER, 0, words, NULL);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *text = g_bytes_get_data (svg, &size);

  g_assert_true (g_utf8_validate (text, size, NULL));
  g_markup_parse_context_parse (context, text, size, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);

  /* What XML 1.0 has no room for. */
  for (const char *at = text; at < text + size; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      g_assert_true (character == '\n' || (character >= ' ' && character != 0x7f));
      g_assert_true (character != 0xfffe && character != 0xffff);
    }

  return g_string_free (words, FALSE);
}

static void
test_svg_has_the_words (void)
{
  g_autoptr (OvChart) chart = ov_test_chart_story ();
  g_autofree char *words = parse_svg (chart, OV_THEME_LIGHT);

  g_assert_nonnull (strstr (words, "web_acceptor"));
  g_assert_nonnull (strstr (words, "<0.205.0>"));
  g_assert_nonnull (strstr (words, "{reserve, tea, 2}"));
  g_assert_nonnull (strstr (words, "1,234 events were not recorded"));
  g_assert_nonnull (strstr (words, "170 µs"));
  g_assert_nonnull (strstr (words, "840 ms"));
}

static void
test_svg_is_well_formed (void)
{
  for (guint32 seed = 0; seed < 12; seed++)
    {
      OvTestChart options = { .n_lanes = seed, .n_rows = seed == 0 ? 0 : 40 * seed, .seed = seed,
                              .long_names = TRUE };
      g_autoptr (OvChart) chart = options.n_lanes == 0 ? ov_chart_new (NULL, NULL, NULL)
                                                       : ov_test_chart_random (&options);
      g_autofree char *words = parse_svg (chart, seed % 4);

      g_assert_cmpuint (strlen (words), >, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/chart/hostile-arrows", test_hostile_arrows);
  g_test_add_func ("/chart/names", test_names);
  g_test_add_func ("/chart/breaks", test_breaks);
  g_test_add_func ("/chart/crossing", test_crossing);
  g_test_add_func ("/chart/bars-stand-side-by-side", test_bars_stand_side_by_side);
  g_test_add_func ("/chart/rows-are-found", test_rows_are_found);
  g_test_add_func ("/chart/times", test_times);
  g_test_add_func ("/lanes/brute-force", test_lanes_brute_force);
  g_test_add_func ("/lanes/better-and-same", test_lanes_better_and_same);
  g_test_add_func ("/lanes/chain", test_lanes_chain);
  g_test_add_func ("/lanes/bad-edges", test_lanes_bad_edges);
  g_test_add_func ("/chart-painter/heads-stay", test_heads_stay);
  g_test_add_func ("/chart-painter/labels-are-lazy", test_labels_are_lazy);
  g_test_add_func ("/chart-painter/looks-differ", test_looks_differ);
  g_test_add_func ("/chart-painter/what-began-above-is-seen", test_what_began_above_is_seen);
  g_test_add_func ("/chart-painter/contrast", test_contrast);
  g_test_add_func ("/chart-painter/empty", test_empty);
  g_test_add_func ("/chart-svg/has-the-words", test_svg_has_the_words);
  g_test_add_func ("/chart-svg/is-well-formed", test_svg_is_well_formed);

  return g_test_run ();
}
