/* SPDX-License-Identifier: Apache-2.0 */
/* What is compiled in. The one file of this floor that sees other libraries' headers: their version numbers only. */
#include <certlife/version.h>

#include <lmdb.h>
#include <mbedtls/version.h>

const char *certlife_version(void)
{
    return CERTLIFE_VERSION;
}

int32_t certlife_version_number(void)
{
    return CERTLIFE_VERSION_NUMBER;
}

const char *certlife_build_info(void)
{
    return "libcertlife " CERTLIFE_VERSION "; stores: memory, " MDB_VERSION_STRING
           "; crypto: " MBEDTLS_VERSION_STRING_FULL "; issuers: local";
}
