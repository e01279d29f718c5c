/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sums of OvFlow: windows of four lengths, and which of them make up a range.
 *
 * Invariants: the windows of a level are in order and each exists only where something happened; a built
 * window equals the sum of those below it, also of what came late, which is added to both.
 * Where the short windows of long ago took more than their share of memory they are given up, and
 * the next longer one stands for all of its time.
 * Thread: that of the flow.
 */
#include "trace/ov-flow-private.h"

/* Windows are built when this many of level 0 have come after them. */
#define LAG 20
#define MAX_LEVEL_BYTES ((gsize) 96 << 20)
#define FIRST_OCTAVE 10 /* below 1,024 ns is one bucket */

static const gint64 units[OV_FLOW_LEVELS] = { 1, 10, 100, 1000 };

static gint64
floor_divide (gint64 a,
              gint64 b)
{
  return a / b - (a % b < 0);
}

static void
window_free (gpointer data)
{
  OvFlowWindow *window = data;

  g_clear_pointer (&window->cells, g_array_unref);
  g_clear_pointer (&window->latencies, g_array_unref);
  g_free (window);
}

/*< private >
 * ov_flow_windows_init:
 */
void
ov_flow_windows_init (OvFlow *self)
{
  for (guint level = 0; level < OV_FLOW_LEVELS; level++)
    self->levels[level] = g_ptr_array_new_with_free_func (window_free);
  self->places_in_window = g_array_new (FALSE, TRUE, sizeof (guint32));
}

void
ov_flow_windows_clear (OvFlow *self)
{
  for (guint level = 0; level < OV_FLOW_LEVELS; level++)
    g_clear_pointer (&self->levels[level], g_ptr_array_unref);
  g_clear_pointer (&self->places_in_window, g_array_unref);
}

/* The first window at or after @index. */
static guint
find_place (const GPtrArray *windows,
            gint64           index)
{
  guint low = 0;
  guint high = windows->len;

  if (high > 0 && ((OvFlowWindow *) windows->pdata[high - 1])->index < index)
    return high;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (((OvFlowWindow *) windows->pdata[middle])->index < index)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static OvFlowWindow *
get_window (OvFlow *self,
            guint   level,
            gint64  index)
{
  GPtrArray *windows = self->levels[level];
  guint at = find_place (windows, index);
  OvFlowWindow *window;

  if (at < windows->len && ((OvFlowWindow *) windows->pdata[at])->index == index)
    return windows->pdata[at];

  window = g_new0 (OvFlowWindow, 1);
  window->index = index;
  window->level = (guint8) level;
  window->built = level == 0;
  window->cells = g_array_new (FALSE, FALSE, sizeof (OvFlowCell));
  window->latencies = g_array_new (FALSE, FALSE, sizeof (OvFlowLatency));
  g_ptr_array_insert (windows, (int) at, window);
  self->n_built[level] = MIN (self->n_built[level], at);
  self->memory[level] += sizeof *window;
  return window;
}

/* The window of level 0, and those above it exist with it. */
static OvFlowWindow *
get_lowest (OvFlow *self,
            gint64  at_ns)
{
  gint64 index = floor_divide (at_ns, OV_FLOW_WINDOW_NS);

  if (G_LIKELY (self->last != NULL && self->last->index == index))
    return self->last;

  for (guint level = 1; level < OV_FLOW_LEVELS; level++)
    get_window (self, level, floor_divide (index, units[level]));
  self->last = get_window (self, 0, index);
  return self->last;
}

static void
append_cell (OvFlow           *self,
             OvFlowWindow     *window,
             const OvFlowCell *cell)
{
  g_array_append_val (window->cells, *cell);
  self->memory[window->level] += sizeof *cell;
}

static void
append_latency (OvFlow              *self,
                OvFlowWindow        *window,
                const OvFlowLatency *latency)
{
  g_array_append_val (window->latencies, *latency);
  self->memory[window->level] += sizeof *latency;
}

/* The windows above that are built already and so would not learn of it. */
static void
tell_built (OvFlow              *self,
            gint64               index,
            const OvFlowCell    *cell,
            const OvFlowLatency *latency)
{
  for (guint level = 1; level < OV_FLOW_LEVELS; level++)
    {
      OvFlowWindow *above = get_window (self, level, floor_divide (index, units[level]));

      if (!above->built)
        continue;
      if (cell != NULL)
        append_cell (self, above, cell);
      else
        append_latency (self, above, latency);
    }
}

static gboolean
is_late (OvFlow             *self,
         const OvFlowWindow *window)
{
  return self->newest_ns != G_MININT64
         && window->index + LAG <= floor_divide (self->newest_ns, OV_FLOW_WINDOW_NS);
}

/*< private >
 * ov_flow_add:
 *
 * Adds to what went over an edge in the window of @at_ns.
 */
void
ov_flow_add (OvFlow  *self,
             guint32  edge,
             gint64   at_ns,
             guint64  messages,
             guint64  bytes,
             gint32   unanswered)
{
  OvFlowWindow *window = get_lowest (self, at_ns);
  OvFlowRecord *record = &g_array_index (self->edges, OvFlowRecord, edge);
  const OvFlowCell cell = { edge, unanswered, messages, bytes, messages > 0 ? at_ns : G_MININT64 };

  if (record->window == window->index && record->cell < window->cells->len
      && g_array_index (window->cells, OvFlowCell, record->cell).edge == edge)
    {
      OvFlowCell *same = &g_array_index (window->cells, OvFlowCell, record->cell);

      same->messages += messages;
      same->bytes += bytes;
      same->unanswered += unanswered;
      same->last_ns = MAX (same->last_ns, cell.last_ns);
    }
  else
    {
      record->window = window->index;
      record->cell = window->cells->len;
      append_cell (self, window, &cell);
    }

  if (G_UNLIKELY (is_late (self, window)))
    tell_built (self, window->index, &cell, NULL);
}

static guint
get_bucket (gint64 ns)
{
  guint64 value = (guint64) MAX (ns, 0);
  guint octave;

  if (value < (1u << FIRST_OCTAVE))
    return 0;

  octave = (guint) g_bit_storage (value) - 1;
  return 1 + (octave - FIRST_OCTAVE) * OV_FLOW_BUCKETS_PER_OCTAVE
         + (guint) (value >> (octave - 4) & (OV_FLOW_BUCKETS_PER_OCTAVE - 1));
}

/*< private >
 * ov_flow_bucket_value:
 *
 * Returns: the middle of a bucket, which is within 1/32 of every time in it; under 1,024 ns half of that
 */
gint64
ov_flow_bucket_value (guint bucket)
{
  guint octave, part;

  if (bucket == 0)
    return (1 << FIRST_OCTAVE) / 2;

  octave = FIRST_OCTAVE + (bucket - 1) / OV_FLOW_BUCKETS_PER_OCTAVE;
  part = (bucket - 1) % OV_FLOW_BUCKETS_PER_OCTAVE;
  return (gint64) (((guint64) (OV_FLOW_BUCKETS_PER_OCTAVE + part) << (octave - 4))
                   + ((guint64) 1 << (octave - 5)));
}

/*< private >
 * ov_flow_add_latency:
 * @at_ns: when it was asked
 * @ns: until it was answered
 */
void
ov_flow_add_latency (OvFlow *self,
                     guint32 edge,
                     gint64  at_ns,
                     gint64  ns)
{
  OvFlowWindow *window = get_lowest (self, at_ns);
  const OvFlowLatency latency = { edge, get_bucket (ns), 1 };

  append_latency (self, window, &latency);
  if (is_late (self, window))
    tell_built (self, window->index, NULL, &latency);
}

int
ov_flow_compare_latencies (gconstpointer a,
                           gconstpointer b)
{
  const OvFlowLatency *left = a;
  const OvFlowLatency *right = b;

  if (left->edge != right->edge)
    return left->edge < right->edge ? -1 : 1;

  return (left->bucket > right->bucket) - (left->bucket < right->bucket);
}

static void
pack_latencies (OvFlow       *self,
                OvFlowWindow *window)
{
  GArray *all = window->latencies;
  guint kept = 0;

  g_array_sort (all, ov_flow_compare_latencies);
  for (guint i = 0; i < all->len; i++)
    {
      OvFlowLatency next = g_array_index (all, OvFlowLatency, i);
      OvFlowLatency *last = kept > 0 ? &g_array_index (all, OvFlowLatency, kept - 1) : NULL;

      if (last != NULL && last->edge == next.edge && last->bucket == next.bucket)
        last->count += next.count;
      else
        g_array_index (all, OvFlowLatency, kept++) = next;
    }
  self->memory[window->level] -= (all->len - kept) * sizeof (OvFlowLatency);
  g_array_set_size (all, kept);
}

/* One cell an edge.  Where an edge stood last is a guess that is checked, so nothing is cleared. */
static void
pack_cells (OvFlow       *self,
            OvFlowWindow *window)
{
  OvFlowCell *cells = (OvFlowCell *) window->cells->data;
  guint n = window->cells->len;
  guint kept = 0;

  if (self->places_in_window->len < self->edges->len)
    g_array_set_size (self->places_in_window, self->edges->len);

  for (guint i = 0; i < n; i++)
    {
      guint32 *place = &g_array_index (self->places_in_window, guint32, cells[i].edge);

      if (*place < kept && cells[*place].edge == cells[i].edge)
        {
          cells[*place].messages += cells[i].messages;
          cells[*place].bytes += cells[i].bytes;
          cells[*place].unanswered += cells[i].unanswered;
          cells[*place].last_ns = MAX (cells[*place].last_ns, cells[i].last_ns);
        }
      else
        {
          *place = kept;
          cells[kept++] = cells[i];
        }
    }
  self->memory[window->level] -= (n - kept) * sizeof (OvFlowCell);
  g_array_set_size (window->cells, kept);
}

static void
build_window (OvFlow       *self,
              OvFlowWindow *window)
{
  const GPtrArray *below = self->levels[window->level - 1];
  gint64 end = (window->index + 1) * 10;

  for (guint i = find_place (below, window->index * 10); i < below->len; i++)
    {
      OvFlowWindow *part = below->pdata[i];

      if (part->index >= end)
        break;
      pack_latencies (self, part);
      g_array_append_vals (window->cells, part->cells->data, part->cells->len);
      g_array_append_vals (window->latencies, part->latencies->data, part->latencies->len);
      self->memory[window->level] += part->cells->len * sizeof (OvFlowCell)
                                     + part->latencies->len * sizeof (OvFlowLatency);
    }
  pack_cells (self, window);
  pack_latencies (self, window);
  window->built = TRUE;
}

/* The older half of a level that has grown too large; what is above stands for it. */
static void
drop_oldest (OvFlow *self,
             guint   level)
{
  GPtrArray *windows = self->levels[level];
  guint n = windows->len / 2;

  for (guint i = 0; i < n; i++)
    {
      OvFlowWindow *window = windows->pdata[i];
      OvFlowWindow *above = get_window (self, level + 1, floor_divide (window->index, 10));

      if (!above->built)
        {
          n = i;
          break;
        }
      above->dropped = TRUE;
      self->memory[level] -= sizeof *window + window->cells->len * sizeof (OvFlowCell)
                             + window->latencies->len * sizeof (OvFlowLatency);
    }
  if (n == 0)
    return;

  g_ptr_array_remove_range (windows, 0, n);
  self->n_built[level] -= MIN (self->n_built[level], n);
  if (level == 0)
    self->last = NULL;
}

/*< private >
 * ov_flow_build:
 *
 * Sums up what is old enough; once after each update.
 */
void
ov_flow_build (OvFlow *self)
{
  gint64 newest = floor_divide (self->newest_ns, OV_FLOW_WINDOW_NS);

  if (self->newest_ns == G_MININT64)
    return;

  for (guint level = 1; level < OV_FLOW_LEVELS; level++)
    {
      GPtrArray *windows = self->levels[level];
      guint *at = &self->n_built[level];

      for (; *at < windows->len; (*at)++)
        {
          OvFlowWindow *window = windows->pdata[*at];

          if ((window->index + 1) * units[level] + LAG > newest)
            break;
          if (!window->built)
            build_window (self, window);
        }
    }
  for (guint level = 0; level + 1 < OV_FLOW_LEVELS; level++)
    if (self->memory[level] > MAX_LEVEL_BYTES)
      drop_oldest (self, level);
}

static void
visit_level (OvFlow      *self,
             guint        level,
             gint64       from,
             gint64       to,
             OvFlowVisit  visit,
             gpointer     user_data)
{
  const GPtrArray *windows = self->levels[level];
  gint64 first = floor_divide (self->first_ns, OV_FLOW_WINDOW_NS);

  for (guint i = find_place (windows, floor_divide (from, units[level])); i < windows->len; i++)
    {
      const OvFlowWindow *window = windows->pdata[i];
      gint64 end = (window->index + 1) * units[level];
      gint64 begin = MAX (end - units[level], first); /* there is nothing before */

      if (begin >= to)
        break;
      if (window->built && ((begin >= from && end <= to) || (window->dropped && begin >= from)))
        visit (window, user_data);
      else if (level > 0 && !(window->built && window->dropped))
        visit_level (self, level - 1, MAX (from, begin), MIN (to, end), visit, user_data);
    }
}

/*< private >
 * ov_flow_visit:
 * @from: the first window of level 0
 * @to: behind the last
 */
void
ov_flow_visit (OvFlow      *self,
               gint64       from,
               gint64       to,
               OvFlowVisit  visit,
               gpointer     user_data)
{
  visit_level (self, OV_FLOW_LEVELS - 1, from, to, visit, user_data);
}
