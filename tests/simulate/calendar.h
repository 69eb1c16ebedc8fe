/* SPDX-License-Identifier: Apache-2.0 */
/* Civil days of the institution, as the simulation counts them: without the library. */
#ifndef CERTLIFE_SIMULATE_CALENDAR_H
#define CERTLIFE_SIMULATE_CALENDAR_H

#include <stdint.h>

#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)
#define YEAR (365 * DAY)
#define NEVER INT64_MAX

/* Days since 1970-01-01 at an offset (seconds east of UTC); all moments are behind 1970. */
static inline int64_t day_of(int64_t moment, int32_t offset)
{
    return (moment + offset) / DAY;
}

static inline int64_t day_start(int64_t day, int32_t offset)
{
    return day * DAY - offset;
}

/* 0 is Sunday; 1970-01-01 was a Thursday. */
static inline int32_t weekday_of(int64_t day)
{
    return (int32_t)((day + 4) % 7);
}

#define CALENDAR_TEXT 24

/* "2031-03-01 09:00:00" in the institution's time; "never". Returns `out`. */
const char *calendar_text(int64_t moment, int32_t offset, char out[CALENDAR_TEXT]);

#endif
