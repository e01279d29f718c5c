/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts real nodes for tests; see the header.
 *
 * Invariant: every child has PR_SET_PDEATHSIG = SIGKILL, so nothing outlives the test program,
 * and the cookie is only ever in a 0400 file inside a 0700 folder.
 * Thread: main.
 */
#include "support/ov-test-node.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#define START_DEADLINE_US (60 * G_USEC_PER_SEC)
#define EVAL_DEADLINE_US  (60 * G_USEC_PER_SEC)
#define OK_MARK           "=ov-ok "
#define ERROR_MARK        "=ov-error "

struct _OvTestNode
{
  GSubprocess   *process;
  GOutputStream *input;    /* of the node; owned by process */
  int            output;   /* owned by process */
  GString       *unread;
  char          *name;
  char          *cookie;
  char          *home;     /* as seen from outside a chroot */
  char          *cookie_file;
  guint16        port;
  guint          release;
};

static GSubprocess *epmd;
static guint16      epmd_port;

/* Reads expressions, one a line, and prints one line for each. */
static const char loop_source[] =
  "Eval = fun(Line) ->"
  "  {ok, Tokens, _} = erl_scan:string(Line),"
  "  {ok, Exprs} = erl_parse:parse_exprs(Tokens),"
  "  {value, Value, _} = erl_eval:exprs(Exprs, []),"
  "  Value "
  "end,"
  "Loop = fun Again() ->"
  "  case io:get_line(\"\") of"
  "    Line when is_list(Line) ->"
  "      try Eval(Line) of"
  "        Value -> io:format(\"=ov-ok ~0tp~n\", [Value])"
  "      catch"
  "        Class:Reason:Stack ->"
  "          io:format(\"=ov-error ~0tp~n\", [{Class, Reason, Stack}])"
  "      end,"
  "      Again();"
  "    _ -> erlang:halt(0)"
  "  end "
  "end,"
  "io:setopts([{encoding, unicode}]),"
  "spawn(Loop).";

static void
child_setup_cb (gpointer user_data)
{
  const char *root = user_data;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setsid ();
  if (root != NULL && (chroot (root) != 0 || chdir ("/") != 0))
    _exit (126);
}

static const char *
get_root (void)
{
  const char *root = g_getenv ("OVERSTORY_TEST_OTP_ROOT");

  return root != NULL && *root != '\0' ? root : NULL;
}

gboolean
ov_test_node_is_available (void)
{
  g_autofree char *erl = g_find_program_in_path ("erl");
  g_autofree char *mapper = g_find_program_in_path ("epmd");

  if (mapper != NULL && (erl != NULL || get_root () != NULL))
    return TRUE;

  g_test_skip (mapper == NULL ? "epmd is missing" : "erl is missing");
  return FALSE;
}

/* A connection attempt that is over at once, on loopback. */
static gboolean
is_listening (guint16 port)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons (port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean listening;

  g_assert_cmpint (fd, >=, 0);
  listening = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (fd);

  return listening;
}

static guint16
find_free_port (void)
{
  guint16 port;

  do
    port = (guint16) g_random_int_range (20000, 32000);
  while (is_listening (port));

  return port;
}

static GSubprocess *
spawn_epmd (guint16 port)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  GSubprocess *process;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                        | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, "epmd", "-port", port_text,
                                         "-address", "127.0.0.1", "-relaxed_command_check", NULL);
  g_assert_no_error (error);

  return process;
}

guint16
ov_test_epmd_start (void)
{
  gint64 deadline = g_get_monotonic_time () + START_DEADLINE_US;

  if (epmd != NULL)
    return epmd_port;

  if (epmd_port == 0)
    {
      g_autofree char *text = NULL;

      epmd_port = find_free_port ();
      text = g_strdup_printf ("%u", epmd_port);
      g_setenv ("ERL_EPMD_PORT", text, TRUE);
    }
  epmd = spawn_epmd (epmd_port);
  while (!is_listening (epmd_port))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (2000);
    }

  return epmd_port;
}

void
ov_test_epmd_stop (void)
{
  if (epmd == NULL)
    return;

  g_subprocess_force_exit (epmd);
  g_subprocess_wait (epmd, NULL, NULL); /* cannot fail without a cancellable */
  g_clear_object (&epmd);
}

/* The node's HOME with its cookie file. */
static void
make_home (OvTestNode *self)
{
  const char *root = get_root ();
  g_autoptr (GError) error = NULL;
  int fd;

  self->home = root != NULL ? g_build_filename (root, "tmp", "ov-home-XXXXXX", NULL)
                            : g_build_filename (g_get_tmp_dir (), "ov-home-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp_full (self->home, 0700));
  self->cookie = g_strdup_printf ("%08X%08X%08X", g_random_int (), g_random_int (),
                                  g_random_int ());
  self->cookie_file = g_build_filename (self->home, ".erlang.cookie", NULL);
  fd = g_open (self->cookie_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, self->cookie, strlen (self->cookie)), ==,
                   (gssize) strlen (self->cookie));
  close (fd);
}

static void
set_environment (GSubprocessLauncher *launcher,
                 OvTestNode          *self)
{
  const char *root = get_root ();
  g_autofree char *port = g_strdup_printf ("%u", epmd_port);

  g_subprocess_launcher_setenv (launcher, "HOME",
                                root != NULL ? self->home + strlen (root) : self->home, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "XDG_CONFIG_HOME");
  g_subprocess_launcher_unsetenv (launcher, "ERL_FLAGS");
  g_subprocess_launcher_unsetenv (launcher, "ERL_AFLAGS");
  g_subprocess_launcher_unsetenv (launcher, "ERL_ZFLAGS");
  g_subprocess_launcher_unsetenv (launcher, "ERL_LIBS");
  g_subprocess_launcher_setenv (launcher, "ERL_EPMD_PORT", port, TRUE);
  g_subprocess_launcher_setenv (launcher, "ERL_EPMD_ADDRESS", "127.0.0.1", TRUE);
  g_subprocess_launcher_setenv (launcher, "ERL_CRASH_DUMP_SECONDS", "0", TRUE);
  g_subprocess_launcher_setenv (launcher, "LANG", "C.UTF-8", TRUE);
}

static GStrv
make_arguments (const char        *name,
                const char *const *extra)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add_many (builder, get_root () != NULL ? "/usr/bin/erl" : "erl", "-noshell",
                           "-start_epmd", "false", NULL);
  if (name != NULL)
    g_strv_builder_add_many (builder, strchr (strchr (name, '@'), '.') != NULL ? "-name" : "-sname",
                             name, "-kernel", "inet_dist_use_interface", "{127,0,0,1}", NULL);
  if (extra != NULL)
    g_strv_builder_addv (builder, (const char **) extra);
  g_strv_builder_add_many (builder, "-eval", loop_source, NULL);

  return g_strv_builder_end (builder);
}

static void
spawn_node (OvTestNode        *self,
            const char *const *extra)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) arguments = make_arguments (self->name, extra);

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                        | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  set_environment (launcher, self);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, (gpointer) get_root (), NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments, &error);
  g_assert_no_error (error);
  self->input = g_subprocess_get_stdin_pipe (self->process);
  self->output = g_unix_input_stream_get_fd (
      G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (self->process)));
}

OvTestNode *
ov_test_node_start (const char        *name,
                    const char *const *arguments)
{
  OvTestNode *self = g_new0 (OvTestNode, 1);
  g_autofree char *release = NULL;

  g_assert_true (name == NULL || strchr (name, '@') != NULL);

  ov_test_epmd_start ();
  self->name = g_strdup (name);
  self->unread = g_string_new (NULL);
  make_home (self);
  spawn_node (self, arguments);

  release = ov_test_node_eval (self, "list_to_integer(erlang:system_info(otp_release))");
  self->release = (guint) g_ascii_strtoull (release, NULL, 10);
  if (name != NULL)
    {
      g_autofree char *port = ov_test_node_eval (
          self, "element(2, erl_epmd:port_please(hd(string:split(atom_to_list(node()), \"@\")),"
                " {127,0,0,1}))");

      self->port = (guint16) g_ascii_strtoull (port, NULL, 10);
    }

  return self;
}

void
ov_test_node_kill (OvTestNode *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL); /* cannot fail without a cancellable */
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL); /* gone already: nothing to remove */
  const char *entry;

  while (folder != NULL && (entry = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, entry, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void
ov_test_node_stop (OvTestNode *self)
{
  if (self == NULL)
    return;

  ov_test_node_kill (self);
  remove_folder (self->home);
  g_clear_object (&self->process);
  g_string_free (self->unread, TRUE);
  g_free (self->name);
  g_free (self->cookie);
  g_free (self->cookie_file);
  g_free (self->home);
  g_free (self);
}

/* The state of a thread stands behind the name, which is in parentheses and may hold any. */
static gboolean
is_thread_stopped (const char *tasks,
                   const char *id)
{
  g_autofree char *path = g_build_filename (tasks, id, "stat", NULL);
  g_autofree char *text = NULL;
  const char *end;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (end = strrchr (text, ')')) == NULL)
    return TRUE; /* it ended meanwhile */
  return end[1] == ' ' && end[2] == 'T';
}

static gboolean
is_stopped (OvTestNode *self)
{
  g_autofree char *tasks = g_strdup_printf ("/proc/%s/task",
                                            g_subprocess_get_identifier (self->process));
  g_autoptr (GDir) folder = g_dir_open (tasks, 0, NULL);
  const char *id;

  g_assert_nonnull (folder);
  while ((id = g_dir_read_name (folder)) != NULL)
    if (!is_thread_stopped (tasks, id))
      return FALSE;

  return TRUE;
}

void
ov_test_node_suspend (OvTestNode *self)
{
  gint64 deadline = g_get_monotonic_time () + START_DEADLINE_US;

  g_subprocess_send_signal (self->process, SIGSTOP);
  while (!is_stopped (self))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (500);
    }
}

void
ov_test_node_resume (OvTestNode *self)
{
  g_subprocess_send_signal (self->process, SIGCONT);
}

const char *
ov_test_node_get_name (OvTestNode *self)
{
  return self->name;
}

const char *
ov_test_node_get_cookie (OvTestNode *self)
{
  return self->cookie;
}

const char *
ov_test_node_get_cookie_file (OvTestNode *self)
{
  return self->cookie_file;
}

const char *
ov_test_node_get_home (OvTestNode *self)
{
  return self->home;
}

const char *
ov_test_node_get_inner_path (OvTestNode *self,
                             const char *path)
{
  const char *root = get_root ();

  g_assert_true (g_str_has_prefix (path, self->home));
  return root != NULL ? path + strlen (root) : path;
}

pid_t
ov_test_node_get_process_id (OvTestNode *self)
{
  return (pid_t) g_ascii_strtoll (g_subprocess_get_identifier (self->process), NULL, 10);
}

guint16
ov_test_node_get_port (OvTestNode *self)
{
  return self->port;
}

guint
ov_test_node_get_release (OvTestNode *self)
{
  return self->release;
}

/* One line of the node's standard output, without its end. */
static char *
read_line (OvTestNode *self,
           gint64      deadline)
{
  const char *end;

  while ((end = strchr (self->unread->str, '\n')) == NULL)
    {
      struct pollfd ready = { .fd = self->output, .events = POLLIN };
      char buffer[4096];
      gssize n;

      if (poll (&ready, 1, 100) > 0)
        {
          n = read (self->output, buffer, sizeof buffer);
          if (n <= 0)
            g_error ("the node ended: %s", self->unread->str);
          g_string_append_len (self->unread, buffer, n);
        }
      if (g_get_monotonic_time () > deadline)
        g_error ("the node does not answer: %s", self->unread->str);
    }

  {
    char *line = g_strndup (self->unread->str, (gsize) (end - self->unread->str));

    g_string_erase (self->unread, 0, end - self->unread->str + 1);
    return line;
  }
}

char *
ov_test_node_eval (OvTestNode *self,
                   const char *expression)
{
  gint64 deadline = g_get_monotonic_time () + EVAL_DEADLINE_US;
  g_autoptr (GString) line = g_string_new (expression);
  g_autoptr (GError) error = NULL;

  g_strdelimit (g_strchomp (line->str), "\n", ' ');
  line->len = strlen (line->str);
  if (!g_str_has_suffix (line->str, "."))
    g_string_append_c (line, '.');
  g_string_append_c (line, '\n');
  g_output_stream_write_all (self->input, line->str, line->len, NULL, NULL, &error);
  g_assert_no_error (error);

  while (TRUE)
    {
      g_autofree char *answer = read_line (self, deadline);

      if (g_str_has_prefix (answer, OK_MARK))
        return g_strdup (answer + strlen (OK_MARK));
      if (g_str_has_prefix (answer, ERROR_MARK))
        g_error ("%s: %s", expression, answer);
    }
}

void
ov_test_node_assert_eval (OvTestNode *self,
                          const char *expression,
                          const char *expected)
{
  g_autofree char *value = ov_test_node_eval (self, expression);

  g_assert_cmpstr (value, ==, expected);
}

gboolean
ov_test_node_wait_eval (OvTestNode *self,
                        const char *expression,
                        const char *expected,
                        guint       timeout_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  while (TRUE)
    {
      g_autofree char *value = ov_test_node_eval (self, expression);

      if (strcmp (value, expected) == 0)
        return TRUE;
      if (g_get_monotonic_time () > deadline)
        {
          g_test_message ("%s is still %s", expression, value);
          return FALSE;
        }
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
}
