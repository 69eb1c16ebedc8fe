/* SPDX-License-Identifier: Apache-2.0 */
#include "stories.h"

#define KEIR "keir002"
#define YES CERTLIFE_ALLOWED
#define NO CERTLIFE_REFUSED

/* The requests that PCs of these stories make; 0 is the master user's. */
enum { FIRST_KEY = 1, SECOND_KEY, THIRD_KEY };

#define RENEWAL "2027-03-15 10:00:00"

/* ---- how stories begin ---- */

static void is_added(struct stage *s)
{
    has_user(s->w, KEIR);
}

static void has_it(struct stage *s)
{
    has_user(s->w, KEIR);
    assert_allowed(s->w, obtains_with(s->w, KEIR, FIRST_KEY));
    assert_allowed(s->w, confirms(s->w, KEIR));
}

static void may_renew(struct stage *s)
{
    has_it(s);
    at(s->w, RENEWAL);
}

static void has_renewed(struct stage *s)
{
    may_renew(s);
    assert_allowed(s->w, renews_with(s->w, KEIR, SECOND_KEY));
}

static void waits_for_issuer(struct stage *s)
{
    has_user(s->w, KEIR);
    s->late->on_issue = ANSWERS_LATER;
    assert_refused(s->w, obtains_with(s->w, KEIR, FIRST_KEY), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
}

static void is_revoked_while_issuing(struct stage *s)
{
    waits_for_issuer(s);
    assert_allowed(s->w, revokes(s->w, MASTER, KEIR));
}

/* ---- acts ---- */

static int registers_another(struct stage *s)
{
    return registers(s->w, "branch", "0010000002", "keir101");
}

static int applies_there(struct stage *s)
{
    s->w->company = "0010000002";
    return applies(s->w, "branch");
}

static int authorises_master(struct stage *s)
{
    return authorises(s->w, "branch", "keir101");
}

static int master_obtains(struct stage *s)
{
    return obtains_with(s->w, "keir101", FIRST_KEY);
}

static int closes_contract(struct stage *s)
{
    return closes(s->w, "branch");
}

static int applies_for_tokens(struct stage *s)
{
    return applies_for_usb_tokens(s->w, "branch");
}

static int is_added_by_master(struct stage *s)
{
    return adds(s->w, MASTER, KEIR);
}

static int obtains_first(struct stage *s)
{
    return obtains_with(s->w, KEIR, FIRST_KEY);
}

static int obtains_second(struct stage *s)
{
    return obtains_with(s->w, KEIR, SECOND_KEY);
}

static int obtains_into_token(struct stage *s)
{
    s->w->medium = CERTLIFE_MEDIUM_USB_TOKEN;
    return obtains_with(s->w, KEIR, FIRST_KEY);
}

static int gets_it_again(struct stage *s)
{
    return gets_again(s->w, KEIR);
}

static int confirms_it(struct stage *s)
{
    return confirms(s->w, KEIR);
}

static int logs_in_with_it(struct stage *s)
{
    return logs_in(s->w, KEIR);
}

static int looks_in_with_it(struct stage *s)
{
    return looks_in(s->w, KEIR);
}

static int logs_in_as_master_with_it(struct stage *s)
{
    presenting(s->w, KEIR);
    return logs_in(s->w, MASTER);
}

static int renews_first(struct stage *s)
{
    return renews_with(s->w, KEIR, SECOND_KEY);
}

static int renews_other_key(struct stage *s)
{
    keeps_old(s->w, KEIR);
    return renews_with(s->w, KEIR, THIRD_KEY);
}

static int chooses_later(struct stage *s)
{
    return renews_later(s->w, KEIR);
}

static int master_reissues(struct stage *s)
{
    return reissues(s->w, MASTER, KEIR);
}

static int master_revokes(struct stage *s)
{
    return revokes_for(s->w, MASTER, KEIR, CERTLIFE_REASON_KEY_COMPROMISE);
}

static int master_deletes(struct stage *s)
{
    return deletes(s->w, MASTER, KEIR);
}

static int edits_and_reissues(struct stage *s)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.certificate = CERTLIFE_CHOICE_REISSUE;
    request.email = "new@example.co.jp";
    request.permission = CERTLIFE_PERMISSION_OPERATOR;
    return edits(s->w, MASTER, KEIR, request);
}

static int obtains_under_key(struct stage *s)
{
    with_key(s->w, "obtain-1");
    return obtains_with(s->w, KEIR, FIRST_KEY);
}

static int obtains_otherwise_under_key(struct stage *s)
{
    with_key(s->w, "obtain-1");
    return obtains_with(s->w, KEIR, SECOND_KEY);
}

static int revokes_under_key(struct stage *s)
{
    with_key(s->w, "revoke-1");
    return revokes(s->w, MASTER, KEIR);
}

static int renews_too_early_under_key(struct stage *s)
{
    with_key(s->w, "renew-1");
    return renews_with(s->w, KEIR, SECOND_KEY);
}

/* What is only asked leaves `out` alone unless it is allowed. */

static int shows_user(struct stage *s)
{
    certlife_user *const untouched = (certlife_user *)&stories, *out = untouched;
    int rc = certlife_user_get(s->w->bank, actor(s->w, MASTER), COMPANY, KEIR, &out, s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (out != untouched));
    if (out != untouched)
        certlife_user_free(out);
    return rc;
}

static int lists_users(struct stage *s)
{
    certlife_user_page *const untouched = (certlife_user_page *)&stories, *out = untouched;
    int rc = certlife_user_list(s->w->bank, actor(s->w, MASTER), COMPANY, NULL, 100, &out, s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (out != untouched));
    if (out != untouched) {
        assert_int_equal(certlife_user_page_count(out), 2);
        certlife_user_page_free(out);
    }
    return rc;
}

static int lists_history(struct stage *s)
{
    certlife_certificate_page *const untouched = (certlife_certificate_page *)&stories, *out = untouched;
    int rc = certlife_user_history(s->w->bank, actor(s->w, MASTER), COMPANY, KEIR, NULL, 100, &out, s->w->decision,
                                   &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (out != untouched));
    if (out != untouched) {
        assert_int_equal(certlife_certificate_page_count(out), 2);
        certlife_certificate_page_free(out);
    }
    return rc;
}

static int shows_contract(struct stage *s)
{
    certlife_contract *const untouched = (certlife_contract *)&stories, *out = untouched;
    int rc = certlife_contract_get(s->w->bank, actor(s->w, MASTER), COMPANY, &out, s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (out != untouched));
    if (out != untouched)
        certlife_contract_free(out);
    return rc;
}

static int asks_whether(struct stage *s)
{
    return could(s->w, MASTER, CERTLIFE_ACT_REISSUE, KEIR);
}

static int asks_who(struct stage *s)
{
    uint32_t who = UINT32_MAX;
    int rc = certlife_who_could(s->w->bank, actor(s->w, MASTER), CERTLIFE_ACT_REVOKE, COMPANY, KEIR, &who,
                                s->w->decision, &s->w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (who == (CERTLIFE_WHO_MASTER | CERTLIFE_WHO_BRANCH)));
    assert_true(rc == CERTLIFE_ALLOWED || who == UINT32_MAX);
    return rc;
}

/* The issuer's own moves are part of the act that they meet. */

static int obtains_and_waits(struct stage *s)
{
    s->late->on_issue = s->late->on_poll = ANSWERS_LATER;
    return obtains_with(s->w, KEIR, FIRST_KEY);
}

static int asks_too_early(struct stage *s)
{
    s->late->on_poll = ANSWERS_LATER;
    return gets_again(s->w, KEIR);
}

static int asks_in_time(struct stage *s)
{
    s->late->on_poll = ANSWERS_AT_ONCE;
    return gets_again(s->w, KEIR);
}

static int obtains_at_once(struct stage *s)
{
    s->late->on_issue = ANSWERS_AT_ONCE;
    return obtains_with(s->w, KEIR, FIRST_KEY);
}

static int is_rejected(struct stage *s)
{
    s->late->on_poll = REJECTS;
    return gets_again(s->w, KEIR);
}

/* The order stands behind the master user's, who obtained first. */
static int issuer_answers(struct stage *s)
{
    const uint8_t *der = NULL;
    size_t n = s->late->order_count - 1, len = late_signs(s->late, n, &der);
    const certlife_actor *a = actor(s->w, "system");
    return certlife_issuer_answer(s->w->bank, a, late_order_id(s->late, n), 20, der, len, s->w->decision, &s->w->err);
}

static int issuer_rejects(struct stage *s)
{
    const uint8_t *id = late_order_id(s->late, s->late->order_count - 1);
    const certlife_actor *a = actor(s->w, "system");
    return certlife_issuer_answer(s->w->bank, a, id, 20, NULL, 0, s->w->decision, &s->w->err);
}

/* ---- how stories end ---- */

static void has_certificates(struct stage *s, size_t count, certlife_status expected)
{
    assert_status(s->w, KEIR, expected);
    assert_int_equal(history_count(s->w, KEIR), count);
}

static void contract_is_closed(struct stage *s)
{
    assert_status(s->w, "keir101", CERTLIFE_STATUS_CONTRACT_CLOSED);
    assert_int_equal(history_count(s->w, "keir101"), 1);
    s->w->company = COMPANY;
    assert_status(s->w, MASTER, CERTLIFE_STATUS_OBTAINED);
}

static void one_works(struct stage *s)
{
    has_certificates(s, 1, CERTLIFE_STATUS_OBTAINED);
    assert_allowed(s->w, looks_in(s->w, KEIR));
}

static void one_works_in_token(struct stage *s)
{
    one_works(s);
    certlife_certificate_page *page = NULL;
    const certlife_certificate *certificate = history_at(s->w, KEIR, 0, &page);
    assert_int_equal(certlife_certificate_medium(certificate), CERTLIFE_MEDIUM_USB_TOKEN);
    certlife_certificate_page_free(page);
}

static void second_works(struct stage *s)
{
    has_certificates(s, 2, CERTLIFE_STATUS_OBTAINED);
    assert_allowed(s->w, looks_in(s->w, KEIR));
    keeps_old(s->w, KEIR);
    assert_int_equal(looks_in(s->w, KEIR), CERTLIFE_REFUSED);
}

static void third_works(struct stage *s)
{
    certlife_certificate_page *page = NULL;
    has_certificates(s, 3, CERTLIFE_STATUS_OBTAINED);
    takes_new(s->w, KEIR);
    assert_allowed(s->w, looks_in(s->w, KEIR));
    for (size_t n = 0, revoked = 0, replaced = 0; n < 3; n++) {
        certlife_certificate_state state = certlife_certificate_state_of(history_at(s->w, KEIR, n, &page));
        revoked += state == CERTLIFE_CERTIFICATE_REVOKED;
        replaced += state == CERTLIFE_CERTIFICATE_REPLACED;
        certlife_certificate_page_free(page);
        assert_true(n < 2 || (revoked == 1 && replaced == 1));
    }
}

static void still_due(struct stage *s)
{
    has_certificates(s, 1, CERTLIFE_STATUS_RENEWAL_DUE);
    certlife_user *user = shown(s->w, KEIR);
    assert_int_equal(certlife_user_renew_later_at(user), moment(RENEWAL));
    certlife_user_free(user);
}

static void is_revoked(struct stage *s)
{
    has_certificates(s, 1, CERTLIFE_STATUS_REVOKED);
    assert_refused(s->w, looks_in(s->w, KEIR), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
}

static void unconfirmed_is_revoked_too(struct stage *s)
{
    has_certificates(s, 2, CERTLIFE_STATUS_REVOKED);
    assert_int_equal(looks_in(s->w, KEIR), CERTLIFE_REFUSED);
    keeps_old(s->w, KEIR);
    assert_int_equal(looks_in(s->w, KEIR), CERTLIFE_REFUSED);
}

static void is_edited_and_waits(struct stage *s)
{
    has_certificates(s, 1, CERTLIFE_STATUS_AWAITING);
    certlife_user *user = shown(s->w, KEIR);
    assert_string_equal(certlife_user_email(user), "new@example.co.jp");
    assert_int_equal(certlife_user_permission(user), CERTLIFE_PERMISSION_OPERATOR);
    certlife_user_free(user);
}

static void is_deleted(struct stage *s)
{
    has_certificates(s, 2, CERTLIFE_STATUS_DELETED);
}

static void nothing_came_of_it(struct stage *s)
{
    has_certificates(s, 0, CERTLIFE_STATUS_AWAITING);
}

static void late_one_is_revoked(struct stage *s)
{
    certlife_certificate_page *page = NULL;
    const certlife_certificate *certificate = history_at(s->w, KEIR, 0, &page);
    assert_int_equal(certlife_certificate_page_count(page), 1);
    assert_int_equal(certlife_certificate_state_of(certificate), CERTLIFE_CERTIFICATE_REVOKED);
    certlife_certificate_page_free(page);
}

static void nothing_changes(struct stage *s)
{
    has_certificates(s, 2, CERTLIFE_STATUS_RENEWAL_DUE);
}

const struct story stories[] = {
    {"a contract from its registration to its end",
     "webfb",
     false,
     NULL,
     {{"register", registers_another, YES, NULL},
      {"apply", applies_there, YES, NULL},
      {"authorise", authorises_master, YES, NULL},
      {"obtain", master_obtains, YES, NULL},
      {"close", closes_contract, YES, NULL}},
     contract_is_closed},
    {"obtain and confirm",
     "webfb",
     false,
     NULL,
     {{"add", is_added_by_master, YES, NULL},
      {"obtain", obtains_first, YES, NULL},
      {"confirm", confirms_it, YES, NULL},
      {"confirm again", confirms_it, YES, NULL}},
     one_works},
    {"obtain, deliver again, log in",
     "webfb",
     false,
     is_added,
     {{"obtain", obtains_first, YES, NULL},
      {"deliver", gets_it_again, YES, NULL},
      {"obtain with the same key", obtains_first, YES, NULL},
      {"obtain with another key", obtains_second, NO, NULL},
      {"first login", logs_in_with_it, YES, NULL},
      {"login", logs_in_with_it, YES, NULL}},
     one_works},
    {"obtain into a USB token",
     "houjin",
     false,
     is_added,
     {{"apply", applies_for_tokens, YES, NULL}, {"obtain", obtains_into_token, YES, NULL}},
     one_works_in_token},
    {"renew and confirm by the first login",
     "webfb",
     false,
     may_renew,
     {{"renew", renews_first, YES, NULL}, {"first login", logs_in_with_it, YES, NULL}},
     second_works},
    {"renew and confirm, with a password",
     "webfb-login",
     false,
     may_renew,
     {{"renew", renews_first, YES, NULL}, {"deliver", gets_it_again, YES, NULL}, {"confirm", confirms_it, YES, NULL}},
     second_works},
    {"renew again with another key",
     "webfb",
     false,
     has_renewed,
     {{"renew", renews_other_key, YES, NULL}, {"first login", logs_in_with_it, YES, NULL}},
     third_works},
    {"renew later", "webfb", false, may_renew, {{"later", chooses_later, YES, NULL}}, still_due},
    {"reissue and obtain",
     "webfb",
     false,
     has_it,
     {{"reissue", master_reissues, YES, NULL},
      {"obtain", obtains_second, YES, NULL},
      {"confirm", confirms_it, YES, NULL}},
     second_works},
    {"revoke",
     "webfb",
     false,
     has_it,
     {{"revoke", master_revokes, YES, NULL}, {"revoke again", master_revokes, NO, NULL}},
     is_revoked},
    {"revoke what is renewed",
     "webfb",
     false,
     has_renewed,
     {{"revoke", master_revokes, YES, NULL}},
     unconfirmed_is_revoked_too},
    {"revoke and obtain anew",
     "kumiai",
     false,
     has_it,
     {{"obtain", obtains_second, NO, NULL}, {"login", logs_in_with_it, YES, NULL}},
     one_works},
    {"edit and reissue", "webfb", false, has_it, {{"edit", edits_and_reissues, YES, NULL}}, is_edited_and_waits},
    {"delete", "webfb", false, has_renewed, {{"delete", master_deletes, YES, NULL}}, is_deleted},
    {"close a contract with users", "webfb", false, has_renewed, {{"close", closes_contract, YES, NULL}}, NULL},
    {"ask",
     "webfb",
     false,
     has_renewed,
     {{"show user", shows_user, YES, NULL},
      {"list users", lists_users, YES, NULL},
      {"list history", lists_history, YES, NULL},
      {"show contract", shows_contract, YES, NULL},
      {"could they", asks_whether, YES, NULL},
      {"who could", asks_who, YES, NULL},
      {"look in", looks_in_with_it, YES, NULL},
      {"log in with another's", logs_in_as_master_with_it, NO, NULL}},
     nothing_changes},
    {"the same request again",
     "webfb",
     false,
     is_added,
     {{"obtain", obtains_under_key, YES, NULL},
      {"obtain again", obtains_under_key, YES, NULL},
      {"another request with that key", obtains_otherwise_under_key, NO, NULL},
      {"renew too early", renews_too_early_under_key, NO, NULL},
      {"renew too early again", renews_too_early_under_key, NO, NULL},
      {"revoke", revokes_under_key, YES, NULL},
      {"revoke again", revokes_under_key, YES, NULL}},
     is_revoked},
    {"an issuer that answers later",
     "webfb",
     true,
     is_added,
     {{"obtain", obtains_and_waits, NO, asks_too_early},
      {"too early", asks_too_early, NO, NULL},
      {"in time", asks_in_time, YES, NULL},
      {"confirm", confirms_it, YES, NULL}},
     one_works},
    {"an outside issuer that answers at once",
     "webfb",
     true,
     is_added,
     {{"obtain", obtains_at_once, YES, asks_in_time}, {"confirm", confirms_it, YES, NULL}},
     one_works},
    {"an issuer that brings its answer",
     "webfb",
     true,
     waits_for_issuer,
     {{"answer", issuer_answers, YES, NULL}, {"answer again", issuer_answers, YES, NULL}},
     NULL},
    {"an issuer that rejects", "webfb", true, waits_for_issuer, {{"poll", is_rejected, NO, NULL}}, nothing_came_of_it},
    {"an issuer that brings a rejection",
     "webfb",
     true,
     waits_for_issuer,
     {{"answer", issuer_rejects, YES, NULL}},
     nothing_came_of_it},
    {"an answer that comes too late",
     "webfb",
     true,
     is_revoked_while_issuing,
     {{"answer", issuer_answers, YES, NULL}},
     late_one_is_revoked},
};

const size_t story_count = sizeof stories / sizeof stories[0];
