// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/testbank"
)

// TestClosedParent: what was built on a closed handle says so.
func TestClosedParent(t *testing.T) {
	for _, one := range []struct {
		close   func(b *testbank.Bank) error
		message string
	}{
		{func(b *testbank.Bank) error { return b.Institution.Close() }, "institution Example Shinkin Bank: is closed"},
		{func(b *testbank.Bank) error { return b.Parts.Store.Close() },
			"institution Example Shinkin Bank: is closed, because the store memory below it was closed"},
		{func(b *testbank.Bank) error { return b.Parts.Issuer.Close() },
			"institution Example Shinkin Bank: is closed, because the issuer local below it was closed"},
		{func(b *testbank.Bank) error { return b.Parts.Crypto.Close() },
			"institution Example Shinkin Bank: is closed, because the "},
	} {
		b := testbank.New(t)
		user := b.User(master)
		for n := 0; n < 2; n++ {
			if err := one.close(b); err != nil {
				t.Error(err)
			}
		}
		login, d, err := b.CheckLogin(ctx, user, certlife.LoginLook)
		if !isCode(err, certlife.ErrMisuse) || !errors.Is(err, fs.ErrClosed) || !strings.HasPrefix(err.Error(), one.message) {
			t.Errorf("%v, where it should be: %s", err, one.message)
		}
		if login != nil || d.Allowed() {
			t.Error("a closed institution lets in")
		}
	}
}

func TestClosedParts(t *testing.T) {
	b := testbank.New(t)
	ca, key := testbank.TestCA(t, b.Parts.Crypto)
	issuer := testbank.Must[*certlife.Issuer](t)(certlife.OpenLocalIssuer(b.Parts.Crypto, ca, key))
	b.Parts.Crypto.Close()
	_, err := certlife.OpenLocalIssuer(b.Parts.Crypto, ca, key)
	isClosed(t, err, "crypto mbedtls: is closed")
	_, _, err = certlife.MakeTestCA(b.Parts.Crypto, "CA", 256, time.Now(), time.Now())
	isClosed(t, err, "crypto mbedtls: is closed")
	options := b.Options()
	options.Issuer, options.Crypto = issuer, nil
	_, err = certlife.Open(ctx, options)
	isClosed(t, err, "issuer local: is closed, because the crypto mbedtls below it was closed")
	b.Parts.Profile.Close()
	_, err = b.Parts.Profile.Get("renewal opens")
	isClosed(t, err, "profile: is closed")
	_, err = certlife.Open(ctx, certlife.Options{Profile: b.Parts.Profile})
	isClosed(t, err, "profile: is closed")
	if b.Parts.Profile.Location() != time.UTC {
		t.Error("a closed profile has a time")
	}
	var never certlife.Institution
	if _, _, err := never.CheckLogin(ctx, b.User(master), certlife.LoginLook); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
}

// TestCloseNothing: closing what could not be opened does nothing.
func TestCloseNothing(t *testing.T) {
	for _, c := range []interface{ Close() error }{(*certlife.Store)(nil), (*certlife.Crypto)(nil), (*certlife.Issuer)(nil),
		(*certlife.Profile)(nil), (*certlife.Institution)(nil), (*certlife.NoticePage)(nil), &certlife.Store{}} {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestCloseWaits for the calls under way; what begins later is told that it is closed.
func TestCloseWaits(t *testing.T) {
	b := testbank.New(t)
	user := b.User(master)
	var all sync.WaitGroup
	for n := 0; n < 8; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				_, d, err := b.CheckLogin(ctx, user, certlife.LoginLook)
				if errors.Is(err, fs.ErrClosed) {
					return
				}
				if err != nil || !d.Allowed() {
					t.Error(d, err)
					return
				}
			}
		}()
	}
	time.Sleep(5 * time.Millisecond)
	for n := 0; n < 3; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			b.Parts.Store.Close()
		}()
	}
	all.Wait()
}

// TestCloseUnderWay: a call that is held up in the middle is waited for, and another is told that it comes too late.
func TestCloseUnderWay(t *testing.T) {
	inside, goOn := make(chan struct{}), make(chan struct{})
	hold := false
	b := testbank.With(t, testbank.Parts{Clock: certlife.ClockFunc(func() (time.Time, error) {
		if hold {
			inside <- struct{}{}
			<-goOn
		}
		return time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC), nil
	})})
	user := b.User(master)
	hold = true
	called, closed := make(chan error, 1), make(chan struct{})
	go func() {
		_, d, err := b.CheckLogin(ctx, user, certlife.LoginLook)
		if err == nil && !d.Allowed() {
			err = errors.New(d.Line)
		}
		called <- err
	}()
	<-inside
	go func() {
		b.Parts.Store.Close()
		close(closed)
	}()
	for { // until the closing has begun
		options := b.Options()
		options.Name = ""
		if _, err := certlife.Open(ctx, options); errors.Is(err, fs.ErrClosed) {
			break
		}
		runtime.Gosched()
	}
	select {
	case <-closed:
		t.Error("closed under a call")
	case <-time.After(20 * time.Millisecond):
	}
	close(goOn)
	if err := <-called; err != nil {
		t.Error(err)
	}
	<-closed
}

// TestLeak: what is never closed is reported, with the place where it was opened.
func TestLeak(t *testing.T) {
	before := certlife.OnLeak
	defer func() { certlife.OnLeak = before }()
	lines := make(chan string, 10)
	certlife.OnLeak = func(line string) { lines <- line }
	var release []func()
	func() {
		profile := testbank.Must[*certlife.Profile](t)(certlife.NewProfile("webfb"))
		store := testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, newOwnStore()))
		release = append(release, certlife.Abandon(profile), certlife.Abandon(store))
	}()
	open := strings.Join(certlife.OpenHandles(), "\n")
	deadline := time.After(20 * time.Second)
	for _, found := 0, ""; found == "" || !strings.Contains(found, "profile") || !strings.Contains(found, "store own"); {
		runtime.GC()
		select {
		case line := <-lines:
			found += line + "\n"
			if !strings.Contains(line, "handle_test.go:") || !strings.Contains(open, line) {
				t.Errorf("%s; open are %s", line, open)
			}
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatalf("only %q is reported", found)
		}
	}
	for _, fn := range release {
		fn()
	}
}

// TestGoroutines: everybody does everything at once, and the race detector looks on.
func TestGoroutines(t *testing.T) {
	for _, w := range worlds[:3] {
		t.Run(w.name, func(t *testing.T) {
			b := testbank.With(t, w.parts(t))
			var all sync.WaitGroup
			for n := 0; n < 6; n++ {
				user := "keir10" + string(rune('0'+n))
				b.Adds(user)
				b.Obtains(user)
				self, boss, job := b.User(user), b.User(master), b.System()
				all.Add(1)
				go func() {
					defer all.Done()
					for i := 0; i < 5; i++ {
						_, d, err := b.CheckLogin(ctx, self, certlife.LoginRecord)
						both(t, d, err)
						email := user + "@example.jp"
						d, err = b.EditUser(ctx, boss, company, user, certlife.UserEdit{Email: &email})
						both(t, d, err)
						_, d, err = b.ListUsers(ctx, boss, company, "", 100)
						both(t, d, err)
						page, d, err := b.ClaimNotices(ctx, job, user, 10, time.Minute)
						both(t, d, err)
						page.Close()
						if d.Line == "" || b.Parts.Profile.Location() == time.UTC {
							t.Error("no line, or no profile")
						}
					}
					d, err := b.Revoke(ctx, boss, company, user, certlife.ReasonSuperseded)
					both(t, d, err)
					_, d, err = b.CheckLogin(ctx, self, certlife.LoginLook)
					if err != nil || d.Allowed() || !strings.Contains(d.Line, user) {
						t.Error(d, err)
					}
				}()
			}
			all.Wait()
		})
	}
}

func both(t *testing.T, d certlife.Decision, err error) {
	t.Helper()
	if err != nil || !d.Allowed() {
		t.Error(d, err)
	}
}

func TestProfiles(t *testing.T) {
	names := certlife.BuiltinProfiles()
	if len(names) != 4 || len(certlife.ProfileValueNames()) < 10 {
		t.Fatal(names, certlife.ProfileValueNames())
	}
	var all []*certlife.Profile
	for _, name := range names {
		p := testbank.Must[*certlife.Profile](t)(certlife.NewProfile(name))
		defer p.Close()
		text := testbank.Must[string](t)(p.Text())
		same := testbank.Must[*certlife.Profile](t)(certlife.ParseProfile(text))
		defer same.Close()
		if equal, err := p.Equal(same); err != nil || !equal {
			t.Error(name, err)
		}
		if equal, err := p.Equal(p); err != nil || !equal {
			t.Error(name, err)
		}
		if err := same.Set("renewal opens", "77"); err != nil {
			t.Error(err)
		}
		if got := testbank.Must[string](t)(same.Get("renewal opens")); got != "77" {
			t.Error(got)
		}
		if equal, err := p.Equal(same); err != nil || equal {
			t.Error(name, err)
		}
		if _, offset := time.Now().In(p.Location()).Zone(); offset != 9*60*60 {
			t.Error(offset)
		}
		for _, value := range certlife.ProfileValueNames() {
			if certlife.ProfileValueAllowed(value) == "" || !strings.Contains(text, value+" = ") {
				t.Error(value)
			}
		}
		if err := p.Set("such", "1"); !isCode(err, certlife.ErrInvalid) {
			t.Error(err)
		}
		all = append(all, p)
	}
	if certlife.ProfileValueAllowed("such") != "" || certlife.ProfileValueAllowed("a\x00") != "" {
		t.Error("an unknown value is allowed something")
	}
	var group sync.WaitGroup // two locks, in every order
	for n := 0; n < 20; n++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			if _, err := all[n%4].Equal(all[(n+1)%4]); err != nil {
				t.Error(err)
			}
			if _, err := all[(n+1)%4].Equal(all[n%4]); err != nil {
				t.Error(err)
			}
		}(n)
	}
	group.Wait()
}
