/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which writer makes which format.
 * Thread: the table's.
 */
#include "export/ov-tree-export-private.h"

/**
 * ov_tree_export_bytes:
 * @table: the processes
 * @options: what of them
 * @format: how
 * @error: set when a picture cannot be drawn
 *
 * Returns: (transfer full): the document
 */
GBytes *
ov_tree_export_bytes (OvProcessTable           *table,
                      const OvTreeSceneOptions *options,
                      OvExportFormat            format,
                      GError                  **error)
{
  char *text;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);
  g_return_val_if_fail (options != NULL, NULL);

  switch (format)
    {
    case OV_EXPORT_TEXT:
      text = ov_tree_export_text (table, options, NULL);
      return g_bytes_new_take (text, strlen (text));
    case OV_EXPORT_JSON:
      return g_string_free_to_bytes (ov_tree_export_write_json (table, options));
    case OV_EXPORT_MERMAID:
      return g_string_free_to_bytes (ov_tree_export_write_mermaid (table, options));
    case OV_EXPORT_DOT:
      return g_string_free_to_bytes (ov_tree_export_write_dot (table, options));
    case OV_EXPORT_SVG:
    case OV_EXPORT_PNG:
    case OV_EXPORT_PDF:
    default:
      return ov_tree_export_draw (table, options, format, error);
    }
}
