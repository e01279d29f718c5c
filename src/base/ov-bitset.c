/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvBitset is an array of 64-bit words.
 * Invariant: size is the number of set bits; words beyond n_words count as zero.
 * Thread: one at a time, the owner's.
 */
#include "base/ov-bitset.h"

struct _OvBitset
{
  guint64 *words;
  guint32  n_words;
  guint32  size;
};

OvBitset *
ov_bitset_new (void)
{
  return g_new0 (OvBitset, 1);
}

void
ov_bitset_free (OvBitset *self)
{
  if (self == NULL)
    return;

  g_free (self->words);
  g_free (self);
}

static void
grow (OvBitset *self,
      guint32   word)
{
  guint32 wanted = MAX (word + 1, self->n_words * 2);

  self->words = g_renew (guint64, self->words, wanted);
  memset (self->words + self->n_words, 0, (wanted - self->n_words) * sizeof (guint64));
  self->n_words = wanted;
}

void
ov_bitset_add (OvBitset *self,
               guint32   value)
{
  guint32 word = value / 64;
  guint64 bit = G_GUINT64_CONSTANT (1) << (value % 64);

  g_return_if_fail (self != NULL);

  if (word >= self->n_words)
    grow (self, word);
  self->size += (self->words[word] & bit) == 0;
  self->words[word] |= bit;
}

void
ov_bitset_remove (OvBitset *self,
                  guint32   value)
{
  guint32 word = value / 64;
  guint64 bit = G_GUINT64_CONSTANT (1) << (value % 64);

  g_return_if_fail (self != NULL);

  if (word >= self->n_words)
    return;
  self->size -= (self->words[word] & bit) != 0;
  self->words[word] &= ~bit;
}

gboolean
ov_bitset_contains (const OvBitset *self,
                    guint32         value)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return value / 64 < self->n_words && (self->words[value / 64] >> (value % 64) & 1) != 0;
}

void
ov_bitset_clear (OvBitset *self)
{
  g_return_if_fail (self != NULL);

  if (self->n_words > 0)
    memset (self->words, 0, self->n_words * sizeof (guint64));
  self->size = 0;
}

guint32
ov_bitset_get_size (const OvBitset *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * ov_bitset_next:
 * @self: a set
 * @from: the least number that may be returned
 *
 * Returns: the least member that is not below @from, or %OV_BITSET_END
 */
guint32
ov_bitset_next (const OvBitset *self,
                guint32         from)
{
  g_return_val_if_fail (self != NULL, OV_BITSET_END);

  for (guint32 word = from / 64; word < self->n_words; word++)
    {
      guint64 bits = self->words[word];

      if (word == from / 64)
        bits &= G_MAXUINT64 << (from % 64);
      if (bits != 0)
        return word * 64 + (guint32) __builtin_ctzll (bits);
    }

  return OV_BITSET_END;
}
