// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
// #include "callbacks.h"
import "C"

import (
	"context"
	"errors"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// A hostCall is the Go half of a call in which parts written in Go may be called back: their context, and their errors,
// which come out of the call as themselves.
type hostCall struct {
	ctx      context.Context
	errors   []error
	panicked bool
	panic    any
}

// during runs fn with this as the thread's call under way.
func (hc *hostCall) during(fn func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	self := cgo.NewHandle(hc)
	defer self.Delete()
	before := C.certlife_go_enter(C.uintptr_t(self))
	defer C.certlife_go_enter(before)
	fn()
	if hc.panicked {
		panic(hc.panic)
	}
}

// backendOfGo marks an error of C's that stands for one of Go's, whose number is its backend code.
const backendOfGo = "go"

var backendOfGoC = C.CString(backendOfGo)

// fail describes an error of Go's to C, and returns its code: ErrHost where it has none of its own.
func (hc *hostCall) fail(subject string, err **C.certlife_error, cause error) C.int {
	hc.errors = append(hc.errors, cause)
	code := codeOf(cause)
	if err != nil {
		message := C.CString(subject + ": " + cause.Error())
		defer C.free(unsafe.Pointer(message))
		C.certlife_error_set(err, C.int(code), C.int(len(hc.errors)), backendOfGoC, message)
	}
	return C.int(code)
}

func codeOf(cause error) ErrorCode {
	var described *Error
	var code ErrorCode
	switch {
	case errors.As(cause, &described) && described.Code.Class() != 0:
		return described.Code
	case errors.As(cause, &code) && code.Class() != 0:
		return code
	}
	return ErrHost
}

// attribute finds the error of Go's that a failure stands for.
func (hc *hostCall) attribute(err *Error) {
	if hc == nil || len(hc.errors) == 0 {
		return
	}
	switch number := err.BackendCode; {
	case err.BackendName == backendOfGo && number >= 1 && number <= len(hc.errors):
		err.cause = hc.errors[number-1]
		err.BackendCode, err.BackendName = 0, ""
	case err.Code == ErrHost: // a clock, which cannot describe its errors to C
		err.cause = hc.errors[len(hc.errors)-1]
	}
}

// errPanicked stands for a panic, which goes on when C has returned.
var errPanicked = errors.New("panicked")

// slot runs what a part written in Go does in one of its slots. A panic does not unwind C: it waits in the call.
func slot(current C.uintptr_t, subject string, err **C.certlife_error, fn func(hc *hostCall) (C.int, error)) (rc C.int) {
	hc := cgo.Handle(current).Value().(*hostCall)
	defer func() {
		if p := recover(); p != nil {
			hc.panicked, hc.panic = true, p
			rc = hc.fail(subject, err, errPanicked)
		}
	}()
	answer, failure := fn(hc)
	if failure != nil {
		return hc.fail(subject, err, failure)
	}
	return answer
}

// borrow is C's memory as a slice, good during the call only.
func borrow(p *C.uint8_t, n C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), n)
}

func clone(p *C.uint8_t, n C.size_t) []byte { return append([]byte{}, borrow(p, n)...) }

// start is the address of a slice's bytes, to lend to C.
func start(b []byte) *C.uint8_t {
	if len(b) == 0 {
		return nil
	}
	return (*C.uint8_t)(unsafe.Pointer(&b[0]))
}

// ---- clock --------------------------------------------------------------------------------------------------------

//export certlifeGoClockNow
func certlifeGoClockNow(current, self C.uintptr_t, out *C.int64_t) C.int {
	return slot(current, "clock", nil, func(*hostCall) (C.int, error) {
		now, err := cgo.Handle(self).Value().(Clock).Now()
		if err == nil {
			*out = C.int64_t(now.Unix())
		}
		return 0, err
	})
}

// ---- store --------------------------------------------------------------------------------------------------------

// A storePart is a store written in Go; a storeTxn one of its transactions, with what was lent to C in it.
type storePart struct {
	subject string
	backend StoreBackend
}

type storeTxn struct {
	part *storePart
	txn  StoreTxn
	lent []unsafe.Pointer
}

//export certlifeGoStoreBegin
func certlifeGoStoreBegin(current, self C.uintptr_t, mode C.certlife_store_mode, out *C.uintptr_t,
	err **C.certlife_error) C.int {
	part := cgo.Handle(self).Value().(*storePart)
	return slot(current, part.subject, err, func(hc *hostCall) (C.int, error) {
		txn, err := part.backend.Begin(hc.ctx, StoreMode(mode))
		if err == nil {
			*out = C.uintptr_t(cgo.NewHandle(&storeTxn{part: part, txn: txn}))
		}
		return 0, err
	})
}

func inTxn(current, txn C.uintptr_t, err **C.certlife_error, fn func(t *storeTxn) (C.int, error)) C.int {
	t := cgo.Handle(txn).Value().(*storeTxn)
	return slot(current, t.part.subject, err, func(*hostCall) (C.int, error) { return fn(t) })
}

//export certlifeGoStoreGet
func certlifeGoStoreGet(current, txn C.uintptr_t, key *C.uint8_t, keyLen C.size_t, valueOut **C.uint8_t,
	valueLenOut *C.size_t, err **C.certlife_error) C.int {
	return inTxn(current, txn, err, func(t *storeTxn) (C.int, error) {
		value, found, err := t.txn.Get(borrow(key, keyLen))
		if err != nil || !found {
			return C.CERTLIFE_STORE_ABSENT, err
		}
		lent := C.CBytes(append(value[:len(value):len(value)], 0)) // never of no bytes
		t.lent = append(t.lent, lent)
		*valueOut, *valueLenOut = (*C.uint8_t)(lent), C.size_t(len(value))
		return C.CERTLIFE_STORE_FOUND, nil
	})
}

//export certlifeGoStorePut
func certlifeGoStorePut(current, txn C.uintptr_t, key *C.uint8_t, keyLen C.size_t, value *C.uint8_t,
	valueLen C.size_t, err **C.certlife_error) C.int {
	return inTxn(current, txn, err, func(t *storeTxn) (C.int, error) {
		return 0, t.txn.Put(clone(key, keyLen), clone(value, valueLen))
	})
}

//export certlifeGoStoreErase
func certlifeGoStoreErase(current, txn C.uintptr_t, key *C.uint8_t, keyLen C.size_t, err **C.certlife_error) C.int {
	return inTxn(current, txn, err, func(t *storeTxn) (C.int, error) { return 0, t.txn.Erase(borrow(key, keyLen)) })
}

//export certlifeGoStoreScan
func certlifeGoStoreScan(current, txn C.uintptr_t, from *C.uint8_t, fromLen, prefixLen C.size_t,
	visit C.certlife_store_visit, payload unsafe.Pointer, err **C.certlife_error) C.int {
	return inTxn(current, txn, err, func(t *storeTxn) (C.int, error) {
		answer := C.int(0)
		failed := t.txn.Scan(borrow(from, fromLen), int(prefixLen), func(key, value []byte) bool {
			if answer == 0 {
				answer = C.certlife_go_visit(visit, start(key), C.size_t(len(key)), start(value), C.size_t(len(value)),
					payload)
			}
			return answer == 0
		})
		if answer < 0 { // the visitor's, which has described it
			return answer, nil
		}
		return 0, failed
	})
}

func (t *storeTxn) end(handle C.uintptr_t) {
	for _, p := range t.lent {
		C.free(p)
	}
	cgo.Handle(handle).Delete()
}

//export certlifeGoStoreCommit
func certlifeGoStoreCommit(current, txn C.uintptr_t, err **C.certlife_error) C.int {
	return inTxn(current, txn, err, func(t *storeTxn) (C.int, error) {
		defer t.end(txn)
		return 0, t.txn.Commit()
	})
}

//export certlifeGoStoreAbort
func certlifeGoStoreAbort(current, txn C.uintptr_t) {
	inTxn(current, txn, nil, func(t *storeTxn) (C.int, error) {
		defer t.end(txn)
		t.txn.Abort()
		return 0, nil
	})
}

// ---- issuer -------------------------------------------------------------------------------------------------------

type issuerPart struct {
	subject string
	backend IssuerBackend
}

//export certlifeGoIssuerIssue
func certlifeGoIssuerIssue(current, self C.uintptr_t, order *C.certlife_issuer_order, out *C.uint8_t,
	lenInOut *C.size_t, err **C.certlife_error) C.int {
	part := cgo.Handle(self).Value().(*issuerPart)
	return slot(current, part.subject, err, func(hc *hostCall) (C.int, error) {
		answer, der, err := part.backend.Issue(hc.ctx, orderOf(order))
		return give(answer, der, err, out, lenInOut)
	})
}

//export certlifeGoIssuerPoll
func certlifeGoIssuerPoll(current, self C.uintptr_t, id *C.uint8_t, idLen C.size_t, out *C.uint8_t,
	lenInOut *C.size_t, err **C.certlife_error) C.int {
	part := cgo.Handle(self).Value().(*issuerPart)
	return slot(current, part.subject, err, func(hc *hostCall) (C.int, error) {
		answer, der, err := part.backend.Poll(hc.ctx, clone(id, idLen))
		return give(answer, der, err, out, lenInOut)
	})
}

func give(answer IssuerAnswer, der []byte, err error, out *C.uint8_t, lenInOut *C.size_t) (C.int, error) {
	if err == nil && answer == Issued {
		copy(borrow(out, *lenInOut), der)
		*lenInOut = C.size_t(len(der)) // too long is for the library to say
	}
	return C.int(answer), err
}

// ---- crypto -------------------------------------------------------------------------------------------------------

type cryptoPart struct {
	subject string
	backend CryptoBackend
}

type cryptoKey struct {
	part *cryptoPart
	key  CryptoKey
}

func inCrypto(current, self C.uintptr_t, err **C.certlife_error, fn func(p *cryptoPart) (C.int, error)) C.int {
	part := cgo.Handle(self).Value().(*cryptoPart)
	return slot(current, part.subject, err, func(*hostCall) (C.int, error) { return fn(part) })
}

func withKey(current, key C.uintptr_t, err **C.certlife_error, fn func(key CryptoKey) (C.int, error)) C.int {
	k := cgo.Handle(key).Value().(*cryptoKey)
	return slot(current, k.part.subject, err, func(*hostCall) (C.int, error) { return fn(k.key) })
}

//export certlifeGoCryptoSHA256
func certlifeGoCryptoSHA256(current, self C.uintptr_t, data *C.uint8_t, length C.size_t, out *C.uint8_t,
	err **C.certlife_error) C.int {
	return inCrypto(current, self, err, func(p *cryptoPart) (C.int, error) {
		hash, err := p.backend.SHA256(borrow(data, length))
		copy(borrow(out, C.size_t(len(hash))), hash[:])
		return 0, err
	})
}

//export certlifeGoCryptoRandom
func certlifeGoCryptoRandom(current, self C.uintptr_t, out *C.uint8_t, length C.size_t, err **C.certlife_error) C.int {
	return inCrypto(current, self, err, func(p *cryptoPart) (C.int, error) {
		return 0, p.backend.Random(borrow(out, length))
	})
}

//export certlifeGoCryptoKeyOpen
func certlifeGoCryptoKeyOpen(current, self C.uintptr_t, data *C.uint8_t, length C.size_t, out *C.uintptr_t,
	err **C.certlife_error) C.int {
	return inCrypto(current, self, err, func(p *cryptoPart) (C.int, error) {
		key, err := p.backend.OpenKey(clone(data, length))
		return lendKey(p, key, err, out)
	})
}

//export certlifeGoCryptoKeyGenerate
func certlifeGoCryptoKeyGenerate(current, self C.uintptr_t, bits C.int32_t, out *C.uintptr_t,
	err **C.certlife_error) C.int {
	return inCrypto(current, self, err, func(p *cryptoPart) (C.int, error) {
		key, err := p.backend.GenerateKey(int(bits))
		return lendKey(p, key, err, out)
	})
}

func lendKey(p *cryptoPart, key CryptoKey, err error, out *C.uintptr_t) (C.int, error) {
	if err == nil {
		*out = C.uintptr_t(cgo.NewHandle(&cryptoKey{p, key}))
	}
	return 0, err
}

//export certlifeGoCryptoKeyWrite
func certlifeGoCryptoKeyWrite(current, key C.uintptr_t, out *C.char, room C.size_t, err **C.certlife_error) C.int {
	return withKey(current, key, err, func(key CryptoKey) (C.int, error) {
		pem, err := key.PEM()
		if err != nil {
			return 0, err
		}
		if C.size_t(len(pem)) >= room {
			return 0, ErrInvalid
		}
		copy(borrow((*C.uint8_t)(unsafe.Pointer(out)), room), append(pem[:len(pem):len(pem)], 0))
		return 0, nil
	})
}

//export certlifeGoCryptoKeyPublic
func certlifeGoCryptoKeyPublic(current, key C.uintptr_t, out *C.uint8_t, lenInOut *C.size_t,
	err **C.certlife_error) C.int {
	return withKey(current, key, err, func(key CryptoKey) (C.int, error) {
		spki, err := key.Public()
		return give(Issued, spki, err, out, lenInOut)
	})
}

//export certlifeGoCryptoSign
func certlifeGoCryptoSign(current, key C.uintptr_t, algorithm C.certlife_signature, message *C.uint8_t,
	length C.size_t, out *C.uint8_t, lenInOut *C.size_t, err **C.certlife_error) C.int {
	return withKey(current, key, err, func(key CryptoKey) (C.int, error) {
		signature, err := key.Sign(Signature(algorithm), borrow(message, length))
		return give(Issued, signature, err, out, lenInOut)
	})
}

//export certlifeGoCryptoKeyClose
func certlifeGoCryptoKeyClose(current, key C.uintptr_t) {
	withKey(current, key, nil, func(k CryptoKey) (C.int, error) {
		defer cgo.Handle(key).Delete()
		return 0, k.Close()
	})
}

//export certlifeGoCryptoVerify
func certlifeGoCryptoVerify(current, self C.uintptr_t, spki *C.uint8_t, spkiLen C.size_t,
	algorithm C.certlife_signature, message *C.uint8_t, length C.size_t, signature *C.uint8_t,
	signatureLen C.size_t, err **C.certlife_error) C.int {
	return inCrypto(current, self, err, func(p *cryptoPart) (C.int, error) {
		good, err := p.backend.Verify(borrow(spki, spkiLen), Signature(algorithm), borrow(message, length),
			borrow(signature, signatureLen))
		return judged(good), err
	})
}

//export certlifeGoCryptoKeySound
func certlifeGoCryptoKeySound(current, self C.uintptr_t, spki *C.uint8_t, spkiLen C.size_t,
	err **C.certlife_error) C.int {
	return inCrypto(current, self, err, func(p *cryptoPart) (C.int, error) {
		good, err := p.backend.KeySound(borrow(spki, spkiLen))
		return judged(good), err
	})
}

func judged(good bool) C.int {
	if good {
		return C.CERTLIFE_CRYPTO_GOOD
	}
	return C.CERTLIFE_CRYPTO_BAD
}
