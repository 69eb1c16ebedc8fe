/* SPDX-License-Identifier: Apache-2.0 */
#include "acts/apply.h"
#include "acts/ledger.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

const char *certlife__application_of(const struct call *call)
{
    return call->actor->application != NULL ? call->actor->application : "";
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
    return (struct author){room, certlife__application_of(call)};
}

static struct ledger ledger_of(struct txn *txn, const struct call *call, const struct scene *scene)
{
    return (struct ledger){txn, &call->institution->profile, &scene->contract, scene->now};
}

/* What is told of it, besides what the new facts call for. */
static int plan_turn(const struct ledger *ledger, const struct call *call, const struct user *before,
                     const struct user *after, certlife_error **err)
{
    struct serial authorisation = certlife__notice_moment_name(after->authorised_at);
    bool revoked = after->current.revoked_at != 0 && before->current.revoked_at == 0;
    int rc = certlife__plan_user(ledger, after, err);
    if (rc < 0 || call->untold)
        return rc;
    if (call->act == CERTLIFE_ACT_REVOKE && revoked)
        rc = certlife__plan_event(ledger, after, TOPIC_REVOKED, &after->current.serial, err);
    if (rc == 0 && call->act == CERTLIFE_ACT_REISSUE)
        rc = certlife__plan_event(ledger, after, TOPIC_REISSUED, &authorisation, err);
    return rc;
}

int certlife__apply_transition(struct txn *txn, const struct call *call, const struct scene *scene,
                               const struct user *user, certlife_error **err)
{
    char room[STAFF_MAX + 16];
    struct author author = certlife__author_of(call, room, sizeof room);
    struct change change = certlife__transition(&call->institution->profile, user, call->act, call->reason, scene->now);
    if (change.user.authorised_at != 0)
        certlife__text_copy(change.user.application, sizeof change.user.application, author.application);
    struct ledger ledger = ledger_of(txn, call, scene);
    int rc = certlife__change_write(txn, &change, &author, err);
    return rc < 0 ? rc : plan_turn(&ledger, call, user, &change.user, err);
}

int certlife__apply_user_add(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct user user = {.role = CERTLIFE_ROLE_GENERAL, .permission = call->permission, .added_at = scene->now};
    certlife__text_copy(user.contract, sizeof user.contract, call->contract);
    certlife__text_copy(user.id, sizeof user.id, call->user);
    certlife__text_copy(user.email, sizeof user.email, call->email);
    if (certlife__adding_authorises(&scene->situation)) {
        const struct certlife_profile *profile = scene->situation.profile;
        user = certlife__transition(profile, &user, CERTLIFE_ACT_AUTHORISE, 0, scene->now).user;
        certlife__text_copy(user.application, sizeof user.application, certlife__application_of(call));
    }
    scene->contract.users++;
    struct ledger ledger = ledger_of(txn, call, scene);
    int rc = certlife__contract_put(txn, &scene->contract, err);
    if (rc == 0)
        rc = certlife__user_put(txn, &user, err);
    return rc < 0 ? rc : certlife__plan_user(&ledger, &user, err);
}

int certlife__apply_user_change(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    struct user user = scene->user;
    if (call->permission != 0 && user.role == CERTLIFE_ROLE_MASTER)
        return certlife__fail(err, CERTLIFE_E_INVALID, "user %s: a master user has no permission to change", user.id);
    if (call->email != NULL)
        certlife__text_copy(user.email, sizeof user.email, call->email);
    if (call->permission != 0)
        user.permission = call->permission;
    if (strcmp(user.email, scene->user.email) == 0 && user.permission == scene->user.permission)
        return 1;
    struct ledger ledger = ledger_of(txn, call, scene);
    int rc = certlife__user_put(txn, &user, err);
    if (rc == 0 && user.email[0] != '\0' && strcmp(user.email, scene->user.email) != 0)
        rc = certlife__plan_address(&ledger, &user, err);
    return rc;
}

int certlife__apply_user_delete(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    scene->contract.users--;
    int rc = certlife__contract_put(txn, &scene->contract, err);
    return rc < 0 ? rc : certlife__apply_transition(txn, call, scene, &scene->user, err);
}

int certlife__apply_user_turn(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    return certlife__apply_transition(txn, call, scene, &scene->user, err);
}

int certlife__apply_user_confirm(struct txn *txn, const struct call *call, struct scene *scene, certlife_error **err)
{
    const struct certificate *unconfirmed = scene->situation.standing.unconfirmed;
    struct author nobody = {"", ""};
    if (unconfirmed == NULL || !serial_equal(&unconfirmed->serial, &call->serial))
        return 1;
    struct change change = certlife__transition_confirm(&scene->user, &call->serial, scene->now);
    struct ledger ledger = ledger_of(txn, call, scene);
    int rc = certlife__change_write(txn, &change, &nobody, err);
    return rc < 0 ? rc : certlife__plan_user(&ledger, &change.user, err);
}

int certlife__apply_user_renew_later(struct txn *txn, const struct call *call, struct scene *scene,
                                     certlife_error **err)
{
    (void)call;
    scene->user.renew_later_at = scene->now;
    return certlife__user_put(txn, &scene->user, err);
}
