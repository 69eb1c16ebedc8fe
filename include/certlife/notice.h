/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/notice.h – who is to be told what, and when (section 8)
 *
 *     certlife_actor mailer = CERTLIFE_ACTOR_INIT;
 *     mailer.kind = CERTLIFE_ACTOR_SYSTEM;
 *     certlife_notice_page *page = NULL;
 *     if (certlife_notice_claim(institution, &mailer, "mailer 1", 100, 600, &page, decision, &err) != CERTLIFE_ALLOWED)
 *         fprintf(stderr, "%s\n", certlife_error_message(err));
 *     for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
 *         const certlife_notice *notice = certlife_notice_page_at(page, i);
 *         const char *subject = certlife_notice_kind_label(certlife_notice_kind_of(notice), CERTLIFE_LANGUAGE_JA);
 *         if (printf("to %s: %s\n", certlife_notice_email(notice), subject) > 0)
 *             certlife_notice_done(institution, &mailer, notice, decision, &err);
 *         else
 *             certlife_notice_give_back(institution, &mailer, notice, "cannot be written", decision, &err);
 *     }
 *     certlife_notice_page_free(page);
 *
 * The library decides what is due and keeps the ledger; a worker of the host delivers. What falls due is written and
 * withdrawn in the same transaction as the act that causes it. A worker claims what is due, each notice for a time of its
 * own (the lease), delivers it, and says so; a notice whose worker dies comes back when the lease is over. Before a notice
 * is handed out the facts are looked at again: nothing is said about a certificate that has been renewed, revoked or
 * deleted meanwhile (R-NOT-4, R-NOT-5).
 *
 * Say `done` only after the message has been accepted for delivery. A worker that dies between the two lets a notice be
 * delivered twice; both carry the same key, so that the receiver, or a mail server by Message-ID, can discard the repeat.
 *
 * Nothing is handed out outside the profile's sending hours and days (R-NOT-6). Public holidays are not known here.
 * Where the profile's notice values differ from those the ledger was planned by, `claim` plans anew as it goes, a thousand
 * users each time; nodes with different profiles on one store do so for as long as they differ.
 *
 * All calls but certlife_notice_list and certlife_notice_on_screen are for the system only (R-ALL-13, act `run notices`).
 * All may be made from many threads, processes and nodes at once. Failures: as in certlife/contract.h; CERTLIFE_E_CLOCK
 * where the clock is behind what has happened.
 */
#ifndef CERTLIFE_NOTICE_H
#define CERTLIFE_NOTICE_H

#include <certlife/user.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(NAME, number, name, Japanese, English): what a notice says, as the subject of a message. Which kinds there are, when
 * and to whom, the profile says. */
#define CERTLIFE_NOTICE_KINDS(X)                                                                                       \
    X(EXPIRY, 1, "expiry", "電子証明書の有効期限が近づいています", "Your certificate expires soon")                    \
    X(EXPIRED, 2, "expired", "電子証明書の有効期限が切れました", "Your certificate has expired")                       \
    X(OBTAIN_BY, 3, "obtain by", "電子証明書の取得期限が近づいています", "Please obtain your certificate in time")     \
    X(ISSUED, 4, "issued", "電子証明書が発行されました", "A certificate was issued")                                   \
    X(REISSUED, 5, "reissued", "電子証明書の再発行を受け付けました", "A certificate may be obtained anew")             \
    X(REVOKED, 6, "revoked", "電子証明書を失効しました", "A certificate was revoked")                                  \
    X(DIGEST, 7, "digest", "更新が必要な利用者のお知らせ", "Users who must renew their certificates")

typedef int32_t certlife_notice_kind;
enum {
#define CERTLIFE_NOTICE_ENUM(NAME, number, name, ja, en) CERTLIFE_NOTICE_##NAME = (number),
    CERTLIFE_NOTICE_KINDS(CERTLIFE_NOTICE_ENUM)
#undef CERTLIFE_NOTICE_ENUM
};

/* "obtain by"; borrowed, static; "unknown" for none. And as the subject of a message to a person. */
CERTLIFE_API const char *certlife_notice_kind_name(certlife_notice_kind kind);
CERTLIFE_API const char *certlife_notice_kind_label(certlife_notice_kind kind, certlife_language language);

typedef int32_t certlife_addressee;
enum {
    CERTLIFE_ADDRESSEE_USER = 1,   /* the user whom it is about */
    CERTLIFE_ADDRESSEE_MASTER = 2, /* the master user of their contract */
};
CERTLIFE_API const char *certlife_addressee_name(certlife_addressee addressee); /* "master" */

typedef int32_t certlife_notice_state;
enum {
    CERTLIFE_NOTICE_PLANNED = 1, /* falls due at certlife_notice_due, or waits to be tried again */
    CERTLIFE_NOTICE_SENT = 2,
    CERTLIFE_NOTICE_PARKED = 3, /* tried as often as the profile allows, or nobody has an address */
};
CERTLIFE_API const char *certlife_notice_state_name(certlife_notice_state state); /* "parked" */

/* One notice, as of the call that gave it. All texts are borrowed and live as long as it; "" and 0 where there is none. */
typedef struct certlife_notice certlife_notice;
CERTLIFE_API certlife_notice_kind certlife_notice_kind_of(const certlife_notice *notice);
CERTLIFE_API certlife_notice_state certlife_notice_state_of(const certlife_notice *notice);
/* 32 hexadecimal digits: the same at every delivery of this notice, different for every threshold and addressee. */
CERTLIFE_API const char *certlife_notice_key(const certlife_notice *notice);
CERTLIFE_API const char *certlife_notice_contract(const certlife_notice *notice);
/* Whom it is about; of a digest, the master user. */
CERTLIFE_API const char *certlife_notice_user(const certlife_notice *notice);
CERTLIFE_API certlife_addressee certlife_notice_addressee_of(const certlife_notice *notice);
/* The addressee's user ID, and their address at this moment (R-NOT-1); of a sent one, where it was sent. */
CERTLIFE_API const char *certlife_notice_addressee_user(const certlife_notice *notice);
CERTLIFE_API const char *certlife_notice_email(const certlife_notice *notice);
/* In which to write to them: the profile's. */
CERTLIFE_API certlife_language certlife_notice_language(const certlife_notice *notice);
/* The certificate's serial number in hexadecimal, its expiry (UTC seconds), and the last moment of its renewal. */
CERTLIFE_API const char *certlife_notice_serial(const certlife_notice *notice);
CERTLIFE_API int64_t certlife_notice_expiry(const certlife_notice *notice);
CERTLIFE_API int64_t certlife_notice_renew_by(const certlife_notice *notice);
/* Of OBTAIN_BY and REISSUED: UTC seconds; INT64_MAX where the profile sets no limit. */
CERTLIFE_API int64_t certlife_notice_obtain_by(const certlife_notice *notice);
/* Civil days from this moment to the expiry date or obtain-by, 0 on it; of a digest, the least of its users'. */
CERTLIFE_API int32_t certlife_notice_days_left(const certlife_notice *notice);
/* When it happened: of EXPIRED, ISSUED, REISSUED and REVOKED. UTC seconds. */
CERTLIFE_API int64_t certlife_notice_happened_at(const certlife_notice *notice);
/* 1 if a renewed certificate waits to be installed (R-NOT-4). */
CERTLIFE_API int certlife_notice_waits_to_install(const certlife_notice *notice);
/* When 'renew later' was last chosen (R-REN-7). UTC seconds. */
CERTLIFE_API int64_t certlife_notice_renew_later_at(const certlife_notice *notice);
/* When it falls due, or fell due; 0 of a parked one. When it was sent, or parked, else 0. UTC seconds. */
CERTLIFE_API int64_t certlife_notice_due(const certlife_notice *notice);
CERTLIFE_API int64_t certlife_notice_ended_at(const certlife_notice *notice);
/* How often it has been handed out, this time included; and why it was given back last. */
CERTLIFE_API int32_t certlife_notice_attempts(const certlife_notice *notice);
CERTLIFE_API const char *certlife_notice_cause(const certlife_notice *notice);
/* Of a digest: the users who must renew, in the order of their IDs. `index` from 0. */
CERTLIFE_API size_t certlife_notice_member_count(const certlife_notice *notice);
CERTLIFE_API const char *certlife_notice_member_user(const certlife_notice *notice, size_t index);
CERTLIFE_API const char *certlife_notice_member_serial(const certlife_notice *notice, size_t index);
CERTLIFE_API int64_t certlife_notice_member_expiry(const certlife_notice *notice, size_t index);
CERTLIFE_API int32_t certlife_notice_member_days_left(const certlife_notice *notice, size_t index);
CERTLIFE_API void certlife_notice_free(certlife_notice *notice); /* NULL does nothing */

/* Several notices, with what they hold. `index` from 0; NULL behind the last; borrowed from the page. */
typedef struct certlife_notice_page certlife_notice_page;
CERTLIFE_API size_t certlife_notice_page_count(const certlife_notice_page *page);
CERTLIFE_API const certlife_notice *certlife_notice_page_at(const certlife_notice_page *page, size_t index);
/* 1 if more may follow. */
CERTLIFE_API int certlife_notice_page_more(const certlife_notice_page *page);
CERTLIFE_API void certlife_notice_page_free(certlife_notice_page *page); /* NULL does nothing */

/*
 * Hands out up to `limit` (1 to 1,000) notices that are due, what waits longest first, to `worker` (a name, for the record;
 * 1 to 64 bytes) for `lease` seconds (1 to 86,400): until then nobody else gets them. Of a certificate with several
 * thresholds past, only the latest is handed out, and the days left are those of this moment (R-NOT-5). One that nobody
 * answered for comes back when the lease is over, and counts as tried. The page is yours to free; it may be empty, or
 * hold less than `limit`, though more is due: certlife_notice_page_more and certlife_notice_next_due tell. One durable
 * commit; none if nothing is due and nobody is to be planned anew, and then a clock that is behind does not fail it either.
 */
CERTLIFE_API int certlife_notice_claim(certlife_institution *institution, const certlife_actor *actor,
                                       const char *worker, int32_t limit, int32_t lease, certlife_notice_page **out,
                                       certlife_decision *decision, certlife_error **err);

/* It was delivered. Recorded once, however often it is said, and also after the lease is over or the notice withdrawn:
 * what was sent was sent. `notice` comes from certlife_notice_claim. Where the store is full this fails, for the room kept
 * back is for revocation, and the notice comes again under the same key. */
CERTLIFE_API int certlife_notice_done(certlife_institution *institution, const certlife_actor *actor,
                                      const certlife_notice *notice, certlife_decision *decision, certlife_error **err);

/*
 * It was not delivered, and `cause` (1 to 200 bytes) says why: it is tried again after 5 minutes, then 10, 20 and so on
 * up to a day, in the sending hours; after as many attempts as the profile says it is parked. `cause` NULL: it was not
 * tried (the mail server cannot be reached, the worker stops); it comes back at once, and this does not count. After the
 * lease is over this changes nothing.
 */
CERTLIFE_API int certlife_notice_give_back(certlife_institution *institution, const certlife_actor *actor,
                                           const certlife_notice *notice, const char *cause,
                                           certlife_decision *decision, certlife_error **err);

/* When a worker should claim next: not before now, in the sending hours; at once, whatever the hour, while users are still
 * to be planned anew; INT64_MAX if nothing is planned. Acts and other workers may bring it forward: sleep for some minutes
 * at most. Changes nothing. */
CERTLIFE_API int certlife_notice_next_due(certlife_institution *institution, const certlife_actor *actor,
                                          int64_t *moment_out, certlife_decision *decision, certlife_error **err);

/* The parked notices, the longest parked first: up to `limit` (1 to 1,000) behind `after` (from such a page; NULL: from
 * the first). Yours to free. */
CERTLIFE_API int certlife_notice_parked(certlife_institution *institution, const certlife_actor *actor,
                                        const certlife_notice *after, int32_t limit, certlife_notice_page **out,
                                        certlife_decision *decision, certlife_error **err);

/* A parked notice is due again at once, with its attempts counted from none, if it is still called for. A new address of
 * its addressee does this by itself. Nothing changes where it is parked no more. Where a later one of
 * the same certificate is in a worker's hand or waits to be tried again, that one takes its place. */
CERTLIFE_API int certlife_notice_retry(certlife_institution *institution, const certlife_actor *actor,
                                       const certlife_notice *notice, certlife_decision *decision,
                                       certlife_error **err);

/* All notices about one user: planned, parked, and sent; for whoever may see the user (R-USR-5). Yours to free. */
CERTLIFE_API int certlife_notice_list(certlife_institution *institution, const certlife_actor *actor,
                                      const char *contract, const char *user, certlife_notice_page **out,
                                      certlife_decision *decision, certlife_error **err);

/*
 * What a menu page shows a user about their certificate: an EXPIRY notice from so many days before expiry as the profile
 * says, until expiry (R-NOT-3); also after 'renew later' (R-REN-7), and while a renewed one waits to be installed. NULL if
 * there is nothing to show. Yours to free. For whoever may see the user.
 */
CERTLIFE_API int certlife_notice_on_screen(certlife_institution *institution, const certlife_actor *actor,
                                           const char *contract, const char *user, certlife_notice **out,
                                           certlife_decision *decision, certlife_error **err);

#ifdef __cplusplus
}
#endif

#endif
