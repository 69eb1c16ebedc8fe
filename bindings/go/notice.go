// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"context"
	"time"
)

// A NoticeKind is what a notice says.
type NoticeKind int32

const (
	NoticeExpiry   NoticeKind = C.CERTLIFE_NOTICE_EXPIRY
	NoticeExpired  NoticeKind = C.CERTLIFE_NOTICE_EXPIRED
	NoticeObtainBy NoticeKind = C.CERTLIFE_NOTICE_OBTAIN_BY
	NoticeIssued   NoticeKind = C.CERTLIFE_NOTICE_ISSUED
	NoticeReissued NoticeKind = C.CERTLIFE_NOTICE_REISSUED
	NoticeRevoked  NoticeKind = C.CERTLIFE_NOTICE_REVOKED
	NoticeDigest   NoticeKind = C.CERTLIFE_NOTICE_DIGEST
)

// String returns the kind's name, "obtain by"; "unknown" for none.
func (n NoticeKind) String() string {
	return C.GoString(C.certlife_notice_kind_name(C.certlife_notice_kind(n)))
}

// Label returns it as the subject of a message to a person.
func (n NoticeKind) Label(language Language) string {
	return C.GoString(C.certlife_notice_kind_label(C.certlife_notice_kind(n), C.certlife_language(language)))
}

// An Addressee is who is told.
type Addressee int32

const (
	AddresseeUser   Addressee = C.CERTLIFE_ADDRESSEE_USER   // the user whom it is about
	AddresseeMaster Addressee = C.CERTLIFE_ADDRESSEE_MASTER // the master user of their contract
)

func (a Addressee) String() string {
	return C.GoString(C.certlife_addressee_name(C.certlife_addressee(a)))
}

// A NoticeState is what has become of a notice.
type NoticeState int32

const (
	NoticePlanned NoticeState = C.CERTLIFE_NOTICE_PLANNED // falls due at Due, or waits to be tried again
	NoticeSent    NoticeState = C.CERTLIFE_NOTICE_SENT
	NoticeParked  NoticeState = C.CERTLIFE_NOTICE_PARKED // tried as often as the profile allows, or nobody has an address
)

func (s NoticeState) String() string {
	return C.GoString(C.certlife_notice_state_name(C.certlife_notice_state(s)))
}

// A Notice is who is to be told what, as of the call that gave it. Texts are "" and times zero where there is none.
type Notice struct {
	Kind           NoticeKind
	State          NoticeState
	Key            string // the same at every delivery, different for every threshold and addressee
	Contract       string
	User           string // whom it is about; of a digest, the master user
	Addressee      Addressee
	AddresseeUser  string
	Email          string // the addressee's at this moment (R-NOT-1); of a sent one, where it was sent
	Language       Language
	Serial         string
	Expiry         time.Time
	RenewBy        time.Time // the last moment of the certificate's renewal
	ObtainBy       time.Time // of NoticeObtainBy and NoticeReissued; Never where the profile sets no limit
	DaysLeft       int       // civil days to the expiry date or obtain-by, 0 on it; of a digest, the least of its users'
	HappenedAt     time.Time // of NoticeExpired, NoticeIssued, NoticeReissued and NoticeRevoked
	WaitsToInstall bool      // a renewed certificate waits to be installed (R-NOT-4)
	RenewLaterAt   time.Time // when 'renew later' was last chosen (R-REN-7)
	Due            time.Time // when it falls, or fell due; zero of a parked one
	EndedAt        time.Time // when it was sent, or parked
	Attempts       int       // how often it has been handed out, this time included
	Cause          string    // why it was given back last
	Members        []NoticeMember

	page *handle // where C's object is
	c    *C.certlife_notice
}

// A NoticeMember is one of the users of a digest who must renew.
type NoticeMember struct {
	User     string
	Serial   string
	Expiry   time.Time
	DaysLeft int
}

func noticeOf(c *C.certlife_notice) *Notice {
	n := &Notice{
		Kind:           NoticeKind(C.certlife_notice_kind_of(c)),
		State:          NoticeState(C.certlife_notice_state_of(c)),
		Key:            C.GoString(C.certlife_notice_key(c)),
		Contract:       C.GoString(C.certlife_notice_contract(c)),
		User:           C.GoString(C.certlife_notice_user(c)),
		Addressee:      Addressee(C.certlife_notice_addressee_of(c)),
		AddresseeUser:  C.GoString(C.certlife_notice_addressee_user(c)),
		Email:          C.GoString(C.certlife_notice_email(c)),
		Language:       Language(C.certlife_notice_language(c)),
		Serial:         C.GoString(C.certlife_notice_serial(c)),
		Expiry:         moment(C.certlife_notice_expiry(c)),
		RenewBy:        moment(C.certlife_notice_renew_by(c)),
		ObtainBy:       moment(C.certlife_notice_obtain_by(c)),
		DaysLeft:       int(C.certlife_notice_days_left(c)),
		HappenedAt:     moment(C.certlife_notice_happened_at(c)),
		WaitsToInstall: C.certlife_notice_waits_to_install(c) != 0,
		RenewLaterAt:   moment(C.certlife_notice_renew_later_at(c)),
		Due:            moment(C.certlife_notice_due(c)),
		EndedAt:        moment(C.certlife_notice_ended_at(c)),
		Attempts:       int(C.certlife_notice_attempts(c)),
		Cause:          C.GoString(C.certlife_notice_cause(c)),
	}
	for m := C.size_t(0); m < C.certlife_notice_member_count(c); m++ {
		n.Members = append(n.Members, NoticeMember{
			User:     C.GoString(C.certlife_notice_member_user(c, m)),
			Serial:   C.GoString(C.certlife_notice_member_serial(c, m)),
			Expiry:   moment(C.certlife_notice_member_expiry(c, m)),
			DaysLeft: int(C.certlife_notice_member_days_left(c, m)),
		})
	}
	return n
}

// A NoticePage is several notices. What they say can be read after Close; to answer for one, its page must be open.
type NoticePage struct {
	Notices []*Notice
	More    bool // more may follow

	h *handle
}

// Close frees the page. A second one does nothing.
func (p *NoticePage) Close() error {
	if p == nil {
		return nil
	}
	return p.h.close("")
}

// page makes a page of what an allowed call has returned.
func (k *call) page(out **C.certlife_notice_page, d Decision, err error) (*NoticePage, Decision, error) {
	if !d.Allowed() {
		return nil, d, err
	}
	c := *out
	p := &NoticePage{More: C.certlife_notice_page_more(c) != 0}
	p.h = newHandle("notice page", false, func() error {
		C.certlife_notice_page_free(c)
		return nil
	})
	for n := C.size_t(0); n < C.certlife_notice_page_count(c); n++ {
		one := C.certlife_notice_page_at(c, n)
		notice := noticeOf(one)
		notice.page, notice.c = p.h, one
		p.Notices = append(p.Notices, notice)
	}
	return watch(p, p.h), d, nil
}

// ClaimNotices hands out up to `limit` (1 to 1,000) notices that are due, what waits longest first, to `worker` (a name,
// for the record; 1 to 64 bytes) for `lease` (whole seconds, up to a day): until then nobody else gets them. One that
// nobody answered for comes back when the lease is over, and counts as tried. The page may be empty, or hold less than
// `limit`, though more is due: NoticePage.More and NextNoticeDue tell. By the system, like all calls about notices but
// ListNotices and NoticeOnScreen.
func (i *Institution) ClaimNotices(ctx context.Context, actor Actor, worker string, limit int,
	lease time.Duration) (*NoticePage, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, cWorker, cLimit := k.actor(&actor), k.text("worker", worker), k.int32("limit", limit)
	if lease%time.Second != 0 {
		k.fail("lease: %v is not in whole seconds", lease)
	}
	seconds := k.int32("lease", int(lease/time.Second))
	out := (**C.certlife_notice_page)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_claim(i.c, who, cWorker, cLimit, seconds, out, d, err)
	})
	return k.page(out, d, err)
}

// MarkNoticeDone says that it was delivered. Recorded once, however often it is said, and also after the lease is over or
// the notice withdrawn: what was sent was sent. The notice comes from ClaimNotices.
func (i *Institution) MarkNoticeDone(ctx context.Context, actor Actor, notice *Notice) (Decision, error) {
	k, err := i.about(ctx, notice)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who := k.actor(&actor)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_done(i.c, who, notice.c, d, err)
	})
}

// GiveNoticeBack says that it was not delivered, and `cause` (1 to 200 bytes) why: it is tried again later; after as many
// attempts as the profile says it is parked. After the lease is over this changes nothing.
func (i *Institution) GiveNoticeBack(ctx context.Context, actor Actor, notice *Notice, cause string) (Decision, error) {
	return i.giveBack(ctx, actor, notice, func(k *call) *C.char { return k.text("cause", cause) })
}

// ReturnNotice says that it was not tried (the mail server cannot be reached, the worker stops): it comes back at once, and
// this does not count. After the lease is over this changes nothing.
func (i *Institution) ReturnNotice(ctx context.Context, actor Actor, notice *Notice) (Decision, error) {
	return i.giveBack(ctx, actor, notice, func(*call) *C.char { return nil })
}

func (i *Institution) giveBack(ctx context.Context, actor Actor, notice *Notice, cause func(*call) *C.char) (Decision, error) {
	k, err := i.about(ctx, notice)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, cCause := k.actor(&actor), cause(k)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_give_back(i.c, who, notice.c, cCause, d, err)
	})
}

// RetryNotice makes a parked notice due again at once, with its attempts counted from none, if it is still called for.
func (i *Institution) RetryNotice(ctx context.Context, actor Actor, notice *Notice) (Decision, error) {
	k, err := i.about(ctx, notice)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who := k.actor(&actor)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_retry(i.c, who, notice.c, d, err)
	})
}

// about begins a call about a notice, whose page must be open.
func (i *Institution) about(ctx context.Context, notice *Notice) (*call, error) {
	if notice == nil || notice.page == nil {
		return nil, failure(ErrMisuse, "notice: does not come from a page", nil)
	}
	return begin(ctx, i.h, notice.page)
}

// NextNoticeDue returns when a worker should claim next: not before now, in the sending hours; Never if nothing is
// planned. Acts and other workers may bring it forward: sleep for some minutes at most. Changes nothing.
func (i *Institution) NextNoticeDue(ctx context.Context, actor Actor) (time.Time, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return time.Time{}, Decision{}, err
	}
	defer k.end()
	who, out := k.actor(&actor), (*C.int64_t)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_next_due(i.c, who, out, d, err)
	})
	if !d.Allowed() {
		return time.Time{}, d, err
	}
	return moment(*out), d, nil
}

// ParkedNotices returns the parked notices, the longest parked first: up to `limit` (1 to 1,000) behind `after` (from such
// a page, which must be open; nil: from the first).
func (i *Institution) ParkedNotices(ctx context.Context, actor Actor, after *Notice,
	limit int) (*NoticePage, Decision, error) {
	begun := func() (*call, error) { return begin(ctx, i.h) }
	var behind *C.certlife_notice
	if after != nil {
		begun = func() (*call, error) { return i.about(ctx, after) }
		behind = after.c
	}
	k, err := begun()
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, cLimit := k.actor(&actor), k.int32("limit", limit)
	out := (**C.certlife_notice_page)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_parked(i.c, who, behind, cLimit, out, d, err)
	})
	return k.page(out, d, err)
}

// ListNotices returns all notices about one user: planned, parked, and sent; for whoever may see the user (R-USR-5).
func (i *Institution) ListNotices(ctx context.Context, actor Actor, contract,
	user string) (*NoticePage, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	out := (**C.certlife_notice_page)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_list(i.c, who, ofContract, ofUser, out, d, err)
	})
	return k.page(out, d, err)
}

// NoticeOnScreen returns what a menu page shows a user about their certificate: a NoticeExpiry from so many days before
// expiry as the profile says, until expiry (R-NOT-3); nil, with an allowed decision, if there is nothing to show. For
// whoever may see the user.
func (i *Institution) NoticeOnScreen(ctx context.Context, actor Actor, contract,
	user string) (*Notice, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	out := (**C.certlife_notice)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_notice_on_screen(i.c, who, ofContract, ofUser, out, d, err)
	})
	if !d.Allowed() || *out == nil {
		return nil, d, err
	}
	defer C.certlife_notice_free(*out)
	return noticeOf(*out), d, nil
}
