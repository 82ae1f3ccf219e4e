"""tradefollow-cli play: a venue on this machine, spoken to as any client would."""

import base64
import gzip
import hashlib
import json
import os
import signal
import socket
import struct
import subprocess
import urllib.request

from tap import CLI, HERE, main, ok, same

START = 1700000000000


class Line:
    """The least of a WebSocket client."""

    def __init__(self, url):
        host, port = url.split('/')[2].split(':')
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f'GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                             f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n').encode())
        self.rest = b''
        while b'\r\n\r\n' not in self.rest:
            self.rest += self.socket.recv(4096)
        head, self.rest = self.rest.split(b'\r\n\r\n', 1)
        accept = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
        self.fine = head.startswith(b'HTTP/1.1 101') and accept in head

    def send(self, value):
        data, mask = json.dumps(value).encode(), os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b'\xfe' + struct.pack('>H', len(data))
        self.socket.sendall(b'\x81' + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def take(self, n):
        while len(self.rest) < n:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.rest += more
        data, self.rest = self.rest[:n], self.rest[n:]
        return data

    def read(self):
        """The next text; None: closed."""
        try:
            first, size = self.take(2)
            size = struct.unpack('>H', self.take(2))[0] if size == 126 else struct.unpack('>Q', self.take(8))[0] if size == 127 else size
            data = self.take(size)
        except (EOFError, ConnectionError):
            return None
        return json.loads(data) if first & 15 == 1 else None


def start(*words):
    process = subprocess.Popen([CLI, 'play', *words], stdout=subprocess.PIPE, text=True)
    return process, *process.stdout.readline().split()


def stop(process):
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=60)


def recording():
    path = HERE / 'market.jsonl.gz'
    rows = [{'stream': 'btcusdt@trade', 'data': {'e': 'trade', 'E': START + 10 * n, 's': 'BTCUSDT', 't': 100 + n, 'p': f'{100 + n}.5',
                                                 'q': '0.25', 'T': START + 10 * n, 'm': n % 2 == 0, 'M': True}} for n in range(300)]
    path.write_bytes(gzip.compress(''.join(json.dumps(row, separators=(',', ':')) + '\n' for row in rows).encode()))
    (HERE / 'market.recv_ns.gz').write_bytes(gzip.compress(''.join(f'{(START + 10 * n) * 1000000}\n' for n in range(300)).encode()))
    return str(path)


def test_plays():
    process, url, rest = start('--venue', 'binance', '--speed', 'max', recording())
    line = Line(url)
    ok(line.fine, 'the handshake is accepted')
    line.send({'method': 'SUBSCRIBE', 'params': ['btcusdt@trade'], 'id': 5})
    same(line.read(), {'result': None, 'id': 5}, 'a subscription is acknowledged')
    same([line.read()['data']['t'] for _ in range(300)], list(range(100, 400)), 'all trades come, in order')
    with urllib.request.urlopen(f'{rest}/api/v3/historicalTrades?symbol=BTCUSDT&fromId=390&limit=1000', timeout=30) as answer:
        trades = json.load(answer)
    same([t['id'] for t in trades], list(range(390, 400)), 'missed trades can be asked for')
    with urllib.request.urlopen(f'{rest}/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=10', timeout=30) as answer:
        candles = json.load(answer)
    same(float(candles[0][1]), 100.5, 'candles are made of the trades')
    same(stop(process), 0, 'it stops when told')


def test_fault():
    process, url, _ = start('--venue', 'binance', '--fault', 'drop@0.5', recording())
    line, seen = Line(url), []
    line.send({'method': 'SUBSCRIBE', 'params': ['btcusdt@trade'], 'id': 1})
    line.read()
    while (message := line.read()) is not None:
        seen.append(message['data'])
    ok(0 < len(seen) < 300, 'the line drops on the way', len(seen))
    ok(seen and seen[0]['T'] > START + 86400000, 'at its own speed a recording begins now', seen[:1])
    again = Line(url)
    again.send({'method': 'SUBSCRIBE', 'params': ['btcusdt@trade'], 'id': 1})
    again.read()
    ok(seen and again.read()['data']['t'] > seen[-1]['t'], 'the market went on meanwhile')
    stop(process)


def test_usage():
    path = recording()
    for words, status in [(['--venue', 'nowhere', path], 2), ([path], 2), (['--venue', 'binance'], 2),
                          (['--venue', 'binance', '--fault', 'earthquake', path], 2), (['--venue', 'binance', '--speed', '-1', path], 2),
                          (['--venue', 'binance', '--port', '70000', path], 2), (['--venue', 'binance', str(HERE / 'none.jsonl')], 1)]:
        done = subprocess.run([CLI, 'play', *words], capture_output=True, text=True, timeout=60)
        ok(done.returncode == status and len(done.stderr.splitlines()) == 1 and done.stderr.startswith('tradefollow-cli: '),
           f'play {" ".join(words[:-1])} is refused in one line', done)


main(test_plays, test_fault, test_usage)
