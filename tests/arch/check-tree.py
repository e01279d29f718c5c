# SPDX-License-Identifier: GPL-3.0-or-later
"""What every file of the tree must keep: a licence line, a length, and no foreign matter.

Reads the files git knows (all files where there is no git), so build folders do not count.
"""

import os
import re
import subprocess
import sys

MAX_LINES = 800
SOURCES = (".c", ".h", ".erl", ".hrl", ".ex", ".exs", ".py", ".sh", ".css", ".ui")
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"
# Pieces are joined so that this file does not find itself.
FORBIDDEN = [
    (re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b"), "a note to oneself"),
    (re.compile(r"/wo" r"rk/|/ro" r"ot/|/home" r"/(?!\$|user\b|you\b)\w+"), "a path of one machine"),
    (re.compile(r"\b(deb|ftp|security|snapshot|archive)\.(debian|ubuntu)\." r"(org|com)\b"),
     "the name of a package archive"),
    (re.compile(r"\b(chat" r"gpt|clau" r"de|anthro" r"pic|open" r"ai|copi" r"lot|ll" r"ms?)\b", re.I),
     "how it was made"),
    (re.compile(r"\bissue" r" #?\d+\b|\bthis (sess" r"ion|pro" r"mpt) (was|is) ", re.I), "how it was made"),
    (re.compile(r"^(<{7}|>{7}) ", re.MULTILINE), "a merge conflict"),
]
# Other people's threads, quoted with the project they belong to, are fine; licences are theirs.
SKIP = {"LICENSE"}
BINARY = (".png", ".jpg", ".beam", ".mo", ".gz", ".bin", ".dump", ".ov")


def list_files(root):
    try:
        out = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others",
                              "--exclude-standard"], capture_output=True, check=True).stdout
        names = [n.decode() for n in out.split(b"\0") if n]
    except (OSError, subprocess.CalledProcessError):
        names = [os.path.relpath(os.path.join(place, name), root)
                 for place, _, files in os.walk(root) for name in files
                 if not os.path.relpath(place, root).startswith((".git", "build"))
                 or os.path.relpath(place, root).startswith("build-aux")]
    return [n for n in sorted(set(names)) if os.path.isfile(os.path.join(root, n))]


def is_source(name, text):
    return name.endswith(SOURCES) or text.startswith("#!")


def complaints_about(root, name):
    if name in SKIP or name.endswith(BINARY):
        return
    with open(os.path.join(root, name), "rb") as raw:
        data = raw.read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if name.startswith("tests/"):
            return  # a corpus
        yield f"{name}: not UTF-8"
        return
    if is_source(name, text) and SPDX not in text[:400]:
        yield f"{name}: no \"{SPDX}\" in its head"
    lines = text.count("\n")
    if lines > MAX_LINES and is_source(name, text):
        yield f"{name}: {lines} lines, over {MAX_LINES}: a second thing hides in it"
    for pattern, why in FORBIDDEN:
        match = pattern.search(text)
        if match:
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: {match.group(0)!r} is {why}"


def main(root):
    names = list_files(root)
    found = [line for name in names for line in complaints_about(root, name)]
    if not names:
        found.append("no file was found at all")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
