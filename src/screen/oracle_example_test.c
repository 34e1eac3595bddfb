/* Every example of the policy books and of tests/ on the reference, the vector VM and SQL: all three give the same
 * values, and the example holds. */
#include <inttypes.h>
#include <stdio.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "screen/oracle.h"
#include "screen/oracle_testing.h"

#define BOOKS_BYTES_MAX MIB(256)
#ifdef MEM_FAULTS
enum { SQL_EVERY = 4 }; /* builds that check every access are slow, and SQLite is not compiled with them */
#else
enum { SQL_EVERY = 1 };
#endif

static bool same_value(const struct reasons *rs, uint8_t rep, const struct value *a, const struct value *b)
{
    if (a->st != b->st || a->v != b->v || !reasons_equal(rs, a->why, rs, b->why)) return false;
    if (rep == REP_FRAC) return frac_cmp(a->n, a->d, b->n, b->d) == 0;
    return rep != REP_SET || a->w == b->w;
}

static enum rc compare(const char *engine, const struct program *p, const struct frame *f, const struct outcol *want,
                       const struct outcol *got, struct err *e)
{
    for (uint32_t i = 0; i < p->n_outputs; i++) {
        for (uint32_t row = 0; row < want[i].n; row++) {
            struct value a = outcol_get(&want[i], row), b = outcol_get(&got[i], row);
            if (same_value(f->reasons, want[i].rep, &a, &b)) continue;
            return err_set(e, RC_ENV, pos_none(), "%s differs from the reference at output %" PRIu32 " row %" PRIu32,
                           "%s 与参考执行在输出 %" PRIu32 " 第 %" PRIu32 " 行不一致", engine, i, row);
        }
    }
    return RC_OK;
}

static void end_all(const struct program *p, struct outcol *outs)
{
    for (size_t i = 0; i < p->n_outputs; i++) outcol_fini(&outs[i]);
}

typedef enum rc (*engine_fn)(const struct program *p, const struct frame *f, const struct ptable *pt,
                             struct outcol *outs, struct err *e);

static enum rc run_and_compare(const char *name, engine_fn run, const struct program *p, const struct frame *f,
                               const struct ptable *pt, const struct outcol *want, struct err *e)
{
    struct outcol *outs = mem_zalloc_array(p->n_outputs + 1, sizeof *outs);
    if (!outs) return err_nomem(e);
    enum rc rc = run(p, f, pt, outs, e);
    if (rc == RC_OK) rc = compare(name, p, f, want, outs, e);
    end_all(p, outs);
    mem_free(outs);
    return rc;
}

static enum rc example_on_two(const struct program *p, const struct frame *f, const struct ptable *pt,
                              struct outcol *outs, struct err *e)
{
    TRY(example_on_ref(p, f, pt, outs, e));
    enum rc rc = run_and_compare("VM", example_on_vm, p, f, pt, outs, e);
    if (rc) end_all(p, outs);
    return rc;
}

/* What the reference says; an error when another engine says something else. */
enum rc example_on_all(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                       struct err *e)
{
    TRY(example_on_two(p, f, pt, outs, e));
    enum rc rc = run_and_compare("SQL", oracle_run, p, f, pt, outs, e);
    if (rc) end_all(p, outs);
    return rc;
}

/* ---------------------------------------------------------------- books */

bool loaded_init(struct loaded *l, const char *const *dirs, size_t n)
{
    struct err e = {.lang = LANG_EN};
    *l = (struct loaded){.policy = NULL};
    arena_init(&l->arena, BOOKS_BYTES_MAX);
    diags_init(&l->diags, &l->arena, LANG_EN);
    books_init(&l->books, &l->arena);
    if (books_load(&l->books, dirs, n, &l->diags, &e) || l->diags.errors) return false;
    return policy_new(&l->policy, &l->books, &l->arena, &l->diags, &e) == RC_OK && l->diags.errors == 0;
}

void loaded_fini(struct loaded *l)
{
    policy_free(l->policy);
    arena_fini(&l->arena);
}

void loaded_print(const struct diags *d)
{
    struct buf text;
    buf_init(&text, MIB(1));
    diags_print(d, &text);
    (void)fprintf(stderr, "%.*s", STR_ARG(buf_str(&text)));
    buf_fini(&text);
}

/* The number of examples run. */
static size_t run_examples(struct test *t, const char *const *dirs, size_t n)
{
    struct loaded l;
    size_t failed = 0, ran = 0;
    bool ok = loaded_init(&l, dirs, n);
    for (size_t i = 0; ok && i < l.books.n_decls; i++) {
        struct err e = {.lang = LANG_EN};
        if (l.books.decls[i]->kind != D_EXAMPLE) continue;
        bool all = ran++ % SQL_EVERY == 0 || t->slow;
        enum rc rc = example_run(l.policy, l.books.decls[i], all ? example_on_all : example_on_two, &l.diags, &failed,
                                 &e);
        if (rc)
            (void)fprintf(stderr, "%s:%" PRIu32 ": %s\n", l.books.decls[i]->at.file, l.books.decls[i]->at.line, e.msg);
        CHECK_I64(t, rc, RC_OK);
    }
    if (l.diags.errors || !ok) loaded_print(&l.diags);
    test_check(t, ok, __FILE__, __LINE__, dirs[0]);
    test_check(t, failed == 0 && l.diags.errors == 0, __FILE__, __LINE__, dirs[0]);
    loaded_fini(&l);
    return ran;
}

/* A book whose errors are told in NAME.err beside it is not to be run. */
static bool is_wrong_book(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        struct str file = str_from(names[i]);
        if (str_starts(file, str_from(name)) && str_eq(str_sub(file, strlen(name), SIZE_MAX), STR(".err"))) return true;
    }
    return false;
}

static size_t run_folder(struct test *t, const char *folder)
{
    struct arena a;
    struct err e;
    const char **names = NULL;
    size_t n = 0, ran = 0;
    arena_init(&a, MIB(4));
    CHECK_I64(t, io_list_dir(&a, folder, &names, &n, &e), RC_OK);
    for (size_t i = 0; i < n; i++) {
        const char *path = io_join(&a, folder, names[i]);
        if (path && io_is_dir(path) && !is_wrong_book(names, n, names[i])) ran += run_examples(t, &path, 1);
    }
    arena_fini(&a);
    return ran;
}

void oracle_example_test(struct test *t);
void oracle_example_test(struct test *t)
{
    static const char *const policy[] = {"policy/core",   "policy/national", "policy/shaanxi",
                                         "policy/shanxi", "policy/hebei",    "policy/example"};
    static const char *const checks[] = {"policy/core", "policy/national", "policy/checks", "policy/example-checks"};
    static const char *const semantics[] = {"tests/semantics"};
    if (TEST(t, "the examples of the policy books agree on all engines")) CHECK(t, run_examples(t, policy, 6) > 0);
    if (TEST(t, "the examples of the data checks agree on all engines")) CHECK(t, run_examples(t, checks, 4) > 0);
    if (TEST(t, "the examples of the language's statements agree on all engines"))
        CHECK(t, run_folder(t, "tests/language") > 0);
    if (TEST(t, "the examples of the semantics agree on all engines")) CHECK(t, run_examples(t, semantics, 1) > 0);
}
