/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvVerdicts, the part that allocates.
 * Invariant: a part is published once, by whoever was first, and stays until free().
 * Thread: any; free() when nobody else is there.
 */
#include "trace/ov-verdicts-private.h"

OvVerdicts *
ov_verdicts_new (void)
{
  return g_new0 (OvVerdicts, 1);
}

void
ov_verdicts_free (OvVerdicts *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < OV_VERDICT_PARTS; i++)
    g_free ((gpointer) atomic_load (&self->parts[i]));
  g_free (self);
}

void
ov_verdicts_set (OvVerdicts *self,
                 guint32     number,
                 OvVerdict   verdict)
{
  _Atomic guint8 *part, *none = NULL;

  if (number / OV_VERDICT_PART >= OV_VERDICT_PARTS)
    return;

  part = atomic_load_explicit (&self->parts[number / OV_VERDICT_PART], memory_order_acquire);
  if (part == NULL)
    {
      part = g_malloc0 (OV_VERDICT_PART);
      if (!atomic_compare_exchange_strong (&self->parts[number / OV_VERDICT_PART], &none, part))
        {
          g_free ((gpointer) part);
          part = none;
        }
    }
  atomic_store_explicit (&part[number % OV_VERDICT_PART], (guint8) verdict, memory_order_relaxed);
}
