// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"certlife.example/go/certlife"
)

// Obtaining on one site and renewing on the other look the same: a request goes in, a certificate comes out, and the user
// says that it has been installed. `path` is where that happens.

type offerView struct {
	User         *certlife.User
	Renewing     bool
	Path, Action string
	Issue, Again certlife.Decision
	Media        []option
}

// An option is one of several buttons or choices.
type option struct {
	Value, Label string
	Selected     bool
}

func (v *visit) offer(act certlife.Act, path, action string, issue, again certlife.Decision) error {
	user, err := v.me()
	if err != nil {
		return err
	}
	media, err := v.media(act)
	if err != nil {
		return err
	}
	return v.show("issue", page{Data: offerView{User: user, Renewing: act == certlife.ActRenew, Path: path, Action: action,
		Issue: issue, Again: again, Media: media}})
}

func (v *visit) me() (*certlife.User, error) { return v.user(v.who.user) }

func (v *visit) user(id string) (*certlife.User, error) {
	user, decision, err := v.institution.GetUser(v.request.Context(), v.actor(), v.who.contract, id)
	return user, allowed(decision, err)
}

// media are the buttons: one for each medium that the institution offers, as the manuals have them.
func (v *visit) media(act certlife.Act) ([]option, error) {
	text, err := v.profile.Get("media")
	if err != nil {
		return nil, err
	}
	labels := map[string]string{
		certlife.MediumPC.String():       "Save in this PC",
		certlife.MediumUSBToken.String(): "Save in the USB token",
	}
	names := strings.Split(text, ", ")
	if len(names) == 1 {
		labels[names[0]] = "Issue"
		if act == certlife.ActRenew {
			labels[names[0]] = "Renew"
		}
	}
	media := make([]option, len(names))
	for i, name := range names {
		media[i] = option{Value: name, Label: v.language.t(labels[name])}
	}
	return media, nil
}

// issue hands the request to the library. What came of it is on the next page, which can be loaded again and again.
func issue(act certlife.Act, path string) handler {
	return func(v *visit) error {
		request, err := v.readRequest()
		if err != nil {
			return err
		}
		_, decision, err := v.issue(act, request)
		switch {
		case errors.Is(err, certlife.ErrMalformed):
			return v.problem(http.StatusBadRequest, "This is not a certificate request (PKCS#10).")
		case decision.Code == certlife.CodeIssuing:
			return v.redirect(path + "/certificate")
		}
		if err := allowed(decision, err); err != nil {
			return err
		}
		return v.redirect(path + "/certificate")
	}
}

func (v *visit) issue(act certlife.Act, request certlife.Request) (*certlife.Certificate, certlife.Decision, error) {
	if act == certlife.ActRenew {
		return v.institution.Renew(v.request.Context(), v.actor(), v.who.contract, v.who.user, request)
	}
	return v.institution.Obtain(v.request.Context(), v.actor(), v.who.contract, v.who.user, request)
}

// readRequest takes the PKCS #10 as a file or as text.
func (v *visit) readRequest() (certlife.Request, error) {
	request := certlife.Request{PKCS10: []byte(v.form("text")), Medium: certlife.MediumPC, Channel: v.browser() + "/browser"}
	if v.form("medium") == certlife.MediumUSBToken.String() {
		request.Medium = certlife.MediumUSBToken
	}
	file, header, err := v.request.FormFile("file")
	if err != nil || header.Size == 0 {
		return request, nil
	}
	defer file.Close()
	request.PKCS10, err = io.ReadAll(file)
	return request, err
}

// browser is the first half of a channel (R-OBT-7).
func (v *visit) browser() string {
	agent := v.request.UserAgent()
	for _, known := range []struct{ mark, name string }{{"Edg/", "edge"}, {"Chrome/", "chrome"}} {
		if strings.Contains(agent, known.mark) {
			return known.name
		}
	}
	return "other"
}

type certificateView struct {
	Path, User, Serial string
	Expiry             time.Time
}

// showCertificate delivers what waits to be installed. Where the issuer takes its time this page asks again.
func showCertificate(path string) handler {
	return func(v *visit) error {
		certificate, decision, err := v.deliver()
		if decision.Code == certlife.CodeIssuing {
			return v.show("waiting", page{Data: path + "/certificate"})
		}
		if err := allowed(decision, err); err != nil {
			return err
		}
		return v.show("certificate", page{Data: certificateView{path, certificate.User, certificate.Serial,
			certificate.NotAfter}})
	}
}

func downloadCertificate(v *visit) error {
	certificate, decision, err := v.deliver()
	if err := allowed(decision, err); err != nil {
		return err
	}
	v.writer.Header().Set("Content-Type", "application/x-pem-file")
	v.writer.Header().Set("Content-Disposition", `attachment; filename="certificate.crt"`)
	_, err = io.WriteString(v.writer, certificate.PEM)
	return err
}

func (v *visit) deliver() (*certlife.Certificate, certlife.Decision, error) {
	return v.institution.Deliver(v.request.Context(), v.actor(), v.who.contract, v.who.user)
}

// confirmInstalled ends the two steps. From now on only the new certificate is good.
func confirmInstalled(v *visit) error {
	serial := v.form("serial")
	decision, err := v.institution.Confirm(v.request.Context(), v.actor(), v.who.contract, v.who.user, serial)
	if err := allowed(decision, err); err != nil {
		return err
	}
	return v.show("installed", page{Data: certificateView{User: v.who.user, Serial: serial}, Here: v.door})
}
