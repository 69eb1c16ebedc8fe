/* SPDX-License-Identifier: Apache-2.0 */
/* How contracts, users and addresses are called before the library. */
#ifndef CERTLIFE_SIMULATE_IDS_H
#define CERTLIFE_SIMULATE_IDS_H

#include <stdint.h>
#include <stdio.h>

#define ID_TEXT 48

static inline const char *contract_id(int32_t contract, char out[ID_TEXT])
{
    snprintf(out, ID_TEXT, "c%06d", (int)contract);
    return out;
}

static inline const char *user_id(int32_t user, char out[ID_TEXT])
{
    snprintf(out, ID_TEXT, "u%07d", (int)user);
    return out;
}

/* "" for no address. */
static inline const char *address_text(int32_t user, int32_t address, char out[ID_TEXT])
{
    out[0] = '\0';
    if (address != 0)
        snprintf(out, ID_TEXT, "u%07d.%d@example.co.jp", (int)user, (int)address);
    return out;
}

#endif
