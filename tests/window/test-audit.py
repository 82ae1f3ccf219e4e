#!/usr/bin/python3
"""The journal of a finished replay, from the window: verified, searched, exported by the file dialog as JSON, CSV and PDF; and
what is read back holds what the ledger holds.

    test-audit.py PROGRAM COMMAND-LINE-PROGRAM
"""

import csv
import decimal
import json
import os
import shutil
import subprocess
import sys
import tempfile

from pages import Page, search, write_candles
from screen import Program, Tap, wait

program, cli = sys.argv[1:3]
tap = Tap()


def finished(path):
    """Whether a file is there and is no longer written."""
    return os.path.exists(path) and os.path.getsize(path) > 0


def kinds(page):
    """What stands in the column of kinds, in the first rows."""
    table = page.expect('tree table', 'Entries of the journal, newest first')
    rows = list(search(table, lambda role, name: role == 'table row', lambda role, name: role == 'table row'))[1:20]
    cells = [[node.get_name() for node in search(row, lambda r, n: r == 'label', lambda r, n: False)] for row in rows]
    return {texts[1] for texts in cells if len(texts) > 1}


def export(page, folder, kind, suffix):
    path = os.path.join(folder, 'report.' + suffix)
    page.click('push button', 'Export')
    page.click('menu item', kind)
    page.save_as(path)
    wait(f'{path}', lambda: finished(path))
    page.text('the note that it is done', lambda text: text == f'Exported as report.{suffix}')
    return path


with tempfile.TemporaryDirectory() as folder:
    workspace = os.path.join(folder, 'replay.tfw')
    write_candles(folder)
    with Program(program, '--market', 'replay', '--data', folder, '--workspace', workspace, '--speed', 'max', '--start') as window:
        with tap.check('the replay runs to its end'):
            page = Page(window, 'System Info', 'TfSystemPage')
            page.text('the data is at its end', lambda text: text.startswith('The data is at its end'))
            page = Page(window, 'Audit Trail', 'TfAuditPage')
        with tap.check('a finished replay says what is left to do'):
            window.expect('label', 'Finished')
            window.expect('label', lambda text: text.startswith('The replay is at its end.'))
        head = json.loads(subprocess.run([cli, 'journal', 'verify', '--workspace', workspace, '--json'], capture_output=True,
                                         text=True, check=True).stdout)
        accounts = json.loads(subprocess.run([cli, 'list', 'accounts', '--workspace', workspace, '--json'], capture_output=True,
                                             text=True, check=True).stdout)['accounts']
        fees = sum(decimal.Decimal(account['fees']) for account in accounts)
        realised = sum(decimal.Decimal(account['realized_pnl']) for account in accounts)
        with tap.check('the page counts the entries'):
            page.text('entries', lambda text: text == f'{head["entries"]:,} entries')
        with tap.check('verified from the window'):
            page.click('push button', 'Verify')
            text = page.text('verified', lambda text: text.startswith('Verified '))
            assert f'{head["entries"]:,} entries' in text and f'head {head["head"][:8]}' in text, text
        with tap.check('JSON by the file dialog holds what the ledger holds'):
            with open(export(page, folder, 'JSON…', 'json'), encoding='utf-8') as file:
                report = json.load(file)
            assert len(report['entries']) == report['journal']['entries'] == head['entries']
            assert report['journal']['head'] == head['head'] == report['entries'][-1]['hash']
            assert decimal.Decimal(report['totals']['fees']) == fees, (report['totals']['fees'], fees)
            assert decimal.Decimal(report['totals']['realized_pnl']) == realised
            assert [account['equity'] for account in report['accounts']] == [account['equity'] for account in accounts]
        with tap.check('CSV by the file dialog holds what the ledger holds'):
            with open(export(page, folder, 'CSV…', 'csv'), encoding='utf-8', newline='') as file:
                rows = list(csv.DictReader(file))
            fills = [row for row in rows if row['kind'] == 'fill']
            assert len(rows) == head['entries'] and rows[-1]['hash'] == head['head']
            assert sum(decimal.Decimal(row['fee']) for row in fills) == fees
            assert sum(decimal.Decimal(row['amount']) for row in fills) == realised
        with tap.check('PDF by the file dialog says the same'):
            path = export(page, folder, 'PDF report…', 'pdf')
            with open(path, 'rb') as file:
                assert file.read(5) == b'%PDF-'
            if shutil.which('pdftotext'):
                text = subprocess.run(['pdftotext', '-layout', path, '-'], capture_output=True, text=True, check=True).stdout
                assert head['head'] in text, 'no head'
                for account in accounts:
                    assert account['fees'] in text.replace(',', ''), account
        with tap.check('a filter lists only what it means'):
            page.click('push button', 'Fills')
            wait('only fills', lambda: kinds(page) == {'Fill'})
        with tap.check('nothing was complained of'):
            assert not window.complaints(), window.complaints()
        with tap.check('closing the window ends it cleanly'):
            assert window.close() == 0

tap.end()
