/* Matched rows in order of person, then line: a radix sort from the lowest digit on, in which each thread has a piece
 * of the rows and, from what all have counted, places of its own for every digit. */
#include "base/mem.h"
#include "match/run.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FEW_LINES = 1 << 16 };

/* What a thread sees of its piece. */
struct sort_piece {
    uint32_t count[DIGITS]; /* of each digit, then the place of the next one */
    uint32_t n, first, last, max;
    bool sorted;
};

struct sort {
    struct run *run;
    struct sort_piece *piece;
    size_t pieces, rows; /* rows: of what is read in this pass */
    unsigned shift;
    uint32_t mask;
    const uint32_t *key, *val; /* val NULL: key is the person of each line (0: none), the value the line */
    uint32_t *key_to, *val_to;
};

static size_t piece_start(const struct sort *s, size_t i) { return (size_t)((u128)s->rows * i / s->pieces); }

static enum rc survey_piece(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct sort *s = ctx;
    struct sort_piece *p = &s->piece[task];
    (void)thread, (void)e;
    const uint32_t *key = s->key;
    uint32_t *restrict count = p->count, n = 0, first = 0, last = 0, max = 0;
    bool sorted = true;
    *p = (struct sort_piece){0};
    for (size_t i = piece_start(s, task), to = piece_start(s, task + 1); i < to; i++) {
        uint32_t k = key[i];
        if (!k) continue;
        if (!n++) first = k;
        sorted &= k >= last;
        max = k > max ? k : max;
        last = k;
        count[k & (DIGITS - 1)]++;
    }
    p->n = n, p->first = first, p->last = last, p->max = max, p->sorted = sorted;
    return RC_OK;
}

static enum rc count_piece(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct sort *s = ctx;
    const uint32_t *key = s->key;
    uint32_t *restrict count = s->piece[task].count, mask = s->mask;
    unsigned shift = s->shift;
    (void)thread, (void)e;
    memset(count, 0, sizeof s->piece[task].count);
    for (size_t i = piece_start(s, task), to = piece_start(s, task + 1); i < to; i++) count[key[i] >> shift & mask]++;
    return RC_OK;
}

static enum rc place_piece(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct sort *s = ctx;
    const uint32_t *key = s->key, *val = s->val;
    uint32_t *restrict place = s->piece[task].count, *restrict key_to = s->key_to, *restrict val_to = s->val_to;
    const uint32_t mask = s->mask;
    const unsigned shift = s->shift;
    (void)thread, (void)e;
    for (size_t i = piece_start(s, task), to = piece_start(s, task + 1); i < to; i++) {
        uint32_t k = key[i];
        if (!k) continue;
        uint32_t at = place[k >> shift & mask]++;
        key_to[at] = k;
        val_to[at] = val ? val[i] : (uint32_t)i;
    }
    return RC_OK;
}

static enum rc in_pieces(struct sort *s, par_fn fn, struct err *e)
{
    return par_pool_run(s->run->pool, 1, s->pieces, fn, s, e);
}

/* From what was counted to where each piece's rows of a digit begin. */
static void set_places(struct sort *s)
{
    uint32_t sum = 0;
    for (uint32_t d = 0; d <= s->mask; d++) {
        for (size_t i = 0; i < s->pieces; i++) {
            uint32_t n = s->piece[i].count[d];
            s->piece[i].count[d] = sum;
            sum += n;
        }
    }
}

static void swap(uint32_t **a, uint32_t **b)
{
    uint32_t *t = *a;
    *a = *b;
    *b = t;
}

static enum rc pass(struct sort *s, struct err *e)
{
    struct run *r = s->run;
    s->key_to = r->person_tmp;
    s->val_to = r->order_tmp;
    set_places(s);
    TRY(in_pieces(s, place_piece, e));
    swap(&r->person_sorted, &r->person_tmp);
    swap(&r->order, &r->order_tmp);
    s->key = r->person_sorted;
    s->val = r->order;
    s->rows = r->matched;
    return RC_OK;
}

/* Rows that stand in order keep their places: one digit for all. */
static void take_as_sorted(struct sort *s)
{
    s->mask = 0;
    for (size_t i = 0; i < s->pieces; i++) s->piece[i].count[0] = s->piece[i].n;
}

static enum rc sort_all(struct sort *s, struct err *e)
{
    uint32_t max = 0, last = 0;
    bool sorted = true;
    s->run->matched = 0;
    TRY(in_pieces(s, survey_piece, e));
    for (size_t i = 0; i < s->pieces; i++) {
        const struct sort_piece *p = &s->piece[i];
        if (!p->n) continue;
        sorted &= p->sorted && p->first >= last;
        last = p->last;
        max = p->max > max ? p->max : max;
        s->run->matched += p->n;
    }
    if (sorted) take_as_sorted(s);
    TRY(pass(s, e));
    for (s->shift = DIGIT_BITS; !sorted && s->shift < 32 && max >> s->shift; s->shift += DIGIT_BITS) {
        TRY(in_pieces(s, count_piece, e));
        TRY(pass(s, e));
    }
    return RC_OK;
}

enum rc run_sort(struct run *r, struct err *e)
{
    struct sort s = {.run = r, .rows = r->lines, .mask = DIGITS - 1, .key = r->person};
    s.pieces = r->pool && r->lines > FEW_LINES ? par_pool_threads(r->pool) : 1;
    s.piece = mem_alloc_array(s.pieces, sizeof *s.piece);
    if (!s.piece) return err_nomem(e);
    enum rc rc = sort_all(&s, e);
    mem_free(s.piece);
    return rc;
}
