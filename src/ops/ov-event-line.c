/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of events: who takes part, how they are counted, and which of the two forms is written.
 * Thread: one at a time.
 */
#include "ops/ov-event-line-private.h"

#include "ops/ov-answer-text.h"
#include "ops/ov-op-support.h"

#include <string.h>

/* Of one term in JSON, and in text that goes to no terminal. */
#define MAX_CHARS 4096

static void
actor_free (gpointer data)
{
  OvLineActor *actor = data;

  if (actor == NULL)
    return;
  g_free (actor->pid);
  g_free (actor->name);
  g_free (actor->words);
  g_free (actor);
}

/* "shop_cart", or where many are called so "shop_customer <0.123.0>": of M:F/A the module is enough. */
static char *
dup_words (const OvLineActor *actor)
{
  const char *function = actor->name != NULL ? strrchr (actor->name, ':') : NULL;
  g_autofree char *module = NULL;
  g_autofree char *words = NULL;

  if (actor->name == NULL || actor->pid == NULL || !actor->is_shared)
    return ov_answer_text_dup_safe (actor->name != NULL ? actor->name : actor->pid);
  if (function == NULL)
    function = strrchr (actor->name, '.');
  module = function != NULL && strchr (function, '/') != NULL ? g_strndup (actor->name, function - actor->name)
                                                              : g_strdup (actor->name);
  words = g_str_equal (module, "erlang") ? g_strdup (actor->pid) : g_strdup_printf ("%s %s", module, actor->pid);

  return ov_answer_text_dup_safe (words);
}

OvEventLine *
ov_event_line_new (OvStore           *store,
                   gboolean           elixir,
                   const OvTextStyle *style)
{
  OvEventLine *self = g_new0 (OvEventLine, 1);

  self->store = ov_store_ref (store);
  self->format.style = elixir ? OV_TERM_STYLE_ELIXIR : OV_TERM_STYLE_ERLANG;
  self->format.max_chars = MAX_CHARS;
  self->format.local_node = ov_store_get_node (store);
  self->json = style == NULL;
  if (style != NULL)
    self->style = *style;
  self->actors = g_ptr_array_new_with_free_func (actor_free);
  self->line = g_string_new (NULL);
  self->scratch = g_string_new (NULL);
  self->second = G_MININT64;

  return self;
}

void
ov_event_line_free (OvEventLine *self)
{
  if (self == NULL)
    return;

  ov_store_unref (self->store);
  g_clear_object (&self->table);
  g_ptr_array_unref (self->actors);
  g_string_free (self->line, TRUE);
  g_string_free (self->scratch, TRUE);
  g_free (self);
}

void
ov_event_line_set_table (OvEventLine    *self,
                         OvProcessTable *table)
{
  g_return_if_fail (self != NULL);

  g_set_object (&self->table, table);
}

void
ov_event_line_forget_names (OvEventLine *self)
{
  g_ptr_array_set_size (self->actors, 0);
}

/* What the table calls it; NULL: it does not know it. */
static char *
dup_title (OvEventLine *self,
           guint32      number,
           gboolean    *is_shared)
{
  OvPid pid = ov_store_get_actor (self->store, number);
  guint32 slot = self->table != NULL && !ov_pid_is_none (&pid) ? ov_process_table_find_pid (self->table, &pid)
                                                               : OV_SLOT_NONE;
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (self->table, slot) : NULL;

  if (row == NULL || (row->name == OV_STRING_NONE && row->label == OV_STRING_NONE && row->child_id == OV_STRING_NONE &&
                      row->module == OV_STRING_NONE))
    return NULL;
  *is_shared = row->name == OV_STRING_NONE;

  return ov_process_table_dup_title (self->table, slot);
}

static OvLineActor *
make_actor (OvEventLine *self,
            guint32      number)
{
  OvLineActor *actor = g_new0 (OvLineActor, 1);
  g_autofree char *whole = ov_store_dup_actor_name (self->store, number);
  g_autofree char *title = NULL;

  actor->name = ov_op_dup_actor_name (self->store, number, &actor->pid);
  actor->is_shared = g_strcmp0 (whole, actor->name) != 0;
  if (actor->pid != NULL && (actor->name == NULL || actor->is_shared) &&
      (title = dup_title (self, number, &actor->is_shared)) != NULL)
    {
      g_free (actor->name);
      actor->name = g_steal_pointer (&title);
    }
  actor->words = dup_words (actor);

  return actor;
}

const OvLineActor *
ov_event_line_get_actor (OvEventLine *self,
                         guint32      number)
{
  OvLineActor *actor;

  if (number == OV_ACTOR_NONE || number >= ov_store_get_n_actors (self->store))
    return NULL;
  if (number >= self->actors->len)
    g_ptr_array_set_size (self->actors, number + 1);
  actor = g_ptr_array_index (self->actors, number);
  /* One without a name may have got it meanwhile. */
  if (actor != NULL && actor->name != NULL)
    return actor;
  actor_free (actor);

  return g_ptr_array_index (self->actors, number) = make_actor (self, number);
}

gboolean
ov_event_line_read (GBytes   *payload,
                    gpointer  into,
                    gsize     size)
{
  gsize length = 0;
  gconstpointer bytes = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;

  if (length < size)
    return FALSE;
  memcpy (into, bytes, size);

  return TRUE;
}

/* New names come with the probe's records, and with processes that register themselves. */
static gboolean
brings_names (guint8 kind)
{
  return kind == OV_EVENT_RECORDS || kind == OV_EVENT_REGISTER || kind == OV_EVENT_UNREGISTER;
}

const char *
ov_event_line_write (OvEventLine *self,
                     guint64      number)
{
  g_autoptr (GBytes) payload = NULL;
  OvEvent event;

  g_return_val_if_fail (self != NULL, NULL);

  if (!ov_store_get_event (self->store, number, &event))
    return NULL;
  if (brings_names (event.kind))
    ov_event_line_forget_names (self);
  if (event.kind == OV_EVENT_RECORDS || (event.kind == OV_EVENT_LATENCY && !self->json))
    return NULL;
  payload = ov_store_dup_payload (self->store, number);
  g_string_truncate (self->line, 0);
  if (self->json)
    ov_event_line_write_json (self, &event, payload);
  else
    ov_event_line_write_text (self, &event, payload);

  return self->line->str;
}

guint64
ov_event_line_count (OvStore       *store,
                     guint64        number,
                     const OvEvent *event,
                     guint64       *lost)
{
  OvEventFlow flow = { 0 };
  OvEventGap gap = { 0 };
  g_autoptr (GBytes) payload = NULL;

  *lost = 0;
  switch (event->kind)
    {
    case OV_EVENT_RECORDS:
    case OV_EVENT_LATENCY:
    case OV_EVENT_LEVEL:
      return 0;
    case OV_EVENT_FLOW:
      payload = ov_store_dup_payload (store, number);
      ov_event_line_read (payload, &flow, sizeof flow);
      return GUINT64_FROM_LE (flow.messages);
    case OV_EVENT_GAP:
      payload = ov_store_dup_payload (store, number);
      ov_event_line_read (payload, &gap, sizeof gap);
      *lost = GUINT32_FROM_LE (gap.reason) == OV_GAP_FOREIGN ? 0 : GUINT64_FROM_LE (gap.count);
      return 0;
    default:
      return 1;
    }
}
