/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store in memory: a search tree that is never changed in place. A change makes new nodes along one path and shares
 * the rest, so a reader keeps the tree it began with, a writer works beside it, and an abort is to drop the new tree.
 *
 * The tree is a treap: in order by key, and a heap by a number made from the key, which keeps it balanced.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <certlife/sys/store.h>

#include "base/bytes.h"
#include "base/error.h"

struct entry {
    atomic_size_t users;
    uint64_t weight;
    size_t key_len;
    size_t value_len;
    uint8_t data[]; /* key, value */
};

struct node {
    atomic_size_t users;
    struct entry *entry;
    struct node *left;
    struct node *right;
};

struct memory_store {
    pid_t owner;
    pthread_mutex_t writing; /* held by the one writer, from begin to its end */
    pthread_mutex_t lock;    /* guards `root`, for a moment */
    struct node *root;
};

struct memory_txn {
    struct node *root;
    bool writes;
};

/* ---- entries and nodes: each has one user for every place that points to it ----------------------------------------- */

static uint64_t weight_of(struct bytes key)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, and then stirred */
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ key.data[i]) * 0x100000001b3u;
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    return hash ^ (hash >> 33);
}

static struct entry *entry_new(struct bytes key, struct bytes value)
{
    struct entry *entry = malloc(sizeof *entry + key.len + value.len);
    if (entry == NULL)
        return NULL;
    atomic_init(&entry->users, 1);
    entry->weight = weight_of(key);
    entry->key_len = key.len;
    entry->value_len = value.len;
    struct writer w = writer_into(entry->data, key.len + value.len);
    write_bytes(&w, key);
    write_bytes(&w, value);
    return entry;
}

static struct entry *entry_use(struct entry *entry)
{
    atomic_fetch_add(&entry->users, 1);
    return entry;
}

static void entry_drop(struct entry *entry)
{
    if (atomic_fetch_sub(&entry->users, 1) == 1)
        free(entry);
}

static struct node *node_use(struct node *node)
{
    if (node != NULL)
        atomic_fetch_add(&node->users, 1);
    return node;
}

static void node_drop(struct node *node)
{
    if (node == NULL || atomic_fetch_sub(&node->users, 1) != 1)
        return;
    entry_drop(node->entry);
    node_drop(node->left);
    node_drop(node->right);
    free(node);
}

/* Takes over what it is given, also where it fails. */
static struct node *node_new(struct entry *entry, struct node *left, struct node *right)
{
    struct node *node = malloc(sizeof *node);
    if (node == NULL) {
        entry_drop(entry);
        node_drop(left);
        node_drop(right);
        return NULL;
    }
    atomic_init(&node->users, 1);
    node->entry = entry;
    node->left = left;
    node->right = right;
    return node;
}

/* ---- the tree ------------------------------------------------------------------------------------------------------- */

static int compare(struct bytes a, struct bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static struct bytes key_of(const struct entry *entry)
{
    return bytes_of(entry->data, entry->key_len);
}

static const struct entry *find(const struct node *node, struct bytes key)
{
    while (node != NULL) {
        int order = compare(key, key_of(node->entry));
        if (order == 0)
            return node->entry;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

/* `upper` and its child are new, so nobody else sees them turn. */
static struct node *lift_left(struct node *upper)
{
    struct node *child = upper->left;
    upper->left = child->right;
    child->right = upper;
    return child;
}

static struct node *lift_right(struct node *upper)
{
    struct node *child = upper->right;
    upper->right = child->left;
    child->left = upper;
    return child;
}

/* A new tree: `tree` with `entry`. NULL: no memory. */
static struct node *tree_with(const struct node *tree, struct entry *entry)
{
    if (tree == NULL)
        return node_new(entry_use(entry), NULL, NULL);
    int order = compare(key_of(entry), key_of(tree->entry));
    if (order == 0)
        return node_new(entry_use(entry), node_use(tree->left), node_use(tree->right));
    struct node *child = tree_with(order < 0 ? tree->left : tree->right, entry);
    if (child == NULL)
        return NULL;
    bool rises = child->entry->weight > tree->entry->weight;
    if (order < 0) {
        struct node *node = node_new(entry_use(tree->entry), child, node_use(tree->right));
        return node != NULL && rises ? lift_left(node) : node;
    }
    struct node *node = node_new(entry_use(tree->entry), node_use(tree->left), child);
    return node != NULL && rises ? lift_right(node) : node;
}

/* A new tree of two, all of `left` before all of `right`. False: no memory. */
static bool tree_joined(struct node *left, struct node *right, struct node **out)
{
    struct node *inner = NULL;
    if (left == NULL || right == NULL) {
        *out = node_use(left != NULL ? left : right);
        return true;
    }
    if (left->entry->weight > right->entry->weight) {
        if (!tree_joined(left->right, right, &inner))
            return false;
        *out = node_new(entry_use(left->entry), node_use(left->left), inner);
    } else {
        if (!tree_joined(left, right->left, &inner))
            return false;
        *out = node_new(entry_use(right->entry), inner, node_use(right->right));
    }
    return *out != NULL;
}

/* A new tree: `tree` without `key`, which is in it. False: no memory. */
static bool tree_without(const struct node *tree, struct bytes key, struct node **out)
{
    struct node *inner = NULL;
    int order = compare(key, key_of(tree->entry));
    if (order == 0)
        return tree_joined(tree->left, tree->right, out);
    if (!tree_without(order < 0 ? tree->left : tree->right, key, &inner))
        return false;
    *out = order < 0 ? node_new(entry_use(tree->entry), inner, node_use(tree->right))
                     : node_new(entry_use(tree->entry), node_use(tree->left), inner);
    return *out != NULL;
}

struct walk {
    struct bytes from;
    size_t prefix_len;
    certlife_store_visit visit;
    void *payload;
};

/* Not 0 ends the walk. */
static int walk_tree(const struct node *node, const struct walk *walk)
{
    if (node == NULL)
        return 0;
    const struct entry *entry = node->entry;
    struct bytes key = key_of(entry);
    if (compare(key, walk->from) >= 0) {
        int rc = walk_tree(node->left, walk);
        if (rc != 0)
            return rc;
        if (key.len < walk->prefix_len ||
            !bytes_equal(bytes_of(key.data, walk->prefix_len), bytes_of(walk->from.data, walk->prefix_len)))
            return 1;
        rc = walk->visit(key.data, key.len, entry->data + entry->key_len, entry->value_len, walk->payload);
        if (rc != 0)
            return rc;
    }
    return walk_tree(node->right, walk);
}

/* ---- the class ------------------------------------------------------------------------------------------------------ */

static int fail_memory(certlife_error **err)
{
    return certlife__fail(err, CERTLIFE_E_MEMORY, "store memory: no memory");
}

static int start_writing(struct memory_store *store, certlife_error **err)
{
    if (pthread_mutex_lock(&store->writing) == 0)
        return 0;
    return certlife__fail(err, CERTLIFE_E_MISUSE, "store memory: this thread has a write transaction open already");
}

static int memory_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    struct memory_store *store = self;
    if (store->owner != getpid())
        return certlife__fail(err, CERTLIFE_E_FORKED, "store memory: it was made before fork(): it is the parent's");
    struct memory_txn *txn = malloc(sizeof *txn);
    if (txn == NULL)
        return fail_memory(err);
    txn->writes = mode != CERTLIFE_STORE_READ;
    int rc = txn->writes ? start_writing(store, err) : 0;
    if (rc < 0) {
        free(txn);
        return rc;
    }
    pthread_mutex_lock(&store->lock);
    txn->root = node_use(store->root);
    pthread_mutex_unlock(&store->lock);
    *txn_out = txn;
    return 0;
}

static int memory_get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
                      size_t *value_len_out, certlife_error **err)
{
    (void)self;
    (void)err;
    struct memory_txn *t = txn;
    const struct entry *entry = find(t->root, bytes_of(key, key_len));
    if (entry == NULL)
        return CERTLIFE_STORE_ABSENT;
    *value_out = entry->data + entry->key_len;
    *value_len_out = entry->value_len;
    return CERTLIFE_STORE_FOUND;
}

static int refuse_change(certlife_error **err)
{
    return certlife__fail(err, CERTLIFE_E_MISUSE, "store memory: it cannot be changed: this is a read transaction");
}

static void replace_root(struct memory_txn *txn, struct node *root)
{
    node_drop(txn->root);
    txn->root = root;
}

static int memory_put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                      certlife_error **err)
{
    (void)self;
    struct memory_txn *t = txn;
    if (!t->writes)
        return refuse_change(err);
    struct entry *entry = entry_new(bytes_of(key, key_len), bytes_of(value, value_len));
    if (entry == NULL)
        return fail_memory(err);
    struct node *root = tree_with(t->root, entry);
    entry_drop(entry);
    if (root == NULL)
        return fail_memory(err);
    replace_root(t, root);
    return 0;
}

static int memory_erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    (void)self;
    struct memory_txn *t = txn;
    struct node *root = NULL;
    if (!t->writes)
        return refuse_change(err);
    if (find(t->root, bytes_of(key, key_len)) == NULL)
        return 0;
    if (!tree_without(t->root, bytes_of(key, key_len), &root))
        return fail_memory(err);
    replace_root(t, root);
    return 0;
}

static int memory_scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                       certlife_store_visit visit, void *payload, certlife_error **err)
{
    (void)self;
    (void)err;
    struct memory_txn *t = txn;
    const struct walk walk = {bytes_of(from, from_len), prefix_len, visit, payload};
    int rc = walk_tree(t->root, &walk);
    return rc < 0 ? rc : 0;
}

/* Leaves `root` in the transaction as what is to be dropped: its own, or the one that it has replaced. */
static void end(struct memory_store *store, struct memory_txn *txn)
{
    if (txn->writes)
        pthread_mutex_unlock(&store->writing);
    node_drop(txn->root);
    free(txn);
}

static int memory_commit(void *self, void *txn, certlife_error **err)
{
    (void)err;
    struct memory_store *store = self;
    struct memory_txn *t = txn;
    if (t->writes) {
        pthread_mutex_lock(&store->lock);
        struct node *replaced = store->root;
        store->root = t->root;
        t->root = replaced;
        pthread_mutex_unlock(&store->lock);
    }
    end(store, t);
    return 0;
}

static void memory_abort(void *self, void *txn)
{
    end(self, txn);
}

static void memory_free(void *self)
{
    struct memory_store *store = self;
    node_drop(store->root);
    pthread_mutex_destroy(&store->writing);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

static const certlife_store_class memory_class = {
    .size = CERTLIFE_STORE_CLASS_INIT,
    .name = "memory",
    .capabilities = 0,
    .begin = memory_begin,
    .get = memory_get,
    .put = memory_put,
    .erase = memory_erase,
    .scan = memory_scan,
    .commit = memory_commit,
    .abort = memory_abort,
    .free = memory_free,
};

int certlife_store_new_memory(certlife_store **out, certlife_error **err)
{
    CHECK_USE(out != NULL, err);
    struct memory_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return fail_memory(err);
    pthread_mutexattr_t checked;
    pthread_mutexattr_init(&checked);
    pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&store->writing, &checked);
    pthread_mutexattr_destroy(&checked);
    pthread_mutex_init(&store->lock, NULL);
    store->owner = getpid();
    int rc = certlife_store_new(&memory_class, store, out, err);
    if (rc < 0)
        memory_free(store);
    return rc;
}
