/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Findings of the doctor.  Invariant: a step that is not ok and was not skipped has a hint.
 * Thread: main.
 */
#include "link/ov-doctor-private.h"

#include "base/ov-error.h"
#include "link/ov-link.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include <stdlib.h>
#include <string.h>

#define NAMES_SHOWN     20
#define OLDEST_RELEASE  23
#define NEWEST_RELEASE  29

static const char *const step_names[OV_DOCTOR_N_STEPS] = {
  [OV_DOCTOR_NAME] = "name",
  [OV_DOCTOR_EPMD] = "epmd",
  [OV_DOCTOR_REGISTERED] = "registered",
  [OV_DOCTOR_PORT] = "port",
  [OV_DOCTOR_HANDSHAKE] = "handshake",
  [OV_DOCTOR_COOKIE] = "cookie",
  [OV_DOCTOR_CODE_LOADING] = "code_loading",
  [OV_DOCTOR_VERSIONS] = "versions",
};

/* Releases that no test of ours has met: nobody packages them where the tests run. */
static const guint untested_releases[] = { 24, 26, 28 };

/**
 * ov_doctor_step_free:
 * @step: (nullable): a step
 */
void
ov_doctor_step_free (OvDoctorStep *step)
{
  if (step == NULL)
    return;

  g_free (step->name);
  g_free (step->message);
  g_free (step->hint);
  g_free (step);
}

GPtrArray *
ov_doctor_findings_new (void)
{
  GPtrArray *self = g_ptr_array_new_with_free_func ((GDestroyNotify) ov_doctor_step_free);

  for (guint i = 0; i < OV_DOCTOR_N_STEPS; i++)
    {
      OvDoctorStep *step = g_new0 (OvDoctorStep, 1);

      step->name = g_strdup (step_names[i]);
      step->skipped = TRUE;
      step->message = g_strdup (_("Not tried, because an earlier step failed"));
      g_ptr_array_add (self, step);
    }

  return self;
}

static void
set_step (GPtrArray      *self,
          OvDoctorStepId  id,
          gboolean        ok,
          char           *message,
          char           *hint)
{
  OvDoctorStep *step = g_ptr_array_index (self, id);

  g_free (step->message);
  g_free (step->hint);
  step->ok = ok;
  step->skipped = FALSE;
  step->message = message;
  step->hint = hint;
}

void
ov_doctor_findings_set_ok (GPtrArray      *self,
                           OvDoctorStepId  id,
                           char           *message)
{
  set_step (self, id, TRUE, message, NULL);
}

void
ov_doctor_findings_set_failed (GPtrArray      *self,
                               OvDoctorStepId  id,
                               char           *message,
                               char           *hint)
{
  set_step (self, id, FALSE, message, hint);
}

void
ov_doctor_findings_set_error (GPtrArray      *self,
                              OvDoctorStepId  id,
                              const GError   *error)
{
  const char *hint = ov_error_get_hint (error);

  set_step (self, id, FALSE, g_strdup (error->message),
            g_strdup (hint != NULL ? hint : _("Look into the node’s log.")));
}

OvEpmdEntry *
ov_doctor_find_entry (GPtrArray  *entries,
                      const char *alive)
{
  for (guint i = 0; i < entries->len; i++)
    {
      OvEpmdEntry *entry = g_ptr_array_index (entries, i);

      if (strcmp (entry->name, alive) == 0)
        return entry;
    }

  return NULL;
}

/* How many letters must be changed, put in or taken out (Levenshtein's distance). */
static guint
measure_distance (const char *a,
                  const char *b)
{
  gsize length = strlen (b);
  g_autofree guint *row = g_new (guint, length + 1);

  for (gsize j = 0; j <= length; j++)
    row[j] = (guint) j;
  for (gsize i = 1; a[i - 1] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i;
      for (gsize j = 1; j <= length; j++)
        {
          guint changed = diagonal + (a[i - 1] != b[j - 1]);

          diagonal = row[j];
          row[j] = MIN (changed, MIN (row[j], row[j - 1]) + 1);
        }
    }

  return row[length];
}

const char *
ov_doctor_find_nearest (GPtrArray  *entries,
                        const char *alive)
{
  guint best = (guint) MAX (strlen (alive) / 2, 2) + 1;
  const char *nearest = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      OvEpmdEntry *entry = g_ptr_array_index (entries, i);
      guint distance = strlen (entry->name) < 256 ? measure_distance (alive, entry->name)
                                                  : G_MAXUINT;

      if (distance < best)
        {
          best = distance;
          nearest = entry->name;
        }
    }

  return nearest;
}

static char *
list_names (GPtrArray *entries)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < entries->len && i < NAMES_SHOWN; i++)
    {
      OvEpmdEntry *entry = g_ptr_array_index (entries, i);

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", entry->name);
    }
  if (entries->len > NAMES_SHOWN)
    g_string_append (list, ", …");

  return g_string_free (list, FALSE);
}

void
ov_doctor_findings_set_unknown (GPtrArray  *self,
                                GPtrArray  *entries,
                                const char *alive,
                                const char *host)
{
  const char *nearest = ov_doctor_find_nearest (entries, alive);
  g_autofree char *names = list_names (entries);
  char *message;
  char *hint;

  if (entries->len == 0)
    message = g_strdup_printf (_("epmd at %s knows no node at all"), host);
  else
    message = g_strdup_printf (_("epmd at %s does not know “%s”; it knows: %s"), host, alive,
                               names);

  if (nearest != NULL)
    hint = g_strdup_printf (_("Did you mean %s@%s?"), nearest, host);
  else
    hint = g_strdup_printf (
        _("Start the node with a name, as in “erl -sname %s” or “iex --sname %s”: without one it "
          "is not distributed and nothing can attach. A node of OTP 23 or older is forgotten when "
          "epmd restarts: give its port (--port)."), alive, alive);

  ov_doctor_findings_set_failed (self, OV_DOCTOR_REGISTERED, message, hint);
}

void
ov_doctor_findings_set_cookie_error (GPtrArray    *self,
                                     const char   *path,
                                     const GError *error)
{
  g_autofree char *quoted = g_shell_quote (path);
  GStatBuf info;
  char *hint;

  if (g_stat (path, &info) != 0)
    hint = g_strdup_printf (_("Copy the cookie of the user that runs the node: "
                              "install -m 400 /path/to/.erlang.cookie %s"), quoted);
  else if (!S_ISREG (info.st_mode))
    hint = g_strdup (_("Name the file itself (--cookie-file)."));
  else if ((info.st_mode & 077) != 0)
    hint = g_strdup_printf (_("Type: chmod 400 %s"), quoted);
  else if (g_access (path, R_OK) != 0)
    hint = g_strdup_printf (_("It belongs to another user (ls -l %s): run Overstory as that user, "
                              "or copy the file and chown the copy"), quoted);
  else
    hint = g_strdup_printf (_("The file must hold the cookie alone, in plain characters: look at "
                              "it with od -c %s"), quoted);

  ov_doctor_findings_set_failed (self, OV_DOCTOR_COOKIE, g_strdup (error->message), hint);
}

static gboolean
is_untested (guint release)
{
  for (guint i = 0; i < G_N_ELEMENTS (untested_releases); i++)
    if (untested_releases[i] == release)
      return TRUE;

  return FALSE;
}

void
ov_doctor_findings_set_release (GPtrArray  *self,
                                const char *release,
                                const char *erts)
{
  guint number = (guint) strtoul (release, NULL, 10);

  if (number < OLDEST_RELEASE)
    ov_doctor_findings_set_failed (
        self, OV_DOCTOR_VERSIONS,
        g_strdup_printf (_("OTP %s (ERTS %s) is older than what Overstory can serve"), release,
                         erts),
        g_strdup_printf (_("Run the node on OTP %d or newer."), OLDEST_RELEASE));
  else if (number > NEWEST_RELEASE)
    ov_doctor_findings_set_ok (
        self, OV_DOCTOR_VERSIONS,
        g_strdup_printf (_("OTP %s (ERTS %s): untested, since it is newer than this program"),
                         release, erts));
  else if (is_untested (number))
    ov_doctor_findings_set_ok (self, OV_DOCTOR_VERSIONS,
                               g_strdup_printf (_("OTP %s (ERTS %s): untested"), release, erts));
  else
    ov_doctor_findings_set_ok (self, OV_DOCTOR_VERSIONS,
                               g_strdup_printf (_("OTP %s (ERTS %s)"), release, erts));
}
