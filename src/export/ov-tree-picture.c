/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree as SVG, PNG and PDF: the same scene, layout and painter as the window, on paper.
 * Invariant: a picture shows everything that the options ask for; a PNG that would be too large
 * for an image is scaled down, never cut.
 * Thread: the table's; nothing here needs a display.
 */
#include "export/ov-tree-export-private.h"

#include "canvas/layout/ov-layout.h"
#include "canvas/render/ov-painter.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>

#define MARGIN 24.0
/* cairo's images end at 32,767 pixels; so many in all are 200 MB. */
#define MAX_PNG_SIDE   20000.0
#define MAX_PNG_PIXELS 50e6
/* PDF readers take pages up to 200 inches. */
#define MAX_PDF_SIDE 14400.0

static cairo_status_t
write_cb (void                *closure,
          const unsigned char *data,
          unsigned int         length)
{
  g_byte_array_append (closure, data, length);

  return CAIRO_STATUS_SUCCESS;
}

static double
choose_zoom (double         width,
             double         height,
             OvExportFormat format)
{
  double side = MAX (width, height);

  if (format == OV_EXPORT_PNG)
    return MIN (MIN (1, MAX_PNG_SIDE / side), sqrt (MAX_PNG_PIXELS / (width * height)));
  if (format == OV_EXPORT_PDF)
    return MIN (0.75, MAX_PDF_SIDE / side);

  return 1;
}

static cairo_surface_t *
make_surface (OvExportFormat    format,
              const OvViewport *viewport,
              GByteArray       *bytes)
{
  switch (format)
    {
    case OV_EXPORT_SVG:
      return cairo_svg_surface_create_for_stream (write_cb, bytes, viewport->width,
                                                  viewport->height);
    case OV_EXPORT_PDF:
      return cairo_pdf_surface_create_for_stream (write_cb, bytes, viewport->width,
                                                  viewport->height);
    default:
      return cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) viewport->width,
                                         (int) viewport->height);
    }
}

static cairo_status_t
draw (cairo_surface_t  *surface,
      const OvScene    *scene,
      const OvLayout   *layout,
      const OvViewport *viewport)
{
  g_autoptr (OvPainter) painter = ov_painter_new ();
  OvPaintState state = { .text_scale = 1, .scale_factor = 1 };
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  ov_painter_draw (painter, cr, scene, layout, viewport, ov_theme_get (OV_THEME_LIGHT), &state);
  status = cairo_status (cr);
  cairo_destroy (cr);

  return status;
}

GBytes *
ov_tree_export_draw (OvProcessTable           *table,
                     const OvTreeSceneOptions *options,
                     OvExportFormat            format,
                     GError                  **error)
{
  g_autoptr (OvScene) scene = ov_tree_scene_build (table, options);
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_AUTOMATIC, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  OvViewport viewport = { .zoom = 1 };
  cairo_surface_t *surface;
  cairo_status_t status;
  double width = MAX (layout->bounds.width, OV_ITEM_WIDTH) + 2 * MARGIN;
  double height = MAX (layout->bounds.height, OV_ITEM_HEIGHT) + 2 * MARGIN;

  viewport.zoom = choose_zoom (width, height, format);
  viewport.x = layout->bounds.x - MARGIN;
  viewport.y = layout->bounds.y - MARGIN;
  viewport.width = ceil (width * viewport.zoom);
  viewport.height = ceil (height * viewport.zoom);

  surface = make_surface (format, &viewport, bytes);
  status = draw (surface, scene, layout, &viewport);
  if (status == CAIRO_STATUS_SUCCESS && format == OV_EXPORT_PNG)
    status = cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);

  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("The picture could not be drawn: %s"),
                   cairo_status_to_string (status));
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}
