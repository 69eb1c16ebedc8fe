# SPDX-License-Identifier: Apache-2.0
"""The programs of examples/, as a bank would run them."""

from __future__ import annotations

import asyncio
import collections
import email
import email.policy
import importlib.util
import ipaddress
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import xml.etree.ElementTree as xml
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from types import ModuleType
from typing import Any, Callable, Iterator, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

import certlife
from certlife import Act, Addressee, CertificateState, Code, Language, NoticeKind, NoticeState, Profile, Reason, Status
from world import COMPANY, JAPAN, MASTER, World, at

HERE = pathlib.Path(__file__).parent.parent
EXAMPLES = HERE / "examples"
TEMPLATES = HERE.parent.parent / "examples" / "notice_worker" / "templates"
PATIENCE = 60  # seconds for something that must happen; only a failure takes so long


def program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


enrol, report, notice_mailer = program("enrol"), program("report"), program("notice_mailer")


def store_world(folder: pathlib.Path, now: str) -> World:
    """The register in folder/store, at a moment."""
    world = World(store=certlife.Store.lmdb(folder / "store"), company=False)
    world.at(now)
    return world


# ---- all of them -----------------------------------------------------------------------------------------------------


def test_they_are_typed() -> None:
    cache = pathlib.Path(os.environ.get("CERTLIFE_BUILD", ".")) / "python" / "mypy"
    files = [str(path) for path in sorted(EXAMPLES.glob("*.py"))]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), *files], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for_port(port: int) -> None:
    for _ in range(PATIENCE * 20):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    raise AssertionError("nobody listens")


@pytest.mark.parametrize("module", [enrol, report, notice_mailer], ids=lambda module: module.__name__)
def test_the_three_lines_of_their_docstrings(module: ModuleType, tmp_path: pathlib.Path) -> None:
    assert module.__doc__ is not None
    lines = [line[4:] for line in module.__doc__.splitlines() if line.startswith("    ")]
    assert len(lines) == 3
    for path in EXAMPLES.glob("*.*"):
        shutil.copy(path, tmp_path)
    port = free_port()
    background: list[subprocess.Popen[bytes]] = []
    at_once = {**os.environ, "PYTHONUNBUFFERED": "1"}  # what is printed is not lost with the process
    try:
        for line in lines:
            line = line.replace("8025", str(port)).replace("TEMPLATES", str(TEMPLATES))
            words = shlex.split(line.removesuffix("&"), comments=True)
            if words[0] == "python":
                words[0] = sys.executable
            if "notice_mailer.py" in words:
                words += ["--smtp", f"smtp://127.0.0.1:{port}"]
            if line.endswith("&"):
                background.append(subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, env=at_once))
                wait_for_port(port)
            else:
                done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
                assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    finally:
        for process in background:
            process.terminate()
            output = process.communicate()[0]
    if background:
        assert output.count(b"Auto-Submitted: auto-generated") == 5


# ---- enrol.py --------------------------------------------------------------------------------------------------------

HEADER = "contract,user,role,email,application\n"
TWO = (
    HEADER
    + f"{COMPANY},keir002,operator,keir002@example.co.jp,A-1\n{COMPANY},{MASTER},master,keiri@example.co.jp,A-1\n"
)


class Desk:
    """Where somebody runs enrol.py."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def words(self, people: str, *more: str, now: str = "2026-04-01 10:00:00") -> list[str]:
        (self.folder / "people.csv").write_text(people, encoding="utf-8")
        places = [str(self.folder / "people.csv"), str(self.folder / "out"), "--store", str(self.folder / "store")]
        return [*places, "--ca", str(self.folder), "--make-test-ca", "--now", now, *more]

    def enrols(self, people: str, *more: str, now: str = "2026-04-01 10:00:00") -> int:
        return int(enrol.main(self.words(people, *more, now=now)))

    def history(self, user: str, contract: str = COMPANY) -> list[certlife.Certificate]:
        with store_world(self.folder, "2026-06-01 10:00:00") as world:
            return list(world.bank.user_history(world.branch, contract, user).expect())

    def files(self) -> dict[str, bytes]:
        out = self.folder / "out"
        return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> Desk:
    return Desk(tmp_path)


def assert_whole(desk: Desk, user: str, number: int = 1, password: bytes | None = None) -> None:
    """So many certificates were issued, and the last is on the disk, with its key and its chain."""
    *earlier, last = desk.history(user)
    assert len(earlier) == number - 1
    assert last.state is CertificateState.VALID and last.confirmed_at is not None
    base = desk.folder / "out" / COMPANY / f"{user}-{number}"
    chain = base.with_suffix(".crt").read_bytes()
    ca = x509.load_pem_x509_certificate((desk.folder / "ca.crt").read_bytes())
    found = [x509.load_pem_x509_certificate(b"-----BEGIN" + one) for one in chain.split(b"-----BEGIN")[1:]]
    assert [one.public_bytes(serialization.Encoding.DER) for one in found] == [
        last.der,
        ca.public_bytes(serialization.Encoding.DER),
    ]
    key = serialization.load_pem_private_key(base.with_suffix(".key").read_bytes(), password)
    assert key.public_key() == found[0].public_key()
    assert base.with_suffix(".key").stat().st_mode & 0o777 == 0o600
    ca_key = ca.public_key()
    assert isinstance(ca_key, ec.EllipticCurvePublicKey)
    ca_key.verify(found[0].signature, found[0].tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))


def test_a_company_is_enrolled(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (desk.folder / "password").write_text("ひみつ\n", encoding="utf-8")
    assert desk.enrols(TWO, "--password-file", str(desk.folder / "password")) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [
        f"{COMPANY} {MASTER}: registered",
        f"{COMPANY} {MASTER}: applied for certificates, application A-1",
        f"{COMPANY} {MASTER}: authorised",
    ]
    assert said[-1] == "2 obtained, 0 had one, 0 refused"
    for user in (MASTER, "keir002"):
        assert_whole(desk, user, password="ひみつ".encode())
        stored = (desk.folder / "out" / COMPANY / f"{user}-1.p12").read_bytes()
        bundle = pkcs12.load_pkcs12(stored, "ひみつ".encode())
        assert bundle.cert is not None and bundle.cert.friendly_name == f"{COMPANY} {user}".encode()
        assert bundle.cert.certificate.serial_number == int(desk.history(user)[0].serial, 16)
        assert len(bundle.additional_certs) == 1 and bundle.key is not None
        with pytest.raises(ValueError):
            pkcs12.load_pkcs12(stored, b"another")
    with store_world(desk.folder, "2026-06-01 10:00:00") as world:
        shown = world.bank.user_get(world.branch, COMPANY, "keir002").expect()
        assert (shown.status, shown.email) == (Status.OBTAINED, "keir002@example.co.jp")
        assert shown.permission is certlife.Permission.OPERATOR


def test_enrolled_again_nothing_changes(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.enrols(TWO) == 0
    before = desk.files(), desk.history(MASTER), desk.history("keir002")
    capsys.readouterr()
    for now in ("2026-04-01 10:00:00", "2026-05-30 10:00:00"):  # the second when idempotency keys are forgotten
        assert desk.enrols(TWO, now=now) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "0 obtained, 2 had one, 0 refused"
        assert (desk.files(), desk.history(MASTER), desk.history("keir002")) == before


class PowerCut(BaseException):
    pass


ACTS = ("contract_register", "contract_apply", "user_authorise", "user_add", "obtain", "confirm")


@contextmanager
def power_cut(at: int, *, after: bool) -> Iterator[Callable[[], bool]]:
    """At that act or file of enrol.py, counted from 0: before it begins, or when it is done. Tells whether it came."""
    count = 0

    def fails(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count - 1 != at:
                return real(*arguments, **more)
            if after:
                real(*arguments, **more)
            raise PowerCut

        return call

    with pytest.MonkeyPatch.context() as patch:
        for act in ACTS:
            patch.setattr(certlife.Institution, act, fails(getattr(certlife.Institution, act)))
        patch.setattr(enrol, "write", fails(enrol.write))
        yield lambda: count > at


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_enrolled_whatever_it_was_interrupted_at(tmp_path: pathlib.Path, after: bool) -> None:
    for point in range(100):
        desk = Desk(tmp_path / str(point))
        desk.folder.mkdir()
        with power_cut(point, after=after) as came:
            try:
                desk.enrols(TWO)
            except PowerCut:
                pass
        assert desk.enrols(TWO, now="2026-04-01 10:05:00") == 0
        for user in (MASTER, "keir002"):
            assert_whole(desk, user)
        if not came():
            break
    assert point >= 2 * len(ACTS)


def test_two_at_once_issue_nothing_twice(desk: Desk) -> None:
    people = HEADER + f"{COMPANY},{MASTER},master,,A-1\n" + "".join(f"{COMPANY},u{n},operator,,A-1\n" for n in range(8))
    assert desk.enrols(HEADER) == 0  # makes the CA
    words = [sys.executable, str(EXAMPLES / "enrol.py"), *desk.words(people)]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=PATIENCE) for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    for user in (MASTER, *(f"u{n}" for n in range(8))):
        assert_whole(desk, user)


def test_a_refusal_is_said_in_both_languages_and_holds_up_nobody(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    people = TWO + f"{COMPANY},keir003,operator,,\n0099,keir004,operator,,A-2\n{COMPANY},keir005,operator,,A-1\n"
    assert desk.enrols(people) == 1
    said = capsys.readouterr().out
    assert f"{COMPANY} keir003: REFUSED, so not added and authorised: application needed (R-ALL-13)\n" in said
    assert "    申込書の番号が必要です。\n    The number of the written application is needed.\n" in said
    assert "0099 keir004: REFUSED, so not added and authorised: unknown (R-ALL-12)\n" in said
    assert said.endswith("\n3 obtained, 0 had one, 2 refused\n")
    assert_whole(desk, "keir005")


def test_a_refusal_that_is_mended(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    missing = HEADER + f"{COMPANY},keir002,operator,,\n"
    assert desk.enrols(missing) == 1
    assert desk.enrols(TWO) == 0  # in the file
    waiting = HEADER + "0099,keir002,operator,,A-2\n"
    assert desk.enrols(waiting) == 1
    assert desk.enrols(HEADER + "0099,keir001,master,,A-2\n") == 0  # elsewhere
    assert desk.enrols(waiting) == 1
    assert desk.enrols(waiting, "--attempt", "2") == 0
    assert len(desk.history("keir002", "0099")) == 1


def test_after_a_reissue_there_is_a_second_certificate(desk: Desk) -> None:
    assert desk.enrols(TWO) == 0
    with store_world(desk.folder, "2026-04-05 10:00:00") as world:
        assert world.bank.revoke(world.branch, COMPANY, "keir002", Reason.KEY_COMPROMISE)
    assert desk.enrols(TWO, now="2026-04-05 10:05:00") == 1
    with store_world(desk.folder, "2026-04-05 10:10:00") as world:
        assert world.bank.reissue(world.branch, COMPANY, "keir002")
    assert desk.enrols(TWO, now="2026-04-06 10:00:00") == 0
    first, second = desk.history("keir002")
    assert first.state is CertificateState.REVOKED and first.serial != second.serial
    assert desk.enrols(TWO, now="2026-04-06 10:00:00") == 0
    assert_whole(desk, "keir002", number=2)


def test_an_id_is_no_path(desk: Desk) -> None:
    strange = ["../../keir002", "..", "a/b", "経理 太郎", "a%2Fb"]
    people = TWO + "".join(f"{COMPANY},{user},operator,,A-1\n" for user in strange)
    assert desk.enrols(people) == 0
    assert len(desk.files()) == 2 * (2 + len(strange))
    assert {path.name for path in desk.folder.iterdir()} == {"people.csv", "ca.crt", "ca.key", "store", "out"}


@pytest.mark.parametrize(
    "people, cause",
    [
        ("contract,user\n", "people.csv:1: the columns must be contract,user,role,email,application"),
        (TWO + f"{COMPANY},keir003,boss,,A-1\n", "people.csv:4: role: must be master, approver or operator"),
        (TWO + f"{COMPANY},keir003\n", "people.csv:4: has not 5 values"),
        (TWO + f"{COMPANY},keir003,operator,,A-1,x\n", "people.csv:4: has not 5 values"),
    ],
)
def test_a_file_with_a_slip_is_not_begun(
    desk: Desk, capsys: pytest.CaptureFixture[str], people: str, cause: str
) -> None:
    assert desk.enrols(people) == 2
    assert capsys.readouterr().err.endswith(f"{cause}\n")
    assert not (desk.folder / "store").exists()


# ---- report.py -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A company in every state that a calendar can show."""
    folder = tmp_path_factory.mktemp("report")
    with store_world(folder, "2026-04-01 12:00:00") as world:
        world.has_company()
        world.has_user("keir005")
        assert world.bank.user_edit(world.branch, COMPANY, "keir005", email="")  # nobody can be written to
        world.has_certificate("keir005")
        world.at("2026-05-10 12:00:00")
        for user in ("keir002", "keir004"):
            world.has_user(user)
            world.has_certificate(user)
        world.at("2027-03-02 09:00:00")
        (notice,) = world.bank.notice_claim(world.system, "tests").expect()
        assert notice.user == MASTER and world.bank.notice_done(world.system, notice)
        world.has_user("利用者<&>")
        assert world.bank.revoke(world.branch, COMPANY, "keir004", Reason.KEY_COMPROMISE)
    return folder


NOW = "2027-03-08 10:00"


def reports(folder: pathlib.Path, *more: str, code: int = 0) -> None:
    assert report.main(["--store", str(folder / "store"), "--now", NOW, *more]) == code


def test_the_table(registered: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports(registered, COMPANY)
    assert capsys.readouterr().out == (
        "Contract    User       Status       Expires     Days left  Renew                    Obtain by   Next notice\n"
        "──────────  ─────────  ───────────  ──────────  ─────────  ───────────────────────  ──────────  ───────────\n"
        "0010000001  keir004    revoked      2027-03-02\n"
        "0010000001  keir001    renewal due  2027-04-01         24  2027-03-02 – 2027-04-01              2027-03-22\n"
        "0010000001  keir005    renewal due  2027-04-01         24  2027-03-02 – 2027-04-01              2027-03-22\n"
        "0010000001  keir002    obtained     2027-05-10         63  2027-04-10 – 2027-05-10              2027-04-10\n"
        "0010000001  利用者<&>  awaiting                        74                           2027-05-21\n"
    )
    reports(registered, COMPANY, "--language", "ja")
    japanese = capsys.readouterr().out.splitlines()
    assert japanese[0].split() == list(report.JAPANESE.columns)
    assert japanese[3].split() == "0010000001 keir001 更新時期 2027-04-01 24 2027-03-02 – 2027-04-01 2027-03-22".split()
    assert {line.split()[2] for line in japanese[2:]} == {"失効", "更新時期", "取得済", "取得待ち"}
    # Under each other, though these characters are wider than others: here each fills its place with a mark.
    spread = ["".join(c + "\0" * (report.width(c) - 1) for c in line) for line in japanese]
    for column in list(re.finditer("─+", spread[1]))[1:]:
        assert {line[column.start() - 2 : column.start()] for line in spread} <= {"  ", ""}
        assert spread[0][column.start()] not in " \0"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"renewal opens": "40"},
        {"renewal closes": "09:00"},
        {"last moment": "same time of day", "renewal closes": "23:00"},
        {"time": "UTC-03:30", "renewal opens": "0"},
    ],
    ids=str,
)
def test_the_renewal_window_is_the_librarys(values: dict[str, str]) -> None:
    second = timedelta(seconds=1)
    with World(Profile("webfb", values)) as world:
        held = world.held[MASTER]
        opens, closes = report.renewal_window(world.profile, held.not_after)
        last = closes if closes == held.not_after else closes - second

        def may_renew(moment: datetime) -> certlife.Decision:
            world.clock.moment = moment
            return world.bank.decide(world.master, Act.RENEW, COMPANY, MASTER)

        early = may_renew(opens - second)
        assert (early.code, early.date) == (Code.RENEWAL_NOT_OPEN, opens)
        assert may_renew(opens) and may_renew(last)
        assert not may_renew(last + second)


class Drawn:
    """What is in a picture, and where its days are, as its months say."""

    def __init__(self, path: pathlib.Path) -> None:
        self.root = xml.parse(path).getroot()
        self.texts = [(element.text or "", element) for element in self.all("text")]
        grid = sorted(float(line.get("x1", "")) for line in self.all("line") if line.get("stroke") == report.GRID)
        first = next(found for text, _ in self.texts if (found := re.fullmatch(r"(\w{3}) (\d{4})", text)))
        self.months = dict(zip(self.months_from(int(first[2]), report.MONTHS.index(first[1]) + 1), grid))

    @staticmethod
    def months_from(year: int, month: int) -> Iterator[date]:
        while True:
            yield date(year, month, 1)
            year, month = year + month // 12, month % 12 + 1

    def all(self, name: str) -> list[xml.Element]:
        return self.root.findall(f"{{http://www.w3.org/2000/svg}}{name}")

    def x(self, moment: datetime) -> float:
        (first, left), *_, (last, right) = self.months.items()
        begin = datetime.combine(first, datetime.min.time(), moment.tzinfo)
        return left + (moment - begin) / timedelta(days=(last - first).days) * (right - left)

    def bars(self, fill: str) -> list[tuple[float, float]]:
        rects = [
            rect for rect in self.all("rect") if rect.get("fill") == fill and float(rect.get("x", "")) >= report.LEFT
        ]
        return [(float(rect.get("x", "")), float(rect.get("x", "")) + float(rect.get("width", ""))) for rect in rects]


def close(found: float, wanted: float) -> bool:
    return abs(found - wanted) < 1.5  # a pixel


def test_the_picture(registered: pathlib.Path, tmp_path: pathlib.Path) -> None:
    reports(registered, "--svg", str(tmp_path / "en.svg"), COMPANY)
    drawn = Drawn(tmp_path / "en.svg")
    texts = [text for text, _ in drawn.texts]
    for wanted in ("keir001", "利用者<&>", "today 8 Mar", "1 Apr · 24 days left", "10 May · 63 days left", "2 expire"):
        assert wanted in texts, wanted
    windows = drawn.bars(report.RENEW)
    wanted_windows = [("2027-03-02 00:00:00", "2027-04-01 23:59:59")] * 2 + [
        ("2027-04-10 00:00:00", "2027-05-10 23:59:59")
    ]
    assert len(windows) == len(wanted_windows)
    for (left, right), (opens, closes) in zip(windows, wanted_windows):
        assert close(left, drawn.x(at(opens))) and close(right, drawn.x(at(closes)))
    (today,) = [line for line in drawn.all("line") if line.get("stroke") == report.TODAY]
    assert close(float(today.get("x1", "")), drawn.x(at("2027-03-08 10:00:00")))
    wide, high = float(drawn.root.get("width", "")), float(drawn.root.get("height", ""))
    for element in drawn.root.iter():
        assert 0 <= float(element.get("x", 0)) + float(element.get("width", "0")) <= wide
        assert 0 <= float(element.get("y", 0)) <= high


def test_the_notices_in_the_picture(registered: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """An envelope on each day on which somebody is written to: dark, if that has been done."""
    reports(registered, "--svg", str(tmp_path / "en.svg"), COMPANY)
    drawn = Drawn(tmp_path / "en.svg")
    bottom = float(drawn.root.get("height", "")) - 64  # where the legend begins
    envelopes = [
        (float(rect.get("x", "")) + 6, rect.get("fill") == report.INK, rect.get("stroke") == report.TODAY)
        for rect in drawn.all("rect")
        if rect.get("stroke") and float(rect.get("y", "")) < bottom
    ]
    wanted = [
        ("2027-03-02 09:00:00", True, False),  # keir001
        ("2027-03-22 09:00:00", False, False),
        ("2027-03-02 09:00:00", False, True),  # keir005
        ("2027-03-22 09:00:00", False, False),
        ("2027-04-10 09:00:00", False, False),  # keir002
        ("2027-04-30 09:00:00", False, False),
    ]
    assert [mark[1:] for mark in envelopes] == [mark[1:] for mark in wanted]
    assert all(close(x, drawn.x(at(due))) for (x, *_), (due, *_) in zip(envelopes, wanted))


def test_the_picture_in_japanese(registered: pathlib.Path, tmp_path: pathlib.Path) -> None:
    reports(registered, "--svg", str(tmp_path / "ja.svg"), "--language", "ja", "--name", "<東京> & 金庫", COMPANY)
    texts = {element.text for element in xml.parse(tmp_path / "ja.svg").getroot().iter()}
    for wanted in (
        "電子証明書の有効期限",
        "<東京> & 金庫　2027年3月8日",
        "本日 3月8日",
        "4月1日 · あと24日",
        "更新時期",
        "1名",
    ):
        assert wanted in texts, wanted


def test_the_report_changes_nothing(registered: pathlib.Path, tmp_path: pathlib.Path) -> None:
    before = (registered / "store" / "data.mdb").read_bytes()
    reports(registered, "--svg", str(tmp_path / "a.svg"), COMPANY)
    reports(registered, "--svg", str(tmp_path / "b.svg"), COMPANY)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (registered / "store" / "data.mdb").read_bytes() == before


def test_a_report_of_a_contract_that_is_none(registered: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports(registered, COMPANY, "0099", code=1)
    said = capsys.readouterr()
    assert said.out == "" and "該当する契約" in said.err and "No such contract" in said.err


def test_a_picture_of_a_hundred_people_over_two_years(tmp_path: pathlib.Path) -> None:
    """Its months are written where there is room for them."""
    expiry = [datetime(2027, 3, 1, tzinfo=JAPAN) + timedelta(days=7 * n) for n in range(100)]
    profile = Profile("webfb")
    rows = [
        report.Row(COMPANY, f"u{n}", Status.OBTAINED, end, end, *report.renewal_window(profile, end), None, ())
        for n, end in enumerate(expiry)
    ]
    (tmp_path / "many.svg").write_text(
        report.draw(rows, at("2027-03-01 10:00:00"), Language.EN, "Bank"), encoding="utf-8"
    )
    months = [
        float(element.get("x", ""))
        for text, element in Drawn(tmp_path / "many.svg").texts
        if element.get("fill") == report.FAINT and re.fullmatch(r"[A-Z][a-z]{2}( \d{4})?", text)
    ]
    assert len(months) > 8
    assert min(b - a for a, b in zip(months, months[1:])) >= 28


# ---- notice_mailer.py ------------------------------------------------------------------------------------------------


class Server:
    """A mail server on the loopback. It keeps its port while it is down. `answers[address]` are what it says to RCPT
    the next times, `fates[address]` what it does with the next messages: keeps or loses them, `and hangs up`, `and
    waits` until it is released, or answers something."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))  # and does not listen: who connects is refused
        self.port = int(self.socket.getsockname()[1])
        self.mails: list[EmailMessage] = []
        self.senders: list[str] = []
        self.logins: list[Any] = []
        self.answers: dict[str, list[str]] = collections.defaultdict(list)
        self.fates: dict[str, list[str]] = collections.defaultdict(list)
        self.takes_nobody = False
        self.waiting = 0
        self.released = threading.Event()
        self.changed = threading.Condition()
        self.controller: Any = None

    def start(self) -> Server:
        server = self

        class OnTheSocket(Controller):
            def _create_server(self) -> Any:
                return self.loop.create_server(self._factory_invoker, sock=server.socket)

        self.controller = OnTheSocket(self, "127.0.0.1", self.port, ready_timeout=PATIENCE, **self.options)
        self.controller.start()
        return self

    def stop(self) -> None:
        self.released.set()
        if self.controller is not None:
            self.controller.stop()
        self.socket.close()

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"correct horse", handled=False)

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.takes_nobody:
            return "451 4.3.2 not now"
        envelope.mail_from = address
        self.senders.append(address)
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.answers[address]:
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        (address,) = envelope.rcpt_tos
        fate = self.fates[address].pop(0) if self.fates[address] else "keeps"
        with self.changed:
            if fate.startswith("keeps"):
                self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.waiting += fate.endswith("waits")
            self.changed.notify_all()
        if fate.endswith("waits"):
            await asyncio.get_running_loop().run_in_executor(None, self.released.wait)
        if fate.endswith("hangs up"):
            server.transport.abort()
        return fate if fate[0].isdigit() else "250 OK"

    def wait_for(self, so: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(so, PATIENCE), f"never: {len(self.mails)} mails, {self.waiting} waiting"

    @property
    def addressees(self) -> list[str]:
        return [str(mail["To"]).strip("<>") for mail in self.mails]

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]


class Kept(NamedTuple):
    state: NoticeState
    attempts: int
    cause: str
    key: str


PLANNED, SENT = NoticeState.PLANNED, NoticeState.SENT
DUE = "2026-10-19 09:00:00"
LATER = "2026-10-19 09:05:00"
PROFILE = "profile = webfb\nsending hours = any\ne-mail = none\nobtain-by notice = 20\n"


class Post:
    """The mailers of a bank."""

    def __init__(self, folder: pathlib.Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.running: list[subprocess.Popen[str]] = []
        (folder / "bank.profile").write_text(PROFILE, encoding="utf-8")

    def world(self, now: str) -> World:
        world = World(Profile.parse(PROFILE), store=certlife.Store.lmdb(self.folder / "store"), company=False)
        world.at(now)
        return world

    def people(self, *names: str) -> list[str]:
        """They have not obtained yet: of each a notice is due at DUE. Their addresses."""
        with self.world("2026-08-20 10:00:00") as world:
            world.has_company()
            for name in names:
                added = world.bank.user_add(
                    world.branch, COMPANY, name, certlife.Permission.OPERATOR, f"{name}@example.co.jp"
                )
                assert added
        return [f"{name}@example.co.jp" for name in names]

    def ledger(self) -> dict[str, Kept]:
        with self.world(LATER) as world:
            users = [user.id for user in world.bank.user_list(world.branch, COMPANY).expect()]
            found = {user: world.bank.notice_list(world.system, COMPANY, user).expect() for user in users}
            return {
                user: Kept(notice.state, notice.attempts, notice.cause, notice.key)
                for user, page in found.items()
                for notice in page
            }

    def starts(self, now: str, *more: str, templates: pathlib.Path = TEMPLATES) -> subprocess.Popen[str]:
        words = ["--store", str(self.folder / "store"), "--profile", str(self.folder / "bank.profile"), "--now", now]
        words += ["--templates", str(templates), "--smtp", f"smtp://127.0.0.1:{self.server.port}", "--timeout", "30"]
        mailer = [sys.executable, str(EXAMPLES / "notice_mailer.py"), *words, *more]
        self.running.append(subprocess.Popen(mailer, stderr=subprocess.PIPE, text=True))
        return self.running[-1]

    def ends(self, mailer: subprocess.Popen[str]) -> tuple[int, list[str]]:
        told = mailer.communicate(timeout=PATIENCE)[1]
        return mailer.returncode, told.splitlines()

    def once(self, now: str, *more: str, code: int = 0, **options: Any) -> list[str]:
        """What it logged, without the time and the key."""
        ended, log = self.ends(self.starts(now, "--once", *more, **options))
        assert ended == code, log
        return ["\t".join(line.split("\t")[4:]) if line.count("\t") == 5 else line for line in log]

    def close(self) -> None:
        self.server.stop()
        for mailer in self.running:
            if mailer.poll() is None:
                mailer.kill()
                mailer.communicate()


@pytest.fixture
def post(tmp_path: pathlib.Path) -> Iterator[Post]:
    made = Post(tmp_path, Server())
    yield made
    made.close()


def test_a_message(post: Post) -> None:
    post.people("u1")
    post.server.start()
    assert post.once(DUE, "--name", "東京しんきん", "--from", "notices@mail.example.jp") == ["u1\tdelivered"]
    (mail,) = post.server.mails
    key = post.ledger()["u1"].key
    assert dict(mail.items()) == {
        "Date": "Mon, 19 Oct 2026 09:00:00 +0900",
        "From": "東京しんきん <notices@mail.example.jp>",
        "To": "u1@example.co.jp",
        "Subject": "【東京しんきん】電子証明書の取得のお願い（あと20日）",
        "Message-ID": f"<{key}@mail.example.jp>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
        "Content-Language": "ja",
    }
    assert "　取得の期限　：2026年11月8日 23時59分（あと20日）\r\n" in mail.get_content()
    assert post.server.senders == ["notices@mail.example.jp"]
    assert post.once(DUE) == [] and len(post.server.mails) == 1


def test_a_recipient_that_is_refused_holds_up_nobody(post: Post) -> None:
    people = post.people("u1", "u2", "u3", "u4")
    post.server.answers[people[1]] = ["550 5.1.1 <u2@example.co.jp> unknown"]
    post.server.fates[people[2]] = ["452 4.3.1 full"]
    post.server.start()
    log = post.once(DUE, code=1)
    assert log == ["u1\tdelivered", "u2\tgiven back 550", "u3\tgiven back 452", "u4\tdelivered"]
    assert post.server.addressees == [people[0], people[3]]
    ledger = post.ledger()
    assert ledger["u2"][:3] == (PLANNED, 1, "550 5.1.1 <u2@example.co.jp> unknown")
    assert ledger["u3"][:3] == (PLANNED, 1, "452 4.3.1 full")
    assert ledger["u4"][:2] == (SENT, 1)
    assert post.once(DUE) == []
    assert post.once(LATER) == ["u2\tdelivered", "u3\tdelivered"]
    assert sorted(post.server.addressees) == people and len(set(post.server.ids)) == 4
    assert {kept[:2] for kept in post.ledger().values()} == {(SENT, 1), (SENT, 2)}


def test_a_server_that_is_slow_and_answers(post: Post) -> None:
    (person,) = post.people("u1")
    post.server.fates[person] = ["keeps and waits"]
    post.server.start()
    mailer = post.starts(DUE, "--once")
    post.server.wait_for(lambda: post.server.waiting == 1)
    assert post.ledger()["u1"].state is PLANNED  # nothing is done before the server has said so
    post.server.released.set()
    assert post.ends(mailer)[0] == 0
    assert post.ledger()["u1"][:2] == (SENT, 1)


@pytest.mark.parametrize("fate", ["keeps and waits", "keeps and hangs up", "loses and hangs up"])
def test_a_server_that_does_not_answer_to_a_message(post: Post, fate: str) -> None:
    """It may have been accepted: it comes again with the same Message-ID, so that nothing is lost, and a repeat can be
    seen. The others do not wait for it."""
    people = post.people("u1", "u2")
    post.server.fates[people[0]] = [fate]
    post.server.start()
    log = post.once(DUE, "--timeout", "3" if fate.endswith("waits") else "30", code=1)
    assert log[0].startswith("u1\tgiven back no answer, so it may have been accepted")
    assert log[1:] == ["u2\tdelivered"]
    assert post.ledger()["u1"][:2] == (PLANNED, 1)
    post.server.released.set()
    assert post.once(LATER) == ["u1\tdelivered"]
    assert post.server.addressees == [*people[fate.startswith("loses") :], people[0]]
    keys = [f"<{kept.key}@example.jp>" for _, kept in sorted(post.ledger().items())]
    assert sorted(set(post.server.ids)) == sorted(keys)


def test_while_the_server_is_down_nothing_is_tried(post: Post) -> None:
    people = post.people(*(f"u{n:02}" for n in range(25)))
    log = post.once(DUE, code=1)
    assert len(log) == 20 and all("\tnot tried" in line and "refused" in line for line in log[:1])
    assert {kept[:3] for kept in post.ledger().values()} == {(PLANNED, 0, "")}
    mailer = post.starts(DUE)
    assert mailer.stderr is not None and "not tried" in mailer.stderr.readline()
    post.server.start()
    post.server.wait_for(lambda: len(post.server.mails) == 25)
    mailer.send_signal(signal.SIGTERM)
    assert post.ends(mailer)[0] == 0
    assert sorted(post.server.addressees) == people and len(set(post.server.ids)) == 25
    assert {kept[:2] for kept in post.ledger().values()} == {(SENT, 1)}


def test_a_server_that_takes_nobody(post: Post) -> None:
    """It is not the notices that are tried."""
    post.people("u1", "u2")
    post.server.takes_nobody = True
    post.server.start()
    assert post.once(DUE, code=1) == ["u1\tnot tried 451", "u2\tnot tried"]
    assert {kept[:3] for kept in post.ledger().values()} == {(PLANNED, 0, "")}


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_the_message_in_hand(post: Post, stop: signal.Signals) -> None:
    people = post.people("u1", "u2", "u3", "u4")
    post.server.fates[people[1]] = ["keeps and waits"]
    post.server.start()
    mailer = post.starts(DUE)
    post.server.wait_for(lambda: post.server.waiting == 1)
    mailer.send_signal(stop)
    post.server.released.set()
    code, log = post.ends(mailer)
    assert (code, [line.split("\t")[-1] for line in log]) == (0, ["delivered", "delivered", "not tried", "not tried"])
    assert post.server.addressees == people[:2]
    assert [kept[:2] for _, kept in sorted(post.ledger().items())] == [(SENT, 1), (SENT, 1), (PLANNED, 0), (PLANNED, 0)]
    post.once(DUE)
    assert post.server.addressees == people


def test_a_signal_while_there_is_nothing_to_do(post: Post) -> None:
    post.people("u1")
    post.server.start()
    mailer = post.starts(DUE)
    assert mailer.stderr is not None and "delivered" in mailer.stderr.readline()
    mailer.send_signal(signal.SIGTERM)
    assert post.ends(mailer)[0] == 0


def test_what_a_mailer_dies_with_comes_back(post: Post) -> None:
    people = post.people("u1", "u2")
    post.server.fates[people[0]] = ["keeps and waits"]
    post.server.start()
    mailer = post.starts(DUE)
    post.server.wait_for(lambda: post.server.waiting == 1)
    mailer.kill()
    post.ends(mailer)
    post.server.released.set()
    assert post.once("2026-10-20 08:59:59") == []
    post.once("2026-10-20 09:00:00")
    assert sorted(post.server.addressees) == [people[0], *people] and len(set(post.server.ids)) == 2


def test_two_mailers_share_the_work(post: Post) -> None:
    people = post.people(*(f"u{n:02}" for n in range(45)))
    post.server.fates[people[0]] = ["keeps and waits"]
    post.server.start()
    first = post.starts(DUE, "--once")
    post.server.wait_for(lambda: post.server.waiting == 1)
    post.once(DUE)
    assert len(post.server.mails) == 26
    post.server.released.set()
    assert post.ends(first)[0] == 0
    assert sorted(post.server.addressees) == people and len(set(post.server.ids)) == 45


def test_addresses_that_are_strange_and_that_are_none(post: Post) -> None:
    post.people("u1", "u2", "u3")
    with post.world("2026-08-21 10:00:00") as world:
        for user, address in (
            ("u1", "a..b.@example.ne.jp"),
            ("u2", "u2@example.jp> SIZE=1"),
            ("u3", "だれ@example.jp"),
        ):
            assert world.bank.user_edit(world.branch, COMPANY, user, email=address)
    post.server.start()
    log = post.once(DUE, code=1)
    assert log[0] == "u1\tdelivered" and post.server.addressees == ["a..b.@example.ne.jp"]
    assert {line.split("\t")[1] for line in log[1:]} == {"given back the address is not one that can be written to"}


def server_certificate(folder: pathlib.Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(JAPAN)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    made = builder.sign(key, hashes.SHA256())
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "tls.crt").write_bytes(made.public_bytes(pem))
    (folder / "tls.key").write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    return context


def test_a_password_over_tls(post: Post) -> None:
    post.people("u1")
    context = server_certificate(post.folder)
    options = {"tls_context": context, "require_starttls": True, "authenticator": post.server.authenticate}
    post.server.options = {**options, "auth_required": True}
    post.server.start()
    password = post.folder / "password"
    words = ["--smtp", f"smtp://127.0.0.1:{post.server.port}", "--user", "notices", "--password-file", str(password)]
    password.write_text("wrong\n")
    assert post.once(DUE, *words, "--tls-ca", str(post.folder / "tls.crt"), code=1) == ["u1\tnot tried 535"]
    password.write_text("correct horse\n")
    assert "CERTIFICATE_VERIFY_FAILED" in post.once(DUE, *words, code=1)[0]  # nobody vouches for the server
    assert post.ledger()["u1"][:2] == (PLANNED, 0)
    assert post.once(DUE, *words, "--tls-ca", str(post.folder / "tls.crt")) == ["u1\tdelivered"]
    assert set(post.server.logins) == {(b"notices", b"wrong"), (b"notices", b"correct horse")}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_no_password_in_the_clear(post: Post) -> None:
    post.people("u1")
    post.server.options = {"auth_require_tls": False, "authenticator": post.server.authenticate}
    post.server.start()
    (post.folder / "password").write_text("correct horse\n")
    log = post.once(DUE, "--user", "notices", "--password-file", str(post.folder / "password"), code=1)
    assert "STARTTLS" in log[0] and post.server.logins == [] and post.server.mails == []


@pytest.mark.parametrize(
    "line", ["${expire}", "${user", "${if days}x", "${each member}x", "${member_user}", "${if user name}x"]
)
def test_a_template_with_a_slip_sends_nothing(post: Post, line: str) -> None:
    post.people("u1")
    post.server.start()
    templates = post.folder / "templates"
    shutil.copytree(TEMPLATES, templates)
    with open(templates / "ja" / "obtain_by.txt", "a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    number = (templates / "ja" / "obtain_by.txt").read_text(encoding="utf-8").count("\n")
    (told,) = post.once(DUE, code=2, templates=templates)
    assert f"/ja/obtain_by.txt:{number}: ${{" in told and told.endswith("there is no such place here")
    assert post.ledger()["u1"][:2] == (PLANNED, 0) and post.server.senders == []


def example_notice(kind: NoticeKind, language: Language) -> certlife.Notice:
    """That of `notice_worker --print`."""
    end = datetime.fromtimestamp(1806764399, JAPAN)
    happened = datetime.fromtimestamp(1804118400, JAPAN)
    serials = "6a30f2c417f8a51b90dd3e2c8b6f0e4c1f7a92b3", "6a30f2c5b04c77e2a1589d0f3e6b2c9d8a417f60"
    return certlife.Notice(
        kind=kind,
        state=NoticeState.PLANNED,
        key="00112233445566778899aabbccddeeff",
        contract=COMPANY,
        user="keir002",
        addressee=Addressee.USER,
        addressee_user="keir002",
        email="keir002@example.co.jp",
        language=language,
        serial=serials[0],
        expiry=end,
        renew_by=end,
        obtain_by=end,
        days_left=30,
        happened_at=happened,
        waits_to_install=False,
        renew_later_at=None,
        due=None,
        ended_at=None,
        attempts=1,
        cause="",
        members=(
            certlife.Member("keir002", serials[0], end, 30),
            certlife.Member("keir003", serials[1], end + timedelta(days=1), 31),
        ),
    )


@pytest.mark.parametrize("kind", list(NoticeKind), ids=lambda kind: kind.text)
@pytest.mark.parametrize("language", list(Language), ids=lambda language: language.name.lower())
def test_it_writes_what_notice_worker_writes(kind: NoticeKind, language: Language) -> None:
    worker = pathlib.Path(os.environ.get("CERTLIFE_BUILD", ".")) / "examples" / "notice_worker"
    if not worker.is_file():
        pytest.skip("notice_worker was not built")
    name = f"{language.name.lower()}/{kind.text.replace(' ', '_')}"
    words = ["--print", name, "--name", "東京しんきん", "--from", "notices@example.jp", "--templates", str(TEMPLATES)]
    printed = subprocess.run([worker, *words], capture_output=True, check=True).stdout
    theirs = email.message_from_bytes(printed, policy=email.policy.default)
    body = theirs.get_body(("plain",))
    assert body is not None
    notice = example_notice(kind, language)
    sent_at = datetime.fromtimestamp(1804118400, JAPAN)
    templates = notice_mailer.read_templates(TEMPLATES)
    mailer = notice_mailer.Mailer(None, "東京しんきん", "notices@example.jp", templates, None, lambda: sent_at)
    ours = email.message_from_bytes(mailer.compose(notice).as_bytes(), policy=email.policy.default)
    assert ours.get_content().replace("\r\n", "\n") == body.get_content().replace("\r\n", "\n")
    for header in ("Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Language"):
        assert str(ours[header]) == str(theirs[header]), header


def test_a_value_is_never_taken_for_a_place() -> None:
    assert notice_mailer.fill("${user} of ${contract}", {"user": "${contract}", "contract": "1"}) == "${contract} of 1"
