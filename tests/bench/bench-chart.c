/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scrolling a chart of 100,000 arrows and 60 lanes through GTK, at 1920×1080: frames from the frame
 * clock's "before-paint" to its "after-paint", for an empty chart (what GTK takes for a window of this size), for
 * 1,000 arrows and for 100,000, in one run; and the same picture through an image
 * of our own, as the tree is drawn.  Then what is done once: freezing, the order of lanes, SVG.
 * Needs a display; GSK_RENDERER=cairo is what is judged: p95 below 16.7 ms.
 */
#include "ov-test-chart.h"

#include "canvas/layout/ov-lanes.h"
#include "canvas/widget/ov-chart-canvas.h"
#include "canvas/widget/ov-look.h"

#include <adwaita.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#define N_FRAMES 180

/* The other way: an image of our own in between, as for the tree. */
#define IMAGED_TYPE (imaged_get_type ())
G_DECLARE_FINAL_TYPE (Imaged, imaged, BENCH, IMAGED, GtkWidget)

struct _Imaged
{
  GtkWidget       parent_instance;
  OvChart        *chart;
  OvChartPainter *painter;
  OvFrames        frames;
  OvChartView     view;
};

G_DEFINE_FINAL_TYPE (Imaged, imaged, GTK_TYPE_WIDGET)

static void
imaged_snapshot (GtkWidget   *widget,
                 GtkSnapshot *snapshot)
{
  Imaged *self = BENCH_IMAGED (widget);
  cairo_surface_t *image;
  cairo_t *cr;

  self->view.width = gtk_widget_get_width (widget);
  self->view.height = gtk_widget_get_height (widget);
  image = ov_frames_next (&self->frames, self->view.width, self->view.height);
  cr = cairo_create (image);
  ov_chart_paint (self->painter, self->chart, &self->view, ov_theme_get (OV_THEME_LIGHT), cr);
  cairo_destroy (cr);
  ov_frames_append (image, snapshot, 1);
}

static void
imaged_dispose (GObject *object)
{
  Imaged *self = BENCH_IMAGED (object);

  g_clear_pointer (&self->painter, ov_chart_painter_free);
  ov_frames_clear (&self->frames);

  G_OBJECT_CLASS (imaged_parent_class)->dispose (object);
}

static void
imaged_class_init (ImagedClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = imaged_dispose;
  GTK_WIDGET_CLASS (klass)->snapshot = imaged_snapshot;
}

static void
imaged_init (Imaged *self)
{
  self->painter = ov_chart_painter_new ();
  self->view = (OvChartView) { .headers = TRUE, .selected = OV_SCENE_NONE, .hovered = OV_SCENE_NONE,
                               .selected_lane = OV_SCENE_NONE };
}

typedef struct
{
  GtkWidget     *scrolled;
  Imaged        *imaged;    /* NULL: the canvas in scrolled */
  GMainLoop     *loop;
  gint64         wall;
  guint          frame;
  double         height, width;
  gint64         cpu;
  double         walls[N_FRAMES], cpus[N_FRAMES];
} Bench;

static gint64
cpu_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);

  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static int
compare (const void *a,
         const void *b)
{
  double one = *(const double *) a, two = *(const double *) b;

  return one < two ? -1 : one > two;
}

/* Returns the 95th percentile of the main thread's processor time. */
static double
print_times (const char *what,
             Bench      *bench)
{
  qsort (bench->walls, N_FRAMES, sizeof (double), compare);
  qsort (bench->cpus, N_FRAMES, sizeof (double), compare);
  g_print ("%-36s wall: median %5.1f  p95 %5.1f  max %5.1f   processor: median %5.1f  p95 %5.1f ms\n", what,
           bench->walls[N_FRAMES / 2], bench->walls[N_FRAMES * 95 / 100], bench->walls[N_FRAMES - 1],
           bench->cpus[N_FRAMES / 2], bench->cpus[N_FRAMES * 95 / 100]);

  return bench->cpus[N_FRAMES * 95 / 100];
}

static void
before_cb (GdkFrameClock *clock,
           Bench         *bench)
{
  bench->wall = g_get_monotonic_time ();
  bench->cpu = cpu_us ();
}

static void
after_cb (GdkFrameClock *clock,
          Bench         *bench)
{
  if (bench->frame == 0 || bench->frame > N_FRAMES)
    return;
  bench->walls[bench->frame - 1] = (g_get_monotonic_time () - bench->wall) / 1000.0;
  bench->cpus[bench->frame - 1] = (cpu_us () - bench->cpu) / 1000.0;
}

/* Fast and slow, down and sideways: every frame shows other rows. */
static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  Bench *bench = user_data;
  double at = bench->frame / (double) N_FRAMES, y = bench->height * at * at, x = bench->width * fabs (sin (at * 9));

  if (bench->frame++ >= N_FRAMES)
    {
      g_main_loop_quit (bench->loop);
      return G_SOURCE_REMOVE;
    }
  if (bench->imaged != NULL)
    {
      bench->imaged->view.x = round (x);
      bench->imaged->view.y = round (y);
      gtk_widget_queue_draw (GTK_WIDGET (bench->imaged));
      return G_SOURCE_CONTINUE;
    }
  gtk_adjustment_set_value (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (bench->scrolled)), x);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (bench->scrolled)), y);
  gtk_widget_queue_draw (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (bench->scrolled)));

  return G_SOURCE_CONTINUE;
}

static double
run (Bench      *bench,
     GtkWidget  *window,
     GtkWidget  *child,
     const char *what)
{
  GdkFrameClock *clock;

  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  while (gtk_widget_get_width (child) < 100)
    g_main_context_iteration (NULL, TRUE);
  clock = gtk_widget_get_frame_clock (window);
  bench->frame = 0;
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), bench);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), bench);
  gtk_widget_add_tick_callback (window, tick_cb, bench, NULL);
  g_main_loop_run (bench->loop);
  g_signal_handlers_disconnect_by_data (clock, bench);

  return print_times (what, bench);
}

static void
measure (Bench   *bench,
         OvChart *chart)
{
  OvChartView view = { .headers = TRUE };
  OvChartMeasure size;

  ov_chart_measure (&size, chart, &view);
  bench->height = MAX (0, size.height - 1080);
  bench->width = MAX (0, size.width - 1920);
}

static double
run_canvas (Bench      *bench,
            GtkWidget  *window,
            OvChart    *chart,
            const char *what)
{
  GtkWidget *canvas = ov_chart_canvas_new ();

  bench->scrolled = gtk_scrolled_window_new ();
  bench->imaged = NULL;
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (bench->scrolled), canvas);
  ov_chart_canvas_set_chart (OV_CHART_CANVAS (canvas), chart, FALSE);
  measure (bench, chart);

  return run (bench, window, bench->scrolled, what);
}

static void
run_imaged (Bench     *bench,
            GtkWidget *window,
            OvChart   *chart)
{
  bench->imaged = g_object_new (IMAGED_TYPE, NULL);
  bench->imaged->chart = chart;
  gtk_widget_set_hexpand (GTK_WIDGET (bench->imaged), TRUE);
  measure (bench, chart);
  run (bench, window, GTK_WIDGET (bench->imaged), "100,000 arrows, through an image");
}

static void
time_lanes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autofree OvLaneEdge *edges = g_new (OvLaneEdge, 10000);
  guint32 order[60];
  gint64 start;

  for (guint i = 0; i < 10000; i++)
    {
      guint32 from = (guint32) g_rand_int_range (rand, 0, 60);

      edges[i] = (OvLaneEdge) { from, (from * 7 + (guint32) g_rand_int_range (rand, 0, 12)) % 60, 1 };
    }
  start = g_get_monotonic_time ();
  ov_lanes_order (60, edges, 10000, order, NULL);
  g_print ("%-36s %6.2f ms\n", "60 lanes, 10,000 edges: their order", (g_get_monotonic_time () - start) / 1000.0);
}

static OvChart *
make_chart (guint32     n_rows,
            const char *what)
{
  OvTestChart options = { .n_lanes = 60, .n_rows = n_rows, .seed = 7 };
  OvChart *chart = ov_test_chart_random (&options);
  gint64 start = g_get_monotonic_time ();

  ov_chart_get_arrows (chart, NULL);
  if (what != NULL)
    g_print ("%-36s %6.2f ms\n", what, (g_get_monotonic_time () - start) / 1000.0);

  return chart;
}

int
main (int   argc,
      char *argv[])
{
  Bench bench = { 0 };
  GtkWidget *window;
  double few, many;

  if (!gtk_init_check ())
    {
      g_print ("SKIP: a display (Xvfb) is missing\n");
      return 77;
    }
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  g_autoptr (OvChart) empty = ov_chart_new (NULL, NULL, NULL);
  g_autoptr (OvChart) small = make_chart (1000, NULL);
  g_autoptr (OvChart) large = make_chart (100000, "100,000 arrows: freezing");

  time_lanes ();
  bench.loop = g_main_loop_new (NULL, FALSE);
  window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 1920, 1080);
  run_canvas (&bench, window, empty, "an empty chart");
  few = run_canvas (&bench, window, small, "1,000 arrows, 60 lanes");
  many = run_canvas (&bench, window, large, "100,000 arrows, 60 lanes");
  g_print ("%-36s %6.2f\n", "p95 of 100,000 to that of 1,000", many / few);
  run_imaged (&bench, window, large);
  gtk_window_destroy (GTK_WINDOW (window));
  g_main_loop_unref (bench.loop);

  return 0;
}
