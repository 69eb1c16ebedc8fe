/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates, and their place in the history of their user. */
#include "facts/row.h"

#include "base/error.h"

static void code_certificate_record(struct codec *codec, struct certificate_record *record)
{
    certlife__code_version(codec, 1);
    certlife__code_certificate(codec, &record->facts);
    certlife__code_text(codec, record->contract, sizeof record->contract);
    certlife__code_text(codec, record->user, sizeof record->user);
    certlife__code_text(codec, record->revoked_by, sizeof record->revoked_by);
    certlife__code_text(codec, record->application, sizeof record->application);
    certlife__code_rest(codec, &record->der);
}

static void certificate_key(struct row_key *key, const struct serial *serial)
{
    certlife__row_begin(key, 'K');
    write_bytes(&key->writer, bytes_of(serial->octets, serial->len));
}

#define MOMENT_LEN 8

static void history_key(struct row_key *key, const char *contract, const char *user, const struct certificate *facts)
{
    certlife__row_of_user(key, contract, user);
    write_u8(&key->writer, 'h');
    write_number(&key->writer, (uint64_t)facts->issued_at, MOMENT_LEN);
    write_bytes(&key->writer, bytes_of(facts->serial.octets, facts->serial.len));
}

static void serial_text(const struct serial *serial, char out[2 * CERTLIFE_SERIAL_MAX + 1])
{
    certlife__hex_write(serial->octets, serial->len, out);
}

int certlife__certificate_get(struct txn *txn, const struct serial *serial, struct certificate_record *out,
                              bool *found_out, certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    char name[2 * CERTLIFE_SERIAL_MAX + 1];
    certificate_key(&key, serial);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct certificate_record record = {0};
    struct codec codec = certlife__codec_reading(value);
    code_certificate_record(&codec, &record);
    if (!certlife__codec_done(&codec) || !serial_equal(&record.facts.serial, serial)) {
        serial_text(serial, name);
        return certlife__row_corrupt(err, "certificate", name);
    }
    *out = record;
    return 0;
}

int certlife__certificate_put(struct txn *txn, const struct certificate_record *record, certlife_error **err)
{
    uint8_t room[LARGE_RECORD];
    struct row_key key;
    struct certificate_record copy = *record;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_certificate_record(&codec, &copy);
    certificate_key(&key, &record->facts.serial);
    return certlife__row_put(txn, &key, &codec, err);
}

int certlife__certificate_add(struct txn *txn, const struct certificate_record *record, certlife_error **err)
{
    struct certificate_record there;
    struct row_key key;
    bool found = false;
    char name[2 * CERTLIFE_SERIAL_MAX + 1];
    int rc = certlife__certificate_get(txn, &record->facts.serial, &there, &found, err);
    if (rc < 0)
        return rc;
    if (found) {
        serial_text(&record->facts.serial, name);
        return certlife__fail(err, CERTLIFE_E_CRYPTO, "certificate %s: the serial number is in use already", name);
    }
    rc = certlife__certificate_put(txn, record, err);
    if (rc < 0)
        return rc;
    history_key(&key, record->contract, record->user, &record->facts);
    return certlife__store_put(txn, certlife__row_bytes(&key), bytes_of("", 0), err);
}

struct history_found {
    struct serial serial;
    size_t skip;
    bool found;
};

static int take_serial(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    (void)value, (void)value_len;
    struct history_found *result = payload;
    size_t len = key_len - result->skip;
    if (key_len <= result->skip || len > CERTLIFE_SERIAL_MAX)
        return CERTLIFE_E_STORE_CORRUPT;
    result->serial.len = (uint8_t)len;
    memcpy(result->serial.octets, key + result->skip, len);
    result->found = true;
    return 1;
}

int certlife__history_next(struct txn *txn, const char *contract, const char *user, const struct certificate *after,
                           struct certificate_record *out, bool *found_out, certlife_error **err)
{
    struct row_key key;
    history_key(&key, contract, user, after);
    size_t fixed = key.writer.len - after->serial.len;
    struct history_found result = {.skip = fixed};
    if (certificate_exists(after))
        write_u8(&key.writer, 0); /* the first key behind `after` */
    int rc = certlife__store_scan(txn, certlife__row_bytes(&key), fixed - MOMENT_LEN, take_serial, &result, err);
    if (rc < 0 || !result.found)
        return rc;
    rc = certlife__certificate_get(txn, &result.serial, out, found_out, err);
    return rc == 0 && !*found_out ? certlife__row_corrupt(err, "user", user) : rc;
}
