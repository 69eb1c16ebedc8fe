// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/testbank"
)

// The binding's own surface under anything that a caller may hand over. The seeds run as tests; for more,
//
//	bindings/go/test.sh BUILD . -run - -fuzz Texts

// answered holds for every call: allowed, refused with words, or failed with a described error.
func answered(t *testing.T, d certlife.Decision, err error) {
	t.Helper()
	var described *certlife.Error
	switch {
	case err != nil && (!errors.As(err, &described) || described.Message == "" || described.Class == 0):
		t.Errorf("an error that is none: %#v", err)
	case err != nil && d != (certlife.Decision{}):
		t.Errorf("failed, and decided: %v", d)
	case err == nil && (d.Row == "" || d.Line == "" || d.Sentence(certlife.English) == ""):
		t.Errorf("decided without words: %#v", d)
	case described != nil && described.Class == certlife.ClassBug:
		t.Errorf("the library contradicts itself: %v", err)
	}
}

func FuzzTexts(f *testing.F) {
	for _, text := range []string{"", "keir001", "a\x00b", "\xff\xfe", "電子証明書", strings.Repeat("x", 65), strings.Repeat("長", 3000), "\x7f"} {
		f.Add(text, "keir002")
		f.Add(company, text)
	}
	b := testbank.New(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		actor := certlife.Actor{Kind: certlife.ActorBranch, Staff: two, Application: one, IdempotencyKey: two}
		user := certlife.Actor{Kind: certlife.ActorUser, Contract: one, User: two, LoginPassword: true}
		d, err := b.RegisterContract(ctx, actor, one, two, one)
		answered(t, d, err)
		if err == nil && (strings.ContainsAny(one+two, "\x00\x7f") || !utf8.ValidString(one+two)) {
			t.Errorf("taken: %q %q", one, two)
		}
		d, err = b.EditUser(ctx, b.User(master), one, two, certlife.UserEdit{Email: &two})
		answered(t, d, err)
		_, d, err = b.GetUser(ctx, user, one, two)
		answered(t, d, err)
		_, d, err = b.ListCertificates(ctx, user, one, two, one, 10)
		answered(t, d, err)
		_, d, err = b.CheckLogin(ctx, user, certlife.LoginLook)
		answered(t, d, err)
		if d.Allowed() {
			t.Errorf("%q %q came in without a certificate", one, two)
		}
		d, err = b.Confirm(ctx, user, company, master, one)
		answered(t, d, err)
		page, d, err := b.ClaimNotices(ctx, b.System(), one, 1, time.Second)
		answered(t, d, err)
		if err := page.Close(); err != nil {
			t.Error(err)
		}
	})
}

func FuzzBytes(f *testing.F) {
	b := testbank.New(f)
	ca, key := testbank.TestCA(f, b.Parts.Crypto)
	request := b.Request("nobody").PKCS10
	for _, data := range [][]byte{nil, {}, {0x30}, {0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, ca, key, request, request[:len(request)-1],
		b.PCs[master].Certificate.DER, make([]byte, 70_000)} {
		f.Add(data)
	}
	b.Adds("keir002")
	own := b.PCs[master].Certificate.DER
	f.Fuzz(func(t *testing.T, data []byte) {
		_, d, err := b.Obtain(ctx, b.User("keir002"), company, "keir002", certlife.Request{PKCS10: data, Medium: certlife.MediumPC})
		answered(t, d, err)
		actor := certlife.UserActor(company, master)
		actor.Certificate = data
		login, d, err := b.CheckLogin(ctx, actor, certlife.LoginLook)
		answered(t, d, err)
		if d.Allowed() != (string(data) == string(own)) || (login != nil) != d.Allowed() {
			t.Errorf("%v with %x", d, data)
		}
		d, err = b.AnswerForIssuer(ctx, b.System(), data, data)
		answered(t, d, err)
		if issuer, err := certlife.OpenAuthority(data); err == nil {
			issuer.Close()
		} else if errors.As(err, new(*certlife.Error)) == false {
			t.Error(err)
		}
		if issuer, err := certlife.OpenLocalIssuer(b.Parts.Crypto, ca, data); err == nil {
			issuer.Close()
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, seconds := range []int64{0, 1, -1, 86399, 86400, 1775012400, 253402300799, 253402300800, math.MaxInt64, math.MinInt64,
		time.Time{}.Unix()} {
		f.Add(seconds, int64(999_999_999))
	}
	var now atomic.Value
	now.Store(time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC))
	b := testbank.With(f, testbank.Parts{Clock: certlife.ClockFunc(func() (time.Time, error) { return now.Load().(time.Time), nil })})
	f.Fuzz(func(t *testing.T, seconds, nanoseconds int64) {
		moment := time.Unix(seconds, nanoseconds)
		now.Store(moment)
		_, d, err := b.GetUser(ctx, b.Branch(), company, master)
		answered(t, d, err)
		if known := moment.Unix() >= 86400 && moment.Unix() <= certlife.Never.Unix(); known == errors.Is(err, certlife.ErrClock) {
			t.Errorf("%v: %v", moment, err)
		}
		due, d, err := b.NextNoticeDue(ctx, b.System())
		answered(t, d, err)
		if d.Allowed() && due.Unix() < moment.Unix() {
			t.Errorf("at %v something is due at %v", moment, due)
		}
	})
}

func FuzzProfile(f *testing.F) {
	for _, name := range certlife.BuiltinProfiles() {
		p := testbank.Must[*certlife.Profile](f)(certlife.NewProfile(name))
		f.Add(testbank.Must[string](f)(p.Text()))
		p.Close()
	}
	f.Add("")
	f.Add("profile = webfb\nrenewal opens = 4\x000\n")
	f.Add(strings.Repeat("profile = webfb\n", 1000))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := certlife.ParseProfile(text)
		if err != nil {
			if !isCode(err, certlife.ErrInvalid) {
				t.Error(err)
			}
			return
		}
		defer p.Close()
		again := testbank.Must[*certlife.Profile](t)(certlife.ParseProfile(testbank.Must[string](t)(p.Text())))
		defer again.Close()
		if equal, err := p.Equal(again); err != nil || !equal {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	for _, n := range []int64{0, 1, -1, 10_000, 10_001, math.MaxInt32, math.MinInt32, 1 << 32, 1<<32 + 1, math.MaxInt64, math.MinInt64} {
		f.Add(n, int32(n))
	}
	b := testbank.New(f)
	f.Fuzz(func(t *testing.T, large int64, small int32) {
		_, d, err := b.ListUsers(ctx, b.Branch(), company, "", int(large))
		answered(t, d, err)
		if (err == nil) != (large >= 1 && large <= 10_000) {
			t.Errorf("limit %d: %v", large, err)
		}
		page, d, err := b.ClaimNotices(ctx, b.System(), "worker", 1, time.Duration(large))
		answered(t, d, err)
		page.Close()
		actor := b.User(master)
		actor.Kind = certlife.ActorKind(small)
		d, err = b.Decide(ctx, actor, certlife.Act(small), company, master)
		answered(t, d, err)
		_, d, err = b.CheckLogin(ctx, b.User(master), certlife.LoginMode(small))
		answered(t, d, err)
		d, err = b.EditUser(ctx, b.User(master), company, "nobody", certlife.UserEdit{Certificate: certlife.Choice(small),
			Reason: certlife.Reason(small), Permission: certlife.Permission(small)})
		answered(t, d, err)
		for _, name := range []string{certlife.Act(small).String(), certlife.Code(small).String(), certlife.Way(small).String(),
			certlife.Status(small).String(), certlife.Reason(small).String(), certlife.Medium(small).String(),
			certlife.CertificateState(small).String(), certlife.NoticeKind(small).String(), certlife.NoticeState(small).String(),
			certlife.Addressee(small).String(), certlife.ErrorCode(small).String(), certlife.ErrorCode(small).Error()} {
			if name == "" {
				t.Errorf("%d has an empty name", small)
			}
		}
		_ = certlife.Status(small).Label(certlife.Language(small)) + certlife.NoticeKind(small).Label(certlife.Language(small))
	})
}
