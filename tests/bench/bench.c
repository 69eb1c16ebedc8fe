/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a login and an obtain cost, as ratios to the raw cost of their parts in the same run.
 *
 *     bench login [CERTIFICATES]
 *     bench obtain [CERTIFICATES]
 *
 * The store holds CERTIFICATES (1,000,000) users with one certificate each, in contracts of 100. Ours and the raw limit
 * take turns, batch by batch, so that a machine whose speed drifts does not favour one of them.
 *
 *     login   raw: SHA-256 of the certificate, an LMDB read transaction (renewed and reset), gets of records of the same
 *             sizes from an LMDB file with as many of them
 *     obtain  raw: verify the request, sign, verify, and one durable LMDB commit of the same bytes under the same keys
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <certlife.h>

#include "facts/facts.h"
#include "ports/crypto.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/request.h"

#define COMPANY_USERS 100
#define BATCHES 15
#define NOW INT64_C(1775012400) /* 2026-04-01 12:00:00 in Japan */

/* Allocations that the library makes while a login is timed: the program is linked with these in their place. */
static _Atomic long allocations;
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    return __real_realloc(old, size);
}

static void stop(const char *what, const certlife_error *err)
{
    fprintf(stderr, "bench: %s: %s\n", what, certlife_error_message(err));
    exit(2);
}

#define MUST(call)                                                                                                     \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            stop(#call, bank.err);                                                                                     \
    } while (0)

static struct {
    certlife_crypto *crypto;
    certlife_issuer *issuer;
    certlife_store *store;
    certlife_profile *profile;
    certlife_institution *institution;
    certlife_decision *decision;
    certlife_login *login;
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
} bank;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int fixed_clock(void *payload, int64_t *now_out)
{
    (void)payload;
    *now_out = NOW;
    return 0;
}

static uint64_t scatter(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The n-th certificate's serial number, as the library makes them: time first, then random. */
static struct serial serial_of(long n)
{
    struct serial serial = {.len = CERTLIFE_SERIAL_MAX};
    struct writer w = writer_into(serial.octets, sizeof serial.octets);
    write_number(&w, UINT64_C(0x40000000) | (uint64_t)(n / 50), 4);
    write_number(&w, scatter((uint64_t)n), 8);
    write_number(&w, scatter(~(uint64_t)n), 8);
    return serial;
}

static void names_of(long n, char contract[ID_MAX + 1], char user[ID_MAX + 1])
{
    snprintf(contract, ID_MAX + 1, "%010ld", n / COMPANY_USERS);
    snprintf(user, ID_MAX + 1, "keir%03ld", n % COMPANY_USERS);
}

static void der_of(long n, uint8_t *der)
{
    struct serial serial = serial_of(n);
    memcpy(der, bank.der, bank.der_len);
    memcpy(der + bank.serial_at, serial.octets, serial.len);
}

static certlife_actor actor_of(const char *contract, const char *user)
{
    certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_USER;
    actor.contract = contract;
    actor.user = user;
    actor.login_password = 1;
    return actor;
}

/* Setting up. */

static void read_request(int index, uint8_t *der, size_t room, struct request *out)
{
    static const char *const labels[] = {"CERTIFICATE REQUEST", NULL};
    char path[512], text[4096];
    snprintf(path, sizeof path, "%s/request-%02d.pem", REQUESTS, index);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        stop(path, NULL);
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    struct writer w = writer_into(der, room);
    if (certlife__pem_read(bytes_of(text, len), labels, &w) != NULL ||
        certlife__request_read(bytes_of(der, w.len), out) != NULL)
        stop("request", NULL);
}

static void open_bank(void)
{
    char certificate[4096], key[4096];
    MUST(certlife_crypto_new_mbedtls(&bank.crypto, &bank.err));
    MUST(certlife_issuer_make_test_ca(bank.crypto, "Bench CA", 256, NOW - 86400, NOW + 20 * INT64_C(31557600),
                                      certificate, sizeof certificate, key, sizeof key, &bank.err));
    MUST(certlife_issuer_open_local(bank.crypto, (const uint8_t *)certificate, strlen(certificate),
                                    (const uint8_t *)key, strlen(key), &bank.issuer, &bank.err));
    MUST(certlife__crypto_key_open(bank.crypto, bytes_of(key, strlen(key)), &bank.raw_key, &bank.err));
    bank.raw_spki_len = sizeof bank.raw_spki;
    MUST(certlife__crypto_key_public(&bank.raw_key, bank.raw_spki, &bank.raw_spki_len, &bank.err));
    MUST(certlife_profile_new("webfb", &bank.profile, &bank.err));
    MUST(certlife_profile_set(bank.profile, "users", "1000", &bank.err));
    MUST(certlife_store_open_lmdb(bank.folder, NULL, &bank.store, &bank.err));
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = bank.profile;
    options.store = bank.store;
    options.issuer = bank.issuer;
    options.crypto = bank.crypto;
    options.clock.now = fixed_clock;
    MUST(certlife_institution_open(&options, &bank.institution, &bank.err));
    bank.decision = certlife_decision_new();
    bank.login = certlife_login_new();
}

static certlife_actor branch(void)
{
    certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_BRANCH;
    actor.application = "2026-0417";
    return actor;
}

/* One user of the contract "bench", authorised. */
static void add_user(const char *user)
{
    certlife_actor actor = branch();
    MUST(certlife_user_add(bank.institution, &actor, "bench", user, CERTLIFE_PERMISSION_OPERATOR, "", bank.decision,
                           &bank.err));
}

static void obtain(const char *user, int request_index)
{
    uint8_t der[4096];
    struct request read;
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_certificate *certificate = NULL;
    certlife_actor actor = actor_of("bench", user);
    read_request(request_index, der, sizeof der, &read);
    request.pkcs10 = read.der.data;
    request.pkcs10_len = read.der.len;
    request.medium = CERTLIFE_MEDIUM_PC;
    MUST(certlife_obtain(bank.institution, &actor, "bench", user, &request, &certificate, bank.decision, &bank.err));
    const uint8_t *bytes = NULL;
    bank.der_len = certlife_certificate_der(certificate, &bytes);
    memcpy(bank.der, bytes, bank.der_len);
    certlife_certificate_free(certificate);
}

static void make_company(void)
{
    certlife_actor actor = branch();
    MUST(certlife_contract_register(bank.institution, &actor, "bench", "master", "", bank.decision, &bank.err));
    MUST(certlife_contract_apply(bank.institution, &actor, "bench", bank.decision, &bank.err));
    add_user("first");
    obtain("first", 0);
    if (certlife__certificate_read(bytes_of(bank.der, bank.der_len), &bank.view) != NULL)
        stop("certificate", NULL);
    bank.serial_at = (size_t)(bank.view.serial.data - bank.der);
}

static int fill(struct txn *txn, void *payload, certlife_error **err)
{
    long first = *(long *)payload;
    for (long n = first; n < first + 10000 && n < bank.certificates; n++) {
        struct certificate_record record = {.facts = {.serial = serial_of(n),
                                                      .medium = CERTLIFE_MEDIUM_PC,
                                                      .issued_by = CERTLIFE_ACT_OBTAIN,
                                                      .not_before = bank.view.not_before,
                                                      .not_after = bank.view.not_after,
                                                      .issued_at = NOW,
                                                      .confirmed_at = NOW}};
        struct user user = {.role = CERTLIFE_ROLE_GENERAL,
                            .permission = CERTLIFE_PERMISSION_OPERATOR,
                            .added_at = NOW,
                            .email = "user@example.co.jp"};
        struct key_owner owner = {.barred = false};
        struct contract contract = {.master = "keir000", .users = COMPANY_USERS, .applied_at = NOW};
        uint8_t der[4096];
        for (size_t i = 0; i < HASH_LEN; i += 8) {
            uint64_t word = scatter((uint64_t)n * 4 + i);
            memcpy(record.facts.key_hash + i, &word, 8);
        }
        names_of(n, record.contract, record.user);
        names_of(n, user.contract, user.id);
        names_of(n, owner.contract, owner.user);
        names_of(n, contract.id, (char[ID_MAX + 1]){0});
        der_of(n, der);
        record.der = bytes_of(der, bank.der_len);
        user.current = record.facts;
        int rc = n % COMPANY_USERS == 0 ? certlife__contract_put(txn, &contract, err) : 0;
        if (rc == 0)
            rc = certlife__certificate_add(txn, &record, err);
        if (rc == 0)
            rc = certlife__key_put(txn, record.facts.key_hash, &owner, err);
        if (rc == 0)
            rc = certlife__user_put(txn, &user, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void fill_store(void)
{
    for (long first = 0; first < bank.certificates; first += 10000) {
        MUST(certlife__store_update(bank.store, CERTLIFE_STORE_WRITE, fill, &first, &bank.err));
        if (isatty(2) && first % 100000 == 0)
            fprintf(stderr, "\r%ld certificates", first);
    }
    if (isatty(2))
        fprintf(stderr, "\r                          \r");
}

static void raw_must(int rc, const char *what)
{
    if (rc == 0)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, mdb_strerror(rc));
    exit(2);
}

/* The raw file is a copy of the library's, opened without the library. */
static void open_raw(void)
{
    char path[96];
    MDB_txn *txn = NULL;
    snprintf(path, sizeof path, "%s/data.mdb", bank.folder);
    mkdir(bank.raw_folder, 0700);
    raw_must(mdb_env_create(&bank.raw), "create");
    raw_must(mdb_env_set_mapsize(bank.raw, (size_t)64 << 30), "mapsize");
    char command[256];
    snprintf(command, sizeof command, "cp --sparse=always %s %s/data.mdb", path, bank.raw_folder);
    if (system(command) != 0)
        stop("copy", NULL);
    sync(); /* what was filled and copied is not to be paid by the first commits */
    raw_must(mdb_env_open(bank.raw, bank.raw_folder, MDB_NOTLS | MDB_NORDAHEAD, 0600), "open");
    raw_must(mdb_txn_begin(bank.raw, NULL, MDB_RDONLY, &txn), "begin");
    raw_must(mdb_dbi_open(txn, NULL, 0, &bank.raw_dbi), "dbi");
    raw_must(mdb_txn_commit(txn), "commit");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_folder(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Measuring. */

struct sample {
    double ours, raw;
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_row(const char *what, double *figures, int count, const char *unit)
{
    qsort(figures, (size_t)count, sizeof *figures, by_size);
    printf("  %-34s %10.2f %10.2f %10.2f  %s\n", what, figures[0], figures[count / 2], figures[count - 1], unit);
}

static void print(const char *title, const struct sample *samples, int count)
{
    double ours[BATCHES], raw[BATCHES], ratio[BATCHES];
    for (int i = 0; i < count; i++) {
        ours[i] = samples[i].ours;
        raw[i] = samples[i].raw;
        ratio[i] = samples[i].ours / samples[i].raw;
    }
    printf("%s, %ld certificates in the store\n", title, bank.certificates);
    printf("  %-34s %10s %10s %10s\n", "", "min", "median", "max");
    print_row("library", ours, count, "us");
    print_row("raw parts", raw, count, "us");
    print_row("ratio", ratio, count, "times");
}

static double login_batch(long seed, long count)
{
    static uint8_t der[4096];
    char contract[ID_MAX + 1], user[ID_MAX + 1];
    double spent = 0;
    for (long i = 0; i < count; i++) {
        long n = (long)(scatter((uint64_t)(seed + i)) % (uint64_t)bank.certificates);
        names_of(n, contract, user);
        der_of(n, der);
        certlife_actor actor = actor_of(contract, user);
        actor.certificate = der;
        actor.certificate_len = bank.der_len;
        double begin = now_us();
        int rc =
            certlife_login_check(bank.institution, &actor, CERTLIFE_LOGIN_RECORD, bank.login, bank.decision, &bank.err);
        spent += now_us() - begin;
        if (rc != CERTLIFE_ALLOWED)
            stop(certlife_decision_line(bank.decision), bank.err);
    }
    return spent / (double)count;
}

static double raw_login_batch(long seed, long count)
{
    static uint8_t der[4096];
    MDB_txn *txn = NULL;
    double spent = 0;
    raw_must(mdb_txn_begin(bank.raw, NULL, MDB_RDONLY, &txn), "begin");
    mdb_txn_reset(txn);
    for (long i = 0; i < count; i++) {
        long n = (long)(scatter((uint64_t)(seed + i)) % (uint64_t)bank.certificates);
        struct serial serial = serial_of(n);
        uint8_t key[1 + CERTLIFE_SERIAL_MAX] = {'K'}, hash[32], moment[] = {'M'};
        memcpy(key + 1, serial.octets, serial.len);
        der_of(n, der);
        MDB_val name = {sizeof key, key}, value, moment_name = {1, moment}, moment_value;
        double begin = now_us();
        MUST(certlife__crypto_sha256(bank.crypto, bytes_of(der, bank.der_len), hash, &bank.err));
        raw_must(mdb_txn_renew(txn), "renew");
        raw_must(mdb_get(txn, bank.raw_dbi, &moment_name, &moment_value), "get");
        raw_must(mdb_get(txn, bank.raw_dbi, &name, &value), "get");
        mdb_txn_reset(txn);
        spent += now_us() - begin;
    }
    mdb_txn_abort(txn);
    return spent / (double)count;
}

static void bench_login(void)
{
    const long count = 20000;
    struct sample samples[BATCHES];
    login_batch(0, count);
    raw_login_batch(0, count);
    long before = atomic_load(&allocations);
    for (int i = 0; i < BATCHES; i++) {
        samples[i].ours = login_batch(1000000L * i, count);
        samples[i].raw = raw_login_batch(1000000L * i, count);
    }
    long made = atomic_load(&allocations) - before;
    print("login check", samples, BATCHES);
    printf("  allocations by the library in %ld logins: %ld\n", count * BATCHES, made);
}

static double obtain_batch(int batch, int count)
{
    char user[ID_MAX + 1];
    for (int i = 0; i < count; i++) {
        snprintf(user, sizeof user, "b%02d-%02d", batch, i);
        add_user(user);
    }
    double spent = 0;
    for (int i = 0; i < count; i++) {
        uint8_t der[4096];
        struct request read;
        certlife_request request = CERTLIFE_REQUEST_INIT;
        certlife_certificate *certificate = NULL;
        snprintf(user, sizeof user, "b%02d-%02d", batch, i);
        certlife_actor actor = actor_of("bench", user);
        read_request(1 + batch * count + i, der, sizeof der, &read);
        request.pkcs10 = read.der.data;
        request.pkcs10_len = read.der.len;
        request.medium = CERTLIFE_MEDIUM_PC;
        double begin = now_us();
        int rc =
            certlife_obtain(bank.institution, &actor, "bench", user, &request, &certificate, bank.decision, &bank.err);
        spent += now_us() - begin;
        if (rc != CERTLIFE_ALLOWED)
            stop(certlife_decision_line(bank.decision), bank.err);
        certlife_certificate_free(certificate);
    }
    return spent / count;
}

static void raw_put(MDB_txn *txn, const void *key, size_t key_len, size_t value_len)
{
    static uint8_t value[8192];
    MDB_val name = {key_len, (void *)key}, data = {value_len, value};
    raw_must(mdb_put(txn, bank.raw_dbi, &name, &data, 0), "put");
}

/* The rows that one obtain writes: moment, user, history, certificate, key. */
static void raw_commit(const char *user, long n)
{
    MDB_txn *txn = NULL;
    struct serial serial = serial_of(bank.certificates + n);
    uint8_t key[256];
    size_t len;
    raw_must(mdb_txn_begin(bank.raw, NULL, 0, &txn), "begin");
    raw_put(txn, "M", 1, 20);
    len = 1 + (size_t)snprintf((char *)key, sizeof key, "Ubench%c%s", 0, user);
    raw_put(txn, key, len, 270);
    key[len] = 'h';
    memcpy(key + len + 1, serial.octets, serial.len);
    raw_put(txn, key, len + 1 + serial.len, 0);
    key[0] = 'K';
    memcpy(key + 1, serial.octets, serial.len);
    raw_put(txn, key, 1 + serial.len, 130 + bank.der_len);
    key[0] = 'P';
    for (size_t i = 0; i < 32; i += 8) {
        uint64_t word = scatter((uint64_t)(n + 77) * 4 + i);
        memcpy(key + 1 + i, &word, 8);
    }
    raw_put(txn, key, 33, 16);
    raw_must(mdb_txn_commit(txn), "commit");
}

static double raw_obtain_batch(int batch, int count)
{
    double spent = 0;
    for (int i = 0; i < count; i++) {
        uint8_t der[4096], signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
        size_t len = sizeof signature;
        struct request request;
        char user[ID_MAX + 1];
        snprintf(user, sizeof user, "b%02d-%02d", batch, i);
        read_request(1 + batch * count + i, der, sizeof der, &request);
        double begin = now_us();
        MUST(certlife__crypto_verify(bank.crypto, request.key.spki, request.algorithm, request.info, request.signature,
                                     &bank.err));
        MUST(certlife__crypto_sign(&bank.raw_key, CERTLIFE_SIGNATURE_ECDSA_SHA256, bank.view.tbs, signature, &len,
                                   &bank.err));
        MUST(certlife__crypto_verify(bank.crypto, bytes_of(bank.raw_spki, bank.raw_spki_len),
                                     CERTLIFE_SIGNATURE_ECDSA_SHA256, bank.view.tbs, bytes_of(signature, len),
                                     &bank.err));
        raw_commit(user, batch * count + i);
        spent += now_us() - begin;
    }
    return spent / count;
}

static void bench_obtain(void)
{
    enum { COUNT = 4 };
    struct sample samples[BATCHES];
    for (int i = 0; i < BATCHES; i++) {
        samples[i].ours = obtain_batch(i, COUNT);
        samples[i].raw = raw_obtain_batch(i, COUNT);
    }
    print("obtain, one thread, durable", samples, BATCHES);
}

int main(int argc, char **argv)
{
    bool login = argc >= 2 && strcmp(argv[1], "login") == 0;
    if (argc < 2 || (!login && strcmp(argv[1], "obtain") != 0)) {
        fprintf(stderr, "bench login|obtain [CERTIFICATES]\n");
        return 2;
    }
    bank.certificates = argc >= 3 ? atol(argv[2]) : 1000000;
    if (bank.certificates < COMPANY_USERS)
        stop("CERTIFICATES is less than 100", NULL);
    const char *base = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/var/tmp";
    snprintf(bank.folder, sizeof bank.folder, "%s/certlife-bench-XXXXXX", base);
    if (mkdtemp(bank.folder) == NULL)
        stop(strerror(errno), NULL);
    snprintf(bank.raw_folder, sizeof bank.raw_folder, "%s-raw", bank.folder);
    open_bank();
    make_company();
    fill_store();
    open_raw();
    login ? bench_login() : bench_obtain();
    mdb_env_close(bank.raw);
    certlife_institution_close(bank.institution);
    certlife_store_close(bank.store);
    remove_folder(bank.folder);
    remove_folder(bank.raw_folder);
    return 0;
}
