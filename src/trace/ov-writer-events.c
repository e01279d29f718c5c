/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWriter: following the events of a store.
 *
 * A sealed chunk goes to the file as it is; what is not whole yet is gathered into a chunk of its own, so
 * that every block stands for itself.
 * Invariant: all events below next are in the file, or in gathered; what was forgotten is a GAP there.
 * Thread: as OvWriter.
 */
#include "trace/ov-writer-private.h"

#include <errno.h>

static gboolean
flush_gathered (OvWriter  *self,
                GError   **error)
{
  g_autoptr (OvBuilder) gathered = g_steal_pointer (&self->gathered);
  g_autofree OvSummary *summary = NULL;

  if (gathered == NULL || ov_builder_get_n (gathered) == 0)
    return TRUE;

  summary = ov_builder_seal (gathered);

  return ov_writer_write_events (self, ov_builder_get_body (gathered), summary, error);
}

static gboolean
gather (OvWriter       *self,
        const OvEvent  *event,
        gconstpointer   payload,
        guint32         payload_bytes,
        GError        **error)
{
  if (self->gathered != NULL && ov_builder_append (self->gathered, event, payload, payload_bytes))
    return TRUE;
  if (!flush_gathered (self, error))
    return FALSE;

  self->gathered = ov_builder_new (payload_bytes);
  if (self->gathered == NULL || !ov_builder_append (self->gathered, event, payload, payload_bytes))
    {
      ov_writer_set_error (self, ENOMEM, error);
      return FALSE;
    }

  return TRUE;
}

static gboolean
gather_gap (OvWriter  *self,
            gint64     at_ns,
            guint64    count,
            GError   **error)
{
  const OvEventGap gap = { .count = count, .reason = OV_GAP_RECORDER };
  const OvEvent event = {
    .at_ns = at_ns, .kind = OV_EVENT_GAP, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE,
    .size_bytes = sizeof gap,
  };

  return gather (self, &event, &gap, sizeof gap, error);
}

/* Events [begin, end) of a body that somebody holds. */
static gboolean
gather_rows (OvWriter      *self,
             const OvBody  *body,
             guint          begin,
             guint          end,
             GError       **error)
{
  for (guint i = begin; i < end; i++)
    {
      OvEvent event;

      ov_body_get_event (body, i, &event);
      if (!gather (self, &event, body->payload + body->rows[i].payload, event.payload_bytes, error))
        return FALSE;
    }

  return TRUE;
}

/* What is looked at of one chunk, outside of the readers' section. */
typedef struct
{
  guint64    first;
  guint32    n;
  OvBody    *body;
  OvSummary *summary; /* (nullable) a copy: it is sealed */
} Piece;

static void
piece_clear (Piece *piece)
{
  ov_body_unref (piece->body);
  g_free (piece->summary);
}

static gboolean
take_piece (OvWriter *self,
            guint64   number,
            Piece    *piece)
{
  guint entered = ov_epoch_enter (&self->store->epoch);
  OvChunk *chunk = ov_store_get_chunk (self->store, ov_store_find_chunk (self->store, number));

  *piece = (Piece) { 0 };
  if (chunk != NULL && number >= chunk->first)
    {
      OvSummary *summary = ov_chunk_get_summary (chunk);

      piece->first = chunk->first;
      piece->n = atomic_load (&chunk->n);
      piece->body = ov_body_ref (ov_store_get_body (self->store, chunk));
      piece->summary = summary != NULL ? g_memdup2 (summary, ov_summary_get_size (summary)) : NULL;
    }
  ov_epoch_leave (&self->store->epoch, entered);

  return piece->body != NULL && number - piece->first < piece->n;
}

/* The store forgot what was not written yet. */
static gboolean
skip_forgotten (OvWriter  *self,
                GError   **error)
{
  guint64 forgotten = atomic_load (&self->store->forgotten);
  guint64 next = atomic_load (&self->next);
  OvEvent gap;

  if (next >= forgotten)
    return TRUE;
  if (!ov_store_get_event (self->store, forgotten - 1, &gap))
    gap.at_ns = 0;
  atomic_store (&self->next, forgotten);

  return gather_gap (self, gap.at_ns, forgotten - next, error);
}

static gboolean
is_whole (const Piece *piece,
          guint64      next,
          guint64      end)
{
  return piece->summary != NULL
         && next == piece->first
         && piece->first + piece->n <= end
         && piece->body->limit >= piece->n
         && piece->body->counts.n_events == piece->n
         && piece->summary->n_events == piece->n;
}

/* One chunk, or what is wanted of it. FALSE without an error: that was all. */
static gboolean
follow_one (OvWriter  *self,
            guint64    end,
            gboolean   all,
            GError   **error)
{
  guint64 next;
  Piece piece;
  gboolean is_good = FALSE;

  if (!skip_forgotten (self, error))
    return FALSE;
  next = atomic_load (&self->next);
  if (next >= end)
    return FALSE;
  if (!take_piece (self, next, &piece))
    {
      /* Forgotten between two looks: the next time round it says so. */
      piece_clear (&piece);
      return atomic_load (&self->store->forgotten) > next;
    }

  end = MIN (end, piece.first + piece.n);
  if (is_whole (&piece, next, end))
    is_good = flush_gathered (self, error) && ov_writer_write_events (self, piece.body, piece.summary, error);
  else if (all || piece.summary != NULL)
    {
      guint64 limit = MIN (end, piece.first + piece.body->limit);

      is_good = gather_rows (self, piece.body, (guint) (next - piece.first),
                             (guint) (MAX (limit, next) - piece.first), error);
      if (is_good && limit < end && next > limit)
        is_good = gather_gap (self, piece.body->times[0], end - next, error);
    }
  piece_clear (&piece);
  if (is_good)
    atomic_store (&self->next, end);

  return is_good;
}

gboolean
ov_writer_follow (OvWriter  *self,
                  gboolean   all,
                  GError   **error)
{
  g_autoptr (GError) failed = NULL;
  guint64 end = ov_store_get_end (self->store);

  if (self->is_finished)
    return TRUE;
  if (all || end - atomic_load (&self->next) >= OV_CHUNK_EVENTS)
    {
      if (!ov_writer_write_names (self, error))
        return FALSE;
      while (follow_one (self, end, all, &failed))
        ;
      if (failed == NULL)
        flush_gathered (self, &failed);
    }
  if (failed == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failed));

  return FALSE;
}
