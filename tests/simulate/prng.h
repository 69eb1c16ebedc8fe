/* SPDX-License-Identifier: Apache-2.0 */
/* Chance, the same on every machine: splitmix64. Whatever a seed does follows from it alone. */
#ifndef CERTLIFE_SIMULATE_PRNG_H
#define CERTLIFE_SIMULATE_PRNG_H

#include <stdbool.h>
#include <stdint.h>

struct prng {
    uint64_t state;
};

static inline uint64_t stirred(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static inline uint64_t prng_next(struct prng *prng)
{
    prng->state += UINT64_C(0x9e3779b97f4a7c15);
    return stirred(prng->state);
}

/* From `least` to `most`, both included. */
static inline int64_t prng_between(struct prng *prng, int64_t least, int64_t most)
{
    return most <= least ? least : least + (int64_t)(prng_next(prng) % (uint64_t)(most - least + 1));
}

/* True `per_mille` times of 1,000. */
static inline bool prng_chance(struct prng *prng, int32_t per_mille)
{
    return prng_between(prng, 1, 1000) <= per_mille;
}

/* One of an array of texts. */
#define PRNG_PICK(prng, array) ((array)[prng_between((prng), 0, (int64_t)(sizeof(array) / sizeof((array)[0])) - 1)])

/* Times between things that happen on average every `mean` seconds: never nothing, now and then very long. */
static inline int64_t prng_wait(struct prng *prng, int64_t mean)
{
    int64_t wait = 1 + prng_between(prng, 0, mean);
    while (prng_chance(prng, 500) && wait < 20 * mean)
        wait += prng_between(prng, 0, mean);
    return wait;
}

#endif
