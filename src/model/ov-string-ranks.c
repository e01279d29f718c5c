/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Strings are sorted without regard to the case of ASCII letters, then by their bytes.  A key of
 * the first eight bytes decides most comparisons without touching the strings.  New strings
 * are sorted by themselves and merged into the old order.
 * Invariant: sorted holds every string up to n_known once, in order; ranks[sorted[i].id] == i + 1.
 * Thread: main.
 */
#include "model/ov-string-ranks-private.h"

#include <string.h>

typedef struct
{
  guint64     key;
  const char *text;
  guint32     id;
} Entry;

struct _OvStringRanks
{
  OvStrings *strings;
  GArray    *sorted; /* Entry */
  guint32   *ranks;
  guint32    n_known;
};

static guint64
key_of (const char *text)
{
  guint64 key = 0;
  guint i;

  for (i = 0; i < 8 && text[i] != '\0'; i++)
    key = key << 8 | (guint8) g_ascii_tolower (text[i]);

  return key << (8 * (8 - i)) % 64;
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const Entry *first = a;
  const Entry *second = b;
  int order;

  if (first->key != second->key)
    return first->key < second->key ? -1 : 1;

  order = g_ascii_strcasecmp (first->text, second->text);

  return order != 0 ? order : strcmp (first->text, second->text);
}

OvStringRanks *
ov_string_ranks_new (OvStrings *strings)
{
  OvStringRanks *self = g_new0 (OvStringRanks, 1);

  self->strings = strings;
  self->sorted = g_array_new (FALSE, FALSE, sizeof (Entry));
  self->ranks = g_new0 (guint32, 1);

  return self;
}

void
ov_string_ranks_free (OvStringRanks *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->sorted);
  g_free (self->ranks);
  g_free (self);
}

static GArray *
merge (const GArray *old,
       const GArray *fresh)
{
  GArray *merged = g_array_sized_new (FALSE, FALSE, sizeof (Entry), old->len + fresh->len);
  guint at = 0;

  for (guint i = 0; i < fresh->len; i++)
    {
      const Entry *entry = &g_array_index (fresh, Entry, i);
      guint low = at;
      guint high = old->len;

      while (low < high)
        {
          guint middle = (low + high) / 2;

          if (compare_entries (&g_array_index (old, Entry, middle), entry) < 0)
            low = middle + 1;
          else
            high = middle;
        }
      if (low > at)
        g_array_append_vals (merged, &g_array_index (old, Entry, at), low - at);
      g_array_append_vals (merged, entry, 1);
      at = low;
    }
  if (at < old->len)
    g_array_append_vals (merged, &g_array_index (old, Entry, at), old->len - at);

  return merged;
}

void
ov_string_ranks_update (OvStringRanks *self)
{
  guint32 size = ov_strings_get_size (self->strings);
  g_autoptr (GArray) fresh = NULL;
  GArray *merged;

  if (size == self->n_known)
    return;

  fresh = g_array_sized_new (FALSE, FALSE, sizeof (Entry), size - self->n_known);
  for (guint32 id = self->n_known + 1; id <= size; id++)
    {
      const char *text = ov_strings_get (self->strings, id);
      Entry entry = { key_of (text), text, id };

      g_array_append_val (fresh, entry);
    }
  g_array_sort (fresh, compare_entries);
  merged = merge (self->sorted, fresh);
  g_array_unref (self->sorted);
  self->sorted = merged;

  self->ranks = g_renew (guint32, self->ranks, size + 1);
  self->ranks[0] = 0;
  for (guint i = 0; i < merged->len; i++)
    self->ranks[g_array_index (merged, Entry, i).id] = i + 1;
  self->n_known = size;
}

guint32
ov_string_ranks_get (const OvStringRanks *self,
                     guint32              id)
{
  return id <= self->n_known ? self->ranks[id] : 0;
}
