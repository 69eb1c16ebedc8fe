/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library costs, as ratios to the raw cost of its parts in the same run.
 *
 *     bench login [CERTIFICATES]
 *     bench obtain [CERTIFICATES]
 *     bench notices [CERTIFICATES]
 *
 * The store holds CERTIFICATES (1,000,000; of notices 10,000,000) users with one certificate each, in contracts of 100.
 * Ours and the raw limit take turns, batch by batch, so that a machine whose speed drifts does not favour one of them.
 * What is raw, the head of each one's file says: login.c, obtain.c, notices.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bank.h"

static const struct {
    const char *name;
    void (*run)(long certificates);
    long certificates;
    long least;
} benches[] = {
    {"login", bench_login, 1000000, COMPANY_USERS},
    {"obtain", bench_obtain, 1000000, COMPANY_USERS},
    {"notices", bench_notices, 10000000, 100000},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc >= 2 && i < sizeof benches / sizeof benches[0]; i++) {
        if (strcmp(argv[1], benches[i].name) != 0)
            continue;
        long certificates = argc >= 3 ? atol(argv[2]) : benches[i].certificates;
        if (certificates < benches[i].least) {
            fprintf(stderr, "bench: CERTIFICATES is less than %ld\n", benches[i].least);
            return 2;
        }
        benches[i].run(certificates);
        return 0;
    }
    fprintf(stderr, "bench login|obtain|notices [CERTIFICATES]\n");
    return 2;
}
