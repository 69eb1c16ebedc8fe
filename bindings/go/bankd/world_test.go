// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"certlife.example/go/certlife/internal/testbank"
)

func TestMain(m *testing.M) { testbank.Main(m) } // fails where a handle was left open

const (
	entryHost   = "entry.example.jp"
	bankingHost = "ib.example.jp"
)

// A world is a bank with both of its sites on this machine, at a time that the test chooses.
type world struct {
	*bank
	t      *testing.T
	folder string
	clock  *atomic.Int64
}

func newWorld(t *testing.T, profile string, at time.Time) *world {
	t.Helper()
	return newWorldWith(t, profile, localIssuer, at)
}

func newWorldWith(t *testing.T, profile string, issuer issuerOpener, at time.Time) *world {
	t.Helper()
	w := &world{t: t, folder: filepath.Join(t.TempDir(), "bank"), clock: &atomic.Int64{}}
	w.setClock(at)
	now := func() time.Time { return time.Unix(w.clock.Load(), 0) }
	if err := setUp(context.Background(), w.folder, profile, []string{entryHost, bankingHost}, now); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.bank, err = openBank(context.Background(), w.folder, issuer, now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.bank.close)
	entryTLS, bankingTLS, err := readTLS(w.folder)
	if err != nil {
		t.Fatal(err)
	}
	w.entryURL = w.serve(newEntry(w.bank), entryTLS, entryHost)
	w.bankingURL = w.serve(newBanking(w.bank), bankingTLS, bankingHost)
	return w
}

func (w *world) serve(handler http.Handler, config *tls.Config, host string) string {
	server := httptest.NewUnstartedServer(handler)
	server.TLS, server.EnableHTTP2 = config, true
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // browsers open connections that they then do not use
	server.StartTLS()
	w.t.Cleanup(server.Close)
	return fmt.Sprintf("https://%s:%d", host, server.Listener.Addr().(*net.TCPAddr).Port)
}

func (w *world) setClock(at time.Time) { w.clock.Store(at.Unix()) }

// pc is a new computer, or the one whose folder is given, of a user of the demo company.
func (w *world) pc(user, password, folder string) *pcTool {
	w.t.Helper()
	if folder == "" {
		folder = w.t.TempDir()
	}
	tool, err := newPCTool(folder, filepath.Join(w.folder, "site-ca.crt"))
	if err != nil {
		w.t.Fatal(err)
	}
	tool.contract, tool.user, tool.password, tool.language = demoContract, user, password, "en"
	transport := tool.client.Transport.(*http.Transport)
	transport.DialContext = toThisMachine
	w.t.Cleanup(transport.CloseIdleConnections)
	return tool
}

func toThisMachine(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
}

// A window is a browser's, without the browser: it follows links, fills in forms, keeps cookies.
type window struct {
	t      *testing.T
	client *http.Client
	page   string // as text of HTML
	code   int
	at     *url.URL
}

// open opens a window on a computer, with the certificate that is there now.
func (w *world) open(p *pcTool) *window {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	fresh := w.pc(p.user, p.password, p.folder)
	fresh.client.Jar = jar
	return &window{t: w.t, client: fresh.client}
}

func (o *window) get(address string) *window {
	o.t.Helper()
	return o.ask(http.MethodGet, address, nil)
}

// send fills in the form on the page and presses its button.
func (o *window) send(path string, fields ...string) *window {
	o.t.Helper()
	token := regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(o.page)
	if token == nil {
		o.t.Fatalf("%s: has no form:\n%s", o.at, o.page)
	}
	form := url.Values{"token": {token[1]}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return o.ask(http.MethodPost, path, form)
}

func (o *window) ask(method, address string, form url.Values) *window {
	o.t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		o.t.Fatal(err)
	}
	if o.at != nil {
		to = o.at.ResolveReference(to)
	}
	request, err := http.NewRequest(method, to.String(), strings.NewReader(form.Encode()))
	if err != nil {
		o.t.Fatal(err)
	}
	request.Header.Set("Accept-Language", "en")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := o.client.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	o.page, o.code, o.at = string(text), response.StatusCode, response.Request.URL
	return o
}

func (o *window) cookie(name string) string {
	for _, cookie := range o.client.Jar.Cookies(o.at) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// shows checks where the window is, and that the page says all of this.
func (o *window) shows(path string, texts ...string) *window {
	o.t.Helper()
	if o.at.Path != path {
		o.t.Fatalf("is at %s, not at %s:\n%s", o.at, path, o.page)
	}
	for _, text := range texts {
		if !strings.Contains(o.text(), text) {
			o.t.Fatalf("%s does not say %q:\n%s", o.at, text, o.page)
		}
	}
	return o
}

func (o *window) lacks(text string) *window {
	o.t.Helper()
	if strings.Contains(o.text(), text) {
		o.t.Fatalf("%s says %q:\n%s", o.at, text, o.page)
	}
	return o
}

// text is what the page shows, without tags.
func (o *window) text() string {
	bare := regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(o.page, "")
	return html.UnescapeString(regexp.MustCompile(`\s+`).ReplaceAllString(bare, " "))
}

// has checks that an element is there and can be used.
func (o *window) has(ids ...string) *window {
	o.t.Helper()
	for _, id := range ids {
		if tag := o.tag(id); tag == "" || strings.Contains(tag, " disabled") {
			o.t.Fatalf("%s: %s cannot be used: %q\n%s", o.at, id, tag, o.page)
		}
	}
	return o
}

// hasNot checks that an element is not there, or cannot be used.
func (o *window) hasNot(ids ...string) *window {
	o.t.Helper()
	for _, id := range ids {
		if tag := o.tag(id); tag != "" && !strings.Contains(tag, " disabled") {
			o.t.Fatalf("%s: %s can be used: %q", o.at, id, tag)
		}
	}
	return o
}

func (o *window) tag(id string) string {
	return regexp.MustCompile(`<[^>]* id="` + regexp.QuoteMeta(id) + `"[^>]*>`).FindString(o.page)
}

// logIn gives the ID and the password of the computer's user.
func (w *world) logIn(p *pcTool) *window {
	w.t.Helper()
	return w.open(p).get(w.bankingURL+"/login").send("/login", "contract", p.contract, "user", p.user, "password", p.password)
}

// authenticate does so on the other site, to obtain.
func (w *world) authenticate(p *pcTool) *window {
	w.t.Helper()
	return w.open(p).get(w.entryURL+"/obtain").send("/obtain", "contract", p.contract, "user", p.user, "password", p.password)
}

func (p *pcTool) requestText(t *testing.T) string {
	t.Helper()
	request, err := p.request()
	if err != nil {
		t.Fatal(err)
	}
	return string(request)
}

func (p *pcTool) mustFetch(t *testing.T, site, what string) {
	t.Helper()
	if _, err := p.fetch(site, what); err != nil {
		t.Fatal(err)
	}
}

func (p *pcTool) mustInstall(t *testing.T, certificate string) {
	t.Helper()
	if err := p.install([]byte(certificate)); err != nil {
		t.Fatal(err)
	}
}

func (p *pcTool) copy(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	text, err := os.ReadFile(p.in("current.pem"))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "current.pem"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
