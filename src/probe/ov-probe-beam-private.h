/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The probe's module as bytes; the arrays are made by link-probe.escript.
 */
#pragma once

#include <glib.h>

extern const guint8 ov_probe_beam_default[];
extern const gsize  ov_probe_beam_default_size;
extern const guint  ov_probe_beam_default_release; /* the oldest it loads on: the compiler's own */
extern const guint8 ov_probe_beam_older[];         /* for releases before that one */
extern const gsize  ov_probe_beam_older_size;
extern const guint  ov_probe_beam_older_release;   /* the oldest it loads on */
