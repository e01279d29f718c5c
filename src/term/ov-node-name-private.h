/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Node names as interned strings, so that pids compare by pointer.  Bounded: see the .c file.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @bytes is valid UTF-8. */
const char *ov_node_name_intern     (const char *bytes,
                                     gsize       length);
/* Of the node whose pids, in typed text, begin with 0. */
const char *ov_node_name_intern_own (const char *name);

G_END_DECLS
