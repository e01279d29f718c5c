# SPDX-License-Identifier: GPL-3.0-or-later
"""overstory-cli against real nodes: this machine's Erlang and Elixir, RabbitMQ, and OTP 23, 27 and 29.

test-targets.py CLI TARGET...: on each target `node info` and `tree get` answer; every process stands in the tree
exactly once; parents and child ids are those that supervisor:which_children gives; traces of the busy node
lose nothing that is not told, and are read again from a recording; and when a command has
ended, the node has no module, table, name, handler, application or trace flag that it did not have before.
Prints TAP; a target that is not here is skipped with the name of what is missing.
"""

import collections
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
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
        return json.loads(self.run_text(*words, "--node", self.target.name, "--cookie-file", self.target.cookie_file))

    def run_lines(self, *words):
        """The objects of a stream."""
        text = self.run_text(*words, "--node", self.target.name, "--cookie-file", self.target.cookie_file)
        return [json.loads(line) for line in text.splitlines()]

    def run_text(self, *words):
        done = subprocess.run(
            [self.program, *words, "--json"],
            env=os.environ | {"ERL_EPMD_PORT": str(self.target.targets.port), "OVERSTORY_UNINSTALLED": "1"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_S, check=False)
        expect(done.returncode == 0, f"{' '.join(words)}: status {done.returncode}: {done.stderr.strip()}")
        return done.stdout


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


# --- under load ---

# Calls to a server of the kernel, and processes that come and go.
TALK = ("register(ov_test_load, spawn(fun Loop() -> code:which(lists), supervisor:count_children(kernel_sup), spawn(fun() -> ok end), timer:sleep(2), Loop() end)), ok")
QUIET = ("case whereis(ov_test_load) of undefined -> ok; P -> M = monitor(process, P), exit(P, kill), "
         "receive {'DOWN', M, _, _, _} -> ok end end")


def work_rabbit(target, stop, publishes):
    """One publisher, or one consumer, until it is told to stop."""
    import pika
    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", target.amqp_port, heartbeat=0))
    channel = connection.channel()
    channel.queue_declare("work")
    if publishes:
        while not stop.is_set():
            channel.basic_publish("", "work", b"x" * 100)
    else:
        for method, _, _ in channel.consume("work", inactivity_timeout=0.2):
            if stop.is_set():
                break
            if method:
                channel.basic_ack(method.delivery_tag)
    connection.close()


@contextlib.contextmanager
def busy(target):
    stop, threads = threading.Event(), []
    if target.amqp_port is not None:
        try:
            import pika  # noqa: F401
        except ImportError as error:
            raise support.Missing("python3-pika is missing") from error
        threads = [threading.Thread(target=work_rabbit, args=(target, stop, publishes), daemon=True)
                   for publishes in (True, False, False)]
    target.ask(TALK)
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(COMMAND_S)
        target.ask(QUIET)


def check_sum(lines):
    summary = lines[-1]
    expect(summary["type"] == "summary", f"the last line is {summary}")
    expect(summary["generated"] == summary["shown"] + summary["dropped"], f"the sum is wrong: {summary}")
    shown = sum(line["type"] == "event" for line in lines) + sum(line["messages"] for line in lines if line["type"] == "flow")
    gone = sum(line["count"] for line in lines if line["type"] == "gap" and line["reason"] != "foreign")
    expect(shown == summary["shown"], f"{shown} are on lines: {summary}")
    expect(gone == summary["dropped"], f"{gone} are in gaps: {summary}")
    expect(summary["generated"] > 100, f"nothing happens: {summary}")
    return summary


def check_trace(command, target):
    with busy(target):
        for words in (["--process", "all"], ["--process", "all", "--level", "events", "--rate", "100000"],
                      ["--process", "all", "--level", "edges"], ["--call", "code:which/1", "--process", "ov_test_load"]):
            lines = command.run_lines("trace", "watch", *words, "--seconds", "2")
            # Whoever insists on single events of everything may meet the fuse.
            expect(check_sum(lines)["reason"] in ("duration", "fuse" if "--rate" in words else ""), f"{lines[-1]}")
        calls = collections.Counter(line["kind"] for line in lines[:-1])
        expect(set(calls) == {"call", "return"} and abs(calls["call"] - calls["return"]) <= 1, f"calls: {calls}")


def check_recording(command, target):
    with busy(target), tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "busy.overstory")
        live = command.run_lines("trace", "watch", "--process", "ov_test_load,kernel_sup", "--seconds", "2", "--record", path)
        check_sum(live)
        again = [json.loads(line) for line in command.run_text("trace", "watch", "--recording", path).splitlines()]
        check_sum(again)
        expect([(line["at_ns"], line["kind"]) for line in again if line["type"] == "event"] ==
               [(line["at_ns"], line["kind"]) for line in live if line["type"] == "event"], "the recording has other events")
        tree = json.loads(command.run_text("tree", "get", "--recording", path))
        expect(tree["process_count"] > 30, f"processes {tree['process_count']}")
        steps = json.loads(command.run_text("sequence", "get", "--recording", path, "--process", "ov_test_load"))["steps"]
        answered = [step for step in steps if step["kind"] == "call" and step["pair"] is not None]
        expect(len(answered) > 10, f"{len(answered)} calls with their answers among {len(steps)} steps")


def check_flow(command, target):
    with busy(target):
        answer = command.run("flow", "watch", "--seconds", "2")
    edges = {(edge["from_name"], edge["to_name"]): edge for edge in answer["edges"]}
    edge = edges.get(("ov_test_load", "kernel_sup"))
    expect(edge is not None, f"no such edge among {list(edges)[:10]}")
    expect(edge["messages"] > 50 and edge["bytes"] > edge["messages"], f"{edge}")
    expect(edge["median_ns"] is not None and 0 < edge["median_ns"] <= edge["p99_ns"] < 10**9, f"{edge}")


def check_nothing_left_of_tracing(command, target):
    command.run_lines("trace", "watch", "--process", "init", "--call", "lists:seq/2", "--seconds", "0.1")
    before = snapshot.leftovers(target)
    command.run_lines("trace", "watch", "--process", "all", "--call", "lists:_", "--seconds", "0.5")
    command.run("flow", "watch", "--seconds", "0.2")
    command.run("restart", "list", "--seconds", "0.2")
    support.wait_until(lambda: not any("ov_probe" in line for line in snapshot.leftovers(target)),
                       "the probe is still there", seconds=10)
    left = snapshot.leftovers(target) - before
    expect(not left, f"left behind: {sorted(left)[:10]}")
    expect(target.ask("erlang:trace_info({lists, seq, 2}, traced)") == "{traced,false}", "a breakpoint stayed")


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
          ("same tree as which_children", check_walk), ("nothing left behind", check_nothing_left),
          ("exact sums under load", check_trace), ("recorded and read again", check_recording),
          ("who talks to whom", check_flow), ("nothing left of tracing", check_nothing_left_of_tracing)]


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
                except support.Missing as error:
                    print(f"ok {number} {kind}: {name} # SKIP {error}", flush=True)
                except Exception as error:  # any failure is a failed point, and the next one is tried
                    failures += 1
                    print(f"not ok {number} {kind}: {name}")
                    words = str(error) if isinstance(error, Wrong) else traceback.format_exc()
                    print("\n".join(f"# {line}" for line in words.splitlines()), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
