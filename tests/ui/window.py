# SPDX-License-Identifier: GPL-3.0-or-later
"""The window as somebody sees it who has only a keyboard and a screen reader.

Starts the program in XDG folders of its own and drives it: names and texts are read through AT-SPI,
keys go through the X server, and what is waited for is a state, with a deadline.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time

import pyatspi
from gi.repository import GLib

DEADLINE_S = 30
# What GTK says of a widget that has no name.
IS_TYPE_NAME = re.compile(r"(Gtk|Adw|Ov)[A-Z]\w*$")
# A widget that went away while it was read.
GONE = (GLib.GError, LookupError, NotImplementedError)
# Roles that must say what they are: a button without a name is a button nobody can use.
NAMED_ROLES = {pyatspi.ROLE_PUSH_BUTTON, pyatspi.ROLE_TOGGLE_BUTTON, pyatspi.ROLE_CHECK_BOX, pyatspi.ROLE_ENTRY,
               pyatspi.ROLE_COMBO_BOX, pyatspi.ROLE_TREE_TABLE, pyatspi.ROLE_MENU_ITEM, pyatspi.ROLE_RADIO_BUTTON,
               pyatspi.ROLE_LIST_ITEM, pyatspi.ROLE_PASSWORD_TEXT}
# Said by the desktop's parts around the program, not by it; and what GTK says where no window manager
# tells it that the keyboard went to another window.
NOISE = re.compile(r"did not receive a focus-out event|dconf-WARNING|Unable to acquire session bus|portal|GVfs|at-spi|MESA|libEGL|fontconfig",
                   re.IGNORECASE)


class Window:
    def __init__(self, program, *arguments, **environment):
        self.folder = tempfile.mkdtemp(prefix="overstory-ui-")
        for name in ("config", "cache", "data"):
            os.mkdir(os.path.join(self.folder, name))
        environment = os.environ | {
            "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
            "XDG_CACHE_HOME": os.path.join(self.folder, "cache"),
            "XDG_DATA_HOME": os.path.join(self.folder, "data"),
            "HOME": self.folder, "OVERSTORY_UNINSTALLED": "1", "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "0",
        } | environment
        environment.pop("G_DEBUG", None)  # warnings are counted at the end, so that the test goes on
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen([program, *arguments], env=environment, stdout=output,
                                            stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- waiting and finding ---

    def wait(self, what, condition, seconds=DEADLINE_S):
        """The first true value of the condition; an error carries what is on the screen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"{what}: the program ended with {self.process.returncode}\n{self.read_log()}")
            try:
                value = condition()
            except GONE:
                value = None
            if value:
                return value
            time.sleep(0.05)
        self.picture("failed")
        raise AssertionError(f"{what}: not within {seconds} s\n{self.describe()}\n{self.read_log()}")

    def application(self):
        desktop = pyatspi.Registry.getDesktop(0)
        for index in range(desktop.childCount):
            child = desktop.getChildAtIndex(index)
            if child is not None and child.get_process_id() == self.process.pid:
                return child
        return None

    def walk(self):
        """Everything there is: (widget, role, name), depth first.  What goes away meanwhile is left out."""
        waiting = [self.application()]
        while waiting:
            at = waiting.pop()
            if at is None:
                continue
            try:
                found = at, at.getRole(), "" if IS_TYPE_NAME.match(at.name or "") else at.name or ""
                if at.name != "GtkColumnListView":  # hundreds of cells
                    waiting.extend(at.getChildAtIndex(i) for i in reversed(range(at.childCount)))
            except GONE:
                continue
            yield found

    def find(self, name=None, role=None, starts=None, text=None, state=None):
        for at, its_role, its_name in self.walk():
            if (role is None or its_role == role) and (name is None or its_name == name) \
                    and (starts is None or its_name.startswith(starts)) \
                    and (text is None or text in self.text_of(at)) and self.has(at, state):
                return at
        return None

    def get(self, **what):
        return self.wait(f"find {what}", lambda: self.find(**what))

    def has(self, at, state):
        """Invisible widgets are told as well; what lies on a page that is not in front cannot be known in GTK 4.8."""
        states = at.getState()
        return states.contains(pyatspi.STATE_VISIBLE) and (state is None or states.contains(state))

    def is_within(self, at, name):
        """Whether a widget stands in one of that type (GTK tells it as the name of what has no name)."""
        while at is not None and at.getRole() != pyatspi.ROLE_APPLICATION:
            if at.name == name:
                return True
            at = at.parent
        return False

    def has_focus_in(self, name):
        at = self.find(state=pyatspi.STATE_FOCUSED)
        return at is not None and self.is_within(at, name)

    def text_of(self, at):
        try:
            text = at.queryText()
            return text.getText(0, text.characterCount)
        except NotImplementedError:
            return at.name

    def unnamed(self):
        """Paths of widgets that a person would meet without knowing what they are."""
        return [self.path_of(at) for at, role, name in self.walk()
                if role in NAMED_ROLES and not name.strip() and self.has(at, None)
                and not self.is_inside_of_toolkit(at, role)]

    def is_inside_of_toolkit(self, at, role):
        """The button in a drop-down or a toast, the list in a combo row or an expander row: not ours to name."""
        return at.parent.getRole() == pyatspi.ROLE_COMBO_BOX \
            or at.parent.name == "AdwToastWidget" \
            or (role == pyatspi.ROLE_LIST_ITEM and IS_TYPE_NAME.match(at.parent.name or "") is not None)

    def path_of(self, at):
        parts = []
        while at is not None and at.getRole() != pyatspi.ROLE_APPLICATION:
            parts.append(f"{at.getRoleName()} “{at.name}”")
            at = at.parent
        return " < ".join(parts[:6])

    def describe(self):
        """The names on the screen, for the message of a failed test."""
        try:
            return "\n".join(f"  {at.getRoleName()} “{name}” {self.text_of(at)[:60]!r}"
                             for at, _, name in self.walk() if name or self.text_of(at))[:8000]
        except GONE as error:
            return f"  (nothing can be read: {error})"

    # --- doing ---

    def focus(self):
        """There is no window manager: the newest window with a title gets the keyboard."""
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid), "--name", "."],
                               capture_output=True, text=True, check=False).stdout.split()
        if found:
            subprocess.run(["xdotool", "windowfocus", "--sync", max(found, key=int)], check=False, timeout=10,
                           stderr=subprocess.DEVNULL)

    def press(self, *keys):
        self.focus()
        subprocess.run(["xdotool", "key", "--clearmodifiers", *keys], check=True)

    def type(self, text):
        self.focus()
        subprocess.run(["xdotool", "type", "--delay", "15", text], check=True)

    def picture(self, name):
        folder = os.environ.get("OVERSTORY_PICTURES")
        if folder:
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["import", "-window", "root", os.path.join(folder, name + ".png")], check=True)

    # --- afterwards ---

    def read_log(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def complaints(self):
        return [line for line in self.read_log().splitlines()
                if re.search(r"(WARNING|CRITICAL|ERROR) \*\*|-(WARNING|CRITICAL)", line) and not NOISE.search(line)]

    def close(self):
        """Ctrl+Q; the exit status."""
        self.press("ctrl+q")
        try:
            return self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"the program did not end\n{self.describe()}") from error
