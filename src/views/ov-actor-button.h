/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvActorButton: a process that something tells of, by its name; pressed, it is selected everywhere.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_ACTOR_BUTTON (ov_actor_button_get_type ())
G_DECLARE_FINAL_TYPE (OvActorButton, ov_actor_button, OV, ACTOR_BUTTON, AdwBin)

/* Hidden for OV_ACTOR_NONE. */
void ov_actor_button_set (OvActorButton *self,
                          OvSession     *session,
                          OvNode        *node,
                          guint32        actor);

G_END_DECLS
