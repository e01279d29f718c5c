/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of one process, safe to print: names as Erlang writes them, pids, and text from a
 * node without control characters.  Everything is appended to a string that the caller reuses.
 */
#pragma once

#include "model/ov-process-table.h"

G_BEGIN_DECLS

/* The child id, printed; NULL for a dynamic child too, whose id OTP gives as `undefined`. */
const char *ov_process_text_get_child_id (OvProcessTable  *table,
                                          const OvProcess *row);
/* "<0.123.0>", or "<other@host.123.0>" for a process of another node than the table's. */
void     ov_process_text_append_pid    (GString        *into,
                                        OvProcessTable *table,
                                        const OvPid    *pid);
/* An atom in Erlang syntax: quoted where it must be. */
void     ov_process_text_append_atom   (GString    *into,
                                        const char *atom);
/* "Shop.Cart.add/2" or "shop_cart:add/2"; nothing when the module is not known. */
void     ov_process_text_append_call   (GString    *into,
                                        const char *module,
                                        const char *function,
                                        guint       arity);
/* Control characters and what is no UTF-8 become visible escapes: nothing that a node sends may
 * steer a terminal. */
void     ov_process_text_append_safe   (GString    *into,
                                        const char *text);
/* As one JSON string with its quotes; NULL becomes null. */
void     ov_process_text_append_json   (GString    *into,
                                        const char *text);
/* The columns that a text takes in a terminal. */
guint    ov_process_text_measure       (const char *text);

G_END_DECLS
