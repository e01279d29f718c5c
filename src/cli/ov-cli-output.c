/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two outputs.  Answers go to standard output and nothing else does; errors never go there.
 * Invariant: what reaches a terminal has been made safe (by the text writer, or here for
 * messages); JSON escapes control characters by itself.
 * Thread: main.
 */
#include "cli/ov-cli-output.h"

#include "base/ov-error.h"
#include "ops/ov-answer-text.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static gboolean
wants_colour (int fd)
{
  const char *no_color = g_getenv ("NO_COLOR"), *term = g_getenv ("TERM");

  return isatty (fd) && (no_color == NULL || *no_color == '\0') && term != NULL && !g_str_equal (term, "dumb");
}

gboolean
ov_cli_output_is_terminal (void)
{
  return isatty (STDOUT_FILENO);
}

gboolean
ov_cli_output_is_binary (const char *format)
{
  return g_strcmp0 (format, "png") == 0 || g_strcmp0 (format, "pdf") == 0;
}

void
ov_cli_output_get_style (OvTextStyle *style)
{
  struct winsize size;

  *style = (OvTextStyle) { .colour = wants_colour (STDOUT_FILENO), .ascii = !g_get_charset (NULL) };
  if (!isatty (STDOUT_FILENO))
    return;
  style->fold = TRUE;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
    style->columns = size.ws_col;
  else
    style->columns = 80;
}

/* Standard output does not take it: said in the form that was asked for. */
static int
fail (int      number,
      gboolean json)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, g_io_error_from_errno (number),
                                          _("Standard output cannot be written: %s"), g_strerror (number));

  ov_cli_output_write_error (error, json, NULL);

  return 1;
}

static int
write_all (const char *bytes,
           gsize       length,
           gboolean    json)
{
  while (length > 0)
    {
      gssize n = write (STDOUT_FILENO, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EPIPE)
        return 128 + SIGPIPE;
      if (n < 0)
        return fail (errno, json);
      bytes += n;
      length -= n;
    }

  return 0;
}

int
ov_cli_output_write_text (const char *text)
{
  g_autofree char *coded = NULL;
  const char *charset;

  if (!g_get_charset (&charset))
    text = coded = g_convert_with_fallback (text, -1, charset, "UTF-8", "?", NULL, NULL, NULL);
  if (text == NULL)
    {
      g_printerr (_("overstory-cli: The answer cannot be written in %s.\n"), charset);
      return 1;
    }

  return write_all (text, strlen (text), FALSE);
}

/* Indented for a person, on one line for a program. */
static char *
dup_json (OvAnswerBody *body,
          GError      **error)
{
  JsonNode *json;
  g_autofree char *text = NULL;

  if (!ov_cli_output_is_terminal () && body->json == NULL)
    return g_strdup_printf ("%.*s\n", (int) g_bytes_get_size (body->bytes),
                            (const char *) g_bytes_get_data (body->bytes, NULL));
  if (!(json = ov_answer_body_get_json (body, error)))
    return NULL;
  text = json_to_string (json, ov_cli_output_is_terminal ());

  return g_strconcat (text, "\n", NULL);
}

static int
write_file (const char *path,
            const char *bytes,
            gsize       length,
            gboolean    json)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents (file, bytes, length, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, &error))
    return 0;
  ov_cli_output_write_error (error, json, _("Choose a file that can be written with --output."));

  return 1;
}

/**
 * ov_cli_output_write_answer:
 * @body: the answer
 * @args: what was asked for
 *
 * Returns: the exit status
 */
int
ov_cli_output_write_answer (OvAnswerBody    *body,
                            const OvCliArgs *args)
{
  gboolean is_json = g_str_equal (body->content_type, "application/json");
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  const char *bytes;
  gsize length;

  if (is_json && !(json = dup_json (body, &error)))
    {
      ov_cli_output_write_error (error, TRUE, NULL);
      return 1;
    }
  bytes = is_json ? json : g_bytes_get_data (body->bytes, NULL);
  length = is_json ? strlen (json) : g_bytes_get_size (body->bytes);
  if (args->output != NULL && !g_str_equal (args->output, "-"))
    return write_file (args->output, bytes, length, is_json);
  if (g_str_equal (body->content_type, "text/plain"))
    {
      g_autofree char *text = g_strndup (bytes, length);

      return ov_cli_output_write_text (text);
    }

  return write_all (bytes, length, is_json);
}

static void
write_json_error (const GError *error,
                  const char   *hint)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new (), *inner = json_object_new ();
  g_autofree char *message = g_utf8_make_valid (error->message, -1);
  g_autofree char *text = NULL;

  json_object_set_string_member (inner, "code", ov_error_get_word (error));
  json_object_set_string_member (inner, "message", message);
  if (hint != NULL)
    json_object_set_string_member (inner, "hint", hint);
  else
    json_object_set_null_member (inner, "hint");
  json_object_set_object_member (object, "error", inner);
  json_node_take_object (root, object);
  text = json_to_string (root, FALSE);
  g_printerr ("%s\n", text);
}

void
ov_cli_output_write_error (const GError *error,
                           gboolean      json,
                           const char   *hint)
{
  gboolean colour = wants_colour (STDERR_FILENO);
  g_autofree char *message = NULL;

  g_return_if_fail (error != NULL);

  if (hint == NULL)
    hint = ov_error_get_hint (error);
  if (json)
    {
      write_json_error (error, hint);
      return;
    }
  message = ov_answer_text_dup_safe (error->message);
  g_printerr (colour ? "\033[1;31moverstory-cli:\033[0m %s\n" : "overstory-cli: %s\n", message);
  if (hint != NULL)
    {
      g_autofree char *safe = ov_answer_text_dup_safe (hint);

      g_printerr (colour ? "\033[33m→\033[0m %s\n" : "→ %s\n", safe);
    }
}

void
ov_cli_output_tell (const char *text,
                    gboolean    json)
{
  g_autofree char *safe = NULL;

  if (json && !isatty (STDERR_FILENO))
    return;
  safe = ov_answer_text_dup_safe (text);
  g_printerr ("%s\n", safe);
}
