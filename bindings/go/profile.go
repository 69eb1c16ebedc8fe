// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"context"
	"sync"
	"time"
)

// A Profile says where institutions differ, as named values that can be set and printed as text. docs/profiles.md lists
// them. An institution copies its profile when it is opened, so both can be closed in either order.
type Profile struct {
	h  *handle
	mu sync.Mutex // C's object is for one thread at a time
	c  *C.certlife_profile
}

// NewProfile returns a copy of the built-in profile of this name: one of BuiltinProfiles.
func NewProfile(name string) (*Profile, error) {
	return makeProfile("profile", name, func(name *C.char, out **C.certlife_profile, err **C.certlife_error) C.int {
		return C.certlife_profile_new(name, out, err)
	})
}

// ParseProfile reads a profile from text. ErrInvalid gives the line, the name and what is allowed.
func ParseProfile(text string) (*Profile, error) {
	return makeProfile("profile", text, func(text *C.char, out **C.certlife_profile, err **C.certlife_error) C.int {
		return C.certlife_profile_parse(text, out, err)
	})
}

// LoadProfile reads a profile from the file at `path`.
func LoadProfile(path string) (*Profile, error) {
	return makeProfile("path", path, func(path *C.char, out **C.certlife_profile, err **C.certlife_error) C.int {
		return C.certlife_profile_load(path, out, err)
	})
}

func makeProfile(what, argument string,
	fn func(*C.char, **C.certlife_profile, **C.certlife_error) C.int) (*Profile, error) {
	k, err := begin(context.Background())
	if err != nil {
		return nil, err
	}
	defer k.end()
	text, out := k.text(what, argument), (**C.certlife_profile)(k.out())
	if _, err := k.do(func(err **C.certlife_error) C.int { return fn(text, out, err) }); err != nil {
		return nil, err
	}
	made := *out
	p := &Profile{c: made}
	p.h = newHandle("profile", false, func() error {
		C.certlife_profile_free(made)
		return nil
	})
	return watch(p, p.h), nil
}

// BuiltinProfiles returns the names of the built-in profiles.
func BuiltinProfiles() []string {
	return names(func(i C.size_t) *C.char { return C.certlife_profile_builtin(i) })
}

// ProfileValueNames returns the names of a profile's values, in the order of Text.
func ProfileValueNames() []string {
	return names(func(i C.size_t) *C.char { return C.certlife_profile_value_name(i) })
}

func names(at func(C.size_t) *C.char) (all []string) {
	for i := C.size_t(0); at(i) != nil; i++ {
		all = append(all, C.GoString(at(i)))
	}
	return all
}

// ProfileValueAllowed returns what is allowed for a value, as text for people: "a number of days from 0 to 3650"; "" for
// an unknown name.
func ProfileValueAllowed(name string) string {
	k, err := begin(context.Background())
	if err != nil {
		return ""
	}
	defer k.end()
	c := k.text("name", name)
	if k.fault != nil {
		return ""
	}
	return C.GoString(C.certlife_profile_value_allowed(c))
}

// use locks the profile for one call.
func (p *Profile) use(fn func(k *call) error) error {
	k, err := begin(context.Background(), p.h)
	if err != nil {
		return err
	}
	defer k.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	return fn(k)
}

// Set sets one value from its text. ErrInvalid names the value and what is allowed; nothing is changed then.
func (p *Profile) Set(name, text string) error {
	return p.use(func(k *call) error {
		cName, cText := k.text("name", name), k.text("text", text)
		_, err := k.do(func(err **C.certlife_error) C.int { return C.certlife_profile_set(p.c, cName, cText, err) })
		return err
	})
}

// Get returns one value as text. ErrInvalid for an unknown name.
func (p *Profile) Get(name string) (value string, err error) {
	const room = 256 // always do
	err = p.use(func(k *call) error {
		cName, out := k.text("name", name), (*C.char)(k.bytes(room))
		_, err := k.do(func(err **C.certlife_error) C.int {
			return C.certlife_profile_get(p.c, cName, out, room, err)
		})
		if err == nil {
			value = C.GoString(out)
		}
		return err
	})
	return value, err
}

// Text returns the whole profile as a file that LoadProfile reads back to the same.
func (p *Profile) Text() (text string, err error) {
	const room = 8192 // always do
	err = p.use(func(k *call) error {
		out := (*C.char)(k.bytes(room))
		_, err := k.do(func(err **C.certlife_error) C.int { return C.certlife_profile_print(p.c, out, room, err) })
		if err == nil {
			text = C.GoString(out)
		}
		return err
	})
	return text, err
}

// Location is the institution's time (value `time`), for whoever shows dates; time.UTC for a closed profile.
func (p *Profile) Location() *time.Location {
	location := time.UTC
	_ = p.use(func(*call) error {
		if offset := int(C.certlife_profile_utc_offset(p.c)); offset != 0 {
			location = time.FixedZone("", offset)
		}
		return nil
	})
	return location
}

// comparing is held by who holds the locks of two profiles.
var comparing sync.Mutex

// Equal says whether all values but the name are the same.
func (p *Profile) Equal(other *Profile) (equal bool, err error) {
	if p == other {
		return true, p.use(func(*call) error { return nil })
	}
	comparing.Lock()
	defer comparing.Unlock()
	err = p.use(func(*call) error {
		return other.use(func(k *call) error {
			rc, err := k.do(func(**C.certlife_error) C.int { return C.certlife_profile_equal(p.c, other.c) })
			equal = rc == 1
			return err
		})
	})
	return equal, err
}

// Close frees the profile. A second one does nothing.
func (p *Profile) Close() error {
	if p == nil {
		return nil
	}
	return p.h.close("")
}
