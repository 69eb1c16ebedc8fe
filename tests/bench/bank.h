/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmarks share: certificates by number, the store of login and obtain, and how figures are printed. */
#ifndef CERTLIFE_BENCH_BANK_H
#define CERTLIFE_BENCH_BANK_H

#include <lmdb.h>

#include <certlife.h>

#include "facts/facts.h"
#include "ports/crypto.h"
#include "x509/certificate.h"
#include "x509/request.h"

#define COMPANY_USERS 100
#define BATCHES 15
#define NOW INT64_C(1775012400) /* 2026-04-01 12:00:00 in Japan */

void bench_login(long certificates);
void bench_obtain(long certificates);
void bench_notices(long certificates);

struct bank {
    certlife_crypto *crypto;
    certlife_issuer *issuer;
    certlife_store *store;
    certlife_profile *profile;
    certlife_institution *institution;
    certlife_decision *decision;
    certlife_error *err;
    struct signing_key raw_key;
    uint8_t raw_spki[CERTLIFE_CRYPTO_SPKI_MAX];
    size_t raw_spki_len;
    char folder[64], raw_folder[80];
    MDB_env *raw;
    MDB_dbi raw_dbi;
    long certificates;
    uint8_t der[4096]; /* one real certificate; the others differ from it in their serial number */
    size_t der_len, serial_at;
    struct certificate_view view;
};
extern struct bank bank;

void stop(const char *what, const certlife_error *err) __attribute__((noreturn));
void raw_must(int rc, const char *what);
#define MUST(call)                                                                                                     \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            stop(#call, bank.err);                                                                                     \
    } while (0)

/* Crypto, profile and what holds an answer: all that needs no store. */
void open_base(void);
/* An institution over a store of `certificates` users with one certificate each, and the raw copy of its file. */
void open_bank(long certificates);
void close_bank(void);

void make_folder(char *out, size_t room);
void remove_folder(const char *path);
/* A copy of the library's file, opened without the library. */
MDB_env *open_raw(const char *folder, const char *raw_folder, unsigned flags, MDB_dbi *dbi_out);

/* Reads so much else that the processor's caches hold nothing of the store. */
void empty_caches(void);

/* The n-th of everything. */
uint64_t scatter(uint64_t x);
struct serial serial_of(long n);
void names_of(long n, char contract[ID_MAX + 1], char user[ID_MAX + 1]);
struct contract contract_of(long n);
struct user user_of(long n, int64_t not_before, int64_t not_after);
void der_of(long n, uint8_t *der);

certlife_actor branch(void);
certlife_actor actor_of(const char *contract, const char *user);
void read_request(int index, uint8_t *der, size_t room, struct request *out);
/* One user of the contract "bench", authorised. */
void add_user(const char *user);

/* Allocations that the library and the benchmark have made so far. */
long allocations_made(void);
double now_us(void);
void show_progress(long done, long all);

struct sample {
    double ours, raw;
};
void print_heads(const char *title);
void print_row(const char *what, double *figures, int count, const char *unit);
void print(const char *title, long certificates, const struct sample *samples, int count);

#endif
