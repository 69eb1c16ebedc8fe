/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdlib.h>

#include "acts/ledger.h"

#define LIMIT_MAX 1000
#define LEASE_MAX 86400
#define SERIAL_TEXT (2 * CERTLIFE_SERIAL_MAX + 1)

struct certlife_notice {
    struct noticed facts;
    char key[NOTICE_KEY_LEN + 1];
    char serial[SERIAL_TEXT];
    char (*member_serials)[SERIAL_TEXT];
};

struct certlife_notice_page {
    certlife_notice *notices;
    size_t count;
    bool more;
};

static void empty(certlife_notice *notice)
{
    free(notice->facts.members);
    free(notice->member_serials);
}

/* Takes over the members. */
static int fill(const struct certlife_institution *institution, struct noticed *noticed, certlife_notice *out,
                certlife_error **err)
{
    out->facts = *noticed;
    noticed->members = NULL;
    certlife__hex_write(noticed->serial.octets, noticed->serial.len, out->serial);
    if (noticed->member_count > 0) {
        out->member_serials = calloc(noticed->member_count, sizeof *out->member_serials);
        if (out->member_serials == NULL)
            return certlife__fail(err, CERTLIFE_E_MEMORY, "notices: no memory");
    }
    for (size_t i = 0; i < noticed->member_count; i++) {
        const struct serial *serial = &out->facts.members[i].serial;
        certlife__hex_write(serial->octets, serial->len, out->member_serials[i]);
    }
    return certlife__noticed_key(institution, noticed, out->key, err);
}

/* The list as a page; the list is empty afterwards. */
static int make_page(const struct certlife_institution *institution, struct noticed_list *list,
                     certlife_notice_page **out, certlife_error **err)
{
    int rc = 0;
    certlife_notice_page *page = calloc(1, sizeof *page);
    if (page != NULL && list->count > 0)
        page->notices = calloc(list->count, sizeof *page->notices);
    if (page == NULL || (list->count > 0 && page->notices == NULL))
        rc = certlife__fail(err, CERTLIFE_E_MEMORY, "notices: no memory");
    for (size_t i = 0; rc == 0 && i < list->count; i++) {
        page->count++;
        rc = fill(institution, &list->items[i], &page->notices[i], err);
    }
    if (rc == 0) {
        page->more = list->more;
        *out = page;
    } else {
        certlife_notice_page_free(page);
    }
    certlife__noticed_free(list);
    return rc;
}

/* Ends a call that lists: the page, or nothing. */
static int report_page(const struct call *call, struct noticed_list *list, int rc, const struct outcome *outcome,
                       certlife_notice_page **out, certlife_decision *decision, certlife_error **err)
{
    if (rc == CERTLIFE_ALLOWED)
        rc = make_page(call->institution, list, out, err);
    else
        certlife__noticed_free(list);
    return certlife__report(call, outcome, decision, rc);
}

static int prepare(certlife_institution *institution, const certlife_actor *actor, certlife_decision *decision,
                   struct call *out, certlife_error **err)
{
    return certlife__call_prepare(institution, actor, CERTLIFE_ACT_NOTICE_RUN, NULL, NULL, decision, out, err);
}

static int check_limit(int32_t limit, certlife_error **err)
{
    if (limit < 1 || limit > LIMIT_MAX)
        return certlife__fail(err, CERTLIFE_E_INVALID, "limit: %d is not from 1 to %d", (int)limit, LIMIT_MAX);
    return 0;
}

struct taking {
    const struct certlife_institution *institution;
    certlife_notice_page *page;
};

static int take_page(void *payload, struct noticed_list *list, certlife_error **err)
{
    struct taking *t = payload;
    certlife_notice_page_free(t->page); /* of a run that met another writer */
    t->page = NULL;
    return make_page(t->institution, list, &t->page, err);
}

int certlife_notice_claim(certlife_institution *institution, const certlife_actor *actor, const char *worker,
                          int32_t limit, int32_t lease, certlife_notice_page **out, certlife_decision *decision,
                          certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    struct noticed_list list = {.items = NULL};
    int rc = prepare(institution, actor, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(out != NULL, err);
    rc = certlife__check_text("worker", worker, 1, STAFF_MAX, err);
    if (rc == 0)
        rc = check_limit(limit, err);
    if (rc == 0 && (lease < 1 || lease > LEASE_MAX))
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "lease: %d is not from 1 to %d seconds", (int)lease, LEASE_MAX);
    if (rc < 0)
        return rc;
    struct taking taking = {institution, NULL};
    struct claim claim = {worker, (size_t)limit, lease, take_page, &taking};
    rc = certlife__notice_claim(&call, &claim, &list, &outcome, err);
    certlife__noticed_free(&list);
    if (rc == CERTLIFE_ALLOWED)
        *out = taking.page;
    else
        certlife_notice_page_free(taking.page);
    return certlife__report(&call, &outcome, decision, rc);
}

int certlife_notice_done(certlife_institution *institution, const certlife_actor *actor, const certlife_notice *notice,
                         certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = prepare(institution, actor, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(notice != NULL, err);
    if (notice->facts.until == 0)
        return certlife__fail(err, CERTLIFE_E_INVALID, "notice: was not handed out by a claim");
    rc = certlife__notice_done(&call, &notice->facts, &outcome, err);
    return certlife__report(&call, &outcome, decision, rc);
}

int certlife_notice_give_back(certlife_institution *institution, const certlife_actor *actor,
                              const certlife_notice *notice, const char *cause, certlife_decision *decision,
                              certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = prepare(institution, actor, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(notice != NULL, err);
    if (notice->facts.until == 0)
        return certlife__fail(err, CERTLIFE_E_INVALID, "notice: was not handed out by a claim");
    if (cause != NULL)
        rc = certlife__check_text("cause", cause, 1, CAUSE_MAX, err);
    if (rc < 0)
        return rc;
    rc = certlife__notice_give_back(&call, &notice->facts, cause, &outcome, err);
    return certlife__report(&call, &outcome, decision, rc);
}

int certlife_notice_retry(certlife_institution *institution, const certlife_actor *actor, const certlife_notice *notice,
                          certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = prepare(institution, actor, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(notice != NULL, err);
    if (notice->facts.state != CERTLIFE_NOTICE_PARKED)
        return certlife__fail(err, CERTLIFE_E_INVALID, "notice: is not a parked one");
    rc = certlife__notice_retry(&call, &notice->facts, &outcome, err);
    return certlife__report(&call, &outcome, decision, rc);
}

int certlife_notice_next_due(certlife_institution *institution, const certlife_actor *actor, int64_t *moment_out,
                             certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int64_t moment = 0;
    int rc = prepare(institution, actor, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(moment_out != NULL, err);
    rc = certlife__notice_next_due(&call, &moment, &outcome, err);
    if (rc == CERTLIFE_ALLOWED)
        *moment_out = moment;
    return certlife__report(&call, &outcome, decision, rc);
}

int certlife_notice_parked(certlife_institution *institution, const certlife_actor *actor, const certlife_notice *after,
                           int32_t limit, certlife_notice_page **out, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    struct noticed_list list = {.items = NULL};
    int rc = prepare(institution, actor, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(out != NULL, err);
    rc = check_limit(limit, err);
    if (rc == 0 && after != NULL && after->facts.state != CERTLIFE_NOTICE_PARKED)
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "after: is not a parked notice");
    if (rc < 0)
        return rc;
    const struct noticed *behind = after != NULL ? &after->facts : NULL;
    rc = certlife__notice_parked(&call, behind, (size_t)limit, &list, &outcome, err);
    return report_page(&call, &list, rc, &outcome, out, decision, err);
}

static int prepare_look(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                        const char *user, certlife_decision *decision, struct call *out, certlife_error **err)
{
    int rc = certlife__call_prepare(institution, actor, CERTLIFE_ACT_USER_SHOW, contract, user, decision, out, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    CHECK_USE(user != NULL, err);
    return 0;
}

int certlife_notice_list(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                         const char *user, certlife_notice_page **out, certlife_decision *decision,
                         certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    struct noticed_list list = {.items = NULL};
    int rc = prepare_look(institution, actor, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(out != NULL, err);
    rc = certlife__notice_list(&call, &list, &outcome, err);
    return report_page(&call, &list, rc, &outcome, out, decision, err);
}

int certlife_notice_on_screen(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                              const char *user, certlife_notice **out, certlife_decision *decision,
                              certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    struct noticed_list list = {.items = NULL};
    int rc = prepare_look(institution, actor, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(out != NULL, err);
    rc = certlife__notice_on_screen(&call, &list, &outcome, err);
    certlife_notice *notice = NULL;
    if (rc == CERTLIFE_ALLOWED && list.count > 0) {
        notice = calloc(1, sizeof *notice);
        rc = notice != NULL ? fill(institution, &list.items[0], notice, err)
                            : certlife__fail(err, CERTLIFE_E_MEMORY, "notices: no memory");
    }
    certlife__noticed_free(&list);
    if (rc == CERTLIFE_ALLOWED)
        *out = notice;
    else
        certlife_notice_free(notice);
    return certlife__report(&call, &outcome, decision, rc);
}

/* Accessors. */

certlife_notice_kind certlife_notice_kind_of(const certlife_notice *notice)
{
    return notice != NULL ? certlife__notice_kind_of(notice->facts.chain.topic, notice->facts.label) : 0;
}

certlife_notice_state certlife_notice_state_of(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.state : 0;
}

const char *certlife_notice_key(const certlife_notice *notice)
{
    return notice != NULL ? notice->key : "";
}

const char *certlife_notice_contract(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.chain.contract : "";
}

const char *certlife_notice_user(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.chain.user : "";
}

certlife_addressee certlife_notice_addressee_of(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.chain.addressee : 0;
}

const char *certlife_notice_addressee_user(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.addressee_user : "";
}

const char *certlife_notice_email(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.email : "";
}

certlife_language certlife_notice_language(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.language : 0;
}

const char *certlife_notice_serial(const certlife_notice *notice)
{
    return notice != NULL ? notice->serial : "";
}

int64_t certlife_notice_expiry(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.expiry : 0;
}

int64_t certlife_notice_renew_by(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.renew_by : 0;
}

int64_t certlife_notice_obtain_by(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.obtain_by : 0;
}

int32_t certlife_notice_days_left(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.days_left : 0;
}

int64_t certlife_notice_happened_at(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.happened_at : 0;
}

int certlife_notice_waits_to_install(const certlife_notice *notice)
{
    return notice != NULL && notice->facts.waits_to_install;
}

int64_t certlife_notice_renew_later_at(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.renew_later_at : 0;
}

int64_t certlife_notice_due(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.due : 0;
}

int64_t certlife_notice_ended_at(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.ended_at : 0;
}

int32_t certlife_notice_attempts(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.attempts : 0;
}

const char *certlife_notice_cause(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.cause : "";
}

size_t certlife_notice_member_count(const certlife_notice *notice)
{
    return notice != NULL ? notice->facts.member_count : 0;
}

static const struct member *member_at(const certlife_notice *notice, size_t index)
{
    return index < certlife_notice_member_count(notice) ? &notice->facts.members[index] : NULL;
}

const char *certlife_notice_member_user(const certlife_notice *notice, size_t index)
{
    const struct member *member = member_at(notice, index);
    return member != NULL ? member->user : "";
}

const char *certlife_notice_member_serial(const certlife_notice *notice, size_t index)
{
    return member_at(notice, index) != NULL ? notice->member_serials[index] : "";
}

int64_t certlife_notice_member_expiry(const certlife_notice *notice, size_t index)
{
    const struct member *member = member_at(notice, index);
    return member != NULL ? member->expiry : 0;
}

int32_t certlife_notice_member_days_left(const certlife_notice *notice, size_t index)
{
    const struct member *member = member_at(notice, index);
    return member != NULL ? member->days_left : 0;
}

void certlife_notice_free(certlife_notice *notice)
{
    if (notice == NULL)
        return;
    empty(notice);
    free(notice);
}

size_t certlife_notice_page_count(const certlife_notice_page *page)
{
    return page != NULL ? page->count : 0;
}

const certlife_notice *certlife_notice_page_at(const certlife_notice_page *page, size_t index)
{
    return page != NULL && index < page->count ? &page->notices[index] : NULL;
}

int certlife_notice_page_more(const certlife_notice_page *page)
{
    return page != NULL && page->more;
}

void certlife_notice_page_free(certlife_notice_page *page)
{
    if (page == NULL)
        return;
    for (size_t i = 0; i < page->count; i++)
        empty(&page->notices[i]);
    free(page->notices);
    free(page);
}
