/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invariant: no pixel outside the image is read or written, whatever the coordinates.
 * Thread: any, one image at a time; the corner tables are made once under a lock.
 */
#include "canvas/render/ov-raster.h"

#include <math.h>
#include <wchar.h>

#define MAX_RADIUS 64
#define WIDE       12 /* pixels from which a span is filled by the C library */
#define FAR        (1 << 24)

/* Coverage, 0 to 256, of the top left quarter of a circle; by radius. */
static guint16 *corners[MAX_RADIUS + 1];

gboolean
ov_raster_begin (OvRaster        *self,
                 cairo_surface_t *image)
{
  cairo_surface_flush (image);
  self->pixels = (guint32 *) (gpointer) cairo_image_surface_get_data (image);
  self->stride = cairo_image_surface_get_stride (image) / 4;
  self->width = cairo_image_surface_get_width (image);
  self->height = cairo_image_surface_get_height (image);

  return self->pixels != NULL && self->width > 0 && self->height > 0;
}

void
ov_raster_end (cairo_surface_t *image)
{
  cairo_surface_mark_dirty (image);
}

static inline guint32
blend_pixel (guint32 under,
             guint32 over,
             guint32 coverage)
{
  guint32 rest = 256 - coverage;
  guint32 red_blue = ((over & 0xff00ff) * coverage + (under & 0xff00ff) * rest) >> 8;
  guint32 green = ((over & 0x00ff00) * coverage + (under & 0x00ff00) * rest) >> 8;

  return (red_blue & 0xff00ff) | (green & 0x00ff00);
}

/* The C library fills wide characters with the widest stores that the processor has. */
G_STATIC_ASSERT (sizeof (wchar_t) == sizeof (guint32));

static inline void
fill_span (guint32 *row,
           int      x0,
           int      x1,
           OvColor  color)
{
  if (x1 - x0 >= WIDE)
    wmemset ((wchar_t *) (gpointer) (row + x0), (wchar_t) color, x1 - x0);
  else
    for (int x = x0; x < x1; x++)
      row[x] = color;
}

void
ov_raster_clear (OvRaster *self,
                 OvColor   color)
{
  for (int y = 0; y < self->height; y++)
    fill_span (self->pixels + (gsize) y * self->stride, 0, self->width, color);
}

void
ov_raster_fill (OvRaster *self,
                int       x0,
                int       y0,
                int       x1,
                int       y1,
                OvColor   color)
{
  x0 = MAX (x0, 0);
  x1 = MIN (x1, self->width);
  y0 = MAX (y0, 0);
  y1 = MIN (y1, self->height);
  for (int y = y0; y < y1; y++)
    fill_span (self->pixels + (gsize) y * self->stride, x0, x1, color);
}

/* Coordinates in 256ths of a pixel: the shares of the first and the last pixel and what lies
 * between, in one direction. */
typedef struct
{
  int     first, last;             /* pixels, both ends included */
  guint32 first_share, last_share; /* of 256; where it is one pixel only the first counts */
} Coverage;

static inline gboolean
cover (double    from,
       double    to,
       int       limit,
       Coverage *coverage)
{
  int start = (int) (MAX (from, 0) * 256), end = (int) (MIN (to, limit) * 256);

  if (start >= end)
    return FALSE;

  coverage->first = start >> 8;
  coverage->last = (end - 1) >> 8;
  coverage->first_share = MIN (end, (coverage->first + 1) << 8) - start;
  coverage->last_share = end - (coverage->last << 8);

  return TRUE;
}

void
ov_raster_blend (OvRaster *self,
                 double    x0,
                 double    y0,
                 double    x1,
                 double    y1,
                 OvColor   color)
{
  Coverage across, down;

  if (!cover (x0, x1, self->width, &across) || !cover (y0, y1, self->height, &down))
    return;

  for (int y = down.first; y <= down.last; y++)
    {
      guint32 *row = self->pixels + (gsize) y * self->stride;
      guint32 share = y == down.first ? down.first_share : y == down.last ? down.last_share : 256;

      row[across.first] = blend_pixel (row[across.first], color, share * across.first_share >> 8);
      if (across.last == across.first)
        continue;
      row[across.last] = blend_pixel (row[across.last], color, share * across.last_share >> 8);
      if (share == 256)
        fill_span (row, across.first + 1, across.last, color);
      else
        for (int x = across.first + 1; x < across.last; x++)
          row[x] = blend_pixel (row[x], color, share);
    }
}

static const guint16 *
get_corner (int radius)
{
  static GMutex lock;
  guint16 *table = g_atomic_pointer_get (&corners[radius]);

  if (table != NULL)
    return table;

  g_mutex_lock (&lock);
  if (corners[radius] == NULL)
    {
      table = g_new (guint16, MAX (radius * radius, 1));
      for (int y = 0; y < radius; y++)
        for (int x = 0; x < radius; x++)
          {
            double distance = hypot (radius - x - 0.5, radius - y - 0.5);

            table[y * radius + x] = (guint16) (CLAMP (radius - distance + 0.5, 0, 1) * 256);
          }
      g_atomic_pointer_set (&corners[radius], table);
    }
  g_mutex_unlock (&lock);

  return corners[radius];
}

/* Whether the stroke is on, this far along the edge. */
static inline gboolean
is_inked (const OvRasterBox *box,
          int                along)
{
  int unit = box->border_width;

  if (box->stroke == OV_STROKE_SOLID)
    return TRUE;
  if (box->stroke == OV_STROKE_DASHED)
    return along % (8 * unit) < 5 * unit;

  return along % (4 * unit) < 2 * unit;
}

static void
edge_span (const OvRasterBox *box,
           guint32           *row,
           int                x0,
           int                x1,
           OvColor            fill)
{
  if (box->stroke == OV_STROKE_SOLID)
    {
      fill_span (row, x0, x1, box->border);
      return;
    }
  for (int x = x0; x < x1; x++)
    row[x] = is_inked (box, x - box->x0) ? box->border : fill;
}

/* One pixel of a rounded corner: the border ring over the ground, the fill over the ring. */
static inline void
corner_pixel (const OvRasterBox *box,
              guint32           *pixel,
              int                across,
              int                down,
              OvColor            fill)
{
  int inner = box->radius - box->border_width;
  guint32 outside = get_corner (box->radius)[down * box->radius + across];
  guint32 inside = 0;

  if (inner <= 0)
    inside = across >= box->border_width && down >= box->border_width ? 256 : 0;
  else if (across >= box->border_width && down >= box->border_width)
    inside = get_corner (inner)[(down - box->border_width) * inner + across - box->border_width];
  *pixel = blend_pixel (*pixel, box->border, outside);
  *pixel = blend_pixel (*pixel, fill, inside);
}

static void
corner_row (OvRaster          *self,
            const OvRasterBox *box,
            guint32           *row,
            int                down,
            OvColor            fill,
            gboolean           right_too)
{
  for (int across = 0; across < box->radius; across++)
    {
      int left = box->x0 + across, right = box->x1 - 1 - across;

      if (left >= 0 && left < self->width)
        corner_pixel (box, row + left, across, down, fill);
      if (right_too && right >= 0 && right < self->width)
        corner_pixel (box, row + right, across, down, fill);
    }
}

/* The slanted edge of a notch: half a pixel of ground, then the border. */
static void
notch_row (OvRaster          *self,
           const OvRasterBox *box,
           guint32           *row,
           int                right)
{
  if (right >= 0 && right < self->width)
    row[right] = blend_pixel (row[right], box->border, 128);
  for (int x = right - box->border_width; x < right; x++)
    if (x >= 0 && x < self->width)
      row[x] = box->border;
}

static void
box_row (OvRaster          *self,
         const OvRasterBox *box,
         int                y)
{
  guint32 *row = self->pixels + (gsize) y * self->stride;
  int from_top = y - box->y0, from_edge = MIN (from_top, box->y1 - 1 - y);
  OvColor fill = from_top < box->split ? box->top_fill : box->fill;
  gboolean cut = from_top < box->notch;
  gboolean round = from_edge < box->radius;
  int left = box->x0 + (round ? box->radius : 0);
  int right = box->x1 - (cut ? box->notch - from_top : round ? box->radius : 0);
  int x0 = CLAMP (left, 0, self->width), x1 = CLAMP (right, 0, self->width);

  if (from_edge < box->border_width)
    {
      edge_span (box, row, x0, x1, fill);
    }
  else
    {
      fill_span (row, x0, x1, fill);
      if (!round && is_inked (box, from_top))
        {
          ov_raster_fill (self, box->x0, y, box->x0 + box->border_width, y + 1, box->border);
          if (!cut)
            ov_raster_fill (self, box->x1 - box->border_width, y, box->x1, y + 1, box->border);
        }
    }
  if (round)
    corner_row (self, box, row, from_edge, fill, !cut);
  if (cut)
    notch_row (self, box, row, right);
}

void
ov_raster_box (OvRaster          *self,
               const OvRasterBox *box)
{
  OvRasterBox copy = *box;
  int side = MIN (box->x1 - box->x0, box->y1 - box->y0);

  if (side <= 0 || box->x0 >= self->width || box->x1 <= 0 || box->x0 < -FAR || box->x1 > FAR)
    return;

  copy.radius = CLAMP (box->radius, 0, MIN (side / 2, MAX_RADIUS));
  copy.border_width = MAX (box->border_width, 1);
  copy.notch = MIN (box->notch, side);
  for (int y = MAX (box->y0, 0); y < MIN (box->y1, self->height); y++)
    box_row (self, &copy, y);
}

void
ov_raster_disc (OvRaster *self,
                double    x,
                double    y,
                double    radius,
                double    ring,
                OvColor   color)
{
  int x0 = MAX ((int) floor (x - radius), 0), x1 = MIN ((int) ceil (x + radius), self->width);
  int y0 = MAX ((int) floor (y - radius), 0), y1 = MIN ((int) ceil (y + radius), self->height);

  for (int py = y0; py < y1; py++)
    for (int px = x0; px < x1; px++)
      {
        guint32 *pixel = self->pixels + (gsize) py * self->stride + px;
        double distance = hypot (px + 0.5 - x, py + 0.5 - y);
        double coverage = CLAMP (radius - distance + 0.5, 0, 1);

        if (ring > 0)
          coverage -= CLAMP (radius - ring - distance + 0.5, 0, 1);
        *pixel = blend_pixel (*pixel, color, (guint32) (coverage * 256));
      }
}

/* One piece of a blade, along its longer axis: @along goes from pixel to pixel, @across is covered. */
typedef struct
{
  double along[2], across[2], half[2];
  double slant;  /* by how much a cut along a pixel column is longer than one at a right angle */
  int    n_along, n_across;
  int    step_along, step_across; /* from pixel to pixel, in pixels of the image */
} Piece;

/* The share of each pixel of a column that lies between the two edges. */
static void
cover_column (OvRaster    *self,
              const Piece *piece,
              int          column,
              OvColor      color,
              double       alpha)
{
  double t = (column + 0.5 - piece->along[0]) / (piece->along[1] - piece->along[0]);
  double middle = piece->across[0] + (piece->across[1] - piece->across[0]) * t;
  double half = (piece->half[0] + (piece->half[1] - piece->half[0]) * t) * piece->slant;
  double low = MAX (middle - half, 0), high = MIN (middle + half, piece->n_across);
  guint32 *pixel = self->pixels + (gssize) column * piece->step_along;

  for (int at = (int) low; at < high; at++)
    {
      double covered = MIN (at + 1, high) - MAX (at, low);
      guint32 *target = pixel + (gssize) at * piece->step_across;

      *target = blend_pixel (*target, color, (guint32) (covered * alpha * 256));
    }
}

static void
cover_piece (OvRaster    *self,
             const Piece *piece,
             OvColor      color,
             double       alpha)
{
  double from = MIN (piece->along[0], piece->along[1]), to = MAX (piece->along[0], piece->along[1]);
  int first = (int) MAX (ceil (from - 0.5), 0), end = (int) MIN (ceil (to - 0.5), piece->n_along);

  for (int column = first; column < end; column++)
    cover_column (self, piece, column, color, alpha);
}

void
ov_raster_blade (OvRaster     *self,
                 const double *xs,
                 const double *ys,
                 guint         n,
                 double        from_width,
                 double        to_width,
                 OvColor       color,
                 double        alpha)
{
  for (guint i = 0; i + 1 < n; i++)
    {
      double dx = xs[i + 1] - xs[i], dy = ys[i + 1] - ys[i];
      gboolean flat = fabs (dx) >= fabs (dy);
      double from = (from_width + (to_width - from_width) * i / (n - 1)) / 2;
      double to = (from_width + (to_width - from_width) * (i + 1) / (n - 1)) / 2;
      Piece piece = {
        { flat ? xs[i] : ys[i], flat ? xs[i + 1] : ys[i + 1] },
        { flat ? ys[i] : xs[i], flat ? ys[i + 1] : xs[i + 1] },
        { from, to }, hypot (dx, dy) / MAX (fabs (flat ? dx : dy), 1e-9),
        flat ? self->width : self->height, flat ? self->height : self->width,
        flat ? 1 : self->stride, flat ? self->stride : 1,
      };

      if (dx != 0 || dy != 0)
        cover_piece (self, &piece, color, CLAMP (alpha, 0, 1));
    }
}

void
ov_raster_sprite (OvRaster        *self,
                  cairo_surface_t *sprite,
                  int              x,
                  int              y)
{
  const guint8 *data = cairo_image_surface_get_data (sprite);
  int stride = cairo_image_surface_get_stride (sprite);
  int width = cairo_image_surface_get_width (sprite);
  int height = cairo_image_surface_get_height (sprite);

  for (int py = MAX (0, -y); py < height && y + py < self->height; py++)
    {
      const guint32 *from = (const guint32 *) (gconstpointer) (data + (gsize) py * stride);
      guint32 *to = self->pixels + (gsize) (y + py) * self->stride;

      for (int px = MAX (0, -x); px < width && x + px < self->width; px++)
        {
          guint32 rest = 256 - (from[px] >> 24) - (from[px] >> 31);
          guint32 under = to[x + px];

          to[x + px] = (from[px] & 0xffffff)
                       + (((under & 0xff00ff) * rest >> 8) & 0xff00ff)
                       + (((under & 0x00ff00) * rest >> 8) & 0x00ff00);
        }
    }
}
