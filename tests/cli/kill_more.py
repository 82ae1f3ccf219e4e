"""kill -9 with commands of other processes in between, and of a backtest until it comes to its end."""

import random

from tap import *


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


main(test_commands, test_backtest)
