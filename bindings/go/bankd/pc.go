// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// The user's side: a tool on the PC, the manuals' 専用アプリケーション. The private key is made here and stays here. In its
// folder are current.pem, a certificate with its key, and next.key while a certificate is being fetched.
type pcTool struct {
	folder         string
	contract, user string
	password       string
	language       string // of refusals: "en" or "ja"
	client         *http.Client
}

// newPCTool makes a tool that trusts the sites' CA, and presents the current certificate if there is one.
func newPCTool(folder, siteCA string) (*pcTool, error) {
	text, err := os.ReadFile(siteCA)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	if !config.RootCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: holds no certificate", siteCA)
	}
	p := &pcTool{folder: folder}
	pair, err := tls.LoadX509KeyPair(p.in("current.pem"), p.in("current.pem"))
	if err == nil {
		config.Certificates = []tls.Certificate{pair}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}}
	return p, nil
}

func (p *pcTool) in(name string) string { return filepath.Join(p.folder, name) }

// fetch obtains or renews ("obtain", "renew") and tells the bank when the certificate is safe in the folder. After a
// failure anywhere it can be called again: the same key gets the same certificate.
func (p *pcTool) fetch(site, what string) (*x509.Certificate, error) {
	request, err := p.request()
	if err != nil {
		return nil, err
	}
	answer, err := p.post(site+"/tool/"+what, url.Values{"request": {string(request)}})
	if err != nil {
		return nil, err
	}
	certificate, err := readCertificate(answer)
	if err != nil {
		return nil, err
	}
	if err := p.install(answer); err != nil {
		return nil, err
	}
	_, err = p.post(site+"/tool/confirm", url.Values{"serial": {serialText(certificate)}})
	return certificate, err
}

// request makes the next key, unless it is there already, and a PKCS #10 request with it.
func (p *pcTool) request() ([]byte, error) {
	key, err := readKey(p.in("next.key"))
	if errors.Is(err, fs.ErrNotExist) {
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err == nil {
			err = writeKey(p.in("next.key"), key)
		}
	}
	if err != nil {
		return nil, err
	}
	// The bank decides what the certificate says; only the key is taken from here.
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

// install makes the next certificate the current one.
func (p *pcTool) install(certificate []byte) error {
	key, err := os.ReadFile(p.in("next.key"))
	if err == nil {
		err = os.WriteFile(p.in("next.pem"), append(key, certificate...), 0o600)
	}
	if err == nil {
		err = os.Rename(p.in("next.pem"), p.in("current.pem"))
	}
	if err == nil {
		err = os.Remove(p.in("next.key"))
	}
	return err
}

func (p *pcTool) post(address string, form url.Values) ([]byte, error) {
	form.Set("contract", p.contract)
	form.Set("user", p.user)
	form.Set("password", p.password)
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept-Language", p.language)
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(text)))
	}
	return text, err
}

func readKey(name string) (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: holds no key", name)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: holds another kind of key", name)
	}
	return ec, nil
}

func readCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the answer holds no certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

// serialText is a serial number as the library writes it.
func serialText(certificate *x509.Certificate) string {
	return fmt.Sprintf("%x", certificate.SerialNumber.Bytes())
}
