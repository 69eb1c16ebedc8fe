/* SPDX-License-Identifier: Apache-2.0 */
/* Every act but those that issue: decided and done in one transaction. */
#include "acts/acts.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/error.h"
#include "ports/crypto.h"

/* What each act writes once it is allowed. 1: there was nothing to change. */
typedef int (*apply)(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err);

static const char *application_of(const struct call *call)
{
    return call->actor->application != NULL ? call->actor->application : "";
}

static void copy_text(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from);
}

struct author certlife__author_of(const struct call *call, char *room, size_t len)
{
    const certlife_actor *actor = call->actor;
    const char *staff = actor->staff != NULL ? actor->staff : "";
    const char *gap = staff[0] != '\0' ? " " : "";
    if (actor->kind == CERTLIFE_ACTOR_USER)
        snprintf(room, len, "user %s", actor->user);
    else
        snprintf(room, len, "%s%s%s", actor->kind == CERTLIFE_ACTOR_BRANCH ? "branch" : "system", gap, staff);
    return (struct author){room, application_of(call)};
}

int certlife__moment_write(struct txn *txn, const struct call *call, const struct scene *scene, certlife_error **err)
{
    const struct certlife_institution *institution = call->institution;
    if (call->clock < scene->meta.latest - institution->profile.clock_tolerance) {
        struct civil at = certlife__civil_of(scene->meta.latest, 0);
        return certlife__fail(
            err, CERTLIFE_E_CLOCK,
            "clock: it is %lld seconds behind the latest change, of %04d-%02d-%02d %02d:%02d:%02d UTC",
            (long long)(scene->meta.latest - call->clock), (int)at.year, (int)at.month, (int)at.day, (int)at.hour,
            (int)at.minute, (int)at.second);
    }
    if (scene->now <= scene->meta.latest)
        return 0;
    struct meta meta = {scene->now};
    return certlife__meta_put(txn, &meta, err);
}

/* Contracts. */

static int register_contract(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct contract contract = {.users = 1, .registered_at = scene->now};
    struct user master = {.role = CERTLIFE_ROLE_MASTER, .created_at = scene->now};
    copy_text(contract.id, sizeof contract.id, call->contract);
    copy_text(contract.master, sizeof contract.master, call->master);
    copy_text(master.contract, sizeof master.contract, call->contract);
    copy_text(master.id, sizeof master.id, call->master);
    copy_text(master.email, sizeof master.email, call->email);
    int rc = certlife__contract_put(txn, &contract, err);
    return rc < 0 ? rc : certlife__user_put(txn, &master, err);
}

static int apply_for_certificates(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct contract *contract = &scene->contract;
    contract->applied_at = scene->now;
    copy_text(contract->application, sizeof contract->application, application_of(call));
    return certlife__contract_put(txn, contract, err);
}

static int apply_for_usb_tokens(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct contract *contract = &scene->contract;
    contract->usb_token_applied_at = scene->now;
    copy_text(contract->usb_token_application, sizeof contract->usb_token_application, application_of(call));
    return certlife__contract_put(txn, contract, err);
}

static int write_transition(struct txn *txn, const struct call *call, const struct scene *scene,
                            const struct user *user, certlife_error **err)
{
    char room[STAFF_MAX + 16];
    struct author author = certlife__author_of(call, room, sizeof room);
    struct change change = certlife__transition(&call->institution->profile, user, call->act, call->reason, scene->now);
    if (change.user.authorised_at == scene->now && user->authorised_at != scene->now)
        copy_text(change.user.application, sizeof change.user.application, author.application);
    return certlife__change_write(txn, &change, &author, err);
}

static int close_contract(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct user user = {.id = ""};
    bool found = true;
    for (;;) {
        int rc = certlife__user_next(txn, call->contract, user.id, &user, &found, err);
        if (rc < 0)
            return rc;
        if (!found)
            break;
        rc = user.deleted_at == 0 ? write_transition(txn, call, scene, &user, err) : 0;
        if (rc < 0)
            return rc;
        found = false;
    }
    scene->contract.closed_at = scene->now;
    copy_text(scene->contract.close_application, sizeof scene->contract.close_application, application_of(call));
    return certlife__contract_put(txn, &scene->contract, err);
}

/* Users. */

static int add_user(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct user user = {.role = CERTLIFE_ROLE_GENERAL, .permission = call->permission, .created_at = scene->now};
    copy_text(user.contract, sizeof user.contract, call->contract);
    copy_text(user.id, sizeof user.id, call->user);
    copy_text(user.email, sizeof user.email, call->email);
    bool authorises = scene->contract.applied_at != 0 && scene->situation.actor != ACTOR_SYSTEM; /* R-ALL-3 */
    if (authorises) {
        struct certlife_institution const *institution = call->institution;
        user = certlife__transition(&institution->profile, &user, CERTLIFE_ACT_AUTHORISE, 0, scene->now).user;
        copy_text(user.application, sizeof user.application, application_of(call));
    }
    scene->contract.users++;
    int rc = certlife__contract_put(txn, &scene->contract, err);
    return rc < 0 ? rc : certlife__user_put(txn, &user, err);
}

static int change_user(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct user user = scene->user;
    if (call->permission != 0 && user.role == CERTLIFE_ROLE_MASTER)
        return certlife__fail(err, CERTLIFE_E_INVALID, "user %s: a master user has no permission to change", user.id);
    if (call->email != NULL)
        copy_text(user.email, sizeof user.email, call->email);
    if (call->permission != 0)
        user.permission = call->permission;
    if (strcmp(user.email, scene->user.email) == 0 && user.permission == scene->user.permission)
        return 1;
    return certlife__user_put(txn, &user, err);
}

static int delete_user(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    scene->contract.users--;
    int rc = certlife__contract_put(txn, &scene->contract, err);
    return rc < 0 ? rc : write_transition(txn, call, scene, &scene->user, err);
}

static int turn(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    return write_transition(txn, call, scene, &scene->user, err);
}

static int confirm(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    const struct certificate *unconfirmed = scene->situation.standing.unconfirmed;
    struct author nobody = {"", ""};
    if (unconfirmed == NULL || !serial_equal(&unconfirmed->serial, &call->serial))
        return 1;
    struct change change = certlife__transition_confirm(&scene->user, &call->serial, scene->now);
    return certlife__change_write(txn, &change, &nobody, err);
}

static int remember_later(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    (void)call;
    scene->user.renew_later_at = scene->now;
    return certlife__user_put(txn, &scene->user, err);
}

/* What ends a right may use the room that a nearly full store keeps back. */
/* clang-format off */
static const struct {
    certlife_act act;
    apply apply;
    certlife_store_mode mode;
} doings[] = {
    {CERTLIFE_ACT_CONTRACT_REGISTER,         register_contract,      CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_CONTRACT_APPLY,            apply_for_certificates, CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_CONTRACT_APPLY_USB_TOKEN,  apply_for_usb_tokens,   CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_CONTRACT_CLOSE,            close_contract,         CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_USER_ADD,                  add_user,               CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_USER_CHANGE,               change_user,            CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_USER_DELETE,               delete_user,            CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_AUTHORISE,                 turn,                   CERTLIFE_STORE_WRITE},
    {CERTLIFE_ACT_REISSUE,                   turn,                   CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_REVOKE,                    turn,                   CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_CONFIRM,                   confirm,                CERTLIFE_STORE_WRITE_RESERVE},
    {CERTLIFE_ACT_RENEW_LATER,               remember_later,         CERTLIFE_STORE_WRITE},
};
/* clang-format on */

static size_t doing_of(certlife_act act)
{
    size_t i = 0;
    while (doings[i].act != act)
        i++;
    return i;
}

/* Idempotency keys (R-ISS-3). */

struct key_names {
    uint8_t key[HASH_LEN];  /* whose key, and which */
    uint8_t call[HASH_LEN]; /* all that was asked */
};

static void write_field(struct writer *w, const void *data, size_t len)
{
    write_number(w, len, 4);
    write_bytes(w, bytes_of(data, len));
}

static void write_text(struct writer *w, const char *text)
{
    write_field(w, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static int name_key(const struct call *call, struct key_names *out, certlife_error **err)
{
    uint8_t room[1024];
    const certlife_actor *actor = call->actor;
    struct writer w = writer_into(room, sizeof room);
    write_number(&w, (uint64_t)actor->kind, 4);
    write_text(&w, actor->kind == CERTLIFE_ACTOR_USER ? actor->contract : "");
    write_text(&w, actor->kind == CERTLIFE_ACTOR_USER ? actor->user : "");
    write_text(&w, actor->idempotency_key);
    int rc = certlife__crypto_sha256(call->institution->crypto, bytes_of(room, w.len), out->key, err);
    if (rc < 0)
        return rc;
    w = writer_into(room, sizeof room);
    write_number(&w, (uint64_t)call->act, 4);
    write_text(&w, call->contract);
    write_text(&w, call->user);
    write_text(&w, call->master);
    write_number(&w, call->email != NULL, 1);
    write_text(&w, call->email);
    write_number(&w, (uint64_t)call->permission, 4);
    write_number(&w, (uint64_t)call->reason, 4);
    write_number(&w, (uint64_t)call->medium, 4);
    write_text(&w, call->channel);
    write_field(&w, call->serial.octets, call->serial.len);
    if (call->asked != NULL)
        write_field(&w, call->asked->key_hash, HASH_LEN);
    if (w.overflow)
        return certlife__fail(err, CERTLIFE_E_INTERNAL, "idempotency key: the call does not fit its room");
    return certlife__crypto_sha256(call->institution->crypto, bytes_of(room, w.len), out->call, err);
}

static void answer_into(const struct answer *answer, struct outcome *outcome)
{
    copy_text(outcome->row, sizeof outcome->row, answer->row);
    outcome->verdict = (struct verdict){answer->code, NULL, answer->way, answer->date};
    outcome->serial = answer->serial;
}

/* True if there is nothing more to do: a failure in *rc_out, or the first answer, or a refusal, in `outcome`. */
bool certlife__answer_known(struct txn *txn, const struct call *call, struct outcome *outcome, int *rc_out,
                            certlife_error **err)
{
    struct key_names names;
    struct answer answer = {0};
    bool found = false;
    *rc_out = 0;
    if (call->actor->idempotency_key == NULL)
        return false;
    *rc_out = name_key(call, &names, err);
    if (*rc_out == 0)
        *rc_out = certlife__answer_get(txn, names.key, &answer, &found, err);
    if (*rc_out < 0 || !found)
        return *rc_out < 0;
    if (memcmp(answer.call, names.call, HASH_LEN) == 0)
        answer_into(&answer, outcome);
    else
        outcome->verdict = (struct verdict){CERTLIFE_CODE_KEY_REUSED, "R-ISS-3", CERTLIFE_WAY_NONE, 0};
    return true;
}

int certlife__answer_remember(struct txn *txn, const struct call *call, const struct scene *scene,
                              const struct outcome *outcome, certlife_error **err)
{
    struct key_names names;
    if (call->actor->idempotency_key == NULL)
        return 0;
    int rc = name_key(call, &names, err);
    if (rc < 0)
        return rc;
    struct answer answer = {.code = outcome->verdict.code,
                            .way = outcome->verdict.way,
                            .date = outcome->verdict.date,
                            .serial = outcome->serial};
    memcpy(answer.call, names.call, HASH_LEN);
    copy_text(answer.row, sizeof answer.row, outcome->verdict.row);
    int64_t kept = call->institution->profile.idempotency_days * SECONDS_PER_DAY;
    return certlife__answer_put(txn, names.key, &answer, scene->now + kept, scene->now, err);
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

/* A refusal changes nothing; only under an idempotency key it is remembered, as the first answer. */
int certlife__answer_refused(const struct call *call, struct outcome *outcome, certlife_error **err)
{
    if (call->actor->idempotency_key != NULL && outcome->verdict.row != NULL &&
        outcome->verdict.code != CERTLIFE_CODE_KEY_REUSED) {
        struct refused refused = {call, outcome};
        int rc =
            certlife__store_update(call->institution->store, CERTLIFE_STORE_WRITE, remember_refusal, &refused, err);
        if (rc < 0)
            return rc;
    }
    return outcome->verdict.code == CERTLIFE_CODE_ALLOWED ? CERTLIFE_ALLOWED : CERTLIFE_REFUSED;
}

/* Doing. */

struct deed {
    const struct call *call;
    const certlife_act *acts;
    size_t count;
    struct outcome *outcome;
};

/* Decides and does each part in turn; the first that is refused undoes them all. */
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
        rc = certlife__scene_gather(txn, &part, &scene, err);
        if (rc < 0)
            return rc;
        outcome->now = scene.now;
        outcome->verdict = certlife__decide(&part.institution->tables, &scene.situation);
        if (outcome->verdict.code != CERTLIFE_CODE_ALLOWED)
            return 1;
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
    int rc = certlife__store_update(call->institution->store, mode, decide_and_do, &deed, err);
    if (rc < 0)
        return rc;
    if (outcome->verdict.code == CERTLIFE_CODE_ALLOWED)
        return CERTLIFE_ALLOWED;
    return certlife__answer_refused(call, outcome, err);
}
