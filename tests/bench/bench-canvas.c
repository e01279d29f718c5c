/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the canvas costs with 100,000 items at 1920x1080: layouts, hit test, and the frames of a
 * sweep from the whole to one item and back, painted alone, in processor time.  60 fps leaves
 * 16.7 ms a frame.
 */
#include "ov-test-scene.h"

#include "canvas/layout/ov-layout.h"
#include "canvas/layout/ov-tween.h"
#include "canvas/render/ov-painter.h"
#include "canvas/scene/ov-hit.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH    1920
#define HEIGHT   1080
#define N_FRAMES 180

static int
compare (const void *a,
         const void *b)
{
  double one = *(const double *) a, two = *(const double *) b;

  return one < two ? -1 : one > two;
}

/* Processor time of this thread: what the canvas costs, whatever else the machine is doing. */
static gint64
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);

  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static double
since (gint64 start)
{
  return (now_us () - start) / 1000.0;
}

static void
print_times (const char *what,
             double     *times,
             guint       n)
{
  qsort (times, n, sizeof (double), compare);
  g_print ("%-44s median %6.2f ms   p95 %6.2f ms   max %6.2f ms\n", what, times[n / 2],
           times[n * 95 / 100], times[n - 1]);
}

/* There and back again: 0 is the whole, 1 the item. */
static double
sweep (guint frame)
{
  double at = frame / (N_FRAMES - 1.0) * 2;
  double t = at <= 1 ? at : 2 - at;

  return t * t * (3 - 2 * t);
}

static void
bench_sweep (const char     *what,
             const OvScene  *scene,
             const OvLayout *layout,
             guint32         target,
             OvThemeKind     theme)
{
  g_autoptr (OvPainter) painter = ov_painter_new ();
  cairo_surface_t *images[3];
  OvViewport whole = { .zoom = 1, .width = WIDTH, .height = HEIGHT }, close, view;
  OvPaintState state = { .selected = 1100, .text_scale = 1, .scale_factor = 1 };
  const OvBox *box = &layout->boxes[target];
  double times[N_FRAMES];

  ov_viewport_fit (&whole, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                   layout->bounds.height, 24, 1);
  close = whole;
  ov_viewport_fit (&close, box->x, box->y, box->width, box->height, 300, 2);
  for (guint i = 0; i < 3; i++)
    images[i] = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  while (ov_painter_warm (painter))
    ;
  for (guint frame = 0; frame < N_FRAMES; frame++)
    {
      gint64 start = now_us ();

      ov_viewport_interpolate (&whole, &close, sweep (frame), &view);
      ov_painter_render_image (painter, images[frame % 3], scene, layout, &view,
                               ov_theme_get (theme), &state);
      times[frame] = since (start);
    }
  print_times (what, times, N_FRAMES);
  for (guint i = 0; i < 3; i++)
    cairo_surface_destroy (images[i]);
}

static void
bench_layout (const char    *what,
              const OvScene *scene,
              OvLayoutKind   kind)
{
  double times[9];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      gint64 start = now_us ();
      g_autoptr (OvLayout) layout = ov_layout_compute (scene, kind, NULL);

      times[i] = since (start);
    }
  print_times (what, times, G_N_ELEMENTS (times));
}

static void
bench_hit (const OvLayout *layout)
{
  gint64 start = now_us ();
  g_autoptr (OvHit) hit = ov_hit_new (layout);
  double making = since (start);
  guint found = 0;

  start = now_us ();
  for (guint i = 0; i < 100000; i++)
    found += ov_hit_find (hit, layout, layout->bounds.width * (i % 317) / 317,
                          layout->bounds.height * (i % 1009) / 1009) != OV_SCENE_NONE;
  g_print ("%-44s %6.2f us each (index made in %.2f ms, %u hits)\n", "hit test", since (start) / 100,
           making, found);
}

static void
bench_tween (const OvScene  *scene,
             const OvLayout *from)
{
  g_autoptr (OvLayout) to = ov_layout_compute (scene, OV_LAYOUT_TIDY, NULL);
  g_autoptr (OvTween) tween = ov_tween_new (scene, from, scene, to);
  double times[30];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      gint64 start = now_us ();

      ov_tween_get (tween, i / 30.0);
      times[i] = since (start);
    }
  print_times ("tween, one frame", times, G_N_ELEMENTS (times));
}

int
main (void)
{
  OvTestScene options = { .n_items = 100000, .seed = 7, .trouble = TRUE };
  g_autoptr (OvScene) plain = ov_test_scene_system (&options);
  g_autoptr (OvScene) hot = NULL;
  g_autoptr (OvLayout) packed = ov_layout_compute (plain, OV_LAYOUT_PACKED, NULL);
  g_autoptr (OvLayout) tidy = ov_layout_compute (plain, OV_LAYOUT_TIDY, NULL);

  mallopt (M_MMAP_THRESHOLD, 32 << 20);
  mallopt (M_TRIM_THRESHOLD, 256 << 20);
  options.heat = TRUE;
  hot = ov_test_scene_system (&options);
  g_print ("%u items, %dx%d; packed %.2f:1\n", packed->n, WIDTH, HEIGHT,
           packed->bounds.width / packed->bounds.height);
  bench_layout ("layout, packed", plain, OV_LAYOUT_PACKED);
  bench_layout ("layout, tidy", plain, OV_LAYOUT_TIDY);
  bench_hit (packed);
  bench_tween (plain, packed);
  bench_sweep ("frames, packed, light", plain, packed, 54321, OV_THEME_LIGHT);
  bench_sweep ("frames, packed, dark, heat", hot, packed, 54321, OV_THEME_DARK);
  bench_sweep ("frames, tidy", plain, tidy, 54321, OV_THEME_LIGHT);

  return 0;
}
