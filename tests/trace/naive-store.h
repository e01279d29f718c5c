/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The naive twin of OvStore: an array, and loops over it. And random events for both.
 */
#pragma once

#include "trace/ov-event-filter.h"

G_BEGIN_DECLS

typedef struct
{
  OvEvent event;
  GBytes *payload;
} NaiveEvent;

typedef struct
{
  GArray *events; /* NaiveEvent */
} NaiveStore;

NaiveStore *naive_store_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void        naive_store_free (NaiveStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NaiveStore, naive_store_free)
NaiveEvent *naive_store_get  (NaiveStore *self,
                              guint64     number);

/* Appends @n random events to both, within one batch. Times mostly go forward from @at_ns. */
gint64      append_random    (OvStore    *store,
                              NaiveStore *naive, /* (nullable) */
                              GRand      *rand,
                              gint64      at_ns,
                              guint       n);
void        assert_same      (OvStore    *store,
                              NaiveStore *naive,
                              guint64     from,
                              guint64     to);
guint64     naive_find_time  (NaiveStore *self,
                              gint64      at_ns);
void        naive_count_bins (NaiveStore *self,
                              gint64      from_ns,
                              gint64      to_ns,
                              guint64     kinds,
                              guint       n_bins,
                              guint32    *bins);
gboolean    naive_matches    (NaiveStore         *self,
                              OvStore            *store, /* for names */
                              const OvEventQuery *query,
                              guint64             number);

G_END_DECLS
