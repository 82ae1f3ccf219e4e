"""decode: every recording of the four venues against an independent reading of it: Python's json and decimal, own books."""

import decimal
import gzip
import json
import pathlib
import re
import zlib

from tap import HERE, SHARED, cli, main, ok, refused, same, skip

D = decimal.Decimal
FRAMES = SHARED / 'frames'
SEEDS = pathlib.Path(__file__).parent.parent / 'fuzz' / 'seeds'
FIELDS = {
    'trade': {'type', 'instrument', 'id', 'price', 'quantity', 'side', 'time'},
    'quote': {'type', 'instrument', 'bid', 'bid_quantity', 'ask', 'ask_quantity', 'time'},
    'book': {'type', 'instrument', 'snapshot', 'bids', 'asks', 'time'},
    'candle': {'type', 'instrument', 'interval', 'open', 'high', 'low', 'close', 'volume', 'closed', 'time'},
    'fill': {'type', 'trader', 'instrument', 'id', 'side', 'price', 'quantity', 'position', 'time'},
    'mid': {'type', 'instrument', 'price', 'time'},
}
OLD = {'XBT': 'BTC', 'XDG': 'DOGE'}


def lines(path):
    with (gzip.open(path, 'rt') if path.suffix == '.gz' else open(path)) as file:
        return file.read().splitlines()


def load(text):
    return json.loads(text, parse_float=D, parse_int=lambda n: D(n) if len(n) > 15 else int(n))


def decode(venue, path):
    """(events, summary)"""
    result = cli('decode', '--venue', venue, path)
    if result.returncode != 0:
        raise AssertionError(f'{path}: status {result.returncode}: {result.stderr}')
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return rows[:-1], rows[-1]


def binance(name):
    for quote in ['USDT', 'USDC', 'EUR', 'AUD', 'BRL', 'BTC', 'ETH', 'BNB']:
        if name.endswith(quote):
            return f'{name[:-len(quote)]}-{quote}'


def kraken(pair):
    return '-'.join(OLD.get(part, part) for part in pair.split('/'))


def coin(name):
    return name.replace('/', '-') if '/' in name else name if name[0] == '@' or ':' in name else f'{name}-USD'


def trades_of(venue, path):
    """What the venue said of trades, read without the program: [(instrument, price, quantity, side)]"""
    found = []
    for line in lines(path):
        message = load(line)
        if venue == 'binance':
            data = message.get('data', message)
            if data.get('e') in ('trade', 'aggTrade'):
                found.append((binance(data['s']), D(data['p']), D(data['q']), 'sell' if data['m'] else 'buy'))
        elif venue == 'coinbase':
            rows = [message] if message.get('type') == 'match' else [
                t for e in message.get('events', []) if message.get('channel') == 'market_trades' for t in e['trades']]
            for t in rows:
                found.append((t['product_id'], D(t['price']), D(t['size']), 'buy' if t['side'].lower() == 'sell' else 'sell'))
        elif venue == 'kraken' and isinstance(message, list) and message[-2] == 'trade':
            for t in message[1]:
                found.append((kraken(message[-1]), D(t[0]), D(t[1]), 'buy' if t[3] == 'b' else 'sell'))
        elif venue == 'kraken' and isinstance(message, dict) and message.get('channel') == 'trade':
            for t in message['data']:
                found.append((kraken(t['symbol']), D(t['price']), D(t['qty']), t['side']))
        elif venue == 'hyperliquid' and message.get('channel') == 'trades':
            for t in message['data']:
                found.append((coin(t['coin']), D(t['px']), D(t['sz']), 'buy' if t['side'] == 'B' else 'sell'))
    return found


def totals(rows):
    """By instrument and side: how many, sum of quantities, sum of notionals."""
    sums = {}
    for instrument, price, quantity, side in rows:
        n, q, v = sums.get((instrument, side), (0, D(0), D(0)))
        sums[instrument, side] = n + 1, q + quantity, v + price * quantity
    return sums


def recordings():
    for venue in ['binance', 'coinbase', 'kraken', 'hyperliquid']:
        for path in sorted((FRAMES / venue).glob('*.jsonl*')):
            if not re.search(r'rest|recv_ns|sent', path.name):
                yield venue, path


# Its books are made up by hand, and their checksums with them (SOURCES.md).
SHAPES = 'v2_samples_shape.jsonl'


def test_recordings():
    for venue, path in recordings():
        name = f'{venue} {path.name}'
        events, summary = decode(venue, path)
        books = summary['books'].values()
        same(summary['messages'], len(lines(path)), f'{name}: every message is counted')
        same((summary['errors'], summary['ignored'].get('unknown', 0)), (0, 0), f'{name}: no error, nothing unexplained')
        ok(all(set(e) == FIELDS[e['type']] for e in events), f'{name}: lines have their fields')
        counted = {}
        for event in events:
            counted[event['type']] = counted.get(event['type'], 0) + 1
        same(summary['events'], counted, f'{name}: the summary counts the lines')
        ok(all(b['gaps'] == b['crossed'] == 0 and (b['checksums_bad'] == 0 or path.name == SHAPES) for b in books),
           f'{name}: books consistent', summary['books'])
        told = totals((e['instrument'], D(e['price']), D(e['quantity']), e['side']) for e in events if e['type'] == 'trade')
        same(told, totals(trades_of(venue, path)), f'{name}: trades by count, side, quantity and notional')


def crc(book):
    text = ''
    for side, best in ((book[1], 1), (book[0], -1)):
        for price in sorted(side, key=lambda p: best * D(p))[:10]:
            text += price.replace('.', '').lstrip('0') + side[price].replace('.', '').lstrip('0')
    return zlib.crc32(text.encode())


def test_kraken_checksums():
    """The same books in Python, by the digits: as many right checksums as the program says."""
    path = FRAMES / 'kraken' / 'v1_book_20210417.jsonl.gz'
    books, right = {}, {}
    for line in lines(path):
        message = json.loads(line)
        if not isinstance(message, list):
            continue
        pair, book = kraken(message[-1]), books.setdefault(message[-1], ({}, {}))
        for part in message[1:-2]:
            for key, side in (('bs', 0), ('as', 1), ('b', 0), ('a', 1)):
                for row in part.get(key, []):
                    if D(row[1]):
                        book[side][row[0]] = row[1]
                    else:
                        book[side].pop(row[0], None)
                for price in sorted(book[side], key=D, reverse=side == 0)[1000:]:
                    del book[side][price]
            if 'c' in part:
                right[pair] = right.get(pair, 0) + (crc(book) == int(part['c']))
    _, summary = decode('kraken', path)
    same({k: v['checksums_ok'] for k, v in summary['books'].items()}, right, 'kraken: checksums as computed independently')
    same(sum(right.values()), 4269, 'kraken: and all of them right')


def test_binance_lost_update():
    """One change taken out: one gap, in that book alone."""
    path = FRAMES / 'binance' / 'spot_multi_20210404.jsonl.gz'
    all_lines = lines(path)
    at = [i for i, line in enumerate(all_lines) if 'ethusdt@depth' in line][400]
    shorter = HERE / 'shorter.jsonl'
    shorter.write_text('\n'.join(all_lines[:at] + all_lines[at + 1:]) + '\n')
    _, summary = decode('binance', shorter)
    same({k: v['gaps'] for k, v in summary['books'].items()}, {'DOT-USDT': 0, 'BTC-USDT': 0, 'ETH-USDT': 1},
         'binance: a lost change is one gap')


def test_own():
    """Without recordings: the seeds of the fuzzers, plain and packed, and bad lines among good ones."""
    seed = SEEDS / 'hyperliquid.jsonl'
    events, summary = decode('hyperliquid', seed)
    fills = [e for e in events if e['type'] == 'fill']
    same(fills[0], {'type': 'fill', 'trader': '0xabcdef0000000000000000000000000000000001', 'instrument': 'ETH-USD', 'id': '456',
                    'side': 'buy', 'price': '2500.5', 'quantity': '1.5', 'position': '-0.5', 'time': '2023-11-14T22:13:20.5Z'},
         'decode: a fill as a line')
    packed = HERE / 'packed.jsonl.gz'
    half = seed.read_bytes().splitlines(keepends=True)
    packed.write_bytes(gzip.compress(b''.join(half[:5])) + gzip.compress(b''.join(half[5:])))
    same(decode('hyperliquid', packed), (events, summary), 'decode: plain and packed, of several members, are the same')

    bad = HERE / 'bad.jsonl'
    bad.write_bytes(b'{"channel":"pong"}\n\xff\xfe\n{"channel":\n\n{"channel":"pong"}')
    _, summary = decode('hyperliquid', bad)
    same((summary['messages'], summary['errors'], summary['ignored']), (4, 2, {'pong': 2}), 'decode: bad lines are counted')

    refused('decode: no venue', 2, ['--venue'], 'decode', seed)
    refused('decode: unknown venue', 2, ['nowhere'], 'decode', '--venue', 'nowhere', seed)
    refused('decode: no file', 1, ['absent'], 'decode', '--venue', 'kraken', HERE / 'absent.jsonl')


if FRAMES.is_dir():
    main(test_own, test_recordings, test_kraken_checksums, test_binance_lost_update)
else:
    skip('decode: recordings', 'no TF_SHARED/data/frames here')
    main(test_own)
