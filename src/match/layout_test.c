/* Files as departments send them: each small file with what must come of it. */
#include "base/limits.h"
#include "match/match_test_int.h"
#include "match/stored.h"
#include "match/table.h"
#include "store/layouts.h"

/* What a title says of the days counts for a state, and for events that are all of those days. */
static void test_titled(struct test *t)
{
    static const struct {
        const char *dataset, *file, *head, *row, *from, *to; /* from NULL: refused, for the days are not clear */
        bool titled;
    } CASES[] = {
        {"school", "s.csv", "某县2026年5月学籍表,,\n身份证号,姓名,年级", "5", "2026-05-01", "2026-05-31", true},
        {"school", "s-2026-04.csv", "某县2026年5月学籍表,,\n身份证号,姓名,年级", "5", "2026-04-01", "2026-04-30",
         false},
        {"school", "s.csv", "某县2026年5月5日学籍表,,\n身份证号,姓名,年级", "5", NULL, NULL, false},
        {"harvest", "h.csv", "2025年度收成,,\n身份证号,姓名,金额", "5", "2025-01-01", "2025-12-31", true},
        {"harvest", "h.csv", "2025年9月收成,,\n身份证号,姓名,金额", "6", NULL, NULL, false},
        {"medical", "m.csv", "2026年3—4月医疗,,,,\n身份证号,姓名,结算日期,类别,自付金额", "2026-03-02,住院,3",
         "2026-03-01", "2026-04-30", true},
        {"medical", "n.csv", "2026年1月医疗,,,,\n身份证号,姓名,结算日期,类别,自付金额", "2026-02-02,住院,3", NULL, NULL,
         false},
        {"medical", "2026年2月.csv", "身份证号,姓名,结算日期,类别,自付金额", "2026-02-02,住院,3", "2026-02-01",
         "2026-02-28", false},
        {"medical", "医保202605.csv", "身份证号,姓名,结算日期,类别,自付金额", "2026-01-02,住院,3", "2026-01-01",
         "2026-01-31", false},
    };
    struct world w;
    struct buf b;
    char id[19], day[DATE_TEXT_MAX];
    if (!world_init(&w, t, "titled")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 2);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        buf_clear(&b);
        buf_addf(&b, "%s\n%s,张1,%s\n", CASES[i].head, world_id(1, id), CASES[i].row);
        enum rc rc = world_take(&w, CASES[i].dataset, CASES[i].file, buf_str(&b));
        test_eq_i64(t, rc, CASES[i].from ? RC_OK : RC_INPUT, __FILE__, __LINE__, CASES[i].head);
        if (rc || !CASES[i].from) continue;
        CHECK_STR(t, str_from(date_format(w.r.delivery.covers_from, day)), str_from(CASES[i].from));
        CHECK_STR(t, str_from(date_format(w.r.delivery.covers_to, day)), str_from(CASES[i].to));
        CHECK(t, w.r.covers_titled == CASES[i].titled);
        bool other = !CASES[i].titled && (str_starts(str_from(CASES[i].head), STR("某县2026年5月")) ||
                                          str_starts(str_from(CASES[i].file), STR("医保202605")));
        int month = other ? 5 : 0;
        CHECK_I64(t, w.r.title_from, month ? date_make(2026, month, 1) : 0); /* told where it is not taken */
        CHECK_I64(t, w.r.title_to, month ? date_make(2026, month, 31) : 0);
    }
    buf_fini(&b);
    world_fini(&w);
}

/* A value in no code list: its cell is unknown and its row counts; where a blank would say "none" the row is refused.
 */
static void test_odd_codes(struct test *t)
{
    struct world w;
    struct buf b;
    struct stored_texts kind;
    struct stored_ints line;
    char id[19];
    if (!world_init(&w, t, "odd_codes")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 9);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_clear(&b);
    buf_addz(&b, "身份证号码,姓名,结算日期,类别,自付金额,病种\n");
    for (unsigned i = 1; i <= 8; i++)
        buf_addf(&b, "%s,张%u,2026-05-0%u,%s,%u,%s\n", world_id(i, id), i, i, i == 3 ? "走访" : "住院", i,
                 i == 5 ? "\"肺病,感冒\"" : "肺病");
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_OK);
    world_counts(&w, 8, 7, 0, 0, 0, 1);
    CHECK(t,
          str_find(w.r.unknown, STR("走访 1"), 0) != SIZE_MAX && str_find(w.r.unknown, STR("感冒 1"), 0) != SIZE_MAX);
    CHECK_I64(t, stored_texts_read(&kind, w.s, w.r.delivery.id, STR("kind"), &w.e), RC_OK);
    CHECK_I64(t, stored_ints_read(&line, w.s, w.r.delivery.id, STR("line"), &w.e), RC_OK);
    CHECK_I64(t, kind.n, 7);
    for (size_t i = 0; i < kind.n && i < line.n; i++) CHECK(t, !kind.v[i].p == (line.v[i] == 4));
    stored_texts_fini(&kind);
    stored_ints_fini(&line);
    buf_fini(&b);
    world_fini(&w);
}

void layout_test(struct test *t);

/* {3} stands for the ID of person 3 (张3), {x} for one that nobody has. */
struct odd_file {
    const char *name, *dataset, *text;
    const char *refused; /* part of the message, or NULL */
    int rows, matched;
    unsigned header_line;
    const char *skipped;
    const char *choice; /* --map, or NULL */
};

#define MED "身份证号,姓名,结算日期,类别,自付金额\n"
#define ROW(n) "{" #n "},张" #n ",2026-05-0" #n ",住院,100.50\n"

static const struct odd_file FILES[] = {
    {"plain", "medical", MED ROW(1) ROW(2), NULL, 2, 2, 1, "", NULL},
    {"one title", "medical", "医保结算明细表\n" MED ROW(1), NULL, 1, 1, 2, "", NULL},
    {"title with the width of the table", "medical", "医保结算明细表,,,,\n" MED ROW(1), NULL, 1, 1, 2, "", NULL},
    {"title, unit and date lines", "medical",
     "阳原县医保结算明细表,,,,\n填报单位：医保局,,,2026年6月30日,\n,,,,单位：元\n" MED ROW(1) ROW(2), NULL, 2, 2, 4, "",
     NULL},
    {"ten title rows", "medical", "甲\n乙,,,,\n丙\n丁\n戊\n己\n庚\n辛\n壬\n癸\n" MED ROW(1), NULL, 1, 1, 11, "", NULL},
    {"blank lines between titles", "medical", "\n表一\n\n,,,,\n" MED ROW(1), NULL, 1, 1, 5, "", NULL},
    {"a date in the title row", "medical", "表一,,2026-06-30,20260630,\n" MED ROW(1), NULL, 1, 1, 2, "", NULL},
    {"names below groups", "medical", "身份证号,姓名,结算情况,,\n,,结算日期,类别,自付金额\n" ROW(1) ROW(3), NULL, 2, 2,
     2, "", NULL},
    {"title above names below groups", "medical",
     "表,,,,\n身份证号,姓名,自付,结算,\n,,金额,日期,类别\n{1},张1,5,2026-05-01,住院\n", NULL, 1, 1, 3, "", NULL},
    {"group and name make the label", "medical",
     "身份证号,姓名,结算,,自付,\n,,日期,类别,金额,说明\n{1},张1,2026-05-01,门诊,5,\n", NULL, 1, 1, 2, "", NULL},
    {"three rows of names", "medical", "人员,,结算,,\n身份证号,姓名,情况,,\n,,结算日期,类别,自付金额\n" ROW(1), NULL, 1,
     1, 3, "", NULL},
    {"numbers of the columns", "medical", MED "1,2,3,4,5\n" ROW(1), NULL, 1, 1, 1, "numbers of columns: 2", NULL},
    {"header on each page", "medical", MED ROW(1) MED ROW(2) MED ROW(3), NULL, 3, 3, 1, "header again: 3, 5", NULL},
    {"header again, a column by another of its names", "medical",
     MED ROW(1) "身份证号,姓 名,结算时间,类别,自付金额（元）\n" ROW(2), NULL, 2, 2, 1, "header again: 3", NULL},
    {"another table below, two columns exchanged", "medical",
     MED ROW(1) "姓名,身份证号,结算日期,类别,自付金额\n" ROW(2),
     "line 3 is the header of another table, whose columns are not those of the header above: column 1 is "
     "\"身份证号\" above and \"姓名\" there",
     0, 0, 0, "", NULL},
    {"another table below, all columns moved", "medical",
     MED ROW(1) "自付金额,类别,结算时间,姓名,身份证号\n5,住院,2026-05-02,张2,{2}\n",
     "column 1 is \"身份证号\" above and \"自付金额\" there", 0, 0, 0, "", NULL},
    {"another table below, another column", "medical", MED ROW(1) "身份证号,姓名,结算日期,类别,补偿\n" ROW(2),
     "column 5 is \"自付金额\" above and another column there", 0, 0, 0, "", NULL},
    {"another table below, another unit", "medical", MED ROW(1) "身份证号,姓名,结算日期,类别,自付金额（万元）\n" ROW(2),
     "line 3 is the header of another table", 0, 0, 0, "", NULL},
    {"columns that are not used may differ", "medical",
     "身份证号,姓名,结算日期,类别,自付金额,备注\n{1},张1,2026-05-01,住院,5,\n"
     "身份证号,姓名,结算日期,类别,自付金额,经办\n{2},张2,2026-05-01,住院,5,\n",
     NULL, 2, 2, 1, "header again: 3", NULL},
    {"names of columns are no person's cells", "medical", MED ROW(1) "姓名,类别,{2},2026-05-01,5\n", NULL, 2, 1, 1, "",
     NULL},
    {"values of no code list", "medical",
     MED "{1},张1,2026-05-01,08,5\n{2},张2,2026-05-01,09,5\n{3},张3,2026-05-01,08,5\n{4},张4,2026-05-01,08,5\n",
     "It holds 08, 09. The values of its list are", 0, 0, 0, "", NULL},
    {"values that may be somebody's are not told", "medical",
     MED "{1},张1,2026-05-01,李1,5\n{2},张2,2026-05-01,李2,5\n{3},张3,2026-05-01,李3,5\n{4},张4,2026-05-01,李4,5\n",
     "the whole file is refused. The values of its list are", 0, 0, 0, "", NULL},
    {"a count below the table", "medical", MED ROW(1) ROW(2) "共2条,,,,\n", NULL, 2, 2, 1, "totals: 4", NULL},
    {"a count in a column behind", "medical", MED ROW(1) ROW(2) ",总共 2 人,,,\n", NULL, 2, 2, 1, "totals: 4", NULL},
    {"sections", "medical", MED "一、门诊,,,,\n" ROW(1) ",（二）住院,,,\n" ROW(2), NULL, 2, 2, 1, "notes: 2, 4", NULL},
    {"a name like a section's", "medical", MED ROW(1) ",一、丁,2026-05-02,住院,5\n", NULL, 2, 1, 1, "", NULL},
    {"totals", "medical", MED ROW(1) ROW(2) "合计,,,,201\n", NULL, 2, 2, 1, "totals: 4", NULL},
    {"total with blanks in it, and a name", "medical", MED ROW(1) ",合　计,,,100.50\n", NULL, 1, 1, 1, "totals: 3",
     NULL},
    {"subtotals of villages", "medical", MED ROW(1) "东村小计,,,,100.50\n" ROW(2) "总计：,2,,,201\n", NULL, 2, 2, 1,
     "totals: 3, 5", NULL},
    {"notes below", "medical", MED ROW(1) "备注：本表一式两份\n填表人：李某,,审核人：王某,,\n注:金额为个人自付\n", NULL,
     1, 1, 1, "notes: 3, 4, 5", NULL},
    {"page numbers", "medical", MED ROW(1) "第 1 页 共 2 页,,,,\n" ROW(2), NULL, 2, 2, 1, "notes: 3", NULL},
    {"an example row", "medical", MED "示例,,2026-05-01,住院,1\n" ROW(1), NULL, 1, 1, 1, "examples: 2", NULL},
    {"blank rows", "medical", MED ",,,,\n" ROW(1) "\n,,,,\n", NULL, 1, 1, 1, "", NULL},
    {"a person without an ID is no total", "medical", MED ROW(1) ",张2,2026-05-02,住院,5\n", NULL, 2, 1, 1, "", NULL},
    {"a person called like a total is a person", "medical", MED ROW(1) ",李小计,2026-05-02,住院,5\n", NULL, 2, 1, 1, "",
     NULL},
    {"an ID in a total's row is a person's", "medical", MED ROW(1) "{2},合计,2026-05-02,住院,5\n", NULL, 2, 1, 1, "",
     NULL},
    {"no header", "medical", ROW(1) ROW(2), "has no header row", 0, 0, 0, "", NULL},
    {"a title and no header", "medical", "表一,,,,\n" ROW(1) ROW(2), "no column for", 0, 0, 0, "", NULL},
    {"a near name of the ID", "medical", "身份证好,姓名,结算日期,类别,自付金额\n" ROW(1) ROW(2) ROW(3),
     "--map \"身份证好=id\"", 0, 0, 0, "", NULL},
    {"the ID by what it holds", "medical", "号码,姓名,结算日期,类别,自付金额\n" ROW(1) ROW(2) ROW(3),
     "3 of 3 cells fit", 0, 0, 0, "", NULL},
    {"the ID said", "medical", "号码,姓名,结算日期,类别,自付金额\n" ROW(1) ROW(2) ROW(3), NULL, 3, 3, 1, "", "号码=id"},
    {"a near name is asked about", "medical", "身份证号,姓名,结算日期,类别,自付金额数\n" ROW(1) ROW(2) ROW(3),
     "--map \"自付金额数=\" if it is something else", 0, 0, 0, "", NULL},
    {"something else", "medical", "身份证号,姓名,结算日期,类别,自付金额数\n" ROW(1) ROW(2) ROW(3), NULL, 3, 3, 1, "",
     "自付金额数="},
    {"two columns of one field", "medical",
     "身份证号,姓名,结算日期,结算时间,类别\n{1},张1,2026-05-01,2026-05-02,住院\n", "both fit the field settled", 0, 0,
     0, "", NULL},
    {"two columns of one field, one said", "medical",
     "身份证号,姓名,结算日期,结算时间,类别\n{1},张1,2026-05-01,2026-05-02,住院\n", NULL, 1, 1, 1, "", "#4=settled"},
    {"a column that is not there", "medical", MED ROW(1), "the header has no column", 0, 0, 0, "", "金额2=self_pay"},
    {"a field that is not there", "medical", MED ROW(1), "has no field", 0, 0, 0, "", "类别=nothing"},
    {"several units in the title", "medical", "单位：元、万元,,,,\n" MED ROW(1), "is it in 元 or 万元?", 0, 0, 0, "",
     NULL},
    {"several units, one said", "medical", "单位：元、万元,,,,\n" MED ROW(1), NULL, 1, 1, 2, "",
     "自付金额=self_pay in 万元"},
    {"fine amounts without a unit", "medical", MED "{1},张1,2026-05-01,住院,1.2345\n{2},张2,2026-05-01,住院,0.123\n",
     "is it in 元 or 万元?", 0, 0, 0, "", NULL},
    {"a roster below titles", "roster",
     "花名册,,,,,\n,,,,,2026年6月\n身份证号,姓名,户编号,区划,出生日期,饮水安全\n{1},张1,H1,130725100200,,是\n"
     "{2},张2,H1,130725100200,,是\n合计,2,,,,\n",
     NULL, 2, 2, 3, "totals: 6", NULL},
    {"tabs and full-width names", "medical",
     "身份证号\t姓　名\t结算日期\t类　别\t自付金额（元）\n{1}\t张1\t2026.5.3\t门诊\t5\n", NULL, 1, 1, 1, "", NULL},
};

static void fill(struct buf *b, const char *text)
{
    char id[19];
    for (const char *p = text; *p; p++) {
        if (*p != '{') {
            buf_addc(b, *p);
            continue;
        }
        buf_addz(b, world_id((unsigned)(p[1] - '0'), id));
        p += 2;
    }
}

static void one(struct world *w, const struct odd_file *f)
{
    struct test *t = w->t;
    struct column_choice choice;
    struct buf b;
    unsigned before = t->failed + t->case_failed;
    buf_init(&b, MIB(1));
    fill(&b, f->text);
    w->o = (struct import_options){.covers_from = date_make(2026, 5, 1),
                                   .covers_to = date_make(2026, 5, 31),
                                   .division = INT64_C(130725000000),
                                   .dry_run = true};
    if (f->choice) {
        CHECK_I64(t, column_choice_parse(str_from(f->choice), &choice, &w->e), RC_OK);
        w->o.choice = &choice;
        w->o.n_choices = 1;
    }
    enum rc rc = world_take(w, f->dataset, "odd.csv", buf_str(&b));
    buf_fini(&b);
    CHECK_I64(t, rc, f->refused ? RC_INPUT : RC_OK);
    if (rc || f->refused) {
        CHECK(t, f->refused && str_find(str_from(w->e.msg), str_from(f->refused), 0) != SIZE_MAX);
        if (!f->refused || t->case_failed) CHECK_STR(t, str_from(w->e.msg), STR(""));
    } else {
        CHECK_I64(t, w->r.delivery.counts.rows, f->rows);
        CHECK_I64(t, w->r.delivery.counts.matched, f->matched);
        CHECK_I64(t, w->r.header_line, f->header_line);
        CHECK_STR(t, w->r.skipped, str_from(f->skipped));
    }
    if (t->failed + t->case_failed != before) CHECK_STR(t, str_from(f->name), STR(""));
}

static void test_odd_files(struct test *t)
{
    struct world w;
    struct buf b;
    if (!world_init(&w, t, "zoo")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 9);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_fini(&b);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) one(&w, &FILES[i]);
    world_fini(&w);
}

/* ---- amounts */

static void test_units(struct test *t)
{
    static const struct {
        const char *text;
        int unit;
    } FILE_OF[] = {{"单位：万元,,,,\n", 4}, {"（单位: 元）,,,,\n", 0},      {"金额单位：千元,,,,\n", 3},
                   {"单位：人、万元\n", 4}, {"填报单位：万元村,,,,\n", -1}, {"计量单位：元/月\n", 0}};
    struct world w;
    struct buf b;
    if (!world_init(&w, t, "units")) return;
    for (size_t i = 0; i < sizeof FILE_OF / sizeof *FILE_OF; i++) {
        struct csv_file f;
        struct plan pl;
        struct head_found h;
        buf_init(&b, MIB(1));
        buf_addz(&b, FILE_OF[i].text);
        fill(&b, MED ROW(1));
        CHECK_I64(t, csv_file_from_bytes(&f, "units", buf_str(&b), NULL, &w.e), RC_OK);
        CHECK_I64(t, plan_dataset(&pl, w.p, STR("medical"), &w.a, &w.e), RC_OK);
        CHECK_I64(t, table_take_head(&f, &pl, &h, &w.e), RC_OK);
        CHECK_I64(t, money_said_power(&pl.given.said), FILE_OF[i].unit);
        CHECK_I64(t, plan_header(&pl, f.header, f.columns, "units", &w.e), RC_OK);
        for (size_t c = 0; c < pl.n_cols; c++)
            if (pl.cols[c].money) CHECK_I64(t, pl.cols[c].unit_power, FILE_OF[i].unit > 0 ? FILE_OF[i].unit : 0);
        plan_fini(&pl);
        csv_file_close(&f);
        buf_fini(&b);
    }
    world_fini(&w);
}

/* ---- which dataset */

static void rank(struct world *w, const char *title, const char *text, const char *best, bool clear)
{
    struct test *t = w->t;
    struct csv_file f;
    struct dataset_rank *v;
    struct head_found h;
    struct buf b;
    size_t n;
    buf_init(&b, MIB(1));
    fill(&b, text);
    CHECK_I64(t, csv_file_from_bytes(&f, "rank", buf_str(&b), NULL, &w->e), RC_OK);
    CHECK_I64(t, table_rank(w->p, &f, str_from(title), &w->a, &v, &n, &h, &w->e), RC_OK);
    CHECK_STR(t, n ? v[0].dataset : STR(""), str_from(best));
    CHECK_I64(t, table_rank_clear(v, n) == 0, clear);
    csv_file_close(&f);
    buf_fini(&b);
}

static void test_which(struct test *t)
{
    struct world w;
    if (!world_init(&w, t, "which")) return;
    rank(&w, "", "表一\n" MED ROW(1) ROW(2), "medical", true);
    rank(&w, "", "花名册,,,,,\n身份证号,姓名,户编号,区划,出生日期,饮水安全\n{1},张1,H1,130725100200,,是\n", "roster",
         true);
    rank(&w, "", "身份证号,姓名,年级,统计日期\n{1},张1,3,2026-05-31\n", "stock", true);
    rank(&w, "", "身份证号,姓名,金额\n{1},张1,3\n", "gift", false); /* six datasets look like this */
    rank(&w, "2026年养老", "身份证号,姓名,金额\n{1},张1,3\n", "pension", true);
    rank(&w, "", "树种,株数,备注\n杨,3,\n", "gift", false);
    world_fini(&w);
}

/* ---- remembered */

static enum rc take_month(struct world *w, int32_t month, const char *header, const char *said, const char *sender)
{
    struct column_choice choice;
    struct buf b;
    date_day from = date_make(2026, month, 1);
    char id[19];
    w->o = (struct import_options){.sender = str_from(sender),
                                   .division = INT64_C(130725000000),
                                   .covers_from = from,
                                   .covers_to = date_month_end(from)};
    if (said) {
        CHECK_I64(w->t, column_choice_parse(str_from(said), &choice, &w->e), RC_OK);
        w->o.choice = &choice;
        w->o.n_choices = 1;
    }
    buf_init(&b, MIB(1));
    buf_addf(&b, "%s\n", header);
    for (unsigned i = 1; i < 5; i++)
        buf_addf(&b, "%s,张%u,2026-%02d-0%u,住院,%d.5,%u.25\n", world_id(i, id), i, month, i, month, i);
    enum rc rc = world_take(w, "medical", "month.csv", buf_str(&b));
    buf_fini(&b);
    return rc;
}

static void test_remembered(struct test *t)
{
    static const char HEAD[] = "号码,姓名,结算日期,类别,自付金额,总额";
    struct world w;
    struct buf b;
    struct stored_layout *v;
    size_t n;
    if (!world_init(&w, t, "kept")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 9);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_fini(&b);
    CHECK_I64(t, take_month(&w, 1, HEAD, NULL, "医保局"), RC_INPUT);
    CHECK_I64(t, take_month(&w, 1, HEAD, "号码=id", "医保局"), RC_OK);
    CHECK_I64(t, w.r.delivery.counts.matched, 4);
    CHECK(t, w.r.layout_new);
    int64_t first = w.r.layout_new;
    CHECK_I64(t, take_month(&w, 2, HEAD, NULL, "医保局"), RC_OK); /* the same header goes unasked */
    CHECK_I64(t, w.r.layout, first);
    CHECK_I64(t, w.r.layout_new, 0);
    CHECK_STR(t, w.r.recalled, STR("号码 → id"));
    CHECK_STR(t, w.r.recalled_by, STR("tester"));
    CHECK_I64(t, take_month(&w, 3, HEAD, NULL, "民政局"), RC_INPUT); /* another sender is asked */
    CHECK_I64(t, take_month(&w, 3, "号码,姓名,结算日期,类别,自付金额,总数", NULL, "医保局"), RC_OK);
    CHECK_STR(t, w.r.header_changes, STR("gone: 总额; new: 总数"));
    CHECK_STR(t, w.r.recalled, STR("号码 → id"));
    CHECK_I64(t, take_month(&w, 4, "卡号,姓名,结算日期,类别,自付金额,总额", NULL, "医保局"), RC_INPUT);
    CHECK(t, str_find(str_from(w.e.msg), STR("gone: 号码; new: 卡号"), 0) != SIZE_MAX);
    CHECK_I64(t, take_month(&w, 4, HEAD, "总额=self_pay in 万元", "医保局"), RC_OK); /* in place of what was known */
    CHECK_I64(t, layout_list(w.s, &w.a, STR("medical"), false, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 2);
    CHECK_STR(t, n ? v[n - 1].choices : STR(""), STR("号码=id\n总额=self_pay in 万元\n"));
    CHECK_I64(t, layout_forget(w.s, n ? v[n - 1].id : 0, STR("tester"), &w.e), RC_OK);
    CHECK_I64(t, layout_forget(w.s, n ? v[n - 1].id : 0, STR("tester"), &w.e), RC_INPUT);
    CHECK_I64(t, layout_list(w.s, &w.a, STR("medical"), true, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 3);
    world_fini(&w);
}

/* Rows that wait are read again under what was said of their columns. */
static void test_waiting_rows(struct test *t)
{
    struct world w;
    struct buf b;
    int64_t matched = 0;
    if (!world_init(&w, t, "wait")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 2);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    CHECK_I64(t, take_month(&w, 1, "号码,姓名,结算日期,类别,自付金额,总额", "号码=id", "医保局"), RC_OK);
    CHECK_I64(t, w.r.delivery.counts.matched, 2);
    CHECK_I64(t, w.r.delivery.counts.waiting_unmatched, 2);
    buf_clear(&b);
    world_roster(&b, 1, 4);
    CHECK_I64(t, world_take(&w, "roster", "roster2.csv", buf_str(&b)), RC_OK);
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &matched, &w.e), RC_OK);
    CHECK_I64(t, matched, 2);
    buf_fini(&b);
    world_fini(&w);
}

void layout_test(struct test *t)
{
    if (TEST(t, "what was said of columns goes for the sender's next file")) test_remembered(t);
    if (TEST(t, "waiting rows are read under what was said")) test_waiting_rows(t);
    if (TEST(t, "odd files: header, columns, rows of no person")) test_odd_files(t);
    if (TEST(t, "units that titles name")) test_units(t);
    if (TEST(t, "which dataset a file is of")) test_which(t);
    if (TEST(t, "values in no code list")) test_odd_codes(t);
    if (TEST(t, "the days that a title names")) test_titled(t);
}
