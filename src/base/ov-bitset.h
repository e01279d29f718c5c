/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvBitset: a growing set of small numbers (slots, node indexes), one bit each.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OvBitset OvBitset;

/* What ov_bitset_next() returns when there is no further member. */
#define OV_BITSET_END G_MAXUINT32

OvBitset *ov_bitset_new      (void) G_GNUC_WARN_UNUSED_RESULT;
void      ov_bitset_free     (OvBitset *self);
void      ov_bitset_add      (OvBitset *self,
                              guint32   value);
void      ov_bitset_remove   (OvBitset *self,
                              guint32   value);
gboolean  ov_bitset_contains (const OvBitset *self,
                              guint32         value);
void      ov_bitset_clear    (OvBitset *self);
guint32   ov_bitset_get_size (const OvBitset *self);
guint32   ov_bitset_next     (const OvBitset *self,
                              guint32         from);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvBitset, ov_bitset_free)

G_END_DECLS
