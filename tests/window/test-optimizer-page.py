#!/usr/bin/python3
"""The optimizer from the window: runs in the background, can be cancelled, ends with a verdict in words, applies what is chosen.

    test-optimizer-page.py PROGRAM COMMAND-LINE-PROGRAM
"""

import json
import os
import subprocess
import sys
import tempfile

from pages import Page, search
from screen import Atspi, Program, Tap, wait

program, cli = sys.argv[1:3]
tap = Tap()
VERDICTS = ('Too early', 'What the bot has now is the best', 'No improvement that would survive', 'Better where it was chosen',
            'An improvement that survives')

with tempfile.TemporaryDirectory() as folder:
    workspace = os.path.join(folder, 'demo.tfw')
    with Program(program, '--workspace', workspace, '--speed', '60', '--start') as window:
        page = Page(window, 'Optimizer', 'TfOptimizerPage')
        budget = page.expect('spin button', 'Combinations to try at most')

        with tap.check('a long search can be cancelled'):
            Atspi.Value.set_current_value(budget, 5000)
            page.click('push button', 'Run the search')
            page.expect('progress bar', 'Progress of the search')
            page.click('push button', 'Cancel')
            page.text('that it was cancelled', lambda text: text.startswith('Cancelled'))
            page.expect('push button', 'Run the search')
        with tap.check('a short one ends with a verdict in words'):
            Atspi.Value.set_current_value(budget, 30)
            page.click('push button', 'Run the search')
            page.text('that it is done', lambda text: text.startswith('Done in '))
            page.text('a verdict', lambda text: text.startswith(VERDICTS))
        with tap.check('a combination is applied after a question, and the journal has it'):
            table = page.expect('tree table', 'Combinations that were tried, best first')
            rows = list(search(table, lambda role, name: role == 'list', lambda role, name: role == 'list'))[0]
            cells = [next(search(rows.get_child_at_index(i), lambda r, n: r == 'label', lambda r, n: False)).get_name()
                     for i in range(5)]
            chosen = next(i for i, text in enumerate(cells) if not text.startswith('Now'))
            assert Atspi.Selection.select_child(rows, chosen), 'the row can not be chosen'
            page.click('push button', 'Apply the chosen combination…')
            window.click('push button', lambda name: name.endswith('Apply'))
            page.text('that it was applied', lambda text: text.startswith('Applied'))
            path = os.path.join(folder, 'journal.json')

            def journaled():
                subprocess.run([cli, 'journal', 'export', '--workspace', workspace, '--format', 'json', '--output', path],
                               check=True, capture_output=True)
                with open(path, encoding='utf-8') as file:
                    return [entry for entry in json.load(file)['entries']
                            if entry['kind'] == 'command' and entry['reason'] == 'set-param']

            wait('the command in the journal', journaled)
        with tap.check('nothing was complained of'):
            assert not window.complaints(), window.complaints()
        with tap.check('closing the window ends it cleanly'):
            assert window.close() == 0

tap.end()
