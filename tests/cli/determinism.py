"""The same market and seed lead to the same journal, with a workspace or without, in one piece or in several."""

from tap import *


def test_seeds():
    first = demo(None, '--for', '3h')
    ok(first['fills'] > 0 and first['journal']['entries'] > 100, 'a demo run trades', first['fills'], first['journal'])
    again = demo(None, '--for', '3h')
    for found in first, again:
        del found['elapsed_s'], found['events_per_s']
    same(again, first, 'the same seed: the same in every member but the clock’s')
    same(demo(HERE / 'a.tfw', '--for', '3h')['journal'], first['journal'], 'with a workspace')
    ok(demo(None, '--for', '3h', seed=8)['journal']['head'] != first['journal']['head'], 'another seed: another journal')
    ok(not (HERE / 'home').exists(), 'without --workspace nothing is kept')


def test_pieces():
    for hours in 1, 2, 5, 1:
        pieces = demo(HERE / 'pieces.tfw', '--for', f'{hours}h')
    whole = demo(HERE / 'whole.tfw', '--for', '12h')
    ok(whole['journal']['entries'] > pieces['journal']['entries'], 'twelve hours are more than nine')
    chains = [journal(HERE / f'{name}.tfw') for name in ('pieces', 'whole')]
    same(chains[1][:len(chains[0])], chains[0], 'a run in four pieces has the entries of one in one piece')
    verified(HERE / 'pieces.tfw', 'its journal and its accounts agree')


main(test_seeds, test_pieces)
