/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

#include <stdlib.h>

#include "says.h"
#include "settle.h"
#include "simulation.h"

/* ---- what changes ---- */

struct watched ledger_watch(struct simulation *sim, int32_t user)
{
    const struct user *u = &sim->facts.users[user];
    const int32_t things[] = {u->current, u->unconfirmed, u->authorisation};
    struct watched watched = {.count = 0};
    struct step next;
    for (size_t i = 0; i < WATCHED_MAX; i++) {
        struct chain_name name = {i / 2 < 2 ? EXPIRY_OF : OBTAIN_BY_OF, things[i / 2],
                                  i % 2 == 0 ? CERTLIFE_ADDRESSEE_USER : CERTLIFE_ADDRESSEE_MASTER};
        if (name.of != NONE && ledger_next(sim, name, &next))
            watched.names[watched.count++] = name;
    }
    return watched;
}

void ledger_count_withdrawn(struct simulation *sim, const struct watched *before)
{
    struct step next;
    for (size_t i = 0; i < before->count; i++)
        sim->counts.withdrawn += !ledger_next(sim, before->names[i], &next);
}

void ledger_tell(struct simulation *sim, enum family family, int32_t of, uint32_t whom)
{
    struct ledger *ledger = &sim->ledger;
    for (certlife_addressee to = CERTLIFE_ADDRESSEE_USER; to <= CERTLIFE_ADDRESSEE_MASTER; to++) {
        struct chain_name name = {family, of, to};
        int32_t user = calls_for_user(&sim->facts, name);
        if ((calls_for_whom(&sim->facts, user, whom) >> to & 1) == 0 || chain_find(ledger, name) != NONE)
            continue; /* twice in one second is once */
        int32_t id = chain_make(ledger, name);
        ledger->chains[id].older_news = sim->facts.users[user].news;
        sim->facts.users[user].news = id;
    }
}

static void come_back(struct simulation *sim, struct chain_name name)
{
    struct ledger *ledger = &sim->ledger;
    int32_t id = chain_find(ledger, name);
    if (id == NONE)
        return;
    struct chain *chain = &ledger->chains[id];
    chain->may_be_back = chain_is_exhausted(sim, chain);
    chain_come_back(sim, chain);
}

static void all_come_back(struct simulation *sim, int32_t user, certlife_addressee to)
{
    static const enum family families[] = {EXPIRY_OF, OBTAIN_BY_OF};
    const struct user *u = &sim->facts.users[user];
    const int32_t things[][2] = {{u->current, u->unconfirmed}, {u->authorisation, NONE}};
    for (size_t i = 0; i < 2; i++) {
        for (size_t n = 0; n < 2; n++) {
            if (things[i][n] != NONE)
                come_back(sim, (struct chain_name){families[i], things[i][n], to});
        }
    }
    for (int32_t news = u->news; news != NONE; news = sim->ledger.chains[news].older_news) {
        if (sim->ledger.chains[news].name.addressee == to)
            come_back(sim, sim->ledger.chains[news].name);
    }
}

void ledger_address(struct simulation *sim, int32_t user)
{
    const struct user *u = &sim->facts.users[user];
    if (u->address == 0)
        return;
    all_come_back(sim, user, CERTLIFE_ADDRESSEE_USER);
    if (!u->master)
        return;
    int32_t member = sim->facts.contracts[u->contract].users;
    for (; member != NONE; member = sim->facts.users[member].next)
        all_come_back(sim, member, CERTLIFE_ADDRESSEE_MASTER);
    come_back(sim, (struct chain_name){DIGEST_OF, u->contract, CERTLIFE_ADDRESSEE_MASTER});
}

/* ---- handed out ---- */

/* Why this notice should not have been handed out; NULL if it should. */
static const char *why_not(const struct simulation *sim, const struct chain *chain, const struct step *step)
{
    bool news =
        chain->name.family == ISSUE_OF || chain->name.family == REISSUE_OF || chain->name.family == REVOCATION_OF;
    if (settings_sending(&sim->settings, sim->now) != sim->now)
        return "out of the sending hours";
    if (step == NULL)
        return "nothing is due";
    /* Where something parked came back, the chain went on. */
    if (chain_is_expired_step(chain->name, step) && chain->expired == OLD_NEWS && chain->came_back_at == 0)
        return "it expired before the profile began to tell of it";
    if (news && chain_find(&sim->ledger, chain->name) == NONE)
        return "it was not to be told when it happened";
    if (step->label >= chain->passed)
        return "it was done or parked";
    bool said = chain->held != NONE && sim->ledger.notices[chain->held].state == DONE;
    if (chain->leased && sim->now < chain->earliest && !said)
        return "another worker has it";
    /* Another profile, or a member less: what was tried so often is not what is called for any more. */
    const struct notice *held = chain->held != NONE ? &sim->ledger.notices[chain->held] : NULL;
    bool other = held != NULL && (held->profile != sim->ledger.profile ||
                                  (chain->name.family == DIGEST_OF && held->label != step->label));
    if (step->label >= chain_limit(sim, chain) && !chain->may_be_back && !other)
        return "it has been tried as often as it may be";
    bool same = chain->held != NONE && sim->ledger.notices[chain->held].label == step->label;
    return same && sim->now < chain->earliest ? "it was given back and is tried again too early" : NULL;
}

/* Steps that came before and will never be said. */
static void count_skipped(struct simulation *sim, const struct chain *chain, int64_t label)
{
    if (chain->name.family == DIGEST_OF)
        return;
    for (size_t i = 0; i < sim->ledger.plan.count; i++) {
        int64_t other = sim->ledger.plan.steps[i].label;
        if (other > label && other < chain->passed && chain_notice(&sim->ledger, chain, other) == NULL)
            sim->counts.skipped++;
    }
}

/* How often it has been tried. After an address or a profile has changed, or another label of the chain has been tried
 * meanwhile, it may have been counted anew. */
static void check_attempts(struct simulation *sim, struct notice *notice, const certlife_notice *seen)
{
    const struct chain *chain = &sim->ledger.chains[notice->chain];
    int32_t attempts = certlife_notice_attempts(seen);
    int32_t reader = calls_for_reader(&sim->facts, chain->name);
    bool another = chain->held != NONE && &sim->ledger.notices[chain->held] != notice;
    bool anew = another || chain->may_be_back || notice->profile != sim->ledger.profile ||
                sim->facts.users[reader].ever_without_address;
    if (!anew || attempts < 1 || attempts > notice->attempts + 1)
        says_number(sim, chain->name, "attempts", attempts, notice->attempts + 1);
    notice->attempts = attempts;
}

int32_t ledger_handed_out(struct simulation *sim, const certlife_notice *seen, int32_t lease)
{
    struct ledger *ledger = &sim->ledger;
    struct chain_name name;
    char described[NAME_TEXT];
    if (!says_name(sim, seen, &name))
        return NONE;
    settle_user(sim, calls_for_user(&sim->facts, name));
    int32_t id = chain_find(ledger, name);
    struct chain fresh = {.name = name, .newest = NONE, .passed = NEVER, .maybe_parked = NEVER, .held = NONE};
    calls_for(&sim->facts, &sim->settings, name, &ledger->plan);
    const struct step *step = calls_for_now(&ledger->plan, sim->now);
    const char *cause = why_not(sim, id != NONE ? &ledger->chains[id] : &fresh, step);
    if (cause != NULL) {
        differs(sim, "%s: expected: nothing, %s; seen: '%s' handed out", chain_describe(sim, name, described), cause,
                certlife_notice_kind_name(certlife_notice_kind_of(seen)));
        return NONE;
    }
    int64_t label = step->label;
    if (id == NONE)
        id = chain_make(ledger, name);
    struct notice *notice = chain_notice(ledger, &ledger->chains[id], label);
    if (notice == NULL) {
        count_skipped(sim, &ledger->chains[id], label);
        if (chain_find_key(ledger, certlife_notice_key(seen)) != NONE)
            differs(sim, "%s: expected: a key of its own; seen: %s again", chain_describe(sim, name, described),
                    certlife_notice_key(seen));
        notice = chain_add_notice(ledger, id, label, certlife_notice_key(seen));
    }
    says_text(sim, name, "key", certlife_notice_key(seen), notice->key);
    check_attempts(sim, notice, seen);
    notice->profile = ledger->profile;
    says_check(sim, seen, name, label);
    notice->address = sim->facts.users[calls_for_reader(&sim->facts, name)].address;
    struct chain *chain = &ledger->chains[id];
    /* A claim may have met what was tried as often as it may be, before this one took its place. */
    if (chain_is_exhausted(sim, chain) && label < ledger->notices[chain->held].label)
        chain->maybe_parked = ledger->notices[chain->held].label;
    chain->held = (int32_t)(notice - ledger->notices);
    chain->leased = true;
    chain->expired = NEWS;
    chain->may_be_back = false;
    chain->earliest = chain->free_from = sim->now + lease;
    return chain->held;
}

/* ---- answered ---- */

/* The chain that a notice belongs to, settled: from here on no chain is made, so it stays where it is. */
static struct chain *settled_chain_of(struct simulation *sim, int32_t notice)
{
    int32_t id = sim->ledger.notices[notice].chain;
    settle_user(sim, calls_for_user(&sim->facts, sim->ledger.chains[id].name));
    return &sim->ledger.chains[id];
}

void ledger_received(struct simulation *sim, int32_t notice)
{
    struct notice *n = &sim->ledger.notices[notice];
    if (n->received++ > 0)
        sim->counts.repeats++;
    else
        sim->counts.sent++;
}

/* The lease that a chain is under is this worker's. */
static bool has_in_hand(const struct chain *chain, int32_t notice, int64_t leased_until)
{
    return chain->held == notice && chain->leased && chain->earliest == leased_until;
}

void ledger_done(struct simulation *sim, int32_t notice, int32_t address, int64_t leased_until)
{
    struct chain *chain = settled_chain_of(sim, notice);
    struct notice *n = &sim->ledger.notices[notice];
    bool with_another = chain->held == notice && chain->leased && sim->now < chain->earliest &&
                        !has_in_hand(chain, notice, leased_until);
    if (chain->held == notice && !with_another)
        chain_let_go(chain);
    if (n->state == DONE)
        return;
    n->state = DONE;
    n->ended_at = sim->now;
    n->sent_to = address;
    sim->facts.users[calls_for_user(&sim->facts, chain->name)].done++;
    chain_pass(&sim->ledger, chain);
}

/* Five minutes, and twice as long each time, up to a day. */
static int64_t delay_after(int32_t attempts)
{
    int64_t delay = 5 * MINUTE;
    for (int32_t i = 1; i < attempts && delay < DAY; i++)
        delay *= 2;
    return delay < DAY ? delay : DAY;
}

void ledger_gave_back(struct simulation *sim, int32_t notice, int64_t leased_until, bool cause)
{
    struct chain *chain = settled_chain_of(sim, notice);
    struct notice *n = &sim->ledger.notices[notice];
    if (sim->now >= leased_until || !has_in_hand(chain, notice, leased_until))
        return;
    if (n->state == DONE) { /* as another said, whose lease was over */
        chain_let_go(chain);
        return;
    }
    /* What was tried at an address that is not theirs any more does not count. */
    bool moved = sim->facts.users[calls_for_reader(&sim->facts, chain->name)].address != n->address;
    if (moved)
        n->attempts = 0;
    if (cause && n->attempts >= sim->settings.attempts) {
        chain_park(sim, chain, n);
        return;
    }
    if (!cause && n->attempts > 0)
        n->attempts--;
    int64_t wait = cause || moved ? delay_after(n->attempts) : 0;
    chain->leased = false;
    chain->earliest = sim->now + (moved ? 0 : wait);
    chain->free_from = settings_sending(&sim->settings, sim->now + wait);
}

void ledger_retried(struct simulation *sim, int32_t notice)
{
    struct chain *chain = settled_chain_of(sim, notice);
    struct notice *n = &sim->ledger.notices[notice];
    if (n->state == OPEN && chain->held == notice && chain_is_exhausted(sim, chain))
        chain_park(sim, chain, n); /* as we learn now */
    if (n->state == PARKED || n->label >= chain->maybe_parked)
        chain_come_back(sim, chain);
}

/* ---- what is still to come ---- */

bool ledger_next(struct simulation *sim, struct chain_name name, struct step *out)
{
    struct ledger *ledger = &sim->ledger;
    calls_for(&sim->facts, &sim->settings, name, &ledger->plan);
    int32_t id = chain_find(ledger, name);
    const struct chain *chain = id != NONE ? &ledger->chains[id] : NULL;
    bool has_address = sim->facts.users[calls_for_reader(&sim->facts, name)].address != 0;
    bool found = false;
    for (size_t i = 0; i < ledger->plan.count; i++) {
        struct step step = ledger->plan.steps[i];
        if (chain != NULL && chain->held != NONE && chain->free_from > step.due)
            step.due = chain->free_from;
        step.due = settings_sending(&sim->settings, step.due);
        bool old = chain != NULL && chain->expired != NEWS && chain_is_expired_step(name, &step);
        bool over = !chain_comes_to(sim, chain, step.label) || step.until < sim->now || step.due > step.until;
        if (over || old || (!has_address && step.due <= sim->now)) /* without an address it is parked */
            continue;
        if (!found || step.due < out->due)
            *out = step;
        found = true;
    }
    return found;
}

bool ledger_is_unsure(struct simulation *sim, struct chain_name name)
{
    struct ledger *ledger = &sim->ledger;
    int32_t id = chain_find(ledger, name);
    const struct chain *chain = id != NONE ? &ledger->chains[id] : NULL;
    if (chain != NULL && (chain->expired == WAITS || chain->expired == MAYBE_NEWS))
        return true;
    if (chain != NULL && chain->maybe_parked < chain->passed)
        return true;
    calls_for(&sim->facts, &sim->settings, name, &ledger->plan);
    return sim->facts.users[calls_for_reader(&sim->facts, name)].address == 0 &&
           calls_for_now(&ledger->plan, sim->now) != NULL;
}
void ledger_free(struct ledger *ledger)
{
    free(ledger->chains);
    free(ledger->notices);
    free(ledger->claims);
    index_free(&ledger->chains_by_name);
    index_free(&ledger->notices_by_key);
    plan_free(&ledger->plan);
}
