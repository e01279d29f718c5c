/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The checks of parameters.  A value may come as the JSON of its type or as text (a command line
 * knows nothing else); either way the checked object holds the JSON of its type.
 * Thread: any.
 */
#include "ops/ov-parameters.h"

#include "ops/ov-suggest.h"
#include "term/ov-term.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Longer than any sensible one: OTP's atoms have 255 characters, of up to 4 bytes. */
#define MAX_TEXT_BYTES 4096

static gboolean G_GNUC_PRINTF (3, 4)
refuse (GError           **error,
        const OvParameter *parameter,
        const char        *format,
        ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER, "--%s: %s",
               parameter->name, reason);

  return FALSE;
}

static const char *
get_text (JsonNode *value)
{
  return JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING
             ? json_node_get_string (value)
             : NULL;
}

static gboolean
check_range (const OvParameter *parameter,
             double             value,
             GError           **error)
{
  if (parameter->min == 0 && parameter->max == 0)
    return TRUE;
  if (value < parameter->min)
    return refuse (error, parameter, _("%.15g is too small: the smallest is %.15g."), value,
                   parameter->min);
  if (value > parameter->max)
    return refuse (error, parameter, _("%.15g is too large: the largest is %.15g."), value,
                   parameter->max);

  return TRUE;
}

static gboolean
check_integer (const OvParameter *parameter,
               JsonNode          *given,
               JsonNode          *into,
               GError           **error)
{
  const char *text = get_text (given);
  gint64 value = 0;

  if (text != NULL)
    {
      if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
        return refuse (error, parameter, _("“%s” is not a whole number."), text);
    }
  else if (JSON_NODE_HOLDS_VALUE (given) && json_node_get_value_type (given) == G_TYPE_INT64)
    value = json_node_get_int (given);
  else
    return refuse (error, parameter, _("a whole number is wanted."));
  json_node_set_int (into, value);

  return check_range (parameter, value, error);
}

static gboolean
check_number (const OvParameter *parameter,
              JsonNode          *given,
              JsonNode          *into,
              GError           **error)
{
  const char *text = get_text (given);
  double value = 0;
  char *end = NULL;

  if (text != NULL)
    {
      value = g_ascii_strtod (text, &end);
      if (*text == '\0' || *end != '\0' || !isfinite (value))
        return refuse (error, parameter, _("“%s” is not a number."), text);
    }
  else if (JSON_NODE_HOLDS_VALUE (given) && (json_node_get_value_type (given) == G_TYPE_INT64 ||
                                             json_node_get_value_type (given) == G_TYPE_DOUBLE))
    value = json_node_get_double (given);
  else
    return refuse (error, parameter, _("a number is wanted."));
  json_node_set_double (into, value);

  return check_range (parameter, value, error);
}

static gboolean
check_flag (const OvParameter *parameter,
            JsonNode          *given,
            JsonNode          *into,
            GError           **error)
{
  const char *text = get_text (given);

  if (text != NULL && (g_str_equal (text, "true") || g_str_equal (text, "yes")))
    json_node_set_boolean (into, TRUE);
  else if (text != NULL && (g_str_equal (text, "false") || g_str_equal (text, "no")))
    json_node_set_boolean (into, FALSE);
  else if (JSON_NODE_HOLDS_VALUE (given) && json_node_get_value_type (given) == G_TYPE_BOOLEAN)
    json_node_set_boolean (into, json_node_get_boolean (given));
  else
    return refuse (error, parameter, _("“true” or “false” is wanted."));

  return TRUE;
}

static gboolean
check_choice (const OvParameter *parameter,
              const char        *text,
              GError           **error)
{
  g_autofree char *all = g_strjoinv (", ", (char **) parameter->choices);
  const char *near;

  if (g_strv_contains (parameter->choices, text))
    return TRUE;
  near = ov_suggest (text, parameter->choices, g_strv_length ((char **) parameter->choices));
  if (near != NULL)
    return refuse (error, parameter, _("“%s” is not one of %s; did you mean “%s”?"), text, all,
                   near);

  return refuse (error, parameter, _("“%s” is not one of %s."), text, all);
}

/* What looks like a pid must be one; anything else is a name, which only the node knows. */
static gboolean
check_process (const OvParameter *parameter,
               const char        *text,
               GError           **error)
{
  OvPid pid;

  if ((*text == '<' || *text == '#' || g_ascii_isdigit (*text)) &&
      !ov_pid_parse (text, NULL, &pid))
    return refuse (error, parameter, _("“%s” is not a process: write a pid as the shell does, "
                                       "“<0.123.0>”, or a registered name."), text);

  return TRUE;
}

/* What stands before the place of a syntax error, and what after it. */
#define AROUND 24

/* The message, and the text around the place: "Line 1, column 9: …, at ▸ in “[{'_',[],▸}]”". */
static gboolean
refuse_syntax (GError           **error,
               const OvParameter *parameter,
               const char        *text,
               gsize              offset,
               const char        *message)
{
  const char *at = text + MIN (offset, strlen (text)), *from = at, *to = at;

  for (guint i = 0; i < AROUND && from > text; i++)
    from = g_utf8_prev_char (from);
  for (guint i = 0; i < AROUND && *to != '\0'; i++)
    to = g_utf8_next_char (to);

  return refuse (error, parameter, _("%s, at ▸ in “%s%.*s▸%.*s%s”."), message, from > text ? "…" : "",
                 (int) (at - from), from, (int) (to - at), at, *to != '\0' ? "…" : "");
}

static gboolean
check_term (const OvParameter *parameter,
            const char        *text,
            GError           **error)
{
  g_autoptr (GError) local = NULL;
  gsize offset = 0;
  g_autoptr (OvTerm) term = ov_term_parse (text, NULL, &offset, &local);

  return term != NULL || refuse_syntax (error, parameter, text, offset, local->message);
}

static gboolean
check_text (const OvParameter *parameter,
            JsonNode          *given,
            JsonNode          *into,
            GError           **error)
{
  const char *text = get_text (given);

  if (text == NULL)
    return refuse (error, parameter, _("a text is wanted."));
  if (!g_utf8_validate (text, -1, NULL))
    return refuse (error, parameter, _("it is not valid UTF-8."));
  if (strlen (text) > MAX_TEXT_BYTES)
    return refuse (error, parameter, _("it is too long: %d bytes are allowed."), MAX_TEXT_BYTES);
  if (*text == '\0' && parameter->type != OV_PARAMETER_TEXT)
    return refuse (error, parameter, _("it is empty."));
  json_node_set_string (into, text);

  switch (parameter->type)
    {
    case OV_PARAMETER_CHOICE:
      return check_choice (parameter, text, error);
    case OV_PARAMETER_PROCESS:
      return check_process (parameter, text, error);
    case OV_PARAMETER_TERM:
      return check_term (parameter, text, error);
    default:
      return TRUE;
    }
}

static gboolean
check_value (const OvParameter *parameter,
             JsonNode          *given,
             JsonNode          *into,
             GError           **error)
{
  switch (parameter->type)
    {
    case OV_PARAMETER_INTEGER:
      return check_integer (parameter, given, into, error);
    case OV_PARAMETER_NUMBER:
      return check_number (parameter, given, into, error);
    case OV_PARAMETER_FLAG:
      return check_flag (parameter, given, into, error);
    default:
      return check_text (parameter, given, into, error);
    }
}

/* Commas in quotes and brackets part nothing: "'a,b'", "[{'_',[],[]}]". */
static char **
split_list (const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *start = text;
  guint depth = 0;
  char quote = 0;

  for (const char *c = text;; c++)
    {
      if (*c == '\0' || (*c == ',' && depth == 0 && quote == 0))
        {
          g_autofree char *element = g_strstrip (g_strndup (start, c - start));

          g_strv_builder_add (builder, element);
          start = c + 1;
        }
      if (*c == '\0')
        break;
      if (quote != 0)
        quote = *c == quote ? 0 : quote;
      else if (*c == '\'' || *c == '"')
        quote = *c;
      else if (strchr ("([{", *c) != NULL)
        depth++;
      else if (strchr (")]}", *c) != NULL && depth > 0)
        depth--;
    }

  return g_strv_builder_end (builder);
}

static JsonArray *
make_array (JsonNode *given)
{
  JsonArray *array = json_array_new ();
  g_auto (GStrv) parts = split_list (get_text (given));

  for (guint i = 0; parts[i] != NULL; i++)
    json_array_add_string_element (array, parts[i]);

  return array;
}

static gboolean
check_list (const OvParameter *parameter,
            JsonNode          *given,
            JsonNode          *into,
            GError           **error)
{
  g_autoptr (JsonArray) array = NULL;
  JsonArray *checked;

  if (JSON_NODE_HOLDS_ARRAY (given))
    array = json_array_ref (json_node_get_array (given));
  else if (get_text (given) != NULL)
    array = make_array (given);
  else
    return refuse (error, parameter, _("a text or a list of texts is wanted."));

  checked = json_array_new ();
  json_node_init_array (into, checked);
  json_array_unref (checked);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autoptr (JsonNode) element = json_node_new (JSON_NODE_VALUE);

      if (!check_text (parameter, json_array_get_element (array, i), element, error))
        return FALSE;
      if (*json_node_get_string (element) == '\0')
        return refuse (error, parameter, _("an element of the list is empty."));
      json_array_add_element (checked, g_steal_pointer (&element));
    }

  return TRUE;
}

static gboolean
check_known (const OvOperation *self,
             JsonObject        *parameters,
             GError           **error)
{
  g_autoptr (GList) names = json_object_get_members (parameters);

  for (GList *l = names; l != NULL; l = l->next)
    if (ov_operation_find_parameter (self, l->data) == NULL)
      {
        g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
                     _("“%s” has no parameter “%s”."), self->id, (const char *) l->data);
        return FALSE;
      }

  return TRUE;
}

/**
 * ov_operation_check:
 * @self: an operation
 * @parameters: (nullable): what was given
 * @error: set to %OV_OPERATION_ERROR_BAD_PARAMETER
 *
 * Returns: (transfer full): a new object with the values in their types, and the defaults of
 *   what was not given
 */
JsonObject *
ov_operation_check (const OvOperation *self,
                    JsonObject        *parameters,
                    GError           **error)
{
  g_autoptr (JsonObject) checked = json_object_new ();

  g_return_val_if_fail (self != NULL, NULL);

  if (parameters != NULL && !check_known (self, parameters, error))
    return NULL;

  for (guint i = 0; i < self->n_parameters; i++)
    {
      const OvParameter *parameter = &self->parameters[i];
      JsonNode *given = parameters != NULL ? json_object_get_member (parameters, parameter->name)
                                           : NULL;
      g_autoptr (JsonNode) initial = NULL;
      g_autoptr (JsonNode) into = json_node_new (JSON_NODE_VALUE);

      if ((given == NULL || JSON_NODE_HOLDS_NULL (given)) && parameter->required)
        {
          refuse (error, parameter, _("“%s” cannot do without it."), self->id);
          return NULL;
        }
      if (given == NULL || JSON_NODE_HOLDS_NULL (given))
        {
          if (parameter->initial == NULL)
            continue;
          given = initial = json_node_new (JSON_NODE_VALUE);
          json_node_set_string (initial, parameter->initial);
        }
      if (!(parameter->many ? check_list (parameter, given, into, error)
                            : check_value (parameter, given, into, error)))
        return NULL;
      json_object_set_member (checked, parameter->name, g_steal_pointer (&into));
    }

  if (self->check != NULL && !self->check (checked, error))
    return NULL;

  return g_steal_pointer (&checked);
}

/**
 * ov_parameter_dup_placeholder:
 * @self: a parameter
 *
 * Returns: (transfer full): what stands for its value in a help text; empty for a flag
 */
char *
ov_parameter_dup_placeholder (const OvParameter *self)
{
  static const char *const words[] = {
    [OV_PARAMETER_TEXT] = "TEXT",      [OV_PARAMETER_INTEGER] = "N",
    [OV_PARAMETER_NUMBER] = "NUMBER",  [OV_PARAMETER_FLAG] = "",
    [OV_PARAMETER_CHOICE] = "WORD",    [OV_PARAMETER_PROCESS] = "PID|NAME",
    [OV_PARAMETER_FILE] = "FILE",      [OV_PARAMETER_NODE] = "NODE",
    [OV_PARAMETER_TERM] = "TERM",
  };

  g_return_val_if_fail (self != NULL, NULL);

  if (self->placeholder != NULL)
    return g_strdup (self->placeholder);
  if (self->type == OV_PARAMETER_CHOICE)
    return g_strjoinv (self->many ? "," : "|", (char **) self->choices);

  return g_strdup (words[self->type]);
}
