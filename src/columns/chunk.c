/* Reading chunks: bytes are hostile until checked, and every access stays inside them whatever was checked. */
#include <zstd.h>
#include "base/mem.h"
#include "base/utf8.h"
#include "columns/chunk_int.h"

/* en and zh: what is wrong, in each language. */
static enum rc damaged(struct err *e, const char *en, const char *zh)
{
    const char *what = e && e->lang == LANG_EN ? en : zh;
    return err_set(e, RC_ENV, pos_none(), "a column chunk is damaged: %s; restore the data from a backup",
                   "列块已损坏：%s；请从备份恢复数据", what);
}

enum rc chunk_peek(struct str bytes, struct chunk_info *out, struct err *e)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    if (bytes.n < CHUNK_HEADER_BYTES || load32(p) != CHUNK_MAGIC) return damaged(e, "no chunk header", "没有块头");
    if (p[4] < CHUNK_VERSION || p[4] > CHUNK_VERSION_SHAPE || p[5] != 0)
        return err_set(e, RC_ENV, pos_none(),
                       "a column chunk has format %u, this program reads up to %d; use a newer program",
                       "列块格式为 %u，本程序最高读格式 %d；请使用更新的程序", (unsigned)(p[4] | p[5] << 8),
                       CHUNK_VERSION_SHAPE);
    if (p[6] >= CHUNK_CIPHER__MAX || p[7] != 0) return damaged(e, "unknown cipher", "未知的加密算法");
    *out = (struct chunk_info){.cipher = p[6], .key_id = load32(p + 8), .rows = load32(p + 24)};
    memcpy(out->nonce, p + 12, sizeof out->nonce);
    out->bytes = CHUNK_HEADER_BYTES + (size_t)load32(p + 28);
    if (out->rows == 0 || out->rows > CHUNK_ROWS) return damaged(e, "impossible number of rows", "行数不可能");
    if (out->bytes > CHUNK_BYTES_MAX) return damaged(e, "impossible length", "长度不可能");
    if (bytes.n < out->bytes) return damaged(e, "cut short", "内容不完整");
    return RC_OK;
}

/* ---- opening ---- */

static bool take(struct str *rest, size_t n, struct str *out)
{
    if (rest->n < n) return false;
    *out = str_make(rest->p, n);
    *rest = str_make(rest->p + n, rest->n - n);
    return true;
}

static bool read_inner(struct str *rest, struct inner *h)
{
    struct str s;
    if (!take(rest, INNER_BYTES, &s)) return false;
    const uint8_t *p = (const uint8_t *)s.p;
    if (p[0] >= CHUNK_KIND__MAX || p[1] > 1 || p[2] >= VALIDITY__MAX || p[3] >= TEXT__MAX) return false;
    *h = (struct inner){.kind = p[0], .dictionary = p[1], .validity = p[2], .text_form = p[3],
                        .blanks = load32(p + 4), .dict_n = load32(p + 24),
                        .text_bytes = load32(p + 32), .stored_bytes = load32(p + 36)};
    h->min = (int64_t)load64(p + 8);
    h->max = (int64_t)load64(p + 16);
    return load32(p + 28) == 0 && h->min <= h->max;
}

static bool inner_sane(const struct inner *h, uint32_t rows)
{
    bool blanks = h->validity == VALIDITY_ALL    ? h->blanks == 0
                  : h->validity == VALIDITY_NONE ? h->blanks == rows
                                                 : h->blanks > 0 && h->blanks < rows;
    bool dict = h->dictionary ? h->dict_n >= 1 && h->dict_n <= rows : h->dict_n == 0;
    bool text = h->kind == CHUNK_TEXT ? h->text_bytes <= CHUNK_TEXT_MAX && h->min == 0 && h->max == 0
                                      : h->text_bytes == 0 && h->stored_bytes == 0 && h->text_form == TEXT_RAW;
    bool stored = h->text_form == TEXT_ZSTD ||
                  (h->text_form == TEXT_SHAPE ? h->stored_bytes == 0 && !h->dictionary && h->text_bytes % rows == 0
                                              : h->stored_bytes == h->text_bytes);
    return blanks && dict && text && stored;
}

/* The shape stays in the bytes at c->dict until the texts are spelled out. */
static bool open_shape(struct str *rest, const struct inner *h, struct chunk_view *c)
{
    struct text_shape shape;
    struct str s;
    if (!take(rest, SHAPE_STORED, &s) || !shape_open((const uint8_t *)s.p, &shape)) return false;
    c->dict = (const uint8_t *)s.p;
    c->fixed = shape.length;
    return h->text_bytes == c->rows * shape.length && ints_open(rest, c->rows, &c->cells) && rest->n == 0;
}

/* Sections after the inner header, except the text. */
static bool open_sections(struct str *rest, const struct inner *h, struct chunk_view *c)
{
    struct str s;
    if (h->validity == VALIDITY_BITMAP) {
        if (!take(rest, ((size_t)c->rows + 63) / 64 * 8, &s)) return false;
        c->valid = (const uint8_t *)s.p;
    }
    if (h->kind == CHUNK_I64) {
        if (h->dictionary && !take(rest, 8 * (size_t)h->dict_n, &s)) return false;
        c->dict = h->dictionary ? (const uint8_t *)s.p : NULL;
        return ints_open(rest, c->rows, &c->cells) && rest->n == 0;
    }
    if (h->text_form == TEXT_SHAPE) return open_shape(rest, h, c);
    uint32_t entries = h->dictionary ? h->dict_n : c->rows;
    if (!ints_open(rest, entries + 1, &c->offsets)) return false;
    if (h->dictionary && !ints_open(rest, c->rows, &c->cells)) return false;
    return rest->n == pad8(h->stored_bytes);
}

static enum rc spell_texts(struct chunk_view *c, struct err *e)
{
    struct text_shape shape;
    uint64_t tile[INTS_TILE];
    char *p = mem_alloc(c->text.n);
    if (!p) return err_nomem(e);
    if (shape_open(c->dict, &shape)) {
        for (uint32_t from = 0; from < c->rows; from += INTS_TILE) {
            uint32_t n = c->rows - from < INTS_TILE ? c->rows - from : INTS_TILE;
            ints_read(&c->cells, from, n, tile);
            shape_spell(tile, n, &shape, p + (size_t)from * c->fixed);
        }
    }
    c->own = p;
    c->text.p = p;
    return RC_OK;
}

static enum rc open_text(struct str stored, const struct inner *h, struct chunk_view *c, struct err *e)
{
    c->text = str_make(stored.p, h->text_bytes);
    if (h->text_form == TEXT_SHAPE) return spell_texts(c, e);
    if (h->text_form == TEXT_RAW || h->text_bytes == 0) return RC_OK;
    char *p = mem_alloc(h->text_bytes);
    if (!p) return err_nomem(e);
    size_t got = ZSTD_decompress(p, h->text_bytes, stored.p, h->stored_bytes);
    if (got != h->text_bytes) {
        mem_free(p);
        return damaged(e, "its text does not decompress", "文字无法解压");
    }
    c->own = p;
    c->text.p = p;
    return RC_OK;
}

/* ---- FULL: believe nothing ---- */

static bool full_bits(const struct chunk_view *c)
{
    if (!c->valid) return true;
    uint32_t set = 0, words = (c->rows + 63) / 64;
    uint64_t w = 0;
    for (uint32_t i = 0; i < words; i++) {
        w = load64(c->valid + 8 * (size_t)i);
        set += (uint32_t)__builtin_popcountll(w);
    }
    bool tail = c->rows % 64 == 0 || (w & ~low_bits(c->rows % 64)) == 0;
    return tail && c->rows - set == c->blanks;
}

static bool full_codes(const struct chunk_view *c)
{
    uint64_t tile[INTS_TILE], max = 0;
    for (uint32_t from = 0; c->dictionary && from < c->rows; from += INTS_TILE) {
        uint32_t n = c->rows - from < INTS_TILE ? c->rows - from : INTS_TILE;
        ints_read(&c->cells, from, n, tile);
        for (uint32_t i = 0; i < n; i++) max = tile[i] > max ? tile[i] : max;
    }
    return !c->dictionary || max < c->dict_n;
}

static bool full_values(const struct chunk_view *c)
{
    int64_t min = INT64_MAX, max = INT64_MIN, tile[INTS_TILE];
    for (uint32_t from = 0; from < c->rows; from += INTS_TILE) {
        uint32_t n = c->rows - from < INTS_TILE ? c->rows - from : INTS_TILE;
        uint64_t bits[INTS_TILE / 64];
        chunk_read_i64(c, from, n, tile, bits);
        for (uint32_t i = 0; i < n; i++) {
            if (!bit_get(bits, i)) continue;
            min = tile[i] < min ? tile[i] : min;
            max = tile[i] > max ? tile[i] : max;
        }
    }
    return c->blanks == c->rows ? c->min == 0 && c->max == 0 : c->min == min && c->max == max;
}

/* Every number is one of the shape's, and every text well-formed. */
static bool full_shape(const struct chunk_view *c)
{
    struct text_shape shape;
    uint64_t tile[INTS_TILE];
    if (!shape_open(c->dict, &shape)) return false;
    for (uint32_t from = 0; from < c->rows; from += INTS_TILE) {
        uint32_t n = c->rows - from < INTS_TILE ? c->rows - from : INTS_TILE;
        ints_read(&c->cells, from, n, tile);
        for (uint32_t i = 0; i < n; i++) {
            if (tile[i] >= shape.ranks) return false;
            if (!utf8_valid(str_make(c->text.p + (size_t)(from + i) * c->fixed, c->fixed))) return false;
        }
    }
    return true;
}

static bool full_texts(const struct chunk_view *c)
{
    if (c->fixed) return full_shape(c);
    uint32_t entries = c->offsets.n - 1;
    uint64_t at = ints_get(&c->offsets, 0), tile[INTS_TILE];
    if (at != 0) return false;
    for (uint32_t from = 1; from <= entries; from += INTS_TILE) {
        uint32_t n = entries + 1 - from < INTS_TILE ? entries + 1 - from : INTS_TILE;
        ints_read(&c->offsets, from, n, tile);
        for (uint32_t i = 0; i < n; at = tile[i++]) {
            if (tile[i] < at || tile[i] > c->text.n) return false;
            if (!utf8_valid(str_make(c->text.p + at, tile[i] - at))) return false;
        }
    }
    return at == c->text.n;
}

static enum rc full_check(const struct chunk_view *c, struct err *e)
{
    if (!full_bits(c)) return damaged(e, "its blank cells do not add up", "空值数目不符");
    if (!full_codes(c)) return damaged(e, "a code is outside its dictionary", "代码超出字典");
    if (c->kind == CHUNK_I64 && !full_values(c)) return damaged(e, "its least or greatest value is wrong", "最小或最大值不符");
    if (c->kind == CHUNK_TEXT && !full_texts(c)) return damaged(e, "a text is malformed", "文字格式有误");
    return RC_OK;
}

enum rc chunk_open(struct str bytes, enum chunk_trust level, struct chunk_view *out, struct err *e)
{
    struct chunk_info info;
    struct inner h;
    *out = (struct chunk_view){0};
    TRY(chunk_peek(bytes, &info, e));
    if (bytes.n != info.bytes) return damaged(e, "bytes follow it", "其后有多余字节");
    if (info.cipher != CHUNK_PLAIN)
        return err_set(e, RC_USAGE, pos_none(), "a column chunk is sealed and must be unsealed with its key first",
                       "列块已加密，须先用密钥解密");
    size_t body = info.bytes - CHUNK_HEADER_BYTES;
    if (body < INNER_BYTES + CHUNK_TAIL) return damaged(e, "cut short", "内容不完整");
    if (level >= CHUNK_DEFAULT && load64(bytes.p + 32) != chunk_checksum(bytes.p, body))
        return damaged(e, "its checksum is wrong", "校验和不符");
    struct str rest = str_make(bytes.p + CHUNK_HEADER_BYTES, body - CHUNK_TAIL);
    if (!read_inner(&rest, &h) || !inner_sane(&h, info.rows)) return damaged(e, "bad inner header", "内部块头有误");
    *out = (struct chunk_view){.kind = h.kind, .dictionary = h.dictionary, .rows = info.rows, .blanks = h.blanks,
                               .min = h.min, .max = h.max, .dict_n = h.dict_n};
    if (!open_sections(&rest, &h, out)) return damaged(e, "its sections do not fit", "各段长度不符");
    if (h.kind == CHUNK_TEXT) TRY(open_text(rest, &h, out, e));
    enum rc rc = level >= CHUNK_FULL ? full_check(out, e) : RC_OK;
    if (rc) chunk_close(out);
    return rc;
}

void chunk_close(struct chunk_view *c)
{
    mem_free(c->own);
    *c = (struct chunk_view){0};
}

/* ---- cells ---- */

bool chunk_is_valid(const struct chunk_view *c, uint32_t i)
{
    if (i >= c->rows || c->blanks == c->rows) return false;
    return !c->valid || (c->valid[i / 8] >> (i % 8) & 1);
}

bool chunk_get_i64(const struct chunk_view *c, uint32_t i, int64_t *v)
{
    if (c->kind != CHUNK_I64 || !chunk_is_valid(c, i)) return false;
    uint64_t x = ints_get(&c->cells, i);
    if (c->dictionary) lanes_lookup(&x, 1, c->dict, c->dict_n);
    *v = (int64_t)x;
    return true;
}

static bool text_entry(const struct chunk_view *c, uint64_t entry, struct str *v)
{
    if (c->fixed) {
        if (entry >= c->rows) return false;
        *v = str_make(c->text.p + entry * c->fixed, c->fixed);
        return true;
    }
    if (entry >= c->offsets.n - 1) return false;
    uint64_t from = ints_get(&c->offsets, (uint32_t)entry), to = ints_get(&c->offsets, (uint32_t)entry + 1);
    if (from > to || to > c->text.n) return false;
    *v = str_make(c->text.p + from, to - from);
    return true;
}

bool chunk_get_str(const struct chunk_view *c, uint32_t i, struct str *v)
{
    if (c->kind != CHUNK_TEXT || !chunk_is_valid(c, i)) return false;
    return text_entry(c, c->dictionary ? ints_get(&c->cells, i) : i, v);
}

bool chunk_dict_str(const struct chunk_view *c, uint32_t entry, struct str *v)
{
    return c->kind == CHUNK_TEXT && c->dictionary && text_entry(c, entry, v);
}

static bool range_ok(const struct chunk_view *c, uint32_t from, uint32_t n)
{
    return from <= c->rows && n <= c->rows - from;
}

/* Validity bits from..from+n of a bitmap that ends on a whole word. */
static void copy_bits(const uint8_t *bits, uint32_t rows, uint32_t from, uint32_t n, uint64_t *dst)
{
    size_t words = ((size_t)rows + 63) / 64, first = from / 64;
    unsigned shift = from % 64;
    for (size_t i = 0; i < ((size_t)n + 63) / 64; i++) {
        uint64_t lo = load64(bits + 8 * (first + i));
        uint64_t hi = shift && first + i + 1 < words ? load64(bits + 8 * (first + i + 1)) << (64 - shift) : 0;
        dst[i] = lo >> shift | hi;
    }
}

bool chunk_read_valid(const struct chunk_view *c, uint32_t from, uint32_t n, uint64_t *valid)
{
    if (!range_ok(c, from, n)) return false;
    size_t words = ((size_t)n + 63) / 64;
    if (n == 0) return true;
    if (c->valid) copy_bits(c->valid, c->rows, from, n, valid);
    else memset(valid, c->blanks == c->rows ? 0 : 0xFF, words * 8);
    if (n % 64) valid[words - 1] &= low_bits(n % 64);
    return true;
}

bool chunk_read_into(const struct chunk_view *c, uint32_t from, uint32_t n, unsigned width, void *dst, uint64_t *valid)
{
    bool known = width == 1 || width == 2 || width == 4 || width == 8;
    if (c->kind != CHUNK_I64 || !known || !range_ok(c, from, n) ||
        chunk_width_for(c->min, c->max) > width)
        return false;
    uint64_t tile[INTS_TILE];
    char *to = dst;
    for (uint32_t done = 0; done < n; done += INTS_TILE) {
        uint32_t m = n - done < INTS_TILE ? n - done : INTS_TILE;
        ints_read(&c->cells, from + done, m, tile);
        if (c->dictionary) lanes_lookup(tile, m, c->dict, c->dict_n);
        lanes_narrow(tile, m, width, to + (size_t)done * width);
    }
    return !valid || chunk_read_valid(c, from, n, valid);
}

bool chunk_read_i64(const struct chunk_view *c, uint32_t from, uint32_t n, int64_t *dst, uint64_t *valid)
{
    return chunk_read_into(c, from, n, 8, dst, valid);
}

/* Texts of the entries or, without a dictionary, rows from..from+n; n <= INTS_TILE. */
static void text_tile(const struct chunk_view *c, uint32_t from, uint32_t n, struct str *dst)
{
    uint64_t ends[INTS_TILE + 1];
    for (uint32_t i = 0; c->fixed && i < n; i++) dst[i] = str_make(c->text.p + (size_t)(from + i) * c->fixed, c->fixed);
    if (c->fixed) return;
    ints_read(&c->offsets, from, n + 1, ends);
    for (uint32_t i = 0; i < n; i++) {
        bool ok = ends[i] <= ends[i + 1] && ends[i + 1] <= c->text.n;
        dst[i] = ok ? str_make(c->text.p + ends[i], ends[i + 1] - ends[i]) : STR("");
    }
}

static void code_tile(const struct chunk_view *c, uint32_t from, uint32_t n, struct str *dst)
{
    uint64_t codes[INTS_TILE];
    ints_read(&c->cells, from, n, codes);
    for (uint32_t i = 0; i < n; i++)
        if (!text_entry(c, codes[i], &dst[i])) dst[i] = STR("");
}

bool chunk_read_str(const struct chunk_view *c, uint32_t from, uint32_t n, struct str *dst, uint64_t *valid)
{
    if (c->kind != CHUNK_TEXT || !range_ok(c, from, n)) return false;
    for (uint32_t done = 0; done < n; done += INTS_TILE) {
        uint32_t m = n - done < INTS_TILE ? n - done : INTS_TILE;
        if (c->dictionary) code_tile(c, from + done, m, dst + done);
        else text_tile(c, from + done, m, dst + done);
    }
    for (uint32_t i = 0; c->blanks && i < n; i++)
        if (!chunk_is_valid(c, from + i)) dst[i] = STR("");
    return !valid || chunk_read_valid(c, from, n, valid);
}

bool chunk_read_codes(const struct chunk_view *c, uint32_t from, uint32_t n, uint32_t *dst)
{
    if (c->kind != CHUNK_TEXT || !c->dictionary || !range_ok(c, from, n)) return false;
    uint64_t tile[INTS_TILE];
    for (uint32_t done = 0; done < n; done += INTS_TILE) {
        uint32_t m = n - done < INTS_TILE ? n - done : INTS_TILE;
        ints_read(&c->cells, from + done, m, tile);
        lanes_narrow(tile, m, 4, dst + done);
    }
    return true;
}

bool chunk_min(const struct chunk_view *c, int64_t *v)
{
    *v = c->min;
    return c->kind == CHUNK_I64 && c->blanks < c->rows;
}

bool chunk_max(const struct chunk_view *c, int64_t *v)
{
    *v = c->max;
    return c->kind == CHUNK_I64 && c->blanks < c->rows;
}

unsigned chunk_width_for(int64_t min, int64_t max)
{
    if (min >= INT8_MIN && max <= INT8_MAX) return 1;
    if (min >= INT16_MIN && max <= INT16_MAX) return 2;
    return min >= INT32_MIN && max <= INT32_MAX ? 4 : 8;
}
