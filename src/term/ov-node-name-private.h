/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Node names as interned strings, so that pids compare by pointer.  Bounded: see the .c file.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The node of a pid whose text does not say which; what an Erlang that is not distributed
 * calls itself. */
#define OV_NODE_NAME_NOBODY "nonode@nohost"

/* @bytes is valid UTF-8. */
const char *ov_node_name_intern (const char *bytes,
                                 gsize       length);

G_END_DECLS
