// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"sync"
	"time"
)

// Sessions are the host's part too: who has given the login password of which user, in this browser. They say nothing
// about certificates; that is asked anew on each request.
type sessions struct {
	cookie string
	now    func() time.Time
	key    [32]byte // of the forms' tokens

	mu   sync.Mutex
	open map[string]*login
}

type login struct {
	contract, user string
	used           time.Time
}

const idle = 15 * time.Minute

func newSessions(cookie string, now func() time.Time) *sessions {
	s := &sessions{cookie: "__Host-" + cookie, now: now, open: map[string]*login{}}
	if _, err := rand.Read(s.key[:]); err != nil {
		panic(err) // a machine without random numbers
	}
	return s
}

// visitor returns the browser's name, which it gets on its first visit.
func (s *sessions) visitor(w http.ResponseWriter, r *http.Request) string {
	if cookie, err := r.Cookie(s.cookie); err == nil && len(cookie.Value) == 64 {
		return cookie.Value
	}
	return s.rename(w)
}

func (s *sessions) rename(w http.ResponseWriter) string {
	var name [32]byte
	if _, err := rand.Read(name[:]); err != nil {
		panic(err)
	}
	visitor := hex.EncodeToString(name[:])
	http.SetCookie(w, &http.Cookie{Name: s.cookie, Value: visitor, Path: "/", Secure: true, HttpOnly: true,
		SameSite: http.SameSiteLaxMode})
	return visitor
}

// token is in every form: another site can make the browser send one, but does not know the token.
func (s *sessions) token(visitor string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(visitor))
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *sessions) hasToken(visitor, token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.token(visitor))) == 1
}

// begin gives the browser a new name, so that one planted before the login is worth nothing.
func (s *sessions) begin(w http.ResponseWriter, contract, user string) {
	visitor := s.rename(w)
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, old := range s.open {
		if s.now().Sub(old.used) > idle {
			delete(s.open, name)
		}
	}
	s.open[visitor] = &login{contract: contract, user: user, used: s.now()}
}

// find returns who is logged in; nil for nobody.
func (s *sessions) find(visitor string) *login {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.open[visitor]
	if found == nil || s.now().Sub(found.used) > idle {
		return nil
	}
	found.used = s.now()
	return &login{contract: found.contract, user: found.user}
}

func (s *sessions) end(visitor string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, visitor)
}
