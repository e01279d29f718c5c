# SPDX-License-Identifier: GPL-3.0-or-later
"""overstory-cli against real nodes: this machine's Erlang and Elixir, RabbitMQ, and OTP 23, 27 and 29.

test-targets.py CLI TARGET...: on each target `node info` and `tree get` answer; every process stands in the tree
exactly once; parents and child ids are those that supervisor:which_children gives; and when the command has
ended, the node has no module, table, name, handler, application or trace flag that it did not have before.
Prints TAP; a target that is not here is skipped with the name of what is missing.
"""

import collections
import json
import os
import subprocess
import sys
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import snapshot  # noqa: E402
import targets as support  # noqa: E402

COMMAND_S = 60
# A live node changes between two looks; a true difference stays.
ATTEMPTS = 5
NO_ID = {None, "undefined"}


class Wrong(Exception):
    """What was expected and what was found."""


def expect(condition, words):
    if not condition:
        raise Wrong(words)


class Command:
    def __init__(self, program, target):
        self.program, self.target = program, target

    def run(self, *words):
        done = subprocess.run(
            [self.program, *words, "--node", self.target.name, "--cookie-file", self.target.cookie_file, "--json"],
            env=os.environ | {"ERL_EPMD_PORT": str(self.target.targets.port), "OVERSTORY_UNINSTALLED": "1"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_S, check=False)
        expect(done.returncode == 0, f"{' '.join(words)}: status {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)


def flatten(tree):
    """(node, parent) of every process in an answer of `tree get`."""
    roots = [application["root"] for application in tree["applications"]] + tree["outside"]
    stack = [(root, None) for root in roots if root is not None]
    while stack:
        node, parent = stack.pop()
        yield node, parent
        stack.extend((child, node) for child in node["children"])


def check_info(command, target):
    info = command.run("node", "info")
    expect(info["name"] == target.name, f"name {info['name']}")
    expect(str(info["otp_release"]) == target.ask("erlang:system_info(otp_release)").strip('"'),
           f"release {info['otp_release']}")
    expect(0 < info["process_count"] < info["process_limit"], f"processes {info['process_count']}")
    expect(info["memory"]["total_bytes"] > 1_000_000, f"memory {info['memory']}")


def check_every_process_once(command, target):
    before = snapshot.processes(target)
    pids = [node["pid"] for node, _ in flatten(command.run("tree", "get")) if node["pid"] is not None]
    after = snapshot.processes(target)

    twice = [pid for pid, count in collections.Counter(pids).items() if count > 1]
    expect(not twice, f"more than once: {twice[:5]}")
    missing = (before & after) - set(pids)
    expect(not missing, f"not in the tree: {sorted(missing)[:5]} of {len(before & after)}")


def compare_with_walk(command, target):
    """What differs between our tree and the walk, in words."""
    before, _ = snapshot.walk(target)
    found = {node["pid"]: (parent and parent["pid"], node["child_id"])
             for node, parent in flatten(command.run("tree", "get")) if node["pid"] is not None}
    after, _ = snapshot.walk(target)
    expect(after, "the walk found no child at all")

    for pid, (parent, child_id) in after.items():
        if before.get(pid) != (parent, child_id):
            continue
        if pid not in found:
            yield f"{pid} (child {child_id} of {parent}) is missing"
        elif found[pid][0] != parent:
            yield f"{pid} stands below {found[pid][0]}, not below its supervisor {parent}"
        elif child_id not in NO_ID and found[pid][1] != child_id:
            yield f"{pid} has the id {found[pid][1]!r}, not {child_id!r}"
    # A supervisor_bridge has a child, and answers no which_children.
    supervisors = {parent for parent, _ in after.values()}
    for pid, (parent, child_id) in found.items():
        if parent in supervisors and child_id not in NO_ID and pid not in before and pid not in after:
            yield f"{pid} has the id {child_id!r} and is no supervisor's child"


def check_walk(command, target):
    for _ in range(ATTEMPTS):
        differences = list(compare_with_walk(command, target))
        if not differences:
            return
    raise Wrong(f"{len(differences)} differences: " + "; ".join(differences[:5]))


def check_nothing_left(command, target):
    command.run("tree", "get")  # what the node itself loads at the first question is not ours
    before = snapshot.leftovers(target)
    command.run("tree", "get")
    command.run("process", "list")
    support.wait_until(lambda: not any("ov_probe" in line for line in snapshot.leftovers(target)),
                       "the probe is still there", seconds=10)
    left = snapshot.leftovers(target) - before
    expect(not left, f"left behind: {sorted(left)[:10]}")


CHECKS = [("info", check_info), ("every process once", check_every_process_once),
          ("same tree as which_children", check_walk), ("nothing left behind", check_nothing_left)]


def main(program, kinds):
    print(f"1..{len(kinds) * len(CHECKS)}")
    number = failures = 0
    for kind in kinds:
        with support.Targets() as targets:
            reason = ""
            try:
                target = targets.start(kind)
            except support.Missing as error:
                reason = f" # SKIP {error}"
            for name, check in CHECKS:
                number += 1
                if reason:
                    print(f"ok {number} {kind}: {name}{reason}")
                    continue
                try:
                    check(Command(program, target), target)
                    print(f"ok {number} {kind}: {name}", flush=True)
                except Exception as error:  # any failure is a failed point, and the next one is tried
                    failures += 1
                    print(f"not ok {number} {kind}: {name}")
                    words = str(error) if isinstance(error, Wrong) else traceback.format_exc()
                    print("\n".join(f"# {line}" for line in words.splitlines()), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
