/* SPDX-License-Identifier: Apache-2.0 */
#include "cells.h"

#include <stdio.h>

#include "base/civil.h"

/* clang-format off */
const struct pair pairs[] = {
    {ACTOR_GENERAL,  TARGET_SELF,     "a general user",  "themselves"},
    {ACTOR_GENERAL,  TARGET_MASTER,   "a general user",  "the master user"},
    {ACTOR_GENERAL,  TARGET_GENERAL,  "a general user",  "another"},
    {ACTOR_GENERAL,  TARGET_CONTRACT, "a general user",  "the contract"},
    {ACTOR_GENERAL,  TARGET_OTHER,    "a general user",  "the unknown"},
    {ACTOR_MASTER,   TARGET_SELF,     "the master user", "themselves"},
    {ACTOR_MASTER,   TARGET_GENERAL,  "the master user", "a general user"},
    {ACTOR_MASTER,   TARGET_CONTRACT, "the master user", "the contract"},
    {ACTOR_MASTER,   TARGET_OTHER,    "the master user", "the unknown"},
    {ACTOR_BRANCH,   TARGET_GENERAL,  "the branch",      "a general user"},
    {ACTOR_BRANCH,   TARGET_MASTER,   "the branch",      "the master user"},
    {ACTOR_BRANCH,   TARGET_CONTRACT, "the branch",      "the contract"},
    {ACTOR_BRANCH,   TARGET_OTHER,    "the branch",      "the unknown"},
    {ACTOR_SYSTEM,   TARGET_GENERAL,  "the system",      "a general user"},
    {ACTOR_SYSTEM,   TARGET_MASTER,   "the system",      "the master user"},
    {ACTOR_SYSTEM,   TARGET_CONTRACT, "the system",      "the contract"},
    {ACTOR_SYSTEM,   TARGET_OTHER,    "the system",      "the unknown"},
    {ACTOR_STRANGER, TARGET_GENERAL,  "a stranger",      "a general user"},
    {ACTOR_STRANGER, TARGET_MASTER,   "a stranger",      "the master user"},
    {ACTOR_STRANGER, TARGET_CONTRACT, "a stranger",      "the contract"},
    {ACTOR_STRANGER, TARGET_OTHER,    "a stranger",      "the unknown"},
};
const size_t pair_count = COUNT(pairs);

#define ISSUE (ACT(OBTAIN) | ACT(RENEW))
#define ADDING (ACT(USER_ADD) | ACT(CONTRACT_REGISTER))
#define CONFIRM ACT(CONFIRM)
#define APPLY_USB ACT(CONTRACT_APPLY_USB_TOKEN)
#define REST ~(ISSUE | ADDING | CONFIRM | APPLY_USB)
#define PC CERTLIFE_MEDIUM_PC
#define USB CERTLIFE_MEDIUM_USB_TOKEN
#define ALL_FAULTS 31
#define FAULT(name) REQUEST_##name
const struct request requests[] = {
    /* name, acts, medium, channel, same key, faults, ID taken, applied for, confirmed */
    {"",                         ISSUE,     PC,  NULL,             false, 0,                     false, false, WAITING},
    {"same key",                 ISSUE,     PC,  NULL,             true,  0,                     false, false, WAITING},
    {"same key, all else wrong", ISSUE,     USB, "chrome/ie_mode", true,  ALL_FAULTS,            false, false, WAITING},
    {"usb_token",                ISSUE,     USB, NULL,             false, 0,                     false, false, WAITING},
    {"usb_token, applied for",   ISSUE,     USB, NULL,             false, 0,                     false, true,  WAITING},
    {"channel edge/app",         ISSUE,     PC,  "edge/app",       false, 0,                     false, false, WAITING},
    {"channel edge/ie_mode",     ISSUE,     PC,  "edge/ie_mode",   false, 0,                     false, false, WAITING},
    {"channel chrome/app",       ISSUE,     PC,  "chrome/app",     false, 0,                     false, false, WAITING},
    {"channel chrome/ie_mode",   ISSUE,     PC,  "chrome/ie_mode", false, 0,                     false, false, WAITING},
    {"no channel",               ISSUE,     PC,  "",               false, 0,                     false, false, WAITING},
    {"key kind",                 ISSUE,     PC,  NULL,             false, FAULT(KEY_KIND),       false, false, WAITING},
    {"signature",                ISSUE,     PC,  NULL,             false, FAULT(SIGNATURE),      false, false, WAITING},
    {"weak key",                 ISSUE,     PC,  NULL,             false, FAULT(KEY_WEAK),       false, false, WAITING},
    {"another's key",            ISSUE,     PC,  NULL,             false, FAULT(KEY_OF_ANOTHER), false, false, WAITING},
    {"barred key",               ISSUE,     PC,  NULL,             false, FAULT(KEY_BARRED),     false, false, WAITING},
    {"all wrong",                ISSUE,     USB, "chrome/ie_mode", false, ALL_FAULTS,            false, false, WAITING},
    {"",                         CONFIRM,   PC,  NULL,             false, 0,                     false, false, WAITING},
    {"the one in use",           CONFIRM,   PC,  NULL,             false, 0,                     false, false, IN_USE},
    {"another serial number",    CONFIRM,   PC,  NULL,             false, 0,                     false, false, ANOTHER},
    {"",                         ADDING,    PC,  NULL,             false, 0,                     false, false, WAITING},
    {"ID taken",                 ADDING,    PC,  NULL,             false, 0,                     true,  false, WAITING},
    {"",                         APPLY_USB, PC,  NULL,             false, 0,                     false, false, WAITING},
    {"again",                    APPLY_USB, PC,  NULL,             false, 0,                     false, true,  WAITING},
    {"",                         REST,      PC,  NULL,             false, 0,                     false, false, WAITING},
};
const size_t request_count = COUNT(requests);

const certlife_act acts[] = {
#define ROW(NAME, number, name) CERTLIFE_ACT_##NAME,
    CERTLIFE_ACTS(ROW)
#undef ROW
};
const size_t act_count = COUNT(acts);

const char *const presented_names[PRESENTEDS] = {
    "none", "the current one", "the unconfirmed one", "a replaced one", "one not yet valid", "another user's",
    "one not in the register", "another issuer's",
};
/* clang-format on */

bool is_about_institution(certlife_act act)
{
    return (ABOUT_INSTITUTION >> act & 1) != 0;
}

const char *whom_of(certlife_act act, const struct pair *pair)
{
    return is_about_institution(act) ? "the institution" : pair->whom;
}

static bool is_about_user(enum target target)
{
    return target == TARGET_SELF || target == TARGET_MASTER || target == TARGET_GENERAL;
}

size_t states_of(enum target target)
{
    size_t count = 0;
    while (state_name_for(target, count) != NULL)
        count++;
    return count;
}

const char *state_name_for(enum target target, size_t state)
{
    if (is_about_user(target))
        return state_name(state);
    if (target == TARGET_CONTRACT)
        return contract_state_name(state);
    return state == 0 ? "whatever is so" : NULL;
}

bool place_is_real(const struct place *place)
{
    if (is_about_institution(place->act))
        return place->pair->target == TARGET_OTHER;
    return !is_about_user(place->pair->target) || state_fits(place->state, place->profile);
}

static const struct serial *serial_of(const struct request *request, const struct standing *standing)
{
    static const struct serial another = {1, {0xff}};
    const struct certificate *waiting = standing->unconfirmed;
    if (request->confirmed == ANOTHER)
        return &another;
    return request->confirmed == WAITING && waiting != NULL ? &waiting->serial : &standing->certificate->serial;
}

void cell_make(const struct place *place, struct cell *out)
{
    const struct request *request = place->request;
    const struct pair *pair = place->pair;
    bool about_master = pair->target == TARGET_MASTER || (pair->target == TARGET_SELF && pair->actor == ACTOR_MASTER);
    *out = (struct cell){.place = *place};
    struct situation *s = &out->situation;
    *s = (struct situation){.profile = place->profile,
                            .now = NOW,
                            .act = place->act,
                            .actor = pair->actor,
                            .target = pair->target,
                            .assurance = EVERYTHING,
                            .id_taken = request->id_taken,
                            .medium = request->medium,
                            .channel = request->channel,
                            .request_faults = request->faults};
    if (is_about_user(pair->target)) {
        out->stored =
            state_of_user(place->state, place->profile, about_master ? CERTLIFE_ROLE_MASTER : CERTLIFE_ROLE_GENERAL);
        s->user = &out->stored.user;
        s->standing = standing_now(place->profile, &out->stored);
        s->same_key = request->same_key && s->standing.unconfirmed != NULL;
        s->confirmed = serial_of(request, &s->standing);
    } else if (pair->target == TARGET_CONTRACT) {
        out->stored.contract = state_of_contract(place->state, place->profile);
    }
    if (pair->target != TARGET_OTHER)
        s->contract = &out->stored.contract;
    if (request->usb_token_applied)
        out->stored.contract.usb_token_applied_at = NOW - SECONDS_PER_DAY;
}

void for_each_cell(const struct certlife_profile *profile, void (*visit)(struct cell *cell, void *payload),
                   void *payload)
{
    for (size_t a = 0; a < act_count; a++) {
        for (size_t p = 0; p < pair_count; p++) {
            for (size_t state = 0; state < states_of(pairs[p].target); state++) {
                for (size_t r = 0; r < request_count; r++) {
                    struct place place = {profile, acts[a], &pairs[p], state, &requests[r]};
                    struct cell cell;
                    if ((requests[r].acts >> acts[a] & 1) == 0 || !place_is_real(&place))
                        continue;
                    cell_make(&place, &cell);
                    visit(&cell, payload);
                }
            }
        }
    }
}

const char *cell_name(const struct cell *cell)
{
    static char name[200];
    const struct place *place = &cell->place;
    snprintf(name, sizeof name, "%s: %s, %s for %s, %s%s%s", place->profile->name, certlife_act_name(place->act),
             place->pair->who, whom_of(place->act, place->pair), state_name_for(place->pair->target, place->state),
             place->request->name[0] != '\0' ? ", " : "", place->request->name);
    return name;
}

bool login_cell_make(const struct certlife_profile *profile, size_t state, certlife_role role, enum presented presented,
                     struct login_cell *out)
{
    out->stored = state_of_user(state, profile, role);
    const struct user *user = &out->stored.user;
    struct login_situation *s = &out->situation;
    *s = (struct login_situation){.profile = profile,
                                  .now = NOW,
                                  .presented = true,
                                  .of_our_issuer = true,
                                  .known = true,
                                  .of_this_user = true,
                                  .certificate = &out->old,
                                  .contract = &out->stored.contract,
                                  .user = &out->stored.user};
    out->old = user->current;
    switch (presented) {
    case PRESENTED_NONE:
        s->presented = s->of_our_issuer = s->known = s->of_this_user = false;
        return true;
    case PRESENTED_CURRENT:
        s->certificate = &user->current;
        return certificate_exists(&user->current);
    case PRESENTED_BESIDE:
        s->certificate = &user->unconfirmed;
        return certificate_exists(&user->unconfirmed);
    case PRESENTED_REPLACED:
        out->old.revoked_at = 0;
        out->old.replaced_at = NOW - SECONDS_PER_DAY;
        return certificate_exists(&user->current);
    case PRESENTED_NOT_YET_VALID:
        out->old.not_before = NOW + 1;
        return certificate_usable(&user->current, NOW);
    case PRESENTED_ANOTHERS:
        s->of_this_user = false;
        return true;
    case PRESENTED_UNKNOWN:
        s->known = s->of_this_user = false;
        return true;
    case PRESENTED_WRONG_ISSUER:
        s->of_our_issuer = s->known = s->of_this_user = false;
        return true;
    }
    return false;
}
