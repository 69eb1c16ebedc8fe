/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/sys/issuer.h – who signs the certificates, and how to bring your own
 *
 *     certlife_issuer *issuer = NULL;
 *     certlife_error *err = NULL;
 *     if (certlife_issuer_open_local_files(crypto, "ca.crt", "ca.key", &issuer, &err) < 0)
 *         fprintf(stderr, "%s\n", certlife_error_message(err));
 *     ...
 *     certlife_issuer_close(issuer);
 *
 * The local issuer holds the CA key in this process. An outside issuer is a class of yours that asks a CA elsewhere, and
 * may answer CERTLIFE_ISSUER_LATER: the request then waits as `issuing` (R-OBT-6) until `poll` or
 * certlife_issuer_answer brings the certificate. What an issuer returns is checked (signature, key, serial number, use,
 * expiry) before it is recorded, and recorded before anybody gets it (R-ISS-2). How an outside CA words the subject is its
 * own affair: the register binds the certificate to its user.
 *
 * This header is for people who extend the library; it may grow between minor versions.
 */
#ifndef CERTLIFE_SYS_ISSUER_H
#define CERTLIFE_SYS_ISSUER_H

#include <stddef.h>
#include <stdint.h>

#include <certlife/sys/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CERTLIFE_SERIAL_MAX 20         /* octets of a serial number (RFC 5280, 4.1.2.2) */
#define CERTLIFE_CERTIFICATE_MAX 16384 /* octets of a certificate */

/* Answers of `issue` and `poll`; failures are negative. */
enum {
    CERTLIFE_ISSUER_ISSUED = 0,
    CERTLIFE_ISSUER_LATER = 1,    /* ask again with `poll` */
    CERTLIFE_ISSUER_REJECTED = 2, /* will never be issued */
    CERTLIFE_ISSUER_UNKNOWN = 3,  /* `poll` only: never heard of that order; `issue` is then called with it again */
};

/* Capabilities. */
enum {
    /* Issuing leaves no trace outside this process: a certificate that was signed but not recorded never existed. Without
     * it an intent is stored durably before `issue` is called, and a retry finishes that intent. */
    CERTLIFE_ISSUER_LOCAL = 1,
};

/* What is to be issued. Borrowed, good during the call. */
typedef struct certlife_issuer_order {
    size_t size;
    const uint8_t *id; /* names this order for ever, also across restarts: `poll` asks with it. 20 bytes */
    size_t id_len;
    const uint8_t
        *serial; /* the serial number wanted, a positive big-endian integer; an outside CA may choose its own */
    size_t serial_len;
    const uint8_t *spki; /* the subject's SubjectPublicKeyInfo, DER */
    size_t spki_len;
    const uint8_t *request; /* the whole PKCS #10 request, DER, for a CA that wants it */
    size_t request_len;
    const char *organization; /* subject O, UTF-8 */
    const char *unit;         /* subject OU: the contract */
    const char *common_name;  /* subject CN: the user */
    int64_t not_before;       /* UTC seconds, inclusive */
    int64_t not_after;        /* UTC seconds, inclusive */
    const char *crl_url;      /* CRL distribution point */
} certlife_issuer_order;

typedef struct certlife_issuer_class {
    size_t size;           /* sizeof(certlife_issuer_class) */
    const char *name;      /* must: for messages, e.g. "local" */
    uint32_t capabilities; /* CERTLIFE_ISSUER_LOCAL or 0 */

    /* must: the issuer's own certificate, DER, borrowed until the issuer is closed. */
    int (*authority)(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err);
    /* must: CERTLIFE_ISSUER_ISSUED with the certificate's DER in `out` (`*len_in_out`: room in, length out), or another
     * answer. Called outside any transaction, from many threads. The same order id asked twice gives the same
     * certificate. */
    int (*issue)(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                 certlife_error **err);
    /* must, where `issue` may answer LATER; else may be NULL: what has become of the order? */
    int (*poll)(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out, certlife_error **err);
    /* may: called once by certlife_issuer_close */
    void (*free)(void *self);
} certlife_issuer_class;

typedef struct certlife_issuer certlife_issuer;

/* Makes an issuer of a class and its own data; the class is borrowed until certlife_issuer_close. A missing slot is
 * CERTLIFE_E_INVALID, and named. On failure `self` stays yours. */
CERTLIFE_API int certlife_issuer_new(const certlife_issuer_class *klass, void *self, certlife_issuer **out,
                                     certlife_error **err);

/*
 * A CA in this process, from PEM or DER: its certificate and its private key (not encrypted). The crypto is borrowed until
 * certlife_issuer_close. CERTLIFE_E_ISSUER if the key does not belong to the certificate, the certificate is not a CA's
 * (basicConstraints, keyCertSign), or its key is of another kind than ECDSA P-256, P-384 or RSA 2048 to 4096 with e =
 * 65537; CERTLIFE_E_MALFORMED if one of them cannot be read. Whether it has expired is checked when it is used.
 */
CERTLIFE_API int certlife_issuer_open_local(certlife_crypto *crypto, const uint8_t *certificate, size_t certificate_len,
                                            const uint8_t *key, size_t key_len, certlife_issuer **out,
                                            certlife_error **err);

/* The same from two files. CERTLIFE_E_ISSUER names the file that cannot be read. */
CERTLIFE_API int certlife_issuer_open_local_files(certlife_crypto *crypto, const char *certificate_path,
                                                  const char *key_path, certlife_issuer **out, certlife_error **err);

/*
 * Knows the CA's certificate (PEM or DER) and cannot issue: for a front server that only checks logins, so that no CA key
 * need be there. Obtain and renew answer CERTLIFE_E_ISSUER. Failures as certlife_issuer_open_local.
 */
CERTLIFE_API int certlife_issuer_open_authority(const uint8_t *certificate, size_t certificate_len,
                                                certlife_issuer **out, certlife_error **err);

/*
 * Makes a key and a self-signed CA certificate for tests and demonstrations: `bits` as in key_generate, valid from
 * `not_before` to `not_after` (UTC seconds, inclusive), both written as PEM ending with NUL. A production CA is made with
 * care, elsewhere.
 */
CERTLIFE_API int certlife_issuer_make_test_ca(certlife_crypto *crypto, const char *name, int32_t bits,
                                              int64_t not_before, int64_t not_after, char *certificate_out,
                                              size_t certificate_room, char *key_out, size_t key_room,
                                              certlife_error **err);

/* NULL does nothing. No institution may be using it any more. */
CERTLIFE_API void certlife_issuer_close(certlife_issuer *issuer);

#ifdef __cplusplus
}
#endif

#endif
