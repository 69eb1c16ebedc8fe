/* SPDX-License-Identifier: Apache-2.0 */
/* One seed: an institution, its people, its workers and its mail server, and the model they are held against. */
#ifndef CERTLIFE_SIMULATE_SIMULATION_H
#define CERTLIFE_SIMULATE_SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include <certlife.h>

#include "bank.h"
#include "calendar.h"
#include "events.h"
#include "facts.h"
#include "fault.h"
#include "ledger.h"
#include "mail.h"
#include "prng.h"
#include "settings.h"
#include "workers.h"

struct options {
    int32_t certificates, years;
    const char *profile; /* NULL: any */
    bool lmdb, verbose;
    enum fault fault;
};

/* What happens; `subject` and `detail` of an event are named behind it. */
enum happening {
    CONTRACT_BEGINS, /* with so many users */
    CONTRACT_ENDS,   /* contract */
    USER_JOINS,      /* contract */
    PLAN_OBTAIN,     /* user, their plan */
    PLAN_CONFIRM,    /* user, certificate */
    PLAN_RENEW,      /* user, their plan */
    INCIDENT,        /* user */
    ADDRESS_RETURNS, /* user */
    WORKER_ACTS,     /* worker */
    WORKERS_REST,    /* for so many hours */
    CLAIM_PASSES,    /* one claim, by a worker who dies of it */
    MAIL_STOPS,      /* for so many hours */
    PROFILE_CHANGES,
    CLOCK_JUMPS,
    LOOK, /* somebody looks at a user's notices */
};

struct counts {
    int64_t certificates, sent, skipped, withdrawn, parked, repeats, claims;
};

struct simulation {
    uint64_t seed;
    struct options options;
    struct prng prng;
    int64_t now, begin, end; /* `now` is right, whatever the clock of the bank says */
    bool draining;           /* people have stopped; the workers send what is left */
    struct bank bank;
    struct settings settings;
    struct facts facts;
    struct ledger ledger;
    struct events events;
    struct workers workers;
    struct mail mail;
    struct counts counts;
    char wrong[1024]; /* what differs first; "" as long as nothing does */
};

/* Runs a seed from its beginning to its end. False if something differs: `wrong` says what. */
bool simulation_run(struct simulation *sim, uint64_t seed, const struct options *options);

/* Records the first difference between what should be and what is. */
void differs(struct simulation *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline bool is_wrong(const struct simulation *sim)
{
    return sim->wrong[0] != '\0';
}

/* With --verbose, a line of what happens. */
void tell(const struct simulation *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
