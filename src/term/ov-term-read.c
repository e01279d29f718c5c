/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looking into terms.  Nothing here aborts on a term of another shape: terms come from the
 * network, and a reader asks for what it hopes to find.
 * Threads: any.
 */
#include "term/ov-term-private.h"

#include <string.h>

static gboolean
has_slot (const OvTerm *self,
          OvTermType    type,
          guint         index)
{
  return self->type == type && index < self->n;
}

/**
 * ov_term_get_type:
 * @self: a term
 *
 * Returns: what it is
 */
OvTermType
ov_term_get_type (const OvTerm *self)
{
  g_return_val_if_fail (self != NULL, OV_TERM_OPAQUE);

  return (OvTermType) self->type;
}

/**
 * ov_term_is_atom:
 * @self: a term
 * @name: a name
 *
 * Returns: whether it is the atom of that name
 */
gboolean
ov_term_is_atom (const OvTerm *self,
                 const char   *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, FALSE);

  return self->type == OV_TERM_ATOM
         && self->n == strlen (name)
         && memcmp (ov_term_payload (self), name, self->n) == 0;
}

/**
 * ov_term_get_atom:
 * @self: a term
 *
 * Returns: (transfer none) (nullable): an atom's name; one that holds a zero ends there
 */
const char *
ov_term_get_atom (const OvTerm *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->type == OV_TERM_ATOM ? (const char *) ov_term_payload (self) : NULL;
}

/**
 * ov_term_get_integer:
 * @self: a term
 * @value: (out): an integer's value, else 0
 *
 * Returns: whether it is an integer of at most 64 bits
 */
gboolean
ov_term_get_integer (const OvTerm *self,
                     gint64       *value)
{
  g_return_val_if_fail (self != NULL && value != NULL, FALSE);

  *value = 0;
  if (self->type != OV_TERM_INTEGER)
    return FALSE;

  memcpy (value, ov_term_payload (self), sizeof *value);
  return TRUE;
}

/**
 * ov_term_get_float:
 * @self: a term
 * @value: (out): a float's value, else 0
 *
 * Returns: whether it is a float
 */
gboolean
ov_term_get_float (const OvTerm *self,
                   double       *value)
{
  g_return_val_if_fail (self != NULL && value != NULL, FALSE);

  *value = 0;
  if (self->type != OV_TERM_FLOAT)
    return FALSE;

  memcpy (value, ov_term_payload (self), sizeof *value);
  return TRUE;
}

/**
 * ov_term_get_pid:
 * @self: a term
 * @pid: (out): a pid, else %OV_PID_NONE
 *
 * Returns: whether it is a pid
 */
gboolean
ov_term_get_pid (const OvTerm *self,
                 OvPid        *pid)
{
  g_return_val_if_fail (self != NULL && pid != NULL, FALSE);

  *pid = OV_PID_NONE;
  if (self->type != OV_TERM_PID)
    return FALSE;

  memcpy (pid, ov_term_payload (self), sizeof *pid);
  return TRUE;
}

/**
 * ov_term_get_bytes:
 * @self: a term
 * @length: (out): how many
 *
 * Returns: (transfer none) (nullable): the bytes of a binary or bit string (whose last byte has
 *   zeros where no bits are), or the encoded form of a closure or opaque term
 */
gconstpointer
ov_term_get_bytes (const OvTerm *self,
                   gsize        *length)
{
  g_return_val_if_fail (self != NULL && length != NULL, NULL);

  *length = 0;
  switch ((OvTermType) self->type)
    {
    case OV_TERM_BINARY:
    case OV_TERM_BITSTRING:
    case OV_TERM_FUN:
    case OV_TERM_OPAQUE:
      *length = self->n;
      return ov_term_payload (self);
    default:
      return NULL;
    }
}

static char *
dup_list_text (const OvTerm *self)
{
  g_autoptr (GString) text = g_string_sized_new (self->n);

  if (ov_term_slots (self)[self->n] != NULL)
    return NULL;

  for (guint i = 0; i < self->n; i++)
    {
      gint64 character;

      if (!ov_term_get_integer (ov_term_slots (self)[i], &character)
          || character <= 0
          || character > 0x10ffff
          || !g_unichar_validate ((gunichar) character))
        return NULL;
      g_string_append_unichar (text, (gunichar) character);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * ov_term_dup_text:
 * @self: a term
 *
 * Returns: (transfer full) (nullable): the text of an atom, a binary in UTF-8 or a list of
 *   characters; %NULL for everything else and for texts that hold a zero
 */
char *
ov_term_dup_text (const OvTerm *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->type == OV_TERM_LIST)
    return dup_list_text (self);

  if (self->type != OV_TERM_ATOM && self->type != OV_TERM_BINARY)
    return NULL;
  if (!g_utf8_validate_len ((const char *) ov_term_payload (self), self->n, NULL))
    return NULL;

  return g_strndup ((const char *) ov_term_payload (self), self->n);
}

/**
 * ov_term_get_size:
 * @self: a term
 *
 * Returns: elements of a tuple or list (without an improper tail), pairs of a map, else 0
 */
guint
ov_term_get_size (const OvTerm *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return ov_term_is_container (self) ? self->n : 0;
}

/**
 * ov_term_get_element:
 * @self: a term
 * @index: from 0
 *
 * Returns: (transfer none) (nullable): an element of a tuple or list, or module, function and
 *   arity of a fun M:F/A
 */
OvTerm *
ov_term_get_element (const OvTerm *self,
                     guint         index)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (has_slot (self, OV_TERM_TUPLE, index)
      || has_slot (self, OV_TERM_LIST, index)
      || has_slot (self, OV_TERM_EXPORT, index))
    return ov_term_slots (self)[index];

  return NULL;
}

/**
 * ov_term_get_tail:
 * @self: a term
 *
 * Returns: (transfer none) (nullable): what stands after the bar of an improper list
 */
OvTerm *
ov_term_get_tail (const OvTerm *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->type == OV_TERM_LIST ? ov_term_slots (self)[self->n] : NULL;
}

/**
 * ov_term_get_key:
 * @self: a term
 * @index: from 0, in the order the node gave
 *
 * Returns: (transfer none) (nullable): a key of a map
 */
OvTerm *
ov_term_get_key (const OvTerm *self,
                 guint         index)
{
  g_return_val_if_fail (self != NULL, NULL);

  return has_slot (self, OV_TERM_MAP, index) ? ov_term_slots (self)[2 * (gsize) index] : NULL;
}

/**
 * ov_term_get_value:
 * @self: a term
 * @index: from 0, in the order the node gave
 *
 * Returns: (transfer none) (nullable): a value of a map
 */
OvTerm *
ov_term_get_value (const OvTerm *self,
                   guint         index)
{
  g_return_val_if_fail (self != NULL, NULL);

  return has_slot (self, OV_TERM_MAP, index) ? ov_term_slots (self)[2 * (gsize) index + 1] : NULL;
}

static OvTerm *
look_up_in_map (const OvTerm *self,
                const char   *atom_key)
{
  for (guint i = 0; i < self->n; i++)
    if (ov_term_is_atom (ov_term_get_key (self, i), atom_key))
      return ov_term_get_value (self, i);

  return NULL;
}

/* As a property list: an atom alone stands for {Atom, true}, but has no value to lend. */
static OvTerm *
look_up_in_list (const OvTerm *self,
                 const char   *atom_key)
{
  for (guint i = 0; i < self->n; i++)
    if (ov_term_is_tagged (ov_term_slots (self)[i], atom_key, 2))
      return ov_term_get_element (ov_term_slots (self)[i], 1);

  return NULL;
}

/**
 * ov_term_lookup:
 * @self: a term
 * @atom_key: the name of an atom
 *
 * Returns: (transfer none) (nullable): the value of that key in a map, or in a list of pairs
 */
OvTerm *
ov_term_lookup (const OvTerm *self,
                const char   *atom_key)
{
  g_return_val_if_fail (self != NULL && atom_key != NULL, NULL);

  if (self->type == OV_TERM_MAP)
    return look_up_in_map (self, atom_key);
  if (self->type == OV_TERM_LIST)
    return look_up_in_list (self, atom_key);

  return NULL;
}

/**
 * ov_term_is_tagged:
 * @self: a term
 * @tag: the name of an atom
 * @arity: the size of the tuple, the tag included
 *
 * Returns: whether it is a tuple of that size that begins with that atom
 */
gboolean
ov_term_is_tagged (const OvTerm *self,
                   const char   *tag,
                   guint         arity)
{
  g_return_val_if_fail (self != NULL && tag != NULL, FALSE);

  return self->type == OV_TERM_TUPLE
         && self->n == arity
         && arity > 0
         && ov_term_is_atom (ov_term_slots (self)[0], tag);
}
