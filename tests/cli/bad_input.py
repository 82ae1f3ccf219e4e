"""Bad input: one clear line that names the file, the line, what was found and what was expected; nothing half-written."""

import contextlib
import csv
import gzip
import io
import os
import shutil
import sqlite3

from tap import *

GOOD = candle_lines(1, 60)
NOBODY = 65534


def candles(name, *changes, end='\n'):
    """A folder with one candle file; @changes: (line number, its text or a function of it)."""
    lines = list(GOOD)
    for number, change in changes:
        lines[number - 1] = change(lines[number - 1]) if callable(change) else change
    return write(f'{name}/BTCUSDT-1h.csv', '\n'.join(line for line in lines if line is not None) + end)


def field(number, text):
    return lambda line: ','.join(text if i == number else value for i, value in enumerate(line.split(',')))


def test_candles():
    hour = f'{START + 3600 * 8}'  # the time of line 10
    for name, changes, says in [
        ('malformed', [(10, '1,2,3')], [':10:', '1,2,3', 'expected six fields']),
        ('words', [(10, 'never,a,b,c,d,e')], [':10:', 'never', 'expected']),
        ('seven fields', [(10, lambda line: line + ',9')], [':10:', 'expected six fields']),
        ('an empty line', [(10, '')], [':10:', 'expected six fields']),
        ('another header', [(1, 'date,o,h,l,c,v')], [':1:', 'date,o,h,l,c,v', 'time,open,high,low,close,volume']),
        ('no header', [(1, None)], [':1:', 'expected the header']),
        ('unsorted', [(10, GOOD[10]), (11, GOOD[9])], [':11:', iso(int(hour)), 'expected one after']),
        ('duplicated', [(11, GOOD[9])], [':11:', 'twice', 'expected a later one']),
        ('off the grid', [(10, field(0, str(int(hour) + 7)))], [':10:', 'expected a multiple of the interval']),
        ('a negative price', [(10, field(4, '-5'))], [':10:', 'close', '-5', 'expected']),
        ('a price of zero', [(10, field(1, '0'))], [':10:', 'open', '0', 'expected']),
        ('NaN', [(10, field(2, 'NaN'))], [':10:', 'high', 'NaN', 'expected']),
        ('infinity', [(10, field(2, 'inf'))], [':10:', 'high', 'inf', 'expected']),
        ('1e30', [(10, field(2, '1e30'))], [':10:', 'high', '1e30', 'expected']),
        ('too large', [(10, field(2, '99999999999999'))], [':10:', 'high', '99999999999999', 'expected']),
        ('nine decimals', [(10, field(3, '1.123456789'))], [':10:', 'low', 'expected']),
        ('a negative volume', [(10, field(5, '-1'))], [':10:', 'volume', '-1', 'expected']),
        ('high below low', [(10, field(2, '0.6'))], [':10:', 'expected at most the high']),
        ('a negative time', [(10, field(0, '-3600'))], [':10:', '-3600', 'expected']),
        ('milliseconds', [(10, field(0, hour + '000'))], [':10:', hour + '000', 'expected Unix seconds']),
        ('a last line cut off', [(60, GOOD[59][:15])], [':60:', 'expected six fields']),
    ]:
        path = candles(name.replace(' ', '-'), *changes)
        refused(f'candles: {name}', 1, [path, 'found', *says], 'backtest', '--data', path.parent)
    gaps = candles('gaps', *[(number, None) for number in (10, 11, 12, 30)])
    same(answer('backtest', '--data', gaps)['bars'], len(GOOD) - 1 - 4, 'candles: gaps are fine')
    same(answer('backtest', '--data', candles('windows', end='\r\n'))['bars'], len(GOOD) - 1, 'candles: so is CR LF at the end')


def test_files():
    for name, text, says in [
        ('empty/BTCUSDT-1h.csv', '', ['found no candle']),
        ('header/BTCUSDT-1h.csv', GOOD[0] + '\n', ['found no candle']),
        ('binary/BTCUSDT-1h.csv', '\0\1\2\n', [':1:', 'expected the header']),
        ('name/candles.csv', '\n'.join(GOOD), ['found this name', 'SYMBOL-INTERVAL.csv']),
        ('symbol/-1h.csv', '\n'.join(GOOD), ['found this name', 'SYMBOL-INTERVAL.csv']),
        ('interval/BTCUSDT-7q.csv', '\n'.join(GOOD), ['found this name', 'SYMBOL-INTERVAL.csv']),
        ('gzip/BTCUSDT-1h.csv.gz', 'no gzip', ['gzip', 'expected']),
    ]:
        path = write(name, text)
        refused(f'file: {name}', 1, [path, *says], 'backtest', '--data', path)
    cut = HERE / 'cut/BTCUSDT-1h.csv.gz'
    cut.parent.mkdir()
    cut.write_bytes(gzip.compress('\n'.join(GOOD).encode())[:-200])
    refused('file: gzip data cut off', 1, [cut, 'cut off', 'expected a whole file'], 'backtest', '--data', cut)
    missing, good = HERE / 'missing', candles('good')
    refused('a missing folder', 1, [missing, 'o such file', 'expected'], 'backtest', '--data', missing)
    refused('a missing candle file', 1, [missing / 'BTCUSDT-1h.csv', 'o such file', 'expected'],
            'backtest', '--data', missing / 'BTCUSDT-1h.csv')
    refused('a missing signal file', 1, [missing, 'o such file', 'expected'], 'backtest', '--data', good, '--signals', missing)
    refused('a signal file that is a folder', 1, [HERE, 'expected'], 'backtest', '--data', good, '--signals', HERE)
    folder = write('none/readme.txt', 'nothing here').parent
    refused('a folder without candle files', 1, [folder, 'found no candle file', 'SYMBOL-INTERVAL.csv'],
            'backtest', '--data', folder)
    refused('a folder without files of this interval', 1, [good.parent, 'found no candle file'],
            'backtest', '--data', good.parent, '--interval', '1d')
    refused('one market twice', 1, ['two series of BTC-USDT', 'expected one'], 'backtest', '--data', good, good)
    refused('no candle in the range', 1, ['found', 'expected'], 'backtest', '--data', good, '--from', '2030-01-01')
    refused('replay says the same', 1, [missing, 'o such file'], 'run', '--market', 'replay', '--data', missing)
    refused('indicator says the same', 1, [missing], 'indicator', 'sma:3', '--data', missing / 'BTCUSDT-1h.csv')


def test_signal_files():
    data = candles('with-signals')
    for name, line, says in [
        ('no JSON', 'buy BTC', ['buy BTC', 'expected a JSON object']),
        ('a list', '[1]', ['[1]', 'expected a JSON object']),
        ('cut off', signal_line(1, 5)[:-9], ['expected']),
        ('two objects', signal_line(1, 5) * 2, ['expected nothing behind the object']),
        ('no trader', signal_line(1, 5, trader=None), ['trader', 'expected']),
        ('no id', signal_line(1, 5, id=None), ['id', 'expected']),
        ('no instrument', signal_line(1, 5, instrument=None), ['instrument', 'expected']),
        ('an empty trader', signal_line(1, 5, trader=''), ['trader', 'expected']),
        ('a side that is none', signal_line(1, 5, side='hold'), ['side', 'hold', 'expected buy, sell or close']),
        ('a price of 0', signal_line(1, 5, price='0'), ['price', '0', 'expected']),
        ('a price of NaN', signal_line(1, 5, price='NaN'), ['price', 'NaN', 'expected']),
        ('a price of 1e30', signal_line(1, 5, price='1e30'), ['price', '1e30', 'expected']),
        ('a negative price', signal_line(1, 5, price='-1'), ['price', '-1', 'expected']),
        ('a quantity of 0', signal_line(1, 5, quantity='0'), ['quantity', '0', 'expected']),
        ('a negative quantity', signal_line(1, 5, quantity='-3'), ['quantity', '-3', 'expected']),
        ('a fraction above 1', signal_line(1, 5, fraction='1.5'), ['fraction', '1.5', 'expected']),
        ('no time', signal_line(1, 5, published_at='soon'), ['published_at', 'soon', 'expected']),
        ('a time without zone', signal_line(1, 5, published_at='2020-01-01T05:00:00'), ['published_at', 'expected']),
        ('a price that is a list', signal_line(1, 5, price=[1]), ['price', 'expected']),
    ]:
        path = write('bad.jsonl', signal_line(0, 3) + '\n\n' + line + '\n')
        refused(f'signals: {name}', 1, [f'{path}:3:', 'found', *says], 'backtest', '--data', data, '--signals', path)
    path = HERE / 'bytes.jsonl'
    path.write_bytes(b'{"trader": "\xff\xfe"}\n')
    refused('signals: no UTF-8', 1, [f'{path}:1:', 'UTF-8'], 'backtest', '--data', data, '--signals', path)
    crowd = write('crowd.jsonl', ''.join(signal_line(number, 5, trader=f'Trader {number}') + '\n' for number in range(300)))
    workspace = HERE / 'never.tfw'
    refused('signals: more traders than the ensemble has room for', 1, ['320 traders', 'expected at most 236'],
            'backtest', '--data', data, '--signals', crowd, '--workspace', workspace)
    ok(not list(HERE.glob('never.tfw*')), 'signals: no workspace is made for a run that can’t be')
    same(cli('backtest', '--data', data, '--signals', write('empty.jsonl', '')).returncode, 0, 'signals: an empty file is none')


def test_signals():
    """What a signal file may say, and the verdict on it: one for each account."""
    data, workspace = candles('judged'), HERE / 'judged.tfw'
    path = write('judged.jsonl', '\n'.join([
        signal_line('moon', 20, instrument='MOON-USDT'),
        signal_line('once', 25),
        signal_line('once', 26),
        signal_line('tomorrow', 30, happened_at=iso(START + 3600 * 80)),
        signal_line('never known', 4000),
    ]) + '\n')
    found = answer('backtest', '--data', data, '--signals', path, '--workspace', workspace)
    same(sum(found['verdicts'].values()), 3 * found['signals'], 'verdicts are signals × accounts')
    signals = [row for row in rows('signals', workspace) if row['origin'] == 'Test-Trader']
    judged = [[(row['verdict'], row['reason']) for row in rows('verdicts', workspace) if row['signal'] == signal['id']]
              for signal in signals]
    ok(all(len(verdicts) == 3 for verdicts in judged), 'three verdicts on each', judged)
    kinds = [{verdict for verdict, _ in verdicts} for verdicts in judged]
    same(kinds[0], {'UNMAPPED'}, 'an instrument that nobody knows: UNMAPPED')
    ok(not kinds[1] & {'UNMAPPED', 'DUPLICATE'}, 'a good one: judged on its merits', judged[1])
    same(kinds[2], {'DUPLICATE'}, 'the same id again: DUPLICATE')
    strange = write('strange.jsonl', '\n'.join(signal_line(name, 30 + at, trader=f'Odd {name}', evidence=name)
                    for at, name in enumerate(['new\nline', 'tab\tand "quote", comma; source=evil', '漢字 🎉', "'); DROP TABLE session; --"])))
    odd = HERE / 'strange.tfw'
    answer('backtest', '--data', data, '--signals', strange, '--workspace', odd)
    verify = verified(odd, 'texts of any kind: the journal verifies')
    export = cli('journal', 'export', '--workspace', odd, '--format', 'csv').stdout
    same(len(list(csv.reader(io.StringIO(export, newline='')))), verify['entries'] + 1, 'texts of any kind: a row for each entry')
    same([row['sources'] for row in rows('traders', odd) if row['signals']], [['file']] * 4, 'texts of any kind: no other source')
    ok(not kinds[3] & {'ACCEPTED', 'RESIZED'}, 'one that happens after it was published: not taken', judged[3])


def test_workspaces():
    data = candles('kept')
    other = HERE / 'other.db'
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute('CREATE TABLE cats (name TEXT)')
        connection.commit()
    newer = HERE / 'newer.tfw'
    demo(newer, '--for', '1m')
    query(newer, 'PRAGMA user_version = 999', mode='rw')
    for name, path, says in [
        ('a text file', write('text.tfw', 'Dear diary, ' * 40), ['not a database', 'expected a workspace']),
        ('a short file', write('short.tfw', 'x'), ['not a database', 'expected a workspace']),
        ('another program’s database', other, ['another program', 'expected a workspace']),
        ('a newer program’s', newer, ['version 999', 'expected at most', 'newer program']),
        ('a folder', data.parent, ['expected a workspace']),
    ]:
        before = path.read_bytes() if path.is_file() else None
        for words in [['backtest', '--data', data], ['run', '--market', 'demo'], ['list', 'fills'], ['journal', 'verify'], ['stop']]:
            refused(f'workspace: {name}: {words[0]}', 1, [path, 'found', *says], *words, '--workspace', path)
        same(path.read_bytes() if path.is_file() else None, before, f'workspace: {name}: is left as it is')
    workspace = HERE / 'own.tfw'
    demo(workspace, '--for', '1h')
    head = journal(workspace)
    for what, words in [('seed', ['run', '--market', 'demo', '--seed', '8']), ('market', ['backtest', '--data', data])]:
        refused(f'workspace of another {what}', 1, [workspace, f'another {what}', 'expected', 'another workspace'],
                *words, '--workspace', workspace)
    backtest = HERE / 'backtest.tfw'
    answer('backtest', '--data', data, '--workspace', backtest)
    refused('workspace of other data', 1, ['other data'], 'backtest', '--data', candles('else'), '--workspace', backtest)
    refused('workspace of another range', 1, ['another range'], 'backtest', '--data', data, '--from', '2020-01-02', '--workspace', backtest)
    candles('kept', (40, field(2, '999')))
    query(backtest, 'DELETE FROM checkpoint', mode='rw')
    refused('workspace whose data has changed', 1, [backtest, 'cannot be continued with this data', 'the journal has'],
            'backtest', '--data', data, '--workspace', backtest)
    same(journal(workspace), head, 'a refusal writes nothing')


def drop_root():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def test_read_only():
    options = {}
    HERE.chmod(0o755)
    if os.getuid() == 0:  # nobody may not look into root's home, where the program may have been built
        options = {'preexec_fn': drop_root, 'executable': shutil.copy(CLI, HERE), 'cwd': HERE}
    folder = HERE / 'locked'
    folder.mkdir()
    workspace, data = folder / 'w.tfw', candles('readable')
    demo(workspace, '--for', '1h')
    words = ['run', '--market', 'demo', '--seed', 7, '--speed', 'max', '--for', '1h']
    workspace.chmod(0o444)
    (folder / 'w.tfw-lock').unlink()
    folder.chmod(0o555)
    head = workspace.read_bytes()
    for what, path in [('a read-only folder', workspace), ('a new workspace in a read-only folder', folder / 'new.tfw')]:
        refused(what, 1, [folder, 'found', 'expected'], *words, '--workspace', path, **options)
    if options:
        folder.chmod(0o777)
        refused('a read-only file', 1, [workspace, 'found', 'expected'], *words, '--workspace', workspace, **options)
        refused('stop of a read-only file', 1, [workspace, 'found', 'expected'], 'stop', '--workspace', workspace, **options)
        folder.chmod(0o555)
    same(cli('journal', 'verify', '--workspace', workspace, **options).returncode, 0, 'what is read-only can be read')
    workspace.chmod(0o000)
    refused('a file that may not be read', 1, [workspace, 'ermission denied'], 'list', 'fills', '--workspace', workspace, **options)
    same(workspace.read_bytes() if os.getuid() == 0 else head, head, 'nothing was written')
    (data.parent / 'BTCUSDT-1h.csv').chmod(0o000)
    refused('candles that may not be read', 1, [data, 'ermission denied'], 'backtest', '--data', data, **options)
    folder.chmod(0o755)


@contextlib.contextmanager
def small_disk(size):
    disk = HERE / 'disk'
    disk.mkdir(exist_ok=True)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', disk], capture_output=True, text=True)
    if done.returncode != 0:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(['umount', '-l', disk], check=True)


def test_full_disk():
    with small_disk('12m') as disk:
        if disk is None:
            skip('a full disk', 'no right to mount a small one')
            return
        workspace = disk / 'w.tfw'
        words = ['run', '--market', 'demo', '--seed', 7, '--speed', 'max', '--workspace', workspace]
        refused('a disk that fills up ends the run', 1, [workspace, 'full disk', 'expected room to write'], *words, '--for', '2000h')
        verify = cli('journal', 'verify', '--workspace', workspace)
        same((verify.returncode, verify.stderr), (0, ''), 'the journal up to there verifies')
        same(cli('journal', 'rebuild', '--workspace', workspace).returncode, 0, 'the rebuilt accounts agree')
        before = journal(workspace)
        ok(len(before) > 100, 'there is one')
        again = cli(*words, '--for', '2000h')
        ok(one_line(again, 1), 'as long as it is full it does not go on', again)
        same(journal(workspace)[:len(before)], before, 'and loses nothing')
        subprocess.run(['mount', '-o', 'remount,size=200m', disk], check=True)
        found = answer(*words, '--for', '24h')
        ok(found['journal']['entries'] > len(before), 'with room again it goes on', found['journal'])
        verified(workspace, 'the journal verifies, the rebuilt accounts agree')
        chain = journal(workspace)
        demo(HERE / 'never-full.tfw', '--for', f'{hours_of(workspace) + 1}h')
        ok(journal(HERE / 'never-full.tfw')[:len(chain)] == chain, 'entry for entry what a disk with room would have had')
    with small_disk('64k') as disk:
        refused('a disk too small for a workspace', 1, [disk, 'expected'], 'run', '--market', 'demo', '--for', '1m', '--speed', 'max',
                '--workspace', disk / 'w.tfw')


main(test_candles, test_files, test_signal_files, test_signals, test_workspaces, test_read_only, test_full_disk)
