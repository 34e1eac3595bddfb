/* Context of the typer: scopes, slots, nodes. */
#include "rules/typer_int.h"
#include "base/mem.h"

void typer_init(struct typer *t, struct policy *p, const struct place *place, date_day day, struct arena *a,
                struct diags *d)
{
    *t = (struct typer){.p = p, .place = place, .place_day = day, .day = day, .a = a, .d = d};
    t->watch = policy_watched(p);
}

void typer_fini(struct typer *t)
{
    vec_fini(&t->features);
    vec_fini(&t->slots);
}

struct tx *tx_new(struct typer *t, enum tx_kind k, struct ty ty, const struct expr *src)
{
    struct tx *x = ARENA_NEW(t->a, struct tx);
    if (!x) {
        t->nomem = true;
        return NULL;
    }
    x->kind = k;
    x->ty = ty;
    x->src = src;
    if (src) x->at = src->at;
    x->reg = IR_NONE;
    x->den_hi = 1;
    x->span = ty.kind == T_DATE;
    ty_range(&ty, &x->lo, &x->hi);
    return x;
}

void typer_saw(struct typer *t, const struct expr *e, struct tx *x)
{
    if (e && x && e->id < t->watch.n) t->watch.v[e->id] = x;
}

struct tx *tx_const(struct typer *t, struct ty ty, int64_t v, const struct expr *src)
{
    struct tx *x = tx_new(t, TX_CONST, ty, src);
    if (x) x->v = v, x->lo = x->hi = v;
    return x;
}

bool scope_push(struct typer *t, struct scope s, struct pos at)
{
    if (t->n_scopes == SCOPES_MAX) {
        diag_add(t->d, DIAG_ERROR, at, "more than %d rows are nested here. Make a feature of an inner part.",
                 "行的嵌套超过 %d 层。请把内层写成特征（feature）。", (int)SCOPES_MAX);
        return false;
    }
    t->scopes[t->n_scopes++] = s;
    return true;
}

const struct decl *typer_dataset(struct typer *t, uint32_t number)
{
    return policy_find(t->p, D_DATASET, policy_dataset_name(t->p, number), t->place, t->place_day);
}

const struct decl *typer_roster(struct typer *t)
{
    uint32_t r = policy_roster(t->p);
    return r == UINT32_MAX ? NULL : typer_dataset(t, r);
}

bool scope_root(struct typer *t, uint16_t table, struct pos at)
{
    t->n_scopes = 0;
    struct scope household = {.table = TABLE_HOUSEHOLD, .name = STR("household"), .implicit = table != TABLE_HOUSEHOLD};
    struct scope member = {.table = TABLE_PERSON, .name = STR("member"), .implicit = table != TABLE_PERSON};
    if (!scope_push(t, household, at)) return false;
    if (table == TABLE_HOUSEHOLD) return true;
    if (!scope_push(t, member, at)) return false;
    if (table == TABLE_PERSON) return true;
    uint32_t ds = (uint32_t)table - TABLE_FACT0;
    struct scope fact = {
        .table = table, .name = policy_dataset_name(t->p, ds), .dataset = ds, .decl = typer_dataset(t, ds)};
    return scope_push(t, fact, at);
}

uint32_t scope_find(const struct typer *t, struct str name, bool *several)
{
    uint32_t found = UINT32_MAX;
    *several = false;
    for (uint32_t i = t->n_scopes; i-- > 0;) {
        const struct scope *s = &t->scopes[i];
        bool by_alias = s->alias.n && str_eq(s->alias, name);
        bool by_name = !s->alias.n && str_eq(s->name, name);
        if (!by_alias && !by_name) continue;
        if (found == UINT32_MAX) found = i;
        else if (!s->implicit) *several = true;
    }
    return found;
}

uint16_t typer_slot(struct typer *t, struct str param, date_day at, uint8_t rep)
{
    for (size_t i = 0; i < t->slots.n; i++)
        if (t->slots.v[i].at == at && str_eq(t->slots.v[i].param, param)) return (uint16_t)i;
    if (!vec_push(&t->slots, SLOTS_MAX, (struct ir_slot){param, at, rep})) {
        t->nomem = true;
        return 0;
    }
    return (uint16_t)(t->slots.n - 1);
}
