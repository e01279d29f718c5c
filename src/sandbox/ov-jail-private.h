/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a sandbox's node is started: its command line, with and without bubblewrap, its
 * environment and its limits.
 */
#pragma once

#include "sandbox/ov-runtime-private.h"

G_BEGIN_DECLS

typedef struct
{
  const OvRuntime *runtime;
  const char      *home;      /* the private folder: the only one that can be written to */
  const char      *launcher;  /* where ov_sandbox_node.erl is */
  const char      *folder;    /* the example's */
  const char      *example;
  const char      *language;
  const char      *node;
} OvJailPlan;

/* @bwrap: the program, or NULL to start the node with limits alone. */
GSubprocess *ov_jail_start (const OvJailPlan  *plan,
                            const char        *bwrap,
                            GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
