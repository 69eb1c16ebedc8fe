/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One LMDB environment of this process.
 *
 * Reading: each reader takes a slot; the first slots keep their LMDB transaction when they are given back.
 * Writing: one writer of this process at a time holds `writing`, then LMDB's own lock between processes.
 * Growing: the map starts small. LMDB moves it only when no transaction of this process is open, so a writer that runs
 * into its end is answered BUSY: the transaction is to be run again. The next one shuts the gate, waits for the readers
 * inside, moves the map, and begins.
 * The reserve: a plain writer must leave some room, on the disk and below max_bytes, so that WRITE_RESERVE (revocation)
 * still succeeds. It is had in blocks of the file, not only in figures, wherever the file system can do that.
 */
#define _GNU_SOURCE /* fallocate, sched_getcpu */
#include "backends/store_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

#define MIB ((uint64_t)1 << 20)
#define MAP_FIRST (64 * MIB)
#define MAP_STEP_MAX (1024 * MIB)
/* Readers beyond these allocate, and leave no entry of theirs in the lock file's table. */
#define READERS_KEPT 32
/* The pages that a transaction of a few records touches, beside what it puts. */
#define SMALL_TRANSACTION LMDB_GRAIN
/* How long the map waits for the readers inside: a thread that waits for itself must get an answer. */
#define MOVE_MILLISECONDS 200

static const struct {
    int rc;
    int code;
} codes[] = {
    {ENOSPC, CERTLIFE_E_STORE_FULL},
    {EDQUOT, CERTLIFE_E_STORE_FULL},
    {EFBIG, CERTLIFE_E_STORE_FULL},
    {MDB_MAP_FULL, CERTLIFE_E_STORE_FULL},
    {ENOMEM, CERTLIFE_E_MEMORY},
    {EBUSY, CERTLIFE_E_BUSY},
    {MDB_READERS_FULL, CERTLIFE_E_BUSY},
    {MDB_CORRUPTED, CERTLIFE_E_STORE_CORRUPT},
    {MDB_PAGE_NOTFOUND, CERTLIFE_E_STORE_CORRUPT},
    {MDB_INVALID, CERTLIFE_E_STORE_CORRUPT},
    {MDB_INCOMPATIBLE, CERTLIFE_E_STORE_CORRUPT},
    {MDB_VERSION_MISMATCH, CERTLIFE_E_STORE_VERSION},
};

/* EBUSY is our own, from move_map; MDB_PANIC is LMDB's or ours. */
static const char *cause(const struct lmdb_environment *env, int rc)
{
    const char *failed = atomic_load(&env->failed);
    if (rc == MDB_PANIC && failed != NULL)
        return failed;
    return rc == EBUSY ? "its map cannot grow while a read transaction stays open" : mdb_strerror(rc);
}

static int fail(const struct lmdb_environment *env, const char *what, int rc, certlife_error **err)
{
    int code = CERTLIFE_E_STORE;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].rc == rc)
            code = codes[i].code;
    }
    return certlife__fail_backend(err, code, rc, "lmdb", "store %s: %s: %s", env->path, what, cause(env, rc));
}

int certlife__lmdb_fail(struct lmdb_transaction *t, const char *what, int rc, certlife_error **err)
{
    struct lmdb_environment *env = t->env;
    MDB_envinfo info;
    mdb_env_info(env->mdb, &info);
    if (rc == MDB_MAP_FULL && info.me_mapsize < env->max_bytes)
        env->map_full = true;
    if (t->writes && env->map_full)
        return certlife__fail_backend(err, CERTLIFE_E_BUSY, rc, "lmdb", "store %s: %s: its map must grow first",
                                      env->path, what);
    return fail(env, what, rc, err);
}

/* ---- the map and the gate ---------------------------------------------------------------------------------------- */

static uint64_t used_bytes(const struct lmdb_environment *env)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(env->mdb, &info);
    mdb_env_stat(env->mdb, &stat);
    return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

static bool readers_inside(struct lmdb_environment *env)
{
    for (uint32_t i = 0; i < env->max_readers; i++) {
        if (atomic_load(&env->readers[i].taken))
            return true;
    }
    return false;
}

/* LMDB gives up the old map before it asks for the new one, so we ask first. */
static bool address_space_has(size_t size)
{
    void *probe = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe == MAP_FAILED)
        return false;
    munmap(probe, size);
    return true;
}

static struct timespec in_milliseconds(long milliseconds)
{
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_nsec += milliseconds * 1000000;
    moment.tv_sec += moment.tv_nsec / 1000000000;
    moment.tv_nsec %= 1000000000;
    return moment;
}

/* Needs `writing` held and no write transaction open. 0, EBUSY or what LMDB answers. */
static int move_map(struct lmdb_environment *env, size_t size)
{
    if (!address_space_has(size))
        return ENOMEM;
    struct timespec deadline = in_milliseconds(MOVE_MILLISECONDS);
    int rc = 0;
    pthread_mutex_lock(&env->gate);
    atomic_store(&env->shut, true);
    while (readers_inside(env) && rc == 0)
        rc = pthread_cond_timedwait(&env->left, &env->gate, &deadline) == 0 ? 0 : EBUSY;
    if (rc == 0 || !readers_inside(env)) {
        rc = mdb_env_set_mapsize(env->mdb, size);
        if (rc != 0)
            atomic_store(&env->failed, "it must be closed and reopened: its map could not be had again");
    }
    atomic_store(&env->shut, false);
    pthread_cond_broadcast(&env->opened);
    pthread_mutex_unlock(&env->gate);
    return rc;
}

/* Doubles up to 1 GiB, then goes in steps of that; never beyond max_bytes unless the file itself is. */
static int grow_map(struct lmdb_environment *env)
{
    MDB_envinfo info;
    mdb_env_info(env->mdb, &info);
    uint64_t used = used_bytes(env);
    uint64_t size = info.me_mapsize;
    do {
        size += size < MAP_STEP_MAX ? size : MAP_STEP_MAX;
    } while (size < used);
    if (size > env->max_bytes)
        size = env->max_bytes;
    return move_map(env, (size_t)(size < used ? used : size));
}

/* ---- readers ----------------------------------------------------------------------------------------------------- */

static void wait_while_shut(struct lmdb_environment *env)
{
    pthread_mutex_lock(&env->gate);
    while (atomic_load(&env->shut))
        pthread_cond_wait(&env->opened, &env->gate);
    pthread_mutex_unlock(&env->gate);
}

static void leave(struct lmdb_transaction *t)
{
    struct lmdb_environment *env = t->env;
    atomic_store(&t->taken, false);
    if (!atomic_load(&env->shut))
        return;
    pthread_mutex_lock(&env->gate);
    pthread_cond_signal(&env->left);
    pthread_mutex_unlock(&env->gate);
}

static bool take(struct lmdb_transaction *t)
{
    return !atomic_load_explicit(&t->taken, memory_order_relaxed) && !atomic_exchange(&t->taken, true);
}

/* The kept ones first, and among them the one that this processor used last time. */
static struct lmdb_transaction *free_reader(struct lmdb_environment *env)
{
    uint32_t kept = env->max_readers < READERS_KEPT ? env->max_readers : READERS_KEPT;
    uint32_t start = (uint32_t)sched_getcpu() % kept;
    for (uint32_t i = 0; i < env->max_readers; i++) {
        struct lmdb_transaction *t = &env->readers[i < kept ? (start + i) % kept : i];
        if (take(t))
            return t;
    }
    return NULL;
}

/* Who shuts the gate looks at `taken` after it; who enters looks at `shut` after taking: one of the two sees the other. */
static struct lmdb_transaction *enter(struct lmdb_environment *env)
{
    struct lmdb_transaction *t = free_reader(env);
    while (t != NULL && atomic_load(&env->shut)) {
        leave(t);
        wait_while_shut(env);
        t = free_reader(env);
    }
    return t;
}

/*
 * LMDB first notes which commit a reader sees and then copies that commit's root, which stands in one of two places. A
 * thread that stalls between finds there the root of the commit after the next, perhaps before it is durable; its next
 * look would be into the past again. Seen in raw LMDB a few times in a thousand commits on two busy processors.
 */
static bool was_overtaken(const struct lmdb_environment *env, MDB_txn *txn)
{
    MDB_envinfo info;
    mdb_env_info(env->mdb, &info);
    return info.me_last_txnid > mdb_txn_id(txn) + 1;
}

static int begin_reading(struct lmdb_environment *env, struct lmdb_transaction **out)
{
    struct lmdb_transaction *t = enter(env);
    if (t == NULL)
        return MDB_READERS_FULL;
    int rc = MDB_PANIC;
    if (atomic_load_explicit(&env->failed, memory_order_relaxed) == NULL)
        rc = t->txn != NULL ? mdb_txn_renew(t->txn) : mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &t->txn);
    while (rc == 0 && was_overtaken(env, t->txn)) {
        mdb_txn_reset(t->txn);
        rc = mdb_txn_renew(t->txn);
    }
    if (rc == 0)
        *out = t;
    else
        leave(t);
    return rc;
}

static void end_read(struct lmdb_transaction *t)
{
    if (t - t->env->readers < READERS_KEPT) {
        mdb_txn_reset(t->txn);
    } else {
        mdb_txn_abort(t->txn);
        t->txn = NULL;
    }
    leave(t);
}

/* ---- the reserve ------------------------------------------------------------------------------------------------- */

/* What is kept back grows with what may have to be revoked. */
static uint64_t reserve_of(const struct lmdb_environment *env, uint64_t used)
{
    uint64_t reserve = used / 16;
    if (reserve < MIB)
        reserve = MIB;
    if (reserve > 64 * MIB)
        reserve = 64 * MIB;
    return reserve < env->max_bytes / 4 ? reserve : env->max_bytes / 4;
}

static uint64_t free_on_disk(int fd)
{
    struct statvfs disk;
    return fstatvfs(fd, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}

/* Gets blocks for the file up to `end`, and answers how far it has them. fallocate never shrinks a file. */
static uint64_t allocate_to(struct lmdb_environment *env, uint64_t used, uint64_t end)
{
    end += LMDB_GRAIN - end % LMDB_GRAIN;
    if (end > env->max_bytes)
        end = env->max_bytes;
    if (end <= env->allocated || end <= used)
        return env->allocated;
    mdb_filehandle_t fd;
    mdb_env_get_fd(env->mdb, &fd);
    int rc = fallocate(fd, 0, (off_t)used, (off_t)(end - used)) == 0 ? 0 : errno;
    if (rc == EOPNOTSUPP || rc == ENOSYS) {
        /* Figures only: nothing is remembered, so that the disk is asked again next time. */
        uint64_t disk = free_on_disk(fd);
        env->disk_full = disk < end - used;
        return used + disk;
    }
    env->disk_full = rc != 0;
    if (rc == 0)
        env->allocated = end;
    return env->allocated;
}

/* Pages in the file that LMDB can use again: its own list of them, which only a read transaction may look at. */
static uint64_t free_in_file(struct lmdb_environment *env)
{
    const MDB_dbi free_list = 0;
    struct lmdb_transaction *t;
    MDB_cursor *cursor;
    MDB_val key, pages;
    MDB_stat stat;
    uint64_t count = 0;
    if (begin_reading(env, &t) != 0)
        return 0;
    if (mdb_cursor_open(t->txn, free_list, &cursor) == 0) {
        while (mdb_cursor_get(cursor, &key, &pages, MDB_NEXT) == 0) {
            /* A list of page numbers that begins with its length. */
            size_t listed;
            memcpy(&listed, pages.mv_data, sizeof listed);
            count += listed;
        }
        mdb_cursor_close(cursor);
    }
    end_read(t);
    mdb_env_stat(env->mdb, &stat);
    return count * stat.ms_psize;
}

/* How much of `wanted` bytes, or more, can be had before the reserve begins. */
static uint64_t room_before_reserve(struct lmdb_transaction *t, uint64_t wanted)
{
    struct lmdb_environment *env = t->env;
    uint64_t used = used_bytes(env);
    uint64_t reserve = reserve_of(env, used);
    uint64_t end = allocate_to(env, used, used + wanted + 2 * reserve);
    if (env->disk_full)
        end = allocate_to(env, used, used + wanted + reserve);
    if (end > env->max_bytes)
        end = env->max_bytes;
    uint64_t room = end > used ? end - used : 0;
    if (room < reserve + wanted)
        room += free_in_file(env);
    return room > reserve ? room - reserve : 0;
}

int certlife__lmdb_take_room(struct lmdb_transaction *t, uint64_t bytes, certlife_error **err)
{
    t->spent += bytes;
    if (t->spent <= t->room)
        return 0;
    t->room = room_before_reserve(t, t->spent);
    if (t->may_use_reserve || t->spent <= t->room)
        return 0;
    struct lmdb_environment *env = t->env;
    return certlife__fail(err, CERTLIFE_E_STORE_FULL, "store %s: there is no room but what is kept for revocation: %s",
                          env->path, env->disk_full ? "its disk is full" : "it has reached its max_bytes");
}

/* ---- transactions ------------------------------------------------------------------------------------------------ */

static bool map_is_short(const struct lmdb_environment *env)
{
    MDB_envinfo info;
    mdb_env_info(env->mdb, &info);
    return used_bytes(env) > info.me_mapsize;
}

/* Another process has made the file larger than our map; another thread may have followed while we waited. */
static int follow_growth(struct lmdb_environment *env)
{
    int rc = pthread_mutex_lock(&env->writing);
    if (rc != 0)
        return rc;
    rc = atomic_load(&env->failed) != NULL ? MDB_PANIC : 0;
    if (rc == 0 && map_is_short(env))
        rc = grow_map(env);
    pthread_mutex_unlock(&env->writing);
    return rc;
}

static int begin_read(struct lmdb_environment *env, struct lmdb_transaction **out, certlife_error **err)
{
    int rc = begin_reading(env, out);
    while (rc == MDB_MAP_RESIZED) {
        rc = follow_growth(env);
        rc = rc == 0 ? begin_reading(env, out) : rc;
    }
    if (rc == MDB_READERS_FULL) {
        /* Processes that were killed have left their entries. */
        mdb_reader_check(env->mdb, NULL);
        rc = begin_reading(env, out);
    }
    return rc == 0 ? 0 : fail(env, "a transaction cannot begin", rc, err);
}

/* What the last transaction lacked is added before the next one begins. */
static int make_map_fit(struct lmdb_environment *env)
{
    if (!env->map_full)
        return 0;
    mdb_reader_check(env->mdb, NULL); /* who was killed while reading may be what keeps old pages from being used */
    int rc = grow_map(env);
    env->map_full = rc != 0;
    return rc;
}

static int begin_writing(struct lmdb_environment *env)
{
    if (atomic_load(&env->failed) != NULL)
        return MDB_PANIC;
    int rc = make_map_fit(env);
    if (rc == 0)
        rc = mdb_txn_begin(env->mdb, NULL, 0, &env->writer.txn);
    while (rc == MDB_MAP_RESIZED) {
        rc = grow_map(env);
        rc = rc == 0 ? mdb_txn_begin(env->mdb, NULL, 0, &env->writer.txn) : rc;
    }
    return rc;
}

static int begin_write(struct lmdb_environment *env, bool may_use_reserve, struct lmdb_transaction **out,
                       certlife_error **err)
{
    int rc = pthread_mutex_lock(&env->writing);
    if (rc == EDEADLK)
        return certlife__fail(err, CERTLIFE_E_MISUSE, "store %s: this thread has a write transaction open already",
                              env->path);
    rc = begin_writing(env);
    if (rc != 0) {
        pthread_mutex_unlock(&env->writing);
        return fail(env, "a transaction cannot begin", rc, err);
    }
    struct lmdb_transaction *t = &env->writer;
    t->may_use_reserve = may_use_reserve;
    t->spent = 0;
    t->room = 0;
    rc = certlife__lmdb_take_room(t, SMALL_TRANSACTION, err);
    if (rc < 0) {
        certlife__lmdb_abort(t);
        return rc;
    }
    *out = t;
    return 0;
}

int certlife__lmdb_begin(struct lmdb_environment *env, certlife_store_mode mode, struct lmdb_transaction **out,
                         certlife_error **err)
{
    if (mode == CERTLIFE_STORE_READ)
        return begin_read(env, out, err);
    return begin_write(env, mode == CERTLIFE_STORE_WRITE_RESERVE, out, err);
}

static void end_write(struct lmdb_transaction *t)
{
    t->txn = NULL;
    pthread_mutex_unlock(&t->env->writing);
}

/* LMDB calls a page that was written in part an input/output error, whatever the reason. */
static int why_commit_failed(struct lmdb_environment *env, int rc)
{
    if (rc == EIO && env->disk_full)
        return ENOSPC;
    if (rc == EIO || rc == MDB_PANIC)
        atomic_store(&env->failed, "it must be closed and reopened: a commit failed on its way to the disk");
    return rc;
}

int certlife__lmdb_commit(struct lmdb_transaction *t, certlife_error **err)
{
    if (!t->writes) {
        end_read(t);
        return 0;
    }
    int rc = mdb_txn_commit(t->txn);
    if (rc != 0)
        rc = certlife__lmdb_fail(t, "the commit failed", why_commit_failed(t->env, rc), err);
    end_write(t);
    return rc;
}

void certlife__lmdb_abort(struct lmdb_transaction *t)
{
    if (!t->writes) {
        end_read(t);
        return;
    }
    mdb_txn_abort(t->txn);
    end_write(t);
}

/* ---- open and close ---------------------------------------------------------------------------------------------- */

static void init_locks(struct lmdb_environment *env)
{
    pthread_mutexattr_t checked;
    pthread_mutexattr_init(&checked);
    pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&env->writing, &checked);
    pthread_mutexattr_destroy(&checked);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&env->left, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&env->opened, NULL);
    pthread_mutex_init(&env->gate, NULL);
}

static void *new_zeroed(size_t size)
{
    void *room = aligned_alloc(alignof(struct lmdb_transaction), size);
    return room != NULL ? memset(room, 0, size) : NULL;
}

static struct lmdb_environment *new_environment(const char *path, const certlife_store_lmdb_options *options)
{
    struct lmdb_environment *env = new_zeroed(sizeof *env);
    if (env == NULL)
        return NULL;
    env->path = strdup(path);
    env->readers = new_zeroed(options->max_readers * sizeof *env->readers);
    if (env->path == NULL || env->readers == NULL) {
        free(env->path);
        free(env->readers);
        free(env);
        return NULL;
    }
    env->read_only = options->read_only != 0;
    env->max_bytes = options->max_bytes;
    env->max_readers = options->max_readers;
    for (uint32_t i = 0; i < env->max_readers; i++)
        env->readers[i].env = env;
    env->writer.env = env;
    env->writer.writes = true;
    init_locks(env);
    return env;
}

void certlife__lmdb_environment_close(struct lmdb_environment *env)
{
    for (uint32_t i = 0; i < env->max_readers; i++)
        mdb_txn_abort(env->readers[i].txn);
    if (env->mdb != NULL)
        mdb_env_close(env->mdb);
    pthread_mutex_destroy(&env->writing);
    pthread_mutex_destroy(&env->gate);
    pthread_cond_destroy(&env->opened);
    pthread_cond_destroy(&env->left);
    free(env->readers);
    free(env->path);
    free(env);
}

static int open_mdb(struct lmdb_environment *env)
{
    uint64_t first = env->max_bytes < MAP_FIRST ? env->max_bytes : MAP_FIRST;
    unsigned flags = MDB_NOTLS | (env->read_only ? MDB_RDONLY : 0);
    int rc = mdb_env_create(&env->mdb);
    if (rc == 0)
        rc = mdb_env_set_mapsize(env->mdb, (size_t)first);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(env->mdb, env->max_readers);
    if (rc == 0)
        rc = mdb_env_open(env->mdb, env->path, flags, 0600);
    return rc;
}

/* The main database, and nothing but plain keys and values in it. */
static int open_database(struct lmdb_environment *env)
{
    MDB_txn *txn;
    unsigned flags;
    int rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn);
    if (rc != 0)
        return rc;
    rc = mdb_dbi_open(txn, NULL, 0, &env->dbi);
    if (rc == 0)
        rc = mdb_dbi_flags(txn, env->dbi, &flags);
    if (rc == 0 && flags != 0)
        rc = MDB_INCOMPATIBLE;
    mdb_txn_abort(txn);
    return rc;
}

/* How many bytes the file lacks of what it says it has. Asked in this order, another writer does no harm. */
static int missing_bytes(struct lmdb_environment *env, uint64_t *out, certlife_error **err)
{
    mdb_filehandle_t fd;
    struct stat file;
    uint64_t used = used_bytes(env);
    mdb_env_get_fd(env->mdb, &fd);
    if (fstat(fd, &file) < 0)
        return fail(env, "its file cannot be looked at", errno, err);
    *out = used > (uint64_t)file.st_size ? used - (uint64_t)file.st_size : 0;
    return 0;
}

/* Nobody else has this environment yet. */
static int lengthen_file(struct lmdb_environment *env, certlife_error **err)
{
    mdb_filehandle_t fd;
    uint64_t missing = 0;
    mdb_env_get_fd(env->mdb, &fd);
    int rc = begin_writing(env);
    if (rc != 0)
        return fail(env, "it cannot be opened for writing", rc, err);
    rc = missing_bytes(env, &missing, err);
    if (rc == 0 && missing > 0 && ftruncate(fd, (off_t)used_bytes(env)) < 0)
        rc = fail(env, "its file cannot be made longer", errno, err);
    mdb_txn_abort(env->writer.txn);
    env->writer.txn = NULL;
    return rc;
}

/* A page beyond the end of the file would be a SIGBUS. LMDB itself leaves out a few, which hold nothing: they are added. */
static int check_length(struct lmdb_environment *env, certlife_error **err)
{
    uint64_t missing;
    int rc = missing_bytes(env, &missing, err);
    if (rc < 0 || missing == 0)
        return rc;
    if (env->read_only || missing > MIB)
        return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT,
                              "store %s: its file was cut off or copied in part: %llu bytes are missing", env->path,
                              (unsigned long long)missing);
    return lengthen_file(env, err);
}

static int set_up(struct lmdb_environment *env, bool is_new, certlife_error **err)
{
    int rc = open_mdb(env);
    if (rc != 0)
        return fail(env, "it cannot be opened", rc, err);
    mdb_reader_check(env->mdb, NULL);
    rc = open_database(env);
    if (rc != 0)
        return fail(env, "its database cannot be opened", rc, err);
    rc = check_length(env, err);
    if (rc < 0 || !is_new)
        return rc;
    rc = mdb_env_sync(env->mdb, 1);
    return rc != 0 ? fail(env, "its new file cannot be written to disk", rc, err)
                   : certlife__lmdb_folder_sync(env->path, err);
}

int certlife__lmdb_environment_open(const char *path, const certlife_store_lmdb_options *options, bool is_new,
                                    struct lmdb_environment **out, certlife_error **err)
{
    struct lmdb_environment *env = new_environment(path, options);
    if (env == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "store %s: it cannot be opened: no memory", path);
    int rc = set_up(env, is_new, err);
    if (rc < 0) {
        certlife__lmdb_environment_close(env);
        return rc;
    }
    *out = env;
    return 0;
}
