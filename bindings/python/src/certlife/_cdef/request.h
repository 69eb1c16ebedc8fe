/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/request.h>; the compiler holds it to the header. */

typedef struct certlife_request {
    size_t size;
    const uint8_t *pkcs10;
    size_t pkcs10_len;
    certlife_medium medium;
    const char *channel;
    ...;
} certlife_request;
