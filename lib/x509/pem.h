/* SPDX-License-Identifier: Apache-2.0 */
/* PEM (RFC 7468), as OpenSSL, GnuTLS, keytool and certutil write it. */
#ifndef CERTLIFE_X509_PEM_H
#define CERTLIFE_X509_PEM_H

#include "base/bytes.h"

/* Does the text hold a PEM begin line? (Then it is not DER.) */
bool certlife__pem_is(struct bytes text);

/*
 * Decodes the first block with one of the labels (a NULL-terminated list, e.g. "CERTIFICATE REQUEST", "NEW CERTIFICATE
 * REQUEST") into `out`. Text before the block is allowed; CR LF and LF; lines up to 128 characters. NULL if it was
 * decoded, else a short static text that says what is wrong.
 */
const char *certlife__pem_read(struct bytes text, const char *const *labels, struct writer *out);

/* Writes one block, 64 characters a line. */
void certlife__pem_write(struct writer *out, const char *label, struct bytes der);

#endif
