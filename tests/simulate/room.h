/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that grow. A simulation without memory stops. */
#ifndef CERTLIFE_SIMULATE_ROOM_H
#define CERTLIFE_SIMULATE_ROOM_H

#include <stdio.h>
#include <stdlib.h>

static inline void *room_for(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room == 0 ? 16 : 2 * *room;
    array = realloc(array, *room * size);
    if (array == NULL) {
        fprintf(stderr, "simulate: no memory\n");
        exit(2);
    }
    return array;
}

/* Room for one element more; what is in it is yours to write. */
#define MAKE_ROOM(array, count, room) ((array) = room_for((array), (count), &(room), sizeof *(array)))

#endif
