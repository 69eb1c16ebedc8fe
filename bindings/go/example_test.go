// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"time"

	"certlife.example/go/certlife"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// A company's master user obtains a certificate and logs in with it.
func Example() {
	ctx := context.Background()
	profile := must(certlife.NewProfile("webfb"))
	defer profile.Close()
	crypto := must(certlife.NewMbedTLS())
	defer crypto.Close()
	store := must(certlife.NewMemoryStore()) // or OpenLMDB(ctx, "/var/lib/bank/certlife", certlife.LMDBOptions{})
	defer store.Close()
	ca, caKey, err := certlife.MakeTestCA(crypto, "Test CA", 256, time.Now(), time.Now().AddDate(10, 0, 0))
	if err != nil {
		panic(err)
	}
	issuer := must(certlife.OpenLocalIssuer(crypto, ca, caKey))
	defer issuer.Close()
	bank := must(certlife.Open(ctx, certlife.Options{Name: "Example Shinkin Bank", CRLURL: "http://crl.example.jp/users.crl",
		Profile: profile, Store: store, Issuer: issuer, Crypto: crypto}))
	defer bank.Close()

	branch := certlife.BranchActor("yamada", "2026-0417")
	must(bank.RegisterContract(ctx, branch, "0010000001", "keir001", "keiri@example.co.jp"))
	must(bank.ApplyContract(ctx, branch, "0010000001"))
	must(bank.AuthoriseUser(ctx, branch, "0010000001", "keir001"))

	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) // on the user's PC
	csr := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key))
	user := certlife.UserActor("0010000001", "keir001")
	user.LoginPassword = true // our own server has just checked it
	certificate, decision, err := bank.Obtain(ctx, user, user.Contract, user.User,
		certlife.Request{PKCS10: csr, Medium: certlife.MediumPC})
	if err != nil || certificate == nil {
		panic(fmt.Sprint(err, decision.Sentence(certlife.Japanese)))
	}
	fmt.Println(decision)

	user.Certificate = certificate.DER // as TLS will present it
	login, decision, err := bank.CheckLogin(ctx, user, certlife.LoginRecord)
	fmt.Println(login.Confirmed, decision.Sentence(certlife.English), err)
	// Output:
	// user keir001: R-OBT-1: allowed
	// true This can be done. <nil>
}
