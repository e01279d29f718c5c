/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reader of batches: every record of the protocol, and what it does with nonsense.
 */
#include "probe/ov-probe.h"

#include <string.h>

#define NODE "n@h"

/* Their node's name is interned in main(). */
static OvPid process = { NULL, 7, 0, 1 };
static OvPid parent = { NULL, 3, 0, 1 };

static OvTerm *
pid (const OvPid *value)
{
  return ov_term_new_pid (value);
}

static OvTerm *
atom (const char *name)
{
  return ov_term_new_atom (name);
}

static OvTerm *
number (gint64 value)
{
  return ov_term_new_integer (value);
}

static OvTerm *
none (void)
{
  return ov_term_new_list (NULL, 0);
}

static OvTerm *
shape (void)
{
  return ov_term_tuple (number (2), atom ("shop"), atom ("init"), number (1),
                        ov_term_new_text ("gen_server:loop/7"), pid (&parent), none (),
                        pid (&parent), ov_term_list (atom ("top"), NULL), NULL);
}

static OvTerm *
process_record (OvTerm *shape_or_0)
{
  return ov_term_tuple (number (1), pid (&process), shape_or_0, atom ("till"), number (1 + 16),
                        none (), number (500), number (3), number (1),
                        ov_term_list (pid (&parent), NULL),
                        ov_term_tuple (ov_term_new_text ("desk"), NULL), NULL);
}

static GBytes *
encode (OvTerm *records)
{
  g_autoptr (OvTerm) owned = records;
  GByteArray *bytes = g_byte_array_new ();

  ov_term_encode (owned, bytes);
  return g_byte_array_free_to_bytes (bytes);
}

static void
assert_slice (OvSlice     slice,
              const char *text)
{
  g_assert_cmpmem (slice.text, slice.length, text, strlen (text));
}

static void
begin (OvProbeReader *reader,
       GBytes        *bytes)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);

  ov_probe_reader_init (reader, data, length, 42, NODE);
}

static void
test_process (void)
{
  g_autoptr (GBytes) bytes = encode (ov_term_list (process_record (shape ()),
                                                   process_record (number (0)), NULL));
  g_auto (OvProbeReader) reader = { 0 };
  OvRecord record;
  guint n = 0;

  begin (&reader, bytes);
  while (ov_probe_reader_next (&reader, &record))
    {
      guint length;

      n++;
      g_assert_cmpint (record.type, ==, OV_RECORD_PROCESS);
      g_assert_cmpint (record.at_ns, ==, 42);
      g_assert_true (ov_pid_equal (&record.pid, &process));
      g_assert_true (ov_pid_equal (&record.parent, &parent));
      g_assert_true (ov_pid_equal (&record.group_leader, &parent));
      assert_slice (record.name, "till");
      assert_slice (record.module, "shop");
      assert_slice (record.function, "init");
      g_assert_cmpuint (record.arity, ==, 1);
      assert_slice (record.current, "gen_server:loop/7");
      assert_slice (record.label, "desk");
      g_assert_cmpint (record.behaviour, ==, OV_BEHAVIOUR_GEN_SERVER);
      g_assert_cmpint (record.status, ==, OV_STATUS_WAITING);
      g_assert_true (record.trap_exit);
      g_assert_cmpuint (record.memory_bytes, ==, OV_UNKNOWN_U64);
      g_assert_cmpuint (record.reductions, ==, 500);
      g_assert_cmpuint (record.message_queue_len, ==, 3);
      g_assert_cmpuint (record.n_links, ==, 1);
      g_assert_cmpuint (record.n_monitors, ==, OV_UNKNOWN_U32);
      g_assert_true (ov_term_cursor_enter_list (&record.links, &length));
      g_assert_cmpuint (length, ==, 1);
      g_assert_true (ov_term_cursor_enter_list (&record.ancestors, &length));
      g_assert_true (ov_term_cursor_match_atom (&record.ancestors, "top"));
    }
  g_assert_cmpuint (n, ==, 2);
  g_assert_false (reader.malformed);
}

/* "The same shape" in the first record of a batch means nothing. */
static void
test_no_shape (void)
{
  g_autoptr (GBytes) bytes = encode (ov_term_list (process_record (number (0)), NULL));
  g_auto (OvProbeReader) reader = { 0 };
  OvRecord record;

  begin (&reader, bytes);
  g_assert_false (ov_probe_reader_next (&reader, &record));
  g_assert_true (reader.malformed);
}

static OvTerm *
one_of_each (void)
{
  OvTerm *pairs[] = { atom ("process_count"), number (9) };

  return ov_term_list (
      process_record (shape ()),
      ov_term_tuple (number (2), pid (&process), number (600), number (0), number (2048),
                     number (2), NULL),
      ov_term_tuple (number (3), number (99), pid (&process), pid (&parent), atom ("shop"),
                     atom ("init"), number (1), NULL),
      ov_term_tuple (number (4), number (99), pid (&process),
                     ov_term_tuple (ov_term_tuple (atom ("badmatch"), number (1), NULL), NULL),
                     atom ("true"), NULL),
      ov_term_tuple (number (5), number (99), pid (&process), atom ("till"), atom ("false"), NULL),
      ov_term_tuple (number (6), number (99), pid (&process), pid (&parent), atom ("true"), NULL),
      ov_term_tuple (number (7), pid (&process), number (0), number (3), number (5), number (10),
                     number (2), number (1), atom ("shop_sup"), number (1), atom ("false"), NULL),
      ov_term_tuple (number (8), none (), pid (&parent), atom ("Elixir.Till"), number (2),
                     number (1), atom ("true"), NULL),
      ov_term_tuple (number (9), atom ("shop"), pid (&parent), NULL),
      ov_term_tuple (number (10), ov_term_new_map (pairs, 1), NULL),
      ov_term_tuple (number (11), number (5), number (9), NULL),
      ov_term_tuple (number (12), number (3), ov_term_new_text ("dropped"), NULL), NULL);
}

static void
test_others (void)
{
  g_autoptr (GBytes) bytes = encode (one_of_each ());
  g_auto (OvProbeReader) reader = { 0 };
  OvRecord record[OV_RECORD_GAP + 1];

  begin (&reader, bytes);
  for (guint i = 0; i < G_N_ELEMENTS (record); i++)
    {
      g_assert_true (ov_probe_reader_next (&reader, &record[i]));
      g_assert_cmpuint (record[i].type, ==, i);
    }
  g_assert_false (ov_probe_reader_next (&reader, &record[0]));
  g_assert_false (reader.malformed);

  g_assert_cmpuint (record[OV_RECORD_SAMPLE].memory_bytes, ==, 2048);
  g_assert_cmpint (record[OV_RECORD_SAMPLE].status, ==, OV_STATUS_RUNNING);
  g_assert_cmpint (record[OV_RECORD_BIRTH].at_ns, ==, 99);
  assert_slice (record[OV_RECORD_BIRTH].module, "shop");
  assert_slice (record[OV_RECORD_DEATH].reason, "{badmatch,1}");
  g_assert_true (record[OV_RECORD_DEATH].reason_truncated);
  assert_slice (record[OV_RECORD_NAME].name, "till");
  g_assert_false (record[OV_RECORD_NAME].gained);
  g_assert_true (record[OV_RECORD_LINK].gained);
  g_assert_cmpint (record[OV_RECORD_SUPERVISOR].strategy, ==, OV_STRATEGY_REST_FOR_ONE);
  g_assert_cmpint (record[OV_RECORD_SUPERVISOR].child_restart, ==, OV_RESTART_PERMANENT);
  g_assert_cmpuint (record[OV_RECORD_SUPERVISOR].n_restarts, ==, 1);
  assert_slice (record[OV_RECORD_CHILD].id, "'Elixir.Till'");
  g_assert_true (ov_pid_is_none (&record[OV_RECORD_CHILD].pid));
  g_assert_true (record[OV_RECORD_CHILD].restarting);
  g_assert_cmpint (record[OV_RECORD_CHILD].behaviour, ==, OV_BEHAVIOUR_SUPERVISOR);
  assert_slice (record[OV_RECORD_APPLICATION].name, "shop");
  g_assert_cmpuint (record[OV_RECORD_CENSUS_DONE].count, ==, 9);
  g_assert_true (reader.has_census_id);
  g_assert_cmpint (reader.census_id, ==, 5);
  assert_slice (record[OV_RECORD_GAP].name, "dropped");
  g_assert_cmpuint (record[OV_RECORD_GAP].count, ==, 3);
}

static void
test_unknown_record (void)
{
  g_autoptr (GBytes) bytes = encode (ov_term_list (
      ov_term_tuple (number (9), atom ("shop"), pid (&parent), NULL),
      ov_term_tuple (number (99), number (1), NULL), NULL));
  g_auto (OvProbeReader) reader = { 0 };
  OvRecord record;

  begin (&reader, bytes);
  g_assert_true (ov_probe_reader_next (&reader, &record));
  g_assert_false (ov_probe_reader_next (&reader, &record));
  g_assert_true (reader.malformed);
}

/* Reads everything that can be read of it, links and ancestors as well. */
static guint
read_all (const guint8 *bytes,
          gsize         length)
{
  /* A copy of the exact size, so that a sanitizer sees a step beyond. */
  g_autofree guint8 *copy = g_memdup2 (bytes, length);
  g_auto (OvProbeReader) reader = { 0 };
  OvRecord record;
  guint n = 0, sum = 0;

  ov_probe_reader_init (&reader, copy, length, 0, NODE);
  while (ov_probe_reader_next (&reader, &record))
    {
      const OvSlice slices[] = { record.name, record.label, record.module, record.current,
                                 record.reason, record.id };

      n++;
      for (guint i = 0; i < G_N_ELEMENTS (slices); i++)
        for (gsize k = 0; k < slices[i].length; k++)
          sum += (guint8) slices[i].text[k];
      while (record.links.at < record.links.end && ov_term_cursor_skip (&record.links))
        ;
    }

  return n + (sum & 0);
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) bytes = encode (one_of_each ());
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  for (gsize cut = 0; cut < length; cut++)
    g_assert_cmpuint (read_all (data, cut), <=, OV_RECORD_GAP + 1);
}

static void
test_mutated (void)
{
  g_autoptr (GBytes) bytes = encode (one_of_each ());
  guint rounds = g_test_thorough () ? 2000000 : 100000;
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autofree guint8 *mutant = g_malloc (length);

  for (guint round = 0; round < rounds; round++)
    {
      guint changes = (guint) g_test_rand_int_range (1, 6);

      memcpy (mutant, data, length);
      while (changes-- > 0)
        mutant[g_test_rand_int_range (0, (gint32) length)] = (guint8) g_test_rand_int ();
      g_assert_cmpuint (read_all (mutant, length), <=, length);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  process.node = parent.node = g_intern_static_string (NODE);
  g_test_add_func ("/probe/reader/process", test_process);
  g_test_add_func ("/probe/reader/no-shape", test_no_shape);
  g_test_add_func ("/probe/reader/others", test_others);
  g_test_add_func ("/probe/reader/unknown-record", test_unknown_record);
  g_test_add_func ("/probe/reader/fuzz/truncated", test_truncated);
  g_test_add_func ("/probe/reader/fuzz/mutated", test_mutated);

  return g_test_run ();
}
