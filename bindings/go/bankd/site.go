// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"log"
	"net/http"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/tlsgate"
)

// A site is one host name: its pages, and the sessions of its browsers.
type site struct {
	*bank
	sessions *sessions
	gate     *tlsgate.Gate      // nil for the site that asks for no certificate
	open     map[string]handler // the pages for everybody, by method and path
	inside   map[string]handler // and those for which one must be logged in at `door`, behind the gate
	tool     map[string]handler // for the PC's tool (tool.go), which has no cookies and needs no token
	door     string
}

type handler func(*visit) error

// A visit is one request.
type visit struct {
	*site
	writer   http.ResponseWriter
	request  *http.Request
	language *language
	visitor  string          // the browser
	who      *login          // nil: nobody is logged in
	check    *certlife.Login // what that says besides
	code     int             // of HTTP
}

const formLimit = 256 << 10

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; " +
			"base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "same-origin",
		"Cache-Control":          "no-store",
	} {
		w.Header().Set(name, value)
	}
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	if s.gate != nil && s.inside[r.Method+" "+r.URL.Path] != nil {
		s.gate.Handler(http.HandlerFunc(s.serve)).ServeHTTP(w, r)
		return
	}
	s.serve(w, r)
}

func (s *site) visit(w http.ResponseWriter, r *http.Request) *visit {
	visitor := s.sessions.visitor(w, r)
	return &visit{site: s, writer: w, request: r, language: s.chooseLanguage(w, r), visitor: visitor,
		who: s.sessions.find(visitor), code: http.StatusOK}
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	v := s.visit(w, r)
	v.end(v.route())
}

// refused is for the gate, which asks about the certificate on each request: one that was revoked a moment ago ends the
// session.
func (s *site) refused(w http.ResponseWriter, r *http.Request, decision certlife.Decision) {
	v := s.visit(w, r)
	v.leave()
	v.end(refusal{decision})
}

// failed is for the gate too: the check could not be made, so nobody is let in.
func (s *site) failed(w http.ResponseWriter, r *http.Request, err error) {
	s.visit(w, r).end(err)
}

// end shows why there is no page, where a handler has ended with an error.
func (v *visit) end(err error) {
	if err != nil {
		err = v.fail(err)
	}
	if err != nil {
		log.Print(err)
	}
}

func (v *visit) route() error {
	name := v.request.Method + " " + v.request.URL.Path
	if handle := v.tool[name]; handle != nil {
		return handle(v)
	}
	if name == "GET /style.css" {
		v.writer.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, err := v.writer.Write(style)
		return err
	}
	open, inside := v.open[name], v.inside[name]
	switch {
	case open == nil && inside == nil:
		return v.problem(http.StatusNotFound, "Page not found")
	case v.request.Method == http.MethodPost && !v.hasToken():
		return v.problem(http.StatusForbidden, "This page was open for too long. Please try again.")
	case open != nil:
		return open(v)
	}
	return v.enter(inside)
}

func (v *visit) hasToken() bool {
	return v.sessions.hasToken(v.visitor, v.form("token"))
}

func (v *visit) form(name string) string { return v.request.FormValue(name) }

// actor is who acts, with all that was verified: the login password in this session, the certificate in this connection.
func (v *visit) actor() certlife.Actor {
	actor := certlife.UserActor(v.who.contract, v.who.user).On(v.request.TLS)
	actor.LoginPassword = true
	return actor
}

// enter shows a page to somebody who is logged in: the session must be that of the certificate's owner.
func (v *visit) enter(handle handler) error {
	if v.gate != nil && v.who != nil {
		in, ok := tlsgate.FromContext(v.request.Context())
		if !ok || v.who.contract != in.Contract || v.who.user != in.User {
			v.leave()
		}
		v.check = in.Login
	}
	if v.who == nil {
		return v.redirect(v.door)
	}
	return handle(v)
}

// leave ends the session.
func (v *visit) leave() {
	v.sessions.end(v.visitor)
	v.who = nil
}

// ask asks what this user could do to a user of their contract now, so that a page offers only what works.
func (v *visit) ask(user string, acts ...certlife.Act) ([]certlife.Decision, error) {
	answers := make([]certlife.Decision, len(acts))
	for i, act := range acts {
		var err error
		answers[i], err = v.institution.Decide(v.request.Context(), v.actor(), act, v.who.contract, user)
		if err != nil {
			return nil, err
		}
	}
	return answers, nil
}

func (v *visit) redirect(path string) error {
	http.Redirect(v.writer, v.request, path, http.StatusSeeOther)
	return nil
}

// A refusal ends a handler as an error does, and is shown as what it is.
type refusal struct{ decision certlife.Decision }

func (r refusal) Error() string { return r.decision.Line }

// allowed turns the two answers of a call into one.
func allowed(decision certlife.Decision, err error) error {
	if err == nil && !decision.Allowed() {
		err = refusal{decision}
	}
	return err
}

// fail shows why a page cannot be shown. A refusal says why itself, and what to do instead. A failure changed nothing and
// lets nobody in; its cause is for the log.
func (v *visit) fail(err error) error {
	var refused refusal
	switch {
	case errors.As(err, &refused):
		v.code = http.StatusForbidden
		return v.show("refused", page{Refused: &refused.decision, Here: v.door, Data: v.home()})
	case errors.Is(err, certlife.ErrInvalid):
		return v.problem(http.StatusBadRequest, "What was entered cannot be used.")
	}
	log.Printf("%s %s: %v", v.request.Method, v.request.URL.Path, err)
	return v.problem(http.StatusServiceUnavailable, "Please try again in a little while.")
}

// problem shows a sentence of the site's own.
func (v *visit) problem(code int, text string) error {
	v.code = code
	return v.show("problem", page{Data: v.language.t(text), Here: v.door})
}

// home is where one who is not logged in begins.
func (v *visit) home() string {
	if v.who == nil {
		return v.entryURL
	}
	return "/"
}
