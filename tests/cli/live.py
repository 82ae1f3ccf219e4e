"""A venue as a market: the real client against a venue on this machine, which says what a recording holds."""

import gzip
import random
import signal
import sqlite3
import subprocess

from tap import CLI, HERE, SHARED, cli, main, ok, same, skip, start, wait_for

import json


def recording(seconds, name):
    """Trades and best bids and asks of two instruments, as Binance sends them, ten a second."""
    chance, lines, times = random.Random(7), [], []
    price = {'BTCUSDT': 60000.0, 'ETHUSDT': 3000.0}
    begin = 1723161253000
    for number in range(seconds * 10):
        now = begin + number * 100
        for symbol in price:
            price[symbol] *= 1 + chance.gauss(0, 0.0004)
            last = f'{price[symbol]:.2f}'
            bid, ask = f'{price[symbol] * 0.99995:.2f}', f'{price[symbol] * 1.00005 + 0.01:.2f}'
            lines.append(json.dumps({'e': 'trade', 'E': now, 's': symbol, 't': 1000 + number, 'p': last, 'q': '0.5',
                                     'T': now, 'm': bool(number % 2), 'M': True}, separators=(',', ':')))
            lines.append(json.dumps({'u': 5000 + number, 's': symbol, 'b': bid, 'B': '1.0', 'a': ask, 'A': '1.0'},
                                    separators=(',', ':')))
            times += [now * 1000000] * 2
    path = HERE / f'{name}.jsonl.gz'
    with gzip.open(path, 'wt') as file:
        file.write('\n'.join(lines) + '\n')
    with gzip.open(HERE / f'{name}.recv_ns.gz', 'wt') as file:
        file.write('\n'.join(map(str, times)) + '\n')
    return path


def play(venue, path, *words):
    """A venue that is ready, and where it is."""
    process = subprocess.Popen([CLI, 'play', '--venue', venue, '--port', '0', str(path), *words],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    url = next((word for word in line.split() if word.startswith('ws://')), None)
    ok(url is not None, f'{venue}: a venue on this machine', line)
    return process, url


def finish(process):
    process.terminate()
    process.communicate(timeout=20)


def run(venue, url, workspace, seconds):
    return cli('run', '--market', venue, '--endpoint', url, '--interval', '1s', '--for', f'{seconds}s',
               '--workspace', workspace, '--json')


def entries(workspace):
    result = cli('journal', 'verify', '--workspace', workspace, '--json')
    same(result.returncode, 0, f'{workspace.stem}: the journal verifies')
    return json.loads(result.stdout)['entries']


def taken_in(workspace):
    """Committed pieces of what the venue has said since the last checkpoint."""
    with sqlite3.connect(f'file:{workspace}?mode=ro', uri=True) as database:
        return database.execute('SELECT count(*) FROM market_inputs').fetchone()[0]


def test_market():
    venue, url = play('binance', recording(90, 'own'))
    workspace = HERE / 'own.tfw'
    result = run('binance', url, workspace, 8)
    if ok(result.returncode == 0, 'a live market runs', result.stderr):
        found = json.loads(result.stdout)
        same((found['market'], found['simulated']), ('binance', False), 'it is what it says')
        ok(found['events'] > 100 and found['bars'] >= 8, 'trades make bars', found['events'], found['bars'])
        same(sum(found['verdicts'].values()), 3 * found['signals'], 'verdicts are signals × accounts')
    before = entries(workspace)

    # Killed in the middle, it goes on from what it had taken in: a venue says nothing twice.
    process = start('run', '--market', 'binance', '--endpoint', url, '--interval', '1s', '--for', '60s', '--workspace', workspace)
    ok(wait_for(lambda: taken_in(workspace) >= 10), 'what a venue says is kept')
    process.send_signal(signal.SIGKILL)
    process.communicate()
    killed = entries(workspace)
    ok(killed >= before, 'nothing is lost by a kill', before, killed)
    result = run('binance', url, workspace, 4)
    ok(result.returncode == 0, 'it goes on after a kill', result.stderr)
    ok(entries(workspace) >= killed, 'what was decided stays')
    same(cli('journal', 'rebuild', '--workspace', workspace).returncode, 0, 'the accounts agree with the journal')

    # The line goes, and comes back.
    process = start('run', '--market', 'binance', '--endpoint', url, '--interval', '1s', '--for', '12s', '--workspace', workspace, '--json')
    ok(wait_for(lambda: taken_in(workspace) >= 10), 'the market is listened to')
    finish(venue)
    port = url.rsplit(':', 1)[1].split('/')[0]
    again = subprocess.Popen([CLI, 'play', '--venue', 'binance', '--port', port, str(HERE / 'own.jsonl.gz')],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    again.stdout.readline()
    output, errors = process.communicate(timeout=60)
    ok(process.returncode == 0, 'a line that is cut does not end the run', errors)
    entries(workspace)
    result = cli('stop', '--workspace', workspace)
    same(result.returncode, 0, 'the emergency stop needs no venue')
    finish(again)
    result = cli('run', '--market', 'binance', '--endpoint', url, '--interval', '1s', '--for', '2s', '--workspace', workspace)
    same(result.returncode, 0, 'a run goes on while the venue can’t be reached', )


def test_venues():
    """The recordings of the real ones: bots vote on each."""
    folder = SHARED / 'frames'
    for venue, name in [('binance', 'binance/spot_btcusdt_20240808.jsonl.gz'), ('coinbase', 'coinbase/advanced_20260809.jsonl.gz'),
                        ('kraken', 'kraken/derived_v2_book_20210417.jsonl.gz'), ('hyperliquid', 'hyperliquid/ws_btc_20250126_a.jsonl.gz')]:
        if not (folder / name).exists():
            skip(f'{venue}: a recording', 'the shared recordings are not here')
            continue
        process, url = play(venue, folder / name)
        workspace = HERE / f'{venue}.tfw'
        result = run(venue, url, workspace, 4)
        if ok(result.returncode == 0, f'{venue}: runs', result.stderr):
            ok(json.loads(result.stdout)['events'] > 2, f'{venue}: events arrive', result.stdout[:200])
            entries(workspace)
        finish(process)


main(test_market, test_venues)
