// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"context"
	"time"
)

// RegisterContract registers a contract and its master user, who is not yet authorised to obtain; by branch or system
// (R-ALL-13). `email` may be "".
func (i *Institution) RegisterContract(ctx context.Context, actor Actor, contract, master,
	email string) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract := k.actor(&actor), k.text("contract", contract)
	cMaster, cEmail := k.text("master", master), k.text("email", email)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_contract_register(i.c, who, ofContract, cMaster, cEmail, d, err)
	})
}

// ApplyContract is the written application to use certificates (R-USR-4): by the branch, with its number.
func (i *Institution) ApplyContract(ctx context.Context, actor Actor, contract string) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract := k.actor(&actor), k.text("contract", contract)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_contract_apply(i.c, who, ofContract, d, err)
	})
}

// ApplyContractUSBToken is the application to keep certificates in USB tokens (R-OBT-8): by the branch, with its number.
func (i *Institution) ApplyContractUSBToken(ctx context.Context, actor Actor, contract string) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract := k.actor(&actor), k.text("contract", contract)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_contract_apply_usb_token(i.c, who, ofContract, d, err)
	})
}

// CloseContract closes a contract for good: every certificate in it is revoked in the same transaction (R-ALL-8).
func (i *Institution) CloseContract(ctx context.Context, actor Actor, contract string) (Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return Decision{}, err
	}
	defer k.end()
	who, ofContract := k.actor(&actor), k.text("contract", contract)
	return k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_contract_close(i.c, who, ofContract, d, err)
	})
}

// A Contract is a snapshot of one customer company (契約). Times are zero for not.
type Contract struct {
	ID                  string
	Master              string // user ID
	Users, UsersLimit   int    // how many it has, and can have (R-USR-2), the master user included
	RegisteredAt        time.Time
	AppliedAt           time.Time // for certificates
	USBTokenAppliedAt   time.Time
	ClosedAt            time.Time
	Application         string // numbers of the written applications
	USBTokenApplication string
	CloseApplication    string
}

// GetContract returns a snapshot of one contract; nil where it is refused.
func (i *Institution) GetContract(ctx context.Context, actor Actor, contract string) (*Contract, Decision, error) {
	k, err := begin(ctx, i.h)
	if err != nil {
		return nil, Decision{}, err
	}
	defer k.end()
	who, ofContract := k.actor(&actor), k.text("contract", contract)
	out := (**C.certlife_contract)(k.out())
	d, err := k.decide(func(d *C.certlife_decision, err **C.certlife_error) C.int {
		return C.certlife_contract_get(i.c, who, ofContract, out, d, err)
	})
	if !d.Allowed() {
		return nil, d, err
	}
	c := *out
	defer C.certlife_contract_free(c)
	return &Contract{
		ID:                  C.GoString(C.certlife_contract_id(c)),
		Master:              C.GoString(C.certlife_contract_master(c)),
		Users:               int(C.certlife_contract_users(c)),
		UsersLimit:          int(C.certlife_contract_users_limit(c)),
		RegisteredAt:        moment(C.certlife_contract_registered_at(c)),
		AppliedAt:           moment(C.certlife_contract_applied_at(c)),
		USBTokenAppliedAt:   moment(C.certlife_contract_usb_token_applied_at(c)),
		ClosedAt:            moment(C.certlife_contract_closed_at(c)),
		Application:         C.GoString(C.certlife_contract_application(c)),
		USBTokenApplication: C.GoString(C.certlife_contract_usb_token_application(c)),
		CloseApplication:    C.GoString(C.certlife_contract_close_application(c)),
	}, d, nil
}
