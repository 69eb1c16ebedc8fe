/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <stdlib.h>

#include "room.h"

static bool before(const struct event *a, const struct event *b)
{
    return a->moment != b->moment ? a->moment < b->moment : a->order < b->order;
}

void events_plan(struct events *events, int64_t moment, int32_t kind, int32_t subject, int32_t detail)
{
    struct event event = {moment, events->planned++, kind, subject, detail};
    MAKE_ROOM(events->heap, events->count, events->room);
    size_t at = events->count++;
    for (size_t parent = (at - 1) / 2; at > 0 && before(&event, &events->heap[parent]); parent = (at - 1) / 2) {
        events->heap[at] = events->heap[parent];
        at = parent;
    }
    events->heap[at] = event;
}

bool events_next(struct events *events, struct event *out)
{
    if (events->count == 0)
        return false;
    struct event *heap = events->heap, last = heap[--events->count];
    *out = heap[0];
    size_t at = 0;
    for (size_t child = 1; child < events->count; child = 2 * at + 1) {
        if (child + 1 < events->count && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &last))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return true;
}

void events_free(struct events *events)
{
    free(events->heap);
}
