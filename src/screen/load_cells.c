/* Stored columns to arrays: integers as they are, codes by name, texts by hash. */
#include <stdlib.h>
#include "base/mem.h"
#include "base/vec.h"
#include "match/plan.h"
#include "screen/load_int.h"

enum { CHUNK_BUF_MAX = (int)CHUNK_BYTES_MAX };

void cells_fini(struct cells *c)
{
    mem_free(c->v);
    mem_free(c->valid);
    mem_free(c->not_given);
    *c = (struct cells){0};
}

static int64_t text_value(struct str s) { return (int64_t)(str_hash(s) >> 1); }

static bool set_value(const struct decl *codes, struct str s, int64_t *out)
{
    uint64_t m = 0;
    struct str item;
    while (str_cut(&s, ',', &item)) {
        item = str_trim(item);
        uint32_t k = item.n ? codes_find(codes, item) : UINT32_MAX;
        if (item.n && k >= 64) return false;
        if (item.n) m |= UINT64_C(1) << k;
    }
    *out = (int64_t)m;
    return true;
}

/* A code that the books no longer have, alone or in a set, reads as blank: nothing can be said of it. */
static bool convert_text(const struct cell_spec *spec, struct str s, int64_t *out)
{
    switch (spec->form) {
    case FORM_CODE: {
        uint32_t k = codes_find(spec->codes, s);
        *out = k;
        return k != UINT32_MAX;
    }
    case FORM_SET: return set_value(spec->codes, s, out);
    default: *out = text_value(s); return true;
    }
}

static void set_blank(struct cells *c, uint32_t i) { c->valid[i >> 6] &= ~(UINT64_C(1) << (i & 63)); }

static enum rc need_valid(struct cells *c, struct err *e)
{
    if (c->valid) return RC_OK;
    size_t words = ((size_t)c->n + 63) / 64;
    c->valid = mem_alloc_array(words ? words : 1, sizeof *c->valid);
    if (!c->valid) return err_nomem(e);
    memset(c->valid, 0xff, words * sizeof *c->valid);
    return RC_OK;
}

/* Texts of one chunk, its dictionary converted once. */
static enum rc fill_text(const struct cell_spec *spec, const struct chunk_view *v, struct cells *c, uint32_t at,
                         struct err *e)
{
    struct str *texts = NULL;
    int64_t *dict = mem_alloc_array(v->dict_n + 1, sizeof *dict);
    bool *known = mem_alloc_array(v->dict_n + 1, sizeof *known);
    uint32_t *codes = mem_alloc_array(v->rows, sizeof *codes);
    enum rc rc = dict && known && codes ? need_valid(c, e) : err_nomem(e);
    if (!rc && !v->dictionary && !(texts = mem_alloc_array(v->rows, sizeof *texts))) rc = err_nomem(e);
    bool ok = !rc &&
              (v->dictionary ? chunk_read_codes(v, 0, v->rows, codes) : chunk_read_str(v, 0, v->rows, texts, NULL));
    if (!rc && !ok)
        rc = err_set(e, RC_ENV, pos_none(), "a stored column is damaged. Run fangpin check.",
                     "存储的列已损坏。请运行 fangpin check。");
    for (uint32_t i = 0; !rc && v->dictionary && i < v->dict_n; i++) {
        struct str s;
        known[i] = chunk_dict_str(v, i, &s) && convert_text(spec, s, &dict[i]);
    }
    for (uint32_t i = 0; !rc && i < v->rows; i++) {
        bool there = chunk_is_valid(v, i);
        if (there && v->dictionary)
            there = codes[i] < v->dict_n && known[codes[i]], c->v[at + i] = there ? dict[codes[i]] : 0;
        else if (there) there = convert_text(spec, texts[i], &c->v[at + i]);
        if (!there) set_blank(c, at + i);
    }
    mem_free(texts);
    mem_free(dict);
    mem_free(known);
    mem_free(codes);
    return rc;
}

static enum rc fill_ints(const struct chunk_view *v, struct cells *c, uint32_t at, struct err *e)
{
    if (!chunk_read_i64(v, 0, v->rows, c->v + at, NULL))
        return err_set(e, RC_ENV, pos_none(), "a stored column is damaged. Run fangpin check.",
                       "存储的列已损坏。请运行 fangpin check。");
    if (!v->blanks) return RC_OK;
    TRY(need_valid(c, e));
    for (uint32_t i = 0; i < v->rows; i++)
        if (!chunk_is_valid(v, i)) set_blank(c, at + i);
    return RC_OK;
}

enum rc cells_not_given(struct cells *c, int64_t from, int64_t to, struct err *e)
{
    size_t words = ((size_t)c->n + 63) / 64;
    TRY(need_valid(c, e));
    if (!c->not_given && !(c->not_given = mem_zalloc_array(words ? words : 1, sizeof *c->not_given)))
        return err_nomem(e);
    for (int64_t i = from; i < to; i++) {
        set_blank(c, (uint32_t)i);
        c->not_given[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    return RC_OK;
}

static bool form_is_text(enum cell_form f)
{
    return f == FORM_CODE || f == FORM_SET || f == FORM_TEXT || f == FORM_REF_HOUSEHOLD;
}

static enum rc fill_chunk(struct world *w, const struct cell_spec *spec, const struct chunk_ref *ref, struct buf *buf,
                          struct cells *c, uint32_t at, struct err *e)
{
    struct str bytes;
    struct chunk_view v;
    TRY(chunk_fetch(w->store, ref, buf, &bytes, e));
    TRY(chunk_open(bytes, CHUNK_DEFAULT, &v, e));
    enum rc rc;
    if (at + (uint64_t)v.rows > c->n)
        rc = err_set(e, RC_ENV, pos_none(), "a stored column is longer than its delivery. Run fangpin check.",
                     "存储的列与批次不符。请运行 fangpin check。");
    else if ((v.kind == CHUNK_TEXT) != form_is_text(spec->form)) /* the field had another type when the file came */
        rc = cells_not_given(c, at, (int64_t)at + v.rows, e);
    else if (v.kind == CHUNK_TEXT) rc = fill_text(spec, &v, c, at, e);
    else rc = fill_ints(&v, c, at, e);
    chunk_close(&v);
    return rc;
}

static enum rc fill_delivery(struct world *w, const struct world_rows *rows, size_t d, const struct cell_spec *spec,
                             struct buf *buf, struct cells *c, struct err *e)
{
    struct arena a;
    struct chunk_ref *refs;
    size_t n;
    arena_init(&a, MIB(64));
    struct owner owner = {OWNER_DELIVERY, rows->deliveries[d].id};
    enum rc rc = chunk_list(w->store, &a, owner, spec->name, &refs, &n, e);
    int64_t want = rows->first[d + 1] - rows->first[d], have = 0;
    if (!rc && n == 0 && want) rc = cells_not_given(c, rows->first[d], rows->first[d + 1], e);
    for (size_t i = 0; !rc && i < n && refs[i].first_row == have; i++) {
        have += refs[i].rows;
        if (have <= want) rc = fill_chunk(w, spec, &refs[i], buf, c, (uint32_t)(rows->first[d] + refs[i].first_row), e);
    }
    if (!rc && n && have != want)
        rc = err_set(e, RC_ENV, pos_none(), "a stored column has not the rows of its delivery. Run fangpin check.",
                     "存储的列与批次行数不符。请运行 fangpin check。");
    arena_fini(&a);
    return rc;
}

enum rc cells_load(struct world *w, const struct world_rows *rows, const struct cell_spec *spec, struct cells *out,
                   struct err *e)
{
    *out = (struct cells){.n = rows->n ? (uint32_t)rows->first[rows->n] : 0};
    out->v = mem_zalloc_array((size_t)out->n + 1, sizeof *out->v);
    if (!out->v) return err_nomem(e);
    struct buf buf;
    buf_init(&buf, CHUNK_BUF_MAX);
    enum rc rc = RC_OK;
    for (size_t d = 0; !rc && d < rows->n; d++) rc = fill_delivery(w, rows, d, spec, &buf, out, e);
    buf_fini(&buf);
    if (rc) cells_fini(out);
    return rc;
}

enum rc world_own(struct world *w, struct column c, struct err *e)
{
    if (w->n_owned == w->cap_owned && !vec_grow(&w->owned, &w->cap_owned, w->n_owned, sizeof *w->owned, 1 << 20)) {
        column_fini(&c);
        return err_nomem(e);
    }
    w->owned[w->n_owned++] = c;
    return RC_OK;
}

/* Sets keep eight bytes: a mask has no sign. */
static enum rc wide_column(const struct cells *c, const uint32_t *order, uint32_t n, struct column *out, struct err *e)
{
    struct column_plan plan = {.rows = n, .min = INT64_MIN, .max = INT64_MAX, .any = true, .blanks = c->valid ? 1 : 0};
    TRY(column_init(out, &plan, e));
    int64_t *v = out->data;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = order ? order[i] : i;
        v[i] = c->v[r];
        if (!out->valid) continue;
        uint64_t bit = UINT64_C(1) << (i & 63);
        if (c->valid[r >> 6] >> (r & 63) & 1) out->valid[i >> 6] |= bit;
        else out->valid[i >> 6] &= ~bit;
    }
    return RC_OK;
}

static enum rc copy_not_given(struct world *w, const struct cells *c, const uint32_t *order, uint32_t n,
                              struct fcol *out, struct err *e)
{
    if (!c->not_given) return RC_OK;
    uint64_t *bits = arena_alloc_array(&w->arena, ((size_t)n + 63) / 64 + 1, sizeof *bits);
    if (!bits) return err_nomem(e);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = order ? order[i] : i;
        if (c->not_given[r >> 6] >> (r & 63) & 1) bits[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    out->not_given = bits;
    return RC_OK;
}

static enum rc narrow_column(const struct cells *c, const uint32_t *order, uint32_t n, struct column *out,
                             struct err *e)
{
    struct column whole = {0};
    if (!order) return column_from_i64(out, c->v, c->valid, c->n, e);
    TRY(column_from_i64(&whole, c->v, c->valid, c->n, e));
    enum rc rc = column_gather(out, &whole, order, n, e);
    column_fini(&whole);
    return rc;
}

enum rc fcol_from_cells(struct world *w, const struct cells *c, const uint32_t *order, uint32_t n, enum rep rep,
                        struct fcol *out, struct err *e)
{
    struct column col = {0};
    *out = (struct fcol){.rep = (uint8_t)rep};
    if (n == 0) return RC_OK;
    TRY(copy_not_given(w, c, order, n, out, e));
    TRY(rep == REP_SET ? wide_column(c, order, n, &col, e) : narrow_column(c, order, n, &col, e));
    bool dates_alone = rep != REP_SPAN || col.width >= COL_4;
    if (col.blanks == n || !dates_alone) { /* no cell has a value */
        column_fini(&col);
        return RC_OK;
    }
    out->width = (uint8_t)col.width;
    out->data = col.data, out->valid = col.valid, out->min = col.min, out->max = col.max;
    return world_own(w, col, e);
}

/* What became known later counts over what was known before, whatever was typed in first. */
static int by_known(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us < y->known_from_us ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

enum rc rows_plan(struct world *w, struct str dataset, struct world_rows *out, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < w->known.n; i++) n += str_eq(w->known.v[i].dataset, dataset);
    *out = (struct world_rows){.deliveries = ARENA_ARRAY(&w->arena, struct delivery, n + 1),
                               .first = ARENA_ARRAY(&w->arena, int64_t, n + 2)};
    if (!out->deliveries || !out->first) return err_nomem(e);
    for (size_t i = 0; i < w->known.n; i++) {
        if (!str_eq(w->known.v[i].dataset, dataset)) continue;
        out->deliveries[out->n++] = w->known.v[i];
    }
    if (out->n) qsort(out->deliveries, out->n, sizeof *out->deliveries, by_known);
    for (size_t i = 0; i < out->n; i++) out->first[i + 1] = out->first[i] + out->deliveries[i].counts.matched;
    if (out->n && out->first[out->n] >= UINT32_MAX)
        return err_set(e, RC_ENV, pos_none(), "more than 4 billion rows of %.*s. Split the data folder by city.",
                       "%.*s 超过 40 亿行。请按市拆分数据文件夹。", STR_ARG(dataset));
    return RC_OK;
}

static enum rc codes_of(struct world *w, struct str name, const struct decl **out, struct err *e)
{
    struct place nation = {0};
    *out = policy_find(w->policy, D_CODES, name, &nation, w->as_of);
    for (uint32_t i = 0; !*out && i < w->n_places; i++)
        *out = policy_find(w->policy, D_CODES, name, &w->places[i], w->as_of);
    if (*out) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the code list \"%.*s\" is not in force on this day.",
                   "代码表“%.*s”在该日期不适用。", STR_ARG(name));
}

enum rc spec_of_field(struct world *w, const struct field_ref *f, struct cell_spec *spec, enum rep *rep, struct err *e)
{
    *spec = (struct cell_spec){.form = FORM_INT};
    *rep = REP_INT;
    if (!f->decl) return RC_OK;
    spec->name = plan_stored_name(&w->arena, f->decl->name.text);
    if (!spec->name.p) return err_nomem(e);
    switch (f->decl->type.kind) {
    case T_BOOL: *rep = REP_BOOL; break;
    case T_DATE: *rep = REP_SPAN; break;
    case T_TEXT: spec->form = FORM_TEXT; break;
    case T_SET: *rep = REP_SET, spec->form = FORM_SET; return codes_of(w, f->decl->type.name.text, &spec->codes, e);
    case T_REF:
        spec->form = str_eq(f->decl->type.name.text, STR("household")) ? FORM_REF_HOUSEHOLD : FORM_REF_PERSON;
        break;
    case T_CODES:
        if (policy_unit(w->policy, f->decl->type.name.text) != UINT16_MAX) break;
        spec->form = FORM_CODE;
        return codes_of(w, f->decl->type.name.text, &spec->codes, e);
    default: break;
    }
    return RC_OK;
}
