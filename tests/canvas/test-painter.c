/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The painter on image surfaces: the worst status is seen, details come at their sizes, labels
 * stay in their boxes, and every theme can be read.
 */
#include "ov-test-scene.h"

#include "canvas/layout/ov-layout.h"
#include "canvas/render/ov-painter.h"
#include "canvas/scene/ov-display-list.h"

#include <cairo-svg.h>
#include <math.h>
#include <string.h>

static cairo_surface_t *
render (const OvScene      *scene,
        const OvLayout     *layout,
        const OvViewport   *view,
        const OvTheme      *theme,
        const OvPaintState *state)
{
  g_autoptr (OvPainter) painter = ov_painter_new ();
  double scale = state != NULL && state->scale_factor > 0 ? state->scale_factor : 1;
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, view->width * scale,
                                                       view->height * scale);

  ov_painter_render_image (painter, image, scene, layout, view, theme, state);
  cairo_surface_flush (image);

  return image;
}

static guint32
pixel_at (cairo_surface_t *image,
          int              x,
          int              y)
{
  const guint8 *row = cairo_image_surface_get_data (image)
                      + (gsize) y * cairo_image_surface_get_stride (image);

  return ((const guint32 *) (gconstpointer) row)[x] & 0xffffff;
}

static guint
count_pixels (cairo_surface_t *image,
              OvColor          color)
{
  guint n = 0;

  for (int y = 0; y < cairo_image_surface_get_height (image); y++)
    for (int x = 0; x < cairo_image_surface_get_width (image); x++)
      n += pixel_at (image, x, y) == color;

  return n;
}

static void
test_worst_status_wins (gconstpointer data)
{
  const OvTheme *theme = ov_theme_get (GPOINTER_TO_INT (data));

  for (guint round = 0; round < 4; round++)
    {
      OvTestScene options = { .n_items = 100000, .seed = 7, .error_at = 100 + round * 33000 };
      g_autoptr (OvScene) scene = ov_test_scene_system (&options);
      g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
      OvViewport view = { .zoom = 1, .width = 380, .height = 263 };
      cairo_surface_t *image;

      /* A hundred thousand items on as many pixels. */
      ov_viewport_fit (&view, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                       layout->bounds.height, 0, 1);
      image = render (scene, layout, &view, theme, NULL);
      g_assert_cmpuint (count_pixels (image, theme->error), >=, 9);
      cairo_surface_destroy (image);
    }
}

static void
test_no_trouble_no_red (void)
{
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  g_autoptr (OvScene) scene = ov_test_scene_system (&(OvTestScene) { .n_items = 20000, .seed = 7 });
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
  OvViewport view = { .zoom = 1, .width = 400, .height = 300 };
  cairo_surface_t *image;

  ov_viewport_fit (&view, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                   layout->bounds.height, 0, 1);
  image = render (scene, layout, &view, theme, NULL);
  g_assert_cmpuint (count_pixels (image, theme->error), ==, 0);
  cairo_surface_destroy (image);
}

static OvScene *
make_one (const char *label,
          const char *sublabel,
          OvShape     shape,
          OvTone      tone)
{
  OvScene *scene = ov_scene_new (1);
  OvSceneItem item = { .id = 1, .parent = OV_SCENE_NONE, .shape = shape, .tone = tone,
                       .dots = OV_DOTS_FIRST, .badge = 3, .heat = OV_HEAT_NONE };

  ov_scene_add (scene, &item, label, sublabel);
  ov_scene_freeze (scene);

  return scene;
}

static OvDetail
get_detail (double zoom)
{
  g_autoptr (OvScene) scene = make_one ("x", NULL, OV_SHAPE_PLAIN, OV_TONE_NEUTRAL);
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
  OvViewport view = { -10, -10, zoom, 400, 300 };
  OvDisplayList list = { 0 };
  OvDetail detail;

  ov_display_list_build (&list, scene, layout, &view, 2);
  g_assert_cmpuint (list.n, ==, 1);
  detail = list.entries[0].detail;
  ov_display_list_clear (&list);

  return detail;
}

static void
test_level_of_detail (void)
{
  g_assert_cmpint (get_detail (8.01 / OV_ITEM_HEIGHT), ==, OV_DETAIL_BOX);
  g_assert_cmpint (get_detail (7.99 / OV_ITEM_HEIGHT), ==, OV_DETAIL_RECT);
  g_assert_cmpint (get_detail (3.01 / OV_ITEM_HEIGHT), ==, OV_DETAIL_RECT);
  g_assert_cmpint (get_detail (2.99 / OV_ITEM_HEIGHT), ==, OV_DETAIL_SPECK);
}

/* Out of sight is out of the list, with everything inside; tiny subtrees are one entry. */
static void
test_cull_and_fold (void)
{
  g_autoptr (OvScene) scene = ov_test_scene_system (&(OvTestScene) { .n_items = 5000, .seed = 2 });
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
  OvViewport away = { layout->bounds.width + 10, 0, 1, 400, 300 };
  OvViewport far_off = { 0, 0, 2 / layout->bounds.width, 400, 300 };
  OvViewport near = { layout->boxes[20].x, layout->boxes[20].y, 2, 100, 60 };
  OvDisplayList list = { 0 };
  gboolean found = FALSE;

  ov_display_list_build (&list, scene, layout, &away, 1);
  g_assert_cmpuint (list.n, ==, 0);
  ov_display_list_build (&list, scene, layout, &far_off, 1);
  g_assert_cmpuint (list.n, <, 40);
  ov_display_list_build (&list, scene, layout, &near, 1);
  g_assert_cmpuint (list.n, <, 40);
  for (guint32 i = 0; i < list.n; i++)
    found |= list.entries[i].index == 20;
  g_assert_true (found);
  ov_display_list_clear (&list);
}

static void
check_outside_is_ground (cairo_surface_t *image,
                         const OvTheme   *theme,
                         const OvBox     *box,
                         double           scale)
{
  for (int y = 0; y < cairo_image_surface_get_height (image); y++)
    for (int x = 0; x < cairo_image_surface_get_width (image); x++)
      if (x < floor (box->x * scale) - 1 || x > ceil ((box->x + box->width) * scale)
          || y < floor (box->y * scale) - 1 || y > ceil ((box->y + box->height) * scale))
        g_assert_cmphex (pixel_at (image, x, y), ==, theme->background);
}

static void
test_labels_stay_inside (void)
{
  static const char *const LABELS[] = {
    "a_name_of_one_hundred_and_twenty_characters_that_nobody_would_choose_but_a_generator_did_it_"
    "because_nobody_told_it_to_stop",
    "Prozeßüberwachung für größere Übersichten mit vielen Zeichen",
    "日本語のとても長いプロセス名前がここにあります", "שלום עולם זה שם ארוך מאוד", "e\314\201e\314\201e\314\201 combining",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "i", "",
  };
  static const guint8 SHAPES[] = { OV_SHAPE_PLAIN, OV_SHAPE_HEADER, OV_SHAPE_NOTCHED, OV_SHAPE_BARRED,
                                   OV_SHAPE_PILL, OV_SHAPE_REGION };
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  guint round = 0;

  for (guint l = 0; l < G_N_ELEMENTS (LABELS); l++)
    for (guint s = 0; s < G_N_ELEMENTS (SHAPES); s++)
      for (double zoom = 0.2; zoom < 3; zoom *= 1.37, round++)
        {
          OvPaintState state = { .text_scale = round % 2 == 0 ? 1 : 2,
                                 .scale_factor = round % 3 == 0 ? 2 : 1 };
          g_autoptr (OvScene) scene = make_one (LABELS[l], LABELS[(l + 1) % G_N_ELEMENTS (LABELS)],
                                                SHAPES[s], round % (OV_TONE_ERROR + 1));
          g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
          OvBox box = { 30, 30, OV_ITEM_WIDTH * zoom, OV_ITEM_HEIGHT * zoom };
          OvViewport view = { -30 / zoom, -30 / zoom, zoom, box.width + 60, box.height + 60 };
          cairo_surface_t *image = render (scene, layout, &view, theme, &state);

          check_outside_is_ground (image, theme, &box, state.scale_factor);
          cairo_surface_destroy (image);
        }
}

/* At full size a label is really there: dark pixels that are not there without it. */
static void
test_labels_are_drawn (gconstpointer label)
{
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  OvViewport view = { -10, -10, 1, 152, 60 };
  g_autoptr (OvScene) with = make_one (label, NULL, OV_SHAPE_PLAIN, OV_TONE_NEUTRAL);
  g_autoptr (OvScene) without = make_one ("", NULL, OV_SHAPE_PLAIN, OV_TONE_NEUTRAL);
  g_autoptr (OvLayout) layout = ov_layout_compute (with, OV_LAYOUT_PACKED, NULL);
  cairo_surface_t *one = render (with, layout, &view, theme, NULL);
  cairo_surface_t *two = render (without, layout, &view, theme, NULL);
  guint different = 0;

  for (int y = 0; y < 60; y++)
    for (int x = 0; x < 152; x++)
      different += pixel_at (one, x, y) != pixel_at (two, x, y);
  g_assert_cmpuint (different, >, 40);
  cairo_surface_destroy (one);
  cairo_surface_destroy (two);
}

/* Every shape, border and tone has a look of its own, not by colour alone. */
static void
test_looks_differ (void)
{
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  OvViewport view = { -4, -4, 1, 140, 48 };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0;

  for (guint shape = 0; shape < OV_SHAPE_REGION; shape++)
    for (guint border = 0; border <= OV_BORDER_DOTTED; border++)
      for (guint tone = 0; tone <= OV_TONE_ERROR; tone++)
        for (guint dots = OV_DOTS_FIRST; dots <= (shape == OV_SHAPE_HEADER ? OV_DOTS_STACK : OV_DOTS_FIRST);
             dots++, n++)
          {
            g_autoptr (OvScene) scene = ov_scene_new (1);
            OvSceneItem item = { .id = 1, .parent = OV_SCENE_NONE, .shape = shape, .border = border,
                                 .tone = tone, .dots = dots, .heat = OV_HEAT_NONE };
            g_autoptr (OvLayout) layout = NULL;
            cairo_surface_t *image;

            ov_scene_add (scene, &item, "same", NULL);
            ov_scene_freeze (scene);
            layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
            image = render (scene, layout, &view, theme, NULL);
            g_hash_table_add (seen, g_compute_checksum_for_data (
              G_CHECKSUM_SHA256, cairo_image_surface_get_data (image),
              (gsize) cairo_image_surface_get_stride (image) * 48));
            cairo_surface_destroy (image);
          }
  g_assert_cmpuint (g_hash_table_size (seen), ==, n);
}

#define TEXT(ground)  g_assert_cmpfloat (ov_color_get_contrast (theme->text, ground), >=, 4.5)
#define SOFT(ground)  g_assert_cmpfloat (ov_color_get_contrast (theme->text_soft, ground), >=, 4.5)
#define MARK(mark, ground) g_assert_cmpfloat (ov_color_get_contrast (mark, ground), >=, 3)

static void
test_contrast (gconstpointer data)
{
  const OvTheme *theme = ov_theme_get (GPOINTER_TO_INT (data));
  const OvColor grounds[] = {
    theme->background, theme->region[0], theme->region[1], theme->container[0], theme->container[1],
    theme->strip, theme->box, theme->frame, theme->fresh, theme->muted, theme->warning_fill,
    theme->error_fill,
  };

  for (guint i = 0; i < G_N_ELEMENTS (grounds); i++)
    {
      TEXT (grounds[i]);
      SOFT (grounds[i]);
      MARK (theme->accent, grounds[i]);
    }
  for (guint i = 0; i <= 7; i++)
    {
      MARK (theme->warning, grounds[i]);
      MARK (theme->error, grounds[i]);
    }
  MARK (theme->warning, theme->warning_fill);
  MARK (theme->error, theme->error_fill);
  MARK (theme->on_warning, theme->warning);
  MARK (theme->on_error, theme->error);
  MARK (theme->on_accent, theme->accent);
  MARK (theme->border, theme->box);
  MARK (theme->border, theme->container[0]);
  MARK (theme->border, theme->container[1]);
  MARK (theme->edge, theme->background);
}

/* Luminance rises or falls all the way, words can be read on each step, high stands out. */
static void
test_heat_ramp (gconstpointer data)
{
  const OvTheme *theme = ov_theme_get (GPOINTER_TO_INT (data));
  double before = ov_color_get_luminance (ov_theme_get_heat (theme, 0));

  for (guint heat = 1; heat < 255; heat++)
    {
      OvColor color = ov_theme_get_heat (theme, heat);
      double luminance = ov_color_get_luminance (color);

      if (theme->dark)
        g_assert_cmpfloat (luminance, >=, before - 1e-3);
      else
        g_assert_cmpfloat (luminance, <=, before + 1e-3);
      g_assert_cmpfloat (ov_color_get_contrast (color, ov_color_get_ink (color)), >=, 4.5);
      before = luminance;
    }
  g_assert_cmpfloat (ov_color_get_contrast (ov_theme_get_heat (theme, 254), theme->container[0]), >, 7);
  g_assert_cmpfloat (ov_color_get_contrast (ov_theme_get_heat (theme, 0), theme->container[0]), <, 2);
}

static cairo_status_t
append_cb (void                *closure,
           const unsigned char *data,
           unsigned int         length)
{
  g_byte_array_append (closure, data, length);

  return CAIRO_STATUS_SUCCESS;
}

/* A document has every label, also where the screen would leave it out. */
static void
test_vector_has_all_labels (void)
{
  g_autoptr (OvScene) with = ov_test_scene_system (&(OvTestScene) { .n_items = 300, .seed = 1 });
  g_autoptr (OvLayout) layout = ov_layout_compute (with, OV_LAYOUT_PACKED, NULL);
  g_autoptr (OvPainter) painter = ov_painter_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  OvViewport view = { .zoom = 1, .width = 300, .height = 200 };
  cairo_surface_t *surface;
  cairo_t *cr;
  guint uses = 0;

  ov_viewport_fit (&view, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                   layout->bounds.height, 4, 1);
  g_assert_cmpfloat (view.zoom, <, 0.2);
  surface = cairo_svg_surface_create_for_stream (append_cb, bytes, view.width, view.height);
  cr = cairo_create (surface);
  ov_painter_draw (painter, cr, with, layout, &view, ov_theme_get (OV_THEME_LIGHT), NULL);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  for (const char *at = (const char *) bytes->data; (at = strstr (at, "<use ")) != NULL; at++)
    uses++;
  g_assert_cmpuint (uses, >, 300 * 4);
}

/* Outlines, edges and effects are drawn and go over the edge of the image unharmed. */
static void
test_on_top (void)
{
  g_autoptr (OvScene) scene = ov_scene_new (40);
  g_autoptr (OvLayout) layout = NULL;
  guint64 matches[] = { 3, 4, 5 };
  OvPaintEffect effects[] = { { { 10, 10, 100, 40 }, OV_PAINT_EFFECT_GHOST, OV_TONE_ERROR, 0.3f },
                         { { 50, 50, 100, 40 }, OV_PAINT_EFFECT_PULSE, OV_TONE_RENEWED, 0.6f } };
  OvPaintState state = { .selected = 2, .hovered = 6, .focused = 7, .focus_visible = TRUE,
                         .matches = matches, .n_matches = 3, .effects = effects, .n_effects = 2 };
  OvViewport view = { -20, -20, 0.9, 400, 300 };
  const OvTheme *theme = ov_theme_get (OV_THEME_LIGHT);
  cairo_surface_t *image;
  guint plain;

  for (guint64 id = 1; id <= 40; id++)
    {
      OvSceneItem item = { .id = id, .parent = OV_SCENE_NONE, .heat = OV_HEAT_NONE };

      ov_scene_add (scene, &item, "item", NULL);
    }
  ov_scene_add_edge (scene, 1, 30, OV_EDGE_LINK);
  ov_scene_add_edge (scene, 1, 39, OV_EDGE_MONITOR);
  ov_scene_freeze (scene);
  layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
  image = render (scene, layout, &view, theme, NULL);
  plain = count_pixels (image, theme->accent);
  cairo_surface_destroy (image);
  image = render (scene, layout, &view, theme, &state);
  g_assert_cmpuint (count_pixels (image, theme->accent), >, plain + 200);
  cairo_surface_destroy (image);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const THEMES[] = { "light", "dark", "high-contrast", "high-contrast-dark" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (THEMES); i++)
    {
      g_autofree char *contrast = g_strconcat ("/canvas/theme/contrast/", THEMES[i], NULL);
      g_autofree char *heat = g_strconcat ("/canvas/theme/heat-ramp/", THEMES[i], NULL);
      g_autofree char *worst = g_strconcat ("/canvas/painter/worst-status-wins/", THEMES[i], NULL);

      g_test_add_data_func (contrast, GUINT_TO_POINTER (i), test_contrast);
      g_test_add_data_func (heat, GUINT_TO_POINTER (i), test_heat_ramp);
      g_test_add_data_func (worst, GUINT_TO_POINTER (i), test_worst_status_wins);
    }
  g_test_add_func ("/canvas/painter/no-trouble-no-red", test_no_trouble_no_red);
  g_test_add_func ("/canvas/painter/level-of-detail", test_level_of_detail);
  g_test_add_func ("/canvas/painter/cull-and-fold", test_cull_and_fold);
  g_test_add_func ("/canvas/painter/labels-stay-inside", test_labels_stay_inside);
  g_test_add_data_func ("/canvas/painter/labels-are-drawn/ascii", "rabbit_sup", test_labels_are_drawn);
  g_test_add_data_func ("/canvas/painter/labels-are-drawn/latin", "Größe · Übersicht",
                        test_labels_are_drawn);
  g_test_add_data_func ("/canvas/painter/labels-are-drawn/greek", "Ελληνικά", test_labels_are_drawn);
  g_test_add_func ("/canvas/painter/looks-differ", test_looks_differ);
  g_test_add_func ("/canvas/painter/vector-has-all-labels", test_vector_has_all_labels);
  g_test_add_func ("/canvas/painter/on-top", test_on_top);

  return g_test_run ();
}
