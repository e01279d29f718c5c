/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPathPage: one message, and hop by hop what it causes: a form, the hops as an indented list, and the same
 * as a graph of those who took part.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_PATH_PAGE (ov_path_page_get_type ())
G_DECLARE_FINAL_TYPE (OvPathPage, ov_path_page, OV, PATH_PAGE, AdwBin)

/* To be called once, before the page is shown. */
void ov_path_page_set_subject (OvPathPage *self,
                               OvSession  *session,
                               OvNode     *node);

G_END_DECLS
