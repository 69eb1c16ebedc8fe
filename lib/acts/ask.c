/* SPDX-License-Identifier: Apache-2.0 */
/* 'What could this actor do now' and 'who could do it instead' (section 10). */
#include "acts/acts.h"

int certlife__ask(const struct call *call, struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc == CERTLIFE_ALLOWED)
        certlife__store_abort(&txn);
    return rc;
}

/* The master user brings a certificate only if they have one that works. */
static int master_is_usable(struct txn *txn, const struct scene *scene, bool *out, certlife_error **err)
{
    struct user master;
    bool found = false;
    int rc = certlife__user_get(txn, scene->contract.id, scene->contract.master, &master, &found, err);
    if (rc < 0)
        return rc;
    const struct certlife_profile *profile = scene->situation.profile;
    *out = found && certlife__standing_of(profile, &scene->contract, &master, scene->now).usable;
    return 0;
}

static bool could(const struct call *call, const struct scene *scene, enum actor actor, enum target target,
                  uint32_t assurance)
{
    struct situation s = scene->situation;
    s.act = call->act;
    s.id_taken = call->act == CERTLIFE_ACT_CONTRACT_REGISTER;
    s.actor = actor;
    s.target = target;
    s.assurance = assurance;
    s.login = (struct verdict){0};
    return certlife__decide(&call->institution->tables, &s).code == CERTLIFE_CODE_ALLOWED;
}

int certlife__who_could(const struct call *call, uint32_t *who_out, struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    struct call show = *call;
    bool master_usable = false;
    if (call->act == CERTLIFE_ACT_USER_ADD)
        show.user = NULL;
    show.act = show.user != NULL ? CERTLIFE_ACT_USER_SHOW : CERTLIFE_ACT_CONTRACT_SHOW;
    int rc = certlife__scene_open(&show, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    rc = master_is_usable(&txn, &scene, &master_usable, err);
    certlife__store_abort(&txn);
    if (rc < 0)
        return rc;

    const uint32_t by_hand = ASSURED_PASSWORD | ASSURED_CONFIRMATION;
    const uint32_t master_has = by_hand | (master_usable ? ASSURED_CERTIFICATE : 0);
    uint32_t who = 0;
    enum target target = TARGET_CONTRACT;
    if (scene.situation.user != NULL) {
        bool is_master = scene.user.role == CERTLIFE_ROLE_MASTER;
        uint32_t self_has = by_hand | (scene.situation.standing.usable ? ASSURED_CERTIFICATE : 0);
        target = is_master ? TARGET_MASTER : TARGET_GENERAL;
        if (could(call, &scene, is_master ? ACTOR_MASTER : ACTOR_GENERAL, TARGET_SELF, self_has))
            who |= CERTLIFE_WHO_SELF | (is_master ? CERTLIFE_WHO_MASTER : 0);
        if (!is_master && could(call, &scene, ACTOR_MASTER, TARGET_GENERAL, master_has))
            who |= CERTLIFE_WHO_MASTER;
    } else if (could(call, &scene, ACTOR_MASTER, TARGET_CONTRACT, master_has)) {
        who |= CERTLIFE_WHO_MASTER;
    }
    if (could(call, &scene, ACTOR_BRANCH, target, ASSURED_APPLICATION))
        who |= CERTLIFE_WHO_BRANCH;
    if (could(call, &scene, ACTOR_SYSTEM, target, 0))
        who |= CERTLIFE_WHO_SYSTEM;
    *who_out = who;
    return CERTLIFE_ALLOWED;
}
