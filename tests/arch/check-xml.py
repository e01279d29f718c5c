# SPDX-License-Identifier: GPL-3.0-or-later
"""Every .ui, .svg and other XML file of the tree is well formed, and every .ui file is in a resource list."""

import os
import re
import subprocess
import sys

FOLDERS = ("ui", "data")


def list_files(root, folders, endings):
    return sorted(os.path.join(place, name) for folder in folders
                  for place, _, names in os.walk(os.path.join(root, folder))
                  for name in names if name.endswith(endings))


def main(root):
    found = []
    files = list_files(root, FOLDERS, (".ui", ".svg", ".xml", ".xml.in"))
    if not files:
        found.append("no XML file was found at all")
    for path in files:
        done = subprocess.run(["xmllint", "--noout", "--nonet", path], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            found.append(done.stderr.strip())

    listed = set()
    for path in list_files(root, FOLDERS + ("src",), (".gresource.xml",)):
        with open(path, encoding="utf-8") as resource:
            listed |= {os.path.basename(name) for name in re.findall(r">([^<>\s]+)</file>", resource.read())}
    found += [f"{os.path.relpath(path, root)} is in no .gresource.xml"
              for path in list_files(root, ("ui",), (".ui",)) if os.path.basename(path) not in listed]

    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
