/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is kept between two runs: see the header.  Thread: main.
 */
#include "config.h"

#include "views/ov-settings.h"

#include <string.h>

#define MAX_RECENT 8
#define RECENT_TYPE "a(sssqx)"

gboolean
ov_settings_are_there (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr(GSettingsSchema) schema = NULL;

  schema = source ? g_settings_schema_source_lookup (source, OV_APP_ID, TRUE) : NULL;
  return schema != NULL;
}

GSettings *
ov_settings_get (void)
{
  static GSettings *settings;

  if (!settings && ov_settings_are_there ())
    settings = g_settings_new (OV_APP_ID);
  return settings;
}

gboolean
ov_settings_is_elixir (void)
{
  g_autofree char *style = NULL;

  if (!ov_settings_get ())
    return FALSE;
  style = g_settings_get_string (ov_settings_get (), "term-style");
  return g_str_equal (style, "elixir");
}

void
ov_recent_node_free (OvRecentNode *self)
{
  g_free (self->name);
  g_free (self->cookie_file);
  g_free (self->host);
  g_free (self);
}

GPtrArray *
ov_settings_list_recent (void)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) ov_recent_node_free);
  g_autoptr(GVariant) list = g_settings_get_value (ov_settings_get (), "recent-nodes");
  GVariantIter iter;
  OvRecentNode node;

  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "(sssqx)", &node.name, &node.cookie_file, &node.host, &node.port,
                              &node.seen_s))
    g_ptr_array_add (found, g_memdup2 (&node, sizeof node));
  return found;
}

static void
add_recent (GVariantBuilder    *into,
            const OvRecentNode *node)
{
  g_variant_builder_add (into, "(sssqx)", node->name, node->cookie_file ? node->cookie_file : "",
                         node->host ? node->host : "", node->port, node->seen_s);
}

/* The list anew: @first (nullable) in front, without what is called @without. */
static void
write_recent (const OvRecentNode *first,
              const char         *without)
{
  g_autoptr(GPtrArray) recent = ov_settings_list_recent ();
  GVariantBuilder builder;
  guint n = 0;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (RECENT_TYPE));
  if (first)
    {
      add_recent (&builder, first);
      n++;
    }
  for (guint i = 0; i < recent->len && n < MAX_RECENT; i++)
    {
      const OvRecentNode *node = g_ptr_array_index (recent, i);

      if (g_str_equal (node->name, without))
        continue;
      add_recent (&builder, node);
      n++;
    }
  g_settings_set_value (ov_settings_get (), "recent-nodes", g_variant_builder_end (&builder));
}

void
ov_settings_remember (const OvRecentNode *node)
{
  write_recent (node, node->name);
}

void
ov_settings_forget (const char *name)
{
  write_recent (NULL, name);
}
