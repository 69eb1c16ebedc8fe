/* SPDX-License-Identifier: Apache-2.0 */
/* A store that says it has committed, and has not, as long as `*lies`. It closes the store that it wraps. */
#ifndef CERTLIFE_SIMULATE_FAULTY_STORE_H
#define CERTLIFE_SIMULATE_FAULTY_STORE_H

#include <stdbool.h>

#include <certlife.h>

certlife_store *faulty_store(certlife_store *inner, const bool *lies);

#endif
