/* SPDX-License-Identifier: Apache-2.0 */
#include "index.h"

#include <stdlib.h>

#include "facts.h"
#include "prng.h"

static size_t slot_of(const struct index *index, uint64_t name)
{
    size_t at = (size_t)stirred(name) & (index->room - 1);
    while (index->values[at] != NONE && index->names[at] != name)
        at = (at + 1) & (index->room - 1);
    return at;
}

int32_t index_get(const struct index *index, uint64_t name)
{
    return index->room == 0 ? NONE : index->values[slot_of(index, name)];
}

static void resize(struct index *index, size_t room)
{
    struct index old = *index;
    *index = (struct index){.names = calloc(room, sizeof *index->names), .room = room, .count = old.count};
    index->values = malloc(room * sizeof *index->values);
    if (index->names == NULL || index->values == NULL)
        exit(2);
    for (size_t i = 0; i < room; i++)
        index->values[i] = NONE;
    for (size_t i = 0; i < old.room; i++) {
        size_t slot = slot_of(index, old.names[i]);
        if (old.values[i] == NONE)
            continue;
        index->names[slot] = old.names[i];
        index->values[slot] = old.values[i];
    }
    free(old.names);
    free(old.values);
}

void index_put(struct index *index, uint64_t name, int32_t value)
{
    if (2 * ++index->count > index->room)
        resize(index, index->room == 0 ? 64 : 2 * index->room);
    size_t slot = slot_of(index, name);
    index->names[slot] = name;
    index->values[slot] = value;
}

void index_free(struct index *index)
{
    free(index->names);
    free(index->values);
}
