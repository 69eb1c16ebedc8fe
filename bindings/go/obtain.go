// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import "context"

// Obtain gets the user a certificate (取得): by the user, with ID and login password (R-OBT-1), after an authorisation or
// where the profile lets an expired or revoked one be obtained anew (R-OBT-2, 9, 10). The same key again, before it is
// confirmed, gets the same certificate (R-ALL-5). Where the issuer answers later this is refused with CodeIssuing, and
// Deliver polls (R-OBT-6). The certificate is nil unless the decision is allowed.
//
// ErrMalformed for a request that is not PKCS #10; ErrIssuer where the issuer fails, its certificate ends too soon
// (R-ISS-5), or its answer does not fit. Nothing is recorded then.
func (i *Institution) Obtain(ctx context.Context, actor Actor, contract, user string,
	request Request) (*Certificate, Decision, error) {
	return i.certify(ctx, actor, contract, user, &request,
		func(a userArguments, r *C.certlife_request, out **C.certlife_certificate, d *C.certlife_decision,
			err **C.certlife_error) C.int {
			return C.certlife_obtain(i.c, a.who, a.contract, a.user, r, out, d, err)
		})
}

// certify is what Obtain and Renew have in common.
func (i *Institution) certify(ctx context.Context, actor Actor, contract, user string, request *Request,
	fn func(userArguments, *C.certlife_request, **C.certlife_certificate, *C.certlife_decision,
		**C.certlife_error) C.int) (*Certificate, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	a := userArguments{k.actor(&actor), k.text("contract", contract), k.text("user", user)}
	r := k.request(request)
	out := (**C.certlife_certificate)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int { return fn(a, r, out, d, err) })
	return takeCertificate(out, d, err)
}

// Deliver returns the same unconfirmed certificate once more, byte for byte (R-OBT-4), with the assurance of the act that
// issued it (R-ALL-6). While issuing it asks the issuer (R-OBT-6) and is refused with CodeIssuing until it answers.
func (i *Institution) Deliver(ctx context.Context, actor Actor, contract, user string) (*Certificate, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	out := (**C.certlife_certificate)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_deliver(i.c, who, ofContract, ofUser, out, d, err)
	})
	return takeCertificate(out, d, err)
}

// Confirm says that the certificate with this serial number (hexadecimal) is installed; a renewed one replaces the old
// (R-REN-6). Confirming twice changes nothing. The first login with it confirms too.
func (i *Institution) Confirm(ctx context.Context, actor Actor, contract, user, serial string) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract, ofUser := k.actor(&actor), k.text("contract", contract), k.text("user", user)
	cSerial := k.text("serial", serial)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_confirm(i.c, who, ofContract, ofUser, cSerial, d, err)
	})
}

// AnswerForIssuer is for an outside issuer that answers by itself, by the system. `orderID` is what its Issue was given.
// With a certificate (DER) the order is fulfilled; with nil it was rejected. An answer that comes after a revocation,
// reissue, deletion or closing is recorded and revoked (R-ALL-7). An order that is not open is refused as unknown.
func (i *Institution) AnswerForIssuer(ctx context.Context, actor Actor, orderID, certificate []byte) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who := k.actor(&actor)
	id, idLen := k.data(orderID)
	der, derLen := k.data(certificate)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_issuer_answer(i.c, who, id, idLen, der, derLen, d, err)
	})
}
