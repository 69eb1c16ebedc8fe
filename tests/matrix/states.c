/* SPDX-License-Identifier: Apache-2.0 */
#include "states.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/civil.h"
#include "rules/window.h"

#define JAPAN (9 * 3600)
#define DAY SECONDS_PER_DAY

/* A certificate, by the days from today to its expiry date. */
struct shape {
    bool there, confirmed, revoked;
    certlife_act by;
    int32_t expires;
};

enum side { FINE, UNAPPLIED, CLOSED, HALTED, SUSPENDED, DELETED }; /* HALTED: the contract is suspended */
enum authorised { NOT, OPEN, LAPSED };
/* Which profiles lead to a state. EARLY: those that close renewal before the end of the day; OLD_WORKS: where a reissue
 * lets the old certificate work on; REOPENS: where a revocation opens obtaining. */
enum needs { ANY, EARLY, REISSUES, OLD_WORKS, REOPENS };

/* clang-format off */
#define OBTAIN CERTLIFE_ACT_OBTAIN
#define RENEW CERTLIFE_ACT_RENEW
#define NONE {0}
#define CONFIRMED(expires)  {true, true,  false, OBTAIN, (expires)}
#define WAITING(expires)    {true, false, false, OBTAIN, (expires)}
#define RENEWED(expires)    {true, false, false, RENEW,  (expires)}
#define REVOKED(expires)    {true, true,  true,  OBTAIN, (expires)}
#define SUPERSEDED(expires) {true, true,  true,  RENEW,  (expires)}
static const struct state {
    const char *name;
    enum side side;
    enum authorised authorised;
    struct shape current, beside;
    certlife_act issuing;
    enum needs needs;
} states[] = {
    /* name, contract and user, authorised, current certificate, one beside it, issuing, profiles */
    {"never authorised",                           FINE,      NOT,    NONE,            NONE,         0,      ANY},
    {"awaiting",                                   FINE,      OPEN,   NONE,            NONE,         0,      ANY},
    {"obtain period over",                         FINE,      LAPSED, NONE,            NONE,         0,      ANY},
    {"issuing the first",                          FINE,      OPEN,   NONE,            NONE,         OBTAIN, ANY},
    {"issuing the first, obtain period over",      FINE,      LAPSED, NONE,            NONE,         OBTAIN, ANY},
    {"obtained, unconfirmed",                      FINE,      NOT,    WAITING(200),    NONE,         0,      ANY},
    {"obtained",                                   FINE,      NOT,    CONFIRMED(200),  NONE,         0,      ANY},
    {"renewal due, never confirmed",               FINE,      NOT,    WAITING(20),     NONE,         0,      ANY},
    {"renewal due",                                FINE,      NOT,    CONFIRMED(20),   NONE,         0,      ANY},
    {"issuing a renewal",                          FINE,      NOT,    CONFIRMED(20),   NONE,         RENEW,  ANY},
    {"renewed, new one unconfirmed",               FINE,      NOT,    CONFIRMED(20),   RENEWED(365), 0,      ANY},
    {"last day",                                   FINE,      NOT,    CONFIRMED(0),    NONE,         0,      ANY},
    {"last day, renewed, new one unconfirmed",     FINE,      NOT,    CONFIRMED(0),    RENEWED(360), 0,      ANY},
    {"last day, obtained anew, unconfirmed",       FINE,      NOT,    CONFIRMED(0),    WAITING(365), 0,      EARLY},
    {"expired, renewed one unconfirmed",           FINE,      NOT,    CONFIRMED(-5),   RENEWED(340), 0,      ANY},
    {"expired, issuing a new one",                 FINE,      NOT,    CONFIRMED(-10),  NONE,         OBTAIN, ANY},
    {"expired 10 days ago",                        FINE,      NOT,    CONFIRMED(-10),  NONE,         0,      ANY},
    {"expired 100 days ago",                       FINE,      NOT,    CONFIRMED(-100), NONE,         0,      ANY},
    {"expired, both never confirmed",              FINE,      NOT,    CONFIRMED(-400), RENEWED(-50), 0,      ANY},
    {"expired 10 days ago, awaiting",              FINE,      OPEN,   CONFIRMED(-10),  NONE,         0,      REISSUES},
    {"expired 10 days ago, period over",           FINE,      LAPSED, CONFIRMED(-10),  NONE,         0,      REISSUES},
    {"expired 200 days ago, period over",          FINE,      LAPSED, CONFIRMED(-200), NONE,         0,      REISSUES},
    {"revoked",                                    FINE,      NOT,    REVOKED(200),    NONE,         0,      ANY},
    {"revoked, then expired",                      FINE,      NOT,    REVOKED(-10),    NONE,         0,      ANY},
    {"revoked, issuing a new one",                 FINE,      NOT,    REVOKED(200),    NONE,         OBTAIN, REOPENS},
    {"reissued, awaiting",                         FINE,      OPEN,   SUPERSEDED(200), NONE,         0,      REISSUES},
    {"reissued, issuing",                          FINE,      OPEN,   SUPERSEDED(200), NONE,         OBTAIN, REISSUES},
    {"reissued, period over",                      FINE,      LAPSED, SUPERSEDED(200), NONE,         0,      REISSUES},
    {"reissued, awaiting, old one works",          FINE,      OPEN,   CONFIRMED(20),   NONE,         0,      OLD_WORKS},
    {"reissued, awaiting, old one unconfirmed",    FINE,      OPEN,   WAITING(200),    NONE,         0,      OLD_WORKS},
    {"reissued, period over, old one works",       FINE,      LAPSED, CONFIRMED(20),   NONE,         0,      OLD_WORKS},
    {"reissued, period over, old one unconfirmed", FINE,      LAPSED, WAITING(200),    NONE,         0,      OLD_WORKS},
    {"awaiting, suspended",                        SUSPENDED, OPEN,   NONE,            NONE,         0,      ANY},
    {"obtained, suspended",                        SUSPENDED, NOT,    CONFIRMED(200),  NONE,         0,      ANY},
    {"revoked, suspended",                         SUSPENDED, NOT,    REVOKED(200),    NONE,         0,      ANY},
    {"obtained, contract suspended",               HALTED,    NOT,    CONFIRMED(200),  NONE,         0,      ANY},
    {"contract not applied",                       UNAPPLIED, NOT,    NONE,            NONE,         0,      ANY},
    {"contract closed",                            CLOSED,    NOT,    SUPERSEDED(200), NONE,         0,      ANY},
    {"deleted",                                    DELETED,   NOT,    SUPERSEDED(200), NONE,         0,      ANY},
    {"deleted before anything",                    DELETED,   NOT,    NONE,            NONE,         0,      ANY},
};
/* clang-format on */

static struct contract contract_with(enum side side)
{
    return (struct contract){.id = "0010000001",
                             .master = "keir001",
                             .users = 3,
                             .registered_at = NOW - 900 * DAY,
                             .applied_at = side == UNAPPLIED ? 0 : NOW - 899 * DAY,
                             .closed_at = side == CLOSED ? NOW - DAY : 0,
                             .suspended = side == HALTED};
}

static struct certificate certificate_of(const struct shape *shape, uint8_t serial, enum side side)
{
    if (!shape->there)
        return (struct certificate){0};
    const bool ended = side == CLOSED || side == DELETED;
    const int64_t today = certlife__day_of(NOW, JAPAN);
    struct certificate certificate = {.serial = {1, {serial}}, .medium = CERTLIFE_MEDIUM_PC, .issued_by = shape->by};
    certificate.not_after = certlife__day_end(today + shape->expires, JAPAN);
    certificate.not_before = certificate.issued_at = certificate.not_after - 366 * DAY + 1;
    certificate.confirmed_at = shape->confirmed ? certificate.issued_at + 60 : 0;
    certificate.key_hash[0] = serial;
    if (shape->revoked) {
        certificate.revoked_at = NOW - 20 * DAY;
        certificate.reason = ended                             ? CERTLIFE_REASON_CESSATION
                             : shape->by == CERTLIFE_ACT_RENEW ? CERTLIFE_REASON_SUPERSEDED
                                                               : CERTLIFE_REASON_UNSPECIFIED;
    }
    return certificate;
}

const char *state_name(size_t index)
{
    return index < COUNT(states) ? states[index].name : NULL;
}

bool state_fits(size_t index, const struct certlife_profile *profile)
{
    switch (states[index].needs) {
    case ANY:
        return true;
    case EARLY:
        return profile->renewal_closes < SECONDS_PER_DAY;
    case REISSUES:
        return profile->reissue;
    case OLD_WORKS:
        return profile->reissue && profile->old_at_reissue == OLD_AT_REISSUE_UNTIL_OBTAINED;
    case REOPENS:
        return profile->revoked_obtain;
    }
    return false;
}

struct stored state_of_user(size_t index, const struct certlife_profile *profile, certlife_role role)
{
    const struct state *state = &states[index];
    struct stored stored = {.contract = contract_with(state->side)};
    struct user *user = &stored.user;
    snprintf(user->contract, sizeof user->contract, "%s", stored.contract.id);
    snprintf(user->id, sizeof user->id, "%s", role == CERTLIFE_ROLE_MASTER ? "keir001" : "keir002");
    user->role = role;
    user->permission = role == CERTLIFE_ROLE_MASTER ? 0 : CERTLIFE_PERMISSION_OPERATOR;
    user->added_at = stored.contract.registered_at;
    user->suspended = state->side == SUSPENDED;
    user->deleted_at = state->side == DELETED ? NOW - DAY : 0;
    user->current = certificate_of(&state->current, 1, state->side);
    user->unconfirmed = certificate_of(&state->beside, 2, state->side);
    if (state->authorised == OPEN) {
        user->authorised_at = NOW - 2 * DAY;
        user->obtain_by = certlife__window_obtain_by(profile, user->authorised_at);
    } else if (state->authorised == LAPSED) {
        user->authorised_at = NOW - 85 * DAY;
        user->obtain_by = certlife__day_end(certlife__day_of(NOW - 5 * DAY, JAPAN), JAPAN);
    }
    if (state->issuing != 0)
        user->issuing = (struct issuing){.act = state->issuing, .since = NOW - 60};
    return stored;
}

/* clang-format off */
static const struct {
    const char *name;
    enum side side;
    bool full;
} contract_states[] = {
    {"applied",     FINE,               false},
    {"full",        FINE,               true},
    {"not applied", UNAPPLIED,        false},
    {"suspended",   HALTED, false},
    {"closed",      CLOSED,             false},
};
/* clang-format on */

const char *contract_state_name(size_t index)
{
    return index < COUNT(contract_states) ? contract_states[index].name : NULL;
}

struct contract state_of_contract(size_t index, const struct certlife_profile *profile)
{
    struct contract contract = contract_with(contract_states[index].side);
    contract.users = contract_states[index].full ? profile->users : contract.users;
    return contract;
}

struct standing standing_now(const struct certlife_profile *profile, const struct stored *stored)
{
    return certlife__standing_of(profile, &stored->contract, &stored->user, NOW);
}

/* What no built-in profile chooses. */
static const char *const others[] = {
    "profile = houjin\n"
    "renewal closes = 09:00\n"
    "old at reissue = until the new one is obtained\n",
    "profile = webfb\n"
    "expired obtain = after a revocation\n"
    "revoked obtain = yes\n"
    "media = usb_token\n"
    "confirmation password = yes\n"
    "obtain by = no limit\n",
};
static const char *const other_names[] = {"houjin-nine", "webfb-revoked"};

const struct certlife_profile *matrix_profile(size_t index)
{
    static struct certlife_profile made[COUNT(others)];
    size_t built_in = 0;
    while (certlife__profile_at(built_in) != NULL)
        built_in++;
    if (index < built_in)
        return certlife__profile_at(index);
    if (index >= built_in + COUNT(others))
        return NULL;
    struct certlife_profile *profile = &made[index - built_in];
    certlife_profile *parsed = NULL;
    if (certlife_profile_parse(others[index - built_in], &parsed, NULL) != 0)
        abort();
    *profile = *parsed;
    certlife_profile_free(parsed);
    snprintf(profile->name, sizeof profile->name, "%s", other_names[index - built_in]);
    return profile;
}
