# SPDX-License-Identifier: GPL-3.0-or-later
"""Two nodes in one window: found on this machine, attached, gone, back, closed; by keyboard."""

import os
import sys

import pyatspi

from window import Window

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from targets import Missing, Targets  # noqa: E402  (the folder is only known now)

SKIP = 77


def find_and_forget(window, targets, target):
    """The start page tells of a node by itself, and no longer of one that ended."""
    late = targets.start("erlang")
    window.press("alt+Home")
    window.get(starts=late.name, role=pyatspi.ROLE_LIST_ITEM)
    window.get(starts=target.name, role=pyatspi.ROLE_LIST_ITEM)
    window.picture("found")
    late.process.kill()
    late.process.wait()
    window.wait("the ended node leaves the list", lambda: not window.find(starts=late.name,
                                                                       role=pyatspi.ROLE_LIST_ITEM))


def switch_and_close(window, target, other):
    window.press("ctrl+l")
    window.get(name=f"Detach from {other.name}", role=pyatspi.ROLE_PUSH_BUTTON)
    window.get(name=f"Detach from {target.name}", role=pyatspi.ROLE_PUSH_BUTTON)
    assert not window.unnamed(), "\n".join(window.unnamed())
    window.picture("nodes")
    window.press("Escape")


def go_and_come_back(window, target):
    """A node that ends stays as its last picture, and is live again when it is started again."""
    target.process.kill()
    target.process.wait()
    window.get(starts=f"{target.name} is gone", role=pyatspi.ROLE_LABEL)
    window.picture("gone")
    target.start_again()
    window.get(starts=f"{target.name}, live", role=pyatspi.ROLE_PUSH_BUTTON)
    window.picture("back")


def attach_by_name(window, other):
    window.press("ctrl+o")
    window.get(name="Attach to a node", role=pyatspi.ROLE_FRAME)
    window.type(other.name)
    window.press("Return")
    window.get(starts=f"{other.name}, live", role=pyatspi.ROLE_PUSH_BUTTON)


def main(program):
    with Targets() as targets:
        try:
            target, other = targets.start("erlang"), targets.start("erlang")
        except Missing as error:
            print(error)
            return SKIP
        with Window(program, "--attach", target.name, "--cookie-file", target.cookie_file,
                    ERL_EPMD_PORT=str(targets.port), OVERSTORY_COOKIE_FILE=other.cookie_file) as window:
            window.get(starts=f"{target.name}, live", role=pyatspi.ROLE_PUSH_BUTTON)
            go_and_come_back(window, target)
            attach_by_name(window, other)
            switch_and_close(window, target, other)
            find_and_forget(window, targets, target)
            assert window.close() == 0
            assert not window.complaints(), "\n".join(window.complaints())
        assert target.ask("[M || {M, _} <- code:all_loaded(), lists:prefix(\"ov_probe\", atom_to_list(M))]") == "[]"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
