/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acts of people, before the library and, where it allows them, in the model. All answer whether they were done.
 */
#ifndef CERTLIFE_SIMULATE_ACTS_H
#define CERTLIFE_SIMULATE_ACTS_H

#include <stdbool.h>
#include <stdint.h>

struct simulation;

/* The contract's number, applied for and its master user authorised; NONE. */
int32_t act_register(struct simulation *sim);
/* By the master user if they can, else by the branch. The user's number, or NONE. */
int32_t act_add_user(struct simulation *sim, int32_t contract);
bool act_authorise(struct simulation *sim, int32_t user);
bool act_obtain(struct simulation *sim, int32_t user);
bool act_renew(struct simulation *sim, int32_t user);
bool act_renew_later(struct simulation *sim, int32_t user);
bool act_confirm(struct simulation *sim, int32_t certificate);
bool act_log_in(struct simulation *sim, int32_t certificate);
bool act_reissue(struct simulation *sim, int32_t user);
bool act_revoke(struct simulation *sim, int32_t user);
bool act_delete(struct simulation *sim, int32_t user);
bool act_close(struct simulation *sim, int32_t contract);
/* 0: no address any more. */
bool act_change_address(struct simulation *sim, int32_t user, int32_t address);

#endif
