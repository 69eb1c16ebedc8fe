/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/version.h>; the compiler holds it to the header. */

#define CERTLIFE_VERSION_NUMBER ...

const char *certlife_version(void);
int32_t certlife_version_number(void);
const char *certlife_build_info(void);
