#include "screen/screen_test_int.h"
#include <stdarg.h>
#include <stdio.h>
#include "base/limits.h"
#include "ident/citizen_id.h"
#include "store/check.h"

void screen_test(struct test *t);

/* ---------------------------------------------------------------- the town */

date_day town_day(const char *text) { return text && *text ? date_parse_iso(str_from(text)) : 0; }

struct town_text town_id(unsigned i)
{
    struct town_text t;
    uint64_t day = (uint64_t)(1950 + i / 336 % 50) * 10000 + (1 + i / 28 % 12) * 100 + 1 + i % 28;
    (void)citizen_key_format((UINT64_C(610926) * 100000000 + day) * 1000 + i % 1000, t.z);
    return t;
}

static enum rc open_store(struct town *w)
{
    struct store_options o = {.path = w->path, .access = STORE_WRITE, .clock = clock_fixed(&w->now_us)};
    return store_open(&w->s, &o, &w->e);
}

bool town_dirs(struct town *w, const char *const *dirs, size_t n)
{
    policy_free(w->p);
    w->p = NULL;
    arena_reset(&w->book_arena);
    diags_init(&w->diags, &w->book_arena, LANG_EN);
    books_init(&w->books, &w->book_arena);
    bool ok = books_load(&w->books, dirs, n, &w->diags, &w->e) == RC_OK &&
              policy_new(&w->p, &w->books, &w->book_arena, &w->diags, &w->e) == RC_OK && !w->diags.errors;
    if (!ok) CHECK_STR(w->t, w->diags.n ? w->diags.v[0].msg : str_from(w->e.msg), STR(""));
    return ok;
}

bool town_books(struct town *w, const char *const *texts, size_t n)
{
    policy_free(w->p);
    w->p = NULL;
    arena_reset(&w->book_arena);
    diags_init(&w->diags, &w->book_arena, LANG_EN);
    books_init(&w->books, &w->book_arena);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        struct buf b;
        buf_init(&b, MIB(1));
        buf_addf(&b, "```policy\n%s\n```\n", texts[i]);
        struct book_file f = {STR("t.md"), str_dup(&w->book_arena, buf_str(&b))};
        char folder[24];
        (void)snprintf(folder, sizeof folder, "b%zu", i);
        ok = book_parse(&w->books, str_dup(&w->book_arena, str_from(folder)), &f, 1, &w->diags, &w->e) == RC_OK;
        buf_fini(&b);
    }
    ok = ok && policy_new(&w->p, &w->books, &w->book_arena, &w->diags, &w->e) == RC_OK && !w->diags.errors;
    if (!ok) CHECK_STR(w->t, w->diags.n ? w->diags.v[0].msg : str_from(w->e.msg), STR(""));
    if (ok) policy_set_events(w->p, w->params, w->n_params);
    return ok;
}

void town_close(struct town *w)
{
    screening_free(&w->sc);
    store_close(w->s);
    policy_free(w->p);
    arena_fini(&w->a);
    arena_fini(&w->book_arena);
    buf_fini(&w->found);
    if (w->null) (void)fclose(w->null);
}

bool town_open(struct town *w, struct test *t, const char *name, const char *book)
{
    struct store_key_report key;
    *w = (struct town){.t = t, .now_us = INT64_C(1796083200000000), .e.lang = LANG_EN}; /* 2026-12-01 */
    (void)snprintf(w->path, sizeof w->path, "%s/town-%s", t->tmp_dir, name);
    arena_init(&w->a, MIB(256));
    arena_init(&w->book_arena, MIB(64));
    buf_init(&w->found, MIB(64));
    w->null = fopen("/dev/null", "w");
    out_init(&w->out, w->null, LANG_EN);
    struct store_options o = {.path = w->path, .access = STORE_WRITE, .clock = clock_fixed(&w->now_us)};
    bool ok = w->null && town_books(w, &book, 1) && store_init(&o, &key, &w->e) == RC_OK && open_store(w) == RC_OK;
    CHECK(t, ok);
    if (!ok) town_close(w);
    return ok;
}

void town_check(struct town *w)
{
    struct check_report r = {0};
    store_close(w->s);
    w->s = NULL;
    bool ok = open_store(w) == RC_OK && store_check(w->s, CHECK_FULL, &w->a, &r, &w->e) == RC_OK;
    CHECK(w->t, ok);
    CHECK_I64(w->t, r.n, 0);
    if (r.n) CHECK_STR(w->t, r.v[0].text, STR(""));
}

void town_covers(struct town *w, const char *from, const char *to)
{
    w->o.covers_from = town_day(from);
    w->o.covers_to = town_day(to);
}

enum rc town_take(struct town *w, const char *dataset, struct str text)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s.%u.csv", w->path, w->files++);
    w->e.msg[0] = 0;
    if (io_write_file(path, text, 0600, &w->e)) return RC_ENV;
    w->o.file = path;
    w->o.dataset = str_from(dataset);
    w->o.by_who = STR("tester");
    enum rc rc = import_file(w->s, w->p, NULL, &w->o, &w->out, &w->a, &w->r, &w->e);
    w->o = (struct import_options){0};
    return rc;
}

void town_file(struct town *w, const char *dataset, const char *received, const char *fmt, ...)
{
    struct buf b;
    va_list ap;
    buf_init(&b, MIB(1));
    char text[8192];
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_addz(&b, text);
    w->o.received = town_day(received);
    if (town_take(w, dataset, buf_str(&b))) CHECK_STR(w->t, str_from(w->e.msg), STR(""));
    buf_fini(&b);
}

enum rc town_screen(struct town *w, const char *as_of, const char *known_at)
{
    static const uint8_t hash[SCREEN_HASH_BYTES] = {1};
    char path[600];
    struct screen_options o = w->so;
    (void)snprintf(path, sizeof path, "%s.found.csv", w->path);
    o.as_of = town_day(as_of);
    o.known_at = town_day(known_at);
    o.findings_path = path;
    o.by_who = STR("tester");
    if (!o.threads) o.threads = 1;
    screening_free(&w->sc);
    buf_clear(&w->found);
    w->e.msg[0] = 0;
    enum rc rc = screen_run(&w->sc, w->s, w->p, hash, NULL, &o, &w->diags, &w->e);
    if (!rc) rc = io_read_file(path, &w->found, &w->e);
    return rc;
}

/* Household, rule, verdict and state of each line. */
static void shorten(struct town *w, struct buf *b)
{
    struct str all = buf_str(&w->found), line, cell[4] = {{0}};
    (void)str_cut(&all, '\n', &line); /* the header */
    while (str_cut(&all, '\n', &line)) {
        static const int keep[7] = {0, 1, -1, 2, 3, -1, -1};
        struct str c;
        for (int i = 0; i < 7 && str_cut(&line, ',', &c); i++)
            if (keep[i] >= 0) cell[keep[i]] = c;
        if (b->n) buf_addz(b, "; ");
        buf_addf(b, "%.*s %.*s %.*s%s%.*s", STR_ARG(cell[0]), STR_ARG(cell[1]), STR_ARG(cell[2]), cell[3].n ? " " : "",
                 STR_ARG(cell[3]));
    }
}

void town_expect_at(struct town *w, const char *as_of, const char *known_at, const char *found, const char *file,
                    int line)
{
    struct buf b;
    enum rc rc = town_screen(w, as_of, known_at);
    test_eq_i64(w->t, rc, RC_OK, file, line, "screen");
    if (rc) test_eq_str(w->t, w->diags.n ? w->diags.v[0].msg : str_from(w->e.msg), STR(""), file, line, "message");
    buf_init(&b, MIB(1));
    shorten(w, &b);
    test_eq_str(w->t, buf_str(&b), str_from(found), file, line, "findings");
    buf_fini(&b);
}

struct str town_why(struct town *w, const char *rule)
{
    struct buf b;
    buf_init(&b, KIB(64));
    for (size_t i = 0; i < w->sc.n_unjudged; i++) {
        const struct unjudged *u = &w->sc.unjudged[i];
        const reason *v;
        if (!str_eq(w->sc.rules[u->rule].name, str_from(rule))) continue;
        size_t n = reasons_get(w->sc.w.reasons, u->why, &v);
        for (size_t k = 0; k < n; k++) {
            if (b.n) buf_addz(&b, "; ");
            zh_reason(w->p, v[k], LANG_EN, &b);
        }
    }
    struct str s = str_dup(&w->a, buf_str(&b));
    buf_fini(&b);
    return s;
}

struct str town_tasks(struct town *w)
{
    struct task *v = NULL;
    size_t n = 0;
    struct buf b;
    buf_init(&b, KIB(4));
    CHECK_I64(w->t, tasks_list_open(w->s, &w->a, &v, &n, &w->e), RC_OK);
    for (size_t i = 0; i < n; i++) buf_addf(&b, "%s%u", i ? " " : "", v[i].household_no);
    struct str s = str_dup(&w->a, buf_str(&b));
    buf_fini(&b);
    return s;
}

/* ---------------------------------------------------------------- states */

static const char BOOK[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL TOWN_WATER;

/* Two households, one person each, in one county. */
static void two_households(struct town *w)
{
    town_file(w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,是\n%s,乙,H2,610926100202,是\n", town_id(1).z,
              town_id(2).z);
}

static void medical_month(struct town *w, const char *received, unsigned month, unsigned pay1, unsigned pay2)
{
    char from[16], to[16];
    static const unsigned days[] = {0, 31, 28, 31, 30, 31, 30};
    (void)snprintf(from, sizeof from, "2026-%02u-01", month % 7);
    (void)snprintf(to, sizeof to, "2026-%02u-%02u", month % 7, days[month % 7]);
    town_covers(w, from, to);
    town_file(w, "medical", received, "身份证号,姓名,单号,结算日期,自付\n%s,甲,A%u,%s,%u\n%s,乙,B%u,%s,%u\n",
              town_id(1).z, month, to, pay1, town_id(2).z, month, to, pay2);
}

void town_set(struct town *w, const char *name, const char *value, int64_t division)
{
    CHECK(w->t, w->n_params < TOWN_PARAMS_MAX);
    w->params[w->n_params++] =
        (struct param_setting){.name = str_from(name), .division = division, .value_text = str_from(value)};
    policy_set_events(w->p, w->params, w->n_params);
}

static void test_states(struct test *t)
{
    struct town w;
    if (!town_open(&w, t, "states", BOOK)) return;
    town_set(&w, "line", "100 yuan", 0);
    two_households(&w);
    medical_month(&w, "2026-02-01", 1, 500, 0);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 ill true new");
    CHECK_STR(t, town_tasks(&w), STR("1"));
    CHECK_I64(t, w.sc.tasks_opened, 1);
    medical_month(&w, "2026-03-01", 2, 500, 500);
    town_expect(&w, "2026-02-28", "2026-03-10", "H1 ill true still; H2 ill true new");
    CHECK_STR(t, town_tasks(&w), STR("1 2"));
    /* March is not delivered: nothing can be said. */
    town_expect(&w, "2026-03-31", "2026-04-10", "H1 ill unknown unconfirmed; H2 ill unknown unconfirmed");
    CHECK_STR(t, town_why(&w, "ill"), STR("医保局 2026-03 医疗 not delivered"));
    CHECK_STR(t, town_tasks(&w), STR("1 2"));
    CHECK_I64(t, w.sc.tasks_closed, 0);
    medical_month(&w, "2026-05-01", 4, 500, 0);
    town_expect(&w, "2026-04-30", "2026-05-10", "H1 ill true still; H2 ill false cleared");
    CHECK_STR(t, town_tasks(&w), STR("1"));
    CHECK_I64(t, w.sc.tasks_closed, 1);
    medical_month(&w, "2026-06-01", 5, 0, 500); /* true after cleared is new again */
    town_expect(&w, "2026-05-31", "2026-06-10", "H1 ill false cleared; H2 ill true new");
    CHECK_STR(t, town_tasks(&w), STR("2"));
    /* The parameter is empty again: not run, the finding stays. */
    w.n_params = 0;
    policy_set_events(w.p, w.params, 0);
    town_expect(&w, "2026-06-30", "2026-07-10", "H2 ill unknown unconfirmed");
    CHECK_I64(t, w.sc.n_skipped, 1);
    CHECK_STR(t, w.sc.skipped[0].param, STR("line"));
    CHECK_I64(t, w.sc.skipped[0].households, 2);
    CHECK_STR(t, town_tasks(&w), STR("2"));
    town_check(&w);
    town_close(&w);
}

/* The file itself: columns, order by code and rule, words. */
static void test_file(struct test *t)
{
    struct town w;
    if (!town_open(&w, t, "file", BOOK)) return;
    town_set(&w, "line", "100 yuan", 0);
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H2,610926100201,否\n%s,乙,H10,610926100202,\n%s,丙,\"H,1\","
              "610926100202,否\n",
              town_id(1).z, town_id(2).z, town_id(3).z);
    medical_month(&w, "2026-02-01", 1, 500, 500);
    CHECK_I64(t, town_screen(&w, "2026-01-31", "2026-02-10"), RC_OK);
    CHECK_STR(t, buf_str(&w.found),
              STR("household,rule,kind,verdict,state,severity,clause\n"
                  "\"H,1\",water,risk,true,new,yellow,t#t\n"
                  "H10,ill,risk,true,new,red,t#t\n"
                  "H2,ill,risk,true,new,red,t#t\n"
                  "H2,water,risk,true,new,yellow,t#t\n"));
    w.so.with_unknown = true;
    CHECK_I64(t, town_screen(&w, "2026-01-31", "2026-02-10"), RC_OK);
    CHECK_STR(t, buf_str(&w.found),
              STR("household,rule,kind,verdict,state,severity,clause\n"
                  "\"H,1\",water,risk,true,new,yellow,t#t\n"
                  "H10,ill,risk,true,new,red,t#t\n"
                  "H10,water,risk,unknown,,yellow,t#t\n"
                  "H2,ill,risk,true,new,red,t#t\n"
                  "H2,water,risk,true,new,yellow,t#t\n"));
    town_close(&w);
}

/* Rules that are gone, households that are gone, households elsewhere. */
static void test_withdrawn(struct test *t)
{
    static const char NATION[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL;
    static const char PROVINCE[] = "book sx \"陕西\" { jurisdiction 61 inherits t }\n" TOWN_WATER;
    const char *both[] = {NATION, PROVINCE};
    struct town w;
    if (!town_open(&w, t, "withdrawn", NATION) || !town_books(&w, both, 2)) return;
    town_set(&w, "line", "100 yuan", 0);
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,否\n%s,乙,H2,610926100202,否\n%s,丙,H3,"
              "140926100202,否\n",
              town_id(1).z, town_id(2).z, town_id(3).z);
    w.o.division = INT64_C(610926000000);
    medical_month(&w, "2026-02-01", 1, 500, 500);
    town_expect(&w, "2026-01-31", "2026-02-10",
                "H1 ill true new; H1 water true new; H2 ill true new; H2 water true new");
    /* The first moves to another household, the second to another province. */
    town_file(&w, "roster", "2026-02-15",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H9,610926100201,否\n%s,乙,H2,140926100202,否\n", town_id(1).z,
              town_id(2).z);
    w.o.division = INT64_C(610926000000);
    medical_month(&w, "2026-03-01", 2, 500, 0);
    town_expect(&w, "2026-02-28", "2026-03-10",
                "H1 ill false withdrawn; H1 water false withdrawn; H2 ill unknown unconfirmed; "
                "H2 water false withdrawn; H9 ill true new; H9 water true new");
    CHECK_STR(t, town_tasks(&w), STR("2 4"));
    /* The rule leaves the book. */
    static const char LESS[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE;
    const char *less[] = {LESS, PROVINCE};
    CHECK(t, town_books(&w, less, 2));
    town_expect(&w, "2026-03-31", "2026-04-10", "H2 ill false withdrawn; H9 ill false withdrawn; H9 water true still");
    CHECK_STR(t, town_tasks(&w), STR("4"));
    /* Back again: new. */
    CHECK(t, town_books(&w, both, 2));
    town_expect(&w, "2026-04-30", "2026-04-30", "H9 water true still");
    town_check(&w);
    town_close(&w);
}

/* Which screens are kept. */
static void test_kept(struct test *t)
{
    struct town w;
    struct screen *v = NULL, at;
    size_t n = 0;
    if (!town_open(&w, t, "kept", BOOK)) return;
    town_set(&w, "line", "100 yuan", 0);
    two_households(&w);
    medical_month(&w, "2026-02-01", 1, 500, 0);
    medical_month(&w, "2026-03-01", 2, 500, 500);
    town_expect(&w, "2026-02-28", "2026-03-10", "H1 ill true new; H2 ill true new");
    int64_t first = w.sc.screen.id;
    town_expect(&w, "2026-02-28", "2026-03-10",
                "H1 ill true new; H2 ill true new"); /* compared with earlier days only */
    CHECK(t, w.sc.screen.id != first && !w.sc.replay);
    CHECK_I64(t, screen_at(w.s, &w.a, town_day("2026-02-28"), &at, &w.e), RC_OK);
    CHECK_I64(t, at.id, w.sc.screen.id);
    CHECK_STR(t, town_tasks(&w), STR("1 2"));
    town_expect(&w, "2026-01-31", "2026-03-10", "H1 ill true new"); /* before the last kept one */
    CHECK(t, w.sc.replay && !w.sc.screen.id);
    CHECK_STR(t, town_tasks(&w), STR("1 2"));
    CHECK_I64(t, screen_list(w.s, &w.a, &v, &n, &w.e), RC_OK);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) kept += v[i].state == SCREEN_KEPT;
    CHECK_I64(t, kept, 1);
    CHECK_I64(t, town_screen(&w, "2026-03-11", "2026-03-10"), RC_INPUT); /* D after K */
    w.so.dry = true;
    town_expect(&w, "2026-03-31", "2026-03-31", "H1 ill true still; H2 ill true still");
    CHECK_I64(t, screen_latest(w.s, &w.a, &at, &w.e), RC_OK);
    CHECK_I64(t, at.as_of, town_day("2026-02-28"));
    town_check(&w);
    town_close(&w);
}

/* The first month's finding ends in the second; then the second month's file is withdrawn. */
static void test_replaced_tasks(struct test *t)
{
    struct town w;
    if (!town_open(&w, t, "replaced", BOOK)) return;
    town_set(&w, "line", "100 yuan", 0);
    two_households(&w);
    medical_month(&w, "2026-02-01", 1, 500, 0);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 ill true new");
    int64_t first = w.sc.screen.id;
    medical_month(&w, "2026-03-01", 2, 0, 500);
    town_expect(&w, "2026-02-28", "2026-03-10", "H1 ill false cleared; H2 ill true new");
    CHECK_STR(t, town_tasks(&w), STR("2"));
    int64_t now = w.now_us;
    w.now_us = (int64_t)(town_day("2026-03-12") - town_day("1970-01-01")) * 86400 * 1000000;
    CHECK_I64(t, import_withdraw(w.s, w.r.delivery.id, STR("wrong file"), STR("tester"), &w.e), RC_OK);
    w.now_us = now;
    town_expect(&w, "2026-02-28", "2026-03-20", "H1 ill unknown unconfirmed");
    CHECK_STR(t, town_tasks(&w), STR("1"));
    CHECK_I64(t, w.sc.tasks_opened, 0);
    CHECK_I64(t, w.sc.tasks_closed, 0);
    CHECK_I64(t, w.sc.tasks_open, 1);
    struct task *v = NULL;
    size_t n = 0;
    CHECK_I64(t, tasks_of_household(w.s, &w.a, 1, &v, &n, &w.e), RC_OK);
    CHECK(t, n == 1 && v[0].opened_screen == first && !v[0].closed_screen);
    CHECK_I64(t, tasks_of_household(w.s, &w.a, 2, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 0);
    town_check(&w);
    town_close(&w);
}

/* A rule on members: the state is each member's, the file has one line a household. */
static void test_members(struct test *t)
{
    static const char MEMBERS[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL
                                  "rule costly \"自付高\" risk orange on member { when sum(pay for member.medical "
                                  "where settled within 1 month) > 100 yuan }\n";
    struct town w;
    if (!town_open(&w, t, "members", MEMBERS)) return;
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,是\n%s,乙,H1,610926100201,是\n", town_id(1).z,
              town_id(2).z);
    medical_month(&w, "2026-02-01", 1, 500, 500);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 costly true new");
    CHECK_I64(t, w.sc.n_findings, 2);
    CHECK_STR(t, town_tasks(&w), STR("1"));
    medical_month(&w, "2026-03-01", 2, 500, 0);
    town_expect(&w, "2026-02-28", "2026-03-10", "H1 costly true still");
    CHECK_I64(t, w.sc.rules[0].count[FS_STILL], 1);
    CHECK_I64(t, w.sc.rules[0].count[FS_CLEARED], 1);
    /* One of them moves out: his finding goes with him. */
    town_file(&w, "roster", "2026-03-20", "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H2,610926100201,是\n",
              town_id(1).z);
    town_expect(&w, "2026-03-31", "2026-04-02", "H2 costly true still");
    CHECK_STR(t, town_tasks(&w), STR("2"));
    town_close(&w);
}

void screen_test(struct test *t)
{
    if (TEST(t, "states of findings over months")) test_states(t);
    if (TEST(t, "the findings file")) test_file(t);
    if (TEST(t, "findings withdrawn")) test_withdrawn(t);
    if (TEST(t, "screens kept, replaced and replayed")) test_kept(t);
    if (TEST(t, "a replaced screen's tasks are undone")) test_replaced_tasks(t);
    if (TEST(t, "findings of members")) test_members(t);
}
