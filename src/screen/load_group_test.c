/* Rows come in order of their people and, of one, in the order they were in: however they are stored. */
#include "screen/load_facts_int.h"
#include "screen/screen_test_int.h"

enum { PEOPLE = 70000, ROWS = 150000, FIRST_NO = 100 };

struct stored {
    struct town w;
    struct world world;
    struct ftable table;
    struct world_rows rows;
    struct facts f;
    int64_t *no; /* number of whose row it is */
};

static bool stored_begin(struct stored *s, struct test *t)
{
    *s = (struct stored){0};
    if (!town_open(&s->w, t, "group", "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER)) return false;
    s->world = (struct world){.store = s->w.s, .n_people = PEOPLE, .first_no = FIRST_NO};
    arena_init(&s->world.arena, WORLD_ARENA_MAX);
    s->no = mem_alloc_array(ROWS, sizeof *s->no);
    return s->no;
}

static void stored_end(struct stored *s)
{
    mem_free(s->no);
    world_release(&s->world);
    arena_fini(&s->world.arena);
    town_close(&s->w);
}

static uint32_t row_of(const struct stored *s, uint32_t i) { return world_row_of(&s->world, (uint32_t)s->no[i]); }

/* Every row is there once, of whom it is, and rows of one person do not change places. */
static bool is_grouped(const struct stored *s, uint32_t n)
{
    const struct facts *f = &s->f;
    uint32_t there = 0;
    for (uint32_t i = 0; i < n; i++) there += row_of(s, i) != UINT32_MAX;
    if (f->n != there) return false;
    for (uint32_t i = 0; i < f->n; i++) {
        uint32_t row = facts_row(f, i);
        if (row >= n || row_of(s, row) != f->owner[i]) return false;
        if (i && (f->owner[i - 1] > f->owner[i] || (f->owner[i - 1] == f->owner[i] && facts_row(f, i - 1) >= row)))
            return false;
    }
    for (uint32_t p = 0; f->first && p <= PEOPLE; p++)
        if (f->first[p] != ftable_from(&(struct ftable){.n = f->n, .owner = f->owner}, p, p)) return false;
    return true;
}

static void group(struct stored *s, uint32_t n, bool with_first, unsigned threads, bool as_is)
{
    struct test *t = s->w.t;
    s->world.threads = threads;
    s->f = (struct facts){.w = &s->world, .t = &s->table, .rows = &s->rows, .needs_first = with_first};
    CHECK_I64(t, column_from_i64(&s->f.person.col, s->no, NULL, n, &s->w.e), RC_OK);
    CHECK_I64(t, facts_group(&s->f, &s->w.e), RC_OK);
    CHECK(t, is_grouped(s, n));
    CHECK(t, (s->f.order == NULL) == as_is);
    CHECK(t, (s->table.first != NULL) == with_first && s->table.owner == s->f.owner);
    cells_fini(&s->f.person);
    mem_free(s->f.order);
}

static void group_all(struct stored *s, uint32_t n, bool as_is)
{
    for (unsigned k = 0; k < 4; k++) group(s, n, k & 1, k & 2 ? 3 : 1, as_is);
}

/* Runs of `length` rows, each over all people. */
static void fill(struct stored *s, uint32_t length)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t k = i % length, m = ROWS - i + k < length ? ROWS - i + k : length;
        s->no[i] = FIRST_NO + (int64_t)k * PEOPLE / m;
    }
}

static void test_group(struct test *t)
{
    struct stored s;
    bool ok = stored_begin(&s, t);
    CHECK(t, ok);
    if (ok) {
        fill(&s, ROWS);
        group_all(&s, ROWS, true); /* one run: as it is */
        s.no[ROWS - 1] = FIRST_NO + PEOPLE;
        group_all(&s, ROWS, false); /* the last is nobody's */
        fill(&s, 40000);
        group_all(&s, ROWS, false); /* four, of which parts of the people are merged */
        s.no[50000] = FIRST_NO - 1, s.no[70000] = 1;
        group_all(&s, ROWS, false);
        fill(&s, 3);
        group_all(&s, ROWS, false); /* so many that they are no runs */
        fill(&s, ROWS);
        for (uint32_t i = 0; i < ROWS; i += 2) s.no[i] = 1;
        group_all(&s, ROWS, false);
        for (uint32_t i = 0; i < ROWS; i++) s.no[i] = 1;
        group_all(&s, ROWS, false); /* nobody's at all */
        s.no[0] = FIRST_NO + 7;
        group_all(&s, 1, true);
        s.world.n_people = 0;
    }
    stored_end(&s);
}

void load_group_test(struct test *t);
void load_group_test(struct test *t)
{
    if (TEST(t, "rows are put in order of their people, from runs and from any order")) test_group(t);
}
