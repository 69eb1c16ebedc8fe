/* SPDX-License-Identifier: Apache-2.0 */
/* What the library calls in Python: a clock, a store, an issuer and crypto written there. */
extern "Python" int certlife_py_clock_now(void *payload, int64_t *now_out);

extern "Python" int certlife_py_store_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err);
extern "Python" int certlife_py_store_get(void *self, void *txn, const uint8_t *key, size_t key_len,
                                          const uint8_t **value_out, size_t *value_len_out, certlife_error **err);
extern "Python" int certlife_py_store_put(void *self, void *txn, const uint8_t *key, size_t key_len,
                                          const uint8_t *value, size_t value_len, certlife_error **err);
extern "Python" int certlife_py_store_erase(void *self, void *txn, const uint8_t *key, size_t key_len,
                                            certlife_error **err);
extern "Python" int certlife_py_store_scan(void *self, void *txn, const uint8_t *from, size_t from_len,
                                           size_t prefix_len, certlife_store_visit visit, void *payload,
                                           certlife_error **err);
extern "Python" int certlife_py_store_commit(void *self, void *txn, certlife_error **err);
extern "Python" void certlife_py_store_abort(void *self, void *txn);

extern "Python" int certlife_py_issuer_authority(void *self, const uint8_t **der_out, size_t *len_out,
                                                 certlife_error **err);
extern "Python" int certlife_py_issuer_issue(void *self, const certlife_issuer_order *order, uint8_t *out,
                                             size_t *len_in_out, certlife_error **err);
extern "Python" int certlife_py_issuer_poll(void *self, const uint8_t *id, size_t id_len, uint8_t *out,
                                            size_t *len_in_out, certlife_error **err);

extern "Python" int certlife_py_crypto_sha256(void *self, const uint8_t *data, size_t len, uint8_t *out,
                                              certlife_error **err);
extern "Python" int certlife_py_crypto_random(void *self, uint8_t *out, size_t len, certlife_error **err);
extern "Python" int certlife_py_crypto_key_open(void *self, const uint8_t *text, size_t len, void **key_out,
                                                certlife_error **err);
extern "Python" int certlife_py_crypto_key_generate(void *self, int32_t bits, void **key_out, certlife_error **err);
extern "Python" int certlife_py_crypto_key_write(void *self, void *key, char *out, size_t room, certlife_error **err);
extern "Python" int certlife_py_crypto_key_public(void *self, void *key, uint8_t *out, size_t *len_in_out,
                                                  certlife_error **err);
extern "Python" int certlife_py_crypto_sign(void *self, void *key, certlife_signature algorithm,
                                            const uint8_t *message, size_t len, uint8_t *out, size_t *len_in_out,
                                            certlife_error **err);
extern "Python" void certlife_py_crypto_key_close(void *self, void *key);
extern "Python" int certlife_py_crypto_verify(void *self, const uint8_t *spki, size_t spki_len,
                                              certlife_signature algorithm, const uint8_t *message, size_t len,
                                              const uint8_t *signature, size_t signature_len, certlife_error **err);
extern "Python" int certlife_py_crypto_key_sound(void *self, const uint8_t *spki, size_t spki_len,
                                                 certlife_error **err);

/* What a call told, in one piece (_told.h). */
struct certlife_py_told {
    int64_t date;
    int64_t expiry;
    int32_t code;
    int32_t way;
    int32_t days_left;
    uint8_t allowed;
    uint8_t renewal_due;
    uint8_t waits_to_install;
    uint8_t confirmed;
    char row[16];
    char serial[...];
    char line[...];
};
static size_t certlife_py_tell(const certlife_decision *decision, const certlife_login *login,
                               struct certlife_py_told *out);
