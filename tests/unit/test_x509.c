/* SPDX-License-Identifier: Apache-2.0 */
/* What lib/x509 reads and writes, against programs that did not make it: OpenSSL, GnuTLS, keytool, certutil, mbedTLS. */
#include "tools.h"

#include <ctype.h>

#ifdef HAVE_MBEDX509
#include <mbedtls/x509_crt.h>
#endif

#include "base/civil.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/pem.h"
#include "x509/request.h"

static const char *const request_labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", NULL};
static const char *const certificate_labels[] = {"CERTIFICATE", NULL};

static struct bytes from_hex(const char *hex, struct blob *out)
{
    out->len = 0;
    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        unsigned octet;
        assert_true(isxdigit((unsigned char)hex[0]) && sscanf(hex, "%2x", &octet) == 1);
        out->data[out->len++] = (uint8_t)octet;
    }
    return bytes_of_blob(out);
}

#define assert_wrong(expected, given)                                                                                  \
    do {                                                                                                               \
        const char *expected_ = (expected), *given_ = (given);                                                         \
        if (expected_ == NULL && given_ != NULL)                                                                       \
            fail_msg("refused: %s", given_);                                                                           \
        if (expected_ != NULL && (given_ == NULL || strcmp(expected_, given_) != 0))                                   \
            fail_msg("%s instead of %s", given_ != NULL ? given_ : "accepted", expected_);                             \
    } while (0)

/* ---- DER ---- */

static void test_der_is_strict(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *wrong;
    } rows[] = {
        {"", "cut short"},
        {"30", "cut short"},
        {"3000", NULL},
        {"300000", "something behind it"},
        {"30000500", "something behind it"},
        {"30020500", NULL},
        {"30030500", "cut short"},
        {"30020501", "cut short"},
        {"3081020500", "a length that is not minimal"},
        {"308200020500", "a length that is not minimal"},
        {"30830000020500", "a length of more than 16 bits"},
        {"3081", "cut short"},
        {"308200", "cut short"},
        {"308005000000", "a length that is indefinite"},
        {"30ff", "a length of more than 16 bits"},
        {"1f8101", "a tag of more than one octet"},
        {"0000", "a tag that DER does not have"},
        {"1000", "a tag that DER does not have"},
        {"1100", "a tag that DER does not have"},
        {"2400", "a tag that DER does not have"},
        {"220101", "a tag that DER does not have"},
        {"0101ff", NULL},
        {"010100", NULL},
        {"010101", "a malformed boolean"},
        {"0100", "a malformed boolean"},
        {"0102ffff", "a malformed boolean"},
        {"0200", "a malformed number"},
        {"020100", NULL},
        {"0201ff", NULL},
        {"02020080", NULL},
        {"0202007f", "a malformed number"},
        {"0202ff7f", NULL},
        {"0202ff80", "a malformed number"},
        {"0300", "a malformed bit string"},
        {"030100", NULL},
        {"030101", "a malformed bit string"},
        {"03020780", NULL},
        {"030207c0", "a malformed bit string"},
        {"03020880", "a malformed bit string"},
        {"0500", NULL},
        {"050100", "a malformed null"},
        {"0600", "a malformed object identifier"},
        {"06022a03", NULL},
        {"06022a83", "a malformed object identifier"},
        {"06032a8001", "a malformed object identifier"},
        {"06032a8101", NULL},
        {"a003020100", NULL},
        {"a00302017f80", "something behind it"},
        {"8000", NULL},
        {"0c02c3a9", NULL},
    };
    struct blob blob;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("%s\n", rows[i].hex);
        assert_wrong(rows[i].wrong, certlife__der_check(from_hex(rows[i].hex, &blob)));
    }
}

/* `depth` sequences, one in the other. */
static struct bytes nested(size_t depth, struct blob *out)
{
    out->len = 2 * depth;
    for (size_t i = 0; i < depth; i++) {
        out->data[2 * i] = DER_SEQUENCE;
        out->data[2 * i + 1] = (uint8_t)(2 * (depth - i - 1));
    }
    return bytes_of_blob(out);
}

static void test_der_depth_is_bounded(void **state)
{
    (void)state;
    struct blob blob;
    assert_wrong(NULL, certlife__der_check(nested(12, &blob)));
    assert_wrong("nested too deep", certlife__der_check(nested(13, &blob)));
    assert_wrong("nested too deep", certlife__der_check(nested(60, &blob)));
}

static void test_der_size_is_bounded(void **state)
{
    (void)state;
    static const uint8_t zeros[DER_MAX] = {0};
    struct blob blob;
    struct writer writer = writer_into(blob.data, sizeof blob.data);
    certlife__der_write(&writer, DER_OCTET_STRING, bytes_of(zeros, DER_MAX - 4));
    assert_int_equal(writer.len, DER_MAX);
    assert_wrong(NULL, certlife__der_check(bytes_of(blob.data, writer.len)));
    writer.len = 0;
    certlife__der_write(&writer, DER_OCTET_STRING, bytes_of(zeros, DER_MAX - 3));
    assert_wrong("longer than 16 KiB", certlife__der_check(bytes_of(blob.data, writer.len)));
}

/* A value written open and closed is the same as one written at once, and neither leaves its room. */
static void test_der_writes_lengths(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 127, 128, 255, 256, 16000};
    static const uint8_t zeros[DER_MAX] = {0};
    struct blob once, open;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct writer a = writer_into(once.data, sizeof once.data);
        certlife__der_write(&a, DER_OCTET_STRING, bytes_of(zeros, lengths[i]));
        struct writer b = writer_into(open.data, sizeof open.data);
        size_t at = certlife__der_open(&b, DER_OCTET_STRING);
        write_bytes(&b, bytes_of(zeros, lengths[i]));
        certlife__der_close(&b, at);
        assert_true(bytes_equal(bytes_of(a.data, a.len), bytes_of(b.data, b.len)));
        assert_wrong(NULL, certlife__der_check(bytes_of(a.data, a.len)));
        for (size_t room = a.len - (a.len > 4 ? 4 : a.len); room < a.len; room++) {
            open.data[room] = 0xa5;
            b = writer_into(open.data, room);
            at = certlife__der_open(&b, DER_OCTET_STRING);
            write_bytes(&b, bytes_of(zeros, lengths[i]));
            certlife__der_close(&b, at);
            assert_true(b.overflow);
            assert_int_equal(open.data[room], 0xa5);
        }
    }
}

static void test_der_writes_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *octets, *der;
    } rows[] = {
        {"", "020100"},     {"00", "020100"},     {"01", "020101"},       {"7f", "02017f"},
        {"80", "02020080"}, {"0080", "02020080"}, {"00000001", "020101"}, {"ff00", "020300ff00"},
    };
    struct blob octets, expected, given;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct writer writer = writer_into(given.data, sizeof given.data);
        certlife__der_write_integer(&writer, from_hex(rows[i].octets, &octets));
        assert_true(bytes_equal(from_hex(rows[i].der, &expected), bytes_of(given.data, writer.len)));
    }
}

/* ---- PEM ---- */

static void test_pem_reads_what_programs_write(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrong, *hex;
    } rows[] = {
        {"-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n", NULL, "000102"},
        {"-----BEGIN CERTIFICATE-----\r\nAAEC\r\n-----END CERTIFICATE-----\r\n", NULL, "000102"},
        {"-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----", NULL, "000102"},
        {"text\n\n-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\ntext", NULL, "000102"},
        {"-----BEGIN CERTIFICATE-----\nAA\nEC\n\n-----END CERTIFICATE-----\n", NULL, "000102"},
        {"-----BEGIN CERTIFICATE-----\nAAE=\n-----END CERTIFICATE-----\n", NULL, "0001"},
        {"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", NULL, "00"},
        {"-----BEGIN CERTIFICATE-----\n+/+/\n-----END CERTIFICATE-----\n", NULL, "fbffbf"},
        {"-----BEGIN X-----\nAAAA\n-----END X-----\n-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n",
         NULL, "000102"},
        {"", "PEM: no block of the kind asked for", NULL},
        {"-----BEGIN X-----\nAAAA\n-----END X-----\n", "PEM: no block of the kind asked for", NULL},
        {"-----BEGIN CERTIFICATES-----\nAAEC\n-----END CERTIFICATES-----\n", "PEM: no block of the kind asked for",
         NULL},
        {"-----BEGIN CERTIFICATE-----\nAAEC\n", "PEM: its end line is missing", NULL},
        {"-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAAEC\n-----END X-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAAE\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAAECA\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAAEC=\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAAE==\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAAF=\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAA==AAEC\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAA==AAAA\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nA EC\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nAA-_\n-----END CERTIFICATE-----\n", "PEM: its base64 is malformed", NULL},
        {"-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nAAEC\n-----END CERTIFICATE-----\n",
         "PEM: its base64 is malformed", NULL},
    };
    struct blob expected, given;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("row %zu\n", i);
        struct writer writer = writer_into(given.data, sizeof given.data);
        assert_wrong(rows[i].wrong, certlife__pem_read(bytes_of_text(rows[i].text), certificate_labels, &writer));
        if (rows[i].hex != NULL)
            assert_true(bytes_equal(from_hex(rows[i].hex, &expected), bytes_of(given.data, writer.len)));
        else
            assert_int_equal(writer.len, 0);
    }
}

static void test_pem_lines_are_bounded(void **state)
{
    (void)state;
    struct blob given;
    char text[400];
    for (int len = 128; len <= 132; len += 4) {
        snprintf(text, sizeof text, "-----BEGIN CERTIFICATE-----\n%0*d\n-----END CERTIFICATE-----\n", len, 0);
        struct writer writer = writer_into(given.data, sizeof given.data);
        assert_wrong(len == 128 ? NULL : "PEM: a line is longer than 128 characters",
                     certlife__pem_read(bytes_of_text(text), certificate_labels, &writer));
    }
    struct writer small = writer_into(given.data, 2);
    assert_wrong("PEM: too long",
                 certlife__pem_read(bytes_of_text("-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"),
                                    certificate_labels, &small));
}

/* Every length that ends a line or a group of four differently, written as OpenSSL writes it. */
static void test_pem_written_as_openssl_does(void **state)
{
    (void)state;
    static uint8_t octets[200];
    struct blob given, text, back;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 37);
    for (size_t len = 1; len <= sizeof octets; len += len % 48 == 45 ? 1 : len > 100 ? 31 : 1) {
        struct writer writer = writer_into(given.data, sizeof given.data);
        certlife__pem_write(&writer, "CERTIFICATE", bytes_of(octets, len));
        struct writer reader = writer_into(back.data, sizeof back.data);
        assert_true(certlife__pem_is(bytes_of(given.data, writer.len)));
        assert_wrong(NULL, certlife__pem_read(bytes_of(given.data, writer.len), certificate_labels, &reader));
        assert_true(bytes_equal(bytes_of(octets, len), bytes_of(back.data, reader.len)));
        if (len % 16 != 0)
            continue;
        save("octets", bytes_of(octets, len));
        run("echo -----BEGIN CERTIFICATE-----; openssl base64 -in octets; echo -----END CERTIFICATE-----");
        load("printed", &text);
        assert_true(bytes_equal(bytes_of_blob(&text), bytes_of(given.data, writer.len)));
    }
}

/* A DER string may hold a begin line; that does not make it PEM. */
static void test_pem_is_told_from_der(void **state)
{
    (void)state;
    struct blob blob;
    struct writer writer = writer_into(blob.data, sizeof blob.data);
    certlife__der_write(&writer, DER_UTF8_STRING, bytes_of_text("\n-----BEGIN CERTIFICATE-----\n"));
    assert_false(certlife__pem_is(bytes_of(blob.data, writer.len)));
    assert_true(certlife__pem_is(bytes_of_text("0 text\n-----BEGIN CERTIFICATE-----\n")));
    assert_false(certlife__pem_is(bytes_of_text("0 text")));
}

/* ---- Requests ---- */

/* The DER of a request in a file, PEM or DER. */
static struct bytes load_request(const char *path, struct blob *der)
{
    struct blob text;
    load(path, &text);
    if (!certlife__pem_is(bytes_of_blob(&text))) {
        *der = text;
        return bytes_of_blob(der);
    }
    struct writer writer = writer_into(der->data, sizeof der->data);
    assert_wrong(NULL, certlife__pem_read(bytes_of_blob(&text), request_labels, &writer));
    der->len = writer.len;
    return bytes_of_blob(der);
}

static int verify_request(const struct request *request)
{
    return certlife__crypto_verify(crypto, request->key.spki, request->algorithm, request->info, request->signature,
                                   NULL);
}

/* Read, of this kind (an index of `kinds`), sound, and signed by its own key. */
static void assert_good_request(const char *path, size_t kind)
{
    static const enum key_kind key_kinds[] = {KEY_P256, KEY_P384, KEY_RSA, KEY_RSA, KEY_RSA};
    static const int32_t bits[] = {256, 384, 2048, 3072, 4096};
    struct blob der;
    struct request request;
    print_message("%s\n", path);
    assert_wrong(NULL, certlife__request_read(load_request(path, &der), &request));
    assert_int_equal(request.key.kind, key_kinds[kind]);
    assert_int_equal(request.key.bits, bits[kind]);
    assert_true(certlife__key_supported(&request.key));
    assert_int_equal(certlife__crypto_key_sound(crypto, request.key.spki, NULL), CERTLIFE_CRYPTO_GOOD);
    assert_int_equal(verify_request(&request), CERTLIFE_CRYPTO_GOOD);
}

static void test_requests_of_openssl(void **state)
{
    (void)state;
    static const char *const hashes[] = {"sha256", "sha384", "sha512"};
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < COUNT(hashes); i++) {
            run("openssl req -new -key %s.key -%s -subj '/O=Test/CN=%s' -out request.pem", kinds[kind], hashes[i],
                kinds[kind]);
            assert_good_request("request.pem", kind);
        }
        run("openssl req -new -key %s.key -subj / -outform DER -out request.der", kinds[kind]);
        assert_good_request("request.der", kind);
    }
}

static void test_requests_of_gnutls(void **state)
{
    (void)state;
    need("certtool");
    save("template", bytes_of_text("cn = \"GnuTLS\"\norganization = \"Test\"\ntls_www_client\n"));
    for (size_t kind = 0; kind < KINDS; kind++) {
        run("certtool --generate-request --load-privkey %s.key --template template --outfile request.pem", kinds[kind]);
        assert_good_request("request.pem", kind);
    }
}

static void test_requests_of_keytool_and_certutil(void **state)
{
    (void)state;
    static const char *const patterns[] = {"keytool_%s.pem", "certutil_%s.pem", "certutil_%s.der"};
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < COUNT(patterns); i++) {
            char name[64], path[512];
            snprintf(name, sizeof name, patterns[i], kinds[kind]);
            snprintf(path, sizeof path, "%s/requests/%s", FIXTURES, name);
            assert_good_request(path, kind);
        }
    }
}

/* R-ISS-6: what else a request asks for is read past. */
static void test_requests_that_ask_for_more(void **state)
{
    (void)state;
    run("openssl req -new -key p256.key -subj /CN=more -addext basicConstraints=critical,CA:TRUE "
        "-addext subjectAltName=DNS:example.test,email:a@example.test -addext keyUsage=keyCertSign -out request.pem");
    assert_good_request("request.pem", 0);
    assert_good_request(FIXTURES "/requests/keytool_san.pem", 0);
}

static void test_requests_cut_short(void **state)
{
    (void)state;
    struct blob der;
    struct request request;
    run("openssl req -new -key p256.key -subj /CN=cut -out request.pem");
    load_request("request.pem", &der);
    for (size_t len = 0; len < der.len; len++) {
        uint8_t *copy = malloc(len + 1); /* of its own, so that a read past the end shows */
        memcpy(copy, der.data, len);
        assert_wrong("cut short", certlife__request_read(bytes_of(copy, len), &request));
        free(copy);
    }
    der.data[der.len] = 0;
    assert_wrong("something behind it", certlife__request_read(bytes_of(der.data, der.len + 1), &request));
}

/* A flipped bit is noticed by the reader or else by the signature. */
static void assert_flips_noticed(const char *path)
{
    struct blob der;
    struct request request;
    size_t read = 0;
    load_request(path, &der);
    for (size_t bit = 0; bit < der.len * 8; bit++) {
        der.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (certlife__request_read(bytes_of_blob(&der), &request) == NULL) {
            read++;
            if (verify_request(&request) != CERTLIFE_CRYPTO_BAD)
                fail_msg("%s: bit %zu flipped and not noticed", path, bit);
        }
        der.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    print_message("%s: %zu of %zu flips are left to the signature\n", path, read, der.len * 8);
    assert_true(read > 0);
}

static void test_requests_with_a_bit_flipped(void **state)
{
    (void)state;
    run("openssl req -new -key p256.key -subj /CN=flip -out request.pem");
    assert_flips_noticed("request.pem");
    run("openssl req -new -key rsa2048.key -subj /CN=flip -out request.pem");
    assert_flips_noticed("request.pem");
}

/* A request written from its parts, in hex; NULL takes the part of a good one. */
struct parts {
    const char *version, *subject, *spki, *attributes, *identifier, *signature, *behind;
};

#define GOOD_SPKI                                                                                                      \
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004"                                                           \
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"                                                 \
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

static void write_part(struct writer *out, const char *hex, const char *otherwise)
{
    struct blob part;
    write_bytes(out, from_hex(hex != NULL ? hex : otherwise, &part));
}

static struct bytes write_request(const struct parts *parts, struct blob *out)
{
    struct writer writer = writer_into(out->data, sizeof out->data);
    size_t request = certlife__der_open(&writer, DER_SEQUENCE);
    size_t info = certlife__der_open(&writer, DER_SEQUENCE);
    write_part(&writer, parts->version, "020100");
    write_part(&writer, parts->subject, "300c310a300806035504030c0141");
    write_part(&writer, parts->spki, GOOD_SPKI);
    write_part(&writer, parts->attributes, "a000");
    certlife__der_close(&writer, info);
    write_part(&writer, parts->identifier, "300a06082a8648ce3d040302");
    write_part(&writer, parts->signature, "03020001");
    write_part(&writer, parts->behind, "");
    certlife__der_close(&writer, request);
    out->len = writer.len;
    return bytes_of_blob(out);
}

static void test_requests_that_are_malformed(void **state)
{
    (void)state;
    static const struct {
        struct parts parts;
        const char *wrong;
    } rows[] = {
        {{0}, NULL},
        {{.attributes = ""}, NULL},
        {{.subject = "3000"}, NULL},
        {{.identifier = "300906072a8648ce3d0401"}, NULL}, /* SHA-1: read, and unknown */
        {{.version = "020101"}, "version is not 0"},
        {{.version = "0500"}, "version is not 0"},
        {{.version = "0202007f"}, "a malformed number"},
        {{.version = ""}, "version is not 0"},
        {{.subject = "3100"}, "subject is not a name"},
        {{.subject = "30023100"}, "subject is not a name"},
        {{.subject = "3004310230003000"}, "subject is not a name"},
        {{.subject = "300a3108300606035504030c"}, "cut short"},
        {{.subject = "300931073005060355040a"}, "subject is not a name"},
        {{.subject = "300e310c300a06035504030c01410500"}, "subject is not a name"},
        {{.spki = "3000"}, "public key is malformed"},
        {{.spki = "30083003060129030100"}, NULL}, /* of an unknown algorithm */
        {{.spki = "3008300306012903010a"}, "a malformed bit string"},
        {{.spki = "300a30030601290301000500"}, "public key is malformed"},
        {{.spki = "3009300306012903020780"}, "public key is malformed"},
        {{.attributes = "a100"}, "attributes are malformed"},
        {{.attributes = "a0023000"}, "attributes are malformed"},
        {{.attributes = "a007300506012a3100"}, "attributes are malformed"},
        {{.attributes = "a009300706012a31020500"}, NULL},
        {{.attributes = "a00b300906012a310205000500"}, "attributes are malformed"},
        {{.attributes = "a0000500"}, "something behind the attributes"},
        {{.identifier = "0500"}, "signature algorithm is malformed"},
        {{.signature = "0500"}, "signature is malformed"},
        {{.signature = "03020780"}, "signature is malformed"},
        {{.behind = "0500"}, "something behind the signature"},
    };
    struct blob der;
    struct request request;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("row %zu\n", i);
        assert_wrong(rows[i].wrong, certlife__request_read(write_request(&rows[i].parts, &der), &request));
    }
    const struct parts sha1 = {.identifier = "300906072a8648ce3d0401"};
    assert_wrong(NULL, certlife__request_read(write_request(&sha1, &der), &request));
    assert_int_equal(request.algorithm, 0);
}

/* R-OBT-11: an attribute nested too deep, and one too long. */
static void test_requests_out_of_bounds(void **state)
{
    (void)state;
    struct blob blob, der;
    struct request request;
    char hex[2 * DER_MAX + 100] = "";
    for (size_t depth = 7; depth <= 8; depth++) {
        /* request, info, [0], attribute, set: five are open already */
        struct bytes inner = nested(depth, &blob);
        int at = snprintf(hex, sizeof hex, "a0%02zx30%02zx06012a31%02zx", inner.len + 7, inner.len + 5, inner.len);
        for (size_t i = 0; i < inner.len; i++)
            at += snprintf(hex + at, sizeof hex - (size_t)at, "%02x", inner.data[i]);
        const struct parts parts = {.attributes = hex};
        assert_wrong(depth == 7 ? NULL : "nested too deep",
                     certlife__request_read(write_request(&parts, &der), &request));
    }
    int at = snprintf(hex, sizeof hex, "0382%04x00", REQUEST_MAX);
    memset(hex + at, '1', 2 * (REQUEST_MAX - 1));
    hex[at + 2 * (REQUEST_MAX - 1)] = '\0';
    const struct parts parts = {.signature = hex};
    assert_wrong("longer than 16 KiB", certlife__request_read(write_request(&parts, &der), &request));
}

static void test_request_failing_leaves_the_output(void **state)
{
    (void)state;
    struct request request, before;
    memset(&request, 0x5a, sizeof request);
    before = request;
    struct blob der;
    const struct parts parts = {.behind = "0500"};
    assert_non_null(certlife__request_read(write_request(&parts, &der), &request));
    assert_memory_equal(&request, &before, sizeof request);
}

/* ---- Keys ---- */

/* Well-formed keys of kinds that are not certified. */
static void test_keys_not_supported(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        enum key_kind kind;
        int32_t bits;
    } rows[] = {
        {"-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3", KEY_RSA, 2048},
        {"-algorithm RSA -pkeyopt rsa_keygen_bits:1024", KEY_RSA, 1024},
        {"-algorithm RSA -pkeyopt rsa_keygen_bits:2047", KEY_RSA, 2047},
        {"-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", KEY_OTHER, 0},
        {"-algorithm EC -pkeyopt ec_paramgen_curve:P-521", KEY_OTHER, 0},
        {"-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit", KEY_OTHER, 0},
        {"-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", KEY_OTHER, 0},
        {"-algorithm ED25519", KEY_OTHER, 0},
    };
    struct blob der;
    struct request request;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("%s\n", rows[i].options);
        run("openssl genpkey %s -out other.key", rows[i].options);
        run("openssl req -new -key other.key -subj /CN=other -outform DER -out request.der");
        assert_wrong(NULL, certlife__request_read(load_request("request.der", &der), &request));
        assert_int_equal(request.key.kind, rows[i].kind);
        assert_int_equal(request.key.bits, rows[i].bits);
        assert_false(certlife__key_supported(&request.key));
    }
}

static void test_keys_compressed_are_not_supported(void **state)
{
    (void)state;
    struct blob spki;
    struct public_key key;
    run("openssl ec -in p256.key -pubout -conv_form compressed -outform DER -out public.der");
    load("public.der", &spki);
    assert_true(certlife__key_read(bytes_of_blob(&spki), &key));
    assert_int_equal(key.kind, KEY_P256);
    assert_false(certlife__key_supported(&key));
    run("openssl ec -in p256.key -pubout -conv_form hybrid -outform DER -out public.der");
    load("public.der", &spki);
    assert_true(certlife__key_read(bytes_of_blob(&spki), &key));
    assert_int_equal(key.bit_string.len, 65);
    assert_false(certlife__key_supported(&key));
}

#define RSA_ENCRYPTION "300d06092a864886f70d0101010500"

static void test_keys_malformed(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "301b" RSA_ENCRYPTION "030a0030070202c001020103",       /* the modulus is negative */
        "301a" RSA_ENCRYPTION "0309003006020100020103",         /* and zero */
        "3019" RSA_ENCRYPTION "0308003005020300c001",           /* no exponent */
        "301e" RSA_ENCRYPTION "030d00300a020300c0010201030500", /* something behind the exponent */
        "301e" RSA_ENCRYPTION "030d003008020300c0010201030500", /* behind the key */
        "301c" RSA_ENCRYPTION "030b003008020300c00102010300",   /* behind it all */
    };
    struct blob blob;
    struct public_key key;
    assert_true(certlife__key_read(from_hex("301c" RSA_ENCRYPTION "030b003008020300c001020103", &blob), &key));
    assert_int_equal(key.bits, 16);
    assert_int_equal(key.exponent, 3);
    assert_int_equal(key.modulus.len, 2);
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("row %zu\n", i);
        assert_false(certlife__key_read(from_hex(rows[i], &blob), &key));
    }
    const char *wide = "3024" RSA_ENCRYPTION "0313003010020300c0010209010000000000000001";
    assert_true(certlife__key_read(from_hex(wide, &blob), &key));
    assert_int_equal(key.exponent, 0);
}

/* ---- Certificates ---- */

static struct bytes load_certificate(const char *path, struct blob *der)
{
    struct blob text;
    load(path, &text);
    struct writer writer = writer_into(der->data, sizeof der->data);
    assert_wrong(NULL, certlife__pem_read(bytes_of_blob(&text), certificate_labels, &writer));
    der->len = writer.len;
    return bytes_of_blob(der);
}

static void save_certificate(const char *path, struct bytes der)
{
    struct blob text;
    struct writer writer = writer_into(text.data, sizeof text.data);
    certlife__pem_write(&writer, "CERTIFICATE", der);
    assert_false(writer.overflow);
    save(path, bytes_of(text.data, writer.len));
}

static void hash_of_key(struct bytes spki, uint8_t out[32])
{
    struct public_key key;
    assert_true(certlife__key_read(spki, &key));
    assert_int_equal(certlife__crypto_sha256(crypto, key.bit_string, out, NULL), 0);
}

/* Signs `tbs` with the key of this kind. */
static void sign_certificate(const char *kind, certlife_signature algorithm, const struct writer *tbs, struct blob *out)
{
    char path[32];
    struct signing_key key;
    uint8_t signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
    size_t len = sizeof signature;
    assert_false(tbs->overflow);
    snprintf(path, sizeof path, "%s.key", kind);
    open_key(path, &key);
    assert_int_equal(certlife__crypto_sign(&key, algorithm, bytes_of(tbs->data, tbs->len), signature, &len, NULL), 0);
    certlife__crypto_key_close(&key);
    struct writer writer = writer_into(out->data, sizeof out->data);
    certlife__certificate_assemble(&writer, bytes_of(tbs->data, tbs->len), algorithm, bytes_of(signature, len));
    assert_false(writer.overflow);
    out->len = writer.len;
}

static void spki_of_kind(const char *kind, struct blob *out)
{
    char path[32];
    struct signing_key key;
    snprintf(path, sizeof path, "%s.key", kind);
    open_key(path, &key);
    public_of(&key, out);
    certlife__crypto_key_close(&key);
}

#define CA_BEGINS INT64_C(1577836800) /* 2020-01-01 */

static void make_ca(const char *kind, struct blob *der, struct certificate_view *view)
{
    struct blob spki, buffer;
    struct public_key key;
    uint8_t hash[32];
    spki_of_kind(kind, &spki);
    hash_of_key(bytes_of_blob(&spki), hash);
    assert_true(certlife__key_read(bytes_of_blob(&spki), &key));
    struct writer tbs = writer_into(buffer.data, sizeof buffer.data);
    certlife__certificate_write_ca_tbs(&tbs, "Test CA", bytes_of("\x99\x01", 2), bytes_of_blob(&spki), CA_BEGINS,
                                       LAST_MOMENT, certlife__key_signature(&key), hash);
    sign_certificate(kind, certlife__key_signature(&key), &tbs, der);
    assert_wrong(NULL, certlife__certificate_read(bytes_of_blob(der), view));
}

static const uint8_t order_serial[16] = {0xf1, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                         0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10};

#define NOT_BEFORE INT64_C(1750000000) /* 2025-06-15 15:06:40 */
#define NOT_AFTER INT64_C(4070908799)  /* 2098-12-31 23:59:59 */

static certlife_issuer_order order_for(const struct blob *spki)
{
    return (certlife_issuer_order){
        .size = sizeof(certlife_issuer_order),
        .serial = order_serial,
        .serial_len = sizeof order_serial,
        .spki = spki->data,
        .spki_len = spki->len,
        .organization = "\xe6\x9d\xb1\xe4\xba\xac\xe9\x87\x91\xe5\xba\xab", /* 東京金庫 */
        .unit = "contract-1",
        .common_name = "keir002",
        .not_before = NOT_BEFORE,
        .not_after = NOT_AFTER,
        .crl_url = "http://crl.example.test/list.crl",
    };
}

static void issue(const char *issuer, const struct certificate_view *ca, const certlife_issuer_order *order,
                  struct blob *out)
{
    struct blob buffer;
    uint8_t hash[32];
    hash_of_key(bytes_of(order->spki, order->spki_len), hash);
    certlife_signature algorithm = certlife__key_signature(&ca->key);
    struct writer tbs = writer_into(buffer.data, sizeof buffer.data);
    certlife__certificate_write_tbs(&tbs, order, ca, algorithm, hash);
    sign_certificate(issuer, algorithm, &tbs, out);
}

static void assert_reads_back(const certlife_issuer_order *order, const struct certificate_view *ca, struct bytes der)
{
    struct certificate_view view;
    struct bytes serial, issuer;
    assert_wrong(NULL, certlife__certificate_read(der, &view));
    assert_int_equal(view.serial.len, sizeof order_serial + 1);
    assert_memory_equal(view.serial.data + 1, order_serial, sizeof order_serial);
    assert_true(bytes_equal(view.issuer, ca->subject));
    assert_int_equal(view.not_before, order->not_before);
    assert_int_equal(view.not_after, order->not_after);
    assert_true(bytes_equal(view.key.spki, bytes_of(order->spki, order->spki_len)));
    assert_int_equal(view.algorithm, certlife__key_signature(&ca->key));
    assert_true(view.has_ca && !view.ca && view.has_key_usage && view.client_auth);
    assert_int_equal(view.key_usage, 1);
    assert_int_equal(view.subject_key_id.len, 20);
    assert_true(bytes_equal(view.authority_key_id, ca->subject_key_id));
    assert_int_equal(certlife__crypto_verify(crypto, ca->key.spki, view.algorithm, view.tbs, view.signature, NULL),
                     CERTLIFE_CRYPTO_GOOD);
    assert_wrong(NULL, certlife__certificate_identify(der, &serial, &issuer));
    assert_true(bytes_equal(serial, view.serial) && bytes_equal(issuer, view.issuer));
}

/* R-ISS-5: every kind of issuer signs for every kind of subject, and OpenSSL verifies it. */
static void test_certificates_of_all_kinds(void **state)
{
    (void)state;
    struct blob ca_der, spki, der;
    struct certificate_view ca;
    for (size_t i = 0; i < KINDS; i++) {
        make_ca(kinds[i], &ca_der, &ca);
        save_certificate("ca.pem", bytes_of_blob(&ca_der));
        for (size_t j = 0; j < KINDS; j++) {
            spki_of_kind(kinds[j], &spki);
            certlife_issuer_order order = order_for(&spki);
            issue(kinds[i], &ca, &order, &der);
            assert_reads_back(&order, &ca, bytes_of_blob(&der));
            save_certificate("certificate.pem", bytes_of_blob(&der));
            run("openssl verify -x509_strict -purpose sslclient -CAfile ca.pem certificate.pem");
            if (have("certtool")) {
                run("certtool --verify --load-ca-certificate ca.pem --infile certificate.pem");
                assert_printed("Verified. The certificate is trusted.");
            }
        }
    }
}

static void hex_with_colons(struct bytes bytes, char *out)
{
    for (size_t i = 0; i < bytes.len; i++)
        out += sprintf(out, i == 0 ? "%02X" : ":%02X", bytes.data[i]);
}

/* R-ISS-5: each field as OpenSSL prints it. */
static void test_certificate_fields_as_openssl_prints_them(void **state)
{
    (void)state;
    struct blob ca_der, spki, der;
    struct certificate_view ca, view;
    char hex[64];
    make_ca("p256", &ca_der, &ca);
    spki_of_kind("p384", &spki);
    certlife_issuer_order order = order_for(&spki);
    issue("p256", &ca, &order, &der);
    assert_wrong(NULL, certlife__certificate_read(bytes_of_blob(&der), &view));
    save_certificate("certificate.pem", bytes_of_blob(&der));
    run("openssl x509 -in certificate.pem -noout -serial -subject -issuer -startdate -enddate -nameopt "
        "RFC2253,-esc_msb");
    assert_printed("serial=F102030405060708090A0B0C0D0E0F10\n");
    assert_printed("subject=CN=keir002,OU=contract-1,O=\xe6\x9d\xb1\xe4\xba\xac\xe9\x87\x91\xe5\xba\xab\n");
    assert_printed("issuer=CN=Test CA\n");
    assert_printed("notBefore=Jun 15 15:06:40 2025 GMT\n");
    assert_printed("notAfter=Dec 31 23:59:59 2098 GMT\n");
    run("openssl x509 -in certificate.pem -noout -text");
    assert_printed("Version: 3 (0x2)");
    assert_printed("Signature Algorithm: ecdsa-with-SHA256");
    assert_printed("ASN1 OID: secp384r1");
    assert_printed("X509v3 Basic Constraints: critical\n                CA:FALSE\n");
    assert_printed("X509v3 Key Usage: critical\n                Digital Signature\n");
    assert_printed("X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n");
    assert_printed("URI:http://crl.example.test/list.crl\n");
    hex_with_colons(view.subject_key_id, hex);
    assert_printed(hex);
    hex_with_colons(ca.subject_key_id, hex);
    assert_printed(hex);
    run("openssl x509 -in certificate.pem -noout -pubkey >a.pem; openssl pkey -in p384.key -pubout | cmp - a.pem");
}

static void test_certificate_fields_as_gnutls_prints_them(void **state)
{
    (void)state;
    need("certtool");
    struct blob ca_der, spki, der;
    struct certificate_view ca;
    make_ca("rsa2048", &ca_der, &ca);
    spki_of_kind("p256", &spki);
    certlife_issuer_order order = order_for(&spki);
    issue("rsa2048", &ca, &order, &der);
    save_certificate("certificate.pem", bytes_of_blob(&der));
    run("certtool -i --infile certificate.pem");
    assert_printed("Version: 3");
    assert_printed("00f102030405060708090a0b0c0d0e0f10");
    assert_printed("Subject: CN=keir002,OU=contract-1,O=");
    assert_printed("Basic Constraints (critical):\n\t\t\tCertificate Authority (CA): FALSE");
    assert_printed("Key Usage (critical):\n\t\t\tDigital signature.\n");
    assert_printed("Key Purpose (not critical):\n\t\t\tTLS WWW Client.\n");
    assert_printed("URI: http://crl.example.test/list.crl");
    assert_printed("Signature Algorithm: RSA-SHA256");
}

/* R-TIM-2: UTCTime to 2049, GeneralizedTime after. */
static void test_certificate_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t moment;
        const char *der, *openssl;
    } rows[] = {
        {INT64_C(0),
         "\x17\x0d"
         "700101000000Z",
         "Jan  1 00:00:00 1970 GMT"},
        {INT64_C(951782400),
         "\x17\x0d"
         "000229000000Z",
         "Feb 29 00:00:00 2000 GMT"},
        {INT64_C(2147483648),
         "\x17\x0d"
         "380119031408Z",
         "Jan 19 03:14:08 2038 GMT"},
        {INT64_C(2524607999),
         "\x17\x0d"
         "491231235959Z",
         "Dec 31 23:59:59 2049 GMT"},
        {INT64_C(2524608000),
         "\x18\x0f"
         "20500101000000Z",
         "Jan  1 00:00:00 2050 GMT"},
        {LAST_MOMENT,
         "\x18\x0f"
         "99991231235959Z",
         "Dec 31 23:59:59 9999 GMT"},
    };
    struct blob ca_der, spki, der;
    struct certificate_view ca, view;
    make_ca("p256", &ca_der, &ca);
    spki_of_kind("p256", &spki);
    for (size_t i = 0; i < COUNT(rows); i++) {
        certlife_issuer_order order = order_for(&spki);
        order.not_before = 0;
        order.not_after = rows[i].moment;
        issue("p256", &ca, &order, &der);
        assert_wrong(NULL, certlife__certificate_read(bytes_of_blob(&der), &view));
        assert_int_equal(view.not_after, rows[i].moment);
        assert_non_null(memmem(der.data, der.len, rows[i].der, strlen(rows[i].der)));
        save_certificate("certificate.pem", bytes_of_blob(&der));
        run("openssl x509 -in certificate.pem -noout -enddate");
        assert_printed(rows[i].openssl);
    }
}

/* Parts of the subject that are not there are left out. */
static void test_certificate_without_unit_and_url(void **state)
{
    (void)state;
    struct blob ca_der, spki, der;
    struct certificate_view ca, view;
    make_ca("p256", &ca_der, &ca);
    spki_of_kind("p256", &spki);
    certlife_issuer_order order = order_for(&spki);
    order.unit = "";
    order.crl_url = NULL;
    issue("p256", &ca, &order, &der);
    assert_wrong(NULL, certlife__certificate_read(bytes_of_blob(&der), &view));
    save_certificate("certificate.pem", bytes_of_blob(&der));
    run("openssl x509 -in certificate.pem -noout -text");
    assert_null(strstr(printed(), "CRL Distribution"));
    assert_null(strstr(printed(), "OU"));
}

static void test_certificate_without_room(void **state)
{
    (void)state;
    struct blob ca_der, spki, buffer;
    struct certificate_view ca;
    uint8_t hash[32] = {0};
    make_ca("p256", &ca_der, &ca);
    spki_of_kind("rsa4096", &spki);
    certlife_issuer_order order = order_for(&spki);
    struct writer whole = writer_into(buffer.data, sizeof buffer.data);
    certlife__certificate_write_tbs(&whole, &order, &ca, CERTLIFE_SIGNATURE_ECDSA_SHA256, hash);
    assert_false(whole.overflow);
    for (size_t room = 0; room < whole.len; room++) {
        uint8_t *exact = malloc(room + 1);
        struct writer writer = writer_into(exact, room);
        certlife__certificate_write_tbs(&writer, &order, &ca, CERTLIFE_SIGNATURE_ECDSA_SHA256, hash);
        assert_true(writer.overflow);
        free(exact);
    }
}

/* What OpenSSL's own certificates say is what we read. */
static void test_certificates_of_openssl(void **state)
{
    (void)state;
    struct blob der, spki;
    struct certificate_view view;
    for (size_t kind = 0; kind < KINDS; kind++) {
        run("openssl req -x509 -key %s.key -subj '/O=Test/CN=Root' -days 30 -set_serial 0x00c0ffee "
            "-addext keyUsage=critical,keyCertSign,cRLSign -addext extendedKeyUsage=serverAuth,clientAuth "
            "-addext nameConstraints=critical,permitted\\;DNS:example.test -out root.pem",
            kinds[kind]);
        assert_wrong(NULL, certlife__certificate_read(load_certificate("root.pem", &der), &view));
        spki_of_kind(kinds[kind], &spki);
        assert_true(bytes_equal(view.key.spki, bytes_of_blob(&spki)));
        assert_int_equal(view.serial.len, 4);
        assert_memory_equal(view.serial.data, "\x00\xc0\xff\xee", 4);
        assert_int_equal(view.not_after - view.not_before, 30 * SECONDS_PER_DAY);
        assert_true(view.has_ca && view.ca && view.client_auth && view.has_key_usage);
        assert_int_equal(view.key_usage, 1 << 5 | 1 << 6);
        assert_int_equal(view.subject_key_id.len, 20);
        assert_true(bytes_equal(view.authority_key_id, view.subject_key_id));
        assert_true(bytes_equal(view.issuer, view.subject));
        assert_int_equal(certlife__crypto_verify(crypto, view.key.spki, view.algorithm, view.tbs, view.signature, NULL),
                         CERTLIFE_CRYPTO_GOOD);
    }
}

static void test_certificates_with_few_extensions(void **state)
{
    (void)state;
    struct blob der;
    struct certificate_view view;
    assert_wrong(NULL, certlife__certificate_read(load_certificate(FIXTURES "/certificates/v1.pem", &der), &view));
    assert_false(view.has_ca || view.ca || view.has_key_usage || view.client_auth);
    assert_int_equal(view.subject_key_id.len, 0);
    save("config",
         bytes_of_text("[req]\ndistinguished_name = name\nx509_extensions = few\n[name]\n"
                       "[few]\nbasicConstraints = CA:FALSE\nkeyUsage = encipherOnly,decipherOnly,keyAgreement\n"
                       "1.2.3.4 = critical,DER:0500\n"));
    run("openssl req -x509 -config config -key p256.key -subj /CN=few -out few.pem");
    assert_wrong(NULL, certlife__certificate_read(load_certificate("few.pem", &der), &view));
    assert_true(view.has_ca && !view.ca && !view.client_auth);
    assert_int_equal(view.key_usage, 1 << 4 | 1 << 7 | 1 << 8);
}

/* A certificate written from its parts, in hex; NULL takes the part of a good one. */
struct certificate_parts {
    const char *version, *serial, *identifier, *issuer, *validity, *extensions, *outside, *behind;
    const char *begins; /* as text: 13 characters are a UTCTime */
};

static void write_parts_validity(struct writer *out, const struct certificate_parts *parts)
{
    const char *begins = parts->begins != NULL ? parts->begins : "250101000000Z";
    size_t at = certlife__der_open(out, DER_SEQUENCE);
    certlife__der_write(out, strlen(begins) == 13 ? DER_UTC_TIME : DER_GENERALIZED_TIME, bytes_of_text(begins));
    certlife__der_write(out, DER_UTC_TIME, bytes_of_text("260101000000Z"));
    certlife__der_close(out, at);
}

static struct bytes write_certificate(const struct certificate_parts *parts, struct blob *out)
{
    struct writer writer = writer_into(out->data, sizeof out->data);
    size_t certificate = certlife__der_open(&writer, DER_SEQUENCE);
    size_t tbs = certlife__der_open(&writer, DER_SEQUENCE);
    write_part(&writer, parts->version, "a003020102");
    write_part(&writer, parts->serial, "020101");
    write_part(&writer, parts->identifier, "300a06082a8648ce3d040302");
    write_part(&writer, parts->issuer, "300c310a300806035504030c0141");
    if (parts->validity != NULL)
        write_part(&writer, parts->validity, NULL);
    else
        write_parts_validity(&writer, parts);
    write_part(&writer, NULL, "3000");
    write_part(&writer, NULL, GOOD_SPKI);
    write_part(&writer, parts->extensions, "");
    certlife__der_close(&writer, tbs);
    write_part(&writer, parts->outside, "300a06082a8648ce3d040302");
    write_part(&writer, NULL, "03020001");
    write_part(&writer, parts->behind, "");
    certlife__der_close(&writer, certificate);
    out->len = writer.len;
    return bytes_of_blob(out);
}

#define BASIC "300c0603551d130101ff04023000"
#define SECOND_BASIC "300f0603551d130101ff040530030101ff"

static void test_certificates_that_are_malformed(void **state)
{
    (void)state;
    static const struct {
        struct certificate_parts parts;
        const char *wrong;
    } rows[] = {
        {{0}, NULL},
        {{.version = ""}, NULL},
        {{.version = "a003020100"}, "version is neither 1 nor 3"},
        {{.version = "a003020101"}, "version is neither 1 nor 3"},
        {{.version = "a003020103"}, "version is neither 1 nor 3"},
        {{.version = "a0050201020500"}, "version is neither 1 nor 3"},
        {{.serial = "0500"}, "serial number is malformed"},
        {{.serial = "0215007f0102030405060708090a0b0c0d0e0f10111213"}, "a malformed number"},
        {{.serial = "0215008f0102030405060708090a0b0c0d0e0f10111213"}, "serial number is longer than 20 octets"},
        {{.serial = "02147f0102030405060708090a0b0c0d0e0f10111213"}, NULL},
        {{.identifier = "300a06082a8648ce3d040303"}, "the two signature algorithms differ"},
        {{.outside = "300a06082a8648ce3d040303"}, "the two signature algorithms differ"},
        {{.issuer = "30023100"}, "issuer is not a name"},
        {{.issuer = "3100"}, "issuer is not a name"},
        {{.validity = "3000"}, "validity is malformed"},
        {{.begins = "000229000000Z"}, NULL},
        {{.begins = "20250101000000Z"}, NULL},
        {{.begins = "491231235959Z"}, NULL},
        {{.begins = "500101000000Z"}, NULL},
        {{.begins = "250230000000Z"}, "validity is malformed"},
        {{.begins = "250229000000Z"}, "validity is malformed"},
        {{.begins = "250431000000Z"}, "validity is malformed"},
        {{.begins = "251301000000Z"}, "validity is malformed"},
        {{.begins = "250001000000Z"}, "validity is malformed"},
        {{.begins = "250100000000Z"}, "validity is malformed"},
        {{.begins = "250101240000Z"}, "validity is malformed"},
        {{.begins = "250101006000Z"}, "validity is malformed"},
        {{.begins = "250101000060Z"}, "validity is malformed"},
        {{.begins = "2501010000000"}, "validity is malformed"},
        {{.begins = "25010100000Z0"}, "validity is malformed"},
        {{.begins = "25010100000-Z"}, "validity is malformed"},
        {{.begins = "2 0101000000Z"}, "validity is malformed"},
        {{.begins = "2501010000Z"}, "validity is malformed"},
        {{.begins = "20250101000000.5Z"}, "validity is malformed"},
        {{.begins = "20250101000000+0900"}, "validity is malformed"},
        {{.begins = "202501010000Z"}, "validity is malformed"},
        {{.begins = "2x250101000000Z"}, "validity is malformed"},
        {{.extensions = "a310300e" BASIC}, NULL},
        {{.version = "", .extensions = "a310300e" BASIC}, "something behind the extensions"},
        {{.extensions = "a3023000"}, "extensions are malformed"},
        {{.extensions = "a310300e" BASIC "0500"}, "something behind the extensions"},
        {{.extensions = "a321301f" BASIC SECOND_BASIC}, "basicConstraints is malformed or there twice"},
        {{.extensions = "a3133011" SECOND_BASIC}, NULL},
        {{.extensions = "a30f300d300b0603551d13040430000500"}, "basicConstraints is malformed or there twice"},
        {{.extensions = "a30d300b30090603551d1304020500"}, "basicConstraints is malformed or there twice"},
        {{.extensions = "a30d300b30090603551d0f04020500"}, "keyUsage is malformed or there twice"},
        {{.extensions = "a30d300b30090603551d2504023000"}, "extKeyUsage is malformed or there twice"},
        {{.extensions = "a30d300b30090603551d0e04020500"}, "subjectKeyIdentifier is malformed or there twice"},
        {{.extensions = "a30d300b30090603551d2304020500"}, "authorityKeyIdentifier is malformed or there twice"},
        {{.extensions = "a30b300930070603551d130500"}, "extensions are malformed"},
        {{.extensions = "810200fe820200fea310300e" BASIC}, NULL},
        {{.behind = "0500"}, "something behind the signature"},
    };
    struct blob der;
    struct certificate_view view;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("row %zu\n", i);
        assert_wrong(rows[i].wrong, certlife__certificate_read(write_certificate(&rows[i].parts, &der), &view));
    }
}

static void test_certificate_centuries(void **state)
{
    (void)state;
    static const struct {
        const char *begins;
        int64_t moment;
    } rows[] = {
        {"491231235959Z", INT64_C(2524607999)},   {"500101000000Z", INT64_C(-631152000)},
        {"991231235959Z", INT64_C(946684799)},    {"000101000000Z", INT64_C(946684800)},
        {"20500101000000Z", INT64_C(2524608000)}, {"99991231235959Z", LAST_MOMENT},
    };
    struct blob der;
    struct certificate_view view;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct certificate_parts parts = {.begins = rows[i].begins};
        assert_wrong(NULL, certlife__certificate_read(write_certificate(&parts, &der), &view));
        assert_int_equal(view.not_before, rows[i].moment);
    }
}

static void test_certificates_cut_short_and_flipped(void **state)
{
    (void)state;
    struct blob ca_der;
    struct certificate_view ca, view;
    struct bytes serial, issuer;
    make_ca("p256", &ca_der, &ca);
    for (size_t len = 0; len < ca_der.len; len++) {
        uint8_t *copy = malloc(len + 1);
        memcpy(copy, ca_der.data, len);
        assert_wrong("cut short", certlife__certificate_read(bytes_of(copy, len), &view));
        assert_non_null(certlife__certificate_identify(bytes_of(copy, len), &serial, &issuer));
        free(copy);
    }
    for (size_t bit = 0; bit < ca_der.len * 8; bit++) {
        struct blob copy = ca_der;
        copy.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (certlife__certificate_identify(bytes_of_blob(&copy), &serial, &issuer) == NULL) {
            assert_true(serial.data + serial.len <= copy.data + copy.len);
            assert_true(issuer.data + issuer.len <= copy.data + copy.len);
        }
        if (certlife__certificate_read(bytes_of_blob(&copy), &view) != NULL)
            continue;
        if (certlife__crypto_verify(crypto, ca.key.spki, view.algorithm, view.tbs, view.signature, NULL) !=
            CERTLIFE_CRYPTO_BAD)
            fail_msg("bit %zu flipped and not noticed", bit);
    }
}

/* Same strictness where it reads; behind the issuer it does not look. */
static void test_certificate_identify(void **state)
{
    (void)state;
    static const struct {
        struct certificate_parts parts;
        const char *wrong;
    } rows[] = {
        {{0}, NULL},
        {{.extensions = "0500"}, NULL},
        {{.version = "a003020101"}, "version is neither 1 nor 3"},
        {{.serial = "0202007f"}, "serial number is malformed"},
        {{.issuer = "30023100"}, "issuer is not a name"},
        {{.issuer = "300d310b300906035504031f020141"}, "issuer is not a name"},
        {{.issuer = "300d310b3009060355040302020041"}, "a malformed number"},
    };
    struct blob der;
    struct bytes serial, issuer;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("row %zu\n", i);
        assert_wrong(rows[i].wrong,
                     certlife__certificate_identify(write_certificate(&rows[i].parts, &der), &serial, &issuer));
    }
    write_certificate(&rows[0].parts, &der);
    der.data[der.len++] = 0;
    assert_wrong("it is not a certificate", certlife__certificate_identify(bytes_of_blob(&der), &serial, &issuer));
}

/* mbedTLS reads what we write, and verifies it. */
static void test_certificates_read_by_mbedtls(void **state)
{
    (void)state;
#ifdef HAVE_MBEDX509
    struct blob ca_der, spki, der;
    struct certificate_view ca;
    for (size_t kind = 0; kind < KINDS; kind++) {
        make_ca(kinds[kind], &ca_der, &ca);
        spki_of_kind(kinds[kind], &spki);
        certlife_issuer_order order = order_for(&spki);
        issue(kinds[kind], &ca, &order, &der);
        mbedtls_x509_crt root, leaf;
        uint32_t flags = 0;
        mbedtls_x509_crt_init(&root);
        mbedtls_x509_crt_init(&leaf);
        assert_int_equal(mbedtls_x509_crt_parse_der(&root, ca_der.data, ca_der.len), 0);
        assert_int_equal(mbedtls_x509_crt_parse_der(&leaf, der.data, der.len), 0);
        assert_int_equal(mbedtls_x509_crt_verify(&leaf, &root, NULL, NULL, &flags, NULL, NULL), 0);
        assert_int_equal(leaf.valid_to.year, 2098);
        assert_int_equal(mbedtls_x509_crt_check_key_usage(&leaf, MBEDTLS_X509_KU_DIGITAL_SIGNATURE), 0);
        assert_int_not_equal(mbedtls_x509_crt_check_key_usage(&leaf, MBEDTLS_X509_KU_KEY_CERT_SIGN), 0);
        mbedtls_x509_crt_free(&leaf);
        mbedtls_x509_crt_free(&root);
    }
#else
    print_message("libmbedx509 is not installed\n");
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_der_is_strict),
        cmocka_unit_test(test_der_depth_is_bounded),
        cmocka_unit_test(test_der_size_is_bounded),
        cmocka_unit_test(test_der_writes_lengths),
        cmocka_unit_test(test_der_writes_numbers),
        cmocka_unit_test(test_pem_reads_what_programs_write),
        cmocka_unit_test(test_pem_lines_are_bounded),
        cmocka_unit_test(test_pem_written_as_openssl_does),
        cmocka_unit_test(test_pem_is_told_from_der),
        cmocka_unit_test(test_requests_of_openssl),
        cmocka_unit_test(test_requests_of_gnutls),
        cmocka_unit_test(test_requests_of_keytool_and_certutil),
        cmocka_unit_test(test_requests_that_ask_for_more),
        cmocka_unit_test(test_requests_cut_short),
        cmocka_unit_test(test_requests_with_a_bit_flipped),
        cmocka_unit_test(test_requests_that_are_malformed),
        cmocka_unit_test(test_requests_out_of_bounds),
        cmocka_unit_test(test_request_failing_leaves_the_output),
        cmocka_unit_test(test_keys_not_supported),
        cmocka_unit_test(test_keys_compressed_are_not_supported),
        cmocka_unit_test(test_keys_malformed),
        cmocka_unit_test(test_certificates_of_all_kinds),
        cmocka_unit_test(test_certificate_fields_as_openssl_prints_them),
        cmocka_unit_test(test_certificate_fields_as_gnutls_prints_them),
        cmocka_unit_test(test_certificate_dates),
        cmocka_unit_test(test_certificate_without_unit_and_url),
        cmocka_unit_test(test_certificate_without_room),
        cmocka_unit_test(test_certificates_of_openssl),
        cmocka_unit_test(test_certificates_with_few_extensions),
        cmocka_unit_test(test_certificates_that_are_malformed),
        cmocka_unit_test(test_certificate_centuries),
        cmocka_unit_test(test_certificates_cut_short_and_flipped),
        cmocka_unit_test(test_certificate_identify),
        cmocka_unit_test(test_certificates_read_by_mbedtls),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
