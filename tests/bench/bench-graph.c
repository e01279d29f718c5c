/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the message graph costs: layouts of several sizes, a live step, and the frames of a zoom
 * from the whole into a group and back over 3,000 processes and 10,000 edges with 2,000 messages on
 * their way, painted alone and through GTK, at 1920×1080, in processor time.  60 fps leaves 16.7 ms
 * a frame.  Without a display only what is painted alone is measured.  An argument (layout, frames
 * or window) leaves out the rest.
 */
#include "ov-test-graph.h"

#include "canvas/layout/ov-force.h"
#include "canvas/render/ov-graph-painter.h"
#include "canvas/widget/ov-graph-canvas.h"

#include <adwaita.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH    1920
#define HEIGHT   1080
#define N_FRAMES 240

static int
compare (const void *a,
         const void *b)
{
  double one = *(const double *) a, two = *(const double *) b;

  return one < two ? -1 : one > two;
}

/* Processor time of this thread, whatever else the machine is doing. */
static gint64
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);

  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
print_times (const char *what,
             double     *times,
             guint       n)
{
  qsort (times, n, sizeof (double), compare);
  g_print ("%-52s median %7.2f ms   p95 %7.2f ms   max %7.2f ms\n", what, times[n / 2], times[n * 95 / 100],
           times[n - 1]);
}

static OvGraph *
make_graph (guint32  n,
            guint32  n_edges,
            gboolean flat,
            guint32  skip)
{
  OvTestGraph options = { .n_leaves = n, .n_edges = n_edges, .seed = 7, .flat = flat, .skip = skip,
                          .heat = TRUE, .trouble = TRUE };

  return ov_test_graph_system (&options);
}

static void
bench_layout (const char *what,
              guint32     n,
              guint32     n_edges,
              gboolean    flat)
{
  g_autoptr (OvGraph) graph = make_graph (n, n_edges, flat, 0);
  g_autoptr (OvGraph) fewer = make_graph (n, n_edges, flat, 50);
  g_autoptr (OvGraphLayout) old = ov_force_compute (graph, NULL, NULL, NULL);
  g_autofree char *live = g_strdup_printf ("  live, 2 %% go and come");
  double first[5], step[9];

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    {
      gint64 start = now_us ();
      g_autoptr (OvGraphLayout) layout = ov_force_compute (graph, NULL, NULL, NULL);

      first[i] = (now_us () - start) / 1000.0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (step); i++)
    {
      gint64 start = now_us ();
      g_autoptr (OvGraphLayout) gone = ov_force_compute (fewer, graph, old, NULL);
      g_autoptr (OvGraphLayout) back = ov_force_compute (graph, fewer, gone, NULL);

      step[i] = (now_us () - start) / 2000.0;
    }
  print_times (what, first, G_N_ELEMENTS (first));
  print_times (live, step, G_N_ELEMENTS (step));
}

/* There and back again: 0 is the whole, 1 near. */
static double
sweep (guint frame)
{
  double at = frame / (N_FRAMES - 1.0) * 2, t = at <= 1 ? at : 2 - at;

  return t * t * (3 - 2 * t);
}

typedef struct
{
  OvGraphView     *view;
  OvGraphPainter  *painter;
  cairo_surface_t *ground, *image;
  OvGraphDot       dots[OV_GRAPH_MAX_DOTS];
} Stage;

static void
paint_dots (Stage   *stage,
            OvGraph *graph,
            guint    frame)
{
  const OvGraphNode *nodes = ov_graph_get_nodes (graph, NULL);
  const OvGraphEdge *edges;
  guint32 n_edges;
  guint n = 0;

  edges = ov_graph_get_edges (graph, &n_edges);
  for (guint i = 0; i < OV_GRAPH_MAX_DOTS; i++)
    {
      const OvGraphEdge *edge = &edges[i * 4999 % n_edges];
      OvGraphCurve way;
      double x, y;

      if (!ov_graph_view_get_way (stage->view, nodes[edge->from].id, nodes[edge->to].id, &way))
        continue;
      ov_graph_curve_at (&way, fmod (i * 0.381966 + frame * 0.02, 1), &x, &y);
      stage->dots[n++] = (OvGraphDot) { x, y, OV_TONE_NEUTRAL };
    }
  memcpy (cairo_image_surface_get_data (stage->image), cairo_image_surface_get_data (stage->ground),
          (gsize) cairo_image_surface_get_stride (stage->image) * HEIGHT);
  ov_graph_painter_blend_dots (stage->painter, stage->image, ov_theme_get (OV_THEME_LIGHT), 1, stage->dots, n);
}

static void
bench_frames (const char *what,
              OvGraph    *graph,
              double      nearness,
              gboolean    moving)
{
  g_autoptr (OvGraphPainter) painter = ov_graph_painter_new ();
  g_autoptr (OvGraphView) view = ov_graph_view_new ();
  g_autofree Stage *stage = g_new0 (Stage, 1);
  OvPaintState state = { .text_scale = 1, .scale_factor = 1 };
  OvGraphLayout *layout = ov_force_compute (graph, NULL, NULL, NULL);
  OvViewport whole = { .zoom = 1, .width = WIDTH, .height = HEIGHT }, close, at;
  OvBox box = layout->bounds;
  double times[N_FRAMES], updates[N_FRAMES] = { 0 }, paints[N_FRAMES] = { 0 };

  stage->view = view;
  stage->painter = painter;
  stage->ground = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  stage->image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  ov_viewport_fit (&whole, box.x, box.y, box.width, box.height, 24, 1.5);
  close = whole;
  ov_viewport_zoom_at (&close, WIDTH * 0.35, HEIGHT * 0.4, nearness, 0.001, 4);
  ov_graph_view_set_graph (view, graph, layout);
  while (ov_graph_painter_warm (painter))
    ;
  for (guint frame = 0; frame < N_FRAMES; frame++)
    {
      gint64 start = now_us ();

      if (moving || frame == 0)
        {
          ov_viewport_interpolate (&whole, &close, moving ? sweep (frame) : 1, &at);
          ov_graph_view_choose (view, &at);
          ov_graph_view_advance (view, moving ? 1 / 60.0 : INFINITY);
          ov_graph_view_update (view, &at, 1, NULL);
          updates[frame] = (now_us () - start) / 1000.0;
          ov_graph_painter_render_image (painter, stage->ground, view, &at, ov_theme_get (OV_THEME_LIGHT), &state);
          paints[frame] = (now_us () - start) / 1000.0 - updates[frame];
        }
      paint_dots (stage, graph, frame);
      times[frame] = (now_us () - start) / 1000.0;
    }
  print_times (what, times, N_FRAMES);
  if (moving)
    {
      print_times ("  of that folding and tracing edges", updates, N_FRAMES);
      print_times ("  of that painting", paints, N_FRAMES);
    }
  cairo_surface_destroy (stage->ground);
  cairo_surface_destroy (stage->image);
}

typedef struct
{
  OvGraphCanvas *canvas;
  OvGraph       *graph;
  GMainLoop     *loop;
  gint64         cpu;
  guint          frame;
  gboolean       moving;
  double         times[N_FRAMES];
} Window;

static void
before_cb (GdkFrameClock *clock,
           Window        *window)
{
  window->cpu = now_us ();
}

static void
after_cb (GdkFrameClock *clock,
          Window        *window)
{
  if (window->frame > 0 && window->frame <= N_FRAMES)
    window->times[window->frame - 1] = (now_us () - window->cpu) / 1000.0;
}

static void
send_messages (Window *window)
{
  const OvGraphNode *nodes = ov_graph_get_nodes (window->graph, NULL);
  const OvGraphEdge *edges;
  guint32 n;

  edges = ov_graph_get_edges (window->graph, &n);
  while (ov_graph_canvas_get_n_dots (window->canvas) < OV_GRAPH_MAX_DOTS)
    {
      const OvGraphEdge *edge = &edges[g_random_int_range (0, n)];

      ov_graph_canvas_add_dot (window->canvas, nodes[edge->from].id, nodes[edge->to].id, 0,
                               g_random_int_range (300, 900), OV_TONE_NEUTRAL);
    }
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  Window *window = user_data;

  if (window->frame++ >= N_FRAMES)
    {
      g_main_loop_quit (window->loop);
      return G_SOURCE_REMOVE;
    }
  send_messages (window);
  if (window->moving)
    ov_graph_canvas_zoom_by (window->canvas, window->frame < N_FRAMES / 2 ? 1.03 : 1 / 1.03);

  return G_SOURCE_CONTINUE;
}

static void
bench_window (const char *what,
              Window     *window,
              gboolean    moving)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window->canvas));

  window->frame = 0;
  window->moving = moving;
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), window);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), window);
  gtk_widget_add_tick_callback (GTK_WIDGET (window->canvas), tick_cb, window, NULL);
  g_main_loop_run (window->loop);
  g_signal_handlers_disconnect_by_data (clock, window);
  print_times (what, window->times, N_FRAMES);
}

static void
bench_in_gtk (OvGraph *graph)
{
  GtkWidget *toplevel = gtk_window_new ();
  g_autofree Window *window = g_new0 (Window, 1);

  window->graph = graph;
  window->loop = g_main_loop_new (NULL, FALSE);
  window->canvas = OV_GRAPH_CANVAS (ov_graph_canvas_new ());
  gtk_window_set_decorated (GTK_WINDOW (toplevel), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (toplevel), WIDTH, HEIGHT);
  gtk_window_set_child (GTK_WINDOW (toplevel), GTK_WIDGET (window->canvas));
  gtk_window_present (GTK_WINDOW (toplevel));
  ov_graph_canvas_set_graph (window->canvas, graph);
  while (ov_graph_view_get_graph (ov_graph_canvas_get_view (window->canvas)) != graph
         || ov_graph_canvas_get_viewport (window->canvas)->width < 1000)
    g_main_context_iteration (NULL, TRUE);
  g_print ("in a window of %dx%d\n", gtk_widget_get_width (toplevel), gtk_widget_get_height (toplevel));
  bench_window ("frames in GTK, camera rests, 2,000 dots", window, FALSE);
  bench_window ("frames in GTK, camera moves, 2,000 dots", window, TRUE);
  gtk_window_destroy (GTK_WINDOW (toplevel));
  g_main_loop_unref (window->loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (OvGraph) graph = make_graph (3000, 10000, FALSE, 0);
  const char *only = argc > 1 ? argv[1] : NULL;

  mallopt (M_MMAP_THRESHOLD, 32 << 20);
  mallopt (M_TRIM_THRESHOLD, 256 << 20);
  if (only == NULL || strcmp (only, "layout") == 0)
    {
      bench_layout ("layout, 300 processes, 900 edges", 300, 900, FALSE);
      bench_layout ("layout, 3,000 processes, 10,000 edges", 3000, 10000, FALSE);
      bench_layout ("layout, 1,000 without groups, 5,000 edges", 1000, 5000, TRUE);
      bench_layout ("layout, 5,000 without groups, 20,000 edges", 5000, 20000, TRUE);
    }
  if (only == NULL || strcmp (only, "frames") == 0)
    {
      bench_frames ("frames alone, camera rests, 2,000 dots", graph, 1, FALSE);
      bench_frames ("frames alone, camera zooms to a group and back", graph, 4, TRUE);
      bench_frames ("frames alone, camera zooms to processes and back", graph, 14, TRUE);
    }
  if (only != NULL && strcmp (only, "window") != 0)
    return 0;
  if (!gtk_init_check ())
    {
      g_print ("no display (Xvfb): the frames in GTK are not measured\n");
      return 0;
    }
  adw_init ();
  bench_in_gtk (graph);

  return 0;
}
