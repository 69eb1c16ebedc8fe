# SPDX-License-Identifier: Apache-2.0
"""The behaviour tests of the library, told again: what they asked in C is asked here, and must be answered the same.

tests/stories/record.sh records them, and says what its lines look like.
"""

from __future__ import annotations

import base64
import enum
import json
import os
import re
import subprocess
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple

import certlife
import pytest
from certlife import Act, Actor, ActorKind, Choice, LoginMode, Medium, Permission, Reason
from own_parts import dict_store

BUILD = Path(os.environ["CERTLIFE_BUILD"])
REPOSITORY = Path(__file__).parents[3]

#: How many there were, whole and in part, when this was written: more may come.
WHOLE, IN_PART = 310, 10
#: Lines of a story that is told on a store written in Python too, which is slow.
SHORT = 60
#: Calls that Python has no words for: no more than then.
UNSAYABLE = 10


# ---- Stories ----


class Story(NamedTuple):
    file: str
    name: str
    line: int  # of its first call
    calls: tuple[str, ...]
    end: str  # "" for a whole one, or why it cannot be told further


def read_stories() -> Iterator[Story]:
    for file in sorted((BUILD / "stories").glob("*.jsonl")):
        begun, name = 0, ""
        lines = file.read_text("utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if line.startswith('{"story":'):
                begun, name = number, json.loads(line)["story"]
            elif line.startswith('{"end":'):
                end = json.loads(line)["end"]
                yield Story(file.stem, name, begun + 1, tuple(lines[begun : number - 1]), end)


RECORDED = subprocess.run(
    [REPOSITORY / "tests" / "stories" / "record.sh", BUILD], check=True, text=True, stdout=subprocess.PIPE
).stdout
STORIES = list(read_stories())


class Differs(AssertionError):
    """What is seen here is not what was recorded."""


# ---- What was recorded, and what is seen ----

NAME = re.compile(r"[#*@]\d+")
FOR_EVER = 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST, LAST = (
    (moment.replace(tzinfo=timezone.utc) - EPOCH) // timedelta(seconds=1) for moment in (datetime.min, datetime.max)
)


class Names:
    """What is by chance, and what it is called in the story."""

    def __init__(self) -> None:
        self.actual: dict[str, Any] = {}

    def actually(self, text: str) -> str:
        """The text with what is so here in the place of names."""
        return NAME.sub(lambda name: self.actual.get(name[0], name[0]), text)

    def same(self, name: str, actual: Any) -> bool:
        """Learns a name at its first appearance; two names never mean one."""
        if name not in self.actual and actual and actual not in self.actual.values():
            self.actual[name] = actual
        return bool(self.actual.get(name) == actual)


def plain(value: Any, recorded: Any) -> Any:
    """As the recorder writes it."""
    if isinstance(value, datetime):
        return FOR_EVER if value == certlife.NO_LIMIT else (value - EPOCH) // timedelta(seconds=1)
    if isinstance(value, enum.Flag):
        return value.value
    if isinstance(value, enum.Enum):
        return getattr(value, "text") if isinstance(recorded, str) else value.value
    if isinstance(value, bool):
        return int(value)
    if value is None and isinstance(recorded, int):
        return 0
    return value


def compare(where: str, recorded: Any, seen: Any, names: Names) -> None:
    if isinstance(recorded, dict):
        for key, value in recorded.items():
            compare(f"{where}.{key}", value, getattr(seen, key), names)
        unseen = {field.name for field in fields(seen)} - recorded.keys() - {"der", "pem", "_c"}
        assert not unseen, f"{type(seen).__name__}: {unseen} is not recorded"
    elif isinstance(recorded, list):
        if len(recorded) != len(seen):
            raise Differs(f"{where}: {len(recorded)} recorded, {len(seen)} seen: {recorded} {seen}")
        for index, value in enumerate(recorded):
            compare(f"{where}[{index}]", value, seen[index], names)
    elif where.endswith(".reason") and seen is None:
        compare(where, recorded, Reason.UNSPECIFIED, names)
    elif isinstance(recorded, str) and NAME.fullmatch(recorded):
        if not names.same(recorded, seen):
            raise Differs(f"{where}: {recorded} is {names.actual.get(recorded)!r}, seen {seen!r}")
    elif plain(seen, recorded) != recorded:
        raise Differs(f"{where}: {recorded!r} recorded, {plain(seen, recorded)!r} seen")


def told(decision: certlife.Decision) -> dict[str, Any]:
    """A decision as the recorder writes it."""
    return {
        "allowed": int(bool(decision)),
        "code": decision.code.text,
        "row": decision.row,
        "way": decision.way.text,
        "date": plain(decision.date, 0),
        "ja": decision.sentence_ja,
        "en": decision.sentence_en,
        "way_ja": decision.way_sentence_ja,
        "way_en": decision.way_sentence_en,
        "line": decision.line,
    }


# ---- What a story is told with ----


class Scripted(Exception):
    """Raised by a clock or an issuer where the recorded one failed."""


def answered_again(failure: str) -> Exception:
    """The failure of a part: with a code of its own, or without."""
    for kind in certlife.Error.__subclasses__():
        if kind.name == failure and failure != "HOST":
            return kind("scripted")
    return Scripted(failure)


class Script:
    """The clock and the issuer of an institution: they answer in a call what they answered when it was recorded."""

    def __init__(self, names: Names, authority: bytes) -> None:
        self.names = names
        self.certificate = authority
        self.line: dict[str, Any] = {}
        self.asked: list[str] = []
        self.raised: Exception | None = None

    def begins(self, line: dict[str, Any]) -> None:
        self.line, self.asked, self.raised = line, [], None

    def ends(self) -> None:
        expected = [key for key in self.line if key == "now" or key.startswith("asked ")]
        if self.asked != expected:
            raise Differs(f"asked for {expected} when it was recorded, for {self.asked} now")

    def _raise(self, exception: Exception) -> Any:
        self.raised = exception
        raise exception

    def now(self) -> datetime:
        self.asked.append("now")
        now = self.line.get("now")
        return EPOCH + timedelta(seconds=now) if now is not None else self._raise(Scripted("the clock"))

    def authority(self) -> bytes:
        return self.certificate

    def _answer(self, how: str, order_id: bytes, order: dict[str, Any]) -> Any:
        key = f"asked {sum(asked != 'now' for asked in self.asked) + 1}"
        self.asked.append(key)
        recorded = dict(self.line[key])
        answer, certificate = recorded.pop("answered"), recorded.pop("certificate", None)
        if not self.names.same(recorded.pop("order"), order_id.hex()) or recorded != {"how": how, **order}:
            raise Differs(f"{key}: {recorded} recorded, {how} {order} seen")
        if answer == "issued":
            return base64.b64decode(certificate)
        if answer in ("later", "rejected", "unknown"):
            return certlife.IssuerAnswer[answer.upper()]
        return self._raise(answered_again(answer))

    def issue(self, order: certlife.Order) -> Any:
        told_as = {
            "organization": order.organization,
            "unit": order.unit,
            "common_name": order.common_name,
            "not_before": plain(order.not_before, 0),
            "not_after": plain(order.not_after, 0),
            "crl_url": order.crl_url,
            "request": base64.b64encode(order.request).decode() or None,
            "spki": base64.b64encode(order.spki).decode(),
        }
        return self._answer("issue", order.id, told_as)

    def poll(self, id: bytes) -> Any:
        return self._answer("poll", id, {})


#: Where the binding has another name for a call of C, or splits it.
METHODS = {"user_list": "user_page", "user_history": "user_history_page", "notice_parked": "notice_parked_page"}


def is_unsayable(line: dict[str, Any]) -> bool:
    """What failed in C and has no words in Python: a time that no datetime is for, no name where there must be one."""
    if "failure" not in line.get("answer", {}):
        return False
    now = line.get("now") or 0
    return not FIRST <= now <= LAST or line.get("worker", "") is None


class Telling:
    """One story being told."""

    def __init__(self, crypto: certlife.Crypto, new_store: Callable[[], certlife.Store]) -> None:
        self.crypto = crypto
        self.new_store = new_store
        self.names = Names()
        self.ders: dict[str, bytes] = {}
        self.banks: dict[int, certlife.Institution] = {}
        self.scripts: dict[int, Script] = {}
        self.stores: dict[int, certlife.Store] = {}
        self.issuers: list[certlife.Issuer] = []
        self.notices: dict[int, tuple[certlife.Notice, ...]] = {}

    def close(self) -> None:
        for handle in [*self.banks.values(), *self.issuers, *self.stores.values()]:
            handle.close()

    def tell(self, number: int, line: dict[str, Any]) -> None:
        if line["call"] == "open":
            self._open(line)
        elif line["call"] == "close":
            self.banks[line["bank"]].close()
        elif not is_unsayable(line):
            script = self.scripts[line["bank"]]
            script.begins(line)
            self._call(number, line, script)
            script.ends()

    def _open(self, line: dict[str, Any]) -> None:
        authority = base64.b64decode(line.get("authority", ""))
        script = self.scripts[line["bank"]] = Script(self.names, authority)
        issuer = None
        if line.get("key") is not None:
            issuer = certlife.Issuer.local(self.crypto, authority, base64.b64decode(line["key"]))
        elif authority:
            issuer = certlife.Issuer.own(script)
        if issuer is not None:
            self.issuers.append(issuer)
        if line["store"] not in self.stores:
            self.stores[line["store"]] = self.new_store()
        store = self.stores[line["store"]]
        profile = certlife.Profile.parse(line["profile"])
        script.begins(line)
        self.banks[line["bank"]] = certlife.Institution(
            line["name"], line["crl_url"], profile, store, issuer, self.crypto, script
        )
        script.ends()

    def _actor(self, recorded: dict[str, Any]) -> Actor:
        certificate = recorded["certificate"]
        return Actor(
            **{
                **recorded,
                "kind": ActorKind(recorded["kind"]),
                "login_password": bool(recorded["login_password"]),
                "confirmation_password": bool(recorded["confirmation_password"]),
                "certificate": self.ders.get(certificate) or (certificate and base64.b64decode(certificate)),
            }
        )

    def _arguments(self, line: dict[str, Any]) -> dict[str, Any]:
        known = {"call", "bank", "actor", "now", "answer", "out", "next", "more"}
        given = {key: value for key, value in line.items() if key not in known and not key.startswith("asked ")}
        if line["call"] in ("obtain", "renew"):
            request = base64.b64decode(given.pop("pkcs10"))
            given["request"] = certlife.Request(request, Medium(given.pop("medium")), given.pop("channel"))
        if line["call"] == "issuer_answer":
            certificate = given.pop("certificate")
            given["order_id"] = bytes.fromhex(self.names.actually(given.pop("order")))
            given["certificate"] = certificate and base64.b64decode(certificate)
        if line["call"] == "user_edit":
            given["certificate"] = Choice(given["certificate"])
        for key, kind in (("act", Act), ("mode", LoginMode), ("reason", Reason), ("permission", Permission)):
            if key in given:
                given[key] = kind(given[key]) if given[key] or key == "reason" else None
        if "lease" in given:
            given["lease"] = timedelta(seconds=given["lease"])
        for key in ("notice", "after"):
            if isinstance(given.get(key), list):
                at, index = given[key]
                given[key] = self.notices[at][index]
        return {key: self.names.actually(v) if isinstance(v, str) else v for key, v in given.items()}

    def _call(self, number: int, line: dict[str, Any], script: Script) -> None:
        method = getattr(self.banks[line["bank"]], METHODS.get(line["call"], line["call"]))
        recorded = {key: self.names.actually(v) if isinstance(v, str) else v for key, v in line["answer"].items()}
        try:
            answer = method(self._actor(line["actor"]), **self._arguments(line))
        except (certlife.Error, Scripted) as failed:
            self._compare_failure(recorded, failed, script)
            return
        decision = getattr(answer, "decision", answer)
        seen = told(decision)
        for key in recorded.keys() | seen.keys():
            if recorded.get(key) != seen.get(key):
                raise Differs(f"answer.{key}: {recorded.get(key)!r} recorded, {seen.get(key)!r} seen: {decision}")
        if decision is not answer:
            self._compare_out(number, line, answer.value)

    def _compare_failure(self, recorded: dict[str, Any], failed: Exception, script: Script) -> None:
        if script.raised is not None and "failure" in recorded:
            if failed is not script.raised:
                raise Differs(f"raised in a callback: {script.raised!r}, came out: {failed!r}") from failed
        elif recorded != {"failure": getattr(failed, "name", ""), "message": str(failed)}:
            raise Differs(f"answer: {recorded} recorded, {failed!r} seen") from failed

    def _compare_out(self, number: int, line: dict[str, Any], value: Any) -> None:
        if value is None or "out" not in line:
            if ("out" in line) != (value is not None):
                raise Differs(f"out: {line.get('out')} recorded, {value} seen")
            return
        items = getattr(value, "items", value)
        if line["call"] == "user_history":
            items = self._in_recorded_order(line["out"], items)
        compare("out", line["out"], items, self.names)
        for key in ("next", "more"):
            if key in line:
                compare(key, line[key], getattr(value, key), self.names)
        if line["call"].startswith("notice_") and isinstance(line["out"], list):
            self.notices[number] = items
        for item in [value] if items is value else items:
            if isinstance(item, certlife.Certificate):
                self._remember(item)

    def _in_recorded_order(
        self, recorded: list[Any], seen: tuple[certlife.Certificate, ...]
    ) -> list[certlife.Certificate]:
        """Of certificates of one second chance says which comes first."""
        found = {certificate.serial: certificate for certificate in seen}
        known = [found.pop(self.names.actual.get(item["serial"], ""), None) for item in recorded]
        others = iter(found.values())
        return [certificate or next(others, seen[0]) for certificate in known]

    def _remember(self, certificate: certlife.Certificate) -> None:
        """Whatever gives a certificate gives the same bytes."""
        (name,) = [name for name, actual in self.names.actual.items() if actual == certificate.serial]
        if self.ders.setdefault(name, certificate.der) != certificate.der:
            raise Differs(f"{name} has other bytes than before")


# ---- Tests ----


@pytest.fixture(scope="module")
def crypto() -> Iterator[certlife.Crypto]:
    with certlife.Crypto.mbedtls() as crypto:
        yield crypto


def tell(story: Story, crypto: certlife.Crypto, new_store: Callable[[], certlife.Store]) -> None:
    telling = Telling(crypto, new_store)
    try:
        for number, line in enumerate(story.calls, story.line):
            try:
                telling.tell(number, json.loads(line))
            except Differs as difference:
                pytest.fail(f"{story.file}.jsonl:{number}: {difference}\n{line[:2000]}", pytrace=False)
    finally:
        telling.close()


def name_of(story: Story) -> str:
    return f"{story.file}-{story.name}"


@pytest.mark.parametrize("story", STORIES, ids=name_of)
def test_story(story: Story, crypto: certlife.Crypto) -> None:
    tell(story, crypto, certlife.Store.memory)


@pytest.mark.parametrize("story", [story for story in STORIES if len(story.calls) <= SHORT], ids=name_of)
def test_story_on_a_store_in_python(story: Story, crypto: certlife.Crypto) -> None:
    tell(story, crypto, dict_store)


def test_enough_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    whole = sum(story.end == "" for story in STORIES)
    in_part = sum(story.end != "" and len(story.calls) > 1 for story in STORIES)
    with capsys.disabled():
        print(f"\n{RECORDED}{whole} stories are told whole, {in_part} in part")
    assert whole >= WHOLE and in_part >= IN_PART


def test_little_is_unsayable() -> None:
    assert sum(is_unsayable(json.loads(line)) for story in STORIES for line in story.calls) <= UNSAYABLE


def test_every_call_is_told() -> None:
    headers = (REPOSITORY / "include" / "certlife").glob("*.h")
    asks = re.compile(r"int certlife_(\w+)\(certlife_institution \*institution,\s*const certlife_actor \*actor")
    public = {name for header in headers for name in asks.findall(header.read_text("utf-8"))}
    told_here = {json.loads(line)["call"] for story in STORIES for line in story.calls}
    assert told_here == public | {"open", "close"}
