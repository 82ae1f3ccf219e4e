"""A backtest of our own candles, and of a year of real ones where they are there."""

import json
import pty
from decimal import Decimal

from tap import *


def check(found, what):
    same([row['id'] for row in found['accounts']], ['woods1', 'angry', 'handjob'], f'{what}: three accounts')
    same(sum(found['verdicts'].values()), 3 * found['signals'], f'{what}: verdicts are signals × accounts')
    ok(found['fills'] > 0 and found['signals'] > 0, f'{what}: it trades', found['verdicts'])
    ok(all(Decimal(row['max_drawdown']) <= Decimal('0.15') for row in found['accounts']), f'{what}: drawdowns within 15 %',
       found['accounts'])


def check_kept(found, workspace, what, *words):
    """The same run into a workspace; then again, when there is nothing left to do."""
    kept = answer(*words, '--workspace', workspace)
    same(kept['journal'], found['journal'], f'{what}: the same with a workspace')
    verify = verified(workspace, f'{what}: the journal verifies, the rebuilt accounts agree')
    same((verify['entries'], verify['head']), (found['journal']['entries'], found['journal']['head']), f'{what}: the same head')
    again = answer(*words, '--workspace', workspace)
    same((again['journal'], again['accounts'], again['verdicts'], again['fills']),
         (kept['journal'], kept['accounts'], kept['verdicts'], kept['fills']), f'{what}: a finished run has nothing to add')
    fills = rows('fills', workspace)
    same(len(fills), found['fills'], f'{what}: the fills are listed')
    for account in found['accounts']:
        mine = [row for row in fills if row['account'] == account['id']]
        same((sum(Decimal(row['fee']) for row in mine), sum(Decimal(row['realized_pnl']) for row in mine)),
             (Decimal(account['fees']), Decimal(account['realized_pnl'])), f'{what}: the fills of {account["id"]} add up to it')


def test_own():
    folder = candle_folder()
    signals = write('s.jsonl', ''.join(signal_line(number, 400 + 20 * number, side='sell' if number % 3 == 2 else 'buy') + '\n'
                                       for number in range(30)))
    words = ['backtest', '--data', folder, '--interval', '1h', '--signals', signals]
    found = answer(*words)
    same(found['bars'], 10 * 1500, 'own: every bar')
    check(found, 'own')
    same(answer(*words)['journal'], found['journal'], 'own: the same head again')
    check_kept(found, HERE / 'own.tfw', 'own', *words)
    ok(answer('run', '--market', 'replay', '--speed', 'max', *words[1:])['market'] == 'replay', 'own: run --market replay takes the same')
    part = answer(*words, '--from', iso(START + 3600 * 600), '--to', iso(START + 3600 * 900), '--workspace', HERE / 'part.tfw')
    check(part, 'own, a part')
    ok(0 < part['signals'] < found['signals'], 'own, a part: fewer signals', part['signals'], found['signals'])
    times = [row['time'] for row in rows('signals', HERE / 'part.tfw')]
    ok(iso(START + 3600 * 600) <= times[0] < iso(START + 3600 * 606), 'own, a part: what was before has warmed it up', times[0])
    ok(times[-1] < iso(START + 3600 * 900), 'own, a part: and ends where it was told to', times[-1])


def test_future():
    """What comes later changes nothing of what was decided before."""
    folder = candle_folder('known', bars=900)
    words = ['backtest', '--data', folder, '--workspace']
    answer(*words, HERE / 'before.tfw')
    for number, symbol in enumerate(SYMBOLS):
        lines = (folder / f'{symbol}-1h.csv').read_text().splitlines()
        other = candle_lines(100 + number, 900, 50.0 + 40 * number)
        write(f'known/{symbol}-1h.csv', '\n'.join(lines[:701] + other[701:]) + '\n')
    answer(*words, HERE / 'after.tfw')
    limit = (START + 3600 * 700) * 1_000_000_000  # bar 700 is known when it closes
    past = [query(HERE / f'{name}.tfw', f'SELECT seq, hash FROM comprehensive_audit WHERE time <= {limit} ORDER BY seq')
            for name in ('before', 'after')]
    ok(len(past[0]) > 1000, 'there are decisions before that', len(past[0]))
    ok(past[0] == past[1], 'another future: the same past')
    ok(journal(HERE / 'before.tfw', 1) != journal(HERE / 'after.tfw', 1), 'another future: another end')


def test_growing():
    """Files that have grown since: the run goes on where they ended, to what a run of the whole had come to."""
    folder = candle_folder('growing', bars=700)
    words = ['backtest', '--data', folder]
    first = answer(*words, '--workspace', HERE / 'growing.tfw')
    candle_folder('growing', bars=900)
    second = answer(*words, '--workspace', HERE / 'growing.tfw')
    ok(second['journal']['entries'] > first['journal']['entries'], 'grown files: it goes on')
    same(second['journal'], answer(*words)['journal'], 'grown files: the head of a run of the whole')
    verified(HERE / 'growing.tfw', 'grown files: the journal verifies, the rebuilt accounts agree')


def test_real():
    folder, signals = SHARED / 'candles', SHARED / 'signals' / 'strategy-btc-2020-2024.jsonl'
    if not folder.is_dir() or not signals.is_file():
        skip('a year of real candles', 'TF_SHARED has no candles')
        return
    words = ['backtest', '--data', folder, '--interval', '1h', '--signals', signals, '--from', '2020-06-01', '--to', '2021-06-01']
    found = answer(*words)
    check(found, 'real')
    workspace = HERE / 'real.tfw'
    check_kept(found, workspace, 'real', *words)
    saylor = [row for row in rows('traders', workspace) if row['name'] == 'Michael Saylor']
    ok(len(saylor) == 1 and saylor[0]['signals'] > 5 and saylor[0]['grade'] == 'A' and saylor[0]['positions'],
       'real: the followed trader, his grade and what he holds', saylor)


def test_public_addresses():
    """Two addresses' fills without candles: the fills are the market; what each holds at the end is what its file says."""
    for letter in 'ab':
        path, workspace = SHARED / 'signals' / f'hyperliquid-trader-{letter}.jsonl', HERE / f'address-{letter}.tfw'
        if not path.is_file():
            skip(f'address {letter}', 'TF_SHARED has no signals of it')
            continue
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        found = answer('run', '--market', 'replay', '--signals', path, '--speed', 'max', '--workspace', workspace)
        same(sum(found['verdicts'].values()), 3 * found['signals'], f'address {letter}: verdicts are signals × accounts')
        trader = [row for row in rows('traders', workspace) if row['id'] == lines[0]['trader']][0]
        last = {line['instrument']: Decimal(line['position']) for line in lines if 'position' in line}
        same({row['instrument']: Decimal(row['quantity']) for row in trader['positions']},
             {instrument: quantity for instrument, quantity in last.items() if quantity}, f'address {letter}: its positions')
        same((trader['sources'], trader['grade'], trader['signals']), (['hyperliquid'], 'A', len({line['id'] for line in lines})),
             f'address {letter}: source, grade, signals')
        verified(workspace, f'address {letter}: the journal verifies, the rebuilt accounts agree')


def test_terminal():
    """On a terminal one line shows how far it is; it never wraps, and is gone at the end."""
    folder = candle_folder('shown')
    primary, secondary = pty.openpty()
    process = subprocess.Popen(command('backtest', '--data', folder, folder.parent / 'none'), stdout=subprocess.PIPE, stderr=secondary)
    process.wait(timeout=60)
    same(os.read(primary, 4096).decode().replace('\r', '').replace('\x1b[K', '').count('\n'), 1, 'terminal: an error is one line')
    process = subprocess.Popen(command('run', '--market', 'demo', '--speed', '3600', '--for', '1s', '--json'), stdout=subprocess.PIPE,
                               stderr=secondary)
    text = process.communicate(timeout=60)[0]
    shown = os.read(primary, 65536).decode()
    lines = shown.split('\r\x1b[K')
    ok(process.returncode == 0 and json.loads(text), 'terminal: JSON goes to standard output alone')
    ok(len(lines) > 3 and all(len(line) < 80 and '\n' not in line for line in lines) and any('equity' in line for line in lines),
       'terminal: a line that is replaced', lines[:3])
    same(lines[-1], '', 'terminal: gone at the end')


main(test_own, test_future, test_growing, test_terminal, test_real, test_public_addresses)
