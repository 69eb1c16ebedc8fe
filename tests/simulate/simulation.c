/* SPDX-License-Identifier: Apache-2.0 */
#include "simulation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "new_profile.h"
#include "people.h"
#include "reconcile.h"
#include "settle.h"

#define BEGINNING INT64_C(1774969200) /* 2026-04-01 00:00:00 in Japan */
#define DRAIN (60 * DAY)

void differs(struct simulation *sim, const char *format, ...)
{
    if (is_wrong(sim))
        return;
    char now[CALENDAR_TEXT];
    int len = snprintf(sim->wrong, sizeof sim->wrong, "%s: ", calendar_text(sim->now, sim->settings.utc_offset, now));
    va_list args;
    va_start(args, format);
    vsnprintf(sim->wrong + len, sizeof sim->wrong - (size_t)len, format, args);
    va_end(args);
}

void tell(const struct simulation *sim, const char *format, ...)
{
    if (!sim->options.verbose)
        return;
    char now[CALENDAR_TEXT];
    va_list args;
    printf("%s  ", calendar_text(sim->now, sim->settings.utc_offset, now));
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

/* ---- what happens to the institution itself ---- */

static void plan_profile_change(struct simulation *sim)
{
    events_plan(&sim->events, sim->now + prng_wait(&sim->prng, YEAR), PROFILE_CHANGES, 0, 0);
}

static void change_profile(struct simulation *sim)
{
    settle_all(sim);
    uint8_t *before = new_profile_before(sim);
    bank_change_profile(sim);
    new_profile_after(sim, before);
    plan_profile_change(sim);
}

static void plan_clock_jump(struct simulation *sim)
{
    events_plan(&sim->events, sim->now + prng_wait(&sim->prng, 90 * DAY), CLOCK_JUMPS, 0, 0);
}

/* Somebody changes something, then the clock falls back: as long as it does not fall behind what has happened by more than
 * the profile tolerates, all goes on as of that moment; beyond that no change is made. */
static void fall_back(struct simulation *sim)
{
    int32_t user = people_anybody(sim), tolerance = sim->settings.clock_tolerance;
    if (user == NONE || !act_change_address(sim, user, sim->facts.users[user].address + 1))
        return;
    sim->bank.clock_error = -prng_between(&sim->prng, 0, tolerance);
    if (prng_chance(&sim->prng, 500))
        sim->bank.clock_error = -tolerance - prng_between(&sim->prng, 1, prng_chance(&sim->prng, 500) ? 1 : 40 * DAY);
    tell(sim, "the clock is %lld seconds behind", (long long)-sim->bank.clock_error);
    people_try_changes(sim, user);
    workers_try_claim(sim);
    sim->bank.clock_error = 0;
    if (!is_wrong(sim))
        reconcile_user(sim, user);
}

static void jump(struct simulation *sim)
{
    if (prng_chance(&sim->prng, 300))
        sim->now += prng_between(&sim->prng, 1, 12 * HOUR); /* what should have happened meanwhile happens late */
    else
        fall_back(sim);
    plan_clock_jump(sim);
}

static void look(struct simulation *sim)
{
    int32_t user = people_anybody(sim);
    if (user != NONE)
        reconcile_user(sim, user);
    if (prng_chance(&sim->prng, 50))
        workers_retry_parked(sim);
    events_plan(&sim->events, sim->now + prng_wait(&sim->prng, 3 * DAY), LOOK, 0, 0);
}

/* ---- one thing after the other ---- */

static void happens(struct simulation *sim, const struct event *event)
{
    bool work = event->kind == WORKER_ACTS;
    if (sim->draining && !work)
        return;
    switch ((enum happening)event->kind) {
    case CONTRACT_BEGINS:
        people_begin_contract(sim, event->subject);
        break;
    case CONTRACT_ENDS:
        people_end_contract(sim, event->subject);
        break;
    case USER_JOINS:
        people_join(sim, event->subject);
        break;
    case PLAN_OBTAIN:
        people_obtain(sim, event->subject, event->detail);
        break;
    case PLAN_CONFIRM:
        people_confirm(sim, event->subject, event->detail);
        break;
    case PLAN_RENEW:
        people_renew(sim, event->subject, event->detail);
        break;
    case INCIDENT:
        people_incident(sim, event->subject);
        break;
    case ADDRESS_RETURNS:
        people_get_address(sim, event->subject);
        break;
    case WORKER_ACTS:
        workers_act(sim, event->subject);
        break;
    case WORKERS_REST:
        workers_rest(sim, event->subject);
        break;
    case CLAIM_PASSES:
        workers_try_claim(sim);
        break;
    case MAIL_STOPS:
        mail_stops(sim, event->subject);
        break;
    case PROFILE_CHANGES:
        change_profile(sim);
        break;
    case CLOCK_JUMPS:
        jump(sim);
        break;
    case LOOK:
        look(sim);
        break;
    }
}

static void run_until(struct simulation *sim, int64_t end)
{
    struct event event;
    while (!is_wrong(sim) && events_next(&sim->events, &event)) {
        if (event.moment > end) {
            events_plan(&sim->events, event.moment, event.kind, event.subject, event.detail);
            break;
        }
        if (event.moment > sim->now)
            sim->now = event.moment;
        happens(sim, &event);
    }
}

bool simulation_run(struct simulation *sim, uint64_t seed, const struct options *options)
{
    *sim = (struct simulation){.seed = seed, .options = *options, .prng = {stirred(seed + 1)}};
    sim->begin = sim->now = BEGINNING + prng_between(&sim->prng, 0, 1500 * DAY);
    sim->end = sim->begin + options->years * YEAR;
    bank_open(sim);
    people_begin(sim);
    workers_begin(sim);
    mail_begin(sim);
    plan_profile_change(sim);
    plan_clock_jump(sim);
    events_plan(&sim->events, sim->now + DAY, LOOK, 0, 0);

    run_until(sim, sim->end);
    sim->draining = true;
    workers_mend(sim);
    mail_mends(sim);
    run_until(sim, sim->now + DRAIN);
    if (!is_wrong(sim))
        reconcile_all(sim);

    workers_end(sim);
    bank_close(sim);
    events_free(&sim->events);
    facts_free(&sim->facts);
    ledger_free(&sim->ledger);
    return !is_wrong(sim);
}
