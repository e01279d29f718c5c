# SPDX-License-Identifier: GPL-3.0-or-later
"""The example, walked through by keyboard: pages, dialog, preferences, shortcuts, start page."""

import sys

import pyatspi

from window import Window


def check_names(window, where):
    unnamed = window.unnamed()
    assert not unnamed, f"{where}: without an accessible name:\n" + "\n".join(unnamed)


def walk_pages(window):
    window.get(starts="shop-", role=pyatspi.ROLE_PUSH_BUTTON)
    window.get(text=" processes", role=pyatspi.ROLE_LABEL)
    check_names(window, "tree")
    window.picture("tree")

    window.press("ctrl+3")
    window.wait("the keyboard is on the page of processes", lambda: window.has_focus_in("OvProcessPage"))
    window.get(name="Processes", role=pyatspi.ROLE_TREE_TABLE)
    check_names(window, "processes")
    window.picture("processes")

    window.press("ctrl+1")
    window.wait("the keyboard is on the page of the tree", lambda: window.has_focus_in("OvTreePage"))


def search(window):
    """Ctrl+K, a name, Enter: the inspector tells of that process."""
    window.press("ctrl+k")
    window.type("shop_cart_sup")
    window.press("Return")  # sooner than the search as one types
    window.get(name="1 of 1", role=pyatspi.ROLE_STATUS_BAR)
    window.get(text="simple_one_for_one", role=pyatspi.ROLE_LABEL)
    window.wait("links", lambda: window.find(starts="Links (", role=pyatspi.ROLE_LABEL))
    check_names(window, "inspector")
    window.picture("inspector")


def open_windows(window):
    window.press("ctrl+o")
    window.get(name="Attach to a node", role=pyatspi.ROLE_FRAME)
    check_names(window, "attach dialog")
    window.picture("attach")
    window.press("Escape")
    window.wait("the dialog is gone", lambda: not window.find(name="Attach to a node", role=pyatspi.ROLE_FRAME))

    window.press("alt+Home")
    window.wait("the keyboard is on the start page", lambda: window.has_focus_in("OvStartPage"))
    check_names(window, "start page")
    window.picture("start")


def main(program):
    with Window(program, "--example", "shop") as window:
        walk_pages(window)
        search(window)
        open_windows(window)
        assert window.close() == 0
        assert not window.complaints(), "\n".join(window.complaints())


if __name__ == "__main__":
    main(sys.argv[1])
