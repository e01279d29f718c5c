/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frames of a fit–zoom–fit sweep over 100,000 items through GTK: from the frame clock's
 * "before-paint" to its "after-paint", which is all that the main loop is kept from.  The same
 * sweep over a single item shows what GTK takes for a window of this size in the same run.
 * Needs a display of 1920×1080; GSK_RENDERER=cairo is what is judged.
 */
#include "ov-test-scene.h"

#include "canvas/widget/ov-canvas.h"

#include <adwaita.h>
#include <stdlib.h>
#include <time.h>

#define N_FRAMES 180

typedef struct
{
  OvCanvas  *canvas;
  GMainLoop *loop;
  OvViewport whole, close;
  gint64     wall, cpu;
  guint      frame;
  double     walls[N_FRAMES], cpus[N_FRAMES];
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

static void
print_times (const char *what,
             double     *times)
{
  qsort (times, N_FRAMES, sizeof (double), compare);
  g_print ("%-44s median %6.2f ms   p95 %6.2f ms   max %6.2f ms\n", what, times[N_FRAMES / 2],
           times[N_FRAMES * 95 / 100], times[N_FRAMES - 1]);
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

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  Bench *bench = user_data;
  double at = bench->frame / (N_FRAMES - 1.0) * 2, t = at <= 1 ? at : 2 - at;
  OvViewport view;

  if (bench->frame++ >= N_FRAMES)
    {
      g_main_loop_quit (bench->loop);
      return G_SOURCE_REMOVE;
    }
  ov_viewport_interpolate (&bench->whole, &bench->close, t * t * (3 - 2 * t), &view);
  ov_canvas_zoom_by (bench->canvas, view.zoom / ov_canvas_get_viewport (bench->canvas)->zoom);
  ov_canvas_center_on (bench->canvas, view.x + view.width / 2 / view.zoom,
                       view.y + view.height / 2 / view.zoom);

  return G_SOURCE_CONTINUE;
}

static void
start (Bench *bench,
       guint  target)
{
  const OvBox *box = &ov_canvas_get_layout (bench->canvas)->boxes[target];
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (bench->canvas));

  bench->frame = 0;
  bench->whole = bench->close = *ov_canvas_get_viewport (bench->canvas);
  ov_viewport_fit (&bench->close, box->x, box->y, box->width, box->height, 300, 2);
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), bench);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), bench);
  gtk_widget_add_tick_callback (GTK_WIDGET (bench->canvas), tick_cb, bench, NULL);
  g_main_loop_run (bench->loop);
  g_signal_handlers_disconnect_by_data (clock, bench);
}

static void
show (OvCanvas *canvas,
      OvScene  *scene)
{
  ov_canvas_set_scene (canvas, scene);
  while (ov_canvas_get_shown_scene (canvas) != scene || ov_canvas_get_viewport (canvas)->width < 1000)
    g_main_context_iteration (NULL, TRUE);
  ov_canvas_fit (canvas);

  /* As when a person looks before zooming: what is done while idle is done. */
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
}

int
main (int   argc,
      char *argv[])
{
  OvTestScene options = { .n_items = 100000, .seed = 7, .trouble = TRUE };
  Bench bench = { 0 };
  GtkWidget *window;

  if (!gtk_init_check ())
    {
      g_print ("SKIP: a display (Xvfb) is missing\n");
      return 77;
    }
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  g_autoptr (OvScene) scene = ov_test_scene_system (&options);
  g_autoptr (OvScene) single = ov_test_scene_random (1, 1);
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.canvas = OV_CANVAS (ov_canvas_new ());
  window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 1920, 1080);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (bench.canvas));
  gtk_window_present (GTK_WINDOW (window));

  show (bench.canvas, single);
  start (&bench, 0);
  print_times ("one item, processor", bench.cpus);
  show (bench.canvas, scene);
  start (&bench, 54321);
  g_print ("%u items, %dx%d\n", ov_scene_get_size (scene), gtk_widget_get_width (window),
           gtk_widget_get_height (window));
  print_times ("frames in GTK, wall", bench.walls);
  print_times ("frames in GTK, processor", bench.cpus);
  gtk_window_destroy (GTK_WINDOW (window));
  g_main_loop_unref (bench.loop);

  return 0;
}
