/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is kept between two runs: preferences, the state of the window, the nodes of late.
 * Cookies are never among it; a typed one is only ever kept by the keyring.  Thread: main.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a node was; all members owned by the struct. */
typedef struct
{
  char   *name;
  char   *cookie_file; /* "": the default files */
  char   *host;        /* "": the name's */
  guint16 port;        /* 0: epmd */
  gint64  seen_s;      /* seconds since the epoch */
} OvRecentNode;

/* FALSE when the schema is not installed; nothing else here may be called then. */
gboolean   ov_settings_are_there    (void);
GSettings *ov_settings_get          (void); /* (transfer none) */
gboolean   ov_settings_is_elixir    (void);

void       ov_recent_node_free      (OvRecentNode *self);
GPtrArray *ov_settings_list_recent  (void) G_GNUC_WARN_UNUSED_RESULT; /* (element-type OvRecentNode), newest first */
void       ov_settings_remember     (const OvRecentNode *node);
void       ov_settings_forget       (const char *name);

G_END_DECLS
