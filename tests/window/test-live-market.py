#!/usr/bin/python3
"""A live market in the window: how its line is, while it is well, while it is cut, and when it is back.

    test-live-market.py PROGRAM COMMAND-LINE-PROGRAM
"""

import os
import subprocess
import sys
import tempfile

from pages import Page, search, write_session
from screen import Program, Tap, wait

program, cli = sys.argv[1:3]
tap = Tap()


def play(path, port):
    """A venue on this machine that is ready, and its endpoint."""
    process = subprocess.Popen([cli, 'play', '--venue', 'binance', '--port', port, path], stdout=subprocess.PIPE, text=True)
    return process, next(word for word in process.stdout.readline().split() if word.startswith('ws://'))


def cells(page):
    """The texts of the table's row, by the titles of its columns."""
    table = page.expect('tree table', 'Connections')

    def texts(prune):
        return [node.get_name() for node in search(table, lambda role, name: role == 'label', prune)]

    return dict(zip(texts(lambda role, name: role == 'list'), texts(lambda role, name: name == 'GtkColumnViewTitle')))


def number(text):
    return float(text.replace(',', ''))


with tempfile.TemporaryDirectory() as folder:
    path = write_session(os.path.join(folder, 'session'))
    venue, url = play(path, '0')
    try:
        with Program(program, '--market', 'binance', '--endpoint', url, '--workspace', os.path.join(folder, 'live.tfw'),
                     '--start') as window:
            with tap.check('the header bar says that the market is live, how fast and how fresh it is'):
                window.expect_text('Live · latency · age', lambda text: text.startswith('Live · ') and text.endswith(' ago')
                                   and text.count(' · ') == 2)
            with tap.check('and nothing is marked as simulated'):
                assert not window.find('label', 'Simulated')
            page = Page(window, 'System Info', 'TfSystemPage')
            with tap.check('its row in the table has messages'):
                wait('messages', lambda: number(cells(page)['Messages/s']) > 0)
                row = cells(page)
                assert row['Venue'] == 'Binance' and row['State'] == 'Live', row
                assert number(row['Reconnects']) == 0, row
            window.expect_text('Running', lambda text: text == 'Running')
            with tap.check('a line that is cut is told, with what the system does about it'):
                venue.terminate()
                venue.wait()
                window.expect_text('Reconnecting', lambda text: text.startswith('Reconnecting in '))
                wait('the banner', lambda: page.all('label', lambda text: "Binance can't be reached" in text
                                                    and 'reconnecting in ' in text and 'No new entries' in text))
                wait('the row', lambda: cells(page)['State'] in ('Reconnecting', 'Connecting'))
            with tap.check('and so is its return'):
                venue, _ = play(path, url.rsplit(':', 1)[1].split('/')[0])
                window.expect_text('Live again', lambda text: text.startswith('Live · '))
                wait('a reconnect', lambda: number(cells(page)['Reconnects']) > 0 and cells(page)['State'] == 'Live')
            with tap.check('closing the window ends it cleanly'):
                assert window.close() == 0
                assert not window.complaints(), window.complaints()
    finally:
        venue.terminate()
        venue.wait()

tap.end()
