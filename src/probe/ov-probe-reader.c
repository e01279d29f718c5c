/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the records of a batch in place: no allocation for what a census is made of.  Only terms
 * that the node's programmers made up (exit reasons, child ids, labels) are printed, bounded.
 *
 * Invariant: nothing in a batch is believed.  A record whose first element or arity is unknown, or
 * whose fields have the wrong types, ends the batch; what was read before stays.
 * Thread: any, each reader in one at a time.
 */
#include "probe/ov-probe.h"

#include <string.h>

#define REASON_CHARS 512
#define ID_CHARS 200
#define LABEL_CHARS 128

typedef struct
{
  guint        arity; /* with the number */
  OvRecordType type;
  gboolean   (*read) (OvProbeReader *self,
                      OvRecord      *record);
} Layout;

static OvSlice
keep (OvProbeReader *self,
      const char    *text,
      gsize          length)
{
  if (self->texts == NULL)
    self->texts = g_string_chunk_new (1024);

  return (OvSlice) { g_string_chunk_insert_len (self->texts, text, (gssize) length), length };
}

static gboolean
get_none (OvTermCursor *cursor)
{
  OvTermCursor ahead = *cursor;
  guint length;

  if (!ov_term_cursor_enter_list (&ahead, &length) || length > 0)
    return FALSE;

  *cursor = ahead;
  return TRUE;
}

static gboolean
get_u64 (OvTermCursor *cursor,
         guint64      *value)
{
  gint64 integer;

  if (!ov_term_cursor_get_integer (cursor, &integer) || integer < 0)
    return FALSE;

  *value = (guint64) integer;
  return TRUE;
}

static gboolean
get_uint (OvTermCursor *cursor,
          guint        *value)
{
  guint64 wide;

  if (!get_u64 (cursor, &wide))
    return FALSE;

  *value = (guint) MIN (wide, G_MAXUINT32 - 1);
  return TRUE;
}

static gboolean
get_u64_or_unknown (OvTermCursor *cursor,
                    guint64      *value)
{
  *value = OV_UNKNOWN_U64;
  return get_none (cursor) || get_u64 (cursor, value);
}

/* Numbers beyond @last are those of a newer probe: unknown. */
static gboolean
get_enum (OvTermCursor *cursor,
          guint         last,
          guint        *value)
{
  if (!get_uint (cursor, value))
    return FALSE;

  if (*value > last)
    *value = 0;
  return TRUE;
}

static gboolean
get_boolean (OvTermCursor *cursor,
             gboolean     *value)
{
  *value = ov_term_cursor_match_atom (cursor, "true");
  return *value || ov_term_cursor_match_atom (cursor, "false");
}

static gboolean
get_time (OvTermCursor *cursor,
          OvRecord     *record)
{
  return ov_term_cursor_get_integer (cursor, &record->at_ns);
}

static gboolean
get_pid_or_none (OvTermCursor *cursor,
                 OvPid        *pid)
{
  return ov_term_cursor_get_pid (cursor, pid) || get_none (cursor);
}

static gboolean
get_atom (OvProbeReader *self,
          OvTermCursor  *cursor,
          OvSlice       *slice)
{
  char scratch[1024];
  const char *text;
  gsize length;

  if (!ov_term_cursor_get_atom (cursor, scratch, &text, &length))
    return FALSE;

  *slice = text == scratch ? keep (self, text, length) : (OvSlice) { text, length };
  return TRUE;
}

static gboolean
get_atom_or_none (OvProbeReader *self,
                  OvTermCursor  *cursor,
                  OvSlice       *slice)
{
  return get_atom (self, cursor, slice) || get_none (cursor);
}

static gboolean
get_text (OvProbeReader *self,
          OvTermCursor  *cursor,
          OvSlice       *slice)
{
  const guint8 *bytes;
  gsize length;
  g_autofree char *valid = NULL;

  if (!ov_term_cursor_get_binary (cursor, &bytes, &length))
    return FALSE;

  if (g_utf8_validate_len ((const char *) bytes, length, NULL))
    {
      *slice = (OvSlice) { (const char *) bytes, length };
      return TRUE;
    }

  valid = g_utf8_make_valid ((const char *) bytes, (gssize) length);
  *slice = keep (self, valid, strlen (valid));
  return TRUE;
}

static gboolean
get_printed (OvProbeReader *self,
             OvTermCursor  *cursor,
             guint          max_chars,
             gboolean       text_as_is,
             OvSlice       *slice,
             gboolean      *truncated)
{
  const OvTermFormat format = { .max_chars = max_chars, .local_node = self->node };
  g_autoptr (GString) printed = NULL;
  const guint8 *bytes;
  gsize length;

  if (text_as_is && get_text (self, cursor, slice))
    return TRUE;
  if (!ov_term_cursor_get_raw (cursor, &bytes, &length))
    return FALSE;

  printed = g_string_new (NULL);
  ov_term_print_bytes (bytes, length, &format, printed, truncated);
  *slice = keep (self, printed->str, printed->len);
  return TRUE;
}

/* {Term} or none. */
static gboolean
get_wrapped (OvProbeReader *self,
             OvTermCursor  *cursor,
             guint          max_chars,
             gboolean       text_as_is,
             OvSlice       *slice,
             gboolean      *truncated)
{
  guint arity;

  if (get_none (cursor))
    return TRUE;

  return ov_term_cursor_enter_tuple (cursor, &arity) && arity == 1
         && get_printed (self, cursor, max_chars, text_as_is, slice, truncated);
}

static gboolean
get_list (OvTermCursor *cursor,
          OvTermCursor *list)
{
  OvTermType type;
  const guint8 *bytes;
  gsize length;

  if (!ov_term_cursor_peek (cursor, &type) || type != OV_TERM_LIST
      || !ov_term_cursor_get_raw (cursor, &bytes, &length))
    return FALSE;

  ov_term_cursor_init (list, bytes, length);
  return TRUE;
}

static gboolean
get_call (OvProbeReader *self,
          OvRecord      *record)
{
  OvTermCursor *cursor = &self->cursor;

  return get_atom_or_none (self, cursor, &record->module)
         && get_atom_or_none (self, cursor, &record->function)
         && get_uint (cursor, &record->arity);
}

static gboolean
read_new_shape (OvProbeReader *self)
{
  OvTermCursor *cursor = &self->cursor;
  OvRecord *shape = &self->shape;
  guint arity, behaviour;

  memset (shape, 0, sizeof *shape);
  self->has_shape = ov_term_cursor_enter_tuple (cursor, &arity) && arity == 9
                    && get_enum (cursor, OV_BEHAVIOUR_PROC_LIB, &behaviour)
                    && get_call (self, shape)
                    && (get_text (self, cursor, &shape->current) || get_none (cursor))
                    && get_pid_or_none (cursor, &shape->parent)
                    && get_atom_or_none (self, cursor, &shape->parent_name)
                    && get_pid_or_none (cursor, &shape->group_leader)
                    && get_list (cursor, &shape->ancestors);
  if (self->has_shape)
    shape->behaviour = behaviour;

  return self->has_shape;
}

/* The shape comes before anything else is in the record but its pid. */
static gboolean
read_shape (OvProbeReader *self,
            OvRecord      *record)
{
  OvPid pid = record->pid;
  gint64 same, at_ns = record->at_ns;

  if (ov_term_cursor_get_integer (&self->cursor, &same))
    {
      if (same != 0 || !self->has_shape)
        return FALSE;
    }
  else if (!read_new_shape (self))
    {
      return FALSE;
    }

  *record = self->shape;
  record->type = OV_RECORD_PROCESS;
  record->pid = pid;
  record->at_ns = at_ns;
  return TRUE;
}

static gboolean
read_process (OvProbeReader *self,
              OvRecord      *record)
{
  OvTermCursor *cursor = &self->cursor;
  gboolean truncated;
  guint flags;

  if (!ov_term_cursor_get_pid (cursor, &record->pid) || !read_shape (self, record)
      || !get_atom_or_none (self, cursor, &record->name) || !get_uint (cursor, &flags)
      || !get_u64_or_unknown (cursor, &record->memory_bytes)
      || !get_u64 (cursor, &record->reductions)
      || !get_u64 (cursor, &record->message_queue_len))
    return FALSE;

  record->status = (flags & 15) <= OV_STATUS_EXITING ? (flags & 15) : OV_STATUS_UNKNOWN;
  record->trap_exit = (flags & 16) != 0;
  record->n_links = record->n_monitors = record->n_monitored_by = OV_UNKNOWN_U32;
  return (get_none (cursor) || get_uint (cursor, &record->n_links))
         && get_list (cursor, &record->links)
         && get_wrapped (self, cursor, LABEL_CHARS, TRUE, &record->label, &truncated);
}

static gboolean
read_sample (OvProbeReader *self,
             OvRecord      *record)
{
  OvTermCursor *cursor = &self->cursor;
  guint status;

  if (!ov_term_cursor_get_pid (cursor, &record->pid) || !get_u64 (cursor, &record->reductions)
      || !get_u64 (cursor, &record->message_queue_len)
      || !get_u64_or_unknown (cursor, &record->memory_bytes)
      || !get_enum (cursor, OV_STATUS_EXITING, &status))
    return FALSE;

  record->status = status;
  return TRUE;
}

static gboolean
read_birth (OvProbeReader *self,
            OvRecord      *record)
{
  return get_time (&self->cursor, record)
         && ov_term_cursor_get_pid (&self->cursor, &record->pid)
         && get_pid_or_none (&self->cursor, &record->parent)
         && get_call (self, record);
}

static gboolean
read_death (OvProbeReader *self,
            OvRecord      *record)
{
  gboolean printed_short = FALSE;

  if (!get_time (&self->cursor, record)
      || !ov_term_cursor_get_pid (&self->cursor, &record->pid)
      || !get_wrapped (self, &self->cursor, REASON_CHARS, FALSE, &record->reason, &printed_short)
      || !get_boolean (&self->cursor, &record->reason_truncated))
    return FALSE;

  record->reason_truncated |= printed_short;
  return TRUE;
}

static gboolean
read_name (OvProbeReader *self,
           OvRecord      *record)
{
  return get_time (&self->cursor, record)
         && ov_term_cursor_get_pid (&self->cursor, &record->pid)
         && get_atom (self, &self->cursor, &record->name)
         && get_boolean (&self->cursor, &record->gained);
}

static gboolean
read_link (OvProbeReader *self,
           OvRecord      *record)
{
  return get_time (&self->cursor, record)
         && ov_term_cursor_get_pid (&self->cursor, &record->pid)
         && ov_term_cursor_get_pid (&self->cursor, &record->other)
         && get_boolean (&self->cursor, &record->gained);
}

static gboolean
read_supervisor (OvProbeReader *self,
                 OvRecord      *record)
{
  OvTermCursor *cursor = &self->cursor;
  guint answer, strategy, restart;

  if (!ov_term_cursor_get_pid (cursor, &record->pid)
      || !get_uint (cursor, &answer)
      || !get_enum (cursor, OV_STRATEGY_SIMPLE_ONE_FOR_ONE, &strategy)
      || !get_uint (cursor, &record->intensity) || !get_uint (cursor, &record->period_s)
      || !get_uint (cursor, &record->n_children) || !get_uint (cursor, &record->n_restarts)
      || !get_atom_or_none (self, cursor, &record->module)
      || !get_enum (cursor, OV_RESTART_TEMPORARY, &restart)
      || !get_boolean (cursor, &record->children_truncated))
    return FALSE;

  record->answer = answer <= OV_ANSWER_NOT_UNDERSTOOD ? answer : OV_ANSWER_NOT_UNDERSTOOD;
  record->strategy = strategy;
  record->child_restart = restart;
  return TRUE;
}

static gboolean
read_child (OvProbeReader *self,
            OvRecord      *record)
{
  OvTermCursor *cursor = &self->cursor;
  gboolean truncated;
  guint restart, type;

  if (!get_pid_or_none (cursor, &record->pid)
      || !ov_term_cursor_get_pid (cursor, &record->other)
      || !get_printed (self, cursor, ID_CHARS, FALSE, &record->id, &truncated)
      || !get_enum (cursor, OV_RESTART_TEMPORARY, &restart)
      || !get_uint (cursor, &type)
      || !get_boolean (cursor, &record->restarting))
    return FALSE;

  record->restart = restart;
  record->behaviour = type == 1 ? OV_BEHAVIOUR_SUPERVISOR : OV_BEHAVIOUR_UNKNOWN;
  return TRUE;
}

static gboolean
read_application (OvProbeReader *self,
                  OvRecord      *record)
{
  return get_atom (self, &self->cursor, &record->name)
         && ov_term_cursor_get_pid (&self->cursor, &record->pid);
}

static gboolean
read_node (OvProbeReader *self,
           OvRecord      *record)
{
  OvTermType type;
  const guint8 *bytes;
  gsize length;

  if (!ov_term_cursor_peek (&self->cursor, &type) || type != OV_TERM_MAP
      || !ov_term_cursor_get_raw (&self->cursor, &bytes, &length))
    return FALSE;

  ov_term_cursor_init (&record->body, bytes, length);
  return TRUE;
}

static gboolean
read_census_done (OvProbeReader *self,
                  OvRecord      *record)
{
  self->has_census_id = ov_term_cursor_get_integer (&self->cursor, &self->census_id)
                        && get_u64 (&self->cursor, &record->count);
  return self->has_census_id;
}

static gboolean
read_gap (OvProbeReader *self,
          OvRecord      *record)
{
  return get_u64 (&self->cursor, &record->count)
         && get_text (self, &self->cursor, &record->name);
}

/* By the record's number; PROTOCOL.md has the same table in words. */
static const Layout layouts[] = {
  [1] = { 11, OV_RECORD_PROCESS, read_process },
  [2] = { 6, OV_RECORD_SAMPLE, read_sample },
  [3] = { 7, OV_RECORD_BIRTH, read_birth },
  [4] = { 5, OV_RECORD_DEATH, read_death },
  [5] = { 5, OV_RECORD_NAME, read_name },
  [6] = { 5, OV_RECORD_LINK, read_link },
  [7] = { 11, OV_RECORD_SUPERVISOR, read_supervisor },
  [8] = { 7, OV_RECORD_CHILD, read_child },
  [9] = { 3, OV_RECORD_APPLICATION, read_application },
  [10] = { 2, OV_RECORD_NODE, read_node },
  [11] = { 3, OV_RECORD_CENSUS_DONE, read_census_done },
  [12] = { 3, OV_RECORD_GAP, read_gap },
};

/**
 * ov_probe_reader_init:
 * @reader: uninitialised
 * @bytes: a list of records in the external term format, without 131
 * @length: how many bytes
 * @at_ns: when the batch was sent, in ns since the epoch by the node's clock
 * @node: (nullable): the node's name, for printing its pids as local ones; must outlive the reader
 *
 * Prepares reading one batch.  End with ov_probe_reader_clear().
 */
void
ov_probe_reader_init (OvProbeReader *reader,
                      gconstpointer  bytes,
                      gsize          length,
                      gint64         at_ns,
                      const char    *node)
{
  g_return_if_fail (reader != NULL);

  memset (reader, 0, sizeof *reader);
  ov_term_cursor_init (&reader->cursor, bytes, length);
  reader->node = node;
  reader->at_ns = at_ns;
  if (!ov_term_cursor_enter_list (&reader->cursor, &reader->remaining))
    {
      reader->remaining = 0;
      reader->malformed = TRUE;
    }
}

/**
 * ov_probe_reader_clear:
 * @reader: a reader
 *
 * Frees what was printed; the slices of its records are invalid from now on.
 */
void
ov_probe_reader_clear (OvProbeReader *reader)
{
  g_clear_pointer (&reader->texts, g_string_chunk_free);
  reader->remaining = 0;
}

/**
 * ov_probe_reader_next:
 * @reader: a reader
 * @record: (out): the next record
 *
 * Returns: %FALSE at the end of the batch, and from the first malformed record on
 */
gboolean
ov_probe_reader_next (OvProbeReader *reader,
                      OvRecord      *record)
{
  guint arity;
  gint64 number;

  if (reader->remaining == 0)
    return FALSE;

  memset (record, 0, sizeof *record);
  record->at_ns = reader->at_ns;
  reader->remaining--;
  if (ov_term_cursor_enter_tuple (&reader->cursor, &arity)
      && ov_term_cursor_get_integer (&reader->cursor, &number)
      && number > 0 && number < (gint64) G_N_ELEMENTS (layouts)
      && layouts[number].arity == arity)
    {
      record->type = layouts[number].type;
      if (layouts[number].read (reader, record))
        return TRUE;
    }

  reader->remaining = 0;
  reader->malformed = TRUE;
  return FALSE;
}
