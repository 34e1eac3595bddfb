/* A file with a line for each member of a household, in which what is said of the household stands in the line of each
 * of them: the national system's own export. Whose line says what, and which lines are of no row of a dataset. */
#include "base/limits.h"
#include "ident/citizen_id.h"
#include "ingest/cell.h"
#include "match/plan_int.h"
#include "match/shared.h"

/* How another dataset reads the header. *found: of each column its field, or NULL when it does not read it. */
static enum rc read_as(struct plan *x, const struct plan *pl, struct policy *p, struct str dataset, struct err *e)
{
    struct err why = {0};
    TRY(plan_dataset(x, p, dataset, pl->a, e));
    x->given.received = pl->given.received;
    enum rc rc = plan_header(x, pl->header, pl->n_header, "", &why);
    return rc == RC_NOMEM || arena_failed(pl->a) ? err_nomem(e) : RC_OK;
}

static const struct plan_column *column_of(const struct plan *x, int32_t column)
{
    if (!x->map.field || column == HEADER_NONE) return NULL;
    int32_t f = x->map.field[column];
    return f != HEADER_NONE && (size_t)f < x->n_cols ? &x->cols[f] : NULL;
}

/* Members by line: the roster's IDs, which are not this dataset's, and its household codes. */
static bool is_by_member(const struct plan *pl, const struct plan *roster)
{
    return roster->map.column && roster->id != HEADER_NONE && roster->id != pl->id && roster->household >= 0 &&
           roster->cols[roster->household].column != HEADER_NONE;
}

/* What the roster has of the member is said of the line's person alone. */
static void find_members(struct plan *pl, const struct plan *roster)
{
    pl->row_person = roster->id;
    pl->row_name = roster->name;
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = column_of(roster, pl->cols[i].column);
        pl->cols[i].of_member = c && c->decl && !c->decl->of_household;
    }
}

/* A column of the household that this dataset must have, and in which a blank says by the roster that there is none. */
static bool find_gates(struct plan *pl, const struct plan *roster)
{
    bool any = false;
    for (size_t i = 0; i < pl->n_cols; i++) {
        struct plan_column *mine = &pl->cols[i];
        const struct plan_column *c = column_of(roster, mine->column);
        mine->own = mine->column != HEADER_NONE && !c;
        if (mine->optional || mine->key || !c || !c->decl) continue;
        mine->gate = c->decl->optional && c->decl->of_household;
        any |= mine->gate;
    }
    return any;
}

static enum rc drop_shared(struct plan *pl, struct policy *p, struct err *e)
{
    for (uint32_t d = 0; d < policy_dataset_count(p); d++) {
        struct plan x;
        if (d == pl->number || d == policy_roster(p)) continue;
        enum rc rc = read_as(&x, pl, p, policy_dataset_name(p, d), e);
        for (size_t i = 0; !rc && i < pl->n_cols; i++)
            if (pl->cols[i].own && x.map.field && x.map.field[pl->cols[i].column] != HEADER_NONE)
                pl->cols[i].own = false;
        plan_fini(&x);
        if (rc == RC_NOMEM) return rc;
    }
    return RC_OK;
}

/* Is the dataset's number by the book the one of the household's head? */
static bool is_about_head(const struct plan *pl)
{
    const struct field_decl *f = plan_field_find(pl->books, pl->dataset, pl->decl.person_by.v[0].text);
    return f && str_starts(f->label, STR("户主"));
}

/* `head when FIELD == CODE` of the roster. */
static const struct expr *head_clause(const struct plan *roster)
{
    for (size_t i = 0; i < roster->books->n_decls; i++) {
        const struct decl *d = roster->books->decls[i];
        if (d->kind != D_DATASET || !str_eq(d->name.text, roster->dataset)) continue;
        const struct expr *x = d->u.dataset.head_when;
        if (!x) continue;
        bool plain = x->kind == E_BINARY && x->u.bin.op == OP_EQ && x->u.bin.a->kind == E_NAME &&
                     x->u.bin.b->kind == E_NAME;
        return plain ? x : NULL;
    }
    return NULL;
}

/* The members' numbers are all that the file has: the lines of heads speak of the household, the others of nobody. The
 * roster's codes of the relation go over to this plan. */
static void find_heads(struct plan *pl, struct plan *roster)
{
    const struct expr *x = head_clause(roster);
    int32_t f = x ? plan_field_index(roster, x->u.bin.a->u.name.text) : HEADER_NONE;
    if (f == HEADER_NONE || (size_t)f >= roster->n_cols || roster->cols[f].kind != CK_CODE) return;
    if (roster->cols[f].column == HEADER_NONE) return;
    pl->relation = roster->cols[f].column;
    pl->relations = roster->cols[f].codes;
    pl->head = plan_code_find(pl->relations, x->u.bin.b->u.name.text);
    roster->cols[f].codes = NULL;
}

static bool has_members(const struct plan *pl, const struct plan *roster)
{
    return roster->map.column && roster->id != HEADER_NONE && roster->id == pl->id && roster->household >= 0 &&
           roster->cols[roster->household].column != HEADER_NONE && is_about_head(pl);
}

enum rc plan_shared(struct plan *pl, struct policy *p, struct err *e)
{
    struct plan roster;
    uint32_t number = policy_roster(p);
    if (pl->roster || pl->village >= 0 || number == UINT32_MAX) return RC_OK;
    enum rc rc = read_as(&roster, pl, p, policy_dataset_name(p, number), e);
    if (!rc && is_by_member(pl, &roster)) {
        find_members(pl, &roster);
        pl->gated = find_gates(pl, &roster);
    }
    if (!rc && has_members(pl, &roster)) {
        pl->gated = find_gates(pl, &roster);
        find_heads(pl, &roster);
    }
    plan_fini(&roster);
    if (rc || !pl->gated) return rc;
    return drop_shared(pl, p, e);
}

bool plan_merges(const struct plan *pl)
{
    return pl->row_person != HEADER_NONE && pl->decl.kind != DK_EVENTS && !pl->decl.key.n;
}

/* ---- rows */

static bool blank(const struct row_batch *b, size_t row, int32_t column)
{
    enum cell_reason why;
    return cell_is_blank(row_cell(b, row, (size_t)column), true, &why) == CELL_BLANK;
}

/* Of somebody who is known not to be the head. */
static bool is_other_member(const struct plan *pl, const struct row_batch *b, size_t row)
{
    if (pl->relation == HEADER_NONE) return false;
    uint16_t code = plan_code_find(pl->relations, str_trim(row_cell(b, row, (size_t)pl->relation)));
    return code != STAGE_BLANK16 && code != pl->head;
}

bool shared_is_no_row(const struct plan *pl, const struct row_batch *b, size_t row)
{
    if (is_other_member(pl, b, row)) return true;
    if (!pl->gated) return false;
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        if (!c->gate && !c->own) continue;
        if (!blank(b, row, c->column)) return false;
        for (size_t k = 0; k < c->n_part; k++)
            if (!blank(b, row, c->part[k])) return false;
    }
    return true;
}

/* Of two numbers of a line, one of them with a slip: not in order, or a digit or two other. */
static bool is_slip(bool in_order, uint64_t x, uint64_t y)
{
    unsigned differ = 0;
    for (; x || y; x /= 10, y /= 10) differ += x % 10 != y % 10;
    return !in_order || differ <= 2;
}

static bool is_named_alike(const struct plan *pl, const struct row_batch *b, size_t row)
{
    if (pl->row_name == HEADER_NONE || pl->name == HEADER_NONE) return false;
    struct str mine = str_trim(row_cell(b, row, (size_t)pl->row_name));
    return mine.n && str_eq(mine, str_trim(row_cell(b, row, (size_t)pl->name)));
}

bool shared_is_of_other(const struct plan *pl, const struct row_batch *b, size_t row, const struct id_rule *rule)
{
    struct citizen_id x, y;
    struct str mine = str_trim(row_cell(b, row, (size_t)pl->row_person));
    struct str of = str_trim(row_cell(b, row, (size_t)pl->id));
    if (str_eq(mine, of)) return false;
    bool in_order = citizen_id_parse(mine, rule, &x) == ID_OK;
    in_order &= citizen_id_parse(of, rule, &y) == ID_OK;
    if (in_order && x.key == y.key) return false;
    return !is_slip(in_order, x.key, y.key) || !is_named_alike(pl, b, row);
}
