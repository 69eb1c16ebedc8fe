/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ids.h"
#include "room.h"
#include "simulation.h"

/* ---- finding ---- */

static uint64_t number_of_name(struct chain_name name)
{
    return (uint64_t)name.of << 8 | (uint64_t)name.family << 4 | (uint64_t)name.addressee;
}

/* Half of a key is enough to tell one from another. */
static uint64_t number_of_key(const char *key)
{
    uint64_t number = 0;
    sscanf(key, "%16" SCNx64, &number);
    return number;
}

int32_t chain_find(const struct ledger *ledger, struct chain_name name)
{
    return index_get(&ledger->chains_by_name, number_of_name(name));
}

int32_t chain_find_key(const struct ledger *ledger, const char *key)
{
    return index_get(&ledger->notices_by_key, number_of_key(key));
}

int32_t chain_make(struct ledger *ledger, struct chain_name name)
{
    int32_t id = (int32_t)ledger->chain_count;
    MAKE_ROOM(ledger->chains, ledger->chain_count, ledger->chain_room);
    ledger->chains[ledger->chain_count++] = (struct chain){
        .name = name, .newest = NONE, .older_news = NONE, .passed = NEVER, .maybe_parked = NEVER, .held = NONE};
    index_put(&ledger->chains_by_name, number_of_name(name), id);
    return id;
}

struct notice *chain_notice(struct ledger *ledger, const struct chain *chain, int64_t label)
{
    for (int32_t at = chain->newest; at != NONE; at = ledger->notices[at].older) {
        if (ledger->notices[at].label == label)
            return &ledger->notices[at];
    }
    return NULL;
}

const char *chain_describe(const struct simulation *sim, struct chain_name name, char out[NAME_TEXT])
{
    static const char *const families[] = {"expiry of certificate",     "obtain-by of authorisation",
                                           "issue of certificate",      "reissue, authorisation",
                                           "revocation of certificate", "digest of contract"};
    const struct facts *facts = &sim->facts;
    bool certificate = name.family == EXPIRY_OF || name.family == ISSUE_OF || name.family == REVOCATION_OF;
    char user[ID_TEXT], contract[ID_TEXT];
    int32_t about = calls_for_user(facts, name);
    snprintf(out, NAME_TEXT, "%s %d %s of %s in %s, to the %s", families[name.family], (int)name.of,
             certificate ? facts->certificates[name.of].serial : "", user_id(about, user),
             contract_id(facts->users[about].contract, contract), certlife_addressee_name(name.addressee));
    return out;
}

void chain_pass(struct ledger *ledger, struct chain *chain)
{
    chain->passed = NEVER;
    for (int32_t at = chain->newest; at != NONE; at = ledger->notices[at].older) {
        const struct notice *notice = &ledger->notices[at];
        if (notice->state != OPEN && notice->label < chain->passed)
            chain->passed = notice->label;
    }
}

void chain_let_go(struct chain *chain)
{
    chain->held = NONE;
    chain->leased = false;
    chain->earliest = chain->free_from = 0;
}

void chain_park(struct simulation *sim, struct chain *chain, struct notice *notice)
{
    char described[NAME_TEXT];
    tell(sim, "parked: %s", chain_describe(sim, chain->name, described));
    notice->state = PARKED;
    sim->counts.parked++;
    chain_let_go(chain);
    chain_pass(&sim->ledger, chain);
}

bool chain_is_exhausted(const struct simulation *sim, const struct chain *chain)
{
    if (!chain->leased)
        return false;
    const struct notice *held = &sim->ledger.notices[chain->held];
    return held->state == OPEN && held->attempts >= sim->settings.attempts;
}

/* What the chain has not said yet lies below this label. */
int64_t chain_limit(const struct simulation *sim, const struct chain *chain)
{
    if (chain == NULL)
        return NEVER;
    int64_t held = chain_is_exhausted(sim, chain) ? sim->ledger.notices[chain->held].label : NEVER;
    return held < chain->passed ? held : chain->passed;
}

bool chain_comes_to(const struct simulation *sim, const struct chain *chain, int64_t label)
{
    return chain == NULL || (label < chain_limit(sim, chain) && label < chain->maybe_parked);
}

bool chain_is_expired_step(struct chain_name name, const struct step *step)
{
    return name.family == EXPIRY_OF && step->label == 0;
}

struct notice *chain_add_notice(struct ledger *ledger, int32_t chain, int64_t label, const char *key)
{
    int32_t id = (int32_t)ledger->notice_count;
    MAKE_ROOM(ledger->notices, ledger->notice_count, ledger->notice_room);
    struct notice *notice = &ledger->notices[ledger->notice_count++];
    *notice = (struct notice){.chain = chain, .older = ledger->chains[chain].newest, .label = label};
    strncpy(notice->key, key, sizeof notice->key - 1);
    ledger->chains[chain].newest = id;
    index_put(&ledger->notices_by_key, number_of_key(key), id);
    return notice;
}

void chain_come_back(struct simulation *sim, struct chain *chain)
{
    struct ledger *ledger = &sim->ledger;
    bool came_back = chain->maybe_parked != NEVER;
    for (int32_t at = chain->newest; at != NONE; at = ledger->notices[at].older)
        came_back |= ledger->notices[at].state == PARKED;
    for (int32_t at = chain->newest; came_back && at != NONE; at = ledger->notices[at].older) {
        struct notice *notice = &ledger->notices[at];
        if (notice->state == DONE || at == chain->held)
            continue;
        notice->state = OPEN;
        notice->attempts = 0;
    }
    if (came_back)
        chain->came_back_at = sim->now;
    chain->maybe_parked = NEVER;
    chain_pass(ledger, chain);
}
