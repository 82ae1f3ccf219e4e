"""The stable interface: commands, exit statuses, one line for an error, the members of every JSON object."""

import json
import re

from tap import *

RUN = {'market', 'simulated', 'events', 'bars', 'signals', 'verdicts', 'orders', 'fills', 'accounts', 'bots', 'traders',
       'journal', 'elapsed_s', 'events_per_s'}
ACCOUNT = {'id', 'equity', 'cash', 'realized_pnl', 'unrealized_pnl', 'fees', 'max_drawdown', 'trades', 'win_rate', 'state'}
VERDICTS = {'ACCEPTED', 'RESIZED', 'REJECTED', 'STALE', 'DUPLICATE', 'UNMAPPED', 'BLOCKED'}
MEMBERS = {
    'accounts': ACCOUNT,
    'bots': {'id', 'account', 'strategy', 'trades', 'pnl'},
    'traders': {'id', 'name', 'grade', 'sources', 'state', 'signals', 'positions', 'copies'},
    'signals': {'id', 'origin', 'instrument', 'side', 'price', 'confidence', 'time'},
    'verdicts': {'id', 'signal', 'account', 'verdict', 'reason', 'confidence', 'threshold', 'size', 'time'},
    'orders': {'id', 'account', 'origin', 'instrument', 'side', 'type', 'quantity', 'time'},
    'fills': {'id', 'account', 'origin', 'instrument', 'side', 'price', 'quantity', 'fee', 'time'},
    'positions': {'id', 'account', 'origin', 'instrument', 'quantity'},
    'alerts': {'id', 'account', 'severity', 'time'},
}
DECIMAL = re.compile(r'-?\d+(\.\d{1,8})?$')
TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$')
DECIMALS = {'equity', 'cash', 'realized_pnl', 'unrealized_pnl', 'fees', 'max_drawdown', 'win_rate', 'pnl', 'price', 'quantity',
            'fee', 'size', 'confidence', 'threshold', 'elapsed_s', 'events_per_s'}


def faults(value, path=''):
    """Where a JSON value breaks the rules that hold everywhere."""
    if isinstance(value, dict):
        for name, member in value.items():
            here = f'{path}.{name}'
            if not re.fullmatch(r'[a-z][a-z0-9_]*', name) and name not in VERDICTS:
                yield f'{here}: no snake_case'
            if name in DECIMALS and member is not None and not (isinstance(member, str) and DECIMAL.match(member)):
                yield f'{here}: {member!r} is no decimal as a string'
            if name == 'time' and member is not None and not (isinstance(member, str) and TIME.match(member)):
                yield f'{here}: {member!r} is no time'
            yield from faults(member, here)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from faults(member, f'{path}[{number}]')
    elif isinstance(value, float):
        yield f'{path}: {value!r} is a number with a fraction, expected a string'


def clean(value, what):
    found = list(faults(value))
    ok(not found, f'{what}: names, decimals and times as promised', *found[:10])


def check_run(found, market, simulated, what):
    same(set(found), RUN, f'{what}: the members of the object')
    same((found['market'], found['simulated']), (market, simulated), f'{what}: market, simulated')
    same(set(found['verdicts']), VERDICTS, f'{what}: the seven verdicts')
    same(sum(found['verdicts'].values()), 3 * found['signals'], f'{what}: verdicts are signals × accounts')
    same([row['id'] for row in found['accounts']], ['woods1', 'angry', 'handjob'], f'{what}: the three accounts')
    ok(all(set(row) == ACCOUNT for row in found['accounts']), f'{what}: the members of an account', found['accounts'][0])
    same(len(found['bots']), 20, f'{what}: twenty bots')
    ok(all(set(row) == MEMBERS['bots'] for row in found['bots']), f'{what}: the members of a bot', found['bots'][0])
    ok(all({'id', 'name'} <= set(row) for row in found['traders']), f'{what}: the members of a trader')
    ok(set(found['journal']) == {'entries', 'head'} and re.fullmatch('[0-9a-f]{64}', found['journal']['head']),
       f'{what}: the journal', found['journal'])
    clean(found, what)


def test_run():
    workspace = HERE / 'run.tfw'
    found = demo(workspace, '--for', '6h')
    check_run(found, 'demo', True, 'run')
    same(len(found['traders']), 20, 'run: twenty traders')
    for kind in KINDS:
        listed = answer('list', kind, '--workspace', workspace)
        same(list(listed), [kind], f'list {kind}: one member, the list')
        clean(listed, f'list {kind}')
        listed = listed[kind]
        ids = [row['id'] for row in listed]
        same(len(ids), len(set(ids)), f'list {kind}: every row has an id of its own')
        missing = [sorted(MEMBERS[kind] - set(row)) for row in listed if not MEMBERS[kind] <= set(row)]
        ok(not missing, f'list {kind}: the members of a row', missing[:1])
        table = cli('list', kind, '--workspace', workspace)
        same((table.returncode, table.stderr, len(table.stdout.splitlines())), (0, '', len(listed) + 1 if listed else 0),
             f'list {kind}: the same rows as a table')
    accounts = rows('accounts', workspace)
    same([{name: row[name] for name in ACCOUNT} for row in accounts], found['accounts'], 'list accounts gives what run gave')
    same(len(rows('fills', workspace)), found['fills'], 'list fills counts what run counted')
    same(len(rows('orders', workspace)), found['orders'], 'list orders counts what run counted')
    same(len(rows('signals', workspace)), found['signals'], 'list signals counts what run counted')
    verdicts = rows('verdicts', workspace)
    same({name: sum(row['verdict'] == name for row in verdicts) for name in VERDICTS}, found['verdicts'],
         'list verdicts counts what run counted')
    signals = {row['id'] for row in rows('signals', workspace)}
    same({(row['signal'], row['account']) for row in verdicts},
         {(signal, row['id']) for signal in signals for row in accounts}, 'one verdict for each signal and account')


def test_traders():
    workspace = HERE / 'run.tfw'
    traders = rows('traders', workspace)
    signals = rows('signals', workspace)
    ok(all(row['grade'] in 'ABCD' and row['sources'] and isinstance(row['state'], str) for row in traders),
       'list traders: grade, sources, state', traders[0])
    ok(all(row['signals'] >= sum(signal['origin'] == row['id'] for signal in signals) > 0 for row in traders),
         'list traders: signals are counted, those of the learning before the start too')
    held = [position for row in traders for position in row['positions']]
    ok(held and all(set(position) == {'instrument', 'quantity'} for position in held), 'list traders: what they hold', held[:3])
    copies = sorted((row['id'], copy['account'], copy['instrument'], copy['quantity'])
                    for row in traders for copy in row['copies'])
    ids = {row['id'] for row in traders}
    same(copies, sorted((row['origin'], row['account'], row['instrument'], row['quantity'])
                        for row in rows('positions', workspace) if row['origin'] in ids), 'list traders: their copies')


def test_program_lists():
    for kind in ['strategies', 'indicators', 'venues', 'sources']:
        listed = answer('list', kind)
        clean(listed, f'list {kind}')
        ids = [row['id'] for row in listed[kind]]
        ok(ids and len(ids) == len(set(ids)), f'list {kind}: needs no workspace, and has ids', ids)
    ok(len(answer('list', 'strategies')['strategies']) >= 14, 'at least fourteen strategies')


def test_backtest():
    folder = candle_folder(bars=400)
    words = ['backtest', '--data', folder, '--interval', '1h', '--signals', write('s.jsonl', signal_line(1, 300) + '\n')]
    found = answer(*words)
    check_run(found, 'backtest', False, 'backtest')
    files = sorted(folder.iterdir())
    several = answer('backtest', '--data', *files, '--signals', HERE / 's.jsonl')
    same(several['accounts'], found['accounts'], 'several files after one --data are the folder')
    same(answer('backtest', *[word for path in files for word in ('--data', path)], '--signals', HERE / 's.jsonl')['journal'],
         several['journal'], 'so are several --data')
    other = write('t.jsonl', signal_line(2, 310) + '\n')
    same(answer('backtest', '--data', folder, '--signals', HERE / 's.jsonl', other)['journal'],
         answer('backtest', '--signals', HERE / 's.jsonl', '--signals', other, '--data', folder)['journal'],
         'several files after one --signals, in any order of options')
    text = cli(*words)
    ok(text.returncode == 0 and text.stderr == '' and found['journal']['head'] in text.stdout, 'the same for people', text)


def test_journal():
    workspace = HERE / 'run.tfw'
    verify = answer('journal', 'verify', '--workspace', workspace)
    ok(verify['ok'] is True and set(verify) == {'ok', 'entries', 'head'}, 'journal verify --json', verify)
    rebuild = answer('journal', 'rebuild', '--workspace', workspace)
    ok(rebuild['agree'] is True and rebuild['differences'] == [] and len(rebuild['accounts']) == 3, 'journal rebuild --json')
    clean(rebuild, 'journal rebuild')
    export = cli('journal', 'export', '--workspace', workspace)
    ok(export.returncode == 0 and isinstance(json.loads(export.stdout), dict), 'journal export: JSON on stdout', export.stderr)


def test_indicator():
    data = candle_folder(bars=60) / 'BTCUSDT-1h.csv'
    lines = cli('indicator', 'sma:20', '--data', data).stdout.splitlines()
    same(len(lines), 61, 'indicator: a line for each candle')
    ok(lines[1] == f'{START},' and re.fullmatch(r'\d+,\d+(\.\d+)?', lines[20]), 'indicator: empty while it warms up', lines[19:21])
    same(cli('indicator', 'macd:12,26,9', '--data', data).stdout.splitlines()[0], 'time,macd,signal,histogram', 'indicator: names')


def test_help():
    for words in [['--help'], ['--version'], ['run', '--help'], ['list', '--help']]:
        result = cli(*words)
        ok(result.returncode == 0 and result.stdout and not result.stderr, ' '.join(words), result)


def test_wrong_use():
    workspace, data = HERE / 'run.tfw', candle_folder(bars=60)
    for words, says in [
        ([], ['expected a command']),
        (['nonsense'], ['nonsense', 'expected a command']),
        (['run'], ['--market']),
        (['run', '--market', 'moon'], ['moon', 'demo']),
        (['run', '--market', 'backtest', '--data', data], ['backtest', 'demo']),
        (['run', '--market', 'demo', 'word'], ['word']),
        (['run', '--market', 'demo', '--nonsense'], ['--nonsense']),
        (['run', '--market', 'demo', '--data', data], ['data', 'demo']),
        (['run', '--market', 'replay'], ['found no data']),
        (['run', '--market', 'demo', '--speed', '0'], ['--speed', '0']),
        (['run', '--market', 'demo', '--speed', 'fast'], ['fast']),
        (['run', '--market', 'demo', '--seed', '-1'], ['--seed', '-1']),
        (['run', '--market', 'demo', '--for', 'ever'], ['ever']),
        (['run', '--market', 'demo', '--for', '-5m'], ['-5m']),
        (['backtest'], ['found no data']),
        (['backtest', '--data'], ['--data']),
        (['backtest', '--data', data, '--interval', '7x'], ['7x']),
        (['backtest', '--data', data, '--from', 'yesterday'], ['yesterday']),
        (['backtest', '--data', data, '--from', '2021-01-01', '--to', '2020-01-01'], ['2020-01-01']),
        (['list'], ['expected']),
        (['list', 'nonsense'], ['nonsense']),
        (['list', 'fills'], ['--workspace']),
        (['list', 'fills', 'orders', '--workspace', workspace], ['orders']),
        (['journal'], ['verify']),
        (['journal', 'burn', '--workspace', workspace], ['burn']),
        (['journal', 'verify'], ['--workspace']),
        (['journal', 'export', '--workspace', workspace, '--format', 'doc'], ['doc', 'json']),
        (['journal', 'export', '--workspace', workspace, '--from', 'x'], ['“x”']),
        (['stop'], ['--workspace']),
        (['rearm'], ['--workspace']),
        (['stop', '--workspace', workspace, '--account', 'nobody'], ['nobody']),
        (['indicator'], ['--data']),
        (['indicator', 'nonsense', '--data', data / 'BTCUSDT-1h.csv'], ['nonsense']),
        (['indicator', 'sma:x', '--data', data / 'BTCUSDT-1h.csv'], ['x']),
        (['indicator', 'sma:-3', '--data', data / 'BTCUSDT-1h.csv'], ['-3']),
        (['indicator', 'sma:1,2', '--data', data / 'BTCUSDT-1h.csv'], ['2']),
    ]:
        refused('wrong use: ' + ' '.join(map(str, words)).replace(str(HERE), '…'), 2, says, *words)


def test_failures():
    missing = HERE / 'missing.tfw'
    for words in [['journal', 'verify'], ['journal', 'rebuild'], ['journal', 'export'], ['stop'], ['rearm'],
                  *(['list', kind] for kind in KINDS)]:
        refused(' '.join(words) + ' without such a workspace', 1, [missing, 'found no such file', 'expected'],
                *words, '--workspace', missing)
    ok(not missing.exists(), 'nothing was made')
    refused('export for an account that is not there', 1, ['nobody'], 'journal', 'export', '--workspace', HERE / 'run.tfw',
            '--output', HERE / 'x.json', '--account', 'nobody')
    refused('export into no folder', 1, ['/nowhere/x.json'], 'journal', 'export', '--workspace', HERE / 'run.tfw',
            '--output', '/nowhere/x.json')


main(test_run, test_traders, test_program_lists, test_backtest, test_journal, test_indicator, test_help, test_wrong_use,
     test_failures)
