/* SPDX-License-Identifier: Apache-2.0 */
#include "reconcile_ledger.h"

#include <stdio.h>
#include <stdlib.h>

#include "facts/facts.h"

struct ledger_check {
    struct txn *txn;
    struct queued *queue;
    size_t queue_count;
    char *room; /* "" until something does not fit */
    size_t len;
};

#define CHECK(condition, of)                                                                                           \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            if (c->room[0] == '\0')                                                                                    \
                snprintf(c->room, c->len, "notices of %s: %s", (of), #condition);                                      \
            return;                                                                                                    \
        }                                                                                                              \
    } while (0)

static bool same_chain(const struct chain *a, const struct chain *b)
{
    return strcmp(a->contract, b->contract) == 0 && strcmp(a->user, b->user) == 0 && a->topic == b->topic &&
           a->addressee == b->addressee && serial_equal(&a->about, &b->about);
}

/* Its notices in the queue: where the chain says, or once in a worker's hand. What a late answer overtook may be there
 * besides, and belongs to nobody. */
static size_t queued_of(const struct ledger_check *c, const struct chain *chain, const struct chain_state *state)
{
    size_t count = 0;
    for (size_t i = 0; i < c->queue_count; i++)
        count += same_chain(&c->queue[i].chain, chain) && c->queue[i].due == state->due;
    return count;
}

static bool is_parked(struct ledger_check *c, const struct chain *chain, int64_t at)
{
    struct chain next = {.topic = 0};
    int64_t moment = 0;
    bool found = true;
    while (certlife__parked_next(c->txn, &moment, &next, &found, NULL) == 0 && found) {
        if (moment == at && same_chain(&next, chain))
            return true;
    }
    return false;
}

static void check_chain(struct ledger_check *c, const struct contract *contract, const struct user *user,
                        const struct chain *chain, const struct chain_state *state)
{
    if (state->due != 0)
        CHECK(queued_of(c, chain, state) == 1, user->id);
    CHECK(!state->withdrawn || state->due != 0, user->id);
    if (state->parked_at != 0)
        CHECK(is_parked(c, chain, state->parked_at), user->id);
    if (state->withdrawn)
        return;
    CHECK(user->deleted_at == 0 && contract->closed_at == 0, user->id);
    if (chain->topic == TOPIC_CERTIFICATE) {
        bool current = serial_equal(&user->current.serial, &chain->about);
        bool unconfirmed = serial_equal(&user->unconfirmed.serial, &chain->about);
        CHECK(current || unconfirmed, user->id);
        CHECK(!current || user->current.revoked_at == 0, user->id);
        CHECK(user->authorised_at == 0, user->id);
    }
}

static void check_chains(struct ledger_check *c, const struct contract *contract, const struct user *user)
{
    struct chain chain = {.topic = 0};
    struct chain_state state;
    bool found = true;
    memcpy(chain.contract, user->contract, sizeof chain.contract);
    memcpy(chain.user, user->id, sizeof chain.user);
    while (found && c->room[0] == '\0') {
        CHECK(certlife__chain_next(c->txn, &chain, &chain, &state, &found, NULL) == 0, user->id);
        if (found)
            check_chain(c, contract, user, &chain, &state);
    }
}

static void check_sent(struct ledger_check *c, const struct user *user)
{
    struct chain chain = {.topic = 0};
    notice_label label = 0;
    struct sent sent;
    struct chain_state state;
    bool found = true, there = false;
    memcpy(chain.contract, user->contract, sizeof chain.contract);
    memcpy(chain.user, user->id, sizeof chain.user);
    while (found) {
        CHECK(certlife__sent_next(c->txn, &chain, &label, &sent, &found, NULL) == 0, user->id);
        if (!found)
            return;
        CHECK(certlife__chain_get(c->txn, &chain, &state, &there, NULL) == 0, user->id);
        CHECK(!there || state.said <= label, user->id); /* never to be said again */
        CHECK(sent.at >= sent.due, user->id);
    }
}

static void check_users(struct ledger_check *c)
{
    struct user user = {.id = ""};
    bool found = true;
    while (found && c->room[0] == '\0') {
        struct contract contract;
        CHECK(certlife__user_after(c->txn, user.contract, user.id, &user, &found, NULL) == 0, user.id);
        if (!found)
            return;
        CHECK(certlife__contract_get(c->txn, user.contract, &contract, &found, NULL) == 0 && found, user.id);
        check_chains(c, &contract, &user);
        check_sent(c, &user);
    }
}

/* What no worker has had in hand stands where its chain says. */
static void check_queue(struct ledger_check *c)
{
    for (size_t i = 0; i < c->queue_count; i++) {
        const struct queued *queued = &c->queue[i];
        struct chain_state state;
        bool found = false;
        CHECK(certlife__chain_get(c->txn, &queued->chain, &state, &found, NULL) == 0, queued->chain.user);
        CHECK(queued->hands > 0 || (found && state.due == queued->moment && queued->due == queued->moment),
              queued->chain.user);
        CHECK(queued->hands > 0 || queued->label < state.said, queued->chain.user);
    }
}

static void check_parked(struct ledger_check *c)
{
    struct chain chain = {.topic = 0};
    int64_t moment = 0;
    bool found = true, there = false;
    while (found) {
        struct chain_state state;
        CHECK(certlife__parked_next(c->txn, &moment, &chain, &found, NULL) == 0, "the parked");
        if (!found)
            return;
        CHECK(certlife__chain_get(c->txn, &chain, &state, &there, NULL) == 0, chain.user);
        CHECK(there && state.parked_at == moment, chain.user);
    }
}

void check_ledger(struct txn *txn, size_t most, char *room, size_t len)
{
    struct ledger_check check = {.txn = txn, .room = room, .len = len};
    struct ledger_check *c = &check;
    check.queue = calloc(most + 1, sizeof *check.queue);
    CHECK(check.queue != NULL, "all");
    if (certlife__queue_read(txn, INT64_MAX, check.queue, most + 1, &check.queue_count, NULL) < 0)
        snprintf(room, len, "notices: the queue cannot be read");
    if (room[0] == '\0')
        check_users(c);
    if (room[0] == '\0')
        check_queue(c);
    if (room[0] == '\0')
        check_parked(c);
    free(check.queue);
}
