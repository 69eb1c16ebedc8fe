# SPDX-License-Identifier: Apache-2.0
"""What notice_worker writes, read by Python's email package and by icalendar.

    test_letters.py NOTICE_WORKER TEMPLATES WRITE_LETTER
"""
import base64
import datetime
import email
import email.header
import email.policy
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import icalendar
except ImportError:
    print('test_letters.py: skipped: python3-icalendar is not installed')
    sys.exit(77)

WORKER, TEMPLATES, WRITE_LETTER = (str(Path(word).resolve()) for word in sys.argv[1:4])
JST = datetime.timezone(datetime.timedelta(hours=9))
EXPIRY, EXPIRED, OBTAIN_BY, ISSUED, REISSUED, REVOKED, DIGEST = KINDS = range(1, 8)
NAMES = ['expiry', 'expired', 'obtain_by', 'issued', 'reissued', 'revoked', 'digest']
JA, EN = 1, 2
USER, MASTER = 1, 2
NO_LIMIT = 2**63 - 1


def moment(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=JST).timestamp())


VALUES = {
    'institution': 'Example Shinkin Bank', 'from': 'notices@example.jp', 'domain': 'mail.example.jp',
    'now': moment('2026-10-21 09:00:00'), 'offset': 9 * 3600, 'kind': EXPIRY, 'language': JA, 'addressee': USER,
    'key': '00112233445566778899aabbccddeeff', 'contract': '0010000001', 'user': 'keir002',
    'addressee_user': 'keir002', 'email': 'keir002@example.co.jp',
    'serial': '6a30f2c417f8a51b90dd3e2c8b6f0e4c1f7a92b3', 'expiry': moment('2026-11-20 23:59:59'),
    'renew_by': moment('2026-11-19 08:59:59'),
    'obtain_by': moment('2026-11-18 23:59:59'), 'happened_at': moment('2026-10-20 17:05:00'), 'days_left': 30,
}
MEMBERS = [('keir002', 'aa02', moment('2026-11-20 23:59:59'), 30),
           ('keir003', 'aa03', moment('2026-12-01 23:59:59'), 41)]


def write(members=(), **values):
    """The raw message."""
    words = [f'{name}={value}' for name, value in {**VALUES, **values}.items()]
    words += ['member=' + ','.join(map(str, member)) for member in members]
    return subprocess.run([WRITE_LETTER, TEMPLATES, *words], stdout=subprocess.PIPE, check=True).stdout


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def letter(members=(), **values):
    return read(write(members, **values))


def text_of(message):
    return message.get_body(('plain',)).get_content().replace('\r\n', '\n')


def writer_of(raw):
    """The display name in From: email.policy puts a space between two encoded words, email.header does not."""
    plain = email.message_from_bytes(raw)['From'].rsplit('<', 1)[0].strip()
    return str(email.header.make_header(email.header.decode_header(plain)))


def calendar_bytes(message):
    parts = [part for part in message.walk() if part.get_content_type() == 'text/calendar']
    assert len(parts) == 1, f'{len(parts)} calendars'
    return parts[0].get_payload(decode=True)


def event_of(message):
    """The calendar and its only event."""
    calendar = icalendar.Calendar.from_ical(calendar_bytes(message))
    events = calendar.walk('VEVENT')
    assert len(events) == 1, f'{len(events)} events'
    assert not calendar.errors and not events[0].errors, events[0].errors
    return calendar, events[0]


def property_of(raw, name):
    """A text, unfolded and unescaped to the letter: icalendar 4 mistakes an escaped backslash before a comma."""
    event = raw.split(b'BEGIN:VALARM')[0].decode()
    line, = re.findall(rf'^{name}:(.*)$', event.replace('\r\n ', '').replace('\r\n', '\n'), re.M)
    assert not re.search(r'(?<!\\)(\\\\)*[;,]', line), f'not escaped: {line}'
    return re.sub(r'\\(.)', lambda found: {'n': '\n'}.get(found[1], found[1]), line)


def some_text(chance, room):
    """Up to `room` octets of whatever an ID may hold."""
    pool = chance.choice(['ab-_', '電子証明書金庫', 'é', 'a電', '😀a', ' ,;\\"<>()@=?_:', '${user}', 'Ａ１　'])
    text = ''
    while True:
        more = text + chance.choice(pool)
        if len(more.encode()) > room or (text and chance.random() < 0.02):
            return text
        text = more


class Headers(unittest.TestCase):
    def test_all_kinds_and_languages(self):
        for kind in KINDS:
            for language, tongue in ((JA, 'ja'), (EN, 'en')):
                for addressee in (USER, MASTER):
                    message = letter(MEMBERS, kind=kind, language=language, addressee=addressee)
                    with self.subTest(kind=kind, language=tongue, addressee=addressee):
                        self.assertEqual([part.defects for part in message.walk() if part.defects], [])
                        self.assertEqual([header.defects for header in message.values() if header.defects], [])
                        self.assertEqual(message['Content-Language'], tongue)
                        self.assertEqual(message['Message-ID'], '<00112233445566778899aabbccddeeff@mail.example.jp>')
                        self.assertEqual(message['Auto-Submitted'], 'auto-generated')
                        self.assertEqual(message['To'].addresses[0].addr_spec, 'keir002@example.co.jp')
                        self.assertEqual(message['From'].addresses[0].addr_spec, 'notices@example.jp')
                        self.assertEqual(message['From'].addresses[0].display_name, 'Example Shinkin Bank')
                        self.assertEqual(str(message['Date']), 'Wed, 21 Oct 2026 09:00:00 +0900')
                        self.assertEqual(message['MIME-Version'], '1.0')
                        self.assertEqual(sorted(message.keys()), sorted(set(message.keys())))
                        body = text_of(message)
                        self.assertNotIn('${', body + message['Subject'])
                        self.assertNotRegex(body, r'https?:|www\.')
                        self.assertIn('リンクを記載しておりません' if language == JA else 'contains no links', body)
                        self.assertIn('0010000001', body)
                        self.assertTrue(body.endswith('Example Shinkin Bank\n'), body[-40:])

    def test_the_date_is_of_the_institution(self):
        message = letter(offset=-(3 * 3600 + 1800), now=moment('2027-01-01 09:00:00'))
        self.assertEqual(str(message['Date']), 'Thu, 31 Dec 2026 20:30:00 -0330')

    def test_encoded_words(self):
        """Each is at most 75 long, on a line of at most 76, and decodes by itself (RFC 2047, sections 2 and 5)."""
        chance = random.Random(2047)
        for _ in range(150):
            name, user = some_text(chance, 64) or 'x', some_text(chance, 64) or 'x'
            raw = write(institution=name, user=user, addressee_user=user, kind=ISSUED)
            head = raw.split(b'\r\n\r\n')[0]
            for line in head.split(b'\r\n'):
                words = re.findall(rb'=\?[^?]*\?[BQ]\?[^?]*\?=', line)
                self.assertLessEqual(len(line), 76 if words else 78, line)
                for word in words:
                    self.assertLessEqual(len(word), 75)
                    base64.b64decode(word[10:-2], validate=True).decode('utf-8')
            message = read(raw)
            self.assertEqual(message['Subject'], f'【{name}】電子証明書が発行されました')
            self.assertEqual(writer_of(raw), name)
            self.assertIn(user, text_of(message))

    def test_lines(self):
        """ASCII, ended by CRLF, bodies in lines of 76 (RFC 2045, section 6.8)."""
        raw = write(MEMBERS, institution='例' * 21, kind=DIGEST)
        self.assertTrue(raw.isascii())
        self.assertEqual(raw.count(b'\n'), raw.count(b'\r\n'))
        self.assertEqual(raw.count(b'\r'), raw.count(b'\r\n'))
        body = raw.split(b'\r\n\r\n', 1)[1].split(b'\r\n')
        self.assertEqual({len(line) for line in body[:-2]}, {76})
        decoded = base64.b64decode(b''.join(body))
        self.assertEqual(decoded.count(b'\n'), decoded.count(b'\r\n'))

    def test_values_are_not_read_again(self):
        """An ID that looks like a place, a header or an encoded word stays what it is."""
        for strange in ('${serial}', '=?UTF-8?B?QUJD?=', 'x: y', '"<a@b>"', ',;:\\', '%s%n'):
            message = letter(user=strange, addressee_user=strange, institution=strange)
            self.assertIn(strange, text_of(message))
            self.assertEqual(message['Subject'], f'【{strange}】電子証明書の更新のお願い（有効期限：2026年11月20日）')
            self.assertEqual(message['From'].addresses[0].display_name, strange)
            self.assertEqual(str(event_of(message)[1]['SUMMARY']), f'電子証明書の有効期限（{strange}）')


class Texts(unittest.TestCase):
    def test_japanese(self):
        message = letter()
        self.assertEqual(message['Subject'], '【Example Shinkin Bank】電子証明書の更新のお願い（有効期限：2026年11月20日）')
        body = text_of(message)
        self.assertTrue(body.startswith('keir002 様\n'))
        self.assertIn('有効期限　　：2026年11月20日 23時59分（あと30日）\n', body)
        self.assertIn('更新の期限　：2026年11月19日 8時59分\n', body)
        self.assertIn('証明書番号　：6a30f2c417f8a51b90dd3e2c8b6f0e4c1f7a92b3\n', body)

    def test_english(self):
        message = letter(language=EN)
        self.assertEqual(message['Subject'], 'Please renew your certificate: it expires on 20 November 2026')
        body = text_of(message)
        self.assertIn('Expires:      20 November 2026, 23:59 (30 days left)\n', body)
        self.assertIn('Renew by:     19 November 2026, 08:59\n', body)

    def test_days(self):
        for days, ja, en in ((2, 'あと2日', '2 days left'), (1, 'あと1日', '1 day left'),
                             (0, '本日まで', 'today is the last day')):
            self.assertIn(f'（{ja}）', text_of(letter(days_left=days)))
            self.assertIn(f'({en})', text_of(letter(days_left=days, language=EN)))

    def test_dates_at_the_edges(self):
        for text, date in (('2027-01-01 00:00:00', '2027年1月1日'), ('2028-02-29 23:59:59', '2028年2月29日'),
                           ('2100-03-01 00:00:00', '2100年3月1日'), ('2026-12-31 23:59:59', '2026年12月31日')):
            message = letter(expiry=moment(text))
            self.assertIn(f'（有効期限：{date}）', message['Subject'])
            self.assertEqual(event_of(message)[1]['DTSTART'].dt, datetime.date.fromisoformat(text[:10]))

    def test_waits_to_install(self):
        for language, waits, renew in ((JA, '新しい電子証明書を取り込み', '「証明書の更新」'),
                                       (EN, 'waits to be installed', '"Renew certificate"')):
            yes, no = (text_of(letter(language=language, waits_to_install=flag)) for flag in (1, 0))
            self.assertIn(waits, yes)
            self.assertNotIn(renew, yes)
            self.assertIn(renew, no)
            self.assertNotIn(waits, no)

    def test_the_master_user_reads_something_else(self):
        for kind in KINDS[:-1]:
            for language, words in ((JA, '管理者さまから'), (EN, 'As the master user')):
                if kind in (ISSUED, REVOKED):
                    words = {(ISSUED, JA): '失効させ', (REVOKED, JA): 'お取引店へお申し出', (ISSUED, EN): 'Revoke this',
                             (REVOKED, EN): 'If the user is to go on'}[kind, language]
                bodies = [text_of(letter(kind=kind, language=language, addressee=one)) for one in (MASTER, USER)]
                self.assertIn(words, bodies[0])
                self.assertNotEqual(*bodies)

    def test_obtain_by(self):
        for kind in (OBTAIN_BY, REISSUED):
            self.assertIn('取得の期限　：2026年11月18日 23時59分', text_of(letter(kind=kind)))
            self.assertNotIn('取得の期限', text_of(letter(kind=kind, obtain_by=NO_LIMIT)))

    def test_happened_at(self):
        for kind in (ISSUED, REISSUED, REVOKED):
            self.assertIn('日時　　：2026年10月20日 17時05分', text_of(letter(kind=kind)))

    def test_digest(self):
        message = letter(MEMBERS, kind=DIGEST)
        self.assertEqual(message['Subject'], '【Example Shinkin Bank】電子証明書の更新が必要な利用者のお知らせ（2名）')
        self.assertIn('\n　keir002　有効期限：2026年11月20日（あと30日）\n　keir003　有効期限：2026年12月1日（あと41日）\n\n',
                      text_of(message))
        english = text_of(letter(MEMBERS, kind=DIGEST, language=EN))
        self.assertIn('\n  keir002: expires on 20 November 2026 (30 days left)\n', english)


class Calendars(unittest.TestCase):
    def test_which_have_one(self):
        for kind in KINDS:
            types = [part.get_content_type() for part in letter(MEMBERS, kind=kind).walk()]
            self.assertEqual('text/calendar' in types, kind in (EXPIRY, REVOKED), types)

    def test_event(self):
        message = letter()
        part = list(message.iter_attachments())[0]
        calendar, event = event_of(message)
        self.assertEqual(message.get_content_type(), 'multipart/mixed')
        self.assertEqual(part['Content-Type'].params['method'], 'PUBLISH')
        self.assertEqual((calendar['METHOD'], calendar['VERSION']), ('PUBLISH', '2.0'))
        self.assertEqual(event['UID'], '6a30f2c417f8a51b90dd3e2c8b6f0e4c1f7a92b3@mail.example.jp')
        self.assertEqual(event['DTSTART'].dt, datetime.date(2026, 11, 20))
        self.assertEqual(event['DTSTART'].params['VALUE'], 'DATE')
        self.assertEqual(event['DTSTAMP'].dt, datetime.datetime(2026, 10, 21, tzinfo=datetime.timezone.utc))
        self.assertEqual(event['STATUS'], 'CONFIRMED')
        self.assertEqual(event['ORGANIZER'], 'mailto:notices@example.jp')
        self.assertEqual(event['SUMMARY'], '電子証明書の有効期限（keir002）')
        self.assertIn('契約番号：0010000001\n', event['DESCRIPTION'])
        alarm, = event.walk('VALARM')
        self.assertEqual(alarm['ACTION'], 'DISPLAY')
        self.assertEqual(alarm['TRIGGER'].dt, datetime.timedelta(days=-7, hours=9))

    def test_alarm_still_to_come(self):
        for days, before in ((8, datetime.timedelta(days=-7, hours=9)), (7, datetime.timedelta(hours=-15))):
            alarm, = event_of(letter(days_left=days))[1].walk('VALARM')
            self.assertEqual(alarm['TRIGGER'].dt, before)

    def test_cancelled(self):
        message = letter(kind=REVOKED)
        calendar, event = event_of(message)
        before = event_of(letter())[1]
        self.assertEqual(list(message.iter_attachments())[0]['Content-Type'].params['method'], 'CANCEL')
        self.assertEqual((calendar['METHOD'], event['STATUS']), ('CANCEL', 'CANCELLED'))
        self.assertEqual(event['UID'], before['UID'])
        self.assertEqual(event['DTSTART'].dt, before['DTSTART'].dt)
        self.assertEqual(event.walk('VALARM'), [])

    def test_sequence_rises(self):
        days = [400, 365, 364, 30, 10, 1, 0]
        numbers = [event_of(letter(days_left=left))[1]['SEQUENCE'] for left in days]
        numbers.append(event_of(letter(kind=REVOKED))[1]['SEQUENCE'])
        self.assertEqual(numbers, sorted(numbers))
        self.assertGreaterEqual(numbers[0], 0)
        self.assertEqual(len(set(numbers[1:])), len(numbers[1:]))

    def test_folding_and_escaping(self):
        """Lines of at most 75 octets, of whole characters; texts come back as they were (RFC 5545, 3.1, 3.3.11)."""
        chance = random.Random(5545)
        for _ in range(150):
            user, name = some_text(chance, 64) or 'x', some_text(chance, 64) or 'x'
            message = letter(user=user, institution=name, serial=40 * 'a', domain='d' * 60 + '.example.jp')
            raw = calendar_bytes(message)
            self.assertTrue(raw.endswith(b'END:VCALENDAR\r\n'))
            self.assertEqual(raw.count(b'\n'), raw.count(b'\r\n'))
            for line in raw.split(b'\r\n'):
                self.assertLessEqual(len(line), 75)
                line.decode('utf-8')
            event = event_of(message)[1]
            self.assertTrue(property_of(raw, 'DESCRIPTION').startswith(f'{name} インターネットバンキング\n契約番号：'))
            self.assertEqual(property_of(raw, 'SUMMARY'), f'電子証明書の有効期限（{user}）')
            if '\\' not in user:
                self.assertEqual(event['SUMMARY'], f'電子証明書の有効期限（{user}）')
            self.assertEqual(event['UID'], 40 * 'a' + '@' + 'd' * 60 + '.example.jp')


class Templates(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / 'templates'
        shutil.copytree(TEMPLATES, self.folder)

    def started(self, *words):
        return subprocess.run([WORKER, '--templates', self.folder, '--name', 'Example Shinkin Bank', '--from',
                               'notices@example.jp', *words], capture_output=True)

    def refuses(self, name, text, *complaints):
        path = self.folder / name
        before = path.read_bytes()
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        # As a worker is started: it must not come as far as the store, which is not there.
        done = self.started('--store', self.folder / 'none', '--profile', 'webfb', '--smtp', 'smtp://localhost:9',
                            '--once')
        path.write_bytes(before)
        error = done.stderr.decode()
        self.assertEqual(done.returncode, 2, error)
        self.assertFalse((self.folder / 'none').exists())
        self.assertIn(f'{path}{complaints[0]}', error)
        for complaint in complaints:
            self.assertIn(complaint, error)

    def test_faults(self):
        good = 'Subject: x\n\nDear ${addressee}\n'
        self.refuses('ja/expiry.txt', good + '${expirie}\n', ':4: ${expirie}: there is no such place', ' expiry ')
        self.refuses('ja/expiry.txt', good + '${obtain_by}\n', ':4: ${obtain_by}: there is no such place')
        self.refuses('en/digest.txt', good + '${member_user}\n', ':4: ${member_user}: there is no such place')
        self.refuses('en/issued.txt', good + '${each member}x\n', ':4: ${each member}: only a digest')
        self.refuses('en/issued.txt', good + '${if waits}x\n', ':4: ${if waits}: there is no such place')
        self.refuses('en/issued.txt', good + '${unless waits}x\n', ':4: ${unless waits}: there is no such place')
        self.refuses('en/issued.txt', good + 'x ${if to_user}x\n', ':4: ${if to_user}: there is no such place')
        self.refuses('en/issued.txt', good + 'x ${user\n}', ':4: ${ is not closed')
        self.refuses('en/issued.txt', good + '${if to_user\n}', ':4: ${ is not closed')
        self.refuses('en/issued.txt', 'Dear ${addressee}\n', ':1: does not begin with `Subject: `')
        self.refuses('en/issued.txt', '', ':1: does not begin')
        self.refuses('en/issued.txt', 'Subject: ${each member}\n', ':1: ${each member}: there is no such place')
        self.refuses('ja/issued.txt', good.encode() + '電子'.encode('shift_jis'), ':4: is not UTF-8')
        self.refuses('ja/issued.txt', good + 'bell \a', ':4: is not UTF-8, or holds a control character')
        self.refuses('ja/issued.txt', good.encode() + b'x\0y', ': is not a text')
        self.refuses('ja/issued.txt', good + 70000 * 'x', ': is not a text')
        (self.folder / 'ja/calendar.txt').unlink()
        done = self.started('--print', 'ja/expiry')
        self.assertEqual(done.returncode, 2)
        self.assertIn(b'ja/calendar.txt: No such file', done.stderr)

    def test_a_template_from_windows(self):
        text = (self.folder / 'ja/issued.txt').read_text()
        before = self.started('--print', 'ja/issued').stdout
        (self.folder / 'ja/issued.txt').write_bytes(text.replace('\n', '\r\n').rstrip().encode())
        self.assertEqual(self.started('--print', 'ja/issued').stdout, before)

    def test_print(self):
        for language in ('ja', 'en'):
            for name in NAMES:
                done = self.started('--print', f'{language}/{name}')
                self.assertEqual((done.returncode, done.stderr), (0, b''))
                self.assertIn('Example Shinkin Bank', text_of(read(done.stdout)))
        self.assertEqual(self.started('--print', 'fr/expiry').returncode, 2)
        self.assertEqual(self.started('--print', 'ja/calendar').returncode, 2)


class Options(unittest.TestCase):
    NEEDED = {'--store': 'none', '--profile': 'webfb', '--name': 'Example', '--smtp': 'smtp://localhost:9',
              '--from': 'notices@example.jp', '--templates': TEMPLATES}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def refuses(self, complaint, *more, **changed):
        given = {**self.NEEDED, **changed}
        words = ['--once', *(word for name in given if given[name] is not None for word in (name, given[name]))]
        done = subprocess.run([WORKER, *words, *more], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(complaint, done.stderr)

    def test_help(self):
        done = subprocess.run([WORKER, '--help'], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        for option in self.NEEDED:
            self.assertIn(option, done.stdout)
            self.refuses('needed', **{option: None})
        self.assertIn('Exit code:', done.stdout)

    def test_wrong(self):
        self.refuses('--batches: there is no such option', '--batches', '3')
        self.refuses('--batch: needs a value', '--batch')
        for number in ('0', '1001', 'x', '', '3x', '-1'):
            self.refuses('--batch: is not a number from 1 to 1000', '--batch', number)
        self.refuses('--lease: must be longer than --batch x (--timeout + 1) = 2420 s', '--lease', '2420')
        self.refuses('--lease: must be longer', '--batch', '1000', '--timeout', '3600')
        self.refuses('--from: is not an address', **{'--from': 'a@b\r\nBcc: c@d'})
        self.refuses('--from: is not an address', **{'--from': '金庫@example.jp'})
        self.refuses('--domain: is not a domain', '--domain', 'a b')
        self.refuses('--name: is not a text', **{'--name': 'a\nb'})
        self.refuses('--smtp: is not like', **{'--smtp': 'file:///x'})
        self.refuses('--user and --password-file go together', '--user', 'x')
        self.refuses('none: No such file', '--user', 'x', '--password-file', 'none')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
