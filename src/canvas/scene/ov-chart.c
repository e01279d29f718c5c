/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two arrays and a text arena while it is built; the first reading adds what drawing any part of
 * it needs, in one pass over the rows: where time jumps, which bars stand side by side, and per
 * block of rows how far down the farthest of them reaches.
 *
 * Invariants: nothing is added after freezing; frozen arrows point at lanes and rows that exist.
 * Thread: built in one; frozen once under a lock, then read in any.
 */
#include "canvas/scene/ov-chart.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT_BYTES 1024
/* Rows in a leaf of the tree of reaches. */
#define BLOCK_SHIFT 5
#define JUMP_FACTOR 10
/* The least median: clocks of some machines tick in microseconds. */
#define LEAST_MEDIAN_NS 1000

struct _OvChart
{
  gint             ref_count;
  OvChartLabelFunc label;
  gpointer         user_data;
  GDestroyNotify   destroy;
  GArray          *lanes;   /* OvChartLane */
  GArray          *arrows;  /* OvChartArrow */
  GByteArray      *text;

  /* Frozen. */
  gint             frozen;
  GMutex           lock;
  OvChartPlace    *places;  /* by row */
  GArray          *breaks;  /* guint32 */
  guint32         *reaches; /* a heap: [1] is the root, leaves are blocks of rows */
  guint32          n_leaves;
  gboolean         outside[2];
};

/**
 * ov_chart_new:
 * @label: (nullable) (scope notified): makes the label of a row; may be called in any thread
 * @destroy: (nullable): frees @user_data with the chart
 *
 * Returns: (transfer full): an empty chart
 */
OvChart *
ov_chart_new (OvChartLabelFunc label,
              gpointer         user_data,
              GDestroyNotify   destroy)
{
  OvChart *self = g_new0 (OvChart, 1);

  self->ref_count = 1;
  self->label = label;
  self->user_data = user_data;
  self->destroy = destroy;
  self->lanes = g_array_new (FALSE, FALSE, sizeof (OvChartLane));
  self->arrows = g_array_new (FALSE, FALSE, sizeof (OvChartArrow));
  self->breaks = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->text = g_byte_array_new ();
  g_byte_array_append (self->text, (const guint8 *) "", 1);
  g_mutex_init (&self->lock);

  return self;
}

OvChart *
ov_chart_ref (OvChart *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);

  return self;
}

void
ov_chart_unref (OvChart *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_array_unref (self->lanes);
  g_array_unref (self->arrows);
  g_array_unref (self->breaks);
  g_byte_array_unref (self->text);
  g_free (self->places);
  g_free (self->reaches);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* One line: what would break it becomes a space. */
static void
smooth (char *text)
{
  for (; *text != '\0'; text++)
    if ((guint8) *text < ' ' || *text == 127)
      *text = ' ';
}

static guint32
append_text (OvChart    *self,
             const char *text)
{
  g_autofree char *valid = NULL;
  guint32 offset = self->text->len;
  gsize length;

  if (text == NULL || *text == '\0' || offset > G_MAXUINT32 - MAX_TEXT_BYTES - 2)
    return 0;

  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  length = strlen (text);
  if (length > MAX_TEXT_BYTES)
    length = g_utf8_find_prev_char (text, text + MAX_TEXT_BYTES + 1) - text;
  g_byte_array_append (self->text, (const guint8 *) text, length);
  g_byte_array_append (self->text, (const guint8 *) "", 1);
  smooth ((char *) self->text->data + offset);

  return offset;
}

/* (transfer full): @label without @sublabel at its end: what stands below need not be said twice. */
static char *
without_suffix (const char *label,
                const char *sublabel)
{
  gsize length = label == NULL ? 0 : strlen (label), cut = sublabel == NULL ? 0 : strlen (sublabel);

  if (cut == 0 || length <= cut + 1 || !g_str_has_suffix (label, sublabel) || label[length - cut - 1] != ' ')
    return g_strdup (label);

  return g_strndup (label, length - cut - 1);
}

/**
 * ov_chart_add_lane:
 * @lane: what to add; label and sublabel are set by the chart
 * @label: (nullable): the name, first line of the head; the pid at its end is left out
 * @sublabel: (nullable): the pid, second line
 *
 * Returns: the lane's index
 */
guint32
ov_chart_add_lane (OvChart           *self,
                   const OvChartLane *lane,
                   const char        *label,
                   const char        *sublabel)
{
  g_autofree char *name = without_suffix (label, sublabel);
  OvChartLane added;

  g_return_val_if_fail (self != NULL && lane != NULL, OV_SCENE_NONE);
  g_return_val_if_fail (!g_atomic_int_get (&self->frozen), OV_SCENE_NONE);

  added = *lane;
  added.label = append_text (self, name);
  added.sublabel = append_text (self, sublabel);
  added.tone = MIN (added.tone, OV_TONE_ERROR);
  g_array_append_val (self->lanes, added);

  return self->lanes->len - 1;
}

guint32
ov_chart_add_arrow (OvChart            *self,
                    const OvChartArrow *arrow)
{
  g_return_val_if_fail (self != NULL && arrow != NULL, OV_SCENE_NONE);
  g_return_val_if_fail (!g_atomic_int_get (&self->frozen), OV_SCENE_NONE);
  g_return_val_if_fail (self->arrows->len < G_MAXINT32, OV_SCENE_NONE);

  g_array_append_val (self->arrows, *arrow);

  return self->arrows->len - 1;
}

void
ov_chart_set_look (OvChart *self,
                   guint32  lane,
                   OvShape  shape,
                   OvTone   tone)
{
  g_return_if_fail (self != NULL && lane < self->lanes->len);

  g_array_index (self->lanes, OvChartLane, lane).shape = shape;
  g_array_index (self->lanes, OvChartLane, lane).tone = MIN (tone, OV_TONE_ERROR);
}

static inline OvChartArrow *
get_arrow (const OvChart *self,
           guint32        row)
{
  return &g_array_index (self->arrows, OvChartArrow, row);
}

/* Whoever made it may have been misled by what a node said. */
static void
check_arrows (OvChart *self)
{
  guint32 n = self->arrows->len;

  for (guint32 i = 0; i < n; i++)
    {
      OvChartArrow *arrow = get_arrow (self, i);

      if (arrow->from >= self->lanes->len)
        arrow->from = OV_SCENE_NONE;
      if (arrow->to >= self->lanes->len)
        arrow->to = OV_SCENE_NONE;
      if (arrow->pair >= n || arrow->pair == i)
        arrow->pair = OV_SCENE_NONE;
      arrow->end_row = CLAMP (arrow->end_row, i, n - 1);
      arrow->kind = MIN (arrow->kind, OV_ARROW_GAP);
      arrow->tone = MIN (arrow->tone, OV_TONE_ERROR);
    }
}

static int
compare_times (const void *a,
               const void *b)
{
  gint64 one = *(const gint64 *) a, two = *(const gint64 *) b;

  return one < two ? -1 : one > two;
}

static void
find_breaks (OvChart *self)
{
  guint32 n = self->arrows->len;
  g_autofree gint64 *steps = g_new (gint64, MAX (n, 1));
  gint64 median;

  if (n < 3)
    return;

  for (guint32 i = 1; i < n; i++)
    steps[i - 1] = MAX (0, get_arrow (self, i)->at_ns - get_arrow (self, i - 1)->at_ns);
  qsort (steps, n - 1, sizeof *steps, compare_times);
  median = MAX (steps[(n - 1) / 2], LEAST_MEDIAN_NS);
  for (guint32 i = 1; i < n; i++)
    if ((get_arrow (self, i)->at_ns - get_arrow (self, i - 1)->at_ns) / JUMP_FACTOR > median)
      g_array_append_val (self->breaks, i);
}

static gboolean
has_bar (const OvChartArrow *arrow,
         guint32             row)
{
  return arrow->pair != OV_SCENE_NONE && arrow->pair > row && arrow->to != OV_SCENE_NONE
         && arrow->from != arrow->to;
}

/* Which slots of @lane are taken at @row; @ends has the last row of each slot. */
static guint8
get_taken (const guint32 *ends,
           guint32        lane,
           guint32        row)
{
  guint8 taken = 0;

  if (lane == OV_SCENE_NONE)
    return 0;
  for (guint i = 0; i < OV_CHART_SLOTS; i++)
    if (ends[lane * OV_CHART_SLOTS + i] != OV_SCENE_NONE && ends[lane * OV_CHART_SLOTS + i] >= row)
      taken |= 1 << i;

  return taken;
}

/* One pass down the rows: a bar takes the first free slot of its lane, the last slot is shared. */
static void
place_bars (OvChart *self)
{
  gsize n_ends = (gsize) MAX (self->lanes->len, 1) * OV_CHART_SLOTS;
  g_autofree guint32 *ends = g_new (guint32, n_ends);

  memset (ends, 0xff, n_ends * sizeof *ends);
  self->places = g_new0 (OvChartPlace, MAX (self->arrows->len, 1));
  for (guint32 i = 0; i < self->arrows->len; i++)
    {
      const OvChartArrow *arrow = get_arrow (self, i);
      OvChartPlace *place = &self->places[i];

      place->from_bars = get_taken (ends, arrow->from, i);
      place->to_bars = get_taken (ends, arrow->to, i);
      if (has_bar (arrow, i))
        {
          guint32 *end;

          while (place->slot < OV_CHART_SLOTS - 1 && (place->to_bars >> place->slot & 1) != 0)
            place->slot++;
          place->to_bars |= 1 << place->slot;
          end = &ends[arrow->to * OV_CHART_SLOTS + place->slot];
          *end = *end == OV_SCENE_NONE ? arrow->pair : MAX (*end, arrow->pair);
        }
    }
}

static guint32
compute_reach (const OvChart *self,
               guint32        row)
{
  const OvChartArrow *arrow = get_arrow (self, row);

  return has_bar (arrow, row) ? MAX (arrow->end_row, arrow->pair) : arrow->end_row;
}

static void
build_reaches (OvChart *self)
{
  guint32 n_blocks = (self->arrows->len >> BLOCK_SHIFT) + 1;

  self->n_leaves = 1;
  while (self->n_leaves < n_blocks)
    self->n_leaves *= 2;
  self->reaches = g_new0 (guint32, 2 * (gsize) self->n_leaves);
  for (guint32 i = 0; i < self->arrows->len; i++)
    {
      guint32 *leaf = &self->reaches[self->n_leaves + (i >> BLOCK_SHIFT)];

      *leaf = MAX (*leaf, compute_reach (self, i));
    }
  for (guint32 i = self->n_leaves; i-- > 1;)
    self->reaches[i] = MAX (self->reaches[2 * i], self->reaches[2 * i + 1]);
}

static gboolean
is_between (guint8 kind)
{
  return kind != OV_ARROW_END && kind != OV_ARROW_NOTE && kind != OV_ARROW_GAP;
}

static void
find_outside (OvChart *self)
{
  for (guint32 i = 0; i < self->arrows->len; i++)
    {
      const OvChartArrow *arrow = get_arrow (self, i);

      if (is_between (arrow->kind) && (arrow->from == OV_SCENE_NONE) != (arrow->to == OV_SCENE_NONE))
        self->outside[ov_chart_is_outside_right (self, arrow)] = TRUE;
    }
}

static void
freeze (const OvChart *constant)
{
  OvChart *self = (OvChart *) constant;

  if (g_atomic_int_get (&self->frozen))
    return;

  g_mutex_lock (&self->lock);
  if (!self->frozen)
    {
      check_arrows (self);
      find_breaks (self);
      place_bars (self);
      build_reaches (self);
      find_outside (self);
      g_atomic_int_set (&self->frozen, TRUE);
    }
  g_mutex_unlock (&self->lock);
}

const OvChartLane *
ov_chart_get_lanes (const OvChart *self,
                    guint32       *n)
{
  g_return_val_if_fail (self != NULL, NULL);

  freeze (self);
  if (n != NULL)
    *n = self->lanes->len;

  return (const OvChartLane *) (gpointer) self->lanes->data;
}

const OvChartArrow *
ov_chart_get_arrows (const OvChart *self,
                     guint32       *n)
{
  g_return_val_if_fail (self != NULL, NULL);

  freeze (self);
  if (n != NULL)
    *n = self->arrows->len;

  return (const OvChartArrow *) (gpointer) self->arrows->data;
}

const char *
ov_chart_get_text (const OvChart *self,
                   guint32        offset)
{
  g_return_val_if_fail (self != NULL && offset < self->text->len, "");

  return (const char *) self->text->data + offset;
}

/**
 * ov_chart_dup_label:
 * @max_chars: about as many characters can be shown; the answer may be longer
 *
 * Returns: (transfer full): the label of @row, one line of valid UTF-8, never NULL
 */
char *
ov_chart_dup_label (const OvChart *self,
                    guint32        row,
                    guint          max_chars)
{
  char *label;

  g_return_val_if_fail (self != NULL && row < self->arrows->len, g_strdup (""));

  label = self->label == NULL ? NULL : self->label (row, max_chars, self->user_data);
  if (label == NULL)
    return g_strdup ("");
  if (!g_utf8_validate (label, -1, NULL))
    {
      char *valid = g_utf8_make_valid (label, -1);

      g_free (label);
      label = valid;
    }
  smooth (label);

  return label;
}

const OvChartPlace *
ov_chart_get_places (const OvChart *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  freeze (self);

  return self->places;
}

const guint32 *
ov_chart_get_breaks (const OvChart *self,
                     guint32       *n)
{
  g_return_val_if_fail (self != NULL, NULL);

  freeze (self);
  if (n != NULL)
    *n = self->breaks->len;

  return (const guint32 *) (gpointer) self->breaks->data;
}

guint32
ov_chart_count_breaks (const OvChart *self,
                       guint32        row)
{
  guint32 low = 0, high, n;
  const guint32 *breaks = ov_chart_get_breaks (self, &n);

  for (high = n; low < high;)
    {
      guint32 middle = low + (high - low) / 2;

      if (breaks[middle] <= row)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

gboolean
ov_chart_has_bar (const OvChart *self,
                  guint32        row)
{
  g_return_val_if_fail (self != NULL && row < self->arrows->len, FALSE);

  freeze (self);

  return has_bar (get_arrow (self, row), row);
}

typedef struct
{
  guint32  row;
  guint32 *rows;
  guint32  n, max;
} Crossing;

/* Backwards, so that what is nearest comes first where not all have room. */
static void
collect_crossing (const OvChart *self,
                  Crossing      *crossing,
                  guint32        node,
                  guint32        first_leaf,
                  guint32        n_leaves)
{
  guint32 first_row = first_leaf << BLOCK_SHIFT;

  if (self->reaches[node] < crossing->row || first_row >= crossing->row || crossing->n == crossing->max)
    return;
  if (n_leaves > 1)
    {
      collect_crossing (self, crossing, 2 * node + 1, first_leaf + n_leaves / 2, n_leaves / 2);
      collect_crossing (self, crossing, 2 * node, first_leaf, n_leaves / 2);
      return;
    }
  for (guint32 i = MIN (first_row + (1 << BLOCK_SHIFT), MIN (crossing->row, self->arrows->len));
       i-- > first_row && crossing->n < crossing->max;)
    if (compute_reach (self, i) >= crossing->row)
      crossing->rows[crossing->n++] = i;
}

guint32
ov_chart_list_crossing (const OvChart *self,
                        guint32        row,
                        guint32       *rows,
                        guint32        max)
{
  Crossing crossing = { row, rows, 0, max };

  g_return_val_if_fail (self != NULL && (rows != NULL || max == 0), 0);

  freeze (self);
  collect_crossing (self, &crossing, 1, 0, self->n_leaves);

  return crossing.n;
}

gboolean
ov_chart_is_outside_right (const OvChart      *self,
                           const OvChartArrow *arrow)
{
  guint32 inside;

  g_return_val_if_fail (self != NULL && arrow != NULL, FALSE);

  inside = arrow->from == OV_SCENE_NONE ? arrow->to : arrow->from;

  return inside != OV_SCENE_NONE && 2 * (gsize) inside + 1 > self->lanes->len;
}

gboolean
ov_chart_has_outside (const OvChart *self,
                      gboolean       right)
{
  g_return_val_if_fail (self != NULL, FALSE);

  freeze (self);

  return self->outside[right != FALSE];
}
