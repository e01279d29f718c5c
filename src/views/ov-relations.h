/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRelations: processes as buttons to walk along: links, monitors, ancestors.
 * Signal "walk" (uint slot).  Thread: main.
 */
#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

#include "model/ov-process-table.h"

G_BEGIN_DECLS

#define OV_TYPE_RELATIONS (ov_relations_get_type ())
G_DECLARE_FINAL_TYPE (OvRelations, ov_relations, OV, RELATIONS, AdwBin)

GtkWidget *ov_relations_new       (const char *title);
/* @texts: pids, registered names and ports as the shell prints them (nullable: none); @total is
 * how many there are, also where fewer are listed.  Hidden when there is none. */
void       ov_relations_set       (OvRelations    *self,
                                   OvProcessTable *table,
                                   JsonArray      *texts,
                                   gint64          total);
/* The way down to a process, as steps; the last is the process itself. */
void       ov_relations_set_path  (OvRelations    *self,
                                   OvProcessTable *table,
                                   guint32         slot);

G_END_DECLS
