/* Which columns a frame's tables have. The layout is the same in every environment: all fields that any declaration of
 * a dataset gives, in order of first appearance, so that one loaded frame serves every province's program. */
#include "rules/typer_int.h"

static bool is_identity(const struct dataset_decl *d, struct str name)
{
    for (size_t i = 0; i < d->person_by.n; i++)
        if (str_eq(d->person_by.v[i].text, name)) return true;
    return str_eq(d->household_by.text, name) || str_eq(d->lives_in.text, name);
}

bool policy_is_id_state(const struct field_decl *f)
{
    return f && f->type.kind == T_CODES && str_eq(f->name.text, STR("id_state"));
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

/* The identity clauses may stand in one declaration of several: look at all. */
static bool identity_anywhere(const struct books *bs, struct str dataset, struct str field)
{
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind == D_DATASET && str_eq(d->name.text, dataset) && is_identity(&d->u.dataset, field)) return true;
    }
    return false;
}

static void add_fields(struct table_layout *l, const struct books *bs, const struct decl *d, uint16_t table,
                       uint32_t number)
{
    for (size_t i = 0; i < d->u.dataset.n_fields; i++) {
        const struct field_decl *f = &d->u.dataset.fields[i];
        bool roster_table = table < TABLE_FACT0;
        if (f->derived || layout_has(l, f->name.text) || identity_anywhere(bs, d->name.text, f->name.text)) continue;
        if (roster_table && f->of_household != (table == TABLE_HOUSEHOLD)) continue;
        layout_add(l, (struct field_ref){
                          .builtin = BF_STORED, .table = table, .decl = f, .dataset = number, .field = (uint16_t)i});
    }
}

static size_t count_fields(const struct books *bs)
{
    size_t n = 4;
    for (size_t i = 0; i < bs->n_decls; i++)
        if (bs->decls[i]->kind == D_DATASET) n += bs->decls[i]->u.dataset.n_fields;
    return n;
}

enum rc rules_layout(struct policy *p, uint16_t table, struct arena *a, struct table_layout *out)
{
    const struct books *bs = policy_books(p);
    uint32_t number = table < TABLE_FACT0 ? policy_roster(p) : (uint32_t)table - TABLE_FACT0;
    out->n = 0;
    out->cols = ARENA_ARRAY(a, struct field_ref, count_fields(bs));
    if (!out->cols) return RC_NOMEM;
    if (table == TABLE_HOUSEHOLD) {
        layout_add(out, (struct field_ref){.builtin = BF_CODE, .table = table, .dataset = number});
        layout_add(out, (struct field_ref){.builtin = BF_DIVISION, .table = table, .dataset = number});
    } else if (table == TABLE_PERSON) {
        layout_add(out, (struct field_ref){.builtin = BF_ID_VALID, .table = table, .dataset = number});
        layout_add(out, (struct field_ref){.builtin = BF_ID, .table = table, .dataset = number});
        layout_add(out, (struct field_ref){.builtin = BF_NAME, .table = table, .dataset = number});
    }
    if (number == UINT32_MAX) return RC_OK;
    struct str name = policy_dataset_name(p, number);
    for (size_t i = 0; i < bs->n_decls; i++)
        if (bs->decls[i]->kind == D_DATASET && str_eq(bs->decls[i]->name.text, name))
            add_fields(out, bs, bs->decls[i], table, number);
    return RC_OK;
}
