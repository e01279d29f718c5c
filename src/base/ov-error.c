/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The registry behind ov-error.h: a small table from error domain to its words.
 * Invariant: a domain, once registered, keeps its (static) table for ever.
 * Threads: any; guarded by one mutex.
 */
#include "base/ov-error.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

typedef struct
{
  const OvErrorWord *words;
  gsize              n_words;
} Domain;

static GMutex      lock;
static GHashTable *domains;

static const OvErrorWord io_words[] = {
  { G_IO_ERROR_CANCELLED, "cancelled", NULL },
  { G_IO_ERROR_TIMED_OUT, "timed-out", N_("Try again, or raise the limit with --timeout.") },
  { G_IO_ERROR_NOT_FOUND, "not-found", N_("Check how it is spelled, and that its folder is there.") },
  { G_IO_ERROR_EXISTS, "exists", N_("Choose another file, or replace it with --force.") },
  { G_IO_ERROR_NOT_REGULAR_FILE, "not-a-file", N_("Choose a name that is free, or that of an ordinary file.") },
  { G_IO_ERROR_PERMISSION_DENIED, "permission-denied", NULL },
  { G_IO_ERROR_NO_SPACE, "no-space", N_("Free some disk space and try again.") },
};

static GHashTable *
ensure_domains (void)
{
  if (domains == NULL)
    {
      static const Domain io = { io_words, G_N_ELEMENTS (io_words) };

      domains = g_hash_table_new_full (NULL, NULL, NULL, g_free);
      g_hash_table_insert (domains, GUINT_TO_POINTER (G_IO_ERROR), g_memdup2 (&io, sizeof io));
    }

  return domains;
}

static const OvErrorWord *
find_word (const GError *error)
{
  const OvErrorWord *found = NULL;
  Domain *domain;

  g_mutex_lock (&lock);
  domain = g_hash_table_lookup (ensure_domains (), GUINT_TO_POINTER (error->domain));
  if (domain != NULL)
    for (gsize i = 0; i < domain->n_words && found == NULL; i++)
      if (domain->words[i].code == error->code)
        found = &domain->words[i];
  g_mutex_unlock (&lock);

  return found;
}

/**
 * ov_error_register_domain:
 * @domain: an error domain
 * @words: (array length=n_words): a table that lives as long as the program
 * @n_words: its length
 *
 * Says how the codes of @domain are called for people and programs. Thread: any.
 */
void
ov_error_register_domain (GQuark             domain,
                          const OvErrorWord *words,
                          gsize              n_words)
{
  g_return_if_fail (domain != 0);
  g_return_if_fail (words != NULL);

  g_mutex_lock (&lock);
  if (!g_hash_table_contains (ensure_domains (), GUINT_TO_POINTER (domain)))
    {
      Domain entry = { words, n_words };

      g_hash_table_insert (domains, GUINT_TO_POINTER (domain), g_memdup2 (&entry, sizeof entry));
    }
  g_mutex_unlock (&lock);
}

/**
 * ov_error_get_word:
 * @error: an error
 *
 * Returns: (transfer none): the word of the error's code, "failed" when its domain gave none
 */
const char *
ov_error_get_word (const GError *error)
{
  const OvErrorWord *word;

  g_return_val_if_fail (error != NULL, "failed");

  word = find_word (error);
  return word != NULL ? word->word : "failed";
}

/**
 * ov_error_get_hint:
 * @error: an error
 *
 * Returns: (transfer none) (nullable): what a person can try, in their language
 */
const char *
ov_error_get_hint (const GError *error)
{
  const OvErrorWord *word;

  g_return_val_if_fail (error != NULL, NULL);

  word = find_word (error);
  return word != NULL && word->hint != NULL ? g_dgettext (GETTEXT_PACKAGE, word->hint) : NULL;
}
