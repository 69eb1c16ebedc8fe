// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"path/filepath"
	"sync"
	"testing"

	"certlife.example/go/certlife"
)

// A laterCA is a CA elsewhere that takes its time: it signs when the test says so.
type laterCA struct {
	certificate *x509.Certificate
	key         any

	mu     sync.Mutex
	orders map[string]*certlife.IssuerOrder
	signs  bool
}

func (ca *laterCA) open(_ *certlife.Crypto, folder string) (*certlife.Issuer, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, "users-ca.crt"), filepath.Join(folder, "users-ca.key"))
	if err != nil {
		return nil, err
	}
	ca.key, ca.orders = pair.PrivateKey, map[string]*certlife.IssuerOrder{}
	if ca.certificate, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
		return nil, err
	}
	return certlife.NewIssuer("later", ca.certificate, false, ca)
}

func (ca *laterCA) Issue(_ context.Context, order *certlife.IssuerOrder) (certlife.IssuerAnswer, []byte, error) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.orders[string(order.ID)] = order
	return certlife.Later, nil, nil
}

func (ca *laterCA) Poll(_ context.Context, id []byte) (certlife.IssuerAnswer, []byte, error) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	order := ca.orders[string(id)]
	switch {
	case order == nil:
		return certlife.NeverHeard, nil, nil
	case !ca.signs:
		return certlife.Later, nil, nil
	}
	key, err := x509.ParsePKIXPublicKey(order.SPKI)
	if err != nil {
		return 0, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: order.Serial, NotBefore: order.NotBefore, NotAfter: order.NotAfter,
		Subject: pkix.Name{Organization: []string{order.Organization}, OrganizationalUnit: []string{order.Unit},
			CommonName: order.CommonName},
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		CRLDistributionPoints: []string{order.CRLURL},
	}, ca.certificate, key, ca.key)
	return certlife.Issued, der, err
}

// The page waits while the certificate is being issued (発行処理中), and asks again by itself.
func TestIssuerElsewhere(t *testing.T) {
	ca := &laterCA{}
	w := newWorldWith(t, "webfb", ca.open, june)
	master := w.pc(demoMaster, demoPassword, "")
	o := w.authenticate(master).send("/obtain/issue", "text", master.requestText(t), "medium", "pc")
	o.shows("/obtain/certificate", "The certificate is being issued").
		get("/obtain/certificate").shows("/obtain/certificate", "being issued")
	if _, err := master.fetch(w.entryURL, "obtain"); err == nil {
		t.Fatal("the tool did not wait")
	}
	ca.mu.Lock()
	ca.signs = true
	ca.mu.Unlock()
	o.get("/obtain/certificate").shows("/obtain/certificate", "Certificate issued", "2027-06-01")
	master.mustFetch(t, w.entryURL, "obtain")
	w.logIn(w.pc(demoMaster, demoPassword, master.folder)).shows("/", "Welcome, keir001")
}
