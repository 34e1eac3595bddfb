#include "ingest/csv_scan.h"
#include "base/mem.h"
#include "base/par.h"

enum { BEFORE = 1, AHEAD = 3 };
_Static_assert(PAR_MAX_THREADS == 64, "csv_blocks.buf");

static void narrow_units(const char *raw, size_t n, bool big, char *out)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char low = (unsigned char)raw[2 * i + big], high = (unsigned char)raw[2 * i + !big];
        out[i] = (char)(high || low > 0x7F ? 0xFF : low);
    }
}

/* Units at..at+n with one before and up to AHEAD behind; *p has the piece, *ahead how many follow it. */
static enum rc scan_fetch(const struct csv_blocks *b, unsigned thread, uint64_t at, size_t n, const char **p,
                          size_t *ahead, struct err *e)
{
    char *buf = b->buf[thread] + 8;
    size_t back = at ? BEFORE : 0;
    uint64_t left = b->units - at - n;
    *ahead = left < AHEAD ? (size_t)left : AHEAD;
    size_t all = back + n + *ahead;
    char *raw = b->width == 1 ? buf - back : buf + b->piece + CSV_STEP;
    uint64_t off = b->src->bom + (at - back) * b->width;
    TRY(text_source_read(b->src, off, raw, all * b->width, e));
    if (b->width == 2) narrow_units(raw, all, b->src->encoding == TEXT_UTF16BE, buf - back);
    if (!back) buf[-1] = '\n';
    if (b->opt->on_bytes)
        b->opt->on_bytes(b->opt->ctx, (size_t)(at / b->shown_units), str_make(raw + back * b->width, n * b->width));
    *p = buf;
    return RC_OK;
}

/* Continuation bytes at the start of p, at most three: they belong to a character of the piece before, which checks
 * them. */
static size_t leading_rest(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && i < 3 && ((unsigned char)p[i] & 0xC0) == 0x80) i++;
    return i;
}

static bool piece_utf8_ok(const struct csv_kernels *k, const char *p, size_t n, size_t ahead, bool first)
{
    size_t skip = first ? 0 : leading_rest(p, n + ahead), more = leading_rest(p + n, ahead);
    return skip >= n + more || k->utf8_ok(p + skip, n + more - skip);
}

/* Where the first quotation mark of p is, n without one, and how many lines end before it. */
static size_t first_quote(const char *p, size_t n, uint32_t *lines)
{
    const char *q = memchr(p, '"', n);
    struct csv_scan s = {.prev = (unsigned char)p[-1]};
    if (!q) return n;
    csv_kernels_best()->scan(&s, p, (size_t)(q - p));
    *lines = (uint32_t)s.lines;
    return (size_t)(q - p);
}

/* Behind the first row end of p when it starts in `state`; 0 = none. */
static uint32_t first_row_end(const char *p, size_t n, size_t ahead, uint8_t state, char delim, uint32_t *lines)
{
    *lines = 0;
    for (size_t i = state == CSV_IN ? first_quote(p, n, lines) : 0; i < n; i++) {
        char c = p[i];
        bool eol = c == '\r' || (c == '\n' && p[(ptrdiff_t)i - 1] != '\r');
        *lines += eol;
        if (c == '"') {
            state = csv_after_quote(state, true, csv_is_sep((unsigned char)p[(ptrdiff_t)i - 1], delim));
            continue;
        }
        if (state == CSV_PEND) state = CSV_OUT;
        if (state == CSV_IN || (c != '\r' && c != '\n')) continue;
        return (uint32_t)(i + 1 + (c == '\r' && i + 1 < n + ahead && p[i + 1] == '\n'));
    }
    return 0;
}

static void find_cuts(const struct csv_blocks *b, struct csv_block *v, const char *p, size_t n, size_t ahead)
{
    for (uint8_t s = 0; s < CSV_STATE__MAX; s++) {
        v->cut[s] = first_row_end(p, n, ahead, s, b->delim, &v->cut_lines[s]);
    }
}

static enum rc scan_block(const struct csv_blocks *b, size_t i, unsigned thread, struct err *e)
{
    struct csv_block *v = &b->v[i];
    const struct csv_kernels *k = csv_kernels_best();
    uint64_t at = i * b->block_units, end = at + b->block_units;
    if (end > b->units) end = b->units;
    struct csv_scan s = {.delim = b->delim, .state = {CSV_OUT, CSV_IN, CSV_PEND}};
    for (bool first = true; at < end; first = false) {
        size_t n = end - at < b->piece ? (size_t)(end - at) : b->piece, ahead;
        const char *p;
        TRY(scan_fetch(b, thread, at, n, &p, &ahead, e));
        if (first) {
            s.prev = (unsigned char)p[-1];
            find_cuts(b, v, p, n, ahead);
        }
        k->scan(&s, p, n);
        if (b->width == 1 && !v->bad && !piece_utf8_ok(k, p, n, ahead, at == 0)) {
            v->bad = true;
            v->bad_piece = at;
        }
        at += n;
    }
    v->lines = s.lines;
    v->nul = s.nul;
    memcpy(v->state, s.state, sizeof v->state);
    return RC_OK;
}

/* The blocks that a checksum takes one after the other. */
static enum rc scan_shown(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct csv_blocks *b = ctx;
    size_t each = (size_t)(b->shown_units / b->block_units);
    for (size_t i = task * each; i < b->n && i < (task + 1) * each; i++) TRY(scan_block(b, i, thread, e));
    return RC_OK;
}

static enum rc blocks_alloc(struct csv_blocks *b, unsigned threads, struct err *e)
{
    b->v = mem_zalloc_array(b->n, sizeof *b->v);
    if (!b->v) return err_nomem(e);
    for (unsigned i = 0; i < threads; i++) {
        b->buf[i] = mem_alloc(3 * (b->piece + CSV_STEP));
        if (!b->buf[i]) return err_nomem(e);
    }
    return RC_OK;
}

enum rc csv_blocks_scan(struct csv_blocks *b, struct csv_file *f, const struct csv_options *o, struct err *e)
{
    const struct text_source *src = &f->src;
    bool wide = src->encoding == TEXT_UTF16LE || src->encoding == TEXT_UTF16BE;
    *b = (struct csv_blocks){.src = src, .opt = o, .delim = f->delim, .width = wide ? 2 : 1};
    b->units = (src->size - src->bom) / b->width;
    b->shown_units = o->part_bytes ? o->part_bytes : CSV_PART_BYTES / b->width;
    b->block_units = b->shown_units % CSV_FINE == 0 ? CSV_FINE : b->shown_units;
    b->piece = b->units < CSV_PIECE ? (size_t)b->units : CSV_PIECE;
    uint64_t n = (b->units + b->block_units - 1) / b->block_units;
    if (n == 0 || n > CSV_PARTS_MAX) {
        return err_set(e, RC_INPUT, (struct pos){.file = src->name}, "the file is empty or too large",
                       "文件为空或过大");
    }
    b->n = (size_t)n;
    unsigned threads = o->pool ? par_pool_threads(o->pool) : o->threads ? o->threads : par_threads();
    if (threads > PAR_MAX_THREADS) threads = PAR_MAX_THREADS;
    TRY(blocks_alloc(b, threads, e));
    return par_pool_run(o->pool, threads, (size_t)((b->units + b->shown_units - 1) / b->shown_units), scan_shown, b, e);
}

void csv_blocks_fini(struct csv_blocks *b)
{
    mem_free(b->v);
    for (unsigned i = 0; i < PAR_MAX_THREADS; i++) mem_free(b->buf[i]);
    *b = (struct csv_blocks){0};
}

/* A '|' may be the second byte of a GB 18030 character: only reading from the start tells, so there is one part. */
static bool part_can_cut(const struct csv_file *f) { return f->src.encoding != TEXT_GB18030 || f->delim != '|'; }

static enum rc part_close(struct csv_file *f, uint64_t end, struct err *e)
{
    struct csv_part *p = &f->part[f->parts - 1];
    struct pos at = {.file = f->src.name, .line = p->line};
    uint64_t size = end - p->off;
    p->size = (uint32_t)size;
    if (size <= TEXT_BLOCK_MAX) return RC_OK;
    if (!part_can_cut(f)) {
        return err_set(e, RC_INPUT, at,
                       "a GB18030 file divided by | is read up to 64 MiB; save it as UTF-8 or with commas",
                       "以 | 分隔的 GB18030 文件最多读取 64 MiB；请另存为 UTF-8 或改用逗号分隔");
    }
    return err_set(
        e, RC_INPUT, at,
        "a row that starts here or a little below runs over more than 64 MiB: a quotation mark is not closed, "
        "or the file has no line ends",
        "从此处或稍后开始的一行超过 64 MiB：可能有引号没有闭合，或文件没有换行");
}

/* Whether a part may hold malformed bytes or NULs is known by block: block i reaches three bytes into its neighbours.
 */
static void part_marks(const struct csv_blocks *b, struct csv_file *f)
{
    uint64_t bytes = b->block_units * b->width;
    for (size_t i = 0; i < f->parts; i++) {
        struct csv_part *p = &f->part[i];
        uint64_t from = p->off - f->src.bom, to = from + p->size + AHEAD;
        size_t lo = (size_t)((from > AHEAD ? from - AHEAD : 0) / bytes), hi = (size_t)(to / bytes);
        for (size_t k = lo; k <= hi && k < b->n; k++) {
            p->check |= b->v[k].bad;
            p->nul |= b->v[k].nul;
        }
    }
}

enum rc csv_blocks_cut(const struct csv_blocks *b, struct csv_file *f, struct err *e)
{
    uint8_t state = CSV_OUT;
    f->part = mem_zalloc_array(b->n, sizeof *f->part);
    if (!f->part) return err_nomem(e);
    f->part[f->parts++] = (struct csv_part){.off = f->src.bom, .line = 1};
    for (size_t i = 0; i < b->n; i++) {
        const struct csv_block *v = &b->v[i];
        uint64_t at = f->src.bom + (i * b->block_units + v->cut[state]) * b->width;
        if (i && v->cut[state] && at < f->src.size && part_can_cut(f)) {
            TRY(part_close(f, at, e));
            f->part[f->parts++] = (struct csv_part){.off = at, .line = (uint32_t)(f->lines + v->cut_lines[state] + 1)};
        }
        f->lines += v->lines;
        f->has_nul |= v->nul;
        state = v->state[state];
        if (f->lines > (uint64_t)CSV_ROWS_MAX) {
            return err_set(e, RC_INPUT, (struct pos){.file = f->src.name},
                           "more than 200,000,000 rows; divide the file", "超过 2 亿行；请把文件分开");
        }
    }
    TRY(part_close(f, f->src.size, e));
    if (state == CSV_IN) f->unclosed_line = f->part[f->parts - 1].line; /* made exact when the part is loaded */
    part_marks(b, f);
    return RC_OK;
}
