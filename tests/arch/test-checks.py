# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of this folder find what they look for: each is run on a small tree that breaks its rule."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
COUNT = os.path.join(HERE, "..", "..", "build-aux", "count-tests")


def run(program, *arguments):
    done = subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


class Checks(unittest.TestCase):
    def check(self, name, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as out:
                    out.write(text)
            return run(os.path.join(HERE, f"check-{name}.py"), root)

    def assert_found(self, name, files, words):
        status, output = self.check(name, files)
        self.assertEqual(status, 1, output)
        self.assertIn(words, output)

    def test_includes(self):
        good = {"src/term/ov-a.h": "", "src/link/ov-b.c": '#include "term/ov-a.h"\n#include <ei.h>\n'}
        self.assertEqual(self.check("includes", good), (0, ""))
        for text, words in [
                ('#include "link/ov-b.h"\n', "term must not include link"),
                ("#include <gtk/gtk.h>\n", "window's folders only"),
                ('#include "ov-a.h"\n', "from the top of src/"),
                ('#include "base/ov-x-private.h"\n', "stays inside base")]:
            self.assert_found("includes", {"src/term/ov-a.c": text}, words)
        self.assert_found("includes", {"src/ops/ov-a.c": "#include <ei.h>\n"}, "term and link only")
        self.assert_found("includes", {"src/odd/ov-a.c": ""}, "not in the architecture")

    def test_tree(self):
        self.assertEqual(self.check("tree", {"src/a.c": HEAD})[0], 0)
        self.assert_found("tree", {"src/a.c": "int a;\n"}, "in its head")
        self.assert_found("tree", {"src/a.c": HEAD + "\n" * 801}, "over 800")
        self.assert_found("tree", {"src/a.c": HEAD + "/* TO" "DO */\n"}, "note to oneself")
        self.assert_found("tree", {"a.md": "see /ro" "ot/x\n"}, "path of one machine")
        self.assert_found("tree", {"a.sh": "#!/bin/sh\n"}, "in its head")

    def test_readme(self):
        files = {"src/meson.build": "subdir('base')\nsubdir('term')\n", "src/base/a.c": "", "src/term/a.c": ""}
        self.assertEqual(self.check("readme", files | {"src/README.md": "## base/\n## term/\n"})[0], 0)
        self.assert_found("readme", files | {"src/README.md": "## base/\n"}, "no paragraph headed term/")
        self.assert_found("readme", files | {"src/README.md": "## term/\n## base/\n"}, "order differs")

    def test_potfiles(self):
        files = {"src/a.c": 'x = _("Word");\n', "src/b.c": "x ();\n", "ui/a.ui": 'translatable="yes"\n'}
        self.assertEqual(self.check("potfiles", files | {"po/POTFILES": "src/a.c\nui/a.ui\n"})[0], 0)
        self.assert_found("potfiles", files | {"po/POTFILES": "ui/a.ui\n"}, "src/a.c is missing")
        self.assert_found("potfiles", files | {"po/POTFILES": "src/a.c\nui/a.ui\nx.c\n"}, "x.c does not exist")

    def count(self, *entries):
        with tempfile.TemporaryDirectory() as root:
            path = os.path.join(root, "testlog.json")
            with open(path, "w", encoding="utf-8") as log:
                log.write("\n".join(entries))
            return run(COUNT, path)

    def test_count(self):
        tap = '{"name":"a","result":"%s","stdout":"%s"}'
        self.assertEqual(self.count('{"name":"a","result":"OK","stdout":"hello"}'), (0, "1 passed, 0 failed\n"))
        self.assertEqual(self.count(tap % ("OK", r"ok 1 /a\nok 2 /b\n1..2\n")), (0, "2 passed, 0 failed\n"))
        status, output = self.count(tap % ("FAIL", r"ok 1 /a\nnot ok 2 /b\n1..2\n"))
        self.assertEqual((status, output.splitlines()[-1]), (1, "1 passed, 1 failed"))
        status, output = self.count(tap % ("ERROR", r"1..2\nok 1 /a\n"))
        self.assertEqual((status, output.splitlines()[-1]), (1, "1 passed, 1 failed"))
        status, output = self.count(tap % ("OK", r"ok 1 /a\nok 2 /b # SKIP no erl\n1..2\n"))
        self.assertEqual((status, output.splitlines()[-1]), (0, "1 passed, 0 failed, 1 skipped"))
        self.assertEqual(self.count("")[0], 1)


if __name__ == "__main__":
    unittest.main()
