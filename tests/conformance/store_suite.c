/* SPDX-License-Identifier: Apache-2.0 */
#include "store_suite.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- vocabulary -------------------------------------------------------------------------------------------------- */

struct world {
    const struct store_suite *suite;
    struct store_under_test store;
    atomic_bool over; /* the writers have ended: watchers look once more and end too */
};

#define SLOT(world, slot) (world)->store.klass->slot

static void *begins(struct world *w, certlife_store_mode mode)
{
    void *txn = NULL;
    certlife_error *err = NULL;
    int rc = SLOT(w, begin)(w->store.self, mode, &txn, &err);
    if (rc != 0)
        print_error("begin: %d: %s\n", rc, certlife_error_message(err));
    assert_int_equal(rc, 0);
    return txn;
}

static void commits(struct world *w, void *txn)
{
    certlife_error *err = NULL;
    int rc = SLOT(w, commit)(w->store.self, txn, &err);
    if (rc != 0)
        print_error("commit: %d: %s\n", rc, certlife_error_message(err));
    assert_int_equal(rc, 0);
}

static void aborts(struct world *w, void *txn)
{
    SLOT(w, abort)(w->store.self, txn);
}

static void puts_bytes(struct world *w, void *txn, const void *key, size_t key_len, const void *value, size_t value_len)
{
    assert_int_equal(SLOT(w, put)(w->store.self, txn, key, key_len, value, value_len, NULL), 0);
}

static void puts_text(struct world *w, void *txn, const char *key, const char *value)
{
    puts_bytes(w, txn, key, strlen(key), value, strlen(value));
}

static void erases(struct world *w, void *txn, const char *key)
{
    assert_int_equal(SLOT(w, erase)(w->store.self, txn, (const uint8_t *)key, strlen(key), NULL), 0);
}

static int gets(struct world *w, void *txn, const void *key, size_t key_len, const uint8_t **value, size_t *value_len)
{
    return SLOT(w, get)(w->store.self, txn, key, key_len, value, value_len, NULL);
}

static void assert_holds(struct world *w, void *txn, const char *key, const char *value)
{
    const uint8_t *found = NULL;
    size_t found_len = 0;
    assert_int_equal(gets(w, txn, key, strlen(key), &found, &found_len), CERTLIFE_STORE_FOUND);
    assert_int_equal(found_len, strlen(value));
    if (found_len > 0)
        assert_memory_equal(found, value, found_len);
}

/* Outputs of `get` stay as they were. */
static void assert_lacks(struct world *w, void *txn, const char *key)
{
    const uint8_t *found = (const uint8_t *)key;
    size_t found_len = 4711;
    assert_int_equal(gets(w, txn, key, strlen(key), &found, &found_len), CERTLIFE_STORE_ABSENT);
    assert_ptr_equal(found, key);
    assert_int_equal(found_len, 4711);
}

/* What a scan visited: "key=value " for each. */
struct visited {
    char text[4096];
    size_t visits;
    size_t stop_at; /* at this visit answer `answer` */
    int answer;
};

static int note_visit(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    struct visited *v = payload;
    size_t used = strlen(v->text);
    snprintf(v->text + used, sizeof v->text - used, "%.*s=%.*s ", (int)key_len, (const char *)key, (int)value_len,
             (const char *)value);
    v->visits++;
    return v->visits == v->stop_at ? v->answer : 0;
}

static void assert_scan(struct world *w, void *txn, const char *from, size_t prefix_len, const char *expected)
{
    struct visited v = {.visits = 0};
    assert_int_equal(
        SLOT(w, scan)(w->store.self, txn, (const uint8_t *)from, strlen(from), prefix_len, note_visit, &v, NULL), 0);
    assert_string_equal(v.text, expected);
}

/* Threads answer NULL, or what went wrong. */
static void *complaint_of(const char *words)
{
    return (void *)words;
}

/* The same numbers in every run. */
static uint32_t next_number(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* ---- one transaction after another ------------------------------------------------------------------------------- */

static void test_put_get_overwrite_erase(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    assert_lacks(w, txn, "keir001");
    puts_text(w, txn, "keir001", "obtained");
    puts_text(w, txn, "keir002", "");
    assert_holds(w, txn, "keir001", "obtained");
    commits(w, txn);

    txn = begins(w, CERTLIFE_STORE_WRITE);
    assert_holds(w, txn, "keir001", "obtained");
    assert_holds(w, txn, "keir002", "");
    assert_lacks(w, txn, "keir00");
    assert_lacks(w, txn, "keir0011");
    puts_text(w, txn, "keir001", "revoked, and longer than before");
    erases(w, txn, "keir002");
    erases(w, txn, "keir003");
    assert_lacks(w, txn, "keir002");
    commits(w, txn);

    txn = begins(w, CERTLIFE_STORE_READ);
    assert_holds(w, txn, "keir001", "revoked, and longer than before");
    assert_lacks(w, txn, "keir002");
    commits(w, txn);
}

static void test_bytes_are_copied(void **state)
{
    struct world *w = *state;
    char key[] = "key", value[] = "value";
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    puts_text(w, txn, key, value);
    memset(key, 'x', 3);
    memset(value, 'x', 5);
    assert_holds(w, txn, "key", "value");
    commits(w, txn);
}

static void test_abort_leaves_nothing(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    puts_text(w, txn, "a", "1");
    puts_text(w, txn, "b", "1");
    commits(w, txn);

    txn = begins(w, CERTLIFE_STORE_WRITE);
    puts_text(w, txn, "a", "2");
    erases(w, txn, "b");
    puts_text(w, txn, "c", "2");
    assert_scan(w, txn, "", 0, "a=2 c=2 ");
    aborts(w, txn);

    txn = begins(w, CERTLIFE_STORE_READ);
    assert_scan(w, txn, "", 0, "a=1 b=1 ");
    aborts(w, txn);
}

static void test_the_reserve_mode_is_a_write_mode(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_WRITE_RESERVE);
    puts_text(w, txn, "a", "1");
    commits(w, txn);
    txn = begins(w, CERTLIFE_STORE_READ);
    assert_holds(w, txn, "a", "1");
    aborts(w, txn);
}

static void test_a_failed_change_of_a_reader_changes_nothing(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_READ);
    assert_true(SLOT(w, put)(w->store.self, txn, (const uint8_t *)"a", 1, (const uint8_t *)"1", 1, NULL) < 0);
    aborts(w, txn);
    txn = begins(w, CERTLIFE_STORE_READ);
    assert_lacks(w, txn, "a");
    aborts(w, txn);
}

/* ---- order and scans --------------------------------------------------------------------------------------------- */

static void test_keys_are_in_order_of_memcmp_shorter_first(void **state)
{
    struct world *w = *state;
    static const struct {
        size_t len;
        uint8_t bytes[3];
    } keys[] = {{1, {0}},   {2, {0, 0}},   {2, {0, 1}}, {1, {1}},        {3, {1, 0, 255}},    {1, {127}},
                {1, {128}}, {2, {128, 0}}, {1, {255}},  {2, {255, 255}}, {3, {255, 255, 255}}};
    const size_t count = sizeof keys / sizeof keys[0];
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    for (size_t i = count; i > 0; i--) /* put backwards */
        puts_bytes(w, txn, keys[i - 1].bytes, keys[i - 1].len, "v", 1);
    commits(w, txn);

    txn = begins(w, CERTLIFE_STORE_READ);
    struct visited v = {.visits = 0};
    assert_int_equal(SLOT(w, scan)(w->store.self, txn, NULL, 0, 0, note_visit, &v, NULL), 0);
    assert_int_equal(v.visits, count);
    for (size_t i = 0; i < count; i++) {
        /* From each key on: exactly those that are not before it. */
        v = (struct visited){.visits = 0};
        assert_int_equal(SLOT(w, scan)(w->store.self, txn, keys[i].bytes, keys[i].len, 0, note_visit, &v, NULL), 0);
        assert_int_equal(v.visits, count - i);
    }
    aborts(w, txn);
}

static void test_scan_keeps_to_its_prefix(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    const char *keys[] = {"user/keir/003", "contract/1", "user/keir/001", "user/kei", "user/keis/1", "user/keir/"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        puts_text(w, txn, keys[i], "v");

    assert_scan(w, txn, "user/keir/", 10, "user/keir/=v user/keir/001=v user/keir/003=v ");
    assert_scan(w, txn, "user/keir/002", 10, "user/keir/003=v ");
    assert_scan(w, txn, "user/keir/003", 13, "user/keir/003=v ");
    assert_scan(w, txn, "user/keir/004", 10, "");
    assert_scan(w, txn, "user/keiq", 9, "");
    assert_scan(w, txn, "user/keir/002", 0, "user/keir/003=v user/keis/1=v ");
    assert_scan(w, txn, "zzz", 0, "");
    commits(w, txn);
}

static void test_scan_of_an_empty_store(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_READ);
    assert_scan(w, txn, "", 0, "");
    assert_scan(w, txn, "a", 1, "");
    aborts(w, txn);
}

static void test_scan_ends_where_the_visitor_says(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    puts_text(w, txn, "a", "1");
    puts_text(w, txn, "b", "2");
    puts_text(w, txn, "c", "3");

    struct visited enough = {.stop_at = 2, .answer = 1};
    assert_int_equal(SLOT(w, scan)(w->store.self, txn, NULL, 0, 0, note_visit, &enough, NULL), 0);
    assert_string_equal(enough.text, "a=1 b=2 ");

    struct visited failing = {.stop_at = 1, .answer = CERTLIFE_E_HOST};
    assert_int_equal(SLOT(w, scan)(w->store.self, txn, NULL, 0, 0, note_visit, &failing, NULL), CERTLIFE_E_HOST);
    assert_string_equal(failing.text, "a=1 ");

    /* The transaction lives on. */
    puts_text(w, txn, "d", "4");
    commits(w, txn);
    txn = begins(w, CERTLIFE_STORE_READ);
    assert_scan(w, txn, "", 0, "a=1 b=2 c=3 d=4 ");
    aborts(w, txn);
}

/* ---- sizes ------------------------------------------------------------------------------------------------------- */

static void test_largest_and_smallest_sizes(void **state)
{
    struct world *w = *state;
    static uint8_t key[CERTLIFE_STORE_KEY_MAX], value[CERTLIFE_STORE_VALUE_MAX];
    const size_t value_lens[] = {0, 1, 2000, 4096, CERTLIFE_STORE_VALUE_MAX - 1, CERTLIFE_STORE_VALUE_MAX};
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 31);
    for (size_t i = 0; i < sizeof value_lens / sizeof value_lens[0]; i++) {
        memset(key, (int)i, sizeof key);
        void *txn = begins(w, CERTLIFE_STORE_WRITE);
        puts_bytes(w, txn, key, sizeof key, value, value_lens[i]);
        puts_bytes(w, txn, key, sizeof key - 1, "shorter", 7);
        commits(w, txn);

        const uint8_t *found = NULL;
        size_t found_len = 1;
        txn = begins(w, CERTLIFE_STORE_READ);
        assert_int_equal(gets(w, txn, key, sizeof key, &found, &found_len), CERTLIFE_STORE_FOUND);
        assert_int_equal(found_len, value_lens[i]);
        if (found_len > 0)
            assert_memory_equal(found, value, found_len);
        aborts(w, txn);
    }
}

/* ---- a model ----------------------------------------------------------------------------------------------------- */

#define MODEL_KEYS 700

/* The version of each key; 0: not there. */
struct model {
    uint32_t versions[MODEL_KEYS];
};

struct comparison {
    const struct model *model;
    uint32_t at;
};

static uint32_t next_present(const struct model *model, uint32_t at)
{
    while (at < MODEL_KEYS && model->versions[at] == 0)
        at++;
    return at;
}

static int compare_visit(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    struct comparison *c = payload;
    char expected_key[16], expected_value[32];
    c->at = next_present(c->model, c->at);
    if (c->at == MODEL_KEYS)
        return CERTLIFE_E_INTERNAL;
    snprintf(expected_key, sizeof expected_key, "key%05u", (unsigned)c->at);
    snprintf(expected_value, sizeof expected_value, "version %u", (unsigned)c->model->versions[c->at]);
    bool same = key_len == strlen(expected_key) && memcmp(key, expected_key, key_len) == 0 &&
                value_len == strlen(expected_value) && memcmp(value, expected_value, value_len) == 0;
    c->at++;
    return same ? 0 : CERTLIFE_E_INTERNAL;
}

static void assert_like_model(struct world *w, const struct model *model)
{
    struct comparison c = {model, 0};
    void *txn = begins(w, CERTLIFE_STORE_READ);
    assert_int_equal(SLOT(w, scan)(w->store.self, txn, NULL, 0, 0, compare_visit, &c, NULL), 0);
    assert_int_equal(next_present(model, c.at), MODEL_KEYS);
    aborts(w, txn);
}

static void change_at_random(struct world *w, void *txn, struct model *model, uint32_t version, uint32_t *numbers)
{
    char key[16], value[32];
    uint32_t which = next_number(numbers) % MODEL_KEYS;
    snprintf(key, sizeof key, "key%05u", (unsigned)which);
    snprintf(value, sizeof value, "version %u", (unsigned)version);
    if (next_number(numbers) % 3 == 0) {
        erases(w, txn, key);
        model->versions[which] = 0;
    } else {
        puts_text(w, txn, key, value);
        model->versions[which] = version;
    }
}

static void test_many_changes_like_a_model(void **state)
{
    struct world *w = *state;
    static struct model committed, changed;
    uint32_t numbers = 20210401, version = 0;
    memset(&committed, 0, sizeof committed);
    for (int round = 0; round < 40; round++) {
        changed = committed;
        void *txn = begins(w, CERTLIFE_STORE_WRITE);
        for (int i = 0; i < 250; i++)
            change_at_random(w, txn, &changed, ++version, &numbers);
        if (next_number(&numbers) % 4 == 0) {
            aborts(w, txn);
        } else {
            commits(w, txn);
            committed = changed;
        }
        assert_like_model(w, &committed);
    }
}

/* ---- side by side ------------------------------------------------------------------------------------------------ */

static void *change_from_another_thread(void *payload)
{
    struct world *w = payload;
    void *txn = NULL;
    if (SLOT(w, begin)(w->store.self, CERTLIFE_STORE_WRITE, &txn, NULL) != 0)
        return complaint_of("begin failed");
    if (SLOT(w, put)(w->store.self, txn, (const uint8_t *)"a", 1, (const uint8_t *)"2", 1, NULL) != 0)
        return complaint_of("put failed");
    if (SLOT(w, erase)(w->store.self, txn, (const uint8_t *)"b", 1, NULL) != 0)
        return complaint_of("erase failed");
    return SLOT(w, commit)(w->store.self, txn, NULL) == 0 ? NULL : complaint_of("commit failed");
}

/* "A read transaction sees the map as it was at begin, whatever is committed meanwhile." */
static void test_a_reader_sees_its_own_moment(void **state)
{
    struct world *w = *state;
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    puts_text(w, txn, "a", "1");
    puts_text(w, txn, "b", "1");
    commits(w, txn);

    void *before = begins(w, CERTLIFE_STORE_READ);
    pthread_t thread;
    void *complaint = NULL;
    assert_int_equal(pthread_create(&thread, NULL, change_from_another_thread, w), 0);
    pthread_join(thread, &complaint);
    assert_null(complaint);
    assert_scan(w, before, "", 0, "a=1 b=1 ");
    void *after = begins(w, CERTLIFE_STORE_READ);
    assert_scan(w, after, "", 0, "a=2 ");
    assert_scan(w, before, "", 0, "a=1 b=1 ");
    aborts(w, before);
    aborts(w, after);
}

static void test_a_reader_does_not_see_what_is_not_committed(void **state)
{
    struct world *w = *state;
    void *writer = begins(w, CERTLIFE_STORE_WRITE);
    puts_text(w, writer, "a", "1");
    void *reader = begins(w, CERTLIFE_STORE_READ);
    assert_lacks(w, reader, "a");
    commits(w, writer);
    assert_lacks(w, reader, "a");
    aborts(w, reader);
}

#define WRITERS 8
#define ADDITIONS 20

static int read_counter(struct world *w, void *txn, const char *key, uint32_t *out)
{
    const uint8_t *value = NULL;
    size_t value_len = 0;
    int rc = gets(w, txn, key, strlen(key), &value, &value_len);
    if (rc == CERTLIFE_STORE_FOUND && value_len == sizeof *out)
        memcpy(out, value, sizeof *out);
    return rc < 0 ? rc : 0;
}

/* Two counters far from each other: both or neither. */
static int add_one(struct world *w)
{
    void *txn = NULL;
    uint32_t left = 0, right = 0;
    int rc = SLOT(w, begin)(w->store.self, CERTLIFE_STORE_WRITE, &txn, NULL);
    if (rc != 0)
        return rc;
    rc = read_counter(w, txn, "left", &left);
    if (rc == 0)
        rc = read_counter(w, txn, "right", &right);
    left++;
    right++;
    if (rc == 0)
        rc = SLOT(w, put)(w->store.self, txn, (const uint8_t *)"left", 4, (const uint8_t *)&left, sizeof left, NULL);
    if (rc == 0)
        rc = SLOT(w, put)(w->store.self, txn, (const uint8_t *)"right", 5, (const uint8_t *)&right, sizeof right, NULL);
    if (rc == 0)
        return SLOT(w, commit)(w->store.self, txn, NULL);
    SLOT(w, abort)(w->store.self, txn);
    return rc;
}

static void *add_many(void *payload)
{
    struct world *w = payload;
    for (int done = 0; done < ADDITIONS;) {
        int rc = add_one(w);
        if (rc == 0)
            done++;
        else if (rc != CERTLIFE_E_BUSY)
            return complaint_of("an addition failed");
    }
    return NULL;
}

static void *watch_counters(void *payload)
{
    struct world *w = payload;
    uint32_t last = 0;
    bool over = false;
    while (!over) {
        over = w->over;
        void *txn = NULL;
        uint32_t left = 0, right = 0;
        if (SLOT(w, begin)(w->store.self, CERTLIFE_STORE_READ, &txn, NULL) != 0)
            return complaint_of("a reader cannot begin");
        int rc = read_counter(w, txn, "left", &left);
        if (rc == 0)
            rc = read_counter(w, txn, "right", &right);
        SLOT(w, abort)(w->store.self, txn);
        if (rc != 0 || left != right || left < last)
            return complaint_of("a reader saw half of a change, or the past");
        last = left;
    }
    return last == WRITERS * ADDITIONS ? NULL : complaint_of("additions were lost");
}

static void test_eight_writers_lose_nothing(void **state)
{
    struct world *w = *state;
    pthread_t threads[WRITERS + 1];
    const char *complaints = "";
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, w), 0);
    assert_int_equal(pthread_create(&threads[WRITERS], NULL, watch_counters, w), 0);
    for (int i = 0; i <= WRITERS; i++) {
        void *complaint = NULL;
        w->over = i == WRITERS;
        pthread_join(threads[i], &complaint);
        if (complaint != NULL)
            complaints = complaint;
    }
    assert_string_equal(complaints, "");
    uint32_t left = 0;
    void *txn = begins(w, CERTLIFE_STORE_READ);
    assert_int_equal(read_counter(w, txn, "left", &left), 0);
    assert_int_equal(left, WRITERS * ADDITIONS);
    aborts(w, txn);
}

static void test_many_readers_at_once(void **state)
{
    struct world *w = *state;
    void *readers[100];
    void *txn = begins(w, CERTLIFE_STORE_WRITE);
    puts_text(w, txn, "a", "1");
    commits(w, txn);
    for (size_t i = 0; i < 100; i++)
        readers[i] = begins(w, CERTLIFE_STORE_READ);
    for (size_t i = 0; i < 100; i++)
        assert_holds(w, readers[i], "a", "1");
    for (size_t i = 0; i < 100; i++)
        aborts(w, readers[i]);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    const struct store_suite *suite = *state;
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL)
        return -1;
    w->suite = suite;
    if (suite->open(suite->payload, &w->store) != 0) {
        free(w);
        return -1;
    }
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    w->suite->close(w->suite->payload, &w->store);
    free(w);
    return 0;
}

int store_suite_run(const struct store_suite *suite)
{
#define TEST(function)                                                                                                 \
    {                                                                                                                  \
#function, function, set_up, tear_down, (void *)suite                                                          \
    }
    const struct CMUnitTest tests[] = {
        TEST(test_put_get_overwrite_erase),
        TEST(test_bytes_are_copied),
        TEST(test_abort_leaves_nothing),
        TEST(test_the_reserve_mode_is_a_write_mode),
        TEST(test_a_failed_change_of_a_reader_changes_nothing),
        TEST(test_keys_are_in_order_of_memcmp_shorter_first),
        TEST(test_scan_keeps_to_its_prefix),
        TEST(test_scan_of_an_empty_store),
        TEST(test_scan_ends_where_the_visitor_says),
        TEST(test_largest_and_smallest_sizes),
        TEST(test_many_changes_like_a_model),
        TEST(test_a_reader_sees_its_own_moment),
        TEST(test_a_reader_does_not_see_what_is_not_committed),
        TEST(test_eight_writers_lose_nothing),
        TEST(test_many_readers_at_once),
    };
#undef TEST
    return cmocka_run_group_tests_name(suite->name, tests, NULL, NULL);
}
