/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of this folder: one code for each thing a person can do something about,
 * with the word that the command line prints and the hint that is shown beside it.
 * Thread: any.
 */
#include "link/ov-link.h"

#include "base/ov-error.h"

#include <glib/gi18n.h>

static const OvErrorWord words[] = {
  { OV_LINK_ERROR_NO_EPMD, "no-epmd",
    N_("Start the node with a name (-sname or -name), which starts epmd as well, or run "
       "“epmd -daemon”. If epmd listens on another port, set ERL_EPMD_PORT; if the node runs "
       "without epmd, give its port.") },
  { OV_LINK_ERROR_UNKNOWN_NODE, "unknown-node",
    N_("“epmd -names” on that host lists the names it knows. A node of OTP 23 or older does not "
       "come back after epmd was restarted: give its port.") },
  { OV_LINK_ERROR_UNREACHABLE, "unreachable",
    N_("Check the host’s name and that a firewall lets the node’s distribution port through "
       "(inet_dist_listen_min and inet_dist_listen_max fix its number), or forward it over ssh.") },
  { OV_LINK_ERROR_BAD_COOKIE, "bad-cookie",
    N_("Use the cookie of the node: the file .erlang.cookie in the home folder of the user that "
       "runs it, or what it was started with (-setcookie, RELEASE_COOKIE).") },
  { OV_LINK_ERROR_NO_COOKIE, "no-cookie",
    N_("Name the file that holds the node’s cookie (--cookie-file), or put the cookie into "
       "~/.erlang.cookie with mode 0400.") },
  { OV_LINK_ERROR_COOKIE_FILE, "cookie-file",
    N_("A cookie file must be a readable file that only its owner can access: chmod 400 FILE.") },
  { OV_LINK_ERROR_BAD_NAME, "bad-name",
    N_("A node’s name has the form name@host, in plain letters and digits, and at most 255 "
       "characters.") },
  { OV_LINK_ERROR_NAME_KIND, "name-kind",
    N_("Use the name exactly as the node has it: what node() gives in its shell.") },
  { OV_LINK_ERROR_TLS, "tls",
    N_("Distribution over TLS is not supported yet: attach from the node’s own host to one that "
       "is started without -proto_dist inet_tls.") },
  { OV_LINK_ERROR_REFUSED, "refused",
    N_("See the node’s log for its reason; net_kernel:allow/1 limits which nodes may connect.") },
  { OV_LINK_ERROR_LOST, "lost", N_("Attach again once the node is back.") },
  { OV_LINK_ERROR_TIMED_OUT, "timed-out",
    N_("The node is busy, suspended or far away: try again, or raise the limit with --timeout.") },
  { OV_LINK_ERROR_PROTOCOL, "protocol",
    N_("What listens there does not speak Erlang’s distribution protocol: check the port.") },
  { OV_LINK_ERROR_REMOTE, "remote", NULL },
};

/**
 * ov_link_error_quark:
 *
 * Thread: any.
 *
 * Returns: the domain of the errors of src/link
 */
GQuark
ov_link_error_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    {
      GQuark domain = g_quark_from_static_string ("ov-link-error");

      ov_error_register_domain (domain, words, G_N_ELEMENTS (words));
      g_once_init_leave (&quark, domain);
    }

  return (GQuark) quark;
}
