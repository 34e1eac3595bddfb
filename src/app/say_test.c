#include "app/say.h"
#include "base/mem.h"
#include "base/limits.h"
#include "base/test.h"

static struct str printed(FILE *f, struct buf *b)
{
    char chunk[256];
    size_t n;
    rewind(f);
    buf_clear(b);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) buf_add_bytes(b, chunk, n);
    return buf_str(b);
}

static void test_table(struct test *t)
{
    struct arena a;
    struct table table;
    struct out out;
    struct err e;
    struct buf b;
    FILE *f = tmpfile();
    if (!f) return;
    arena_init(&a, MIB(1));
    buf_init(&b, KIB(64));
    out_init(&out, f, LANG_EN);
    table_init(&table, &a, "name|>rows|where");
    table.clip[2] = 4;
    table_z(&table, "医保结算");
    table_number(&table, 1234567);
    table_z(&table, "西乡县");
    table_z(&table, "dibao");
    table_number(&table, 0);
    table_z(&table, "");
    CHECK_I64(t, table_print(&table, &out, &e), RC_OK);
    CHECK(t, str_eq(printed(f, &b), STR("name           rows  wher\n"
                                        "医保结算  1,234,567  西乡\n"
                                        "dibao             0  \n")));
    (void)fclose(f);
    buf_fini(&b);
    arena_fini(&a);
}

static void test_numbers(struct test *t)
{
    char s[32];
    CHECK(t, str_eq(str_from(say_number(0, s)), STR("0")));
    CHECK(t, str_eq(str_from(say_number(-999, s)), STR("-999")));
    CHECK(t, str_eq(str_from(say_number(-1000, s)), STR("-1,000")));
    CHECK(t, str_eq(str_from(say_number(INT64_MIN, s)), STR("-9,223,372,036,854,775,808")));
    CHECK(t, str_eq(str_from(say_time(INT64_C(1790000000000000), s)), STR("2026-09-21 22:13")));
}

static void test_json(struct test *t)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_text(&j, "a", STR("x\"y"));
    json_open(&j, "b", '[');
    json_number(&j, NULL, 1);
    json_bool(&j, NULL, false);
    json_date(&j, NULL, 0);
    json_close(&j, ']');
    json_open(&j, "c", '[');
    json_close(&j, ']');
    json_division(&j, "d", INT64_C(610724000000));
    json_close(&j, '}');
    CHECK(t, str_eq(buf_str(&j.b), STR("{\"a\":\"x\\\"y\",\"b\":[1,false,null],\"c\":[],\"d\":\"610724000000\"}")));
    buf_fini(&j.b);
}

void say_test(struct test *t);
void say_test(struct test *t)
{
    if (TEST(t, "say: tables are aligned for wide characters")) test_table(t);
    if (TEST(t, "say: numbers and times")) test_numbers(t);
    if (TEST(t, "say: JSON")) test_json(t);
}
