# SPDX-License-Identifier: Apache-2.0
"""A store, an issuer, a clock and crypto written in Python; what is raised in them comes out as itself."""

from __future__ import annotations

import threading
import traceback
from datetime import datetime
from typing import Any, Callable, Iterator

import pytest
from cryptography import x509

import certlife
from certlife import Code, IssuerAnswer, Status, StoreMode
from certlife.error import Error
from own_parts import Cryptography, DictStore, DictTransaction, OutsideCA
from world import COMPANY, MASTER, SetClock, World, ca_for_tests


class Trouble(Exception):
    """Nothing that certlife knows."""


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


class Failing:
    """Stands for a part of ours, or a transaction, and raises instead of doing one thing."""

    def __init__(self, part: Any, failing: dict[str, BaseException]) -> None:
        self.part = part
        self.failing = failing

    def __getattr__(self, name: str) -> Any:
        def trying(*arguments: Any) -> Any:
            if name in self.failing:
                if name == "commit":
                    self.part.abort()  # the transaction is gone, also where it failed
                raise self.failing[name]
            answer = getattr(self.part, name)(*arguments)
            return Failing(answer, self.failing) if isinstance(answer, DictTransaction) else answer

        return trying


@pytest.fixture
def ours() -> Iterator[tuple[World, dict[str, BaseException]]]:
    """A world on a store of ours, and what to raise in it."""
    failing: dict[str, BaseException] = {}
    store = DictStore()
    with World(store=certlife.Store.own(Failing(store, failing), name="ours", durable=True)) as world:
        yield world, failing
    assert store.open == 0 and not store.writer.locked()


@pytest.mark.parametrize("slot", ["begin", "get", "put", "erase", "scan", "commit"])
@pytest.mark.parametrize(
    "trouble",
    [Trouble("no luck"), KeyboardInterrupt(), SystemExit(3), ValueError("x" + "é" * 5000), Unspeakable()],
    ids=lambda trouble: type(trouble).__name__,
)
def test_what_a_store_raises(ours: tuple[World, dict[str, BaseException]], slot: str, trouble: BaseException) -> None:
    world, failing = ours
    world.has_user("keir002")
    world.has_certificate("keir002")
    failing[slot] = trouble
    acts: list[Callable[[], object]] = [
        lambda: world.bank.user_delete(world.master, COMPANY, "keir002"),
        lambda: world.bank.user_list(world.branch, COMPANY),
    ]
    raised = []
    for act in acts:
        try:
            act()
        except BaseException as exception:
            raised.append(exception)
            assert exception is trouble
            assert "trying" in [frame.name for frame in traceback.extract_tb(exception.__traceback__)]
    assert raised
    failing.clear()
    assert world.shown("keir002").status is Status.OBTAINED  # nothing was changed


@pytest.mark.parametrize("kind", certlife._errors.ERRORS.values(), ids=lambda kind: kind.name)
def test_each_error_can_be_raised_by_a_store(ours: tuple[World, dict[str, BaseException]], kind: type[Error]) -> None:
    world, failing = ours
    failing["begin"] = trouble = kind("disk: on fire", 5, "ours")
    with pytest.raises(kind) as raised:
        world.bank.contract_get(world.branch, COMPANY)
    assert raised.value is trouble
    failing.clear()


def test_a_store_that_is_busy_is_asked_again(ours: tuple[World, dict[str, BaseException]]) -> None:
    world, _ = ours
    kept = world.store._kept
    inner = kept.store.part
    conflicts = [certlife.BusyError("ours: another writer came between")] * 3

    class Conflicting(DictTransaction):
        def commit(self) -> None:
            if self.writes and conflicts:
                self.abort()
                raise conflicts.pop()
            super().commit()

    inner.begin = lambda mode: begun(inner, mode, Conflicting)
    world.has_user("keir002")
    assert not conflicts and world.shown("keir002").status is Status.AWAITING


def begun(store: DictStore, mode: StoreMode, kind: type[DictTransaction]) -> DictTransaction:
    begun = DictStore.begin(store, mode)
    return kind(store, begun.writes)


def test_what_was_raised_and_survived_is_not_raised_later(ours: tuple[World, dict[str, BaseException]]) -> None:
    """A commit that was busy and then succeeded leaves nothing behind for the next failure on this thread."""
    test_a_store_that_is_busy_is_asked_again(ours)
    with pytest.raises(certlife.InvalidError, match="user"):
        ours[0].bank.user_get(ours[0].branch, COMPANY, "")


def test_a_store_without_its_methods() -> None:
    with certlife.Store.own(object()) as store, pytest.raises(AttributeError, match="begin"):  # type: ignore[arg-type]
        World(store=store)


def test_a_transaction_ends_once_and_is_told_what_for() -> None:
    seen: list[tuple[str, StoreMode]] = []

    class Watching(DictStore):
        def begin(self, mode: StoreMode) -> DictTransaction:
            seen.append(("begin", mode))
            return super().begin(mode)

    store = Watching()
    with World(store=certlife.Store.own(store)) as world:
        seen.clear()
        world.shown(MASTER)
        assert seen == [("begin", StoreMode.READ)]
        seen.clear()
        world.bank.revoke(world.branch, COMPANY, MASTER)
        assert ("begin", StoreMode.WRITE_RESERVE) in seen
    assert store.open == 0


def test_a_store_lives_on_in_another_institution() -> None:
    store = DictStore()
    with World(store=certlife.Store.own(store)) as world:
        world.has_user("keir002")
    with World(store=certlife.Store.own(store), company=False) as again:
        assert again.shown("keir002").status is Status.AWAITING


def test_a_store_with_something_else_in_it() -> None:
    store = DictStore()
    store.pairs = {b"x": b"y"}
    with certlife.Store.own(store) as opened, pytest.raises(certlife.StoreCorruptError):
        World(store=opened)


class Raising:
    def __init__(self, trouble: BaseException) -> None:
        self.trouble = trouble

    def now(self) -> datetime:
        raise self.trouble


def test_what_a_clock_raises(world: World) -> None:
    world.clock.now = Raising(Trouble("the clock stands still")).now
    with pytest.raises(Trouble, match="stands still") as raised:
        world.logs_in(MASTER)
    assert raised.value.__context__ is None
    assert [f.name for f in traceback.extract_tb(raised.value.__traceback__)][-1] == "now"
    del world.clock.now
    assert world.logs_in(MASTER)


def test_a_clock_that_calls_the_library_itself(world: World) -> None:
    """What is raised and caught within a callback does not come out of the call above it."""
    with World() as inner:

        class Asking(SetClock):
            def now(self) -> datetime:
                with pytest.raises(certlife.InvalidError):
                    inner.bank.user_get(inner.branch, COMPANY, "")
                return self.moment

        world.clock.now = Asking().now
        assert world.logs_in(MASTER)
        world.clock.now = lambda: inner.shown("nobody") and None
        with pytest.raises(certlife.Refused):
            world.logs_in(MASTER)


def test_what_is_raised_outlives_a_call_made_on_the_way_out(ours: tuple[World, dict[str, BaseException]]) -> None:
    world, failing = ours
    seen = []
    with World() as inner:

        class Asking(DictTransaction):
            def abort(self) -> None:
                super().abort()
                seen.append(inner.shown(MASTER))

        kept = world.store._kept.store.part
        kept.begin = lambda mode: Failing(begun(kept, mode, Asking), failing)
        failing["get"] = trouble = Trouble("then one is asked")
        with pytest.raises(Trouble) as raised:
            world.shown(MASTER)
        assert raised.value is trouble and seen


def test_with_the_systems_clock() -> None:
    """Nothing but the store is written in Python; and then nothing at all."""
    failing: dict[str, BaseException] = {}
    with World(store=certlife.Store.own(Failing(DictStore(), failing)), system_clock=True) as world:
        assert world.logs_in(MASTER)
        failing["begin"] = Trouble("no luck")
        with pytest.raises(Trouble):
            world.logs_in(MASTER)
        failing.clear()
        with pytest.raises(certlife.InvalidError) as raised:
            world.bank.user_get(world.branch, COMPANY, "")
        assert raised.value.__cause__ is None  # nothing is left of the trouble before
    with World(system_clock=True) as world:
        assert world.logs_in(MASTER)
        for _ in range(3):
            with pytest.raises(certlife.InvalidError, match="user"):
                world.bank.user_get(world.branch, COMPANY, "")
        world.bank.close()
        with pytest.raises(certlife.MisuseError, match="institution Example Shinkin Bank: was closed"):
            world.logs_in(MASTER)


def outside() -> tuple[OutsideCA, certlife.Issuer]:
    ca = OutsideCA(*ca_for_tests())
    return ca, certlife.Issuer.own(ca, name="outside")


def test_an_issuer_that_answers_at_once() -> None:
    ca, issuer = outside()
    with World(issuer=issuer) as world:
        (order,) = ca.orders.values()
        assert (order.organization, order.unit, order.common_name) == ("Example Shinkin Bank", COMPANY, MASTER)
        assert order.crl_url == "http://crl.example.jp/users.crl"
        assert f"{order.serial:x}" == world.held[MASTER].serial
        assert (order.not_before, order.not_after) == (world.held[MASTER].not_before, world.held[MASTER].not_after)
        assert x509.load_der_x509_csr(order.request).is_signature_valid
        assert len(order.id) == 20
        assert world.logs_in(MASTER)


def test_an_issuer_that_answers_later() -> None:
    ca, issuer = outside()
    with World(issuer=issuer) as world:
        world.has_user("keir002")
        ca.answers = [IssuerAnswer.LATER, IssuerAnswer.LATER]
        assert world.obtains("keir002").decision.code is Code.ISSUING
        assert world.shown("keir002").status is Status.ISSUING
        assert world.bank.deliver(world.actor("keir002"), COMPANY, "keir002").decision.code is Code.ISSUING
        assert world.bank.deliver(world.actor("keir002"), COMPANY, "keir002")


def test_an_issuer_that_rejects() -> None:
    ca, issuer = outside()
    with World(issuer=issuer) as world:
        world.has_user("keir002")
        ca.answers = [IssuerAnswer.REJECTED]
        assert world.obtains("keir002").decision.code is Code.ISSUER_REJECTED
        assert world.obtains("keir002")


def test_an_issuer_that_has_never_heard_of_it() -> None:
    ca, issuer = outside()
    with World(issuer=issuer) as world:
        world.has_user("keir002")
        ca.answers = [IssuerAnswer.LATER, IssuerAnswer.UNKNOWN]
        assert world.obtains("keir002").decision.code is Code.ISSUING
        assert world.bank.deliver(world.actor("keir002"), COMPANY, "keir002")
        assert not ca.answers


def test_an_issuer_that_answers_by_itself() -> None:
    ca, issuer = outside()
    with World(issuer=issuer) as world:
        world.has_user("keir002")
        ca.answers = [IssuerAnswer.LATER]
        assert not world.obtains("keir002")
        id, order = list(ca.orders.items())[-1]
        assert world.bank.issuer_answer(world.branch, id, None).code is Code.SYSTEM_ONLY
        assert world.bank.issuer_answer(world.system, b"no such order, truly", None).code is Code.UNKNOWN
        with pytest.raises(certlife.InvalidError, match="order: its id has 5 bytes"):
            world.bank.issuer_answer(world.system, b"order", None)
        assert world.bank.issuer_answer(world.system, id, ca.made(order))
        assert world.bank.deliver(world.actor("keir002"), COMPANY, "keir002")
        world.has_user("keir003")
        ca.answers = [IssuerAnswer.LATER]
        assert not world.obtains("keir003")
        assert world.bank.issuer_answer(world.system, list(ca.orders)[-1], None)
        assert world.shown("keir003").status is Status.AWAITING


def test_what_an_issuer_raises() -> None:
    ca, issuer = outside()
    with World(issuer=issuer) as world:
        world.has_user("keir002")
        ca.poll = Failing(ca, {"poll": Trouble("line dead")}).poll  # type: ignore[method-assign]
        with pytest.raises(Trouble, match="line dead"):
            world.obtains("keir002")
        with pytest.raises(Trouble, match="line dead"):
            world.bank.deliver(world.actor("keir002"), COMPANY, "keir002")
        ca.poll = lambda id: b"\x30" + b"x" * 20_000  # type: ignore[method-assign, assignment, return-value]
        with pytest.raises(certlife.IssuerError):
            world.bank.deliver(world.actor("keir002"), COMPANY, "keir002")
        ca.poll = lambda id: None  # type: ignore[method-assign, assignment, return-value]
        with pytest.raises(TypeError, match="issuer: DER, PEM"):
            world.bank.deliver(world.actor("keir002"), COMPANY, "keir002")
        del ca.poll
        assert world.bank.deliver(world.actor("keir002"), COMPANY, "keir002")


def test_an_issuer_without_poll() -> None:
    class NoPoll:
        def __init__(self, ca: OutsideCA) -> None:
            self.authority, self.issue = ca.authority, ca.issue

    ca = OutsideCA(*ca_for_tests())
    with pytest.raises(certlife.InvalidError, match="slot poll is missing"):
        certlife.Issuer.own(NoPoll(ca))  # type: ignore[arg-type]
    with World(issuer=certlife.Issuer.own(NoPoll(ca), local=True)):  # type: ignore[arg-type]
        pass


def test_an_issuer_that_only_knows_the_authority() -> None:
    with World(issuer=certlife.Issuer.authority(ca_for_tests()[0]), company=False) as world:
        assert world.bank.contract_register(world.branch, COMPANY, MASTER)
        assert world.bank.contract_apply(world.branch, COMPANY)
        assert world.bank.user_authorise(world.branch, COMPANY, MASTER)
        with pytest.raises(certlife.IssuerError):
            world.obtains(MASTER)


@pytest.mark.parametrize("bits", [256, 384, 2048])
def test_crypto_of_our_own(bits: int) -> None:
    ours = Cryptography()
    with certlife.Crypto.own(ours, name="cryptography") as crypto:
        ca = certlife.Issuer.make_test_ca(
            crypto, "CA", SetClock().now().replace(year=2020), SetClock().now().replace(year=2099), bits=bits
        )
        with certlife.Issuer.local(crypto, *ca) as issuer, World(issuer=issuer, crypto=crypto) as world:
            assert world.logs_in(MASTER)
            made = x509.load_der_x509_certificate(world.held[MASTER].der)
            made.verify_directly_issued_by(x509.load_pem_x509_certificate(ca[0].encode()))
    assert ours.open_keys == 0


@pytest.mark.parametrize("slot", ["random", "sign", "verify", "key_sound", "sha256", "key_open", "key_public"])
def test_what_crypto_raises(slot: str) -> None:
    failing: dict[str, BaseException] = {}
    with certlife.Crypto.own(Failing(Cryptography(), failing)) as crypto:
        failing[slot] = Trouble(slot)
        with pytest.raises(Trouble, match=slot):
            with certlife.Issuer.local(crypto, *ca_for_tests()) as issuer, World(issuer=issuer, crypto=crypto):
                pass


@pytest.mark.parametrize("slot", ["key_generate", "key_write"])
def test_what_crypto_raises_when_a_ca_is_made(slot: str) -> None:
    now = SetClock().now()
    with certlife.Crypto.own(Failing(Cryptography(), {slot: Trouble(slot)})) as crypto:
        with pytest.raises(Trouble, match=slot):
            certlife.Issuer.make_test_ca(crypto, "CA", now, now)


def wrong(slot: str, gives: bytes) -> certlife.Crypto:
    """Crypto that gives something else in one place."""
    ours = Cryptography()
    setattr(ours, slot, lambda *arguments: gives)
    return certlife.Crypto.own(ours)


def test_crypto_that_gives_what_does_not_fit() -> None:
    now = SetClock().now()
    with wrong("sign", b"x" * 513) as crypto:
        with pytest.raises(ValueError, match="sign: gave 513 bytes where .* fit"):
            certlife.Issuer.local(crypto, *ca_for_tests())
    with wrong("random", b"x") as crypto:
        with pytest.raises(ValueError, match="random: gave 1 bytes where .* are needed"):
            certlife.Issuer.make_test_ca(crypto, "CA", now, now)
    with wrong("key_write", b"x" * 100_000) as crypto:
        with pytest.raises(ValueError, match="key_write: gave 100001 bytes where .* fit"):
            certlife.Issuer.make_test_ca(crypto, "CA", now, now)


def test_what_is_raised_stays_with_its_thread(ours: tuple[World, dict[str, BaseException]]) -> None:
    world, _ = ours
    at_once = threading.Barrier(4)

    class Deep(SetClock):
        def now(self) -> datetime:
            raise Trouble(threading.current_thread().name)

    world.clock.now = Deep().now
    heard: dict[str, str] = {}

    def ask() -> None:
        at_once.wait()
        try:
            world.bank.contract_get(world.branch, COMPANY)
        except Trouble as trouble:
            heard[threading.current_thread().name] = str(trouble)

    threads = [threading.Thread(target=ask, name=f"thread {n}") for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {f"thread {n}": f"thread {n}" for n in range(4)}
