/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRoom: a bin whose natural width is its minimum, or the one that was requested.  Thread: main.
 */
#include "views/ov-room.h"

struct _OvRoom
{
  AdwBin parent_instance;
};

G_DEFINE_FINAL_TYPE (OvRoom, ov_room, ADW_TYPE_BIN)

/* A layout of its own: the bin's is GtkBinLayout, which nothing can derive from. */
static void
measure (GtkWidget      *widget,
         GtkOrientation  orientation,
         int             for_size,
         int            *minimum,
         int            *natural,
         int            *minimum_baseline,
         int            *natural_baseline)
{
  GtkWidget *child = adw_bin_get_child (ADW_BIN (widget));

  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
  if (child != NULL)
    gtk_widget_measure (child, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = *minimum;
}

static void
allocate (GtkWidget *widget,
          int        width,
          int        height,
          int        baseline)
{
  GtkWidget *child = adw_bin_get_child (ADW_BIN (widget));

  if (child != NULL)
    gtk_widget_allocate (child, width, height, baseline, NULL);
}

static void
ov_room_class_init (OvRoomClass *klass)
{
}

static void
ov_room_init (OvRoom *self)
{
  gtk_widget_set_layout_manager (GTK_WIDGET (self), gtk_custom_layout_new (NULL, measure, allocate));
}
