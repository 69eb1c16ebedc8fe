/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocations that fail at the n-th, and a count of what is still held. Link with memory_args (meson.build); only calls of
 * the statically linked library and of the test are seen, not those inside other shared libraries.
 */
#ifndef CERTLIFE_TESTS_FAULT_MEMORY_H
#define CERTLIFE_TESTS_FAULT_MEMORY_H

#include "failing.h"

/* From now on `faults` decides, where it is for PART_MEMORY; NULL: nothing fails. Counting begins at 0. */
void memory_watch(struct faults *faults);
/* Blocks taken and not given back, less blocks given back that were taken before, since then; only while armed. */
long memory_held(void);

#endif
