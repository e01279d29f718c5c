/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The port mapper's entries with the names that the nodes give themselves.
 * Thread: main.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Who has been asked before, "alive:port" -> name; a node keeps its name while it keeps its port. */
typedef GHashTable OvKnownNames;

OvKnownNames *ov_known_names_new   (void) G_GNUC_WARN_UNUSED_RESULT;
/* @entries of OvEpmdEntry (transfer none); @address is where they listen, @host what stands for the
 * host part of a node that does not say its name. */
void          ov_found_names_async (GPtrArray           *entries,
                                    const char          *address,
                                    const char          *host,
                                    OvKnownNames        *known,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
/* The names, in the order of the entries; never an error but that it was cancelled. */
char        **ov_found_names_finish (GAsyncResult  *result,
                                     GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
