// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import "context"

// Revoke ends the user's certificate, an unconfirmed one, an unused authorisation and a request still issuing (R-REV-1 to
// 8, R-ALL-7, R-ALL-11), for good. Once it has returned no login with it succeeds, on any node (R-REV-5). Works also in
// the room a full store keeps back; where even that is short, no notice tells of it.
func (i *Institution) Revoke(ctx context.Context, actor Actor, contract, user string, reason Reason) (Decision, error) {
	return i.onUser(ctx, actor, contract, user, func(a userArguments, d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_revoke(i.c, a.who, a.contract, a.user, C.certlife_reason(reason), d, err)
	})
}
