/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvHeatKey: the ramp of the overlay with the figures at its two ends.  Thread: main.
 */
#pragma once

#include "export/ov-tree-scene.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_HEAT_KEY (ov_heat_key_get_type ())
G_DECLARE_FINAL_TYPE (OvHeatKey, ov_heat_key, OV, HEAT_KEY, GtkWidget)

/* Hides itself for OV_OVERLAY_NONE. */
void ov_heat_key_set (OvHeatKey  *self,
                      OvOverlay   overlay,
                      OvHeatRamp  ramp);
/* The same for any figure: what it is, and what its two ends are. */
void ov_heat_key_set_words (OvHeatKey  *self,
                            const char *title,
                            const char *low,
                            const char *high);

G_END_DECLS
