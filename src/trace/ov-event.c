/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of event kinds and gaps, as the command line prints them.
 * Invariant: every kind has one word, and no two share it.  Thread: any.
 */
#include "trace/ov-event.h"

static const char *const kind_words[OV_N_EVENT_KINDS] = {
  [OV_EVENT_SEND] = "send",
  [OV_EVENT_SEND_NOWHERE] = "send_to_non_existing_process",
  [OV_EVENT_RECEIVE] = "receive",
  [OV_EVENT_SPAWN] = "spawn",
  [OV_EVENT_SPAWNED] = "spawned",
  [OV_EVENT_EXIT] = "exit",
  [OV_EVENT_LINK] = "link",
  [OV_EVENT_UNLINK] = "unlink",
  [OV_EVENT_LINKED] = "getting_linked",
  [OV_EVENT_UNLINKED] = "getting_unlinked",
  [OV_EVENT_REGISTER] = "register",
  [OV_EVENT_UNREGISTER] = "unregister",
  [OV_EVENT_CALL] = "call",
  [OV_EVENT_RETURN] = "return",
  [OV_EVENT_EXCEPTION] = "exception",
  [OV_EVENT_IN] = "in",
  [OV_EVENT_OUT] = "out",
  [OV_EVENT_GC_START] = "gc_start",
  [OV_EVENT_GC_END] = "gc_end",
  [OV_EVENT_PORT_OPEN] = "open",
  [OV_EVENT_PORT_CLOSED] = "closed",
  [OV_EVENT_HOP] = "seq_trace",
  [OV_EVENT_FLOW] = "flow",
  [OV_EVENT_LATENCY] = "latency",
  [OV_EVENT_RECORDS] = "records",
  [OV_EVENT_GAP] = "gap",
  [OV_EVENT_LEVEL] = "level",
  [OV_EVENT_OTHER] = "other",
};

static const char *const gap_words[] = {
  [OV_GAP_CREDIT] = "credit",   [OV_GAP_GOVERNOR] = "governor", [OV_GAP_FUSE] = "fuse",
  [OV_GAP_RECORDER] = "recorder", [OV_GAP_LOST] = "lost",       [OV_GAP_FOREIGN] = "foreign",
};

const char *
ov_event_kind_get_word (OvEventKind kind)
{
  return (guint) kind < OV_N_EVENT_KINDS ? kind_words[kind] : kind_words[OV_EVENT_OTHER];
}

const char *
ov_gap_reason_get_word (OvGapReason reason)
{
  return (guint) reason < G_N_ELEMENTS (gap_words) ? gap_words[reason] : "unknown";
}
