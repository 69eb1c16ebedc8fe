/* SPDX-License-Identifier: Apache-2.0 */
#include "settle.h"

#include <inttypes.h>

#include "room.h"
#include "simulation.h"

/* ---- nothing lost ---- */

/* The first claim from number `first` on that was made at `moment` or later. */
static size_t claim_from(const struct ledger *ledger, size_t first, int64_t moment)
{
    size_t low = first, high = ledger->claim_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ledger->claims[middle].moment < moment)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void lost(struct simulation *sim, struct chain_name name, const struct step *step, int64_t from,
                 const struct claim *claim, bool asked)
{
    char described[NAME_TEXT], due[CALENDAR_TEXT], came[CALENDAR_TEXT], again[CALENDAR_TEXT];
    int32_t offset = sim->settings.utc_offset;
    calendar_text(from, offset, due);
    calendar_text(claim->moment, offset, came);
    if (asked)
        differs(sim, "%s: expected: '%s' (%" PRId64 ") due %s; seen: not given to a worker who asked at %s",
                chain_describe(sim, name, described), certlife_notice_kind_name(calls_for_kind(name, step->label)),
                step->label, due, came);
    else
        differs(sim, "%s: expected: '%s' (%" PRId64 ") due %s; seen: a worker who asked at %s was sent away until %s",
                chain_describe(sim, name, described), certlife_notice_kind_name(calls_for_kind(name, step->label)),
                step->label, due, came, calendar_text(claim->next, offset, again));
}

/* Was this step handed out when the claims since `settled` were made? If it had been, the chain would know. */
static void settle_step(struct simulation *sim, struct chain_name name, const struct chain *chain,
                        const struct step *step, size_t settled)
{
    const struct ledger *ledger = &sim->ledger;
    int64_t from = chain != NULL && chain->free_from > step->due ? chain->free_from : step->due;
    from = settings_sending(&sim->settings, from);
    if (from > step->until)
        return;
    size_t at = claim_from(ledger, settled, from);
    if (at < ledger->claim_count && ledger->claims[at].moment <= step->until)
        lost(sim, name, step, from, &ledger->claims[at], true);
    else if (at > settled && ledger->claims[at - 1].next > from)
        lost(sim, name, step, from, &ledger->claims[at - 1], false);
}

/* Whether EXPIRED, that falls due at `due`, is told after the profile began to tell of it. */
static void settle_old_news(const struct ledger *ledger, struct chain *chain, int64_t due)
{
    if (chain->expired == WAITS && ledger->claim_count > ledger->settled_in)
        chain->expired = ledger->claims[ledger->settled_in].moment <= due ? NEWS : MAYBE_NEWS;
}

static void settle_chain(struct simulation *sim, struct chain_name name, size_t settled)
{
    struct ledger *ledger = &sim->ledger;
    calls_for(&sim->facts, &sim->settings, name, &ledger->plan);
    if (ledger->plan.count == 0)
        return;
    int32_t id = chain_find(ledger, name);
    struct chain *chain = id != NONE ? &ledger->chains[id] : NULL;
    if (chain != NULL && chain_is_exhausted(sim, chain)) {
        /* A claim behind the lease parks it, if it is still the one to be said. */
        size_t at = claim_from(ledger, settled, chain->free_from);
        struct notice *held = &ledger->notices[chain->held];
        const struct step *called =
            at < ledger->claim_count ? calls_for_now(&ledger->plan, ledger->claims[at].moment) : NULL;
        if (called != NULL && called->label == held->label)
            chain_park(sim, chain, held);
    }
    const struct step *last = &ledger->plan.steps[ledger->plan.count - 1];
    if (chain != NULL && chain_is_expired_step(name, last))
        settle_old_news(ledger, chain, last->due);
    if (sim->facts.users[calls_for_reader(&sim->facts, name)].address == 0)
        return; /* a claim parks what is due, until there is one */
    for (size_t i = 0; i < ledger->plan.count; i++) {
        const struct step *step = &ledger->plan.steps[i];
        bool expired = chain != NULL && chain_is_expired_step(name, step);
        if (chain_comes_to(sim, chain, step->label) && (!expired || chain->expired == NEWS))
            settle_step(sim, name, chain, step, settled);
    }
}

static void settle_both(struct simulation *sim, enum family family, int32_t of, size_t settled)
{
    if (of == NONE)
        return;
    settle_chain(sim, (struct chain_name){family, of, CERTLIFE_ADDRESSEE_USER}, settled);
    settle_chain(sim, (struct chain_name){family, of, CERTLIFE_ADDRESSEE_MASTER}, settled);
}

/* What happened to a user is told once; what is told, or will never be, need not be looked at again. */
static void settle_news(struct simulation *sim, int32_t user, size_t settled)
{
    struct ledger *ledger = &sim->ledger;
    int32_t kept = NONE;
    for (int32_t at = sim->facts.users[user].news; at != NONE;) {
        settle_chain(sim, ledger->chains[at].name, settled);
        const struct chain *chain = &ledger->chains[at];
        int32_t older = chain->older_news;
        bool done = chain->newest != NONE && ledger->notices[chain->newest].state == DONE;
        if (ledger->plan.count > 0 && !done) {
            ledger->chains[at].older_news = kept;
            kept = at;
        }
        at = older;
    }
    sim->facts.users[user].news = kept;
}

static void settle_digest(struct simulation *sim, int32_t contract)
{
    struct contract *c = &sim->facts.contracts[contract];
    if (sim->settings.digest && c->settled < sim->ledger.claim_count)
        settle_chain(sim, (struct chain_name){DIGEST_OF, contract, CERTLIFE_ADDRESSEE_MASTER}, c->settled);
    c->settled = sim->ledger.claim_count;
}

static void settle_own(struct simulation *sim, int32_t user)
{
    struct user *u = &sim->facts.users[user];
    size_t settled = u->settled;
    if (settled == sim->ledger.claim_count)
        return;
    settle_both(sim, EXPIRY_OF, u->current, settled);
    settle_both(sim, EXPIRY_OF, u->unconfirmed, settled);
    settle_both(sim, OBTAIN_BY_OF, u->authorisation, settled);
    settle_news(sim, user, settled);
    u->settled = sim->ledger.claim_count;
}

void settle_user(struct simulation *sim, int32_t user)
{
    settle_digest(sim, sim->facts.users[user].contract);
    settle_own(sim, user);
}

void settle_contract(struct simulation *sim, int32_t contract)
{
    settle_digest(sim, contract);
    for (int32_t user = sim->facts.contracts[contract].users; user != NONE; user = sim->facts.users[user].next)
        settle_own(sim, user);
}

void settle_all(struct simulation *sim)
{
    for (size_t i = 0; i < sim->facts.contract_count; i++)
        settle_contract(sim, (int32_t)i);
}

void settle_claimed(struct simulation *sim, bool whole, int64_t next)
{
    struct ledger *ledger = &sim->ledger;
    if (next > sim->now)
        ledger->planned_anew = true;
    if (settings_sending(&sim->settings, sim->now) != sim->now)
        return; /* nothing is handed out now */
    ledger->claimed_at = sim->now;
    if (!whole)
        return;
    MAKE_ROOM(ledger->claims, ledger->claim_count, ledger->claim_room);
    ledger->claims[ledger->claim_count++] = (struct claim){sim->now, next};
}
