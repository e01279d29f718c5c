/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWriter: texts, actors and what they are called, ahead of the events that use them.
 * Invariant: n_texts, n_actors and n_renames are in the file.
 * Thread: as OvWriter.
 */
#include "trace/ov-writer-private.h"

#include <string.h>

/* Texts, actors, renames of one block. */
#define MAX_NAMES 65536

static gboolean
write_texts (OvWriter  *self,
             guint32    end,
             GError   **error)
{
  while (self->n_texts < end)
    {
      guint32 first = self->n_texts + 1;
      guint32 n = MIN (end - self->n_texts, MAX_NAMES);
      const OvBodyCounts counts = { .n_events = n };

      g_byte_array_set_size (self->scratch, n * sizeof (guint32));
      for (guint32 i = 0; i < n; i++)
        {
          const char *text = ov_names_get_text (self->store->names, first + i);
          guint32 length = text != NULL ? (guint32) strlen (text) : 0;

          memcpy (self->scratch->data + i * sizeof length, &length, sizeof length);
          if (length > 0)
            g_byte_array_append (self->scratch, (const guint8 *) text, length);
        }
      if (!ov_writer_write_scratch (self, OV_BLOCK_TEXTS, first, &counts, error))
        return FALSE;
      self->n_texts += n;
    }

  return TRUE;
}

/* 1 for the first name of this block, and so on. */
static guint32
number_node (GPtrArray  *nodes,
             const char *node)
{
  if (node == NULL)
    return 0;
  for (guint i = nodes->len; i > 0; i--)
    if (g_ptr_array_index (nodes, i - 1) == node)
      return i;
  g_ptr_array_add (nodes, (gpointer) node);

  return nodes->len;
}

static void
append_nodes (OvWriter     *self,
              GPtrArray    *nodes,
              OvBodyCounts *counts)
{
  counts->n_actors = nodes->len;
  for (guint i = 0; i < nodes->len; i++)
    {
      guint32 length = (guint32) strlen (g_ptr_array_index (nodes, i));

      g_byte_array_append (self->scratch, (const guint8 *) &length, sizeof length);
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      const char *node = g_ptr_array_index (nodes, i);

      g_byte_array_append (self->scratch, (const guint8 *) node, (guint) strlen (node));
      counts->payload_bytes += (guint32) strlen (node);
    }
}

static gboolean
write_actors (OvWriter  *self,
              guint32    end,
              GError   **error)
{
  while (self->n_actors < end)
    {
      g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
      guint32 n = MIN (end - self->n_actors, MAX_NAMES);
      OvBodyCounts counts = { .n_events = n };

      g_byte_array_set_size (self->scratch, 0);
      for (guint32 i = 0; i < n; i++)
        {
          OvPid pid = ov_names_get_actor (self->store->names, self->n_actors + i);
          OvFileActor actor = { number_node (nodes, pid.node), pid.id, pid.serial, pid.creation };

          g_byte_array_append (self->scratch, (const guint8 *) &actor, sizeof actor);
        }
      append_nodes (self, nodes, &counts);
      if (!ov_writer_write_scratch (self, OV_BLOCK_ACTORS, self->n_actors, &counts, error))
        return FALSE;
      self->n_actors += n;
    }

  return TRUE;
}

static gboolean
write_renames (OvWriter  *self,
               guint32    end,
               GError   **error)
{
  while (self->n_renames < end)
    {
      guint32 n = MIN (end - self->n_renames, MAX_NAMES);
      const OvBodyCounts counts = { .n_events = n };

      g_byte_array_set_size (self->scratch, 0);
      for (guint32 i = 0; i < n; i++)
        {
          OvRename rename = ov_names_get_rename (self->store->names, self->n_renames + i);

          g_byte_array_append (self->scratch, (const guint8 *) &rename, sizeof rename);
        }
      if (!ov_writer_write_scratch (self, OV_BLOCK_RENAMES, self->n_renames, &counts, error))
        return FALSE;
      self->n_renames += n;
    }

  return TRUE;
}

/* Renames are counted first, then actors, then texts, since they point in that direction. */
gboolean
ov_writer_write_names (OvWriter  *self,
                       GError   **error)
{
  guint32 n_renames = ov_names_get_n_renames (self->store->names);
  guint32 n_actors = ov_names_get_n_actors (self->store->names);
  guint32 n_texts = ov_names_get_n_texts (self->store->names);

  return write_texts (self, n_texts, error)
         && write_actors (self, n_actors, error)
         && write_renames (self, n_renames, error);
}
