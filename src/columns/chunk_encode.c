/* Writing chunks: the frame around every chunk, and integer columns. */
#include "base/mem.h"
#include "columns/chunk_int.h"

enum {
    DICT_MAX = 4096, /* distinct integers of a dictionary */
    DICT_SLOTS = 2 * DICT_MAX,
    DICT_SAMPLE = 512,
    DICT_FREE = 0xFFFF,
    DICT_WORTH_BITS = 4, /* below this a dictionary cannot save much */
};

bool chunk_begin(struct buf *out, size_t body, size_t *at)
{
    if (!buf_reserve(out, CHUNK_HEADER_BYTES + body + 2 * CHUNK_TAIL)) return false;
    *at = out->n;
    memset(out->p + out->n, 0, CHUNK_HEADER_BYTES);
    out->n += CHUNK_HEADER_BYTES;
    return true;
}

void chunk_put_inner(struct buf *out, const struct inner *h)
{
    uint8_t *p = (uint8_t *)out->p + out->n;
    p[0] = (uint8_t)h->kind;
    p[1] = h->dictionary;
    p[2] = (uint8_t)h->validity;
    p[3] = (uint8_t)h->text_form;
    store32(p + 4, h->blanks);
    store64(p + 8, (uint64_t)h->min);
    store64(p + 16, (uint64_t)h->max);
    store32(p + 24, h->dict_n);
    store32(p + 28, 0);
    store32(p + 32, h->text_bytes);
    store32(p + 36, h->stored_bytes);
    out->n += INNER_BYTES;
}

void chunk_put_valid(struct buf *out, const uint64_t *valid, uint32_t n, enum validity mode)
{
    if (mode != VALIDITY_BITMAP) return;
    size_t words = ((size_t)n + 63) / 64;
    memcpy(out->p + out->n, valid, words * 8);
    if (n % 64) store64(out->p + out->n + (words - 1) * 8, valid[words - 1] & low_bits(n % 64));
    out->n += words * 8;
}

void chunk_pad(struct buf *out, size_t at)
{
    size_t end = at + pad8(out->n - at);
    memset(out->p + out->n, 0, end - out->n);
    out->n = end;
}

uint64_t chunk_checksum(const char *p, size_t body)
{
    return chunk_hash(p + CHUNK_HEADER_BYTES, body, chunk_hash(p, CHUNK_HEADER_BYTES - 8, 0));
}

void chunk_finish(struct buf *out, size_t at, uint32_t rows, uint8_t version)
{
    memset(out->p + out->n, 0, CHUNK_TAIL);
    out->n += CHUNK_TAIL;
    size_t body = out->n - at - CHUNK_HEADER_BYTES;
    char *p = out->p + at;
    store32(p, CHUNK_MAGIC);
    p[4] = (char)version;
    store32(p + 24, rows);
    store32(p + 28, (uint32_t)body);
    store64(p + 32, chunk_checksum(p, body));
}

uint32_t valid_blanks(const uint64_t *valid, uint32_t n)
{
    if (!valid) return 0;
    uint32_t set = 0;
    for (uint32_t i = 0; i < n / 64; i++) set += (uint32_t)__builtin_popcountll(valid[i]);
    if (n % 64) set += (uint32_t)__builtin_popcountll(valid[n / 64] & low_bits(n % 64));
    return n - set;
}

enum rc chunk_check_rows(uint32_t n, struct err *e)
{
    if (n >= 1 && n <= CHUNK_ROWS) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "a column chunk holds 1 to %d rows, not %u; split the rows",
                   "一个列块可有 1 至 %d 行，不能是 %u 行；请分块", CHUNK_ROWS, n);
}

/* ---- dictionary of integers ---- */

struct i64_dict {
    uint32_t n, max;
    int64_t values[DICT_MAX];
    int64_t keys[DICT_SLOTS];
    uint16_t codes[DICT_SLOTS]; /* DICT_FREE: slot unused */
};

/* The code of v, added when new; DICT_FREE when the dictionary is full. */
static uint32_t dict_code(struct i64_dict *d, int64_t v)
{
    size_t slot = (size_t)(((uint64_t)v * UINT64_C(0x9E3779B97F4A7C15)) >> 51); /* the top 13 bits: DICT_SLOTS */
    while (d->codes[slot] != DICT_FREE) {
        if (d->keys[slot] == v) return d->codes[slot];
        slot = (slot + 1) % DICT_SLOTS;
    }
    if (d->n == d->max) return DICT_FREE;
    d->keys[slot] = v;
    d->codes[slot] = (uint16_t)d->n;
    d->values[d->n] = v;
    return d->n++;
}

static void dict_reset(struct i64_dict *d, uint32_t max)
{
    d->n = 0;
    d->max = max;
    memset(d->codes, 0xFF, sizeof d->codes);
}

/* True when half of a sample repeats: then counting all is worth the time. */
static bool sample_repeats(struct i64_dict *d, const struct ints_source *s)
{
    uint32_t stride = s->n / DICT_SAMPLE + 1, seen = 0;
    for (uint32_t i = 0; i < s->n; i += stride) {
        if (s->valid && !bit_get(s->valid, i)) continue;
        seen++;
        dict_code(d, ints_at(s, i));
    }
    return seen > 0 && d->n <= seen / 2;
}

static bool dict_all(struct i64_dict *d, const struct ints_source *s, int32_t *codes)
{
    int64_t last = 0;
    uint32_t code = DICT_FREE; /* of last, once there is one: the same value often follows */
    for (uint32_t i = 0; i < s->n; i++) {
        int64_t v = ints_at(s, i);
        codes[i] = 0;
        if (s->valid && !bit_get(s->valid, i)) continue;
        if (v != last || code == DICT_FREE) code = dict_code(d, last = v);
        if (code == DICT_FREE) return false;
        codes[i] = (int32_t)code;
    }
    return true;
}

struct i64_job {
    struct ints_source src;
    struct ints_plan plan;
    struct inner h;
    struct i64_dict *dict;
    int32_t *codes;
};

/* Fill in job->dict and job->codes and plan the codes when that is smaller than the plan at hand. */
static enum rc try_dictionary(struct i64_job *job)
{
    size_t limit = job->plan.bytes - job->plan.bytes / 8;
    uint32_t max = limit / 8 < DICT_MAX ? (uint32_t)(limit / 8) : DICT_MAX;
    job->dict = mem_alloc(sizeof *job->dict);
    if (!job->dict) return RC_NOMEM;
    dict_reset(job->dict, DICT_SAMPLE);
    if (!sample_repeats(job->dict, &job->src)) return RC_OK;
    job->codes = mem_alloc_array(job->src.n, sizeof *job->codes);
    if (!job->codes) return RC_NOMEM;
    dict_reset(job->dict, max);
    if (!dict_all(job->dict, &job->src, job->codes)) return RC_OK;
    struct ints_source codes = {.narrow = job->codes, .valid = job->src.valid, .n = job->src.n};
    struct ints_plan plan;
    if (!ints_source_init(&codes)) return RC_OK;
    ints_plan(&codes, &plan);
    if (plan.bytes + 8 * (size_t)job->dict->n > limit) return RC_OK;
    job->src = codes;
    job->plan = plan;
    job->h.dictionary = true;
    job->h.dict_n = job->dict->n;
    return RC_OK;
}

static bool write_i64(const struct i64_job *job, const uint64_t *valid, uint32_t n, struct buf *out)
{
    size_t at, dict = 8 * (size_t)job->h.dict_n;
    size_t body = INNER_BYTES + 8 * (size_t)CHUNK_VALID_WORDS + dict + job->plan.bytes;
    if (!chunk_begin(out, body, &at)) return false;
    chunk_put_inner(out, &job->h);
    chunk_put_valid(out, valid, n, job->h.validity);
    if (job->h.dictionary) memcpy(out->p + out->n, job->dict->values, dict);
    out->n += dict;
    ints_encode(&job->src, &job->plan, out);
    chunk_finish(out, at, n, CHUNK_VERSION);
    return true;
}

/* job->src: the values, and n. */
static enum rc plan_i64(struct i64_job *job, const uint64_t *valid)
{
    const uint32_t n = job->src.n;
    job->h.kind = CHUNK_I64;
    job->h.blanks = valid_blanks(valid, n);
    job->h.validity = job->h.blanks == 0 ? VALIDITY_ALL : job->h.blanks == n ? VALIDITY_NONE : VALIDITY_BITMAP;
    job->src.valid = job->h.validity == VALIDITY_ALL ? NULL : valid;
    if (!ints_source_init(&job->src)) { /* all blank: every tile is 0 */
        ints_plan(&job->src, &job->plan);
        return RC_OK;
    }
    ints_plan(&job->src, &job->plan);
    job->h.min = job->plan.min;
    job->h.max = job->plan.max;
    if (job->plan.form == INTS_CONST || job->plan.width < DICT_WORTH_BITS) return RC_OK;
    return try_dictionary(job);
}

static enum rc encode_ints(struct ints_source s, const uint64_t *valid, struct buf *out, struct err *e)
{
    TRY(chunk_check_rows(s.n, e));
    struct i64_job job = {.src = s};
    enum rc rc = plan_i64(&job, valid);
    if (!rc && !write_i64(&job, valid, s.n, out)) rc = RC_NOMEM;
    mem_free(job.dict);
    mem_free(job.codes);
    return rc ? err_nomem(e) : RC_OK;
}

enum rc chunk_encode_i64(const int64_t *v, const uint64_t *valid, uint32_t n, struct buf *out, struct err *e)
{
    return encode_ints((struct ints_source){.v = v, .n = n}, valid, out, e);
}

enum rc chunk_encode_i32(const int32_t *v, unsigned split, const uint64_t *valid, uint32_t n, struct buf *out,
                         struct err *e)
{
    return encode_ints((struct ints_source){.narrow = v, .split = split, .n = n}, valid, out, e);
}
