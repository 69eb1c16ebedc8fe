/* SPDX-License-Identifier: Apache-2.0 */
/* For tests that have their results checked by other programs: a folder of their own, commands, files, keys. */
#ifndef CERTLIFE_TESTS_TOOLS_H
#define CERTLIFE_TESTS_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "ports/crypto.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_MAX 65536

/* The five kinds of key; the files p256.key … are made by make_keys. */
static const char *const kinds[] = {"p256", "p384", "rsa2048", "rsa3072", "rsa4096"};
static const char *const kind_options[] = {
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
    "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",   "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
    "-algorithm RSA -pkeyopt rsa_keygen_bits:4096",
};
#define KINDS COUNT(kinds)

static char folder[256];
static certlife_crypto *crypto;

/* Bytes with a place of their own. */
struct blob {
    uint8_t data[TEXT_MAX];
    size_t len;
};

static inline struct bytes bytes_of_blob(const struct blob *blob)
{
    return bytes_of(blob->data, blob->len);
}

static inline void load(const char *path, struct blob *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s cannot be opened", path);
    out->len = fread(out->data, 1, sizeof out->data - 1, file);
    out->data[out->len] = '\0';
    fclose(file);
}

static inline void save(const char *path, struct bytes bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

/* Runs a command in the folder; what it prints goes to the file `printed`. 0 if it succeeds. */
static inline int try_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline int try_run(const char *format, ...)
{
    char command[2048], redirected[2100];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_true(len > 0 && (size_t)len < sizeof command);
    snprintf(redirected, sizeof redirected, "(%s) >printed 2>&1", command);
    return system(redirected);
}

#define run(...)                                                                                                       \
    do {                                                                                                               \
        if (try_run(__VA_ARGS__) != 0) {                                                                               \
            int shown_ = system("cat printed >&2");                                                                    \
            (void)shown_;                                                                                              \
            fail_msg("failed: " __VA_ARGS__);                                                                          \
        }                                                                                                              \
    } while (0)

/* What the last command printed. */
static inline const char *printed(void)
{
    static struct blob text;
    load("printed", &text);
    return (const char *)text.data;
}

#define assert_printed(expected)                                                                                       \
    do {                                                                                                               \
        if (strstr(printed(), (expected)) == NULL)                                                                     \
            fail_msg("\"%s\" is not in:\n%s", (expected), printed());                                                  \
    } while (0)

static inline bool have(const char *tool)
{
    return try_run("command -v %s", tool) == 0;
}

static inline void need(const char *tool)
{
    if (!have(tool)) {
        print_message("%s is not installed\n", tool);
        skip();
    }
}

/* p256.key, p384.key … (PKCS #8 PEM) */
static inline void make_keys(void)
{
    for (size_t i = 0; i < KINDS; i++)
        run("openssl genpkey %s -out %s.key", kind_options[i], kinds[i]);
}

static inline void open_key(const char *path, struct signing_key *out)
{
    struct blob text;
    load(path, &text);
    certlife_error *err = NULL;
    if (certlife__crypto_key_open(crypto, bytes_of_blob(&text), out, &err) < 0)
        fail_msg("%s: %s", path, certlife_error_message(err));
}

static inline void public_of(const struct signing_key *key, struct blob *out)
{
    out->len = sizeof out->data;
    assert_int_equal(certlife__crypto_key_public(key, out->data, &out->len, NULL), 0);
}

static inline int enter_folder(void **state)
{
    (void)state;
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/certlife-test-XXXXXX", parent != NULL ? parent : P_tmpdir);
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return -1;
    make_keys();
    return certlife_crypto_new_mbedtls(&crypto, NULL);
}

static inline int leave_folder(void **state)
{
    (void)state;
    certlife_crypto_free(crypto);
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return chdir("/") == 0 ? system(command) : -1;
}

#endif
