/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The asynchronous functions of src/link as functions that wait, for tests only: they run the
 * default main context until the result is there, at most a minute.
 * Thread: main.
 */
#pragma once

#include "link/ov-cookie.h"
#include "link/ov-doctor.h"
#include "link/ov-epmd.h"
#include "link/ov-link.h"

G_BEGIN_DECLS

/* A result that is being waited for. */
typedef struct
{
  GAsyncResult *result;
} OvTestResult;

void          ov_test_result_cb    (GObject      *source,
                                    GAsyncResult *result,
                                    gpointer      user_data); /* an OvTestResult */
GAsyncResult *ov_test_result_wait  (OvTestResult *self);      /* (transfer none) */
void          ov_test_result_clear (OvTestResult *self);
/* Runs the default main context until *@flag is not 0. */
void          ov_test_wait_flag    (const gint *flag);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OvTestResult, ov_test_result_clear)

gboolean      ov_test_link_open    (OvLink              *link,
                                    const OvLinkOptions *options,
                                    GError             **error);
OvTerm       *ov_test_link_call    (OvLink      *link,
                                    const char  *module,
                                    const char  *function,
                                    OvTerm      *arguments, /* (transfer full) */
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;
/* The value as text; the test fails unless the call succeeds. */
char         *ov_test_link_call_text (OvLink     *link,
                                      const char *module,
                                      const char *function,
                                      OvTerm     *arguments) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray    *ov_test_doctor_visit (const char *node,
                                    const char *cookie_path,
                                    guint16     port) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
