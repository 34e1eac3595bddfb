/* Counts by county, township, category and cause. */
#include <stdlib.h>
#include "screen/live_int.h"

/* ---------------------------------------------------------------- groups of households */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static uint32_t number_of(const struct grouping *g, int64_t key)
{
    uint32_t lo = 0, hi = g->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (g->key[mid] < key) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* Divisions cut to a level, ascending. */
static enum rc group_divisions(struct live *l, enum division_level level, struct grouping *g, struct err *e)
{
    uint32_t *by_division = mem_alloc_array((size_t)l->n_divisions + 1, sizeof *by_division);
    g->key = ARENA_ARRAY(&l->arena, int64_t, l->n_divisions + 1);
    g->of = mem_alloc_array((size_t)l->w.n_households + 1, sizeof *g->of);
    enum rc rc = by_division && g->key && g->of ? RC_OK : err_nomem(e);
    for (uint32_t i = 0; !rc && i < l->n_divisions; i++) g->key[i] = division_truncate(l->divisions[i], level);
    if (!rc && l->n_divisions) qsort(g->key, l->n_divisions, sizeof *g->key, by_number);
    for (uint32_t i = 0; !rc && i < l->n_divisions; i++)
        if (!g->n || g->key[g->n - 1] != g->key[i]) g->key[g->n++] = g->key[i];
    for (uint32_t i = 0; !rc && i < l->n_divisions; i++)
        by_division[i] = number_of(g, division_truncate(l->divisions[i], level));
    for (uint32_t h = 0; !rc && h < l->w.n_households; h++) g->of[h] = by_division[l->division_of[h]];
    mem_free(by_division);
    return rc;
}

/* ---------------------------------------------------------------- category */

static const struct decl *codes_of(const struct live *l, const struct field_decl *f)
{
    struct place nation = {0};
    if (!f || !f->of_household || f->type.kind != T_CODES) return NULL;
    return policy_find(l->policy, D_CODES, f->type.name.text, &nation, l->w.as_of);
}

static size_t category_column(const struct live *l)
{
    const struct table_layout *t = &l->w.layouts[TABLE_HOUSEHOLD];
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < t->n; i++) {
        if (!codes_of(l, t->cols[i].decl)) continue;
        if (str_eq(t->cols[i].decl->name.text, STR("hh_type"))) return i;
        if (found == SIZE_MAX) found = i;
    }
    return found;
}

void need_category(struct live *l)
{
    size_t i = category_column(l);
    if (i != SIZE_MAX) l->w.need[TABLE_HOUSEHOLD][i] = 1;
}

/* Keys are code numbers; -1: blank or in conflict. */
static enum rc group_categories(struct live *l, struct grouping *g, struct err *e)
{
    size_t at = category_column(l);
    if (at == SIZE_MAX || !l->w.need[TABLE_HOUSEHOLD][at]) return RC_OK;
    const struct field_decl *f = l->w.layouts[TABLE_HOUSEHOLD].cols[at].decl;
    const struct fcol *c = &l->w.tables[TABLE_HOUSEHOLD].cols[at];
    l->category_codes = codes_of(l, f);
    l->category = f->label;
    g->n = (uint32_t)l->category_codes->u.codes.n + 1;
    g->key = ARENA_ARRAY(&l->arena, int64_t, g->n);
    g->of = mem_alloc_array((size_t)l->w.n_households + 1, sizeof *g->of);
    if (!g->key || !g->of) return err_nomem(e);
    for (uint32_t i = 0; i < g->n; i++) g->key[i] = i + 1 < g->n ? (int64_t)i : -1;
    for (uint32_t h = 0; h < l->w.n_households; h++) {
        int64_t v = fcol_valid(c, h) ? fcol_get(c, h) : -1;
        g->of[h] = v >= 0 && v + 1 < (int64_t)g->n ? (uint32_t)v : g->n - 1;
    }
    return RC_OK;
}

static enum rc group_ready(struct live *l, enum live_group_by by, struct err *e)
{
    struct grouping *g = &l->group[by];
    if (g->of) return RC_OK;
    if (by == LIVE_CATEGORY) return group_categories(l, g, e);
    return group_divisions(l, by == LIVE_COUNTY ? DIVISION_COUNTY : DIVISION_TOWNSHIP, g, e);
}

void groups_free(struct live *l)
{
    for (int by = 0; by <= LIVE_CATEGORY; by++) {
        mem_free(l->group[by].of);
        l->group[by].of = NULL;
        l->group[by].n = 0;
    }
    counts_drop(l);
}

/* ---------------------------------------------------------------- counts of the base */

static void flagged_drop(struct flagged *f)
{
    mem_free(f->any);
    for (int by = 0; by <= LIVE_CATEGORY; by++) mem_free(f->by_group[by]);
    *f = (struct flagged){0};
}

void counts_drop(struct live *l)
{
    for (int by = 0; by <= LIVE_CATEGORY; by++) {
        for (size_t i = 0; l->counts[by] && i < l->base.n_rules; i++) {
            mem_free(l->counts[by][i].yes);
            mem_free(l->counts[by][i].unknown);
        }
        mem_free(l->counts[by]);
        l->counts[by] = NULL;
    }
    flagged_drop(&l->flagged);
    mem_free(l->totals);
    l->totals = NULL;
}

static void histogram(const struct live *l, const uint64_t *bits, unsigned subject, const uint32_t *group,
                      uint32_t *count)
{
    const uint32_t *owner = l->w.tables[TABLE_PERSON].owner;
    size_t words = words_of(subject ? l->w.n_people : l->w.n_households);
    for (size_t k = 0; bits && k < words; k++)
        for (uint64_t w = bits[k]; w; w &= w - 1) {
            uint32_t row = (uint32_t)(k * 64 + (uint32_t)__builtin_ctzll(w));
            count[group[subject ? owner[row] : row]]++;
        }
}

/* Counted when first asked for. */
static enum rc counts_ready(struct live *l, enum live_group_by by, uint16_t rule, const struct rule_counts **out,
                            struct err *e)
{
    const struct grouping *g = &l->group[by];
    const struct rule_bits *b = l->base.rules[rule].bits;
    if (!l->counts[by]) l->counts[by] = mem_zalloc_array(l->base.n_rules + 1, sizeof *l->counts[by]);
    if (!l->counts[by]) return err_nomem(e);
    struct rule_counts *c = &l->counts[by][rule];
    *out = c;
    if (c->yes && c->unknown) return RC_OK;
    if (!c->yes) c->yes = mem_zalloc_array((size_t)g->n + 1, sizeof *c->yes);
    uint32_t *unknown = mem_zalloc_array((size_t)g->n + 1, sizeof *unknown);
    if (!c->yes || !unknown) {
        mem_free(unknown);
        return err_nomem(e);
    }
    memset(c->yes, 0, g->n * sizeof *c->yes);
    for (unsigned k = 0; b && k < LIVE_SUBJECTS; k++) {
        histogram(l, b->yes[k], k, g->of, c->yes);
        histogram(l, b->unknown[k], k, g->of, unknown);
    }
    c->unknown = unknown;
    return RC_OK;
}

/* ---------------------------------------------------------------- flagged households */

enum rc flagged_ready(struct live *l, const uint16_t *rules, size_t n, struct err *e)
{
    struct flagged *f = &l->flagged;
    size_t words = words_of(l->w.n_households);
    uint64_t key = str_hash(str_make((const char *)rules, n * sizeof *rules)) | 1;
    if (f->key == key) return RC_OK;
    flagged_drop(f);
    f->any = mem_zalloc_array(words + 1, sizeof *f->any);
    if (!f->any) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        const struct rule_bits *b = l->base.rules[rules[i]].bits;
        for (size_t k = 0; b && b->any && k < words; k++) f->any[k] |= b->any[k];
    }
    for (size_t k = 0; k < words; k++) f->n += (uint64_t)__builtin_popcountll(f->any[k]);
    f->key = key;
    return RC_OK;
}

static enum rc flagged_by(struct live *l, enum live_group_by by, const uint32_t **out, struct err *e)
{
    struct flagged *f = &l->flagged;
    if (!f->by_group[by]) {
        f->by_group[by] = mem_zalloc_array((size_t)l->group[by].n + 1, sizeof *f->by_group[by]);
        if (!f->by_group[by]) return err_nomem(e);
        histogram(l, f->any, 0, l->group[by].of, f->by_group[by]);
    }
    *out = f->by_group[by];
    return RC_OK;
}

/* ---------------------------------------------------------------- tallies */

static void finish(struct live_tally *t) { t->after = t->before + t->enters - t->leaves; }

static void add_move(struct live_group *g, const struct live_move *m)
{
    g->findings.enters += m->after == LIVE_TRUE;
    g->findings.leaves += m->before == LIVE_TRUE;
    g->unknown.enters += m->after == LIVE_UNKNOWN;
    g->unknown.leaves += m->before == LIVE_UNKNOWN;
}

enum { AHEAD = 16 };

static void add_moves(const struct grouping *g, const struct live_answer *a, struct live_group *out)
{
    for (size_t i = 0; i < a->n_moves; i++) {
        if (i + AHEAD < a->n_moves) __builtin_prefetch(&g->of[a->moves[i + AHEAD].household_row]);
        add_move(&out[g->of[a->moves[i].household_row]], &a->moves[i]);
    }
    for (size_t i = 0; i < a->n_households; i++) {
        if (i + AHEAD < a->n_households) __builtin_prefetch(&g->of[a->households[i + AHEAD].row]);
        struct live_tally *t = &out[g->of[a->households[i].row]].households;
        *(a->households[i].enters ? &t->enters : &t->leaves) += 1;
    }
}

static struct str code_label(const struct live *l, int64_t key)
{
    return key < 0 ? STR("") : l->category_codes->u.codes.v[key].label;
}

static enum rc answer_by(struct live *l, enum live_group_by by, struct live_answer *a, struct err *e)
{
    const uint32_t *flagged = NULL;
    TRY(group_ready(l, by, e));
    const struct grouping *g = &l->group[by];
    struct live_group *out = ARENA_ARRAY(&a->arena, struct live_group, g->n + 1);
    if (!out) return err_nomem(e);
    a->group[by] = out;
    if (!g->of) return RC_OK;
    a->n_group[by] = g->n;
    for (uint32_t i = 0; i < g->n; i++) {
        out[i].key = g->key[i];
        if (by == LIVE_CATEGORY) out[i].name = str_dup(&a->arena, code_label(l, g->key[i]));
    }
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct rule_counts *c = NULL;
        uint16_t rule = side_rule_index(&l->base, a->rules[i].name);
        if (rule == UINT16_MAX) continue;
        TRY(counts_ready(l, by, rule, &c, e));
        for (uint32_t k = 0; k < g->n; k++) {
            out[k].findings.before += c->yes[k];
            out[k].unknown.before += c->unknown[k];
        }
    }
    add_moves(g, a, out);
    TRY(flagged_by(l, by, &flagged, e));
    for (uint32_t i = 0; i < g->n; i++) {
        out[i].households.before = flagged[i];
        finish(&out[i].findings);
        finish(&out[i].households);
        finish(&out[i].unknown);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- causes */

static struct str cause_of(const struct decl *d) { return d && d->kind == D_RULE ? d->u.rule.cause.text : STR(""); }

static int by_name(const void *a, const void *b)
{
    const struct live_group *x = a, *y = b;
    return str_cmp(x->name, y->name);
}

/* The causes that rules name; "": those that name none. */
static void list_causes(struct live_answer *a, struct live_group *out, size_t *n)
{
    for (size_t i = 0; i < a->n_rules; i++)
        for (int k = 0; k < 2; k++) {
            const struct decl *d = k ? a->rules[i].after : a->rules[i].before;
            size_t j = 0;
            if (!d) continue;
            while (j < *n && !str_eq(out[j].name, cause_of(d))) j++;
            if (j == *n) out[(*n)++] = (struct live_group){.name = cause_of(d)};
        }
    if (*n) qsort(out, *n, sizeof *out, by_name);
    for (size_t i = 0; i < *n; i++) out[i].key = (int64_t)i;
}

static const struct rule_bits *bits_of(const struct side *s, struct str rule)
{
    uint16_t i = side_rule_index(s, rule);
    return i == UINT16_MAX ? NULL : s->rules[i].bits;
}

/* Households with a finding of a cause, before or after. */
static void unite(const struct live *l, const struct side *s, const struct live_answer *a, struct str cause, bool after,
                  uint64_t *any)
{
    size_t words = words_of(l->w.n_households);
    memset(any, 0, words * sizeof *any);
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct decl *d = after ? a->rules[i].after : a->rules[i].before;
        const struct rule_bits *b = bits_of(s, a->rules[i].name);
        if (!d || !str_eq(cause_of(d), cause) || !b || !b->any) continue;
        for (size_t k = 0; k < words; k++) any[k] |= b->any[k];
    }
}

static void add_rules(const struct live_answer *a, struct live_group *g)
{
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct live_rule *r = &a->rules[i];
        if (r->before && str_eq(cause_of(r->before), g->name)) {
            g->findings.before += r->findings.before, g->findings.leaves += r->findings.leaves;
            g->unknown.before += r->unknown.before, g->unknown.leaves += r->unknown.leaves;
        }
        if (r->after && str_eq(cause_of(r->after), g->name)) {
            g->findings.after += r->findings.after, g->findings.enters += r->findings.enters;
            g->unknown.after += r->unknown.after, g->unknown.enters += r->unknown.enters;
        }
    }
}

static enum rc answer_causes(struct live *l, const struct side *after, struct live_answer *a, struct err *e)
{
    size_t n = 0, words = words_of(l->w.n_households);
    struct live_group *out = ARENA_ARRAY(&a->arena, struct live_group, 2 * a->n_rules + 1);
    uint64_t *was = mem_alloc_array(words + 1, sizeof *was), *is = mem_alloc_array(words + 1, sizeof *is);
    enum rc rc = out && was && is ? RC_OK : err_nomem(e);
    if (!rc) list_causes(a, out, &n);
    for (size_t i = 0; !rc && i < n; i++) {
        struct live_tally *t = &out[i].households;
        unite(l, &l->base, a, out[i].name, false, was);
        unite(l, after, a, out[i].name, true, is);
        for (size_t k = 0; k < words; k++) {
            t->before += (uint64_t)__builtin_popcountll(was[k]);
            t->after += (uint64_t)__builtin_popcountll(is[k]);
            t->enters += (uint64_t)__builtin_popcountll(is[k] & ~was[k]);
            t->leaves += (uint64_t)__builtin_popcountll(was[k] & ~is[k]);
        }
        add_rules(a, &out[i]);
    }
    for (size_t i = 0; !rc && i < n; i++) out[i].name = str_dup(&a->arena, out[i].name);
    a->group[LIVE_CAUSE] = out;
    a->n_group[LIVE_CAUSE] = n;
    mem_free(was);
    mem_free(is);
    return rc;
}

enum rc answer_groups(struct live *l, const struct side *after, const struct live_change *c, struct live_answer *a,
                      struct err *e)
{
    for (int by = 0; by <= LIVE_CATEGORY; by++)
        if (c->by >> by & 1) TRY(answer_by(l, (enum live_group_by)by, a, e));
    if (l->category.n && !(a->category = str_dup(&a->arena, l->category)).p) return err_nomem(e);
    return c->by >> LIVE_CAUSE & 1 ? answer_causes(l, after, a, e) : RC_OK;
}
