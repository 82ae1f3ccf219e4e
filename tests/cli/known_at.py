"""What is known later changes nothing that was decided before: Strategy's filings over the real candles of bitcoin."""

import datetime
import json
import random

from tap import HERE, SHARED, answer, main, ok, query, rows, same, skip, verified

FROM, TO = '2020-08-01', '2021-03-01'
CASES = 4


def backtest(name, lines):
    signals, workspace = HERE / f'{name}.jsonl', HERE / f'{name}.tfw'
    signals.write_text(''.join(json.dumps(line) + '\n' for line in lines))
    answer('backtest', '--data', *sorted((SHARED / 'candles').glob('BTCUSDT-1h*')), '--signals', signals, '--from', FROM, '--to', TO,
           '--workspace', workspace)
    return workspace


def decided_before(workspace, time):
    """All entries of the journal before @time but the first, which names the files."""
    return query(workspace, 'SELECT kind, time, code, account, origin, instrument, reason, price, quantity, amount, value, lim'
                 f' FROM comprehensive_audit WHERE seq > 1 AND time < {time} ORDER BY seq')


def nanoseconds(text):
    return int(datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()) * 1_000_000_000


def test_filings():
    if not (SHARED / 'candles').exists():
        skip('filings', 'the shared data is not here')
        return
    lines = [json.loads(line) for line in (SHARED / 'signals/strategy-btc-2020-2024.jsonl').read_text().splitlines()]
    lines = [line for line in lines if FROM < line['published_at'] < TO]
    workspace = backtest('filings', lines)
    verified(workspace, 'the journal holds')
    published = {line['id']: nanoseconds(line['published_at']) for line in lines}
    found = [(time, next((key for key in published if f'id={key} ' in text or f' {key} ' in text), None)) for time, text in query(
        workspace, "SELECT time, text FROM comprehensive_audit WHERE kind = 'signal' AND text LIKE '%source=%' ORDER BY seq")]
    same(len(found), len(lines), 'each filing is one signal')
    ok(all(key and time >= published[key] for time, key in found), 'none was acted on before it was published', found)
    ok(any(row['verdict'] in ('ACCEPTED', 'RESIZED') for row in rows('verdicts', workspace)), 'there are decisions')

    # The future is changed at random: sizes, sides, times, more and fewer filings. The past stays as it was.
    chance = random.Random(4)
    for case in range(CASES):
        cut = chance.randrange(1, len(lines))
        later = lines[cut]['published_at']
        changed = []
        for number, line in enumerate(lines[cut:]):
            if chance.random() < 0.3:
                continue
            changed.append(dict(line, quantity=str(chance.randint(1, 90000)), side=chance.choice(['buy', 'sell', 'close']),
                                id=f'future-{case}-{number}'))
            changed[-1].pop('position', None)
        other = backtest(f'case-{case}', lines[:cut] + changed)
        before = decided_before(workspace, nanoseconds(later))
        same(decided_before(other, nanoseconds(later)), before, f'{len(before)} decisions before {later} are what they were')
        ok(decided_before(other, 1 << 62) != decided_before(workspace, 1 << 62), 'those after it are not')


main(test_filings)
