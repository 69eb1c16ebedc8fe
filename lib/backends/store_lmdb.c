/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LMDB store: a class over one environment, and the registry of the environments that this process has open.
 *
 * LMDB must never see a file opened twice by one process, so a second handle shares the first one's environment: found by
 * the data file's device and inode, whatever path led there. Nor may an environment be touched after fork(): the child
 * forgets all it has inherited.
 */
#include "backends/store_lmdb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"

#define MAX_BYTES_DEFAULT ((uint64_t)64 << 30)
#define MAX_BYTES_LEAST ((uint64_t)1 << 20)
#define MAX_READERS_DEFAULT 510
#define MAX_READERS_MOST 65536

struct lmdb_store {
    struct lmdb_environment *env;
    bool read_only;
    unsigned generation;
};

/* ---- the registry ------------------------------------------------------------------------------------------------ */

static struct {
    pthread_once_t once;
    pthread_mutex_t lock;
    struct lmdb_environment *first;
    atomic_uint generation; /* counts the forks that lie between this process and its first ancestor */
} registry = {PTHREAD_ONCE_INIT, PTHREAD_MUTEX_INITIALIZER, NULL, 0};

/* The child has one thread, and nothing open. Another thread of the parent may have held the lock. */
static void after_fork_in_child(void)
{
    pthread_mutex_init(&registry.lock, NULL);
    registry.first = NULL;
    atomic_fetch_add(&registry.generation, 1);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

static struct lmdb_environment *find(const struct stat *file)
{
    struct lmdb_environment *env = registry.first;
    while (env != NULL && (env->device != file->st_dev || env->inode != file->st_ino))
        env = env->next;
    return env;
}

static int check_fit(const struct lmdb_environment *env, const certlife_store_lmdb_options *asked, const char *path,
                     certlife_error **err)
{
    const char *failed = atomic_load(&env->failed);
    if (failed != NULL)
        return certlife__fail(err, CERTLIFE_E_STORE, "store %s: this process still has it open: %s", path, failed);
    if (env->read_only && !asked->read_only)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: this process has it open already, to read only",
                              path);
    if (asked->max_bytes != 0 && asked->max_bytes / LMDB_GRAIN != env->max_bytes / LMDB_GRAIN)
        return certlife__fail(err, CERTLIFE_E_INVALID,
                              "store %s: this process has it open already, with max_bytes = %llu", path,
                              (unsigned long long)env->max_bytes);
    if (asked->max_readers != 0 && asked->max_readers != env->max_readers)
        return certlife__fail(err, CERTLIFE_E_INVALID,
                              "store %s: this process has it open already, with max_readers = %u", path,
                              env->max_readers);
    return 0;
}

static certlife_store_lmdb_options with_defaults(const certlife_store_lmdb_options *asked)
{
    certlife_store_lmdb_options options = *asked;
    options.max_bytes = asked->max_bytes == 0 ? MAX_BYTES_DEFAULT : asked->max_bytes;
    options.max_bytes -= options.max_bytes % LMDB_GRAIN;
    options.max_readers = asked->max_readers == 0 ? MAX_READERS_DEFAULT : asked->max_readers;
    return options;
}

static int enter_new(struct lmdb_environment *env, const char *path, certlife_error **err)
{
    struct stat file;
    mdb_filehandle_t fd;
    mdb_env_get_fd(env->mdb, &fd);
    if (fstat(fd, &file) < 0)
        return certlife__fail_backend(err, CERTLIFE_E_STORE, errno, "lmdb",
                                      "store %s: its file cannot be looked at: %s", path, strerror(errno));
    env->device = file.st_dev;
    env->inode = file.st_ino;
    env->next = registry.first;
    registry.first = env;
    return 0;
}

/* Needs the registry's lock. */
static int find_or_open(const char *path, const certlife_store_lmdb_options *asked, struct lmdb_environment **out,
                        certlife_error **err)
{
    char data_file[4096];
    if (snprintf(data_file, sizeof data_file, "%s/data.mdb", path) >= (int)sizeof data_file)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: its path is too long", path);
    struct stat file;
    bool there = stat(data_file, &file) == 0;
    struct lmdb_environment *env = there ? find(&file) : NULL;
    if (env != NULL) {
        *out = env;
        return check_fit(env, asked, path, err);
    }
    certlife_store_lmdb_options options = with_defaults(asked);
    int rc = certlife__lmdb_environment_open(path, &options, !there, &env, err);
    if (rc < 0)
        return rc;
    rc = enter_new(env, path, err);
    if (rc < 0)
        certlife__lmdb_environment_close(env);
    else
        *out = env;
    return rc;
}

static int join(struct lmdb_store *store, const char *path, const certlife_store_lmdb_options *asked,
                certlife_error **err)
{
    struct lmdb_environment *env = NULL;
    pthread_once(&registry.once, watch_forks);
    pthread_mutex_lock(&registry.lock);
    int rc = find_or_open(path, asked, &env, err);
    if (rc == 0) {
        env->references++;
        *store = (struct lmdb_store){env, asked->read_only != 0, atomic_load(&registry.generation)};
    }
    pthread_mutex_unlock(&registry.lock);
    return rc;
}

/* Needs the registry's lock. */
static void drop(struct lmdb_environment *env)
{
    if (--env->references > 0)
        return;
    struct lmdb_environment **link = &registry.first;
    while (*link != env)
        link = &(*link)->next;
    *link = env->next;
    certlife__lmdb_environment_close(env);
}

static bool forked(const struct lmdb_store *store)
{
    return store->generation != atomic_load_explicit(&registry.generation, memory_order_relaxed);
}

static int fail_forked(const struct lmdb_store *store, certlife_error **err)
{
    return certlife__fail(err, CERTLIFE_E_FORKED, "store %s: it was opened before fork(): open it in the child",
                          store->env->path);
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

static int lmdb_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    const struct lmdb_store *store = self;
    if (forked(store))
        return fail_forked(store, err);
    if (store->read_only && mode != CERTLIFE_STORE_READ)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: it cannot be changed: it was opened to read only",
                              store->env->path);
    struct lmdb_transaction *t;
    int rc = certlife__lmdb_begin(store->env, mode, &t, err);
    if (rc == 0)
        *txn_out = t;
    return rc;
}

static int lmdb_get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
                    size_t *value_len_out, certlife_error **err)
{
    const struct lmdb_store *store = self;
    struct lmdb_transaction *t = txn;
    if (forked(store))
        return fail_forked(store, err);
    MDB_val name = {key_len, (void *)key};
    MDB_val value;
    int rc = mdb_get(t->txn, store->env->dbi, &name, &value);
    if (rc == MDB_NOTFOUND)
        return CERTLIFE_STORE_ABSENT;
    if (rc != 0)
        return certlife__lmdb_fail(t, "a value cannot be read", rc, err);
    *value_out = value.mv_data;
    *value_len_out = value.mv_size;
    return CERTLIFE_STORE_FOUND;
}

static int lmdb_put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                    certlife_error **err)
{
    const struct lmdb_store *store = self;
    struct lmdb_transaction *t = txn;
    if (forked(store))
        return fail_forked(store, err);
    int rc = certlife__lmdb_take_room(t, key_len + value_len, err);
    if (rc < 0)
        return rc;
    MDB_val name = {key_len, (void *)key};
    MDB_val content = {value_len, (void *)value};
    rc = mdb_put(t->txn, store->env->dbi, &name, &content, 0);
    return rc == 0 ? 0 : certlife__lmdb_fail(t, "a value cannot be written", rc, err);
}

static int lmdb_erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    const struct lmdb_store *store = self;
    struct lmdb_transaction *t = txn;
    if (forked(store))
        return fail_forked(store, err);
    MDB_val name = {key_len, (void *)key};
    int rc = mdb_del(t->txn, store->env->dbi, &name, NULL);
    return rc == 0 || rc == MDB_NOTFOUND ? 0 : certlife__lmdb_fail(t, "a value cannot be erased", rc, err);
}

static bool begins_with(const MDB_val *key, const uint8_t *prefix, size_t prefix_len)
{
    return key->mv_size >= prefix_len && (prefix_len == 0 || memcmp(key->mv_data, prefix, prefix_len) == 0);
}

static int lmdb_scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                     certlife_store_visit visit, void *payload, certlife_error **err)
{
    const struct lmdb_store *store = self;
    struct lmdb_transaction *t = txn;
    MDB_cursor *cursor;
    if (forked(store))
        return fail_forked(store, err);
    int rc = mdb_cursor_open(t->txn, store->env->dbi, &cursor);
    if (rc != 0)
        return certlife__lmdb_fail(t, "a scan cannot begin", rc, err);
    MDB_val key = {from_len, (void *)from};
    MDB_val value;
    int answer = 0;
    rc = mdb_cursor_get(cursor, &key, &value, from_len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    while (rc == 0 && begins_with(&key, from, prefix_len)) {
        answer = visit(key.mv_data, key.mv_size, value.mv_data, value.mv_size, payload);
        if (answer != 0)
            break;
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return certlife__lmdb_fail(t, "a scan failed", rc, err);
    return answer < 0 ? answer : 0;
}

static int lmdb_commit(void *self, void *txn, certlife_error **err)
{
    const struct lmdb_store *store = self;
    if (forked(store))
        return fail_forked(store, err);
    return certlife__lmdb_commit(txn, err);
}

static void lmdb_abort(void *self, void *txn)
{
    if (!forked(self))
        certlife__lmdb_abort(txn);
}

static void lmdb_free(void *self)
{
    struct lmdb_store *store = self;
    if (!forked(store)) {
        pthread_mutex_lock(&registry.lock);
        drop(store->env);
        pthread_mutex_unlock(&registry.lock);
    }
    free(store);
}

static const certlife_store_class lmdb_class = {
    .size = CERTLIFE_STORE_CLASS_INIT,
    .name = "lmdb",
    .capabilities = CERTLIFE_STORE_DURABLE,
    .begin = lmdb_begin,
    .get = lmdb_get,
    .put = lmdb_put,
    .erase = lmdb_erase,
    .scan = lmdb_scan,
    .commit = lmdb_commit,
    .abort = lmdb_abort,
    .free = lmdb_free,
};

/* ---- open -------------------------------------------------------------------------------------------------------- */

static int check_options(const char *path, const certlife_store_lmdb_options *options, certlife_error **err)
{
    if (options->size != sizeof *options)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: options.size is %zu: this library knows %zu", path,
                              options->size, sizeof *options);
    if (options->max_bytes != 0 && (options->max_bytes < MAX_BYTES_LEAST || options->max_bytes > SIZE_MAX / 2))
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: max_bytes is %llu: at least %llu", path,
                              (unsigned long long)options->max_bytes, (unsigned long long)MAX_BYTES_LEAST);
    if (options->max_readers > MAX_READERS_MOST)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: max_readers is %u: at most %u", path,
                              options->max_readers, MAX_READERS_MOST);
    return 0;
}

int certlife_store_open_lmdb(const char *path, const certlife_store_lmdb_options *options, certlife_store **out,
                             certlife_error **err)
{
    static const certlife_store_lmdb_options defaults = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    CHECK_USE(path != NULL, err);
    CHECK_USE(out != NULL, err);
    const certlife_store_lmdb_options *asked = options != NULL ? options : &defaults;
    int rc = check_options(path, asked, err);
    if (rc < 0)
        return rc;
    rc = certlife__lmdb_folder_prepare(path, asked->read_only != 0, err);
    if (rc < 0)
        return rc;
    struct lmdb_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "store %s: it cannot be opened: no memory", path);
    rc = join(store, path, asked, err);
    if (rc < 0) {
        free(store);
        return rc;
    }
    rc = certlife_store_new(&lmdb_class, store, out, err);
    if (rc < 0)
        lmdb_free(store);
    return rc;
}
