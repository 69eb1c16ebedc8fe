/* SPDX-License-Identifier: Apache-2.0 */
/* What an institution can choose (section 9): a struct of values, and the table that names them. */
#ifndef CERTLIFE_RULES_PROFILE_H
#define CERTLIFE_RULES_PROFILE_H

#include <stdbool.h>

#include <certlife/notice.h>
#include <certlife/profile.h>

#define PROFILE_NAME_MAX 32
#define PROFILE_CHANNELS_MAX 200
#define PROFILE_EMAILS_MAX 8

/* Days that are not a number of days. */
enum { DAYS_NO_LIMIT = -1, DAYS_AFTER_REVOCATION = -2 };

enum { LAST_MOMENT_END_OF_DAY = 1, LAST_MOMENT_SAME_TIME = 2 };
enum { RENEWAL_NEEDS_PASSWORD = 1, RENEWAL_NEEDS_CERTIFICATE_LOGIN = 2 };
enum { OLD_AT_REISSUE_STOPS = 1, OLD_AT_REISSUE_UNTIL_OBTAINED = 2 };
enum { OLD_UNTIL_CONFIRMED = 1 };

struct days_list {
    int32_t count;
    int32_t days[PROFILE_EMAILS_MAX];
};

/* Seconds after midnight, `until` exclusive. */
struct hours {
    int32_t from, until;
};

struct validity {
    int32_t years, days;
};

struct certlife_profile {
    char name[PROFILE_NAME_MAX];
    struct validity validity;
    int32_t last_moment;
    int32_t obtain_by_days; /* or DAYS_NO_LIMIT */
    int32_t renewal_opens_days;
    int32_t renewal_closes; /* seconds after midnight of the expiry date, exclusive; 86400 is its end */
    bool carry_over;
    int32_t renewal_needs;
    int32_t old_after_renewal;
    struct days_list email_days;
    int32_t email_to; /* bits: 1 << CERTLIFE_ADDRESSEE_; the same for those below */
    bool digest;
    struct days_list obtain_by_notice_days;
    int32_t expired_notice, issued_notice, reissued_notice, revoked_notice;
    struct hours sending_hours;
    int32_t sending_days; /* bits: 1 << the day of the week, 0 for Sunday */
    int32_t notice_attempts;
    certlife_language notice_language;
    int32_t screen_days;
    int32_t expired_obtain_days; /* or DAYS_NO_LIMIT, DAYS_AFTER_REVOCATION */
    bool reissue;
    bool revoked_obtain;
    int32_t old_at_reissue;
    bool master_revokes_own;
    bool confirmation_password;
    int32_t media;                       /* bits: 1 << CERTLIFE_MEDIUM_ */
    char channels[PROFILE_CHANNELS_MAX]; /* "any", or names parted by ", " */
    int32_t users;                       /* the master user included */
    bool delegates;
    int32_t utc_offset; /* seconds east of UTC */
    int32_t clock_tolerance;
    int32_t idempotency_days;
};

/* The built-in profiles; NULL behind the last. */
const struct certlife_profile *certlife__profile_at(size_t index);

const char *certlife__profile_value_name(size_t index);
/* The index of a value's name, or -1. */
int certlife__profile_value_index(const char *name);
const char *certlife__profile_value_allowed(size_t index);
bool certlife__profile_value_set(struct certlife_profile *profile, size_t index, const char *text);
void certlife__profile_value_print(const struct certlife_profile *profile, size_t index, char *out, size_t room);

/* NULL stands for whichever the profile names. */
bool certlife__profile_names_channel(const struct certlife_profile *profile, const char *channel);

#endif
