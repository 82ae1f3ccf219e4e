#!/usr/bin/env python3
"""Writes the table of default bots as C: bots-table.py bots.json default-bots.c"""
import json
import sys

FIELDS = ("id", "title", "strategy", "account", "reason")


def quote(text):
    return json.dumps(text, ensure_ascii=False)


with open(sys.argv[1], encoding="utf-8") as source, open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write('/* Made by bots-table.py from data/bots.json. */\n#include "core/strategies/default-bots.h"\n\n')
    out.write("const TfBotDefault tf_default_bots[] = {\n")
    for bot in json.load(source):
        params = "".join("{ %s, %r }, " % (quote(name), float(value)) for name, value in bot["params"].items())
        out.write("  { %s,\n    { %s{ NULL } } },\n" % (", ".join(quote(bot[field]) for field in FIELDS), params))
    out.write("  { NULL }\n};\n")
