/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a scene to a layout.
 *
 *   idle ──ov_canvas_lay_out()──► wanted: a worker lays it out
 *   wanted ──ov_canvas_lay_out()──► wanted (the earlier worker is cancelled, its serial is old)
 *   wanted ──layout_done_cb()──► idle: apply_layout() makes it the scene
 *
 * Thread: main, except lay_out_in_worker(), which sees only its own job.
 */
#include "canvas/widget/ov-canvas-private.h"

#include <glib/gi18n.h>

#define CHOICE_SPAN 2

typedef struct
{
  OvScene     *scene;
  OvLayoutKind kind;
  guint        serial;
  OvLayout    *layout;
  OvHit       *hit;
} Job;

/* What a screen reader says of each tone. */
static const char *const TONE_WORDS[] = {
  [OV_TONE_NEUTRAL] = "",
  [OV_TONE_NEW] = N_("new"),
  [OV_TONE_RENEWED] = N_("restarted"),
  [OV_TONE_MUTED] = N_("ended"),
  [OV_TONE_WARNING] = N_("warning"),
  [OV_TONE_ERROR] = N_("error"),
};

static void
job_free (Job *job)
{
  ov_scene_unref (job->scene);
  ov_layout_free (job->layout);
  ov_hit_free (job->hit);
  g_free (job);
}

static void
lay_out_in_worker (GTask        *task,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  Job *job = task_data;

  job->layout = ov_layout_compute (job->scene, job->kind, cancellable);
  if (job->layout != NULL)
    job->hit = ov_hit_new (job->layout);
  g_task_return_boolean (task, job->layout != NULL);
}

static guint64
keep_if_known (const OvScene *scene,
               guint64        id)
{
  return ov_scene_find (scene, id) == OV_SCENE_NONE ? 0 : id;
}

/* The automatic choice is kept while the number of items stays of the same order: a tree that
 * turns into boxes because one process came would be lost from sight. */
static OvLayoutKind
get_kind (const OvCanvas *self,
          const OvScene  *scene)
{
  guint32 n = ov_scene_get_size (scene);

  if (self->layout_kind != OV_LAYOUT_AUTOMATIC || self->chosen_for == 0
      || n > self->chosen_for * CHOICE_SPAN || n < self->chosen_for / CHOICE_SPAN)
    return self->layout_kind;

  return self->chosen_nested ? OV_LAYOUT_PACKED : OV_LAYOUT_TIDY;
}

static void
keep_choice (OvCanvas  *self,
             const Job *job)
{
  if (job->kind != OV_LAYOUT_AUTOMATIC)
    return;

  self->chosen_for = ov_scene_get_size (job->scene);
  self->chosen_nested = job->layout->nested;
}

static void
follow_up (OvCanvas *self)
{
  guint64 reveal = self->reveal_later, zoom = self->zoom_later;

  self->reveal_later = self->zoom_later = 0;
  if (zoom != 0)
    ov_canvas_zoom_to (self, zoom);
  else if (reveal != 0)
    ov_canvas_reveal (self, reveal);
}

static void
apply_layout (OvCanvas *self,
              Job      *job)
{
  g_autoptr (OvScene) old_scene = g_steal_pointer (&self->scene);
  g_autoptr (OvLayout) old_layout = g_steal_pointer (&self->layout);
  g_autoptr (OvTween) old_tween = g_steal_pointer (&self->tween);
  gboolean first = old_scene == NULL || ov_scene_get_size (old_scene) == 0;

  keep_choice (self, job);
  self->scene = ov_scene_ref (job->scene);
  self->layout = g_steal_pointer (&job->layout);
  g_clear_pointer (&self->hit, ov_hit_free);
  self->hit = g_steal_pointer (&job->hit);
  g_clear_pointer (&self->wanted, ov_scene_unref);
  g_clear_object (&self->cancellable);
  self->hovered = keep_if_known (self->scene, self->hovered);

  if (!first)
    ov_canvas_glide (self, old_scene,
                     old_tween != NULL ? ov_tween_get (old_tween, self->tween_share) : old_layout);
  if (self->stage.view.width > 1 && ov_scene_get_size (self->scene) > 0 && ov_stage_wants_fit (&self->stage))
    ov_stage_fit (&self->stage, !first);
  follow_up (self);
  ov_canvas_invalidate (self);
  ov_canvas_announce (self);
  g_object_notify (G_OBJECT (self), "scene-busy");
  ov_canvas_emit (self, OV_CANVAS_VIEW_CHANGED, 0);
}

static void
layout_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  OvCanvas *self = OV_CANVAS (source);
  Job *job = g_task_get_task_data (G_TASK (result));

  /* FALSE means cancelled: then a newer job has been started, or the canvas is closing. */
  if (g_task_propagate_boolean (G_TASK (result), NULL) && job->serial == self->serial)
    apply_layout (self, job);
}

void
ov_canvas_lay_out (OvCanvas *self,
                   OvScene  *scene)
{
  g_autoptr (GTask) task = NULL;
  Job *job = g_new0 (Job, 1);
  gboolean was_busy = self->wanted != NULL;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  job->scene = ov_scene_ref (scene);
  job->kind = get_kind (self, scene);
  job->serial = ++self->serial;
  if (self->wanted != scene)
    {
      g_clear_pointer (&self->wanted, ov_scene_unref);
      self->wanted = ov_scene_ref (scene);
    }

  task = g_task_new (self, self->cancellable, layout_done_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, lay_out_in_worker);
  if (!was_busy)
    g_object_notify (G_OBJECT (self), "scene-busy");
}

void
ov_canvas_set_scene (OvCanvas *self,
                     OvScene  *scene)
{
  g_return_if_fail (OV_IS_CANVAS (self));
  g_return_if_fail (scene != NULL);

  ov_canvas_lay_out (self, scene);
}

OvScene *
ov_canvas_get_scene (OvCanvas *self)
{
  g_return_val_if_fail (OV_IS_CANVAS (self), NULL);

  return self->wanted != NULL ? self->wanted : self->scene;
}

OvScene *
ov_canvas_get_shown_scene (OvCanvas *self)
{
  g_return_val_if_fail (OV_IS_CANVAS (self), NULL);

  return self->scene;
}

static gboolean
has_same_items (const OvScene *a,
                const OvScene *b)
{
  const OvSceneItem *one = ov_scene_get_items (a), *two = ov_scene_get_items (b);
  guint32 n = ov_scene_get_size (a);

  if (n != ov_scene_get_size (b))
    return FALSE;
  for (guint32 i = 0; i < n; i++)
    if (one[i].id != two[i].id || one[i].parent != two[i].parent || one[i].shape != two[i].shape)
      return FALSE;

  return TRUE;
}

/**
 * ov_canvas_update_scene:
 * @scene: a frozen scene
 *
 * The cheap way when only figures changed.  Where the items are not the same after all, this
 * is ov_canvas_set_scene().
 */
void
ov_canvas_update_scene (OvCanvas *self,
                        OvScene  *scene)
{
  g_autoptr (OvScene) old_scene = NULL;

  g_return_if_fail (OV_IS_CANVAS (self));
  g_return_if_fail (scene != NULL);

  if (self->wanted != NULL || self->scene == NULL || !has_same_items (self->scene, scene))
    {
      ov_canvas_lay_out (self, scene);
      return;
    }

  old_scene = g_steal_pointer (&self->scene);
  self->scene = ov_scene_ref (scene);
  ov_canvas_note_renewals (self, old_scene);
  ov_canvas_invalidate (self);
  ov_canvas_announce (self);
  ov_canvas_emit (self, OV_CANVAS_VIEW_CHANGED, 0);
}

static char *
describe_item (OvCanvas *self,
               guint32   index)
{
  const OvSceneItem *item = &ov_scene_get_items (self->scene)[index];
  GString *text = g_string_new (ov_scene_get_text (self->scene, item->label));

  if (item->sublabel != 0)
    g_string_append_printf (text, ", %s", ov_scene_get_text (self->scene, item->sublabel));
  if (item->tone != OV_TONE_NEUTRAL)
    g_string_append_printf (text, ", %s", _(TONE_WORDS[item->tone]));

  return g_string_free (text, FALSE);
}

/* A canvas is one node to assistive technology: its label says what the focus is on. */
void
ov_canvas_announce (OvCanvas *self)
{
  guint32 index = self->scene == NULL ? OV_SCENE_NONE : ov_scene_find (self->scene, self->focused);
  g_autofree char *label = NULL;
  g_autofree char *description = NULL;
  guint32 n = self->scene == NULL ? 0 : ov_scene_get_size (self->scene);

  if (index != OV_SCENE_NONE)
    label = self->describe != NULL ? self->describe (self, self->focused, self->describe_data)
                                   : describe_item (self, index);
  if (label == NULL)
    label = g_strdup (_("Tree"));
  description = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                              "%u item. Arrow keys walk, Enter opens, Space folds",
                                              "%u items. Arrow keys walk, Enter opens, Space folds",
                                              n),
                                 n);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description,
                                  -1);
}
