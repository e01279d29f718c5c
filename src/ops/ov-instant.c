/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Instants are 64-bit nanoseconds; GDateTime knows microseconds, so the rest is written and read here.
 * Thread: any.
 */
#include "ops/ov-instant.h"

#include "ops/ov-operation.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)

/* A number without sign is ns since the epoch from here on (1970-01-12); nobody means that day. */
#define SMALLEST_NS (G_GINT64_CONSTANT (1000000) * NS_PER_S)

/* 292 years, as far as 64 bits go. */
#define MAX_SECONDS 9.0e9

char *
ov_instant_to_text (gint64 at_ns)
{
  gint64 seconds = at_ns / NS_PER_S - (at_ns % NS_PER_S < 0);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S") : NULL;

  return g_strdup_printf ("%s.%09dZ", text != NULL ? text : "?", (int) (at_ns - seconds * NS_PER_S));
}

static gboolean
parse_offset (const char *text,
              gint64      first_ns,
              gint64      last_ns,
              gint64     *at_ns)
{
  char *end = NULL;
  double seconds = g_ascii_strtod (text + 1, &end);

  if (!g_ascii_isdigit (text[1]) || *end != '\0' || !isfinite (seconds) || seconds > MAX_SECONDS)
    return FALSE;
  *at_ns = *text == '+' ? first_ns + (gint64) (seconds * 1e9) : last_ns - (gint64) (seconds * 1e9);

  return TRUE;
}

/* The nanoseconds of "….123456789Z", which GDateTime would round. */
static gint64
read_fraction (const char *text)
{
  const char *dot = strchr (text, '.');
  gint64 ns = 0, unit = NS_PER_S;

  for (const char *c = dot != NULL ? dot + 1 : ""; g_ascii_isdigit (*c) && unit > 1; c++)
    ns += (*c - '0') * (unit /= 10);

  return ns;
}

static gboolean
parse_date (const char *text,
            gint64     *at_ns)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);

  if (time == NULL || g_date_time_get_year (time) > 2200)
    return FALSE;
  *at_ns = g_date_time_to_unix (time) * NS_PER_S + read_fraction (text);

  return TRUE;
}

gboolean
ov_instant_parse (const char *text,
                  gint64      first_ns,
                  gint64      last_ns,
                  gint64     *at_ns,
                  GError    **error)
{
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (at_ns != NULL, FALSE);

  if (*text == '+' || *text == '-' ? parse_offset (text, first_ns, last_ns, at_ns)
                                   : g_ascii_string_to_signed (text, 10, SMALLEST_NS, G_MAXINT64, at_ns, NULL) ||
                                       parse_date (text, at_ns))
    return TRUE;
  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
               _("“%s” is no instant: write “2026-11-21T07:10:00.5Z”, nanoseconds since 1970, “+2.5” for so many "
                 "seconds after the beginning, or “-2.5” before the end."), text);

  return FALSE;
}
