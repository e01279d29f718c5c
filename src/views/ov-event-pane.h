/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventPane: one event with its whole term, and the ways from it to everything else.
 *
 * Signals: "only-shape" (uint shape: show only messages of this form).  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_EVENT_PANE (ov_event_pane_get_type ())
G_DECLARE_FINAL_TYPE (OvEventPane, ov_event_pane, OV, EVENT_PANE, AdwBin)

GtkWidget *ov_event_pane_new         (void);
void       ov_event_pane_set_subject (OvEventPane *self,
                                      OvSession   *session,
                                      OvNode      *node);
/* OV_EVENT_NONE: none. */
void       ov_event_pane_show        (OvEventPane *self,
                                      guint64      number);
guint64    ov_event_pane_get_number  (OvEventPane *self);

G_END_DECLS
