/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSandbox: a throw-away node on this machine with an example program in it.
 *
 * It runs under a random cookie in a private HOME, listens on loopback only and needs no epmd.
 * It ends with the program that started it, also when that is killed.  Isolation by
 * bubblewrap and rlimits where they are available; where not, ov_sandbox_get_notice() says so.
 * Thread: main.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define OV_SANDBOX_ERROR (ov_sandbox_error_quark ())

typedef enum
{
  OV_SANDBOX_ERROR_NO_ERL,        /* no `erl` (or `elixir`) on this machine */
  OV_SANDBOX_ERROR_NO_EXAMPLE,    /* no example of that name */
  OV_SANDBOX_ERROR_FOLDER,        /* the private folder cannot be made */
  OV_SANDBOX_ERROR_START,         /* the node did not come up; the message ends with its words */
  OV_SANDBOX_ERROR_ENDED,         /* it ended by itself */
} OvSandboxError;

GQuark ov_sandbox_error_quark (void);

typedef struct
{
  char  *name;       /* "shop", the folder in data/examples */
  char  *summary;    /* one sentence */
  char **languages;  /* "erlang", "elixir": those whose runtime is here */
} OvExample;

void        ov_example_free         (OvExample *example);
GPtrArray  *ov_example_list         (GError **error) G_GNUC_WARN_UNUSED_RESULT; /* of OvExample */

#define OV_TYPE_SANDBOX (ov_sandbox_get_type ())
G_DECLARE_FINAL_TYPE (OvSandbox, ov_sandbox, OV, SANDBOX, GObject)

/* Signal "ended" (const GError *error). */
void        ov_sandbox_start_async  (const char          *example,
                                     const char          *language, /* NULL: erlang */
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
OvSandbox  *ov_sandbox_start_finish (GAsyncResult  *result,
                                     GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void        ov_sandbox_stop         (OvSandbox *self);
const char *ov_sandbox_get_node     (OvSandbox *self); /* "shop-1a2b@localhost" */
guint16     ov_sandbox_get_port     (OvSandbox *self);
const char *ov_sandbox_get_cookie   (OvSandbox *self); /* never to be printed */
const char *ov_sandbox_get_notice   (OvSandbox *self); /* NULL: in a jail; the network is still this machine's */

G_END_DECLS
