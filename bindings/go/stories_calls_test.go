// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"context"
	"encoding/hex"
	"time"

	"certlife.example/go/certlife"
)

// An asking is one call of a story: who asks whom, and the rest of its line, with what is so here for its names.
type asking struct {
	*telling
	bank  *certlife.Institution
	actor certlife.Actor
	line  storyLine
}

func (q asking) text(key string) string { return q.names.actually(q.line.text(key)) }
func (q asking) contract() string       { return q.text("contract") }
func (q asking) user() string           { return q.text("user") }
func (q asking) act() certlife.Act      { return certlife.Act(q.line.number("act")) }
func (q asking) limit() int             { return int(q.line.number("limit")) }

func (q asking) reason() certlife.Reason { return certlife.Reason(q.line.number("reason")) }

func (q asking) permission() certlife.Permission {
	return certlife.Permission(q.line.number("permission"))
}

func (q asking) request() certlife.Request {
	return certlife.Request{PKCS10: q.line.bytes("pkcs10"), Medium: certlife.Medium(q.line.number("medium")),
		Channel: q.text("channel")}
}

func (q asking) edit() certlife.UserEdit {
	edit := certlife.UserEdit{Certificate: certlife.Choice(q.line.number("certificate")), Reason: q.reason(),
		Permission: q.permission()}
	if email, given := q.line["email"].(string); given {
		edit.Email = &email
	}
	return edit
}

func (q asking) order() []byte {
	id, err := hex.DecodeString(q.text("order"))
	if err != nil {
		panic(err)
	}
	return id
}

func (q asking) lease() time.Duration { return time.Duration(q.line.number("lease")) * time.Second }

// only is for calls that answer a decision and nothing else, given for the others.
func only(d certlife.Decision, err error) (any, certlife.Decision, error) { return nil, d, err }

func given[T any](out T, d certlife.Decision, err error) (any, certlife.Decision, error) {
	return out, d, err
}

var ctx = context.Background()

// storyCalls is how each call of C is made in Go.
var storyCalls = map[string]func(q asking) (any, certlife.Decision, error){
	"contract_register": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.RegisterContract(ctx, q.actor, q.contract(), q.text("master"), q.text("email")))
	},
	"contract_apply": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.ApplyContract(ctx, q.actor, q.contract()))
	},
	"contract_apply_usb_token": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.ApplyContractUSBToken(ctx, q.actor, q.contract()))
	},
	"contract_close": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.CloseContract(ctx, q.actor, q.contract()))
	},
	"contract_get": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.GetContract(ctx, q.actor, q.contract()))
	},
	"user_add": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.AddUser(ctx, q.actor, q.contract(), q.user(), q.permission(), q.text("email")))
	},
	"user_authorise": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.AuthoriseUser(ctx, q.actor, q.contract(), q.user()))
	},
	"user_edit": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.EditUser(ctx, q.actor, q.contract(), q.user(), q.edit()))
	},
	"user_delete": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.DeleteUser(ctx, q.actor, q.contract(), q.user()))
	},
	"user_get": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.GetUser(ctx, q.actor, q.contract(), q.user()))
	},
	"user_list": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.ListUsers(ctx, q.actor, q.contract(), q.text("after"), q.limit()))
	},
	"user_history": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.ListCertificates(ctx, q.actor, q.contract(), q.user(), q.text("after"), q.limit()))
	},
	"obtain": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.Obtain(ctx, q.actor, q.contract(), q.user(), q.request()))
	},
	"renew": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.Renew(ctx, q.actor, q.contract(), q.user(), q.request()))
	},
	"deliver": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.Deliver(ctx, q.actor, q.contract(), q.user()))
	},
	"confirm": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.Confirm(ctx, q.actor, q.contract(), q.user(), q.text("serial")))
	},
	"renew_later": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.RenewLater(ctx, q.actor, q.contract(), q.user()))
	},
	"reissue": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.Reissue(ctx, q.actor, q.contract(), q.user()))
	},
	"revoke": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.Revoke(ctx, q.actor, q.contract(), q.user(), q.reason()))
	},
	"issuer_answer": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.AnswerForIssuer(ctx, q.actor, q.order(), q.line.bytes("certificate")))
	},
	"login_check": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.CheckLogin(ctx, q.actor, certlife.LoginMode(q.line.number("mode"))))
	},
	"decide": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.Decide(ctx, q.actor, q.act(), q.contract(), q.user()))
	},
	"who_could": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.WhoCould(ctx, q.actor, q.act(), q.contract(), q.user()))
	},
	"notice_claim": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.ClaimNotices(ctx, q.actor, q.text("worker"), q.limit(), q.lease()))
	},
	"notice_done": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.MarkNoticeDone(ctx, q.actor, q.held("notice")))
	},
	"notice_give_back": func(q asking) (any, certlife.Decision, error) {
		if q.line["cause"] == nil {
			return only(q.bank.ReturnNotice(ctx, q.actor, q.held("notice")))
		}
		return only(q.bank.GiveNoticeBack(ctx, q.actor, q.held("notice"), q.text("cause")))
	},
	"notice_retry": func(q asking) (any, certlife.Decision, error) {
		return only(q.bank.RetryNotice(ctx, q.actor, q.held("notice")))
	},
	"notice_next_due": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.NextNoticeDue(ctx, q.actor))
	},
	"notice_parked": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.ParkedNotices(ctx, q.actor, q.held("after"), q.limit()))
	},
	"notice_list": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.ListNotices(ctx, q.actor, q.contract(), q.user()))
	},
	"notice_on_screen": func(q asking) (any, certlife.Decision, error) {
		return given(q.bank.NoticeOnScreen(ctx, q.actor, q.contract(), q.user()))
	},
}

// held is a notice of a page that came with an earlier line.
func (q asking) held(key string) *certlife.Notice {
	place, _ := q.line[key].([]any)
	if place == nil {
		return nil
	}
	at := storyLine{"line": place[0], "index": place[1]}
	return q.pages[at.number("line")].Notices[at.number("index")]
}
