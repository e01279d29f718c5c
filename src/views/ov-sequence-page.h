/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSequencePage: one conversation as a sequence chart.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_SEQUENCE_PAGE (ov_sequence_page_get_type ())
G_DECLARE_FINAL_TYPE (OvSequencePage, ov_sequence_page, OV, SEQUENCE_PAGE, AdwBin)

/* To be called once, before the page is shown. */
void ov_sequence_page_set_subject (OvSequencePage *self,
                                   OvSession      *session,
                                   OvNode         *node);
/* The conversation of these (none: everybody) in [from, to), with this event in sight and selected
 * (OV_EVENT_NONE: none). */
void ov_sequence_page_show        (OvSequencePage *self,
                                   const guint32  *actors,
                                   guint           n,
                                   gint64          from_ns,
                                   gint64          to_ns,
                                   guint64         event);

G_END_DECLS
