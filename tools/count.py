#!/usr/bin/env python3
"""Counts single test cases over whole stages, and ends with the line `N passed, N failed`.

A stage is its name, its exit status and meson's testlog.json or a file of TAP, or - where it only builds. A TAP program counts by its
cases, any other as one. What failed without a failing case (a crash, a time limit, a build) counts as one failure,
and so does a stage whose tests never ran. Skipped cases are listed above the last line, each with its reason.
"""

import argparse
import json
import re
import sys

CASE = re.compile(r'^(not )?ok\b[ \t]*\d*[ \t]*-?[ \t]*(.*?)(?:[ \t]+#[ \t]*(SKIP)\w*[ \t]*(.*))?$', re.I | re.M)
GOOD = ('OK', 'EXPECTEDFAIL', 'SKIP')


def cases_of(test):
    """The cases of one program as (outcome, title, reason)."""
    name, result = test['name'], test['result']
    cases = []
    for failed, title, directive, reason in CASE.findall(test.get('stdout') or ''):
        outcome = 'failed' if failed else 'skipped' if directive else 'passed'
        cases.append((outcome, f'{name}: {title}', reason))
    if result not in GOOD and not any(outcome == 'failed' for outcome, _, _ in cases):
        cases.append(('failed', f'{name}: {result.lower()}', f'exit status {test.get("returncode")}'))
    if not cases:
        text = (test.get('stdout') or test.get('stderr') or '').strip().splitlines()
        cases.append(('skipped', name, text[-1] if text else '') if result == 'SKIP' else ('passed', name, ''))
    return cases


def cases_in(name, status, log):
    cases = []
    if log != '-':
        try:
            with open(log, encoding='utf-8') as lines:
                if log.endswith('.tap'):
                    cases = cases_of({'name': name, 'result': 'FAIL' if status else 'OK', 'returncode': status, 'stdout': lines.read()})
                else:
                    for line in lines:
                        cases += cases_of(json.loads(line))
        except FileNotFoundError:
            pass
        if not cases:
            return [('failed', name, 'no test ran')]
    if status != 0 and not any(outcome == 'failed' for outcome, _, _ in cases):
        cases.append(('failed', name, f'exit status {status}'))
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--stage', nargs=3, action='append', default=[], metavar=('NAME', 'STATUS', 'LOG'))
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    for name, status, log in parser.parse_args().stage:
        for outcome, title, reason in cases_in(name, int(status), log):
            counts[outcome] += 1
            if outcome != 'passed':
                print(f'{outcome}: {title}' + (f' ({reason})' if reason else ''))
    if counts['skipped']:
        print(f'{counts["skipped"]} skipped')
    print(f'{counts["passed"]} passed, {counts["failed"]} failed')
    return counts['failed'] > 0 or counts['passed'] == 0


if __name__ == '__main__':
    sys.exit(main())
