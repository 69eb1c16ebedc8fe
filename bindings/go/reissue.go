// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import "context"

// Reissue lets a user obtain again (再発行): by the master user for general users, or the branch with an application for
// anyone (R-RIS-1 to 3). The user is then awaiting with a new obtain-by, and the old certificate stops (R-RIS-5).
func (i *Institution) Reissue(ctx context.Context, actor Actor, contract, user string) (Decision, error) {
	return i.onUser(ctx, actor, contract, user, func(a userArguments, d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_reissue(i.c, a.who, a.contract, a.user, d, err)
	})
}
