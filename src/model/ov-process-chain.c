/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chains live in a set that compares contents; a look-up is made with a chain on the stack.
 * Invariant: every chain in the set has at least one user, and no two are equal.
 * Thread: main.
 */
#include "model/ov-process-chain-private.h"

#include <string.h>

static guint
hash_entries (const OvChainEntry *entries,
              guint               n)
{
  guint64 hash = 14695981039346656037u;

  for (guint i = 0; i < n; i++)
    {
      hash = (hash ^ entries[i].key) * 1099511628211u;
      hash = (hash ^ entries[i].name) * 1099511628211u;
    }

  return (guint) (hash ^ (hash >> 32));
}

static guint
chain_hash (gconstpointer chain)
{
  return ((const OvChain *) chain)->hash;
}

static gboolean
chain_equal (gconstpointer a,
             gconstpointer b)
{
  const OvChain *first = a;
  const OvChain *second = b;

  if (first->hash != second->hash || first->n != second->n)
    return FALSE;

  for (guint i = 0; i < first->n; i++)
    if (first->entries[i].key != second->entries[i].key
        || first->entries[i].name != second->entries[i].name)
      return FALSE;

  return TRUE;
}

OvChainPool *
ov_chain_pool_new (void)
{
  return g_hash_table_new_full (chain_hash, chain_equal, g_free, NULL);
}

OvChain *
ov_chain_pool_intern (OvChainPool        *pool,
                      const OvChainEntry *entries,
                      guint               n)
{
  gsize size = sizeof (OvChain) + n * sizeof (OvChainEntry);
  OvChain *made;
  OvChain *known;

  if (n == 0)
    return NULL;

  made = g_malloc0 (size);
  made->ref_count = 1;
  made->hash = hash_entries (entries, n);
  made->n = n;
  memcpy (made->entries, entries, n * sizeof (OvChainEntry));

  known = g_hash_table_lookup (pool, made);
  if (known == NULL)
    {
      g_hash_table_add (pool, made);
      return made;
    }

  g_free (made);
  known->ref_count++;
  return known;
}

void
ov_chain_pool_drop (OvChainPool *pool,
                    OvChain     *chain)
{
  if (chain != NULL && --chain->ref_count == 0)
    g_hash_table_remove (pool, chain);
}
