/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/certificate.h"

#include "base/civil.h"
#include "x509/der.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OCTETS(...)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                                         \
    }

static const struct bytes oid_subject_key_id = OCTETS(0x55, 0x1d, 0x0e);
static const struct bytes oid_key_usage = OCTETS(0x55, 0x1d, 0x0f);
static const struct bytes oid_basic_constraints = OCTETS(0x55, 0x1d, 0x13);
static const struct bytes oid_crl_distribution_points = OCTETS(0x55, 0x1d, 0x1f);
static const struct bytes oid_authority_key_id = OCTETS(0x55, 0x1d, 0x23);
static const struct bytes oid_extended_key_usage = OCTETS(0x55, 0x1d, 0x25);
static const struct bytes oid_client_auth = OCTETS(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02);
static const struct bytes oid_common_name = OCTETS(0x55, 0x04, 0x03);
static const struct bytes oid_organization = OCTETS(0x55, 0x04, 0x0a);
static const struct bytes oid_unit = OCTETS(0x55, 0x04, 0x0b);

/* ---- Reading ---- */

/* Two decimal digits a time; -1 if they are none. */
static int32_t take_two(struct bytes *digits)
{
    if (digits->len < 2 || digits->data[0] < '0' || digits->data[0] > '9' || digits->data[1] < '0' ||
        digits->data[1] > '9')
        return -1;
    int32_t number = (digits->data[0] - '0') * 10 + (digits->data[1] - '0');
    *digits = bytes_of(digits->data + 2, digits->len - 2);
    return number;
}

static bool is_date(const struct civil *civil)
{
    static const int32_t month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = civil->year % 4 == 0 && (civil->year % 100 != 0 || civil->year % 400 == 0);
    if (civil->month < 1 || civil->month > 12 || civil->day < 1)
        return false;
    return civil->day <= month_days[civil->month - 1] + (leap && civil->month == 2);
}

/* Time (RFC 5280, 4.1.2.5): YYMMDDHHMMSSZ from 1950 to 2049, or YYYYMMDDHHMMSSZ. */
static bool take_time(struct bytes *rest, int64_t *out)
{
    struct bytes digits;
    int32_t century = -1;
    if (certlife__der_take(rest, DER_GENERALIZED_TIME, &digits)) {
        if (digits.len != 15)
            return false;
        century = take_two(&digits);
        if (century < 0)
            return false;
    } else if (!certlife__der_take(rest, DER_UTC_TIME, &digits) || digits.len != 13) {
        return false;
    }
    int32_t year = take_two(&digits);
    if (century < 0)
        century = year >= 50 ? 19 : 20;
    struct civil civil = {.year = century * 100 + year};
    civil.month = take_two(&digits);
    civil.day = take_two(&digits);
    civil.hour = take_two(&digits);
    civil.minute = take_two(&digits);
    civil.second = take_two(&digits);
    bool is_time = year >= 0 && civil.hour >= 0 && civil.hour < 24 && civil.minute >= 0 && civil.minute < 60 &&
                   civil.second >= 0 && civil.second < 60;
    if (!is_time || !is_date(&civil) || digits.len != 1 || digits.data[0] != 'Z')
        return false;
    *out = certlife__civil_moment(civil, 0);
    return true;
}

static bool read_validity(struct bytes *rest, struct certificate_view *view)
{
    struct bytes times;
    return certlife__der_take(rest, DER_SEQUENCE, &times) && take_time(&times, &view->not_before) &&
           take_time(&times, &view->not_after) && times.len == 0;
}

static bool read_basic_constraints(struct bytes value, struct certificate_view *view)
{
    struct bytes rest, ca, path_length;
    if (!certlife__der_only(value, DER_SEQUENCE, &rest))
        return false;
    view->has_ca = true;
    /* A cA that is FALSE should be left out, but many write it. */
    if (certlife__der_take(&rest, DER_BOOLEAN, &ca))
        view->ca = ca.data[0] != 0;
    if (rest.len > 0 && !certlife__der_take(&rest, DER_INTEGER, &path_length))
        return false;
    return rest.len == 0;
}

static bool read_key_usage(struct bytes value, struct certificate_view *view)
{
    struct bytes bits;
    if (!certlife__der_only(value, DER_BIT_STRING, &bits) || bits.len < 1 || bits.len > 3)
        return false;
    view->has_key_usage = true;
    for (size_t bit = 0; bit < (bits.len - 1) * 8 && bit < 16; bit++) {
        if ((bits.data[1 + bit / 8] & (0x80 >> bit % 8)) != 0)
            view->key_usage |= (uint16_t)(1u << bit);
    }
    return true;
}

static bool read_extended_key_usage(struct bytes value, struct certificate_view *view)
{
    struct bytes rest, purpose;
    if (!certlife__der_only(value, DER_SEQUENCE, &rest) || rest.len == 0)
        return false;
    while (rest.len > 0) {
        if (!certlife__der_take(&rest, DER_OID, &purpose))
            return false;
        if (bytes_equal(purpose, oid_client_auth))
            view->client_auth = true;
    }
    return true;
}

static bool read_subject_key_id(struct bytes value, struct certificate_view *view)
{
    return certlife__der_only(value, DER_OCTET_STRING, &view->subject_key_id);
}

/* The key identifier only; the issuer's name and serial number that may follow are not used. */
static bool read_authority_key_id(struct bytes value, struct certificate_view *view)
{
    struct bytes rest;
    if (!certlife__der_only(value, DER_SEQUENCE, &rest))
        return false;
    if (certlife__der_next_is(rest, DER_CONTEXT(0)))
        return certlife__der_take(&rest, DER_CONTEXT(0), &view->authority_key_id);
    return true;
}

static const struct {
    const struct bytes *oid;
    bool (*read)(struct bytes value, struct certificate_view *view);
    const char *wrong;
} extensions[] = {
    {&oid_basic_constraints, read_basic_constraints, "basicConstraints is malformed or there twice"},
    {&oid_key_usage, read_key_usage, "keyUsage is malformed or there twice"},
    {&oid_extended_key_usage, read_extended_key_usage, "extKeyUsage is malformed or there twice"},
    {&oid_subject_key_id, read_subject_key_id, "subjectKeyIdentifier is malformed or there twice"},
    {&oid_authority_key_id, read_authority_key_id, "authorityKeyIdentifier is malformed or there twice"},
};

static const char *read_extension(struct bytes oid, struct bytes value, struct certificate_view *view, unsigned *seen)
{
    for (size_t i = 0; i < COUNT(extensions); i++) {
        if (!bytes_equal(oid, *extensions[i].oid))
            continue;
        bool twice = (*seen & (1u << i)) != 0;
        *seen |= 1u << i;
        if (twice || certlife__der_check(value) != NULL || !extensions[i].read(value, view))
            return extensions[i].wrong;
    }
    return NULL;
}

static const char *read_extensions(struct bytes *rest, struct certificate_view *view)
{
    struct bytes wrapped, list, extension, oid, critical, value;
    unsigned seen = 0;
    if (!certlife__der_take(rest, DER_CONTEXT_OF(3), &wrapped) || !certlife__der_only(wrapped, DER_SEQUENCE, &list) ||
        list.len == 0)
        return "extensions are malformed";
    while (list.len > 0) {
        if (!certlife__der_take(&list, DER_SEQUENCE, &extension) || !certlife__der_take(&extension, DER_OID, &oid))
            return "extensions are malformed";
        /* Whether it is critical or not, what is known is read and what is not is none of our business. */
        certlife__der_take(&extension, DER_BOOLEAN, &critical);
        if (!certlife__der_take(&extension, DER_OCTET_STRING, &value) || extension.len != 0)
            return "extensions are malformed";
        const char *wrong = read_extension(oid, value, view, &seen);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* The beginning of a TBSCertificate, up to the issuer. */
static const char *read_head(struct bytes *rest, bool *v3_out, struct bytes *algorithm_out, struct bytes *serial_out,
                             struct bytes *issuer_out)
{
    struct bytes wrapped, version;
    bool v3 = certlife__der_take(rest, DER_CONTEXT_OF(0), &wrapped);
    /* Version 1 is the default and so not written. */
    if (v3 && (!certlife__der_only(wrapped, DER_INTEGER, &version) || version.len != 1 || version.data[0] != 2))
        return "version is neither 1 nor 3";
    if (!certlife__der_take(rest, DER_INTEGER, serial_out) || !certlife__der_is_integer(*serial_out))
        return "serial number is malformed";
    if (serial_out->len > CERTLIFE_SERIAL_MAX)
        return "serial number is longer than 20 octets";
    if (!certlife__der_take_whole(rest, DER_SEQUENCE, algorithm_out))
        return "signature algorithm is malformed";
    if (!certlife__der_take_whole(rest, DER_SEQUENCE, issuer_out) || !certlife__der_is_name(*issuer_out))
        return "issuer is not a name";
    *v3_out = v3;
    return NULL;
}

/* issuerUniqueID and subjectUniqueID: nobody writes them, but they are allowed. */
static void skip_unique_ids(struct bytes *rest)
{
    for (uint8_t number = 1; number <= 2; number++) {
        if (certlife__der_next_is(*rest, DER_CONTEXT(number)))
            certlife__der_skip(rest);
    }
}

static const char *read_tbs(struct certificate_view *view, struct bytes *algorithm_out)
{
    struct bytes rest, spki;
    bool v3;
    if (!certlife__der_only(view->tbs, DER_SEQUENCE, &rest))
        return "it is not a certificate";
    const char *wrong = read_head(&rest, &v3, algorithm_out, &view->serial, &view->issuer);
    if (wrong != NULL)
        return wrong;
    if (!read_validity(&rest, view))
        return "validity is malformed";
    if (!certlife__der_take_whole(&rest, DER_SEQUENCE, &view->subject) || !certlife__der_is_name(view->subject))
        return "subject is not a name";
    if (!certlife__der_take_whole(&rest, DER_SEQUENCE, &spki) || !certlife__key_read(spki, &view->key))
        return "public key is malformed";
    if (v3) {
        skip_unique_ids(&rest);
        if (rest.len > 0)
            wrong = read_extensions(&rest, view);
        if (wrong != NULL)
            return wrong;
    }
    return rest.len == 0 ? NULL : "something behind the extensions";
}

const char *certlife__certificate_read(struct bytes der, struct certificate_view *out)
{
    const char *wrong = certlife__der_check(der);
    if (wrong != NULL)
        return wrong;
    struct certificate_view view = {.der = der};
    struct bytes rest, inside, outside;
    if (!certlife__der_only(der, DER_SEQUENCE, &rest) || !certlife__der_take_whole(&rest, DER_SEQUENCE, &view.tbs))
        return "it is not a certificate";
    wrong = read_tbs(&view, &inside);
    if (wrong != NULL)
        return wrong;
    if (!certlife__der_take_whole(&rest, DER_SEQUENCE, &outside) || !bytes_equal(inside, outside))
        return "the two signature algorithms differ";
    if (!certlife__der_take_octets(&rest, &view.signature))
        return "signature is malformed";
    if (rest.len != 0)
        return "something behind the signature";
    view.algorithm = certlife__signature_of(outside);
    *out = view;
    return NULL;
}

const char *certlife__certificate_identify(struct bytes der, struct bytes *serial_out, struct bytes *issuer_out)
{
    struct bytes rest, tbs, algorithm, serial, issuer;
    bool v3;
    if (der.len > CERTIFICATE_MAX)
        return "longer than 16 KiB";
    if (!certlife__der_only(der, DER_SEQUENCE, &rest) || !certlife__der_take(&rest, DER_SEQUENCE, &tbs))
        return "it is not a certificate";
    const char *wrong = read_head(&tbs, &v3, &algorithm, &serial, &issuer);
    if (wrong == NULL)
        wrong = certlife__der_check(issuer);
    if (wrong != NULL)
        return wrong;
    *serial_out = serial;
    *issuer_out = issuer;
    return NULL;
}

/* ---- Writing ---- */

static void write_time(struct writer *out, int64_t moment)
{
    struct civil civil = certlife__civil_of(moment, 0);
    int32_t pairs[] = {civil.year / 100, civil.year % 100, civil.month, civil.day,
                       civil.hour,       civil.minute,     civil.second};
    bool utc_time = civil.year >= 1950 && civil.year <= 2049;
    size_t at = certlife__der_open(out, utc_time ? DER_UTC_TIME : DER_GENERALIZED_TIME);
    for (size_t i = utc_time ? 1 : 0; i < COUNT(pairs); i++) {
        write_u8(out, (uint8_t)('0' + pairs[i] / 10));
        write_u8(out, (uint8_t)('0' + pairs[i] % 10));
    }
    write_u8(out, 'Z');
    certlife__der_close(out, at);
}

static void write_validity(struct writer *out, int64_t not_before, int64_t not_after)
{
    size_t at = certlife__der_open(out, DER_SEQUENCE);
    write_time(out, not_before);
    write_time(out, not_after);
    certlife__der_close(out, at);
}

/* One attribute of a Name, if there is anything to say. */
static void write_attribute(struct writer *out, struct bytes type, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    size_t set = certlife__der_open(out, DER_SET);
    size_t pair = certlife__der_open(out, DER_SEQUENCE);
    certlife__der_write(out, DER_OID, type);
    certlife__der_write(out, DER_UTF8_STRING, bytes_of_text(text));
    certlife__der_close(out, pair);
    certlife__der_close(out, set);
}

static void write_name(struct writer *out, const char *organization, const char *unit, const char *common_name)
{
    size_t at = certlife__der_open(out, DER_SEQUENCE);
    write_attribute(out, oid_organization, organization);
    write_attribute(out, oid_unit, unit);
    write_attribute(out, oid_common_name, common_name);
    certlife__der_close(out, at);
}

static void write_extension(struct writer *out, struct bytes oid, bool critical, struct bytes value)
{
    size_t at = certlife__der_open(out, DER_SEQUENCE);
    certlife__der_write(out, DER_OID, oid);
    if (critical)
        certlife__der_write(out, DER_BOOLEAN, bytes_of("\xff", 1));
    certlife__der_write(out, DER_OCTET_STRING, value);
    certlife__der_close(out, at);
}

/* The extensions' values that never differ. */
static const struct bytes ca_false = OCTETS(DER_SEQUENCE, 0x00);
static const struct bytes ca_true = OCTETS(DER_SEQUENCE, 0x03, DER_BOOLEAN, 0x01, 0xff);
static const struct bytes digital_signature = OCTETS(DER_BIT_STRING, 0x02, 0x07, 0x80);
static const struct bytes cert_and_crl_sign = OCTETS(DER_BIT_STRING, 0x02, 0x01, 0x06);

/* The key identifier of RFC 7093, method 1. */
#define KEY_ID_LEN 20

static void write_subject_key_id(struct writer *out, const uint8_t key_hash[32])
{
    uint8_t value[2 + KEY_ID_LEN] = {DER_OCTET_STRING, KEY_ID_LEN};
    memcpy(value + 2, key_hash, KEY_ID_LEN);
    write_extension(out, oid_subject_key_id, false, bytes_of(value, sizeof value));
}

/* An extension whose value is made of a few values, one in the other; the innermost is `content`. */
static void write_nested_extension(struct writer *out, struct bytes oid, const uint8_t *tags, size_t count,
                                   struct bytes content)
{
    size_t at[8];
    size_t extension = certlife__der_open(out, DER_SEQUENCE);
    certlife__der_write(out, DER_OID, oid);
    at[0] = certlife__der_open(out, DER_OCTET_STRING);
    for (size_t i = 0; i < count; i++)
        at[1 + i] = certlife__der_open(out, tags[i]);
    write_bytes(out, content);
    for (size_t i = count + 1; i > 0; i--)
        certlife__der_close(out, at[i - 1]);
    certlife__der_close(out, extension);
}

static void write_authority_key_id(struct writer *out, struct bytes key_id)
{
    static const uint8_t tags[] = {DER_SEQUENCE, DER_CONTEXT(0)};
    if (key_id.len > 0)
        write_nested_extension(out, oid_authority_key_id, tags, COUNT(tags), key_id);
}

/* One point with one URI: DistributionPoint, distributionPoint, fullName, uniformResourceIdentifier. */
static void write_crl_distribution_points(struct writer *out, const char *url)
{
    static const uint8_t tags[] = {DER_SEQUENCE, DER_SEQUENCE, DER_CONTEXT_OF(0), DER_CONTEXT_OF(0), DER_CONTEXT(6)};
    if (url != NULL && url[0] != '\0')
        write_nested_extension(out, oid_crl_distribution_points, tags, COUNT(tags), bytes_of_text(url));
}

static void write_client_extensions(struct writer *out, const certlife_issuer_order *order,
                                    struct bytes authority_key_id, const uint8_t key_hash[32])
{
    static const uint8_t purposes[] = {DER_SEQUENCE, DER_OID};
    write_extension(out, oid_basic_constraints, true, ca_false);
    write_extension(out, oid_key_usage, true, digital_signature);
    write_nested_extension(out, oid_extended_key_usage, purposes, COUNT(purposes), oid_client_auth);
    write_subject_key_id(out, key_hash);
    write_authority_key_id(out, authority_key_id);
    write_crl_distribution_points(out, order->crl_url);
}

static void write_ca_extensions(struct writer *out, const uint8_t key_hash[32])
{
    write_extension(out, oid_basic_constraints, true, ca_true);
    write_extension(out, oid_key_usage, true, cert_and_crl_sign);
    write_subject_key_id(out, key_hash);
    write_authority_key_id(out, bytes_of(key_hash, KEY_ID_LEN));
}

static const struct bytes version_3 = OCTETS(DER_CONTEXT_OF(0), 0x03, DER_INTEGER, 0x01, 0x02);

static void write_head(struct writer *out, struct bytes serial, certlife_signature algorithm)
{
    write_bytes(out, version_3);
    certlife__der_write_integer(out, serial);
    write_bytes(out, certlife__signature_identifier(algorithm));
}

void certlife__certificate_write_tbs(struct writer *out, const certlife_issuer_order *order,
                                     const struct certificate_view *authority, certlife_signature algorithm,
                                     const uint8_t key_hash[32])
{
    size_t tbs = certlife__der_open(out, DER_SEQUENCE);
    write_head(out, bytes_of(order->serial, order->serial_len), algorithm);
    write_bytes(out, authority->subject);
    write_validity(out, order->not_before, order->not_after);
    write_name(out, order->organization, order->unit, order->common_name);
    write_bytes(out, bytes_of(order->spki, order->spki_len));
    size_t wrapped = certlife__der_open(out, DER_CONTEXT_OF(3));
    size_t list = certlife__der_open(out, DER_SEQUENCE);
    write_client_extensions(out, order, authority->subject_key_id, key_hash);
    certlife__der_close(out, list);
    certlife__der_close(out, wrapped);
    certlife__der_close(out, tbs);
}

void certlife__certificate_assemble(struct writer *out, struct bytes tbs, certlife_signature algorithm,
                                    struct bytes signature)
{
    size_t at = certlife__der_open(out, DER_SEQUENCE);
    write_bytes(out, tbs);
    write_bytes(out, certlife__signature_identifier(algorithm));
    certlife__der_write_octets(out, signature);
    certlife__der_close(out, at);
}

void certlife__certificate_write_ca_tbs(struct writer *out, const char *name, struct bytes serial, struct bytes spki,
                                        int64_t not_before, int64_t not_after, certlife_signature algorithm,
                                        const uint8_t key_hash[32])
{
    size_t tbs = certlife__der_open(out, DER_SEQUENCE);
    write_head(out, serial, algorithm);
    write_name(out, NULL, NULL, name);
    write_validity(out, not_before, not_after);
    write_name(out, NULL, NULL, name);
    write_bytes(out, spki);
    size_t wrapped = certlife__der_open(out, DER_CONTEXT_OF(3));
    size_t list = certlife__der_open(out, DER_SEQUENCE);
    write_ca_extensions(out, key_hash);
    certlife__der_close(out, list);
    certlife__der_close(out, wrapped);
    certlife__der_close(out, tbs);
}
