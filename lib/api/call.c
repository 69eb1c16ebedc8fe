/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <time.h>
#include <unistd.h>

#include "base/civil.h"

int certlife__check_text(const char *what, const char *text, size_t min, size_t max, certlife_error **err)
{
    const char *fault = certlife__text_fault(text, min, max);
    return fault != NULL ? certlife__fail(err, CERTLIFE_E_INVALID, "%s: %s", what, fault) : 0;
}

int certlife__check_email(const char *email, certlife_error **err)
{
    return certlife__check_text("email", email, 0, EMAIL_MAX, err);
}

static int check_optional(const char *what, const char *text, size_t max, certlife_error **err)
{
    return text == NULL ? 0 : certlife__check_text(what, text, 1, max, err);
}

static int check_actor(const certlife_actor *actor, certlife_error **err)
{
    if (actor->size != sizeof *actor)
        return certlife__fail(err, CERTLIFE_E_INVALID, "actor: size is not set; begin with CERTLIFE_ACTOR_INIT");
    if (actor->kind < CERTLIFE_ACTOR_USER || actor->kind > CERTLIFE_ACTOR_SYSTEM)
        return certlife__fail(err, CERTLIFE_E_INVALID, "actor: kind %d is unknown", (int)actor->kind);
    int rc = 0;
    if (actor->kind == CERTLIFE_ACTOR_USER) {
        rc = certlife__check_text("actor's contract", actor->contract, 1, ID_MAX, err);
        if (rc == 0)
            rc = certlife__check_text("actor's user", actor->user, 1, ID_MAX, err);
    }
    if (rc == 0)
        rc = check_optional("actor's staff", actor->staff, STAFF_MAX, err);
    if (rc == 0)
        rc = check_optional("actor's application", actor->application, APPLICATION_MAX, err);
    if (rc == 0)
        rc = check_optional("idempotency key", actor->idempotency_key, 128, err);
    if (rc == 0 && actor->certificate != NULL &&
        (actor->certificate_len == 0 || actor->certificate_len > CERTIFICATE_MAX))
        rc = certlife__fail(err, CERTLIFE_E_MALFORMED, "certificate presented: has %zu bytes", actor->certificate_len);
    return rc;
}

static int read_clock(const certlife_clock *clock, int64_t *out, certlife_error **err)
{
    int64_t now = 0;
    struct timespec system;
    if (clock->now != NULL) {
        int rc = clock->now(clock->payload, &now);
        if (rc != 0)
            return certlife__fail(err, CERTLIFE_E_HOST, "clock: the host's clock answered %d", rc);
    } else if (clock_gettime(CLOCK_REALTIME, &system) == 0) {
        now = system.tv_sec;
    }
    if (now < SECONDS_PER_DAY || now > LAST_MOMENT)
        return certlife__fail(err, CERTLIFE_E_CLOCK, "clock: %lld is not between 1970-01-02 and 9999-12-31",
                              (long long)now);
    *out = now;
    return 0;
}

int certlife__call_prepare(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                           const char *contract, const char *user, certlife_decision *decision, struct call *out,
                           certlife_error **err)
{
    certlife__decision_clear(decision);
    CHECK_USE(institution != NULL, err);
    CHECK_USE(institution->magic == INSTITUTION_MAGIC, err);
    CHECK_USE(actor != NULL, err);
    if (institution->owner != getpid())
        return certlife__fail(err, CERTLIFE_E_FORKED, "institution %s: was opened before fork()", institution->name);
    int64_t now = 0;
    int rc = check_actor(actor, err);
    if (rc == 0 && contract != NULL)
        rc = certlife__check_text("contract", contract, 1, ID_MAX, err);
    if (rc == 0 && user != NULL)
        rc = certlife__check_text("user", user, 1, ID_MAX, err);
    if (rc == 0)
        rc = read_clock(&institution->clock, &now, err);
    if (rc < 0)
        return rc;
    *out = (struct call){
        .institution = institution, .actor = actor, .act = act, .contract = contract, .user = user, .clock = now};
    return 0;
}
