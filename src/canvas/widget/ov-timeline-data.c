/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Time and pixels, and what the source is asked for.
 *
 * Bins lie on whole multiples of their width, so bars do not change while the strip slides; as long as nothing
 * was added, sliding moves the bins that are there and asks for nothing.
 * Thread: main.
 */
#include "canvas/widget/ov-timeline-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define NS_PER_MS  G_GINT64_CONSTANT (1000000)
#define NS_PER_S   G_GINT64_CONSTANT (1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_H   (60 * NS_PER_MIN)
#define MAX_BINS   2048u
#define MAX_MARKS  20000u
#define FIT_MARGIN 1.02

double
ov_timeline_get_extent (OvTimeline *self)
{
  return MAX (gtk_widget_get_width (self->strip) - 2 * OV_TIMELINE_MARGIN, 1);
}

double
ov_timeline_get_x (OvTimeline *self,
                   gint64      at_ns)
{
  double share = (double) (at_ns - self->from_ns) / MAX (self->to_ns - self->from_ns, 1);

  return OV_TIMELINE_MARGIN + share * ov_timeline_get_extent (self);
}

gint64
ov_timeline_get_time (OvTimeline *self,
                      double      x)
{
  double share = (x - OV_TIMELINE_MARGIN) / ov_timeline_get_extent (self);

  return self->from_ns + (gint64) (CLAMP (share, -10, 11) * (self->to_ns - self->from_ns));
}

void
ov_timeline_look (OvTimeline *self,
                  gint64      from_ns,
                  gint64      to_ns)
{
  gint64 span = CLAMP (to_ns - from_ns, OV_TIMELINE_LEAST_SPAN_NS, OV_TIMELINE_MOST_SPAN_NS);

  to_ns = from_ns + span;
  /* Some of what there is stays in sight. */
  if (self->has_span && from_ns > self->last_ns - span / 8)
    from_ns = self->last_ns - span / 8;
  if (self->has_span && from_ns + span < self->first_ns + span / 8)
    from_ns = self->first_ns + span / 8 - span;
  to_ns = from_ns + span;
  self->follows = self->has_span && self->instant_ns == 0 && from_ns < self->last_ns && to_ns >= self->last_ns;
  if (self->follows)
    self->live_span_ns = span;
  if (self->from_ns == from_ns && self->to_ns == to_ns)
    return;

  self->from_ns = from_ns;
  self->to_ns = to_ns;
  ov_timeline_update_span (self);
  ov_timeline_update_toggle (self);
  ov_timeline_redraw (self);
}

static gint64
floor_to (gint64 value,
          gint64 unit)
{
  gint64 rest = value % unit;

  return value - (rest < 0 ? rest + unit : rest);
}

/* What a bar stands for when this much is seen. */
static gint64
get_bin (OvTimeline *self,
         gint64      span_ns)
{
  return MAX (1, (gint64) (span_ns * OV_TIMELINE_BIN_WIDTH / ov_timeline_get_extent (self)));
}

/* Asks how far time goes now; while it is followed, the view goes with it, by whole bars: they stand on the same
 * pixels then, and a frame is drawn a few times a second only. */
void
ov_timeline_update_span (OvTimeline *self)
{
  gint64 first = 0, last = 0;

  self->has_span = self->source != NULL && self->source->get_span (&first, &last, self->user_data)
                   && last >= first;
  if (!self->has_span)
    return;

  self->first_ns = first;
  self->last_ns = last;
  if (self->fits)
    self->live_span_ns = CLAMP ((gint64) ((last - first) * FIT_MARGIN), OV_TIMELINE_LEAST_SPAN_NS,
                                OV_TIMELINE_MOST_SPAN_NS);
  self->fits = FALSE;
  if (!self->follows)
    return;
  self->to_ns = last;
  self->from_ns = last - self->live_span_ns;
  if (!self->recorded && gtk_widget_get_width (self->strip) > 0)
    {
      gint64 bin = get_bin (self, self->live_span_ns);

      self->to_ns = floor_to (last + bin - 1, bin);
      self->from_ns = self->to_ns - self->live_span_ns;
    }
}

/* As long as nothing was added, what comes into sight on the right is empty. */
static gboolean
slide_bins (OvTimeline *self,
            gint64      from_ns)
{
  gint64 by = (from_ns - self->bins_from_ns) / self->bin_ns;

  if (self->stale || by < 0 || by >= self->n_bins)
    return FALSE;
  memmove (self->bins, self->bins + by, (self->n_bins - by) * sizeof *self->bins);
  memset (self->bins + self->n_bins - by, 0, by * sizeof *self->bins);
  self->bins_from_ns = from_ns;

  return TRUE;
}

static int
compare_marks (gconstpointer a,
               gconstpointer b)
{
  const OvTimelineMark *one = a, *two = b;

  return one->at_ns < two->at_ns ? -1 : one->at_ns > two->at_ns;
}

/* Brings bins, marks and gaps to what is seen. */
void
ov_timeline_fetch (OvTimeline *self)
{
  gint64 bin_ns = get_bin (self, self->to_ns - self->from_ns), from_ns = floor_to (self->from_ns, bin_ns);
  guint n = (guint) CLAMP (ov_timeline_get_extent (self) / OV_TIMELINE_BIN_WIDTH, 8, MAX_BINS) + 2;

  if (!self->has_span)
    return;
  if (self->bins != NULL && bin_ns == self->bin_ns && n == self->n_bins
      && ((from_ns == self->bins_from_ns && !self->stale) || (self->follows && slide_bins (self, from_ns))))
    return;

  if (n != self->n_bins)
    self->bins = g_renew (guint32, self->bins, n);
  self->n_bins = n;
  self->bin_ns = bin_ns;
  self->bins_from_ns = from_ns;
  self->stale = FALSE;
  self->n_fetches++;
  memset (self->bins, 0, n * sizeof *self->bins);
  self->source->get_bins (from_ns, from_ns + n * bin_ns, n, self->bins, self->user_data);

  g_array_set_size (self->marks, 0);
  g_array_set_size (self->gaps, 0);
  if (self->source->get_marks != NULL)
    self->source->get_marks (from_ns, from_ns + n * bin_ns, self->marks, self->user_data);
  if (self->source->get_gaps != NULL)
    self->source->get_gaps (from_ns, from_ns + n * bin_ns, self->gaps, self->user_data);
  if (self->marks->len > MAX_MARKS)
    g_array_set_size (self->marks, MAX_MARKS);
  g_array_sort (self->marks, compare_marks);
}

/* The nearest one within reach; of equals the worse. */
const OvTimelineMark *
ov_timeline_find_mark (OvTimeline *self,
                       double      x)
{
  const OvTimelineMark *found = NULL;
  double nearest = OV_TIMELINE_REACH + 2;

  for (guint i = 0; i < self->marks->len; i++)
    {
      const OvTimelineMark *mark = &g_array_index (self->marks, OvTimelineMark, i);
      double distance = fabs (ov_timeline_get_x (self, mark->at_ns) - x);

      if (distance < nearest || (found != NULL && distance < nearest + 1 && mark->tone > found->tone))
        {
          found = mark;
          nearest = MIN (nearest, distance);
        }
    }

  return found;
}

static const gint64 STEPS[] = {
  NS_PER_MS / 10, NS_PER_MS / 5, NS_PER_MS / 2, NS_PER_MS, 2 * NS_PER_MS, 5 * NS_PER_MS, 10 * NS_PER_MS,
  20 * NS_PER_MS, 50 * NS_PER_MS, 100 * NS_PER_MS, 200 * NS_PER_MS, 500 * NS_PER_MS, NS_PER_S, 2 * NS_PER_S,
  5 * NS_PER_S, 10 * NS_PER_S, 15 * NS_PER_S, 30 * NS_PER_S, NS_PER_MIN, 2 * NS_PER_MIN, 5 * NS_PER_MIN,
  10 * NS_PER_MIN, 15 * NS_PER_MIN, 30 * NS_PER_MIN, NS_PER_H, 2 * NS_PER_H, 6 * NS_PER_H, 12 * NS_PER_H,
  24 * NS_PER_H, 7 * 24 * NS_PER_H, 30 * 24 * NS_PER_H,
};

gint64
ov_timeline_get_step (OvTimeline *self,
                      double      least_pixels)
{
  double ns_per_pixel = (self->to_ns - self->from_ns) / ov_timeline_get_extent (self);
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (STEPS) && STEPS[i] < least_pixels * ns_per_pixel)
    i++;

  return STEPS[i];
}

char *
ov_timeline_dup_clock (gint64 at_ns,
                       gint64 step_ns)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (floor_to (at_ns, NS_PER_S) / NS_PER_S);
  g_autoptr (GDateTime) local = utc == NULL ? NULL : g_date_time_to_local (utc);
  int fraction = (int) ((at_ns - floor_to (at_ns, NS_PER_S)) / 1000);
  g_autofree char *clock = NULL;

  if (local == NULL)
    return g_strdup ("");
  if (step_ns >= 24 * NS_PER_H)
    return g_date_time_format (local, _("%e %b"));
  if (step_ns >= NS_PER_MIN)
    return g_date_time_format (local, "%H:%M");
  clock = g_date_time_format (local, "%H:%M:%S");
  if (step_ns >= NS_PER_S)
    return g_steal_pointer (&clock);
  if (step_ns >= NS_PER_MS)
    return g_strdup_printf ("%s.%03d", clock, fraction / 1000);

  return g_strdup_printf ("%s.%06d", clock, fraction);
}

static char *
dup_distance (gint64 ns)
{
  gint64 seconds = (ns + NS_PER_S / 2) / NS_PER_S, minutes = seconds / 60, hours = minutes / 60;

  if (ns < NS_PER_S)
    return g_strdup_printf (_("%d ms ago"), (int) (ns / NS_PER_MS));
  if (seconds < 100)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d second ago", "%d seconds ago", seconds),
                            (int) seconds);
  if (minutes < 100)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d minute ago", "%d minutes ago", minutes),
                            (int) minutes);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d hour ago", "%d hours ago", hours), (int) hours);
}

char *
ov_timeline_dup_value (OvTimeline *self)
{
  g_autofree char *clock = NULL;
  g_autofree char *distance = NULL;

  if (!self->has_span)
    return g_strdup (_("No events yet"));
  if (self->instant_ns == 0)
    return g_strdup (self->recorded ? _("At the end") : _("Live"));

  clock = ov_timeline_dup_clock (self->instant_ns, NS_PER_MS);
  distance = dup_distance (MAX (0, self->last_ns - self->instant_ns));

  return g_strdup_printf ("%s, %s", clock, distance);
}
