/* SPDX-License-Identifier: Apache-2.0 */
#include "acts/apply.h"

int certlife__apply_contract_register(struct txn *txn, const struct call *call, struct scene *scene,
                                      certlife_error **err)
{
    struct contract contract = {.users = 1, .registered_at = scene->now};
    struct user master = {.role = CERTLIFE_ROLE_MASTER, .added_at = scene->now};
    certlife__text_copy(contract.id, sizeof contract.id, call->contract);
    certlife__text_copy(contract.master, sizeof contract.master, call->master);
    certlife__text_copy(master.contract, sizeof master.contract, call->contract);
    certlife__text_copy(master.id, sizeof master.id, call->master);
    certlife__text_copy(master.email, sizeof master.email, call->email);
    int rc = certlife__contract_put(txn, &contract, err);
    return rc < 0 ? rc : certlife__user_put(txn, &master, err);
}

int certlife__apply_contract_apply(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct contract *contract = &scene->contract;
    contract->applied_at = scene->now;
    certlife__text_copy(contract->application, sizeof contract->application, certlife__application_of(call));
    return certlife__contract_put(txn, contract, err);
}

int certlife__apply_contract_apply_usb_token(struct txn *txn, const struct call *call, struct scene *scene,
                                             certlife_error **err)
{
    struct contract *contract = &scene->contract;
    contract->usb_token_applied_at = scene->now;
    certlife__text_copy(contract->usb_token_application, sizeof contract->usb_token_application,
                        certlife__application_of(call));
    return certlife__contract_put(txn, contract, err);
}

int certlife__apply_contract_close(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct user user = {.id = ""};
    scene->contract.closed_at = scene->now; /* of whose users nothing is told any more */
    for (;;) {
        bool found = false;
        int rc = certlife__user_next(txn, call->contract, user.id, &user, &found, err);
        if (rc == 0 && !found)
            break;
        if (rc == 0 && user.deleted_at == 0)
            rc = certlife__apply_transition(txn, call, scene, &user, err);
        if (rc < 0)
            return rc;
    }
    certlife__text_copy(scene->contract.close_application, sizeof scene->contract.close_application,
                        certlife__application_of(call));
    return certlife__contract_put(txn, &scene->contract, err);
}
