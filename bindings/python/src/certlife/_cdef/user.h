/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/user.h>; the compiler holds it to the header. */

typedef int32_t certlife_role;
#define CERTLIFE_ROLE_MASTER ...
#define CERTLIFE_ROLE_GENERAL ...

typedef int32_t certlife_permission;
#define CERTLIFE_PERMISSION_APPROVER ...
#define CERTLIFE_PERMISSION_OPERATOR ...

typedef int32_t certlife_status;
#define CERTLIFE_STATUS_DELETED ...
#define CERTLIFE_STATUS_CONTRACT_CLOSED ...
#define CERTLIFE_STATUS_REVOKED ...
#define CERTLIFE_STATUS_SUSPENDED ...
#define CERTLIFE_STATUS_NOT_APPLIED ...
#define CERTLIFE_STATUS_ISSUING ...
#define CERTLIFE_STATUS_AWAITING ...
#define CERTLIFE_STATUS_OBTAIN_PERIOD_OVER ...
#define CERTLIFE_STATUS_EXPIRED ...
#define CERTLIFE_STATUS_RENEWAL_DUE ...
#define CERTLIFE_STATUS_OBTAINED ...

const char *certlife_status_name(certlife_status status);
const char *certlife_status_label(certlife_status status, certlife_language language);
int certlife_user_add(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                      const char *user, certlife_permission permission, const char *email, certlife_decision *decision,
                      certlife_error **err);
int certlife_user_authorise(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                            const char *user, certlife_decision *decision, certlife_error **err);

typedef int32_t certlife_choice;
#define CERTLIFE_CHOICE_KEEP ...
#define CERTLIFE_CHOICE_REISSUE ...
#define CERTLIFE_CHOICE_REVOKE ...

typedef struct certlife_user_edit_request {
    size_t size;
    certlife_choice certificate;
    certlife_reason reason;
    const char *email;
    certlife_permission permission;
    ...;
} certlife_user_edit_request;

int certlife_user_edit(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                       const char *user, const certlife_user_edit_request *request, certlife_decision *decision,
                       certlife_error **err);
int certlife_user_delete(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                         const char *user, certlife_decision *decision, certlife_error **err);
typedef struct certlife_user certlife_user;
const char *certlife_user_id(const certlife_user *user);
const char *certlife_user_contract(const certlife_user *user);
const char *certlife_user_email(const certlife_user *user);
certlife_role certlife_user_role(const certlife_user *user);
certlife_permission certlife_user_permission(const certlife_user *user);
certlife_status certlife_user_status(const certlife_user *user);
int64_t certlife_user_obtain_by(const certlife_user *user);
int64_t certlife_user_expiry(const certlife_user *user);
const char *certlife_user_serial(const certlife_user *user);
int64_t certlife_user_unconfirmed_expiry(const certlife_user *user);
const char *certlife_user_unconfirmed_serial(const certlife_user *user);
const char *certlife_user_application(const certlife_user *user);
int64_t certlife_user_added_at(const certlife_user *user);
int64_t certlife_user_deleted_at(const certlife_user *user);
int64_t certlife_user_renew_later_at(const certlife_user *user);
void certlife_user_free(certlife_user *user);
int certlife_user_get(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                      const char *user, certlife_user **out, certlife_decision *decision, certlife_error **err);
typedef struct certlife_user_page certlife_user_page;
int certlife_user_list(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                       const char *after, int32_t limit, certlife_user_page **out, certlife_decision *decision,
                       certlife_error **err);
size_t certlife_user_page_count(const certlife_user_page *page);
const certlife_user *certlife_user_page_at(const certlife_user_page *page, size_t index);
const char *certlife_user_page_next(const certlife_user_page *page);
void certlife_user_page_free(certlife_user_page *page);
typedef struct certlife_certificate_page certlife_certificate_page;
int certlife_user_history(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                          const char *user, const char *after, int32_t limit, certlife_certificate_page **out,
                          certlife_decision *decision, certlife_error **err);
size_t certlife_certificate_page_count(const certlife_certificate_page *page);
const certlife_certificate *certlife_certificate_page_at(const certlife_certificate_page *page, size_t index);
const char *certlife_certificate_page_next(const certlife_certificate_page *page);
void certlife_certificate_page_free(certlife_certificate_page *page);
