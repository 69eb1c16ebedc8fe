/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdlib.h>

#include <certlife/login.h>

#include "rules/window.h"

struct certlife_login {
    struct login answer;
    bool renewal_due;
    int32_t days_left;
    char serial[2 * CERTLIFE_SERIAL_MAX + 1];
};

certlife_login *certlife_login_new(void)
{
    return calloc(1, sizeof(certlife_login));
}

void certlife_login_free(certlife_login *login)
{
    free(login);
}

int64_t certlife_login_expiry(const certlife_login *login)
{
    return login != NULL ? login->answer.certificate.not_after : 0;
}

const char *certlife_login_serial(const certlife_login *login)
{
    return login != NULL ? login->serial : "";
}

int certlife_login_renewal_due(const certlife_login *login)
{
    return login != NULL && login->renewal_due;
}

int32_t certlife_login_days_left(const certlife_login *login)
{
    return login != NULL ? login->days_left : 0;
}

int certlife_login_confirmed(const certlife_login *login)
{
    return login != NULL && login->answer.confirmed;
}

int certlife_login_check(certlife_institution *institution, const certlife_actor *actor, certlife_login_mode mode,
                         certlife_login *login, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct login answer = {.confirmed = false};
    struct outcome outcome = {0};
    int rc = certlife__call_prepare(institution, actor, 0, NULL, NULL, &call, err);
    if (rc == 0 && actor->kind != CERTLIFE_ACTOR_USER)
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "login: only users log in");
    if (rc == 0 && mode != CERTLIFE_LOGIN_RECORD && mode != CERTLIFE_LOGIN_LOOK)
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "login: mode %d is unknown", (int)mode);
    if (rc < 0)
        return rc;
    call.contract = actor->contract;
    call.user = actor->user;
    rc = certlife__login(&call, mode, &answer, &outcome, err);
    if (rc == CERTLIFE_ALLOWED && login != NULL) {
        const struct certlife_profile *profile = &institution->profile;
        const struct certificate *certificate = &answer.certificate;
        login->answer = answer;
        login->renewal_due = outcome.now >= certlife__window_notice_opens(profile, certificate->not_after);
        login->days_left = certlife__window_days_left(profile, outcome.now, certificate->not_after);
        certlife__hex_write(certificate->serial.octets, certificate->serial.len, login->serial);
    }
    return certlife__report(&call, &outcome, decision, rc);
}
