/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Turning the leaf of a page without losing the keyboard: where it was in what goes, it is in what
 * comes.  Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void ov_stack_show (GtkStack   *stack,
                    const char *name);

G_END_DECLS
