/* SPDX-License-Identifier: Apache-2.0 */
/* examples/own_store.c under the suite, and opened again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "folder.h"
#include "ports/store.h"
#include "store_suite.h"

int own_store_open(const char *path, certlife_store **out, certlife_error **err);

struct opened {
    certlife_store *store;
    char folder[256];
};

static int open_own(void *payload, struct store_under_test *out)
{
    (void)payload;
    struct opened *opened = calloc(1, sizeof *opened);
    if (!folder_make(opened->folder, sizeof opened->folder) ||
        own_store_open(opened->folder, &opened->store, NULL) != 0) {
        free(opened);
        return -1;
    }
    *out = (struct store_under_test){certlife__store_class(opened->store), certlife__store_self(opened->store), opened};
    return 0;
}

static void close_own(void *payload, struct store_under_test *store)
{
    (void)payload;
    struct opened *opened = store->owner;
    certlife_store_close(opened->store);
    folder_remove(opened->folder);
    free(opened);
}

static int put_one(struct txn *txn, void *payload, certlife_error **err)
{
    return certlife__store_put(txn, bytes_of_text(payload), bytes_of_text("value"), err);
}

static int read_one(const char *folder, const char *key)
{
    certlife_store *store = NULL;
    struct txn txn;
    struct bytes value;
    int rc = own_store_open(folder, &store, NULL);
    if (rc < 0)
        return rc;
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL), 0);
    rc = certlife__store_get(&txn, bytes_of_text(key), &value, NULL);
    certlife__store_abort(&txn);
    certlife_store_close(store);
    return rc;
}

static void test_what_was_committed_is_there_when_opened_again(void **state)
{
    char folder[256], key[] = "there";
    certlife_store *store = NULL, *second = NULL;
    (void)state;
    assert_true(folder_make(folder, sizeof folder));
    assert_int_equal(own_store_open(folder, &store, NULL), 0);
    assert_int_equal(own_store_open(folder, &second, NULL), CERTLIFE_E_BUSY);
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_one, key, NULL), 0);
    certlife_store_close(store);
    assert_int_equal(read_one(folder, "there"), CERTLIFE_STORE_FOUND);
    assert_int_equal(read_one(folder, "elsewhere"), CERTLIFE_STORE_ABSENT);
    folder_remove(folder);
}

/* A file cut short anywhere is an error; a new one that was not finished is none. */
static void test_a_damaged_file_is_noticed(void **state)
{
    char folder[256], path[300], unfinished[300], data[256], key[] = "a";
    certlife_store *store = NULL;
    (void)state;
    assert_true(folder_make(folder, sizeof folder));
    folder_path(path, sizeof path, folder, "map");
    folder_path(unfinished, sizeof unfinished, folder, "map.new");
    assert_int_equal(own_store_open(folder, &store, NULL), 0);
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_one, key, NULL), 0);
    certlife_store_close(store);
    FILE *file = fopen(path, "rb");
    size_t len = fread(data, 1, sizeof data, file);
    fclose(file);
    for (size_t cut = 0; cut <= len; cut++) {
        file = fopen(path, "wb");
        assert_int_equal(fwrite(data, 1, cut, file), cut);
        fclose(file);
        assert_int_equal(read_one(folder, "a"), cut < len ? CERTLIFE_E_STORE_CORRUPT : CERTLIFE_STORE_FOUND);
    }
    file = fopen(unfinished, "wb");
    fputs("half", file);
    fclose(file);
    assert_int_equal(read_one(folder, "a"), CERTLIFE_STORE_FOUND);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_committed_is_there_when_opened_again),
        cmocka_unit_test(test_a_damaged_file_is_noticed),
    };
    const struct store_suite own = {"own", open_own, close_own, NULL};
    int failed = cmocka_run_group_tests_name("own store", tests, NULL, NULL);
    failed += store_suite_run(&own);
    return failed == 0 ? 0 : 1;
}
