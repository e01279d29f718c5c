/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvHeatKey is a strip painted with the theme's ramp between two labels.  Thread: main.
 */
#include "views/ov-heat-key.h"

#include "canvas/widget/ov-look.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define STRIP_WIDTH 120
#define STRIP_HEIGHT 10

struct _OvHeatKey
{
  GtkWidget  parent_instance;
  GtkWidget *title;
  GtkWidget *low;
  GtkWidget *high;
};

G_DEFINE_FINAL_TYPE (OvHeatKey, ov_heat_key, GTK_TYPE_WIDGET)

static const char *const titles[] = {
  [OV_OVERLAY_NONE] = "",
  [OV_OVERLAY_MEMORY] = N_("Memory"),
  [OV_OVERLAY_REDUCTIONS] = N_("Reductions"),
  [OV_OVERLAY_MAILBOX] = N_("Mailbox"),
};

static char *
dup_figure (OvOverlay overlay,
            double    value)
{
  if (overlay == OV_OVERLAY_MEMORY)
    return ov_words_bytes ((guint64) value);
  if (overlay == OV_OVERLAY_REDUCTIONS)
    return ov_words_rate (value);

  return ov_words_count ((guint64) value);
}

static void
draw_strip_cb (GtkDrawingArea *area,
               cairo_t        *cr,
               int             width,
               int             height,
               gpointer        user_data)
{
  const OvTheme *theme = ov_look_get_theme ();

  for (int x = 0; x < width; x++)
    {
      OvColor color = ov_theme_get_heat (theme, (guint8) (x * 254 / MAX (1, width - 1)));

      cairo_set_source_rgb (cr, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                            (color & 0xff) / 255.0);
      cairo_rectangle (cr, x, 0, 1, height);
      cairo_fill (cr);
    }
}

static void
ov_heat_key_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (ov_heat_key_parent_class)->dispose (object);
}

static void
ov_heat_key_class_init (OvHeatKeyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_heat_key_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "heatkey");
}

static void
ov_heat_key_init (OvHeatKey *self)
{
  GtkWidget *strip = gtk_drawing_area_new ();

  self->title = gtk_label_new (NULL);
  self->low = gtk_label_new (NULL);
  self->high = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->title, "heading");
  gtk_widget_add_css_class (self->low, "numeric");
  gtk_widget_add_css_class (self->high, "numeric");

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (strip), STRIP_WIDTH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (strip), STRIP_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (strip), draw_strip_cb, NULL, NULL);
  gtk_widget_set_valign (strip, GTK_ALIGN_CENTER);
  ov_look_watch (strip, G_CALLBACK (gtk_widget_queue_draw));

  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self))), 8);
  gtk_widget_set_parent (self->title, GTK_WIDGET (self));
  gtk_widget_set_parent (self->low, GTK_WIDGET (self));
  gtk_widget_set_parent (strip, GTK_WIDGET (self));
  gtk_widget_set_parent (self->high, GTK_WIDGET (self));
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
ov_heat_key_set (OvHeatKey  *self,
                 OvOverlay   overlay,
                 OvHeatRamp  ramp)
{
  g_autofree char *low = NULL;
  g_autofree char *high = NULL;

  g_return_if_fail (OV_IS_HEAT_KEY (self));
  g_return_if_fail (overlay < G_N_ELEMENTS (titles));

  gtk_widget_set_visible (GTK_WIDGET (self), overlay != OV_OVERLAY_NONE);
  if (overlay == OV_OVERLAY_NONE)
    return;

  low = dup_figure (overlay, ramp.low);
  high = dup_figure (overlay, ramp.high);
  ov_heat_key_set_words (self, _(titles[overlay]), low, high);
}

void
ov_heat_key_set_words (OvHeatKey  *self,
                       const char *title,
                       const char *low,
                       const char *high)
{
  g_return_if_fail (OV_IS_HEAT_KEY (self));

  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->low), low);
  gtk_label_set_text (GTK_LABEL (self->high), high);
}
