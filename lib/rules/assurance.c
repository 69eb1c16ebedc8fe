/* SPDX-License-Identifier: Apache-2.0 */
/* What the host must have verified. Every row that fits must be met; the first that is not refuses. */
#include "rules/tables.h"

#define MASTER ACTOR_MASTER
#define USERS (ACTOR_MASTER | ACTOR_GENERAL)
#define BRANCH ACTOR_BRANCH

#define SELF TARGET_SELF
#define OTHERS (TARGET_MASTER | TARGET_GENERAL)
#define ANYBODY (TARGET_SELF | TARGET_MASTER | TARGET_GENERAL | TARGET_CONTRACT | TARGET_OTHER)

#define PASSWORD ASSURED_PASSWORD, CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN
#define CERTIFICATE_LOGIN ASSURED_CERTIFICATE_LOGIN, CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN
#define CONFIRMATION ASSURED_CONFIRMATION, CERTLIFE_CODE_CONFIRMATION_PASSWORD_NEEDED, CERTLIFE_WAY_NONE
#define APPLICATION ASSURED_APPLICATION, CERTLIFE_CODE_APPLICATION_NEEDED, CERTLIFE_WAY_NONE

static bool when_renewal_needs_password(const struct situation *s)
{
    return s->profile->renewal_needs == RENEWAL_NEEDS_PASSWORD;
}

static bool when_renewal_needs_certificate(const struct situation *s)
{
    return s->profile->renewal_needs == RENEWAL_NEEDS_CERTIFICATE_LOGIN;
}

/* What is to be delivered, being issued or unconfirmed, comes of a renewal after a certificate login: nothing less gets
 * it (R-ALL-6). What is to be confirmed is there already. */
static bool when_renewed_by_certificate(const struct situation *s)
{
    certlife_act issuing = s->user->issuing.act;
    certlife_act unconfirmed = s->standing.unconfirmed != NULL ? s->standing.unconfirmed->issued_by : 0;
    bool first = s->act == CERTLIFE_ACT_DELIVER ? issuing != 0 : unconfirmed == 0;
    return (first ? issuing : unconfirmed) == CERTLIFE_ACT_RENEW && when_renewal_needs_certificate(s);
}

static bool when_confirmation_is_asked(const struct situation *s)
{
    return s->profile->confirmation_password;
}

/* clang-format off */
static const struct assurance_row rows[] = {
    /* row        act                       actor   target   when                            needs, else */
    {"R-OBT-1",  ACT(OBTAIN),               USERS,  SELF,    NULL,                           PASSWORD},
    {"R-ALL-6",  ACT(DELIVER)|ACT(CONFIRM), USERS,  SELF,    when_renewed_by_certificate,    CERTIFICATE_LOGIN},
    {"R-ALL-6",  ACT(DELIVER)|ACT(CONFIRM), USERS,  SELF,    NULL,                           PASSWORD},
    {"R-REN-3",  ACT(RENEW),                USERS,  SELF,    when_renewal_needs_certificate, CERTIFICATE_LOGIN},
    {"R-REN-3",  ACT(RENEW),                USERS,  SELF,    when_renewal_needs_password,    PASSWORD},
    {"R-REN-7",  ACT(RENEW_LATER),          USERS,  SELF,    NULL,                           CERTIFICATE_LOGIN},
    {"R-REV-2",  ACT(REVOKE),               MASTER, SELF,    NULL,                           CERTIFICATE_LOGIN},
    {"R-LOG-1",  ACT(REVOKE)|ACT(REISSUE)|ACT(AUTHORISE)|ACT(USER_CHANGE)|ACT(USER_DELETE),
                                            USERS,  ANYBODY, NULL,                           CERTIFICATE_LOGIN},
    {"R-LOG-1",  ACT(USER_ADD)|ACT(USER_LIST)|ACT(CONTRACT_SHOW),
                                            USERS,  ANYBODY, NULL,                           CERTIFICATE_LOGIN},
    {"R-REV-3",  ACT(REVOKE),               USERS,  ANYBODY, when_confirmation_is_asked,     CONFIRMATION},
    {"R-USR-5",  ACT(USER_SHOW),            USERS,  SELF,    NULL,                           PASSWORD},
    {"R-LOG-1",  ACT(USER_SHOW),            USERS,  OTHERS,  NULL,                           CERTIFICATE_LOGIN},
    {"R-RIS-3",  ACT(REISSUE),              BRANCH, ANYBODY, NULL,                           APPLICATION},
    {"R-REV-4",  ACT(REVOKE),               BRANCH, ANYBODY, NULL,                           APPLICATION},
    {"R-USR-4",  ACT(CONTRACT_APPLY),       BRANCH, ANYBODY, NULL,                           APPLICATION},
    {"R-OBT-8",  ACT(CONTRACT_APPLY_USB_TOKEN), BRANCH, ANYBODY, NULL,                       APPLICATION},
    {"R-ALL-13", ACT(CONTRACT_CLOSE)|ACT(AUTHORISE)|ACT(USER_ADD)|ACT(USER_CHANGE)|ACT(USER_DELETE),
                                            BRANCH, ANYBODY, NULL,                           APPLICATION},
};
/* clang-format on */

const struct assurance_row *certlife__assurance_rows(size_t *count_out)
{
    *count_out = sizeof rows / sizeof rows[0];
    return rows;
}
