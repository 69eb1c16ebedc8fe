// SPDX-License-Identifier: Apache-2.0

// Package testbank is a bank, a company and its people, at a moment of one's choice: for tests.
package testbank

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"certlife.example/go/certlife"
)

// The company, its master user, who has obtained and confirmed a certificate, and the written application's number.
const (
	Company     = "0010000001"
	Master      = "keir001"
	Application = "2026-0417"
)

// Ctx is the context of calls whose context does not matter.
var Ctx = context.Background()

// Japan is the institution's time in every built-in profile.
var Japan = time.FixedZone("", 9*60*60)

// A Bank is an institution with its parts, and what its users' PCs hold.
type Bank struct {
	*certlife.Institution
	Parts Parts

	t   testing.TB
	now int64
	PCs map[string]*PC
}

// Parts are what a test may bring itself; what is nil is made. All are closed with the bank.
type Parts struct {
	ProfileName string // "" is "webfb"
	Profile     *certlife.Profile
	Crypto      *certlife.Crypto
	Store       *certlife.Store
	Issuer      *certlife.Issuer
	Clock       certlife.Clock
}

// A PC is what one user holds.
type PC struct {
	Key         *ecdsa.PrivateKey
	Certificate *certlife.Certificate
}

// New opens a bank in which the master user has a certificate, at noon of 2026-04-01 in Japan.
func New(t testing.TB) *Bank { return With(t, Parts{}) }

// With does so with some parts of the test's own.
func With(t testing.TB, parts Parts) *Bank {
	t.Helper()
	b := Empty(t, parts)
	branch := b.Branch()
	b.Allowed(b.RegisterContract(Ctx, branch, Company, Master, "keiri@example.co.jp"))
	b.Allowed(b.ApplyContract(Ctx, branch, Company))
	b.Allowed(b.AuthoriseUser(Ctx, branch, Company, Master))
	b.Obtains(Master)
	return b
}

// Empty opens a bank without any company.
func Empty(t testing.TB, parts Parts) *Bank {
	t.Helper()
	b := &Bank{t: t, PCs: map[string]*PC{}}
	b.At("2026-04-01 12:00:00")
	if parts.ProfileName == "" {
		parts.ProfileName = "webfb"
	}
	if parts.Profile == nil {
		parts.Profile = Must[*certlife.Profile](t)(certlife.NewProfile(parts.ProfileName))
	}
	if parts.Crypto == nil {
		parts.Crypto = Must[*certlife.Crypto](t)(certlife.NewMbedTLS())
	}
	if parts.Store == nil {
		parts.Store = Must[*certlife.Store](t)(certlife.NewMemoryStore())
	}
	if parts.Issuer == nil {
		certificate, key := TestCA(t, parts.Crypto)
		parts.Issuer = Must[*certlife.Issuer](t)(certlife.OpenLocalIssuer(parts.Crypto, certificate, key))
	}
	if parts.Clock == nil {
		parts.Clock = b
	}
	b.Parts = parts
	t.Cleanup(func() {
		for _, c := range []interface{ Close() error }{b.Institution, parts.Issuer, parts.Store, parts.Crypto, parts.Profile} {
			if err := c.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
	})
	b.Institution = Must[*certlife.Institution](t)(certlife.Open(Ctx, b.Options()))
	return b
}

// Options are those that the bank was opened with.
func (b *Bank) Options() certlife.Options {
	return certlife.Options{Name: "Example Shinkin Bank", CRLURL: "http://crl.example.jp/users.crl", Profile: b.Parts.Profile,
		Store: b.Parts.Store, Issuer: b.Parts.Issuer, Crypto: b.Parts.Crypto, Clock: b.Parts.Clock}
}

// TestCA returns a CA's certificate and key, PEM.
func TestCA(t testing.TB, crypto *certlife.Crypto) (certificate, key []byte) {
	t.Helper()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	certificate, key, err := certlife.MakeTestCA(crypto, "Test CA", 256, from, from.AddDate(30, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

// X509 parses PEM.
func X509(t testing.TB, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("not PEM")
	}
	return Must[*x509.Certificate](t)(x509.ParseCertificate(block.Bytes))
}

// Must returns a function that fails the test where there is an error.
func Must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// Now makes the bank its own clock.
func (b *Bank) Now() (time.Time, error) { return time.Unix(atomic.LoadInt64(&b.now), 0), nil }

// At sets the clock, in Japan: "2026-04-01 12:00:00".
func (b *Bank) At(moment string) {
	b.t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04:05", moment, Japan)
	if err != nil {
		b.t.Fatal(err)
	}
	atomic.StoreInt64(&b.now, to.Unix())
}

// Branch acts with a written application.
func (b *Bank) Branch() certlife.Actor { return certlife.BranchActor("yamada", Application) }

// System is a job of the host's.
func (b *Bank) System() certlife.Actor { return certlife.SystemActor("job") }

// User has the login password, and presents the certificate that the PC holds, if any.
func (b *Bank) User(id string) certlife.Actor {
	user := certlife.UserActor(Company, id)
	user.LoginPassword = true
	if pc := b.PCs[id]; pc != nil && pc.Certificate != nil {
		user.Certificate = pc.Certificate.DER
	}
	return user
}

// Adds adds a general user.
func (b *Bank) Adds(id string) {
	b.t.Helper()
	b.Allowed(b.AddUser(Ctx, b.User(Master), Company, id, certlife.PermissionOperator, id+"@example.co.jp"))
}

// Request makes a new key on the user's PC, and a request for it.
func (b *Bank) Request(id string) certlife.Request {
	b.t.Helper()
	key := Must[*ecdsa.PrivateKey](b.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	b.PCs[id] = &PC{Key: key}
	return RequestFor(b.t, key)
}

// RequestFor is a request for a key.
func RequestFor(t testing.TB, key crypto.Signer) certlife.Request {
	t.Helper()
	csr := Must[[]byte](t)(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key))
	return certlife.Request{PKCS10: csr, Medium: certlife.MediumPC, Channel: "edge/app"}
}

// Obtains lets the user obtain a certificate with a new key, and confirm it.
func (b *Bank) Obtains(id string) *certlife.Certificate {
	b.t.Helper()
	user, request := certlife.UserActor(Company, id), b.Request(id)
	user.LoginPassword = true
	certificate, d, err := b.Obtain(Ctx, user, Company, id, request)
	b.Allowed(d, err)
	b.PCs[id].Certificate = certificate
	b.Allowed(b.Confirm(Ctx, user, Company, id, certificate.Serial))
	return certificate
}

// TLS is what the user's browser connects with.
func (b *Bank) TLS(id string) tls.Certificate {
	pc := b.PCs[id]
	return tls.Certificate{Certificate: [][]byte{pc.Certificate.DER}, PrivateKey: pc.Key}
}

// Allowed fails the test unless the call did what it was asked.
func (b *Bank) Allowed(d certlife.Decision, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("failed: %v", err)
	}
	if !d.Allowed() {
		b.t.Fatalf("refused: %s", d.Line)
	}
}

// Refused fails the test unless the call was refused with this code.
func (b *Bank) Refused(code certlife.Code, d certlife.Decision, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("failed: %v", err)
	}
	if d.Allowed() || d.Code != code {
		b.t.Fatalf("%s, where it should be %s", d.Line, code)
	}
}

// Main runs a package's tests, and fails where a handle is left open.
func Main(m *testing.M) {
	_ = os.Getenv("CERTLIFE_STATE") // of test.sh: with another, results in Go's cache are not good any more
	leaks := int32(0)
	certlife.OnLeak = func(line string) {
		fmt.Fprintln(os.Stderr, "never closed:", line)
		atomic.AddInt32(&leaks, 1)
	}
	code := m.Run()
	if atomic.LoadInt32(&leaks) > 0 {
		code = 1
	}
	for _, line := range certlife.OpenHandles() {
		fmt.Fprintln(os.Stderr, "left open:", line)
		code = 1
	}
	os.Exit(code)
}
