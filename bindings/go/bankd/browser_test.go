// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// A company's year in a real browser, with real certificates in it. The screenshots lie in go/screenshots of the build.
// The bank's clock begins in the past, for a browser presents only certificates that are valid now.
func TestInTheBrowser(t *testing.T) {
	needChromium(t)
	if os.Getenv("CERTLIFE_BUILD") == "" {
		t.Skip("no folder for the screenshots: run it through bindings/staged.sh")
	}
	now := time.Now()
	w := newWorld(t, "webfb", now.AddDate(-1, 0, 20))
	master := w.pc(demoMaster, demoPassword, "")

	t.Log("first issue: the master user, with ID and password, on a PC without a certificate")
	b := w.browse(master, "ja")
	b.visit(w.entryURL)
	b.photos("01-first-page")
	b.press("#obtain")
	b.photos("02-obtain")
	b.fillIn(master)
	b.press("#authenticate")
	b.says("#status", "取得待ち")
	b.photos("03-request")
	certificate := b.getIssued(t, master, "#issue-pc", "04-issued")
	b.press("#installed")
	b.says("main", "ご使用のパソコンへ電子証明書がインストールされました。")
	b.photo("05-installed-ja")
	b.close()
	master.mustInstall(t, certificate)

	t.Log("login, and a new user")
	b = w.browse(master, "ja")
	w.enter(b, master, "06-login")
	b.says("#status", "取得済")
	b.photos("07-main")
	b.press("#administration")
	b.press("#add")
	b.photos("08-new-user")
	b.write("[name=user]", "keir002")
	b.write("[name=email]", "keir002@example.jp")
	b.write("[name=password]", "login-keir002")
	b.write("[name=password2]", "login-keir002")
	b.press("#register")
	b.says("#id", "keir002")
	b.photos("09-added")
	b.close()

	t.Log("the new user's PC speaks English")
	user := w.pc("keir002", "login-keir002", "")
	b = w.browse(user, "en")
	b.visit(w.bankingURL + "/login")
	b.fillIn(user)
	b.press("#log-in")
	b.says("#refused", "No certificate was presented.")
	b.photo("10-no-certificate-en")
	b.visit(w.entryURL + "/obtain")
	b.fillIn(user)
	b.press("#authenticate")
	user.mustInstall(t, b.getIssued(t, user, "#issue-pc", ""))
	b.close()
	b = w.browse(user, "en")
	w.enter(b, user, "") // confirms: nothing was pressed on the page
	b.says("#status", "obtained")
	b.close()

	t.Log("nearly a year later: the notice")
	w.setClock(now)
	b = w.browse(master, "ja")
	w.enter(b, master, "")
	b.says("#days-left", "20日")
	b.photos("11-notice")
	b.press("#renew-later")
	b.says("#status", "更新時期")
	b.photos("12-main-renewal-due")
	b.press("#logout")
	b.photo("13-logged-out-ja")
	w.enter(b, master, "")
	b.says("h1", "電子証明書更新通知")

	t.Log("renewal, and login with the new certificate")
	b.press("#renew-now")
	b.photos("14-renewal")
	certificate = b.getIssued(t, master, "#issue-pc", "15-renewed")
	b.press("#installed")
	b.press("#close")
	b.visit(w.bankingURL)
	w.enter(b, master, "")
	b.says("#refused", "電子証明書は更新されています。")
	b.photo("16-replaced-ja")
	b.close()
	master.mustInstall(t, certificate)
	b = w.browse(master, "ja")
	w.enter(b, master, "")
	b.says("#status", "取得済")

	t.Log("reissue: the user's certificate stops at once, in the session that is open")
	theirs := w.browse(user, "en")
	w.enter(theirs, user, "")
	theirs.press("#renew-later")
	theirs.says("#status", "renewal due")
	b.press("#administration")
	b.photos("17-users")
	b.click("[value=keir002]")
	b.press("#edit")
	b.photos("18-edit")
	b.click("#choice-reissue")
	b.photo("19-edit-reissue-ja")
	b.press("#register")
	b.photos("20-reissued")
	theirs.press("#renew")
	theirs.says("#refused", "The certificate has been revoked. Please obtain a certificate at the login screen.")
	theirs.photo("21-refused-in-session-en")
	theirs.close()
	user = w.pc("keir002", "login-keir002", "")
	user.mustFetch(t, w.entryURL, "obtain")
	theirs = w.browse(user, "en")
	w.enter(theirs, user, "")
	theirs.says("#status", "obtained")

	t.Log("revocation: likewise, and no way back but through the master user")
	b.press("#ids")
	b.click("[value=keir002]")
	b.press("#edit")
	b.click("#choice-revoke")
	b.press("#register")
	b.press("#ids")
	b.says("#user-keir002 .status", "失効")
	b.photos("22-users-revoked")
	b.click("[value=keir001]")
	b.press("#edit")
	b.photos("23-edit-master")
	theirs.press("#administration")
	theirs.says("#refused", "The certificate has been revoked. Please ask your master user.")
	theirs.photo("24-revoked-in-session-en")
	theirs.visit(w.bankingURL + "/login")
	theirs.fillIn(user)
	theirs.press("#log-in")
	theirs.says("#refused", "The certificate has been revoked.")
	theirs.photo("25-revoked-at-login-en")
	theirs.visit(w.entryURL + "/obtain")
	theirs.fillIn(user)
	theirs.press("#authenticate")
	theirs.says("#refused", "The certificate has been revoked. Please ask your master user.")
	theirs.photos("26-revoked-at-obtain")
	theirs.close()
	b.close()
}

func (b *browser) says(css, text string) {
	b.t.Helper()
	if shown := b.read(css); !strings.Contains(shown, text) {
		b.photo("failed")
		b.t.Fatalf("%s says %q, not %q", css, shown, text)
	}
}

// photos takes pictures of the page in both languages.
func (b *browser) photos(name string) {
	b.t.Helper()
	for i := 0; i < 2; i++ {
		language := b.attribute("html", "lang")
		b.photo(name + "-" + language)
		b.press("#language")
	}
}

func (b *browser) fillIn(p *pcTool) {
	b.t.Helper()
	b.write("[name=contract]", p.contract)
	b.write("[name=user]", p.user)
	b.write("[name=password]", p.password)
}

// enter logs in, from the first page.
func (w *world) enter(b *browser, p *pcTool, photo string) {
	b.t.Helper()
	b.visit(w.entryURL)
	b.press("#login")
	if photo != "" {
		b.photos(photo)
	}
	b.fillIn(p)
	b.press("#log-in")
}

// getIssued puts the request of the PC's tool into the page, and downloads the certificate.
func (b *browser) getIssued(t *testing.T, p *pcTool, button, photo string) string {
	t.Helper()
	b.write("#text", p.requestText(t))
	b.press(button)
	if photo != "" {
		b.photos(photo)
	}
	downloaded := watchFolder(t, p.folder, "certificate.crt")
	b.click("#download")
	text := downloaded()
	if err := os.Remove(p.in("certificate.crt")); err != nil {
		t.Fatal(err)
	}
	return string(text)
}
