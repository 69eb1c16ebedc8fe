/* SPDX-License-Identifier: Apache-2.0 */
/* A text that is printed from the tables and kept in the repository: compared, or written anew. */
#ifndef CERTLIFE_TESTS_PAGE_H
#define CERTLIFE_TESTS_PAGE_H

#include <stdbool.h>
#include <stddef.h>

struct page {
    char *text;
    size_t len, room;
};

void page_add(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Lines, each broken at spaces before column 120; what is broken off stands four columns further in than its line. */
void page_wrap(struct page *page, const char *lines);

/* Compares the page with the file, or writes the file; frees the page. False, and a message, where they differ. */
bool page_settle(struct page *page, const char *folder, const char *name, bool update);

/* Things of which the same is said, in the order of their first appearance. */
#define GROUPS_MAX 48
struct groups {
    size_t count, total;
    struct {
        char said[200];
        char of[3000];
        size_t members;
    } group[GROUPS_MAX];
};
void groups_add(struct groups *groups, const char *of, const char *said);
/* "a; b: said", a line each. Where one thing is said of all, `all` stands for them; the largest group, if it has more
 * than ten, comes last, as `others`. Both may be NULL. */
void groups_print(struct page *page, int indent, const struct groups *groups, const char *all, const char *others);

/* True where --update is the last argument, or CERTLIFE_UPDATE is set. */
bool wants_update(int argc, char **argv);

#endif
