/* SPDX-License-Identifier: Apache-2.0 */
#include "notices.h"

#include "base/civil.h"
#include "reconcile.h"

#define TEXT_MAX 4096
#define NOTICES_MAX 1000

struct world *world_choosing(const char *profile, const char *choices)
{
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    char text[1024];
    snprintf(text, sizeof text, "profile = %s\n%s\n", profile, choices);
    if (certlife_profile_parse(text, &parts.profile, &err) != 0)
        fail_msg("%s", certlife_error_message(err));
    return world_with(parts);
}

struct world *world_of_one_from(const char *profile, const char *choices, const char *obtained)
{
    struct world *w = world_choosing(profile, choices);
    assert_allowed(w, revokes(w, "branch", MASTER));
    at(w, obtained);
    assert_allowed(w, adds(w, "branch", "keir002"));
    assert_allowed(w, obtains(w, "keir002"));
    assert_allowed(w, confirms(w, "keir002"));
    return w;
}

struct world *world_of_one(const char *profile, const char *choices)
{
    return world_of_one_from(profile, choices, "2026-04-01 12:00:00");
}

void ends(struct world *w)
{
    reconcile(w);
    world_free(w);
}

void moves_to(struct world *w, const char *user, const char *email)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.email = email;
    assert_allowed(w, edits(w, "branch", user, request));
}

/* Notices as text. */

struct text {
    char at[TEXT_MAX];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text->len += (size_t)vsnprintf(text->at + text->len, TEXT_MAX - text->len, format, args);
    va_end(args);
    assert_true(text->len < TEXT_MAX);
}

static void say_moment(struct text *text, int64_t moment)
{
    struct civil c = certlife__civil_of(moment, 9 * 3600);
    say(text, " %04d-%02d-%02d %02d:%02d:%02d", (int)c.year, (int)c.month, (int)c.day, (int)c.hour, (int)c.minute,
        (int)c.second);
}

static void say_whom(struct text *text, const certlife_notice *notice)
{
    certlife_notice_kind kind = certlife_notice_kind_of(notice);
    const char *company = certlife_notice_contract(notice);
    bool here = strcmp(company, COMPANY) == 0;
    bool master = certlife_notice_addressee_of(notice) == CERTLIFE_ADDRESSEE_MASTER && kind != CERTLIFE_NOTICE_DIGEST;
    say(text, "%s %s%s%s", certlife_notice_kind_name(kind), here ? "" : company, here ? "" : "/",
        certlife_notice_user(notice));
    say(text, "%s", master ? " to master" : "");
}

static void say_handed_out(struct text *text, const certlife_notice *notice)
{
    certlife_notice_kind kind = certlife_notice_kind_of(notice);
    say_whom(text, notice);
    if (kind == CERTLIFE_NOTICE_EXPIRY || kind == CERTLIFE_NOTICE_OBTAIN_BY || kind == CERTLIFE_NOTICE_DIGEST)
        say(text, " %d", (int)certlife_notice_days_left(notice));
    if (certlife_notice_waits_to_install(notice))
        say(text, " waits");
    for (size_t i = 0; i < certlife_notice_member_count(notice); i++)
        say(text, "%s %s %d", i == 0 ? ":" : ",", certlife_notice_member_user(notice, i),
            (int)certlife_notice_member_days_left(notice, i));
}

static void say_listed(struct text *text, const certlife_notice *notice)
{
    bool planned = certlife_notice_state_of(notice) == CERTLIFE_NOTICE_PLANNED;
    say(text, "%s ", certlife_notice_state_name(certlife_notice_state_of(notice)));
    say_whom(text, notice);
    say_moment(text, planned ? certlife_notice_due(notice) : certlife_notice_ended_at(notice));
}

static void say_page(struct text *text, const certlife_notice_page *page,
                     void (*say_one)(struct text *text, const certlife_notice *notice))
{
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        say(text, "%s", i > 0 ? "; " : "");
        say_one(text, certlife_notice_page_at(page, i));
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Splits at "; " and sorts. */
static size_t parts_of(char *text, char *parts[NOTICES_MAX])
{
    size_t count = 0;
    while (text[0] != '\0') {
        assert_true(count < NOTICES_MAX);
        parts[count++] = text;
        char *end = strstr(text, "; ");
        if (end == NULL)
            break;
        *end = '\0';
        text = end + 2;
    }
    qsort(parts, count, sizeof *parts, by_text);
    return count;
}

static bool same_notices(const char *a, const char *b)
{
    char texts[2][TEXT_MAX];
    char *parts[2][NOTICES_MAX];
    snprintf(texts[0], TEXT_MAX, "%s", a);
    snprintf(texts[1], TEXT_MAX, "%s", b);
    size_t count = parts_of(texts[0], parts[0]);
    bool same = count == parts_of(texts[1], parts[1]);
    for (size_t i = 0; same && i < count; i++)
        same = strcmp(parts[0][i], parts[1][i]) == 0;
    return same;
}

static void compare(struct world *w, const char *found, const char *wanted, const char *file, int line)
{
    if (same_notices(found, wanted))
        return;
    struct text now = {.len = 0};
    say_moment(&now, w->now);
    print_error("at%s: wanted \"%s\", got \"%s\"\n", now.at, wanted, found);
    _fail(file, line);
}

/* What every notice says that is handed out: nothing that a recipient would miss, nothing that is not so. */
static void check_handed_out(struct world *w, const certlife_notice *notice)
{
    certlife_notice_kind kind = certlife_notice_kind_of(notice);
    bool to_master = certlife_notice_addressee_of(notice) == CERTLIFE_ADDRESSEE_MASTER;
    certlife_user *about = NULL, *addressee = NULL;
    const char *company = certlife_notice_contract(notice);
    assert_allowed(w, certlife_user_get(w->bank, actor(w, "branch"), company, certlife_notice_user(notice), &about,
                                        w->decision, &w->err));
    assert_allowed(w, certlife_user_get(w->bank, actor(w, "branch"), company, certlife_notice_addressee_user(notice),
                                        &addressee, w->decision, &w->err));
    assert_int_equal(certlife_notice_state_of(notice), CERTLIFE_NOTICE_PLANNED);
    assert_int_equal(strspn(certlife_notice_key(notice), "0123456789abcdef"), 32);
    assert_int_equal(strlen(certlife_notice_key(notice)), 32);
    assert_string_equal(certlife_notice_email(notice), certlife_user_email(addressee));
    assert_true(certlife_notice_email(notice)[0] != '\0');
    assert_true(certlife_notice_attempts(notice) >= 1);
    assert_true(certlife_notice_due(notice) > 0 && certlife_notice_due(notice) <= w->now);
    assert_int_equal(certlife_notice_ended_at(notice), 0);
    if (to_master)
        assert_int_equal(certlife_user_role(addressee), CERTLIFE_ROLE_MASTER);
    else
        assert_string_equal(certlife_user_id(addressee), certlife_user_id(about));
    if (kind == CERTLIFE_NOTICE_EXPIRY) {
        bool current = strcmp(certlife_notice_serial(notice), certlife_user_serial(about)) == 0;
        if (!current)
            assert_string_equal(certlife_notice_serial(notice), certlife_user_unconfirmed_serial(about));
        assert_int_equal(certlife_notice_expiry(notice),
                         current ? certlife_user_expiry(about) : certlife_user_unconfirmed_expiry(about));
        assert_true(certlife_notice_renew_by(notice) <= certlife_notice_expiry(notice));
        assert_true(w->now <= certlife_notice_expiry(notice));
    }
    if (kind == CERTLIFE_NOTICE_OBTAIN_BY)
        assert_int_equal(certlife_notice_obtain_by(notice), certlife_user_obtain_by(about));
    certlife_user_free(about);
    certlife_user_free(addressee);
}

/* Workers. */

void forgets(struct mailer *mailer)
{
    certlife_notice_page_free(mailer->page);
    mailer->page = NULL;
}

void assert_claims_of(struct mailer *mailer, const char *notices, const char *file, int line)
{
    struct world *w = mailer->w;
    struct text found = {.len = 0};
    forgets(mailer);
    assert_allowed_at(w,
                      certlife_notice_claim(w->bank, actor(w, "system"), mailer->name, mailer->limit, mailer->lease,
                                            &mailer->page, w->decision, &w->err),
                      file, line);
    say_page(&found, mailer->page, say_handed_out);
    compare(w, found.at, notices, file, line);
    for (size_t i = 0; i < certlife_notice_page_count(mailer->page); i++)
        check_handed_out(w, held(mailer, i));
}

void assert_claims_first(struct mailer *mailer, const char *moment_text, const char *notices, const char *file,
                         int line)
{
    mailer->w->now = moment(moment_text) - 1;
    assert_claims_of(mailer, "", file, line);
    mailer->w->now++;
    assert_claims_of(mailer, notices, file, line);
}

const certlife_notice *held(const struct mailer *mailer, size_t n)
{
    const certlife_notice *notice = certlife_notice_page_at(mailer->page, n);
    assert_non_null(notice);
    return notice;
}

void done(struct mailer *mailer)
{
    struct world *w = mailer->w;
    for (size_t i = 0; i < certlife_notice_page_count(mailer->page); i++)
        assert_allowed(w, certlife_notice_done(w->bank, actor(w, "system"), held(mailer, i), w->decision, &w->err));
}

void gives_back(struct mailer *mailer, const char *cause)
{
    struct world *w = mailer->w;
    for (size_t i = 0; i < certlife_notice_page_count(mailer->page); i++)
        assert_allowed(
            w, certlife_notice_give_back(w->bank, actor(w, "system"), held(mailer, i), cause, w->decision, &w->err));
}

void assert_sends_at(struct world *w, const char *notices, const char *file, int line)
{
    struct mailer mailer = MAILER(w, "mailer");
    assert_claims_of(&mailer, notices, file, line);
    done(&mailer);
    forgets(&mailer);
}

void assert_falls_due_at(struct world *w, const char *moment_text, const char *notices, const char *file, int line)
{
    assert_sends_at(w, "", file, line);
    assert_next_due_at(w, moment_text, file, line);
    w->now = moment(moment_text) - 1;
    assert_sends_at(w, "", file, line);
    w->now++;
    assert_sends_at(w, notices, file, line);
}

void assert_next_due_at(struct world *w, const char *moment_text, const char *file, int line)
{
    int64_t found = 0, wanted = moment_text != NULL ? moment(moment_text) : INT64_MAX;
    assert_allowed_at(w, certlife_notice_next_due(w->bank, actor(w, "system"), &found, w->decision, &w->err), file,
                      line);
    if (found == wanted)
        return;
    struct text text = {.len = 0};
    if (found == INT64_MAX)
        say(&text, " never");
    else
        say_moment(&text, found);
    print_error("wanted %s to be the next due, got%s\n", moment_text != NULL ? moment_text : "nothing", text.at);
    _fail(file, line);
}

/* Lists. */

static void compare_list(struct world *w, certlife_notice_page *page, const char *notices, const char *file, int line)
{
    struct text found = {.len = 0};
    say_page(&found, page, say_listed);
    certlife_notice_page_free(page);
    compare(w, found.at, notices, file, line);
}

void assert_listed_at(struct world *w, const char *user, const char *notices, const char *file, int line)
{
    certlife_notice_page *page = NULL;
    assert_allowed_at(w,
                      certlife_notice_list(w->bank, actor(w, "branch"), w->company, user, &page, w->decision, &w->err),
                      file, line);
    compare_list(w, page, notices, file, line);
}

void assert_parked_at(struct world *w, const char *notices, const char *file, int line)
{
    certlife_notice_page *page = NULL;
    assert_allowed_at(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 1000, &page, w->decision, &w->err),
                      file, line);
    compare_list(w, page, notices, file, line);
}

void retries(struct world *w)
{
    certlife_notice_page *page = NULL;
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 1, &page, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(page), 1);
    assert_allowed(
        w, certlife_notice_retry(w->bank, actor(w, "system"), certlife_notice_page_at(page, 0), w->decision, &w->err));
    certlife_notice_page_free(page);
}

void assert_on_screen_at(struct world *w, const char *user, const char *shown_text, const char *file, int line)
{
    certlife_notice *notice = NULL;
    struct text found = {.len = 0};
    assert_allowed_at(
        w, certlife_notice_on_screen(w->bank, actor(w, user), w->company, user, &notice, w->decision, &w->err), file,
        line);
    if (notice != NULL) {
        certlife_user *seen = shown(w, user);
        assert_int_equal(certlife_notice_kind_of(notice), CERTLIFE_NOTICE_EXPIRY);
        assert_string_equal(certlife_notice_serial(notice), certlife_user_serial(seen));
        assert_int_equal(certlife_notice_expiry(notice), certlife_user_expiry(seen));
        assert_int_equal(certlife_notice_renew_later_at(notice), certlife_user_renew_later_at(seen));
        certlife_user_free(seen);
        say(&found, "%d%s", (int)certlife_notice_days_left(notice),
            certlife_notice_waits_to_install(notice) ? " waits" : "");
    }
    certlife_notice_free(notice);
    compare(w, found.at, shown_text, file, line);
}
