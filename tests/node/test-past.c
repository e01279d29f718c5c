/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The past and recordings of real nodes: the tree of then is the tree that was seen then, and a file shows
 * what the node showed.
 * The witness are copies of the live table, taken while it happened.
 */
#include "model/ov-past.h"
#include "model/ov-trace.h"
#include "support/ov-test-node.h"
#include "support/ov-test-wait.h"

#include <glib/gstdio.h>

#include <string.h>

typedef struct
{
  OvTestNode *peer;
  OvNode     *node;
  gboolean    done;
  GError     *error;
} Fixture;

static void
finished_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_clear_error (&fixture->error);
  g_task_propagate_boolean (G_TASK (result), &fixture->error);
  fixture->done = TRUE;
}

static void
wait_done (Fixture *fixture)
{
  ov_test_wait_until (fixture->done, 20000);
  fixture->done = FALSE;
}

/* FALSE: no `erl`, the test is skipped. */
static gboolean
set_up (Fixture    *fixture,
        const char *name)
{
  OvAttachOptions options = { 0 };

  *fixture = (Fixture) { 0 };
  if (!ov_test_node_is_available ())
    return FALSE;

  fixture->peer = ov_test_node_start (name, NULL);
  options.cookie = ov_test_node_get_cookie (fixture->peer);
  fixture->node = ov_node_new (name);
  ov_node_attach_async (fixture->node, &options, NULL, finished_cb, fixture);
  wait_done (fixture);
  g_assert_no_error (fixture->error);

  return TRUE;
}

static void
tear_down (Fixture *fixture)
{
  ov_node_detach_async (fixture->node, NULL, finished_cb, fixture);
  wait_done (fixture);
  g_assert_no_error (fixture->error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&fixture->node));
  g_clear_error (&fixture->error);
  g_clear_pointer (&fixture->peer, ov_test_node_stop);
}

/* ---- the past ---- */

/* Copied to where the node can read it: it may live in a tree of its own. */
static void
load_demo (OvTestNode *peer)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "support", "demo.erl", NULL);
  g_autofree char *copy = g_build_filename (ov_test_node_get_home (peer), "demo.erl", NULL);
  g_autofree char *text = NULL;
  g_autofree char *load = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_file_set_contents (copy, text, -1, NULL));
  load = g_strdup_printf ("begin {ok, demo, B} = compile:file(\"%s\", [binary]), "
                          "{module, demo} = code:load_binary(demo, \"demo\", B), demo:start() end",
                          ov_test_node_get_inner_path (peer, copy));
  ov_test_node_assert_eval (peer, load, "ok");
}

static int
compare_lines (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Everybody that lives: pid, name, parent, child id. */
static char *
copy_table (OvProcessTable *table)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  OvStrings *strings = ov_process_table_get_strings (table);
  guint32 n_slots;
  const OvProcess *rows = ov_process_table_get_rows (table, &n_slots);

  for (guint32 slot = 0; slot < n_slots; slot++)
    if (rows[slot].alive)
      {
        const OvProcess *row = &rows[slot];
        g_autofree char *pid = ov_process_table_dup_pid (table, slot);
        g_autofree char *parent =
          row->parent != OV_SLOT_NONE ? ov_process_table_dup_pid (table, row->parent) : NULL;

        g_ptr_array_add (lines, g_strdup_printf ("%s name %s parent %s id %s restarts %u", pid,
          row->name != OV_STRING_NONE ? ov_strings_get (strings, row->name) : "-",
          parent != NULL ? parent : "-",
          row->child_id != OV_STRING_NONE ? ov_strings_get (strings, row->child_id) : "-",
          row->n_restarts));
      }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);

  return g_strjoinv ("\n", (char **) lines->pdata);
}

static void
assert_same (const char *found,
             const char *expected)
{
  g_auto (GStrv) a = NULL;
  g_auto (GStrv) b = NULL;

  if (g_str_equal (found, expected))
    return;

  a = g_strsplit (found, "\n", -1);
  b = g_strsplit (expected, "\n", -1);
  for (guint i = 0; a[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) b, a[i]))
      g_test_message ("replayed: %s", a[i]);
  for (guint i = 0; b[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) a, b[i]))
      g_test_message ("live:     %s", b[i]);
  g_test_fail ();
}

typedef struct
{
  gboolean done;
  OvProcessTable *table;
} Seek;

static void
sought_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Seek *seek = user_data;

  seek->table = ov_past_seek_finish (OV_PAST (source), result, NULL);
  seek->done = TRUE;
}

static OvProcessTable *
go (OvPast *past,
    gint64  at_ns)
{
  Seek seek = { FALSE };

  ov_past_seek_async (past, at_ns, NULL, sought_cb, &seek);
  ov_test_wait_until (seek.done, 20000);
  g_assert_nonnull (seek.table);

  return seek.table;
}

/* Nobody is between life and death, and every child has its id. */
static gboolean
is_at_rest (OvProcessTable *table)
{
  guint32 n_slots;
  const OvProcess *rows = ov_process_table_get_rows (table, &n_slots);

  for (guint32 slot = 0; slot < n_slots; slot++)
    if (rows[slot].used
        && (!rows[slot].alive || rows[slot].mark != OV_MARK_NONE
            || (rows[slot].place == OV_PLACE_CHILD && rows[slot].child_id == OV_STRING_NONE
                && rows[rows[slot].parent].strategy != OV_STRATEGY_UNKNOWN)))
      return FALSE;

  return TRUE;
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  guint32 first = *(const guint32 *) a;
  guint32 second = *(const guint32 *) b;

  return first < second ? -1 : first > second;
}

/* All pids, as the node prints them. */
static char *
list_pids (OvProcessTable *table)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  GString *text = g_string_new ("[");
  guint32 n_slots;
  const OvProcess *rows = ov_process_table_get_rows (table, &n_slots);

  for (guint32 slot = 0; slot < n_slots; slot++)
    if (rows[slot].alive)
      g_array_append_val (ids, rows[slot].pid.id);
  g_array_sort (ids, compare_ids);
  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (text, "%s<0.%u.0>", i > 0 ? "," : "", g_array_index (ids, guint32, i));

  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

/* The table is at rest and knows exactly those that live, as the node says. */
static gboolean
is_settled (Fixture *fixture)
{
  OvProcessTable *table = ov_node_get_processes (fixture->node);
  g_autofree char *known = NULL;
  g_autofree char *true_pids = NULL;

  if (ov_node_get_state (fixture->node) != OV_NODE_LIVE || !is_at_rest (table))
    return FALSE;
  known = list_pids (table);
  true_pids = ov_test_node_eval (fixture->peer, "lists:sort(processes())");

  return g_str_equal (known, true_pids);
}

typedef struct
{
  gint64 at_ns;
  char  *copy;
} Moment;

static void
moment_clear (gpointer data)
{
  g_free (((Moment *) data)->copy);
}

/* Things that happen to a node, one after the other. */
static const char *const happenings[] = {
  "begin [exit(P, kill) || {_, P, worker, _} <- supervisor:which_children(demo_all), is_pid(P)], ok end",
  "begin [{ok, _} = supervisor:start_child(demo_crowd, [{past, N}]) || N <- lists:seq(1, 40)], ok end",
  "begin register(past_name, spawn(fun() -> receive stop -> ok end end)), ok end",
  "begin [supervisor:terminate_child(demo_crowd, P) || {_, P, _, _} <- "
  "lists:sublist(supervisor:which_children(demo_crowd), 20)], ok end",
  "begin exit(whereis(past_name), {shot, 1}), ok end",
};

/* ---- recordings ---- */

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Fixture *opened = user_data;

  g_clear_error (&opened->error);
  opened->node = ov_node_open_recording_finish (result, &opened->error);
  opened->done = TRUE;
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fixture *opened = user_data;
  g_autoptr (OvTerm) answer = NULL;

  g_clear_error (&opened->error);
  answer = ov_node_request_finish (OV_NODE (source), result, &opened->error);
  opened->done = TRUE;
}

static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fixture *opened = user_data;

  g_clear_error (&opened->error);
  g_assert_null (ov_node_trace_finish (OV_NODE (source), result, &opened->error));
  opened->done = TRUE;
}

/* Nothing can be asked of a file. */
static void
check_refusals (Fixture *opened)
{
  OvTraceTarget target = { OV_TRACE_ALL };
  OvTraceSpec spec = { .targets = &target, .n_targets = 1 };

  ov_node_request_async (opened->node, "node_info", NULL, 0, NULL, answered_cb, opened);
  wait_done (opened);
  g_assert_error (opened->error, OV_NODE_ERROR, OV_NODE_ERROR_RECORDING);
  ov_node_attach_async (opened->node, NULL, NULL, finished_cb, opened);
  wait_done (opened);
  g_assert_error (opened->error, OV_NODE_ERROR, OV_NODE_ERROR_RECORDING);
  ov_node_trace_async (opened->node, &spec, NULL, refused_cb, opened);
  wait_done (opened);
  g_assert_error (opened->error, OV_NODE_ERROR, OV_NODE_ERROR_RECORDING);
  ov_node_census_async (opened->node, TRUE, 100, NULL, finished_cb, opened);
  wait_done (opened);
  g_assert_no_error (opened->error);
  ov_node_watch (opened->node, OV_WATCH_SAMPLES); /* harmless */
  g_assert_cmpint (ov_node_get_state (opened->node), ==, OV_NODE_OFFLINE);
}

static void
save_and_open (Fixture    *fixture,
               const char *copy)
{
  g_autofree char *path = g_build_filename (ov_test_node_get_home (fixture->peer), "past.overstory", NULL);
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;
  Fixture opened = { 0 };

  g_assert_null (ov_node_get_recorder (fixture->node));
  g_assert_true (ov_node_record (fixture->node, path, FALSE, &error));
  g_assert_no_error (error);
  g_assert_nonnull (ov_node_get_recorder (fixture->node));
  g_assert_false (ov_node_record (fixture->node, path, TRUE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  ov_node_stop_recording_async (fixture->node, finished_cb, fixture);
  wait_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_null (ov_node_get_recorder (fixture->node));

  ov_node_open_recording_async (path, NULL, opened_cb, &opened);
  wait_done (&opened);
  g_assert_no_error (opened.error);
  g_assert_true (ov_node_is_recording (opened.node));
  g_assert_cmpstr (ov_node_get_path (opened.node), ==, path);
  g_assert_cmpstr (ov_node_get_name (opened.node), ==, ov_node_get_name (fixture->node));
  g_assert_cmpuint (ov_node_get_otp_release (opened.node), ==, ov_node_get_otp_release (fixture->node));
  g_assert_cmpuint (ov_node_get_figures (opened.node)->process_count, >, 20);
  found = copy_table (ov_node_get_processes (opened.node));
  assert_same (found, copy);
  check_refusals (&opened);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&opened.node));
  g_clear_error (&opened.error);
}

static void
test_past (void)
{
  g_autoptr (GArray) moments = g_array_new (FALSE, TRUE, sizeof (Moment));
  g_autoptr (OvPast) past = NULL;
  OvProcessTable *table;
  Fixture fixture;

  if (!set_up (&fixture, "past@localhost"))
    return;

  g_array_set_clear_func (moments, moment_clear);
  load_demo (fixture.peer);
  table = ov_node_get_processes (fixture.node);
  ov_node_watch (fixture.node, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  for (guint i = 0; i <= G_N_ELEMENTS (happenings); i++)
    {
      Moment moment;

      ov_test_wait_until (is_settled (&fixture), 30000);
      moment = (Moment) { ov_node_get_now (fixture.node), copy_table (table) };
      g_array_append_val (moments, moment);
      if (i < G_N_ELEMENTS (happenings))
        ov_test_node_assert_eval (fixture.peer, happenings[i], "ok");
    }

  past = ov_past_new (ov_node_get_store (fixture.node));
  for (guint i = 0; i < 20; i++)
    {
      const Moment *moment =
        &g_array_index (moments, Moment, i < moments->len ? i : (guint) g_test_rand_int_range (0, (gint32) moments->len));
      g_autofree char *found = copy_table (go (past, moment->at_ns));

      assert_same (found, moment->copy);
    }
  g_clear_object (&past);
  save_and_open (&fixture, g_array_index (moments, Moment, moments->len - 1).copy);
  tear_down (&fixture);
}

static gboolean
has_note (OvStore    *store,
          const char *note)
{
  OvEvent event;

  for (guint64 i = ov_store_get_first (store); i < ov_store_get_end (store); i++)
    if (ov_store_get_event (store, i, &event) && event.kind == OV_EVENT_RECORDS)
      {
        g_autoptr (GBytes) payload = ov_store_dup_payload (store, i);

        if (memmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), note, strlen (note)))
          return TRUE;
      }

  return FALSE;
}

/* A node that goes down in mid-recording: what was received is in the file, and a new life goes on in it. */
static void
test_lost_in_recording (void)
{
  g_autofree char *folder = g_dir_make_tmp ("overstory-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "lost.overstory", NULL);
  g_autoptr (OvTestNode) again = NULL;
  OvAttachOptions options = { 0 };
  OvStoreFigures figures;
  Fixture opened = { 0 };
  Fixture fixture;
  guint64 events;

  if (!set_up (&fixture, "torn@localhost"))
    return;

  g_assert_true (ov_node_record (fixture.node, path, FALSE, NULL));
  ov_node_watch (fixture.node, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  ov_test_wait_until (ov_node_get_figures (fixture.node)->process_count > 20, 10000);
  ov_test_node_kill (fixture.peer);
  ov_test_wait_until (ov_node_get_state (fixture.node) == OV_NODE_GONE, 10000);
  g_assert_nonnull (ov_node_get_recorder (fixture.node));
  g_assert_false (has_note (ov_node_get_store (fixture.node), "other-life"));
  events = ov_store_get_end (ov_node_get_store (fixture.node));

  again = ov_test_node_start ("torn@localhost", NULL);
  options.cookie = ov_test_node_get_cookie (again);
  ov_node_attach_async (fixture.node, &options, NULL, finished_cb, &fixture);
  wait_done (&fixture);
  g_assert_no_error (fixture.error);
  ov_test_wait_until (ov_node_get_state (fixture.node) == OV_NODE_LIVE
              && ov_store_get_end (ov_node_get_store (fixture.node)) > events + 3, 10000);
  ov_store_get_figures (ov_node_get_store (fixture.node), &figures);
  g_assert_cmpuint (figures.by_kind[OV_EVENT_GAP], ==, 2); /* where it was lost, and how long */
  ov_node_stop_recording_async (fixture.node, finished_cb, &fixture);
  wait_done (&fixture);
  g_assert_no_error (fixture.error);
  tear_down (&fixture);

  ov_node_open_recording_async (path, NULL, opened_cb, &opened);
  wait_done (&opened);
  g_assert_no_error (opened.error);
  g_assert_cmpuint (ov_process_table_get_n_alive (ov_node_get_processes (opened.node)), >, 20);
  g_assert_cmpuint (ov_node_get_info (opened.node)->lost_bytes, ==, 0);
  g_assert_true (has_note (ov_node_get_store (opened.node), "other-life"));
  g_assert_cmpuint (ov_store_get_end (ov_node_get_store (opened.node)), >, events);
  g_clear_object (&opened.node);
  g_unlink (path);

  ov_node_open_recording_async (path, NULL, opened_cb, &opened);
  wait_done (&opened);
  g_assert_nonnull (opened.error);
  g_clear_error (&opened.error);
  g_rmdir (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/past/instants", test_past);
  g_test_add_func ("/node/past/lost-in-recording", test_lost_in_recording);

  return g_test_run ();
}
