/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 118

static void add(struct page *page, const char *text, size_t len)
{
    if (page->room - page->len <= len) {
        page->room = 2 * page->room + len + 1024;
        page->text = realloc(page->text, page->room);
        if (page->text == NULL)
            abort();
    }
    memcpy(page->text + page->len, text, len);
    page->len += len;
    page->text[page->len] = '\0';
}

static char *format_text(const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    return text;
}

void page_add(struct page *page, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    add(page, text, strlen(text));
    free(text);
}

static void wrap_line(struct page *page, const char *line, size_t len)
{
    size_t indent = strspn(line, " "), column = indent;
    add(page, line, indent);
    for (size_t at = indent; at < len;) {
        size_t word = strcspn(line + at, " \n");
        bool first = at == indent;
        if (!first && column + 1 + word > COLUMNS) {
            column = indent + 4;
            page_add(page, "\n%*s", (int)column, "");
        } else if (!first) {
            add(page, " ", 1);
            column++;
        }
        add(page, line + at, word);
        column += word;
        at += word + 1;
    }
    add(page, "\n", 1);
}

void page_wrap(struct page *page, const char *lines)
{
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        wrap_line(page, lines, len);
        lines += len + (lines[len] == '\n' ? 1 : 0);
    }
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct page page = {0};
    char part[4096];
    if (file == NULL)
        return NULL;
    add(&page, "", 0);
    for (size_t len = 0; (len = fread(part, 1, sizeof part, file)) > 0;)
        add(&page, part, len);
    fclose(file);
    return page.text;
}

static void show_first_difference(const char *path, const char *was, const char *is)
{
    int line = 1;
    size_t at = 0, start = 0;
    for (; was[at] == is[at] && was[at] != '\0'; at++) {
        if (is[at] == '\n') {
            line++;
            start = at + 1;
        }
    }
    fprintf(stderr, "%s:%d: differs from what the rules say\n- %.*s\n+ %.*s\n", path, line,
            (int)strcspn(was + start, "\n"), was + start, (int)strcspn(is + start, "\n"), is + start);
    fprintf(stderr, "If the rules are right: CERTLIFE_UPDATE=1 ./dev test --suite matrix\n");
}

static bool write_file(const char *path, const struct page *page)
{
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(page->text, 1, page->len, file) == page->len;
    written = (file == NULL || fclose(file) == 0) && written;
    if (!written)
        perror(path);
    return written;
}

bool page_settle(struct page *page, const char *folder, const char *name, bool update)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *was = read_file(path);
    bool same = was != NULL && strcmp(was, page->text) == 0;
    if (!same && update)
        same = write_file(path, page);
    else if (!same)
        show_first_difference(path, was != NULL ? was : "", page->text);
    free(was);
    free(page->text);
    *page = (struct page){0};
    return same;
}

void groups_add(struct groups *groups, const char *of, const char *said)
{
    size_t i = 0;
    while (i < groups->count && strcmp(groups->group[i].said, said) != 0)
        i++;
    if (i == groups->count) {
        if (i == GROUPS_MAX)
            abort();
        groups->count++;
        groups->group[i].members = 0;
        groups->group[i].of[0] = '\0';
        snprintf(groups->group[i].said, sizeof groups->group[i].said, "%s", said);
    }
    char *list = groups->group[i].of;
    size_t len = strlen(list);
    if (snprintf(list + len, sizeof groups->group[i].of - len, "%s%s", len > 0 ? "; " : "", of) >=
        (int)(sizeof groups->group[i].of - len))
        abort();
    groups->group[i].members++;
    groups->total++;
}

#define MANY 10

static size_t largest(const struct groups *groups)
{
    size_t found = 0;
    for (size_t i = 1; i < groups->count; i++)
        found = groups->group[i].members > groups->group[found].members ? i : found;
    return found;
}

void groups_print(struct page *page, int indent, const struct groups *groups, const char *all, const char *others)
{
    size_t rest = largest(groups);
    bool shortened = others != NULL && groups->count > 1 && groups->group[rest].members > MANY;
    for (size_t i = 0; i < groups->count; i++) {
        bool one = groups->count == 1 && groups->total > 1 && all != NULL;
        if (!shortened || i != rest)
            page_add(page, "%*s%s: %s\n", indent, "", one ? all : groups->group[i].of, groups->group[i].said);
    }
    if (shortened)
        page_add(page, "%*s%s: %s\n", indent, "", others, groups->group[rest].said);
}

bool wants_update(int argc, char **argv)
{
    return (argc > 1 && strcmp(argv[argc - 1], "--update") == 0) || getenv("CERTLIFE_UPDATE") != NULL;
}
