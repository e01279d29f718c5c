/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Does an event match?  What is true of a text or of an actor's pid is found out once.
 * Thread: any.
 */
#include "trace/ov-event-filter-private.h"

#include "term/ov-term.h"

#include <string.h>

/* Of a printed payload this much is searched. */
#define MAX_PRINTED_CHARS 4000

/* ---- text ---- */

static gboolean
contains_ascii (const OvEventFilter *self,
                const char          *text)
{
  char first[3] = { self->text[0], g_ascii_toupper (self->text[0]), '\0' };

  for (text = strpbrk (text, first); text != NULL; text = strpbrk (text + 1, first))
    if (g_ascii_strncasecmp (text, self->text, self->text_bytes) == 0)
      return TRUE;

  return FALSE;
}

gboolean
ov_is_ascii (const char *text)
{
  while (*text != '\0' && (guint8) *text < 0x80)
    text++;

  return *text == '\0';
}

/* Both are text; what is not ASCII is folded as Unicode has it. */
static gboolean
contains (const OvEventFilter *self,
          const char          *text)
{
  g_autofree char *folded = NULL;

  if (ov_is_ascii (text))
    return self->is_ascii && contains_ascii (self, text);
  folded = g_utf8_casefold (text, -1);

  return strstr (folded, self->text) != NULL;
}

static gboolean
decide (OvVerdicts *verdicts,
        guint32     number,
        gboolean    answer)
{
  ov_verdicts_set (verdicts, number, answer ? OV_VERDICT_YES : OV_VERDICT_NO);

  return answer;
}

static gboolean
text_contains (OvEventFilter *self,
               guint32        number)
{
  OvVerdict verdict = ov_verdicts_get (self->texts, number);
  const char *text;

  if (verdict != OV_VERDICT_UNKNOWN)
    return verdict == OV_VERDICT_YES;
  text = ov_names_get_text (self->store->names, number);

  return decide (self->texts, number, text != NULL && contains (self, text));
}

static gboolean
pid_contains (OvEventFilter *self,
              guint32        actor)
{
  OvVerdict verdict = ov_verdicts_get (self->pids, actor);
  g_autofree char *text = NULL;
  OvPid pid;

  if (verdict != OV_VERDICT_UNKNOWN)
    return verdict == OV_VERDICT_YES;
  pid = ov_names_get_actor (self->store->names, actor);
  if (!ov_pid_is_none (&pid))
    text = ov_pid_to_string (&pid, self->store->node);

  return decide (self->pids, actor, text != NULL && contains (self, text));
}

/* By the name it has now, or by its pid. */
static gboolean
actor_contains (OvEventFilter *self,
                guint32        actor)
{
  if (actor == OV_ACTOR_NONE)
    return FALSE;

  return text_contains (self, ov_names_get_name (self->store->names, actor)) || pid_contains (self, actor);
}

static gboolean
payload_contains (OvEventFilter *self,
                  const guint8  *payload,
                  guint32        n,
                  guint8         kind)
{
  const OvTermFormat format = { .max_chars = MAX_PRINTED_CHARS, .local_node = self->store->node };
  g_autoptr (GString) text = NULL;

  /* A batch of records and our own structs are nothing that is printed. */
  if (n == 0 || kind == OV_EVENT_RECORDS || ov_event_kind_get_struct_size (kind) != 0)
    return FALSE;

  text = g_string_sized_new (256);
  if (kind == OV_EVENT_LEVEL)
    g_string_append_len (text, (const char *) payload, n);
  else
    ov_term_print_bytes (payload, n, &format, text, NULL);
  if (kind == OV_EVENT_LEVEL && !g_utf8_validate (text->str, (gssize) text->len, NULL))
    return FALSE;

  return contains (self, text->str);
}

static gboolean
row_payload_contains (OvEventFilter   *self,
                      const OvBody    *body,
                      const OvRow     *row,
                      guint8           kind,
                      OvRecentPayload *all_recent)
{
  OvRecentPayload *recent = NULL;
  gboolean answer;

  if (all_recent != NULL)
    {
      recent = &all_recent[(row->payload * 0x9e3779b1u) >> 23];
      if (recent->verdict != OV_VERDICT_UNKNOWN
          && recent->payload == row->payload
          && recent->payload_bytes == row->payload_bytes)
        return recent->verdict == OV_VERDICT_YES;
    }

  answer = payload_contains (self, body->payload + row->payload, row->payload_bytes, kind);
  if (recent != NULL && kind != OV_EVENT_LEVEL && kind != OV_EVENT_RECORDS)
    *recent = (OvRecentPayload) { row->payload, row->payload_bytes, answer ? OV_VERDICT_YES : OV_VERDICT_NO };

  return answer;
}

static gboolean
has_text (const OvEventFilter *filter,
          const OvBody        *body,
          const OvRow         *row,
          guint8               kind,
          OvRecentPayload     *recent)
{
  /* What is found out is the same for everybody who asks; see OvVerdicts. */
  OvEventFilter *self = (OvEventFilter *) filter;

  return actor_contains (self, row->actor)
         || actor_contains (self, row->peer)
         || text_contains (self, row->shape)
         || row_payload_contains (self, body, row, kind, recent);
}

/* ---- one row ---- */

static gboolean
is_wanted_actor (const OvEventFilter *self,
                 guint32              actor)
{
  guint low = 0;
  guint high = self->n_actors;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->actors[middle] < actor)
        low = middle + 1;
      else
        high = middle;
    }

  return low < self->n_actors && self->actors[low] == actor;
}

static gboolean
has_actors (const OvEventFilter *self,
            const OvRow         *row)
{
  if (self->query.actors == NULL)
    return TRUE;
  if (self->query.both)
    return is_wanted_actor (self, row->actor) && is_wanted_actor (self, row->peer);

  return is_wanted_actor (self, row->actor) || is_wanted_actor (self, row->peer);
}

gboolean
ov_event_filter_is_in_time (const OvEventFilter *self,
                            gint64               min_ns,
                            gint64               max_ns)
{
  if (self->query.from_ns == 0 && self->query.to_ns == 0)
    return TRUE;

  return max_ns >= self->query.from_ns && min_ns < self->query.to_ns;
}

gboolean
ov_event_filter_matches_row (const OvEventFilter *self,
                             const OvBody        *body,
                             guint                i,
                             OvRecentPayload     *recent)
{
  const OvRow *row = &body->rows[i];
  guint8 kind = body->kinds[i];

  return (self->query.kinds >> (kind % OV_CHUNK_KINDS) & 1) != 0
         && ov_event_filter_is_in_time (self, body->times[i], body->times[i])
         && (row->flags & self->query.flags) == self->query.flags
         && (self->query.shape == 0 || row->shape == self->query.shape)
         && has_actors (self, row)
         && (self->text == NULL || has_text (self, body, row, ov_kind_of (kind), recent));
}
