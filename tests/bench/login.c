/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login   raw: SHA-256 of the certificate, an LMDB read transaction (renewed and reset), gets of records of the same sizes
 *         from an LMDB file with as many of them
 */
#include <stdio.h>

#include "bank.h"

static double login_batch(certlife_login *login, long seed, long count)
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
        int rc = certlife_login_check(bank.institution, &actor, CERTLIFE_LOGIN_RECORD, login, bank.decision, &bank.err);
        spent += now_us() - begin;
        if (rc != CERTLIFE_ALLOWED)
            stop(certlife_decision_line(bank.decision), bank.err);
    }
    return spent / (double)count;
}

static double raw_batch(long seed, long count)
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

void bench_login(long certificates)
{
    const long count = 20000;
    struct sample samples[BATCHES];
    open_bank(certificates);
    certlife_login *login = certlife_login_new();
    login_batch(login, 0, count);
    raw_batch(0, count);
    long before = allocations_made();
    for (int i = 0; i < BATCHES; i++) {
        samples[i].ours = login_batch(login, 1000000L * i, count);
        samples[i].raw = raw_batch(1000000L * i, count);
    }
    long made = allocations_made() - before;
    print("login check", certificates, samples, BATCHES);
    printf("  allocations by the library in %ld logins: %ld\n", count * BATCHES, made);
    certlife_login_free(login);
    close_bank();
}
