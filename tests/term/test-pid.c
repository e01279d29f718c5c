/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pids are values: compared by what they name, written as the shell writes them, and bounded
 * in what they keep of node names.
 */
#include "term/ov-term.h"

#include <string.h>

static void
test_equality (void)
{
  OvPid a, b, c, d;

  g_assert_true (ov_pid_parse ("<0.12.3>", "a@h", &a));
  g_assert_true (ov_pid_parse ("<a@h.12.3>", "b@h", &b));
  g_assert_true (ov_pid_parse ("<0.12.3>", "b@h", &c));
  g_assert_true (ov_pid_parse ("<0.13.3>", "a@h", &d));

  g_assert_true (ov_pid_equal (&a, &b));
  g_assert_cmpuint (ov_pid_hash (&a), ==, ov_pid_hash (&b));
  g_assert_false (ov_pid_equal (&a, &c));
  g_assert_false (ov_pid_equal (&a, &d));
  g_assert_cmpint (ov_pid_compare (&a, &b), ==, 0);
  g_assert_cmpint (ov_pid_compare (&a, &d), <, 0);
  g_assert_cmpint (ov_pid_compare (&c, &a), >, 0);
  g_assert_false (ov_pid_is_none (&a));

  /* A creation that is not known fits any; two known ones must be the same. */
  b.creation = 7;
  g_assert_true (ov_pid_equal (&a, &b));
  g_assert_cmpuint (ov_pid_hash (&a), ==, ov_pid_hash (&b));
  a.creation = 8;
  g_assert_false (ov_pid_equal (&a, &b));
  g_assert_cmpint (ov_pid_compare (&b, &a), <, 0);

  a = OV_PID_NONE;
  g_assert_true (ov_pid_is_none (&a));
}

static void
test_text (void)
{
  static const struct
  {
    const char *typed;
    const char *local;
    const char *written;
  } good[] = {
    { "<0.123.0>", "n@h", "<0.123.0>" },
    { "0.123.0", "n@h", "<0.123.0>" },
    { "#PID<0.123.4>", "n@h", "<0.123.4>" },
    { "<m@other.host.123.0>", "n@h", "<m@other.host.123.0>" },
    { "m@10.0.0.1.5.6", "n@h", "<m@10.0.0.1.5.6>" },
    { "<n@h.1.2>", "n@h", "<0.1.2>" },
    { "<0.4294967295.4294967295>", NULL, "<0.4294967295.4294967295>" },
  };
  static const char *const bad[] = {
    "", "<>", "<0.1>", "<0.1.2", "0.1.2>", "<1.2.3>", "<0.1.x>", "<0..1>", "<0.99999999999.0>", "<.1.2>", "abc",
    "<0.1.2>x", "#PID<0.1.2", "<a@\xff.1.2>", "<0.4294967296.0>",
  };
  OvPid pid;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *text = NULL;

      g_assert_true (ov_pid_parse (good[i].typed, good[i].local, &pid));
      g_assert_cmpuint (pid.creation, ==, 0);
      text = ov_pid_to_string (&pid, good[i].local);
      g_assert_cmpstr (text, ==, good[i].written);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    if (ov_pid_parse (bad[i], "n@h", &pid))
      g_error ("taken for a pid: %s", bad[i]);
}

/* The names that a hostile node makes up are not kept for ever. */
static void
test_node_names_are_bounded (void)
{
  g_autofree char *long_name = g_strnfill (1100, 'x');
  g_autofree char *long_pid = g_strdup_printf ("<a@%s.1.2>", long_name);
  const char *last = NULL;
  const char *first = NULL;
  OvPid pid;

  g_assert_true (ov_pid_parse (long_pid, NULL, &pid));
  g_assert_cmpstr (pid.node, ==, "…");

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *text = g_strdup_printf ("<n%u@h.1.2>", i);

      g_assert_true (ov_pid_parse (text, NULL, &pid));
      if (i == 0)
        first = pid.node;
      last = pid.node;
    }
  g_assert_cmpstr (first, ==, "n0@h");
  g_assert_cmpstr (last, ==, "…");

  g_assert_true (ov_pid_parse ("<n0@h.1.2>", NULL, &pid));
  g_assert_true (pid.node == first);

  /* But the node one is attached to keeps its name. */
  g_assert_true (ov_pid_parse ("<0.1.2>", "mine@h", &pid));
  g_assert_cmpstr (pid.node, ==, "mine@h");
  g_assert_true (ov_pid_parse ("<mine@h.1.2>", NULL, &pid));
  g_assert_cmpstr (pid.node, ==, "mine@h");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/term/pid/equality", test_equality);
  g_test_add_func ("/term/pid/text", test_text);
  g_test_add_func ("/term/pid/node-names-are-bounded", test_node_names_are_bounded);

  return g_test_run ();
}
