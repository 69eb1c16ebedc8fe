// SPDX-License-Identifier: Apache-2.0

// Package tlsgate lets in whom the login check lets in: on every TLS connection, resumed ones included, and on every HTTP
// request, so that a revocation takes effect on connections that are open.
//
//	gate := &tlsgate.Gate{Institution: bank}
//	server := &http.Server{
//		Handler:   gate.Handler(pages),
//		TLSConfig: gate.Config(&tls.Config{Certificates: ours}),
//	}
//
// VerifyConnection, which Config sets, refuses at the handshake, and a browser shows an error of its own. Where a page is
// to say why, leave it out and use Handler alone: the TLS configuration then has a ClientAuth that asks for a certificate,
// tls.RequestClientCert or tls.RequireAnyClientCert, and the handler shows the decision's sentence.
//
// The certificates need no ClientCAs: the library accepts only those that its register holds.
package tlsgate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"html"
	"net/http"

	"certlife.example/go/certlife"
)

// A Gate may be used by many connections at once. Its fields are not to be changed then.
type Gate struct {
	Institution *certlife.Institution // must

	// Identify says whose certificate it claims to be; whether it is, the library decides. nil is SubjectOf.
	Identify func(*x509.Certificate) (contract, user string)

	// Mode of Handler's checks: 0 is certlife.LoginLook, which writes nothing. With certlife.LoginRecord the first request
	// with a new certificate confirms it (R-REN-6). VerifyConnection always looks.
	Mode certlife.LoginMode

	// Refused answers a request that is refused; nil is 403 with the sentences in both languages.
	Refused func(http.ResponseWriter, *http.Request, certlife.Decision)

	// Failed answers a request whose check failed; nil is 503. Nobody is let in.
	Failed func(http.ResponseWriter, *http.Request, error)
}

// SubjectOf reads what the local issuer writes: the contract is the OU, the user the CN.
func SubjectOf(certificate *x509.Certificate) (contract, user string) {
	if units := certificate.Subject.OrganizationalUnit; len(units) > 0 {
		contract = units[0]
	}
	return contract, certificate.Subject.CommonName
}

// A Login is who has come in.
type Login struct {
	Contract, User string
	*certlife.Login
	Decision certlife.Decision
}

// Actor is the user, with the certificate of this request's connection.
func (l Login) Actor(r *http.Request) certlife.Actor {
	return certlife.UserActor(l.Contract, l.User).On(r.TLS)
}

// A Refusal is the error of a handshake that is refused.
type Refusal struct{ Decision certlife.Decision }

func (r *Refusal) Error() string { return r.Decision.Line }

// nobody stands for whom the certificate does not name: the library refuses them in its own words.
const nobody = "nobody"

func (g *Gate) check(ctx context.Context, state *tls.ConnectionState, mode certlife.LoginMode) (Login, error) {
	contract, user := "", ""
	if state != nil && len(state.PeerCertificates) > 0 {
		identify := g.Identify
		if identify == nil {
			identify = SubjectOf
		}
		contract, user = identify(state.PeerCertificates[0])
	}
	if contract == "" || user == "" {
		contract, user = nobody, nobody
	}
	login, decision, err := g.Institution.CheckLogin(ctx, certlife.UserActor(contract, user).On(state), mode)
	return Login{contract, user, login, decision}, err
}

// VerifyConnection is for a tls.Config, which calls it for resumed connections too. The error is a *Refusal, or a failure.
func (g *Gate) VerifyConnection(state tls.ConnectionState) error {
	login, err := g.check(context.Background(), &state, certlife.LoginLook)
	if err != nil {
		return fmt.Errorf("tlsgate: %w", err)
	}
	if login.Login == nil {
		return &Refusal{login.Decision}
	}
	return nil
}

// Config returns a copy of a configuration that asks every client for a certificate and has it checked. A ClientAuth and a
// VerifyConnection that are there already stay; the latter is called first.
func (g *Gate) Config(base *tls.Config) *tls.Config {
	config := base.Clone()
	if config.ClientAuth == tls.NoClientCert {
		config.ClientAuth = tls.RequireAnyClientCert
	}
	before := config.VerifyConnection
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if before != nil {
			if err := before(state); err != nil {
				return err
			}
		}
		return g.VerifyConnection(state)
	}
	return config
}

type key struct{}

// FromContext returns who has come in, inside what Handler guards.
func FromContext(ctx context.Context) (Login, bool) {
	login, ok := ctx.Value(key{}).(Login)
	return login, ok
}

// Handler checks every request before `next` sees it.
func (g *Gate) Handler(next http.Handler) http.Handler {
	mode := g.Mode
	if mode == 0 {
		mode = certlife.LoginLook
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		login, err := g.check(r.Context(), r.TLS, mode)
		switch {
		case err != nil && g.Failed != nil:
			g.Failed(w, r, err)
		case err != nil:
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		case login.Login == nil && g.Refused != nil:
			g.Refused(w, r, login.Decision)
		case login.Login == nil:
			refuse(w, login.Decision)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, login)))
		}
	})
}

func refuse(w http.ResponseWriter, d certlife.Decision) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusForbidden)
	for _, l := range []struct {
		tag      string
		language certlife.Language
	}{{"ja", certlife.Japanese}, {"en", certlife.English}} {
		fmt.Fprintf(w, "<p lang=%q>%s %s</p>\n", l.tag, html.EscapeString(d.Sentence(l.language)),
			html.EscapeString(d.WaySentence(l.language)))
	}
}
