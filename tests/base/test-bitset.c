/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvBitset against a naive twin: an array of booleans.
 */
#include "base/ov-bitset.h"

#define RANGE 3000

static void
test_twin (void)
{
  g_autoptr (OvBitset) set = ov_bitset_new ();
  gboolean twin[RANGE] = { FALSE };
  guint32 size = 0;

  for (guint step = 0; step < 20000; step++)
    {
      guint32 value = (guint32) g_test_rand_int_range (0, RANGE);

      if (g_test_rand_bit ())
        {
          ov_bitset_add (set, value);
          twin[value] = TRUE;
        }
      else
        {
          ov_bitset_remove (set, value);
          twin[value] = FALSE;
        }
    }

  for (guint32 value = 0, next = ov_bitset_next (set, 0); value < RANGE; value++)
    {
      g_assert_cmpint (ov_bitset_contains (set, value), ==, twin[value]);
      if (!twin[value])
        continue;
      g_assert_cmpuint (next, ==, value);
      next = ov_bitset_next (set, value + 1);
      size++;
    }
  g_assert_cmpuint (ov_bitset_get_size (set), ==, size);

  ov_bitset_clear (set);
  g_assert_cmpuint (ov_bitset_get_size (set), ==, 0);
  g_assert_cmpuint (ov_bitset_next (set, 0), ==, OV_BITSET_END);
}

static void
test_empty (void)
{
  g_autoptr (OvBitset) set = ov_bitset_new ();

  g_assert_false (ov_bitset_contains (set, 7));
  ov_bitset_remove (set, G_MAXUINT32 - 1);
  g_assert_cmpuint (ov_bitset_next (set, G_MAXUINT32 - 1), ==, OV_BITSET_END);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/bitset/twin", test_twin);
  g_test_add_func ("/base/bitset/empty", test_empty);

  return g_test_run ();
}
