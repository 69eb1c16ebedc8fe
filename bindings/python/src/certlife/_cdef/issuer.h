/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/sys/issuer.h>; the compiler holds it to the header. */

#define CERTLIFE_SERIAL_MAX ...
#define CERTLIFE_CERTIFICATE_MAX ...
#define CERTLIFE_ISSUER_ISSUED ...
#define CERTLIFE_ISSUER_LATER ...
#define CERTLIFE_ISSUER_REJECTED ...
#define CERTLIFE_ISSUER_UNKNOWN ...
#define CERTLIFE_ISSUER_LOCAL ...

typedef struct certlife_issuer_order {
    size_t size;
    const uint8_t *id;
    size_t id_len;
    const uint8_t *serial;
    size_t serial_len;
    const uint8_t *spki;
    size_t spki_len;
    const uint8_t *request;
    size_t request_len;
    const char *organization;
    const char *unit;
    const char *common_name;
    int64_t not_before;
    int64_t not_after;
    const char *crl_url;
    ...;
} certlife_issuer_order;

typedef struct certlife_issuer_class {
    size_t size;
    const char *name;
    uint32_t capabilities;
    int (*authority)(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err);
    int (*issue)(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                 certlife_error **err);
    int (*poll)(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out, certlife_error **err);
    void (*free)(void *self);
    ...;
} certlife_issuer_class;

typedef struct certlife_issuer certlife_issuer;
int certlife_issuer_new(const certlife_issuer_class *klass, void *self, certlife_issuer **out, certlife_error **err);
int certlife_issuer_open_local(certlife_crypto *crypto, const uint8_t *certificate, size_t certificate_len,
                               const uint8_t *key, size_t key_len, certlife_issuer **out, certlife_error **err);
int certlife_issuer_open_local_files(certlife_crypto *crypto, const char *certificate_path, const char *key_path,
                                     certlife_issuer **out, certlife_error **err);
int certlife_issuer_open_authority(const uint8_t *certificate, size_t certificate_len, certlife_issuer **out,
                                   certlife_error **err);
int certlife_issuer_make_test_ca(certlife_crypto *crypto, const char *name, int32_t bits, int64_t not_before,
                                 int64_t not_after, char *certificate_out, size_t certificate_room, char *key_out,
                                 size_t key_room, certlife_error **err);
void certlife_issuer_close(certlife_issuer *issuer);
