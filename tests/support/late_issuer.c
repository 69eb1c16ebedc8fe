/* SPDX-License-Identifier: Apache-2.0 */
#include "late_issuer.h"

#include "world.h"

#include "ports/crypto.h"
#include "ports/issuer.h"
#include "x509/certificate.h"

#define CA_NAME "Test CA"
#define TEXT_MAX 256

struct late_order {
    uint8_t id[CERTLIFE_SERIAL_MAX];
    uint8_t spki[CERTLIFE_CRYPTO_SPKI_MAX];
    char organization[TEXT_MAX], unit[TEXT_MAX], common_name[TEXT_MAX], crl_url[TEXT_MAX];
    certlife_issuer_order wording; /* its pointers lead into this order */
    enum late_misfit misfit;
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
    size_t len; /* 0: not signed yet */
};

static struct late_order *find(struct late_issuer *late, const uint8_t *id, size_t len)
{
    for (size_t i = 0; i < late->order_count; i++) {
        if (len == sizeof late->orders[i].id && memcmp(late->orders[i].id, id, len) == 0)
            return &late->orders[i];
    }
    return NULL;
}

static void copy_text(char out[TEXT_MAX], const char *from)
{
    assert_true(strlen(from) < TEXT_MAX);
    memcpy(out, from, strlen(from) + 1);
}

static struct late_order *accept_order(struct late_issuer *late, const certlife_issuer_order *asked)
{
    struct late_order *order = find(late, asked->id, asked->id_len);
    if (order != NULL)
        return order;
    assert_true(late->order_count < LATE_ORDERS);
    order = &late->orders[late->order_count++];
    assert_true(asked->id_len == sizeof order->id && asked->spki_len <= sizeof order->spki);
    memcpy(order->id, asked->id, asked->id_len);
    memcpy(order->spki, asked->spki, asked->spki_len);
    copy_text(order->organization, asked->organization);
    copy_text(order->unit, asked->unit);
    copy_text(order->common_name, asked->common_name);
    copy_text(order->crl_url, asked->crl_url);
    order->wording = *asked;
    order->wording.id = order->wording.serial = order->id;
    order->wording.spki = order->spki;
    order->wording.organization = order->organization;
    order->wording.unit = order->unit;
    order->wording.common_name = order->common_name;
    order->wording.crl_url = order->crl_url;
    order->wording.request = NULL;
    order->wording.request_len = 0;
    return order;
}

static void must(int rc, certlife_error **err)
{
    if (rc != 0)
        fail_msg("late issuer: %s", certlife_error_message(*err));
}

/* A CA's certificate for any name and key, with the signature of our CA. */
static size_t write_ca(const struct late_issuer *late, const char *name, const certlife_issuer_order *wording,
                       uint8_t out[CERTLIFE_CERTIFICATE_MAX])
{
    const certlife_signature algorithm = CERTLIFE_SIGNATURE_ECDSA_SHA256;
    uint8_t room[CERTLIFE_CERTIFICATE_MAX], signature[CERTLIFE_CRYPTO_SIGNATURE_MAX], hash[32] = {1};
    size_t len = sizeof signature;
    certlife_error *err = NULL;
    struct signing_key key;
    struct writer tbs = writer_into(room, sizeof room), certificate = writer_into(out, CERTLIFE_CERTIFICATE_MAX);
    certlife__certificate_write_ca_tbs(&tbs, name, bytes_of(wording->serial, wording->serial_len),
                                       bytes_of(wording->spki, wording->spki_len), wording->not_before,
                                       wording->not_after, algorithm, hash);
    must(certlife__crypto_key_open(late->crypto, bytes_of(late->ca_key, strlen(late->ca_key)), &key, &err), &err);
    must(certlife__crypto_sign(&key, algorithm, bytes_of(room, tbs.len), signature, &len, &err), &err);
    certlife__crypto_key_close(&key);
    certlife__certificate_assemble(&certificate, bytes_of(room, tbs.len), algorithm, bytes_of(signature, len));
    return certificate.len;
}

static void sign_order(struct late_issuer *late, struct late_order *order)
{
    if (order->len > 0 && order->misfit == late->misfit)
        return;
    certlife_issuer *signer = late->ca;
    certlife_issuer_order wording = order->wording;
    order->misfit = late->misfit;
    switch (late->misfit) {
    case FITS:
        break;
    case HOLDS_ANOTHER_KEY:
        wording.spki = late->other_spki;
        wording.spki_len = late->other_spki_len;
        break;
    case NAMES_ANOTHER_ISSUER:
        signer = late->stranger;
        break;
    case HAS_A_WRONG_SIGNATURE:
        signer = late->impostor;
        break;
    case IS_A_CA:
        order->len = write_ca(late, CA_NAME, &order->wording, order->der);
        return;
    case HAS_EXPIRED:
        wording.not_after = wording.not_before - 1;
        wording.not_before -= 86400;
        break;
    case REPEATS_A_SERIAL:
        wording.serial = late->orders[0].id;
        break;
    }
    certlife_error *err = NULL;
    order->len = sizeof order->der;
    must(certlife__issuer_issue(signer, &wording, order->der, &order->len, &err), &err);
}

static int give(struct late_issuer *late, struct late_order *order, uint8_t *out, size_t *len_in_out)
{
    sign_order(late, order);
    if (order->len > *len_in_out)
        return CERTLIFE_E_ISSUER;
    memcpy(out, order->der, order->len);
    *len_in_out = order->len;
    return CERTLIFE_ISSUER_ISSUED;
}

static int answer(struct late_issuer *late, struct late_order *order, enum late_answer how, uint8_t *out,
                  size_t *len_in_out, certlife_error **err)
{
    switch (how) {
    case ANSWERS_AT_ONCE:
        return give(late, order, out, len_in_out);
    case ANSWERS_LATER:
        return CERTLIFE_ISSUER_LATER;
    case REJECTS:
        return CERTLIFE_ISSUER_REJECTED;
    case SIGNS_AND_CRASHES:
        sign_order(late, order);
        break;
    case FAILS:
        break;
    }
    return certlife_error_set(err, CERTLIFE_E_ISSUER, 503, "late", "issuer late: the connection was lost");
}

static void happens_meanwhile(struct late_issuer *late)
{
    void (*meanwhile)(void *payload) = late->meanwhile;
    late->meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile(late->payload);
}

static int authority(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err)
{
    struct late_issuer *late = self;
    struct bytes der = {0};
    int rc = certlife__issuer_authority(late->ca, &der, err);
    *der_out = der.data;
    *len_out = der.len;
    return rc;
}

static int issue(void *self, const certlife_issuer_order *asked, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    struct late_issuer *late = self;
    late->issues++;
    struct late_order *order = late->on_issue == FAILS ? NULL : accept_order(late, asked);
    happens_meanwhile(late);
    return answer(late, order, late->on_issue, out, len_in_out, err);
}

static int poll_order(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out,
                      certlife_error **err)
{
    struct late_issuer *late = self;
    late->polls++;
    struct late_order *order = find(late, id, id_len);
    happens_meanwhile(late);
    if (order == NULL && late->on_poll != FAILS)
        return CERTLIFE_ISSUER_UNKNOWN;
    return answer(late, order, late->on_poll, out, len_in_out, err);
}

static void close_late(void *self)
{
    struct late_issuer *late = self;
    certlife_issuer_close(late->ca);
    certlife_issuer_close(late->stranger);
    certlife_issuer_close(late->impostor);
    free(late->orders);
    free(late);
}

static const certlife_issuer_class late_class = {
    .size = sizeof(certlife_issuer_class),
    .name = "late",
    .capabilities = 0,
    .authority = authority,
    .issue = issue,
    .poll = poll_order,
    .free = close_late,
};

/* A CA in this process, whose key is kept in `key_out`. */
static certlife_issuer *make_ca(certlife_crypto *crypto, const char *name, char key_out[8192])
{
    char certificate[4096];
    certlife_error *err = NULL;
    certlife_issuer *out = NULL;
    must(certlife_issuer_make_test_ca(crypto, name, 256, moment("2020-01-01 00:00:00"), moment("9990-01-01 00:00:00"),
                                      certificate, sizeof certificate, key_out, 8192, &err),
         &err);
    must(certlife_issuer_open_local(crypto, (const uint8_t *)certificate, strlen(certificate), (const uint8_t *)key_out,
                                    strlen(key_out), &out, &err),
         &err);
    return out;
}

/* Our CA's own key under another name. */
static certlife_issuer *make_stranger(const struct late_issuer *late)
{
    static const uint8_t serial[] = {7};
    uint8_t der[CERTLIFE_CERTIFICATE_MAX], spki[CERTLIFE_CRYPTO_SPKI_MAX];
    certlife_error *err = NULL;
    certlife_issuer *out = NULL;
    struct signing_key key;
    certlife_issuer_order wording = {.serial = serial, .serial_len = sizeof serial, .spki = spki};
    wording.spki_len = sizeof spki;
    wording.not_before = moment("2020-01-01 00:00:00");
    wording.not_after = moment("9990-01-01 00:00:00");
    must(certlife__crypto_key_open(late->crypto, bytes_of(late->ca_key, strlen(late->ca_key)), &key, &err), &err);
    must(certlife__crypto_key_public(&key, spki, &wording.spki_len, &err), &err);
    certlife__crypto_key_close(&key);
    size_t len = write_ca(late, "Another CA", &wording, der);
    must(certlife_issuer_open_local(late->crypto, der, len, (const uint8_t *)late->ca_key, strlen(late->ca_key), &out,
                                    &err),
         &err);
    return out;
}

struct late_issuer *late_issuer_open(certlife_crypto *crypto, certlife_issuer **out)
{
    char key[8192];
    certlife_error *err = NULL;
    struct signing_key other;
    struct late_issuer *late = calloc(1, sizeof *late);
    assert_non_null(late);
    late->orders = calloc(LATE_ORDERS, sizeof *late->orders);
    assert_non_null(late->orders);
    late->crypto = crypto;
    late->ca = make_ca(crypto, CA_NAME, late->ca_key);
    late->stranger = make_stranger(late);
    late->impostor = make_ca(crypto, CA_NAME, key);
    late->other_spki_len = sizeof late->other_spki;
    must(certlife__crypto_key_generate(crypto, 256, &other, &err), &err);
    must(certlife__crypto_key_public(&other, late->other_spki, &late->other_spki_len, &err), &err);
    certlife__crypto_key_close(&other);
    must(certlife_issuer_new(&late_class, late, out, &err), &err);
    return late;
}

void late_forgets(struct late_issuer *late)
{
    memset(late->orders, 0, LATE_ORDERS * sizeof *late->orders);
    late->order_count = 0;
    late->issues = late->polls = 0;
    late->on_issue = late->on_poll = ANSWERS_AT_ONCE;
    late->misfit = FITS;
}

int late_signed(const struct late_issuer *late)
{
    int count = 0;
    for (size_t i = 0; i < late->order_count; i++)
        count += late->orders[i].len > 0 && late->orders[i].misfit == FITS;
    return count;
}

const uint8_t *late_order_id(const struct late_issuer *late, size_t n)
{
    assert_true(n < late->order_count);
    return late->orders[n].id;
}

size_t late_signs(struct late_issuer *late, size_t n, const uint8_t **der_out)
{
    assert_true(n < late->order_count);
    sign_order(late, &late->orders[n]);
    *der_out = late->orders[n].der;
    return late->orders[n].len;
}
