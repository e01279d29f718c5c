# SPDX-License-Identifier: GPL-3.0-or-later
"""What does not work: wrong usage, no display, a node that is not there, a wrong cookie."""

import os
import subprocess
import sys

import pyatspi

from window import Window

USAGE = [
    (["--attach", "a@localhost", "--example", "shop"], "exclude each other"),
    (["--page", "nowhere"], "--page wants"),
    (["--attach", "a@localhost", "--port", "70000"], "1 to 65535"),
    (["--nonsense"], "Unknown option"),
]


def refuse_usage(program):
    for arguments, words in USAGE:
        run = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode != 0 and words in run.stderr, f"{arguments}: {run.returncode} {run.stderr!r}"


def say_that_there_is_no_display(program):
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment["GDK_BACKEND"] = "x11"
    run = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1 and "no display" in run.stderr, f"{run.returncode} {run.stderr!r}"


def explain_a_missing_node(program):
    """The dialog says what failed and lists the doctor's steps; nothing is left running."""
    with Window(program, "--attach", "nobody@localhost", ERL_EPMD_PORT="1") as window:
        window.get(name="Attach to a node", role=pyatspi.ROLE_FRAME)
        window.get(starts="Port mapper (epmd): failed", role=pyatspi.ROLE_LIST_ITEM)
        window.get(name="Copy the findings", role=pyatspi.ROLE_PUSH_BUTTON)
        assert not window.unnamed(), "\n".join(window.unnamed())
        window.picture("doctor")
        window.press("Escape")
        window.wait("the dialog is gone",
                    lambda: not window.find(name="Attach to a node", role=pyatspi.ROLE_FRAME))
        assert window.close() == 0
        assert not window.complaints(), "\n".join(window.complaints())


def main(program):
    refuse_usage(program)
    say_that_there_is_no_display(program)
    explain_a_missing_node(program)


if __name__ == "__main__":
    main(sys.argv[1])
