#include "match/totals.h"
#include "base/limits.h"
#include "ingest/cell.h"

enum { WORD_LEAST = 6, WORD_MOST = 60, LONG_TEXT = 2 * 1024 * 1024 };

/* All such words end in 计. */
static inline bool like_word(struct str s)
{
    return s.n >= WORD_LEAST && s.n <= WORD_MOST && memcmp(s.p + s.n - 3, "计", 3) == 0;
}

bool totals_likely(const struct plan *pl, const struct csv_file *f)
{
    bool money = false;
    for (size_t i = 0; i < pl->n_cols; i++) money |= pl->cols[i].money && pl->cols[i].column != HEADER_NONE;
    if (!money || pl->roster || pl->village >= 0) return false;
    if (f->sparse || f->src.size < LONG_TEXT) return true;
    for (size_t r = 0; r < pl->given.n_sample; r++)
        for (uint32_t c = 0; c < pl->given.sample[r].cells; c++)
            if (like_word(pl->given.sample[r].cell[c])) return true;
    return false;
}

/* The column in which the row is called a total; HEADER_NONE. */
static int32_t word_column(const struct run_batch *b, uint32_t k)
{
    const struct plan *pl = b->run->plan;
    for (uint32_t c = 0; c < b->rows.columns; c++) {
        struct str s = batch_cell(b, k, (int32_t)c);
        if (like_word(s) && (int32_t)c != pl->id && skip_is_total(s, (int32_t)c == pl->name)) return (int32_t)c;
    }
    return HEADER_NONE;
}

static bool same_person(const struct run_batch *b, uint32_t i, uint32_t k)
{
    int32_t id = b->run->plan->id;
    return str_eq(str_trim(batch_cell(b, i, id)), str_trim(batch_cell(b, k, id)));
}

/* The rows of the person beside row k: from <= i < to; open: they begin or end where the batch does, so that there may
 * be more. */
struct beside_rows {
    uint32_t from, to;
    bool open;
};

static struct beside_rows rows_above(const struct run_batch *b, const int32_t *word, uint32_t k)
{
    struct beside_rows x = {k, k, false};
    while (x.from > 0 && word[x.from - 1] == HEADER_NONE && same_person(b, x.from - 1, k)) x.from--;
    x.open = x.from == 0;
    return x;
}

static struct beside_rows rows_below(const struct run_batch *b, const int32_t *word, uint32_t k, uint32_t n)
{
    struct beside_rows x = {k + 1, k + 1, false};
    while (x.to < n && word[x.to] == HEADER_NONE && same_person(b, x.to, k)) x.to++;
    x.open = x.to == n;
    return x;
}

/* A blank is 0; false: not an amount. */
static bool amount_at(const struct run_batch *b, uint32_t i, const struct plan_column *c, int64_t *fen)
{
    enum cell_reason why;
    *fen = 0;
    enum cell_status st = cell_yuan_rounded(batch_cell(b, i, c->column), c->unit_power, fen, &why);
    return st != CELL_BAD && *fen<FEN_MAX / CSV_BATCH_ROWS && * fen> - FEN_MAX / CSV_BATCH_ROWS;
}

/* Are all amounts of row k the sums of those rows, to a fen for each? part: the rows are not all there, so that a sum
 * may be less. */
static bool is_sum(const struct run_batch *b, uint32_t k, struct beside_rows x, bool part)
{
    const struct plan *pl = b->run->plan;
    bool any = false;
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        int64_t total, sum = 0, v;
        if (!c->money || c->column == HEADER_NONE || !str_trim(batch_cell(b, k, c->column)).n) continue;
        if (!amount_at(b, k, c, &total)) return false;
        for (uint32_t r = x.from; r < x.to; r++) {
            if (!amount_at(b, r, c, &v)) return false;
            sum += v;
        }
        int64_t off = total - sum, rows = x.to - x.from;
        if (off < -rows || (!part && off > rows)) return false;
        any |= total != 0;
    }
    return any;
}

enum verdict { A_ROW, A_TOTAL, ALONE, NOT_THE_SUM };

static enum verdict judge(const struct run_batch *b, const int32_t *word, uint32_t k, uint32_t n)
{
    struct beside_rows up = rows_above(b, word, k), down = rows_below(b, word, k, n);
    bool above = up.to > up.from, below = down.to > down.from;
    if ((above && is_sum(b, k, up, up.open)) || (below && is_sum(b, k, down, down.open))) return A_TOTAL;
    if (!above && !below) return up.open || down.open ? ALONE : A_ROW;
    return NOT_THE_SUM;
}

static enum rc drop(struct run_batch *b, uint32_t k, struct err *e)
{
    uint32_t line = b->rows.row[b->row[k]].line;
    return skip_add(&b->thread->skipped, SKIP_TOTAL, line) ? RC_OK : err_nomem(e);
}

static void move_row(struct run_batch *b, uint32_t to, uint32_t k)
{
    b->row[to] = b->row[k];
    b->start[to] = b->start[k];
    b->first[to] = b->first[k];
    b->slot[to] = b->slot[k];
    b->bad[to] = b->bad[k];
    b->outside[to] = b->outside[k];
    b->why[to] = b->why[k];
    b->detail[to] = b->detail[k];
    b->column[to] = b->column[k];
}

enum rc totals_take(struct run_batch *b, uint32_t *n, struct err *e)
{
    int32_t word[CSV_BATCH_ROWS];
    uint8_t verdict[CSV_BATCH_ROWS];
    uint32_t words = 0, totals = 0, left = 0;
    for (uint32_t k = 0; k < *n; k++) words += (word[k] = b->bad[k] ? HEADER_NONE : word_column(b, k)) != HEADER_NONE;
    if (!words) return RC_OK;
    for (uint32_t k = 0; k < *n; k++) {
        verdict[k] = (uint8_t)(word[k] == HEADER_NONE ? A_ROW : judge(b, word, k, *n));
        totals += verdict[k] == A_TOTAL;
    }
    for (uint32_t k = 0; k < *n; k++) {
        bool total = verdict[k] == A_TOTAL || (verdict[k] == ALONE && totals);
        if (total) TRY(drop(b, k, e));
        if (total) continue;
        if (verdict[k] == NOT_THE_SUM) batch_refuse(b, k, WHY_TOTAL, 0, word[k]);
        move_row(b, left++, k);
    }
    *n = left;
    return RC_OK;
}
