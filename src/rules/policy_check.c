/* What is wrong with a set of books before any expression is typed: missing overrides, conflicts, unknown books; and
 * merging of `extend`. */
#include "base/mem.h"
#include "rules/policy_int.h"

/* ---------------------------------------------------------------- extend */

static void *joined(struct arena *a, const void *x, size_t nx, const void *y, size_t ny, size_t size)
{
    char *v = arena_alloc_array(a, nx + ny + 1, size);
    if (!v) return NULL;
    if (nx) memcpy(v, x, nx * size);
    if (ny) memcpy(v + nx * size, y, ny * size);
    return v;
}

#define JOIN(field, count)                                                                          \
    do {                                                                                            \
        void *v_ = joined(p->a, to->field, to->count, from->field, from->count, sizeof *to->field); \
        if (!v_) p->nomem = true;                                                                   \
        else to->field = v_, to->count += from->count;                                              \
    } while (0)

static void extend_dataset(struct policy *p, struct dataset_decl *to, const struct dataset_decl *from)
{
    JOIN(fields, n_fields);
    JOIN(requires, n_requires);
    JOIN(filled, n_filled);
    if (from->key.n) to->key = from->key;
    if (from->senders.n) to->senders = from->senders;
    if (from->due) to->due = from->due;
    if (from->fresh) to->fresh = from->fresh;
    if (from->head_when) to->head_when = from->head_when;
    if (from->decided_on.text.n) to->decided_on = from->decided_on, to->decided_when = from->decided_when;
}

static void extend_into(struct policy *p, struct decl *d, const struct decl *x)
{
    if (d->kind == D_PARAM) {
        struct param_decl *to = &d->u.param;
        const struct param_decl *from = &x->u.param;
        JOIN(values, n_values);
        JOIN(requires, n_requires);
        if (from->set_by.n) to->set_by = from->set_by;
    } else if (d->kind == D_CODES) {
        struct codes_decl *to = &d->u.codes;
        const struct codes_decl *from = &x->u.codes;
        JOIN(v, n);
    } else if (d->kind == D_TABLE) {
        struct table_decl *to = &d->u.table;
        const struct table_decl *from = &x->u.table;
        JOIN(rows, n_rows);
    } else if (d->kind == D_DATASET) {
        extend_dataset(p, &d->u.dataset, &x->u.dataset);
    }
}

/* Values of an extension without a division of their own hold where the extension does. */
static const struct decl *localised(struct policy *p, const struct decl *x)
{
    if (x->kind != D_PARAM || !decl_prefix(p, x)) return x;
    struct decl *c = ARENA_NEW(p->a, struct decl);
    struct param_value *v = ARENA_ARRAY(p->a, struct param_value, x->u.param.n_values + 1);
    if (!c || !v) {
        p->nomem = true;
        return x;
    }
    *c = *x;
    for (size_t i = 0; i < x->u.param.n_values; i++) {
        v[i] = x->u.param.values[i];
        if (!v[i].reach.has_division) v[i].reach.has_division = true, v[i].reach.division = decl_prefix(p, x);
    }
    c->u.param.values = v;
    return c;
}

const struct decl *policy_merge(struct policy *p, const struct decl *const *parts, size_t n)
{
    for (size_t i = 0; i < p->merged.n; i++)
        if (p->merged.v[i].n == n && memcmp(p->merged.v[i].parts, parts, n * sizeof *parts) == 0)
            return p->merged.v[i].decl;
    struct merged m = {
        .n = n, .decl = ARENA_NEW(p->a, struct decl), .parts = ARENA_ARRAY(p->a, const struct decl *, n)};
    if (!m.decl || !m.parts) {
        p->nomem = true;
        return parts[0];
    }
    memcpy(m.parts, parts, n * sizeof *parts);
    *m.decl = *localised(p, parts[0]);
    for (size_t i = 1; i < n; i++) extend_into(p, m.decl, localised(p, parts[i]));
    if (!vec_push(&p->merged, MERGED_MAX, m)) p->nomem = true;
    return m.decl;
}

/* ---------------------------------------------------------------- static checks */

static bool days_overlap(const struct reach *a, const struct reach *b)
{
    return (!a->to || !b->from || a->to >= b->from) && (!b->to || !a->from || b->to >= a->from);
}

static bool prefixes_meet(int64_t a, int64_t b) { return division_covers(a, b) || division_covers(b, a); }

static const char *where_text(const struct diags *d, int64_t division, char out[DIVISION_TEXT_MAX])
{
    if (!division) return d->lang == LANG_EN ? "the whole country" : "全国";
    return division_format_short(division, out);
}

static void conflict(struct diags *d, const struct decl *a, const struct decl *b, int64_t prefix)
{
    char code[DIVISION_TEXT_MAX];
    const char *where = where_text(d, prefix, code);
    diag_add(d, DIAG_ERROR, b->at,
             "two declarations of %s \"%.*s\" hold in %s at one time: this one and %s:%u:%u. End one of them, or say "
             "override.",
             "%s “%.*s”在 %s 同一时间有两处声明：此处与 %s:%u:%u。请结束其一，或写 override。", decl_kind_text[a->kind],
             STR_ARG(a->name.text), where, a->at.file ? a->at.file : "", a->at.line, a->at.col);
}

static void check_pair(struct policy *p, const struct decl *a, const struct decl *b, struct diags *d)
{
    int64_t pa = decl_prefix(p, a), pb = decl_prefix(p, b);
    if (!prefixes_meet(pa, pb) || !days_overlap(&a->reach, &b->reach)) return;
    bool equal = reach_rank(&a->reach, pa, &b->reach, pb) == 0;
    bool by_day = a->book == b->book && a->reach.from != b->reach.from;
    bool overriding = a->book != b->book && (a->mode == DM_OVERRIDE) != (b->mode == DM_OVERRIDE);
    if (equal && !by_day && !overriding) {
        conflict(d, a, b, pa);
        return;
    }
    const struct decl *special = division_level(pa) > division_level(pb) ? a : b;
    if (equal || a->book == b->book || special->mode != DM_NEW || pa == pb) return;
    const struct decl *other = special == a ? b : a;
    diag_add(d, DIAG_ERROR, special->at,
             "%s \"%.*s\" is already declared at %s:%u:%u. Write override to replace it, or extend to add to it.",
             "%s “%.*s”已在 %s:%u:%u 声明。替换请写 override，增补请写 extend。", decl_kind_text[a->kind],
             STR_ARG(a->name.text), other->at.file ? other->at.file : "", other->at.line, other->at.col);
}

static bool type_ref_same(const struct type_ref *a, const struct type_ref *b)
{
    return a->kind == b->kind && str_eq(a->name.text, b->name.text) && str_eq(a->per.text, b->per.text);
}

/* An override keeps the type; something must be there to override or extend. */
static void check_mode(const struct group *g, size_t i, struct diags *d)
{
    const struct decl *x = g->v[i], *base = NULL;
    for (size_t j = 0; j < g->n; j++)
        if (j != i && g->v[j]->mode != DM_EXTEND) base = g->v[j];
    const char *word = x->mode == DM_OVERRIDE ? "override" : "extend";
    if (x->mode != DM_NEW && !base) {
        diag_add(d, DIAG_ERROR, x->at, "nothing called \"%.*s\" is there to %s. Check the name, or leave the word out.",
                 "没有名为“%.*s”的声明可供 %s。请检查名称，或去掉该词。", STR_ARG(x->name.text), word);
        return;
    }
    if (x->mode == DM_NEW || !base) return;
    bool same = x->kind == D_PARAM && x->mode == DM_OVERRIDE ? type_ref_same(&x->u.param.type, &base->u.param.type)
                : x->kind == D_FEATURE                       ? type_ref_same(&x->u.feature.type, &base->u.feature.type)
                                                             : true;
    if (!same)
        diag_add(d, DIAG_ERROR, x->at, "\"%.*s\" overrides a declaration of another type. Keep type and unit.",
                 "“%.*s”覆盖的声明类型不同。请保持类型和单位一致。", STR_ARG(x->name.text));
    bool can = x->mode != DM_EXTEND || x->kind == D_PARAM || x->kind == D_CODES || x->kind == D_TABLE ||
               x->kind == D_DATASET;
    if (!can)
        diag_add(d, DIAG_ERROR, x->at, "a %s cannot be extended. Write override.",
                 "%s 不能用 extend 增补。请写 override。", decl_kind_text[x->kind]);
}

static void check_group(struct policy *p, const struct group *g, struct diags *d)
{
    if (g->kind == D_UNIT || g->kind == D_BOOK) return;
    for (size_t i = 0; i < g->n; i++) {
        check_mode(g, i, d);
        for (size_t j = 0; j < i; j++)
            if (g->v[i]->mode != DM_EXTEND && g->v[j]->mode != DM_EXTEND) check_pair(p, g->v[j], g->v[i], d);
    }
}

struct valued {
    const struct param_value *v;
    int64_t prefix;
};

/* A value of an extension without a division of its own holds where the extension does. */
static size_t collect_values(struct policy *p, const struct group *g, struct valued *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++) {
        const struct param_decl *x = &g->v[i]->u.param;
        if (g->v[i]->mode == DM_OVERRIDE) continue; /* whole, and weighed against the others as a declaration */
        for (size_t k = 0; k < x->n_values && n < cap; k++) {
            const struct param_value *v = &x->values[k];
            out[n++] = (struct valued){v, v->reach.has_division ? v->reach.division : decl_prefix(p, g->v[i])};
        }
    }
    return n;
}

static void check_two_values(const struct group *g, const struct valued *a, const struct valued *b, struct diags *d)
{
    const struct reach *ra = &a->v->reach, *rb = &b->v->reach;
    bool same = a->prefix == b->prefix && ra->from == rb->from && days_overlap(ra, rb);
    if (!same || reach_rank(ra, a->prefix, rb, b->prefix)) return;
    char code[DIVISION_TEXT_MAX];
    diag_add(d, DIAG_ERROR, b->v->at,
             "two values of \"%.*s\" hold in %s at one time: this one and %s:%u:%u. End one of them.",
             "“%.*s”在 %s 同一时间有两个值：此处与 %s:%u:%u。请结束其一。", STR_ARG(g->name),
             where_text(d, a->prefix, code), a->v->at.file ? a->v->at.file : "", a->v->at.line, a->v->at.col);
}

static void check_values(struct policy *p, const struct group *g, struct diags *d)
{
    size_t cap = 0;
    for (size_t i = 0; i < g->n; i++) cap += g->v[i]->u.param.n_values;
    struct valued *v = ARENA_ARRAY(p->a, struct valued, cap + 1);
    if (!v) {
        p->nomem = true;
        return;
    }
    size_t n = collect_values(p, g, v, cap);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) check_two_values(g, &v[j], &v[i], d);
}

/* A code that an extension brings must be new. */
static void check_codes(const struct group *g, struct diags *d)
{
    for (size_t i = 0; i < g->n; i++)
        for (size_t j = 0; j < g->n && g->v[i]->mode == DM_EXTEND; j++) {
            if (j == i || (g->v[j]->mode == DM_EXTEND && j > i)) continue;
            for (size_t k = 0; k < g->v[i]->u.codes.n; k++) {
                struct name c = g->v[i]->u.codes.v[k].name;
                if (codes_find(g->v[j], c.text) == UINT32_MAX) continue;
                diag_add(d, DIAG_ERROR, c.at, "the code list \"%.*s\" has \"%.*s\" already. Leave it out.",
                         "代码表“%.*s”已有“%.*s”。请去掉。", STR_ARG(g->name), STR_ARG(c.text));
            }
        }
}

static void check_book(struct policy *p, const struct decl *d, struct diags *dg)
{
    for (size_t i = 0; i < d->u.book.inherits.n; i++) {
        struct name n = d->u.book.inherits.v[i];
        if (policy_known(p, D_BOOK, n.text)) continue;
        diag_add(dg, DIAG_ERROR, n.at, "the book \"%.*s\" is not loaded. Load its folder too.",
                 "未加载政策册“%.*s”。请同时加载其文件夹。", STR_ARG(n.text));
    }
}

static bool is_clause_field(const struct dataset_decl *d, struct str name)
{
    for (size_t i = 0; i < d->n_fields; i++)
        if (str_eq(d->fields[i].name.text, name)) return true;
    return false;
}

static void check_named_field(const struct decl *d, struct name n, struct diags *dg)
{
    if (!n.text.n || is_clause_field(&d->u.dataset, n.text)) return;
    diag_add(dg, DIAG_ERROR, n.at, "the dataset \"%.*s\" has no field \"%.*s\". Declare it.",
             "数据集“%.*s”没有字段“%.*s”。请声明。", STR_ARG(d->name.text), STR_ARG(n.text));
}

/* Rows about villages: known by a division of their own, and without what only people have. */
static void check_placed(const struct decl *d, struct diags *dg)
{
    const struct dataset_decl *x = &d->u.dataset;
    struct str name = x->placed_by.text;
    if (!name.n) return;
    const struct field_decl *f = NULL;
    for (size_t i = 0; i < x->n_fields; i++)
        if (str_eq(x->fields[i].name.text, name)) f = &x->fields[i];
    if (!f || f->type.kind != T_DIVISION || f->derived || f->optional)
        diag_add(dg, DIAG_ERROR, x->placed_by.at,
                 "\"%.*s\" must be a field of the dataset \"%.*s\" of type division, neither optional nor computed: it "
                 "says of which village a row is.",
                 "“%.*s”必须是数据集“%.*s”的 division 字段，不能是 optional 或计算字段：它说明一行是哪个行政村的。",
                 STR_ARG(name), STR_ARG(d->name.text));
    if (x->ground == GROUND_CONSENT || x->household_by.text.n || x->unidentified_as_none || x->decided_on.text.n)
        diag_add(
            dg, DIAG_ERROR, x->placed_by.at,
            "the rows of \"%.*s\" are about villages; nobody authorises them, they are no roster, and they record no "
            "decision. Remove that clause.",
            "“%.*s”的行说的是行政村：不需要个人授权，不是花名册，也不记录对农户的决定。请删去该子句。",
            STR_ARG(d->name.text));
}

static void check_dataset(const struct decl *d, struct diags *dg)
{
    const struct dataset_decl *x = &d->u.dataset;
    if (d->mode == DM_EXTEND) return;
    if (x->kind == DK_NONE)
        diag_add(dg, DIAG_ERROR, d->at, "the dataset \"%.*s\" has no kind. Write events …, snapshot … or latest.",
                 "数据集“%.*s”没有类型。请写 events、snapshot 或 latest。", STR_ARG(d->name.text));
    if (x->coverage == COV_NONE)
        diag_add(dg, DIAG_ERROR, d->at,
                 "the dataset \"%.*s\" does not say whether it is complete (no row means none) or partial (no row "
                 "means unknown).",
                 "数据集“%.*s”未说明是 complete（无记录即没有）还是 partial（无记录即未知）。", STR_ARG(d->name.text));
    if (!x->person_by.n && !x->placed_by.text.n)
        diag_add(
            dg, DIAG_ERROR, d->at,
            "the dataset \"%.*s\" does not say how persons are found. Write person by ID_FIELD, NAME_FIELD, or "
            "placed by DIVISION_FIELD where its rows are about villages.",
            "数据集“%.*s”未说明如何识别个人。请写 person by 证件字段, 姓名字段；一行说的是一个行政村的，请写 placed "
            "by 区划字段。",
            STR_ARG(d->name.text));
    check_placed(d, dg);
    check_named_field(d, x->time_field, dg);
    check_named_field(d, x->lives_in, dg);
}

void policy_check_static(struct policy *p, struct diags *d)
{
    for (size_t i = 0; i < p->groups.n; i++) {
        const struct group *g = &p->groups.v[i];
        check_group(p, g, d);
        if (g->kind == D_PARAM) check_values(p, g, d);
        if (g->kind == D_CODES) check_codes(g, d);
        for (size_t j = 0; j < g->n; j++) {
            if (g->kind == D_BOOK) check_book(p, g->v[j], d);
            if (g->kind == D_DATASET) check_dataset(g->v[j], d);
        }
    }
}
