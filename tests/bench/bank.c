/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* nftw */
#include "bank.h"

#include <errno.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "x509/pem.h"

struct bank bank;

/* The program is linked with these in the place of malloc and its like. */
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

long allocations_made(void)
{
    return atomic_load(&allocations);
}

void stop(const char *what, const certlife_error *err)
{
    fprintf(stderr, "bench: %s: %s\n", what, certlife_error_message(err));
    exit(2);
}

void raw_must(int rc, const char *what)
{
    if (rc == 0)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, mdb_strerror(rc));
    exit(2);
}

double now_us(void)
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

/* The n-th of everything. */

uint64_t scatter(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* As the library makes them: time first, then random. */
struct serial serial_of(long n)
{
    struct serial serial = {.len = CERTLIFE_SERIAL_MAX};
    struct writer w = writer_into(serial.octets, sizeof serial.octets);
    write_number(&w, UINT64_C(0x40000000) | (uint64_t)(n / 50), 4);
    write_number(&w, scatter((uint64_t)n), 8);
    write_number(&w, scatter(~(uint64_t)n), 8);
    return serial;
}

/* A number with zeros in front; snprintf would be most of the time of filling. */
static char *write_digits(char *out, long n, int digits)
{
    for (int i = digits; i > 0; i--, n /= 10)
        out[i - 1] = (char)('0' + n % 10);
    return out + digits;
}

void names_of(long n, char contract[ID_MAX + 1], char user[ID_MAX + 1])
{
    *write_digits(contract, n / COMPANY_USERS, 10) = '\0';
    memcpy(user, "keir", 4);
    *write_digits(user + 4, n % COMPANY_USERS, 3) = '\0';
}

struct contract contract_of(long n)
{
    char user[ID_MAX + 1];
    struct contract contract = {.master = "keir000", .users = COMPANY_USERS, .applied_at = NOW};
    names_of(n, contract.id, user);
    return contract;
}

struct user user_of(long n, int64_t not_before, int64_t not_after)
{
    struct user user = {.role = n % COMPANY_USERS == 0 ? CERTLIFE_ROLE_MASTER : CERTLIFE_ROLE_GENERAL,
                        .permission = CERTLIFE_PERMISSION_OPERATOR,
                        .added_at = not_before,
                        .email = "user@example.co.jp",
                        .current = {.serial = serial_of(n),
                                    .medium = CERTLIFE_MEDIUM_PC,
                                    .issued_by = CERTLIFE_ACT_OBTAIN,
                                    .not_before = not_before,
                                    .not_after = not_after,
                                    .issued_at = not_before,
                                    .confirmed_at = not_before}};
    names_of(n, user.contract, user.id);
    for (size_t i = 0; i < HASH_LEN; i += 8) {
        uint64_t word = scatter((uint64_t)n * 4 + i);
        memcpy(user.current.key_hash + i, &word, 8);
    }
    return user;
}

void der_of(long n, uint8_t *der)
{
    struct serial serial = serial_of(n);
    memcpy(der, bank.der, bank.der_len);
    memcpy(der + bank.serial_at, serial.octets, serial.len);
}

certlife_actor actor_of(const char *contract, const char *user)
{
    certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_USER;
    actor.contract = contract;
    actor.user = user;
    actor.login_password = 1;
    return actor;
}

certlife_actor branch(void)
{
    certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_BRANCH;
    actor.application = "2026-0417";
    return actor;
}

/* Files. */

void make_folder(char *out, size_t room)
{
    const char *base = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/var/tmp";
    snprintf(out, room, "%s/certlife-bench-XXXXXX", base);
    if (mkdtemp(out) == NULL)
        stop(strerror(errno), NULL);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void remove_folder(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

MDB_env *open_raw(const char *folder, const char *raw_folder, unsigned flags, MDB_dbi *dbi_out)
{
    MDB_env *raw = NULL;
    MDB_txn *txn = NULL;
    char command[256];
    mkdir(raw_folder, 0700);
    snprintf(command, sizeof command, "cp --sparse=always %s/data.mdb %s/data.mdb", folder, raw_folder);
    if (system(command) != 0)
        stop("copy", NULL);
    sync(); /* what was filled and copied is not to be paid by the first commits */
    raw_must(mdb_env_create(&raw), "create");
    raw_must(mdb_env_set_mapsize(raw, (size_t)64 << 30), "mapsize");
    raw_must(mdb_env_open(raw, raw_folder, flags, 0600), "open");
    raw_must(mdb_txn_begin(raw, NULL, MDB_RDONLY, &txn), "begin");
    raw_must(mdb_dbi_open(txn, NULL, 0, dbi_out), "dbi");
    raw_must(mdb_txn_commit(txn), "commit");
    return raw;
}

/* More than the last level of any of them holds; mapped, so that it is no memory of the process's own. */
#define OTHER_THINGS ((size_t)256 << 20)

void empty_caches(void)
{
    static volatile uint8_t *other;
    if (other == NULL) {
        FILE *file = tmpfile();
        if (file == NULL || ftruncate(fileno(file), (off_t)OTHER_THINGS) < 0)
            stop(strerror(errno), NULL);
        other = mmap(NULL, OTHER_THINGS, PROT_READ, MAP_SHARED, fileno(file), 0);
        if (other == MAP_FAILED)
            stop(strerror(errno), NULL);
    }
    for (size_t i = 0; i < OTHER_THINGS; i += 64)
        (void)other[i];
}

/* The bank of login and obtain. */

void read_request(int index, uint8_t *der, size_t room, struct request *out)
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

void open_base(void)
{
    MUST(certlife_crypto_new_mbedtls(&bank.crypto, &bank.err));
    MUST(certlife_profile_new("webfb", &bank.profile, &bank.err));
    MUST(certlife_profile_set(bank.profile, "users", "1000", &bank.err));
    bank.decision = certlife_decision_new();
}

static void open_issuer(void)
{
    char certificate[4096], key[4096];
    MUST(certlife_issuer_make_test_ca(bank.crypto, "Bench CA", 256, NOW - 86400, NOW + 20 * INT64_C(31557600),
                                      certificate, sizeof certificate, key, sizeof key, &bank.err));
    MUST(certlife_issuer_open_local(bank.crypto, (const uint8_t *)certificate, strlen(certificate),
                                    (const uint8_t *)key, strlen(key), &bank.issuer, &bank.err));
    MUST(certlife__crypto_key_open(bank.crypto, bytes_of(key, strlen(key)), &bank.raw_key, &bank.err));
    bank.raw_spki_len = sizeof bank.raw_spki;
    MUST(certlife__crypto_key_public(&bank.raw_key, bank.raw_spki, &bank.raw_spki_len, &bank.err));
}

static void open_institution(void)
{
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
}

void add_user(const char *user)
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
        struct contract contract = contract_of(n);
        struct user user = user_of(n, bank.view.not_before, bank.view.not_after);
        struct certificate_record record = {.facts = user.current};
        struct key_owner owner = {.barred = false};
        uint8_t der[4096];
        names_of(n, record.contract, record.user);
        names_of(n, owner.contract, owner.user);
        der_of(n, der);
        record.der = bytes_of(der, bank.der_len);
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

void show_progress(long done, long all)
{
    if (!isatty(2))
        return;
    if (done < all)
        fprintf(stderr, "\r%ld certificates", done);
    else
        fprintf(stderr, "\r                          \r");
}

static void fill_store(void)
{
    for (long first = 0; first < bank.certificates; first += 10000) {
        MUST(certlife__store_update(bank.store, CERTLIFE_STORE_WRITE, fill, &first, &bank.err));
        show_progress(first, bank.certificates);
    }
    show_progress(bank.certificates, bank.certificates);
}

void open_bank(long certificates)
{
    bank.certificates = certificates;
    make_folder(bank.folder, sizeof bank.folder);
    snprintf(bank.raw_folder, sizeof bank.raw_folder, "%s-raw", bank.folder);
    open_base();
    open_issuer();
    open_institution();
    make_company();
    fill_store();
    bank.raw = open_raw(bank.folder, bank.raw_folder, MDB_NOTLS | MDB_NORDAHEAD, &bank.raw_dbi);
}

void close_bank(void)
{
    mdb_env_close(bank.raw);
    certlife_institution_close(bank.institution);
    certlife_store_close(bank.store);
    remove_folder(bank.folder);
    remove_folder(bank.raw_folder);
}

/* Figures. */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void print_heads(const char *title)
{
    printf("%s\n  %-34s %10s %10s %10s\n", title, "", "min", "median", "max");
}

void print_row(const char *what, double *figures, int count, const char *unit)
{
    qsort(figures, (size_t)count, sizeof *figures, by_size);
    printf("  %-34s %10.2f %10.2f %10.2f  %s\n", what, figures[0], figures[count / 2], figures[count - 1], unit);
}

void print(const char *title, long certificates, const struct sample *samples, int count)
{
    double ours[BATCHES], raw[BATCHES], ratio[BATCHES];
    char line[160];
    for (int i = 0; i < count; i++) {
        ours[i] = samples[i].ours;
        raw[i] = samples[i].raw;
        ratio[i] = samples[i].ours / samples[i].raw;
    }
    snprintf(line, sizeof line, "%s, %ld certificates in the store", title, certificates);
    print_heads(line);
    print_row("library", ours, count, "us");
    print_row("raw parts", raw, count, "us");
    print_row("ratio", ratio, count, "times");
}
