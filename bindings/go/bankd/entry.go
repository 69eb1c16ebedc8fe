// SPDX-License-Identifier: Apache-2.0

package main

import "certlife.example/go/certlife"

// newEntry is the site that asks for no certificate: the first page, and obtaining a certificate with ID and password.
func newEntry(b *bank) *site {
	return &site{
		bank: b, sessions: newSessions("entry", b.now), door: "/obtain",
		open: map[string]handler{
			"GET /":        showEntrance,
			"GET /obtain":  showObtain,
			"POST /obtain": authenticate,
			"POST /logout": logOut,
		},
		inside: map[string]handler{
			"GET /obtain/request":         offerToObtain,
			"POST /obtain/issue":          issue(certlife.ActObtain, "/obtain"),
			"POST /obtain/renew":          issue(certlife.ActRenew, "/obtain"),
			"GET /obtain/certificate":     showCertificate("/obtain"),
			"GET /obtain/certificate.crt": downloadCertificate,
			"POST /obtain/installed":      confirmInstalled,
		},
		tool: map[string]handler{
			"POST /tool/obtain":  issueToTool(certlife.ActObtain),
			"POST /tool/renew":   issueToTool(certlife.ActRenew),
			"POST /tool/confirm": confirmTool,
		},
	}
}

// The manuals' first page offers renewal where the profile lets one renew with ID and password.
func (b *bank) obtainLabel(l *language) (string, error) {
	needs, err := b.profile.Get("renewal needs")
	if needs == "ID and password" {
		return l.t("Obtain or renew a certificate"), err
	}
	return l.t("Obtain a certificate"), err
}

func showEntrance(v *visit) error {
	label, err := v.obtainLabel(v.language)
	if err != nil {
		return err
	}
	return v.show("entrance", page{Data: struct{ LoginURL, ObtainLabel string }{v.bankingURL + "/login", label}})
}

// credentials is what the forms of both doors hold.
type credentials struct{ Contract, User, Serial, EntryURL string }

func showObtain(v *visit) error { return v.show("obtain", page{Data: credentials{}}) }

// givePassword says whether the form holds the login password of a user.
func (v *visit) givePassword() (login, bool) {
	who := login{contract: v.form("contract"), user: v.form("user")}
	return who, v.passwords.login(who.contract, who.user, v.form("password"))
}

func authenticate(v *visit) error {
	who, known := v.givePassword()
	if !known {
		return v.show("obtain", page{Message: v.language.t("Company code, customer ID or login password is wrong."),
			Data: credentials{Contract: who.contract, User: who.user}})
	}
	v.sessions.begin(v.writer, who.contract, who.user)
	return v.redirect("/obtain/request")
}

// offerToObtain shows what the library lets this user do with the password alone: which of these depends on the profile,
// too.
func offerToObtain(v *visit) error {
	can, err := v.ask(v.who.user, certlife.ActObtain, certlife.ActRenew, certlife.ActDeliver)
	if err != nil {
		return err
	}
	obtain, renew, again := can[0], can[1], can[2]
	if renew.Allowed() && !obtain.Allowed() {
		return v.offer(certlife.ActRenew, "/obtain", "/obtain/renew", renew, again)
	}
	return v.offer(certlife.ActObtain, "/obtain", "/obtain/issue", obtain, again)
}

func logOut(v *visit) error {
	v.leave()
	return v.show("closed", page{Data: v.entryURL, Here: v.door})
}
