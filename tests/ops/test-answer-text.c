/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers as text: units, alignment, terminals that are too narrow, hostile names.
 */
#include "export/ov-process-text.h"
#include "ops/ov-answer-text.h"

#include <string.h>

static void
test_figures (void)
{
  static const struct
  {
    const char *member;
    const char *value;
    const char *text;
  } rows[] = {
    { "memory_bytes", "0", "0 B" },           { "memory_bytes", "999", "999 B" },
    { "memory_bytes", "1000", "1.0 kB" },     { "memory_bytes", "1200000", "1.2 MB" },
    { "memory_bytes", "999999", "1.0 MB" },   { "memory_bytes", "123456789", "123 MB" },
    { "total_bytes", "5000000000000", "5.0 TB" }, { "reductions", "1234567", "1,234,567" },
    { "reductions", "-1234", "-1,234" },      { "reductions", "12", "12" },
    { "port", "25672", "25672" },             { "uptime_s", "0", "0 s" },
    { "uptime_s", "59", "59 s" },             { "uptime_s", "61", "1 min 1 s" },
    { "uptime_s", "7260", "2 h 1 min" },      { "uptime_s", "180000", "2 d 2 h" },
    { "at_ns", "1500000", "1.5 ms" },         { "at_us", "20", "20 µs" },
    { "wait_ms", "1500", "1.5 s" },           { "reductions_per_s", "340", "340/s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) value = json_from_string (rows[i].value, NULL);
      g_autofree char *text = ov_answer_text_dup_figure (rows[i].member, value);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static char *
write_answer (const char        *id,
              const char        *json,
              const OvTextStyle *style)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  g_assert_nonnull (node);

  return ov_answer_text_write (ov_operation_find (id), node, style);
}

#define PROCESS(pid, name, memory)                                                                  \
  "{\"pid\":\"" pid "\",\"name\":" name ",\"label\":null,\"kind\":\"gen_server\",\"module\":\"m\","   \
  "\"application\":null,\"memory_bytes\":" memory ",\"reductions\":10,\"message_queue_len\":0,"       \
  "\"current_function\":\"gen_server:loop/7\",\"status\":\"waiting\"}"

static void
test_table (void)
{
  static const char json[] = "{\"processes\":[" PROCESS ("<0.1.0>", "\"a\"", "1200000") ","
                             PROCESS ("<0.1234.0>", "\"\346\274\242\"", "null") "]}";
  OvTextStyle style = { 0 };
  g_autofree char *text = write_answer ("process.list", json, &style);

  g_assert_cmpstr (text, ==,
                   "Pid         Name  Kind        Module  Memory  Reductions  Mailbox  Current function   Status\n"
                   "<0.1.0>     a     gen_server  m       1.2 MB          10        0  gen_server:loop/7  waiting\n"
                   "<0.1234.0>  \346\274\242    gen_server  m                       10        0  gen_server:loop/7  waiting\n");
}

/* No line is wider than the terminal, and numbers and the pid stay whole. */
static void
test_narrow (void)
{
  static const char json[] =
    "{\"processes\":[" PROCESS ("<0.1.0>", "\"a_name_of_many_characters_that_does_not_end_soon\"", "1200000") "]}";

  for (guint columns = 60; columns <= 140; columns += 7)
    {
      OvTextStyle style = { .columns = columns };
      g_autofree char *text = write_answer ("process.list", json, &style);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      for (char **line = lines; *line != NULL; line++)
        g_assert_cmpuint (ov_process_text_measure (*line), <=, columns);
      g_assert_nonnull (strstr (text, "1.2 MB"));
      g_assert_nonnull (strstr (text, "<0.1.0>"));
      g_assert_true (columns > 70 || strstr (text, "…") != NULL);
    }
}

static void
test_more (void)
{
  static const char json[] = "{\"processes\":[" PROCESS ("<0.1.0>", "null", "1") "],\"matched\":366}";
  OvTextStyle style = { 0 };
  g_autofree char *text = write_answer ("process.list", json, &style);

  g_assert_true (g_str_has_suffix (text, "\n1 of 366\n"));
}

static void
test_hostile (void)
{
  static const char json[] = "{\"processes\":[" PROCESS ("<0.1.0>", "\"\\u001b[2J\\u009b1m\\nx\"", "1") "]}";
  OvTextStyle style = { 0 };
  g_autofree char *text = write_answer ("process.list", json, &style);

  g_assert_null (strchr (text, '\033'));
  g_assert_null (strstr (text, "\302\233"));
  g_assert_nonnull (strstr (text, "\\x1B[2J\\x9B1m\\nx"));
}

static void
test_empty (void)
{
  OvTextStyle style = { 0 };
  g_autofree char *text = write_answer ("node.list", "{\"nodes\":[]}", &style);

  g_assert_cmpstr (text, ==, "None.\n");
}

static void
test_doctor (void)
{
  static const char json[] =
    "{\"ok\":false,\"steps\":[{\"name\":\"epmd\",\"ok\":true,\"message\":\"It answers\",\"hint\":null,\"skipped\":false},"
    "{\"name\":\"cookie\",\"ok\":false,\"message\":\"Wrong\",\"hint\":\"Take the right one\",\"skipped\":false},"
    "{\"name\":\"versions\",\"ok\":false,\"message\":\"Not tried\",\"hint\":null,\"skipped\":true}]}";
  OvTextStyle style = { 0 };
  g_autofree char *text = write_answer ("node.doctor", json, &style);

  g_assert_cmpstr (text, ==,
                   "✓ epmd          It answers\n"
                   "✗ cookie        Wrong\n"
                   "                → Take the right one\n"
                   "– versions      Not tried\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/answer-text/figures", test_figures);
  g_test_add_func ("/ops/answer-text/table", test_table);
  g_test_add_func ("/ops/answer-text/narrow", test_narrow);
  g_test_add_func ("/ops/answer-text/more", test_more);
  g_test_add_func ("/ops/answer-text/hostile", test_hostile);
  g_test_add_func ("/ops/answer-text/empty", test_empty);
  g_test_add_func ("/ops/answer-text/doctor", test_doctor);

  return g_test_run ();
}
