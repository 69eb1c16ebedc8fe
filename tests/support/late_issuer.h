/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An issuer outside the process (R-OBT-6): a real CA that answers when, and as, a test says.
 *
 *     certlife_issuer *issuer = NULL;
 *     struct late_issuer *ca = late_issuer_open(crypto, &issuer);     // freed with the issuer
 *     struct world *w = world_with((struct world_parts){.crypto = crypto, .issuer = issuer});
 *     ca->on_issue = ANSWERS_LATER;
 *     assert_refused(w, obtains(w, "keir002"), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
 *     ca->on_poll = ANSWERS_AT_ONCE;
 *     assert_allowed(w, gets_again(w, "keir002"));
 *     assert_int_equal(late_signed(ca), 2);                           // the master user's and this one
 *
 * It keeps every order it has accepted, signs each at most once, and knows nothing of an order that never arrived. For one
 * thread at a time.
 */
#ifndef CERTLIFE_TESTS_LATE_ISSUER_H
#define CERTLIFE_TESTS_LATE_ISSUER_H

#include <stddef.h>
#include <stdint.h>

#include <certlife/sys/issuer.h>

enum late_answer {
    ANSWERS_AT_ONCE,
    ANSWERS_LATER,
    REJECTS,
    FAILS,             /* the order does not arrive */
    SIGNS_AND_CRASHES, /* it arrives and is signed, and the answer is lost */
};

/* What is wrong with the certificate that it makes, all else being right. */
enum late_misfit {
    FITS,
    HOLDS_ANOTHER_KEY,
    NAMES_ANOTHER_ISSUER,
    HAS_A_WRONG_SIGNATURE,
    IS_A_CA,
    HAS_EXPIRED,
    REPEATS_A_SERIAL, /* that of the first order */
};

#define LATE_ORDERS 16

struct late_order;

struct late_issuer {
    enum late_answer on_issue, on_poll;
    enum late_misfit misfit; /* of what is signed from now on; what was signed misfitting is signed anew once it FITS */
    int issues, polls;       /* how often each was called */
    void (*meanwhile)(void *payload); /* what happens elsewhere while the next call is under way; once; or NULL */
    void *payload;
    size_t order_count; /* orders accepted */
    struct late_order *orders;
    certlife_crypto *crypto;
    certlife_issuer *ca, *stranger, *impostor; /* the CA's key under another name; its name with another key */
    char ca_key[8192];
    uint8_t other_spki[CERTLIFE_CRYPTO_SPKI_MAX];
    size_t other_spki_len;
};

struct late_issuer *late_issuer_open(certlife_crypto *crypto, certlife_issuer **out);

/* As if it had never been asked. */
void late_forgets(struct late_issuer *late);

/* How many fitting certificates it has ever signed. */
int late_signed(const struct late_issuer *late);

/* The id of the n-th order accepted, 20 bytes; and its certificate, signed now if it is not signed yet. */
const uint8_t *late_order_id(const struct late_issuer *late, size_t n);
size_t late_signs(struct late_issuer *late, size_t n, const uint8_t **der_out);

#endif
