/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See the header.  What comes from the node passes ov_words_clean() before it is shown.  Thread: main.
 */
#include "config.h"

#include "views/ov-restart-story.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <math.h>

#define MAX_STEPS 300
#define MAX_WORDS 400

struct _OvRestartStory
{
  AdwBin         parent_instance;
  GtkStack      *stack;
  GtkLabel      *title, *subtitle, *headroom_label;
  GtkLevelBar   *headroom;
  GtkWidget     *headroom_box;
  GtkBox        *steps;
};

enum { REPLAY, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvRestartStory, ov_restart_story, ADW_TYPE_BIN)

static const struct
{
  const char *icon, *style;
} looks[] = {
  [OV_CAUSE_EXIT] = { "ov-crash-symbolic", "error" },
  [OV_CAUSE_LINK] = { "ov-link-symbolic", "error" },
  [OV_CAUSE_SUPERVISOR] = { "ov-tree-symbolic", "accent" },
  [OV_CAUSE_STOPPED] = { "media-playback-stop-symbolic", "dim-label" },
  [OV_CAUSE_STARTED] = { "ov-restarts-symbolic", "success" },
  [OV_CAUSE_GAVE_UP] = { "dialog-error-symbolic", "error" },
  [OV_CAUSE_ESCALATED] = { "go-up-symbolic", "warning" },
};

char *
ov_restart_words_duration (gint64 ns)
{
  double s = (double) ns / 1e9;

  if (ns < 1000 * 1000)
    /* Translators: a duration in microseconds. */
    return g_strdup_printf (_("%.0f µs"), s * 1e6);
  if (s < 1)
    /* Translators: a duration in milliseconds. */
    return g_strdup_printf (_("%.*f ms"), s < 0.1 ? 1 : 0, s * 1e3);
  if (s < 60)
    /* Translators: a duration in seconds. */
    return g_strdup_printf (_("%.1f s"), s);

  /* Translators: a duration in minutes and seconds. */
  return g_strdup_printf (_("%u min %u s"), (guint) s / 60, (guint) s % 60);
}

char *
ov_restart_words_headroom (const OvRestartEntry *entry)
{
  guint left;

  if (isnan (entry->headroom))
    return g_strdup ("—");
  if (entry->n_recent > entry->intensity)
    return g_strdup (_("given up"));

  left = entry->intensity - entry->n_recent;
  /* Translators: restarts that a supervisor may still do, of how many it allows in its period. */
  return g_strdup_printf (_("%u of %u left"), left, entry->intensity);
}

static char *
dup_title (const OvRestartEntry *entry)
{
  g_autofree char *supervisor = ov_words_clean (entry->supervisor_name, 100);
  g_autofree char *child = ov_words_term (entry->child_id, 100);

  if (ov_pid_is_none (&entry->new_pid))
    /* Translators: a supervisor and the id of its child. */
    return g_strdup_printf (_("%s did not restart %s"), supervisor, child);

  /* Translators: a supervisor and the id of its child. */
  return g_strdup_printf (_("%s restarted %s"), supervisor, child);
}

static char *
dup_subtitle (const OvRestartEntry *entry)
{
  GString *into = g_string_new (NULL);
  g_autofree char *clock = ov_words_clock (entry->at_ns);
  const char *strategy = ov_strategy_get_word (entry->strategy);

  g_string_append (into, clock);
  if (strategy != NULL)
    g_string_append_printf (into, " · %s", strategy);
  g_string_append (into, " · ");
  if (entry->recovered_ns > 0)
    {
      g_autofree char *took = ov_restart_words_duration (entry->recovered_ns - entry->at_ns);

      /* Translators: how long it took until all children were there again. */
      g_string_append_printf (into, _("whole again after %s"), took);
    }
  else
    g_string_append (into, _("not whole again"));

  return g_string_free (into, FALSE);
}

static GtkWidget *
make_label (const char *text,
            const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);

  return label;
}

static GtkWidget *
make_step (const OvCause  *cause,
           guint           number,
           gint64          since_ns,
           OvProcessTable *table)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *icon = gtk_image_new_from_icon_name (looks[cause->kind].icon);
  g_autofree char *count = g_strdup_printf ("%u", number);
  g_autofree char *after = ov_restart_words_duration (MAX (cause->at_ns - since_ns, 0));
  g_autofree char *offset = g_strconcat ("+", after, NULL);
  g_autofree char *raw = ov_cause_dup_words (cause, table);
  g_autofree char *words = ov_words_clean (raw, MAX_WORDS);
  GtkWidget *label, *time = make_label (offset, "numeric"), *index = make_label (count, "numeric");

  gtk_widget_add_css_class (row, "story-step");
  gtk_widget_add_css_class (index, "dim-label");
  gtk_label_set_width_chars (GTK_LABEL (index), 3);
  gtk_label_set_xalign (GTK_LABEL (index), 1);
  gtk_widget_add_css_class (icon, looks[cause->kind].style);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  label = make_label (words, NULL);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (time, "dim-label");
  gtk_box_append (GTK_BOX (row), index);
  gtk_box_append (GTK_BOX (row), icon);
  gtk_box_append (GTK_BOX (row), label);
  if (!cause->sure)
    {
      GtkWidget *unsure = make_label (_("concluded"), "dim-caption");

      gtk_widget_set_tooltip_text (unsure, _("Concluded from what was seen before and after; it was not reported itself."));
      gtk_box_append (GTK_BOX (row), unsure);
    }
  gtk_box_append (GTK_BOX (row), time);

  return row;
}

static void
show_steps (OvRestartStory       *self,
            OvProcessTable       *table,
            const OvRestartEntry *entry)
{
  GtkWidget *child;
  guint n = MIN (entry->n_causes, MAX_STEPS);

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->steps))))
    gtk_box_remove (self->steps, child);
  for (guint i = 0; i < n; i++)
    gtk_box_append (self->steps, make_step (&entry->causes[i], i + 1, entry->at_ns, table));
  if (n < entry->n_causes)
    {
      g_autofree char *more = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "and %u more step",
                                                            "and %u more steps", entry->n_causes - n),
                                               entry->n_causes - n);

      gtk_box_append (self->steps, make_label (more, "dim-label"));
    }
}

static void
show_headroom (OvRestartStory       *self,
               const OvRestartEntry *entry)
{
  g_autofree char *words = ov_restart_words_headroom (entry);
  g_autofree char *text = NULL;
  gboolean is_known = !isnan (entry->headroom);

  gtk_widget_set_visible (self->headroom_box, is_known);
  if (!is_known)
    return;
  /* Translators: "2 of 3 left", and the period over which restarts are counted. */
  text = g_strdup_printf (_("Headroom: %s in %u s"), words, entry->period_s);
  gtk_label_set_text (self->headroom_label, text);
  gtk_level_bar_set_value (self->headroom, CLAMP (entry->headroom, 0, 1));
}

static void
replay_cb (OvRestartStory *self)
{
  g_signal_emit (self, signals[REPLAY], 0);
}

static void
ov_restart_story_class_init (OvRestartStoryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[REPLAY] = g_signal_new ("replay", OV_TYPE_RESTART_STORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-restart-story.ui");
  gtk_widget_class_bind_template_child (widget_class, OvRestartStory, stack);
  gtk_widget_class_bind_template_child (widget_class, OvRestartStory, title);
  gtk_widget_class_bind_template_child (widget_class, OvRestartStory, subtitle);
  gtk_widget_class_bind_template_child (widget_class, OvRestartStory, headroom_box);
  gtk_widget_class_bind_template_child (widget_class, OvRestartStory, headroom_label);
  gtk_widget_class_bind_template_child (widget_class, OvRestartStory, headroom);
  gtk_widget_class_bind_template_child (widget_class, OvRestartStory, steps);
  gtk_widget_class_bind_template_callback (widget_class, replay_cb);
}

static void
ov_restart_story_init (OvRestartStory *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_restart_story_set (OvRestartStory       *self,
                      OvProcessTable       *table,
                      const OvRestartEntry *entry)
{
  g_autofree char *title = NULL, *subtitle = NULL;

  g_return_if_fail (OV_IS_RESTART_STORY (self));

  gtk_stack_set_visible_child_name (self->stack, entry != NULL ? "story" : "nothing");
  if (entry == NULL)
    return;
  title = dup_title (entry);
  subtitle = dup_subtitle (entry);
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->subtitle, subtitle);
  show_headroom (self, entry);
  show_steps (self, table, entry);
}

char *
ov_restart_story_dup_text (OvProcessTable       *table,
                           const OvRestartEntry *entry)
{
  g_autofree char *title = NULL, *subtitle = NULL;
  GString *into;

  g_return_val_if_fail (entry != NULL, NULL);

  title = dup_title (entry);
  subtitle = dup_subtitle (entry);
  into = g_string_new (title);
  g_string_append_printf (into, "\n%s\n", subtitle);
  for (guint i = 0; i < entry->n_causes; i++)
    {
      g_autofree char *raw = ov_cause_dup_words (&entry->causes[i], table);
      g_autofree char *words = ov_words_clean (raw, MAX_WORDS);
      g_autofree char *after = ov_restart_words_duration (MAX (entry->causes[i].at_ns - entry->at_ns, 0));

      g_string_append_printf (into, "%u. +%s  %s\n", i + 1, after, words);
    }

  return g_string_free (into, FALSE);
}
