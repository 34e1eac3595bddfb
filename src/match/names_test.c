/* Rows of known IDs whose names are hidden in part, in several runs and by several threads. */
#include "base/limits.h"
#include "match/match_test_int.h"

void names_test(struct test *t);

enum { PEOPLE = 300 };

/* Every row's name is hidden but for its surname, which is another where i is below `other`. */
static void hidden_rows(struct buf *b, unsigned other)
{
    char id[19];
    buf_addz(b, "身份证号,姓名,结算日期,类别,自付金额\n");
    for (unsigned i = 1; i <= PEOPLE; i++)
        buf_addf(b, "%s,%s%s,2026-05-%02u,1,5\n", world_id(i, id), i <= other ? "李" : "张", i % 9 ? "某" : "＊",
                 1 + i % 28);
}

static bool county(struct world *w, struct test *t, const char *name)
{
    struct buf b;
    char id[19];
    if (!world_init(w, t, name)) return false;
    buf_init(&b, MIB(1));
    buf_addz(&b, "身份证号,姓名,户编号,区划,出生日期,饮水安全\n");
    for (unsigned i = 1; i <= PEOPLE; i++)
        buf_addf(&b, "%s,张%s,H%05u,130725100%03u,,是\n", world_id(i, id), i % 2 ? "三" : "四", i / 3, 200 + i % 5);
    bool ok = !world_take(w, "roster", "r.csv", buf_str(&b));
    CHECK(t, ok);
    buf_fini(&b);
    return ok;
}

static void test_hidden(struct test *t, unsigned threads, uint32_t run_lines)
{
    struct world w;
    struct buf b;
    char name[32];
    (void)snprintf(name, sizeof name, "names%u-%u", threads, run_lines);
    if (!county(&w, t, name)) return;
    buf_init(&b, MIB(1));
    hidden_rows(&b, PEOPLE / 20);
    w.o = (struct import_options){.threads = threads, .run_lines = run_lines, .part_bytes = 1000};
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_OK);
    world_counts(&w, PEOPLE, w.r.names_masked, 0, 0, PEOPLE - w.r.names_masked, 0);
    if (!run_lines) CHECK_I64(t, w.r.names_masked, PEOPLE - PEOPLE / 20);
    else CHECK(t, w.r.names_masked >= PEOPLE - 2 * PEOPLE / 20 && w.r.names_masked < PEOPLE);
    buf_fini(&b);
    world_fini(&w);
}

static void test_sorted(struct test *t)
{
    struct world w;
    struct buf b;
    if (!county(&w, t, "sorted")) return;
    buf_init(&b, MIB(1));
    hidden_rows(&b, PEOPLE * 9 / 10);
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_INPUT);
    CHECK(t, str_find(str_from(w.e.msg),
                      STR("300 of 300 IDs are known, but with other names (first in line 2): was the column sorted by "
                          "itself,"),
                      0) != SIZE_MAX);
    w.o.as_written = true;
    w.o.division = INT64_C(130725000000); /* nobody matched tells it */
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_OK);
    world_counts(&w, PEOPLE, 0, 0, 0, PEOPLE, 0);
    CHECK_I64(t, w.r.names_masked, 0);
    buf_fini(&b);
    world_fini(&w);
}

void names_test(struct test *t)
{
    if (TEST(t, "names: hidden ones are matched by the ID"))
        test_hidden(t, 1, 0), test_hidden(t, 3, 0), test_hidden(t, 2, 64);
    if (TEST(t, "names: a column sorted by itself is not believed")) test_sorted(t);
}
