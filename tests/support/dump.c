/* SPDX-License-Identifier: Apache-2.0 */
#include "dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct bytes copy(struct bytes from)
{
    uint8_t *data = malloc(from.len + 1);
    assert_non_null(data);
    if (from.len > 0)
        memcpy(data, from.data, from.len);
    return bytes_of(data, from.len);
}

static int take(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    struct dump *dump = payload;
    if (dump->count == dump->room) {
        dump->room = dump->room > 0 ? dump->room * 2 : 64;
        dump->pairs = realloc(dump->pairs, dump->room * sizeof *dump->pairs);
        assert_non_null(dump->pairs);
    }
    dump->pairs[dump->count++] = (struct pair){copy(bytes_of(key, key_len)), copy(bytes_of(value, value_len))};
    return 0;
}

struct dump dump_of(certlife_store *store)
{
    static const uint8_t first = 0;
    struct dump dump = {0};
    struct txn txn;
    certlife_error *err = NULL;
    int rc = certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, &err);
    if (rc == 0) {
        rc = certlife__store_scan(&txn, bytes_of(&first, 1), 0, take, &dump, &err);
        certlife__store_abort(&txn);
    }
    if (rc < 0)
        fail_msg("a dump: %s", certlife_error_message(err));
    return dump;
}

void dump_free(struct dump *dump)
{
    for (size_t i = 0; i < dump->count; i++) {
        free((void *)dump->pairs[i].key.data);
        free((void *)dump->pairs[i].value.data);
    }
    free(dump->pairs);
    *dump = (struct dump){0};
}

bool dump_equals(const struct dump *dump, certlife_store *store)
{
    struct dump now = dump_of(store);
    bool equal = dump->count == now.count;
    for (size_t i = 0; equal && i < now.count; i++)
        equal =
            bytes_equal(dump->pairs[i].key, now.pairs[i].key) && bytes_equal(dump->pairs[i].value, now.pairs[i].value);
    dump_free(&now);
    return equal;
}

struct bytes dump_find(const struct dump *dump, struct bytes key)
{
    for (size_t i = 0; i < dump->count; i++) {
        if (bytes_equal(dump->pairs[i].key, key))
            return dump->pairs[i].value;
    }
    return (struct bytes){0};
}

void store_poke(certlife_store *store, struct bytes key, struct bytes value)
{
    struct txn txn;
    certlife_error *err = NULL;
    int rc = certlife__store_begin(store, CERTLIFE_STORE_WRITE_RESERVE, &txn, &err);
    if (rc == 0) {
        rc = value.data != NULL ? certlife__store_put(&txn, key, value, &err) : certlife__store_erase(&txn, key, &err);
        if (rc == 0)
            rc = certlife__store_commit(&txn, &err);
        else
            certlife__store_abort(&txn);
    }
    if (rc < 0)
        fail_msg("a poke: %s", certlife_error_message(err));
}
