/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <errno.h>
#include <stddef.h>

static struct faults *watched;
static long held;

void memory_watch(struct faults *faults)
{
    watched = faults;
    held = 0;
}

long memory_held(void)
{
    return held;
}

static bool refuses(void)
{
    if (watched == NULL || !faults_hit(watched, PART_MEMORY))
        return false;
    errno = ENOMEM;
    return true;
}

static void *taken(void *block)
{
    held += watched != NULL && watched->armed && block != NULL;
    return block;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *block);

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuses() ? NULL : taken(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (refuses())
        return NULL;
    void *moved = __real_realloc(block, size);
    return block == NULL ? taken(moved) : moved;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return refuses() ? NULL : taken(__real_aligned_alloc(alignment, size));
}

char *__wrap_strdup(const char *text)
{
    return refuses() ? NULL : taken(__real_strdup(text));
}

void __wrap_free(void *block)
{
    held -= watched != NULL && watched->armed && block != NULL;
    __real_free(block);
}
