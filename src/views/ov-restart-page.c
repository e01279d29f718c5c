/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRestartPage: a table of restarts, newest first, and the story of the selected one below it.
 *
 * Invariant: the story is that of the selected row; what grows in the log is told again.  Thread: main.
 */
#include "config.h"

#include "views/ov-restart-page.h"

#include "views/ov-cascade-player.h"
#include "views/ov-restart-columns.h"
#include "views/ov-restart-story.h"
#include "views/ov-stack.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define MAX_PATTERNS 3

struct _OvRestartPage
{
  AdwBin              parent_instance;
  OvSession          *session;
  OvNode             *node;
  OvRestartLog       *log;
  GtkSingleSelection *selection;
  OvCascadePlayer    *player;
  GtkWidget          *context_menu;

  GtkStack           *stack;
  GtkRevealer        *pattern_revealer;
  GtkBox             *pattern_rows;
  GtkLabel           *count_label;
  GtkColumnView      *view;
  OvRestartStory     *story;
  GMenuModel         *row_menu;
};

enum { REPLAY_STEP, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvRestartPage, ov_restart_page, ADW_TYPE_BIN)

static const OvRestartEntry *
get_selected (OvRestartPage *self)
{
  gpointer item = self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;

  return item != NULL ? ov_restart_item_get (item) : NULL;
}

static OvProcessTable *
get_table (OvRestartPage *self)
{
  return ov_node_get_processes (self->node);
}

static void
update_story (OvRestartPage *self)
{
  const OvRestartEntry *entry = get_selected (self);

  ov_restart_story_set (self->story, get_table (self), entry);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "restarts.copy", entry != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "restarts.replay", entry != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "restarts.show-supervisor", entry != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "restarts.show-instant", entry != NULL);
}

/* What repeats, above the table: the first thing to read. */
static void
update_patterns (OvRestartPage *self)
{
  g_autoptr(GPtrArray) patterns = ov_restart_log_list_patterns (self->log);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->pattern_rows))))
    gtk_box_remove (self->pattern_rows, child);
  for (guint i = 0; i < MIN (patterns->len, MAX_PATTERNS); i++)
    {
      const OvRestartPattern *pattern = g_ptr_array_index (patterns, i);
      g_autofree char *words = ov_words_clean (pattern->words, 300);
      GtkWidget *label = gtk_label_new (words);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_box_append (self->pattern_rows, label);
    }
  gtk_revealer_set_reveal_child (self->pattern_revealer, patterns->len > 0);
}

static void
log_changed_cb (OvRestartPage *self)
{
  guint n = ov_restart_log_get_size (self->log);
  g_autofree char *count = ov_words_count (n);
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s restart", "%s restarts", n), count);

  ov_stack_show (self->stack, n > 0 ? "restarts" : "nothing");
  gtk_label_set_text (self->count_label, text);
  /* The newest is what one comes for; whoever chose another keeps it. */
  if (n > 0 && gtk_single_selection_get_selected (self->selection) == GTK_INVALID_LIST_POSITION)
    gtk_single_selection_set_selected (self->selection, 0);
  ov_restart_columns_refresh (self->view);
  update_patterns (self);
  update_story (self);
}

/* Actions. */

static void
copy_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  OvRestartPage *self = OV_RESTART_PAGE (widget);
  const OvRestartEntry *entry = get_selected (self);
  g_autofree char *text = entry != NULL ? ov_restart_story_dup_text (get_table (self), entry) : NULL;

  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied the story of this restart"));
}

static void
show_supervisor_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  OvRestartPage *self = OV_RESTART_PAGE (widget);
  const OvRestartEntry *entry = get_selected (self);
  OvProcessTable *table = ov_session_get_table (self->session);
  guint32 slot = entry != NULL && table != NULL ? ov_process_table_find_pid (table, &entry->supervisor)
                                                : OV_SLOT_NONE;

  if (slot == OV_SLOT_NONE)
    {
      gtk_widget_activate_action (widget, "win.toast", "s", _("That supervisor is not alive any more"));
      return;
    }
  ov_session_set_selected (self->session, slot);
  gtk_widget_activate_action (widget, "node.show-in-tree", NULL);
}

static void
show_instant_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  OvRestartPage *self = OV_RESTART_PAGE (widget);
  const OvRestartEntry *entry = get_selected (self);

  if (entry == NULL)
    return;
  ov_session_set_instant (self->session, entry->at_ns);
  gtk_widget_activate_action (widget, "win.page", "s", "tree");
}

static void
replay_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  OvRestartPage *self = OV_RESTART_PAGE (widget);
  const OvRestartEntry *entry = get_selected (self);

  if (entry == NULL)
    return;
  gtk_widget_activate_action (widget, "win.page", "s", "tree");
  ov_cascade_player_play (self->player, get_table (self), entry);
}

static void
replay_cb (OvRestartPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "restarts.replay", NULL);
}

static void
step_cb (OvRestartPage *self,
         guint          number,
         guint          of,
         const char    *words)
{
  g_signal_emit (self, signals[REPLAY_STEP], 0, number, of, words);
}

static void
finished_cb (OvRestartPage *self)
{
  g_signal_emit (self, signals[REPLAY_STEP], 0, 0, 0, NULL);
}

static void
row_activated_cb (OvRestartPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "restarts.replay", NULL);
}

/* Context menu. */

static void
show_menu (OvRestartPage *self,
           double         x,
           double         y)
{
  if (get_selected (self) == NULL)
    return;
  gtk_popover_set_pointing_to (GTK_POPOVER (self->context_menu), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->context_menu));
}

static void
pressed_cb (OvRestartPage *self,
            int            n_press,
            double         x,
            double         y)
{
  show_menu (self, x, y);
}

static void
menu_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  show_menu (OV_RESTART_PAGE (widget), gtk_widget_get_width (widget) / 2.0,
             gtk_widget_get_height (widget) / 4.0);
}

static void
ov_restart_page_dispose (GObject *object)
{
  OvRestartPage *self = OV_RESTART_PAGE (object);

  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->player);
  g_clear_object (&self->log);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_restart_page_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "restarts.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "restarts.replay", NULL, replay_action);
  gtk_widget_class_install_action (widget_class, "restarts.show-supervisor", NULL, show_supervisor_action);
  gtk_widget_class_install_action (widget_class, "restarts.show-instant", NULL, show_instant_action);
  gtk_widget_class_install_action (widget_class, "restarts.menu", NULL, menu_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "restarts.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "restarts.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "restarts.menu", NULL);
}

static void
ov_restart_page_class_init (OvRestartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_restart_page_dispose;

  signals[REPLAY_STEP] = g_signal_new ("replay-step", OV_TYPE_RESTART_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_STRING);

  g_type_ensure (OV_TYPE_RESTART_STORY);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-restart-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, stack);
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, pattern_revealer);
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, pattern_rows);
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, view);
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, story);
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, replay_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  install_actions (widget_class);
}

static void
ov_restart_page_init (OvRestartPage *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  ov_restart_columns_add (self->view);
  self->context_menu = gtk_popover_menu_new_from_model (self->row_menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->context_menu), FALSE);
  gtk_widget_set_halign (self->context_menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->context_menu, GTK_WIDGET (self));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
set_up_list (OvRestartPage *self)
{
  GtkSorter *sorter = gtk_column_view_get_sorter (self->view);
  GListModel *model = G_LIST_MODEL (g_object_ref (self->log));
  GtkSortListModel *sorted = gtk_sort_list_model_new (model, g_object_ref (sorter));
  g_autoptr(GtkColumnViewColumn) first = NULL;

  self->selection = gtk_single_selection_new (G_LIST_MODEL (sorted));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  first = g_list_model_get_item (gtk_column_view_get_columns (self->view), 0);
  gtk_column_view_sort_by_column (self->view, first, GTK_SORT_DESCENDING);
}

void
ov_restart_page_set_subject (OvRestartPage *self,
                             OvSession     *session,
                             OvNode        *node)
{
  g_return_if_fail (OV_IS_RESTART_PAGE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  if (ov_node_is_recording (node))
    {
      self->log = ov_restart_log_new_for_store (ov_node_get_store (node));
      ov_restart_log_replay_async (self->log, NULL, NULL, NULL);
    }
  else
    {
      self->log = ov_restart_log_new (ov_node_get_processes (node), ov_node_get_store (node));
    }
  self->player = ov_cascade_player_new (session);
  set_up_list (self);
  g_signal_connect_object (self->log, "items-changed", G_CALLBACK (log_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->log, "changed", G_CALLBACK (log_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (update_story), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "step", G_CALLBACK (step_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
  log_changed_cb (self);
}

OvRestartLog *
ov_restart_page_get_log (OvRestartPage *self)
{
  g_return_val_if_fail (OV_IS_RESTART_PAGE (self), NULL);

  return self->log;
}

void
ov_restart_page_reveal (OvRestartPage *self,
                        gint64         at_ns)
{
  guint n, best = GTK_INVALID_LIST_POSITION;
  gint64 nearest = G_MAXINT64;

  g_return_if_fail (OV_IS_RESTART_PAGE (self));

  n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(OvRestartItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), i);
      gint64 distance = ABS (ov_restart_item_get (item)->at_ns - at_ns);

      if (distance < nearest)
        {
          nearest = distance;
          best = i;
        }
    }
  if (best == GTK_INVALID_LIST_POSITION)
    return;
  gtk_single_selection_set_selected (self->selection, best);
  /* The view's own action; GTK 4.8 has no function for it. */
  gtk_widget_activate_action (gtk_widget_get_last_child (GTK_WIDGET (self->view)), "list.scroll-to-item", "u",
                              best);
}

void
ov_restart_page_stop_replay (OvRestartPage *self)
{
  g_return_if_fail (OV_IS_RESTART_PAGE (self));

  ov_cascade_player_stop (self->player);
}
