/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "ports/store.h" /* to wrap a store one must look into it */

struct liar {
    certlife_store *inner;
    const bool *lies;
};

static const certlife_store_class *class_of(void *self)
{
    return certlife__store_class(((struct liar *)self)->inner);
}

static void *self_of(void *self)
{
    return certlife__store_self(((struct liar *)self)->inner);
}

static int begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    return class_of(self)->begin(self_of(self), mode, txn_out, err);
}

static int get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
               size_t *value_len_out, certlife_error **err)
{
    return class_of(self)->get(self_of(self), txn, key, key_len, value_out, value_len_out, err);
}

static int put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
               certlife_error **err)
{
    return class_of(self)->put(self_of(self), txn, key, key_len, value, value_len, err);
}

static int erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    return class_of(self)->erase(self_of(self), txn, key, key_len, err);
}

static int scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                certlife_store_visit visit, void *payload, certlife_error **err)
{
    return class_of(self)->scan(self_of(self), txn, from, from_len, prefix_len, visit, payload, err);
}

static int commit(void *self, void *txn, certlife_error **err)
{
    if (!*((struct liar *)self)->lies)
        return class_of(self)->commit(self_of(self), txn, err);
    class_of(self)->abort(self_of(self), txn);
    return 0;
}

static void give_up(void *self, void *txn)
{
    class_of(self)->abort(self_of(self), txn);
}

static void free_liar(void *self)
{
    certlife_store_close(((struct liar *)self)->inner);
    free(self);
}

static const certlife_store_class liar_class = {
    .size = CERTLIFE_STORE_CLASS_INIT,
    .name = "liar",
    .begin = begin,
    .get = get,
    .put = put,
    .erase = erase,
    .scan = scan,
    .commit = commit,
    .abort = give_up,
    .free = free_liar,
};

certlife_store *faulty_store(certlife_store *inner, const bool *lies)
{
    certlife_store *out = NULL;
    struct liar *liar = malloc(sizeof *liar);
    if (liar == NULL)
        exit(2);
    *liar = (struct liar){inner, lies};
    if (certlife_store_new(&liar_class, liar, &out, NULL) < 0) {
        fprintf(stderr, "simulate: the store cannot be wrapped\n");
        exit(2);
    }
    return out;
}
