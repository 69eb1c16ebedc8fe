// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/tlsgate"
)

// newBanking is the site that asks the browser for a certificate: login, notice of renewal, main page, renewal.
func newBanking(b *bank) *site {
	s := &site{
		bank: b, sessions: newSessions("banking", b.now), door: "/login",
		open: map[string]handler{
			"GET /login":   showLogin,
			"POST /login":  logIn,
			"POST /logout": logOut,
		},
		inside: map[string]handler{
			"GET /":                      showMain,
			"GET /notice":                showNotice,
			"POST /notice/later":         renewLater,
			"GET /renew":                 offerToRenew,
			"POST /renew":                issue(certlife.ActRenew, "/renew"),
			"GET /renew/certificate":     showCertificate("/renew"),
			"GET /renew/certificate.crt": downloadCertificate,
			"POST /renew/installed":      confirmInstalled,
			"GET /ids":                   listUsers,
			"GET /ids/add":               showAdd,
			"POST /ids/add":              addUser,
			"GET /ids/edit":              showEdit,
			"POST /ids/edit":             editUser,
			"POST /ids/delete":           deleteUser,
			"GET /ids/done":              showDone,
		},
		tool: map[string]handler{
			"POST /tool/renew":   issueToTool(certlife.ActRenew),
			"POST /tool/confirm": confirmTool,
		},
	}
	s.gate = &tlsgate.Gate{Institution: b.institution, Refused: s.refused, Failed: s.failed}
	return s
}

// showLogin fills in what the certificate says; whose it is, the register knows.
func showLogin(v *visit) error { return v.loginPage(page{}, login{}) }

func (v *visit) loginPage(with page, who login) error {
	form := credentials{Contract: who.contract, User: who.user, EntryURL: v.entryURL}
	if shown := v.request.TLS.PeerCertificates; len(shown) > 0 {
		form.Serial = serialText(shown[0])
		if who == (login{}) {
			form.Contract, form.User = tlsgate.SubjectOf(shown[0])
		}
	}
	with.Data = form
	return v.show("login", with)
}

// logIn lets in who has the password and the certificate. The password comes first: without it nobody learns anything
// about certificates.
func logIn(v *visit) error {
	who, known := v.givePassword()
	if !known {
		v.code = http.StatusForbidden
		return v.loginPage(page{Message: v.language.t("Company code, customer ID or login password is wrong.")}, who)
	}
	v.who = &who
	check, decision, err := v.institution.CheckLogin(v.request.Context(), v.actor(), certlife.LoginRecord)
	if err != nil {
		return err
	}
	if !decision.Allowed() {
		v.who, v.code = nil, http.StatusForbidden
		return v.loginPage(page{Refused: &decision}, who)
	}
	v.sessions.begin(v.writer, who.contract, who.user)
	if check.RenewalDue {
		return v.redirect("/notice")
	}
	return v.redirect("/")
}

// showNotice stands between the login and the main page, from 30 days before expiry.
func showNotice(v *visit) error {
	can, err := v.ask(v.who.user, certlife.ActRenew, certlife.ActRenewLater, certlife.ActDeliver)
	if err != nil {
		return err
	}
	return v.show("notice", page{Data: struct {
		*certlife.Login
		Now, Later, Again certlife.Decision
	}{v.check, can[0], can[1], can[2]}})
}

// renewLater is remembered; the notice comes again at the next login.
func renewLater(v *visit) error {
	decision, err := v.institution.RenewLater(v.request.Context(), v.actor(), v.who.contract, v.who.user)
	if err := allowed(decision, err); err != nil {
		return err
	}
	return v.redirect("/")
}

func showMain(v *visit) error {
	me, err := v.me()
	if err != nil {
		return err
	}
	can, err := v.ask(v.who.user, certlife.ActRenew, certlife.ActDeliver)
	if err != nil {
		return err
	}
	return v.show("main", page{Menu: "main", Data: struct {
		Me           *certlife.User
		Renew, Again certlife.Decision
	}{me, can[0], can[1]}})
}

func offerToRenew(v *visit) error {
	can, err := v.ask(v.who.user, certlife.ActRenew, certlife.ActDeliver)
	if err != nil {
		return err
	}
	return v.offer(certlife.ActRenew, "/renew", "/renew", can[0], can[1])
}
