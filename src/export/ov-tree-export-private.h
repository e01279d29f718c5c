/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The writers behind ov_tree_export_bytes(), one per file.
 */
#pragma once

#include "export/ov-tree-export.h"

G_BEGIN_DECLS

/* All (transfer full). */
GString *ov_tree_export_write_json    (OvProcessTable           *table,
                                       const OvTreeSceneOptions *options) G_GNUC_WARN_UNUSED_RESULT;
GString *ov_tree_export_write_mermaid (OvProcessTable           *table,
                                       const OvTreeSceneOptions *options) G_GNUC_WARN_UNUSED_RESULT;
GString *ov_tree_export_write_dot     (OvProcessTable           *table,
                                       const OvTreeSceneOptions *options) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *ov_tree_export_draw          (OvProcessTable           *table,
                                       const OvTreeSceneOptions *options,
                                       OvExportFormat            format,
                                       GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
