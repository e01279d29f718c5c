/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cookies: the shared secret of a cluster.  Read from a file under OTP's own rules (a file that
 * others may read is refused; one trailing newline is dropped), or kept in the keyring if a
 * person wishes.  A cookie is never logged, printed, put into argv or into the environment.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Overwrites the bytes, then frees. */
void   ov_cookie_free           (char *cookie);

/* @path NULL: $OVERSTORY_COOKIE_FILE, else ~/.erlang.cookie, else
 * $XDG_CONFIG_HOME/erlang/.erlang.cookie. */
char  *ov_cookie_read_file      (const char  *path,
                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;
char  *ov_cookie_dup_default_path (void) G_GNUC_WARN_UNUSED_RESULT;

/* @path, else the default files, else the keyring's entry for @node. */
void   ov_cookie_find_async     (const char          *node,
                                 const char          *path,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data);
char  *ov_cookie_find_finish    (GAsyncResult  *result,
                                 GError       **error) G_GNUC_WARN_UNUSED_RESULT;

void     ov_cookie_store_async  (const char          *node,
                                 const char          *cookie,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data);
gboolean ov_cookie_store_finish (GAsyncResult  *result,
                                 GError       **error);

typedef char OvCookie;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvCookie, ov_cookie_free)

G_END_DECLS
