/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tree as a document: SVG, PNG, PDF (drawn by the painter), Mermaid, DOT, text, JSON.
 */
#pragma once

#include "export/ov-tree-scene.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  OV_EXPORT_TEXT,
  OV_EXPORT_JSON,
  OV_EXPORT_MERMAID,
  OV_EXPORT_DOT,
  OV_EXPORT_SVG,
  OV_EXPORT_PNG,
  OV_EXPORT_PDF,
} OvExportFormat;

/* How text for people is set; all zero: plain, as wide as it needs. */
typedef struct
{
  gboolean colour;  /* SGR sequences; only ever for a terminal */
  gboolean ascii;   /* no box-drawing characters */
  gboolean fold;    /* many equal leaves in a row are told by their number */
  guint    columns; /* cut lines there; 0: never */
} OvTextStyle;

/* The answer of `tree get` as its operation describes it; (transfer full). */
JsonNode *ov_tree_export_json  (OvProcessTable           *table,
                                const OvTreeSceneOptions *options) G_GNUC_WARN_UNUSED_RESULT;
GBytes   *ov_tree_export_bytes (OvProcessTable           *table,
                                const OvTreeSceneOptions *options,
                                OvExportFormat            format,
                                GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

/* The tree as a person reads it in a terminal. */
char     *ov_tree_export_text  (OvProcessTable           *table,
                                const OvTreeSceneOptions *options,
                                const OvTextStyle        *style) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
