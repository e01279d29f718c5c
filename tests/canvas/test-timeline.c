/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTimeline on a display: live and paused, the range, marks, keys, and how often the source is asked.
 * Needs a display; skips with that word where there is none.
 */
#include "canvas/widget/ov-timeline-private.h"

#include <adwaita.h>
#include <string.h>

#define S           G_GINT64_CONSTANT (1000000000)
#define START_NS    (G_GINT64_CONSTANT (1700000000) * S)
#define DEADLINE_US (10 * G_USEC_PER_SEC)

typedef struct
{
  GtkWidget  *window;
  OvTimeline *timeline;
  gboolean    empty;
  gint64      last_ns;
  guint       n_spans, n_bins;
  guint       most_bins;
  gint64      instant, range_from, range_to;
  guint       n_instants, n_ranges;
} Fixture;

static gboolean
get_span (gint64  *first,
          gint64  *last,
          gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_spans++;
  *first = START_NS;
  *last = fixture->last_ns;

  return !fixture->empty;
}

static void
get_bins (gint64   from,
          gint64   to,
          guint    n,
          guint32 *bins,
          gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_bins++;
  fixture->most_bins = MAX (fixture->most_bins, n);
  for (guint i = 0; i < n; i++)
    bins[i] = i;
}

/* At 10, 20, 30 … 90 seconds. */
static void
get_marks (gint64   from,
           gint64   to,
           GArray  *marks,
           gpointer user_data)
{
  for (guint i = 1; i < 10; i++)
    {
      OvTimelineMark mark = { START_NS + 10 * i * S, i % 2 ? OV_TONE_ERROR : OV_TONE_RENEWED, i };

      if (mark.at_ns >= from && mark.at_ns < to)
        g_array_append_val (marks, mark);
    }
}

static char *
describe_mark (guint64  id,
               gpointer user_data)
{
  return g_strdup_printf ("mark %" G_GUINT64_FORMAT, id);
}

static const OvTimelineSource SOURCE = { get_span, get_bins, get_marks, NULL, describe_mark };

static void
instant_changed_cb (OvTimeline *timeline,
                    gint64      at,
                    Fixture    *fixture)
{
  fixture->instant = at;
  fixture->n_instants++;
}

static void
range_changed_cb (OvTimeline *timeline,
                  gint64      from,
                  gint64      to,
                  Fixture    *fixture)
{
  fixture->range_from = from;
  fixture->range_to = to;
  fixture->n_ranges++;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  ++*(guint *) user_data;

  return G_SOURCE_CONTINUE;
}

/* So many frames pass, drawn or not. */
static void
wait_frames (Fixture *fixture,
             guint    n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  guint n_ticks = 0, id;

  id = gtk_widget_add_tick_callback (GTK_WIDGET (fixture->timeline), tick_cb, &n_ticks, NULL);
  while (n_ticks < n)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
  gtk_widget_remove_tick_callback (GTK_WIDGET (fixture->timeline), id);
}

/* The timer has come round so often. */
static void
wait_spans (Fixture *fixture,
            guint    n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  guint before = fixture->n_spans;

  while (fixture->n_spans < before + n)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  fixture->last_ns = START_NS + 100 * S;
  fixture->window = gtk_window_new ();
  fixture->timeline = OV_TIMELINE (ov_timeline_new ());
  g_signal_connect (fixture->timeline, "instant-changed", G_CALLBACK (instant_changed_cb), fixture);
  g_signal_connect (fixture->timeline, "range-changed", G_CALLBACK (range_changed_cb), fixture);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1000, 80);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->timeline));
  ov_timeline_set_live_span (fixture->timeline, 50 * S);
  ov_timeline_set_source (fixture->timeline, &SOURCE, fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  while (gtk_widget_get_width (fixture->timeline->strip) == 0 || fixture->timeline->n_fetches == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  gpointer timeline = fixture->timeline;

  g_object_add_weak_pointer (G_OBJECT (timeline), &timeline);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (timeline);
}

static gboolean
press (Fixture         *fixture,
       guint            key,
       GdkModifierType  modifiers)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (fixture->timeline->strip);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, modifiers, &handled);
    }

  return handled;
}

static gboolean
is_live (Fixture *fixture)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (fixture->timeline->toggle));
}

/* The right border is the newest, up to the bar it stands in. */
static void
assert_shows (Fixture *fixture,
              gint64   newest_ns)
{
  gint64 to;

  ov_timeline_get_view (fixture->timeline, NULL, &to);
  g_assert_cmpint (to, >=, newest_ns);
  g_assert_cmpint (to, <=, newest_ns + S / 2);
}

/* The newest stands at the right border, and stays there. */
static void
test_follows (Fixture       *fixture,
              gconstpointer  data)
{
  gint64 from, to;

  assert_shows (fixture, START_NS + 100 * S);
  ov_timeline_get_view (fixture->timeline, &from, &to);
  g_assert_cmpint (to - from, ==, 50 * S);
  g_assert_true (is_live (fixture));
  g_assert_cmpint (ov_timeline_get_instant (fixture->timeline), ==, 0);

  fixture->last_ns += 7 * S;
  wait_spans (fixture, 1);
  assert_shows (fixture, START_NS + 107 * S);
  g_assert_cmpuint (fixture->n_instants, ==, 0);
}

/* An instant stays where it is though time goes on; live comes back by the toggle. */
static void
test_pauses (Fixture       *fixture,
             gconstpointer  data)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (fixture->timeline->toggle), FALSE);
  g_assert_cmpint (fixture->instant, ==, START_NS + 100 * S);
  fixture->last_ns += 30 * S;
  wait_spans (fixture, 2);
  assert_shows (fixture, START_NS + 100 * S);
  g_assert_cmpint (ov_timeline_get_instant (fixture->timeline), ==, START_NS + 100 * S);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (fixture->timeline->toggle), TRUE);
  g_assert_cmpint (fixture->instant, ==, 0);
  assert_shows (fixture, START_NS + 130 * S);
  g_assert_cmpuint (fixture->n_instants, ==, 2);
}

static void
test_setters_are_silent_when_nothing_changes (Fixture       *fixture,
                                              gconstpointer  data)
{
  ov_timeline_set_instant (fixture->timeline, 0);
  ov_timeline_set_range (fixture->timeline, 0, 0);
  ov_timeline_set_range (fixture->timeline, 500, 500);
  g_assert_cmpuint (fixture->n_instants + fixture->n_ranges, ==, 0);
  ov_timeline_set_instant (fixture->timeline, START_NS + 60 * S);
  ov_timeline_set_instant (fixture->timeline, START_NS + 60 * S);
  ov_timeline_set_range (fixture->timeline, START_NS + 55 * S, START_NS + 65 * S);
  ov_timeline_set_range (fixture->timeline, START_NS + 55 * S, START_NS + 65 * S);
  g_assert_cmpuint (fixture->n_instants, ==, 1);
  g_assert_cmpuint (fixture->n_ranges, ==, 1);
  g_assert_true (ov_timeline_get_range (fixture->timeline, NULL, NULL));
}

/* Asked for no more than fits, and only when something changed. */
static void
test_asks_seldom (Fixture       *fixture,
                  gconstpointer  data)
{
  guint n;

  g_assert_cmpuint (fixture->most_bins, <=, 1000 / 3);
  n = fixture->n_bins;
  wait_spans (fixture, 4);
  wait_frames (fixture, 4);
  g_assert_cmpuint (fixture->n_bins, ==, n);

  /* Time goes on and nothing is added: the bins that are there slide. */
  for (guint i = 0; i < 5; i++)
    {
      fixture->last_ns += S;
      wait_spans (fixture, 1);
      wait_frames (fixture, 2);
    }
  g_assert_cmpuint (fixture->n_bins, ==, n);

  for (guint i = 0; i < 1000; i++)
    ov_timeline_refresh (fixture->timeline);
  wait_spans (fixture, 2);
  wait_frames (fixture, 2);
  g_assert_cmpuint (fixture->n_bins, ==, n + 1);
}

static void
test_steps_to_marks (Fixture       *fixture,
                     gconstpointer  data)
{
  for (guint i = 9; i > 0; i--)
    {
      g_assert_true (ov_timeline_step (fixture->timeline, -1));
      g_assert_cmpint (fixture->instant, ==, START_NS + 10 * i * S);
    }
  g_assert_false (ov_timeline_step (fixture->timeline, -1));
  g_assert_true (ov_timeline_step (fixture->timeline, 1));
  g_assert_cmpint (fixture->instant, ==, START_NS + 20 * S);
  press (fixture, GDK_KEY_Right, GDK_CONTROL_MASK);
  g_assert_cmpint (fixture->instant, ==, START_NS + 30 * S);

  /* What is stepped to is seen. */
  g_assert_cmpfloat (ov_timeline_get_x (fixture->timeline, fixture->instant), >=, 0);
  g_assert_cmpfloat (ov_timeline_get_x (fixture->timeline, fixture->instant), <=, 1000);
}

static void
test_keys (Fixture       *fixture,
           gconstpointer  data)
{
  gint64 bin = fixture->timeline->bin_ns, from, to;

  press (fixture, GDK_KEY_Left, 0);
  g_assert_cmpint (fixture->instant, ==, START_NS + 100 * S - bin);
  press (fixture, GDK_KEY_Left, 0);
  press (fixture, GDK_KEY_Right, 0);
  g_assert_cmpint (fixture->instant, ==, START_NS + 100 * S - bin);
  press (fixture, GDK_KEY_Right, 0);
  g_assert_cmpint (fixture->instant, ==, 0);
  g_assert_true (is_live (fixture));

  press (fixture, GDK_KEY_space, 0);
  g_assert_cmpint (fixture->instant, ==, START_NS + 100 * S);
  press (fixture, GDK_KEY_space, 0);
  g_assert_cmpint (fixture->instant, ==, 0);
  press (fixture, GDK_KEY_Home, 0);
  g_assert_cmpint (fixture->instant, ==, START_NS);
  press (fixture, GDK_KEY_End, 0);
  g_assert_cmpint (fixture->instant, ==, 0);

  g_assert_false (press (fixture, GDK_KEY_Escape, 0));
  press (fixture, GDK_KEY_Left, GDK_SHIFT_MASK);
  g_assert_true (ov_timeline_get_range (fixture->timeline, &from, &to));
  g_assert_cmpint (to - from, ==, bin);
  press (fixture, GDK_KEY_Escape, 0);
  g_assert_false (ov_timeline_get_range (fixture->timeline, NULL, NULL));
  g_assert_cmpint (fixture->range_to, ==, 0);
}

/* Live, zooming keeps the newest at the border; else it keeps what is looked at. */
static void
test_zooms (Fixture       *fixture,
            gconstpointer  data)
{
  gint64 from, to;
  double before;

  press (fixture, GDK_KEY_plus, 0);
  assert_shows (fixture, START_NS + 100 * S);
  ov_timeline_get_view (fixture->timeline, &from, &to);
  g_assert_cmpint (to - from, <, 40 * S);
  g_assert_true (is_live (fixture));

  ov_timeline_set_instant (fixture->timeline, START_NS + 85 * S);
  before = ov_timeline_get_x (fixture->timeline, START_NS + 85 * S);
  for (guint i = 0; i < 5; i++)
    press (fixture, GDK_KEY_plus, 0);
  g_assert_cmpfloat_with_epsilon (ov_timeline_get_x (fixture->timeline, START_NS + 85 * S), before, 1.5);
  for (guint i = 0; i < 100; i++)
    press (fixture, GDK_KEY_plus, 0);
  ov_timeline_get_view (fixture->timeline, &from, &to);
  g_assert_cmpint (to - from, ==, OV_TIMELINE_LEAST_SPAN_NS);
  for (guint i = 0; i < 200; i++)
    press (fixture, GDK_KEY_minus, 0);
  ov_timeline_get_view (fixture->timeline, &from, &to);
  g_assert_cmpint (to - from, ==, OV_TIMELINE_MOST_SPAN_NS);
  wait_frames (fixture, 2);
}

/* Panned away while live, the toggle leads back. */
static void
test_panned_away (Fixture       *fixture,
                  gconstpointer  data)
{
  gint64 to;

  ov_timeline_set_view (fixture->timeline, START_NS, START_NS + 20 * S);
  g_assert_false (is_live (fixture));
  g_assert_cmpint (ov_timeline_get_instant (fixture->timeline), ==, 0);
  fixture->last_ns += 5 * S;
  wait_spans (fixture, 2);
  ov_timeline_get_view (fixture->timeline, NULL, &to);
  g_assert_cmpint (to, ==, START_NS + 20 * S);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (fixture->timeline->toggle), TRUE);
  assert_shows (fixture, START_NS + 105 * S);
  g_assert_cmpuint (fixture->n_instants, ==, 0);

  /* Some of what there is stays in sight. */
  ov_timeline_set_view (fixture->timeline, START_NS + 5000 * S, START_NS + 5020 * S);
  g_assert_cmpfloat (ov_timeline_get_x (fixture->timeline, START_NS + 105 * S), >, 10);
  ov_timeline_set_view (fixture->timeline, START_NS - 5000 * S, START_NS - 4980 * S);
  g_assert_cmpfloat (ov_timeline_get_x (fixture->timeline, START_NS), <, 1000);
}

static void
test_clock (Fixture       *fixture,
            gconstpointer  data)
{
  static const struct { gint64 step; const char *form; } CASES[] = {
    { S / 10000, "..:..:...123456" }, { S / 100, "..:..:...123" }, { 5 * S, "..:..:.." }, { 60 * S, "..:.." },
  };
  gint64 last = 0;

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *clock = ov_timeline_dup_clock (START_NS + 123456789, CASES[i].step);

      g_assert_cmpuint (strlen (clock), ==, strlen (CASES[i].form));
      g_assert_cmpstr (strrchr (clock, '.') == NULL ? "" : strrchr (clock, '.') + 1, ==,
                       strlen (CASES[i].form) > 8 ? strrchr (CASES[i].form, '.') + 1 : "");
    }

  /* The nearer, the finer. */
  for (gint64 span = S / 1000; span < 1000000 * S; span *= 7)
    {
      ov_timeline_set_view (fixture->timeline, START_NS, START_NS + span);
      g_assert_cmpint (ov_timeline_get_step (fixture->timeline, 96), >, last);
      last = ov_timeline_get_step (fixture->timeline, 96);
    }
}

static void
test_announces (Fixture       *fixture,
                gconstpointer  data)
{
  GtkAccessible *strip = GTK_ACCESSIBLE (fixture->timeline->strip);
  g_autofree char *live = ov_timeline_dup_value (fixture->timeline);
  g_autofree char *value = NULL;
  g_autofree char *other = NULL;

  g_assert_cmpint (gtk_accessible_get_accessible_role (strip), ==, GTK_ACCESSIBLE_ROLE_SLIDER);
  g_assert_cmpstr (live, ==, "Live");
  ov_timeline_set_instant (fixture->timeline, START_NS + 92 * S + 120000000);
  value = ov_timeline_dup_value (fixture->timeline);
  g_assert_true (g_str_has_suffix (value, ".120, 8 seconds ago"));
  g_assert_null (gtk_test_accessible_check_property (strip, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, value));
  other = gtk_test_accessible_check_property (strip, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "something else");
  g_assert_nonnull (other);
}

static void
test_marks_attract (Fixture       *fixture,
                    gconstpointer  data)
{
  const OvTimelineMark *mark;
  double x = ov_timeline_get_x (fixture->timeline, START_NS + 70 * S);

  mark = ov_timeline_find_mark (fixture->timeline, x + 4);
  g_assert_nonnull (mark);
  g_assert_cmpuint (mark->id, ==, 7);
  g_assert_null (ov_timeline_find_mark (fixture->timeline, x + 40));
}

/* A recording is shown whole first, and has an end instead of now. */
static void
test_recorded (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *value = NULL;
  gint64 from, to;

  ov_timeline_set_source (fixture->timeline, NULL, NULL);
  ov_timeline_set_recorded (fixture->timeline, TRUE);
  ov_timeline_set_source (fixture->timeline, &SOURCE, fixture);
  ov_timeline_get_view (fixture->timeline, &from, &to);
  g_assert_cmpint (to, ==, START_NS + 100 * S);
  g_assert_cmpint (from, <=, START_NS);
  g_assert_cmpint (from, >, START_NS - 5 * S);
  value = ov_timeline_dup_value (fixture->timeline);
  g_assert_cmpstr (value, ==, "At the end");
}

/* Nothing there yet, then something; and a source that goes away. */
static void
test_empty (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *value = NULL;

  fixture->empty = TRUE;
  wait_spans (fixture, 1);
  wait_frames (fixture, 2);
  g_assert_false (gtk_widget_get_sensitive (fixture->timeline->toggle));
  value = ov_timeline_dup_value (fixture->timeline);
  g_assert_cmpstr (value, ==, "No events yet");
  g_assert_false (ov_timeline_step (fixture->timeline, -1));
  press (fixture, GDK_KEY_Left, 0);
  press (fixture, GDK_KEY_Home, 0);
  press (fixture, GDK_KEY_plus, 0);
  press (fixture, GDK_KEY_space, 0);
  g_assert_cmpuint (fixture->n_instants, ==, 0);

  fixture->empty = FALSE;
  wait_spans (fixture, 1);
  g_assert_true (gtk_widget_get_sensitive (fixture->timeline->toggle));
  ov_timeline_set_instant (fixture->timeline, START_NS + 60 * S);
  ov_timeline_set_range (fixture->timeline, START_NS + 55 * S, START_NS + 65 * S);
  ov_timeline_set_source (fixture->timeline, NULL, NULL);
  g_assert_cmpint (fixture->instant, ==, 0);
  g_assert_cmpint (fixture->range_to, ==, 0);
  wait_frames (fixture, 2);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP a display (Xvfb) is missing\n");
      return 0;
    }
  adw_init ();

  ADD ("/timeline/follows", test_follows);
  ADD ("/timeline/pauses", test_pauses);
  ADD ("/timeline/setters-are-silent-when-nothing-changes", test_setters_are_silent_when_nothing_changes);
  ADD ("/timeline/asks-seldom", test_asks_seldom);
  ADD ("/timeline/steps-to-marks", test_steps_to_marks);
  ADD ("/timeline/keys", test_keys);
  ADD ("/timeline/zooms", test_zooms);
  ADD ("/timeline/panned-away", test_panned_away);
  ADD ("/timeline/clock", test_clock);
  ADD ("/timeline/announces", test_announces);
  ADD ("/timeline/marks-attract", test_marks_attract);
  ADD ("/timeline/recorded", test_recorded);
  ADD ("/timeline/empty", test_empty);

  return g_test_run ();
}
