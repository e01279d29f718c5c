/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every error has a word; those that a person can act on have a hint.
 */
#include "base/ov-error.h"

#include <gio/gio.h>

static void
test_words (void)
{
  static const OvErrorWord words[] = { { 3, "too-green", "Wait for autumn." } };
  GQuark domain = g_quark_from_static_string ("test-error");
  g_autoptr (GError) known = g_error_new_literal (domain, 3, "x");
  g_autoptr (GError) unknown = g_error_new_literal (domain, 4, "x");
  g_autoptr (GError) cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");

  g_assert_cmpstr (ov_error_get_word (known), ==, "failed");
  ov_error_register_domain (domain, words, G_N_ELEMENTS (words));
  ov_error_register_domain (domain, words, G_N_ELEMENTS (words));
  g_assert_cmpstr (ov_error_get_word (known), ==, "too-green");
  g_assert_cmpstr (ov_error_get_hint (known), ==, "Wait for autumn.");
  g_assert_cmpstr (ov_error_get_word (unknown), ==, "failed");
  g_assert_null (ov_error_get_hint (unknown));
  g_assert_cmpstr (ov_error_get_word (cancelled), ==, "cancelled");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/words", test_words);

  return g_test_run ();
}
