/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the LMDB store, private to its files:
 *
 *     store_lmdb.c              the store class, and the registry of the environments that this process has open
 *     store_lmdb_environment.c  one environment: its transactions, its growing map, the room it keeps back
 *     store_lmdb_folder.c       the folder it lives in
 */
#ifndef CERTLIFE_BACKENDS_STORE_LMDB_H
#define CERTLIFE_BACKENDS_STORE_LMDB_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <pthread.h>
#include <sys/types.h>

#include <lmdb.h>

#include <certlife/sys/store.h>

/* A multiple of every page size: maps and files end on one. */
#define LMDB_GRAIN ((uint64_t)64 << 10)

struct lmdb_transaction {
    /* Readers on different processors do not share a cache line. */
    alignas(64) atomic_bool taken;
    MDB_txn *txn; /* an idle reader keeps it, so that the next begin only renews it and allocates nothing */
    struct lmdb_environment *env;
    bool writes;
    bool may_use_reserve;
    uint64_t spent; /* bytes put so far */
    uint64_t room;  /* bytes that may be put before looking again */
};

struct lmdb_environment {
    MDB_env *mdb;
    MDB_dbi dbi;
    char *path; /* as first opened, for messages */
    bool read_only;
    uint64_t max_bytes;
    _Atomic(const char *) failed; /* why nothing more can be trusted until all is closed and reopened; NULL is well */

    /* Writers of this process, one at a time. Who holds it, with no write transaction open, may move the map. */
    pthread_mutex_t writing;
    struct lmdb_transaction writer;
    bool map_full;      /* a transaction ran into the end of the map: it is to grow before the next one */
    uint64_t allocated; /* how far the file is known to have blocks on the disk */
    bool disk_full;     /* the last attempt to get more of them failed for lack of room */

    /* Readers, and the gate that they pass: shut while the map moves. */
    struct lmdb_transaction *readers;
    uint32_t max_readers;
    atomic_bool shut;
    pthread_mutex_t gate;
    pthread_cond_t opened;
    pthread_cond_t left;

    /* The registry's. */
    struct lmdb_environment *next;
    dev_t device;
    ino_t inode;
    unsigned references;
};

int certlife__lmdb_folder_prepare(const char *path, bool read_only, certlife_error **err);
/* Makes the names in the folder, and its own, survive a crash. */
int certlife__lmdb_folder_sync(const char *path, certlife_error **err);

/* `options` are whole: no zeros that mean a default. `is_new`: there is no data file yet. */
int certlife__lmdb_environment_open(const char *path, const certlife_store_lmdb_options *options, bool is_new,
                                    struct lmdb_environment **out, certlife_error **err);
void certlife__lmdb_environment_close(struct lmdb_environment *env);

int certlife__lmdb_begin(struct lmdb_environment *env, certlife_store_mode mode, struct lmdb_transaction **out,
                         certlife_error **err);
/* Before `bytes` more are put: a plain writer may not come nearer to the end than the reserve. */
int certlife__lmdb_take_room(struct lmdb_transaction *t, uint64_t bytes, certlife_error **err);
int certlife__lmdb_commit(struct lmdb_transaction *t, certlife_error **err);
void certlife__lmdb_abort(struct lmdb_transaction *t);

/* Describes what LMDB answered in transaction `t`. */
int certlife__lmdb_fail(struct lmdb_transaction *t, const char *what, int rc, certlife_error **err);

#endif
