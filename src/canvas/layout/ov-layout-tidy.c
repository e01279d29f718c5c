/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tidy tree: parents centred above their children, subtrees as close as their contours allow.
 * The method is van der Ploeg, "Drawing non-layered tidy trees in linear time" (2014), as loops
 * over arrays instead of recursion.  From OV_GRID_LEAVES on the leaves of a parent are one node,
 * a grid, and fewer leaves too where the picture would become a ribbon; the trees of the roots
 * stand on shelves, so that many roots do not make one long row.
 *
 * Invariants: a node's index is above its parent's; x is relative until resolve() has run.
 * Thread: any.
 */
#include "canvas/layout/ov-layout-private.h"

#include <string.h>

#define SIBLING_GAP 14.0
#define TREE_GAP    36.0
#define HULL_MARGIN 18.0
#define NONE        G_MAXUINT32

/* Group sizes that are folded, tried in this order until the picture is no ribbon any more. */
static const guint32 FOLDS[] = { OV_GRID_LEAVES, 6, 4, 2 };
#define RIBBON         2.2   /* width to height */
#define MAX_TRIED_ITEMS 4000 /* larger scenes keep the first */

/* The names of the paper: prelim, mod, shift, change; threads follow contours; the extremes are
 * the lowest nodes on the left and right contour, with the sum of mods from here to them. */
typedef struct
{
  guint32 item;                          /* the item, or for a grid the parent's item */
  guint32 parent, first_child, n_children;
  guint8  is_grid;
  double  x, y, width, height;           /* with the gap to the right and below */
  double  prelim, mod, shift, change;
  guint32 left_thread, right_thread;
  guint32 extreme_left, extreme_right;
  double  mods_left, mods_right;
} Node;

/* Left siblings by how far down they reach; a stack in which the lowest is at the bottom. */
typedef struct
{
  double  low;
  guint32 index;
} Reach;

typedef struct
{
  const OvSceneItem *items;
  OvLayout          *layout;
  GArray            *nodes;     /* Node */
  guint32           *children;  /* node indexes, a parent's are neighbours and in order */
  guint32           *node_of;   /* by item */
  guint32           *n_leaves;  /* by item: children that have none */
  guint32            fold;      /* so many leaves become a grid */
  GArray            *reaches;   /* Reach */
} Tidy;

static Node *
node_at (Tidy    *tidy,
         guint32  i)
{
  return &g_array_index (tidy->nodes, Node, i);
}

static Node *
child_at (Tidy       *tidy,
          const Node *parent,
          guint32     i)
{
  return node_at (tidy, tidy->children[parent->first_child + i]);
}

static guint32
index_of (Tidy       *tidy,
          const Node *node)
{
  return (guint32) (node - &g_array_index (tidy->nodes, Node, 0));
}

static double
bottom (const Node *node)
{
  return node->y + node->height;
}

static Node *
next_left (Tidy *tidy,
           Node *node)
{
  if (node->n_children > 0)
    return child_at (tidy, node, 0);

  return node->left_thread == NONE ? NULL : node_at (tidy, node->left_thread);
}

static Node *
next_right (Tidy *tidy,
            Node *node)
{
  if (node->n_children > 0)
    return child_at (tidy, node, node->n_children - 1);

  return node->right_thread == NONE ? NULL : node_at (tidy, node->right_thread);
}

static void
set_extremes (Tidy *tidy,
              Node *node)
{
  if (node->n_children == 0)
    {
      node->extreme_left = node->extreme_right = index_of (tidy, node);
      node->mods_left = node->mods_right = 0;
      return;
    }

  const Node *first = child_at (tidy, node, 0);
  const Node *last = child_at (tidy, node, node->n_children - 1);

  node->extreme_left = first->extreme_left;
  node->mods_left = first->mods_left;
  node->extreme_right = last->extreme_right;
  node->mods_right = last->mods_right;
}

static void
move_subtree (Tidy    *tidy,
              Node    *parent,
              guint32  i,
              guint32  held_by,
              double   distance)
{
  Node *child = child_at (tidy, parent, i);

  child->mod += distance;
  child->mods_left += distance;
  child->mods_right += distance;
  if (held_by + 1 != i)
    {
      double n = i - held_by;

      child_at (tidy, parent, held_by + 1)->shift += distance / n;
      child->shift -= distance / n;
      child->change -= distance - distance / n;
    }
}

static void
thread_left (Tidy   *tidy,
             Node   *parent,
             guint32 i,
             Node   *to,
             double  mods)
{
  Node *first = child_at (tidy, parent, 0);
  Node *child = child_at (tidy, parent, i);
  Node *lowest = node_at (tidy, first->extreme_left);
  double diff = (mods - to->mod) - first->mods_left;

  lowest->left_thread = index_of (tidy, to);
  lowest->mod += diff;
  lowest->prelim -= diff;
  first->extreme_left = child->extreme_left;
  first->mods_left = child->mods_left;
}

static void
thread_right (Tidy   *tidy,
              Node   *parent,
              guint32 i,
              Node   *to,
              double  mods)
{
  Node *child = child_at (tidy, parent, i);
  Node *left = child_at (tidy, parent, i - 1);
  Node *lowest = node_at (tidy, child->extreme_right);
  double diff = (mods - to->mod) - child->mods_right;

  lowest->right_thread = index_of (tidy, to);
  lowest->mod += diff;
  lowest->prelim -= diff;
  child->extreme_right = left->extreme_right;
  child->mods_right = left->mods_right;
}

/* Moves child @i to the right until it touches none of its left siblings. */
static void
separate (Tidy    *tidy,
          Node    *parent,
          guint32  i,
          guint32  reach)
{
  Node *right = child_at (tidy, parent, i - 1);
  Node *left = child_at (tidy, parent, i);
  double right_mods = right->mod, left_mods = left->mod;

  while (right != NULL && left != NULL)
    {
      double distance, right_bottom = bottom (right), left_bottom = bottom (left);

      while (reach > 0 && right_bottom > g_array_index (tidy->reaches, Reach, reach).low)
        reach--;
      distance = right_mods + right->prelim + right->width - (left_mods + left->prelim);
      if (distance > 0)
        {
          left_mods += distance;
          move_subtree (tidy, parent, i, g_array_index (tidy->reaches, Reach, reach).index, distance);
        }
      if (right_bottom <= left_bottom && (right = next_right (tidy, right)) != NULL)
        right_mods += right->mod;
      if (right_bottom >= left_bottom && (left = next_left (tidy, left)) != NULL)
        left_mods += left->mod;
    }

  if (right == NULL && left != NULL)
    thread_left (tidy, parent, i, left, left_mods);
  else if (right != NULL && left == NULL)
    thread_right (tidy, parent, i, right, right_mods);
}

static void
push_reach (Tidy    *tidy,
            double   low,
            guint32  index)
{
  Reach reach = { low, index };

  while (tidy->reaches->len > 0
         && low >= g_array_index (tidy->reaches, Reach, tidy->reaches->len - 1).low)
    g_array_set_size (tidy->reaches, tidy->reaches->len - 1);
  g_array_append_val (tidy->reaches, reach);
}

/* All children are finished: their indexes are higher. */
static void
place_children (Tidy *tidy,
                Node *node)
{
  if (node->n_children > 0)
    {
      const Node *first = child_at (tidy, node, 0);
      const Node *last = child_at (tidy, node, node->n_children - 1);

      g_array_set_size (tidy->reaches, 0);
      push_reach (tidy, bottom (node_at (tidy, first->extreme_left)), 0);
      for (guint32 i = 1; i < node->n_children; i++)
        {
          double low = bottom (node_at (tidy, child_at (tidy, node, i)->extreme_right));

          separate (tidy, node, i, tidy->reaches->len - 1);
          push_reach (tidy, low, i);
        }
      node->prelim = (first->prelim + first->mod + last->mod + last->prelim + last->width) / 2
                     - node->width / 2;
    }
  set_extremes (tidy, node);
}

static void
spread_children (Tidy *tidy,
                 Node *node)
{
  double shift = 0, mods = 0;

  for (guint32 i = 0; i < node->n_children; i++)
    {
      Node *child = child_at (tidy, node, i);

      shift += child->shift;
      mods += shift + child->change;
      child->mod += mods;
    }
}

/* Parents first: x from the mods on the way down (kept in shift, which is free by then). */
static void
resolve (Tidy *tidy)
{
  for (guint32 i = 0; i < tidy->nodes->len; i++)
    {
      Node *node = node_at (tidy, i);

      node->mod += node->parent == NONE ? 0 : node_at (tidy, node->parent)->mod;
      node->x = node->prelim + node->mod;
      spread_children (tidy, node);
    }
}

static gboolean
is_leaf (const Tidy *tidy,
         guint32     i)
{
  return tidy->items[i].subtree_end == i + 1;
}

static gboolean
is_folded (const Tidy *tidy,
           guint32     i)
{
  guint32 parent = tidy->items[i].parent;

  return is_leaf (tidy, i) && parent != OV_SCENE_NONE && tidy->n_leaves[parent] >= tidy->fold;
}

static void
add_node (Tidy    *tidy,
          guint32  i,
          guint32 *grid_of)
{
  guint32 parent = tidy->items[i].parent;
  Node node = { .item = i, .parent = NONE, .left_thread = NONE, .right_thread = NONE };

  node.width = OV_ITEM_WIDTH + SIBLING_GAP;
  node.height = OV_ITEM_HEIGHT + OV_LEVEL_GAP;
  if (parent != OV_SCENE_NONE)
    node.parent = tidy->node_of[parent];
  if (is_folded (tidy, i))
    {
      guint32 n = tidy->n_leaves[parent], columns = ov_grid_columns (n);

      tidy->layout->in_grid[i] = 1;
      if (grid_of[parent] != NONE)
        return;
      grid_of[parent] = tidy->nodes->len;
      node.item = parent;
      node.is_grid = TRUE;
      node.width = columns * (OV_ITEM_WIDTH + OV_ITEM_GAP) + OV_ITEM_GAP + SIBLING_GAP;
      node.height = (n + columns - 1) / columns * (OV_ITEM_HEIGHT + OV_ITEM_GAP) + OV_ITEM_GAP + OV_LEVEL_GAP;
    }
  else
    {
      tidy->node_of[i] = tidy->nodes->len;
    }
  if (node.parent != NONE)
    {
      node.y = bottom (node_at (tidy, node.parent));
      node_at (tidy, node.parent)->n_children++;
    }
  g_array_append_val (tidy->nodes, node);
}

static void
list_children (Tidy *tidy)
{
  guint32 next = 0;

  tidy->children = g_new (guint32, MAX (tidy->nodes->len, 1));
  for (guint32 i = 0; i < tidy->nodes->len; i++)
    {
      Node *node = node_at (tidy, i);

      node->first_child = next;
      next += node->n_children;
      node->n_children = 0;
    }
  for (guint32 i = 0; i < tidy->nodes->len; i++)
    {
      guint32 parent = node_at (tidy, i)->parent;

      if (parent == NONE)
        continue;
      Node *above = node_at (tidy, parent);
      tidy->children[above->first_child + above->n_children++] = i;
    }
}

static void
build_nodes (Tidy    *tidy,
             guint32  n)
{
  g_autofree guint32 *grid_of = g_new (guint32, MAX (n, 1));

  memset (grid_of, 0xff, n * sizeof (guint32));
  for (guint32 i = 0; i < n; i++)
    if (is_leaf (tidy, i) && tidy->items[i].parent != OV_SCENE_NONE)
      tidy->n_leaves[tidy->items[i].parent]++;
  for (guint32 i = 0; i < n; i++)
    add_node (tidy, i, grid_of);
  list_children (tidy);
}

static void
add_frame (GArray  *frames,
           guint32  item,
           gboolean is_grid,
           OvBox    box)
{
  OvLayoutFrame frame = { item, is_grid, box };

  g_array_append_val (frames, frame);
}

static OvBox
node_box (const Node *node)
{
  return (OvBox) { node->x, node->y, node->width - SIBLING_GAP, node->height - OV_LEVEL_GAP };
}

/* A tree is the run of nodes from one root to the next; returns the extent of each. */
static GArray *
measure_trees (Tidy    *tidy,
               guint32 *tree_of)
{
  GArray *trees = g_array_new (FALSE, FALSE, sizeof (OvBox));

  for (guint32 i = 0; i < tidy->nodes->len; i++)
    {
      OvBox box = node_box (node_at (tidy, i));
      OvBox *tree;

      if (node_at (tidy, i)->parent == NONE)
        g_array_append_val (trees, box);
      tree = &g_array_index (trees, OvBox, trees->len - 1);
      *tree = ov_box_union (*tree, box);
      tree_of[i] = trees->len - 1;
    }

  return trees;
}

/* Replaces each extent by the tree's place with its margin, on the shelves. */
static void
pack_trees (GArray *trees)
{
  g_autoptr (GArray) blocks = g_array_sized_new (FALSE, FALSE, sizeof (OvBlock), trees->len);
  double width, height;

  for (guint32 i = 0; i < trees->len; i++)
    {
      const OvBox *tree = &g_array_index (trees, OvBox, i);
      OvBlock block = { i, tree->width + 2 * HULL_MARGIN, tree->height + 2 * HULL_MARGIN, 0, 0 };

      g_array_append_val (blocks, block);
    }
  ov_shelves_pack ((OvBlock *) (gpointer) blocks->data, blocks->len, TREE_GAP, 0, TRUE, &width, &height);
  for (guint32 i = 0; i < blocks->len; i++)
    {
      const OvBlock *block = &g_array_index (blocks, OvBlock, i);

      g_array_index (trees, OvBox, block->index)
        = (OvBox) { block->x, block->y, block->width, block->height };
    }
}

/* Moves every tree to its place on the shelves and frames those that are regions. */
static void
shelve_trees (Tidy   *tidy,
              GArray *frames)
{
  g_autofree guint32 *tree_of = g_new (guint32, MAX (tidy->nodes->len, 1));
  g_autoptr (GArray) trees = measure_trees (tidy, tree_of);
  g_autoptr (GArray) places = g_array_copy (trees);

  if (trees->len == 0)
    return;

  pack_trees (places);
  for (guint32 i = 0; i < tidy->nodes->len; i++)
    {
      const OvBox *tree = &g_array_index (trees, OvBox, tree_of[i]);
      const OvBox *place = &g_array_index (places, OvBox, tree_of[i]);
      Node *node = node_at (tidy, i);

      node->x += place->x + HULL_MARGIN - tree->x;
      node->y += place->y + HULL_MARGIN - tree->y;
      if (node->parent == NONE && tidy->items[node->item].shape == OV_SHAPE_REGION)
        add_frame (frames, node->item, FALSE, *place);
    }
}

static void
place_items (Tidy   *tidy,
             GArray *frames)
{
  OvBox *boxes = tidy->layout->boxes;

  for (guint32 n = 0; n < tidy->nodes->len; n++)
    {
      const Node *node = node_at (tidy, n);
      guint32 cell = 0, columns;

      if (!node->is_grid)
        {
          boxes[node->item] = node_box (node);
          continue;
        }
      columns = ov_grid_columns (tidy->n_leaves[node->item]);
      add_frame (frames, node->item, TRUE, node_box (node));
      for (guint32 i = node->item + 1; i < tidy->items[node->item].subtree_end;
           i = tidy->items[i].subtree_end)
        if (is_leaf (tidy, i))
          {
            boxes[i].x = node->x + OV_ITEM_GAP + cell % columns * (OV_ITEM_WIDTH + OV_ITEM_GAP);
            boxes[i].y = node->y + OV_ITEM_GAP + cell / columns * (OV_ITEM_HEIGHT + OV_ITEM_GAP);
            boxes[i].width = OV_ITEM_WIDTH;
            boxes[i].height = OV_ITEM_HEIGHT;
            cell++;
          }
    }
}

static gboolean
walk (Tidy         *tidy,
      GCancellable *cancellable)
{
  for (guint32 i = tidy->nodes->len; i-- > 0;)
    {
      if (ov_layout_is_cancelled (cancellable, i))
        return FALSE;
      place_children (tidy, node_at (tidy, i));
    }
  resolve (tidy);

  return TRUE;
}

static double
get_aspect (const Tidy   *tidy,
            const GArray *frames)
{
  const OvLayout *layout = tidy->layout;
  OvBox bounds = { 0, 0, 1, 1 };

  for (guint32 i = 0; i < layout->n; i++)
    bounds = ov_box_union (bounds, layout->boxes[i]);
  for (guint i = 0; i < frames->len; i++)
    bounds = ov_box_union (bounds, g_array_index (frames, OvLayoutFrame, i).box);

  return bounds.width / bounds.height;
}

static gboolean
try_fold (Tidy         *tidy,
          guint32       fold,
          GArray       *frames,
          GCancellable *cancellable)
{
  guint32 n = tidy->layout->n;

  tidy->fold = fold;
  memset (tidy->layout->in_grid, 0, n);
  memset (tidy->n_leaves, 0, n * sizeof (guint32));
  g_array_set_size (tidy->nodes, 0);
  g_array_set_size (frames, 0);
  g_clear_pointer (&tidy->children, g_free);
  build_nodes (tidy, n);
  if (!walk (tidy, cancellable))
    return FALSE;
  shelve_trees (tidy, frames);
  place_items (tidy, frames);

  return TRUE;
}

gboolean
ov_layout_tidy (OvLayout      *self,
                const OvScene *scene,
                GCancellable  *cancellable)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (OvLayoutFrame));
  Tidy tidy = { ov_scene_get_items (scene), self };
  guint n_folds = self->n <= MAX_TRIED_ITEMS ? G_N_ELEMENTS (FOLDS) : 1;
  gboolean done = FALSE;

  self->in_grid = g_new0 (guint8, MAX (self->n, 1));
  tidy.nodes = g_array_sized_new (FALSE, FALSE, sizeof (Node), self->n);
  tidy.reaches = g_array_new (FALSE, FALSE, sizeof (Reach));
  tidy.node_of = g_new (guint32, MAX (self->n, 1));
  tidy.n_leaves = g_new0 (guint32, MAX (self->n, 1));

  for (guint i = 0; i < n_folds; i++)
    if (!(done = try_fold (&tidy, FOLDS[i], frames, cancellable))
        || get_aspect (&tidy, frames) <= RIBBON)
      break;
  self->n_frames = frames->len;
  self->frames = (OvLayoutFrame *) (gpointer) g_array_free (g_steal_pointer (&frames), FALSE);

  g_array_unref (tidy.nodes);
  g_array_unref (tidy.reaches);
  g_free (tidy.children);
  g_free (tidy.node_of);
  g_free (tidy.n_leaves);

  return done;
}
