/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "x509/pem.h"

struct certlife_certificate {
    struct certificate_record record;
    certlife_certificate_state state;
    char serial[2 * CERTLIFE_SERIAL_MAX + 1];
    size_t pem_at;
    uint8_t text[]; /* DER, then PEM with NUL */
};

/* Four characters for three octets, a line break for each 64, and the two lines around them. */
static size_t pem_room(size_t der_len)
{
    size_t characters = (der_len + 2) / 3 * 4;
    return characters + characters / 64 + 80;
}

certlife_certificate *certlife__certificate_make(certlife_error **err)
{
    certlife_certificate *certificate =
        calloc(1, sizeof *certificate + CERTLIFE_CERTIFICATE_MAX + pem_room(CERTLIFE_CERTIFICATE_MAX));
    if (certificate == NULL)
        certlife__fail(err, CERTLIFE_E_MEMORY, "certificate: no memory");
    return certificate;
}

static certlife_certificate_state state_of(const struct certificate *facts, int64_t now)
{
    if (facts->revoked_at != 0)
        return CERTLIFE_CERTIFICATE_REVOKED;
    if (facts->replaced_at != 0)
        return CERTLIFE_CERTIFICATE_REPLACED;
    if (now > facts->not_after)
        return CERTLIFE_CERTIFICATE_EXPIRED;
    return facts->confirmed_at != 0 ? CERTLIFE_CERTIFICATE_VALID : CERTLIFE_CERTIFICATE_UNCONFIRMED;
}

certlife_certificate *certlife__certificate_fill(certlife_certificate *certificate,
                                                 const struct certificate_record *record, int64_t now)
{
    size_t len = record->der.len, room = pem_room(len);
    certificate->record = *record;
    certificate->state = state_of(&record->facts, now);
    certlife__hex_write(record->facts.serial.octets, record->facts.serial.len, certificate->serial);
    memcpy(certificate->text, record->der.data, len);
    struct writer pem = writer_into(certificate->text + len, room);
    certlife__pem_write(&pem, "CERTIFICATE", bytes_of(certificate->text, len));
    write_u8(&pem, 0);
    certificate->pem_at = len;
    certlife_certificate *shrunk = realloc(certificate, sizeof *certificate + len + pem.len);
    certificate = shrunk != NULL ? shrunk : certificate;
    certificate->record.der = bytes_of(certificate->text, len);
    return certificate;
}

size_t certlife_certificate_der(const certlife_certificate *certificate, const uint8_t **der_out)
{
    if (certificate == NULL || der_out == NULL)
        return 0;
    *der_out = certificate->record.der.data;
    return certificate->record.der.len;
}

const char *certlife_certificate_pem(const certlife_certificate *certificate)
{
    return certificate != NULL ? (const char *)certificate->text + certificate->pem_at : "";
}

const char *certlife_certificate_serial(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->serial : "";
}

const char *certlife_certificate_contract(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.contract : "";
}

const char *certlife_certificate_user(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.user : "";
}

certlife_medium certlife_certificate_medium(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.facts.medium : 0;
}

certlife_certificate_state certlife_certificate_state_of(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->state : 0;
}

int64_t certlife_certificate_not_before(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.facts.not_before : 0;
}

int64_t certlife_certificate_not_after(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.facts.not_after : 0;
}

int64_t certlife_certificate_confirmed_at(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.facts.confirmed_at : 0;
}

int64_t certlife_certificate_replaced_at(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.facts.replaced_at : 0;
}

int64_t certlife_certificate_revoked_at(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.facts.revoked_at : 0;
}

certlife_reason certlife_certificate_reason(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.facts.reason : 0;
}

const char *certlife_certificate_revoked_by(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.revoked_by : "";
}

const char *certlife_certificate_application(const certlife_certificate *certificate)
{
    return certificate != NULL ? certificate->record.application : "";
}

void certlife_certificate_free(certlife_certificate *certificate)
{
    free(certificate);
}
