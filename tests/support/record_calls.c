/* SPDX-License-Identifier: Apache-2.0 */
/* The public calls, wrapped: each passes on, and writes a line of what was asked and answered. */
#include "record.h"

#include <stdlib.h>

#include "base/text.h"

#define WHO certlife_institution *institution, const certlife_actor *actor
#define ANSWER certlife_decision *decision, certlife_error **err
#define TEXT(noun, field) say_text(#field, certlife_##noun##_##field(noun));
#define NUMBER(noun, field) say_number(#field, certlife_##noun##_##field(noun));
#define SERIAL(noun, field) say_named(#field, NAMES_CERTIFICATE, certlife_##noun##_##field(noun));

/* ---- What came out ---- */

static void say_certificate(const char *name, const certlife_certificate *certificate)
{
    const uint8_t *der = NULL;
    size_t len = certlife_certificate_der(certificate, &der);
    record_certificate(certlife_certificate_serial(certificate), der, len);
    say_open(name, '{');
    SERIAL(certificate, serial)
    TEXT(certificate, contract)
    TEXT(certificate, user)
    say_text("medium", certlife_medium_name(certlife_certificate_medium(certificate)));
    say_text("state", certlife_certificate_state_name(certlife_certificate_state_of(certificate)));
    NUMBER(certificate, not_before)
    NUMBER(certificate, not_after)
    NUMBER(certificate, confirmed_at)
    NUMBER(certificate, replaced_at)
    NUMBER(certificate, revoked_at)
    say_text("reason", certlife_reason_name(certlife_certificate_reason(certificate)));
    TEXT(certificate, revoked_by)
    TEXT(certificate, application)
    say_close('}');
}

static void say_user(const char *name, const certlife_user *user)
{
    say_open(name, '{');
    TEXT(user, id)
    TEXT(user, contract)
    TEXT(user, email)
    NUMBER(user, role)
    NUMBER(user, permission)
    say_text("status", certlife_status_name(certlife_user_status(user)));
    NUMBER(user, obtain_by)
    NUMBER(user, expiry)
    SERIAL(user, serial)
    NUMBER(user, unconfirmed_expiry)
    SERIAL(user, unconfirmed_serial)
    TEXT(user, application)
    NUMBER(user, added_at)
    NUMBER(user, deleted_at)
    NUMBER(user, renew_later_at)
    say_close('}');
}

static void say_contract(const char *name, const certlife_contract *contract)
{
    say_open(name, '{');
    TEXT(contract, id)
    TEXT(contract, master)
    NUMBER(contract, users)
    NUMBER(contract, users_limit)
    NUMBER(contract, registered_at)
    NUMBER(contract, applied_at)
    NUMBER(contract, usb_token_applied_at)
    NUMBER(contract, closed_at)
    TEXT(contract, application)
    TEXT(contract, usb_token_application)
    TEXT(contract, close_application)
    say_close('}');
}

static void say_login(const char *name, const certlife_login *login)
{
    say_open(name, '{');
    SERIAL(login, serial)
    NUMBER(login, expiry)
    NUMBER(login, renewal_due)
    NUMBER(login, days_left)
    NUMBER(login, waits_to_install)
    NUMBER(login, confirmed)
    say_close('}');
}

static void say_members(const certlife_notice *notice)
{
    say_open("members", '[');
    for (size_t i = 0; i < certlife_notice_member_count(notice); i++) {
        say_open(NULL, '{');
        say_text("user", certlife_notice_member_user(notice, i));
        say_named("serial", NAMES_CERTIFICATE, certlife_notice_member_serial(notice, i));
        say_number("expiry", certlife_notice_member_expiry(notice, i));
        say_number("days_left", certlife_notice_member_days_left(notice, i));
        say_close('}');
    }
    say_close(']');
}

static void say_notice(const char *name, const certlife_notice *notice)
{
    say_open(name, '{');
    say_text("kind", certlife_notice_kind_name(certlife_notice_kind_of(notice)));
    say_text("state", certlife_notice_state_name(certlife_notice_state_of(notice)));
    say_named("key", NAMES_NOTICE, certlife_notice_key(notice));
    TEXT(notice, contract)
    TEXT(notice, user)
    say_text("addressee", certlife_addressee_name(certlife_notice_addressee_of(notice)));
    TEXT(notice, addressee_user)
    TEXT(notice, email)
    NUMBER(notice, language)
    SERIAL(notice, serial)
    NUMBER(notice, expiry)
    NUMBER(notice, renew_by)
    NUMBER(notice, obtain_by)
    NUMBER(notice, days_left)
    NUMBER(notice, happened_at)
    NUMBER(notice, waits_to_install)
    NUMBER(notice, renew_later_at)
    NUMBER(notice, due)
    NUMBER(notice, ended_at)
    NUMBER(notice, attempts)
    TEXT(notice, cause)
    say_members(notice);
    say_close('}');
}

/* ---- A call ---- */

static void say_actor(const certlife_actor *actor)
{
    say_open("actor", '{');
    say_number("kind", actor->kind);
    say_text("contract", actor->contract);
    say_text("user", actor->user);
    say_text("staff", actor->staff);
    say_number("login_password", actor->login_password);
    say_number("confirmation_password", actor->confirmation_password);
    say_presented("certificate", actor->certificate, actor->certificate_len);
    say_text("application", actor->application);
    say_text("idempotency_key", actor->idempotency_key);
    say_close('}');
}

/* Begins a line with who asks; a decision and an error are there then, also where the test wants none. */
static void begins(const char *call, WHO, certlife_decision **decision, certlife_error ***err)
{
    static certlife_decision *unwanted_decision;
    static certlife_error *unwanted_error;
    if (!record_begins(call))
        return;
    if (record_bank(institution) == 0 || actor == NULL) {
        record_stops("no institution, or nobody");
        return;
    }
    if (unwanted_decision == NULL)
        unwanted_decision = certlife_decision_new();
    certlife_error_free(unwanted_error);
    unwanted_error = NULL;
    *decision = *decision != NULL ? *decision : unwanted_decision;
    *err = *err != NULL && **err == NULL ? *err : &unwanted_error;
    say_number("bank", record_bank(institution));
    say_actor(actor);
}

static void say_decision(const certlife_decision *decision)
{
    say_open("answer", '{');
    NUMBER(decision, allowed)
    say_text("code", certlife_code_name(certlife_decision_code(decision)));
    TEXT(decision, row)
    say_text("way", certlife_way_name(certlife_decision_way(decision)));
    NUMBER(decision, date)
    say_text("ja", certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_JA));
    say_text("en", certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_EN));
    say_text("way_ja", certlife_decision_way_sentence(decision, CERTLIFE_LANGUAGE_JA));
    say_text("way_en", certlife_decision_way_sentence(decision, CERTLIFE_LANGUAGE_EN));
    say_sentence("line", certlife_decision_line(decision));
    say_close('}');
}

static void say_failure(int rc, const certlife_error *error)
{
    say_open("answer", '{');
    say_text("failure", certlife_error_name(rc));
    say_sentence("message", certlife_error_message(error));
    say_close('}');
}

/* A store or crypto of the test's own has failed. */
static bool is_of_its_parts(int rc)
{
    return rc == CERTLIFE_E_STORE || rc == CERTLIFE_E_STORE_FULL || rc == CERTLIFE_E_BUSY || rc == CERTLIFE_E_CRYPTO ||
           rc == CERTLIFE_E_MEMORY;
}

/* Says the answer; true if something came out that can be said. */
static bool answers(int rc, const certlife_decision *decision, certlife_error *const *err)
{
    if (is_of_its_parts(rc))
        record_stops("a part that fails");
    if (!record_is_inside())
        return false;
    if (rc < 0)
        say_failure(rc, *err);
    else
        say_decision(decision);
    return rc == CERTLIFE_ALLOWED;
}

static int ends(int rc)
{
    record_ends();
    return rc;
}

static void say_target(const char *contract, const char *user)
{
    say_text("contract", contract);
    say_text("user", user);
}

/* ---- Acts that have nothing to say but whom they are about ---- */

#define ON_CONTRACT(name)                                                                                              \
    WRAPS(int, certlife_##name, WHO, const char *contract, ANSWER)                                                     \
    {                                                                                                                  \
        begins(#name, institution, actor, &decision, &err);                                                            \
        say_text("contract", contract);                                                                                \
        int rc = __real_certlife_##name(institution, actor, contract, decision, err);                                  \
        answers(rc, decision, err);                                                                                    \
        return ends(rc);                                                                                               \
    }
ON_CONTRACT(contract_apply)
ON_CONTRACT(contract_apply_usb_token)
ON_CONTRACT(contract_close)

#define ON_USER(name)                                                                                                  \
    WRAPS(int, certlife_##name, WHO, const char *contract, const char *user, ANSWER)                                   \
    {                                                                                                                  \
        begins(#name, institution, actor, &decision, &err);                                                            \
        say_target(contract, user);                                                                                    \
        int rc = __real_certlife_##name(institution, actor, contract, user, decision, err);                            \
        answers(rc, decision, err);                                                                                    \
        return ends(rc);                                                                                               \
    }
ON_USER(user_authorise)
ON_USER(user_delete)
ON_USER(reissue)
ON_USER(renew_later)

/* ---- Contracts and users ---- */

WRAPS(int, certlife_contract_register, WHO, const char *contract, const char *master, const char *email, ANSWER)
{
    begins("contract_register", institution, actor, &decision, &err);
    say_text("contract", contract);
    say_text("master", master);
    say_text("email", email);
    int rc = __real_certlife_contract_register(institution, actor, contract, master, email, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_contract_get, WHO, const char *contract, certlife_contract **out, ANSWER)
{
    begins("contract_get", institution, actor, &decision, &err);
    say_text("contract", contract);
    int rc = __real_certlife_contract_get(institution, actor, contract, out, decision, err);
    if (answers(rc, decision, err))
        say_contract("out", *out);
    return ends(rc);
}

WRAPS(int, certlife_user_add, WHO, const char *contract, const char *user, certlife_permission permission,
      const char *email, ANSWER)
{
    begins("user_add", institution, actor, &decision, &err);
    say_target(contract, user);
    say_number("permission", permission);
    say_text("email", email);
    int rc = __real_certlife_user_add(institution, actor, contract, user, permission, email, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_user_edit, WHO, const char *contract, const char *user, const certlife_user_edit_request *request,
      ANSWER)
{
    begins("user_edit", institution, actor, &decision, &err);
    say_target(contract, user);
    say_number("certificate", request->certificate);
    say_number("reason", request->reason);
    say_text("email", request->email);
    say_number("permission", request->permission);
    int rc = __real_certlife_user_edit(institution, actor, contract, user, request, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_user_get, WHO, const char *contract, const char *user, certlife_user **out, ANSWER)
{
    begins("user_get", institution, actor, &decision, &err);
    say_target(contract, user);
    int rc = __real_certlife_user_get(institution, actor, contract, user, out, decision, err);
    if (answers(rc, decision, err))
        say_user("out", *out);
    return ends(rc);
}

static void say_user_page(const certlife_user_page *page)
{
    say_open("out", '[');
    for (size_t i = 0; i < certlife_user_page_count(page); i++)
        say_user(NULL, certlife_user_page_at(page, i));
    say_close(']');
    say_text("next", certlife_user_page_next(page));
}

WRAPS(int, certlife_user_list, WHO, const char *contract, const char *after, int32_t limit, certlife_user_page **out,
      ANSWER)
{
    begins("user_list", institution, actor, &decision, &err);
    say_text("contract", contract);
    say_text("after", after);
    say_number("limit", limit);
    int rc = __real_certlife_user_list(institution, actor, contract, after, limit, out, decision, err);
    if (answers(rc, decision, err))
        say_user_page(*out);
    return ends(rc);
}

static void say_certificate_page(const certlife_certificate_page *page)
{
    say_open("out", '[');
    for (size_t i = 0; i < certlife_certificate_page_count(page); i++)
        say_certificate(NULL, certlife_certificate_page_at(page, i));
    say_close(']');
    say_if_named("next", NAMES_CERTIFICATE, certlife_certificate_page_next(page));
}

WRAPS(int, certlife_user_history, WHO, const char *contract, const char *user, const char *after, int32_t limit,
      certlife_certificate_page **out, ANSWER)
{
    begins("user_history", institution, actor, &decision, &err);
    say_target(contract, user);
    say_if_named("after", NAMES_CERTIFICATE, after);
    say_number("limit", limit);
    int rc = __real_certlife_user_history(institution, actor, contract, user, after, limit, out, decision, err);
    if (answers(rc, decision, err))
        say_certificate_page(*out);
    return ends(rc);
}

/* ---- Certificates ---- */

static void say_request(const certlife_request *request)
{
    say_bytes("pkcs10", request->pkcs10, request->pkcs10_len);
    say_number("medium", request->medium);
    say_text("channel", request->channel);
}

WRAPS(int, certlife_obtain, WHO, const char *contract, const char *user, const certlife_request *request,
      certlife_certificate **out, ANSWER)
{
    begins("obtain", institution, actor, &decision, &err);
    say_target(contract, user);
    say_request(request);
    int rc = __real_certlife_obtain(institution, actor, contract, user, request, out, decision, err);
    if (answers(rc, decision, err))
        say_certificate("out", *out);
    return ends(rc);
}

WRAPS(int, certlife_renew, WHO, const char *contract, const char *user, const certlife_request *request,
      certlife_certificate **out, ANSWER)
{
    begins("renew", institution, actor, &decision, &err);
    say_target(contract, user);
    say_request(request);
    int rc = __real_certlife_renew(institution, actor, contract, user, request, out, decision, err);
    if (answers(rc, decision, err))
        say_certificate("out", *out);
    return ends(rc);
}

WRAPS(int, certlife_deliver, WHO, const char *contract, const char *user, certlife_certificate **out, ANSWER)
{
    begins("deliver", institution, actor, &decision, &err);
    say_target(contract, user);
    int rc = __real_certlife_deliver(institution, actor, contract, user, out, decision, err);
    if (answers(rc, decision, err))
        say_certificate("out", *out);
    return ends(rc);
}

WRAPS(int, certlife_confirm, WHO, const char *contract, const char *user, const char *serial, ANSWER)
{
    begins("confirm", institution, actor, &decision, &err);
    say_target(contract, user);
    say_if_named("serial", NAMES_CERTIFICATE, serial);
    int rc = __real_certlife_confirm(institution, actor, contract, user, serial, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_revoke, WHO, const char *contract, const char *user, certlife_reason reason, ANSWER)
{
    begins("revoke", institution, actor, &decision, &err);
    say_target(contract, user);
    say_number("reason", reason);
    int rc = __real_certlife_revoke(institution, actor, contract, user, reason, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

static void say_order(const uint8_t *id, size_t len)
{
    char text[2 * CERTLIFE_SERIAL_MAX + 1];
    if (id == NULL || len > CERTLIFE_SERIAL_MAX) {
        record_stops("an order of another length");
        return;
    }
    certlife__hex_write(id, len, text);
    say_if_named("order", NAMES_ORDER, text);
}

WRAPS(int, certlife_issuer_answer, WHO, const uint8_t *order, size_t order_len, const uint8_t *certificate,
      size_t certificate_len, ANSWER)
{
    begins("issuer_answer", institution, actor, &decision, &err);
    say_order(order, order_len);
    say_bytes("certificate", certificate, certificate_len);
    int rc = __real_certlife_issuer_answer(institution, actor, order, order_len, certificate, certificate_len, decision,
                                           err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_login_check, WHO, certlife_login_mode mode, certlife_login *login, ANSWER)
{
    begins("login_check", institution, actor, &decision, &err);
    say_number("mode", mode);
    int rc = __real_certlife_login_check(institution, actor, mode, login, decision, err);
    if (answers(rc, decision, err) && login != NULL)
        say_login("out", login);
    return ends(rc);
}

/* ---- Questions ---- */

WRAPS(int, certlife_decide, WHO, certlife_act act, const char *contract, const char *user, ANSWER)
{
    begins("decide", institution, actor, &decision, &err);
    say_number("act", act);
    say_target(contract, user);
    int rc = __real_certlife_decide(institution, actor, act, contract, user, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_who_could, WHO, certlife_act act, const char *contract, const char *user, uint32_t *who, ANSWER)
{
    begins("who_could", institution, actor, &decision, &err);
    say_number("act", act);
    say_target(contract, user);
    int rc = __real_certlife_who_could(institution, actor, act, contract, user, who, decision, err);
    if (answers(rc, decision, err))
        say_number("out", *who);
    return ends(rc);
}

/* ---- Notices ---- */

/* Pages that a test holds, and the lines that they came with. */
static struct held_page {
    const certlife_notice_page *page;
    int line;
    struct held_page *next;
} * held_pages;

static void say_notice_page(const certlife_notice_page *page)
{
    struct held_page *held = malloc(sizeof *held);
    if (held == NULL)
        abort();
    *held = (struct held_page){page, record_line(), held_pages};
    held_pages = held;
    say_open("out", '[');
    for (size_t i = 0; i < certlife_notice_page_count(page); i++)
        say_notice(NULL, certlife_notice_page_at(page, i));
    say_close(']');
    say_number("more", certlife_notice_page_more(page));
}

WRAPS(void, certlife_notice_page_free, certlife_notice_page *page)
{
    for (struct held_page **at = &held_pages; *at != NULL; at = &(*at)->next) {
        struct held_page *held = *at;
        if (held->page != page)
            continue;
        *at = held->next;
        free(held);
        break;
    }
    __real_certlife_notice_page_free(page);
}

static void say_place(const char *name, int line, size_t index)
{
    say_open(name, '[');
    say_number(NULL, line);
    say_number(NULL, (int64_t)index);
    say_close(']');
}

/* A notice is told by the line that it came with, and its index there. */
static void say_held(const char *name, const certlife_notice *notice)
{
    if (notice == NULL) {
        say_text(name, NULL);
        return;
    }
    for (const struct held_page *held = held_pages; held != NULL; held = held->next) {
        for (size_t i = 0; i < certlife_notice_page_count(held->page); i++) {
            if (certlife_notice_page_at(held->page, i) == notice) {
                say_place(name, held->line, i);
                return;
            }
        }
    }
    record_stops("a notice of no page");
}

WRAPS(int, certlife_notice_claim, WHO, const char *worker, int32_t limit, int32_t lease, certlife_notice_page **out,
      ANSWER)
{
    begins("notice_claim", institution, actor, &decision, &err);
    say_text("worker", worker);
    say_number("limit", limit);
    say_number("lease", lease);
    int rc = __real_certlife_notice_claim(institution, actor, worker, limit, lease, out, decision, err);
    if (answers(rc, decision, err))
        say_notice_page(*out);
    return ends(rc);
}

WRAPS(int, certlife_notice_done, WHO, const certlife_notice *notice, ANSWER)
{
    begins("notice_done", institution, actor, &decision, &err);
    say_held("notice", notice);
    int rc = __real_certlife_notice_done(institution, actor, notice, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_notice_give_back, WHO, const certlife_notice *notice, const char *cause, ANSWER)
{
    begins("notice_give_back", institution, actor, &decision, &err);
    say_held("notice", notice);
    say_text("cause", cause);
    int rc = __real_certlife_notice_give_back(institution, actor, notice, cause, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_notice_retry, WHO, const certlife_notice *notice, ANSWER)
{
    begins("notice_retry", institution, actor, &decision, &err);
    say_held("notice", notice);
    int rc = __real_certlife_notice_retry(institution, actor, notice, decision, err);
    answers(rc, decision, err);
    return ends(rc);
}

WRAPS(int, certlife_notice_next_due, WHO, int64_t *out, ANSWER)
{
    begins("notice_next_due", institution, actor, &decision, &err);
    int rc = __real_certlife_notice_next_due(institution, actor, out, decision, err);
    if (answers(rc, decision, err))
        say_number("out", *out);
    return ends(rc);
}

WRAPS(int, certlife_notice_parked, WHO, const certlife_notice *after, int32_t limit, certlife_notice_page **out, ANSWER)
{
    begins("notice_parked", institution, actor, &decision, &err);
    say_held("after", after);
    say_number("limit", limit);
    int rc = __real_certlife_notice_parked(institution, actor, after, limit, out, decision, err);
    if (answers(rc, decision, err))
        say_notice_page(*out);
    return ends(rc);
}

WRAPS(int, certlife_notice_list, WHO, const char *contract, const char *user, certlife_notice_page **out, ANSWER)
{
    begins("notice_list", institution, actor, &decision, &err);
    say_target(contract, user);
    int rc = __real_certlife_notice_list(institution, actor, contract, user, out, decision, err);
    if (answers(rc, decision, err))
        say_notice_page(*out);
    return ends(rc);
}

WRAPS(int, certlife_notice_on_screen, WHO, const char *contract, const char *user, certlife_notice **out, ANSWER)
{
    begins("notice_on_screen", institution, actor, &decision, &err);
    say_target(contract, user);
    int rc = __real_certlife_notice_on_screen(institution, actor, contract, user, out, decision, err);
    if (answers(rc, decision, err) && *out != NULL)
        say_notice("out", *out);
    return ends(rc);
}
