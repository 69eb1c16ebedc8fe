/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Obtain, renew, deliver again.
 *
 * Nothing is signed inside a write transaction, and nothing leaves the library that is not recorded (R-ISS-2): decide in a
 * read transaction, look at the key, have the certificate made, then decide again and record it in one write transaction.
 * A local issuer's certificate that is not recorded never existed. For any other issuer an order is recorded first, so
 * that a retry asks for that order and no second certificate (R-OBT-6).
 */
#include "acts/acts.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "ports/crypto.h"
#include "ports/issuer.h"
#include "rules/window.h"
#include "x509/pem.h"

static int answer_of(const struct outcome *outcome)
{
    return outcome->verdict.code == CERTLIFE_CODE_ALLOWED ? CERTLIFE_ALLOWED : CERTLIFE_REFUSED;
}

static void refuse(struct outcome *outcome, certlife_code code, const char *row, certlife_way way)
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
    memcpy(out->der, record.der.data, record.der.len);
    out->record = record;
    out->record.der.data = out->der;
    return 0;
}

/* What is given. */

int certlife__authority_read(struct certlife_institution *institution, certlife_error **err)
{
    struct bytes der = {0};
    int rc = certlife__issuer_authority(institution->issuer, &der, err);
    if (rc < 0)
        return rc;
    const char *fault = certlife__certificate_read(der, &institution->authority);
    if (fault == NULL && !institution->authority.ca)
        fault = "is not a CA's";
    if (fault == NULL && !certlife__key_supported(&institution->authority.key))
        fault = "has a key of an unknown kind";
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: its certificate %s",
                              certlife__issuer_name(institution->issuer), fault);
    return 0;
}

int certlife__asked_read(const struct certlife_institution *institution, struct bytes text, struct asked *out,
                         certlife_error **err)
{
    static const char *const labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", NULL};
    struct bytes der = text;
    const char *fault = NULL;
    if (certlife__pem_is(text)) {
        struct writer decoded = writer_into(out->der, sizeof out->der);
        fault = certlife__pem_read(text, labels, &decoded);
        if (fault == NULL && decoded.overflow)
            fault = "is too long";
        der = bytes_of(out->der, decoded.len);
    }
    if (fault == NULL)
        fault = certlife__request_read(der, &out->pkcs10);
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_MALFORMED, "request: %s", fault);
    return certlife__crypto_sha256(institution->crypto, out->pkcs10.key.spki, out->key_hash, err);
}

/* The first look. */

struct looked {
    struct scene scene;
    bool done; /* the outcome is final: refused, or a certificate that is there already */
};

/* Decides; where the answer is a certificate that is there already, reads it. */
static int decide(struct txn *txn, const struct call *call, struct looked *out, struct delivered *delivered,
                  struct outcome *outcome, certlife_error **err)
{
    int rc = 0;
    bool known = certlife__answer_known(txn, call, outcome, &rc, err);
    if (rc < 0)
        return rc;
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

static int look(const struct call *call, struct looked *out, struct delivered *delivered, struct outcome *outcome,
                certlife_error **err)
{
    struct txn txn;
    int rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = decide(&txn, call, out, delivered, outcome, err);
    certlife__store_abort(&txn);
    return rc;
}

/* The request's key (R-OBT-11). */
static int examine(const struct call *call, uint32_t *faults_out, certlife_error **err)
{
    certlife_crypto *crypto = call->institution->crypto;
    const struct request *request = &call->asked->pkcs10;
    if (!certlife__key_supported(&request->key)) {
        *faults_out = REQUEST_KEY_KIND;
        return 0;
    }
    int rc = request->algorithm == 0 ? CERTLIFE_CRYPTO_BAD
                                     : certlife__crypto_verify(crypto, request->key.spki, request->algorithm,
                                                               request->info, request->signature, err);
    if (rc < 0)
        return rc;
    uint32_t faults = rc == CERTLIFE_CRYPTO_BAD ? REQUEST_SIGNATURE : 0;
    rc = certlife__crypto_key_sound(crypto, request->key.spki, err);
    if (rc < 0)
        return rc;
    *faults_out = faults | (rc == CERTLIFE_CRYPTO_BAD ? REQUEST_KEY_WEAK : 0);
    return 0;
}

/* Ordering. */

/* Positive, 128 random bits behind a count of time that makes serial numbers of one hour neighbours (R-ISS-1). */
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
    snprintf(out->contract, sizeof out->contract, "%s", call->contract);
    snprintf(out->user, sizeof out->user, "%s", call->user);
    memcpy(out->key_hash, call->asked->key_hash, HASH_LEN);
    return new_order_id(call, scene->now, out->id, err);
}

static certlife_issuer_order wording_of(const struct certlife_institution *institution, const struct order *order,
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

static int needs_issuer(const struct certlife_institution *institution, certlife_error **err)
{
    if (institution->issuer == NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "institution %s: has no issuer", institution->name);
    return 0;
}

/* What came back is looked at as if a stranger had sent it. */
static const char *misfit(const struct certlife_institution *institution, const struct order *order,
                          const struct certificate_view *view, int64_t now)
{
    if (!bytes_equal(view->issuer, institution->authority.subject))
        return "names another issuer";
    if (view->serial.len == 0 || view->serial.len > CERTLIFE_SERIAL_MAX || (view->serial.data[0] & 0x80) != 0)
        return "has a serial number that is not positive or too long";
    if (view->ca || !view->client_auth || (view->key_usage & 1) == 0)
        return "is not for client authentication";
    if (view->not_after > institution->authority.not_after)
        return "outlives its issuer";
    if (view->not_after <= now)
        return "has expired";
    if (!certlife__issuer_is_local(institution->issuer))
        return NULL;
    if (!bytes_equal(view->serial, bytes_of(order->id, sizeof order->id)))
        return "has another serial number than was ordered";
    if (view->not_before != order->not_before || view->not_after != order->not_after)
        return "has other dates than were ordered";
    return NULL;
}

/* Reads an issuer's answer and checks it against the order: key, names, dates, signature (R-ISS-5). */
static int check_certificate(const struct certlife_institution *institution, const struct order *order,
                             struct bytes der, int64_t now, struct certificate_view *view, certlife_error **err)
{
    uint8_t key_hash[HASH_LEN];
    const char *fault = certlife__certificate_read(der, view);
    if (fault == NULL)
        fault = misfit(institution, order, view, now);
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s %s", order->user, fault);
    int rc = certlife__crypto_sha256(institution->crypto, view->key.spki, key_hash, err);
    if (rc < 0)
        return rc;
    if (memcmp(key_hash, order->key_hash, HASH_LEN) != 0)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s holds another key",
                              order->user);
    rc = certlife__crypto_verify(institution->crypto, institution->authority.key.spki, view->algorithm, view->tbs,
                                 view->signature, err);
    if (rc == CERTLIFE_CRYPTO_BAD)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s has a wrong signature",
                              order->user);
    return rc;
}

/* Recording. */

static struct certificate_record record_of(const struct order *order, const struct certificate_view *view, int64_t now)
{
    struct certificate_record record = {
        .facts = {.medium = order->medium,
                  .issued_by = order->act,
                  .not_before = view->not_before,
                  .not_after = view->not_after,
                  .issued_at = now,
                  .serial = {.len = (uint8_t)view->serial.len}},
        .der = view->der,
    };
    memcpy(record.facts.serial.octets, view->serial.data, view->serial.len);
    memcpy(record.facts.key_hash, order->key_hash, HASH_LEN);
    snprintf(record.contract, sizeof record.contract, "%s", order->contract);
    snprintf(record.user, sizeof record.user, "%s", order->user);
    return record;
}

/* Writes the certificate, whose key it is, and the user it now belongs to. */
static int write_issued(struct txn *txn, const struct user *user, const struct certificate_record *record, int64_t now,
                        certlife_error **err)
{
    struct key_owner owner = {.barred = false};
    struct author superseded = {"system renewal", ""};
    snprintf(owner.contract, sizeof owner.contract, "%s", record->contract);
    snprintf(owner.user, sizeof owner.user, "%s", record->user);
    int rc = certlife__certificate_add(txn, record, err);
    if (rc == 0)
        rc = certlife__key_put(txn, record->facts.key_hash, &owner, err);
    if (rc < 0)
        return rc;
    struct change change = certlife__transition_receive(user, &record->facts, now);
    return certlife__change_write(txn, &change, &superseded, err);
}

static void deliver(const struct certificate_record *record, struct delivered *out, struct outcome *outcome)
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
    int rc = decide(txn, r->call, &looked, r->out, r->outcome, err);
    if (rc < 0 || looked.done)
        return rc < 0 ? rc : 1;
    struct certificate_record record = record_of(r->order, r->view, looked.scene.now);
    rc = write_issued(txn, &looked.scene.user, &record, looked.scene.now, err);
    if (rc < 0)
        return rc;
    deliver(&record, r->out, r->outcome);
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
    certlife_issuer_order wording = wording_of(institution, order, &call->asked->pkcs10);
    int rc = certlife__issuer_issue(institution->issuer, &wording, der, &len, err);
    if (rc > 0)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: a local issuer must issue at once",
                              certlife__issuer_name(institution->issuer));
    if (rc == 0)
        rc = check_certificate(institution, order, bytes_of(der, len), order->not_before, &view, err);
    if (rc < 0)
        return rc;
    struct recording recording = {call, order, &view, out, outcome};
    rc = certlife__store_update(institution->store, CERTLIFE_STORE_WRITE, record_local, &recording, err);
    return rc < 0 ? rc : answer_of(outcome);
}

/* With an outside issuer: the order first. */

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
    int rc = decide(txn, p->call, &looked, p->out, p->outcome, err);
    if (rc < 0 || looked.done)
        return rc < 0 ? rc : 1;
    struct user user = looked.scene.user;
    user.issuing = (struct issuing){.act = p->order->act, .medium = p->order->medium, .since = looked.scene.now};
    memcpy(user.issuing.order_id, p->order->id, ORDER_ID_LEN);
    memcpy(user.issuing.key_hash, p->order->key_hash, HASH_LEN);
    struct outcome issuing = *p->outcome;
    refuse(&issuing, CERTLIFE_CODE_ISSUING, "R-OBT-6", CERTLIFE_WAY_DELIVER);
    /* The key is the user's from now on, whatever becomes of the order. */
    struct key_owner owner = {.barred = false};
    snprintf(owner.contract, sizeof owner.contract, "%s", user.contract);
    snprintf(owner.user, sizeof owner.user, "%s", user.id);
    rc = certlife__order_put(txn, p->order, err);
    if (rc == 0)
        rc = certlife__user_put(txn, &user, err);
    if (rc == 0)
        rc = certlife__key_put(txn, p->order->key_hash, &owner, err);
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
    struct delivered *out; /* may be NULL */
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

static int record_answer(struct txn *txn, void *payload, certlife_error **err)
{
    struct answered *a = payload;
    struct scene scene = {0};
    struct order order;
    bool ordered = false, found = false;
    a->outcome->serial.len = 0;
    int rc = certlife__meta_get(txn, &scene.meta, err);
    if (rc == 0)
        rc = certlife__order_get(txn, a->order_id, &order, &ordered, err);
    if (rc < 0)
        return rc;
    if (!ordered) {
        refuse(a->outcome, CERTLIFE_CODE_UNKNOWN, "R-ALL-12", CERTLIFE_WAY_NONE);
        return 1;
    }
    rc = certlife__user_get(txn, order.contract, order.user, &scene.user, &found, err);
    if (rc == 0 && !found)
        rc = certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "user %s: has an order but no record", order.user);
    if (rc < 0)
        return rc;
    scene.now = a->call->clock > scene.meta.latest ? a->call->clock : scene.meta.latest;
    a->outcome->now = scene.now;
    bool waited_for = scene.user.issuing.act != 0 && memcmp(scene.user.issuing.order_id, order.id, ORDER_ID_LEN) == 0;
    struct certificate_record record = {0};
    if (a->view != NULL)
        record = record_of(&order, a->view, scene.now);

    a->outcome->verdict = (struct verdict){CERTLIFE_CODE_ALLOWED, "R-OBT-6", CERTLIFE_WAY_NONE, 0};
    if (a->view != NULL && waited_for) {
        rc = write_issued(txn, &scene.user, &record, scene.now, err);
        if (rc == 0 && a->out != NULL)
            deliver(&record, a->out, a->outcome);
    } else if (a->view != NULL) {
        rc = write_late(txn, &record, scene.now, err);
    } else if (waited_for) {
        scene.user.issuing = (struct issuing){0};
        rc = certlife__user_put(txn, &scene.user, err);
    }
    if (rc == 0)
        rc = certlife__order_erase(txn, order.id, err);
    return rc < 0 ? rc : certlife__moment_write(txn, a->call, &scene, err);
}

/* Records what the issuer said of an order; `said` is one of CERTLIFE_ISSUER_. */
static int take_answer(const struct call *call, const struct order *order, int said, struct bytes der,
                       struct delivered *out, struct outcome *outcome, certlife_error **err)
{
    const struct certlife_institution *institution = call->institution;
    struct certificate_view view;
    if (said == CERTLIFE_ISSUER_LATER) {
        refuse(outcome, CERTLIFE_CODE_ISSUING, "R-OBT-6", CERTLIFE_WAY_DELIVER);
        return CERTLIFE_REFUSED;
    }
    int rc = 0;
    if (said == CERTLIFE_ISSUER_ISSUED)
        rc = check_certificate(institution, order, der, outcome->now, &view, err);
    if (rc < 0)
        return rc;
    struct answered answered = {call, order->id, said == CERTLIFE_ISSUER_ISSUED ? &view : NULL, out, outcome};
    rc = certlife__store_update(institution->store, CERTLIFE_STORE_WRITE, record_answer, &answered, err);
    if (rc < 0)
        return rc;
    bool given = outcome->serial.len > 0;
    if (said == CERTLIFE_ISSUER_REJECTED)
        refuse(outcome, CERTLIFE_CODE_ISSUER_REJECTED, "R-OBT-6", CERTLIFE_WAY_NONE);
    else if (!given && out != NULL)
        refuse(outcome, CERTLIFE_CODE_REVOKED, "R-ALL-7", CERTLIFE_WAY_NONE);
    return answer_of(outcome);
}

static int issue_outside(const struct call *call, const struct order *order, struct delivered *out,
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
    certlife_issuer_order wording = wording_of(institution, order, &call->asked->pkcs10);
    int said = certlife__issuer_issue(institution->issuer, &wording, der, &len, err);
    return said < 0 ? said : take_answer(call, order, said, bytes_of(der, len), out, outcome, err);
}

/* The acts. */

int certlife__issue(const struct call *call, struct delivered *out, struct outcome *outcome, certlife_error **err)
{
    struct looked looked;
    struct call examined = *call;
    struct order order;
    int rc = look(call, &looked, out, outcome, err);
    if (rc < 0)
        return rc;
    bool waits = outcome->verdict.row == NULL && outcome->verdict.code == CERTLIFE_CODE_ISSUING;
    if (waits) /* the first answer to this idempotency key was 'later': what is it now? */
        return certlife__deliver(call, out, outcome, err);
    if (!looked.done) {
        rc = needs_issuer(call->institution, err);
        if (rc == 0)
            rc = examine(call, &examined.request_faults, err);
        if (rc < 0)
            return rc;
        looked.scene.situation.request_faults |= examined.request_faults;
        outcome->verdict = certlife__decide(&call->institution->tables, &looked.scene.situation);
        looked.done = outcome->verdict.code != CERTLIFE_CODE_ALLOWED;
    }
    if (looked.done)
        return certlife__answer_refused(call, outcome, err);

    rc = make_order(&examined, &looked.scene, &order, err);
    if (rc < 0)
        return rc;
    rc = certlife__issuer_is_local(call->institution->issuer) ? issue_local(&examined, &order, out, outcome, err)
                                                              : issue_outside(&examined, &order, out, outcome, err);
    if (rc == CERTLIFE_REFUSED && outcome->verdict.code != CERTLIFE_CODE_ISSUING)
        return certlife__answer_refused(call, outcome, err);
    return rc;
}

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
        certlife_issuer_order wording = wording_of(institution, order, &request);
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
    int rc = look(&call, &looked, out, outcome, err);
    if (rc < 0)
        return rc;
    if (outcome->verdict.code != CERTLIFE_CODE_ISSUING)
        return answer_of(outcome);
    rc = needs_issuer(call.institution, err);
    if (rc == 0)
        rc = read_order(&call, &order, request, &found, err);
    if (rc < 0)
        return rc;
    if (!found)
        return answer_of(outcome); /* it was ended, or answered, a moment ago */
    return ask_issuer(&call, &order, out, outcome, err);
}

/* An answer that comes by itself: may this actor give it, what was ordered, is the certificate recorded already? */
struct brought {
    struct order order;
    uint8_t request[REQUEST_MAX];
    bool known;
};

static int look_at_order(const struct call *call, const uint8_t id[ORDER_ID_LEN], const struct serial *serial,
                         struct brought *out, struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    struct certificate_record record;
    struct call about = *call;
    bool ordered = false;
    out->order.contract[0] = '\0';
    out->known = false;
    int rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = certlife__order_get(&txn, id, &out->order, &ordered, err);
    if (rc == 0 && ordered) {
        memcpy(out->request, out->order.request.data, out->order.request.len);
        out->order.request.data = out->request;
    }
    if (rc == 0 && serial->len > 0)
        rc = certlife__certificate_get(&txn, serial, &record, &out->known, err);
    if (rc == 0 && !ordered && out->known) { /* the same answer again */
        snprintf(out->order.contract, sizeof out->order.contract, "%s", record.contract);
        snprintf(out->order.user, sizeof out->order.user, "%s", record.user);
    }
    about.contract = out->order.contract;
    about.user = out->order.user;
    if (rc == 0)
        rc = certlife__scene_gather(&txn, &about, &scene, err);
    certlife__store_abort(&txn);
    if (rc < 0)
        return rc;
    out->known = out->known && !ordered;
    outcome->now = scene.now;
    outcome->verdict = certlife__decide(&call->institution->tables, &scene.situation);
    return answer_of(outcome);
}

int certlife__issuer_answered(const struct call *call, const uint8_t order_id[ORDER_ID_LEN], struct bytes certificate,
                              struct outcome *outcome, certlife_error **err)
{
    struct brought brought;
    struct serial serial = {0};
    struct bytes number = {0}, issuer = {0};
    const char *fault = certificate.len > 0 ? certlife__certificate_identify(certificate, &number, &issuer) : NULL;
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_MALFORMED, "issuer's answer: %s", fault);
    if (number.len <= sizeof serial.octets && number.len > 0) {
        serial.len = (uint8_t)number.len;
        memcpy(serial.octets, number.data, number.len);
    }
    int rc = needs_issuer(call->institution, err);
    if (rc == 0)
        rc = look_at_order(call, order_id, &serial, &brought, outcome, err);
    if (rc != CERTLIFE_ALLOWED || brought.known)
        return rc;
    const struct verdict taken = outcome->verdict;
    int said = certificate.len > 0 ? CERTLIFE_ISSUER_ISSUED : CERTLIFE_ISSUER_REJECTED;
    rc = take_answer(call, &brought.order, said, certificate, NULL, outcome, err);
    if (rc == CERTLIFE_REFUSED && outcome->verdict.code == CERTLIFE_CODE_ISSUER_REJECTED) {
        outcome->verdict = taken; /* a rejection is an answer too */
        return CERTLIFE_ALLOWED;
    }
    return rc;
}
