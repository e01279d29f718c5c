/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A ring of samples; the oldest is at (next - length).
 * Thread: main.
 */
#include "model/ov-history.h"

#include <string.h>

typedef struct
{
  gint64 at_ns;
  double values[OV_N_FIGURES];
} Sample;

struct _OvHistory
{
  guint  next;
  guint  length;
  Sample samples[OV_HISTORY_LENGTH];
};

OvHistory *
ov_history_new (void)
{
  return g_new0 (OvHistory, 1);
}

OvHistory *
ov_history_copy (const OvHistory *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

void
ov_history_free (OvHistory *self)
{
  g_free (self);
}

/**
 * ov_history_add:
 * @self: a history
 * @at_ns: the node's system time
 * @values: one value for each figure
 *
 * Adds a sample; a full history forgets its oldest.
 */
void
ov_history_add (OvHistory    *self,
                gint64        at_ns,
                const double  values[OV_N_FIGURES])
{
  Sample *sample;

  g_return_if_fail (self != NULL);

  sample = &self->samples[self->next];
  sample->at_ns = at_ns;
  memcpy (sample->values, values, sizeof sample->values);
  self->next = (self->next + 1) % OV_HISTORY_LENGTH;
  self->length = MIN (self->length + 1, OV_HISTORY_LENGTH);
}

guint
ov_history_get_length (const OvHistory *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->length;
}

static const Sample *
get_sample (const OvHistory *self,
            guint            index)
{
  return &self->samples[(self->next + OV_HISTORY_LENGTH - self->length + index)
                        % OV_HISTORY_LENGTH];
}

gint64
ov_history_get_time (const OvHistory *self,
                     guint            index)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (index < self->length, 0);

  return get_sample (self, index)->at_ns;
}

double
ov_history_get_value (const OvHistory *self,
                      guint            index,
                      OvFigure         figure)
{
  g_return_val_if_fail (self != NULL, 0.0);
  g_return_val_if_fail (index < self->length, 0.0);
  g_return_val_if_fail (figure < OV_N_FIGURES, 0.0);

  return get_sample (self, index)->values[figure];
}

/**
 * ov_history_get_max:
 * @self: a history
 * @figure: which figure
 *
 * Returns: the greatest value that is kept, 0 when there is none
 */
double
ov_history_get_max (const OvHistory *self,
                    OvFigure         figure)
{
  double max = 0.0;

  g_return_val_if_fail (self != NULL, 0.0);
  g_return_val_if_fail (figure < OV_N_FIGURES, 0.0);

  for (guint i = 0; i < self->length; i++)
    max = MAX (max, get_sample (self, i)->values[figure]);

  return max;
}
