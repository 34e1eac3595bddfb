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

enum rc plan_shared(struct plan *pl, struct policy *p, struct err *e)
{
    struct plan roster;
    uint32_t number = policy_roster(p);
    if (pl->roster || number == UINT32_MAX) return RC_OK;
    enum rc rc = read_as(&roster, pl, p, policy_dataset_name(p, number), e);
    if (!rc && is_by_member(pl, &roster)) {
        find_members(pl, &roster);
        pl->gated = find_gates(pl, &roster);
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

bool shared_is_no_row(const struct plan *pl, const struct row_batch *b, size_t row)
{
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        if (!c->gate && !c->own) continue;
        if (!blank(b, row, c->column)) return false;
        for (size_t k = 0; k < c->n_part; k++)
            if (!blank(b, row, c->part[k])) return false;
    }
    return true;
}

bool shared_is_of_other(const struct plan *pl, const struct row_batch *b, size_t row, const struct id_rule *rule)
{
    struct citizen_id x, y;
    struct str mine = str_trim(row_cell(b, row, (size_t)pl->row_person));
    struct str of = str_trim(row_cell(b, row, (size_t)pl->id));
    if (str_eq(mine, of)) return false;
    return citizen_id_parse(mine, rule, &x) != ID_OK || citizen_id_parse(of, rule, &y) != ID_OK || x.key != y.key;
}
