// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"path/filepath"
	"time"

	"certlife.example/go/certlife"
)

// A bank is what its two sites share.
type bank struct {
	name        string
	institution *certlife.Institution
	profile     *certlife.Profile
	passwords   *passwords
	languages   map[string]*language
	now         func() time.Time
	entryURL    string // of the site that asks for no certificate: there one obtains
	bankingURL  string // of the site where one logs in with the certificate
	parts       []interface{ Close() error }
}

const (
	bankName = "Example Shinkin Bank"
	crlURL   = "http://crl.example.jp/users.crl"
)

// An issuerOpener opens who signs the users' certificates.
type issuerOpener func(crypto *certlife.Crypto, folder string) (*certlife.Issuer, error)

// localIssuer has the CA's key in this process. A bank whose CA is elsewhere hands over a certlife.NewIssuer instead.
func localIssuer(crypto *certlife.Crypto, folder string) (*certlife.Issuer, error) {
	return certlife.OpenLocalIssuerFiles(crypto, filepath.Join(folder, "users-ca.crt"),
		filepath.Join(folder, "users-ca.key"))
}

// openBank opens what setUp has made in a folder. Several processes may use the same folder at the same time.
func openBank(ctx context.Context, folder string, openIssuer issuerOpener, now func() time.Time) (_ *bank, err error) {
	b := &bank{name: bankName, now: now}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	in := func(name string) string { return filepath.Join(folder, name) }
	if b.profile, err = certlife.LoadProfile(in("profile")); err != nil {
		return nil, err
	}
	b.parts = append(b.parts, b.profile)
	crypto, err := certlife.NewMbedTLS()
	if err != nil {
		return nil, err
	}
	b.parts = append(b.parts, crypto)
	issuer, err := openIssuer(crypto, folder)
	if err != nil {
		return nil, err
	}
	b.parts = append(b.parts, issuer)
	store, err := certlife.OpenLMDB(ctx, in("store"), certlife.LMDBOptions{})
	if err != nil {
		return nil, err
	}
	b.parts = append(b.parts, store)
	b.institution, err = certlife.Open(ctx, certlife.Options{
		Name: bankName, CRLURL: crlURL, Profile: b.profile, Store: store, Issuer: issuer, Crypto: crypto,
		Clock: certlife.ClockFunc(func() (time.Time, error) { return now(), nil }),
	})
	if err != nil {
		return nil, err
	}
	b.parts = append(b.parts, b.institution)
	if b.passwords, err = openPasswords(in("passwords.json")); err != nil {
		return nil, err
	}
	b.languages, err = newLanguages(b.profile.Location())
	return b, err
}

// close closes what was opened last first.
func (b *bank) close() {
	for i := len(b.parts) - 1; i >= 0; i-- {
		_ = b.parts[i].Close()
	}
	b.parts = nil
}
