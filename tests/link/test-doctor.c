/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the doctor says of names and releases that no node here has.
 */
#include "link/ov-doctor-private.h"
#include "link/ov-test-peer.h"
#include "support/ov-test-link.h"

#include <string.h>
#include <unistd.h>

static GPtrArray *
make_entries (const char *const *names)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) ov_epmd_entry_free);

  for (guint i = 0; names[i] != NULL; i++)
    {
      OvEpmdEntry *entry = g_new0 (OvEpmdEntry, 1);

      entry->name = g_strdup (names[i]);
      entry->port = (guint16) (i + 1);
      g_ptr_array_add (entries, entry);
    }

  return entries;
}

static void
test_nearest (void)
{
  static const char *const names[] = { "rabbit", "shop_front", "a", NULL };
  g_autoptr (GPtrArray) entries = make_entries (names);
  g_autoptr (GPtrArray) none = make_entries (names + 3);

  g_assert_cmpstr (ov_doctor_find_nearest (entries, "rabit"), ==, "rabbit");
  g_assert_cmpstr (ov_doctor_find_nearest (entries, "rabbti"), ==, "rabbit");
  g_assert_cmpstr (ov_doctor_find_nearest (entries, "shopfront"), ==, "shop_front");
  g_assert_null (ov_doctor_find_nearest (entries, "something_else_entirely"));
  g_assert_null (ov_doctor_find_nearest (none, "rabbit"));
  g_assert_cmpuint (ov_doctor_find_entry (entries, "shop_front")->port, ==, 2);
  g_assert_null (ov_doctor_find_entry (entries, "shop"));
}

static void
test_releases (void)
{
  static const struct
  {
    const char *release;
    gboolean    ok;
    gboolean    untested;
  } releases[] = {
    { "22", FALSE, FALSE }, { "R16B03", FALSE, FALSE }, { "?", FALSE, FALSE },
    { "23", TRUE, FALSE }, { "24", TRUE, TRUE }, { "25", TRUE, FALSE }, { "26", TRUE, TRUE },
    { "27", TRUE, FALSE }, { "28", TRUE, TRUE }, { "29", TRUE, FALSE }, { "30", TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (releases); i++)
    {
      g_autoptr (GPtrArray) findings = ov_doctor_findings_new ();
      const OvDoctorStep *step = g_ptr_array_index (findings, OV_DOCTOR_VERSIONS);

      g_assert_true (step->skipped);
      ov_doctor_findings_set_release (findings, releases[i].release, "1.2");
      g_assert_false (step->skipped);
      g_assert_cmpint (step->ok, ==, releases[i].ok);
      g_assert_cmpint (strstr (step->message, "untested") != NULL, ==, releases[i].untested);
      g_assert_cmpint (step->hint == NULL, ==, releases[i].ok);
    }
}

/* Takes the connection and says nothing, however often it is asked. */
static void
mute_cb (OvTestPeer *peer,
         gpointer    user_data)
{
  ov_test_peer_accept (peer);
  ov_test_peer_accept (peer); /* the first only tries the port */
  ov_test_peer_drain (peer);
}

static void
test_mute (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (mute_cb, NULL);
  g_autoptr (GPtrArray) steps = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  const OvDoctorStep *handshake;
  gint64 start_us = g_get_monotonic_time ();
  int fd = g_file_open_tmp ("ov-cookie-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, "COOKIE", 6), ==, 6);
  close (fd);
  steps = ov_test_doctor_visit ("peer@127.0.0.1", path, ov_test_peer_get_port (peer));
  unlink (path);
  handshake = g_ptr_array_index (steps, OV_DOCTOR_HANDSHAKE);
  g_assert_true (((OvDoctorStep *) g_ptr_array_index (steps, OV_DOCTOR_PORT))->ok);
  g_assert_false (handshake->ok);
  g_assert_nonnull (handshake->hint);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;

  ov_doctor_visit_async ("peer@127.0.0.1", NULL, 1, cancellable, ov_test_result_cb, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (ov_doctor_visit_finish (ov_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/doctor/nearest", test_nearest);
  g_test_add_func ("/link/doctor/releases", test_releases);
  g_test_add_func ("/link/doctor/mute", test_mute);
  g_test_add_func ("/link/doctor/cancelled", test_cancelled);

  return g_test_run ();
}
