// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"
)

// An Act is what can be done.
type Act int32

const (
	ActObtain                Act = C.CERTLIFE_ACT_OBTAIN
	ActRenew                 Act = C.CERTLIFE_ACT_RENEW
	ActReissue               Act = C.CERTLIFE_ACT_REISSUE
	ActRevoke                Act = C.CERTLIFE_ACT_REVOKE
	ActDeliver               Act = C.CERTLIFE_ACT_DELIVER
	ActConfirm               Act = C.CERTLIFE_ACT_CONFIRM
	ActRenewLater            Act = C.CERTLIFE_ACT_RENEW_LATER
	ActAuthorise             Act = C.CERTLIFE_ACT_AUTHORISE
	ActUserAdd               Act = C.CERTLIFE_ACT_USER_ADD
	ActUserChange            Act = C.CERTLIFE_ACT_USER_CHANGE
	ActUserDelete            Act = C.CERTLIFE_ACT_USER_DELETE
	ActUserShow              Act = C.CERTLIFE_ACT_USER_SHOW
	ActUserList              Act = C.CERTLIFE_ACT_USER_LIST
	ActContractRegister      Act = C.CERTLIFE_ACT_CONTRACT_REGISTER
	ActContractApply         Act = C.CERTLIFE_ACT_CONTRACT_APPLY
	ActContractApplyUSBToken Act = C.CERTLIFE_ACT_CONTRACT_APPLY_USB_TOKEN
	ActContractClose         Act = C.CERTLIFE_ACT_CONTRACT_CLOSE
	ActContractShow          Act = C.CERTLIFE_ACT_CONTRACT_SHOW
	ActIssuerAnswer          Act = C.CERTLIFE_ACT_ISSUER_ANSWER
	ActNoticeRun             Act = C.CERTLIFE_ACT_NOTICE_RUN
)

// String returns the act's name, "renew"; "unknown" for none.
func (a Act) String() string { return C.GoString(C.certlife_act_name(C.certlife_act(a))) }

// An ActorKind says who acts.
type ActorKind int32

const (
	ActorUser   ActorKind = C.CERTLIFE_ACTOR_USER   // a master or general user; which, the register knows
	ActorBranch ActorKind = C.CERTLIFE_ACTOR_BRANCH // bank staff
	ActorSystem ActorKind = C.CERTLIFE_ACTOR_SYSTEM // the host program itself
)

// An Actor is who acts in one call, and with which assurance: what the host program has verified. Texts are UTF-8
// without control characters; "" is none. It is not changed by any call.
type Actor struct {
	Kind                 ActorKind
	Contract, User       string // ActorUser: the contract and user ID they are logged in as, or log in as
	Staff                string // ActorBranch, ActorSystem: who or which job, for the record
	LoginPassword        bool   // ActorUser: the host verified it in this session
	ConfirmationPassword bool   // ActorUser: the host verified it for this act
	Certificate          []byte // ActorUser: the certificate presented in TLS, DER, whose key TLS has proved; or nil
	Application          string // ActorBranch: the number of the written application

	// The same key and call again get the first answer again, the same key with another call is refused (R-ISS-3).
	IdempotencyKey string
}

// UserActor is a user, so far without any assurance.
func UserActor(contract, user string) Actor {
	return Actor{Kind: ActorUser, Contract: contract, User: user}
}

// BranchActor is a member of staff with the number of a written application, or "".
func BranchActor(staff, application string) Actor {
	return Actor{Kind: ActorBranch, Staff: staff, Application: application}
}

// SystemActor is the host program itself, in one of its jobs.
func SystemActor(job string) Actor { return Actor{Kind: ActorSystem, Staff: job} }

// Presenting returns the actor with the certificate presented in TLS.
func (a Actor) Presenting(certificate *x509.Certificate) Actor {
	a.Certificate = certificate.Raw
	return a
}

// On returns the actor with the certificate that the peer of a TLS connection has presented, if any. `state` may be nil,
// as it is in an http.Request without TLS.
func (a Actor) On(state *tls.ConnectionState) Actor {
	a.Certificate = nil
	if state != nil && len(state.PeerCertificates) > 0 {
		a.Certificate = state.PeerCertificates[0].Raw
	}
	return a
}

// A Code says why not. Codes are stable.
type Code int32

const (
	CodeAllowed                    Code = C.CERTLIFE_CODE_ALLOWED
	CodeUnknown                    Code = C.CERTLIFE_CODE_UNKNOWN
	CodeMasterOnly                 Code = C.CERTLIFE_CODE_MASTER_ONLY
	CodeBranchOnly                 Code = C.CERTLIFE_CODE_BRANCH_ONLY
	CodeOwnOnly                    Code = C.CERTLIFE_CODE_OWN_ONLY
	CodeNotForSystem               Code = C.CERTLIFE_CODE_NOT_FOR_SYSTEM
	CodeSystemOnly                 Code = C.CERTLIFE_CODE_SYSTEM_ONLY
	CodeMasterStays                Code = C.CERTLIFE_CODE_MASTER_STAYS
	CodePasswordNeeded             Code = C.CERTLIFE_CODE_PASSWORD_NEEDED
	CodeCertificateLoginNeeded     Code = C.CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED
	CodeConfirmationPasswordNeeded Code = C.CERTLIFE_CODE_CONFIRMATION_PASSWORD_NEEDED
	CodeApplicationNeeded          Code = C.CERTLIFE_CODE_APPLICATION_NEEDED
	CodeContractClosed             Code = C.CERTLIFE_CODE_CONTRACT_CLOSED
	CodeNotApplied                 Code = C.CERTLIFE_CODE_NOT_APPLIED
	CodeSuspended                  Code = C.CERTLIFE_CODE_SUSPENDED
	CodeUserDeleted                Code = C.CERTLIFE_CODE_USER_DELETED
	CodeIDTaken                    Code = C.CERTLIFE_CODE_ID_TAKEN
	CodeContractFull               Code = C.CERTLIFE_CODE_CONTRACT_FULL
	CodeAlreadyApplied             Code = C.CERTLIFE_CODE_ALREADY_APPLIED
	CodeIssuing                    Code = C.CERTLIFE_CODE_ISSUING
	CodeUnconfirmed                Code = C.CERTLIFE_CODE_UNCONFIRMED
	CodeAlreadyObtained            Code = C.CERTLIFE_CODE_ALREADY_OBTAINED
	CodeNotAuthorised              Code = C.CERTLIFE_CODE_NOT_AUTHORISED
	CodeObtainPeriodOver           Code = C.CERTLIFE_CODE_OBTAIN_PERIOD_OVER
	CodeExpiredTooLong             Code = C.CERTLIFE_CODE_EXPIRED_TOO_LONG
	CodeRevoked                    Code = C.CERTLIFE_CODE_REVOKED
	CodeAlreadyRevoked             Code = C.CERTLIFE_CODE_ALREADY_REVOKED
	CodeNothingToRevoke            Code = C.CERTLIFE_CODE_NOTHING_TO_REVOKE
	CodeNothingToDeliver           Code = C.CERTLIFE_CODE_NOTHING_TO_DELIVER
	CodeNothingToConfirm           Code = C.CERTLIFE_CODE_NOTHING_TO_CONFIRM
	CodeNothingToRenew             Code = C.CERTLIFE_CODE_NOTHING_TO_RENEW
	CodeAwaiting                   Code = C.CERTLIFE_CODE_AWAITING
	CodeHasCertificate             Code = C.CERTLIFE_CODE_HAS_CERTIFICATE
	CodeRevokeFirst                Code = C.CERTLIFE_CODE_REVOKE_FIRST
	CodeRenewalNotOpen             Code = C.CERTLIFE_CODE_RENEWAL_NOT_OPEN
	CodeRenewalClosed              Code = C.CERTLIFE_CODE_RENEWAL_CLOSED
	CodeMediumNotOffered           Code = C.CERTLIFE_CODE_MEDIUM_NOT_OFFERED
	CodeMediumNotApplied           Code = C.CERTLIFE_CODE_MEDIUM_NOT_APPLIED
	CodeChannelNotAllowed          Code = C.CERTLIFE_CODE_CHANNEL_NOT_ALLOWED
	CodeRequestKeyKind             Code = C.CERTLIFE_CODE_REQUEST_KEY_KIND
	CodeRequestSignature           Code = C.CERTLIFE_CODE_REQUEST_SIGNATURE
	CodeRequestKeyWeak             Code = C.CERTLIFE_CODE_REQUEST_KEY_WEAK
	CodeKeyOfAnother               Code = C.CERTLIFE_CODE_KEY_OF_ANOTHER
	CodeKeyBarred                  Code = C.CERTLIFE_CODE_KEY_BARRED
	CodeKeyReused                  Code = C.CERTLIFE_CODE_KEY_REUSED
	CodeIssuerRejected             Code = C.CERTLIFE_CODE_ISSUER_REJECTED
	CodeNoCertificate              Code = C.CERTLIFE_CODE_NO_CERTIFICATE
	CodeWrongIssuer                Code = C.CERTLIFE_CODE_WRONG_ISSUER
	CodeUnknownCertificate         Code = C.CERTLIFE_CODE_UNKNOWN_CERTIFICATE
	CodeAnotherUsers               Code = C.CERTLIFE_CODE_ANOTHER_USERS
	CodeReplaced                   Code = C.CERTLIFE_CODE_REPLACED
	CodeNotYetValid                Code = C.CERTLIFE_CODE_NOT_YET_VALID
	CodeExpired                    Code = C.CERTLIFE_CODE_EXPIRED
)

// String returns the code's name, "renewal not open"; "unknown" for none.
func (c Code) String() string { return C.GoString(C.certlife_code_name(C.certlife_code(c))) }

// A Way says what to do instead.
type Way int32

const (
	WayNone          Way = C.CERTLIFE_WAY_NONE
	WayAskMaster     Way = C.CERTLIFE_WAY_ASK_MASTER
	WayContactBranch Way = C.CERTLIFE_WAY_CONTACT_BRANCH
	WayObtain        Way = C.CERTLIFE_WAY_OBTAIN
	WayLogIn         Way = C.CERTLIFE_WAY_LOG_IN
	WayDeliver       Way = C.CERTLIFE_WAY_DELIVER
	WayRevokeFirst   Way = C.CERTLIFE_WAY_REVOKE_FIRST
	WayWait          Way = C.CERTLIFE_WAY_WAIT
)

// String returns the way's name, "ask master"; "unknown" for none.
func (w Way) String() string { return C.GoString(C.certlife_way_name(C.certlife_way(w))) }

// A Language is one that the library has sentences in.
type Language int32

const (
	Japanese Language = C.CERTLIFE_LANGUAGE_JA
	English  Language = C.CERTLIFE_LANGUAGE_EN
)

// A Decision is the answer of a call that did not fail: may they, and why not. It is a value; the zero Decision, which
// comes with an error, is not allowed.
type Decision struct {
	Code Code      // why not; of the zero Decision too this is CodeAllowed, so ask Allowed
	Row  string    // the row of the specification that decided, "R-REN-2"
	Way  Way       // what to do instead
	Date time.Time // the opening, the end of a period, the expiry; zero where no date helps
	Line string    // for a log: "user keir002: R-REN-2: renewal not open 2027-03-01"

	allowed                 bool
	sentences, waySentences [2]string // Japanese, English
}

// Allowed says whether it was done, or could be.
func (d Decision) Allowed() bool { return d.allowed }

// Sentence is fit to show a user; "" for another language, and for the zero Decision.
func (d Decision) Sentence(language Language) string { return in(language, &d.sentences) }

// WaySentence says what to do instead, to be shown after Sentence; "" where there is no way.
func (d Decision) WaySentence(language Language) string { return in(language, &d.waySentences) }

// String returns Line.
func (d Decision) String() string { return d.Line }

func in(language Language, texts *[2]string) string {
	switch language {
	case Japanese:
		return texts[0]
	case English:
		return texts[1]
	}
	return ""
}

// Decide answers whether this actor could do this now. Nothing is changed. `user` is "" for acts on a contract, and
// `contract` too for ActNoticeRun; for obtaining and renewing a new key, a medium and a channel that the profile allows
// are supposed. A screen can grey out what would be refused (R-RIS-4).
func (i *Institution) Decide(ctx context.Context, actor Actor, act Act, contract, user string) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.optional("contract", contract), k.optional("user", user)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_decide(i.c, who, C.certlife_act(act), ofContract, ofUser, d, err)
	})
}

// Who is a set of those who could do an act.
type Who uint32

const (
	WhoSelf   Who = C.CERTLIFE_WHO_SELF
	WhoMaster Who = C.CERTLIFE_WHO_MASTER
	WhoBranch Who = C.CERTLIFE_WHO_BRANCH
	WhoSystem Who = C.CERTLIFE_WHO_SYSTEM
)

// WhoCould answers who could do the act on this user now, each with all the assurance it can bring; asked as Decide is,
// and answered only to an actor who may see that user.
func (i *Institution) WhoCould(ctx context.Context, actor Actor, act Act, contract,
	user string) (Who, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return 0, Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.optional("contract", contract), k.optional("user", user)
	out := (*C.uint32_t)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_who_could(i.c, who, C.certlife_act(act), ofContract, ofUser, out, d, err)
	})
	if !d.Allowed() {
		return 0, d, err
	}
	return Who(*out), d, nil
}
