/* SPDX-License-Identifier: Apache-2.0 */
/* Short stories, each act of which may fail and is then done again. */
#ifndef CERTLIFE_TESTS_FAULT_STORIES_H
#define CERTLIFE_TESTS_FAULT_STORIES_H

#include "late_issuer.h"
#include "world.h"

/* A world whose outside issuer, if it has one, is at hand; and what its mail workers have claimed, until the end. */
#define PAGES_MAX 8
struct stage {
    struct world *w;
    struct late_issuer *late;
    certlife_notice_page *pages[PAGES_MAX];
    size_t page_count;
};

#define STEPS_MAX 10

struct step {
    const char *name;
    int (*act)(struct stage *stage);
    int answers; /* CERTLIFE_ALLOWED or CERTLIFE_REFUSED, where nothing fails */
    /* Done instead of `act` when that failed; NULL: the same again. An order that was placed stays placed. */
    int (*again)(struct stage *stage);
};

struct story {
    const char *name;
    const char *profile; /* its name, or its text */
    bool outside;        /* has the late issuer */
    void (*begins)(struct stage *stage);
    struct step steps[STEPS_MAX];
    void (*ends)(struct stage *stage);
};

extern const struct story stories[], notice_stories[];
extern const size_t story_count, notice_story_count;

#endif
