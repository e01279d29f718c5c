/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A search compares strings, not rows: for each word a bitset says which strings of the table
 * hold it, and a row matches when one of its strings is in the set.  What is no string of the
 * table is compared by hand: pids, when the word can be a part of one, and initial calls, when
 * it has their punctuation.
 * Invariant: matched of a word is right for the strings up to n_checked.
 * Thread: main.
 */
#include "model/ov-process-search.h"

#include <string.h>

typedef enum
{
  IN_NAME = 1 << 0,
  IN_PID = 1 << 1,
  IN_MODULE = 1 << 2,
  IN_LABEL = 1 << 3,
  IN_CHILD = 1 << 4,
  IN_APPLICATION = 1 << 5,
  IN_KIND = 1 << 6,
  IN_FUNCTION = 1 << 7, /* initial call and current function */
  IN_ANY = 0xff,
} Field;

static const struct
{
  const char *prefix;
  Field       field;
} prefixes[] = {
  { "name:", IN_NAME },
  { "pid:", IN_PID },
  { "module:", IN_MODULE },
  { "label:", IN_LABEL },
  { "child:", IN_CHILD },
  { "application:", IN_APPLICATION },
  { "kind:", IN_KIND },
  { "function:", IN_FUNCTION },
};

#define N_KINDS (OV_BEHAVIOUR_PROC_LIB + 1)

typedef struct
{
  char     *folded;
  gsize     length;
  Field     fields;
  gboolean  is_ascii;
  gboolean  can_be_pid;
  gboolean  can_be_call;
  gboolean  kinds[N_KINDS];
  OvBitset *matched;
  /* The last initial call that was compared: most rows share theirs with the one before. */
  guint32   module, function;
  guint     arity;
  gboolean  call_matches;
} Word;

struct _OvProcessSearch
{
  OvProcessTable *table;
  GArray         *words;
  guint32         n_checked;
};

static void
clear_word (gpointer data)
{
  Word *word = data;

  g_clear_pointer (&word->folded, g_free);
  g_clear_pointer (&word->matched, ov_bitset_free);
}

static gboolean
holds (const Word *word,
       const char *text)
{
  if (word->is_ascii)
    return strcasestr (text, word->folded) != NULL;

  g_autofree char *folded = g_utf8_casefold (text, -1);

  return strstr (folded, word->folded) != NULL;
}

static void
add_word (GArray     *words,
          const char *text)
{
  Word word = { .fields = IN_ANY };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (text, prefixes[i].prefix))
      {
        word.fields = prefixes[i].field;
        text += strlen (prefixes[i].prefix);
        break;
      }
  if (*text == '\0')
    return;

  word.is_ascii = g_str_is_ascii (text);
  word.folded = word.is_ascii ? g_strdup (text) : g_utf8_casefold (text, -1);
  word.length = strlen (word.folded);
  word.can_be_pid = (word.fields & IN_PID) && strspn (text, "<>.0123456789") == strlen (text);
  word.can_be_call = (word.fields & IN_FUNCTION) && strpbrk (text, ":/.") != NULL;
  word.matched = ov_bitset_new ();
  for (guint i = 0; i < N_KINDS; i++)
    word.kinds[i] = (word.fields & IN_KIND) && holds (&word, ov_behaviour_get_word (i));
  g_array_append_val (words, word);
}

/**
 * ov_process_search_new:
 * @table: a table
 * @text: (nullable): what is searched for; see the head of the header
 *
 * Returns: (transfer full): a search
 */
OvProcessSearch *
ov_process_search_new (OvProcessTable *table,
                       const char     *text)
{
  OvProcessSearch *self;
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);

  self = g_new0 (OvProcessSearch, 1);
  self->table = g_object_ref (table);
  self->words = g_array_new (FALSE, FALSE, sizeof (Word));
  g_array_set_clear_func (self->words, clear_word);
  parts = g_strsplit_set (text != NULL ? text : "", " \t", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    add_word (self->words, parts[i]);
  ov_process_search_update (self);

  return self;
}

void
ov_process_search_free (OvProcessSearch *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->words);
  g_object_unref (self->table);
  g_free (self);
}

gboolean
ov_process_search_is_empty (const OvProcessSearch *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->words->len == 0;
}

void
ov_process_search_update (OvProcessSearch *self)
{
  OvStrings *strings;
  guint32 size;

  g_return_if_fail (self != NULL);

  strings = ov_process_table_get_strings (self->table);
  size = ov_strings_get_size (strings);
  for (guint i = 0; i < self->words->len; i++)
    {
      const Word *word = &g_array_index (self->words, Word, i);

      for (guint32 id = self->n_checked + 1; id <= size; id++)
        if (holds (word, ov_strings_get (strings, id)))
          ov_bitset_add (word->matched, id);
    }
  self->n_checked = size;
}

static char *
put_number (char    *at,
            guint32  number)
{
  char digits[10];
  int n = 0;

  do
    digits[n++] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0)
    *at++ = digits[--n];

  return at;
}

static gboolean
matches_pid (const Word      *word,
             const OvProcess *row)
{
  char text[32] = "<0.";
  char *at = put_number (text + 3, row->pid.id);

  *at++ = '.';
  at = put_number (at, row->pid.serial);
  *at++ = '>';
  *at = '\0';

  return memmem (text, (gsize) (at - text), word->folded, word->length) != NULL;
}

static gboolean
matches_call (Word            *word,
              OvStrings       *strings,
              const OvProcess *row)
{
  const char *module = ov_strings_get (strings, row->module);
  const char *function = ov_strings_get (strings, row->function);
  gboolean is_elixir = module != NULL && g_str_has_prefix (module, "Elixir.");
  char text[600];

  if (module == NULL || function == NULL)
    return FALSE;
  if (word->module == row->module && word->function == row->function && word->arity == row->arity)
    return word->call_matches;

  /* As titles are written; an atom has at most 255 characters, and a cut one is still compared. */
  g_snprintf (text, sizeof text, "%s%c%s/%u", is_elixir ? module + strlen ("Elixir.") : module,
              is_elixir ? '.' : ':', function, row->arity);
  word->module = row->module;
  word->function = row->function;
  word->arity = row->arity;
  word->call_matches = holds (word, text);

  return word->call_matches;
}

static gboolean
has (const Word *word,
     Field       field,
     guint32     string)
{
  return (word->fields & field) && string != OV_STRING_NONE
         && ov_bitset_contains (word->matched, string);
}

static gboolean
matches_word (Word            *word,
              OvStrings       *strings,
              const OvProcess *row)
{
  return has (word, IN_NAME, row->name) || has (word, IN_LABEL, row->label)
         || has (word, IN_MODULE, row->module) || has (word, IN_CHILD, row->child_id)
         || has (word, IN_APPLICATION, row->application) || has (word, IN_FUNCTION, row->function)
         || has (word, IN_FUNCTION, row->current) || word->kinds[MIN (row->behaviour, N_KINDS - 1)]
         || (word->can_be_pid && matches_pid (word, row))
         || (word->can_be_call && matches_call (word, strings, row));
}

static gboolean
matches_row (OvProcessSearch *self,
             OvStrings       *strings,
             const OvProcess *row)
{
  for (guint i = 0; i < self->words->len; i++)
    if (!matches_word (&g_array_index (self->words, Word, i), strings, row))
      return FALSE;

  return TRUE;
}

/**
 * ov_process_search_matches:
 * @self: a search that is up to date
 * @slot: a slot
 *
 * Returns: whether a process stands there and every word matches it
 */
gboolean
ov_process_search_matches (OvProcessSearch *self,
                           guint32          slot)
{
  const OvProcess *row;

  g_return_val_if_fail (self != NULL, FALSE);

  row = ov_process_table_get_row (self->table, slot);

  return row != NULL && matches_row (self, ov_process_table_get_strings (self->table), row);
}

GArray *
ov_process_search_run (OvProcessSearch *self)
{
  GArray *slots;
  const OvProcess *rows;
  OvStrings *strings;
  guint32 n_slots;

  g_return_val_if_fail (self != NULL, NULL);

  slots = g_array_new (FALSE, FALSE, sizeof (guint32));
  if (self->words->len == 0)
    return slots;

  ov_process_search_update (self);
  strings = ov_process_table_get_strings (self->table);
  rows = ov_process_table_get_rows (self->table, &n_slots);
  for (guint32 slot = 0; slot < n_slots; slot++)
    if (rows[slot].alive && matches_row (self, strings, &rows[slot]))
      g_array_append_val (slots, slot);

  return slots;
}
