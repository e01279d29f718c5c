/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRoom: gives its child all the width there is and asks for no more than the child needs.  What a
 * page would like (a table with all its columns, say) is then no reason to fold the inspector away.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define OV_TYPE_ROOM (ov_room_get_type ())
G_DECLARE_FINAL_TYPE (OvRoom, ov_room, OV, ROOM, AdwBin)

G_END_DECLS
