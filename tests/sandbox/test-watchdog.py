# SPDX-License-Identifier: GPL-3.0-or-later
"""The watchdog alone ends a node: the second means, for when the kernel's parent-death signal is not there.

The node is started as the program starts it, but from here, without bubblewrap and without that
signal; then its standard input is closed, which is what happens when the program dies.
"""

import os
import shutil
import subprocess
import sys
import tempfile

DEADLINE_S = 60


def main(root):
    if shutil.which("erl") is None or shutil.which("erlc") is None:
        print("erl is missing")
        return 77
    with tempfile.TemporaryDirectory() as home:
        launcher = os.path.join(root, "src", "sandbox", "erl")
        shop = os.path.join(root, "data", "examples", "shop")
        for name in ("ov_sandbox_epmd.erl", "ov_sandbox_node.erl"):
            subprocess.run(["erlc", "-o", home, os.path.join(launcher, name)], check=True)
        with open(os.path.join(home, ".erlang.cookie"), "w", encoding="ascii") as cookie:
            cookie.write("watchdog")
        os.chmod(cookie.name, 0o400)
        node = subprocess.Popen(
            ["erl", "-noinput", "-pa", home, "-start_epmd", "false", "-epmd_module", "ov_sandbox_epmd",
             "-kernel", "inet_dist_use_interface", "{127,0,0,1}", "-run", "ov_sandbox_node", "start",
             "-extra", launcher, "watched@localhost", "shop", "erlang", shop],
            env={"HOME": home, "PATH": os.environ["PATH"]}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            words = []
            for line in node.stdout:
                words.append(line.decode(errors="replace"))
                if words[-1].startswith("overstory-sandbox "):
                    break
            if not words or not words[-1].startswith("overstory-sandbox ready "):
                print("the node did not start:", *words)
                return 1
            node.stdin.close()
            status = node.wait(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            print("the node lives on after the end of its standard input")
            return 1
        finally:
            node.kill()
            node.wait()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
