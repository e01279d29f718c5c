/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which edges are drawn, and how they run.
 *
 * Never a hairball: the strongest edges in view up to a number that goes with the nodes in view, at
 * least the strongest one of each node, and all of the node that is pointed at; the others are
 * counted.  Of a pair that talks both ways each edge bows to its own right, so that they run side
 * by side.  Others bow as little as lets them pass the cards in between; how is chosen once for
 * each fold, so that nothing jumps while the camera moves.
 * Thread: the view's.
 */
#include "canvas/scene/ov-graph-view-private.h"

#include <math.h>
#include <string.h>

/* Cells that cards are drawn into, to see what a curve would cross. */
#define COLUMNS 192
#define ROWS    128
#define N_SAMPLES 20
#define CROSSING_COST 1.0
#define BEND_COST     2.2
#define LEAST_WIDTH 1.3f
#define DECADE_WIDTH 1.15f
#define MOST_WIDTH  7.0f
/* Edges that come to this share of all that is in view are strong. */
#define STRONG_SHARE 0.85
#define MOST_RAISED 80
#define N_LOOK  24 /* points at which a curve is looked at by the pointer */

static const float PAIR_BENDS[] = { 0.10f, 0.18f, 0.30f };
static const float BENDS[] = { 0.05f, -0.05f, 0.14f, -0.14f, 0.26f, -0.26f, 0.40f, -0.40f };

void
ov_graph_curve_at (const OvGraphCurve *self,
                   double              t,
                   double             *x,
                   double             *y)
{
  double s = 1 - t, a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;

  *x = a * self->x[0] + b * self->x[1] + c * self->x[2] + d * self->x[3];
  *y = a * self->y[0] + b * self->y[1] + c * self->y[2] + d * self->y[3];
}

/* Where edges of an item end: its card, and of an open group the label on its hull. */
static OvBox
get_anchor (const OvGraphView *self,
            guint32            item)
{
  OvBox box = self->places.boxes[item];
  const OvSceneItem *scene_item = &ov_scene_get_items (self->scene)[item];

  if (scene_item->subtree_end > item + 1)
    {
      box.height = MIN (box.height, OV_REGION_STRIP);
      box.width = MIN (box.width, 2 * OV_ITEM_WIDTH);
    }

  return box;
}

/* From the middle of @box towards a point, to its border. */
static void
leave (const OvBox *box,
       double       to_x,
       double       to_y,
       double      *x,
       double      *y)
{
  double dx, dy, share = 1;

  *x = box->x + box->width / 2;
  *y = box->y + box->height / 2;
  dx = to_x - *x;
  dy = to_y - *y;
  if (fabs (dx) > 1e-9)
    share = MIN (share, box->width / 2 / fabs (dx));
  if (fabs (dy) > 1e-9)
    share = MIN (share, box->height / 2 / fabs (dy));
  *x += dx * share;
  *y += dy * share;
}

/* World coordinates; FALSE: the two overlap. */
static gboolean
run (const OvBox  *from,
     const OvBox  *to,
     double        bend,
     OvGraphCurve *curve)
{
  double ax = from->x + from->width / 2, ay = from->y + from->height / 2;
  double bx = to->x + to->width / 2, by = to->y + to->height / 2;
  double px = -(by - ay) * bend * 4 / 3, py = (bx - ax) * bend * 4 / 3;
  double x0, y0, x3, y3;

  if (from->x < to->x + to->width && to->x < from->x + from->width && from->y < to->y + to->height
      && to->y < from->y + from->height)
    return FALSE;

  leave (from, ax + (bx - ax) / 3 + px, ay + (by - ay) / 3 + py, &x0, &y0);
  leave (to, bx + (ax - bx) / 3 + px, by + (ay - by) / 3 + py, &x3, &y3);
  px = -(y3 - y0) * bend * 4 / 3;
  py = (x3 - x0) * bend * 4 / 3;
  curve->x[0] = x0;
  curve->y[0] = y0;
  curve->x[1] = x0 + (x3 - x0) / 3 + px;
  curve->y[1] = y0 + (y3 - y0) / 3 + py;
  curve->x[2] = x0 + (x3 - x0) * 2 / 3 + px;
  curve->y[2] = y0 + (y3 - y0) * 2 / 3 + py;
  curve->x[3] = x3;
  curve->y[3] = y3;

  return TRUE;
}

/* The cards, drawn coarsely: item + 1, 0: free, MIXED: several. */
typedef struct
{
  OvBox   area;
  guint32 cells[ROWS][COLUMNS];
  gboolean made;
} Map;

#define MIXED G_MAXUINT32

static void
map_item (Map         *map,
          const OvBox *box,
          guint32      item)
{
  double across = COLUMNS / map->area.width, down = ROWS / map->area.height;
  int x0 = CLAMP ((int) ((box->x - map->area.x) * across), 0, COLUMNS - 1);
  int x1 = CLAMP ((int) ((box->x + box->width - map->area.x) * across), 0, COLUMNS - 1);
  int y0 = CLAMP ((int) ((box->y - map->area.y) * down), 0, ROWS - 1);
  int y1 = CLAMP ((int) ((box->y + box->height - map->area.y) * down), 0, ROWS - 1);

  for (int y = y0; y <= y1; y++)
    for (int x = x0; x <= x1; x++)
      map->cells[y][x] = map->cells[y][x] == 0 ? item + 1 : MIXED;
}

static void
make_map (const OvGraphView *self,
          Map               *map)
{
  const OvSceneItem *items = ov_scene_get_items (self->scene);

  memset (map->cells, 0, sizeof map->cells);
  map->area = self->places.bounds;
  map->area.width = MAX (map->area.width, 1);
  map->area.height = MAX (map->area.height, 1);
  for (guint32 k = 0; k < self->places.n; k++)
    if (items[k].subtree_end == k + 1)
      map_item (map, &self->places.boxes[k], k);
  map->made = TRUE;
}

/* How much of a curve runs over cards that are not its own. */
static double
count_crossings (const Map          *map,
                 const OvGraphCurve *curve)
{
  guint n = 0;

  for (guint i = 1; i < N_SAMPLES; i++)
    {
      double x, y;
      int column, row;
      guint32 item;

      ov_graph_curve_at (curve, i / (double) N_SAMPLES, &x, &y);
      column = (int) ((x - map->area.x) / map->area.width * COLUMNS);
      row = (int) ((y - map->area.y) / map->area.height * ROWS);
      if (column < 0 || row < 0 || column >= COLUMNS || row >= ROWS)
        continue;
      item = map->cells[row][column];
      n += item != 0 && item != curve->from + 1 && item != curve->to + 1;
    }

  return n;
}

static double
choose_bend (const OvGraphView *self,
             Map               *map,
             guint32            from,
             guint32            to,
             gboolean           paired)
{
  const float *bends = paired ? PAIR_BENDS : BENDS;
  guint n = paired ? G_N_ELEMENTS (PAIR_BENDS) : G_N_ELEMENTS (BENDS);
  OvBox a = get_anchor (self, from), b = get_anchor (self, to);
  double best = bends[0], least = INFINITY;

  if (!map->made)
    make_map (self, map);
  for (guint i = 0; i < n; i++)
    {
      OvGraphCurve curve = { .from = from, .to = to };
      double cost;

      if (!run (&a, &b, bends[i], &curve))
        break;
      cost = CROSSING_COST * count_crossings (map, &curve) + BEND_COST * fabsf (bends[i]) * 10;
      if (cost < least)
        {
          least = cost;
          best = bends[i];
        }
    }

  return best;
}

static int
compare_pair (const OvGraphEdge *edge,
              guint32            from,
              guint32            to)
{
  return edge->from == from && edge->to == to;
}

static gboolean
has_way_back (const OvGraphFold *fold,
              const OvGraphEdge *edge)
{
  for (guint32 k = 0; k < fold->n_edges; k++)
    if (compare_pair (&fold->edges[k], edge->to, edge->from))
      return TRUE;

  return FALSE;
}

static float
get_width (float rate)
{
  return CLAMP (LEAST_WIDTH + DECADE_WIDTH * log10f (1 + rate), LEAST_WIDTH, MOST_WIDTH);
}

static gboolean
to_screen (const OvGraphView *self,
           OvGraphCurve      *curve)
{
  double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;

  for (guint i = 0; i < 4; i++)
    {
      double x, y;

      ov_viewport_to_screen (&self->viewport, curve->x[i], curve->y[i], &x, &y);
      curve->x[i] = CLAMP (x, -1e6, 1e6);
      curve->y[i] = CLAMP (y, -1e6, 1e6);
      left = MIN (left, x);
      right = MAX (right, x);
      top = MIN (top, y);
      bottom = MAX (bottom, y);
    }

  return right >= 0 && bottom >= 0 && left <= self->viewport.width && top <= self->viewport.height;
}

/* @edge is one of the fold or made up; FALSE: nothing of it is in view. */
static gboolean
make_curve (const OvGraphView *self,
            const OvGraphEdge *edge,
            double             bend,
            OvGraphCurve      *curve)
{
  guint32 from = self->item_of[edge->from], to = self->item_of[edge->to];
  OvBox a = get_anchor (self, from), b = get_anchor (self, to);

  *curve = (OvGraphCurve) { .from = from, .to = to, .label = edge->label, .rate = edge->rate,
                            .width = get_width (edge->rate), .heat = edge->heat };
  if (!run (&a, &b, bend, curve))
    return FALSE;
  curve->state = edge->dim ? OV_CURVE_DIM : 0;

  return to_screen (self, curve);
}

static guint64
id_at (const OvGraphView *self,
       guint32            item)
{
  return ov_scene_get_items (self->scene)[item].id;
}

/* The step of a path, given as what is drawn for it, that runs along an edge; 0: none. */
static guint
find_step (const guint64 *path,
           guint          n_path,
           guint64        from,
           guint64        to)
{
  for (guint i = 0; i < n_path; i++)
    if (path[2 * i] == from && path[2 * i + 1] == to)
      return i + 1;

  return 0;
}

static guint64 *
list_path (const OvGraphView     *self,
           const OvGraphInterest *interest)
{
  guint64 *path = g_new (guint64, 2 * interest->n_path + 1);

  for (guint i = 0; i < 2 * interest->n_path; i++)
    path[i] = ov_graph_view_stand_in (self, interest->path[i]);

  return path;
}

typedef struct
{
  guint64 selected, hovered, focus; /* of what is drawn for them */
} Stars;

static Stars
get_stars (const OvGraphView     *self,
           const OvGraphInterest *interest)
{
  return (Stars) { ov_graph_view_stand_in (self, interest->selected),
                   ov_graph_view_stand_in (self, interest->hovered),
                   ov_graph_view_stand_in (self, interest->focus) };
}

static gboolean
touches (guint64 from,
         guint64 to,
         guint64 id)
{
  return id != 0 && (from == id || to == id);
}

static void
mark_curve (const OvGraphView     *self,
            const OvGraphInterest *interest,
            const guint64         *path,
            const Stars           *stars,
            OvGraphCurve          *curve)
{
  guint64 from = id_at (self, curve->from), to = id_at (self, curve->to);

  curve->step = find_step (path, interest->n_path, from, to);
  if (interest->n_path > 0 ? curve->step == 0 : stars->focus != 0 && !touches (from, to, stars->focus))
    curve->state |= OV_CURVE_DIM;
  if (touches (from, to, stars->selected) || touches (from, to, stars->hovered))
    curve->state |= OV_CURVE_RAISED;
  if (interest->selected_edge[0] == from && interest->selected_edge[1] == to)
    curve->state |= OV_CURVE_SELECTED;
  if (interest->hovered_edge[0] == from && interest->hovered_edge[1] == to)
    curve->state |= OV_CURVE_HOVERED;
}

/* How many edges may be drawn, by what is in view. */
static guint
get_budget (const OvGraphView *self)
{
  guint n_seen = 0;

  for (guint32 k = 0; k < self->places.n; k++)
    {
      const OvBox *box = &self->places.boxes[k];
      double x, y;

      ov_viewport_to_screen (&self->viewport, box->x + box->width / 2, box->y + box->height / 2, &x, &y);
      n_seen += x >= 0 && y >= 0 && x <= self->viewport.width && y <= self->viewport.height;
    }

  return CLAMP (n_seen * 4 / 5 + 16, 40, OV_GRAPH_MAX_EDGES);
}

/* How many of its two ends are in view. */
static guint
count_ends_in_view (const OvGraphView *self,
                    const OvGraphEdge *edge)
{
  guint n = 0;

  for (guint end = 0; end < 2; end++)
    {
      const OvBox *box = &self->places.boxes[self->item_of[end == 0 ? edge->from : edge->to]];
      double x, y, zoom = self->viewport.zoom;

      ov_viewport_to_screen (&self->viewport, box->x, box->y, &x, &y);
      n += x < self->viewport.width && y < self->viewport.height && x + box->width * zoom > 0
           && y + box->height * zoom > 0;
    }

  return n;
}

typedef struct
{
  OvGraphView           *view;
  const OvGraphInterest *interest;
  const guint64         *path;    /* as it is drawn */
  Stars                  stars;
  Map                   *map;
  guint8                *touched; /* by item: has an edge already */
  guint                  budget, n_raised;
  double                 total, drawn; /* rates */
} Choice;

/* Edges come the strongest first. */
static gboolean
deserves (Choice            *choice,
          const OvGraphEdge *edge)
{
  OvGraphView *self = choice->view;
  guint32 from = self->item_of[edge->from], to = self->item_of[edge->to];
  gboolean lonely = !choice->touched[from] || !choice->touched[to];
  gboolean raised = touches (id_at (self, from), id_at (self, to), choice->stars.focus)
                    || touches (id_at (self, from), id_at (self, to), choice->stars.selected)
                    || touches (id_at (self, from), id_at (self, to), choice->stars.hovered);

  if (find_step (choice->path, choice->interest->n_path, id_at (self, from), id_at (self, to)) > 0)
    return TRUE;
  if (raised && choice->n_raised < MOST_RAISED)
    {
      choice->n_raised++;
      return TRUE;
    }

  return self->curves->len < choice->budget
         || (lonely && self->curves->len < choice->budget * 3 / 2);
}

static void
consider (Choice  *choice,
          guint32  k)
{
  OvGraphView *self = choice->view;
  const OvGraphEdge *edge = &self->fold->edges[k];
  OvGraphCurve curve;
  guint n_ends;

  n_ends = count_ends_in_view (self, edge);
  if (n_ends == 0)
    return;
  if (!deserves (choice, edge))
    {
      self->n_hidden++;
      return;
    }
  if (isnan (self->bends[k]))
    self->bends[k] = choose_bend (self, choice->map, self->item_of[edge->from], self->item_of[edge->to],
                                  has_way_back (self->fold, edge));
  choice->touched[self->item_of[edge->from]] = choice->touched[self->item_of[edge->to]] = 1;
  if (!make_curve (self, edge, self->bends[k], &curve))
    return;
  if (choice->drawn > STRONG_SHARE * choice->total && self->curves->len > 12)
    curve.state |= OV_CURVE_FAINT;
  if (n_ends < 2)
    curve.state |= OV_CURVE_AWAY;
  choice->drawn += edge->rate;
  mark_curve (self, choice->interest, choice->path, &choice->stars, &curve);
  g_array_append_val (self->curves, curve);
}

static void
reverse (GArray *curves)
{
  for (guint i = 0; i < curves->len / 2; i++)
    {
      OvGraphCurve *one = &g_array_index (curves, OvGraphCurve, i);
      OvGraphCurve *two = &g_array_index (curves, OvGraphCurve, curves->len - 1 - i);
      OvGraphCurve curve = *one;

      *one = *two;
      *two = curve;
    }
}

static guint
get_slot (guint32 from,
          guint32 to)
{
  guint64 key = ((guint64) from << 32 | to) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return (guint) (key >> 40) & (OV_GRAPH_CURVE_SLOTS - 1);
}

static void
index_curves (OvGraphView *self)
{
  memset (self->slots, 0, OV_GRAPH_CURVE_SLOTS * sizeof (guint32));
  for (guint i = 0; i < MIN (self->curves->len, OV_GRAPH_CURVE_SLOTS / 2); i++)
    {
      const OvGraphCurve *curve = &g_array_index (self->curves, OvGraphCurve, i);
      guint slot = get_slot (curve->from, curve->to);

      while (self->slots[slot] != 0)
        slot = (slot + 1) & (OV_GRAPH_CURVE_SLOTS - 1);
      self->slots[slot] = i + 1;
    }
}

static const OvGraphCurve *
find_curve (const OvGraphView *self,
            guint32            from,
            guint32            to)
{
  for (guint slot = get_slot (from, to); self->slots[slot] != 0;
       slot = (slot + 1) & (OV_GRAPH_CURVE_SLOTS - 1))
    {
      const OvGraphCurve *curve = &g_array_index (self->curves, OvGraphCurve, self->slots[slot] - 1);

      if (curve->from == from && curve->to == to)
        return curve;
    }

  return NULL;
}

void
ov_graph_view_trace_curves (OvGraphView           *self,
                            const OvGraphInterest *interest)
{
  g_autofree Map *map = g_new (Map, 1);
  g_autofree guint8 *touched = g_new0 (guint8, MAX (self->places.n, 1));
  g_autofree guint64 *path = list_path (self, interest);
  Choice choice = { self, interest, path, get_stars (self, interest), map, touched, get_budget (self) };

  map->made = FALSE;
  g_array_set_size (self->curves, 0);
  self->n_hidden = 0;
  for (guint32 k = 0; k < self->fold->n_edges; k++)
    if (count_ends_in_view (self, &self->fold->edges[k]) > 0)
      choice.total += self->fold->edges[k].rate;
  for (guint32 k = 0; k < self->fold->n_edges; k++)
    consider (&choice, k);
  reverse (self->curves);
  index_curves (self);
}

static void
spare_neighbours (const OvGraphView *self,
                  guint64            focus,
                  guint8            *dims)
{
  guint32 node = ov_graph_find (self->graph, focus);

  memset (dims, 1, self->places.n);
  dims[self->item_of[node]] = 0;
  for (guint32 k = 0; k < self->fold->n_edges; k++)
    {
      const OvGraphEdge *edge = &self->fold->edges[k];

      if (edge->from == node || edge->to == node)
        dims[self->item_of[edge->from]] = dims[self->item_of[edge->to]] = 0;
    }
}

static void
spare_path (const OvGraphView     *self,
            const OvGraphInterest *interest,
            guint8                *dims)
{
  memset (dims, 1, self->places.n);
  for (guint i = 0; i < 2 * interest->n_path; i++)
    {
      guint32 node = ov_graph_find (self->graph, interest->path[i]);

      if (node != OV_SCENE_NONE)
        dims[self->item_of[self->fold->stands_for[node]]] = 0;
    }
}

gboolean
ov_graph_view_choose_dims (OvGraphView           *self,
                           const OvGraphInterest *interest)
{
  g_autofree guint8 *dims = g_new0 (guint8, MAX (self->places.n, 1));
  guint64 focus = ov_graph_view_stand_in (self, interest->focus);

  if (interest->n_path > 0)
    spare_path (self, interest, dims);
  else if (focus != 0)
    spare_neighbours (self, focus, dims);
  if (memcmp (dims, self->dims, self->places.n) == 0)
    return FALSE;
  memcpy (self->dims, dims, self->places.n);

  return TRUE;
}

const OvGraphCurve *
ov_graph_view_get_curves (const OvGraphView *self,
                          guint             *n)
{
  *n = self->curves->len;

  return (const OvGraphCurve *) (gpointer) self->curves->data;
}

guint
ov_graph_view_get_n_hidden (const OvGraphView *self)
{
  return self->n_hidden;
}

gboolean
ov_graph_view_get_way (const OvGraphView *self,
                       guint64            from,
                       guint64            to,
                       OvGraphCurve      *way)
{
  OvGraphEdge edge = { .heat = OV_HEAT_NONE };
  const OvGraphCurve *drawn;
  guint32 a, b;

  if (self->fold == NULL || self->scene == NULL)
    return FALSE;
  a = ov_graph_find (self->graph, from);
  b = ov_graph_find (self->graph, to);
  if (a == OV_SCENE_NONE || b == OV_SCENE_NONE || self->fold->stands_for[a] == self->fold->stands_for[b])
    return FALSE;

  edge.from = self->fold->stands_for[a];
  edge.to = self->fold->stands_for[b];
  drawn = find_curve (self, self->item_of[edge.from], self->item_of[edge.to]);
  if (drawn != NULL)
    {
      *way = *drawn;
      return TRUE;
    }

  return make_curve (self, &edge, PAIR_BENDS[0], way);
}

int
ov_graph_view_find_curve (const OvGraphView *self,
                          double             x,
                          double             y,
                          double             reach)
{
  double nearest = INFINITY;
  int found = -1;

  for (guint i = self->curves->len; i-- > 0;)
    {
      const OvGraphCurve *curve = &g_array_index (self->curves, OvGraphCurve, i);
      double last_x = curve->x[0], last_y = curve->y[0];

      for (guint k = 1; k <= N_LOOK; k++)
        {
          double next_x, next_y, dx, dy, along, distance;

          ov_graph_curve_at (curve, k / (double) N_LOOK, &next_x, &next_y);
          dx = next_x - last_x;
          dy = next_y - last_y;
          along = CLAMP (((x - last_x) * dx + (y - last_y) * dy) / (dx * dx + dy * dy + 1e-9), 0, 1);
          distance = hypot (last_x + along * dx - x, last_y + along * dy - y);
          if (distance < nearest - 1e-6 && distance <= reach + curve->width / 2)
            {
              nearest = distance;
              found = i;
            }
          last_x = next_x;
          last_y = next_y;
        }
    }

  return found;
}
