/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The actions of the tree page, "tree.…": camera, folding, saving.
 * Invariant: those that need a selection are enabled only while there is one.
 * Thread: main.
 */
#include "views/ov-tree-page-private.h"

#include "views/ov-tree-saver.h"

static void
fit_action (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  ov_canvas_fit (OV_TREE_PAGE (widget)->canvas);
}

static void
zoom_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  ov_canvas_zoom_by (OV_TREE_PAGE (widget)->canvas, g_str_equal (name, "tree.zoom-in") ? 1.25 : 0.8);
}

static void
zoom_to_selection_action (GtkWidget  *widget,
                          const char *name,
                          GVariant   *parameter)
{
  OvTreePage *self = OV_TREE_PAGE (widget);
  guint32 slot = ov_tree_page_get_selected (self);

  if (slot != OV_SLOT_NONE)
    ov_canvas_zoom_to (self->canvas, ov_tree_presenter_get_id (self->presenter, slot));
}

static void
fold_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  OvTreePage *self = OV_TREE_PAGE (widget);

  if (g_str_equal (name, "tree.collapse-all"))
    ov_tree_presenter_collapse_all (self->presenter);
  else if (g_str_equal (name, "tree.expand-all"))
    ov_tree_presenter_expand_all (self->presenter);
  else
    ov_tree_presenter_toggle (self->presenter, ov_tree_page_get_selected (self));
}

static void
save_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  ov_tree_saver_run (widget, OV_TREE_PAGE (widget)->session, g_variant_get_string (parameter, NULL));
}

void
ov_tree_page_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "tree.fit", NULL, fit_action);
  gtk_widget_class_install_action (widget_class, "tree.zoom-in", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "tree.zoom-out", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "tree.zoom-to-selection", NULL,
                                   zoom_to_selection_action);
  gtk_widget_class_install_action (widget_class, "tree.collapse-all", NULL, fold_action);
  gtk_widget_class_install_action (widget_class, "tree.expand-all", NULL, fold_action);
  gtk_widget_class_install_action (widget_class, "tree.toggle", NULL, fold_action);
  gtk_widget_class_install_action (widget_class, "tree.save", "s", save_action);
}

void
ov_tree_page_enable_actions (OvTreePage *self)
{
  gboolean has_selection = ov_tree_page_get_selected (self) != OV_SLOT_NONE;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tree.zoom-to-selection", has_selection);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tree.toggle", has_selection);
}
