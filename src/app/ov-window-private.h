/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of the window share: its fields, its header, opening nodes.  Thread: main.
 */
#pragma once

#include "app/ov-window.h"

#include "views/ov-node-switcher.h"
#include "views/ov-node-view.h"
#include "views/ov-search-box.h"
#include "views/ov-trace-status.h"

G_BEGIN_DECLS

struct _OvWindow
{
  AdwApplicationWindow parent_instance;
  OvSession           *session;
  GCancellable        *cancellable; /* of what is being opened */
  GHashTable          *views;       /* OvNode -> OvNodeView (owned by the stack) */
  GSignalGroup        *node_signals;
  char                *page;
  gboolean             is_narrow;   /* the header shows only what must be there */
  GtkWidget           *start_page;

  GtkStack            *stack, *title_stack;
  AdwToastOverlay     *toasts;
  OvSearchBox         *search_box;
  OvNodeSwitcher      *node_switcher;
  OvTraceStatus       *trace_status;
  GtkMenuButton       *node_button, *shield_button;
  GtkWidget           *inspector_button, *trace_button, *state_dot, *arm_button;
  GtkLabel            *node_label, *release_label, *shield_label, *shield_title, *shield_text;
};

/* ov-window-header.c */
void ov_window_update_header  (OvWindow *self);
/* Arms a read-only node, and the other way round. */
void ov_window_toggle_armed   (OvWindow *self);

/* ov-window-open.c */
void ov_window_present_dialog (OvWindow *self);
/* Attaches again to the node of @view, as it was attached to the last time. */
void ov_window_reconnect      (OvWindow   *self,
                               OvNodeView *view);

/* ov-window.c */
void ov_window_toast          (OvWindow   *self,
                               const char *text);

G_END_DECLS
