// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"certlife.example/go/certlife"
)

func main() {
	ctx := context.Background()
	profile := must(certlife.NewProfile("webfb"))
	defer profile.Close()
	crypto := must(certlife.NewMbedTLS())
	defer crypto.Close()
	store := must(certlife.NewMemoryStore()) // certlife.OpenLMDB(ctx, path, certlife.LMDBOptions{}) keeps it
	defer store.Close()
	ca, key, err := certlife.MakeTestCA(crypto, "Test CA", 256, time.Now(), time.Now().AddDate(10, 0, 0))
	check(err)
	bank := must(certlife.Open(ctx, certlife.Options{Name: "Example Shinkin Bank", CRLURL: "http://crl.example.jp/users.crl",
		Profile: profile, Store: store, Issuer: must(certlife.OpenLocalIssuer(crypto, ca, key)), Crypto: crypto}))

	branch := certlife.BranchActor("yamada", "2026-0417")
	decision := must(bank.RegisterContract(ctx, branch, "0010000001", "keir001", "keiri@example.co.jp"))
	fmt.Println(decision) // contract 0010000001: R-ALL-13: allowed
	login, decision, err := bank.CheckLogin(ctx, certlife.UserActor("0010000001", "keir001"), certlife.LoginRecord)
	check(err)
	if login == nil {
		fmt.Println(decision.Sentence(certlife.Japanese), decision.WaySentence(certlife.Japanese))
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
