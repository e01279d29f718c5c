/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A straight line for each box.  Parent and child go by the same share, so a child that is
 * inside its parent at both ends is inside all the way.
 */
#include "canvas/layout/ov-tween.h"

#include <string.h>

/* More than these are not told apart when they vanish. */
#define MAX_GONE 2000

struct _OvTween
{
  guint32  n;
  OvBox   *from, *to;  /* by new index */
  guint8  *born;
  GArray  *gone;       /* OvGone */
  OvLayout frame;      /* what get() answers; boxes are its own */
  gboolean idle;
};

static gboolean
is_same (const OvBox *a,
         const OvBox *b)
{
  return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}

static void
match_items (OvTween        *self,
             const OvScene  *old_scene,
             const OvLayout *old_layout,
             const OvScene  *new_scene)
{
  const OvSceneItem *items = ov_scene_get_items (new_scene);

  for (guint32 i = 0; i < self->n; i++)
    {
      guint32 old = ov_scene_find (old_scene, items[i].id);
      const OvBox *to = &self->to[i];

      if (old != OV_SCENE_NONE && old < old_layout->n)
        {
          self->from[i] = old_layout->boxes[old];
        }
      else
        {
          self->born[i] = TRUE;
          self->from[i] = (OvBox) { to->x + to->width / 2, to->y + to->height / 2, 0, 0 };
        }
      self->idle = self->idle && is_same (&self->from[i], to);
    }
}

static void
list_gone (OvTween        *self,
           const OvScene  *old_scene,
           const OvLayout *old_layout,
           const OvScene  *new_scene)
{
  const OvSceneItem *items = ov_scene_get_items (old_scene);
  guint32 n = MIN (ov_scene_get_size (old_scene), old_layout->n);

  for (guint32 i = 0; i < n && self->gone->len < MAX_GONE; i++)
    {
      OvGone gone = { i, old_layout->boxes[i] };

      if (ov_scene_find (new_scene, items[i].id) == OV_SCENE_NONE)
        g_array_append_val (self->gone, gone);
    }
}

OvTween *
ov_tween_new (const OvScene  *old_scene,
              const OvLayout *old_layout,
              const OvScene  *new_scene,
              const OvLayout *new_layout)
{
  OvTween *self = g_new0 (OvTween, 1);

  self->n = new_layout->n;
  self->idle = TRUE;
  self->from = g_new (OvBox, MAX (self->n, 1));
  self->to = g_memdup2 (new_layout->boxes, MAX (self->n, 1) * sizeof (OvBox));
  self->born = g_new0 (guint8, MAX (self->n, 1));
  self->gone = g_array_new (FALSE, FALSE, sizeof (OvGone));
  match_items (self, old_scene, old_layout, new_scene);
  list_gone (self, old_scene, old_layout, new_scene);

  self->frame = *new_layout;
  self->frame.boxes = g_new (OvBox, MAX (self->n, 1));
  self->frame.frames = g_memdup2 (new_layout->frames, new_layout->n_frames * sizeof (OvLayoutFrame));
  self->frame.in_grid = new_layout->in_grid == NULL ? NULL : g_memdup2 (new_layout->in_grid, self->n);

  return self;
}

void
ov_tween_free (OvTween *self)
{
  if (self == NULL)
    return;

  g_free (self->from);
  g_free (self->to);
  g_free (self->born);
  g_array_unref (self->gone);
  g_free (self->frame.boxes);
  g_free (self->frame.frames);
  g_free (self->frame.in_grid);
  g_free (self);
}

const OvLayout *
ov_tween_get (OvTween *self,
              double   t)
{
  g_return_val_if_fail (self != NULL, NULL);

  t = CLAMP (t, 0, 1);
  self->frame.gliding = t < 1;
  if (t >= 1)
    {
      memcpy (self->frame.boxes, self->to, self->n * sizeof (OvBox));
      return &self->frame;
    }

  for (guint32 i = 0; i < self->n; i++)
    {
      const OvBox *from = &self->from[i], *to = &self->to[i];

      self->frame.boxes[i] = (OvBox) {
        from->x + (to->x - from->x) * t,
        from->y + (to->y - from->y) * t,
        from->width + (to->width - from->width) * t,
        from->height + (to->height - from->height) * t,
      };
    }

  return &self->frame;
}

gboolean
ov_tween_is_idle (const OvTween *self)
{
  return self->idle;
}

const OvGone *
ov_tween_get_gone (const OvTween *self,
                   guint         *n)
{
  *n = self->gone->len;

  return (const OvGone *) (gpointer) self->gone->data;
}

gboolean
ov_tween_is_born (const OvTween *self,
                  guint32        index)
{
  return index < self->n && self->born[index];
}
