#include "match/plan.h"
#include "base/limits.h"
#include "base/out.h"
#include "ingest/cell.h"

/* ---- the dataset */

unsigned cell_kind_width(enum cell_kind k)
{
    switch (k) {
    case CK_BOOL:
    case CK_U8: return 1;
    case CK_CODE: return 2;
    case CK_DATE:
    case CK_U32: return 4;
    default: return 8;
    }
}

struct str plan_stored_name(struct arena *a, struct str field)
{
    static const char *const OWN[] = {"person", "line",     "run",       "household", "id",
                                      "name",   "id_state", "name_hash", "division"};
    struct buf b;
    size_t i = 0;
    while (i < sizeof OWN / sizeof *OWN && !str_eq(field, str_from(OWN[i]))) i++;
    if (i == sizeof OWN / sizeof *OWN) return field;
    buf_init(&b, KIB(1));
    buf_addz(&b, "field.");
    buf_add(&b, field);
    struct str s = b.failed ? (struct str){0} : str_dup(a, buf_str(&b));
    buf_fini(&b);
    return s;
}

/* What any declaration of the dataset says; the first that says it counts. */
static void join_clauses(struct dataset_decl *o, const struct dataset_decl *d)
{
    if (o->kind == DK_NONE) {
        o->kind = d->kind;
        o->period = d->period;
        o->time_field = d->time_field;
    }
    if (!o->person_by.n) o->person_by = d->person_by;
    if (!o->placed_by.text.n) o->placed_by = d->placed_by;
    if (!o->key.n) o->key = d->key;
    if (!o->by.n) o->by = d->by;
    if (!o->senders.n) o->senders = d->senders;
    if (!o->household_by.text.n) o->household_by = d->household_by;
    if (!o->lives_in.text.n) o->lives_in = d->lives_in;
    if (!o->due) o->due = d->due;
    if (!o->coverage) o->coverage = d->coverage;
    o->delivered_whole |= d->delivered_whole;
    o->unidentified_as_none |= d->unidentified_as_none;
}

const struct field_decl *plan_field_find(const struct books *bs, struct str dataset, struct str field)
{
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind != D_DATASET || !str_eq(d->name.text, dataset)) continue;
        for (size_t k = 0; k < d->u.dataset.n_fields; k++)
            if (str_eq(d->u.dataset.fields[k].name.text, field)) return &d->u.dataset.fields[k];
    }
    return NULL;
}

static enum rc type_quantity(struct plan_column *c, struct policy *p, uint16_t unit)
{
    c->kind = CK_NUMBER;
    c->money = unit == UNIT_YUAN;
    c->decimals = (uint8_t)policy_unit_decimals(p, unit);
    c->unit = policy_unit_label(p, unit);
    c->limit = FEN_MAX;
    return RC_OK;
}

/* A bare name is a unit when there is one, else a code list (as rules/types.c decides). */
static enum rc type_named(struct plan_column *c, struct policy *p, const struct type_ref *t, struct arena *a,
                          struct err *e)
{
    uint16_t unit = policy_unit(p, t->name.text);
    if (t->kind != T_SET && (unit != UINT16_MAX || t->per.text.n))
        return type_quantity(c, p, unit == UINT16_MAX ? 0 : unit);
    c->kind = t->kind == T_SET ? CK_SET : CK_CODE;
    TRY(plan_codes_make(&c->codes, p, t->name.text, a, e));
    if (c->kind == CK_CODE || c->codes->n <= SET_CODES_MAX) return RC_OK;
    return err_set(e, RC_INPUT, t->at, "a set can have at most %d codes; \"%.*s\" has more",
                   "集合最多 %d 个代码；“%.*s”超过了", (int)SET_CODES_MAX, STR_ARG(t->name.text));
}

static enum rc type_column(struct plan_column *c, struct policy *p, const struct type_ref *t, struct arena *a,
                           struct err *e)
{
    switch (t->kind) {
    case T_BOOL: c->kind = CK_BOOL; return RC_OK;
    case T_INT: c->kind = CK_NUMBER, c->limit = FEN_MAX; return RC_OK;
    case T_RATIO: c->kind = CK_NUMBER, c->limit = RATIO_MAX, c->decimals = 9, c->percent = true; return RC_OK;
    case T_DATE: c->kind = CK_DATE; return RC_OK;
    case T_DIVISION: c->kind = CK_DIVISION; return RC_OK;
    case T_QUANTITY:
    case T_CODES:
    case T_SET: return type_named(c, p, t, a, e);
    case T_REF:
        c->seal = true;
        c->kind = str_eq(t->name.text, STR("household")) ? CK_TEXT : CK_PERSON;
        return RC_OK;
    default: c->kind = CK_TEXT; return RC_OK;
    }
}

static bool is_key(const struct plan *pl, struct str field)
{
    for (size_t i = 0; i < pl->decl.key.n; i++)
        if (str_eq(pl->decl.key.v[i].text, field)) return true;
    return false;
}

static enum rc add_field(struct plan *pl, struct policy *p, const struct field_decl *f, struct err *e)
{
    struct plan_column *c = &pl->cols[pl->n_cols++];
    *c = (struct plan_column){.name = f->name.text,
                              .stored = plan_stored_name(pl->a, f->name.text),
                              .decl = f,
                              .keep = true,
                              .seal = f->secret || f->sensitive,
                              .optional = f->optional,
                              .key = is_key(pl, f->name.text),
                              .column = HEADER_NONE};
    if (!c->stored.p) return err_nomem(e);
    TRY(type_column(c, p, &f->type, pl->a, e));
    if (c->kind == CK_BOOL) TRY(plan_meanings_make(&c->codes, f, pl->a, e));
    return plan_bounds(c, e);
}

static enum rc add_layout(struct plan *pl, struct policy *p, uint16_t table, struct err *e)
{
    struct table_layout l;
    if (rules_layout(p, table, pl->a, &l)) return err_nomem(e);
    for (size_t i = 0; i < l.n; i++) {
        bool told = l.cols[i].builtin == BF_STORED && !(pl->roster && policy_id_field(l.cols[i].decl));
        if (told) TRY(add_field(pl, p, l.cols[i].decl, e));
    }
    return RC_OK;
}

/* A column that the roster has by its clauses: `household by X`, `lives in X`. */
static int32_t add_own(struct plan *pl, struct str name, struct str stored, enum cell_kind kind)
{
    struct plan_column *c = &pl->cols[pl->n_cols];
    *c = (struct plan_column){.name = name,
                              .stored = stored,
                              .kind = kind,
                              .keep = stored.n > 0,
                              .column = HEADER_NONE,
                              .lo = INT64_MIN,
                              .hi = INT64_MAX};
    return (int32_t)pl->n_cols++;
}

static enum rc add_roster(struct plan *pl, struct policy *p, struct err *e)
{
    TRY(add_layout(pl, p, TABLE_PERSON, e));
    TRY(add_layout(pl, p, TABLE_HOUSEHOLD, e));
    pl->household = add_own(pl, pl->decl.household_by.text, STR(""), CK_TEXT);
    if (pl->decl.lives_in.text.n) pl->division = add_own(pl, pl->decl.lives_in.text, STR("division"), CK_DIVISION);
    for (size_t i = (size_t)pl->household; i < pl->n_cols; i++)
        pl->cols[i].decl = plan_field_find(policy_books(p), pl->dataset, pl->cols[i].name);
    return RC_OK;
}

static bool looks_born(const struct field_decl *f)
{
    static const char *const WORDS[] = {"birth", "born", "出生", "生日"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct str w = str_from(WORDS[i]);
        if (str_find(f->name.text, w, 0) != SIZE_MAX || str_find(f->label, w, 0) != SIZE_MAX) return true;
        for (size_t k = 0; k < f->n_aliases; k++)
            if (str_find(f->aliases[k], w, 0) != SIZE_MAX) return true;
    }
    return false;
}

static void find_special(struct plan *pl)
{
    pl->time = pl->born = pl->village = -1;
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        if (c->kind == CK_DIVISION && str_eq(c->name, pl->decl.placed_by.text)) pl->village = (int32_t)i;
        if (c->kind != CK_DATE) continue;
        if (str_eq(c->name, pl->decl.time_field.text)) pl->time = (int32_t)i;
        if (pl->roster && pl->born < 0 && c->decl && looks_born(c->decl)) pl->born = (int32_t)i;
    }
}

static enum rc no_dataset(struct policy *p, struct str dataset, struct err *e)
{
    struct str near = policy_suggest(p, D_DATASET, dataset);
    if (near.n)
        return err_set(e, RC_INPUT, pos_none(), "no book declares a dataset \"%.*s\". Did you mean \"%.*s\"?",
                       "政策书里没有数据集“%.*s”。是不是想写“%.*s”？", STR_ARG(dataset), STR_ARG(near));
    return err_set(e, RC_INPUT, pos_none(), "no book declares a dataset \"%.*s\"; `policy list` shows those there are",
                   "政策书里没有数据集“%.*s”；`policy list` 列出已有的数据集", STR_ARG(dataset));
}

static size_t join_decls(struct plan *pl, const struct books *bs)
{
    size_t fields = PLAN_ROLES;
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind != D_DATASET || !str_eq(d->name.text, pl->dataset)) continue;
        join_clauses(&pl->decl, &d->u.dataset);
        fields += d->u.dataset.n_fields;
    }
    return fields;
}

enum rc plan_clauses(struct plan *pl, struct policy *p, struct str dataset, struct err *e)
{
    *pl = (struct plan){.dataset = dataset,
                        .id = HEADER_NONE,
                        .name = HEADER_NONE,
                        .row_person = HEADER_NONE,
                        .row_name = HEADER_NONE,
                        .relation = HEADER_NONE,
                        .household = -1,
                        .division = -1,
                        .village = -1,
                        .placed = -1};
    pl->number = policy_dataset_number(p, dataset);
    if (pl->number == UINT32_MAX) return no_dataset(p, dataset, e);
    pl->roster = pl->number == policy_roster(p);
    (void)join_decls(pl, policy_books(p));
    return RC_OK;
}

enum rc plan_dataset(struct plan *pl, struct policy *p, struct str dataset, struct arena *a, struct err *e)
{
    TRY(plan_clauses(pl, p, dataset, e));
    pl->a = a;
    size_t fields = join_decls(pl, policy_books(p));
    pl->cols = ARENA_ARRAY(a, struct plan_column, fields);
    if (!pl->cols) return err_nomem(e);
    if (!pl->decl.person_by.n && !pl->decl.placed_by.text.n)
        return err_set(e, RC_INPUT, pos_none(),
                       "the dataset \"%.*s\" does not say how people are named in it; add `person by id, name` to it",
                       "数据集“%.*s”没有说明如何识别人员；请在声明里加上 `person by id, name`", STR_ARG(dataset));
    TRY(pl->roster ? add_roster(pl, p, e) : add_layout(pl, p, (uint16_t)(TABLE_FACT0 + pl->number), e));
    find_special(pl);
    pl->books = policy_books(p);
    return RC_OK;
}

void plan_fini(struct plan *pl)
{
    for (size_t i = 0; pl->cols && i < pl->n_cols; i++)
        if (pl->cols[i].codes) intern_fini(&pl->cols[i].codes->words);
    if (pl->relations) intern_fini(&pl->relations->words);
    *pl = (struct plan){0};
}
