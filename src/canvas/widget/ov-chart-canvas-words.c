/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of a chart: what a screen reader says of the row or lane that is selected, and of the whole.
 * Invariant: every kind of arrow has words.  Thread: main.
 */
#include "canvas/widget/ov-chart-canvas-private.h"

#include <glib/gi18n.h>

#define DESCRIBE_CHARS 200

static const char *
get_lane_name (OvChartCanvas *self,
               guint32        lane)
{
  guint32 n;
  const OvChartLane *lanes = ov_chart_get_lanes (self->chart, &n);
  const char *name;

  if (lane >= n)
    return _("outside");
  name = ov_chart_get_text (self->chart, lanes[lane].label);

  return *name != '\0' ? name : ov_chart_get_text (self->chart, lanes[lane].sublabel);
}

static char *
describe_ends (OvChartCanvas      *self,
               const OvChartArrow *arrow)
{
  guint32 only = arrow->from != OV_SCENE_NONE ? arrow->from : arrow->to;

  switch ((OvArrowKind) arrow->kind)
    {
    case OV_ARROW_GAP:
      return g_strdup (_("Gap"));
    case OV_ARROW_NOTE:
      return g_strdup (get_lane_name (self, only));
    case OV_ARROW_END:
      return g_strdup_printf (_("%s ended"), get_lane_name (self, arrow->to != OV_SCENE_NONE ? arrow->to : only));
    case OV_ARROW_TIMER:
      if (arrow->from == arrow->to || arrow->from == OV_SCENE_NONE || arrow->to == OV_SCENE_NONE)
        return g_strdup_printf (_("Time is up in %s"), get_lane_name (self, only));
      break;
    case OV_ARROW_CREATE:
      /* Translators: two processes, the first started the second. */
      return g_strdup_printf (_("%s spawned %s"), get_lane_name (self, arrow->from),
                              get_lane_name (self, arrow->to));
    case OV_ARROW_DASHED:
      return g_strdup_printf (_("Answer of %s to %s"), get_lane_name (self, arrow->from),
                              get_lane_name (self, arrow->to));
    case OV_ARROW_SOLID:
    case OV_ARROW_OPEN:
    case OV_ARROW_SIGNAL:
    default:
      break;
    }

  return g_strdup_printf (_("%s to %s"), get_lane_name (self, arrow->from), get_lane_name (self, arrow->to));
}

char *
ov_chart_canvas_describe (OvChartCanvas *self,
                          guint32        row)
{
  guint32 n;
  const OvChartArrow *arrows = ov_chart_get_arrows (self->chart, &n);
  const OvChartArrow *arrow = &arrows[row];
  g_autofree char *ends = describe_ends (self, arrow);
  g_autofree char *label = ov_chart_dup_label (self->chart, row, DESCRIBE_CHARS);
  g_autofree char *time = ov_chart_dup_time (self->chart, row);
  GString *text = g_string_new (ends);

  if (*label != '\0')
    g_string_append_printf (text, ", %s", label);
  g_string_append (text, ", ");
  g_string_append_printf (text, _("at %s seconds"), time);
  if (arrow->pair != OV_SCENE_NONE && arrow->pair > row)
    {
      g_autofree char *taken = ov_chart_dup_duration (arrows[arrow->pair].at_ns - arrow->at_ns);

      g_string_append (text, ", ");
      g_string_append_printf (text, _("answered after %s"), taken);
    }

  return g_string_free (text, FALSE);
}

/* The widget is one node to assistive technology: its label says what is selected. */
void
ov_chart_canvas_announce (OvChartCanvas *self)
{
  g_autofree char *label = NULL;
  g_autofree char *description = NULL;
  guint32 n = 0;

  ov_chart_get_arrows (self->chart, &n);
  if (self->selected < n)
    label = ov_chart_canvas_describe (self, self->selected);
  else if (self->selected_lane != OV_SCENE_NONE)
    label = g_strdup (get_lane_name (self, self->selected_lane));
  else
    label = g_strdup (_("Sequence chart"));
  description =
    g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                  "%u message. Arrow keys move through messages and processes, Enter opens",
                                  "%u messages. Arrow keys move through messages and processes, Enter opens",
                                  n),
                     n);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}
