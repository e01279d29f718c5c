/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvChain: the $ancestors of a process, nearest first, shared by all processes that have the same.
 *
 * A hundred thousand children of one supervisor have one chain between them.  Chains are
 * counted and leave the pool with their last user.
 * Thread: main.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A local pid as one number, in the order in which pids are given out. */
typedef guint64 OvPidKey;

#define OV_PID_KEY_NONE G_MAXUINT64

typedef struct
{
  OvPidKey key;  /* OV_PID_KEY_NONE: a name */
  guint32  name; /* in the table's strings */
} OvChainEntry;

typedef struct
{
  guint        ref_count;
  guint        hash;
  guint        n;
  OvChainEntry entries[];
} OvChain;

typedef GHashTable OvChainPool;

OvChainPool *ov_chain_pool_new    (void);
OvChain     *ov_chain_pool_intern (OvChainPool        *pool,
                                   const OvChainEntry *entries,
                                   guint               n); /* (transfer full); NULL for n = 0 */
void         ov_chain_pool_drop   (OvChainPool *pool,
                                   OvChain     *chain);

G_END_DECLS
