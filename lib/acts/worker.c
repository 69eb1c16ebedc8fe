/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says of a notice it has, or had, in hand: delivered, or given back (R-NOT-5). */
#include "acts/ledger.h"

#include <string.h>

#include "base/error.h"

struct answering {
    const struct call *call;
    const struct noticed *noticed;
    const char *cause; /* giving back: NULL, it was not tried */
    struct outcome *outcome;
    struct ledger ledger;
    struct contract contract;
    struct user user;
    struct chain_state state;
    bool state_found;
    struct queued queued;
    bool held; /* the lease is still this worker's */
    struct course course;
    bool alive;
};

static int read_answered(struct txn *txn, struct answering *a, struct scene *scene, certlife_error **err)
{
    const struct chain *chain = &a->noticed->chain;
    bool contract_found = false, user_found = false;
    int rc = certlife__scene_decide(txn, a->call, scene, a->outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    a->ledger = (struct ledger){txn, &a->call->institution->profile, &a->contract, scene->now};
    rc = certlife__contract_get(txn, chain->contract, &a->contract, &contract_found, err);
    if (rc == 0)
        rc = certlife__user_get(txn, chain->contract, chain->user, &a->user, &user_found, err);
    if (rc == 0 && !(contract_found && user_found))
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "notice: is of another institution");
    if (rc == 0)
        rc = certlife__chain_get(txn, chain, &a->state, &a->state_found, err);
    if (rc == 0)
        rc = certlife__queue_get(txn, a->noticed->until, chain, &a->queued, &a->held, err);
    a->held = a->held && a->queued.hands == a->noticed->hands && a->queued.tried == a->noticed->label;
    a->alive =
        rc == 0 && a->state_found && certlife__chain_course(&a->ledger, &a->user, chain, a->state.since, &a->course);
    return rc;
}

static int record_sent(struct answering *a, certlife_error **err)
{
    const struct noticed *noticed = a->noticed;
    struct sent sent = {.at = a->ledger.now, .due = noticed->due, .attempts = noticed->attempts};
    struct sent before;
    bool found = false;
    int rc = certlife__sent_get(a->ledger.txn, &noticed->chain, noticed->label, &before, &found, err);
    if (rc < 0 || found)
        return rc;
    certlife__text_copy(sent.email, sizeof sent.email, noticed->email);
    return certlife__sent_put(a->ledger.txn, &noticed->chain, noticed->label, &sent, err);
}

/* A late answer for one that came before what is parked. */
static int note_before(struct answering *a, certlife_error **err)
{
    if (a->state.parked_at == 0 || a->noticed->label >= a->state.before)
        return 0;
    a->state.before = a->noticed->label;
    return certlife__chain_put(a->ledger.txn, &a->noticed->chain, &a->state, err);
}

/* What a late answer says was sent waits for nothing any more. */
static int stop_waiting(struct answering *a, bool *in_hand, certlife_error **err)
{
    const struct chain *chain = &a->noticed->chain;
    struct queued queued = {.due = 0};
    bool waits = false;
    int rc = certlife__queue_get(a->ledger.txn, a->state.again_at, chain, &queued, &waits, err);
    if (rc < 0 || !waits || queued.due != a->state.due || queued.tried < a->noticed->label)
        return rc;
    *in_hand = false;
    return certlife__queue_erase(a->ledger.txn, queued.moment, chain, err);
}

/* The chain goes on behind what was sent; where another worker has it in hand by now, when they answer. */
static int go_on(struct answering *a, certlife_error **err)
{
    const struct chain *chain = &a->noticed->chain;
    struct queued queued;
    bool in_hand = false;
    if (!a->state_found)
        return 0;
    bool is_parked = a->state.parked_at != 0 && a->noticed->label <= a->state.said;
    bool is_news = a->noticed->label < a->state.said;
    if (!a->held && !is_parked && !is_news) /* said before, or what came before the one that is parked */
        return note_before(a, err);
    int rc = a->held ? 0 : certlife__chain_in_hand(&a->ledger, chain, &a->state, &in_hand, &queued, err);
    if (rc == 0 && in_hand)
        rc = stop_waiting(a, &in_hand, err);
    bool ends = !a->alive || a->state.withdrawn;
    if (rc == 0 && ends && a->held)
        return certlife__chain_forget(&a->ledger, chain, &a->state, err);
    if (rc == 0 && ends && !in_hand)
        return certlife__chain_end(&a->ledger, chain, &a->state, err);
    if (rc == 0 && is_parked)
        rc = certlife__parked_erase(a->ledger.txn, a->state.parked_at, chain, err);
    if (rc < 0)
        return rc;
    if (is_parked)
        a->state.parked_at = 0;
    if (is_news)
        a->state.said = a->noticed->label;
    a->state.attempts = 0;
    a->state.cause[0] = '\0';
    return in_hand ? certlife__chain_put(a->ledger.txn, chain, &a->state, err)
                   : certlife__chain_plan(&a->ledger, chain, &a->state, &a->course, true, err);
}

static int take_done(struct txn *txn, void *payload, certlife_error **err)
{
    struct answering *a = payload;
    struct scene scene;
    int rc = read_answered(txn, a, &scene, err);
    if (rc != 0)
        return rc;
    rc = record_sent(a, err);
    if (rc == 0 && a->held)
        rc = certlife__queue_erase(txn, a->noticed->until, &a->noticed->chain, err);
    if (rc == 0)
        rc = go_on(a, err);
    return rc < 0 ? rc : certlife__moment_write(txn, a->call, &scene, err);
}

int certlife__notice_done(const struct call *call, const struct noticed *noticed, struct outcome *outcome,
                          certlife_error **err)
{
    struct answering answering = {.call = call, .noticed = noticed, .outcome = outcome};
    int rc = certlife__store_update(call->institution->store, CERTLIFE_STORE_WRITE, take_done, &answering, err);
    return rc < 0 ? rc : answer_of(outcome);
}

/* It comes again: at once and uncounted where it was not tried, else after a growing while. */
static int put_back(struct answering *a, certlife_error **err)
{
    struct queued queued = a->queued;
    queued.moment = a->ledger.now;
    if (a->cause != NULL)
        queued.moment =
            certlife__notice_sending(a->ledger.profile, a->ledger.now + certlife__notice_delay(queued.attempts));
    else if (queued.attempts > 0)
        queued.attempts--;
    int rc = certlife__queue_put(a->ledger.txn, &queued, err);
    if (rc < 0 || a->cause == NULL)
        return rc;
    a->state.attempts = queued.attempts;
    a->state.again_at = queued.moment;
    certlife__text_copy(a->state.cause, sizeof a->state.cause, a->cause);
    return certlife__chain_put(a->ledger.txn, &a->noticed->chain, &a->state, err);
}

/* What failed at an address that has been changed meanwhile says nothing of the new one. */
static int has_moved(const struct answering *a, bool *out, certlife_error **err)
{
    struct user master;
    const struct user *addressee = &a->user;
    bool found = true;
    int rc = 0;
    if (a->noticed->chain.addressee == CERTLIFE_ADDRESSEE_MASTER) {
        rc = certlife__user_get(a->ledger.txn, a->contract.id, a->contract.master, &master, &found, err);
        addressee = &master;
    }
    *out = rc == 0 && found && strcmp(addressee->email, a->noticed->email) != 0;
    return rc;
}

static int take_back(struct txn *txn, void *payload, certlife_error **err)
{
    struct answering *a = payload;
    struct scene scene;
    int rc = read_answered(txn, a, &scene, err);
    if (rc != 0)
        return rc;
    if (!a->held || a->ledger.now >= a->noticed->until)
        return 1;
    bool belongs = a->state_found && a->state.due == a->queued.due;
    bool said = a->noticed->label >= a->state.said; /* by another, whose lease was over */
    bool moved = false;
    rc = has_moved(a, &moved, err);
    if (moved)
        a->queued.attempts = 0;
    bool last = a->cause != NULL && a->queued.attempts >= a->ledger.profile->notice_attempts;
    if (rc == 0)
        rc = certlife__queue_erase(txn, a->noticed->until, &a->noticed->chain, err);
    if (rc == 0 && belongs && (a->state.withdrawn || !a->alive || said))
        rc = go_on(a, err);
    else if (rc == 0 && belongs && last)
        rc = certlife__chain_park(&a->ledger, &a->noticed->chain, &a->state, &a->course, a->noticed->label,
                                  a->queued.attempts, a->cause, err);
    else if (rc == 0 && belongs)
        rc = put_back(a, err);
    return rc < 0 ? rc : certlife__moment_write(txn, a->call, &scene, err);
}

int certlife__notice_give_back(const struct call *call, const struct noticed *noticed, const char *cause,
                               struct outcome *outcome, certlife_error **err)
{
    struct answering answering = {.call = call, .noticed = noticed, .cause = cause, .outcome = outcome};
    int rc = certlife__store_update(call->institution->store, CERTLIFE_STORE_WRITE, take_back, &answering, err);
    return rc < 0 ? rc : answer_of(outcome);
}
