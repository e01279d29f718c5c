/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSandbox: starting, watching and ending one throw-away node.
 *
 *   FINDING ──runtime_found_cb──► JAILED ──take_line (ready)──► UP ──node_gone──► ENDED
 *                                   │ node_gone, and bubblewrap's words say it was not allowed
 *                                   ▼
 *                                LIMITED ──take_line (ready)──► UP
 *   any ──ov_sandbox_stop, finalize──► ENDED
 *   FINDING, JAILED, LIMITED ──fail_start (cancelled, too late, node_gone)──► ENDED
 *
 * Whether bubblewrap may make namespaces here cannot be known without trying, so the node itself is
 * the try; when it is refused, the node starts again with limits alone, and the notice says so.
 *
 * The node's output is read for as long as it lives: its first report is the port, the rest is kept as
 * "last words", for the message when it ends.
 * Invariant: the cookie is in this object and in one file of mode 0400, nowhere else.
 * Thread: main.
 */
#include "sandbox/ov-sandbox.h"

#include "base/ov-error.h"
#include "sandbox/ov-example-private.h"
#include "sandbox/ov-folder-private.h"
#include "sandbox/ov-jail-private.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/random.h>

#define START_LIMIT_S        30
#define LINE_BYTES_MAX       4096
#define LAST_WORDS_BYTES_MAX 2048
#define READ_BYTES           4096
#define COOKIE_BYTES         20
#define READY_PREFIX         "overstory-sandbox ready "
#define FAILED_PREFIX        "overstory-sandbox failed "

typedef enum
{
  FINDING,
  JAILED,
  LIMITED,
  UP,
  ENDED,
} State;

struct _OvSandbox
{
  GObject       parent_instance;

  State         state;
  char         *example;
  char         *language;
  char         *node;
  char         *cookie;
  char         *notice;
  guint16       port;

  OvRuntime    *runtime;
  OvFolder     *folder;
  GSubprocess  *process;
  GCancellable *reading;
  GString      *line;
  GString      *last_words;
  char         *failure;   /* what the launcher said went wrong */

  GTask        *start;     /* until the node is up; its data is a reference to this object */
  GSource      *deadline;
  GSource      *cancelled;
};

enum
{
  SIGNAL_ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvSandbox, ov_sandbox, G_TYPE_OBJECT)

static const OvErrorWord error_words[] = {
  { OV_SANDBOX_ERROR_NO_ERL, "no-erl", N_("Install Erlang, and Elixir for examples in Elixir; on Debian: apt install erlang-base elixir.") },
  { OV_SANDBOX_ERROR_NO_EXAMPLE, "no-example", N_("“overstory-cli sandbox list” shows the examples there are.") },
  { OV_SANDBOX_ERROR_FOLDER, "sandbox-folder", N_("A sandbox keeps its files in $XDG_RUNTIME_DIR, or in ~/.cache where that is not set: see that it can be written to.") },
  { OV_SANDBOX_ERROR_START, "sandbox-start", N_("The message ends with what the node said; try “erl” in a terminal to see whether Erlang itself works.") },
  { OV_SANDBOX_ERROR_ENDED, "sandbox-ended", N_("Start the example again.") },
};

GQuark
ov_sandbox_error_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    {
      GQuark value = g_quark_from_static_string ("ov-sandbox-error-quark");

      ov_error_register_domain (value, error_words, G_N_ELEMENTS (error_words));
      g_once_init_leave (&quark, value);
    }

  return (GQuark) quark;
}

static void read_more (OvSandbox *self);
static void launch    (OvSandbox *self);

static char *
dup_random_hex (gsize n_bytes)
{
  guint8 bytes[COOKIE_BYTES];
  GString *hex = g_string_sized_new (2 * n_bytes);

  g_assert (n_bytes <= sizeof bytes);
  if (getrandom (bytes, n_bytes, 0) != (gssize) n_bytes)
    g_error ("the kernel gave no random bytes");
  for (gsize i = 0; i < n_bytes; i++)
    g_string_append_printf (hex, "%02x", bytes[i]);

  explicit_bzero (bytes, sizeof bytes);
  return g_string_free (hex, FALSE);
}

/* Ends the node if there is one, and removes what it had; nothing is told to anybody. */
static void
clear_node (OvSandbox *self)
{
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  if (self->process != NULL)
    g_subprocess_force_exit (self->process);
  g_clear_object (&self->process);
  g_clear_pointer (&self->folder, ov_folder_remove);
  g_string_truncate (self->line, 0);
}

static GTask *
steal_start (OvSandbox *self)
{
  g_clear_pointer (&self->deadline, g_source_destroy);
  g_clear_pointer (&self->cancelled, g_source_destroy);
  return g_steal_pointer (&self->start);
}

/* Takes @error. */
static void
fail_start (OvSandbox *self,
            GError    *error)
{
  g_autoptr(GTask) task = steal_start (self);

  g_assert (task != NULL);
  self->state = ENDED;
  clear_node (self);
  g_task_return_error (task, error);
}

static const char *
get_last_words (OvSandbox *self)
{
  const char *words = self->failure != NULL ? self->failure : g_strstrip (self->last_words->str);

  return *words != '\0' ? words : _("it said nothing");
}

/* "bwrap: No permissions to create a new namespace, …", or NULL. */
static const char *
find_bwrap_refusal (OvSandbox *self)
{
  const char *words = strstr (self->last_words->str, "bwrap: ");

  return words != NULL ? words + strlen ("bwrap: ") : NULL;
}

static void
set_notice (OvSandbox  *self,
            const char *reason)
{
  g_free (self->notice);
  self->notice = g_strdup_printf (_("This example is limited but not isolated: %s. It runs as you and could read your files."),
                                  reason);
}

/* Without isolation after all: its refusal has been read. */
static void
launch_limited (OvSandbox  *self,
                const char *refusal)
{
  g_autofree char *first_line = g_strndup (refusal, strcspn (refusal, "\n"));
  g_autofree char *reason = g_strdup_printf (_("bubblewrap may not do its work here (%s)"), g_strstrip (first_line));

  clear_node (self);
  g_string_truncate (self->last_words, 0);
  set_notice (self, reason);
  self->state = LIMITED;
  launch (self);
}

/* The node's output has ended, so it has. */
static void
node_gone (OvSandbox *self)
{
  g_autoptr(GError) error = NULL;

  if (self->state == JAILED && self->failure == NULL && find_bwrap_refusal (self) != NULL)
    {
      launch_limited (self, find_bwrap_refusal (self));
      return;
    }

  if (self->state == JAILED || self->state == LIMITED)
    {
      fail_start (self, g_error_new (OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_START,
                                     _("The example “%s” did not start: %s"), self->example, get_last_words (self)));
      return;
    }

  g_assert (self->state == UP);
  self->state = ENDED;
  error = g_error_new (OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_ENDED,
                       _("The example “%s” ended: %s"), self->example, get_last_words (self));
  clear_node (self);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, error);
}

static void
node_ready (OvSandbox *self,
            guint16    port)
{
  g_autoptr(GTask) task = steal_start (self);

  self->state = UP;
  self->port = port;
  g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

static void
take_line (OvSandbox  *self,
           const char *line)
{
  guint64 port;

  if (self->state != UP && g_str_has_prefix (line, READY_PREFIX)
      && g_ascii_string_to_unsigned (line + strlen (READY_PREFIX), 10, 1, G_MAXUINT16, &port, NULL))
    {
      node_ready (self, (guint16) port);
      return;
    }

  if (g_str_has_prefix (line, FAILED_PREFIX))
    {
      g_free (self->failure);
      self->failure = g_strdup (line + strlen (FAILED_PREFIX));
    }

  g_string_append_printf (self->last_words, "%s\n", line);
  if (self->last_words->len > LAST_WORDS_BYTES_MAX)
    g_string_erase (self->last_words, 0, self->last_words->len - LAST_WORDS_BYTES_MAX);
}

/* Lines are cut at LINE_BYTES_MAX: what a node prints is not trusted to have ends of lines. */
static void
take_bytes (OvSandbox  *self,
            const char *bytes,
            gsize       length)
{
  for (gsize i = 0; i < length && self->state != ENDED; i++)
    {
      if (bytes[i] != '\n' && self->line->len < LINE_BYTES_MAX)
        g_string_append_c (self->line, bytes[i]);
      if (bytes[i] == '\n')
        {
          g_autofree char *line = g_utf8_make_valid (self->line->str, self->line->len);

          g_string_truncate (self->line, 0);
          take_line (self, g_strchomp (line));
        }
    }
}

static void
weak_ref_free (GWeakRef *weak)
{
  g_weak_ref_clear (weak);
  g_free (weak);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr(OvSandbox) self = g_weak_ref_get (weak);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  weak_ref_free (weak);
  if (self == NULL || self->process == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* A pipe that cannot be read any more has ended as well. */
  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    {
      node_gone (self);
      return;
    }

  take_bytes (self, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (self->state != ENDED)
    read_more (self);
}

static void
read_more (OvSandbox *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_input_stream_read_bytes_async (g_subprocess_get_stdout_pipe (self->process), READ_BYTES, G_PRIORITY_DEFAULT,
                                   self->reading, read_cb, weak);
}

static GSubprocess *
spawn (OvSandbox   *self,
       const char  *bwrap,
       GError     **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *launcher = ov_example_dup_launcher_folder ();
  OvJailPlan plan = {
    .runtime = self->runtime, .launcher = launcher, .example = self->example, .language = self->language,
    .node = self->node,
  };

  if ((folder = ov_example_dup_folder (self->example, error)) == NULL)
    return NULL;
  if ((self->folder = ov_folder_create (error)) == NULL
      || !ov_folder_write_secret (self->folder, ".erlang.cookie", self->cookie, error))
    return NULL;

  plan.folder = folder;
  plan.home = ov_folder_get_path (self->folder);
  return ov_jail_start (&plan, bwrap, error);
}

static void
launch (OvSandbox *self)
{
  g_autofree char *bwrap = self->state == JAILED ? g_find_program_in_path ("bwrap") : NULL;
  g_autoptr(GError) error = NULL;

  if (self->state == JAILED && bwrap == NULL)
    {
      set_notice (self, _("bubblewrap (“bwrap”) is not installed"));
      self->state = LIMITED;
    }

  self->process = spawn (self, bwrap, &error);
  if (self->process == NULL)
    {
      fail_start (self, g_steal_pointer (&error));
      return;
    }

  self->reading = g_cancellable_new ();
  read_more (self);
}

static void
runtime_found_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(OvSandbox) self = OV_SANDBOX (user_data);
  g_autoptr(GError) error = NULL;

  self->runtime = ov_runtime_find_finish (result, &error);
  if (self->state != FINDING)
    return; /* cancelled or stopped meanwhile, and that has been told */

  if (self->runtime == NULL)
    {
      fail_start (self, g_steal_pointer (&error));
      return;
    }

  self->state = JAILED;
  launch (self);
}

static gboolean
deadline_cb (gpointer user_data)
{
  OvSandbox *self = OV_SANDBOX (user_data);

  fail_start (self, g_error_new (OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_START,
                                 _("The example “%s” did not start in %d seconds: %s"),
                                 self->example, START_LIMIT_S, get_last_words (self)));
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  OvSandbox *self = OV_SANDBOX (user_data);

  fail_start (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Starting the example was cancelled")));
  return G_SOURCE_REMOVE;
}

/* Sources that end the start; the task, which steal_start() takes with them, keeps @self alive. */
static void
watch_start (OvSandbox    *self,
             GCancellable *cancellable)
{
  self->deadline = g_timeout_source_new_seconds (START_LIMIT_S);
  g_source_set_callback (self->deadline, deadline_cb, self, NULL);
  g_source_attach (self->deadline, g_main_context_get_thread_default ());
  g_source_unref (self->deadline);

  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (self->cancelled, g_main_context_get_thread_default ());
      g_source_unref (self->cancelled);
    }
}

static void
ov_sandbox_finalize (GObject *object)
{
  OvSandbox *self = OV_SANDBOX (object);

  clear_node (self);
  if (self->cookie != NULL)
    explicit_bzero (self->cookie, strlen (self->cookie));
  g_free (self->cookie);
  g_free (self->example);
  g_free (self->language);
  g_free (self->node);
  g_free (self->notice);
  g_free (self->failure);
  g_string_free (self->line, TRUE);
  g_string_free (self->last_words, TRUE);
  g_clear_pointer (&self->runtime, ov_runtime_free);

  G_OBJECT_CLASS (ov_sandbox_parent_class)->finalize (object);
}

static void
ov_sandbox_class_init (OvSandboxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ov_sandbox_finalize;

  /**
   * OvSandbox::ended:
   * @error: what happened, OV_SANDBOX_ERROR_ENDED
   *
   * The node ended by itself; not emitted after ov_sandbox_stop().
   */
  signals[SIGNAL_ENDED] = g_signal_new ("ended", OV_TYPE_SANDBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ov_sandbox_init (OvSandbox *self)
{
  self->line = g_string_new (NULL);
  self->last_words = g_string_new (NULL);
}

/**
 * ov_sandbox_start_async:
 * @example: the name of an example, see ov_example_list()
 * @language: (nullable): "erlang" or "elixir"; %NULL is "erlang"
 * @cancellable: (nullable): ends the start and what it started
 * @callback: when the node can be attached to
 * @user_data: for @callback
 *
 * Starts a private node with an example in it. It takes about half a second for Erlang and a
 * second for Elixir. Errors: NO_EXAMPLE, NO_ERL, FOLDER, START.
 */
void
ov_sandbox_start_async (const char          *example,
                        const char          *language,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(OvSandbox) self = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *suffix = NULL;

  g_return_if_fail (example != NULL);
  g_return_if_fail (language == NULL || g_str_equal (language, "erlang") || g_str_equal (language, "elixir"));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_sandbox_start_async);
  if ((folder = ov_example_dup_folder (example, &error)) == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  self = g_object_new (OV_TYPE_SANDBOX, NULL);
  suffix = dup_random_hex (2);
  self->example = g_strdup (example);
  self->language = g_strdup (language != NULL ? language : "erlang");
  self->node = g_strdup_printf ("%s-%s@localhost", example, suffix);
  self->cookie = dup_random_hex (COOKIE_BYTES);
  g_task_set_task_data (task, g_object_ref (self), g_object_unref);
  self->start = g_steal_pointer (&task);
  watch_start (self, cancellable);
  ov_runtime_find_async (g_str_equal (self->language, "elixir"), cancellable, runtime_found_cb, g_object_ref (self));
}

/**
 * ov_sandbox_start_finish:
 *
 * Returns: (transfer full): the running sandbox; it ends when the last reference goes
 */
OvSandbox *
ov_sandbox_start_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, ov_sandbox_start_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * ov_sandbox_stop:
 *
 * Ends the node and removes its folder. Does not wait; a second call does nothing.
 */
void
ov_sandbox_stop (OvSandbox *self)
{
  g_return_if_fail (OV_IS_SANDBOX (self));

  self->state = ENDED;
  clear_node (self);
}

/** ov_sandbox_get_node: Returns: (transfer none): the node's name; epmd does not know it */
const char *
ov_sandbox_get_node (OvSandbox *self)
{
  g_return_val_if_fail (OV_IS_SANDBOX (self), NULL);

  return self->node;
}

/** ov_sandbox_get_port: Returns: the distribution port on 127.0.0.1 */
guint16
ov_sandbox_get_port (OvSandbox *self)
{
  g_return_val_if_fail (OV_IS_SANDBOX (self), 0);

  return self->port;
}

/** ov_sandbox_get_cookie: Returns: (transfer none): a secret; never print, log or pass it on a command line */
const char *
ov_sandbox_get_cookie (OvSandbox *self)
{
  g_return_val_if_fail (OV_IS_SANDBOX (self), NULL);

  return self->cookie;
}

/** ov_sandbox_get_notice: Returns: (transfer none) (nullable): a sentence for people when the node is less than isolated */
const char *
ov_sandbox_get_notice (OvSandbox *self)
{
  g_return_val_if_fail (OV_IS_SANDBOX (self), NULL);

  return self->notice;
}
