/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The names of nodes.
 *
 * A pid holds its node as a pointer from g_intern_string(), which keeps a string for ever.
 * What comes from the network may not fill the program that way: a name that no node can have,
 * and every new name beyond the first thousand, becomes the one name "…".  A name that the
 * program has interned by itself, such as that of the node it is attached to, is always known,
 * or a hostile node could take it away.
 * Invariant: equal names are equal pointers, except that all refused names are one.
 * Threads: any; one mutex, and a few last names per thread in front of it.
 */
#include "term/ov-node-name-private.h"

#include <string.h>

#define MAX_NAMES 1000
#define MAX_NAME_BYTES (255 * 4)
#define CACHE_SIZE 4
/* What an Erlang that is not distributed calls itself. */
#define NOBODY "nonode@nohost"

typedef struct
{
  const char *name;
  gsize       length;
} CachedName;

static GMutex     lock;
static guint      n_names; /* added here; guarded by the lock */
static const char refused[] = "…";

static _Thread_local CachedName cache[CACHE_SIZE];
static _Thread_local guint      cache_next;

static const char *
look_up_or_add (const char *bytes,
                gsize       length)
{
  char text[MAX_NAME_BYTES + 1];
  const char *name = refused;
  GQuark known;

  memcpy (text, bytes, length);
  text[length] = '\0';

  g_mutex_lock (&lock);
  known = g_quark_try_string (text);
  if (known != 0)
    name = g_quark_to_string (known);
  else if (n_names < MAX_NAMES)
    {
      n_names++;
      name = g_intern_string (text);
    }
  g_mutex_unlock (&lock);

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
  const char *name;

  for (guint i = 0; i < CACHE_SIZE; i++)
    if (cache[i].name != NULL
        && cache[i].length == length
        && memcmp (cache[i].name, bytes, length) == 0)
      return cache[i].name;

  if (length == 0 || length > MAX_NAME_BYTES || memchr (bytes, '\0', length) != NULL)
    return refused;

  name = look_up_or_add (bytes, length);
  if (name != refused)
    {
      cache[cache_next] = (CachedName) { name, length };
      cache_next = (cache_next + 1) % CACHE_SIZE;
    }

  return name;
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
  return g_intern_string (name != NULL ? name : NOBODY);
}
