/* For the tests of this folder: a book in memory. */
#ifndef BOOK_BOOK_TESTING_H
#define BOOK_BOOK_TESTING_H
#include "base/io.h"
#include "base/limits.h"
#include "base/test.h"
#include "book/book.h"

struct bench_book {
    struct arena arena;
    struct books books;
    struct diags diags;
    struct err e;
};

static inline void bench_open(struct bench_book *b, enum lang lang)
{
    arena_init(&b->arena, MIB(256));
    books_init(&b->books, &b->arena);
    diags_init(&b->diags, &b->arena, lang);
    b->e = (struct err){.lang = lang};
}

static inline void bench_close(struct bench_book *b) { arena_fini(&b->arena); }

static inline enum rc bench_parse(struct bench_book *b, const char *file, struct str text)
{
    struct book_file f = {str_from(file), text};
    return book_parse(&b->books, STR("folder"), &f, 1, &b->diags, &b->e);
}
#endif
