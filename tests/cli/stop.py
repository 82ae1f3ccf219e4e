"""The emergency stop: of a running system and of one at rest, of all accounts or one; it survives a restart."""

from tap import *


def states(workspace):
    return {row['id']: row['state'] for row in rows('accounts', workspace)}


def open_orders(workspace):
    """Orders that neither a fill of their whole quantity nor a cancellation ended."""
    ended = {ref for ref, in query(workspace, "SELECT ref FROM comprehensive_audit WHERE kind = 'cancel'")}
    filled = {row['order'] for row in rows('fills', workspace)}
    return [row['id'] for row in rows('orders', workspace) if row['id'] not in ended | filled]


def check_stopped(workspace, what):
    same(set(states(workspace).values()), {'halted'}, f'{what}: every account is halted')
    same(rows('positions', workspace), [], f'{what}: no position is left')
    same(open_orders(workspace), [], f'{what}: no order is left')
    verified(workspace, f'{what}: the journal verifies, the rebuilt accounts agree')


def check_blocked(workspace, before, what):
    """Another run of the stopped system: signals are judged, nothing is traded."""
    found = demo(workspace, '--for', '6h')
    same((found['fills'], found['orders']), (before['fills'], before['orders']), f'{what}: no new order, no new fill')
    new = found['signals'] - before['signals']
    ok(new > 0 and found['verdicts']['BLOCKED'] > before['verdicts']['BLOCKED']
       and sum(found['verdicts'].values()) == 3 * found['signals'], f'{what}: signals are blocked, each with its verdict', found)
    same({name: found['verdicts'][name] for name in ('ACCEPTED', 'RESIZED')},
         {name: before['verdicts'][name] for name in ('ACCEPTED', 'RESIZED')}, f'{what}: none is accepted')
    same({row['state'] for row in found['accounts']}, {'halted'}, f'{what}: still halted')
    return found


def test_at_rest():
    workspace = HERE / 'rest.tfw'
    demo(workspace, '--for', '6h')
    ok(rows('positions', workspace), 'there are positions to close')
    result = cli('stop', '--workspace', workspace)
    same((result.returncode, result.stdout, result.stderr), (0, 'system: stopped\n', ''), 'stop of a system at rest')
    check_stopped(workspace, 'at rest')
    stopped = demo(workspace, '--for', '1m')
    stopped = check_blocked(workspace, stopped, 'restarted')
    same(cli('stop', '--workspace', workspace).returncode, 0, 'stop of a stopped system')
    check_stopped(workspace, 'twice')
    result = cli('rearm', '--workspace', workspace)
    same((result.returncode, result.stdout), (0, 'system: armed again\n'), 'rearm')
    same(set(states(workspace).values()), {'active'}, 'rearm: every account is active')
    found = demo(workspace, '--for', '24h')
    ok(found['fills'] > stopped['fills'], 'rearm: it trades again', found['fills'], stopped['fills'])
    verified(workspace, 'rearm: the journal verifies, the rebuilt accounts agree')


def test_one_account():
    workspace = HERE / 'one.tfw'
    demo(workspace, '--for', '6h')
    result = cli('stop', '--workspace', workspace, '--account', 'angry')
    same((result.returncode, result.stdout), (0, 'angry: stopped\n'), 'stop of one account')
    same(states(workspace), {'woods1': 'active', 'angry': 'halted', 'handjob': 'active'}, 'only that one is halted')
    same([row for row in rows('positions', workspace) if row['account'] == 'angry'], [], 'its positions are closed')
    before = {row['id']: row for row in rows('fills', workspace)}
    demo(workspace, '--for', '48h')
    new = [row for row in rows('fills', workspace) if row['id'] not in before]
    same(sum(row['account'] == 'angry' for row in new), 0, 'it does not trade any more')
    ok(new, 'the others do')
    same(cli('rearm', '--workspace', workspace, '--account', 'angry').returncode, 0, 'rearm of one account')
    same(set(states(workspace).values()), {'active'}, 'it is active again')
    same(cli('stop', '--workspace', workspace).returncode, 0, 'then the system is stopped')
    same(cli('rearm', '--workspace', workspace, '--account', 'woods1').returncode, 0, 'and one account of it armed')
    fills = count_fills(workspace)
    demo(workspace, '--for', '24h')
    same(count_fills(workspace), fills, 'the system’s own stop still holds')


def test_running():
    for speed in ['60', 'max']:
        workspace = HERE / f'running-{speed}.tfw'
        process = start('run', '--market', 'demo', '--seed', 7, '--speed', speed, '--for', '100000h', '--workspace', workspace)
        try:
            ok(wait_for(lambda: workspace.exists() and journal(workspace, 1) and count_fills(workspace)), f'×{speed}: it trades')
            began = time.monotonic()
            result = cli('stop', '--workspace', workspace)
            same((result.returncode, result.stdout, result.stderr), (0, 'system: stopped\n', ''), f'×{speed}: stop')
            ok(time.monotonic() - began < 5, f'×{speed}: within seconds')
            check_stopped(workspace, f'×{speed}, running')
            fills, entries = count_fills(workspace), journal(workspace, 1)[0][0]
            ok(wait_for(lambda: journal(workspace, 1)[0][0] > entries + 20), f'×{speed}: the run goes on')
            same(count_fills(workspace), fills, f'×{speed}: without a fill')
            same(process.poll(), None, f'×{speed}: the process is still there')
            refused(f'×{speed}: a second process', 1, [workspace, 'in use', process.pid], 'run', '--market', 'demo', '--seed', 7,
                    '--workspace', workspace)
        finally:
            process.terminate()
            process.communicate(timeout=20)
        same(process.returncode, 0, f'×{speed}: SIGTERM ends it in order')
        check_stopped(workspace, f'×{speed}, ended')
        check_blocked(workspace, demo(workspace, '--for', '1m'), f'×{speed}, restarted')


def test_finished():
    """A backtest at its end, looked at from another folder, its files named by relative paths."""
    folder = candle_folder(bars=700)
    result = cli('backtest', '--data', folder.name, '--workspace', 'finished.tfw', cwd=HERE)
    same((result.returncode, result.stderr), (0, ''), 'a backtest with relative paths')
    workspace = HERE / 'finished.tfw'
    result = cli('stop', '--workspace', workspace, cwd='/')
    same((result.returncode, result.stderr), (0, ''), 'stop of a finished backtest')
    check_stopped(workspace, 'finished')
    folder.rename(HERE / 'moved')
    result = cli('rearm', '--workspace', workspace)
    same((result.returncode, result.stderr), (0, ''), 'rearm when the data is gone: feeds are not needed')
    same(set(states(workspace).values()), {'active'}, 'it is active again')
    same(cli('stop', '--workspace', workspace).returncode, 0, 'stop when the data is gone')
    check_stopped(workspace, 'without data')
    query(workspace, 'DELETE FROM checkpoint', mode='rw')
    refused('rearm when everything has to be decided again, and the data is gone', 1, ['waits for the next start', folder],
            'rearm', '--workspace', workspace)
    check_stopped(workspace, 'the command waits')
    (HERE / 'moved').rename(folder)
    result = cli('backtest', '--data', folder, '--workspace', workspace)
    same((result.returncode, result.stderr), (0, ''), 'the backtest continues, its files named by absolute paths')
    same(set(states(workspace).values()), {'active'}, 'the command that waited was carried out')
    verified(workspace, 'continued: the journal verifies, the rebuilt accounts agree')


main(test_at_rest, test_one_account, test_running, test_finished)
