/* The Chinese sentence of a typed expression: the tree walked once, one template an operator (zh.def). */
#include "rules/zh_int.h"

struct zh_info {
    const char *text;
    enum zh_level level, place[ZH_ARGS];
};

static const struct zh_info infos[ZH__MAX] = {
#define ZH(id, level, p1, p2, p3, text) {text, ZL_##level, {ZL_##p1, ZL_##p2, ZL_##p3}},
#include "rules/zh.def"
#undef ZH
};

/* ---------------------------------------------------------------- which operator */

static bool is_age(const struct tx *t) { return t->span && t->ty.kind == T_INT; }

enum zh_op zh_compare_op(enum binop op, const struct tx *a)
{
    static const enum zh_op number[BINOP__MAX] = {[OP_LT] = ZH_LT, [OP_LE] = ZH_LE, [OP_GT] = ZH_GT, [OP_GE] = ZH_GE};
    bool is_number = a->ty.kind == T_INT || a->ty.kind == T_RATIO || a->ty.kind == T_QUANTITY;
    if (op == OP_EQ) return is_number ? ZH_EQ : ZH_IS;
    if (op == OP_NE) return is_number ? ZH_NE : ZH_IS_NOT;
    if (a->ty.kind == T_DATE) return number[op] + (ZH_LT_DATE - ZH_LT);
    return is_age(a) ? number[op] + (ZH_LT_AGE - ZH_LT) : number[op];
}

static bool per_head(const struct tx *t)
{
    const struct tx *b = t->b;
    return t->op == OP_DIV && b->kind == TX_AGG && b->agg.kind == AGG_COUNT && !b->agg.where && b->agg.n_steps == 1 &&
           b->agg.steps[0].kind == STEP_MEMBERS;
}

static const struct tx *const_side(const struct tx *t)
{
    return t->a->kind == TX_CONST ? t->a : t->b->kind == TX_CONST ? t->b : NULL;
}

static enum zh_op times_op(const struct tx *t)
{
    const struct tx *c = const_side(t);
    if (c && c->ty.kind == T_RATIO) return ZH_PERCENT;
    return c && c->ty.kind == T_INT ? ZH_TIMES : ZH_MUL;
}

static enum zh_op sum_op(const struct tx *t)
{
    bool a_date = t->a->ty.kind == T_DATE, b_date = t->b->ty.kind == T_DATE;
    if (a_date && b_date) return ZH_DAYS;
    if (a_date) return t->op == OP_SUB ? ZH_BEFORE : ZH_AFTER;
    return t->op == OP_SUB ? ZH_SUB : ZH_ADD;
}

static enum zh_op binary_op(const struct tx *t)
{
    switch (t->op) {
    case OP_AND: return ZH_AND;
    case OP_OR: return ZH_OR;
    case OP_HAS: return ZH_HAS;
    case OP_ADD:
    case OP_SUB: return sum_op(t);
    case OP_MUL: return times_op(t);
    case OP_DIV: return per_head(t) ? ZH_PER_HEAD : ZH_DIV;
    default: break;
    }
    if (t->a->ty.kind == T_SET) return t->op == OP_EQ ? ZH_EMPTY : ZH_NOT_EMPTY;
    return zh_compare_op(t->op, t->a);
}

static enum zh_op extreme_op(const struct tx *t)
{
    bool max = t->agg.kind == AGG_MAX, date = t->ty.kind == T_DATE;
    if (date) return max ? ZH_MAX_DATE : ZH_MIN_DATE;
    if (is_age(t)) return max ? ZH_MAX_AGE : ZH_MIN_AGE;
    return max ? ZH_MAX : ZH_MIN;
}

static enum zh_op agg_op(const struct tx *t)
{
    static const enum zh_op ops[AGG__MAX] = {[AGG_SUM] = ZH_SUM,       [AGG_ANY] = ZH_ANY,   [AGG_ALL] = ZH_ALL,
                                             [AGG_LATEST] = ZH_LATEST, [AGG_RANK] = ZH_RANK, [AGG_SHARE] = ZH_SHARE};
    if (t->agg.kind == AGG_MIN || t->agg.kind == AGG_MAX) return extreme_op(t);
    if (t->agg.kind != AGG_COUNT) return ops[t->agg.kind];
    uint16_t table = t->agg.steps[t->agg.n_steps - 1].table;
    return table == TABLE_PERSON ? ZH_PERSONS : table == TABLE_HOUSEHOLD ? ZH_HOUSEHOLDS : ZH_COUNT;
}

static enum zh_op not_op(const struct tx *a)
{
    if (a->kind == TX_AGG && a->agg.kind == AGG_ANY) return ZH_NONE;
    return a->kind == TX_IS_ABSENT ? ZH_NOT_ABSENT : ZH_NOT;
}

static enum zh_op range_op(const struct tx *t)
{
    if (t->b && t->c) return t->open_end ? ZH_RANGE_OPEN : ZH_RANGE;
    return zh_compare_op(t->b ? OP_GE : t->open_end ? OP_LT : OP_LE, t->a);
}

enum zh_op zh_op_of(struct zh *z, const struct tx *t)
{
    switch (t->kind) {
    case TX_NOT: return not_op(t->a);
    case TX_NEG: return ZH_NEG;
    case TX_BINARY: return binary_op(t);
    case TX_IN_RANGE: return range_op(t);
    case TX_IN_SET: return t->b->kind == TX_CONST ? ZH_IN_CODES : ZH_IN_SET;
    case TX_IS_ABSENT: return ZH_IS_ABSENT;
    case TX_IS_BLANK: return ZH_BLANK;
    case TX_WITHIN:
    case TX_IN_PERIOD: return ZH_IN_WINDOW;
    case TX_IF: return ZH_IF;
    case TX_LEAST: return ZH_LEAST;
    case TX_GREATEST: return ZH_GREATEST;
    case TX_TABLE: return z->merge == t ? ZH_ATOM : ZH_TABLE;
    case TX_AGG: return agg_op(t);
    case TX_EVERY: return t->src->u.every.ago ? ZH_AGO : ZH_EVERY;
    case TX_CALL: return t->b ? ZH_YEARS : ZH_MONTH_END;
    case TX_VIA:
    case TX_PART: return ZH_VIA;
    case TX_RULE: return ZH_FIRES;
    case TX_PARAM: return t->src && t->src->kind == E_INDEX && t->src->u.index.period ? ZH_PARAM_AT : ZH_ATOM;
    default: return ZH_ATOM;
    }
}

/* ---------------------------------------------------------------- templates */

static bool brackets(enum zh_level level, enum zh_level place)
{
    return level < place || (level == ZL_OR && place == ZL_AND);
}

static void put_arg(struct zh *z, const struct zh_arg *a, enum zh_level place)
{
    if (a->rows) zh_rows(z, a->rows, a->owned);
    else if (a->t) zh_part(z, a->t, place);
    else buf_add(z->out, a->s);
}

void zh_fill(struct zh *z, enum zh_op op, const struct zh_arg *args)
{
    for (const char *c = infos[op].text; *c; c++) {
        if (*c != '$') {
            buf_addc(z->out, *c);
            continue;
        }
        size_t k = (size_t)(*++c - '1');
        put_arg(z, &args[k], infos[op].place[k]);
    }
}

void zh_wrap(struct zh *z, size_t from)
{
    struct buf part;
    buf_init(&part, z->out->max);
    buf_add(&part, str_sub(buf_str(z->out), from, z->out->n));
    z->out->n = from;
    buf_addz(z->out, "「");
    buf_add(z->out, buf_str(&part));
    buf_addz(z->out, "」");
    if (part.failed) z->out->failed = true;
    buf_fini(&part);
}

/* ---------------------------------------------------------------- parts that are not plain a-and-b */

static void print_agg(struct zh *z, const struct tx *t, enum zh_op op)
{
    struct zh_saved s = zh_enter(z, t);
    bool owned = op != ZH_ANY && op != ZH_NONE && op != ZH_ALL;
    struct zh_arg args[ZH_ARGS] = {{.rows = t, .owned = owned}, {.t = t->agg.value}};
    zh_fill(z, op, args);
    zh_leave(z, s);
}

static void print_every(struct zh *z, const struct tx *t)
{
    if (t->src->u.every.ago) {
        if (t->win.n == 1) buf_addz(z->out, "上月末");
        else buf_addf(z->out, "%d个月前月末", (int)t->win.n);
        zh_fill(z, ZH_AGO, (struct zh_arg[ZH_ARGS]){{.s = STR("")}, {.t = t->parts[0]}});
        return;
    }
    switch (t->src->u.every.unit) {
    case PER_QUARTER: buf_addf(z->out, "近%zu个季度每季度末", t->n_parts); break;
    case PER_YEAR: buf_addf(z->out, "近%zu年每年末", t->n_parts); break;
    default: buf_addf(z->out, "近%zu个月每月末", t->n_parts); break;
    }
    struct zh_arg args[ZH_ARGS] = {{.s = STR("")}, {.t = t->parts[0]}};
    zh_fill(z, ZH_EVERY, args);
}

static void print_table(struct zh *z, const struct tx *t)
{
    const struct tx *outer = z->key;
    buf_addz(z->out, "按");
    for (size_t k = 0; k < t->n_parts; k++) {
        if (k) buf_addz(z->out, "、");
        z->key = t->parts[k];
        zh_part(z, t->parts[k], ZL_OF);
    }
    z->key = outer;
    buf_addz(z->out, "对应的");
    if (z->merge != t) buf_add(z->out, zh_label(t->decl));
}

static void print_times(struct zh *z, const struct tx *t, enum zh_op op)
{
    const struct tx *c = const_side(t), *x = c == t->a ? t->b : t->a;
    struct zh_arg args[ZH_ARGS] = {{.t = x}, {.t = c}};
    zh_fill(z, op, args);
}

static void print_part_of(struct zh *z, const struct tx *t)
{
    static const char *const words[] = {"", "省", "市", "县", "乡镇", "村", "年份", "月份"};
    struct zh_arg args[ZH_ARGS] = {{.t = t->a}, {.s = str_from(words[t->part <= 7 ? t->part : 0])}};
    zh_fill(z, ZH_VIA, args);
}

/* The field of a referenced row: no row is open around it. */
static void print_via(struct zh *z, const struct tx *t)
{
    zh_part(z, t->a, ZL_OF);
    buf_addz(z->out, "的");
    uint32_t here = z->here;
    z->here = UINT32_MAX;
    zh_part(z, t->b, ZL_ANY);
    z->here = here;
}

static void print_window(struct zh *z, const struct tx *t)
{
    zh_part(z, t->a, ZL_OF);
    buf_addz(z->out, "在");
    zh_window(z, t);
}

static void print_set(struct zh *z, const struct tx *t)
{
    for (size_t i = 0; i < t->n_items; i++) {
        if (i) buf_addz(z->out, "、");
        zh_codes(t->ty.codes, UINT64_C(1) << t->items[i].code, "", z->out);
        if (!t->items[i].when) continue;
        buf_addz(z->out, "（");
        zh_part(z, t->items[i].when, ZL_ANY);
        buf_addz(z->out, "时）");
    }
}

static void print_param(struct zh *z, const struct tx *t, enum zh_op op)
{
    if (op == ZH_PARAM_AT) {
        zh_period(z, t->src->u.index.period, NULL, true);
        buf_addz(z->out, "的");
    }
    buf_add(z->out, zh_label(t->decl));
}

static void print_rule(struct zh *z, const struct tx *t)
{
    buf_addz(z->out, "触发「");
    buf_add(z->out, zh_label(t->decl));
    buf_addz(z->out, "」");
}

static void print_atom(struct zh *z, const struct tx *t)
{
    switch (t->kind) {
    case TX_CONST: zh_const(z, t); break;
    case TX_ABSENT: buf_addz(z->out, "无"); break;
    case TX_AS_OF: buf_addz(z->out, "筛查日"); break;
    case TX_SET: print_set(z, t); break;
    case TX_HEAD: buf_addz(z->out, "户主"); break;
    case TX_ROW: zh_row_word(z, t->ty.table, z->out); break;
    case TX_TABLE: print_table(z, t); break;
    case TX_PARAM: print_param(z, t, ZH_ATOM); break;
    default: zh_field(z, t); break;
    }
}

static void print_inner(struct zh *z, const struct tx *t, enum zh_op op)
{
    switch (t->kind) {
    case TX_AGG: print_agg(z, t, op); return;
    case TX_EVERY: print_every(z, t); return;
    case TX_TABLE: print_table(z, t); return;
    case TX_VIA: print_via(z, t); return;
    case TX_PART: print_part_of(z, t); return;
    case TX_PARAM: print_param(z, t, op); return;
    case TX_RULE: print_rule(z, t); return;
    case TX_WITHIN:
    case TX_IN_PERIOD: print_window(z, t); return;
    default: break;
    }
    struct zh_arg args[ZH_ARGS] = {{.t = t->a}, {.t = t->b}, {.t = t->c}};
    if (op == ZH_ATOM) print_atom(z, t);
    else if (op == ZH_PERCENT || op == ZH_TIMES) print_times(z, t, op);
    else if (op == ZH_NONE) print_agg(z, t->a, op);
    else if (t->kind == TX_NOT && op == ZH_NOT_ABSENT) args[0].t = t->a->a, zh_fill(z, op, args);
    else if (t->kind == TX_IN_RANGE && !(t->b && t->c)) args[1].t = t->b ? t->b : t->c, zh_fill(z, op, args);
    else zh_fill(z, op, args);
}

/* An `or` takes no part with a comma of its own: where it ends could not be seen. */
void zh_part(struct zh *z, const struct tx *t, enum zh_level place)
{
    if (z->depth == ZH_DEPTH_MAX) {
        buf_addz(z->out, "…");
        return;
    }
    z->depth++;
    enum zh_op op = zh_op_of(z, t);
    bool b = brackets(infos[op].level, place);
    size_t from = z->out->n;
    print_inner(z, t, op);
    bool comma = place == ZL_OR && op != ZH_OR && !b &&
                 str_find(str_sub(buf_str(z->out), from, z->out->n), STR("，"), 0) != SIZE_MAX;
    if (b || comma) zh_wrap(z, from);
    z->depth--;
}

/* ---------------------------------------------------------------- whole */

static struct zh begin(struct policy *p, struct buf *out)
{
    return (struct zh){.p = p, .out = out, .here = UINT32_MAX};
}

void zh_print(struct policy *p, const struct tx *t, struct buf *out)
{
    struct zh z = begin(p, out);
    zh_part(&z, t, ZL_ANY);
}

static void print_lines(struct policy *p, const struct tx *t, struct buf *out, unsigned depth)
{
    bool both = t->kind == TX_BINARY && t->op == OP_AND && depth < EXPR_DEPTH_MAX;
    if (both) {
        print_lines(p, t->a, out, depth + 1);
        print_lines(p, t->b, out, depth + 1);
        return;
    }
    struct zh z = begin(p, out);
    zh_part(&z, t, ZL_AND);
    buf_addc(out, '\n');
}

void zh_print_conditions(struct policy *p, const struct tx *t, struct buf *out) { print_lines(p, t, out, 0); }
