/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPid: the identity of an Erlang process as a value that can be copied, compared and hashed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @node is a string from g_intern_string(), or NULL for "no pid".  The decoder interns at most
 * a thousand names that it meets; the name of the node one is attached to is interned by
 * whoever attaches, and so is never refused. */
typedef struct
{
  const char *node;
  guint32     id;
  guint32     serial;
  guint32     creation;
} OvPid;

#define OV_PID_NONE ((OvPid) { NULL, 0, 0, 0 })

gboolean ov_pid_is_none   (const OvPid *pid);
gboolean ov_pid_equal     (gconstpointer a,
                           gconstpointer b);
guint    ov_pid_hash      (gconstpointer pid);
int      ov_pid_compare   (gconstpointer a,
                           gconstpointer b);

/* "<0.123.0>" when @local_node is the pid's node (or NULL), else "<other@host.123.0>". */
char    *ov_pid_to_string (const OvPid *pid,
                           const char  *local_node) G_GNUC_WARN_UNUSED_RESULT;
/* Accepts "<0.123.0>", "0.123.0", "#PID<0.123.0>" and "<other@host.123.0>".  The creation of a
 * pid that a person typed is not known: it is 0, and equality then ignores it. */
gboolean ov_pid_parse     (const char *text,
                           const char *local_node,
                           OvPid      *pid);

G_END_DECLS
