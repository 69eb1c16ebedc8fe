/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_suite.h – what every store must pass, written against <certlife/sys/store.h> alone
 *
 *     static int open_mine(void *payload, struct store_under_test *out)
 *     {
 *         out->klass = &my_class;
 *         return my_open(&out->self);
 *     }
 *     ...
 *     const struct store_suite suite = {"mine", open_mine, close_mine, NULL};
 *     return store_suite_run(&suite);
 *
 * The suite calls the slots themselves, in the order that the header describes. It needs cmocka.
 */
#ifndef CERTLIFE_STORE_SUITE_H
#define CERTLIFE_STORE_SUITE_H

#include <certlife/sys/store.h>

struct store_under_test {
    const certlife_store_class *klass;
    void *self;
    void *owner; /* the factory's own */
};

struct store_suite {
    const char *name;
    /* Opens an empty store. Each test gets its own. 0: done. */
    int (*open)(void *payload, struct store_under_test *out);
    void (*close)(void *payload, struct store_under_test *store);
    void *payload;
};

/* The number of tests that failed. */
int store_suite_run(const struct store_suite *suite);

#endif
