/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of this folder, with the words of the command line and of the probe itself.
 * Thread: any.
 */
#include "probe/ov-probe-private.h"

#include "base/ov-error.h"

#include <glib/gi18n.h>

static const OvErrorWord words[] = {
  { OV_PROBE_ERROR_LOAD, "probe-load",
    N_("The node must be able to load code. Check its log; a node that refuses code from outside "
       "cannot be looked at.") },
  { OV_PROBE_ERROR_VERSION, "probe-version",
    N_("Another version of Overstory is attached to this node: close it, or use the same version.") },
  { OV_PROBE_ERROR_RELEASE, "release-too-old",
    N_("Built with Erlang/OTP 25, Overstory looks at nodes from OTP 23 on; built with Erlang/OTP "
       "27, from OTP 24 on.") },
  { OV_PROBE_ERROR_NO_PROCESS, "no-process",
    N_("It may have ended in the meantime. List the processes again, or look for its name.") },
  { OV_PROBE_ERROR_REMOTE_PROCESS, "remote-process",
    N_("Attach to the node that the process runs on.") },
  { OV_PROBE_ERROR_BUSY, "busy",
    N_("The node or the process did not answer in time: try again, or raise the limit with "
       "--timeout.") },
  { OV_PROBE_ERROR_REFUSED, "refused",
    N_("The answer would take more memory on the node than is safe.") },
  { OV_PROBE_ERROR_FOREIGN_TRACER, "foreign-tracer",
    N_("Another tracer is at work on this node, and before Erlang/OTP 27 there is room for one only. "
       "End it first; it is not robbed of what it traces.") },
  { OV_PROBE_ERROR_BAD_MATCH, "bad-match",
    N_("Write it as for erlang:trace_pattern/3: a list of {Head, Conditions, Actions}.") },
  { OV_PROBE_ERROR_NO_FUNCTION, "no-function",
    N_("The module must be loaded on the node and have that function; functions that are not exported "
       "count for local calls only.") },
  { OV_PROBE_ERROR_FAILED, "failed", NULL },
};

/**
 * ov_probe_error_quark:
 *
 * Thread: any.
 *
 * Returns: the domain of the errors of src/probe
 */
GQuark
ov_probe_error_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    {
      GQuark domain = g_quark_from_static_string ("ov-probe-error");

      ov_error_register_domain (domain, words, G_N_ELEMENTS (words));
      g_once_init_leave (&quark, domain);
    }

  return (GQuark) quark;
}

/*< private >
 * ov_probe_error_from_word:
 * @word: what the probe answered
 *
 * Returns: its code, FAILED for a word that is not known
 */
OvProbeError
ov_probe_error_from_word (const char *word)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].word, word))
      return words[i].code;

  return OV_PROBE_ERROR_FAILED;
}
