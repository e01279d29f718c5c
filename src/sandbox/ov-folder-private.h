/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFolder: the private folder that is the HOME of one sandbox, gone when it is gone.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OvFolder OvFolder;

OvFolder   *ov_folder_create   (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void        ov_folder_remove   (OvFolder *self);
const char *ov_folder_get_path (OvFolder *self);
gboolean    ov_folder_write_secret (OvFolder    *self,
                                    const char  *name,
                                    const char  *text,
                                    GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvFolder, ov_folder_remove)

G_END_DECLS
