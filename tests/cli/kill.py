"""kill -9 at any moment: nothing that was durable is lost, nothing happens twice, and the run goes on as if nothing had been."""

import decimal
import random

from tap import *

KILLS = 25


def hold(workspace):
    """A run that goes on until it is killed."""
    return start('run', '--market', 'demo', '--seed', 7, '--speed', 'max', '--for', '100000h', '--workspace', workspace)


def kill(process):
    process.kill()
    process.communicate()
    return process.returncode


def entry(workspace, seq):
    found = query(workspace, f'SELECT hash FROM comprehensive_audit WHERE seq = {seq}')
    return found[0][0] if found else None


def check_fills(workspace, what):
    """One case: no order was filled beyond its quantity."""
    orders = {row['id']: decimal.Decimal(row['quantity']) for row in rows('orders', workspace)}
    filled = {}
    for row in rows('fills', workspace):
        filled[row['order']] = filled.get(row['order'], 0) + decimal.Decimal(row['quantity'])
    ok(filled and all(quantity <= orders[order] for order, quantity in filled.items()), what)


def test_kills():
    workspace, chance = HERE / 'killed.tfw', random.Random(2)
    head, moved, fills = None, 0, 0
    for number in range(KILLS):
        process = hold(workspace)
        time.sleep(chance.uniform(0.02, 0.6))
        shown = journal(workspace, last=50) if workspace.exists() else []
        time.sleep(chance.uniform(0, 0.01))
        same(kill(process), -9, f'kill {number + 1}: it was running')
        shown += [head] if head else []
        found = [entry(workspace, seq) for seq, _ in shown]
        same(found, [hash for _, hash in shown], f'kill {number + 1}: what could be read before is still there')
        now = journal(workspace, last=1)
        if now:
            verified(workspace, f'kill {number + 1}: the journal verifies, the rebuilt accounts agree')
            ok(count_fills(workspace) >= fills, f'kill {number + 1}: no fill was lost')
            fills = count_fills(workspace)
            moved += now[0] != head
            head = now[0]
    ok(moved >= 5 and fills > 100, 'the run went on between the kills', f'{moved} times, {fills} fills')
    check_fills(workspace, 'no order was filled twice')
    run = demo(workspace, '--for', '1h')
    ok(run['journal']['entries'] > head[0], 'and goes on afterwards', run['journal'], head)
    chain = journal(workspace)
    whole = HERE / 'whole.tfw'
    demo(whole, '--for', f'{hours_of(workspace) + 1}h')
    ok(journal(whole)[:len(chain)] == chain, 'entry for entry what a run without a kill has decided',
       f'{len(chain)} entries')


def test_commands():
    """Commands of another process in between, each durable once it is confirmed."""
    workspace, chance = HERE / 'commanded.tfw', random.Random(3)
    for number in range(6):
        word = 'stop' if number % 2 == 0 else 'rearm'
        process = hold(workspace)
        before = len(journal(workspace)) if workspace.exists() else 0
        wait_for(lambda: workspace.exists() and len(journal(workspace)) > before)
        result = cli(word, '--workspace', workspace)
        if number > 3:
            time.sleep(chance.uniform(0, 0.3))
        same((kill(process), result.returncode, result.stderr), (-9, 0, ''), f'{word}, then kill')
        states = {row['state'] for row in rows('accounts', workspace)}
        same(states, {'halted' if word == 'stop' else 'active'}, f'{word}: durable')
        if word == 'stop':
            same(rows('positions', workspace), [], 'stop: no position is left')
        verified(workspace, f'{word}: the journal verifies, the rebuilt accounts agree')
    check_fills(workspace, 'no order was filled twice')
    chain = journal(workspace)
    for what, sql in [('without its checkpoint', 'DELETE FROM checkpoint'),
                      ('with the checkpoint of another version', "UPDATE checkpoint SET state = x'00'")]:
        query(workspace, sql, mode='rw')
        result = demo(workspace, '--for', '1m')
        ok(result['journal']['entries'] >= len(chain), f'{what} the run decides everything again, commands included')
        ok(journal(workspace)[:len(chain)] == chain, f'{what}: it comes to the same')


def test_torn_start():
    """Killed before anything was journaled: the next start is a first start."""
    chance = random.Random(4)
    for number in range(8):
        workspace = HERE / f'torn-{number}.tfw'
        process = hold(workspace)
        time.sleep(chance.uniform(0, 0.08))
        kill(process)
        found = demo(workspace, '--for', '1h')
        ok(found['journal']['entries'] > 0 and verified(workspace, f'torn start {number + 1}: verifies'),
           f'torn start {number + 1}: goes on')


def test_backtest():
    """A backtest that is killed until it comes to its end has the end of one that was left alone."""
    folder, workspace, chance = candle_folder(bars=6000), HERE / 'backtest.tfw', random.Random(5)
    signals = write('s.jsonl', ''.join(signal_line(number, 300 + 15 * number) + '\n' for number in range(300)))
    words = ['backtest', '--data', folder, '--signals', signals]
    whole = answer(*words)
    kills = 0
    for _ in range(12):
        process = start(*words, '--workspace', workspace)
        time.sleep(chance.uniform(0.1, 0.5))
        kills += kill(process) == -9
        if process.returncode == 0:
            break
    kept = answer(*words, '--workspace', workspace)
    same((kept['journal'], kept['accounts']), (whole['journal'], whole['accounts']), 'a backtest that was killed comes to the same end')
    ok(kills > 0, 'it was killed', kills)
    verified(workspace, 'a backtest that was killed: the journal verifies, the rebuilt accounts agree')


main(test_torn_start, test_kills, test_commands, test_backtest)
