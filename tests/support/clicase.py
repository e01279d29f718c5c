# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of overstory-cli against a target: run, started, or as a stream that is read line by line."""

import json
import os
import queue
import signal
import subprocess
import threading
import time

LIMIT_S = 30


class Stream:
    """A command that goes on: its lines as they come, each with the time at which it was read."""

    def __init__(self, process):
        self.process = process
        self.lines = []
        self.times = []
        self._queue = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        with self.process.stdout as output:
            for line in output:
                self._queue.put((time.monotonic(), line))
        self._queue.put(None)

    def wait_for(self, condition, words="a line", seconds=LIMIT_S):
        """The first line from here on that the condition takes, as an object."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                item = self._queue.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{words} did not come in {seconds} s; so far {self.lines[-3:]}") from None
            if item is None:
                raise AssertionError(f"the stream ended before {words} came: {self.process.stderr.read()}")
            self.times.append(item[0])
            self.lines.append(json.loads(item[1]))
            if condition(self.lines[-1]):
                return self.lines[-1]

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def end(self, seconds=LIMIT_S):
        """(status, all objects, standard error) when it has ended."""
        status = self.process.wait(seconds)
        self._reader.join(seconds)
        while not self._queue.empty():
            item = self._queue.get()
            if item is not None:
                self.times.append(item[0])
                self.lines.append(json.loads(item[1]))
        with self.process.stderr as errors:
            return status, self.lines, errors.read()


class Commands:
    """overstory-cli for the target of one test program."""

    def __init__(self, program, targets):
        self.program, self.targets = program, targets
        self.started = []

    def environment(self, **more):
        return os.environ | {"ERL_EPMD_PORT": str(self.targets.port), "OVERSTORY_UNINSTALLED": "1",
                             "XDG_STATE_HOME": os.path.join(self.targets.folder, "state")} | more

    def start(self, *words, **options):
        options.setdefault("env", self.environment())
        options.setdefault("stdout", subprocess.PIPE)
        self.started.append(subprocess.Popen([self.program, *words], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                             text=True, **options))
        return self.started[-1]

    def end_all(self):
        """What a failed test left running."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait(LIMIT_S)
        self.started.clear()

    def run(self, *words, **options):
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=LIMIT_S)
        return process.returncode, out, err

    def stream(self, *words, **options):
        return Stream(self.start(*words, "--json", **options))
