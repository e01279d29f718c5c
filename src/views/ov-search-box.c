/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSearchBox: search over everything in the current node.
 *
 * Matches are kept as slots and found anew when the text changes and, at most twice a second,
 * when the table's structure or names change; the place in the walk is kept by slot.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-search-box.h"

#include "model/ov-process-search.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define REFRESH_MS 500

struct _OvSearchBox
{
  AdwBin           parent_instance;
  OvSession       *session;
  OvProcessTable  *table;   /* of the session's node and instant */
  OvProcessSearch *search;  /* NULL: no text */
  GArray          *matches; /* of guint32 slots */
  char            *searched; /* the text that the matches belong to */
  guint32          current; /* the slot last jumped to, OV_SLOT_NONE: none */
  guint            refresh_id;
  gulong           changed_id;
  gboolean         is_compact;
  GtkSearchEntry  *entry;
  GtkWidget       *previous_button, *next_button, *count_label;
};

enum { MATCHES_CHANGED, JUMP, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvSearchBox, ov_search_box, ADW_TYPE_BIN)

/* The place of the slot last jumped to among the matches, G_MAXUINT: not among them. */
static guint
find_current (OvSearchBox *self)
{
  for (guint i = 0; i < self->matches->len; i++)
    if (g_array_index (self->matches, guint32, i) == self->current)
      return i;
  return G_MAXUINT;
}

static void
update_words (OvSearchBox *self)
{
  gboolean has_text = self->search != NULL;
  guint place = find_current (self);
  g_autofree char *n = ov_words_count (self->matches->len);
  g_autofree char *text = NULL;

  if (self->matches->len == 0)
    text = g_strdup (_("No match"));
  else if (place != G_MAXUINT)
    /* Translators: the third of twelve matches: "3 of 12". */
    text = g_strdup_printf (_("%u of %s"), place + 1, n);
  else
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s match", "%s matches",
                                         self->matches->len), n);
  gtk_label_set_text (GTK_LABEL (self->count_label), text);
  gtk_widget_set_visible (self->count_label, has_text);
  gtk_widget_set_visible (self->previous_button, has_text && !self->is_compact);
  gtk_widget_set_visible (self->next_button, has_text && !self->is_compact);
  gtk_widget_set_sensitive (self->previous_button, self->matches->len > 0);
  gtk_widget_set_sensitive (self->next_button, self->matches->len > 0);
}

static void
find_matches (OvSearchBox *self)
{
  g_clear_pointer (&self->matches, g_array_unref);
  if (self->search)
    {
      ov_process_search_update (self->search);
      self->matches = ov_process_search_run (self->search);
    }
  else
    {
      self->matches = g_array_new (FALSE, FALSE, sizeof (guint32));
    }
  update_words (self);
  g_signal_emit (self, signals[MATCHES_CHANGED], 0);
}

static void
search_cb (OvSearchBox *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  g_clear_pointer (&self->search, ov_process_search_free);
  g_free (self->searched);
  self->searched = g_strdup (text);
  self->current = OV_SLOT_NONE;
  if (*text && self->table)
    self->search = ov_process_search_new (self->table, text);
  find_matches (self);
}

static gboolean
refresh_cb (gpointer user_data)
{
  OvSearchBox *self = user_data;

  self->refresh_id = 0;
  find_matches (self);
  return G_SOURCE_REMOVE;
}

static void
table_changed_cb (OvSearchBox *self,
                  guint        flags)
{
  if (self->search && (flags & (OV_TABLE_STRUCTURE | OV_TABLE_DETAILS)) && self->refresh_id == 0)
    self->refresh_id = g_timeout_add (REFRESH_MS, refresh_cb, self);
}

static void
jump_to (OvSearchBox *self,
         guint        place)
{
  self->current = g_array_index (self->matches, guint32, place);
  update_words (self);
  g_signal_emit (self, signals[JUMP], 0, self->current);
}

/* Enter may come sooner than the search for what was typed. */
static void
catch_up (OvSearchBox *self)
{
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->entry)), self->searched) != 0)
    search_cb (self);
}

static void
next_cb (OvSearchBox *self)
{
  guint place;

  catch_up (self);
  place = find_current (self);

  if (self->matches->len > 0)
    jump_to (self, place == G_MAXUINT || place + 1 == self->matches->len ? 0 : place + 1);
}

static void
previous_cb (OvSearchBox *self)
{
  guint place;

  catch_up (self);
  place = find_current (self);

  if (self->matches->len > 0)
    jump_to (self, place == G_MAXUINT || place == 0 ? self->matches->len - 1 : place - 1);
}

static gboolean
key_cb (OvSearchBox     *self,
        guint            keyval,
        guint            keycode,
        GdkModifierType  state)
{
  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && (state & GDK_SHIFT_MASK))
    {
      previous_cb (self);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

static void
stop_cb (OvSearchBox *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_widget_activate_action (GTK_WIDGET (self), "win.focus-page", NULL);
}

static void
set_table (OvSearchBox    *self,
           OvProcessTable *table)
{
  if (self->table)
    g_clear_signal_handler (&self->changed_id, self->table);
  g_clear_pointer (&self->search, ov_process_search_free);
  g_set_object (&self->table, table);
  if (table)
    self->changed_id = g_signal_connect_swapped (table, "changed", G_CALLBACK (table_changed_cb),
                                                 self);
}

static void
node_changed_cb (OvSearchBox *self)
{
  OvNode *node = ov_session_get_node (self->session);

  set_table (self, ov_session_get_table (self->session));
  gtk_widget_set_sensitive (GTK_WIDGET (self), node != NULL);
  search_cb (self);
}

static void
ov_search_box_dispose (GObject *object)
{
  OvSearchBox *self = OV_SEARCH_BOX (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  set_table (self, NULL);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_search_box_parent_class)->dispose (object);
}

static void
ov_search_box_finalize (GObject *object)
{
  g_array_unref (OV_SEARCH_BOX (object)->matches);
  g_free (OV_SEARCH_BOX (object)->searched);

  G_OBJECT_CLASS (ov_search_box_parent_class)->finalize (object);
}

static void
ov_search_box_class_init (OvSearchBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_search_box_dispose;
  G_OBJECT_CLASS (klass)->finalize = ov_search_box_finalize;

  signals[MATCHES_CHANGED] = g_signal_new ("matches-changed", OV_TYPE_SEARCH_BOX,
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[JUMP] = g_signal_new ("jump", OV_TYPE_SEARCH_BOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-search-box.ui");
  gtk_widget_class_bind_template_child (widget_class, OvSearchBox, entry);
  gtk_widget_class_bind_template_child (widget_class, OvSearchBox, previous_button);
  gtk_widget_class_bind_template_child (widget_class, OvSearchBox, next_button);
  gtk_widget_class_bind_template_child (widget_class, OvSearchBox, count_label);
  gtk_widget_class_bind_template_callback (widget_class, catch_up);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
}

static void
ov_search_box_init (OvSearchBox *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->matches = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->current = OV_SLOT_NONE;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

void
ov_search_box_set_session (OvSearchBox *self,
                           OvSession   *session)
{
  g_return_if_fail (OV_IS_SEARCH_BOX (self));
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::node", G_CALLBACK (node_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::table", G_CALLBACK (node_changed_cb), self,
                           G_CONNECT_SWAPPED);
  node_changed_cb (self);
}

void
ov_search_box_set_compact (OvSearchBox *self,
                           gboolean     compact)
{
  g_return_if_fail (OV_IS_SEARCH_BOX (self));

  if (self->is_compact == compact)
    return;
  self->is_compact = compact;
  update_words (self);
}

void
ov_search_box_focus (OvSearchBox *self)
{
  g_return_if_fail (OV_IS_SEARCH_BOX (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

const guint32 *
ov_search_box_get_matches (OvSearchBox *self,
                           guint       *n)
{
  g_return_val_if_fail (OV_IS_SEARCH_BOX (self), NULL);

  *n = self->matches->len;
  return (const guint32 *) (void *) self->matches->data;
}

