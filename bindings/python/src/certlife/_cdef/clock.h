/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/sys/clock.h>; the compiler holds it to the header. */

typedef struct certlife_clock {
    int (*now)(void *payload, int64_t *now_out);
    void *payload;
    ...;
} certlife_clock;
