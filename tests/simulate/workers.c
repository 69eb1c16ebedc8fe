/* SPDX-License-Identifier: Apache-2.0 */
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>

#include "settle.h"
#include "simulation.h"

#define IDLE_MAX 1000

static void wake(struct simulation *sim, int32_t worker, int64_t after)
{
    events_plan(&sim->events, sim->now + after, WORKER_ACTS, worker, 0);
}

static void drop_page(struct worker *w)
{
    certlife_notice_page_free(w->page);
    free(w->numbers);
    free(w->addresses);
    *w = (struct worker){.page = NULL};
}

static bool one_of(struct simulation *sim, int32_t per_mille)
{
    return !sim->draining && prng_chance(&sim->prng, per_mille);
}

void workers_begin(struct simulation *sim)
{
    static const int32_t sleeps[] = {1, 3, 6, 12, 24};
    sim->workers.count = (int32_t)prng_between(&sim->prng, 1, WORKERS_MAX);
    sim->workers.longest_sleep = sleeps[prng_between(&sim->prng, 0, 4)] * HOUR;
    sim->workers.deaths = (int32_t)prng_between(&sim->prng, 0, 30);
    sim->workers.delays = (int32_t)prng_between(&sim->prng, 0, 30);
    for (int32_t i = 0; i < sim->workers.count; i++)
        wake(sim, i, 1 + i);
    events_plan(&sim->events, sim->now + prng_wait(&sim->prng, YEAR), WORKERS_REST,
                (int32_t)prng_between(&sim->prng, 24, 60 * 24), 0);
}

void workers_rest(struct simulation *sim, int32_t hours)
{
    tell(sim, "nobody works for %d hours", hours);
    sim->workers.resting_until = sim->now + hours * HOUR;
    events_plan(&sim->events, sim->now + prng_wait(&sim->prng, YEAR), WORKERS_REST,
                (int32_t)prng_between(&sim->prng, 24, 60 * 24), 0);
}

void workers_mend(struct simulation *sim)
{
    sim->workers.resting_until = 0;
    sim->workers.longest_sleep = HOUR;
}

void workers_end(struct simulation *sim)
{
    for (int32_t i = 0; i < WORKERS_MAX; i++)
        drop_page(&sim->workers.each[i]);
}

/* ---- claiming ---- */

static int64_t next_due(struct simulation *sim)
{
    certlife_actor system = bank_system();
    int64_t next = 0;
    bank_answered(sim, "next due",
                  certlife_notice_next_due(sim->bank.institution, &system, &next, sim->bank.decision, &sim->bank.err));
    bool plans_anew = next == sim->now && !sim->ledger.planned_anew;
    if (next < sim->now || (next != NEVER && !plans_anew && settings_sending(&sim->settings, next) != next))
        differs(sim, "next due: expected: a moment to come, in the sending hours; seen: %lld", (long long)next);
    return next;
}

/* Claims, and says whether it was allowed to. */
static bool claim(struct simulation *sim, int32_t worker, struct worker *w, int32_t limit, int32_t lease)
{
    certlife_actor system = bank_system();
    char name[24];
    snprintf(name, sizeof name, "mailer %d", worker + 1);
    sim->bank.store_lies = sim->options.fault == FAULT_LOST_CLAIM && prng_chance(&sim->prng, 20);
    int rc = certlife_notice_claim(sim->bank.institution, &system, name, limit, lease, &w->page, sim->bank.decision,
                                   &sim->bank.err);
    sim->bank.store_lies = false;
    sim->counts.claims++;
    tell(sim, "%s, at most %d for %d seconds:", name, limit, lease);
    return bank_answered(sim, "claim", rc);
}

static void take(struct simulation *sim, struct worker *w, int32_t lease)
{
    size_t count = certlife_notice_page_count(w->page);
    w->numbers = calloc(count + 1, sizeof *w->numbers);
    w->addresses = calloc(count + 1, sizeof *w->addresses);
    if (w->numbers == NULL || w->addresses == NULL)
        exit(2);
    w->at = 0;
    w->delivered = false;
    w->leased_until = sim->now + lease;
    for (size_t i = 0; i < count && !is_wrong(sim); i++) {
        const certlife_notice *notice = certlife_notice_page_at(w->page, i);
        tell(sim, "handed out: '%s' about %s, %s, to %s <%s>, attempt %d",
             certlife_notice_kind_name(certlife_notice_kind_of(notice)), certlife_notice_user(notice),
             certlife_notice_serial(notice), certlife_addressee_name(certlife_notice_addressee_of(notice)),
             certlife_notice_email(notice), certlife_notice_attempts(notice));
        w->numbers[i] = ledger_handed_out(sim, notice, lease);
        if (w->numbers[i] != NONE)
            w->addresses[i] = sim->ledger.notices[w->numbers[i]].address;
    }
}

static void claim_and_sleep(struct simulation *sim, int32_t worker)
{
    static const int32_t leases[] = {1, 60, 600, 3600, 86400};
    static const int32_t limits[] = {1, 2, 10, 100, 1000};
    struct worker *w = &sim->workers.each[worker];
    int32_t lease = sim->draining ? 600 : leases[prng_between(&sim->prng, 0, 4)];
    int32_t limit = limits[prng_between(&sim->prng, sim->draining ? 3 : 0, 4)];
    if (!claim(sim, worker, w, limit, lease))
        return;
    size_t count = certlife_notice_page_count(w->page);
    bool may_be_more = certlife_notice_page_more(w->page) != 0 || count >= (size_t)limit;
    take(sim, w, lease);
    if (is_wrong(sim))
        return;
    int64_t next = next_due(sim);
    settle_claimed(sim, !may_be_more && next > sim->now, next);
    w->idle = count == 0 && next == sim->now ? w->idle + 1 : 0;
    if (w->idle > IDLE_MAX)
        differs(sim, "claims: expected: what next due says is due; seen: nothing, after %d claims", w->idle);
    if (count > 0) {
        wake(sim, worker, prng_between(&sim->prng, 0, 3));
        return;
    }
    int32_t idle = w->idle;
    drop_page(w);
    w->idle = idle;
    int64_t sleep = next - sim->now;
    if (sleep > sim->workers.longest_sleep)
        sleep = prng_between(&sim->prng, 1, sim->workers.longest_sleep);
    else if (one_of(sim, 200))
        sleep += prng_between(&sim->prng, 0, HOUR); /* overslept */
    wake(sim, worker, sleep);
}

void workers_try_claim(struct simulation *sim)
{
    struct worker passing = {.page = NULL};
    if (claim(sim, WORKERS_MAX, &passing, 1000, 60)) {
        if (bank_is_behind(sim) && certlife_notice_page_count(passing.page) > 0)
            differs(sim, "a claim with a clock that is behind: expected: nothing handed out; seen: %zu notices",
                    certlife_notice_page_count(passing.page));
        take(sim, &passing, 60);
        settle_claimed(sim, false, 0);
    }
    drop_page(&passing);
}

/* ---- answering ---- */

static void say_done(struct simulation *sim, struct worker *w, size_t at)
{
    certlife_actor system = bank_system();
    tell(sim, "worker %d about %s:", (int)(w - sim->workers.each) + 1,
         certlife_notice_user(certlife_notice_page_at(w->page, at)));
    sim->bank.store_lies = sim->options.fault == FAULT_LOST_DONE && prng_chance(&sim->prng, 20);
    int rc = certlife_notice_done(sim->bank.institution, &system, certlife_notice_page_at(w->page, at),
                                  sim->bank.decision, &sim->bank.err);
    sim->bank.store_lies = false;
    if (bank_done(sim, "done", rc))
        ledger_done(sim, w->numbers[at], w->addresses[at], w->leased_until);
}

static void give_back(struct simulation *sim, struct worker *w, size_t at, const char *cause)
{
    certlife_actor system = bank_system();
    tell(sim, "worker %d about %s:", (int)(w - sim->workers.each) + 1,
         certlife_notice_user(certlife_notice_page_at(w->page, at)));
    int rc = certlife_notice_give_back(sim->bank.institution, &system, certlife_notice_page_at(w->page, at), cause,
                                       sim->bank.decision, &sim->bank.err);
    if (bank_done(sim, cause != NULL ? cause : "give back untried", rc))
        ledger_gave_back(sim, w->numbers[at], w->leased_until, cause != NULL);
}

static void give_back_rest(struct simulation *sim, struct worker *w)
{
    for (; w->at < certlife_notice_page_count(w->page) && !is_wrong(sim); w->at++)
        give_back(sim, w, w->at, NULL);
}

static void die(struct simulation *sim, int32_t worker)
{
    tell(sim, "worker %d dies", worker + 1);
    drop_page(&sim->workers.each[worker]);
    wake(sim, worker, prng_between(&sim->prng, 1, 2 * HOUR));
}

/* Said to be done before it is delivered, by a worker that knows no better. */
static bool mark_and_deliver(struct simulation *sim, int32_t worker)
{
    struct worker *w = &sim->workers.each[worker];
    say_done(sim, w, w->at);
    if (one_of(sim, 50)) {
        die(sim, worker);
        return false;
    }
    ledger_received(sim, w->numbers[w->at++]);
    return true;
}

/* The message that is next; false where the worker does not go on with this page. */
static bool deliver_one(struct simulation *sim, int32_t worker)
{
    struct worker *w = &sim->workers.each[worker];
    const certlife_notice *notice = certlife_notice_page_at(w->page, w->at);
    if (one_of(sim, sim->workers.deaths)) {
        die(sim, worker);
        return false;
    }
    switch (mail_offer(sim, certlife_notice_email(notice))) {
    case MAIL_TAKEN:
        if (sim->options.fault != FAULT_SWALLOWED_MAIL || !prng_chance(&sim->prng, 10))
            ledger_received(sim, w->numbers[w->at]);
        w->delivered = true;
        return true;
    case MAIL_REFUSED:
        give_back(sim, w, w->at++, "550 no such user");
        return true;
    case MAIL_LATER:
        give_back(sim, w, w->at++, "451 try again later");
        return true;
    case MAIL_DOWN:
        if (prng_chance(&sim->prng, 200))
            give_back(sim, w, w->at++, "connection refused");
        give_back_rest(sim, w);
        drop_page(w);
        wake(sim, worker, prng_between(&sim->prng, 5 * MINUTE, 2 * HOUR));
        return false;
    }
    return false;
}

/* It was taken; now say so. Some die here, some are held up until their lease is over, some say it twice. */
static bool answer(struct simulation *sim, int32_t worker)
{
    struct worker *w = &sim->workers.each[worker];
    if (one_of(sim, sim->workers.deaths)) {
        die(sim, worker);
        return false;
    }
    if (sim->now < w->leased_until && one_of(sim, sim->workers.delays)) {
        wake(sim, worker, w->leased_until - sim->now + prng_between(&sim->prng, 0, DAY));
        return false;
    }
    say_done(sim, w, w->at);
    if (one_of(sim, 20))
        say_done(sim, w, w->at);
    w->delivered = false;
    w->at++;
    return true;
}

/* One step with the message that is next; false where the worker leaves its page. */
static bool go_on(struct simulation *sim, int32_t worker)
{
    if (sim->workers.each[worker].delivered)
        return answer(sim, worker);
    return sim->options.fault == FAULT_MARK_BEFORE_DELIVER ? mark_and_deliver(sim, worker) : deliver_one(sim, worker);
}

void workers_act(struct simulation *sim, int32_t worker)
{
    struct worker *w = &sim->workers.each[worker];
    if (sim->now < sim->workers.resting_until) {
        drop_page(w);
        wake(sim, worker, sim->workers.resting_until - sim->now + worker);
        return;
    }
    if (w->page == NULL) {
        claim_and_sleep(sim, worker);
        return;
    }
    /* A handful at one moment, then some seconds pass. */
    size_t count = certlife_notice_page_count(w->page);
    for (int32_t i = 0; i < 10 && w->at < count && !is_wrong(sim); i++) {
        if (!go_on(sim, worker))
            return;
    }
    if (w->at < count && !w->delivered && one_of(sim, 5)) {
        give_back_rest(sim, w); /* stopped in good order */
        drop_page(w);
        wake(sim, worker, prng_between(&sim->prng, 1, HOUR));
        return;
    }
    if (w->at >= count)
        drop_page(w);
    wake(sim, worker, prng_between(&sim->prng, 0, 5));
}

/* ---- the operator ---- */

void workers_retry_parked(struct simulation *sim)
{
    certlife_actor system = bank_system();
    certlife_notice_page *page = NULL;
    int rc =
        certlife_notice_parked(sim->bank.institution, &system, NULL, 1000, &page, sim->bank.decision, &sim->bank.err);
    if (!bank_answered(sim, "parked", rc))
        return;
    for (size_t i = 0; i < certlife_notice_page_count(page) && !is_wrong(sim); i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        if (!prng_chance(&sim->prng, 500))
            continue;
        rc = certlife_notice_retry(sim->bank.institution, &system, notice, sim->bank.decision, &sim->bank.err);
        int32_t number = chain_find_key(&sim->ledger, certlife_notice_key(notice));
        if (bank_done(sim, "retry", rc) && number != NONE)
            ledger_retried(sim, number);
    }
    certlife_notice_page_free(page);
}
