/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from outside, looked at as if a stranger had sent it: the request, the issuer's answer. */
#include "acts/issuing.h"

#include <string.h>

#include "base/error.h"
#include "ports/crypto.h"
#include "ports/issuer.h"
#include "x509/pem.h"

int certlife__authority_read(struct certlife_institution *institution, certlife_error **err)
{
    struct bytes der = {0};
    int rc = certlife__crypto_check(institution->crypto, err);
    if (rc < 0 || institution->issuer == NULL)
        return rc;
    rc = certlife__issuer_authority(institution->issuer, &der, err);
    if (rc < 0)
        return rc;
    const char *fault = certlife__certificate_read(der, &institution->authority);
    if (fault == NULL && !institution->authority.ca)
        fault = "is not a CA's";
    if (fault == NULL && !certlife__key_supported(&institution->authority.key))
        fault = "has a key of an unknown kind";
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: its certificate %s",
                              certlife__issuer_name(institution->issuer), fault);
    return 0;
}

/* PEM of the longest request, and as much again of what people leave before it. */
#define TEXT_MAX 65536

int certlife__asked_read(const struct certlife_institution *institution, struct bytes text, struct asked *out,
                         certlife_error **err)
{
    static const char *const labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", NULL};
    struct bytes der = text;
    const char *fault = NULL;
    if (text.len > TEXT_MAX) {
        fault = "is too long";
    } else if (certlife__pem_is(text)) {
        struct writer decoded = writer_into(out->der, sizeof out->der);
        fault = certlife__pem_read(text, labels, &decoded);
        if (fault == NULL && decoded.overflow)
            fault = "is too long";
        der = bytes_of(out->der, decoded.len);
    }
    if (fault == NULL)
        fault = certlife__request_read(der, &out->pkcs10);
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_MALFORMED, "request: %s", fault);
    return certlife__crypto_sha256(institution->crypto, out->pkcs10.key.spki, out->key_hash, err);
}

/* The request's key (R-OBT-11). */
int certlife__request_examine(const struct call *call, uint32_t *faults_out, certlife_error **err)
{
    certlife_crypto *crypto = call->institution->crypto;
    const struct request *request = &call->asked->pkcs10;
    if (!certlife__key_supported(&request->key)) {
        *faults_out = REQUEST_KEY_KIND;
        return 0;
    }
    int rc = request->algorithm == 0 ? CERTLIFE_CRYPTO_BAD
                                     : certlife__crypto_verify(crypto, request->key.spki, request->algorithm,
                                                               request->info, request->signature, err);
    if (rc < 0)
        return rc;
    uint32_t faults = rc == CERTLIFE_CRYPTO_BAD ? REQUEST_SIGNATURE : 0;
    rc = certlife__crypto_key_sound(crypto, request->key.spki, err);
    if (rc < 0)
        return rc;
    *faults_out = faults | (rc == CERTLIFE_CRYPTO_BAD ? REQUEST_KEY_WEAK : 0);
    return 0;
}

/* What came back is looked at as if a stranger had sent it. */
static const char *misfit(const struct certlife_institution *institution, const struct order *order,
                          const struct certificate_view *view)
{
    if (!bytes_equal(view->issuer, institution->authority.subject))
        return "names another issuer";
    if (view->serial.len == 0 || view->serial.len > CERTLIFE_SERIAL_MAX || (view->serial.data[0] & 0x80) != 0)
        return "has a serial number that is not positive or too long";
    if (view->ca || !view->client_auth || (view->key_usage & 1) == 0)
        return "is not for client authentication";
    if (view->not_after > institution->authority.not_after)
        return "outlives its issuer";
    if (!certlife__issuer_is_local(institution->issuer))
        return NULL;
    if (!bytes_equal(view->serial, bytes_of(order->id, sizeof order->id)))
        return "has another serial number than was ordered";
    if (view->not_before != order->not_before || view->not_after != order->not_after)
        return "has other dates than were ordered";
    return NULL;
}

/* Reads an issuer's answer and checks it against the order: key, names, dates, signature (R-ISS-5). */
int certlife__certificate_examine(const struct certlife_institution *institution, const struct order *order,
                                  struct bytes der, struct certificate_view *view, certlife_error **err)
{
    uint8_t key_hash[HASH_LEN];
    const char *fault = certlife__certificate_read(der, view);
    if (fault == NULL)
        fault = misfit(institution, order, view);
    if (fault != NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s %s", order->user, fault);
    int rc = certlife__crypto_sha256(institution->crypto, view->key.spki, key_hash, err);
    if (rc < 0)
        return rc;
    if (memcmp(key_hash, order->key_hash, HASH_LEN) != 0)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s holds another key",
                              order->user);
    rc = certlife__crypto_verify(institution->crypto, institution->authority.key.spki, view->algorithm, view->tbs,
                                 view->signature, err);
    if (rc == CERTLIFE_CRYPTO_BAD)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: the certificate for user %s has a wrong signature",
                              order->user);
    return rc;
}
