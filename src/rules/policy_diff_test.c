/* What changed between two small books, and that layout is no change. */
#include "rules/policy_diff.h"
#include "base/limits.h"
#include "base/test.h"

#define ROSTER                                                                                                         \
    "dataset roster \"花名册\" by 乡村振兴局 { latest complete person by cid, name household by hid lives in " \
    "division\n"                                                                                                       \
    "  cid text secret \"证件号码\" name text \"姓名\" hid text of household \"户编号\"\n"                    \
    "  division division of household \"行政区划\" born date \"出生日期\" ill bool \"患病\" }\n"

static const char before[] =
    "# 县办法\n```policy\n"
    "book county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
    "codes grade \"等级\" { A \"甲\" B \"乙\" }\n" ROSTER
    "dataset pay \"工资\" by 人社局 { events monthly by paid_on complete due 10 days person by cid, name\n"
    "  cid text secret \"证件号码\" name text \"姓名\" paid_on date \"日期\" wage yuan >= 0 \"工资\" }\n"
    "param line \"线\" yuan { value from 2025 = 100 cite \"县发1号\"  set by county }\n"
    "param old_line \"旧线\" yuan { set by county }\n"
    "table part \"比例\" (g grade) ratio { | A => 50% | else => 100% }\n"
    "feature household.wages \"工资合计\" yuan = sum(wage for members.pay where paid_on within 12 months)\n"
    "rule poor \"收入低\" risk yellow { when wages < line and any(members where ill and born < 2000-01-01) }\n"
    "rule same \"不变\" risk { when wages > line or any(members where ill) }\n"
    "rule moved \"移动\" quality on member { when ill }\n"
    "measure aid \"救助\" by 民政局 { eligible when wages < line enrolled when any(members where ill) }\n"
    "example \"低\" { household { member { } } as of 2026-09-30 expect unknown poor }\n"
    "```\n";
static const char after[] =
    "# 县办法\n\nOther words.\n\n```policy\n"
    "book county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
    "codes grade \"等级\" { A \"甲\" B \"乙\" C \"丙\" }\n" ROSTER
    "dataset pay \"工资\" by 人社局 { events monthly by paid_on complete due 20 days person by cid, name\n"
    "  cid text secret \"证件号码\" name text \"姓名\" paid_on date \"日期\" wage yuan >= 0 optional \"工资\"\n"
    "  bonus yuan >= 0 \"奖金\" }\n"
    "param line \"线\" yuan { value from 2025 = 100 cite \"县发1号\"  value from 2026 = 120 cite \"县发2号\"  set by "
    "province }\n"
    "param new_line \"新线\" yuan { set by county }\n"
    "table part \"比例\" (g grade) ratio { | A => 60% | else => 100% }\n"
    "feature household.wages \"工资合计\" yuan = sum(wage for members.pay where paid_on within 6 months)\n"
    "rule poor \"收入低\" risk orange { when wages <= line and any(members where ill and born < 1990-01-01) and wages "
    "> 0\n"
    "  suggest A }\n"
    "rule same \"不变\" risk {\n\n  when (wages > line) or any( members where ill )   # a comment\n}\n"
    "measure aid \"救助\" by 民政局 { eligible when wages < line enrolled when any(members where not ill) kept when "
    "ill_kept }\n"
    "feature household.ill_kept \"留存\" bool = any(members where ill)\n"
    "example \"低\" { household { member { ill = true } } as of 2026-09-30 expect unknown poor }\n"
    "```\n## 新的一节\n```policy\n"
    "rule moved \"移动\" quality on member { when ill }\n```\n";

struct half {
    struct books bs;
    struct diff_side side;
};

static bool open_half(struct half *h, const char *text, struct arena *a, struct diags *d)
{
    static const struct place nation;
    struct err e = {.lang = LANG_EN};
    struct book_file file = {STR("book.md"), str_from(text)};
    struct compile_options o = {.place = &nation, .as_of = date_make(2026, 9, 30), .features = true};
    struct compiled c;
    books_init(&h->bs, a);
    if (book_parse(&h->bs, STR("county"), &file, 1, d, &e) || d->errors) return false;
    if (policy_new(&h->side.p, &h->bs, a, d, &e) || d->errors) return false;
    h->side.bs = &h->bs;
    h->side.types = (struct watch){ARENA_ARRAY(a, struct tx *, h->bs.n_exprs + 1), h->bs.n_exprs};
    policy_watch(h->side.p, h->side.types);
    return rules_compile(h->side.p, &o, a, d, &c, &e) == RC_OK;
}

static void compared(struct test *t, const char *one, const char *other, struct buf *text)
{
    static const char *const whats[DIFF__MAX] = {"added", "removed", "moved", "changed"};
    struct arena a;
    struct diags d;
    struct half x = {0}, y = {0};
    struct policy_diff f = {0};
    struct err e = {.lang = LANG_EN};
    arena_init(&a, MIB(64));
    diags_init(&d, &a, LANG_EN);
    bool ok = open_half(&x, one, &a, &d) && open_half(&y, other, &a, &d);
    diags_print(&d, text);
    CHECK(t, ok);
    if (ok) CHECK_I64(t, policy_diff(&x.side, &y.side, &a, &f, &e), RC_OK);
    for (size_t i = 0; i < f.n; i++) {
        const struct diff_item *it = &f.v[i];
        const struct decl *n = it->b ? it->b : it->a;
        buf_addf(text, "%s %s %.*s\n", whats[it->what], decl_kind_text[n->kind], STR_ARG(n->name.text));
        for (size_t k = 0; k < it->n_parts; k++)
            buf_addf(text, "  [%.*s] %.*s => %.*s | %.*s => %.*s\n", STR_ARG(it->parts[k].clause),
                     STR_ARG(it->parts[k].before), STR_ARG(it->parts[k].after), STR_ARG(it->parts[k].zh_before),
                     STR_ARG(it->parts[k].zh_after));
    }
    policy_free(x.side.p);
    policy_free(y.side.p);
    arena_fini(&a);
}

void policy_diff_test(struct test *t);
void policy_diff_test(struct test *t)
{
    struct buf text;
    buf_init(&text, MIB(1));
    if (TEST(t, "policy diff: each kind of change, the changed part only")) {
        compared(t, before, after, &text);
        test_golden(t, buf_str(&text), "tests/golden/strict/diff.txt");
    }
    buf_clear(&text);
    if (TEST(t, "policy diff: the same books")) {
        compared(t, before, before, &text);
        CHECK_STR(t, buf_str(&text), STR(""));
    }
    buf_fini(&text);
}
