/* Packed integer sequences: choosing a form by its size, writing it, reading any part of it. */
#include "columns/chunk_int.h"

static size_t blocks_of(uint32_t n) { return ((size_t)n + INTS_BLOCK - 1) / INTS_BLOCK; }

bool ints_source_init(struct ints_source *s)
{
    s->first = 0;
    if (!s->valid) return true;
    for (uint32_t i = 0; i < s->n; i++) {
        if (bit_get(s->valid, i)) {
            s->first = ints_at(s, i);
            return true;
        }
    }
    return false;
}

const int64_t *ints_values(const struct ints_source *s, uint32_t from, uint32_t n, int64_t *tmp)
{
    if (s->v) return s->v + from;
    lane_kernels_best()->widen(s->narrow + from, n, s->split, tmp);
    return tmp;
}

const int64_t *ints_tile(const struct ints_source *s, uint32_t from, uint32_t n, int64_t *tmp, int64_t *carry)
{
    const int64_t *v = ints_values(s, from, n, tmp);
    if (!s->valid) return v;
    int64_t last = *carry;
    for (uint32_t i = 0; i < n; i++) {
        last = bit_get(s->valid, from + i) ? v[i] : last;
        tmp[i] = last;
    }
    *carry = last;
    return tmp;
}

static uint32_t tile_at(const struct ints_source *s, uint32_t from)
{
    return s->n - from < INTS_TILE ? s->n - from : INTS_TILE;
}

/* ---- choosing ---- */

static void survey_all(const struct ints_source *s, struct survey *y)
{
    int64_t tmp[INTS_TILE], carry = s->first;
    const struct lane_kernels *k = lane_kernels_best();
    *y = SURVEY_NONE;
    for (uint32_t from = 0; from < s->n; from += INTS_TILE) {
        uint32_t n = tile_at(s, from);
        const int64_t *v = ints_tile(s, from, n, tmp, &carry);
        k->survey(v, n, y);
    }
}

static uint64_t gcd64(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* Exact division by g = 2^shift * odd as a shift and a product: the inverse of an odd number modulo 2^64. */
struct divisor {
    unsigned shift;
    uint64_t inverse, limit; /* x is a multiple of odd exactly when x * inverse <= limit */
};

static struct divisor divisor_of(uint64_t g)
{
    unsigned shift = (unsigned)__builtin_ctzll(g);
    uint64_t odd = g >> shift, inv = odd; /* right to 3 bits, doubled by each Newton step */
    for (int i = 0; i < 5; i++) inv *= 2 - odd * inv;
    return (struct divisor){shift, inv, UINT64_MAX / odd};
}

static bool divides_all(const int64_t *v, uint32_t n, uint64_t base, struct divisor d)
{
    uint64_t low = low_bits(d.shift), bad = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)v[i] - base;
        bad |= (x & low) | ((x >> d.shift) * d.inverse > d.limit);
    }
    return bad == 0;
}

/* Greatest step that divides every value less base: amounts are mostly whole yuan. */
static uint64_t common_step(const struct ints_source *s, uint64_t base)
{
    int64_t tmp[INTS_TILE], carry = s->first;
    uint64_t g = 0;
    for (uint32_t from = 0; from < s->n && g != 1; from += INTS_TILE) {
        uint32_t n = tile_at(s, from);
        const int64_t *v = ints_tile(s, from, n, tmp, &carry);
        if (g > 1 && divides_all(v, n, base, divisor_of(g))) continue;
        for (uint32_t i = 0; i < n && g != 1; i++) g = gcd64((uint64_t)v[i] - base, g);
    }
    return g ? g : 1;
}

static size_t form_bytes(uint32_t n, unsigned width, size_t bases, unsigned base_width)
{
    return INTS_HEADER_BYTES + bits_bytes(n, width) + bits_bytes(bases, base_width);
}

static void plan_for(const struct ints_source *s, const struct survey *y, struct ints_plan *p)
{
    uint64_t range = (uint64_t)y->max - (uint64_t)y->min;
    p->form = INTS_FOR;
    p->step = bits_width(range) > 6 ? common_step(s, p->base) : 1;
    p->width = bits_width(range / p->step);
    p->bytes = form_bytes(s->n, p->width, 0, 0);
}

/* The later forms are slower to read, so they must save an eighth and a quarter. */
static void plan_blocks(const struct ints_source *s, const struct survey *y, struct ints_plan *p)
{
    unsigned width = bits_width(y->block_range), bw = bits_width((uint64_t)y->block_min_max - p->base);
    size_t bytes = form_bytes(s->n, width, blocks_of(s->n), bw);
    if (bytes + bytes / 8 >= p->bytes) return;
    *p = (struct ints_plan){INTS_BLOCKS, width, bw, p->base, 1, y->min, y->max, bytes};
}

static void plan_delta(const struct ints_source *s, const struct survey *y, struct ints_plan *p)
{
    uint64_t step = (uint64_t)y->delta_min;
    unsigned width = bits_width((uint64_t)y->delta_max - step), bw = bits_width((uint64_t)y->head_max - p->base);
    size_t bytes = form_bytes(s->n, width, blocks_of(s->n), bw);
    if (bytes + bytes / 3 >= p->bytes) return;
    *p = (struct ints_plan){INTS_DELTA, width, bw, p->base, step, y->min, y->max, bytes};
}

void ints_plan(const struct ints_source *s, struct ints_plan *p)
{
    struct survey y;
    survey_all(s, &y);
    *p = (struct ints_plan){.form = INTS_CONST, .base = (uint64_t)y.min, .step = 1, .min = y.min, .max = y.max};
    p->bytes = INTS_HEADER_BYTES;
    if (y.min == y.max) return;
    plan_for(s, &y, p);
    plan_blocks(s, &y, p);
    if (y.delta_min <= y.delta_max) plan_delta(s, &y, p);
}

/* ---- writing ---- */

static void code_for(const int64_t *v, uint32_t n, const struct ints_plan *p, uint64_t *codes)
{
    lane_kernels_best()->rebase(v, n, p->base, codes);
    if (p->step == 1) return;
    struct divisor d = divisor_of(p->step);
    for (uint32_t i = 0; i < n; i++) codes[i] = (codes[i] >> d.shift) * d.inverse;
}

static uint64_t code_block(const int64_t *v, uint32_t n, const struct ints_plan *p, uint64_t *codes)
{
    if (p->form == INTS_DELTA) {
        codes[0] = 0;
        for (uint32_t i = 1; i < n; i++) codes[i] = (uint64_t)v[i] - (uint64_t)v[i - 1] - p->step;
        return (uint64_t)v[0] - p->base;
    }
    struct span_stats b;
    ints_scan(v, n, &b);
    lanes_rebase(v, n, (uint64_t)b.min, codes);
    return (uint64_t)b.min - p->base;
}

static void code_tile(const int64_t *v, uint32_t n, const struct ints_plan *p, uint64_t *codes, uint64_t *bases)
{
    if (p->form == INTS_FOR) {
        code_for(v, n, p, codes);
        return;
    }
    for (uint32_t i = 0; i < n; i += INTS_BLOCK) {
        uint32_t m = n - i < INTS_BLOCK ? n - i : INTS_BLOCK;
        bases[i / INTS_BLOCK] = code_block(v + i, m, p, codes + i);
    }
}

static void encode_packed(const struct ints_source *s, const struct ints_plan *p, uint8_t *at)
{
    uint64_t codes[INTS_TILE], bases[INTS_MAX / INTS_BLOCK + 1];
    int64_t tmp[INTS_TILE], carry = s->first;
    size_t nb = p->form == INTS_FOR ? 0 : blocks_of(s->n);
    uint8_t *data = at + bits_bytes(nb, p->base_width);
    for (uint32_t from = 0; from < s->n; from += INTS_TILE) {
        uint32_t n = tile_at(s, from);
        const int64_t *v = ints_tile(s, from, n, tmp, &carry);
        code_tile(v, n, p, codes, bases + from / INTS_BLOCK);
        bits_pack(codes, n, p->width, data + (size_t)from / 8 * p->width);
    }
    size_t used = ((size_t)s->n * p->width + 7) / 8;
    memset(data + used, 0, bits_bytes(s->n, p->width) - used);
    /* The bases lie before the data: packed aside, because packing writes beyond its end. */
    uint8_t packed[sizeof bases + CHUNK_TAIL] = {0};
    bits_pack(bases, nb, p->base_width, packed);
    memcpy(at, packed, bits_bytes(nb, p->base_width));
}

void ints_encode(const struct ints_source *s, const struct ints_plan *p, struct buf *out)
{
    uint8_t *at = (uint8_t *)out->p + out->n;
    memset(at, 0, INTS_HEADER_BYTES);
    at[0] = (uint8_t)p->form;
    at[1] = (uint8_t)p->width;
    at[2] = (uint8_t)p->base_width;
    store32(at + 4, s->n);
    store64(at + 8, p->base);
    store64(at + 16, p->step);
    if (p->form != INTS_CONST) encode_packed(s, p, at + INTS_HEADER_BYTES);
    out->n += p->bytes;
}

/* ---- reading ---- */

static bool width_ok(unsigned w) { return w <= WIDTH_DIRECT || w == 64; }

bool ints_open(struct str *rest, uint32_t n, struct ints_view *out)
{
    if (rest->n < INTS_HEADER_BYTES) return false;
    const uint8_t *p = (const uint8_t *)rest->p;
    *out = (struct ints_view){
        .base = load64(p + 8), .step = load64(p + 16), .n = n, .form = p[0], .width = p[1], .base_width = p[2]};
    if (out->form >= INTS_FORM__MAX || !width_ok(out->width) || !width_ok(out->base_width)) return false;
    if (load32(p + 4) != n || n == 0 || n > INTS_MAX || p[3] != 0) return false;
    size_t bases = out->form >= INTS_BLOCKS ? bits_bytes(blocks_of(n), out->base_width) : 0;
    size_t data = out->form == INTS_CONST ? 0 : bits_bytes(n, out->width);
    size_t all = INTS_HEADER_BYTES + bases + data;
    if (rest->n < all) return false;
    out->bases = p + INTS_HEADER_BYTES;
    out->data = out->bases + bases;
    *rest = str_make(rest->p + all, rest->n - all);
    return true;
}

/* Sum of the packed deltas of rows 1..k of the block that begins at row `block`. */
static uint64_t delta_sum(const struct ints_view *v, size_t block, uint32_t k)
{
    if (v->width == 0 || k == 0) return 0;
    if (v->width == 1) {
        uint64_t bits = load64(v->data + block / 8) & low_bits(k + 1);
        return (uint64_t)__builtin_popcountll(bits & ~UINT64_C(1));
    }
    uint64_t sum = 0;
    for (uint32_t j = 1; j <= k; j++) sum += bits_get(v->data, block + j, v->width);
    return sum;
}

static uint64_t block_base(const struct ints_view *v, size_t block)
{
    return v->base + bits_get(v->bases, block, v->base_width);
}

uint64_t ints_get(const struct ints_view *v, uint32_t i)
{
    uint32_t k = i % INTS_BLOCK;
    switch ((enum ints_form)v->form) {
    case INTS_FOR: return v->base + bits_get(v->data, i, v->width) * v->step;
    case INTS_BLOCKS: return block_base(v, i / INTS_BLOCK) + bits_get(v->data, i, v->width);
    case INTS_DELTA: return block_base(v, i / INTS_BLOCK) + k * v->step + delta_sum(v, i - k, k);
    case INTS_CONST:
    case INTS_FORM__MAX: break;
    }
    return v->base;
}

static void read_blocks(const struct ints_view *v, uint32_t from, uint32_t n, uint64_t *dst)
{
    bits_unpack(v->data, from, n, v->width, dst);
    while (n > 0) {
        uint32_t m = INTS_BLOCK - from % INTS_BLOCK;
        if (m > n) m = n;
        lanes_affine(dst, m, block_base(v, from / INTS_BLOCK), 1);
        dst += m, from += m, n -= m;
    }
}

static void read_delta(const struct ints_view *v, uint32_t from, uint32_t n, uint64_t *dst)
{
    while (n > 0) {
        uint64_t tmp[INTS_BLOCK];
        uint32_t skip = from % INTS_BLOCK, m = INTS_BLOCK - skip;
        if (m > n) m = n;
        uint64_t *into = skip == 0 ? dst : tmp;
        bits_unpack(v->data, from - skip, skip + m, v->width, into);
        lanes_prefix(into, skip + m, block_base(v, from / INTS_BLOCK), v->step);
        if (skip != 0) memcpy(dst, tmp + skip, m * sizeof *dst);
        dst += m, from += m, n -= m;
    }
}

static void read_for(const struct ints_view *v, uint32_t from, uint32_t n, uint64_t *dst)
{
    bits_unpack(v->data, from, n, v->width, dst);
    lanes_affine(dst, n, v->base, v->step);
}

static void read_const(const struct ints_view *v, uint32_t n, uint64_t *dst)
{
    for (uint32_t i = 0; i < n; i++) dst[i] = v->base;
}

void ints_read(const struct ints_view *v, uint32_t from, uint32_t n, uint64_t *dst)
{
    while (n > 0) {
        uint32_t m = n < INTS_TILE ? n : INTS_TILE;
        switch ((enum ints_form)v->form) {
        case INTS_FOR: read_for(v, from, m, dst); break;
        case INTS_BLOCKS: read_blocks(v, from, m, dst); break;
        case INTS_DELTA: read_delta(v, from, m, dst); break;
        case INTS_CONST:
        case INTS_FORM__MAX: read_const(v, m, dst); break;
        }
        dst += m, from += m, n -= m;
    }
}
