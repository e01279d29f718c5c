/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What only this folder and its tests may do with a link.
 */
#pragma once

#include "link/ov-channel-private.h"

G_BEGIN_DECLS

struct _OvLink
{
  GObject         parent_instance;

  OvChannel      *channel;
  OvLinkState     state;
  char           *node;
  guint16         port;
  guint           release;
  gpointer        func_data;
  GDestroyNotify  func_destroy;
  GTask          *opening;     /* owned while RESOLVING or SHAKING_HANDS */
  guint           serial;      /* of openings */
};

/* Before open.  A node that says nothing for five quarters of this is lost; 60 s by default. */
void ov_link_set_tick_time (OvLink *self,
                            guint   tick_time_ms);

/* Between the files of OvLink. */
void       ov_link_set_state    (OvLink      *self,
                                 OvLinkState  state);
void       ov_link_stop_channel (OvLink *self);
void       ov_link_finish_opening (OvLink *self,
                                   GError *error);
gboolean   ov_link_mail_came_cb (gpointer user_data);
/* Tells the caller what came of @call, on the main thread. */
void       ov_link_finish_call (OvCall *call);

G_END_DECLS
