#!/usr/bin/python3
"""Followed traders in the window: a trader's own page and copy policy in the demo, and a trader who is added to a live market.

    test-traders.py PROGRAM COMMAND-LINE-PROGRAM
"""

import contextlib
import datetime
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parent.parent / 'cli'))

import venue_sessions
from pages import Page, fits, search
from screen import Atspi, Program, Tap, wait

program, cli = sys.argv[1:3]
tap = Tap()
venue_sessions.TREND, venue_sessions.NOISE = 0, 0.0001


class Top:
    """A window beside the main one."""

    def __init__(self, window, passes):
        def find():
            window.application.clear_cache()
            tops = [window.application.get_child_at_index(i) for i in range(window.application.get_child_count())]
            return next((top for top in tops if top is not None and passes(top)), None)

        self.window = window
        self.root = wait('another window', find)

    def all(self, role, name=None):
        self.window.application.clear_cache()
        return list(search(self.root, lambda r, n: r == role and fits(n, name), lambda r, n: r == 'tree table'))

    def expect(self, role, name=None):
        return wait(f'{role} {name}', lambda: next(iter(self.all(role, name)), None))

    def text(self, what, passes):
        return wait(what, lambda: next((node.get_name() for node in self.all('label', passes)), None))

    def click(self, role, name):
        widget = self.expect(role, name)
        wait(f'{role} {name} to be sensitive', lambda: is_sensitive(widget))
        assert Atspi.Action.do_action(widget, 0), f'{role} {name} can not be clicked'

    def show(self, name):
        choose_tab(self, name)

    def type(self, name, text):
        """Into an entry or a spin button of that name."""
        def entry():
            for node in self.all('text') + self.all('spin button'):
                if fits(node.get_name(), name):
                    return node
            return None

        node = wait(f'entry {name}', entry)
        if node.get_role_name() == 'spin button':
            assert Atspi.Value.set_current_value(node, float(text)), f'{name} can not be set'
        else:
            assert Atspi.EditableText.set_text_contents(node, text), f'{name} can not be typed'


def is_add(name):
    return name.endswith('Add')  # GTK's own mnemonic: "_Add Add"


def is_sensitive(widget):
    return widget.get_state_set().contains(Atspi.StateType.SENSITIVE)


def choose_tab(page, start):
    tab = wait(f'tab {start}', lambda: next(iter(page.all('page tab', lambda name: name.startswith(start))), None))
    assert Atspi.Selection.select_child(tab.get_parent(), tab.get_index_in_parent()), f'tab {start} can not be chosen'


def rows(what, workspace):
    """None before there is anything."""
    out = subprocess.run([cli, 'list', what, '--workspace', workspace, '--json'], capture_output=True, text=True)
    return json.loads(out.stdout)[what] if out.returncode == 0 else []


def commands(workspace, reason):
    """The accounts of the journal's commands that have a reason."""
    with contextlib.closing(sqlite3.connect(f'file:{workspace}?mode=ro', uri=True)) as database:
        return [row[0] for row in database.execute(
            "SELECT account FROM comprehensive_audit WHERE kind = 'command' AND reason = ? ORDER BY seq", (reason,))]


def open_trader(window, page, name):
    """By a double click on the row."""
    choose_tab(page, 'Traders')
    table = wait('the table of traders', lambda: next(search(
        page.root, lambda role, n: role == 'tree table' and n == 'Traders', lambda role, n: False), None))

    def row():
        for node in search(table, lambda role, n: role == 'table row', lambda role, n: role == 'table row'):
            if any(search(node, lambda role, n: role == 'label' and n == name, lambda role, n: False)):
                return node
        return None

    wait(f'the row of {name}', row)
    box = wait(f'where {name} stands', lambda: next(search(
        table, lambda role, n: role == 'label' and n == name, lambda role, n: False), None)).get_extents(Atspi.CoordType.WINDOW)
    double_click(window, box.x + 5, box.y + box.height // 2)
    return Top(window, lambda top: top.get_name() == name)


def double_click(window, x, y):
    for _ in range(2):
        Atspi.generate_mouse_event(x, y, 'b1c')


def stamp():
    return datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')


def demo(folder):
    workspace = os.path.join(folder, 'demo.tfw')
    with Program(program, '--workspace', workspace, '--speed', '600', '--start') as window:
        page = Page(window, 'Live Dashboard', 'TfDashboardPage')
        window.expect('label', 'Running')
        with tap.check('a trader has a page of its own, and it says what is made up'):
            trader = open_trader(window, page, 'Demo · Birch')
            trader.text('simulated', lambda text: text.startswith('Simulated: ') and 'No real person' in text)
            trader.text('the record', lambda text: text.startswith('Too early to judge: ') or text.startswith('Nothing has come'))
        with tap.check('an account stops following by its switch, and the journal says so'):
            trader.click('push button', 'angry follows Demo · Birch')
            wait('the command', lambda: commands(workspace, 'unfollow'))
            wait('the switch', lambda: not trader.expect('push button', 'angry follows Demo · Birch').get_state_set().contains(
                Atspi.StateType.PRESSED))
        with tap.check('a copy policy shows what it would do before it is saved'):
            trader.show('Copy policy')
            before = trader.text('a preview', lambda text: text.startswith('woods1 would '))
            assert not is_sensitive(trader.expect('push button', 'Save'))
            trader.type('Largest order', '0.01')
            trader.text('another preview', lambda text: text.startswith('woods1 would ') and text != before)
            trader.text('unsaved', lambda text: text == 'Not saved yet.')
            assert not commands(workspace, 'set-policy'), 'nothing is sent before it is saved'
        with tap.check('what is saved stands in the journal'):
            trader.click('push button', 'Save')
            saved = wait('the command', lambda: commands(workspace, 'set-policy'))
            assert saved == ['woods1'], saved
            trader.text('saved', lambda text: text.startswith('Saved') or text == 'As it is in force.')
        with tap.check('and the default is one click away'):
            trader.click('push button', 'Default of “Largest order”')
            trader.click('push button', 'Save')
            wait('the second command', lambda: len(commands(workspace, 'set-policy')) == 2)
        with tap.check('the parts of the copy gap are told, or that there is nothing to compare'):
            trader.show('Copy gap')
            trader.text('the gap', lambda text: 'The largest part' in text or 'nothing to compare' in text or 'same result' in text)
        with tap.check('traders are not added to a made up market'):
            page.click('push button', 'Add trader…')
            dialog = Top(window, lambda top: top.get_name() == 'Add trader')
            dialog.text('why', lambda text: text == 'Traders are added to a live market')
        with tap.check('closing the window ends it cleanly'):
            assert window.close() == 0
            assert not window.complaints(), window.complaints()
    with Program(program, '--workspace', workspace) as window:
        page = Page(window, 'Live Dashboard', 'TfDashboardPage')
        with tap.check('at rest its candles are there, with their age'):
            page.text('the newest bar', lambda text: '· newest bar of 2025-01-' in text)


def live(folder):
    workspace, signals = os.path.join(folder, 'live.tfw'), os.path.join(folder, 'anna.jsonl')
    pathlib.Path(signals).touch()
    session = venue_sessions.make_session('binance', folder, seconds=180)
    with venue_sessions.serve(cli, 'binance', session) as venue, \
            Program(program, '--market', 'binance', '--endpoint', venue.endpoint, '--workspace', workspace, '--start') as window:
        window.expect_text('Live', lambda text: text.startswith('Live · '))
        page = Page(window, 'Live Dashboard', 'TfDashboardPage')
        choose_tab(page, 'Traders')
        with tap.check('who has no source says so'):
            wait('a trader without', lambda: any(row['state'] == 'no source connected' for row in rows('traders', workspace)))
        page.click('push button', 'Add trader…')
        dialog = Top(window, lambda top: top.get_name() == 'Add trader')
        with tap.check('an address that is none is said while it is typed'):
            dialog.type('Address', 'nonsense')
            dialog.text('what is expected', lambda text: 'nonsense' in text and 'expected' in text)
            assert not is_sensitive(dialog.expect('push button', is_add))
        with tap.check('so is a file of another kind, and a name that is missing'):
            dialog.type('Address', signals)  # its form tells that it is a file
            dialog.text('the name', lambda text: text.startswith('Give the trader a name'))
            dialog.type('Address', 'relative/path')
            dialog.text('what is expected', lambda text: 'relative/path' in text and 'expected' in text)
            dialog.type('Address', signals)
            dialog.text('the name', lambda text: text.startswith('Give the trader a name'))
            assert not is_sensitive(dialog.expect('push button', is_add))
        with tap.check('a test says what is there'):
            dialog.click('push button', 'Test')
            dialog.text('what was found', lambda text: text.startswith('It ') or text.startswith('No answer'))
        with tap.check('the trader is added'):
            dialog.type('Name of the trader', 'Anna')
            dialog.click('push button', is_add)
            wait('Anna', lambda: any(row['name'] == 'Anna' for row in rows('traders', workspace)))
            wait('her source', lambda: any(row['trader'] == 'Anna' and row['enabled'] for row in rows('sources', workspace)))
        with tap.check('and is heard: a line of the file is a signal with a verdict of each account'):
            wait('her source to be live', lambda: heard_state(page, 'Anna') == 'Live')
            now = stamp()
            with open(signals, 'a', encoding='utf-8') as file:
                file.write(json.dumps({'trader': 'Anna', 'source': 'file', 'id': 'a1', 'instrument': 'ETH-USDT', 'side': 'buy',
                                       'price': '3000', 'happened_at': now, 'published_at': now}) + '\n')
            signal = wait('the signal', lambda: next((row for row in rows('signals', workspace) if row['origin'] == 'Anna'), None))
            wait('three verdicts', lambda: sum(row['signal'] == signal['id'] for row in rows('verdicts', workspace)) == 3)
        with tap.check('her page tells what became of it in a sentence'):
            processor = Page(window, 'Signal Processor', 'TfSignalsPage')
            processor.click('push button', 'Of traders')
            processor.text('why', lambda text: text.startswith(('Copied by', 'Not copied by')))
            processor.click('push button', 'Open the trader’s page')
            trader = Top(window, lambda top: top.get_name() == 'Anna')
            trader.text('live', lambda text: text.startswith('Live: '))
            trader.show('Signals')
            wait('the sentence', lambda: next(search(trader.root, lambda role, name: role == 'label' and (
                name.startswith('Copied by') or name.startswith('Not copied by')), lambda role, name: False), None))
        with tap.check('and her source, which can be switched off'):
            trader.show('Sources')
            trader.text('the source', lambda text: signals in text and 'Live' in text)
            trader.click('check box', lambda name: name == f'Listen to {signals}')
            wait('it is off', lambda: any(row['trader'] == 'Anna' and not row['enabled'] for row in rows('sources', workspace)))
        with tap.check('the public feeds of the default traders are off'):
            system = Page(window, 'System Info', 'TfSystemPage')
            system.text('so many', lambda text: text.startswith('0 of ') and 'sources are on' in text)
            assert not any(row['enabled'] for row in rows('sources', workspace))
        with tap.check('closing the window ends it cleanly'):
            assert window.close() == 0
            assert not window.complaints(), window.complaints()


def heard_state(page, name):
    table = next(search(page.root, lambda role, n: role == 'tree table' and n == 'Traders', lambda role, n: False))
    for row in search(table, lambda role, n: role == 'table row', lambda role, n: role == 'table row'):
        labels = [node.get_name() for node in search(row, lambda role, n: role == 'label', lambda role, n: False)]
        if name in labels:
            return next((label for label in labels if label in ('Live', 'Connecting', 'Off', 'At rest', 'No source')
                         or label.startswith(('Waiting', 'Failed'))), None)
    return None


with tempfile.TemporaryDirectory() as scratch:
    if os.environ.get('TF_PART') != 'live':
        demo(scratch)
    if os.environ.get('TF_PART') != 'demo':
        live(scratch)
tap.end()
