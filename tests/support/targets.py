# SPDX-License-Identifier: GPL-3.0-or-later
"""Real nodes to attach to: RabbitMQ, an Elixir node, plain nodes of this and other OTP releases.

Everything runs on loopback under an epmd of its own, on free ports, with a random cookie in a
private HOME, and ends with the test, also when that is killed.  A witness, a hidden node that knows
nothing of Overstory, evaluates expressions on any of them: what it says is independent.

As a program: targets.py run TARGET [--load] -- COMMAND... starts a target ("rabbitmq", "elixir", "erlang",
"otp-23", ...) and runs a command with $OVERSTORY_NODE, $OVERSTORY_COOKIE_FILE and $ERL_EPMD_PORT set.
"""

import ctypes
import glob
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("OVERSTORY_TEST_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "overstory-tests")
RELEASES = ("23", "27", "29")
LOOPBACK = ["-kernel", "inet_dist_use_interface", "{127,0,0,1}"]
START_S = 90
PR_SET_PDEATHSIG = 1
# RabbitMQ's own tools listen on these.
RABBIT_TOOL_PORTS = range(35672, 35683)


class NodeError(Exception):
    """A node refused an expression, or did not answer."""


class Missing(Exception):
    """A program or folder that a target needs is not here; the message names it."""


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def need(program):
    if shutil.which(program) is None:
        raise Missing(f"{program} is missing")
    return program


def free_port():
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in RABBIT_TOOL_PORTS:
            return port


def wait_until(condition, what, process=None, log=None, seconds=START_S):
    """Polls a state outside of this program; an error says how the process ended and what it logged last."""
    deadline = time.monotonic() + seconds
    while not condition():
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline:
            why = f"ended with status {process.returncode}" if ended else f"not within {seconds} s"
            raise RuntimeError(f"{what}: {why}{tail_of(log)}")
        time.sleep(0.05)


def tail_of(log):
    if log is None:
        return ""
    with open(log, encoding="utf-8", errors="replace") as file:
        return "\n" + file.read()[-2000:]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Targets:
    """Owns an epmd, a witness and any number of targets; use it with `with`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="overstory-targets-")
        self.port = free_port()
        self.processes = []
        self.outside = []  # folders in a chroot
        self.witness = None

    def __enter__(self):
        try:
            need("epmd")
            need("erl")
            mapper = self.spawn(["epmd", "-port", str(self.port), "-address", "127.0.0.1", "-relaxed_command_check"],
                                env=self.environment())
            wait_until(lambda: is_listening(self.port), "epmd", mapper)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        for folder in [self.folder, *self.outside]:
            shutil.rmtree(folder, ignore_errors=True)

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return kept | {"LANG": "C.UTF-8", "ERL_EPMD_PORT": str(self.port), "ERL_EPMD_ADDRESS": "127.0.0.1",
                       "ERL_CRASH_DUMP_SECONDS": "0"} | more

    def spawn(self, argv, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.STDOUT)
        process = subprocess.Popen(argv, start_new_session=True, preexec_fn=die_with_parent, **options)
        self.processes.append(process)
        return process

    def make_home(self, name, parent=None):
        home = tempfile.mkdtemp(prefix=f"overstory-{name}-", dir=parent or self.folder)
        cookie = os.path.join(home, ".erlang.cookie")
        with open(os.open(cookie, os.O_CREAT | os.O_WRONLY, 0o400), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16))
        return home, cookie

    def wait_for_name(self, target, process):
        def known():
            names = subprocess.run(["epmd", "-names"], env=self.environment(), capture_output=True, text=True,
                                   check=False).stdout
            return f"name {target.name.split('@')[0]} at " in names
        wait_until(known, target.name, process, target.log)
        return target

    # --- what can be started ---

    def start(self, kind):
        if kind == "rabbitmq":
            return self.start_rabbitmq()
        if kind == "elixir":
            return self.start_elixir()
        if kind == "erlang":
            return self.start_erlang()
        if kind.startswith("otp-"):
            return self.start_erlang(kind.removeprefix("otp-"))
        raise Missing(f"there is no target “{kind}”")

    def start_erlang(self, release=None):
        """A node with demo.erl in it, of this machine's release or of one that was fetched."""
        name = f"erl{release or ''}-{secrets.token_hex(3)}@localhost"
        root = release_root(release) if release else None
        home, cookie = self.make_home("erl", os.path.join(root, "tmp") if root else None)
        if root:
            self.outside.append(home)
        shutil.copy(os.path.join(HERE, "demo.erl"), home)
        inside = home.removeprefix(root) if root else home
        node = ["erl", "-noinput", "-sname", name, *LOOPBACK, "-eval",
                f'{{ok, demo}} = compile:file("{inside}/demo", [{{outdir, "{inside}"}}, debug_info]), '
                f'true = code:add_patha("{inside}"), ok = demo:start().']
        return self.start_node(name, home, cookie, enter(root, inside) + node, inside)

    def start_elixir(self):
        need("elixir")
        name = f"elixir-{secrets.token_hex(3)}@localhost"
        home, cookie = self.make_home("elixir")
        node = ["elixir", "--sname", name, "--erl", "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
                "--no-halt", os.path.join(HERE, "demo.exs")]
        return self.start_node(name, home, cookie, node, home)

    def start_node(self, name, home, cookie, argv, inside):
        log = os.path.join(self.folder, name + ".log")
        with open(log, "wb") as output:
            process = self.spawn(argv, stdout=output, env=self.environment(HOME=inside))
        target = self.wait_for_name(Target(self, name, cookie, process, log), process)
        target.start_again = lambda: self.start_node(name, home, cookie, argv, inside)
        # The demo registers this name when all of it stands.
        wait_until(lambda: target.is_true("is_pid(whereis(demo_ready))"), name, process, log)
        return target

    def start_rabbitmq(self):
        servers = sorted(glob.glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"))
        if not servers:
            raise Missing("rabbitmq-server is missing")
        name = f"rabbit-{secrets.token_hex(3)}@localhost"
        home, cookie = self.make_home("rabbit")
        amqp = free_port()
        files = {"rabbitmq.conf": f"listeners.tcp.1 = 127.0.0.1:{amqp}\nmanagement.tcp.ip = 127.0.0.1\n"
                                  f"management.tcp.port = {free_port()}\nlog.console = false\n",
                 "enabled_plugins": "[rabbitmq_management,rabbitmq_shovel].\n"}
        for file, text in files.items():
            with open(os.path.join(home, file), "w", encoding="ascii") as out:
                out.write(text)
        environment = self.environment(
            HOME=home, RABBITMQ_NODENAME=name, RABBITMQ_CONFIG_FILE=os.path.join(home, "rabbitmq"),
            RABBITMQ_MNESIA_BASE=os.path.join(home, "mnesia"), RABBITMQ_LOG_BASE=os.path.join(home, "log"),
            RABBITMQ_ENABLED_PLUGINS_FILE=os.path.join(home, "enabled_plugins"),
            RABBITMQ_PID_FILE=os.path.join(home, "rabbit.pid"), RABBITMQ_DIST_PORT=str(free_port()),
            RABBITMQ_CONF_ENV_FILE=os.path.join(home, "none"),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
        for folder in ("mnesia", "log"):
            os.mkdir(os.path.join(home, folder))
        log = os.path.join(home, "log", "stdout")
        with open(log, "wb") as output:
            process = self.spawn([servers[-1]], stdout=output, env=environment)
        target = self.wait_for_name(Target(self, name, cookie, process, log), process)
        target.start_again = lambda: self.start_node(name, home, cookie, argv, inside)
        target.amqp_port = amqp
        wait_until(lambda: target.is_true("rabbit:is_running()"), name, process, log, 180)
        return target

    # --- the witness ---

    def ask(self, target, expression):
        if self.witness is None:
            self.witness = Witness(self)
        return self.witness.ask(target, expression)


class Target:
    def __init__(self, targets, name, cookie_file, process, log):
        self.targets = targets
        self.name = name
        self.cookie_file = cookie_file
        self.process = process
        self.log = log
        self.amqp_port = None
        self.start_again = None  # after it ended: a new node of the same name and cookie

    def ask(self, expression):
        """The value of an Erlang expression evaluated on the node, as ~0tp prints it."""
        return self.targets.ask(self, expression)

    def is_true(self, expression):
        """Also false while the node does not answer yet."""
        try:
            return self.ask(expression) == "true"
        except NodeError:
            return False

    def variables(self):
        return {"OVERSTORY_NODE": self.name, "OVERSTORY_COOKIE_FILE": self.cookie_file,
                "ERL_EPMD_PORT": str(self.targets.port)}

    def load(self, connections=20, channels=3, queues=50):
        """Connections, channels and queues on RabbitMQ, held until the connections returned are closed."""
        try:
            import pika
        except ImportError as error:
            raise Missing("python3-pika is missing") from error
        parameters = pika.ConnectionParameters("127.0.0.1", self.amqp_port, heartbeat=0)
        held = [pika.BlockingConnection(parameters) for _ in range(connections)]
        opened = [[connection.channel() for _ in range(channels)] for connection in held]
        for number in range(queues):
            opened[0][0].queue_declare(f"load-{number}")
        return held


class Witness:
    """A hidden node that evaluates a line "node cookie-file expression" on that node."""

    LOOP = (
        "Split = fun(Line) -> [Name, Rest] = string:split(Line, \" \"), [File, Text] = string:split(Rest, \" \"), "
        "{list_to_atom(Name), File, Text} end, "
        "Ask = fun(Line) -> {Node, File, Text} = Split(Line), {ok, Cookie} = file:read_file(File), "
        "erlang:set_cookie(Node, binary_to_atom(Cookie, utf8)), "
        "{ok, Tokens, _} = erl_scan:string(Text ++ \".\"), {ok, Forms} = erl_parse:parse_exprs(Tokens), "
        "case rpc:call(Node, erl_eval, exprs, [Forms, []], 60000) of {value, Value, _} -> {value, Value}; Bad -> Bad end end, "
        "Loop = fun Again() -> case io:get_line(\"\") of Line when is_list(Line) -> "
        "Answer = try Ask(Line) catch C:R:S -> {C, R, S} end, "
        "case Answer of {value, V} -> io:format(\"=value ~0tp~n\", [V]); Other -> io:format(\"=error ~0tp~n\", [Other]) end, "
        "Again(); _ -> halt(0) end end, io:setopts([{encoding, unicode}]), spawn(Loop).")

    def __init__(self, targets):
        home, _ = targets.make_home("witness")
        self.process = targets.spawn(
            ["erl", "-noshell", "-hidden", "-sname", f"witness-{secrets.token_hex(3)}@localhost", *LOOPBACK,
             "-eval", self.LOOP],
            env=targets.environment(HOME=home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, target, expression):
        line = " ".join(expression.split())
        self.process.stdin.write(f"{target.name} {target.cookie_file} {line}\n".encode())
        self.process.stdin.flush()
        for raw in self.process.stdout:
            answer = raw.decode()
            if answer.startswith("=value "):
                return answer.removeprefix("=value ").rstrip("\n")
            if answer.startswith("=error "):
                raise NodeError(f"{target.name}: {line}: {answer.removeprefix('=error ').strip()}")
        raise RuntimeError("the witness ended")


def release_root(release):
    root = os.path.join(CACHE, f"otp-{release}")
    if not os.path.exists(root + ".complete"):
        raise Missing(f"OTP {release} is missing (tests/support/fetch-releases fetches it)")
    return root


def enter(root, home):
    """The command before `erl` that makes a fetched folder the root: chroot, or bubblewrap for who is not root."""
    if root is None:
        return []
    if os.geteuid() == 0:
        return ["chroot", root]
    need("bwrap")
    return ["bwrap", "--bind", root, "/", "--dev", "/dev", "--proc", "/proc", "--die-with-parent", "--chdir", home, "--"]


def main(arguments):
    if len(arguments) < 4 or arguments[0] != "run" or "--" not in arguments:
        print(__doc__, file=sys.stderr)
        return 2
    cut = arguments.index("--")
    with Targets() as targets:
        try:
            target = targets.start(arguments[1])
            held = target.load() if "--load" in arguments[2:cut] else []
        except Missing as error:
            print(error)
            return 77
        status = subprocess.run(arguments[cut + 1:], env=os.environ | target.variables(), check=False).returncode
        for connection in held:
            connection.close()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
