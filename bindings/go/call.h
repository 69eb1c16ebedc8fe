/* SPDX-License-Identifier: Apache-2.0 */
/* What one call into the library needs, in memory of C's, so that no pointer into Go's memory is ever kept or nested. */
#ifndef CERTLIFE_GO_CALL_H
#define CERTLIFE_GO_CALL_H

#include <certlife.h>
#include <stdlib.h>
#include <string.h>

#if CERTLIFE_VERSION_NUMBER < 0x010000
#error "certlife for Go needs libcertlife 1.0.0 or later"
#endif

struct certlife_go_text {
    const char *at;
    size_t len;
};

/* What an answer says, read out in one crossing. */
struct certlife_go_answer {
    int32_t allowed;
    certlife_code code;
    certlife_way way;
    int64_t date;
    struct certlife_go_text row, line, sentence[2], way_sentence[2];
};

struct certlife_go_login {
    int64_t expiry;
    int32_t days_left;
    int32_t renewal_due, waits_to_install, confirmed;
    struct certlife_go_text serial;
};

struct certlife_go_call {
    certlife_actor actor;
    certlife_decision *decision;
    certlife_login *login;
    certlife_error *err;
    struct certlife_go_answer answer;
    struct certlife_go_login answer_login;
    union {
        void *object;
        certlife_contract *contract;
        certlife_user *user;
        certlife_user_page *users;
        certlife_certificate *certificate;
        certlife_certificate_page *certificates;
        certlife_notice *notice;
        certlife_notice_page *notices;
        int64_t moment;
        uint32_t who;
    } out;
    _Alignas(8) char room[4096]; /* for texts and certificates */
};

static inline struct certlife_go_call *certlife_go_call_new(void)
{
    struct certlife_go_call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return NULL;
    call->decision = certlife_decision_new();
    call->login = certlife_login_new();
    if (call->decision != NULL && call->login != NULL)
        return call;
    certlife_decision_free(call->decision);
    certlife_login_free(call->login);
    free(call);
    return NULL;
}

static inline void certlife_go_call_free(struct certlife_go_call *call)
{
    certlife_decision_free(call->decision);
    certlife_login_free(call->login);
    free(call);
}

static inline struct certlife_go_text certlife_go_text_of(const char *text)
{
    struct certlife_go_text out = {text, strlen(text)};
    return out;
}

/* `texts` 0 leaves out the sentences. */
static inline void certlife_go_read_answer(struct certlife_go_call *call, int texts)
{
    const certlife_decision *decision = call->decision;
    struct certlife_go_answer *answer = &call->answer;
    answer->allowed = certlife_decision_allowed(decision);
    answer->code = certlife_decision_code(decision);
    answer->way = certlife_decision_way(decision);
    answer->date = certlife_decision_date(decision);
    answer->row = certlife_go_text_of(certlife_decision_row(decision));
    answer->line = certlife_go_text_of(certlife_decision_line(decision));
    if (!texts)
        return;
    for (int i = 0; i < 2; i++) {
        certlife_language language = i == 0 ? CERTLIFE_LANGUAGE_JA : CERTLIFE_LANGUAGE_EN;
        answer->sentence[i] = certlife_go_text_of(certlife_decision_sentence(decision, language));
        answer->way_sentence[i] = certlife_go_text_of(certlife_decision_way_sentence(decision, language));
    }
}

/* A login check and all that its answer says, in one crossing. */
static inline int certlife_go_login_check(certlife_institution *institution, struct certlife_go_call *call,
                                          certlife_login_mode mode)
{
    int rc = certlife_login_check(institution, &call->actor, mode, call->login, call->decision, &call->err);
    if (rc < 0)
        return rc;
    certlife_go_read_answer(call, rc != CERTLIFE_ALLOWED);
    if (rc == CERTLIFE_ALLOWED) {
        struct certlife_go_login *login = &call->answer_login;
        login->expiry = certlife_login_expiry(call->login);
        login->days_left = certlife_login_days_left(call->login);
        login->renewal_due = certlife_login_renewal_due(call->login);
        login->waits_to_install = certlife_login_waits_to_install(call->login);
        login->confirmed = certlife_login_confirmed(call->login);
        login->serial = certlife_go_text_of(certlife_login_serial(call->login));
    }
    return rc;
}

#endif
