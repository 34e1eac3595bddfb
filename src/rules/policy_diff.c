#include "rules/policy_diff.h"
#include "base/limits.h"
#include "base/mem.h"

enum { DIFF_TEXT_MAX = 4 << 20, DIFF_PARTS_MAX = 4096, DIFF_LINES_MAX = 65536, DIFF_ARMS_MAX = 64 };

struct one {
    const struct decl *d;
    struct str text; /* canonical */
    bool done;
};

struct diff {
    const struct diff_side *a, *b;
    struct arena *arena;
    struct one *va, *vb;
    size_t na, nb;
    bool nomem;
};

/* ---------------------------------------------------------------- texts */

static struct str kept(struct diff *x, struct buf *b)
{
    struct str s = b->failed ? (struct str){0} : b->n ? str_dup(x->arena, buf_str(b)) : STR("");
    if (!s.p) x->nomem = true;
    buf_fini(b);
    return s;
}

static struct str decl_text(struct diff *x, const struct decl *d)
{
    struct buf b;
    buf_init(&b, DIFF_TEXT_MAX);
    decl_print(d, &b);
    return kept(x, &b);
}

static struct str expr_text(struct diff *x, const struct expr *e)
{
    struct buf b;
    if (!e) return STR("");
    buf_init(&b, DIFF_TEXT_MAX);
    expr_print(e, &b);
    return kept(x, &b);
}

static struct str sentence(struct diff *x, const struct diff_side *s, const struct expr *e)
{
    const struct tx *t = e && e->id < s->types.n ? s->types.v[e->id] : NULL;
    struct buf b;
    bool bare = t && (t->kind == TX_WITHIN || t->kind == TX_IN_PERIOD) && !t->a;
    if (!t || bare) return STR("");
    buf_init(&b, DIFF_TEXT_MAX);
    zh_print(s->p, t, &b);
    return kept(x, &b);
}

/* ---------------------------------------------------------------- parts of an item */

static void add_part(struct diff *x, struct diff_item *it, struct diff_part p)
{
    if (it->n_parts == DIFF_PARTS_MAX) return;
    if ((it->n_parts & (it->n_parts - 1)) == 0) { /* grow at 0, 1, 2, 4, … */
        struct diff_part *v = ARENA_ARRAY(x->arena, struct diff_part, it->n_parts ? 2 * it->n_parts : 1);
        if (!v) {
            x->nomem = true;
            return;
        }
        if (it->n_parts) memcpy(v, it->parts, it->n_parts * sizeof *v);
        it->parts = v;
    }
    it->parts[it->n_parts++] = p;
}

/* ---------------------------------------------------------------- conditions */

static size_t arms(struct expr *e, enum binop op, struct expr **v, size_t n)
{
    while (e->kind == E_BINARY && e->u.bin.op == op && n + 1 < DIFF_ARMS_MAX) {
        n = arms(e->u.bin.b, op, v, n);
        e = e->u.bin.a;
    }
    if (n < DIFF_ARMS_MAX) v[n++] = e;
    return n;
}

static void say_exprs(struct diff *x, struct diff_item *it, struct str clause, const struct expr *a,
                      const struct expr *b)
{
    add_part(x, it,
             (struct diff_part){clause, expr_text(x, a), expr_text(x, b), sentence(x, x->a, a), sentence(x, x->b, b)});
}

/* Take out what both chains have; what is left over on one side was added or removed. */
static void same_out(struct diff *x, struct expr **v, size_t n, struct expr **w, size_t m)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m && v[i]; k++)
            if (w[k] && str_eq(expr_text(x, v[i]), expr_text(x, w[k]))) v[i] = w[k] = NULL;
}

static size_t packed(struct expr **v, size_t n)
{
    size_t k = 0;
    for (size_t i = n; i-- > 0;)
        if (v[i]) v[n - 1 - k++] = v[i];
    for (size_t i = 0; i < k; i++) v[i] = v[n - k + i];
    return k;
}

static bool is_chain(const struct expr *e)
{
    return e->kind == E_BINARY && (e->u.bin.op == OP_AND || e->u.bin.op == OP_OR);
}

static bool same_rows(struct diff *x, const struct expr *a, const struct expr *b)
{
    struct expr p = *a, q = *b;
    p.u.agg.rows.where = q.u.agg.rows.where = NULL;
    return str_eq(expr_text(x, &p), expr_text(x, &q));
}

static bool same_subject(struct diff *x, const struct expr *a, const struct expr *b)
{
    if (a->kind == E_AGG && b->kind == E_AGG) return same_rows(x, a, b);
    bool both = a->kind == E_BINARY && b->kind == E_BINARY && !is_chain(a) && !is_chain(b);
    return both && str_eq(expr_text(x, a->u.bin.a), expr_text(x, b->u.bin.a));
}

/* The first other condition on the same value or rows (the arms stand last first); m: none. */
static size_t counterpart(struct diff *x, const struct expr *e, struct expr *const *w, size_t m)
{
    for (size_t k = m; k-- > 0;)
        if (w[k] && same_subject(x, e, w[k])) return k;
    return m;
}

static void conditions(struct diff *x, struct diff_item *it, struct str clause, struct expr *a, struct expr *b,
                       unsigned depth);

static void chains(struct diff *x, struct diff_item *it, struct str clause, struct expr *a, struct expr *b,
                   unsigned depth)
{
    struct expr *v[DIFF_ARMS_MAX], *w[DIFF_ARMS_MAX];
    enum binop op = a->kind == E_BINARY && (a->u.bin.op == OP_AND || a->u.bin.op == OP_OR) ? a->u.bin.op : b->u.bin.op;
    size_t n = arms(a, op, v, 0), m = arms(b, op, w, 0);
    same_out(x, v, n, w, m);
    n = packed(v, n), m = packed(w, m);
    if (n == 1 && m == 1) {
        conditions(x, it, clause, v[0], w[0], depth);
        return;
    }
    for (size_t i = n; i-- > 0;) {
        size_t k = counterpart(x, v[i], w, m);
        if (k < m) {
            conditions(x, it, clause, v[i], w[k], depth);
            w[k] = NULL;
        } else {
            say_exprs(x, it, clause, v[i], NULL);
        }
    }
    for (size_t i = m; i-- > 0;)
        if (w[i]) say_exprs(x, it, clause, NULL, w[i]);
}

/* Down to the smallest part that says it all. */
static void conditions(struct diff *x, struct diff_item *it, struct str clause, struct expr *a, struct expr *b,
                       unsigned depth)
{
    if (str_eq(expr_text(x, a), expr_text(x, b))) return;
    bool op = is_chain(a) && is_chain(b) && a->u.bin.op != b->u.bin.op;
    if (depth < EXPR_DEPTH_MAX && !op && (is_chain(a) || is_chain(b))) {
        chains(x, it, clause, a, b, depth + 1);
        return;
    }
    if (depth < EXPR_DEPTH_MAX && a->kind == E_NOT && b->kind == E_NOT) {
        conditions(x, it, clause, a->u.unary.a, b->u.unary.a, depth + 1);
        return;
    }
    if (depth < EXPR_DEPTH_MAX && a->kind == E_AGG && b->kind == E_AGG && a->u.agg.rows.where && b->u.agg.rows.where &&
        same_rows(x, a, b)) {
        conditions(x, it, clause, a->u.agg.rows.where, b->u.agg.rows.where, depth + 1);
        return;
    }
    say_exprs(x, it, clause, a, b);
}

static void maybe(struct diff *x, struct diff_item *it, struct str clause, struct expr *a, struct expr *b)
{
    if (a && b) conditions(x, it, clause, a, b, 0);
    else if (a || b) say_exprs(x, it, clause, a, b);
}

/* ---------------------------------------------------------------- clauses: lines of the canonical text */

struct line {
    struct str key, text;
    bool done;
};

/* What a line is about: a table row its keys, a value where it holds, a requirement itself, all else its first word. */
static struct str line_key(struct str s)
{
    struct str t = str_trim(s);
    static const char *const cuts[] = {" => ", " = "};
    bool row = str_starts(t, STR("| ")), value = str_starts(t, STR("value"));
    size_t at = row     ? str_find(t, str_from(cuts[0]), 0)
                : value ? str_find(t, str_from(cuts[1]), 0)
                        : str_find(t, STR(" "), 0);
    if (str_starts(t, STR("require ")) || str_starts(t, STR("filled "))) return t;
    return at == SIZE_MAX ? t : str_sub(t, 0, at);
}

static struct line *lines_of(struct diff *x, struct str text, size_t *n)
{
    struct str rest = text, one;
    size_t cap = 1;
    for (size_t i = 0; i < text.n; i++) cap += text.p[i] == '\n';
    struct line *v = ARENA_ARRAY(x->arena, struct line, cap);
    *n = 0;
    if (!v) x->nomem = true;
    while (v && *n < DIFF_LINES_MAX && str_cut(&rest, '\n', &one)) {
        struct str t = str_trim(one);
        if (t.n && !str_eq(t, STR("}"))) v[(*n)++] = (struct line){line_key(one), t, false};
    }
    return v;
}

/* Lines that conditions() speaks of. */
static bool is_condition(const struct decl *d, struct str key)
{
    if (d->kind == D_RULE) return str_eq(key, STR("when"));
    if (d->kind != D_MEASURE) return false;
    return str_eq(key, STR("eligible")) || str_eq(key, STR("enrolled")) || str_eq(key, STR("kept"));
}

static void line_parts(struct diff *x, struct diff_item *it, struct str ta, struct str tb)
{
    size_t n, m;
    struct line *v = lines_of(x, ta, &n), *w = lines_of(x, tb, &m);
    if (!v || !w) return;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m && !v[i].done; k++)
            if (!w[k].done && str_eq(v[i].text, w[k].text)) v[i].done = w[k].done = true;
    for (size_t i = 1; i < n && v[0].key.n; i++)
        for (size_t k = 1; k < m && !v[i].done; k++) {
            if (w[k].done || !str_eq(v[i].key, w[k].key)) continue;
            v[i].done = w[k].done = true;
            if (!is_condition(it->b, v[i].key))
                add_part(x, it, (struct diff_part){v[i].key, v[i].text, w[k].text, STR(""), STR("")});
        }
    if (n && m && !v[0].done && it->b->kind != D_FEATURE)
        add_part(x, it, (struct diff_part){STR(""), v[0].text, w[0].text, STR(""), STR("")});
    for (size_t i = 1; i < n; i++)
        if (!v[i].done && !is_condition(it->b, v[i].key))
            add_part(x, it, (struct diff_part){v[i].key, v[i].text, STR(""), STR(""), STR("")});
    for (size_t k = 1; k < m; k++)
        if (!w[k].done && !is_condition(it->b, w[k].key))
            add_part(x, it, (struct diff_part){w[k].key, STR(""), w[k].text, STR(""), STR("")});
}

/* A feature's head: all that stands before its value. */
static struct str feature_head(struct diff *x, const struct decl *d)
{
    struct str text = decl_text(x, d), value = expr_text(x, d->u.feature.value);
    return str_trim(str_sub(text, 0, text.n > value.n + 1 ? text.n - value.n - 1 : 0));
}

static void parts(struct diff *x, struct diff_item *it, struct str ta, struct str tb)
{
    const struct decl *a = it->a, *b = it->b;
    if (b->kind == D_EXAMPLE || b->kind == D_EQUIVALENT) return; /* their titles say it */
    if (b->kind == D_RULE) maybe(x, it, STR("when"), a->u.rule.when, b->u.rule.when);
    if (b->kind == D_MEASURE) {
        maybe(x, it, STR("eligible"), a->u.measure.eligible, b->u.measure.eligible);
        maybe(x, it, STR("enrolled"), a->u.measure.enrolled, b->u.measure.enrolled);
        maybe(x, it, STR("kept"), a->u.measure.kept, b->u.measure.kept);
    }
    if (b->kind == D_FEATURE) {
        struct str ha = feature_head(x, a), hb = feature_head(x, b);
        if (!str_eq(ha, hb)) add_part(x, it, (struct diff_part){STR(""), ha, hb, STR(""), STR("")});
        maybe(x, it, STR("="), a->u.feature.value, b->u.feature.value);
        return;
    }
    line_parts(x, it, ta, tb);
}

/* ---------------------------------------------------------------- which is which */

static struct str entity(const struct decl *d)
{
    return d->kind == D_FEATURE      ? d->u.feature.entity.text
           : d->kind == D_EQUIVALENT ? d->u.equivalent.entity.text
                                     : (struct str){0};
}

static bool same_name(const struct decl *a, const struct decl *b)
{
    return a->kind == b->kind && str_eq(a->name.text, b->name.text) && str_eq(entity(a), entity(b));
}

static bool same_place(const struct decl *a, const struct decl *b)
{
    return str_eq(a->cite.book, b->cite.book) && str_eq(a->cite.path, b->cite.path);
}

static bool same_reach(const struct decl *a, const struct decl *b)
{
    return a->mode == b->mode && a->reach.has_division == b->reach.has_division &&
           a->reach.division == b->reach.division && a->reach.from == b->reach.from;
}

enum closeness { CLOSE_TEXT_AND_PLACE, CLOSE_TEXT, CLOSE_REACH_AND_BOOK, CLOSE_BOOK, CLOSE_NAME, CLOSE__MAX };

static bool close_by(const struct one *a, const struct one *b, enum closeness how)
{
    if (a->done || b->done || !same_name(a->d, b->d)) return false;
    bool book = str_eq(a->d->cite.book, b->d->cite.book);
    switch (how) {
    case CLOSE_TEXT_AND_PLACE: return str_eq(a->text, b->text) && same_place(a->d, b->d);
    case CLOSE_TEXT: return str_eq(a->text, b->text);
    case CLOSE_REACH_AND_BOOK: return book && same_reach(a->d, b->d);
    case CLOSE_BOOK: return book && a->d->mode == b->d->mode;
    default: return a->d->mode == b->d->mode;
    }
}

static struct one *list(struct diff *x, const struct books *bs)
{
    struct one *v = ARENA_ARRAY(x->arena, struct one, bs->n_decls + 1);
    if (!v) x->nomem = true;
    for (size_t i = 0; v && i < bs->n_decls; i++) v[i] = (struct one){bs->decls[i], decl_text(x, bs->decls[i]), false};
    return v;
}

/* *found[k]: what the k-th new declaration was. */
static void match(struct diff *x, struct one **found)
{
    for (int how = 0; how < CLOSE__MAX; how++)
        for (size_t k = 0; k < x->nb; k++)
            for (size_t i = 0; i < x->na && !x->vb[k].done; i++) {
                if (!close_by(&x->va[i], &x->vb[k], (enum closeness)how)) continue;
                x->va[i].done = x->vb[k].done = true;
                found[k] = &x->va[i];
            }
}

static void tell(struct diff *x, struct one *const *found, struct policy_diff *out)
{
    for (size_t k = 0; k < x->nb; k++) {
        const struct one *a = found[k], *b = &x->vb[k];
        struct diff_item it = {.what = DIFF_ADDED, .a = a ? a->d : NULL, .b = b->d};
        if (a && str_eq(a->text, b->text) && same_place(a->d, b->d)) continue;
        if (a) it.what = str_eq(a->text, b->text) ? DIFF_MOVED : DIFF_CHANGED;
        if (it.what == DIFF_MOVED && b->d->kind == D_EXAMPLE) continue; /* it goes with its rule */
        if (it.what == DIFF_CHANGED) parts(x, &it, a->text, b->text);
        out->v[out->n++] = it;
    }
    for (size_t i = 0; i < x->na; i++)
        if (!x->va[i].done) out->v[out->n++] = (struct diff_item){.what = DIFF_REMOVED, .a = x->va[i].d};
}

enum rc policy_diff(const struct diff_side *a, const struct diff_side *b, struct arena *arena, struct policy_diff *out,
                    struct err *e)
{
    struct diff x = {.a = a, .b = b, .arena = arena, .na = a->bs->n_decls, .nb = b->bs->n_decls};
    *out = (struct policy_diff){0};
    x.va = list(&x, a->bs);
    x.vb = list(&x, b->bs);
    struct one **found = ARENA_ARRAY(arena, struct one *, x.nb + 1);
    out->v = ARENA_ARRAY(arena, struct diff_item, x.na + x.nb + 1);
    if (!x.va || !x.vb || !found || !out->v || x.nomem) return err_nomem(e);
    match(&x, found);
    tell(&x, found, out);
    return x.nomem ? err_nomem(e) : RC_OK;
}
