/* Explanations of small worlds, against golden files in tests/golden/explain/. */
#include "rules/explain.h"
#include "base/mem.h"
#include "base/test.h"
#include "rules/frame_build.h"
#include "rules/typer_int.h"

#define GOLDEN "tests/golden/explain/"

enum { WORLD_DATASETS_MAX = 16 };

static const char book[] =
    "# 防贫监测办法\n\n```policy\n"
    "book county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
    "codes roll \"学籍状态\" { enrolled \"在校\" dropped \"辍学\" }\n"
    "codes illness \"疾病\" { none_ill \"无\" serious \"大病\" }\n"
    "codes household_type \"户类型\" { ordinary \"一般户\" lifted \"脱贫户\" }\n"
    "dataset roster \"花名册\" by 乡村振兴局 { latest complete due 5 days ground statute \"法\" person by cid, name\n"
    "  household by hid lives in division  hid text of household \"户编号\"  cid text secret \"证件号码\"  name text "
    "\"姓名\"\n"
    "  born date \"出生日期\"  phone text optional secret \"电话\"  illness illness sensitive \"疾病\"  division "
    "division of household \"行政区划\"  type household_type of household \"户类型\"\n"
    "  registered_on date of household \"登记日期\" }\n"
    "dataset school \"在校生名册\" by 教育局 { snapshot term complete due 20 days ground statute \"法\" person by cid, "
    "name\n"
    "  cid text secret \"证件\" name text \"姓名\" status roll \"学籍状态\" }\n"
    "dataset medical \"医保结算\" by 医保局 { events monthly by settled_on complete due 10 days ground statute \"法\" "
    "person by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" settled_on date \"结算日期\" self_pay yuan >= 0 \"个人自付\" }\n"
    "dataset income \"收入申报\" by 乡村振兴局 { events monthly by earned_on complete due 10 days ground statute "
    "\"法\" person by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" earned_on date \"收入日期\" amount yuan >= 0 \"金额\" }\n"
    "dataset dibao \"农村低保\" by 民政局 { snapshot monthly complete due 5 days ground statute \"法\" person by cid, "
    "name\n"
    "  cid text secret \"证件\" name text \"姓名\" }\n"
    "```\n\n## 收入\n\n```policy\n"
    "param income_line \"监测范围\" yuan/person { value = 8000 cite \"示例文件 2026-01\" value in 61 = 7000 cite "
    "\"示例文件 2026-02\" }\n"
    "param aid_line \"救助线\" yuan { set by county }\n"
    "feature member.age \"年龄\" int = full_years(born, as_of)\n"
    "feature household.income_12m \"近12个月收入\" yuan = sum(amount for members.income where earned_on within 12 "
    "months)\n"
    "feature household.net_income_per_head \"人均纯收入\" yuan/person = income_12m / count(members)\n"
    "measure dibao_aid \"农村低保\" by 民政局 { eligible when net_income_per_head < income_line  enrolled when "
    "any(members.dibao) }\n"
    "rule below_line \"人均收入低于监测范围\" risk yellow { when net_income_per_head < income_line suggest dibao_aid "
    "}\n"
    "```\n\n## 医疗\n\n```policy\n"
    "table oop_line \"自付预警线\" (kind household_type) yuan { | lifted => 5000 | else => 20000 }\n"
    "feature household.oop_12m \"近12个月医疗自付\" yuan = sum(self_pay for members.medical where settled_on within 12 "
    "months)\n"
    "rule oop_high \"自付医疗费用过大\" risk orange { when oop_12m >= oop_line[type] and type == ordinary cause 因病 "
    "}\n"
    "rule oop_high_61 \"自付过大（省）\" risk red in 61 { when oop_12m > aid_line }\n"
    "```\n\n## 教育\n\n```policy\n"
    "rule school_gap \"义务教育阶段未在校\" risk red {\n"
    "  when any(members where age in 6..15 and not any(member.school this term where status == enrolled)) cause 因学 "
    "}\n"
    "rule old \"高龄老人\" quality on member { when age in 80..120 and registered_on_of >= 2026-01-01 }\n"
    "feature member.registered_on_of \"所在户登记日期\" date = household.registered_on\n"
    "rule steady \"收入持续达标\" quality { when stable and not any(members where phone == \"13900000000\") }\n"
    "feature household.stable \"收入持续稳定\" bool = at every month end of last 3 months: income_12m >= 5000 yuan\n"
    "rule ill \"有大病\" quality on member { when illness == serious and phone is absent }\n"
    "rule mixed \"且与或\" quality { when type == lifted or (income_12m > 100 yuan and oop_12m > 200 yuan and "
    "registered_on is blank) }\n"
    "rule twice \"两处都有的规则\" quality { when type == lifted or registered_on > 2026-06-30 }\n"
    "```\n";

static const char province_book[] =
    "# 省办法\n\n```policy\n"
    "book province \"省办法\" { jurisdiction 61 inherits county issued 2026-07-01 }\n"
    "override rule twice \"两处都有的规则（省）\" quality { when type == lifted or registered_on >= 2026-07-01 }\n"
    "```\n";

struct world {
    struct arena arena;
    struct books books;
    struct diags diags;
    struct policy *policy;
    struct reasons *reasons;
    struct frame_build *build;
    struct frame *frame;
    struct compiled compiled;
    struct ptable params;
    struct place place;
    struct typer typer;
    struct table_layout layouts[WORLD_DATASETS_MAX + TABLE_FACT0];
    struct err e;
};

static void world_columns(struct world *w, uint16_t table)
{
    struct table_layout *l = &w->layouts[table];
    if (rules_layout(w->policy, table, &w->arena, l)) return;
    for (size_t i = 0; i < l->n; i++) {
        struct ty ty = ty_of(l->cols[i].builtin == BF_ID_VALID   ? T_BOOL
                             : l->cols[i].builtin == BF_DIVISION ? T_DIVISION
                                                                 : T_TEXT);
        if (l->cols[i].decl && !ty_resolve(&w->typer, &l->cols[i].decl->type, &ty)) return;
        (void)frame_build_column(w->build, table, (enum rep)ty_rep(&ty), UINT16_MAX);
    }
}

static void world_tables(struct world *w)
{
    uint32_t roster = policy_roster(w->policy);
    size_t n = policy_dataset_count(w->policy);
    static const int32_t due[] = {5, 20, 10, 10, 5};
    world_columns(w, TABLE_HOUSEHOLD);
    world_columns(w, TABLE_PERSON);
    for (uint32_t i = 0; i < n && i < WORLD_DATASETS_MAX; i++) {
        const struct decl *d = typer_dataset(&w->typer, i);
        frame_build_name(w->build, (uint16_t)(TABLE_FACT0 + i), policy_dataset_name(w->policy, i));
        frame_build_dataset(w->build, i, &d->u.dataset, due[i % 5], 0);
        if (i != roster) world_columns(w, (uint16_t)(TABLE_FACT0 + i));
    }
}

static bool world_open(struct world *w, struct test *t)
{
    static const struct param_setting none[1];
    *w = (struct world){.e = {.lang = LANG_EN}, .place = {.division = INT64_C(610000000000)}};
    arena_init(&w->arena, MIB(256));
    books_init(&w->books, &w->arena);
    diags_init(&w->diags, &w->arena, LANG_EN);
    w->reasons = reasons_new();
    struct book_file f = {STR("county.md"), str_from(book)};
    enum rc rc = book_parse(&w->books, STR("county"), &f, 1, &w->diags, &w->e);
    struct book_file f2 = {STR("province.md"), str_from(province_book)};
    if (!rc) rc = book_parse(&w->books, STR("province"), &f2, 1, &w->diags, &w->e);
    if (!rc) rc = policy_new(&w->policy, &w->books, &w->arena, &w->diags, &w->e);
    CHECK_I64(t, rc, RC_OK);
    if (rc || !w->reasons) return false;
    policy_set_events(w->policy, none, 0);
    date_day day = date_make(2026, 9, 30);
    typer_init(&w->typer, w->policy, &w->place, day, &w->arena, &w->diags);
    w->build = frame_build_new(&w->arena, policy_dataset_count(w->policy), w->reasons);
    if (!w->build) return false;
    world_tables(w);
    frame_build_days(w->build, day, day, true);
    return true;
}

static void world_close(struct world *w)
{
    frame_build_free(w->build);
    typer_fini(&w->typer);
    policy_free(w->policy);
    reasons_free(w->reasons);
    arena_fini(&w->arena);
}

static void world_set(struct world *w, uint16_t table, uint32_t row, const char *field, int64_t v)
{
    struct field_ref f;
    const struct decl *ds;
    if (field_find(&w->typer, table, str_from(field), &f, &ds)) frame_build_set(w->build, table, row, f.column, v);
}

static uint32_t world_household(struct world *w, const char *type)
{
    uint32_t h = frame_build_household(w->build, w->place.division, 0);
    const struct decl *codes = policy_find(w->policy, D_CODES, STR("household_type"), &w->place,
                                           date_make(2026, 9, 30));
    world_set(w, TABLE_HOUSEHOLD, h, "type", codes_find(codes, str_from(type)));
    world_set(w, TABLE_HOUSEHOLD, h, "registered_on", date_make(2026, 2, 1));
    return h;
}

static uint32_t world_member(struct world *w, uint32_t h, date_day born)
{
    uint32_t p = frame_build_person(w->build, h, born);
    frame_build_set(w->build, TABLE_PERSON, p, 0, 1);
    if (born) world_set(w, TABLE_PERSON, p, "born", born);
    return p;
}

static void world_fact(struct world *w, const char *dataset, uint32_t person, date_day day, const char *date_field,
                       const char *field, int64_t v)
{
    uint32_t ds = policy_dataset_number(w->policy, str_from(dataset));
    uint32_t row = frame_build_fact(w->build, ds, person, day, 0);
    uint16_t table = (uint16_t)(TABLE_FACT0 + ds);
    if (date_field) world_set(w, table, row, date_field, day);
    if (field) world_set(w, table, row, field, v);
}

static enum rc show_row(void *ctx, uint16_t table, uint32_t row, struct buf *out)
{
    const struct world *w = ctx;
    char day[DATE_TEXT_MAX];
    const struct ftable *t = &w->frame->tables[table];
    buf_addf(out, "%.*s.csv:%u", STR_ARG(t->name), (unsigned)row + 2);
    if (t->date && t->date[row]) buf_addf(out, " %s", date_format(t->date[row], day));
    return RC_OK;
}

static enum rc show_setting(void *ctx, const struct param_setting *s, struct buf *out)
{
    (void)ctx;
    (void)s;
    buf_addz(out, "县办〔2026〕1号");
    return RC_OK;
}

static bool world_run(struct world *w, struct test *t, const char *rule)
{
    struct str only = str_from(rule);
    struct compile_options o = {.place = &w->place, .as_of = date_make(2026, 9, 30), .only = &only, .n_only = 1};
    enum rc rc = w->frame ? RC_OK : frame_build_finish(w->build, &w->frame, &w->e);
    if (!rc) w->frame->n_places = 1;
    if (!rc) rc = rules_compile(w->policy, &o, &w->arena, &w->diags, &w->compiled, &w->e);
    if (!rc) rc = rules_ptable(w->policy, w->compiled.program, &w->place, 1, &w->arena, &w->params, &w->diags, &w->e);
    CHECK_STR(t, str_from(w->e.msg), STR(""));
    CHECK_I64(t, w->diags.errors, 0);
    for (size_t i = 0; i < w->diags.n; i++) CHECK_STR(t, w->diags.v[i].msg, STR(""));
    CHECK(t, rc != RC_OK || w->compiled.n_outputs > 0);
    return rc == RC_OK && w->compiled.n_outputs > 0;
}

static struct explain_request world_request(struct world *w, const struct explain_source *src, size_t output,
                                            uint32_t row)
{
    return (struct explain_request){.policy = w->policy,
                                    .compiled = &w->compiled,
                                    .output = output,
                                    .frame = w->frame,
                                    .params = &w->params,
                                    .place = &w->place,
                                    .row = row,
                                    .source = src};
}

/* Text in both languages, and JSON, against the golden files NAME.zh.txt, NAME.en.txt, NAME.json. */
static void check_golden(struct test *t, struct world *w, const char *rule, size_t output, uint32_t row,
                         const char *name)
{
    const struct explain_member who = {2, STR("甲"), STR("roster.csv 3")};
    struct explain_source src = {w, show_row, show_setting};
    struct explanation x;
    struct buf out, path;
    if (!world_run(w, t, rule)) return;
    struct explain_request q = world_request(w, &src, output, row);
    CHECK_I64(t, explain_make(&q, &w->arena, &x, &w->e), RC_OK);
    buf_init(&out, MIB(4));
    buf_init(&path, KIB(1));
    for (int l = 0; l < LANG__MAX; l++) {
        buf_clear(&out), buf_clear(&path);
        explain_text(&x, (enum lang)l, &out);
        buf_addf(&path, GOLDEN "%s.%s.txt", name, l == LANG_EN ? "en" : "zh");
        test_golden(t, buf_str(&out), buf_z(&path));
    }
    buf_clear(&out), buf_clear(&path);
    explain_json(&x, w->compiled.outputs[output].table == TABLE_HOUSEHOLD ? NULL : &who, &out);
    buf_addc(&out, '\n');
    buf_addf(&path, GOLDEN "%s.json", name);
    test_golden(t, buf_str(&out), buf_z(&path));
    buf_fini(&out);
    buf_fini(&path);
}

/* ---------------------------------------------------------------- cases */

static void pay(struct world *w, uint32_t person, int64_t yuan, date_day day)
{
    world_fact(w, "medical", person, day, "settled_on", "self_pay", yuan * 100);
}

static uint32_t patient(struct world *w, int64_t first, int64_t second)
{
    uint32_t h = world_household(w, "ordinary"), p = world_member(w, h, date_make(1970, 5, 1));
    pay(w, p, first, date_make(2026, 3, 4));
    pay(w, p, second, date_make(2026, 5, 6));
    pay(w, p, 90000, date_make(2024, 5, 6));
    return h;
}

static void hit(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = patient(&w, 20000, 3000);
        check_golden(t, &w, "oop_high", 0, h, "hit");
    }
    world_close(&w);
}

static void non_hit(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = patient(&w, 10000, 6800);
        check_golden(t, &w, "oop_high", 0, h, "non_hit");
    }
    world_close(&w);
}

static void boundary(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary"), a = world_member(&w, h, date_make(1970, 5, 1));
        (void)world_member(&w, h, date_make(1972, 5, 1));
        world_fact(&w, "income", a, date_make(2026, 4, 1), "earned_on", "amount", 1400000);
        check_golden(t, &w, "below_line", 0, h, "boundary");
    }
    world_close(&w);
}

static void unknown(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary");
        (void)world_member(&w, h, date_make(2016, 5, 1));
        uint32_t school = policy_dataset_number(w.policy, STR("school"));
        frame_build_missing(
            w.build,
            (struct fdelivery){.dataset = school, .from = date_make(2026, 9, 1), .to = date_make(2026, 9, 30)});
        check_golden(t, &w, "school_gap", 0, h, "unknown");
    }
    world_close(&w);
}

static void rows_needed(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary"), p = world_member(&w, h, date_make(2016, 5, 1));
        world_fact(&w, "school", p, date_make(2026, 9, 1), NULL, "status", 0);
        check_golden(t, &w, "school_gap", 0, h, "rows_needed");
    }
    world_close(&w);
}

static void measure(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "lifted"), p = world_member(&w, h, date_make(1970, 5, 1));
        world_fact(&w, "income", p, date_make(2026, 4, 1), "earned_on", "amount", 300000);
        check_golden(t, &w, "dibao_aid", 0, h, "not_received");
    }
    world_close(&w);
}

static void member_rule(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "lifted");
        uint32_t p = world_member(&w, h, date_make(1950, 9, 30));
        check_golden(t, &w, "old", 0, p, "member");
    }
    world_close(&w);
}

static void empty_parameter(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = patient(&w, 10000, 6800);
        check_golden(t, &w, "oop_high_61", 0, h, "empty_parameter");
    }
    world_close(&w);
}

static void set_parameter(struct test *t)
{
    static const struct param_setting set[] = {{STR("aid_line"), INT64_C(610000000000), 739617, STR("16800 yuan")}};
    struct world w;
    if (world_open(&w, t)) {
        policy_set_events(w.policy, set, 1);
        uint32_t h = patient(&w, 10000, 6800);
        check_golden(t, &w, "oop_high_61", 0, h, "set_parameter");
    }
    world_close(&w);
}

static void month_ends(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary"), p = world_member(&w, h, date_make(1970, 5, 1));
        world_set(&w, TABLE_PERSON, p, "phone", 77);
        world_fact(&w, "income", p, date_make(2025, 9, 10), "earned_on", "amount", 600000);
        check_golden(t, &w, "steady", 0, h, "month_ends");
    }
    world_close(&w);
}

/* `and` within `or`: what must come together stays together. */
static void mixed(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary");
        (void)world_member(&w, h, date_make(1970, 5, 1));
        check_golden(t, &w, "mixed", 0, h, "mixed");
    }
    world_close(&w);
}

static void overridden(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary");
        (void)world_member(&w, h, date_make(1970, 5, 1));
        check_golden(t, &w, "twice", 0, h, "overridden");
    }
    world_close(&w);
}

/* Values of secret fields are never shown, of sensitive ones on demand. */
static void masked(struct test *t)
{
    struct world w;
    struct explanation x;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary"), p = world_member(&w, h, date_make(1970, 5, 1));
        world_set(&w, TABLE_PERSON, p, "illness", 1);
        world_set(&w, TABLE_PERSON, p, "phone", 77);
        for (int hide = 0; hide < 2 && world_run(&w, t, "ill"); hide++) {
            struct explain_request q = world_request(&w, NULL, 0, p);
            q.hide_sensitive = hide;
            CHECK_I64(t, explain_make(&q, &w.arena, &x, &w.e), RC_OK);
            CHECK_I64(t, x.n_conditions, 2);
            CHECK_STR(t, x.conditions[0].facts[0].value.v[LANG_ZH], hide ? STR("（不显示）") : STR("大病"));
            CHECK_STR(t, x.conditions[1].facts[0].value.v[LANG_ZH], STR("（不显示）"));
            CHECK_STR(t, x.conditions[1].changes[0].v[LANG_ZH], STR("须成立：没有电话"));
        }
    }
    world_close(&w);
}

static void many_rows(struct test *t)
{
    struct world w;
    struct explain_source src = {&w, show_row, NULL};
    struct explanation x;
    if (world_open(&w, t)) {
        uint32_t h = world_household(&w, "ordinary"), p = world_member(&w, h, date_make(1970, 5, 1));
        for (int i = 0; i < 70; i++) pay(&w, p, 10, date_make(2026, 3, 4));
        if (world_run(&w, t, "oop_high")) {
            struct explain_request q = world_request(&w, &src, 0, h);
            CHECK_I64(t, explain_make(&q, &w.arena, &x, &w.e), RC_OK);
            CHECK_I64(t, x.conditions[0].facts[0].n_rows, EXPLAIN_ROWS_MAX);
            CHECK_I64(t, x.conditions[0].facts[0].n_more, 70 - EXPLAIN_ROWS_MAX);
            CHECK_I64(t, x.conditions[0].facts[0].n_counted, 70);
            q.row = 1;
            CHECK_I64(t, explain_make(&q, &w.arena, &x, &w.e), RC_USAGE);
        }
    }
    world_close(&w);
}

/* Every Nth allocation failing: RC_NOMEM or a full answer, no leak. */
static void faults(struct test *t)
{
#ifdef MEM_FAULTS
    struct world w;
    struct explain_source src = {&w, show_row, show_setting};
    if (world_open(&w, t)) {
        uint32_t h = patient(&w, 10000, 6800);
        enum rc rc = world_run(&w, t, "oop_high") ? RC_NOMEM : RC_INPUT;
        uint64_t n = 0;
        while (rc == RC_NOMEM && ++n < 10000) {
            struct explain_request q = world_request(&w, &src, 0, h);
            struct arena a;
            struct explanation x;
            arena_init(&a, MIB(16));
            mem_fault_arm(n, 0);
            rc = explain_make(&q, &a, &x, &w.e);
            mem_fault_arm(0, 0);
            arena_fini(&a);
        }
        CHECK_I64(t, rc, RC_OK);
        CHECK(t, n > 10);
    }
    world_close(&w);
#else
    (void)t;
#endif
}

static void no_memory(struct test *t)
{
    struct world w;
    struct explain_source src = {&w, show_row, show_setting};
    if (world_open(&w, t)) {
        uint32_t h = patient(&w, 10000, 6800);
        if (world_run(&w, t, "oop_high")) {
            struct explain_request q = world_request(&w, &src, 0, h);
            enum rc rc = RC_NOMEM;
            size_t failed = 0;
            for (size_t limit = 0; rc == RC_NOMEM && limit < MIB(4); limit += KIB(4)) {
                struct arena a;
                struct explanation x;
                arena_init(&a, limit);
                rc = explain_make(&q, &a, &x, &w.e);
                failed += rc == RC_NOMEM;
                arena_fini(&a);
            }
            CHECK_I64(t, rc, RC_OK);
            CHECK(t, failed > 0);
        }
    }
    world_close(&w);
}

void explain_test(struct test *t);
void explain_test(struct test *t)
{
    if (TEST(t, "explain: a rule that holds")) hit(t);
    if (TEST(t, "explain: a rule that does not hold")) non_hit(t);
    if (TEST(t, "explain: on the boundary")) boundary(t);
    if (TEST(t, "explain: a delivery is missing")) unknown(t);
    if (TEST(t, "explain: rows would have to be there")) rows_needed(t);
    if (TEST(t, "explain: a measure not received")) measure(t);
    if (TEST(t, "explain: a rule on members")) member_rule(t);
    if (TEST(t, "explain: an empty parameter")) empty_parameter(t);
    if (TEST(t, "explain: a parameter set in the database")) set_parameter(t);
    if (TEST(t, "explain: at every month end")) month_ends(t);
    if (TEST(t, "explain: and within or")) mixed(t);
    if (TEST(t, "explain: a province's rule in place of another")) overridden(t);
    if (TEST(t, "explain: secret and sensitive values")) masked(t);
    if (TEST(t, "explain: at most fifty rows")) many_rows(t);
    if (TEST(t, "explain: every allocation failing")) faults(t);
    if (TEST(t, "explain: every arena limit")) no_memory(t);
}
