/* Decisions as today's data have them, and how long the rules' data take to come. */
#include <stdlib.h>
#include "base/par.h"
#include "screen/backtest_int.h"

enum { BT_DECISIONS_MAX = 1 << 28, BT_DECLS_MAX = 256 };

/* A declaration of the dataset, where it holds, and its condition. */
struct decided {
    const struct decl *decl;
    uint16_t column; /* of the frame */
    bool has_when;
    struct compiled c;
    struct ptable pt;
    struct outbits bits;
};

struct loading {
    struct bt_run *r;
    struct world w;
    struct policy *p;
    uint32_t dataset;
    struct decided *v;
    size_t n;
    uint8_t *of_place; /* index into v; UINT8_MAX: nothing is decided there */
};

bool bt_wanted(const struct backtest_options *o, struct str rule)
{
    for (size_t i = 0; i < o->n_rules; i++) {
        struct str x = o->rules[i];
        if (str_eq(x, rule) || (str_starts(rule, x) && rule.n > x.n && rule.p[x.n] == '.')) return true;
    }
    return false;
}

/* ---------------------------------------------------------------- which dataset */

static enum rc no_decisions(struct err *e)
{
    return err_set(e, RC_INPUT, pos_none(),
                   "no book says where decisions are recorded. Give --decided DATASET.FIELD, or write \"decided on "
                   "FIELD\" in the dataset.",
                   "政策册没有说明决定记在哪里。请写 --decided 数据集.字段，或在数据集里写“decided on 字段”。");
}

/* The one dataset whose rows are decisions somewhere here. */
static enum rc find_dataset(struct loading *l, struct err *e)
{
    struct backtest *b = l->r->b;
    size_t n;
    const struct str *names = policy_names(l->p, D_DATASET, &n);
    b->dataset = l->r->o->dataset;
    for (size_t i = 0; !l->r->o->dataset.n && i < n; i++)
        for (uint32_t k = 0; k < l->w.n_places; k++) {
            const struct decl *d = policy_find(l->p, D_DATASET, names[i], &l->w.places[k], l->w.as_of);
            if (!d || !d->u.dataset.decided_on.text.n || str_eq(b->dataset, names[i])) continue;
            if (b->dataset.n)
                return err_set(e, RC_INPUT, pos_none(),
                               "the books say of %.*s and of %.*s that decisions are recorded there. Choose: --decided "
                               "DATASET.FIELD",
                               "政策册说 %.*s 和 %.*s 都记载决定。请选定：--decided 数据集.字段", STR_ARG(b->dataset),
                               STR_ARG(names[i]));
            b->dataset = names[i];
        }
    if (!b->dataset.n) return no_decisions(e);
    l->dataset = policy_dataset_number(l->p, b->dataset);
    if (l->dataset != UINT32_MAX && l->dataset != policy_roster(l->p)) return RC_OK;
    return err_set(
        e, RC_INPUT, pos_none(),
        "decisions cannot be read from \"%.*s\": it is the roster, or no book declares it. Name a dataset that "
        "lists them.",
        "“%.*s”是花名册或没有声明，不能从中读出决定。请写列出决定的数据集。", STR_ARG(b->dataset));
}

/* The frame column of a stored date; UINT16_MAX none. */
static uint16_t date_column(const struct loading *l, struct str field)
{
    const struct table_layout *t = &l->w.layouts[l->dataset + TABLE_FACT0];
    for (size_t i = 0; i < t->n; i++) {
        const struct field_decl *f = t->cols[i].decl;
        if (f && str_eq(f->name.text, field) && f->type.kind == T_DATE) return (uint16_t)i;
    }
    return UINT16_MAX;
}

static enum rc add_decl(struct loading *l, const struct decl *d, uint32_t place, struct err *e)
{
    struct bt_run *r = l->r;
    const struct dataset_decl *s = &d->u.dataset;
    bool own = r->o->dataset.n > 0;
    struct str field = own ? r->o->field : s->decided_on.text;
    if (!field.n) return RC_OK; /* nothing is decided here */
    if (l->n == BT_DECLS_MAX)
        return err_set(e, RC_INPUT, pos_none(), "the books declare \"%.*s\" in more than %d ways.",
                       "政策册对“%.*s”的声明超过 %d 种。", STR_ARG(r->b->dataset), (int)BT_DECLS_MAX);
    struct decided *x = &l->v[l->n];
    *x = (struct decided){.decl = d, .column = date_column(l, field)};
    if (x->column == UINT16_MAX)
        return err_set(e, RC_INPUT, pos_none(), "\"%.*s\" has no stored date \"%.*s\". Name the day of the decision.",
                       "“%.*s”没有日期字段“%.*s”。请写记载决定日期的字段。", STR_ARG(r->b->dataset), STR_ARG(field));
    l->w.need[l->dataset + TABLE_FACT0][x->column] = 1;
    if (!r->b->field.n) r->b->field = field, r->b->label = d->label;
    x->has_when = s->decided_when && (!own || str_eq(field, s->decided_on.text));
    if (x->has_when) {
        struct compile_options o = {.place = &l->w.places[place], .as_of = l->w.as_of};
        TRY(rules_compile_condition(l->p, &o, s->decided_when, (uint16_t)(TABLE_FACT0 + l->dataset), &r->b->arena, r->d,
                                    &x->c, e));
        world_need(&l->w, x->c.program);
    }
    l->of_place[place] = (uint8_t)l->n++;
    return RC_OK;
}

static enum rc find_decls(struct loading *l, struct err *e)
{
    struct arena *a = &l->r->b->arena;
    l->v = ARENA_ARRAY(a, struct decided, BT_DECLS_MAX);
    l->of_place = ARENA_ARRAY(a, uint8_t, l->w.n_places + 1);
    if (!l->v || !l->of_place) return err_nomem(e);
    l->w.need_table[l->dataset + TABLE_FACT0] = true;
    for (uint32_t i = 0; i < l->w.n_places; i++) {
        const struct decl *d = policy_find(l->p, D_DATASET, l->r->b->dataset, &l->w.places[i], l->w.as_of);
        size_t k = 0;
        l->of_place[i] = UINT8_MAX;
        if (!d) continue;
        while (k < l->n && l->v[k].decl != d) k++;
        if (k < l->n) l->of_place[i] = (uint8_t)k;
        else TRY(add_decl(l, d, i, e));
    }
    return l->n ? RC_OK : no_decisions(e);
}

/* ---------------------------------------------------------------- rows */

static enum rc run_conditions(struct loading *l, struct err *e)
{
    struct vm_options vo = {.threads = l->r->o->threads ? l->r->o->threads : par_threads()};
    for (size_t i = 0; i < l->n; i++) {
        struct decided *x = &l->v[i];
        if (!x->has_when) continue;
        TRY(rules_ptable(l->p, x->c.program, l->w.places, l->w.n_places, &l->r->b->arena, &x->pt, l->r->d, e));
        TRY(vm_run_bits(x->c.program, &l->w.frame, &x->pt, &vo, &x->bits, e));
    }
    return RC_OK;
}

static enum rc add_unclear(struct bt_decisions *d, uint32_t household, struct err *e)
{
    if (d->unclear.n && d->unclear.v[d->unclear.n - 1] == household) return RC_OK;
    return vec_push(&d->unclear, BT_DECISIONS_MAX, household) ? RC_OK : err_nomem(e);
}

/* A condition that is not known, a day that is blank, contradictory or rough: something was decided, one cannot say
 * when. */
static enum rc take_row(struct loading *l, const struct decided *x, uint32_t row, uint32_t hh, struct err *e)
{
    struct bt_decisions *d = &l->r->dec;
    const struct fcol *c = &l->w.tables[l->dataset + TABLE_FACT0].cols[x->column];
    uint32_t no = l->w.household_no[hh];
    bool unknown = x->has_when && bt_bit(x->bits.unknown, row);
    if (x->has_when && !unknown && !bt_bit(x->bits.yes, row)) return RC_OK;
    int64_t v = fcol_valid(c, row) ? fcol_get(c, row) : 0;
    if (unknown || !v || SPAN_LO(v) != SPAN_HI(v)) return add_unclear(d, no, e);
    struct bt_decision y = {no, (date_day)SPAN_LO(v), l->w.frame.division[hh]};
    return vec_push(&d->v, BT_DECISIONS_MAX, y) ? RC_OK : err_nomem(e);
}

/* Rows about somebody without a usable ID cannot be found: nothing can be said of his household. */
static enum rc take_people(struct loading *l, struct err *e)
{
    const struct fdataset *ds = &l->w.datasets[l->dataset];
    bool matters = ds->no_identity && ds->decl && !ds->decl->unidentified_as_none;
    for (uint32_t p = 0; matters && p < l->w.n_people; p++)
        if (bt_bit(ds->no_identity, p))
            TRY(add_unclear(&l->r->dec, l->w.household_no[l->w.tables[TABLE_PERSON].owner[p]], e));
    return RC_OK;
}

static int by_household(const void *a, const void *b)
{
    const struct bt_decision *x = a, *y = b;
    if (x->household != y->household) return x->household < y->household ? -1 : 1;
    return x->on < y->on ? -1 : x->on > y->on;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* A month's file repeats the decisions of the month before, and every risk of a household has a row. */
static void sort_once(struct bt_decisions *d)
{
    size_t n = 0;
    if (d->v.n) qsort(d->v.v, d->v.n, sizeof *d->v.v, by_household);
    for (size_t i = 0; i < d->v.n; i++)
        if (!n || by_household(&d->v.v[n - 1], &d->v.v[i])) d->v.v[n++] = d->v.v[i];
    d->v.n = n;
    n = 0;
    if (d->unclear.n) qsort(d->unclear.v, d->unclear.n, sizeof *d->unclear.v, by_number);
    for (size_t i = 0; i < d->unclear.n; i++)
        if (!n || d->unclear.v[n - 1] != d->unclear.v[i]) d->unclear.v[n++] = d->unclear.v[i];
    d->unclear.n = n;
}

static enum rc read_rows(struct loading *l, struct err *e)
{
    const struct ftable *t = &l->w.tables[l->dataset + TABLE_FACT0];
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t hh = l->w.tables[TABLE_PERSON].owner[t->owner[i]];
        uint8_t k = l->of_place[l->w.frame.place[hh]];
        if (k != UINT8_MAX) TRY(take_row(l, &l->v[k], i, hh, e));
    }
    TRY(take_people(l, e));
    sort_once(&l->r->dec);
    return RC_OK;
}

/* ---------------------------------------------------------------- how far they reach */

static bool touches(int64_t a, int64_t b) { return division_covers(a, b) || division_covers(b, a); }

/* The end of what was delivered: of states the newest, of events as far as there is no gap. */
static date_day delivered_until(const struct loading *l, int64_t county)
{
    const struct frame *f = &l->w.frame;
    const struct dataset_decl *ds = l->v[0].decl ? &l->v[0].decl->u.dataset : NULL;
    date_day until = 0;
    bool gapless = ds && ds->kind == DK_EVENTS;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < f->n_deliveries; i++) {
            const struct fdelivery *d = &f->deliveries[i];
            if (d->dataset != l->dataset || d->to <= until || !touches(d->division, county)) continue;
            if (gapless && until && d->from > until + 1) continue;
            until = d->to;
            more = true;
        }
    }
    return until < l->w.as_of ? until : l->w.as_of;
}

static enum rc find_followed(struct loading *l, struct err *e)
{
    struct bt_decisions *d = &l->r->dec;
    int64_t last = -1;
    struct map64 seen;
    map64_init(&seen);
    enum rc rc = RC_OK;
    for (uint32_t h = 0; !rc && h < l->w.n_households; h++) {
        int64_t county = division_truncate(l->w.frame.division[h], DIVISION_COUNTY);
        if (county == last || map64_get(&seen, (uint64_t)county) != UINT32_MAX) continue;
        last = county;
        struct bt_followed f = {county, delivered_until(l, county)};
        if (!map64_put(&seen, (uint64_t)county, 0) || !vec_push(&d->followed, BT_DECISIONS_MAX, f)) rc = err_nomem(e);
        if (d->followed.n == 1 || f.until < l->r->b->followed) l->r->b->followed = f.until;
    }
    map64_fini(&seen);
    return rc;
}

date_day bt_followed_until(const struct bt_decisions *d, int64_t division)
{
    int64_t county = division_truncate(division, DIVISION_COUNTY);
    for (size_t i = 0; i < d->followed.n; i++)
        if (d->followed.v[i].county == county) return d->followed.v[i].until;
    return 0;
}

bool bt_is_unclear(const struct bt_decisions *d, uint32_t household)
{
    return d->unclear.n && bsearch(&household, d->unclear.v, d->unclear.n, sizeof household, by_number);
}

/* ---------------------------------------------------------------- lags */

static enum rc lag_of(struct loading *l, uint32_t ds, const struct decl *d, uint32_t place, struct err *e)
{
    int32_t days = 0;
    if (d->u.dataset.due)
        TRY(rules_constant_days(l->p, d->u.dataset.due, &l->w.places[place], l->w.as_of, &l->r->b->arena, l->r->d,
                                &days, e));
    if (days > l->r->dec.due[ds]) l->r->dec.due[ds] = days;
    return RC_OK;
}

static enum rc find_lags(struct loading *l, struct err *e)
{
    size_t n = policy_dataset_count(l->p);
    l->r->dec.due = ARENA_ARRAY(&l->r->b->arena, int32_t, n + 1);
    if (!l->r->dec.due) return err_nomem(e);
    for (uint32_t ds = 0; ds < n; ds++)
        for (uint32_t k = 0; k < l->w.n_places; k++) {
            const struct decl *d = policy_find(l->p, D_DATASET, policy_dataset_name(l->p, ds), &l->w.places[k],
                                               l->w.as_of);
            if (d) TRY(lag_of(l, ds, d, k, e));
        }
    return RC_OK;
}

/* A dataset that comes more seldom is waited for by nobody: its last one is used. */
static void wait_for(struct loading *l, struct policy *p, uint32_t ds)
{
    struct str name = policy_dataset_name(p, ds);
    uint32_t own = policy_dataset_number(l->p, name); /* the other version's books may count otherwise */
    for (uint32_t k = 0; own != UINT32_MAX && k < l->w.n_places; k++) {
        const struct decl *d = policy_find(p, D_DATASET, name, &l->w.places[k], l->w.as_of);
        if (!d || (d->u.dataset.kind != DK_LATEST && d->u.dataset.period != PER_MONTH)) continue;
        if (l->r->dec.due[own] > l->r->dec.wait_days) l->r->dec.wait_days = l->r->dec.due[own];
    }
}

/* Compiled for each way the books differ, to see what the rules read; whether they are in force anywhere, too. */
static enum rc find_wait(struct loading *l, const struct backtest_form *form, bool *in_force, struct err *e)
{
    const struct backtest_options *o = l->r->o;
    uint32_t seen[BT_DECLS_MAX];
    size_t n_seen = 0;
    for (uint32_t k = 0; k < l->w.n_places && n_seen < BT_DECLS_MAX; k++) {
        uint32_t env = policy_environment(form->policy, &l->w.places[k], l->w.as_of, e);
        size_t i = 0;
        if (env == UINT32_MAX) return RC_NOMEM;
        while (i < n_seen && seen[i] != env) i++;
        if (i < n_seen) continue;
        seen[n_seen++] = env;
        struct compile_options co = {
            .place = &l->w.places[k], .as_of = l->w.as_of, .only = l->r->only, .n_only = o->n_rules};
        struct compiled c;
        TRY(rules_compile(form->policy, &co, &l->r->b->arena, l->r->d, &c, e));
        for (size_t j = 0; j < c.program->n_outputs; j++) {
            const struct ir_output *out = &c.program->outputs[j];
            if (!bt_wanted(o, out->name)) continue;
            *in_force = true;
            for (size_t m = 0; m < out->n_datasets; m++) wait_for(l, form->policy, out->datasets[m]);
        }
    }
    wait_for(l, form->policy, policy_roster(form->policy));
    return RC_OK;
}

static enum rc find_waits(struct loading *l, struct err *e)
{
    bool in_force = false;
    TRY(find_lags(l, e));
    for (size_t i = 0; i < l->r->o->n_forms; i++) {
        policy_set_events(l->r->o->form[i].policy, l->r->o->form[i].events, l->r->o->form[i].n_events);
        TRY(find_wait(l, &l->r->o->form[i], &in_force, e));
    }
    policy_set_events(l->p, l->r->o->form[0].events, l->r->o->form[0].n_events);
    if (in_force || !l->w.n_households) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "the rule is in force in none of the divisions held here. See: fangpin policy "
                   "explain RULE DB",
                   "该规则在这里的各地都不适用。请看：fangpin policy explain 规则 DB");
}

/* ---------------------------------------------------------------- whole */

static enum rc load_all(struct loading *l, struct err *e)
{
    date_day today = clock_today(store_clock(l->r->s));
    struct world_options wo = {.as_of = today, .known_at = today};
    TRY(world_open(&l->w, l->r->s, l->p, l->r->divs, &wo, e));
    if (!l->w.n_households)
        return err_set(e, RC_INPUT, pos_none(), "no household is known here. Import a roster.",
                       "这里还没有农户。请先导入花名册。");
    TRY(find_dataset(l, e));
    TRY(find_decls(l, e));
    TRY(find_waits(l, e));
    TRY(world_load(&l->w, l->r->d, e));
    TRY(run_conditions(l, e));
    TRY(read_rows(l, e));
    l->r->b->unclear = l->r->dec.unclear.n;
    return find_followed(l, e);
}

enum rc bt_decisions_load(struct bt_run *r, struct err *e)
{
    struct loading l = {.r = r, .p = r->o->form[0].policy};
    policy_set_events(l.p, r->o->form[0].events, r->o->form[0].n_events);
    enum rc rc = load_all(&l, e);
    for (size_t i = 0; i < l.n; i++)
        if (l.v[i].has_when) outbits_fini(&l.v[i].bits);
    world_free(&l.w);
    return rc;
}

void bt_decisions_free(struct bt_decisions *d)
{
    vec_fini(&d->v);
    vec_fini(&d->unclear);
    vec_fini(&d->followed);
}
