/* SPDX-License-Identifier: Apache-2.0 */
/* An issuer that answers later (R-OBT-6): the order is recorded first, and finished whenever its answer comes. */
#include "acts/issuing.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "ports/issuer.h"

struct placing {
    const struct call *call;
    const struct order *order;
    struct delivered *out;
    struct outcome *outcome;
    bool placed;
};

static int place_order(struct txn *txn, void *payload, certlife_error **err)
{
    struct placing *p = payload;
    struct looked looked;
    p->placed = false;
    p->outcome->serial.len = 0;
    int rc = certlife__issue_decide(txn, p->call, &looked, p->out, p->outcome, err);
    if (rc < 0 || looked.done)
        return rc < 0 ? rc : 1;
    struct user user = looked.scene.user;
    user.issuing = (struct issuing){.act = p->order->act, .since = looked.scene.now};
    memcpy(user.issuing.order_id, p->order->id, ORDER_ID_LEN);
    memcpy(user.issuing.key_hash, p->order->key_hash, HASH_LEN);
    struct outcome issuing = *p->outcome;
    certlife__refuse(&issuing, CERTLIFE_CODE_ISSUING, "R-OBT-6", CERTLIFE_WAY_DELIVER);
    rc = certlife__order_put(txn, p->order, err);
    if (rc == 0)
        rc = certlife__user_put(txn, &user, err);
    struct ledger ledger = {txn, &p->call->institution->profile, &looked.scene.contract, looked.scene.now};
    if (rc == 0)
        rc = certlife__plan_user(&ledger, &user, err);
    if (rc == 0) /* it is the user's from now on, whatever becomes of the order */
        rc = certlife__key_claim(txn, p->order->key_hash, user.contract, user.id, err);
    if (rc == 0)
        rc = certlife__answer_remember(txn, p->call, &looked.scene, &issuing, err);
    if (rc == 0)
        rc = certlife__moment_write(txn, p->call, &looked.scene, err);
    p->placed = rc == 0;
    return rc;
}

/* What has come of an order: a certificate, or none (`view` NULL: rejected). */
struct answered {
    const struct call *call;
    const uint8_t *order_id;
    const struct certificate_view *view;
    struct delivered *out; /* NULL where the issuer brings its answer by itself */
    struct outcome *outcome;
};

/* A late answer, to an order that was ended meanwhile, is recorded and revoked (R-ALL-7). */
static int write_late(struct txn *txn, struct certificate_record *record, int64_t now, certlife_error **err)
{
    record->facts.revoked_at = now;
    record->facts.reason = CERTLIFE_REASON_CESSATION;
    snprintf(record->revoked_by, sizeof record->revoked_by, "system late answer");
    return certlife__certificate_add(txn, record, err);
}

/* An issuer that chooses its own serial numbers may give one twice (R-ISS-1). */
static int check_serial(struct txn *txn, const struct certificate_record *record, certlife_error **err)
{
    struct certificate_record other;
    bool used = false;
    int rc = certlife__certificate_get(txn, &record->facts.serial, &other, &used, err);
    if (rc == 0 && used)
        rc = certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s has a serial number in use",
                            record->user);
    return rc;
}

/* What the one who asked is told, now or when they ask again. */
static struct outcome told(const struct certificate_record *record, bool issued, bool waited_for, int64_t now)
{
    struct outcome outcome = {.now = now};
    if (!issued) {
        certlife__refuse(&outcome, CERTLIFE_CODE_ISSUER_REJECTED, "R-OBT-6", CERTLIFE_WAY_NONE);
    } else if (!waited_for) {
        certlife__refuse(&outcome, CERTLIFE_CODE_REVOKED, "R-ALL-7", CERTLIFE_WAY_NONE);
    } else {
        outcome.verdict = (struct verdict){CERTLIFE_CODE_ALLOWED, "R-OBT-6", CERTLIFE_WAY_NONE, 0};
        outcome.serial = record->facts.serial;
    }
    return outcome;
}

static int write_answer(const struct ledger *ledger, struct user *user, struct certificate_record *record, bool issued,
                        bool waited_for, certlife_error **err)
{
    if (!issued && !waited_for)
        return 0;
    if (!issued) {
        user->issuing = (struct issuing){0};
        int rc = certlife__user_put(ledger->txn, user, err);
        return rc < 0 ? rc : certlife__plan_user(ledger, user, err);
    }
    int rc = check_serial(ledger->txn, record, err);
    if (rc < 0)
        return rc;
    if (!waited_for)
        return write_late(ledger->txn, record, ledger->now, err);
    if (record->facts.not_after <= ledger->now)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s has expired", user->id);
    return certlife__issued_write(ledger, user, record, err);
}

static int record_answer(struct txn *txn, void *payload, certlife_error **err)
{
    struct answered *a = payload;
    struct scene scene = {0};
    struct order order;
    struct certificate_record record = {0};
    bool ordered = false, found = false, issued = a->view != NULL;
    bool brought = a->call->act == CERTLIFE_ACT_ISSUER_ANSWER;
    int rc = 0;
    a->outcome->serial.len = 0;
    if (brought && certlife__answer_known(txn, a->call, a->outcome, &rc, err))
        return rc < 0 ? rc : 1;
    rc = certlife__meta_get(txn, &scene.meta, err);
    if (rc == 0)
        rc = certlife__order_get(txn, a->order_id, &order, &ordered, err);
    if (rc < 0)
        return rc;
    if (!ordered) {
        certlife__refuse(a->outcome, CERTLIFE_CODE_UNKNOWN, "R-ALL-12", CERTLIFE_WAY_NONE);
        return 1;
    }
    rc = certlife__user_get(txn, order.contract, order.user, &scene.user, &found, err);
    if (rc == 0 && found)
        rc = certlife__contract_get(txn, order.contract, &scene.contract, &found, err);
    if (rc == 0 && !found)
        rc = certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "user %s: has an order but no record", order.user);
    if (rc < 0)
        return rc;
    scene.now = moment_of(a->call, &scene.meta);
    bool waited_for = scene.user.issuing.act != 0 && memcmp(scene.user.issuing.order_id, order.id, ORDER_ID_LEN) == 0;
    if (issued)
        record = certlife__issued_record(&order, a->view, scene.now);
    struct outcome asker = told(&record, issued, waited_for, scene.now);
    struct ledger ledger = {txn, &a->call->institution->profile, &scene.contract, scene.now};
    rc = write_answer(&ledger, &scene.user, &record, issued, waited_for, err);
    if (rc == 0)
        rc = certlife__order_erase(txn, order.id, err);
    if (rc == 0 && order.keyed) /* in place of 'later', which was remembered with the order */
        rc = certlife__answer_write(txn, a->call->institution, &order.names, &asker, scene.now, err);
    if (rc < 0)
        return rc;

    *a->outcome = asker;
    if (asker.serial.len > 0 && !brought)
        certlife__issued_deliver(&record, a->out, a->outcome);
    if (brought) {
        *a->outcome = (struct outcome){.now = scene.now};
        a->outcome->verdict = (struct verdict){CERTLIFE_CODE_ALLOWED, "R-OBT-6", CERTLIFE_WAY_NONE, 0};
        rc = certlife__answer_remember(txn, a->call, &scene, a->outcome, err);
    }
    return rc < 0 ? rc : certlife__moment_write(txn, a->call, &scene, err);
}

/* Records what the issuer said of an order; `said` is one of CERTLIFE_ISSUER_. */
static int take_answer(const struct call *call, const struct order *order, int said, struct bytes der,
                       struct delivered *out, struct outcome *outcome, certlife_error **err)
{
    const struct certlife_institution *institution = call->institution;
    struct certificate_view view;
    if (said == CERTLIFE_ISSUER_LATER) {
        certlife__refuse(outcome, CERTLIFE_CODE_ISSUING, "R-OBT-6", CERTLIFE_WAY_DELIVER);
        return CERTLIFE_REFUSED;
    }
    int rc = 0;
    if (said == CERTLIFE_ISSUER_ISSUED)
        rc = certlife__certificate_examine(institution, order, der, &view, err);
    if (rc < 0)
        return rc;
    struct answered answered = {call, order->id, said == CERTLIFE_ISSUER_ISSUED ? &view : NULL, out, outcome};
    rc = certlife__store_update(institution->store, CERTLIFE_STORE_WRITE, record_answer, &answered, err);
    if (rc < 0)
        return rc;
    bool elsewhere = outcome->verdict.code == CERTLIFE_CODE_UNKNOWN; /* another call took it a moment ago */
    if (call->act == CERTLIFE_ACT_ISSUER_ANSWER || !elsewhere)
        return answer_of(outcome);
    if (said == CERTLIFE_ISSUER_ISSUED)
        return certlife__deliver(call, out, outcome, err);
    certlife__refuse(outcome, CERTLIFE_CODE_ISSUER_REJECTED, "R-OBT-6", CERTLIFE_WAY_NONE);
    return CERTLIFE_REFUSED;
}

int certlife__issue_outside(const struct call *call, const struct order *order, struct delivered *out,
                            struct outcome *outcome, certlife_error **err)
{
    const struct certlife_institution *institution = call->institution;
    struct placing placing = {call, order, out, outcome, false};
    int rc = certlife__store_update(institution->store, CERTLIFE_STORE_WRITE, place_order, &placing, err);
    if (rc < 0)
        return rc;
    if (!placing.placed)
        return answer_of(outcome);
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
    size_t len = sizeof der;
    certlife_issuer_order wording = certlife__order_wording(institution, order, &call->asked->pkcs10);
    int said = certlife__issuer_issue(institution->issuer, &wording, der, &len, err);
    return said < 0 ? said : take_answer(call, order, said, bytes_of(der, len), out, outcome, err);
}

static_assert(REQUEST_MAX >= CERTLIFE_CERTIFICATE_MAX, "a stored request fits where it is copied to");

/* The user's order as it was placed; its request is copied into `room`. */
static int read_order(const struct call *call, struct order *out, uint8_t room[REQUEST_MAX], bool *found_out,
                      certlife_error **err)
{
    struct txn txn;
    struct user user;
    int rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = certlife__user_get(&txn, call->contract, call->user, &user, found_out, err);
    if (rc == 0 && *found_out && user.issuing.act != 0)
        rc = certlife__order_get(&txn, user.issuing.order_id, out, found_out, err);
    else
        *found_out = false;
    if (rc == 0 && *found_out) {
        memcpy(room, out->request.data, out->request.len);
        out->request.data = room;
    }
    certlife__store_abort(&txn);
    return rc;
}

/* Asks the issuer what has become of the order, and places it again where it never arrived. */
static int ask_issuer(const struct call *call, const struct order *order, struct delivered *out,
                      struct outcome *outcome, certlife_error **err)
{
    const struct certlife_institution *institution = call->institution;
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
    size_t len = sizeof der;
    struct request request;
    int said = certlife__issuer_poll(institution->issuer, bytes_of(order->id, sizeof order->id), der, &len, err);
    if (said == CERTLIFE_ISSUER_UNKNOWN) {
        if (certlife__request_read(order->request, &request) != NULL)
            return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "user %s: the order's request cannot be read",
                                  order->user);
        certlife_issuer_order wording = certlife__order_wording(institution, order, &request);
        len = sizeof der;
        said = certlife__issuer_issue(institution->issuer, &wording, der, &len, err);
    }
    return said < 0 ? said : take_answer(call, order, said, bytes_of(der, len), out, outcome, err);
}

int certlife__deliver(const struct call *asked, struct delivered *out, struct outcome *outcome, certlife_error **err)
{
    struct looked looked;
    struct order order;
    uint8_t request[REQUEST_MAX];
    struct call call = *asked;
    certlife_actor actor = *asked->actor;
    bool found = false;
    actor.idempotency_key = NULL;
    call.actor = &actor;
    call.act = CERTLIFE_ACT_DELIVER;
    call.asked = NULL;
    *outcome = (struct outcome){0};
    int rc = certlife__issue_look(&call, &looked, out, outcome, err);
    if (rc < 0)
        return rc;
    if (outcome->verdict.code != CERTLIFE_CODE_ISSUING)
        return answer_of(outcome);
    rc = certlife__issuer_needed(call.institution, err);
    if (rc == 0)
        rc = read_order(&call, &order, request, &found, err);
    if (rc < 0)
        return rc;
    if (!found)
        return answer_of(outcome); /* it was ended, or answered, a moment ago */
    return ask_issuer(&call, &order, out, outcome, err);
}

/* An answer that the issuer brings by itself: may this actor bring it, and is there anything left to do? */
struct brought {
    struct order order;
    uint8_t request[REQUEST_MAX];
    bool done; /* the outcome is final */
};

/* Whom the order is about; where it has been answered already, whom its certificate is about. */
static int find_order(struct txn *txn, const struct call *call, const struct serial *serial, struct brought *out,
                      certlife_error **err)
{
    struct certificate_record record;
    bool ordered = false, recorded = false;
    int rc = certlife__order_get(txn, call->serial.octets, &out->order, &ordered, err);
    if (rc == 0 && ordered) {
        memcpy(out->request, out->order.request.data, out->order.request.len);
        out->order.request.data = out->request;
    } else if (rc == 0 && serial->len > 0) {
        rc = certlife__certificate_get(txn, serial, &record, &recorded, err);
    }
    if (rc == 0 && recorded && bytes_equal(record.der, call->answer)) {
        certlife__text_copy(out->order.contract, sizeof out->order.contract, record.contract);
        certlife__text_copy(out->order.user, sizeof out->order.user, record.user);
        out->done = true;
    }
    return rc;
}

static int look_at_order(struct txn *txn, const struct call *call, const struct serial *serial, struct brought *out,
                         struct outcome *outcome, certlife_error **err)
{
    struct scene scene;
    struct call about = *call;
    int rc = 0;
    out->order.contract[0] = '\0';
    out->order.user[0] = '\0';
    out->done = certlife__answer_known(txn, call, outcome, &rc, err);
    if (rc < 0 || out->done)
        return rc;
    rc = find_order(txn, call, serial, out, err);
    about.contract = out->order.contract;
    about.user = out->order.user;
    if (rc == 0)
        rc = certlife__scene_gather(txn, &about, &scene, err);
    if (rc < 0)
        return rc;
    outcome->now = scene.now;
    outcome->verdict = certlife__decide(&call->institution->tables, &scene.situation);
    out->done = out->done || outcome->verdict.code != CERTLIFE_CODE_ALLOWED;
    return 0;
}

int certlife__issuer_answered(const struct call *call, struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct brought brought;
    struct bytes number = {0}, issuer = {0};
    bool issued = call->answer.len > 0;
    const char *fault = issued ? certlife__certificate_identify(call->answer, &number, &issuer) : NULL;
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_MALFORMED, "issuer's answer: %s", fault);
    const struct serial serial = serial_from(number);
    int rc = certlife__issuer_needed(call->institution, err);
    if (rc == 0)
        rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = look_at_order(&txn, call, &serial, &brought, outcome, err);
    certlife__store_abort(&txn);
    if (rc < 0)
        return rc;
    if (brought.done)
        return certlife__answer_refused(call, outcome, err);
    int said = issued ? CERTLIFE_ISSUER_ISSUED : CERTLIFE_ISSUER_REJECTED;
    return take_answer(call, &brought.order, said, call->answer, NULL, outcome, err);
}
