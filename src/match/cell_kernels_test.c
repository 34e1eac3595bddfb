/* What a kernel reads of a cell is what the careful way reads, for each instruction set; what it leaves is told. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/test.h"
#include "ingest/cell.h"
#include "match/run_int.h"

void cell_kernels_test(struct test *t);

enum { ROWS = 301, COLUMNS = 3, CELL_LONG = 20, LEFT = -77 };

struct room {
    struct rng rng;
    struct run_batch *b;
    char text[ROWS * COLUMNS * (CELL_LONG + 1) + TEXT_PAD];
    uint32_t end[ROWS * COLUMNS + 1];
    int32_t stage[ROWS];
    uint16_t odd[ROWS];
    size_t taken; /* of all cells by the kernel at hand */
};

/* Digits, mostly with a point; a day, mostly one that is; then sometimes a byte is another one. */
static size_t some_number(struct rng *r, char *to)
{
    size_t n = 1 + (size_t)rng_below(r, rng_below(r, 3) ? 9 : CELL_LONG);
    for (size_t i = 0; i < n; i++) to[i] = (char)('0' + rng_below(r, 10));
    if (n > 3 && rng_below(r, 4)) to[n - 1 - rng_below(r, 4)] = '.';
    return n;
}

static size_t some_day(struct rng *r, char *to)
{
    char day[DATE_TEXT_MAX];
    date_format(
        date_make(1795 + (int32_t)rng_below(r, 415), 1 + (int32_t)rng_below(r, 12), 1 + (int32_t)rng_below(r, 28)),
        day);
    if (rng_below(r, 4) == 0) day[8 + rng_below(r, 2)] = (char)('0' + rng_below(r, 10));
    memcpy(to, day, DATE_TEXT_MAX - 1);
    return DATE_TEXT_MAX - 1 - (rng_below(r, 20) == 0);
}

static void some_rows(struct room *r, bool days)
{
    static const char ODD[] = "/:.,-+ 09\x1A\xB0\xAE\xFF\xE5X";
    struct run_batch *b = r->b;
    uint32_t at = 0, cell = 0;
    b->n = ROWS - (uint32_t)rng_below(&r->rng, 3);
    for (uint32_t i = 0; i < b->n; i++) {
        b->row[i] = i;
        b->slot[i] = b->n - 1 - i;
        b->start[i] = at;
        b->first[i] = cell;
        for (uint32_t c = 0; c < COLUMNS; c++) {
            size_t n = rng_below(&r->rng, 30) == 0 ? 0
                       : days                      ? some_day(&r->rng, r->text + at)
                                                   : some_number(&r->rng, r->text + at);
            if (n && rng_below(&r->rng, 20) == 0)
                r->text[at + rng_below(&r->rng, n)] = ODD[rng_below(&r->rng, sizeof ODD - 1)];
            r->end[cell++] = at += (uint32_t)n;
            r->text[at++] = ',';
        }
        if (rng_below(&r->rng, 50) == 0) b->first[i] = ROW_LISTED;
    }
    memset(r->text + at, 0, TEXT_PAD);
    b->rows = (struct row_batch){.text = r->text, .end = r->end, .columns = COLUMNS};
    for (size_t i = 0; i < ROWS; i++) r->stage[i] = LEFT;
}

/* A number of the row as the careful way reads it; false when it must have been left. */
static bool careful(struct str s, const struct usual_numbers *u, bool days, int64_t *v)
{
    struct cell_date d = {0};
    enum cell_reason why;
    enum cell_status st = days ? cell_date(s, &d, &why) : cell_decimal(s, u->decimals, INT64_MAX, STR(""), v, &why);
    if (days) *v = d.first;
    return st == CELL_OK && d.span == 0 && *v >= u->lo && *v <= u->hi;
}

/* Rows that are not odd hold what the careful way reads; the odd ones come in order. */
static bool same_cells(struct room *r, uint32_t column, uint32_t odds, const struct usual_numbers *u, bool days)
{
    const struct batch_column x = batch_column(r->b, (int32_t)column);
    uint32_t k = 0;
    for (uint32_t i = 0; i < x.n; i++) {
        int64_t v = 0;
        if (k < odds && r->odd[k] == i) k++;
        else if (x.first[i] == ROW_LISTED || !careful(column_cell(&x, i), u, days, &v)) return false;
        else if (r->stage[x.slot[i]] != v) return false;
        else r->taken++;
    }
    return k == odds;
}

static bool same_rows(struct room *r, const struct cell_kernels *k, const struct usual_numbers *u, bool days)
{
    bool same = true;
    for (uint32_t c = 0; c < COLUMNS; c++) {
        const struct batch_column x = batch_column(r->b, (int32_t)c);
        const struct stage_at to = {r->stage, sizeof *r->stage, true, c};
        uint32_t odds = days ? k->dates(&x, to, (date_day)u->lo, (date_day)u->hi, r->odd)
                             : k->numbers(&x, to, u, r->odd);
        same &= same_cells(r, c, odds, u, days);
    }
    return same;
}

static void test_kernel(struct test *t, struct room *r, const struct cell_kernels *k, bool days)
{
    size_t cells = 0;
    r->taken = 0;
    for (int round = 0; round < 400; round++) {
        struct usual_numbers u = {.decimals = (unsigned)rng_below(&r->rng, 10), .one = 1, .hi = INT32_MAX};
        if (rng_below(&r->rng, 3)) u.decimals = 2;
        for (unsigned i = 0; i < u.decimals; i++) u.one *= 10;
        if (days) u.lo = 1;
        if (rng_below(&r->rng, 4) == 0) u.lo = days ? date_make(1900, 1, 1) : 100;
        if (rng_below(&r->rng, 4) == 0) u.hi = days ? date_make(2100, 1, 1) : 99999;
        some_rows(r, days);
        CHECK(t, same_rows(r, k, &u, days));
        cells += (size_t)r->b->n * COLUMNS;
    }
    /* no more is left than has to be */
    CHECK(t, strcmp(k->name, "plain") == 0 ? r->taken == 0 : r->taken > cells / 3);
}

void cell_kernels_test(struct test *t)
{
    const struct cell_kernels *all[CELL_KERNELS_MAX];
    size_t n = cell_kernels_list(all);
    struct room *r = mem_zalloc_array(1, sizeof *r);
    if (r) r->b = mem_zalloc_array(1, sizeof *r->b);
    if (TEST(t, "numbers and days of every kernel against the careful way")) {
        CHECK(t, r && r->b);
        for (size_t i = 0; r && r->b && i < n; i++) {
            rng_seed(&r->rng, 11);
            test_kernel(t, r, all[i], false);
            test_kernel(t, r, all[i], true);
        }
        CHECK(t, cell_kernels_best() == all[n - 1]);
    }
    if (r) mem_free(r->b);
    mem_free(r);
}
