/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A debugger that is made to be killed: attaches to a node and does random things for ever.
 * Arguments: node, cookie file, seed.  Prints "busy" when it begins.
 */
#include "link/ov-cookie.h"
#include "probe/ov-probe.h"

#include <stdio.h>

static GRand *rand_source;

#define N_TRACES 4

/* What is traced; numbers and levels are drawn. */
static const char *const traces[] = {
  "targets => [#{scope => <<\"all\">>}], events => [<<\"send\">>, <<\"receive\">>]",
  "targets => [#{scope => <<\"new\">>}], events => [<<\"send\">>, <<\"receive\">>, <<\"procs\">>]",
  "targets => [#{scope => <<\"subtree\">>, name => <<\"kernel_sup\">>}],"
  " events => [<<\"receive\">>, <<\"running\">>, <<\"garbage_collection\">>, <<\"ports\">>]",
  "targets => [#{scope => <<\"all\">>}], events => [],"
  " calls => [#{module => <<\"lists\">>, function => <<\"_\">>, arity => -1, match => []},"
  "           #{module => <<\"gen_server\">>, function => <<\"cast\">>, arity => 2, match => [],"
  "             global => true}]",
};

static gboolean act_cb (gpointer user_data);

static void
batch_cb (OvProbe       *probe,
          OvProbeReader *reader,
          gpointer       user_data)
{
  OvRecord record;

  while (ov_probe_reader_next (reader, &record))
    ;
}

static void
ignore_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
}

static void
attached_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!ov_probe_attach_finish (OV_PROBE (object), result, &error))
    g_error ("%s", error->message);

  g_timeout_add (1, act_cb, object);
}

static void
attach (OvProbe    *probe,
        char *const argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvCookie) cookie = ov_cookie_read_file (argv[2], &error);
  const OvLinkOptions options = { .node = argv[1], .cookie = cookie };

  if (cookie == NULL)
    g_error ("%s", error->message);

  ov_probe_attach_async (probe, &options, NULL, attached_cb, NULL);
}

static void
ask (OvProbe    *probe,
     const char *request,
     const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) arguments = ov_term_parse (text, NULL, NULL, &error);

  if (arguments == NULL)
    g_error ("%s: %s", text, error->message);
  ov_probe_request_async (probe, request, arguments, 0, NULL, ignore_cb, NULL);
}

static void
start_trace (OvProbe *probe,
             guint    id)
{
  g_autofree char *text = g_strdup_printf (
      "#{id => %u, %s, level => <<\"%s\">>, automatic => true, limits => #{rate => %d}}", id,
      traces[g_rand_int_range (rand_source, 0, G_N_ELEMENTS (traces))],
      g_rand_boolean (rand_source) ? "events" : "edges", g_rand_int_range (rand_source, 100, 50000));

  ask (probe, "trace_start", text);
}

static void
stop_trace (OvProbe *probe,
            guint    id)
{
  g_autofree char *text = g_strdup_printf ("#{id => %u}", id);

  ask (probe, "trace_stop", text);
}

static void
change_level (OvProbe *probe,
              guint    id)
{
  const char *const levels[] = { "events", "edges", "off" };
  g_autofree char *text = g_strdup_printf ("#{id => %u, level => <<\"%s\">>}", id,
                                           levels[g_rand_int_range (rand_source, 0, 3)]);

  ask (probe, "trace_level", text);
}

static void
start_path (OvProbe *probe,
            guint    id)
{
  g_autofree char *text = g_strdup_printf (
      "#{id => %u, label => %u, from => #{name => <<\"kernel_safe_sup\">>},"
      "  to => #{name => <<\"rex\">>}, message => nothing}", id, id);

  ask (probe, "path_start", text);
}

static gboolean
act_cb (gpointer user_data)
{
  OvProbe *probe = user_data;
  guint id = (guint) g_rand_int_range (rand_source, 1, N_TRACES + 1);

  switch (g_rand_int_range (rand_source, 0, 10))
    {
    case 5:
    case 6:
      start_trace (probe, id);
      break;
    case 7:
      stop_trace (probe, id);
      break;
    case 8:
      change_level (probe, id);
      break;
    case 9:
      start_path (probe, id + N_TRACES);
      break;
    case 0:
      ov_probe_census_async (probe, TRUE, 50, NULL, ignore_cb, NULL);
      break;
    case 1:
      ov_probe_watch (probe, (OvWatch) g_rand_int_range (rand_source, 0, 4));
      break;
    case 2:
      ov_probe_request_async (probe, "node_info", NULL, 0, NULL, ignore_cb, NULL);
      break;
    default:
      ov_probe_watch (probe, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
    }
  g_timeout_add ((guint) g_rand_int_range (rand_source, 1, 20), act_cb, probe);

  return G_SOURCE_REMOVE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (OvProbe) probe = ov_probe_new ();

  if (argc != 4)
    return 2;

  rand_source = g_rand_new_with_seed ((guint32) g_ascii_strtoull (argv[3], NULL, 10));
  ov_probe_set_batch_func (probe, batch_cb, NULL);
  attach (probe, argv);
  puts ("busy");
  fflush (stdout);
  g_main_loop_run (loop);

  return 0;
}
