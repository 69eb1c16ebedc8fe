/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/sys/clock.h – what time it is
 *
 *     static int at_noon(void *payload, int64_t *now_out)
 *     {
 *         (void)payload;
 *         *now_out = 1764558000;
 *         return 0;
 *     }
 *     ...
 *     options.clock.now = at_noon;
 *
 * The library reads its clock once in each call (R-TIM-3).
 */
#ifndef CERTLIFE_SYS_CLOCK_H
#define CERTLIFE_SYS_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct certlife_clock {
    /* Sets *now_out to the seconds since 1970-01-01 00:00:00 UTC and returns 0, or returns CERTLIFE_E_HOST. Any thread.
     * NULL is the system's real-time clock. */
    int (*now)(void *payload, int64_t *now_out);
    void *payload;
} certlife_clock;

#ifdef __cplusplus
}
#endif

#endif
