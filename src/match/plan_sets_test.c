/* A set in several columns of a file: numbered in every way, said with --map, waiting and found later. */
#include "base/limits.h"
#include "match/match_test_int.h"
#include "match/stored.h"

struct header_case {
    const char *head;  /* of the columns behind the amount */
    const char *cells; /* of the one row */
    const char *want;  /* stored members; "-": unknown; NULL: the row is refused */
    const char *said;  /* part of the mapping told */
};

static const struct header_case CASES[] = {
    {"病种1,病种2,病种3", "心脏病,,肺病", "heart,lung", "病种3 → ills"},
    {"病种（1）,病种(2)", "肺病,肺病", "lung", "病种(2) → ills"},
    {"病种一,病种二", "\"其他,肺病\",心脏病", "heart,lung,other", "病种二 → ills"},
    {"病种①,病种-２", "心脏病,肺病", "heart,lung", "病种-２ → ills"},
    {"病种,病种2", "心脏病,其他", "heart,other", "病种 → ills"},
    {"病种,病种", "心脏病,其他", "heart,other", "病种 → ills"},
    {"ills2,ills1", "其他,心脏病", "heart,other", "ills1 → ills"},
    {"病种1", "肺病", "lung", "病种1 → ills"},
    {"病种", "肺病、心脏病", "heart,lung", "病种 → ills"},
    {"病种1,病种2", ",", "-", "病种1 → ills"},
    {"病种1,医院,病种2", "肺病,县医院,其他", "lung,other", "医院 → hospital"},
    {"病种1,病种2", "肺病,感冒", NULL, "病种1 → ills"}, /* of a set that may be left out: unknown is never no */
};

static void check_stored(struct test *t, struct world *w, const struct header_case *c)
{
    struct stored_texts ills;
    CHECK_I64(t, stored_texts_read(&ills, w->s, w->r.delivery.id, STR("ills"), &w->e), RC_OK);
    CHECK_I64(t, ills.n, 1);
    if (ills.n && strcmp(c->want, "-") != 0) test_eq_str(t, ills.v[0], str_from(c->want), __FILE__, __LINE__, c->head);
    else if (ills.n) CHECK(t, !ills.v[0].p);
    stored_texts_fini(&ills);
}

static void headers(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19], name[32];
    if (!world_init(&w, t, "plan_sets")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 9);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct header_case *c = &CASES[i];
        buf_clear(&b);
        buf_addf(&b, "身份证号,姓名,结算日期,类别,自付金额,%s\n%s,张1,2026-05-01,住院,1,%s\n", c->head, world_id(1, id),
                 c->cells);
        if (!c->want) buf_addf(&b, "%s,张2,2026-05-01,住院,1,,\n", world_id(2, id));
        (void)snprintf(name, sizeof name, "m%zu.csv", i);
        w.o.adds = i > 0;
        CHECK_I64(t, world_take(&w, "medical", name, buf_str(&b)), RC_OK);
        CHECK_I64(t, w.r.delivery.counts.matched, 1);
        CHECK_I64(t, w.r.delivery.counts.refused, c->want == NULL);
        CHECK(t, str_find(w.r.mapping, str_from(c->said), 0) != SIZE_MAX);
        CHECK(t, str_find(w.r.unmapped, STR("病种"), 0) == SIZE_MAX);
        if (c->want) check_stored(t, &w, c);
    }
    buf_fini(&b);
    world_fini(&w);
}

/* Columns of any name, said to be one set; a row that waits keeps its members until its person is known. */
static void said(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    struct column_choice choice[2];
    int64_t found = 0;
    static const struct header_case WANT = {"甲", "", "heart,lung", ""};
    if (!world_init(&w, t, "plan_sets_said")) return;
    buf_init(&b, MIB(1));
    CHECK_I64(t, column_choice_parse(STR("诊断=ills"), &choice[0], &w.e), RC_OK);
    CHECK_I64(t, column_choice_parse(STR("并发症=病种"), &choice[1], &w.e), RC_OK);
    world_roster(&b, 1, 3);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_clear(&b);
    buf_addf(&b, "身份证号,姓名,结算日期,类别,自付金额,诊断,并发症\n%s,张7,2026-05-01,住院,1,肺病,心脏病\n",
             world_id(7, id));
    buf_addf(&b, "%s,张1,2026-05-01,住院,1,肺病,心脏病\n", world_id(1, id));
    w.o.choice = choice;
    w.o.n_choices = 2;
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_OK);
    world_counts(&w, 2, 1, 0, 1, 0, 0);
    check_stored(t, &w, &WANT);
    buf_clear(&b);
    world_roster(&b, 1, 9);
    CHECK_I64(t, world_take(&w, "roster", "roster2.csv", buf_str(&b)), RC_OK);
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &found, &w.e), RC_OK);
    CHECK_I64(t, found, 1);
    w.r.delivery.id++; /* behind the second roster: the late part */
    check_stored(t, &w, &WANT);
    buf_fini(&b);
    world_fini(&w);
}

void plan_sets_test(struct test *t);

void plan_sets_test(struct test *t)
{
    if (TEST(t, "plan_sets: numbered columns are one set")) headers(t);
    if (TEST(t, "plan_sets: columns said to be one set, also of rows that wait")) said(t);
}
