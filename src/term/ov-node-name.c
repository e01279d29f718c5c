/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pool of node names.
 *
 * A pid holds its node as a pointer, so names are kept for ever.  What comes from the network
 * may not fill the program that way: a name that no node can have, and every name beyond the
 * first few thousand, becomes the one name "…".  The node that one is attached to is not bound
 * by that, or a hostile one could take its name away.
 * Invariant: equal names are equal pointers, except that all refused names are one.
 * Threads: any; one mutex, and a few last names per thread in front of it.
 */
#include "term/ov-node-name-private.h"

#include <string.h>

#define MAX_NAMES 4096
#define MAX_NAME_BYTES (255 * 4)
#define CACHE_SIZE 4
/* What an Erlang that is not distributed calls itself. */
#define NOBODY "nonode@nohost"

typedef struct
{
  const char *name;
  gsize       length;
} CachedName;

static GMutex      lock;
static GHashTable *names;
static const char  refused[] = "…";

static _Thread_local CachedName cache[CACHE_SIZE];
static _Thread_local guint      cache_next;

static const char *
look_up_or_add (const char *bytes,
                gsize       length,
                gboolean    trusted)
{
  char text[MAX_NAME_BYTES + 1];
  const char *name;

  memcpy (text, bytes, length);
  text[length] = '\0';

  g_mutex_lock (&lock);
  if (names == NULL)
    names = g_hash_table_new (g_str_hash, g_str_equal);
  name = g_hash_table_lookup (names, text);
  if (name == NULL && (trusted || g_hash_table_size (names) < MAX_NAMES))
    {
      name = g_intern_string (text);
      g_hash_table_add (names, (gpointer) name);
    }
  g_mutex_unlock (&lock);

  return name != NULL ? name : refused;
}

static const char *
intern (const char *bytes,
        gsize       length,
        gboolean    trusted)
{
  const char *name;

  for (guint i = 0; i < CACHE_SIZE; i++)
    if (cache[i].name != NULL && cache[i].length == length && memcmp (cache[i].name, bytes, length) == 0)
      return cache[i].name;

  if (length == 0 || length > MAX_NAME_BYTES || memchr (bytes, '\0', length) != NULL)
    return refused;

  name = look_up_or_add (bytes, length, trusted);
  if (name != refused)
    {
      cache[cache_next] = (CachedName) { name, length };
      cache_next = (cache_next + 1) % CACHE_SIZE;
    }

  return name;
}

/*< private >
 * ov_node_name_intern:
 * @bytes: valid UTF-8, not zero-ended
 * @length: its length
 *
 * Returns: (transfer none): the one pointer for that name. Thread: any.
 */
const char *
ov_node_name_intern (const char *bytes,
                     gsize       length)
{
  return intern (bytes, length, FALSE);
}

/*< private >
 * ov_node_name_intern_own:
 * @name: (nullable): the node that one is attached to; %NULL for one that is not distributed
 *
 * Returns: (transfer none): the one pointer for that name. Thread: any.
 */
const char *
ov_node_name_intern_own (const char *name)
{
  return name != NULL ? intern (name, strlen (name), TRUE) : intern (NOBODY, strlen (NOBODY), TRUE);
}
