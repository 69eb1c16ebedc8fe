/* SPDX-License-Identifier: Apache-2.0 */
/* What the LMDB store promises beyond the suite: sharing, fork, growth, fullness, damage, and what is left after a kill. */
#define _GNU_SOURCE /* unshare, syscall */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <lmdb.h>

#include "folder.h"
#include "ports/store.h"

#define MIB (1 << 20)
#define NOBODY 65534

/* ---- calls of the system that can be told to fail: ours come before the C library's --------------------------------- */

static atomic_int sync_failure;
static atomic_uint file_system_told;

int fdatasync(int fd)
{
    if (sync_failure != 0) {
        errno = sync_failure;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int statfs(const char *path, struct statfs *out)
{
    int rc = (int)syscall(SYS_statfs, path, out);
    if (file_system_told != 0)
        out->f_type = (__typeof__(out->f_type))file_system_told;
    return rc;
}

/* ---- vocabulary -------------------------------------------------------------------------------------------------- */

struct world {
    char folder[256];
    char store_path[300];
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    *state = w;
    if (!folder_make(w->folder, sizeof w->folder))
        return -1;
    folder_path(w->store_path, sizeof w->store_path, w->folder, "store");
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    sync_failure = 0;
    file_system_told = 0;
    folder_remove(w->folder);
    free(w);
    return 0;
}

static certlife_store_lmdb_options with_max_bytes(uint64_t max_bytes)
{
    certlife_store_lmdb_options options = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    options.max_bytes = max_bytes;
    return options;
}

static certlife_store *opens(const char *path, const certlife_store_lmdb_options *options)
{
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    if (certlife_store_open_lmdb(path, options, &store, &err) < 0)
        print_error("open: %s\n", certlife_error_message(err));
    return store;
}

static void assert_open_fails(const char *path, const certlife_store_lmdb_options *options, int code, const char *words)
{
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    assert_int_equal(certlife_store_open_lmdb(path, options, &store, &err), code);
    assert_null(store);
    assert_int_equal(certlife_error_code(err), code);
    if (strstr(certlife_error_message(err), words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", certlife_error_message(err), words);
    certlife_error_free(err);
}

struct change {
    struct bytes key;
    struct bytes value;
};

static int put_change(struct txn *txn, void *payload, certlife_error **err)
{
    const struct change *change = payload;
    return certlife__store_put(txn, change->key, change->value, err);
}

static int write_bytes_in(certlife_store *store, certlife_store_mode mode, struct bytes key, struct bytes value,
                          certlife_error **err)
{
    struct change change = {key, value};
    return certlife__store_update(store, mode, put_change, &change, err);
}

static int writes(certlife_store *store, const char *key, const char *value)
{
    return write_bytes_in(store, CERTLIFE_STORE_WRITE, bytes_of_text(key), bytes_of_text(value), NULL);
}

static bool holds(certlife_store *store, const char *key, const char *value)
{
    struct bytes found = {NULL, 0};
    struct txn txn;
    if (certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL) < 0)
        return false;
    int rc = certlife__store_get(&txn, bytes_of_text(key), &found, NULL);
    bool same = rc == CERTLIFE_STORE_FOUND && bytes_equal(found, bytes_of_text(value));
    certlife__store_abort(&txn);
    return same;
}

static int begin_only(certlife_store *store, certlife_store_mode mode, certlife_error **err)
{
    struct txn txn;
    int rc = certlife__store_begin(store, mode, &txn, err);
    if (rc == 0)
        certlife__store_abort(&txn);
    return rc;
}

/* Children say what went wrong by the line in which they stop. */
#define CHILD_NEEDS(expression)                                                                                        \
    do {                                                                                                               \
        if (!(expression)) {                                                                                           \
            fprintf(stderr, "child: line %d: %s does not hold\n", __LINE__, #expression);                              \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static int exit_of(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Threads answer NULL, or what went wrong. */
static void *complaint_of(const char *words)
{
    return (void *)words;
}

/* ---- one environment per file ------------------------------------------------------------------------------------ */

static int count_fds_of(const char *name)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        char link[64], target[512];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, target, sizeof target - 1);
        if (len < 0)
            continue;
        target[len] = '\0';
        count += strstr(target, name) != NULL;
    }
    return count;
}

static void test_the_same_folder_is_opened_once(void **state)
{
    struct world *w = *state;
    char link[300], dotted[400];
    if (access("/proc/self/fd", R_OK) < 0) {
        print_message("skipped: needs /proc\n");
        skip();
    }
    folder_path(link, sizeof link, w->folder, "link");
    folder_path(dotted, sizeof dotted, w->store_path, "./../store");
    certlife_store *first = opens(w->store_path, NULL);
    int fds = count_fds_of("/store/data.mdb");
    assert_true(fds > 0);
    assert_int_equal(symlink(w->store_path, link), 0);
    certlife_store *second = opens(link, NULL);
    certlife_store *third = opens(dotted, NULL);
    assert_int_equal(count_fds_of("/store/data.mdb"), fds);

    assert_int_equal(writes(first, "a", "1"), 0);
    assert_true(holds(second, "a", "1"));
    certlife_store_close(first);
    assert_int_equal(writes(third, "a", "2"), 0);
    assert_true(holds(second, "a", "2"));
    certlife_store_close(second);
    certlife_store_close(third);
    assert_int_equal(count_fds_of("/store/data.mdb"), 0);
}

static void test_another_folder_is_another_store(void **state)
{
    struct world *w = *state;
    char other_path[300];
    folder_path(other_path, sizeof other_path, w->folder, "other");
    certlife_store *one = opens(w->store_path, NULL), *other = opens(other_path, NULL);
    assert_int_equal(writes(one, "a", "1"), 0);
    assert_false(holds(other, "a", "1"));
    certlife_store_close(one);
    certlife_store_close(other);
}

static void test_a_second_open_must_fit_the_first(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = with_max_bytes(8 * MIB);
    certlife_store *first = opens(w->store_path, &options);
    certlife_store *same = opens(w->store_path, &options), *any = opens(w->store_path, NULL);
    assert_non_null(same);
    assert_non_null(any);
    options.max_bytes = 16 * MIB;
    assert_open_fails(w->store_path, &options, CERTLIFE_E_INVALID, "max_bytes = 8388608");
    options = with_max_bytes(0);
    options.max_readers = 7;
    assert_open_fails(w->store_path, &options, CERTLIFE_E_INVALID, "max_readers = 510");
    certlife_store_close(first);
    certlife_store_close(same);
    certlife_store_close(any);
}

static void test_read_only(void **state)
{
    struct world *w = *state;
    certlife_error *err = NULL;
    certlife_store_lmdb_options read_only = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    read_only.read_only = 1;
    assert_open_fails(w->store_path, &read_only, CERTLIFE_E_STORE, "No such file");
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(writes(store, "a", "1"), 0);

    /* Beside a handle that may write, and alone. */
    certlife_store *looks = opens(w->store_path, &read_only);
    assert_true(holds(looks, "a", "1"));
    assert_int_equal(begin_only(looks, CERTLIFE_STORE_WRITE, &err), CERTLIFE_E_INVALID);
    assert_non_null(strstr(certlife_error_message(err), "read only"));
    certlife_error_free(err);
    certlife_store_close(store);
    certlife_store_close(looks);

    looks = opens(w->store_path, &read_only);
    assert_true(holds(looks, "a", "1"));
    assert_int_equal(begin_only(looks, CERTLIFE_STORE_WRITE_RESERVE, NULL), CERTLIFE_E_INVALID);
    assert_open_fails(w->store_path, NULL, CERTLIFE_E_INVALID, "read only");
    certlife_store_close(looks);
}

/* ---- fork -------------------------------------------------------------------------------------------------------- */

static void child_after_fork(struct world *w, certlife_store *inherited, struct txn *writing, struct txn *reading)
{
    struct bytes value;
    CHILD_NEEDS(begin_only(inherited, CERTLIFE_STORE_READ, NULL) == CERTLIFE_E_FORKED);
    CHILD_NEEDS(begin_only(inherited, CERTLIFE_STORE_WRITE, NULL) == CERTLIFE_E_FORKED);
    CHILD_NEEDS(certlife__store_get(reading, bytes_of_text("a"), &value, NULL) == CERTLIFE_E_FORKED);
    CHILD_NEEDS(certlife__store_put(writing, bytes_of_text("a"), bytes_of_text("child"), NULL) == CERTLIFE_E_FORKED);
    certlife__store_abort(reading);
    CHILD_NEEDS(certlife__store_commit(writing, NULL) == CERTLIFE_E_FORKED);
    certlife_store_close(inherited);
    certlife_store *own = opens(w->store_path, NULL);
    CHILD_NEEDS(own != NULL);
    CHILD_NEEDS(holds(own, "a", "1"));
    certlife_store_close(own);
    _exit(0);
}

static void test_a_child_may_not_use_its_parents_store(void **state)
{
    struct world *w = *state;
    certlife_store *store = opens(w->store_path, NULL);
    struct txn writing, reading;
    assert_int_equal(writes(store, "a", "1"), 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &reading, NULL), 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &writing, NULL), 0);
    assert_int_equal(certlife__store_put(&writing, bytes_of_text("b"), bytes_of_text("parent"), NULL), 0);
    pid_t child = fork();
    if (child == 0)
        child_after_fork(w, store, &writing, &reading);
    assert_int_equal(certlife__store_commit(&writing, NULL), 0);
    certlife__store_abort(&reading);
    assert_int_equal(exit_of(child), 0);
    assert_true(holds(store, "a", "1"));
    assert_true(holds(store, "b", "parent"));
    assert_int_equal(writes(store, "a", "2"), 0);
    certlife_store_close(store);
}

static void test_a_child_writes_through_its_own_handle(void **state)
{
    struct world *w = *state;
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(writes(store, "a", "1"), 0);
    pid_t child = fork();
    if (child == 0) {
        certlife_store *own = opens(w->store_path, NULL);
        CHILD_NEEDS(own != NULL && writes(own, "a", "child") == 0);
        certlife_store_close(store);
        CHILD_NEEDS(writes(own, "b", "child") == 0);
        certlife_store_close(own);
        _exit(0);
    }
    assert_int_equal(exit_of(child), 0);
    assert_true(holds(store, "a", "child"));
    assert_true(holds(store, "b", "child"));
    certlife_store_close(store);
}

/* ---- readers ----------------------------------------------------------------------------------------------------- */

static int count_line(const char *message, void *payload)
{
    /* The heading, or "(no active readers)", has no digits. */
    *(int *)payload += strpbrk(message, "0123456789") != NULL;
    return 0;
}

/* How many entries the lock file's table has: asked by LMDB itself, in a process of its own. */
static int entries_of_readers(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        MDB_env *env = NULL;
        int entries = 0;
        CHILD_NEEDS(mdb_env_create(&env) == 0 && mdb_env_open(env, path, MDB_RDONLY, 0600) == 0);
        mdb_reader_list(env, count_line, &entries);
        _exit(10 + entries);
    }
    return exit_of(child) - 10;
}

static void killed_while_reading(const char *path, const certlife_store_lmdb_options *options)
{
    pid_t child = fork();
    if (child == 0) {
        certlife_store *store = opens(path, options);
        struct txn txn;
        CHILD_NEEDS(certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL) == 0);
        raise(SIGKILL);
    }
    assert_int_equal(exit_of(child), 128 + SIGKILL);
}

static void test_a_killed_reader_is_cleared_by_the_next_open(void **state)
{
    struct world *w = *state;
    certlife_store *store = opens(w->store_path, NULL); /* or the table would be made anew */
    killed_while_reading(w->store_path, NULL);
    assert_int_equal(entries_of_readers(w->store_path), 1);
    pid_t child = fork();
    if (child == 0) {
        CHILD_NEEDS(opens(w->store_path, NULL) != NULL);
        _exit(0);
    }
    assert_int_equal(exit_of(child), 0);
    assert_int_equal(entries_of_readers(w->store_path), 0);
    certlife_store_close(store);
}

static void test_killed_readers_do_not_fill_the_table(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    options.max_readers = 1;
    certlife_store *store = opens(w->store_path, &options);
    killed_while_reading(w->store_path, &options);
    assert_int_equal(begin_only(store, CERTLIFE_STORE_READ, NULL), 0);
    certlife_store_close(store);
}

static void test_too_many_readers_are_told_busy(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    struct txn readers[3], more;
    options.max_readers = 3;
    certlife_store *store = opens(w->store_path, &options);
    for (int i = 0; i < 3; i++)
        assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &readers[i], NULL), 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &more, NULL), CERTLIFE_E_BUSY);
    certlife__store_abort(&readers[1]);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &more, NULL), 0);
    certlife__store_abort(&readers[0]);
    certlife__store_abort(&readers[2]);
    certlife__store_abort(&more);
    certlife_store_close(store);
}

static void test_idle_readers_are_kept_but_not_all(void **state)
{
    struct world *w = *state;
    struct txn readers[40];
    certlife_store *store = opens(w->store_path, NULL);
    /* One that is kept: the next begin allocates nothing, and enters nothing in the lock file. */
    assert_int_equal(begin_only(store, CERTLIFE_STORE_READ, NULL), 0);
    assert_int_equal(entries_of_readers(w->store_path), 1);
    for (int i = 0; i < 40; i++)
        assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &readers[i], NULL), 0);
    assert_int_equal(entries_of_readers(w->store_path), 40);
    for (int i = 0; i < 40; i++)
        certlife__store_abort(&readers[i]);
    assert_int_equal(entries_of_readers(w->store_path), 32);
    certlife_store_close(store);
}

static void test_one_thread_cannot_write_twice_at_once(void **state)
{
    struct world *w = *state;
    struct txn first;
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &first, NULL), 0);
    assert_int_equal(begin_only(store, CERTLIFE_STORE_WRITE, NULL), CERTLIFE_E_MISUSE);
    assert_int_equal(certlife__store_put(&first, bytes_of_text("a"), bytes_of_text("1"), NULL), 0);
    assert_int_equal(certlife__store_commit(&first, NULL), 0);
    assert_true(holds(store, "a", "1"));
    certlife_store_close(store);
}

/* ---- growth ------------------------------------------------------------------------------------------------------ */

#define BATCH 32 /* values of 64 KiB: 2 MiB */

struct batch {
    uint32_t number;
};

static void batch_key(uint8_t key[8], uint32_t number, uint32_t which)
{
    struct writer w = writer_into(key, 8);
    write_number(&w, number, 4);
    write_number(&w, which, 4);
}

static int put_batch(struct txn *txn, void *payload, certlife_error **err)
{
    static const uint8_t value[CERTLIFE_STORE_VALUE_MAX];
    const struct batch *batch = payload;
    int rc = 0;
    for (uint32_t i = 0; i < BATCH && rc == 0; i++) {
        uint8_t key[8];
        batch_key(key, batch->number, i);
        rc = certlife__store_put(txn, bytes_of(key, sizeof key), bytes_of(value, sizeof value), err);
    }
    return rc;
}

static int count_visit(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    (void)key, (void)key_len, (void)value, (void)value_len;
    ++*(uint32_t *)payload;
    return 0;
}

/* How many keys there are; -1 if that cannot be told. */
static int64_t count_keys(certlife_store *store)
{
    uint32_t count = 0;
    struct txn txn;
    if (certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL) < 0)
        return -1;
    int rc = certlife__store_scan(&txn, bytes_of(NULL, 0), 0, count_visit, &count, NULL);
    certlife__store_abort(&txn);
    return rc < 0 ? -1 : (int64_t)count;
}

struct grower {
    certlife_store *store;
    uint32_t first;
    uint32_t batches;
};

static void *write_batches(void *payload)
{
    const struct grower *grower = payload;
    for (uint32_t i = 0; i < grower->batches; i++) {
        struct batch batch = {grower->first + i};
        if (certlife__store_update(grower->store, CERTLIFE_STORE_WRITE, put_batch, &batch, NULL) < 0)
            return complaint_of("a batch was not written");
    }
    return NULL;
}

static atomic_bool growth_ended; /* watchers look once more and end too */

struct watcher {
    certlife_store *store;
    uint32_t expected;
};

/* Whole batches only, and never fewer than before. */
static void *watch_batches(void *payload)
{
    const struct watcher *watcher = payload;
    int64_t last = 0;
    bool ended = false;
    while (!ended) {
        ended = growth_ended;
        int64_t now = count_keys(watcher->store);
        if (now < last || now % BATCH != 0)
            return complaint_of("a reader saw half of a batch, or the past");
        last = now;
    }
    return last == watcher->expected ? NULL : complaint_of("batches were lost");
}

/* As fast as it can be: so that one of them is at every place of `begin` when the map moves. */
static void *read_all_the_time(void *payload)
{
    while (!growth_ended) {
        struct bytes value;
        struct txn txn;
        if (certlife__store_begin(payload, CERTLIFE_STORE_READ, &txn, NULL) < 0)
            return complaint_of("a reader could not begin");
        int rc = certlife__store_get(&txn, bytes_of_text("a"), &value, NULL);
        certlife__store_abort(&txn);
        if (rc != CERTLIFE_STORE_FOUND)
            return complaint_of("a reader did not find what is there");
    }
    return NULL;
}

static void test_the_map_moves_under_busy_readers(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    certlife_store *store = opens(w->store_path, &options);
    struct grower grower = {store, 0, 36};
    pthread_t threads[4];
    const char *complaint = "";
    assert_int_equal(writes(store, "a", "1"), 0);
    growth_ended = false;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_all_the_time, store), 0);
    const void *answer = write_batches(&grower);
    growth_ended = true;
    for (int i = 0; i < 4; i++) {
        void *said = NULL;
        pthread_join(threads[i], &said);
        complaint = said != NULL ? said : complaint;
    }
    assert_null(answer);
    assert_string_equal(complaint, "");
    certlife_store_close(store);
}

static void test_the_map_grows_under_threads(void **state)
{
    struct world *w = *state;
    certlife_store *store = opens(w->store_path, NULL);
    struct grower growers[3];
    struct watcher watcher = {store, 3 * 15 * BATCH}; /* 90 MiB: the map began with 64 */
    pthread_t threads[5];
    growth_ended = false;
    for (uint32_t i = 0; i < 3; i++) {
        growers[i] = (struct grower){store, i * 1000, 15};
        assert_int_equal(pthread_create(&threads[i], NULL, write_batches, &growers[i]), 0);
    }
    assert_int_equal(pthread_create(&threads[3], NULL, watch_batches, &watcher), 0);
    assert_int_equal(pthread_create(&threads[4], NULL, watch_batches, &watcher), 0);
    const char *complaint = "";
    for (int i = 0; i < 5; i++) {
        void *answer = NULL;
        growth_ended = i >= 3;
        pthread_join(threads[i], &answer);
        complaint = answer != NULL ? answer : complaint;
    }
    assert_string_equal(complaint, "");
    assert_int_equal(count_keys(store), 3 * 15 * BATCH);
    certlife_store_close(store);
}

static void test_the_map_follows_another_process(void **state)
{
    struct world *w = *state;
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(writes(store, "a", "1"), 0);
    assert_true(holds(store, "a", "1"));
    for (uint32_t round = 0; round < 2; round++) {
        pid_t child = fork();
        if (child == 0) {
            certlife_store *own = opens(w->store_path, NULL);
            struct grower grower = {own, 1000 + round * 1000, 35}; /* 70 MiB more */
            CHILD_NEEDS(own != NULL && write_batches(&grower) == NULL);
            certlife_store_close(own);
            _exit(0);
        }
        assert_int_equal(exit_of(child), 0);
        /* Once met by a reader first, once by a writer. */
        if (round == 0)
            assert_int_equal(count_keys(store), 35 * BATCH + 1);
        assert_int_equal(writes(store, "b", "2"), 0);
    }
    assert_int_equal(count_keys(store), 70 * BATCH + 2);
    certlife_store_close(store);
}

static void test_growth_waits_for_no_reader_for_ever(void **state)
{
    struct world *w = *state;
    certlife_store *store = opens(w->store_path, NULL);
    struct grower grower = {store, 0, 40};
    struct txn reader;
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &reader, NULL), 0);
    assert_non_null(write_batches(&grower));
    struct batch batch = {5000};
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_batch, &batch, NULL), CERTLIFE_E_BUSY);
    certlife__store_abort(&reader);
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_batch, &batch, NULL), 0);
    certlife_store_close(store);
}

static void test_growth_ends_at_max_bytes(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = with_max_bytes(70 * MIB);
    certlife_store *store = opens(w->store_path, &options);
    struct batch batch = {0};
    struct stat file;
    char data_file[400];
    int rc = 0;
    while (rc == 0) {
        rc = certlife__store_update(store, CERTLIFE_STORE_WRITE_RESERVE, put_batch, &batch, NULL);
        batch.number++;
    }
    assert_int_equal(rc, CERTLIFE_E_STORE_FULL);
    assert_in_range(batch.number, 31, 34);
    assert_int_equal(count_keys(store), (batch.number - 1) * BATCH);
    folder_path(data_file, sizeof data_file, w->store_path, "data.mdb");
    assert_int_equal(stat(data_file, &file), 0);
    assert_true(file.st_size <= 70 * MIB);
    certlife_store_close(store);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* they need more address space than there is */
#else
#define SANITIZED false
#endif

static void child_without_address_space(struct world *w)
{
    struct rlimit limit;
    struct grower grower = {opens(w->store_path, NULL), 0, 40};
    certlife_error *err = NULL;
    CHILD_NEEDS(grower.store != NULL && getrlimit(RLIMIT_AS, &limit) == 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 120 * MIB;
    CHILD_NEEDS(setrlimit(RLIMIT_AS, &limit) == 0);
    CHILD_NEEDS(write_batches(&grower) != NULL);
    struct batch batch = {5000};
    CHILD_NEEDS(certlife__store_update(grower.store, CERTLIFE_STORE_WRITE, put_batch, &batch, &err) ==
                CERTLIFE_E_MEMORY);
    CHILD_NEEDS(count_keys(grower.store) > 20 * BATCH);
    limit.rlim_cur = before;
    CHILD_NEEDS(setrlimit(RLIMIT_AS, &limit) == 0);
    CHILD_NEEDS(certlife__store_update(grower.store, CERTLIFE_STORE_WRITE, put_batch, &batch, NULL) == 0);
    certlife_store_close(grower.store);
    _exit(0);
}

static void test_growth_without_address_space(void **state)
{
    if (SANITIZED) {
        print_message("skipped: not under a sanitizer\n");
        skip();
    }
    pid_t child = fork();
    if (child == 0)
        child_without_address_space(*state);
    assert_int_equal(exit_of(child), 0);
}

/* ---- full -------------------------------------------------------------------------------------------------------- */

/* Writes values of `size` bytes, one each transaction, until it is refused. The number written is added to `*count`. */
static int fill(certlife_store *store, certlife_store_mode mode, size_t size, uint32_t *count, certlife_error **err)
{
    static const uint8_t value[CERTLIFE_STORE_VALUE_MAX];
    for (;;) {
        uint8_t key[8];
        batch_key(key, *count, 0);
        int rc = write_bytes_in(store, mode, bytes_of(key, sizeof key), bytes_of(value, size), err);
        if (rc < 0)
            return rc;
        ++*count;
    }
}

static int erase_half(struct txn *txn, void *payload, certlife_error **err)
{
    int rc = 0;
    for (uint32_t i = 0; i < *(uint32_t *)payload && rc == 0; i += 2) {
        uint8_t key[8];
        batch_key(key, i, 0);
        rc = certlife__store_erase(txn, bytes_of(key, sizeof key), err);
    }
    return rc;
}

static void assert_says(certlife_error *err, const char *words)
{
    if (strstr(certlife_error_message(err), words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", certlife_error_message(err), words);
    certlife_error_free(err);
}

static void test_a_full_store_keeps_a_reserve(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = with_max_bytes(6 * MIB);
    certlife_store *store = opens(w->store_path, &options);
    certlife_error *err = NULL;
    uint32_t count = 0;
    assert_int_equal(fill(store, CERTLIFE_STORE_WRITE, 10000, &count, &err), CERTLIFE_E_STORE_FULL);
    assert_says(err, "max_bytes");
    assert_in_range(count, 200, 600);
    assert_int_equal(count_keys(store), count);

    for (uint32_t i = 0; i < 50; i++) {
        char key[16];
        snprintf(key, sizeof key, "revoked %u", i);
        assert_int_equal(
            write_bytes_in(store, CERTLIFE_STORE_WRITE_RESERVE, bytes_of_text(key), bytes_of_text("x"), NULL), 0);
        assert_int_equal(fill(store, CERTLIFE_STORE_WRITE, 10000, &count, NULL), CERTLIFE_E_STORE_FULL);
    }

    /* Room that is made is found again. */
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE_RESERVE, erase_half, &count, NULL), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(writes(store, "again", "1"), 0);
    certlife_store_close(store);
}

static void test_when_the_reserve_is_used_up_nothing_is_lost(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = with_max_bytes(6 * MIB);
    certlife_store *store = opens(w->store_path, &options);
    uint32_t count = 0;
    assert_int_equal(fill(store, CERTLIFE_STORE_WRITE, 10000, &count, NULL), CERTLIFE_E_STORE_FULL);
    uint32_t all = count;
    assert_int_equal(fill(store, CERTLIFE_STORE_WRITE_RESERVE, 10000, &all, NULL), CERTLIFE_E_STORE_FULL);
    assert_in_range(all, count + 20, count + 400);
    assert_int_equal(count_keys(store), all);
    certlife_store_close(store);

    struct stat file;
    char data_file[400];
    folder_path(data_file, sizeof data_file, w->store_path, "data.mdb");
    assert_int_equal(stat(data_file, &file), 0);
    assert_true(file.st_size <= 6 * MIB);
    store = opens(w->store_path, &options);
    assert_int_equal(begin_only(store, CERTLIFE_STORE_WRITE, NULL), CERTLIFE_E_STORE_FULL);
    certlife_store_close(store);

    /* With more room it goes on. */
    options.max_bytes = 12 * MIB;
    store = opens(w->store_path, &options);
    assert_int_equal(writes(store, "again", "1"), 0);
    assert_int_equal(count_keys(store), all + 1);
    certlife_store_close(store);
}

static void test_one_transaction_cannot_eat_the_reserve(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = with_max_bytes(4 * MIB);
    certlife_store *store = opens(w->store_path, &options);
    struct batch batches[2] = {{1}, {2}};
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_batch, &batches[0], NULL), 0);
    assert_int_equal(certlife__store_update(store, CERTLIFE_STORE_WRITE, put_batch, &batches[1], NULL),
                     CERTLIFE_E_STORE_FULL);
    assert_int_equal(count_keys(store), BATCH);
    assert_int_equal(write_bytes_in(store, CERTLIFE_STORE_WRITE_RESERVE, bytes_of_text("r"), bytes_of_text("x"), NULL),
                     0);
    certlife_store_close(store);
}

static void child_under_file_limit(struct world *w)
{
    struct rlimit limit;
    certlife_error *err = NULL;
    uint32_t count = 0;
    signal(SIGXFSZ, SIG_IGN);
    CHILD_NEEDS(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    rlim_t before = limit.rlim_cur;
    certlife_store *store = opens(w->store_path, NULL);
    CHILD_NEEDS(store != NULL);
    limit.rlim_cur = 5 * MIB + 1000;
    CHILD_NEEDS(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHILD_NEEDS(fill(store, CERTLIFE_STORE_WRITE, 30000, &count, &err) == CERTLIFE_E_STORE_FULL);
    CHILD_NEEDS(strstr(certlife_error_message(err), "disk is full") != NULL);
    CHILD_NEEDS(count > 30 && count_keys(store) == count);
    uint32_t all = count;
    CHILD_NEEDS(fill(store, CERTLIFE_STORE_WRITE_RESERVE, 30000, &all, NULL) == CERTLIFE_E_STORE_FULL);
    CHILD_NEEDS(all > count + 10 && count_keys(store) == all);
    limit.rlim_cur = before;
    CHILD_NEEDS(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHILD_NEEDS(writes(store, "again", "1") == 0);
    CHILD_NEEDS(count_keys(store) == all + 1);
    certlife_store_close(store);
    _exit(0);
}

static void test_a_file_that_may_not_grow(void **state)
{
    pid_t child = fork();
    if (child == 0)
        child_under_file_limit(*state);
    assert_int_equal(exit_of(child), 0);
}

static void fill_disk(const char *path)
{
    static const char zeros[4096];
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    while (write(fd, zeros, sizeof zeros) > 0)
        ;
    close(fd);
}

#define CANNOT_MOUNT 77

static void child_on_small_disk(struct world *w)
{
    char filler[300];
    certlife_error *err = NULL;
    uint32_t count = 0;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", w->folder, "tmpfs", 0, "size=8m") < 0)
        _exit(CANNOT_MOUNT);
    folder_path(filler, sizeof filler, w->folder, "filler");
    certlife_store *store = opens(w->store_path, NULL);
    CHILD_NEEDS(store != NULL);
    CHILD_NEEDS(writes(store, "a", "1") == 0);
    fill_disk(filler); /* somebody else's */
    CHILD_NEEDS(fill(store, CERTLIFE_STORE_WRITE, 30000, &count, &err) == CERTLIFE_E_STORE_FULL);
    CHILD_NEEDS(strstr(certlife_error_message(err), "disk is full") != NULL);
    uint32_t all = count;
    CHILD_NEEDS(fill(store, CERTLIFE_STORE_WRITE_RESERVE, 30000, &all, NULL) == CERTLIFE_E_STORE_FULL);
    CHILD_NEEDS(all > count + 10 && count_keys(store) == all + 1);
    certlife_store_close(store);

    /* Also when it is opened on the full disk. */
    store = opens(w->store_path, NULL);
    CHILD_NEEDS(store != NULL && count_keys(store) == all + 1);
    CHILD_NEEDS(begin_only(store, CERTLIFE_STORE_WRITE, NULL) == CERTLIFE_E_STORE_FULL);
    CHILD_NEEDS(unlink(filler) == 0);
    CHILD_NEEDS(writes(store, "again", "1") == 0 && holds(store, "again", "1"));
    CHILD_NEEDS(count_keys(store) == all + 2);
    certlife_store_close(store);
    _exit(0);
}

static void test_a_full_disk(void **state)
{
    pid_t child = fork();
    if (child == 0)
        child_on_small_disk(*state);
    int answer = exit_of(child);
    if (answer == CANNOT_MOUNT) {
        print_message("skipped: a small disk can only be mounted by root\n");
        skip();
    }
    assert_int_equal(answer, 0);
}

/* ---- failing disks ----------------------------------------------------------------------------------------------- */

static void test_after_a_failed_sync_nothing_is_trusted(void **state)
{
    struct world *w = *state;
    certlife_error *err = NULL;
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(writes(store, "a", "1"), 0);
    sync_failure = EIO;
    assert_int_equal(writes(store, "a", "2"), CERTLIFE_E_STORE);
    sync_failure = 0;
    assert_int_equal(writes(store, "a", "3"), CERTLIFE_E_STORE);
    assert_int_equal(begin_only(store, CERTLIFE_STORE_READ, &err), CERTLIFE_E_STORE);
    assert_says(err, "closed and reopened");
    assert_open_fails(w->store_path, NULL, CERTLIFE_E_STORE, "still has it open");
    certlife_store_close(store);

    store = opens(w->store_path, NULL);
    assert_true(holds(store, "a", "1"));
    assert_int_equal(writes(store, "a", "4"), 0);
    certlife_store_close(store);
}

static void test_a_sync_without_room_is_fullness(void **state)
{
    struct world *w = *state;
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(writes(store, "a", "1"), 0);
    sync_failure = ENOSPC;
    assert_int_equal(writes(store, "a", "2"), CERTLIFE_E_STORE_FULL);
    sync_failure = 0;
    assert_true(holds(store, "a", "1"));
    assert_int_equal(writes(store, "a", "3"), 0);
    certlife_store_close(store);
}

/* ---- where a store cannot be ------------------------------------------------------------------------------------- */

static void test_network_file_systems_are_refused(void **state)
{
    struct world *w = *state;
    static const struct {
        unsigned type;
        const char *name;
    } told[] = {{0x6969, "NFS"}, {0xff534d42, "CIFS"}, {0x65735546, "FUSE"}, {0x01021997, "9P"}, {0x00c36400, "Ceph"}};
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        file_system_told = told[i].type;
        assert_open_fails(w->store_path, NULL, CERTLIFE_E_INVALID, told[i].name);
    }
}

static void test_folder_and_files_are_for_the_owner_only(void **state)
{
    struct world *w = *state;
    const char *names[] = {".", "data.mdb", "lock.mdb"};
    const mode_t modes[] = {0700, 0600, 0600};
    certlife_store *store = opens(w->store_path, NULL);
    for (size_t i = 0; i < 3; i++) {
        char path[400];
        struct stat status;
        folder_path(path, sizeof path, w->store_path, names[i]);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, modes[i]);
    }
    certlife_store_close(store);
}

static void child_without_permission(struct world *w)
{
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    CHILD_NEEDS(geteuid() != 0 || seteuid(NOBODY) == 0);
    CHILD_NEEDS(certlife_store_open_lmdb(w->store_path, NULL, &store, &err) == CERTLIFE_E_STORE);
    CHILD_NEEDS(strstr(certlife_error_message(err), "Permission denied") != NULL);
    _exit(0);
}

static void test_a_folder_without_permission(void **state)
{
    struct world *w = *state;
    assert_int_equal(mkdir(w->store_path, 0), 0);
    assert_int_equal(chmod(w->folder, 0755), 0);
    pid_t child = fork();
    if (child == 0)
        child_without_permission(w);
    assert_int_equal(exit_of(child), 0);
}

static void write_file(struct world *w, const char *name, off_t offset, const void *data, size_t len)
{
    char path[400];
    folder_path(path, sizeof path, w->store_path, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, data, len, offset), len);
    close(fd);
}

static void test_what_is_no_folder(void **state)
{
    struct world *w = *state;
    char below[400];
    int fd = open(w->store_path, O_WRONLY | O_CREAT, 0600);
    close(fd);
    assert_open_fails(w->store_path, NULL, CERTLIFE_E_STORE, "no folder");
    folder_path(below, sizeof below, w->store_path, "below");
    assert_open_fails(below, NULL, CERTLIFE_E_STORE, "cannot be made");
    assert_open_fails("", NULL, CERTLIFE_E_STORE, "No such file");
}

static void test_options_outside_their_range(void **state)
{
    struct world *w = *state;
    certlife_store_lmdb_options options = with_max_bytes(1000);
    assert_open_fails(w->store_path, &options, CERTLIFE_E_INVALID, "max_bytes is 1000");
    options = with_max_bytes(0);
    options.max_readers = 1000000;
    assert_open_fails(w->store_path, &options, CERTLIFE_E_INVALID, "max_readers is 1000000");
    options = with_max_bytes(0);
    options.size = 3;
    assert_open_fails(w->store_path, &options, CERTLIFE_E_INVALID, "options.size is 3");
}

/* ---- damage ------------------------------------------------------------------------------------------------------ */

static void test_garbage_is_no_store(void **state)
{
    struct world *w = *state;
    char garbage[20000];
    memset(garbage, 'g', sizeof garbage);
    assert_int_equal(mkdir(w->store_path, 0700), 0);
    write_file(w, "data.mdb", 0, garbage, sizeof garbage);
    assert_open_fails(w->store_path, NULL, CERTLIFE_E_STORE_CORRUPT, "not an LMDB file");
}

static void test_a_newer_format_is_told_apart(void **state)
{
    struct world *w = *state;
    const uint32_t version = 2;
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(writes(store, "a", "1"), 0);
    certlife_store_close(store);
    /* After the page's header and the magic number, in both of the first two pages. */
    write_file(w, "data.mdb", 20, &version, sizeof version);
    write_file(w, "data.mdb", sysconf(_SC_PAGESIZE) + 20, &version, sizeof version);
    assert_open_fails(w->store_path, NULL, CERTLIFE_E_STORE_VERSION, "");
}

static void test_a_file_that_was_cut_off(void **state)
{
    struct world *w = *state;
    char data_file[400];
    folder_path(data_file, sizeof data_file, w->store_path, "data.mdb");
    certlife_store *store = opens(w->store_path, NULL);
    struct grower grower = {store, 0, 3};
    assert_null(write_batches(&grower));
    certlife_store_close(store);
    assert_int_equal(truncate(data_file, 3 * MIB), 0);
    assert_open_fails(w->store_path, NULL, CERTLIFE_E_STORE_CORRUPT, "cut off");
}

/* LMDB leaves out pages at the end that were used and given back in one transaction. */
static void test_a_file_that_lacks_a_few_empty_pages(void **state)
{
    struct world *w = *state;
    char data_file[400];
    struct stat file;
    folder_path(data_file, sizeof data_file, w->store_path, "data.mdb");
    certlife_store *store = opens(w->store_path, NULL);
    assert_int_equal(writes(store, "a", "1"), 0);
    static uint8_t large[CERTLIFE_STORE_VALUE_MAX];
    struct txn txn;
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, NULL), 0);
    assert_int_equal(certlife__store_put(&txn, bytes_of_text("l"), bytes_of(large, sizeof large), NULL), 0);
    assert_int_equal(certlife__store_erase(&txn, bytes_of_text("l"), NULL), 0);
    assert_int_equal(certlife__store_commit(&txn, NULL), 0);
    certlife_store_close(store);
    /* What this library had added to the file is cut away again, as if the file system could not do that. */
    assert_int_equal(truncate(data_file, 40960), 0);

    store = opens(w->store_path, NULL);
    assert_non_null(store);
    assert_true(holds(store, "a", "1"));
    assert_int_equal(stat(data_file, &file), 0);
    assert_true(file.st_size >= 65536);
    certlife_store_close(store);
}

static void test_another_programs_database(void **state)
{
    struct world *w = *state;
    assert_int_equal(mkdir(w->store_path, 0700), 0);
    pid_t child = fork();
    if (child == 0) {
        MDB_env *env;
        MDB_txn *txn;
        MDB_dbi dbi;
        CHILD_NEEDS(mdb_env_create(&env) == 0 && mdb_env_open(env, w->store_path, 0, 0600) == 0);
        CHILD_NEEDS(mdb_txn_begin(env, NULL, 0, &txn) == 0);
        CHILD_NEEDS(mdb_dbi_open(txn, NULL, MDB_CREATE | MDB_DUPSORT, &dbi) == 0);
        MDB_val value = {1, (void *)"x"};
        CHILD_NEEDS(mdb_put(txn, dbi, &value, &value, 0) == 0 && mdb_txn_commit(txn) == 0);
        _exit(0);
    }
    assert_int_equal(exit_of(child), 0);
    assert_open_fails(w->store_path, NULL, CERTLIFE_E_STORE_CORRUPT, "database");
}

/* ---- killed in the middle ---------------------------------------------------------------------------------------- */

static uint32_t counter_of(certlife_store *store)
{
    struct bytes value;
    uint32_t counter = 0;
    struct txn txn;
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL), 0);
    if (certlife__store_get(&txn, bytes_of_text("counter"), &value, NULL) == CERTLIFE_STORE_FOUND)
        memcpy(&counter, value.data, sizeof counter);
    certlife__store_abort(&txn);
    return counter;
}

/* Says each number only after its commit. */
static void child_counts(struct world *w, int told)
{
    certlife_store *store = opens(w->store_path, NULL);
    CHILD_NEEDS(store != NULL);
    for (uint32_t counter = counter_of(store) + 1;; counter++) {
        char key[16];
        snprintf(key, sizeof key, "log %u", counter);
        CHILD_NEEDS(writes(store, key, "x") == 0);
        CHILD_NEEDS(write_bytes_in(store, CERTLIFE_STORE_WRITE, bytes_of_text("counter"),
                                   bytes_of(&counter, sizeof counter), NULL) == 0);
        CHILD_NEEDS(write(told, &counter, sizeof counter) == sizeof counter);
    }
}

static void test_what_was_committed_survives_kill(void **state)
{
    struct world *w = *state;
    uint32_t last = 0;
    for (unsigned round = 0; round < 30; round++) {
        int told[2];
        assert_int_equal(pipe(told), 0);
        pid_t child = fork();
        if (child == 0)
            child_counts(w, told[1]);
        close(told[1]);
        /* Let it count a little, then end it wherever it is. */
        for (unsigned i = 0; i < 1 + round % 4; i++)
            assert_int_equal(read(told[0], &last, sizeof last), sizeof last);
        usleep(round * 97);
        kill(child, SIGKILL);
        assert_int_equal(exit_of(child), 128 + SIGKILL);
        while (read(told[0], &last, sizeof last) == sizeof last)
            ;
        close(told[0]);

        certlife_store *store = opens(w->store_path, NULL);
        assert_in_range(counter_of(store), last, last + 1);
        int64_t keys = count_keys(store);
        assert_in_range(keys, counter_of(store) + 1, counter_of(store) + 2);
        certlife_store_close(store);
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_the_same_folder_is_opened_once),
        TEST(test_another_folder_is_another_store),
        TEST(test_a_second_open_must_fit_the_first),
        TEST(test_read_only),
        TEST(test_a_child_may_not_use_its_parents_store),
        TEST(test_a_child_writes_through_its_own_handle),
        TEST(test_a_killed_reader_is_cleared_by_the_next_open),
        TEST(test_killed_readers_do_not_fill_the_table),
        TEST(test_too_many_readers_are_told_busy),
        TEST(test_idle_readers_are_kept_but_not_all),
        TEST(test_one_thread_cannot_write_twice_at_once),
        TEST(test_the_map_grows_under_threads),
        TEST(test_the_map_moves_under_busy_readers),
        TEST(test_the_map_follows_another_process),
        TEST(test_growth_waits_for_no_reader_for_ever),
        TEST(test_growth_ends_at_max_bytes),
        TEST(test_growth_without_address_space),
        TEST(test_a_full_store_keeps_a_reserve),
        TEST(test_when_the_reserve_is_used_up_nothing_is_lost),
        TEST(test_one_transaction_cannot_eat_the_reserve),
        TEST(test_a_file_that_may_not_grow),
        TEST(test_a_full_disk),
        TEST(test_after_a_failed_sync_nothing_is_trusted),
        TEST(test_a_sync_without_room_is_fullness),
        TEST(test_network_file_systems_are_refused),
        TEST(test_folder_and_files_are_for_the_owner_only),
        TEST(test_a_folder_without_permission),
        TEST(test_what_is_no_folder),
        TEST(test_options_outside_their_range),
        TEST(test_garbage_is_no_store),
        TEST(test_a_newer_format_is_told_apart),
        TEST(test_a_file_that_was_cut_off),
        TEST(test_a_file_that_lacks_a_few_empty_pages),
        TEST(test_another_programs_database),
        TEST(test_what_was_committed_survives_kill),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
