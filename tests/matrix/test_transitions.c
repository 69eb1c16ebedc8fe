/* SPDX-License-Identifier: Apache-2.0 */
/* Laws over what acts do: on every state of the matrix, along every path of seven events, and on the way out that a
 * refusal shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/civil.h"
#include "cells.h"
#include "rules/transition.h"
#include "rules/window.h"

#define DAY SECONDS_PER_DAY

/* ---- One user's life: what is stored, and every certificate there ever was ---- */

#define LEDGER 16
struct life {
    const struct certlife_profile *profile;
    int64_t now;
    struct contract contract;
    struct user user;
    struct certificate ledger[LEDGER];
    size_t certificates;
    char story[160];
};

static void fails(const struct life *life, const char *law)
{
    fail_msg("%s:%s: %s", life->profile->name, life->story, law);
}

static struct certificate *entry_of(struct life *life, const struct serial *serial)
{
    for (size_t i = 0; i < life->certificates; i++) {
        if (serial_equal(&life->ledger[i].serial, serial))
            return &life->ledger[i];
    }
    return NULL;
}

/* R-REV-6, R-REV-7: what was once written of a certificate is never taken back. */
static void enter(struct life *life, const struct certificate *is)
{
    if (!certificate_exists(is))
        return;
    struct certificate *was = entry_of(life, &is->serial);
    if (was == NULL) {
        assert_true(life->certificates < LEDGER);
        was = &life->ledger[life->certificates++];
        *was = *is;
    }
    if (was->revoked_at != 0 && (is->revoked_at != was->revoked_at || is->reason != was->reason))
        fails(life, "R-REV-6: a revocation was changed");
    if (was->replaced_at != 0 && is->replaced_at != was->replaced_at)
        fails(life, "R-REN-6: a replacement was changed");
    if (was->confirmed_at != 0 && is->confirmed_at == 0)
        fails(life, "a confirmation was taken back");
    if (was->not_after != is->not_after || was->not_before != is->not_before || was->issued_by != is->issued_by ||
        was->issued_at != is->issued_at || was->medium != is->medium)
        fails(life, "R-ALL-17: a stored fact was changed");
    *was = *is;
}

static bool in_row(const struct life *life, const struct certificate *certificate)
{
    return serial_equal(&certificate->serial, &life->user.current.serial) ||
           serial_equal(&certificate->serial, &life->user.unconfirmed.serial);
}

static void take(struct life *life, const struct change *change)
{
    const size_t before = life->certificates;
    life->user = change->user;
    enter(life, &life->user.current);
    enter(life, &life->user.unconfirmed);
    for (int32_t i = 0; i < change->left_count; i++)
        enter(life, &change->left[i]);
    for (size_t i = 0; i < before; i++) {
        bool left = false;
        for (int32_t n = 0; n < change->left_count; n++)
            left = left || serial_equal(&life->ledger[i].serial, &change->left[n].serial);
        if (!left && !in_row(life, &life->ledger[i]) && certificate_usable(&life->ledger[i], life->now))
            fails(life, "R-USR-6: a certificate that works is nowhere");
    }
}

static struct standing standing_in(const struct life *life)
{
    return certlife__standing_of(life->profile, &life->contract, &life->user, life->now);
}

static struct verdict decide(const struct life *life, certlife_act act, enum actor actor, uint32_t assurance)
{
    const struct tables tables = certlife__tables();
    const bool general = life->user.role == CERTLIFE_ROLE_GENERAL;
    const bool self = actor == ACTOR_GENERAL || (actor == ACTOR_MASTER && !general);
    const enum target target = self ? TARGET_SELF : general ? TARGET_GENERAL : TARGET_MASTER;
    struct situation s = {.profile = life->profile,
                          .now = life->now,
                          .act = act,
                          .actor = actor,
                          .target = act == CERTLIFE_ACT_CONTRACT_CLOSE ? TARGET_CONTRACT : target,
                          .assurance = assurance,
                          .contract = &life->contract,
                          .user = act == CERTLIFE_ACT_CONTRACT_CLOSE ? NULL : &life->user,
                          .standing = standing_in(life),
                          .medium = CERTLIFE_MEDIUM_PC};
    if ((life->profile->media & 1 << CERTLIFE_MEDIUM_PC) == 0)
        s.medium = CERTLIFE_MEDIUM_USB_TOKEN;
    s.confirmed = s.standing.unconfirmed != NULL ? &s.standing.unconfirmed->serial : &s.standing.certificate->serial;
    return certlife__decide(&tables, &s);
}

static enum actor self_of(const struct life *life)
{
    return life->user.role == CERTLIFE_ROLE_GENERAL ? ACTOR_GENERAL : ACTOR_MASTER;
}

static bool may(const struct life *life, certlife_act act, enum actor actor)
{
    return decide(life, act, actor, EVERYTHING).code == CERTLIFE_CODE_ALLOWED;
}

static bool may_obtain_by_password(const struct life *life)
{
    return decide(life, CERTLIFE_ACT_OBTAIN, self_of(life), ASSURED_PASSWORD).code == CERTLIFE_CODE_ALLOWED;
}

static void receive(struct life *life, certlife_act act)
{
    struct certificate certificate = {.serial = {1, {(uint8_t)(life->certificates + 100)}},
                                      .medium = CERTLIFE_MEDIUM_PC,
                                      .issued_by = act,
                                      .not_before = life->now,
                                      .issued_at = life->now,
                                      .not_after = certlife__window_not_after(life->profile, life->now, 0)};
    struct change change = certlife__transition_receive(&life->user, &certificate, life->now);
    take(life, &change);
}

/* ---- Events ---- */

enum event {
    AUTHORISE,
    REISSUE,
    REVOKE,
    DELETE,
    CLOSE,
    OBTAIN,
    RENEW,
    CONFIRM,
    ORDER,
    ORDER_RENEWAL,
    ANSWER,
    WAIT_A_WEEK,
    WAIT_FOR_THE_WINDOW,
    WAIT_FOR_THE_LAST_AFTERNOON,
    WAIT_100_DAYS,
    EVENTS,
};
static const char *const event_names[EVENTS] = {
    "authorise",
    "reissue",
    "revoke",
    "delete",
    "close",
    "obtain",
    "renew",
    "confirm",
    "order",
    "order renewal",
    "answer",
    "a week",
    "until renewal opens",
    "until the last afternoon",
    "100 days",
};

static void turn(struct life *life, certlife_act act)
{
    struct change change =
        certlife__transition(life->profile, &life->user, act, CERTLIFE_REASON_UNSPECIFIED, life->now);
    take(life, &change);
}

/* What must hold right after an act. */
static void assert_after(struct life *life, enum event event)
{
    const struct standing is = standing_in(life);
    const struct user *user = &life->user;
    const bool had_one = certificate_exists(&user->current);
    if (event == REVOKE || event == DELETE || event == CLOSE) {
        if (is.usable || is.unconfirmed != NULL)
            fails(life, "R-REV-5: something still works");
        if (user->issuing.act != 0)
            fails(life, "R-ALL-7: a request goes on");
        if (user->authorised_at != 0)
            fails(life, "R-ALL-11: an authorisation goes on");
        bool opens = event == REVOKE && had_one && life->profile->revoked_obtain;
        if (may(life, CERTLIFE_ACT_OBTAIN, self_of(life)) != opens)
            fails(life, "R-OBT-10: obtaining after a revocation");
        if (event == REVOKE && had_one && is.status != CERTLIFE_STATUS_REVOKED)
            fails(life, "R-ALL-9: is not revoked");
    }
    if (event == AUTHORISE || event == REISSUE) {
        bool waits = life->profile->old_at_reissue == OLD_AT_REISSUE_UNTIL_OBTAINED;
        if (is.status != CERTLIFE_STATUS_AWAITING || !may_obtain_by_password(life))
            fails(life, "R-RIS-5: is not awaiting");
        if (is.usable && !waits)
            fails(life, "R-RIS-5: the old one works on");
        if (user->obtain_by != certlife__window_obtain_by(life->profile, life->now))
            fails(life, "R-RIS-5: has no new obtain-by");
    }
    if (event == OBTAIN || event == RENEW || event == ANSWER) {
        if (is.unconfirmed == NULL || is.unconfirmed->issued_at != life->now)
            fails(life, "R-OBT-4: the new one does not wait to be confirmed");
        if (!may(life, CERTLIFE_ACT_DELIVER, self_of(life)) || !may(life, CERTLIFE_ACT_CONFIRM, self_of(life)))
            fails(life, "R-ALL-6: cannot be delivered and confirmed");
    }
    if (event == CONFIRM && (is.unconfirmed != NULL || !is.usable || is.certificate->confirmed_at == 0))
        fails(life, "R-REN-6: is not confirmed");
}

/* False if the event cannot happen now. */
static bool happens(struct life *life, enum event event)
{
    struct user *user = &life->user;
    const enum actor self = self_of(life);
    switch (event) {
    case AUTHORISE:
        if (!may(life, CERTLIFE_ACT_AUTHORISE, ACTOR_BRANCH))
            return false;
        turn(life, CERTLIFE_ACT_AUTHORISE);
        return true;
    case REISSUE:
        if (!may(life, CERTLIFE_ACT_REISSUE, ACTOR_BRANCH))
            return false;
        turn(life, CERTLIFE_ACT_REISSUE);
        return true;
    case REVOKE:
        if (!may(life, CERTLIFE_ACT_REVOKE, ACTOR_BRANCH))
            return false;
        turn(life, CERTLIFE_ACT_REVOKE);
        return true;
    case DELETE:
        if (!may(life, CERTLIFE_ACT_USER_DELETE, ACTOR_BRANCH))
            return false;
        turn(life, CERTLIFE_ACT_USER_DELETE);
        return true;
    case CLOSE:
        if (!may(life, CERTLIFE_ACT_CONTRACT_CLOSE, ACTOR_SYSTEM))
            return false;
        turn(life, CERTLIFE_ACT_CONTRACT_CLOSE);
        life->contract.closed_at = life->now;
        return true;
    case OBTAIN:
    case RENEW: {
        certlife_act act = event == OBTAIN ? CERTLIFE_ACT_OBTAIN : CERTLIFE_ACT_RENEW;
        if (!may(life, act, self))
            return false;
        receive(life, act);
        return true;
    }
    case CONFIRM: {
        const struct certificate *waiting = standing_in(life).unconfirmed;
        if (waiting == NULL || !may(life, CERTLIFE_ACT_CONFIRM, self))
            return false;
        struct serial serial = waiting->serial;
        struct change change = certlife__transition_confirm(user, &serial, life->now);
        take(life, &change);
        return true;
    }
    case ORDER:
    case ORDER_RENEWAL: {
        certlife_act act = event == ORDER ? CERTLIFE_ACT_OBTAIN : CERTLIFE_ACT_RENEW;
        if (!may(life, act, self))
            return false;
        user->issuing = (struct issuing){.act = act, .since = life->now};
        return true;
    }
    case ANSWER:
        if (user->issuing.act == 0)
            return false;
        receive(life, user->issuing.act);
        return true;
    case WAIT_A_WEEK:
        life->now += 7 * DAY;
        return true;
    case WAIT_FOR_THE_WINDOW:
    case WAIT_FOR_THE_LAST_AFTERNOON: {
        const struct standing is = standing_in(life);
        int64_t to = event == WAIT_FOR_THE_WINDOW ? is.renewal_opens : is.certificate->not_after - 6 * 3600;
        if (!is.usable || to <= life->now)
            return false;
        life->now = to;
        return true;
    }
    case WAIT_100_DAYS:
        life->now += 100 * DAY;
        return true;
    case EVENTS:
        break;
    }
    return false;
}

/* What must hold always. */
static void assert_always(struct life *life)
{
    const struct standing is = standing_in(life);
    int usable = 0, confirmed = 0;
    for (size_t i = 0; i < life->certificates; i++) {
        const struct certificate *certificate = &life->ledger[i];
        const bool works = certificate_usable(certificate, life->now);
        usable += works;
        confirmed += works && certificate->confirmed_at != 0;
        if (works && !in_row(life, certificate))
            fails(life, "R-USR-1: one that left the user works");
        struct login_situation login = {.profile = life->profile,
                                        .now = life->now,
                                        .presented = true,
                                        .of_our_issuer = true,
                                        .known = true,
                                        .of_this_user = true,
                                        .certificate = certificate,
                                        .contract = &life->contract,
                                        .user = &life->user};
        if ((certlife__login_decide(&login).code == CERTLIFE_CODE_ALLOWED) != works)
            fails(life, "R-LOG-1: login differs from what works");
    }
    if (usable > 2 || confirmed > 1)
        fails(life, "R-USR-1: more than one current and one unconfirmed");
    if (is.usable != (usable > 0))
        fails(life, "R-USR-8: the standing differs from what works");
    if (life->user.unconfirmed.confirmed_at != 0)
        fails(life, "R-USR-1: a confirmed one stands beside");
    const bool ended = life->user.deleted_at != 0 || life->contract.closed_at != 0;
    if (ended && (usable > 0 || is.authorised || life->user.issuing.act != 0))
        fails(life, "R-USR-7: something outlives its user");
}

static size_t paths;

static void go_on(const struct life *life, int depth)
{
    paths++;
    for (enum event event = 0; depth > 0 && event < EVENTS; event++) {
        struct life next = *life;
        size_t len = strlen(next.story);
        snprintf(next.story + len, sizeof next.story - len, " %s;", event_names[event]);
        if (!happens(&next, event))
            continue;
        assert_after(&next, event);
        assert_always(&next);
        next.now += 60; /* no two acts in one second */
        go_on(&next, depth - 1);
    }
}

static struct life life_of(const struct certlife_profile *profile, const struct stored *stored)
{
    struct life life = {.profile = profile, .now = NOW, .contract = stored->contract, .user = stored->user};
    enter(&life, &life.user.current);
    enter(&life, &life.user.unconfirmed);
    if ((profile->media & 1 << CERTLIFE_MEDIUM_PC) == 0)
        life.contract.usb_token_applied_at = 1;
    return life;
}

static struct life life_in(const struct certlife_profile *profile, size_t state, certlife_role role)
{
    struct stored stored = state_of_user(state, profile, role);
    struct life life = life_of(profile, &stored);
    snprintf(life.story, sizeof life.story, " %s;", state_name(state));
    return life;
}

static void along_every_path_of_seven_events(void **state)
{
    (void)state;
    for (size_t p = 0; matrix_profile(p) != NULL; p++) {
        struct life life = life_in(matrix_profile(p), 0, CERTLIFE_ROLE_GENERAL);
        go_on(&life, 7);
    }
    print_message("%zu paths\n", paths);
}

static void on_every_state_two_acts(void **state)
{
    static const certlife_role roles[] = {CERTLIFE_ROLE_MASTER, CERTLIFE_ROLE_GENERAL};
    (void)state;
    for (size_t p = 0; matrix_profile(p) != NULL; p++) {
        for (size_t i = 0; state_name(i) != NULL; i++) {
            for (size_t r = 0; r < COUNT(roles); r++) {
                struct life life = life_in(matrix_profile(p), i, roles[r]);
                /* Nobody suspends yet, so what must hold of a suspended user's login is not asked. */
                if (state_fits(i, matrix_profile(p)) && !life.user.suspended && !life.contract.suspended)
                    go_on(&life, 2);
            }
        }
    }
}

/* ---- The way out leads out ---- */

/* After what an administrator can do, the user can obtain. */
static bool administrator_helps(const struct life *life, enum actor administrator)
{
    static const certlife_act helps[] = {CERTLIFE_ACT_AUTHORISE, CERTLIFE_ACT_REISSUE, CERTLIFE_ACT_REVOKE};
    for (size_t i = 0; i < COUNT(helps); i++) {
        struct life next = *life;
        if (!may(&next, helps[i], administrator))
            continue;
        turn(&next, helps[i]);
        if (may_obtain_by_password(&next))
            return true;
    }
    return false;
}

/* Or it has helped already. */
static bool revoking_helps(const struct life *life)
{
    struct life next = *life;
    if (may(&next, CERTLIFE_ACT_REVOKE, ACTOR_BRANCH))
        turn(&next, CERTLIFE_ACT_REVOKE);
    return may_obtain_by_password(&next) || may(&next, CERTLIFE_ACT_AUTHORISE, ACTOR_BRANCH) ||
           may(&next, CERTLIFE_ACT_REISSUE, ACTOR_BRANCH);
}

/* NULL, or what is wrong with the way that an answer shows. */
static const char *dead_end(const struct life *life, struct verdict is, certlife_act act, enum actor actor)
{
    struct life later = *life;
    later.now = is.date;
    switch (is.way) {
    case CERTLIFE_WAY_OBTAIN:
        return may_obtain_by_password(life) ? NULL : "they cannot obtain";
    case CERTLIFE_WAY_ASK_MASTER:
        return administrator_helps(life, ACTOR_MASTER) ? NULL : "the master user cannot help";
    case CERTLIFE_WAY_CONTACT_BRANCH:
        return administrator_helps(life, ACTOR_BRANCH) ? NULL : "the branch cannot help";
    case CERTLIFE_WAY_LOG_IN:
        return standing_in(life).usable ? NULL : "nothing lets them log in";
    case CERTLIFE_WAY_DELIVER:
        if (life->user.issuing.act != 0) /* asking for it asks the issuer */
            return NULL;
        return may(life, CERTLIFE_ACT_DELIVER, self_of(life)) ? NULL : "nothing can be delivered";
    case CERTLIFE_WAY_REVOKE_FIRST:
        return revoking_helps(life) ? NULL : "revoking opens nothing";
    case CERTLIFE_WAY_WAIT:
        return act == 0 || may(&later, act, actor) ? NULL : "waiting does not help";
    default:
        return NULL;
    }
}

/* The contract's own troubles are the branch's to mend, and no act of this library does. */
static bool is_of_the_contract(certlife_code code)
{
    return code == CERTLIFE_CODE_CONTRACT_CLOSED || code == CERTLIFE_CODE_NOT_APPLIED ||
           code == CERTLIFE_CODE_SUSPENDED;
}

static void look_at_way(struct cell *cell, void *payload)
{
    const struct tables tables = certlife__tables();
    struct situation *s = &cell->situation;
    const bool plain = cell->place.request->name[0] == '\0';
    size_t *dead_ends = payload;
    if (s->user == NULL || !plain || s->actor == ACTOR_STRANGER || s->contract->applied_at == 0)
        return;
    if (s->target == TARGET_SELF && !s->standing.usable)
        s->assurance &= ~(uint32_t)ASSURED_CERTIFICATE; /* they have none */
    struct life life = life_of(s->profile, &cell->stored);
    struct verdict is = certlife__decide(&tables, s);
    const bool permitted = is.code != CERTLIFE_CODE_MASTER_ONLY && is.code != CERTLIFE_CODE_BRANCH_ONLY &&
                           is.code != CERTLIFE_CODE_OWN_ONLY && is.code != CERTLIFE_CODE_NOT_FOR_SYSTEM &&
                           is.code != CERTLIFE_CODE_MASTER_STAYS && strcmp(is.row, "R-ALL-9") != 0 &&
                           is.code != CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED;
    if (!permitted || is_of_the_contract(is.code))
        return;
    const char *wrong = dead_end(&life, is, s->act, s->actor);
    if (wrong != NULL) {
        print_message("%s: %s %s (%s): %s\n", cell_name(cell), is.row, certlife_code_name(is.code),
                      certlife_way_name(is.way), wrong);
        ++*dead_ends;
    }
}

static void the_way_out_leads_out(void **state)
{
    size_t dead_ends = 0;
    (void)state;
    for (size_t p = 0; matrix_profile(p) != NULL; p++)
        for_each_cell(matrix_profile(p), look_at_way, &dead_ends);
    assert_int_equal(dead_ends, 0);
}

static void the_way_out_of_a_refused_login_leads_out(void **state)
{
    static const certlife_role roles[] = {CERTLIFE_ROLE_MASTER, CERTLIFE_ROLE_GENERAL};
    size_t dead_ends = 0;
    (void)state;
    for (size_t p = 0; matrix_profile(p) != NULL; p++) {
        for (size_t i = 0; state_name(i) != NULL; i++) {
            for (size_t n = 0; n < COUNT(roles) * PRESENTEDS; n++) {
                const enum presented presented = (enum presented)(n / COUNT(roles));
                struct login_cell cell;
                if (!state_fits(i, matrix_profile(p)) || presented == PRESENTED_NONE ||
                    !login_cell_make(matrix_profile(p), i, roles[n % COUNT(roles)], presented, &cell))
                    continue;
                struct verdict is = certlife__login_decide(&cell.situation);
                struct life life = life_of(matrix_profile(p), &cell.stored);
                if (is_of_the_contract(is.code) || life.user.suspended || life.contract.suspended ||
                    presented == PRESENTED_REPLACED)
                    continue;
                const char *wrong = dead_end(&life, is, 0, 0);
                if (wrong == NULL)
                    continue;
                print_message("%s: login, %s, %s: %s (%s): %s\n", matrix_profile(p)->name, state_name(i),
                              presented_names[presented], certlife_code_name(is.code), certlife_way_name(is.way),
                              wrong);
                dead_ends++;
            }
        }
    }
    assert_int_equal(dead_ends, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(along_every_path_of_seven_events),
        cmocka_unit_test(on_every_state_two_acts),
        cmocka_unit_test(the_way_out_leads_out),
        cmocka_unit_test(the_way_out_of_a_refused_login_leads_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
