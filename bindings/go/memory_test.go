// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"bytes"
	"encoding/pem"
	"runtime"
	"testing"
	"time"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/cbench"
	"certlife.example/go/certlife/internal/testbank"
)

// TestMemory: what a call takes of C's memory it gives back. Each is made often, and the heap looked at.
func TestMemory(t *testing.T) {
	const times, mite = 1000, 64 // the pool of calls is never quite empty
	b := testbank.New(t)
	b.Adds("keir002")
	b.At("2027-03-20 12:00:00")
	boss := b.User(master)
	text, err := b.Parts.Profile.Text()
	if err != nil {
		t.Fatal(err)
	}
	ca, key := testbank.TestCA(t, b.Parts.Crypto)
	request := b.Request("keir002")
	request.PKCS10 = append(bytes.Repeat([]byte("a line before\n"), 1000),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request.PKCS10})...)
	own, ownParts := ownIssuerParts(t, true)
	ownParts.Store = testbank.Must[*certlife.Store](t)(certlife.NewStore("own", false, newOwnStore()))
	ownBank := testbank.With(t, ownParts)
	ownBoss := ownBank.User(master)
	for name, call := range map[string]func(){
		"login":         func() { _, _, _ = b.CheckLogin(ctx, boss, certlife.LoginLook) },
		"refused":       func() { _, _ = b.Decide(ctx, boss, certlife.ActContractClose, company, "") },
		"failed":        func() { _, _ = b.ApplyContract(ctx, certlife.Actor{}, company) },
		"contract":      func() { _, _, _ = b.GetContract(ctx, boss, company) },
		"user":          func() { _, _, _ = b.GetUser(ctx, boss, company, master) },
		"users":         func() { _, _, _ = b.ListUsers(ctx, boss, company, "", 10) },
		"certificates":  func() { _, _, _ = b.ListCertificates(ctx, boss, company, master, "", 10) },
		"on screen":     func() { _, _, _ = b.NoticeOnScreen(ctx, boss, company, master) },
		"greater texts": func() { _, _, _ = b.Obtain(ctx, b.User("nobody"), company, "keir002", request) },
		"notices": func() {
			page, _, _ := b.ListNotices(ctx, boss, company, master)
			page.Close()
		},
		"deliver": func() { _, _, _ = b.Deliver(ctx, boss, company, master) },
		"profile": func() {
			p, _ := certlife.ParseProfile(text)
			_, _ = p.Text()
			p.Close()
		},
		"profile that is none": func() { _, _ = certlife.ParseProfile("?") },
		"institution": func() {
			i, _ := certlife.Open(ctx, b.Options())
			i.Close()
		},
		"issuer": func() {
			i, _ := certlife.OpenLocalIssuer(b.Parts.Crypto, ca, key)
			i.Close()
		},
		"own parts": func() {
			s, _ := certlife.NewStore("own", false, newOwnStore())
			i, _ := certlife.NewIssuer("own", own.ca, true, own)
			c, _ := certlife.NewCrypto("own", ownCrypto{})
			o := ownBank.Options()
			o.Store, o.Issuer, o.Crypto = s, i, c
			bank, _ := certlife.Open(ctx, o)
			bank.Close()
			i.Close()
			c.Close()
			s.Close()
		},
		"own parts that are none": func() { _, _ = certlife.NewIssuer("a\x00", own.ca, true, own) },
		"own store":               func() { _, _, _ = ownBank.CheckLogin(ctx, ownBoss, certlife.LoginLook) },
		"own store, written":      func() { _, _ = ownBank.RenewLater(ctx, ownBoss, company, master) },
	} {
		for n := 0; n < 20; n++ {
			call()
		}
		before := settled(0)
		for n := 0; n < times; n++ {
			call()
		}
		if grown := settled(before+times*mite) - before; grown > times*mite {
			t.Errorf("%s: %d calls left %d bytes behind", name, times, grown)
		}
	}
}

// settled is how much of C's heap is in use when the collector has had time to empty the pool of calls; it ends early where
// that is no more than `enough`.
func settled(enough int64) int64 {
	for n := 0; n < 6 && cbench.InUse() > enough; n++ {
		runtime.GC()
		time.Sleep(3 * time.Millisecond)
	}
	return cbench.InUse()
}

// TestNever: where the profile sets no limit, and where nothing is planned.
func TestNever(t *testing.T) {
	profile := testbank.Must[*certlife.Profile](t)(certlife.NewProfile("webfb"))
	if err := profile.Set("obtain by", "no limit"); err != nil {
		t.Fatal(err)
	}
	b := testbank.With(t, testbank.Parts{Profile: profile})
	b.Adds("keir002")
	user, d, err := b.GetUser(ctx, b.Branch(), company, "keir002")
	b.Allowed(d, err)
	if user.ObtainBy != certlife.Never || !user.ObtainBy.After(time.Now()) {
		t.Error(user.ObtainBy)
	}
	empty := testbank.Empty(t, testbank.Parts{})
	page, d, err := empty.ClaimNotices(ctx, empty.System(), "mailer", 1, time.Minute) // plans
	empty.Allowed(d, err)
	defer page.Close()
	due, d, err := empty.NextNoticeDue(ctx, empty.System())
	empty.Allowed(d, err)
	if due != certlife.Never {
		t.Error(due)
	}
}

func TestVersion(t *testing.T) {
	if certlife.Version() == "" || certlife.VersionNumber() < certlife.HeaderVersionNumber || certlife.BuildInfo() == "" {
		t.Error(certlife.Version(), certlife.VersionNumber(), certlife.BuildInfo())
	}
}
