/* csv_bench FILE…: what reading costs by stage, each in one thread and in all: the first pass (open), the index of rows
 * and cells, and with the cells turned into values by what their header says (…date, …fee, …pay, …amount, …price). */
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include "base/mem.h"
#include "base/par.h"
#include "ingest/cell.h"
#include "ingest/csv.h"

enum { KIND_NONE, KIND_DATE, KIND_YUAN };

struct bench {
    struct csv_file f;
    unsigned char kind[CSV_COLUMNS_MAX];
    bool values;
    _Atomic uint64_t rows, odd, bad;
    struct csv_reader reader[PAR_MAX_THREADS];
};

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void guess_kinds(struct bench *b)
{
    static const char *const MONEY[] = {"fee", "pay", "amount", "price", "monthly"};
    for (uint32_t c = 0; c < b->f.columns; c++) {
        struct str h = b->f.header[c];
        b->kind[c] = str_ends(h, STR("date")) || str_eq(h, STR("birth")) ? KIND_DATE : KIND_NONE;
        for (size_t i = 0; i < sizeof MONEY / sizeof *MONEY; i++) {
            if (str_ends(h, str_from(MONEY[i]))) b->kind[c] = KIND_YUAN;
        }
    }
}

static void batch_values(struct bench *b, const struct row_batch *x)
{
    uint64_t bad = 0;
    enum cell_reason why;
    for (uint32_t c = 0; c < x->columns; c++) {
        int64_t fen;
        struct cell_date d;
        for (uint32_t r = 0; r < x->rows && b->kind[c] == KIND_YUAN; r++)
            bad += cell_yuan(row_cell(x, r, c), 0, &fen, &why) != CELL_OK;
        for (uint32_t r = 0; r < x->rows && b->kind[c] == KIND_DATE; r++)
            bad += cell_date(row_cell(x, r, c), &d, &why) != CELL_OK;
    }
    b->bad += bad;
}

static enum rc read_part(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct bench *b = ctx;
    struct csv_reader *r = &b->reader[thread];
    struct row_batch x;
    if (!r->file) TRY(csv_reader_init(r, &b->f, b->f.columns, e));
    TRY(csv_reader_start(r, task, e));
    for (;;) {
        TRY(csv_reader_next(r, &x, e));
        if (!x.rows) return RC_OK;
        b->rows += x.rows;
        if (b->values) batch_values(b, &x);
    }
}

static enum rc run(struct bench *b, const char *path, unsigned threads, struct err *e)
{
    for (int stage = 0; stage < 3; stage++) {
        double t0 = now(CLOCK_MONOTONIC), c0 = now(CLOCK_PROCESS_CPUTIME_ID);
        if (stage == 0) TRY(csv_file_open(&b->f, path, &(struct csv_options){.threads = threads}, e));
        if (stage == 0) guess_kinds(b);
        b->values = stage == 2;
        b->rows = b->bad = 0;
        if (stage) TRY(par_run(threads, b->f.parts, read_part, b, e));
        double s = now(CLOCK_MONOTONIC) - t0, cpu = now(CLOCK_PROCESS_CPUTIME_ID) - c0;
        static const char *const NAMES[] = {"first pass", "rows", "rows, values"};
        printf("%-12s %u threads %8.4f s %6.2f GB/s %8.4f CPU-s %9llu rows %llu bad\n", NAMES[stage], threads, s,
               (double)b->f.src.size / s / 1e9, cpu, (unsigned long long)b->rows, (unsigned long long)b->bad);
    }
    for (unsigned i = 0; i < PAR_MAX_THREADS; i++) csv_reader_fini(&b->reader[i]);
    csv_file_close(&b->f);
    return RC_OK;
}

int main(int argc, char **argv)
{
    struct err e = {.lang = LANG_EN};
    struct bench *b = mem_zalloc_array(1, sizeof *b);
    if (!b) return rc_exit(err_nomem(&e));
    for (int i = 1; i < argc; i++) {
        printf("%s\n", argv[i]);
        for (unsigned th = 1; th <= par_threads(); th *= 2) {
            if (run(b, argv[i], th, &e)) return fprintf(stderr, "%s\n", e.msg), rc_exit(e.rc);
        }
    }
    mem_free(b);
    return 0;
}
