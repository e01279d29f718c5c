/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvHistory: the last samples of one process (or of the whole node), for small graphs.
 *
 * A ring of fixed length: adding to a full one forgets the oldest sample.
 * Thread: main.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OV_HISTORY_LENGTH 120

typedef enum
{
  OV_FIGURE_MEMORY,      /* bytes */
  OV_FIGURE_REDUCTIONS,  /* per second */
  OV_FIGURE_MAILBOX,     /* messages */
  OV_FIGURE_PROCESSES,   /* of totals only: live processes */
  OV_N_FIGURES,
} OvFigure;

typedef struct _OvHistory OvHistory;

OvHistory *ov_history_new        (void) G_GNUC_WARN_UNUSED_RESULT;
OvHistory *ov_history_copy       (const OvHistory *self) G_GNUC_WARN_UNUSED_RESULT;
void       ov_history_free       (OvHistory *self);
void       ov_history_add        (OvHistory    *self,
                                  gint64        at_ns,
                                  const double  values[OV_N_FIGURES]);
guint      ov_history_get_length (const OvHistory *self);
/* @index 0 is the oldest sample that is kept. */
gint64     ov_history_get_time   (const OvHistory *self,
                                  guint            index);
double     ov_history_get_value  (const OvHistory *self,
                                  guint            index,
                                  OvFigure         figure);
double     ov_history_get_max    (const OvHistory *self,
                                  OvFigure         figure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvHistory, ov_history_free)

G_END_DECLS
