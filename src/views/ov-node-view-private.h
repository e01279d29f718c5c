/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of OvNodeView share: ov-node-view.c holds pages, facts and the banner,
 * ov-node-view-actions.c is what menus, keys and pages start, "node.…".  Thread: main.
 */
#pragma once

#include "views/ov-node-view.h"

#include "views/ov-event-page.h"
#include "views/ov-inspector.h"
#include "views/ov-message-page.h"
#include "views/ov-path-page.h"
#include "views/ov-process-page.h"
#include "views/ov-restart-page.h"
#include "views/ov-sequence-page.h"
#include "views/ov-time-strip.h"
#include "views/ov-tree-page.h"

G_BEGIN_DECLS

struct _OvNodeView
{
  AdwBin         parent_instance;
  OvSession     *session;
  OvNode        *node;
  char          *page;      /* the one the person chose, also while another is shown */
  gint64         seen_us;   /* when the node was last heard of */
  guint          facts_id;
  gboolean       closed_by_fold; /* the inspector was closed because it would cover the page */

  GtkWidget     *sidebar, *see_label, *facts, *trouble_button, *flap, *reconnect_button;
  GtkListBox    *page_rows;
  GtkLabel      *trouble_label, *processes_label, *applications_label, *banner_label;
  GtkRevealer   *banner;
  GtkStack      *stack;
  OvInspector   *inspector;
  OvTreePage    *tree_page;
  OvProcessPage *process_page;
  OvMessagePage *message_page;
  OvSequencePage *sequence_page;
  OvEventPage   *event_page;
  OvRestartPage *restart_page;
  OvPathPage    *path_page;
  OvTimeStrip   *time_strip;
  GtkRevealer   *as_of;
  GtkLabel      *as_of_label;
  GtkWidget     *live_button;
};

/* The row that is selected, of the table that is shown; NULL: none.  @slot: OV_SLOT_NONE then. */
const OvProcess *ov_node_view_get_selected    (OvNodeView *self,
                                               guint32    *slot);
void             ov_node_view_install_actions (GtkWidgetClass *widget_class);
/* To be called when the node's state changed. */
void             ov_node_view_enable_actions  (OvNodeView *self);

G_END_DECLS
