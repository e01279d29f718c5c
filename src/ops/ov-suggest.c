/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The nearest word by optimal string alignment distance (insert, delete, replace, swap of
 * neighbours), as far away as a third of its length at most; a word that the typed one begins
 * counts as near.
 * Thread: any.
 */
#include "ops/ov-suggest.h"

#include <string.h>

#define MAX_LENGTH 63

static guint
measure_distance (const char *a,
                  const char *b)
{
  guint8 rows[3][MAX_LENGTH + 1];
  gsize n_a = strlen (a), n_b = strlen (b);

  if (n_a > MAX_LENGTH || n_b > MAX_LENGTH)
    return G_MAXUINT;

  for (gsize j = 0; j <= n_b; j++)
    rows[0][j] = j;
  for (gsize i = 1; i <= n_a; i++)
    {
      const guint8 *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
      guint8 *row = rows[i % 3];

      row[0] = i;
      for (gsize j = 1; j <= n_b; j++)
        {
          guint8 best = above[j - 1] + (a[i - 1] != b[j - 1]);

          best = MIN (best, MIN (above[j], row[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            best = MIN (best, two_above[j - 2] + 1);
          row[j] = best;
        }
    }

  return rows[n_a % 3][n_b];
}

const char *
ov_suggest (const char        *typed,
            const char *const *words,
            guint              n_words)
{
  const char *nearest = NULL;
  guint best = G_MAXUINT;

  g_return_val_if_fail (typed != NULL, NULL);

  for (guint i = 0; i < n_words; i++)
    {
      guint allowed = MAX (strlen (words[i]) / 3, 1);
      guint distance = measure_distance (typed, words[i]);

      if (strlen (typed) >= 2 && g_str_has_prefix (words[i], typed))
        distance = 1;
      if (distance <= allowed && distance < best)
        {
          best = distance;
          nearest = words[i];
        }
    }

  return nearest;
}
