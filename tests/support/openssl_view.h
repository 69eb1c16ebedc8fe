/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate as OpenSSL, which did not make it, reads it. */
#ifndef CERTLIFE_TESTS_OPENSSL_VIEW_H
#define CERTLIFE_TESTS_OPENSSL_VIEW_H

#include <stddef.h>
#include <stdint.h>

struct openssl_view {
    char serial[64];   /* lower-case hexadecimal */
    char subject[512]; /* RFC 2253: "CN=keir002,OU=0010000001,O=Example Shinkin Bank" */
    int64_t not_before, not_after;
    char text[16384]; /* all of it, as `openssl x509 -text` prints it */
};

void openssl_reads(const uint8_t *der, size_t len, struct openssl_view *out);

#endif
