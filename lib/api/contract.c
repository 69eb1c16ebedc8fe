/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdlib.h>

#include <certlife/contract.h>

struct certlife_contract {
    struct contract facts;
    int32_t limit;
};

static int do_act(struct call *call, certlife_decision *decision, certlife_error **err)
{
    struct outcome outcome = {0};
    int rc = certlife__answer_name(call, err);
    if (rc == 0)
        rc = certlife__do(call, &call->act, 1, &outcome, err);
    return certlife__report(call, &outcome, decision, rc);
}

int certlife_contract_register(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                               const char *master, const char *email, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    int rc = certlife__call_prepare(institution, actor, CERTLIFE_ACT_CONTRACT_REGISTER, contract, NULL, decision, &call,
                                    err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    if (rc == 0)
        rc = certlife__check_text("master user", master, 1, ID_MAX, err);
    if (rc == 0)
        rc = certlife__check_email(email, err);
    if (rc < 0)
        return rc;
    call.master = master;
    call.email = email;
    return do_act(&call, decision, err);
}

static int contract_act(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                        const char *contract, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    int rc = certlife__call_prepare(institution, actor, act, contract, NULL, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    return rc < 0 ? rc : do_act(&call, decision, err);
}

int certlife_contract_apply(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                            certlife_decision *decision, certlife_error **err)
{
    return contract_act(institution, actor, CERTLIFE_ACT_CONTRACT_APPLY, contract, decision, err);
}

int certlife_contract_apply_usb_token(certlife_institution *institution, const certlife_actor *actor,
                                      const char *contract, certlife_decision *decision, certlife_error **err)
{
    return contract_act(institution, actor, CERTLIFE_ACT_CONTRACT_APPLY_USB_TOKEN, contract, decision, err);
}

int certlife_contract_close(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                            certlife_decision *decision, certlife_error **err)
{
    return contract_act(institution, actor, CERTLIFE_ACT_CONTRACT_CLOSE, contract, decision, err);
}

int certlife_contract_get(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                          certlife_contract **out, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc =
        certlife__call_prepare(institution, actor, CERTLIFE_ACT_CONTRACT_SHOW, contract, NULL, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    CHECK_USE(out != NULL, err);
    if (rc < 0)
        return rc;
    certlife_contract *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "contract %s: no memory", contract);
    rc = certlife__show_contract(&call, &snapshot->facts, &outcome, err);
    snapshot->limit = institution->profile.users;
    if (rc == CERTLIFE_ALLOWED)
        *out = snapshot;
    else
        free(snapshot);
    return certlife__report(&call, &outcome, decision, rc);
}

const char *certlife_contract_id(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.id : "";
}

const char *certlife_contract_master(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.master : "";
}

int32_t certlife_contract_users(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.users : 0;
}

int32_t certlife_contract_users_limit(const certlife_contract *contract)
{
    return contract != NULL ? contract->limit : 0;
}

int64_t certlife_contract_registered_at(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.registered_at : 0;
}

int64_t certlife_contract_applied_at(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.applied_at : 0;
}

int64_t certlife_contract_usb_token_applied_at(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.usb_token_applied_at : 0;
}

int64_t certlife_contract_closed_at(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.closed_at : 0;
}

const char *certlife_contract_application(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.application : "";
}

const char *certlife_contract_usb_token_application(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.usb_token_application : "";
}

const char *certlife_contract_close_application(const certlife_contract *contract)
{
    return contract != NULL ? contract->facts.close_application : "";
}

void certlife_contract_free(certlife_contract *contract)
{
    free(contract);
}
