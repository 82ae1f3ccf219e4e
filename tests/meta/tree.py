#!/usr/bin/env python3
"""Reads the tree as text and fails on what the design forbids; speaks TAP.

    tree.py TOP               the tests
    tree.py TOP --potfiles    the lines of src and ui that belong into po/POTFILES.in

A rule is a function that yields one line for each fault in a tree. Each rule is first shown the trees of SELF_CHECKS,
where it has to find exactly the planted faults; only then it judges the real one.
"""

import pathlib
import re
import sys
import tempfile

# Each part includes only from floors below its own, and from itself.
FLOORS = [
    ['core/base'], ['core/market'], ['core/indicators'], ['core/trading'],
    ['core/strategies', 'core/following'], ['core/ensemble', 'core/risk'], ['core/engine'],
    ['core/analytics', 'core/optimizer'], ['plot'],
    ['io/feeds', 'io/sources', 'io/storage', 'io/secrets', 'io/reports'], ['model'], ['window', 'cli'],
]
FLOOR = {part: number for number, parts in enumerate(FLOORS) for part in parts}

# Headers of the system: the core takes these and no others, as it has no I/O, threads or clock.
CORE_HEADERS = re.compile(r'(glib\.h|glib/gi18n\.h|gsl/\w+\.h|nlopt\.h|assert\.h|ctype\.h|errno\.h|fenv\.h|float\.h|inttypes\.h|'
                          r'limits\.h|math\.h|stdarg\.h|stdbool\.h|stddef\.h|stdint\.h|stdlib\.h|string\.h)$')
# Elsewhere: header → the parts that may have it.
HEADERS = [
    (re.compile(r'(gtk|gdk|gsk)/|adwaita\.h'), ('window',)),
    (re.compile(r'sqlite3'), ('io/storage',)),
    (re.compile(r'libsoup/|json-glib/|libsecret/|sodium|libxml/|simdjson'), ('io', 'model', 'window', 'cli')),
]
# What the core must not call: the wall clock, hidden randomness, threads, files, the terminal.
IMPURE = re.compile(r'\b(g_get_real_time|g_get_monotonic_time|g_date_time_new_now\w*|g_random_\w+|g_rand_new|g_uuid_\w+|'
                    r'g_thread_\w+|g_mutex_\w+|g_usleep|g_getenv|g_file_\w+|g_fopen|g_print|g_printerr|g_timeout_\w+|'
                    r'g_idle_\w+|g_timer_\w+|fopen|printf|puts|time|clock|clock_gettime|gettimeofday|rand|random|'
                    r'srand|exit|abort)\s*\(')

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
SQL = re.compile(r'\b(SELECT\b.+\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|'
                 r'(CREATE|DROP|ALTER)\s+(TEMP\s+|UNIQUE\s+)?(TABLE|INDEX|TRIGGER|VIEW)|PRAGMA\s+\w+|'
                 r'BEGIN\s+(IMMEDIATE|EXCLUSIVE|TRANSACTION))\b', re.S)
MARKS = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']) + r')\b')
TRANSLATED = re.compile(r'\b(N?C?_|ngettext|g_dngettext)\s*\(\s*"|translatable="(yes|true)"')
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(top, folders, suffixes):
    for folder in folders:
        for path in sorted((top / folder).rglob('*')):
            if path.is_file() and path.suffix in suffixes and not path.name.startswith('.'):
                yield path


def sources(top):
    """(path below src, its part, its text) of every C file."""
    src = top / 'src'
    for path in files(top, ['src'], {'.c', '.h', '.in', '.inc', '.cpp', '.hpp'}):
        name = path.relative_to(src).as_posix()
        if path.suffix != '.in' or name.endswith(('.h.in', '.c.in')):
            yield name, name.rpartition('/')[0], path.read_text(encoding='utf-8')


def part_of(name):
    """The part of the house that a file or header below src belongs to, or None."""
    words = name.split('/')
    for length in (2, 1):
        part = '/'.join(words[:length])
        if len(words) > length and part in FLOOR:
            return part
    return None


def code_of(text):
    """The text without comments and with empty strings; lines stay where they are."""
    def blank(match):
        token = match.group()
        return '""' if token[0] == '"' else "''" if token[0] == "'" else '\n' * token.count('\n') or ' '
    return TOKEN.sub(blank, text)


def strings_of(text):
    """(line, string), where neighbours that the compiler would join are one."""
    joined, start, end = [], 0, None
    for token in TOKEN.finditer(text):
        if token.group()[0] != '"':
            continue
        if end is not None and text[end:token.start()].strip() == '':
            joined[-1] += token.group()[1:-1]
        else:
            if joined:
                yield text.count('\n', 0, start) + 1, joined.pop()
            joined, start = [token.group()[1:-1]], token.start()
        end = token.end()
    if joined:
        yield text.count('\n', 0, start) + 1, joined.pop()


def includes(top):
    """Every #include exists and points to a lower floor."""
    for name, folder, text in sources(top):
        part = part_of(name)
        if part is None:
            yield f'src/{name}: stands in no part of the house'
            continue
        for match in INCLUDE.finditer(text):
            where = f'src/{name}:{text.count(chr(10), 0, match.start()) + 1}'
            quote, header = match.groups()
            if quote == '<':
                if part.startswith('core/') and not CORE_HEADERS.match(header):
                    yield f'{where}: the core may not include <{header}>'
                for pattern, allowed in HEADERS:
                    if pattern.match(header) and not (part in allowed or part.split('/')[0] in allowed):
                        yield f'{where}: {part} may not include <{header}>'
            elif header == 'config.h' or (part == 'window' and header.endswith('-resources.h')):
                continue                                                    # made by meson
            elif '/' not in header:
                yield f'{where}: "{header}" does not name its folder'
            elif not any((top / 'src' / (header + suffix)).is_file() for suffix in ('', '.in')):
                yield f'{where}: "{header}" does not exist'
            else:
                target = part_of(header)
                if target != part and (target is None or FLOOR[target] >= FLOOR[part]):
                    yield f'{where}: {part} may not include from {target or "outside the house"} ("{header}")'


def purity(top):
    """The core calls no clock, hidden randomness, thread, file or terminal."""
    for name, folder, text in sources(top):
        if (part_of(name) or '').startswith('core/'):
            for number, line in enumerate(code_of(text).split('\n'), 1):
                if match := IMPURE.search(line):
                    yield f'src/{name}:{number}: the core may not call {match.group(1)} ()'


def sql(top):
    """SQL stands in io/storage only."""
    for name, folder, text in sources(top):
        if part_of(name) != 'io/storage':
            for line, string in strings_of(text):
                if match := SQL.search(string.replace('\\n', ' ')):
                    yield f'src/{name}:{line}: SQL outside io/storage ({match.group()})'


def marks(top):
    """Nothing is left marked as unfinished."""
    suffixes = {'.c', '.h', '.in', '.cpp', '.ui', '.css', '.py', '.sh', '.build', '.json', '.sql', '.md'}
    named = [top / name for name in ('meson.build', 'run.sh', 'test.sh', '.ci/run', 'README.md', 'CONTRIBUTING.md')]
    for path in [path for path in named if path.is_file()] + list(files(top, ['src', 'ui', 'data', 'tests', 'tools'],
                                                                        suffixes)):
        for number, line in enumerate(path.read_text(encoding='utf-8', errors='replace').split('\n'), 1):
            if match := MARKS.search(line):
                yield f'{path.relative_to(top)}:{number}: {match.group()}'


def translated(top):
    """The files of src and ui with text for people."""
    return sorted(path.relative_to(top).as_posix() for path in files(top, ['src', 'ui'], {'.c', '.h', '.ui'})
                  if TRANSLATED.search(path.read_text(encoding='utf-8')))


def translations(top):
    """po/POTFILES.in lists the files with text for people, and no others of src and ui."""
    lines = (top / 'po' / 'POTFILES.in').read_text(encoding='utf-8').split('\n')
    listed = {line.strip() for line in lines if line.strip() and not line.startswith('#')}
    wanted = translated(top)
    for name in sorted(set(wanted) - listed):
        yield f'po/POTFILES.in: lacks {name}'
    for name in sorted(listed):
        if not (top / name).is_file():
            yield f'po/POTFILES.in: {name} does not exist'
        elif name not in wanted and name.startswith(('src/', 'ui/')):
            yield f'po/POTFILES.in: {name} has nothing to translate'


MARK = 'TO' + 'DO'
# rule: (the planted tree, what the rule has to find in it: file and words, in this order)
SELF_CHECKS = {
    includes: [
        ({'src/core/base/a.h': '#include <glib.h>\n#include <math.h>\n',
          'src/core/market/b.c': '#include "core/market/b.h"\n#include "core/base/a.h"\n#include <gsl/gsl_rng.h>\n',
          'src/core/market/b.h': '', 'src/io/storage/c.c': '#include <sqlite3.h>\n#include "core/market/b.h"\n',
          'src/window/d.c': '#include <gtk/gtk.h>\n#include "config.h"\n#include "core/strategies/table.h"\n',
          'src/core/strategies/table.h.in': ''}, []),
        ({'src/core/base/a.c': '#include "core/market/b.h"\n', 'src/core/market/b.h': ''},
         [('core/base/a.c:1', 'may not include from core/market')]),
        ({'src/core/risk/a.c': '\n#include "core/ensemble/b.h"\n', 'src/core/ensemble/b.h': ''},
         [('core/risk/a.c:2', 'may not include from core/ensemble')]),
        ({'src/io/feeds/a.c': '#include "io/storage/b.h"\n', 'src/io/storage/b.h': ''},
         [('io/feeds/a.c:1', 'may not include from io/storage')]),
        ({'src/cli/a.c': '# include "window/b.h"\n', 'src/window/b.h': ''},
         [('cli/a.c:1', 'may not include from window')]),
        ({'src/core/base/a.c': '#include <gio/gio.h>\n#include <stdio.h>\n'},
         [('a.c:1', 'may not include <gio/gio.h>'), ('a.c:2', 'may not include <stdio.h>')]),
        ({'src/plot/a.c': '#include <gtk/gtk.h>\n#include <json-glib/json-glib.h>\n#include <cairo.h>\n'},
         [('a.c:1', 'may not include <gtk/gtk.h>'), ('a.c:2', 'may not include <json-glib/json-glib.h>')]),
        ({'src/model/a.c': '#include <sqlite3.h>\n#include "model/gone.h"\n#include "b.h"\n', 'src/model/b.h': ''},
         [('a.c:1', '<sqlite3.h>'), ('a.c:2', 'does not exist'), ('a.c:3', 'does not name its folder')]),
        ({'src/extra/a.c': ''}, [('extra/a.c', 'in no part')]),
    ],
    purity: [
        ({'src/core/base/a.c': '/* time (NULL) */ int tf_time (void); const char *s = "rand ()"; x = event_time (e);\n',
          'src/io/feeds/b.c': 'g_get_real_time ();'}, []),
        ({'src/core/engine/a.c': '/* two\nlines */ t = g_get_real_time ();\nr = rand ();\n'},
         [('a.c:2', 'g_get_real_time'), ('a.c:3', 'rand')]),
    ],
    sql: [
        ({'src/io/storage/a.c': 's = "SELECT id FROM fill";', 'src/model/b.c': 's = "Select a file from the list";'}, []),
        ({'src/model/a.c': 'int i;\ns = "SELECT id, price "\n    "FROM fill";\nt = "DELETE FROM fill";\n'},
         [('a.c:2', 'SELECT'), ('a.c:4', 'DELETE')]),
    ],
    marks: [
        ({'src/window/a.c': 'g_dir_make_tmp ("tf-XXXXXX", NULL);', 'README.md': 'the list of things to do'}, []),
        ({'src/window/a.c': f'\n/* {MARK}: later */\n', 'run.sh': f'# {MARK}\n'}, [('run.sh:1', MARK), ('a.c:2', MARK)]),
    ],
    translations: [
        ({'src/window/a.c': 'f (_("Start"));', 'po/POTFILES.in': '# list\nsrc/window/a.c\n'}, []),
        ({'src/window/a.c': 'f (_ ("Start"));', 'ui/b.ui': '<property translatable="yes">', 'src/window/c.c': '',
          'po/POTFILES.in': 'src/window/c.c\nsrc/window/gone.c\n'},
         [('POTFILES.in', 'lacks src/window/a.c'), ('POTFILES.in', 'lacks ui/b.ui'),
          ('POTFILES.in', 'c.c has nothing'), ('POTFILES.in', 'gone.c does not exist')]),
    ],
}


def self_check(rule):
    """What is wrong with the rule itself."""
    for number, (planted, expected) in enumerate(SELF_CHECKS[rule], 1):
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            for name, text in planted.items():
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_text(text, encoding='utf-8')
            found = list(rule(top))
        if len(found) != len(expected) or not all(where in line and what in line
                                                  for line, (where, what) in zip(found, expected)):
            yield f'planted tree {number}: expected {expected}, found {found}'


def main():
    top = pathlib.Path(sys.argv[1])
    if sys.argv[2:] == ['--potfiles']:
        print('\n'.join(translated(top)))
        return 0
    if not any(sources(top)):
        print(f'Bail out! no sources below {top}')
        return 1
    cases = [(f'{kind}/{rule.__name__}', list(check))
             for rule in SELF_CHECKS for kind, check in (('self-check', self_check(rule)), ('tree', rule(top)))]
    print(f'1..{len(cases)}')
    for number, (name, faults) in enumerate(cases, 1):
        print(f'{"not ok" if faults else "ok"} {number} /meta/{name}')
        for fault in faults:
            print(fault, file=sys.stderr)
    return any(faults for _, faults in cases)


if __name__ == '__main__':
    sys.exit(main())
