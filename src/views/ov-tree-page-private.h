/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of OvTreePage share: ov-tree-page.c wires session, presenter and canvas,
 * ov-tree-page-actions.c is what menus and keys start.  Thread: main.
 */
#pragma once

#include "views/ov-heat-key.h"
#include "views/ov-monitor-watch.h"
#include "views/ov-tree-page.h"
#include "views/ov-tree-presenter.h"

#include <adwaita.h>

G_BEGIN_DECLS

struct _OvTreePage
{
  GtkWidget        parent_instance;
  OvSession       *session;
  OvNode          *node; /* the one whose table is shown */
  OvTreePresenter *presenter;
  OvMonitorWatch  *monitors;
  GtkPopover      *context_popover;
  guint64          hovered;

  GtkWidget       *breadcrumbs;
  GtkWidget       *filter_revealer;
  GtkWidget       *filter_entry;
  GtkDropDown     *overlay_choice;
  GtkDropDown     *layout_choice;
  GtkStack        *stack;
  AdwStatusPage   *wait_status;
  AdwStatusPage   *offline_status;
  GtkWidget       *overlay;
  OvCanvas        *canvas;
  GtkWidget       *hover_card;
  OvHeatKey       *heat_key;
  AdwBin          *minimap_bin;
  GMenuModel      *context_menu;
};

/* The session's selection, as far as it concerns the page's node; OV_SLOT_NONE without one. */
guint32 ov_tree_page_get_selected    (OvTreePage     *self);

void    ov_tree_page_install_actions (GtkWidgetClass *widget_class);
/* To be called when the selection changed. */
void    ov_tree_page_enable_actions  (OvTreePage     *self);

G_END_DECLS
