/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree.diff: what changed between two saved answers of `tree get`.
 *
 * A process is the same when its pid is the same.  A pid that is gone and one that is new are a
 * restart when they stand in the same place: the path of names and child ids from the root, with
 * a child id that its supervisor gives only once (children of simple_one_for_one have none).
 * Invariant: each pid of either file is counted in at most one of added, removed, restarted and
 * changed.
 * Thread: main.
 */
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* Far above what `tree get` writes; a file nested deeper was not written by it. */
#define MAX_NESTING 400
#define MAX_FILE_BYTES (512 * 1024 * 1024)

typedef struct
{
  JsonObject *object;   /* its P, borrowed */
  const char *pid;
  char       *place;    /* NULL: no place of its own */
  const char *parent;   /* pid, NULL at the roots */
} Row;

typedef struct
{
  JsonNode   *root;
  GPtrArray  *rows;     /* in the order of the file */
  GHashTable *by_pid;
  GHashTable *by_place; /* a place that two rows claim maps to NULL */
} Tree;

/* What is compared of a process that is in both. */
static const char *const compared[] = {
  "name", "label", "kind", "module", "child_id", "restart", "strategy", "intensity", "period_s",
};

static void
row_free (Row *row)
{
  g_free (row->place);
  g_free (row);
}

static void
tree_free (Tree *tree)
{
  g_clear_pointer (&tree->root, json_node_unref);
  g_clear_pointer (&tree->rows, g_ptr_array_unref);
  g_clear_pointer (&tree->by_pid, g_hash_table_unref);
  g_clear_pointer (&tree->by_place, g_hash_table_unref);
  g_free (tree);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tree, tree_free)

static gboolean G_GNUC_PRINTF (3, 4)
refuse (GError    **error,
        const char *path,
        const char *format,
        ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
               _("“%s” is not a saved answer of “tree get --format json”: %s"), path, reason);

  return FALSE;
}

static const char *
get_text (JsonObject *object,
          const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* A registered name is a place anywhere; a child id only below what has a place.  Between an
 * application and its top supervisor nothing has either: there the kind will do. */
static char *
dup_place (JsonObject *object,
           const char *above)
{
  const char *name = get_text (object, "name"), *child_id = get_text (object, "child_id");
  const char *kind = get_text (object, "kind");

  if (child_id != NULL && above != NULL)
    return g_strconcat (above, "\nchild ", child_id, NULL);
  if (name != NULL)
    return g_strconcat ("name ", name, NULL);
  if (above != NULL && (g_strcmp0 (kind, "supervisor") == 0 || g_strcmp0 (kind, "application_master") == 0))
    return g_strconcat (above, "\n", kind, NULL);

  return NULL;
}

/* Taking a tree puts the probe into it: other processes each time, and no part of the system. */
static gboolean
is_probe (JsonObject *object)
{
  const char *label = get_text (object, "label");

  return g_strcmp0 (get_text (object, "name"), "ov_probe_guard") == 0
         || (label != NULL && g_str_has_prefix (label, "Overstory probe"));
}

static gboolean add_process (Tree       *tree,
                             const char *path,
                             JsonNode   *node,
                             const char *above,
                             const char *parent,
                             guint       depth,
                             GError    **error);

static gboolean
add_children (Tree       *tree,
              const char *path,
              JsonNode   *node,
              const char *above,
              const char *parent,
              guint       depth,
              GError    **error)
{
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, path, _("“children” or “outside” is not a list."));
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!add_process (tree, path, json_array_get_element (array, i), above, parent, depth + 1, error))
      return FALSE;

  return TRUE;
}

static void
remember (Tree *tree,
          Row  *row)
{
  g_ptr_array_add (tree->rows, row);
  g_hash_table_insert (tree->by_pid, (gpointer) row->pid, row);
  if (row->place != NULL)
    g_hash_table_insert (tree->by_place, row->place,
                         g_hash_table_contains (tree->by_place, row->place) ? NULL : row);
}

static gboolean
add_process (Tree       *tree,
             const char *path,
             JsonNode   *node,
             const char *above,
             const char *parent,
             guint       depth,
             GError    **error)
{
  JsonObject *object;
  const char *pid, *named_parent;
  Row *row;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, path, _("a process is not an object."));
  if (depth > MAX_NESTING)
    return refuse (error, path, _("it is nested too deeply."));
  object = json_node_get_object (node);
  if (!json_object_has_member (object, "pid"))
    return refuse (error, path, _("a process has no “pid”."));
  if (get_text (object, "absence") != NULL)
    return TRUE; /* a child without a process of this node */
  if (is_probe (object))
    return TRUE;
  if ((pid = get_text (object, "pid")) == NULL)
    return refuse (error, path, _("a “pid” is not a text."));
  if (g_hash_table_contains (tree->by_pid, pid))
    return refuse (error, path, _("%s stands in it twice."), pid);

  row = g_new0 (Row, 1);
  row->object = object;
  row->pid = pid;
  row->place = dup_place (object, above);
  row->parent = (named_parent = get_text (object, "parent")) != NULL ? named_parent : parent;
  remember (tree, row);

  return add_children (tree, path, json_object_get_member (object, "children"), row->place, pid,
                       depth, error);
}

static gboolean
add_applications (Tree       *tree,
                  const char *path,
                  JsonNode   *node,
                  GError    **error)
{
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, path, _("“applications” is not a list."));
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *name = JSON_NODE_HOLDS_OBJECT (element) ? get_text (json_node_get_object (element), "name")
                                                          : NULL;
      g_autofree char *place = NULL;
      JsonNode *root;

      if (name == NULL)
        return refuse (error, path, _("an application has no “name”."));
      root = json_object_get_member (json_node_get_object (element), "root");
      if (root == NULL || JSON_NODE_HOLDS_NULL (root))
        continue;
      place = g_strconcat ("application ", name, NULL);
      if (!add_process (tree, path, root, place, NULL, 1, error))
        return FALSE;
    }

  return TRUE;
}

static JsonNode *
load (const char *path,
      GError    **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonParser) parser = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!(info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                  G_FILE_QUERY_INFO_NONE, NULL, &local)))
    {
      g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
                   _("“%s” cannot be read: %s"), path, local->message);
      return NULL;
    }
  if (g_file_info_get_size (info) > MAX_FILE_BYTES)
    {
      refuse (error, path, _("it is too large."));
      return NULL;
    }
  if (!g_file_load_contents (file, NULL, &text, &length, NULL, &local))
    {
      g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
                   _("“%s” cannot be read: %s"), path, local->message);
      return NULL;
    }
  if (!g_utf8_validate (text, length, NULL))
    {
      refuse (error, path, _("it is not UTF-8 text."));
      return NULL;
    }
  if (!ov_op_json_is_shallow (text, length, 2 * MAX_NESTING))
    {
      refuse (error, path, _("it is nested too deeply."));
      return NULL;
    }
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, length, &local))
    {
      refuse (error, path, "%s", local->message);
      return NULL;
    }
  if (json_parser_get_root (parser) == NULL || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      refuse (error, path, _("it is not one JSON object."));
      return NULL;
    }

  return json_parser_steal_root (parser);
}

static Tree *
read_tree (const char *path,
           GError    **error)
{
  g_autoptr (Tree) tree = g_new0 (Tree, 1);
  JsonObject *object;

  if (!(tree->root = load (path, error)))
    return NULL;
  tree->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  tree->by_pid = g_hash_table_new (g_str_hash, g_str_equal);
  tree->by_place = g_hash_table_new (g_str_hash, g_str_equal);
  object = json_node_get_object (tree->root);
  if (!add_applications (tree, path, json_object_get_member (object, "applications"), error) ||
      !add_children (tree, path, json_object_get_member (object, "outside"), NULL, NULL, 0, error))
    return NULL;

  return g_steal_pointer (&tree);
}

static JsonObject *
describe (const Row *row)
{
  JsonObject *object = json_object_new ();
  static const char *const members[] = { "pid", "name", "label", "kind", "module", "child_id" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      JsonNode *value = json_object_get_member (row->object, members[i]);

      json_object_set_member (object, members[i],
                              value != NULL ? json_node_copy (value) : json_node_new (JSON_NODE_NULL));
    }
  ov_op_set_text (object, "parent", row->parent);

  return object;
}

static gboolean
is_equal (JsonNode *a,
          JsonNode *b)
{
  gboolean no_a = a == NULL || JSON_NODE_HOLDS_NULL (a), no_b = b == NULL || JSON_NODE_HOLDS_NULL (b);

  return no_a || no_b ? no_a == no_b : json_node_equal (a, b);
}

static void
add_change (JsonObject *changes,
            const char *member,
            JsonNode   *from,
            JsonNode   *to)
{
  JsonObject *change = json_object_new ();

  json_object_set_member (change, "from", from != NULL ? json_node_copy (from) : json_node_new (JSON_NODE_NULL));
  json_object_set_member (change, "to", to != NULL ? json_node_copy (to) : json_node_new (JSON_NODE_NULL));
  json_object_set_object_member (changes, member, change);
}

/* NULL when nothing that is compared changed. */
static JsonObject *
compare_rows (const Row *from,
              const Row *to)
{
  g_autoptr (JsonObject) changes = json_object_new ();
  JsonObject *object;

  for (guint i = 0; i < G_N_ELEMENTS (compared); i++)
    {
      JsonNode *a = json_object_get_member (from->object, compared[i]);
      JsonNode *b = json_object_get_member (to->object, compared[i]);

      if (!is_equal (a, b))
        add_change (changes, compared[i], a, b);
    }
  if (g_strcmp0 (from->parent, to->parent) != 0)
    {
      g_autoptr (JsonNode) a = json_node_new (JSON_NODE_VALUE), b = json_node_new (JSON_NODE_VALUE);

      json_node_set_string (a, from->parent);
      json_node_set_string (b, to->parent);
      add_change (changes, "parent", from->parent != NULL ? a : NULL, to->parent != NULL ? b : NULL);
    }
  if (json_object_get_size (changes) == 0)
    return NULL;
  object = describe (to);
  json_object_set_object_member (object, "changes", g_steal_pointer (&changes));

  return object;
}

/* The row that stands where @row stands in @other, if each of them is the only one there. */
static const Row *
find_same_place (const Tree *tree,
                 const Row  *row,
                 const Tree *other)
{
  if (row->place == NULL || g_hash_table_lookup (tree->by_place, row->place) != row)
    return NULL;

  return g_hash_table_lookup (other->by_place, row->place);
}

static JsonObject *
describe_restart (const Row *from,
                  const Row *to)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "from", from->pid);
  json_object_set_string_member (object, "to", to->pid);
  ov_op_set_text (object, "child_id", get_text (to->object, "child_id"));
  ov_op_set_text (object, "name", get_text (to->object, "name"));
  ov_op_set_text (object, "supervisor", to->parent);

  return object;
}

static JsonNode *
compare_trees (const Tree *from,
               const Tree *to)
{
  JsonObject *answer = json_object_new ();
  JsonArray *added = json_array_new (), *removed = json_array_new ();
  JsonArray *restarted = json_array_new (), *changed = json_array_new ();

  for (guint i = 0; i < to->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (to->rows, i);
      const Row *old = g_hash_table_lookup (from->by_pid, row->pid);
      JsonObject *change;

      if (old != NULL)
        {
          if ((change = compare_rows (old, row)) != NULL)
            json_array_add_object_element (changed, change);
          continue;
        }
      old = find_same_place (to, row, from);
      if (old != NULL && !g_hash_table_contains (to->by_pid, old->pid))
        json_array_add_object_element (restarted, describe_restart (old, row));
      else
        json_array_add_object_element (added, describe (row));
    }
  for (guint i = 0; i < from->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (from->rows, i);
      const Row *heir;

      if (g_hash_table_contains (to->by_pid, row->pid))
        continue;
      heir = find_same_place (from, row, to);
      if (heir == NULL || g_hash_table_contains (from->by_pid, heir->pid))
        json_array_add_object_element (removed, describe (row));
    }
  json_object_set_array_member (answer, "added", added);
  json_object_set_array_member (answer, "removed", removed);
  json_object_set_array_member (answer, "restarted", restarted);
  json_object_set_array_member (answer, "changed", changed);

  return ov_op_node_of_object (answer);
}

static void
run_diff (OvInvocation *invocation)
{
  g_autoptr (Tree) from = NULL;
  g_autoptr (Tree) to = NULL;
  GError *error = NULL;

  if (!(from = read_tree (ov_invocation_get_text (invocation, "from"), &error)) ||
      !(to = read_tree (ov_invocation_get_text (invocation, "to"), &error)))
    ov_invocation_return_error (invocation, error);
  else
    ov_invocation_return_json (invocation, compare_trees (from, to));
}

static const OvParameter parameters[] = {
  { "from", OV_PARAMETER_FILE, TRUE, N_("The earlier answer of “tree get --format json”") },
  { "to", OV_PARAMETER_FILE, TRUE, N_("The later one") },
};

static const OvResultMember members[] = {
  { "added", "array", N_("Processes that are new") },
  { "added[].pid", "string", N_("The process"), N_("Pid") },
  { "added[].name", "string?", N_("Registered name"), N_("Name") },
  { "added[].kind", "string", N_("What it is"), N_("Kind") },
  { "added[].child_id", "string?", N_("Id in its supervisor’s child specification"), N_("Child id") },
  { "added[].module", "string?", N_("Module of the initial call"), N_("Module") },
  { "added[].parent", "string?", N_("What it stands under"), N_("Parent") },
  { "removed", "array", N_("Processes that are gone") },
  { "removed[].pid", "string", N_("The process"), N_("Pid") },
  { "removed[].name", "string?", N_("Registered name"), N_("Name") },
  { "removed[].kind", "string", N_("What it was"), N_("Kind") },
  { "removed[].child_id", "string?", N_("Id in its supervisor’s child specification"), N_("Child id") },
  { "removed[].module", "string?", N_("Module of the initial call"), N_("Module") },
  { "removed[].parent", "string?", N_("What it stood under"), N_("Parent") },
  { "restarted", "array", N_("New processes in the places of old ones") },
  { "restarted[].from", "string", N_("The old process"), N_("From") },
  { "restarted[].to", "string", N_("The new process"), N_("To") },
  { "restarted[].child_id", "string?", N_("Id in its supervisor’s child specification"), N_("Child id") },
  { "restarted[].name", "string?", N_("Registered name"), N_("Name") },
  { "restarted[].supervisor", "string?", N_("What the new one stands under"), N_("Supervisor") },
  { "changed", "array", N_("The same processes with another name, place or specification") },
  { "changed[].pid", "string", N_("The process"), N_("Pid") },
  { "changed[].name", "string?", N_("Registered name"), N_("Name") },
  { "changed[].kind", "string", N_("What it is"), N_("Kind") },
  { "changed[].changes", "object", N_("What changed, from and to") },
};

const OvOperation ov_op_tree_diff = {
  .id = "tree.diff",
  .summary = N_("Compare two saved trees"),
  .description = N_("Compares two saved answers of “tree get --format json”. A new process that stands where an old "
                    "one stood, below the same supervisor and with the same child id, counts as restarted."),
  .effect = OV_EFFECT_NONE,
  .undo = "none",
  .parameters = parameters,
  .n_parameters = G_N_ELEMENTS (parameters),
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .example = "overstory-cli tree diff --from before.json --to after.json",
  .run = run_diff,
};
