/* SPDX-License-Identifier: Apache-2.0 */
/* Obtain and renew, deliver again, confirm. */
#include "api/api.h"

#include <string.h>

#include <certlife/obtain.h>
#include <certlife/renew.h>

static int check_request(const certlife_request *request, certlife_error **err)
{
    CHECK_USE(request != NULL, err);
    CHECK_USE(request->pkcs10 != NULL, err);
    if (request->size != sizeof *request)
        return certlife__fail(err, CERTLIFE_E_INVALID, "request: size is not set; begin with CERTLIFE_REQUEST_INIT");
    if (request->medium != CERTLIFE_MEDIUM_PC && request->medium != CERTLIFE_MEDIUM_USB_TOKEN)
        return certlife__fail(err, CERTLIFE_E_INVALID, "request: medium %d is unknown", (int)request->medium);
    return request->channel != NULL ? certlife__check_text("request's channel", request->channel, 1, 64, err) : 0;
}

/* Calls an act that gives a certificate, with the object for it made before anything is recorded. */
static int give(const struct call *call,
                int (*act)(const struct call *, struct delivered *, struct outcome *, certlife_error **),
                certlife_certificate **out, certlife_decision *decision, certlife_error **err)
{
    struct delivered delivered;
    struct outcome outcome = {0};
    certlife_certificate *certificate = certlife__certificate_make(err);
    if (certificate == NULL)
        return CERTLIFE_E_MEMORY;
    int rc = act(call, &delivered, &outcome, err);
    if (rc == CERTLIFE_ALLOWED)
        *out = certlife__certificate_fill(certificate, &delivered.record, outcome.now);
    else
        certlife_certificate_free(certificate);
    return certlife__report(call, &outcome, decision, rc);
}

static int issue(certlife_institution *institution, const certlife_actor *actor, certlife_act act, const char *contract,
                 const char *user, const certlife_request *request, certlife_certificate **out,
                 certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct asked asked;
    int rc = certlife__call_prepare(institution, actor, act, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    CHECK_USE(user != NULL, err);
    CHECK_USE(out != NULL, err);
    if (rc == 0)
        rc = check_request(request, err);
    if (rc == 0)
        rc = certlife__asked_read(institution, bytes_of(request->pkcs10, request->pkcs10_len), &asked, err);
    if (rc < 0)
        return rc;
    call.asked = &asked;
    call.medium = request->medium;
    call.channel = request->channel;
    rc = certlife__answer_name(&call, err);
    return rc < 0 ? rc : give(&call, certlife__issue, out, decision, err);
}

int certlife_obtain(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                    const char *user, const certlife_request *request, certlife_certificate **out,
                    certlife_decision *decision, certlife_error **err)
{
    return issue(institution, actor, CERTLIFE_ACT_OBTAIN, contract, user, request, out, decision, err);
}

int certlife_renew(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                   const char *user, const certlife_request *request, certlife_certificate **out,
                   certlife_decision *decision, certlife_error **err)
{
    return issue(institution, actor, CERTLIFE_ACT_RENEW, contract, user, request, out, decision, err);
}

int certlife_deliver(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                     const char *user, certlife_certificate **out, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    int rc = certlife__call_prepare(institution, actor, CERTLIFE_ACT_DELIVER, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    CHECK_USE(user != NULL, err);
    CHECK_USE(out != NULL, err);
    return rc < 0 ? rc : give(&call, certlife__deliver, out, decision, err);
}

int certlife_confirm(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                     const char *user, const char *serial, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    size_t len = 0;
    int rc = certlife__call_prepare(institution, actor, CERTLIFE_ACT_CONFIRM, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    CHECK_USE(user != NULL, err);
    CHECK_USE(serial != NULL, err);
    if (rc == 0 && !certlife__hex_read(serial, call.serial.octets, sizeof call.serial.octets, &len))
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "serial number: is not hexadecimal of 1 to 20 octets");
    if (rc < 0)
        return rc;
    call.serial.len = (uint8_t)len;
    rc = certlife__answer_name(&call, err);
    if (rc == 0)
        rc = certlife__do(&call, &call.act, 1, &outcome, err);
    return certlife__report(&call, &outcome, decision, rc);
}

int certlife_issuer_answer(certlife_institution *institution, const certlife_actor *actor, const uint8_t *order_id,
                           size_t order_id_len, const uint8_t *certificate, size_t certificate_len,
                           certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = certlife__call_prepare(institution, actor, CERTLIFE_ACT_ISSUER_ANSWER, NULL, NULL, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(order_id != NULL, err);
    if (rc == 0 && order_id_len != ORDER_ID_LEN)
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "order: its id has %zu bytes, not %d", order_id_len, ORDER_ID_LEN);
    if (rc == 0 && certificate != NULL && (certificate_len == 0 || certificate_len > CERTIFICATE_MAX))
        rc = certlife__fail(err, CERTLIFE_E_MALFORMED, "issuer's answer: has %zu bytes", certificate_len);
    if (rc < 0)
        return rc;
    call.serial.len = ORDER_ID_LEN;
    memcpy(call.serial.octets, order_id, ORDER_ID_LEN);
    call.answer = bytes_of(certificate, certificate != NULL ? certificate_len : 0);
    rc = certlife__answer_name(&call, err);
    if (rc == 0)
        rc = certlife__issuer_answered(&call, &outcome, err);
    return certlife__report(&call, &outcome, decision, rc);
}
