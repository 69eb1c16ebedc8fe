#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""When the certificates of a contract, or of several, expire: a table on the terminal, and with --svg a picture.

The picture has one line for each user, the soonest expiry first: the life of the certificate, the days on which it can
be renewed, the notices that were sent or are planned, and today. It is plain SVG, made without any library, and opens
in every browser. The register is opened to read only; nothing is changed.

Exit code: 0 done, 1 there is no such contract, 2 failed. On a demo store:

    python enrol.py --ca demo --make-test-ca --store demo/store --now '2026-04-01 10:00' people.csv demo/out
    python report.py --store demo/store --now '2027-03-08 10:00' --svg demo/expiries.svg 0010000001 0010000002
    python report.py --store demo/store --now '2027-03-08 10:00' --svg demo/yukou.svg --language ja 0010000001
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
import xml.etree.ElementTree as xml
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Callable, Iterator, Union

import certlife
from certlife import Actor, Institution, Language, Notice, NoticeKind, NoticeState, Profile, Status, User

# ---- what is shown ---------------------------------------------------------------------------------------------------

#: Those in which there is nothing to be done any more.
ENDED = (
    Status.DELETED,
    Status.CONTRACT_CLOSED,
    Status.REVOKED,
    Status.SUSPENDED,
    Status.OBTAIN_PERIOD_OVER,
    Status.EXPIRED,
)

#: A notice: when it falls due, or was sent or given up.
Mark = tuple[datetime, NoticeState]


@dataclass(frozen=True)
class Row:
    """One user, and their current certificate."""

    contract: str
    user: str
    status: Status
    begins: datetime | None
    expiry: datetime | None
    #: The days on which it can be renewed.
    opens: datetime | None
    closes: datetime | None
    obtain_by: datetime | None
    #: When somebody is written to about it, and what became of that.
    notices: tuple[Mark, ...]

    @property
    def ends(self) -> datetime | None:
        """What is to be done until then: renew, or obtain."""
        return self.expiry or self.obtain_by

    def days_left(self, today: date) -> int | None:
        return None if self.ends is None or self.status in ENDED else (self.ends.date() - today).days


def renewal_window(profile: Profile, expiry: datetime) -> tuple[datetime, datetime]:
    """R-REN-2 and R-REN-9: from so many days before the expiry date until that day's end, or a time on it."""
    midnight = datetime.combine(expiry.date(), time(), expiry.tzinfo)
    opens = midnight - timedelta(days=int(profile["renewal opens"]))
    closing = profile["renewal closes"]
    if ":" not in closing:
        return opens, expiry
    return opens, min(expiry, datetime.combine(expiry.date(), time.fromisoformat(closing), expiry.tzinfo))


def notices_of(profile: Profile, ledger: list[Notice], expiry: datetime | None, now: datetime) -> Iterator[Mark]:
    """What the ledger holds, which is the next one at most; behind it the days that the profile names."""
    moments = ((notice.ended_at or notice.due, notice.state) for notice in ledger)
    known = {moment: state for moment, state in moments if moment is not None}
    yield from known.items()
    if expiry is None or profile["e-mail"] == "none":
        return
    for days in profile["e-mail"].split(", "):
        day = datetime.combine(expiry.date() - timedelta(days=int(days)), time(9), expiry.tzinfo)
        if day > now and day.date() not in {moment.date() for moment in known}:
            yield day, NoticeState.PLANNED


def row_of(bank: Institution, profile: Profile, actor: Actor, user: User, now: datetime) -> Row:
    history = bank.user_history(actor, user.contract, user.id).expect()
    current = None if user.obtain_by else next((one for one in history if one.serial == user.serial), None)
    lives_until = current.not_after if current and user.status not in ENDED else None
    opens, closes = renewal_window(profile, lives_until) if lives_until else (None, None)
    ledger = [
        notice
        for notice in bank.notice_list(actor, user.contract, user.id).expect()
        if notice.kind in (NoticeKind.EXPIRY, NoticeKind.OBTAIN_BY) and notice.serial in ("", user.serial)
    ]
    return Row(
        contract=user.contract,
        user=user.id,
        status=user.status,
        begins=current.not_before if current else user.added_at,
        expiry=(current.revoked_at or current.not_after) if current else None,
        opens=opens,
        closes=closes,
        obtain_by=None if user.obtain_by == certlife.NO_LIMIT else user.obtain_by,
        notices=tuple(sorted(notices_of(profile, ledger, lives_until, now), key=lambda mark: mark[0])),
    )


def read_rows(bank: Institution, profile: Profile, contracts: list[str], now: datetime) -> Iterator[Row]:
    actor = Actor.as_branch("report.py")
    for contract in contracts:
        rows = [row_of(bank, profile, actor, user, now) for user in bank.user_list(actor, contract).expect()]
        yield from sorted(rows, key=lambda row: (row.ends is None, row.ends, row.user))


# ---- words -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    title: str
    columns: tuple[str, ...]
    legend: tuple[str, ...]
    today: str
    day: Callable[[date], str]
    short_day: Callable[[date], str]
    month: Callable[[date], str]
    month_of_year: Callable[[date], str]
    days: Callable[[int], str]
    people: Callable[[int], str]


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

ENGLISH = Words(
    title="Expiry of certificates",
    columns=("Contract", "User", "Status", "Expires", "Days left", "Renew", "Obtain by", "Next notice"),
    legend=("valid", "can be renewed", "can be obtained", "ended", "notice sent", "notice planned", "not delivered"),
    today="today",
    day=lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    short_day=lambda day: f"{day.day} {MONTHS[day.month - 1]}",
    month=lambda day: MONTHS[day.month - 1],
    month_of_year=lambda day: f"{MONTHS[day.month - 1]} {day.year}",
    days=lambda days: "today is the last day" if days == 0 else "1 day left" if days == 1 else f"{days} days left",
    people=lambda count: f"{count} expire" if count > 1 else "1 expires",
)

JAPANESE = Words(
    title="電子証明書の有効期限",
    columns=("契約番号", "利用者ID", "状態", "有効期限", "残り日数", "更新できる期間", "取得期限", "次のお知らせ"),
    legend=(
        "有効",
        "更新できる期間",
        "取得できる期間",
        "失効・期限切れ",
        "お知らせ送信済",
        "お知らせ予定",
        "お知らせ不達",
    ),
    today="本日",
    day=lambda day: f"{day.year}年{day.month}月{day.day}日",
    short_day=lambda day: f"{day.month}月{day.day}日",
    month=lambda day: f"{day.month}月",
    month_of_year=lambda day: f"{day.year}年{day.month}月",
    days=lambda days: "本日まで" if days == 0 else f"あと{days}日",
    people=lambda count: f"{count}名",
)

WORDS = {Language.EN: ENGLISH, Language.JA: JAPANESE}


# ---- the table -------------------------------------------------------------------------------------------------------


def width(text: str) -> int:
    """On a terminal a Japanese character is as wide as two others."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def shortened(text: str, most: int) -> str:
    if width(text) <= most:
        return text
    while width(text) >= most:
        text = text[:-1]
    return text + "…"


def table(rows: list[Row], now: datetime, language: Language) -> str:
    def day(moment: datetime | None) -> str:
        return "" if moment is None else moment.strftime("%Y-%m-%d")

    def window(row: Row) -> str:
        if row.opens is None or row.closes is None:
            return ""
        until = row.closes if row.closes == row.expiry else f"{row.closes:%Y-%m-%d %H:%M}"
        return f"{day(row.opens)} – {until if isinstance(until, str) else day(until)}"

    def next_notice(row: Row) -> str:
        return day(next((moment for moment, state in row.notices if state is NoticeState.PLANNED), None))

    lines = [WORDS[language].columns]
    for row in rows:
        days = row.days_left(now.date())
        lines.append(
            (
                row.contract,
                row.user,
                row.status.label(language) if language is Language.JA else row.status.text,
                day(row.expiry),
                "" if days is None else str(days),
                window(row),
                day(row.obtain_by),
                next_notice(row),
            )
        )
    widths = [max(width(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, tuple("─" * wide for wide in widths))

    def cell(text: str, column: int) -> str:
        padding = " " * (widths[column] - width(text))
        return padding + text if column == 4 else text + padding

    return "\n".join("  ".join(cell(text, column) for column, text in enumerate(line)).rstrip() for line in lines)


# ---- the picture -----------------------------------------------------------------------------------------------------

WIDE, LEFT, RIGHT = 1160, 250, 190  # the whole, and beside the days
TOP, HIGH = 132, 34  # the heading, and one user
INK, FAINT, GRID, STRIPE = "#1f2933", "#66727f", "#dde3e9", "#f6f8fa"
VALID, PAST, RENEW, OBTAIN, END, TODAY = "#4c8bc4", "#b7cfe4", "#f2a93b", "#8fb98b", "#c3c9cf", "#d64545"
FONT = "'Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','Yu Gothic UI',Meiryo,'Noto Sans',sans-serif"

Number = Union[int, float]


class Picture:
    """Elements of SVG, at days instead of at x."""

    def __init__(self, first: date, last: date, high: int, title: str) -> None:
        self.first, self.last = first, last
        size = {"width": str(WIDE), "height": str(high), "viewBox": f"0 0 {WIDE} {high}"}
        self.root = xml.Element(
            "svg",
            {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "font-family": FONT, "font-size": "13"},
        )
        xml.SubElement(self.root, "title").text = title
        self.rect(0, 0, WIDE, high, "#ffffff")

    def x(self, moment: date | datetime) -> float:
        """A date is the beginning of its day."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        midnight = datetime.combine(self.first, time(), moment.tzinfo)
        share = (moment - midnight) / timedelta(days=(self.last - self.first).days)
        return round(LEFT + min(max(share, 0), 1) * (WIDE - LEFT - RIGHT), 1)

    def shape(self, name: str, **attributes: str | Number) -> xml.Element:
        written = {key.replace("_", "-"): str(value) for key, value in attributes.items()}
        return xml.SubElement(self.root, name, written)

    def rect(self, x: Number, y: Number, wide: Number, high: Number, fill: str, **more: str | Number) -> xml.Element:
        return self.shape("rect", x=x, y=y, width=round(wide, 1), height=high, fill=fill, **more)

    def line(self, x: Number, y: Number, to: Number, stroke: str, **more: str | Number) -> None:
        self.shape("line", x1=x, y1=y, x2=x, y2=to, stroke=stroke, **more)

    def text(self, x: Number, y: Number, text: str, fill: str = INK, **more: str | Number) -> None:
        self.shape("text", x=x, y=y, fill=fill, **more).text = text

    def label(self, x: Number, y: Number, text: str, fill: str = INK) -> None:
        """Keeps the lines behind it away."""
        self.text(x, y, text, fill, font_size=12, stroke="#ffffff", stroke_width=4, paint_order="stroke")

    def between(self, a: date | datetime, b: date | datetime, y: Number, high: Number, fill: str) -> xml.Element | None:
        """A bar from one moment to the other, or what can be seen of it."""
        x, to = self.x(a), self.x(b)
        return self.rect(x, y, to - x, high, fill, rx=2) if to > x else None

    def notice(self, x: Number, y: Number, state: NoticeState) -> None:
        """An envelope: dark when it was sent, white when it is planned, crossed out when it was given up."""
        fill = INK if state is NoticeState.SENT else "#ffffff"
        stroke = TODAY if state is NoticeState.PARKED else INK
        flap = "#ffffff" if state is NoticeState.SENT else stroke
        self.rect(x - 6, y - 4.5, 12, 9, fill, stroke=stroke, stroke_width=1.2, rx=1)
        self.shape("path", d=f"M{x - 5} {y - 3.5}L{x} {y + 0.5}L{x + 5} {y - 3.5}", fill="none", stroke=flap)
        if state is NoticeState.PARKED:
            self.shape("path", d=f"M{x - 7} {y + 6}L{x + 7} {y - 6}", stroke=TODAY, stroke_width=1.6)

    def __str__(self) -> str:
        return xml.tostring(self.root, encoding="unicode") + "\n"


def month_after(day: date, months: int = 1) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def span(rows: list[Row], today: date) -> tuple[date, date]:
    """Whole months: from shortly before today, or the first notice, until behind the last expiry."""
    ends = [row.ends.date() for row in rows if row.ends is not None]
    notices = [moment.date() for row in rows for moment, _ in row.notices]
    first = max(min([*notices, *ends, today]), today - timedelta(days=60))
    return month_after(first - timedelta(days=7), 0), month_after(max([*ends, today]) + timedelta(days=14))


def draw_months(picture: Picture, rows: list[Row], words: Words, bottom: int) -> None:
    """With how many expire in each."""
    count = Counter(
        row.expiry.date().replace(day=1) for row in rows if row.expiry is not None and row.status not in ENDED
    )
    months = (picture.last.year - picture.first.year) * 12 + picture.last.month - picture.first.month
    each = -(-months * 56 // (WIDE - LEFT - RIGHT))  # so that their names have room
    month = picture.first
    for index in range(months):
        x, to = picture.x(month), picture.x(month_after(month))
        picture.line(x, TOP - 34, bottom, GRID)
        if index % each == 0 or month.month == 1:
            name = words.month_of_year if index == 0 or month.month == 1 else words.month
            picture.text(x + 6, TOP - 20, name(month), FAINT, font_size=12)
        if count[month]:
            text = words.people(count[month]) if to - x > 56 else str(count[month])
            picture.text(x + 6, TOP - 5, text, INK, font_size=12, font_weight="bold")
        month = month_after(month)
    picture.line(picture.x(month), TOP - 34, bottom, GRID)


def draw_row(picture: Picture, row: Row, y: int, now: datetime, language: Language) -> None:
    words = WORDS[language]
    middle = y + HIGH // 2
    status = row.status.label(language) if language is Language.JA else row.status.text
    picture.text(28, middle + 5, shortened(row.user, 16))
    picture.text(LEFT - 14, middle + 5, status, FAINT, font_size=12, text_anchor="end")
    days = row.days_left(now.date())
    begins = row.begins or now
    if row.expiry is not None:
        ended = row.status in ENDED
        picture.between(begins, row.expiry, middle - 5, 10, END if ended else VALID)
        if not ended:
            picture.between(begins, min(now, row.expiry), middle - 5, 10, PAST)
        if row.opens is not None and row.closes is not None:
            picture.between(row.opens, row.closes, middle - 8, 16, RENEW)
    elif row.obtain_by is not None:
        picture.between(begins, row.obtain_by, middle - 3, 6, OBTAIN)
    if row.ends is not None:
        x = picture.x(row.ends)
        picture.line(x, middle - 11, middle + 11, INK if days is not None else FAINT, stroke_width=2)
        left = "" if days is None or days < 0 else f" · {words.days(days)}"
        picture.label(x + 9, middle + 5, words.short_day(row.ends.date()) + left, INK if left else FAINT)
    for moment, state in row.notices:
        if moment.date() >= picture.first:
            picture.notice(picture.x(moment), middle, state)


def draw_legend(picture: Picture, words: Words, y: int) -> None:
    x = 28
    for index, text in enumerate(words.legend):
        if index < 4:
            high = (10, 16, 6, 10)[index]
            picture.rect(x, y - high // 2, 22, high, (VALID, RENEW, OBTAIN, END)[index], rx=2)
        else:
            picture.notice(x + 12, y, (NoticeState.SENT, NoticeState.PLANNED, NoticeState.PARKED)[index - 4])
        picture.text(x + 30, y + 4.5, text, FAINT, font_size=12)
        x += 56 + width(text) * 7


def draw(rows: list[Row], now: datetime, language: Language, name: str) -> str:
    words = WORDS[language]
    contracts = sorted({row.contract for row in rows})
    high = TOP + HIGH * (len(rows) + len(contracts)) + 64
    picture = Picture(*span(rows, now.date()), high, words.title)
    bottom = high - 64
    picture.text(28, 44, words.title, font_size=22, font_weight="bold")
    picture.text(28, 68, f"{name}　{words.day(now.date())}", FAINT)
    lines: list[tuple[int, Row]] = []
    y = TOP
    for contract in dict.fromkeys(row.contract for row in rows):
        picture.rect(0, y, WIDE, HIGH, STRIPE)
        picture.text(28, y + HIGH // 2 + 5, f"{words.columns[0]} {contract}", font_weight="bold")
        for row in rows:
            if row.contract == contract:
                y += HIGH
                lines.append((y, row))
        y += HIGH
    draw_months(picture, rows, words, bottom)
    for y, row in lines:
        picture.rect(28, y, WIDE - 56, 0.6, GRID)
        draw_row(picture, row, y, now, language)
    x = picture.x(now)
    picture.line(x, TOP, bottom, TODAY, stroke_width=1.5)
    picture.shape("path", d=f"M{x - 5} {TOP}h10l-5 7z", fill=TODAY)
    picture.text(x, TOP - 46, f"{words.today} {words.short_day(now.date())}", TODAY, text_anchor="middle", font_size=12)
    draw_legend(picture, words, high - 30)
    return str(picture)


# ---- the program -----------------------------------------------------------------------------------------------------


class Standing:
    """A clock for trying things out."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def read_options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contracts", metavar="CONTRACT", nargs="+")
    parser.add_argument("--store", required=True, help="the folder of the register")
    parser.add_argument("--profile", default="webfb", metavar="NAME|FILE", help="else webfb")
    parser.add_argument("--name", default="Example Shinkin Bank", help="the institution, in the picture's heading")
    parser.add_argument("--language", choices=("ja", "en"), default="en")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="where to write the picture")
    parser.add_argument("--now", metavar="MOMENT", help="as if it were '2027-03-08 10:00'; for trying things out")
    return parser.parse_args(words)


def run(options: argparse.Namespace) -> int:
    in_hand = options.profile in Profile.BUILTIN
    profile = Profile(options.profile) if in_hand else Profile.load(options.profile)
    now = datetime.now(profile.zone)
    if options.now:
        now = datetime.fromisoformat(options.now).replace(tzinfo=profile.zone)
    language = Language.JA if options.language == "ja" else Language.EN
    with ExitStack() as parts:
        crypto = parts.enter_context(certlife.Crypto.mbedtls())
        store = parts.enter_context(certlife.Store.lmdb(options.store, read_only=True))
        bank = parts.enter_context(
            Institution(options.name, "http://crl.example.jp/users.crl", profile, store, None, crypto, Standing(now))
        )
        rows = list(read_rows(bank, profile, options.contracts, now))
    print(table(rows, now, language))
    if options.svg:
        options.svg.write_text(draw(rows, now, language, options.name), encoding="utf-8")
    return 0


def main(words: list[str] | None = None) -> int:
    try:
        return run(read_options(words))
    except certlife.Refused as refused:
        print(f"report.py: {refused.decision.sentence_ja} {refused.decision.sentence_en}", file=sys.stderr)
        return 1
    except (certlife.Error, OSError, ValueError) as failure:
        print(f"report.py: {failure}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
