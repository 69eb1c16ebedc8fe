/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/request.h – what a user's PC sends to get a certificate
 *
 *     certlife_request request = CERTLIFE_REQUEST_INIT;
 *     request.pkcs10 = csr;
 *     request.pkcs10_len = csr_len;
 *     request.medium = CERTLIFE_MEDIUM_PC;
 *     request.channel = "edge/app";
 *
 * Only the public key crosses from the request into the certificate (R-ISS-6).
 */
#ifndef CERTLIFE_REQUEST_H
#define CERTLIFE_REQUEST_H

#include <certlife/certificate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed during the call. */
typedef struct certlife_request {
    size_t size; /* sizeof(certlife_request), set by CERTLIFE_REQUEST_INIT */
    /* PKCS #10 (RFC 2986), DER up to 16 KiB or PEM up to 64 KiB, for an ECDSA key on P-256 or P-384, or RSA 2048 to 4096. */
    const uint8_t *pkcs10;
    size_t pkcs10_len;
    certlife_medium medium; /* R-OBT-8 */
    /* R-OBT-7: browser and way, e.g. "edge/app", "edge/ie_mode", "chrome/app"; may be NULL where the profile's channels are
     * "any". */
    const char *channel;
} certlife_request;

/* clang-format off */
#define CERTLIFE_REQUEST_INIT {sizeof(certlife_request), NULL, 0, 0, NULL}
/* clang-format on */

#ifdef __cplusplus
}
#endif

#endif
