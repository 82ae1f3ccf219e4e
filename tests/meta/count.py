#!/usr/bin/env python3
"""tools/count.py must not lose a failure, whatever shape it has; speaks TAP."""

import json
import subprocess
import sys
import tempfile

GOOD = {'name': 'good', 'result': 'OK', 'returncode': 0, 'stdout': '1..2\nok 1 /a\nok 2 /b # SKIP no display\n'}
BAD = {'name': 'bad', 'result': 'FAIL', 'returncode': 1, 'stdout': '1..2\nok 1 /a\nnot ok 2 /b - wrong\n'}
CRASH = {'name': 'crash', 'result': 'ERROR', 'returncode': -6, 'stdout': '1..2\nok 1 /a\n'}
LATE = {'name': 'late', 'result': 'TIMEOUT', 'returncode': -15, 'stdout': ''}
PLAIN = {'name': 'plain', 'result': 'OK', 'returncode': 0, 'stdout': 'fine\n'}
ABSENT = {'name': 'absent', 'result': 'SKIP', 'returncode': 77, 'stdout': 'no tool\n'}

# title: (the tests that ran, or None for no log; meson's exit status), the last line, the exit status
ROWS = {
    'passed': ([GOOD, PLAIN], 0, '2 passed, 0 failed', 0),
    'a failing case': ([GOOD, BAD], 1, '2 passed, 1 failed', 1),
    'a crash after a good case': ([CRASH], 1, '1 passed, 1 failed', 1),
    'a time limit': ([GOOD, LATE], 1, '1 passed, 1 failed', 1),
    'only the status tells': ([GOOD], 1, '1 passed, 1 failed', 1),
    'only skipped': ([ABSENT], 0, '0 passed, 0 failed', 1),
    'nothing ran': ([], 0, '0 passed, 1 failed', 1),
    'no build': (None, 1, '0 passed, 1 failed', 1),
}

failed = False
print(f'1..{len(ROWS)}')
for number, (title, (tests, status, last, wanted)) in enumerate(ROWS.items(), 1):
    with tempfile.NamedTemporaryFile('w', suffix='.json') as log:
        log.write(''.join(json.dumps(test) + '\n' for test in tests or []))
        log.flush()
        run = subprocess.run([sys.executable, sys.argv[1], '--stage', 'stage', str(status),
                              '/nonexistent' if tests is None else log.name],
                             capture_output=True, text=True, check=False)
    good = run.stdout.rstrip('\n').split('\n')[-1] == last and run.returncode == wanted
    failed |= not good
    print(f'{"ok" if good else "not ok"} {number} /meta/count/{title}')
    if not good:
        print(run.stdout + run.stderr, file=sys.stderr)
sys.exit(failed)
