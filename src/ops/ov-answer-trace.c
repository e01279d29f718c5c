/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers of tracing that are no plain table: sums, paths, edges, restarts with their causes.
 * Invariant: every text of the answer goes through the safe printer.
 * Thread: any.
 */
#include "ops/ov-answer-text-private.h"
#include "ops/ov-answer-text.h"
#include "ops/ov-text-table-private.h"

#include <glib/gi18n.h>
#include <string.h>

static char *
dup_figure_of (const OvAnswerWriter *writer,
               const char   *member)
{
  JsonNode *value = json_object_get_member (writer->answer, member);

  return value != NULL ? ov_answer_text_dup_figure (member, value) : g_strdup ("?");
}

/* What the words of a summary's reason mean; others stand for themselves. */
static const struct
{
  const char *reason;
  const char *words;
} reasons[] = {
  { "duration", N_("the time was over") },
  { "count", N_("so many were asked for") },
  { "interrupted", N_("interrupted") },
  { "fuse", N_("the fuse: it was too much for the node, and tracing was switched off there") },
  { "lost", N_("the connection was lost") },
  { "processes-gone", N_("all traced processes ended") },
  { "end", N_("the end of the recording") },
};

/* The last line of a stream: "1,234 events: 1,200 shown, 34 dropped, in 5 s; the time was over". */
void
ov_answer_write_summary (OvAnswerWriter *writer)
{
  g_autofree char *generated = dup_figure_of (writer, "generated");
  g_autofree char *shown = dup_figure_of (writer, "shown");
  g_autofree char *dropped = dup_figure_of (writer, "dropped");
  g_autofree char *lasted = dup_figure_of (writer, "paused_ns");
  g_autofree char *text = NULL;
  const char *reason = json_object_get_string_member_with_default (writer->answer, "reason", "");
  gint64 foreign = json_object_get_int_member_with_default (writer->answer, "foreign", 0);
  double lasted_s = json_object_get_double_member_with_default (writer->answer, "seconds", 0);
  g_autofree char *seconds = ov_answer_text_dup_duration (lasted_s);

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i].reason, reason))
      reason = _(reasons[i].words);
  text = g_strdup_printf (_("%s events: %s shown, %s dropped, in %s; %s"), generated, shown, dropped, seconds, reason);
  ov_answer_writer_paint (writer, BOLD, text);
  g_string_append_c (writer->out, '\n');
  if (json_object_get_int_member_with_default (writer->answer, "paused_ns", 0) > 0)
    g_string_append_printf (writer->out, _("The rate limit kept tracing off for %s; nothing was generated then.\n"), lasted);
  if (foreign > 0)
    g_string_append_printf (writer->out, _("%u processes belong to another tracer and were left alone.\n"), (guint) foreign);
}

/* A name, or what many may be called ("shop_customer:init/1") with the pid. */
static char *
dup_name_of (JsonObject *object,
             const char *name_member,
             const char *pid_member)
{
  const char *name = json_object_get_string_member_with_default (object, name_member, NULL);
  const char *pid = json_object_get_string_member_with_default (object, pid_member, "?");
  g_autofree char *both = name != NULL && strchr (name, '/') != NULL ? g_strdup_printf ("%s %s", name, pid) : NULL;

  return ov_answer_text_dup_safe (both != NULL ? both : name != NULL ? name : pid);
}

/* How long it was on the way; NULL: not seen. */
static char *
dup_hop_time (JsonObject *hop)
{
  gint64 sent_ns = json_object_get_int_member_with_default (hop, "sent_ns", 0);
  gint64 received_ns = json_object_get_int_member_with_default (hop, "received_ns", 0);

  return received_ns > sent_ns && sent_ns != 0 ? ov_answer_text_dup_duration ((double) (received_ns - sent_ns) / 1e9)
                                               : NULL;
}

/* One hop a line, indented by what caused it. */
static void
write_hop (OvAnswerWriter *writer,
           JsonObject     *hop)
{
  guint indent = (guint) CLAMP (json_object_get_int_member_with_default (hop, "depth", 0), 0, 40) * 2;
  const char *lost = json_object_get_string_member_with_default (hop, "lost", NULL);
  g_autofree char *from = dup_name_of (hop, "from_name", "from");
  g_autofree char *to = dup_name_of (hop, "to_name", "to");
  g_autofree char *time = dup_hop_time (hop);
  g_autofree char *message =
    ov_answer_text_dup_safe (json_object_get_string_member_with_default (hop, "message", ""));
  g_autofree char *line = g_strdup_printf ("%*s%s %s %s%s%s%s  %s", (int) indent, "", from,
                                           writer->style->ascii ? "->" : "→", to, time != NULL ? " (" : "",
                                           time != NULL ? time : "", time != NULL ? ")" : "", message);

  ov_answer_text_append_cut (writer->out, line, writer->style->columns, writer->style->ascii);
  g_string_append_c (writer->out, '\n');
  if (lost == NULL)
    return;
  g_string_append_printf (writer->out, "%*s", (int) indent + 2, "");
  ov_answer_writer_paint (writer, YELLOW, lost);
  g_string_append_c (writer->out, '\n');
}

void
ov_answer_write_path (OvAnswerWriter *writer)
{
  JsonArray *hops = json_object_get_array_member (writer->answer, "hops");
  JsonArray *notes = json_object_get_array_member (writer->answer, "notes");

  for (guint i = 0; i < json_array_get_length (hops); i++)
    write_hop (writer, json_array_get_object_element (hops, i));
  if (json_array_get_length (hops) == 0)
    g_string_append (writer->out, _("No hop was seen.\n"));
  for (guint i = 0; i < json_array_get_length (notes); i++)
    {
      g_autofree char *note = ov_answer_text_dup_safe (json_array_get_string_element (notes, i));

      ov_answer_writer_paint (writer, FAINT, note);
      g_string_append_c (writer->out, '\n');
    }
}

/* "…orders restarted by shop_sup", its facts, and its causes one below the other. */
static void
write_restart (OvAnswerWriter *writer,
               JsonObject *restart)
{
  JsonArray *causes = json_object_get_array_member (restart, "cause");
  JsonNode *headroom = json_object_get_member (restart, "headroom");
  JsonNode *recovery = json_object_get_member (restart, "recovery_ns");
  const char *old_pid = json_object_get_string_member_with_default (restart, "old_pid", "?");
  const char *new_pid = json_object_get_string_member_with_default (restart, "new_pid", NULL);
  g_autofree char *child = dup_name_of (restart, "child_id", "old_pid");
  g_autofree char *supervisor = dup_name_of (restart, "supervisor", "supervisor_pid");
  g_autofree char *title = g_strdup_printf ("%s  %s", json_object_get_string_member_with_default (restart, "at", "?"), child);

  ov_answer_writer_paint (writer, BOLD, title);
  g_string_append_printf (writer->out, "  %s %s %s  (%s", old_pid, writer->style->ascii ? "->" : "→",
                          new_pid != NULL ? new_pid : _("not restarted"), supervisor);
  if (headroom != NULL && !JSON_NODE_HOLDS_NULL (headroom))
    g_string_append_printf (writer->out, _(", headroom %.0f %%"), json_node_get_double (headroom) * 100);
  if (recovery != NULL && !JSON_NODE_HOLDS_NULL (recovery))
    {
      g_autofree char *duration = ov_answer_text_dup_figure ("recovery_ns", recovery);

      g_string_append_printf (writer->out, _(", back after %s"), duration);
    }
  g_string_append (writer->out, ")\n");
  for (guint i = 0; i < json_array_get_length (causes); i++)
    {
      JsonObject *cause = json_array_get_object_element (causes, i);
      g_autofree char *words =
        ov_answer_text_dup_safe (json_object_get_string_member_with_default (cause, "words", "?"));

      g_string_append_printf (writer->out, "  %u. %s\n", i + 1, words);
    }
}

void
ov_answer_write_restarts (OvAnswerWriter *writer)
{
  JsonArray *restarts = json_object_get_array_member (writer->answer, "restarts");
  JsonArray *patterns = json_object_get_array_member (writer->answer, "patterns");

  for (guint i = 0; i < json_array_get_length (restarts); i++)
    write_restart (writer, json_array_get_object_element (restarts, i));
  if (json_array_get_length (restarts) == 0)
    g_string_append (writer->out, _("No restart was seen.\n"));
  for (guint i = 0; i < json_array_get_length (patterns); i++)
    {
      JsonObject *pattern = json_array_get_object_element (patterns, i);
      g_autofree char *words =
        ov_answer_text_dup_safe (json_object_get_string_member_with_default (pattern, "words", "?"));

      ov_answer_writer_paint (writer, YELLOW, words);
      g_string_append_c (writer->out, '\n');
    }
}

/* The edges, by names where there are some, and how much they are of all. */
void
ov_answer_write_flow (OvAnswerWriter *writer)
{
  JsonArray *edges = json_object_get_array_member (writer->answer, "edges");
  static const char *const headings[] = {
    N_("From"), N_("To"), N_("Messages"), N_("Rate"), N_("Bytes"), N_("Median"), N_("p99"), N_("Message"),
  };
  static const char *const members[] = { "messages", "messages_per_s", "bytes", "median_ns", "p99_ns" };
  g_autoptr (OvTextTable) table = ov_text_table_new (G_N_ELEMENTS (headings));
  g_autofree char *messages = dup_figure_of (writer, "messages");
  double lasted_s = json_object_get_double_member_with_default (writer->answer, "seconds", 0);
  g_autofree char *seconds = ov_answer_text_dup_duration (lasted_s);
  g_autofree char *n_edges = dup_figure_of (writer, "edge_count");

  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    ov_text_table_set_column (table, i, _(headings[i]), i >= 2 && i <= 6);
  for (guint i = 0; i < json_array_get_length (edges); i++)
    {
      JsonObject *edge = json_array_get_object_element (edges, i);
      g_autofree char *from = dup_name_of (edge, "from_name", "from");
      g_autofree char *to = dup_name_of (edge, "to_name", "to");

      ov_text_table_add (table, from);
      ov_text_table_add (table, to);
      for (guint k = 0; k < G_N_ELEMENTS (members); k++)
        {
          /* A plain "bytes" has its unit in its name, too. */
          const char *unit = g_str_equal (members[k], "bytes") ? "size_bytes" : members[k];
          g_autofree char *text = ov_answer_text_dup_value (unit, json_object_get_member (edge, members[k]));

          ov_text_table_add (table, text);
        }
      ov_text_table_add (table, json_object_get_string_member_with_default (edge, "label", NULL));
    }
  if (json_array_get_length (edges) > 0)
    ov_text_table_write (table, writer->style, writer->out);
  g_string_append_printf (writer->out, _("%s messages on %s edges in %s\n"), messages, n_edges, seconds);
  if (json_object_get_boolean_member_with_default (writer->answer, "has_gaps", FALSE))
    {
      ov_answer_writer_paint (writer, YELLOW, _("Something is missing: the figures are lower bounds."));
      g_string_append_c (writer->out, '\n');
    }
}
