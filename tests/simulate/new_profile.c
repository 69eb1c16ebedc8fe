/* SPDX-License-Identifier: Apache-2.0 */
#include "new_profile.h"

#include <stdlib.h>

#include "simulation.h"

/* The chains of expiry of one user, living or not: current or unconfirmed, to the user or the master. */
#define EXPIRY_CHAINS 4

static bool expiry_chain(const struct facts *facts, size_t user, size_t n, struct chain_name *out)
{
    const struct user *u = &facts->users[user];
    out->family = EXPIRY_OF;
    out->of = n / 2 == 0 ? u->current : u->unconfirmed;
    out->addressee = n % 2 == 0 ? CERTLIFE_ADDRESSEE_USER : CERTLIFE_ADDRESSEE_MASTER;
    return out->of != NONE && facts_lives(facts, (int32_t)user);
}

/* Whether a chain has something planned or in hand. What is over, a claim that left something behind may have met. */
enum something { NOTHING, EITHER, SOMETHING };

static enum something has_something(struct simulation *sim, struct chain_name name)
{
    struct ledger *ledger = &sim->ledger;
    int32_t id = chain_find(ledger, name);
    const struct chain *chain = id != NONE ? &ledger->chains[id] : NULL;
    int64_t whole = ledger->claim_count > 0 ? ledger->claims[ledger->claim_count - 1].moment : 0;
    enum something most = chain != NULL && chain->leased && sim->now < chain->earliest ? SOMETHING : NOTHING;
    calls_for(&sim->facts, &sim->settings, name, &ledger->plan);
    for (size_t i = 0; i < ledger->plan.count; i++) {
        const struct step *step = &ledger->plan.steps[i];
        bool expired = chain != NULL && chain_is_expired_step(name, step);
        bool parked = expired && chain_notice(ledger, chain, 0) != NULL;
        bool old = expired && chain->expired == OLD_NEWS;
        bool was_over = chain != NULL && step->until < chain->came_back_at; /* when it came back */
        if (old || was_over || step->until < whole || !(parked || chain_comes_to(sim, chain, step->label)))
            continue;
        enum something now = step->until < ledger->claimed_at ? EITHER : SOMETHING;
        most = now > most ? now : most;
    }
    return most;
}

uint8_t *new_profile_before(struct simulation *sim)
{
    uint8_t *before = calloc(sim->facts.user_count + 1, 1);
    if (before == NULL)
        exit(2);
    for (size_t user = 0; user < sim->facts.user_count; user++) {
        for (size_t n = 0; n < EXPIRY_CHAINS; n++) {
            struct chain_name name;
            if (expiry_chain(&sim->facts, user, n, &name))
                before[user] |= (uint8_t)(has_something(sim, name) << (2 * n));
        }
    }
    return before;
}

/* What a profile does not call for any more is forgotten when it is planned by, parked or not. */
static void forget_parked(struct simulation *sim, struct chain_name name)
{
    struct ledger *ledger = &sim->ledger;
    int32_t id = chain_find(ledger, name);
    calls_for(&sim->facts, &sim->settings, name, &ledger->plan);
    if (id == NONE || ledger->plan.count > 0)
        return;
    for (int32_t at = ledger->chains[id].newest; at != NONE; at = ledger->notices[at].older)
        ledger->notices[at].forgotten |= ledger->notices[at].state == PARKED;
}

/* What was planned for this chain before the profile changed? */
static void begin_to_tell(struct simulation *sim, struct chain_name name, enum something before)
{
    if (before == SOMETHING)
        return;
    struct ledger *ledger = &sim->ledger;
    calls_for(&sim->facts, &sim->settings, name, &ledger->plan);
    if (ledger->plan.count == 0 || ledger->plan.steps[ledger->plan.count - 1].label != 0)
        return;
    int64_t due = ledger->plan.steps[ledger->plan.count - 1].due;
    int32_t id = chain_find(ledger, name);
    if (id == NONE)
        id = chain_make(ledger, name);
    struct chain *chain = &ledger->chains[id];
    const struct notice *told = chain_notice(ledger, chain, 0); /* of before; whether it is forgotten depends */
    bool unsure = before == EITHER || told != NULL || chain->leased || chain->expired == MAYBE_NEWS ||
                  chain->expired == WAITS || sim->facts.users[calls_for_reader(&sim->facts, name)].ever_without_address;
    if (due < sim->now)
        chain->expired = unsure ? MAYBE_NEWS : OLD_NEWS;
    else
        chain->expired = WAITS;
}

/* What happened and is not to be told any more will not be told later. */
static void forget_news(struct simulation *sim, size_t user)
{
    struct ledger *ledger = &sim->ledger;
    int32_t *link = &sim->facts.users[user].news;
    while (*link != NONE) {
        calls_for(&sim->facts, &sim->settings, ledger->chains[*link].name, &ledger->plan);
        if (ledger->plan.count == 0)
            *link = ledger->chains[*link].older_news;
        else
            link = &ledger->chains[*link].older_news;
    }
}

void new_profile_after(struct simulation *sim, uint8_t *before)
{
    struct ledger *ledger = &sim->ledger;
    ledger->profile++;
    ledger->planned_anew = false;
    ledger->settled_in = ledger->claim_count;
    for (size_t i = 0; i < ledger->chain_count; i++) {
        struct chain *chain = &ledger->chains[i];
        int64_t free_from = settings_sending(&sim->settings, chain->earliest);
        if (free_from > chain->free_from)
            chain->free_from = free_from;
    }
    for (size_t user = 0; user < sim->facts.user_count; user++) {
        forget_news(sim, user);
        for (size_t n = 0; n < EXPIRY_CHAINS; n++) {
            struct chain_name name;
            if (!expiry_chain(&sim->facts, user, n, &name))
                continue;
            forget_parked(sim, name);
            begin_to_tell(sim, name, (enum something)(before[user] >> (2 * n) & 3));
        }
    }
    free(before);
}
