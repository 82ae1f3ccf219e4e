#!/usr/bin/python3
"""The risk page: one account stopped and re-armed by itself, then all of them, with an alert that is acknowledged.

    test-risk-page.py PROGRAM COMMAND-LINE-PROGRAM
"""

import json
import os
import subprocess
import sys
import tempfile

from pages import Page
from screen import Program, Tap, wait

program, cli = sys.argv[1:3]
tap = Tap()


def rows(what):
    out = subprocess.run([cli, 'list', what, '--workspace', workspace, '--json'], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)[what]


def states():
    return {account['id']: account['state'] for account in rows('accounts')}


with tempfile.TemporaryDirectory() as folder:
    workspace = os.path.join(folder, 'demo.tfw')
    with Program(program, '--workspace', workspace, '--speed', '600', '--start') as window:
        page = Page(window, 'Risk Manager', 'TfRiskPage')
        with tap.check('every gauge has a name and its numbers'):
            page.text('numbers', lambda text: text.endswith('% / 15\u00a0%') and text[0].isdigit())
            for name in ('Drawdown', 'Gross exposure', 'Value at risk, one day', 'Loss today'):
                wait(name, lambda name=name: len(page.all('level bar', name)) == 3)
        with tap.check('positions come'):
            wait('a position of angry', lambda: any(row['account'] == 'angry' for row in rows('positions')))
        with tap.check('one account is stopped by one click, the others go on'):
            page.click('push button', 'Emergency stop of angry')
            wait('angry halted and flat', lambda: states()['angry'] == 'halted' and not any(
                row['account'] == 'angry' for row in rows('positions')))
            assert states()['woods1'] == 'active' and states()['handjob'] == 'active'
        with tap.check('and re-armed after a question'):
            page.click('push button', 'Re-arm angry')
            window.click('push button', lambda name: name.endswith('Re-arm'))
            wait('angry active', lambda: states()['angry'] == 'active')
        with tap.check('all are stopped by one click'):
            page.click('push button', 'Emergency stop of all accounts')
            page.text('the verdict', lambda text: text == 'Emergency stop')
            wait('all halted, nothing open', lambda: set(states().values()) == {'halted'} and not rows('positions'))
        with tap.check('its alert can be acknowledged'):
            page.click('push button', lambda name: name.startswith('Acknowledge: The system'))
            wait('no more to acknowledge', lambda: not page.all('push button', lambda name: name.startswith('Acknowledge: The system')))
        with tap.check('nothing was complained of'):
            assert not window.complaints(), window.complaints()
        with tap.check('closing the window ends it cleanly'):
            assert window.close() == 0

tap.end()
