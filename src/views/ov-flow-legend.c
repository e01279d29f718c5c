/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlowLegend walks one table: each entry is a sample in the theme's colours and the words for it.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-flow-legend.h"

#include "canvas/scene/ov-scene.h"
#include "canvas/widget/ov-look.h"

#include <glib/gi18n.h>

#define SAMPLE_WIDTH  72
#define SAMPLE_HEIGHT 20

struct _OvFlowLegend
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (OvFlowLegend, ov_flow_legend, GTK_TYPE_WIDGET)

typedef enum { SAMPLE_EDGE, SAMPLE_DOT, SAMPLE_BOX } SampleKind;

typedef struct
{
  const char *words;
  SampleKind  kind;
  double      width; /* of an edge, at the sender */
  guint8      heat;
  guint8      tone;
} Entry;

static const Entry entries[] = {
  { N_("Messages, from the wide end to the thin one"), SAMPLE_EDGE, 8, OV_HEAT_NONE, 0 },
  { N_("The wider, the more a second"), SAMPLE_EDGE, 14, OV_HEAT_NONE, 0 },
  { N_("The stronger the colour, the higher the figure in the corner"), SAMPLE_EDGE, 8, 240, 0 },
  { N_("One message on its way"), SAMPLE_DOT, 0, OV_HEAT_NONE, OV_TONE_NEW },
  { N_("An exit signal on its way"), SAMPLE_DOT, 0, OV_HEAT_NONE, OV_TONE_ERROR },
  { N_("A bottleneck: its mailbox grows, and who fills it"), SAMPLE_BOX, 0, OV_HEAT_NONE, OV_TONE_WARNING },
  { N_("Crashed"), SAMPLE_BOX, 0, OV_HEAT_NONE, OV_TONE_ERROR },
  { N_("A supervisor or an application; nearer, it opens"), SAMPLE_BOX, 0, OV_HEAT_NONE, OV_TONE_NEUTRAL },
};

static void
set_color (cairo_t *cr,
           OvColor  color)
{
  cairo_set_source_rgb (cr, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                        (color & 0xff) / 255.0);
}

static void
draw_edge (cairo_t       *cr,
           const Entry   *entry,
           const OvTheme *theme,
           double         width,
           double         height)
{
  set_color (cr, entry->heat == OV_HEAT_NONE ? theme->edge : ov_theme_get_heat (theme, entry->heat));
  cairo_move_to (cr, 4, height / 2 - entry->width / 2);
  cairo_line_to (cr, width - 4, height / 2 - 0.75);
  cairo_line_to (cr, width - 4, height / 2 + 0.75);
  cairo_line_to (cr, 4, height / 2 + entry->width / 2);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_box (cairo_t       *cr,
          const Entry   *entry,
          const OvTheme *theme,
          double         width,
          double         height)
{
  OvColor fill = entry->tone == OV_TONE_WARNING ? theme->warning_fill
                 : entry->tone == OV_TONE_ERROR ? theme->error_fill : theme->region[0];
  OvColor border = entry->tone == OV_TONE_WARNING ? theme->warning
                   : entry->tone == OV_TONE_ERROR ? theme->error : theme->region_border;

  cairo_rectangle (cr, 8.5, 2.5, width - 17, height - 5);
  set_color (cr, fill);
  cairo_fill_preserve (cr);
  set_color (cr, border);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
}

static void
draw_dot (cairo_t       *cr,
          const Entry   *entry,
          const OvTheme *theme,
          double         width,
          double         height)
{
  set_color (cr, entry->tone == OV_TONE_ERROR ? theme->error : theme->accent);
  cairo_arc (cr, width / 2, height / 2, 4, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_sample_cb (GtkDrawingArea *area,
                cairo_t        *cr,
                int             width,
                int             height,
                gpointer        user_data)
{
  static void (*const draw[]) (cairo_t *cr, const Entry *entry, const OvTheme *theme, double width,
                               double height) = {
    [SAMPLE_EDGE] = draw_edge,
    [SAMPLE_DOT] = draw_dot,
    [SAMPLE_BOX] = draw_box,
  };
  const Entry *entry = user_data;

  draw[entry->kind] (cr, entry, ov_look_get_theme (), width, height);
}

static GtkWidget *
make_sample (const Entry *entry)
{
  GtkWidget *area = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), SAMPLE_WIDTH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), SAMPLE_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_sample_cb, (gpointer) entry, NULL);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  ov_look_watch (area, G_CALLBACK (gtk_widget_queue_draw));
  return area;
}

static void
ov_flow_legend_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))))
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (ov_flow_legend_parent_class)->dispose (object);
}

static void
ov_flow_legend_class_init (OvFlowLegendClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_flow_legend_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "legend");
}

static void
ov_flow_legend_init (OvFlowLegend *self)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      GtkWidget *label = gtk_label_new (_(entries[i].words));

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 36);
      gtk_grid_attach (GTK_GRID (grid), make_sample (&entries[i]), 0, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), label, 1, (int) i, 1, 1);
    }
  gtk_widget_set_parent (grid, GTK_WIDGET (self));
}
