/* SPDX-License-Identifier: Apache-2.0 */
/* Stories of notices: of what an act plans or withdraws, and of workers. What failed has planned nothing, handed nothing
 * out and recorded nothing. */
#include "stories.h"

#define KEIR "keir002"
#define YES CERTLIFE_ALLOWED
#define NO CERTLIFE_REFUSED
#define LEASE 600

/* The requests that PCs of these stories make; 0 is the master user's. */
enum { FIRST_KEY = 1, SECOND_KEY };

#define DAY_30 "2027-03-02 09:00:00"

/* The master user has no certificate, so nothing is said of it. */
#define QUIETLY(choices) "profile = webfb\n" choices "\n"

static void is_alone(struct stage *s)
{
    assert_allowed(s->w, revokes(s->w, "branch", MASTER));
    assert_allowed(s->w, adds(s->w, "branch", KEIR));
    assert_allowed(s->w, obtains_with(s->w, KEIR, FIRST_KEY));
    assert_allowed(s->w, confirms(s->w, KEIR));
}

static void is_due(struct stage *s)
{
    is_alone(s);
    at(s->w, DAY_30);
}

static int moves_to(struct stage *s, const char *email)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.email = email;
    return edits(s->w, "branch", KEIR, request);
}

static void has_no_address(struct stage *s)
{
    is_alone(s);
    assert_allowed(s->w, moves_to(s, ""));
    at(s->w, DAY_30);
}

static void all_are_due(struct stage *s)
{
    has_user(s->w, KEIR);
    assert_allowed(s->w, obtains_with(s->w, KEIR, FIRST_KEY));
    assert_allowed(s->w, confirms(s->w, KEIR));
    at(s->w, DAY_30);
}

/* Planned by one profile, and run by another. */
static void profile_changes(struct stage *s)
{
    all_are_due(s);
    at(s->w, "2027-02-20 10:00:00");
    chooses(s->w, "e-mail", "45, 10");
    chooses(s->w, "expired notice", "user, master");
}

/* ---- workers ---- */

static const certlife_notice *last_claimed(const struct stage *s)
{
    return certlife_notice_page_at(s->pages[s->page_count - 1], 0);
}

static int keep(struct stage *s, int rc, certlife_notice_page *page)
{
    if (rc == CERTLIFE_ALLOWED) {
        assert_true(s->page_count < PAGES_MAX);
        s->pages[s->page_count++] = page;
    }
    return rc;
}

/* What fails leaves the output alone. */
static int claims(struct stage *s, size_t count)
{
    certlife_notice_page *const untouched = (certlife_notice_page *)&notice_stories, *page = untouched;
    int rc = certlife_notice_claim(s->w->bank, actor(s->w, "system"), "mailer", 10, LEASE, &page, s->w->decision,
                                   &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (page != untouched));
    if (rc == CERTLIFE_ALLOWED)
        assert_int_equal(certlife_notice_page_count(page), count);
    return keep(s, rc, page);
}

static int claims_none(struct stage *s)
{
    return claims(s, 0);
}

static int claims_one(struct stage *s)
{
    return claims(s, 1);
}

static int claims_two(struct stage *s)
{
    return claims(s, 2);
}

static int claims_three(struct stage *s)
{
    return claims(s, 3);
}

static int claims_five_minutes_later(struct stage *s)
{
    at(s->w, "2027-03-02 09:05:00");
    return claims(s, 1);
}

static int claims_behind_the_lease(struct stage *s)
{
    at(s->w, "2027-03-02 09:10:00");
    return claims(s, 1);
}

static int claims_none_behind_the_lease(struct stage *s)
{
    at(s->w, "2027-03-02 09:10:00");
    return claims(s, 0);
}

static int says_done(struct stage *s)
{
    return certlife_notice_done(s->w->bank, actor(s->w, "system"), last_claimed(s), s->w->decision, &s->w->err);
}

/* The worker before the last one, late. */
static int other_says_done(struct stage *s)
{
    const certlife_notice *notice = certlife_notice_page_at(s->pages[s->page_count - 2], 0);
    return certlife_notice_done(s->w->bank, actor(s->w, "system"), notice, s->w->decision, &s->w->err);
}

/* Several calls: what was said before one of them failed stays said. */
static int says_all_done(struct stage *s)
{
    int rc = CERTLIFE_ALLOWED;
    const certlife_notice_page *page = s->pages[s->page_count - 1];
    for (size_t i = 0; rc == CERTLIFE_ALLOWED && i < certlife_notice_page_count(page); i++)
        rc = certlife_notice_done(s->w->bank, actor(s->w, "system"), certlife_notice_page_at(page, i), s->w->decision,
                                  &s->w->err);
    return rc;
}

static int gives_back(struct stage *s)
{
    return certlife_notice_give_back(s->w->bank, actor(s->w, "system"), last_claimed(s), "451 try again later",
                                     s->w->decision, &s->w->err);
}

static int gives_back_untried(struct stage *s)
{
    return certlife_notice_give_back(s->w->bank, actor(s->w, "system"), last_claimed(s), NULL, s->w->decision,
                                     &s->w->err);
}

static int looks_at_parked(struct stage *s)
{
    certlife_notice_page *const untouched = (certlife_notice_page *)&notice_stories, *page = untouched;
    int rc = certlife_notice_parked(s->w->bank, actor(s->w, "system"), NULL, 10, &page, s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (page != untouched));
    if (rc == CERTLIFE_ALLOWED)
        assert_int_equal(certlife_notice_page_count(page), 1);
    return keep(s, rc, page);
}

static int retries(struct stage *s)
{
    return certlife_notice_retry(s->w->bank, actor(s->w, "system"), last_claimed(s), s->w->decision, &s->w->err);
}

static int branch_claims(struct stage *s)
{
    certlife_notice_page *page = NULL;
    int rc = certlife_notice_claim(s->w->bank, actor(s->w, "branch"), "mailer", 10, LEASE, &page, s->w->decision,
                                   &s->w->err);
    assert_null(page);
    return rc;
}

/* ---- questions ---- */

static int lists(struct stage *s)
{
    certlife_notice_page *const untouched = (certlife_notice_page *)&notice_stories, *page = untouched;
    int rc = certlife_notice_list(s->w->bank, actor(s->w, "branch"), COMPANY, KEIR, &page, s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (page != untouched));
    if (rc == CERTLIFE_ALLOWED)
        assert_true(certlife_notice_page_count(page) > 0);
    return keep(s, rc, page);
}

static int looks_at_screen(struct stage *s)
{
    certlife_notice *const untouched = (certlife_notice *)&notice_stories, *notice = untouched;
    int rc =
        certlife_notice_on_screen(s->w->bank, actor(s->w, KEIR), COMPANY, KEIR, &notice, s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (notice != untouched));
    if (rc == CERTLIFE_ALLOWED) {
        assert_int_equal(certlife_notice_days_left(notice), 30);
        certlife_notice_free(notice);
    }
    return rc;
}

static int asks_when(struct stage *s)
{
    int64_t next = 77;
    int rc = certlife_notice_next_due(s->w->bank, actor(s->w, "system"), &next, s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (next != 77));
    return rc;
}

/* ---- acts that plan and withdraw ---- */

static int is_added(struct stage *s)
{
    return adds(s->w, "branch", KEIR);
}

static int obtains_first(struct stage *s)
{
    return obtains_with(s->w, KEIR, FIRST_KEY);
}

static int obtains_second(struct stage *s)
{
    return obtains_with(s->w, KEIR, SECOND_KEY);
}

static int renews_it(struct stage *s)
{
    return renews_with(s->w, KEIR, SECOND_KEY);
}

static int confirms_it(struct stage *s)
{
    return confirms(s->w, KEIR);
}

static int logs_in_with_it(struct stage *s)
{
    return logs_in(s->w, KEIR);
}

static int is_reissued(struct stage *s)
{
    return reissues(s->w, "branch", KEIR);
}

static int is_revoked(struct stage *s)
{
    return revokes(s->w, "branch", KEIR);
}

static int is_deleted(struct stage *s)
{
    return deletes(s->w, "branch", KEIR);
}

static int closes_contract(struct stage *s)
{
    return closes(s->w, "branch");
}

static int has_address_again(struct stage *s)
{
    return moves_to(s, "keir002@example.co.jp");
}

/* ---- how stories end ---- */

static size_t listed(struct stage *s, const char *user, certlife_notice_state state)
{
    certlife_notice_page *page = NULL;
    size_t count = 0;
    assert_allowed(s->w, certlife_notice_list(s->w->bank, actor(s->w, "branch"), COMPANY, user, &page, s->w->decision,
                                              &s->w->err));
    for (size_t i = 0; i < certlife_notice_page_count(page); i++)
        count += certlife_notice_state_of(certlife_notice_page_at(page, i)) == state;
    certlife_notice_page_free(page);
    return count;
}

static void are_listed(struct stage *s, size_t planned, size_t sent, size_t parked)
{
    assert_int_equal(listed(s, KEIR, CERTLIFE_NOTICE_PLANNED), planned);
    assert_int_equal(listed(s, KEIR, CERTLIFE_NOTICE_SENT), sent);
    assert_int_equal(listed(s, KEIR, CERTLIFE_NOTICE_PARKED), parked);
    assert_allowed(s->w, claims_none(s));
}

static void one_is_sent_one_to_come(struct stage *s)
{
    are_listed(s, 1, 1, 0);
}

static void one_is_parked(struct stage *s)
{
    are_listed(s, 1, 0, 1);
}

static void nothing_is_left(struct stage *s)
{
    are_listed(s, 0, 0, 0);
}

static void the_new_one_has_its_own(struct stage *s)
{
    are_listed(s, 1, 1, 0);
}

static void all_is_told(struct stage *s)
{
    are_listed(s, 1, 1, 0);
    assert_int_equal(listed(s, MASTER, CERTLIFE_NOTICE_SENT), 2); /* their own, and the digest */
}

static void planned_by_the_new_profile(struct stage *s)
{
    are_listed(s, 2, 1, 0);
    at(s->w, "2027-03-22 09:00:00");
    assert_allowed(s->w, claims(s, 2));
    assert_allowed(s->w, says_all_done(s));
    at(s->w, "2027-04-02 09:00:00");
    assert_allowed(s->w,
                   claims(s, 3)); /* to the user and the master user of the one, to the master user of their own */
}

static void revocation_is_to_be_told(struct stage *s)
{
    assert_int_equal(listed(s, KEIR, CERTLIFE_NOTICE_PLANNED), 2);
    assert_allowed(s->w, claims(s, 2)); /* to the user and the master user */
}

const struct story notice_stories[] = {
    {"a notice is claimed and delivered",
     QUIETLY(""),
     false,
     is_due,
     {{"claim", claims_one, YES, NULL},
      {"done", says_done, YES, NULL},
      {"done again", says_done, YES, NULL},
      {"claim again", claims_none, YES, NULL},
      {"not for the branch", branch_claims, NO, NULL}},
     one_is_sent_one_to_come},
    {"a notice is tried until it is parked, and retried",
     QUIETLY("notice attempts = 2"),
     false,
     is_due,
     {{"claim", claims_one, YES, NULL},
      {"give back", gives_back, YES, NULL},
      {"claim again", claims_five_minutes_later, YES, NULL},
      {"give back again", gives_back, YES, NULL},
      {"parked", looks_at_parked, YES, NULL},
      {"retry", retries, YES, NULL},
      {"retry again", retries, YES, NULL},
      {"claim once more", claims_one, YES, NULL},
      {"done", says_done, YES, NULL}},
     one_is_sent_one_to_come},
    {"a worker stops, another dies",
     QUIETLY(""),
     false,
     is_due,
     {{"claim", claims_one, YES, NULL},
      {"not tried", gives_back_untried, YES, NULL},
      {"claim again", claims_one, YES, NULL},
      {"behind the lease", claims_behind_the_lease, YES, NULL},
      {"the dead one speaks", other_says_done, YES, NULL},
      {"done", says_done, YES, NULL}},
     one_is_sent_one_to_come},
    {"nobody ever answers",
     QUIETLY("notice attempts = 1"),
     false,
     is_due,
     {{"claim", claims_one, YES, NULL}, {"behind the lease", claims_none_behind_the_lease, YES, NULL}},
     one_is_parked},
    {"nobody has an address",
     QUIETLY(""),
     false,
     has_no_address,
     {{"claim", claims_none, YES, NULL},
      {"parked", looks_at_parked, YES, NULL},
      {"another address", has_address_again, YES, NULL},
      {"claim again", claims_one, YES, NULL},
      {"done", says_done, YES, NULL}},
     one_is_sent_one_to_come},
    {"a renewal while a notice is in hand",
     QUIETLY(""),
     false,
     is_due,
     {{"claim", claims_one, YES, NULL},
      {"renew", renews_it, YES, NULL},
      {"first login", logs_in_with_it, YES, NULL},
      {"done", says_done, YES, NULL}},
     the_new_one_has_its_own},
    {"deletion while a notice is in hand",
     QUIETLY(""),
     false,
     is_due,
     {{"claim", claims_one, YES, NULL},
      {"delete", is_deleted, YES, NULL},
      {"behind the lease", claims_none_behind_the_lease, YES, NULL}},
     nothing_is_left},
    {"the end of a contract with one parked, one in hand",
     QUIETLY("e-mail = 30, 29\nnotice attempts = 1\nsending hours = any"),
     false,
     is_due,
     {{"claim", claims_one, YES, NULL},
      {"give back", gives_back, YES, NULL},
      {"close", closes_contract, YES, NULL},
      {"claim again", claims_none, YES, NULL}},
     nothing_is_left},
    {"every act that tells",
     QUIETLY("issued notice = user, master\nreissued notice = user\nrevoked notice = user, master\n"
             "obtain-by notice = 60, 3\nexpired notice = user"),
     false,
     NULL,
     {{"add", is_added, YES, NULL},
      {"obtain", obtains_first, YES, NULL},
      {"confirm", confirms_it, YES, NULL},
      {"claim", claims_three, YES, NULL}, /* of the master user's own, too */
      {"done", says_all_done, YES, says_all_done},
      {"reissue", is_reissued, YES, NULL},
      {"obtain again", obtains_second, YES, NULL},
      {"revoke", is_revoked, YES, NULL}},
     revocation_is_to_be_told},
    {"a digest",
     "profile = webfb\ne-mail to = user, master\ndigest = yes\n",
     false,
     all_are_due,
     {{"claim", claims_three, YES, NULL}, {"done", says_all_done, YES, says_all_done}},
     all_is_told},
    {"another profile",
     "profile = webfb\n",
     false,
     profile_changes,
     {{"next", asks_when, YES, NULL}, {"claim", claims_two, YES, NULL}, {"done", says_all_done, YES, says_all_done}},
     planned_by_the_new_profile},
    {"questions about notices",
     QUIETLY(""),
     false,
     is_due,
     {{"list", lists, YES, NULL},
      {"on screen", looks_at_screen, YES, NULL},
      {"next", asks_when, YES, NULL},
      {"claim", claims_one, YES, NULL},
      {"list again", lists, YES, NULL}},
     NULL},
};

const size_t notice_story_count = sizeof notice_stories / sizeof notice_stories[0];
