"""The running program as assistive technology sees it: finds widgets by role and name, acts on them, waits for conditions."""

import contextlib
import ctypes
import os
import subprocess
import sys
import tempfile
import time

PATIENCE = float(os.environ.get('TF_PATIENCE', '60'))  # seconds until a condition counts as never met; machines may be slow, so nothing here measures time


def skip_all(why):
    print('1..0 # SKIP ' + why)
    sys.exit(0)


if not os.environ.get('DISPLAY'):
    skip_all('no display')
# Not fatal here: libatspi warns when it meets a program that has just come up.
os.environ['G_DEBUG'] = 'gc-friendly'
try:
    import gi
    gi.require_version('Atspi', '2.0')
    from gi.repository import Atspi, GLib
except (ImportError, ValueError) as error:
    skip_all(f'no AT-SPI: {error}')


class Missing(AssertionError):
    """A condition that was not met in time."""


def wait(what, condition, patience=PATIENCE):
    """What condition() returns as soon as it is true; widgets that go away meanwhile do not matter."""
    end = time.monotonic() + patience
    while True:
        with contextlib.suppress(GLib.Error):
            if result := condition():
                return result
        if time.monotonic() > end:
            raise Missing(f'{what} (waited {patience} s)')
        time.sleep(0.05)


def walk(node, enter):
    """All descendants that GTK tells of; those of a node only when enter(node). Each step is a call over the bus, so walk
    narrow paths: pages that were looked at before and long lists are there too."""
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is None:
            continue
        yield child
        if enter(child):
            yield from walk(child, enter)


def is_page(node):
    name = node.get_name()
    return name.startswith('Tf') and name.endswith('Page')


IGNORE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: 0)


class Program:
    """One start of the program. Use as a context manager."""

    def __init__(self, path, *arguments):
        self.roots = {}
        # Its warnings are collected, not fatal: where nobody shows notifications, GIO warns of that.
        self.log = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen([path, *arguments], stderr=self.log)
        self.x11 = ctypes.CDLL('libX11.so.6')
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
        self.x11.XDefaultRootWindow.restype = ctypes.c_ulong

    def __enter__(self):
        self.application = wait('the program on the accessibility bus', self._find_application)
        self.window = wait('its window', lambda: self.find('frame'))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _find_application(self):
        if self.process.poll() is not None:
            raise SystemExit(f'Bail out! the program has ended with {self.process.returncode}')
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == self.process.pid:
                return child
        return None

    def _root(self, place):
        """Where to search: a page, “a list in a page”, or for None all that is outside of pages."""
        if place is None:
            return self.application
        if place not in self.roots:
            name, _, outer = place.partition(' in ')
            root = self._root(outer or None)
            enter = (lambda node: node.get_role_name() != 'list') if outer else (lambda node: not is_page(node))
            root.clear_cache()
            found = [node for node in walk(root, enter) if node.get_name() == name and (not outer or node.get_role_name() == 'list')]
            if not found:
                raise LookupError
            self.roots[place] = found[0]
        return self.roots[place]

    def all(self, role, name=None, page=None):
        """Widgets of a role whose name is, or passes, @name: outside of pages, on a page, or in a “LIST in PAGE”."""
        found = []
        try:
            root = self._root(page)
        except LookupError:
            return found
        root.clear_cache()
        enter = (lambda node: not is_page(node)) if page is None else (lambda node: node.get_role_name() != 'list')
        for node in walk(root, enter):
            with contextlib.suppress(GLib.Error):
                if node.get_role_name() == role and (
                        name is None or node.get_name() == name or (callable(name) and name(node.get_name()))):
                    found.append(node)
        return found

    def find(self, role, name=None, page=None):
        found = self.all(role, name, page)
        return found[0] if found else None

    def expect(self, role, name=None, page=None):
        return wait(f'{role} {name if isinstance(name, str) else ""}', lambda: self.find(role, name, page))

    def expect_text(self, what, passes, page=None):
        """A label whose text passes."""
        return wait(what, lambda: self.find('label', passes, page)).get_name()

    def click(self, role, name, page=None):
        widget = self.expect(role, name, page)
        wait(f'{role} {name} to be sensitive', lambda: widget.get_state_set().contains(Atspi.StateType.SENSITIVE))
        assert Atspi.Action.do_action(widget, 0), f'{role} {name} can not be clicked'

    def tabs(self):
        """The tabs of the window, not those inside of a page."""
        strip = self.expect('page tab list', 'Tab list')
        return [node for node in walk(strip, lambda node: False) if node.get_role_name() == 'page tab']

    def show_tab(self, name):
        tab = wait(f'tab {name}', lambda: next((tab for tab in self.tabs() if tab.get_name() == name), None))
        assert Atspi.Selection.select_child(tab.get_parent(), tab.get_index_in_parent()), f'tab {name} can not be chosen'

    def press(self, keysym):
        """A key, typed on the keyboard of the display. There is no window manager that would give the focus."""
        display = ctypes.c_void_p(self.x11.XOpenDisplay(None))
        root = ctypes.c_ulong(self.x11.XDefaultRootWindow(display))
        back, children, n = ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        self.x11.XSetErrorHandler(IGNORE)  # windows that are not mapped can not have it
        self.x11.XQueryTree(display, root, ctypes.byref(back), ctypes.byref(back), ctypes.byref(children), ctypes.byref(n))
        for i in range(n.value):
            self.x11.XSetInputFocus(display, ctypes.c_ulong(children[i]), 1, ctypes.c_ulong(0))
        self.x11.XSync(display, 0)
        time.sleep(0.5)
        Atspi.generate_keyboard_event(keysym, None, Atspi.KeySynthType.SYM)
        self.x11.XCloseDisplay(display)

    def close(self):
        """Ends it as a person does, and waits until what was decided is committed."""
        self.click('push button', 'Close')
        return self.process.wait(PATIENCE)


    def complaints(self):
        """What it has warned of."""
        self.log.seek(0)
        return [line for line in self.log if ('WARNING' in line or 'CRITICAL' in line) and 'Notifications' not in line]


class Tap:
    """Numbers the checks and says what failed."""

    def __init__(self):
        self.count = self.failed = 0

    @contextlib.contextmanager
    def check(self, what):
        self.count += 1
        try:
            yield
        except AssertionError as error:
            self.failed += 1
            print(f'not ok {self.count} - {what}\n# {error}', flush=True)
        else:
            print(f'ok {self.count} - {what}', flush=True)

    def end(self):
        print(f'1..{self.count}')
        sys.exit(1 if self.failed else 0)
