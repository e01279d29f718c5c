/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pen as SVG 1.1.  Whatever the words are, the document is well-formed: what XML has no room for
 * becomes U+FFFD.  Numbers never follow the locale.
 * Thread: one at a time, the owner's.
 */
#include "canvas/render/ov-pen-private.h"

#include <math.h>
#include <string.h>

/* The share of a line that lies above its baseline, in nearly every font. */
#define ASCENT 0.78

static const char *const DASHES[] = {
  [OV_DASH_NONE] = "", [OV_DASH_LONG] = " stroke-dasharray=\"6 4\"",
  [OV_DASH_DOTS] = " stroke-dasharray=\"1.5 3.5\"",
};

static const char *const ANCHORS[] = {
  [OV_ALIGN_START] = "", [OV_ALIGN_CENTER] = " text-anchor=\"middle\"", [OV_ALIGN_END] = " text-anchor=\"end\"",
};

static const char *const FACES[] = { [OV_FACE_TEXT] = "t", [OV_FACE_BOLD] = "b", [OV_FACE_MONO] = "m" };

static void
put_number (GString *svg,
            double   number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  gsize length;

  g_ascii_formatd (text, sizeof text, "%.1f", fabs (number) < 0.05 ? 0 : number);
  length = strlen (text);
  if (length > 2 && text[length - 1] == '0' && text[length - 2] == '.')
    text[length - 2] = '\0';
  g_string_append (svg, text);
}

static void
put_attribute (GString    *svg,
               const char *name,
               double      number)
{
  g_string_append_printf (svg, " %s=\"", name);
  put_number (svg, number);
  g_string_append_c (svg, '"');
}

static void
put_color (GString    *svg,
           const char *name,
           OvColor     color)
{
  g_string_append_printf (svg, " %s=\"#%06x\"", name, color & 0xffffff);
}

static void
put_words (GString    *svg,
           const char *words)
{
  for (; *words != '\0'; words = g_utf8_next_char (words))
    {
      gunichar character = g_utf8_get_char (words);

      if (character == '&')
        g_string_append (svg, "&amp;");
      else if (character == '<')
        g_string_append (svg, "&lt;");
      else if (character == '>')
        g_string_append (svg, "&gt;");
      else if (character == '"')
        g_string_append (svg, "&quot;");
      else if (character == '\t' || character == '\n' || character == '\r')
        g_string_append_c (svg, ' ');
      else if (character < 0x20 || (character >= 0x7f && character < 0xa0)
               || (character & 0xfffe) == 0xfffe)
        g_string_append_unichar (svg, 0xfffd);
      else
        g_string_append_unichar (svg, character);
    }
}

void
ov_pen_svg_path (OvPen         *self,
                 const OvPoint *points,
                 guint          n,
                 gboolean       fill,
                 double         width,
                 OvDash         dash,
                 OvColor        color)
{
  g_string_append (self->svg, "<path d=\"");
  for (guint i = 0; i < n; i++)
    {
      g_string_append_c (self->svg, i == 0 ? 'M' : 'L');
      put_number (self->svg, points[i].x);
      g_string_append_c (self->svg, ' ');
      put_number (self->svg, points[i].y);
    }
  if (fill)
    g_string_append_c (self->svg, 'Z');
  g_string_append_c (self->svg, '"');
  put_color (self->svg, fill ? "fill" : "stroke", color);
  if (!fill)
    {
      put_attribute (self->svg, "stroke-width", width);
      g_string_append_printf (self->svg, " fill=\"none\"%s", DASHES[dash]);
    }
  g_string_append (self->svg, "/>\n");
}

static void
put_box (GString     *svg,
         const OvBox *box)
{
  put_attribute (svg, "x", box->x);
  put_attribute (svg, "y", box->y);
  put_attribute (svg, "width", MAX (box->width, 0));
  put_attribute (svg, "height", MAX (box->height, 0));
}

void
ov_pen_svg_fill (OvPen       *self,
                 const OvBox *box,
                 OvColor      color)
{
  g_string_append (self->svg, "<rect");
  put_box (self->svg, box);
  put_color (self->svg, "fill", color);
  g_string_append (self->svg, "/>\n");
}

static void
put_notched (OvPen       *self,
             const OvBox *box,
             OvColor      fill,
             OvColor      border,
             double       border_width)
{
  double right = box->x + box->width, bottom = box->y + box->height;
  double notch = MIN (OV_PEN_NOTCH, box->height / 2);
  OvPoint points[] = {
    { box->x, box->y }, { right - notch, box->y }, { right, box->y + notch }, { right, bottom },
    { box->x, bottom }, { box->x, box->y },
  };

  ov_pen_svg_path (self, points, G_N_ELEMENTS (points), TRUE, 0, OV_DASH_NONE, fill);
  ov_pen_svg_path (self, points, G_N_ELEMENTS (points), FALSE, border_width, OV_DASH_NONE, border);
}

/* The strip of a supervisor lies inside the outline. */
static void
put_strip (OvPen       *self,
           const OvBox *box,
           double       radius)
{
  double height = OV_PEN_STRIP * box->height, right = box->x + box->width;

  g_string_append (self->svg, "<path d=\"M");
  put_number (self->svg, box->x);
  g_string_append_c (self->svg, ' ');
  put_number (self->svg, box->y + height);
  g_string_append_c (self->svg, 'V');
  put_number (self->svg, box->y + radius);
  for (guint i = 0; i < 2; i++)
    {
      g_string_append_c (self->svg, 'Q');
      put_number (self->svg, i == 0 ? box->x : right);
      g_string_append_c (self->svg, ' ');
      put_number (self->svg, box->y);
      g_string_append_c (self->svg, ' ');
      put_number (self->svg, i == 0 ? box->x + radius : right);
      g_string_append_c (self->svg, ' ');
      put_number (self->svg, i == 0 ? box->y : box->y + radius);
      if (i == 0)
        {
          g_string_append_c (self->svg, 'H');
          put_number (self->svg, right - radius);
        }
    }
  g_string_append_c (self->svg, 'V');
  put_number (self->svg, box->y + height);
  g_string_append (self->svg, "Z\"");
  put_color (self->svg, "fill", self->theme->strip);
  g_string_append (self->svg, "/>\n");
  for (guint i = 0; i < 3; i++)
    {
      g_string_append (self->svg, "<circle");
      put_attribute (self->svg, "cx", right - height * (0.75 + 0.62 * i));
      put_attribute (self->svg, "cy", box->y + height * 0.54);
      put_attribute (self->svg, "r", height * 0.2);
      put_color (self->svg, "fill", self->theme->text_soft);
      g_string_append (self->svg, "/>\n");
    }
}

static void
put_rect (OvPen       *self,
          const OvBox *box,
          double       radius,
          const char  *fill,
          OvColor      border,
          double       border_width)
{
  g_string_append (self->svg, "<rect");
  put_box (self->svg, box);
  put_attribute (self->svg, "rx", radius);
  g_string_append_printf (self->svg, " fill=\"%s\"", fill);
  if (border_width > 0)
    {
      put_color (self->svg, "stroke", border);
      put_attribute (self->svg, "stroke-width", border_width);
    }
  g_string_append (self->svg, "/>\n");
}

void
ov_pen_svg_box (OvPen       *self,
                const OvBox *box,
                OvShape      shape,
                double       radius,
                OvColor      fill,
                OvColor      border,
                double       border_width)
{
  char color[16];

  if (shape == OV_SHAPE_NOTCHED)
    {
      put_notched (self, box, fill, border, border_width);
      return;
    }
  radius = MIN (shape == OV_SHAPE_PILL ? box->height : radius, MIN (box->width, box->height) / 2);
  g_snprintf (color, sizeof color, "#%06x", fill & 0xffffff);
  put_rect (self, box, radius, color, border, shape == OV_SHAPE_HEADER ? 0 : border_width);
  if (shape == OV_SHAPE_HEADER)
    {
      put_strip (self, box, radius);
      put_rect (self, box, radius, "none", border, border_width);
    }
  if (shape == OV_SHAPE_BARRED)
    ov_pen_svg_fill (self, &(OvBox) { box->x + OV_PEN_BAR / 2, box->y + radius, OV_PEN_BAR / 2,
                                      box->height - 2 * radius }, border);
}

void
ov_pen_svg_hatch (OvPen       *self,
                  const OvBox *box)
{
  g_string_append (self->svg, "<rect");
  put_box (self->svg, box);
  g_string_append (self->svg, " fill=\"url(#hatch)\"/>\n");
}

/* As ov-marks.c draws them, in a unit square around the origin; F: the colour of the mark, I: of
 * what is written upon it. */
static const char *const MARKS[] = {
  [OV_TONE_NEUTRAL] = NULL,
  [OV_TONE_NEW] = "<circle r=\".5\" fill=\"F\"/><path d=\"M-.24 0H.24M0-.24V.24\" stroke=\"I\"/>",
  [OV_TONE_RENEWED] = "<circle r=\".5\" fill=\"F\"/>"
                      "<path d=\"M.23-.07A.24.24 0 1 1-.04-.24\" stroke=\"I\" fill=\"none\"/>"
                      "<path d=\"M-.06-.42L.2-.23-.06-.06Z\" fill=\"I\"/>",
  [OV_TONE_MUTED] = "<circle r=\".5\" fill=\"F\"/><path d=\"M-.22 0H.22\" stroke=\"I\"/>",
  [OV_TONE_WARNING] = "<path d=\"M0-.4L.43.38H-.43Z\" fill=\"F\" stroke=\"F\" stroke-linejoin=\"round\"/>"
                      "<path d=\"M0-.18V.1M0 .26V.28\" stroke=\"I\"/>",
  [OV_TONE_ERROR] = "<circle r=\".5\" fill=\"F\"/>"
                    "<path d=\"M-.19-.19L.19.19M-.19.19L.19-.19\" stroke=\"I\"/>",
};

static OvColor
get_mark_color (const OvTheme *theme,
                OvTone         tone,
                gboolean       ink)
{
  switch (tone)
    {
    case OV_TONE_WARNING:
      return ink ? theme->on_warning : theme->warning;
    case OV_TONE_ERROR:
      return ink ? theme->on_error : theme->error;
    case OV_TONE_MUTED:
      return ink ? theme->background : theme->text_soft;
    default:
      return ink ? theme->on_accent : theme->accent;
    }
}

void
ov_pen_svg_mark (OvPen  *self,
                 OvTone  tone,
                 double  x,
                 double  y,
                 double  size)
{
  if (tone > OV_TONE_ERROR || MARKS[tone] == NULL)
    return;

  g_string_append (self->svg, "<g transform=\"translate(");
  put_number (self->svg, x);
  g_string_append_c (self->svg, ' ');
  put_number (self->svg, y);
  g_string_append (self->svg, ") scale(");
  put_number (self->svg, size);
  g_string_append (self->svg, ")\" stroke-width=\".14\" stroke-linecap=\"round\">");
  for (const char *at = MARKS[tone]; *at != '\0'; at++)
    if ((*at == 'F' || *at == 'I') && at[-1] == '"')
      g_string_append_printf (self->svg, "#%06x", get_mark_color (self->theme, tone, *at == 'I'));
    else
      g_string_append_c (self->svg, *at);
  g_string_append (self->svg, "</g>\n");
}

void
ov_pen_svg_words (OvPen      *self,
                  OvFace      face,
                  double      size,
                  const char *words,
                  double      x,
                  double      y,
                  OvAlign     align,
                  OvColor     color)
{
  g_string_append_printf (self->svg, "<text class=\"%s\"%s", FACES[face], ANCHORS[align]);
  put_attribute (self->svg, "x", x);
  put_attribute (self->svg, "y", y + ASCENT * ov_pen_get_line (self, face, size));
  put_attribute (self->svg, "font-size", floor (size + 0.25)); /* as OvText measures */
  put_color (self->svg, "fill", color);
  g_string_append_c (self->svg, '>');
  put_words (self->svg, words);
  g_string_append (self->svg, "</text>\n");
}

void
ov_pen_open_svg (OvPen      *self,
                 double      width,
                 double      height,
                 const char *title)
{
  g_string_append (self->svg, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                              "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\"");
  put_attribute (self->svg, "width", ceil (width));
  put_attribute (self->svg, "height", ceil (height));
  g_string_append (self->svg, " viewBox=\"0 0 ");
  put_number (self->svg, ceil (width));
  g_string_append_c (self->svg, ' ');
  put_number (self->svg, ceil (height));
  g_string_append (self->svg, "\">\n<title>");
  put_words (self->svg, title);
  g_string_append (self->svg, "</title>\n<style>"
                              ".t{font-family:sans-serif}"
                              ".b{font-family:sans-serif;font-weight:600}"
                              ".m{font-family:monospace}"
                              "text{white-space:pre}"
                              "</style>\n"
                              "<defs><pattern id=\"hatch\" width=\"8\" height=\"8\""
                              " patternUnits=\"userSpaceOnUse\">"
                              "<path d=\"M-2 2L2-2M0 8L8 0M6 10L10 6\" stroke-width=\"1.5\"");
  put_color (self->svg, "stroke", self->theme->muted_border);
  g_string_append (self->svg, "/></pattern></defs>\n");
}

void
ov_pen_close_svg (OvPen *self)
{
  g_string_append (self->svg, "</svg>\n");
}
