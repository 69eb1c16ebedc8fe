/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/sys/store.h>; the compiler holds it to the header. */

#define CERTLIFE_STORE_KEY_MAX ...
#define CERTLIFE_STORE_VALUE_MAX ...

typedef int32_t certlife_store_mode;
#define CERTLIFE_STORE_READ ...
#define CERTLIFE_STORE_WRITE ...
#define CERTLIFE_STORE_WRITE_RESERVE ...
#define CERTLIFE_STORE_FOUND ...
#define CERTLIFE_STORE_ABSENT ...

typedef int (*certlife_store_visit)(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
             void *payload);
#define CERTLIFE_STORE_DURABLE ...

typedef struct certlife_store_class {
    size_t size;
    const char *name;
    uint32_t capabilities;
    int (*begin)(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err);
    int (*get)(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
               size_t *value_len_out, certlife_error **err);
    int (*put)(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
               certlife_error **err);
    int (*erase)(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err);
    int (*scan)(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                certlife_store_visit visit, void *payload, certlife_error **err);
    int (*commit)(void *self, void *txn, certlife_error **err);
    void (*abort)(void *self, void *txn);
    void (*free)(void *self);
    ...;
} certlife_store_class;

typedef struct certlife_store certlife_store;
int certlife_store_new(const certlife_store_class *klass, void *self, certlife_store **out, certlife_error **err);
int certlife_store_new_memory(certlife_store **out, certlife_error **err);

typedef struct certlife_store_lmdb_options {
    size_t size;
    uint64_t max_bytes;
    uint32_t max_readers;
    int32_t read_only;
    ...;
} certlife_store_lmdb_options;

int certlife_store_open_lmdb(const char *path, const certlife_store_lmdb_options *options, certlife_store **out,
                             certlife_error **err);
void certlife_store_close(certlife_store *store);
