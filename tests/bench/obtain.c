/* SPDX-License-Identifier: Apache-2.0 */
/*
 * obtain  raw: verify the request, sign, verify, and one durable LMDB commit of the same bytes under the same keys
 */
#include <stdio.h>

#include "bank.h"

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

/* The rows that one obtain writes: moment, user, history, the chain of notices, the next of them, certificate, key. */
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
    key[len] = 'n';
    raw_put(txn, key, len + 1 + serial.len, 40);
    len = 9 + (size_t)snprintf((char *)key + 9, sizeof key - 9, "bench%c%s", 0, user);
    key[0] = 'N';
    memset(key + 1, 0x7f, 8); /* a year from now, as all of these */
    raw_put(txn, key, len, 21);
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

static double raw_batch(int batch, int count)
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

void bench_obtain(long certificates)
{
    enum { COUNT = 4 };
    struct sample samples[BATCHES];
    open_bank(certificates);
    for (int i = 0; i < BATCHES; i++) {
        samples[i].ours = obtain_batch(i, COUNT);
        samples[i].raw = raw_batch(i, COUNT);
    }
    print("obtain, one thread, durable", certificates, samples, BATCHES);
    close_bank();
}
