/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of OvMessagePage share: ov-message-page.c wires session, presenter and canvas,
 * ov-message-page-actions.c is what menus and keys start.  Thread: main.
 */
#pragma once

#include "views/ov-message-page.h"

#include "views/ov-flow-pane.h"
#include "views/ov-flow-presenter.h"
#include "views/ov-heat-key.h"

G_BEGIN_DECLS

struct _OvMessagePage
{
  AdwBin              parent_instance;
  OvSession          *session;
  OvNode             *node;
  OvFlowPresenter    *presenter;
  GSimpleActionGroup *settings;   /* "flow.…": the window and the speed */
  GtkPopover         *context_popover;
  guint64             hovered;    /* id of a node, 0: none */
  guint32             edge_from, edge_to; /* the edge that the pane tells of; OV_ACTOR_NONE: none */
  gboolean            is_syncing; /* the canvas is being told what is selected */

  GtkSearchEntry     *search_entry;
  GtkToggleButton    *focus_button, *replay_button, *pause_button;
  GtkDropDown        *color_choice;
  GtkStack           *stack;
  AdwStatusPage      *nothing_status;
  GtkWidget          *nothing_button, *overlay, *hover_card;
  OvGraphCanvas      *canvas;
  OvHeatKey          *heat_key;
  GtkLabel           *note_label;
  GtkRevealer        *pane_revealer;
  OvFlowPane         *pane;
  GMenuModel         *context_menu;
};

void   ov_message_page_install_actions (GtkWidgetClass *widget_class);
/* Window and speed, and what follows when they are changed. */
void   ov_message_page_set_up_settings (OvMessagePage *self);
double ov_message_page_get_speed       (OvMessagePage *self);

G_END_DECLS
