// SPDX-License-Identifier: Apache-2.0

package tlsgate_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/testbank"
	"certlife.example/go/certlife/tlsgate"
)

const company, master = testbank.Company, testbank.Master

var ctx = testbank.Ctx

func TestMain(m *testing.M) { testbank.Main(m) }

// hello greets whom the gate lets in, and counts.
func hello(t *testing.T) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		login, ok := tlsgate.FromContext(r.Context())
		if !ok || login.Login == nil || !login.Decision.Allowed() || login.Actor(r).Certificate == nil {
			t.Errorf("inside without a login: %+v", login)
			return
		}
		fmt.Fprintf(w, "%s/%s resumed=%v", login.Contract, login.User, r.TLS.DidResume)
	})
}

func serve(t *testing.T, gate *tlsgate.Gate, guarded bool, version uint16) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(gate.Handler(hello(t)))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MaxVersion: version}
	if guarded {
		server.TLS = gate.Config(&tls.Config{MaxVersion: version})
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// browser is a client with the user's certificate, and with a cache of sessions; "" has no certificate.
func browser(t *testing.T, b *testbank.Bank, server *httptest.Server, user string) *http.Client {
	t.Helper()
	config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	if user != "" {
		config.Certificates = []tls.Certificate{b.TLS(user)}
	}
	transport := &http.Transport{TLSClientConfig: config}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(client *http.Client, url string) (int, string, error) {
	response, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func reconnect(client *http.Client) { client.Transport.(*http.Transport).CloseIdleConnections() }

var versions = map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13}

// TestOpenConnection: a revocation is in force for the next request on a connection that is open.
func TestOpenConnection(t *testing.T) {
	for name, version := range versions {
		t.Run(name, func(t *testing.T) {
			b := testbank.New(t)
			b.Adds("keir002")
			b.Obtains("keir002")
			server := serve(t, &tlsgate.Gate{Institution: b.Institution}, true, version)
			client := browser(t, b, server, "keir002")
			for n := 0; n < 2; n++ {
				if status, body, err := get(client, server.URL); status != 200 || body != company+"/keir002 resumed=false" {
					t.Fatal(status, body, err)
				}
			}
			b.Allowed(b.Revoke(ctx, b.Branch(), company, "keir002", certlife.ReasonKeyCompromise))
			status, body, err := get(client, server.URL)
			if status != http.StatusForbidden || !strings.Contains(body, "失効") || !strings.Contains(body, "revoked") {
				t.Error(status, body, err)
			}
		})
	}
}

// TestResumed: a session that is resumed after a revocation is refused in the handshake, or by the handler.
func TestResumed(t *testing.T) {
	for name, version := range versions {
		for _, guarded := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " guarded ", guarded), func(t *testing.T) {
				b := testbank.New(t)
				b.Adds("keir002")
				b.Obtains("keir002")
				server := serve(t, &tlsgate.Gate{Institution: b.Institution}, guarded, version)
				client := browser(t, b, server, "keir002")
				if status, _, err := get(client, server.URL); status != 200 {
					t.Fatal(status, err)
				}
				reconnect(client)
				if _, body, err := get(client, server.URL); body != company+"/keir002 resumed=true" {
					t.Fatal(body, err)
				}
				reconnect(client)
				b.Allowed(b.Revoke(ctx, b.Branch(), company, "keir002", certlife.ReasonKeyCompromise))
				status, body, err := get(client, server.URL)
				if guarded && err == nil {
					t.Error("the handshake went on:", status, body)
				}
				if !guarded && (status != http.StatusForbidden || !strings.Contains(body, "失効")) {
					t.Error(status, body, err)
				}
			})
		}
	}
}

// TestVerifyConnection says why, to who asks.
func TestVerifyConnection(t *testing.T) {
	b := testbank.New(t)
	gate := &tlsgate.Gate{Institution: b.Institution}
	state := func() tls.ConnectionState {
		certificate, err := b.PCs[master].Certificate.X509()
		if err != nil {
			t.Fatal(err)
		}
		return tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}}
	}
	if err := gate.VerifyConnection(state()); err != nil {
		t.Error(err)
	}
	var refusal *tlsgate.Refusal
	if err := gate.VerifyConnection(tls.ConnectionState{}); !errors.As(err, &refusal) ||
		refusal.Decision.Code != certlife.CodeNoCertificate {
		t.Error(err)
	}
	gate.Identify = func(*x509.Certificate) (string, string) { return company, "somebody else" }
	if err := gate.VerifyConnection(state()); !errors.As(err, &refusal) || refusal.Decision.Code != certlife.CodeAnotherUsers {
		t.Error(err)
	}
	gate.Identify = func(*x509.Certificate) (string, string) { return "", "" }
	if err := gate.VerifyConnection(state()); !errors.As(err, &refusal) || refusal.Error() == "" {
		t.Error(err)
	}
	gate.Identify = nil
	before := errors.New("before")
	config := gate.Config(&tls.Config{ClientAuth: tls.RequireAnyClientCert,
		VerifyConnection: func(tls.ConnectionState) error { return before }})
	if err := config.VerifyConnection(state()); err != before {
		t.Error(err)
	}
	if got := gate.Config(&tls.Config{}).ClientAuth; got != tls.RequireAnyClientCert {
		t.Error(got)
	}
	if got := gate.Config(&tls.Config{ClientAuth: tls.RequestClientCert}).ClientAuth; got != tls.RequestClientCert {
		t.Error(got)
	}
	b.Institution.Close()
	if err := gate.VerifyConnection(state()); !errors.Is(err, certlife.ErrMisuse) {
		t.Error(err)
	}
}

// TestAnswers: no certificate, a certificate of a stranger's, and a failure.
func TestAnswers(t *testing.T) {
	b, stranger := testbank.New(t), testbank.New(t)
	gate := &tlsgate.Gate{Institution: b.Institution}
	server := serve(t, gate, false, 0)
	if status, body, err := get(browser(t, b, server, ""), server.URL); status != 403 || !strings.Contains(body, "提示されていません") {
		t.Error(status, body, err)
	}
	if status, body, err := get(browser(t, stranger, server, master), server.URL); status != 403 {
		t.Error(status, body, err)
	}
	client := browser(t, b, server, master)
	if status, body, err := get(client, server.URL); status != 200 {
		t.Error(status, body, err)
	}
	gate.Refused = func(w http.ResponseWriter, _ *http.Request, d certlife.Decision) { http.Error(w, d.Row, 418) }
	if status, body, err := get(browser(t, b, server, ""), server.URL); status != 418 || !strings.HasPrefix(body, "R-") {
		t.Error(status, body, err)
	}
	plain := httptest.NewServer(gate.Handler(hello(t))) // without TLS nobody comes in
	defer plain.Close()
	if status, body, err := get(plain.Client(), plain.URL); status != 418 {
		t.Error(status, body, err)
	}
	b.Institution.Close()
	if status, body, err := get(client, server.URL); status != 503 || strings.Contains(body, "closed") {
		t.Error(status, body, err)
	}
	gate.Failed = func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, err.Error(), 500) }
	if status, body, err := get(client, server.URL); status != 500 || !strings.Contains(body, "closed") {
		t.Error(status, body, err)
	}
}

// TestRecord: a gate that records confirms a new certificate, one that looks does not.
func TestRecord(t *testing.T) {
	b := testbank.New(t)
	b.Adds("keir002")
	user := certlife.UserActor(company, "keir002")
	user.LoginPassword = true
	request := b.Request("keir002")
	certificate, d, err := b.Obtain(ctx, user, company, "keir002", request)
	b.Allowed(d, err)
	b.PCs["keir002"].Certificate = certificate
	for _, one := range []struct {
		mode  certlife.LoginMode
		state certlife.CertificateState
	}{{0, certlife.CertificateUnconfirmed}, {certlife.LoginRecord, certlife.CertificateValid}} {
		server := serve(t, &tlsgate.Gate{Institution: b.Institution, Mode: one.mode}, true, 0)
		if status, body, err := get(browser(t, b, server, "keir002"), server.URL); status != 200 {
			t.Error(status, body, err)
		}
		history, d, err := b.ListCertificates(ctx, b.Branch(), company, "keir002", "", 10)
		b.Allowed(d, err)
		if got := history.Certificates[0].State; got != one.state {
			t.Errorf("mode %d: %v", one.mode, got)
		}
	}
}

// TestProof: a certificate without its key is nothing.
func TestProof(t *testing.T) {
	b := testbank.New(t)
	b.Adds("keir002")
	b.Obtains("keir002")
	server := serve(t, &tlsgate.Gate{Institution: b.Institution}, true, 0)
	config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	stolen := b.TLS(master)
	stolen.PrivateKey = b.PCs["keir002"].Key
	config.Certificates = []tls.Certificate{stolen}
	connection, err := tls.Dial("tcp", server.Listener.Addr().String(), config)
	if err == nil {
		_, err = connection.Read(make([]byte, 1))
		connection.Close()
	}
	var timeout net.Error
	if err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("a stolen certificate came in:", err)
	}
}

// TestMany connections and requests at once, while a user is revoked.
func TestMany(t *testing.T) {
	b := testbank.New(t)
	b.Adds("keir002")
	b.Obtains("keir002")
	server := serve(t, &tlsgate.Gate{Institution: b.Institution}, false, 0)
	var all sync.WaitGroup
	revoked := make(chan struct{})
	for n := 0; n < 8; n++ {
		client := browser(t, b, server, []string{master, "keir002"}[n%2])
		all.Add(1)
		go func(n int) {
			defer all.Done()
			for i := 0; i < 20; i++ {
				before := false
				select {
				case <-revoked:
					before = true
				default:
				}
				status, body, err := get(client, server.URL)
				if err != nil || n%2 == 0 && status != 200 || n%2 == 1 && before && status != 403 {
					t.Error(n, status, body, err)
				}
			}
		}(n)
	}
	b.Allowed(b.Revoke(ctx, b.Branch(), company, "keir002", certlife.ReasonKeyCompromise))
	close(revoked)
	all.Wait()
}
