/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvChannel: the thread of a link, which owns the socket, and the calls that wait for an answer.
 * What has to be told to the main thread is put into a mailbox; a wake-up says that it has
 * something in it.
 */
#pragma once

#include "link/ov-link.h"

G_BEGIN_DECLS

typedef struct _OvChannel OvChannel;

/* A request that waits.  Owned by the channel until it lies in the mailbox. */
typedef struct
{
  GTask   *task;         /* owned */
  gboolean is_rpc;       /* {badrpc, Reason} is an error */
  gulong   cancel_id;    /* main thread */
  OvTerm  *value;        /* the answer, or NULL and … */
  GError  *error;        /* … why there is none */

  /* the channel's */
  guint64  id;
  gint64   deadline_us;
  OvPid    monitored;    /* none: nobody is monitored for this request */
  GSequenceIter *place;  /* in the order of deadlines */
} OvCall;

void ov_call_free (OvCall *call);

/* What happened since the mailbox was emptied last. */
typedef struct
{
  gboolean   opened;
  guint      peer_version;
  GError    *ended;      /* the link was lost, or could not be opened */
  GPtrArray *calls;      /* (element-type OvCall), answered in one way or another */
} OvMail;

void ov_mail_clear (OvMail *mail);

typedef struct
{
  int     fd;            /* (transfer full) connected, non-blocking */
  char   *node;
  char   *cookie;        /* (transfer full), wiped after the handshake */
  gint64  deadline_us;   /* of the handshake */
} OvChannelStart;

/* The link must outlive the channel; @notify runs on @context after mail came. */
OvChannel *ov_channel_new           (OvLink *link) G_GNUC_WARN_UNUSED_RESULT;
void       ov_channel_free          (OvChannel *self);
void       ov_channel_set_func      (OvChannel         *self,
                                     OvLinkMessageFunc  func,
                                     gpointer           user_data);
void       ov_channel_set_tick_time (OvChannel *self,
                                     guint      tick_time_ms);
void       ov_channel_start         (OvChannel      *self,
                                     OvChannelStart *start,
                                     GMainContext   *context,
                                     GSourceFunc     notify,
                                     gpointer        user_data);
/* Ends the thread and waits for it (not for the node); pending calls come back as mail with
 * @why.  From the thread itself it does not wait. */
void       ov_channel_stop          (OvChannel    *self,
                                     const GError *why);
void       ov_channel_take_mail     (OvChannel *self,
                                     OvMail    *mail);

/* Thread: any.  FALSE: the channel is not up, and nothing was sent. */
gboolean   ov_channel_send          (OvChannel    *self,
                                     const OvPid  *to,
                                     const char   *name,
                                     const OvTerm *message);
gboolean   ov_channel_get_self      (OvChannel *self,
                                     OvPid     *pid);

/* Thread: main.  Takes @call and sends {'$gen_call', {Self, Ref}, @request} to @to or @name. */
void       ov_channel_call          (OvChannel    *self,
                                     OvCall       *call,
                                     const OvPid  *to,
                                     const char   *name,
                                     OvTerm       *request,
                                     guint         timeout_ms);
/* Thread: any. */
void       ov_channel_cancel        (OvChannel *self,
                                     OvCall    *call);

G_END_DECLS
