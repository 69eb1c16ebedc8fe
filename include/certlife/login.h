/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/login.h – may they come in with this certificate
 *
 *     certlife_login *login = certlife_login_new();
 *     user.certificate = der;
 *     user.certificate_len = der_len;
 *     if (certlife_login_check(institution, &user, CERTLIFE_LOGIN_RECORD, login, decision, &err) == CERTLIFE_ALLOWED) {
 *         if (certlife_login_renewal_due(login))
 *             printf("%d days left: renew now / later\n", (int)certlife_login_days_left(login));
 *     } else {
 *         puts(certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_JA));
 *     }
 *     certlife_login_free(login);
 *
 * TLS has proved that the peer holds the key of the certificate; this says whether that certificate is this user's and
 * good now (section 7). Ask it at login and, to let a revocation take effect at once, on each request.
 */
#ifndef CERTLIFE_LOGIN_H
#define CERTLIFE_LOGIN_H

#include <certlife/certificate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t certlife_login_mode;
enum {
    CERTLIFE_LOGIN_RECORD = 1, /* a login: the first one with a new certificate confirms it (R-REN-6) */
    CERTLIFE_LOGIN_LOOK = 2,   /* a gate on each request: nothing is written (R-ALL-6) */
};

/* What a successful check tells besides; used again for each call, by one thread at a time. */
typedef struct certlife_login certlife_login;
CERTLIFE_API certlife_login *certlife_login_new(void); /* yours to free; NULL if there is no memory */
CERTLIFE_API void certlife_login_free(certlife_login *login);
/* The certificate's expiry, UTC seconds, and its serial number in hexadecimal (borrowed from `login`). */
CERTLIFE_API int64_t certlife_login_expiry(const certlife_login *login);
CERTLIFE_API const char *certlife_login_serial(const certlife_login *login);
/* 1 if the renewal notice is to be shown (R-LOG-3). Days left: civil days to the expiry date, 0 on it. */
CERTLIFE_API int certlife_login_renewal_due(const certlife_login *login);
CERTLIFE_API int32_t certlife_login_days_left(const certlife_login *login);
/* 1 if the notice is to say that the certificate has been renewed, and the new one waits to be installed (R-NOT-4). */
CERTLIFE_API int certlife_login_waits_to_install(const certlife_login *login);
/* 1 if this login confirmed the certificate. */
CERTLIFE_API int certlife_login_confirmed(const certlife_login *login);

/*
 * `actor` is a USER with the certificate presented; ID and password alone are never enough (R-LOG-1). CERTLIFE_ALLOWED;
 * CERTLIFE_REFUSED, with its own reason and way out (R-LOG-2); or a failure as in certlife/contract.h, which must not let
 * anybody in. `login` and `decision` may be NULL, and are set only by an answer. Allocates nothing unless it confirms.
 */
CERTLIFE_API int certlife_login_check(certlife_institution *institution, const certlife_actor *actor,
                                      certlife_login_mode mode, certlife_login *login, certlife_decision *decision,
                                      certlife_error **err);

#ifdef __cplusplus
}
#endif

#endif
