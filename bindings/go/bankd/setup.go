// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"certlife.example/go/certlife"
)

// The company of the demonstration.
const (
	demoContract     = "0010000001"
	demoMaster       = "keir001"
	demoPassword     = "login-keir001"
	demoConfirmation = "confirm-keir001"
)

// setUp makes a folder for a bank: the profile, a CA for its users, a certificate for its sites, an empty register. Then it
// does what the branch does when a company's written application has come in.
func setUp(ctx context.Context, folder, profile string, hosts []string, now func() time.Time) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	if err := os.WriteFile(in("profile"), []byte("profile = "+profile+"\n"), 0o600); err != nil {
		return err
	}
	if err := makeUsersCA(in("users-ca"), now()); err != nil {
		return err
	}
	if err := makeSiteCertificate(in("site-ca"), in("site"), hosts); err != nil {
		return err
	}
	b, err := openBank(ctx, folder, localIssuer, now)
	if err != nil {
		return err
	}
	defer b.close()
	return b.addDemoCompany(ctx)
}

func (b *bank) addDemoCompany(ctx context.Context) error {
	branch := certlife.BranchActor("yamada", "2026-0417")
	err := allowed(b.institution.RegisterContract(ctx, branch, demoContract, demoMaster, "keiri@example.jp"))
	if err == nil {
		err = allowed(b.institution.ApplyContract(ctx, branch, demoContract))
	}
	if err == nil {
		err = allowed(b.institution.AuthoriseUser(ctx, branch, demoContract, demoMaster))
	}
	if err == nil {
		err = b.passwords.set(demoContract, demoMaster, demoPassword, demoConfirmation)
	}
	return err
}

func makeUsersCA(name string, now time.Time) error {
	crypto, err := certlife.NewMbedTLS()
	if err != nil {
		return err
	}
	defer crypto.Close()
	certificate, key, err := certlife.MakeTestCA(crypto, bankName+" users CA", 256,
		now.AddDate(0, 0, -1), now.AddDate(30, 0, 0))
	if err == nil {
		err = os.WriteFile(name+".crt", certificate, 0o644)
	}
	if err == nil {
		err = os.WriteFile(name+".key", key, 0o600)
	}
	return err
}

// makeSiteCertificate is for the servers' side of TLS, which has nothing to do with the users' certificates: a bank buys
// one. Its CA is for the browser to trust.
func makeSiteCertificate(caName, siteName string, hosts []string) error {
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "bankd demo site CA"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 3, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	site := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: hosts[0]}, DNSNames: hosts,
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	siteKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := writeCertificate(caName+".crt", ca, ca, &caKey.PublicKey, caKey); err != nil {
		return err
	}
	if err := writeCertificate(siteName+".crt", site, ca, &siteKey.PublicKey, caKey); err != nil {
		return err
	}
	return writeKey(siteName+".key", siteKey)
}

func writeCertificate(name string, made, by *x509.Certificate, key *ecdsa.PublicKey, with *ecdsa.PrivateKey) error {
	der, err := x509.CreateCertificate(rand.Reader, made, by, key, with)
	if err != nil {
		return err
	}
	return writePEM(name, "CERTIFICATE", der, 0o644)
}

func writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(name, "PRIVATE KEY", der, 0o600)
}

func writePEM(name, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
