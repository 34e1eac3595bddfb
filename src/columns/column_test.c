#include "columns/column.h"
#include <stdio.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/test.h"

void column_test(struct test *t);

enum { CHUNKS = 5, ROWS = 1000, ALL = CHUNKS * ROWS };

/* CHUNKS chunks of unequal sizes and the cells they came from. */
struct kit {
    int64_t v[ALL];
    bool valid[ALL];
    uint32_t rows[CHUNKS], at[CHUNKS], n;
    struct buf bytes[CHUNKS];
    struct chunk_view chunks[CHUNKS];
    struct rng rng;
};

static void kit_init(struct kit *k)
{
    rng_seed(&k->rng, 11);
    for (int i = 0; i < CHUNKS; i++) buf_init(&k->bytes[i], MIB(1));
}

static void kit_clear(struct kit *k)
{
    for (int i = 0; i < CHUNKS; i++) chunk_close(&k->chunks[i]), buf_clear(&k->bytes[i]);
}

static void kit_fini(struct kit *k)
{
    kit_clear(k);
    for (int i = 0; i < CHUNKS; i++) buf_fini(&k->bytes[i]);
}

static void kit_sizes(struct kit *k)
{
    k->n = 0;
    for (int i = 0; i < CHUNKS; i++) {
        k->rows[i] = 1 + (uint32_t)rng_below(&k->rng, ROWS);
        k->at[i] = k->n;
        k->n += k->rows[i];
    }
}

static void bits_of(const struct kit *k, int chunk, uint64_t *bits)
{
    memset(bits, 0, (ROWS + 63) / 64 * 8);
    for (uint32_t i = 0; i < k->rows[chunk]; i++)
        if (k->valid[k->at[chunk] + i]) bits[i / 64] |= UINT64_C(1) << (i % 64);
}

/* Random cells of `range` values from min on, one in `blank` blank (0: none). */
static void make_ints(struct test *t, struct kit *k, int64_t min, uint64_t range, uint64_t blank)
{
    uint64_t bits[(ROWS + 63) / 64];
    kit_clear(k);
    kit_sizes(k);
    for (uint32_t i = 0; i < k->n; i++) {
        k->v[i] = (int64_t)((uint64_t)min + (range ? rng_below(&k->rng, range) : rng_next(&k->rng)));
        k->valid[i] = blank == 0 || rng_below(&k->rng, blank) != 0;
    }
    for (int c = 0; c < CHUNKS; c++) {
        bits_of(k, c, bits);
        CHECK_I64(t, chunk_encode_i64(k->v + k->at[c], bits, k->rows[c], &k->bytes[c], NULL), RC_OK);
        CHECK_I64(t, chunk_open(buf_str(&k->bytes[c]), CHUNK_FULL, &k->chunks[c], NULL), RC_OK);
    }
}

static bool same(const struct kit *k, const struct column *c)
{
    bool ok = c->n == k->n;
    uint32_t blanks = 0;
    int64_t all[ALL], v;
    column_read(c, 0, c->n, all);
    for (uint32_t i = 0; i < c->n && ok; i++) {
        bool has = column_get(c, i, &v);
        blanks += !has;
        ok = has == k->valid[i] && (!has || (v == k->v[i] && all[i] == v && v >= c->min && v <= c->max));
    }
    return ok && blanks == c->blanks && !column_get(c, c->n, &v) && (c->valid != NULL) == (blanks > 0);
}

static void test_build(struct test *t, struct kit *k)
{
    static const struct {
        int64_t min;
        uint64_t range;
        enum col_width width;
    } CASES[] = {
        {0, 2, COL_1}, {-128, 256, COL_1}, {-128, 257, COL_2}, {739000, 365, COL_4},
        {INT32_MIN, UINT64_C(1) << 32, COL_4},
        {0, UINT64_C(1) << 40, COL_8}, {0, 0, COL_8}, {7, 1, COL_1}, {30000, 3000, COL_4},
    };
    if (!TEST(t, "builds the narrowest column from chunks")) return;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        for (uint64_t blank = 0; blank < 6; blank++) {
            struct column c;
            make_ints(t, k, CASES[i].min, CASES[i].range, blank);
            CHECK_I64(t, column_build(&c, k->chunks, CHUNKS, NULL, NULL), RC_OK);
            CHECK(t, same(k, &c));
            CHECK(t, c.width <= CASES[i].width && (blank == 1 || i == 1 || c.width == CASES[i].width));
            column_fini(&c);
        }
    }
}

struct fill_job {
    struct kit *k;
    struct column *c;
};

static enum rc fill_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct fill_job *j = ctx;
    (void)thread;
    return column_fill(j->c, j->k->at[task], &j->k->chunks[task], e);
}

static void test_parallel(struct test *t, struct kit *k)
{
    if (!TEST(t, "threads fill one column")) return;
    for (int round = 0; round < 20; round++) {
        struct column_plan p = {0};
        struct column c;
        make_ints(t, k, -5, 70000, 3);
        for (int i = 0; i < CHUNKS; i++) CHECK(t, column_plan_add(&p, &k->chunks[i]));
        CHECK_I64(t, column_init(&c, &p, NULL), RC_OK);
        struct fill_job job = {k, &c};
        CHECK_I64(t, par_run(4, CHUNKS, fill_task, &job, NULL), RC_OK);
        CHECK(t, same(k, &c));
        column_fini(&c);
    }
}

static void test_gather(struct test *t, struct kit *k)
{
    if (!TEST(t, "gathers by row; no row is blank, never 0")) return;
    static const uint64_t RANGES[] = {100, 30000, UINT64_C(1) << 31, 0};
    uint32_t rows[ALL];
    for (size_t r = 0; r < 8; r++) {
        struct column c, g;
        uint32_t m = 777;
        int64_t v = 0, w = 0;
        make_ints(t, k, 0, RANGES[r / 2], r % 2 ? 4 : 0);
        CHECK_I64(t, column_build(&c, k->chunks, CHUNKS, NULL, NULL), RC_OK);
        for (uint32_t i = 0; i < m; i++) rows[i] = i % 5 || r < 2 ? (uint32_t)rng_below(&k->rng, k->n) : COLUMN_NO_ROW;
        CHECK_I64(t, column_gather(&g, &c, rows, m, NULL), RC_OK);
        uint32_t blanks = 0;
        for (uint32_t i = 0; i < m; i++) {
            bool has = column_get(&g, i, &v);
            blanks += !has;
            CHECK(t, has == column_get(&c, rows[i], &w) && (!has || v == w));
        }
        CHECK(t, g.blanks == blanks && g.width == c.width && (g.valid != NULL) == (blanks > 0));
        column_fini(&g);
        struct column none = {.width = COL_4};
        CHECK_I64(t, column_gather(&g, &none, rows, m, NULL), RC_OK);
        CHECK(t, g.blanks == m && !column_get(&g, 3, &v));
        column_fini(&g);
        column_fini(&c);
    }
}

static void test_arrays(struct test *t, struct kit *k)
{
    if (!TEST(t, "takes arrays, the empty one too")) return;
    uint64_t bits[(ROWS + 63) / 64];
    struct column c;
    make_ints(t, k, -300, 600, 4);
    bits_of(k, 0, bits);
    bits[(k->rows[0] - 1) / 64] |= k->rows[0] % 64 ? ~UINT64_C(0) << k->rows[0] % 64 : 0; /* rubbish beyond the end */
    CHECK_I64(t, column_from_i64(&c, k->v, bits, k->rows[0], NULL), RC_OK);
    k->n = k->rows[0];
    CHECK(t, same(k, &c) && c.width == COL_2);
    column_fini(&c);
    CHECK_I64(t, column_from_i64(&c, k->v, NULL, 0, NULL), RC_OK);
    CHECK(t, c.n == 0 && c.data == NULL);
    column_fini(&c);
    CHECK_I64(t, column_build(&c, NULL, 0, NULL, NULL), RC_OK);
    CHECK_I64(t, c.n, 0);
    column_fini(&c);
}

/* ---- texts ---- */

static void make_texts(struct test *t, struct kit *k, uint64_t distinct, char (*pool)[16])
{
    struct str v[ROWS];
    uint64_t bits[(ROWS + 63) / 64];
    kit_clear(k);
    kit_sizes(k);
    for (int c = 0; c < CHUNKS; c++) {
        for (uint32_t i = 0; i < k->rows[c]; i++) {
            uint32_t at = k->at[c] + i;
            k->v[at] = (int64_t)rng_below(&k->rng, distinct);
            k->valid[at] = rng_below(&k->rng, 5) != 0;
            int n = snprintf(pool[at], sizeof pool[at], "户%ld", (long)k->v[at]);
            v[i] = str_make(pool[at], (size_t)n);
        }
        bits_of(k, c, bits);
        CHECK_I64(t, chunk_encode_str(v, bits, k->rows[c], &k->bytes[c], NULL), RC_OK);
        CHECK_I64(t, chunk_open(buf_str(&k->bytes[c]), CHUNK_FULL, &k->chunks[c], NULL), RC_OK);
    }
}

static void test_texts(struct test *t, struct kit *k)
{
    static const uint64_t DISTINCT[] = {20, 300, 1000000};
    if (!TEST(t, "texts become ids of a shared table")) return;
    char(*pool)[16] = mem_alloc_array(ALL, sizeof *pool);
    struct arena arena;
    struct intern texts;
    arena_init(&arena, MIB(8));
    intern_init(&texts, &arena);
    for (size_t r = 0; pool && r < 3; r++) {
        struct column c;
        int64_t id = 0;
        make_texts(t, k, DISTINCT[r], pool);
        CHECK_I64(t, column_build(&c, k->chunks, CHUNKS, &texts, NULL), RC_OK);
        CHECK(t, c.n == k->n && c.width == (r == 0 ? COL_1 : COL_2));
        for (uint32_t i = 0; i < c.n; i++) {
            bool has = column_get(&c, i, &id);
            CHECK(t, has == k->valid[i] && (!has || str_eq(texts.texts[id], str_from(pool[i]))));
        }
        column_fini(&c);
        CHECK_I64(t, column_build(&c, k->chunks, CHUNKS, NULL, NULL), RC_ENV);
    }
    intern_fini(&texts);
    arena_fini(&arena);
    mem_free(pool);
}

static void test_failures(struct test *t, struct kit *k)
{
    if (!TEST(t, "chunks of another column and failing memory are refused")) return;
    struct column_plan p = {0};
    struct column c;
    char pool[ALL][16];
    make_ints(t, k, 0, 50, 0);
    CHECK(t, column_plan_add(&p, &k->chunks[0]));
    CHECK_I64(t, column_init(&c, &p, NULL), RC_OK);
    CHECK_I64(t, column_fill(&c, 1, &k->chunks[0], NULL), RC_ENV);
    make_ints(t, k, 0, 200000, 3);
    CHECK_I64(t, column_fill(&c, 0, &k->chunks[0], NULL), RC_ENV);
    column_fini(&c);
    for (int text = 0; text < 2; text++) {
        if (text) make_texts(t, k, 30, pool);
        for (uint64_t nth = 1; nth < 100; nth++) {
            struct arena arena;
            struct intern texts;
            arena_init(&arena, MIB(1));
            intern_init(&texts, &arena);
            mem_fault_arm(nth, 0);
            enum rc rc = column_build(&c, k->chunks, CHUNKS, &texts, NULL);
            bool fired = mem_fault_fired();
            mem_fault_arm(0, 0);
            CHECK_I64(t, rc, fired ? RC_NOMEM : RC_OK);
            if (!rc) column_fini(&c);
            intern_fini(&texts);
            arena_fini(&arena);
            if (!fired) break;
        }
    }
}

void column_test(struct test *t)
{
    struct kit *k = mem_zalloc_array(1, sizeof *k);
    if (!k) return;
    kit_init(k);
    test_build(t, k);
    test_parallel(t, k);
    test_gather(t, k);
    test_arrays(t, k);
    test_texts(t, k);
    test_failures(t, k);
    kit_fini(k);
    mem_free(k);
}
