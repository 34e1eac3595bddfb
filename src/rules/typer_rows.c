/* Typing of aggregates: row paths, windows, completeness of reach (SEMANTICS §3, §4). */
#include "rules/typer_int.h"

/* ---------------------------------------------------------------- calendar periods */

static date_day term_start(date_day d)
{
    struct ymd y = date_split(d);
    if (y.month >= 9) return date_make(y.year, 9, 1);
    if (y.month >= 3) return date_make(y.year, 3, 1);
    return date_make(y.year - 1, 9, 1);
}

static date_day unit_start(enum period_unit u, date_day d)
{
    switch (u) {
    case PER_MONTH: return date_month_start(d);
    case PER_QUARTER: return date_quarter_start(d);
    case PER_YEAR: return date_year_start(d);
    case PER_TERM: return term_start(d);
    default: return d;
    }
}

/* First day of the unit n units after the one that starts at `start`. */
static date_day unit_shift(enum period_unit u, date_day start, int32_t n)
{
    static const int32_t months[PER__MAX] = {[PER_MONTH] = 1, [PER_QUARTER] = 3, [PER_YEAR] = 12, [PER_TERM] = 6};
    int32_t m = date_month_index(start) + n * months[u];
    return u == PER_DAY ? start + n : date_of_month_index(m);
}

bool period_bounds(enum period_kind k, enum period_unit u, date_day d, int32_t lo, int32_t hi, date_day *first,
                   date_day *last)
{
    date_day start = unit_start(u, d);
    if (k == PK_LAST) lo = hi = -1;
    if (k == PK_THIS) lo = hi = 0;
    if (lo > hi) return false;
    *first = unit_shift(u, start, lo);
    *last = unit_shift(u, start, hi + 1) - 1;
    return *first > 0 && *last > 0;
}

/* ---------------------------------------------------------------- windows as conditions */

static struct tx *window_node(struct typer *t, const struct expr *e, enum tx_kind kind, struct tx *a)
{
    if (a->ty.kind != T_DATE)
        return TERR(t, e->at, "a window is asked of a date, this is %s.", "时间窗口用于日期，这是 %s。",
                    ty_text(t, &a->ty));
    struct tx *x = tx_new(t, kind, ty_of(T_BOOL), e);
    if (!x) return NULL;
    x->a = a, x->scopes = a->scopes, x->why = a->why;
    return x;
}

static bool is_time_field(const struct typer *t, const struct expr *e)
{
    if (!t->n_scopes) return false;
    const struct scope *s = &t->scopes[t->n_scopes - 1];
    if (s->table < TABLE_FACT0 || !s->decl || s->decl->u.dataset.kind != DK_EVENTS) return false;
    struct str time = s->decl->u.dataset.time_field.text;
    if (e->kind == E_NAME) return str_eq(e->u.name.text, time);
    bool own = e->kind == E_DOT && e->u.dot.left->kind == E_NAME && str_eq(e->u.dot.name.text, time);
    if (!own) return false;
    struct str l = e->u.dot.left->u.name.text;
    return str_eq(l, s->alias.n ? s->alias : s->name);
}

static struct tx *err_window_place(struct typer *t, struct pos at)
{
    return TERR(t, at,
                "a window must stand alone in \"and\". Here it is inside another condition; write two aggregates and "
                "combine them.",
                "时间窗口须单独作为 and 的一个条件。此处它在别的条件里面；请写成两个汇总再组合。");
}

/* The length of `within`: constant in months or days, or (for dates that are no time field) any time quantity. */
static bool within_length(struct typer *t, const struct expr *e, struct tx *x)
{
    struct tx *n = type_expr(t, e->u.within.span, NULL, false);
    if (!n) return false;
    bool time = n->ty.kind == T_QUANTITY && !n->ty.den && n->ty.num >= UNIT_DAY && n->ty.num <= UNIT_YEAR;
    if (!time) {
        TDIAG(t, e->u.within.span->from, "within needs a length of time, this is %s.", "within 需要时间长度，这是 %s。",
              ty_text(t, &n->ty));
        return false;
    }
    x->b = n, x->scopes |= n->scopes;
    if (!e->u.within.ending) return true;
    struct tx *m = type_expr(t, e->u.within.ending, NULL, false);
    if (!m) return false;
    if (!ty_same(&m->ty, &n->ty)) {
        TDIAG(t, e->u.within.ending->from, "both lengths need one unit.", "两个时间长度单位须相同。");
        return false;
    }
    x->c = m, x->win.has_ending = true, x->scopes |= m->scopes;
    return true;
}

struct tx *type_within(struct typer *t, const struct expr *e)
{
    if (is_time_field(t, e->u.within.a)) return err_window_place(t, e->at);
    struct tx *a = type_expr(t, e->u.within.a, NULL, false);
    struct tx *x = a ? window_node(t, e, TX_WITHIN, a) : NULL;
    return x && within_length(t, e, x) ? x : NULL;
}

static bool constant_int(struct typer *t, const struct expr *e, int32_t *out)
{
    struct tx *x = type_expr(t, e, NULL, false);
    if (!x) return false;
    if (x->kind != TX_CONST || x->ty.kind != T_INT || x->v < -1200 || x->v > 1200) {
        TDIAG(t, e->from, "whole numbers between -1200 and 1200 are written here.",
              "此处须写 -1200 至 1200 之间的整数。");
        return false;
    }
    *out = (int32_t)x->v;
    return true;
}

static bool fill_period(struct typer *t, const struct period *p, struct tx *x)
{
    x->win.kind = p->kind, x->win.unit = p->unit;
    if (p->kind == PK_YEAR || p->kind == PK_MONTH || p->kind == PK_DAYS) {
        x->win.first = p->first, x->win.last = p->last;
        return true;
    }
    if (p->kind == PK_SPAN && (!constant_int(t, p->lo, &x->win.n) || !constant_int(t, p->hi, &x->win.m))) return false;
    if (p->kind == PK_SPAN && p->from) {
        struct ty date = ty_of(T_DATE);
        x->c = type_as(t, p->from, &date, false);
        return x->c != NULL;
    }
    if (!period_bounds(p->kind, p->unit, t->day, x->win.n, x->win.m, &x->win.first, &x->win.last)) {
        TDIAG(t, p->at, "this period ends before it begins.", "该时期的结束早于开始。");
        return false;
    }
    if (p->so_far) x->win.last = t->day;
    return true;
}

struct tx *type_in_period(struct typer *t, const struct expr *e)
{
    if (is_time_field(t, e->u.in_period.a)) return err_window_place(t, e->at);
    struct tx *a = type_expr(t, e->u.in_period.a, NULL, false);
    if (!a) return NULL;
    struct tx *x = window_node(t, e, TX_IN_PERIOD, a);
    if (!x || !fill_period(t, e->u.in_period.period, x)) return NULL;
    if (x->c)
        return TERR(t, e->at, "months a..b from X is a window of facts; compare this date with X + n months.",
                    "months a..b from X 只用于事实窗口；请将该日期与 X + n months 比较。");
    return x;
}

/* ---------------------------------------------------------------- windows of facts: reach */

static int32_t period_months(enum period_unit u) { return u == PER_YEAR ? 12 : u == PER_QUARTER ? 3 : 1; }

static bool reach_within(struct typer *t, const struct expr *e, struct tx_step *s)
{
    int32_t days, end_months = 0, end_days = 0;
    struct ir_reach *r = &s->reach;
    if (!type_time_span(t, e->u.within.span, &r->n, &days)) return false;
    if (e->u.within.ending && !type_time_span(t, e->u.within.ending, &end_months, &end_days)) return false;
    if ((days && end_months) || (r->n && end_days)) {
        TDIAG(t, e->at, "both lengths need one unit.", "两个时间长度单位须相同。");
        return false;
    }
    r->kind = REACH_WITHIN;
    r->m = end_months;
    int32_t need = period_months(s->decl->u.dataset.period);
    if (days) r->in_days = true, r->n = days, r->m = end_days;
    if (r->in_days ? r->n < need * 28 : r->n < need) {
        TDIAG(t, e->at, "this window is shorter than the dataset's period, so no whole period fits it.",
              "该窗口短于数据集的周期，容不下一个完整时期。");
        return false;
    }
    struct tx *x = tx_new(t, TX_WITHIN, ty_of(T_BOOL), e);
    s->window = x;
    typer_saw(t, e, x);
    return x && within_length(t, e, x);
}

static bool reach_period(struct typer *t, const struct expr *e, struct tx_step *s)
{
    const struct period *p = e->u.in_period.period;
    struct tx *x = tx_new(t, TX_IN_PERIOD, ty_of(T_BOOL), e);
    if (!x) return false;
    s->window = x;
    typer_saw(t, e, x);
    if (!fill_period(t, p, x)) return false;
    struct ir_reach *r = &s->reach;
    r->unit = p->unit;
    if (p->kind == PK_THIS && p->so_far) r->kind = REACH_SO_FAR;
    else if (p->kind == PK_SPAN) r->kind = REACH_SPAN, r->n = x->win.n, r->m = x->win.m, s->anchor = x->c;
    else r->kind = REACH_DAYS, r->first = x->win.first, r->last = x->win.last;
    return true;
}

/* Take the window out of the top-level `and` of cond; the rest (NULL: nothing left) is in *rest. */
static bool take_window(struct typer *t, struct expr *cond, struct tx_step *s, struct expr **rest)
{
    *rest = cond;
    if (!cond) return true;
    if (cond->kind == E_BINARY && cond->u.bin.op == OP_AND) {
        struct expr *a, *b;
        if (!take_window(t, cond->u.bin.a, s, &a) || !take_window(t, cond->u.bin.b, s, &b)) return false;
        if (a == cond->u.bin.a && b == cond->u.bin.b) return true;
        *rest = a ? a : b;
        if (!a || !b) return true;
        struct expr *both = ARENA_NEW(t->a, struct expr);
        if (!both) return t->nomem = true, false;
        *both = *cond;
        both->u.bin.a = a, both->u.bin.b = b;
        *rest = both;
        return true;
    }
    bool within = cond->kind == E_WITHIN && is_time_field(t, cond->u.within.a);
    bool in = cond->kind == E_IN_PERIOD && is_time_field(t, cond->u.in_period.a);
    if (!within && !in) return true;
    *rest = NULL;
    if (s->window) {
        TDIAG(t, cond->at, "a second window on the same facts. Keep one.", "同一事实有两个时间窗口。请只留一个。");
        return false;
    }
    return within ? reach_within(t, cond, s) : reach_period(t, cond, s);
}

/* What a step over a dataset reads when no window is written. */
static bool default_reach(struct typer *t, const struct rows *rows, struct tx_step *s, bool last, struct pos at)
{
    const struct dataset_decl *d = &s->decl->u.dataset;
    s->reach.dataset = s->dataset;
    s->reach.as_of = t->day;
    s->reach.anchor = IR_NONE;
    s->this_period = last && rows->has_this;
    if (s->this_period) {
        if (d->kind != DK_SNAPSHOT && d->kind != DK_EVENTS) {
            TDIAG(t, at, "\"%.*s\" has no periods, so no \"this\".", "“%.*s”没有时期，不能用 this。",
                  STR_ARG(s->decl->name.text));
            return false;
        }
        s->reach.unit = rows->this_unit;
        s->reach.kind = d->kind == DK_EVENTS ? REACH_DAYS : REACH_THIS;
        if (d->kind == DK_EVENTS)
            return period_bounds(PK_THIS, rows->this_unit, t->day, 0, 0, &s->reach.first, &s->reach.last);
        if (rows->this_unit == d->period) return true;
        TDIAG(t, at, "\"%.*s\" is a snapshot of another period.", "“%.*s”的快照周期不是这个。",
              STR_ARG(s->decl->name.text));
        return false;
    }
    s->reach.unit = d->period;
    s->reach.kind = d->kind == DK_LATEST ? REACH_LATEST : REACH_NEWEST;
    return true;
}

/* ---------------------------------------------------------------- paths */

static bool add_step(struct typer *t, struct tx *x, struct tx_step s, struct str name, const struct rows *rows,
                     bool last, struct pos at)
{
    if (x->agg.n_steps == IR_DEPTH_MAX - 1) {
        TDIAG(t, at, "this path has too many steps.", "该路径的层次过多。");
        return false;
    }
    struct scope sc = {.table = s.table, .name = name, .dataset = s.dataset, .decl = s.decl};
    if (last && rows->as.text.n) sc.alias = rows->as.text;
    x->agg.steps[x->agg.n_steps++] = s;
    return scope_push(t, sc, at);
}

static struct tx *err_step(struct typer *t, struct name n, uint16_t table)
{
    static const char *const en[] = {"household", "person", "fact row"}, *const zh[] = {"户", "个人", "事实行"};
    size_t i = table < TABLE_FACT0 ? table : 2;
    if (table == TABLE_HOUSEHOLD && policy_dataset_number(t->p, n.text) != UINT32_MAX) {
        err_unknown_name(t, n.at, n.text);
        return NULL;
    }
    return TERR(t, n.at, "\"%.*s\" is not a set of rows that a %s has.", "“%.*s”不是%s所拥有的行。", STR_ARG(n.text),
                t->d->lang == LANG_EN ? en[i] : zh[i]);
}

static bool step_dataset(struct typer *t, struct tx *x, struct name n, const struct rows *rows, bool last)
{
    uint32_t ds = policy_dataset_number(t->p, n.text);
    const struct decl *d = ds == UINT32_MAX || ds == policy_roster(t->p) ? NULL : typer_dataset(t, ds);
    if (!d) return err_step(t, n, TABLE_PERSON) != NULL;
    if (d->u.dataset.placed_by.text.n) {
        TDIAG(t, n.at,
              "the rows of \"%.*s\" are about villages, nobody has any. Write a rule on %.*s, and ask there for the "
              "village's households: household as h where h.division.village == %.*s.%.*s.village.",
              "“%.*s”的行说的是行政村，不属于个人。请写 on %.*s 的规则，在其中找本村的户：household as h where "
              "h.division.village == %.*s.%.*s.village。",
              STR_ARG(n.text), STR_ARG(n.text), STR_ARG(n.text), STR_ARG(d->u.dataset.placed_by.text));
        return false;
    }
    struct tx_step s = {.kind = STEP_DATASET, .table = (uint16_t)(TABLE_FACT0 + ds), .dataset = ds, .decl = d};
    if (!default_reach(t, rows, &s, last, n.at)) return false;
    return add_step(t, x, s, n.text, rows, last, n.at);
}

static bool step_ref(struct typer *t, struct tx *x, struct name n, const struct rows *rows, bool last)
{
    bool found;
    struct expr *e = ARENA_NEW(t->a, struct expr);
    if (!e) return t->nomem = true, false;
    *e = (struct expr){.kind = E_NAME, .at = n.at, .from = n.at, .u.name = n};
    struct tx *ref = type_member_of(t, e, t->n_scopes - 1, n.text, &found);
    if (!found || (ref && ref->ty.kind != T_REF)) return err_step(t, n, scope_this(t)->table) != NULL;
    if (!ref) return false;
    struct tx_step s = {.kind = STEP_REF, .table = ref->ty.table, .ref = ref};
    return add_step(t, x, s, n.text, rows, last, n.at);
}

static bool path_step(struct typer *t, struct tx *x, struct name n, const struct rows *rows, bool last)
{
    uint16_t table = scope_this(t)->table;
    if (table == TABLE_HOUSEHOLD && str_eq(n.text, STR("members")))
        return add_step(t, x, (struct tx_step){.kind = STEP_MEMBERS, .table = TABLE_PERSON}, STR("member"), rows, last,
                        n.at);
    if (table == TABLE_PERSON && !str_eq(n.text, STR("household"))) return step_dataset(t, x, n, rows, last);
    return step_ref(t, x, n, rows, last);
}

/* Where the path starts: sets x->agg.start and how many names were used; pushes a copy of the start row's scope. */
static bool path_start(struct typer *t, struct tx *x, const struct rows *rows, size_t *used)
{
    struct name first = rows->path.v[0];
    bool several,
        whole = rows->path.n == 1 && (str_eq(first.text, STR("person")) || str_eq(first.text, STR("household")));
    *used = 1;
    if (whole) {
        uint16_t table = str_eq(first.text, STR("person")) ? TABLE_PERSON : TABLE_HOUSEHOLD;
        x->agg.start = UINT32_MAX;
        x->agg.scope0 = t->n_scopes;
        return add_step(t, x, (struct tx_step){.kind = STEP_WHOLE, .table = table}, first.text, rows, true, first.at);
    }
    uint32_t s = scope_find(t, first.text, &several);
    if (s == UINT32_MAX && (str_eq(first.text, STR("members")) || str_eq(first.text, STR("head")))) {
        for (s = t->n_scopes; s-- > 0 && t->scopes[s].table != TABLE_HOUSEHOLD;) {}
        *used = 0;
    } else if (s == UINT32_MAX && t->n_scopes && scope_this(t)->table >= TABLE_FACT0) {
        s = t->n_scopes - 1;
        *used = 0;
    }
    if (several || s == UINT32_MAX || s >= t->n_scopes) {
        if (several)
            TDIAG(t, first.at, "\"%.*s\" names several rows here. Name them with as.",
                  "此处有多行叫“%.*s”。请用 as 命名。", STR_ARG(first.text));
        else err_unknown_name(t, first.at, first.text);
        return false;
    }
    x->agg.start = s;
    x->agg.scope0 = t->n_scopes + 1;
    struct scope from = t->scopes[s]; /* unnamed: only the path's first step reads it */
    from.name = from.alias = (struct str){0};
    return scope_push(t, from, first.at);
}

static bool type_path(struct typer *t, struct tx *x, const struct rows *rows)
{
    size_t used;
    if (!path_start(t, x, rows, &used)) return false;
    for (size_t i = used; i < rows->path.n; i++)
        if (!path_step(t, x, rows->path.v[i], rows, i + 1 == rows->path.n)) return false;
    if (x->agg.n_steps) return true;
    TDIAG(t, rows->path.v[0].at, "\"%.*s\" is one row; an aggregate needs rows, such as members or member.medical.",
          "“%.*s”只是一行；汇总需要多行，例如 members 或 member.medical。", STR_ARG(rows->path.v[0].text));
    return false;
}

/* Every dataset of events needs its own window. */
static bool check_windows(struct typer *t, const struct tx *x, struct pos at)
{
    for (size_t i = 0; i < x->agg.n_steps; i++) {
        const struct tx_step *s = &x->agg.steps[i];
        bool events = s->kind == STEP_DATASET && s->decl->u.dataset.kind == DK_EVENTS;
        if (!events || s->window || s->this_period) continue;
        TDIAG(t, at,
              "\"%.*s\" is a list of dated events and has no window. Add for example: where %.*s within 12 months.",
              "“%.*s”是带日期的事件，但没有时间窗口。例如加上：where %.*s within 12 months。",
              STR_ARG(s->decl->name.text), STR_ARG(s->decl->u.dataset.time_field.text));
        return false;
    }
    return true;
}

/* ---------------------------------------------------------------- whole registers: ties */

static uint32_t own_mask(const struct tx *x) { return ((1u << x->agg.n_steps) - 1) << x->agg.scope0; }

static bool is_tie(const struct tx *c, uint32_t own)
{
    if (c->kind != TX_BINARY || c->op != OP_EQ || c->a->ty.kind == T_SET || c->a->ty.kind == T_BOOL || c->a->frac ||
        c->b->frac || c->a->span || c->b->span)
        return false;
    bool ab = c->a->scopes && !(c->a->scopes & ~own) && !(c->b->scopes & own);
    bool ba = c->b->scopes && !(c->b->scopes & ~own) && !(c->a->scopes & own);
    return ab || ba;
}

static bool has_tie(const struct tx *c, uint32_t own)
{
    if (!c) return false;
    if (c->kind == TX_BINARY && c->op == OP_AND) return has_tie(c->a, own) || has_tie(c->b, own);
    return is_tie(c, own);
}

/* ---------------------------------------------------------------- values */

static bool check_value(struct typer *t, const struct expr *e, const struct tx *v)
{
    enum agg_kind k = e->u.agg.kind;
    bool number = v && (v->ty.kind == T_INT || v->ty.kind == T_QUANTITY || v->ty.kind == T_RATIO);
    bool ordered = number || (v && (v->ty.kind == T_DATE || (v->ty.kind == T_CODES && v->ty.codes->u.codes.ordered)));
    if (v && v->secret) {
        TDIAG(t, e->at, "a secret field is not aggregated.", "保密字段不能汇总。");
        return false;
    }
    bool ok = k == AGG_COUNT                 ? !v
              : k == AGG_ANY                 ? !v || v->ty.kind == T_BOOL
              : k == AGG_ALL                 ? v && v->ty.kind == T_BOOL
              : k == AGG_LATEST              ? v != NULL
              : k == AGG_MIN || k == AGG_MAX ? ordered
                                             : number;
    if (ok) return true;
    if (!v)
        TDIAG(t, e->at, "%s needs a value: %s(value for rows where …).", "%s 需要值：%s(值 for 行 where …)。",
              agg_text[k], agg_text[k]);
    else TDIAG(t, e->at, "%s cannot take %s.", "%s 不能用于 %s。", agg_text[k], ty_text(t, &v->ty));
    return false;
}

static struct ty result_type(const struct tx *x, const struct tx *v)
{
    switch (x->agg.kind) {
    case AGG_COUNT: {
        uint16_t table = x->agg.steps[x->agg.n_steps - 1].table;
        if (table == TABLE_PERSON) return ty_quantity(UNIT_PERSON, 0);
        return table == TABLE_HOUSEHOLD ? ty_quantity(UNIT_HH, 0) : ty_of(T_INT);
    }
    case AGG_ANY:
    case AGG_ALL: return ty_of(T_BOOL);
    case AGG_RANK: return ty_of(T_INT);
    case AGG_SHARE: return ty_of(T_RATIO);
    default: return v->ty;
    }
}

/* Ranges: at most ROWS_PER_PERSON_SET rows of a dataset and MEMBERS_MAX members count for a household. */
static bool result_range(struct typer *t, const struct expr *e, struct tx *x, const struct tx *v)
{
    bool facts = x->agg.steps[x->agg.n_steps - 1].table >= TABLE_FACT0;
    i128 rows = facts ? ROWS_PER_PERSON_SET : MEMBERS_MAX;
    x->span = false;
    bool members = x->agg.n_steps == 1 && x->agg.steps[0].kind == STEP_MEMBERS;
    if (x->agg.kind == AGG_COUNT || x->agg.kind == AGG_RANK)
        x->lo = 0, x->hi = members ? MEMBERS_MAX : ROWS_PER_PERSON_SET + 1;
    if (!v) return true;
    x->why = v->why;
    if (x->agg.kind == AGG_MIN || x->agg.kind == AGG_MAX || x->agg.kind == AGG_LATEST) {
        x->lo = v->lo, x->hi = v->hi, x->frac = v->frac, x->den_hi = v->den_hi, x->span = v->span, x->may_absent = true;
        return true;
    }
    if (x->agg.kind == AGG_SHARE) {
        x->frac = true, x->lo = -((i128)1 << 62), x->hi = (i128)1 << 62, x->den_hi = (i128)1 << 62,
        x->may_absent = true;
        return true;
    }
    if (x->agg.kind != AGG_SUM) return true;
    i128 lo = v->lo, hi = v->hi;
    if (v->frac) ty_range(&v->ty, &lo, &hi);
    i128 times = v->rowsum ? 1 : rows;
    x->lo = lo < 0 ? lo * times : 0, x->hi = hi > 0 ? hi * times : 0;
    x->rowsum = facts || v->rowsum;
    if (x->lo >= INT64_MIN && x->hi <= INT64_MAX) return true;
    TDIAG(t, e->at, "this sum could grow beyond 64 bits. Bound the field (>= 0, in a..b).",
          "该合计可能超出 64 位。请为字段设定范围（>= 0 或 in a..b）。");
    return false;
}

static bool type_own(struct typer *t, const struct expr *e, struct tx *x)
{
    if (x->agg.kind != AGG_RANK && x->agg.kind != AGG_SHARE) return true;
    uint16_t table = x->agg.steps[x->agg.n_steps - 1].table;
    if (!t->n_scopes || scope_this(t)->table != table) {
        TDIAG(t, e->at, "%s compares this row with rows of the same kind.", "%s 用于将本行与同类行比较。",
              agg_text[x->agg.kind]);
        return false;
    }
    x->agg.own = type_expr(t, e->u.agg.value, NULL, false);
    if (x->agg.own) x->scopes |= x->agg.own->scopes;
    return x->agg.own != NULL;
}

static bool type_inside(struct typer *t, const struct expr *e, struct tx *x)
{
    struct expr *where = e->u.agg.rows.where;
    struct tx_step *last = &x->agg.steps[x->agg.n_steps - 1];
    if (last->kind == STEP_DATASET && !take_window(t, where, last, &where)) return false;
    if (!check_windows(t, x, e->at)) return false;
    if (where && !(x->agg.where = type_bool(t, where))) return false;
    if (e->u.agg.value && !(x->agg.value = type_expr(t, e->u.agg.value, NULL, false))) return false;
    return check_value(t, e, x->agg.value);
}

/* Row scopes outside the aggregate that it reads. */
static void agg_scopes(struct tx *x, uint32_t n_outer)
{
    uint32_t outer = (1u << n_outer) - 1;
    if (x->agg.start != UINT32_MAX) x->scopes |= 1u << x->agg.start;
    if (x->agg.where) x->scopes |= x->agg.where->scopes & outer;
    if (x->agg.value) x->scopes |= x->agg.value->scopes & outer;
    for (size_t i = 0; i < x->agg.n_steps; i++)
        if (x->agg.steps[i].anchor) x->scopes |= x->agg.steps[i].anchor->scopes & outer;
}

struct tx *type_agg(struct typer *t, const struct expr *e)
{
    struct tx *x = tx_new(t, TX_AGG, ty_of(T_BOOL), e);
    if (!x) return NULL;
    x->agg.kind = e->u.agg.kind;
    x->agg.steps = ARENA_ARRAY(t->a, struct tx_step, IR_DEPTH_MAX);
    if (!x->agg.steps) return t->nomem = true, NULL;
    uint32_t n_outer = t->n_scopes;
    bool ok = type_path(t, x, &e->u.agg.rows) && type_inside(t, e, x);
    t->n_scopes = n_outer;
    if (!ok || !type_own(t, e, x)) return NULL;
    x->agg.alias = e->u.agg.rows.as.text;
    x->ty = result_type(x, x->agg.value);
    agg_scopes(x, n_outer);
    if (x->agg.steps[0].kind == STEP_WHOLE && n_outer && !has_tie(x->agg.where, own_mask(x)))
        return TERR(t, e->at,
                    "this counts every row of \"%.*s\" for each row. Own it (members), or tie it with == to an outer "
                    "row in \"and\".",
                    "这样会为每一行统计全部“%.*s”。请用所属行（members），或在 and 中用 == 与外层行关联。",
                    STR_ARG(e->u.agg.rows.path.v[0].text));
    return result_range(t, e, x, x->agg.value) ? x : NULL;
}
