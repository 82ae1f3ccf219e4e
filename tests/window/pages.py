"""What the tests of single pages share: a page's own part of the tree, so that they need not walk through all the others, and the
file dialog."""

import contextlib
import gzip
import json
import random

from screen import Atspi, GLib, wait


def search(node, passes, prune, depth=0):
    """The descendants that pass, without looking into those that are pruned."""
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is None or depth > 60:
            continue
        with contextlib.suppress(GLib.Error):
            role, name = child.get_role_name(), child.get_name()
            if passes(role, name):
                yield child
            if not prune(role, name):
                yield from search(child, passes, prune, depth + 1)


def fits(name, wanted):
    return wanted is None or name == wanted or (callable(wanted) and wanted(name))


class Page:
    """One page of the window. Rows of tables are left out."""

    def __init__(self, window, tab, kind):
        window.show_tab(tab)
        self.window = window
        self.root = wait(kind, lambda: next(search(
            window.application, lambda role, name: role == 'filler' and name == kind,
            lambda role, name: role == 'filler' and name.startswith('Tf') and name.endswith('Page')), None))

    def all(self, role, name=None):
        self.window.application.clear_cache()
        return list(search(self.root, lambda r, n: r == role and fits(n, name), lambda r, n: r == 'tree table'))

    def expect(self, role, name=None):
        return wait(f'{role} {name}', lambda: next(iter(self.all(role, name)), None))

    def text(self, what, passes):
        """A label's text that passes."""
        return wait(what, lambda: next((node.get_name() for node in self.all('label', passes)), None))

    def click(self, role, name):
        widget = self.expect(role, name)
        wait(f'{role} {name} to be sensitive', lambda: widget.get_state_set().contains(Atspi.StateType.SENSITIVE))
        assert Atspi.Action.do_action(widget, 0), f'{role} {name} can not be clicked'

    def save_as(self, path):
        """Types a path into the file dialog that is open, and saves."""
        def is_save(role, name):
            return role == 'push button' and name.endswith('Save')  # GTK's own button: "_Save Save"

        def dialog():
            application = self.window.application
            application.clear_cache()
            for i in range(application.get_child_count()):
                top = application.get_child_at_index(i)
                if top.get_role_name() != 'frame' and next(search(top, is_save, lambda r, n: False), None):
                    return top
            return None

        top = wait('the file dialog', dialog)
        name = next(search(top, lambda r, n: r == 'text' and n == 'Name:', lambda r, n: False))
        assert Atspi.EditableText.set_text_contents(name, path), 'the name of the file can not be typed'
        save = next(search(top, is_save, lambda r, n: False))
        wait('Save to be sensitive', lambda: save.get_state_set().contains(Atspi.StateType.SENSITIVE))
        assert Atspi.Action.do_action(save, 0), 'Save can not be clicked'


def write_session(path, seconds=120):
    """What Binance might say of two instruments, as `tradefollow-cli play` serves it."""
    dice, lines, begin = random.Random(7), [], 1723161253000
    price = {'BTCUSDT': 60000.0, 'ETHUSDT': 3000.0}
    for number in range(seconds * 10):
        now = begin + number * 100
        for symbol in price:
            price[symbol] *= 1 + dice.gauss(0, 0.0004)
            lines.append((now, {'e': 'trade', 'E': now, 's': symbol, 't': 1000 + number, 'p': f'{price[symbol]:.2f}', 'q': '0.5',
                                'T': now, 'm': False, 'M': True}))
            lines.append((now, {'u': 5000 + number, 's': symbol, 'b': f'{price[symbol] * 0.99995:.2f}', 'B': '1.0',
                                'a': f'{price[symbol] * 1.00005 + 0.01:.2f}', 'A': '1.0'}))
    with gzip.open(path + '.jsonl.gz', 'wt') as file, gzip.open(path + '.recv_ns.gz', 'wt') as times:
        for now, line in lines:
            file.write(json.dumps(line, separators=(',', ':')) + '\n')
            times.write(f'{now}000000\n')
    return path + '.jsonl.gz'


def write_candles(folder, hours=2000):
    """Small markets of our own, with swings that a trend follower can ride; the same every time."""
    dice = random.Random(7)
    for symbol, price in {'BTCUSDT': 30000.0, 'ETHUSDT': 2000.0, 'SOLUSDT': 50.0}.items():
        with open(f'{folder}/{symbol}-1h.csv', 'w', encoding='ascii') as file:
            file.write('time,open,high,low,close,volume\n')
            for hour in range(hours):
                begin = price
                price *= 1 + (0.002 if (hour // 120) % 2 == 0 else -0.0015) + dice.gauss(0, 0.006)
                high, low = max(begin, price) * 1.002, min(begin, price) * 0.998
                file.write(f'{1577836800 + 3600 * hour},{begin:.2f},{high:.2f},{low:.2f},{price:.2f},{100 + dice.random():.3f}\n')
