/* SPDX-License-Identifier: Apache-2.0 */
/* Civil dates against a plain count of days and against the C library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/civil.h"

#define JAPAN (9 * 3600)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t days_in(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static void every_day_from_1970_to_9999(void **state)
{
    int64_t count = 0;
    (void)state;
    for (int32_t year = 1970; year <= 9999; year++) {
        for (int32_t month = 1; month <= 12; month++) {
            for (int32_t day = 1; day <= days_in(year, month); day++, count++) {
                struct civil civil = certlife__civil_of_day(count);
                if (certlife__civil_to_day(year, month, day) != count || civil.year != year || civil.month != month ||
                    civil.day != day)
                    fail_msg("%04d-%02d-%02d is not day %lld", (int)year, (int)month, (int)day, (long long)count);
            }
        }
    }
    assert_int_equal(count * SECONDS_PER_DAY - 1, LAST_MOMENT);
}

static void the_c_library_agrees(void **state)
{
    (void)state;
    for (int64_t moment = 0; moment <= LAST_MOMENT; moment += 9999991) {
        struct tm tm;
        time_t seconds = (time_t)moment;
        struct civil civil = certlife__civil_of(moment, 0);
        assert_non_null(gmtime_r(&seconds, &tm));
        if (civil.year != tm.tm_year + 1900 || civil.month != tm.tm_mon + 1 || civil.day != tm.tm_mday ||
            civil.hour != tm.tm_hour || civil.minute != tm.tm_min || civil.second != tm.tm_sec)
            fail_msg("moment %lld differs", (long long)moment);
        assert_int_equal(certlife__civil_moment(civil, 0), timegm(&tm));
    }
}

static const struct {
    const char *what;
    int64_t moment;
    int32_t offset;
    struct civil civil;
} moments[] = {
    {"the first second", 0, 0, {1970, 1, 1, 0, 0, 0}},
    {"midnight in Japan is 15:00 UTC", 1806591600, JAPAN, {2027, 4, 2, 0, 0, 0}},
    {"the second before it", 1806591599, JAPAN, {2027, 4, 1, 23, 59, 59}},
    {"the same moment in UTC", 1806591599, 0, {2027, 4, 1, 14, 59, 59}},
    {"and furthest west", 1806591599, -12 * 3600, {2027, 4, 1, 2, 59, 59}},
    {"before 1970 in the west", 0, -1, {1969, 12, 31, 23, 59, 59}},
    {"a day earlier still", -86400, 0, {1969, 12, 31, 0, 0, 0}},
    {"after 2038", INT64_C(2147483648), 0, {2038, 1, 19, 3, 14, 8}},
    {"after 2049", INT64_C(2524608000), 0, {2050, 1, 1, 0, 0, 0}},
    {"after 2106", INT64_C(4294967296), 0, {2106, 2, 7, 6, 28, 16}},
    {"the last moment", LAST_MOMENT, 0, {9999, 12, 31, 23, 59, 59}},
    {"a leap day", 951782400, 0, {2000, 2, 29, 0, 0, 0}},
};

static void moments_and_offsets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct civil is = certlife__civil_of(moments[i].moment, moments[i].offset), wanted = moments[i].civil;
        if (is.year != wanted.year || is.month != wanted.month || is.day != wanted.day || is.hour != wanted.hour ||
            is.minute != wanted.minute || is.second != wanted.second)
            fail_msg("%s: %04d-%02d-%02d %02d:%02d:%02d", moments[i].what, (int)is.year, (int)is.month, (int)is.day,
                     (int)is.hour, (int)is.minute, (int)is.second);
        assert_int_equal(certlife__civil_moment(wanted, moments[i].offset), moments[i].moment);
    }
}

static void a_day_begins_and_ends(void **state)
{
    static const int32_t offsets[] = {0, JAPAN, -12 * 3600, 14 * 3600, 20700};
    (void)state;
    for (size_t i = 0; i < COUNT(offsets); i++) {
        for (int64_t day = -2; day < 20000; day += 7) {
            int64_t start = certlife__day_start(day, offsets[i]), end = certlife__day_end(day, offsets[i]);
            assert_int_equal(end - start, SECONDS_PER_DAY - 1);
            assert_int_equal(certlife__day_of(start - 1, offsets[i]), day - 1);
            assert_int_equal(certlife__day_of(start, offsets[i]), day);
            assert_int_equal(certlife__day_of(end, offsets[i]), day);
            assert_int_equal(certlife__day_of(end + 1, offsets[i]), day + 1);
        }
    }
}

static const struct {
    int32_t from[3];
    int32_t years;
    int32_t to[3];
} later[] = {
    {{2026, 4, 1}, 1, {2027, 4, 1}},   {{2027, 2, 28}, 1, {2028, 2, 28}},   {{2028, 2, 29}, 1, {2029, 2, 28}},
    {{2028, 2, 29}, 4, {2032, 2, 29}}, {{2096, 2, 29}, 4, {2100, 2, 28}},   {{1996, 2, 29}, 4, {2000, 2, 29}},
    {{2028, 3, 1}, 1, {2029, 3, 1}},   {{2027, 12, 31}, 1, {2028, 12, 31}}, {{2028, 2, 29}, 0, {2028, 2, 29}},
    {{2048, 2, 29}, 2, {2050, 2, 28}},
};

static void test_r_tim_2_the_same_date_a_year_later(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(later); i++) {
        const int32_t *from = later[i].from, *to = later[i].to;
        assert_int_equal(certlife__day_plus_years(certlife__civil_to_day(from[0], from[1], from[2]), later[i].years),
                         certlife__civil_to_day(to[0], to[1], to[2]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_from_1970_to_9999),
        cmocka_unit_test(the_c_library_agrees),
        cmocka_unit_test(moments_and_offsets),
        cmocka_unit_test(a_day_begins_and_ends),
        cmocka_unit_test(test_r_tim_2_the_same_date_a_year_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
