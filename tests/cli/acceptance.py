"""The issue's own backtest over all the real candles: what has to come out, and twice the same."""

from decimal import Decimal

from tap import *


def test_whole():
    folder, signals = SHARED / 'candles', SHARED / 'signals' / 'strategy-btc-2020-2024.jsonl'
    if not folder.is_dir() or not signals.is_file():
        skip('the whole of the real candles', 'TF_SHARED has no candles')
        return
    words = ['backtest', '--data', folder, '--interval', '1h', '--signals', signals]
    found = answer(*words)
    same([row['id'] for row in found['accounts']], ['woods1', 'angry', 'handjob'], 'three accounts')
    traded = [row['id'] for row in found['bots'] if row['trades'] > 0]
    ok(len(found['bots']) == 20 and len(traded) >= 18, 'at least 18 of 20 bots have trades', len(traded))
    same(sum(found['verdicts'].values()), 3 * found['signals'], 'verdicts are signals × accounts')
    for account in found['accounts']:
        ok(Decimal(account['max_drawdown']) <= Decimal('0.15'), f'{account["id"]}: drawdown within 15 %', account)
        print('#', {name: account[name] for name in ('id', 'equity', 'max_drawdown', 'trades')})
    same(answer(*words)['journal'], found['journal'], 'the same head again')
    workspace = HERE / 'whole.tfw'
    same(answer(*words, '--workspace', workspace)['journal'], found['journal'], 'and with a workspace')
    verified(workspace, 'the journal verifies, the rebuilt accounts agree to the last unit')


main(test_whole)
