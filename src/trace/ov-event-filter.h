/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventFilter: which events are looked at, as an immutable value.  Chunks without a match are
 * passed over by their indexes.  Thread: any.
 */
#pragma once

#include "trace/ov-store.h"

G_BEGIN_DECLS

typedef struct _OvEventFilter OvEventFilter;

typedef struct
{
  guint64        kinds;     /* OV_EVENT_MASK()s; 0: all but RECORDS */
  const guint32 *actors;    /* as actor or peer; NULL: everybody */
  guint          n_actors;
  gboolean       both;      /* actor and peer must both be among them */
  gint64         from_ns, to_ns; /* [from, to); 0, 0: always */
  const char    *text;      /* in the printed payload, the names of actor and peer, or the shape; without case */
  guint32        shape;     /* 0: any */
  guint8         flags;     /* OvEventFlags that must all be there */
} OvEventQuery;

OvEventFilter *ov_event_filter_new   (OvStore            *store,
                                      const OvEventQuery *query) G_GNUC_WARN_UNUSED_RESULT; /* copies */
OvEventFilter *ov_event_filter_ref   (OvEventFilter *self);
void           ov_event_filter_unref (OvEventFilter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvEventFilter, ov_event_filter_unref)
gboolean       ov_event_filter_matches (const OvEventFilter *self,
                                        guint64              number);
/* The first match in [from, to), or OV_EVENT_NONE. */
guint64        ov_event_filter_next    (const OvEventFilter *self,
                                        guint64              from,
                                        guint64              to);
/* The last match in [from, to), or OV_EVENT_NONE. */
guint64        ov_event_filter_previous (const OvEventFilter *self,
                                         guint64              from,
                                         guint64              to);

G_END_DECLS
