/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFacts: a short table of a word and its value; values can be selected and copied.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define OV_TYPE_FACTS (ov_facts_get_type ())
G_DECLARE_FINAL_TYPE (OvFacts, ov_facts, OV, FACTS, AdwBin)

GtkWidget *ov_facts_new   (void);
/* Between begin and end all facts are told anew; what did not change is left alone. */
void       ov_facts_begin (OvFacts *self);
/* Nothing is added for a @value that is NULL or empty; both texts are cleaned here. */
void       ov_facts_add   (OvFacts    *self,
                           const char *title,
                           const char *value,
                           gboolean    is_code);
void       ov_facts_end   (OvFacts *self);
guint      ov_facts_get_n (OvFacts *self);

G_END_DECLS
