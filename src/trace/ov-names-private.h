/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNames: the texts and the actors of a store, by small numbers, read without a lock.
 *
 * Thread: intern, add, skip and rename under the store's lock; get and find any.
 */
#pragma once

#include "term/ov-pid.h"

G_BEGIN_DECLS

typedef struct _OvNames OvNames;

typedef struct
{
  guint32 actor, text;
} OvRename;

OvNames    *ov_names_new           (void) G_GNUC_WARN_UNUSED_RESULT;
void        ov_names_free          (OvNames *self);

/* 0 when no more can be kept. */
guint32     ov_names_intern_text   (OvNames    *self,
                                    const char *text,
                                    gsize       length);
/* For files: the next number, whether the text was there or not. */
gboolean    ov_names_add_text      (OvNames    *self,
                                    const char *text,
                                    gsize       length);
gboolean    ov_names_skip_texts    (OvNames *self,
                                    guint32  n);
guint32     ov_names_get_n_texts   (OvNames *self); /* the highest number */
const char *ov_names_get_text      (OvNames *self,
                                    guint32  text);
guint32     ov_names_find_text     (OvNames    *self,
                                    const char *text);

/* An actor without a node is a name: its id is a text.  G_MAXUINT32 when no more can be kept. */
guint32     ov_names_intern_actor  (OvNames     *self,
                                    const OvPid *pid);
gboolean    ov_names_add_actor     (OvNames     *self,
                                    const OvPid *pid);
guint32     ov_names_get_n_actors  (OvNames *self);
OvPid       ov_names_get_actor     (OvNames *self,
                                    guint32  actor);
guint32     ov_names_find_actor    (OvNames     *self,
                                    const OvPid *pid);

void        ov_names_rename        (OvNames *self,
                                    guint32  actor,
                                    guint32  text);
guint32     ov_names_get_name      (OvNames *self,
                                    guint32  actor); /* a text, 0: none */
guint32     ov_names_get_n_renames (OvNames *self);
OvRename    ov_names_get_rename    (OvNames *self,
                                    guint32  i);
guint64     ov_names_get_bytes     (OvNames *self);

G_END_DECLS
