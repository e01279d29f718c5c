# SPDX-License-Identifier: GPL-3.0-or-later
"""The include rules of the folders of src/, with no list of exceptions.

The table below is the architecture: a folder may include itself, base, and what stands here.
"""

import os
import re
import sys

CANVAS = {"canvas/scene", "canvas/layout", "canvas/render", "canvas/widget"}
MAY_INCLUDE = {
    "base": set(),
    "term": set(),
    "link": {"term"},
    "trace": {"term"},
    "probe": {"term", "link", "trace"},
    "model": {"term", "link", "trace", "probe"},
    "sandbox": set(),
    "canvas/scene": set(),
    "canvas/layout": {"canvas/scene"},
    "canvas/render": {"canvas/scene"},
    "canvas/widget": CANVAS,
    "export": {"term", "trace", "model", "canvas/scene", "canvas/layout", "canvas/render"},
    "analytics": {"term", "trace", "model"},
    "ops": {"term", "trace", "model", "sandbox", "analytics", "export"},
    "lessons": {"ops"},
    "cli": {"term", "ops", "lessons"},
    "http": {"term", "ops", "lessons"},
    "views": {"term", "trace", "model", "ops", "lessons", "analytics", "export"} | CANVAS,
    "app": {"model", "ops", "lessons", "http", "views"},
}
TOOLKIT_FOLDERS = {"canvas/widget", "views", "app"}
EI_FOLDERS = {"term", "link"}
TOOLKIT = re.compile(r"^(gtk|gdk|gsk|adwaita\.h|adw|graphene)")
EI = re.compile(r"^(ei\.h|ei_|erl_interface)")
INCLUDE = re.compile(r'^\s*#\s*(?:include|import)\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    """ "canvas/scene" of "canvas/scene/ov-scene.h", "term" of "term/ov-pid.h"."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "canvas" else parts[0]


def complaints_about(src, path):
    folder = folder_of(path)
    if folder not in MAY_INCLUDE:
        yield f"{path}: the folder {folder} is not in the architecture"
        return
    allowed = MAY_INCLUDE[folder] | {folder, "base"}
    with open(os.path.join(src, path), encoding="utf-8") as source:
        text = source.read()
    for bracket, included in INCLUDE.findall(text):
        if TOOLKIT.match(included) and folder not in TOOLKIT_FOLDERS:
            yield f"{path}: {included} belongs to the window's folders only"
        if EI.match(included) and folder not in EI_FOLDERS:
            yield f"{path}: {included} belongs to term and link only"
        if bracket == "<" or included == "config.h":
            continue
        if "/" not in included and not os.path.exists(os.path.join(src, included)):
            if not included.endswith("-generated.h") and not included.endswith("-resources.h"):
                yield f"{path}: write {included} from the top of src/"
            continue
        target = folder_of(included)
        if target not in allowed:
            yield f"{path}: {folder} must not include {target} ({included})"
        elif included.endswith("-private.h") and target != folder:
            yield f"{path}: {included} stays inside {target}"


def main(root):
    src = os.path.join(root, "src")
    found = []
    for place, _, names in os.walk(src):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                path = os.path.relpath(os.path.join(place, name), src)
                found += complaints_about(src, path)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
