# SPDX-License-Identifier: Apache-2.0
"""Failures: one exception for each that the library names."""

from __future__ import annotations

import builtins
import os
import pathlib
import pickle
import tempfile
from typing import Any, Iterator

import pytest

import certlife
from certlife import ErrorClass, Permission, _errors, error
from certlife._native import lib
from certlife._text import from_c
from world import COMPANY, MASTER, SetClock, World, ca_for_tests

EXPECTED = {
    "MISUSE": RuntimeError,
    "INVALID": ValueError,
    "MALFORMED": ValueError,
    "FORKED": RuntimeError,
    "MEMORY": MemoryError,
    "BUSY": TimeoutError,
    "STORE": OSError,
    "STORE_FULL": OSError,
    "STORE_VERSION": OSError,
    "STORE_CORRUPT": OSError,
    "CRYPTO": OSError,
    "ISSUER": OSError,
    "CLOCK": OSError,
    "HOST": RuntimeError,
    "INTERNAL": RuntimeError,
}


def test_the_table_is_the_librarys() -> None:
    constants = {name[len("CERTLIFE_E_") :]: getattr(lib, name) for name in dir(lib) if name.startswith("CERTLIFE_E_")}
    assert {made.name: code for code, made in _errors.ERRORS.items()} == constants
    assert set(EXPECTED) == set(constants)


@pytest.mark.parametrize("code", _errors.ERRORS)
def test_each_error(code: int) -> None:
    made = _errors.ERRORS[code]
    raised = made("subject: cause", 28, "disk")
    assert isinstance(raised, certlife.Error) and isinstance(raised, EXPECTED[made.name])
    assert (raised.code, raised.message, raised.backend_code, raised.backend_name) == (
        code,
        "subject: cause",
        28,
        "disk",
    )
    assert str(raised) == "subject: cause"
    assert raised.error_class is ErrorClass(lib.certlife_error_class_for(code))
    assert raised.meaning == from_c(lib.certlife_error_meaning(code))
    assert made.__doc__ and made.__doc__.startswith(raised.meaning[:1].upper())
    again = pickle.loads(pickle.dumps(raised))
    assert (type(again), again.message, again.backend_code) == (made, "subject: cause", 28)
    public = getattr(error, made.__name__)
    assert public is made
    assert getattr(certlife, made.__name__, made) is made  # all but the one that hides a builtin
    assert hasattr(certlife, made.__name__) is not hasattr(builtins, made.__name__)


def test_a_failure_without_a_description() -> None:
    from certlife._native import ffi

    made = _errors.error_of(lib.CERTLIFE_E_BUSY, ffi.NULL)
    assert isinstance(made, certlife.BusyError) and str(made) == made.meaning
    assert type(_errors.error_of(-99, ffi.NULL)) is certlife.Error


def test_invalid_and_malformed(world: World) -> None:
    with pytest.raises(certlife.InvalidError, match="user"):
        world.bank.user_add(world.master, COMPANY, "x" * 65, Permission.OPERATOR)
    with pytest.raises(certlife.InvalidError):
        world.bank.user_page(world.master, COMPANY, None, 10_001)
    with pytest.raises(OverflowError):
        world.bank.user_page(world.master, COMPANY, None, 2**40)
    with pytest.raises(certlife.MalformedError):
        world.bank.obtain(world.master, COMPANY, MASTER, certlife.Request(b"no request"))


def test_the_clock_that_goes_back(world: World) -> None:
    world.at("2026-05-01 12:00:00")
    world.has_user("keir002")
    world.at("2026-04-01 12:00:00")
    with pytest.raises(certlife.ClockError) as raised:
        world.has_user("keir003")
    assert raised.value.error_class is ErrorClass.OPERATOR
    world.at("1969-01-01 00:00:00")
    with pytest.raises(certlife.ClockError):
        world.logs_in(MASTER)


@pytest.fixture
def quick_folder(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """In memory where that can be: filling a disk waits for it."""
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield pathlib.Path(folder)


def test_a_store_that_is_full(quick_folder: pathlib.Path) -> None:
    with World(store=certlife.Store.lmdb(quick_folder / "store", max_bytes=1 << 20)) as world:
        with pytest.raises(certlife.StoreFullError) as raised:
            for number in range(2, 100):
                contract = f"{number:010}"
                assert world.bank.contract_register(world.branch, contract, MASTER)
                assert world.bank.contract_apply(world.branch, contract)
                for user in range(90):
                    world.bank.user_add(world.branch, contract, f"keir{user:03}", Permission.OPERATOR, "x" * 200)
        assert isinstance(raised.value, OSError)
        assert world.bank.revoke(world.branch, COMPANY, MASTER)  # for which room is kept back


def test_a_store_that_cannot_be_opened(tmp_path: pathlib.Path) -> None:
    (tmp_path / "data.mdb").write_bytes(b"no store" * 1000)
    with pytest.raises(certlife.Error) as raised:
        certlife.Store.lmdb(tmp_path)
    assert isinstance(raised.value, OSError)
    with pytest.raises(certlife.Error, match="/nowhere|nowhere"):
        certlife.Store.lmdb("/nowhere/at/all")


def test_a_message_that_is_no_unicode(tmp_path: pathlib.Path) -> None:
    with pytest.raises(certlife.Error, match="\ufffd"):
        certlife.Store.lmdb(os.fsdecode(b"/nowhere/\xff"))


def test_a_store_only_to_look(tmp_path: pathlib.Path) -> None:
    with World(store=certlife.Store.lmdb(tmp_path / "store")) as world:
        world.has_user("keir002")
    with World(store=certlife.Store.lmdb(tmp_path / "store", read_only=True), company=False) as looks:
        assert looks.shown("keir002")
        with pytest.raises(certlife.InvalidError, match="opened to read only"):
            looks.bank.user_delete(looks.branch, COMPANY, "keir002")


def test_issuers_that_do_not_fit(tmp_path: pathlib.Path) -> None:
    certificate, key = ca_for_tests()
    with certlife.Crypto.mbedtls() as crypto:
        now = SetClock().now()
        _, other = certlife.Issuer.make_test_ca(crypto, "other", now, now)
        with pytest.raises(certlife.IssuerError):
            certlife.Issuer.local(crypto, certificate, other)
        with pytest.raises(certlife.MalformedError):
            certlife.Issuer.local(crypto, "no certificate", key)
        with pytest.raises(certlife.IssuerError, match="nowhere"):
            certlife.Issuer.local_files(crypto, "nowhere", "nowhere")
        (tmp_path / "ca.crt").write_text(certificate)
        (tmp_path / "ca.key").write_text(key)
        with certlife.Issuer.local_files(crypto, tmp_path / "ca.crt", os.fspath(tmp_path / "ca.key")):
            pass


def test_an_institution_with_a_wrong_option(world: World) -> None:
    def opened(name: str, url: str) -> Any:
        return certlife.Institution(name, url, world.profile, world.store, world.issuer, world.crypto)

    with pytest.raises(certlife.InvalidError, match="name"):
        opened("", "http://crl.example.jp/users.crl")
    with pytest.raises(certlife.InvalidError, match="crl_url"):
        opened("bank", "")


def test_without_an_issuer(world: World) -> None:
    with certlife.Institution("bank", "http://x/", world.profile, world.store, None, world.crypto, world.clock) as bank:
        assert bank.login_check(world.master)
        with pytest.raises(certlife.IssuerError):
            bank.reissue(world.branch, COMPANY, MASTER) and bank.obtain(world.master, COMPANY, MASTER, world.request())
