/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The peer's half of a handshake: its packets, read whole and checked before libei sees them.
 */
#pragma once

#include "link/ov-handshake-private.h"
#include "link/ov-link.h"

#include <sys/socket.h>

G_BEGIN_DECLS

#define OV_SHAKE_HEADER     2
#define OV_SHAKE_MAX_PACKET 1024 /* the longest is a challenge with a name of 255 bytes */

/* Drawn in ov-handshake.c. */
typedef enum
{
  OV_SHAKE_GREETED,
  OV_SHAKE_ACCEPTED,
  OV_SHAKE_CHALLENGED,
  OV_SHAKE_DONE,
} OvShakeStage;

typedef struct
{
  OvHandshake *self;
  OvShakeStage stage;
  guint8       packet[OV_SHAKE_HEADER + OV_SHAKE_MAX_PACKET];
  gsize        length;  /* of the packet that is there */
  gsize        served;  /* how much of it libei has taken */
  struct sockaddr_storage peer; /* asked for while it is there */
  socklen_t    peer_length;
  gboolean     greeted; /* our own first packet is on its way */
  GError      *error;   /* the first; what libei says then is of no interest */
} OvShake;

/* Only the first is kept. */
void     ov_shake_fail          (OvShake    *shake,
                                 OvLinkError code,
                                 const char *format,
                                 ...) G_GNUC_PRINTF (3, 4);
void     ov_shake_fail_protocol (OvShake *shake);
void     ov_shake_fail_ended    (OvShake *shake);
gboolean ov_shake_wait_for      (OvShake *shake,
                                 short    events);
gboolean ov_shake_read_packet   (OvShake *shake);

G_END_DECLS
