/* Stored columns to cells: chunks are fetched on all threads, then each is decoded into its place. */
#include "base/vec.h"
#include "screen/load_int.h"

enum { PIECES_MAX = 1 << 24, FEW_BYTES = 1 << 19 }; /* so few stored bytes are read by one thread */

void cells_fini(struct cells *c)
{
    column_fini(&c->col);
    mem_free(c->not_given);
    *c = (struct cells){0};
}

/* One chunk of one of the columns. */
struct piece {
    const struct cells_want *want;
    struct chunk_ref ref;
    uint32_t at; /* global row of its first cell */
    struct buf bytes;
    struct chunk_view view;
    bool other_kind; /* the field had another type when the file came: its cells are not given */
    int64_t *dict;   /* values of the dictionary's texts */
    bool *known;     /* which of them have one */
};

struct reading {
    struct world *w;
    const struct world_rows *rows;
    const struct cells_want *v;
    size_t n;
    VEC(struct piece) pieces;
    int64_t bytes;
    struct arena arena;
};

static enum rc damaged(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a stored column is damaged. Run fangpin check.",
                   "存储的列已损坏。请运行 fangpin check。");
}

/* ---------------------------------------------------------------- what there is */

static enum rc wrong_rows(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a stored column has not the rows of its delivery. Run fangpin check.",
                   "存储的列与批次行数不符。请运行 fangpin check。");
}

static enum rc list_column(struct reading *r, size_t d, const struct cells_want *want, struct err *e)
{
    struct chunk_ref *refs;
    size_t n;
    struct owner owner = {OWNER_DELIVERY, r->rows->deliveries[d].id};
    TRY(chunk_list(r->w->store, &r->arena, owner, want->spec.name, &refs, &n, e));
    int64_t rows = r->rows->first[d + 1] - r->rows->first[d], have = 0;
    for (size_t i = 0; i < n; i++) {
        if (refs[i].first_row != have || have + refs[i].rows > rows) return wrong_rows(e);
        struct piece p = {.want = want, .ref = refs[i], .at = (uint32_t)(r->rows->first[d] + have)};
        buf_init(&p.bytes, CHUNK_BYTES_MAX);
        if (!vec_push(&r->pieces, PIECES_MAX, p)) return err_nomem(e);
        have += refs[i].rows;
        r->bytes += refs[i].bytes;
    }
    return n == 0 || have == rows ? RC_OK : wrong_rows(e);
}

static enum rc list_pieces(struct reading *r, struct err *e)
{
    for (size_t k = 0; k < r->n; k++)
        for (size_t d = 0; d < r->rows->n; d++) TRY(list_column(r, d, &r->v[k], e));
    return RC_OK;
}

/* ---------------------------------------------------------------- texts */

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

static bool form_is_text(enum cell_form f)
{
    return f == FORM_CODE || f == FORM_SET || f == FORM_TEXT || f == FORM_REF_HOUSEHOLD;
}

/* A dictionary is converted once; behind its end is a text without a value, and such ones are 0. */
static enum rc convert_dictionary(struct piece *p, struct err *e)
{
    p->dict = mem_alloc_array((size_t)p->view.dict_n + 1, sizeof *p->dict);
    p->known = mem_alloc_array((size_t)p->view.dict_n + 1, sizeof *p->known);
    if (!p->dict || !p->known) return err_nomem(e);
    p->dict[p->view.dict_n] = 0;
    p->known[p->view.dict_n] = false;
    for (uint32_t i = 0; i < p->view.dict_n; i++) {
        struct str s;
        p->dict[i] = 0;
        p->known[i] = chunk_dict_str(&p->view, i, &s) && convert_text(&p->want->spec, s, &p->dict[i]);
        if (!p->known[i]) p->dict[i] = 0;
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- fetching */

static enum rc fetch_piece(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct reading *r = ctx;
    struct piece *p = &r->pieces.v[task];
    struct store *s;
    struct str bytes;
    TRY(world_reader(r->w, thread, &s, e));
    TRY(chunk_fetch(s, &p->ref, &p->bytes, &bytes, e));
    /* What was sealed is authenticated already. */
    TRY(chunk_open(bytes, p->ref.sealed ? CHUNK_MINIMAL : CHUNK_DEFAULT, &p->view, e));
    if (p->view.rows != p->ref.rows) return wrong_rows(e);
    p->other_kind = (p->view.kind == CHUNK_TEXT) != form_is_text(p->want->spec.form);
    return p->view.kind == CHUNK_TEXT && p->view.dictionary && !p->other_kind ? convert_dictionary(p, e) : RC_OK;
}

static void free_piece(struct piece *p)
{
    chunk_close(&p->view);
    buf_fini(&p->bytes);
    mem_free(p->dict);
    mem_free(p->known);
}

/* ---------------------------------------------------------------- planning */

static void widen_plan(struct column_plan *plan, int64_t min, int64_t max)
{
    plan->min = plan->any && plan->min < min ? plan->min : min;
    plan->max = plan->any && plan->max > max ? plan->max : max;
    plan->any = true;
}

static void plan_text(struct column_plan *plan, const struct piece *p)
{
    const struct cell_spec *spec = &p->want->spec;
    bool lost = spec->form != FORM_TEXT && !p->dict;
    for (uint32_t i = 0; p->dict && i < p->view.dict_n; i++) {
        lost = lost || !p->known[i];
        if (p->known[i] && spec->form == FORM_CODE) widen_plan(plan, p->dict[i], p->dict[i]);
    }
    plan->blanks += p->view.blanks + lost; /* more than none: the count is made afterwards */
    if (spec->form == FORM_TEXT || spec->form == FORM_REF_HOUSEHOLD) widen_plan(plan, 0, INT64_MAX);
    if (spec->form == FORM_SET) widen_plan(plan, INT64_MIN, INT64_MAX); /* eight bytes: a mask has no sign */
    if (spec->form == FORM_CODE && !p->dict) widen_plan(plan, 0, (int64_t)spec->codes->u.codes.n);
}

static void plan_piece(struct column_plan *plan, const struct piece *p)
{
    const struct chunk_view *v = &p->view;
    if (p->other_kind) return;
    if (v->kind == CHUNK_TEXT) {
        plan_text(plan, p);
        return;
    }
    plan->blanks += v->blanks;
    if (v->blanks < v->rows) widen_plan(plan, v->min, v->max);
}

/* Rows of deliveries without the column, and of chunks of another kind. */
static enum rc mark_not_given(const struct reading *r, const struct cells_want *want, const struct piece *p, size_t n,
                              struct err *e)
{
    int64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i].at > at) TRY(cells_not_given(want->out, at, p[i].at, e));
        at = (int64_t)p[i].at + p[i].ref.rows;
        if (p[i].other_kind) TRY(cells_not_given(want->out, p[i].at, at, e));
    }
    int64_t end = r->rows->first[r->rows->n];
    return at < end ? cells_not_given(want->out, at, end, e) : RC_OK;
}

static enum rc plan_column(const struct reading *r, const struct cells_want *want, const struct piece *p, size_t n,
                           struct err *e)
{
    struct column_plan plan = {.rows = r->rows->n ? (uint32_t)r->rows->first[r->rows->n] : 0};
    uint64_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        plan_piece(&plan, &p[i]);
        rows += p[i].other_kind ? 0 : p[i].ref.rows;
    }
    if (rows < plan.rows) plan.blanks++; /* cells that no delivery gave are blank */
    *want->out = (struct cells){.read = true};
    TRY(column_init(&want->out->col, &plan, e));
    return rows < plan.rows ? mark_not_given(r, want, p, n, e) : RC_OK;
}

static enum rc plan_columns(struct reading *r, struct err *e)
{
    size_t at = 0;
    for (size_t k = 0; k < r->n; k++) {
        size_t n = 0;
        while (at + n < r->pieces.n && r->pieces.v[at + n].want == &r->v[k]) n++;
        TRY(plan_column(r, &r->v[k], r->pieces.v ? r->pieces.v + at : NULL, n, e));
        at += n;
    }
    return RC_OK;
}

enum rc cells_not_given(struct cells *c, int64_t from, int64_t to, struct err *e)
{
    size_t words = ((size_t)c->col.n + 63) / 64;
    TRY(column_need_valid(&c->col, e));
    if (!c->not_given && !(c->not_given = mem_zalloc_array(words ? words : 1, sizeof *c->not_given)))
        return err_nomem(e);
    for (int64_t i = from; i < to; i++) {
        c->col.valid[i >> 6] &= ~(UINT64_C(1) << (i & 63));
        bit_set(c->not_given, (uint32_t)i);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- decoding */

enum { TILE = 512 };

/* Codes repeat: what a text was the last time. */
enum { REMEMBERED = 16 };
struct remembered {
    struct str text;
    int64_t value;
    bool known;
};

static bool convert_again(const struct piece *p, struct remembered *seen, struct str s, int64_t *out)
{
    if (p->want->spec.form != FORM_CODE && p->want->spec.form != FORM_SET) return convert_text(&p->want->spec, s, out);
    unsigned char last = s.n ? (unsigned char)s.p[s.n - 1] : 0;
    struct remembered *r = &seen[(last + s.n) % REMEMBERED];
    if (!r->text.p || !str_eq(r->text, s)) {
        *r = (struct remembered){.text = s};
        r->known = convert_text(&p->want->spec, s, &r->value);
    }
    *out = r->value;
    return r->known;
}

/* As text_tile, of a dictionary, without a branch a cell: what is behind its end has no value. */
static bool code_tile(const struct piece *p, uint32_t from, uint32_t n, int64_t *v, uint64_t *valid)
{
    uint32_t codes[TILE];
    if (!chunk_read_codes(&p->view, from, n, codes)) return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = codes[i] < p->view.dict_n ? codes[i] : p->view.dict_n;
        uint64_t lacks = !p->known[k];
        v[i] = p->dict[k] & -(int64_t)(valid[i >> 6] >> (i & 63) & 1);
        valid[i >> 6] &= ~(lacks << (i & 63));
    }
    return true;
}

/* Values of cells from..from+n of a text chunk; a bit of `valid` is cleared where there is none. */
static bool text_tile(const struct piece *p, uint32_t from, uint32_t n, int64_t *v, uint64_t *valid)
{
    struct str texts[TILE];
    struct remembered seen[REMEMBERED] = {0};
    if (!chunk_read_valid(&p->view, from, n, valid)) return false;
    if (p->view.dictionary) return code_tile(p, from, n, v, valid);
    if (!chunk_read_str(&p->view, from, n, texts, NULL)) return false;
    for (uint32_t i = 0; i < n; i++) {
        v[i] = 0;
        if (bit_at(valid, i) && convert_again(p, seen, texts[i], &v[i])) continue;
        valid[i >> 6] &= ~(UINT64_C(1) << (i & 63)), v[i] = 0;
    }
    return true;
}

static enum rc fill_text(const struct piece *p, struct column *c, struct err *e)
{
    for (uint32_t from = 0; from < p->view.rows; from += TILE) {
        uint32_t n = p->view.rows - from < TILE ? p->view.rows - from : TILE;
        int64_t v[TILE];
        uint64_t valid[TILE / 64];
        if (!text_tile(p, from, n, v, valid)) return damaged(e);
        column_write(c, p->at + from, n, v);
        if (c->valid) column_mark_valid(c, p->at + from, valid, n);
    }
    return RC_OK;
}

static enum rc fill_piece(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct reading *r = ctx;
    struct piece *p = &r->pieces.v[task];
    struct column *c = &p->want->out->col;
    enum rc rc = RC_OK;
    (void)thread;
    if (p->other_kind) rc = RC_OK;
    else if (p->view.kind == CHUNK_TEXT) rc = fill_text(p, c, e);
    else rc = column_fill(c, p->at, &p->view, e);
    free_piece(p);
    *p = (struct piece){.want = p->want};
    return rc;
}

/* ---------------------------------------------------------------- whole */

static enum rc read_all(struct reading *r, struct err *e)
{
    TRY(list_pieces(r, e));
    struct par_team team = world_team(r->w);
    if (r->bytes < FEW_BYTES && !r->w->threads_given) team.threads = 1;
    TRY(par_team_run(team, r->pieces.n, fetch_piece, r, e));
    TRY(plan_columns(r, e));
    TRY(par_team_run(team, r->pieces.n, fill_piece, r, e));
    for (size_t k = 0; k < r->n; k++) column_count_blanks(&r->v[k].out->col);
    return RC_OK;
}

enum rc cells_load(struct world *w, const struct world_rows *rows, const struct cells_want *v, size_t n, struct err *e)
{
    struct reading r = {.w = w, .rows = rows, .v = v, .n = n};
    arena_init(&r.arena, MIB(256));
    for (size_t k = 0; k < n; k++) *v[k].out = (struct cells){0};
    enum rc rc = read_all(&r, e);
    for (size_t i = 0; i < r.pieces.n; i++) free_piece(&r.pieces.v[i]);
    vec_fini(&r.pieces);
    arena_fini(&r.arena);
    for (size_t k = 0; rc && k < n; k++) cells_fini(v[k].out);
    return rc;
}

enum rc cells_load_one(struct world *w, const struct world_rows *rows, const struct cell_spec *spec, struct cells *out,
                       struct err *e)
{
    struct cells_want want = {*spec, out};
    return cells_load(w, rows, &want, 1, e);
}
