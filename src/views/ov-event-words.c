/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events as people read them: see the header.
 * Invariant: every kind has a word and an icon, and belongs to exactly one group but
 * RECORDS, which are no events to read.  Thread: any, where the style is given.
 */
#include "config.h"

#include "views/ov-event-words.h"

#include "views/ov-settings.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_WHOLE   200000
#define NS_PER_S    G_GINT64_CONSTANT (1000000000)

#define MASK2(a, b) (OV_EVENT_MASK (OV_EVENT_##a) | OV_EVENT_MASK (OV_EVENT_##b))
#define MASK3(a, b, c) (MASK2 (a, b) | OV_EVENT_MASK (OV_EVENT_##c))

static const OvEventGroup groups[] = {
  { "messages", N_("Messages"), MASK3 (SEND, SEND_NOWHERE, RECEIVE) },
  { "counted", N_("Counted messages"), MASK2 (FLOW, LATENCY) },
  { "lives", N_("Births and deaths"), MASK3 (SPAWN, SPAWNED, EXIT) },
  { "links", N_("Links and names"),
    MASK3 (LINK, UNLINK, LINKED) | MASK3 (UNLINKED, REGISTER, UNREGISTER) },
  { "calls", N_("Function calls"), MASK3 (CALL, RETURN, EXCEPTION) },
  { "scheduling", N_("Scheduling"), MASK2 (IN, OUT) },
  { "garbage", N_("Garbage collection"), MASK2 (GC_START, GC_END) },
  { "ports", N_("Ports"), MASK2 (PORT_OPEN, PORT_CLOSED) },
  { "hops", N_("Hops of a followed message"), OV_EVENT_MASK (OV_EVENT_HOP) },
  { "gaps", N_("Gaps and others"), MASK3 (GAP, LEVEL, OTHER) },
};

static const struct
{
  const char *word, *icon;
} kinds[OV_N_EVENT_KINDS] = {
  [OV_EVENT_SEND] = { N_("Send"), "ov-send-symbolic" },
  [OV_EVENT_SEND_NOWHERE] = { N_("Send to nobody"), "ov-send-nowhere-symbolic" },
  [OV_EVENT_RECEIVE] = { N_("Receive"), "ov-receive-symbolic" },
  [OV_EVENT_SPAWN] = { N_("Spawn"), "list-add-symbolic" },
  [OV_EVENT_SPAWNED] = { N_("Spawned"), "list-add-symbolic" },
  [OV_EVENT_EXIT] = { N_("Exit"), "process-stop-symbolic" },
  [OV_EVENT_LINK] = { N_("Link"), "ov-link-symbolic" },
  [OV_EVENT_UNLINK] = { N_("Unlink"), "ov-link-symbolic" },
  [OV_EVENT_LINKED] = { N_("Linked"), "ov-link-symbolic" },
  [OV_EVENT_UNLINKED] = { N_("Unlinked"), "ov-link-symbolic" },
  [OV_EVENT_REGISTER] = { N_("Register"), "ov-name-symbolic" },
  [OV_EVENT_UNREGISTER] = { N_("Unregister"), "ov-name-symbolic" },
  [OV_EVENT_CALL] = { N_("Call"), "ov-call-symbolic" },
  [OV_EVENT_RETURN] = { N_("Return"), "ov-return-symbolic" },
  [OV_EVENT_EXCEPTION] = { N_("Exception"), "dialog-error-symbolic" },
  [OV_EVENT_IN] = { N_("Runs"), "media-playback-start-symbolic" },
  [OV_EVENT_OUT] = { N_("Waits"), "media-playback-pause-symbolic" },
  [OV_EVENT_GC_START] = { N_("GC begins"), "user-trash-symbolic" },
  [OV_EVENT_GC_END] = { N_("GC ends"), "user-trash-symbolic" },
  [OV_EVENT_PORT_OPEN] = { N_("Port opened"), "ov-port-symbolic" },
  [OV_EVENT_PORT_CLOSED] = { N_("Port closed"), "ov-port-symbolic" },
  [OV_EVENT_HOP] = { N_("Hop"), "ov-path-symbolic" },
  [OV_EVENT_FLOW] = { N_("Counted"), "ov-messages-symbolic" },
  [OV_EVENT_LATENCY] = { N_("Answered"), "ov-return-symbolic" },
  [OV_EVENT_RECORDS] = { N_("Census or sample"), "ov-processes-symbolic" },
  [OV_EVENT_GAP] = { N_("Gap"), "dialog-warning-symbolic" },
  [OV_EVENT_LEVEL] = { N_("Level"), "ov-trace-symbolic" },
  [OV_EVENT_OTHER] = { N_("Other"), "dialog-question-symbolic" },
};

/* The first that is set names the message. */
static const struct
{
  guint8      flag;
  const char *word;
} flag_words[] = {
  { OV_EVENT_IS_CALL, N_("call, asks for an answer") },
  { OV_EVENT_IS_REPLY, N_("answer") },
  { OV_EVENT_IS_CAST, N_("cast") },
  { OV_EVENT_IS_SYSTEM, N_("system message") },
  { OV_EVENT_IS_EXIT, N_("exit signal") },
  { OV_EVENT_IS_TIMEOUT, N_("timeout") },
};

static const char *const gap_words[] = {
  [OV_GAP_CREDIT] = N_("they came faster than this program could take them"),
  [OV_GAP_GOVERNOR] = N_("there were more events a second than the limit"),
  [OV_GAP_FUSE] = N_("it became too much; tracing is off until you arm it again"),
  [OV_GAP_RECORDER] = N_("there was no room left to keep them"),
  [OV_GAP_LOST] = N_("the connection was lost"),
  [OV_GAP_FOREIGN] = N_("another tracer has these processes"),
};

const OvEventGroup *
ov_event_words_get_groups (guint *n)
{
  *n = G_N_ELEMENTS (groups);
  return groups;
}

const char *
ov_event_words_of_kind (OvEventKind kind)
{
  return _(kinds[(guint) kind < OV_N_EVENT_KINDS ? kind : OV_EVENT_OTHER].word);
}

const char *
ov_event_words_get_icon (OvEventKind kind)
{
  return kinds[(guint) kind < OV_N_EVENT_KINDS ? kind : OV_EVENT_OTHER].icon;
}

const char *
ov_event_words_of_flags (guint8 flags)
{
  for (guint i = 0; i < G_N_ELEMENTS (flag_words); i++)
    if (flags & flag_words[i].flag)
      return _(flag_words[i].word);
  return NULL;
}

char *
ov_event_words_clock (gint64 at_ns)
{
  g_autofree char *seconds = ov_words_clock (at_ns);
  gint64 rest_ns = at_ns % NS_PER_S;

  return g_strdup_printf ("%s.%06d", seconds, (int) ((rest_ns < 0 ? 0 : rest_ns) / 1000));
}

char *
ov_event_words_duration (gint64 ns)
{
  if (ns < 1000 * 1000)
    /* Translators: microseconds. */
    return g_strdup_printf (_("%.0f µs"), (double) ns / 1e3);
  if (ns < NS_PER_S)
    /* Translators: milliseconds. */
    return g_strdup_printf (_("%.1f ms"), (double) ns / 1e6);
  /* Translators: seconds. */
  return g_strdup_printf (_("%.1f s"), (double) ns / 1e9);
}

/* Payloads. */

/* How a payload is to be written. */
typedef struct
{
  OvStore      *store;
  GBytes       *bytes;
  OvTermFormat  format;
} Payload;

static char *
print_term (const Payload *payload,
            const OvTerm  *term)
{
  return ov_term_to_string (term, &payload->format, NULL);
}

static char *
print_bytes (const Payload *payload)
{
  GString *into = g_string_new (NULL);
  gsize length;
  gconstpointer bytes = g_bytes_get_data (payload->bytes, &length);

  ov_term_print_bytes (bytes, length, &payload->format, into, NULL);
  return g_string_free (into, FALSE);
}

static OvTerm *
decode (const Payload *payload)
{
  gsize length;
  gconstpointer bytes = g_bytes_get_data (payload->bytes, &length);

  return ov_term_decode (bytes, length, NULL, NULL, NULL);
}

/* "shop_cart:add" or "Shop.Cart.add"; NULL: these are no names. */
static char *
dup_function (const Payload *payload,
              const OvTerm  *mfa)
{
  const OvTerm *module = ov_term_get_element (mfa, 0);
  const char *function = ov_term_get_size (mfa) == 3
                         ? ov_term_get_atom (ov_term_get_element (mfa, 1)) : NULL;
  g_autofree char *name = NULL;

  if (!function || !ov_term_get_atom (module))
    return NULL;
  name = print_term (payload, module);
  return g_strdup_printf ("%s%c%s", name,
                          payload->format.style == OV_TERM_STYLE_ELIXIR ? '.' : ':', function);
}

/* {M, F, Args} as it would be called; @rest is the third element. */
static char *
print_call (const Payload *payload,
            const OvTerm  *mfa)
{
  g_autofree char *function = dup_function (payload, mfa);
  const OvTerm *rest = function ? ov_term_get_element (mfa, 2) : NULL;
  GString *into;
  gint64 arity;

  if (!function)
    return NULL;
  if (ov_term_get_integer (rest, &arity))
    return g_strdup_printf ("%s/%" G_GINT64_FORMAT, function, arity);
  if (ov_term_get_type (rest) != OV_TERM_LIST)
    return NULL;
  into = g_string_new (function);
  g_string_append_c (into, '(');
  for (guint i = 0; i < ov_term_get_size (rest); i++)
    {
      g_autofree char *argument = print_term (payload, ov_term_get_element (rest, i));

      g_string_append_printf (into, "%s%s", i ? ", " : "", argument);
    }
  g_string_append_c (into, ')');
  return g_string_free (into, FALSE);
}

static char *
print_spawn (const Payload *payload)
{
  g_autoptr(OvTerm) term = decode (payload);

  return term ? print_call (payload, term) : NULL;
}

/* {{M, F, Arity}, Value}. */
static gboolean
read_outcome (const Payload  *payload,
              char          **function,
              char          **value)
{
  g_autoptr(OvTerm) term = decode (payload);

  if (!term || ov_term_get_size (term) != 2)
    return FALSE;
  *function = print_call (payload, ov_term_get_element (term, 0));
  *value = print_term (payload, ov_term_get_element (term, 1));
  return *function != NULL;
}

static char *
print_return (const Payload *payload)
{
  g_autofree char *function = NULL, *value = NULL;

  /* Translators: a function, and what it returned. */
  return read_outcome (payload, &function, &value) ? g_strdup_printf (_("%s → %s"), function, value)
                                                   : NULL;
}

static char *
print_exception (const Payload *payload)
{
  g_autofree char *function = NULL, *value = NULL;

  /* Translators: a function, and the exception. */
  return read_outcome (payload, &function, &value)
         ? g_strdup_printf (_("%s raised %s"), function, value) : NULL;
}

static gboolean
read_struct (const Payload *payload,
             gpointer       into,
             gsize          size)
{
  gsize length;
  gconstpointer bytes = g_bytes_get_data (payload->bytes, &length);

  if (length < size)
    return FALSE;
  memcpy (into, bytes, size);
  return TRUE;
}

static char *
print_flow (const Payload *payload)
{
  OvEventFlow flow;
  g_autofree char *messages = NULL, *bytes = NULL;

  if (!read_struct (payload, &flow, sizeof flow))
    return NULL;
  flow.messages = GUINT64_FROM_LE (flow.messages);
  messages = ov_words_count (flow.messages);
  bytes = ov_words_bytes (GUINT64_FROM_LE (flow.bytes));
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s message, %s", "%s messages, %s",
                                       (gulong) MIN (flow.messages, G_MAXINT)), messages, bytes);
}

static char *
print_latency (const Payload *payload)
{
  gint64 ns;
  g_autofree char *duration = NULL;

  if (!read_struct (payload, &ns, sizeof ns))
    return NULL;
  duration = ov_event_words_duration (GINT64_FROM_LE (ns));
  /* Translators: how long the answer took. */
  return g_strdup_printf (_("after %s"), duration);
}

static char *
print_gap (const Payload *payload)
{
  OvEventGap gap;
  g_autofree char *count = NULL, *paused = NULL;
  const char *why;

  if (!read_struct (payload, &gap, sizeof gap))
    return NULL;
  gap.reason = GUINT32_FROM_LE (gap.reason);
  why = gap.reason < G_N_ELEMENTS (gap_words) ? _(gap_words[gap.reason]) : _("for a reason unknown here");
  count = ov_words_count (GUINT64_FROM_LE (gap.count));
  paused = ov_event_words_duration (GINT64_FROM_LE (gap.paused_ns));
  if (gap.reason == OV_GAP_FOREIGN)
    /* Translators: a count of processes, and the reason. */
    return g_strdup_printf (_("%s processes are not traced: %s"), count, why);
  if (gap.count == 0)
    /* Translators: a duration, and the reason. */
    return g_strdup_printf (_("Tracing rested for %s: %s"), paused, why);
  /* Translators: a count of events, and the reason. */
  return g_strdup_printf (_("%s events are missing: %s"), count, why);
}

static char *
print_text (const Payload *payload)
{
  gsize length;
  const char *text = g_bytes_get_data (payload->bytes, &length);

  return g_strndup (text, length);
}

static char *
print_records (const Payload *payload)
{
  g_autofree char *bytes = ov_words_bytes (g_bytes_get_size (payload->bytes));

  /* Translators: a size. */
  return g_strdup_printf (_("%s of figures and relations of processes"), bytes);
}

/* What does not understand its payload says NULL; then it is printed as the term it is. */
static char *(*const printers[OV_N_EVENT_KINDS]) (const Payload *payload) = {
  [OV_EVENT_SPAWN] = print_spawn,
  [OV_EVENT_SPAWNED] = print_spawn,
  [OV_EVENT_CALL] = print_spawn,
  [OV_EVENT_IN] = print_spawn,
  [OV_EVENT_OUT] = print_spawn,
  [OV_EVENT_RETURN] = print_return,
  [OV_EVENT_EXCEPTION] = print_exception,
  [OV_EVENT_FLOW] = print_flow,
  [OV_EVENT_LATENCY] = print_latency,
  [OV_EVENT_GAP] = print_gap,
  [OV_EVENT_LEVEL] = print_text,
  [OV_EVENT_RECORDS] = print_records,
};

static char *
print (OvStore       *store,
       guint64        number,
       const OvEvent *event,
       OvTermStyle    style,
       guint          max_chars,
       guint          width)
{
  g_autoptr(GBytes) bytes = ov_store_dup_payload (store, number);
  Payload payload = {
    .store = store, .bytes = bytes,
    .format = { .style = style, .max_chars = max_chars, .width = width,
                .local_node = ov_store_get_node (store) },
  };
  char *text = NULL;

  if (!bytes)
    return g_strdup (_("(no longer kept)"));
  if (event->kind < OV_N_EVENT_KINDS && printers[event->kind])
    text = printers[event->kind] (&payload);
  if (text || g_bytes_get_size (bytes) == 0)
    return text ? text : g_strdup ("");
  return print_bytes (&payload);
}

OvTermStyle
ov_event_words_get_style (void)
{
  return ov_settings_is_elixir () ? OV_TERM_STYLE_ELIXIR : OV_TERM_STYLE_ERLANG;
}

char *
ov_event_words_message (OvStore       *store,
                        guint64        number,
                        const OvEvent *event,
                        OvTermStyle    style,
                        guint          max_chars)
{
  g_autofree char *text = print (store, number, event, style, max_chars, 0);
  g_autofree char *clean = ov_words_clean (text, max_chars);
  const char *shape = event->kind == OV_EVENT_FLOW ? ov_store_get_text (store, event->shape) : NULL;

  /* Counted messages are of one form; there is nothing else to tell of them. */
  return shape ? g_strdup_printf ("%s  %s", shape, clean) : g_steal_pointer (&clean);
}

char *
ov_event_words_whole (OvStore       *store,
                      guint64        number,
                      const OvEvent *event,
                      OvTermStyle    style,
                      guint          width)
{
  g_autofree char *text = print (store, number, event, style, MAX_WHOLE, width);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  /* Line breaks are the printer's; everything else is the node's. */
  for (guint i = 0; lines[i]; i++)
    {
      char *clean = ov_words_clean (lines[i], MAX_WHOLE);

      g_free (lines[i]);
      lines[i] = clean;
    }
  return g_strjoinv ("\n", lines);
}

char *
ov_event_words_line (OvStore       *store,
                     guint64        number,
                     const OvEvent *event,
                     OvTermStyle    style,
                     guint          max_chars)
{
  g_autofree char *clock = ov_event_words_clock (event->at_ns);
  g_autofree char *message = ov_event_words_message (store, number, event, style, max_chars);
  g_autofree char *actor = event->actor != OV_ACTOR_NONE
                           ? ov_store_dup_actor_name (store, event->actor) : g_strdup ("—");
  g_autofree char *peer = event->peer != OV_ACTOR_NONE
                          ? ov_store_dup_actor_name (store, event->peer) : NULL;
  g_autofree char *who = peer ? g_strdup_printf ("%s → %s", actor, peer) : g_strdup (actor);
  g_autofree char *clean = ov_words_clean (who, 300);

  return g_strdup_printf ("%s  %s  %s  %s", clock, ov_event_words_of_kind (event->kind), clean,
                          message);
}
