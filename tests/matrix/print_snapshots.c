/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every decision of a profile as text, one file each, so that a change of policy can be read in review.
 *
 *     print_snapshots FOLDER             compares
 *     print_snapshots FOLDER --update    writes anew
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "page.h"

#define ALL "in every state"
#define OTHERS "in all other states"

static struct verdict decide(const struct cell *cell)
{
    const struct tables tables = certlife__tables();
    return certlife__decide(&tables, &cell->situation);
}

static void words_of(struct verdict is, char *out, size_t room)
{
    if (is.code == CERTLIFE_CODE_ALLOWED)
        snprintf(out, room, "allowed %s", is.row);
    else if (is.way == CERTLIFE_WAY_NONE)
        snprintf(out, room, "refused %s %s", is.row, certlife_code_name(is.code));
    else
        snprintf(out, room, "refused %s %s (%s)", is.row, certlife_code_name(is.code), certlife_way_name(is.way));
}

/* ---- What is needed ---- */

static const struct {
    uint32_t bit;
    const char *words;
} assurances[] = {
    {ASSURED_PASSWORD, "the login password"},
    {ASSURED_CERTIFICATE, "the certificate"},
    {ASSURED_CONFIRMATION, "the confirmation password"},
    {ASSURED_APPLICATION, "a written application"},
};

/* Of the states in which the act is allowed: what must not be missing. */
static void print_needs(struct page *page, const struct place *place)
{
    struct place at = *place;
    size_t allowed = 0;
    static struct groups groups;
    groups = (struct groups){0};
    for (at.state = 0; at.state < states_of(place->pair->target); at.state++) {
        struct cell cell;
        cell_make(&at, &cell);
        if (!place_is_real(&at) || decide(&cell).code != CERTLIFE_CODE_ALLOWED)
            continue;
        allowed++;
        for (size_t i = 0; i < COUNT(assurances); i++) {
            char said[150], needs[200];
            cell.situation.assurance = EVERYTHING & ~assurances[i].bit;
            struct verdict is = decide(&cell);
            if (is.code == CERTLIFE_CODE_ALLOWED)
                continue;
            words_of(is, said, sizeof said);
            snprintf(needs, sizeof needs, "needs %s, else %s", assurances[i].words, said);
            groups_add(&groups, state_name_for(place->pair->target, at.state), needs);
        }
    }
    for (size_t i = 0; i < groups.count; i++) {
        bool always = groups.group[i].members == allowed;
        page_add(page, "    %s%s%s\n", always ? "" : groups.group[i].of, always ? "" : ": ", groups.group[i].said);
    }
}

/* ---- One act of one actor ---- */

static const struct request *plain_of(certlife_act act)
{
    size_t i = 0;
    while ((requests[i].acts >> act & 1) == 0)
        i++;
    return &requests[i];
}

/* What is said in each state; where `usual` is given, only where something else is said than to that request. */
static void gather(struct place place, const struct request *usual, struct groups *out)
{
    *out = (struct groups){0};
    for (place.state = 0; place.state < states_of(place.pair->target); place.state++) {
        struct cell cell, as_usual;
        struct place usually = place;
        char said[150], otherwise[150] = "";
        if (!place_is_real(&place))
            continue;
        cell_make(&place, &cell);
        words_of(decide(&cell), said, sizeof said);
        if (usual != NULL) {
            usually.request = usual;
            cell_make(&usually, &as_usual);
            words_of(decide(&as_usual), otherwise, sizeof otherwise);
        }
        if (strcmp(said, otherwise) != 0)
            groups_add(out, state_name_for(place.pair->target, place.state), said);
    }
}

/* Other requests, where they are answered otherwise. Which of several faults is told is a law of the matrix. */
static void print_others(struct page *page, const struct place *plain, const struct groups *usually)
{
    const char *allowed = "";
    for (size_t i = 0; i < usually->count; i++)
        allowed = strncmp(usually->group[i].said, "allowed", 7) == 0 ? usually->group[i].of : allowed;
    for (const struct request *request = requests; request < requests + request_count; request++) {
        static struct groups groups;
        struct place other = *plain;
        bool several = (request->faults & (request->faults - 1)) != 0;
        if ((request->acts >> plain->act & 1) == 0 || request == plain->request || several)
            continue;
        other.request = request;
        gather(other, plain->request, &groups);
        for (size_t i = 0; i < groups.count; i++) {
            bool in_all = strcmp(groups.group[i].of, allowed) == 0;
            page_add(page, "    with %s%s%s: %s\n", request->name, in_all ? "" : ", ", in_all ? "" : groups.group[i].of,
                     groups.group[i].said);
        }
    }
}

/* ---- One act ---- */

#define PAIRS_MAX 32

/* Where one thing is said in all states: by what is said, who for whom. */
static void print_same(struct page *page, certlife_act act, const struct groups *answers, const bool *is_same)
{
    for (size_t g = 0; g < answers->count; g++) {
        const char *who = "";
        page_add(page, "  %s:", answers->group[g].said);
        for (size_t i = 0; i < pair_count; i++) {
            char pair[100];
            snprintf(pair, sizeof pair, "%s for %s", pairs[i].who, whom_of(act, &pairs[i]));
            const char *found = strstr(answers->group[g].of, pair);
            if (!is_same[i] || found == NULL)
                continue;
            if (strcmp(who, pairs[i].who) == 0)
                page_add(page, ", %s", pairs[i].whom);
            else
                page_add(page, "%s %s", who[0] != '\0' ? ";" : "", pair);
            who = pairs[i].who;
        }
        page_add(page, "\n");
    }
}

/* The text with every "ask master" made "contact branch": what is told to a master user. */
static char *as_told_to_master(const char *text)
{
    static const char from[] = "(ask master)", to[] = "(contact branch)";
    struct page page = {0};
    const char *found;
    for (; (found = strstr(text, from)) != NULL; text = found + strlen(from))
        page_add(&page, "%.*s%s", (int)(found - text), text, to);
    page_add(&page, "%s", text);
    return page.text;
}

/* Of those before: the one of whom the same is said, or the same but for the way to the administrator; or itself. */
static size_t like(struct page *texts, size_t index, bool *but_way)
{
    for (size_t i = 0; i < index; i++) {
        char *told = texts[i].text != NULL ? as_told_to_master(texts[i].text) : NULL;
        bool same = told != NULL && strcmp(texts[i].text, texts[index].text) == 0;
        bool otherwise = told != NULL && strcmp(told, texts[index].text) == 0;
        free(told);
        *but_way = !same;
        if (same || otherwise)
            return i;
    }
    return index;
}

static void print_texts(struct page *page, struct page *texts, size_t count, char (*names)[100])
{
    for (size_t i = 0; i < count; i++) {
        bool but_way = false;
        if (texts[i].text == NULL)
            continue;
        size_t other = like(texts, i, &but_way);
        page_add(page, "  %s", names[i]);
        if (other < i)
            page_add(page, ": like %s%s\n", names[other], but_way ? ", with contact branch for ask master" : "");
        else
            page_add(page, "\n%s", texts[i].text);
    }
    for (size_t i = 0; i < count; i++)
        free(texts[i].text);
}

static void print_act(struct page *page, const struct certlife_profile *profile, certlife_act act)
{
    struct page texts[PAIRS_MAX] = {{0}}, whole = {0};
    char names[PAIRS_MAX][100];
    bool is_same[PAIRS_MAX] = {false};
    static struct groups answers, usually;
    answers = (struct groups){0};
    page_add(page, "\n%s\n", certlife_act_name(act));
    for (size_t i = 0; i < pair_count; i++) {
        struct place place = {profile, act, &pairs[i], 0, plain_of(act)};
        snprintf(names[i], sizeof names[i], "%s for %s", pairs[i].who, whom_of(act, &pairs[i]));
        gather(place, NULL, &usually);
        if (usually.count == 0)
            continue;
        struct page others = {0};
        print_needs(&texts[i], &place);
        print_others(&others, &place, &usually);
        is_same[i] = texts[i].text == NULL && others.text == NULL && usually.count == 1;
        if (is_same[i])
            groups_add(&answers, names[i], usually.group[0].said);
        else
            groups_print(&texts[i], 4, &usually, ALL, OTHERS);
        if (others.text != NULL)
            page_add(&texts[i], "%s", others.text);
        free(others.text);
    }
    print_texts(&whole, texts, pair_count, names);
    print_same(&whole, act, &answers, is_same);
    page_wrap(page, whole.text);
    free(whole.text);
}

/* ---- Login ---- */

static void print_login(struct page *page, const struct certlife_profile *profile)
{
    char names[2][100] = {"a general user", "the master user"};
    static const certlife_role roles[2] = {CERTLIFE_ROLE_GENERAL, CERTLIFE_ROLE_MASTER};
    struct page texts[2] = {{0}}, whole = {0};
    for (size_t n = 0; n < COUNT(roles) * PRESENTEDS; n++) {
        const enum presented presented = (enum presented)(n % PRESENTEDS);
        struct page *text = &texts[n / PRESENTEDS];
        static struct groups groups;
        groups = (struct groups){0};
        for (size_t i = 0; state_name(i) != NULL; i++) {
            struct login_cell cell;
            char said[150];
            if (!state_fits(i, profile) || !login_cell_make(profile, i, roles[n / PRESENTEDS], presented, &cell))
                continue;
            words_of(certlife__login_decide(&cell.situation), said, sizeof said);
            groups_add(&groups, state_name(i), said);
        }
        page_add(text, "    presenting %s\n", presented_names[presented]);
        groups_print(text, 6, &groups, ALL, OTHERS);
    }
    print_texts(&whole, texts, 2, names);
    page_add(page, "\nlogin\n");
    page_wrap(page, whole.text);
    free(whole.text);
}

/* ---- The whole ---- */

static void print_values(struct page *page, const struct certlife_profile *profile)
{
    page_add(page, "values\n");
    for (size_t i = 0; certlife__profile_value_name(i) != NULL; i++) {
        char text[256];
        certlife__profile_value_print(profile, i, text, sizeof text);
        page_add(page, "  %s = %s\n", certlife__profile_value_name(i), text);
    }
}

static void print_statuses(struct page *page, const struct certlife_profile *profile)
{
    static struct groups groups;
    struct page text = {0};
    groups = (struct groups){0};
    page_add(page, "\nstatuses\n");
    for (size_t i = 0; state_name(i) != NULL; i++) {
        struct stored stored = state_of_user(i, profile, CERTLIFE_ROLE_GENERAL);
        if (state_fits(i, profile))
            groups_add(&groups, state_name(i), certlife_status_name(standing_now(profile, &stored).status));
    }
    groups_print(&text, 2, &groups, NULL, NULL);
    page_wrap(page, text.text);
    free(text.text);
}

int main(int argc, char **argv)
{
    bool same = true;
    if (argc < 2)
        return 2;
    for (size_t p = 0; matrix_profile(p) != NULL; p++) {
        const struct certlife_profile *profile = matrix_profile(p);
        struct page page = {0};
        char name[64];
        page_add(&page, "Every decision of the profile %s. Printed from the tables, not to be edited by hand.\n",
                 profile->name);
        page_add(&page,
                 "Asked at 2027-04-01 12:00:00 (UTC+09:00), with all that the act needs, by a new key of the right "
                 "kind, for a PC.\n\n");
        print_values(&page, profile);
        print_statuses(&page, profile);
        for (size_t i = 0; i < act_count; i++)
            print_act(&page, profile, acts[i]);
        print_login(&page, profile);
        snprintf(name, sizeof name, "%s.txt", profile->name);
        same = page_settle(&page, argv[1], name, wants_update(argc, argv)) && same;
    }
    return same ? 0 : 1;
}
