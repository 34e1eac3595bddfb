/* The parser: golden error texts in both languages, the corpus, positions, limits, failing allocations. */
#include "base/mem.h"
#include "book/book_testing.h"
#include "book/lex.h"
#include "book/parse_int.h"

void parse_test(struct test *t);

/* ---- golden errors */

static void golden_file(struct test *t, struct arena *names, const char *file)
{
    struct buf text, out;
    struct err e = {.lang = LANG_EN};
    buf_init(&text, BOOK_BYTES_MAX);
    buf_init(&out, MIB(1));
    const char *path = io_join(names, "tests/golden/book", file);
    const char *err_path = str_z(names, str_sub(str_from(path), 0, strlen(path) - 3));
    CHECK_I64(t, io_read_file(path, &text, &e), RC_OK);
    for (unsigned lang = 0; lang < LANG__MAX; lang++) {
        struct bench_book b;
        bench_open(&b, lang ? LANG_ZH : LANG_EN);
        CHECK_I64(t, bench_parse(&b, file, buf_str(&text)), RC_OK);
        diags_print(&b.diags, &out);
        bench_close(&b);
    }
    buf_addz(&out, "");
    char name[256];
    CHECK(t, (size_t)snprintf(name, sizeof name, "%s.err", err_path) < sizeof name);
    test_golden(t, buf_str(&out), name);
    buf_fini(&text);
    buf_fini(&out);
}

static void goldens(struct test *t)
{
    struct arena names;
    struct err e = {.lang = LANG_EN};
    const char **v = NULL;
    size_t n = 0, done = 0;
    arena_init(&names, MIB(1));
    CHECK_I64(t, io_list_dir(&names, "tests/golden/book", &v, &n, &e), RC_OK);
    for (size_t i = 0; i < n; i++)
        if (str_ends(str_from(v[i]), STR(".md"))) golden_file(t, &names, v[i]), done++;
    CHECK(t, done >= 7);
    arena_fini(&names);
}

/* ---- small things */

#define FENCE "# h\n\n```policy\nbook b \"册\" { jurisdiction 00 issued 2026-06-30 }\n"

static struct str parsed_back(struct bench_book *b, const char *text, struct buf *out)
{
    struct expr *x = expr_parse(&b->books, str_from(text), "x", &b->diags);
    buf_clear(out);
    if (x) expr_print(x, out);
    return buf_str(out);
}

static void precedence(struct test *t)
{
    static const char *const pairs[][2] = {
        {"a + b * c", "a + b * c"},
        {"(a + b) * c", "(a + b) * c"},
        {"((a)) - (b - c) - (d + e)", "a - (b - c) - (d + e)"},
        {"(a - b) - c", "a - b - c"},
        {"not (a == b) and (not c) or d", "not a == b and not c or d"},
        {"not (a and b)", "not (a and b)"},
        {"-(-a)", "--a"},
        {"-(a + b)", "-(a + b)"},
        {"1000万 yuan", "10000000 yuan"},
        {"1.5亿", "150000000"},
        {"0.050", "0.05"},
        {"12.50%", "12.5%"},
        {"1_000 yuan / person", "1000 yuan/person"},
        {"(8000 yuan) / person", "(8000 yuan) / person"},
        {"a * 8000 yuan / person", "a * 8000 yuan/person"},
        {"(a * 8000 yuan) / person", "(a * 8000 yuan) / person"},
        {"a / person", "a / person"},
        {"a in (2025)", "a in 2025"},
        {"a in 2026-01..2026-02", "a in 2026-01-01..2026-02-28"},
        {"a in 1..<b + 1", "a in 1..<b + 1"},
        {"a in {}", "a in {}"},
        {"(a in b) == true", "(a in b) == true"},
        {"(if a then b else c) + 1", "(if a then b else c) + 1"},
        {"if a then (if b then c else d) else e", "if a then if b then c else d else e"},
        {"(a.b).c[(d)]", "a.b.c[d]"},
        {"(a + b).c", "(a + b).c"},
        {"count(x this term as y where z)", "count(x as y this term where z)"},
        {"days(a, b)", "days(a, b)"},
        {"\"文字\" == a", "\"文字\" == a"},
    };
    struct bench_book b;
    struct buf out;
    buf_init(&out, KIB(64));
    bench_open(&b, LANG_EN);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        CHECK_STR(t, parsed_back(&b, pairs[i][0], &out), str_from(pairs[i][1]));
    CHECK_I64(t, b.diags.errors, 0);
    buf_fini(&out);
    bench_close(&b);
}

static void positions(struct test *t)
{
    struct bench_book b;
    bench_open(&b, LANG_EN);
    CHECK_I64(t, bench_parse(&b, "a/b.md", STR(FENCE "rule r \"户\" risk {\n  when 年龄 >= 16 }\n```\n")), RC_OK);
    CHECK_I64(t, b.books.n_decls, 2);
    if (b.books.n_decls == 2) {
        const struct decl *d = b.books.decls[1];
        const struct expr *x = d->u.rule.when;
        CHECK_STR(t, str_from(d->at.file), STR("a/b.md"));
        CHECK_I64(t, d->at.line, 5);
        CHECK_I64(t, x->at.line, 6);
        CHECK_I64(t, x->at.col, 11);
        CHECK_I64(t, x->from.col, 8);
        CHECK_I64(t, x->u.bin.b->at.col, 14);
        CHECK_STR(t, d->cite.book, STR("b"));
        CHECK_STR(t, d->cite.path, STR("h"));
        CHECK_I64(t, b.books.n_exprs, 3);
    }
    bench_close(&b);
}

static void numbers(struct test *t)
{
    struct bench_book b;
    bench_open(&b, LANG_EN);
    struct expr *x = expr_parse(&b.books, STR("12.50万 yuan/person"), "x", &b.diags);
    CHECK(t, x && x->kind == E_NUMBER && x->u.num.digits == 125000 && x->u.num.decimals == 0 && !x->u.num.percent);
    CHECK(t, x && str_eq(x->u.num.unit.text, STR("yuan")) && str_eq(x->u.num.per.text, STR("person")));
    x = expr_parse(&b.books, STR("0.125%"), "x", &b.diags);
    CHECK(t, x && x->u.num.digits == 125 && x->u.num.decimals == 3 && x->u.num.percent);
    x = expr_parse(&b.books, STR("999999999999999.123456789亿"), "x", &b.diags);
    CHECK(t, x && x->u.num.decimals == 1 && x->u.num.digits == (i128)999999999999999 * 1000000000 + 123456789);
    x = expr_parse(&b.books, STR("d in 1899"), "x", &b.diags);
    CHECK(t, x && x->kind == E_BINARY);
    x = expr_parse(&b.books, STR("d in 2200"), "x", &b.diags);
    CHECK(t, x && x->kind == E_IN_PERIOD && x->u.in_period.period->last == date_make(2200, 12, 31));
    CHECK_I64(t, b.diags.errors, 0);
    bench_close(&b);
}

/* Units of any file of the book, declared before or after their use. */
static void units(struct test *t)
{
    struct bench_book b;
    bench_open(&b, LANG_EN);
    struct book_file files[] = {
        {STR("1.md"), STR("# a\n```policy\nrule r \"户\" risk { when land < 3 mu and pigs > 2 head_1/person }\n```\n")},
        {STR("2.md"), STR(FENCE "unit mu \"亩\" decimals 2\nunit head_1 \"头\"\n```\n")},
    };
    CHECK_I64(t, book_parse(&b.books, STR("x"), files, 2, &b.diags, &b.e), RC_OK);
    CHECK_I64(t, b.diags.errors, 0);
    CHECK_I64(t, b.books.n_decls, 4);
    CHECK_I64(t, b.books.decls[2]->u.unit.decimals, 2);
    bench_close(&b);
}

/* ---- limits */

static void repeat(struct buf *b, const char *z, size_t n)
{
    while (n-- > 0) buf_addz(b, z);
}

/* Errors of an expression made of n openings, a middle and n closings. */
static size_t nested_errors(const char *open, const char *close, size_t n)
{
    struct bench_book b;
    struct buf text;
    bench_open(&b, LANG_EN);
    buf_init(&text, MIB(1));
    repeat(&text, open, n);
    buf_addz(&text, "a");
    repeat(&text, close, n);
    struct expr *x = expr_parse(&b.books, buf_str(&text), "x", &b.diags);
    size_t errors = b.diags.errors;
    if (!x != (errors > 0)) errors = SIZE_MAX;
    buf_fini(&text);
    bench_close(&b);
    return errors;
}

static void depth(struct test *t)
{
    CHECK_I64(t, nested_errors("", " + b", EXPR_DEPTH_MAX - 1), 0);
    CHECK_I64(t, nested_errors("", " + b", EXPR_DEPTH_MAX), 1);
    CHECK_I64(t, nested_errors("not ", "", EXPR_DEPTH_MAX - 1), 0);
    CHECK_I64(t, nested_errors("not ", "", EXPR_DEPTH_MAX), 1);
    CHECK_I64(t, nested_errors("(", ")", EXPR_DEPTH_MAX), 0);
    CHECK_I64(t, nested_errors("(", ")", 100000), 1);
    CHECK_I64(t, nested_errors("-", "", 100000), 1);
    CHECK_I64(t, nested_errors("{", "}", 100000), 1);
    CHECK_I64(t, nested_errors("any(x where ", ")", EXPR_DEPTH_MAX - 1), 0);
    CHECK_I64(t, nested_errors("any(x where ", ")", EXPR_DEPTH_MAX), 1);
    CHECK_I64(t, nested_errors("", ".b", 100000), 1);
    CHECK_I64(t, nested_errors("if a then b else ", "", EXPR_DEPTH_MAX), 1);
}

static void too_large(struct test *t)
{
    struct bench_book b;
    struct buf text;
    bench_open(&b, LANG_EN);
    buf_init(&text, MIB(2));
    buf_addz(&text, FENCE "```\n");
    while (text.n <= BOOK_BYTES_MAX) buf_addz(&text, "说明\n");
    CHECK_I64(t, bench_parse(&b, "x.md", buf_str(&text)), RC_OK);
    CHECK_I64(t, b.diags.errors, 1);
    buf_fini(&text);
    bench_close(&b);
}

/* A mebibyte of the worst texts ends with an error, in linear time and memory. */
static void hostile(struct test *t)
{
    static const char *const bits[] = {"(",
                                       "{",
                                       "a.",
                                       "unit a \"b\"\n",
                                       "rule r \"x\" risk { when ",
                                       "| ",
                                       "# h\n```policy\n",
                                       "\"",
                                       "1_",
                                       "x { ",
                                       "override ",
                                       "2026-",
                                       "a == ",
                                       "，",
                                       "not ",
                                       "5 yuan/",
                                       "5 #\n",
                                       "any("};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        struct bench_book b;
        struct buf text;
        bench_open(&b, LANG_ZH);
        buf_init(&text, BOOK_BYTES_MAX);
        buf_addz(&text, FENCE);
        while (text.n + 32 < KIB(256)) buf_addz(&text, bits[i]);
        CHECK_I64(t, bench_parse(&b, "x.md", buf_str(&text)), RC_OK);
        CHECK(t, b.diags.errors > 0);
        buf_fini(&text);
        bench_close(&b);
    }
}

/* Every Nth allocation fails: RC_NOMEM or the same result, and nothing leaks. */
static void out_of_memory(struct test *t)
{
    struct buf text;
    struct err e = {.lang = LANG_EN};
    buf_init(&text, BOOK_BYTES_MAX);
    CHECK_I64(t, io_read_file("tests/corpus/parse/roster.md", &text, &e), RC_OK);
    uint64_t live = mem_live_count();
    for (uint64_t nth = 1; nth < 1000; nth++) {
        struct bench_book b;
        bench_open(&b, LANG_EN);
        mem_fault_arm(nth, nth % 2 == 0);
        enum rc rc = bench_parse(&b, "x.md", buf_str(&text));
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, rc == RC_OK || (fired && rc == RC_NOMEM));
        CHECK(t, rc != RC_OK || b.diags.errors == 0);
        bench_close(&b);
        CHECK_I64(t, mem_live_count(), live);
        if (!fired) break;
    }
    buf_fini(&text);
}

/* An arena that is full at any byte. */
static void small_arena(struct test *t)
{
    struct buf text;
    struct err e = {.lang = LANG_EN};
    buf_init(&text, BOOK_BYTES_MAX);
    CHECK_I64(t, io_read_file("tests/corpus/parse/roster.md", &text, &e), RC_OK);
    struct bench_book b;
    bench_open(&b, LANG_EN);
    CHECK_I64(t, bench_parse(&b, "x.md", buf_str(&text)), RC_OK);
    size_t need = b.arena.used;
    bench_close(&b);
    for (size_t limit = 16; limit < need; limit += 64) {
        bench_open(&b, LANG_EN);
        b.arena.limit = limit;
        CHECK_I64(t, bench_parse(&b, "x.md", buf_str(&text)), RC_NOMEM);
        bench_close(&b);
    }
    buf_fini(&text);
}

/* ---- every token of the corpus deleted in turn */

struct deletions {
    size_t tokens, accepted, same;
};

/* The source text of one declaration without its k-th token; false when it has fewer. */
static bool without(struct str text, size_t k, struct buf *out)
{
    struct lexer lx = lex_begin(text, (struct pos){NULL, 1, 1}, NULL);
    struct token tok = lex_next(&lx);
    for (; k > 0 && tok.kind != TK_END; k--) tok = lex_next(&lx);
    if (tok.kind == TK_END) return false;
    size_t end = lx.i;
    size_t from = (size_t)(tok.text.p - text.p) - (tok.kind == TK_STRING);
    buf_clear(out);
    buf_addz(out, "```policy\n");
    buf_add(out, str_sub(text, 0, from));
    buf_addz(out, " ");
    buf_add(out, str_sub(text, end, text.n));
    buf_addz(out, "\n```\n");
    return true;
}

static void delete_each(struct test *t, struct str source, struct deletions *sum)
{
    struct buf text, printed;
    buf_init(&text, BOOK_BYTES_MAX);
    buf_init(&printed, BOOK_BYTES_MAX);
    for (size_t k = 0; without(source, k, &text); k++) {
        struct bench_book b;
        bench_open(&b, LANG_EN);
        CHECK_I64(t, bench_parse(&b, "x.md", buf_str(&text)), RC_OK);
        bool whole = b.diags.errors == 1 && b.books.n_decls == 1; /* only the book is missing */
        sum->tokens++;
        if (whole) {
            sum->accepted++;
            buf_clear(&printed);
            books_print(&b.books, &printed);
            if (str_eq(source, buf_str(&printed))) sum->same++;
        }
        bench_close(&b);
    }
    buf_fini(&text);
    buf_fini(&printed);
}

static void print_one(struct bench_book *b, size_t i, struct buf *out)
{
    struct books one = b->books;
    one.decls += i;
    one.n_decls = 1;
    buf_clear(out);
    books_print(&one, out);
}

static void deletions(struct test *t)
{
    struct arena names;
    struct err e = {.lang = LANG_EN};
    struct deletions sum = {0};
    const char **v = NULL;
    size_t n = 0;
    arena_init(&names, MIB(1));
    CHECK_I64(t, io_list_dir(&names, "tests/corpus/parse", &v, &n, &e), RC_OK);
    for (size_t i = 0; i < n; i++) {
        struct bench_book b;
        struct buf text;
        bench_open(&b, LANG_EN);
        buf_init(&text, BOOK_BYTES_MAX);
        CHECK_I64(t, io_read_file(io_join(&names, "tests/corpus/parse", v[i]), &text, &e), RC_OK);
        CHECK_I64(t, bench_parse(&b, v[i], buf_str(&text)), RC_OK);
        for (size_t k = 0; k < b.books.n_decls; k++) {
            if (b.books.decls[k]->kind == D_BOOK || b.books.decls[k]->kind == D_UNIT) continue;
            print_one(&b, k, &text);
            delete_each(t, buf_str(&text), &sum);
        }
        buf_fini(&text);
        bench_close(&b);
    }
    arena_fini(&names);
    printf("    %zu tokens deleted in turn: %zu accepted (%zu %%), of them %zu as the same tree\n", sum.tokens,
           sum.accepted, sum.accepted * 100 / (sum.tokens ? sum.tokens : 1), sum.same);
    CHECK(t, sum.tokens > 3000);
    CHECK_I64(t, sum.same, 0);
    CHECK(t, sum.accepted * 10 < sum.tokens);
}

/* ---- the manual lists what the table has */

static void manual(struct test *t)
{
    struct buf doc, words;
    struct err e = {.lang = LANG_EN};
    buf_init(&doc, MIB(1));
    buf_init(&words, KIB(4));
    CHECK_I64(t, io_read_file("docs/language.md", &doc, &e), RC_OK);
    for (size_t i = 0; lex_reserved(i); i++) {
        if (i > 0) buf_addc(&words, ' ');
        buf_addz(&words, lex_reserved(i));
    }
    CHECK(t, str_find(buf_str(&doc), buf_str(&words), 0) != SIZE_MAX);
    buf_fini(&doc);
    buf_fini(&words);
}

void parse_test(struct test *t)
{
    if (TEST(t, "says what is wrong, in both languages")) goldens(t);
    if (TEST(t, "binds by precedence and prints the fewest parentheses")) precedence(t);
    if (TEST(t, "keeps positions, citations and dense ids")) positions(t);
    if (TEST(t, "reads numbers and periods")) numbers(t);
    if (TEST(t, "knows the units of every file")) units(t);
    if (TEST(t, "limits depth")) depth(t);
    if (TEST(t, "limits the size of a book")) too_large(t);
    if (TEST(t, "ends on hostile texts")) hostile(t);
    if (TEST(t, "survives failing allocations")) out_of_memory(t);
    if (TEST(t, "survives a full arena")) small_arena(t);
    if (TEST(t, "the manual lists the reserved words")) manual(t);
    if (t->slow && TEST(t, "refuses or changes when a token is lost")) deletions(t);
}
