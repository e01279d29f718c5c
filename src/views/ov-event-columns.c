/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of the event list.
 *
 * An event never changes, so a cell is filled once when it is bound; what may change is what
 * its process is called, and the style of terms.  Then everything bound is filled again.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-event-columns.h"

#include "views/ov-actor-words.h"
#include "views/ov-event-words.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define ROW_KEY    "overstory-row"
#define COLUMN_KEY "overstory-column"
#define MAX_CHARS  300

typedef enum
{
  COLUMN_TIME,
  COLUMN_KIND,
  COLUMN_PROCESS,
  COLUMN_PEER,
  COLUMN_MESSAGE,
  COLUMN_SIZE,
  N_COLUMNS,
} Column;

static const struct
{
  const char *title;
  int         width;
  gboolean    is_figure, is_code, expands;
} columns[N_COLUMNS] = {
  [COLUMN_TIME] = { N_("Time"), 128, FALSE, FALSE, FALSE },
  [COLUMN_KIND] = { N_("Kind"), 132, FALSE, FALSE, FALSE },
  [COLUMN_PROCESS] = { N_("Process"), 150, FALSE, FALSE, FALSE },
  [COLUMN_PEER] = { N_("Peer"), 150, FALSE, FALSE, FALSE },
  [COLUMN_MESSAGE] = { N_("Message"), 260, FALSE, TRUE, TRUE },
  [COLUMN_SIZE] = { N_("Size"), 76, TRUE, FALSE, FALSE },
};

/* What has no term of the node in it has no size to speak of. */
static const guint64 counted = OV_EVENT_MASK (OV_EVENT_FLOW) | OV_EVENT_MASK (OV_EVENT_LATENCY)
                               | OV_EVENT_MASK (OV_EVENT_GAP) | OV_EVENT_MASK (OV_EVENT_LEVEL);

static char *
dup_text (const OvEventSource *source,
          Column               column,
          guint64              number,
          const OvEvent       *event)
{
  OvProcessTable *table = ov_actor_get_table (source->session, source->node);

  switch (column)
    {
    case COLUMN_TIME:
      return ov_event_words_clock (event->at_ns);
    case COLUMN_KIND:
      return g_strdup (ov_event_words_of_kind (event->kind));
    case COLUMN_PROCESS:
      return event->actor == OV_ACTOR_NONE ? g_strdup ("")
                                           : ov_actor_dup_title (table, source->store, event->actor);
    case COLUMN_PEER:
      return event->peer == OV_ACTOR_NONE ? g_strdup ("")
                                          : ov_actor_dup_title (table, source->store, event->peer);
    case COLUMN_MESSAGE:
      return ov_event_words_message (source->store, number, event,
                                     ov_event_words_get_style (), MAX_CHARS);
    case COLUMN_SIZE:
      return event->size_bytes && !(counted & OV_EVENT_MASK (event->kind))
             ? ov_words_bytes (event->size_bytes) : g_strdup ("");
    case N_COLUMNS:
    default:
      return g_strdup ("");
    }
}

static void
fill_kind (GtkWidget   *box,
           OvEventKind  kind,
           const char  *text)
{
  GtkWidget *image = gtk_widget_get_first_child (box);
  const char *classes[] = { kind == OV_EVENT_EXIT || kind == OV_EVENT_EXCEPTION ? "error"
                            : kind == OV_EVENT_GAP ? "warning" : "dim-label", NULL };

  gtk_image_set_from_icon_name (GTK_IMAGE (image), ov_event_words_get_icon (kind));
  gtk_widget_set_css_classes (image, classes);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (image)), text);
}

static void
fill_cell (GtkWidget *cell)
{
  Column column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (cell), COLUMN_KEY));
  const OvEventSource *source = g_object_get_data (G_OBJECT (cell), "overstory-source");
  OvEventRow *row = g_object_get_data (G_OBJECT (cell), ROW_KEY);
  guint64 number = row ? ov_event_row_get_number (row) : OV_EVENT_NONE;
  OvEvent event;
  g_autofree char *text = NULL;

  /* What is no longer kept has nothing to show; its row goes with the next change. */
  if (number == OV_EVENT_NONE || !ov_store_get_event (source->store, number, &event))
    event = (OvEvent) { .kind = OV_EVENT_OTHER };
  else
    text = dup_text (source, column, number, &event);
  if (column == COLUMN_KIND)
    fill_kind (cell, event.kind, text ? text : "");
  else
    gtk_label_set_text (GTK_LABEL (cell), text ? text : "");
}

static GtkWidget *
make_label (Column column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), columns[column].is_figure ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (columns[column].is_figure || column == COLUMN_TIME)
    gtk_widget_add_css_class (label, "numeric");
  if (columns[column].is_code)
    gtk_widget_add_css_class (label, "monospace");
  return label;
}

static void
setup_cb (GtkListItemFactory *factory,
          GtkListItem        *list_item,
          gpointer            user_data)
{
  Column column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), COLUMN_KEY));
  GtkWidget *cell = make_label (column);

  if (column == COLUMN_KIND)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
      GtkWidget *image = gtk_image_new ();

      g_object_set (image, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
      gtk_box_append (GTK_BOX (box), image);
      gtk_box_append (GTK_BOX (box), cell);
      cell = box;
    }
  g_object_set_data (G_OBJECT (cell), COLUMN_KEY, GINT_TO_POINTER (column));
  g_object_set_data (G_OBJECT (cell), "overstory-source", user_data);
  gtk_list_item_set_child (list_item, cell);
}

static void
bind_cb (GtkListItemFactory *factory,
         GtkListItem        *list_item,
         gpointer            user_data)
{
  GtkWidget *cell = gtk_list_item_get_child (list_item);

  g_object_set_data (G_OBJECT (cell), ROW_KEY, gtk_list_item_get_item (list_item));
  fill_cell (cell);
}

static void
unbind_cb (GtkListItemFactory *factory,
           GtkListItem        *list_item,
           gpointer            user_data)
{
  g_object_set_data (G_OBJECT (gtk_list_item_get_child (list_item)), ROW_KEY, NULL);
}

static GtkColumnViewColumn *
make_column (Column               column,
             const OvEventSource *source)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made = gtk_column_view_column_new (_(columns[column].title), factory);

  g_object_set_data (G_OBJECT (factory), COLUMN_KEY, GINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), (gpointer) source);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_fixed_width (made, columns[column].width);
  gtk_column_view_column_set_expand (made, columns[column].expands);
  return made;
}

void
ov_event_columns_add (GtkColumnView       *view,
                      const OvEventSource *source)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      g_autoptr(GtkColumnViewColumn) column = make_column (i, source);

      gtk_column_view_append_column (view, column);
    }
}

OvEventRow *
ov_event_columns_pick (GtkColumnView *view,
                       double         x,
                       double         y)
{
  GtkWidget *at = gtk_widget_pick (GTK_WIDGET (view), x, y, GTK_PICK_DEFAULT);

  for (; at && at != GTK_WIDGET (view); at = gtk_widget_get_parent (at))
    {
      GtkWidget *child = gtk_widget_get_first_child (at);

      if (g_object_get_data (G_OBJECT (at), ROW_KEY))
        return g_object_get_data (G_OBJECT (at), ROW_KEY);
      /* Beside the label: the cell's only child is it. */
      if (child && g_object_get_data (G_OBJECT (child), ROW_KEY))
        return g_object_get_data (G_OBJECT (child), ROW_KEY);
    }
  return NULL;
}

void
ov_event_columns_redraw (GtkColumnView *view)
{
  g_autoptr(GQueue) waiting = g_queue_new ();
  GtkWidget *at;

  g_queue_push_tail (waiting, view);
  while ((at = g_queue_pop_head (waiting)))
    {
      if (g_object_get_data (G_OBJECT (at), ROW_KEY))
        {
          fill_cell (at);
          continue;
        }
      for (at = gtk_widget_get_first_child (at); at; at = gtk_widget_get_next_sibling (at))
        g_queue_push_tail (waiting, at);
    }
}
