/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The journal: what is written is read, the file is private and bounded, a full disk spoils nothing.
 */
#include "ops/ov-journal.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = g_dir_make_tmp ("overstory-journal-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "state", "journal.jsonl", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *old = g_strconcat (fixture->path, ".1", NULL);
  g_autofree char *state = g_path_get_dirname (fixture->path);

  g_unlink (fixture->path);
  g_unlink (old);
  g_rmdir (state);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
append (OvJournal *journal,
        guint      number)
{
  g_autofree char *node = g_strdup_printf ("node-%u@localhost", number);
  OvJournalEntry entry = { .operation = "test.append", .node = node, .effect = "change", .undo = "none",
                           .outcome = "done" };
  g_autoptr (GError) error = NULL;

  g_assert_true (ov_journal_append (journal, &entry, &error));
  g_assert_no_error (error);
}

static void
assert_node (GPtrArray *entries,
             guint      index,
             guint      number)
{
  g_autofree char *node = g_strdup_printf ("node-%u@localhost", number);

  g_assert_cmpstr (json_object_get_string_member (g_ptr_array_index (entries, index), "node"), ==, node);
}

static void
test_append (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (OvJournal) journal = ov_journal_new (fixture->path, 1000000);
  g_autoptr (GPtrArray) none = ov_journal_read (journal, 10, NULL), entries = NULL;
  g_autofree char *state = g_path_get_dirname (fixture->path);
  struct stat info;

  g_assert_cmpuint (none->len, ==, 0);
  for (guint i = 0; i < 20; i++)
    append (journal, i);
  entries = ov_journal_read (journal, 5, NULL);
  g_assert_cmpuint (entries->len, ==, 5);
  assert_node (entries, 0, 15);
  assert_node (entries, 4, 19);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (state, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
}

/* Two files at most, each within the bound, and the newest entries in them. */
static void
test_bounded (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (OvJournal) journal = ov_journal_new (fixture->path, 2000);
  g_autofree char *old = g_strconcat (fixture->path, ".1", NULL);
  g_autoptr (GPtrArray) entries = NULL;
  struct stat info;

  for (guint i = 0; i < 100; i++)
    append (journal, i);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_size, <=, 2000);
  g_assert_cmpint (g_stat (old, &info), ==, 0);
  g_assert_cmpint (info.st_size, <=, 2000);
  entries = ov_journal_read (journal, 1000, NULL);
  g_assert_cmpuint (entries->len, >, 8);
  assert_node (entries, entries->len - 1, 99);
  assert_node (entries, 0, 100 - entries->len);
}

/* A limit on file sizes cuts a write short as a full disk does. */
static void
test_full (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (OvJournal) journal = ov_journal_new (fixture->path, 1000000);
  OvJournalEntry entry = { .operation = "test.append", .node = "late@localhost", .effect = "change",
                           .undo = "none", .outcome = "done" };
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit before, limit;
  struct stat info, after;

  append (journal, 0);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = (rlim_t) info.st_size + 20;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (ov_journal_append (journal, &entry, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (g_stat (fixture->path, &after), ==, 0);
  g_assert_cmpint (after.st_size, ==, info.st_size);

  append (journal, 1);
  entries = ov_journal_read (journal, 10, NULL);
  g_assert_cmpuint (entries->len, ==, 2);
}

/* A line that was cut, or that somebody else wrote, hides no other. */
static void
test_foreign (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (OvJournal) journal = ov_journal_new (fixture->path, 1000000);
  g_autofree char *text = NULL, *spoiled = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  append (journal, 0);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  spoiled = g_strconcat ("{\"at\":\"20\n[1,2]\nnot json\n", text, NULL);
  g_assert_true (g_file_set_contents (fixture->path, spoiled, -1, NULL));
  entries = ov_journal_read (journal, 10, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  assert_node (entries, 0, 0);
}

/* No following of a link that somebody placed there. */
static void
test_link (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (OvJournal) journal = ov_journal_new (fixture->path, 1000000);
  g_autofree char *state = g_path_get_dirname (fixture->path);
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  OvJournalEntry entry = { .operation = "test.append", .effect = "change", .undo = "none", .outcome = "done" };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (state, 0700), ==, 0);
  g_assert_true (g_file_make_symbolic_link (file, "/dev/null", NULL, NULL));
  g_assert_false (ov_journal_append (journal, &entry, &error));
  g_assert_nonnull (error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ops/journal/append", Fixture, NULL, set_up, test_append, tear_down);
  g_test_add ("/ops/journal/bounded", Fixture, NULL, set_up, test_bounded, tear_down);
  g_test_add ("/ops/journal/full", Fixture, NULL, set_up, test_full, tear_down);
  g_test_add ("/ops/journal/foreign", Fixture, NULL, set_up, test_foreign, tear_down);
  g_test_add ("/ops/journal/link", Fixture, NULL, set_up, test_link, tear_down);

  return g_test_run ();
}
