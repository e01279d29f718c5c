/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the tree page on a display, over a table filled by hand: what the presenter puts
 * on the canvas, what it folds, what the breadcrumbs, the hover card and the legend say.
 * Skips with that word where there is no display.
 */
#include "table-script.h"

#include "views/ov-breadcrumbs.h"
#include "views/ov-hover-card.h"
#include "views/ov-legend.h"
#include "views/ov-tree-presenter.h"

#include <adwaita.h>

#define DEADLINE_US (10 * G_USEC_PER_SEC)

typedef struct
{
  OvProcessTable  *table;
  GtkWidget       *canvas;
  OvTreePresenter *presenter;
  guint            n_presented;
} Fixture;

static void
presented_cb (OvTreePresenter *presenter,
              gpointer         user_data)
{
  ((Fixture *) user_data)->n_presented++;
}

/* shop: master 1, starter 2, supervisor 3 with a worker 4 and a supervisor 5 with a worker 6. */
static OvProcessTable *
make_table (void)
{
  OvProcessTable *table = ov_process_table_new (SCRIPT_NODE);
  const ScriptProcess processes[] = {
    { .id = 1, .behaviour = OV_BEHAVIOUR_APPLICATION_MASTER, .module = "application_master", .links = { 2 } },
    { .id = 2, .behaviour = OV_BEHAVIOUR_APPLICATION_MASTER, .module = "application_master", .parent = 1, .leader = 1, .links = { 1, 3 } },
    { .id = 3, .behaviour = OV_BEHAVIOUR_SUPERVISOR, .name = "shop_sup", .module = "supervisor", .parent = 2, .leader = 1 },
    { .id = 4, .behaviour = OV_BEHAVIOUR_GEN_SERVER, .name = "stock", .module = "shop_stock", .parent = 3, .leader = 1, .memory = 2048 },
    { .id = 5, .behaviour = OV_BEHAVIOUR_SUPERVISOR, .name = "till_sup", .module = "supervisor", .parent = 3, .leader = 1 },
    { .id = 6, .behaviour = OV_BEHAVIOUR_GEN_SERVER, .name = "till", .module = "shop_till", .parent = 5, .leader = 1, .memory = 4096 },
  };

  script_application (table, "shop", 1);
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    script_process (table, &processes[i]);
  script_supervisor (table, 3, OV_STRATEGY_REST_FOR_ONE, 2);
  script_child (table, 3, "stock", 4, OV_RESTART_TRANSIENT);
  script_child (table, 3, "till_sup", 5, OV_RESTART_PERMANENT);
  ov_process_table_flush (table);

  return table;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  unused)
{
  fixture->table = make_table ();
  fixture->canvas = g_object_ref_sink (ov_canvas_new ());
  fixture->presenter = ov_tree_presenter_new (OV_CANVAS (fixture->canvas));
  g_signal_connect (fixture->presenter, "presented", G_CALLBACK (presented_cb), fixture);
  ov_tree_presenter_set_table (fixture->presenter, fixture->table);
  ov_tree_presenter_present_now (fixture->presenter);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  unused)
{
  ov_tree_presenter_set_table (fixture->presenter, NULL);
  g_assert_finalize_object (fixture->presenter);
  g_object_unref (fixture->canvas);
  g_object_unref (fixture->table);
}

static gboolean
is_shown (Fixture *fixture,
          guint    id)
{
  guint64 item = ov_tree_presenter_get_id (fixture->presenter, script_slot (fixture->table, id));

  return ov_scene_find (ov_canvas_get_scene (OV_CANVAS (fixture->canvas)), item) != OV_SCENE_NONE;
}

static void
test_shows_all (Fixture       *fixture,
                gconstpointer  unused)
{
  for (guint id = 1; id <= 6; id++)
    g_assert_true (is_shown (fixture, id));
}

static void
test_folds (Fixture       *fixture,
            gconstpointer  unused)
{
  guint32 sup = script_slot (fixture->table, 5);

  ov_tree_presenter_toggle (fixture->presenter, sup);
  g_assert_true (is_shown (fixture, 5));
  g_assert_false (is_shown (fixture, 6));
  /* What has no children does not fold. */
  ov_tree_presenter_toggle (fixture->presenter, script_slot (fixture->table, 4));
  g_assert_true (is_shown (fixture, 4));

  g_assert_true (ov_tree_presenter_expand_to (fixture->presenter, script_slot (fixture->table, 6)));
  g_assert_true (is_shown (fixture, 6));
  g_assert_false (ov_tree_presenter_expand_to (fixture->presenter, script_slot (fixture->table, 6)));

  ov_tree_presenter_collapse_all (fixture->presenter);
  g_assert_true (is_shown (fixture, 3));
  g_assert_false (is_shown (fixture, 4));
  ov_tree_presenter_expand_all (fixture->presenter);
  test_shows_all (fixture, NULL);
}

static void
test_follows_changes (Fixture       *fixture,
                      gconstpointer  unused)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  guint before = fixture->n_presented;

  script_birth (fixture->table, 7, 5, "shop_till", 1);
  ov_process_table_flush (fixture->table);
  while (fixture->n_presented == before && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_presented, >, before);
  g_assert_true (is_shown (fixture, 7));
}

static void
test_holds (Fixture       *fixture,
            gconstpointer  unused)
{
  ov_tree_presenter_set_held (fixture->presenter, TRUE);
  script_birth (fixture->table, 7, 5, "shop_till", 1);
  ov_process_table_flush (fixture->table);
  ov_tree_presenter_present_now (fixture->presenter);
  g_assert_false (is_shown (fixture, 7));

  ov_tree_presenter_set_held (fixture->presenter, FALSE);
  ov_tree_presenter_present_now (fixture->presenter);
  g_assert_true (is_shown (fixture, 7));
}

static void
test_heat (Fixture       *fixture,
           gconstpointer  unused)
{
  OvHeatRamp ramp = ov_tree_presenter_get_ramp (fixture->presenter);

  g_assert_cmpfloat (ramp.high, ==, 0);
  ov_tree_presenter_set_overlay (fixture->presenter, OV_OVERLAY_MEMORY);
  ramp = ov_tree_presenter_get_ramp (fixture->presenter);
  g_assert_cmpfloat (ramp.high, >=, 4096);
  g_assert_cmpfloat (ramp.low, <, ramp.high);
}

static guint
count_edges (Fixture *fixture,
             guint8   kind)
{
  guint32 n;
  const OvSceneEdge *edges = ov_scene_get_edges (ov_canvas_get_scene (OV_CANVAS (fixture->canvas)), &n);
  guint found = 0;

  for (guint32 i = 0; i < n; i++)
    found += edges[i].kind == kind;

  return found;
}

static void
test_monitors (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GArray) monitors = g_array_new (FALSE, FALSE, sizeof (OvPid));
  g_autoptr (GArray) monitored_by = g_array_new (FALSE, FALSE, sizeof (OvPid));
  OvPid watched[] = { script_pid (4), script_pid (6), script_pid (4711) };
  OvPid watcher = script_pid (5);

  g_array_append_vals (monitors, watched, G_N_ELEMENTS (watched));
  g_array_append_val (monitored_by, watcher);
  ov_tree_presenter_set_selected (fixture->presenter, script_slot (fixture->table, 3));
  ov_tree_presenter_set_monitors (fixture->presenter, monitors, monitored_by);
  ov_tree_presenter_present_now (fixture->presenter);
  /* The fourth is not of this tree. */
  g_assert_cmpuint (count_edges (fixture, OV_EDGE_MONITOR), ==, 3);

  ov_tree_presenter_set_selected (fixture->presenter, script_slot (fixture->table, 4));
  ov_tree_presenter_present_now (fixture->presenter);
  g_assert_cmpuint (count_edges (fixture, OV_EDGE_MONITOR), ==, 0);
}

static void
collect_buttons (GtkWidget *widget,
                 GPtrArray *labels)
{
  if (GTK_IS_BUTTON (widget))
    g_ptr_array_add (labels, (gpointer) gtk_label_get_text (
                               GTK_LABEL (gtk_button_get_child (GTK_BUTTON (widget)))));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect_buttons (child, labels);
}

static void
test_breadcrumbs (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();
  GtkWidget *breadcrumbs = g_object_ref_sink (ov_breadcrumbs_new ());
  const char *expected[] = { SCRIPT_NODE, "shop", "shop_sup", "till_sup", "till" };

  ov_breadcrumbs_set_path (OV_BREADCRUMBS (breadcrumbs), fixture->table,
                           script_slot (fixture->table, 6));
  collect_buttons (breadcrumbs, labels);
  g_assert_cmpuint (labels->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < labels->len; i++)
    g_assert_cmpstr (g_ptr_array_index (labels, i), ==, expected[i]);

  g_ptr_array_set_size (labels, 0);
  ov_breadcrumbs_set_path (OV_BREADCRUMBS (breadcrumbs), NULL, OV_SLOT_NONE);
  collect_buttons (breadcrumbs, labels);
  g_assert_cmpuint (labels->len, ==, 0);
  g_object_unref (breadcrumbs);
}

static void
test_card (Fixture       *fixture,
           gconstpointer  unused)
{
  GtkWidget *card = g_object_ref_sink (ov_hover_card_new ());
  g_autofree char *words = ov_hover_card_describe (fixture->table, script_slot (fixture->table, 3));

  g_assert_nonnull (strstr (words, "shop_sup"));
  g_assert_nonnull (strstr (words, "rest_for_one"));

  ov_hover_card_show (OV_HOVER_CARD (card), fixture->table, script_slot (fixture->table, 3));
  g_assert_true (gtk_widget_get_visible (card));
  ov_hover_card_show (OV_HOVER_CARD (card), fixture->table, OV_SLOT_NONE);
  g_assert_false (gtk_widget_get_visible (card));
  g_object_unref (card);
}

static void
test_legend (Fixture       *fixture,
             gconstpointer  unused)
{
  GtkWidget *legend = g_object_ref_sink (ov_legend_new ());
  int natural;

  gtk_widget_measure (legend, GTK_ORIENTATION_VERTICAL, -1, NULL, &natural, NULL, NULL);
  g_assert_cmpint (natural, >, 200);
  g_object_unref (legend);
}

static const struct
{
  const char *path;
  void (*test) (Fixture *fixture, gconstpointer unused);
} tests[] = {
  { "/views/tree/shows-all", test_shows_all },
  { "/views/tree/folds", test_folds },
  { "/views/tree/follows-changes", test_follows_changes },
  { "/views/tree/holds", test_holds },
  { "/views/tree/heat", test_heat },
  { "/views/tree/monitors", test_monitors },
  { "/views/tree/breadcrumbs", test_breadcrumbs },
  { "/views/tree/card", test_card },
  { "/views/tree/legend", test_legend },
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP a display (Xvfb) is missing\n");
      return 0;
    }
  adw_init ();

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
