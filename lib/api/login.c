/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdlib.h>

#include <certlife/login.h>

struct certlife_login {
    struct login answer;
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
    return login != NULL && login->answer.renewal_due;
}

int32_t certlife_login_days_left(const certlife_login *login)
{
    return login != NULL ? login->answer.days_left : 0;
}

int certlife_login_waits_to_install(const certlife_login *login)
{
    return login != NULL && login->answer.waits_to_install;
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
    int rc = certlife__call_prepare(institution, actor, 0, NULL, NULL, decision, &call, err);
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
        const struct serial *serial = &answer.certificate.serial;
        login->answer = answer;
        certlife__hex_write(serial->octets, serial->len, login->serial);
    }
    return certlife__report(&call, &outcome, decision, rc);
}
