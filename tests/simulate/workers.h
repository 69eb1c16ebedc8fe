/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One to four workers of the host: each claims notices, delivers them one after the other and says so. They die at every
 * place, come too late with their answer, give back what they could not deliver, and sleep until the library says.
 */
#ifndef CERTLIFE_SIMULATE_WORKERS_H
#define CERTLIFE_SIMULATE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <certlife.h>

struct simulation;

#define WORKERS_MAX 4

struct worker {
    certlife_notice_page *page; /* what it has claimed; NULL: nothing */
    int32_t *numbers;           /* of the notices, in the ledger */
    int32_t *addresses;         /* to which they were handed out */
    size_t at;                  /* the one to be delivered next */
    int64_t leased_until;
    bool delivered; /* but has not said so yet */
    int32_t idle;   /* claims at one moment that gave nothing though something was said to be due */
};

struct workers {
    struct worker each[WORKERS_MAX];
    int32_t count;
    int64_t resting_until; /* nobody works */
    int64_t longest_sleep;
    int32_t deaths, delays; /* per mille of all messages */
};

void workers_begin(struct simulation *sim);
void workers_act(struct simulation *sim, int32_t worker);
void workers_rest(struct simulation *sim, int32_t hours);
/* Everybody works, nobody dies, until nothing is left for a month. */
void workers_mend(struct simulation *sim);
void workers_end(struct simulation *sim);

/* One claim, for tests of a clock that is wrong. */
void workers_try_claim(struct simulation *sim);
/* The operator has parked notices tried again. */
void workers_retry_parked(struct simulation *sim);

#endif
