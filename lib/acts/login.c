/* SPDX-License-Identifier: Apache-2.0 */
#include "acts/ledger.h"

#include <string.h>

#include "base/error.h"
#include "rules/window.h"

/* Only a refusal needs the user and the contract, to say why (R-LOG-2): a success is one get. */
static int explain(struct txn *txn, const char *contract_id, const char *user_id, struct login_situation *s,
                   struct verdict *out, certlife_error **err)
{
    struct contract contract;
    struct user user;
    bool contract_found = false, user_found = false;
    int rc = certlife__contract_get(txn, contract_id, &contract, &contract_found, err);
    if (rc == 0)
        rc = certlife__user_get(txn, contract_id, user_id, &user, &user_found, err);
    if (rc < 0)
        return rc;
    s->contract = contract_found ? &contract : NULL;
    s->user = user_found ? &user : NULL;
    *out = certlife__login_decide(s);
    return 0;
}

int certlife__login_look(struct txn *txn, const struct certlife_institution *institution, const char *contract,
                         const char *user, struct bytes presented, int64_t now, struct verdict *out,
                         struct certificate_record *record_out, certlife_error **err)
{
    struct login_situation s = {.profile = &institution->profile, .now = now, .presented = presented.data != NULL};
    bool found = false;
    if (s.presented) {
        struct bytes number = {0}, issuer = {0};
        const char *fault = certlife__certificate_identify(presented, &number, &issuer);
        if (fault != NULL)
            return certlife__fail(err, CERTLIFE_E_MALFORMED, "certificate presented: %s", fault);
        s.of_our_issuer = bytes_equal(issuer, institution->authority.subject);
        const struct serial serial = serial_from(number);
        int rc = serial.len > 0 ? certlife__certificate_get(txn, &serial, record_out, &found, err) : 0;
        if (rc < 0)
            return rc;
        s.known = found && bytes_equal(record_out->der, presented);
        s.of_this_user = s.known && strcmp(record_out->contract, contract) == 0 && strcmp(record_out->user, user) == 0;
        s.certificate = s.known ? &record_out->facts : NULL;
    }
    *out = certlife__login_decide(&s);
    return out->code == CERTLIFE_CODE_ALLOWED ? 0 : explain(txn, contract, user, &s, out, err);
}

/* One look in a transaction that is there; the moment asked for is never before what has happened. */
static int look(struct txn *txn, const struct call *call, struct scene *scene, struct certificate_record *record,
                struct outcome *outcome, certlife_error **err)
{
    const certlife_actor *actor = call->actor;
    int rc = certlife__meta_get(txn, &scene->meta, err);
    if (rc < 0)
        return rc;
    scene->now = moment_of(call, &scene->meta);
    outcome->now = scene->now;
    rc = certlife__login_look(txn, call->institution, actor->contract, actor->user,
                              bytes_of(actor->certificate, actor->certificate_len), scene->now, &outcome->verdict,
                              record, err);
    if (rc < 0)
        return rc;
    return answer_of(outcome);
}

struct first_login {
    const struct call *call;
    struct login *out;
    struct outcome *outcome;
};

/* The first login with a new certificate confirms it (R-REN-6). */
static int confirm(struct txn *txn, void *payload, certlife_error **err)
{
    struct first_login *first = payload;
    const struct call *call = first->call;
    struct certificate_record record;
    struct scene scene = {0};
    struct user user;
    bool found = false;
    int rc = look(txn, call, &scene, &record, first->outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    first->out->certificate = record.facts;
    first->out->confirmed = false; /* a run before this one may have been in vain */
    if (record.facts.confirmed_at != 0)
        return 1; /* somebody was quicker; `outcome` says allowed */
    rc = certlife__user_get(txn, call->actor->contract, call->actor->user, &user, &found, err);
    if (rc == 0 && found)
        rc = certlife__contract_get(txn, call->actor->contract, &scene.contract, &found, err);
    if (rc == 0 && !found)
        rc = certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "user %s: has a certificate but no record",
                            call->actor->user);
    if (rc < 0)
        return rc;
    struct change change = certlife__transition_confirm(&user, &record.facts.serial, scene.now);
    struct author nobody = {"", ""};
    struct ledger ledger = {txn, &call->institution->profile, &scene.contract, scene.now};
    rc = certlife__change_write(txn, &change, &nobody, err);
    if (rc == 0)
        rc = certlife__plan_user(&ledger, &change.user, err);
    if (rc == 0)
        rc = certlife__moment_write(txn, call, &scene, err);
    if (rc == 0)
        first->out->confirmed = true;
    return rc;
}

/* The renewal notice (R-LOG-3, R-NOT-4). Only while it is shown, another record is read. */
static int read_notice(struct txn *txn, const struct call *call, const struct certificate_record *record, int64_t now,
                       struct login *out, certlife_error **err)
{
    const struct certlife_profile *profile = &call->institution->profile;
    int64_t not_after = record->facts.not_after;
    struct user user = {.id = ""};
    bool found = false;
    *out = (struct login){
        .certificate = record->facts,
        .renewal_due = now >= certlife__window_notice_opens(profile, not_after),
        .days_left = certlife__window_days_left(profile, now, not_after),
    };
    int rc = out->renewal_due ? certlife__user_get(txn, record->contract, record->user, &user, &found, err) : 0;
    out->waits_to_install =
        certificate_usable(&user.unconfirmed, now) && !serial_equal(&user.unconfirmed.serial, &record->facts.serial);
    return rc;
}

int certlife__login(const struct call *call, certlife_login_mode mode, struct login *out, struct outcome *outcome,
                    certlife_error **err)
{
    struct txn txn;
    struct certificate_record record;
    struct scene scene;
    int rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = look(&txn, call, &scene, &record, outcome, err);
    struct login login = {.confirmed = false};
    if (rc == CERTLIFE_ALLOWED)
        rc = read_notice(&txn, call, &record, scene.now, &login, err);
    certlife__store_abort(&txn);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    *out = login;
    if (mode == CERTLIFE_LOGIN_LOOK || record.facts.confirmed_at != 0)
        return CERTLIFE_ALLOWED;

    struct first_login first = {call, out, outcome};
    rc = certlife__store_update(call->institution->store, CERTLIFE_STORE_WRITE_RESERVE, confirm, &first, err);
    if (rc < 0)
        return rc;
    return answer_of(outcome);
}
