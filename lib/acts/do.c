/* SPDX-License-Identifier: Apache-2.0 */
/* Every act but those that issue: decided and done in one transaction. */
#include "acts/apply.h"

/* What ends a right may use the room that a nearly full store keeps back. */
/* clang-format off */
static const struct {
    certlife_act act;
    int (*apply)(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);
    certlife_store_mode mode;
} doings[] = {
    {CERTLIFE_ACT_CONTRACT_REGISTER,         certlife__apply_contract_register,          CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_CONTRACT_APPLY,            certlife__apply_contract_apply,             CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_CONTRACT_APPLY_USB_TOKEN,  certlife__apply_contract_apply_usb_token,   CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_CONTRACT_CLOSE,            certlife__apply_contract_close,             CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_USER_ADD,                  certlife__apply_user_add,                   CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_USER_CHANGE,               certlife__apply_user_change,                CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_USER_DELETE,               certlife__apply_user_delete,                CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_AUTHORISE,                 certlife__apply_user_turn,                  CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_REISSUE,                   certlife__apply_user_turn,                  CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_REVOKE,                    certlife__apply_user_turn,                  CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_CONFIRM,                   certlife__apply_user_confirm,               CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_RENEW_LATER,               certlife__apply_user_renew_later,           CERTLIFE_STORE_WRITE},
};
/* clang-format on */

static size_t doing_of(certlife_act act)
{
    size_t i = 0;
    while (doings[i].act != act)
        i++;
    return i;
}

struct deed {
    const struct call *call;
    const certlife_act *acts;
    size_t count;
    struct outcome *outcome;
};

/* Decides every part as things are, then does each; the first that is refused leaves them all undone. */
static int decide_and_do(struct txn *txn, void *payload, certlife_error **err)
{
    struct deed *deed = payload;
    struct outcome *outcome = deed->outcome;
    struct scene scene;
    bool changed = false;
    int rc = 0;
    if (certlife__answer_known(txn, deed->call, outcome, &rc, err))
        return rc < 0 ? rc : 1;
    for (size_t i = 0; i < deed->count; i++) {
        struct call part = *deed->call;
        part.act = deed->acts[i];
        rc = certlife__scene_decide(txn, &part, &scene, outcome, err);
        if (rc != CERTLIFE_ALLOWED)
            return rc;
    }
    for (size_t i = 0; i < deed->count; i++) {
        struct call part = *deed->call;
        part.act = deed->acts[i];
        if (i > 0) /* the part before has changed things */
            rc = certlife__scene_gather(txn, &part, &scene, err);
        if (rc >= 0)
            rc = doings[doing_of(part.act)].apply(txn, &part, &scene, err);
        if (rc < 0)
            return rc;
        changed = changed || rc == 0;
    }
    if (!changed && deed->call->actor->idempotency_key == NULL)
        return 1;
    rc = certlife__answer_remember(txn, deed->call, &scene, outcome, err);
    return rc < 0 ? rc : certlife__moment_write(txn, deed->call, &scene, err);
}

int certlife__do(const struct call *call, const certlife_act *acts, size_t count, struct outcome *outcome,
                 certlife_error **err)
{
    struct deed deed = {call, acts, count, outcome};
    certlife_store_mode mode = doings[doing_of(acts[0])].mode;
    certlife_error *full = NULL;
    int rc = certlife__store_update(call->institution->store, mode, decide_and_do, &deed, &full);
    if (rc == CERTLIFE_E_STORE_FULL && mode == CERTLIFE_STORE_WRITE_RESERVE) { /* what must be done is done silently */
        struct call untold = *call;
        untold.untold = true;
        deed.call = &untold;
        certlife_error_free(full);
        full = NULL;
        rc = certlife__store_update(call->institution->store, mode, decide_and_do, &deed, &full);
    }
    if (err != NULL && *err == NULL)
        *err = full;
    else
        certlife_error_free(full);
    if (rc < 0)
        return rc;
    if (outcome->verdict.code == CERTLIFE_CODE_ALLOWED)
        return CERTLIFE_ALLOWED;
    return certlife__answer_refused(call, outcome, err);
}
