/* SPDX-License-Identifier: Apache-2.0 */
/* Several nodes of one bank: institutions with one CA on one LMDB folder, in this process or another. */
#ifndef CERTLIFE_TESTS_NODES_H
#define CERTLIFE_TESTS_NODES_H

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

struct site {
    char folder[256];
    struct test_ca ca;
};

static inline void site_make(struct site *site)
{
    certlife_crypto *crypto = NULL;
    const char *parent = getenv("TMPDIR");
    snprintf(site->folder, sizeof site->folder, "%s/certlife-nodes-XXXXXX", parent != NULL ? parent : P_tmpdir);
    assert_non_null(mkdtemp(site->folder));
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    make_test_ca(crypto, 256, &site->ca);
    certlife_crypto_free(crypto);
}

static inline void site_remove(struct site *site)
{
    DIR *folder = opendir(site->folder);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
    assert_int_equal(rmdir(site->folder), 0);
}

static inline struct world_parts site_parts(const struct site *site, const char *profile, bool read_only)
{
    struct world_parts parts = {0};
    certlife_store_lmdb_options options = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    options.read_only = read_only;
    assert_int_equal(certlife_profile_new(profile, &parts.profile, NULL), 0);
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    assert_int_equal(certlife_store_open_lmdb(site->folder, &options, &parts.store, NULL), 0);
    assert_int_equal(certlife_issuer_open_local(parts.crypto, (const uint8_t *)site->ca.certificate,
                                                strlen(site->ca.certificate), (const uint8_t *)site->ca.key,
                                                strlen(site->ca.key), &parts.issuer, NULL),
                     0);
    return parts;
}

/* The first node registers the company; the others find it in the store. */
static inline struct world *first_node(const struct site *site, const char *profile)
{
    return world_with(site_parts(site, profile, false));
}

static inline struct world *another_node(const struct site *site, const char *profile)
{
    return world_empty(site_parts(site, profile, false));
}

/* Two processes that take turns: each waits for the other's word. */
struct turns {
    int to_child[2], to_parent[2];
    bool is_child;
};

static inline void turns_make(struct turns *turns)
{
    assert_int_equal(pipe(turns->to_child), 0);
    assert_int_equal(pipe(turns->to_parent), 0);
    turns->is_child = false;
}

static inline void say(struct turns *turns)
{
    char word = 'x';
    int fd = turns->is_child ? turns->to_parent[1] : turns->to_child[1];
    if (write(fd, &word, 1) != 1)
        _exit(90);
}

/* Ends with false where the other process is gone. */
static inline bool hear(struct turns *turns)
{
    char word;
    return read(turns->is_child ? turns->to_child[0] : turns->to_parent[0], &word, 1) == 1;
}

/* After fork(): keeps the ends that are this process's own. */
static inline void turns_take(struct turns *turns, bool is_child)
{
    turns->is_child = is_child;
    close(is_child ? turns->to_child[1] : turns->to_child[0]);
    close(is_child ? turns->to_parent[0] : turns->to_parent[1]);
}

static inline void turns_end(struct turns *turns)
{
    close(turns->is_child ? turns->to_child[0] : turns->to_child[1]);
    close(turns->is_child ? turns->to_parent[1] : turns->to_parent[0]);
}

#endif
