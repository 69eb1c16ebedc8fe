// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import "context"

// Renew replaces a valid certificate by a new one (更新): by the user (R-REN-1), in the window of R-REN-2, after a
// certificate login or with the login password, as the profile says (R-REN-3). The old certificate works until the new one
// is confirmed, by Confirm or its first login (R-REN-6). Renewing again before that: the same key gets the same
// certificate; after a certificate login another key gets a new one, and the unconfirmed one is revoked (R-ALL-5).
// Failures are as Obtain's.
func (i *Institution) Renew(ctx context.Context, actor Actor, contract, user string,
	request Request) (*Certificate, Decision, error) {
	return i.certify(ctx, actor, contract, user, &request,
		func(a userArguments, r *C.certlife_request, out **C.certlife_certificate, d *C.certlife_decision,
			err **C.certlife_error) C.int {
			return C.certlife_renew(i.c, a.who, a.contract, a.user, r, out, d, err)
		})
}

// RenewLater remembers 'renew later' (後で更新する); the notice comes again at the next login (R-REN-7).
func (i *Institution) RenewLater(ctx context.Context, actor Actor, contract, user string) (Decision, error) {
	return i.onUser(ctx, actor, contract, user, func(a userArguments, d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_renew_later(i.c, a.who, a.contract, a.user, d, err)
	})
}
