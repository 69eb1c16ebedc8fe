// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/url"

	"certlife.example/go/certlife"
)

// ID maintenance (IDメンテナンス). Anybody may look at the page; what they see and can do there, the library decides.

const usersOnPage = 20

func listUsers(v *visit) error {
	users, decision, err := v.institution.ListUsers(v.request.Context(), v.actor(), v.who.contract, v.form("after"),
		usersOnPage)
	if err := allowed(decision, err); err != nil {
		return err
	}
	can, err := v.ask("", certlife.ActUserAdd)
	if err != nil {
		return err
	}
	return v.show("ids", page{Menu: "ids", Data: struct {
		Users []certlife.User
		Next  string
		Add   certlife.Decision
	}{users.Users, users.Next, can[0]}})
}

// permissions are those that a general user can have.
func (v *visit) permissions(now certlife.Permission) []option {
	return []option{
		{"approver", v.language.t("Approver"), now == certlife.PermissionApprover},
		{"operator", v.language.t("Operator"), now == certlife.PermissionOperator},
	}
}

func (v *visit) permission() certlife.Permission {
	return map[string]certlife.Permission{
		"approver": certlife.PermissionApprover,
		"operator": certlife.PermissionOperator,
	}[v.form("permission")]
}

type addView struct {
	ID, Email   string
	Permissions []option
}

func showAdd(v *visit) error {
	return v.show("add", page{Menu: "ids", Data: addView{Permissions: v.permissions(certlife.PermissionApprover)}})
}

// addUser adds a general user, which is also the authorisation to obtain a certificate. The first password is the host's.
func addUser(v *visit) error {
	again := page{Menu: "ids", Data: addView{v.form("user"), v.form("email"), v.permissions(v.permission())}}
	if v.form("password") != v.form("password2") {
		again.Message = v.language.t("The two new passwords differ.")
		return v.show("add", again)
	}
	id := v.form("user")
	decision, err := v.institution.AddUser(v.request.Context(), v.actor(), v.who.contract, id, v.permission(),
		v.form("email"))
	if err != nil {
		return err
	}
	if !decision.Allowed() {
		again.Refused = &decision
		return v.show("add", again)
	}
	if err := v.passwords.set(v.who.contract, id, v.form("password"), ""); err != nil {
		return err
	}
	return v.done("added", id)
}

// A choice is one of the three for the certificate: open, or with the reason why it is not.
type choice struct {
	option
	Open     bool
	Decision certlife.Decision
}

var choices = map[string]certlife.Choice{
	"keep": certlife.ChoiceKeep, "reissue": certlife.ChoiceReissue, "revoke": certlife.ChoiceRevoke,
}

func showEdit(v *visit) error { return v.editPage(v.form("user"), page{}) }

func (v *visit) editPage(id string, with page) error {
	user, err := v.user(id)
	if err != nil {
		return err
	}
	can, err := v.ask(id, certlife.ActUserChange, certlife.ActReissue, certlife.ActRevoke, certlife.ActUserDelete)
	if err != nil {
		return err
	}
	change, reissue, revoke, remove := can[0], can[1], can[2], can[3]
	// This can still be given, on this page. Everything else that is missing cannot.
	asks := revoke.Code == certlife.CodeConfirmationPasswordNeeded
	var permissions []option
	if user.Role == certlife.RoleGeneral {
		permissions = v.permissions(user.Permission)
	}
	with.Menu, with.Here = "ids", "/ids/edit?"+url.Values{"user": {id}}.Encode()
	with.Data = struct {
		User             *certlife.User
		Permissions      []option
		Choices          []choice
		AsksConfirmation bool
		Change, Delete   certlife.Decision
	}{user, permissions, []choice{
		{option{"keep", v.language.t("Keep using it"), true}, true, certlife.Decision{}},
		{option{"reissue", v.language.t("Reissue it"), false}, reissue.Allowed(), reissue},
		{option{"revoke", v.language.t("Revoke it"), false}, revoke.Allowed() || asks, revoke},
	}, asks, change, remove}
	return v.show("edit", with)
}

// editUser sends the screen as a whole: all of it is done, or nothing.
func editUser(v *visit) error {
	id, again := v.form("user"), page{}
	actor := v.actor()
	if given := v.form("confirmation"); given != "" {
		actor.ConfirmationPassword = v.passwords.confirmation(v.who.contract, v.who.user, given)
		if !actor.ConfirmationPassword {
			again.Message = v.language.t("The confirmation password is wrong.")
			return v.editPage(id, again)
		}
	}
	if v.form("password") != v.form("password2") {
		again.Message = v.language.t("The two new passwords differ.")
		return v.editPage(id, again)
	}
	email := v.form("email")
	decision, err := v.institution.EditUser(v.request.Context(), actor, v.who.contract, id, certlife.UserEdit{
		Certificate: choices[v.form("certificate")], Email: &email, Permission: v.permission(),
	})
	if err != nil {
		return err
	}
	if !decision.Allowed() {
		again.Refused = &decision
		return v.editPage(id, again)
	}
	if err := v.passwords.set(v.who.contract, id, v.form("password"), ""); err != nil {
		return err
	}
	return v.done("changed", id)
}

// deleteUser deletes a general user, whose certificate is revoked in the same transaction.
func deleteUser(v *visit) error {
	id := v.form("user")
	decision, err := v.institution.DeleteUser(v.request.Context(), v.actor(), v.who.contract, id)
	if err := allowed(decision, err); err != nil {
		return err
	}
	if err := v.passwords.forget(v.who.contract, id); err != nil {
		return err
	}
	return v.done("deleted", id)
}

func (v *visit) done(what, id string) error {
	return v.redirect("/ids/done?" + url.Values{"what": {what}, "user": {id}}.Encode())
}

func showDone(v *visit) error {
	edit := []string{v.language.t("Choose a user"), v.language.t("Edit")}
	done, known := map[string]struct {
		text  string
		steps []string
	}{
		"added":   {v.language.t("The customer ID was added."), []string{v.language.t("New user")}},
		"changed": {v.language.t("The customer ID was changed."), edit},
		"deleted": {v.language.t("The customer ID was deleted."), edit},
	}[v.form("what")]
	if !known {
		return v.problem(http.StatusNotFound, "Page not found")
	}
	user, err := v.user(v.form("user"))
	if err != nil {
		return err
	}
	return v.show("done", page{Menu: "ids", Data: struct {
		Text     string
		Steps    []string
		User     *certlife.User
		Awaiting bool
	}{done.text, done.steps, user, user.Status == certlife.StatusAwaiting}})
}
