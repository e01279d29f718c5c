/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTimeSource: see the header.
 *
 * Marks are the facts of the process table: a crash, and a child that took another's place.  Gaps
 * are the GAP events of the store, and the time after a fuse went until it was armed again; those
 * that nearly touch are one.  Both lists only grow, in order of time as good as they came.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-time-source.h"

#include "views/ov-words.h"
#include "trace/ov-event-filter.h"

#include <glib/gi18n.h>
#include <string.h>

/* What is nearer than that cannot be told apart anyway. */
#define TOUCHING_NS (G_GINT64_CONSTANT (50) * 1000 * 1000)
/* Of one that is known by its count only. */
#define POINT_NS    (G_GINT64_CONSTANT (10) * 1000 * 1000)
#define READ_AT_ONCE 20000

struct _OvTimeSource
{
  OvNode        *node;
  OvEventFilter *gap_filter;
  guint64        next_event;  /* the first that was not looked at for gaps */
  GArray        *gaps;        /* of OvTimelineGap */
  gint64         off_ns;      /* the fuse went then; 0: it is whole */
  guint64        next_fact;
  GArray        *marks;       /* of OvTimelineMark; the id is the number of its fact */
};

/* normal, shutdown and {shutdown, _} are how a process is meant to end. */
static gboolean
is_crash (const char *reason)
{
  return reason && !g_str_equal (reason, "normal") && !g_str_equal (reason, "shutdown")
         && !g_str_has_prefix (reason, "{shutdown,");
}

static void
read_facts (OvTimeSource *self)
{
  OvProcessTable *table = ov_node_get_processes (self->node);
  OvStrings *strings = ov_process_table_get_strings (table);
  guint64 n = ov_process_table_get_n_facts (table);

  /* The table began anew: another life of the node. */
  if (self->next_fact > n)
    {
      self->next_fact = 0;
      g_array_set_size (self->marks, 0);
    }
  for (; self->next_fact < n; self->next_fact++)
    {
      const OvLifeFact *fact = ov_process_table_get_fact (table, self->next_fact);
      OvTimelineMark mark = { .id = self->next_fact };

      if (!fact || (fact->kind != OV_LIFE_RESTARTED
                    && !(fact->kind == OV_LIFE_DIED
                         && is_crash (ov_strings_get (strings, fact->reason)))))
        continue;
      mark.at_ns = fact->at_ns;
      mark.tone = fact->kind == OV_LIFE_RESTARTED ? OV_TONE_RENEWED : OV_TONE_ERROR;
      g_array_append_val (self->marks, mark);
    }
}

static void
add_gap (OvTimeSource *self,
         gint64        from_ns,
         gint64        to_ns)
{
  OvTimelineGap *last = self->gaps->len
    ? &g_array_index (self->gaps, OvTimelineGap, self->gaps->len - 1) : NULL;

  if (last && from_ns <= last->to_ns + TOUCHING_NS && to_ns >= last->from_ns)
    last->to_ns = MAX (last->to_ns, to_ns);
  else
    g_array_append_vals (self->gaps, &(OvTimelineGap) { from_ns, to_ns }, 1);
}

static void
read_gap (OvTimeSource  *self,
          guint64        number,
          const OvEvent *event)
{
  g_autoptr(GBytes) payload = ov_store_dup_payload (ov_node_get_store (self->node), number);
  gsize length = 0;
  gconstpointer bytes = payload ? g_bytes_get_data (payload, &length) : NULL;
  OvEventGap gap;

  if (event->kind == OV_EVENT_LEVEL)
    {
      /* "off: fuse", "edges: rate". */
      gboolean is_off = length >= 3 && memcmp (bytes, "off", 3) == 0;

      if (!is_off && self->off_ns)
        add_gap (self, self->off_ns, event->at_ns);
      self->off_ns = !is_off ? 0 : self->off_ns ? self->off_ns : event->at_ns;
      return;
    }
  if (length < sizeof gap)
    return;
  memcpy (&gap, bytes, sizeof gap);
  /* Processes of another tracer are no time that is missing. */
  if (GUINT32_FROM_LE (gap.reason) != OV_GAP_FOREIGN)
    add_gap (self, event->at_ns - MAX (POINT_NS, GINT64_FROM_LE (gap.paused_ns)), event->at_ns);
}

static void
read_gaps (OvTimeSource *self)
{
  OvStore *store = ov_node_get_store (self->node);
  guint64 end = ov_store_get_end (store);
  guint64 number;
  guint n = 0;

  /* What is left is read with the next question. */
  while (self->next_event < end && n++ < READ_AT_ONCE)
    {
      OvEvent event;

      number = ov_event_filter_next (self->gap_filter, self->next_event, end);
      self->next_event = number == OV_EVENT_NONE ? end : number + 1;
      if (number != OV_EVENT_NONE && ov_store_get_event (store, number, &event))
        read_gap (self, number, &event);
    }
}

/* What the time line asks. */

static gboolean
get_span (gint64  *first_ns,
          gint64  *last_ns,
          gpointer user_data)
{
  OvTimeSource *self = user_data;
  OvStore *store = ov_node_get_store (self->node);

  if (!ov_store_get_span (store, first_ns, last_ns))
    return FALSE;
  if (ov_node_get_state (self->node) == OV_NODE_LIVE)
    *last_ns = MAX (*last_ns, ov_node_get_now (self->node));
  return TRUE;
}

static void
get_bins (gint64   from_ns,
          gint64   to_ns,
          guint    n,
          guint32 *bins,
          gpointer user_data)
{
  OvTimeSource *self = user_data;

  ov_store_count_bins (ov_node_get_store (self->node), from_ns, to_ns,
                       (OV_EVENT_MASK (OV_N_EVENT_KINDS) - 1) & ~OV_EVENT_MASK (OV_EVENT_RECORDS),
                       n, bins);
}

static void
get_marks (gint64   from_ns,
           gint64   to_ns,
           GArray  *marks,
           gpointer user_data)
{
  OvTimeSource *self = user_data;

  read_facts (self);
  for (guint i = 0; i < self->marks->len; i++)
    {
      const OvTimelineMark *mark = &g_array_index (self->marks, OvTimelineMark, i);

      if (mark->at_ns >= from_ns && mark->at_ns < to_ns)
        g_array_append_vals (marks, mark, 1);
    }
}

static void
get_gaps (gint64   from_ns,
          gint64   to_ns,
          GArray  *gaps,
          gpointer user_data)
{
  OvTimeSource *self = user_data;

  read_gaps (self);
  for (guint i = 0; i < self->gaps->len; i++)
    {
      const OvTimelineGap *gap = &g_array_index (self->gaps, OvTimelineGap, i);

      if (gap->to_ns > from_ns && gap->from_ns < to_ns)
        g_array_append_vals (gaps, gap, 1);
    }
  if (self->off_ns && self->off_ns < to_ns)
    g_array_append_vals (gaps, &(OvTimelineGap) { self->off_ns, to_ns }, 1);
}

/* "shop_cart crashed: {badmatch,1}", "shop_cart was restarted". */
static char *
describe_mark (guint64  id,
               gpointer user_data)
{
  OvTimeSource *self = user_data;
  OvProcessTable *table = ov_node_get_processes (self->node);
  OvStrings *strings = ov_process_table_get_strings (table);
  const OvLifeFact *fact = ov_process_table_get_fact (table, id);
  g_autofree char *pid = NULL, *who = NULL, *reason = NULL;

  if (!fact)
    return g_strdup (_("No longer known"));
  pid = ov_pid_to_string (&fact->pid, ov_process_table_get_node_name (table));
  who = ov_words_clean (fact->name != OV_STRING_NONE ? ov_strings_get (strings, fact->name)
                        : fact->child_id != OV_STRING_NONE ? ov_strings_get (strings, fact->child_id)
                        : pid, 60);
  if (fact->kind == OV_LIFE_RESTARTED)
    /* Translators: a process. */
    return g_strdup_printf (_("%s was restarted"), who);
  reason = ov_words_term (ov_strings_get (strings, fact->reason), 160);
  /* Translators: a process, and its exit reason. */
  return g_strdup_printf (_("%s crashed: %s"), who, reason);
}

static const OvTimelineSource functions = {
  .get_span = get_span,
  .get_bins = get_bins,
  .get_marks = get_marks,
  .get_gaps = get_gaps,
  .describe_mark = describe_mark,
};

const OvTimelineSource *
ov_time_source_get_functions (void)
{
  return &functions;
}

OvTimeSource *
ov_time_source_new (OvNode *node)
{
  OvTimeSource *self = g_new0 (OvTimeSource, 1);
  OvEventQuery query = {
    .kinds = OV_EVENT_MASK (OV_EVENT_GAP) | OV_EVENT_MASK (OV_EVENT_LEVEL) };

  self->node = g_object_ref (node);
  self->gap_filter = ov_event_filter_new (ov_node_get_store (node), &query);
  self->next_event = ov_store_get_first (ov_node_get_store (node));
  self->gaps = g_array_new (FALSE, FALSE, sizeof (OvTimelineGap));
  self->marks = g_array_new (FALSE, FALSE, sizeof (OvTimelineMark));
  return self;
}

void
ov_time_source_free (OvTimeSource *self)
{
  g_array_unref (self->gaps);
  g_array_unref (self->marks);
  ov_event_filter_unref (self->gap_filter);
  g_object_unref (self->node);
  g_free (self);
}
