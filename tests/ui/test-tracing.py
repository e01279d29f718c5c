# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracing the example from the window: messages, events, a sequence, another instant, a recording."""

import os
import re
import sys
import tempfile

import pyatspi

from window import Window

PAGES = {"tree": "OvTreePage", "messages": "OvMessagePage", "processes": "OvProcessPage", "sequence": "OvSequencePage",
         "events": "OvEventPage", "restarts": "OvRestartPage", "path": "OvPathPage"}


def check_names(window, where):
    unnamed = window.unnamed()
    assert not unnamed, f"{where}: without an accessible name:\n" + "\n".join(unnamed)


def walk_pages(window):
    """Each page opens by its key and takes the keyboard; those without anything to show offer one button."""
    window.get(starts="shop-", role=pyatspi.ROLE_PUSH_BUTTON)
    window.get(text=" processes", role=pyatspi.ROLE_LABEL)
    for number, (page, widget) in enumerate(PAGES.items(), start=1):
        window.press(f"ctrl+{number}")
        window.wait(f"the keyboard is on the page {page}", lambda w=widget: window.has_focus_in(w))
    check_names(window, "pages without events")
    window.get(name="Trace Messages", role=pyatspi.ROLE_PUSH_BUTTON)
    window.get(name="Choose What to Trace…", role=pyatspi.ROLE_PUSH_BUTTON)


def trace_a_process(window):
    """Search, Ctrl+T, Enter: the meter appears, and events stand in the list."""
    window.press("ctrl+k")
    window.type("shop_catalogue")
    window.press("Return")
    window.get(name="1 of 1", role=pyatspi.ROLE_STATUS_BAR)
    window.press("ctrl+t")
    window.get(name="What to trace", role=pyatspi.ROLE_FRAME)
    window.wait("the button has the keyboard", lambda: window.find(name="Trace", role=pyatspi.ROLE_PUSH_BUTTON,
                                                                state=pyatspi.STATE_FOCUSED))
    check_names(window, "trace dialog")
    window.picture("trace-dialog")
    window.press("Return")
    window.get(starts="cost ", role=pyatspi.ROLE_PUSH_BUTTON)
    window.press("ctrl+5")
    window.wait("twenty events", lambda: count_of(window, "event") >= 20)
    window.wait("the keyboard is in the list", lambda: window.has_focus_in("OvEventPage"))
    check_names(window, "events")
    window.picture("events")


def count_of(window, word):
    """The number in "1,234 events"; 0 where there is none yet."""
    for at, role, _ in window.walk():
        match = role == pyatspi.ROLE_LABEL and re.match(rf"([\d,]+) {word}s?\b", window.text_of(at))
        if match:
            return int(match[1].replace(",", ""))
    return 0


def read_a_sequence(window):
    window.press("ctrl+4")
    window.wait("ten steps", lambda: count_of(window, "step") >= 10)
    check_names(window, "sequence")
    window.picture("sequence")


def see_messages(window):
    """What is traced is a graph as well, without anything else being asked for."""
    window.press("ctrl+2")
    window.wait("a graph with its key", lambda: window.find(text="Answer after", role=pyatspi.ROLE_LABEL))
    check_names(window, "messages")
    window.picture("messages")


def look_back(window):
    """The button of the time line stops at this instant; the strip says so, and leads back."""
    window.get(name="Live", role=pyatspi.ROLE_PUSH_BUTTON).queryAction().doAction(0)
    window.get(text="As of ", role=pyatspi.ROLE_LABEL)
    check_names(window, "another instant")
    window.picture("instant")
    window.get(name="Back to Live", role=pyatspi.ROLE_PUSH_BUTTON).queryAction().doAction(0)
    window.wait("it is live again", lambda: window.find(name="Live", role=pyatspi.ROLE_PUSH_BUTTON,
                                                      state=pyatspi.STATE_PRESSED))


def record(window, path):
    window.press("ctrl+r")
    window.get(name="Record to a File")
    window.press("ctrl+a")
    window.type(path)
    window.press("Return")
    window.get(starts="Recording, ", role=pyatspi.ROLE_PUSH_BUTTON)
    window.wait("the file grows", lambda: os.path.exists(path) and os.path.getsize(path) > 4096)
    window.press("ctrl+r")
    window.get(starts="Record what is seen", role=pyatspi.ROLE_PUSH_BUTTON)


def stop(window):
    window.press("ctrl+period")
    window.wait("the meter is gone", lambda: not window.find(starts="cost ", role=pyatspi.ROLE_PUSH_BUTTON))


def open_recording(program, path):
    """The file in a window of its own: tree and events, and nothing that asks a node."""
    with Window(program, "--recording", path) as window:
        window.get(starts=f"{os.path.basename(path)}, recording", role=pyatspi.ROLE_PUSH_BUTTON)
        window.wait("its processes", lambda: count_of(window, "processe") > 50)
        window.press("ctrl+5")
        window.wait("its events", lambda: count_of(window, "event") >= 20)
        check_names(window, "recording")
        window.picture("recording")
        assert not window.find(starts="Choose what to trace", role=pyatspi.ROLE_PUSH_BUTTON,
                               state=pyatspi.STATE_SHOWING), "a recording offers to trace"
        assert window.close() == 0
        assert not window.complaints(), "\n".join(window.complaints())


def refuse_recording(program, path):
    """A file that is something else is refused in words."""
    with open(path, "wb") as file:
        file.write(b"no recording at all" * 100)
    with Window(program, "--recording", path) as window:
        window.get(text="The recording could not be opened", role=pyatspi.ROLE_LABEL)
        window.picture("no-recording")
        window.press("Escape")
        window.wait("the words are gone", lambda: not window.find(text="The recording could not be opened",
                                                                 role=pyatspi.ROLE_LABEL))
        assert window.close() == 0
        assert not window.complaints(), "\n".join(window.complaints())


def main(program):
    with tempfile.TemporaryDirectory(prefix="overstory-recordings-") as folder:
        path = os.path.join(folder, "shop.overstory")
        with Window(program, "--example", "shop") as window:
            walk_pages(window)
            trace_a_process(window)
            read_a_sequence(window)
            see_messages(window)
            look_back(window)
            record(window, path)
            stop(window)
            assert window.close() == 0
            assert not window.complaints(), "\n".join(window.complaints())
        # There is one program at a time: a second start would ask the first for a window.
        open_recording(program, path)
        refuse_recording(program, os.path.join(folder, "other.overstory"))


if __name__ == "__main__":
    main(sys.argv[1])
