/* SPDX-License-Identifier: Apache-2.0 */
/* What will happen, the earliest first; of the same second, what was planned first. */
#ifndef CERTLIFE_SIMULATE_EVENTS_H
#define CERTLIFE_SIMULATE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
    int64_t moment;
    uint64_t order;
    int32_t kind;    /* enum happening (simulation.h) */
    int32_t subject; /* a user, contract or worker */
    int32_t detail;
};

struct events {
    struct event *heap;
    size_t count, room;
    uint64_t planned;
};

void events_plan(struct events *events, int64_t moment, int32_t kind, int32_t subject, int32_t detail);
/* False if nothing will happen any more. */
bool events_next(struct events *events, struct event *out);
void events_free(struct events *events);

#endif
