// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
// #include "callbacks.h"
import "C"

import (
	"context"
	"runtime/cgo"
)

// Options are what an institution is opened with.
type Options struct {
	Name    string   // must: the organization in every subject; UTF-8, 1 to 64 bytes
	CRLURL  string   // must: where the revocation list will be (R-ISS-5); ASCII, up to 255 bytes
	Profile *Profile // must: copied
	Store   *Store   // must: stays open as long as the institution, like Issuer and Crypto
	Issuer  *Issuer  // may be nil: then nothing can be obtained or renewed (ErrIssuer)
	Crypto  *Crypto  // must
	Clock   Clock    // nil is the system's clock
}

// An Institution is the handle that everything goes through. Any goroutine may use it.
type Institution struct {
	h       *handle
	c       *C.certlife_institution
	options Options // keeps the parts from being found unreachable
}

// Open opens an institution on its store, which is made ready if it is empty. Failures: ErrInvalid for a wrong option,
// named; ErrStoreVersion for a store from a newer version; ErrStoreCorrupt for one with something else in it; ErrStore.
func Open(ctx context.Context, options Options) (*Institution, error) {
	var parts []*handle
	if options.Store != nil {
		parts = append(parts, options.Store.h)
	}
	if options.Issuer != nil {
		parts = append(parts, options.Issuer.h)
	}
	if options.Crypto != nil {
		parts = append(parts, options.Crypto.h)
	}
	used := parts
	if options.Profile != nil {
		options.Profile.mu.Lock()
		defer options.Profile.mu.Unlock()
		used = append(parts[:len(parts):len(parts)], options.Profile.h)
	}
	k, err := begin(ctx, used...)
	if err != nil {
		return nil, err
	}
	defer k.end()
	c := (*C.certlife_institution_options)(k.bytes(C.sizeof_certlife_institution_options))
	*c = C.certlife_institution_options{size: C.sizeof_certlife_institution_options}
	c.name, c.crl_url = k.text("name", options.Name), k.text("crl_url", options.CRLURL)
	if options.Store != nil {
		c.store = options.Store.c
	}
	if options.Issuer != nil {
		c.issuer = options.Issuer.c
	}
	if options.Crypto != nil {
		c.crypto = options.Crypto.c
	}
	var clock cgo.Handle
	if options.Clock != nil {
		clock = cgo.NewHandle(options.Clock)
		C.certlife_go_clock(&c.clock, C.uintptr_t(clock))
	}
	forget := func() {
		if clock != 0 {
			clock.Delete()
		}
	}
	if options.Profile != nil {
		c.profile = options.Profile.c
	}
	out := (**C.certlife_institution)(k.out())
	if _, err := k.do(func(err **C.certlife_error) C.int { return C.certlife_institution_open(c, out, err) }); err != nil {
		forget()
		return nil, err
	}
	opened := *out
	i := &Institution{c: opened, options: options}
	i.h = newHandle("institution "+options.Name, options.Clock != nil, func() error {
		C.certlife_institution_close(opened)
		forget()
		return nil
	}, parts...)
	return watch(i, i.h), nil
}

// Close waits for the calls under way and closes. A second one does nothing. Not to be called by a store, issuer or clock
// written in Go while it is being called.
func (i *Institution) Close() error {
	if i == nil {
		return nil
	}
	return i.h.close("")
}
