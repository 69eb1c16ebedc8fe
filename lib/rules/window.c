/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/window.h"

#include "base/civil.h"
#include "base/records.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t expiry_day(const struct certlife_profile *profile, int64_t not_after)
{
    return certlife__day_of(not_after, profile->utc_offset);
}

int64_t certlife__window_not_after(const struct certlife_profile *profile, int64_t now, int64_t old_not_after)
{
    int64_t today = certlife__day_of(now, profile->utc_offset);
    int64_t day = certlife__day_plus_years(today, profile->validity.years) + profile->validity.days;
    int64_t days_left = old_not_after > now ? expiry_day(profile, old_not_after) - today : 0;
    if (profile->carry_over)
        day += days_left;
    int64_t last = certlife__day_end(day, profile->utc_offset);
    if (profile->last_moment == LAST_MOMENT_SAME_TIME)
        last =
            certlife__day_start(day, profile->utc_offset) + (now - certlife__day_start(today, profile->utc_offset)) - 1;
    return least(last, LAST_MOMENT);
}

int64_t certlife__window_obtain_by(const struct certlife_profile *profile, int64_t now)
{
    if (profile->obtain_by_days == DAYS_NO_LIMIT)
        return NO_LIMIT;
    int64_t today = certlife__day_of(now, profile->utc_offset);
    return certlife__day_end(today + profile->obtain_by_days, profile->utc_offset);
}

int64_t certlife__window_renewal_opens(const struct certlife_profile *profile, int64_t not_after)
{
    return certlife__day_start(expiry_day(profile, not_after) - profile->renewal_opens_days, profile->utc_offset);
}

int64_t certlife__window_renewal_closes(const struct certlife_profile *profile, int64_t not_after)
{
    int64_t closes =
        certlife__day_start(expiry_day(profile, not_after), profile->utc_offset) + profile->renewal_closes - 1;
    return least(closes, not_after);
}

int64_t certlife__window_expired_obtain(const struct certlife_profile *profile, int64_t not_after)
{
    if (profile->expired_obtain_days == DAYS_NO_LIMIT)
        return NO_LIMIT;
    if (profile->expired_obtain_days == DAYS_AFTER_REVOCATION || profile->expired_obtain_days == 0)
        return 0;
    return certlife__day_end(expiry_day(profile, not_after) + profile->expired_obtain_days, profile->utc_offset);
}

int64_t certlife__window_notice_opens(const struct certlife_profile *profile, int64_t not_after)
{
    return certlife__day_start(expiry_day(profile, not_after) - profile->screen_days, profile->utc_offset);
}

int32_t certlife__window_days_left(const struct certlife_profile *profile, int64_t now, int64_t not_after)
{
    return (int32_t)(expiry_day(profile, not_after) - certlife__day_of(now, profile->utc_offset));
}
