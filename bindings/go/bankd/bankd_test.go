// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var june = time.Date(2026, 6, 1, 10, 0, 0, 0, time.FixedZone("", 9*3600))

// The company's master user obtains with the PC's tool and logs in.
func newCompany(t *testing.T, profile string) (*world, *pcTool) {
	t.Helper()
	w := newWorld(t, profile, june)
	master := w.pc(demoMaster, demoPassword, "")
	master.mustFetch(t, w.entryURL, "obtain")
	return w, master
}

// The master user adds a general user, who obtains.
func (w *world) addUser(master *pcTool, user string) *pcTool {
	w.t.Helper()
	w.logIn(master).get("/ids/add").send("/ids/add", "user", user, "permission", "approver", "email", user+"@example.jp",
		"password", "login-"+user, "password2", "login-"+user).shows("/ids/done", user)
	p := w.pc(user, "login-"+user, "")
	p.mustFetch(w.t, w.entryURL, "obtain")
	return p
}

func TestFirstIssueAndLogin(t *testing.T) {
	w := newWorld(t, "webfb", june)
	master := w.pc(demoMaster, demoPassword, "")

	t.Log("ID and password alone are never enough")
	w.logIn(master).shows("/login", "No certificate was presented.")

	t.Log("obtaining on the page: the request goes in, the certificate comes out, again and again until it is confirmed")
	o := w.authenticate(master).shows("/obtain/request", "Certificate status", "awaiting", "2026-08-20")
	o.send("/obtain/issue", "text", "nonsense", "medium", "pc").shows("/obtain/issue", "not a certificate request")
	o.get("/obtain/request").send("/obtain/issue", "text", master.requestText(t), "medium", "pc")
	o.shows("/obtain/certificate", "Certificate issued", "2027-06-01")
	serial := regexp.MustCompile(`name="serial" value="([0-9a-f]+)"`).FindStringSubmatch(o.page)[1]
	o.get("/obtain/request").has("deliver").get("/obtain/certificate").shows("/obtain/certificate", serial)
	master.mustInstall(t, o.get("/obtain/certificate.crt").page)
	o.get("/obtain/certificate").send("/obtain/installed", "serial", serial)
	o.shows("/obtain/installed", "The certificate was installed in your PC.", serial)
	w.authenticate(master).shows("/obtain/request", "A valid certificate has been obtained already.").hasNot("issue-pc")

	t.Log("login, with the certificate and the password")
	w.logIn(master).shows("/", "Welcome, keir001", "obtained", serial).hasNot("renew").
		shows("/", "The certificate can be renewed from 2027-05-02.")
	wrong := *master
	wrong.password = "guessed"
	w.logIn(&wrong).shows("/login", "is wrong")
	w.open(master).get(w.bankingURL + "/ids").shows("/login")
}

func TestUsersOfTheCompany(t *testing.T) {
	w, master := newCompany(t, "webfb")
	user := w.addUser(master, "keir002")

	t.Log("the master user sees all, the general user their own row, without buttons that would be refused")
	w.logIn(master).get("/ids").shows("/ids", "keir001", "keir002", "Approver").has("add", "edit")
	o := w.logIn(user).get("/ids").shows("/ids", "keir002", "Only the master user can do this.").lacks("keir001")
	o.hasNot("add").get("/ids/edit?user=keir002").shows("/ids/edit", "Only the master user can do this.")
	o.hasNot("register", "choice-reissue", "choice-revoke", "delete")
	o.send("/ids/edit", "user", "keir001", "certificate", "revoke").
		shows("/ids/edit", "Each user can do this only for themselves.")

	t.Log("nobody logs in with another's certificate, and is not told whose it is")
	stolen := w.pc(demoMaster, demoPassword, user.copy(t))
	w.logIn(stolen).shows("/login", "This certificate cannot be used to log in.")

	t.Log("nor goes on in another's session")
	mixed := w.logIn(master).shows("/", "keir001")
	mixed.client.Transport = w.pc("keir002", "", user.folder).client.Transport
	mixed.get("/").shows("/login").lacks("Welcome")

	t.Log("the master user's own certificate is for the branch")
	o = w.logIn(master).get("/ids/edit?user=keir001").hasNot("choice-reissue", "choice-revoke", "delete")
	o.shows("/ids/edit", "This cannot be done on screen. Please contact your branch.")

	t.Log("what does not fit is said, and changes nothing")
	o.get("/ids/add").send("/ids/add", "user", "keir002", "permission", "operator", "password", "x", "password2", "x")
	o.shows("/ids/add", "This ID cannot be used. Please choose another.")
	o.get("/ids/add").send("/ids/add", "user", "keir003", "permission", "operator", "password", "x", "password2", "y")
	o.shows("/ids/add", "The two new passwords differ.")
	o.get("/ids/edit?user=keir002").send("/ids/edit", "user", "keir002", "certificate", "keep", "permission", "operator",
		"email", "new@example.jp", "password", "changed", "password2", "changed")
	o.shows("/ids/done", "The customer ID was changed.", "'keir002'").get("/ids").shows("/ids", "Operator")
	w.logIn(user).shows("/login", "is wrong")

	t.Log("deleting takes the certificate along, and the session")
	user.password = "changed"
	open := w.logIn(user).shows("/")
	o.get("/ids/edit?user=keir002").send("/ids/delete", "user", "keir002").shows("/ids/done", "deleted")
	open.get("/").shows("/", "This user has been deleted.")
	o.get("/ids").lacks("keir002")
	w.authenticate(user).shows("/obtain", "is wrong")
}

func TestRenewal(t *testing.T) {
	w, master := newCompany(t, "webfb")
	w.logIn(master).shows("/").get("/renew").hasNot("issue-pc").
		shows("/renew", "The certificate can be renewed from 2027-05-02.")

	t.Log("30 days before: the notice after each login; 'renew later' leads on")
	w.setClock(june.AddDate(0, 11, 10))
	o := w.logIn(master).shows("/notice", "2027-06-01", "21 days").has("renew-now", "renew-later")
	o.send("/notice/later").shows("/", "renewal due").has("renew")
	w.logIn(master).shows("/notice")

	t.Log("'renew now': the old certificate works until the new one is confirmed")
	old := w.pc(demoMaster, demoPassword, master.copy(t))
	o.get("/renew").send("/renew", "text", master.requestText(t), "medium", "pc").shows("/renew/certificate", "2028-05-11")
	certificate := o.get("/renew/certificate.crt").page
	open := w.logIn(old).shows("/notice", "the new one has not been installed yet").has("deliver")
	master.mustInstall(t, certificate)
	w.logIn(master).shows("/", "2028-05-11") // confirms
	open.get("/").shows("/", "The certificate has been replaced by a renewed one.")
	w.logIn(old).shows("/login", "The certificate has been replaced by a renewed one.")
}

func TestRenewalWithTheTool(t *testing.T) {
	w, master := newCompany(t, "webfb")
	if _, err := master.fetch(w.bankingURL, "renew"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Fatal(err) // presents none: it was made before the first one
	}
	master = w.pc(demoMaster, demoPassword, master.folder)
	if _, err := master.fetch(w.bankingURL, "renew"); err == nil || !strings.Contains(err.Error(), "from 2027-05-02") {
		t.Fatal(err)
	}
	w.setClock(june.AddDate(0, 11, 10))
	master.mustFetch(t, w.bankingURL, "renew")
	w.logIn(master).shows("/", "2028-05-11")
}

func TestReissueAndRevocation(t *testing.T) {
	w, master := newCompany(t, "webfb")
	user := w.addUser(master, "keir002")

	t.Log("a reissue ends the old certificate at once, also on a connection and a session that are open")
	open := w.logIn(user).shows("/")
	o := w.logIn(master).get("/ids/edit?user=keir002").has("choice-keep", "choice-reissue", "choice-revoke")
	o.send("/ids/edit", "user", "keir002", "certificate", "reissue").shows("/ids/done", "can now obtain", "2026-08-20")
	open.get("/").shows("/", "The certificate has been revoked. Please obtain a certificate at the login screen.").
		get("/login").shows("/login").lacks("Welcome")
	user = w.pc("keir002", user.password, "")
	user.mustFetch(t, w.entryURL, "obtain")

	t.Log("so does a revocation; and after it, in this profile, the master user must reissue")
	open = w.logIn(user).shows("/")
	o.get("/ids/edit?user=keir002").send("/ids/edit", "user", "keir002", "certificate", "revoke").shows("/ids/done")
	open.get("/renew").shows("/renew", "The certificate has been revoked. Please ask your master user.")
	w.logIn(user).shows("/login", "The certificate has been revoked.")
	w.authenticate(user).hasNot("issue-pc").
		shows("/obtain/request", "The certificate has been revoked. Please ask your master user.")
	o.get("/ids/edit?user=keir002").hasNot("choice-revoke").has("choice-reissue").
		shows("/ids/edit", "The certificate has been revoked already.")
}

// Credit unions: the confirmation password, revoking one's own, obtaining again without a reissue, only with the PC's tool.
func TestKumiai(t *testing.T) {
	w, master := newCompany(t, "kumiai")
	user := w.addUser(master, "keir002")
	edit := func(o *window, user, confirmation string) *window {
		return o.get("/ids/edit?user="+user).
			send("/ids/edit", "user", user, "certificate", "revoke", "confirmation", confirmation)
	}
	o := w.logIn(master).get("/ids/edit?user=keir002").has("choice-revoke").hasNot("choice-reissue")
	o.shows("/ids/edit", "Confirmation password", "The certificate must be revoked before this.")
	edit(o, "keir002", "").shows("/ids/edit", "Please enter the confirmation password.")
	edit(o, "keir002", "wrong").shows("/ids/edit", "The confirmation password is wrong.")
	edit(o, "keir002", demoConfirmation).shows("/ids/done")
	w.logIn(user).shows("/login", "The certificate has been revoked.")

	user = w.pc("keir002", user.password, "")
	page := w.authenticate(user).shows("/obtain/request").has("issue-pc")
	page.send("/obtain/issue", "text", user.requestText(t), "medium", "pc").
		shows("/obtain/issue", "Please use the dedicated application.")
	user.mustFetch(t, w.entryURL, "obtain")

	edit(o, demoMaster, demoConfirmation).shows("/ids/done", "The certificate has been revoked.")
}

// Where renewal is at the login screen, with ID and password.
func TestWebfbLogin(t *testing.T) {
	w, master := newCompany(t, "webfb-login")
	w.open(master).get(w.entryURL+"/").shows("/", "Obtain or renew a certificate")
	w.setClock(june.AddDate(0, 11, 10))
	o := w.authenticate(master).shows("/obtain/request", "Begin the renewal")
	o.send("/obtain/renew", "text", master.requestText(t), "medium", "pc").shows("/obtain/certificate", "2028-05-11")
	w.open(w.pc(demoMaster, demoPassword, "")).get(w.entryURL + "/")
}

// Two media, of which one needs an application.
func TestHoujin(t *testing.T) {
	w := newWorld(t, "houjin", june)
	master := w.pc(demoMaster, demoPassword, "")
	o := w.authenticate(master).shows("/obtain/request", "Save in this PC", "Save in the USB token").
		has("issue-pc", "issue-usb_token")
	o.send("/obtain/issue", "text", master.requestText(t), "medium", "usb_token")
	o.shows("/obtain/issue", "USB tokens need an application first.")
}

func TestForms(t *testing.T) {
	w, master := newCompany(t, "webfb")
	o := w.logIn(master)
	o.page = `name="token" value="00"`
	o.send("/ids/add", "user", "keir002", "permission", "approver").shows("/ids/add", "open for too long")
	if o.code != http.StatusForbidden {
		t.Fatal(o.code)
	}
	t.Log("a login gives the browser a new name: one that was planted before is worth nothing")
	fresh := w.open(master).get(w.bankingURL + "/login")
	planted := fresh.cookie("__Host-banking")
	fresh.send("/login", "contract", demoContract, "user", demoMaster, "password", demoPassword).shows("/")
	if after := fresh.cookie("__Host-banking"); after == planted || after == "" {
		t.Fatalf("%q, before %q", after, planted)
	}

	o.get("/").shows("/").send("/logout").shows("/logout", "Logged out").get("/").shows("/login")
	o.get("/nowhere").shows("/nowhere", "Page not found")

	t.Log("the language can be switched on each page, and stays")
	o.get("/login?lang=ja").shows("/login", "ログインパスワード").get("/login").shows("/login", "会社コード")
	o.send("/login", "contract", demoContract, "user", demoMaster, "password", demoPassword).
		shows("/", "ようこそ　keir001　様", "取得済")
	o.get("/renew").shows("/renew", "電子証明書の更新は2027年5月2日から可能です。").get("/renew?lang=en").shows("/renew", "Begin the renewal")
}

func TestSessionsEnd(t *testing.T) {
	w, master := newCompany(t, "webfb")
	o := w.logIn(master).shows("/")
	w.setClock(june.Add(idle))
	o.get("/").shows("/")
	w.setClock(june.Add(2*idle + time.Second))
	o.get("/").shows("/login")
}

// Every text that a page says is there in Japanese, and none that no page says.
func TestTexts(t *testing.T) {
	sources := ""
	for _, pattern := range []string{"templates/*.html", "*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if name == "texts.go" || strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sources += string(text)
		}
	}
	for _, said := range regexp.MustCompile(`(?:\bt[ (]|problem\([^"]+, )"([^"]+)"`).FindAllStringSubmatch(sources, -1) {
		if japanese[said[1]] == "" {
			t.Errorf("not in Japanese: %q", said[1])
		}
	}
	for text := range japanese {
		if !strings.Contains(sources, `"`+text+`"`) {
			t.Errorf("no page says %q", text)
		}
	}
}
