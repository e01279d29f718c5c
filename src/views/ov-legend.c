/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvLegend walks one table: each entry is an item as a scene would hold it and the words for it.
 * Every sample is a scene of one item, laid out and painted like any other, so that the legend
 * cannot say something else than the tree shows.
 * Thread: main.
 */
#include "views/ov-legend.h"

#include "canvas/layout/ov-layout.h"
#include "canvas/render/ov-painter.h"
#include "canvas/widget/ov-look.h"

#include <glib/gi18n.h>

#define SAMPLE_WIDTH 84
#define SAMPLE_HEIGHT 27

struct _OvLegend
{
  GtkWidget  parent_instance;
  OvPainter *painter;
};

G_DEFINE_FINAL_TYPE (OvLegend, ov_legend, GTK_TYPE_WIDGET)

typedef struct
{
  const char *section; /* starts a new one, which goes to the other column; NULL: continues */
  const char *words;
  OvSceneItem item;
} Entry;

#define ITEM(...) { .parent = OV_SCENE_NONE, .heat = OV_HEAT_NONE, __VA_ARGS__ }

static const Entry entries[] = {
  { N_("What it is"), N_("Supervisor"), ITEM (.shape = OV_SHAPE_HEADER) },
  { NULL, N_("gen_server"), ITEM (.shape = OV_SHAPE_PLAIN) },
  { NULL, N_("gen_statem"), ITEM (.shape = OV_SHAPE_NOTCHED) },
  { NULL, N_("gen_event"), ITEM (.shape = OV_SHAPE_BARRED) },
  { NULL, N_("Other process, task"), ITEM (.shape = OV_SHAPE_PILL) },
  { N_("Restart strategy"), N_("one_for_one: only the child that died"),
    ITEM (.shape = OV_SHAPE_HEADER, .dots = OV_DOTS_FIRST) },
  { NULL, N_("one_for_all: all children"), ITEM (.shape = OV_SHAPE_HEADER, .dots = OV_DOTS_ALL) },
  { NULL, N_("rest_for_one: it and those started after it"),
    ITEM (.shape = OV_SHAPE_HEADER, .dots = OV_DOTS_FROM_SECOND) },
  { NULL, N_("Dynamic: many children of one kind"),
    ITEM (.shape = OV_SHAPE_HEADER, .dots = OV_DOTS_STACK) },
  { N_("Restart type"), N_("Permanent: always restarted"), ITEM (.border = OV_BORDER_SOLID) },
  { NULL, N_("Transient: restarted after a crash"), ITEM (.border = OV_BORDER_DASHED) },
  { NULL, N_("Temporary: never restarted"), ITEM (.border = OV_BORDER_DOTTED) },
  { N_("What happens"), N_("Just started"), ITEM (.tone = OV_TONE_NEW) },
  { NULL, N_("Restarted; the number stays"), ITEM (.tone = OV_TONE_RENEWED, .badge = 2) },
  { NULL, N_("Ended, about to go"), ITEM (.tone = OV_TONE_MUTED) },
  { NULL, N_("Needs attention: mailbox, headroom, no answer"), ITEM (.tone = OV_TONE_WARNING) },
  { NULL, N_("Crashed"), ITEM (.tone = OV_TONE_ERROR) },
};

static void
draw_sample_cb (GtkDrawingArea *area,
                cairo_t        *cr,
                int             width,
                int             height,
                gpointer        user_data)
{
  const Entry *entry = user_data;
  OvLegend *self = OV_LEGEND (gtk_widget_get_ancestor (GTK_WIDGET (area), OV_TYPE_LEGEND));
  g_autoptr (OvScene) scene = ov_scene_new (1);
  g_autoptr (OvLayout) layout = NULL;
  OvPaintState state = { .text_scale = 1.0, .scale_factor = 1.0 };
  OvViewport viewport = { 0 };
  OvSceneItem item = entry->item;

  if (self == NULL)
    return;

  item.id = 1;
  ov_scene_add (scene, &item, NULL, NULL);
  ov_scene_freeze (scene);
  layout = ov_layout_compute (scene, OV_LAYOUT_TIDY, NULL);
  viewport.width = width;
  viewport.height = height;
  ov_viewport_fit (&viewport, layout->bounds.x, layout->bounds.y,
                   layout->bounds.width, layout->bounds.height, 1.0, 1.0);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_clip (cr);
  ov_painter_draw (self->painter, cr, scene, layout, &viewport,
                   ov_look_get_theme (), &state);
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
append_entry (GtkGrid     *grid,
              int         *row,
              const Entry *entry)
{
  GtkWidget *label = gtk_label_new (_(entry->words));

  if (entry->section != NULL)
    {
      GtkWidget *heading = gtk_label_new (_(entry->section));

      gtk_label_set_xalign (GTK_LABEL (heading), 0);
      gtk_widget_add_css_class (heading, "heading");
      if (*row > 0)
        gtk_widget_set_margin_top (heading, 12);
      gtk_grid_attach (grid, heading, 0, (*row)++, 2, 1);
    }
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_grid_attach (grid, make_sample (entry), 0, *row, 1, 1);
  gtk_grid_attach (grid, label, 1, (*row)++, 1, 1);
}

static void
ov_legend_dispose (GObject *object)
{
  OvLegend *self = OV_LEGEND (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->painter, ov_painter_free);

  G_OBJECT_CLASS (ov_legend_parent_class)->dispose (object);
}

static void
ov_legend_class_init (OvLegendClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_legend_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "legend");
}

static GtkWidget *
make_column (void)
{
  GtkWidget *column = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (column), 12);
  gtk_grid_set_row_spacing (GTK_GRID (column), 4);
  gtk_widget_set_valign (column, GTK_ALIGN_START);

  return column;
}

static void
ov_legend_init (OvLegend *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 24);
  GtkWidget *columns[] = { make_column (), make_column () };
  int rows[G_N_ELEMENTS (columns)] = { 0 };
  guint n_sections = 0;

  self->painter = ov_painter_new ();
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      guint column;

      n_sections += entries[i].section != NULL;
      column = (n_sections - 1) % G_N_ELEMENTS (columns);
      append_entry (GTK_GRID (columns[column]), &rows[column], &entries[i]);
    }
  gtk_box_append (GTK_BOX (box), columns[0]);
  gtk_box_append (GTK_BOX (box), columns[1]);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 560);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  gtk_widget_set_parent (scroller, GTK_WIDGET (self));
}

GtkWidget *
ov_legend_new (void)
{
  return g_object_new (OV_TYPE_LEGEND, NULL);
}
