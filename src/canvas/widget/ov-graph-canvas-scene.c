/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a graph to its places.
 *
 *   idle ──lay_out()──► wanted: a worker lays it out
 *   wanted ──set_graph()──► wanted, and the new one is next; an older next is forgotten
 *   wanted ──layout_done_cb()──► it is shown; with a next that is wanted, else idle
 *
 * A live graph comes faster than a large one is laid out: a worker is never cancelled for what is
 * newer, or nothing would ever be shown. Thread: main, except lay_out_in_worker(), which sees only
 * its own job.
 */
#include "canvas/widget/ov-graph-canvas-private.h"

#include <glib/gi18n.h>

/* More than these are not told apart when they vanish. */
#define MAX_FADING 100

typedef struct
{
  OvGraph       *graph;
  OvGraph       *old_graph;
  OvGraphLayout  old;        /* a copy: the view may get another one meanwhile */
  OvGraphLayout *layout;
} Job;

static void
job_free (Job *job)
{
  ov_graph_unref (job->graph);
  ov_graph_unref (job->old_graph);
  g_free (job->old.boxes);
  ov_graph_layout_free (job->layout);
  g_free (job);
}

static void
lay_out_in_worker (GTask        *task,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  Job *job = task_data;

  job->layout = ov_force_compute (job->graph, job->old_graph, job->old_graph != NULL ? &job->old : NULL,
                                  cancellable);
  g_task_return_boolean (task, job->layout != NULL);
}

/* Of what was on the screen and is in the graph no more. */
static void
fade_what_is_gone (OvGraphCanvas *self,
                   const OvGraph *graph)
{
  const OvScene *scene = ov_graph_view_get_scene (self->view);
  const OvLayout *places = ov_graph_view_get_places (self->view);
  const OvSceneItem *items;

  if (scene == NULL || !ov_stage_is_animated (&self->stage))
    return;
  items = ov_scene_get_items (scene);
  for (guint32 i = 0; i < places->n && self->fadings->len < MAX_FADING; i++)
    if (items[i].subtree_end == i + 1 && ov_graph_find (graph, items[i].id) == OV_SCENE_NONE)
      ov_graph_canvas_fade (self, &places->boxes[i]);
}

static void
apply_layout (OvGraphCanvas *self,
              Job           *job)
{
  gboolean first = ov_graph_view_get_graph (self->view) == NULL
                   || ov_graph_view_get_layout (self->view)->n == 0;

  fade_what_is_gone (self, job->graph);
  ov_graph_view_set_graph (self->view, job->graph, g_steal_pointer (&job->layout));
  if (self->stage.view.width > 1 && ov_stage_wants_fit (&self->stage))
    ov_stage_fit (&self->stage, !first);
  ov_graph_canvas_choose (self);
  if (first)
    ov_graph_view_advance (self->view, G_MAXDOUBLE);
  ov_graph_canvas_update (self);
  ov_stage_invalidate (&self->stage);
}

static void
layout_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (source);
  Job *job = g_task_get_task_data (G_TASK (result));
  guint64 reveal = self->reveal_later;

  /* FALSE means cancelled, and that the canvas is closing. */
  if (!g_task_propagate_boolean (G_TASK (result), NULL) || self->cancellable == NULL)
    return;

  apply_layout (self, job);
  g_clear_pointer (&self->wanted, ov_graph_unref);
  if (self->next != NULL)
    ov_graph_canvas_lay_out (self);
  else
    g_object_notify (G_OBJECT (self), "scene-busy");
  if (reveal != 0 && ov_graph_find (job->graph, reveal) != OV_SCENE_NONE)
    {
      self->reveal_later = 0;
      ov_graph_canvas_reveal (self, reveal);
    }
  ov_graph_canvas_announce (self);
  ov_graph_canvas_emit (self, OV_GRAPH_VIEW_CHANGED, 0);
}

/* The next graph becomes the wanted one. */
void
ov_graph_canvas_lay_out (OvGraphCanvas *self)
{
  g_autoptr (GTask) task = NULL;
  const OvGraphLayout *old = ov_graph_view_get_layout (self->view);
  Job *job = g_new0 (Job, 1);

  g_assert (self->wanted == NULL && self->next != NULL);

  self->wanted = g_steal_pointer (&self->next);
  job->graph = ov_graph_ref (self->wanted);
  if (old != NULL)
    {
      job->old_graph = ov_graph_ref (ov_graph_view_get_graph (self->view));
      job->old = (OvGraphLayout) { old->n, g_memdup2 (old->boxes, old->n * sizeof (OvBox)), old->bounds };
    }
  task = g_task_new (self, self->cancellable, layout_done_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, lay_out_in_worker);
}

void
ov_graph_canvas_set_graph (OvGraphCanvas *self,
                           OvGraph       *graph)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));
  g_return_if_fail (graph != NULL);

  g_clear_pointer (&self->next, ov_graph_unref);
  self->next = ov_graph_ref (graph);
  if (self->wanted != NULL)
    return;
  ov_graph_canvas_lay_out (self);
  g_object_notify (G_OBJECT (self), "scene-busy");
}

OvGraph *
ov_graph_canvas_get_graph (OvGraphCanvas *self)
{
  g_return_val_if_fail (OV_IS_GRAPH_CANVAS (self), NULL);

  if (self->next != NULL)
    return self->next;

  return self->wanted != NULL ? self->wanted : ov_graph_view_get_graph (self->view);
}

static void
count_neighbours (OvGraphCanvas *self,
                  guint64        id,
                  guint         *n_in,
                  guint         *n_out)
{
  const OvScene *scene = ov_graph_view_get_scene (self->view);
  guint32 item = ov_scene_find (scene, id);
  const OvGraphCurve *curves;
  guint n;

  *n_in = *n_out = 0;
  curves = ov_graph_view_get_curves (self->view, &n);
  for (guint i = 0; i < n; i++)
    {
      *n_out += curves[i].from == item;
      *n_in += curves[i].to == item;
    }
}

static char *
describe_node (OvGraphCanvas *self,
               guint64        id)
{
  const OvScene *scene = ov_graph_view_get_scene (self->view);
  guint32 index = scene == NULL ? OV_SCENE_NONE : ov_scene_find (scene, id);
  const OvSceneItem *item;
  guint n_in, n_out;
  GString *text;

  if (index == OV_SCENE_NONE)
    return NULL;
  item = &ov_scene_get_items (scene)[index];
  count_neighbours (self, id, &n_in, &n_out);
  text = g_string_new (ov_scene_get_text (scene, item->label));
  if (item->sublabel != 0)
    g_string_append_printf (text, ", %s", ov_scene_get_text (scene, item->sublabel));
  g_string_append (text, ", ");
  g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "receives from %u", "receives from %u", n_in),
                          n_in);
  g_string_append (text, ", ");
  g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "sends to %u", "sends to %u", n_out), n_out);
  if (item->tone == OV_TONE_WARNING)
    g_string_append_printf (text, ", %s", _("bottleneck"));
  else if (item->tone == OV_TONE_ERROR)
    g_string_append_printf (text, ", %s", _("error"));

  return g_string_free (text, FALSE);
}

/* A canvas is one node to assistive technology: its label says what the focus is on. */
void
ov_graph_canvas_announce (OvGraphCanvas *self)
{
  const OvScene *scene = ov_graph_view_get_scene (self->view);
  guint32 n = scene == NULL ? 0 : ov_scene_get_size (scene);
  g_autofree char *label = NULL;
  g_autofree char *description = NULL;

  if (self->focused != 0)
    label = self->describe != NULL ? self->describe (self, self->focused, self->describe_data)
                                   : describe_node (self, self->focused);
  if (label == NULL)
    label = g_strdup (_("Message graph"));
  description =
    g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                  "%u node. Arrow keys walk along messages, Enter opens and folds groups",
                                  "%u nodes. Arrow keys walk along messages, Enter opens and folds groups", n),
                     n);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description,
                                  -1);
}
