"""Followed traders from end to end: a watched file, an RSS feed and a webhook on this machine beside a live market."""

import base64
import decimal
import hashlib
import hmac
import http.server
import signal
import socket
import threading
import urllib.error
import urllib.request

import venue_sessions
from tap import *
from venue_sessions import make_session, serve

SECRET = base64.b64encode(bytes(range(32))).decode()
ACCOUNTS = ['woods1', 'angry', 'handjob']
PACE = 200  # feeds are asked every two seconds, not every six minutes

os.environ['TRADEFOLLOW_KEYRING'] = 'no'
venue_sessions.TREND, venue_sessions.NOISE = 0, 0.0001  # a calm market, where bots leave the accounts room


class Feed(http.server.ThreadingHTTPServer):
    """An RSS feed that items can be added to."""
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Feed.Handler)
        self.items, self.asked = [], 0
        self.add('old', 'I bought ETH')  # said before anybody listened
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f'http://127.0.0.1:{self.server_port}/feed.xml'

    def add(self, name, title):
        when = datetime.datetime.now(datetime.timezone.utc).strftime('%a, %d %b %Y %H:%M:%S GMT')
        self.items.append(f'<item><guid isPermaLink="false">{name}</guid><title>{title}</title><pubDate>{when}</pubDate></item>')

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f'<rss version="2.0"><channel><title>Bert</title>{"".join(self.server.items)}</channel></rss>'.encode()
            self.send_response(200)
            self.send_header('Content-Type', 'application/rss+xml')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.server.asked += 1

        def log_message(self, *words):
            pass


def free_port():
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


class Webhook:
    """A sender who signs as Standard Webhooks are signed."""

    def __init__(self):
        self.endpoint = f'http://127.0.0.1:{free_port()}'

    def send(self, name, key=SECRET, **body):
        stamp = str(int(time.time()))
        body = json.dumps({'v': 1, 'id': name, 'trader': 'Cleo', 'ts': stamp_now(), **body})
        text = f'{name}.{stamp}.{body}'.encode()
        sign = base64.b64encode(hmac.new(base64.b64decode(key), text, hashlib.sha256).digest()).decode()
        request = urllib.request.Request(self.endpoint + '/cleo', body.encode(), {
            'Content-Type': 'application/json', 'webhook-id': name, 'webhook-timestamp': stamp, 'webhook-signature': f'v1,{sign}'})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def stamp_now():
    return datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')


class Watched:
    """A file that another program appends signals to."""

    def __init__(self):
        self.path = write('anna.jsonl', '')

    def append(self, name, side, **more):
        now = stamp_now()
        with self.path.open('a') as file:
            file.write(json.dumps({'trader': 'Anna', 'source': 'file', 'id': name, 'instrument': 'ETH-USDT', 'side': side,
                                   'price': '3000', 'happened_at': now, 'published_at': now, **more}) + '\n')


def entries(workspace, trader):
    """{name: [(signal row, {account: verdict row})]} of a trader; the name is what its source calls the signal."""
    verdicts, found, signals = {}, {}, rows('signals', workspace)
    for row in rows('verdicts', workspace):  # committed with their signal: not before it is read
        verdicts.setdefault(row['signal'], {})[row['account']] = row
    for row in signals:
        if row['origin'] == trader:
            found.setdefault(field(row, 'id'), []).append((row, verdicts.get(row['id'], {})))
    return found


def field(row, name):
    return next((word.split('=', 1)[1].rstrip(';') for word in row['detail'].split() if word.startswith(f'{name}=')), None)


def heard(workspace, trader, name):
    """The signal, as soon as it is there with its verdicts."""
    found = wait_for(lambda: (entries(workspace, trader).get(name) or [None])[0])
    ok(found is not None, f'{trader}’s {name} is heard')
    return found or ({'detail': '', 'id': 0}, {})


def check_signal(workspace, found, kind):
    """One source's signal: three verdicts, its times in their order, its raw words kept."""
    row, verdicts = found
    what = f'{kind}: {field(row, "id")}'
    same(sorted(verdicts), sorted(ACCOUNTS), f'{what}: a verdict of each account')
    same(field(row, 'source'), kind, f'{what}: where it is from')
    times = [field(row, name).rstrip('Z') for name in ('happened', 'published', 'received')] + [row['time'].rstrip('Z')]
    ok(times == sorted(times), f'{what}: happened, published, received, judged', times, row)
    digest = next((word[7:] for word in row['detail'].split() if word.startswith('sha256:')), None)
    raw = subprocess.run(command('journal', 'evidence', '--workspace', workspace, '--hash', digest), capture_output=True).stdout
    ok(raw and hashlib.sha256(raw).hexdigest() == digest, f'{what}: its raw words are kept', row, raw)
    return raw.decode()


def faults(workspace):
    return query(workspace, "SELECT origin, text FROM comprehensive_audit WHERE kind = 'fault' AND reason = 'source'")


def commands(workspace, reason):
    return query(workspace, f"SELECT count(*) FROM comprehensive_audit WHERE kind = 'command' AND reason = '{reason}'")[0][0]


def traders(verb, workspace, *words):
    return answer('traders', verb, '--workspace', workspace, *words)


def fields(policy):
    return {row['id']: row['value'] for row in policy['fields']}


def test_setting_up():
    """A system at rest: sources are added, found wrong, switched and removed."""
    workspace = HERE / 'followed.tfw'
    refused('a workspace without a run', 1, ['run --market'], 'traders', 'add', '--workspace', workspace, '--name', 'Anna',
            '--kind', 'watched', '--address', '/tmp')
    with serve(CLI, 'binance', make_session('binance', HERE, seconds=10)) as venue:
        answer('run', '--market', 'binance', '--endpoint', venue.endpoint, '--interval', '1s', '--seed', 11, '--for', '2s',
               '--workspace', workspace, '--record', HERE / 'one.rec')
    found = rows('sources', workspace)
    ok(found and not any(row['enabled'] for row in found), 'the public feeds are there, and off', found)
    same([row['kind'] for row in found if row['trader'] == 'Michael Saylor'], ['sec-edgar'], 'filings are filings')
    named = {row['name']: row for row in rows('traders', workspace)}
    same((named['PlanB']['state'], named['PlanB']['sources']), ('no source connected', []), 'what is off is not connected')
    same(len(traders('enable', workspace, '--all')['sources']), len(found), 'all are switched on')
    named = {row['name']: row for row in rows('traders', workspace)}
    same((named['PlanB']['state'], named['PlanB']['sources'], named['PlanB']['grade']), ('followed', ['feed'], 'C'), 'then they are')
    same((named['Peter Brandt']['state'], named['Peter Brandt']['sources']), ('no source connected', []), 'who has none says so')
    same(named['PlanB']['record']['judged'], 'too early: 0 of 30', 'a record that is too early says how much')
    traders('disable', workspace, '--all')
    refused('a kind that there is not', 2, ['live source'], 'traders', 'add', '--workspace', workspace, '--name', 'Anna',
            '--kind', 'x', '--address', 'y')
    refused('an address that is none', 2, ['ftp'], 'traders', 'add', '--workspace', workspace, '--name', 'Anna',
            '--kind', 'feed', '--address', 'ftp://x')
    refused('no name', 2, ['--name'], 'traders', 'add', '--workspace', workspace, '--kind', 'feed', '--address', 'https://x')
    refused('no such trader', 2, ['Zoe'], 'traders', 'follow', 'Zoe', '--workspace', workspace)
    refused('no such field', 2, ['FIELD'.lower()], 'traders', 'policy', 'PlanB', '--workspace', workspace, 'nonsense=1')
    refused('out of bounds', 2, ['cap-trade', '100'], 'traders', 'policy', 'PlanB', '--workspace', workspace, 'cap-trade=101')
    refused('no such choice', 2, ['fixed-risk'], 'traders', 'policy', 'PlanB', '--workspace', workspace, 'sizing=all')
    demo(HERE / 'demo.tfw', '--for', '1h')
    refused('a demo market has traders of its own', 1, ['live market'], 'traders', 'add', '--workspace', HERE / 'demo.tfw',
            '--name', 'Anna', '--kind', 'watched', '--address', '/tmp')
    policy = traders('policy', workspace, 'planb', '--account', 'angry', 'sizing=equity-ratio', 'instrument:BTC=no')['policies'][0]
    same((fields(policy)['sizing'], policy['excluded']), ('equity-ratio', ['BTC-USDT']), 'a policy of a system at rest')


def add_sources(workspace, watched, feed, webhook):
    secret = subprocess.run(command('keys', 'set', 'webhook:cleo'), input=f'whsec_{SECRET}\n', capture_output=True, text=True)
    same(secret.returncode, 0, f'the webhook’s secret is kept {secret.stderr}')
    for name, kind, address, *more in [('Anna', 'watched', watched.path), ('Bert', 'feed', feed.url),
                                       ('Cleo', 'webhook', 'cleo', '--endpoint', webhook.endpoint),
                                       ('Dora', 'feed', f'http://127.0.0.1:{free_port()}/feed'), ('Emil', 'webhook', 'emil',
                                       '--endpoint', webhook.endpoint)]:
        traders('add', workspace, '--name', name, '--kind', kind, '--address', address, *more)
    refused('the same twice', 1, ['already'], 'traders', 'add', '--workspace', workspace, '--name', 'Anna', '--kind', 'watched',
            '--address', watched.path)
    same(commands(workspace, 'add-trader'), 5, 'each new trader is journaled')


def ready(workspace, feed, webhook, asked):
    """The feed was read before, the webhook listens."""
    ok(wait_for(lambda: feed.asked > asked), 'the feed is asked')
    ok(wait_for(lambda: webhook.send('hello', key=SECRET[::-1].replace('=', '') + '=') == 401), 'a forged webhook is refused')


def test_session():
    workspace, watched, feed, webhook = HERE / 'followed.tfw', Watched(), Feed(), Webhook()
    add_sources(workspace, watched, feed, webhook)
    with serve(CLI, 'binance', make_session('binance', HERE, seed=9, seconds=60)) as venue:
        words = ['run', '--market', 'binance', '--endpoint', venue.endpoint, '--interval', '1s', '--seed', 11, '--speed', PACE,
                 '--workspace', workspace]
        process = start(*words, '--record', HERE / 'two.rec')
        try:
            listen(workspace, watched, feed, webhook)
            follow(workspace, watched)
            change_policy(workspace, watched)
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        same(process.returncode, 0, f'the run ends in order {errors}')
        verified(workspace, 'the journal verifies, the rebuilt accounts agree')
        check_replay(workspace, 'one', 'two')
        check_known_at(workspace)
        kill_and_go_on(workspace, words, watched, feed, webhook)


def listen(workspace, watched, feed, webhook):
    ready(workspace, feed, webhook, feed.asked)
    watched.append('a-1', 'buy', quantity='0.02')
    feed.add('b-1', 'I bought Bitcoin today')
    same(webhook.send('c-1', symbol='SOL/USDT', action='buy', price='150'), 200, 'a signed webhook is taken')
    same(webhook.send('c-1', symbol='SOL/USDT', action='buy', price='150'), 409, 'once')
    raw = check_signal(workspace, heard(workspace, 'Anna', 'a-1'), 'watched')
    ok('"a-1"' in raw, 'the line itself', raw)
    raw = check_signal(workspace, heard(workspace, 'Bert', 'b-1'), 'feed')
    ok('I bought Bitcoin today' in raw, 'the item itself', raw)
    raw = check_signal(workspace, heard(workspace, 'Cleo', 'c-1'), 'webhook')
    ok('SOL/USDT' in raw, 'the message itself', raw)
    same(list(entries(workspace, 'Bert')), ['b-1'], 'what a feed had before is no news')
    ok(wait_for(lambda: {'Cleo', 'Dora', 'Emil'} <= {origin for origin, _ in faults(workspace)}),
       'forged, dead and without a secret: each is on the record', faults(workspace))
    ok(all(text.startswith('source=') for _, text in faults(workspace)), 'with where and why', faults(workspace))


def follow(workspace, watched):
    found = traders('unfollow', workspace, 'Anna', '--account', 'woods1')
    same({row['id']: row['follows'] for row in found['accounts']}, {'woods1': False, 'angry': True, 'handjob': True},
         'one account follows no more')
    watched.append('a-2', 'close')
    watched.append('a-3', 'buy', quantity='0.02')
    _, verdicts = heard(workspace, 'Anna', 'a-3')
    reasons = {account: (row['verdict'], row['reason']) for account, row in verdicts.items()}
    same(reasons.get('woods1'), ('BLOCKED', 'not-followed'), 'its verdict says so')
    ok(all(reasons.get(account, ('', ''))[1] != 'not-followed' for account in ACCOUNTS[1:]), 'the others go on', reasons)
    traders('follow', workspace, 'Anna', '--account', 'woods1')
    watched.append('a-4', 'close')
    watched.append('a-5', 'buy', quantity='0.02')
    _, verdicts = heard(workspace, 'Anna', 'a-5')
    ok(verdicts.get('woods1', {}).get('reason') not in (None, 'not-followed'), 'and it follows again', verdicts)
    same((commands(workspace, 'unfollow'), commands(workspace, 'follow')), (1, 1), 'both are journaled')


def change_policy(workspace, watched):
    before, changes, used = commands(workspace, 'set-policy'), 0, []
    for multiplier in ['1', '4']:
        for account in ACCOUNTS:
            policy = traders('policy', workspace, 'Anna', '--account', account, 'sizing=multiplier', f'multiplier={multiplier}')
            changes += 2
        same(fields(policy['policies'][0])['multiplier'], multiplier, f'× {multiplier}: the policy is shown as set')
        # Where the risk gate lets all of it through: bots trade there, too.
        account, coin, quantity, preview = find_room(workspace, used)
        used.append(coin)
        # A watched file is of grade D: a quarter of a full size.
        same((preview['sizing'], decimal.Decimal(preview['exact'])), ('multiplier', int(multiplier) * decimal.Decimal(quantity) / 4),
             f'× {multiplier}: the preview computes it')
        watched.append(f'sized-{multiplier}', 'buy', instrument=f'{coin}-USDT', price=preview['price'], quantity=quantity)
        _, verdicts = heard(workspace, 'Anna', f'sized-{multiplier}')
        row = verdicts.get(account, {})
        same((row.get('verdict'), row.get('size')), ('ACCEPTED', preview['quantity']), f'× {multiplier}: and the copy has that size')
    same(commands(workspace, 'set-policy') - before, changes, 'every change is journaled')


def find_room(workspace, used):
    refusals = []
    for account in ACCOUNTS:
        for coin, quantity in [('LINK', '8'), ('DOT', '16'), ('AVAX', '4'), ('ADA', '240'), ('XRP', '200')]:
            preview = answer('traders', 'preview', 'Anna', '--workspace', workspace, '--account', account, '--instrument', coin,
                             '--side', 'buy', '--quantity', quantity)
            if preview['verdict'] == 'ACCEPTED' and coin not in used:
                return account, coin, quantity, preview
            refusals.append((account, coin, preview['reason'], preview['value'], preview['limit']))
    raise AssertionError(f'no account has room for anything: {refusals}')


def check_replay(workspace, *names):
    result = cli('journal', 'verify', '--workspace', workspace, '--json',
                 *(word for name in names for word in ('--replay', HERE / f'{name}.rec')))
    ok(result.returncode == 0, 'the recorded sessions lead to the same journal, signals and commands included', result.stderr)


def check_known_at(workspace):
    """Nothing is decided before it is known: not before it was received, and not otherwise when the rest never comes."""
    late = query(workspace, """SELECT s.seq FROM comprehensive_audit s JOIN comprehensive_audit e ON e.cause = s.seq
                               WHERE s.kind = 'signal' AND e.time < s.time""")
    early = [row for trader in ('Anna', 'Bert', 'Cleo') for found in entries(workspace, trader).values() for row, _ in found
             if max(field(row, name).rstrip('Z') for name in ('published', 'received')) > row['time'].rstrip('Z')]
    same((late, early), ([], []), 'no entry is older than what it follows from')
    whole, chance = (HERE / 'two.rec').read_bytes(), random.Random(5)
    for number in range(4):
        (HERE / 'cut.rec').write_bytes(whole[:chance.randrange(len(whole) // 4, len(whole))])
        result = cli('journal', 'verify', '--workspace', workspace, '--replay', HERE / 'one.rec', '--replay', HERE / 'cut.rec')
        ok(result.returncode == 0 or 'all before are the same' in result.stderr,
           f'cut {number + 1}: without what comes later, what was decided before is the same', result.stderr)


def kill_and_go_on(workspace, words, watched, feed, webhook):
    asked = feed.asked
    process = start(*words)
    ready(workspace, feed, webhook, asked)
    watched.append('a-6', 'buy', quantity='0.03')
    same(webhook.send('c-2', symbol='SOL/USDT', action='close'), 200, 'a webhook before the kill')
    heard(workspace, 'Anna', 'a-6')
    heard(workspace, 'Cleo', 'c-2')
    same(kill(process), -9, 'killed in the middle')
    verified(workspace, 'killed: the journal verifies, the rebuilt accounts agree')
    asked = feed.asked
    feed.add('b-missed', 'Buying SOL')
    watched.append('a-missed', 'buy', instrument='ADA-USDT', quantity='100')
    process = start(*words)
    try:
        ready(workspace, feed, webhook, asked)
        check_missed(workspace)
        watched.append('a-6', 'buy', quantity='0.03')
        watched.append('a-7', 'buy', quantity='0.01')
        same(webhook.send('c-2', symbol='SOL/USDT', action='close'), 200, 'a webhook that a sender repeats after the restart')
        feed.add('b-2', 'I sold my Bitcoin')
        heard(workspace, 'Anna', 'a-7')
        heard(workspace, 'Bert', 'b-2')
        feed.add('b-3', 'Selling ETH')
        traders('add', workspace, '--name', 'Fritz', '--kind', 'feed', '--address', f'http://127.0.0.1:{free_port()}/feed')
        heard(workspace, 'Bert', 'b-3')  # though the list of sources has changed since
        wait_for(lambda: len(entries(workspace, 'Cleo').get('c-2', [])) == 2)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    for trader in ('Anna', 'Bert', 'Cleo'):
        for name, found in entries(workspace, trader).items():
            again = [row['verdict'] for _, verdicts in found[1:] for row in verdicts.values()]
            ok(set(again) <= {'DUPLICATE'} and all(len(verdicts) == 3 for _, verdicts in found),
               f'{trader}’s {name} counts once', found)
    ok(len(entries(workspace, 'Anna').get('a-6', [])) >= 2, 'what was said again is on the record as that')
    same([len(entries(workspace, trader)[name]) for trader, name in [('Anna', 'a-missed'), ('Bert', 'b-missed')]], [1, 1],
         'what was missed is told once')
    verified(workspace, 'gone on: the journal verifies, the rebuilt accounts agree')
    check_fills(workspace, 'no order was filled twice')
    traders('remove', workspace, '--name', 'Anna')
    ok('Anna' not in {row['trader'] for row in rows('sources', workspace)}, 'a source is removed')
    ok(entries(workspace, 'Anna'), 'what was heard there stays')
    fill_places(workspace)


def fill_places(workspace):
    """A live system has twelve places for traders of one's own; one without a source keeps its place."""
    for number in range(commands(workspace, 'add-trader'), 12):
        traders('add', workspace, '--name', f'Guest {number}', '--kind', 'watched', '--address', HERE / f'guest-{number}.jsonl')
    before = rows('sources', workspace)
    refused('no place is left', 1, ['no free place', 'Zoe', 'at most'], 'traders', 'add', '--workspace', workspace, '--name', 'Zoe',
            '--kind', 'watched', '--address', HERE / 'zoe.jsonl')
    same(rows('sources', workspace), before, 'then nothing is added')
    traders('add', workspace, '--name', 'Anna', '--kind', 'watched', '--address', HERE / 'anna.jsonl')
    same(commands(workspace, 'add-trader'), 12, 'who has a place gets a source again')


def check_missed(workspace):
    """What was said while the system was down is news, with its own time; what was said before anybody listened is not."""
    for trader, name in [('Anna', 'a-missed'), ('Bert', 'b-missed')]:
        row, verdicts = heard(workspace, trader, name)
        same(sorted(verdicts), sorted(ACCOUNTS), f'{name}: judged by each account')
        ok(field(row, 'published').rstrip('Z') < field(row, 'received').rstrip('Z'), f'{name}: published before it was received', row)
    ok('old' not in entries(workspace, 'Bert'), 'what a feed had before is history after a restart, too', entries(workspace, 'Bert'))


def test_check():
    """A test fetch says what it found, or why not."""
    feed, watched = Feed(), Watched()
    watched.append('x', 'buy', quantity='1')
    found = answer('traders', 'check', '--kind', 'watched', '--address', f'{watched.path}#all')
    same((found['state'], [row['id'] for row in found['found']]), ('live', ['x']), 'what is in a file')
    found = answer('traders', 'check', '--kind', 'feed', '--address', feed.url)
    same((found['state'], found['grade'], found['ignored']), ('live', 'C', 1), 'a feed that answers')
    result = cli('traders', 'check', '--kind', 'feed', '--address', f'http://127.0.0.1:{free_port()}/', '--json')
    ok(result.returncode == 1 and 'refused' in json.loads(result.stdout)['reason'], 'one that does not', result.stdout, result.stderr)
    result = cli('traders', 'check', '--kind', 'sec-edgar', '--address', '1050446', '--json')
    ok(result.returncode == 1 and 'contact' in json.loads(result.stdout)['reason'], 'who asks EDGAR says who asks', result.stdout)


main(test_setting_up, test_session, test_check)
