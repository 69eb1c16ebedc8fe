/* SPDX-License-Identifier: Apache-2.0 */
/* The login check as a C program pays for it; bench.py calls this on the handles it measures itself. */
#include <certlife.h>
#include <time.h>

int64_t login_checks(certlife_institution *institution, const certlife_actor *actor, int32_t loops);

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* How long so many checks take, in nanoseconds; -1 if one was not allowed. */
int64_t login_checks(certlife_institution *institution, const certlife_actor *actor, int32_t loops)
{
    certlife_decision *decision = certlife_decision_new();
    certlife_login *login = certlife_login_new();
    int64_t begin = nanoseconds();
    int64_t answer = 0;
    for (int32_t i = 0; i < loops && answer == 0; i++)
        answer = certlife_login_check(institution, actor, CERTLIFE_LOGIN_LOOK, login, decision, NULL);
    int64_t end = nanoseconds();
    certlife_login_free(login);
    certlife_decision_free(decision);
    return answer == 0 ? end - begin : -1;
}
