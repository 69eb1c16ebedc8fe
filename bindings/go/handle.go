// SPDX-License-Identifier: Apache-2.0

package certlife

import (
	"context"
	"fmt"
	"log"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// A handle is what Store, Crypto, Issuer, Institution and NoticePage have in common: something of C's that is freed
// once, after the last call that uses it, and after what was built on it.
type handle struct {
	what string       // "store lmdb": begins its messages
	host bool         // it, or a part below it, calls back into Go
	free func() error // refers to C's object only, never to the owner

	users atomic.Int64 // calls under way; `closing` besides, once Close was called
	idle  chan struct{}
	done  chan struct{} // closed when it is freed

	failed error // what free answered

	mu       sync.Mutex
	because  string // why it is closed, where it was not closed by itself
	children map[*handle]struct{}
	parents  []*handle
	record   *openRecord
}

const closing = 1 << 62

// newHandle is called between enter and leave of the parents.
func newHandle(what string, host bool, free func() error, parents ...*handle) *handle {
	h := &handle{what: what, host: host, free: free, idle: make(chan struct{}, 1), done: make(chan struct{}),
		parents: parents, record: recordOpen(what)}
	for _, parent := range parents {
		h.host = h.host || parent.host
		parent.mu.Lock()
		if parent.children == nil {
			parent.children = map[*handle]struct{}{}
		}
		parent.children[h] = struct{}{}
		parent.mu.Unlock()
	}
	return h
}

// enter begins a call; leave ends it. In between the handle is not freed.
func (h *handle) enter() error {
	if h == nil {
		return closedError("handle: was never opened")
	}
	if h.users.Add(1)&closing == 0 {
		return nil
	}
	h.leave()
	return closedError(h.closedMessage())
}

func (h *handle) leave() {
	if h.users.Add(-1) == closing {
		select {
		case h.idle <- struct{}{}:
		default:
		}
	}
}

func (h *handle) closedMessage() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.because != "" {
		return h.what + ": is closed, because " + h.because
	}
	return h.what + ": is closed"
}

// close waits for the calls under way, closes the children, and frees. A second one waits for the first.
func (h *handle) close(because string) error {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	first := h.users.Load()&closing == 0
	if first {
		h.because = because
		h.users.Add(closing)
	}
	h.mu.Unlock()
	if !first {
		<-h.done
		return h.failed
	}
	for h.users.Load() != closing {
		<-h.idle
	}
	for _, child := range h.offspring() {
		child.close("the " + h.what + " below it was closed")
	}
	if h.host { // C may call back to close what it has
		(&hostCall{ctx: context.Background()}).during(func() { h.failed = h.free() })
	} else {
		h.failed = h.free()
	}
	for _, parent := range h.parents {
		parent.mu.Lock()
		delete(parent.children, h)
		parent.mu.Unlock()
	}
	recordClosed(h.record)
	close(h.done)
	return h.failed
}

func (h *handle) offspring() []*handle {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*handle, 0, len(h.children))
	for child := range h.children {
		all = append(all, child)
	}
	return all
}

// ---- what is open -------------------------------------------------------------------------------------------------

// An openRecord is about a handle and does not hold it.
type openRecord struct {
	what   string
	opened []uintptr
}

var open = struct {
	sync.Mutex
	records map[*openRecord]struct{}
}{records: map[*openRecord]struct{}{}}

func recordOpen(what string) *openRecord {
	frames := make([]uintptr, 8)
	r := &openRecord{what, frames[:runtime.Callers(3, frames)]}
	open.Lock()
	open.records[r] = struct{}{}
	open.Unlock()
	return r
}

func recordClosed(r *openRecord) {
	open.Lock()
	delete(open.records, r)
	open.Unlock()
}

// String names the first caller outside this package.
func (r *openRecord) String() string {
	frames := runtime.CallersFrames(r.opened)
	for {
		frame, more := frames.Next()
		if !more || !strings.HasPrefix(frame.Function, "certlife.example/go/certlife.") {
			return fmt.Sprintf("%s, opened at %s:%d", r.what, frame.File, frame.Line)
		}
	}
}

// OpenHandles returns a line for each handle that is open now: what it is, and where it was opened. A test that ends
// with none has forgotten no Close.
func OpenHandles() []string {
	open.Lock()
	defer open.Unlock()
	lines := make([]string, 0, len(open.records))
	for r := range open.records {
		lines = append(lines, r.String())
	}
	sort.Strings(lines)
	return lines
}

// OnLeak is called with one line for each handle that the garbage collector finds never closed. It is not closed then
// either: this only reports. Set it before the first handle is opened; the default logs.
var OnLeak = func(line string) { log.Print("certlife: never closed: ", line) }

// watch lets the garbage collector report `owner`, to which nothing in this package refers.
func watch[T any](owner *T, h *handle) *T {
	runtime.SetFinalizer(owner, func(*T) {
		if h.users.Load()&closing == 0 {
			OnLeak(h.record.String())
		}
	})
	return owner
}
