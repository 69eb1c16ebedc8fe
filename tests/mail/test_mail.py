# SPDX-License-Identifier: Apache-2.0
"""notice_worker against a real store and a real SMTP server, which misbehaves.

    test_mail.py NOTICE_WORKER TEMPLATES BANK

The worker's clock stands where a test puts it. Nothing here sleeps: a test waits for what must happen.
"""
import asyncio
import collections
import datetime
import email
import email.policy
import logging
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

try:
    import icalendar
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult
except ImportError as missing:
    print(f'test_mail.py: skipped: {missing.name} is not installed (python3-aiosmtpd, python3-icalendar)')
    sys.exit(77)

WORKER, TEMPLATES, BANK = sys.argv[1:4]
PATIENCE = 60  # seconds for something that must happen; only a failure takes so long
JST = datetime.timezone(datetime.timedelta(hours=9))

QUIET = """profile = webfb
users = 1000
sending hours = any
e-mail = none
"""


def moment(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=JST).timestamp())


def later(text, **more):
    return str(datetime.datetime.fromisoformat(text) + datetime.timedelta(**more))


# ---- the server -----------------------------------------------------------------------------------------------------

Mail = collections.namedtuple('Mail', 'to message')


class Server:
    """Keeps its port while it is down. `answers[address]` are what it says to RCPT, the next times; `fates[address]`
    what it does once it has the message: keep or lose it, hang up, answer something, hold its answer until released."""

    def __init__(self, **options):
        self.socket = None
        self.options = options
        self.port = 0
        self.mails, self.recipients = [], []
        self.answers = collections.defaultdict(list)
        self.fates = collections.defaultdict(list)
        self.changed = threading.Condition()
        self.held = 0
        self.release = threading.Event()
        self.controller = None
        self.take_port()

    def take_port(self):
        """Bound but not listening: connections are refused."""
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(('127.0.0.1', self.port))
        self.port = self.socket.getsockname()[1]

    def start(self):
        server = self

        class OnTheSocket(Controller):
            def _create_server(self):
                return self.loop.create_server(self._factory_invoker, sock=server.socket, ssl=self.ssl_context)

        self.controller = OnTheSocket(self, hostname='127.0.0.1', port=self.port, ready_timeout=PATIENCE,
                                      **self.options)
        self.controller.start()
        return self

    def stop(self):
        self.release.set()
        if self.controller is not None:
            self.controller.stop()
        self.socket.close()
        self.controller = None

    def goes_down(self):
        """In the middle of a conversation."""
        self.controller.loop.call_soon_threadsafe(self.controller.server.close)
        self.controller.loop.call_soon_threadsafe(self.controller.smtpd.transport.abort)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        self.recipients.append(address)
        if self.answers[address]:
            answer = self.answers[address].pop(0)
            if answer is not None:
                return answer
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, _session, envelope):
        address = envelope.rcpt_tos[0]
        fate = self.fates[address].pop(0) if self.fates[address] else 'keep'
        with self.changed:
            if fate.startswith('keep'):
                message = email.message_from_bytes(envelope.content, policy=email.policy.default)
                self.mails.append(Mail(address, message))
            self.held += fate.endswith('hold')
            self.changed.notify_all()
        if fate.endswith('hold'):
            await asyncio.get_running_loop().run_in_executor(None, self.release.wait)
        if fate.endswith('hang up'):
            server.transport.abort()
        return fate if fate[0].isdigit() else '250 OK'

    def wait_for(self, so):
        with self.changed:
            if not self.changed.wait_for(so, PATIENCE):
                raise AssertionError(f'never happened; {len(self.mails)} mails, {self.held} held')

    def to(self, address):
        return [mail.message for mail in self.mails if mail.to == address]

    def ids(self):
        return [mail.message['Message-ID'] for mail in self.mails]


# ---- the bank and its workers ---------------------------------------------------------------------------------------

Listed = collections.namedtuple('Listed', 'user kind addressee state attempts due key cause')


class Bank:
    def __init__(self, folder, profile):
        self.folder = folder
        self.requests = 0
        self.chooses(profile)

    def chooses(self, profile):
        (self.folder / 'bank.profile').write_text(profile)

    def says(self, *sentences):
        words = [f'requests\t{self.requests}'] + ['\t'.join(sentence) for sentence in sentences]
        self.requests += sum(sentence[0] in ('obtains', 'renews') for sentence in sentences)
        done = subprocess.run([BANK, self.folder, *words], capture_output=True, text=True)
        assert done.returncode == 0, f'{words}: {done.stderr}'
        return done.stdout

    def lists(self, now):
        rows = [Listed(*line.split('\t')) for line in self.says(('at', now), ('lists',)).splitlines()]
        return {(row.user, row.kind, row.addressee): row for row in rows}


class Running:
    """A worker that goes on until it is told to stop."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line.rstrip('\n'))
                self.changed.notify_all()

    def wait_for_line(self, text, times=1):
        with self.changed:
            if not self.changed.wait_for(lambda: sum(text in line for line in self.lines) >= times, PATIENCE):
                raise AssertionError(f'never logged: {text!r}; {self.lines}')

    def stops(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        return self.ends()

    def ends(self):
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stderr.close()
        return code


class Case(unittest.TestCase):
    profile = QUIET + 'obtain-by notice = 20\n'
    server_options = {}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bank = Bank(Path(folder.name), self.profile)
        self.server = Server(**self.server_options)
        self.addCleanup(self.server.stop)

    def command(self, now, *more, url=None):
        """With `now` None its clock goes."""
        more = more if now is None else ('--now', now, *more)
        return [WORKER, '--store', self.bank.folder / 'store', '--profile', self.bank.folder / 'bank.profile',
                '--name', 'Example Shinkin Bank', '--smtp', url or f'smtp://127.0.0.1:{self.server.port}',
                '--from', 'notices@example.jp', '--domain', 'mail.example.jp', '--templates', TEMPLATES,
                '--timeout', '30', '--batch', '10', *more]

    def once(self, now, *more, code=0, **options):
        """Its log."""
        done = subprocess.run(self.command(now, '--once', *more, **options), capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr.splitlines()

    def starts(self, now, *more, **options):
        running = Running(self.command(now, *more, **options))
        self.addCleanup(lambda: running.process.poll() is None and running.process.kill())
        return running

    def people(self, count, at='2026-08-20 10:00:00'):
        """They have not obtained by 2026-11-08, so each has a notice due from 2026-10-19 on. Their addresses."""
        users = [f'user{number:03}' for number in range(count)]
        self.bank.says(('at', at), ('registers', 'keir001', 'keir001@example.co.jp'), ('obtains', 'keir001'),
                       ('confirms', 'keir001'), *(('adds', user, f'{user}@example.co.jp') for user in users))
        return [f'{user}@example.co.jp' for user in users]

    def assert_each_once(self, addresses):
        self.assertEqual(sorted(mail.to for mail in self.server.mails), sorted(addresses))
        self.assertEqual(len(set(self.server.ids())), len(addresses))

    def assert_all_sent(self, now, count, attempts={'1'}):
        rows = self.bank.lists(now).values()
        self.assertEqual(collections.Counter(row.state for row in rows), {'sent': count})
        self.assertEqual({row.attempts for row in rows}, attempts)


DUE = '2026-10-19 09:00:00'
UNKNOWN = '550 5.1.1 <user000@example.co.jp> unknown'


# ---- cases ----------------------------------------------------------------------------------------------------------

class Everything(Case):
    """All seven kinds, in one go."""
    profile = QUIET + 'expired notice = user, master\n'
    everything = profile.replace('e-mail = none', 'e-mail = 30, 10') + """e-mail to = user, master
digest = yes
obtain-by notice = 20
issued notice = user
reissued notice = user, master
revoked notice = user, master
"""
    now = '2026-10-21 09:00:00'

    def story(self):
        self.bank.says(('at', '2025-10-20 10:00:00'), ('registers', 'keir001', 'keir001@example.co.jp'),
                       ('adds', 'keir003', 'keir003@example.co.jp'), ('obtains', 'keir003'), ('confirms', 'keir003'),
                       ('at', '2025-11-20 10:00:00'),
                       ('adds', 'keir002', 'keir002@example.co.jp'), ('obtains', 'keir002'), ('confirms', 'keir002'),
                       ('adds', '利用者 8', 'keir008@example.co.jp'), ('obtains', '利用者 8'), ('confirms', '利用者 8'),
                       ('at', '2025-12-01 10:00:00'), ('obtains', 'keir001'), ('confirms', 'keir001'),
                       ('at', '2026-08-20 10:00:00'),
                       ('adds', 'keir004', 'keir004@example.co.jp'),
                       ('adds', 'keir005', 'keir005@example.co.jp'),
                       ('adds', 'keir006', 'keir006@example.co.jp'), ('obtains', 'keir006'), ('confirms', 'keir006'),
                       ('adds', 'keir007', 'keir007@example.co.jp'), ('obtains', 'keir007'), ('confirms', 'keir007'))
        self.bank.chooses(self.everything)
        self.bank.says(('at', '2026-10-21 08:00:00'), ('obtains', 'keir005'), ('confirms', 'keir005'),
                       ('at', '2026-10-21 08:10:00'), ('reissues', 'keir006'),
                       ('at', '2026-10-21 08:20:00'), ('revokes', 'keir007'))

    def subjects(self):
        found = collections.defaultdict(list)
        for mail in self.server.mails:
            found[mail.to.split('@')[0]].append(mail.message['Subject'].removeprefix('【Example Shinkin Bank】'))
        return {who: sorted(subjects) for who, subjects in found.items()}

    def test_delivered_once(self):
        self.story()
        self.server.start()
        log = self.once(self.now)
        expired, reissued = '電子証明書の有効期限が切れました', '電子証明書の再発行を受け付けました'
        obtain, revoked = '電子証明書の取得のお願い（あと18日）', '電子証明書を失効しました'
        renew = '電子証明書の更新のお願い（有効期限：2026年11月20日）'
        self.assertEqual(self.subjects(), {
            'keir001': sorted([expired, obtain, reissued, revoked, '電子証明書の更新が必要な利用者のお知らせ（2名）']),
            'keir002': [renew], 'keir003': [expired], 'keir004': [obtain], 'keir005': ['電子証明書が発行されました'],
            'keir006': [reissued], 'keir007': [revoked], 'keir008': [renew]})
        self.assertEqual(len(set(self.server.ids())), 12)
        self.assert_log(log)
        self.assert_letters()
        self.assert_calendars()
        self.once(self.now)
        self.once('2026-10-22 09:00:00')
        self.assertEqual(len(self.server.mails), 12)

    def assert_log(self, log):
        self.assertEqual(len(log), 12)
        for line in log:
            time, key, kind, contract, user, outcome = line.split('\t')
            self.assertEqual((time, contract, outcome), ('2026-10-21T00:00:00Z', '0010000001', 'delivered'))
            self.assertIn(f'<{key}@mail.example.jp>', self.server.ids())
        self.assertEqual({line.split('\t')[2] for line in log},
                         {'expiry', 'expired', 'obtain by', 'issued', 'reissued', 'revoked', 'digest'})
        self.assertNotIn('@', '\n'.join(log))

    def text(self, who, subject=''):
        message, = [one for one in self.server.to(f'{who}@example.co.jp') if subject in one['Subject']]
        self.assertEqual(str(message['Date']), 'Wed, 21 Oct 2026 09:00:00 +0900')
        self.assertEqual([part.defects for part in message.walk() if part.defects], [])
        return message.get_body(('plain',)).get_content().replace('\r\n', '\n')

    def assert_letters(self):
        self.assertIn('有効期限　　：2026年11月20日 23時59分（あと30日）\n　更新の期限　：2026年11月20日 23時59分\n', self.text('keir002'))
        self.assertIn('利用者ＩＤ　：利用者 8\n', self.text('keir008'))
        self.assertIn('有効期限　　：2026年10月20日 23時59分\n', self.text('keir003'))
        self.assertIn('取得の期限　：2026年11月8日 23時59分（あと18日）\n', self.text('keir004'))
        self.assertIn('発行日時　　：2026年10月21日 8時00分\n　有効期限　　：2027年10月21日 23時59分\n', self.text('keir005'))
        self.assertIn('受付日時　　：2026年10月21日 8時10分\n　取得の期限　：2027年1月9日 23時59分\n', self.text('keir006'))
        self.assertIn('失効日時　　：2026年10月21日 8時20分\n', self.text('keir007'))
        self.assertIn('利用者ＩＤ　：keir007\n', self.text('keir001', '失効'))
        self.assertIn('\n　keir002　有効期限：2026年11月20日（あと30日）\n　利用者 8　有効期限：2026年11月20日（あと30日）\n\n',
                      self.text('keir001', 'お知らせ'))

    def assert_calendars(self):
        with_calendar = {mail.to for mail in self.server.mails
                         for part in mail.message.walk() if part.get_content_type() == 'text/calendar'}
        self.assertEqual(with_calendar, {f'keir{n}@example.co.jp' for n in ('001', '002', '007', '008')})
        _, event = event_of(self.server.to('keir002@example.co.jp')[0])
        serial = self.text('keir002').split('証明書番号　：')[1].split('\n')[0]
        self.assertRegex(serial, '^[0-9a-f]{40}$')
        self.assertEqual(event['UID'], f'{serial}@mail.example.jp')
        self.assertEqual(event['DTSTART'].dt, datetime.date(2026, 11, 20))
        self.assertEqual(event['DTSTAMP'].dt, datetime.datetime(2026, 10, 21, tzinfo=datetime.timezone.utc))

    def test_cancelled_on_revocation(self):
        self.story()
        self.server.start()
        self.once(self.now)
        self.bank.says(('at', '2026-10-30 10:00:00'), ('revokes', 'keir002'))
        self.once('2026-10-30 10:00:00')
        before, after = [event_of(message) for message in self.server.to('keir002@example.co.jp')]
        self.assertEqual((before[0]['METHOD'], before[1]['STATUS']), ('PUBLISH', 'CONFIRMED'))
        self.assertEqual((after[0]['METHOD'], after[1]['STATUS']), ('CANCEL', 'CANCELLED'))
        self.assertEqual(after[1]['UID'], before[1]['UID'])
        self.assertEqual(after[1]['DTSTART'].dt, before[1]['DTSTART'].dt)
        self.assertGreater(after[1]['SEQUENCE'], before[1]['SEQUENCE'])

    def test_the_second_threshold(self):
        self.bank.chooses(QUIET.replace('e-mail = none', 'e-mail = 30, 10') + 'notice language = en\n')
        self.bank.says(('at', '2025-11-20 10:00:00'), ('registers', 'keir001', 'keir001@example.co.jp'),
                       ('obtains', 'keir001'), ('confirms', 'keir001'))
        self.server.start()
        self.once('2026-10-20 23:59:59')
        self.assertEqual(self.server.mails, [])
        self.once('2026-10-21 00:00:00')
        self.once('2026-11-10 00:00:00')
        first, second = self.server.to('keir001@example.co.jp')
        self.assertNotEqual(first['Message-ID'], second['Message-ID'])
        self.assertIn('20 November 2026, 23:59 (30 days left)', first.get_body(('plain',)).get_content())
        self.assertIn('20 November 2026, 23:59 (10 days left)', second.get_body(('plain',)).get_content())
        events = [event_of(message)[1] for message in (first, second)]
        self.assertEqual(events[0]['UID'], events[1]['UID'])
        self.assertLess(events[0]['SEQUENCE'], events[1]['SEQUENCE'])

    def test_waits_to_install(self):
        self.bank.chooses(QUIET.replace('e-mail = none', 'e-mail = 10') + 'renewal needs = ID and password\n')
        self.bank.says(('at', '2025-11-20 10:00:00'), ('registers', 'keir001', 'keir001@example.co.jp'),
                       ('obtains', 'keir001'), ('confirms', 'keir001'),
                       ('at', '2026-11-01 10:00:00'), ('renews', 'keir001'))
        self.server.start()
        self.once('2026-11-10 09:00:00')
        message, = self.server.to('keir001@example.co.jp')
        self.assertIn('新しい電子証明書を取り込み', message.get_body(('plain',)).get_content())


def event_of(message):
    part, = [part for part in message.walk() if part.get_content_type() == 'text/calendar']
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    event, = calendar.walk('VEVENT')
    assert part['Content-Type'].params['method'] == calendar['METHOD']
    return calendar, event


class Recipients(Case):
    profile = QUIET + 'obtain-by notice = 20\nnotice attempts = 3\n'

    def test_refused_for_good(self):
        """550: the others get theirs; this one is tried again after 5 minutes, then 10, and parked the third time."""
        people = self.people(5)
        self.server.answers[people[0]] = [UNKNOWN] * 9
        self.server.start()
        log = self.once(DUE, code=1)
        self.assert_each_once(people[1:])
        line, = [line for line in log if 'user000' in line]
        self.assertTrue(line.endswith('\tuser000\tgiven back: 550'), line)
        self.assertNotIn('@', '\n'.join(log))
        row = self.bank.lists(DUE)['user000', 'obtain by', 'user']
        self.assertEqual((row.state, row.attempts, row.cause), ('planned', '1', UNKNOWN))
        self.once(later(DUE, seconds=299))
        self.once(later(DUE, minutes=5), code=1)
        self.once(later(DUE, minutes=15), code=1)
        row = self.bank.lists(later(DUE, minutes=15))['user000', 'obtain by', 'user']
        self.assertEqual((row.state, row.attempts), ('parked', '3'))
        self.once(later(DUE, days=1))
        self.assertEqual(self.server.recipients.count(people[0]), 3)
        self.assert_each_once(people[1:])

    def test_verbose(self):
        self.people(1)
        self.server.answers['user000@example.co.jp'] = [UNKNOWN]
        self.server.start()
        line, = self.once(DUE, '--verbose', code=1)
        self.assertTrue(line.endswith(f'\tgiven back: {UNKNOWN}\t<user000@example.co.jp>'))

    def test_accepted_later(self):
        """451 to RCPT, 452 to the message: one mail each in the end."""
        people = self.people(3)
        self.server.answers[people[0]] = ['451 4.7.1 greylisted']
        self.server.fates[people[1]] = ['452 4.3.1 no room']
        self.server.start()
        self.once(DUE, code=1)
        self.assert_each_once(people[2:])
        rows = self.bank.lists(DUE)
        self.assertEqual([rows[user, 'obtain by', 'user'].cause for user in ('user000', 'user001')],
                         ['451 4.7.1 greylisted', '452 4.3.1 no room'])
        self.once(later(DUE, minutes=5))
        self.assert_each_once(people)
        self.assertEqual({row.attempts for row in self.bank.lists(DUE).values()}, {'1', '2'})

    def test_addresses_that_are_none(self):
        """Given back, never guessed; a Japanese carrier's dots are let through. And a new address mends it."""
        self.people(0)
        strange = ['a b@example.jp', '<a@example.jp>', 'a@example.jp>', 'a@b@example.jp', 'a,b@example.jp',
                   '金庫@example.jp', 'a@例.jp', 'a', '@example.jp', 'a@', '"a"@example.jp', 'a@[127.0.0.1]']
        self.bank.says(('at', '2026-08-20 10:00:00'), ('adds', 'good', 'a..b.@example.ne.jp'),
                       *(('adds', f'user{i:03}', address) for i, address in enumerate(strange)))
        self.server.start()
        self.once(DUE, code=1)
        self.assertEqual(self.server.recipients, ['a..b.@example.ne.jp'])
        self.assert_each_once(['a..b.@example.ne.jp'])
        rows = [row for row in self.bank.lists(DUE).values() if row.user.startswith('user')]
        self.assertEqual(len(rows), len(strange))
        self.assertEqual({row.cause for row in rows}, {'the address is not one that can be written to'})
        self.bank.says(('at', later(DUE, minutes=1)), ('writes-to', 'user000', 'mended@example.jp'))
        self.once(later(DUE, minutes=5), code=1)
        self.assert_each_once(['a..b.@example.ne.jp', 'mended@example.jp'])


class Connections(Case):
    def test_slow_server(self):
        """Slow, but answers in time: the message is there once."""
        people = self.people(1)
        self.server.fates[people[0]] = ['keep and hold']
        self.server.start()
        worker = self.starts(DUE, '--once')
        self.server.wait_for(lambda: self.server.held == 1)
        self.assertEqual(self.bank.lists(DUE)['user000', 'obtain by', 'user'].state, 'planned')
        self.server.release.set()
        self.assertEqual(worker.ends(), 0)
        self.assert_each_once(people)
        self.assert_all_sent(DUE, 1)

    def test_too_slow_server(self):
        """No answer in time: it may have been accepted, so it comes again, with the same Message-ID."""
        people = self.people(2)
        self.server.fates[people[0]] = ['keep and hold']
        self.server.start()
        log = self.once(DUE, '--timeout', '1', code=1)
        self.assertIn('given back: no answer, so it may have been accepted', '\n'.join(log))
        self.assertEqual([mail.to for mail in self.server.mails], people)
        self.server.release.set()
        self.once(later(DUE, minutes=5))
        self.assertEqual(len(self.server.mails), 3)
        self.assertEqual(len(set(self.server.ids())), 2)

    def test_hangs_up_before_answering(self):
        """Once having kept the message, once having lost it: repeats carry the same Message-ID, so nothing is missing
        or extra where they are discarded."""
        people = self.people(6)
        self.server.fates[people[1]] = ['keep and hang up']
        self.server.fates[people[3]] = ['lose and hang up']
        self.server.start()
        self.once(DUE, code=1)
        self.assertEqual(sorted(mail.to for mail in self.server.mails), [one for one in people if one != people[3]])
        rows = self.bank.lists(DUE)
        for user in ('user001', 'user003'):
            self.assertEqual(rows[user, 'obtain by', 'user'].attempts, '1')
            self.assertIn('may have been accepted', rows[user, 'obtain by', 'user'].cause)
        self.once(later(DUE, minutes=5))
        self.assertEqual(collections.Counter(mail.to for mail in self.server.mails),
                         {one: 2 if one == people[1] else 1 for one in people})
        distinct = {mail.message['Message-ID']: mail.to for mail in self.server.mails}
        self.assertEqual(sorted(distinct.values()), people)
        self.assert_all_sent(DUE, 6, attempts={'1', '2'})

    def test_one_connection_for_a_batch(self):
        people = self.people(5)
        greetings = []
        self.server.start()
        factory = self.server.controller.factory
        self.server.controller.factory = lambda: greetings.append(1) or factory()
        self.once(DUE)
        self.assert_each_once(people)
        self.assertEqual(len(greetings), 1)

    def test_server_down(self):
        """Nothing is counted as tried while the server is down; mail flows when it is back."""
        people = self.people(15)
        log = self.once(DUE, code=1)
        self.assertIn('the mail server takes nothing', log[0])
        self.assertEqual([line.split('\t')[-1] for line in log[1:]], ['not tried'] * 10)
        rows = self.bank.lists(DUE).values()
        self.assertEqual({(row.state, row.attempts, row.cause) for row in rows}, {('planned', '0', '')})
        worker = self.starts(DUE, '--look', '1')
        worker.wait_for_line('the mail server takes nothing', times=2)
        self.server.start()
        self.server.wait_for(lambda: len(self.server.mails) == 15)
        worker.wait_for_line('delivered', times=15)
        self.assertEqual(worker.stops(), 0)
        self.assert_each_once(people)
        self.assert_all_sent(DUE, 15)

    def test_server_goes_down_in_between(self):
        """What was in hand is counted, what was not is not."""
        people = self.people(8)
        self.server.fates[people[2]] = ['keep and hold']
        self.server.start()
        worker = self.starts(DUE, '--once')
        self.server.wait_for(lambda: self.server.held == 1)
        self.server.goes_down()
        self.assertEqual(worker.ends(), 1)
        attempts = {user: row.attempts for (user, _, _), row in self.bank.lists(DUE).items()}
        self.assertEqual(attempts, {'user000': '1', 'user001': '1', 'user002': '1',
                                    **{f'user{n:03}': '0' for n in range(3, 8)}})

    def test_server_that_takes_nobody(self):
        """554 in greeting, 530 to MAIL: about the server or us, so it is not the notices that are tried."""
        self.people(3)
        self.server.options = {'auth_required': True, 'auth_require_tls': False,
                               'authenticator': lambda *_: AuthResult(success=False)}
        self.server.start()
        log = self.once(DUE, code=1)
        self.assertIn('the mail server takes nothing: 530', log[0])
        self.assertEqual({row.attempts for row in self.bank.lists(DUE).values()}, {'0'})

    def test_tls_is_not_given_up(self):
        """A server without STARTTLS gets nothing where --tls is wanted."""
        self.people(1)
        self.server.start()
        log = self.once(DUE, '--tls', code=1)
        self.assertIn('the mail server takes nothing', log[0])
        self.assertEqual((self.server.recipients, self.server.mails), ([], []))


class Secured(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.bank.folder
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
                        '-nodes', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
                        '-days', '30', '-keyout', self.folder / 'tls.key', '-out', self.folder / 'tls.crt'],
                       check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.folder / 'tls.crt', self.folder / 'tls.key')
        (self.folder / 'password').write_text('correct horse\n')
        self.seen = []

    def checks(self, _server, _session, _envelope, _mechanism, data):
        self.seen.append((data.login, data.password))
        return AuthResult(success=data.password == b'correct horse', handled=False)

    def logs_in(self):
        return ('--user', 'notices', '--password-file', self.folder / 'password', '--tls-ca', self.folder / 'tls.crt')

    def test_starttls_and_password(self):
        people = self.people(2)
        self.server.options = {'tls_context': self.context, 'require_starttls': True, 'auth_required': True,
                               'authenticator': self.checks}
        self.server.start()
        self.once(DUE, *self.logs_in())
        self.assert_each_once(people)
        self.assertEqual(set(self.seen), {(b'notices', b'correct horse')})

    def test_wrong_password(self):
        """Ours is the fault: no notice is counted as tried."""
        self.people(1)
        (self.folder / 'password').write_text('wrong\n')
        self.server.options = {'tls_context': self.context, 'auth_required': True, 'authenticator': self.checks}
        self.server.start()
        log = self.once(DUE, *self.logs_in(), code=1)
        self.assertIn('the mail server takes nothing: 535', log[0])
        self.assertEqual({row.attempts for row in self.bank.lists(DUE).values()}, {'0'})

    def test_no_password_in_the_clear(self):
        self.people(1)
        self.server.options = {'auth_require_tls': False, 'auth_required': True, 'authenticator': self.checks}
        self.server.start()
        self.once(DUE, *self.logs_in(), code=1)
        self.assertEqual(self.seen, [])

    def test_a_server_nobody_vouches_for(self):
        self.people(1)
        self.server.options = {'tls_context': self.context}
        self.server.start()
        log = self.once(DUE, '--tls', code=1)
        self.assertIn('the mail server takes nothing', log[0])
        self.assertEqual(self.server.mails, [])

    def test_smtps(self):
        people = self.people(1)
        self.server.options = {'ssl_context': self.context}
        self.server.start()
        self.once(DUE, '--tls-ca', self.folder / 'tls.crt', url=f'smtps://127.0.0.1:{self.server.port}')
        self.assert_each_once(people)


class Stopping(Case):
    def stopped_in_the_middle(self, with_signal):
        people = self.people(25)
        self.server.fates[people[4]] = ['keep and hold']
        self.server.start()
        worker = self.starts(DUE)
        self.server.wait_for(lambda: self.server.held == 1)
        worker.process.send_signal(with_signal)
        self.server.release.set()
        self.assertEqual(worker.ends(), 0)
        self.assertEqual([mail.to for mail in self.server.mails], people[:5])
        rows = self.bank.lists(DUE)
        self.assertEqual(collections.Counter((row.state, row.attempts) for row in rows.values()),
                         {('sent', '1'): 5, ('planned', '0'): 20})
        self.once(DUE)
        self.assert_each_once(people)

    def test_sigterm_in_the_middle(self):
        """The message in hand is finished and recorded, the others are given back; the next worker sends them."""
        self.stopped_in_the_middle(signal.SIGTERM)

    def test_sigint_in_the_middle(self):
        self.stopped_in_the_middle(signal.SIGINT)

    def test_sigterm_while_waiting_for_the_server(self):
        self.people(3)
        worker = self.starts(DUE)
        worker.wait_for_line('the mail server takes nothing', times=3)  # the next pause is of 4 seconds
        self.assertEqual(worker.stops(), 0)

    def test_sigterm_while_a_server_says_nothing(self):
        """Before there is a message in hand, a worker does not wait for the server's greeting."""
        self.people(3)
        self.server.socket.listen()
        worker = self.starts(DUE, '--timeout', '3000', '--batch', '1')
        connection, _ = self.server.socket.accept()
        self.assertEqual(worker.stops(), 0)
        connection.close()
        self.assertEqual({row.attempts for row in self.bank.lists(DUE).values()}, {'0'})

    def test_sigterm_with_nothing_to_do(self):
        self.people(3)
        self.server.start()
        worker = self.starts(DUE)
        worker.wait_for_line('delivered', times=3)
        self.assertEqual(worker.stops(), 0)

    def test_killed(self):
        """Between the server's answer and `done`: after the lease it comes again, with the same Message-ID."""
        people = self.people(3)
        self.server.fates[people[1]] = ['keep and hold']
        self.server.start()
        worker = self.starts(DUE, '--lease', '1000')
        self.server.wait_for(lambda: self.server.held == 1)
        worker.process.kill()
        worker.ends()
        self.server.release.set()
        self.once(later(DUE, seconds=999))
        self.assertEqual(len(self.server.mails), 2)
        self.once(later(DUE, seconds=1000))
        self.assertEqual([mail.to for mail in self.server.mails], [*people[:2], *people[1:]])
        distinct = {mail.message['Message-ID']: mail.to for mail in self.server.mails}
        self.assertEqual(sorted(distinct.values()), people)


class Together(Case):
    def test_lease_that_ran_out(self):
        """A worker that was suspended for longer than its lease sends no more of its batch: others may have done so."""
        people = self.people(3, at=str(datetime.datetime.now(JST) - datetime.timedelta(days=70))[:19])
        self.server.fates[people[0]] = ['keep and hold']
        self.server.start()
        worker = self.starts(None, '--once', '--batch', '3', '--timeout', '1', '--lease', '7')
        self.server.wait_for(lambda: self.server.held == 1)
        worker.process.send_signal(signal.SIGSTOP)
        self.assertEqual(self.once(None), [])
        while len(self.server.mails) < 4:
            self.once(None)
        worker.process.send_signal(signal.SIGCONT)
        self.assertEqual(worker.ends(), 1)
        self.assertEqual([line.split('\t')[-1] for line in worker.lines[1:]], ['not tried', 'not tried'])
        self.assertEqual(sorted(mail.to for mail in self.server.mails), sorted([people[0], *people]))
        self.assertEqual(len(set(self.server.ids())), 3)

    def test_two_workers(self):
        """Both have some in hand at the same time; together they send all, none twice."""
        people = self.people(60)
        for address in (people[0], people[10]):
            self.server.fates[address] = ['keep and hold']
        self.server.start()
        workers = [self.starts(DUE, '--once')]
        self.server.wait_for(lambda: self.server.held == 1)
        workers.append(self.starts(DUE, '--once'))
        self.server.wait_for(lambda: self.server.held == 2)
        self.server.release.set()
        self.assertEqual([worker.ends() for worker in workers], [0, 0])
        self.assert_each_once(people)
        self.assert_all_sent(DUE, 60)
        shares = [sum('delivered' in line for line in worker.lines) for worker in workers]
        self.assertEqual(sum(shares), 60)
        self.assertTrue(all(share >= 10 for share in shares), shares)


class Failing(Case):
    def test_unknown_place(self):
        """An error at once, with file and line; nothing is sent."""
        self.people(1)
        self.server.start()
        templates = self.bank.folder / 'templates'
        shutil.copytree(TEMPLATES, templates)
        with open(templates / 'ja/obtain_by.txt', 'a') as file:
            file.write('${expire}\n')
        line = (templates / 'ja/obtain_by.txt').read_text().count('\n')
        log = self.once(DUE, '--templates', str(templates), code=2)
        self.assertIn(f'ja/obtain_by.txt:{line}: ${{expire}}: there is no such place', log[0])
        self.assertEqual(self.server.recipients, [])

    def test_a_store_that_is_none(self):
        self.people(1)
        (self.bank.folder / 'file').write_text('x')
        log = self.once(DUE, '--store', str(self.bank.folder / 'file'), code=2)
        self.assertRegex(log[0], '^notice_worker: STORE')

    def test_a_clock_behind(self):
        """It says so and ends, for whoever watches over it."""
        self.people(1)
        self.server.start()
        log = self.once('2026-08-01 09:00:00', code=2)
        self.assertIn('claim: ', log[0])

    def test_a_moment_that_is_none(self):
        self.people(1)
        self.assertIn('--now', self.once('tomorrow', code=2)[0])


if __name__ == '__main__':
    logging.getLogger('mail.log').setLevel(logging.CRITICAL)
    unittest.main(argv=sys.argv[:1], warnings='ignore')  # aiosmtpd's, about a server without TLS
