// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/testbank"
)

func isCode(err error, code certlife.ErrorCode) bool {
	var described *certlife.Error
	for _, other := range allCodes() {
		if other != code && errors.Is(err, other) {
			return false
		}
	}
	return errors.Is(err, code) && errors.As(err, &described) && described.Code == code && described.Message != ""
}

func isClosed(t *testing.T, err error, message string) {
	t.Helper()
	if !isCode(err, certlife.ErrMisuse) || !errors.Is(err, fs.ErrClosed) || err.Error() != message {
		t.Errorf("%v, where it should be: %s", err, message)
	}
}

// allCodes are the codes that the library knows.
func allCodes() (codes []certlife.ErrorCode) {
	for code := certlife.ErrorCode(-1); code.Class() != 0; code-- {
		codes = append(codes, code)
	}
	return codes
}

func TestErrorCodes(t *testing.T) {
	names := map[certlife.ErrorCode]string{
		certlife.ErrMisuse: "MISUSE", certlife.ErrInvalid: "INVALID", certlife.ErrMalformed: "MALFORMED",
		certlife.ErrForked: "FORKED", certlife.ErrMemory: "MEMORY", certlife.ErrBusy: "BUSY", certlife.ErrStore: "STORE",
		certlife.ErrStoreFull: "STORE_FULL", certlife.ErrStoreVersion: "STORE_VERSION",
		certlife.ErrStoreCorrupt: "STORE_CORRUPT", certlife.ErrCrypto: "CRYPTO", certlife.ErrIssuer: "ISSUER",
		certlife.ErrClock: "CLOCK", certlife.ErrHost: "HOST", certlife.ErrInternal: "INTERNAL",
	}
	if len(allCodes()) != len(names) {
		t.Errorf("the library knows %d codes, Go %d", len(allCodes()), len(names))
	}
	for code, name := range names {
		if code.String() != name || code.Error() == "" || code.Class() < certlife.ClassRetry || code.Class() > certlife.ClassBug {
			t.Errorf("%s: %d: %v, class %d", name, code, code, code.Class())
		}
	}
	if certlife.ErrBusy.Class() != certlife.ClassRetry || certlife.ErrInvalid.Class() != certlife.ClassCall ||
		certlife.ErrStoreFull.Class() != certlife.ClassOperator || certlife.ErrInternal.Class() != certlife.ClassBug {
		t.Error("classes")
	}
	if none := certlife.ErrorCode(1); none.String() != "UNKNOWN" || none.Class() != 0 {
		t.Error("an unknown code has a name")
	}
}

// TestEveryError lets a store answer each code, from each slot: it comes out of the call, and is the very value.
func TestEveryError(t *testing.T) {
	own := newOwnStore()
	b := testbank.With(t, testbank.Parts{Store: testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, own))})
	user := b.User(master)
	try := func(name string, cause error, code certlife.ErrorCode, slot string) {
		t.Helper()
		own.trouble = func(asked string) error {
			if asked == slot {
				return cause
			}
			return nil
		}
		d, err := b.RenewLater(ctx, user, company, master)
		if slot == "scan" {
			_, d, err = b.ListUsers(ctx, user, company, "", 10)
		}
		own.trouble = func(string) error { return nil }
		if !isCode(err, code) || !errors.Is(err, cause) || d.Allowed() || d != (certlife.Decision{}) {
			t.Errorf("%s: %v %v", name, err, d)
		}
		if want := "store own: " + cause.Error(); err == nil || err.Error() != want {
			t.Errorf("%s: %v, where it should be: %s", name, err, want)
		}
	}
	b.At("2027-03-20 12:00:00")
	for _, slot := range []string{"begin", "get", "put", "commit", "scan"} {
		for _, code := range allCodes() {
			try(slot+" "+code.String(), code, code, slot)
			try(slot+" wrapped "+code.String(), fmt.Errorf("rack 7: %w", code), code, slot)
		}
		try(slot+" own", errOwn, certlife.ErrHost, slot)
		try(slot+" described", &certlife.Error{Code: certlife.ErrStoreFull, Message: "full up"}, certlife.ErrStoreFull, slot)
		try(slot+" context", context.DeadlineExceeded, certlife.ErrHost, slot)
	}
	b.Allowed(b.RenewLater(ctx, user, company, master))
}

// TestRealErrors are those of C's own parts.
func TestRealErrors(t *testing.T) {
	b := testbank.New(t)
	user, branch := b.User(master), b.Branch()
	at := func(moment string) func() { return func() { b.At(moment) } }
	nothing := func() {}
	request := b.Request("nobody")
	for _, one := range []struct {
		name   string
		before func()
		call   func() error
		code   certlife.ErrorCode
		says   string
	}{
		{"empty contract", nothing, func() error {
			_, err := b.ApplyContract(ctx, branch, "")
			return err
		}, certlife.ErrInvalid, "contract: is empty"},
		{"NUL", nothing, func() error {
			_, err := b.ApplyContract(ctx, branch, company+"\x00")
			return err
		}, certlife.ErrInvalid, "contract: holds a control character"},
		{"no actor", nothing, func() error {
			_, err := b.ApplyContract(ctx, certlife.Actor{}, company)
			return err
		}, certlife.ErrInvalid, "actor: kind 0 is unknown"},
		{"limit", nothing, func() error {
			_, _, err := b.ListUsers(ctx, user, company, "", 0)
			return err
		}, certlife.ErrInvalid, "limit"},
		{"greater limit", nothing, func() error {
			_, _, err := b.ListUsers(ctx, user, company, "", math.MaxInt32+2)
			return err
		}, certlife.ErrInvalid, "limit: 2147483649 is out of range"},
		{"lease", nothing, func() error {
			_, _, err := b.ClaimNotices(ctx, b.System(), "mailer", 1, 1500*time.Millisecond)
			return err
		}, certlife.ErrInvalid, "lease: 1.5s is not in whole seconds"},
		{"longer lease", nothing, func() error {
			_, _, err := b.ClaimNotices(ctx, b.System(), "mailer", 1, math.MaxInt32*2*time.Second)
			return err
		}, certlife.ErrInvalid, "lease"},
		{"request", nothing, func() error {
			_, _, err := b.Obtain(ctx, user, company, master, certlife.Request{PKCS10: []byte("?"), Medium: certlife.MediumPC})
			return err
		}, certlife.ErrMalformed, "request"},
		{"certificate", nothing, func() error {
			presenting := user
			presenting.Certificate = []byte{}
			_, _, err := b.CheckLogin(ctx, presenting, certlife.LoginLook)
			return err
		}, certlife.ErrMalformed, "certificate presented: has 0 bytes"},
		{"mode", nothing, func() error {
			_, _, err := b.CheckLogin(ctx, user, 3)
			return err
		}, certlife.ErrInvalid, "login: mode 3 is unknown"},
		{"act", nothing, func() error {
			_, err := b.Decide(ctx, user, 99, company, master)
			return err
		}, certlife.ErrInvalid, "act: 99 is unknown"},
		{"act of a contract, without one", nothing, func() error {
			_, err := b.Decide(ctx, user, certlife.ActObtain, "", "")
			return err
		}, certlife.ErrMisuse, "contract"},
		{"clock behind", at("2026-03-01 00:00:00"), func() error {
			_, err := b.AddUser(ctx, user, company, "keir009", certlife.PermissionOperator, "")
			return err
		}, certlife.ErrClock, "clock"},
		{"clock of another age", at("0001-01-01 00:00:00"), func() error {
			_, err := b.ApplyContract(ctx, branch, company)
			return err
		}, certlife.ErrClock, "clock: "},
		{"no issuer", at("2026-04-02 00:00:00"), func() error {
			options := b.Options()
			options.Issuer = nil
			without := testbank.Must[*certlife.Institution](t)(certlife.Open(ctx, options))
			defer without.Close()
			b.Adds("nobody")
			_, _, err := without.Obtain(ctx, b.User("nobody"), company, "nobody", request)
			return err
		}, certlife.ErrIssuer, "issuer"},
		{"options", nothing, func() error {
			_, err := certlife.Open(ctx, certlife.Options{})
			return err
		}, certlife.ErrInvalid, ""},
		{"store's path", nothing, func() error {
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := certlife.OpenLMDB(ctx, file, certlife.LMDBOptions{})
			return err
		}, certlife.ErrStore, "store"},
		{"store's path with NUL", nothing, func() error {
			_, err := certlife.OpenLMDB(ctx, "a\x00b", certlife.LMDBOptions{})
			return err
		}, certlife.ErrInvalid, "path"},
		{"profile", nothing, func() error {
			_, err := certlife.NewProfile("such")
			return err
		}, certlife.ErrInvalid, "such"},
		{"profile's text", nothing, func() error {
			_, err := certlife.ParseProfile("profile = webfb\nrenewal opens = never\n")
			return err
		}, certlife.ErrInvalid, "renewal opens"},
		{"profile's file", nothing, func() error {
			_, err := certlife.LoadProfile(filepath.Join(t.TempDir(), "none"))
			return err
		}, certlife.ErrInvalid, "No such file"},
		{"CA", nothing, func() error {
			_, err := certlife.OpenLocalIssuer(b.Parts.Crypto, []byte("no"), []byte("no"))
			return err
		}, certlife.ErrMalformed, "certificate"},
		{"CA's files", nothing, func() error {
			_, err := certlife.OpenLocalIssuerFiles(b.Parts.Crypto, "/none.crt", "/none.key")
			return err
		}, certlife.ErrIssuer, "/none.crt"},
		{"authority", nothing, func() error {
			_, err := certlife.OpenAuthority([]byte("no"))
			return err
		}, certlife.ErrMalformed, ""},
		{"test CA", nothing, func() error {
			_, _, err := certlife.MakeTestCA(b.Parts.Crypto, "CA", 77, time.Now(), time.Now())
			return err
		}, certlife.ErrInvalid, ""},
	} {
		one.before()
		err := one.call()
		if !isCode(err, one.code) || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%s: %v, where it should be %s: %s", one.name, err, one.code, one.says)
		}
	}
}

func TestStoreFull(t *testing.T) {
	store := testbank.Must[*certlife.Store](t)(certlife.OpenLMDB(ctx, t.TempDir(), certlife.LMDBOptions{MaxBytes: 2 << 20}))
	b := testbank.With(t, testbank.Parts{Store: store})
	var err error
	for n := 0; err == nil && n < 20000; n++ {
		_, err = b.RegisterContract(ctx, b.Branch(), fmt.Sprint("c", n), "u", strings.Repeat("e", 240))
	}
	if !isCode(err, certlife.ErrStoreFull) {
		t.Fatalf("%v", err)
	}
	var described *certlife.Error
	if errors.As(err, &described); described.Class != certlife.ClassOperator {
		t.Errorf("%+v", described)
	}
	b.Allowed(b.Revoke(ctx, b.Branch(), company, master, certlife.ReasonKeyCompromise)) // in the room kept back
}

func TestReadOnly(t *testing.T) {
	path := t.TempDir()
	if _, err := certlife.OpenLMDB(ctx, filepath.Join(path, "none"), certlife.LMDBOptions{ReadOnly: true}); err == nil {
		t.Error("a store that is not there was opened to look")
	}
	testbank.With(t, testbank.Parts{Store: testbank.Must[*certlife.Store](t)(certlife.OpenLMDB(ctx, path, certlife.LMDBOptions{}))})
}

// TestContext: a context that has ended is answered as such, and nothing is done.
func TestContext(t *testing.T) {
	b := testbank.New(t)
	over, cancel := context.WithCancel(ctx)
	cancel()
	if d, err := b.ApplyContractUSBToken(over, b.Branch(), company); err != context.Canceled || d.Allowed() {
		t.Errorf("%v %v", d, err)
	}
	if _, err := certlife.Open(over, b.Options()); err != context.Canceled {
		t.Error(err)
	}
	if _, err := certlife.OpenLMDB(over, t.TempDir(), certlife.LMDBOptions{}); err != context.Canceled {
		t.Error(err)
	}
	if login, d, err := b.CheckLogin(over, b.User(master), certlife.LoginLook); err != context.Canceled || login != nil || d.Allowed() {
		t.Errorf("%v %v %v", login, d, err)
	}
	contract, d, err := b.GetContract(ctx, b.Branch(), company)
	b.Allowed(d, err)
	if !contract.USBTokenAppliedAt.IsZero() {
		t.Error("it was done")
	}
}

// TestContextInside: a store written in Go may end early.
func TestContextInside(t *testing.T) {
	own := newOwnStore()
	b := bankWith(t, testbank.Parts{Store: testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, own))})
	<-own.writer // somebody else writes
	soon, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err := b.ApplyContractUSBToken(soon, b.Branch(), company)
	if !isCode(err, certlife.ErrHost) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	own.writer <- struct{}{}
	b.Allowed(b.ApplyContractUSBToken(ctx, b.Branch(), company))
}

// TestPartsFail: errors and panics of an issuer, a clock and crypto come out as themselves.
func TestPartsFail(t *testing.T) {
	t.Run("issuer", func(t *testing.T) {
		own, parts := ownIssuerParts(t, false)
		b := testbank.With(t, parts)
		try := func(user string, answer certlife.IssuerAnswer, fails error) (certlife.Decision, error) {
			own.script = func(context.Context, *certlife.IssuerOrder) (certlife.IssuerAnswer, error) { return answer, fails }
			b.Adds(user)
			certificate, d, err := b.Obtain(ctx, b.User(user), company, user, b.Request(user))
			if certificate != nil {
				t.Errorf("%s has a certificate", user)
			}
			return d, err
		}
		d, err := try("keir002", 0, errOwn)
		if !isCode(err, certlife.ErrHost) || !errors.Is(err, errOwn) || err.Error() != "issuer own: "+errOwn.Error() || d.Allowed() {
			t.Errorf("%v %v", d, err)
		}
		if _, err = try("keir003", 0, fmt.Errorf("too many: %w", certlife.ErrBusy)); !isCode(err, certlife.ErrBusy) {
			t.Error(err)
		}
		if _, err = try("keir004", 77, nil); !isCode(err, certlife.ErrIssuer) {
			t.Error(err)
		}
		d, err = try("keir005", certlife.Rejected, nil)
		b.Refused(certlife.CodeIssuerRejected, d, err)
	})
	t.Run("issuer's certificate", func(t *testing.T) {
		own, parts := ownIssuerParts(t, true)
		b := testbank.With(t, parts)
		b.Adds("keir002")
		own.script = func(_ context.Context, o *certlife.IssuerOrder) (certlife.IssuerAnswer, error) {
			own.issued[string(o.ID)] = make([]byte, 100_000) // more than fits
			return certlife.Issued, nil
		}
		_, _, err := b.Obtain(ctx, b.User("keir002"), company, "keir002", b.Request("keir002"))
		if !isCode(err, certlife.ErrIssuer) {
			t.Error(err)
		}
	})
	t.Run("clock", func(t *testing.T) {
		var trouble error
		clock := certlife.ClockFunc(func() (time.Time, error) {
			return time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC), trouble
		})
		b := testbank.With(t, testbank.Parts{Clock: clock})
		trouble = errOwn
		_, d, err := b.CheckLogin(ctx, b.User(master), certlife.LoginLook)
		if !isCode(err, certlife.ErrHost) || !errors.Is(err, errOwn) || d.Allowed() {
			t.Errorf("%v %v", d, err)
		}
		trouble = nil
		_, d, err = b.CheckLogin(ctx, b.User(master), certlife.LoginLook)
		b.Allowed(d, err)
	})
	t.Run("crypto", func(t *testing.T) {
		failing := ""
		own := ownCrypto{trouble: func(slot string) error {
			if slot == failing {
				return errOwn
			}
			return nil
		}}
		b := testbank.With(t, testbank.Parts{Crypto: testbank.Must[*certlife.Crypto](t)(certlife.NewCrypto("own", own))})
		b.Adds("keir002")
		for _, failing = range []string{"random", "verify", "sign", "key_sound", "sha256"} {
			_, _, err := b.Obtain(ctx, b.User("keir002"), company, "keir002", b.Request("keir002"))
			if !isCode(err, certlife.ErrHost) || !errors.Is(err, errOwn) {
				t.Errorf("%s: %v", failing, err)
			}
		}
		ca, key := []byte(nil), []byte(nil)
		failing = ""
		ca, key = testbank.TestCA(t, b.Parts.Crypto)
		for _, failing = range []string{"key_open", "key_public"} {
			if _, err := certlife.OpenLocalIssuer(b.Parts.Crypto, ca, key); !errors.Is(err, errOwn) {
				t.Errorf("%s: %v", failing, err)
			}
		}
		for _, failing = range []string{"key_generate", "key_write"} {
			if _, _, err := certlife.MakeTestCA(b.Parts.Crypto, "CA", 256, time.Now(), time.Now().AddDate(1, 0, 0)); !errors.Is(err, errOwn) {
				t.Errorf("%s: %v", failing, err)
			}
		}
		failing = ""
	})
	t.Run("store's end", func(t *testing.T) {
		own := newOwnStore()
		store := testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, own))
		own.trouble = func(string) error { return errOwn }
		if err := store.Close(); err != errOwn {
			t.Error(err)
		}
		if err := store.Close(); err != errOwn || own.closed != 1 {
			t.Error(err, own.closed)
		}
	})
	t.Run("panic", func(t *testing.T) {
		own := newOwnStore()
		b := bankWith(t, testbank.Parts{Store: testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, own))})
		for _, slot := range []string{"begin", "get", "put", "commit"} {
			own.trouble = func(asked string) error {
				if asked == slot {
					panic("in " + slot)
				}
				return nil
			}
			func() {
				defer func() {
					if p := recover(); p != "in "+slot {
						t.Errorf("%s: %v", slot, p)
					}
				}()
				_, err := b.ApplyContractUSBToken(ctx, b.Branch(), company)
				t.Errorf("%s: %v", slot, err)
			}()
		}
		own.trouble = func(string) error { return nil }
		b.Allowed(b.ApplyContractUSBToken(ctx, b.Branch(), company)) // no lock was left behind
	})
	t.Run("names", func(t *testing.T) {
		if _, err := certlife.NewStore("a\x00b", false, newOwnStore()); !isCode(err, certlife.ErrInvalid) {
			t.Error(err)
		}
		if _, err := certlife.NewCrypto("a\x00b", ownCrypto{}); !isCode(err, certlife.ErrInvalid) {
			t.Error(err)
		}
	})
}

// TestGarbled: what C says of what a scan brings is not lost.
func TestGarbled(t *testing.T) {
	own := newOwnStore()
	b := testbank.With(t, testbank.Parts{Store: testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, own))})
	own.garbled = true
	page, d, err := b.ListUsers(ctx, b.User(master), company, "", 10)
	if !isCode(err, certlife.ErrStoreCorrupt) || page != nil || d.Allowed() {
		t.Error(page, d, err)
	}
}

// TestNesting: an issuer may ask the institution that it works for; both have parts in Go.
func TestNesting(t *testing.T) {
	own, parts := ownIssuerParts(t, false)
	parts.Store = testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, newOwnStore()))
	b := testbank.With(t, parts)
	b.Adds("keir002")
	asked := false
	own.script = func(ctx context.Context, order *certlife.IssuerOrder) (certlife.IssuerAnswer, error) {
		user, d, err := b.GetUser(ctx, b.Branch(), order.Unit, order.CommonName)
		asked = err == nil && d.Allowed() && user.ID == order.CommonName
		_, failed := b.ApplyContract(ctx, certlife.Actor{}, company)
		return certlife.Issued, map[bool]error{true: nil, false: failed}[isCode(failed, certlife.ErrInvalid)]
	}
	b.Obtains("keir002")
	if !asked {
		t.Error("the issuer was not answered")
	}
}
