# SPDX-License-Identifier: GPL-3.0-or-later
"""src/README.md has a heading for each folder of src/ with code in it, in the order of meson.build."""

import os
import re
import sys


def code_folders(src):
    for place, _, names in os.walk(src):
        if any(name.endswith((".c", ".h")) for name in names):
            folder = os.path.relpath(place, src)
            if not folder.startswith("probe/"):
                yield folder


def main(root):
    src = os.path.join(root, "src")
    with open(os.path.join(src, "README.md"), encoding="utf-8") as page:
        said = re.findall(r"^#+ `?([a-z/]+?)/?`?$", page.read(), re.MULTILINE)
    with open(os.path.join(src, "meson.build"), encoding="utf-8") as build:
        built = re.findall(r"subdir\('([^']+)'\)", build.read())

    found = [f"src/README.md: no paragraph headed {folder}/"
             for folder in sorted(code_folders(src)) if folder not in said]
    found += [f"src/README.md: {folder}/ is not there" for folder in said
              if not os.path.isdir(os.path.join(src, folder))]
    order = [folder for folder in said if folder in built]
    if order != [folder for folder in built if folder in said]:
        found.append("src/README.md: the order differs from src/meson.build")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
