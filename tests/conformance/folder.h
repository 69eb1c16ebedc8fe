/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of a test's own, and its end. */
#ifndef CERTLIFE_TESTS_FOLDER_H
#define CERTLIFE_TESTS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes a new folder and writes its path; false if it cannot be made. */
bool folder_make(char *path, size_t room);
void folder_remove(const char *path);
/* folder/name */
void folder_path(char *out, size_t room, const char *folder, const char *name);

#endif
