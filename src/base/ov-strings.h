/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStrings: a pool that keeps one copy of each string and names it by a small number.
 *
 * Names that come from a node (modules, registered names, labels) repeat a hundred
 * thousand times; a row keeps a 4-byte number instead of a pointer to a copy.  A pool
 * belongs to one node and is freed with it, so a hostile node cannot fill the program for ever.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OvStrings OvStrings;

/* The number of "no string"; ov_strings_get() of it is NULL. */
#define OV_STRING_NONE 0u

OvStrings  *ov_strings_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void        ov_strings_free      (OvStrings *self);
guint32     ov_strings_intern    (OvStrings  *self,
                                  const char *text);
guint32     ov_strings_intern_len (OvStrings  *self,
                                   const char *text,
                                   gsize       length);
guint32     ov_strings_find      (OvStrings  *self,
                                  const char *text);
const char *ov_strings_get       (OvStrings *self,
                                  guint32    id);
guint       ov_strings_get_size  (OvStrings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvStrings, ov_strings_free)

G_END_DECLS
