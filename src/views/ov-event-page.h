/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventPage: everything that happened, as a list.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_EVENT_PAGE (ov_event_page_get_type ())
G_DECLARE_FINAL_TYPE (OvEventPage, ov_event_page, OV, EVENT_PAGE, AdwBin)

/* To be called once, before the page is shown. */
void ov_event_page_set_subject (OvEventPage *self,
                                OvSession   *session,
                                OvNode      *node);
/* Selects an event, or the next one after it that is shown, and scrolls to it. */
void ov_event_page_reveal      (OvEventPage *self,
                                guint64      number);

G_END_DECLS
