/* SPDX-License-Identifier: Apache-2.0 */
/* From a number to a number: chains by their names, notices by their keys. */
#ifndef CERTLIFE_SIMULATE_INDEX_H
#define CERTLIFE_SIMULATE_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index {
    uint64_t *names;
    int32_t *values;
    size_t count, room;
};

/* NONE (facts.h) if there is no such name. */
int32_t index_get(const struct index *index, uint64_t name);
void index_put(struct index *index, uint64_t name, int32_t value);
void index_free(struct index *index);

#endif
