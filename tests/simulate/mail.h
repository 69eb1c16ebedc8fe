/* SPDX-License-Identifier: Apache-2.0 */
/* The mail server: takes messages, refuses recipients, asks to come again, is down for hours or for a fortnight. */
#ifndef CERTLIFE_SIMULATE_MAIL_H
#define CERTLIFE_SIMULATE_MAIL_H

#include <stdbool.h>
#include <stdint.h>

struct simulation;

struct mail {
    int64_t down_until;
    int32_t bad_addresses; /* per mille of all addresses, for good */
    int32_t bad_moments;   /* per mille of all messages */
};

enum mail_answer { MAIL_TAKEN, MAIL_REFUSED, MAIL_LATER, MAIL_DOWN };

void mail_begin(struct simulation *sim);
/* The server is down from now on, for so many hours. */
void mail_stops(struct simulation *sim, int32_t hours);
/* What it answers to a message for this address. */
enum mail_answer mail_offer(struct simulation *sim, const char *address);
/* All is well from now on. */
void mail_mends(struct simulation *sim);

#endif
