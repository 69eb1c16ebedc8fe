/* SPDX-License-Identifier: Apache-2.0 */
/* What a changed profile does to what is planned (R-ALL-17), and to what expired before. */
#ifndef CERTLIFE_SIMULATE_NEW_PROFILE_H
#define CERTLIFE_SIMULATE_NEW_PROFILE_H

#include <stdint.h>

struct simulation;

/* Called before the settings change; what it answers is for the other, which frees it. */
uint8_t *new_profile_before(struct simulation *sim);
void new_profile_after(struct simulation *sim, uint8_t *before);

#endif
