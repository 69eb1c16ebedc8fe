/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planning notices, in the transaction of the act that calls for them or withdraws them (R-NOT-4).
 *
 * A chain has one notice in the queue, its next. A worker that claims it moves it there without touching the chain, so
 * that a claim costs what is due; what is not in the queue where the chain says is in a worker's hand. That is left
 * alone here, or marked as withdrawn; it is looked at again when the worker answers or its lease ends.
 */
#include "acts/ledger.h"

#include <string.h>

bool certlife__chain_course(const struct ledger *ledger, const struct user *user, const struct chain *chain,
                            int64_t since, struct course *out)
{
    if (chain->topic != TOPIC_DIGEST)
        return certlife__notice_course(ledger->profile, ledger->contract, user, chain, since, ledger->now, out);
    /* Where none are made for a while, what they told of is not forgotten. */
    *out = certlife__notice_silence(since);
    out->digest = certlife__notice_digests(ledger->profile) && !ledger->contract->suspended;
    return ledger->contract->closed_at == 0 && strcmp(ledger->contract->master, user->id) == 0;
}

/* The earliest threshold of the contract's users that no digest has told of. */
static int next_digest(const struct ledger *ledger, notice_label said, struct planned *out, bool *found_out,
                       certlife_error **err)
{
    struct user user = {.id = ""};
    int64_t next = NEVER;
    for (;;) {
        struct digested digested;
        bool found = false;
        int rc = certlife__user_next(ledger->txn, ledger->contract->id, user.id, &user, &found, err);
        if (rc < 0)
            return rc;
        if (!found)
            break;
        certlife__notice_digested(ledger->profile, ledger->contract, &user, said, ledger->now, &digested);
        next = digested.next < next ? digested.next : next;
    }
    *found_out = next != NEVER;
    *out = (struct planned){-next, next};
    return 0;
}

/* What was said is remembered as long as the certificate or authorisation lives; an event, until it is said. */
static bool is_worth_keeping(const struct chain *chain, const struct chain_state *state)
{
    bool event = topic_is_event(chain->topic);
    return state->due != 0 || state->parked_at != 0 || (event ? state->said > 0 : state->said != NOTHING_SAID);
}

static int write_chain(const struct ledger *ledger, const struct chain *chain, const struct chain_state *state,
                       certlife_error **err)
{
    if (is_worth_keeping(chain, state))
        return certlife__chain_put(ledger->txn, chain, state, err);
    return certlife__chain_erase(ledger->txn, chain, err);
}

/* Puts what is next into the queue, and erases what is there. */
static int queue_next(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                      const struct planned *next, certlife_error **err)
{
    int rc = 0;
    if (state->due != 0)
        rc = certlife__queue_erase(ledger->txn, state->due, chain, err);
    state->due = next != NULL ? next->due : 0;
    state->withdrawn = false;
    if (rc == 0 && next != NULL) {
        struct queued queued = {.moment = next->due, .chain = *chain, .label = next->label, .due = next->due};
        rc = certlife__queue_put(ledger->txn, &queued, err);
    }
    return rc < 0 ? rc : write_chain(ledger, chain, state, err);
}

/* Where a profile begins to tell of expiry, it does not tell of what expired long ago. */
static bool is_old_news(const struct ledger *ledger, const struct chain *chain, const struct chain_state *state,
                        const struct planned *next)
{
    return chain->topic == TOPIC_CERTIFICATE && next->label == 0 && state->due == 0 && next->due < ledger->now;
}

int certlife__chain_in_hand(const struct ledger *ledger, const struct chain *chain, const struct chain_state *state,
                            bool *out, struct queued *queued_out, certlife_error **err)
{
    bool in_queue = true;
    int rc = state->due != 0 ? certlife__queue_get(ledger->txn, state->due, chain, queued_out, &in_queue, err) : 0;
    *out = !in_queue;
    return rc;
}

int certlife__chain_plan(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                         const struct course *course, bool forced, certlife_error **err)
{
    struct queued queued = {0};
    struct planned next = {0};
    bool in_hand = false, called_for = false;
    int rc = certlife__chain_in_hand(ledger, chain, state, &in_hand, &queued, err);
    if (rc < 0)
        return rc;
    if (in_hand && !forced) {
        if (!state->withdrawn)
            return 0;
        state->withdrawn = false;
        return certlife__chain_put(ledger->txn, chain, state, err);
    }
    if (course->digest)
        rc = next_digest(ledger, state->said, &next, &called_for, err);
    else
        called_for = certlife__notice_next(ledger->profile, course, state->said, ledger->now, &next);
    if (called_for && !forced && is_old_news(ledger, chain, state, &next))
        called_for = false;
    bool stands = called_for && next.due == state->due && next.label == queued.label;
    bool nothing = state->due == 0 && !called_for;
    if (rc < 0 || ((stands || nothing) && !forced))
        return rc;
    return queue_next(ledger, chain, state, called_for ? &next : NULL, err);
}

int certlife__chain_forget(const struct ledger *ledger, const struct chain *chain, const struct chain_state *state,
                           certlife_error **err)
{
    int rc = 0;
    if (state->parked_at != 0)
        rc = certlife__parked_erase(ledger->txn, state->parked_at, chain, err);
    return rc < 0 ? rc : certlife__chain_erase(ledger->txn, chain, err);
}

int certlife__chain_end(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                        certlife_error **err)
{
    struct queued queued;
    bool in_hand = false;
    int rc = certlife__chain_in_hand(ledger, chain, state, &in_hand, &queued, err);
    if (rc == 0 && !in_hand && state->due != 0)
        rc = certlife__queue_erase(ledger->txn, state->due, chain, err);
    if (rc < 0 || !in_hand)
        return rc < 0 ? rc : certlife__chain_forget(ledger, chain, state, err);
    if (state->parked_at != 0)
        rc = certlife__parked_erase(ledger->txn, state->parked_at, chain, err);
    state->withdrawn = true;
    state->parked_at = 0;
    return rc < 0 ? rc : certlife__chain_put(ledger->txn, chain, state, err);
}

int certlife__chain_park(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                         const struct course *course, notice_label label, int32_t attempts, const char *cause,
                         certlife_error **err)
{
    int rc = 0;
    if (state->parked_at != 0) /* an earlier threshold */
        rc = certlife__parked_erase(ledger->txn, state->parked_at, chain, err);
    if (rc == 0)
        rc = certlife__parked_put(ledger->txn, ledger->now, chain, err);
    if (state->parked_at == 0)
        state->before = state->said;
    state->said = label;
    state->parked_at = ledger->now;
    state->attempts = attempts;
    if (cause != state->cause)
        certlife__text_copy(state->cause, sizeof state->cause, cause);
    return rc < 0 ? rc : certlife__chain_plan(ledger, chain, state, course, true, err);
}

int certlife__chain_retry(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                          const struct user *user, certlife_error **err)
{
    struct course course;
    struct queued queued;
    bool in_hand = false;
    int rc = certlife__parked_erase(ledger->txn, state->parked_at, chain, err);
    if (rc == 0)
        rc = certlife__chain_in_hand(ledger, chain, state, &in_hand, &queued, err);
    if (rc < 0)
        return rc;
    state->said = state->before;
    state->parked_at = 0;
    if (!certlife__chain_course(ledger, user, chain, state->since, &course))
        return certlife__chain_end(ledger, chain, state, err);
    if (in_hand) /* a later one, which tells more; should it be withdrawn, the chain goes on from there */
        return certlife__chain_put(ledger->txn, chain, state, err);
    state->attempts = 0;
    return certlife__chain_plan(ledger, chain, state, &course, true, err);
}

/* A chain that is there: does it go on? */
static int follow(const struct ledger *ledger, const struct user *user, const struct chain *chain,
                  struct chain_state *state, certlife_error **err)
{
    struct course course;
    if (!certlife__chain_course(ledger, user, chain, state->since, &course))
        return certlife__chain_end(ledger, chain, state, err);
    return certlife__chain_plan(ledger, chain, state, &course, false, err);
}

static int begin(const struct ledger *ledger, const struct user *user, const struct chain *chain, int64_t since,
                 certlife_error **err)
{
    struct chain_state state = {.since = since, .said = NOTHING_SAID};
    return follow(ledger, user, chain, &state, err);
}

static bool same_chain(const struct chain *a, const struct chain *b)
{
    return a->topic == b->topic && a->addressee == b->addressee && serial_equal(&a->about, &b->about);
}

/* The master user's digest must not come later than this user calls for. That it comes for nothing is seen when it is
 * claimed. */
static int hasten_digest(const struct ledger *ledger, const struct user *user, certlife_error **err)
{
    struct user master = {.role = CERTLIFE_ROLE_MASTER};
    struct chain_state state = {.since = ledger->now, .said = NOTHING_SAID};
    struct digested digested;
    struct queued queued;
    bool found = false, in_hand = false;
    if (!certlife__notice_digests(ledger->profile) || user->role != CERTLIFE_ROLE_GENERAL)
        return 0;
    certlife__text_copy(master.contract, sizeof master.contract, user->contract);
    certlife__text_copy(master.id, sizeof master.id, ledger->contract->master);
    struct chain chain = certlife__chain_of(&master, TOPIC_DIGEST, CERTLIFE_ADDRESSEE_MASTER, NULL);
    int rc = certlife__chain_get(ledger->txn, &chain, &state, &found, err);
    if (rc == 0)
        rc = certlife__chain_in_hand(ledger, &chain, &state, &in_hand, &queued, err);
    if (rc < 0)
        return rc;
    certlife__notice_digested(ledger->profile, ledger->contract, user, state.said, ledger->now, &digested);
    if (digested.next == NEVER || in_hand || (state.due != 0 && state.due <= digested.next))
        return 0;
    struct planned next = {-digested.next, digested.next};
    return queue_next(ledger, &chain, &state, &next, err);
}

int certlife__plan_user(const struct ledger *ledger, const struct user *user, certlife_error **err)
{
    struct chain wanted[WANTED_MAX];
    int64_t since[WANTED_MAX];
    bool there[WANTED_MAX] = {false};
    size_t count = certlife__notice_wanted(ledger->profile, ledger->contract, user, ledger->now, wanted, since);
    struct chain chain = certlife__chain_of(user, 0, 0, NULL);
    for (;;) {
        struct chain_state state;
        bool found = false;
        int rc = certlife__chain_next(ledger->txn, &chain, &chain, &state, &found, err);
        if (rc == 0 && found)
            rc = follow(ledger, user, &chain, &state, err);
        if (rc < 0)
            return rc;
        if (!found)
            break;
        for (size_t i = 0; i < count; i++)
            there[i] = there[i] || same_chain(&wanted[i], &chain);
    }
    for (size_t i = 0; i < count; i++) {
        int rc = there[i] ? 0 : begin(ledger, user, &wanted[i], since[i], err);
        if (rc < 0)
            return rc;
    }
    return hasten_digest(ledger, user, err);
}

int certlife__plan_event(const struct ledger *ledger, const struct user *user, enum notice_topic topic,
                         const struct serial *about, certlife_error **err)
{
    uint32_t to = certlife__notice_addressees(ledger->profile, user, topic);
    for (certlife_addressee a = CERTLIFE_ADDRESSEE_USER; a <= CERTLIFE_ADDRESSEE_MASTER; a++) {
        struct chain chain = certlife__chain_of(user, topic, a, about);
        struct chain_state state = {.since = ledger->now, .said = NOTHING_SAID};
        struct course course;
        bool found = false;
        if ((to >> a & 1) == 0 || !certlife__notice_course(ledger->profile, ledger->contract, user, &chain, ledger->now,
                                                           ledger->now, &course))
            continue;
        int rc = certlife__chain_get(ledger->txn, &chain, &state, &found, err);
        if (rc == 0 && !found) /* also where it has to wait: nothing calls for it again */
            rc = certlife__chain_plan(ledger, &chain, &state, &course, true, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What of this user's is parked and goes to the addressee is due again. */
static int retry_chains(const struct ledger *ledger, const struct user *user, certlife_addressee addressee,
                        certlife_error **err)
{
    struct chain chain = certlife__chain_of(user, 0, 0, NULL);
    for (;;) {
        struct chain_state state;
        bool found = false;
        int rc = certlife__chain_next(ledger->txn, &chain, &chain, &state, &found, err);
        if (rc == 0 && found && state.parked_at != 0 && chain.addressee == addressee)
            rc = certlife__chain_retry(ledger, &chain, &state, user, err);
        if (rc < 0 || !found)
            return rc;
    }
}

int certlife__plan_address(const struct ledger *ledger, const struct user *user, certlife_error **err)
{
    int rc = retry_chains(ledger, user, CERTLIFE_ADDRESSEE_USER, err);
    struct user other = {.id = ""};
    bool found = user->role == CERTLIFE_ROLE_MASTER;
    while (rc == 0 && found) {
        rc = certlife__user_next(ledger->txn, user->contract, other.id, &other, &found, err);
        if (rc == 0 && found)
            rc = retry_chains(ledger, &other, CERTLIFE_ADDRESSEE_MASTER, err);
    }
    return rc;
}

/* A changed profile (R-ALL-17). */

#define USERS_AT_ONCE 1000

bool certlife__plan_stands(const struct plan *plan, const struct certlife_profile *profile)
{
    char values[NOTICE_VALUES_MAX];
    certlife__notice_values_print(profile, values);
    return plan->done && strcmp(values, plan->values) == 0;
}

static int plan_users(struct txn *txn, const struct certlife_profile *profile, int64_t now, struct plan *plan,
                      certlife_error **err)
{
    struct contract contract = {.id = ""};
    struct ledger ledger = {txn, profile, &contract, now};
    for (int i = 0; i < USERS_AT_ONCE && !plan->done; i++) {
        struct user user;
        bool found = false, contract_found = true;
        int rc = certlife__user_after(txn, plan->contract, plan->user, &user, &found, err);
        if (rc == 0 && found && strcmp(contract.id, user.contract) != 0)
            rc = certlife__contract_get(txn, user.contract, &contract, &contract_found, err);
        if (rc == 0 && found && contract_found)
            rc = certlife__plan_user(&ledger, &user, err);
        if (rc < 0)
            return rc;
        plan->done = !found;
        certlife__text_copy(plan->contract, sizeof plan->contract, found ? user.contract : "");
        certlife__text_copy(plan->user, sizeof plan->user, found ? user.id : "");
    }
    return 0;
}

int certlife__plan_anew(struct txn *txn, const struct certlife_profile *profile, int64_t now, bool *changed_out,
                        certlife_error **err)
{
    struct plan plan;
    struct plan wanted = {.done = false};
    int rc = certlife__plan_get(txn, &plan, err);
    *changed_out = rc == 0 && !certlife__plan_stands(&plan, profile);
    if (!*changed_out)
        return rc;
    certlife__notice_values_print(profile, wanted.values);
    if (strcmp(plan.values, wanted.values) != 0)
        plan = wanted;
    rc = plan_users(txn, profile, now, &plan, err);
    return rc < 0 ? rc : certlife__plan_put(txn, &plan, err);
}
