#!/usr/bin/python3
"""The real program in a real window: tabs, start, verdicts, emergency stop by click and by key, restart, re-arm.

    test-window.py PROGRAM COMMAND-LINE-PROGRAM
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile

from screen import Program, Tap, wait

TABS = ['Live Dashboard', 'Signal Processor', 'Risk Manager', 'Analytics', 'Optimizer', 'Audit Trail', 'System Info']
F12 = 0xffc9
VERDICTS = ('Accepted', 'Resized', 'Rejected', 'Stale', 'Duplicate', 'Unmapped', 'Blocked')

program, cli = sys.argv[1:3]
tap = Tap()


def rows(what, workspace):
    """A list as the command line gives it."""
    out = subprocess.run([cli, 'list', what, '--workspace', workspace, '--json'], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)[what]


def open_orders(workspace):
    """Orders of the journal that were neither filled nor cancelled."""
    with sqlite3.connect(f'file:{workspace}?mode=ro', uri=True) as db:
        return db.execute("""SELECT ref FROM comprehensive_audit WHERE kind = 'order' EXCEPT
                             SELECT ref FROM comprehensive_audit WHERE kind IN ('fill', 'cancel')""").fetchall()


def state_is(window, state):
    window.expect_text(f'state {state}', lambda text: text == state)


with tempfile.TemporaryDirectory() as folder:
    workspace = os.path.join(folder, 'demo.tfw')
    options = ['--workspace', workspace, '--speed', '60']

    with Program(program, *options) as window:
        with tap.check('seven tabs by name, in order'):
            wait('seven tabs', lambda: [tab.get_name() for tab in window.tabs()] == TABS)
        with tap.check('marked as simulated before anything has run'):
            window.expect('label', 'Simulated')
        with tap.check('Start Complete System leads to Running'):
            window.click('push button', 'Start Complete System', 'TfDashboardPage')
            state_is(window, 'Running')
        with tap.check('3 accounts, 20 bots, 20 traders'):
            for account in ('woods1', 'angry', 'handjob'):
                window.expect('panel', lambda name, account=account: name.startswith(account + ' · '), 'TfDashboardPage')
            window.expect('page tab', 'Bots 20', 'TfDashboardPage')
            window.expect('page tab', 'Traders 20', 'TfDashboardPage')
        with tap.check('each tab shows a page of its own'):
            for tab, filler in zip(TABS[1:], ('TfSignalsPage', 'TfRiskPage', 'TfAnalyticsPage', 'TfOptimizerPage', 'TfAuditPage',
                                              'TfSystemPage')):
                window.show_tab(tab)
                window.expect('filler', filler)
        with tap.check('first verdicts, one for each account, with a reason'):
            window.show_tab('Signal Processor')
            for account in ('woods1', 'angry', 'handjob'):
                window.expect_text(f'verdict of {account}',
                                   lambda text, account=account: text in [f'{account} · {verdict}' for verdict in VERDICTS],
                                   'TfSignalsPage')
        with tap.check('first fill'):
            window.show_tab('Live Dashboard')
            window.expect_text('a fill in words', lambda text: ' bought ' in text or ' sold ' in text,
                               'Just happened in TfDashboardPage')
        with tap.check('emergency stop by one click'):
            window.click('push button', 'Emergency stop')
            state_is(window, 'Halted')
            window.expect('push button', 'Re-arm…')
            wait('no open position', lambda: not rows('positions', workspace))
            wait('no open order', lambda: not open_orders(workspace))
        with tap.check('closing the window ends it cleanly'):
            assert window.close() == 0
            assert not window.complaints(), window.complaints()

    with Program(program, *options) as window:
        with tap.check('after a restart the emergency stop still holds, before and after the start'):
            window.expect('push button', 'Re-arm…')
            window.click('push button', 'Start Complete System', 'TfDashboardPage')
            state_is(window, 'Halted')
            assert not rows('positions', workspace)
        with tap.check('re-armed only after a question'):
            window.click('push button', 'Re-arm…')
            window.click('push button', lambda name: name.endswith(' Re-arm'))
            state_is(window, 'Running')
            window.expect('push button', 'Emergency stop')
        with tap.check('emergency stop by one key, from another tab'):
            window.show_tab('Analytics')
            window.press(F12)
            state_is(window, 'Halted')
        with tap.check('closing the window ends it cleanly again'):
            assert window.close() == 0
            assert not window.complaints(), window.complaints()
    with tap.check('the journal of all that verifies'):
        subprocess.run([cli, 'journal', 'verify', '--workspace', workspace], check=True, stdout=subprocess.DEVNULL)

tap.end()
