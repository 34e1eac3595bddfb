/* A list with a line for each member, about their household's head: whose line says what, lines that are no rows, lines
 * that say one row, and lines that contradict each other. */
#include "base/limits.h"
#include "match/match_test_int.h"
#include "match/once.h"
#include "match/stored.h"

static const char HEAD[] = "身份证号,姓名,户编号,区划,出生日期,饮水安全,联系电话,户主身份证号,户主姓名,统计日期,户收入,"
                           "说明,致贫原因1,致贫原因2\n";

struct line {
    unsigned person, head;
    const char *water, *phone, *income, *note, *reasons;
};

static const struct line LINES[] = {
    {2, 1, "是", "不是号码", "", "", ","},
    {1, 1, "是", "13900000001", "", "旧房", "心脏病,肺病"},
    {3, 1, "是", "13900000003", "30000000", "", ","},
    /* nothing is said */
    {4, 4, "", "13900000004", "", "", ","},
    {5, 4, "", "", "", "/", ","},
    /* the column that says there is a row is blank, but others are not */
    {7, 7, "", "", "100", "", ","},
    {8, 7, "", "13900000008", "100", "", ","},
    /* contradictions */
    {10, 10, "是", "", "100", "甲", "心脏病,"},
    {11, 10, "否", "", "200", "乙", "心脏病,"},
    {12, 10, "是", "", "100", "甲", "心脏病,肺病"},
};

static void add_lines(struct buf *b)
{
    char mine[19], of[19];
    buf_addz(b, HEAD);
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) {
        const struct line *l = &LINES[i];
        buf_addf(b, "%s,张%u,H%05u,130725100200,,%s,%s,%s,张%u,2026-05-31,%s,%s,%s\n", world_id(l->person, mine),
                 l->person, l->head, l->water, l->phone, world_id(l->head, of), l->head, l->income, l->note,
                 l->reasons);
    }
}

static void check_ints(struct test *t, struct world *w, const char *field, int64_t a, int64_t b, int64_t c)
{
    struct stored_ints v;
    const int64_t want[] = {a, b, c};
    CHECK_I64(t, stored_ints_read(&v, w->s, w->r.delivery.id, str_from(field), &w->e), RC_OK);
    CHECK_I64(t, v.n, 3);
    for (size_t i = 0; i < v.n && i < 3; i++) CHECK_I64(t, v.v[i], want[i]);
    stored_ints_fini(&v);
}

static void check_texts(struct test *t, struct world *w, const char *field, const char *a, const char *b, const char *c)
{
    struct stored_texts v;
    const char *const want[] = {a, b, c};
    CHECK_I64(t, stored_texts_read(&v, w->s, w->r.delivery.id, str_from(field), &w->e), RC_OK);
    CHECK_I64(t, v.n, 3);
    for (size_t i = 0; i < v.n && i < 3; i++) {
        if (want[i]) test_eq_str(t, v.v[i], str_from(want[i]), __FILE__, __LINE__, field);
        else CHECK(t, !v.v[i].p);
    }
    stored_texts_fini(&v);
}

static void list_of_members(struct test *t)
{
    struct world w;
    struct buf b;
    if (!world_init(&w, t, "plan_shared")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 12);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_clear(&b);
    add_lines(&b);
    CHECK_I64(t, world_take(&w, "watched", "w.csv", buf_str(&b)), RC_OK);
    world_counts(&w, 3, 3, 0, 0, 0, 0);
    CHECK_I64(t, w.r.no_rows, 2);
    CHECK_I64(t, w.r.repeated, 5);
    CHECK_STR(t, w.r.conflicts, STR("饮水安全 1, 户收入 1, 说明 1, 致贫原因1 1"));
    CHECK(t, str_find(w.r.conflicts_json, STR("\"header\":\"户收入\",\"people\":1}"), 0) != SIZE_MAX);
    check_ints(t, &w, "tel", INT64_C(13900000001), INT64_MIN, INT64_MIN);
    check_ints(t, &w, "income", INT64_C(3000000000), 10000, INT64_MIN);
    check_ints(t, &w, "water", 1, INT64_MIN, INT64_MIN);
    check_texts(t, &w, "note", "旧房", NULL, "甲");
    check_texts(t, &w, "reasons", "heart,lung", NULL, NULL);
    buf_fini(&b);
    world_fini(&w);
}

static int64_t int_of(struct test *t, struct world *w, const char *field, size_t row)
{
    struct stored_ints v;
    int64_t x = -1;
    CHECK_I64(t, stored_ints_read(&v, w->s, w->r.delivery.id, str_from(field), &w->e), RC_OK);
    if (row < v.n) x = v.v[row];
    stored_ints_fini(&v);
    return x;
}

/* The delivery made last. */
static void look_at_part(struct test *t, struct world *w, int64_t matched)
{
    int64_t n = -1;
    CHECK_I64(t, import_rematch(w->s, w->p, NULL, NULL, &n, &w->e), RC_OK);
    CHECK_I64(t, n, matched);
    w->r.delivery.id = 4;
}

/* Lines of a household whose head comes with a later roster: kept line by line, and said to be one row. */
static void head_comes_later(struct test *t)
{
    struct world w;
    struct buf b;
    if (!world_init(&w, t, "plan_shared_late")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 2, 12);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_clear(&b);
    add_lines(&b);
    CHECK_I64(t, world_take(&w, "watched", "w.csv", buf_str(&b)), RC_OK);
    world_counts(&w, 5, 2, 0, 3, 0, 0);
    buf_clear(&b);
    world_roster(&b, 1, 12);
    CHECK_I64(t, world_take(&w, "roster", "roster2.csv", buf_str(&b)), RC_OK);
    look_at_part(t, &w, 3);
    check_ints(t, &w, "line", 2, 3, 4);
    CHECK_I64(t, int_of(t, &w, ONCE_JOINS, 0), 1);
    int64_t head = int_of(t, &w, "person", 0);
    CHECK(t, head > 0);
    check_ints(t, &w, "person", head, head, head);
    check_ints(t, &w, "tel", INT64_MIN, INT64_C(13900000001), INT64_MIN);
    check_ints(t, &w, "income", INT64_MIN, INT64_MIN, INT64_C(3000000000));
    check_ints(t, &w, "water", 1, 1, 1);
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &(int64_t){0}, &w.e), RC_OK);
    buf_fini(&b);
    world_fini(&w);
}

/* A line with another spelling of the head's name, which the next roster has: the household has its row. */
static void row_is_there(struct test *t)
{
    struct world w;
    struct buf b;
    char mine[19], of[19];
    if (!world_init(&w, t, "plan_shared_there")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 3);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    struct buf lines;
    buf_init(&lines, MIB(1));
    buf_addz(&lines, HEAD);
    for (unsigned i = 2; i <= 3; i++)
        buf_addf(&lines, "%s,张%u,H00001,130725100200,,是,,%s,%s,2026-05-31,100,,,\n", world_id(i, mine), i,
                 world_id(1, of), i == 2 ? "张1" : "李1");
    CHECK_I64(t, world_take(&w, "watched", "w.csv", buf_str(&lines)), RC_OK);
    world_counts(&w, 2, 1, 0, 0, 1, 0);
    size_t at = str_find(buf_str(&b), STR("张1"), 0);
    memcpy(b.p + at, "李", 3);
    CHECK_I64(t, world_take(&w, "roster", "roster2.csv", buf_str(&b)), RC_OK);
    look_at_part(t, &w, 1);
    CHECK(t, int_of(t, &w, "person", 0) > 0);
    CHECK_I64(t, int_of(t, &w, ONCE_JOINS, 0), 1);
    CHECK_I64(t, int_of(t, &w, "line", 0), 3);
    buf_fini(&lines);
    buf_fini(&b);
    world_fini(&w);
}

/* Without the members' own numbers each line is a row, as ever. */
static void list_of_heads(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "plan_shared_heads")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 3);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_clear(&b);
    buf_addz(&b, "户主身份证号,户主姓名,饮水安全,联系电话,户收入,统计日期\n");
    buf_addf(&b, "%s,张1,,13900000001,,2026-05-31\n%s,张1,,13900000001,,2026-05-31\n", world_id(1, id), id);
    CHECK_I64(t, world_take(&w, "watched", "w.csv", buf_str(&b)), RC_OK);
    world_counts(&w, 2, 2, 0, 0, 0, 0);
    CHECK_I64(t, w.r.no_rows, 0);
    CHECK_I64(t, w.r.repeated, 0);
    buf_fini(&b);
    world_fini(&w);
}

void plan_shared_test(struct test *t);

void plan_shared_test(struct test *t)
{
    if (TEST(t, "plan_shared: lines of members say rows of their households")) list_of_members(t);
    if (TEST(t, "plan_shared: lines that wait for their head are one row too")) head_comes_later(t);
    if (TEST(t, "plan_shared: a late line of a household that has its row is said to be of it")) row_is_there(t);
    if (TEST(t, "plan_shared: a list of heads is read line by line")) list_of_heads(t);
}
