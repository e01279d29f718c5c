/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStrings keeps its strings in a GStringChunk, so that they cost their bytes and one pointer.
 * Invariant: by_id->pdata[id] is NULL for id 0 and a string of the chunk for every other id;
 * the table maps that same pointer to its id.
 * Thread: one at a time, the owner's.
 */
#include "base/ov-strings.h"

struct _OvStrings
{
  GStringChunk *chunk;
  GPtrArray    *by_id;
  GHashTable   *ids;
};

/**
 * ov_strings_new:
 *
 * Returns: (transfer full): an empty pool
 */
OvStrings *
ov_strings_new (void)
{
  OvStrings *self = g_new0 (OvStrings, 1);

  self->chunk = g_string_chunk_new (4096);
  self->by_id = g_ptr_array_new ();
  self->ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_ptr_array_add (self->by_id, NULL);

  return self;
}

void
ov_strings_free (OvStrings *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->ids);
  g_ptr_array_unref (self->by_id);
  g_string_chunk_free (self->chunk);
  g_free (self);
}

/**
 * ov_strings_intern:
 * @self: a pool
 * @text: (nullable): a string
 *
 * Returns: the number of @text, the same for equal strings; %OV_STRING_NONE for %NULL
 */
guint32
ov_strings_intern (OvStrings  *self,
                   const char *text)
{
  gpointer id;
  char *copy;

  g_return_val_if_fail (self != NULL, OV_STRING_NONE);

  if (text == NULL)
    return OV_STRING_NONE;

  id = g_hash_table_lookup (self->ids, text);
  if (id != NULL)
    return GPOINTER_TO_UINT (id);

  copy = g_string_chunk_insert (self->chunk, text);
  g_ptr_array_add (self->by_id, copy);
  g_hash_table_insert (self->ids, copy, GUINT_TO_POINTER (self->by_id->len - 1));

  return self->by_id->len - 1;
}

/**
 * ov_strings_intern_len:
 * @self: a pool
 * @text: bytes, not necessarily ended by zero
 * @length: how many
 *
 * Returns: the number of the string
 */
guint32
ov_strings_intern_len (OvStrings  *self,
                       const char *text,
                       gsize       length)
{
  char small[256];

  if (length < sizeof small)
    {
      memcpy (small, text, length);
      small[length] = '\0';
      return ov_strings_intern (self, small);
    }

  g_autofree char *copy = g_strndup (text, length);

  return ov_strings_intern (self, copy);
}

/**
 * ov_strings_find:
 * @self: a pool
 * @text: (nullable): a string
 *
 * Returns: the number of @text, %OV_STRING_NONE when it was never interned
 */
guint32
ov_strings_find (OvStrings  *self,
                 const char *text)
{
  g_return_val_if_fail (self != NULL, OV_STRING_NONE);

  return text != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (self->ids, text)) : OV_STRING_NONE;
}

/**
 * ov_strings_get:
 * @self: a pool
 * @id: a number that this pool gave
 *
 * Returns: (transfer none) (nullable): its string, valid as long as the pool
 */
const char *
ov_strings_get (OvStrings *self,
                guint32    id)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (id < self->by_id->len, NULL);

  return g_ptr_array_index (self->by_id, id);
}

/**
 * ov_strings_get_size:
 * @self: a pool
 *
 * Returns: how many different strings it holds
 */
guint
ov_strings_get_size (OvStrings *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->by_id->len - 1;
}
