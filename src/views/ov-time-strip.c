/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTimeStrip: the time line with what belongs to it.
 *
 * The session's instant and range are the truth; the time line shows them and asks for others.
 * What the session looks at on another node is none of this strip's business.  Thread: main.
 */
#include "config.h"

#include "views/ov-time-strip.h"

#include "views/ov-time-source.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define REFRESH_MS 250

struct _OvTimeStrip
{
  AdwBin        parent_instance;
  OvSession    *session;
  OvNode       *node;
  OvTimeSource *source;
  guint64       seen_end;    /* of the store, when the time line was last told */
  guint64       seen_facts;
  gboolean      is_syncing;  /* the time line is being set by us */
  guint         timer;

  OvTimeline   *timeline;
  GtkWidget    *previous_button, *next_button, *record_button, *record_image;
  GtkLabel     *record_label;
};

G_DEFINE_FINAL_TYPE (OvTimeStrip, ov_time_strip, ADW_TYPE_BIN)

static gboolean
is_current (OvTimeStrip *self)
{
  return self->node && ov_session_get_node (self->session) == self->node;
}

/* From the session. */

static void
instant_changed_cb (OvTimeStrip *self)
{
  if (!is_current (self))
    return;
  self->is_syncing = TRUE;
  ov_timeline_set_instant (self->timeline, ov_session_get_instant (self->session));
  self->is_syncing = FALSE;
}

static void
range_changed_cb (OvTimeStrip *self)
{
  gint64 from_ns, to_ns;

  if (!is_current (self))
    return;
  if (!ov_session_get_range (self->session, &from_ns, &to_ns))
    from_ns = to_ns = 0;
  self->is_syncing = TRUE;
  ov_timeline_set_range (self->timeline, from_ns, to_ns);
  self->is_syncing = FALSE;
}

static void
node_changed_cb (OvTimeStrip *self)
{
  instant_changed_cb (self);
  range_changed_cb (self);
}

/* To the session. */

static void
instant_chosen_cb (OvTimeStrip *self,
                   gint64       at_ns)
{
  if (!self->is_syncing && is_current (self))
    ov_session_set_instant (self->session, at_ns);
}

static void
range_chosen_cb (OvTimeStrip *self,
                 gint64       from_ns,
                 gint64       to_ns)
{
  if (!self->is_syncing && is_current (self))
    ov_session_set_range (self->session, from_ns, to_ns);
}

static void
step_clicked_cb (OvTimeStrip *self,
                 GtkWidget   *button)
{
  if (!ov_timeline_step (self->timeline, button == self->previous_button ? -1 : 1))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                                button == self->previous_button
                                  ? _("No crash or restart was seen before this")
                                  : _("No crash or restart was seen after this"));
}

/* Recording. */

static void
show_recording (OvTimeStrip *self)
{
  OvRecorder *recorder = ov_node_get_recorder (self->node);
  const GError *error = ov_node_get_recorder_error (self->node);
  g_autofree char *bytes = recorder ? ov_words_bytes (ov_recorder_get_bytes (recorder)) : NULL;
  g_autofree char *tip = NULL;

  if (recorder && error)
    /* Translators: a size, and why the recording ended. */
    tip = g_strdup_printf (_("The recording ended at %s: %s; press to close it"), bytes, error->message);
  else
    /* Translators: a size. */
    tip = recorder ? g_strdup_printf (_("Recording, %s so far; press to end it"), bytes)
                   : g_strdup (_("Record what is seen to a file (Ctrl+R)"));
  gtk_label_set_text (self->record_label, bytes ? bytes : _("Record"));
  gtk_widget_set_tooltip_text (self->record_button, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->record_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, tip, -1);
  if (recorder && !error)
    gtk_widget_add_css_class (self->record_button, "recording");
  else
    gtk_widget_remove_css_class (self->record_button, "recording");
  gtk_widget_set_visible (self->record_button, !ov_node_is_recording (self->node));
}

/* It began, it was ended, or it ended by itself: then nobody would look at the button. */
static void
recorder_changed_cb (OvTimeStrip *self)
{
  const GError *error = ov_node_get_recorder_error (self->node);
  g_autofree char *words = NULL;

  show_recording (self);
  if (error == NULL || ov_node_get_recorder (self->node) == NULL)
    return;
  /* Translators: why: the disk is full, say. */
  words = g_strdup_printf (_("The recording ended by itself: %s"), error->message);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", words);
}

static gboolean
timer_cb (gpointer user_data)
{
  OvTimeStrip *self = user_data;
  guint64 end = ov_store_get_end (ov_node_get_store (self->node));
  guint64 n_facts = ov_process_table_get_n_facts (ov_node_get_processes (self->node));

  if (end != self->seen_end || n_facts != self->seen_facts)
    ov_timeline_refresh (self->timeline);
  self->seen_end = end;
  self->seen_facts = n_facts;
  show_recording (self);
  return G_SOURCE_CONTINUE;
}

static void
ov_time_strip_map (GtkWidget *widget)
{
  OvTimeStrip *self = OV_TIME_STRIP (widget);

  GTK_WIDGET_CLASS (ov_time_strip_parent_class)->map (widget);
  if (self->timer == 0 && self->node)
    self->timer = g_timeout_add (REFRESH_MS, timer_cb, self);
}

static void
ov_time_strip_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&OV_TIME_STRIP (widget)->timer, g_source_remove);
  GTK_WIDGET_CLASS (ov_time_strip_parent_class)->unmap (widget);
}

static void
ov_time_strip_dispose (GObject *object)
{
  OvTimeStrip *self = OV_TIME_STRIP (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->source)
    ov_timeline_set_source (self->timeline, NULL, NULL);
  g_clear_pointer (&self->source, ov_time_source_free);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_time_strip_parent_class)->dispose (object);
}

static void
ov_time_strip_class_init (OvTimeStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_time_strip_dispose;
  widget_class->map = ov_time_strip_map;
  widget_class->unmap = ov_time_strip_unmap;

  g_type_ensure (OV_TYPE_TIMELINE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-time-strip.ui");
  gtk_widget_class_bind_template_child (widget_class, OvTimeStrip, timeline);
  gtk_widget_class_bind_template_child (widget_class, OvTimeStrip, previous_button);
  gtk_widget_class_bind_template_child (widget_class, OvTimeStrip, next_button);
  gtk_widget_class_bind_template_child (widget_class, OvTimeStrip, record_button);
  gtk_widget_class_bind_template_child (widget_class, OvTimeStrip, record_image);
  gtk_widget_class_bind_template_child (widget_class, OvTimeStrip, record_label);
  gtk_widget_class_bind_template_callback (widget_class, instant_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, range_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, step_clicked_cb);
}

static void
ov_time_strip_init (OvTimeStrip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_time_strip_set_subject (OvTimeStrip *self,
                           OvSession   *session,
                           OvNode      *node)
{
  g_return_if_fail (OV_IS_TIME_STRIP (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  self->source = ov_time_source_new (node);
  ov_timeline_set_recorded (self->timeline, ov_node_is_recording (node));
  ov_timeline_set_source (self->timeline, ov_time_source_get_functions (), self->source);
  g_signal_connect_object (session, "notify::instant", G_CALLBACK (instant_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "range-changed", G_CALLBACK (range_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::node", G_CALLBACK (node_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "notify::recorder", G_CALLBACK (recorder_changed_cb), self,
                           G_CONNECT_SWAPPED);
  show_recording (self);
  node_changed_cb (self);
}

void
ov_time_strip_set_compact (OvTimeStrip *self,
                           gboolean     compact)
{
  g_return_if_fail (OV_IS_TIME_STRIP (self));

  gtk_widget_set_visible (GTK_WIDGET (self->record_label), !compact);
}
