/* The findings file: a line for each household and rule, by household code; what is about a village stands under its
 * code, before its first household. Codes are read for the households in it
 * alone, and runs of households are written out by all threads. */
#include <stdlib.h>
#include "base/par.h"
#include "ident/division_code.h"
#include "screen/screen_int.h"
#include "store/people.h"

#define FINDINGS_BYTES_MAX ((size_t)8 << 30)
#define FINDINGS_ARENA_MAX ((size_t)8 << 30)
enum { TASK_HOUSEHOLDS = 2048, FEW_HOUSEHOLDS = 8192 };

/* A household of the file and where its findings and its verdicts never raised lie. */
struct entry {
    uint32_t no;
    size_t found, found_n, unknown, unknown_n;
    struct str code;
};

/* What a line says of a rule besides household, verdict and state. */
struct words {
    struct str before, after; /* ",rule,kind," and ",severity,clause\n" */
};

struct writing {
    struct screening *sc;
    struct entry *v; /* in order of the file */
    size_t n;
    uint32_t *no;       /* ascending, for reading codes */
    struct words *here; /* as screening.here */
    struct words *gone; /* by rule: where it is not in force */
    struct buf *text;   /* by task */
    bool villages;      /* some rule is about them */
    struct arena arena;
};

/* ---------------------------------------------------------------- households */

static int by_finding(const void *a, const void *b) { return finding_order(a, b); }

static void take(struct writing *w, uint32_t no)
{
    if (!w->n || w->v[w->n - 1].no != no) w->v[w->n++] = (struct entry){.no = no};
}

/* Both lists are in order of household. */
static enum rc list_households(struct writing *w, struct err *e)
{
    struct screening *sc = w->sc;
    size_t f = 0, u = 0;
    if (sc->n_unknowns) qsort(sc->unknowns, sc->n_unknowns, sizeof *sc->unknowns, by_finding);
    w->v = mem_alloc_array(sc->n_findings + sc->n_unknowns + 1, sizeof *w->v);
    if (!w->v) return err_nomem(e);
    while (f < sc->n_findings || u < sc->n_unknowns) {
        bool raised = u == sc->n_unknowns ||
                      (f < sc->n_findings && sc->findings[f].household <= sc->unknowns[u].household);
        take(w, raised ? sc->findings[f].household : sc->unknowns[u].household);
        struct entry *x = &w->v[w->n - 1];
        if (raised && !x->found_n++) x->found = f;
        if (!raised && !x->unknown_n++) x->unknown = u;
        f += raised, u += !raised;
    }
    return RC_OK;
}

static enum rc take_code(void *ctx, size_t i, struct str code, struct err *e)
{
    struct writing *w = ctx;
    w->v[i].code = str_dup(&w->arena, code);
    return w->v[i].code.p || !code.n ? RC_OK : err_nomem(e);
}

static int by_code(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = str_cmp(x->code, y->code);
    return c ? c : x->no < y->no ? -1 : x->no > y->no;
}

static enum rc order_by_code(struct writing *w, struct store *s, struct err *e)
{
    bool sorted = true;
    w->no = mem_alloc_array(w->n + 1, sizeof *w->no);
    if (!w->no) return err_nomem(e);
    for (size_t i = 0; i < w->n; i++) w->no[i] = w->v[i].no;
    TRY(households_codes(s, w->no, w->n, take_code, w, e));
    for (size_t i = 1; sorted && i < w->n; i++) sorted = by_code(&w->v[i - 1], &w->v[i]) < 0;
    if (!sorted) qsort(w->v, w->n, sizeof *w->v, by_code);
    return RC_OK;
}

/* ---------------------------------------------------------------- words */

static const char *severity_word(const struct decl *d)
{
    static const char *const w[SEV__MAX] = {"", "red", "orange", "yellow"};
    return d && d->kind == D_RULE ? w[d->u.rule.severity] : "";
}

static const char *kind_word(const struct decl *d)
{
    static const char *const w[FK__MAX] = {"risk", "coverage", "quality"};
    if (!d) return "";
    return d->kind == D_MEASURE ? "coverage" : w[d->u.rule.kind];
}

static enum rc make_words(struct writing *w, const struct screen_rule *r, const struct decl *d, struct str clause,
                          struct words *out, struct err *e)
{
    struct buf b;
    buf_init(&b, KIB(64));
    buf_addf(&b, ",%.*s,%s,", STR_ARG(r->name), kind_word(d));
    out->before = str_dup(&w->arena, buf_str(&b));
    bool ok = !b.failed && out->before.p;
    buf_clear(&b);
    buf_addf(&b, ",%s,", severity_word(d));
    if (d) buf_add_csv(&b, clause);
    buf_addc(&b, '\n');
    out->after = str_dup(&w->arena, buf_str(&b));
    ok = ok && !b.failed && out->after.p;
    buf_fini(&b);
    return ok ? RC_OK : err_nomem(e);
}

/* The words of a rule are those of the books that hold where the household lives; of one that is not in force there
 * those of elsewhere when they are one and the same. */
static enum rc list_words(struct writing *w, struct err *e)
{
    struct screening *sc = w->sc;
    w->here = ARENA_ARRAY(&w->arena, struct words, sc->n_env * sc->n_rules + 1);
    w->gone = ARENA_ARRAY(&w->arena, struct words, sc->n_rules + 1);
    if (!w->here || !w->gone) return err_nomem(e);
    for (size_t k = 0; k < sc->n_rules; k++) {
        const struct screen_rule *r = &sc->rules[k];
        TRY(make_words(w, r, r->varies ? NULL : r->decl, r->clause, &w->gone[k], e));
    }
    for (size_t i = 0; i < sc->n_env * sc->n_rules; i++)
        if (sc->here[i].decl)
            TRY(make_words(w, &sc->rules[i % sc->n_rules], sc->here[i].decl, sc->here[i].clause, &w->here[i], e));
    return RC_OK;
}

/* ---------------------------------------------------------------- lines */

static void add_code(const struct writing *w, const struct entry *x, uint32_t row, bool of_village, struct buf *b)
{
    char text[DIVISION_TEXT_MAX];
    int64_t division = of_village && row != UINT32_MAX ? w->sc->w.frame.division[row] : 0;
    if (division) buf_addz(b, division_format_short(division, text));
    else buf_add_csv(b, x->code);
}

static void add_line(const struct writing *w, const struct entry *x, uint32_t row, const struct finding *f,
                     struct buf *b)
{
    static const char *const verdicts[] = {"false", "true", "unknown"};
    const struct words *words = &w->gone[f->rule];
    if (row != UINT32_MAX) {
        const struct rule_here *h = rule_here(w->sc, row, f->rule);
        if (h->decl) words = &w->here[h - w->sc->here];
    }
    add_code(w, x, row, w->sc->rules[f->rule].of_village, b);
    buf_add(b, words->before);
    buf_addz(b, verdicts[f->verdict]);
    buf_addc(b, ',');
    buf_addz(b, finding_state_word((enum finding_state)f->state));
    buf_add(b, words->after);
}

/* Of one rule, members' findings make one line a household: the strongest state; never raised is the weakest. */
static const struct finding *strongest(const struct finding *v, size_t n, size_t *used)
{
    const struct finding *best = v;
    for (*used = 1; *used < n && v[*used].rule == v->rule; ++*used)
        if (v[*used].state < best->state) best = &v[*used];
    return best;
}

static void add_lines(const struct writing *w, const struct entry *x, bool of_village, struct buf *b)
{
    const struct finding *f = w->sc->findings + x->found, *u = w->sc->unknowns + x->unknown;
    size_t nf = x->found_n, nu = x->unknown_n;
    uint32_t row = household_row(&w->sc->w, x->no);
    while (nf || nu) {
        size_t used = 0, passed = 0;
        bool raised = nf && (!nu || f->rule <= u->rule);
        bool both = nf && nu && f->rule == u->rule;
        const struct finding *best = raised ? strongest(f, nf, &used) : strongest(u, nu, &passed);
        if (both) (void)strongest(u, nu, &passed);
        if (w->sc->rules[best->rule].of_village == of_village) add_line(w, x, row, best, b);
        f += used, nf -= used;
        u += passed, nu -= passed;
    }
}

static void add_household(const struct writing *w, const struct entry *x, struct buf *b)
{
    if (w->villages) add_lines(w, x, true, b);
    add_lines(w, x, false, b);
}

static enum rc write_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct writing *w = ctx;
    struct buf *b = &w->text[task];
    size_t to = (task + 1) * TASK_HOUSEHOLDS < w->n ? (task + 1) * TASK_HOUSEHOLDS : w->n;
    (void)thread;
    for (size_t i = task * TASK_HOUSEHOLDS; i < to; i++) add_household(w, &w->v[i], b);
    return b->failed ? err_nomem(e) : RC_OK;
}

/* ---------------------------------------------------------------- whole */

static enum rc write_tasks(struct writing *w, struct buf *all, struct err *e)
{
    size_t tasks = (w->n + TASK_HOUSEHOLDS - 1) / TASK_HOUSEHOLDS, bytes = 0;
    w->text = mem_alloc_array(tasks + 1, sizeof *w->text);
    if (!w->text) return err_nomem(e);
    for (size_t i = 0; i < tasks; i++) buf_init(&w->text[i], FINDINGS_BYTES_MAX);
    struct par_team team = world_team(&w->sc->w);
    if (w->n < FEW_HOUSEHOLDS && !w->sc->w.threads_given) team.threads = 1;
    enum rc rc = par_team_run(team, tasks, write_task, w, e);
    buf_addz(all, "household,rule,kind,verdict,state,severity,clause\n");
    for (size_t i = 0; i < tasks; i++) bytes += w->text[i].n;
    (void)buf_reserve(all, bytes);
    for (size_t i = 0; i < tasks; i++) {
        buf_add(all, buf_str(&w->text[i]));
        buf_fini(&w->text[i]);
    }
    return !rc && all->failed ? err_nomem(e) : rc;
}

enum rc screen_findings_text(struct screening *sc, struct store *s, struct buf *out, struct err *e)
{
    struct writing w = {.sc = sc};
    buf_init(out, FINDINGS_BYTES_MAX);
    arena_init(&w.arena, FINDINGS_ARENA_MAX);
    for (size_t k = 0; k < sc->n_rules; k++) w.villages |= sc->rules[k].of_village;
    enum rc rc = list_households(&w, e);
    if (!rc) rc = order_by_code(&w, s, e);
    if (!rc) rc = list_words(&w, e);
    if (!rc) rc = write_tasks(&w, out, e);
    mem_free(w.v);
    mem_free(w.no);
    mem_free(w.text);
    arena_fini(&w.arena);
    return rc;
}
