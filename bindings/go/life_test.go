// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/testbank"
)

const company, master = testbank.Company, testbank.Master

// worlds are the parts that a whole life is lived on.
var worlds = []struct {
	name  string
	parts func(t *testing.T) testbank.Parts
}{
	{"memory", func(*testing.T) testbank.Parts { return testbank.Parts{} }},
	{"lmdb", func(t *testing.T) testbank.Parts {
		return testbank.Parts{Store: testbank.Must[*certlife.Store](t)(certlife.OpenLMDB(ctx, t.TempDir(), certlife.LMDBOptions{}))}
	}},
	{"own store", func(t *testing.T) testbank.Parts {
		return testbank.Parts{Store: testbank.Must[*certlife.Store](t)(certlife.NewStore("own", true, newOwnStore()))}
	}},
	{"own crypto", func(t *testing.T) testbank.Parts {
		return testbank.Parts{Crypto: testbank.Must[*certlife.Crypto](t)(certlife.NewCrypto("own", ownCrypto{}))}
	}},
	{"own issuer", func(t *testing.T) testbank.Parts {
		_, parts := ownIssuerParts(t, false)
		return parts
	}},
	{"own local issuer", func(t *testing.T) testbank.Parts {
		_, parts := ownIssuerParts(t, true)
		return parts
	}},
}

func ownIssuerParts(t *testing.T, local bool) (*ownIssuer, testbank.Parts) {
	t.Helper()
	crypto := testbank.Must[*certlife.Crypto](t)(certlife.NewMbedTLS())
	text, keyText := testbank.TestCA(t, crypto)
	ca := testbank.X509(t, text)
	key := testbank.Must[certlife.CryptoKey](t)(ownCrypto{}.OpenKey(keyText)).(*ownKey).signer.(*ecdsa.PrivateKey)
	own := newOwnIssuer(key, ca)
	issuer := testbank.Must[*certlife.Issuer](t)(certlife.NewIssuer("own", ca, local, own))
	return own, testbank.Parts{Crypto: crypto, Issuer: issuer}
}

// bankWith is testbank.With, where USB tokens are offered too, and a notice is tried twice.
func bankWith(t *testing.T, parts testbank.Parts) *testbank.Bank {
	t.Helper()
	parts.Profile = testbank.Must[*certlife.Profile](t)(certlife.NewProfile("webfb"))
	for name, text := range map[string]string{"media": "pc, usb_token", "notice attempts": "2"} {
		if err := parts.Profile.Set(name, text); err != nil {
			t.Fatal(err)
		}
	}
	return testbank.With(t, parts)
}

// TestLife makes every call about people and certificates once, and reads what it says.
func TestLife(t *testing.T) {
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) { live(t, bankWith(t, w.parts(t))) })
	}
}

func live(t *testing.T, b *testbank.Bank) {
	const user = "keir002"
	boss, branch := b.User(master), b.Branch()

	b.Allowed(b.ApplyContractUSBToken(ctx, branch, company))
	b.Allowed(b.AddUser(ctx, boss, company, user, certlife.PermissionOperator, "two@example.co.jp"))
	contract, d, err := b.GetContract(ctx, boss, company)
	b.Allowed(d, err)
	now, _ := b.Now()
	if contract.ID != company || contract.Master != master || contract.Users != 2 || contract.UsersLimit < 2 ||
		!contract.RegisteredAt.Equal(now) || !contract.AppliedAt.Equal(now) || !contract.USBTokenAppliedAt.Equal(now) ||
		!contract.ClosedAt.IsZero() || contract.Application != testbank.Application ||
		contract.USBTokenApplication != testbank.Application || contract.CloseApplication != "" {
		t.Errorf("contract: %+v", contract)
	}

	// awaiting
	d, err = b.Decide(ctx, b.User(user), certlife.ActRenew, company, user)
	b.Refused(d.Code, d, err)
	who, d, err := b.WhoCould(ctx, boss, certlife.ActRevoke, company, user)
	b.Allowed(d, err)
	if who&certlife.WhoMaster == 0 || who&certlife.WhoBranch == 0 {
		t.Errorf("who could: %b", who)
	}
	seen, d, err := b.GetUser(ctx, boss, company, user)
	b.Allowed(d, err)
	if seen.ID != user || seen.Contract != company || seen.Email != "two@example.co.jp" || seen.Role != certlife.RoleGeneral ||
		seen.Permission != certlife.PermissionOperator || seen.Status != certlife.StatusAwaiting || seen.ObtainBy.Before(now) ||
		!seen.Expiry.IsZero() || seen.Serial != "" || !seen.AddedAt.Equal(now) || !seen.DeletedAt.IsZero() {
		t.Errorf("user: %+v", seen)
	}

	// obtained
	self := b.User(user)
	request := b.Request(user)
	first, d, err := b.Obtain(ctx, self, company, user, request)
	b.Allowed(d, err)
	again, d, err := b.Deliver(ctx, self, company, user)
	b.Allowed(d, err)
	if string(again.DER) != string(first.DER) || first.State != certlife.CertificateUnconfirmed {
		t.Errorf("delivered: %+v", again)
	}
	parsed := testbank.Must[*x509.Certificate](t)(first.X509())
	if got := parsed.SerialNumber.Text(16); !strings.HasSuffix(first.Serial, got) || parsed.Subject.CommonName != user ||
		!parsed.NotAfter.Equal(first.NotAfter) || !parsed.NotBefore.Equal(first.NotBefore) {
		t.Errorf("parsed: %v %v", got, parsed.Subject)
	}
	if got := testbank.X509(t, []byte(first.PEM)); string(got.Raw) != string(first.DER) {
		t.Error("the PEM holds something else")
	}
	b.PCs[user].Certificate = first
	self = b.User(user)
	b.Allowed(b.Confirm(ctx, self, company, user, first.Serial))
	login, d, err := b.CheckLogin(ctx, self, certlife.LoginRecord)
	b.Allowed(d, err)
	if login.Serial != first.Serial || !login.Expiry.Equal(first.NotAfter) || login.RenewalDue || login.Confirmed {
		t.Errorf("login: %+v", login)
	}
	if d.Line != "user keir002: "+d.Row+": allowed" || d.Sentence(certlife.English) != "This can be done." ||
		d.Sentence(certlife.Japanese) == "" || d.WaySentence(certlife.English) != "" || d.Sentence(99) != "" {
		t.Errorf("login's decision: %+v", d)
	}

	// edited
	email := "zwei@example.co.jp"
	b.Allowed(b.EditUser(ctx, boss, company, user, certlife.UserEdit{Email: &email, Permission: certlife.PermissionApprover}))
	page, d, err := b.ListUsers(ctx, boss, company, "", 1)
	b.Allowed(d, err)
	if len(page.Users) != 1 || page.Users[0].ID != master || page.Users[0].Role != certlife.RoleMaster || page.Next != master {
		t.Errorf("page: %+v", page)
	}
	page, d, err = b.ListUsers(ctx, boss, company, page.Next, 10)
	b.Allowed(d, err)
	if len(page.Users) != 1 || page.Next != "" || page.Users[0].Email != email ||
		page.Users[0].Permission != certlife.PermissionApprover || page.Users[0].Status != certlife.StatusObtained {
		t.Errorf("page: %+v", page)
	}

	// renewed
	b.At("2027-03-20 12:00:00")
	shown, d, err := b.NoticeOnScreen(ctx, self, company, user)
	b.Allowed(d, err)
	if shown == nil || shown.Kind != certlife.NoticeExpiry || shown.Serial != first.Serial || shown.DaysLeft < 1 {
		t.Errorf("on screen: %+v", shown)
	}
	b.Allowed(b.RenewLater(ctx, self, company, user))
	renewed, d, err := b.Renew(ctx, self, company, user, b.Request(user))
	b.Allowed(d, err)
	seen, d, err = b.GetUser(ctx, self, company, user)
	b.Allowed(d, err)
	if seen.UnconfirmedSerial != renewed.Serial || !seen.UnconfirmedExpiry.Equal(renewed.NotAfter) || seen.RenewLaterAt.IsZero() {
		t.Errorf("renewed: %+v", seen)
	}
	b.PCs[user].Certificate = renewed
	self = b.User(user)
	login, d, err = b.CheckLogin(ctx, self, certlife.LoginRecord)
	b.Allowed(d, err)
	if !login.Confirmed {
		t.Errorf("login: %+v", login)
	}
	if shown, d, err = b.NoticeOnScreen(ctx, self, company, user); shown != nil {
		t.Errorf("on screen: %+v", shown)
	}
	b.Allowed(d, err)

	// reissued, revoked, deleted, closed
	b.Allowed(b.Reissue(ctx, branch, company, user))
	b.Allowed(b.Revoke(ctx, branch, company, user, certlife.ReasonKeyCompromise))
	login, d, err = b.CheckLogin(ctx, self, certlife.LoginLook)
	b.Refused(certlife.CodeRevoked, d, err)
	if login != nil || d.WaySentence(certlife.Japanese) == "" && d.Way != certlife.WayNone {
		t.Errorf("login: %+v %+v", login, d)
	}
	history, d, err := b.ListCertificates(ctx, branch, company, user, "", 1)
	b.Allowed(d, err)
	if len(history.Certificates) != 1 || history.Next != first.Serial ||
		history.Certificates[0].State != certlife.CertificateReplaced || history.Certificates[0].ReplacedAt.IsZero() {
		t.Errorf("history: %+v", history)
	}
	history, d, err = b.ListCertificates(ctx, branch, company, user, history.Next, 10)
	b.Allowed(d, err)
	if len(history.Certificates) != 1 || history.Next != "" || history.Certificates[0].State != certlife.CertificateRevoked ||
		history.Certificates[0].RevokedBy == "" || history.Certificates[0].RevokedAt.IsZero() {
		t.Errorf("history: %+v", history)
	}
	b.Allowed(b.DeleteUser(ctx, branch, company, user))
	b.Allowed(b.CloseContract(ctx, branch, company))
	contract, d, err = b.GetContract(ctx, branch, company)
	b.Allowed(d, err)
	if contract.ClosedAt.IsZero() || contract.CloseApplication != testbank.Application {
		t.Errorf("contract: %+v", contract)
	}
	if _, d, err = b.ListUsers(ctx, boss, company, "", 10); d.Allowed() || err != nil {
		t.Errorf("a closed contract's master user sees it: %v %v", d, err)
	}
}

// TestNotices lets a worker deliver, fail, and give up.
func TestNotices(t *testing.T) {
	for _, w := range worlds[:3] {
		t.Run(w.name, func(t *testing.T) { notify(t, bankWith(t, w.parts(t))) })
	}
}

func notify(t *testing.T, b *testbank.Bank) {
	job := b.System()
	due, d, err := b.NextNoticeDue(ctx, job)
	b.Allowed(d, err)
	b.At("2027-03-03 10:00:00")
	if now, _ := b.Now(); due.After(now) || due.IsZero() {
		t.Fatalf("due %v", due)
	}
	page, d, err := b.ClaimNotices(ctx, job, "mailer 1", 10, 10*time.Minute)
	b.Allowed(d, err)
	if len(page.Notices) != 1 {
		t.Fatalf("page: %+v", page)
	}
	n := page.Notices[0]
	if n.Kind != certlife.NoticeExpiry || n.State != certlife.NoticePlanned || n.User != master || n.Contract != company ||
		n.Email != "keiri@example.co.jp" || n.Addressee != certlife.AddresseeUser || n.AddresseeUser != master ||
		n.Language != certlife.Japanese || n.Attempts != 1 || len(n.Key) != 32 || n.Serial == "" || n.DaysLeft < 1 ||
		n.Expiry.IsZero() || n.RenewBy.IsZero() || n.Due.IsZero() || !n.EndedAt.IsZero() {
		t.Errorf("notice: %+v", n)
	}
	if _, err := b.GiveNoticeBack(ctx, job, n, ""); !isCode(err, certlife.ErrInvalid) {
		t.Errorf("without a cause: %v", err)
	}
	b.Allowed(b.ReturnNotice(ctx, job, n)) // it does not count
	page.Close()
	page, d, err = b.ClaimNotices(ctx, job, "mailer 1", 10, 10*time.Minute)
	b.Allowed(d, err)
	n = page.Notices[0]
	if n.Attempts != 1 {
		t.Errorf("attempts %d", n.Attempts)
	}
	b.Allowed(b.GiveNoticeBack(ctx, job, n, "no such mailbox"))
	for day := 4; day < 7; day++ { // until it is parked
		b.At(time.Date(2027, 3, day, 10, 0, 0, 0, time.UTC).Format("2006-01-02 15:04:05"))
		again, d, err := b.ClaimNotices(ctx, job, "mailer 1", 10, time.Minute)
		b.Allowed(d, err)
		for _, n := range again.Notices {
			b.Allowed(b.GiveNoticeBack(ctx, job, n, "no such mailbox"))
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
	parked, d, err := b.ParkedNotices(ctx, job, nil, 10)
	b.Allowed(d, err)
	if len(parked.Notices) == 0 || parked.Notices[0].State != certlife.NoticeParked || parked.Notices[0].Cause != "no such mailbox" {
		t.Fatalf("parked: %+v", parked)
	}
	behind, d, err := b.ParkedNotices(ctx, job, parked.Notices[len(parked.Notices)-1], 10)
	b.Allowed(d, err)
	if len(behind.Notices) != 0 || behind.More {
		t.Errorf("behind the last: %+v", behind)
	}
	b.Allowed(b.RetryNotice(ctx, job, parked.Notices[len(parked.Notices)-1]))
	last, d, err := b.ClaimNotices(ctx, job, "mailer 2", 10, time.Minute)
	b.Allowed(d, err)
	if len(last.Notices) != 1 {
		t.Fatalf("retried: %+v", last)
	}
	b.Allowed(b.MarkNoticeDone(ctx, job, last.Notices[0]))
	all, d, err := b.ListNotices(ctx, b.User(master), company, master)
	b.Allowed(d, err)
	sent := 0
	for _, n := range all.Notices {
		if n.State == certlife.NoticeSent {
			sent++
		}
	}
	if sent != 1 {
		t.Errorf("%d are sent", sent)
	}
	for _, p := range []*certlife.NoticePage{page, parked, behind, last, all} {
		p.Close()
	}

	// a page that was closed, a notice of no page, and one that nobody claimed
	_, err = b.MarkNoticeDone(ctx, job, n)
	isClosed(t, err, "notice page: is closed")
	shown := &certlife.Notice{}
	for _, n := range []*certlife.Notice{nil, shown} {
		if _, err := b.GiveNoticeBack(ctx, job, n, ""); !isCode(err, certlife.ErrMisuse) {
			t.Errorf("%v", err)
		}
	}
}

// TestDigest reads a notice with members.
func TestDigest(t *testing.T) {
	profile := testbank.Must[*certlife.Profile](t)(certlife.NewProfile("webfb"))
	for name, text := range map[string]string{"digest": "yes", "e-mail to": "master"} {
		if err := profile.Set(name, text); err != nil {
			t.Fatal(err)
		}
	}
	b := testbank.With(t, testbank.Parts{Profile: profile})
	b.Adds("keir002")
	certificate := b.Obtains("keir002")
	for day := 1; day < 31; day++ {
		b.At(time.Date(2027, 3, day, 10, 0, 0, 0, time.UTC).Format("2006-01-02 15:04:05"))
		page, d, err := b.ClaimNotices(ctx, b.System(), "mailer", 100, time.Minute)
		b.Allowed(d, err)
		defer page.Close()
		for _, n := range page.Notices {
			if n.Kind != certlife.NoticeDigest {
				continue
			}
			for _, m := range n.Members {
				if m.User == "keir002" && m.Serial == certificate.Serial && m.Expiry.Equal(certificate.NotAfter) && m.DaysLeft > 0 {
					return
				}
			}
			t.Fatalf("members: %+v", n.Members)
		}
	}
	t.Error("no digest came")
}

// TestOutsideIssuer has an answer later, by polling, and by itself.
func TestOutsideIssuer(t *testing.T) {
	own, parts := ownIssuerParts(t, false)
	b := testbank.With(t, parts)
	b.Adds("keir002")
	b.Adds("keir003")
	type mark struct{}
	var orders []*certlife.IssuerOrder
	own.script = func(got context.Context, order *certlife.IssuerOrder) (certlife.IssuerAnswer, error) {
		if got.Value(mark{}) != "mine" {
			t.Error("the call's context does not arrive")
		}
		orders = append(orders, order)
		return certlife.Later, nil
	}
	mine := context.WithValue(ctx, mark{}, "mine")
	for _, user := range []string{"keir002", "keir003"} {
		certificate, d, err := b.Obtain(mine, b.User(user), company, user, b.Request(user))
		b.Refused(certlife.CodeIssuing, d, err)
		if certificate != nil {
			t.Error("there is a certificate")
		}
	}
	order := orders[0]
	if len(order.ID) != 20 || order.Serial.Sign() <= 0 || order.Organization != "Example Shinkin Bank" || order.Unit != company ||
		order.CommonName != "keir002" || order.CRLURL != "http://crl.example.jp/users.crl" || !order.NotAfter.After(order.NotBefore) {
		t.Errorf("order: %+v", order)
	}
	if _, err := x509.ParseCertificateRequest(order.Request); err != nil {
		t.Error(err)
	}
	own.script = nil
	certificate, d, err := b.Deliver(ctx, b.User("keir002"), company, "keir002")
	b.Allowed(d, err)
	if certificate.User != "keir002" {
		t.Errorf("%+v", certificate)
	}
	_, der, err := own.sign(orders[1])
	if err != nil {
		t.Fatal(err)
	}
	b.Allowed(b.AnswerForIssuer(ctx, b.System(), orders[1].ID, der))
	d, err = b.AnswerForIssuer(ctx, b.System(), []byte("12345678901234567890"), nil)
	b.Refused(certlife.CodeUnknown, d, err)
	if _, d, err = b.Deliver(ctx, b.User("keir003"), company, "keir003"); !d.Allowed() {
		t.Error(d, err)
	}
}

// TestTypes hands over and gets crypto/x509's types.
func TestTypes(t *testing.T) {
	b := testbank.New(t)
	b.Adds("keir002")
	key := testbank.Must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	csr := testbank.Must[*x509.CertificateRequest](t)(x509.ParseCertificateRequest(testbank.RequestFor(t, key).PKCS10))
	request := certlife.RequestOf(csr)
	request.Channel = "edge/app"
	got, d, err := b.Obtain(ctx, b.User("keir002"), company, "keir002", request)
	b.Allowed(d, err)
	user := certlife.UserActor(company, "keir002").Presenting(testbank.Must[*x509.Certificate](t)(got.X509()))
	_, d, err = b.CheckLogin(ctx, user, certlife.LoginLook)
	b.Allowed(d, err)
	if user.On(nil).Certificate != nil {
		t.Error("no connection, and a certificate")
	}
	_, d, err = b.CheckLogin(ctx, user.On(nil), certlife.LoginLook)
	b.Refused(certlife.CodeNoCertificate, d, err)
}
