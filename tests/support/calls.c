/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include "world.h"

#define PARAMETERS                                                                                                     \
    certlife_institution *institution, const certlife_actor *actor, const char *contract, const char *user,            \
        certlife_decision *decision, certlife_error **err

static int call_register(PARAMETERS)
{
    (void)user;
    return certlife_contract_register(institution, actor, contract, "keir901", "", decision, err);
}

static int call_apply(PARAMETERS)
{
    (void)user;
    return certlife_contract_apply(institution, actor, contract, decision, err);
}

static int call_apply_usb_token(PARAMETERS)
{
    (void)user;
    return certlife_contract_apply_usb_token(institution, actor, contract, decision, err);
}

static int call_close(PARAMETERS)
{
    (void)user;
    return certlife_contract_close(institution, actor, contract, decision, err);
}

static int call_contract_get(PARAMETERS)
{
    certlife_contract *out = NULL;
    (void)user;
    int rc = certlife_contract_get(institution, actor, contract, &out, decision, err);
    certlife_contract_free(out);
    return rc;
}

static int call_add(PARAMETERS)
{
    return certlife_user_add(institution, actor, contract, user, CERTLIFE_PERMISSION_OPERATOR, "", decision, err);
}

static int call_authorise(PARAMETERS)
{
    return certlife_user_authorise(institution, actor, contract, user, decision, err);
}

static int call_edit(PARAMETERS)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.email = "other@example.co.jp";
    return certlife_user_edit(institution, actor, contract, user, &request, decision, err);
}

static int call_delete(PARAMETERS)
{
    return certlife_user_delete(institution, actor, contract, user, decision, err);
}

static int call_user_get(PARAMETERS)
{
    certlife_user *out = NULL;
    int rc = certlife_user_get(institution, actor, contract, user, &out, decision, err);
    certlife_user_free(out);
    return rc;
}

static int call_list(PARAMETERS)
{
    certlife_user_page *out = NULL;
    (void)user;
    int rc = certlife_user_list(institution, actor, contract, NULL, 100, &out, decision, err);
    certlife_user_page_free(out);
    return rc;
}

static int call_history(PARAMETERS)
{
    certlife_certificate_page *out = NULL;
    int rc = certlife_user_history(institution, actor, contract, user, NULL, 100, &out, decision, err);
    certlife_certificate_page_free(out);
    return rc;
}

static certlife_request a_request(void)
{
    certlife_request request = CERTLIFE_REQUEST_INIT;
    request.pkcs10 = (const uint8_t *)request_pem(REQUESTS_MADE - 1);
    request.pkcs10_len = strlen((const char *)request.pkcs10);
    request.medium = CERTLIFE_MEDIUM_PC;
    request.channel = "edge/app";
    return request;
}

static int call_obtain(PARAMETERS)
{
    certlife_request request = a_request();
    certlife_certificate *out = NULL;
    int rc = certlife_obtain(institution, actor, contract, user, &request, &out, decision, err);
    certlife_certificate_free(out);
    return rc;
}

static int call_renew(PARAMETERS)
{
    certlife_request request = a_request();
    certlife_certificate *out = NULL;
    int rc = certlife_renew(institution, actor, contract, user, &request, &out, decision, err);
    certlife_certificate_free(out);
    return rc;
}

static int call_deliver(PARAMETERS)
{
    certlife_certificate *out = NULL;
    int rc = certlife_deliver(institution, actor, contract, user, &out, decision, err);
    certlife_certificate_free(out);
    return rc;
}

static int call_confirm(PARAMETERS)
{
    return certlife_confirm(institution, actor, contract, user, "0123", decision, err);
}

static int call_renew_later(PARAMETERS)
{
    return certlife_renew_later(institution, actor, contract, user, decision, err);
}

static int call_reissue(PARAMETERS)
{
    return certlife_reissue(institution, actor, contract, user, decision, err);
}

static int call_revoke(PARAMETERS)
{
    return certlife_revoke(institution, actor, contract, user, CERTLIFE_REASON_SUPERSEDED, decision, err);
}

static int call_decide(PARAMETERS)
{
    return certlife_decide(institution, actor, CERTLIFE_ACT_REVOKE, contract, user, decision, err);
}

static int call_who_could(PARAMETERS)
{
    uint32_t who = 0;
    return certlife_who_could(institution, actor, CERTLIFE_ACT_REVOKE, contract, user, &who, decision, err);
}

static int call_notice_list(PARAMETERS)
{
    certlife_notice_page *out = NULL;
    int rc = certlife_notice_list(institution, actor, contract, user, &out, decision, err);
    certlife_notice_page_free(out);
    return rc;
}

static int call_notice_on_screen(PARAMETERS)
{
    certlife_notice *out = NULL;
    int rc = certlife_notice_on_screen(institution, actor, contract, user, &out, decision, err);
    certlife_notice_free(out);
    return rc;
}

const struct call_made calls[] = {
    {"certlife_contract_register", call_register, 0},
    {"certlife_contract_apply", call_apply, 0},
    {"certlife_contract_apply_usb_token", call_apply_usb_token, 0},
    {"certlife_contract_close", call_close, 0},
    {"certlife_contract_get", call_contract_get, 0},
    {"certlife_user_add", call_add, 1},
    {"certlife_user_authorise", call_authorise, 1},
    {"certlife_user_edit", call_edit, 1},
    {"certlife_user_delete", call_delete, 1},
    {"certlife_user_get", call_user_get, 1},
    {"certlife_user_list", call_list, 0},
    {"certlife_user_history", call_history, 1},
    {"certlife_obtain", call_obtain, 1},
    {"certlife_renew", call_renew, 1},
    {"certlife_deliver", call_deliver, 1},
    {"certlife_confirm", call_confirm, 1},
    {"certlife_renew_later", call_renew_later, 1},
    {"certlife_reissue", call_reissue, 1},
    {"certlife_revoke", call_revoke, 1},
    {"certlife_decide", call_decide, 1},
    {"certlife_who_could", call_who_could, 1},
    {"certlife_notice_list", call_notice_list, 1},
    {"certlife_notice_on_screen", call_notice_on_screen, 1},
};

const size_t call_count = sizeof calls / sizeof calls[0];
