/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvHoverCard is a title, a line with the pid and the kind, a line for what is wrong, and a
 * grid of facts.  The facts are rows of a table of functions; a row without text is left out.
 * Thread: main.
 */
#include "views/ov-hover-card.h"

#include "views/ov-words.h"
#include "views/ov-process-words.h"

#include <glib/gi18n.h>

#define GAP 10

struct _OvHoverCard
{
  GtkWidget  parent_instance;
  GtkWidget *title;
  GtkWidget *subtitle;
  GtkWidget *trouble;
  GtkWidget *grid;
  GtkWidget *values[8];
  GtkWidget *names[8];
};

G_DEFINE_FINAL_TYPE (OvHoverCard, ov_hover_card, GTK_TYPE_WIDGET)

typedef struct
{
  const char *name;
  char *(*dup_text) (OvProcessTable  *table,
                     const OvProcess *row);
} Fact;

static char *
dup_call (OvProcessTable  *table,
          const OvProcess *row)
{
  OvStrings *strings = ov_process_table_get_strings (table);
  const char *module = ov_strings_get (strings, row->module);

  return module != NULL ? ov_words_term (module, 80) : NULL;
}

static char *
dup_strategy (OvProcessTable  *table,
              const OvProcess *row)
{
  const char *words = ov_process_words_of_strategy (row->strategy);

  if (words == NULL)
    return NULL;
  /* Translators: a strategy, then how many restarts are allowed in how many seconds. */
  return g_strdup_printf (_("%s, %u restarts in %u s"), words, row->intensity, row->period_s);
}

static char *
dup_restart (OvProcessTable  *table,
             const OvProcess *row)
{
  return g_strdup (ov_process_words_of_restart (row->restart));
}

static char *
dup_children (OvProcessTable  *table,
              const OvProcess *row)
{
  return row->n_children > 0 ? ov_words_count (row->n_children) : NULL;
}

static char *
dup_memory (OvProcessTable  *table,
            const OvProcess *row)
{
  return row->alive && row->memory_bytes != OV_UNKNOWN_U64 ? ov_words_bytes (row->memory_bytes)
                                                           : NULL;
}

static char *
dup_reductions (OvProcessTable  *table,
                const OvProcess *row)
{
  return row->alive ? ov_words_rate (row->reductions_per_s) : NULL;
}

static char *
dup_mailbox (OvProcessTable  *table,
             const OvProcess *row)
{
  return row->alive ? ov_words_count (row->message_queue_len) : NULL;
}

static char *
dup_n_restarts (OvProcessTable  *table,
                const OvProcess *row)
{
  return row->n_restarts > 0 ? ov_words_count (row->n_restarts) : NULL;
}

static const Fact facts[] = {
  { N_("Module"), dup_call },
  { N_("Strategy"), dup_strategy },
  { N_("Children"), dup_children },
  { N_("Restart type"), dup_restart },
  { N_("Memory"), dup_memory },
  { N_("Reductions"), dup_reductions },
  { N_("Mailbox"), dup_mailbox },
  { N_("Restarts seen"), dup_n_restarts },
};

G_STATIC_ASSERT (G_N_ELEMENTS (facts) == G_N_ELEMENTS (((OvHoverCard *) 0)->values));

/* What is wrong, or what just happened; NULL when there is nothing to say. */
static char *
dup_trouble (OvProcessTable  *table,
             const OvProcess *row)
{
  const char *mark = ov_process_words_of_mark (row->mark);
  const char *reason = ov_strings_get (ov_process_table_get_strings (table), row->reason);
  g_autofree char *clean = NULL;

  if (mark == NULL && row->behaviour == OV_BEHAVIOUR_SUPERVISOR)
    mark = ov_process_words_of_answer (row->answer);
  if (row->alive || reason == NULL)
    return g_strdup (mark);

  clean = ov_words_term (reason, 160);
  /* Translators: what happened ("Crashed"), then the exit reason. */
  return g_strdup_printf (_("%s: %s"), mark != NULL ? mark : _("Ended"), clean);
}

static GtkWidget *
add_label (GtkWidget  *box,
           const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);

  return label;
}

static void
ov_hover_card_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (ov_hover_card_parent_class)->dispose (object);
}

static void
ov_hover_card_class_init (OvHoverCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_hover_card_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "hovercard");
}

static void
ov_hover_card_init (OvHoverCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gtk_widget_set_parent (box, GTK_WIDGET (self));

  self->title = add_label (box, "heading");
  self->subtitle = add_label (box, "dim-label");
  self->trouble = add_label (box, "hover-trouble");
  gtk_label_set_wrap (GTK_LABEL (self->trouble), TRUE);
  gtk_label_set_lines (GTK_LABEL (self->trouble), 4);
  gtk_label_set_ellipsize (GTK_LABEL (self->trouble), PANGO_ELLIPSIZE_END);

  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 12);
  gtk_widget_set_margin_top (self->grid, 4);
  gtk_box_append (GTK_BOX (box), self->grid);
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      self->names[i] = gtk_label_new (_(facts[i].name));
      self->values[i] = gtk_label_new (NULL);
      gtk_label_set_xalign (GTK_LABEL (self->names[i]), 0);
      gtk_label_set_xalign (GTK_LABEL (self->values[i]), 0);
      gtk_label_set_ellipsize (GTK_LABEL (self->values[i]), PANGO_ELLIPSIZE_MIDDLE);
      gtk_label_set_max_width_chars (GTK_LABEL (self->values[i]), 34);
      gtk_widget_add_css_class (self->names[i], "dim-label");
      gtk_widget_add_css_class (self->values[i], "numeric");
      gtk_grid_attach (GTK_GRID (self->grid), self->names[i], 0, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (self->grid), self->values[i], 1, (int) i, 1, 1);
    }
}

GtkWidget *
ov_hover_card_new (void)
{
  return g_object_new (OV_TYPE_HOVER_CARD, NULL);
}

static void
set_optional (GtkWidget  *label,
              const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text != NULL ? text : "");
  gtk_widget_set_visible (label, text != NULL);
}

void
ov_hover_card_show (OvHoverCard    *self,
                    OvProcessTable *table,
                    guint32         slot)
{
  const OvProcess *row = table != NULL ? ov_process_table_get_row (table, slot) : NULL;
  g_autofree char *title = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *subtitle = NULL;
  g_autofree char *trouble = NULL;

  g_return_if_fail (OV_IS_HOVER_CARD (self));

  gtk_widget_set_visible (GTK_WIDGET (self), row != NULL);
  if (row == NULL)
    return;

  title = ov_process_table_dup_title (table, slot);
  clean = ov_words_clean (title, 120);
  pid = ov_process_table_dup_pid (table, slot);
  subtitle = g_strdup_printf ("%s · %s", pid, ov_process_words_of_behaviour (row->behaviour));
  trouble = dup_trouble (table, row);
  gtk_label_set_text (GTK_LABEL (self->title), clean);
  gtk_label_set_text (GTK_LABEL (self->subtitle), subtitle);
  set_optional (self->trouble, trouble);
  if (row->mark >= OV_MARK_SUSPENDED)
    gtk_widget_add_css_class (self->trouble, "warning");
  else
    gtk_widget_remove_css_class (self->trouble, "warning");

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autofree char *text = facts[i].dup_text (table, row);

      set_optional (self->values[i], text);
      gtk_widget_set_visible (self->names[i], text != NULL);
    }
}

void
ov_hover_card_place (OvHoverCard        *self,
                     GtkOverlay         *overlay,
                     const GdkRectangle *item,
                     GdkRectangle       *place)
{
  int width = gtk_widget_get_width (GTK_WIDGET (overlay));
  int height = gtk_widget_get_height (GTK_WIDGET (overlay));
  GtkRequisition size;

  g_return_if_fail (OV_IS_HOVER_CARD (self));

  gtk_widget_get_preferred_size (GTK_WIDGET (self), NULL, &size);
  place->width = MIN (size.width, width);
  place->height = MIN (size.height, height);
  place->x = item->x + item->width + GAP;
  if (place->x + place->width > width)
    place->x = item->x - GAP - place->width;
  place->x = CLAMP (place->x, GAP, MAX (GAP, width - place->width - GAP));
  place->y = CLAMP (item->y, GAP, MAX (GAP, height - place->height - GAP));
}

char *
ov_hover_card_describe (OvProcessTable *table,
                        guint32         slot)
{
  const OvProcess *row;
  g_autoptr (GString) text = NULL;
  g_autofree char *title = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *trouble = NULL;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);

  row = ov_process_table_get_row (table, slot);
  if (row == NULL)
    return g_strdup (_("Nothing"));

  title = ov_process_table_dup_title (table, slot);
  clean = ov_words_clean (title, 120);
  pid = ov_process_table_dup_pid (table, slot);
  trouble = dup_trouble (table, row);
  text = g_string_new (clean);
  g_string_append_printf (text, ", %s, %s", ov_process_words_of_behaviour (row->behaviour), pid);
  if (trouble != NULL)
    g_string_append_printf (text, ", %s", trouble);
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autofree char *value = facts[i].dup_text (table, row);

      if (value != NULL)
        g_string_append_printf (text, ", %s %s", _(facts[i].name), value);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}
