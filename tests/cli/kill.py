"""kill -9 at any moment: nothing that was durable is lost, nothing happens twice, and the run goes on as if nothing had been."""

import random

from tap import *

KILLS = 25


def entry(workspace, seq):
    found = query(workspace, f'SELECT hash FROM comprehensive_audit WHERE seq = {seq}')
    return found[0][0] if found else None


def test_kills():
    workspace, chance = HERE / 'killed.tfw', random.Random(2)
    head, moved, fills = None, 0, 0
    for number in range(KILLS):
        process = hold(workspace)
        if number % 3 == 2:  # on a slow machine, too, some have to get further
            wait_for(lambda: workspace.exists() and journal(workspace, 1) not in ([], [head]))
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


main(test_torn_start, test_kills)
