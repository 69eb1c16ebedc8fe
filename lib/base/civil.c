/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"

/* Years are counted from March, so that the leap day is the last of its year; an era is 400 years. */
int64_t certlife__civil_to_day(int32_t year, int32_t month, int32_t day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t month_from_march = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct civil certlife__civil_of_day(int64_t day)
{
    int64_t z = day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    struct civil civil = {0};
    civil.day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    civil.month = (int32_t)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    civil.year = (int32_t)(year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0));
    return civil;
}

int64_t certlife__day_of(int64_t moment, int32_t offset)
{
    int64_t local = moment + offset;
    return local >= 0 ? local / SECONDS_PER_DAY : -((-local + SECONDS_PER_DAY - 1) / SECONDS_PER_DAY);
}

int64_t certlife__day_start(int64_t day, int32_t offset)
{
    return day * SECONDS_PER_DAY - offset;
}

int64_t certlife__day_end(int64_t day, int32_t offset)
{
    return certlife__day_start(day + 1, offset) - 1;
}

struct civil certlife__civil_of(int64_t moment, int32_t offset)
{
    int64_t day = certlife__day_of(moment, offset);
    int64_t second = moment - certlife__day_start(day, offset);
    struct civil civil = certlife__civil_of_day(day);
    civil.hour = (int32_t)(second / 3600);
    civil.minute = (int32_t)(second / 60 % 60);
    civil.second = (int32_t)(second % 60);
    return civil;
}

int64_t certlife__civil_moment(struct civil civil, int32_t offset)
{
    return certlife__day_start(certlife__civil_to_day(civil.year, civil.month, civil.day), offset) +
           civil.hour * INT64_C(3600) + civil.minute * INT64_C(60) + civil.second;
}

int64_t certlife__day_plus_years(int64_t day, int32_t years)
{
    struct civil civil = certlife__civil_of_day(day);
    int32_t year = civil.year + years;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    int32_t day_of_month = civil.month == 2 && civil.day == 29 && !leap ? 28 : civil.day;
    return certlife__civil_to_day(year, civil.month, day_of_month);
}
