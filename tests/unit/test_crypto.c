/* SPDX-License-Identifier: Apache-2.0 */
/* The crypto and issuer ports, the mbedTLS crypto, and the local issuer. */
#include "tools.h"

#include <ctype.h>
#include <pthread.h>
#include <sys/stat.h>

#include <certlife/sys/store.h>

#include "base/civil.h"
#include "ports/issuer.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/pem.h"

#define assert_failure(code, text, expression)                                                                         \
    do {                                                                                                               \
        certlife_error *err = NULL;                                                                                    \
        int rc_ = (expression);                                                                                        \
        if (rc_ != (code) || strstr(certlife_error_message(err), (text)) == NULL)                                      \
            fail_msg("%d \"%s\" instead of %d \"%s\"", rc_, certlife_error_message(err), (code), (text));              \
        certlife_error_free(err);                                                                                      \
    } while (0)

#define assert_fine(expression)                                                                                        \
    do {                                                                                                               \
        certlife_error *err = NULL;                                                                                    \
        if ((expression) != 0)                                                                                         \
            fail_msg("%s: %s", #expression, certlife_error_message(err));                                              \
    } while (0)

/* ---- A crypto and an issuer that answer what they are told to ---- */

struct fake {
    int answer;
    size_t len;
    int freed;
    const char *says; /* described failure */
};

static int answer_of(struct fake *fake, certlife_error **err)
{
    if (fake->says != NULL && err != NULL)
        certlife_error_set(err, fake->answer, 7, "fake", fake->says);
    return fake->answer;
}

static int fake_sha256(void *self, const uint8_t *data, size_t len, uint8_t out[32], certlife_error **err)
{
    (void)data, (void)len, (void)out;
    return answer_of(self, err);
}

static int fake_random(void *self, uint8_t *out, size_t len, certlife_error **err)
{
    (void)out, (void)len;
    return answer_of(self, err);
}

static int fake_key_open(void *self, const uint8_t *text, size_t len, void **key_out, certlife_error **err)
{
    (void)text, (void)len;
    *key_out = self;
    return answer_of(self, err);
}

static int fake_key_generate(void *self, int32_t bits, void **key_out, certlife_error **err)
{
    (void)bits;
    *key_out = self;
    return answer_of(self, err);
}

static int fake_key_write(void *self, void *key, char *out, size_t room, certlife_error **err)
{
    (void)key, (void)out, (void)room;
    return answer_of(self, err);
}

static int fake_key_public(void *self, void *key, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    (void)key, (void)out;
    *len_in_out = ((struct fake *)self)->len;
    return answer_of(self, err);
}

static int fake_sign(void *self, void *key, certlife_signature algorithm, const uint8_t *message, size_t len,
                     uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    (void)algorithm, (void)message, (void)len;
    return fake_key_public(self, key, out, len_in_out, err);
}

static void fake_key_close(void *self, void *key)
{
    (void)self, (void)key;
}

static int fake_verify(void *self, const uint8_t *spki, size_t spki_len, certlife_signature algorithm,
                       const uint8_t *message, size_t len, const uint8_t *signature, size_t signature_len,
                       certlife_error **err)
{
    (void)spki, (void)spki_len, (void)algorithm, (void)message, (void)len, (void)signature, (void)signature_len;
    return answer_of(self, err);
}

static int fake_key_sound(void *self, const uint8_t *spki, size_t spki_len, certlife_error **err)
{
    (void)spki, (void)spki_len;
    return answer_of(self, err);
}

static void fake_free(void *self)
{
    ((struct fake *)self)->freed++;
}

static const certlife_crypto_class fake_class = {
    .size = sizeof(certlife_crypto_class),
    .name = "fake",
    .sha256 = fake_sha256,
    .random = fake_random,
    .key_open = fake_key_open,
    .key_generate = fake_key_generate,
    .key_write = fake_key_write,
    .key_public = fake_key_public,
    .sign = fake_sign,
    .key_close = fake_key_close,
    .verify = fake_verify,
    .key_sound = fake_key_sound,
    .free = fake_free,
};

static int fake_authority(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err)
{
    struct fake *fake = self;
    *der_out = fake->len > 0 ? (const uint8_t *)"der" : NULL;
    *len_out = fake->len;
    return answer_of(self, err);
}

static int fake_issue(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                      certlife_error **err)
{
    (void)order, (void)out;
    *len_in_out = ((struct fake *)self)->len;
    return answer_of(self, err);
}

static int fake_poll(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out,
                     certlife_error **err)
{
    (void)id, (void)id_len;
    return fake_issue(self, NULL, out, len_in_out, err);
}

static const certlife_issuer_class fake_issuer_class = {
    .size = sizeof(certlife_issuer_class),
    .name = "fake",
    .authority = fake_authority,
    .issue = fake_issue,
    .poll = fake_poll,
    .free = fake_free,
};

/* ---- The ports ---- */

static void test_crypto_class_must_be_complete(void **state)
{
    (void)state;
    struct fake fake = {0};
    certlife_crypto *made = NULL;
    certlife_crypto_class klass;
#define WITHOUT(slot)                                                                                                  \
    klass = fake_class;                                                                                                \
    klass.slot = NULL;                                                                                                 \
    assert_failure(CERTLIFE_E_INVALID, "slot " #slot " is missing", certlife_crypto_new(&klass, &fake, &made, &err))
    WITHOUT(name);
    WITHOUT(sha256);
    WITHOUT(random);
    WITHOUT(key_open);
    WITHOUT(key_generate);
    WITHOUT(key_write);
    WITHOUT(key_public);
    WITHOUT(sign);
    WITHOUT(key_close);
    WITHOUT(verify);
    WITHOUT(key_sound);
#undef WITHOUT
    /* A class of a time before `key_sound` */
    klass = fake_class;
    klass.size = offsetof(certlife_crypto_class, key_sound);
    assert_failure(CERTLIFE_E_INVALID, "slot key_sound is missing", certlife_crypto_new(&klass, &fake, &made, &err));
    assert_null(made);
    assert_int_equal(fake.freed, 0);

    klass = fake_class;
    klass.free = NULL;
    assert_fine(certlife_crypto_new(&klass, &fake, &made, &err));
    certlife_crypto_free(made);
    assert_int_equal(fake.freed, 0);
    assert_fine(certlife_crypto_new(&fake_class, &fake, &made, &err));
    certlife_crypto_free(made);
    assert_int_equal(fake.freed, 1);
    certlife_crypto_free(NULL);
}

/* Whatever a slot answers, the caller gets a documented code and a description. */
static void test_crypto_answers_are_settled(void **state)
{
    (void)state;
    static const struct {
        struct fake fake;
        int code;
        const char *text;
    } rows[] = {
        {{.answer = CERTLIFE_E_CRYPTO}, CERTLIFE_E_CRYPTO, "failed"},
        {{.answer = CERTLIFE_E_BUSY, .says = "token: asleep"}, CERTLIFE_E_BUSY, "token: asleep"},
        {{.answer = CERTLIFE_E_HOST}, CERTLIFE_E_HOST, "failed"},
        {{.answer = -9999}, CERTLIFE_E_CRYPTO, "must not give: -9999"},
        {{.answer = 2}, CERTLIFE_E_CRYPTO, "must not give: 2"},
    };
    uint8_t out[32] = {0};
    char text[8];
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fake fake = rows[i].fake;
        int code = rows[i].code;
        certlife_crypto *made = NULL;
        assert_fine(certlife_crypto_new(&fake_class, &fake, &made, &err));
        struct signing_key key = {made, &fake}, other = {NULL, NULL};
        struct bytes none = bytes_of(out, 0);
        size_t len = sizeof out;
        assert_failure(code, rows[i].text, certlife__crypto_sha256(made, none, out, &err));
        assert_failure(code, rows[i].text, certlife__crypto_random(made, out, 1, &err));
        assert_failure(code, rows[i].text, certlife__crypto_key_open(made, none, &other, &err));
        assert_failure(code, rows[i].text, certlife__crypto_key_generate(made, 256, &other, &err));
        assert_failure(code, rows[i].text, certlife__crypto_key_write(&key, text, sizeof text, &err));
        assert_failure(code, rows[i].text, certlife__crypto_key_public(&key, out, &len, &err));
        assert_failure(code, rows[i].text, certlife__crypto_sign(&key, 1, none, out, &len, &err));
        assert_failure(code, rows[i].text, certlife__crypto_verify(made, none, 1, none, none, &err));
        assert_failure(code, rows[i].text, certlife__crypto_key_sound(made, none, &err));
        assert_int_equal(len, sizeof out);
        assert_null(other.crypto);
        assert_int_equal(certlife__crypto_sha256(made, none, out, NULL), code);
        certlife_crypto_free(made);
    }
}

static void test_crypto_lengths_are_checked(void **state)
{
    (void)state;
    struct fake fake = {.len = 33};
    uint8_t out[32] = {0};
    size_t len = sizeof out;
    certlife_crypto *made = NULL;
    assert_fine(certlife_crypto_new(&fake_class, &fake, &made, &err));
    struct signing_key key = {made, &fake};
    assert_failure(CERTLIFE_E_CRYPTO, "33 octets where 32 fit", certlife__crypto_key_public(&key, out, &len, &err));
    assert_failure(CERTLIFE_E_CRYPTO, "33 octets where 32 fit",
                   certlife__crypto_sign(&key, 1, bytes_of(out, 1), out, &len, &err));
    fake.len = 0;
    assert_failure(CERTLIFE_E_CRYPTO, "0 octets", certlife__crypto_key_public(&key, out, &len, &err));
    fake.answer = CERTLIFE_CRYPTO_BAD;
    assert_int_equal(certlife__crypto_key_sound(made, bytes_of(out, 1), NULL), CERTLIFE_CRYPTO_BAD);
    certlife_crypto_free(made);
}

static void test_issuer_class_must_be_complete(void **state)
{
    (void)state;
    struct fake fake = {0};
    certlife_issuer *made = NULL;
    certlife_issuer_class klass;
#define WITHOUT(slot)                                                                                                  \
    klass = fake_issuer_class;                                                                                         \
    klass.slot = NULL;                                                                                                 \
    assert_failure(CERTLIFE_E_INVALID, "slot " #slot " is missing", certlife_issuer_new(&klass, &fake, &made, &err))
    WITHOUT(name);
    WITHOUT(authority);
    WITHOUT(issue);
    WITHOUT(poll);
#undef WITHOUT
    assert_null(made);
    klass.capabilities = CERTLIFE_ISSUER_LOCAL;
    assert_fine(certlife_issuer_new(&klass, &fake, &made, &err));
    assert_true(certlife__issuer_is_local(made));
    certlife_issuer_close(made);
    assert_int_equal(fake.freed, 1);
    assert_fine(certlife_issuer_new(&fake_issuer_class, &fake, &made, &err));
    assert_false(certlife__issuer_is_local(made));
    certlife_issuer_close(made);
    certlife_issuer_close(NULL);
}

static void test_issuer_answers_are_settled(void **state)
{
    (void)state;
    static const struct {
        struct fake fake;
        int code;
        const char *text;
    } rows[] = {
        {{.answer = CERTLIFE_ISSUER_ISSUED, .len = 8}, CERTLIFE_ISSUER_ISSUED, ""},
        {{.answer = CERTLIFE_ISSUER_LATER}, CERTLIFE_ISSUER_LATER, ""},
        {{.answer = CERTLIFE_ISSUER_REJECTED}, CERTLIFE_ISSUER_REJECTED, ""},
        {{.answer = CERTLIFE_ISSUER_ISSUED, .len = 9}, CERTLIFE_E_ISSUER, "9 octets where 8 fit"},
        {{.answer = CERTLIFE_ISSUER_ISSUED, .len = 0}, CERTLIFE_E_ISSUER, "0 octets"},
        {{.answer = 4}, CERTLIFE_E_ISSUER, "must not give: 4"},
        {{.answer = -9999}, CERTLIFE_E_ISSUER, "must not give: -9999"},
        {{.answer = CERTLIFE_E_BUSY}, CERTLIFE_E_BUSY, "failed"},
        {{.answer = CERTLIFE_E_ISSUER, .says = "CA: closed"}, CERTLIFE_E_ISSUER, "CA: closed"},
    };
    const certlife_issuer_order order = {.size = sizeof order};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fake fake = rows[i].fake;
        uint8_t out[8];
        size_t len = sizeof out;
        certlife_issuer *made = NULL;
        assert_fine(certlife_issuer_new(&fake_issuer_class, &fake, &made, &err));
        assert_failure(rows[i].code, rows[i].text, certlife__issuer_issue(made, &order, out, &len, &err));
        assert_failure(rows[i].code, rows[i].text, certlife__issuer_poll(made, bytes_of("id", 2), out, &len, &err));
        assert_int_equal(len, sizeof out);
        certlife_issuer_close(made);
    }
    struct fake fake = {.answer = CERTLIFE_ISSUER_UNKNOWN};
    struct bytes der;
    certlife_issuer *made = NULL;
    uint8_t unwritten[8];
    size_t room = sizeof unwritten;
    assert_fine(certlife_issuer_new(&fake_issuer_class, &fake, &made, &err));
    assert_failure(CERTLIFE_E_ISSUER, "must not give: 3", certlife__issuer_issue(made, &order, unwritten, &room, &err));
    assert_int_equal(certlife__issuer_poll(made, bytes_of("id", 2), unwritten, &room, NULL), CERTLIFE_ISSUER_UNKNOWN);
    certlife_issuer_close(made);
    fake.answer = CERTLIFE_ISSUER_LATER;
    certlife_issuer_class klass = fake_issuer_class;
    klass.capabilities = CERTLIFE_ISSUER_LOCAL;
    klass.poll = NULL;
    assert_fine(certlife_issuer_new(&klass, &fake, &made, &err));
    size_t len = 8;
    uint8_t out[8];
    assert_failure(CERTLIFE_E_ISSUER, "poll is missing", certlife__issuer_issue(made, &order, out, &len, &err));
    assert_failure(CERTLIFE_E_ISSUER, "poll is missing",
                   certlife__issuer_poll(made, bytes_of("id", 2), out, &len, &err));
    fake.answer = 0;
    assert_failure(CERTLIFE_E_ISSUER, "no certificate", certlife__issuer_authority(made, &der, &err));
    certlife_issuer_close(made);
}

/* ---- The mbedTLS crypto ---- */

static void test_sha256_as_openssl_computes_it(void **state)
{
    (void)state;
    static uint8_t data[1000];
    static const size_t lengths[] = {0, 1, 55, 56, 64, 65, 1000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        uint8_t hash[32];
        char hex[65];
        memset(data, 'a', lengths[i]);
        save("data", bytes_of(data, lengths[i]));
        assert_fine(certlife__crypto_sha256(crypto, bytes_of(data, lengths[i]), hash, &err));
        for (size_t j = 0; j < sizeof hash; j++)
            sprintf(hex + 2 * j, "%02x", hash[j]);
        run("openssl dgst -sha256 data");
        assert_printed(hex);
    }
}

static void test_random_numbers_differ(void **state)
{
    (void)state;
    static uint8_t a[5000], b[5000];
    certlife_crypto *second = NULL;
    assert_fine(certlife_crypto_new_mbedtls(&second, &err));
    assert_fine(certlife__crypto_random(crypto, a, sizeof a, &err));
    assert_fine(certlife__crypto_random(second, b, sizeof b, &err));
    for (size_t at = 0; at + 16 <= sizeof a; at += 16) {
        assert_memory_not_equal(a + at, b + at, 16);
        if (at > 0)
            assert_memory_not_equal(a + at, a, 16);
    }
    certlife_crypto_free(second);
}

/* Each kind of key in each form that programs write it in. */
static void test_keys_open_in_all_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "openssl pkey -in %s.key -out form",
        "openssl pkey -in %s.key -outform DER -out form",
        "openssl pkey -in %s.key -traditional -out form",
        "openssl pkey -in %s.key -traditional -outform DER -out form",
    };
    for (size_t kind = 0; kind < KINDS; kind++) {
        run("openssl pkey -in %s.key -pubout -outform DER -out public.der", kinds[kind]);
        struct blob expected, spki;
        load("public.der", &expected);
        for (size_t i = 0; i < COUNT(forms); i++) {
            char command[128];
            struct signing_key key;
            snprintf(command, sizeof command, forms[i], kinds[kind]);
            run("%s", command);
            open_key("form", &key);
            public_of(&key, &spki);
            assert_true(bytes_equal(bytes_of_blob(&spki), bytes_of_blob(&expected)));
            certlife__crypto_key_close(&key);
        }
    }
}

static void assert_key_refused(const char *path)
{
    struct blob text;
    struct signing_key key = {NULL, NULL};
    load(path, &text);
    assert_failure(CERTLIFE_E_MALFORMED, "private key",
                   certlife__crypto_key_open(crypto, bytes_of_blob(&text), &key, &err));
    assert_null(key.crypto);
}

static void test_keys_that_do_not_open(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "openssl pkey -in p256.key -aes128 -passout pass:secret -out bad",
        "openssl rsa -in rsa2048.key -aes128 -passout pass:secret -traditional -out bad",
        "openssl pkey -in p256.key -pubout -out bad",
        "head -c 100 p256.key >bad",
        "echo text >bad",
        ": >bad",
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out bad",
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out bad",
        "openssl genpkey -algorithm ED25519 -out bad",
        "head -c 70000 /dev/zero >bad",
    };
    for (size_t i = 0; i < COUNT(commands); i++) {
        print_message("%s\n", commands[i]);
        run("%s", commands[i]);
        assert_key_refused("bad");
    }
}

static void test_keys_written_open_again(void **state)
{
    (void)state;
    static const int32_t bits[] = {256, 384, 2048};
    for (size_t i = 0; i < COUNT(bits); i++) {
        char pem[4096], small[100];
        struct blob spki, again;
        struct signing_key key, copy;
        assert_fine(certlife__crypto_key_generate(crypto, bits[i], &key, &err));
        assert_fine(certlife__crypto_key_write(&key, pem, sizeof pem, &err));
        assert_failure(CERTLIFE_E_INVALID, "private key", certlife__crypto_key_write(&key, small, sizeof small, &err));
        assert_fine(certlife__crypto_key_open(crypto, bytes_of_text(pem), &copy, &err));
        public_of(&key, &spki);
        public_of(&copy, &again);
        assert_true(bytes_equal(bytes_of_blob(&spki), bytes_of_blob(&again)));
        assert_int_equal(certlife__crypto_key_sound(crypto, bytes_of_blob(&spki), NULL), CERTLIFE_CRYPTO_GOOD);
        size_t len = 10;
        uint8_t out[10];
        assert_failure(CERTLIFE_E_INVALID, "no room", certlife__crypto_key_public(&key, out, &len, &err));
        assert_failure(CERTLIFE_E_INVALID, "no room",
                       certlife__crypto_sign(&key,
                                             i < 2 ? CERTLIFE_SIGNATURE_ECDSA_SHA256 : CERTLIFE_SIGNATURE_RSA_SHA256,
                                             bytes_of(out, 0), out, &len, &err));
        assert_int_equal(len, 10);
        certlife__crypto_key_close(&copy);
        certlife__crypto_key_close(&key);
        save("written", bytes_of_text(pem));
        run("openssl pkey -in written -noout -check");
    }
    struct signing_key none;
    static const int32_t bad[] = {0, -1, 255, 257, 521, 1024, 2047, 2049, 4097, 8192};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_failure(CERTLIFE_E_INVALID, "bits", certlife__crypto_key_generate(crypto, bad[i], &none, &err));
}

static const struct {
    certlife_signature algorithm;
    bool rsa;
    const char *hash;
} algorithms[] = {
    {CERTLIFE_SIGNATURE_RSA_SHA256, true, "sha256"},    {CERTLIFE_SIGNATURE_RSA_SHA384, true, "sha384"},
    {CERTLIFE_SIGNATURE_RSA_SHA512, true, "sha512"},    {CERTLIFE_SIGNATURE_ECDSA_SHA256, false, "sha256"},
    {CERTLIFE_SIGNATURE_ECDSA_SHA384, false, "sha384"}, {CERTLIFE_SIGNATURE_ECDSA_SHA512, false, "sha512"},
};

/* Ours verified by OpenSSL, and OpenSSL's by us; and not with another key, algorithm, message or signature. */
static void assert_signatures_agree(size_t kind)
{
    bool rsa = kind >= 2;
    char path[32];
    struct signing_key key;
    struct blob spki, theirs;
    struct bytes message = bytes_of_text("message");
    snprintf(path, sizeof path, "%s.key", kinds[kind]);
    open_key(path, &key);
    public_of(&key, &spki);
    save("message", message);
    run("openssl pkey -in %s.key -pubout -out public.pem", kinds[kind]);
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        certlife_signature algorithm = algorithms[i].algorithm;
        uint8_t ours[CERTLIFE_CRYPTO_SIGNATURE_MAX];
        size_t len = sizeof ours;
        if (algorithms[i].rsa != rsa) {
            assert_failure(CERTLIFE_E_INVALID, "not for this key",
                           certlife__crypto_sign(&key, algorithm, message, ours, &len, &err));
            continue;
        }
        assert_fine(certlife__crypto_sign(&key, algorithm, message, ours, &len, &err));
        save("ours", bytes_of(ours, len));
        run("openssl dgst -%s -verify public.pem -signature ours message", algorithms[i].hash);
        run("openssl dgst -%s -sign %s.key -out theirs message", algorithms[i].hash, kinds[kind]);
        load("theirs", &theirs);
        for (size_t j = 0; j < COUNT(algorithms); j++)
            assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&spki), algorithms[j].algorithm, message,
                                                     bytes_of_blob(&theirs), NULL),
                             j == i ? CERTLIFE_CRYPTO_GOOD : CERTLIFE_CRYPTO_BAD);
        assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&spki), algorithm, bytes_of_text("messagf"),
                                                 bytes_of_blob(&theirs), NULL),
                         CERTLIFE_CRYPTO_BAD);
        for (size_t cut = 0; cut < theirs.len; cut++)
            assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&spki), algorithm, message,
                                                     bytes_of(theirs.data, cut), NULL),
                             CERTLIFE_CRYPTO_BAD);
        theirs.data[theirs.len] = 0;
        assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&spki), algorithm, message,
                                                 bytes_of(theirs.data, theirs.len + 1), NULL),
                         CERTLIFE_CRYPTO_BAD);
    }
    certlife__crypto_key_close(&key);
}

static void test_signatures_agree_with_openssl(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++)
        assert_signatures_agree(kind);
}

/* A key or an algorithm that cannot be read is BAD, never a failure and never GOOD. */
static void test_verify_with_what_cannot_be_read(void **state)
{
    (void)state;
    struct signing_key key;
    struct blob spki, huge;
    struct bytes message = bytes_of_text("message");
    uint8_t signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
    size_t len = sizeof signature;
    open_key("p256.key", &key);
    public_of(&key, &spki);
    assert_fine(certlife__crypto_sign(&key, CERTLIFE_SIGNATURE_ECDSA_SHA256, message, signature, &len, &err));
    struct bytes good = bytes_of(signature, len);
    for (size_t cut = 0; cut < spki.len; cut++) {
        assert_int_equal(certlife__crypto_verify(crypto, bytes_of(spki.data, cut), CERTLIFE_SIGNATURE_ECDSA_SHA256,
                                                 message, good, NULL),
                         CERTLIFE_CRYPTO_BAD);
        assert_int_equal(certlife__crypto_key_sound(crypto, bytes_of(spki.data, cut), NULL), CERTLIFE_CRYPTO_BAD);
    }
    assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&spki), 0, message, good, NULL),
                     CERTLIFE_CRYPTO_BAD);
    assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&spki), 7, message, good, NULL),
                     CERTLIFE_CRYPTO_BAD);
    signature[1] += 2; /* something behind r and s, inside */
    memcpy(signature + len, "\x05\x00", 2);
    assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&spki), CERTLIFE_SIGNATURE_ECDSA_SHA256, message,
                                             bytes_of(signature, len + 2), NULL),
                     CERTLIFE_CRYPTO_BAD);
    signature[1] -= 2;
    assert_int_equal(
        certlife__crypto_verify(crypto, bytes_of_blob(&spki), CERTLIFE_SIGNATURE_ECDSA_SHA256, message, good, NULL),
        CERTLIFE_CRYPTO_GOOD);
    spki.data[spki.len - 1] ^= 1; /* off the curve */
    assert_int_equal(
        certlife__crypto_verify(crypto, bytes_of_blob(&spki), CERTLIFE_SIGNATURE_ECDSA_SHA256, message, good, NULL),
        CERTLIFE_CRYPTO_BAD);
    certlife__crypto_key_close(&key);
    /* Nothing beyond RSA 4096 costs us time. */
    run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4104 -out huge.key");
    run("openssl pkey -in huge.key -pubout -outform DER -out huge.der");
    run("printf message >message; openssl dgst -sha256 -sign huge.key -out signature message");
    load("huge.der", &huge);
    struct blob theirs;
    load("signature", &theirs);
    assert_int_equal(certlife__crypto_verify(crypto, bytes_of_blob(&huge), CERTLIFE_SIGNATURE_RSA_SHA256, message,
                                             bytes_of_blob(&theirs), NULL),
                     CERTLIFE_CRYPTO_BAD);
    assert_int_equal(certlife__crypto_key_sound(crypto, bytes_of_blob(&huge), NULL), CERTLIFE_CRYPTO_BAD);
    assert_key_refused("huge.key");
}

/* An RSA SubjectPublicKeyInfo with this modulus, in hex. */
static void write_rsa(const char *hex, struct blob *out)
{
    static const uint8_t identifier[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                         0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    uint8_t modulus[512];
    size_t len = 0;
    for (; isxdigit((unsigned char)hex[0]); hex += 2) {
        unsigned octet;
        sscanf(hex, "%2x", &octet);
        modulus[len++] = (uint8_t)octet;
    }
    uint8_t key[600];
    struct writer inner = writer_into(key, sizeof key);
    size_t numbers = certlife__der_open(&inner, DER_SEQUENCE);
    certlife__der_write_integer(&inner, bytes_of(modulus, len));
    certlife__der_write_integer(&inner, bytes_of("\x01\x00\x01", 3));
    certlife__der_close(&inner, numbers);
    struct writer writer = writer_into(out->data, sizeof out->data);
    size_t spki = certlife__der_open(&writer, DER_SEQUENCE);
    write_bytes(&writer, bytes_of(identifier, sizeof identifier));
    certlife__der_write_octets(&writer, bytes_of(key, inner.len));
    certlife__der_close(&writer, spki);
    out->len = writer.len;
}

/* R-OBT-11: known weak keys. */
static void test_weak_moduli_are_not_sound(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int answer;
    } rows[] = {
        {"sound", CERTLIFE_CRYPTO_GOOD},       {"square", CERTLIFE_CRYPTO_BAD},
        {"next_prime", CERTLIFE_CRYPTO_BAD},   {"close_primes", CERTLIFE_CRYPTO_BAD},
        {"roca", CERTLIFE_CRYPTO_BAD},         {"roca_half", CERTLIFE_CRYPTO_GOOD},
        {"factor_3", CERTLIFE_CRYPTO_BAD},     {"factor_1999", CERTLIFE_CRYPTO_BAD},
        {"factor_2003", CERTLIFE_CRYPTO_GOOD}, {"even", CERTLIFE_CRYPTO_BAD},
    };
    struct blob text, spki;
    load(FIXTURES "/requests/weak_moduli.txt", &text);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char start[32];
        snprintf(start, sizeof start, "%s ", rows[i].name);
        const char *line = strstr((char *)text.data, start);
        assert_non_null(line);
        print_message("%s\n", rows[i].name);
        write_rsa(line + strlen(start), &spki);
        struct public_key key;
        assert_true(certlife__key_read(bytes_of_blob(&spki), &key));
        assert_true(certlife__key_supported(&key));
        assert_int_equal(certlife__crypto_key_sound(crypto, bytes_of_blob(&spki), NULL), rows[i].answer);
    }
}

static void test_points_off_the_curve_are_not_sound(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < 2; kind++) {
        char path[32];
        struct signing_key key;
        struct blob spki;
        snprintf(path, sizeof path, "%s.key", kinds[kind]);
        open_key(path, &key);
        public_of(&key, &spki);
        certlife__crypto_key_close(&key);
        size_t point = kind == 0 ? 65 : 97;
        assert_int_equal(certlife__crypto_key_sound(crypto, bytes_of_blob(&spki), NULL), CERTLIFE_CRYPTO_GOOD);
        for (size_t bit = 0; bit < 8 * point; bit++) {
            uint8_t *octet = &spki.data[spki.len - point + bit / 8];
            *octet ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(certlife__crypto_key_sound(crypto, bytes_of_blob(&spki), NULL), CERTLIFE_CRYPTO_BAD);
            *octet ^= (uint8_t)(1 << bit % 8);
        }
        memset(&spki.data[spki.len - point + 1], 0, point - 1);
        assert_int_equal(certlife__crypto_key_sound(crypto, bytes_of_blob(&spki), NULL), CERTLIFE_CRYPTO_BAD);
    }
}

/* ---- Many threads, one crypto, one key ---- */

struct work {
    struct signing_key key;
    certlife_signature algorithm;
    struct blob spki;
};

static void *sign_and_verify(void *payload)
{
    struct work *work = payload;
    for (int i = 0; i < 12; i++) {
        uint8_t message[16], signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
        size_t len = sizeof signature;
        if (certlife__crypto_random(crypto, message, sizeof message, NULL) != 0 ||
            certlife__crypto_sign(&work->key, work->algorithm, bytes_of(message, sizeof message), signature, &len,
                                  NULL) != 0 ||
            certlife__crypto_verify(crypto, bytes_of_blob(&work->spki), work->algorithm,
                                    bytes_of(message, sizeof message), bytes_of(signature, len),
                                    NULL) != CERTLIFE_CRYPTO_GOOD)
            return NULL;
    }
    return payload;
}

static void test_threads_share_a_key(void **state)
{
    (void)state;
    static const certlife_signature signatures[] = {CERTLIFE_SIGNATURE_ECDSA_SHA256, CERTLIFE_SIGNATURE_ECDSA_SHA384,
                                                    CERTLIFE_SIGNATURE_RSA_SHA256};
    static struct work work;
    for (size_t kind = 0; kind < COUNT(signatures); kind++) {
        char path[32];
        pthread_t threads[6];
        snprintf(path, sizeof path, "%s.key", kinds[kind]);
        open_key(path, &work.key);
        public_of(&work.key, &work.spki);
        work.algorithm = signatures[kind];
        for (size_t i = 0; i < COUNT(threads); i++)
            assert_int_equal(pthread_create(&threads[i], NULL, sign_and_verify, &work), 0);
        for (size_t i = 0; i < COUNT(threads); i++) {
            void *result;
            assert_int_equal(pthread_join(threads[i], &result), 0);
            assert_ptr_equal(result, &work);
        }
        certlife__crypto_key_close(&work.key);
    }
}

/* ---- The local issuer ---- */

#define CA_BEGINS INT64_C(1767225600) /* 2026-01-01 */
#define CA_ENDS INT64_C(1893542399)   /* 2030-01-01 23:59:59 */

static char ca_pem[4096], ca_key[4096];

static void make_ca(int32_t bits)
{
    assert_fine(certlife_issuer_make_test_ca(crypto, "Test CA", bits, CA_BEGINS, CA_ENDS, ca_pem, sizeof ca_pem, ca_key,
                                             sizeof ca_key, &err));
}

static int open_local(const char *certificate, const char *key, certlife_issuer **out, certlife_error **err)
{
    return certlife_issuer_open_local(crypto, (const uint8_t *)certificate, strlen(certificate), (const uint8_t *)key,
                                      strlen(key), out, err);
}

static const uint8_t serial[20] = {0x7f, 1, 2, 3};

static certlife_issuer_order order_for(const struct blob *spki)
{
    return (certlife_issuer_order){
        .size = sizeof(certlife_issuer_order),
        .serial = serial,
        .serial_len = sizeof serial,
        .spki = spki->data,
        .spki_len = spki->len,
        .organization = "Test",
        .unit = "contract-1",
        .common_name = "keir002",
        .not_before = CA_BEGINS,
        .not_after = CA_ENDS,
        .crl_url = "http://crl.example.test/list.crl",
    };
}

static void subject_key(struct blob *spki)
{
    struct signing_key key;
    open_key("p384.key", &key);
    public_of(&key, spki);
    certlife__crypto_key_close(&key);
}

static void test_local_issuer_issues(void **state)
{
    (void)state;
    static const int32_t bits[] = {256, 384, 2048};
    struct blob spki, der, again;
    struct bytes authority;
    struct certificate_view ca, view;
    subject_key(&spki);
    for (size_t i = 0; i < COUNT(bits); i++) {
        certlife_issuer *issuer = NULL;
        make_ca(bits[i]);
        assert_fine(open_local(ca_pem, ca_key, &issuer, &err));
        assert_true(certlife__issuer_is_local(issuer));
        assert_fine(certlife__issuer_authority(issuer, &authority, &err));
        assert_null(certlife__certificate_read(authority, &ca));
        assert_int_equal(ca.not_before, CA_BEGINS);
        assert_int_equal(ca.not_after, CA_ENDS);
        certlife_issuer_order order = order_for(&spki);
        der.len = sizeof der.data;
        assert_int_equal(certlife__issuer_issue(issuer, &order, der.data, &der.len, NULL), CERTLIFE_ISSUER_ISSUED);
        again.len = sizeof again.data;
        assert_int_equal(certlife__issuer_issue(issuer, &order, again.data, &again.len, NULL), CERTLIFE_ISSUER_ISSUED);
        assert_true(bytes_equal(bytes_of_blob(&der), bytes_of_blob(&again)));
        assert_null(certlife__certificate_read(bytes_of_blob(&der), &view));
        assert_true(bytes_equal(view.authority_key_id, ca.subject_key_id));
        assert_int_equal(certlife__crypto_verify(crypto, ca.key.spki, view.algorithm, view.tbs, view.signature, NULL),
                         CERTLIFE_CRYPTO_GOOD);
        save("ca.pem", bytes_of_text(ca_pem));
        save("leaf.der", bytes_of_blob(&der));
        run("openssl x509 -inform DER -in leaf.der -out leaf.pem");
        run("openssl verify -x509_strict -no_check_time -purpose sslclient -CAfile ca.pem leaf.pem");
        size_t small = der.len - 1;
        assert_failure(CERTLIFE_E_INVALID, "no room", certlife__issuer_issue(issuer, &order, der.data, &small, &err));
        certlife_issuer_close(issuer);
    }
}

/* R-ISS-5: it never outlives its issuer; R-ISS-1: the serial number is positive and at most 20 octets. */
static void test_local_issuer_refuses_orders(void **state)
{
    (void)state;
    static const uint8_t long_serial[21] = {1}, high_serial[20] = {0x80}, zero_serial[4] = {0};
    struct blob spki, der;
    certlife_issuer *issuer = NULL;
    subject_key(&spki);
    make_ca(256);
    assert_fine(open_local(ca_pem, ca_key, &issuer, &err));
    const struct {
        int64_t begins, ends;
        struct bytes serial;
        size_t spki_len;
        int code;
        const char *text;
    } rows[] = {
        {CA_BEGINS, CA_ENDS, bytes_of(serial, 20), spki.len, 0, ""},
        {CA_BEGINS, CA_ENDS + 1, bytes_of(serial, 20), spki.len, CERTLIFE_E_ISSUER,
         "issuer: certificate would outlive its issuer, which ends 2030-01-01"},
        {CA_BEGINS - 1, CA_ENDS, bytes_of(serial, 20), spki.len, CERTLIFE_E_ISSUER,
         "issuer: certificate would begin before its issuer, which begins 2026-01-01"},
        {CA_ENDS + 1, CA_ENDS + 2, bytes_of(serial, 20), spki.len, CERTLIFE_E_ISSUER, "outlive"},
        {CA_ENDS, CA_BEGINS, bytes_of(serial, 20), spki.len, CERTLIFE_E_INVALID, "cannot be valid"},
        {-1, CA_ENDS, bytes_of(serial, 20), spki.len, CERTLIFE_E_INVALID, "cannot be valid"},
        {CA_BEGINS, LAST_MOMENT + 1, bytes_of(serial, 20), spki.len, CERTLIFE_E_INVALID, "cannot be valid"},
        {CA_BEGINS, CA_ENDS, bytes_of(long_serial, 21), spki.len, CERTLIFE_E_INVALID, "serial number"},
        {CA_BEGINS, CA_ENDS, bytes_of(high_serial, 20), spki.len, CERTLIFE_E_INVALID, "serial number"},
        {CA_BEGINS, CA_ENDS, bytes_of(zero_serial, 4), spki.len, CERTLIFE_E_INVALID, "serial number"},
        {CA_BEGINS, CA_ENDS, bytes_of(serial, 0), spki.len, CERTLIFE_E_INVALID, "serial number"},
        {CA_BEGINS, CA_ENDS, bytes_of(serial, 20), spki.len - 1, CERTLIFE_E_INVALID, "public key is malformed"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        certlife_issuer_order order = order_for(&spki);
        order.not_before = rows[i].begins;
        order.not_after = rows[i].ends;
        order.serial = rows[i].serial.data;
        order.serial_len = rows[i].serial.len;
        order.spki_len = rows[i].spki_len;
        size_t len = sizeof der.data;
        assert_failure(rows[i].code, rows[i].text, certlife__issuer_issue(issuer, &order, der.data, &len, &err));
    }
    static char long_name[20000];
    memset(long_name, 'a', sizeof long_name - 1);
    certlife_issuer_order order = order_for(&spki);
    order.common_name = long_name;
    size_t len = sizeof der.data;
    assert_failure(CERTLIFE_E_INVALID, "longer than 16 KiB",
                   certlife__issuer_issue(issuer, &order, der.data, &len, &err));
    certlife_issuer_close(issuer);
}

#define SELF_SIGNED "openssl req -x509 -subj /CN=root -out root.pem "

/* What a CA's certificate and key must be. */
static void test_local_issuer_refuses_authorities(void **state)
{
    (void)state;
    static const struct {
        const char *command, *key;
        int code;
        const char *text;
    } rows[] = {
        {SELF_SIGNED "-key p256.key", "p256.key", 0, ""},
        {SELF_SIGNED "-key p384.key", "p384.key", 0, ""},
        {SELF_SIGNED "-key rsa3072.key -addext keyUsage=keyCertSign", "rsa3072.key", 0, ""},
        {SELF_SIGNED "-key rsa4096.key -outform DER", "rsa4096.key", 0, ""},
        {SELF_SIGNED "-key p256.key", "p384.key", CERTLIFE_E_ISSUER, "does not belong"},
        {SELF_SIGNED "-key p256.key", "rsa2048.key", CERTLIFE_E_ISSUER, "does not belong"},
        {SELF_SIGNED "-key p256.key -addext keyUsage=digitalSignature,cRLSign", "p256.key", CERTLIFE_E_ISSUER,
         "keyCertSign"},
        {SELF_SIGNED "-config no-ca.config -key p256.key", "p256.key", CERTLIFE_E_ISSUER, "basicConstraints"},
        {"cp " FIXTURES "/certificates/v1.pem root.pem", "p256.key", CERTLIFE_E_ISSUER, "basicConstraints"},
        {SELF_SIGNED "-config no-id.config -key p256.key", "p256.key", CERTLIFE_E_ISSUER, "subject key identifier"},
        {SELF_SIGNED "-key k1.key", "k1.key", CERTLIFE_E_ISSUER, "its key is neither"},
        {SELF_SIGNED "-key e3.key", "e3.key", CERTLIFE_E_ISSUER, "its key is neither"},
        {SELF_SIGNED "-key p256.key", "root.pem", CERTLIFE_E_MALFORMED, "private key"},
        {"cp p256.key root.pem", "p256.key", CERTLIFE_E_MALFORMED, "its certificate cannot be read: PEM: no block"},
        {"echo text >root.pem", "p256.key", CERTLIFE_E_MALFORMED, "its certificate cannot be read: "},
        {"rm root.pem", "p256.key", CERTLIFE_E_ISSUER, "root.pem: No such file"},
        {SELF_SIGNED "-key p256.key", "no.key", CERTLIFE_E_ISSUER, "no.key: No such file"},
        {SELF_SIGNED "-key p256.key", ".", CERTLIFE_E_ISSUER, ".: Is a directory"},
        {"head -c 70000 /dev/zero >root.pem", "p256.key", CERTLIFE_E_ISSUER, "root.pem: longer than"},
    };
    run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k1.key");
    run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3 -out e3.key");
    save("no-ca.config", bytes_of_text("[req]\ndistinguished_name = name\nx509_extensions = few\n[name]\n"
                                       "[few]\nbasicConstraints = CA:FALSE\nsubjectKeyIdentifier = hash\n"));
    save("no-id.config", bytes_of_text("[req]\ndistinguished_name = name\nx509_extensions = few\n[name]\n"
                                       "[few]\nbasicConstraints = CA:TRUE\nsubjectKeyIdentifier = none\n"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        certlife_issuer *issuer = NULL;
        print_message("%s\n", rows[i].command);
        run("%s", rows[i].command);
        assert_failure(rows[i].code, rows[i].text,
                       certlife_issuer_open_local_files(crypto, "root.pem", rows[i].key, &issuer, &err));
        assert_true((issuer != NULL) == (rows[i].code == 0));
        certlife_issuer_close(issuer);
    }
}

/* Reading a key is for those who may. */
static void test_local_issuer_without_permission(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("root reads every file\n");
        skip();
    }
    certlife_issuer *issuer = NULL;
    run(SELF_SIGNED "-key p256.key");
    run("cp p256.key closed.key");
    assert_int_equal(chmod("closed.key", 0), 0);
    assert_failure(CERTLIFE_E_ISSUER, "closed.key: Permission denied",
                   certlife_issuer_open_local_files(crypto, "root.pem", "closed.key", &issuer, &err));
}

static void test_test_ca_is_made(void **state)
{
    (void)state;
    static const int32_t bits[] = {256, 384, 2048};
    for (size_t i = 0; i < COUNT(bits); i++) {
        make_ca(bits[i]);
        save("ca.pem", bytes_of_text(ca_pem));
        save("ca.key", bytes_of_text(ca_key));
        run("openssl verify -x509_strict -no_check_time -check_ss_sig -CAfile ca.pem ca.pem");
        run("openssl pkey -in ca.key -pubout >public.pem; openssl x509 -in ca.pem -noout -pubkey | cmp - public.pem");
        run("openssl x509 -in ca.pem -noout -text");
        assert_printed("CA:TRUE");
        assert_printed("Certificate Sign, CRL Sign");
        assert_printed("Test CA");
        assert_printed("Not After : Jan  1 23:59:59 2030 GMT");
    }
    char before[4096] = "untouched", key_before[4096] = "untouched";
    assert_failure(
        CERTLIFE_E_INVALID, "no room",
        certlife_issuer_make_test_ca(crypto, "X", 256, 0, 1, before, 100, key_before, sizeof key_before, &err));
    assert_failure(CERTLIFE_E_INVALID, "no room",
                   certlife_issuer_make_test_ca(crypto, "X", 256, 0, 1, before, sizeof before, key_before, 100, &err));
    assert_failure(CERTLIFE_E_INVALID, "a CA needs",
                   certlife_issuer_make_test_ca(crypto, "X", 256, 2, 1, before, sizeof before, key_before, 4096, &err));
    assert_failure(CERTLIFE_E_INVALID, "a CA needs",
                   certlife_issuer_make_test_ca(crypto, "", 256, 0, 1, before, sizeof before, key_before, 4096, &err));
    assert_failure(CERTLIFE_E_INVALID, "bits",
                   certlife_issuer_make_test_ca(crypto, "X", 512, 0, 1, before, sizeof before, key_before, 4096, &err));
    assert_string_equal(before, "untouched");
    assert_string_equal(key_before, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crypto_class_must_be_complete),
        cmocka_unit_test(test_crypto_answers_are_settled),
        cmocka_unit_test(test_crypto_lengths_are_checked),
        cmocka_unit_test(test_issuer_class_must_be_complete),
        cmocka_unit_test(test_issuer_answers_are_settled),
        cmocka_unit_test(test_sha256_as_openssl_computes_it),
        cmocka_unit_test(test_random_numbers_differ),
        cmocka_unit_test(test_keys_open_in_all_forms),
        cmocka_unit_test(test_keys_that_do_not_open),
        cmocka_unit_test(test_keys_written_open_again),
        cmocka_unit_test(test_signatures_agree_with_openssl),
        cmocka_unit_test(test_verify_with_what_cannot_be_read),
        cmocka_unit_test(test_weak_moduli_are_not_sound),
        cmocka_unit_test(test_points_off_the_curve_are_not_sound),
        cmocka_unit_test(test_threads_share_a_key),
        cmocka_unit_test(test_local_issuer_issues),
        cmocka_unit_test(test_local_issuer_refuses_orders),
        cmocka_unit_test(test_local_issuer_refuses_authorities),
        cmocka_unit_test(test_local_issuer_without_permission),
        cmocka_unit_test(test_test_ca_is_made),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
