/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which Erlang and which Elixir this machine has, as folders that can be shown to a sandbox.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *erlang_root; /* code:root_dir(): "/usr/lib/erlang"; "bin/erl" is in it */
  char *elixir_root; /* NULL when not asked for; "lib/elixir/ebin" is in it */
} OvRuntime;

void       ov_runtime_free        (OvRuntime *self);
void       ov_runtime_find_async  (gboolean             with_elixir,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
OvRuntime *ov_runtime_find_finish (GAsyncResult  *result,
                                   GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvRuntime, ov_runtime_free)

G_END_DECLS
