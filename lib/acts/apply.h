/* SPDX-License-Identifier: Apache-2.0 */
/* What each act writes once it is allowed; a row each in the table of acts/do.c. 0: written; 1: there was nothing to
 * change; negative: a failure. */
#ifndef CERTLIFE_ACTS_APPLY_H
#define CERTLIFE_ACTS_APPLY_H

#include "acts/acts.h"

int certlife__apply_contract_register(struct txn *txn, const struct call *call, struct scene *scene,
                                      certlife_error **err);
int certlife__apply_contract_apply(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
int certlife__apply_contract_apply_usb_token(struct txn *txn, const struct call *call, struct scene *scene,
                                             certlife_error **err);
int certlife__apply_contract_close(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
int certlife__apply_user_add(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
int certlife__apply_user_change(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
int certlife__apply_user_delete(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
int certlife__apply_user_turn(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
int certlife__apply_user_confirm(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
int certlife__apply_user_renew_later(struct txn *txn, const struct call *call, struct scene *scene,
                                     certlife_error **err);

/* AUTHORISE, REISSUE, REVOKE, USER_DELETE and CONTRACT_CLOSE on one user. */
int certlife__apply_transition(struct txn *txn, const struct call *call, const struct scene *scene,
                               const struct user *user, certlife_error **err);

/* The application number, or "". */
const char *certlife__application_of(const struct call *call);

#endif
