/* SPDX-License-Identifier: Apache-2.0 */
/* The store port, and both built-in stores under the suite. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"
#include "ports/store.h"
#include "store_suite.h"

/* ---- the built-in stores ----------------------------------------------------------------------------------------- */

struct opened {
    certlife_store *store;
    char folder[256];
};

static int hand_out(struct opened *opened, int rc, struct store_under_test *out)
{
    if (rc != 0) {
        free(opened);
        return rc;
    }
    *out = (struct store_under_test){certlife__store_class(opened->store), certlife__store_self(opened->store), opened};
    return 0;
}

static int open_memory(void *payload, struct store_under_test *out)
{
    (void)payload;
    struct opened *opened = calloc(1, sizeof *opened);
    return hand_out(opened, certlife_store_new_memory(&opened->store, NULL), out);
}

static int open_lmdb(void *payload, struct store_under_test *out)
{
    struct opened *opened = calloc(1, sizeof *opened);
    if (!folder_make(opened->folder, sizeof opened->folder))
        return hand_out(opened, -1, out);
    return hand_out(opened, certlife_store_open_lmdb(opened->folder, payload, &opened->store, NULL), out);
}

static void close_opened(void *payload, struct store_under_test *store)
{
    (void)payload;
    struct opened *opened = store->owner;
    certlife_store_close(opened->store);
    if (opened->folder[0] != '\0')
        folder_remove(opened->folder);
    free(opened);
}

/* ---- a store that does what it is told --------------------------------------------------------------------------- */

struct told {
    int begin_answer;
    int get_answer;
    int put_answer;
    int commit_answer;
    int commit_busy; /* this many commits answer BUSY first */
    bool describes;
    int begun;
    int ended;
    int freed;
};

static int told_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    struct told *told = self;
    (void)mode;
    if (told->begin_answer != 0)
        return told->describes ? certlife_error_set(err, told->begin_answer, 7, "told", "told: its own words")
                               : told->begin_answer;
    told->begun++;
    *txn_out = told;
    return 0;
}

static int told_get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
                    size_t *value_len_out, certlife_error **err)
{
    (void)txn, (void)err;
    *value_out = key;
    *value_len_out = key_len;
    return ((struct told *)self)->get_answer;
}

static int told_put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                    certlife_error **err)
{
    (void)txn, (void)key, (void)key_len, (void)value, (void)value_len, (void)err;
    return ((struct told *)self)->put_answer;
}

static int told_erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    (void)self, (void)txn, (void)key, (void)key_len, (void)err;
    return 0;
}

static int told_scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                     certlife_store_visit visit, void *payload, certlife_error **err)
{
    (void)self, (void)txn, (void)from, (void)from_len, (void)prefix_len, (void)visit, (void)payload, (void)err;
    return 0;
}

static int told_commit(void *self, void *txn, certlife_error **err)
{
    struct told *told = self;
    (void)txn;
    told->ended++;
    if (told->commit_busy > 0) {
        told->commit_busy--;
        return certlife_error_set(err, CERTLIFE_E_BUSY, 0, NULL, "told: somebody came between");
    }
    return told->commit_answer;
}

static void told_abort(void *self, void *txn)
{
    (void)txn;
    ((struct told *)self)->ended++;
}

static void told_free(void *self)
{
    ((struct told *)self)->freed++;
}

static const certlife_store_class told_class = {
    .size = CERTLIFE_STORE_CLASS_INIT,
    .name = "told",
    .begin = told_begin,
    .get = told_get,
    .put = told_put,
    .erase = told_erase,
    .scan = told_scan,
    .commit = told_commit,
    .abort = told_abort,
    .free = told_free,
};

static certlife_store *store_of(struct told *told)
{
    certlife_store *store = NULL;
    assert_int_equal(certlife_store_new(&told_class, told, &store, NULL), 0);
    return store;
}

static void assert_says(certlife_error *err, int code, const char *words)
{
    assert_non_null(err);
    assert_int_equal(certlife_error_code(err), code);
    if (strstr(certlife_error_message(err), words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", certlife_error_message(err), words);
    certlife_error_free(err);
}

/* ---- certlife_store_new ------------------------------------------------------------------------------------------ */

static void test_a_missing_slot_is_named(void **state)
{
    (void)state;
    certlife_store_class lacking[8];
    const char *names[8] = {"name", "begin", "get", "put", "erase", "scan", "commit", "abort"};
    for (size_t i = 0; i < 8; i++)
        lacking[i] = told_class;
    lacking[0].name = NULL;
    lacking[1].begin = NULL;
    lacking[2].get = NULL;
    lacking[3].put = NULL;
    lacking[4].erase = NULL;
    lacking[5].scan = NULL;
    lacking[6].commit = NULL;
    lacking[7].abort = NULL;
    for (size_t i = 0; i < 8; i++) {
        certlife_store *store = NULL;
        certlife_error *err = NULL;
        assert_int_equal(certlife_store_new(&lacking[i], NULL, &store, &err), CERTLIFE_E_INVALID);
        assert_null(store);
        assert_says(err, CERTLIFE_E_INVALID, names[i]);
    }
}

static void test_free_is_the_one_slot_that_may_lack(void **state)
{
    (void)state;
    certlife_store_class class = told_class;
    certlife_store *store = NULL;
    class.free = NULL;
    assert_int_equal(certlife_store_new(&class, NULL, &store, NULL), 0);
    certlife_store_close(store);
    certlife_store_close(NULL);
}

static void test_a_foreign_size_is_refused(void **state)
{
    (void)state;
    certlife_store_class class = told_class;
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    class.size = 8;
    assert_int_equal(certlife_store_new(&class, NULL, &store, &err), CERTLIFE_E_INVALID);
    assert_says(err, CERTLIFE_E_INVALID, "size");
}

static void test_close_frees_once(void **state)
{
    (void)state;
    struct told told = {0};
    certlife_store_close(store_of(&told));
    assert_int_equal(told.freed, 1);
}

/* ---- answers and limits ------------------------------------------------------------------------------------------ */

static void test_what_a_slot_does_not_describe_is_described(void **state)
{
    (void)state;
    struct told told = {.put_answer = CERTLIFE_E_STORE_FULL};
    certlife_store *store = store_of(&told);
    certlife_error *err = NULL;
    struct txn txn;
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, &err), 0);
    assert_int_equal(certlife__store_put(&txn, bytes_of_text("k"), bytes_of_text("v"), &err), CERTLIFE_E_STORE_FULL);
    assert_says(err, CERTLIFE_E_STORE_FULL, "store told: put failed");
    certlife__store_abort(&txn);

    err = NULL;
    told.begin_answer = CERTLIFE_E_STORE;
    told.describes = true;
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, &err), CERTLIFE_E_STORE);
    assert_int_equal(certlife_error_backend_code(err), 7);
    assert_says(err, CERTLIFE_E_STORE, "told: its own words");
    certlife_store_close(store);
}

static void test_an_answer_that_is_not_agreed_is_a_failure(void **state)
{
    (void)state;
    struct told told = {.get_answer = 2, .put_answer = -4711};
    certlife_store *store = store_of(&told);
    certlife_error *err = NULL;
    struct bytes value = {NULL, 9};
    struct txn txn;
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, NULL), 0);
    assert_int_equal(certlife__store_get(&txn, bytes_of_text("k"), &value, &err), CERTLIFE_E_STORE);
    assert_int_equal(value.len, 9);
    assert_says(err, CERTLIFE_E_STORE, "get answered 2");
    err = NULL;
    assert_int_equal(certlife__store_put(&txn, bytes_of_text("k"), value, &err), CERTLIFE_E_STORE);
    assert_says(err, CERTLIFE_E_STORE, "put answered -4711");
    certlife__store_abort(&txn);
    certlife_store_close(store);
}

static void test_sizes_beyond_the_limits_do_not_reach_the_store(void **state)
{
    (void)state;
    static uint8_t data[CERTLIFE_STORE_VALUE_MAX + 1];
    struct told told = {0};
    certlife_store *store = store_of(&told);
    struct bytes value;
    struct txn txn;
    struct bytes long_key = bytes_of(data, CERTLIFE_STORE_KEY_MAX + 1), no_key = bytes_of(data, 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, NULL), 0);
    assert_int_equal(certlife__store_get(&txn, long_key, &value, NULL), CERTLIFE_E_INVALID);
    assert_int_equal(certlife__store_get(&txn, no_key, &value, NULL), CERTLIFE_E_INVALID);
    assert_int_equal(certlife__store_erase(&txn, long_key, NULL), CERTLIFE_E_INVALID);
    assert_int_equal(certlife__store_put(&txn, no_key, bytes_of(data, 1), NULL), CERTLIFE_E_INVALID);
    assert_int_equal(certlife__store_put(&txn, bytes_of(data, 500), bytes_of(data, sizeof data), NULL),
                     CERTLIFE_E_INVALID);
    assert_int_equal(certlife__store_put(&txn, bytes_of(data, 500), bytes_of(data, sizeof data - 1), NULL), 0);
    assert_int_equal(certlife__store_scan(&txn, long_key, 0, NULL, NULL, NULL), CERTLIFE_E_INVALID);
    assert_int_equal(certlife__store_scan(&txn, bytes_of(data, 3), 4, NULL, NULL, NULL), CERTLIFE_E_INVALID);
    certlife__store_abort(&txn);
    certlife_store_close(store);
}

/* ---- update ------------------------------------------------------------------------------------------------------ */

struct runs {
    int count;
    int answer;
};

static int count_run(struct txn *txn, void *payload, certlife_error **err)
{
    struct runs *runs = payload;
    (void)txn, (void)err;
    runs->count++;
    return runs->answer;
}

static void test_update_runs_again_when_busy(void **state)
{
    (void)state;
    struct told told = {.commit_busy = 3};
    struct runs runs = {0, 0};
    certlife_store *store = store_of(&told);
    certlife_error *err = NULL;
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, count_run, &runs, &err), 0);
    assert_null(err);
    assert_int_equal(runs.count, 4);
    assert_int_equal(told.begun, 4);
    assert_int_equal(told.ended, 4);
    certlife_store_close(store);
}

static void test_update_gives_up_in_the_end(void **state)
{
    (void)state;
    struct told told = {.commit_busy = 1000000};
    struct runs runs = {0, 0};
    certlife_store *store = store_of(&told);
    certlife_error *err = NULL;
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, count_run, &runs, &err), CERTLIFE_E_BUSY);
    assert_says(err, CERTLIFE_E_BUSY, "somebody came between");
    assert_in_range(runs.count, 5, 100);
    assert_int_equal(told.begun, told.ended);
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, count_run, &runs, NULL), CERTLIFE_E_BUSY);
    certlife_store_close(store);
}

static void test_update_aborts_and_returns_what_fn_answers(void **state)
{
    (void)state;
    const int answers[] = {1, 17, CERTLIFE_E_HOST, CERTLIFE_E_STORE_FULL};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        /* A commit would be noticed: it fails. */
        struct told told = {.commit_answer = CERTLIFE_E_INTERNAL};
        struct runs runs = {0, answers[i]};
        certlife_store *store = store_of(&told);
        assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, count_run, &runs, NULL), answers[i]);
        assert_int_equal(runs.count, 1);
        assert_int_equal(told.ended, 1);
        certlife_store_close(store);
    }
}

static void test_update_hands_on_failures_of_begin_and_commit(void **state)
{
    (void)state;
    struct told told = {.commit_answer = CERTLIFE_E_STORE};
    struct runs runs = {0, 0};
    certlife_store *store = store_of(&told);
    certlife_error *err = NULL;
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, count_run, &runs, &err), CERTLIFE_E_STORE);
    assert_says(err, CERTLIFE_E_STORE, "store told: commit failed");
    told.begin_answer = CERTLIFE_E_FORKED;
    err = NULL;
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, count_run, &runs, &err), CERTLIFE_E_FORKED);
    assert_says(err, CERTLIFE_E_FORKED, "store told: begin failed");
    assert_int_equal(runs.count, 1);
    assert_int_equal(told.begun, told.ended);
    certlife_store_close(store);
}

static int put_twice(struct txn *txn, void *payload, certlife_error **err)
{
    int rc = certlife__store_put(txn, bytes_of_text("a"), bytes_of_text("1"), err);
    return rc < 0 ? rc : certlife__store_put(txn, bytes_of_text("b"), bytes_of_text("1"), err) + *(int *)payload;
}

static void test_update_of_a_real_store(void **state)
{
    (void)state;
    certlife_store *store = NULL;
    struct bytes value;
    struct txn txn;
    int refuse = 1;
    assert_int_equal(certlife_store_new_memory(&store, NULL), 0);
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_twice, &refuse, NULL), 1);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL), 0);
    assert_int_equal(certlife__store_get(&txn, bytes_of_text("a"), &value, NULL), CERTLIFE_STORE_ABSENT);
    certlife__store_abort(&txn);
    refuse = 0;
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_twice, &refuse, NULL), 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL), 0);
    assert_int_equal(certlife__store_get(&txn, bytes_of_text("b"), &value, NULL), CERTLIFE_STORE_FOUND);
    assert_true(bytes_equal(value, bytes_of_text("1")));
    assert_int_equal(certlife__store_commit(&txn, NULL), 0);
    certlife_store_close(store);
}

static void test_one_thread_cannot_write_twice_at_once(void **state)
{
    (void)state;
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    struct txn first, second;
    assert_int_equal(certlife_store_new_memory(&store, NULL), 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &first, NULL), 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &second, &err), CERTLIFE_E_MISUSE);
    assert_says(err, CERTLIFE_E_MISUSE, "already");
    certlife__store_abort(&first);
    certlife_store_close(store);
}

/* Threads answer NULL, or what went wrong. */
static void *complaint_of(const char *words)
{
    return (void *)words;
}

#define SMALL_STACK (256 << 10)

/* Rising and falling keys are the worst for a tree that does not balance itself: it would be a list, and as deep. */
static void *put_in_order(void *payload)
{
    struct txn txn;
    int rc = certlife__store_begin(payload, CERTLIFE_STORE_WRITE, &txn, NULL);
    for (uint32_t i = 0; i < 40000 && rc == 0; i++) {
        uint8_t key[4];
        struct writer w = writer_into(key, sizeof key);
        write_number(&w, i < 20000 ? 20000 - i : i, sizeof key);
        rc = certlife__store_put(&txn, bytes_of(key, sizeof key), bytes_of(NULL, 0), NULL);
    }
    return rc == 0 && certlife__store_commit(&txn, NULL) == 0 ? NULL : complaint_of("keys were not put");
}

static void test_the_memory_store_stays_shallow(void **state)
{
    (void)state;
    certlife_store *store = NULL;
    pthread_attr_t small;
    pthread_t thread;
    void *complaint = NULL;
    assert_int_equal(certlife_store_new_memory(&store, NULL), 0);
    pthread_attr_init(&small);
    assert_int_equal(pthread_attr_setstacksize(&small, SMALL_STACK), 0);
    assert_int_equal(pthread_create(&thread, &small, put_in_order, store), 0);
    pthread_join(thread, &complaint);
    pthread_attr_destroy(&small);
    assert_null(complaint);
    certlife_store_close(store);
}

static void test_a_child_may_not_use_its_parents_memory_store(void **state)
{
    (void)state;
    certlife_store *store = NULL;
    assert_int_equal(certlife_store_new_memory(&store, NULL), 0);
    pid_t child = fork();
    if (child == 0) {
        struct txn txn;
        _exit(certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL) == CERTLIFE_E_FORKED ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    certlife_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_missing_slot_is_named),
        cmocka_unit_test(test_free_is_the_one_slot_that_may_lack),
        cmocka_unit_test(test_a_foreign_size_is_refused),
        cmocka_unit_test(test_close_frees_once),
        cmocka_unit_test(test_what_a_slot_does_not_describe_is_described),
        cmocka_unit_test(test_an_answer_that_is_not_agreed_is_a_failure),
        cmocka_unit_test(test_sizes_beyond_the_limits_do_not_reach_the_store),
        cmocka_unit_test(test_update_runs_again_when_busy),
        cmocka_unit_test(test_update_gives_up_in_the_end),
        cmocka_unit_test(test_update_aborts_and_returns_what_fn_answers),
        cmocka_unit_test(test_update_hands_on_failures_of_begin_and_commit),
        cmocka_unit_test(test_update_of_a_real_store),
        cmocka_unit_test(test_one_thread_cannot_write_twice_at_once),
        cmocka_unit_test(test_the_memory_store_stays_shallow),
        cmocka_unit_test(test_a_child_may_not_use_its_parents_memory_store),
    };
    certlife_store_lmdb_options small = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    small.max_bytes = 16 << 20;
    const struct store_suite memory = {"memory", open_memory, close_opened, NULL};
    const struct store_suite lmdb = {"lmdb", open_lmdb, close_opened, NULL};
    const struct store_suite lmdb_small = {"lmdb, 16 MiB", open_lmdb, close_opened, &small};
    int failed = cmocka_run_group_tests_name("port", tests, NULL, NULL);
    failed += store_suite_run(&memory);
    failed += store_suite_run(&lmdb);
    failed += store_suite_run(&lmdb_small);
    return failed == 0 ? 0 : 1;
}
