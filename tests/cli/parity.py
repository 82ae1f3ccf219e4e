"""A recorded session is that session again: the same journal, to the last entry, from the recording alone."""

import gzip
import json
import shutil
import signal
import subprocess

import venue_sessions
from tap import CLI, HERE, SHARED, answer, cli, journal, main, ok, query, refused, same, skip, start, wait_for

REAL = {'binance': 'binance/spot_btcusdt_20240808.jsonl.gz', 'coinbase': 'coinbase/advanced_20260809.jsonl.gz',
        'kraken': 'kraken/derived_v2_book_20210417.jsonl.gz', 'hyperliquid': 'hyperliquid/ws_btc_20250126_a.jsonl.gz'}


def record(venue, endpoint, name, seconds, *words):
    """A run that listens to a venue, keeps a workspace, and records."""
    return start('run', '--market', venue, '--endpoint', endpoint, '--interval', '1s', '--for', f'{seconds}s', '--seed', 11,
                 '--workspace', HERE / f'{name}.tfw', '--record', HERE / f'{name}.rec', '--json', *words)


def verify(workspace, *recordings):
    words = [word for path in recordings for word in ('--replay', path)]
    return cli('journal', 'verify', '--workspace', workspace, *words, '--json')


def check_parity(name, result):
    """A recording, played at full speed, ends at the entry where the session ended; so does the audit from it."""
    head = json.loads(result)['journal']
    played = answer('run', '--market', 'replay', '--data', HERE / f'{name}.rec')
    same(played['journal'], head, f'{name}: a replay ends at the same journal head')
    audit = verify(HERE / f'{name}.tfw', HERE / f'{name}.rec')
    if ok(audit.returncode == 0, f'{name}: verify --replay holds', audit.stderr):
        found = json.loads(audit.stdout)
        same((found['same'], found['decided_again'], found['head']), (True, head['entries'], head['head']),
             f'{name}: all entries were decided again')
    return played


def test_sessions():
    """All four venues side by side: sessions of our own, in which there is trade, and the real recordings."""
    runs = []
    for venue in venue_sessions.VENUES:
        sources = {f'{venue}-own': venue_sessions.make_session(venue, HERE, seed=5, seconds=40)}
        if (SHARED / 'frames' / REAL[venue]).exists():
            sources[f'{venue}-real'] = SHARED / 'frames' / REAL[venue]
        else:
            skip(f'{venue}-real', 'the shared recordings are not here')
        for name, path in sources.items():
            server = venue_sessions.serve(CLI, venue, path).__enter__()
            runs.append((name, server, record(venue, server.endpoint, name, 12)))
    for name, server, process in runs:
        output, errors = process.communicate(timeout=120)
        server.__exit__()
        if ok(process.returncode == 0, f'{name}: runs', errors):
            played = check_parity(name, output)
            ok(played['events'] > 0, f'{name}: there was something to hear', played)


def test_differences():
    """What is not the same is named."""
    if not (HERE / 'binance-own.tfw').exists() or not (HERE / 'coinbase-own.rec').exists():
        skip('differences', 'there are no recordings')
        return
    other = verify(HERE / 'binance-own.tfw', HERE / 'coinbase-own.rec')
    same(other.returncode, 1, 'another session’s recording does not lead there')
    ok('entry ' in other.stderr, 'the first entry that differs is named', other.stderr)
    # The journal is changed where nobody sees it but the chain and the recording.
    forged = HERE / 'forged.tfw'
    shutil.copy(HERE / 'binance-own.tfw', forged)
    entries = query(forged, 'SELECT max(seq) FROM comprehensive_audit')[0][0]
    query(forged, 'DROP TRIGGER comprehensive_audit_fixed', mode='rw')
    query(forged, f'UPDATE comprehensive_audit SET hash = zeroblob(32) WHERE seq = {entries}', mode='rw')
    audit = verify(forged, HERE / 'binance-own.rec')
    same(audit.returncode, 1, 'a forged entry is found')
    ok(f'entry {entries}:' in audit.stderr, 'and named', audit.stderr)
    cut = HERE / 'cut.rec'
    whole = (HERE / 'binance-own.rec').read_bytes()
    cut.write_bytes(whole[:len(whole) // 2])
    audit = verify(HERE / 'binance-own.tfw', cut)
    same(audit.returncode, 1, 'half a recording is not enough')
    ok('the recording ends before it' in audit.stderr, 'and that is said', audit.stderr)
    refused('a recording has no range', 1, ['range'], 'run', '--market', 'replay', '--data', HERE / 'binance-own.rec',
            '--from', '2020-01-01')
    damaged = HERE / 'damaged.rec'
    damaged.write_bytes(gzip.compress(b'1 = 0 7 0\nbinance\n2 + 1 0 0\n\nno frame at all\n'))
    refused('a damaged recording is no end of data', 1, ['does not hold frames'], 'run', '--market', 'replay', '--data', damaged)
    text = HERE / 'noise.rec'
    text.write_text('this is no recording\n')
    refused('what is no recording is refused', 1, ['noise.rec'], 'run', '--market', 'replay', '--data', text)


def test_resumed():
    """A session that was stopped, and one that was killed, go on; all recordings together lead to the same journal."""
    path = venue_sessions.make_session('binance', HERE, seed=9, seconds=60)
    workspace = HERE / 'first.tfw'
    with venue_sessions.serve(CLI, 'binance', path) as venue:
        words = ['run', '--market', 'binance', '--endpoint', venue.endpoint, '--interval', '1s', '--seed', 11, '--workspace', workspace]
        stopped = start(*words, '--record', HERE / 'one.rec')
        ok(wait_for(lambda: len(journal(workspace)) > 0), 'a session has begun')
        same(cli('stop', '--workspace', workspace).returncode, 0, 'a command in the middle')
        same(cli('rearm', '--workspace', workspace).returncode, 0, 'and another')
        stopped.send_signal(signal.SIGINT)
        stopped.communicate(timeout=30)
        same(stopped.returncode, 0, 'it is stopped')
        # Its bars end some seconds ago: what was missed is asked for before the next one is live.
        killed = start(*words, '--record', HERE / 'two.rec')
        before = len(journal(workspace))
        wait_for(lambda: query(workspace, 'SELECT count(*) FROM market_inputs')[0][0] > 20)
        wait_for(lambda: len(journal(workspace)) > before, 5)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        last = start(*words, '--for', '4s', '--record', HERE / 'three.rec')
        _, errors = last.communicate(timeout=120)
        same(last.returncode, 0, f'it goes on after a kill {errors}')
    audit = verify(workspace, HERE / 'one.rec', HERE / 'two.rec')
    ok(audit.returncode in (0, 1) and json.loads(audit.stdout)['ok'], 'the chain holds', audit.stderr)
    audit = verify(workspace, HERE / 'one.rec', HERE / 'two.rec', HERE / 'three.rec')
    # A recording is a second behind when its program is killed: then the audit gets no further than to that.
    ok(audit.returncode == 0 or 'the recording ends before it' in audit.stderr or 'events before' in audit.stderr,
       'three recordings lead through all of it, or to where the kill cut one off', audit.stderr)


def test_real():
    """Recordings of others, which do not say what they hold: the venue is recognised, and bars close by the messages' times."""
    for venue, name in REAL.items():
        path = SHARED / 'frames' / name
        if not path.exists():
            skip(f'{venue}: a recording of somebody else', 'the shared recordings are not here')
            continue
        first, second = (answer('run', '--market', 'replay', '--data', path, '--interval', '1s') for _ in range(2))
        ok(first['events'] > 0, f'{venue}: {first["events"]} events, {first["bars"]} bars')
        same(second['journal'], first['journal'], f'{venue}: twice the same')


main(test_sessions, test_differences, test_resumed, test_real)
