/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the ledger: what is parked, what was said to whom, what a menu page shows. */
#include "acts/ledger.h"

#include "rules/window.h"

/* Retrying what is parked. */

struct retrying {
    const struct call *call;
    const struct noticed *noticed;
    struct outcome *outcome;
};

static int take_retry(struct txn *txn, void *payload, certlife_error **err)
{
    struct retrying *r = payload;
    const struct chain *chain = &r->noticed->chain;
    struct scene scene;
    struct contract contract;
    struct user user;
    struct chain_state state;
    bool contract_found = false, user_found = false, found = false;
    int rc = certlife__scene_decide(txn, r->call, &scene, r->outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    rc = certlife__contract_get(txn, chain->contract, &contract, &contract_found, err);
    if (rc == 0)
        rc = certlife__user_get(txn, chain->contract, chain->user, &user, &user_found, err);
    if (rc == 0)
        rc = certlife__chain_get(txn, chain, &state, &found, err);
    bool parked = found && contract_found && user_found && state.parked_at != 0 && state.said == r->noticed->label;
    if (rc < 0 || !parked)
        return rc < 0 ? rc : 1;
    struct ledger ledger = {txn, &r->call->institution->profile, &contract, scene.now};
    rc = certlife__chain_retry(&ledger, chain, &state, &user, err);
    return rc < 0 ? rc : certlife__moment_write(txn, r->call, &scene, err);
}

int certlife__notice_retry(const struct call *call, const struct noticed *noticed, struct outcome *outcome,
                           certlife_error **err)
{
    struct retrying retrying = {call, noticed, outcome};
    int rc = certlife__store_update(call->institution->store, CERTLIFE_STORE_WRITE, take_retry, &retrying, err);
    return rc < 0 ? rc : answer_of(outcome);
}

/* When to claim next. */

static int read_next_due(struct txn *txn, const struct certlife_profile *profile, int64_t now, int64_t *out,
                         certlife_error **err)
{
    struct plan plan;
    struct queued first;
    size_t count = 0;
    int rc = certlife__plan_get(txn, &plan, err);
    if (rc < 0 || !certlife__plan_stands(&plan, profile)) {
        *out = now; /* there is planning to be done */
        return rc;
    }
    rc = certlife__queue_read(txn, INT64_MAX, &first, 1, &count, err);
    if (rc == 0)
        *out = count == 0 ? NEVER : certlife__notice_sending(profile, first.moment > now ? first.moment : now);
    return rc;
}

int certlife__notice_next_due(const struct call *call, int64_t *out, struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    rc = read_next_due(&txn, &call->institution->profile, scene.now, out, err);
    certlife__store_abort(&txn);
    return rc < 0 ? rc : CERTLIFE_ALLOWED;
}

/* Lists. */

/* One notice of a chain, in the state given. */
static struct noticed *list_one(struct noticed_list *out, const struct chain *chain, notice_label label,
                                certlife_notice_state state, certlife_error **err)
{
    struct noticed *noticed = certlife__noticed_add(out, err);
    if (noticed == NULL)
        return NULL;
    noticed->chain = *chain;
    noticed->label = label;
    noticed->state = state;
    return noticed;
}

static int list_parked(const struct ledger *ledger, const struct user *user, const struct user *master,
                       const struct chain *chain, const struct chain_state *state, struct noticed_list *out,
                       certlife_error **err)
{
    struct noticed *noticed = list_one(out, chain, state->said, CERTLIFE_NOTICE_PARKED, err);
    if (noticed == NULL)
        return CERTLIFE_E_MEMORY;
    noticed->ended_at = state->parked_at;
    noticed->attempts = state->attempts;
    certlife__text_copy(noticed->cause, sizeof noticed->cause, state->cause);
    return certlife__noticed_fill(ledger, user, master, noticed, err);
}

static int list_planned(const struct ledger *ledger, const struct user *user, const struct user *master,
                        const struct chain *chain, const struct chain_state *state, struct noticed_list *out,
                        certlife_error **err)
{
    struct course course;
    struct planned next = {-state->due, state->due};
    bool alive = certlife__chain_course(ledger, user, chain, state->since, &course);
    bool planned = alive && !state->withdrawn && state->due != 0;
    if (planned && !course.digest)
        planned = certlife__notice_next(ledger->profile, &course, state->said, ledger->now, &next);
    if (planned && !course.digest) /* where several are past, the latest is sent */
        certlife__notice_latest(ledger->profile, &course, next.label, ledger->now, &next);
    if (!planned)
        return 0;
    struct noticed *noticed = list_one(out, chain, next.label, CERTLIFE_NOTICE_PLANNED, err);
    if (noticed == NULL)
        return CERTLIFE_E_MEMORY;
    noticed->due = next.due;
    if (state->parked_at == 0) {
        noticed->attempts = state->attempts;
        certlife__text_copy(noticed->cause, sizeof noticed->cause, state->cause);
    }
    return certlife__noticed_fill(ledger, user, master, noticed, err);
}

static int list_chains(const struct ledger *ledger, const struct user *user, const struct user *master,
                       struct noticed_list *out, certlife_error **err)
{
    struct chain chain = certlife__chain_of(user, 0, 0, NULL);
    for (;;) {
        struct chain_state state;
        bool found = false;
        int rc = certlife__chain_next(ledger->txn, &chain, &chain, &state, &found, err);
        if (rc < 0 || !found)
            return rc;
        if (state.parked_at != 0)
            rc = list_parked(ledger, user, master, &chain, &state, out, err);
        if (rc == 0)
            rc = list_planned(ledger, user, master, &chain, &state, out, err);
        if (rc < 0)
            return rc;
    }
}

static int list_sent(const struct ledger *ledger, const struct user *user, const struct user *master,
                     struct noticed_list *out, certlife_error **err)
{
    struct chain chain = certlife__chain_of(user, 0, 0, NULL);
    notice_label label = 0;
    for (;;) {
        struct sent sent;
        bool found = false;
        int rc = certlife__sent_next(ledger->txn, &chain, &label, &sent, &found, err);
        if (rc < 0 || !found)
            return rc;
        struct noticed *noticed = list_one(out, &chain, label, CERTLIFE_NOTICE_SENT, err);
        if (noticed == NULL)
            return CERTLIFE_E_MEMORY;
        rc = certlife__noticed_fill(ledger, user, master, noticed, err);
        if (rc < 0)
            return rc;
        noticed->due = sent.due;
        noticed->ended_at = sent.at;
        noticed->attempts = sent.attempts;
        certlife__text_copy(noticed->email, sizeof noticed->email, sent.email);
    }
}

int certlife__notice_list(const struct call *call, struct noticed_list *out, struct outcome *outcome,
                          certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    struct user master;
    bool found = false;
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    struct ledger ledger = {&txn, &call->institution->profile, &scene.contract, scene.now};
    rc = certlife__user_get(&txn, call->contract, scene.contract.master, &master, &found, err);
    if (rc == 0)
        rc = list_chains(&ledger, &scene.user, &master, out, err);
    if (rc == 0)
        rc = list_sent(&ledger, &scene.user, &master, out, err);
    certlife__store_abort(&txn);
    return rc < 0 ? rc : CERTLIFE_ALLOWED;
}

static int list_store_parked(struct txn *txn, const struct certlife_profile *profile, int64_t now,
                             const struct noticed *after, size_t limit, struct noticed_list *out, certlife_error **err)
{
    struct chain chain = after != NULL ? after->chain : (struct chain){.topic = 0};
    int64_t moment = after != NULL ? after->ended_at : 0;
    for (;;) {
        struct contract contract;
        struct user user, master;
        struct chain_state state;
        bool found = false, all = false;
        int rc = certlife__parked_next(txn, &moment, &chain, &found, err);
        if (rc < 0 || !found)
            return rc;
        if (out->count == limit) {
            out->more = true;
            return 0;
        }
        rc = certlife__chain_get(txn, &chain, &state, &all, err);
        if (rc == 0 && all)
            rc = certlife__contract_get(txn, chain.contract, &contract, &all, err);
        if (rc == 0 && all)
            rc = certlife__user_get(txn, chain.contract, chain.user, &user, &all, err);
        if (rc == 0 && all)
            rc = certlife__user_get(txn, chain.contract, contract.master, &master, &all, err);
        struct ledger ledger = {txn, profile, &contract, now};
        if (rc == 0 && all)
            rc = list_parked(&ledger, &user, &master, &chain, &state, out, err);
        if (rc < 0)
            return rc;
    }
}

int certlife__notice_parked(const struct call *call, const struct noticed *after, size_t limit,
                            struct noticed_list *out, struct outcome *outcome, certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    rc = list_store_parked(&txn, &call->institution->profile, scene.now, after, limit, out, err);
    certlife__store_abort(&txn);
    return rc < 0 ? rc : CERTLIFE_ALLOWED;
}

/* The menu page (R-NOT-3). */
int certlife__notice_on_screen(const struct call *call, struct noticed_list *out, struct outcome *outcome,
                               certlife_error **err)
{
    struct txn txn;
    struct scene scene;
    int rc = certlife__scene_open(call, &txn, &scene, outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    const struct standing *standing = &scene.situation.standing;
    const struct certificate *certificate = standing->certificate;
    struct ledger ledger = {&txn, &call->institution->profile, &scene.contract, scene.now};
    bool suspended = scene.contract.suspended || scene.user.suspended;
    bool shown = standing->usable && !suspended &&
                 scene.now >= certlife__window_notice_opens(ledger.profile, certificate->not_after);
    if (shown) {
        struct chain chain =
            certlife__chain_of(&scene.user, TOPIC_CERTIFICATE, CERTLIFE_ADDRESSEE_USER, &certificate->serial);
        notice_label days = certlife__window_days_left(ledger.profile, scene.now, certificate->not_after);
        struct noticed *noticed = list_one(out, &chain, days > 0 ? days : 1, CERTLIFE_NOTICE_PLANNED, err);
        rc = noticed != NULL ? certlife__noticed_fill(&ledger, &scene.user, &scene.user, noticed, err)
                             : CERTLIFE_E_MEMORY;
    }
    certlife__store_abort(&txn);
    return rc < 0 ? rc : CERTLIFE_ALLOWED;
}
