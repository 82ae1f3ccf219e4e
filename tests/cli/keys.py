"""Secrets on the command line: by standard input or a terminal without echo, never as a word, never printed."""

import pty
import select
import signal
import stat

from tap import *

SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
PASSPHRASE = 'correct horse battery staple'
os.environ['TRADEFOLLOW_KEYRING'] = 'no'
os.environ.pop('TRADEFOLLOW_PASSPHRASE', None)


def fresh():
    """A home of its own for a test; where its secrets will be."""
    home = pathlib.Path(tempfile.mkdtemp(dir=HERE))
    os.environ['XDG_DATA_HOME'] = str(home)
    return home / 'tradefollow' / 'secrets'


def keys(*words, value=None, passphrase=None):
    with_it = {**os.environ, 'TRADEFOLLOW_PASSPHRASE': passphrase} if passphrase is not None else None
    options = {'input': value} if value is not None else {'stdin': subprocess.DEVNULL}
    return cli('keys', *words, env=with_it, **options)


def names(**options):
    return keys('list', **options).stdout.split()


def typed(*words, lines):
    """What a terminal shows of the command while @lines are typed, each after its question; its exit status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(CLI, command('keys', *words))
    shown = b''
    for line in lines:
        asked = len(shown)
        while b': ' not in shown[asked:] and select.select([terminal], [], [], 20)[0]:
            shown += os.read(terminal, 4096)
        if line is None:
            os.kill(pid, signal.SIGINT)
            break
        os.write(terminal, line.encode() + b'\n')
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    return shown.decode(), status


def test_round_trip():
    folder = fresh()
    same(answer('keys', 'list'), {'keys': []}, 'nothing is kept: an empty list')
    ok(not folder.exists(), 'and nothing is made')
    said = keys('set', 'webhook:anna', value=SECRET + '\n')
    ok(said.returncode == 0 and said.stderr == '' and said.stdout.startswith('webhook:anna: kept in ')
       and str(folder / 'store') in said.stdout and str(folder / 'key') in said.stdout
       and 'not from who reads both' in said.stdout and SECRET not in said.stdout, 'set says where, and what that is good for', said)
    keys('set', 'kraken', value='no end of line')
    keys('set', 'binance', value='of another system\r\n')
    same(answer('keys', 'list'), {'keys': [{'id': 'binance'}, {'id': 'kraken'}, {'id': 'webhook:anna'}]}, 'list --json: the names')
    same(keys('list').stdout, 'binance\nkraken\nwebhook:anna\n', 'list: a name a line')
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
    same(modes, {'secrets': 0o700, 'store': 0o600, 'key': 0o600}, 'only their owner can read them')
    ok(not any(SECRET.encode() in path.read_bytes() for path in folder.iterdir()), 'the secret is in no file as it is')
    same(keys('remove', 'kraken').stdout, 'kraken: removed\n', 'remove says so')
    same(names(), ['binance', 'webhook:anna'], 'and it is gone')
    refused('a second time there is nothing to remove', 1, ['kraken'], 'keys', 'remove', 'kraken')
    for name in names():
        keys('remove', name)
    same(list(folder.iterdir()), [], 'without secrets there is no file, and no key')


def test_wrong_use():
    fresh()
    for words, says in [([], ['no word', 'set, list or remove']), (['get', 'a'], ['get']), (['set'], ['NAME']), (['remove'], ['NAME']),
                        (['set', 'Kraken'], ['Kraken', 'a-z']), (['remove', '../a'], ['../a']), (['set', 'x' * 65], ['64']),
                        (['remove', 'a', 'b'], ['further word']), (['list', 'a'], ['further word'])]:
        refused(f'wrong use: keys {" ".join(words)[:20]}', 2, says, 'keys', *words, stdin=subprocess.DEVNULL)
    found = keys('set', 'kraken', SECRET, value='x\n')
    ok(one_line(found, 2) and 'standard input' in found.stderr and SECRET not in found.stderr,
       'a secret as a word is refused and not repeated', found)
    for what, value, says in [('nothing', '', '0 bytes'), ('an empty line', '\n', '0 bytes'), ('two lines', 'a\nb\n', 'further line'),
                              ('a NUL', 'a\0b\n', 'NUL'), ('a long line', 'x' * 5000, '4096'), ('4097 bytes', 'x' * 4097 + '\n', '4096')]:
        refused(f'{what} is no secret', 1, [says], 'keys', 'set', 'kraken', input=value)
    same(names(), [], 'and none of these was kept')
    same(keys('set', 'kraken', value='x' * 4096 + '\n').returncode, 0, '4096 bytes are')


def test_damage():
    folder = fresh()
    keys('set', 'kraken', value=SECRET)
    store = folder / 'store'
    text = bytearray(store.read_bytes())
    text[len(text) // 2] ^= 1
    store.write_bytes(text)
    for words in [['list'], ['set', 'binance'], ['remove', 'kraken']]:
        refused(f'changed: keys {words[0]} names the file', 1, [store, 'changed'], 'keys', *words, input=SECRET)
    same(store.read_bytes(), bytes(text), 'and leaves it alone')


def test_passphrase():
    folder = fresh()
    said = keys('set', 'kraken', value=SECRET, passphrase=PASSPHRASE)
    ok(said.returncode == 0 and 'encrypted with the pass phrase' in said.stdout and not (folder / 'key').exists(),
       'a pass phrase of the environment: no key file', said)
    same(names(passphrase=PASSPHRASE), ['kraken'], 'it opens them')
    wrong, none = keys('list', passphrase=PASSPHRASE + '!'), keys('list')
    ok(one_line(wrong, 1) and 'wrong pass phrase' in wrong.stderr and PASSPHRASE not in wrong.stderr, 'a wrong one does not', wrong)
    ok(one_line(none, 1) and 'TRADEFOLLOW_PASSPHRASE' in none.stderr, 'without one the error says how to give it', none)


def test_terminal():
    folder = fresh()
    shown, status = typed('set', 'kraken', lines=[PASSPHRASE, PASSPHRASE, SECRET])
    ok(status == 0 and 'encrypted with the pass phrase' in shown, 'a terminal: pass phrase twice, then the secret', shown)
    ok(SECRET not in shown and PASSPHRASE not in shown, 'what is typed is not shown', shown)
    same(names(passphrase=PASSPHRASE), ['kraken'], 'the pass phrase is the typed one')
    shown, status = typed('list', lines=[PASSPHRASE])
    ok(status == 0 and 'kraken' in shown and PASSPHRASE not in shown, 'list asks for it once', shown)
    shown, status = typed('list', lines=['wrong'])
    ok(status == 1 and 'wrong pass phrase' in shown, 'a wrong one is told', shown)
    shown, status = typed('set', 'binance', lines=[None])
    same((status, names(passphrase=PASSPHRASE)), (-signal.SIGINT, ['kraken']), 'an interrupt ends it, and nothing is kept')

    folder = fresh()
    shown, status = typed('set', 'kraken', lines=['one', 'two'])
    ok(status == 1 and 'same twice' in shown and not folder.exists(), 'two pass phrases: neither is taken', shown)
    shown, status = typed('set', 'kraken', lines=['', SECRET])
    ok(status == 0 and (folder / 'key').exists() and SECRET not in shown, 'no pass phrase: a key file', shown)
    shown, status = typed('set', 'binance', lines=[SECRET])
    ok(status == 0 and names() == ['binance', 'kraken'], 'after which none is asked for', shown)


def test_at_once():
    fresh()
    started = [subprocess.Popen(command('keys', 'set', f'k{number}'), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
               for number in range(12)]
    for process in started:
        process.stdin.write(SECRET.encode())
        process.stdin.close()
    same([process.wait(60) for process in started], [0] * 12, 'twelve at once: each is set')
    same(names(), sorted(f'k{number}' for number in range(12)), 'and all are kept')


main(test_round_trip, test_wrong_use, test_damage, test_passphrase, test_terminal, test_at_once)
