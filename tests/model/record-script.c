/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each record is a tuple whose first element is its number.
 */
#include "record-script.h"

static OvTerm *
none (void)
{
  return ov_term_new_list (NULL, 0);
}

static OvTerm *
new_pid (guint id)
{
  OvPid pid = script_pid (id);

  return id != 0 ? ov_term_new_pid (&pid) : none ();
}

static OvTerm *
new_atom (const char *name)
{
  return name != NULL ? ov_term_new_atom (name) : none ();
}

static OvTerm *
new_number (gint64 value)
{
  return ov_term_new_integer (value);
}

RecordScript *
record_script_new (void)
{
  return g_ptr_array_new ();
}

void
record_script_free (RecordScript *self)
{
  for (guint i = 0; i < self->len; i++)
    ov_term_unref (self->pdata[i]);
  g_ptr_array_unref (self);
}

void
record_process (RecordScript        *self,
                const ScriptProcess *process)
{
  g_autoptr (GPtrArray) ancestors = g_ptr_array_new ();
  OvTerm *shape;

  for (guint i = 0; process->ancestors[i] != 0; i++)
    g_ptr_array_add (ancestors, new_pid (process->ancestors[i]));
  shape = ov_term_tuple (new_number (process->behaviour), new_atom (process->module),
                         new_atom (process->module != NULL ? "init" : NULL), new_number (1),
                         ov_term_new_text (process->current != NULL ? process->current : "m:f/1"),
                         new_pid (process->parent), new_atom (process->parent_name),
                         new_pid (process->leader),
                         ov_term_new_list ((OvTerm **) ancestors->pdata, ancestors->len), NULL);
  g_ptr_array_add (self, ov_term_tuple (new_number (1), new_pid (process->id), shape,
                                        new_atom (process->name), new_number (1),
                                        new_number ((gint64) process->memory),
                                        new_number ((gint64) process->reductions),
                                        new_number ((gint64) process->mailbox), none (), none (),
                                        none (), NULL));
}

void
record_birth (RecordScript *self,
              guint         id,
              guint         parent,
              const char   *module,
              gint64        at_ns)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (3), new_number (at_ns), new_pid (id),
                                        new_pid (parent), new_atom (module), ov_term_new_atom ("init"),
                                        new_number (1), NULL));
}

void
record_death (RecordScript *self,
              guint         id,
              const char   *reason,
              gint64        at_ns)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (4), new_number (at_ns), new_pid (id),
                                        ov_term_tuple (ov_term_new_atom (reason), NULL),
                                        ov_term_new_boolean (FALSE), NULL));
}

void
record_name (RecordScript *self,
             guint         id,
             const char   *name,
             gboolean      gained,
             gint64        at_ns)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (5), new_number (at_ns), new_pid (id),
                                        ov_term_new_atom (name), ov_term_new_boolean (gained), NULL));
}

void
record_supervisor (RecordScript *self,
                   guint         id,
                   guint         n_children)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (7), new_pid (id), new_number (0), new_number (1),
                                        new_number (3), new_number (5), new_number (n_children),
                                        new_number (0), none (), new_number (1),
                                        ov_term_new_boolean (FALSE), NULL));
}

void
record_child (RecordScript *self,
              guint         supervisor,
              const char   *child_id,
              guint         id)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (8), new_pid (id), new_pid (supervisor),
                                        ov_term_new_atom (child_id), new_number (1), new_number (0),
                                        ov_term_new_boolean (id == 0), NULL));
}

void
record_application (RecordScript *self,
                    const char   *name,
                    guint         master)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (9), ov_term_new_atom (name), new_pid (master),
                                        NULL));
}

void
record_census_done (RecordScript *self,
                    gint64        id,
                    guint         n)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (11), new_number (id), new_number (n), NULL));
}

void
record_gap (RecordScript *self,
            guint64       count,
            const char   *why)
{
  g_ptr_array_add (self, ov_term_tuple (new_number (12), new_number ((gint64) count),
                                        ov_term_new_text (why), NULL));
}

void
record_batch (RecordScript *self,
              OvStore      *store,
              gint64        at_ns)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (OvTerm) list = ov_term_new_list ((OvTerm **) self->pdata, self->len);
  OvEvent event = {
    .at_ns = at_ns, .kind = OV_EVENT_RECORDS, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE,
  };

  g_ptr_array_set_size (self, 0); /* the list has them */
  ov_term_encode (list, bytes);
  ov_store_begin (store);
  g_assert_cmpuint (ov_store_append (store, &event, bytes->data, bytes->len), !=, OV_EVENT_NONE);
  ov_store_commit (store);
}
