/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks node names.  What passes here is printable ASCII without spaces, so it can be put
 * into an atom, an epmd request or a message without further care.
 * Thread: any.
 */
#include "link/ov-node-name.h"

#include "link/ov-link.h"

#include <glib/gi18n.h>

#include <string.h>

#define SHOWN_CHARS 60

static gboolean
fail (const char *name,
      const char *why,
      GError    **error)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  gboolean cut = g_utf8_strlen (valid, -1) > SHOWN_CHARS;
  g_autofree char *shown = g_utf8_substring (valid, 0, cut ? SHOWN_CHARS : -1);

  g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_BAD_NAME,
               _("“%s%s” is no node name: %s"), shown, cut ? "…" : "", why);
  return FALSE;
}

static gboolean
is_plain (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at) || *at == '\'' || *at == '"' || *at == '/' || *at == '\\')
      return FALSE;

  return TRUE;
}

/**
 * ov_node_name_split:
 * @name: what a person typed
 * @alive: (out) (optional): the part before the “@”
 * @host: (out) (optional): the part behind it
 * @error: BAD_NAME says what is wrong with it
 *
 * Returns: whether @name can be the name of a node
 */
gboolean
ov_node_name_split (const char *name,
                    char      **alive,
                    char      **host,
                    GError    **error)
{
  const char *at;

  g_return_val_if_fail (name != NULL, FALSE);

  if (*name == '\0')
    return fail (name, _("it is empty"), error);
  if (strlen (name) > OV_NODE_NAME_MAX)
    return fail (name, _("it is longer than 255 characters"), error);
  if (!is_plain (name))
    return fail (name, _("it has a character that no node name can have"), error);
  at = strchr (name, '@');
  if (at == NULL)
    return fail (name, _("the host is missing, as in name@host"), error);
  if (at == name || at[1] == '\0' || strchr (at + 1, '@') != NULL)
    return fail (name, _("it does not have the form name@host"), error);

  if (alive != NULL)
    *alive = g_strndup (name, (gsize) (at - name));
  if (host != NULL)
    *host = g_strdup (at + 1);
  return TRUE;
}

/**
 * ov_node_name_is_long:
 * @name: a node name
 *
 * Returns: whether a node of that name uses long names
 */
gboolean
ov_node_name_is_long (const char *name)
{
  const char *host;

  g_return_val_if_fail (name != NULL, FALSE);

  host = strchr (name, '@');
  return host != NULL && (strchr (host, '.') != NULL || strchr (host, ':') != NULL);
}
