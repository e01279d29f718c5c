/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPathList: the hops of one message as an indented list: who sent what to whom, how long it took to be
 * taken up, and where the path may go on unseen.
 *
 * Signal "hop-activated" (guint hop).  Thread: main.
 */
#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define OV_TYPE_PATH_LIST (ov_path_list_get_type ())
G_DECLARE_FINAL_TYPE (OvPathList, ov_path_list, OV, PATH_LIST, AdwBin)

/* The member "hops" of the answer of flow.path; NULL: none. */
void  ov_path_list_set      (OvPathList *self,
                             JsonArray  *hops);
/* The same as text, for the clipboard; (transfer full). */
char *ov_path_list_dup_text (JsonArray  *hops) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
