#!/usr/bin/env python3
"""Writes data/traders.json as the C tables tf_default_traders and tf_default_sources: traders.py TRADERS.JSON TRADERS.C

Trust is the prior effect of a trader as a proposer, in R; the file names its levels.
"""
import json
import sys

SIZES = {'id': 48, 'name': 48, 'known_for': 121}  # bytes with the end


def literal(text):
    if any(ord(c) < 32 for c in text):
        sys.exit(f'traders.py: found a control character in {text!r}, expected plain text')
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


def main(source, target):
    with open(source, encoding='utf-8') as file:
        data = json.load(file)
    rows, sources = [], []
    for key in ('id', 'name'):
        values = [trader[key] for trader in data['traders']]
        if len(set(values)) != len(values):
            sys.exit(f'traders.py: {source}: found the same {key} twice, expected each once')
    for trader in data['traders']:
        for key, size in SIZES.items():
            found = len(trader[key].encode())
            if not 0 < found < size:
                sys.exit(f'traders.py: {source}: {trader["id"]}: found {key} of {found} bytes, expected 1 to {size - 1}')
        trust = data['trust'][trader['trust']]
        rows.append('  {\n' + ''.join(f'    .{key} = {literal(trader[key])},\n' for key in SIZES)
                    + f'    .trust_mean = {float(trust["mean"])!r}, .trust_sd = {float(trust["sd"])!r},\n'
                    + '    .followed = { 1, 1, 1, 1, 1, 1, 1, 1 },\n  },\n')
        for place in trader.get('sources', []):
            sources.append('  { ' + ', '.join(literal(text) for text in (trader['name'], place['kind'], place['address'])) + ' },\n')
    with open(target, 'w', encoding='utf-8') as file:
        file.write('/* Made from data/traders.json by traders.py. */\n#include "core/following/trader.h"\n\n'
                   'const TfTrader tf_default_traders[] = {\n' + ''.join(rows) + '  { .id = "" },\n};\n\n'
                   'const TfDefaultSource tf_default_sources[] = {\n' + ''.join(sources) + '  { NULL },\n};\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
