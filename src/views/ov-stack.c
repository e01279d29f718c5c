/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Turning leaves: see the header.  Thread: main.
 */
#include "views/ov-stack.h"

static gboolean
has_focus (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_is_ancestor (focus, widget);
}

void
ov_stack_show (GtkStack   *stack,
               const char *name)
{
  gboolean had_focus;

  g_return_if_fail (GTK_IS_STACK (stack));

  if (g_strcmp0 (gtk_stack_get_visible_child_name (stack), name) == 0)
    return;

  had_focus = has_focus (GTK_WIDGET (stack));
  gtk_stack_set_visible_child_name (stack, name);
  if (had_focus)
    gtk_widget_child_focus (gtk_stack_get_visible_child (stack), GTK_DIR_TAB_FORWARD);
}
