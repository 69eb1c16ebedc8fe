// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
// #include "callbacks.h"
import "C"

import (
	"context"
	"io"
	"runtime/cgo"
)

// A Store is where the facts are kept. Any goroutine may use it. Closing it closes the institutions on it.
type Store struct {
	h *handle
	c *C.certlife_store
}

// NewMemoryStore returns a store in memory, gone when closed: for tests and first steps.
func NewMemoryStore() (*Store, error) {
	k, err := begin(context.Background())
	if err != nil {
		return nil, err
	}
	defer k.end()
	return k.store("store memory", func(out **C.certlife_store, err **C.certlife_error) C.int {
		return C.certlife_store_new_memory(out, err)
	})
}

// LMDBOptions are what an LMDB store can be opened with. The zero value is good.
type LMDBOptions struct {
	MaxBytes   uint64 // the file never grows beyond this; 0 is 64 GiB
	MaxReaders uint32 // goroutines and processes reading at one moment; 0 is 510
	ReadOnly   bool   // an existing store, only to look; writes are refused
}

// OpenLMDB opens (and makes, if it is not there) a store in the folder `path`, which must be on a local file system: a
// network one is ErrInvalid. Several processes may have it open at once. Every commit is durable.
func OpenLMDB(ctx context.Context, path string, options LMDBOptions) (*Store, error) {
	k, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	defer k.end()
	cPath := k.text("path", path)
	c := (*C.certlife_store_lmdb_options)(k.bytes(C.sizeof_certlife_store_lmdb_options))
	*c = C.certlife_store_lmdb_options{
		size:        C.sizeof_certlife_store_lmdb_options,
		max_bytes:   C.uint64_t(options.MaxBytes),
		max_readers: C.uint32_t(options.MaxReaders),
		read_only:   truth(options.ReadOnly),
	}
	return k.store("store lmdb", func(out **C.certlife_store, err **C.certlife_error) C.int {
		return C.certlife_store_open_lmdb(cPath, c, out, err)
	})
}

// A StoreMode is what a transaction is for.
type StoreMode int32

const (
	StoreRead         StoreMode = C.CERTLIFE_STORE_READ
	StoreWrite        StoreMode = C.CERTLIFE_STORE_WRITE
	StoreWriteReserve StoreMode = C.CERTLIFE_STORE_WRITE_RESERVE // and may use the room kept back for revocation
)

const (
	StoreKeyMax   = C.CERTLIFE_STORE_KEY_MAX   // bytes; at least 1
	StoreValueMax = C.CERTLIFE_STORE_VALUE_MAX // bytes
)

// A StoreBackend is a store written in Go: an ordered, transactional map from bytes to bytes. Keys compare as
// bytes.Compare does.
//
// A read transaction sees the map as it was at Begin, whatever is committed meanwhile. There may be many at once, and a
// write transaction beside them; a second Begin for writing waits for the first writer. One transaction is used by one
// goroutine, from Begin to exactly one Commit or Abort, after which it is gone, also where Commit failed. What failed has
// changed nothing.
//
// An error comes out of the call that caused it: errors.Is finds the very value. One that is, or wraps, an ErrorCode has
// that code for the library; ErrBusy from Commit says that another writer came between, and the transaction is run again.
// Every other error is ErrHost. A panic goes on in the caller when C has returned; runtime.Goexit (as in t.FailNow) must
// not be called.
//
// If it is an io.Closer too, Store.Close closes it.
type StoreBackend interface {
	// Begin is given the context of the call.
	Begin(ctx context.Context, mode StoreMode) (StoreTxn, error)
}

// A StoreTxn is a transaction of a StoreBackend. The keys given to Get, Erase and Scan are good during the call only; what
// is given to Put is the store's to keep.
type StoreTxn interface {
	Get(key []byte) (value []byte, found bool, err error)
	Put(key, value []byte) error
	Erase(key []byte) error // a key that is not there is no failure
	// Scan visits, in order, every key that is not before `from` and begins with its first `prefix` bytes, until `visit`
	// returns false.
	Scan(from []byte, prefix int, visit func(key, value []byte) bool) error
	Commit() error
	Abort()
}

// NewStore makes a store of a backend written in Go. `name` is for messages. `durable`: what Commit has answered survives
// a crash of the machine.
func NewStore(name string, durable bool, backend StoreBackend) (*Store, error) {
	k, err := begin(context.Background())
	if err != nil {
		return nil, err
	}
	defer k.end()
	part, forget, err := k.part(name, &storePart{"store " + name, backend})
	if err != nil {
		return nil, err
	}
	capabilities := C.uint32_t(0)
	if durable {
		capabilities = C.CERTLIFE_STORE_DURABLE
	}
	s, err := k.store("store "+name, func(out **C.certlife_store, err **C.certlife_error) C.int {
		return C.certlife_go_store_new(part, capabilities, out, err)
	})
	if err != nil {
		forget()
		return nil, err
	}
	s.h.host = true
	free := s.h.free
	s.h.free = func() error {
		_ = free()
		forget()
		if closer, ok := backend.(io.Closer); ok {
			return closer.Close()
		}
		return nil
	}
	return s, nil
}

func (k *call) store(what string, fn func(**C.certlife_store, **C.certlife_error) C.int) (*Store, error) {
	out := (**C.certlife_store)(k.out())
	if _, err := k.do(func(err **C.certlife_error) C.int { return fn(out, err) }); err != nil {
		return nil, err
	}
	made := *out
	s := &Store{c: made}
	s.h = newHandle(what, false, func() error {
		C.certlife_store_close(made)
		return nil
	})
	return watch(s, s.h), nil
}

// part makes C's half of a part written in Go.
func (k *call) part(name string, half any) (part *C.struct_certlife_go_part, forget func(), err error) {
	cName := k.text("name", name)
	if k.fault != nil {
		return nil, nil, k.fault
	}
	self := cgo.NewHandle(half)
	part = C.certlife_go_part_new(C.uintptr_t(self), cName)
	if part == nil {
		self.Delete()
		return nil, nil, failure(ErrMemory, name+": no memory", nil)
	}
	return part, func() {
		C.certlife_go_part_free(part)
		self.Delete()
	}, nil
}

// Close closes the institutions on it, and then the store. A second one does nothing. It fails only where a store written
// in Go does.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	return s.h.close("")
}
