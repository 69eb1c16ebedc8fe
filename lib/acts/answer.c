/* SPDX-License-Identifier: Apache-2.0 */
/* Idempotency keys: a repeated request gets the first answer again (R-ISS-3). */
#include "acts/acts.h"

#include <string.h>

#include "base/civil.h"
#include "base/error.h"
#include "ports/crypto.h"

static void write_field(struct writer *w, const void *data, size_t len)
{
    write_number(w, len, 4);
    write_bytes(w, bytes_of(data, len));
}

static void write_text(struct writer *w, const char *text)
{
    write_field(w, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

int certlife__answer_name(struct call *call, certlife_error **err)
{
    uint8_t room[1024], hash[HASH_LEN];
    const certlife_actor *actor = call->actor;
    if (actor->idempotency_key == NULL)
        return 0;
    struct writer w = writer_into(room, sizeof room);
    write_number(&w, (uint64_t)actor->kind, 4);
    write_text(&w, actor->kind == CERTLIFE_ACTOR_USER ? actor->contract : "");
    write_text(&w, actor->kind == CERTLIFE_ACTOR_USER ? actor->user : "");
    write_text(&w, actor->idempotency_key);
    int rc = certlife__crypto_sha256(call->institution->crypto, bytes_of(room, w.len), hash, err);
    if (rc < 0)
        return rc;
    memcpy(call->names.key, hash, ANSWER_KEY_LEN);
    w = writer_into(room, sizeof room);
    write_number(&w, (uint64_t)call->act, 4);
    write_text(&w, call->contract);
    write_text(&w, call->user);
    write_text(&w, actor->application);
    write_number(&w, actor->login_password != 0, 1); /* less assurance is another request: it gets no answer of more */
    write_number(&w, actor->confirmation_password != 0, 1);
    write_text(&w, call->master);
    write_number(&w, call->email != NULL, 1);
    write_text(&w, call->email);
    write_number(&w, (uint64_t)call->permission, 4);
    write_number(&w, (uint64_t)call->reason, 4);
    write_number(&w, (uint64_t)call->medium, 4);
    write_text(&w, call->channel);
    write_field(&w, call->serial.octets, call->serial.len);
    rc = certlife__crypto_sha256(call->institution->crypto, call->answer, hash, err);
    if (rc < 0)
        return rc;
    write_field(&w, hash, sizeof hash);
    if (call->asked != NULL)
        write_field(&w, call->asked->key_hash, HASH_LEN);
    if (w.overflow)
        return certlife__fail(err, CERTLIFE_E_INTERNAL, "idempotency key: the call does not fit its room");
    return certlife__crypto_sha256(call->institution->crypto, bytes_of(room, w.len), call->names.call, err);
}

static void answer_into(const struct answer *answer, struct outcome *outcome)
{
    certlife__text_copy(outcome->row, sizeof outcome->row, answer->row);
    outcome->verdict = (struct verdict){answer->code, NULL, answer->way, answer->date};
    outcome->serial = answer->serial;
}

/* True if there is nothing more to do: a failure in *rc_out, or the first answer, or a refusal, in `outcome`. */
bool certlife__answer_known(struct txn *txn, const struct call *call, struct outcome *outcome, int *rc_out,
                            certlife_error **err)
{
    struct answer answer = {0};
    struct meta meta = {0};
    bool found = false;
    *rc_out = 0;
    if (call->actor->idempotency_key == NULL)
        return false;
    *rc_out = certlife__meta_get(txn, &meta, err);
    if (*rc_out == 0)
        *rc_out = certlife__answer_get(txn, call->names.key, &answer, &found, err);
    int64_t now = moment_of(call, &meta);
    if (*rc_out < 0 || !found || now >= answer.forget_at)
        return *rc_out < 0;
    outcome->now = now;
    if (memcmp(answer.call, call->names.call, HASH_LEN) == 0)
        answer_into(&answer, outcome);
    else
        outcome->verdict = (struct verdict){CERTLIFE_CODE_KEY_REUSED, "R-ISS-3", CERTLIFE_WAY_NONE, 0};
    return true;
}

int certlife__answer_write(struct txn *txn, const struct certlife_institution *institution,
                           const struct key_names *names, const struct outcome *outcome, int64_t now,
                           certlife_error **err)
{
    int64_t kept = institution->profile.idempotency_days * SECONDS_PER_DAY;
    struct answer answer = {.code = outcome->verdict.code,
                            .way = outcome->verdict.way,
                            .date = outcome->verdict.date,
                            .serial = outcome->serial,
                            .forget_at = now + kept};
    memcpy(answer.call, names->call, HASH_LEN);
    certlife__text_copy(answer.row, sizeof answer.row, outcome->verdict.row);
    return certlife__answer_put(txn, names->key, &answer, now, err);
}

int certlife__answer_remember(struct txn *txn, const struct call *call, const struct scene *scene,
                              const struct outcome *outcome, certlife_error **err)
{
    if (call->actor->idempotency_key == NULL)
        return 0;
    return certlife__answer_write(txn, call->institution, &call->names, outcome, scene->now, err);
}

struct refused {
    const struct call *call;
    struct outcome *outcome;
};

static int remember_refusal(struct txn *txn, void *payload, certlife_error **err)
{
    struct refused *refused = payload;
    struct scene scene = {0};
    int rc = 0;
    if (certlife__answer_known(txn, refused->call, refused->outcome, &rc, err))
        return rc < 0 ? rc : 1;
    rc = certlife__meta_get(txn, &scene.meta, err);
    scene.now = refused->outcome->now;
    if (rc == 0)
        rc = certlife__answer_remember(txn, refused->call, &scene, refused->outcome, err);
    return rc < 0 ? rc : certlife__moment_write(txn, refused->call, &scene, err);
}

/* Asks for more than was brought, and is no last word. */
static bool asks_for_more(certlife_code code)
{
    return code == CERTLIFE_CODE_PASSWORD_NEEDED || code == CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED ||
           code == CERTLIFE_CODE_CONFIRMATION_PASSWORD_NEEDED || code == CERTLIFE_CODE_APPLICATION_NEEDED;
}

/* A refusal changes nothing; only under an idempotency key it is remembered, as the first answer. */
int certlife__answer_refused(const struct call *call, struct outcome *outcome, certlife_error **err)
{
    if (call->actor->idempotency_key != NULL && outcome->verdict.row != NULL && !asks_for_more(outcome->verdict.code) &&
        outcome->verdict.code != CERTLIFE_CODE_KEY_REUSED) {
        struct refused refused = {call, outcome};
        int rc =
            certlife__store_update(call->institution->store, CERTLIFE_STORE_WRITE, remember_refusal, &refused, err);
        if (rc < 0)
            return rc;
    }
    return answer_of(outcome);
}
