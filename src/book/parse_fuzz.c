/* Policy text as it comes: parsing ends, and what it takes prints to a text that reads and prints the same. */
#include "base/limits.h"
#include "book/book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_BYTES_MAX = 1 << 16 };

struct attempt {
    struct arena arena;
    struct books books;
    struct diags diags;
};

static bool attempt(struct attempt *a, struct str text, enum lang lang)
{
    struct err e = {.lang = lang};
    struct book_file f = {STR("fuzz.md"), text};
    arena_init(&a->arena, MIB(512));
    books_init(&a->books, &a->arena);
    diags_init(&a->diags, &a->arena, lang);
    return book_parse(&a->books, STR("fuzz"), &f, 1, &a->diags, &e) == RC_OK;
}

static void check_ids(const struct books *bs)
{
    if (bs->n != 1) __builtin_trap();
    for (size_t i = 0; i < bs->n_decls; i++)
        if (!bs->decls[i] || bs->decls[i]->kind >= D__MAX || !bs->decls[i]->at.line) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct attempt first, second;
    struct buf text, again;
    if (size == 0 || size > FUZZ_BYTES_MAX) return 0;
    buf_init(&text, MIB(16));
    buf_init(&again, MIB(16));
    if (!attempt(&first, str_make((const char *)data, size), size % 2 ? LANG_EN : LANG_ZH)) __builtin_trap();
    check_ids(&first.books);
    diags_print(&first.diags, &again);
    buf_clear(&again);
    buf_addz(&text, "# h\n```policy\n");
    books_print(&first.books, &text);
    size_t from = sizeof "# h\n```policy\n" - 1;
    size_t n = text.n - from;
    buf_addz(&text, "```\n");
    if (!attempt(&second, buf_str(&text), LANG_EN)) __builtin_trap();
    books_print(&second.books, &again);
    /* A unit whose declaration fails is a unit in its own text, but not in the printed one. */
    bool units = str_find(str_make((const char *)data, size), STR("unit"), 0) != SIZE_MAX;
    bool exact = first.diags.errors == 0 || !units;
    if (exact && !str_eq(buf_str(&again), str_sub(buf_str(&text), from, from + n))) __builtin_trap();
    arena_fini(&second.arena);
    arena_fini(&first.arena);
    buf_fini(&again);
    buf_fini(&text);
    return 0;
}
