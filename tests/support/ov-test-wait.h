/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waiting for what the main loop brings: no pauses, a deadline instead.  Thread: main.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sources go on until they are removed, so that the one who waits may remove them in every case. */
static inline gboolean
ov_test_late_cb (gpointer is_late)
{
  *(gboolean *) is_late = TRUE;

  return G_SOURCE_CONTINUE;
}

/* Turns the main loop until the condition holds, or time is up: for who then says more than that. */
#define ov_test_turn_until(condition, timeout_ms) \
  G_STMT_START { \
    gboolean is_late = FALSE; \
    guint deadline = g_timeout_add (timeout_ms, ov_test_late_cb, &is_late); \
    while (!(condition) && !is_late) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (deadline); \
  } G_STMT_END

/* The same, and it has to hold. */
#define ov_test_wait_until(condition, timeout_ms) \
  G_STMT_START { \
    ov_test_turn_until (condition, timeout_ms); \
    g_assert_true (condition); \
  } G_STMT_END

G_END_DECLS
