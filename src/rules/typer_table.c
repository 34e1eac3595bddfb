/* Tables: keys typed, rows as conditions, overlapping rows refused (SEMANTICS §1). */
#include "rules/typer_int.h"

/* Values a constant key of a row covers: codes as a mask, numbers and dates as a range. */
struct covers {
    bool any, is_mask;
    uint64_t mask;
    int64_t lo, hi;
};

static bool overlap(const struct covers *a, const struct covers *b)
{
    if (a->any || b->any) return true;
    if (a->is_mask != b->is_mask) return true;
    if (a->is_mask) return (a->mask & b->mask) != 0;
    return a->lo <= b->hi && b->lo <= a->hi;
}

static struct tx *equals(struct typer *t, const struct expr *src, struct tx *key, struct tx *v)
{
    struct tx *x = tx_new(t, TX_BINARY, ty_of(T_BOOL), src);
    if (!x) return NULL;
    x->op = OP_EQ, x->a = key, x->b = v, x->scopes = key->scopes | v->scopes, x->why = key->why;
    return x;
}

static struct tx *key_in_names(struct typer *t, const struct table_key *k, struct tx *key, struct covers *c)
{
    struct ty set = {.kind = T_SET, .codes = key->ty.codes};
    if (key->ty.kind != T_CODES) return TERR(t, k->at, "{…} is a key for codes only.", "{…} 只能作为代码的键。");
    struct tx *s = tx_const(t, set, 0, NULL), *x = tx_new(t, TX_IN_SET, ty_of(T_BOOL), NULL);
    if (!s || !x) return NULL;
    for (size_t i = 0; i < k->names.n; i++) {
        uint32_t code = codes_find(key->ty.codes, k->names.v[i].text);
        if (code > 63)
            return TERR(t, k->names.v[i].at, "\"%.*s\" is not a code of \"%.*s\".", "“%.*s”不是代码表“%.*s”的代码。",
                        STR_ARG(k->names.v[i].text), STR_ARG(key->ty.codes->name.text));
        s->v |= (int64_t)(UINT64_C(1) << code);
    }
    *c = (struct covers){.is_mask = true, .mask = (uint64_t)s->v};
    x->a = key, x->b = s, x->scopes = key->scopes;
    return x;
}

static void cover_range(const struct tx *r, struct covers *c)
{
    bool constant = (!r->b || r->b->kind == TX_CONST) && (!r->c || r->c->kind == TX_CONST);
    if (!constant) {
        c->any = true;
        return;
    }
    c->lo = r->b ? r->b->v : INT64_MIN;
    c->hi = r->c ? r->c->v - (r->open_end ? 1 : 0) : INT64_MAX;
}

/* Bare numbers in a key take the key's unit: type the literal ends against it. */
static struct tx *key_range(struct typer *t, const struct table_key *k, struct tx *key, struct covers *c)
{
    const struct expr *r = k->e;
    struct tx *lo = r->u.range.lo ? type_as(t, r->u.range.lo, &key->ty, true) : NULL;
    struct tx *hi = r->u.range.hi ? type_as(t, r->u.range.hi, &key->ty, true) : NULL;
    if ((r->u.range.lo && !lo) || (r->u.range.hi && !hi)) return NULL;
    struct tx *x = tx_new(t, TX_IN_RANGE, ty_of(T_BOOL), r);
    if (!x) return NULL;
    x->a = key, x->b = lo, x->c = hi, x->open_end = r->u.range.hi_open_end, x->why = key->why, x->scopes = key->scopes;
    cover_range(x, c);
    return x;
}

static struct tx *key_condition(struct typer *t, const struct table_key *k, struct tx *key, struct covers *c)
{
    *c = (struct covers){0};
    if (k->names.n) return key_in_names(t, k, key, c);
    if (k->e->kind == E_RANGE) return key_range(t, k, key, c);
    struct tx *v = type_as(t, k->e, &key->ty, true);
    if (!v) return NULL;
    if (v->kind != TX_CONST || v->ty.kind == T_TEXT) c->any = v->kind != TX_CONST;
    if (v->ty.kind == T_CODES && v->v < 64) c->is_mask = true, c->mask = UINT64_C(1) << v->v;
    else c->lo = c->hi = v->ty.kind == T_TEXT ? (int64_t)(str_hash(v->text) >> 1) : v->v;
    return equals(t, k->e, key, v);
}

static bool type_row(struct typer *t, const struct decl *d, const struct table_row *row, struct tx **keys,
                     const struct ty *ty, struct tx_trow *out, struct covers *cov)
{
    const struct table_decl *td = &d->u.table;
    out->is_else = row->is_else;
    if (!row->is_else && row->n_keys != td->n_keys) {
        TDIAG(t, row->at, "this row has %zu keys, the table \"%.*s\" has %zu.",
              "该行有 %zu 个键，对照表“%.*s”有 %zu 个。", row->n_keys, STR_ARG(d->name.text), td->n_keys);
        return false;
    }
    out->keys = ARENA_ARRAY(t->a, struct tx *, td->n_keys + 1);
    if (!out->keys) return t->nomem = true, false;
    for (size_t k = 0; !row->is_else && k < td->n_keys; k++)
        if (!(out->keys[k] = key_condition(t, &row->keys[k], keys[k], &cov[k]))) return false;
    out->value = type_as(t, row->value, ty, true);
    return out->value != NULL;
}

static bool check_overlap(struct typer *t, const struct decl *d, const struct covers *cov, size_t i, size_t j)
{
    const struct table_decl *td = &d->u.table;
    if (td->rows[i].is_else != td->rows[j].is_else) return true;
    bool both = true;
    for (size_t k = 0; k < td->n_keys && !td->rows[i].is_else; k++)
        both = both && overlap(&cov[i * td->n_keys + k], &cov[j * td->n_keys + k]);
    if (!both) return true;
    TDIAG(t, td->rows[j].at, "\"%.*s\" answers twice: row %zu and row %zu can match together. Make the rows disjoint.",
          "“%.*s”会有两个答案：第 %zu 行与第 %zu 行可同时匹配。请使各行互不重叠。", STR_ARG(d->name.text), i + 1,
          j + 1);
    return false;
}

/* Without else: the last row stands for the rest when the rows' codes cover the whole list of a single key. */
static bool rows_cover_list(const struct decl *d, const struct tx *key, const struct covers *cov)
{
    uint64_t mask = 0;
    size_t n = key->ty.kind == T_CODES ? key->ty.codes->u.codes.n : 0;
    if (d->u.table.n_keys != 1 || !n || n > 64) return false;
    for (size_t i = 0; i < d->u.table.n_rows; i++) mask |= cov[i].is_mask ? cov[i].mask : 0;
    return mask == (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1);
}

/* A bare name as a key is a field of this row, unless only the code list has it. */
static struct tx *type_key(struct typer *t, const struct expr *e, const struct ty *ty)
{
    bool several, name = e->kind == E_NAME && t->n_scopes;
    struct field_ref f;
    const struct decl *ds;
    bool row = name && (field_find(t, scope_this(t)->table, e->u.name.text, &f, &ds) ||
                        scope_find(t, e->u.name.text, &several) != UINT32_MAX);
    if (!row && !(name && ty->kind == T_CODES && codes_find(ty->codes, e->u.name.text) == UINT32_MAX))
        return type_as(t, e, ty, false);
    struct tx *x = type_name(t, e, NULL);
    typer_saw(t, e, x);
    if (!x || ty_same(&x->ty, ty)) return x;
    return TERR(t, e->from, "this key is %s, but %s is needed.", "该键是 %s，此处需要 %s。", ty_text(t, &x->ty),
                ty_text(t, ty));
}

static bool type_keys(struct typer *t, const struct expr *e, const struct decl *d, struct tx *x)
{
    const struct table_decl *td = &d->u.table;
    if (e->u.index.n != td->n_keys) {
        TDIAG(t, e->at, "the table \"%.*s\" has %zu key(s), %zu given.", "对照表“%.*s”有 %zu 个键，这里给了 %zu 个。",
              STR_ARG(d->name.text), td->n_keys, e->u.index.n);
        return false;
    }
    x->parts = ARENA_ARRAY(t->a, struct tx *, td->n_keys + 1);
    if (!x->parts) return t->nomem = true, false;
    for (size_t k = 0; k < td->n_keys; k++) {
        struct ty ty;
        if (!ty_resolve(t, &td->keys[k].type, &ty)) return false;
        struct tx *key = type_key(t, e->u.index.args[k], &ty);
        if (!key) return false;
        x->parts[x->n_parts++] = key;
        x->scopes |= key->scopes;
    }
    return true;
}

static void table_range(struct tx *x)
{
    x->lo = INT64_MAX, x->hi = INT64_MIN;
    for (size_t i = 0; i < x->n_trows; i++) {
        const struct tx *v = x->trows[i].value;
        if (v->lo < x->lo) x->lo = v->lo;
        if (v->hi > x->hi) x->hi = v->hi;
        if (v->den_hi > x->den_hi) x->den_hi = v->den_hi;
        x->frac = x->frac || v->frac;
        x->scopes |= v->scopes;
        x->may_absent = x->may_absent || v->may_absent || v->kind == TX_ABSENT;
    }
}

struct tx *type_table(struct typer *t, const struct expr *e, const struct decl *d)
{
    const struct table_decl *td = &d->u.table;
    struct ty ty;
    if (!ty_resolve(t, &td->type, &ty)) return NULL;
    struct tx *x = tx_new(t, TX_TABLE, ty, e);
    if (!x || !type_keys(t, e, d, x)) return NULL;
    x->decl = d;
    x->trows = ARENA_ARRAY(t->a, struct tx_trow, td->n_rows + 1);
    struct covers *cov = ARENA_ARRAY(t->a, struct covers, td->n_rows * td->n_keys + 1);
    if (!x->trows || !cov) return t->nomem = true, NULL;
    bool has_else = false;
    for (size_t i = 0; i < td->n_rows; i++) {
        if (!type_row(t, d, &td->rows[i], x->parts, &ty, &x->trows[i], &cov[i * td->n_keys])) return NULL;
        for (size_t j = 0; j < i; j++)
            if (!check_overlap(t, d, cov, j, i)) return NULL;
        has_else = has_else || td->rows[i].is_else;
        x->n_trows++;
    }
    table_range(x);
    bool covered = !has_else && x->n_trows && rows_cover_list(d, x->parts[0], cov);
    if (covered) x->trows[x->n_trows - 1].is_else = true;
    for (size_t k = 0; k < x->n_parts; k++) x->may_absent = x->may_absent || x->parts[k]->may_absent;
    x->may_absent = x->may_absent || (!has_else && !covered);
    return x;
}
