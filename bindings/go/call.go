// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// A call is one call into the library. Its arguments and answers are in C's memory; they are used again.
type call struct {
	c       *C.struct_certlife_go_call
	used    int              // bytes of c.room
	extra   []unsafe.Pointer // what did not fit
	fault   error            // an argument that cannot be handed over
	handles []*handle        // entered
	ctx     context.Context
}

var calls = sync.Pool{New: func() any {
	k := &call{c: C.certlife_go_call_new()}
	runtime.SetFinalizer(k, func(k *call) {
		if k.c != nil {
			C.certlife_go_call_free(k.c)
		}
	})
	return k
}}

// begin starts a call on open handles, unless the context has ended. It must be ended.
func begin(ctx context.Context, on ...*handle) (*call, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := calls.Get().(*call)
	if k.c == nil {
		return nil, failure(ErrMemory, "call: no memory", nil)
	}
	k.ctx = ctx
	for _, h := range on {
		if err := h.enter(); err != nil {
			k.end()
			return nil, err
		}
		k.handles = append(k.handles, h)
	}
	return k, nil
}

func (k *call) end() {
	for _, h := range k.handles {
		h.leave()
	}
	for _, p := range k.extra {
		C.free(p)
	}
	k.used, k.extra, k.fault, k.handles, k.ctx = 0, k.extra[:0], nil, k.handles[:0], nil
	calls.Put(k)
}

// ---- arguments ----------------------------------------------------------------------------------------------------

func (k *call) fail(format string, args ...any) {
	if k.fault == nil {
		k.fault = failure(ErrInvalid, fmt.Sprintf(format, args...), nil)
	}
}

// bytes returns some of C's memory of this length, which lives as long as the call.
func (k *call) bytes(length int) unsafe.Pointer {
	if k.used+length <= len(k.c.room) {
		p := unsafe.Pointer(&k.c.room[k.used])
		k.used += (length + 7) &^ 7 // structures may follow
		return p
	}
	p := C.malloc(C.size_t(length))
	k.extra = append(k.extra, p)
	return p
}

// data copies bytes; NULL for nil.
func (k *call) data(b []byte) (*C.uint8_t, C.size_t) {
	if b == nil {
		return nil, 0
	}
	p := k.bytes(len(b) + 1)
	copy(unsafe.Slice((*byte)(p), len(b)), b)
	return (*C.uint8_t)(p), C.size_t(len(b))
}

// text copies a text. C ends it at a NUL, so there must be none in it.
func (k *call) text(what, s string) *C.char {
	if at := strings.IndexByte(s, 0); at >= 0 {
		k.fail("%s: holds a control character", what)
		return nil
	}
	p := k.bytes(len(s) + 1)
	room := unsafe.Slice((*byte)(p), len(s)+1)
	copy(room, s)
	room[len(s)] = 0
	return (*C.char)(p)
}

// optional is the same with NULL for "".
func (k *call) optional(what, s string) *C.char {
	if s == "" {
		return nil
	}
	return k.text(what, s)
}

func (k *call) int32(what string, n int) C.int32_t {
	if n > math.MaxInt32 || n < math.MinInt32 {
		k.fail("%s: %d is out of range", what, n)
		return 0
	}
	return C.int32_t(n)
}

func (k *call) actor(a *Actor) *C.certlife_actor {
	c := &k.c.actor
	c.size = C.sizeof_certlife_actor
	c.kind = C.certlife_actor_kind(a.Kind)
	c.contract = k.text("actor's contract", a.Contract)
	c.user = k.text("actor's user", a.User)
	c.staff = k.optional("actor's staff", a.Staff)
	c.login_password = truth(a.LoginPassword)
	c.confirmation_password = truth(a.ConfirmationPassword)
	c.certificate, c.certificate_len = k.data(a.Certificate)
	c.application = k.optional("actor's application", a.Application)
	c.idempotency_key = k.optional("idempotency key", a.IdempotencyKey)
	return c
}

// out is where the call's result is put: one cell of the union.
func (k *call) out() unsafe.Pointer {
	k.c.out = [8]byte{}
	return unsafe.Pointer(&k.c.out)
}

func truth(b bool) C.int32_t {
	if b {
		return 1
	}
	return 0
}

// ---- answers ------------------------------------------------------------------------------------------------------

// do makes the call and returns its answer, or the failure as an error.
func (k *call) do(fn func(err **C.certlife_error) C.int) (C.int, error) {
	if k.fault != nil {
		return 0, k.fault
	}
	k.c.err = nil
	var rc C.int
	host := k.host()
	if host == nil {
		rc = fn(&k.c.err)
	} else {
		host.during(func() { rc = fn(&k.c.err) })
	}
	if rc >= 0 {
		return rc, nil
	}
	err := takeError(rc, k.c.err)
	host.attribute(err)
	return rc, err
}

func (k *call) host() *hostCall {
	for _, h := range k.handles {
		if h.host {
			return &hostCall{ctx: k.ctx}
		}
	}
	return nil
}

// decide is do for calls that fill a decision.
func (k *call) decide(fn func(d *C.certlife_decision, err **C.certlife_error) C.int) (Decision, error) {
	_, err := k.do(func(err **C.certlife_error) C.int {
		rc := fn(k.c.decision, err)
		if rc >= 0 {
			C.certlife_go_read_answer(k.c, 1)
		}
		return rc
	})
	if err != nil {
		return Decision{}, err
	}
	return k.decision(), nil
}

func (k *call) decision() Decision {
	a := &k.c.answer
	d := k.verdict()
	copyTexts(text{&d.Row, a.row}, text{&d.Line, a.line},
		text{&d.sentences[0], a.sentence[0]}, text{&d.sentences[1], a.sentence[1]},
		text{&d.waySentences[0], a.way_sentence[0]}, text{&d.waySentences[1], a.way_sentence[1]})
	return d
}

func (k *call) verdict() Decision {
	a := &k.c.answer
	return Decision{Code: Code(a.code), Way: Way(a.way), Date: moment(a.date), allowed: a.allowed != 0}
}

type text struct {
	to   *string
	from C.struct_certlife_go_text
}

// copyTexts copies several texts out of C's memory at the price of one.
func copyTexts(texts ...text) {
	size := 0
	for i := range texts {
		size += int(texts[i].from.len)
	}
	all := make([]byte, 0, size)
	for i := range texts {
		all = append(all, unsafe.Slice((*byte)(unsafe.Pointer(texts[i].from.at)), texts[i].from.len)...)
	}
	rest := *(*string)(unsafe.Pointer(&all)) // as strings.Builder does
	for i := range texts {
		*texts[i].to, rest = rest[:texts[i].from.len], rest[texts[i].from.len:]
	}
}

// ---- time ---------------------------------------------------------------------------------------------------------

// Never is where the profile sets no limit: the last moment that the library knows, 9999-12-31 23:59:59 UTC.
var Never = time.Unix(253402300799, 0).UTC()

// moment turns UTC seconds into a time: 0 (none) is the zero Time, the greatest is Never.
func moment(utc C.int64_t) time.Time {
	seconds := int64(utc)
	switch seconds {
	case 0:
		return time.Time{}
	case math.MaxInt64:
		return Never
	}
	return time.Unix(seconds, 0).UTC()
}
