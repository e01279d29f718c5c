/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFrameReader: cuts the byte stream of a connection into frames.  Pure: no socket, no clock.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OV_FRAME_MAX_BYTES (64u * 1024 * 1024)

typedef struct
{
  guint8  header[4];
  guint   n_header;  /* bytes of the header that are there */
  guint32 length;    /* of the body, once the header is whole */
  guint32 filled;
  guint32 allocated;
  guint8 *body;
  guint32 max_bytes;
} OvFrameReader;

/* @frame (transfer none) is without its length; NULL is a tick.  FALSE with @error ends feeding. */
typedef gboolean (*OvFrameFunc) (GBytes   *frame,
                                 gpointer  user_data,
                                 GError  **error);

/* @max_bytes 0: OV_FRAME_MAX_BYTES. */
void     ov_frame_reader_init         (OvFrameReader *self,
                                       guint32        max_bytes);
void     ov_frame_reader_clear        (OvFrameReader *self);
gboolean ov_frame_reader_feed         (OvFrameReader  *self,
                                       const guint8   *bytes,
                                       gsize           length,
                                       OvFrameFunc     func,
                                       gpointer        user_data,
                                       GError        **error);

G_END_DECLS
