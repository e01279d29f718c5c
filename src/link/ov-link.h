/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvLink: one hidden connection to one node.
 *
 * The link finds the port (epmd, or a port that is given), shakes hands through libei and then
 * owns the socket in a thread of its own: framing, ticks and writing happen there and nowhere
 * else.  Everything public is called on the main thread except ov_link_send(), which any
 * thread may call; answers arrive on the main context that was the thread default at open.
 */
#pragma once

#include "term/ov-term.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define OV_LINK_ERROR (ov_link_error_quark ())

typedef enum
{
  OV_LINK_ERROR_NO_EPMD,        /* nothing answers on the port mapper's port */
  OV_LINK_ERROR_UNKNOWN_NODE,   /* epmd does not know the name */
  OV_LINK_ERROR_UNREACHABLE,    /* the host or the node's port does not answer */
  OV_LINK_ERROR_BAD_COOKIE,     /* the node refused the handshake's digest */
  OV_LINK_ERROR_NO_COOKIE,      /* no cookie to try */
  OV_LINK_ERROR_COOKIE_FILE,    /* it cannot be read, or its mode is too open */
  OV_LINK_ERROR_BAD_NAME,       /* not a node name */
  OV_LINK_ERROR_NAME_KIND,      /* short against long names */
  OV_LINK_ERROR_TLS,            /* the node speaks TLS on its distribution port */
  OV_LINK_ERROR_REFUSED,        /* the node refused us for another reason */
  OV_LINK_ERROR_LOST,           /* the connection was lost */
  OV_LINK_ERROR_TIMED_OUT,      /* an answer did not come in time */
  OV_LINK_ERROR_PROTOCOL,       /* the peer sent what is no distribution protocol */
  OV_LINK_ERROR_REMOTE,         /* the called function failed; the message has its reason */
} OvLinkError;

GQuark ov_link_error_quark (void);

typedef enum
{
  OV_LINK_CLOSED,
  OV_LINK_RESOLVING,
  OV_LINK_SHAKING_HANDS,
  OV_LINK_UP,
  OV_LINK_LOST,
} OvLinkState;

#define OV_TYPE_LINK_STATE (ov_link_state_get_type ())
GType ov_link_state_get_type (void);

typedef struct
{
  const char *node;        /* "name@host"; short or long */
  const char *cookie;      /* never logged, never printed */
  const char *host;        /* NULL: the name's host part */
  guint16     port;        /* 0: ask epmd */
  guint       timeout_ms;  /* for the whole of connecting; 0: 5,000 */
} OvLinkOptions;

#define OV_TYPE_LINK (ov_link_get_type ())
G_DECLARE_FINAL_TYPE (OvLink, ov_link, OV, LINK, GObject)

/* Called on the link's thread for every message that is no answer to a call: @bytes holds the
 * message term without 131 and is only valid during the call unless a reference is taken. */
typedef void (*OvLinkMessageFunc) (OvLink     *link,
                                   GBytes     *message,
                                   gpointer    user_data);

OvLink      *ov_link_new              (void) G_GNUC_WARN_UNUSED_RESULT;
/* Before open; @destroy runs after the link's thread has ended. */
void         ov_link_set_message_func (OvLink            *self,
                                       OvLinkMessageFunc  func,
                                       gpointer           user_data,
                                       GDestroyNotify     destroy);
void         ov_link_open_async       (OvLink              *self,
                                       const OvLinkOptions *options,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);
gboolean     ov_link_open_finish      (OvLink        *self,
                                       GAsyncResult  *result,
                                       GError       **error);
/* Idempotent; pending calls end with OV_LINK_ERROR_LOST.  Does not wait for the node. */
void         ov_link_close            (OvLink *self);

/* Properties: "state" (OvLinkState), notified on the main thread.
 * Signal "lost" (const GError *error): once, when an open link is lost other than by close. */
OvLinkState  ov_link_get_state        (OvLink *self);
const char  *ov_link_get_node_name    (OvLink *self);
guint16      ov_link_get_port         (OvLink *self);
/* The distribution version the peer offered; 0: unknown. */
guint        ov_link_get_release      (OvLink *self);
gboolean     ov_link_get_self         (OvLink *self,
                                       OvPid  *pid);  /* our pid as the node sees it */

/* A message to a process or a registered name of the node; (transfer none) @message. */
void         ov_link_send             (OvLink       *self,
                                       const OvPid  *to,
                                       const OvTerm *message);
void         ov_link_send_to_name     (OvLink       *self,
                                       const char   *name,
                                       const OvTerm *message);

/* rpc:call through `rex`; the answer is the function's value; {badrpc, …} is OV_LINK_ERROR_REMOTE.
 * @args is a list term (transfer none).  @timeout_ms 0: 5,000. */
void         ov_link_call_async       (OvLink              *self,
                                       const char          *module,
                                       const char          *function,
                                       const OvTerm        *args,
                                       guint                timeout_ms,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);
/* '$gen_call' to a process (our probe's owner, say). */
void         ov_link_ask_async        (OvLink              *self,
                                       const OvPid         *server,
                                       const OvTerm        *request,
                                       guint                timeout_ms,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);
OvTerm      *ov_link_call_finish      (OvLink        *self,
                                       GAsyncResult  *result,
                                       GError       **error) G_GNUC_WARN_UNUSED_RESULT; /* of both */

G_END_DECLS
