/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts the probe on a node.
 *
 *   LOOK ──not there──────────────────▶ BOOT (load and start) ──▶ done
 *     │ there                             ▲      │ it went while we came: wait, LOOK again
 *     ▼                                   │      ▼
 *   GREET ──same version──▶ START ────────┼──▶ done
 *     │ another version, not in use ──────┘
 *     └ another version, in use ──▶ error VERSION
 *
 * Loading and starting are one remote call (lists:zipwith3 over erlang:apply), so that whenever
 * this program dies the node has either nothing of ours or a guard that takes it away.
 * Thread: main.
 */
#include "probe/ov-probe-private.h"
#include "probe/ov-probe-beam-private.h"

#include <glib/gi18n.h>

#include <stdlib.h>

#define PROTOCOL 1
#define OLDEST_RELEASE 23
#define R23_BELOW 25
#define MAX_TRIES 15
#define RETRY_MS 30
#define CALL_MS 10000
#define LOCK "overstory probe"

typedef struct
{
  OvLink     *link;
  OvProbeHome home;
  gboolean    is_there; /* the module, of our version */
  guint       tries;
  GError     *last_error;
} Load;

static void look (GTask *task);

static void
load_free (Load *load)
{
  g_clear_error (&load->last_error);
  g_object_unref (load->link);
  g_free (load);
}

/* fun erlang:apply/3 in the external format. */
static OvTerm *
new_apply (void)
{
  static const guint8 bytes[] = {
    113, 119, 6, 'e', 'r', 'l', 'a', 'n', 'g', 119, 5, 'a', 'p', 'p', 'l', 'y', 97, 3,
  };

  return ov_term_decode (bytes, sizeof bytes, NULL, NULL, NULL);
}

/* One step of a remote sequence: takes @args. */
typedef struct
{
  const char *module, *function;
  OvTerm     *args;
} Step;

/* The answer is the list of the steps' values; they run on the node one after the other. */
static void
call_steps (GTask              *task,
            const Step         *steps,
            guint               n_steps,
            GAsyncReadyCallback callback)
{
  Load *load = g_task_get_task_data (task);
  OvTerm *modules[4], *functions[4], *args[4];
  g_autoptr (OvTerm) arguments = NULL;

  g_assert (n_steps <= G_N_ELEMENTS (modules));

  for (guint i = 0; i < n_steps; i++)
    {
      modules[i] = ov_term_new_atom (steps[i].module);
      functions[i] = ov_term_new_atom (steps[i].function);
      args[i] = steps[i].args;
    }
  arguments = ov_term_list (new_apply (), ov_term_new_list (modules, n_steps),
                            ov_term_new_list (functions, n_steps),
                            ov_term_new_list (args, n_steps), NULL);
  ov_link_call_async (load->link, "lists", "zipwith3", arguments, CALL_MS,
                      g_task_get_cancellable (task), callback, task);
}

static gboolean
again_cb (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    look (g_object_ref (task));

  return G_SOURCE_REMOVE;
}

/* Somebody else is just loading or unloading the probe there, or the node cannot do it at all.
 * Takes @task and @error. */
static void
try_again (GTask  *task,
           GError *error)
{
  Load *load = g_task_get_task_data (task);
  g_autoptr (GTask) owned = task;
  g_autoptr (GSource) source = NULL;

  g_clear_error (&load->last_error);
  load->last_error = error;
  if (++load->tries >= MAX_TRIES)
    {
      g_task_return_new_error (task, OV_PROBE_ERROR, OV_PROBE_ERROR_LOAD,
                               _("The node did not load the probe: %s"), error->message);
      return;
    }

  source = g_timeout_source_new (RETRY_MS);
  g_source_set_callback (source, again_cb, g_object_ref (task), g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* What is not the node's refusal (loss, time, cancelling) is final.  Takes @task and @error. */
static void
failed (GTask  *task,
        GError *error)
{
  g_autoptr (GTask) owned = NULL;

  if (g_error_matches (error, OV_LINK_ERROR, OV_LINK_ERROR_REMOTE))
    {
      try_again (task, error);
      return;
    }

  owned = task;
  g_task_return_error (task, error);
}

static void
version_error (GTask *task)
{
  g_task_return_new_error (task, OV_PROBE_ERROR, OV_PROBE_ERROR_VERSION,
                           _("Another version of the probe is in use on the node"));
}

/* {ok, Owner, Guard} */
static gboolean
read_start (Load         *load,
            const OvTerm *started)
{
  return ov_term_is_tagged (started, "ok", 3)
         && ov_term_get_pid (ov_term_get_element (started, 1), &load->home.owner)
         && ov_term_get_pid (ov_term_get_element (started, 2), &load->home.guard);
}

static void
started_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) values = NULL;
  const OvTerm *started;

  if (!(values = ov_link_call_finish (OV_LINK (object), result, &error)))
    {
      failed (g_steal_pointer (&task), g_steal_pointer (&error));
      return;
    }

  started = ov_term_get_element (values, load->is_there ? 1 : 2);
  if (started != NULL && read_start (load, started))
    g_task_return_boolean (task, TRUE);
  else
    {
      const OvTermFormat format = { .max_chars = 400 };
      g_autofree char *text = ov_term_to_string (values, &format, NULL);

      try_again (g_steal_pointer (&task),
                 g_error_new_literal (OV_PROBE_ERROR, OV_PROBE_ERROR_LOAD, text));
    }
}

static OvTerm *
new_lock (const OvPid *self)
{
  return ov_term_tuple (ov_term_new_text (LOCK), ov_term_new_pid (self), NULL);
}

static OvTerm *
new_nodes (OvLink *link)
{
  return ov_term_list (ov_term_new_atom (ov_link_get_node_name (link)), NULL);
}

static OvTerm *
new_module (guint otp_release)
{
  gboolean old = otp_release < R23_BELOW;
  OvTerm *beam = ov_term_new_binary (old ? ov_probe_beam_r23 : ov_probe_beam_default,
                                     old ? ov_probe_beam_r23_size : ov_probe_beam_default_size);

  return ov_term_tuple (ov_term_new_atom ("ov_probe"), ov_term_new_string ("ov_probe.beam"), beam,
                        NULL);
}

/* Takes @task. */
static void
boot (GTask *task)
{
  Load *load = g_task_get_task_data (task);
  OvPid self;
  Step steps[4];
  guint n = 0;

  if (!ov_link_get_self (load->link, &self))
    {
      failed (task, g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                         _("The connection was lost")));
      return;
    }

  steps[n++] = (Step) { "global", "set_lock",
                        ov_term_list (new_lock (&self), new_nodes (load->link),
                                      ov_term_new_integer (20), NULL) };
  if (!load->is_there)
    steps[n++] = (Step) { "code", "atomic_load",
                          ov_term_list (ov_term_list (new_module (load->home.otp_release), NULL),
                                        NULL) };
  steps[n++] = (Step) { "ov_probe", "start",
                        ov_term_list (ov_term_new_integer (PROTOCOL), ov_term_new_pid (&self),
                                      ov_term_new_map (NULL, 0), NULL) };
  steps[n++] = (Step) { "global", "del_lock",
                        ov_term_list (new_lock (&self), new_nodes (load->link), NULL) };
  call_steps (task, steps, n, started_cb);
}

static void
greeted_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) version = NULL;
  gint64 protocol = 0;

  if (!(version = ov_link_call_finish (OV_LINK (object), result, &error)))
    {
      failed (g_steal_pointer (&task), g_steal_pointer (&error));
      return;
    }

  if (ov_term_is_tagged (version, "version", 3))
    ov_term_get_integer (ov_term_get_element (version, 1), &protocol);
  load->is_there = protocol == PROTOCOL;
  if (!load->is_there && !ov_term_is_atom (ov_term_get_element (version, 2), "false"))
    version_error (task);
  else
    boot (g_steal_pointer (&task));
}

/* "25", or "R16B03" of a time long gone. */
static guint
parse_release (const OvTerm *value)
{
  g_autofree char *text = ov_term_dup_text (value);

  return text != NULL ? (guint) strtoul (text, NULL, 10) : 0;
}

static void
looked_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) values = NULL;
  g_autoptr (OvTerm) none = NULL;

  if (!(values = ov_link_call_finish (OV_LINK (object), result, &error)))
    {
      failed (g_steal_pointer (&task), g_steal_pointer (&error));
      return;
    }

  load->home.otp_release = parse_release (ov_term_get_element (values, 0));
  load->is_there = FALSE;
  if (load->home.otp_release < OLDEST_RELEASE)
    {
      g_task_return_new_error (task, OV_PROBE_ERROR, OV_PROBE_ERROR_RELEASE,
                               _("The node runs an Erlang/OTP older than %u"), OLDEST_RELEASE);
      return;
    }
  if (!ov_term_is_atom (ov_term_get_element (values, 1), "true"))
    {
      boot (g_steal_pointer (&task));
      return;
    }

  none = ov_term_new_list (NULL, 0);
  ov_link_call_async (OV_LINK (object), "ov_probe", "version", none, CALL_MS,
                      g_task_get_cancellable (task), greeted_cb, task);
  g_steal_pointer (&task);
}

/* Takes @task. */
static void
look (GTask *task)
{
  const Step steps[] = {
    { "erlang", "system_info", ov_term_list (ov_term_new_atom ("otp_release"), NULL) },
    { "erlang", "function_exported",
      ov_term_list (ov_term_new_atom ("ov_probe"), ov_term_new_atom ("version"),
                    ov_term_new_integer (0), NULL) },
  };

  call_steps (task, steps, G_N_ELEMENTS (steps), looked_cb);
}

void
ov_probe_load_async (OvLink              *link,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  g_task_set_source_tag (task, ov_probe_load_async);
  load->link = g_object_ref (link);
  g_task_set_task_data (task, load, (GDestroyNotify) load_free);
  look (task);
}

gboolean
ov_probe_load_finish (GAsyncResult  *result,
                      OvProbeHome   *home,
                      GError       **error)
{
  Load *load = g_task_get_task_data (G_TASK (result));

  *home = load->home;
  return g_task_propagate_boolean (G_TASK (result), error);
}
