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
 *
 * These are casts to `rex' whose last step sends us the results with `noconnect', not calls: the
 * answer to a call makes the node connect to a program that has just died, and for that it starts
 * its resolver, which would stay.
 * Thread: main.
 */
#include "probe/ov-probe-private.h"
#include "probe/ov-probe-beam-private.h"

#include <glib/gi18n.h>

#include <stdlib.h>
#include <string.h>

#define PROTOCOL 2
#define MAX_TRIES 15
#define RETRY_MS 30
#define ANSWER_MS 10000
#define LOCK "overstory probe"

struct _OvProbeLoad
{
  OvLink     *link;
  GTask      *task;        /* holds a reference to us while it waits */
  OvProbeHome home;
  gboolean    is_there;    /* the module, of our version */
  guint       tries;
  gint64      serial;      /* of the answer that is waited for */
  void      (*answered) (OvProbeLoad *self,
                         const OvTerm *values);
  GSource    *timer;       /* until the answer is late, or until the next try */
  GSource    *cancel;
};

static void look (OvProbeLoad *self);

static void
set_timer (OvProbeLoad *self,
           guint        ms,
           GSourceFunc  callback)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  if (callback == NULL)
    return;

  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, callback, self, NULL);
  g_source_attach (self->timer, g_task_get_context (self->task));
}

/* Ends the waiting; takes @error. */
static void
finish (OvProbeLoad *self,
        GError      *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (task == NULL)
    {
      g_clear_error (&error);
      return;
    }

  set_timer (self, 0, NULL);
  if (self->cancel != NULL)
    g_source_destroy (self->cancel);
  g_clear_pointer (&self->cancel, g_source_unref);
  self->answered = NULL;
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
load_free (OvProbeLoad *self)
{
  g_object_unref (self->link);
  g_free (self);
}

/* fun Module:Function/Arity in the external format. */
static OvTerm *
new_export (const char *module,
            const char *function,
            guint8      arity)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const char *names[] = { module, function };
  const guint8 tail[] = { 97, arity };

  g_byte_array_append (bytes, (const guint8[]) { 113 }, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const guint8 head[] = { 119, (guint8) strlen (names[i]) };

      g_byte_array_append (bytes, head, sizeof head);
      g_byte_array_append (bytes, (const guint8 *) names[i], head[1]);
    }
  g_byte_array_append (bytes, tail, sizeof tail);

  return ov_term_decode (bytes->data, bytes->len, NULL, NULL, NULL);
}

/* One step of a remote sequence: takes @args. */
typedef struct
{
  const char *module, *function;
  OvTerm     *args;
} Step;

#define MAX_STEPS 6

/* The arguments of lists:zipwith3/4 that apply the steps one after the other. */
static OvTerm *
new_sequence (const Step *steps,
              guint       n_steps)
{
  OvTerm *modules[MAX_STEPS], *functions[MAX_STEPS], *args[MAX_STEPS];

  g_assert (n_steps <= MAX_STEPS);

  for (guint i = 0; i < n_steps; i++)
    {
      modules[i] = ov_term_new_atom (steps[i].module);
      functions[i] = ov_term_new_atom (steps[i].function);
      args[i] = steps[i].args;
    }

  return ov_term_list (new_export ("erlang", "apply", 3), ov_term_new_list (modules, n_steps),
                       ov_term_new_list (functions, n_steps), ov_term_new_list (args, n_steps),
                       NULL);
}

/* erlang:hd ([Value]): a step whose value is known. */
static Step
constant (OvTerm *value)
{
  return (Step) { "erlang", "hd", ov_term_list (ov_term_list (value, NULL), NULL) };
}

static gboolean
late_cb (gpointer user_data)
{
  finish (user_data, g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_TIMED_OUT,
                                          _("The node did not answer in time")));
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  OvProbeLoad *self = user_data;
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  finish (self, error);
  return G_SOURCE_REMOVE;
}

/* On the node: foldl (fun apply/2, Sequence, [fun zipwith3/4, fun send/3]), where the sequence is
 * [To, [ov_answer, Serial, Value…], [noconnect]], its second element a sequence itself. */
static void
run_steps (OvProbeLoad *self,
           const Step  *steps,
           guint        n_steps,
           void       (*answered) (OvProbeLoad *, const OvTerm *))
{
  Step inner[MAX_STEPS], outer[3];
  g_autoptr (OvTerm) message = NULL;
  OvPid to;

  if (!ov_link_get_self (self->link, &to))
    {
      finish (self, g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                         _("The connection was lost")));
      return;
    }

  inner[0] = constant (ov_term_new_atom ("ov_answer"));
  inner[1] = constant (ov_term_new_integer (++self->serial));
  memcpy (inner + 2, steps, n_steps * sizeof *steps);
  outer[0] = constant (ov_term_new_pid (&to));
  outer[1] = (Step) { "lists", "zipwith3", new_sequence (inner, n_steps + 2) };
  outer[2] = constant (ov_term_list (ov_term_new_atom ("noconnect"), NULL));
  message = ov_term_tuple (
      ov_term_new_atom ("$gen_cast"),
      ov_term_tuple (ov_term_new_atom ("cast"), ov_term_new_atom ("lists"),
                     ov_term_new_atom ("foldl"),
                     ov_term_list (new_export ("erlang", "apply", 2), new_sequence (outer, 3),
                                   ov_term_list (new_export ("lists", "zipwith3", 4),
                                                 new_export ("erlang", "send", 3), NULL), NULL),
                     ov_term_new_atom ("user"), NULL),
      NULL);
  self->answered = answered;
  set_timer (self, ANSWER_MS, late_cb);
  ov_link_send_to_name (self->link, "rex", message);
}

/* A call that may fail on the node, as a step: rpc:call there gives {badrpc, …} then. */
static Step
guarded (OvProbeLoad *self,
         const char  *function,
         OvTerm      *args)
{
  return (Step) { "rpc", "call",
                  ov_term_list (ov_term_new_atom (ov_link_get_node_name (self->link)),
                                ov_term_new_atom ("ov_probe"), ov_term_new_atom (function), args,
                                NULL) };
}

static gboolean
again_cb (gpointer user_data)
{
  look (user_data);
  return G_SOURCE_REMOVE;
}

/* Somebody else is just loading or unloading the probe there, or the node cannot do it at all. */
static void
try_again (OvProbeLoad  *self,
           const OvTerm *values)
{
  const OvTermFormat format = { .max_chars = 400 };
  g_autofree char *text = ov_term_to_string (values, &format, NULL);

  if (++self->tries < MAX_TRIES)
    set_timer (self, RETRY_MS, again_cb);
  else
    finish (self, g_error_new (OV_PROBE_ERROR, OV_PROBE_ERROR_LOAD,
                               _("The node did not load the probe: %s"), text));
}

/* {ok, Owner, Guard} */
static gboolean
read_start (OvProbeLoad  *self,
            const OvTerm *started)
{
  return started != NULL && ov_term_is_tagged (started, "ok", 3)
         && ov_term_get_pid (ov_term_get_element (started, 1), &self->home.owner)
         && ov_term_get_pid (ov_term_get_element (started, 2), &self->home.guard);
}

static void
started (OvProbeLoad  *self,
         const OvTerm *values)
{
  if (read_start (self, ov_term_get_element (values, self->is_there ? 3 : 4)))
    finish (self, NULL);
  else
    try_again (self, values);
}

static OvTerm *
new_lock (const OvPid *pid)
{
  return ov_term_tuple (ov_term_new_text (LOCK), ov_term_new_pid (pid), NULL);
}

static OvTerm *
new_nodes (OvLink *link)
{
  return ov_term_list (ov_term_new_atom (ov_link_get_node_name (link)), NULL);
}

static OvTerm *
new_module (guint otp_release)
{
  gboolean old = otp_release < ov_probe_beam_default_release;
  OvTerm *beam = ov_term_new_binary (old ? ov_probe_beam_older : ov_probe_beam_default,
                                     old ? ov_probe_beam_older_size : ov_probe_beam_default_size);

  return ov_term_tuple (ov_term_new_atom ("ov_probe"), ov_term_new_string ("ov_probe.beam"), beam,
                        NULL);
}

/* The lock is the casting process's and goes with it. */
static void
boot (OvProbeLoad *self)
{
  OvPid pid = OV_PID_NONE;
  Step steps[4];
  guint n = 0;

  ov_link_get_self (self->link, &pid);
  steps[n++] = (Step) { "global", "set_lock",
                        ov_term_list (new_lock (&pid), new_nodes (self->link),
                                      ov_term_new_integer (20), NULL) };
  if (!self->is_there)
    steps[n++] = (Step) { "code", "atomic_load",
                          ov_term_list (ov_term_list (new_module (self->home.otp_release), NULL),
                                        NULL) };
  steps[n++] = guarded (self, "start",
                        ov_term_list (ov_term_new_integer (PROTOCOL), ov_term_new_pid (&pid),
                                      ov_term_new_map (NULL, 0), NULL));
  steps[n++] = (Step) { "global", "del_lock",
                        ov_term_list (new_lock (&pid), new_nodes (self->link), NULL) };
  run_steps (self, steps, n, started);
}

static void
greeted (OvProbeLoad  *self,
         const OvTerm *values)
{
  const OvTerm *version = ov_term_get_element (values, 2);
  gint64 protocol = 0;

  if (!ov_term_is_tagged (version, "version", 3))
    {
      try_again (self, values); /* it has just gone */
      return;
    }

  ov_term_get_integer (ov_term_get_element (version, 1), &protocol);
  self->is_there = protocol == PROTOCOL;
  if (self->is_there || ov_term_is_atom (ov_term_get_element (version, 2), "false"))
    boot (self);
  else
    finish (self, g_error_new_literal (OV_PROBE_ERROR, OV_PROBE_ERROR_VERSION,
                                       _("Another version of the probe is in use on the node")));
}

/* "25", or "R16B03" of a time long gone. */
static guint
parse_release (const OvTerm *value)
{
  g_autofree char *text = ov_term_dup_text (value);

  return text != NULL ? (guint) strtoul (text, NULL, 10) : 0;
}

static void
looked (OvProbeLoad  *self,
        const OvTerm *values)
{
  self->home.otp_release = parse_release (ov_term_get_element (values, 2));
  self->is_there = FALSE;
  if (self->home.otp_release < ov_probe_beam_older_release)
    finish (self, g_error_new (OV_PROBE_ERROR, OV_PROBE_ERROR_RELEASE,
                               _("The node runs an Erlang/OTP older than %u"),
                               ov_probe_beam_older_release));
  else if (ov_term_is_atom (ov_term_get_element (values, 3), "true"))
    {
      Step step = guarded (self, "version", ov_term_new_list (NULL, 0));

      run_steps (self, &step, 1, greeted);
    }
  else
    boot (self);
}

static void
look (OvProbeLoad *self)
{
  const Step steps[] = {
    { "erlang", "system_info", ov_term_list (ov_term_new_atom ("otp_release"), NULL) },
    { "erlang", "function_exported",
      ov_term_list (ov_term_new_atom ("ov_probe"), ov_term_new_atom ("version"),
                    ov_term_new_integer (0), NULL) },
  };

  run_steps (self, steps, G_N_ELEMENTS (steps), looked);
}

/*< private >
 * ov_probe_load_async:
 *
 * Returns: (transfer none): what answers are to be given to; it lives until @callback has run
 */
OvProbeLoad *
ov_probe_load_async (OvLink              *link,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  OvProbeLoad *self = g_new0 (OvProbeLoad, 1);

  self->task = g_task_new (NULL, cancellable, callback, user_data);
  self->link = g_object_ref (link);
  g_task_set_source_tag (self->task, ov_probe_load_async);
  g_task_set_task_data (self->task, self, (GDestroyNotify) load_free);
  if (cancellable != NULL)
    {
      self->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancel, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (self->cancel, g_task_get_context (self->task));
    }
  look (self);

  return self;
}

/* An answer of the node; answers to earlier questions are dropped. */
void
ov_probe_load_answer (OvProbeLoad  *self,
                      const OvTerm *values)
{
  gint64 serial;

  if (self->answered == NULL || !ov_term_get_integer (ov_term_get_element (values, 1), &serial)
      || serial != self->serial)
    return;

  set_timer (self, 0, NULL);
  g_steal_pointer (&self->answered) (self, values);
}

/* The link is lost; takes @error. */
void
ov_probe_load_abort (OvProbeLoad *self,
                     GError      *error)
{
  finish (self, error);
}

gboolean
ov_probe_load_finish (GAsyncResult  *result,
                      OvProbeHome   *home,
                      GError       **error)
{
  OvProbeLoad *self = g_task_get_task_data (G_TASK (result));

  *home = self->home;
  return g_task_propagate_boolean (G_TASK (result), error);
}
