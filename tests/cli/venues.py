"""The four venues as markets, side by side: bots vote, accounts trade, nothing that was said is lost, the journal holds."""

import concurrent.futures
import decimal
import gzip
import json
import re

from tap import CLI, HERE, check_fills, cli, main, ok, query, rows, same, verified
from venue_sessions import COINS, HISTORY, VENUES, frames, make_session, serve, trades

SEED = 8
SECONDS = 36     # of market: few bots know what to say sooner where a venue has no candles of a second
ON_THE_WAY = 60  # trades, when the client leaves
paths, runs = {}, {}


def messages(path):
    return gzip.decompress(path.read_bytes()).decode().splitlines()


def test_sessions():
    """What was made up is what each venue would say."""
    for venue in VENUES:
        paths[venue] = make_session(venue, HERE, SEED, SECONDS + 10)
        said = messages(paths[venue])
        result = cli('decode', '--venue', venue, paths[venue])
        summary = json.loads(result.stdout.splitlines()[-1]) if result.returncode == 0 else {}
        if not ok(summary.get('type') == 'summary', f'{venue}: the session decodes', result.stderr):
            continue
        books = summary['books'].values()
        same((summary['messages'], summary['errors'], summary['faults'], summary['duplicates']), (len(said), 0, {}, 0),
             f'{venue}: every message is understood')
        same(summary['events']['trade'], len(trades(venue, said)), f'{venue}: all trades are in it')
        same((len(books), sum(book['gaps'] + book['crossed'] + book['checksums_bad'] for book in books)), (len(COINS), 0),
             f'{venue}: all books hold')
        if venue == 'kraken':
            same(sum(book['checksums_ok'] for book in books), sum(book['updates'] for book in books), f'{venue}: all checksums are right')


def run(venue):
    workspace, record = HERE / f'{venue}.tfw', HERE / f'{venue}.rec'
    with serve(CLI, venue, paths[venue]) as market:
        result = cli('run', '--market', venue, '--endpoint', market.endpoint, '--workspace', workspace, '--interval', '1s',
                     '--for', f'{SECONDS}s', '--record', record, '--json')
    return result, market.output, workspace, record


def check_verdicts(venue, workspace, accounts):
    judged = {}
    for row in rows('verdicts', workspace):
        judged.setdefault(row['signal'], []).append(row['account'])
    signals = {row['id'] for row in rows('signals', workspace)}
    ok(set(judged) == signals and all(sorted(found) == accounts for found in judged.values()),
       f'{venue}: every signal has one verdict of each account', judged, signals)


def check_trades(venue, record, said):
    """Each coin's trades from the first that was told to the last, none missing, none twice."""
    heard = trades(venue, [frame.text for frame in frames(record) if frame.kind == '<'])
    played = trades(venue, messages(paths[venue]))
    for name in sorted({trade.name for trade in played}):
        ours, all_of_it = ([trade for trade in of if trade.name == name] for of in (heard, played))
        if not ours or ours != all_of_it[all_of_it.index(ours[0]):][:len(ours)]:
            ok(False, f'{venue}: no trade of {name} is lost', ours)
    told = int(re.search(r'(\d+) trades', said)[1])
    ok(told - ON_THE_WAY <= len(heard) <= told, f'{venue}: trades heard are trades told', len(heard), said)


def check_bars(venue, workspace, record):
    """The bars that are kept are of the trades that were heard, each once: by their volumes."""
    heard = {}
    for frame in frames(record):
        for trade in trades(venue, [frame.text] if frame.kind == '<' else []):
            key = next(coin.name for coin in COINS if trade.name.startswith(coin.name)), frame.time // 1_000_000_000
            heard[key] = heard.get(key, 0) + trade.quantity
    bars = {(symbol.split('-')[0], time // 1_000_000_000): decimal.Decimal(volume).scaleb(-8) for symbol, time, volume in query(
        workspace, 'SELECT symbol, time, volume FROM market_data_cache WHERE interval = 1000000000')}
    first = min(second for _, second in heard)
    last = min(max(second for name, second in bars if name == coin.name) for coin in COINS)
    found, expected = ({key: volume for key, volume in of.items() if first < key[1] <= last and volume} for of in (bars, heard))
    ok(found == expected and len(found) > SECONDS, f'{venue}: bars are made of all trades, each once', len(found), len(expected),
       sorted(set(found.items()) ^ set(expected.items()))[:10])


def test_markets():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs.update(zip(VENUES, pool.map(run, VENUES)))
    table = [('venue', 'messages', 'bars', 'signals', 'verdicts', 'taken', 'orders', 'fills')]
    accepted = 0
    for venue, (result, said, workspace, record) in runs.items():
        if not ok(result.returncode == 0 and result.stderr == '', f'{venue}: runs', result.stderr):
            continue
        found = json.loads(result.stdout)
        verdicts, accounts = found['verdicts'], sorted(account['id'] for account in found['accounts'])
        taken = verdicts['ACCEPTED'] + verdicts['RESIZED']
        accepted += verdicts['ACCEPTED']
        table.append((venue, int(said.split()[0]), found['bars'], found['signals'], sum(verdicts.values()), taken, found['orders'],
                      found['fills']))
        same((found['market'], found['simulated']), (venue, False), f'{venue}: it is what it says')
        ok(SECONDS * len(COINS) // 2 < found['bars'] <= (SECONDS + 2) * len(COINS), f'{venue}: a bar a second for each coin', found['bars'])
        ok(found['signals'] > 0, f'{venue}: bots vote', result.stdout)
        same(sum(verdicts.values()), 3 * found['signals'], f'{venue}: verdicts are signals × accounts')
        check_verdicts(venue, workspace, accounts)
        ok(taken > 0 and found['orders'] > 0 and found['fills'] > 0, f'{venue}: accounts trade', verdicts, found['orders'], found['fills'])
        same(len(rows('fills', workspace)), found['fills'], f'{venue}: fills are kept')
        check_fills(workspace, f'{venue}: no order is filled beyond its quantity')
        check_trades(venue, record, said)
        check_bars(venue, workspace, record)
        verified(workspace, f'{venue}: the journal verifies, and its accounts are the stored ones')
    # Confidence takes more bars than a venue without candles of a second gives: there accounts trade on probation.
    ok(accepted > 0, f'with {HISTORY} bars of history some verdicts are ACCEPTED')
    for row in table:
        print('#', f'{row[0]:<12}', *(f'{value:>9}' for value in row[1:]))


main(test_sessions, test_markets)
