/* SPDX-License-Identifier: Apache-2.0 */
/* Handing notices out to workers (R-NOT-5). */
#include "acts/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A claim that meets little but what is called for no more ends after so many times its limit, and the next goes on. */
#define PASSES_MAX 8
/* Likewise one that has so many members of digests in its page. */
#define MEMBERS_MAX 20000

struct claiming {
    const struct call *call;
    const struct claim *claim;
    struct noticed_list *out;
    struct outcome *outcome;
    struct queued *batch; /* room for `limit` */
    struct ledger ledger;
    struct contract contract; /* of the one before: neighbours share it */
    struct user master;
    bool master_read;
    size_t members; /* handed out so far */
};

static int read_contract(struct claiming *c, const char *id, certlife_error **err)
{
    bool found = strcmp(c->contract.id, id) == 0;
    if (found)
        return 0;
    c->master_read = false;
    int rc = certlife__contract_get(c->ledger.txn, id, &c->contract, &found, err);
    if (rc == 0 && !found)
        rc = certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "contract %s: has notices but no record", id);
    return rc;
}

static int read_master(struct claiming *c, certlife_error **err)
{
    bool found = true;
    if (c->master_read)
        return 0;
    int rc = certlife__user_get(c->ledger.txn, c->contract.id, c->contract.master, &c->master, &found, err);
    if (rc == 0 && !found)
        rc =
            certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "contract %s: its master user has no record", c->contract.id);
    c->master_read = rc == 0;
    return rc;
}

/* One notice of the queue on its way out. */
struct handing {
    struct queued queued;
    struct user user;
    struct chain_state state; /* read where it is needed */
    bool state_read, state_found;
    struct course course;
};

static int read_state(struct claiming *c, struct handing *h, certlife_error **err)
{
    if (h->state_read)
        return 0;
    h->state_read = true;
    h->state_found = false;
    return certlife__chain_get(c->ledger.txn, &h->queued.chain, &h->state, &h->state_found, err);
}

/* The chain goes on without this notice: it is not due any more, or nothing is. The queue has been cleared of it. */
static int plan_instead(struct claiming *c, struct handing *h, bool alive, certlife_error **err)
{
    int rc = read_state(c, h, err);
    if (rc < 0 || !h->state_found)
        return rc;
    if (alive)
        return certlife__chain_plan(&c->ledger, &h->queued.chain, &h->state, &h->course, true, err);
    return certlife__chain_forget(&c->ledger, &h->queued.chain, &h->state, err);
}

/* `cause` NULL: the last attempt was given back, or never answered for. */
static int park(struct claiming *c, struct handing *h, notice_label label, int32_t attempts, const char *cause,
                certlife_error **err)
{
    int rc = read_state(c, h, err);
    if (rc == 0 && !h->state_found)
        rc = certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "user %s: has a notice without a chain", h->user.id);
    if (rc < 0)
        return rc;
    if (cause == NULL)
        cause = h->state.attempts == attempts ? h->state.cause : "no answer from the worker before its lease ended";
    return certlife__chain_park(&c->ledger, &h->queued.chain, &h->state, &h->course, label, attempts, cause, err);
}

/* Who must renew, and the moment of the last threshold among them that no digest has told of; 0: there is none. */
static int gather_members(struct claiming *c, notice_label said, struct noticed *noticed, int64_t *latest_out,
                          certlife_error **err)
{
    struct user user = {.id = ""};
    int64_t latest = 0;
    for (;;) {
        struct digested digested;
        bool found = false;
        int rc = certlife__user_next(c->ledger.txn, c->contract.id, user.id, &user, &found, err);
        if (rc == 0 && found &&
            certlife__notice_digested(c->ledger.profile, &c->contract, &user, said, c->ledger.now, &digested)) {
            latest = digested.latest > latest ? digested.latest : latest;
            rc = certlife__noticed_add_member(&c->ledger, &user, digested.certificate, noticed, err);
        }
        if (rc < 0)
            return rc;
        if (!found)
            break;
    }
    *latest_out = -latest < said ? latest : 0;
    return 0;
}

/* Which notice of the chain it is now; false where none is due. */
static int choose(struct claiming *c, struct handing *h, struct noticed *noticed, struct planned *out, bool *due_out,
                  certlife_error **err)
{
    if (!h->course.digest) {
        *due_out = certlife__notice_latest(c->ledger.profile, &h->course, h->queued.label, c->ledger.now, out);
        if (h->state_read && h->state_found && out->label >= h->state.said) /* by a late answer */
            *due_out = false;
        return 0;
    }
    int64_t latest = 0;
    int rc = read_state(c, h, err);
    if (rc == 0)
        rc = gather_members(c, h->state.said, noticed, &latest, err);
    *due_out = latest != 0;
    *out = (struct planned){-latest, latest};
    return rc;
}

static int lease_out(struct claiming *c, struct handing *h, const struct planned *chosen, int32_t attempts,
                     struct noticed *noticed, certlife_error **err)
{
    struct queued queued = h->queued;
    queued.moment = c->ledger.now + c->claim->lease;
    queued.hands++;
    queued.tried = chosen->label;
    queued.attempts = attempts;
    certlife__text_copy(queued.worker, sizeof queued.worker, c->claim->worker);
    noticed->state = CERTLIFE_NOTICE_PLANNED;
    noticed->due = chosen->due;
    noticed->until = queued.moment;
    noticed->hands = queued.hands;
    noticed->attempts = attempts;
    if (h->state_read && h->state_found)
        certlife__text_copy(noticed->cause, sizeof noticed->cause, h->state.cause);
    return certlife__queue_put(c->ledger.txn, &queued, err);
}

/* Fills `noticed` and answers 0 where it is handed out; 1 where it is not. */
static int hand_out_one(struct claiming *c, struct handing *h, struct noticed *noticed, certlife_error **err)
{
    const struct queued *queued = &h->queued;
    struct planned chosen = {0};
    bool due = false;
    bool alive = certlife__chain_course(&c->ledger, &h->user, &queued->chain, h->state.since, &h->course);
    int rc = alive ? choose(c, h, noticed, &chosen, &due, err) : 0;
    if (rc == 0 && !due)
        rc = plan_instead(c, h, alive, err);
    if (rc < 0 || !due)
        return rc < 0 ? rc : 1;

    noticed->chain = queued->chain;
    noticed->label = chosen.label;
    if (queued->chain.addressee == CERTLIFE_ADDRESSEE_MASTER)
        rc = read_master(c, err);
    if (rc == 0)
        rc = certlife__noticed_fill(&c->ledger, &h->user, &c->master, noticed, err);
    if (rc < 0)
        return rc;
    int32_t attempts = queued->hands > 0 && queued->tried == chosen.label ? queued->attempts : 0;
    if (attempts >= c->ledger.profile->notice_attempts)
        rc = park(c, h, chosen.label, attempts, NULL, err);
    else if (noticed->email[0] == '\0')
        rc = park(c, h, chosen.label, attempts, "the addressee has no e-mail address", err);
    else
        return lease_out(c, h, &chosen, attempts + 1, noticed, err);
    return rc < 0 ? rc : 1;
}

/* What has been in somebody's hand may have been withdrawn meanwhile, or planned otherwise. */
static int still_belongs(struct claiming *c, struct handing *h, bool *out, certlife_error **err)
{
    *out = true;
    if (h->queued.hands == 0)
        return 0;
    int rc = read_state(c, h, err);
    if (rc < 0)
        return rc;
    bool next = h->state_found && h->state.due == h->queued.due;
    *out = next && !h->state.withdrawn;
    return next && h->state.withdrawn ? certlife__chain_forget(&c->ledger, &h->queued.chain, &h->state, err) : 0;
}

static int hand_out(struct claiming *c, const struct queued *queued, certlife_error **err)
{
    struct handing h = {.queued = *queued};
    bool found = false, belongs = false;
    int rc = certlife__queue_erase(c->ledger.txn, queued->moment, &queued->chain, err);
    if (rc == 0)
        rc = still_belongs(c, &h, &belongs, err);
    if (rc < 0 || !belongs)
        return rc;
    rc = certlife__user_get(c->ledger.txn, queued->chain.contract, queued->chain.user, &h.user, &found, err);
    if (rc == 0 && !found)
        rc = certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "user %s: has notices but no record", queued->chain.user);
    if (rc == 0)
        rc = read_contract(c, queued->chain.contract, err);
    if (rc == 0 && topic_is_event(queued->chain.topic)) /* is planned by when it began */
        rc = read_state(c, &h, err);
    if (rc < 0)
        return rc;
    struct noticed *noticed = certlife__noticed_add(c->out, err);
    if (noticed == NULL)
        return CERTLIFE_E_MEMORY;
    rc = hand_out_one(c, &h, noticed, err);
    c->members += noticed->member_count;
    if (rc != 0) {
        free(noticed->members);
        c->out->count--;
    }
    return rc < 0 ? rc : 0;
}

static int claim_due(struct txn *txn, void *payload, certlife_error **err)
{
    struct claiming *c = payload;
    struct scene scene;
    bool changed = false;
    certlife__noticed_empty(c->out);
    c->contract.id[0] = '\0';
    c->members = 0;
    int rc = certlife__scene_decide(txn, c->call, &scene, c->outcome, err);
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    c->ledger = (struct ledger){txn, &c->call->institution->profile, &c->contract, scene.now};
    rc = certlife__plan_anew(txn, c->ledger.profile, scene.now, &changed, err);
    bool sends = certlife__notice_sending(c->ledger.profile, scene.now) == scene.now;
    for (int pass = 0;
         rc == 0 && sends && pass < PASSES_MAX && c->out->count < c->claim->limit && c->members < MEMBERS_MAX; pass++) {
        size_t count = 0;
        rc = certlife__queue_read(txn, scene.now, c->batch, c->claim->limit - c->out->count, &count, err);
        for (size_t i = 0; rc == 0 && i < count && c->members < MEMBERS_MAX; i++)
            rc = hand_out(c, &c->batch[i], err);
        changed = changed || count > 0;
        c->out->more = count > 0;
        if (count == 0)
            break;
    }
    if (rc == 0)
        rc = c->claim->take(c->claim->payload, c->out, err);
    if (rc < 0 || !changed)
        return rc < 0 ? rc : 1;
    return certlife__moment_write(txn, c->call, &scene, err);
}

int certlife__notice_claim(const struct call *call, const struct claim *claim, struct noticed_list *out,
                           struct outcome *outcome, certlife_error **err)
{
    struct queued *batch = malloc(claim->limit * sizeof *batch);
    if (batch == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "notices: no memory");
    struct claiming claiming = {.call = call, .claim = claim, .out = out, .outcome = outcome, .batch = batch};
    int rc = certlife__store_update(call->institution->store, CERTLIFE_STORE_WRITE, claim_due, &claiming, err);
    free(batch);
    return rc < 0 ? rc : answer_of(outcome);
}
