#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends the e-mail that is due, until SIGTERM or SIGINT: the counterpart of examples/notice_worker, in Python.

It claims what is due, writes each message from a template, hands it to the mail server, and says `done` only when the
server has answered 250 to the whole message. A recipient that is refused, or a message whose fate is unknown because
the line broke, is given back with the cause and comes again later, with the same Message-ID; it holds up nobody. While
the server is down nothing counts as tried. A signal finishes the message in hand and gives the others back. Nothing is
kept here: what a mailer dies with comes back when its lease is over. Any number of them may run on one store.

The templates are those of examples/notice_worker: one file for each language and kind, as TEMPLATES/ja/expiry.txt.

On standard error there is a line for each notice. Exit code: 0 ended as asked, 1 --once could not deliver everything
that was due, 2 failed. On a demo store, with a mail server that prints what it gets:

    python enrol.py --ca demo --make-test-ca --store demo/store --now '2026-04-01 10:00' people.csv demo/out
    python -m aiosmtpd -n -l 127.0.0.1:8025 &
    python notice_mailer.py --store demo/store --templates TEMPLATES --once --now '2027-03-08 10:00'
"""

from __future__ import annotations

import argparse
import enum
import os
import re
import signal
import smtplib
import socket
import ssl
import sys
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Callable, Optional, TypeVar
from urllib.parse import urlsplit

import certlife
from certlife import Actor, Addressee, Institution, Language, Member, Notice, NoticeKind, Profile

T = TypeVar("T")

# ---- templates -------------------------------------------------------------------------------------------------------

MONTHS = "January February March April May June July August September October November December".split()

#: What a template may name, and for which kinds there is such a thing.
ANY = frozenset(NoticeKind)
OF_A_CERTIFICATE = {NoticeKind.EXPIRY, NoticeKind.EXPIRED, NoticeKind.ISSUED, NoticeKind.REVOKED}
PLACES = {
    **dict.fromkeys(("institution", "contract", "user", "addressee", "kind", "to_user", "to_master"), ANY),
    **dict.fromkeys(("serial", "expiry", "expiry_date"), OF_A_CERTIFICATE),
    **dict.fromkeys(("renew_by", "waits_to_install"), {NoticeKind.EXPIRY}),
    "obtain_by": {NoticeKind.OBTAIN_BY, NoticeKind.REISSUED},
    "days_left": {NoticeKind.EXPIRY, NoticeKind.OBTAIN_BY, NoticeKind.DIGEST},
    "happened_at": {NoticeKind.EXPIRED, NoticeKind.ISSUED, NoticeKind.REISSUED, NoticeKind.REVOKED},
    "member_count": {NoticeKind.DIGEST},
}
OF_A_MEMBER = {"member_user", "member_serial", "member_expiry", "member_expiry_date", "member_days_left"}

CONDITION = re.compile(r"\$\{(?:(if|unless) (\w+)|(each) member)\}")
PLACE = re.compile(r"\$\{([^}]*)(\}?)")


def say_date(moment: datetime | None, language: Language) -> str:
    if moment is None or moment == certlife.NO_LIMIT:
        return ""
    if language is Language.JA:
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def say_moment(moment: datetime | None, language: Language) -> str:
    day = say_date(moment, language)
    if moment is None or not day:
        return ""
    if language is Language.JA:
        return f"{day} {moment.hour}時{moment.minute:02}分"
    return f"{day}, {moment.hour:02}:{moment.minute:02}"


def say_days(days: int, language: Language) -> str:
    if language is Language.JA:
        return "本日まで" if days <= 0 else f"あと{days}日"
    return "today is the last day" if days <= 0 else "1 day left" if days == 1 else f"{days} days left"


def values_of(notice: Notice, institution: str) -> dict[str, str]:
    language = notice.language
    return {
        "institution": institution,
        "contract": notice.contract,
        "user": notice.user,
        "addressee": notice.addressee_user,
        "kind": notice.kind.label(language),
        "to_user": "yes" if notice.addressee is Addressee.USER else "",
        "to_master": "yes" if notice.addressee is Addressee.MASTER else "",
        "serial": notice.serial,
        "expiry": say_moment(notice.expiry, language),
        "expiry_date": say_date(notice.expiry, language),
        "renew_by": say_moment(notice.renew_by, language),
        "obtain_by": say_moment(notice.obtain_by, language),
        "days_left": say_days(notice.days_left, language),
        "happened_at": say_moment(notice.happened_at, language),
        "waits_to_install": "yes" if notice.waits_to_install else "",
        "member_count": str(len(notice.members)),
    }


def values_of_member(member: Member, language: Language) -> dict[str, str]:
    return {
        "member_user": member.user,
        "member_serial": member.serial,
        "member_expiry": say_moment(member.expiry, language),
        "member_expiry_date": say_date(member.expiry, language),
        "member_days_left": say_days(member.days_left, language),
    }


class Template:
    """A first line `Subject: …`, then the text. `${user}` is a place for a value. At the beginning of a line: `${if
    renew_by}` or `${unless …}`, it is there only if that has something to say; `${each member}`, once for each user of
    a digest. A slip in it shows when it is read, not when it is used."""

    def __init__(self, path: Path, kind: NoticeKind) -> None:
        self.lines = path.read_text(encoding="utf-8").splitlines()
        if not self.lines or not self.lines[0].startswith("Subject: "):
            raise ValueError(f"{path}:1: does not begin with `Subject: `")
        known = {place for place, kinds in PLACES.items() if kind in kinds}
        for number, line in enumerate(self.lines, 1):
            condition = CONDITION.match(line)
            each = condition is not None and condition[3] is not None
            named = PLACE.findall(line[condition.end() :] if condition else line)
            if condition:
                named.append((condition[2] or "member_user", "}"))
            for place, closed in named:
                there = place in known or each and kind is NoticeKind.DIGEST and place in OF_A_MEMBER
                if not (there and closed):
                    raise ValueError(f"{path}:{number}: ${{{place}{closed}: there is no such place here")

    def render(self, notice: Notice, institution: str) -> tuple[str, str]:
        """Its subject and text."""
        values = values_of(notice, institution)
        written: list[str] = []
        for line in self.lines:
            condition = CONDITION.match(line)
            rest = line[condition.end() :] if condition else line
            if condition and condition[3]:
                written += [fill(rest, {**values, **values_of_member(one, notice.language)}) for one in notice.members]
            elif not condition or bool(values[condition[2]]) == (condition[1] == "if"):
                written.append(fill(rest, values))
        return written[0][len("Subject: ") :], "\n".join(written[1:]) + "\n"


def fill(line: str, values: dict[str, str]) -> str:
    """In one go: what a value holds is never taken for a place."""
    return PLACE.sub(lambda found: values[found[1]], line)


def read_templates(folder: Path) -> dict[tuple[Language, NoticeKind], Template]:
    return {
        (language, kind): Template(folder / name / f"{kind.text.replace(' ', '_')}.txt", kind)
        for language, name in ((Language.JA, "ja"), (Language.EN, "en"))
        for kind in NoticeKind
    }


# ---- the mail server -------------------------------------------------------------------------------------------------


class Outcome(enum.Enum):
    DELIVERED = "delivered"
    REFUSED = "given back"  # this message was refused, or its fate is unknown
    UNREACHED = "not tried"  # the server takes no message at this time


@dataclass(frozen=True)
class Server:
    url: str
    starttls: bool
    tls_ca: Optional[str]
    user: Optional[str]
    password: str
    timeout: float


class Mail:
    """One message after another, on one connection while the server keeps it."""

    CONNECTING = 10.0  # seconds; a signal waits for it

    def __init__(self, server: Server) -> None:
        self.server = server
        self.smtp: smtplib.SMTP | None = None

    def connect(self) -> smtplib.SMTP:
        server, url = self.server, urlsplit(self.server.url)
        context = ssl.create_default_context(cafile=server.tls_ca)
        host, seconds = url.hostname or "", min(self.CONNECTING, server.timeout)
        smtp: smtplib.SMTP
        if url.scheme == "smtps":
            smtp = smtplib.SMTP_SSL(host, url.port or 465, timeout=seconds, context=context)
        else:
            smtp = smtplib.SMTP(host, url.port or 25, timeout=seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            # A password goes over an encrypted line only.
            if url.scheme == "smtp" and (server.starttls or server.user):
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
            assert smtp.sock is not None
            smtp.sock.settimeout(server.timeout)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def ready(self) -> smtplib.SMTP:
        """The connection there is, if it still lives, or a new one."""
        if self.smtp is not None:
            try:
                if self.smtp.rset()[0] == 250:
                    return self.smtp
            except OSError:
                pass
            self.cut()
        self.smtp = self.connect()
        return self.smtp

    def cut(self) -> None:
        """Without a word: a late answer would be taken for one to the next message."""
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None

    def hang_up(self) -> None:
        """Before a pause: a connection is not kept for nothing."""
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except OSError:
                pass
            self.cut()

    def send(self, sender: str, to: str, message: EmailMessage) -> tuple[Outcome, str]:
        """What became of it, and why. Up to MAIL an answer is about the server, or about us; from RCPT on it is about
        this message. Where no answer comes from then on, the server may have the message or not."""
        tried = False
        try:
            smtp = self.ready()
            code, answer = smtp.mail(sender)
            if code // 100 == 2:
                tried = True
                code, answer = smtp.rcpt(to)
                if code // 100 == 2:
                    code, answer = smtp.data(message.as_bytes())
                    if code // 100 == 2:
                        return Outcome.DELIVERED, ""
            cause = f"{code} {answer.decode('ascii', 'replace')}"
        except smtplib.SMTPResponseException as refused:
            self.cut()
            error = refused.smtp_error
            cause = f"{refused.smtp_code} {error.decode('ascii', 'replace') if isinstance(error, bytes) else error}"
        except OSError as failure:  # those of smtplib, ssl and socket among them
            self.cut()
            cause = f"no answer, so it may have been accepted: {failure}" if tried else str(failure)
        return Outcome.REFUSED if tried else Outcome.UNREACHED, one_line(cause)


def one_line(cause: str) -> str:
    """As the ledger takes it: printable ASCII, 200 at most."""
    return re.sub(r"[^ -~]", "?", cause.splitlines()[0] if cause else "no reason given")[:200]


# ---- the mailer ------------------------------------------------------------------------------------------------------

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,180}")
LEASE = timedelta(days=1)
STOPS = {signal.SIGTERM, signal.SIGINT}


class Turn(enum.Enum):
    WORKED = enum.auto()
    NOTHING_DUE = enum.auto()
    UNREACHABLE = enum.auto()


class Mailer:
    def __init__(
        self,
        bank: Institution,
        name: str,
        sender: str,
        templates: dict[tuple[Language, NoticeKind], Template],
        mail: Mail,
        clock: Callable[[], datetime],
    ) -> None:
        self.bank = bank
        self.name = name
        self.sender = sender
        self.templates = templates
        self.mail = mail
        self.clock = clock
        self.system = Actor.as_system("notice_mailer.py")
        self.worker = f"{os.getpid()} on {socket.gethostname()}"[:64]
        self.stopping = False
        self.given_back = 0

    def stops(self, seconds: float = 0) -> bool:
        """Waits so long, or less: true as soon as a signal has come. They are blocked, so they arrive here only, and a
        message under way is not disturbed."""
        if not self.stopping:
            self.stopping = signal.sigtimedwait(STOPS, seconds) is not None
        return self.stopping

    def log(self, *what: str) -> None:
        print(f"{self.clock():%Y-%m-%dT%H:%M:%S%z}", *what, sep="\t", file=sys.stderr, flush=True)

    def insist(self, call: Callable[[], T]) -> T:
        """Once more, where the library says that helps: also while stopping, for what was sent must be said."""
        for _ in range(10):
            try:
                return call()
            except certlife.Error as failure:
                if failure.error_class is not certlife.ErrorClass.RETRY:
                    raise
                self.log(failure.message)
                time.sleep(1)
        return call()

    def compose(self, notice: Notice) -> EmailMessage:
        subject, text = self.templates[notice.language, notice.kind].render(notice, self.name)
        message = EmailMessage(policy=SMTP)
        message["Date"] = format_datetime(self.clock())
        message["From"] = formataddr((self.name, self.sender))
        message["To"] = f"<{notice.email}>"
        message["Subject"] = subject
        message["Message-ID"] = f"<{notice.key}@{self.sender.partition('@')[2]}>"  # the same whenever it comes again
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, charset="utf-8", cte="base64")
        message["Content-Language"] = "ja" if notice.language is Language.JA else "en"
        return message

    def deliver(self, notice: Notice) -> Outcome:
        """Sends it, and tells the library what became of it."""
        if ADDRESS.fullmatch(notice.email):
            outcome, cause = self.mail.send(self.sender, notice.email, self.compose(notice))
        else:
            outcome, cause = Outcome.REFUSED, "the address is not one that can be written to"
        if outcome is Outcome.DELIVERED:
            try:
                self.insist(lambda: self.bank.notice_done(self.system, notice))
            except certlife.Error:
                self.tell(notice, outcome, "but not recorded, so it comes again with the same Message-ID")
                raise
            self.tell(notice, outcome)
        else:
            self.give_back(notice, outcome, cause)
        return outcome

    def give_back(self, notice: Notice, outcome: Outcome = Outcome.UNREACHED, cause: str = "") -> None:
        told = cause if outcome is Outcome.REFUSED else None
        self.insist(lambda: self.bank.notice_give_back(self.system, notice, told))
        self.given_back += 1
        self.tell(notice, outcome, cause)

    def tell(self, notice: Notice, outcome: Outcome, cause: str = "") -> None:
        """Not what the server said but its number: it often names the address."""
        number = re.match(r"[\d.]+", cause)
        why = number[0] if number else cause
        self.log(notice.key, notice.kind.text, notice.contract, notice.user, f"{outcome.value} {why}".rstrip())

    def take_a_turn(self) -> Turn:
        claimed = self.clock()
        page = self.insist(lambda: self.bank.notice_claim(self.system, self.worker, 20, LEASE)).expect()
        waiting = deque(page)
        turn = Turn.WORKED if waiting else Turn.NOTHING_DUE
        # Somebody else may have them after the lease: none must be under way then.
        until = claimed + LEASE - timedelta(seconds=20 * self.mail.server.timeout)
        try:
            while waiting and turn is Turn.WORKED and not self.stops() and self.clock() < until:
                if self.deliver(waiting.popleft()) is Outcome.UNREACHED:
                    turn = Turn.UNREACHABLE
        finally:
            for notice in waiting:
                self.give_back(notice)
        return turn

    def until_due(self) -> float:
        """Seconds; 0: there is more, though the library just gave nothing, for it plans as it goes."""
        due = self.insist(lambda: self.bank.notice_next_due(self.system)).expect()
        return max(0.0, (due - self.clock()).total_seconds())

    def work(self, once: bool, look: float) -> int:
        pause = 0.0
        while True:
            turn = self.take_a_turn()
            pause = min(max(1.0, 2 * pause), look) if turn is Turn.UNREACHABLE else 0.0
            wait = self.until_due() if turn is Turn.NOTHING_DUE else pause
            if once and turn is Turn.UNREACHABLE:
                return 1
            if once and turn is Turn.NOTHING_DUE and wait > 0:
                return 1 if self.given_back else 0
            if wait > 0:
                self.mail.hang_up()
            # Acts and other mailers may bring the next one forward.
            if self.stops(min(max(1.0, wait), look) if turn is Turn.NOTHING_DUE else wait):
                return 0


# ---- the program -----------------------------------------------------------------------------------------------------


class Standing:
    """A clock for trying things out."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def read_options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True, help="the folder of the register")
    parser.add_argument("--templates", required=True, type=Path, help="the folder of ja/expiry.txt and the others")
    parser.add_argument("--smtp", default="smtp://127.0.0.1:8025", metavar="URL", help="smtp:// or smtps://host:port")
    parser.add_argument("--starttls", action="store_true", help="always so with --user")
    parser.add_argument("--tls-ca", metavar="FILE", help="the CA of the server's certificate; else this system's")
    parser.add_argument("--user", help="logs in to the server ...")
    parser.add_argument("--password-file", type=Path, help="... with the first line of this file")
    parser.add_argument("--from", dest="sender", default="notices@example.jp", metavar="ADDRESS", help="who writes")
    parser.add_argument("--profile", default="webfb", metavar="NAME|FILE", help="else webfb")
    parser.add_argument("--name", default="Example Shinkin Bank", help="the institution, as its messages name it")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for an answer of the server, else 60")
    parser.add_argument("--look", type=float, default=300.0, help="seconds: looks so often at least, else 300")
    parser.add_argument("--once", action="store_true", help="sends what is due, and ends")
    parser.add_argument("--now", metavar="MOMENT", help="as if it were '2027-03-08 10:00'; for trying things out")
    options = parser.parse_args(words)
    if urlsplit(options.smtp).scheme not in ("smtp", "smtps"):
        parser.error("--smtp: must be like smtp://host:port or smtps://host:port")
    if not options.name.isprintable():
        parser.error("--name: is not a line of text")
    if not ADDRESS.fullmatch(options.sender):
        parser.error("--from: is not an address of plain ASCII")
    return options


def run(options: argparse.Namespace) -> int:
    in_hand = options.profile in Profile.BUILTIN
    profile = Profile(options.profile) if in_hand else Profile.load(options.profile)
    standing = Standing(datetime.fromisoformat(options.now).replace(tzinfo=profile.zone)) if options.now else None
    password = options.password_file.read_text().splitlines()[0] if options.password_file else ""
    server = Server(options.smtp, options.starttls, options.tls_ca, options.user, password, options.timeout)
    templates = read_templates(options.templates)
    with ExitStack() as parts:
        crypto = parts.enter_context(certlife.Crypto.mbedtls())
        store = parts.enter_context(certlife.Store.lmdb(options.store))
        bank = parts.enter_context(
            Institution(options.name, "http://crl.example.jp/users.crl", profile, store, None, crypto, standing)
        )
        mail = Mail(server)
        parts.callback(mail.hang_up)
        now = standing.now if standing else lambda: datetime.now(profile.zone)
        return Mailer(bank, options.name, options.sender, templates, mail, now).work(options.once, options.look)


def main(words: list[str] | None = None) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        return run(read_options(words))
    except (certlife.Error, certlife.Refused, OSError, ValueError) as failure:
        print(f"notice_mailer.py: {failure}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
