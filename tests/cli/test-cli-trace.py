# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracing part of overstory-cli against a real node: streams, their sums, recordings, edges, paths, restarts.

test-cli-trace.py CLI: after every test the node must have nothing of ours left: no module, process, flag, pattern.
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
from clicase import LIMIT_S, Commands  # noqa: E402

COMMANDS = TARGETS = TARGET = None
CLEAN = ("{code:is_loaded(ov_probe), whereis(ov_probe_guard), "
         "[N || N <- nodes(hidden), lists:prefix(\"witness\", atom_to_list(N)) =:= false], "
         "[P || P <- processes(), erlang:trace_info(P, flags) =/= {flags, []}, erlang:trace_info(P, flags) =/= undefined], "
         "erlang:trace_info({lists, seq, 2}, traced)}")
SUMMARY = {"type", "generated", "shown", "dropped", "reason", "seconds"}


def here(*words):
    return (*words, "--node", TARGET.name, "--cookie-file", TARGET.cookie_file)


def pid_of(expression):
    return TARGET.ask(f"pid_to_list({expression})").strip('"')


def message_of(line):
    return line.get("message", "")


class Case(unittest.TestCase):
    """With `echo`, a process that sends back what it is sent, and `forward`, which passes on to echo."""

    def setUp(self):
        TARGET.ask("Echo = fun Loop() -> receive {crash, R} -> exit(R); {call, M, F, A} -> catch apply(M, F, A), Loop(); "
                   "{From, M} -> From ! {echo, M}, Loop() end end, "
                   "register(echo, spawn(Echo)), "
                   "Forward = fun Loop() -> receive {echo, _} -> Loop(); M -> echo ! {self(), M}, Loop() end end, "
                   "register(forward, spawn(Forward)), ok")

    def tearDown(self):
        COMMANDS.end_all()
        TARGET.ask("[case whereis(N) of undefined -> ok; P -> M = monitor(process, P), exit(P, kill), "
                   "receive {'DOWN', M, _, _, _} -> ok end end || N <- [echo, forward, flood, stranger]], ok")
        support.wait_until(lambda: TARGET.ask(CLEAN) == "{false,undefined,[],[],{traced,false}}", "the node is clean")

    def say(self, *words):
        for word in words:
            TARGET.ask(f"echo ! {{self(), {word}}}, receive {{echo, {word}}} -> ok after 5000 -> timeout end")

    def watch(self, *words):
        """A stream of echo that has begun: a first message was seen."""
        stream = COMMANDS.stream(*here("trace", "watch", *words))
        deadline = time.monotonic() + LIMIT_S
        support.wait_until(lambda: TARGET.is_true("is_pid(whereis(ov_probe_guard))"), "the probe")
        while not stream.lines:
            TARGET.ask("echo ! {whereis(demo_ready), knock}, ok")
            try:
                stream.wait_for(lambda line: True, seconds=0.2)
            except AssertionError:
                if time.monotonic() > deadline or stream.process.poll() is not None:
                    raise
        return stream

    def check_sum(self, lines):
        summary = lines[-1]
        self.assertEqual(summary["type"], "summary")
        self.assertTrue(SUMMARY <= set(summary), summary)
        self.assertEqual(summary["generated"], summary["shown"] + summary["dropped"], summary)
        shown = sum(1 for line in lines if line["type"] == "event")
        shown += sum(line["messages"] for line in lines if line["type"] == "flow")
        self.assertEqual(summary["shown"], shown, summary)
        return summary

    def refused(self, status, code, *words):
        found, out, err = COMMANDS.run(*words, "--json")
        self.assertEqual((found, out), (status, ""), err)
        error = json.loads(err)["error"]
        self.assertEqual(error["code"], code, error)
        return error


class Watch(Case):
    # --- what comes, as it comes ---

    def test_lines(self):
        stream = self.watch("--process", "echo", "--events", "send,receive")
        self.say("a", "{b,1}", "<<\"text\">>", "'\\x{1b}[31m'")
        last = stream.wait_for(lambda line: "[31m" in message_of(line) and line["kind"] == "send")
        # It is there while the stream goes on.
        self.assertIsNone(stream.process.poll())
        stream.interrupt()
        status, lines, err = stream.end()
        self.assertEqual((status, err), (0, ""))
        summary = self.check_sum(lines)
        self.assertEqual((summary["reason"], summary["dropped"]), ("interrupted", 0))
        echo = pid_of("whereis(echo)")
        events = [line for line in lines if line["type"] == "event"]
        self.assertEqual({event["pid"] for event in events}, {echo})
        self.assertEqual({event["name"] for event in events}, {"echo"})
        self.assertEqual({event["kind"] for event in events}, {"send", "receive"})
        times = [event["at_ns"] for event in events]
        self.assertEqual(times, sorted(times))
        self.assertLess(abs(times[-1] / 1e9 - time.time()), 600)
        self.assertEqual(last["message"], "{echo,'\\e[31m'}")
        sent = [event["message"] for event in events if event["kind"] == "send"]
        self.assertEqual([m for m in sent if "knock" not in m],
                         ["{echo,a}", "{echo,{b,1}}", "{echo,<<\"text\">>}", "{echo,'\\e[31m'}"])
        self.assertTrue(all(event["peer"] for event in events if event["kind"] == "send"))

    def test_every_one(self):
        """Five thousand messages, and not one is missing, twice or out of order."""
        stream = self.watch("--process", "echo", "--events", "receive", "--rate", "1000000")
        TARGET.ask("[echo ! {self(), {n, N}} || N <- lists:seq(1, 5000)], ok")
        self.say("finished")
        stream.wait_for(lambda line: "finished" in message_of(line))
        stream.interrupt()
        status, lines, _ = stream.end()
        self.assertEqual(status, 0)
        summary = self.check_sum(lines)
        self.assertEqual(summary["dropped"], 0, [line for line in lines if line["type"] != "event"])
        numbers = [int(found[1]) for line in lines if (found := re.search(r"\{n,(\d+)\}", message_of(line)))]
        self.assertEqual(numbers, list(range(1, 5001)))

    def test_ends_by_itself(self):
        begun = time.monotonic()
        # The limit of the command is that of its start only.
        status, out, err = COMMANDS.run(*here("trace", "watch", "--process", "echo", "--seconds", "4", "--timeout", "3",
                                              "--json"))
        took = time.monotonic() - begun
        self.assertEqual((status, err), (0, ""))
        summary = self.check_sum([json.loads(line) for line in out.splitlines()])
        self.assertEqual(summary["reason"], "duration")
        self.assertGreater(took, 4)
        stream = self.watch("--process", "echo", "--max", "11", "--events", "receive")
        TARGET.ask("[echo ! {self(), N} || N <- lists:seq(1, 300)], ok")
        status, lines, err = stream.end()
        self.assertEqual((status, err), (0, ""))
        summary = self.check_sum(lines)
        self.assertEqual((summary["reason"], summary["shown"]), ("count", 11))

    def test_selections(self):
        """Several processes, by name and pid, in both ways of writing them; all; new ones."""
        forward = pid_of("whereis(forward)")
        for words in (["--process", f"echo,{forward}"], ["--process", "echo", "--process", forward],
                      ["--process", "all", "--level", "events"]):
            stream = self.watch(*words, "--events", "receive,send")
            TARGET.ask("forward ! through, ok")
            seen = stream.wait_for(lambda line: line.get("name") == "forward" and "echo" in message_of(line))
            self.assertEqual(seen["kind"], "receive")
            stream.interrupt()
            status, lines, _ = stream.end()
            self.assertEqual(status, 0)
            self.check_sum(lines)
            self.assertTrue(any(line["type"] == "event" and line["kind"] == "send" and line["name"] == "forward"
                                and line["peer_name"] == "echo" for line in lines))

    def test_new(self):
        stream = COMMANDS.stream(*here("trace", "watch", "--process", "new", "--events", "receive,procs"))
        support.wait_until(lambda: TARGET.is_true("is_pid(whereis(ov_probe_guard))"), "the probe")
        found = None
        while found is None:
            TARGET.ask("P = spawn(fun() -> receive hello_new -> ok end end), P ! hello_new, ok")
            try:
                found = stream.wait_for(lambda line: message_of(line) == "hello_new", seconds=0.5)
            except AssertionError:
                self.assertIsNone(stream.process.poll())
        stream.interrupt()
        status, lines, _ = stream.end()
        self.assertEqual(status, 0)
        self.check_sum(lines)
        self.assertTrue(any(line["type"] == "event" and line["kind"] == "exit" and line["pid"] == found["pid"]
                            for line in lines))

    def test_subtree(self):
        stream = COMMANDS.stream(*here("trace", "watch", "--process", "demo_crowd", "--subtree", "--events", "receive"))
        support.wait_until(lambda: TARGET.is_true("is_pid(whereis(ov_probe_guard))"), "the probe")
        child = pid_of("element(2, hd(supervisor:which_children(demo_crowd)))")
        found = None
        while found is None:
            TARGET.ask(f"list_to_pid(\"{child}\") ! {{hello, subtree}}, ok")
            try:
                found = stream.wait_for(lambda line: message_of(line) == "{hello,subtree}", seconds=0.5)
            except AssertionError:
                self.assertIsNone(stream.process.poll())
        self.assertEqual(found["pid"], child)
        stream.interrupt()
        status, lines, _ = stream.end()
        self.assertEqual(status, 0)
        self.check_sum(lines)

    # --- calls ---

    def test_calls(self):
        stream = self.watch("--process", "echo", "--call", "lists:seq/2", "--call", "lists:nth/2", "--events", "receive")
        TARGET.ask("echo ! {call, lists, seq, [1, 3]}, echo ! {call, lists, nth, [5, []]}, echo ! {call, lists, sum, [[1]]}, ok")
        stream.wait_for(lambda line: line.get("kind") == "exception")
        stream.interrupt()
        status, lines, _ = stream.end()
        self.assertEqual(status, 0)
        self.check_sum(lines)
        calls = [line for line in lines if line.get("kind") in ("call", "return", "exception")]
        self.assertEqual([(c["kind"], c["module"], c["function"], c["arity"]) for c in calls[:3]],
                         [("call", "lists", "seq", 2), ("return", "lists", "seq", 2), ("call", "lists", "nth", 2)])
        self.assertEqual(calls[0]["arguments"], "[1,3]")
        self.assertEqual(calls[1]["value"], "[1,2,3]")
        self.assertEqual((calls[-1]["kind"], calls[-1]["class"], calls[-1]["reason"]), ("exception", "error", "function_clause"))
        self.assertNotIn("sum", {c["function"] for c in calls})

    def test_match(self):
        stream = self.watch("--process", "echo", "--call", "lists:seq/2", "--match", "[{['_',7],[],[{return_trace}]}]",
                            "--events", "receive", "--receive-match", "[{['_','_',{'_','$1'}],[{'=/=','$1',{const,{hidden,1}}}],[]}]")
        self.say("{hidden,1}")
        TARGET.ask("[echo ! {call, lists, seq, [1, N]} || N <- lists:seq(1, 9)], ok")
        self.say("finished")
        stream.wait_for(lambda line: "finished" in message_of(line))
        stream.interrupt()
        status, lines, _ = stream.end()
        self.assertEqual(status, 0)
        self.check_sum(lines)
        calls = [line for line in lines if line.get("kind") in ("call", "return", "exception")]
        self.assertFalse(any("hidden" in message_of(line) for line in lines))
        self.assertEqual([(c["kind"], c.get("arguments"), c.get("value")) for c in calls],
                         [("call", "[1,7]", None), ("return", None, "[1,2,3,4,5,6,7]")])

    def test_bad_match(self):
        for spec, words in [("[{'_',[],}]", "column 10"), ("[{'_',[],[{halt}]}]", "halt"), ("{x}", "")]:
            error = self.refused(2, "bad-parameter", *here("trace", "watch", "--process", "echo", "--call", "lists:seq/2",
                                                           "--match", spec))
            self.assertIn("--match", error["message"])
            self.assertIn(words, error["message"])
        error = self.refused(2, "bad-parameter", *here("trace", "watch", "--process", "echo", "--call", "lists seq"))
        self.assertIn("--call", error["message"])

    def test_what_is_not_there(self):
        self.refused(1, "no-function", *here("trace", "watch", "--process", "echo", "--call", "lists:no_such_function/7"))
        self.refused(1, "no-function", *here("trace", "watch", "--process", "echo", "--call", "no_such_module:f/1"))
        self.refused(1, "no-process", *here("trace", "watch", "--process", "nobody_is_called_so"))
        dead = pid_of("spawn(fun() -> ok end)")
        self.refused(1, "no-process", *here("trace", "watch", "--process", dead))
        self.refused(1, "remote-process", *here("trace", "watch", "--process", "<other@localhost.5.0>"))
        self.refused(2, "bad-parameter", *here("trace", "watch"))

    # --- what goes wrong meanwhile ---

    def test_process_dies(self):
        dying = pid_of("spawn(fun() -> receive stop -> exit(enough) end end)")
        stream = COMMANDS.stream(*here("trace", "watch", "--process", dying))
        support.wait_until(lambda: TARGET.is_true(
            f"erlang:trace_info(list_to_pid(\"{dying}\"), flags) =/= {{flags, []}}"), "the flags")
        TARGET.ask(f"list_to_pid(\"{dying}\") ! stop, ok")
        status, lines, err = stream.end()
        self.assertEqual((status, err), (0, ""))
        summary = self.check_sum(lines)
        self.assertEqual(summary["reason"], "processes-gone")
        self.assertIn(("exit", "enough"), [(line.get("kind"), line.get("reason")) for line in lines])

    def test_name_comes_back(self):
        stream = self.watch("--process", "echo")
        TARGET.ask("echo ! {crash, bad_day}, ok")
        stream.wait_for(lambda line: line.get("kind") == "exit" and line["reason"] == "bad_day")
        TARGET.ask("Echo = fun Loop() -> receive {From, M} -> From ! {echo, M}, Loop() end end, register(echo, spawn(Echo)), ok")
        new = pid_of("whereis(echo)")
        found = None
        while found is None:
            TARGET.ask("echo ! {self(), again}, ok")
            try:
                found = stream.wait_for(lambda line: "again" in message_of(line), seconds=0.5)
            except AssertionError:
                self.assertIsNone(stream.process.poll())
        self.assertEqual(found["pid"], new)
        stream.interrupt()
        status, lines, _ = stream.end()
        self.assertEqual(status, 0)
        self.check_sum(lines)

    def test_foreign_tracer(self):
        """Somebody else traces it: that is left alone, and told (before OTP 27, where there is one tracer a process)."""
        TARGET.ask("register(stranger, spawn(fun() -> erlang:trace(whereis(echo), true, [send]), "
                   "receive stop -> ok end end)), ok")
        support.wait_until(lambda: TARGET.is_true("erlang:trace_info(whereis(echo), flags) =:= {flags, [send]}"), "a tracer")
        self.refused(1, "foreign-tracer", *here("trace", "watch", "--process", "echo", "--seconds", "1"))
        self.assertEqual(TARGET.ask("{erlang:trace_info(whereis(echo), flags), erlang:trace_info(whereis(echo), tracer) =:= "
                                    "{tracer, whereis(stranger)}}"), "{{flags,[send]},true}")

    def test_flood(self):
        """A process that sends as fast as it can: the rate limit holds, each gap is told, and the sum is exact."""
        TARGET.ask("register(flood, spawn(fun() -> Sink = spawn_link(fun Loop() -> receive _ -> Loop() end end), "
                   "(fun Loop(N) -> Sink ! N, case N rem 20 of 0 -> erlang:yield(); _ -> ok end, Loop(N + 1) end)(1) end)), ok")
        status, out, err = COMMANDS.run(*here("trace", "watch", "--process", "flood", "--events", "send", "--level", "events",
                                              "--rate", "5000", "--seconds", "2", "--json"))
        self.assertEqual((status, err), (0, ""))
        lines = [json.loads(line) for line in out.splitlines()]
        summary = self.check_sum(lines)
        self.assertGreater(summary["shown"], 100)
        self.assertTrue(any(line["type"] in ("gap", "level") for line in lines))
        self.assertEqual(sum(line["count"] for line in lines if line["type"] == "gap" and line["reason"] != "foreign"),
                         summary["dropped"])
        self.assertGreater(summary["paused_ns"] + summary["dropped"], 0)

    def test_slow_reader(self):
        """Nobody reads for longer than the lease: the node still has us, and nothing is lost."""
        process = COMMANDS.start(*here("trace", "watch", "--process", "echo", "--events", "receive", "--seconds", "5",
                                       "--rate", "1000000", "--json"))
        support.wait_until(lambda: TARGET.is_true("erlang:trace_info(whereis(echo), flags) =/= {flags, []}"), "the flags")
        TARGET.ask("[echo ! {self(), {padding, N, lists:duplicate(10, N)}} || N <- lists:seq(1, 5000)], ok")
        # The trace ends on the node by its own limit; only then is the pipe read.
        support.wait_until(lambda: TARGET.is_true("erlang:trace_info(whereis(echo), flags) =:= {flags, []}"), "its end",
                           seconds=30)
        out, err = process.communicate(timeout=LIMIT_S)
        self.assertEqual((process.returncode, err), (0, ""))
        summary = self.check_sum([json.loads(line) for line in out.splitlines()])
        self.assertEqual((summary["reason"], summary["dropped"]), ("duration", 0))
        self.assertGreaterEqual(summary["shown"], 5000)

    def test_broken_pipe(self):
        """`| head -1`: it ends although nothing is said any more."""
        process = COMMANDS.start(*here("trace", "watch", "--process", "echo"))
        support.wait_until(lambda: TARGET.is_true("erlang:trace_info(whereis(echo), flags) =/= {flags, []}"), "the flags")
        self.say("hello")
        self.assertTrue(process.stdout.readline())
        process.stdout.close()
        self.assertEqual(process.wait(LIMIT_S), 128 + signal.SIGPIPE)
        with process.stderr as errors:
            self.assertEqual(errors.read(), "")

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            stream = self.watch("--process", "echo")
            stream.interrupt(number)
            status, lines, err = stream.end()
            self.assertEqual((status, err), (0, ""))
            self.assertEqual(self.check_sum(lines)["reason"], "interrupted")

    def test_killed(self):
        stream = self.watch("--process", "echo", "--call", "lists:seq/2", "--events", "receive")
        stream.process.kill()
        self.assertEqual(stream.end()[0], -signal.SIGKILL)

    # --- for people ---

    def in_terminal(self, *words, columns=100, **more):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen([COMMANDS.program, *words], stdin=slave, stdout=slave, stderr=slave,
                                   env=COMMANDS.environment(TERM="xterm", **more))
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
        TARGET.ask("register(flood, spawn(fun Loop() -> echo ! {self(), {'\\e]0;title\\a', lists:duplicate(100, x)}}, "
                   "receive {echo, _} -> ok after 10 -> ok end, timer:sleep(20), Loop() end)), ok")
        words = here("trace", "watch", "--process", "echo", "--max", "20")
        status, text = self.in_terminal(*words)
        self.assertEqual(status, 0, text)
        self.assertIn("\033[", text)
        plain = re.sub("\033\\[[0-9;]*m", "", text)
        self.assertNotIn("\033", plain)
        self.assertNotIn("\a", plain)
        lines = plain.splitlines()
        self.assertTrue(all(len(line) <= 100 for line in lines[:-1]), lines)
        self.assertTrue(all(re.match(r"\d\d:\d\d:\d\d\.\d{6}  (send|receive) ", line) for line in lines[:20]), lines[:3])
        self.assertTrue(any("echo → flood" in line for line in lines))
        self.assertIn("20 events: 20 shown", lines[-1].replace("\u202f", " "))
        status, text = self.in_terminal(*words, NO_COLOR="1")
        self.assertNotIn("\033", text)
        status, text, _ = COMMANDS.run(*here("trace", "watch", "--process", "echo", "--max", "4", "--elixir"))
        self.assertEqual(status, 0)
        self.assertIn("{:echo, {:", text)
        self.assertNotIn("\033", text)


class Others(Case):
    def test_flow(self):
        process = COMMANDS.start(*here("flow", "watch", "--process", "forward,echo", "--seconds", "60", "--json"))
        support.wait_until(lambda: TARGET.is_true("erlang:trace_info(whereis(echo), flags) =/= {flags, []}"), "the flags")
        TARGET.ask("[forward ! {n, N} || N <- lists:seq(1, 70)], ok")
        support.wait_until(lambda: TARGET.is_true("erlang:process_info(whereis(forward), message_queue_len) =:= "
                                                  "{message_queue_len, 0}"), "an empty mailbox")
        # What a person ends early has an answer, too.
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_S)
        self.assertEqual((process.returncode, err), (0, ""))
        answer = json.loads(out)
        edges = {(edge["from_name"], edge["to_name"]): edge for edge in answer["edges"]}
        self.assertEqual(edges["forward", "echo"]["messages"], 70)
        self.assertGreater(edges["forward", "echo"]["bytes"], 70)
        self.assertIn("n", edges["forward", "echo"]["label"])
        self.assertEqual(edges["forward", "echo"]["from"], pid_of("whereis(forward)"))
        nodes = {node["name"]: node for node in answer["nodes"]}
        self.assertEqual(nodes["forward"]["sent"], edges["forward", "echo"]["messages"])
        self.assertFalse(answer["has_gaps"])

    def test_flow_calls(self):
        """Latencies of calls are known, and are not longer than the calls take."""
        TARGET.ask("register(flood, spawn(fun Loop() -> code:which(lists), timer:sleep(1), Loop() end)), ok")
        status, out, err = COMMANDS.run(*here("flow", "watch", "--seconds", "2", "--json"))
        self.assertEqual((status, err), (0, ""))
        answer = json.loads(out)
        edge = next(edge for edge in answer["edges"] if edge["from_name"] == "flood")
        self.assertGreater(edge["messages"], 50)
        status, out, err = COMMANDS.run(*here("flow", "watch", "--seconds", "0.5"))
        self.assertEqual((status, err), (0, ""))
        self.assertIn("flood", out)
        self.assertIn("messages on", out)

    def test_path(self):
        words = ("flow", "path", "--from", "forward", "--to", "echo", "--message", "{forward_pid,follow}", "--seconds", "1")
        self.refused(4, "not-armed", *here(*words))
        self.refused(2, "bad-parameter", *here("flow", "path", "--from", "a", "--to", "b", "--message", "{x", "--arm"))
        self.refused(1, "no-process", *here("flow", "path", "--from", "forward", "--to", "nobody_at_all", "--message", "x", "--arm"))
        message = "{" + pid_of("whereis(forward)") + ",follow}"
        status, out, err = COMMANDS.run(*here("flow", "path", "--from", "forward", "--to", "echo", "--message", message,
                                              "--seconds", "1", "--max-hops", "5", "--arm", "--json"))
        self.assertEqual((status, err), (0, ""))
        hops = json.loads(out)["hops"]
        self.assertGreaterEqual(len(hops), 2)
        self.assertEqual((hops[0]["to_name"], hops[0]["depth"], hops[0]["parent"]), ("echo", 0, None))
        self.assertEqual((hops[1]["from_name"], hops[1]["to_name"], hops[1]["parent"]), ("echo", "forward", 0))
        self.assertEqual(hops[1]["message"], "{echo,follow}")
        self.assertLessEqual(len(hops), 5)

    def test_restarts(self):
        process = COMMANDS.start(*here("restart", "list", "--seconds", "4", "--json"))
        support.wait_until(lambda: TARGET.is_true("erlang:trace_info(whereis(demo_all), flags) =/= {flags, []}"), "the watch")
        victim = "element(2, lists:keyfind(first, 1, supervisor:which_children(demo_all)))"
        old = pid_of(victim)
        TARGET.ask(f"P = {victim}, M = monitor(process, P), exit(P, {{bad, day}}), "
                   "receive {'DOWN', M, _, _, _} -> ok end, supervisor:which_children(demo_all), ok")
        new = pid_of(victim)
        out, err = process.communicate(timeout=LIMIT_S)
        self.assertEqual((process.returncode, err), (0, ""))
        entry = next(entry for entry in json.loads(out)["restarts"] if entry["old_pid"] == old)
        self.assertEqual((entry["supervisor"], entry["child_id"], entry["new_pid"]), ("demo_all", "first", new))
        self.assertEqual(entry["reason"], "{bad,day}")
        self.assertRegex(entry["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")
        self.assertAlmostEqual(entry["headroom"], max(0, 1 - entry["recent"] / (entry["intensity"] + 1)))
        self.assertIn("exit", [cause["kind"] for cause in entry["cause"]])
        self.assertTrue(all(cause["words"] for cause in entry["cause"]))

    def test_sandbox(self):
        status, out, err = COMMANDS.run("trace", "watch", "--process", "shop_catalogue", "--max", "20", "--sandbox", "shop",
                                        "--json")
        self.assertEqual(status, 0, err)
        summary = self.check_sum([json.loads(line) for line in out.splitlines()])
        self.assertEqual((summary["reason"], summary["shown"]), ("count", 20))


class Recordings(Case):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "demo.overstory")

    def tearDown(self):
        self.folder.cleanup()
        super().tearDown()

    def record(self):
        stream = self.watch("--process", "echo,forward", "--events", "send,receive,procs", "--record", self.path)
        TARGET.ask("[forward ! {n, N} || N <- lists:seq(1, 20)], ok")
        stream.wait_for(lambda line: line.get("kind") == "send" and "{echo,{n,20}}" in message_of(line))
        stream.interrupt()
        status, lines, err = stream.end()
        self.assertEqual((status, err), (0, ""))
        self.check_sum(lines)
        return lines

    def read(self, *words, status=0):
        found, out, err = COMMANDS.run(*words, "--recording", self.path, env=COMMANDS.environment(ERL_EPMD_PORT="1"))
        self.assertEqual((found, err), (status, ""), out)
        return out

    def read_json(self, *words):
        return json.loads(self.read(*words, "--json"))

    def test_read_again(self):
        live = [line for line in self.record() if line["type"] == "event"]
        lines = [json.loads(line) for line in self.read("trace", "watch", "--json").splitlines()]
        summary = self.check_sum(lines)
        self.assertEqual(summary["reason"], "end")
        again = [line for line in lines if line["type"] == "event"]

        def key(line):
            return line["at_ns"], line["kind"], line["pid"], message_of(line)

        self.assertEqual([key(line) for line in again], [key(line) for line in live])
        only = [json.loads(line) for line in self.read("trace", "watch", "--process", "forward", "--events", "receive", "--max",
                                                       "7", "--json").splitlines()]
        self.assertEqual({line["kind"] for line in only[:-1]}, {"receive"})
        self.assertEqual((self.check_sum(only)["shown"], only[-1]["reason"]), (7, "count"))
        middle = live[len(live) // 2]["at_ns"]
        late = [json.loads(line) for line in self.read("trace", "watch", "--from", str(middle), "--json").splitlines()]
        self.assertEqual(len(late) - 1, sum(1 for line in live if line["at_ns"] >= middle))

    def test_everything_that_reads(self):
        self.record()
        echo = pid_of("whereis(echo)")
        tree = self.read_json("tree", "get")
        self.assertEqual(tree["node"], TARGET.name)
        self.assertIn("demo", [application["name"] for application in tree["applications"]])
        names = [process["name"] for process in self.read_json("process", "list")["processes"]]
        self.assertTrue({"echo", "forward", "demo_sup"} <= set(names))
        info = self.read_json("process", "info", "--pid", "echo")
        self.assertEqual((info["pid"], info["stack"]), (echo, None))
        node = self.read_json("node", "info")
        self.assertEqual((node["name"], node["erts_version"]), (TARGET.name, None))
        self.assertGreater(node["process_count"], 20)
        flow = self.read_json("flow", "watch")
        edges = {(edge["from_name"], edge["to_name"]): edge["messages"] for edge in flow["edges"]}
        self.assertGreaterEqual(edges["forward", "echo"], 20)
        self.assertIn("restarts", self.read_json("restart", "list"))
        for at in ("+0.5", "-0"):
            self.assertGreater(self.read_json("tree", "get", "--at", at)["process_count"], 20)
        for words in [("node", "info"), ("tree", "get"), ("process", "list"), ("flow", "watch"), ("restart", "list"),
                      ("trace", "watch"), ("sequence", "get")]:
            self.assertNotIn("\033", self.read(*words))

    def test_sequence(self):
        self.record()
        answer = self.read_json("sequence", "get", "--process", "forward,echo")
        names = [lane["name"] for lane in answer["lanes"]]
        self.assertTrue({"forward", "echo"} <= set(names), names)
        there, back = [(names.index(a), names.index(b)) for a, b in (("forward", "echo"), ("echo", "forward"))]
        sent = [step for step in answer["steps"] if (step["from"], step["to"]) == there]
        self.assertEqual(len(sent), 20)
        self.assertTrue(all(step["sent_ns"] <= step["received_ns"] for step in sent))
        self.assertEqual(sum((step["from"], step["to"]) == back for step in answer["steps"]), 20)
        svg = self.read("sequence", "get", "--format", "svg")
        xml.etree.ElementTree.fromstring(svg)
        self.assertIn("sequenceDiagram", self.read("sequence", "get", "--format", "mermaid"))
        text = self.read("sequence", "get", "--process", "forward", "--elixir")
        self.assertIn("forward", text)
        self.assertIn(":n", text)
        self.assertEqual(len(self.read_json("sequence", "get", "--limit", "3")["steps"]), 3)

    def test_existing_file(self):
        with open(self.path, "w", encoding="ascii") as file:
            file.write("mine")
        self.refused(1, "exists", *here("trace", "watch", "--process", "echo", "--seconds", "1", "--record", self.path))
        with open(self.path, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")
        status, _, err = COMMANDS.run(*here("trace", "watch", "--process", "echo", "--seconds", "0.2", "--record", self.path,
                                            "--force", "--json"))
        self.assertEqual((status, err), (0, ""))
        self.assertGreater(os.path.getsize(self.path), 1000)
        self.refused(1, "not-found", *here("trace", "watch", "--process", "echo", "--record", "/nonexistent/file"))
        for strange in (os.path.join(self.folder.name, "pipe"), os.path.join(self.folder.name, "folder")):
            (os.mkfifo if strange.endswith("pipe") else os.mkdir)(strange)
            self.refused(1, "not-a-file", *here("trace", "watch", "--process", "echo", "--record", strange, "--force"))
            self.assertFalse(os.path.isfile(strange))

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_full_output(self):
        """What cannot be written is an error, in the form that was asked for; nothing is left on the node."""
        for words in (("trace", "watch", "--process", "all", "--seconds", "0.2"), ("node", "info")):
            with open("/dev/full", "w", encoding="utf-8") as full:
                status, _, err = COMMANDS.run(*here(*words, "--json"), stdout=full)
            self.assertEqual((status, json.loads(err)["error"]["code"]), (1, "no-space"))

    def test_bad_files(self):
        missing = os.path.join(self.folder.name, "missing")
        self.refused(1, "not-found", "tree", "get", "--recording", missing)
        foreign = os.path.join(self.folder.name, "foreign")
        for content in (b"", b"mine", b"\x7fELF" + bytes(4096), os.urandom(65536)):
            with open(foreign, "wb") as file:
                file.write(content)
            error = self.refused(1, "not-a-recording", "tree", "get", "--recording", foreign)
            self.assertIn("foreign", error["message"])

    def test_cut_file(self):
        """A recording that was never closed is read up to where it is whole."""
        self.record()
        with open(self.path, "rb") as file:
            content = file.read()
        for share in (0.9, 0.6):
            with open(self.path, "wb") as file:
                file.write(content[:int(len(content) * share)])
            found, out, _ = COMMANDS.run("trace", "watch", "--recording", self.path, "--json")
            if found == 0:
                self.check_sum([json.loads(line) for line in out.splitlines()])
            else:
                self.assertEqual((found, out), (1, ""))

    def test_needs_a_node(self):
        self.record()
        self.refused(2, "needs-live-node", "flow", "path", "--from", "a", "--to", "b", "--message", "c", "--recording", self.path)
        self.refused(2, "bad-parameter", "trace", "watch", "--call", "a:b", "--match", "[{'_',[],[]}]", "--recording", self.path)
        self.refused(2, "bad-parameter", "tree", "get", "--at", "noon", "--recording", self.path)
        self.refused(1, "not-found", "process", "info", "--pid", "nobody_here", "--recording", self.path)
        self.refused(1, "not-found", "sequence", "get", "--process", "nobody_here", "--recording", self.path)


class Loss(Case):
    def test_node_dies(self):
        """What came is shown and kept, and what happened is said."""
        victim = TARGETS.start("erlang")
        victim.ask("register(talk, spawn(fun Loop() -> self() ! tick, receive tick -> timer:sleep(2), Loop() end end)), ok")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "lost.overstory")
            stream = COMMANDS.stream("trace", "watch", "--process", "talk", "--events", "receive", "--record", path, "--node",
                                     victim.name, "--cookie-file", victim.cookie_file)
            for _ in range(100):
                stream.wait_for(lambda line: line.get("message") == "tick")
            os.killpg(victim.process.pid, signal.SIGKILL)
            status, lines, err = stream.end()
            self.assertEqual(status, 1)
            self.assertEqual(json.loads(err.splitlines()[0])["error"]["code"], "lost")
            self.assertEqual(self.check_sum(lines)["reason"], "lost")
            found, out, err = COMMANDS.run("trace", "watch", "--recording", path, "--events", "receive", "--json")
            self.assertEqual((found, err), (0, ""))
            again = [json.loads(line) for line in out.splitlines()]
            self.assertGreaterEqual(sum(line.get("message") == "tick" for line in again), 100)


def main():
    global COMMANDS, TARGETS, TARGET
    program = sys.argv.pop(1)
    try:
        with support.Targets() as TARGETS:
            TARGET = TARGETS.start("erlang")
            COMMANDS = Commands(program, TARGETS)
            return 0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1
    except support.Missing as missing:
        print(missing)
        return 77


if __name__ == "__main__":
    sys.exit(main())
