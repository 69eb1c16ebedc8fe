/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of a profile that notices depend on, as the model reads them: from the profile's text, by parsers of its own.
 * Which profiles there are in a simulation is drawn here too.
 */
#ifndef CERTLIFE_SIMULATE_SETTINGS_H
#define CERTLIFE_SIMULATE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <certlife.h>

#include "prng.h"

#define THRESHOLDS_MAX 8
#define NO_LIMIT_DAYS (-1)

struct thresholds {
    int32_t count;
    int32_t days[THRESHOLDS_MAX]; /* falling */
};

/* Addressees are bits: 1 << CERTLIFE_ADDRESSEE_. */
#define THE_USER (1u << CERTLIFE_ADDRESSEE_USER)
#define THE_MASTER (1u << CERTLIFE_ADDRESSEE_MASTER)

struct settings {
    int32_t utc_offset;
    struct thresholds email, obtain_by;
    uint32_t email_to, expired_to, issued_to, reissued_to, revoked_to;
    bool digest;
    int32_t hours_from, hours_to; /* seconds of the day; the end is exclusive */
    uint32_t days;                /* bits: 1 << weekday, 0 is Sunday */
    int32_t attempts;
    certlife_language language;
    int32_t screen_days;
    int32_t obtain_by_days; /* or NO_LIMIT_DAYS */
    int32_t renewal_opens_days;
    int32_t renewal_closes; /* seconds of the expiry date, exclusive */
    int32_t validity_years, validity_days;
    int32_t clock_tolerance;
    bool confirmation_password, waits_for_new, same_time, carry_over;
};

/* What the profile says. */
struct settings settings_read(const certlife_profile *profile);

/* Chooses values: those that stay for a whole simulation, and those that an institution may choose anew. */
void settings_found(certlife_profile *profile, struct prng *prng);
void settings_vary(certlife_profile *profile, struct prng *prng);

/* The first moment, from `moment` on, at which anything may be sent. */
int64_t settings_sending(const struct settings *settings, int64_t moment);
/* When the notice `days` before `date` (a moment of it) falls due. */
int64_t settings_due(const struct settings *settings, int64_t date, int32_t days);
int32_t settings_days_until(const struct settings *settings, int64_t now, int64_t date);

#endif
