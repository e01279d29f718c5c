/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line for people:
 *
 *   12:03:04.123456  send       orders → cart       {'$gen_call',{<0.231.0>,…},{get,17}}
 *   clock            kind       who, as wide as the widest so far       what
 *
 * Invariant: no byte that came from a node or a file reaches a terminal unless the safe printer wrote it.
 * Thread: one at a time.
 */
#include "ops/ov-event-line-private.h"

#include "export/ov-process-text.h"
#include "ops/ov-answer-text.h"
#include "ops/ov-event-words-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)

#define KIND_COLUMNS 10
#define MIN_WHO_COLUMNS 24
#define MIN_WHAT_COLUMNS 4

#define FAINT  "\033[2m"
#define PLAIN  "\033[0m"

typedef struct
{
  const char *word;        /* short enough for its column */
  const char *paint;
} Kind;

static const Kind kinds[OV_N_EVENT_KINDS] = {
  [OV_EVENT_SEND] = { "send", "\033[36m" },
  [OV_EVENT_SEND_NOWHERE] = { "send lost", "\033[33m" },
  [OV_EVENT_RECEIVE] = { "receive", "\033[34m" },
  [OV_EVENT_SPAWN] = { "spawn", "\033[32m" },
  [OV_EVENT_SPAWNED] = { "spawned", "\033[32m" },
  [OV_EVENT_EXIT] = { "exit", "\033[31m" },
  [OV_EVENT_LINK] = { "link", FAINT },
  [OV_EVENT_UNLINK] = { "unlink", FAINT },
  [OV_EVENT_LINKED] = { "linked", FAINT },
  [OV_EVENT_UNLINKED] = { "unlinked", FAINT },
  [OV_EVENT_REGISTER] = { "register", "\033[32m" },
  [OV_EVENT_UNREGISTER] = { "unregister", FAINT },
  [OV_EVENT_CALL] = { "call", "\033[35m" },
  [OV_EVENT_RETURN] = { "return", "\033[35m" },
  [OV_EVENT_EXCEPTION] = { "exception", "\033[31m" },
  [OV_EVENT_IN] = { "in", FAINT },
  [OV_EVENT_OUT] = { "out", FAINT },
  [OV_EVENT_GC_START] = { "gc start", FAINT },
  [OV_EVENT_GC_END] = { "gc end", FAINT },
  [OV_EVENT_PORT_OPEN] = { "open", FAINT },
  [OV_EVENT_PORT_CLOSED] = { "closed", FAINT },
  [OV_EVENT_HOP] = { "hop", "\033[36m" },
  [OV_EVENT_FLOW] = { "flow", "\033[36m" },
  [OV_EVENT_LATENCY] = { "latency", FAINT },
  [OV_EVENT_RECORDS] = { "records", FAINT },
  [OV_EVENT_GAP] = { "gap", "\033[33m" },
  [OV_EVENT_LEVEL] = { "level", "\033[33m" },
  [OV_EVENT_OTHER] = { "other", FAINT },
};

static const char *
get_name (OvEventLine *self,
          guint32      number)
{
  const OvLineActor *actor = ov_event_line_get_actor (self, number);

  return actor != NULL ? actor->words : NULL;
}

static void
paint (OvEventLine *self,
       const char  *colour,
       const char  *text)
{
  if (self->style.colour && *text != '\0')
    g_string_append_printf (self->line, "%s%s" PLAIN, colour, text);
  else
    g_string_append (self->line, text);
}

static void
pad (OvEventLine *self,
     guint        columns,
     guint        used)
{
  for (; used < columns; used++)
    g_string_append_c (self->line, ' ');
}

/* Local time to the microsecond. */
static void
append_clock (OvEventLine *self,
              gint64       at_ns)
{
  gint64 second = at_ns / NS_PER_S;
  char text[24];

  if (second != self->second)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (second);
      g_autofree char *clock = time != NULL ? g_date_time_format (time, "%H:%M:%S") : NULL;

      g_strlcpy (self->clock, clock != NULL ? clock : "??:??:??", sizeof self->clock);
      self->second = second;
    }
  g_snprintf (text, sizeof text, "%s.%06d", self->clock, (int) (ABS (at_ns % NS_PER_S) / 1000));
  paint (self, FAINT, text);
  g_string_append (self->line, "  ");
}

/* "orders → cart", "→ cart" for what arrives, "cart". */
static char *
dup_who (OvEventLine   *self,
         const OvEvent *event)
{
  const char *actor = get_name (self, event->actor), *peer = get_name (self, event->peer);
  const char *arrow = self->style.ascii ? "->" : "→";

  if (event->kind == OV_EVENT_RECEIVE)
    return peer != NULL ? g_strdup_printf ("%s %s %s", peer, arrow, actor != NULL ? actor : "?")
                        : g_strdup_printf ("%s %s", arrow, actor != NULL ? actor : "?");
  if (peer == NULL)
    return g_strdup (actor != NULL ? actor : "");

  return g_strdup_printf ("%s %s %s", actor != NULL ? actor : "?", arrow, peer);
}

/* Grows with what was seen, up to two fifths of the terminal: columns of one screen stand still. */
static void
append_who (OvEventLine   *self,
            const OvEvent *event)
{
  g_autofree char *who = dup_who (self, event);
  guint columns = ov_process_text_measure (who);
  guint limit = self->style.columns != 0 ? MAX (self->style.columns * 2 / 5, MIN_WHO_COLUMNS) : 60;

  self->who_columns = MIN (MAX (self->who_columns, columns), limit);
  ov_answer_text_append_cut (self->line, who, self->style.columns != 0 ? limit : 0, self->style.ascii);
  pad (self, self->who_columns, columns);
}

/* Of the line so far, without what colours it. */
static guint
measure_line (OvEventLine *self)
{
  guint columns = 0;

  for (const char *c = self->line->str; *c != '\0';)
    if (*c == '\033')
      {
        while (*c != '\0' && *c != 'm')
          c++;
        c += *c == 'm';
      }
    else
      {
        gunichar character = g_utf8_get_char (c);

        columns += g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
        c = g_utf8_next_char (c);
      }

  return columns;
}

static char *
dup_gap_words (GBytes *payload)
{
  OvEventGap gap = { 0 };
  g_autofree char *paused = NULL;
  guint64 count;

  ov_event_line_read (payload, &gap, sizeof gap);
  count = GUINT64_FROM_LE (gap.count);
  paused = g_strdup_printf ("%.3g", (double) GINT64_FROM_LE (gap.paused_ns) / 1e6);
  switch (GUINT32_FROM_LE (gap.reason))
    {
    case OV_GAP_CREDIT:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events were dropped: they came faster than they could be taken"), count);
    case OV_GAP_GOVERNOR:
      return g_strdup_printf (_("paused for %s ms (%" G_GUINT64_FORMAT " events dropped): over the rate limit"), paused, count);
    case OV_GAP_FUSE:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events were dropped: too much for the node, tracing is off"), count);
    case OV_GAP_RECORDER:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events could not be kept: memory or disk is full"), count);
    case OV_GAP_LOST:
      return g_strdup (_("the connection to the node was lost"));
    case OV_GAP_FOREIGN:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " processes are traced by somebody else, and left alone"), count);
    default:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events are missing"), count);
    }
}

/* What is written by us: sums, gaps, levels; FALSE: a term. */
static gboolean
append_own (OvEventLine   *self,
            const OvEvent *event,
            GBytes        *payload,
            GString       *words)
{
  OvEventFlow flow = { 0 };
  gint64 latency = 0;
  gsize length = 0;
  const char *bytes = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;
  const char *shape = ov_store_get_text (self->store, event->shape);
  g_autofree char *gap = NULL;

  switch (event->kind)
    {
    case OV_EVENT_FLOW:
      ov_event_line_read (payload, &flow, sizeof flow);
      g_string_append_printf (words, "%" G_GUINT64_FORMAT " × %s", (guint64) GUINT64_FROM_LE (flow.messages),
                              shape != NULL ? shape : "");
      return TRUE;
    case OV_EVENT_LATENCY:
      ov_event_line_read (payload, &latency, sizeof latency);
      g_string_append_printf (words, "%.3f ms", (double) GINT64_FROM_LE (latency) / 1e6);
      return TRUE;
    case OV_EVENT_GAP:
      gap = dup_gap_words (payload);
      g_string_append (words, gap);
      return TRUE;
    case OV_EVENT_LEVEL:
      g_string_append_len (words, bytes != NULL ? bytes : "", (gssize) length);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
append_words (OvEventLine   *self,
              const OvEvent *event,
              GBytes        *payload)
{
  GString *words = self->scratch;
  g_autofree char *safe = NULL;
  guint used = self->style.columns != 0 ? measure_line (self) : 0;

  g_string_truncate (words, 0);
  if (!append_own (self, event, payload, words))
    ov_event_words_append (words, event, payload, &self->format);
  if (event->flags & OV_EVENT_TRUNCATED && event->size_bytes > 0)
    {
      g_autoptr (JsonNode) size = json_node_init_int (json_node_alloc (), event->size_bytes);
      g_autofree char *text = ov_answer_text_dup_figure ("size_bytes", size);

      g_string_append_printf (words, "  (%s)", text);
    }
  safe = ov_answer_text_dup_safe (words->str);
  ov_answer_text_append_cut (self->line, safe, self->style.columns == 0 ? 0
                             : self->style.columns > used + MIN_WHAT_COLUMNS ? self->style.columns - used
                                                                             : MIN_WHAT_COLUMNS, self->style.ascii);
}

void
ov_event_line_write_text (OvEventLine   *self,
                          const OvEvent *event,
                          GBytes        *payload)
{
  const Kind *kind = &kinds[MIN (event->kind, OV_EVENT_OTHER)];

  append_clock (self, event->at_ns);
  paint (self, kind->paint, kind->word);
  pad (self, KIND_COLUMNS + 1, (guint) strlen (kind->word));
  if (event->kind != OV_EVENT_GAP && event->kind != OV_EVENT_LEVEL)
    {
      append_who (self, event);
      g_string_append (self->line, "  ");
    }
  append_words (self, event, payload);
  while (self->line->len > 0 && self->line->str[self->line->len - 1] == ' ')
    g_string_truncate (self->line, self->line->len - 1);
}
