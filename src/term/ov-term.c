/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making and freeing terms.
 *
 * Invariants: a term never changes once its maker has handed it out; a list's tail is never a
 * list (it would have been flattened); a map has no key twice.
 * Freeing walks no C stack: a container whose count has dropped to 0 is linked, through its own
 * header, into a list of blocks still to be emptied.
 * Threads: any; the count is atomic.
 */
#include "term/ov-term-private.h"

#include "term/ov-node-name-private.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define N_SMALL 256

typedef struct
{
  OvTerm head;
  gint64 value;
} SmallInteger;

typedef struct
{
  OvTerm  head;
  OvTerm *tail;
} Nil;

/* What the header of a container becomes while it waits for its slots to be released. */
typedef struct _Dying Dying;
struct _Dying
{
  Dying  *next;
  guint32 n_slots;
};

G_STATIC_ASSERT (sizeof (OvTerm) == 16);
G_STATIC_ASSERT (sizeof (Dying) <= sizeof (OvTerm));

static SmallInteger small_integers[N_SMALL];
static Nil nil = { { OV_TERM_STATIC, OV_TERM_LIST, 0, 0, 0, 0 }, NULL };

static OvTerm *
alloc_term (OvTermType type,
            guint32    n,
            gsize      payload)
{
  OvTerm *self = g_malloc (sizeof (OvTerm) + payload);

  *self = (OvTerm) { 1, (guint8) type, 0, 0, n, 0 };
  return self;
}

static OvTerm *
get_small_integer (guint value)
{
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < N_SMALL; i++)
        small_integers[i] = (SmallInteger) { { OV_TERM_STATIC, OV_TERM_INTEGER, 0, 0, 0, 0 }, i };
      g_once_init_leave (&ready, 1);
    }

  return &small_integers[value].head;
}

static guint32
count_slots (const OvTerm *self)
{
  switch ((OvTermType) self->type)
    {
    case OV_TERM_TUPLE:
    case OV_TERM_EXPORT:
      return self->n;
    case OV_TERM_LIST:
      return self->n + 1;
    case OV_TERM_MAP:
      return 2 * self->n;
    default:
      return 0;
    }
}

/* Frees a leaf at once; puts a container into the list of dying ones. */
static void
bury (OvTerm *self,
      Dying **dying)
{
  if (!ov_term_is_container (self))
    g_free (self);
  else
    {
      guint32 n_slots = count_slots (self);
      Dying *grave = (Dying *) self;

      grave->n_slots = n_slots;
      grave->next = *dying;
      *dying = grave;
    }
}

static gboolean
drop_ref (OvTerm *self)
{
  return self->refs != OV_TERM_STATIC && g_atomic_int_dec_and_test (&self->refs);
}

/**
 * ov_term_ref:
 * @self: a term
 *
 * Returns: (transfer full): @self. Thread: any.
 */
OvTerm *
ov_term_ref (OvTerm *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (g_atomic_int_get (&self->refs) != OV_TERM_STATIC)
    g_atomic_int_inc (&self->refs);

  return self;
}

/**
 * ov_term_unref:
 * @self: (transfer full): a term
 *
 * Thread: any.
 */
void
ov_term_unref (OvTerm *self)
{
  Dying *dying = NULL;

  g_return_if_fail (self != NULL);

  if (!drop_ref (self))
    return;

  bury (self, &dying);
  while (dying != NULL)
    {
      Dying *grave = dying;
      OvTerm **slots = (OvTerm **) ((OvTerm *) grave + 1);

      dying = grave->next;
      for (guint32 i = 0; i < grave->n_slots; i++)
        if (slots[i] != NULL && drop_ref (slots[i]))
          bury (slots[i], &dying);
      g_free (grave);
    }
}

/*< private >
 * ov_term_alloc_bytes:
 * @type: a type that is made of bytes
 * @bytes: (nullable): what to copy, %NULL to leave them to the caller
 * @n: how many
 *
 * Returns: (transfer full): the term; a zero follows the bytes
 */
OvTerm *
ov_term_alloc_bytes (OvTermType    type,
                     gconstpointer bytes,
                     gsize         n)
{
  OvTerm *self;

  g_assert (n <= OV_TERM_MAX_LENGTH);

  self = alloc_term (type, (guint32) n, n + 1);
  if (bytes != NULL && n > 0)
    memcpy (ov_term_payload (self), bytes, n);
  ov_term_payload (self)[n] = '\0';

  return self;
}

/*< private >
 * ov_term_alloc_slots:
 * @type: a container
 * @n: elements, or pairs of a map
 *
 * Returns: (transfer full): the container with empty slots
 */
OvTerm *
ov_term_alloc_slots (OvTermType type,
                     guint      n)
{
  OvTerm head = { 1, (guint8) type, 0, 0, n, 0 };
  OvTerm *self;
  gsize payload;

  payload = count_slots (&head) * sizeof (OvTerm *);
  if (type == OV_TERM_MAP)
    payload += n * sizeof (guint32);

  self = g_malloc0 (sizeof (OvTerm) + payload);
  *self = head;
  return self;
}

OvTerm *
ov_term_new_nil (void)
{
  return &nil.head;
}

OvTerm *
ov_term_new_atom_len (const char *utf8,
                      gsize       length)
{
  return ov_term_alloc_bytes (OV_TERM_ATOM, utf8, length);
}

/*< private >
 * ov_term_new_big:
 *
 * Returns: (transfer full): the integer; a plain one when it fits 64 bits
 */
OvTerm *
ov_term_new_big (gboolean      negative,
                 const guint8 *little_endian,
                 gsize         n)
{
  guint64 value = 0;
  OvTerm *self;

  while (n > 0 && little_endian[n - 1] == 0)
    n--;

  for (gsize i = 0; i < MIN (n, 8); i++)
    value |= (guint64) little_endian[i] << (8 * i);
  if (n <= 8 && value <= (guint64) G_MAXINT64)
    return ov_term_new_integer (negative ? -(gint64) value : (gint64) value);
  if (n == 8 && negative && value == (guint64) G_MAXINT64 + 1)
    return ov_term_new_integer (G_MININT64);

  self = ov_term_alloc_bytes (OV_TERM_BIG, little_endian, n);
  self->aux = negative ? 1 : 0;
  return self;
}

/*< private >
 * ov_term_new_bitstring:
 * @last_bits: bits used in the last byte, 1 to 8
 *
 * Returns: (transfer full): the bit string; a binary when all bits are used
 */
OvTerm *
ov_term_new_bitstring (const guint8 *bytes,
                       gsize         n,
                       guint         last_bits)
{
  OvTerm *self;

  g_assert (last_bits >= 1 && last_bits <= 8);

  if (n == 0 || last_bits == 8)
    return ov_term_new_binary (bytes, n);

  self = ov_term_alloc_bytes (OV_TERM_BITSTRING, bytes, n);
  self->aux = (guint8) last_bits;
  ov_term_payload (self)[n - 1] &= (guint8) (0xff << (8 - last_bits));
  return self;
}

OvTerm *
ov_term_new_port (const char *node,
                  guint64     id,
                  guint32     creation)
{
  OvTermPort port = { node, id };
  OvTerm *self = alloc_term (OV_TERM_PORT, 0, sizeof port);

  self->creation = creation;
  memcpy (ov_term_payload (self), &port, sizeof port);
  return self;
}

OvTerm *
ov_term_new_export (OvTerm *module,
                    OvTerm *function,
                    OvTerm *arity)
{
  OvTerm *self = ov_term_alloc_slots (OV_TERM_EXPORT, 3);
  OvTerm **slots = ov_term_slots (self);

  slots[0] = module;
  slots[1] = function;
  slots[2] = arity;
  return self;
}

OvTerm *
ov_term_new_pid_interned (const OvPid *pid)
{
  OvTerm *self = alloc_term (OV_TERM_PID, 0, sizeof *pid);

  memcpy (ov_term_payload (self), pid, sizeof *pid);
  return self;
}

OvTerm *
ov_term_new_ref_interned (const char    *node,
                          guint32        creation,
                          const guint32 *words,
                          guint          n_words)
{
  OvTermReference reference = { node };
  OvTerm *self = alloc_term (OV_TERM_REFERENCE, n_words,
                             sizeof reference + n_words * sizeof *words);

  self->creation = creation;
  memcpy (ov_term_payload (self), &reference, sizeof reference);
  if (n_words > 0)
    memcpy (ov_term_payload (self) + sizeof reference, words, n_words * sizeof *words);
  return self;
}

/**
 * ov_term_new_atom:
 * @name: valid UTF-8, at most 255 characters
 *
 * An atom that is new to a node stays in its table for ever: what a person typed is sent as a
 * binary.
 *
 * Returns: (transfer full): the atom
 */
OvTerm *
ov_term_new_atom (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (g_utf8_validate (name, -1, NULL), NULL);
  g_return_val_if_fail (g_utf8_strlen (name, -1) <= OV_TERM_MAX_ATOM_CHARS, NULL);

  return ov_term_new_atom_len (name, strlen (name));
}

/**
 * ov_term_new_integer:
 * @value: a number
 *
 * Returns: (transfer full): the integer
 */
OvTerm *
ov_term_new_integer (gint64 value)
{
  OvTerm *self;

  if (value >= 0 && value < N_SMALL)
    return get_small_integer ((guint) value);

  self = alloc_term (OV_TERM_INTEGER, 0, sizeof value);
  memcpy (ov_term_payload (self), &value, sizeof value);
  return self;
}

/**
 * ov_term_new_float:
 * @value: a finite number; Erlang has no others
 *
 * Returns: (transfer full): the float
 */
OvTerm *
ov_term_new_float (double value)
{
  OvTerm *self;

  g_return_val_if_fail (isfinite (value), NULL);

  self = alloc_term (OV_TERM_FLOAT, 0, sizeof value);
  memcpy (ov_term_payload (self), &value, sizeof value);
  return self;
}

/**
 * ov_term_new_boolean:
 * @value: %TRUE or %FALSE
 *
 * Returns: (transfer full): the atom true or false
 */
OvTerm *
ov_term_new_boolean (gboolean value)
{
  return value ? ov_term_new_atom_len ("true", 4) : ov_term_new_atom_len ("false", 5);
}

/**
 * ov_term_new_pid:
 * @pid: a pid that is not %OV_PID_NONE
 *
 * Returns: (transfer full): the term
 */
OvTerm *
ov_term_new_pid (const OvPid *pid)
{
  OvPid copy;

  g_return_val_if_fail (pid != NULL && pid->node != NULL, NULL);

  copy = *pid;
  /* The caller's may be no interned string. */
  copy.node = ov_node_name_intern (pid->node, strlen (pid->node));
  return ov_term_new_pid_interned (&copy);
}

/**
 * ov_term_new_reference:
 * @node: the node that made it
 * @creation: that node's creation, 0 for any
 * @words: (array length=n_words): its numbers in the order of the wire
 * @n_words: 1 to 5
 *
 * Returns: (transfer full): the reference
 */
OvTerm *
ov_term_new_reference (const char    *node,
                       guint32        creation,
                       const guint32 *words,
                       guint          n_words)
{
  g_return_val_if_fail (node != NULL, NULL);
  g_return_val_if_fail (n_words >= 1 && n_words <= OV_TERM_MAX_REFERENCE_WORDS, NULL);

  return ov_term_new_ref_interned (ov_node_name_intern (node, strlen (node)), creation, words,
                                   n_words);
}

/**
 * ov_term_new_binary:
 * @bytes: (nullable): what to copy
 * @length: how much of it, at most 1 GiB
 *
 * Returns: (transfer full): the binary
 */
OvTerm *
ov_term_new_binary (gconstpointer bytes,
                    gsize         length)
{
  g_return_val_if_fail (bytes != NULL || length == 0, NULL);
  g_return_val_if_fail (length <= OV_TERM_MAX_LENGTH, NULL);

  return ov_term_alloc_bytes (OV_TERM_BINARY, bytes, length);
}

/**
 * ov_term_new_text:
 * @utf8: a text
 *
 * Returns: (transfer full): a binary with the text, as Elixir's strings
 */
OvTerm *
ov_term_new_text (const char *utf8)
{
  g_return_val_if_fail (utf8 != NULL, NULL);

  return ov_term_new_binary (utf8, strlen (utf8));
}

/**
 * ov_term_new_string:
 * @utf8: a valid text
 *
 * Returns: (transfer full): a list of its characters, as Erlang's strings
 */
OvTerm *
ov_term_new_string (const char *utf8)
{
  OvTerm *self;
  glong n;

  g_return_val_if_fail (utf8 != NULL && g_utf8_validate (utf8, -1, NULL), NULL);

  n = g_utf8_strlen (utf8, -1);
  if (n == 0)
    return ov_term_new_nil ();

  self = ov_term_alloc_slots (OV_TERM_LIST, (guint) n);
  for (glong i = 0; i < n; i++, utf8 = g_utf8_next_char (utf8))
    ov_term_slots (self)[i] = ov_term_new_integer (g_utf8_get_char (utf8));

  return self;
}

/**
 * ov_term_new_tuple:
 * @elements: (array length=n) (transfer full): the elements; the array stays the caller's
 * @n: how many
 *
 * Returns: (transfer full): the tuple
 */
OvTerm *
ov_term_new_tuple (OvTerm **elements,
                   guint    n)
{
  OvTerm *self;

  g_return_val_if_fail (elements != NULL || n == 0, NULL);

  self = ov_term_alloc_slots (OV_TERM_TUPLE, n);
  if (n > 0)
    memcpy (ov_term_slots (self), elements, n * sizeof *elements);
  return self;
}

/**
 * ov_term_new_list:
 * @elements: (array length=n) (transfer full): the elements; the array stays the caller's
 * @n: how many
 *
 * Returns: (transfer full): the list
 */
OvTerm *
ov_term_new_list (OvTerm **elements,
                  guint    n)
{
  OvTerm *self;

  g_return_val_if_fail (elements != NULL || n == 0, NULL);

  if (n == 0)
    return ov_term_new_nil ();

  self = ov_term_alloc_slots (OV_TERM_LIST, n);
  memcpy (ov_term_slots (self), elements, n * sizeof *elements);
  return self;
}

/**
 * ov_term_new_improper_list:
 * @elements: (array length=n) (transfer full): the elements; the array stays the caller's
 * @n: how many
 * @tail: (transfer full): what stands after the bar; a list makes one longer list
 *
 * Returns: (transfer full): the list, or @tail when there are no elements
 */
OvTerm *
ov_term_new_improper_list (OvTerm **elements,
                           guint    n,
                           OvTerm  *tail)
{
  g_autoptr (OvTerm) rest = tail;
  OvTerm **slots;
  OvTerm *self;
  guint more;

  g_return_val_if_fail (elements != NULL || n == 0, NULL);
  g_return_val_if_fail (tail != NULL, NULL);

  if (n == 0)
    return g_steal_pointer (&rest);

  more = tail->type == OV_TERM_LIST ? tail->n : 0;
  self = ov_term_alloc_slots (OV_TERM_LIST, n + more);
  slots = ov_term_slots (self);
  memcpy (slots, elements, n * sizeof *elements);
  for (guint i = 0; i < more; i++)
    slots[n + i] = ov_term_ref (ov_term_slots (tail)[i]);

  if (tail->type != OV_TERM_LIST)
    slots[n] = g_steal_pointer (&rest);
  else if (ov_term_slots (tail)[more] != NULL)
    slots[n + more] = ov_term_ref (ov_term_slots (tail)[more]);

  return self;
}

/* Keeps, of equal keys, the pair that came last: what the shell does. */
static OvTerm *
without_earlier_twins (OvTerm *self)
{
  g_autofree gboolean *drop = g_new0 (gboolean, self->n);
  guint32 *order = ov_term_map_order (self);
  OvTerm **slots = ov_term_slots (self);
  guint kept = 0;
  OvTerm *other;

  for (guint i = 1; i < self->n; i++)
    if (ov_term_compare_exactly (slots[2 * order[i - 1]], slots[2 * order[i]]) == 0)
      drop[order[i - 1]] = TRUE;
  for (guint i = 0; i < self->n; i++)
    kept += drop[i] ? 0 : 1;

  other = ov_term_alloc_slots (OV_TERM_MAP, kept);
  kept = 0;
  for (guint i = 0; i < self->n; i++)
    if (!drop[i])
      {
        ov_term_slots (other)[kept++] = g_steal_pointer (&slots[2 * i]);
        ov_term_slots (other)[kept++] = g_steal_pointer (&slots[2 * i + 1]);
      }
  ov_term_unref (self);
  ov_term_sort_map (other);

  return other;
}

/**
 * ov_term_new_map:
 * @keys_and_values: (array) (transfer full): key and value by turns; the array stays the caller's
 * @n_pairs: how many pairs
 *
 * Of equal keys the last counts.
 *
 * Returns: (transfer full): the map
 */
OvTerm *
ov_term_new_map (OvTerm **keys_and_values,
                 guint    n_pairs)
{
  OvTerm *self;

  g_return_val_if_fail (keys_and_values != NULL || n_pairs == 0, NULL);

  self = ov_term_alloc_slots (OV_TERM_MAP, n_pairs);
  if (n_pairs > 0)
    memcpy (ov_term_slots (self), keys_and_values, 2 * (gsize) n_pairs * sizeof *keys_and_values);

  return ov_term_sort_map (self) ? self : without_earlier_twins (self);
}

static GPtrArray *
collect (OvTerm *first,
         va_list rest)
{
  GPtrArray *elements = g_ptr_array_new ();

  for (OvTerm *element = first; element != NULL; element = va_arg (rest, OvTerm *))
    g_ptr_array_add (elements, element);

  return elements;
}

/**
 * ov_term_tuple:
 * @first: (transfer full) (nullable): the first element
 * @...: (transfer full): more, then %NULL
 *
 * Returns: (transfer full): the tuple
 */
OvTerm *
ov_term_tuple (OvTerm *first,
               ...)
{
  g_autoptr (GPtrArray) elements = NULL;
  va_list rest;

  va_start (rest, first);
  elements = collect (first, rest);
  va_end (rest);

  return ov_term_new_tuple ((OvTerm **) elements->pdata, elements->len);
}

/**
 * ov_term_list:
 * @first: (transfer full) (nullable): the first element
 * @...: (transfer full): more, then %NULL
 *
 * Returns: (transfer full): the list
 */
OvTerm *
ov_term_list (OvTerm *first,
              ...)
{
  g_autoptr (GPtrArray) elements = NULL;
  va_list rest;

  va_start (rest, first);
  elements = collect (first, rest);
  va_end (rest);

  return ov_term_new_list ((OvTerm **) elements->pdata, elements->len);
}
