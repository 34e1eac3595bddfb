/* Any text as a book: parsed, resolved, typed, lowered for two places; a program that comes out obeys every invariant.
 */
#include <stdlib.h>
#include "base/limits.h"
#include "rules/texpr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compile_at(struct policy *p, struct arena *a, struct diags *d, int64_t division)
{
    struct place at = {.division = division};
    struct compile_options o = {.place = &at, .as_of = date_make(2026, 9, 30), .features = true};
    struct compiled c;
    struct err e = {.lang = LANG_EN};
    if (rules_compile(p, &o, a, d, &c, &e)) return;
    struct buf why;
    buf_init(&why, KIB(64));
    if (!program_valid(c.program, &why)) abort();
    for (size_t i = 0; i < c.n_outputs; i++) zh_print_conditions(p, c.outputs[i].when, &why);
    buf_fini(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct books bs;
    struct diags d;
    struct policy *p = NULL;
    struct err e = {.lang = LANG_EN};
    struct book_file f = {STR("fuzz.md"), str_make((const char *)data, size)};
    if (size > KIB(64)) return 0;
    arena_init(&a, MIB(256));
    books_init(&bs, &a);
    diags_init(&d, &a, LANG_EN);
    if (!book_parse(&bs, STR("fuzz"), &f, 1, &d, &e) && !d.errors && !policy_new(&p, &bs, &a, &d, &e) && !d.errors) {
        compile_at(p, &a, &d, 0);
        compile_at(p, &a, &d, INT64_C(140928000000));
    }
    policy_free(p);
    arena_fini(&a);
    return 0;
}
