"""Exports, read back: entries, counts and totals are those of the lists and of the accounts."""

import csv
import io
import json
import re
from decimal import Decimal

from tap import *


def export(workspace, form, *words):
    path = HERE / f'report.{form}'
    result = cli('journal', 'export', '--workspace', workspace, '--format', form, '--output', path, *words)
    same((result.returncode, result.stderr, [str(left) for left in HERE.glob('report.*.*')]), (0, '', []), f'export to {form}')
    return path


def check_totals(found, workspace, what):
    """@found: (entries, fills by account, fees by account, realised P&L by account), the latter as Decimals."""
    fills = rows('fills', workspace)
    entries, counts, fees, realized = found
    same(entries, len(journal(workspace)), f'{what}: every entry of the journal')
    for account in rows('accounts', workspace):
        id = account['id']
        same((counts.get(id, 0), fees.get(id, 0), realized.get(id, 0)),
             (sum(row['account'] == id for row in fills), Decimal(account['fees']), Decimal(account['realized_pnl'])),
             f'{what}: fills, fees and realised P&L of {id} to the last unit')


def sums(entries):
    counts, fees, realized = {}, {}, {}
    for entry in entries:
        if entry['kind'] == 'fill':
            id = entry['account']
            counts[id] = counts.get(id, 0) + 1
            fees[id] = fees.get(id, 0) + Decimal(entry['fee'])
            realized[id] = realized.get(id, 0) + Decimal(entry['amount'])
    return len(entries), counts, fees, realized


def check_json(workspace, what):
    report = json.loads(export(workspace, 'json').read_text())
    check_totals(sums(report['entries']), workspace, f'{what}: json')
    same((report['totals']['entries'], report['totals']['fills'], report['totals']['verdicts']),
         (len(report['entries']), count_fills(workspace),
          {name: sum(row['verdict'] == name for row in rows('verdicts', workspace)) for name in report['totals']['verdicts']}),
         f'{what}: json: its own totals')
    seq, head = journal(workspace, 1)[0]
    same(report['journal'], {'entries': seq, 'head': head.hex()}, f'{what}: json: the journal’s head')
    same([(entry['seq'], entry['hash']) for entry in report['entries']],
         [(seq, hash.hex()) for seq, hash in journal(workspace)], f'{what}: json: numbers and hashes')
    accounts = rows('accounts', workspace)
    same([[row[name] for name in ('id', 'equity', 'cash', 'fees', 'state')] for row in report['accounts']],
         [[row[name] for name in ('id', 'equity', 'cash', 'fees', 'state')] for row in accounts], f'{what}: json: the accounts')
    return report


def check_csv(workspace, what):
    text = export(workspace, 'csv').read_text()
    entries = list(csv.DictReader(io.StringIO(text)))
    check_totals(sums(entries), workspace, f'{what}: csv')
    same(entries[-1]['hash'], journal(workspace, 1)[0][1].hex(), f'{what}: csv: ends with the journal’s head')
    return entries


def check_pdf(workspace, what):
    path = export(workspace, 'pdf')
    ok(path.read_bytes()[:5] == b'%PDF-' and path.stat().st_size > 10000, f'{what}: pdf: is one')
    if not shutil.which('pdftotext'):
        skip(f'{what}: pdf: its text', 'no pdftotext')
        return ''
    text = subprocess.run(['pdftotext', '-layout', path, '-'], capture_output=True, text=True, check=True).stdout
    seq, head = journal(workspace, 1)[0]
    ok(head.hex() in text, f'{what}: pdf: the journal’s head')
    ok(f'{seq} entries' in text.replace(',', ''), f'{what}: pdf: how many entries')
    pages = re.findall(r'Page (\d+) of (\d+)', text)
    ok(pages and pages == [(str(number + 1), str(len(pages))) for number in range(len(pages))], f'{what}: pdf: page numbers', pages)
    ok(all(row['id'] in text and row['fees'] in text for row in rows('accounts', workspace)), f'{what}: pdf: the accounts’ totals')
    return text


def test_demo():
    workspace = HERE / 'demo.tfw'
    demo(workspace, '--for', '12h')
    report = check_json(workspace, 'demo')
    ok(report['simulated'] is True and 'imulated' in report['origin'], 'demo: json: marked as simulated', report['origin'])
    entries = check_csv(workspace, 'demo')
    same({row['simulated'] for row in entries}, {'true'}, 'demo: csv: marked as simulated')
    text = check_pdf(workspace, 'demo')
    if text:
        pages = text.split('\f')[:-1]
        ok(all('imulated' in page for page in pages), 'demo: pdf: every page is marked as simulated')

    angry = list(csv.DictReader(export(workspace, 'csv', '--account', 'angry').open()))
    same((len(angry), {row['account'] for row in angry}),
         (query(workspace, "SELECT count(*) FROM comprehensive_audit WHERE account = 'angry'")[0][0], {'angry'}), 'of one account')
    part = list(csv.DictReader(export(workspace, 'csv', '--from', '2025-01-01T02:00:00Z', '--to', '2025-01-01T03:00:00Z').open()))
    ok(part and all('2025-01-01T02:00:00Z' <= row['time'] < '2025-01-01T03:00:00Z' for row in part), 'of a span of time', part[:1])
    same(len(part), sum('2025-01-01T02' == row['time'][:13] for row in entries), 'of a span of time: all of it')
    printed = cli('journal', 'export', '--workspace', workspace, '--format', 'csv')
    same(printed.stdout, export(workspace, 'csv').read_text(), 'to standard output, the same')
    path = write('kept.json', 'what was there')
    refused('an export that fails leaves the file as it was', 1, ['nobody'], 'journal', 'export', '--workspace', workspace,
            '--output', path, '--account', 'nobody')
    same(path.read_text(), 'what was there', 'it is as it was')


def test_replay():
    workspace, folder = HERE / 'replay.tfw', candle_folder(bars=800)
    answer('run', '--market', 'replay', '--speed', 'max', '--data', folder, '--workspace', workspace)
    report = check_json(workspace, 'replay')
    ok(report['simulated'] is False and folder.name in report['origin'], 'replay: json: where the data comes from', report['origin'])
    check_csv(workspace, 'replay')
    text = check_pdf(workspace, 'replay')
    ok(not text or ('Simulated' not in text and folder.name in text), 'replay: pdf: where the data comes from')


main(test_demo, test_replay)
