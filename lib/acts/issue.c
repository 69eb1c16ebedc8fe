/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Obtain, renew, deliver again.
 *
 * Nothing is signed inside a write transaction, and nothing leaves the library that is not recorded (R-ISS-2): decide in a
 * read transaction, look at the key, have the certificate made, then decide again and record it in one write transaction.
 * A local issuer's certificate that is not recorded never existed. For any other issuer an order is recorded first, so
 * that a retry asks for that order and no second certificate (R-OBT-6).
 */
#include "acts/issuing.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "ports/crypto.h"
#include "ports/issuer.h"
#include "rules/window.h"

void certlife__refuse(struct outcome *outcome, certlife_code code, const char *row, certlife_way way)
{
    outcome->verdict = (struct verdict){code, row, way, 0};
}

int certlife__delivered_read(struct txn *txn, const struct serial *serial, struct delivered *out, certlife_error **err)
{
    bool found = false;
    struct certificate_record record = {0};
    int rc = certlife__certificate_get(txn, serial, &record, &found, err);
    if (rc < 0)
        return rc;
    if (!found || record.der.len > sizeof out->der)
        return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "certificate: its record is not there");
    struct bytes number = {0}, issuer = {0};
    if (certlife__certificate_identify(record.der, &number, &issuer) != NULL ||
        !bytes_equal(number, bytes_of(serial->octets, serial->len)))
        return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "certificate: its record holds something else");
    memcpy(out->der, record.der.data, record.der.len);
    out->record = record;
    out->record.der.data = out->der;
    return 0;
}

/* Decides; where the answer is a certificate that is there already, reads it. */
int certlife__issue_decide(struct txn *txn, const struct call *call, struct looked *out, struct delivered *delivered,
                           struct outcome *outcome, certlife_error **err)
{
    int rc = 0;
    bool known = certlife__answer_known(txn, call, outcome, &rc, err);
    if (rc < 0)
        return rc;
    if (known && outcome->verdict.code == CERTLIFE_CODE_ALLOWED && outcome->serial.len == 0)
        return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "user %s: an answer without its certificate", call->user);
    if (!known) {
        rc = certlife__scene_gather(txn, call, &out->scene, err);
        if (rc < 0)
            return rc;
        outcome->now = out->scene.now;
        outcome->verdict = certlife__decide(&call->institution->tables, &out->scene.situation);
        const struct situation *s = &out->scene.situation;
        bool again = outcome->verdict.code == CERTLIFE_CODE_ALLOWED &&
                     (call->act == CERTLIFE_ACT_DELIVER || certlife__delivers_again(s));
        if (again)
            outcome->serial = s->standing.unconfirmed->serial;
    }
    out->done = known || outcome->verdict.code != CERTLIFE_CODE_ALLOWED || outcome->serial.len > 0;
    return outcome->serial.len > 0 ? certlife__delivered_read(txn, &outcome->serial, delivered, err) : 0;
}

int certlife__issue_look(const struct call *call, struct looked *out, struct delivered *delivered,
                         struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    int rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = certlife__issue_decide(&txn, call, out, delivered, outcome, err);
    certlife__store_abort(&txn);
    return rc;
}

int certlife__issuer_needed(const struct certlife_institution *institution, certlife_error **err)
{
    if (institution->issuer == NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "institution %s: has no issuer", institution->name);
    return 0;
}

/* Positive, 128 random bits behind a count of time that makes serial numbers of ten minutes neighbours (R-ISS-1). */
static int new_order_id(const struct call *call, int64_t now, uint8_t out[ORDER_ID_LEN], certlife_error **err)
{
    struct writer w = writer_into(out, ORDER_ID_LEN);
    write_number(&w, (UINT64_C(0x40000000) | ((uint64_t)now / 600 & UINT64_C(0x3fffffff))), 4);
    return certlife__crypto_random(call->institution->crypto, out + w.len, ORDER_ID_LEN - w.len, err);
}

static int make_order(const struct call *call, const struct scene *scene, struct order *out, certlife_error **err)
{
    const struct situation *s = &scene->situation;
    int64_t old = call->act == CERTLIFE_ACT_RENEW ? s->standing.certificate->not_after : 0;
    *out = (struct order){
        .act = call->act,
        .medium = call->medium,
        .not_before = scene->now,
        .not_after = certlife__window_not_after(s->profile, scene->now, old),
        .request = call->asked->pkcs10.der,
    };
    certlife__text_copy(out->contract, sizeof out->contract, call->contract);
    certlife__text_copy(out->user, sizeof out->user, call->user);
    memcpy(out->key_hash, call->asked->key_hash, HASH_LEN);
    out->keyed = call->actor->idempotency_key != NULL;
    out->names = call->names;
    return new_order_id(call, scene->now, out->id, err);
}

certlife_issuer_order certlife__order_wording(const struct certlife_institution *institution, const struct order *order,
                                              const struct request *request)
{
    return (certlife_issuer_order){
        .size = sizeof(certlife_issuer_order),
        .id = order->id,
        .id_len = sizeof order->id,
        .serial = order->id,
        .serial_len = sizeof order->id,
        .spki = request->key.spki.data,
        .spki_len = request->key.spki.len,
        .request = order->request.data,
        .request_len = order->request.len,
        .organization = institution->name,
        .unit = order->contract,
        .common_name = order->user,
        .not_before = order->not_before,
        .not_after = order->not_after,
        .crl_url = institution->crl_url,
    };
}

struct certificate_record certlife__issued_record(const struct order *order, const struct certificate_view *view,
                                                  int64_t now)
{
    struct certificate_record record = {
        .facts = {.medium = order->medium,
                  .issued_by = order->act,
                  .not_before = view->not_before,
                  .not_after = view->not_after,
                  .issued_at = now,
                  .serial = serial_from(view->serial)},
        .der = view->der,
    };
    memcpy(record.facts.key_hash, order->key_hash, HASH_LEN);
    certlife__text_copy(record.contract, sizeof record.contract, order->contract);
    certlife__text_copy(record.user, sizeof record.user, order->user);
    return record;
}

/* Writes the certificate, whose key it is, and the user it now belongs to. */
int certlife__issued_write(const struct ledger *ledger, const struct user *user,
                           const struct certificate_record *record, certlife_error **err)
{
    char room[STAFF_MAX + 16];
    struct author author = {room, ""}; /* of what ends by this: the user themselves obtained or renewed */
    snprintf(room, sizeof room, "user %s", record->user);
    int rc = certlife__certificate_add(ledger->txn, record, err);
    if (rc == 0)
        rc = certlife__key_claim(ledger->txn, record->facts.key_hash, record->contract, record->user, err);
    if (rc < 0)
        return rc;
    struct change change = certlife__transition_receive(user, &record->facts, ledger->now);
    rc = certlife__change_write(ledger->txn, &change, &author, err);
    if (rc == 0)
        rc = certlife__plan_user(ledger, &change.user, err);
    return rc < 0 ? rc : certlife__plan_event(ledger, &change.user, TOPIC_ISSUED, &record->facts.serial, err);
}

void certlife__issued_deliver(const struct certificate_record *record, struct delivered *out, struct outcome *outcome)
{
    memcpy(out->der, record->der.data, record->der.len);
    out->record = *record;
    out->record.der.data = out->der;
    outcome->serial = record->facts.serial;
}

/* With a local issuer: decide again, then record certificate and answer in one commit. */
struct recording {
    const struct call *call;
    const struct order *order;
    const struct certificate_view *view;
    struct delivered *out;
    struct outcome *outcome;
};

static int record_local(struct txn *txn, void *payload, certlife_error **err)
{
    struct recording *r = payload;
    struct looked looked;
    r->outcome->serial.len = 0;
    int rc = certlife__issue_decide(txn, r->call, &looked, r->out, r->outcome, err);
    if (rc < 0 || looked.done)
        return rc < 0 ? rc : 1;
    struct certificate_record record = certlife__issued_record(r->order, r->view, looked.scene.now);
    struct ledger ledger = {txn, &r->call->institution->profile, &looked.scene.contract, looked.scene.now};
    rc = certlife__issued_write(&ledger, &looked.scene.user, &record, err);
    if (rc < 0)
        return rc;
    certlife__issued_deliver(&record, r->out, r->outcome);
    rc = certlife__answer_remember(txn, r->call, &looked.scene, r->outcome, err);
    return rc < 0 ? rc : certlife__moment_write(txn, r->call, &looked.scene, err);
}

static int issue_local(const struct call *call, const struct order *order, struct delivered *out,
                       struct outcome *outcome, certlife_error **err)
{
    const struct certlife_institution *institution = call->institution;
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
    size_t len = sizeof der;
    struct certificate_view view;
    certlife_issuer_order wording = certlife__order_wording(institution, order, &call->asked->pkcs10);
    int rc = certlife__issuer_issue(institution->issuer, &wording, der, &len, err);
    if (rc > 0)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: a local issuer must issue at once",
                              certlife__issuer_name(institution->issuer));
    if (rc == 0)
        rc = certlife__certificate_examine(institution, order, bytes_of(der, len), &view, err);
    if (rc < 0)
        return rc;
    struct recording recording = {call, order, &view, out, outcome};
    rc = certlife__store_update(institution->store, CERTLIFE_STORE_WRITE, record_local, &recording, err);
    return rc < 0 ? rc : answer_of(outcome);
}

/* The first answer to an idempotency key was 'later': what is it now? */
static int ask_again(const struct call *call, struct delivered *out, struct outcome *outcome, certlife_error **err)
{
    int rc = certlife__deliver(call, out, outcome, err);
    if (rc == CERTLIFE_ALLOWED && memcmp(out->record.facts.key_hash, call->asked->key_hash, HASH_LEN) != 0) {
        certlife__refuse(outcome, CERTLIFE_CODE_UNCONFIRMED, "R-ALL-5", CERTLIFE_WAY_DELIVER);
        return CERTLIFE_REFUSED; /* what waits now is another request's */
    }
    return rc;
}

/* Remembers a refusal; where another call with the same idempotency key was answered meanwhile, that is the answer. */
static int refused(const struct call *call, struct delivered *out, struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    bool known = outcome->verdict.row == NULL;
    int rc = certlife__answer_refused(call, outcome, err);
    if (rc != CERTLIFE_ALLOWED || known || outcome->verdict.row != NULL)
        return rc;
    rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = certlife__delivered_read(&txn, &outcome->serial, out, err);
    certlife__store_abort(&txn);
    return rc;
}

int certlife__issue(const struct call *call, struct delivered *out, struct outcome *outcome, certlife_error **err)
{
    struct looked looked;
    struct call examined = *call;
    struct order order;
    int rc = certlife__issue_look(call, &looked, out, outcome, err);
    if (rc < 0)
        return rc;
    bool was_later = outcome->verdict.row == NULL && outcome->verdict.code == CERTLIFE_CODE_ISSUING &&
                     strcmp(outcome->row, "R-OBT-6") == 0; /* not refused because of another order (R-ALL-7) */
    if (was_later)
        return ask_again(call, out, outcome, err);
    if (!looked.done) {
        rc = certlife__issuer_needed(call->institution, err);
        if (rc == 0)
            rc = certlife__request_examine(call, &examined.request_faults, err);
        if (rc < 0)
            return rc;
        looked.scene.situation.request_faults |= examined.request_faults;
        outcome->verdict = certlife__decide(&call->institution->tables, &looked.scene.situation);
        looked.done = outcome->verdict.code != CERTLIFE_CODE_ALLOWED;
    }
    if (looked.done)
        return refused(call, out, outcome, err);

    rc = make_order(&examined, &looked.scene, &order, err);
    if (rc < 0)
        return rc;
    rc = certlife__issuer_is_local(call->institution->issuer)
             ? issue_local(&examined, &order, out, outcome, err)
             : certlife__issue_outside(&examined, &order, out, outcome, err);
    if (rc == CERTLIFE_REFUSED && outcome->verdict.code != CERTLIFE_CODE_ISSUING)
        return refused(call, out, outcome, err);
    return rc;
}
