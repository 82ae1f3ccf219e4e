"""Sessions of the four venues, made up but in each one's own messages, and a venue on this machine that plays them.

A session is ten coins whose prices walk with trends, some seconds long, with what was fetched before it: instruments,
candles, books. The same seed gives the same bytes.
"""

import datetime
import decimal
import functools
import gzip
import itertools
import json
import pathlib
import random
import signal
import subprocess
import typing
import zlib

VENUES = ['binance', 'coinbase', 'kraken', 'hyperliquid']
START = 1780272000   # 2026-06-01, where nobody asks for another time
HISTORY = 500        # seconds before it, of which there are candles
STEP_NS = 250_000_000
WAY_NS = 20_000_000  # from the venue to us
LEVELS = 10          # of a book, each side
TREND = 0.005        # drift and noise of a step, as shares of the price: bots have something to see in seconds
NOISE = 0.002
TURN = 30, 60        # steps of a trend


class Coin(typing.NamedTuple):
    name: str
    price: str     # at first; its digits are the venue's
    step: str      # between two prices that are possible
    quantity: str  # of a usual trade; its digits are the smallest quantity


COINS = [
    Coin('BTC', '60000.0', '1.0', '0.05000'), Coin('ETH', '3000.0', '0.1', '1.0000'), Coin('SOL', '150.00', '0.01', '20.00'),
    Coin('BNB', '600.00', '0.01', '5.000'), Coin('XRP', '0.60000', '0.00001', '5000'), Coin('ADA', '0.45000', '0.00001', '7000'),
    Coin('DOGE', '0.12000', '0.00001', '25000'), Coin('AVAX', '30.000', '0.001', '100.00'), Coin('DOT', '7.0000', '0.0001', '400.0'),
    Coin('LINK', '15.000', '0.001', '200.0'),
]


class Trade(typing.NamedTuple):
    time: int  # ns
    id: int
    price: decimal.Decimal
    quantity: decimal.Decimal
    side: int  # of the aggressor


class Said(typing.NamedTuple):
    """A trade in a venue's words."""
    name: str  # of the instrument
    id: int
    quantity: decimal.Decimal


class Book(typing.NamedTuple):
    time: int
    bids: dict  # price → quantity, best first
    asks: dict


@functools.cache
def walk(coin, seed, seconds):
    """Trades from before the start on, and from then on books between them: a step a quarter of a second."""
    return list(steps(coin, seed, seconds))


def steps(coin, seed, seconds):
    chance = random.Random(f'{seed} {coin.name}')
    price, digit = float(coin.price), decimal.Decimal(coin.quantity).as_tuple().exponent
    first, step, usual, one = decimal.Decimal(coin.price), decimal.Decimal(coin.step), float(coin.quantity), decimal.Decimal(1)
    number, trend, turn = 1000, 0.0, 0

    def quantity(most):
        return max(round(chance.uniform(0, most * usual) * 10 ** -digit), 1) * one.scaleb(digit)

    for k in range((HISTORY + seconds) * (1_000_000_000 // STEP_NS)):
        time = (START - HISTORY) * 1_000_000_000 + k * STEP_NS
        if k >= turn:
            trend, turn = TREND * chance.choice([-1, 0, 1]), k + chance.randint(*TURN)
            if abs(price / float(coin.price) - 1) > 0.25:  # and back
                trend = TREND if price < float(coin.price) else -TREND
        price *= 1 + trend + chance.gauss(0, NOISE)
        middle = round(price / float(step))  # in steps
        if time >= START * 1_000_000_000 - STEP_NS:
            gap = max(1, round(middle / 10000))
            yield Book(time, *({(step * (middle + way * (1 + gap * level))).quantize(first): quantity(3) for level in range(LEVELS)}
                               for way in (-1, 1)))
        if chance.random() < 0.6:
            number += 1
            side = chance.choice([-1, 1]) if trend == 0 or chance.random() < 0.3 else 1 if trend > 0 else -1
            yield Trade(time + STEP_NS // 2, number, (step * (middle + side)).quantize(first), quantity(2), side)


def candles(events):
    """[(second, open, high, low, close, volume)] of the trades before the start."""
    trades = [event for event in events if isinstance(event, Trade) and event.time < START * 1_000_000_000]
    for second, group in itertools.groupby(trades, lambda trade: trade.time // 1_000_000_000):
        group = list(group)
        prices = [trade.price for trade in group]
        yield second, prices[0], max(prices), min(prices), prices[-1], sum(trade.quantity for trade in group)


def changes(before, after):
    """[(price, quantity)]: what makes one side of a book of the other; quantity 0 removes."""
    return ([(price, quantity) for price, quantity in after.items() if before.get(price) != quantity]
            + [(price, quantity * 0) for price, quantity in before.items() if price not in after])


def iso(time):
    at = datetime.datetime.fromtimestamp(time // 1_000_000_000, datetime.timezone.utc)
    return f'{at:%Y-%m-%dT%H:%M:%S}.{time % 1_000_000_000 // 1000:06}Z'


def digits(value):
    """Of “0.0100”: 4."""
    return max(-decimal.Decimal(value).as_tuple().exponent, 0)


class Binance:
    """Combined streams; what is listened to stands in the URL."""
    url, rest = 'wss://stream.binance.com:9443/stream', 'https://api.binance.com'

    def __init__(self):
        self.update, self.books = dict.fromkeys(COINS, 5000), {}

    def sent(self):
        streams = '/'.join(f'{coin.name.lower()}usdt@{name}' for coin in COINS for name in ('trade', 'bookTicker', 'depth@100ms'))
        return [(f'{self.url}?streams={streams}', None)]

    def greeting(self):
        return []

    def instruments(self):
        return '/api/v3/exchangeInfo', {'timezone': 'UTC', 'symbols': [{
            'symbol': f'{coin.name}USDT', 'status': 'TRADING', 'baseAsset': coin.name, 'quoteAsset': 'USDT', 'filters': [
                {'filterType': 'PRICE_FILTER', 'minPrice': '0.00000100', 'maxPrice': '1000000.00000000',
                 'tickSize': f'{decimal.Decimal(coin.step):.8f}'},
                {'filterType': 'LOT_SIZE', 'minQty': '0.00000100', 'maxQty': '9000000.00000000',
                 'stepSize': f'{decimal.Decimal(1).scaleb(-digits(coin.quantity)):.8f}'},
                {'filterType': 'NOTIONAL', 'minNotional': '5.00000000'}]} for coin in COINS]}

    def history(self, coin, rows):
        end = (START - 1) * 1000 + 999
        return (f'/api/v3/klines?symbol={coin.name}USDT&interval=1s&startTime={end + 1 - HISTORY * 1000}&endTime={end}&limit=1000',
                [[second * 1000, *(f'{value:.8f}' for value in rest), second * 1000 + 999, '0', 1, '0', '0', '0']
                 for second, *rest in rows])

    def snapshot(self, coin, book):
        self.books[coin] = book
        return f'/api/v3/depth?symbol={coin.name}USDT&limit=1000', {
            'lastUpdateId': self.update[coin], 'bids': self.levels(book.bids.items()), 'asks': self.levels(book.asks.items())}

    def levels(self, rows):
        return [[f'{price:.8f}', f'{quantity:.8f}'] for price, quantity in rows]

    def on_trade(self, coin, trade):
        name = f'{coin.name}USDT'
        yield {'stream': f'{name.lower()}@trade', 'data': {
            'e': 'trade', 'E': trade.time // 1000000 + 1, 's': name, 't': trade.id, 'p': f'{trade.price:.8f}',
            'q': f'{trade.quantity:.8f}', 'T': trade.time // 1000000, 'm': trade.side < 0, 'M': True}}

    def on_book(self, coin, book):
        before, self.books[coin] = self.books[coin], book
        name = f'{coin.name}USDT'
        bids, asks = changes(before.bids, book.bids), changes(before.asks, book.asks)
        first, self.update[coin] = self.update[coin] + 1, self.update[coin] + len(bids) + len(asks)
        (bid, bid_quantity), (ask, ask_quantity) = (next(iter(side.items())) for side in (book.bids, book.asks))
        yield {'stream': f'{name.lower()}@bookTicker', 'data': {
            'u': self.update[coin], 's': name, 'b': f'{bid:.8f}', 'B': f'{bid_quantity:.8f}', 'a': f'{ask:.8f}',
            'A': f'{ask_quantity:.8f}'}}
        yield {'stream': f'{name.lower()}@depth@100ms', 'data': {
            'e': 'depthUpdate', 'E': book.time // 1000000, 's': name, 'U': first, 'u': self.update[coin],
            'b': self.levels(bids), 'a': self.levels(asks)}}

    def each_second(self, time):
        return []

    @staticmethod
    def trades(message):
        data = message.get('data', {})
        return [Said(data['s'], data['t'], decimal.Decimal(data['q']))] if data.get('e') == 'trade' else []


class Coinbase:
    """Advanced Trade: one counter over all messages."""
    url, rest = 'wss://advanced-trade-ws.coinbase.com', 'https://api.coinbase.com'
    channels = ['heartbeats', 'market_trades', 'ticker', 'level2']

    def __init__(self):
        self.sequence, self.beats, self.books = 0, 0, {}
        self.names = [f'{coin.name}-USD' for coin in COINS]

    def sent(self):
        return [(self.url, None)] + [(self.url, {'type': 'subscribe', 'product_ids': self.names, 'channel': channel})
                                     for channel in self.channels]

    def message(self, channel, time, events):
        self.sequence += 1
        return {'channel': channel, 'client_id': '', 'timestamp': iso(time), 'sequence_num': self.sequence - 1, 'events': events}

    def greeting(self):
        return [self.message('subscriptions', START * 1_000_000_000, [{'subscriptions': {channel: self.names}}])
                for channel in self.channels]

    def instruments(self):
        return '/api/v3/brokerage/market/products', {'products': [{
            'product_id': f'{coin.name}-USD', 'price': coin.price, 'quote_increment': coin.step, 'price_increment': coin.step,
            'base_increment': str(decimal.Decimal(1).scaleb(-digits(coin.quantity))), 'quote_min_size': '1', 'status': 'online',
            'product_type': 'SPOT'} for coin in COINS]}

    def history(self, coin, rows):
        return None  # no candles of a second

    def snapshot(self, coin, book):
        return None  # its stream begins with one

    def on_trade(self, coin, trade):
        yield self.message('market_trades', trade.time, [{'type': 'update', 'trades': [{
            'product_id': f'{coin.name}-USD', 'trade_id': str(trade.id), 'price': str(trade.price), 'size': str(trade.quantity),
            'time': iso(trade.time), 'side': 'SELL' if trade.side > 0 else 'BUY'}]}])  # the maker's

    def on_book(self, coin, book):
        name, before = f'{coin.name}-USD', self.books.get(coin)
        self.books[coin] = book
        kind = 'update' if before else 'snapshot'
        (bid, bid_quantity), (ask, ask_quantity) = (next(iter(side.items())) for side in (book.bids, book.asks))
        yield self.message('ticker', book.time, [{'type': kind, 'tickers': [{
            'type': 'ticker', 'product_id': name, 'price': str(bid), 'volume_24_h': '1', 'best_bid': str(bid), 'best_ask': str(ask),
            'best_bid_quantity': str(bid_quantity), 'best_ask_quantity': str(ask_quantity)}]}])
        yield self.message('l2_data', book.time, [{'type': kind, 'product_id': name, 'updates': [
            {'side': side, 'event_time': iso(book.time), 'price_level': str(price), 'new_quantity': str(quantity)}
            for side, old, new in [('bid', before.bids if before else {}, book.bids), ('offer', before.asks if before else {}, book.asks)]
            for price, quantity in changes(old, new)]}])

    def each_second(self, time):
        self.beats += 1
        at = datetime.datetime.fromtimestamp(time // 1_000_000_000, datetime.timezone.utc)
        return [self.message('heartbeats', time, [{'current_time': f'{at:%Y-%m-%d %H:%M:%S}.000000001 +0000 UTC m=+{self.beats}.1',
                                                   'heartbeat_counter': self.beats}])]

    @staticmethod
    def trades(message):
        return [Said(trade['product_id'], int(trade['trade_id']), decimal.Decimal(trade['size']))
                for event in message.get('events', ())
                for trade in event.get('trades', ())]


class Number(str):
    """Of a message as it is written: JSON numbers whose digits matter."""


class Kraken:
    """Version 2: numbers with all their digits, books with a checksum."""
    url, rest = 'wss://ws.kraken.com/v2', 'https://api.kraken.com'
    channels = ['trade', 'ticker', 'book']
    old = {'BTC': 'XBT', 'DOGE': 'XDG'}

    def __init__(self):
        self.books = {}

    def sent(self):
        return [(self.url, None)] + [
            (self.url, {'method': 'subscribe', 'params': {'channel': channel, 'symbol': [f'{coin.name}/USD' for coin in COINS],
                                                          **({'depth': LEVELS} if channel == 'book' else {}), 'snapshot': True},
                        'req_id': number + 1}) for number, channel in enumerate(self.channels)]

    def greeting(self):
        now = iso(START * 1_000_000_000)
        return [{'channel': 'status', 'type': 'update', 'data': [{
            'version': '2.0.10', 'system': 'online', 'api_version': 'v2', 'connection_id': 17843232920108168701}]}] + [
            {'method': 'subscribe', 'result': {'channel': channel, **({'depth': LEVELS} if channel == 'book' else {}),
                                               'snapshot': True, 'symbol': f'{coin.name}/USD'},
             'success': True, 'time_in': now, 'time_out': now, 'req_id': number + 1}
            for number, channel in enumerate(self.channels) for coin in COINS]

    def instruments(self):
        return '/0/public/AssetPairs', {'error': [], 'result': {f'{self.old.get(coin.name, coin.name)}USD': {
            'wsname': f'{self.old.get(coin.name, coin.name)}/USD', 'pair_decimals': digits(coin.price),
            'lot_decimals': digits(coin.quantity), 'tick_size': coin.step, 'ordermin': '0.1', 'costmin': '0.5', 'status': 'online'}
            for coin in COINS}}

    def history(self, coin, rows):
        return None

    def snapshot(self, coin, book):
        return None

    def on_trade(self, coin, trade):
        yield {'channel': 'trade', 'type': 'update', 'data': [{
            'symbol': f'{coin.name}/USD', 'side': 'buy' if trade.side > 0 else 'sell', 'price': Number(trade.price),
            'qty': Number(trade.quantity), 'ord_type': 'market', 'trade_id': trade.id, 'timestamp': iso(trade.time)}]}

    @staticmethod
    def checksum(book):
        rows = [text for side in (book.asks, book.bids) for row in list(side.items())[:10] for text in row]
        return zlib.crc32(''.join(str(value).replace('.', '').lstrip('0') for value in rows).encode())

    def on_book(self, coin, book):
        name, before = f'{coin.name}/USD', self.books.get(coin)
        self.books[coin] = book
        kind = 'update' if before else 'snapshot'
        (bid, bid_quantity), (ask, ask_quantity) = (next(iter(side.items())) for side in (book.bids, book.asks))
        yield {'channel': 'ticker', 'type': kind, 'data': [{
            'symbol': name, 'bid': Number(bid), 'bid_qty': Number(bid_quantity), 'ask': Number(ask), 'ask_qty': Number(ask_quantity),
            'last': Number(bid), 'volume': Number(1), 'vwap': Number(bid), 'low': Number(bid), 'high': Number(ask),
            'change': Number(0), 'change_pct': Number(0), 'timestamp': iso(book.time)}]}
        bids, asks = ([{'price': Number(price), 'qty': Number(quantity)} for price, quantity in changes(old, new)]
                      for old, new in [(before.bids if before else {}, book.bids), (before.asks if before else {}, book.asks)])
        yield {'channel': 'book', 'type': kind, 'data': [{
            'symbol': name, 'bids': bids, 'asks': asks, 'checksum': self.checksum(book), 'timestamp': iso(book.time)}]}

    def each_second(self, time):
        return []

    @staticmethod
    def trades(message):
        return [Said(trade['symbol'], trade['trade_id'], trade['qty']) for trade in message.get('data', ())
                if message.get('channel') == 'trade']


class Hyperliquid:
    """Perpetuals: whole books, and times in milliseconds."""
    url, rest = 'wss://api.hyperliquid.xyz/ws', 'https://api.hyperliquid.xyz'

    def sent(self):
        return [(self.url, None)] + [(self.url, {'method': 'subscribe', 'subscription': subscription})
                                     for subscription in self.subscriptions()]

    def subscriptions(self):
        return [{'type': kind, 'coin': coin.name} for coin in COINS for kind in ('trades', 'bbo', 'l2Book')]

    def greeting(self):
        return [{'channel': 'subscriptionResponse', 'data': {'method': 'subscribe', 'subscription': subscription}}
                for subscription in self.subscriptions()]

    def instruments(self):
        # A question that is posted to /info, as our own recorder writes it: kind, name, interval, from, to, after, path.
        return '3 - 0 0 0 0 /info', {'universe': [{'name': coin.name, 'szDecimals': digits(coin.quantity), 'maxLeverage': 20}
                                                  for coin in COINS]}

    def history(self, coin, rows):
        return None

    def snapshot(self, coin, book):
        return None

    def on_trade(self, coin, trade):
        yield {'channel': 'trades', 'data': [{
            'coin': coin.name, 'side': 'B' if trade.side > 0 else 'A', 'px': str(trade.price), 'sz': str(trade.quantity),
            'time': trade.time // 1000000, 'hash': '0x' + '0' * 64, 'tid': trade.id, 'users': ['0x' + '1' * 40, '0x' + '2' * 40]}]}

    def on_book(self, coin, book):
        bids, asks = ([{'px': str(price), 'sz': str(quantity), 'n': 1} for price, quantity in side.items()]
                      for side in (book.bids, book.asks))
        yield {'channel': 'bbo', 'data': {'coin': coin.name, 'time': book.time // 1000000, 'bbo': [bids[0], asks[0]]}}
        yield {'channel': 'l2Book', 'data': {'coin': coin.name, 'time': book.time // 1000000, 'levels': [bids, asks]}}

    def each_second(self, time):
        return []

    @staticmethod
    def trades(message):
        return [Said(trade['coin'], trade['tid'], decimal.Decimal(trade['sz'])) for trade in message['data']
                ] if message.get('channel') == 'trades' else []


WRITERS = {'binance': Binance, 'coinbase': Coinbase, 'kraken': Kraken, 'hyperliquid': Hyperliquid}


def text(value):
    """JSON as venues write it; a Number stands there without quotes."""
    if isinstance(value, Number):
        return str.__str__(value)
    if isinstance(value, dict):
        return '{' + ','.join(f'"{key}":{text(item)}' for key, item in value.items()) + '}'
    if isinstance(value, (list, tuple)):
        return '[' + ','.join(map(text, value)) + ']'
    return json.dumps(value)


def trades(venue, messages):
    """[Said] in lines of its messages."""
    return [trade for message in messages if message.startswith('{') for trade in WRITERS[venue].trades(
        json.loads(message, parse_float=decimal.Decimal))]


class Frame(typing.NamedTuple):
    time: int   # ns
    kind: str   # '<' received, '>' sent, '?' asked, '!' answered …: src/io/feeds/recorder.h
    wire: int
    about: str
    text: str


def frames(path):
    """What run --record has written into a file."""
    data, at = gzip.decompress(pathlib.Path(path).read_bytes()), 0
    while at < len(data):
        end = data.index(10, at)
        time, kind, wire, about, length = data[at:end].decode().split()
        at = end + 1 + int(about) + int(length)
        yield Frame(int(time), kind, int(wire), *(data[end + 1:at][part].decode() for part in
                                                  (slice(int(about)), slice(int(about), None))))
        at += 1


def make_session(venue, folder, seed=7, seconds=60):
    """Writes a session of @venue into @folder, in the layout of a recording; its path."""
    writer, walks = WRITERS[venue](), {coin: walk(coin, seed, seconds) for coin in COINS}
    begin, path = START * 1_000_000_000, pathlib.Path(folder) / f'{venue}-{seed}.jsonl.gz'
    answers, messages = [writer.instruments()], [(begin, message) for message in writer.greeting()]
    for coin, events in walks.items():
        before = [event for event in events if event.time < begin]
        book = next(event for event in events if isinstance(event, Book))
        answers += filter(None, [writer.history(coin, candles(before)), writer.snapshot(coin, book)])
    live = sorted(((event.time, number, coin, event) for number, (coin, events) in enumerate(walks.items())
                   for event in events if event.time >= begin), key=lambda row: row[:2])
    for second, group in itertools.groupby(live, lambda row: row[0] // 1_000_000_000):
        messages += [(second * 1_000_000_000, message) for message in writer.each_second(second * 1_000_000_000)]
        for time, _, coin, event in group:
            messages += [(time, message) for message in
                         (writer.on_trade if isinstance(event, Trade) else writer.on_book)(coin, event)]
    for end, rows in [
            ('.jsonl.gz', (text(message) for _, message in messages)),
            ('.recv_ns.gz', (str(time + WAY_NS) for time, _ in messages)),
            ('.sent.jsonl', (text({'recv_ns': str(begin), 'url': url, 'send': sent}) for url, sent in writer.sent())),
            ('.rest.jsonl.gz', (text({'recv_ns': str(begin), 'url': (writer.rest if url[0] == '/' else '') + url, 'body': body})
                                for url, body in answers))]:
        file = path.with_name(path.name.replace('.jsonl.gz', end))
        data = (chr(10).join(rows) + chr(10)).encode()
        file.write_bytes(gzip.compress(data, mtime=0) if end.endswith('.gz') else data)
    return path


class serve:
    """`with serve(cli, venue, path) as venue:` — a venue at @endpoint (and @rest) that plays the recording from the first
    subscription on. @words: more options of tradefollow-cli play."""

    def __init__(self, cli, venue, path, *words, port=0):
        self.command = [str(cli), 'play', '--venue', venue, '--port', str(port), *map(str, words), str(path)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if len(words) != 2:
            raise AssertionError(f'{" ".join(self.command)}: {self.process.communicate(timeout=20)[1]}')
        self.endpoint, self.rest = words
        return self

    def __exit__(self, *why):
        self.process.send_signal(signal.SIGTERM)
        self.output, self.errors = self.process.communicate(timeout=20)
