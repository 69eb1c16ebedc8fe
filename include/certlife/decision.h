/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/decision.h – may they, and why not
 *
 *     certlife_decision *decision = certlife_decision_new();
 *     certlife_actor master = CERTLIFE_ACTOR_INIT;
 *     master.kind = CERTLIFE_ACTOR_USER;
 *     master.contract = "0010000001";
 *     master.user = "keir001";
 *     if (certlife_decide(institution, &master, CERTLIFE_ACT_REISSUE, "0010000001", "keir002", decision, NULL) ==
 *         CERTLIFE_REFUSED)
 *         puts(certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_JA));
 *     certlife_decision_free(decision);
 *
 * Every act takes who acts (certlife_actor) and fills a decision (spec section 10): a code, the row of the specification
 * that decided, a sentence in Japanese and in English fit to show a user, the way out, and a date where one helps. One
 * decision object can be used again for every call; it belongs to one thread at a time.
 */
#ifndef CERTLIFE_DECISION_H
#define CERTLIFE_DECISION_H

#include <stddef.h>
#include <stdint.h>

#include <certlife/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct certlife_institution certlife_institution;

/* X(NAME, number, name): what can be done. */
#define CERTLIFE_ACTS(X)                                                                                               \
    X(OBTAIN, 1, "obtain")                                                                                             \
    X(RENEW, 2, "renew")                                                                                               \
    X(REISSUE, 3, "reissue")                                                                                           \
    X(REVOKE, 4, "revoke")                                                                                             \
    X(DELIVER, 5, "deliver again")                                                                                     \
    X(CONFIRM, 6, "confirm")                                                                                           \
    X(RENEW_LATER, 7, "renew later")                                                                                   \
    X(AUTHORISE, 8, "authorise")                                                                                       \
    X(USER_ADD, 9, "add user")                                                                                         \
    X(USER_CHANGE, 10, "change user")                                                                                  \
    X(USER_DELETE, 11, "delete user")                                                                                  \
    X(USER_SHOW, 12, "show user")                                                                                      \
    X(USER_LIST, 13, "list users")                                                                                     \
    X(CONTRACT_REGISTER, 14, "register contract")                                                                      \
    X(CONTRACT_APPLY, 15, "apply for certificates")                                                                    \
    X(CONTRACT_APPLY_USB_TOKEN, 16, "apply for USB tokens")                                                            \
    X(CONTRACT_CLOSE, 17, "close contract")                                                                            \
    X(CONTRACT_SHOW, 18, "show contract")                                                                              \
    X(ISSUER_ANSWER, 19, "answer for the issuer")                                                                      \
    X(NOTICE_RUN, 20, "run notices")

typedef int32_t certlife_act;
enum {
#define CERTLIFE_ACT_ENUM(NAME, number, name) CERTLIFE_ACT_##NAME = (number),
    CERTLIFE_ACTS(CERTLIFE_ACT_ENUM)
#undef CERTLIFE_ACT_ENUM
};

/* The name of an act ("renew"), borrowed, static; "unknown" for none. */
CERTLIFE_API const char *certlife_act_name(certlife_act act);

/* Who acts. */
typedef int32_t certlife_actor_kind;
enum {
    CERTLIFE_ACTOR_USER = 1,   /* a master or general user; which, the register knows */
    CERTLIFE_ACTOR_BRANCH = 2, /* bank staff */
    CERTLIFE_ACTOR_SYSTEM = 3, /* the host program itself */
};

/*
 * Who acts in one call, and with which assurance: what the host has verified. Borrowed during the call. Texts are UTF-8
 * without control characters; IDs have 1 to 64 bytes.
 */
typedef struct certlife_actor {
    size_t size; /* sizeof(certlife_actor), set by CERTLIFE_ACTOR_INIT */
    certlife_actor_kind kind;
    const char *contract; /* USER: the contract and user ID they are logged in as, or log in as */
    const char *user;
    const char *staff;             /* BRANCH, SYSTEM: who or which job, for the record; may be NULL. Up to 64 bytes */
    int32_t login_password;        /* USER: not 0 if the host verified it in this session */
    int32_t confirmation_password; /* USER: not 0 if the host verified it for this act */
    const uint8_t *certificate;    /* USER: the certificate presented in TLS, DER, whose key TLS has proved; or NULL */
    size_t certificate_len;
    const char *application; /* BRANCH: the number of the written application; or NULL. Up to 64 bytes */
    /* The same key and call again get the first answer again, the same key with another call is refused (R-ISS-3); or NULL.
     * Up to 128 bytes. Each user has keys of their own, the branch has its own, and the system. They are kept for as many
     * days as the profile says. Questions, certlife_deliver, certlife_login_check and certlife_notice_ calls, which can
     * be repeated as they are, do not look at it. */
    const char *idempotency_key;
} certlife_actor;

/* clang-format off */
#define CERTLIFE_ACTOR_INIT {sizeof(certlife_actor), 0, NULL, NULL, NULL, 0, 0, NULL, 0, NULL, NULL}
/* clang-format on */

/* X(NAME, number, name, Japanese, English): why not. Codes are stable; {date} is the decision's date. The three about a
 * certificate that is not this user's read the same, so that nobody learns whether another user exists (R-ALL-2). */
#define CERTLIFE_CODES(X)                                                                                              \
    X(ALLOWED, 0, "allowed", "操作できます。", "This can be done.")                                                    \
    X(UNKNOWN, 1, "unknown", "該当する契約または利用者が見つかりません。", "No such contract or user was found.")      \
    X(MASTER_ONLY, 2, "master only", "この操作は管理者のみ可能です。", "Only the master user can do this.")            \
    X(BRANCH_ONLY, 3, "branch only", "この操作は画面からはできません。", "This cannot be done on screen.")             \
    X(OWN_ONLY, 4, "own only", "この操作はご本人のみ可能です。", "Each user can do this only for themselves.")         \
    X(NOT_FOR_SYSTEM, 5, "not for system", "この操作は管理者または窓口が行います。",                                   \
      "This is for the master user or the branch, not for the system.")                                                \
    X(SYSTEM_ONLY, 6, "system only", "この操作はシステムのみ可能です。", "Only the system can do this.")               \
    X(MASTER_STAYS, 7, "master stays", "管理者は削除できません。契約の解約によります。",                               \
      "The master user cannot be deleted; the contract can be closed.")                                                \
    X(PASSWORD_NEEDED, 8, "password needed", "ログインパスワードを入力してください。",                                 \
      "Please enter the login password.")                                                                              \
    X(CERTIFICATE_LOGIN_NEEDED, 9, "certificate login needed", "この操作には電子証明書によるログインが必要です。",     \
      "This needs a login with the certificate.")                                                                      \
    X(CONFIRMATION_PASSWORD_NEEDED, 10, "confirmation password needed", "確認用パスワードを入力してください。",        \
      "Please enter the confirmation password.")                                                                       \
    X(APPLICATION_NEEDED, 11, "application needed", "申込書の番号が必要です。",                                        \
      "The number of the written application is needed.")                                                              \
    X(CONTRACT_CLOSED, 12, "contract closed", "ご契約は解約されています。", "The contract is closed.")                 \
    X(NOT_APPLIED, 13, "not applied", "電子証明書のご利用には申込書の提出が必要です。",                                \
      "Certificates need a written application first.")                                                                \
    X(SUSPENDED, 14, "suspended", "ご利用は一時停止されています。", "Use is suspended.")                               \
    X(USER_DELETED, 15, "user deleted", "この利用者は削除されています。", "This user has been deleted.")               \
    X(ID_TAKEN, 16, "ID taken", "このＩＤは使用できません。別のＩＤを指定してください。",                              \
      "This ID cannot be used. Please choose another.")                                                                \
    X(CONTRACT_FULL, 17, "contract full", "利用者数が上限に達しています。",                                            \
      "The contract has as many users as it can have.")                                                                \
    X(ALREADY_APPLIED, 18, "already applied", "すでに申込済です。", "This has been applied for already.")              \
    X(ISSUING, 19, "issuing", "電子証明書を発行処理中です。しばらくお待ちください。",                                  \
      "The certificate is being issued. Please wait a little.")                                                        \
    X(UNCONFIRMED, 20, "unconfirmed", "発行済の電子証明書がまだ取り込まれていません。",                                \
      "A certificate was issued and waits to be installed.")                                                           \
    X(ALREADY_OBTAINED, 21, "already obtained", "有効な電子証明書を取得済です。",                                      \
      "A valid certificate has been obtained already.")                                                                \
    X(NOT_AUTHORISED, 22, "not authorised", "電子証明書の取得が許可されていません。",                                  \
      "Obtaining a certificate has not been authorised.")                                                              \
    X(OBTAIN_PERIOD_OVER, 23, "obtain period over", "電子証明書取得期限（{date}）を過ぎています。",                    \
      "The period for obtaining the certificate ended on {date}.")                                                     \
    X(EXPIRED_TOO_LONG, 24, "expired too long",                                                                        \
      "電子証明書の有効期限（{date}）が切れ、取得できる期間を過ぎています。",                                          \
      "The certificate expired on {date} and can no longer be obtained anew.")                                         \
    X(REVOKED, 25, "revoked", "電子証明書は失効しています。", "The certificate has been revoked.")                     \
    X(ALREADY_REVOKED, 26, "already revoked", "電子証明書はすでに失効しています。",                                    \
      "The certificate has been revoked already.")                                                                     \
    X(NOTHING_TO_REVOKE, 27, "nothing to revoke", "失効する電子証明書がありません。",                                  \
      "There is no certificate to revoke.")                                                                            \
    X(NOTHING_TO_DELIVER, 28, "nothing to deliver", "再度受け取る電子証明書がありません。",                            \
      "There is no certificate waiting to be delivered.")                                                              \
    X(NOTHING_TO_CONFIRM, 29, "nothing to confirm", "確認する電子証明書がありません。",                                \
      "There is no such certificate to confirm.")                                                                      \
    X(NOTHING_TO_RENEW, 30, "nothing to renew", "更新する電子証明書がありません。",                                    \
      "There is no certificate to renew.")                                                                             \
    X(AWAITING, 31, "awaiting", "電子証明書が再発行されています。", "The certificate was reissued.")                   \
    X(HAS_CERTIFICATE, 32, "has certificate", "電子証明書を発行済のため、初回の発行ではありません。",                  \
      "A certificate has been issued before, so this would not be a first issue.")                                     \
    X(REVOKE_FIRST, 33, "revoke first", "この操作の前に電子証明書の失効が必要です。",                                  \
      "The certificate must be revoked before this.")                                                                  \
    X(RENEWAL_NOT_OPEN, 34, "renewal not open", "電子証明書の更新は{date}から可能です。",                              \
      "The certificate can be renewed from {date}.")                                                                   \
    X(RENEWAL_CLOSED, 35, "renewal closed", "電子証明書の更新期間（{date}まで）を過ぎています。",                      \
      "The period for renewing the certificate ended on {date}.")                                                      \
    X(MEDIUM_NOT_OFFERED, 36, "medium not offered", "この媒体はご利用いただけません。", "This medium is not offered.") \
    X(MEDIUM_NOT_APPLIED, 37, "medium not applied", "専用USBのご利用には利用申込が必要です。",                         \
      "USB tokens need an application first.")                                                                         \
    X(CHANNEL_NOT_ALLOWED, 38, "channel not allowed",                                                                  \
      "ご利用のブラウザでは電子証明書を発行できません。専用アプリケーションをご利用ください。",                        \
      "Certificates cannot be issued on this browser. Please use the dedicated application.")                          \
    X(REQUEST_KEY_KIND, 39, "request key kind", "発行要求の鍵の種類または長さが対象外です。",                          \
      "The request's key is of a kind or size that is not certified.")                                                 \
    X(REQUEST_SIGNATURE, 40, "request signature", "発行要求の署名が正しくありません。",                                \
      "The request's signature is not right.")                                                                         \
    X(REQUEST_KEY_WEAK, 41, "request key weak", "発行要求の鍵は安全でないため使用できません。",                        \
      "The request's key is known to be weak.")                                                                        \
    X(KEY_OF_ANOTHER, 42, "key of another", "この鍵は使用できません。新しい鍵で再度お試しください。",                  \
      "This key cannot be used. Please try again with a new key.")                                                     \
    X(KEY_BARRED, 43, "key barred", "この鍵は使用できません。新しい鍵で再度お試しください。",                          \
      "This key cannot be used. Please try again with a new key.")                                                     \
    X(KEY_REUSED, 44, "idempotency key reused", "同じ処理番号で異なる要求を受け付けることはできません。",              \
      "The same idempotency key came with another request.")                                                           \
    X(ISSUER_REJECTED, 45, "issuer rejected", "電子証明書を発行できませんでした。もう一度お試しください。",            \
      "The certificate could not be issued. Please try again.")                                                        \
    X(NO_CERTIFICATE, 46, "no certificate", "電子証明書が提示されていません。", "No certificate was presented.")       \
    X(WRONG_ISSUER, 47, "wrong issuer", "この電子証明書ではログインできません。",                                      \
      "This certificate cannot be used to log in.")                                                                    \
    X(UNKNOWN_CERTIFICATE, 48, "unknown certificate", "この電子証明書ではログインできません。",                        \
      "This certificate cannot be used to log in.")                                                                    \
    X(ANOTHER_USERS, 49, "another user's", "この電子証明書ではログインできません。",                                   \
      "This certificate cannot be used to log in.")                                                                    \
    X(REPLACED, 50, "replaced", "電子証明書は更新されています。",                                                      \
      "The certificate has been replaced by a renewed one.")                                                           \
    X(NOT_YET_VALID, 51, "not yet valid", "電子証明書の有効期間は{date}からです。",                                    \
      "The certificate is valid from {date}.")                                                                         \
    X(EXPIRED, 52, "expired", "電子証明書の有効期限（{date}）が切れています。", "The certificate expired on {date}.")

typedef int32_t certlife_code;
enum {
#define CERTLIFE_CODE_ENUM(NAME, number, name, ja, en) CERTLIFE_CODE_##NAME = (number),
    CERTLIFE_CODES(CERTLIFE_CODE_ENUM)
#undef CERTLIFE_CODE_ENUM
};

/* X(NAME, number, name, Japanese, English): what to do instead. */
#define CERTLIFE_WAYS(X)                                                                                               \
    X(NONE, 0, "none", "", "")                                                                                         \
    X(ASK_MASTER, 1, "ask master", "管理者へご依頼ください。", "Please ask your master user.")                         \
    X(CONTACT_BRANCH, 2, "contact branch", "お取引店へご連絡ください。", "Please contact your branch.")                \
    X(OBTAIN, 3, "obtain at the login screen", "ログイン画面の「電子証明書の取得」から取得してください。",             \
      "Please obtain a certificate at the login screen.")                                                              \
    X(LOG_IN, 4, "log in with the certificate", "電子証明書でログインしてください。",                                  \
      "Please log in with the certificate.")                                                                           \
    X(DELIVER, 5, "deliver again", "発行済の電子証明書を再度受け取ってください。",                                     \
      "Please have the certificate delivered again.")                                                                  \
    X(REVOKE_FIRST, 6, "revoke first", "先に失効を行ってください。", "Please revoke first.")                           \
    X(WAIT, 7, "wait until", "{date}までお待ちください。", "Please wait until {date}.")

typedef int32_t certlife_way;
enum {
#define CERTLIFE_WAY_ENUM(NAME, number, name, ja, en) CERTLIFE_WAY_##NAME = (number),
    CERTLIFE_WAYS(CERTLIFE_WAY_ENUM)
#undef CERTLIFE_WAY_ENUM
};

typedef int32_t certlife_language;
enum {
    CERTLIFE_LANGUAGE_JA = 1,
    CERTLIFE_LANGUAGE_EN = 2,
};

typedef struct certlife_decision certlife_decision;

/* An empty decision, yours to free; NULL if there is no memory. */
CERTLIFE_API certlife_decision *certlife_decision_new(void);
CERTLIFE_API void certlife_decision_free(certlife_decision *decision); /* NULL does nothing */

/* 1 if the last call it was given to was allowed, else 0. A new decision, one given to a call that failed, and NULL are not
 * allowed. */
CERTLIFE_API int certlife_decision_allowed(const certlife_decision *decision);
CERTLIFE_API certlife_code certlife_decision_code(const certlife_decision *decision);
/* The row of the specification that decided, e.g. "R-REN-2". Borrowed, static; "" for a new decision. */
CERTLIFE_API const char *certlife_decision_row(const certlife_decision *decision);
CERTLIFE_API certlife_way certlife_decision_way(const certlife_decision *decision);
/* UTC seconds, or 0 where no date helps: the opening, the end of a period, the expiry. */
CERTLIFE_API int64_t certlife_decision_date(const certlife_decision *decision);
/* The sentence and the way out, to be shown to a user one after the other; and one line for a log, "user keir002:
 * R-REN-2: renewal not open 2027-03-01". UTF-8, borrowed from the decision until it is next used. */
CERTLIFE_API const char *certlife_decision_sentence(const certlife_decision *decision, certlife_language language);
CERTLIFE_API const char *certlife_decision_way_sentence(const certlife_decision *decision, certlife_language language);
CERTLIFE_API const char *certlife_decision_line(const certlife_decision *decision);

/* Names of codes and ways ("renewal not open", "ask master"), borrowed, static; "unknown" for none. */
CERTLIFE_API const char *certlife_code_name(certlife_code code);
CERTLIFE_API const char *certlife_way_name(certlife_way way);

/*
 * Could this actor do this now? Nothing is changed. `user` is NULL for acts on a contract, and `contract` too for `run
 * notices`; for obtain and renew a new key, a medium and a channel that the profile allows are supposed. A screen can grey
 * out what would be refused (R-RIS-4).
 * CERTLIFE_ALLOWED, CERTLIFE_REFUSED, or a failure as in certlife/contract.h.
 */
CERTLIFE_API int certlife_decide(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                                 const char *contract, const char *user, certlife_decision *decision,
                                 certlife_error **err);

/* Who could do an act on a user instead, each with all the assurance it can bring. */
enum {
    CERTLIFE_WHO_SELF = 1,
    CERTLIFE_WHO_MASTER = 2,
    CERTLIFE_WHO_BRANCH = 4,
    CERTLIFE_WHO_SYSTEM = 8,
};

/* Sets *who_out to the sum of CERTLIFE_WHO_ for whom the act would be allowed now; asked as certlife_decide is, and
 * answered only to an actor who may see that user. */
CERTLIFE_API int certlife_who_could(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                                    const char *contract, const char *user, uint32_t *who_out,
                                    certlife_decision *decision, certlife_error **err);

#ifdef __cplusplus
}
#endif

#endif
