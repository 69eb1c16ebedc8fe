/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people do, each in their own way: obtain soon, late or never; confirm, or log in, or neither; renew on the first day,
 * on the last, twice, or not at all; lose their certificate, change their address, leave. With a liking for the seconds at
 * which days and sending hours begin and end.
 */
#ifndef CERTLIFE_SIMULATE_PEOPLE_H
#define CERTLIFE_SIMULATE_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

struct simulation;

/* Contracts begin during the first months, until there are as many users as certificates are asked for. */
void people_begin(struct simulation *sim);

void people_begin_contract(struct simulation *sim, int32_t users);
void people_end_contract(struct simulation *sim, int32_t contract);
void people_join(struct simulation *sim, int32_t contract);
void people_obtain(struct simulation *sim, int32_t user, int32_t plan);
void people_confirm(struct simulation *sim, int32_t user, int32_t certificate);
void people_renew(struct simulation *sim, int32_t user, int32_t plan);
void people_incident(struct simulation *sim, int32_t user);
void people_get_address(struct simulation *sim, int32_t user);

/* Some user who is not deleted, of a contract that is not closed; NONE if there is none at hand. */
int32_t people_anybody(struct simulation *sim);
/* Tries a change of every kind with this user; where the clock is too far behind none of them may be done. */
void people_try_changes(struct simulation *sim, int32_t user);

#endif
