/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages of a probe for tests, written as terms: what the VM says of a small made-up node.
 */
#pragma once

#include "trace/ov-trace-message.h"

G_BEGIN_DECLS

#define SCRIPT_NODE "shop@host"
/* What makes system time of the script's monotonic times. */
#define SCRIPT_OFFSET ((gint64) 1700000000 * 1000000000)
#define SCRIPT_MS ((gint64) 1000000)

typedef struct
{
  OvStore  *store;
  OvIntake *intake;
} Script;

void        script_init    (Script *script);
void        script_clear   (Script *script);
/* An external term of what is written, without 131. */
GByteArray *script_encode  (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* Takes a message whose body is @text; how many events it made. */
guint       script_take    (Script             *script,
                            OvTraceMessageType  type,
                            const char         *text);
/* Takes events, each written without the time: "{trace_ts,<0.1.0>,send,hi,<0.2.0>,~}"; ~ is at_ms after
 * the script's begin. */
void        script_event   (Script     *script,
                            double      at_ms,
                            const char *text);
OvEvent     script_get     (Script *script,
                            guint64 number);
char       *script_payload (Script *script,
                            guint64 number) G_GNUC_WARN_UNUSED_RESULT;
char       *script_name    (Script *script,
                            guint32 actor) G_GNUC_WARN_UNUSED_RESULT;
const char *script_shape   (Script *script,
                            guint64 number);
guint32     script_actor   (Script *script,
                            guint   id);

G_END_DECLS
