/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/user.h – the people of a contract: the ID maintenance screen (ＩＤメンテナンス)
 *
 *     certlife_user_page *page = NULL;
 *     if (certlife_user_list(institution, &master, "0010000001", NULL, 20, &page, decision, &err) == 0) {
 *         for (size_t i = 0; i < certlife_user_page_count(page); i++) {
 *             const certlife_user *user = certlife_user_page_at(page, i);
 *             printf("%s %s\n", certlife_user_id(user), certlife_status_name(certlife_user_status(user)));
 *         }
 *     }
 *     certlife_user_page_free(page);
 *
 * Every call here answers as those in certlife/contract.h do. A user ID belongs to its contract, names one person for ever
 * and is not used again (R-ALL-4).
 */
#ifndef CERTLIFE_USER_H
#define CERTLIFE_USER_H

#include <certlife/certificate.h>
#include <certlife/decision.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t certlife_role;
enum {
    CERTLIFE_ROLE_MASTER = 1,  /* 管理者 */
    CERTLIFE_ROLE_GENERAL = 2, /* 利用者 */
};

/* A general user's permission (利用権限); the master user has none. */
typedef int32_t certlife_permission;
enum {
    CERTLIFE_PERMISSION_APPROVER = 1, /* 承認者 */
    CERTLIFE_PERMISSION_OPERATOR = 2, /* 一般者 */
};

/* R-USR-8, in the order of R-ALL-2: the first that holds. */
#define CERTLIFE_STATUSES(X)                                                                                           \
    X(DELETED, 1, "deleted", "削除済")                                                                                 \
    X(CONTRACT_CLOSED, 2, "contract closed", "解約済")                                                                 \
    X(REVOKED, 3, "revoked", "失効")                                                                                   \
    X(SUSPENDED, 4, "suspended", "一時停止")                                                                           \
    X(NOT_APPLIED, 5, "not applied", "未申込")                                                                         \
    X(ISSUING, 6, "issuing", "発行処理中")                                                                             \
    X(AWAITING, 7, "awaiting", "取得待ち")                                                                             \
    X(OBTAIN_PERIOD_OVER, 8, "obtain period over", "取得期限切れ")                                                     \
    X(EXPIRED, 9, "expired", "有効期限切れ")                                                                           \
    X(RENEWAL_DUE, 10, "renewal due", "更新時期")                                                                      \
    X(OBTAINED, 11, "obtained", "取得済")

typedef int32_t certlife_status;
enum {
#define CERTLIFE_STATUS_ENUM(NAME, number, name, ja) CERTLIFE_STATUS_##NAME = (number),
    CERTLIFE_STATUSES(CERTLIFE_STATUS_ENUM)
#undef CERTLIFE_STATUS_ENUM
};

/* "renewal due"; borrowed, static; "unknown" for none. And as the bank's screens say it. */
CERTLIFE_API const char *certlife_status_name(certlife_status status);
CERTLIFE_API const char *certlife_status_label(certlife_status status, certlife_language language);

/* Adds a general user. By the master user, or the branch with an application, to a contract that has applied, this is
 * also the authorisation to obtain (R-ALL-3). `email` may be "". */
CERTLIFE_API int certlife_user_add(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                   const char *user, certlife_permission permission, const char *email,
                                   certlife_decision *decision, certlife_error **err);

/* Authorises the first certificate, or sets a new obtain-by before it was obtained (R-ALL-3). */
CERTLIFE_API int certlife_user_authorise(certlife_institution *institution, const certlife_actor *actor,
                                         const char *contract, const char *user, certlife_decision *decision,
                                         certlife_error **err);

/* What the edit screen (編集) offers for the certificate: 継続利用する, 再発行する, 失効する. */
typedef int32_t certlife_choice;
enum {
    CERTLIFE_CHOICE_KEEP = 0,
    CERTLIFE_CHOICE_REISSUE = 1,
    CERTLIFE_CHOICE_REVOKE = 2,
};

/* One user's edit screen, sent as a whole: everything in it is done in one transaction, or nothing. */
typedef struct certlife_user_edit_request {
    size_t size;                    /* set by CERTLIFE_USER_EDIT_REQUEST_INIT */
    certlife_choice certificate;    /* R-RIS-4 */
    certlife_reason reason;         /* of a revocation */
    const char *email;              /* NULL keeps it; "" removes it */
    certlife_permission permission; /* 0 keeps it; a master user has none: CERTLIFE_E_INVALID */
} certlife_user_edit_request;

/* clang-format off */
#define CERTLIFE_USER_EDIT_REQUEST_INIT {sizeof(certlife_user_edit_request), 0, 0, NULL, 0}
/* clang-format on */

/* Where one part is refused, the decision names that part's row and nothing is done. */
CERTLIFE_API int certlife_user_edit(certlife_institution *institution, const certlife_actor *actor,
                                    const char *contract, const char *user, const certlife_user_edit_request *request,
                                    certlife_decision *decision, certlife_error **err);

/* Deletes a general user; the certificate is revoked in the same transaction (R-USR-7), the history stays (R-USR-6). */
CERTLIFE_API int certlife_user_delete(certlife_institution *institution, const certlife_actor *actor,
                                      const char *contract, const char *user, certlife_decision *decision,
                                      certlife_error **err);

/* A snapshot of one user as of now. */
typedef struct certlife_user certlife_user;
CERTLIFE_API const char *certlife_user_id(const certlife_user *user);       /* borrowed */
CERTLIFE_API const char *certlife_user_contract(const certlife_user *user); /* borrowed */
CERTLIFE_API const char *certlife_user_email(const certlife_user *user);    /* borrowed */
CERTLIFE_API certlife_role certlife_user_role(const certlife_user *user);
CERTLIFE_API certlife_permission certlife_user_permission(const certlife_user *user); /* 0: the master user */
CERTLIFE_API certlife_status certlife_user_status(const certlife_user *user);
/* UTC seconds: obtain-by while awaiting or over, else 0; INT64_MAX where the profile sets no limit. */
CERTLIFE_API int64_t certlife_user_obtain_by(const certlife_user *user);
/* Of the current certificate, also when it has ended: expiry in UTC seconds, 0 if there never was one; serial number in
 * hexadecimal, borrowed, "". */
CERTLIFE_API int64_t certlife_user_expiry(const certlife_user *user);
CERTLIFE_API const char *certlife_user_serial(const certlife_user *user);
/* Of a renewed one that is not confirmed yet (R-REN-6): likewise. */
CERTLIFE_API int64_t certlife_user_unconfirmed_expiry(const certlife_user *user);
CERTLIFE_API const char *certlife_user_unconfirmed_serial(const certlife_user *user);
/* The number of the written application that authorised or reissued last; borrowed, "" for none (R-RIS-3). */
CERTLIFE_API const char *certlife_user_application(const certlife_user *user);
/* When the user was added, and deleted: UTC seconds, 0 for not. */
CERTLIFE_API int64_t certlife_user_added_at(const certlife_user *user);
CERTLIFE_API int64_t certlife_user_deleted_at(const certlife_user *user);
/* When 'renew later' was last chosen (R-REN-7), UTC seconds or 0. */
CERTLIFE_API int64_t certlife_user_renew_later_at(const certlife_user *user);
CERTLIFE_API void certlife_user_free(certlife_user *user); /* NULL does nothing */

/* One user, also a deleted one; yours to free. General users see themselves only (R-USR-5). */
CERTLIFE_API int certlife_user_get(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                   const char *user, certlife_user **out, certlife_decision *decision,
                                   certlife_error **err);

/*
 * The users of a contract in the order of their IDs, without deleted ones; a general user's list is their own row
 * (R-ALL-12). A page holds up to `limit` (1 to 10,000) users whose IDs come after `after` (NULL: from the first); the next
 * page begins after certlife_user_page_next. Yours to free.
 */
typedef struct certlife_user_page certlife_user_page;
CERTLIFE_API int certlife_user_list(certlife_institution *institution, const certlife_actor *actor,
                                    const char *contract, const char *after, int32_t limit, certlife_user_page **out,
                                    certlife_decision *decision, certlife_error **err);
CERTLIFE_API size_t certlife_user_page_count(const certlife_user_page *page);
CERTLIFE_API const certlife_user *certlife_user_page_at(const certlife_user_page *page, size_t index); /* borrowed */
CERTLIFE_API const char *certlife_user_page_next(const certlife_user_page *page); /* borrowed; NULL: nothing follows */
CERTLIFE_API void certlife_user_page_free(certlife_user_page *page);              /* NULL does nothing */

/* Every certificate a user ever had, oldest first (R-USR-6; those of one second in the order of their serial numbers), in
 * pages likewise: `after` is a serial number of this user's, or NULL. */
typedef struct certlife_certificate_page certlife_certificate_page;
CERTLIFE_API int certlife_user_history(certlife_institution *institution, const certlife_actor *actor,
                                       const char *contract, const char *user, const char *after, int32_t limit,
                                       certlife_certificate_page **out, certlife_decision *decision,
                                       certlife_error **err);
CERTLIFE_API size_t certlife_certificate_page_count(const certlife_certificate_page *page);
CERTLIFE_API const certlife_certificate *certlife_certificate_page_at(const certlife_certificate_page *page,
                                                                      size_t index);            /* borrowed */
CERTLIFE_API const char *certlife_certificate_page_next(const certlife_certificate_page *page); /* borrowed or NULL */
CERTLIFE_API void certlife_certificate_page_free(certlife_certificate_page *page);              /* NULL does nothing */

#ifdef __cplusplus
}
#endif

#endif
