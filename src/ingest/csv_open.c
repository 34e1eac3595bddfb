#include "base/mem.h"
#include "base/par.h"
#include "base/utf8.h"
#include "ingest/csv_scan.h"

enum { GUESS_LINES = 20, BAD_BLOCKS = 16, LOOK_BYTES = 4096, UTF8_MAX = 4 };
#define HEADER_BYTES MIB(64)
#define HEAD_LOOK MIB(4) /* how far into the file its head can reach */

/* ---- delimiter ---- */

/* Delimiters of each candidate in one line outside quotes; returns the offset behind the line. */
static size_t count_line(struct str s, size_t i, const char *cand, size_t counts[4])
{
    bool in = false;
    memset(counts, 0, 4 * sizeof *counts);
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"') in = !in;
        if (!in && (c == '\n' || c == '\r')) return i + 1;
        const char *hit = in || !c ? NULL : strchr(cand, c);
        if (hit) counts[hit - cand]++;
    }
    return i;
}

char csv_guess_delim(struct str s)
{
    static const char CAND[] = ",\t;|";
    size_t head[4] = {0}, line[4], same[4] = {0}, i = 0, best = 0;
    for (unsigned lines = 0; i < s.n && lines < GUESS_LINES;) {
        size_t from = i;
        i = count_line(s, i, CAND, line);
        if (i - from < 2 || (lines && i >= s.n)) continue; /* blank, or cut by the end of the sample */
        for (size_t k = 0; k < 4; k++) {
            if (lines == 0) head[k] = line[k];
            else same[k] += head[k] && line[k] == head[k];
        }
        lines++;
    }
    for (size_t k = 1; k < 4; k++) {
        bool better = same[k] > same[best] || (same[k] == same[best] && head[k] > head[best]);
        if (head[k] && (!head[best] || better)) best = k;
    }
    return CAND[best];
}

/* ---- encoding ---- */

static enum rc set_by_mark(struct csv_file *f, const struct csv_options *o, struct str sample, struct err *e)
{
    unsigned bom;
    enum text_encoding sniffed = text_sniff(sample, &bom);
    if (o->encoding != TEXT_AUTO) {
        f->src.bom = sniffed == o->encoding ? bom : 0;
        return text_source_set(&f->src, o->encoding, TEXT_SURE, e);
    }
    f->src.bom = bom;
    return text_source_set(&f->src, sniffed, bom ? TEXT_SURE : TEXT_LIKELY, e);
}

/* The delimiter from the first bytes, read in the encoding they seem to have. */
static enum rc guess_from_sample(struct csv_file *f, const struct csv_options *o, struct str sample, struct err *e)
{
    struct text_source s = f->src;
    struct text_block b = {0};
    TRY(set_by_mark(f, o, sample, e));
    s = f->src;
    if (s.encoding == TEXT_AUTO) {
        bool utf8 = text_first_bad(sample) + 4 > sample.n;
        TRY(text_source_set(&s, utf8 ? TEXT_UTF8 : TEXT_GB18030, TEXT_GUESSED, e));
        f->src.gb = s.gb;
    }
    enum rc rc = text_source_load(&s, s.bom, sample.n - s.bom, &b, e);
    f->delim = o->delim ? o->delim : rc ? ',' : csv_guess_delim(str_make(b.p, b.n));
    text_block_fini(&b);
    return rc;
}

static enum rc sample_and_guess(struct csv_file *f, const struct csv_options *o, struct err *e)
{
    size_t n = f->src.size < TEXT_SAMPLE ? (size_t)f->src.size : TEXT_SAMPLE;
    char *sample = mem_alloc(n);
    if (!sample) return err_nomem(e);
    enum rc rc = text_source_read(&f->src, 0, sample, n, e);
    if (!rc) rc = guess_from_sample(f, o, str_make(sample, n), e);
    mem_free(sample);
    return rc;
}

static enum rc count_piece(struct csv_file *f, const struct csv_blocks *b, uint64_t at, char *buf, struct text_count *c,
                           struct err *e)
{
    uint64_t left = b->units - at;
    size_t n = left < CSV_PIECE ? (size_t)left : CSV_PIECE;
    TRY(text_source_read(&f->src, f->src.bom + at, buf, n, e));
    text_count_add(c, f->src.encoding == TEXT_GB18030 ? f->src.gb : NULL, str_make(buf, n));
    return RC_OK;
}

/* Counts of the first piece and of those with malformed bytes. */
static enum rc count_pieces(struct csv_file *f, const struct csv_blocks *b, struct text_count *c, struct err *e)
{
    char *buf = mem_alloc(CSV_PIECE);
    if (!buf) return err_nomem(e);
    enum rc rc = count_piece(f, b, 0, buf, c, e);
    unsigned seen = 0;
    for (size_t i = 0; i < b->n && !rc && seen < BAD_BLOCKS; i++) {
        if (!b->v[i].bad || b->v[i].bad_piece == 0) continue;
        rc = count_piece(f, b, b->v[i].bad_piece, buf, c, e);
        seen++;
    }
    mem_free(buf);
    return rc;
}

/* Whether all that the first piece of a valid text has beyond ASCII is two-byte characters. The first longer one, in
 * most files in their first lines, tells that it is not. */
static enum rc only_two(struct csv_file *f, const struct csv_blocks *b, bool *two, struct err *e)
{
    char buf[LOOK_BYTES];
    const uint64_t end = b->units < CSV_PIECE ? b->units : CSV_PIECE;
    *two = false;
    for (uint64_t at = 0; at < end;) {
        struct str s = {buf, end - at < sizeof buf ? (size_t)(end - at) : sizeof buf};
        size_t i = 0, whole = at + s.n < end ? s.n - UTF8_MAX : s.n; /* no character that begins before is cut */
        TRY(text_source_read(&f->src, f->src.bom + at, buf, s.n, e));
        while (i < whole) {
            size_t from = i;
            bool is = utf8_next(s, &i) != UINT32_MAX && i - from > 1;
            if (is && i - from > 2) return *two = false, RC_OK;
            *two |= is;
        }
        at += i;
    }
    return RC_OK;
}

/* Valid UTF-8 throughout is UTF-8; when all it has beyond ASCII is two-byte characters, as a short GB18030 text can
 * look by accident, that is a guess. */
static enum rc decide_encoding(struct csv_file *f, const struct csv_blocks *b, struct err *e)
{
    struct text_count c = {0};
    enum text_confidence sure = TEXT_SURE;
    bool bad = false, two = false;
    if (f->src.encoding != TEXT_AUTO) return RC_OK;
    for (size_t i = 0; i < b->n; i++) bad |= b->v[i].bad;
    if (!bad) {
        TRY(only_two(f, b, &two, e));
        return text_source_set(&f->src, TEXT_UTF8, two ? TEXT_GUESSED : TEXT_SURE, e);
    }
    TRY(text_source_set(&f->src, TEXT_GB18030, sure, e));
    TRY(count_pieces(f, b, &c, e));
    enum text_encoding enc = text_choose(&c, &sure);
    return text_source_set(&f->src, enc, sure, e);
}

/* ---- where malformed bytes are ---- */

static uint32_t line_of(const struct csv_part *p, struct str before)
{
    struct csv_scan s = {.prev = '\n'};
    csv_kernels_best()->scan(&s, before.p, before.n);
    return p->line + (uint32_t)s.lines;
}

/* In a converted encoding every part is converted once to see whether it is whole. */
static enum rc locate_part(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct csv_file *f = ctx;
    struct csv_part *p = &f->part[task];
    struct text_block b = {0};
    (void)thread;
    enum rc rc = text_source_load(&f->src, p->off, p->size, &b, e);
    if (!rc) p->check = b.first_bad != SIZE_MAX;
    text_block_fini(&b);
    return rc;
}

static enum rc locate_first(struct csv_file *f, const struct csv_part *p, bool *found, struct err *e)
{
    struct text_block b = {0};
    TRY(text_source_load(&f->src, p->off, p->size, &b, e));
    size_t at = text_first_bad(str_make(b.p, b.n));
    *found = at < b.n;
    if (*found) {
        f->first_bad_line = line_of(p, str_make(b.p, at));
        f->first_bad_offset = p->off + (b.first_bad != SIZE_MAX ? b.first_bad : at);
    }
    text_block_fini(&b);
    return RC_OK;
}

static enum rc locate_bad(struct csv_file *f, const struct csv_options *o, struct err *e)
{
    bool found = false;
    if (f->src.encoding != TEXT_UTF8) {
        TRY(par_pool_run(o->pool, o->threads ? o->threads : par_threads(), f->parts, locate_part, f, e));
    }
    for (size_t i = 0; i < f->parts && !found; i++) {
        if (f->part[i].check) TRY(locate_first(f, &f->part[i], &found, e));
    }
    return RC_OK;
}

/* The line of the last quote opened in the last part. */
static enum rc locate_unclosed(struct csv_file *f, struct err *e)
{
    const struct csv_part *p = &f->part[f->parts - 1];
    struct text_block b = {0};
    uint8_t state = CSV_OUT;
    size_t open = 0;
    TRY(text_source_load(&f->src, p->off, p->size, &b, e));
    for (size_t i = 0; i < b.n; i++) {
        uint8_t was = state;
        unsigned char prev = i ? (unsigned char)b.p[i - 1] : '\n';
        if (b.p[i] == '"') state = csv_after_quote(state, true, csv_is_sep(prev, f->delim));
        else if (state == CSV_PEND) state = CSV_OUT;
        if (state == CSV_IN && was == CSV_OUT) open = i;
    }
    f->unclosed_line = line_of(p, str_make(b.p, open));
    text_block_fini(&b);
    return RC_OK;
}

/* ---- header ---- */

static enum rc head_copy(struct csv_file *f, const struct row_batch *b, uint32_t row, struct csv_head_row *h,
                         struct err *e)
{
    h->cell = ARENA_ARRAY(&f->arena, struct str, h->cells + 1u);
    for (uint32_t c = 0; h->cell && c < h->cells; c++) {
        struct str s = row_cell(b, row, c);
        if (f->n_head) s = utf8_clip(s, CSV_HEAD_CELL);
        h->cell[c] = s.n ? str_dup(&f->arena, s) : STR("");
    }
    return arena_failed(&f->arena) ? err_nomem(e) : RC_OK;
}

static enum rc head_rows(struct csv_file *f, const struct csv_reader *r, const struct row_batch *b, size_t part,
                         struct err *e)
{
    const unsigned unreadable = ROW_BAD_ENCODING | ROW_BAD_QUOTE | ROW_NUL | ROW_CELL_TOO_LONG;
    for (uint32_t i = 0; i < b->rows && f->n_head < CSV_HEAD_ROWS; i++) {
        const struct row_info *row = &b->row[i];
        bool more = i + 1 < b->rows;
        if (f->n_head && f->arena.used > HEADER_BYTES / 4) return RC_OK;
        struct csv_head_row h = {.cells = row->cells <= CSV_COLUMNS_MAX ? row->cells : CSV_COLUMNS_MAX + 1,
                                 .line = row->line,
                                 .part = part,
                                 .off = more ? b->row[i + 1].start : r->x.row_start,
                                 .off_line = more ? b->row[i + 1].line : r->x.row_line,
                                 .refusal = row->flags & unreadable};
        TRY(head_copy(f, b, i, &h, e));
        f->head[f->n_head++] = h;
    }
    return RC_OK;
}

enum rc csv_file_set_header(struct csv_file *f, size_t last, const struct str *names, uint32_t columns, struct err *e)
{
    const struct csv_head_row *row = &f->head[last];
    struct pos at = {.file = f->src.name, .line = row->line};
    if (columns > CSV_COLUMNS_MAX) {
        return err_set(e, RC_INPUT, at,
                       "the header has more than %d columns, which are the most that are read; delete the columns that "
                       "are not needed",
                       "表头超过 %d 列，最多只能读这么多；请删除不需要的列", CSV_COLUMNS_MAX);
    }
    if (row->refusal) {
        return err_set(e, RC_INPUT, at, "the header cannot be read: %s", "表头无法读取：%s",
                       row_refusal(row->refusal, !e || e->lang == LANG_EN));
    }
    f->header = ARENA_ARRAY(&f->arena, struct str, columns);
    for (uint32_t c = 0; f->header && c < columns; c++)
        f->header[c] = names[c].n ? str_dup(&f->arena, names[c]) : STR("");
    if (arena_failed(&f->arena)) return err_nomem(e);
    f->columns = columns;
    f->header_line = row->line;
    f->body_off = row->off;
    f->body_line = row->off_line;
    size_t drop = row->part;
    f->parts -= drop;
    memmove(f->part, f->part + drop, f->parts * sizeof *f->part);
    for (size_t i = 0; i < f->n_head; i++) f->head[i].part -= f->head[i].part < drop ? f->head[i].part : drop;
    return RC_OK;
}

/* The first lines that have any bytes. */
static enum rc head_find(struct csv_file *f, struct csv_reader *r, struct err *e)
{
    struct row_batch b;
    uint64_t bytes = 0;
    for (size_t i = 0; i < f->parts && f->n_head < CSV_HEAD_ROWS && (!f->n_head || bytes < HEAD_LOOK); i++) {
        bytes += f->part[i].size;
        f->body_off = 0;
        f->body_line = f->part[i].line;
        TRY(csv_reader_start(r, i, e));
        r->x.row_start = 0;
        r->x.row_line = f->part[i].line;
        do {
            r->x.max_row = CSV_HEAD_ROWS + CSV_STEP;
            TRY(csv_reader_next(r, &b, e));
            TRY(head_rows(f, r, &b, i, e));
        } while (b.rows && f->n_head < CSV_HEAD_ROWS);
    }
    if (f->n_head) return csv_file_set_header(f, 0, f->head[0].cell, f->head[0].cells, e);
    return err_set(e, RC_INPUT, (struct pos){.file = f->src.name}, "the file has no header row", "文件没有表头行");
}

static enum rc header_read(struct csv_file *f, struct err *e)
{
    struct csv_reader r;
    f->head = ARENA_ARRAY(&f->arena, struct csv_head_row, CSV_HEAD_ROWS);
    if (!f->head) return err_nomem(e);
    TRY(csv_reader_init(&r, f, CSV_COLUMNS_MAX + 1, e));
    r.own_width = true;
    enum rc rc = head_find(f, &r, e);
    csv_reader_fini(&r);
    return rc;
}

/* ---- open ---- */

static enum rc csv_prepare(struct csv_file *f, const struct csv_options *o, struct err *e)
{
    struct csv_blocks b = {0};
    arena_init(&f->arena, HEADER_BYTES);
    TRY(sample_and_guess(f, o, e));
    enum rc rc = csv_blocks_scan(&b, f, o, e);
    if (!rc) rc = decide_encoding(f, &b, e);
    if (!rc) rc = csv_blocks_cut(&b, f, e);
    csv_blocks_fini(&b);
    if (!rc) rc = locate_bad(f, o, e);
    if (!rc && f->unclosed_line) rc = locate_unclosed(f, e);
    return rc ? rc : header_read(f, e);
}

static enum rc csv_open_with(struct csv_file *f, const struct csv_options *o, struct err *e)
{
    static const struct csv_options PLAIN = {0};
    f->sparse = o && o->sparse;
    enum rc rc = csv_prepare(f, o ? o : &PLAIN, e);
    if (rc) csv_file_close(f);
    return rc;
}

enum rc csv_file_open(struct csv_file *f, const char *path, const struct csv_options *o, struct err *e)
{
    *f = (struct csv_file){0};
    TRY(text_source_open(&f->src, path, e));
    return csv_open_with(f, o, e);
}

enum rc csv_file_from_fd(struct csv_file *f, const char *name, int fd, const struct csv_options *o, struct err *e)
{
    *f = (struct csv_file){0};
    TRY(text_source_from_fd(&f->src, name, fd, e));
    return csv_open_with(f, o, e);
}

enum rc csv_file_from_bytes(struct csv_file *f, const char *name, struct str bytes, const struct csv_options *o,
                            struct err *e)
{
    *f = (struct csv_file){0};
    TRY(text_source_from_bytes(&f->src, name, bytes, e));
    return csv_open_with(f, o, e);
}

void csv_file_close(struct csv_file *f)
{
    text_source_close(&f->src);
    mem_free(f->part);
    arena_fini(&f->arena);
    *f = (struct csv_file){.src = {.fd = -1}};
}
