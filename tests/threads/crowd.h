/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads that begin at the same moment. A thread asserts nothing itself: it leaves what it found in its own `found`,
 * for the test to look at when all have ended.
 */
#ifndef CERTLIFE_TESTS_THREADS_CROWD_H
#define CERTLIFE_TESTS_THREADS_CROWD_H

#include "world.h"

#define CROWD 16

struct member {
    int index;
    struct world *w; /* only to read from: its institution, its clock */
    void *shared;
    certlife_decision *decision;
    certlife_error *err;
    int rc; /* of the last call */
    certlife_code code;
    int allowed, refused, wrong;
    char serial[64];
};

/* Runs `work` in each of them, and returns when all have ended. */
void crowd_runs(struct world *w, void *shared, void (*work)(struct member *me), struct member found[CROWD]);

/* Notes an answer: counts it, and keeps code and message; returns it. */
int note(struct member *me, int rc);

/* Actors of one's own. */
certlife_actor staff(void);
certlife_actor person(const char *user);
certlife_actor person_with(const char *user, const uint8_t *certificate, size_t len);
/* Of request `index`, which is the thread's own until its next. */
certlife_request asked_with(int index);

/* A world on an LMDB store in a folder of its own; and its end. */
struct lmdb_world {
    char folder[1024];
    struct world *w;
};
struct lmdb_world lmdb_world_new(const char *profile);
void lmdb_world_free(struct lmdb_world *lw);

#endif
