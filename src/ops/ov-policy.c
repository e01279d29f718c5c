/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Read-only until armed: the one place where an operation is refused for what it does.
 * Thread: main.
 */
#include "ops/ov-policy.h"

#include <glib/gi18n.h>

/**
 * ov_policy_allows:
 * @operation: what is to be run
 * @node: (nullable): on which node
 * @error: set to %OV_OPERATION_ERROR_NO_NODE or %OV_OPERATION_ERROR_NOT_ARMED
 *
 * Returns: whether it may run
 */
gboolean
ov_policy_allows (const OvOperation  *operation,
                  OvNode             *node,
                  GError            **error)
{
  g_return_val_if_fail (operation != NULL, FALSE);

  if (operation->needs_node && node == NULL)
    {
      g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NO_NODE,
                   _("“%s” needs a node, and none was named."), operation->id);
      return FALSE;
    }
  if (operation->effect < OV_EFFECT_CHANGE || (node != NULL && ov_node_get_armed (node)))
    return TRUE;

  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_ARMED,
               _("“%s” would change %s, which is attached read-only."), operation->id,
               node != NULL ? ov_node_get_name (node) : _("a node"));

  return FALSE;
}

/* Whether a person must be asked once more, with the names of what ends. */
gboolean
ov_policy_needs_confirmation (const OvOperation *operation)
{
  g_return_val_if_fail (operation != NULL, TRUE);

  return operation->effect == OV_EFFECT_DESTROY;
}
