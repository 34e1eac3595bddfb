/* Two sides compared: verdicts that differ, rules, households, money. */
#include <stdlib.h>
#include "screen/live_int.h"
#include "screen/worklist.h"

enum { MOVES_MAX = 1 << 30 };

/* A rule that counts, on both sides; NULL bits: no verdict anywhere. */
struct both {
    uint16_t rule[2]; /* index in the base and in the changed side; UINT16_MAX: not there */
    const struct rule_bits *bits[2];
};

struct answering {
    struct live *l;
    const struct side *side[2];
    const struct live_change *c;
    struct live_answer *a;
    struct both *rules;
    VEC(struct live_move) moves;
    VEC(struct live_household) households;
};

bool rule_counts_in(const struct live_change *c, struct str name, const struct decl *d)
{
    for (size_t i = 0; i < c->n_rules; i++) {
        struct str want = c->rules[i];
        bool half = name.n > want.n && name.p[want.n] == '.' && str_eq(str_make(name.p, want.n), want);
        if (half || str_eq(name, want)) return true;
    }
    return c->n_rules == 0 && (c->checks || !work_is_check(d));
}

/* ---------------------------------------------------------------- rules */

static enum rc add_rule(struct answering *x, uint16_t before, uint16_t after, struct err *e)
{
    const struct side_rule *v[2] = {before == UINT16_MAX ? NULL : &x->side[0]->rules[before],
                                    after == UINT16_MAX ? NULL : &x->side[1]->rules[after]};
    struct live_rule *r = &x->a->rules[x->a->n_rules];
    *r = (struct live_rule){.before = v[0] ? v[0]->decl : NULL,
                            .after = v[1] ? v[1]->decl : NULL,
                            .kind = v[1] ? v[1]->kind : v[0]->kind,
                            .name = str_dup(&x->a->arena, v[1] ? v[1]->name : v[0]->name)};
    if (!r->name.p) return err_nomem(e);
    x->rules[x->a->n_rules++] = (struct both){{before, after}, {v[0] ? v[0]->bits : NULL, v[1] ? v[1]->bits : NULL}};
    return RC_OK;
}

/* Both lists are by name. */
static enum rc list_rules(struct answering *x, struct err *e)
{
    const struct side *a = x->side[0], *b = x->side[1];
    x->a->rules = ARENA_ARRAY(&x->a->arena, struct live_rule, a->n_rules + b->n_rules + 1);
    x->rules = mem_alloc_array(a->n_rules + b->n_rules + 1, sizeof *x->rules);
    if (!x->a->rules || !x->rules) return err_nomem(e);
    for (size_t i = 0, k = 0; i < a->n_rules || k < b->n_rules;) {
        int order = i == a->n_rules ? 1 : k == b->n_rules ? -1 : str_cmp(a->rules[i].name, b->rules[k].name);
        struct str name = order <= 0 ? a->rules[i].name : b->rules[k].name;
        uint16_t before = order <= 0 ? (uint16_t)i++ : UINT16_MAX, after = order >= 0 ? (uint16_t)k++ : UINT16_MAX;
        const struct decl *d = after != UINT16_MAX ? b->rules[after].decl : a->rules[before].decl;
        if (rule_counts_in(x->c, name, d)) TRY(add_rule(x, before, after, e));
        else x->a->n_checks += x->c->n_rules == 0;
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- moves */

static enum live_verdict verdict(const struct answering *x, const struct both *r, int side, unsigned subject,
                                 uint32_t row, uint32_t household)
{
    const struct rule_bits *b = r->bits[side];
    if (b && row_in(b->yes[subject], row)) return LIVE_TRUE;
    if (b && row_in(b->unknown[subject], row)) return LIVE_UNKNOWN;
    return side_quiet(x->side[side], r->rule[side], household);
}

static bool add_move(struct answering *x, size_t rule, unsigned subject, uint32_t row)
{
    const struct world *w = &x->l->w;
    const struct both *r = &x->rules[rule];
    uint32_t h = subject ? w->tables[TABLE_PERSON].owner[row] : row;
    struct live_move m = {.household_row = h,
                          .person = subject ? world_person_no(w, row) : 0,
                          .rule = (uint16_t)rule,
                          .before = (uint8_t)verdict(x, r, 0, subject, row, h),
                          .after = (uint8_t)verdict(x, r, 1, subject, row, h)};
    struct live_rule *out = &x->a->rules[rule];
    out->findings.enters += m.after == LIVE_TRUE;
    out->findings.leaves += m.before == LIVE_TRUE;
    out->unknown.enters += m.after == LIVE_UNKNOWN;
    out->unknown.leaves += m.before == LIVE_UNKNOWN;
    return vec_push(&x->moves, MOVES_MAX, m);
}

static uint64_t word(const uint64_t *bits, size_t k) { return bits ? bits[k] : 0; }

static enum rc find_moves(struct answering *x, size_t rule, unsigned subject, struct err *e)
{
    const struct rule_bits *a = x->rules[rule].bits[0], *b = x->rules[rule].bits[1];
    const uint64_t *yes[2] = {a ? a->yes[subject] : NULL, b ? b->yes[subject] : NULL};
    const uint64_t *unknown[2] = {a ? a->unknown[subject] : NULL, b ? b->unknown[subject] : NULL};
    size_t words = words_of(subject ? x->l->w.n_people : x->l->w.n_households);
    if (a == b || (!yes[0] && !yes[1])) return RC_OK;
    for (size_t k = 0; k < words; k++) {
        uint64_t d = (word(yes[0], k) ^ word(yes[1], k)) | (word(unknown[0], k) ^ word(unknown[1], k));
        for (; d; d &= d - 1)
            if (!add_move(x, rule, subject, (uint32_t)(k * 64 + (uint32_t)__builtin_ctzll(d)))) return err_nomem(e);
    }
    return RC_OK;
}

static uint64_t popcount(const uint64_t *bits, size_t words)
{
    uint64_t n = 0;
    for (size_t k = 0; bits && k < words; k++) n += (uint64_t)__builtin_popcountll(bits[k]);
    return n;
}

/* Counted when first asked for. */
static struct rule_total total_of(struct live *l, uint16_t rule)
{
    struct rule_total *t = &l->totals[rule];
    const struct rule_bits *b = l->base.rules[rule].bits;
    for (unsigned k = 0; !t->counted && b && k < LIVE_SUBJECTS; k++) {
        size_t words = words_of(k ? l->w.n_people : l->w.n_households);
        t->yes += popcount(b->yes[k], words);
        t->unknown += popcount(b->unknown[k], words);
    }
    t->counted = true;
    return *t;
}

static void count_rule(const struct answering *x, size_t rule)
{
    struct live_rule *r = &x->a->rules[rule];
    if (x->rules[rule].rule[0] != UINT16_MAX) {
        struct rule_total t = total_of(x->l, x->rules[rule].rule[0]);
        r->findings.before = t.yes;
        r->unknown.before = t.unknown;
    }
    r->findings.after = r->findings.before + r->findings.enters - r->findings.leaves;
    r->unknown.after = r->unknown.before + r->unknown.enters - r->unknown.leaves;
}

bool runs_next(struct run_pair *p)
{
    if (p->end) {
        uint32_t end_a = p->a->runs[p->i + 1].first, end_b = p->b->runs[p->k + 1].first;
        p->i += end_a <= end_b;
        p->k += end_b <= end_a;
    }
    if (p->i >= p->a->n_runs || p->k >= p->b->n_runs) return false;
    uint32_t end_a = p->a->runs[p->i + 1].first, end_b = p->b->runs[p->k + 1].first;
    p->from = p->end;
    p->end = end_a < end_b ? end_a : end_b;
    return true;
}

/* Households where a rule is not run, by runs of places. */
static void count_not_run(const struct answering *x, size_t rule)
{
    const struct side *a = x->side[0], *b = x->side[1];
    struct live_tally *t = &x->a->rules[rule].not_run;
    struct run_pair p = {.a = a, .b = b};
    while (runs_next(&p)) {
        bool before = side_quiet(a, x->rules[rule].rule[0], p.from) == LIVE_NOT_RUN;
        bool after = side_quiet(b, x->rules[rule].rule[1], p.from) == LIVE_NOT_RUN;
        uint64_t n = p.end - p.from;
        t->before += before ? n : 0;
        t->after += after ? n : 0;
        t->enters += after && !before ? n : 0;
        t->leaves += before && !after ? n : 0;
    }
}

static int by_household(const void *p, const void *q)
{
    const struct live_move *a = p, *b = q;
    if (a->household_row != b->household_row) return a->household_row < b->household_row ? -1 : 1;
    if (a->person != b->person) return a->person < b->person ? -1 : 1;
    return a->rule < b->rule ? -1 : a->rule > b->rule;
}

/* ---------------------------------------------------------------- households */

static uint64_t any_word(const struct answering *x, int side, size_t k)
{
    uint64_t any = 0;
    for (size_t i = 0; i < x->a->n_rules; i++)
        if (x->rules[i].bits[side]) any |= word(x->rules[i].bits[side]->any, k);
    return any;
}

/* 64 households of whom some have a rule that differs. */
static bool compare_word(struct answering *x, size_t k)
{
    uint64_t before = x->l->flagged.any[k], after = any_word(x, 1, k);
    for (uint64_t d = before ^ after; d; d &= d - 1) {
        uint32_t h = (uint32_t)(k * 64 + (uint32_t)__builtin_ctzll(d));
        struct live_household v = {.row = h, .enters = row_in(&after, h & 63)};
        x->a->flagged.enters += v.enters;
        x->a->flagged.leaves += !v.enters;
        if (!vec_push(&x->households, MOVES_MAX, v)) return false;
    }
    return true;
}

/* Only where a rule differs can a household enter or leave. */
static enum rc find_households(struct answering *x, struct err *e)
{
    size_t words = words_of(x->l->w.n_households), n = 0;
    const uint64_t **v = mem_alloc_array(2 * x->a->n_rules + 1, sizeof *v);
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < x->a->n_rules; i++) {
        const struct rule_bits *a = x->rules[i].bits[0], *b = x->rules[i].bits[1];
        if (a == b) continue;
        v[n++] = a ? a->any : NULL;
        v[n++] = b ? b->any : NULL;
    }
    bool ok = true;
    for (size_t k = 0; ok && n && k < words; k++) {
        uint64_t d = 0;
        for (size_t i = 0; i < n; i += 2) d |= word(v[i], k) ^ word(v[i + 1], k);
        if (d) ok = compare_word(x, k);
    }
    mem_free(v);
    return ok ? RC_OK : err_nomem(e);
}

enum { AHEAD = 16 }; /* numbers lie all over memory: ask for them before they are needed */

static void number_households(const struct answering *x)
{
    const uint32_t *no = x->l->w.household_no;
    for (size_t i = 0; i < x->moves.n; i++) {
        if (i + AHEAD < x->moves.n) __builtin_prefetch(&no[x->moves.v[i + AHEAD].household_row]);
        x->moves.v[i].household = no[x->moves.v[i].household_row];
    }
    for (size_t i = 0; i < x->households.n; i++) {
        if (i + AHEAD < x->households.n) __builtin_prefetch(&no[x->households.v[i + AHEAD].row]);
        x->households.v[i].household = no[x->households.v[i].row];
    }
}

static enum rc answer_households(struct answering *x, struct err *e)
{
    uint16_t *rules = mem_alloc_array(x->a->n_rules + 1, sizeof *rules);
    struct live_tally *t = &x->a->flagged;
    size_t n = 0;
    if (!rules) return err_nomem(e);
    for (size_t i = 0; i < x->a->n_rules; i++)
        if (x->rules[i].rule[0] != UINT16_MAX) rules[n++] = x->rules[i].rule[0];
    enum rc rc = flagged_ready(x->l, rules, n, e);
    mem_free(rules);
    if (!rc) rc = find_households(x, e);
    x->a->households = x->households.v;
    x->a->n_households = x->households.n;
    if (rc) return rc;
    t->before = x->l->flagged.n;
    t->after = t->before + t->enters - t->leaves;
    number_households(x);
    return answer_groups(x->l, x->side[1], x->c, x->a, e);
}

/* ---------------------------------------------------------------- whole */

static bool reads_change(const struct answering *x, size_t rule)
{
    const struct side *s = x->side[1];
    for (size_t k = 0; k < s->n_env; k++)
        for (size_t i = 0; i < s->env[k].c.n_outputs; i++) {
            const struct ir_output *o = &s->env[k].c.program->outputs[i];
            if (s->env[k].rule[i] != x->rules[rule].rule[1]) continue;
            for (size_t n = 0; n < o->n_slots; n++)
                for (size_t j = 0; j < x->c->n_settings; j++)
                    if (str_eq(s->env[k].c.program->slots[o->slots[n]].param, x->c->settings[j].name)) return true;
        }
    return false;
}

static enum rc answer_rules(struct answering *x, struct err *e)
{
    TRY(list_rules(x, e));
    for (size_t i = 0; i < x->a->n_rules; i++) {
        for (unsigned k = 0; k < LIVE_SUBJECTS; k++) TRY(find_moves(x, i, k, e));
        count_rule(x, i);
        count_not_run(x, i);
        x->a->rules[i].read = x->rules[i].bits[0] != x->rules[i].bits[1] || reads_change(x, i);
        if (x->a->rules[i].read) x->a->unread = false;
    }
    bool sorted = true; /* of one rule they come in order */
    for (size_t i = 1; i < x->moves.n && sorted; i++) sorted = by_household(&x->moves.v[i - 1], &x->moves.v[i]) < 0;
    if (!sorted) qsort(x->moves.v, x->moves.n, sizeof *x->moves.v, by_household);
    return RC_OK;
}

enum rc answer_make(struct live *l, const struct side *after, const struct live_change *c, struct live_answer *a,
                    struct diags *d, struct err *e)
{
    struct answering x = {.l = l, .side = {&l->base, after}, .c = c, .a = a};
    if (!l->totals && !(l->totals = mem_zalloc_array(l->base.n_rules + 1, sizeof *l->totals))) return err_nomem(e);
    enum rc rc = answer_rules(&x, e);
    a->moves = x.moves.v;
    a->n_moves = x.moves.n;
    if (!rc) rc = answer_households(&x, e);
    a->households = x.households.v;
    mem_free(x.rules);
    if (!rc && c->why) rc = answer_why(l, after, c, a, e);
    return rc ? rc : answer_money(l, after, a, d, e);
}
