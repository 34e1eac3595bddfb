/* Columns, the frame's invariants, and the builder that fills it. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "rules/frame_build.h"

static date_day day(const char *iso) { return date_parse_iso(str_from(iso)); }

struct made {
    struct arena arena;
    struct reasons *rs;
    struct frame_build *b;
    struct frame *f;
};

static void made_init(struct made *m, size_t n_datasets)
{
    *m = (struct made){0};
    arena_init(&m->arena, MIB(4));
    m->rs = reasons_new();
    m->b = m->rs ? frame_build_new(&m->arena, n_datasets, m->rs) : NULL;
}

static void made_fini(struct made *m)
{
    frame_build_free(m->b);
    reasons_free(m->rs);
    arena_fini(&m->arena);
}

static enum rc made_finish(struct made *m)
{
    struct err e = {0};
    frame_build_days(m->b, day("2026-06-30"), day("2026-06-30"), true);
    return frame_build_finish(m->b, &m->f, &e);
}

static void expect_valid(struct test *t, const struct frame *f, const char *want, int line)
{
    struct buf why;
    buf_init(&why, KIB(4));
    bool ok = frame_valid(f, &why);
    test_check(t, ok == (*want == '\0'), __FILE__, line, "validity");
    test_eq_str(t, buf_str(&why), str_from(want), __FILE__, line, "why");
    buf_fini(&why);
}
#define VALID(f, want) expect_valid(t, (f), (want), __LINE__)

static void test_columns(struct test *t)
{
    static const int8_t narrow[] = {-5, 5, 127};
    static const int64_t wide[] = {-1, INT64_MIN, INT64_MAX};
    static const uint64_t valid = 5, conflict = 2;
    struct fcol c = {.width = 1, .rep = REP_INT, .data = narrow, .valid = &valid, .conflict = &conflict};
    CHECK_I64(t, fcol_get(&c, 0), -5);
    CHECK(t, fcol_valid(&c, 0) && !fcol_valid(&c, 1) && fcol_conflict(&c, 1) && !fcol_conflict(&c, 2));
    c = (struct fcol){.width = 8, .rep = REP_SET, .data = wide};
    CHECK(t, fcol_get(&c, 1) == INT64_MIN && fcol_valid(&c, 2));
    c = (struct fcol){.width = 0, .rep = REP_INT};
    CHECK(t, !fcol_valid(&c, 0) && !fcol_conflict(&c, 0));
}

/* Rows in any order come out grouped by owner, references follow their rows, widths follow the values. */
static void test_build(struct test *t)
{
    struct made m;
    made_init(&m, 1);
    uint32_t ref = frame_build_column(m.b, TABLE_PERSON, REP_INT, TABLE_PERSON);
    uint32_t born = frame_build_column(m.b, TABLE_PERSON, REP_SPAN, UINT16_MAX);
    uint32_t fen = frame_build_column(m.b, TABLE_FACT0, REP_INT, UINT16_MAX);
    uint32_t none = frame_build_column(m.b, TABLE_FACT0, REP_SET, UINT16_MAX);
    frame_build_household(m.b, 130706100201, 3);
    frame_build_household(m.b, 130706100202, 0);
    uint32_t late = frame_build_person(m.b, 1, day("1990-01-01")), early = frame_build_person(m.b, 0, 0);
    frame_build_head(m.b, 1, late);
    frame_build_set(m.b, TABLE_PERSON, early, ref, late);
    frame_build_set(m.b, TABLE_PERSON, late, ref, REF_OUTSIDE);
    frame_build_set(m.b, TABLE_PERSON, late, born, SPAN_OF(day("1990-01-01"), 30));
    uint32_t f0 = frame_build_fact(m.b, 0, late, day("2026-02-01"), 0),
             f1 = frame_build_fact(m.b, 0, early, day("2026-03-01"), 9);
    frame_build_set(m.b, TABLE_FACT0, f0, fen, 100000);
    frame_build_conflict(m.b, TABLE_FACT0, f1, fen);
    frame_build_no_identity(m.b, 0, late);
    CHECK_I64(t, made_finish(&m), RC_OK);
    VALID(m.f, "");
    const struct ftable *p = &m.f->tables[TABLE_PERSON], *f = &m.f->tables[TABLE_FACT0];
    CHECK(t, frame_build_row(m.b, TABLE_PERSON, late) == 1 && frame_build_row(m.b, TABLE_PERSON, early) == 0);
    CHECK(t, p->owner[0] == 0 && p->owner[1] == 1 && p->first[1] == 1 && p->first[2] == 2);
    CHECK(t, fcol_get(&p->cols[ref], 0) == 1 && fcol_get(&p->cols[ref], 1) == REF_OUTSIDE && p->cols[ref].width == 1);
    CHECK(t, p->cols[born].width == 8 && !fcol_valid(&p->cols[born], 0) &&
                 SPAN_HI(fcol_get(&p->cols[born], 1)) == day("1990-01-31"));
    CHECK(t, f->owner[0] == 0 && f->date[0] == day("2026-03-01") && f->date_span[0] == 9 && f->date_span[1] == 0);
    CHECK(t, fcol_conflict(&f->cols[fen], 0) && fcol_get(&f->cols[fen], 1) == 100000 && f->cols[fen].width == 4);
    CHECK_I64(t, f->cols[none].width, 0);
    CHECK(t, m.f->head[0] == -1 && m.f->head[1] == 1 && m.f->born[1] == day("1990-01-01") && m.f->n_places == 4);
    CHECK_I64(t, m.f->datasets[0].no_identity[0], 2);
    made_fini(&m);
}

/* "equal rows of one key count once; unequal ones are unknown" (SEMANTICS §3). */
static void test_keys(struct test *t)
{
    struct made m;
    made_init(&m, 2);
    uint32_t key = frame_build_column(m.b, TABLE_FACT0, REP_INT, UINT16_MAX),
             v = frame_build_column(m.b, TABLE_FACT0, REP_INT, UINT16_MAX);
    uint32_t w = frame_build_column(m.b, TABLE_FACT0 + 1, REP_INT, UINT16_MAX), row[6];
    frame_build_key(m.b, TABLE_FACT0, &key, 1, false);
    frame_build_key(m.b, TABLE_FACT0 + 1, NULL, 0, true);
    frame_build_household(m.b, 0, 0);
    for (int i = 0; i < 2; i++) frame_build_person(m.b, 0, 0);
    static const int64_t keys[] = {1, 2, 1, 2, 1}, values[] = {10, 20, 10, 21, 30};
    for (uint32_t i = 0; i < 5; i++) { /* the last one is of the other person, the fourth of another day */
        row[i] = frame_build_fact(m.b, 0, i == 4, day(i == 3 ? "2026-02-02" : "2026-02-01"), 0);
        frame_build_set(m.b, TABLE_FACT0, row[i], key, keys[i]);
        frame_build_set(m.b, TABLE_FACT0, row[i], v, values[i]);
    }
    frame_build_fact(m.b, 0, 0, day("2026-02-01"), 0); /* a blank key is like no other */
    frame_build_fact(m.b, 0, 0, day("2026-02-01"), 0);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t r = frame_build_fact(m.b, 1, 0, day(i == 2 ? "2026-02-02" : "2026-02-01"), 0);
        frame_build_set(m.b, TABLE_FACT0 + 1, r, w, i);
    }
    CHECK_I64(t, made_finish(&m), RC_OK);
    VALID(m.f, "");
    const struct ftable *a = &m.f->tables[TABLE_FACT0], *b = &m.f->tables[TABLE_FACT0 + 1];
    CHECK(t, a->n == 5 && a->first[1] == 4);
    CHECK(t, fcol_get(&a->cols[v], 0) == 10 && !fcol_conflict(&a->cols[v], 0));
    CHECK(t, fcol_conflict(&a->cols[v], 1) && a->date[1] == 0 && fcol_get(&a->cols[key], 1) == 2);
    CHECK_I64(t, fcol_get(&a->cols[v], 4), 30);
    CHECK(t, b->n == 2 && fcol_conflict(&b->cols[w], 0) && fcol_get(&b->cols[w], 1) == 2);
    CHECK(t, frame_build_row(m.b, TABLE_FACT0, row[2]) == frame_build_row(m.b, TABLE_FACT0, row[0]));
    made_fini(&m);
}

static void test_invalid(struct test *t)
{
    struct made m;
    made_init(&m, 1);
    frame_build_column(m.b, TABLE_PERSON, REP_BOOL, UINT16_MAX);
    frame_build_household(m.b, 130706100201, 0);
    frame_build_set(m.b, TABLE_PERSON, frame_build_person(m.b, 0, 0), 0, 1);
    frame_build_move(m.b, 0, day("2026-01-01"), 1);
    frame_build_move(m.b, 0, day("2025-01-01"), 1);
    frame_build_fact(m.b, 0, 0, day("2026-01-01"), 0);
    CHECK_I64(t, made_finish(&m), RC_OK);
    VALID(m.f, "");
    struct fmove swapped[2] = {m.f->moves[1], m.f->moves[0]};
    m.f->moves = swapped;
    VALID(m.f, "table 0: moves out of order");
    m.f->n_moves = 0;
    m.f->tables[TABLE_PERSON].n = 0;
    VALID(m.f, "table 1: rows outside the owners' ranges");
    m.f->tables[TABLE_PERSON].n = 1;
    m.f->tables[TABLE_PERSON].cols[0].width = 2;
    VALID(m.f, "table 1: a bool column wider than a byte");
    m.f->tables[TABLE_PERSON].cols[0].width = 1;
    m.f->tables[TABLE_FACT0].first = NULL;
    VALID(m.f, "");
    m.f->tables[TABLE_FACT0].owner = (const uint32_t[]){1};
    VALID(m.f, "table 2: an owner that is not there");
    m.f->tables[TABLE_FACT0].owner = (const uint32_t[]){0};
    m.f->datasets[0].table = 9;
    VALID(m.f, "table 0: a dataset of another table");
    CHECK(t, !frame_valid(m.f, NULL));
    made_fini(&m);
}

/* Wherever one looks from, the same row; with and without `first`. */
static void test_owners(struct test *t)
{
    static const uint32_t owner[] = {0, 0, 2, 2, 2, 5, 9, 9}, first[] = {0, 2, 2, 5, 5, 5, 6, 6, 6, 6, 8};
    struct ftable plain = {.n = 8, .owner = owner}, none = {.owner = owner}, whole = {.n = 8, .first = first};
    for (uint32_t o = 0; o <= 10; o++)
        for (uint32_t near = 0; near <= 9; near++) {
            CHECK_I64(t, ftable_from(&plain, o, near), first[o]);
            CHECK_I64(t, ftable_from(&whole, o, near), first[o]);
            CHECK_I64(t, ftable_from(&none, o, near), 0);
        }
}

/* Every allocation fails in turn: RC_NOMEM or a whole frame, nothing leaked. */
static void test_memory(struct test *t)
{
    for (uint64_t n = 1;; n++) {
        struct made m;
        mem_fault_arm(n, 1);
        made_init(&m, 1);
        enum rc rc = RC_NOMEM;
        if (m.b) {
            uint32_t col = frame_build_column(m.b, TABLE_PERSON, REP_INT, UINT16_MAX);
            frame_build_key(m.b, TABLE_PERSON, &col, 1, false);
            frame_build_set(m.b, TABLE_PERSON, frame_build_person(m.b, frame_build_household(m.b, 0, 0), 0), col, 7);
            frame_build_conflict(m.b, TABLE_PERSON, frame_build_person(m.b, 0, 0), col);
            frame_build_unauthorised(m.b, 0, 0);
            frame_build_move(m.b, 0, 1, 1);
            frame_build_delivery(m.b, (struct fdelivery){.from = 1, .to = 2});
            rc = made_finish(&m);
        }
        int fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, rc == RC_OK || rc == RC_NOMEM);
        CHECK(t, rc == RC_OK ? frame_valid(m.f, NULL) : true);
        made_fini(&m);
        if (!fired) break;
    }
}

void frame_test(struct test *t);
void frame_test(struct test *t)
{
    if (TEST(t, "cells of columns")) test_columns(t);
    if (TEST(t, "rows are sorted by owner")) test_build(t);
    if (TEST(t, "rows of one key become one")) test_keys(t);
    if (TEST(t, "invalid frames are found")) test_invalid(t);
    if (TEST(t, "rows of an owner are found by owners alone")) test_owners(t);
    if (TEST(t, "memory runs out while building")) test_memory(t);
}
