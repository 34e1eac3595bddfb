/* From a random example on which the engines differ to one that can be kept as a test. */
#include "base/io.h"
#include "base/limits.h"
#include "screen/example_shrink.h"
#include "screen/oracle_testing.h"

bool found_book(struct test *t, const char *folder, struct str text)
{
    struct err e = {.lang = LANG_EN};
    struct arena a;
    struct buf world;
    arena_init(&a, MIB(1));
    buf_init(&world, MIB(1));
    bool ok = io_make_dir(folder, &e) == RC_OK && io_read_file("tests/semantics/0-world.md", &world, &e) == RC_OK &&
              io_write_file(io_join(&a, folder, "0-world.md"), buf_str(&world), 0600, &e) == RC_OK &&
              io_write_file(io_join(&a, folder, "1-random.md"), text, 0600, &e) == RC_OK;
    CHECK_STR(t, str_from(ok ? "" : e.msg), STR(""));
    buf_fini(&world);
    arena_fini(&a);
    return ok;
}

/* The one example of a text on an engine. */
struct trial {
    struct test *t;
    char folder[300];
    example_engine engine;
    size_t failed; /* expectations that do not hold */
};

static enum rc run_text(struct trial *x, struct str text)
{
    const char *folder = x->folder;
    struct loaded l;
    struct err e = {.lang = LANG_EN};
    enum rc rc = RC_INPUT;
    if (!found_book(x->t, folder, text)) return RC_INPUT;
    bool ok = loaded_init(&l, &folder, 1);
    for (size_t i = 0; ok && i < l.books.n_decls; i++)
        if (l.books.decls[i]->kind == D_EXAMPLE)
            rc = example_run(l.policy, l.books.decls[i], x->engine, &l.diags, &x->failed, &e);
    loaded_fini(&l);
    return rc;
}

static bool differs(void *ctx, struct str text) { return run_text(ctx, text) == RC_ENV; }

static bool expects(struct str line) { return str_starts(line, STR("  expect ")); }

/* The text with this line for its expectations. */
static void put_alone(struct buf *out, struct str text, struct str only)
{
    struct str line;
    bool put = false;
    buf_clear(out);
    while (str_cut(&text, '\n', &line)) {
        if (!expects(line)) buf_addf(out, "%.*s\n", STR_ARG(line));
        else if (!put) buf_addf(out, "%.*s\n", STR_ARG(only));
        put = put || expects(line);
    }
}

/* The line as the reference has it: true, false or unknown. */
static void put_settled(struct trial *x, struct str text, struct str line, struct buf *out)
{
    static const char *const forms[] = {"", "not (", "unknown ("};
    struct buf one, alone;
    buf_init(&one, KIB(64));
    buf_init(&alone, MIB(1));
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        buf_clear(&one);
        buf_addf(&one, "  expect %s%.*s%s", forms[k], STR_ARG(str_sub(line, strlen("  expect "), line.n)),
                 k ? ")" : "");
        put_alone(&alone, text, buf_str(&one));
        x->failed = 0;
        if (run_text(x, buf_str(&alone)) == RC_OK && !x->failed) break;
    }
    buf_add(out, buf_str(&one));
    buf_addc(out, '\n');
    buf_fini(&one);
    buf_fini(&alone);
}

void example_found(struct test *t, example_engine engine, struct buf *text)
{
    struct trial x = {.t = t, .engine = engine};
    struct buf done;
    struct str line;
    (void)snprintf(x.folder, sizeof x.folder, "%s/found", t->tmp_dir);
    (void)example_shrink(text, differs, &x);
    buf_init(&done, MIB(1));
    x.engine = example_on_ref;
    for (struct str rest = buf_str(text); str_cut(&rest, '\n', &line);) {
        if (expects(line)) put_settled(&x, buf_str(text), line, &done);
        else buf_addf(&done, "%.*s\n", STR_ARG(line));
    }
    buf_clear(text);
    buf_add(text, buf_str(&done));
    buf_fini(&done);
}

/* ---------------------------------------------------------------- tests */

/* An engine that cannot add up. */
static enum rc no_sums(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                       struct err *e)
{
    TRY(example_on_ref(p, f, pt, outs, e));
    for (size_t i = 0; i < p->n_ops; i++) {
        if (p->ops[i].code != IR_AGG || p->ops[i].agg != AGG_SUM) continue;
        for (size_t k = 0; k < p->n_outputs; k++) outcol_fini(&outs[k]);
        return err_set(e, RC_ENV, pos_none(), "differs", "不同");
    }
    return RC_OK;
}

static const char FOUND[] = "```policy\nexample \"7\" {\n"
                            "  household { division = 130725000000 hmoney = 9\n"
                            "    member { relation = 户主 money = 5 ev { on_day = 2026-05-01 amount = 3 delta = 4 } }\n"
                            "    member { born = 1960-05-01 } }\n"
                            "  as of 2026-09-30  not delivered snap 2026-09\n"
                            "  expect count(members) > 1 person\n"
                            "  expect (any(members where money > 3 yuan)) and (5 yuan < sum(amount for members.ev "
                            "where on_day within 12 months))\n"
                            "}\n```\n";

static void test_found(struct test *t)
{
    struct trial ref = {.t = t, .engine = example_on_ref};
    struct buf text;
    buf_init(&text, KIB(64));
    buf_addz(&text, FOUND);
    example_found(t, no_sums, &text);
    CHECK(t, str_find(buf_str(&text),
                      STR("expect not (5 yuan < sum(amount for members.ev where on_day within 12 months))"),
                      0) != SIZE_MAX);
    CHECK(t, str_find(buf_str(&text), STR("member"), 0) > str_find(buf_str(&text), STR("expect"), 0));
    (void)snprintf(ref.folder, sizeof ref.folder, "%s/kept", t->tmp_dir);
    CHECK_I64(t, run_text(&ref, buf_str(&text)), RC_OK);
    CHECK_I64(t, ref.failed, 0);
    if (t->case_failed) printf("%s\n", buf_z(&text));
    buf_fini(&text);
}

void example_found_test(struct test *t);
void example_found_test(struct test *t)
{
    if (TEST(t, "an example on which engines differ becomes one to keep")) test_found(t);
}
