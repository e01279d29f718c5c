/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNodeSwitcher: the open nodes as rows that follow their nodes' states.  Thread: main.
 */
#include "config.h"

#include "views/ov-node-switcher.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>

struct _OvNodeSwitcher
{
  GtkPopover  parent_instance;
  OvSession  *session;
  GtkListBox *rows;
  GtkWidget  *separator;
};

enum { CLOSE_NODE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvNodeSwitcher, ov_node_switcher, GTK_TYPE_POPOVER)

#define NODE_KEY "overstory-node"

static const struct
{
  const char *word, *css_class;
} states[] = {
  [OV_NODE_OFFLINE] = { N_("not attached"), "offline" },
  [OV_NODE_CONNECTING] = { N_("attaching"), "busy" },
  [OV_NODE_TAKING_CENSUS] = { N_("taking a census"), "busy" },
  [OV_NODE_LIVE] = { N_("live"), "live" },
  [OV_NODE_GONE] = { N_("gone"), "gone" },
};

const char *
ov_node_switcher_get_word (OvNode *node)
{
  if (ov_node_is_recording (node))
    return _("recording");
  return _(states[ov_node_get_state (node)].word);
}

const char *
ov_node_switcher_get_class (OvNode *node)
{
  if (ov_node_is_recording (node))
    return "recorded";
  return states[ov_node_get_state (node)].css_class;
}

char *
ov_node_switcher_dup_title (OvNode *node)
{
  g_autofree char *file = ov_node_is_recording (node) && ov_node_get_path (node)
                          ? g_path_get_basename (ov_node_get_path (node)) : NULL;

  return ov_words_clean (file ? file : ov_node_get_name (node), 200);
}

static void
state_changed_cb (OvNode     *node,
                  GParamSpec *pspec,
                  GtkWidget  *dot)
{
  const char *classes[] = { "state", ov_node_switcher_get_class (node), NULL };

  gtk_widget_set_css_classes (dot, classes);
  gtk_accessible_update_property (GTK_ACCESSIBLE (dot), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  ov_node_switcher_get_word (node), -1);
}

static void
close_clicked_cb (OvNodeSwitcher *self,
                  GtkWidget      *button)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);
  g_autoptr(OvNode) node = g_object_ref (g_object_get_data (G_OBJECT (row), NODE_KEY));

  g_signal_emit (self, signals[CLOSE_NODE], 0, node);
}

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  OvNodeSwitcher *self = user_data;
  OvNode *node = item;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *dot = gtk_image_new_from_icon_name ("media-record-symbolic");
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *name = ov_node_switcher_dup_title (node);
  g_autofree char *close = g_strdup_printf (ov_node_is_recording (node) ? _("Close %s") : _("Detach from %s"),
                                            name);

  gtk_image_set_pixel_size (GTK_IMAGE (dot), 10);
  gtk_label_set_text (GTK_LABEL (label), name);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_tooltip_text (button, close);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, close, -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (close_clicked_cb), self);
  gtk_box_append (GTK_BOX (box), dot);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), button);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (row), NODE_KEY, g_object_ref (node), g_object_unref);
  g_signal_connect_object (node, "notify::state", G_CALLBACK (state_changed_cb), dot, 0);
  state_changed_cb (node, NULL, dot);
  return row;
}

static void
row_activated_cb (OvNodeSwitcher *self,
                  GtkListBoxRow  *row)
{
  ov_session_set_node (self->session, g_object_get_data (G_OBJECT (row), NODE_KEY));
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
items_changed_cb (OvNodeSwitcher *self)
{
  gboolean has_nodes = g_list_model_get_n_items (ov_session_list_nodes (self->session)) > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->rows), has_nodes);
  gtk_widget_set_visible (self->separator, has_nodes);
}

static void
ov_node_switcher_dispose (GObject *object)
{
  OvNodeSwitcher *self = OV_NODE_SWITCHER (object);

  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_node_switcher_parent_class)->dispose (object);
}

static void
ov_node_switcher_class_init (OvNodeSwitcherClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_node_switcher_dispose;

  signals[CLOSE_NODE] = g_signal_new ("close-node", OV_TYPE_NODE_SWITCHER, G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 1, OV_TYPE_NODE);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-node-switcher.ui");
  gtk_widget_class_bind_template_child (widget_class, OvNodeSwitcher, rows);
  gtk_widget_class_bind_template_child (widget_class, OvNodeSwitcher, separator);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
ov_node_switcher_init (OvNodeSwitcher *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_node_switcher_set_session (OvNodeSwitcher *self,
                              OvSession      *session)
{
  g_return_if_fail (OV_IS_NODE_SWITCHER (self));
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  gtk_list_box_bind_model (self->rows, ov_session_list_nodes (session), make_row, self, NULL);
  g_signal_connect_object (ov_session_list_nodes (session), "items-changed",
                           G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  items_changed_cb (self);
}
