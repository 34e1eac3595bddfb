/* The statements of the policy language (tests/language): each book is read without complaint, its examples hold on
 * the reference and the VM, and every rule reads in Chinese as the file beside the book says. */
#include <inttypes.h>
#include <stdio.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/test.h"
#include "rules/example.h"

#define FOLDER "tests/language"

enum { PLACES_MAX = 16 };

struct opened {
    struct arena arena;
    struct books books;
    struct diags diags;
    struct policy *policy;
};

static bool lang_open(struct opened *l, const char *dir)
{
    struct err e = {.lang = LANG_EN};
    *l = (struct opened){.policy = NULL};
    arena_init(&l->arena, MIB(256));
    diags_init(&l->diags, &l->arena, LANG_EN);
    books_init(&l->books, &l->arena);
    if (books_load(&l->books, &dir, 1, &l->diags, &e) || l->diags.errors) return false;
    return policy_new(&l->policy, &l->books, &l->arena, &l->diags, &e) == RC_OK && l->diags.errors == 0;
}

static void lang_close(struct opened *l)
{
    policy_free(l->policy);
    arena_fini(&l->arena);
}

static bool lang_compile(struct opened *l, int64_t division, bool features, struct compiled *out)
{
    struct err e = {.lang = LANG_EN};
    struct place *at = ARENA_NEW(&l->arena, struct place);
    if (!at) return false;
    at->division = division;
    struct compile_options o = {.place = at, .as_of = date_make(2026, 9, 30), .features = features};
    return rules_compile(l->policy, &o, &l->arena, &l->diags, out, &e) == RC_OK;
}

static void check_quiet(struct test *t, struct opened *l, const char *what)
{
    struct buf text;
    buf_init(&text, MIB(1));
    diags_print(&l->diags, &text);
    test_eq_str(t, buf_str(&text), STR(""), __FILE__, __LINE__, what);
    buf_fini(&text);
}

/* ---------------------------------------------------------------- examples */

static void examples_hold(struct test *t, struct opened *l, const char *dir)
{
    static const example_engine engines[] = {example_on_ref, example_on_vm};
    size_t ran = 0, failed = 0;
    for (size_t i = 0; i < l->books.n_decls; i++) {
        if (l->books.decls[i]->kind != D_EXAMPLE) continue;
        for (size_t k = 0; k < sizeof engines / sizeof *engines; k++, ran++) {
            struct err e = {.lang = LANG_EN};
            CHECK_I64(t, example_run(l->policy, l->books.decls[i], engines[k], &l->diags, &failed, &e), RC_OK);
        }
    }
    test_check(t, ran > 0, __FILE__, __LINE__, dir);
    CHECK_I64(t, failed, 0);
}

/* ---------------------------------------------------------------- sentences */

/* The whole country first, then every place for which a rule of its own is declared. */
static size_t places_of(const struct opened *l, int64_t *places)
{
    size_t n = 1;
    places[0] = 0;
    for (size_t i = 0; i < l->books.n_decls && n < PLACES_MAX; i++) {
        const struct decl *d = l->books.decls[i];
        if ((d->kind != D_RULE && d->kind != D_MEASURE) || !d->reach.has_division) continue;
        size_t k = 0;
        while (k < n && places[k] != d->reach.division) k++;
        if (k == n) places[n++] = d->reach.division;
    }
    return n;
}

static void add_sentences(struct opened *l, const struct compiled *c, int64_t place, struct buf *out)
{
    for (size_t i = 0; i < c->n_outputs; i++) {
        const struct tx_output *o = &c->outputs[i];
        if (o->kind == OUT_FEATURE || (place && o->decl->reach.division != place)) continue;
        buf_add(out, o->name);
        if (place) buf_addf(out, " in %" PRId64, place / INT64_C(10000000000));
        buf_addz(out, ": ");
        zh_print(l->policy, o->when, out);
        buf_addc(out, '\n');
    }
}

static void sentences_read(struct test *t, struct opened *l, const char *golden)
{
    int64_t places[PLACES_MAX];
    size_t n = places_of(l, places);
    struct buf text;
    buf_init(&text, MIB(1));
    for (size_t i = 0; i < n; i++) {
        struct compiled c;
        CHECK(t, lang_compile(l, places[i], false, &c));
        if (c.program) add_sentences(l, &c, places[i], &text);
    }
    test_golden(t, buf_str(&text), golden);
    buf_fini(&text);
}

/* ---------------------------------------------------------------- folders */

static void right_book(struct test *t, const char *dir, const char *golden)
{
    struct opened l;
    if (lang_open(&l, dir)) {
        examples_hold(t, &l, dir);
        sentences_read(t, &l, golden);
    }
    check_quiet(t, &l, dir);
    lang_close(&l);
}

static void wrong_book(struct test *t, const char *dir, const char *golden)
{
    struct opened l;
    struct buf text;
    buf_init(&text, MIB(1));
    CHECK(t, !lang_open(&l, dir));
    diags_print(&l.diags, &text);
    test_golden(t, buf_str(&text), golden);
    buf_fini(&text);
    lang_close(&l);
}

static bool has_file(const char *const *names, size_t n, const char *dir, const char *ending)
{
    for (size_t i = 0; i < n; i++) {
        struct str file = str_from(names[i]), rest = str_sub(file, strlen(dir), file.n);
        if (str_starts(file, str_from(dir)) && str_eq(rest, str_from(ending))) return true;
    }
    return false;
}

static const char *beside(struct arena *a, const char *path, const char *ending)
{
    struct buf b;
    buf_init(&b, KIB(4));
    buf_addf(&b, "%s%s", path, ending);
    struct str s = str_dup(a, buf_str(&b));
    buf_fini(&b);
    return s.p;
}

/* Ends of file names are told by the folder's: 04-oop-by-type, 04-oop-by-type.zh. */
static size_t all_folders(struct test *t, bool wrong)
{
    struct arena a;
    struct err e = {.lang = LANG_EN};
    const char **names = NULL;
    size_t n = 0, seen = 0;
    arena_init(&a, MIB(4));
    CHECK_I64(t, io_list_dir(&a, FOLDER, &names, &n, &e), RC_OK);
    for (size_t i = 0; i < n; i++) {
        const char *dir = io_join(&a, FOLDER, names[i]);
        if (!dir || !io_is_dir(dir) || has_file(names, n, names[i], ".err") != wrong) continue;
        const char *golden = beside(&a, dir, wrong ? ".err" : ".zh");
        if (!golden) continue;
        if (wrong) wrong_book(t, dir, golden);
        else right_book(t, dir, golden);
        seen++;
    }
    arena_fini(&a);
    return seen;
}

/* ---------------------------------------------------------------- programs */

static void program_of(struct test *t, const char *name)
{
    struct opened l;
    struct compiled c = {0};
    struct buf path, text;
    buf_init(&path, KIB(1));
    buf_init(&text, MIB(1));
    buf_addf(&path, FOLDER "/%s", name);
    CHECK(t, lang_open(&l, buf_z(&path)) && lang_compile(&l, 0, false, &c));
    check_quiet(t, &l, name);
    if (c.program) program_print(c.program, &text);
    buf_clear(&path);
    buf_addf(&path, "tests/golden/ir/%s.txt", name);
    test_golden(t, buf_str(&text), buf_z(&path));
    buf_fini(&path);
    buf_fini(&text);
    lang_close(&l);
}

void language_test(struct test *t);
void language_test(struct test *t)
{
    static const char *const programs[] = {"01-below-line",  "04-oop-by-type",   "07-school-gap",
                                           "12-income-fall", "26-risk-unhelped", "31-dibao"};
    if (TEST(t, "language: statements are read, hold in their examples and say so in Chinese"))
        CHECK(t, all_folders(t, false) >= 34);
    if (TEST(t, "language: wrong books are refused with these words")) CHECK(t, all_folders(t, true) > 0);
    if (TEST(t, "language: programs of statements"))
        for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) program_of(t, programs[i]);
}
