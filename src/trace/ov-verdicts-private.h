/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvVerdicts: yes or no for each of many numbers, found out once, whoever asks.
 *
 * Several threads may find out the same at once; they come to the same answer.  Thread: any.
 */
#pragma once

#include <glib.h>

#include <stdatomic.h>

G_BEGIN_DECLS

#define OV_VERDICT_PART 4096
#define OV_VERDICT_PARTS 4096

typedef enum { OV_VERDICT_UNKNOWN, OV_VERDICT_NO, OV_VERDICT_YES } OvVerdict;

typedef struct
{
  _Atomic (_Atomic guint8 *) parts[OV_VERDICT_PARTS];
} OvVerdicts;

OvVerdicts *ov_verdicts_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void        ov_verdicts_free (OvVerdicts *self);
void        ov_verdicts_set  (OvVerdicts *self,
                              guint32     number,
                              OvVerdict   verdict);

static inline OvVerdict
ov_verdicts_get (OvVerdicts *self,
                 guint32     number)
{
  _Atomic guint8 *part;

  if (number / OV_VERDICT_PART >= OV_VERDICT_PARTS)
    return OV_VERDICT_UNKNOWN;
  part = atomic_load_explicit (&self->parts[number / OV_VERDICT_PART], memory_order_acquire);

  return part != NULL ? (OvVerdict) atomic_load_explicit (&part[number % OV_VERDICT_PART], memory_order_relaxed)
                      : OV_VERDICT_UNKNOWN;
}

G_END_DECLS
