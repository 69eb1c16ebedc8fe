/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* nftw */
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"

bool folder_make(char *path, size_t room)
{
    const char *parent = getenv("TMPDIR");
    folder_path(path, room, parent != NULL ? parent : P_tmpdir, "certlife-store-XXXXXX");
    return mkdtemp(path) != NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

void folder_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void folder_path(char *out, size_t room, const char *folder, const char *name)
{
    snprintf(out, room, "%s/%s", folder, name);
}
