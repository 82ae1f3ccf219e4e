"""A venue stalls: it keeps the line and says nothing. The emergency stop and the clean stop need nothing of it."""

import gzip
import random
import signal
import sqlite3
import struct
import subprocess

from tap import *

EVENT, TIMER = 72, 5  # bytes of a kept event, whose type stands behind its time; the clock's own type
BEGIN = 1723161253000


def binance(second, symbol, number, price, side):
    return {'stream': f'{symbol.lower()}usdt@trade', 'data': {
        'e': 'trade', 'E': BEGIN + second, 's': f'{symbol}USDT', 't': number, 'p': price, 'q': '40.0', 'T': BEGIN + second,
        'm': side, 'M': True}}, {'stream': f'{symbol.lower()}usdt@bookTicker', 'data': {
            'u': number, 's': f'{symbol}USDT', 'b': price, 'B': '50.0', 'a': f'{float(price) * 1.0001 + 0.01:.2f}', 'A': '50.0'}}


def coinbase(second, symbol, number, price, side):
    at = iso((BEGIN + second) // 1000).replace('Z', f'.{(BEGIN + second) % 1000:03}Z')
    return {'channel': 'market_trades', 'client_id': '', 'timestamp': at, 'sequence_num': number, 'events': [
        {'type': 'update', 'trades': [{'trade_id': str(number), 'product_id': f'{symbol}-USD', 'price': price, 'size': '40.0',
                                       'side': 'SELL' if side else 'BUY', 'time': at}]}]}, {
        'channel': 'ticker', 'client_id': '', 'timestamp': at, 'sequence_num': number, 'events': [
            {'type': 'update', 'tickers': [{'type': 'ticker', 'product_id': f'{symbol}-USD', 'price': price, 'best_bid': price,
                                            'best_bid_quantity': '50.0', 'best_ask': f'{float(price) * 1.0001 + 0.01:.2f}',
                                            'best_ask_quantity': '50.0'}]}]}


def kraken(second, symbol, number, price, side):
    at = iso((BEGIN + second) // 1000).replace('Z', f'.{(BEGIN + second) % 1000:03}000Z')
    return {'channel': 'trade', 'type': 'update', 'data': [
        {'symbol': f'{symbol}/USD', 'side': 'sell' if side else 'buy', 'price': float(price), 'qty': 40.0, 'ord_type': 'market',
         'trade_id': number, 'timestamp': at}]}, {
        'channel': 'ticker', 'type': 'update', 'data': [
            {'symbol': f'{symbol}/USD', 'bid': float(price), 'bid_qty': 50.0, 'ask': round(float(price) * 1.0001 + 0.01, 2),
             'ask_qty': 50.0, 'last': float(price), 'volume': 1.0, 'vwap': 1.0, 'low': 1.0, 'high': 1.0, 'change': 0.0,
             'change_pct': 0.0}]}


def hyperliquid(second, symbol, number, price, side):
    return {'channel': 'trades', 'data': [
        {'coin': symbol, 'side': 'A' if side else 'B', 'px': price, 'sz': '40.0', 'time': BEGIN + second, 'hash': '0x00', 'tid': number,
         'users': ['0x01', '0x02']}]}, {'channel': 'l2Book', 'data': {'coin': symbol, 'time': BEGIN + second, 'levels': [
             [{'px': price, 'sz': '50.0', 'n': 1}], [{'px': f'{float(price) * 1.0001 + 0.01:.2f}', 'sz': '50.0', 'n': 1}]]}}


VENUES = {'binance': binance, 'coinbase': coinbase, 'kraken': kraken, 'hyperliquid': hyperliquid}
COINS = {'BTC': 600.0, 'ETH': 300.0, 'SOL': 150.0}


def recording(venue):
    """A minute and a half of three coins, twenty trades and quotes a second, in the venue's own words."""
    chance, lines, times = random.Random(11), [], []
    price, drift = dict(COINS), dict.fromkeys(COINS, 0.0)
    for step in range(90 * 7):
        for coin in COINS:
            if step % 40 == 0:
                drift[coin] = chance.gauss(0, 0.0008)
            price[coin] *= 1 + drift[coin] + chance.gauss(0, 0.0005)
            for message in VENUES[venue](step * 1000 // 7, coin, 1000 + step, f'{price[coin]:.2f}', bool(chance.randrange(2))):
                lines.append(json.dumps(message, separators=(',', ':')))
                times.append((BEGIN + step * 1000 // 7) * 1000000)
    path = HERE / f'{venue}.jsonl.gz'
    path.write_bytes(gzip.compress(('\n'.join(lines) + '\n').encode()))
    (HERE / f'{venue}.recv_ns.gz').write_bytes(gzip.compress(('\n'.join(map(str, times)) + '\n').encode()))
    return path


def said(workspace):
    """What the venue has said since the last checkpoint, as the journal keeps it; not what our own clock did."""
    try:
        kept = query(workspace, 'SELECT events FROM market_inputs')
    except sqlite3.OperationalError:
        return 0
    return sum(blob[at + 8] != TIMER for blob, in kept for at in range(0, len(blob), EVENT))


def stalled(workspace):
    """Whether the venue has nothing more to say."""
    before = said(workspace)
    time.sleep(1)
    return before > 0 and said(workspace) == before


def entries(workspace, what):
    return query(workspace, f"SELECT seq, reason FROM comprehensive_audit WHERE {what} ORDER BY seq")


def live(venue, url, workspace):
    process = start('run', '--market', venue, '--endpoint', url, '--interval', '1s', '--workspace', workspace)
    ok(wait_for(lambda: workspace.exists() and said(workspace) > 20, 60), f'{venue}: the market is listened to')
    ok(wait_for(lambda: stalled(workspace), 60), f'{venue}: then it stalls')
    return process


def finish(process, venue, workspace):
    """One clean stop: at once, in order, with all that was decided in the journal."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        _, errors = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        errors = 'it went on'
    print(f'# {venue}: clean stop of a stalled run in {(time.monotonic() - began) * 1000:.0f} ms (goal 2000)')
    ok(process.returncode == 0, f'{venue}: SIGINT ends a stalled run in order', process.returncode, errors)
    verified(workspace, f'{venue}: the journal verifies, the rebuilt accounts agree')


def stop(venue, workspace):
    """Until the stop's entry is in the journal; the command line's own start is a part of it."""
    began = time.monotonic()
    process = start('stop', '--workspace', workspace)
    while time.monotonic() < began + 30 and not entries(workspace, "kind = 'command'"):
        time.sleep(0.001)
    took = time.monotonic() - began
    _, errors = process.communicate(timeout=60)
    ok(process.returncode == 0, f'{venue}: the emergency stop is carried out while the venue stalls', errors)
    print(f'# {venue}: emergency stop of a stalled run in the journal after {took * 1000:.0f} ms (goal 100)')


def test_stall():
    for venue in VENUES:
        market = subprocess.Popen([CLI, 'play', '--venue', venue, '--port', '0', '--fault', 'stall@16', recording(venue)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        url = market.stdout.readline().split()[0]
        workspace = HERE / f'{venue}.tfw'
        try:
            process = live(venue, url, workspace)
            stop(venue, workspace)
            found = entries(workspace, "kind = 'command'")
            if ok(len(found) == 1, f'{venue}: the stop is one entry', found):
                after = f'seq > {found[0][0]}'
                same(entries(workspace, f"{after} AND kind = 'order' AND reason <> 'emergency-stop'"), [],
                     f'{venue}: after it there is no order but those that close positions')
                same(entries(workspace, f"{after} AND kind = 'verdict' AND code IN (1, 2)"), [], f'{venue}: and nothing is accepted')
            same(process.poll(), None, f'{venue}: the run goes on')
            finish(process, venue, workspace)
        finally:
            market.terminate()
            market.communicate(timeout=20)


main(test_stall)
