/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walk through the steps of attaching:
 *
 *   name ► (the cookie is found) ► epmd ► registered ► port ► handshake, cookie ► code_loading ►
 *   versions
 *     └────────────┴── the first that fails ends the walk; what it skipped says so ──► findings
 *
 * A cookie that cannot be had is reported at once, and the walk goes on as far as the port.
 * Invariants: nothing on the node is changed; the whole takes at most its time limit, TOTAL_MS by default.
 * Thread: main.
 */
#include "link/ov-doctor-private.h"

#include "link/ov-cookie.h"
#include "link/ov-link.h"
#include "link/ov-node-name.h"

#include <glib/gi18n.h>

#define TOTAL_MS   7000
#define EPMD_MS    1500
#define PORT_MS    2000
#define OPEN_MS    2500
#define CALL_MS    1000

typedef struct
{
  char      *node;
  char      *alive;
  char      *host;
  char      *cookie_path; /* where it is looked for */
  char      *cookie;      /* NULL: there is none */
  guint16    port;
  gint64     end_us;
  OvLink    *link;
  GPtrArray *findings;
  char      *erts;
} Visit;

static void
visit_free (gpointer data)
{
  Visit *visit = data;

  if (visit->link != NULL)
    ov_link_close (visit->link);
  g_clear_object (&visit->link);
  g_clear_pointer (&visit->cookie, ov_cookie_free);
  g_clear_pointer (&visit->findings, g_ptr_array_unref);
  g_free (visit->node);
  g_free (visit->alive);
  g_free (visit->host);
  g_free (visit->cookie_path);
  g_free (visit->erts);
  g_free (visit);
}

/* How long a step may take that would like @wanted_ms. */
static guint
get_time (Visit *visit,
          guint  wanted_ms)
{
  gint64 left_ms = (visit->end_us - g_get_monotonic_time ()) / 1000;

  return (guint) CLAMP (left_ms, 1, (gint64) wanted_ms);
}

/* (transfer full) task */
static void
finish (GTask *task)
{
  Visit *visit = g_task_get_task_data (task);

  if (visit->link != NULL)
    ov_link_close (visit->link);
  g_task_return_pointer (task, g_steal_pointer (&visit->findings),
                         (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (task);
}

/* (transfer full) task: the walk ends here. */
static void
finish_failed (GTask          *task,
               OvDoctorStepId  id,
               const GError   *error)
{
  Visit *visit = g_task_get_task_data (task);

  ov_doctor_findings_set_error (visit->findings, id, error);
  finish (task);
}

/* (transfer full) task.  Whether the caller gave up; then it is told. */
static gboolean
is_over (GTask *task)
{
  if (!g_task_return_error_if_cancelled (task))
    return FALSE;

  g_object_unref (task);
  return TRUE;
}

/* versions */

static void
release_told_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = ov_link_call_finish (OV_LINK (source), result, &error);
  g_autofree char *release = value != NULL ? ov_term_dup_text (value) : NULL;

  if (is_over (task))
    return;
  if (error != NULL)
    {
      finish_failed (task, OV_DOCTOR_VERSIONS, error);
      return;
    }

  ov_doctor_findings_set_release (visit->findings, release != NULL ? release : "?", visit->erts);
  finish (task);
}

static void
ask_system_info (GTask               *task,
                 const char          *item,
                 GAsyncReadyCallback  callback)
{
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (OvTerm) arguments = ov_term_list (ov_term_new_atom (item), NULL);

  ov_link_call_async (visit->link, "erlang", "system_info", arguments, get_time (visit, CALL_MS),
                      g_task_get_cancellable (task), callback, task);
}

static void
erts_told_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = ov_link_call_finish (OV_LINK (source), result, &error);

  if (is_over (task))
    return;
  if (error != NULL)
    {
      finish_failed (task, OV_DOCTOR_VERSIONS, error);
      return;
    }
  visit->erts = ov_term_dup_text (value);
  if (visit->erts == NULL)
    visit->erts = g_strdup ("?");
  ask_system_info (task, "otp_release", release_told_cb);
}

/* code_loading: code:root_dir/0 asks the code server in every release, so its answer shows that it
 * is there; code:load_binary/3 works in embedded mode as in interactive mode. */

static void
root_told_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = ov_link_call_finish (OV_LINK (source), result, &error);
  g_autofree char *root = value != NULL ? ov_term_dup_text (value) : NULL;

  if (is_over (task))
    return;
  if (root == NULL)
    {
      ov_doctor_findings_set_failed (
          visit->findings, OV_DOCTOR_CODE_LOADING,
          error != NULL ? g_strdup_printf (_("The code server does not answer: %s"), error->message)
                        : g_strdup (_("The code server gave an answer that is not understood")),
          g_strdup (_("Overstory loads its probe through the code server (code:load_binary/3). See "
                      "whether whereis(code_server) is alive on the node and not suspended.")));
      finish (task);
      return;
    }

  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_CODE_LOADING,
                             g_strdup_printf (_("The code server answers (OTP is in %s), and "
                                                "modules can be loaded"), root));
  ask_system_info (task, "version", erts_told_cb);
}

static void
ask_code_server (GTask *task)
{
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (OvTerm) arguments = ov_term_new_list (NULL, 0);

  ov_link_call_async (visit->link, "code", "root_dir", arguments, get_time (visit, CALL_MS),
                      g_task_get_cancellable (task), root_told_cb, task);
}

/* handshake, cookie */

static void
report_bad_cookie (Visit *visit)
{
  g_autofree char *quoted = g_shell_quote (visit->cookie_path);

  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_HANDSHAKE,
                             g_strdup_printf (_("%s answers the handshake"), visit->node));
  ov_doctor_findings_set_failed (
      visit->findings, OV_DOCTOR_COOKIE,
      g_strdup_printf (_("%s has another cookie than the one found here (%s, or the keyring)"),
                       visit->node, quoted),
      g_strdup (_("The node’s cookie is in .erlang.cookie in the home folder of the user that runs "
                  "it, or in what it was started with (-setcookie, RELEASE_COOKIE); "
                  "erlang:get_cookie() in its own shell shows it. Put it into a file with mode "
                  "0400 and name that with --cookie-file.")));
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  ov_link_open_finish (OV_LINK (source), result, &error);
  if (is_over (task))
    return;
  if (g_error_matches (error, OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE))
    {
      report_bad_cookie (visit);
      finish (task);
      return;
    }
  if (error != NULL)
    {
      finish_failed (task, OV_DOCTOR_HANDSHAKE, error);
      return;
    }

  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_HANDSHAKE,
                             g_strdup_printf (_("%s answers the handshake (version %u)"),
                                              visit->node, ov_link_get_release (visit->link)));
  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_COOKIE, g_strdup (_("The cookie fits")));
  ask_code_server (task);
}

static void
open_link (GTask *task)
{
  Visit *visit = g_task_get_task_data (task);
  OvLinkOptions options = {
    .node = visit->node,
    .cookie = visit->cookie,
    .host = visit->host,
    .port = visit->port,
    .timeout_ms = get_time (visit, OPEN_MS),
  };

  visit->link = ov_link_new ();
  ov_link_open_async (visit->link, &options, g_task_get_cancellable (task), opened_cb, task);
}

/* port */

static void
explain_port (Visit        *visit,
              const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    ov_doctor_findings_set_failed (
        visit->findings, OV_DOCTOR_PORT,
        g_strdup_printf (_("Nothing listens at %s, port %u"), visit->host, visit->port),
        g_strdup (_("The node has just ended, or listens on another interface: "
                    "see inet_dist_use_interface in its kernel configuration.")));
  else
    ov_doctor_findings_set_failed (
        visit->findings, OV_DOCTOR_PORT,
        g_strdup_printf (_("Port %u of %s does not answer: %s"), visit->port, visit->host,
                         error->message),
        g_strdup_printf (_("A firewall seems to drop it. Let port %u through; to fix its number, "
                           "start the node with -kernel inet_dist_listen_min %u "
                           "inet_dist_listen_max %u. Or forward it: "
                           "ssh -L %u:localhost:%u %s"), visit->port, visit->port, visit->port,
                         visit->port, visit->port, visit->host));
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);

  if (is_over (task))
    return;
  if (connection == NULL)
    explain_port (visit, error);
  else
    ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_PORT,
                               g_strdup_printf (_("%s accepts connections on port %u"), visit->host,
                                                visit->port));
  if (connection != NULL && visit->cookie != NULL)
    open_link (task);
  else
    finish (task);
}

static void
try_port (GTask *task)
{
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, (get_time (visit, PORT_MS) + 999) / 1000);
  g_socket_client_connect_to_host_async (client, visit->host, visit->port,
                                         g_task_get_cancellable (task), connected_cb, task);
}

/* epmd, registered */

static void
names_told_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = ov_epmd_names_finish (result, &error);
  OvEpmdEntry *entry;

  if (is_over (task))
    return;
  if (entries == NULL)
    {
      finish_failed (task, OV_DOCTOR_EPMD, error);
      return;
    }

  ov_doctor_findings_set_ok (
      visit->findings, OV_DOCTOR_EPMD,
      g_strdup_printf (g_dngettext (NULL, "epmd answers at %s, port %u, and knows %u node",
                                    "epmd answers at %s, port %u, and knows %u nodes",
                                    entries->len),
                       visit->host, ov_epmd_get_port (), entries->len));
  entry = ov_doctor_find_entry (entries, visit->alive);
  if (entry == NULL)
    {
      ov_doctor_findings_set_unknown (visit->findings, entries, visit->alive, visit->host);
      finish (task);
      return;
    }

  visit->port = entry->port;
  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_REGISTERED,
                             g_strdup_printf (_("“%s” is registered with port %u"), visit->alive,
                                              visit->port));
  try_port (task);
}

static void
ask_epmd (GTask *task)
{
  Visit *visit = g_task_get_task_data (task);

  if (visit->port == 0)
    {
      ov_epmd_names_async (visit->host, get_time (visit, EPMD_MS), g_task_get_cancellable (task),
                           names_told_cb, task);
      return;
    }

  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_EPMD,
                             g_strdup (_("Not needed: the port was given")));
  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_REGISTERED,
                             g_strdup_printf (_("Not asked: port %u was given"), visit->port));
  try_port (task);
}

static void
cookie_found_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GTask *task = user_data;
  Visit *visit = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  visit->cookie = ov_cookie_find_finish (result, &error);
  if (is_over (task))
    return;
  if (visit->cookie == NULL)
    ov_doctor_findings_set_cookie_error (visit->findings, visit->cookie_path, error);
  ask_epmd (task);
}

static void
begin_visit (GTask *task)
{
  Visit *visit = g_task_get_task_data (task);

  ov_doctor_findings_set_ok (visit->findings, OV_DOCTOR_NAME,
                             g_strdup_printf (ov_node_name_is_long (visit->node)
                                                  ? _("“%s” is a long name")
                                                  : _("“%s” is a short name"), visit->node));
}

/**
 * ov_doctor_visit_full_async:
 * @node: the name a person typed
 * @options: how to reach it; only borrowed during the call
 * @cancellable: (nullable): cancels
 * @callback: called on the thread-default context
 * @user_data: its argument
 *
 * Walks the steps of attaching to @node. Finish with ov_doctor_visit_finish().
 */
void
ov_doctor_visit_full_async (const char            *node,
                            const OvDoctorOptions *options,
                            GCancellable          *cancellable,
                            GAsyncReadyCallback    callback,
                            gpointer               user_data)
{
  g_autoptr (GError) error = NULL;
  GTask *task;
  Visit *visit;

  g_return_if_fail (node != NULL);
  g_return_if_fail (options != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_doctor_visit_full_async);
  visit = g_new0 (Visit, 1);
  visit->node = g_strdup (node);
  visit->cookie_path = options->cookie_path != NULL ? g_strdup (options->cookie_path)
                                                    : ov_cookie_dup_default_path ();
  visit->cookie = g_strdup (options->cookie);
  visit->port = options->port;
  visit->end_us = g_get_monotonic_time ()
                  + (options->timeout_ms != 0 ? options->timeout_ms : TOTAL_MS) * G_GINT64_CONSTANT (1000);
  visit->findings = ov_doctor_findings_new ();
  g_task_set_task_data (task, visit, visit_free);
  if (!ov_node_name_split (node, &visit->alive, &visit->host, &error))
    {
      finish_failed (task, OV_DOCTOR_NAME, error);
      return;
    }
  if (options->host != NULL)
    {
      g_free (visit->host);
      visit->host = g_strdup (options->host);
    }
  begin_visit (task);
  if (visit->cookie != NULL)
    ask_epmd (task);
  else
    ov_cookie_find_async (node, options->cookie_path, cancellable, cookie_found_cb, task);
}

/**
 * ov_doctor_visit_async:
 * @node: the name a person typed
 * @cookie_path: (nullable): a cookie file that was named
 * @port: the node's port; 0 to ask epmd
 * @cancellable: (nullable): cancels
 * @callback: called on the thread-default context
 * @user_data: its argument
 *
 * Walks the steps of attaching to @node, in at most some seconds.
 */
void
ov_doctor_visit_async (const char          *node,
                       const char          *cookie_path,
                       guint16              port,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  OvDoctorOptions options = { .cookie_path = cookie_path, .port = port };

  ov_doctor_visit_full_async (node, &options, cancellable, callback, user_data);
}

/**
 * ov_doctor_visit_finish:
 * @result: what the callback got
 * @error: cancelled
 *
 * Returns: (transfer full) (element-type OvDoctorStep): the eight steps, in order
 */
GPtrArray *
ov_doctor_visit_finish (GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
