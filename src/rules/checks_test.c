/* `require` and `filled` of datasets: what they find in a small frame on the reference and the VM, and how it is told.
 */
#include "base/mem.h"
#include "base/test.h"
#include "rules/explain.h"
#include "rules/frame_build.h"
#include "rules/typer_int.h"

#define BLANK INT64_MIN

static const char book[] =
    "# 台账办法\n```policy\n"
    "book county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
    "codes health_state \"健康状况\" { well \"健康\" chronic \"长期慢性病\" }\n"
    "codes skill \"劳动技能\" { able \"劳动力\" unable \"无劳动力\" }\n"
    "codes cause \"原因\" { ill \"因病\" other \"其他\" }\n"
    "dataset roster \"花名册\" by 乡村振兴局 { latest complete person by cid, name household by hid lives in division\n"
    "  cid text secret \"证件号码\"  name text \"姓名\"  hid text of household \"户编号\"\n"
    "  division division of household \"行政区划\"  born date \"出生日期\"\n"
    "  health health_state \"健康状况\"  labour skill \"劳动技能\"  note text optional \"备注\"\n"
    "  filled health, labour, note\n"
    "  filled note when labour == unable\n"
    "  require not (health == chronic and labour == able) \"慢性病人不作劳动力\" }\n"
    "dataset aid \"帮扶\" by 民政局 { latest partial person by cid, name\n"
    "  cid text secret \"证件号码\"  name text \"姓名\"  cause cause \"原因\"  reason text optional \"说明\"\n"
    "  total yuan >= 0 \"总额\"  cash yuan >= 0 \"现金\"  goods yuan >= 0 \"实物\"\n"
    "  started_on date \"开始日期\"  ended_on date optional \"结束日期\"\n"
    "  require total == cash + goods \"分项之和不等于总额\"\n"
    "  require ended_on is absent or ended_on >= started_on \"结束早于开始\"\n"
    "  filled reason when cause == other }\n"
    "```\n";

enum { DATASETS = 2, FIELDS_MAX = 8 };

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
    struct err e;
};

static bool add_columns(struct world *w, uint16_t table)
{
    struct table_layout l;
    if (rules_layout(w->policy, table, &w->arena, &l)) return false;
    for (size_t i = 0; i < l.n; i++) {
        struct ty ty = ty_of(l.cols[i].builtin == BF_ID_VALID   ? T_BOOL
                             : l.cols[i].builtin == BF_DIVISION ? T_DIVISION
                                                                : T_TEXT);
        if (l.cols[i].decl && !ty_resolve(&w->typer, &l.cols[i].decl->type, &ty)) return false;
        (void)frame_build_column(w->build, table, (enum rep)ty_rep(&ty), UINT16_MAX);
    }
    return true;
}

static bool add_tables(struct world *w)
{
    bool ok = add_columns(w, TABLE_HOUSEHOLD) && add_columns(w, TABLE_PERSON);
    for (uint32_t i = 0; i < DATASETS; i++) {
        frame_build_name(w->build, (uint16_t)(TABLE_FACT0 + i), policy_dataset_name(w->policy, i));
        frame_build_dataset(w->build, i, &typer_dataset(&w->typer, i)->u.dataset, 5, 0);
        if (i != policy_roster(w->policy)) ok = add_columns(w, (uint16_t)(TABLE_FACT0 + i)) && ok;
    }
    return ok;
}

static bool world_open(struct world *w, struct test *t)
{
    date_day day = date_make(2026, 9, 30);
    *w = (struct world){.e = {.lang = LANG_EN}, .place = {.division = INT64_C(610000000000)}};
    arena_init(&w->arena, MIB(64));
    books_init(&w->books, &w->arena);
    diags_init(&w->diags, &w->arena, LANG_EN);
    w->reasons = reasons_new();
    struct book_file f = {STR("county.md"), str_from(book)};
    enum rc rc = book_parse(&w->books, STR("county"), &f, 1, &w->diags, &w->e);
    if (!rc) rc = policy_new(&w->policy, &w->books, &w->arena, &w->diags, &w->e);
    struct compile_options o = {.place = &w->place, .as_of = day};
    if (!rc) rc = rules_compile(w->policy, &o, &w->arena, &w->diags, &w->compiled, &w->e);
    if (!rc) rc = rules_ptable(w->policy, w->compiled.program, &w->place, 1, &w->arena, &w->params, &w->diags, &w->e);
    CHECK_I64(t, rc, RC_OK);
    for (size_t i = 0; i < w->diags.n; i++) CHECK_STR(t, w->diags.v[i].msg, STR(""));
    if (rc || !w->reasons) return false;
    typer_init(&w->typer, w->policy, &w->place, day, &w->arena, &w->diags);
    w->build = frame_build_new(&w->arena, DATASETS, w->reasons);
    if (!w->build) return false;
    frame_build_days(w->build, day, day, true);
    return add_tables(w);
}

static void world_close(struct world *w)
{
    frame_build_free(w->build);
    typer_fini(&w->typer);
    policy_free(w->policy);
    reasons_free(w->reasons);
    arena_fini(&w->arena);
}

struct cell {
    const char *field;
    int64_t v; /* BLANK: left blank */
};

static void fill(struct world *w, uint16_t table, uint32_t row, const struct cell *cells)
{
    for (size_t i = 0; i < FIELDS_MAX && cells[i].field; i++) {
        struct field_ref f;
        const struct decl *ds;
        bool there = field_find(&w->typer, table, str_from(cells[i].field), &f, &ds);
        if (there && cells[i].v != BLANK) frame_build_set(w->build, table, row, f.column, cells[i].v);
    }
}

static uint32_t person(struct world *w, const struct cell *cells)
{
    uint32_t p = frame_build_person(w->build, frame_build_household(w->build, w->place.division, 0), 0);
    frame_build_set(w->build, TABLE_PERSON, p, 0, 1);
    fill(w, TABLE_PERSON, p, cells);
    return p;
}

/* ---------------------------------------------------------------- what is found */

/* One row of a dataset, and the state and truth of one clause there. */
struct check_case {
    const char *check;
    struct cell cells[FIELDS_MAX];
    const char *want; /* T, F or ? */
    const char *why;
};

static size_t output_of(const struct world *w, const char *name)
{
    size_t i = 0;
    while (i < w->compiled.n_outputs && !str_eq(w->compiled.outputs[i].name, str_from(name))) i++;
    return i;
}

static const char *verdict(const struct outcol *c, uint32_t row)
{
    struct value v = outcol_get(c, row);
    return v.st == ST_UNKNOWN ? "?" : v.st == ST_EXACT && v.v ? "T" : "F";
}

static enum rc run(struct world *w, bool vm, struct outcol *outs)
{
    struct vm_options vo = {.threads = 1};
    return vm ? vm_run(w->compiled.program, w->frame, &w->params, &vo, outs, &w->e)
              : ref_run(w->compiled.program, w->frame, &w->params, outs, &w->e);
}

/* Each case is one row, in a household of its own, so that all are judged in one run. */
static void find(struct test *t, uint16_t table, const struct check_case *v, size_t n)
{
    struct world w;
    if (world_open(&w, t)) {
        for (size_t i = 0; i < n; i++) {
            static const struct cell none[1];
            uint32_t row = person(&w, table == TABLE_PERSON ? v[i].cells : none);
            if (table == TABLE_PERSON) continue;
            row = frame_build_fact(w.build, (uint32_t)(table - TABLE_FACT0), row, date_make(2026, 9, 30), 0);
            fill(&w, table, row, v[i].cells);
        }
        CHECK_I64(t, frame_build_finish(w.build, &w.frame, &w.e), RC_OK);
        for (int vm = 0; w.frame && vm < 2; vm++) {
            w.frame->n_places = 1;
            struct outcol *outs = mem_zalloc_array(w.compiled.n_outputs, sizeof *outs);
            enum rc rc = outs ? run(&w, vm, outs) : RC_NOMEM;
            CHECK_I64(t, rc, RC_OK);
            for (size_t i = 0; !rc && i < n; i++) {
                size_t o = output_of(&w, v[i].check);
                bool ok = o < w.compiled.n_outputs && strcmp(verdict(&outs[o], (uint32_t)i), v[i].want) == 0;
                test_check(t, ok, __FILE__, __LINE__, v[i].why);
            }
            for (size_t i = 0; !rc && i < w.compiled.n_outputs; i++) outcol_fini(&outs[i]);
            mem_free(outs);
        }
    }
    world_close(&w);
}

static void requires_find(struct test *t)
{
    int64_t day = SPAN_OF(date_make(2026, 2, 1), 0), before = SPAN_OF(date_make(2026, 1, 31), 0);
    int64_t month = SPAN_OF(date_make(2026, 1, 15), 30);
    const struct check_case cases[] = {
        {"aid.require_1", {{"total", 10000}, {"cash", 6000}, {"goods", 3999}}, "T", "parts are one fen short"},
        {"aid.require_1", {{"total", 10000}, {"cash", 6000}, {"goods", 4000}}, "F", "parts make the total"},
        {"aid.require_1", {{"total", 0}, {"cash", 0}, {"goods", 0}}, "F", "nothing given at all"},
        {"aid.require_1", {{"total", 10000}, {"cash", 6000}}, "?", "a blank part is not zero"},
        {"aid.require_1", {{NULL, 0}}, "?", "everything blank"},
        {"aid.require_2", {{"started_on", day}, {"ended_on", before}}, "T", "ended a day before"},
        {"aid.require_2", {{"started_on", day}, {"ended_on", day}}, "F", "ended the same day"},
        {"aid.require_2", {{"started_on", day}}, "F", "not ended"},
        {"aid.require_2", {{"ended_on", day}}, "?", "start not told"},
        {"aid.require_2", {{"started_on", month}, {"ended_on", day}}, "?", "start known roughly"},
    };
    find(t, TABLE_FACT0 + 1, cases, sizeof cases / sizeof *cases);
}

static void filled_finds(struct test *t)
{
    static const struct check_case aid[] = {
        {"aid.filled_1", {{"cause", 1}}, "T", "other without a reason"},
        {"aid.filled_1", {{"cause", 1}, {"reason", 77}}, "F", "other with its reason"},
        {"aid.filled_1", {{"cause", 0}}, "F", "illness needs no reason"},
        {"aid.filled_1", {{NULL, 0}}, "?", "cause not told, reason blank"},
        {"aid.filled_1", {{"reason", 77}}, "F", "cause not told, reason there"},
    };
    static const struct check_case roster[] = {
        {"roster.filled_1", {{NULL, 0}}, "T", "all blank"},
        {"roster.filled_1", {{"health", 0}, {"labour", 0}}, "T", "an optional field is blank too"},
        {"roster.filled_1", {{"health", 0}, {"note", 5}}, "T", "one in the middle"},
        {"roster.filled_1", {{"health", 0}, {"labour", 0}, {"note", 5}}, "F", "none"},
        {"roster.filled_2", {{"labour", 1}}, "T", "unable and no note"},
        {"roster.filled_2", {{"labour", 0}}, "F", "able needs no note"},
        {"roster.filled_2", {{"health", 0}}, "?", "labour not told"},
        {"roster.require_1", {{"health", 1}, {"labour", 0}}, "T", "chronic and able"},
        {"roster.require_1", {{"health", 0}, {"labour", 0}}, "F", "well and able"},
        {"roster.require_1", {{"labour", 1}}, "F", "unable, whatever the health"},
        {"roster.require_1", {{"labour", 0}}, "?", "health not told"},
    };
    find(t, TABLE_FACT0 + 1, aid, sizeof aid / sizeof *aid);
    find(t, TABLE_PERSON, roster, sizeof roster / sizeof *roster);
}

/* ---------------------------------------------------------------- how it is told */

static void labels(struct test *t)
{
    struct world w;
    if (world_open(&w, t)) {
        static const struct {
            const char *name, *label;
        } want[] = {{"roster.filled_1", "健康状况、劳动技能、备注未填"},
                    {"roster.filled_2", "备注未填"},
                    {"roster.require_1", "慢性病人不作劳动力"},
                    {"aid.require_1", "分项之和不等于总额"},
                    {"aid.require_2", "结束早于开始"},
                    {"aid.filled_1", "说明未填"}};
        CHECK_I64(t, w.compiled.n_outputs, sizeof want / sizeof *want);
        for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
            size_t o = output_of(&w, want[i].name);
            CHECK(t, o < w.compiled.n_outputs);
            if (o == w.compiled.n_outputs) continue;
            const struct tx_output *out = &w.compiled.outputs[o];
            CHECK_STR(t, out->decl->label, str_from(want[i].label));
            CHECK(t, out->kind == OUT_RULE && out->decl->u.rule.kind == FK_QUALITY);
            CHECK_STR(t, out->decl->cite.book, STR("county"));
            CHECK(t, out->decl->at.line > 8);
        }
    }
    world_close(&w);
}

static void change_texts(struct test *t, struct world *w, uint32_t row, const char *want)
{
    struct explanation x;
    struct buf got;
    struct explain_request q = {.policy = w->policy,
                                .compiled = &w->compiled,
                                .output = output_of(w, "roster.filled_1"),
                                .frame = w->frame,
                                .params = &w->params,
                                .place = &w->place,
                                .row = row};
    buf_init(&got, KIB(16));
    CHECK_I64(t, explain_make(&q, &w->arena, &x, &w->e), RC_OK);
    CHECK_STR(t, x.label.v[LANG_ZH], STR("健康状况、劳动技能、备注未填"));
    for (size_t i = 0; i < x.n_conditions; i++)
        for (size_t k = 0; k < x.conditions[i].n_changes; k++)
            buf_addf(&got, "%.*s\n", STR_ARG(x.conditions[i].changes[k].v[LANG_ZH]));
    CHECK_STR(t, buf_str(&got), str_from(want));
    buf_fini(&got);
}

/* The finding's label says what must be filled, its explanation what is not. */
static void explain_names_blanks(struct test *t)
{
    static const struct cell rows[][FIELDS_MAX] = {
        {{NULL, 0}}, {{"health", 0}, {"note", 5}}, {{"health", 0}}, {{"labour", 0}, {"health", 1}, {"note", 5}}};
    static const char *const want[] = {"须不再成立：健康状况未填\n须不再成立：劳动技能未填\n须不再成立：备注未填\n",
                                       "须不再成立：劳动技能未填\n", "须不再成立：劳动技能未填\n须不再成立：备注未填\n",
                                       "须成立：健康状况未填\n须成立：劳动技能未填\n须成立：备注未填\n"};
    struct world w;
    if (world_open(&w, t)) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) (void)person(&w, rows[i]);
        CHECK_I64(t, frame_build_finish(w.build, &w.frame, &w.e), RC_OK);
        if (w.frame) w.frame->n_places = 1;
        for (uint32_t i = 0; w.frame && i < sizeof rows / sizeof *rows; i++) change_texts(t, &w, i, want[i]);
    }
    world_close(&w);
}

void checks_test(struct test *t);
void checks_test(struct test *t)
{
    if (TEST(t, "checks: require finds what breaks it, and no more")) requires_find(t);
    if (TEST(t, "checks: filled finds blanks, told apart from not knowing")) filled_finds(t);
    if (TEST(t, "checks: clauses are told by message or fields")) labels(t);
    if (TEST(t, "checks: explain names the blank fields")) explain_names_blanks(t);
}
