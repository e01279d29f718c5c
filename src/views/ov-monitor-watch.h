/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvMonitorWatch: asks now and then what the selected process monitors and who monitors it, and
 * tells the presenter, which draws it.  Thread: main.
 */
#pragma once

#include "model/ov-session.h"
#include "views/ov-tree-presenter.h"

G_BEGIN_DECLS

#define OV_TYPE_MONITOR_WATCH (ov_monitor_watch_get_type ())
G_DECLARE_FINAL_TYPE (OvMonitorWatch, ov_monitor_watch, OV, MONITOR_WATCH, GObject)

OvMonitorWatch *ov_monitor_watch_new  (OvTreePresenter *presenter,
                                       OvSession       *session,
                                       OvNode          *node) G_GNUC_WARN_UNUSED_RESULT;
/* Which process, OV_SLOT_NONE for none; asked at once and then every two seconds. */
void            ov_monitor_watch_set  (OvMonitorWatch *self,
                                       guint32         slot);

G_END_DECLS
