/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreeFinder searches again whenever the presenter has shown a new tree, so that matches come
 * and go with the processes.
 * Invariant: `current` is the slot one is at, not an index: it survives a new search when its
 * process still matches.
 * Thread: main.
 */
#include "views/ov-tree-finder.h"

#include "model/ov-process-search.h"

#include <glib/gi18n.h>

struct _OvTreeFinder
{
  GObject          parent_instance;
  OvTreePresenter *presenter;
  OvCanvas        *canvas; /* weak */
  char            *text;
  char            *status;
  GArray          *slots; /* of guint32, in the order of the tree */
  guint64          current; /* id, 0: none yet */
};

enum
{
  PROP_0,
  PROP_STATUS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (OvTreeFinder, ov_tree_finder, G_TYPE_OBJECT)

typedef struct
{
  guint32 place; /* in the scene; what is not shown comes last */
  guint32 slot;
} Match;

static int
compare_matches (gconstpointer a,
                 gconstpointer b)
{
  const Match *match_a = a;
  const Match *match_b = b;

  if (match_a->place != match_b->place)
    return match_a->place < match_b->place ? -1 : 1;

  return match_a->slot < match_b->slot ? -1 : match_a->slot > match_b->slot;
}

static void
sort_by_tree (OvTreeFinder *self)
{
  OvScene *scene = ov_canvas_get_scene (self->canvas);
  g_autofree Match *matches = g_new (Match, self->slots->len);

  if (scene == NULL)
    return;

  for (guint i = 0; i < self->slots->len; i++)
    {
      guint32 slot = g_array_index (self->slots, guint32, i);
      guint64 id = ov_tree_presenter_get_id (self->presenter, slot);

      matches[i] = (Match) { ov_scene_find (scene, id), slot };
    }
  qsort (matches, self->slots->len, sizeof *matches, compare_matches);
  for (guint i = 0; i < self->slots->len; i++)
    g_array_index (self->slots, guint32, i) = matches[i].slot;
}

static int
find_current (OvTreeFinder *self)
{
  for (guint i = 0; self->current != 0 && i < self->slots->len; i++)
    if (ov_tree_presenter_get_id (self->presenter, g_array_index (self->slots, guint32, i))
        == self->current)
      return (int) i;

  return -1;
}

static void
show_matches (OvTreeFinder *self)
{
  g_autofree guint64 *ids = g_new (guint64, self->slots->len + 1);

  for (guint i = 0; i < self->slots->len; i++)
    ids[i] = ov_tree_presenter_get_id (self->presenter, g_array_index (self->slots, guint32, i));
  ov_canvas_set_matches (self->canvas, ids, self->slots->len);
}

static void
set_status (OvTreeFinder *self)
{
  g_autofree char *status = NULL;
  int at = find_current (self);

  if (self->text == NULL)
    status = g_strdup ("");
  else if (self->slots->len == 0)
    status = g_strdup (_("Nothing found"));
  else if (at < 0)
    status = g_strdup_printf (ngettext ("%u found", "%u found", self->slots->len),
                              self->slots->len);
  else
    /* Translators: the third of twelve matches. */
    status = g_strdup_printf (_("%d of %u"), at + 1, self->slots->len);

  if (g_strcmp0 (status, self->status) == 0)
    return;
  g_free (self->status);
  self->status = g_steal_pointer (&status);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
search (OvTreeFinder *self)
{
  OvProcessTable *table = ov_tree_presenter_get_table (self->presenter);
  g_autoptr (OvProcessSearch) searcher = NULL;

  if (self->canvas == NULL)
    return;

  g_clear_pointer (&self->slots, g_array_unref);
  if (table != NULL && self->text != NULL)
    {
      searcher = ov_process_search_new (table, self->text);
      self->slots = ov_process_search_run (searcher);
      sort_by_tree (self);
    }
  else
    {
      self->slots = g_array_new (FALSE, FALSE, sizeof (guint32));
    }
  show_matches (self);
  set_status (self);
}

static void
presented_cb (OvTreePresenter *presenter,
              gpointer         user_data)
{
  OvTreeFinder *self = user_data;

  if (self->text != NULL)
    search (self);
}

static void
ov_tree_finder_dispose (GObject *object)
{
  OvTreeFinder *self = OV_TREE_FINDER (object);

  g_clear_object (&self->presenter);
  g_clear_weak_pointer (&self->canvas);
  g_clear_pointer (&self->slots, g_array_unref);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->status, g_free);

  G_OBJECT_CLASS (ov_tree_finder_parent_class)->dispose (object);
}

static void
ov_tree_finder_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_STATUS:
      g_value_set_string (value, ov_tree_finder_get_status (OV_TREE_FINDER (object)));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ov_tree_finder_class_init (OvTreeFinderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ov_tree_finder_dispose;
  object_class->get_property = ov_tree_finder_get_property;

  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, "",
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ov_tree_finder_init (OvTreeFinder *self)
{
  self->slots = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->status = g_strdup ("");
}

OvTreeFinder *
ov_tree_finder_new (OvTreePresenter *presenter,
                    OvCanvas        *canvas)
{
  OvTreeFinder *self;

  g_return_val_if_fail (OV_IS_TREE_PRESENTER (presenter), NULL);
  g_return_val_if_fail (OV_IS_CANVAS (canvas), NULL);

  self = g_object_new (OV_TYPE_TREE_FINDER, NULL);
  self->presenter = g_object_ref (presenter);
  g_set_weak_pointer (&self->canvas, canvas);
  g_signal_connect_object (presenter, "presented", G_CALLBACK (presented_cb), self, 0);

  return self;
}

void
ov_tree_finder_set_text (OvTreeFinder *self,
                         const char   *text)
{
  g_return_if_fail (OV_IS_TREE_FINDER (self));

  if (text != NULL && *text == '\0')
    text = NULL;
  if (g_strcmp0 (text, self->text) == 0)
    return;

  g_free (self->text);
  self->text = g_strdup (text);
  self->current = 0;
  search (self);
}

guint32
ov_tree_finder_step (OvTreeFinder *self,
                     int           direction)
{
  int n, at;
  guint32 slot;

  g_return_val_if_fail (OV_IS_TREE_FINDER (self), OV_SLOT_NONE);

  n = (int) self->slots->len;
  if (n == 0)
    return OV_SLOT_NONE;

  at = find_current (self);
  at = at < 0 ? (direction > 0 ? 0 : n - 1) : (at + direction + n) % n;
  slot = g_array_index (self->slots, guint32, at);
  self->current = ov_tree_presenter_get_id (self->presenter, slot);
  set_status (self);

  return slot;
}

const char *
ov_tree_finder_get_status (OvTreeFinder *self)
{
  g_return_val_if_fail (OV_IS_TREE_FINDER (self), "");

  return self->status;
}
