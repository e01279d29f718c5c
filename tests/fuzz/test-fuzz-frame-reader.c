/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frame reader and the reader of signals with hostile bytes: cut at every point, cut into
 * pieces at random and compared with a naive twin, flipped, and made up.
 * $OVERSTORY_FUZZ_ROUNDS raises the number of rounds (200,000 by default).
 */
#include "link/ov-dist.h"
#include "link/ov-frame.h"
#include "link/ov-link.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_ROUNDS 200000
#define LIMIT          4096

/* Frames as nodes send them, without their length. */
static const struct
{
  const char *bytes;
  gsize       length;
} seeds[] = {
#define SEED(text) { text, sizeof text - 1 }
  SEED ("p\203h\3a\2w\0Xw\4a@bc\0\0\0\1\0\0\0\2\0\0\0\3\203h\2a\1a\2"),
  SEED ("p\203h\4a\6Xw\4a@bc\0\0\0\1\0\0\0\2\0\0\0\3w\0w\12net_kernel\203h\3w\11$gen_callh\2X"
        "w\4a@bc\0\0\0\1\0\0\0\2\0\0\0\3Z\0\3w\4a@bc\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\3h\2w\7is_auth"
        "w\4a@bc"),
  SEED ("p\203h\3a\26Xw\4a@bc\0\0\0\1\0\0\0\2\0\0\0\3Xw\4a@bc\0\0\0\1\0\0\0\2\0\0\0\3\203"
        "h\2Z\0\3w\4a@bc\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\3w\2ok"),
  SEED ("p\203h\3a\2w\0g\144\0\4a@bc\0\0\0\1\0\0\0\2\3\203h\2l\0\0\0\1w\5aliasr\0\3d\0\4a@bc\1"
        "\0\0\0\1\0\0\0\2\0\0\0\3w\2ok"),
  SEED ("p\203h\5a\25a\0a\0Z\0\3w\4a@bc\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\3w\6noproc"),
  SEED ("p\203h\4a\34a\0a\0Z\0\3w\4a@bc\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\3\203w\6noproc"),
#undef SEED
};

static GRand *
new_random (void)
{
  return g_rand_new_with_seed ((guint32) g_test_rand_int ());
}

static guint
get_rounds (void)
{
  const char *text = g_getenv ("OVERSTORY_FUZZ_ROUNDS");

  return text != NULL ? (guint) strtoul (text, NULL, 10) : DEFAULT_ROUNDS;
}

/* What came out of a stream: each frame's length and bytes, a tick as a length of zero. */
static gboolean
note_frame_cb (GBytes   *frame,
               gpointer  user_data,
               GError  **error)
{
  GByteArray *notes = user_data;
  guint32 length = frame != NULL ? (guint32) g_bytes_get_size (frame) : 0;

  g_byte_array_append (notes, (const guint8 *) &length, sizeof length);
  if (frame != NULL)
    g_byte_array_append (notes, g_bytes_get_data (frame, NULL), length);
  return TRUE;
}

/* The naive twin: looks at the whole stream at once. */
static gboolean
cut_naively (const guint8 *bytes,
             gsize         length,
             GByteArray   *notes)
{
  while (length >= 4)
    {
      guint32 size = (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8
                     | bytes[3];

      if (size > LIMIT)
        return FALSE;
      if (length - 4 < size)
        return TRUE;
      g_byte_array_append (notes, (const guint8 *) &size, sizeof size);
      g_byte_array_append (notes, bytes + 4, size);
      bytes += 4 + size;
      length -= 4 + size;
    }

  return TRUE;
}

static gboolean
cut_in_pieces (GRand        *random,
               const guint8 *bytes,
               gsize         length,
               GByteArray   *notes)
{
  OvFrameReader reader;
  gboolean good = TRUE;
  gsize at = 0;

  ov_frame_reader_init (&reader, LIMIT);
  while (good && at < length)
    {
      gsize piece = (gsize) g_rand_int_range (random, 1, 40);
      gsize n = MIN (length - at, piece);
      g_autoptr (GError) error = NULL;

      good = ov_frame_reader_feed (&reader, bytes + at, n, note_frame_cb, notes, &error);
      g_assert_cmpint (good, ==, error == NULL);
      g_assert_cmpuint (reader.allocated, <=, LIMIT);
      at += n;
    }
  ov_frame_reader_clear (&reader);

  return good;
}

/* Frames with random contents; now and then a length that is too large, and an end in mid-frame. */
static GByteArray *
make_stream (GRand *random)
{
  GByteArray *stream = g_byte_array_new ();
  guint n = (guint) g_rand_int_range (random, 0, 12);

  for (guint i = 0; i < n; i++)
    {
      guint32 size = (guint32) (g_rand_int_range (random, 0, 4) == 0 ? 0
                                : g_rand_int_range (random, 0, 200));
      guint32 told = g_rand_int_range (random, 0, 60) == 0 ? g_rand_int (random) : size;
      guint8 head[4] = { (guint8) (told >> 24), (guint8) (told >> 16), (guint8) (told >> 8),
                         (guint8) told };

      g_byte_array_append (stream, head, sizeof head);
      for (guint32 j = 0; j < size; j++)
        {
          guint8 byte = (guint8) g_rand_int (random);

          g_byte_array_append (stream, &byte, 1);
        }
    }
  if (stream->len > 0 && g_rand_boolean (random))
    g_byte_array_set_size (stream, (guint) g_rand_int_range (random, 0, (gint32) stream->len));

  return stream;
}

static void
test_twin (void)
{
  g_autoptr (GRand) random = new_random ();
  guint rounds = get_rounds () / 20;

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GByteArray) stream = make_stream (random);
      g_autoptr (GByteArray) expected = g_byte_array_new ();
      g_autoptr (GByteArray) got = g_byte_array_new ();
      gboolean good = cut_naively (stream->data, stream->len, expected);

      g_assert_cmpint (cut_in_pieces (random, stream->data, stream->len, got), ==, good);
      g_assert_cmpmem (got->data, got->len, expected->data, expected->len);
    }
}

/* Reads a frame's contents as the link does.  In a block of its exact size, so that a sanitizer
 * sees the first byte that is read behind it. */
static void
read_signal (const guint8 *bytes,
             gsize         length)
{
  g_autofree guint8 *exact = g_memdup2 (bytes, length);
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  OvDistReference reference;
  OvDistSignal signal;
  const guint8 *reply;
  gsize reply_length;

  if (!ov_dist_parse (exact, length, &signal, &error))
    {
      g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (signal.name), <, sizeof signal.name);
  if (signal.message != NULL)
    {
      g_assert_true (signal.message >= exact && signal.message_length <= length
                     && signal.message + signal.message_length <= exact + length);
      if (ov_dist_parse_reply (signal.message, signal.message_length, "a@bc", &reference, &reply,
                               &reply_length))
        g_assert_true (reply >= exact && reply + reply_length <= exact + length);
      ov_dist_answer_ping (signal.message, signal.message_length, answer);
    }
  if (signal.reference != NULL)
    ov_dist_parse_reference (signal.reference, signal.reference_length, "a@bc", &reference);
}

/* The seeds are what they should be: without this, mutations would only ever test refusal. */
static void
test_seeds (void)
{
  guint n_replies = 0;
  guint n_pings = 0;

  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      const guint8 *bytes = (const guint8 *) seeds[i].bytes;
      g_autoptr (GByteArray) answer = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      OvDistReference reference;
      OvDistSignal signal;
      const guint8 *reply;
      gsize length;

      g_assert_true (ov_dist_parse (bytes, seeds[i].length, &signal, &error));
      g_assert_no_error (error);
      g_assert_cmpint (signal.kind, !=, OV_DIST_IGNORED);
      n_replies += ov_dist_parse_reply (signal.message, signal.message_length, "a@bc", &reference,
                                        &reply, &length);
      n_pings += ov_dist_answer_ping (signal.message, signal.message_length, answer);
      if (signal.kind == OV_DIST_DOWN)
        g_assert_true (ov_dist_parse_reference (signal.reference, signal.reference_length, "a@bc",
                                                &reference));
    }
  g_assert_cmpuint (n_replies, ==, 2);
  g_assert_cmpuint (n_pings, ==, 1);
}

static void
test_truncated (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    for (gsize length = 0; length <= seeds[i].length; length++)
      read_signal ((const guint8 *) seeds[i].bytes, length);
}

static void
test_mutated (void)
{
  g_autoptr (GRand) random = new_random ();
  guint rounds = get_rounds ();

  for (guint i = 0; i < rounds; i++)
    {
      guint which = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (seeds));
      g_autofree guint8 *bytes = g_memdup2 (seeds[which].bytes, seeds[which].length);
      gsize length = seeds[which].length;
      guint n = (guint) g_rand_int_range (random, 1, 6);

      for (guint j = 0; j < n; j++)
        bytes[g_rand_int_range (random, 0, (gint32) length)] = (guint8) g_rand_int (random);
      if (g_rand_int_range (random, 0, 4) == 0)
        length = (gsize) g_rand_int_range (random, 0, (gint32) length + 1);
      read_signal (bytes, length);
    }
}

/* Bytes that at least begin like a control term. */
static void
test_made_up (void)
{
  static const guint8 tags[] = { 70, 77, 80, 88, 89, 90, 97, 98, 99, 100, 101, 102, 103, 104, 105,
                                 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118,
                                 119, 120, 121, 131 };
  g_autoptr (GRand) random = new_random ();
  guint rounds = get_rounds ();

  for (guint i = 0; i < rounds; i++)
    {
      guint8 bytes[64] = { 'p', 131, 104, (guint8) g_rand_int_range (random, 0, 8), 97,
                           (guint8) g_rand_int_range (random, 0, 40) };
      gsize length = (gsize) g_rand_int_range (random, 6, sizeof bytes);

      for (gsize j = 6; j < length; j++)
        bytes[j] = g_rand_boolean (random)
                       ? tags[g_rand_int_range (random, 0, G_N_ELEMENTS (tags))]
                       : (guint8) g_rand_int_range (random, 0, 6);
      read_signal (bytes, length);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/frame/twin", test_twin);
  g_test_add_func ("/fuzz/frame/seeds", test_seeds);
  g_test_add_func ("/fuzz/frame/truncated", test_truncated);
  g_test_add_func ("/fuzz/frame/mutated", test_mutated);
  g_test_add_func ("/fuzz/frame/made-up", test_made_up);

  return g_test_run ();
}
