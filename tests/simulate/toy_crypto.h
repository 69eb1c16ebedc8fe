/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Toy crypto: what is simulated is notices, not cryptography, and a hundred thousand certificates must cost seconds.
 *
 * The hash is the library's own SHA-256. Keys have the shape of P-256 keys and are nothing but numbers; anybody can make
 * the signature of any key; random numbers follow from the seed. It shows that the library runs on crypto that it does not
 * know. Nothing here is safe.
 */
#ifndef CERTLIFE_SIMULATE_TOY_CRYPTO_H
#define CERTLIFE_SIMULATE_TOY_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include <certlife.h>

certlife_crypto *toy_crypto(uint64_t seed);

#define TOY_REQUEST_MAX 256

/* A certification request (PKCS #10, DER) for key number `key` of this seed. Returns its length. */
size_t toy_request(uint64_t seed, uint64_t key, uint8_t out[TOY_REQUEST_MAX]);

#endif
