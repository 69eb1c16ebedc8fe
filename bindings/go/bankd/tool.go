// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"net/http"

	"certlife.example/go/certlife"
)

// What the PC's tool (pc.go) asks of the sites: the same acts without pages. It sends the password with each request and
// has no session, so nothing that another site could make a browser send is worth anything here.

const toolChannel = "chrome/app" // R-OBT-7: the manuals' 専用アプリケーション

func (v *visit) toolsUser() bool {
	who, known := v.givePassword()
	if known {
		v.who = &who
	}
	return known
}

// say answers with one line that the tool shows to its user.
func (v *visit) say(code int, text string) error {
	v.writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.writer.WriteHeader(code)
	_, err := io.WriteString(v.writer, text+"\n")
	return err
}

func (v *visit) sayRefused(decision certlife.Decision) error {
	code := http.StatusForbidden
	if decision.Code == certlife.CodeIssuing {
		code = http.StatusAccepted // ask again
	}
	return v.say(code, v.language.why(decision))
}

// issueToTool answers with the certificate as PEM. Asked again with the same key it answers with the same certificate.
func issueToTool(act certlife.Act) handler {
	return func(v *visit) error {
		if !v.toolsUser() {
			return v.say(http.StatusForbidden, v.language.t("Company code, customer ID or login password is wrong."))
		}
		request := certlife.Request{PKCS10: []byte(v.form("request")), Medium: certlife.MediumPC, Channel: toolChannel}
		certificate, decision, err := v.issue(act, request)
		switch {
		case errors.Is(err, certlife.ErrMalformed):
			return v.say(http.StatusBadRequest, v.language.t("This is not a certificate request (PKCS#10)."))
		case err != nil:
			return err
		case !decision.Allowed():
			return v.sayRefused(decision)
		}
		_, err = io.WriteString(v.writer, certificate.PEM)
		return err
	}
}

// confirmTool is told that the certificate has been installed.
func confirmTool(v *visit) error {
	if !v.toolsUser() {
		return v.say(http.StatusForbidden, v.language.t("Company code, customer ID or login password is wrong."))
	}
	decision, err := v.institution.Confirm(v.request.Context(), v.actor(), v.who.contract, v.who.user, v.form("serial"))
	if err != nil {
		return err
	}
	if !decision.Allowed() {
		return v.sayRefused(decision)
	}
	return v.say(http.StatusOK, v.language.t("The certificate was installed in your PC."))
}
