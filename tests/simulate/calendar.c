/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"

#include <stdio.h>
#include <time.h>

const char *calendar_text(int64_t moment, int32_t offset, char out[CALENDAR_TEXT])
{
    struct tm tm;
    time_t local = (time_t)(moment + offset);
    if (moment == NEVER || gmtime_r(&local, &tm) == NULL)
        snprintf(out, CALENDAR_TEXT, "never");
    else
        strftime(out, CALENDAR_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
    return out;
}
