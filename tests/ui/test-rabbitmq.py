# SPDX-License-Identifier: GPL-3.0-or-later
"""RabbitMQ in the window: find a queue's process by search, read its memory, see the node go."""

import os
import re
import sys

import pyatspi

from window import Window

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from targets import Missing, Targets  # noqa: E402  (the folder is only known now)

SKIP = 77
UNITS = {"bytes": 1, "kB": 1000, "MB": 1000**2}


def bytes_of(text):
    match = re.match(r"([\d.,]+)\s*(\w+)", text.replace("\u00a0", " "))
    return float(match[1].replace(",", "")) * UNITS[match[2]] if match and match[2] in UNITS else None


def find_queue(window, target):
    """Ctrl+K, the module of queues, Enter, F9's pane: pid and memory, as the node itself says."""
    window.press("ctrl+k")
    window.type("module:rabbit_prequeue")
    window.get(name="8 matches", role=pyatspi.ROLE_STATUS_BAR)
    window.press("Return")
    pid = window.wait("a pid in the inspector", lambda: shown_pid(window))
    is_queue = target.ask(f"""lists:member(list_to_pid("{pid}"),
                              [amqqueue:get_pid(Q) || Q <- rabbit_amqqueue:list()])""")
    assert is_queue == "true", f"{pid} is no queue of the broker"

    shown = window.wait("the memory of the queue", lambda: memory_shown(window))
    known = int(target.ask(f"""element(2, erlang:process_info(list_to_pid("{pid}"), memory))"""))
    assert known / 4 <= shown <= known * 4, f"{pid}: shown {shown} bytes, the node says {known}"
    window.picture("rabbitmq-queue")


def shown_pid(window):
    for at, role, _ in window.walk():
        if role == pyatspi.ROLE_LABEL and window.is_within(at, "Inspector"):
            text = window.text_of(at)
            if re.fullmatch(r"<0\.\d+\.\d+>", text):
                return text
    return None


def memory_shown(window):
    """What stands beside the word Memory."""
    for at, role, _ in window.walk():
        if role == pyatspi.ROLE_LABEL and window.is_within(at, "OvFigureRow"):
            amount = bytes_of(window.text_of(at))
            if amount:
                return amount
    return None


def see_it_go(window, target):
    os.killpg(target.process.pid, 9)
    window.get(text=f"{target.name} is gone", role=pyatspi.ROLE_LABEL)
    window.get(name="Reconnect", role=pyatspi.ROLE_PUSH_BUTTON)
    window.get(starts=f"{target.name}, gone", role=pyatspi.ROLE_PUSH_BUTTON)
    assert shown_pid(window), "the last picture went with the node"
    window.picture("rabbitmq-gone")


def main(program):
    with Targets() as targets:
        try:
            target = targets.start("rabbitmq")
            held = target.load(connections=4, queues=8)
        except Missing as error:
            print(error)
            return SKIP
        with Window(program, "--attach", target.name, "--cookie-file", target.cookie_file,
                    ERL_EPMD_PORT=str(targets.port)) as window:
            window.get(starts=f"{target.name}, live", role=pyatspi.ROLE_PUSH_BUTTON)
            find_queue(window, target)
            see_it_go(window, target)
            assert window.close() == 0
            assert not window.complaints(), "\n".join(window.complaints())
        del held
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
