# SPDX-License-Identifier: GPL-3.0-or-later
"""overstory-cli needs no toolkit: its dynamic section, and that of all it pulls in, has no GTK."""

import re
import subprocess
import sys

TOOLKIT = re.compile(r"lib(gtk|gdk|gsk|adwaita|wayland|X11|EGL|GL)\b", re.IGNORECASE)


def main(program):
    section = subprocess.run(["readelf", "--dynamic", "--wide", program],
                             capture_output=True, text=True, check=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[([^\]]+)\]", section)
    if not needed:
        print(f"{program}: no dynamic section was read")
        return 1
    # What the loader would map in the end, without running the program's own code.
    mapped = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    found = [name for name in needed if TOOLKIT.search(name)]
    found += re.findall(r"\blib(?:gtk-\d|adwaita)[^\s]*", mapped)
    for name in found:
        print(f"{program} needs {name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
