/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/sys/store.h – where the facts are kept, and how to bring your own
 *
 *     certlife_store *store = NULL;
 *     certlife_error *err = NULL;
 *     if (certlife_store_open_lmdb("/var/lib/bank/certlife", NULL, &store, &err) < 0)
 *         fprintf(stderr, "%s\n", certlife_error_message(err));
 *     ...
 *     certlife_store_close(store);
 *
 * A store is an ordered, transactional map from bytes to bytes. It knows nothing of certificates. Keys compare as
 * memcmp compares, a shorter key before a longer one that it begins. Keys have 1 to 500 bytes, values 0 to 65,536.
 *
 * To write your own, fill a certlife_store_class and hand it to certlife_store_new. examples/own_store.c is a whole one,
 * and tests/conformance the suite that a store must pass.
 *
 * The order of calls: `begin` opens a transaction; any number of `get`, `put`, `erase` and `scan` follow in it; then
 * exactly one `commit` or `abort`, after which the transaction is gone, also where `commit` failed. A read transaction
 * sees the map as it was at `begin`, whatever is committed meanwhile. There may be many read transactions at once, and a
 * write transaction beside them; a second `begin` for writing waits for the first writer, in this process or another.
 * One transaction is used by one thread, from `begin` to its end. No call may be made after fork() in the child.
 *
 * This header is for people who extend the library; it may grow between minor versions.
 */
#ifndef CERTLIFE_SYS_STORE_H
#define CERTLIFE_SYS_STORE_H

#include <stddef.h>
#include <stdint.h>

#include <certlife/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CERTLIFE_STORE_KEY_MAX 500
#define CERTLIFE_STORE_VALUE_MAX 65536

typedef int32_t certlife_store_mode;
enum {
    CERTLIFE_STORE_READ = 1,
    CERTLIFE_STORE_WRITE = 2,
    /* Like WRITE, and may use the room that the store keeps back for revocation when it is nearly full. */
    CERTLIFE_STORE_WRITE_RESERVE = 3,
};

/* Answers of `get`: found, or not there. Failures are negative. */
enum {
    CERTLIFE_STORE_FOUND = 0,
    CERTLIFE_STORE_ABSENT = 1,
};

/*
 * Called by `scan` for each pair in key order. Borrowed bytes, good until it returns. It changes nothing in the store.
 * 0 goes on; a positive number ends the scan, which returns 0; a negative one ends it and is returned by `scan`.
 */
typedef int (*certlife_store_visit)(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                                    void *payload);

/* Capabilities. */
enum {
    CERTLIFE_STORE_DURABLE = 1, /* what commit has answered survives a crash of the machine */
};

typedef struct certlife_store_class {
    size_t size;           /* sizeof(certlife_store_class), set by CERTLIFE_STORE_CLASS_INIT */
    const char *name;      /* must: a short name for messages, e.g. "lmdb" */
    uint32_t capabilities; /* CERTLIFE_STORE_DURABLE or 0 */

    /*
     * All slots but `free` must be there. Each answers 0 or a negative CERTLIFE_E_ code; CERTLIFE_E_BUSY from `commit` means
     * that another writer came between and the transaction, now gone, can be run again. A slot that fails may describe
     * the failure with certlife_error_set. What failed has changed nothing.
     */
    int (*begin)(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err);
    /* Sets value_out and value_len_out, borrowed until the transaction ends or next writes, on CERTLIFE_STORE_FOUND. */
    int (*get)(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
               size_t *value_len_out, certlife_error **err);
    /* Sets or replaces. The bytes are copied. */
    int (*put)(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
               certlife_error **err);
    /* Removes; a key that is not there is no failure. */
    int (*erase)(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err);
    /* Visits, in order, every key that is not before `from` and begins with the first `prefix_len` bytes of `from`. */
    int (*scan)(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                certlife_store_visit visit, void *payload, certlife_error **err);
    int (*commit)(void *self, void *txn, certlife_error **err);
    void (*abort)(void *self, void *txn);
    /* may: called once by certlife_store_close; frees self */
    void (*free)(void *self);
} certlife_store_class;

#define CERTLIFE_STORE_CLASS_INIT sizeof(certlife_store_class)

typedef struct certlife_store certlife_store;

/*
 * Makes a store of a class and its own data. The class is borrowed until certlife_store_close. The one place where a
 * class is checked: a missing slot or a foreign size is CERTLIFE_E_INVALID, and names it. On failure `self` stays yours.
 */
CERTLIFE_API int certlife_store_new(const certlife_store_class *klass, void *self, certlife_store **out,
                                    certlife_error **err);

/* A store in memory, gone when closed: for tests and first steps. Any threads of this process. */
CERTLIFE_API int certlife_store_new_memory(certlife_store **out, certlife_error **err);

typedef struct certlife_store_lmdb_options {
    size_t size;          /* sizeof(certlife_store_lmdb_options), set by CERTLIFE_STORE_LMDB_OPTIONS_INIT */
    uint64_t max_bytes;   /* the file never grows beyond this; 0 = 64 GiB */
    uint32_t max_readers; /* threads and processes reading at one moment; 0 = 510 */
    int32_t read_only;    /* not 0: an existing store, only to look; write transactions are refused */
} certlife_store_lmdb_options;

/* clang-format off */
#define CERTLIFE_STORE_LMDB_OPTIONS_INIT {sizeof(certlife_store_lmdb_options), 0, 0, 0}
/* clang-format on */

/*
 * Opens (and makes, if it is not there) a store in the folder `path`, which must be on a local file system: a network
 * one is refused with CERTLIFE_E_INVALID. Several processes may have it open at once; a process that opens it twice gets
 * the one environment shared, as LMDB must never see a file opened twice by one process. Not to be used after fork():
 * open it in the child. `options` may be NULL. Failures: INVALID, STORE (no permission, not a store), STORE_FULL,
 * STORE_CORRUPT, STORE_VERSION (of LMDB's own format), MEMORY. Every commit is durable; there is no option that weakens
 * this. Some room is kept back for revocation (CERTLIFE_STORE_WRITE_RESERVE) as blocks of the file: 1 to 64 MiB. File
 * systems in user space (FUSE) are refused too. Under RLIMIT_FSIZE a program must ignore SIGXFSZ, as with any write.
 */
CERTLIFE_API int certlife_store_open_lmdb(const char *path, const certlife_store_lmdb_options *options,
                                          certlife_store **out, certlife_error **err);

/* Closes and frees. No institution may be using it any more. NULL does nothing. */
CERTLIFE_API void certlife_store_close(certlife_store *store);

#ifdef __cplusplus
}
#endif

#endif
