/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a store holds, copied: to compare before and after, and to look through.
 *
 *     struct dump before = dump_of(w->store);
 *     ...
 *     assert_true(dump_equals(&before, w->store));
 *     dump_free(&before);
 */
#ifndef CERTLIFE_TESTS_DUMP_H
#define CERTLIFE_TESTS_DUMP_H

#include <stdbool.h>

#include "ports/store.h"

struct pair {
    struct bytes key, value; /* borrowed from the dump */
};

struct dump {
    struct pair *pairs; /* in the order of their keys */
    size_t count, room;
};

/* A dump that cannot be made fails the test. */
struct dump dump_of(certlife_store *store);
void dump_free(struct dump *dump);
bool dump_equals(const struct dump *dump, certlife_store *store);
/* The value of a key; data NULL: it is not there. */
struct bytes dump_find(const struct dump *dump, struct bytes key);

/* Writes one pair past the library, or removes it (value.data NULL). */
void store_poke(certlife_store *store, struct bytes key, struct bytes value);

#endif
