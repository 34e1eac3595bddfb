/* Folders of books: which files count, one book a folder, hashes, units across books; and the Markdown around policy.
 */
#include "book/book_testing.h"
#include "book/lex.h"
#include "book/markdown.h"

void load_test(struct test *t);

#define HEAD(name) "# " name "\n```policy\nbook " name " \"册\" { jurisdiction 00 issued 2026-06-30 }\n"

static void put(struct test *t, struct arena *a, const char *dir, const char *name, const char *text)
{
    struct err e = {.lang = LANG_EN};
    CHECK_I64(t, io_make_dir(dir, &e), RC_OK);
    CHECK_I64(t, io_write_file(io_join(a, dir, name), str_from(text), 0600, &e), RC_OK);
}

static void folders(struct test *t)
{
    struct bench_book b;
    bench_open(&b, LANG_EN);
    const char *root = io_join(&b.arena, t->tmp_dir, "books");
    const char *core = io_join(&b.arena, root, "core"), *deep = io_join(&b.arena, root, "p/hebei");
    put(t, &b.arena, root, "README.md", "# no book\n```policy\nrule\n```\n");
    put(t, &b.arena, core, "b.md", "# b\n```policy\nrule r2 \"二\" risk { when land > 3 mu }\n```\n");
    put(t, &b.arena, core, "a.md", HEAD("core") "rule r1 \"一\" risk { when x }\n```\n");
    put(t, &b.arena, core, "notes.txt", "rule");
    put(t, &b.arena, deep, "h.md", HEAD("hebei") "unit mu \"亩\"\n```\n");
    const char *const dirs[] = {root};
    CHECK_I64(t, books_load(&b.books, dirs, 1, &b.diags, &b.e), RC_OK);
    CHECK_I64(t, b.diags.errors, 0);
    CHECK_I64(t, b.books.n, 2);
    CHECK_I64(t, b.books.n_decls, 5);
    if (b.books.n == 2 && b.books.n_decls == 5) {
        CHECK_STR(t, b.books.v[0].name, STR("core"));
        CHECK_STR(t, b.books.v[1].name, STR("hebei"));
        CHECK_I64(t, b.books.v[0].text_hash.n, 64);
        CHECK(t, !str_eq(b.books.v[0].text_hash, b.books.v[1].text_hash));
        CHECK_STR(t, b.books.decls[2]->name.text, STR("r2"));
        CHECK_STR(t, b.books.decls[2]->cite.book, STR("core"));
        CHECK_I64(t, b.books.decls[4]->book, 1);
    }
    bench_close(&b);
}

static void no_book(struct test *t)
{
    struct bench_book b;
    bench_open(&b, LANG_EN);
    const char *empty = io_join(&b.arena, t->tmp_dir, "empty");
    CHECK_I64(t, io_make_dir(empty, &b.e), RC_OK);
    CHECK_I64(t, books_load(&b.books, &empty, 1, &b.diags, &b.e), RC_INPUT);
    const char *missing = io_join(&b.arena, t->tmp_dir, "missing");
    CHECK(t, books_load(&b.books, &missing, 1, &b.diags, &b.e) != RC_OK);
    bench_close(&b);
}

/* The hash is of names and texts, not of where the folder lies. */
static struct str hash_of(struct bench_book *b, const char *name, const char *text)
{
    bench_open(b, LANG_EN);
    return bench_parse(b, name, str_from(text)) == RC_OK ? b->books.v[0].text_hash : STR("");
}

static void hashes(struct test *t)
{
    struct bench_book a, b, c, d;
    struct str h = hash_of(&a, "x/a.md", HEAD("h") "```\n");
    CHECK_STR(t, hash_of(&b, "y/z/a.md", HEAD("h") "```\n"), h);
    CHECK(t, !str_eq(hash_of(&c, "x/b.md", HEAD("h") "```\n"), h));
    CHECK(t, !str_eq(hash_of(&d, "x/a.md", HEAD("h") "```\n\n"), h));
    bench_close(&a), bench_close(&b), bench_close(&c), bench_close(&d);
}

static size_t errors_of(const char *text)
{
    struct bench_book b;
    bench_open(&b, LANG_ZH);
    size_t errors = bench_parse(&b, "x.md", str_from(text)) == RC_OK ? b.diags.errors : SIZE_MAX;
    bench_close(&b);
    return errors;
}

static void heads(struct test *t)
{
    CHECK_I64(t, errors_of("# no book at all\n"), 1);
    CHECK_I64(t, errors_of(""), 1);
    CHECK_I64(t, errors_of(HEAD("a") "book b \"二\" { jurisdiction 13 }\n```\n"), 1);
    CHECK_I64(t, errors_of(HEAD("a") "```\n"), 0);
    CHECK_I64(t, errors_of("\xEF\xBB\xBF" HEAD("a") "```\n"), 0);
    CHECK_I64(t, errors_of(HEAD("a") "rule r \"\xFF\" risk { when x }\n```\n"), 1);
    CHECK_I64(
        t,
        errors_of(
            "# a\r\n```policy\r\nbook a \"册\" { jurisdiction 00 }\r\n# c\r\nrule r \"x\" risk { when x }\r\n```\r\n"),
        0);
}

static struct str path_under(struct arena *a, const char *text, size_t *fences)
{
    struct diags d;
    struct fence f = {.heading = STR("")};
    struct markdown md = markdown_begin(str_from(text), "d/file.md", a);
    diags_init(&d, a, LANG_EN);
    for (*fences = 0; markdown_next(&md, &d, &f);) ++*fences;
    return f.heading;
}

static void headings(struct test *t)
{
    static const struct {
        const char *text, *path;
        size_t fences;
    } cases[] = {
        {"```policy\n```\n", "file", 1},
        {"#  一  ##\n### 三\n```policy\n```", "一 / 三", 1},
        {"# 一\n## 二\n# 三\n~~~~ policy x\n```\n~~~~\n", "三", 1},
        {"#no\n####### no\n```policy\n```\n", "file", 1},
        {"# C#\n   ```policy\n   ```\n", "C#", 1},
        {"```sh\n# not\n```\n```policy\n```\n```\nelse\n```\n", "file", 1},
        {"# 一\n```policy\n```\n# 二\n```policy\n```\n", "二", 2},
        {"```` md\n```policy\n```\n````\n# x\n", "", 0},
    };
    struct arena a;
    arena_init(&a, MIB(1));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t fences;
        CHECK_STR(t, path_under(&a, cases[i].text, &fences), str_from(cases[i].path));
        CHECK_I64(t, fences, cases[i].fences);
    }
    arena_fini(&a);
}

static void tokens(struct test *t)
{
    static const char text[] = "ab甲1 .. ..<=> 1..2 5万yuan / person 2026-06 2026-06-30..\"x\" #c\n  not甲 1.5%";
    static const enum token_kind want[] = {TK_IDENT, TK_UPTO,   TK_BELOW,  TK_ARROW,  TK_NUMBER,
                                           TK_UPTO,  TK_NUMBER, TK_NUMBER, TK_MONTH,  TK_DATE,
                                           TK_UPTO,  TK_STRING, TK_IDENT,  TK_NUMBER, TK_END};
    struct lexer lx = lex_begin(str_from(text), (struct pos){"f", 1, 1}, NULL);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct token peeked = lex_peek(&lx, 0), tok = lex_next(&lx);
        CHECK_I64(t, tok.kind, want[i]);
        CHECK_I64(t, peeked.kind, tok.kind);
        CHECK(t, tok.first == (i == 0 || i == 12));
        if (i == 7) CHECK_STR(t, tok.per.text, STR("person"));
        if (i == 12) CHECK_I64(t, tok.at.line, 2), CHECK_I64(t, tok.at.col, 3);
    }
}

void load_test(struct test *t)
{
    if (TEST(t, "loads folders of books")) folders(t);
    if (TEST(t, "refuses a folder without a book")) no_book(t);
    if (TEST(t, "hashes names and texts")) hashes(t);
    if (TEST(t, "wants one book a folder")) heads(t);
    if (TEST(t, "reads headings and fences")) headings(t);
    if (TEST(t, "cuts text into tokens")) tokens(t);
}
