/* SPDX-License-Identifier: Apache-2.0 */
#include "mail.h"

#include "simulation.h"

static void plan_stop(struct simulation *sim)
{
    int32_t hours = (int32_t)prng_between(&sim->prng, 1, 12);
    if (prng_chance(&sim->prng, 100))
        hours = 14 * 24;
    events_plan(&sim->events, sim->now + prng_wait(&sim->prng, 60 * DAY), MAIL_STOPS, hours, 0);
}

void mail_begin(struct simulation *sim)
{
    sim->mail.bad_addresses = (int32_t)prng_between(&sim->prng, 0, 60);
    sim->mail.bad_moments = (int32_t)prng_between(&sim->prng, 0, 60);
    plan_stop(sim);
}

void mail_stops(struct simulation *sim, int32_t hours)
{
    tell(sim, "the mail server is down for %d hours", hours);
    sim->mail.down_until = sim->now + hours * HOUR;
    plan_stop(sim);
}

void mail_mends(struct simulation *sim)
{
    sim->mail = (struct mail){0};
}

/* The same address is always good, or always bad. */
static bool is_bad(const struct simulation *sim, const char *address)
{
    uint64_t number = sim->seed;
    for (; *address != '\0'; address++)
        number = stirred(number + (unsigned char)*address);
    return (int32_t)(number % 1000) < sim->mail.bad_addresses;
}

enum mail_answer mail_offer(struct simulation *sim, const char *address)
{
    if (sim->now < sim->mail.down_until)
        return MAIL_DOWN;
    if (is_bad(sim, address))
        return MAIL_REFUSED;
    return prng_chance(&sim->prng, sim->mail.bad_moments) ? MAIL_LATER : MAIL_TAKEN;
}
