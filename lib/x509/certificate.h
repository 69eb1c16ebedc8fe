/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 certificates (RFC 5280): the one shape this library writes, and what it needs to read of any. */
#ifndef CERTLIFE_X509_CERTIFICATE_H
#define CERTLIFE_X509_CERTIFICATE_H

#include <certlife/sys/issuer.h>

#include "x509/key.h"

#define CERTIFICATE_MAX CERTLIFE_CERTIFICATE_MAX

struct certificate_view {
    struct bytes der;
    struct bytes tbs;             /* with its header: what is signed */
    struct bytes serial;          /* content octets of the INTEGER */
    struct bytes issuer, subject; /* whole Names, DER */
    int64_t not_before, not_after;
    struct public_key key;
    certlife_signature algorithm; /* 0: one we do not know */
    struct bytes signature;
    bool has_ca, ca; /* basicConstraints present; its cA */
    bool has_key_usage;
    uint16_t key_usage;                            /* bit 0 digitalSignature … bit 5 keyCertSign, bit 6 cRLSign */
    bool client_auth;                              /* extendedKeyUsage holds clientAuth */
    struct bytes subject_key_id, authority_key_id; /* content octets; empty if there is none */
};

/* Reads one DER certificate; NULL if it is well-formed (strict, 16 KiB, depth 12, nothing behind it, v1 or v3), else a
 * short static text. An unknown critical extension is "well-formed". */
const char *certlife__certificate_read(struct bytes der, struct certificate_view *out);

/* The login path: the serial number and the issuer's Name only, walking past the rest; same strictness on what is read. */
const char *certlife__certificate_identify(struct bytes der, struct bytes *serial_out, struct bytes *issuer_out);

/*
 * Writes the TBSCertificate for an order (R-ISS-5): v3, the order's serial number (made a positive INTEGER), issuer Name
 * and authority key identifier from `authority`, notBefore and notAfter (UTCTime to 2049, GeneralizedTime after),
 * subject O, OU, CN as UTF8String, the key, and the extensions basicConstraints cA false (critical), keyUsage
 * digitalSignature (critical), extKeyUsage clientAuth, subjectKeyIdentifier (the first 20 octets of `key_hash`, the
 * SHA-256 of the key bits, RFC 7093), authorityKeyIdentifier, cRLDistributionPoints.
 */
void certlife__certificate_write_tbs(struct writer *out, const certlife_issuer_order *order,
                                     const struct certificate_view *authority, certlife_signature algorithm,
                                     const uint8_t key_hash[32]);

/* TBS, algorithm and signature as one certificate. */
void certlife__certificate_assemble(struct writer *out, struct bytes tbs, certlife_signature algorithm,
                                    struct bytes signature);

/* The TBS of a self-signed test CA: CN = name, cA true, keyCertSign and cRLSign. */
void certlife__certificate_write_ca_tbs(struct writer *out, const char *name, struct bytes serial, struct bytes spki,
                                        int64_t not_before, int64_t not_after, certlife_signature algorithm,
                                        const uint8_t key_hash[32]);

#endif
