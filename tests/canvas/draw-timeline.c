/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws time lines in all their states to a PNG, for looking at them:
 *   draw-timeline FILE [dark] [large] [narrow] [stay] [live]
 * "stay" keeps the window open and prints what is told.
 */
#include "canvas/widget/ov-timeline-private.h"

#include <adwaita.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define S         G_GINT64_CONSTANT (1000000000)
#define START_NS  (G_GINT64_CONSTANT (1700000000) * S)
#define LENGTH_NS (600 * S)

static gboolean live;

static gboolean
get_span (gint64  *first,
          gint64  *last,
          gpointer user_data)
{
  *first = START_NS;
  *last = START_NS + LENGTH_NS;
  if (live)
    *last += g_get_monotonic_time () * 1000;

  return TRUE;
}

static void
get_bins (gint64   from,
          gint64   to,
          guint    n,
          guint32 *bins,
          gpointer user_data)
{
  for (guint i = 0; i < n; i++)
    {
      double at = (from + (to - from) / n * i - START_NS) / (double) S;

      if (at < 0 || at > 600 || (at > 500 && at < 512))
        continue;
      bins[i] = (guint32) MAX (0, 40 + 38 * sin (at / 7) * sin (at / 31) + 25 * sin (at * 13.7));
      if (at > 565 && at < 568)
        bins[i] = 900;
    }
}

static void
get_marks (gint64   from,
           gint64   to,
           GArray  *marks,
           gpointer user_data)
{
  static const struct { double at; guint8 tone; } MARKS[] = {
    { 120, OV_TONE_ERROR }, { 121, OV_TONE_RENEWED }, { 330, OV_TONE_ERROR }, { 330.6, OV_TONE_ERROR },
    { 331, OV_TONE_RENEWED }, { 552, OV_TONE_ERROR }, { 553.2, OV_TONE_RENEWED }, { 566.2, OV_TONE_ERROR },
    { 566.4, OV_TONE_ERROR }, { 566.7, OV_TONE_RENEWED }, { 580, OV_TONE_WARNING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (MARKS); i++)
    {
      OvTimelineMark mark = { START_NS + (gint64) (MARKS[i].at * S), MARKS[i].tone, i };

      if (mark.at_ns >= from && mark.at_ns < to)
        g_array_append_val (marks, mark);
    }
}

static void
get_gaps (gint64   from,
          gint64   to,
          GArray  *gaps,
          gpointer user_data)
{
  OvTimelineGap gap = { START_NS + 500 * S, START_NS + 512 * S };

  g_array_append_val (gaps, gap);
}

static const OvTimelineSource SOURCE = { get_span, get_bins, get_marks, get_gaps, NULL };

static void
instant_changed_cb (OvTimeline *timeline,
                    gint64      at)
{
  g_print ("instant %.3f s\n", at == 0 ? 0 : (at - START_NS) / (double) S);
}

static void
range_changed_cb (OvTimeline *timeline,
                  gint64      from,
                  gint64      to)
{
  g_print ("range %.3f s\n", (to - from) / (double) S);
}

static OvTimeline *
add (GtkWidget *box)
{
  GtkWidget *timeline = ov_timeline_new (), *frame = gtk_frame_new (NULL);

  g_signal_connect (timeline, "instant-changed", G_CALLBACK (instant_changed_cb), NULL);
  g_signal_connect (timeline, "range-changed", G_CALLBACK (range_changed_cb), NULL);
  gtk_frame_set_child (GTK_FRAME (frame), timeline);
  gtk_box_append (GTK_BOX (box), frame);

  return OV_TIMELINE (timeline);
}

static gboolean
save (const char *path,
      GtkWidget  *widget)
{
  GdkPaintable *paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  g_autoptr (GdkTexture) texture = NULL;
  GskRenderNode *node;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (gtk_widget_get_native (widget)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  gsk_render_node_unref (node);
  g_object_unref (paintable);

  return gdk_texture_save_to_png (texture, path);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  ++*(guint *) user_data;
  gtk_widget_queue_draw (widget);

  return G_SOURCE_CONTINUE;
}

int
main (int    argc,
      char **argv)
{
  const char *const *words = (const char *const *) argv;
  GtkWidget *window, *box;
  OvTimeline *timelines[7];
  guint ticks;
  gboolean saved;

  if (argc < 2 || !gtk_init_check ())
    return 77;
  adw_init ();
  if (g_strv_contains (words, "dark"))
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  if (g_strv_contains (words, "large"))
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", 2 * 96 * 1024, NULL);

  window = adw_window_new ();
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_window_set_default_size (GTK_WINDOW (window), g_strv_contains (words, "narrow") ? 720 : 1200, 600);
  adw_window_set_content (ADW_WINDOW (window), box);
  for (guint i = 0; i < G_N_ELEMENTS (timelines); i++)
    {
      timelines[i] = add (box);
      if (i < 6)
        ov_timeline_set_source (timelines[i], &SOURCE, NULL);
    }
  gtk_window_present (GTK_WINDOW (window));
  while (gtk_widget_get_width (timelines[0]->strip) == 0)
    g_main_context_iteration (NULL, TRUE);

  ov_timeline_set_instant (timelines[1], START_NS + 553 * S + 120000000);
  ov_timeline_set_range (timelines[2], START_NS + 560 * S, START_NS + 575 * S);
  ov_timeline_set_view (timelines[3], START_NS - 20 * S, START_NS + 620 * S);
  ov_timeline_set_view (timelines[4], START_NS + 566 * S, START_NS + 567 * S);
  ov_timeline_set_range (timelines[4], START_NS + 566 * S + 300000000, START_NS + 566 * S + 500000000);
  ov_timeline_set_instant (timelines[4], START_NS + 566 * S + 200000000);
  timelines[5]->pointer_x = 400;
  ov_timeline_set_view (timelines[5], START_NS + 565 * S, START_NS + 567 * S);
  ticks = 0;
  gtk_widget_add_tick_callback (box, tick_cb, &ticks, NULL);
  while (ticks < 20)
    g_main_context_iteration (NULL, TRUE);
  saved = save (argv[1], window);
  live = g_strv_contains (words, "live");
  while (g_strv_contains (words, "stay"))
    g_main_context_iteration (NULL, TRUE);
  gtk_window_destroy (GTK_WINDOW (window));

  return !saved;
}
