/* SPDX-License-Identifier: Apache-2.0 */
/* A store with a full ledger of notices, and the raw copy of its file: for `bench notices`. */
#ifndef CERTLIFE_BENCH_SITE_H
#define CERTLIFE_BENCH_SITE_H

#include "bank.h"

struct site {
    long certificates;
    int64_t now;
    char folder[64], raw_folder[80];
    certlife_store *store;
    certlife_institution *institution;
    MDB_env *raw;
    MDB_dbi raw_dbi;
};

/* `site` must stay where it is: the institution's clock looks at it. */
void open_site(struct site *site, long certificates);
void close_site(struct site *site);
/* Stops unless the raw file holds what the library's holds. Maps every page of both by the way. */
void compare_site(struct site *site);

#endif
