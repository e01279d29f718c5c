/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waiting for the link in tests; see the header.
 * Thread: main.
 */
#include "support/ov-test-link.h"

#define DEADLINE_S 60

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("nothing happened for %d seconds", DEADLINE_S);
  return G_SOURCE_REMOVE;
}

void
ov_test_result_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  OvTestResult *self = user_data;

  g_assert_null (self->result);
  self->result = g_object_ref (result);
}

GAsyncResult *
ov_test_result_wait (OvTestResult *self)
{
  guint source = g_timeout_add_seconds (DEADLINE_S, deadline_cb, NULL);

  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);

  return self->result;
}

void
ov_test_result_clear (OvTestResult *self)
{
  g_clear_object (&self->result);
}

void
ov_test_wait_flag (const gint *flag)
{
  guint source = g_timeout_add_seconds (DEADLINE_S, deadline_cb, NULL);

  while (g_atomic_int_get (flag) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (200); /* the flag may be set by another thread, which wakes nobody */
    }
  g_source_remove (source);
}

gboolean
ov_test_link_open (OvLink              *link,
                   const OvLinkOptions *options,
                   GError             **error)
{
  g_auto (OvTestResult) result = { NULL };

  ov_link_open_async (link, options, NULL, ov_test_result_cb, &result);
  return ov_link_open_finish (link, ov_test_result_wait (&result), error);
}

OvTerm *
ov_test_link_call (OvLink      *link,
                   const char  *module,
                   const char  *function,
                   OvTerm      *arguments,
                   GError     **error)
{
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (OvTerm) owned = arguments;

  ov_link_call_async (link, module, function, owned, 30000, NULL, ov_test_result_cb, &result);
  return ov_link_call_finish (link, ov_test_result_wait (&result), error);
}

char *
ov_test_link_call_text (OvLink     *link,
                        const char *module,
                        const char *function,
                        OvTerm     *arguments)
{
  static const OvTermFormat format = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = ov_test_link_call (link, module, function, arguments, &error);

  g_assert_no_error (error);
  return ov_term_to_string (value, &format, NULL);
}
