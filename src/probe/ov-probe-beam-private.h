/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The probe's module as bytes; the arrays are made by link-probe.escript.
 */
#pragma once

#include <glib.h>

extern const guint8 ov_probe_beam_default[];
extern const gsize  ov_probe_beam_default_size;
extern const guint8 ov_probe_beam_r23[]; /* for OTP 23 and 24 */
extern const gsize  ov_probe_beam_r23_size;
