/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/login.h>; the compiler holds it to the header. */

typedef int32_t certlife_login_mode;
#define CERTLIFE_LOGIN_RECORD ...
#define CERTLIFE_LOGIN_LOOK ...

typedef struct certlife_login certlife_login;
certlife_login *certlife_login_new(void);
void certlife_login_free(certlife_login *login);
int64_t certlife_login_expiry(const certlife_login *login);
const char *certlife_login_serial(const certlife_login *login);
int certlife_login_renewal_due(const certlife_login *login);
int32_t certlife_login_days_left(const certlife_login *login);
int certlife_login_waits_to_install(const certlife_login *login);
int certlife_login_confirmed(const certlife_login *login);
int certlife_login_check(certlife_institution *institution, const certlife_actor *actor, certlife_login_mode mode,
                         certlife_login *login, certlife_decision *decision, certlife_error **err);
