/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_store – a store written outside the library: a sorted array in memory, and a file that holds all of it
 *
 * A map is never changed once others can see it. A writer works on a copy of the array (of pointers; the pairs are
 * shared), so a reader keeps the map it began with, and an abort is to drop the copy. A commit writes the whole map to a
 * new file, waits for the disk and renames it over the old one: a crash leaves the one or the other. So a commit costs as
 * much as there are pairs: good for thousands. One process at a time has the folder.
 */
#define _DEFAULT_SOURCE
#include <certlife.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Opens the store in a folder that is there. certlife_store_close closes it. */
int own_store_open(const char *path, certlife_store **out, certlife_error **err);

struct pair {
    int users; /* maps that hold it */
    size_t key_len, value_len;
    uint8_t data[]; /* key, value */
};

struct map {
    int users; /* transactions that see it, and the store */
    size_t count, room;
    struct pair **pairs; /* in the order of their keys */
};

struct own_store {
    int folder;
    bool broken;             /* which of two files a crash would leave is not known */
    pthread_mutex_t writing; /* held by the one writer, from begin to its end */
    pthread_mutex_t lock;    /* guards `current` and all `users` */
    struct map *current;
};

struct own_txn {
    struct map *map;
    bool writes, changed;
};

static int fail(certlife_error **err, int code, const char *what)
{
    char message[128];
    int number = code == CERTLIFE_E_STORE || code == CERTLIFE_E_STORE_FULL ? errno : 0;
    snprintf(message, sizeof message, "store own: %s%s%s", what, number != 0 ? ": " : "",
             number != 0 ? strerror(number) : "");
    return certlife_error_set(err, code, number, "own", message);
}

static int no_memory(certlife_error **err)
{
    return fail(err, CERTLIFE_E_MEMORY, "no memory");
}

/* ---- the map ----------------------------------------------------------------------------------------------------- */

static int compare(const struct pair *pair, const uint8_t *key, size_t key_len)
{
    size_t common = pair->key_len < key_len ? pair->key_len : key_len;
    int order = common > 0 ? memcmp(pair->data, key, common) : 0;
    return order != 0 ? order : (pair->key_len > key_len) - (pair->key_len < key_len);
}

/* The place of the first pair that is not before the key; `found_out`: it is the key's. */
static size_t find(const struct map *map, const uint8_t *key, size_t key_len, bool *found_out)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(map->pairs[middle], key, key_len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found_out = low < map->count && compare(map->pairs[low], key, key_len) == 0;
    return low;
}

static struct pair *pair_new(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len)
{
    struct pair *pair = malloc(sizeof *pair + key_len + value_len);
    if (pair == NULL)
        return NULL;
    pair->users = 1;
    pair->key_len = key_len;
    pair->value_len = value_len;
    memcpy(pair->data, key, key_len);
    if (value_len > 0)
        memcpy(pair->data + key_len, value, value_len);
    return pair;
}

static void pair_drop(struct pair *pair)
{
    if (--pair->users == 0)
        free(pair);
}

static void map_drop(struct map *map)
{
    if (map == NULL || --map->users > 0)
        return;
    for (size_t i = 0; i < map->count; i++)
        pair_drop(map->pairs[i]);
    free(map->pairs);
    free(map);
}

static struct map *map_use(struct map *map)
{
    map->users++;
    return map;
}

static struct map *map_copy(const struct map *map)
{
    struct map *copy = malloc(sizeof *copy);
    struct pair **pairs = malloc((map->count + 1) * sizeof(struct pair *));
    if (copy == NULL || pairs == NULL) {
        free(copy);
        free(pairs);
        return NULL;
    }
    *copy = (struct map){1, map->count, map->count + 1, pairs};
    for (size_t i = 0; i < map->count; i++) {
        pairs[i] = map->pairs[i];
        pairs[i]->users++;
    }
    return copy;
}

/* False: no memory, and nothing has changed. */
static bool map_put(struct map *map, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len)
{
    bool found = false;
    size_t place = find(map, key, key_len, &found);
    if (!found && map->count == map->room) {
        struct pair **more = realloc(map->pairs, (map->room * 2 + 8) * sizeof *more);
        if (more == NULL)
            return false;
        map->pairs = more;
        map->room = map->room * 2 + 8;
    }
    struct pair *pair = pair_new(key, key_len, value, value_len);
    if (pair == NULL)
        return false;
    if (found) {
        pair_drop(map->pairs[place]);
    } else {
        memmove(map->pairs + place + 1, map->pairs + place, (map->count - place) * sizeof *map->pairs);
        map->count++;
    }
    map->pairs[place] = pair;
    return true;
}

static void map_erase(struct map *map, const uint8_t *key, size_t key_len)
{
    bool found = false;
    size_t place = find(map, key, key_len, &found);
    if (!found)
        return;
    pair_drop(map->pairs[place]);
    map->count--;
    memmove(map->pairs + place, map->pairs + place + 1, (map->count - place) * sizeof *map->pairs);
}

/* ---- the file: for each pair its two lengths, key and value; lengths of 0 end it --------------------------------- */

static bool write_map(int folder, const struct map *map)
{
    const uint32_t last[2] = {0, 0};
    int descriptor = openat(folder, "map.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (file == NULL)
        return false;
    bool good = true;
    for (size_t i = 0; good && i < map->count; i++) {
        const struct pair *pair = map->pairs[i];
        const uint32_t lens[2] = {(uint32_t)pair->key_len, (uint32_t)pair->value_len};
        good = fwrite(lens, sizeof lens, 1, file) == 1 &&
               fwrite(pair->data, pair->key_len + pair->value_len, 1, file) == 1;
    }
    good = good && fwrite(last, sizeof last, 1, file) == 1 && fflush(file) == 0 && fdatasync(descriptor) == 0;
    return fclose(file) == 0 && good && renameat(folder, "map.new", folder, "map") == 0;
}

static int save(struct own_store *store, const struct map *map, certlife_error **err)
{
    if (!write_map(store->folder, map))
        return fail(err, errno == ENOSPC ? CERTLIFE_E_STORE_FULL : CERTLIFE_E_STORE, "cannot be written");
    store->broken = fsync(store->folder) != 0;
    return store->broken ? fail(err, CERTLIFE_E_STORE, "the folder cannot be synced") : 0;
}

static int read_map(FILE *file, struct map *map, certlife_error **err)
{
    uint8_t data[CERTLIFE_STORE_KEY_MAX + CERTLIFE_STORE_VALUE_MAX];
    uint32_t lens[2];
    while (fread(lens, sizeof lens, 1, file) == 1) {
        if (lens[0] == 0 && lens[1] == 0)
            return 0;
        if (lens[0] > CERTLIFE_STORE_KEY_MAX || lens[1] > CERTLIFE_STORE_VALUE_MAX ||
            fread(data, lens[0] + lens[1], 1, file) != 1)
            break;
        if (!map_put(map, data, lens[0], data + lens[0], lens[1]))
            return no_memory(err);
    }
    return fail(err, CERTLIFE_E_STORE_CORRUPT, "its file is damaged");
}

/* No file is an empty store. */
static int load(struct own_store *store, certlife_error **err)
{
    int descriptor = openat(store->folder, "map", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT)
        return 0;
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "rb") : NULL;
    if (file == NULL)
        return fail(err, CERTLIFE_E_STORE, "cannot be read");
    int rc = read_map(file, store->current, err);
    fclose(file);
    return rc;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

static void end(struct own_store *store, struct own_txn *txn)
{
    pthread_mutex_lock(&store->lock);
    map_drop(txn->map);
    pthread_mutex_unlock(&store->lock);
    if (txn->writes)
        pthread_mutex_unlock(&store->writing);
    free(txn);
}

/* No room is kept back: WRITE_RESERVE is WRITE. */
static int own_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    struct own_store *store = self;
    struct own_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL)
        return no_memory(err);
    txn->writes = mode != CERTLIFE_STORE_READ;
    if (txn->writes)
        pthread_mutex_lock(&store->writing);
    pthread_mutex_lock(&store->lock);
    txn->map = txn->writes ? map_copy(store->current) : map_use(store->current);
    pthread_mutex_unlock(&store->lock);
    int rc = 0;
    errno = EIO; /* for a store that a failed sync has left in doubt */
    if (txn->map == NULL)
        rc = no_memory(err);
    else if (txn->writes && store->broken)
        rc = fail(err, CERTLIFE_E_STORE, "a sync has failed before");
    if (rc < 0)
        end(store, txn);
    else
        *txn_out = txn;
    return rc;
}

static int own_get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
                   size_t *value_len_out, certlife_error **err)
{
    (void)self, (void)err;
    const struct map *map = ((struct own_txn *)txn)->map;
    bool found = false;
    size_t place = find(map, key, key_len, &found);
    if (!found)
        return CERTLIFE_STORE_ABSENT;
    *value_out = map->pairs[place]->data + key_len;
    *value_len_out = map->pairs[place]->value_len;
    return CERTLIFE_STORE_FOUND;
}

static int own_put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                   certlife_error **err)
{
    struct own_store *store = self;
    struct own_txn *t = txn;
    if (!t->writes)
        return fail(err, CERTLIFE_E_MISUSE, "this transaction only reads");
    pthread_mutex_lock(&store->lock); /* the pair that is replaced may be in other maps */
    bool done = map_put(t->map, key, key_len, value, value_len);
    pthread_mutex_unlock(&store->lock);
    t->changed = t->changed || done;
    return done ? 0 : no_memory(err);
}

static int own_erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    struct own_store *store = self;
    struct own_txn *t = txn;
    if (!t->writes)
        return fail(err, CERTLIFE_E_MISUSE, "this transaction only reads");
    pthread_mutex_lock(&store->lock);
    map_erase(t->map, key, key_len);
    pthread_mutex_unlock(&store->lock);
    t->changed = true;
    return 0;
}

static int own_scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                    certlife_store_visit visit, void *payload, certlife_error **err)
{
    (void)self, (void)err;
    const struct map *map = ((struct own_txn *)txn)->map;
    bool found = false;
    for (size_t i = find(map, from, from_len, &found); i < map->count; i++) {
        const struct pair *pair = map->pairs[i];
        if (pair->key_len < prefix_len || (prefix_len > 0 && memcmp(pair->data, from, prefix_len) != 0))
            return 0;
        int rc = visit(pair->data, pair->key_len, pair->data + pair->key_len, pair->value_len, payload);
        if (rc != 0)
            return rc < 0 ? rc : 0;
    }
    return 0;
}

static int own_commit(void *self, void *txn, certlife_error **err)
{
    struct own_store *store = self;
    struct own_txn *t = txn;
    int rc = t->changed ? save(store, t->map, err) : 0;
    if (rc == 0 && t->changed) {
        pthread_mutex_lock(&store->lock);
        struct map *replaced = store->current;
        store->current = t->map;
        t->map = replaced;
        pthread_mutex_unlock(&store->lock);
    }
    end(store, t);
    return rc;
}

static void own_abort(void *self, void *txn)
{
    end(self, txn);
}

static void own_free(void *self)
{
    struct own_store *store = self;
    map_drop(store->current);
    pthread_mutex_destroy(&store->writing);
    pthread_mutex_destroy(&store->lock);
    if (store->folder >= 0)
        close(store->folder); /* ends the lock, too */
    free(store);
}

static const certlife_store_class own_class = {
    .size = CERTLIFE_STORE_CLASS_INIT,
    .name = "own",
    .capabilities = CERTLIFE_STORE_DURABLE,
    .begin = own_begin,
    .get = own_get,
    .put = own_put,
    .erase = own_erase,
    .scan = own_scan,
    .commit = own_commit,
    .abort = own_abort,
    .free = own_free,
};

int own_store_open(const char *path, certlife_store **out, certlife_error **err)
{
    const struct map empty = {0};
    struct own_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return no_memory(err);
    pthread_mutex_init(&store->writing, NULL);
    pthread_mutex_init(&store->lock, NULL);
    store->current = map_copy(&empty);
    store->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;
    if (store->current == NULL)
        rc = no_memory(err);
    else if (store->folder < 0)
        rc = fail(err, CERTLIFE_E_STORE, "the folder cannot be opened");
    else if (flock(store->folder, LOCK_EX | LOCK_NB) != 0)
        rc = fail(err, CERTLIFE_E_BUSY, "is open already");
    if (rc == 0)
        rc = load(store, err);
    if (rc == 0)
        rc = certlife_store_new(&own_class, store, out, err);
    if (rc < 0)
        own_free(store);
    return rc;
}

/* ---- a short story on it ----------------------------------------------------------------------------------------- */

#ifndef OWN_STORE_NO_MAIN

static const char help[] =
    "own_store [FOLDER]\n"
    "\n"
    "Registers a contract in a store of its own making, closes it, opens it again, and finds it.\n"
    "Without a FOLDER in a fresh one, which is removed in the end.\n"
    "\n"
    "  own_store\n"
    "  mkdir demo && own_store demo && own_store demo\n";

static certlife_error *err;

static void must(int answer)
{
    if (answer >= 0)
        return;
    fprintf(stderr, "own_store: %s: %s\n", certlife_error_name(answer), certlife_error_message(err));
    exit(2);
}

/* Opens a bank on the store, registers the contract or looks for it, and closes everything. 0, or 1: refused. */
static int visit_bank(const char *folder, bool registers)
{
    static const char company[] = "0010000001";
    certlife_institution_options parts = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    certlife_institution *bank = NULL;
    certlife_contract *contract = NULL;
    certlife_profile *profile = NULL;
    certlife_decision *decision = certlife_decision_new();
    certlife_actor branch = {.size = sizeof branch, .kind = CERTLIFE_ACTOR_BRANCH, .application = "2026-0417"};
    must(certlife_profile_new("webfb", &profile, &err));
    must(certlife_crypto_new_mbedtls(&parts.crypto, &err));
    must(own_store_open(folder, &parts.store, &err));
    parts.name = "Example Shinkin Bank";
    parts.crl_url = "http://crl.example.jp/users.crl";
    parts.profile = profile;
    must(certlife_institution_open(&parts, &bank, &err));

    int rc = registers ? certlife_contract_register(bank, &branch, company, "keir001", "", decision, &err)
                       : certlife_contract_get(bank, &branch, company, &contract, decision, &err);
    must(rc);
    printf("%-8s  %s\n", registers ? "register" : "find", certlife_decision_line(decision));
    if (contract != NULL)
        printf("%-8s  master user %s, %d of %d users\n", "", certlife_contract_master(contract),
               (int)certlife_contract_users(contract), (int)certlife_contract_users_limit(contract));

    certlife_contract_free(contract);
    certlife_institution_close(bank);
    certlife_store_close(parts.store);
    certlife_crypto_free(parts.crypto);
    certlife_profile_free(profile);
    certlife_decision_free(decision);
    return rc;
}

int main(int argc, char **argv)
{
    char fresh[] = "/tmp/own_store.XXXXXX", file[sizeof fresh + 4];
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        bool asked = strcmp(argv[1], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    if (argc == 1 && mkdtemp(fresh) == NULL) {
        perror("own_store");
        return 2;
    }
    const char *folder = argc == 2 ? argv[1] : fresh;
    int registered = visit_bank(folder, true); /* refused, if an earlier run has done so */
    int found = visit_bank(folder, false);
    if (argc == 1) {
        snprintf(file, sizeof file, "%s/map", fresh);
        remove(file);
        rmdir(fresh);
    }
    return found == CERTLIFE_ALLOWED && (registered == CERTLIFE_ALLOWED || argc == 2) ? 0 : 1;
}

#endif
