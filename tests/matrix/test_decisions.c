/* SPDX-License-Identifier: Apache-2.0 */
/* Laws that hold in every cell of the matrix, and every row of every table at work in some cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cells.h"
#include "rules/tables.h"

#define ROWS_MAX 128
#define WAY(name) (1U << CERTLIFE_WAY_##name)

/* ---- Which row decides, found without the library's help ---- */

enum table { PERMIT, ASSURANCE, REFUSAL, TABLES };
static const char *const table_names[TABLES] = {"permission", "assurance", "refusal"};

struct decider {
    enum table table; /* the row that refuses, or the permission that allows */
    size_t row;
    size_t permit; /* the permission row that let the cell through, or is the decider */
    bool again;
};

static bool holds(uint32_t table_acts, uint32_t actors, uint32_t targets, bool (*when)(const struct situation *),
                  const struct situation *s)
{
    return (table_acts & 1U << s->act) && (actors & s->actor) && (targets & s->target) && (!when || when(s));
}

static struct decider decider_of(const struct tables *t, const struct situation *s)
{
    bool again = s->act == CERTLIFE_ACT_DELIVER || certlife__delivers_again(s);
    struct decider d = {.table = PERMIT, .permit = ROWS_MAX, .again = again};
    for (size_t i = t->permit_count; i-- > 0;) {
        const struct permit_row *row = &t->permits[i];
        d.permit = holds(row->acts, row->actors, row->targets, row->when, s) ? i : d.permit;
    }
    d.row = d.permit;
    if (d.permit == ROWS_MAX || t->permits[d.permit].code != CERTLIFE_CODE_ALLOWED)
        return d;
    for (size_t i = 0; i < t->assurance_count; i++) {
        const struct assurance_row *row = &t->assurances[i];
        if (holds(row->acts, row->actors, row->targets, row->when, s) && (s->assurance & row->needs) != row->needs)
            return (struct decider){ASSURANCE, i, d.permit, d.again};
    }
    uint32_t act = 1U << (d.again ? CERTLIFE_ACT_DELIVER : s->act);
    for (size_t i = 0; i < t->refusal_count; i++) {
        if ((t->refusals[i].acts & act) != 0 && t->refusals[i].when(s))
            return (struct decider){REFUSAL, i, d.permit, d.again};
    }
    return d;
}

/* ---- Walking ---- */

struct walk {
    struct tables tables;
    bool reached[TABLES][ROWS_MAX]; /* decides somewhere */
    bool matters[TABLES][ROWS_MAX]; /* without it some cell is decided otherwise */
    bool status[CERTLIFE_STATUS_OBTAINED + 1];
    size_t decided;
};

static void for_each_profile(struct walk *walk, void (*visit)(struct cell *, void *))
{
    walk->tables = certlife__tables();
    for (size_t i = 0; matrix_profile(i) != NULL; i++)
        for_each_cell(matrix_profile(i), visit, walk);
}

static bool same(struct verdict a, struct verdict b)
{
    return a.code == b.code && a.way == b.way && a.date == b.date && strcmp(a.row, b.row) == 0;
}

static bool is_allowed(struct verdict verdict)
{
    return verdict.code == CERTLIFE_CODE_ALLOWED;
}

/* The tables without one row. */
static struct tables without(const struct tables *t, enum table table, size_t row)
{
    static struct permit_row permits[ROWS_MAX];
    static struct assurance_row assurances[ROWS_MAX];
    static struct refusal_row refusals[ROWS_MAX];
    struct tables less = *t;
#define LEAVE_OUT(rows, count)                                                                                         \
    memcpy(rows, t->rows, row * sizeof rows[0]);                                                                       \
    memcpy(rows + row, t->rows + row + 1, (t->count - row - 1) * sizeof rows[0]);                                      \
    less.rows = rows;                                                                                                  \
    less.count = t->count - 1
    switch (table) {
    case PERMIT:
        LEAVE_OUT(permits, permit_count);
        break;
    case ASSURANCE:
        LEAVE_OUT(assurances, assurance_count);
        break;
    case REFUSAL:
        LEAVE_OUT(refusals, refusal_count);
        break;
    case TABLES:
        break;
    }
#undef LEAVE_OUT
    return less;
}

static void mark(struct walk *walk, const struct cell *cell, enum table table, size_t row)
{
    walk->reached[table][row] = true;
    if (walk->matters[table][row])
        return;
    struct tables less = without(&walk->tables, table, row);
    walk->matters[table][row] =
        !same(certlife__decide(&walk->tables, &cell->situation), certlife__decide(&less, &cell->situation));
}

/* ---- Exactly one row decides ---- */

static void assert_verdict_of_row(const struct walk *walk, const struct cell *cell, struct decider d)
{
    const struct situation *s = &cell->situation;
    const struct tables *t = &walk->tables;
    struct verdict is = certlife__decide(t, s);
    bool fits = false;
    if (d.table == ASSURANCE) {
        const struct assurance_row *row = &t->assurances[d.row];
        bool told_more = s->login.row != NULL && (row->needs & ~s->assurance & ASSURED_CERTIFICATE) != 0;
        bool lacks_password = row->needs == ASSURED_CERTIFICATE_LOGIN && (s->assurance & ASSURED_CERTIFICATE) != 0;
        certlife_code code = lacks_password ? CERTLIFE_CODE_PASSWORD_NEEDED : row->code;
        fits = told_more ? same(is, s->login) : is.code == code && strcmp(is.row, row->row) == 0;
    } else if (d.table == REFUSAL) {
        fits = is.code == t->refusals[d.row].code && strcmp(is.row, t->refusals[d.row].row) == 0;
    } else {
        const struct permit_row *row = &t->permits[d.row];
        const char *id = is_allowed(is) && d.again ? "R-OBT-4" : row->row;
        fits = is.code == row->code && is.way == row->way && strcmp(is.row, id) == 0;
    }
    if (!fits)
        fail_msg("%s: %s by %s row %zu", cell_name(cell), is.row, table_names[d.table], d.row);
}

static void decide_with(struct walk *walk, struct cell *cell)
{
    struct decider d = decider_of(&walk->tables, &cell->situation);
    if (d.permit == ROWS_MAX)
        fail_msg("%s: no permission row fits", cell_name(cell));
    walk->decided++;
    assert_verdict_of_row(walk, cell, d);
    mark(walk, cell, d.table, d.row);
    mark(walk, cell, PERMIT, d.permit);
}

static void look_for_rows(struct cell *cell, void *payload)
{
    static const struct verdict expired = {CERTLIFE_CODE_EXPIRED, "R-LOG-2", CERTLIFE_WAY_OBTAIN, NOW - 1};
    struct walk *walk = payload;
    struct situation *s = &cell->situation;
    if (s->user != NULL)
        walk->status[s->standing.status] = true;
    for (s->assurance = 0; s->assurance < ASSURANCES; s->assurance++) {
        decide_with(walk, cell);
        if ((s->assurance & ASSURED_CERTIFICATE) != 0)
            continue;
        s->login = expired;
        decide_with(walk, cell);
        s->login = (struct verdict){0};
    }
}

static void assert_all_marked(const struct walk *walk, enum table table, size_t count, const char *const *ids)
{
    for (size_t i = 0; i < count; i++) {
        if (!walk->reached[table][i])
            fail_msg("%s row %zu (%s) decides nowhere", table_names[table], i, ids[i]);
        if (!walk->matters[table][i])
            fail_msg("%s row %zu (%s) could be left out unnoticed", table_names[table], i, ids[i]);
    }
}

/* Where no row is found the answer is the same as in these, so they can be missed by nobody. */
static bool says_what_silence_says(const struct permit_row *row)
{
    return row->acts == ACT_ANY && row->code == CERTLIFE_CODE_UNKNOWN && strcmp(row->row, "R-ALL-12") == 0;
}

static void every_cell_has_one_row_and_every_row_a_cell(void **state)
{
    static struct walk walk;
    const char *ids[ROWS_MAX] = {NULL};
    (void)state;
    for_each_profile(&walk, look_for_rows);
    const struct tables *t = &walk.tables;
    for (size_t i = 0; i < t->permit_count; i++) {
        ids[i] = t->permits[i].row;
        walk.matters[PERMIT][i] = walk.matters[PERMIT][i] || says_what_silence_says(&t->permits[i]);
    }
    assert_all_marked(&walk, PERMIT, t->permit_count, ids);
    for (size_t i = 0; i < t->assurance_count; i++)
        ids[i] = t->assurances[i].row;
    assert_all_marked(&walk, ASSURANCE, t->assurance_count, ids);
    for (size_t i = 0; i < t->refusal_count; i++)
        ids[i] = t->refusals[i].row;
    assert_all_marked(&walk, REFUSAL, t->refusal_count, ids);
    for (certlife_status status = 1; status <= CERTLIFE_STATUS_OBTAINED; status++) {
        if (!walk.status[status])
            fail_msg("no state has the status %s", certlife_status_name(status));
    }
    print_message("%zu cells\n", walk.decided);
}

/* ---- What a refusal says ---- */

static char known_rows[ROWS_MAX][12];
static size_t known_row_count;

static int read_rows(void **state)
{
    char line[200];
    FILE *file = fopen(ROWS, "r");
    (void)state;
    if (file == NULL)
        return -1;
    while (fgets(line, sizeof line, file) != NULL && known_row_count < ROWS_MAX) {
        if (sscanf(line, "%11[-RA-Z0-9]", known_rows[known_row_count]) == 1 && line[0] == 'R')
            known_row_count++;
    }
    fclose(file);
    return known_row_count > 50 ? 0 : -1;
}

static bool is_known_row(const char *row)
{
    for (size_t i = 0; i < known_row_count; i++) {
        if (strcmp(row, known_rows[i]) == 0)
            return true;
    }
    return false;
}

#define TO_SOMEBODY (WAY(ASK_MASTER) | WAY(CONTACT_BRANCH))
#define ONWARD (WAY(OBTAIN) | WAY(DELIVER) | TO_SOMEBODY)
static const uint32_t ways_of_code[] = {
    [CERTLIFE_CODE_ALLOWED] = WAY(NONE),
    [CERTLIFE_CODE_UNKNOWN] = WAY(NONE),
    [CERTLIFE_CODE_MASTER_ONLY] = WAY(ASK_MASTER),
    [CERTLIFE_CODE_BRANCH_ONLY] = WAY(CONTACT_BRANCH),
    [CERTLIFE_CODE_OWN_ONLY] = WAY(NONE) | WAY(ASK_MASTER),
    [CERTLIFE_CODE_NOT_FOR_SYSTEM] = WAY(NONE),
    [CERTLIFE_CODE_SYSTEM_ONLY] = WAY(NONE),
    [CERTLIFE_CODE_MASTER_STAYS] = WAY(NONE) | WAY(CONTACT_BRANCH),
    [CERTLIFE_CODE_PASSWORD_NEEDED] = WAY(OBTAIN) | WAY(LOG_IN),
    [CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED] = WAY(LOG_IN),
    [CERTLIFE_CODE_CONFIRMATION_PASSWORD_NEEDED] = WAY(NONE),
    [CERTLIFE_CODE_APPLICATION_NEEDED] = WAY(NONE),
    [CERTLIFE_CODE_CONTRACT_CLOSED] = WAY(CONTACT_BRANCH),
    [CERTLIFE_CODE_NOT_APPLIED] = WAY(CONTACT_BRANCH),
    [CERTLIFE_CODE_SUSPENDED] = TO_SOMEBODY,
    [CERTLIFE_CODE_USER_DELETED] = WAY(NONE),
    [CERTLIFE_CODE_ID_TAKEN] = WAY(NONE),
    [CERTLIFE_CODE_CONTRACT_FULL] = WAY(NONE),
    [CERTLIFE_CODE_ALREADY_APPLIED] = WAY(NONE),
    [CERTLIFE_CODE_ISSUING] = WAY(DELIVER) | WAY(REVOKE_FIRST) | TO_SOMEBODY,
    [CERTLIFE_CODE_UNCONFIRMED] = WAY(DELIVER) | TO_SOMEBODY,
    [CERTLIFE_CODE_ALREADY_OBTAINED] = WAY(LOG_IN),
    [CERTLIFE_CODE_NOT_AUTHORISED] = WAY(NONE) | TO_SOMEBODY,
    [CERTLIFE_CODE_OBTAIN_PERIOD_OVER] = TO_SOMEBODY,
    [CERTLIFE_CODE_EXPIRED_TOO_LONG] = TO_SOMEBODY,
    [CERTLIFE_CODE_REVOKED] = ONWARD | WAY(LOG_IN),
    [CERTLIFE_CODE_ALREADY_REVOKED] = WAY(NONE),
    [CERTLIFE_CODE_NOTHING_TO_REVOKE] = WAY(NONE),
    [CERTLIFE_CODE_NOTHING_TO_DELIVER] = ONWARD,
    [CERTLIFE_CODE_NOTHING_TO_CONFIRM] = ONWARD,
    [CERTLIFE_CODE_NOTHING_TO_RENEW] = ONWARD,
    [CERTLIFE_CODE_AWAITING] = WAY(OBTAIN),
    [CERTLIFE_CODE_HAS_CERTIFICATE] = WAY(NONE) | ONWARD,
    [CERTLIFE_CODE_REVOKE_FIRST] = WAY(REVOKE_FIRST),
    [CERTLIFE_CODE_RENEWAL_NOT_OPEN] = WAY(WAIT),
    [CERTLIFE_CODE_RENEWAL_CLOSED] = ONWARD,
    [CERTLIFE_CODE_MEDIUM_NOT_OFFERED] = WAY(NONE),
    [CERTLIFE_CODE_MEDIUM_NOT_APPLIED] = WAY(CONTACT_BRANCH),
    [CERTLIFE_CODE_CHANNEL_NOT_ALLOWED] = WAY(NONE),
    [CERTLIFE_CODE_REQUEST_KEY_KIND] = WAY(NONE),
    [CERTLIFE_CODE_REQUEST_SIGNATURE] = WAY(NONE),
    [CERTLIFE_CODE_REQUEST_KEY_WEAK] = WAY(NONE),
    [CERTLIFE_CODE_KEY_OF_ANOTHER] = WAY(NONE),
    [CERTLIFE_CODE_KEY_BARRED] = WAY(NONE),
    [CERTLIFE_CODE_NO_CERTIFICATE] = WAY(LOG_IN),
    [CERTLIFE_CODE_WRONG_ISSUER] = WAY(NONE),
    [CERTLIFE_CODE_UNKNOWN_CERTIFICATE] = WAY(NONE),
    [CERTLIFE_CODE_ANOTHER_USERS] = WAY(NONE),
    [CERTLIFE_CODE_REPLACED] = WAY(LOG_IN),
    [CERTLIFE_CODE_NOT_YET_VALID] = WAY(WAIT),
    [CERTLIFE_CODE_EXPIRED] = ONWARD | WAY(LOG_IN),
};

static bool speaks_of_a_date(certlife_code code, certlife_way way)
{
    switch (code) {
#define ROW(NAME, number, name, ja, en)                                                                                \
    case (number):                                                                                                     \
        if (strstr(ja, "{date}") != NULL || strstr(en, "{date}") != NULL)                                              \
            return true;                                                                                               \
        break;
        CERTLIFE_CODES(ROW)
#undef ROW
    default:
        break;
    }
    return way == CERTLIFE_WAY_WAIT;
}

static void assert_speaks_well(const char *where, struct verdict is)
{
    if (!is_known_row(is.row))
        fail_msg("%s: there is no row %s", where, is.row);
    if ((size_t)is.code >= COUNT(ways_of_code) || (ways_of_code[is.code] >> is.way & 1) == 0)
        fail_msg("%s: %s does not go with %s", where, certlife_code_name(is.code), certlife_way_name(is.way));
    if (speaks_of_a_date(is.code, is.way) && is.date == 0)
        fail_msg("%s: %s has no date", where, certlife_code_name(is.code));
}

static void look_at_words(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct situation *s = &cell->situation;
    for (s->assurance = 0; s->assurance < ASSURANCES; s->assurance++) {
        struct verdict is = certlife__decide(&walk->tables, s);
        assert_speaks_well(cell_name(cell), is);
        /* An end user is sent neither to themselves nor past their master user. Suspending is not built yet. */
        if (s->actor == ACTOR_MASTER && is.way == CERTLIFE_WAY_ASK_MASTER && is.code != CERTLIFE_CODE_SUSPENDED)
            fail_msg("%s: the master user is told to ask the master user", cell_name(cell));
    }
}

static void a_refusal_names_its_row_a_way_and_a_date(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_at_words);
}

/* ---- Assurance ---- */

static void look_at_assurance(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct situation *s = &cell->situation;
    bool allowed[ASSURANCES];
    for (s->assurance = 0; s->assurance < ASSURANCES; s->assurance++)
        allowed[s->assurance] = is_allowed(certlife__decide(&walk->tables, s));
    for (uint32_t some = 0; some < ASSURANCES; some++) {
        for (uint32_t more = some; more < ASSURANCES; more = (more + 1) | some) {
            if (allowed[some] && !allowed[more])
                fail_msg("%s: allowed with assurance %u, refused with %u", cell_name(cell), some, more);
        }
    }
}

static void more_assurance_never_refuses(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_at_assurance);
}

/* The least that each act of each actor needs before anything is allowed, whatever the state and the profile. */
static const struct {
    const char *row;
    uint32_t acts, actors, needs;
} least[] = {
    {"R-OBT-1", ACT(OBTAIN), ACTOR_MASTER | ACTOR_GENERAL, ASSURED_PASSWORD},
    {"R-ALL-6", ACT(DELIVER) | ACT(CONFIRM), ACTOR_MASTER | ACTOR_GENERAL, ASSURED_PASSWORD},
    {"R-REN-3", ACT(RENEW), ACTOR_MASTER | ACTOR_GENERAL, ASSURED_PASSWORD},
    {"R-REN-7", ACT(RENEW_LATER), ACTOR_MASTER | ACTOR_GENERAL, ASSURED_CERTIFICATE_LOGIN},
    {"R-LOG-1", ACT(REISSUE) | ACT(REVOKE) | ACT(AUTHORISE), ACTOR_MASTER, ASSURED_CERTIFICATE_LOGIN},
    {"R-LOG-1", ACT(USER_ADD) | ACT(USER_CHANGE) | ACT(USER_DELETE), ACTOR_MASTER, ASSURED_CERTIFICATE_LOGIN},
    {"R-USR-5", ACT(USER_SHOW), ACTOR_MASTER | ACTOR_GENERAL, ASSURED_PASSWORD},
    {"R-LOG-1", ACT(USER_LIST) | ACT(CONTRACT_SHOW), ACTOR_MASTER | ACTOR_GENERAL, ASSURED_CERTIFICATE_LOGIN},
    {"R-RIS-3", ACT(REISSUE), ACTOR_BRANCH, ASSURED_APPLICATION},
    {"R-REV-4", ACT(REVOKE), ACTOR_BRANCH, ASSURED_APPLICATION},
    {"R-ALL-13", ACT(AUTHORISE) | ACT(USER_ADD) | ACT(USER_CHANGE) | ACT(USER_DELETE), ACTOR_BRANCH,
     ASSURED_APPLICATION},
    {"R-ALL-13", ACT(CONTRACT_APPLY) | ACT(CONTRACT_APPLY_USB_TOKEN) | ACT(CONTRACT_CLOSE), ACTOR_BRANCH,
     ASSURED_APPLICATION},
    {"R-USR-5", ACT(USER_SHOW) | ACT(USER_LIST) | ACT(CONTRACT_SHOW), ACTOR_BRANCH | ACTOR_SYSTEM, 0},
    {"R-ALL-13", ACT(CONTRACT_REGISTER), ACTOR_BRANCH | ACTOR_SYSTEM, 0},
    {"R-ALL-13", ACT(AUTHORISE) | ACT(USER_ADD) | ACT(USER_CHANGE) | ACT(USER_DELETE), ACTOR_SYSTEM, 0},
    {"R-ALL-8", ACT(CONTRACT_CLOSE), ACTOR_SYSTEM, 0},
    {"R-ALL-13", ACT(ISSUER_ANSWER) | ACT(NOTICE_RUN), ACTOR_SYSTEM, 0},
};

/* What more some profiles and states ask for. */
static uint32_t needed_here(const struct situation *s)
{
    const struct certlife_profile *profile = s->profile;
    const bool user = s->actor == ACTOR_MASTER || s->actor == ACTOR_GENERAL;
    const bool by_certificate = profile->renewal_needs == RENEWAL_NEEDS_CERTIFICATE_LOGIN;
    uint32_t needs = 0;
    if (s->act == CERTLIFE_ACT_REVOKE && user && profile->confirmation_password)
        needs |= ASSURED_CONFIRMATION;
    if (s->act == CERTLIFE_ACT_RENEW && by_certificate)
        needs |= ASSURED_CERTIFICATE_LOGIN;
    if (s->act == CERTLIFE_ACT_RENEW && s->standing.unconfirmed != NULL && !certlife__delivers_again(s))
        needs |= ASSURED_CERTIFICATE_LOGIN; /* another key (R-ALL-5) */
    if (s->act == CERTLIFE_ACT_DELIVER || s->act == CERTLIFE_ACT_CONFIRM) {
        const struct certificate *waiting = s->standing.unconfirmed;
        certlife_act issued_by = waiting != NULL ? waiting->issued_by : s->user->issuing.act;
        if (issued_by == CERTLIFE_ACT_RENEW && by_certificate)
            needs |= ASSURED_CERTIFICATE_LOGIN;
    }
    if (s->act == CERTLIFE_ACT_USER_SHOW && user && s->target != TARGET_SELF)
        needs |= ASSURED_CERTIFICATE_LOGIN;
    return needs;
}

static void look_at_need(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct situation *s = &cell->situation;
    if (!is_allowed(certlife__decide(&walk->tables, s)))
        return;
    size_t row = 0;
    while (row < COUNT(least) && ((least[row].acts >> s->act & 1) == 0 || (least[row].actors & s->actor) == 0))
        row++;
    if (row == COUNT(least))
        fail_msg("%s: allowed, and nothing says what it needs", cell_name(cell));
    const uint32_t needs = least[row].needs | needed_here(s);
    for (s->assurance = 0; s->assurance < ASSURANCES; s->assurance++) {
        bool enough = (s->assurance & needs) == needs;
        if (is_allowed(certlife__decide(&walk->tables, s)) != enough)
            fail_msg("%s: with assurance %u, where %u is needed", cell_name(cell), s->assurance, needs);
    }
}

static void test_r_all_13_each_act_needs_just_this(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_at_need);
}

/* What was issued to somebody who had logged in with the certificate is not given to a password alone. */
static void look_at_delivery(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct situation *s = &cell->situation;
    if (!certlife__delivers_again(s) || s->standing.unconfirmed->issued_by != CERTLIFE_ACT_RENEW ||
        s->profile->renewal_needs != RENEWAL_NEEDS_CERTIFICATE_LOGIN)
        return;
    s->assurance = ASSURED_PASSWORD;
    if (is_allowed(certlife__decide(&walk->tables, s)))
        fail_msg("%s: a password alone is given what a certificate login asked for", cell_name(cell));
}

static void test_r_all_6_delivered_with_the_assurance_of_issuing(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_at_delivery);
}

/* ---- Who never may ---- */

static void look_at_strangers(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct verdict is = certlife__decide(&walk->tables, &cell->situation);
    bool unknown = is.code == CERTLIFE_CODE_UNKNOWN && strcmp(is.row, "R-ALL-12") == 0;
    if (cell->situation.actor == ACTOR_STRANGER && !unknown)
        fail_msg("%s: %s", cell_name(cell), certlife_code_name(is.code));
    bool registers = cell->situation.act == CERTLIFE_ACT_CONTRACT_REGISTER;
    bool about_institution = is_about_institution(cell->situation.act);
    if (cell->situation.target == TARGET_OTHER && is_allowed(is) && !registers && !about_institution)
        fail_msg("%s: allowed", cell_name(cell));
}

static void test_r_all_12_strangers_and_the_unknown(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_at_strangers);
}

/* Running the notices is about the institution: whom one names with it makes no difference, only who asks does. */
static void test_r_all_13_notices_are_run_by_the_system_alone(void **state)
{
    const struct tables tables = certlife__tables();
    (void)state;
    for (size_t i = 0; i < pair_count; i++) {
        struct place place = {matrix_profile(0), CERTLIFE_ACT_NOTICE_RUN, &pairs[i], 0, &requests[request_count - 1]};
        for (; place.state < states_of(pairs[i].target); place.state++) {
            struct cell cell;
            cell_make(&place, &cell);
            struct verdict is = certlife__decide(&tables, &cell.situation);
            certlife_code wanted = pairs[i].actor == ACTOR_SYSTEM     ? CERTLIFE_CODE_ALLOWED
                                   : pairs[i].actor == ACTOR_STRANGER ? CERTLIFE_CODE_UNKNOWN
                                                                      : CERTLIFE_CODE_SYSTEM_ONLY;
            if (is.code != wanted)
                fail_msg("%s: %s", cell_name(&cell), certlife_code_name(is.code));
        }
    }
}

/* Without its permission rows the library refuses everything, as unknown. */
static void look_without_permissions(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct tables none = walk->tables;
    none.permit_count = 0;
    struct verdict is = certlife__decide(&none, &cell->situation);
    if (is.code != CERTLIFE_CODE_UNKNOWN)
        fail_msg("%s: %s without a permission row", cell_name(cell), certlife_code_name(is.code));
}

static void nothing_is_allowed_without_a_row(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_without_permissions);
}

/* Whoever may not learns nothing of the state: the answer is the same in all of them. */
struct silence {
    struct tables tables;
    const struct pair *pair;
    certlife_act act;
    struct verdict first;
};

static void look_at_silence(struct cell *cell, void *payload)
{
    struct silence *silence = payload;
    struct situation *s = &cell->situation;
    struct decider d = decider_of(&silence->tables, s);
    struct verdict is = certlife__decide(&silence->tables, s);
    bool new = silence->pair != cell->place.pair || silence->act != s->act;
    if (new) {
        silence->pair = cell->place.pair;
        silence->act = s->act;
        silence->first = is;
    }
    if (d.table == PERMIT && !is_allowed(is) && !same(is, silence->first))
        fail_msg("%s: tells %s", cell_name(cell), certlife_code_name(is.code));
}

static void test_r_all_1_without_permission_no_state_is_learnt(void **state)
{
    (void)state;
    for (size_t i = 0; matrix_profile(i) != NULL; i++) {
        struct silence silence = {.tables = certlife__tables()};
        for_each_cell(matrix_profile(i), look_at_silence, &silence);
    }
}

/* ---- Order of refusals (R-ALL-1) ---- */

enum rank { ON_CONTRACT, ON_STATE, ON_WINDOW, ON_MEDIUM, ON_CHANNEL, ON_REQUEST };
static enum rank rank_of(certlife_code code)
{
    switch (code) {
    case CERTLIFE_CODE_CONTRACT_CLOSED:
    case CERTLIFE_CODE_SUSPENDED:
    case CERTLIFE_CODE_NOT_APPLIED:
        return ON_CONTRACT;
    case CERTLIFE_CODE_OBTAIN_PERIOD_OVER:
    case CERTLIFE_CODE_EXPIRED_TOO_LONG:
    case CERTLIFE_CODE_RENEWAL_NOT_OPEN:
    case CERTLIFE_CODE_RENEWAL_CLOSED:
        return ON_WINDOW;
    case CERTLIFE_CODE_MEDIUM_NOT_OFFERED:
    case CERTLIFE_CODE_MEDIUM_NOT_APPLIED:
        return ON_MEDIUM;
    case CERTLIFE_CODE_CHANNEL_NOT_ALLOWED:
        return ON_CHANNEL;
    case CERTLIFE_CODE_REQUEST_KEY_KIND:
    case CERTLIFE_CODE_REQUEST_SIGNATURE:
    case CERTLIFE_CODE_REQUEST_KEY_WEAK:
    case CERTLIFE_CODE_KEY_OF_ANOTHER:
    case CERTLIFE_CODE_KEY_BARRED:
        return ON_REQUEST;
    default:
        return ON_STATE;
    }
}

/* Where several rows hold, none of a later rank answers. Revoking first stands at two ranks, state and window. */
static void look_at_order(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct situation *s = &cell->situation;
    struct decider d = decider_of(&walk->tables, s);
    if (d.table != REFUSAL)
        return;
    const struct refusal_row *decides = &walk->tables.refusals[d.row];
    uint32_t act = 1U << (d.again ? CERTLIFE_ACT_DELIVER : s->act);
    for (size_t i = 0; i < walk->tables.refusal_count; i++) {
        const struct refusal_row *row = &walk->tables.refusals[i];
        if ((row->acts & act) == 0 || row->code == CERTLIFE_CODE_REVOKE_FIRST || !row->when(s))
            continue;
        if (rank_of(row->code) < rank_of(decides->code))
            fail_msg("%s: %s before %s", cell_name(cell), certlife_code_name(decides->code),
                     certlife_code_name(row->code));
    }
}

static void test_r_all_1_the_order_of_refusals(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_at_order);
}

/* ---- Single cells that the specification names ---- */

static void look_at_named_cells(struct cell *cell, void *payload)
{
    struct walk *walk = payload;
    struct situation *s = &cell->situation;
    struct verdict is = certlife__decide(&walk->tables, s);
    if (!is_allowed(is))
        return;
    const struct contract *contract = s->contract;
    const bool changes = !is_about_institution(s->act) && s->act != CERTLIFE_ACT_USER_SHOW &&
                         s->act != CERTLIFE_ACT_USER_LIST && s->act != CERTLIFE_ACT_CONTRACT_SHOW &&
                         s->act != CERTLIFE_ACT_ISSUER_ANSWER && s->act != CERTLIFE_ACT_CONTRACT_REGISTER;
    const bool receives = s->act == CERTLIFE_ACT_OBTAIN || s->act == CERTLIFE_ACT_RENEW;
    const bool administers = s->act == CERTLIFE_ACT_REISSUE || s->act == CERTLIFE_ACT_AUTHORISE;
    const char *wrong = NULL;
    if (changes && contract->closed_at != 0)
        wrong = "R-ALL-8: in a closed contract";
    else if (changes && s->user != NULL && s->user->deleted_at != 0)
        wrong = "R-USR-7: for a deleted user";
    else if ((receives || administers) && contract->applied_at == 0)
        wrong = "R-USR-4: before the application";
    else if ((receives || administers) && s->user->issuing.act != 0)
        wrong = "R-ALL-7: while issuing";
    else if (receives && s->target != TARGET_SELF)
        wrong = "R-REN-1: for somebody else";
    else if (receives && !certlife__delivers_again(s) && s->request_faults != 0)
        wrong = "R-OBT-11: with a faulty request";
    else if (s->act == CERTLIFE_ACT_OBTAIN && s->standing.usable && !certlife__delivers_again(s) &&
             !s->standing.authorised && s->now <= s->standing.renewal_closes)
        wrong = "R-ALL-5: while a usable one exists";
    else if (s->act == CERTLIFE_ACT_RENEW && !s->standing.usable)
        wrong = "R-REN-2: with nothing that works";
    else if (s->act == CERTLIFE_ACT_RENEW && !certlife__delivers_again(s) &&
             (s->now < s->standing.renewal_opens || s->now > s->standing.renewal_closes))
        wrong = "R-REN-2: outside the window";
    else if (s->act == CERTLIFE_ACT_REISSUE && !s->profile->reissue)
        wrong = "R-ALL-9: where reissue is no act";
    else if (s->act == CERTLIFE_ACT_AUTHORISE && certificate_exists(&s->user->current))
        wrong = "R-ALL-3: after a first certificate";
    else if (s->act == CERTLIFE_ACT_USER_DELETE && s->user->role == CERTLIFE_ROLE_MASTER)
        wrong = "R-ALL-8: of the master user";
    else if (s->act == CERTLIFE_ACT_USER_ADD && contract->users >= s->profile->users)
        wrong = "R-USR-2: over the limit";
    if (wrong != NULL)
        fail_msg("%s: allowed; %s", cell_name(cell), wrong);
}

static void never_allowed(void **state)
{
    static struct walk walk;
    (void)state;
    for_each_profile(&walk, look_at_named_cells);
}

/* ---- Login ---- */

static void every_login_row_decides_and_lets_in_only_whom_it_should(void **state)
{
    bool reached[ROWS_MAX] = {false};
    (void)state;
    for (size_t p = 0; matrix_profile(p) != NULL; p++) {
        for (size_t i = 0; state_name(i) != NULL; i++) {
            for (enum presented presented = 0; presented < PRESENTEDS; presented++) {
                struct login_cell cell;
                char where[200];
                struct login_situation *s = &cell.situation;
                if (!state_fits(i, matrix_profile(p)) ||
                    !login_cell_make(matrix_profile(p), i, CERTLIFE_ROLE_GENERAL, presented, &cell))
                    continue;
                struct verdict is = certlife__login_decide(s);
                snprintf(where, sizeof where, "login, %s, %s", state_name(i), presented_names[presented]);
                assert_speaks_well(where, is);
                size_t row = 0;
                while (row < certlife__login_row_count && !certlife__login_rows[row].when(s))
                    row++;
                reached[row] = true;
                bool good = s->presented && s->known && s->of_this_user && certificate_usable(s->certificate, NOW) &&
                            NOW >= s->certificate->not_before && cell.stored.user.deleted_at == 0 &&
                            cell.stored.contract.closed_at == 0 && !cell.stored.user.suspended &&
                            !cell.stored.contract.suspended;
                if (is_allowed(is) != good)
                    fail_msg("%s: %s", where, certlife_code_name(is.code));
                /* Nobody learns whether another user exists. */
                s->user = NULL;
                if (presented >= PRESENTED_ANOTHERS && !same(certlife__login_decide(s), is))
                    fail_msg("%s: tells whether the user exists", where);
            }
        }
    }
    for (size_t i = 0; i <= certlife__login_row_count; i++) {
        if (!reached[i])
            fail_msg("login row %zu decides nowhere", i);
    }
}

/* The three about somebody else's certificate read the same. */
static void test_r_all_2_others_certificates_read_the_same(void **state)
{
    (void)state;
    for (enum presented presented = PRESENTED_ANOTHERS; presented < PRESENTEDS; presented++) {
        struct login_cell cell;
        assert_true(login_cell_make(matrix_profile(0), 0, CERTLIFE_ROLE_GENERAL, presented, &cell));
        struct verdict is = certlife__login_decide(&cell.situation);
        assert_int_equal(is.way, CERTLIFE_WAY_NONE);
        assert_int_equal(is.date, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_has_one_row_and_every_row_a_cell),
        cmocka_unit_test(a_refusal_names_its_row_a_way_and_a_date),
        cmocka_unit_test(more_assurance_never_refuses),
        cmocka_unit_test(test_r_all_13_each_act_needs_just_this),
        cmocka_unit_test(test_r_all_6_delivered_with_the_assurance_of_issuing),
        cmocka_unit_test(test_r_all_12_strangers_and_the_unknown),
        cmocka_unit_test(test_r_all_13_notices_are_run_by_the_system_alone),
        cmocka_unit_test(nothing_is_allowed_without_a_row),
        cmocka_unit_test(test_r_all_1_without_permission_no_state_is_learnt),
        cmocka_unit_test(test_r_all_1_the_order_of_refusals),
        cmocka_unit_test(never_allowed),
        cmocka_unit_test(every_login_row_decides_and_lets_in_only_whom_it_should),
        cmocka_unit_test(test_r_all_2_others_certificates_read_the_same),
    };
    return cmocka_run_group_tests(tests, read_rows, NULL);
}
