/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What repeats among restarts: the same child for the same reason, at regular times, or always together
 * with another.
 *
 * A child is the same when its supervisor has the same name (else pid) and its id is the same; reasons
 * are compared without the pids, references and ports in them.
 * Invariant: nothing is called a pattern below MIN_COUNT restarts.  Thread: main.
 */
#include "analytics/ov-restart-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define SECOND_NS ((gint64) 1000000000)
#define MIN_COUNT 3
#define MIN_PERIODIC 4
/* How far intervals may be from their median, as a share of it. */
#define MAX_SPREAD 0.15
/* Of the restarts of either, how many must be close to one of the other. */
#define MIN_TOGETHER 0.8
#define MAX_PATTERNS 100

typedef struct
{
  char       *child;     /* supervisor and id */
  char       *reason;    /* without identities; NULL: not seen */
  const char *shown_child, *shown_supervisor, *shown_reason;
  OvPid       supervisor;
  GArray     *times;     /* gint64 */
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_clear_pointer (&group->child, g_free);
  g_clear_pointer (&group->reason, g_free);
  g_clear_pointer (&group->times, g_array_unref);
  g_free (group);
}

static void
pattern_free (gpointer data)
{
  OvRestartPattern *pattern = data;

  g_clear_pointer (&pattern->words, g_free);
  g_free (pattern);
}

/* <0.12.0>, #Ref<…> and #Port<…> become _: what stands in angle brackets and begins with a digit. */
static char *
strip_identities (const char *reason)
{
  GString *text;

  if (reason == NULL)
    return NULL;

  text = g_string_new (NULL);
  for (const char *at = reason; *at != '\0'; at++)
    {
      const char *close = *at == '<' && g_ascii_isdigit (at[1]) ? strchr (at, '>') : NULL;

      if (close != NULL)
        {
          g_string_append_c (text, '_');
          at = close;
        }
      else
        {
          g_string_append_c (text, *at);
        }
    }

  return g_string_free (text, FALSE);
}

static char *
dup_child (const OvRestartEntry *entry)
{
  g_autofree char *pid = ov_pid_to_string (&entry->supervisor, NULL);

  return g_strconcat (entry->supervisor_name != NULL ? entry->supervisor_name : pid, "\n",
                      entry->child_id != NULL ? entry->child_id : "?", NULL);
}

static Group *
get_group (GHashTable           *groups,
           const OvRestartEntry *entry,
           gboolean              with_reason)
{
  g_autofree char *child = dup_child (entry);
  g_autofree char *reason = with_reason ? strip_identities (entry->reason) : NULL;
  g_autofree char *key = g_strconcat (child, "\n", reason != NULL ? reason : "", NULL);
  Group *group = g_hash_table_lookup (groups, key);

  if (group != NULL)
    return group;

  group = g_new0 (Group, 1);
  group->child = g_steal_pointer (&child);
  group->reason = g_steal_pointer (&reason);
  group->shown_child = entry->child_id;
  group->shown_supervisor = entry->supervisor_name;
  group->shown_reason = entry->reason;
  group->supervisor = entry->supervisor;
  group->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_hash_table_insert (groups, g_steal_pointer (&key), group);
  return group;
}

static GHashTable *
make_groups (OvRestartLog *self,
             gboolean      with_reason)
{
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);

  for (guint i = 0; i < self->items->len; i++)
    {
      const OvRestartEntry *entry = ov_restart_log_get (self, i);

      if (entry->child_id != NULL || entry->supervisor_name != NULL)
        g_array_append_val (get_group (groups, entry, with_reason)->times, entry->at_ns);
    }

  return groups;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return (left > right) - (left < right);
}

static double
get_median (GArray *values)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, values->len / 2);
}

/* The median interval when all but few are close to it, else 0. */
static double
get_period_s (GArray *times)
{
  g_autoptr (GArray) intervals = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) deviations = g_array_new (FALSE, FALSE, sizeof (double));
  double median;

  if (times->len < MIN_PERIODIC)
    return 0;

  for (guint i = 1; i < times->len; i++)
    {
      double interval = (double) (g_array_index (times, gint64, i) - g_array_index (times, gint64, i - 1)) / 1e9;

      g_array_append_val (intervals, interval);
    }
  median = get_median (intervals);
  for (guint i = 0; i < intervals->len; i++)
    {
      double deviation = fabs (g_array_index (intervals, double, i) - median);

      g_array_append_val (deviations, deviation);
    }

  return median > 0 && get_median (deviations) <= MAX_SPREAD * median ? median : 0;
}

static char *
dup_words (const Group *group,
           double       period_s)
{
  const char *child = group->shown_child != NULL ? group->shown_child : "?";
  const char *reason = group->shown_reason != NULL ? group->shown_reason : _("reason not seen");
  const char *supervisor = group->shown_supervisor != NULL ? group->shown_supervisor : _("its supervisor");

  if (period_s > 0)
    return g_strdup_printf (_("%s of %s was restarted %u times, every %.1f s: %s"), child, supervisor,
                            group->times->len, period_s, reason);

  return g_strdup_printf (_("%s of %s was restarted %u times for the same reason: %s"), child, supervisor,
                          group->times->len, reason);
}

static void
add_pattern (GPtrArray   *patterns,
             char        *words,
             guint        count,
             const OvPid *supervisor,
             double       period_s)
{
  OvRestartPattern *pattern = g_new0 (OvRestartPattern, 1);

  pattern->words = words;
  pattern->count = count;
  pattern->supervisor = *supervisor;
  pattern->period_s = period_s;
  g_ptr_array_add (patterns, pattern);
}

static void
add_repeated (OvRestartLog *self,
              GPtrArray    *patterns)
{
  g_autoptr (GHashTable) groups = make_groups (self, TRUE);
  GHashTableIter iter;
  Group *group;

  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &group))
    if (group->times->len >= MIN_COUNT)
      {
        double period_s = get_period_s (group->times);

        add_pattern (patterns, dup_words (group, period_s), group->times->len, &group->supervisor, period_s);
      }
}

/* How many of @a have one of @b within a second. */
static guint
count_together (const GArray *a,
                const GArray *b)
{
  guint found = 0;
  guint j = 0;

  for (guint i = 0; i < a->len; i++)
    {
      gint64 at_ns = g_array_index (a, gint64, i);

      while (j < b->len && g_array_index (b, gint64, j) < at_ns - SECOND_NS)
        j++;
      if (j < b->len && g_array_index (b, gint64, j) <= at_ns + SECOND_NS)
        found++;
    }

  return found;
}

static void
add_pair (GPtrArray   *patterns,
          const Group *a,
          const Group *b)
{
  guint n_a = count_together (a->times, b->times);
  guint n_b = count_together (b->times, a->times);
  guint n = MIN (n_a, n_b);

  if (n < MIN_COUNT || n_a < MIN_TOGETHER * a->times->len || n_b < MIN_TOGETHER * b->times->len)
    return;

  add_pattern (patterns,
               g_strdup_printf (_("%s and %s are restarted together, %u times"),
                                a->shown_child != NULL ? a->shown_child : "?",
                                b->shown_child != NULL ? b->shown_child : "?", n),
               n, &a->supervisor, 0);
}

static int
compare_groups (gconstpointer a,
                gconstpointer b)
{
  const Group *left = *(Group *const *) a;
  const Group *right = *(Group *const *) b;

  if (left->times->len != right->times->len)
    return left->times->len > right->times->len ? -1 : 1;

  return strcmp (left->child, right->child);
}

static void
add_pairs (OvRestartLog *self,
           GPtrArray    *patterns)
{
  g_autoptr (GHashTable) groups = make_groups (self, FALSE);
  g_autoptr (GPtrArray) frequent = g_ptr_array_new ();
  GHashTableIter iter;
  Group *group;

  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &group))
    if (group->times->len >= MIN_COUNT)
      g_ptr_array_add (frequent, group);
  g_ptr_array_sort (frequent, compare_groups);
  for (guint i = 0; i < MIN (frequent->len, MAX_PATTERNS); i++)
    for (guint j = i + 1; j < MIN (frequent->len, MAX_PATTERNS); j++)
      add_pair (patterns, frequent->pdata[i], frequent->pdata[j]);
}

static int
compare_patterns (gconstpointer a,
                  gconstpointer b)
{
  const OvRestartPattern *left = *(OvRestartPattern *const *) a;
  const OvRestartPattern *right = *(OvRestartPattern *const *) b;

  if (left->count != right->count)
    return left->count > right->count ? -1 : 1;

  return strcmp (left->words, right->words);
}

/**
 * ov_restart_log_list_patterns:
 * @self: a log
 *
 * Returns: (transfer full) (element-type OvRestartPattern): what repeats, the most frequent first
 */
GPtrArray *
ov_restart_log_list_patterns (OvRestartLog *self)
{
  GPtrArray *patterns;

  g_return_val_if_fail (OV_IS_RESTART_LOG (self), NULL);

  patterns = g_ptr_array_new_with_free_func (pattern_free);
  add_repeated (self, patterns);
  add_pairs (self, patterns);
  g_ptr_array_sort (patterns, compare_patterns);
  if (patterns->len > MAX_PATTERNS)
    g_ptr_array_set_size (patterns, MAX_PATTERNS);

  return patterns;
}
