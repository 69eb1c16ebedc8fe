// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"context"
	"time"
)

// A Role is a user's in their contract.
type Role int32

const (
	RoleMaster  Role = C.CERTLIFE_ROLE_MASTER  // 管理者
	RoleGeneral Role = C.CERTLIFE_ROLE_GENERAL // 利用者
)

// A Permission is a general user's (利用権限); the master user has none.
type Permission int32

const (
	PermissionNone     Permission = 0
	PermissionApprover Permission = C.CERTLIFE_PERMISSION_APPROVER // 承認者
	PermissionOperator Permission = C.CERTLIFE_PERMISSION_OPERATOR // 一般者
)

// A Status is a user's (R-USR-8).
type Status int32

const (
	StatusDeleted          Status = C.CERTLIFE_STATUS_DELETED
	StatusContractClosed   Status = C.CERTLIFE_STATUS_CONTRACT_CLOSED
	StatusRevoked          Status = C.CERTLIFE_STATUS_REVOKED
	StatusSuspended        Status = C.CERTLIFE_STATUS_SUSPENDED
	StatusNotApplied       Status = C.CERTLIFE_STATUS_NOT_APPLIED
	StatusIssuing          Status = C.CERTLIFE_STATUS_ISSUING
	StatusAwaiting         Status = C.CERTLIFE_STATUS_AWAITING
	StatusObtainPeriodOver Status = C.CERTLIFE_STATUS_OBTAIN_PERIOD_OVER
	StatusExpired          Status = C.CERTLIFE_STATUS_EXPIRED
	StatusRenewalDue       Status = C.CERTLIFE_STATUS_RENEWAL_DUE
	StatusObtained         Status = C.CERTLIFE_STATUS_OBTAINED
)

// String returns the status's name, "renewal due"; "unknown" for none.
func (s Status) String() string { return C.GoString(C.certlife_status_name(C.certlife_status(s))) }

// Label returns it as the bank's screens say it.
func (s Status) Label(language Language) string {
	return C.GoString(C.certlife_status_label(C.certlife_status(s), C.certlife_language(language)))
}

// AddUser adds a general user. By the master user, or the branch with an application, to a contract that has applied,
// this is also the authorisation to obtain (R-ALL-3). `email` may be "".
func (i *Institution) AddUser(ctx context.Context, actor Actor, contract, user string, permission Permission,
	email string) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	cEmail := k.text("email", email)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_user_add(i.c, who, ofContract, ofUser, C.certlife_permission(permission), cEmail, d, err)
	})
}

// AuthoriseUser authorises the first certificate, or sets a new obtain-by before it was obtained (R-ALL-3).
func (i *Institution) AuthoriseUser(ctx context.Context, actor Actor, contract, user string) (Decision, error) {
	return i.onUser(ctx, actor, contract, user, func(a userArguments, d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_user_authorise(i.c, a.who, a.contract, a.user, d, err)
	})
}

// A Choice is what the edit screen (編集) offers for the certificate.
type Choice int32

const (
	ChoiceKeep    Choice = C.CERTLIFE_CHOICE_KEEP    // 継続利用する
	ChoiceReissue Choice = C.CERTLIFE_CHOICE_REISSUE // 再発行する
	ChoiceRevoke  Choice = C.CERTLIFE_CHOICE_REVOKE  // 失効する
)

// A UserEdit is one user's edit screen, sent as a whole. The zero value changes nothing.
type UserEdit struct {
	Certificate Choice     // R-RIS-4
	Reason      Reason     // of a revocation
	Email       *string    // nil keeps it; "" removes it
	Permission  Permission // PermissionNone keeps it; a master user has none: ErrInvalid
}

// EditUser does everything in the edit in one transaction, or nothing. Where one part is refused, the decision names that
// part's row.
func (i *Institution) EditUser(ctx context.Context, actor Actor, contract, user string,
	edit UserEdit) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	c := (*C.certlife_user_edit_request)(k.bytes(C.sizeof_certlife_user_edit_request))
	*c = C.certlife_user_edit_request{
		size:        C.sizeof_certlife_user_edit_request,
		certificate: C.certlife_choice(edit.Certificate),
		reason:      C.certlife_reason(edit.Reason),
		permission:  C.certlife_permission(edit.Permission),
	}
	if edit.Email != nil {
		c.email = k.text("email", *edit.Email)
	}
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_user_edit(i.c, who, ofContract, ofUser, c, d, err)
	})
}

// DeleteUser deletes a general user; the certificate is revoked in the same transaction (R-USR-7), the history stays
// (R-USR-6).
func (i *Institution) DeleteUser(ctx context.Context, actor Actor, contract, user string) (Decision, error) {
	return i.onUser(ctx, actor, contract, user, func(a userArguments, d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_user_delete(i.c, a.who, a.contract, a.user, d, err)
	})
}

// A User is a snapshot of one user. Times are zero where there is none; serial numbers are hexadecimal.
type User struct {
	ID                string
	Contract          string
	Email             string
	Role              Role
	Permission        Permission
	Status            Status
	ObtainBy          time.Time // while awaiting or over; Never where the profile sets no limit
	Expiry            time.Time // of the current certificate, also when it has ended
	Serial            string
	UnconfirmedExpiry time.Time // of a renewed one that is not confirmed yet (R-REN-6)
	UnconfirmedSerial string
	Application       string // the number of the written application that authorised or reissued last (R-RIS-3)
	AddedAt           time.Time
	DeletedAt         time.Time
	RenewLaterAt      time.Time // when 'renew later' was last chosen (R-REN-7)
}

func userOf(c *C.certlife_user) User {
	return User{
		ID:                C.GoString(C.certlife_user_id(c)),
		Contract:          C.GoString(C.certlife_user_contract(c)),
		Email:             C.GoString(C.certlife_user_email(c)),
		Role:              Role(C.certlife_user_role(c)),
		Permission:        Permission(C.certlife_user_permission(c)),
		Status:            Status(C.certlife_user_status(c)),
		ObtainBy:          moment(C.certlife_user_obtain_by(c)),
		Expiry:            moment(C.certlife_user_expiry(c)),
		Serial:            C.GoString(C.certlife_user_serial(c)),
		UnconfirmedExpiry: moment(C.certlife_user_unconfirmed_expiry(c)),
		UnconfirmedSerial: C.GoString(C.certlife_user_unconfirmed_serial(c)),
		Application:       C.GoString(C.certlife_user_application(c)),
		AddedAt:           moment(C.certlife_user_added_at(c)),
		DeletedAt:         moment(C.certlife_user_deleted_at(c)),
		RenewLaterAt:      moment(C.certlife_user_renew_later_at(c)),
	}
}

// GetUser returns a snapshot of one user, also a deleted one; nil where it is refused. General users see themselves only
// (R-USR-5).
func (i *Institution) GetUser(ctx context.Context, actor Actor, contract, user string) (*User, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	out := (**C.certlife_user)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_user_get(i.c, who, ofContract, ofUser, out, d, err)
	})
	if !d.Allowed() {
		return nil, d, err
	}
	c := *out
	defer C.certlife_user_free(c)
	got := userOf(c)
	return &got, d, nil
}

// A UserPage is some users of a contract.
type UserPage struct {
	Users []User
	Next  string // what the next page begins after; "" if nothing follows
}

// ListUsers returns the users of a contract in the order of their IDs, without deleted ones; a general user's list is
// their own row (R-ALL-12). A page holds up to `limit` (1 to 10,000) users whose IDs come after `after` ("": from the
// first).
func (i *Institution) ListUsers(ctx context.Context, actor Actor, contract, after string,
	limit int) (*UserPage, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, ofContract := k.actor(&actor), k.text("contract", contract)
	cAfter, cLimit := k.optional("after", after), k.int32("limit", limit)
	out := (**C.certlife_user_page)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_user_list(i.c, who, ofContract, cAfter, cLimit, out, d, err)
	})
	if !d.Allowed() {
		return nil, d, err
	}
	c := *out
	defer C.certlife_user_page_free(c)
	page := &UserPage{Users: make([]User, C.certlife_user_page_count(c)), Next: C.GoString(C.certlife_user_page_next(c))}
	for n := range page.Users {
		page.Users[n] = userOf(C.certlife_user_page_at(c, C.size_t(n)))
	}
	return page, d, nil
}

// A CertificatePage is some certificates of a user.
type CertificatePage struct {
	Certificates []*Certificate
	Next         string // what the next page begins after; "" if nothing follows
}

// ListCertificates returns every certificate a user ever had, oldest first (R-USR-6), in pages as ListUsers does: `after`
// is a serial number of this user's, or "".
func (i *Institution) ListCertificates(ctx context.Context, actor Actor, contract, user, after string,
	limit int) (*CertificatePage, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	cAfter, cLimit := k.optional("after", after), k.int32("limit", limit)
	out := (**C.certlife_certificate_page)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_user_history(i.c, who, ofContract, ofUser, cAfter, cLimit, out, d, err)
	})
	if !d.Allowed() {
		return nil, d, err
	}
	c := *out
	defer C.certlife_certificate_page_free(c)
	page := &CertificatePage{Certificates: make([]*Certificate, C.certlife_certificate_page_count(c)),
		Next: C.GoString(C.certlife_certificate_page_next(c))}
	for n := range page.Certificates {
		page.Certificates[n] = certificateOf(C.certlife_certificate_page_at(c, C.size_t(n)))
	}
	return page, d, nil
}

// userArguments are those that most acts have.
type userArguments struct {
	who            *C.certlife_actor
	contract, user *C.char
}

func (i *Institution) onUser(ctx context.Context, actor Actor, contract, user string,
	fn func(userArguments, *C.certlife_decision, **C.certlife_error) C.int) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	a := userArguments{k.actor(&actor), k.text("contract", contract), k.text("user", user)}
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int { return fn(a, d, err) })
}
