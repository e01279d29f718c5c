/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fonts are kept by face and by size in whole pixels, so a zoom meets few sizes; glyph positions
 * are whole pixels, because the image backend of cairo rounds them anyway.  Characters up to
 * U+017F need no shaping: a table leads from them to glyphs, filled as they are met.
 *
 * Invariant: queued glyphs belong to fonts that live as long as the OvText.
 */
#include "canvas/render/ov-text.h"

#include <math.h>
#include <string.h>

#define N_GLYPHS    0x180
#define SOFT_HYPHEN 0xad
#define MIDDLE_DOT  0xb7
#define MAX_SIZE    96  /* pixels */
#define N_SIZES     (MAX_SIZE + 1)
#define LEAST_SIZE  4
/* Loading a font takes some milliseconds; these are the sizes that a zoom goes through. */
#define WARM_FROM   6
#define WARM_TO     19
#define MAX_LAYOUTS 4096
#define ELLIPSIS    "\xe2\x80\xa6"

typedef struct
{
  PangoFont           *font;
  cairo_scaled_font_t *scaled;
  unsigned long        glyphs[N_GLYPHS];
  float                advances[N_GLYPHS]; /* below 0: not looked up yet */
  unsigned long        ellipsis;
  double               ellipsis_advance;
  double               ascent, line;
  gboolean             warm;
} Font;

typedef struct
{
  Font    *font;
  OvColor  color;
  GArray  *glyphs; /* cairo_glyph_t */
} Run;

typedef struct
{
  PangoLayout *layout; /* owned by the cache */
  double       x, y;
  OvColor      color;
  cairo_rectangle_t line; /* nothing is drawn outside of it */
} Placed;

struct _OvText
{
  PangoFontMap *map;
  PangoContext *context;
  char         *families[OV_N_FACES];
  Font         *fonts[OV_N_FACES][N_SIZES];
  GPtrArray    *runs;    /* Run; those beyond n_runs are kept for their memory */
  guint         n_runs;
  GArray       *placed;  /* Placed */
  GHashTable   *layouts; /* char *: PangoLayout */
};

static void
font_free (Font *font)
{
  if (font == NULL)
    return;

  g_clear_object (&font->font);
  g_free (font);
}

static void
run_free (Run *run)
{
  g_array_unref (run->glyphs);
  g_free (run);
}

OvText *
ov_text_new (void)
{
  OvText *self = g_new0 (OvText, 1);
  cairo_font_options_t *options = cairo_font_options_create ();

  self->map = pango_cairo_font_map_new ();
  self->context = pango_font_map_create_context (self->map);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_ON);
  pango_cairo_context_set_font_options (self->context, options);
  cairo_font_options_destroy (options);
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) run_free);
  self->placed = g_array_new (FALSE, FALSE, sizeof (Placed));
  self->layouts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  ov_text_set_families (self, "Sans", "Monospace");

  return self;
}

static void
drop_fonts (OvText *self)
{
  g_array_set_size (self->placed, 0);
  g_hash_table_remove_all (self->layouts);
  g_ptr_array_set_size (self->runs, 0);
  self->n_runs = 0;
  for (guint face = 0; face < OV_N_FACES; face++)
    for (guint size = 0; size < N_SIZES; size++)
      g_clear_pointer (&self->fonts[face][size], font_free);
}

void
ov_text_free (OvText *self)
{
  if (self == NULL)
    return;

  drop_fonts (self);
  for (guint face = 0; face < OV_N_FACES; face++)
    g_free (self->families[face]);
  g_ptr_array_unref (self->runs);
  g_array_unref (self->placed);
  g_hash_table_unref (self->layouts);
  g_object_unref (self->context);
  g_object_unref (self->map);
  g_free (self);
}

void
ov_text_set_families (OvText     *self,
                      const char *text,
                      const char *mono)
{
  g_return_if_fail (self != NULL && text != NULL && mono != NULL);

  if (g_strcmp0 (self->families[OV_FACE_TEXT], text) == 0
      && g_strcmp0 (self->families[OV_FACE_MONO], mono) == 0)
    return;

  drop_fonts (self);
  for (guint face = 0; face < OV_N_FACES; face++)
    {
      g_free (self->families[face]);
      self->families[face] = g_strdup (face == OV_FACE_MONO ? mono : text);
    }
}

static PangoFontDescription *
describe (OvText *self,
          OvFace  face,
          double  size)
{
  PangoFontDescription *description = pango_font_description_new ();

  pango_font_description_set_family (description, self->families[face]);
  pango_font_description_set_weight (description, face == OV_FACE_BOLD ? PANGO_WEIGHT_SEMIBOLD
                                                                       : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size (description, size * PANGO_SCALE);

  return description;
}

static unsigned long
look_up (Font       *font,
         const char *character,
         double     *advance)
{
  cairo_glyph_t *glyphs = NULL;
  cairo_text_extents_t extents = { 0 };
  unsigned long index = 0;
  int n = 0;

  if (cairo_scaled_font_text_to_glyphs (font->scaled, 0, 0, character, -1, &glyphs, &n,
                                        NULL, NULL, NULL) == CAIRO_STATUS_SUCCESS && n > 0)
    {
      cairo_scaled_font_glyph_extents (font->scaled, glyphs, 1, &extents);
      index = glyphs[0].index;
    }
  cairo_glyph_free (glyphs);
  *advance = round (extents.x_advance);

  return index;
}

static inline double
get_advance (Font  *font,
             guint  character)
{
  if (font->advances[character] < 0)
    {
      char utf8[8] = { 0 };
      double advance;

      g_unichar_to_utf8 (character, utf8);
      font->glyphs[character] = look_up (font, utf8, &advance);
      font->advances[character] = advance;
    }

  return font->advances[character];
}

static Font *
load_font (OvText *self,
           OvFace  face,
           double  size)
{
  PangoFontDescription *description = describe (self, face, size);
  Font *font = g_new0 (Font, 1);
  cairo_font_extents_t extents;

  font->font = pango_font_map_load_font (self->map, self->context, description);
  pango_font_description_free (description);
  font->scaled = pango_cairo_font_get_scaled_font (PANGO_CAIRO_FONT (font->font));
  for (guint i = 0; i < N_GLYPHS; i++)
    font->advances[i] = -1;
  font->ellipsis = look_up (font, ELLIPSIS, &font->ellipsis_advance);
  if (font->ellipsis == 0)
    {
      font->ellipsis_advance = get_advance (font, '.');
      font->ellipsis = font->glyphs['.'];
    }
  cairo_scaled_font_extents (font->scaled, &extents);
  font->ascent = round (extents.ascent);
  font->line = round (extents.ascent + extents.descent);

  return font;
}

static guint
quantize (double size)
{
  return (guint) CLAMP (size + 0.25, LEAST_SIZE, N_SIZES - 1);
}

static Font *
get_font (OvText *self,
          OvFace  face,
          double  size)
{
  guint step = quantize (size);

  if (self->fonts[face][step] == NULL)
    self->fonts[face][step] = load_font (self, face, step);

  return self->fonts[face][step];
}

double
ov_text_get_line (OvText *self,
                  OvFace  face,
                  double  size)
{
  return get_font (self, face, size)->line;
}

/* Draws every ASCII character, the ellipsis and the middle dot once, where nobody sees it. */
static void
rasterize (Font *font)
{
  cairo_surface_t *scratch = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 32, 32);
  cairo_t *cr = cairo_create (scratch);
  cairo_glyph_t glyph = { 0, 4, 20 };

  cairo_set_scaled_font (cr, font->scaled);
  for (guint character = ' '; character <= MIDDLE_DOT; character++)
    {
      if (character > '~' && character < MIDDLE_DOT)
        continue;
      get_advance (font, character);
      glyph.index = font->glyphs[character];
      cairo_show_glyphs (cr, &glyph, 1);
    }
  glyph.index = font->ellipsis;
  cairo_show_glyphs (cr, &glyph, 1);
  cairo_destroy (cr);
  cairo_surface_destroy (scratch);
}

gboolean
ov_text_warm (OvText *self)
{
  for (guint size = WARM_FROM; size <= WARM_TO; size++)
    for (guint face = 0; face < OV_N_FACES; face++)
      if (self->fonts[face][size] == NULL || !self->fonts[face][size]->warm)
        {
          Font *font = get_font (self, face, size);

          rasterize (font);
          font->warm = TRUE;
          return TRUE;
        }

  return FALSE;
}

static gboolean
is_simple (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      guint8 byte = (guint8) *text;

      /* Two bytes starting with 0xc2 to 0xc5 are U+0080 to U+017F. */
      if (byte < 32 || byte == 127 || byte > 0xc5)
        return FALSE;
      if (byte == 0xc2 && ((guint8) text[1] < 0xa0 || (guint8) text[1] == SOFT_HYPHEN))
        return FALSE;
    }

  return TRUE;
}

static inline guint
next_character (const char **text)
{
  guint byte = (guint8) *(*text)++;

  if (byte >= 0xc0)
    byte = (byte & 0x1f) << 6 | ((guint8) *(*text)++ & 0x3f);

  return byte;
}

static Run *
get_run (OvText  *self,
         Font    *font,
         OvColor  color)
{
  Run *run;

  for (guint i = self->n_runs; i-- > 0;)
    {
      run = g_ptr_array_index (self->runs, i);
      if (run->font == font && run->color == color)
        return run;
    }

  if (self->n_runs == self->runs->len)
    {
      run = g_new0 (Run, 1);
      run->glyphs = g_array_new (FALSE, FALSE, sizeof (cairo_glyph_t));
      g_ptr_array_add (self->runs, run);
    }
  run = g_ptr_array_index (self->runs, self->n_runs++);
  run->font = font;
  run->color = color;
  g_array_set_size (run->glyphs, 0);

  return run;
}

/* Where the text must be cut, NULL: nowhere; then there is room for the ellipsis. */
static const char *
find_cut (Font       *font,
          const char *text,
          double      max_width)
{
  const char *cut = text;
  double used = 0;

  while (*text != '\0')
    {
      used += get_advance (font, next_character (&text));
      if (used > max_width)
        return cut;
      if (used + font->ellipsis_advance <= max_width)
        cut = text;
    }

  return NULL;
}

static double
add_simple (OvText     *self,
            Font       *font,
            const char *text,
            double      x,
            double      y,
            double      max_width,
            OvColor     color)
{
  Run *run = get_run (self, font, color);
  cairo_glyph_t glyph = { 0, round (x), round (y) + font->ascent };
  const char *cut = find_cut (font, text, max_width);

  if (cut != NULL && font->ellipsis_advance > max_width)
    return 0;

  while (*text != '\0' && text != cut)
    {
      guint character = next_character (&text);
      double advance = get_advance (font, character);

      glyph.index = font->glyphs[character];
      g_array_append_val (run->glyphs, glyph);
      glyph.x += advance;
    }
  if (cut != NULL)
    {
      glyph.index = font->ellipsis;
      g_array_append_val (run->glyphs, glyph);
      glyph.x += font->ellipsis_advance;
    }

  return glyph.x - round (x);
}

static PangoLayout *
get_layout (OvText     *self,
            OvFace      face,
            double      size,
            const char *text,
            double      max_width)
{
  g_autofree char *key = g_strdup_printf ("%d %u %d %s", face, quantize (size),
                                          max_width < 0 ? -1 : (int) max_width, text);
  PangoLayout *layout = g_hash_table_lookup (self->layouts, key);
  PangoFontDescription *description;

  if (layout != NULL)
    return layout;

  if (g_hash_table_size (self->layouts) >= MAX_LAYOUTS && self->placed->len == 0)
    g_hash_table_remove_all (self->layouts);
  layout = pango_layout_new (self->context);
  description = describe (self, face, quantize (size));
  pango_layout_set_font_description (layout, description);
  pango_font_description_free (description);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  if (max_width >= 0)
    {
      pango_layout_set_width (layout, (int) max_width * PANGO_SCALE);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    }
  g_hash_table_insert (self->layouts, g_steal_pointer (&key), layout);

  return layout;
}

double
ov_text_measure (OvText     *self,
                 OvFace      face,
                 double      size,
                 const char *text)
{
  Font *font;
  double width = 0;
  int layout_width;

  if (!is_simple (text))
    {
      pango_layout_get_pixel_size (get_layout (self, face, size, text, -1), &layout_width, NULL);
      return layout_width;
    }

  font = get_font (self, face, size);
  while (*text != '\0')
    width += get_advance (font, next_character (&text));

  return width;
}

double
ov_text_add (OvText     *self,
             OvFace      face,
             double      size,
             const char *text,
             double      x,
             double      y,
             double      max_width,
             OvColor     color)
{
  Placed placed = { NULL, round (x), round (y), color, { 0 } };
  Font *font;
  int width;

  if (*text == '\0' || max_width < size)
    return 0;
  font = get_font (self, face, size);
  if (is_simple (text))
    return add_simple (self, font, text, x, y, max_width, color);

  placed.layout = get_layout (self, face, size, text, max_width);
  pango_layout_get_pixel_size (placed.layout, &width, NULL);
  if (width > max_width)
    return 0;
  /* A fallback font may be taller: it shares our baseline and ends where our line ends. */
  placed.line = (cairo_rectangle_t) { placed.x - 1, placed.y, ceil (max_width) + 2, font->line };
  placed.y += font->ascent - PANGO_PIXELS (pango_layout_get_baseline (placed.layout));
  g_array_append_val (self->placed, placed);

  return width;
}

static void
set_color (cairo_t *cr,
           OvColor  color)
{
  cairo_set_source_rgb (cr, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                        (color & 0xff) / 255.0);
}

void
ov_text_flush (OvText  *self,
               cairo_t *cr)
{
  for (guint i = 0; i < self->n_runs; i++)
    {
      Run *run = g_ptr_array_index (self->runs, i);

      cairo_set_scaled_font (cr, run->font->scaled);
      set_color (cr, run->color);
      cairo_show_glyphs (cr, (const cairo_glyph_t *) (gpointer) run->glyphs->data, run->glyphs->len);
      g_array_set_size (run->glyphs, 0);
    }
  self->n_runs = 0;

  for (guint i = 0; i < self->placed->len; i++)
    {
      const Placed *placed = &g_array_index (self->placed, Placed, i);

      cairo_save (cr);
      cairo_rectangle (cr, placed->line.x, placed->line.y, placed->line.width, placed->line.height);
      cairo_clip (cr);
      set_color (cr, placed->color);
      cairo_move_to (cr, placed->x, placed->y);
      pango_cairo_show_layout (cr, placed->layout);
      cairo_restore (cr);
    }
  g_array_set_size (self->placed, 0);
}
