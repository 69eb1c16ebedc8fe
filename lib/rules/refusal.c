/* SPDX-License-Identifier: Apache-2.0 */
/* What stands against an act that is permitted and assured, in the order of R-ALL-1: contract, state, window, medium,
 * channel, the request itself. The first row that holds refuses. */
#include "rules/tables.h"

#define NO(code) CERTLIFE_CODE_##code
#define WAY(way) CERTLIFE_WAY_##way
#define ADMINISTRATOR WAY_ADMINISTRATOR
#define OBTAIN_ELSE WAY_OBTAIN_OR_ADMINISTRATOR

#define ISSUE (ACT(OBTAIN) | ACT(RENEW))
#define RENEWING (ACT(RENEW) | ACT(RENEW_LATER))
#define READING (ACT(USER_SHOW) | ACT(USER_LIST) | ACT(CONTRACT_SHOW))
#define USE (ACT(AUTHORISE) | ACT(OBTAIN) | ACT(DELIVER) | ACT(CONFIRM) | RENEWING | ACT(REISSUE))
/* An issuer's answer is always recorded, an ended contract or user notwithstanding (R-ALL-7). */
#define CHANGING (ACT_ANY & ~(READING | ACT(ISSUER_ANSWER) | ACT(CONTRACT_REGISTER) | ACT(NOTICE_RUN)))
#define CHANGING_USER (USE | ACT(REVOKE) | ACT(USER_CHANGE) | ACT(USER_DELETE))

/* Contract. */

static bool when_contract_closed(const struct situation *s)
{
    return s->contract->closed_at != 0;
}

static bool when_not_applied(const struct situation *s)
{
    return s->contract->applied_at == 0;
}

/* State. */

static bool when_id_taken(const struct situation *s)
{
    return s->id_taken;
}

static bool when_full(const struct situation *s)
{
    return s->contract->users >= s->profile->users;
}

static bool when_applied(const struct situation *s)
{
    return s->contract->applied_at != 0;
}

static bool when_usb_token_applied(const struct situation *s)
{
    return s->contract->usb_token_applied_at != 0;
}

static bool when_deleted(const struct situation *s)
{
    return s->user->deleted_at != 0;
}

static bool when_suspended(const struct situation *s)
{
    return s->contract->suspended || (s->user != NULL && s->user->suspended);
}

static bool when_issuing(const struct situation *s)
{
    return s->user->issuing.act != 0;
}

static bool when_nothing_unconfirmed(const struct situation *s)
{
    return s->standing.unconfirmed == NULL;
}

/* The serial number names neither what waits to be confirmed nor what has been. */
static bool when_names_nothing(const struct situation *s)
{
    const struct certificate *unconfirmed = s->standing.unconfirmed, *current = s->standing.certificate;
    bool waits = unconfirmed != NULL && serial_equal(s->confirmed, &unconfirmed->serial);
    bool done = s->standing.usable && serial_equal(s->confirmed, &current->serial);
    return !waits && !done;
}

static bool when_issuing_what_is_named(const struct situation *s)
{
    return when_issuing(s) && when_names_nothing(s);
}

/* Only a password vouches for the caller, and what was issued waits for its key (R-ALL-5). */
static bool when_unconfirmed(const struct situation *s)
{
    return s->standing.unconfirmed != NULL && !s->standing.authorised;
}

static bool when_unconfirmed_by_password(const struct situation *s)
{
    return s->standing.unconfirmed != NULL && (s->assurance & ASSURED_CERTIFICATE_LOGIN) != ASSURED_CERTIFICATE_LOGIN;
}

static bool when_has_usable(const struct situation *s)
{
    return s->standing.obtaining == OBTAIN_HAS_USABLE;
}

static bool when_stays_revoked(const struct situation *s)
{
    return s->standing.obtaining == OBTAIN_STAYS_REVOKED;
}

static bool when_never_authorised(const struct situation *s)
{
    return s->standing.obtaining == OBTAIN_NEVER_AUTHORISED;
}

static bool when_awaiting(const struct situation *s)
{
    return s->standing.authorised;
}

static bool when_no_certificate(const struct situation *s)
{
    return !certificate_exists(s->standing.certificate);
}

static bool when_certificate_revoked(const struct situation *s)
{
    return certificate_exists(s->standing.certificate) && s->standing.certificate->revoked_at != 0;
}

static bool when_nothing_ever(const struct situation *s)
{
    return !certificate_exists(&s->user->current) && s->user->authorised_at == 0;
}

static bool when_has_certificate(const struct situation *s)
{
    return certificate_exists(&s->user->current);
}

/* They had one, and need nobody to have another (R-OBT-9, R-ALL-9). */
static bool when_obtains_anyway(const struct situation *s)
{
    return when_has_certificate(s) && obtaining_is_open(s->standing.obtaining) && !s->standing.authorised;
}

static bool when_reissue_is_no_act(const struct situation *s)
{
    return when_has_certificate(s) && !s->profile->reissue;
}

/* Something that a revocation would end: a certificate not revoked, also an expired one; an authorisation in time. */
static bool when_revocable(const struct situation *s)
{
    const struct certificate *current = &s->user->current;
    return (certificate_exists(current) && current->revoked_at == 0) || certificate_exists(&s->user->unconfirmed) ||
           s->user->issuing.act != 0 || s->standing.authorised;
}

static bool when_revoked_already(const struct situation *s)
{
    return !when_revocable(s) && certificate_exists(&s->user->current);
}

static bool when_nothing_to_revoke(const struct situation *s)
{
    return !when_revocable(s);
}

/* Window. */

static bool when_lapsed(const struct situation *s)
{
    return s->standing.obtaining == OBTAIN_LAPSED;
}

static bool when_revocation_opens(const struct situation *s)
{
    return s->standing.obtaining == OBTAIN_TOO_LATE && s->profile->expired_obtain_days == DAYS_AFTER_REVOCATION &&
           s->profile->revoked_obtain;
}

static bool when_too_late(const struct situation *s)
{
    return s->standing.obtaining == OBTAIN_TOO_LATE;
}

static bool when_renewal_not_open(const struct situation *s)
{
    return s->now < s->standing.renewal_opens;
}

static bool when_renewal_closed(const struct situation *s)
{
    return s->now > s->standing.renewal_closes;
}

/* Medium and channel. */

static bool when_usb_token_not_offered(const struct situation *s)
{
    return (s->profile->media & 1 << CERTLIFE_MEDIUM_USB_TOKEN) == 0;
}

static bool when_medium_not_offered(const struct situation *s)
{
    return (s->profile->media & 1 << s->medium) == 0;
}

static bool when_medium_not_applied(const struct situation *s)
{
    return s->medium == CERTLIFE_MEDIUM_USB_TOKEN && s->contract->usb_token_applied_at == 0;
}

static bool when_channel_not_named(const struct situation *s)
{
    return !certlife__profile_names_channel(s->profile, s->channel);
}

/* The request itself. */

static bool when_key_kind(const struct situation *s)
{
    return (s->request_faults & REQUEST_KEY_KIND) != 0;
}

static bool when_signature(const struct situation *s)
{
    return (s->request_faults & REQUEST_SIGNATURE) != 0;
}

static bool when_key_weak(const struct situation *s)
{
    return (s->request_faults & REQUEST_KEY_WEAK) != 0;
}

static bool when_key_of_another(const struct situation *s)
{
    return (s->request_faults & REQUEST_KEY_OF_ANOTHER) != 0;
}

static bool when_key_barred(const struct situation *s)
{
    return (s->request_faults & REQUEST_KEY_BARRED) != 0;
}

/* clang-format off */
static const struct refusal_row rows[] = {
    /* row        act                           when                          code                     way                  date */
    {"R-ALL-8",  CHANGING,                      when_contract_closed,         NO(CONTRACT_CLOSED),     WAY(CONTACT_BRANCH), DATED_NOT},
    {"R-USR-9",  CHANGING & ~(ACT(REVOKE)|ACT(USER_DELETE)|ACT(CONTRACT_CLOSE)),
                                                when_suspended,               NO(SUSPENDED),           ADMINISTRATOR,       DATED_NOT},
    {"R-USR-4",  USE,                           when_not_applied,             NO(NOT_APPLIED),         WAY(CONTACT_BRANCH), DATED_NOT},

    {"R-ALL-4",  ACT(USER_ADD)|ACT(CONTRACT_REGISTER), when_id_taken,         NO(ID_TAKEN),            WAY(NONE),           DATED_NOT},
    {"R-USR-2",  ACT(USER_ADD),                 when_full,                    NO(CONTRACT_FULL),       WAY(NONE),           DATED_NOT},
    {"R-USR-4",  ACT(CONTRACT_APPLY),           when_applied,                 NO(ALREADY_APPLIED),     WAY(NONE),           DATED_NOT},
    {"R-OBT-8",  ACT(CONTRACT_APPLY_USB_TOKEN), when_usb_token_applied,       NO(ALREADY_APPLIED),     WAY(NONE),           DATED_NOT},
    {"R-USR-7",  CHANGING_USER,                 when_deleted,                 NO(USER_DELETED),        WAY(NONE),           DATED_NOT},
    {"R-ALL-7",  ISSUE,                         when_issuing,                 NO(ISSUING),             OBTAIN_ELSE,         DATED_NOT},
    {"R-ALL-7",  ACT(REISSUE)|ACT(AUTHORISE),   when_issuing,                 NO(ISSUING),             WAY(REVOKE_FIRST),   DATED_NOT},
    {"R-OBT-6",  ACT(CONFIRM),                  when_issuing_what_is_named,   NO(ISSUING),             WAY(DELIVER),        DATED_NOT},
    {"R-OBT-6",  ACT(DELIVER),                  when_issuing,                 NO(ISSUING),             WAY(DELIVER),        DATED_NOT},
    {"R-OBT-4",  ACT(DELIVER),                  when_nothing_unconfirmed,     NO(NOTHING_TO_DELIVER),  OBTAIN_ELSE,         DATED_NOT},
    {"R-ALL-6",  ACT(CONFIRM),                  when_names_nothing,           NO(NOTHING_TO_CONFIRM),  OBTAIN_ELSE,         DATED_NOT},
    {"R-ALL-5",  ACT(OBTAIN),                   when_unconfirmed,             NO(UNCONFIRMED),         OBTAIN_ELSE,         DATED_NOT},
    {"R-ALL-5",  ACT(OBTAIN),                   when_has_usable,              NO(ALREADY_OBTAINED),    WAY(LOG_IN),         DATED_EXPIRY},
    {"R-OBT-10", ACT(OBTAIN),                   when_stays_revoked,           NO(REVOKED),             ADMINISTRATOR,       DATED_NOT},
    {"R-OBT-1",  ACT(OBTAIN),                   when_never_authorised,        NO(NOT_AUTHORISED),      ADMINISTRATOR,       DATED_NOT},
    {"R-REN-1",  RENEWING,                      when_no_certificate,          NO(NOTHING_TO_RENEW),    OBTAIN_ELSE,         DATED_NOT},
    {"R-RIS-5",  RENEWING,                      when_awaiting,                NO(AWAITING),            WAY(OBTAIN),         DATED_OBTAIN_BY},
    {"R-REV-6",  RENEWING,                      when_certificate_revoked,     NO(REVOKED),             OBTAIN_ELSE,         DATED_NOT},
    {"R-ALL-5",  ACT(RENEW),                    when_unconfirmed_by_password, NO(UNCONFIRMED),         WAY(DELIVER),        DATED_NOT},
    {"R-ALL-10", ACT(REISSUE),                  when_nothing_ever,            NO(NOT_AUTHORISED),      WAY(NONE),           DATED_NOT},
    {"R-ALL-3",  ACT(AUTHORISE),                when_obtains_anyway,          NO(HAS_CERTIFICATE),     OBTAIN_ELSE,         DATED_NOT},
    {"R-ALL-3",  ACT(AUTHORISE),                when_reissue_is_no_act,       NO(REVOKE_FIRST),        WAY(REVOKE_FIRST),   DATED_NOT},
    {"R-ALL-3",  ACT(AUTHORISE),                when_has_certificate,         NO(HAS_CERTIFICATE),     WAY(NONE),           DATED_NOT},
    {"R-REV-6",  ACT(REVOKE),                   when_revoked_already,         NO(ALREADY_REVOKED),     WAY(NONE),           DATED_NOT},
    {"R-ALL-11", ACT(REVOKE),                   when_nothing_to_revoke,       NO(NOTHING_TO_REVOKE),   WAY(NONE),           DATED_NOT},

    {"R-OBT-2",  ACT(OBTAIN),                   when_lapsed,                  NO(OBTAIN_PERIOD_OVER),  ADMINISTRATOR,       DATED_OBTAIN_BY},
    {"R-OBT-9",  ACT(OBTAIN),                   when_revocation_opens,        NO(REVOKE_FIRST),        WAY(REVOKE_FIRST),   DATED_EXPIRY},
    {"R-OBT-9",  ACT(OBTAIN),                   when_too_late,                NO(EXPIRED_TOO_LONG),    ADMINISTRATOR,       DATED_EXPIRY},
    {"R-REN-2",  RENEWING,                      when_renewal_not_open,        NO(RENEWAL_NOT_OPEN),    WAY(WAIT),           DATED_OPENS},
    {"R-REN-2",  RENEWING,                      when_renewal_closed,          NO(RENEWAL_CLOSED),      OBTAIN_ELSE,         DATED_CLOSES},

    {"R-OBT-8",  ACT(CONTRACT_APPLY_USB_TOKEN), when_usb_token_not_offered,   NO(MEDIUM_NOT_OFFERED),  WAY(NONE),           DATED_NOT},
    {"R-OBT-8",  ISSUE,                         when_medium_not_offered,      NO(MEDIUM_NOT_OFFERED),  WAY(NONE),           DATED_NOT},
    {"R-OBT-8",  ISSUE,                         when_medium_not_applied,      NO(MEDIUM_NOT_APPLIED),  WAY(CONTACT_BRANCH), DATED_NOT},
    {"R-OBT-7",  ISSUE,                         when_channel_not_named,       NO(CHANNEL_NOT_ALLOWED), WAY(NONE),           DATED_NOT},

    {"R-OBT-11", ISSUE,                         when_key_kind,                NO(REQUEST_KEY_KIND),    WAY(NONE),           DATED_NOT},
    {"R-OBT-11", ISSUE,                         when_signature,               NO(REQUEST_SIGNATURE),   WAY(NONE),           DATED_NOT},
    {"R-OBT-11", ISSUE,                         when_key_weak,                NO(REQUEST_KEY_WEAK),    WAY(NONE),           DATED_NOT},
    {"R-USR-3",  ISSUE,                         when_key_of_another,          NO(KEY_OF_ANOTHER),      WAY(NONE),           DATED_NOT},
    {"R-ALL-19", ISSUE,                         when_key_barred,              NO(KEY_BARRED),          WAY(NONE),           DATED_NOT},
};
/* clang-format on */

const struct refusal_row *certlife__refusal_rows(size_t *count_out)
{
    *count_out = sizeof rows / sizeof rows[0];
    return rows;
}
