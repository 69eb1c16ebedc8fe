/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/rules.md, docs/profiles.md, docs/states.md and docs/notices.md, printed from the tables.
 *
 *     print_docs FOLDER             compares
 *     print_docs FOLDER --update    writes anew
 */
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "cells.h"
#include "page.h"
#include "rules/tables.h"
#include "rules/transition.h"
#include "rules/window.h"

#define PRINTED "Printed from the tables by `tests/matrix/print_docs.c`; not to be edited by hand.\n\n"

/* ---- Words for bits ---- */

struct bit {
    uint32_t bit;
    const char *words;
};

static const struct bit actors[] = {
    {ACTOR_MASTER, "master user"}, {ACTOR_GENERAL, "general user"}, {ACTOR_BRANCH, "branch"},
    {ACTOR_SYSTEM, "system"},      {ACTOR_STRANGER, "stranger"},
};
static const struct bit targets[] = {
    {TARGET_SELF, "themselves"},       {TARGET_MASTER, "the master user"}, {TARGET_GENERAL, "a general user"},
    {TARGET_CONTRACT, "the contract"}, {TARGET_OTHER, "the unknown"},
};
static const struct bit needs[] = {
    {ASSURED_PASSWORD, "login password"},
    {ASSURED_CERTIFICATE, "certificate"},
    {ASSURED_CONFIRMATION, "confirmation password"},
    {ASSURED_APPLICATION, "written application"},
};

static void print_bits(struct page *page, const struct bit *bits, size_t count, uint32_t set)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if ((set & bits[i].bit) == 0)
            continue;
        page_add(page, "%s%s", first ? "" : ", ", bits[i].words);
        first = false;
    }
}

static void print_acts(struct page *page, uint32_t set)
{
    bool first = true, missing = false;
    for (size_t i = 0; i < act_count; i++)
        missing = missing || (set >> acts[i] & 1) == 0;
    for (size_t i = 0; missing && i < act_count; i++) {
        if ((set >> acts[i] & 1) == 0)
            continue;
        page_add(page, "%s%s", first ? "" : ", ", certlife_act_name(acts[i]));
        first = false;
    }
    if (!missing)
        page_add(page, "everything");
}

static void print_targets(struct page *page, uint32_t row_acts, uint32_t set)
{
    const uint32_t anybody = TARGET_SELF | TARGET_MASTER | TARGET_GENERAL | TARGET_CONTRACT | TARGET_OTHER;
    if ((row_acts & ~ABOUT_INSTITUTION) == 0)
        page_add(page, "the institution");
    else if (set == anybody)
        page_add(page, "anybody");
    else
        print_bits(page, targets, COUNT(targets), set);
}

static const char *way_words(int32_t way)
{
    if (way == WAY_ADMINISTRATOR)
        return "ask master; of a master user: contact branch";
    if (way == WAY_OBTAIN_OR_ADMINISTRATOR)
        return "obtain at the login screen if that is open, else ask master; of a master user: contact branch";
    return way == CERTLIFE_WAY_NONE ? "" : certlife_way_name(way);
}

static const char *dated_words(enum dated dated)
{
    switch (dated) {
    case DATED_NOT:
        return "";
    case DATED_OBTAIN_BY:
        return "obtain-by";
    case DATED_EXPIRY:
        return "expiry";
    case DATED_OPENS:
        return "renewal opens";
    case DATED_CLOSES:
        return "renewal closes";
    case DATED_NOT_BEFORE:
        return "notBefore";
    }
    return "";
}

/* ---- When a row holds: seen from outside, by the profiles and states in which it does ---- */

struct seen {
    uint32_t acts, actors, targets;
    bool (*when)(const struct situation *);
    size_t held, asked;
};

static void look(struct cell *cell, void *payload)
{
    struct seen *seen = payload;
    const struct situation *s = &cell->situation;
    if ((seen->acts >> s->act & 1) == 0 || (seen->actors & s->actor) == 0 || (seen->targets & s->target) == 0)
        return;
    seen->asked++;
    seen->held += seen->when(s);
}

static void print_when(struct page *page, uint32_t row_acts, uint32_t row_actors, uint32_t row_targets,
                       bool (*when)(const struct situation *))
{
    bool first = true, sometimes = false;
    for (size_t p = 0; when != NULL && certlife__profile_at(p) != NULL; p++) {
        struct seen seen = {row_acts, row_actors, row_targets, when, 0, 0};
        for_each_cell(certlife__profile_at(p), look, &seen);
        if (seen.held == 0)
            continue;
        page_add(page, "%s%s", first ? "" : ", ", certlife__profile_at(p)->name);
        sometimes = sometimes || seen.held < seen.asked;
        first = false;
    }
    if (sometimes)
        page_add(page, ": in some states");
}

/* ---- docs/rules.md ---- */

static void print_permits(struct page *page, const struct tables *tables)
{
    page_add(page, "## Permission\n\nWho may do what to whom. The first row that fits decides; where none fits, the "
                   "answer is no. A row with profiles holds only in them.\n\n"
                   "| row | act | who | for whom | profiles | answer | way out |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < tables->permit_count; i++) {
        const struct permit_row *row = &tables->permits[i];
        page_add(page, "| %s | ", row->row);
        print_acts(page, row->acts);
        page_add(page, " | ");
        print_bits(page, actors, COUNT(actors), row->actors);
        page_add(page, " | ");
        print_targets(page, row->acts, row->targets);
        page_add(page, " | ");
        print_when(page, row->acts, row->actors, row->targets, row->when);
        page_add(page, " | %s | %s |\n", certlife_code_name(row->code), way_words(row->way));
    }
}

static void print_assurances(struct page *page, const struct tables *tables)
{
    page_add(page,
             "\n## Assurance\n\nWhat the host must have verified. Every row that fits must be met; the first that is "
             "not refuses. A certificate that is presented and does not pass the login check refuses with that "
             "check's reason.\n\n"
             "| row | act | who | for whom | profiles | needs | else | way out |\n"
             "|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < tables->assurance_count; i++) {
        const struct assurance_row *row = &tables->assurances[i];
        page_add(page, "| %s | ", row->row);
        print_acts(page, row->acts);
        page_add(page, " | ");
        print_bits(page, actors, COUNT(actors), row->actors);
        page_add(page, " | ");
        print_targets(page, row->acts, row->targets);
        page_add(page, " | ");
        print_when(page, row->acts, row->actors, row->targets, row->when);
        page_add(page, " | ");
        print_bits(page, needs, COUNT(needs), row->needs);
        page_add(page, " | %s | %s |\n", certlife_code_name(row->code), way_words(row->way));
    }
}

static void print_refusals(struct page *page, const struct tables *tables)
{
    page_add(page,
             "\n## Refusals\n\nWhat stands against an act that is permitted and assured: contract, state, window, "
             "medium, channel, the request itself. The first row that holds refuses. An obtain or renew with the key "
             "of the unconfirmed certificate is answered as `deliver again`.\n\n"
             "| row | act | refused as | way out | date |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < tables->refusal_count; i++) {
        const struct refusal_row *row = &tables->refusals[i];
        page_add(page, "| %s | ", row->row);
        print_acts(page, row->acts);
        page_add(page, " | %s | %s | %s |\n", certlife_code_name(row->code), way_words(row->way),
                 dated_words(row->dated));
    }
}

static void print_logins(struct page *page)
{
    page_add(page,
             "\n## Login\n\nWhy a certificate does not let its bearer in. The first row that holds refuses; where none "
             "does, the login is allowed by R-LOG-1.\n\n"
             "| row | refused as | way out | date |\n|---|---|---|---|\n");
    for (size_t i = 0; i < certlife__login_row_count; i++) {
        const struct login_row *row = &certlife__login_rows[i];
        page_add(page, "| %s | %s | %s | %s |\n", row->row, certlife_code_name(row->code), way_words(row->way),
                 dated_words(row->dated));
    }
}

static void print_codes(struct page *page)
{
    page_add(page, "\n## What is said\n\n| code | Japanese | English |\n|---|---|---|\n");
#define ROW(NAME, number, name, ja, en) page_add(page, "| %s | %s | %s |\n", name, ja, en);
    CERTLIFE_CODES(ROW)
    page_add(page, "\n| way out | Japanese | English |\n|---|---|---|\n");
    CERTLIFE_WAYS(ROW)
#undef ROW
}

static void print_rules(struct page *page)
{
    const struct tables tables = certlife__tables();
    page_add(
        page,
        "# Rules\n\n" PRINTED
        "A decision asks three tables in this order; the first row that refuses is the answer and its id is in the "
        "decision. What comes of them in every state is in "
        "[tests/matrix/snapshots](../tests/matrix/snapshots), one file for each profile.\n\n");
    print_permits(page, &tables);
    print_assurances(page, &tables);
    print_refusals(page, &tables);
    print_logins(page);
    print_codes(page);
}

/* ---- docs/profiles.md ---- */

static void print_profiles(struct page *page)
{
    page_add(
        page,
        "# Profiles\n\n" PRINTED
        "A profile says where institutions differ. It is a set of named values; `certlife_profile_new` gives a copy "
        "of a built-in one, `certlife_profile_set` changes a value, `certlife_profile_load` reads a file:\n\n"
        "```ini\nprofile = webfb            ; start from this one; must come first\n"
        "renewal opens = 40         ; days before the expiry date\n```\n\n"
        "Values apply to existing certificates at once. Periods of days end with the last second of the last "
        "day, in the institution's time.\n\n"
        "| value | allowed |\n|---|---|\n");
    for (size_t i = 0; certlife__profile_value_name(i) != NULL; i++)
        page_add(page, "| `%s` | %s |\n", certlife__profile_value_name(i), certlife__profile_value_allowed(i));
    page_add(page, "\n## Built in\n\n| value |");
    for (size_t p = 0; certlife__profile_at(p) != NULL; p++)
        page_add(page, " `%s` |", certlife__profile_at(p)->name);
    page_add(page, "\n|---|");
    for (size_t p = 0; certlife__profile_at(p) != NULL; p++)
        page_add(page, "---|");
    page_add(page, "\n");
    for (size_t i = 0; certlife__profile_value_name(i) != NULL; i++) {
        page_add(page, "| `%s` |", certlife__profile_value_name(i));
        for (size_t p = 0; certlife__profile_at(p) != NULL; p++) {
            char text[256];
            certlife__profile_value_print(certlife__profile_at(p), i, text, sizeof text);
            page_add(page, " %s |", text);
        }
        page_add(page, "\n");
    }
}

/* ---- docs/states.md ---- */

/* Who is asked to do it: whoever may. */
static const struct {
    certlife_act act;
    enum actor actor;
    enum target target;
} doings[] = {
    {CERTLIFE_ACT_AUTHORISE, ACTOR_BRANCH, TARGET_GENERAL},
    {CERTLIFE_ACT_OBTAIN, ACTOR_GENERAL, TARGET_SELF},
    {CERTLIFE_ACT_RENEW, ACTOR_GENERAL, TARGET_SELF},
    {CERTLIFE_ACT_CONFIRM, ACTOR_GENERAL, TARGET_SELF},
    {CERTLIFE_ACT_REISSUE, ACTOR_BRANCH, TARGET_GENERAL},
    {CERTLIFE_ACT_REVOKE, ACTOR_BRANCH, TARGET_GENERAL},
    {CERTLIFE_ACT_USER_DELETE, ACTOR_BRANCH, TARGET_GENERAL},
    {CERTLIFE_ACT_CONTRACT_CLOSE, ACTOR_BRANCH, TARGET_CONTRACT},
};

static bool may(const struct certlife_profile *profile, const struct stored *stored, size_t doing)
{
    const struct tables tables = certlife__tables();
    struct situation s = {.profile = profile,
                          .now = NOW,
                          .act = doings[doing].act,
                          .actor = doings[doing].actor,
                          .target = doings[doing].target,
                          .assurance = EVERYTHING,
                          .contract = &stored->contract,
                          .medium = CERTLIFE_MEDIUM_PC};
    s.user = s.target == TARGET_CONTRACT ? NULL : &stored->user;
    s.standing = standing_now(profile, stored);
    s.confirmed = s.standing.unconfirmed != NULL ? &s.standing.unconfirmed->serial : &s.standing.certificate->serial;
    return certlife__decide(&tables, &s).code == CERTLIFE_CODE_ALLOWED;
}

static struct change after(const struct certlife_profile *profile, const struct stored *stored, certlife_act act)
{
    const struct user *user = &stored->user;
    struct certificate issued = {.serial = {1, {9}}, .issued_by = act, .not_before = NOW, .issued_at = NOW};
    if (act == CERTLIFE_ACT_OBTAIN || act == CERTLIFE_ACT_RENEW) {
        issued.not_after = certlife__window_not_after(profile, NOW, 0);
        return certlife__transition_receive(user, &issued, NOW);
    }
    if (act == CERTLIFE_ACT_CONFIRM) {
        const struct certificate *waiting = standing_now(profile, stored).unconfirmed;
        return waiting != NULL ? certlife__transition_confirm(user, &waiting->serial, NOW)
                               : (struct change){.user = *user};
    }
    return certlife__transition(profile, user, act, CERTLIFE_REASON_UNSPECIFIED, NOW);
}

static void print_standing(struct page *page, const struct certlife_profile *profile, const struct stored *stored)
{
    const struct standing is = standing_now(profile, stored);
    const bool beside = is.unconfirmed != NULL && is.unconfirmed != is.certificate;
    page_add(page, "%s", certlife_status_name(is.status));
    if (beside)
        page_add(page, ", new one unconfirmed");
    else if (is.unconfirmed != NULL)
        page_add(page, ", unconfirmed");
    else if (is.usable && is.authorised)
        page_add(page, ", old one works");
}

static void print_transitions(struct page *page, const struct certlife_profile *profile)
{
    page_add(page, "\n## %s\n\n| state |", profile->name);
    for (size_t d = 0; d < COUNT(doings); d++)
        page_add(page, " %s |", certlife_act_name(doings[d].act));
    page_add(page, "\n|---|");
    for (size_t d = 0; d < COUNT(doings); d++)
        page_add(page, "---|");
    for (size_t i = 0; state_name(i) != NULL; i++) {
        if (!state_fits(i, profile))
            continue;
        page_add(page, "\n| %s |", state_name(i));
        for (size_t d = 0; d < COUNT(doings); d++) {
            struct stored stored = state_of_user(i, profile, CERTLIFE_ROLE_GENERAL);
            page_add(page, " ");
            if (may(profile, &stored, d)) {
                stored.user = after(profile, &stored, doings[d].act).user;
                stored.contract.closed_at = doings[d].act == CERTLIFE_ACT_CONTRACT_CLOSE ? NOW : 0;
                print_standing(page, profile, &stored);
            } else {
                page_add(page, "–");
            }
            page_add(page, " |");
        }
    }
    page_add(page, "\n");
}

static void print_states(struct page *page)
{
    page_add(page, "# States\n\n" PRINTED
                   "## Statuses\n\nDerived from stored facts and the moment asked for; the first that holds.\n\n"
                   "| | status | 日本語 |\n|---|---|---|\n");
#define ROW(NAME, number, name, ja) page_add(page, "| %d | %s | %s |\n", number, name, ja);
    CERTLIFE_STATUSES(ROW)
#undef ROW
    page_add(
        page,
        "\nWhat each act makes of a general user, where the user, the master user or the branch may do it with all "
        "that it needs; – where nobody may. The profiles `webfb-login` and `houjin` go the way of `webfb`.\n");
    for (size_t p = 0; certlife__profile_at(p) != NULL; p++) {
        const char *name = certlife__profile_at(p)->name;
        if (strcmp(name, "webfb") == 0 || strcmp(name, "kumiai") == 0)
            print_transitions(page, certlife__profile_at(p));
    }
}

static void print_notices(struct page *page)
{
    page_add(page, "# Notices\n\n" PRINTED);
    print_calendars(page);
}

static const struct {
    const char *name;
    void (*print)(struct page *page);
} documents[] = {
    {"rules.md", print_rules},
    {"profiles.md", print_profiles},
    {"states.md", print_states},
    {"notices.md", print_notices},
};

int main(int argc, char **argv)
{
    bool same = true;
    if (argc < 2)
        return 2;
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct page page = {0};
        documents[i].print(&page);
        same = page_settle(&page, argv[1], documents[i].name, wants_update(argc, argv)) && same;
    }
    return same ? 0 : 1;
}
