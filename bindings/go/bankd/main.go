// SPDX-License-Identifier: Apache-2.0

// Bankd is a small internet-banking site that shows how to use the library: mutual TLS, obtaining, renewal, and the master
// user's ID maintenance, in Japanese and English. README.md in this folder tells what to read first.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"certlife.example/go/certlife"
)

const help = `bankd setup  [-profile NAME] [-host NAME] FOLDER     make a bank with one company
bankd serve  [-entry ADDRESS] [-banking ADDRESS] [-ahead DAYS] FOLDER
bankd branch [-application NUMBER] FOLDER authorise|reissue|revoke CONTRACT USER
bankd pc     -site URL -trust SITE-CA.crt -contract CONTRACT -user USER FOLDER obtain|renew
             (the user's side; the login password is read from standard input)

  bankd setup bank
  bankd serve bank &
  bankd pc -site https://localhost:8443 -trust bank/site-ca.crt -contract 0010000001 -user keir001 pc obtain
`

func main() {
	log.SetFlags(0)
	log.SetPrefix("bankd: ")
	commands := map[string]func(context.Context, []string) error{"setup": setupCommand, "serve": serveCommand,
		"branch": branchCommand, "pc": pcCommand}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, help)
		os.Exit(2)
	}
	if err := commands[os.Args[1]](context.Background(), os.Args[2:]); err != nil {
		log.Fatal(err)
	}
}

// parse reads flags and exactly `count` arguments behind them.
func parse(flags *flag.FlagSet, arguments []string, count int) ([]string, error) {
	flags.Usage = func() { fmt.Fprint(os.Stderr, help) }
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if flags.NArg() != count {
		return nil, errors.New("wrong number of arguments\n\n" + help)
	}
	return flags.Args(), nil
}

func setupCommand(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("setup", flag.ContinueOnError)
	profile := flags.String("profile", "webfb", "")
	host := flags.String("host", "localhost", "")
	rest, err := parse(flags, arguments, 1)
	if err != nil {
		return err
	}
	if err := setUp(ctx, rest[0], *profile, []string{*host}, time.Now); err != nil {
		return err
	}
	fmt.Printf("company code %s, customer ID %s, login password %s, confirmation password %s\n"+
		"let the browser trust %s\n", demoContract, demoMaster, demoPassword, demoConfirmation,
		filepath.Join(rest[0], "site-ca.crt"))
	return nil
}

func serveCommand(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	entry := flags.String("entry", "localhost:8443", "")
	banking := flags.String("banking", "localhost:9443", "")
	ahead := flags.Int("ahead", 0, "")
	rest, err := parse(flags, arguments, 1)
	if err != nil {
		return err
	}
	b, err := openBank(ctx, rest[0], localIssuer, func() time.Time { return time.Now().AddDate(0, 0, *ahead) })
	if err != nil {
		return err
	}
	defer b.close()
	b.entryURL, b.bankingURL = "https://"+*entry, "https://"+*banking
	entryTLS, bankingTLS, err := readTLS(rest[0])
	if err != nil {
		return err
	}
	fmt.Println("begin at", b.entryURL)
	ended := make(chan error)
	go func() { ended <- serve(*entry, newEntry(b), entryTLS) }()
	go func() { ended <- serve(*banking, newBanking(b), bankingTLS) }()
	return <-ended
}

func serve(address string, handler http.Handler, config *tls.Config) error {
	server := &http.Server{Addr: address, Handler: handler, TLSConfig: config, ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout: time.Minute}
	return server.ListenAndServeTLS("", "")
}

// readTLS gives what the two sites say in TLS. The second asks for a certificate of the users' CA, so that browsers offer
// no others. It does not insist: who has none, or one that was revoked, is to read why, and what to do (site.go, refused).
func readTLS(folder string) (entry, banking *tls.Config, err error) {
	own, err := tls.LoadX509KeyPair(filepath.Join(folder, "site.crt"), filepath.Join(folder, "site.key"))
	if err != nil {
		return nil, nil, err
	}
	ca, err := os.ReadFile(filepath.Join(folder, "users-ca.crt"))
	if err != nil {
		return nil, nil, err
	}
	entry = &tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12}
	banking = entry.Clone()
	banking.ClientAuth = tls.RequestClientCert
	banking.ClientCAs = x509.NewCertPool()
	if !banking.ClientCAs.AppendCertsFromPEM(ca) {
		return nil, nil, errors.New("users-ca.crt: holds no certificate")
	}
	return entry, banking, nil
}

// branchCommand is the counter (お取引店), which has a written application in hand.
func branchCommand(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("branch", flag.ContinueOnError)
	application := flags.String("application", "", "")
	rest, err := parse(flags, arguments, 4)
	if err != nil {
		return err
	}
	b, err := openBank(ctx, rest[0], localIssuer, time.Now)
	if err != nil {
		return err
	}
	defer b.close()
	branch, contract, user := certlife.BranchActor("yamada", *application), rest[2], rest[3]
	switch rest[1] {
	case "authorise":
		err = allowed(b.institution.AuthoriseUser(ctx, branch, contract, user))
	case "reissue":
		err = allowed(b.institution.Reissue(ctx, branch, contract, user))
	case "revoke":
		err = allowed(b.institution.Revoke(ctx, branch, contract, user, certlife.ReasonUnspecified))
	default:
		err = errors.New("wrong arguments\n\n" + help)
	}
	return err
}

func pcCommand(_ context.Context, arguments []string) error {
	flags := flag.NewFlagSet("pc", flag.ContinueOnError)
	site := flags.String("site", "", "")
	trust := flags.String("trust", "", "")
	contract := flags.String("contract", "", "")
	user := flags.String("user", "", "")
	rest, err := parse(flags, arguments, 2)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(rest[0], 0o700); err != nil {
		return err
	}
	tool, err := newPCTool(rest[0], *trust)
	if err != nil {
		return err
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return err
	}
	tool.contract, tool.user, tool.password = *contract, *user, strings.TrimRight(line, "\r\n")
	tool.language = os.Getenv("LANG")
	certificate, err := tool.fetch(*site, rest[1])
	if err != nil {
		return err
	}
	fmt.Printf("certificate %s until %s\nfor the browser: openssl pkcs12 -export -in %s -out %s\n",
		serialText(certificate), certificate.NotAfter.Format("2006-01-02 15:04:05 MST"), tool.in("current.pem"),
		tool.in("current.p12"))
	return nil
}
