/* SPDX-License-Identifier: Apache-2.0 */
/* What a notice says, held against what is so. */
#ifndef CERTLIFE_SIMULATE_SAYS_H
#define CERTLIFE_SIMULATE_SAYS_H

#include <stdbool.h>
#include <stdint.h>

#include <certlife.h>

#include "calls_for.h"

struct simulation;

/* What it is about. False, and said so, if it cannot be. */
bool says_name(struct simulation *sim, const certlife_notice *seen, struct chain_name *out);
/* Who, where, when, how many days, as of now. */
void says_check(struct simulation *sim, const certlife_notice *seen, struct chain_name name, int64_t label);
/* One number or text of it. */
void says_number(struct simulation *sim, struct chain_name name, const char *what, int64_t seen, int64_t expected);
void says_text(struct simulation *sim, struct chain_name name, const char *what, const char *seen,
               const char *expected);

#endif
