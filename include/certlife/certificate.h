/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/certificate.h – one issued certificate and what became of it
 *
 *     certlife_certificate *certificate = NULL;
 *     if (certlife_deliver(institution, &user, "0010000001", "keir002", &certificate, decision, NULL) == 0) {
 *         const uint8_t *der = NULL;
 *         size_t len = certlife_certificate_der(certificate, &der);
 *         fwrite(der, 1, len, stdout);
 *     }
 *     certlife_certificate_free(certificate);
 *
 * A snapshot: it does not change when the store does. Yours to free. Any thread may read it.
 */
#ifndef CERTLIFE_CERTIFICATE_H
#define CERTLIFE_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include <certlife/decision.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the key lives (媒体). */
typedef int32_t certlife_medium;
enum {
    CERTLIFE_MEDIUM_PC = 1,
    CERTLIFE_MEDIUM_USB_TOKEN = 2,
};

/* Why a certificate was revoked: the CRLReason values of RFC 5280, 5.3.1, that apply to a user's certificate. */
typedef int32_t certlife_reason;
enum {
    CERTLIFE_REASON_UNSPECIFIED = 0,
    CERTLIFE_REASON_KEY_COMPROMISE = 1,
    CERTLIFE_REASON_AFFILIATION_CHANGED = 3,
    CERTLIFE_REASON_SUPERSEDED = 4,
    CERTLIFE_REASON_CESSATION = 5,
    CERTLIFE_REASON_PRIVILEGE_WITHDRAWN = 9,
};

/* What has become of it, as of the moment of the call that returned it. */
typedef int32_t certlife_certificate_state;
enum {
    CERTLIFE_CERTIFICATE_UNCONFIRMED = 1, /* issued, not yet confirmed as installed */
    CERTLIFE_CERTIFICATE_VALID = 2,
    CERTLIFE_CERTIFICATE_EXPIRED = 3,
    CERTLIFE_CERTIFICATE_REPLACED = 4, /* a renewed one was confirmed */
    CERTLIFE_CERTIFICATE_REVOKED = 5,
};

typedef struct certlife_certificate certlife_certificate;

/* The certificate's DER (RFC 5280): returns its length, sets *der_out to borrowed bytes. */
CERTLIFE_API size_t certlife_certificate_der(const certlife_certificate *certificate, const uint8_t **der_out);
/* The same as PEM with NUL, borrowed. */
CERTLIFE_API const char *certlife_certificate_pem(const certlife_certificate *certificate);
/* The serial number in lower-case hexadecimal, as OpenSSL and the bank's screens print it. Borrowed. */
CERTLIFE_API const char *certlife_certificate_serial(const certlife_certificate *certificate);
CERTLIFE_API const char *certlife_certificate_contract(const certlife_certificate *certificate);
CERTLIFE_API const char *certlife_certificate_user(const certlife_certificate *certificate);
CERTLIFE_API certlife_medium certlife_certificate_medium(const certlife_certificate *certificate);
CERTLIFE_API certlife_certificate_state certlife_certificate_state_of(const certlife_certificate *certificate);
/* UTC seconds, both inclusive. */
CERTLIFE_API int64_t certlife_certificate_not_before(const certlife_certificate *certificate);
CERTLIFE_API int64_t certlife_certificate_not_after(const certlife_certificate *certificate);
/* When it was confirmed, replaced, revoked: UTC seconds, 0 for not. */
CERTLIFE_API int64_t certlife_certificate_confirmed_at(const certlife_certificate *certificate);
CERTLIFE_API int64_t certlife_certificate_replaced_at(const certlife_certificate *certificate);
CERTLIFE_API int64_t certlife_certificate_revoked_at(const certlife_certificate *certificate);
/* Of a revoked one (R-REV-7): the reason; who ("user keir001", "branch yamada"); the application's number. Borrowed. */
CERTLIFE_API certlife_reason certlife_certificate_reason(const certlife_certificate *certificate);
CERTLIFE_API const char *certlife_certificate_revoked_by(const certlife_certificate *certificate);
CERTLIFE_API const char *certlife_certificate_application(const certlife_certificate *certificate);
/* NULL does nothing. */
CERTLIFE_API void certlife_certificate_free(certlife_certificate *certificate);

/* "valid" and so on, borrowed, static; "unknown" for none. */
CERTLIFE_API const char *certlife_certificate_state_name(certlife_certificate_state state);
CERTLIFE_API const char *certlife_reason_name(certlife_reason reason);
CERTLIFE_API const char *certlife_medium_name(certlife_medium medium);

#ifdef __cplusplus
}
#endif

#endif
