#include "rules/engine.h"
#include "base/mem.h"

enum rc outcol_init(struct outcol *c, uint8_t rep, uint32_t n)
{
    *c = (struct outcol){.n = n, .rep = rep};
    if (n == 0) return RC_OK;
    c->st = mem_zalloc_array(n, sizeof *c->st);
    c->why = mem_zalloc_array(n, sizeof *c->why);
    if (rep == REP_FRAC) {
        c->num = mem_zalloc_array(n, sizeof *c->num);
        c->den = mem_alloc_array(n, sizeof *c->den);
    } else {
        c->v = mem_zalloc_array(n, sizeof *c->v);
        if (rep == REP_SET) c->w = mem_zalloc_array(n, sizeof *c->w);
    }
    bool ok = c->st && c->why && (rep == REP_FRAC ? c->num && c->den : c->v && (rep != REP_SET || c->w));
    for (uint32_t i = 0; ok && rep == REP_FRAC && i < n; i++) c->den[i] = 1;
    if (!ok) outcol_fini(c);
    return ok ? RC_OK : RC_NOMEM;
}

void outcol_fini(struct outcol *c)
{
    mem_free(c->v);
    mem_free(c->w);
    mem_free(c->num);
    mem_free(c->den);
    mem_free(c->st);
    mem_free(c->why);
    *c = (struct outcol){0};
}

void outcol_set(struct outcol *c, uint32_t row, const struct value *v)
{
    bool means = v->st == ST_EXACT || v->st == ST_AT_LEAST;
    bool set = c->rep == REP_SET;
    c->st[row] = (uint8_t)v->st;
    c->why[row] = v->st == ST_ABSENT || (v->st == ST_EXACT && !(set && v->w)) ? 0 : v->why;
    if (c->rep == REP_FRAC) {
        c->num[row] = means ? v->n : 0;
        c->den[row] = means ? v->d : 1;
        return;
    }
    c->v[row] = means ? v->v : 0;
    if (set) c->w[row] = means ? v->w : 0;
}

struct value outcol_get(const struct outcol *c, uint32_t row)
{
    struct value v = {.st = (enum state)c->st[row], .why = c->why[row], .d = 1};
    if (c->rep == REP_FRAC) v.n = c->num[row], v.d = c->den[row];
    else v.v = c->v[row];
    if (c->rep == REP_SET) v.w = c->w[row];
    return v;
}
