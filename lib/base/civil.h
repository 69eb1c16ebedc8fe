/* SPDX-License-Identifier: Apache-2.0 */
/* Civil dates of the proleptic Gregorian calendar, from 1970 to 9999, at a fixed offset from UTC. */
#ifndef CERTLIFE_BASE_CIVIL_H
#define CERTLIFE_BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define SECONDS_PER_DAY INT64_C(86400)
/* 9999-12-31 23:59:59 UTC, the last moment a certificate can hold. */
#define LAST_MOMENT INT64_C(253402300799)

struct civil {
    int32_t year, month, day;     /* 1970…9999, 1…12, 1…31 */
    int32_t hour, minute, second; /* 0…23, 0…59, 0…59 */
};

/* Days since 1970-01-01. */
int64_t certlife__civil_to_day(int32_t year, int32_t month, int32_t day);
struct civil certlife__civil_of_day(int64_t day);

/* The civil date and time of a moment (UTC seconds) at an offset (seconds east of UTC). */
struct civil certlife__civil_of(int64_t moment, int32_t offset);
int64_t certlife__civil_moment(struct civil civil, int32_t offset);

/* The day, as days since 1970-01-01, that a moment falls on; and a day's first and last second. */
int64_t certlife__day_of(int64_t moment, int32_t offset);
int64_t certlife__day_start(int64_t day, int32_t offset);
int64_t certlife__day_end(int64_t day, int32_t offset);

/* The same date `years` later; 29 February gives 28 February where there is none. */
int64_t certlife__day_plus_years(int64_t day, int32_t years);

#endif
