/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include <certlife/reissue.h>
#include <certlife/renew.h>
#include <certlife/revoke.h>
#include <certlife/user.h>

struct certlife_user {
    struct user facts;
    certlife_status status;
    int64_t obtain_by;
    int64_t expiry;
    char serial[2 * CERTLIFE_SERIAL_MAX + 1], unconfirmed_serial[2 * CERTLIFE_SERIAL_MAX + 1];
};

static int do_acts(struct call *call, const certlife_act *acts, size_t count, certlife_decision *decision,
                   certlife_error **err)
{
    struct outcome outcome = {0};
    int rc = certlife__answer_name(call, err);
    if (rc == 0)
        rc = certlife__do(call, acts, count, &outcome, err);
    return certlife__report(call, &outcome, decision, rc);
}

static int prepare(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                   const char *contract, const char *user, certlife_decision *decision, struct call *out,
                   certlife_error **err)
{
    int rc = certlife__call_prepare(institution, actor, act, contract, user, decision, out, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    CHECK_USE(user != NULL, err);
    return 0;
}

static bool is_permission(certlife_permission permission)
{
    return permission == CERTLIFE_PERMISSION_APPROVER || permission == CERTLIFE_PERMISSION_OPERATOR;
}

static bool is_reason(certlife_reason reason)
{
    return strcmp(certlife_reason_name(reason), "unknown") != 0;
}

int certlife_user_add(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                      const char *user, certlife_permission permission, const char *email, certlife_decision *decision,
                      certlife_error **err)
{
    struct call call;
    int rc = prepare(institution, actor, CERTLIFE_ACT_USER_ADD, contract, user, decision, &call, err);
    if (rc == 0)
        rc = certlife__check_email(email, err);
    if (rc == 0 && !is_permission(permission))
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "user %s: permission %d is unknown", user, (int)permission);
    if (rc < 0)
        return rc;
    call.permission = permission;
    call.email = email;
    return do_acts(&call, &call.act, 1, decision, err);
}

static int user_act(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                    const char *contract, const char *user, certlife_reason reason, certlife_decision *decision,
                    certlife_error **err)
{
    struct call call;
    int rc = prepare(institution, actor, act, contract, user, decision, &call, err);
    if (rc == 0 && !is_reason(reason))
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "user %s: reason %d is not one for a user", user, (int)reason);
    if (rc < 0)
        return rc;
    call.reason = reason;
    return do_acts(&call, &call.act, 1, decision, err);
}

int certlife_user_authorise(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                            const char *user, certlife_decision *decision, certlife_error **err)
{
    return user_act(institution, actor, CERTLIFE_ACT_AUTHORISE, contract, user, 0, decision, err);
}

int certlife_user_delete(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                         const char *user, certlife_decision *decision, certlife_error **err)
{
    return user_act(institution, actor, CERTLIFE_ACT_USER_DELETE, contract, user, 0, decision, err);
}

int certlife_reissue(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                     const char *user, certlife_decision *decision, certlife_error **err)
{
    return user_act(institution, actor, CERTLIFE_ACT_REISSUE, contract, user, 0, decision, err);
}

int certlife_revoke(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                    const char *user, certlife_reason reason, certlife_decision *decision, certlife_error **err)
{
    return user_act(institution, actor, CERTLIFE_ACT_REVOKE, contract, user, reason, decision, err);
}

int certlife_renew_later(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                         const char *user, certlife_decision *decision, certlife_error **err)
{
    return user_act(institution, actor, CERTLIFE_ACT_RENEW_LATER, contract, user, 0, decision, err);
}

static int check_edit(const certlife_user_edit_request *request, const char *user, certlife_error **err)
{
    CHECK_USE(request != NULL, err);
    if (request->size != sizeof *request)
        return certlife__fail(err, CERTLIFE_E_INVALID,
                              "edit request: size is not set; begin with CERTLIFE_USER_EDIT_REQUEST_INIT");
    if (request->certificate < CERTLIFE_CHOICE_KEEP || request->certificate > CERTLIFE_CHOICE_REVOKE)
        return certlife__fail(err, CERTLIFE_E_INVALID, "user %s: choice %d is unknown", user,
                              (int)request->certificate);
    if (!is_reason(request->reason))
        return certlife__fail(err, CERTLIFE_E_INVALID, "user %s: reason %d is not one for a user", user,
                              (int)request->reason);
    if (request->permission != 0 && !is_permission(request->permission))
        return certlife__fail(err, CERTLIFE_E_INVALID, "user %s: permission %d is unknown", user,
                              (int)request->permission);
    return request->email != NULL ? certlife__check_email(request->email, err) : 0;
}

int certlife_user_edit(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                       const char *user, const certlife_user_edit_request *request, certlife_decision *decision,
                       certlife_error **err)
{
    struct call call;
    certlife_act acts[2];
    size_t count = 0;
    int rc = prepare(institution, actor, CERTLIFE_ACT_USER_CHANGE, contract, user, decision, &call, err);
    if (rc == 0)
        rc = check_edit(request, user, err);
    if (rc < 0)
        return rc;
    call.reason = request->reason;
    call.email = request->email;
    call.permission = request->permission;
    if (request->certificate == CERTLIFE_CHOICE_REISSUE)
        acts[count++] = CERTLIFE_ACT_REISSUE;
    if (request->certificate == CERTLIFE_CHOICE_REVOKE)
        acts[count++] = CERTLIFE_ACT_REVOKE;
    if (request->email != NULL || request->permission != 0 || count == 0)
        acts[count++] = CERTLIFE_ACT_USER_CHANGE;
    call.act = acts[0];
    return do_acts(&call, acts, count, decision, err);
}

/* Snapshots. */

static void fill(certlife_user *out, const struct user *user, const struct standing *standing)
{
    bool beside = certificate_exists(&user->unconfirmed) && standing->certificate == &user->current;
    out->facts = *user;
    out->status = standing->status;
    out->obtain_by = standing->authorised || standing->lapsed ? user->obtain_by : 0;
    out->expiry = certificate_exists(standing->certificate) ? standing->certificate->not_after : 0;
    certlife__hex_write(standing->certificate->serial.octets, standing->certificate->serial.len, out->serial);
    if (beside)
        certlife__hex_write(user->unconfirmed.serial.octets, user->unconfirmed.serial.len, out->unconfirmed_serial);
    else
        out->facts.unconfirmed = (struct certificate){0};
}

static int take_one(const struct user *user, const struct standing *standing, void *payload, certlife_error **err)
{
    (void)err;
    fill(payload, user, standing);
    return 0;
}

int certlife_user_get(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                      const char *user, certlife_user **out, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = prepare(institution, actor, CERTLIFE_ACT_USER_SHOW, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(out != NULL, err);
    if (rc < 0)
        return rc;
    certlife_user *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "user %s: no memory", user);
    rc = certlife__show_user(&call, take_one, snapshot, &outcome, err);
    if (rc == CERTLIFE_ALLOWED)
        *out = snapshot;
    else
        certlife_user_free(snapshot);
    return certlife__report(&call, &outcome, decision, rc);
}

const char *certlife_user_id(const certlife_user *user)
{
    return user != NULL ? user->facts.id : "";
}

const char *certlife_user_contract(const certlife_user *user)
{
    return user != NULL ? user->facts.contract : "";
}

const char *certlife_user_email(const certlife_user *user)
{
    return user != NULL ? user->facts.email : "";
}

certlife_role certlife_user_role(const certlife_user *user)
{
    return user != NULL ? user->facts.role : 0;
}

certlife_permission certlife_user_permission(const certlife_user *user)
{
    return user != NULL ? user->facts.permission : 0;
}

certlife_status certlife_user_status(const certlife_user *user)
{
    return user != NULL ? user->status : 0;
}

int64_t certlife_user_obtain_by(const certlife_user *user)
{
    return user != NULL ? user->obtain_by : 0;
}

int64_t certlife_user_expiry(const certlife_user *user)
{
    return user != NULL ? user->expiry : 0;
}

const char *certlife_user_serial(const certlife_user *user)
{
    return user != NULL ? user->serial : "";
}

int64_t certlife_user_unconfirmed_expiry(const certlife_user *user)
{
    return user != NULL ? user->facts.unconfirmed.not_after : 0;
}

const char *certlife_user_unconfirmed_serial(const certlife_user *user)
{
    return user != NULL ? user->unconfirmed_serial : "";
}

const char *certlife_user_application(const certlife_user *user)
{
    return user != NULL ? user->facts.application : "";
}

int64_t certlife_user_added_at(const certlife_user *user)
{
    return user != NULL ? user->facts.added_at : 0;
}

int64_t certlife_user_deleted_at(const certlife_user *user)
{
    return user != NULL ? user->facts.deleted_at : 0;
}

int64_t certlife_user_renew_later_at(const certlife_user *user)
{
    return user != NULL ? user->facts.renew_later_at : 0;
}

void certlife_user_free(certlife_user *user)
{
    free(user);
}

/* Pages. One more than the limit is looked at, to know whether anything follows. */

#define PAGE_MAX 10000

static int check_limit(int32_t limit, certlife_error **err)
{
    if (limit < 1 || limit > PAGE_MAX)
        return certlife__fail(err, CERTLIFE_E_INVALID, "limit: %d is not from 1 to %d", (int)limit, PAGE_MAX);
    return 0;
}

/* Room for one more of `count` items, doubling. */
static int grow(void **items, size_t count, size_t *room, size_t size, certlife_error **err)
{
    if (count < *room)
        return 0;
    size_t wanted = *room > 0 ? *room * 2 : 16;
    void *grown = realloc(*items, wanted * size);
    if (grown == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "page: no memory");
    *items = grown;
    *room = wanted;
    return 0;
}

struct certlife_user_page {
    certlife_user *users;
    size_t count, room, limit;
    bool more;
};

static int take_user(const struct user *user, const struct standing *standing, void *payload, certlife_error **err)
{
    certlife_user_page *page = payload;
    if (page->count == page->limit) {
        page->more = true;
        return 1;
    }
    void *users = page->users;
    int rc = grow(&users, page->count, &page->room, sizeof *page->users, err);
    page->users = users;
    if (rc < 0)
        return rc;
    memset(&page->users[page->count], 0, sizeof *page->users);
    fill(&page->users[page->count++], user, standing);
    return 0;
}

int certlife_user_list(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                       const char *after, int32_t limit, certlife_user_page **out, certlife_decision *decision,
                       certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = certlife__call_prepare(institution, actor, CERTLIFE_ACT_USER_LIST, contract, NULL, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL, err);
    CHECK_USE(out != NULL, err);
    if (rc == 0)
        rc = check_limit(limit, err);
    if (rc == 0 && after != NULL)
        rc = certlife__check_text("after", after, 1, ID_MAX, err);
    if (rc < 0)
        return rc;
    certlife_user_page *page = calloc(1, sizeof *page);
    if (page == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "page: no memory");
    page->limit = (size_t)limit;
    rc = certlife__list_users(&call, after, take_user, page, &outcome, err);
    if (rc == CERTLIFE_ALLOWED)
        *out = page;
    else
        certlife_user_page_free(page);
    return certlife__report(&call, &outcome, decision, rc);
}

size_t certlife_user_page_count(const certlife_user_page *page)
{
    return page != NULL ? page->count : 0;
}

const certlife_user *certlife_user_page_at(const certlife_user_page *page, size_t index)
{
    return page != NULL && index < page->count ? &page->users[index] : NULL;
}

const char *certlife_user_page_next(const certlife_user_page *page)
{
    return page != NULL && page->more ? page->users[page->count - 1].facts.id : NULL;
}

void certlife_user_page_free(certlife_user_page *page)
{
    if (page == NULL)
        return;
    free(page->users);
    free(page);
}

struct certlife_certificate_page {
    certlife_certificate **certificates;
    size_t count, room, limit;
    bool more;
};

static int take_certificate(const struct certificate_record *record, int64_t now, void *payload, certlife_error **err)
{
    certlife_certificate_page *page = payload;
    if (page->count == page->limit) {
        page->more = true;
        return 1;
    }
    void *certificates = page->certificates;
    int rc = grow(&certificates, page->count, &page->room, sizeof *page->certificates, err);
    page->certificates = certificates;
    certlife_certificate *certificate = rc == 0 ? certlife__certificate_make(err) : NULL;
    if (certificate == NULL)
        return CERTLIFE_E_MEMORY;
    page->certificates[page->count++] = certlife__certificate_fill(certificate, record, now);
    return 0;
}

int certlife_user_history(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                          const char *user, const char *after, int32_t limit, certlife_certificate_page **out,
                          certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    struct serial cursor = {0};
    size_t len = 0;
    int rc = prepare(institution, actor, CERTLIFE_ACT_USER_SHOW, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(out != NULL, err);
    if (rc == 0)
        rc = check_limit(limit, err);
    if (rc == 0 && after != NULL && !certlife__hex_read(after, cursor.octets, sizeof cursor.octets, &len))
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "after: is not a serial number in hexadecimal");
    if (rc < 0)
        return rc;
    cursor.len = (uint8_t)len;
    certlife_certificate_page *page = calloc(1, sizeof *page);
    if (page == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "page: no memory");
    page->limit = (size_t)limit;
    rc = certlife__list_history(&call, &cursor, take_certificate, page, &outcome, err);
    if (rc == CERTLIFE_ALLOWED)
        *out = page;
    else
        certlife_certificate_page_free(page);
    return certlife__report(&call, &outcome, decision, rc);
}

size_t certlife_certificate_page_count(const certlife_certificate_page *page)
{
    return page != NULL ? page->count : 0;
}

const certlife_certificate *certlife_certificate_page_at(const certlife_certificate_page *page, size_t index)
{
    return page != NULL && index < page->count ? page->certificates[index] : NULL;
}

const char *certlife_certificate_page_next(const certlife_certificate_page *page)
{
    return page != NULL && page->more ? certlife_certificate_serial(page->certificates[page->count - 1]) : NULL;
}

void certlife_certificate_page_free(certlife_certificate_page *page)
{
    if (page == NULL)
        return;
    for (size_t i = 0; i < page->count; i++)
        certlife_certificate_free(page->certificates[i]);
    free(page->certificates);
    free(page);
}
