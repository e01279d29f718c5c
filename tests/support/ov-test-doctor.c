/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waiting for the doctor in tests; see ov-test-link.h.
 * Thread: main.
 */
#include "support/ov-test-link.h"

GPtrArray *
ov_test_doctor_visit (const char *node,
                      const char *cookie_path,
                      guint16     port)
{
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  GPtrArray *steps;

  ov_doctor_visit_async (node, cookie_path, port, NULL, ov_test_result_cb, &result);
  steps = ov_doctor_visit_finish (ov_test_result_wait (&result), &error);
  g_assert_no_error (error);

  return steps;
}
