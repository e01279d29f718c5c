/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStrings: equal strings have one number, and numbers lead back to their strings.
 */
#include "base/ov-strings.h"

static void
test_round_trip (void)
{
  g_autoptr (OvStrings) pool = ov_strings_new ();

  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 5000; i++)
      {
        g_autofree char *text = g_strdup_printf ("name-%u", i);
        guint32 id = ov_strings_intern (pool, text);

        g_assert_cmpuint (id, ==, i + 1);
        g_assert_cmpstr (ov_strings_get (pool, id), ==, text);
        g_assert_cmpuint (ov_strings_find (pool, text), ==, id);
      }
  g_assert_cmpuint (ov_strings_get_size (pool), ==, 5000);
}

static void
test_edges (void)
{
  g_autoptr (OvStrings) pool = ov_strings_new ();
  g_autofree char *long_text = g_strnfill (1000, 'x');

  g_assert_cmpuint (ov_strings_intern (pool, NULL), ==, OV_STRING_NONE);
  g_assert_null (ov_strings_get (pool, OV_STRING_NONE));
  g_assert_cmpuint (ov_strings_find (pool, "never"), ==, OV_STRING_NONE);
  g_assert_cmpuint (ov_strings_intern_len (pool, "abcdef", 3), ==, ov_strings_intern (pool, "abc"));
  g_assert_cmpuint (ov_strings_intern_len (pool, long_text, 1000), ==,
                    ov_strings_intern (pool, long_text));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/strings/round-trip", test_round_trip);
  g_test_add_func ("/base/strings/edges", test_edges);

  return g_test_run ();
}
