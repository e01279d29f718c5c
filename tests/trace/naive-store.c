/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See naive-store.h. Thread: one.
 */
#include "naive-store.h"

#include "term/ov-term.h"

#include <string.h>

static const char *const shapes[] = { "{ok,_}", "{'$gen_call',_,get}", "{error,_}", "tick", "{Ünïcode,_}" };
static const char *const names[] = { "shop_cart", "Bank", "printer", "köln" };

static void
clear_event (gpointer event)
{
  g_clear_pointer (&((NaiveEvent *) event)->payload, g_bytes_unref);
}

NaiveStore *
naive_store_new (void)
{
  NaiveStore *self = g_new0 (NaiveStore, 1);

  self->events = g_array_new (FALSE, TRUE, sizeof (NaiveEvent));
  g_array_set_clear_func (self->events, clear_event);

  return self;
}

void
naive_store_free (NaiveStore *self)
{
  g_array_unref (self->events);
  g_free (self);
}

NaiveEvent *
naive_store_get (NaiveStore *self,
                 guint64     number)
{
  return &g_array_index (self->events, NaiveEvent, number);
}

/* ---- random events ---- */

static guint8
choose_kind (GRand *rand)
{
  guint i = (guint) g_rand_int_range (rand, 0, 100);

  /* Like a real stream: mostly messages, sometimes all the rest. */
  return i < 45 ? OV_EVENT_SEND : i < 90 ? OV_EVENT_RECEIVE : (guint8) g_rand_int_range (rand, 0, OV_N_EVENT_KINDS);
}

static guint32
choose_actor (OvStore *store,
              GRand   *rand)
{
  guint i = (guint) g_rand_int_range (rand, 0, 200);
  const char *name = names[i % G_N_ELEMENTS (names)];
  OvPid pid = { ov_store_get_node (store), 80 + i * i, i % 3, 7 };
  guint32 actor;

  if (i == 0)
    return OV_ACTOR_NONE;
  if (i < 5)
    return ov_store_intern_name (store, name, strlen (name));
  if (i % 10 == 0)
    pid.node = g_intern_static_string ("other@host");
  actor = ov_store_intern_actor (store, &pid);
  if (i % 17 == 0)
    ov_store_name_actor (store, actor, name, strlen (name));

  return actor;
}

/* A term without 131: {ok, Number, <<"some text">>}, or one of the structs. */
static GBytes *
make_payload (GRand *rand,
              guint8 kind)
{
  static const char *const words[] = { "Apple", "pear", "Straße", "plum", "" };
  const char *word = words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))];
  guint8 term[64] = { 104, 3, 119, 2, 'o', 'k', 97, (guint8) g_rand_int_range (rand, 0, 20), 109, 0, 0, 0,
                      (guint8) strlen (word) };
  OvEventFlow flow = { 0, g_rand_int (rand), 3 };
  OvEventGap gap = { g_rand_int (rand) % 100, 0, OV_GAP_CREDIT, 0 };
  gint64 latency = g_rand_int (rand);

  switch (kind)
    {
    case OV_EVENT_FLOW:
      return g_bytes_new (&flow, sizeof flow);
    case OV_EVENT_LATENCY:
      return g_bytes_new (&latency, sizeof latency);
    case OV_EVENT_GAP:
      return g_bytes_new (&gap, sizeof gap);
    case OV_EVENT_LEVEL:
      return g_bytes_new ("edges", 5);
    case OV_EVENT_LINK:
      return g_bytes_new (NULL, 0);
    default:
      memcpy (term + 13, word, strlen (word));
      return g_bytes_new (term, 13 + strlen (word));
    }
}

gint64
append_random (OvStore    *store,
               NaiveStore *naive,
               GRand      *rand,
               gint64      at_ns,
               guint       n)
{
  ov_store_begin (store);
  for (guint i = 0; i < n; i++)
    {
      const char *shape = shapes[g_rand_int_range (rand, 0, G_N_ELEMENTS (shapes))];
      NaiveEvent one = { 0 };
      gsize size;
      gconstpointer bytes;

      at_ns += g_rand_int_range (rand, 0, 1000) - (g_rand_int_range (rand, 0, 50) == 0 ? 5000 : 0);
      one.event.kind = choose_kind (rand);
      one.payload = make_payload (rand, one.event.kind);
      bytes = g_bytes_get_data (one.payload, &size);
      one.event.at_ns = at_ns;
      one.event.actor = choose_actor (store, rand);
      one.event.peer = choose_actor (store, rand);
      one.event.shape = g_rand_boolean (rand) ? ov_store_intern_text (store, shape, strlen (shape)) : 0;
      one.event.tag = g_rand_int (rand);
      one.event.trace = (guint16) g_rand_int_range (rand, 0, 4);
      one.event.flags = (guint8) g_rand_int_range (rand, 0, 128);
      one.event.size_bytes = (guint32) size + 10;
      g_assert_cmpuint (ov_store_append (store, &one.event, bytes, size), !=, OV_EVENT_NONE);
      if (naive != NULL)
        g_array_append_val (naive->events, one);
      else
        g_bytes_unref (one.payload);
    }
  ov_store_commit (store);

  return at_ns;
}

/* ---- the same answers by loops ---- */

void
assert_same (OvStore    *store,
             NaiveStore *naive,
             guint64     from,
             guint64     to)
{
  for (guint64 number = from; number < to; number++)
    {
      NaiveEvent *wanted = naive_store_get (naive, number);
      g_autoptr (GBytes) payload = ov_store_dup_payload (store, number);
      OvEvent event;

      g_assert_true (ov_store_get_event (store, number, &event));
      g_assert_cmpint (event.at_ns, ==, wanted->event.at_ns);
      g_assert_cmpuint (event.kind, ==, wanted->event.kind);
      g_assert_cmpuint (event.actor, ==, wanted->event.actor);
      g_assert_cmpuint (event.peer, ==, wanted->event.peer);
      g_assert_cmpuint (event.shape, ==, wanted->event.shape);
      g_assert_cmpuint (event.tag, ==, wanted->event.tag);
      g_assert_cmpuint (event.trace, ==, wanted->event.trace);
      g_assert_cmpuint (event.flags, ==, wanted->event.flags);
      g_assert_cmpuint (event.size_bytes, ==, wanted->event.size_bytes);
      g_assert_cmpuint (event.payload_bytes, ==, g_bytes_get_size (wanted->payload));
      g_assert_true (g_bytes_equal (payload, wanted->payload));
    }
}

guint64
naive_find_time (NaiveStore *self,
                 gint64      at_ns)
{
  guint64 number = 0;

  while (number < self->events->len && naive_store_get (self, number)->event.at_ns < at_ns)
    number++;

  return number;
}

void
naive_count_bins (NaiveStore *self,
                  gint64      from_ns,
                  gint64      to_ns,
                  guint64     kinds,
                  guint       n_bins,
                  guint32    *bins)
{
  double scale = n_bins / (double) (to_ns - from_ns);

  memset (bins, 0, n_bins * sizeof *bins);
  for (guint64 number = 0; number < self->events->len; number++)
    {
      const OvEvent *event = &naive_store_get (self, number)->event;

      if (event->at_ns >= from_ns && event->at_ns < to_ns && (kinds & OV_EVENT_MASK (event->kind)))
        bins[MIN ((guint) ((double) (event->at_ns - from_ns) * scale), n_bins - 1)]++;
    }
}

static gboolean
is_among (const OvEventQuery *query,
          guint32             actor)
{
  for (guint i = 0; i < query->n_actors; i++)
    if (query->actors[i] == actor)
      return TRUE;

  return FALSE;
}

static gboolean
contains (const char *text,
          const char *wanted)
{
  g_autofree char *a = g_utf8_casefold (text, -1);
  g_autofree char *b = g_utf8_casefold (wanted, -1);

  return strstr (a, b) != NULL;
}

static gboolean
actor_contains (OvStore    *store,
                guint32     actor,
                const char *wanted)
{
  g_autofree char *name = ov_store_dup_actor_name (store, actor);
  g_autofree char *text = NULL;
  OvPid pid = ov_store_get_actor (store, actor);

  if (actor == OV_ACTOR_NONE)
    return FALSE;
  text = ov_pid_is_none (&pid) ? g_strdup ("") : ov_pid_to_string (&pid, ov_store_get_node (store));

  return contains (name, wanted) || contains (text, wanted);
}

static gboolean
has_text (NaiveEvent *one,
          OvStore    *store,
          const char *wanted)
{
  const OvTermFormat format = { .local_node = ov_store_get_node (store) };
  const char *shape = ov_store_get_text (store, one->event.shape);
  g_autoptr (GString) printed = g_string_new (NULL);
  gsize size;
  gconstpointer bytes = g_bytes_get_data (one->payload, &size);

  switch (one->event.kind)
    {
    case OV_EVENT_FLOW:
    case OV_EVENT_LATENCY:
    case OV_EVENT_GAP:
    case OV_EVENT_RECORDS:
      break;
    case OV_EVENT_LEVEL:
      g_string_append_len (printed, bytes, (gssize) size);
      break;
    default:
      if (size > 0)
        ov_term_print_bytes (bytes, size, &format, printed, NULL);
    }

  return contains (printed->str, wanted)
         || (shape != NULL && contains (shape, wanted))
         || actor_contains (store, one->event.actor, wanted)
         || actor_contains (store, one->event.peer, wanted);
}

gboolean
naive_matches (NaiveStore         *self,
               OvStore            *store,
               const OvEventQuery *query,
               guint64             number)
{
  NaiveEvent *one = naive_store_get (self, number);
  const OvEvent *event = &one->event;
  guint64 kinds = query->kinds != 0 ? query->kinds : ~OV_EVENT_MASK (OV_EVENT_RECORDS);

  if (!(kinds & OV_EVENT_MASK (event->kind))
      || (event->flags & query->flags) != query->flags
      || (query->shape != 0 && event->shape != query->shape))
    return FALSE;
  if ((query->from_ns != 0 || query->to_ns != 0)
      && (event->at_ns < query->from_ns || event->at_ns >= query->to_ns))
    return FALSE;
  if (query->actors != NULL && query->both
      && (!is_among (query, event->actor) || !is_among (query, event->peer)))
    return FALSE;
  if (query->actors != NULL && !is_among (query, event->actor) && !is_among (query, event->peer))
    return FALSE;

  return query->text == NULL || query->text[0] == '\0' || has_text (one, store, query->text);
}
