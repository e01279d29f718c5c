# SPDX-License-Identifier: GPL-3.0-or-later
"""with-release.py RELEASE PROGRAM ARGUMENT...: runs a test whose nodes are of another release of OTP.

The program's helper starts its nodes in the folder that $OVERSTORY_TEST_OTP_ROOT names, by chroot, which
only root may do; where that or the folder is missing the test is skipped and says what is missing.
"""

import os
import sys

import targets


def main(release, *command):
    try:
        root = targets.release_root(release)
        if os.geteuid() != 0:
            raise targets.Missing(f"OTP {release} cannot be entered: chroot needs root")
    except targets.Missing as error:
        print(f"1..0 # SKIP {error}")
        return 0
    os.environ["OVERSTORY_TEST_OTP_ROOT"] = root
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
