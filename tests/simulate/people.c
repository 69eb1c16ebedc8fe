/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "acts.h"
#include "simulation.h"

/* ---- when ---- */

/* A moment from `first` to `last`, often one at which something begins or ends. */
static int64_t some_moment(struct simulation *sim, int64_t first, int64_t last)
{
    const struct settings *s = &sim->settings;
    int64_t moment = prng_between(&sim->prng, first, last);
    if (!prng_chance(&sim->prng, 400))
        return moment;
    const int64_t borders[] = {0, s->hours_from, s->hours_to, s->renewal_closes};
    int64_t border = day_start(day_of(moment, s->utc_offset), s->utc_offset) + PRNG_PICK(&sim->prng, borders) +
                     prng_between(&sim->prng, -1, 1);
    return first <= border && border <= last ? border : moment;
}

static void plan(struct simulation *sim, int64_t moment, enum happening what, int32_t user, int32_t detail)
{
    events_plan(&sim->events, moment > sim->now ? moment : sim->now, what, user, detail);
}

static void plan_to_obtain(struct simulation *sim, int32_t user, int64_t first, int64_t last)
{
    plan(sim, some_moment(sim, first, last), PLAN_OBTAIN, user, ++sim->facts.users[user].plans);
}

static void plan_after_authorisation(struct simulation *sim, int32_t user)
{
    static const int32_t patience[] = {0, 1, 5, 30, 78, 100};
    int64_t days = PRNG_PICK(&sim->prng, patience);
    plan_to_obtain(sim, user, sim->now + MINUTE, sim->now + HOUR + days * DAY);
}

static void plan_to_confirm(struct simulation *sim, int32_t user, int32_t certificate)
{
    static const int64_t delays[] = {MINUTE, MINUTE, 10 * MINUTE, HOUR, 5 * DAY, 40 * DAY};
    if (prng_chance(&sim->prng, 930))
        plan(sim, some_moment(sim, sim->now, sim->now + PRNG_PICK(&sim->prng, delays)), PLAN_CONFIRM, user,
             certificate);
}

/* On the first day or the last, at the first second or the last, between, or not until it has expired. */
static void plan_to_renew(struct simulation *sim, int32_t user, int32_t certificate)
{
    const struct settings *s = &sim->settings;
    int64_t expiry = sim->facts.certificates[certificate].not_after, day = day_of(expiry, s->utc_offset);
    int64_t opens = day_start(day - s->renewal_opens_days, s->utc_offset), last = day_start(day, s->utc_offset);
    int64_t closes = last + s->renewal_closes - 1 < expiry ? last + s->renewal_closes - 1 : expiry;
    int64_t late = opens > last - 10 * DAY ? opens : last - 10 * DAY;
    const int64_t choices[][2] = {{opens, opens}, {opens, opens + DAY}, {opens, late},
                                  {opens, late},  {late, last},         {late, last},
                                  {last, closes}, {closes, closes},     {closes, expiry + HOUR}};
    int32_t number = ++sim->facts.users[user].plans;
    if (prng_chance(&sim->prng, 120)) {
        plan(sim, some_moment(sim, expiry, expiry + 120 * DAY), PLAN_OBTAIN, user, number);
        return;
    }
    const int64_t *choice = PRNG_PICK(&sim->prng, choices);
    plan(sim, some_moment(sim, choice[0], choice[1]), PLAN_RENEW, user, number);
}

static void plan_after_issue(struct simulation *sim, int32_t user)
{
    int32_t issued = sim->facts.users[user].newest;
    if (prng_chance(&sim->prng, 50)) /* a claim at the last second, or behind it */
        plan(sim, sim->facts.certificates[issued].not_after + prng_between(&sim->prng, 0, 1), CLAIM_PASSES, 0, 0);
    plan_to_confirm(sim, user, issued);
    plan_to_renew(sim, user, issued);
}

static void plan_incident(struct simulation *sim, int32_t user)
{
    plan(sim, some_moment(sim, sim->now, sim->now + prng_wait(&sim->prng, 500 * DAY)), INCIDENT, user, 0);
}

/* ---- contracts ---- */

static void begin_user(struct simulation *sim, int32_t user)
{
    if (user == NONE)
        return;
    plan_after_authorisation(sim, user);
    plan_incident(sim, user);
}

void people_begin(struct simulation *sim)
{
    int32_t left = sim->options.certificates;
    while (left > 0) {
        int32_t users = (int32_t)prng_between(&sim->prng, 1, prng_chance(&sim->prng, 200) ? 60 : 8);
        users = users < left ? users : left;
        left -= users;
        plan(sim, some_moment(sim, sim->now, sim->now + 120 * DAY), CONTRACT_BEGINS, users, 0);
    }
}

void people_begin_contract(struct simulation *sim, int32_t users)
{
    int32_t contract = act_register(sim);
    if (contract == NONE)
        return;
    begin_user(sim, sim->facts.contracts[contract].master);
    for (int32_t i = 1; i < users && !is_wrong(sim); i++)
        begin_user(sim, act_add_user(sim, contract));
    plan(sim, some_moment(sim, sim->now, sim->now + prng_wait(&sim->prng, 8 * YEAR)), CONTRACT_ENDS, contract, 0);
}

void people_end_contract(struct simulation *sim, int32_t contract)
{
    int32_t users = 0;
    for (int32_t user = sim->facts.contracts[contract].users; user != NONE; user = sim->facts.users[user].next)
        users += !sim->facts.users[user].deleted;
    if (act_close(sim, contract))
        plan(sim, some_moment(sim, sim->now, sim->now + 10 * DAY), CONTRACT_BEGINS, users, 0);
}

void people_join(struct simulation *sim, int32_t contract)
{
    if (!sim->facts.contracts[contract].closed)
        begin_user(sim, act_add_user(sim, contract));
}

/* ---- certificates ---- */

static bool is_stale(const struct simulation *sim, int32_t user, int32_t number)
{
    return !facts_lives(&sim->facts, user) || sim->facts.users[user].plans != number;
}

/* Whoever cannot obtain asks somebody who can help, or waits. */
static void ask_for_help(struct simulation *sim, int32_t user)
{
    if (prng_chance(&sim->prng, 700) && (act_reissue(sim, user) || act_revoke(sim, user)))
        plan_after_authorisation(sim, user);
    else
        plan_to_obtain(sim, user, sim->now + 30 * DAY, sim->now + 300 * DAY);
}

void people_obtain(struct simulation *sim, int32_t user, int32_t number)
{
    if (is_stale(sim, user, number))
        return;
    if (act_obtain(sim, user))
        plan_after_issue(sim, user);
    else
        ask_for_help(sim, user);
}

void people_confirm(struct simulation *sim, int32_t user, int32_t certificate)
{
    const struct user *u = &sim->facts.users[user];
    bool in_use = u->current == certificate || u->unconfirmed == certificate;
    if (!in_use || !facts_lives(&sim->facts, user) || !facts_usable(&sim->facts, certificate, sim->now))
        return;
    if (prng_chance(&sim->prng, 600))
        act_confirm(sim, certificate);
    else
        act_log_in(sim, certificate);
}

/* Nobody renews for a certificate that would end before the one they have. */
static bool is_worth_it(const struct simulation *sim, int32_t user)
{
    const struct settings *s = &sim->settings;
    int32_t counting = facts_counting(&sim->facts, user, sim->now);
    return counting == NONE || s->validity_years > 0 ||
           sim->now + s->validity_days * DAY > sim->facts.certificates[counting].not_after + DAY;
}

void people_renew(struct simulation *sim, int32_t user, int32_t number)
{
    if (is_stale(sim, user, number))
        return;
    if (!is_worth_it(sim, user)) {
        plan(sim, sim->now + DAY, PLAN_RENEW, user, number);
        return;
    }
    if (prng_chance(&sim->prng, 150) && act_renew_later(sim, user)) {
        plan(sim, some_moment(sim, sim->now, sim->now + 8 * DAY), PLAN_RENEW, user, number);
        return;
    }
    if (!act_renew(sim, user)) {
        plan(sim, some_moment(sim, sim->now + DAY, sim->now + 60 * DAY), PLAN_OBTAIN, user, number);
        return;
    }
    plan_after_issue(sim, user);
    if (prng_chance(&sim->prng, 100)) /* and once more, with another key */
        plan(sim, some_moment(sim, sim->now, sim->now + DAY), PLAN_RENEW, user, sim->facts.users[user].plans);
}

/* ---- incidents ---- */

static void get_another_address(struct simulation *sim, int32_t user)
{
    int32_t address = 1 + sim->facts.users[user].address + (int32_t)prng_between(&sim->prng, 0, 1000);
    act_change_address(sim, user, address);
}

static void lose_address(struct simulation *sim, int32_t user)
{
    if (act_change_address(sim, user, 0))
        plan(sim, some_moment(sim, sim->now, sim->now + 60 * DAY), ADDRESS_RETURNS, user, 0);
}

void people_get_address(struct simulation *sim, int32_t user)
{
    if (facts_lives(&sim->facts, user) && sim->facts.users[user].address == 0)
        get_another_address(sim, user);
}

static void lose_certificate(struct simulation *sim, int32_t user)
{
    if (act_reissue(sim, user))
        plan_after_authorisation(sim, user);
    else
        ask_for_help(sim, user);
}

static void be_revoked(struct simulation *sim, int32_t user)
{
    if (act_revoke(sim, user))
        plan_to_obtain(sim, user, sim->now + DAY, sim->now + 200 * DAY);
}

static void leave(struct simulation *sim, int32_t user)
{
    int32_t contract = sim->facts.users[user].contract;
    if (!sim->facts.users[user].master && act_delete(sim, user))
        plan(sim, some_moment(sim, sim->now, sim->now + 30 * DAY), USER_JOINS, contract, 0);
}

static void be_authorised(struct simulation *sim, int32_t user)
{
    if (act_authorise(sim, user))
        plan_after_authorisation(sim, user);
}

static void log_in(struct simulation *sim, int32_t user)
{
    int32_t counting = facts_counting(&sim->facts, user, sim->now);
    if (facts_usable(&sim->facts, counting, sim->now))
        act_log_in(sim, counting);
}

void people_incident(struct simulation *sim, int32_t user)
{
    static void (*const incidents[])(struct simulation *, int32_t) = {
        get_another_address, get_another_address, get_another_address, lose_address, lose_address, lose_certificate,
        lose_certificate,    be_revoked,          be_authorised,       log_in,       leave,
    };
    if (!facts_lives(&sim->facts, user))
        return;
    PRNG_PICK(&sim->prng, incidents)(sim, user);
    plan_incident(sim, user);
}

int32_t people_anybody(struct simulation *sim)
{
    for (int32_t tries = 0; tries < 20 && sim->facts.user_count > 0; tries++) {
        int32_t user = (int32_t)prng_between(&sim->prng, 0, (int64_t)sim->facts.user_count - 1);
        if (facts_lives(&sim->facts, user))
            return user;
    }
    return NONE;
}

void people_try_changes(struct simulation *sim, int32_t user)
{
    get_another_address(sim, user);
    if (act_obtain(sim, user) || act_renew(sim, user))
        plan_after_issue(sim, user);
    log_in(sim, user);
    if (prng_chance(&sim->prng, 300))
        lose_certificate(sim, user);
    if (prng_chance(&sim->prng, 300))
        leave(sim, user);
}
