/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/store.h"

#include <stdlib.h>
#include <time.h>

#include "base/error.h"

/* A conflict is rare and its second run nearly always succeeds; who comes this far is told BUSY. */
#define RUNS_MAX 16

struct certlife_store {
    const certlife_store_class *class;
    void *self;
};

static const char *missing_slot(const certlife_store_class *class)
{
    const struct {
        const char *name;
        bool there;
    } slots[] = {
        {"name", class->name != NULL},     {"begin", class->begin != NULL}, {"get", class->get != NULL},
        {"put", class->put != NULL},       {"erase", class->erase != NULL}, {"scan", class->scan != NULL},
        {"commit", class->commit != NULL}, {"abort", class->abort != NULL},
    };
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        if (!slots[i].there)
            return slots[i].name;
    }
    return NULL;
}

int certlife_store_new(const certlife_store_class *klass, void *self, certlife_store **out, certlife_error **err)
{
    CHECK_USE(klass != NULL, err);
    CHECK_USE(out != NULL, err);
    if (klass->size != sizeof *klass)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store class: size is %zu: this library knows %zu", klass->size,
                              sizeof *klass);
    const char *missing = missing_slot(klass);
    if (missing != NULL)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store class %s: the slot %s is missing",
                              klass->name != NULL ? klass->name : "without a name", missing);
    struct certlife_store *store = malloc(sizeof *store);
    if (store == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "store %s: no memory for its handle", klass->name);
    store->class = klass;
    store->self = self;
    *out = store;
    return 0;
}

void certlife_store_close(certlife_store *store)
{
    if (store == NULL)
        return;
    if (store->class->free != NULL)
        store->class->free(store->self);
    free(store);
}

const char *certlife__store_name(const certlife_store *store)
{
    return store->class->name;
}

const certlife_store_class *certlife__store_class(const certlife_store *store)
{
    return store->class;
}

void *certlife__store_self(const certlife_store *store)
{
    return store->self;
}

/* What a slot answered, as our callers may see it: 0, or a known and described failure. */
static int answer(const certlife_store *store, const char *slot, int rc, certlife_error **err)
{
    if (rc == 0)
        return 0;
    if (certlife_error_class_for(rc) == 0)
        return certlife__fail_backend(err, CERTLIFE_E_STORE, rc, store->class->name,
                                      "store %s: %s answered %d: no such answer is agreed", store->class->name, slot,
                                      rc);
    return certlife__fail(err, rc, "store %s: %s failed: %s", store->class->name, slot, certlife_error_meaning(rc));
}

static int check_key(const struct txn *txn, struct bytes key, certlife_error **err)
{
    if (key.len >= 1 && key.len <= CERTLIFE_STORE_KEY_MAX)
        return 0;
    return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: a key of %zu bytes: they have 1 to %d",
                          txn->store->class->name, key.len, CERTLIFE_STORE_KEY_MAX);
}

int certlife__store_begin(certlife_store *store, certlife_store_mode mode, struct txn *out, certlife_error **err)
{
    CHECK_USE(store != NULL, err);
    void *inner = NULL;
    int rc = answer(store, "begin", store->class->begin(store->self, mode, &inner, err), err);
    if (rc == 0)
        *out = (struct txn){store, inner};
    return rc;
}

int certlife__store_get(struct txn *txn, struct bytes key, struct bytes *value_out, certlife_error **err)
{
    int rc = check_key(txn, key, err);
    if (rc < 0)
        return rc;
    const uint8_t *value = NULL;
    size_t value_len = 0;
    rc = txn->store->class->get(txn->store->self, txn->inner, key.data, key.len, &value, &value_len, err);
    if (rc == CERTLIFE_STORE_ABSENT)
        return rc;
    rc = answer(txn->store, "get", rc, err);
    if (rc == 0)
        *value_out = bytes_of(value, value_len);
    return rc;
}

int certlife__store_put(struct txn *txn, struct bytes key, struct bytes value, certlife_error **err)
{
    int rc = check_key(txn, key, err);
    if (rc < 0)
        return rc;
    if (value.len > CERTLIFE_STORE_VALUE_MAX)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: a value of %zu bytes: they have up to %d",
                              txn->store->class->name, value.len, CERTLIFE_STORE_VALUE_MAX);
    return answer(txn->store, "put",
                  txn->store->class->put(txn->store->self, txn->inner, key.data, key.len, value.data, value.len, err),
                  err);
}

int certlife__store_erase(struct txn *txn, struct bytes key, certlife_error **err)
{
    int rc = check_key(txn, key, err);
    if (rc < 0)
        return rc;
    return answer(txn->store, "erase", txn->store->class->erase(txn->store->self, txn->inner, key.data, key.len, err),
                  err);
}

int certlife__store_scan(struct txn *txn, struct bytes from, size_t prefix_len, certlife_store_visit visit,
                         void *payload, certlife_error **err)
{
    if (from.len > CERTLIFE_STORE_KEY_MAX || prefix_len > from.len)
        return certlife__fail(
            err, CERTLIFE_E_INVALID,
            "store %s: a scan from %zu bytes with a prefix of %zu: at most %d, and no more than those",
            txn->store->class->name, from.len, prefix_len, CERTLIFE_STORE_KEY_MAX);
    return answer(
        txn->store, "scan",
        txn->store->class->scan(txn->store->self, txn->inner, from.data, from.len, prefix_len, visit, payload, err),
        err);
}

int certlife__store_commit(struct txn *txn, certlife_error **err)
{
    struct txn ended = *txn;
    *txn = (struct txn){NULL, NULL};
    return answer(ended.store, "commit", ended.store->class->commit(ended.store->self, ended.inner, err), err);
}

void certlife__store_abort(struct txn *txn)
{
    struct txn ended = *txn;
    *txn = (struct txn){NULL, NULL};
    ended.store->class->abort(ended.store->self, ended.inner);
}

static int run_once(certlife_store *store, certlife_store_mode mode,
                    int (*fn)(struct txn *txn, void *payload, certlife_error **err), void *payload,
                    certlife_error **err)
{
    struct txn txn;
    int rc = certlife__store_begin(store, mode, &txn, err);
    if (rc < 0)
        return rc;
    rc = fn(&txn, payload, err);
    if (rc == 0)
        return certlife__store_commit(&txn, err);
    certlife__store_abort(&txn);
    return rc;
}

/* The first runs follow at once; then others get time to finish: 0, 0, 0, 1, 2, 3 ... ms. */
static void wait_before(int run)
{
    if (run < 3)
        return;
    struct timespec pause = {0, (run - 2) * 1000000L};
    nanosleep(&pause, NULL);
}

int certlife__store_update(certlife_store *store, certlife_store_mode mode,
                           int (*fn)(struct txn *txn, void *payload, certlife_error **err), void *payload,
                           certlife_error **err)
{
    certlife_error *cause = NULL;
    int rc = CERTLIFE_E_BUSY;
    for (int run = 0; rc == CERTLIFE_E_BUSY && run < RUNS_MAX; run++) {
        certlife_error_free(cause);
        cause = NULL;
        wait_before(run);
        rc = run_once(store, mode, fn, payload, err != NULL ? &cause : NULL);
    }
    if (err != NULL && *err == NULL)
        *err = cause;
    else
        certlife_error_free(cause);
    return rc;
}
