/* Mutants against examples: each thread has its own copy of the books, changes one thing, runs the examples that read
 * it, and takes the change back. */
#include "rules/strict_int.h"
#include "base/mem.h"
#include "base/par.h"
#include "rules/example.h"

enum { WORKER_BYTES_MAX = 1 << 30 };

enum verdict { NOT_RUN, KILLED, SURVIVED, REFUSED };

struct worker {
    bool open;
    struct arena arena, scratch;
    struct books books;
    struct diags diags;
    struct policy *policy;
    struct mutants mutants;
};

struct strict {
    const struct books *bs;
    struct watch types;
    enum lang lang;
    struct worker *workers;
    unsigned threads;
    const struct decl **examples; /* of workers' books: by number of declaration */
    size_t *example_at, n_examples;
    uint32_t *roots; /* expression numbers of the roots, ascending by first use */
    size_t n_roots;
    uint32_t *root_of; /* mutant -> root */
    uint64_t *reads;   /* bit example * n_roots + root */
    uint8_t *verdicts;
};

/* ---------------------------------------------------------------- copies */

static enum rc open_worker(struct strict *s, struct worker *w, struct err *e)
{
    arena_init(&w->arena, WORKER_BYTES_MAX);
    arena_init(&w->scratch, MIB(64));
    diags_init(&w->diags, &w->arena, s->lang);
    books_init(&w->books, &w->arena);
    w->open = true;
    TRY(books_copy(s->bs, &w->books, &w->diags, e));
    TRY(policy_new(&w->policy, &w->books, &w->arena, &w->diags, e));
    if (w->diags.errors || w->books.n_decls != s->bs->n_decls)
        return err_set(e, RC_INPUT, pos_none(), "the books read differently a second time.",
                       "政策册再次读取时结果不同。");
    return mutants_list(&w->books, s->types, &w->arena, &w->mutants, e);
}

static void close_worker(struct worker *w)
{
    if (!w->open) return;
    policy_free(w->policy);
    mutants_free(&w->mutants);
    arena_fini(&w->scratch);
    arena_fini(&w->arena);
}

/* ---------------------------------------------------------------- which example reads what */

/* Run an example in a worker's books; *failed: expectations that do not hold. RC_INPUT: it could not be run. */
static enum rc run_example(struct worker *w, size_t decl, enum lang lang, size_t *failed, bool *typed, struct err *e)
{
    struct diags d;
    struct err own = {.lang = lang};
    arena_reset(&w->scratch);
    diags_init(&d, &w->scratch, lang);
    *failed = 0;
    enum rc rc = example_run(w->policy, w->books.decls[decl], example_on_vm, &d, failed, &own);
    *typed = rc == RC_OK || *failed > 0;
    if (rc != RC_NOMEM && rc != RC_ENV) return RC_OK;
    if (e) *e = own;
    return rc;
}

static bool reads(const struct strict *s, size_t example, uint32_t root)
{
    size_t bit = example * s->n_roots + root;
    return s->reads[bit / 64] >> (bit % 64) & 1;
}

static enum rc note_reads(struct strict *s, struct worker *w, struct arena *a, struct err *e)
{
    struct watch seen = {.v = ARENA_ARRAY(a, struct tx *, s->types.n + 1), .n = s->types.n};
    s->reads = ARENA_ARRAY(a, uint64_t, s->n_examples * s->n_roots / 64 + 1);
    if (!seen.v || !s->reads) return err_nomem(e);
    policy_watch(w->policy, seen);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < s->n_examples && !rc; i++) {
        size_t failed;
        bool typed;
        memset(seen.v, 0, seen.n * sizeof *seen.v);
        rc = run_example(w, s->example_at[i], s->lang, &failed, &typed, e);
        if (!rc && (failed || !typed)) {
            const struct decl *d = s->bs->decls[s->example_at[i]];
            rc = err_set(e, RC_INPUT, d->at, "the example \"%.*s\" does not hold. Mend it first: fangpin policy test.",
                         "示例“%.*s”不成立。请先改正（fangpin policy test）。", STR_ARG(d->name.text));
        }
        for (size_t r = 0; r < s->n_roots; r++) {
            size_t bit = i * s->n_roots + r;
            if (seen.v[s->roots[r]]) s->reads[bit / 64] |= UINT64_C(1) << (bit % 64);
        }
    }
    policy_watch(w->policy, (struct watch){0});
    return rc;
}

static enum rc list_examples(struct strict *s, struct arena *a, struct err *e)
{
    s->example_at = ARENA_ARRAY(a, size_t, s->bs->n_decls + 1);
    if (!s->example_at) return err_nomem(e);
    for (size_t i = 0; i < s->bs->n_decls; i++)
        if (s->bs->decls[i]->kind == D_EXAMPLE) s->example_at[s->n_examples++] = i;
    return RC_OK;
}

static enum rc list_roots(struct strict *s, struct arena *a, struct err *e)
{
    const struct mutants *m = &s->workers[0].mutants;
    size_t n = m->list.n;
    s->roots = ARENA_ARRAY(a, uint32_t, n + 1);
    s->root_of = ARENA_ARRAY(a, uint32_t, n + 1);
    s->verdicts = ARENA_ARRAY(a, uint8_t, n + 1);
    if (!s->roots || !s->root_of || !s->verdicts) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        uint32_t id = m->list.v[i].root->id;
        if (!s->n_roots || s->roots[s->n_roots - 1] != id) s->roots[s->n_roots++] = id;
        s->root_of[i] = (uint32_t)(s->n_roots - 1);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- running */

static enum rc judge_mutant(void *ctx, size_t i, unsigned thread, struct err *e)
{
    struct strict *s = ctx;
    struct worker *w = &s->workers[thread];
    const struct mutant *m = &w->mutants.list.v[i];
    enum verdict v = SURVIVED;
    enum rc rc = RC_OK;
    mutant_swap(m);
    for (size_t k = 0; k < s->n_examples && v == SURVIVED && !rc; k++) {
        size_t failed;
        bool typed;
        if (!reads(s, k, s->root_of[i])) continue;
        rc = run_example(w, s->example_at[k], s->lang, &failed, &typed, e);
        if (failed) v = KILLED;
        else if (!typed) v = REFUSED;
    }
    mutant_swap(m);
    s->verdicts[i] = (uint8_t)v;
    return rc;
}

/* ---------------------------------------------------------------- survivors */

/* Everything compiled at the owner's place, as text; empty when it does not type-check. */
static enum rc program_text(struct strict *s, struct worker *w, const struct decl *owner, date_day today,
                            struct watch *seen, struct buf *out, struct err *e)
{
    struct place at = {.division = strict_place(w->policy, owner)};
    struct diags d;
    struct err own = {.lang = s->lang};
    struct compiled c;
    arena_reset(&w->scratch);
    diags_init(&d, &w->scratch, s->lang);
    date_day day = owner->reach.from && owner->reach.from > today ? owner->reach.from : today;
    if (owner->reach.to && day > owner->reach.to) day = owner->reach.to;
    struct str *flags = ARENA_ARRAY(&w->scratch, struct str, owner->reach.flags.n + 1);
    if (!flags) return err_nomem(e);
    for (size_t i = 0; i < owner->reach.flags.n; i++) flags[i] = owner->reach.flags.v[i].text;
    at.flags = flags, at.n_flags = owner->reach.flags.n;
    struct compile_options o = {.place = &at, .as_of = day, .features = true};
    memset(seen->v, 0, seen->n * sizeof *seen->v);
    policy_watch(w->policy, *seen);
    enum rc rc = rules_compile(w->policy, &o, &w->scratch, &d, &c, &own);
    policy_watch(w->policy, (struct watch){0});
    if (rc == RC_NOMEM) return err_nomem(e);
    buf_clear(out);
    if (!rc) program_print(c.program, out);
    return out->failed ? err_nomem(e) : RC_OK;
}

static struct str printed(struct arena *a, const struct mutant *m)
{
    struct buf b;
    buf_init(&b, MIB(1));
    mutant_print(m, &b);
    struct str s = b.failed ? (struct str){0} : str_dup(a, b.n ? buf_str(&b) : STR("-"));
    buf_fini(&b);
    return s;
}

static struct str sentence(struct worker *w, const struct mutant *m, const struct watch *seen, struct arena *a)
{
    const struct tx *x = !m->row && m->shown->id < seen->n ? seen->v[m->shown->id] : NULL;
    struct buf b;
    bool bare_window = x && (x->kind == TX_WITHIN || x->kind == TX_IN_PERIOD) && !x->a; /* read with its rows only */
    if (!x || bare_window) return STR("");
    buf_init(&b, MIB(1));
    zh_print(w->policy, x, &b);
    struct str s = b.failed ? (struct str){0} : str_dup(a, b.n ? buf_str(&b) : STR("-"));
    buf_fini(&b);
    return s;
}

struct teller {
    struct strict *s;
    struct worker *w;
    struct arena *a;
    struct diags *d;
    struct watch seen;
    struct buf before, after;
    date_day today;
    struct strict_result *out;
    bool *used; /* by number of declaration: an `equivalent` that explained something */
};

/* A clause of a dataset, a table that only an amount reads: not part of the program compared. */
static bool compiled_whole(const struct decl *d)
{
    return d->kind == D_RULE || d->kind == D_MEASURE || d->kind == D_FEATURE;
}

/* Fill the texts of a survivor. *same: there is nothing to notice; *refused: it does not type-check. */
static enum rc describe(struct teller *t, const struct mutant *m, struct survivor *x, bool *same, bool *refused,
                        struct err *e)
{
    TRY(program_text(t->s, t->w, m->owner, t->today, &t->seen, &t->before, e));
    x->before = printed(t->a, m);
    x->zh_before = sentence(t->w, m, &t->seen, t->a);
    mutant_swap(m);
    enum rc rc = program_text(t->s, t->w, m->owner, t->today, &t->seen, &t->after, e);
    x->after = printed(t->a, m);
    if (!rc && t->after.n) x->zh_after = sentence(t->w, m, &t->seen, t->a);
    mutant_swap(m);
    if (rc) return rc;
    *refused = t->after.n == 0;
    *same = compiled_whole(m->owner) && str_eq(buf_str(&t->before), buf_str(&t->after));
    x->hint = strict_hint(m, t->s->lang, t->a);
    return x->before.p && x->after.p && x->hint.p ? RC_OK : err_nomem(e);
}

static const struct decl *explained(struct teller *t, const struct mutant *m, const struct survivor *x)
{
    for (size_t i = 0; i < t->s->bs->n_decls; i++) {
        const struct decl *d = t->s->bs->decls[i];
        if (d->kind != D_EQUIVALENT || d->book != m->owner->book || !strict_speaks_of(d, m->owner)) continue;
        for (size_t k = 0; k < d->u.equivalent.n; k++) {
            const struct same_change *c = &d->u.equivalent.v[k];
            if (!str_eq(c->before, x->before) || !str_eq(c->after, x->after)) continue;
            t->used[i] = true;
            return d;
        }
    }
    return NULL;
}

static const struct decl *first_reader(const struct strict *s, size_t mutant)
{
    for (size_t k = 0; k < s->n_examples; k++)
        if (reads(s, k, s->root_of[mutant])) return s->bs->decls[s->example_at[k]];
    return NULL;
}

static enum rc tell_one(struct teller *t, size_t i, struct err *e)
{
    const struct mutant *m = &t->w->mutants.list.v[i];
    struct strict_result *r = t->out;
    struct survivor x = {.kind = m->kind, .at = m->at, .example = first_reader(t->s, i)};
    bool same, refused;
    TRY(describe(t, m, &x, &same, &refused, e));
    r->refused += refused;
    r->mutants += !refused;
    r->same += same;
    if (same || refused) return RC_OK;
    x.owner = m->owner;
    x.declared = explained(t, m, &x);
    *(x.declared ? &r->declared : &r->survived) += 1;
    r->v[r->n++] = x;
    return RC_OK;
}

/* The owner and the position as in the caller's books. */
static void translate(const struct strict *s, const struct mutants *own, size_t i, struct survivor *x)
{
    for (size_t k = 0; k < s->bs->n_decls; k++)
        if (s->workers[0].books.decls[k] == own->list.v[i].owner) x->owner = s->bs->decls[k];
    for (size_t b = 0; b < s->bs->n; b++)
        for (size_t f = 0; f < s->bs->v[b].n_files; f++)
            if (x->at.file && str_eq(str_from(x->at.file), s->bs->v[b].files[f].name))
                x->at.file = s->bs->v[b].files[f].name.p;
}

static enum rc tell_all(struct teller *t, struct err *e)
{
    const struct mutants *m = &t->w->mutants;
    struct strict_result *r = t->out;
    size_t left = 0;
    for (size_t i = 0; i < m->list.n; i++) left += t->s->verdicts[i] == SURVIVED;
    r->v = ARENA_ARRAY(t->a, struct survivor, left + 1);
    if (!r->v) return err_nomem(e);
    for (size_t i = 0; i < m->list.n; i++) {
        enum verdict v = (enum verdict)t->s->verdicts[i];
        size_t before = r->n;
        if (v == KILLED) r->mutants++, r->killed++;
        else if (v == REFUSED) r->refused++;
        else TRY(tell_one(t, i, e));
        if (r->n > before) translate(t->s, m, i, &r->v[before]);
    }
    return RC_OK;
}

static void stale(struct teller *t)
{
    for (size_t i = 0; i < t->s->bs->n_decls; i++) {
        const struct decl *d = t->s->bs->decls[i];
        if (d->kind != D_EQUIVALENT || t->used[i]) continue;
        diag_add(t->d, DIAG_ERROR, d->at,
                 "this equivalent explains no change that the examples miss. Take it out, or write the change as "
                 "--strict prints it.",
                 "此 equivalent 没有对应任何示例未察觉的改动。请删去，或按 --strict 输出的写法改正。");
    }
}

static enum rc tell(struct strict *s, date_day today, struct arena *a, struct diags *d, struct strict_result *out,
                    struct err *e)
{
    struct teller t = {.s = s,
                       .w = &s->workers[0],
                       .a = a,
                       .d = d,
                       .today = today,
                       .out = out,
                       .seen = {ARENA_ARRAY(a, struct tx *, s->types.n + 1), s->types.n},
                       .used = ARENA_ARRAY(a, bool, s->bs->n_decls + 1)};
    if (!t.seen.v || !t.used) return err_nomem(e);
    buf_init(&t.before, MIB(256));
    buf_init(&t.after, MIB(256));
    enum rc rc = tell_all(&t, e);
    if (!rc) stale(&t);
    buf_fini(&t.before);
    buf_fini(&t.after);
    return rc;
}

/* ---------------------------------------------------------------- whole */

static enum rc run(struct strict *s, date_day today, struct arena *a, struct diags *d, struct strict_result *out,
                   struct err *e)
{
    for (unsigned i = 0; i < s->threads; i++) TRY(open_worker(s, &s->workers[i], e));
    TRY(list_examples(s, a, e));
    TRY(list_roots(s, a, e));
    TRY(note_reads(s, &s->workers[0], a, e));
    TRY(par_run(s->threads, s->workers[0].mutants.list.n, judge_mutant, s, e));
    return tell(s, today, a, d, out, e);
}

enum rc strict_run(const struct books *bs, struct watch types, date_day today, unsigned threads, struct arena *a,
                   struct diags *d, struct strict_result *out, struct err *e)
{
    struct strict s = {.bs = bs, .types = types, .lang = d->lang, .threads = threads ? threads : 1};
    *out = (struct strict_result){0};
    s.workers = ARENA_ARRAY(a, struct worker, s.threads);
    if (!s.workers) return err_nomem(e);
    enum rc rc = run(&s, today, a, d, out, e);
    for (unsigned i = 0; i < s.threads; i++) close_worker(&s.workers[i]);
    return rc;
}
