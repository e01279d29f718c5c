# SPDX-License-Identifier: GPL-3.0-or-later
"""overstory-cli as a whole program, against a real node: answers, exit statuses, errors, signals, bad input.

test-cli.py CLI: after every test the node must have nothing of ours left.
"""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import targets as support  # noqa: E402

CLI = None
TARGETS = None
TARGET = None
LIMIT_S = 60
CLEAN = ("{code:is_loaded(ov_probe), whereis(ov_probe_guard), "
         "[N || N <- nodes(hidden), lists:prefix(\"witness\", atom_to_list(N)) =:= false]}")
P_MEMBERS = {"pid", "name", "label", "kind", "module", "child_id", "restart", "strategy", "intensity", "period_s",
             "children"}


def environment(**more):
    return os.environ | {"ERL_EPMD_PORT": str(TARGETS.port), "OVERSTORY_UNINSTALLED": "1",
                         "XDG_STATE_HOME": os.path.join(TARGETS.folder, "state")} | more


def start(*words, **options):
    options.setdefault("env", environment())
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.Popen([CLI, *words], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)


def run(*words, **options):
    process = start(*words, **options)
    out, err = process.communicate(timeout=LIMIT_S)
    return process.returncode, out, err


def here(*words):
    return (*words, "--node", TARGET.name, "--cookie-file", TARGET.cookie_file)


def journal():
    try:
        with open(os.path.join(TARGETS.folder, "state", "overstory", "journal.jsonl"), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def wait_for_attach(before):
    """Until the next attach stands in the journal."""
    support.wait_until(lambda: '"node.attach"' in journal()[before:], "an attach")


def walk(process):
    yield process
    for child in process["children"]:
        yield from walk(child)


def all_of(tree):
    roots = [application["root"] for application in tree["applications"]] + tree["outside"]
    return [process for root in roots if root for process in walk(root)]


class Cli(unittest.TestCase):
    def tearDown(self):
        support.wait_until(lambda: TARGET.ask(CLEAN) == "{false,undefined,[]}", "the node is clean")

    def answer(self, *words, **options):
        status, out, err = run(*words, "--json", **options)
        self.assertEqual((status, err), (0, ""), out)
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)

    def refused(self, status, code, *words, **options):
        """The same failure in both forms: on standard error only, with a word, a message and a hint."""
        found, out, err = run(*words, "--json", **options)
        self.assertEqual((found, out), (status, ""), err)
        error = json.loads(err)["error"]
        self.assertEqual(set(error), {"code", "message", "hint"})
        self.assertEqual(error["code"], code, error)
        self.assertTrue(error["message"])
        self.assertTrue(error["hint"], error)
        found, out, err = run(*words, **options)
        self.assertEqual((found, out), (status, ""))
        self.assertTrue(err.startswith("overstory-cli: "), err)
        self.assertNotIn("\033", err)
        return error

    # --- answers ---

    def test_info(self):
        info = self.answer(*here("node", "info"))
        self.assertEqual(info["name"], TARGET.name)
        self.assertEqual(info["otp_release"], json.loads(TARGET.ask("erlang:system_info(otp_release)")))
        self.assertEqual(str(info["process_limit"]), TARGET.ask("erlang:system_info(process_limit)"))
        self.assertGreater(info["memory"]["total_bytes"], 1000000)
        for member in ("erts_version", "uptime_s", "process_count", "port_count", "atom_count", "schedulers",
                       "elixir_version"):
            self.assertIn(member, info)

    def test_list(self):
        nodes = self.answer("node", "list")["nodes"]
        self.assertIn(TARGET.name, [node["name"] for node in nodes])
        for node in nodes:
            self.assertEqual(set(node), {"name", "host", "port"})

    def test_doctor(self):
        report = self.answer(*here("node", "doctor"))
        self.assertTrue(report["ok"])
        for step in report["steps"]:
            self.assertTrue({"name", "ok", "message", "hint"} <= set(step))
        bad = self.answer("node", "doctor", "--node", "nobody@localhost", "--cookie-file", TARGET.cookie_file)
        self.assertFalse(bad["ok"])
        self.assertTrue(any(not step["ok"] and step["hint"] for step in bad["steps"]))

    def test_tree(self):
        tree = self.answer(*here("tree", "get"))
        processes = all_of(tree)
        pids = [process["pid"] for process in processes if process.get("absence") is None]
        self.assertEqual(len(pids), len(set(pids)))
        self.assertEqual(len(pids), tree["process_count"])
        for process in processes:
            self.assertTrue(P_MEMBERS <= set(process))
        crowd = next(process for process in processes if process["name"] == "demo_crowd")
        self.assertEqual((crowd["kind"], crowd["strategy"]), ("supervisor", "simple_one_for_one"))
        self.assertGreater(len(crowd["children"]), 10)

    def test_tree_parts(self):
        tree = self.answer(*here("tree", "get", "--application", "demo", "--depth", "2"))
        self.assertEqual([application["name"] for application in tree["applications"]], ["demo"])
        self.assertEqual(tree["outside"], [])
        self.assertGreater(tree["applications"][0]["root"]["children"][0]["hidden"], 10)
        error = self.refused(1, "not-found", *here("tree", "get", "--application", "kernle"))
        self.assertIn("kernel", error["message"])

    def test_tree_formats(self):
        with tempfile.TemporaryDirectory() as folder:
            for word, begins in [("svg", b"<?xml"), ("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"),
                                 ("mermaid", b"flowchart"), ("dot", b"digraph"), ("text", TARGET.name.encode())]:
                path = os.path.join(folder, word)
                self.assertEqual(run(*here("tree", "get", "--format", word, "--output", path)), (0, "", ""))
                with open(path, "rb") as file:
                    content = file.read()
                self.assertTrue(content.startswith(begins), word)
                if word == "svg":
                    xml.etree.ElementTree.fromstring(content)

    def test_diff(self):
        with tempfile.TemporaryDirectory() as folder:
            before, after = os.path.join(folder, "before"), os.path.join(folder, "after")
            victim = "element(2, lists:keyfind(first, 1, supervisor:which_children(demo_all)))"
            old = TARGET.ask(f"pid_to_list({victim})").strip('"')
            self.assertEqual(run(*here("tree", "get", "--json", "--output", before))[0], 0)
            TARGET.ask(f"P = {victim}, M = monitor(process, P), exit(P, kill), receive {{'DOWN', M, _, _, _}} -> ok end, "
                       "supervisor:which_children(demo_all), ok")
            new = TARGET.ask(f"pid_to_list({victim})").strip('"')
            self.assertEqual(run(*here("tree", "get", "--json", "--output", after))[0], 0)
            diff = self.answer("tree", "diff", "--from", before, "--to", after)
        self.assertIn((old, new, "first"), [(r["from"], r["to"], r["child_id"]) for r in diff["restarted"]])
        self.assertNotIn(new, [process["pid"] for process in diff["added"]])
        self.assertNotIn(old, [process["pid"] for process in diff["removed"]])

    def test_processes(self):
        answer = self.answer(*here("process", "list", "--sort", "memory", "--limit", "5"))["processes"]
        figures = [process["memory_bytes"] for process in answer]
        self.assertEqual(len(answer), 5)
        self.assertEqual(figures, sorted(figures, reverse=True))
        for process in answer:
            self.assertTrue({"pid", "name", "kind", "module", "memory_bytes", "reductions", "message_queue_len",
                             "current_function", "status"} <= set(process))
        found = self.answer(*here("process", "list", "--filter", "demo_crowd"))["processes"]
        self.assertIn("demo_crowd", [process["name"] for process in found])
        modules = {process["module"] for process in self.answer(*here("process", "list", "--module", "demo"))["processes"]}
        self.assertEqual(modules, {"demo"})
        names = [process["name"] for process in self.answer(*here("process", "list", "--sort", "name"))["processes"]]
        named = [name for name in names if name is not None]
        self.assertEqual(names[:len(named)], named)

    def test_process(self):
        by_name = self.answer(*here("process", "info", "--pid", "demo_crowd"))
        by_pid = self.answer(*here("process", "info", "--pid", by_name["pid"]))
        self.assertEqual(by_pid["name"], "demo_crowd")
        self.assertEqual(by_pid["kind"], "supervisor")
        self.assertIn(TARGET.ask("pid_to_list(whereis(demo_sup))").strip('"'), by_pid["links"])
        for member in ("monitors", "monitored_by", "ancestors", "dictionary", "stack", "garbage_collection"):
            self.assertIn(member, by_pid)
        self.assertIn("demo_sup", by_pid["ancestors"])

    def test_sandbox(self):
        examples = self.answer("sandbox", "list")["examples"]
        self.assertIn("shop", [example["name"] for example in examples])
        tree = self.answer("tree", "get", "--sandbox", "shop")
        self.assertIn("shop", [application["name"] for application in tree["applications"]])

    def test_text(self):
        for words in [("node", "info"), ("node", "doctor"), ("tree", "get"), ("process", "list"),
                      ("process", "info", "--pid", "init")]:
            status, out, err = run(*here(*words))
            self.assertEqual((status, err), (0, ""), words)
            self.assertNotIn("\033", out)
            self.assertTrue(out.endswith("\n"))

    def test_help(self):
        for words in [(), ("help",), ("help", "tree"), ("tree", "get", "--help"), ("--version",)]:
            status, out, err = run(*words)
            self.assertEqual((status, err), (0, ""))
            self.assertTrue(out)

    # --- in a terminal ---

    def in_terminal(self, *words, **more):
        """(status, what the terminal gets) with 100 columns."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        process = subprocess.Popen([CLI, *words], stdin=slave, stdout=slave, stderr=slave,
                                   env=environment(TERM="xterm", **more))
        os.close(slave)
        pieces = []
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # EIO: the other side is closed
                break
            if not piece:
                break
            pieces.append(piece)
        os.close(master)
        return process.wait(LIMIT_S), b"".join(pieces).decode()

    def test_terminal(self):
        status, text = self.in_terminal(*here("tree", "get"))
        self.assertEqual(status, 0)
        self.assertIn("\033[1m", text)
        self.assertIn("more like these", text)
        for line in text.splitlines():
            self.assertLessEqual(len(re.sub("\033\\[[0-9;]*m", "", line)), 100, line)
        status, plain = self.in_terminal(*here("tree", "get"), NO_COLOR="1")
        self.assertEqual(status, 0)
        self.assertNotIn("\033", plain)
        status, text = self.in_terminal(*here("node", "info", "--json"))
        self.assertEqual(json.loads(text)["name"], TARGET.name)
        self.assertGreater(text.count("\n"), 10)

    def test_picture_in_terminal(self):
        status, text = self.in_terminal(*here("tree", "get", "--format", "png"))
        self.assertEqual(status, 2)
        self.assertIn("--output", text)

    # --- wrong usage ---

    def test_usage(self):
        for code, words in [("unknown-operation", ("tre", "get")), ("unknown-operation", ("tree", "burn")),
                            ("no-node", ("tree", "get")), ("bad-parameter", here("tree", "get", "--depht", "1")),
                            ("bad-parameter", here("tree", "get", "--depth", "0")),
                            ("bad-parameter", here("tree", "get", "--timeout", "never")),
                            ("bad-parameter", here("process", "info")),
                            ("bad-parameter", here("process", "info", "--pid", "<0.")),
                            ("bad-parameter", ("tree", "diff", "--from", "/nonexistent", "--to", "/nonexistent")),
                            ("no-example", ("tree", "get", "--sandbox", "nothing"))]:
            self.refused(2, code, *words)

    # --- cannot attach ---

    def test_unknown_node(self):
        error = self.refused(3, "unknown-node", "tree", "get", "--node", "nobody@localhost", "--cookie-file",
                             TARGET.cookie_file)
        self.assertIn("nobody", error["message"])

    def test_wrong_cookie(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("WRONGCOOKIE")
            file.flush()
            self.refused(3, "bad-cookie", "tree", "get", "--node", TARGET.name, "--cookie-file", file.name)

    def test_cookie_file(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("COOKIE")
            file.flush()
            os.chmod(file.name, 0o644)
            self.refused(3, "cookie-file", "tree", "get", "--node", TARGET.name, "--cookie-file", file.name)
        self.refused(3, "cookie-file", "tree", "get", "--node", TARGET.name, "--cookie-file", "/nonexistent/cookie")

    def test_no_epmd(self):
        nobody = environment(ERL_EPMD_PORT=str(support.free_port()))
        self.refused(3, "no-epmd", *here("tree", "get"), env=nobody)
        self.refused(1, "no-epmd", "node", "list", env=nobody)
        port = next(node["port"] for node in self.answer("node", "list")["nodes"] if node["name"] == TARGET.name)
        info = self.answer(*here("node", "info"), "--host", "localhost", "--port", str(port), env=nobody)
        self.assertEqual(info["name"], TARGET.name)

    def test_names(self):
        for name in ["x" * 300 + "@localhost", "\u00e9\u6f22@localhost", "a b@localhost", "@localhost", "name@"]:
            found, out, err = run("tree", "get", "--node", name, "--cookie-file", TARGET.cookie_file, "--json")
            self.assertEqual((found, out), (3, ""), name)
            error = json.loads(err)["error"]
            self.assertIn(error["code"], ("bad-name", "unknown-node", "name-kind"), name)
            self.assertTrue(error["hint"])
        # Without any cookie it is still the name that is wrong.
        self.refused(3, "bad-name", "tree", "get", "--node", "nohost", "--cookie-file", "/nonexistent/cookie")

    def test_no_erl(self):
        self.refused(3, "no-erl", "tree", "get", "--sandbox", "shop", env=environment(PATH=""))

    def test_silent_node(self):
        """A stopped node accepts connections and says nothing: the limit holds."""
        TARGET.process.send_signal(signal.SIGSTOP)
        try:
            begun = time.monotonic()
            status, out, err = run(*here("tree", "get", "--json", "--timeout", "0.5"))
            took = time.monotonic() - begun
        finally:
            TARGET.process.send_signal(signal.SIGCONT)
        self.assertEqual((status, out), (3, ""))
        self.assertEqual(json.loads(err)["error"]["code"], "timed-out")
        self.assertLess(took, 3)

    def test_doctor_of_silent_node(self):
        """The doctor says so within its limit, instead of failing."""
        TARGET.process.send_signal(signal.SIGSTOP)
        try:
            report = self.answer(*here("node", "doctor", "--host", "localhost", "--timeout", "1"))
        finally:
            TARGET.process.send_signal(signal.SIGCONT)
        self.assertFalse(report["ok"])
        self.assertEqual([step["name"] for step in report["steps"] if not step["ok"] and not step["skipped"]],
                         ["handshake"])

    # --- operations that fail ---

    def test_processes_that_are_not(self):
        dead = TARGET.ask("pid_to_list(spawn(fun() -> ok end))").strip('"')
        self.refused(1, "not-found", *here("process", "info", "--pid", dead))
        self.refused(1, "not-found", *here("process", "info", "--pid", "nobody_has_this_name"))
        self.refused(1, "not-found", *here("process", "info", "--pid", "x" * 300))
        self.refused(1, "not-found", *here("process", "info", "--pid", "\u00e9t\u00e9"))
        self.refused(1, "remote-process", *here("process", "info", "--pid", "<other@localhost.5.0>"))

    def test_stuck_supervisor(self):
        """It waits inside of a child's start function, as a supervisor does whose child never comes up."""
        TARGET.ask("Wait = fun() -> register(demo_waits, spawn(fun() -> receive stop -> ok end end)), "
                   "receive go_on -> ignore end end, spawn(fun() -> supervisor:start_child(demo_rest, "
                   "#{id => slow, start => {erlang, apply, [Wait, []]}}) end), ok")
        support.wait_until(lambda: TARGET.is_true("is_pid(whereis(demo_waits))"), "a supervisor that waits")
        try:
            begun = time.monotonic()
            tree = self.answer(*here("tree", "get"))
            took = time.monotonic() - begun
        finally:
            TARGET.ask("demo_rest ! go_on, supervisor:which_children(demo_rest), "
                       "supervisor:delete_child(demo_rest, slow), demo_waits ! stop, ok")
        stuck = next(process for process in all_of(tree) if process["name"] == "demo_rest")
        self.assertEqual(stuck["answer"], "none")
        self.assertGreater(len(stuck["children"]), 0)
        self.assertLess(took, 3)

    def test_files(self):
        self.refused(1, "not-found", *here("tree", "get", "--output", "/nonexistent/file"))
        with open("/dev/full", "w", encoding="ascii") as full:
            status, _, err = run(*here("tree", "get", "--json"), stdout=full)
        self.assertEqual(status, 1)
        self.assertIn("Standard output", err)

    def test_broken_pipe(self):
        process = start(*here("tree", "get", "--json"))
        process.stdout.close()
        self.assertEqual(process.stderr.read(), "")
        process.stderr.close()
        self.assertEqual(process.wait(LIMIT_S), 128 + signal.SIGPIPE)

    # --- interruptions ---

    def with_crowd(self, act):
        """What happens in mid-census: the node has so many processes that a look takes a while."""
        TARGET.ask("register(crowd, spawn(fun() -> [spawn_link(fun() -> receive stop -> ok end end) "
                   "|| _ <- lists:seq(1, 80000)], receive stop -> exit(stop) end end))")
        support.wait_until(lambda: TARGET.is_true("erlang:system_info(process_count) > 80000"), "a crowd")
        before = len(journal())
        process = start(*here("tree", "get", "--json", "--timeout", "60"))
        wait_for_attach(before)
        act(process)
        out, err = process.communicate(timeout=LIMIT_S)
        TARGET.ask("case whereis(crowd) of undefined -> ok; P -> P ! stop end")
        support.wait_until(lambda: TARGET.is_true("erlang:system_info(process_count) < 10000"), "no crowd")
        return process.returncode, out, err

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            found = self.with_crowd(lambda process, number=number: process.send_signal(number))
            self.assertEqual(found, (128 + number, "", ""))

    def test_killed(self):
        status, out, _ = self.with_crowd(lambda process: process.kill())
        self.assertEqual((status, out), (-signal.SIGKILL, ""))

    def test_secrets(self):
        with open(TARGET.cookie_file, encoding="ascii") as file:
            cookie = file.read().strip()
        self.assertEqual(run(*here("node", "info"))[0], 0)
        self.assertIn("node.detach", journal())
        self.assertNotIn(cookie, journal())


class Death(unittest.TestCase):
    def test_in_mid_census(self):
        """The node is killed while it is being read; it has a target of its own, since it does not come back."""
        victim = TARGETS.start("erlang")
        victim.ask("[spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, 150000)], ok")
        before = len(journal())
        process = start("tree", "get", "--json", "--timeout", "60", "--node", victim.name, "--cookie-file",
                        victim.cookie_file)
        wait_for_attach(before)
        os.killpg(victim.process.pid, signal.SIGKILL)
        out, err = process.communicate(timeout=LIMIT_S)
        self.assertEqual((process.returncode, out), (1, ""), err)
        error = json.loads(err)["error"]
        self.assertEqual(error["code"], "lost", error)
        self.assertTrue(error["hint"])


def main():
    global CLI, TARGETS, TARGET
    CLI = sys.argv.pop(1)
    try:
        with support.Targets() as TARGETS:
            TARGET = TARGETS.start("erlang")
            return 0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1
    except support.Missing as missing:
        print(missing)
        return 77


if __name__ == "__main__":
    sys.exit(main())
