// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"context"
	"sync/atomic"
	"time"
)

// A LoginMode says whether a check is a login.
type LoginMode int32

const (
	LoginRecord LoginMode = C.CERTLIFE_LOGIN_RECORD // a login: the first one with a new certificate confirms it (R-REN-6)
	LoginLook   LoginMode = C.CERTLIFE_LOGIN_LOOK   // a gate on each request: nothing is written (R-ALL-6)
)

// A Login is what a successful check tells besides.
type Login struct {
	Expiry         time.Time // the certificate's
	Serial         string    // hexadecimal
	RenewalDue     bool      // the renewal notice is to be shown (R-LOG-3)
	DaysLeft       int       // civil days to the expiry date, 0 on it
	WaitsToInstall bool      // the notice is to say that the certificate has been renewed, and the new one waits (R-NOT-4)
	Confirmed      bool      // this login confirmed the certificate
}

// CheckLogin says whether the certificate that the actor, a user, has presented in TLS is this user's and good now
// (section 7). Ask it at login and, to let a revocation take effect at once, on each request. The Login is nil unless the
// decision is allowed; a failure must not let anybody in.
func (i *Institution) CheckLogin(ctx context.Context, actor Actor, mode LoginMode) (*Login, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	k.actor(&actor)
	rc, err := k.do(func(**C.certlife_error) C.int {
		return C.certlife_go_login_check(i.c, k.c, C.certlife_login_mode(mode))
	})
	if err != nil {
		return nil, Decision{}, err
	}
	if rc != C.CERTLIFE_ALLOWED {
		return nil, k.decision(), nil
	}
	d, c := k.welcome(), &k.c.answer_login
	login := &Login{
		Expiry:         moment(c.expiry),
		RenewalDue:     c.renewal_due != 0,
		DaysLeft:       int(c.days_left),
		WaitsToInstall: c.waits_to_install != 0,
		Confirmed:      c.confirmed != 0,
	}
	copyTexts(text{&d.Row, k.c.answer.row}, text{&d.Line, k.c.answer.line}, text{&login.Serial, c.serial})
	return login, d, nil
}

// plain is an allowed decision whose sentences hold no date: they are always the same, and read once.
var plain atomic.Pointer[Decision]

// welcome is the decision of an allowed login, without Row and Line.
func (k *call) welcome() Decision {
	d := k.verdict()
	known := plain.Load()
	if known == nil || d.Way != WayNone || !d.Date.IsZero() {
		known = k.readWelcome()
	}
	d.sentences, d.waySentences = known.sentences, known.waySentences
	return d
}

func (k *call) readWelcome() *Decision {
	C.certlife_go_read_answer(k.c, 1)
	d := k.decision()
	if d.Way == WayNone && d.Date.IsZero() {
		plain.Store(&d)
	}
	return &d
}
