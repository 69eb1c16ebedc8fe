/* SPDX-License-Identifier: Apache-2.0 */
/* docs/notices.md: what falls due for one user, when, and to whom, in each built-in profile. */
#ifndef CERTLIFE_TESTS_CALENDAR_H
#define CERTLIFE_TESTS_CALENDAR_H

#include "page.h"

void print_calendars(struct page *page);

#endif
