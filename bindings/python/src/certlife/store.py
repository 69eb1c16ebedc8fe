# SPDX-License-Identifier: Apache-2.0
"""Where the facts are kept, and how to bring your own."""

from __future__ import annotations

import os
from typing import Any, Iterable, Optional, Protocol

from ._call import call, callback
from ._enums import StoreMode
from ._handle import Handle
from ._native import ffi, lib
from ._text import path, text

__all__ = ["KEY_MAX", "VALUE_MAX", "OwnStore", "Store", "StoreMode", "Transaction"]

#: Keys have 1 to 500 bytes, values 0 to 65,536.
KEY_MAX: int = lib.CERTLIFE_STORE_KEY_MAX
VALUE_MAX: int = lib.CERTLIFE_STORE_VALUE_MAX


class Transaction(Protocol):
    """One transaction of a store written in Python, used by one thread. `commit` or `abort` ends it."""

    def get(self, key: bytes, /) -> Optional[bytes]:
        """The value, or None."""

    def put(self, key: bytes, value: bytes, /) -> None:
        """Sets or replaces."""

    def erase(self, key: bytes, /) -> None:
        """Removes; a key that is not there is no failure."""

    def scan(self, first: bytes, prefix: bytes, /) -> Iterable[tuple[bytes, bytes]]:
        """In the order of the keys, every pair whose key is not before `first` and begins with `prefix`."""

    def commit(self) -> None:
        """BusyError: another writer came between; the transaction is run again."""

    def abort(self) -> None: ...


class OwnStore(Protocol):
    """A store written in Python: an ordered, transactional map from bytes to bytes, as certlife/sys/store.h tells."""

    def begin(self, mode: StoreMode, /) -> Transaction:
        """A read transaction sees the map as it is now, whatever is committed meanwhile; a second one for writing waits
        for the first."""


class Store(Handle):
    """Opened by `memory`, `lmdb` or `own`. Close it after the institutions on it."""

    _noun = "store"
    _kept: Any = None

    @classmethod
    def memory(cls) -> Store:
        """In memory, gone when closed: for tests and first steps."""
        out = ffi.new("certlife_store **")
        call(lib.certlife_store_new_memory, out)
        return cls._opened(out)

    @classmethod
    def lmdb(
        cls, folder: str | os.PathLike[str], *, max_bytes: int = 0, max_readers: int = 0, read_only: bool = False
    ) -> Store:
        """In a folder of a local file system. 0 is the library's own choice: 64 GiB, 510 readers."""
        options = ffi.new("certlife_store_lmdb_options *")
        options.size = ffi.sizeof("certlife_store_lmdb_options")
        options.max_bytes = max_bytes
        options.max_readers = max_readers
        options.read_only = read_only
        out = ffi.new("certlife_store **")
        call(lib.certlife_store_open_lmdb, path(folder), options, out)
        return cls._opened(out)

    @classmethod
    def own(cls, store: OwnStore, *, name: str = "python", durable: bool = False) -> Store:
        """One written in Python. `durable`: what its commit has answered survives a crash of the machine."""
        kept = _Kept(store)
        kept.name = ffi.new("char[]", text(name, "name"))
        klass = kept.klass = ffi.new("certlife_store_class *")
        klass.size = ffi.sizeof("certlife_store_class")
        klass.name = kept.name
        klass.capabilities = lib.CERTLIFE_STORE_DURABLE if durable else 0
        for slot in ("begin", "get", "put", "erase", "scan", "commit", "abort"):
            setattr(klass, slot, getattr(lib, f"certlife_py_store_{slot}"))
        out = ffi.new("certlife_store **")
        call(lib.certlife_store_new, klass, kept.handle, out)
        made = cls._opened(out)
        made._kept = kept
        made._written_here = True
        return made

    @classmethod
    def _opened(cls, out: Any) -> Store:
        made = cls()
        made._open(out[0], lib.certlife_store_close)
        return made


class _Kept:
    """What C knows by a handle, kept alive with the store."""

    klass: Any
    name: Any

    def __init__(self, store: OwnStore) -> None:
        self.store = store
        self.handle = ffi.new_handle(self)
        self.transactions: dict[Any, _Open] = {}


class _Open:
    """A transaction under way, and the values it has lent since it wrote last."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.handle = ffi.new_handle(self)
        self.lent: list[Any] = []


def _bytes(data: Any, length: int) -> bytes:
    return bytes(ffi.buffer(data, length)) if length else b""


@callback("certlife_py_store_begin")
def _begin(self: Any, mode: int, txn_out: Any, err: Any) -> None:
    kept: _Kept = ffi.from_handle(self)
    opened = _Open(kept.store.begin(StoreMode(mode)))
    kept.transactions[opened.handle] = opened
    txn_out[0] = opened.handle


@callback("certlife_py_store_get")
def _get(self: Any, txn: Any, key: Any, key_len: int, value_out: Any, value_len_out: Any, err: Any) -> int:
    opened: _Open = ffi.from_handle(txn)
    value = opened.transaction.get(_bytes(key, key_len))
    if value is None:
        return int(lib.CERTLIFE_STORE_ABSENT)
    lent = ffi.from_buffer("uint8_t[]", value)
    opened.lent.append(lent)
    value_out[0] = lent
    value_len_out[0] = len(value)
    return int(lib.CERTLIFE_STORE_FOUND)


@callback("certlife_py_store_put")
def _put(self: Any, txn: Any, key: Any, key_len: int, value: Any, value_len: int, err: Any) -> None:
    opened: _Open = ffi.from_handle(txn)
    opened.lent.clear()
    opened.transaction.put(_bytes(key, key_len), _bytes(value, value_len))


@callback("certlife_py_store_erase")
def _erase(self: Any, txn: Any, key: Any, key_len: int, err: Any) -> None:
    opened: _Open = ffi.from_handle(txn)
    opened.lent.clear()
    opened.transaction.erase(_bytes(key, key_len))


@callback("certlife_py_store_scan")
def _scan(self: Any, txn: Any, first: Any, first_len: int, prefix_len: int, visit: Any, payload: Any, err: Any) -> int:
    start = _bytes(first, first_len)
    for key, value in ffi.from_handle(txn).transaction.scan(start, start[:prefix_len]):
        answer: int = visit(key, len(key), value, len(value), payload)
        if answer != 0:
            return min(answer, 0)
    return 0


@callback("certlife_py_store_commit")
def _commit(self: Any, txn: Any, err: Any) -> None:
    opened = ffi.from_handle(self).transactions.pop(txn)
    opened.transaction.commit()


@ffi.def_extern(name="certlife_py_store_abort")  # type: ignore[untyped-decorator]
def _abort(self: Any, txn: Any) -> None:
    opened = ffi.from_handle(self).transactions.pop(txn)
    opened.transaction.abort()
