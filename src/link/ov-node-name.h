/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Node names as people type them: "name@host", short or long.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OV_NODE_NAME_MAX 255 /* an atom's length */

/* Splits and checks @name before anything is sent anywhere; error BAD_NAME.
 * (out) alive and host may be NULL. */
gboolean ov_node_name_split   (const char *name,
                               char      **alive,
                               char      **host,
                               GError    **error);
/* Long names have a dot in their host part; an address is a long name too. */
gboolean ov_node_name_is_long (const char *name);

G_END_DECLS
