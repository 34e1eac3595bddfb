#include "app/books_check.h"
#include "rules/frame.h"
#include "base/mem.h"
#include "base/vec.h"

enum {
    CHECK_DIVISIONS_MAX = 100000,
    CHECK_DAYS_MAX = 10000,
    CHECK_ENVIRONMENTS_MAX = 20000,
    CHECK_FLAG_SETS_MAX = 256
};

struct corners {
    VEC(int64_t) divisions;
    VEC(date_day) days;
    VEC(struct name_list) flags;
    struct map64 seen; /* environment number -> 0 */
    bool nomem;
};

static void add_division(struct corners *c, int64_t d)
{
    for (size_t i = 0; i < c->divisions.n; i++)
        if (c->divisions.v[i] == d) return;
    c->nomem = !vec_push(&c->divisions, CHECK_DIVISIONS_MAX, d) || c->nomem;
}

static void add_day(struct corners *c, date_day d)
{
    for (size_t i = 0; i < c->days.n; i++)
        if (c->days.v[i] == d) return;
    c->nomem = !vec_push(&c->days, CHECK_DAYS_MAX, d) || c->nomem;
}

static void add_reach(struct corners *c, const struct reach *r)
{
    if (r->has_division) add_division(c, r->division);
    if (r->from) add_day(c, r->from);
    if (r->to) add_day(c, r->to + 1);
    if (r->flags.n) c->nomem = !vec_push(&c->flags, CHECK_FLAG_SETS_MAX, r->flags) || c->nomem;
}

static void collect(struct corners *c, const struct books *bs, date_day today)
{
    struct name_list none = {0};
    c->nomem = !vec_push(&c->flags, CHECK_FLAG_SETS_MAX, none);
    add_day(c, today);
    for (size_t i = 0; i < bs->n; i++)
        if (bs->v[i].head)
            add_division(c, bs->v[i].head->u.book.has_jurisdiction ? bs->v[i].head->u.book.jurisdiction : 0);
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        add_reach(c, &d->reach);
        for (size_t k = 0; d->kind == D_PARAM && k < d->u.param.n_values; k++)
            add_reach(c, &d->u.param.values[k].reach);
    }
}

/* Every parameter's value can be worked out here (no circle), and obeys its `require`. */
static enum rc check_params(struct session *s, const struct environment_at *at, struct err *e)
{
    size_t n;
    const struct str *names = policy_names(s->policy, D_PARAM, &n);
    for (size_t i = 0; i < n; i++) {
        struct pval v;
        struct err why = {.lang = s->diags.lang};
        size_t before = s->diags.errors;
        enum rc rc = rules_param_value(s->policy, names[i], &at->place, at->day, &v, &s->diags, &why);
        if (!rc) rc = rules_param_check(s->policy, names[i], &at->place, at->day, &s->diags, &why);
        if (rc == RC_NOMEM) return err_nomem(e);
        if (rc && s->diags.errors == before) {
            const struct decl *d = policy_find(s->policy, D_PARAM, names[i], &at->place, at->day);
            diag_add(&s->diags, DIAG_ERROR, d ? d->at : pos_none(), "%s", "%s", why.msg);
        }
    }
    return RC_OK;
}

static enum rc compile_at(struct session *s, const struct environment_at *at, program_fn each, void *ctx,
                          struct check_counts *n, struct err *e)
{
    struct compile_options o = {.place = &at->place, .as_of = at->day, .features = true};
    struct compiled c;
    size_t before = s->diags.errors;
    enum rc rc = rules_compile(s->policy, &o, &s->arena, &s->diags, &c, e);
    n->environments++;
    if (rc == RC_INPUT && s->diags.errors > before) {
        if (e) e->msg[0] = 0;
        return RC_OK;
    }
    if (rc) return rc;
    TRY(check_params(s, at, e));
    return each ? each(ctx, at, &c, e) : RC_OK;
}

static enum rc visit(struct session *s, struct corners *c, struct environment_at *at, program_fn each, void *ctx,
                     struct check_counts *n, struct err *e)
{
    uint32_t number = policy_environment(s->policy, &at->place, at->day, e);
    if (number == UINT32_MAX) return RC_NOMEM;
    if (map64_get(&c->seen, number) != UINT32_MAX) return RC_OK;
    if (!map64_put(&c->seen, number, 0)) return err_nomem(e);
    if (c->seen.n > CHECK_ENVIRONMENTS_MAX)
        return err_set(e, RC_INPUT, pos_none(), "the books differ in more than %d ways.",
                       "政策册的不同组合超过 %d 种。", (int)CHECK_ENVIRONMENTS_MAX);
    return compile_at(s, at, each, ctx, n, e);
}

static enum rc visit_all(struct session *s, struct corners *c, program_fn each, void *ctx, struct check_counts *n,
                         struct err *e)
{
    for (size_t f = 0; f < c->flags.n; f++) {
        struct str *flags = ARENA_ARRAY(&s->arena, struct str, c->flags.v[f].n + 1);
        if (!flags) return err_nomem(e);
        for (size_t i = 0; i < c->flags.v[f].n; i++) flags[i] = c->flags.v[f].v[i].text;
        for (size_t i = 0; i < c->divisions.n; i++)
            for (size_t k = 0; k < c->days.n; k++) {
                struct environment_at at = {{.division = c->divisions.v[i], .flags = flags, .n_flags = c->flags.v[f].n},
                                            c->days.v[k]};
                TRY(visit(s, c, &at, each, ctx, n, e));
            }
    }
    return RC_OK;
}

static void count(const struct books *bs, struct check_counts *n)
{
    n->books = bs->n;
    for (size_t i = 0; i < bs->n_decls; i++) {
        n->rules += bs->decls[i]->kind == D_RULE;
        n->measures += bs->decls[i]->kind == D_MEASURE;
        n->examples += bs->decls[i]->kind == D_EXAMPLE;
    }
}

enum rc books_compile_all(struct session *s, program_fn each, void *ctx, struct check_counts *n, struct err *e)
{
    struct corners c = {.nomem = false};
    *n = (struct check_counts){0};
    count(&s->books, n);
    map64_init(&c.seen);
    collect(&c, &s->books, clock_today(s->app->clock));
    enum rc rc = c.nomem ? err_nomem(e) : visit_all(s, &c, each, ctx, n, e);
    map64_fini(&c.seen);
    vec_fini(&c.divisions);
    vec_fini(&c.days);
    vec_fini(&c.flags);
    return rc;
}
