/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pids as values.
 *
 * A pid that a person typed has no creation (it is 0), so equality treats 0 as "any", and the
 * hash leaves the creation out.
 * Threads: any.
 */
#include "term/ov-pid.h"

#include "term/ov-node-name-private.h"

#include <string.h>

/**
 * ov_pid_is_none:
 * @pid: a pid
 *
 * Returns: whether it names no process at all
 */
gboolean
ov_pid_is_none (const OvPid *pid)
{
  g_return_val_if_fail (pid != NULL, TRUE);

  return pid->node == NULL;
}

/**
 * ov_pid_equal:
 * @a: (type OvPid): a pid
 * @b: (type OvPid): another
 *
 * Returns: whether both name the same process; a creation of 0 fits every creation
 */
gboolean
ov_pid_equal (gconstpointer a,
              gconstpointer b)
{
  const OvPid *p = a;
  const OvPid *q = b;

  g_return_val_if_fail (p != NULL && q != NULL, FALSE);

  return p->id == q->id
         && p->serial == q->serial
         && p->node == q->node
         && (p->creation == q->creation || p->creation == 0 || q->creation == 0);
}

/**
 * ov_pid_hash:
 * @pid: (type OvPid): a pid
 *
 * Returns: a hash for g_hash_table_new(), with ov_pid_equal()
 */
guint
ov_pid_hash (gconstpointer pid)
{
  const OvPid *p = pid;
  guint64 mixed;

  g_return_val_if_fail (p != NULL, 0);

  mixed = ((guint64) p->serial << 32 | p->id) ^ ((guint64) (gsize) p->node << 7);
  mixed *= G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return (guint) (mixed >> 32);
}

/**
 * ov_pid_compare:
 * @a: (type OvPid): a pid
 * @b: (type OvPid): another
 *
 * Erlang's order: serial, then number, then node, then creation.
 *
 * Returns: less than, equal to or greater than 0
 */
int
ov_pid_compare (gconstpointer a,
                gconstpointer b)
{
  const OvPid *p = a;
  const OvPid *q = b;

  g_return_val_if_fail (p != NULL && q != NULL, 0);

  if (p->serial != q->serial)
    return p->serial < q->serial ? -1 : 1;
  if (p->id != q->id)
    return p->id < q->id ? -1 : 1;
  if (p->node != q->node)
    return g_strcmp0 (p->node, q->node);
  if (p->creation != q->creation && p->creation != 0 && q->creation != 0)
    return p->creation < q->creation ? -1 : 1;

  return 0;
}

/**
 * ov_pid_to_string:
 * @pid: a pid
 * @local_node: (nullable): the node whose pids are written as <0.…>; %NULL for every node
 *
 * Returns: (transfer full): the pid as the shell of @local_node writes it
 */
char *
ov_pid_to_string (const OvPid *pid,
                  const char  *local_node)
{
  g_return_val_if_fail (pid != NULL, NULL);

  if (pid->node == NULL || local_node == NULL || strcmp (pid->node, local_node) == 0)
    return g_strdup_printf ("<0.%u.%u>", pid->id, pid->serial);

  return g_strdup_printf ("<%s.%u.%u>", pid->node, pid->id, pid->serial);
}

/* Reads the number that ends at @end and begins after the last dot before it. */
static gboolean
take_last_number (const char  *begin,
                  const char **end,
                  guint32     *number)
{
  const char *at = *end;
  guint64 value = 0;
  guint64 scale = 1;

  while (at > begin && g_ascii_isdigit (at[-1]) && *end - at < 10)
    {
      at--;
      value += scale * (guint64) (*at - '0');
      scale *= 10;
    }

  if (at == *end || value > G_MAXUINT32)
    return FALSE;

  *number = (guint32) value;
  *end = at;
  return TRUE;
}

static gboolean
take_dot (const char  *begin,
          const char **end)
{
  if (*end == begin || (*end)[-1] != '.')
    return FALSE;

  (*end)--;
  return TRUE;
}

/* "<…>", "#PID<…>" and bare text all leave what stands inside. */
static gboolean
strip_brackets (const char **begin,
                const char **end)
{
  if (g_str_has_prefix (*begin, "#PID<"))
    *begin += strlen ("#PID");
  if (**begin != '<')
    return TRUE;
  if (*end - *begin < 2 || (*end)[-1] != '>')
    return FALSE;

  (*begin)++;
  (*end)--;
  return TRUE;
}

/**
 * ov_pid_parse:
 * @text: "<0.123.0>", "0.123.0", "#PID<0.123.0>" or "<other@host.123.0>"
 * @local_node: (nullable): the node that the first number 0 stands for; %NULL is taken for a
 *   node that is not distributed ("nonode@nohost")
 * @pid: (out): the pid, with creation 0
 *
 * Returns: whether @text was a pid
 */
gboolean
ov_pid_parse (const char *text,
              const char *local_node,
              OvPid      *pid)
{
  const char *begin = text;
  const char *end;
  OvPid parsed = OV_PID_NONE;

  g_return_val_if_fail (text != NULL && pid != NULL, FALSE);

  end = text + strlen (text);
  if (!strip_brackets (&begin, &end)
      || !take_last_number (begin, &end, &parsed.serial)
      || !take_dot (begin, &end)
      || !take_last_number (begin, &end, &parsed.id)
      || !take_dot (begin, &end))
    return FALSE;

  if (end - begin == 1 && *begin == '0')
    parsed.node = ov_node_name_intern_own (local_node);
  else if (memchr (begin, '@', (gsize) (end - begin)) != NULL
           && g_utf8_validate (begin, end - begin, NULL))
    parsed.node = ov_node_name_intern (begin, (gsize) (end - begin));
  else
    return FALSE;

  *pid = parsed;
  return TRUE;
}
