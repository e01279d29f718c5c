/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation as a document: lines of text, and a Mermaid sequence diagram.
 *
 * Names and labels come from the node and may be anything.  In Mermaid every character that its
 * grammar could take for something else is written as an entity, so that they stay text.
 * Thread: any.
 */
#include "trace/ov-conversation-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define TEXT_CHARS 160
#define MERMAID_CHARS 80

/* How an arrow is drawn in Mermaid, by kind. */
static const char *const mermaid_arrows[] = {
  [OV_STEP_MESSAGE] = "-)",   [OV_STEP_CALL] = "->>",        [OV_STEP_REPLY] = "-->>",
  [OV_STEP_CAST] = "-)",      [OV_STEP_SYSTEM] = "->>",      [OV_STEP_EXIT_SIGNAL] = "--x",
  [OV_STEP_TIMEOUT] = "-x",   [OV_STEP_SPAWN] = "->>",       [OV_STEP_DEATH] = NULL,
  [OV_STEP_NOTE] = NULL,      [OV_STEP_GAP] = NULL,
};

/* Letters, digits and marks without meaning stay; "end" would close a block. */
static void
append_escaped (GString    *into,
                const char *text)
{
  static const char safe[] = " .,_/()=+*!?'|";

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_ascii_strncasecmp (at, "end", 3) == 0)
        g_string_append_printf (into, "#%u;", c);
      else if (c < 0x80 ? g_ascii_isalnum ((char) c) || strchr (safe, (char) c) != NULL : g_unichar_isprint (c))
        g_string_append_unichar (into, c);
      else if (c < ' ' || c == 0x7f)
        g_string_append_c (into, ' ');
      else
        g_string_append_printf (into, "#%u;", c);
    }
}

static char *
dup_lane_name (OvConversation *self,
               guint32         lane)
{
  return lane == OV_ACTOR_NONE ? g_strdup (_("outside")) : ov_conversation_dup_lane_name (self, lane);
}

static gint64
get_first_ns (OvConversation *self)
{
  return self->steps->len > 0 ? g_array_index (self->steps, OvConversationStep, 0).sent_ns : 0;
}

/* How long a question waited, "" when that is not known. */
static char *
dup_duration (OvConversation           *self,
              const OvConversationStep *step)
{
  const OvConversationStep *question;
  gint64 until;

  if (step->pair == OV_STEP_NO_PAIR || (step->kind != OV_STEP_REPLY && step->kind != OV_STEP_TIMEOUT))
    return g_strdup ("");

  question = &g_array_index (self->steps, OvConversationStep, step->pair);
  until = step->received_ns != 0 ? step->received_ns : step->sent_ns;
  return g_strdup_printf (" (%.3f ms)", (double) ov_elapsed_ns (question->sent_ns, until) / 1e6);
}

static gboolean
is_nowhere (OvConversation           *self,
            const OvConversationStep *step)
{
  OvEvent event;

  return ov_store_get_event (self->store, step->event, &event) && event.kind == OV_EVENT_SEND_NOWHERE;
}

/**
 * ov_conversation_to_text:
 * @self: a conversation
 * @elixir: whether terms are written as Elixir does
 *
 * Returns: (transfer full): a line for each step: time since the first, who, to whom, kind and label
 */
char *
ov_conversation_to_text (OvConversation *self,
                         gboolean        elixir)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new (NULL);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const OvConversationStep *step = &g_array_index (self->steps, OvConversationStep, i);
      g_autofree char *label = ov_conversation_dup_label (self, i, TEXT_CHARS, elixir);
      g_autofree char *from = dup_lane_name (self, step->from);
      g_autofree char *to = dup_lane_name (self, step->to);
      g_autofree char *duration = dup_duration (self, step);

      g_string_append_printf (text, "%12.6f  ", (double) ov_elapsed_ns (get_first_ns (self), step->sent_ns) / 1e9);
      if (step->kind == OV_STEP_GAP)
        g_string_append (text, "·····");
      else if (step->from == step->to)
        g_string_append (text, from);
      else
        g_string_append_printf (text, "%s → %s", from, to);
      g_string_append_printf (text, "  %s  %s%s%s\n", ov_step_kind_get_word (step->kind), label, duration,
                              is_nowhere (self, step) ? _(" (no such process)") : "");
    }
  if (self->is_cut)
    g_string_append_printf (text, "%s\n", _("There is more that is not shown."));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
has_outside (OvConversation *self)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      const OvConversationStep *step = &g_array_index (self->steps, OvConversationStep, i);

      if (step->kind != OV_STEP_GAP && (step->from == OV_ACTOR_NONE || step->to == OV_ACTOR_NONE))
        return TRUE;
    }

  return FALSE;
}

/* Participants have numbers; the one outside comes after the last. */
static guint
get_participant (OvConversation *self,
                 guint32         lane)
{
  return lane == OV_ACTOR_NONE ? self->lanes->len : lane;
}

static void
append_participants (OvConversation *self,
                     GString        *into)
{
  guint n = self->lanes->len + (has_outside (self) ? 1 : 0);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = dup_lane_name (self, i < self->lanes->len ? i : OV_ACTOR_NONE);

      g_string_append_printf (into, "    participant p%u as ", i);
      append_escaped (into, name);
      g_string_append_c (into, '\n');
    }
}

static void
append_mermaid_step (OvConversation *self,
                     guint           index,
                     gboolean        elixir,
                     GString        *into)
{
  const OvConversationStep *step = &g_array_index (self->steps, OvConversationStep, index);
  g_autofree char *label = ov_conversation_dup_label (self, index, MERMAID_CHARS, elixir);
  guint from = get_participant (self, step->from);
  guint to = get_participant (self, step->to);
  const char *arrow = mermaid_arrows[step->kind];

  if (step->kind == OV_STEP_GAP && self->lanes->len == 0)
    return;

  if (step->kind == OV_STEP_GAP)
    g_string_append_printf (into, "    Note over p0,p%u: ", self->lanes->len - 1);
  else if (arrow == NULL)
    g_string_append_printf (into, "    Note over p%u: ", from);
  else
    g_string_append_printf (into, "    p%u%sp%u: ", from, is_nowhere (self, step) ? "-x" : arrow, to);
  append_escaped (into, label);
  g_string_append_c (into, '\n');
}

/**
 * ov_conversation_to_mermaid:
 * @self: a conversation
 * @elixir: whether terms are written as Elixir does
 *
 * Returns: (transfer full): a sequenceDiagram, see https://mermaid.js.org/syntax/sequenceDiagram.html
 */
char *
ov_conversation_to_mermaid (OvConversation *self,
                            gboolean        elixir)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new ("sequenceDiagram\n");
  append_participants (self, text);
  for (guint i = 0; i < self->steps->len; i++)
    append_mermaid_step (self, i, elixir, text);

  return g_string_free (g_steal_pointer (&text), FALSE);
}
