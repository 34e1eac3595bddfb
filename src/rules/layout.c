/* Which columns a frame's tables have. The layout is the same in every environment: all fields that any declaration of
 * a dataset gives, in order of first appearance, so that one loaded frame serves every province's program. */
#include "rules/typer_int.h"

static bool is_identity(const struct dataset_decl *d, struct str name)
{
    for (size_t i = 0; i < d->person_by.n; i++)
        if (str_eq(d->person_by.v[i].text, name)) return true;
    return str_eq(d->household_by.text, name) || str_eq(d->lives_in.text, name);
}

enum id_field policy_id_field(const struct field_decl *f)
{
    if (!f) return ID_FIELD_NONE;
    if (f->type.kind == T_CODES && str_eq(f->name.text, STR("id_state"))) return ID_FIELD_STATE;
    if (f->type.kind == T_DATE && str_eq(f->name.text, STR("id_born"))) return ID_FIELD_BORN;
    return f->type.kind == T_BOOL && str_eq(f->name.text, STR("id_female")) ? ID_FIELD_FEMALE : ID_FIELD_NONE;
}

static bool layout_has(const struct table_layout *l, struct str name)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->cols[i].decl && str_eq(l->cols[i].decl->name.text, name)) return true;
    return false;
}

static void layout_add(struct table_layout *l, struct field_ref r)
{
    r.column = (uint16_t)l->n;
    l->cols[l->n++] = r;
}

/* The declarations of one dataset, of different books. */
struct declared {
    const struct decl **v;
    size_t n, n_fields;
};

/* How many there are; those for which out->v has room are put there. */
static size_t each_declared(const struct books *bs, struct str name, struct declared *out)
{
    size_t n = 0;
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind != D_DATASET || !str_eq(d->name.text, name)) continue;
        if (out->v) out->v[n] = d;
        if (out->v) out->n_fields += d->u.dataset.n_fields;
        n++;
    }
    return n;
}

static enum rc find_declared(const struct books *bs, struct str name, struct arena *a, struct declared *out)
{
    *out = (struct declared){.v = NULL};
    size_t n = name.n ? each_declared(bs, name, out) : 0;
    out->v = ARENA_ARRAY(a, const struct decl *, n + 1);
    if (!out->v) return RC_NOMEM;
    if (n) out->n = each_declared(bs, name, out);
    return RC_OK;
}

/* The identity clauses may stand in one declaration of several: look at all. */
static bool identity_anywhere(const struct declared *ds, struct str field)
{
    for (size_t i = 0; i < ds->n; i++)
        if (is_identity(&ds->v[i]->u.dataset, field)) return true;
    return false;
}

static void add_fields(struct table_layout *l, const struct declared *ds, const struct decl *d, uint16_t table,
                       uint32_t number)
{
    for (size_t i = 0; i < d->u.dataset.n_fields; i++) {
        const struct field_decl *f = &d->u.dataset.fields[i];
        bool roster_table = table < TABLE_FACT0;
        if (f->derived || layout_has(l, f->name.text) || identity_anywhere(ds, f->name.text)) continue;
        if (roster_table && f->of_household != (table == TABLE_HOUSEHOLD)) continue;
        layout_add(l, (struct field_ref){
                          .builtin = BF_STORED, .table = table, .decl = f, .dataset = number, .field = (uint16_t)i});
    }
}

enum { BUILT_IN_MAX = 3 };

static void add_built_in(struct table_layout *l, uint16_t table, uint32_t number)
{
    static const enum builtin household[] = {BF_CODE, BF_DIVISION}, person[] = {BF_ID_VALID, BF_ID, BF_NAME};
    const enum builtin *v = table == TABLE_HOUSEHOLD ? household : person;
    size_t n = table == TABLE_HOUSEHOLD ? 2 : table == TABLE_PERSON ? BUILT_IN_MAX : 0;
    for (size_t i = 0; i < n; i++)
        layout_add(l, (struct field_ref){.builtin = v[i], .table = table, .dataset = number});
}

enum rc rules_layout(struct policy *p, uint16_t table, struct arena *a, struct table_layout *out)
{
    uint32_t number = table < TABLE_FACT0 ? policy_roster(p) : (uint32_t)table - TABLE_FACT0;
    struct str name = number == UINT32_MAX ? (struct str){0} : policy_dataset_name(p, number);
    struct declared ds;
    TRY(find_declared(policy_books(p), name, a, &ds));
    out->n = 0;
    out->cols = ARENA_ARRAY(a, struct field_ref, ds.n_fields + BUILT_IN_MAX);
    if (!out->cols) return RC_NOMEM;
    add_built_in(out, table, number);
    for (size_t i = 0; i < ds.n; i++) add_fields(out, &ds, ds.v[i], table, number);
    return RC_OK;
}
