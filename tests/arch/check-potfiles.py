# SPDX-License-Identifier: GPL-3.0-or-later
"""po/POTFILES names every file with words for people, and nothing that is not there.

check-potfiles.py ROOT checks; with --write it writes the list anew.
"""

import os
import re
import sys

MARKED = re.compile(r"\b(_|N_|Q_|C_|NC_|g_dngettext|ngettext)\s*\(\s*\"|translatable=\"(yes|true)\"")
FOLDERS = ("src", "ui")
DATA = ("data/org.overstory.Overstory.desktop.in", "data/org.overstory.Overstory.gschema.xml",
        "data/org.overstory.Overstory.metainfo.xml.in")


def marked_files(root):
    yield from (path for path in DATA if os.path.exists(os.path.join(root, path)))
    for folder in FOLDERS:
        for place, _, names in os.walk(os.path.join(root, folder)):
            for name in names:
                if name.endswith((".c", ".ui")):
                    path = os.path.join(place, name)
                    with open(path, encoding="utf-8") as source:
                        if MARKED.search(source.read()):
                            yield os.path.relpath(path, root)


def write(root):
    with open(os.path.join(root, "po", "POTFILES"), "w", encoding="utf-8") as names:
        names.writelines(f"{path}\n" for path in sorted(marked_files(root)))


def main(root):
    with open(os.path.join(root, "po", "POTFILES"), encoding="utf-8") as names:
        listed = [line.strip() for line in names if line.strip() and not line.startswith("#")]
    found = [f"po/POTFILES: {path} is missing" for path in sorted(marked_files(root)) if path not in listed]
    found += [f"po/POTFILES: {path} does not exist" for path in listed
              if not os.path.exists(os.path.join(root, path))]
    found += [f"po/POTFILES: {path} stands there twice" for path in sorted(set(listed))
              if listed.count(path) > 1]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[2:] == ["--write"]:
        write(sys.argv[1])
    sys.exit(main(sys.argv[1]))
