/* Mutants of a small book, and which of them its examples notice. */
#include "rules/strict.h"
#include "base/limits.h"
#include "base/test.h"

static const char book[] =
    "# 县办法\n```policy\n"
    "book county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
    "codes kinship \"关系\" { head \"户主\" wife \"配偶\" son \"之子\" }\n"
    "codes grade \"等级\" ordered { A \"甲\" B \"乙\" C \"丙\" D \"丁\" }\n"
    "dataset roster \"花名册\" by 乡村振兴局 { latest complete person by cid, name household by hid lives in division\n"
    "  head when relation == head\n"
    "  cid text secret \"证件号码\" name text \"姓名\" hid text of household \"户编号\"\n"
    "  division division of household \"行政区划\" born date \"出生日期\" relation kinship \"关系\" }\n"
    "dataset pay \"工资\" by 人社局 { events monthly by paid_on complete due 10 days person by cid, name\n"
    "  cid text secret \"证件号码\" name text \"姓名\" paid_on date \"日期\" wage yuan >= 0 \"工资\" }\n"
    "dataset house \"住房\" by 住建局 { snapshot monthly complete due 5 days person by cid, name\n"
    "  cid text secret \"证件号码\" name text \"姓名\" grade grade \"等级\" }\n"
    "param line \"线\" yuan { set by county }\n"
    "param other_line \"另一条线\" yuan { set by county }\n"
    "feature household.wages \"工资合计\" yuan = sum(wage for members.pay where paid_on within 12 months)\n"
    "table part \"比例\" (g grade) ratio { | {A, B} => 50% | else => 100% }\n"
    "rule poor \"收入低\" risk { when wages < line and any(members.house where grade in {C, D}) }\n"
    "```\n";

static const char few[] =
    "# 示例\n```policy\n"
    "example \"低\" { given line = 100 household { member { relation = head pay { paid_on = 2026-05-01 "
    "wage = 99 } house { grade = D } } } as of 2026-09-30 expect poor }\n"
    "```\n";

static const char more[] =
    "# 示例\n```policy\n"
    "example \"低\" { given line = 100 household { member { relation = head pay { paid_on = 2026-05-01 wage = 60 } "
    "pay { paid_on = 2025-10-01 wage = 39 } pay { paid_on = 2025-09-30 wage = 50 } house { grade = D } house { grade = "
    "A } } } "
    "as of 2026-09-30 expect poor expect wages == 99 yuan }\n"
    "example \"到线\" { given line = 100 household { member { relation = head pay { paid_on = 2026-05-01 wage = 100 } "
    "house "
    "{ grade = C } } } as of 2026-09-30 expect not poor expect head.relation == head }\n"
    "example \"丙\" { given line = 100 household { member { relation = head house { grade = C } } } as of 2026-09-30 "
    "expect "
    "poor }\n"
    "example \"乙\" { given line = 100 household { member { relation = head house { grade = B } } } as of 2026-09-30 "
    "expect "
    "not poor }\n"
    "example \"甲\" { given line = 100 household { member { relation = head house { grade = A } } } as of 2026-09-30 "
    "expect "
    "not poor }\n"
    "example \"名册\" { given line = 100 household { member { relation = head } } as of 2026-10-20 not delivered house "
    "2026-09 expect unknown poor }\n"
    "```\n";

static const char explained[] =
    "# 示例\n```policy\n"
    "example \"低\" { given line = 100 household { member { relation = head pay { paid_on = 2026-05-01 "
    "wage = 99 } house { grade = D } } } as of 2026-09-30 expect poor }\n"
    "equivalent poor \"线上正好没有人\" { \"wages < line\" => \"wages <= line\" }\n"
    "equivalent household.wages \"一个月只有一笔\" { \"paid_on within 12 months\" => \"paid_on within 13 months\"\n"
    "  \"paid_on within 12 months\" => \"paid_on within 11 months\" }\n"
    "```\n";

struct bench {
    struct arena arena;
    struct books books;
    struct diags diags;
    struct policy *policy;
    struct watch types;
    struct err e;
};

static bool opened(struct bench *b, const char *examples)
{
    static const struct place nation;
    struct book_file files[2] = {{STR("book.md"), str_from(book)}, {STR("examples.md"), str_from(examples)}};
    struct compile_options o = {.place = &nation, .as_of = date_make(2026, 9, 30), .features = true};
    struct compiled c;
    *b = (struct bench){.e = {.lang = LANG_EN}};
    arena_init(&b->arena, MIB(256));
    diags_init(&b->diags, &b->arena, LANG_EN);
    books_init(&b->books, &b->arena);
    if (book_parse(&b->books, STR("county"), files, 2, &b->diags, &b->e) || b->diags.errors) return false;
    if (policy_new(&b->policy, &b->books, &b->arena, &b->diags, &b->e) || b->diags.errors) return false;
    b->types = (struct watch){ARENA_ARRAY(&b->arena, struct tx *, b->books.n_exprs + 1), b->books.n_exprs};
    policy_watch(b->policy, b->types);
    return rules_compile(b->policy, &o, &b->arena, &b->diags, &c, &b->e) == RC_OK;
}

static void closed(struct bench *b)
{
    policy_free(b->policy);
    arena_fini(&b->arena);
}

static void quiet(struct test *t, struct bench *b)
{
    struct buf text;
    buf_init(&text, MIB(1));
    diags_print(&b->diags, &text);
    CHECK_STR(t, buf_str(&text), STR(""));
    CHECK_STR(t, str_from(b->e.msg), STR(""));
    buf_fini(&text);
}

static void list(struct test *t)
{
    struct bench b;
    struct mutants m = {0};
    struct buf text, before;
    buf_init(&text, MIB(4));
    buf_init(&before, MIB(4));
    CHECK(t, opened(&b, few));
    quiet(t, &b);
    books_print(&b.books, &before);
    CHECK_I64(t, mutants_list(&b.books, b.types, &b.arena, &m, &b.e), RC_OK);
    for (size_t i = 0; i < m.list.n; i++) {
        const struct mutant *x = &m.list.v[i];
        buf_addf(&text, "%u:%u %.*s: ", x->at.line, x->at.col, STR_ARG(x->owner->name.text));
        mutant_print(x, &text);
        buf_addz(&text, " => ");
        mutant_swap(x);
        mutant_print(x, &text);
        mutant_swap(x);
        buf_addc(&text, '\n');
    }
    test_golden(t, buf_str(&text), "tests/golden/strict/mutants.txt");
    buf_clear(&text);
    books_print(&b.books, &text);
    CHECK_STR(t, buf_str(&text), buf_str(&before));
    mutants_free(&m);
    buf_fini(&text);
    buf_fini(&before);
    closed(&b);
}

static void strict(struct test *t, const char *examples, unsigned threads, struct buf *text)
{
    struct bench b;
    struct strict_result r;
    CHECK(t, opened(&b, examples));
    CHECK_I64(t, strict_run(&b.books, b.types, date_make(2026, 9, 30), threads, &b.arena, &b.diags, &r, &b.e), RC_OK);
    buf_addf(text, "%zu mutants, %zu killed, %zu same, %zu declared, %zu survived\n", r.mutants, r.killed, r.same,
             r.declared, r.survived);
    for (size_t i = 0; i < r.n; i++) {
        const struct survivor *x = &r.v[i];
        buf_addf(text, "%s:%u:%u %.*s: %.*s => %.*s | %.*s => %.*s\n  %.*s; from %.*s; %.*s\n", x->at.file, x->at.line,
                 x->at.col, STR_ARG(x->owner->name.text), STR_ARG(x->before), STR_ARG(x->after), STR_ARG(x->zh_before),
                 STR_ARG(x->zh_after), STR_ARG(x->hint), STR_ARG(x->example ? x->example->name.text : STR("none")),
                 STR_ARG(x->declared ? x->declared->label : STR("a gap")));
    }
    diags_print(&b.diags, text);
    CHECK_STR(t, str_from(b.e.msg), STR(""));
    closed(&b);
}

static void survivors(struct test *t)
{
    struct buf one, two, all;
    buf_init(&one, MIB(4));
    buf_init(&two, MIB(4));
    buf_init(&all, MIB(4));
    strict(t, few, 1, &one);
    strict(t, few, 3, &two);
    CHECK_STR(t, buf_str(&two), buf_str(&one));
    strict(t, more, 2, &all);
    strict(t, explained, 2, &all);
    test_golden(t, buf_str(&one), "tests/golden/strict/few.txt");
    test_golden(t, buf_str(&all), "tests/golden/strict/more.txt");
    buf_fini(&one);
    buf_fini(&two);
    buf_fini(&all);
}

/* An example that does not hold, and an `equivalent` that explains nothing. */
static void mistakes(struct test *t)
{
    static const char wrong[] = "# 示例\n```policy\n"
                                "example \"错\" { given line = 100 household { member { relation = head } } as of "
                                "2026-09-30 expect poor }\n```\n",
                      stale[] = "# 示例\n```policy\n"
                                "equivalent poor \"没有的改动\" { \"wages < line\" => \"wages < 3\" }\n```\n";
    struct bench b;
    struct strict_result r;
    CHECK(t, opened(&b, wrong));
    CHECK_I64(t, strict_run(&b.books, b.types, date_make(2026, 9, 30), 1, &b.arena, &b.diags, &r, &b.e), RC_INPUT);
    CHECK(t, str_find(str_from(b.e.msg), STR("does not hold"), 0) != SIZE_MAX);
    closed(&b);
    CHECK(t, opened(&b, stale));
    CHECK_I64(t, strict_run(&b.books, b.types, date_make(2026, 9, 30), 1, &b.arena, &b.diags, &r, &b.e), RC_OK);
    CHECK_I64(t, b.diags.errors, 1);
    CHECK_I64(t, r.killed, 0);
    closed(&b);
}

void strict_test(struct test *t);
void strict_test(struct test *t)
{
    if (TEST(t, "strict: every simple change of a book, and none stays")) list(t);
    if (TEST(t, "strict: survivors with their boundary, the same on any number of threads")) survivors(t);
    if (TEST(t, "strict: a wrong example is an error, and an equivalent that explains nothing")) mistakes(t);
}
