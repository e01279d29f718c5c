/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvDetails: what only the node can tell of a process.
 *
 * The long parts stand behind expanders that keep how the person left them, from process to
 * process.  Thread: main.
 */
#include "config.h"

#include "views/ov-details.h"

#include "views/ov-facts.h"
#include "views/ov-relations.h"
#include "views/ov-request.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define MAX_VALUE_CHARS 500
#define MAX_ENTRIES     200

struct _OvDetails
{
  AdwBin       parent_instance;
  GtkWidget   *box;
  OvRelations *links, *monitors, *monitored_by;
  GtkWidget   *stack_row, *dictionary_row, *heap_row;
  OvFacts     *stack, *dictionary, *heap;
};

enum { WALK, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvDetails, ov_details, ADW_TYPE_BIN)

static void
walk_cb (OvDetails *self,
         guint      slot)
{
  g_signal_emit (self, signals[WALK], 0, slot);
}

static OvRelations *
add_relations (OvDetails  *self,
               const char *title)
{
  GtkWidget *relations = ov_relations_new (title);

  g_signal_connect_object (relations, "walk", G_CALLBACK (walk_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), relations);
  return OV_RELATIONS (relations);
}

static OvFacts *
add_facts (OvDetails  *self,
           const char *title,
           GtkWidget **expander)
{
  GtkWidget *facts = ov_facts_new ();
  GtkWidget *label = gtk_label_new (title);

  gtk_widget_add_css_class (label, "heading");
  *expander = gtk_expander_new (NULL);
  gtk_expander_set_label_widget (GTK_EXPANDER (*expander), label);
  gtk_expander_set_child (GTK_EXPANDER (*expander), facts);
  gtk_accessible_update_property (GTK_ACCESSIBLE (*expander), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  gtk_widget_set_margin_top (facts, 6);
  gtk_box_append (GTK_BOX (self->box), *expander);
  return OV_FACTS (facts);
}

static void
show_relations (OvDetails      *self,
                OvProcessTable *table,
                JsonObject     *info)
{
  const struct
  {
    OvRelations *relations;
    const char  *member, *count;
  } lists[] = {
    { self->links, "links", "links_count" },
    { self->monitors, "monitors", "monitors_count" },
    { self->monitored_by, "monitored_by", "monitored_by_count" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      JsonArray *texts = ov_json_get_array (info, lists[i].member);
      gint64 total = texts ? json_array_get_length (texts) : 0;

      ov_json_get_integer (info, lists[i].count, &total);
      ov_relations_set (lists[i].relations, table, texts, total);
    }
}

static void
show_stack (OvDetails  *self,
            JsonObject *info)
{
  JsonArray *frames = ov_json_get_array (info, "stack");

  ov_facts_begin (self->stack);
  for (guint i = 0; frames && i < MIN (json_array_get_length (frames), MAX_ENTRIES); i++)
    {
      const char *function = ov_json_get_element (frames, i, "function");
      JsonObject *frame = json_array_get_object_element (frames, i);
      const char *file = ov_json_get_text (frame, "file");
      g_autofree char *base = file ? g_path_get_basename (file) : NULL;
      g_autofree char *number = g_strdup_printf ("%u", i + 1), *text = NULL;
      gint64 line = 0;

      if (base && ov_json_get_integer (frame, "line", &line) && line > 0)
        text = g_strdup_printf ("%s  %s:%" G_GINT64_FORMAT, function, base, line);
      ov_facts_add (self->stack, number, text ? text : function, TRUE);
    }
  ov_facts_end (self->stack);
  gtk_widget_set_visible (self->stack_row, ov_facts_get_n (self->stack) > 0);
}

static void
show_dictionary (OvDetails  *self,
                 JsonObject *info)
{
  JsonArray *entries = ov_json_get_array (info, "dictionary");

  ov_facts_begin (self->dictionary);
  for (guint i = 0; entries && i < MIN (json_array_get_length (entries), MAX_ENTRIES); i++)
    {
      g_autofree char *key = ov_words_term (ov_json_get_element (entries, i, "key"), 80);
      g_autofree char *value = ov_words_term (ov_json_get_element (entries, i, "value"),
                                              MAX_VALUE_CHARS);

      ov_facts_add (self->dictionary, key, value, TRUE);
    }
  if (json_object_get_boolean_member_with_default (info, "dictionary_truncated", FALSE))
    ov_facts_add (self->dictionary, "…", _("there is more"), FALSE);
  ov_facts_end (self->dictionary);
  gtk_widget_set_visible (self->dictionary_row, ov_facts_get_n (self->dictionary) > 0);
}

static void
add_size (OvDetails  *self,
          JsonObject *info,
          const char *member,
          const char *title)
{
  g_autofree char *text = NULL;
  gint64 bytes;

  if (!ov_json_get_integer (info, member, &bytes) || bytes < 0)
    return;
  text = ov_words_bytes ((guint64) bytes);
  ov_facts_add (self->heap, title, text, FALSE);
}

static void
show_heap (OvDetails  *self,
           JsonObject *info)
{
  JsonObject *collection = ov_json_get_object (info, "garbage_collection");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  ov_facts_begin (self->heap);
  ov_facts_add (self->heap, _("Priority"), ov_json_get_text (info, "priority"), FALSE);
  if (json_object_has_member (info, "trap_exit"))
    ov_facts_add (self->heap, _("Traps exits"),
                  json_object_get_boolean_member_with_default (info, "trap_exit", FALSE)
                  ? _("yes") : _("no"), FALSE);
  ov_facts_add (self->heap, _("Group leader"), ov_json_get_text (info, "group_leader"), TRUE);
  add_size (self, info, "total_heap_bytes", _("All heaps"));
  add_size (self, info, "heap_bytes", _("Youngest heap"));
  add_size (self, info, "stack_bytes", _("Stack"));
  if (collection)
    {
      json_object_iter_init (&iter, collection);
      while (json_object_iter_next (&iter, &name, &value))
        {
          g_autofree char *text = JSON_NODE_HOLDS_VALUE (value)
            ? ov_words_count ((guint64) MAX (json_node_get_int (value), 0)) : NULL;

          ov_facts_add (self->heap, name, text, FALSE);
        }
    }
  ov_facts_end (self->heap);
}

static void
ov_details_class_init (OvDetailsClass *klass)
{
  signals[WALK] = g_signal_new ("walk", OV_TYPE_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
ov_details_init (OvDetails *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  self->links = add_relations (self, _("Links"));
  self->monitors = add_relations (self, _("Monitors"));
  self->monitored_by = add_relations (self, _("Monitored by"));
  self->stack = add_facts (self, _("Stack"), &self->stack_row);
  self->dictionary = add_facts (self, _("Dictionary"), &self->dictionary_row);
  self->heap = add_facts (self, _("Heap and garbage collection"), &self->heap_row);
  gtk_expander_set_expanded (GTK_EXPANDER (self->stack_row), TRUE);
  adw_bin_set_child (ADW_BIN (self), self->box);
}

GtkWidget *
ov_details_new (void)
{
  return g_object_new (OV_TYPE_DETAILS, NULL);
}

void
ov_details_set (OvDetails      *self,
                OvProcessTable *table,
                JsonObject     *info)
{
  g_return_if_fail (OV_IS_DETAILS (self));

  show_relations (self, table, info);
  show_stack (self, info);
  show_dictionary (self, info);
  show_heap (self, info);
}
