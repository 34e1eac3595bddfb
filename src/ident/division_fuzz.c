/* The readers of division codes, lists and corrections. The first byte chooses the reader. */
#include "ident/division.h"
#include "ident/division_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) __builtin_trap();
}

static void fuzz_code(struct str s)
{
    int64_t code, again;
    char text[DIVISION_TEXT_MAX];
    if (!division_parse(s, &code)) return;
    require(code > 0 && code <= DIVISION_CODE_MAX);
    require(division_parse(str_from(division_format(code, text)), &again) && again == code);
    require(division_covers(division_parent(code), code) && division_covers(code, code));
    require(division_level(division_parent(code)) < division_level(code));
    int64_t up = code;
    for (int i = 0; i < DIVISION_LEVEL__MAX; i++) up = division_parent(up);
    require(up == 0);
}

static void require_order(const struct division_table *t)
{
    for (size_t i = 1; i < t->n; i++) {
        const struct division_period *a = &t->v[i - 1], *b = &t->v[i];
        require(division_period_cmp(a, b) < 0);
        require(a->code != b->code || a->flag != b->flag || (a->to && a->to < b->from));
    }
}

static void require_whole(const struct divisions *d)
{
    require_order(&d->corrected);
    require_order(&d->flags);
    require_order(&d->aliases);
    date_day on = date_make(2024, 7, 1);
    struct buf b;
    buf_init(&b, 4096);
    struct division_period u, p;
    int64_t before = 0, at = 0;
    for (size_t i = 0; i < 200 && divisions_next(d, 0, &at, &u); i++, before = u.code) {
        require(u.code > before && u.text.n > 0);
        require(divisions_name(d, u.code, 0).n > 0);
        (void)divisions_resolve(d, u.code, on);
        (void)divisions_path(d, u.code, on, &b);
        int64_t cursor = 0;
        while (divisions_next_child(d, u.code, on, &cursor, &p)) require(division_parent(p.code) == u.code);
    }
    buf_fini(&b);
}

static void fuzz_import(struct str s)
{
    static const char list[] = "fangpin-divisions 1\ndate 2023-06-30\nsource test\n\n"
                               "610000000000\tP\n100000000\tC\n1000000\tA\n1000\tT\n1\tV\n998999\tB\n";
    struct divisions d;
    struct arena arena;
    struct diags g;
    arena_init(&arena, MIB(4));
    diags_init(&g, &arena, LANG_EN);
    require(divisions_init_text(&d, str_from(list), NULL) == RC_OK);
    enum rc rc = divisions_import(&d, s, "f", &g, NULL);
    require(rc == RC_OK || (rc == RC_INPUT && g.errors > 0 && d.corrected.n == 0));
    require_whole(&d);
    divisions_fini(&d);
    arena_fini(&arena);
}

static void fuzz_load(struct str s)
{
    struct divisions d;
    if (divisions_init_text(&d, s, NULL)) return;
    require_whole(&d);
    divisions_fini(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return 0;
    struct str s = {(const char *)data + 1, size - 1};
    if (data[0] == 'c') fuzz_code(s);
    else if (data[0] == 't') fuzz_load(s);
    else fuzz_import(s);
    return 0;
}
