/* SPDX-License-Identifier: Apache-2.0 */
/* issue_each FOLDER: obtains a certificate for every FOLDER/*.csr from CAs of three kinds, before and after 2050, and
 * writes each as FOLDER/CA-year-NAME.crt. */
#define _POSIX_C_SOURCE 200809L
#include <glob.h>

#include "world.h"

static size_t read_file(const char *path, char *out, size_t room)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(out, 1, room, file);
    fclose(file);
    return len;
}

static void write_held(struct world *w, const char *user, const char *folder, const char *stem)
{
    char path[1024];
    const uint8_t *der = NULL;
    size_t len = holds(w, user, &der);
    snprintf(path, sizeof path, "%s/%s.crt", folder, stem);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(der, 1, len, file), len);
    fclose(file);
}

static void issue_all(const char *folder, int32_t ca_bits, const char *when)
{
    static struct test_ca ca;
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    glob_t requests;
    char pattern[1024], text[8192], stem[128], user[32];
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, &err), 0);
    make_test_ca(parts.crypto, ca_bits, &ca);
    assert_int_equal(certlife_issuer_open_local(parts.crypto, (const uint8_t *)ca.certificate, strlen(ca.certificate),
                                                (const uint8_t *)ca.key, strlen(ca.key), &parts.issuer, &err),
                     0);
    struct world *w = world_with(parts);
    at(w, when);
    snprintf(pattern, sizeof pattern, "%s/*.csr", folder);
    assert_int_equal(glob(pattern, 0, NULL, &requests), 0);
    for (size_t i = 0; i < requests.gl_pathc; i++) {
        size_t len = read_file(requests.gl_pathv[i], text, sizeof text);
        snprintf(user, sizeof user, "keir1%02zu", i);
        assert_allowed(w, adds(w, "branch", user));
        assert_allowed(w, issues_for(w, user, user, CERTLIFE_ACT_OBTAIN, text, len));
        const char *name = strrchr(requests.gl_pathv[i], '/') + 1;
        snprintf(stem, sizeof stem, "%d-%.4s-%.*s", (int)ca_bits, when, (int)strcspn(name, "."), name);
        write_held(w, user, folder, stem);
    }
    globfree(&requests);
    world_free(w);
}

static const char *folder;

static void issue_each(void **state)
{
    (void)state;
    const int32_t cas[] = {256, 384, 2048};
    for (size_t i = 0; i < sizeof cas / sizeof cas[0]; i++) {
        issue_all(folder, cas[i], "2026-04-01 12:00:00");
        issue_all(folder, cas[i], "2055-12-31 23:59:59");
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(issue_each)};
    if (argc != 2)
        return 2;
    folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
