// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"sync"
)

// Passwords are the host's part: the library is told that one was verified, and never sees it. A bank has its own
// directory for them, with a lock after some failures. This is a file of salted hashes, for the demonstration.
type passwords struct {
	path string
	mu   sync.Mutex
	of   map[string]*secrets // by contract and user
}

type secrets struct {
	Login        *secret `json:"login"`
	Confirmation *secret `json:"confirmation,omitempty"`
}

type secret struct {
	Salt []byte `json:"salt"`
	Hash []byte `json:"hash"`
}

const rounds = 100000

func newSecret(password string) (*secret, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return nil, err
	}
	return &secret{Salt: salt, Hash: hashPassword(password, salt)}, nil
}

func (s *secret) is(password string) bool {
	if s == nil {
		hashPassword(password, nil) // takes as long, so that nobody learns which users exist
		return false
	}
	return subtle.ConstantTimeCompare(s.Hash, hashPassword(password, s.Salt)) == 1
}

// hashPassword is PBKDF2 with HMAC-SHA-256 (RFC 8018, 5.2), one block, which Go has in its library since 1.24.
func hashPassword(password string, salt []byte) []byte {
	mac := hmac.New(sha256.New, []byte(password))
	mac.Write(salt)
	mac.Write([]byte{0, 0, 0, 1})
	step := mac.Sum(nil)
	hash := append([]byte(nil), step...)
	for i := 1; i < rounds; i++ {
		mac.Reset()
		mac.Write(step)
		step = mac.Sum(step[:0])
		for j := range hash {
			hash[j] ^= step[j]
		}
	}
	return hash
}

func openPasswords(path string) (*passwords, error) {
	p := &passwords{path: path, of: map[string]*secrets{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	return p, json.Unmarshal(text, &p.of)
}

func (p *passwords) login(contract, user, password string) bool {
	return p.secrets(contract, user).Login.is(password)
}

func (p *passwords) confirmation(contract, user, password string) bool {
	return p.secrets(contract, user).Confirmation.is(password)
}

func (p *passwords) secrets(contract, user string) secrets {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found := p.of[contract+"/"+user]; found != nil {
		return *found
	}
	return secrets{}
}

// set changes those that are not "".
func (p *passwords) set(contract, user, login, confirmation string) error {
	changed := p.secrets(contract, user)
	for _, part := range []struct {
		password string
		into     **secret
	}{{login, &changed.Login}, {confirmation, &changed.Confirmation}} {
		if part.password == "" {
			continue
		}
		made, err := newSecret(part.password)
		if err != nil {
			return err
		}
		*part.into = made
	}
	return p.store(contract, user, &changed)
}

func (p *passwords) forget(contract, user string) error { return p.store(contract, user, nil) }

func (p *passwords) store(contract, user string, of *secrets) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.of, contract+"/"+user)
	if of != nil {
		p.of[contract+"/"+user] = of
	}
	text, err := json.MarshalIndent(p.of, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(p.path+".new", p.path)
}
