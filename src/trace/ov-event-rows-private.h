/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which event each row of a list shows: OvHits keeps the numbers that a filter found, two bytes each;
 * OvPlain keeps nothing but a count for each chunk and serves everything but RECORDS.
 *
 * Thread: the list's.
 */
#pragma once

#include "trace/ov-store.h"

G_BEGIN_DECLS

typedef struct _OvHits OvHits;

OvHits  *ov_hits_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void     ov_hits_free   (OvHits *self);
void     ov_hits_append (OvHits        *self,
                         const guint64 *numbers, /* ascending, above all before */
                         gsize          n);
/* Forgets what is below @number; returns how many. */
guint64  ov_hits_drop   (OvHits  *self,
                         guint64  number);
guint64  ov_hits_get_n  (const OvHits *self);
guint64  ov_hits_get    (const OvHits *self,
                         guint64       position);
/* Of the first that is not below @number; n when there is none. */
guint64  ov_hits_find   (const OvHits *self,
                         guint64       number);

typedef struct _OvPlain OvPlain;

OvPlain *ov_plain_new    (OvStore *store) G_GNUC_WARN_UNUSED_RESULT;
void     ov_plain_free   (OvPlain *self);
/* Counts up to @end. */
void     ov_plain_update (OvPlain *self,
                          guint64  end);
guint64  ov_plain_drop   (OvPlain *self,
                          guint64  number);
guint64  ov_plain_get_n  (const OvPlain *self);
guint64  ov_plain_get    (OvPlain *self,
                          guint64  position);
guint64  ov_plain_find   (OvPlain *self,
                          guint64  number);

G_END_DECLS
