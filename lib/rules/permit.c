/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what to whom. The first row that fits decides; where none fits, the answer is no. */
#include "rules/tables.h"

#define MASTER ACTOR_MASTER
#define GENERAL ACTOR_GENERAL
#define BRANCH ACTOR_BRANCH
#define SYSTEM ACTOR_SYSTEM
#define STRANGER ACTOR_STRANGER
#define USERS (MASTER | GENERAL)
#define STAFF (BRANCH | SYSTEM)
#define ALL (USERS | STAFF)

#define SELF TARGET_SELF
#define THE_MASTER TARGET_MASTER
#define A_GENERAL TARGET_GENERAL
#define CONTRACT TARGET_CONTRACT
#define ANYBODY (TARGET_SELF | TARGET_MASTER | TARGET_GENERAL | TARGET_CONTRACT | TARGET_OTHER)

#define YES CERTLIFE_CODE_ALLOWED
#define NO(code) CERTLIFE_CODE_##code
#define WAY(way) CERTLIFE_WAY_##way

#define RECEIVE (ACT(OBTAIN) | ACT(DELIVER) | ACT(CONFIRM))
#define MAINTAIN (ACT(USER_ADD) | ACT(USER_CHANGE) | ACT(USER_DELETE))

static bool when_not_an_act(const struct situation *s)
{
    return !s->profile->reissue;
}

static bool when_master_revokes_own(const struct situation *s)
{
    return s->profile->master_revokes_own;
}

/* clang-format off */
static const struct permit_row rows[] = {
    /* row        act                      actor          target                  when                     answer                way */
    {"R-ALL-12", ACT_ANY,                  STRANGER,      ANYBODY,                NULL,                    NO(UNKNOWN),          WAY(NONE)},

    {"R-OBT-1",  RECEIVE,                  USERS,         SELF,                   NULL,                    YES,                  WAY(NONE)},
    {"R-OBT-1",  RECEIVE,                  ALL,           ANYBODY,                NULL,                    NO(OWN_ONLY),         WAY(NONE)},
    {"R-REN-1",  ACT(RENEW)|ACT(RENEW_LATER), USERS,      SELF,                   NULL,                    YES,                  WAY(NONE)},
    {"R-REN-1",  ACT(RENEW)|ACT(RENEW_LATER), ALL,        ANYBODY,                NULL,                    NO(OWN_ONLY),         WAY(NONE)},

    {"R-ALL-9",  ACT(REISSUE),             ALL,           ANYBODY,                when_not_an_act,         NO(REVOKE_FIRST),     WAY(REVOKE_FIRST)},
    {"R-RIS-1",  ACT(REISSUE),             MASTER,        A_GENERAL,              NULL,                    YES,                  WAY(NONE)},
    {"R-RIS-2",  ACT(REISSUE),             MASTER,        SELF,                   NULL,                    NO(BRANCH_ONLY),      WAY(CONTACT_BRANCH)},
    {"R-RIS-2",  ACT(REISSUE),             GENERAL,       ANYBODY,                NULL,                    NO(MASTER_ONLY),      WAY(ASK_MASTER)},
    {"R-RIS-3",  ACT(REISSUE),             BRANCH,        THE_MASTER|A_GENERAL,   NULL,                    YES,                  WAY(NONE)},

    {"R-REV-1",  ACT(REVOKE),              MASTER,        A_GENERAL,              NULL,                    YES,                  WAY(NONE)},
    {"R-REV-2",  ACT(REVOKE),              MASTER,        SELF,                   when_master_revokes_own, YES,                  WAY(NONE)},
    {"R-REV-2",  ACT(REVOKE),              MASTER,        SELF,                   NULL,                    NO(BRANCH_ONLY),      WAY(CONTACT_BRANCH)},
    {"R-REV-1",  ACT(REVOKE),              GENERAL,       ANYBODY,                NULL,                    NO(MASTER_ONLY),      WAY(ASK_MASTER)},
    {"R-REV-4",  ACT(REVOKE),              BRANCH,        THE_MASTER|A_GENERAL,   NULL,                    YES,                  WAY(NONE)},

    {"R-ALL-3",  ACT(AUTHORISE),           MASTER,        A_GENERAL,              NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-3",  ACT(AUTHORISE),           MASTER,        SELF,                   NULL,                    NO(BRANCH_ONLY),      WAY(CONTACT_BRANCH)},
    {"R-ALL-3",  ACT(AUTHORISE),           GENERAL,       ANYBODY,                NULL,                    NO(MASTER_ONLY),      WAY(ASK_MASTER)},
    {"R-ALL-3",  ACT(AUTHORISE),           BRANCH,        THE_MASTER|A_GENERAL,   NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-3",  ACT(AUTHORISE),           SYSTEM,        THE_MASTER,             NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-13", ACT(AUTHORISE)|ACT(REISSUE)|ACT(REVOKE), SYSTEM, ANYBODY,        NULL,                    NO(NOT_FOR_SYSTEM),   WAY(NONE)},

    {"R-ALL-13", MAINTAIN,                 GENERAL,       ANYBODY,                NULL,                    NO(MASTER_ONLY),      WAY(ASK_MASTER)},
    {"R-ALL-8",  ACT(USER_DELETE),         MASTER,        SELF,                   NULL,                    NO(MASTER_STAYS),     WAY(CONTACT_BRANCH)},
    {"R-ALL-8",  ACT(USER_DELETE),         STAFF,         THE_MASTER,             NULL,                    NO(MASTER_STAYS),     WAY(NONE)},
    {"R-ALL-13", ACT(USER_ADD),            MASTER|STAFF,  CONTRACT,               NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-13", ACT(USER_CHANGE),         MASTER|STAFF,  SELF|THE_MASTER|A_GENERAL, NULL,                 YES,                  WAY(NONE)},
    {"R-ALL-13", ACT(USER_DELETE),         MASTER|STAFF,  A_GENERAL,              NULL,                    YES,                  WAY(NONE)},

    {"R-USR-5",  ACT(USER_LIST),           ALL,           CONTRACT,               NULL,                    YES,                  WAY(NONE)},
    {"R-USR-5",  ACT(USER_SHOW),           USERS,         SELF,                   NULL,                    YES,                  WAY(NONE)},
    {"R-USR-5",  ACT(USER_SHOW),           GENERAL,       ANYBODY,                NULL,                    NO(OWN_ONLY),         WAY(ASK_MASTER)},
    {"R-USR-5",  ACT(USER_SHOW),           MASTER|STAFF,  THE_MASTER|A_GENERAL,   NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-12", ACT(CONTRACT_SHOW),       ALL,           CONTRACT,               NULL,                    YES,                  WAY(NONE)},

    {"R-ALL-13", ACT(CONTRACT_REGISTER),   STAFF,         ANYBODY,                NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-13", ACT(CONTRACT_REGISTER),   USERS,         ANYBODY,                NULL,                    NO(BRANCH_ONLY),      WAY(CONTACT_BRANCH)},
    {"R-USR-4",  ACT(CONTRACT_APPLY),      BRANCH,        CONTRACT,               NULL,                    YES,                  WAY(NONE)},
    {"R-USR-4",  ACT(CONTRACT_APPLY),      USERS|SYSTEM,  ANYBODY,                NULL,                    NO(BRANCH_ONLY),      WAY(CONTACT_BRANCH)},
    {"R-OBT-8",  ACT(CONTRACT_APPLY_USB_TOKEN), BRANCH,   CONTRACT,               NULL,                    YES,                  WAY(NONE)},
    {"R-OBT-8",  ACT(CONTRACT_APPLY_USB_TOKEN), USERS|SYSTEM, ANYBODY,            NULL,                    NO(BRANCH_ONLY),      WAY(CONTACT_BRANCH)},
    {"R-ALL-8",  ACT(CONTRACT_CLOSE),      STAFF,         CONTRACT,               NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-8",  ACT(CONTRACT_CLOSE),      USERS,         ANYBODY,                NULL,                    NO(BRANCH_ONLY),      WAY(CONTACT_BRANCH)},

    {"R-ALL-13", ACT(ISSUER_ANSWER),       SYSTEM,        THE_MASTER|A_GENERAL,   NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-13", ACT(ISSUER_ANSWER),       USERS|BRANCH,  ANYBODY,                NULL,                    NO(SYSTEM_ONLY),      WAY(NONE)},

    {"R-ALL-13", ACT(NOTICE_RUN),          SYSTEM,        ANYBODY,                NULL,                    YES,                  WAY(NONE)},
    {"R-ALL-13", ACT(NOTICE_RUN),          USERS|BRANCH,  ANYBODY,                NULL,                    NO(SYSTEM_ONLY),      WAY(NONE)},

    {"R-ALL-12", ACT_ANY,                  ALL,           ANYBODY,                NULL,                    NO(UNKNOWN),          WAY(NONE)},
};
/* clang-format on */

const struct permit_row *certlife__permit_rows(size_t *count_out)
{
    *count_out = sizeof rows / sizeof rows[0];
    return rows;
}
