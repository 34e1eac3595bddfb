/* Rows and windows in words: 家庭成员的近12个月内就诊类别是住院的医保结算记录. */
#include "rules/zh_int.h"

/* ---------------------------------------------------------------- row scopes */

struct zh_saved zh_enter(struct zh *z, const struct tx *agg)
{
    struct zh_saved s = {z->first, z->here};
    uint32_t last = agg->agg.scope0 + (uint32_t)agg->agg.n_steps - 1;
    for (size_t i = 0; i < agg->agg.n_steps; i++) {
        uint32_t k = agg->agg.scope0 + (uint32_t)i;
        if (k < SCOPES_MAX) z->scopes[k] = &agg->agg.steps[i];
    }
    z->first = agg->agg.scope0;
    z->here = last < SCOPES_MAX ? last : UINT32_MAX;
    return s;
}

void zh_leave(struct zh *z, struct zh_saved s)
{
    z->first = s.first;
    z->here = s.here;
}

/* ---------------------------------------------------------------- windows */

static const char *unit_word(enum period_unit u)
{
    static const char *const words[PER__MAX] = {
        [PER_MONTH] = "月", [PER_QUARTER] = "季度", [PER_YEAR] = "年", [PER_TERM] = "学期", [PER_DAY] = "日"};
    return words[u];
}

static const char *counted_unit(enum period_unit u)
{
    return u == PER_YEAR ? "整年" : u == PER_QUARTER ? "个整季度" : "个整月";
}

/* months a..b counted from the month of the anchor. */
static void print_span(struct zh *z, const struct tx *w, enum period_unit u)
{
    int n = (int)w->win.n, m = (int)w->win.m;
    if (w->c) {
        zh_part(z, w->c, ZL_OF);
        buf_addz(z->out, n < 0 && m == -1 ? "所在月之" : "所在月起");
    }
    if (n < 0 && m == -1) buf_addf(z->out, "前%d%s内", -n, counted_unit(u));
    else if (n == 0 && m == 0) buf_addf(z->out, "本%s内", unit_word(u));
    else if (n < 0 && m == 0) buf_addf(z->out, "含本%s的近%d%s内", unit_word(u), 1 - n, counted_unit(u));
    else if (n < 0 && m < 0) buf_addf(z->out, "往前数第%d至第%d%s内", -n, -m, counted_unit(u));
    else buf_addf(z->out, "第%d至第%d%s内", n, m, counted_unit(u));
}

static void print_days(struct zh *z, const struct period *p)
{
    zh_date(z->out, SPAN_OF(p->first, 0));
    buf_addz(z->out, "至");
    zh_date(z->out, SPAN_OF(p->last, 0));
}

/* at: a moment (上年的…), else a window (上年内). */
void zh_period(struct zh *z, const struct period *p, const struct tx *w, bool at)
{
    bool inside = !at && p->kind != PK_SPAN && !p->so_far;
    struct ymd y = date_split(p->first);
    switch (p->kind) {
    case PK_THIS: buf_addf(z->out, "本%s%s", unit_word(p->unit), p->so_far ? "至今" : ""); break;
    case PK_LAST: buf_addf(z->out, "上%s", unit_word(p->unit)); break;
    case PK_SPAN:
        if (w) print_span(z, w, p->unit);
        break;
    case PK_YEAR: buf_addf(z->out, "%d年", (int)y.year); break;
    case PK_MONTH: buf_addf(z->out, "%d年%d月", (int)y.year, (int)y.month); break;
    default: print_days(z, p); break;
    }
    if (inside) buf_addz(z->out, p->kind == PK_DAYS ? "之间" : "内");
}

void zh_window(struct zh *z, const struct tx *w)
{
    if (w->kind == TX_IN_PERIOD) {
        zh_period(z, w->src->u.in_period.period, w, false);
        return;
    }
    if (w->c) {
        buf_addz(z->out, "截至");
        zh_part(z, w->c, ZL_ATOM);
        buf_addz(z->out, "前的");
    } else {
        buf_addz(z->out, "近");
    }
    zh_part(z, w->b, ZL_ATOM);
    buf_addz(z->out, "内");
}

/* ---------------------------------------------------------------- rows */

static struct str ref_word(const struct tx *ref)
{
    if (ref->field.builtin == BF_HEAD || ref->kind == TX_HEAD) return STR("户主");
    if (ref->field.builtin == BF_HOUSEHOLD) return STR("所在户");
    return ref->field.decl ? ref->field.decl->label : STR("所指的人");
}

void zh_noun(struct zh *z, const struct tx_step *s)
{
    switch (s->kind) {
    case STEP_MEMBERS: buf_addz(z->out, "家庭成员"); break;
    case STEP_DATASET: zh_record(z->out, zh_label(s->decl)); break;
    case STEP_REF: buf_add(z->out, ref_word(s->ref)); break;
    case STEP_HEAD: buf_addz(z->out, "户主"); break;
    case STEP_HOUSEHOLD: buf_addz(z->out, "所在户"); break;
    default: buf_addz(z->out, s->table == TABLE_PERSON ? "辖区内的人" : "辖区内的户"); break;
    }
}

/* Whose rows: the steps before the last; the members of the household need no saying where rows are only asked for. */
static void print_owner(struct zh *z, const struct tx *agg, bool owned)
{
    for (size_t i = 0; i + 1 < agg->agg.n_steps; i++) {
        const struct tx_step *s = &agg->agg.steps[i];
        if (i == 0 && s->kind == STEP_MEMBERS && !owned) continue;
        zh_noun(z, s);
        buf_addz(z->out, "的");
    }
}

static bool print_time(struct zh *z, const struct tx_step *s)
{
    if (s->window) {
        zh_window(z, s->window);
        return true;
    }
    if (s->this_period) buf_addf(z->out, "本%s", unit_word(s->reach.unit));
    return false;
}

/* A condition that asks for the rows' kind in a table named after the rows says them by itself:
 * 措施类别属于按致贫风险对应的措施. */
static const struct tx *merged_table(const struct tx *agg)
{
    const struct tx *w = agg->agg.where;
    const struct tx_step *last = &agg->agg.steps[agg->agg.n_steps - 1];
    bool in_table = w && w->kind == TX_IN_SET && w->b->kind == TX_TABLE && last->kind == STEP_DATASET;
    return in_table && str_ends(zh_label(w->b->decl), zh_label(last->decl)) ? w->b : NULL;
}

/* 有同住人不是户主，且没有离开日期的记录 could be heard as two sentences: here a part tells what the row has. */
static bool tells_having(const struct tx *w, unsigned depth)
{
    if (depth == EXPR_DEPTH_MAX) return true;
    if (w->kind == TX_NOT) w = w->a;
    if (w->kind == TX_IS_ABSENT) return true;
    return w->kind == TX_BINARY && w->op == OP_AND && (tells_having(w->a, depth + 1) || tells_having(w->b, depth + 1));
}

/* 有没有…的人 is no sentence: a condition that begins like that, or with another row's name, is bracketed. */
static void print_where(struct zh *z, const struct tx *w)
{
    static const char *const leads[] = {"有", "没有", "并非", "所有", "触发"};
    size_t from = z->out->n, named = z->named;
    z->named = SIZE_MAX;
    zh_part(z, w, ZL_AND);
    struct str said = str_sub(buf_str(z->out), from, z->out->n);
    bool wrap = (z->named == from && !str_starts(said, STR("「"))) || tells_having(w, 0);
    z->named = named;
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) wrap = wrap || str_starts(said, str_from(leads[i]));
    if (wrap) zh_wrap(z, from);
}

void zh_rows(struct zh *z, const struct tx *agg, bool owned)
{
    const struct tx_step *last = &agg->agg.steps[agg->agg.n_steps - 1];
    const struct tx *merged = merged_table(agg), *outer = z->merge;
    print_owner(z, agg, owned);
    bool window = last->window && print_time(z, last);
    if (agg->agg.where) {
        z->merge = merged;
        print_where(z, agg->agg.where);
        z->merge = outer;
    }
    if (merged) {
        buf_add(z->out, zh_label(last->decl));
        return;
    }
    if (agg->agg.where || window) buf_addz(z->out, "的");
    if (!last->window) (void)print_time(z, last);
    zh_noun(z, last);
}
