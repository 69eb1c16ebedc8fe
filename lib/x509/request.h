/* SPDX-License-Identifier: Apache-2.0 */
/* PKCS #10 certification requests (RFC 2986): strict, bounded, nothing allocated. */
#ifndef CERTLIFE_X509_REQUEST_H
#define CERTLIFE_X509_REQUEST_H

#include "x509/key.h"

#define REQUEST_MAX 16384

struct request {
    struct bytes der;  /* all of it */
    struct bytes info; /* certificationRequestInfo, with its header: what is signed */
    struct public_key key;
    certlife_signature algorithm; /* 0: an algorithm we do not know */
    struct bytes signature;       /* without the unused-bits octet */
};

/*
 * Reads one DER request. NULL if it is well-formed (strict DER, at most 16 KiB, depth 12, nothing behind it), whatever its
 * key and algorithm; else a short static text that says what is wrong and where, e.g. "version is not 0". Subject and
 * attributes are walked to see that they are well-formed and not otherwise used (R-ISS-6).
 */
const char *certlife__request_read(struct bytes der, struct request *out);

#endif
