/* The findings file is in order of the households' codes, however they lie in the register. */
#include <stdlib.h>
#include "screen/screen_test_int.h"
#include "store/people.h"

void findings_file_test(struct test *t);

static const char BOOK[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_WATER;

enum { CODES_MAX = 400, CODE_TEXT = 16 };

struct codes {
    char v[CODES_MAX][CODE_TEXT]; /* in order of the roster */
    size_t n;
};

static int by_bytes(const void *a, const void *b) { return strcmp(a, b); }

/* A household each, without good water. */
static void take_roster(struct town *w, const struct codes *c)
{
    struct buf b;
    buf_init(&b, MIB(1));
    buf_addz(&b, "身份证号,姓名,户编号,区划,饮水安全\n");
    for (size_t i = 0; i < c->n; i++) buf_addf(&b, "%s,某,%s,610926100201,否\n", town_id((unsigned)i).z, c->v[i]);
    w->o.received = town_day("2026-01-01");
    CHECK_I64(w->t, town_take(w, "roster", buf_str(&b)), RC_OK);
    buf_fini(&b);
}

/* Numbers are given in order of the roster: so the file has to be sorted. */
static void check_numbers(struct town *w, const struct codes *c)
{
    uint32_t first = 0, last = 0;
    CHECK_I64(w->t, household_find(w->s, str_from(c->v[0]), &first, &w->e), RC_OK);
    CHECK_I64(w->t, household_find(w->s, str_from(c->v[c->n - 1]), &last, &w->e), RC_OK);
    CHECK(w->t, first && first < last);
}

static void test_order(struct test *t, const char *name, struct codes *c)
{
    struct town w;
    struct buf want;
    if (!town_open(&w, t, name, BOOK)) return;
    take_roster(&w, c);
    check_numbers(&w, c);
    qsort(c->v, c->n, sizeof c->v[0], by_bytes);
    buf_init(&want, MIB(1));
    buf_addz(&want, "household,rule,kind,verdict,state,severity,clause\n");
    for (size_t i = 0; i < c->n; i++) buf_addf(&want, "%s,water,risk,true,new,yellow,t#t\n", c->v[i]);
    CHECK_I64(t, town_screen(&w, "2026-01-31", "2026-02-10"), RC_OK);
    CHECK_STR(t, buf_str(&w.found), buf_str(&want));
    buf_fini(&want);
    town_close(&w);
}

static void add(struct codes *c, char letter, unsigned from, unsigned to, unsigned step)
{
    for (unsigned i = from; i < to; i += step) (void)snprintf(c->v[c->n++], CODE_TEXT, "%c%03u", letter, i);
}

void findings_file_test(struct test *t)
{
    struct codes c;
    if (TEST(t, "codes in order")) {
        c.n = 0;
        add(&c, 'a', 0, 40, 1);
        test_order(t, "sorted", &c);
    }
    if (TEST(t, "a roster whose counties are each in order")) {
        c.n = 0;
        add(&c, 'b', 0, 40, 1), add(&c, 'd', 0, 1, 1), add(&c, 'a', 0, 30, 2), add(&c, 'c', 0, 40, 1);
        test_order(t, "counties", &c);
    }
    if (TEST(t, "a province whose cities follow one another in each county's number")) {
        c.n = 0;
        for (unsigned county = 0; county < 9; county++)
            for (char city = 'a'; city < 'e'; city++) add(&c, city, county * 10, county * 10 + 10, 1);
        test_order(t, "province", &c);
    }
    if (TEST(t, "stretches in order that lie inside of others")) {
        c.n = 0;
        add(&c, 'a', 0, 40, 2), add(&c, 'a', 1, 40, 2), add(&c, 'b', 0, 5, 1);
        test_order(t, "inside", &c);
    }
    if (TEST(t, "more stretches than are looked at")) {
        c.n = 0;
        for (unsigned i = 50; i-- > 0;) add(&c, 'a', i, i + 1, 1);
        add(&c, 'b', 0, 1, 1);
        test_order(t, "many", &c);
    }
}
