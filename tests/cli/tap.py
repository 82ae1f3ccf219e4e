"""What the tests of the command line share: TAP, ways to run the program, small market data of our own."""

import datetime
import decimal
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

CLI = os.path.abspath(sys.argv[1])
SHARED = pathlib.Path(os.environ.get('TF_SHARED', '/nonexistent')) / 'data'
HERE = pathlib.Path(tempfile.mkdtemp(prefix='tf-cli-'))
KINDS = ['accounts', 'bots', 'traders', 'signals', 'verdicts', 'orders', 'fills', 'positions', 'alerts']
SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT', 'XRPUSDT', 'ADAUSDT', 'DOGEUSDT', 'AVAXUSDT', 'DOTUSDT', 'LINKUSDT']
START = 1577836800  # 2020-01-01

os.environ['XDG_DATA_HOME'] = str(HERE / 'home')
_count = _failed = 0


def ok(held, what, *why):
    """One case. @why: what was found, shown when it does not hold."""
    global _count, _failed
    _count += 1
    _failed += not held
    print(f'{"ok" if held else "not ok"} {_count} {what}', flush=True)
    for line in [] if held else '\n'.join(map(str, why))[:4000].splitlines():
        print('#', line)
    return held


def same(found, expected, what):
    return ok(found == expected, what, f'found {found!r}'[:600], f'expected {expected!r}'[:600])


def skip(what, why):
    global _count
    _count += 1
    print(f'ok {_count} {what} # SKIP {why}', flush=True)


def main(*tests):
    """Runs the tests of a program and leaves it."""
    try:
        for test in tests:
            try:
                test()
            except Exception as error:  # the tests after it are still worth running
                ok(False, f'{test.__name__} runs to its end', f'{type(error).__name__}: {error}')
                where = error.__traceback__
                while where.tb_next:
                    where = where.tb_next
                print(f'# at {where.tb_frame.f_code.co_filename}:{where.tb_lineno}')
    finally:
        shutil.rmtree(HERE, ignore_errors=True)
    print(f'1..{_count}')
    sys.exit(_failed > 0)


def command(*words):
    return [CLI, *map(str, words)]


def cli(*words, **options):
    return subprocess.run(command(*words), capture_output=True, text=True, timeout=120, **options)


def start(*words):
    return subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answer(*words):
    """The JSON object of a command that has to succeed."""
    result = cli(*words, '--json')
    if result.returncode != 0 or result.stderr:
        raise AssertionError(f'{" ".join(map(str, words))}: status {result.returncode}: {result.stderr.strip()}')
    return json.loads(result.stdout)


def rows(kind, workspace):
    return answer('list', kind, '--workspace', workspace)[kind]


def one_line(result, status):
    """Whether it is the program's way to say no: this status, one line on stderr, nothing on stdout."""
    return (result.returncode == status and result.stdout == '' and result.stderr.startswith('tradefollow-cli: ')
            and result.stderr.count('\n') == 1 and result.stderr.endswith('\n') and len(result.stderr) > 20)


def refused(what, status, says, *words, **options):
    """One case: wrong use or bad input. @says: texts that the line has to have."""
    result = cli(*words, **options)
    return ok(one_line(result, status) and all(str(text) in result.stderr for text in says), what,
              f'status {result.returncode}, expected {status} and {says}', f'stdout: {result.stdout[:200]}',
              f'stderr: {result.stderr}')


def demo(workspace, *words, seed=7):
    keep = ['--workspace', workspace] if workspace else []
    return answer('run', '--market', 'demo', '--seed', seed, '--speed', 'max', *keep, *words)


def verified(workspace, what):
    """One case: the journal's chain holds and its accounts, rebuilt, are the stored ones."""
    verify, rebuild = (cli('journal', word, '--workspace', workspace, '--json') for word in ('verify', 'rebuild'))
    ok(verify.returncode == 0 and rebuild.returncode == 0, what, verify.stderr, rebuild.stderr, rebuild.stdout)
    return json.loads(verify.stdout) if verify.returncode == 0 else {}


def query(workspace, sql, mode='ro'):
    """Straight from the file, whoever writes to it."""
    connection = sqlite3.connect(f'file:{workspace}?mode={mode}', uri=True, timeout=10, isolation_level=None)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def journal(workspace, last=None):
    """(seq, hash) of every entry, or of the last ones; none as long as there is no table."""
    try:
        found = query(workspace, 'SELECT seq, hash FROM comprehensive_audit ORDER BY seq DESC'
                      + (f' LIMIT {last}' if last else ''))
    except sqlite3.OperationalError:
        return []
    return found[::-1]


def count_fills(workspace):
    return query(workspace, "SELECT count(*) FROM comprehensive_audit WHERE kind = 'fill'")[0][0]


def hours_of(workspace):
    """How much of the market's time a journal covers."""
    first, last = query(workspace, 'SELECT min(time), max(time) FROM comprehensive_audit')[0]
    return (last - first) // 3600_000_000_000 + 1


def hold(workspace):
    """A run that goes on until it is killed."""
    return start('run', '--market', 'demo', '--seed', 7, '--speed', 'max', '--for', '100000h', '--workspace', workspace)


def kill(process):
    process.kill()
    process.communicate()
    return process.returncode


def check_fills(workspace, what):
    """One case: no order was filled beyond its quantity."""
    orders = {row['id']: decimal.Decimal(row['quantity']) for row in rows('orders', workspace)}
    filled = {}
    for row in rows('fills', workspace):
        filled[row['order']] = filled.get(row['order'], 0) + decimal.Decimal(row['quantity'])
    ok(filled and all(quantity <= orders[order] for order, quantity in filled.items()), what)


def wait_for(condition, seconds=20):
    """Until @condition() says something true; what it says, or None when time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    return None


def iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def write(name, text):
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def candle_lines(seed, bars=1500, price=100.0):
    """A random walk with trends, as the lines of a candle file; prices in cents, so that they are exact."""
    chance = random.Random(seed)
    lines, drift = ['time,open,high,low,close,volume'], 0.0
    for bar in range(bars):
        if bar % 120 == 0:
            drift = chance.gauss(0, 0.002)
        opened, price = price, max(price * (1 + drift + chance.gauss(0, 0.008)), 1.0)
        spread = abs(chance.gauss(0, 0.003)) * price
        high, low = max(opened, price) + spread, max(min(opened, price) - spread, 0.5)
        lines.append(f'{START + 3600 * bar},{opened:.2f},{high:.2f},{low:.2f},{price:.2f},{chance.uniform(10, 5000):.3f}')
    return lines


def candle_folder(name='candles', bars=1500):
    for number, symbol in enumerate(SYMBOLS):
        write(f'{name}/{symbol}-1h.csv', '\n'.join(candle_lines(number, bars, 50.0 + 40 * number)) + '\n')
    return HERE / name


def signal_line(name, at, **other):
    """A signal published at hour @at of our candles."""
    return json.dumps({'trader': 'Test Trader', 'source': 'file', 'id': str(name), 'instrument': 'BTC-USDT', 'side': 'buy',
                       'price': '100', 'quantity': '1', 'happened_at': iso(START + 3600 * at),
                       'published_at': iso(START + 3600 * at + 60), **other})
