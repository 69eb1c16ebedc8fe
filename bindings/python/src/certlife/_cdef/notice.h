/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/notice.h>; the compiler holds it to the header. */

typedef int32_t certlife_notice_kind;
#define CERTLIFE_NOTICE_EXPIRY ...
#define CERTLIFE_NOTICE_EXPIRED ...
#define CERTLIFE_NOTICE_OBTAIN_BY ...
#define CERTLIFE_NOTICE_ISSUED ...
#define CERTLIFE_NOTICE_REISSUED ...
#define CERTLIFE_NOTICE_REVOKED ...
#define CERTLIFE_NOTICE_DIGEST ...

const char *certlife_notice_kind_name(certlife_notice_kind kind);
const char *certlife_notice_kind_label(certlife_notice_kind kind, certlife_language language);

typedef int32_t certlife_addressee;
#define CERTLIFE_ADDRESSEE_USER ...
#define CERTLIFE_ADDRESSEE_MASTER ...

const char *certlife_addressee_name(certlife_addressee addressee);

typedef int32_t certlife_notice_state;
#define CERTLIFE_NOTICE_PLANNED ...
#define CERTLIFE_NOTICE_SENT ...
#define CERTLIFE_NOTICE_PARKED ...

const char *certlife_notice_state_name(certlife_notice_state state);
typedef struct certlife_notice certlife_notice;
certlife_notice_kind certlife_notice_kind_of(const certlife_notice *notice);
certlife_notice_state certlife_notice_state_of(const certlife_notice *notice);
const char *certlife_notice_key(const certlife_notice *notice);
const char *certlife_notice_contract(const certlife_notice *notice);
const char *certlife_notice_user(const certlife_notice *notice);
certlife_addressee certlife_notice_addressee_of(const certlife_notice *notice);
const char *certlife_notice_addressee_user(const certlife_notice *notice);
const char *certlife_notice_email(const certlife_notice *notice);
certlife_language certlife_notice_language(const certlife_notice *notice);
const char *certlife_notice_serial(const certlife_notice *notice);
int64_t certlife_notice_expiry(const certlife_notice *notice);
int64_t certlife_notice_renew_by(const certlife_notice *notice);
int64_t certlife_notice_obtain_by(const certlife_notice *notice);
int32_t certlife_notice_days_left(const certlife_notice *notice);
int64_t certlife_notice_happened_at(const certlife_notice *notice);
int certlife_notice_waits_to_install(const certlife_notice *notice);
int64_t certlife_notice_renew_later_at(const certlife_notice *notice);
int64_t certlife_notice_due(const certlife_notice *notice);
int64_t certlife_notice_ended_at(const certlife_notice *notice);
int32_t certlife_notice_attempts(const certlife_notice *notice);
const char *certlife_notice_cause(const certlife_notice *notice);
size_t certlife_notice_member_count(const certlife_notice *notice);
const char *certlife_notice_member_user(const certlife_notice *notice, size_t index);
const char *certlife_notice_member_serial(const certlife_notice *notice, size_t index);
int64_t certlife_notice_member_expiry(const certlife_notice *notice, size_t index);
int32_t certlife_notice_member_days_left(const certlife_notice *notice, size_t index);
void certlife_notice_free(certlife_notice *notice);
typedef struct certlife_notice_page certlife_notice_page;
size_t certlife_notice_page_count(const certlife_notice_page *page);
const certlife_notice *certlife_notice_page_at(const certlife_notice_page *page, size_t index);
int certlife_notice_page_more(const certlife_notice_page *page);
void certlife_notice_page_free(certlife_notice_page *page);
int certlife_notice_claim(certlife_institution *institution, const certlife_actor *actor, const char *worker,
                          int32_t limit, int32_t lease, certlife_notice_page **out, certlife_decision *decision,
                          certlife_error **err);
int certlife_notice_done(certlife_institution *institution, const certlife_actor *actor, const certlife_notice *notice,
                         certlife_decision *decision, certlife_error **err);
int certlife_notice_give_back(certlife_institution *institution, const certlife_actor *actor,
                              const certlife_notice *notice, const char *cause, certlife_decision *decision,
                              certlife_error **err);
int certlife_notice_next_due(certlife_institution *institution, const certlife_actor *actor, int64_t *moment_out,
                             certlife_decision *decision, certlife_error **err);
int certlife_notice_parked(certlife_institution *institution, const certlife_actor *actor, const certlife_notice *after,
                           int32_t limit, certlife_notice_page **out, certlife_decision *decision,
                           certlife_error **err);
int certlife_notice_retry(certlife_institution *institution, const certlife_actor *actor, const certlife_notice *notice,
                          certlife_decision *decision, certlife_error **err);
int certlife_notice_list(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                         const char *user, certlife_notice_page **out, certlife_decision *decision,
                         certlife_error **err);
int certlife_notice_on_screen(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                              const char *user, certlife_notice **out, certlife_decision *decision,
                              certlife_error **err);
