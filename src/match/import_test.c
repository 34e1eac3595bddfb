#include <inttypes.h>
#include "base/limits.h"
#include "base/mem.h"
#include "ident/citizen_id.h"
#include "match/match_test_int.h"
#include "match/stored.h"
#include "store/check.h"

static const char BOOK[] =
    "```policy\n"
    "book t \"测试\" { jurisdiction 00 }\n"
    "codes visit \"类别\" { inpatient \"住院\" aliases \"1\" outpatient \"门诊\" aliases \"2\" }\n"
    "codes ill \"病\" { heart \"心脏病\" lung \"肺病\" other \"其他\" }\n"
    "dataset roster \"花名册\" by 民政局 {\n"
    "  latest complete person by id, name household by hid lives in division\n"
    "  id text secret \"身份证号\" name text \"姓名\" hid text \"户编号\" division division \"区划\"\n"
    "  birth date optional \"出生日期\" water bool of household optional \"饮水安全\"\n"
    "  tel text optional secret \"联系电话\"\n"
    "}\n"
    "dataset medical \"医疗\" by 医保局 {\n"
    "  events monthly by settled complete due 20 days person by id, name\n"
    "  settled date \"结算日期\" aliases \"结算时间\" kind visit \"类别\" self_pay yuan >= 0 \"自付金额\"\n"
    "  ills set of ill optional \"病种\" hospital text optional \"医院\" father ref person optional \"父亲\"\n"
    "}\n"
    "dataset school \"学籍\" by 教育局 {\n"
    "  snapshot monthly complete due 20 days person by id, name grade int in 1..12 \"年级\"\n"
    "}\n"
    "dataset stock \"台账\" by 教育局 {\n"
    "  snapshot monthly complete due 20 days person by id, name grade int in 1..12 \"年级\" stated date \"统计日期\"\n"
    "}\n"
    "dataset pension \"养老\" by 人社局 { snapshot monthly complete due 10 days person by id, name senders 人社局, "
    "民政局\n"
    "  amount yuan optional \"金额\" }\n"
    "dataset harvest \"收成\" by 农业局 { snapshot yearly complete due 31 days person by id, name\n"
    "  amount yuan optional \"金额\" }\n"
    "dataset wages \"工资\" by 人社局 { snapshot quarterly complete due 41 days person by id, name\n"
    "  amount yuan optional \"金额\" }\n"
    "dataset pupils \"学生\" by 教育局 { snapshot term complete due 20 days person by id, name\n"
    "  amount yuan optional \"金额\" }\n"
    "dataset phone \"电话\" by 民政局 { latest complete person by id, name amount yuan optional \"金额\" }\n"
    "dataset gift \"慰问\" by 民政局 { latest complete delivered whole person by id, name amount yuan \"金额\" }\n"
    "dataset watched \"监测户\" by 民政局 { snapshot monthly complete due 20 days person by head_id, head_name\n"
    "  head_id text secret \"户主身份证号\" head_name text \"户主姓名\" water bool \"饮水安全\" stated date "
    "\"统计日期\"\n"
    "  tel int optional \"户电话\" aliases \"联系电话\" income yuan \"户收入\" note text optional \"说明\"\n"
    "  reasons set of ill \"致贫原因\" }\n"
    "dataset lodging \"住所\" by 住建局 { latest complete person by id, name place division \"所在地\"\n"
    "  rooms int in 0..99 \"间数\" built int in 1900..2100 \"建成年份\" }\n"
    "```\n";

/* ---- the world */

static enum rc open_world(struct world *w)
{
    struct store_options o = {.path = w->path, .access = STORE_WRITE, .clock = clock_fixed(&w->now_us)};
    return store_open(&w->s, &o, &w->e);
}

bool world_books(struct world *w)
{
    struct diags d;
    struct book_file f = {STR("t.md"), str_from(BOOK)};
    arena_reset(&w->book_arena);
    diags_init(&d, &w->book_arena, LANG_EN);
    books_init(&w->books, &w->book_arena);
    if (book_parse(&w->books, STR("t"), &f, 1, &d, &w->e) || policy_new(&w->p, &w->books, &w->book_arena, &d, &w->e))
        return false;
    if (d.errors) CHECK_STR(w->t, d.v[0].msg, STR(""));
    return d.errors == 0;
}

bool world_init(struct world *w, struct test *t, const char *name)
{
    struct store_key_report key;
    *w = (struct world){.t = t, .now_us = INT64_C(1783000000000000), .e.lang = LANG_EN}; /* 2026-07-02 */
    (void)snprintf(w->path, sizeof w->path, "%s/%s", t->tmp_dir, name);
    arena_init(&w->a, MIB(64));
    arena_init(&w->book_arena, MIB(16));
    w->null = fopen("/dev/null", "w");
    out_init(&w->out, w->null, LANG_EN);
    struct store_options o = {.path = w->path, .access = STORE_WRITE, .clock = clock_fixed(&w->now_us)};
    bool ok = w->null && world_books(w) && store_init(&o, &key, &w->e) == RC_OK && open_world(w) == RC_OK;
    CHECK(t, ok);
    return ok;
}

void world_fini(struct world *w)
{
    store_close(w->s);
    policy_free(w->p);
    arena_fini(&w->a);
    arena_fini(&w->book_arena);
    if (w->null) (void)fclose(w->null);
}

bool world_reopen(struct world *w)
{
    store_close(w->s);
    w->s = NULL;
    return open_world(w) == RC_OK;
}

enum rc world_take(struct world *w, const char *dataset, const char *name, struct str text)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s.%s", w->path, name);
    w->e.msg[0] = 0;
    if (io_write_file(path, text, 0600, &w->e)) return RC_ENV;
    w->o.file = path;
    w->o.dataset = str_from(dataset);
    w->o.by_who = STR("tester");
    enum rc rc = import_file(w->s, w->p, w->divs, &w->o, &w->out, &w->a, &w->r, &w->e);
    w->o = (struct import_options){0};
    if (!rc) import_say(&w->r, &w->out);
    return rc;
}

char *world_id(unsigned i, char out[19])
{
    uint64_t birth = (uint64_t)(1950 + i / 336 % 50) * 10000 + (1 + i / 28 % 12) * 100 + 1 + i % 28;
    return citizen_key_format((UINT64_C(130725) * 100000000 + birth) * 1000 + i % 1000, out);
}

void world_roster(struct buf *b, unsigned from, unsigned to)
{
    char id[19];
    buf_addz(b, "身份证号,姓名,户编号,区划,出生日期,饮水安全\n");
    for (unsigned i = from; i <= to; i++)
        buf_addf(b, "%s,张%u,H%05u,130725100%03u,,是\n", world_id(i, id), i, i / 3, 200 + i / 3 % 5);
}

void world_medical(struct buf *b, unsigned from, unsigned to)
{
    char id[19];
    buf_addz(b, "身份证号码,患者姓名,结算时间,类别,自付金额（元）,病种,医院\n");
    for (unsigned i = from; i <= to; i++)
        buf_addf(b, "%s,张%u,2026-%02u-%02u,%u,%u.50,\"心脏病,肺病\",县医院%u\n", world_id(i, id), i, 5 + i % 2,
                 1 + i % 28, 1 + i % 2, i * 7, i % 5);
}

void world_counts(struct world *w, int64_t rows, int64_t matched, int64_t invalid, int64_t unmatched, int64_t name,
                  int64_t refused)
{
    const struct delivery_counts *c = &w->r.delivery.counts;
    struct test *t = w->t;
    CHECK_I64(t, c->rows, c->matched + c->waiting_invalid + c->waiting_unmatched + c->waiting_name + c->refused);
    CHECK_I64(t, c->rows, rows);
    CHECK_I64(t, c->matched, matched);
    CHECK_I64(t, c->waiting_invalid, invalid);
    CHECK_I64(t, c->waiting_unmatched, unmatched);
    CHECK_I64(t, c->waiting_name, name);
    CHECK_I64(t, c->refused, refused);
}

static void take_ok(struct world *w, const char *dataset, const char *name, struct str text)
{
    enum rc rc = world_take(w, dataset, name, text);
    CHECK_I64(w->t, rc, RC_OK);
    if (rc) CHECK_STR(w->t, str_from(w->e.msg), STR(""));
}

static void take_bad(struct world *w, const char *dataset, const char *name, struct str text, const char *says)
{
    struct test *t = w->t;
    enum rc rc = world_take(w, dataset, name, text);
    CHECK_I64(t, rc, RC_INPUT);
    CHECK(t, str_find(str_from(w->e.msg), str_from(says), 0) != SIZE_MAX);
    if (str_find(str_from(w->e.msg), str_from(says), 0) == SIZE_MAX) CHECK_STR(t, str_from(w->e.msg), str_from(says));
}

/* With people 1..n on the roster. */
static bool world_with(struct world *w, struct test *t, const char *name, unsigned n)
{
    struct buf b;
    if (!world_init(w, t, name)) return false;
    buf_init(&b, MIB(64));
    world_roster(&b, 1, n);
    take_ok(w, "roster", "roster.csv", buf_str(&b));
    buf_fini(&b);
    return true;
}

static void check_store(struct world *w)
{
    struct check_report r;
    CHECK_I64(w->t, store_check(w->s, CHECK_FULL, &w->a, &r, &w->e), RC_OK);
    CHECK_I64(w->t, r.n, 0);
    if (r.n) CHECK_STR(w->t, r.v[0].text, STR(""));
}

static size_t in_force(struct world *w)
{
    struct delivery_list l = {0};
    CHECK_I64(w->t, delivery_known_at(w->s, &w->a, STR(""), INT64_MAX, &l, &w->e), RC_OK);
    return l.n;
}

/* ---- ordinary imports */

static void test_ordinary(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_with(&w, t, "ordinary", 30)) return;
    CHECK_I64(t, w.r.new_people, 30);
    CHECK_I64(t, w.r.new_households, 11);
    world_counts(&w, 30, 30, 0, 0, 0, 0);
    buf_init(&b, MIB(1));
    world_medical(&b, 1, 20);
    buf_addf(&b, "%s,别人,2026-05-05,1,3,,\n", world_id(3, id));
    buf_addf(&b, "%s,张31,2026-05-05,1,3,,\n", world_id(31, id));
    buf_addz(&b, "130725198001010011,张32,2026-05-05,1,3,,\n,张4,2026-05-05,1,3,,\n");
    buf_addf(&b, "%s,张5,2026-05-05,1,三块,,\n", world_id(5, id));
    buf_addf(&b, "%s,张5,2026-05-05,1,-3,,\n", world_id(5, id));
    buf_addf(&b, "%s,张5,2026-02-30,1,3,,\n%s,张5,2026-06-05,1\n,,,,,,\n", id, id);
    take_ok(&w, "medical", "m.csv", buf_str(&b));
    world_counts(&w, 28, 20, 2, 1, 1, 4);
    CHECK_I64(t, w.r.empty_rows, 1);
    CHECK_I64(t, w.r.delivery.division, INT64_C(130725000000));
    CHECK(t, w.r.division_guessed && w.r.covers_guessed);
    CHECK_I64(t, w.r.delivery.covers_from, date_make(2026, 5, 1));
    CHECK_I64(t, w.r.delivery.covers_to, date_make(2026, 6, 30));
    struct stored_ints person, line, day;
    CHECK_I64(t, stored_ints_read(&person, w.s, w.r.delivery.id, STR("person"), &w.e), RC_OK);
    CHECK_I64(t, stored_ints_read(&line, w.s, w.r.delivery.id, STR("line"), &w.e), RC_OK);
    CHECK_I64(t, stored_ints_read(&day, w.s, w.r.delivery.id, STR("settled"), &w.e), RC_OK);
    CHECK_I64(t, person.n, 20);
    CHECK_I64(t, line.n, 20);
    for (size_t i = 0; i < person.n && i < line.n && i < day.n; i++) {
        CHECK_I64(t, person.v[i], i + 1);
        CHECK_I64(t, line.v[i], i + 2);
        CHECK_I64(t, day.v[i], date_make(2026, 5 + (int)(i + 1) % 2, 1 + (int)(i + 1) % 28));
    }
    stored_ints_fini(&person);
    stored_ints_fini(&line);
    stored_ints_fini(&day);
    check_store(&w);
    buf_fini(&b);
    world_fini(&w);
}

static void test_cells(struct test *t)
{
    struct world w;
    char id[19], text[400];
    struct stored_texts ills, hospital, kind;
    struct stored_ints pay, father;
    if (!world_with(&w, t, "cells", 9)) return;
    (void)snprintf(text, sizeof text,
                   "\xEF\xBB\xBF证件号码\t姓名\t结算日期\t类别\t自付金额（万元）\t病种\t医院\t父亲\n%s\t 张1 "
                   "\t2026年6月\t住院\t1.5\t肺病、心脏病\t\t%s\n",
                   world_id(1, id), world_id(2, (char[19]){0}));
    take_ok(&w, "medical", "m.txt", str_from(text));
    world_counts(&w, 1, 1, 0, 0, 0, 0);
    int64_t d = w.r.delivery.id;
    CHECK_I64(t, stored_ints_read(&pay, w.s, d, STR("self_pay"), &w.e), RC_OK);
    CHECK_I64(t, stored_ints_read(&father, w.s, d, STR("father"), &w.e), RC_OK);
    CHECK_I64(t, stored_texts_read(&ills, w.s, d, STR("ills"), &w.e), RC_OK);
    CHECK_I64(t, stored_texts_read(&hospital, w.s, d, STR("hospital"), &w.e), RC_OK);
    CHECK_I64(t, stored_texts_read(&kind, w.s, d, STR("kind"), &w.e), RC_OK);
    CHECK_I64(t, pay.n == 1 ? pay.v[0] : 0, 1500000);
    CHECK_STR(t, ills.n == 1 ? ills.v[0] : STR(""), STR("heart,lung"));
    CHECK_STR(t, kind.n == 1 ? kind.v[0] : STR(""), STR("inpatient"));
    CHECK(t, hospital.n == 1 && !hospital.v[0].p);
    struct citizen_id c;
    struct id_rule rule = id_rule_make(date_make(2026, 7, 1));
    CHECK_I64(t, citizen_id_parse(str_from(world_id(2, id)), &rule, &c), ID_OK);
    CHECK_I64(t, father.n == 1 ? father.v[0] : 0, c.key);
    stored_ints_fini(&pay);
    stored_ints_fini(&father);
    stored_texts_fini(&ills);
    stored_texts_fini(&hospital);
    stored_texts_fini(&kind);
    world_fini(&w);
}

static void test_again(struct test *t)
{
    struct world w;
    struct buf b;
    if (!world_with(&w, t, "again", 9)) return;
    buf_init(&b, MIB(1));
    world_medical(&b, 1, 9);
    take_ok(&w, "medical", "m.csv", buf_str(&b));
    int64_t first = w.r.delivery.id;
    size_t n = in_force(&w);
    take_ok(&w, "medical", "other-name.csv", buf_str(&b));
    CHECK(t, w.r.same_file);
    CHECK_I64(t, w.r.same_as, first);
    CHECK_I64(t, in_force(&w), n);
    world_medical(&b, 3, 4); /* with its header again */
    take_bad(&w, "medical", "more.csv", buf_str(&b), "--replaces 2");
    w.o.adds = true;
    take_ok(&w, "medical", "more.csv", buf_str(&b));
    world_counts(&w, 11, 11, 0, 0, 0, 0);
    CHECK_STR(t, w.r.skipped, STR("header again: 11"));
    CHECK_I64(t, in_force(&w), n + 1);
    buf_fini(&b);
    world_fini(&w);
}

static void one_state(struct world *w, const char *name, struct str text, date_day from, int64_t division, bool same)
{
    struct test *t = w->t;
    w->now_us += 1000000;
    w->o.covers_from = w->o.covers_to = from;
    w->o.division = division;
    take_ok(w, "school", name, text);
    CHECK(t, w->r.same_file == same);
}

/* A list that did not change is delivered month for month; said for other days or another division it is not the file
 * that was taken in before. */
static void test_unchanged_list(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    date_day july = date_make(2026, 7, 31), august = date_make(2026, 8, 31);
    int64_t county = INT64_C(130725000000), town = INT64_C(130725100000);
    if (!world_with(&w, t, "unchanged", 9)) return;
    w.now_us = INT64_C(1791300000000000); /* 2026-10-06 */
    buf_init(&b, KIB(4));
    buf_addf(&b, "身份证号,姓名,年级\n%s,张1,3\n", world_id(1, id));
    one_state(&w, "roll.csv", buf_str(&b), july, county, false);
    int64_t first = w.r.delivery.id;
    size_t n = in_force(&w);
    one_state(&w, "roll.csv", buf_str(&b), july, county, true);
    one_state(&w, "roll.csv", buf_str(&b), july - 20, 0, true); /* a day of the same month */
    one_state(&w, "roll.csv", buf_str(&b), 0, 0, true);
    CHECK_I64(t, w.r.same_as, first);
    one_state(&w, "roll202607.csv", buf_str(&b), 0, county, true);
    CHECK_I64(t, in_force(&w), n);
    one_state(&w, "roll.csv", buf_str(&b), august, county, false);
    CHECK_I64(t, w.r.delivery.covers_to, august);
    one_state(&w, "roll202609.csv", buf_str(&b), 0, county, false);
    CHECK_I64(t, w.r.delivery.covers_to, date_make(2026, 9, 30));
    CHECK_I64(t, in_force(&w), n + 2);
    w.o.covers_from = w.o.covers_to = july;
    w.o.division = town;
    w.o.received = date_make(2026, 10, 7);
    take_bad(&w, "school", "roll.csv", buf_str(&b), "in the future");
    w.o.covers_from = w.o.covers_to = july;
    w.o.division = town;
    take_bad(&w, "school", "roll.csv", buf_str(&b), "--replaces"); /* the overlap is told, not "the same" */
    w.o.replaces = first;
    one_state(&w, "roll.csv", buf_str(&b), date_make(2026, 6, 30), county, false);
    CHECK_I64(t, w.r.delivery.covers_to, date_make(2026, 6, 30));
    CHECK_I64(t, in_force(&w), n + 2);
    buf_fini(&b);
    world_fini(&w);
}

static void test_replace_withdraw(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_with(&w, t, "replace", 9)) return;
    buf_init(&b, MIB(1));
    world_medical(&b, 1, 8);
    take_ok(&w, "medical", "m.csv", buf_str(&b));
    int64_t first = w.r.delivery.id;
    buf_clear(&b);
    world_medical(&b, 2, 8);
    buf_addf(&b, "%s,张1,2026-05-09,1,1,,\n%s,张1,2026-05-10,1,1,,\n", world_id(1, id), id);
    w.o.replaces = first;
    w.now_us += 1000000;
    take_ok(&w, "medical", "m2.csv", buf_str(&b));
    CHECK_I64(t, w.r.changed, 1);
    CHECK_I64(t, w.r.added, 1);
    CHECK_I64(t, w.r.removed, 0);
    int64_t second = w.r.delivery.id;
    CHECK_I64(t, import_withdraw(w.s, first, STR("wrong"), STR("me"), &w.e), RC_INPUT);
    CHECK_I64(t, import_withdraw(w.s, second, STR(" "), STR("me"), &w.e), RC_USAGE);
    CHECK_I64(t, import_withdraw(w.s, 1, STR("wrong"), STR("me"), &w.e), RC_INPUT); /* the roster is needed */
    CHECK_I64(t, import_withdraw(w.s, second, STR("wrong"), STR("me"), &w.e), RC_OK);
    CHECK_I64(t, in_force(&w), 1);
    CHECK_I64(t, import_withdraw(w.s, 1, STR("wrong"), STR("me"), &w.e), RC_OK);
    CHECK_I64(t, in_force(&w), 0);
    check_store(&w);
    buf_fini(&b);
    world_fini(&w);
}

/* ---- files that are refused */

static void test_refused_files(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_with(&w, t, "refused", 30)) return;
    buf_init(&b, MIB(1));
    buf_addz(&b, "姓名,身份证号,结算日期,类别,自付金额\n");
    for (unsigned i = 1; i <= 10; i++) buf_addf(&b, "%s,张%u,2026-05-01,1,5\n", world_id(i, id), i);
    take_bad(&w, "medical", "swapped.csv", buf_str(&b), "are the two swapped?");
    buf_clear(&b);
    buf_addz(&b, "姓名,身份证号,自付金额,类别,结算日期\n");
    for (unsigned i = 1; i <= 10; i++) buf_addf(&b, "张%u,%s,2026-05-%02u,1,12%u45.5\n", i, world_id(i, id), i, i);
    take_bad(&w, "medical", "dates.csv", buf_str(&b), "Column 3 \"自付金额\" looks like it: are the two swapped?");
    buf_clear(&b);
    buf_addz(&b, "姓名,身份证号,结算日期,类别,自付金额\n");
    for (unsigned i = 1; i <= 10; i++) buf_addf(&b, "张%u,%s,2026-05-01,1,%u.255\n", i, world_id(i, id), i);
    take_bad(&w, "medical", "fen.csv", buf_str(&b), "First in line 2: ");
    CHECK(t, str_find(str_from(w.e.msg), STR("swapped"), 0) == SIZE_MAX);
    CHECK(t, str_find(str_from(w.e.msg), STR("自付金额"), 0) != SIZE_MAX);
    take_bad(&w, "medical", "noid.csv", STR("姓名,结算日期,类别,自付金额\n甲,2026-05-01,1,1\n"),
             "no column for \"id\"");
    take_bad(&w, "medical", "notime.csv", STR("身份证号,姓名,类别,自付金额\n1,甲,1,1\n"), "no column for \"settled\"");
    take_bad(&w, "medicine", "x.csv", STR("a\n1\n"), "no book declares a dataset");
    take_bad(&w, "medical", "unit.csv", STR("身份证号,姓名,结算日期,自付金额（美元）\n1,甲,2026-01-01,1\n"),
             "is not known; use");
    buf_clear(&b);
    world_medical(&b, 1, 9);
    buf_addf(&b, "%s,张1,2026-01-09,1,1,,\n", world_id(1, id));
    take_bad(&w, "medical", "gap.csv", buf_str(&b), "a period in between has no row");
    buf_clear(&b);
    world_medical(&b, 1, 9);
    buf_addf(&b, "%s,张1,2026-07-09,1,1,,\n", world_id(1, id));
    take_bad(&w, "medical", "future.csv", buf_str(&b), "after the day the file was received");
    CHECK_I64(t, in_force(&w), 1);
    check_store(&w);
    buf_fini(&b);
    world_fini(&w);
}

/* What is compared with what: a snapshot with the period just before, without the day the file is of; events only with
 * the very delivery they replace. */
static void test_delta(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_with(&w, t, "delta", 9)) return;
    buf_init(&b, MIB(1));
    for (int month = 3; month <= 6; month++) {
        buf_clear(&b);
        buf_addz(&b, "身份证号,姓名,年级,统计日期\n");
        for (unsigned i = 1; i <= 5; i++)
            buf_addf(&b, "%s,张%u,%u,2026-%02d-%02d\n", world_id(i + (month == 6 && i == 5), id),
                     i + (month == 6 && i == 5), 3 + (month == 6 && i == 1), month, month % 2 ? 31 : 30);
        if (month == 4) continue; /* never delivered */
        take_ok(&w, "stock", "roll.csv", buf_str(&b));
        CHECK_I64(t, w.r.delivery.state_date, date_make(2026, month, month % 2 ? 31 : 30));
        if (month != 6) CHECK_I64(t, w.r.added, -1); /* March was two months before May */
    }
    CHECK_I64(t, w.r.against, w.r.delivery.id - 1);
    CHECK_I64(t, w.r.changed, 1);
    CHECK_I64(t, w.r.added, 1);
    CHECK_I64(t, w.r.removed, 1);
    buf_clear(&b);
    world_medical(&b, 1, 8);
    take_ok(&w, "medical", "m.csv", buf_str(&b));
    CHECK_I64(t, w.r.added, -1);
    int64_t first = w.r.delivery.id;
    buf_addf(&b, "%s,张1,2026-04-09,1,1,,\n", world_id(1, id));
    w.o.replaces = first;
    take_ok(&w, "medical", "m2.csv", buf_str(&b)); /* of more days than the one it replaces */
    CHECK_I64(t, w.r.added, -1);
    buf_fini(&b);
    world_fini(&w);
}

static void test_covers(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_with(&w, t, "covers", 9)) return;
    buf_init(&b, MIB(1));
    buf_addz(&b, "身份证号,姓名,年级\n");
    buf_addf(&b, "%s,张1,3\n%s,张1,13\n", world_id(1, id), id);
    take_bad(&w, "school", "roll.csv", buf_str(&b), "--covers");
    take_bad(&w, "school", "roll-2026-05_2026-06.csv", buf_str(&b), "--covers");
    take_ok(&w, "school", "roll202605.csv", buf_str(&b));
    world_counts(&w, 2, 1, 0, 0, 0, 1);
    CHECK_I64(t, w.r.delivery.state_date, date_make(2026, 5, 31));
    w.o.covers_from = w.o.covers_to = date_make(2026, 6, 30);
    buf_addz(&b, "\n\n");
    take_ok(&w, "school", "roll.csv", buf_str(&b));
    CHECK_I64(t, w.r.delivery.covers_from, date_make(2026, 6, 1));
    CHECK_I64(t, w.r.changed, 0);
    CHECK_I64(t, w.r.added, 0);
    take_bad(&w, "gift", "g.csv", STR("身份证号,姓名,金额\n"), "--empty");
    w.o.empty = true;
    take_ok(&w, "gift", "g.csv", STR("身份证号,姓名,金额\n"));
    world_counts(&w, 0, 0, 0, 0, 0, 0);
    CHECK_I64(t, w.r.delivery.covers_from, 0);
    w.o.covers_from = w.o.covers_to = date_make(2026, 7, 1);
    w.o.dry_run = true;
    size_t n = in_force(&w);
    buf_addz(&b, "x,y,z\n");
    w.o.division = INT64_C(130725000000);
    take_ok(&w, "school", "roll.csv", buf_str(&b));
    CHECK_I64(t, w.r.delivery.id, 0);
    CHECK_I64(t, in_force(&w), n);
    buf_fini(&b);
    world_fini(&w);
}

/* ---- bytes that are not in order */

static void test_gb18030_cut(struct test *t)
{
    static const char TEXT[] =
        "\xC9\xED\xB7\xDD\xD6\xA4\xBA\xC5,\xD0\xD5\xC3\xFB,\xBD\xF0\xB6\xEE\n"; /* 身份证号,姓名,金额 */
    struct world w;
    struct buf b;
    char id[19];
    if (!world_with(&w, t, "cut", 40)) return;
    buf_init(&b, MIB(1));
    buf_add(&b, str_make(TEXT, sizeof TEXT - 1));
    for (unsigned i = 1; i <= 30; i++) buf_addf(&b, "%s,\xD5\xC5%u,%u\n", world_id(i, id), i, i);
    buf_addf(&b, "%s,\xD5", world_id(31, id)); /* cut in the middle of 张 */
    take_ok(&w, "gift", "cut.csv", buf_str(&b));
    CHECK(t, w.r.delivery.cut); /* its days are not delivered */
    CHECK_STR(t, str_from(w.r.encoding), STR("GB18030"));
    world_counts(&w, 31, 30, 0, 0, 0, 1);
    buf_fini(&b);
    world_fini(&w);
}

static void test_id_forms(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19], x[19];
    unsigned k = 1;
    if (!world_with(&w, t, "forms", 60)) return;
    while (k < 60 && world_id(k, x)[17] != 'X') k++;
    x[17] = 'x';
    buf_init(&b, MIB(1));
    buf_addf(&b, "身份证号,姓名,金额\n%s,张%u,1\n", x, k);
    world_id(2, id);
    buf_addf(&b, "%.6s%.9s,张 2,1\n", id, id + 8);    /* 15 digits */
    buf_addf(&b, "'%s ,张３,1\n　", world_id(3, id)); /* apostrophe, blanks; full-width name */
    for (const char *p = world_id(4, id); *p; p++) buf_addf(&b, "\xEF\xBC%c", *p == 'X' ? '\xB8' : *p - '0' + '\x90');
    buf_addz(&b, ",张4,1\n");
    take_ok(&w, "gift", "forms.csv", buf_str(&b));
    world_counts(&w, 4, 4, 0, 0, 0, 0);
    buf_fini(&b);
    world_fini(&w);
}

/* ---- damaged files: every row accounted for */

static void damage(struct rng *r, struct buf *b)
{
    static const char BITS[] = ",\"\n\r\t;x0 \xFF\xE5\x00";
    for (unsigned i = (unsigned)rng_below(r, 40); i > 0 && b->n; i--)
        b->p[rng_below(r, b->n)] = BITS[rng_below(r, sizeof BITS)];
}

static void test_damaged(struct test *t)
{
    struct world w;
    struct rng r;
    unsigned taken = 0, odd = 0;
    if (!world_with(&w, t, "damaged", 60)) return;
    rng_seed(&r, 42);
    for (unsigned i = 0; i < (t->slow ? 2000 : 120); i++) {
        struct buf b;
        buf_init(&b, MIB(1));
        world_medical(&b, 1, 60);
        damage(&r, &b);
        w.o.dry_run = i % 4 != 0;
        w.o.adds = true;
        w.o.covers_from = date_make(2026, 5, 1);
        w.o.covers_to = date_make(2026, 6, 30);
        w.o.division = INT64_C(130725000000);
        w.o.part_bytes = 64 + rng_below(&r, 4000);
        w.o.threads = 1 + i % 3;
        enum rc rc = world_take(&w, "medical", "d.csv", buf_str(&b));
        const struct delivery_counts *c = &w.r.delivery.counts;
        if (rc == RC_OK) taken++;
        else odd += rc != RC_INPUT;
        if (!rc)
            odd += c->rows != c->matched + c->waiting_invalid + c->waiting_unmatched + c->waiting_name + c->refused;
        buf_fini(&b);
    }
    CHECK_I64(t, odd, 0);
    CHECK(t, taken > 20);
    check_store(&w);
    world_fini(&w);
}

/* What lies narrow in a record: amounts up to and beyond four bytes, blanks, hospitals mostly short or all the same or
 * neither (kind). */
enum { NARROW_PEOPLE = 300 };

static int64_t narrow_fen(unsigned i)
{
    static const int64_t FEN[] = {0,          1,          INT32_MAX - 1, INT32_MAX, INT64_C(2147483648),
                                  2147483649, 9999999999, 100,           50,        4294967296};
    return i % 11 == 10 ? INT64_MIN : FEN[i % 11];
}

static void narrow_hospital(unsigned i, unsigned kind, char out[64])
{
    static const char *const SHORT[] = {"甲院", "B", "1234567", "县第一人民医院分院", ""};
    static const char *const FEW[] = {"县人民医院", "乡卫生院东风分院", ""};
    if (kind == 0) (void)snprintf(out, 64, "%s", i % 40 == 3 ? SHORT[3] : i % 5 == 3 ? "" : SHORT[i % 5]);
    else if (kind == 1) (void)snprintf(out, 64, "%s", FEW[(i - 1) / 100]);
    else (void)snprintf(out, 64, i % 9 ? "第%u医院" : "县第%u人民医院的分院区", i * 37);
}

static void narrow_rows(struct buf *b, unsigned kind)
{
    char id[19], hospital[64];
    for (unsigned i = 1; i <= NARROW_PEOPLE; i++) {
        int64_t fen = narrow_fen(i);
        narrow_hospital(i, kind, hospital);
        buf_addf(b, "%s,张%u,2026-05-%02u,1,", world_id(i, id), i, 1 + i % 28);
        if (fen != INT64_MIN) buf_addf(b, "%" PRId64 ".%02d", fen / 100, (int)(fen % 100));
        buf_addf(b, ",,%s\n", hospital);
    }
}

static void narrow_file(struct buf *b, unsigned kind)
{
    buf_addz(b, "身份证号码,患者姓名,结算时间,类别,自付金额（元）,病种,医院\n");
    narrow_rows(b, kind);
}

/* Every row twice, and one that differs in the last digit of an amount that has no room in four bytes. */
static void check_once(struct world *w, struct buf *b, unsigned kind)
{
    char id[19];
    narrow_rows(b, kind);
    for (int k = 0; k < 3; k++)
        buf_addf(b, "%s,张1,2026-05-02,1,99999999999.%02d,,甲\n", world_id(1, id), k < 2 ? 1 : 2);
    w->o = (struct import_options){.division = INT64_C(130725000000), .part_bytes = 3000, .once = true, .adds = true};
    CHECK_I64(w->t, world_take(w, "medical", "once.csv", buf_str(b)), RC_OK);
    CHECK_I64(w->t, w->r.repeated, NARROW_PEOPLE + 1);
    world_counts(w, NARROW_PEOPLE + 2, NARROW_PEOPLE + 2, 0, 0, 0, 0);
}

/* run_lines: 0, or so few that a run is read while another one is stored. */
static void test_narrow(struct test *t, unsigned kind, uint32_t run_lines)
{
    struct world w;
    struct buf b;
    struct stored_ints pay, person;
    struct stored_texts at;
    char want[64];
    size_t wrong = 0;
    (void)snprintf(want, sizeof want, "narrow%u-%u", kind, (unsigned)run_lines);
    if (!world_init(&w, t, want)) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, NARROW_PEOPLE);
    CHECK_I64(t, world_take(&w, "roster", "r.csv", buf_str(&b)), RC_OK);
    buf_clear(&b);
    narrow_file(&b, kind);
    w.o.division = INT64_C(130725000000);
    w.o.part_bytes = 3000;
    w.o.run_lines = run_lines;
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_OK);
    world_counts(&w, NARROW_PEOPLE, NARROW_PEOPLE, 0, 0, 0, 0);
    CHECK_I64(t, stored_ints_read(&pay, w.s, w.r.delivery.id, STR("self_pay"), &w.e), RC_OK);
    CHECK_I64(t, stored_ints_read(&person, w.s, w.r.delivery.id, STR("line"), &w.e), RC_OK);
    CHECK_I64(t, stored_texts_read(&at, w.s, w.r.delivery.id, STR("hospital"), &w.e), RC_OK);
    for (size_t k = 0; k < pay.n && k < at.n; k++) {
        unsigned i = (unsigned)person.v[k] - 1;
        narrow_hospital(i, kind, want);
        wrong += pay.v[k] != narrow_fen(i) || !str_eq(at.v[k].p ? at.v[k] : STR(""), str_from(want));
    }
    CHECK_I64(t, (int64_t)pay.n, NARROW_PEOPLE);
    CHECK_I64(t, (int64_t)wrong, 0);
    stored_ints_fini(&pay);
    stored_ints_fini(&person);
    stored_texts_fini(&at);
    check_once(&w, &b, kind);
    buf_fini(&b);
    world_fini(&w);
}

/* Files of one command: a roster among them brings people whom the file behind it tells of; one cannot be read; one has
 * no dataset. */
enum { QUEUE_FILES = 7 };
static const struct queue_file {
    const char *dataset, *name;
    unsigned roster_from, from, to; /* of people; roster_from 0: medical rows */
    enum rc rc;
    int64_t matched;
} QUEUE[QUEUE_FILES] = {{"roster", "r1.csv", 1, 1, 30, RC_OK, 30},     {"medical", "m1.csv", 0, 1, 40, RC_OK, 30},
                        {"medical", "bad.csv", 1, 1, 40, RC_INPUT, 0}, {"roster", "r2.csv", 1, 1, 60, RC_OK, 60},
                        {"medical", "m2.csv", 0, 31, 50, RC_OK, 20},   {"medical", "m3.csv", 0, 2, 59, RC_OK, 58},
                        {"nothing", "m2.csv", 0, 31, 50, RC_INPUT, 0}};

static void queue_write(struct world *w, size_t i, char *path, size_t room)
{
    struct buf b;
    const struct queue_file *q = &QUEUE[i];
    buf_init(&b, MIB(1));
    if (q->roster_from) world_roster(&b, q->from, q->to);
    else world_medical(&b, q->from, q->to);
    (void)snprintf(path, room, "%s.%s", w->path, q->name);
    CHECK_I64(w->t, io_write_file(path, buf_str(&b), 0600, &w->e), RC_OK);
    buf_fini(&b);
}

/* run_lines: 0, or so few that the second run of a file may be read while the one before it is stored. */
static void test_queue(struct test *t, unsigned threads, uint32_t run_lines)
{
    struct world w;
    struct import_shared *shared = NULL;
    char path[QUEUE_FILES][600];
    struct import_options o[QUEUE_FILES];
    char name[32];
    (void)snprintf(name, sizeof name, "queue%u-%u", threads, (unsigned)run_lines);
    if (!world_init(&w, t, name)) return;
    CHECK_I64(t, import_shared_new(&shared, &w.e), RC_OK);
    for (size_t i = 0; i < QUEUE_FILES; i++) {
        queue_write(&w, i, path[i], sizeof path[i]);
        o[i] = (struct import_options){.file = path[i],
                                       .dataset = str_from(QUEUE[i].dataset),
                                       .division = INT64_C(130725000000),
                                       .adds = i > 0,
                                       .shared = shared,
                                       .threads = threads,
                                       .run_lines = run_lines,
                                       .part_bytes = run_lines ? 400 : 0,
                                       .next = i + 1 < QUEUE_FILES ? &o[i + 1] : NULL};
    }
    for (size_t i = 0; i < QUEUE_FILES; i++) {
        enum rc rc = import_file(w.s, w.p, NULL, &o[i], &w.out, &w.a, &w.r, &w.e);
        if (rc && !QUEUE[i].rc) CHECK_STR(t, str_from(w.e.msg), STR(""));
        CHECK_I64(t, rc, QUEUE[i].rc);
        CHECK_I64(t, rc ? 0 : w.r.delivery.counts.matched, QUEUE[i].matched);
        CHECK_I64(t, rc || QUEUE[i].roster_from ? 0 : w.r.delivery.counts.rows,
                  rc || QUEUE[i].roster_from ? 0 : QUEUE[i].to - QUEUE[i].from + 1);
    }
    import_shared_free(shared);
    world_fini(&w);
}

static void test_queues(struct test *t)
{
    static const uint32_t LINES[] = {0, 8, 5};
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) test_queue(t, 1, LINES[i]), test_queue(t, 3, LINES[i]);
}

void import_test(struct test *t);
void import_test(struct test *t)
{
    if (TEST(t, "what a delivery is compared with")) test_delta(t);
    if (TEST(t, "an ordinary file: matched, waiting, refused")) test_ordinary(t);
    if (TEST(t, "cells of every kind")) test_cells(t);
    if (TEST(t, "the same file twice; overlap; another part")) test_again(t);
    if (TEST(t, "an unchanged list for other days, another division, in place of a wrong one")) test_unchanged_list(t);
    if (TEST(t, "a corrected file replaces; withdrawing")) test_replace_withdraw(t);
    if (TEST(t, "files refused as a whole")) test_refused_files(t);
    if (TEST(t, "what a file covers")) test_covers(t);
    if (TEST(t, "GB18030 cut in the middle of a character")) test_gb18030_cut(t);
    if (TEST(t, "15 digits, lower-case x, full width")) test_id_forms(t);
    if (TEST(t, "every row accounted for in damaged files")) test_damaged(t);
    if (TEST(t, "files read ahead are as if read in their turn")) test_queues(t);
    if (!TEST(t, "large amounts, short and long texts; runs beside each other; equal rows counted once")) return;
    for (unsigned kind = 0; kind < 3; kind++) test_narrow(t, kind, 0), test_narrow(t, kind, 97);
}
