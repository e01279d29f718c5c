/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A group opens when its members would be wide enough to be read, and folds when they are clearly
 * not:
 *
 *   shut ──members ≥ OPEN_WIDTH px, or pinned open──► opening ──openness 1──► open
 *   open ──members < FOLD_WIDTH px, or pinned shut──► folding ──openness 0──► shut
 *
 * Either may turn around on its way.  Where too much would be in view, all have to be wider. While
 * it opens, the hull grows out of the group's card and its members with it.
 * Thread: one at a time.
 */
#include "canvas/scene/ov-graph-view-private.h"

#include "canvas/scene/ov-scene-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_WIDTH   64.0
#define FOLD_WIDTH   52.0
/* Members that are groups themselves have to be wider: they have a count beside their name. */
#define OF_GROUPS    0.8
#define OPEN_SECONDS 0.25
#define MOVE_SECONDS 0.25
/* A group opens this far outside of the window, and folds again when it is clearly away. */
#define AWAY         0.1
#define FAR_AWAY     0.25
/* Stricter and less strict by so much; less only when that leaves room. */
#define STRICTER     1.2
#define MAX_STRICT   20.0
#define ROOMY        (OV_GRAPH_MAX_SHOWN * 2 / 3)
/* Cards, logical pixels: at no weight, more for each power of ten, at most. */
#define LEAF_WIDTH   128.0
#define LEAF_HEIGHT   34.0
#define GROUP_WIDTH  150.0
#define GROUP_HEIGHT  46.0
#define WIDER         10.0
#define HIGHER         4.0
#define MOST_DECADES   5.0
/* A card may take this share of the gap around a small ground. */
#define INTO_GAP     0.25
#define MOST_GROWTH  1.6
/* And a folded group not more than this of its ground, or cards would touch. */
#define OF_GROUND    0.9

OvGraphView *
ov_graph_view_new (void)
{
  OvGraphView *self = g_new0 (OvGraphView, 1);

  self->pins = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->curves = g_array_new (FALSE, FALSE, sizeof (OvGraphCurve));
  self->slots = g_new0 (guint32, OV_GRAPH_CURVE_SLOTS);
  self->strictness = 1;
  self->viewport = (OvViewport) { 0, 0, 1, 1, 1 };

  return self;
}

static void
drop_fold (OvGraphView *self)
{
  g_clear_pointer (&self->fold, ov_graph_fold_free);
  g_clear_pointer (&self->scene, ov_scene_unref);
  g_clear_pointer (&self->item_of, g_free);
  g_clear_pointer (&self->bends, g_free);
  g_clear_pointer (&self->places.boxes, g_free);
  g_clear_pointer (&self->dims, g_free);
  g_array_set_size (self->curves, 0);
  self->places.n = 0;
}

void
ov_graph_view_free (OvGraphView *self)
{
  if (self == NULL)
    return;

  drop_fold (self);
  g_clear_pointer (&self->graph, ov_graph_unref);
  g_clear_pointer (&self->layout, ov_graph_layout_free);
  g_free (self->from);
  g_free (self->open);
  g_free (self->openness);
  g_free (self->grain);
  g_free (self->drawn);
  g_free (self->slots);
  g_hash_table_unref (self->pins);
  g_array_unref (self->curves);
  g_free (self);
}

OvGraph *
ov_graph_view_get_graph (const OvGraphView *self)
{
  return self->graph;
}

const OvGraphLayout *
ov_graph_view_get_layout (const OvGraphView *self)
{
  return self->layout;
}

static double
ease (double t)
{
  double rest = 1 - CLAMP (t, 0, 1);

  return 1 - rest * rest * rest;
}

static OvBox
mix (const OvBox *a,
     const OvBox *b,
     double       share)
{
  return (OvBox) { a->x + (b->x - a->x) * share, a->y + (b->y - a->y) * share,
                   a->width + (b->width - a->width) * share, a->height + (b->height - a->height) * share };
}

static OvBox
get_ground (const OvGraphView *self,
            guint32            i)
{
  return self->share >= 1 ? self->layout->boxes[i]
                          : mix (&self->from[i], &self->layout->boxes[i], ease (self->share));
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double one = *(const double *) a, two = *(const double *) b;

  return one < two ? -1 : one > two;
}

static guint
count_groups (const OvGraphNode *nodes,
              guint32            group)
{
  guint n = 0;

  for (guint32 i = group + 1; i < nodes[group].subtree_end; i = nodes[i].subtree_end)
    n += nodes[i].subtree_end > i + 1;

  return n;
}

/* The width that half of a group's members reach.  A group in a group of its own would show nothing but a
 * frame more: the outer one opens when the inner one does. */
static void
measure_grain (OvGraphView *self)
{
  const OvGraphNode *nodes = ov_graph_get_nodes (self->graph, NULL);
  g_autoptr (GArray) widths = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint32 i = self->n; i-- > 0;)
    {
      g_array_set_size (widths, 0);
      for (guint32 k = i + 1; k < nodes[i].subtree_end; k = nodes[k].subtree_end)
        g_array_append_val (widths, self->layout->boxes[k].width);
      if (widths->len == 0)
        continue;
      qsort (widths->data, widths->len, sizeof (double), compare_doubles);
      self->grain[i] = g_array_index (widths, double, widths->len / 2);
      if (widths->len == 1 && self->grain[i + 1] > 0)
        self->grain[i] = self->grain[i + 1];
      else if (count_groups (nodes, i) * 2 > widths->len)
        self->grain[i] *= OF_GROUPS;
    }
}

static gboolean
is_same (const OvBox *a,
         const OvBox *b)
{
  return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}

/* A newcomer grows out of its own middle.  Returns whether everybody stands where he stood. */
static gboolean
take_over (OvGraphView   *self,
           const OvGraph *old_graph,
           const OvBox   *old_places,
           const guint8  *old_open,
           const float   *old_openness)
{
  const OvGraphNode *nodes = ov_graph_get_nodes (self->graph, NULL);
  gboolean still = TRUE;

  for (guint32 i = 0; i < self->n; i++)
    {
      guint32 old = old_graph == NULL ? OV_SCENE_NONE : ov_graph_find (old_graph, nodes[i].id);
      const OvBox *box = &self->layout->boxes[i];

      self->from[i] = (OvBox) { box->x + box->width / 2, box->y + box->height / 2, 0, 0 };
      if (old != OV_SCENE_NONE)
        {
          self->from[i] = old_places[old];
          self->open[i] = old_open[old];
          self->openness[i] = old_openness[old];
        }
      still = still && is_same (&self->from[i], box);
    }

  return still;
}

void
ov_graph_view_set_graph (OvGraphView   *self,
                         OvGraph       *graph,
                         OvGraphLayout *layout)
{
  g_autoptr (OvGraph) old_graph = g_steal_pointer (&self->graph);
  g_autofree guint8 *old_open = g_steal_pointer (&self->open);
  g_autofree float *old_openness = g_steal_pointer (&self->openness);
  g_autofree OvBox *old_places = NULL;
  guint32 room;

  g_return_if_fail (graph != NULL && layout != NULL);

  if (old_graph != NULL)
    {
      old_places = g_new (OvBox, MAX (self->n, 1));
      for (guint32 i = 0; i < self->n; i++)
        old_places[i] = get_ground (self, i);
    }
  drop_fold (self);
  g_clear_pointer (&self->layout, ov_graph_layout_free);
  self->graph = ov_graph_ref (graph);
  self->layout = layout;
  self->n = layout->n;
  room = MAX (self->n, 1);
  self->open = g_new0 (guint8, room);
  self->openness = g_new0 (float, room);
  self->from = g_renew (OvBox, self->from, room);
  self->drawn = g_renew (OvBox, self->drawn, room);
  self->grain = g_renew (double, self->grain, room);
  memset (self->grain, 0, room * sizeof (double));
  measure_grain (self);
  self->share = take_over (self, old_graph, old_places, old_open, old_openness) || old_graph == NULL ? 1 : 0;
  self->stale = TRUE;
}

void
ov_graph_view_pin (OvGraphView *self,
                   guint64      group,
                   int          open)
{
  if (open < 0)
    g_hash_table_remove (self->pins, &group);
  else
    g_hash_table_insert (self->pins, g_memdup2 (&group, sizeof group), GINT_TO_POINTER (open != 0));
}

void
ov_graph_view_unfold (OvGraphView *self,
                      guint64      id)
{
  const OvGraphNode *nodes;
  guint32 i = self->graph == NULL ? OV_SCENE_NONE : ov_graph_find (self->graph, id);
  gpointer pin;

  if (i == OV_SCENE_NONE)
    return;
  nodes = ov_graph_get_nodes (self->graph, NULL);
  while ((i = nodes[i].parent) != OV_SCENE_NONE)
    if (g_hash_table_lookup_extended (self->pins, &nodes[i].id, NULL, &pin) && GPOINTER_TO_INT (pin) == 0)
      g_hash_table_remove (self->pins, &nodes[i].id);
}

gboolean
ov_graph_view_is_open (const OvGraphView *self,
                       guint64            group)
{
  guint32 i = self->graph == NULL ? OV_SCENE_NONE : ov_graph_find (self->graph, group);

  return i != OV_SCENE_NONE && self->open[i];
}

static gboolean
decide (const OvGraphView *self,
        const OvGraphNode *node,
        guint32            i,
        double             zoom,
        double             strictness)
{
  gpointer pin;
  double width = self->grain[i] * zoom / strictness;

  if (self->grain[i] <= 0)
    return FALSE;
  if (g_hash_table_lookup_extended (self->pins, &node->id, NULL, &pin))
    return GPOINTER_TO_INT (pin) != 0;

  return width >= (self->open[i] ? FOLD_WIDTH : OPEN_WIDTH);
}

/* @margin is a share of the window, around it. */
static gboolean
is_seen (const OvBox      *box,
         const OvViewport *viewport,
         double            margin)
{
  double width = viewport->width / viewport->zoom, height = viewport->height / viewport->zoom;

  return box->x < viewport->x + width * (1 + margin) && box->y < viewport->y + height * (1 + margin)
         && box->x + box->width > viewport->x - width * margin
         && box->y + box->height > viewport->y - height * margin;
}

/* The least zoom at which all groups around a node are open; 0: unknown node. */
double
ov_graph_view_get_zoom_for (const OvGraphView *self,
                            guint64            id)
{
  const OvGraphNode *nodes;
  guint32 i = self->graph == NULL ? OV_SCENE_NONE : ov_graph_find (self->graph, id);
  double zoom = 0.01;

  if (i == OV_SCENE_NONE)
    return 0;
  nodes = ov_graph_get_nodes (self->graph, NULL);
  while ((i = nodes[i].parent) != OV_SCENE_NONE)
    if (self->grain[i] > 0)
      zoom = MAX (zoom, OPEN_WIDTH * self->strictness / self->grain[i] * 1.01);

  return zoom;
}

/* What would be open, and how many nodes would be in view then. */
static guint
try_opening (const OvGraphView *self,
             const OvViewport  *viewport,
             double             strictness,
             guint8            *open)
{
  const OvGraphNode *nodes = ov_graph_get_nodes (self->graph, NULL);
  guint n_seen = 0;

  memset (open, 0, self->n);
  for (guint32 i = 0, next; i < self->n; i = next)
    {
      const OvBox *box = &self->layout->boxes[i];
      gboolean seen = is_seen (box, viewport, 0);

      /* What is out of view is folded: an edge to it tells where to, not to whom. */
      open[i] = nodes[i].is_group && is_seen (box, viewport, self->open[i] ? FAR_AWAY : AWAY)
                && decide (self, &nodes[i], i, viewport->zoom, strictness);
      n_seen += seen && !open[i];
      next = open[i] ? i + 1 : nodes[i].subtree_end;
    }

  return n_seen;
}

void
ov_graph_view_choose (OvGraphView      *self,
                      const OvViewport *viewport)
{
  g_autofree guint8 *open = NULL;
  g_autofree guint8 *wider = NULL;

  if (self->graph == NULL || viewport->width <= 1)
    return;

  open = g_new (guint8, MAX (self->n, 1));
  wider = g_new (guint8, MAX (self->n, 1));
  while (self->strictness > 1
         && try_opening (self, viewport, self->strictness / STRICTER, wider) <= ROOMY)
    self->strictness = MAX (1, self->strictness / STRICTER);
  while (try_opening (self, viewport, self->strictness, open) > OV_GRAPH_MAX_SHOWN
         && self->strictness < MAX_STRICT)
    self->strictness *= STRICTER;
  memcpy (self->open, open, self->n);

  /* Nobody sees it open or fold out there. */
  for (guint32 i = 0; i < self->n; i++)
    if (self->openness[i] != open[i] && !is_seen (&self->layout->boxes[i], viewport, 0))
      {
        self->stale = self->stale || (self->openness[i] > 0) != (open[i] != 0);
        self->openness[i] = open[i];
      }
}

gboolean
ov_graph_view_advance (OvGraphView *self,
                       double       seconds)
{
  gboolean moving;

  if (self->graph == NULL)
    return FALSE;

  self->share = MIN (1, self->share + seconds / MOVE_SECONDS);
  moving = self->share < 1;
  for (guint32 i = 0; i < self->n; i++)
    {
      float before = self->openness[i], step = MIN (seconds / OPEN_SECONDS, 1);

      if (before == self->open[i])
        continue;
      self->openness[i] = self->open[i] ? MIN (before + step, 1) : MAX (before - step, 0);
      moving = moving || self->openness[i] != self->open[i];
      /* From shut to anything else and back: what is shown is another set. */
      self->stale = self->stale || (before > 0) != (self->openness[i] > 0);
    }

  return moving;
}

char *
ov_graph_dup_rate (double rate)
{
  if (rate >= 999.5e3)
    return g_strdup_printf (_("%.1f M/s"), rate / 1e6);
  if (rate >= 9995)
    return g_strdup_printf (_("%.0f k/s"), rate / 1e3);
  if (rate >= 999.5)
    return g_strdup_printf (_("%.1f k/s"), rate / 1e3);
  if (rate >= 9.95 || rate == 0)
    return g_strdup_printf (_("%.0f/s"), rate);

  return g_strdup_printf (_("%.1f/s"), rate);
}

/* The second line: how busy it is, and what the caller says. */
static char *
describe (const OvGraphView *self,
          guint32            i,
          gboolean           folded)
{
  const OvGraphNode *node = &ov_graph_get_nodes (self->graph, NULL)[i];
  const OvGraphSum *sum = &ov_graph_get_sums (self->graph)[i];
  const char *said = ov_graph_get_text (self->graph, node->sublabel);
  g_autofree char *rate = sum->weight > 0 ? ov_graph_dup_rate (sum->weight) : NULL;

  if (rate == NULL)
    return g_strdup (said);

  return folded || *said == '\0' ? g_steal_pointer (&rate) : g_strdup_printf ("%s \302\267 %s", rate, said);
}

static void
add_item (OvGraphView *self,
          guint32      k)
{
  guint32 i = self->fold->shown[k];
  const OvGraphNode *node = &ov_graph_get_nodes (self->graph, NULL)[i];
  const OvGraphSum *sum = &ov_graph_get_sums (self->graph)[i];
  gboolean open = node->is_group && self->fold->stands_for[i] == i && node->subtree_end > i + 1
                  && self->openness[i] > 0;
  gboolean folded = !open && node->subtree_end > i + 1;
  g_autofree char *sublabel = describe (self, i, folded);
  OvSceneItem item = {
    .id = node->id,
    .parent = node->parent == OV_SCENE_NONE ? OV_SCENE_NONE : self->item_of[node->parent],
    .shape = open ? OV_SHAPE_REGION : node->shape, .border = node->border,
    .tone = open ? node->tone : sum->worst, .heat = open ? node->heat : sum->heat,
    .dim = !open && (sum->dim || self->dims[k]), .mono = node->mono,
    .n_hidden = folded ? sum->n_leaves : 0,
  };

  if (folded)
    item.mono &= ~OV_MONO_SUBLABEL;
  ov_scene_add (self->scene, &item, ov_graph_get_text (self->graph, node->label),
                open ? NULL : sublabel);
}

static void
make_scene (OvGraphView *self)
{
  g_clear_pointer (&self->scene, ov_scene_unref);
  self->scene = ov_scene_new (self->fold->n_shown);
  for (guint32 k = 0; k < self->fold->n_shown; k++)
    add_item (self, k);
  ov_scene_freeze (self->scene);
}

static void
make_fold (OvGraphView *self)
{
  g_autofree guint8 *open = g_new (guint8, MAX (self->n, 1));
  guint32 room;

  drop_fold (self);
  for (guint32 i = 0; i < self->n; i++)
    open[i] = self->openness[i] > 0;
  self->fold = ov_graph_fold (self->graph, open);
  room = MAX (self->fold->n_shown, 1);
  self->item_of = g_new (guint32, MAX (self->n, 1));
  memset (self->item_of, 0xff, MAX (self->n, 1) * sizeof (guint32));
  for (guint32 k = 0; k < self->fold->n_shown; k++)
    self->item_of[self->fold->shown[k]] = k;
  self->bends = g_new (float, MAX (self->fold->n_edges, 1));
  for (guint32 k = 0; k < self->fold->n_edges; k++)
    self->bends[k] = NAN;
  self->places = (OvLayout) { .n = self->fold->n_shown, .boxes = g_new0 (OvBox, room), .nested = TRUE,
                              .gliding = TRUE };
  self->dims = g_new0 (guint8, room);
  self->stale = FALSE;
}

/* As large as can be read, but not larger than its ground and a part of the gap around it. */
static OvBox
get_card (const OvGraphView *self,
          guint32            i,
          const OvBox       *ground,
          double             zoom,
          double             text_scale)
{
  const OvGraphNode *node = &ov_graph_get_nodes (self->graph, NULL)[i];
  double decades = MIN (log10 (1 + ov_graph_get_sums (self->graph)[i].weight), MOST_DECADES);
  double growth = CLAMP (zoom, 1, MOST_GROWTH) * CLAMP (text_scale, 0.75, MOST_GROWTH) / zoom;
  gboolean group = node->is_group && node->subtree_end > i + 1;
  double width = ((group ? GROUP_WIDTH : LEAF_WIDTH) + WIDER * decades) * growth;
  double height = ((group ? GROUP_HEIGHT : LEAF_HEIGHT) + HIGHER * decades) * growth;
  double spare = OV_GRAPH_GAP * INTO_GAP * 2 * MIN (1, ground->width / LEAF_WIDTH);

  width = MIN (width, group ? ground->width * OF_GROUND : ground->width + spare);
  height = MIN (height, group ? ground->height * OF_GROUND : ground->height + spare);

  return (OvBox) { ground->x + (ground->width - width) / 2, ground->y + (ground->height - height) / 2,
                   width, height };
}

/* From a place in a group's ground to the same place in its hull as it is drawn. */
static OvBox
fit_into (const OvBox *box,
          const OvBox *ground,
          const OvBox *hull)
{
  double across = ground->width > 0 ? hull->width / ground->width : 0;
  double down = ground->height > 0 ? hull->height / ground->height : 0;

  return (OvBox) { hull->x + (box->x - ground->x) * across, hull->y + (box->y - ground->y) * down,
                   box->width * across, box->height * down };
}

static void
place_items (OvGraphView *self,
             double       text_scale)
{
  const OvGraphNode *nodes = ov_graph_get_nodes (self->graph, NULL);

  for (guint32 k = 0; k < self->fold->n_shown; k++)
    {
      guint32 i = self->fold->shown[k], parent = nodes[i].parent;
      OvBox ground = get_ground (self, i), card;

      if (parent != OV_SCENE_NONE)
        {
          OvBox around = get_ground (self, parent);

          ground = fit_into (&ground, &around, &self->drawn[parent]);
        }
      card = get_card (self, i, &ground, self->viewport.zoom, text_scale);
      if (nodes[i].is_group && self->openness[i] > 0)
        card = self->openness[i] >= 1 ? ground : mix (&card, &ground, ease (self->openness[i]));
      self->drawn[i] = card;
      self->places.boxes[k] = card;
    }
}

void
ov_graph_view_update (OvGraphView           *self,
                      const OvViewport      *viewport,
                      double                 text_scale,
                      const OvGraphInterest *interest)
{
  static const OvGraphInterest NOTHING = { 0 };

  g_return_if_fail (self != NULL && viewport != NULL);

  self->viewport = *viewport;
  if (self->graph == NULL)
    return;
  if (self->stale || self->fold == NULL)
    make_fold (self);
  if (ov_graph_view_choose_dims (self, interest != NULL ? interest : &NOTHING) || self->scene == NULL)
    make_scene (self);
  place_items (self, text_scale);
  self->places.bounds = self->layout->bounds;
  ov_graph_view_trace_curves (self, interest != NULL ? interest : &NOTHING);
}

const OvScene *
ov_graph_view_get_scene (const OvGraphView *self)
{
  return self->scene;
}

const OvLayout *
ov_graph_view_get_places (const OvGraphView *self)
{
  return &self->places;
}

guint64
ov_graph_view_stand_in (const OvGraphView *self,
                        guint64            id)
{
  guint32 i = self->fold == NULL ? OV_SCENE_NONE : ov_graph_find (self->graph, id);

  return i == OV_SCENE_NONE ? 0 : ov_graph_get_nodes (self->graph, NULL)[self->fold->stands_for[i]].id;
}

gboolean
ov_graph_view_get_box (const OvGraphView *self,
                       guint64            id,
                       OvBox             *box)
{
  guint32 i = self->fold == NULL ? OV_SCENE_NONE : ov_graph_find (self->graph, id);

  if (i == OV_SCENE_NONE || self->item_of[i] == OV_SCENE_NONE)
    return FALSE;
  *box = self->places.boxes[self->item_of[i]];

  return TRUE;
}

/* Members come after their group, so the last that holds the point is the innermost. */
guint64
ov_graph_view_find_node (const OvGraphView *self,
                         double             x,
                         double             y)
{
  double world_x, world_y;

  ov_viewport_to_world (&self->viewport, x, y, &world_x, &world_y);
  for (guint32 k = self->places.n; k-- > 0;)
    {
      const OvBox *box = &self->places.boxes[k];

      if (world_x >= box->x && world_y >= box->y && world_x < box->x + box->width
          && world_y < box->y + box->height)
        return ov_scene_get_items (self->scene)[k].id;
    }

  return 0;
}
