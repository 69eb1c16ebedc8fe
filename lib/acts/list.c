/* SPDX-License-Identifier: Apache-2.0 */
/* What may be seen, by whom (R-USR-5, R-USR-6, R-ALL-12). */
#include "acts/acts.h"

#include <string.h>

#include "base/error.h"

int certlife__show_contract(const struct call *call, struct contract *out, struct outcome *outcome,
                            certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    *out = scene.contract;
    certlife__store_abort(&txn);
    return CERTLIFE_ALLOWED;
}

int certlife__show_user(const struct call *call, visit_user visit, void *payload, struct outcome *outcome,
                        certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    rc = visit(&scene.user, &scene.situation.standing, payload, err);
    certlife__store_abort(&txn);
    return rc < 0 ? rc : CERTLIFE_ALLOWED;
}

int certlife__list_users(const struct call *call, const char *after, visit_user visit, void *payload,
                         struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    struct user user = {.id = ""};
    const char *cursor = after != NULL ? after : "";
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    const char *only = scene.situation.actor == ACTOR_GENERAL ? call->actor->user : NULL;
    while (rc == 0) {
        bool found = false;
        rc = certlife__user_next(&txn, call->contract, cursor, &user, &found, err);
        if (rc < 0 || !found)
            break;
        cursor = user.id;
        if (user.deleted_at != 0 || (only != NULL && strcmp(only, user.id) != 0))
            continue;
        struct standing standing = certlife__standing_of(scene.situation.profile, &scene.contract, &user, scene.now);
        rc = visit(&user, &standing, payload, err);
    }
    certlife__store_abort(&txn);
    return rc < 0 ? rc : CERTLIFE_ALLOWED;
}

/* Where a page begins: behind a certificate of this user. */
static int find_cursor(struct txn *txn, const struct call *call, const struct serial *after, struct certificate *out,
                       certlife_error **err)
{
    struct certificate_record record = {0};
    bool found = false;
    if (after->len == 0)
        return 0;
    int rc = certlife__certificate_get(txn, after, &record, &found, err);
    if (rc < 0)
        return rc;
    if (!found || strcmp(record.contract, call->contract) != 0 || strcmp(record.user, call->user) != 0)
        return certlife__fail(err, CERTLIFE_E_INVALID, "after: is not a serial number of user %s", call->user);
    *out = record.facts;
    return 0;
}

int certlife__list_history(const struct call *call, const struct serial *after, visit_certificate visit, void *payload,
                           struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    struct certificate cursor = {0};
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    rc = find_cursor(&txn, call, after, &cursor, err);
    while (rc == 0) {
        struct certificate_record record;
        bool found = false;
        rc = certlife__history_next(&txn, call->contract, call->user, &cursor, &record, &found, err);
        if (rc < 0 || !found)
            break;
        cursor = record.facts;
        rc = visit(&record, scene.now, payload, err);
    }
    certlife__store_abort(&txn);
    return rc < 0 ? rc : CERTLIFE_ALLOWED;
}
