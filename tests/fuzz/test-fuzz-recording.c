/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hostile recordings: files whose checksums are right and whose contents are not.
 *
 * Each round changes some bytes of a good file, at random or where numbers stand, makes all checksums right
 * again, opens it and looks at everything in it.  Nothing may be read beyond what is there, nothing may hang
 * or take more memory than the file has bytes (and a little); what is printed is valid UTF-8.
 * The inputs: files of the corpus, one that is made here, cuts and mutations of them, and random blocks.
 * The seed is fixed; OVERSTORY_FUZZ_FACTOR multiplies the number of rounds.
 */
#include "trace/ov-event-list.h"
#include "trace/ov-recording-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEED 20260306
/* Opening a file takes thirty times as long under the address sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define MUTATION_ROUNDS 400
#define RANDOM_ROUNDS 150
#define CUT_ROUNDS 40
#else
#define MUTATION_ROUNDS 2500
#define RANDOM_ROUNDS 800
#define CUT_ROUNDS 200
#endif
/* The tables of a store without any event, twice over, and what a test needs itself. */
#define CONSTANT_BYTES (4 * 1024 * 1024)

static char *folder, *path;

static guint
get_rounds (guint rounds)
{
  const char *factor = g_getenv ("OVERSTORY_FUZZ_FACTOR");

  return factor != NULL ? rounds * (guint) MAX (atoi (factor), 1) : rounds;
}

/* ---- what must hold of any file ---- */

static void
look_at_events (OvStore *store)
{
  guint64 first = ov_store_get_first (store);
  guint64 end = MIN (ov_store_get_end (store), first + 2000);

  for (guint64 number = first; number < end; number++)
    {
      g_autoptr (GBytes) payload = ov_store_dup_payload (store, number);
      g_autofree char *name = NULL;
      OvEvent event;

      if (!ov_store_get_event (store, number, &event))
        continue;
      g_assert_cmpuint (event.kind, <, OV_N_EVENT_KINDS);
      g_assert_true (event.actor == OV_ACTOR_NONE || event.actor < ov_store_get_n_actors (store));
      g_assert_true (event.peer == OV_ACTOR_NONE || event.peer < ov_store_get_n_actors (store));
      g_assert_cmpuint (g_bytes_get_size (payload), ==, event.payload_bytes);
      /* The sanitizer sees whether they are all there. */
      g_bytes_hash (payload);
      if (event.kind == OV_EVENT_GAP)
        g_assert_cmpuint (event.payload_bytes, ==, sizeof (OvEventGap));
      name = ov_store_dup_actor_name (store, event.actor);
      g_assert_true (g_utf8_validate (name, -1, NULL));
      if (event.shape != 0 && ov_store_get_text (store, event.shape) != NULL)
        g_assert_true (g_utf8_validate (ov_store_get_text (store, event.shape), -1, NULL));
    }
}

static void
look_from_everywhere (OvStore *store)
{
  static const guint32 actors[] = { 0, 1, 7 };
  const OvEventQuery queries[] = {
    { .text = "ok" }, { .actors = actors, .n_actors = 3 }, { .kinds = OV_EVENT_MASK (OV_EVENT_GAP) },
    { .from_ns = 1, .to_ns = G_MAXINT64 },
  };
  g_autoptr (OvEventList) list = ov_event_list_new (store);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list));
  gint64 first_ns = 0, last_ns = 0;
  guint32 bins[50];
  OvStoreFigures figures;

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (OvEventFilter) filter = ov_event_filter_new (store, &queries[i]);
      guint64 end = ov_store_get_end (store);
      guint64 at = 0;

      for (guint hits = 0; hits < 500 && (at = ov_event_filter_next (filter, at, end)) != OV_EVENT_NONE; hits++)
        at++;
      ov_event_filter_previous (filter, 0, end);
    }
  for (guint i = 0; i < n; i += 1 + n / 50)
    g_assert_cmpuint (ov_event_list_get_number (list, i), !=, OV_EVENT_NONE);
  ov_event_list_find (list, 5);
  ov_store_get_span (store, &first_ns, &last_ns);
  ov_store_count_bins (store, first_ns, last_ns, G_MAXUINT64, G_N_ELEMENTS (bins), bins);
  ov_store_count_bins (store, G_MININT64, G_MAXINT64, 5, G_N_ELEMENTS (bins), bins);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (ov_store_find_time (store, first_ns + (last_ns / 10 - first_ns / 10) * i), <=,
                      ov_store_get_end (store));
  ov_store_get_figures (store, &figures);
}

static gsize
get_bytes_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static void
check_file (gconstpointer bytes,
            gsize         n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvStore) store = NULL;
  OvRecordingInfo info;
  gsize before = get_bytes_in_use ();
  int fd;

  g_unlink (path);
  fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  g_assert_cmpint (write (fd, bytes, n), ==, n);
  close (fd);

  store = ov_recording_open (path, &info, &error);
  g_assert_true ((store == NULL) == (error != NULL));
  g_assert_cmpuint (get_bytes_in_use (), <=, before + 4 * n + CONSTANT_BYTES);
  if (store == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  look_at_events (store);
  look_from_everywhere (store);
  ov_recording_info_clear (&info);
}

/* ---- making checksums right ---- */

/* The next place where a block begins, by the magic alone. */
static gsize
find_block (const guint8 *bytes,
            gsize         n,
            gsize         at)
{
  guint32 magic = OV_BLOCK_MAGIC;

  for (; at + sizeof (OvBlockHeader) <= n; at += 8)
    if (memcmp (bytes + at, &magic, sizeof magic) == 0)
      return at;

  return n;
}

static void
mend_block (guint8 *bytes,
            gsize   n,
            gsize   at)
{
  OvBlockHeader header;
  gsize room = n - at - sizeof header;

  memcpy (&header, bytes + at, sizeof header);
  if (header.summary_bytes <= room)
    {
      header.summary_crc = ov_crc (bytes + at + sizeof header, header.summary_bytes);
      if (header.body_bytes <= room - header.summary_bytes)
        header.body_crc = ov_crc (bytes + at + sizeof header + header.summary_bytes, header.body_bytes);
    }
  header.crc = ov_crc (&header, offsetof (OvBlockHeader, crc));
  memcpy (bytes + at, &header, sizeof header);
}

static void
mend (guint8 *bytes,
      gsize   n)
{
  OvFileHeader *header = (OvFileHeader *) (gpointer) bytes;
  OvFileFooter footer;

  if (n < sizeof *header + sizeof footer)
    return;
  header->crc = ov_crc (header, offsetof (OvFileHeader, crc));
  for (gsize at = find_block (bytes, n, sizeof *header); at < n; at = find_block (bytes, n, at + 8))
    mend_block (bytes, n, at);
  memcpy (&footer, bytes + n - sizeof footer, sizeof footer);
  footer.crc = ov_crc (&footer, offsetof (OvFileFooter, crc));
  memcpy (bytes + n - sizeof footer, &footer, sizeof footer);
}

/* ---- inputs ---- */

static GBytes *
make_recording (GRand *rand)
{
  g_autoptr (OvStore) store = ov_store_new ("shop@host", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *made = g_build_filename (folder, "made", NULL);
  OvWriter *writer = ov_writer_new (store, made, 27, TRUE, &error);
  char *contents;
  gsize n;

  g_assert_no_error (error);
  for (guint block = 0; block < 3; block++)
    {
      ov_store_begin (store);
      for (guint i = 0; i < 40; i++)
        {
          static const OvEventGap gap = { 3, 0, OV_GAP_CREDIT, 0 };
          OvPid pid = { ov_store_get_node (store), (guint32) g_rand_int_range (rand, 0, 30), 0, 1 };
          OvEvent event = {
            .at_ns = 1000 * (gint64) (block * 40 + i), .kind = i % 13 == 0 ? OV_EVENT_GAP : i % 5,
            .actor = ov_store_intern_actor (store, &pid), .peer = ov_store_intern_name (store, "bank", 4),
            .shape = ov_store_intern_text (store, i % 2 == 0 ? "{ok,_}" : "tick", i % 2 == 0 ? 6 : 4),
          };

          if (event.kind == OV_EVENT_GAP)
            ov_store_append (store, &event, &gap, sizeof gap);
          else
            ov_store_append (store, &event, "\x68\x02w\x02okw\x04tick", 12);
          ov_store_name_actor (store, event.actor, "clerk", i % 6);
        }
      ov_store_commit (store);
      g_assert_true (ov_writer_follow (writer, TRUE, &error));
    }
  g_assert_true (ov_writer_finish (writer, &error));
  ov_writer_free (writer);
  g_file_get_contents (made, &contents, &n, &error);
  g_assert_no_error (error);
  g_unlink (made);

  return g_bytes_new_take (contents, n);
}

static GPtrArray *
list_inputs (GRand *rand)
{
  g_autofree char *corpus = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "recording", NULL);
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (corpus, 0, &error);
  const char *name;

  g_assert_no_error (error);
  g_ptr_array_add (inputs, make_recording (rand));
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (corpus, name, NULL);
      char *contents;
      gsize n;

      g_file_get_contents (file, &contents, &n, &error);
      g_assert_no_error (error);
      g_ptr_array_add (inputs, g_bytes_new_take (contents, n));
    }

  return inputs;
}

/* ---- tests ---- */

/* What an earlier version wrote, this one reads. */
static void
test_corpus (void)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "recording", "version-1.overstory",
                                                 NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) inputs = list_inputs (rand);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvStore) store = NULL;
  OvRecordingInfo info;

  for (guint i = 0; i < inputs->len; i++)
    {
      gsize n;
      gconstpointer bytes = g_bytes_get_data (inputs->pdata[i], &n);

      check_file (bytes, n);
    }
  store = ov_recording_open (file, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info.events, ==, 120);
  g_assert_cmpuint (info.damaged_blocks + info.lost_bytes, ==, 0);
  ov_recording_info_clear (&info);
}

static void
test_cuts (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 1);
  g_autoptr (GPtrArray) inputs = list_inputs (rand);
  guint rounds = get_rounds (CUT_ROUNDS);

  for (guint i = 0; i < rounds; i++)
    {
      gsize n;
      gconstpointer bytes = g_bytes_get_data (inputs->pdata[i % inputs->len], &n);

      check_file (bytes, (gsize) g_rand_int_range (rand, 0, (gint32) n));
    }
}

static const guint64 numbers[] = {
  0, 1, 7, 255, 256, 4096, 65535, 65536, 65537, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x100000000,
  G_MAXINT64, G_MAXUINT64, G_MAXUINT64 - 7, G_MAXUINT64 - 63,
};

/* Half of the time where the numbers of a block are, else anywhere. */
static void
mutate (GRand  *rand,
        guint8 *bytes,
        gsize   n)
{
  gsize at = (gsize) g_rand_int_range (rand, 0, (gint32) n - 8);
  gsize block = find_block (bytes, n, MAX (at, sizeof (OvFileHeader)) / 8 * 8);
  guint64 number = numbers[g_rand_int_range (rand, 0, G_N_ELEMENTS (numbers))];

  if (block < n && g_rand_boolean (rand))
    at = block + 4 + (gsize) g_rand_int_range (rand, 0, sizeof (OvBlockHeader) + 40);
  if (at + 8 > n)
    return;
  switch (g_rand_int_range (rand, 0, 4))
    {
    case 0:
      bytes[at] ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
      break;
    case 1:
      memcpy (bytes + at / 4 * 4, &number, 4);
      break;
    case 2:
      memcpy (bytes + at / 8 * 8, &number, 8);
      break;
    default:
      bytes[at] = (guint8) g_rand_int (rand);
    }
}

static void
test_mutations (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 2);
  g_autoptr (GPtrArray) inputs = list_inputs (rand);
  guint rounds = get_rounds (MUTATION_ROUNDS);

  for (guint i = 0; i < rounds; i++)
    {
      gsize n;
      gconstpointer good = g_bytes_get_data (inputs->pdata[i % inputs->len], &n);
      g_autofree guint8 *bytes = NULL;
      guint changes = (guint) g_rand_int_range (rand, 1, 5);

      if (n < sizeof (OvFileHeader) + 100)
        continue;
      bytes = g_memdup2 (good, n);
      /* Without an index half of the time: then blocks are looked for. */
      if (g_rand_boolean (rand))
        n -= sizeof (OvFileFooter);
      for (guint j = 0; j < changes; j++)
        mutate (rand, bytes, n);
      mend (bytes, n);
      check_file (bytes, n);
    }
}

/* Blocks that say anything, one after the other. */
static void
test_random_blocks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 3);
  guint rounds = get_rounds (RANDOM_ROUNDS);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GByteArray) file = g_byte_array_new ();
      OvFileHeader header = { .version = 1, .order = OV_FILE_ORDER, .header_bytes = sizeof header, .id = 5 };
      guint n_blocks = (guint) g_rand_int_range (rand, 0, 30);

      memcpy (header.magic, OV_FILE_MAGIC, sizeof header.magic);
      g_byte_array_append (file, (guint8 *) &header, sizeof header);
      for (guint j = 0; j < n_blocks; j++)
        {
          guint size = (guint) g_rand_int_range (rand, 0, 40) * 8;
          OvBlockHeader block = {
            .magic = OV_BLOCK_MAGIC, .kind = (guint32) g_rand_int_range (rand, 0, 7), .id = 5,
            .first = numbers[g_rand_int_range (rand, 0, G_N_ELEMENTS (numbers))] * (g_rand_int (rand) % 2),
            .counts = { g_rand_int (rand) % 40, g_rand_int (rand) % 9, g_rand_int (rand) % 9, g_rand_int (rand) % 90 },
            .body_bytes = size,
          };
          guint at = file->len;

          g_byte_array_append (file, (guint8 *) &block, sizeof block);
          g_byte_array_set_size (file, file->len + size);
          for (guint k = 0; k < size; k++)
            file->data[at + sizeof block + k] = g_rand_int (rand) % 3 == 0 ? (guint8) g_rand_int (rand) : 0;
        }
      g_byte_array_set_size (file, file->len + sizeof (OvFileFooter));
      mend (file->data, file->len);
      check_file (file->data, file->len);
    }
}

/* A few bytes that claim very much. */
static void
test_greedy (void)
{
  static const OvBlockKind kinds[] = { OV_BLOCK_TEXTS, OV_BLOCK_ACTORS, OV_BLOCK_RENAMES, OV_BLOCK_EVENTS,
                                       OV_BLOCK_INDEX };

  for (guint i = 0; i < G_N_ELEMENTS (kinds) * G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GByteArray) file = g_byte_array_new ();
      OvFileHeader header = { .version = 1, .order = OV_FILE_ORDER, .header_bytes = sizeof header, .id = 5 };
      guint64 number = numbers[i / G_N_ELEMENTS (kinds)];

      memcpy (header.magic, OV_FILE_MAGIC, sizeof header.magic);
      g_byte_array_append (file, (guint8 *) &header, sizeof header);
      for (guint j = 0; j < 200; j++)
        {
          OvBlockHeader block = {
            .magic = OV_BLOCK_MAGIC, .kind = kinds[i % G_N_ELEMENTS (kinds)], .id = 5, .first = number * j,
            .counts = { (guint32) number, (guint32) number, (guint32) number, (guint32) number },
            .body_bytes = j % 3 == 0 ? number : 8, .summary_bytes = j % 5 == 0 ? (guint32) number : 0,
          };

          g_byte_array_append (file, (guint8 *) &block, sizeof block);
          g_byte_array_set_size (file, file->len + 8);
          memset (file->data + file->len - 8, 0, 8);
        }
      mend (file->data, file->len);
      check_file (file->data, file->len);
    }
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("overstory-fuzz-XXXXXX", NULL);
  path = g_build_filename (folder, "a.overstory", NULL);
  g_test_add_func ("/fuzz/recording/corpus", test_corpus);
  g_test_add_func ("/fuzz/recording/cuts", test_cuts);
  g_test_add_func ("/fuzz/recording/mutations", test_mutations);
  g_test_add_func ("/fuzz/recording/random-blocks", test_random_blocks);
  g_test_add_func ("/fuzz/recording/greedy", test_greedy);
  result = g_test_run ();

  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
  g_free (path);

  return result;
}
