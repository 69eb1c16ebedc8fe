/* SPDX-License-Identifier: Apache-2.0 */
/* Who acts, on whom, with what: from the register and what the host has verified. */
#include "acts/acts.h"

#include <string.h>

#include "base/civil.h"
#include "base/error.h"

static bool is_user(const struct call *call)
{
    return call->actor->kind == CERTLIFE_ACTOR_USER;
}

static int find_actor(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    const certlife_actor *actor = call->actor;
    scene->situation.actor = actor->kind == CERTLIFE_ACTOR_BRANCH ? ACTOR_BRANCH : ACTOR_SYSTEM;
    if (!is_user(call))
        return 0;
    struct user user;
    bool found = false;
    int rc = certlife__user_get(txn, actor->contract, actor->user, &user, &found, err);
    scene->situation.actor = ACTOR_STRANGER;
    if (found)
        scene->situation.actor = user.role == CERTLIFE_ROLE_MASTER ? ACTOR_MASTER : ACTOR_GENERAL;
    return rc;
}

static int find_target(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct situation *s = &scene->situation;
    bool contract_found = false, user_found = false;
    s->target = TARGET_OTHER;
    if (call->contract == NULL) /* about the institution as a whole */
        return 0;
    int rc = certlife__contract_get(txn, call->contract, &scene->contract, &contract_found, err);
    const char *wanted = call->user;
    if (rc == 0 && contract_found && wanted != NULL)
        rc = certlife__user_get(txn, call->contract, wanted, &scene->user, &user_found, err);
    if (rc < 0)
        return rc;

    bool visible = contract_found && (!is_user(call) || strcmp(call->actor->contract, call->contract) == 0);
    bool adding = call->act == CERTLIFE_ACT_USER_ADD;
    s->id_taken = adding ? user_found : contract_found && call->act == CERTLIFE_ACT_CONTRACT_REGISTER;
    if (!visible)
        return 0;
    s->contract = &scene->contract;
    if (wanted == NULL || adding) {
        s->target = TARGET_CONTRACT;
    } else if (user_found) {
        bool self = is_user(call) && strcmp(call->actor->user, wanted) == 0;
        s->user = &scene->user;
        s->standing = certlife__standing_of(s->profile, s->contract, s->user, s->now);
        s->target = scene->user.role == CERTLIFE_ROLE_MASTER ? TARGET_MASTER : TARGET_GENERAL;
        if (self)
            s->target = TARGET_SELF;
    }
    return 0;
}

static int find_assurance(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    const certlife_actor *actor = call->actor;
    struct situation *s = &scene->situation;
    if (!is_user(call)) {
        s->assurance = actor->kind == CERTLIFE_ACTOR_BRANCH && actor->application != NULL ? ASSURED_APPLICATION : 0;
        return 0;
    }
    s->assurance = (actor->login_password != 0 ? ASSURED_PASSWORD : 0) |
                   (actor->confirmation_password != 0 ? ASSURED_CONFIRMATION : 0);
    if (actor->certificate == NULL)
        return 0;
    struct verdict login = {0};
    struct certificate_record record;
    int rc = certlife__login_look(txn, call->institution, actor->contract, actor->user,
                                  bytes_of(actor->certificate, actor->certificate_len), s->now, &login, &record, err);
    if (rc < 0)
        return rc;
    if (login.code == CERTLIFE_CODE_ALLOWED)
        s->assurance |= ASSURED_CERTIFICATE;
    else
        s->login = login;
    return 0;
}

/* Whose key is it: nobody's yet, this user's own, or another's (R-USR-3, R-ALL-19)? */
static int find_key(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct situation *s = &scene->situation;
    if (call->asked == NULL || s->user == NULL)
        return 0;
    struct key_owner owner = {0};
    bool found = false;
    const struct certificate *unconfirmed = s->standing.unconfirmed;
    s->request_faults = call->request_faults;
    s->same_key = unconfirmed != NULL && memcmp(unconfirmed->key_hash, call->asked->key_hash, HASH_LEN) == 0;
    int rc = certlife__key_get(txn, call->asked->key_hash, &owner, &found, err);
    if (rc < 0 || !found)
        return rc;
    bool own = strcmp(owner.contract, s->user->contract) == 0 && strcmp(owner.user, s->user->id) == 0;
    if (!own)
        s->request_faults |= REQUEST_KEY_OF_ANOTHER;
    else if (owner.barred)
        s->request_faults |= REQUEST_KEY_BARRED;
    return 0;
}

/* Where something is only asked, what the profile offers is supposed to be chosen. */
static void suppose(struct situation *s)
{
    static const struct serial none = {0};
    s->medium = (s->profile->media & 1 << CERTLIFE_MEDIUM_PC) != 0 ? CERTLIFE_MEDIUM_PC : CERTLIFE_MEDIUM_USB_TOKEN;
    s->channel = NULL;
    s->confirmed = &none;
    if (s->standing.unconfirmed != NULL)
        s->confirmed = &s->standing.unconfirmed->serial;
    else if (s->standing.certificate != NULL)
        s->confirmed = &s->standing.certificate->serial;
}

int certlife__scene_gather(struct txn *txn, const struct call *call, struct scene *out, certlife_error **err)
{
    memset(out, 0, sizeof *out);
    struct situation *s = &out->situation;
    int rc = certlife__meta_get(txn, &out->meta, err);
    if (rc < 0)
        return rc;
    out->now = moment_of(call, &out->meta);
    s->profile = &call->institution->profile;
    s->now = out->now;
    s->act = call->act;
    s->medium = call->medium;
    s->channel = call->channel != NULL ? call->channel : "";
    s->confirmed = &call->serial;
    rc = find_actor(txn, call, out, err);
    if (rc == 0)
        rc = find_target(txn, call, out, err);
    if (rc == 0)
        rc = find_assurance(txn, call, out, err);
    if (rc == 0)
        rc = find_key(txn, call, out, err);
    if (rc == 0 && call->supposing)
        suppose(s);
    return rc;
}

int certlife__scene_decide(struct txn *txn, const struct call *call, struct scene *scene, struct outcome *outcome,
                           certlife_error **err)
{
    int rc = certlife__scene_gather(txn, call, scene, err);
    if (rc < 0)
        return rc;
    outcome->now = scene->now;
    outcome->verdict = certlife__decide(&call->institution->tables, &scene->situation);
    return answer_of(outcome);
}

int certlife__scene_open(const struct call *call, struct txn *txn, struct scene *scene, struct outcome *outcome,
                         certlife_error **err)
{
    int rc = certlife__store_begin(call->institution->store, CERTLIFE_STORE_READ, txn, err);
    if (rc < 0)
        return rc;
    rc = certlife__scene_decide(txn, call, scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        certlife__store_abort(txn);
    return rc;
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
