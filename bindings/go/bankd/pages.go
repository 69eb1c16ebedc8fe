// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"certlife.example/go/certlife"
)

//go:embed templates/*.html
var files embed.FS

//go:embed static/style.css
var style []byte

// A language is one in which every page can be shown.
type language struct {
	Tag, Other, OtherName string
	of                    certlife.Language // of the library's sentences
	words                 map[string]string // English to this one; nil is English
	day, minute           string            // layouts of dates
	space                 string            // between two sentences
	pages                 map[string]*template.Template
}

// t is a text of the site's own in this language.
func (l *language) t(english string, arguments ...any) string {
	text, known := l.words[english]
	if !known {
		text = english
	}
	if len(arguments) == 0 {
		return text
	}
	return fmt.Sprintf(text, arguments...)
}

// newLanguages reads the templates, once for each language. Dates are those of the institution's time.
func newLanguages(zone *time.Location) (map[string]*language, error) {
	all := map[string]*language{
		"ja": {Tag: "ja", Other: "en", OtherName: "English", of: certlife.Japanese, words: japanese,
			day: "2006年01月02日", minute: "2006/01/02 15:04"},
		"en": {Tag: "en", Other: "ja", OtherName: "日本語", of: certlife.English,
			day: "2006-01-02", minute: "2006-01-02 15:04", space: " "},
	}
	for _, l := range all {
		if err := l.readTemplates(zone); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (l *language) readTemplates(zone *time.Location) error {
	layout, err := template.New("").Funcs(template.FuncMap{
		"t": l.t,
		"date": func(at time.Time) string {
			switch {
			case at.IsZero():
				return ""
			case at.Equal(certlife.Never):
				return l.t("No limit")
			}
			return at.In(zone).Format(l.day)
		},
		"moment":     func(at time.Time) string { return at.In(zone).Format(l.minute) },
		"why":        l.why,
		"status":     func(s certlife.Status) string { return s.Label(l.of) },
		"permission": l.permission,
	}).ParseFS(files, "templates/layout.html")
	if err != nil {
		return err
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return err
	}
	l.pages = map[string]*template.Template{}
	for _, name := range names {
		page, err := layout.Clone()
		if err == nil {
			page, err = page.ParseFS(files, name)
		}
		if err != nil {
			return err
		}
		l.pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return nil
}

// why something cannot be done, and what to do instead, as the library says it.
func (l *language) why(decision certlife.Decision) string {
	return strings.TrimSpace(decision.Sentence(l.of) + l.space + decision.WaySentence(l.of))
}

// permission is what the seeds' screens show in the column 利用権限.
func (l *language) permission(user certlife.User) string {
	switch {
	case user.Role == certlife.RoleMaster:
		return l.t("Master user")
	case user.Permission == certlife.PermissionApprover:
		return l.t("Approver")
	default:
		return l.t("Operator")
	}
}

// chooseLanguage takes the one that was switched to, or the one that the browser asks for.
func (b *bank) chooseLanguage(w http.ResponseWriter, r *http.Request) *language {
	if chosen := b.languages[r.URL.Query().Get("lang")]; chosen != nil {
		http.SetCookie(w, &http.Cookie{Name: "__Host-language", Value: chosen.Tag, Path: "/", Secure: true, HttpOnly: true,
			SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 3600})
		return chosen
	}
	if cookie, err := r.Cookie("__Host-language"); err == nil && b.languages[cookie.Value] != nil {
		return b.languages[cookie.Value]
	}
	if strings.HasPrefix(r.Header.Get("Accept-Language"), "en") {
		return b.languages["en"]
	}
	return b.languages["ja"]
}

// A page is what every template is filled with.
type page struct {
	Language *language
	BankName string
	Now      time.Time
	Here     string // this page, for the switch of the language
	User     string // "" where nobody is logged in
	Menu     string // which entry of the menu this is; "" for none
	Token    string
	Message  string             // the site's own, above the page
	Refused  *certlife.Decision // the library's
	Data     any
}

func inLanguage(page, language string) string {
	address, err := url.Parse(page)
	if err != nil {
		return "/"
	}
	query := address.Query()
	query.Set("lang", language)
	address.RawQuery = query.Encode()
	return address.String()
}

// show writes a page that says what `with` has set.
func (v *visit) show(name string, with page) error {
	with.Language, with.BankName, with.Now, with.Token = v.language, v.bank.name, v.bank.now(), v.sessions.token(v.visitor)
	if with.Here == "" {
		with.Here = v.request.URL.RequestURI()
	}
	with.Here = inLanguage(with.Here, v.language.Other)
	if v.who != nil {
		with.User = v.who.user
	}
	var text bytes.Buffer
	if err := v.language.pages[name].ExecuteTemplate(&text, "layout", with); err != nil {
		return err
	}
	v.writer.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.writer.WriteHeader(v.code)
	_, err := text.WriteTo(v.writer)
	return err
}
