/* The findings file: a line for each household and rule, by household code; what is about a village stands under its
 * code, before its first household. Codes are read for the households in it alone; runs of households are put into
 * words by all threads, and what is next goes to the file meanwhile. */
#include <stdlib.h>
#include "base/io.h"
#include "base/par_order.h"
#include "ident/division_code.h"
#include "screen/screen_int.h"
#include "store/people.h"

#define FINDINGS_ARENA_MAX ((size_t)8 << 30)
#define PIECE_BYTES_MAX ((size_t)1 << 30) /* a household has a line a rule at most */
enum { PIECE_HOUSEHOLDS = 512, FEW_HOUSEHOLDS = 8192, PIECES = 16, STRETCHES_MAX = 32 };

/* A household of the file. */
struct entry {
    uint32_t no, row;        /* row of the frame; UINT32_MAX: not there */
    uint32_t found, unknown; /* where its findings begin in either list; another's when it has none there */
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
    bool villages;      /* some rule is about them */
    struct arena arena;
    struct buf piece[PIECES];
    struct io_staging file;
};

/* ---------------------------------------------------------------- households */

static int by_finding(const void *a, const void *b) { return finding_order(a, b); }

/* Of a list in order of household. */
static size_t count_households(const struct finding *v, size_t n)
{
    size_t count = n > 0;
    for (size_t i = 1; i < n; i++) count += v[i].household != v[i - 1].household;
    return count;
}

static size_t pass_household(const struct finding *v, size_t n, size_t at, uint32_t no)
{
    while (at < n && v[at].household == no) at++;
    return at;
}

/* Both lists are in order of household, and so is the frame. */
static enum rc list_households(struct writing *w, struct err *e)
{
    const struct screening *sc = w->sc;
    const struct finding *found = sc->findings, *unknown = sc->unknowns;
    size_t nf = sc->n_findings, nu = sc->n_unknowns, f = 0, u = 0;
    if (nu) qsort(sc->unknowns, nu, sizeof *sc->unknowns, by_finding);
    w->v = mem_alloc_array(count_households(found, nf) + count_households(unknown, nu) + 1, sizeof *w->v);
    if (!w->v) return err_nomem(e);
    for (uint32_t row = 0; f < nf || u < nu;) {
        bool raised = u == nu || (f < nf && found[f].household <= unknown[u].household);
        uint32_t no = raised ? found[f].household : unknown[u].household;
        while (row < sc->w.n_households && sc->w.household_no[row] < no) row++;
        bool there = row < sc->w.n_households && sc->w.household_no[row] == no;
        w->v[w->n++] = (struct entry){no, there ? row : UINT32_MAX, (uint32_t)f, (uint32_t)u, {0}};
        f = pass_household(found, nf, f, no);
        u = pass_household(unknown, nu, u, no);
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

/* Entries that are in order of code as they lie. */
struct stretch {
    const struct entry *from, *to;
};

/* How many there are; 0: more than fit. */
static size_t find_stretches(const struct writing *w, struct stretch v[STRETCHES_MAX])
{
    size_t n = 0;
    for (const struct entry *x = w->v, *end = w->v + w->n; x < end; x++) {
        bool first = x == w->v || by_code(x - 1, x) > 0;
        if (first && n == STRETCHES_MAX) return 0;
        if (first) v[n++].from = x;
        v[n - 1].to = x + 1;
    }
    return n;
}

/* The two that begin with the least codes; of one, the same twice. */
static void two_least(const struct stretch *v, size_t n, size_t *least, size_t *next)
{
    *least = 0;
    *next = n > 1;
    for (size_t i = 1; i < n; i++) {
        if (by_code(v[i].from, v[*least].from) < 0) *next = *least, *least = i;
        else if (by_code(v[i].from, v[*next].from) < 0) *next = i;
    }
}

/* The end of what comes before x. */
static const struct entry *end_before(struct stretch v, const struct entry *x)
{
    while (v.from < v.to) {
        const struct entry *mid = v.from + (v.to - v.from) / 2;
        if (by_code(mid, x) < 0) v.from = mid + 1;
        else v.to = mid;
    }
    return v.from;
}

static void merge_stretches(struct stretch *v, size_t n, struct entry *out)
{
    while (n) {
        size_t least, next;
        two_least(v, n, &least, &next);
        const struct entry *from = v[least].from, *to = n > 1 ? end_before(v[least], v[next].from) : v[least].to;
        memcpy(out, from, (size_t)(to - from) * sizeof *out);
        out += to - from;
        v[least].from = to;
        if (to == v[least].to) v[least] = v[--n];
    }
}

/* A roster has its counties one after the other, each in order: whole counties are moved then, not single households.
 */
static enum rc sort_entries(struct writing *w, struct err *e)
{
    struct stretch v[STRETCHES_MAX];
    size_t n = find_stretches(w, v);
    if (!n && w->n) qsort(w->v, w->n, sizeof *w->v, by_code);
    if (n < 2) return RC_OK;
    struct entry *sorted = mem_alloc_array(w->n, sizeof *sorted);
    if (!sorted) return err_nomem(e);
    merge_stretches(v, n, sorted);
    mem_free(w->v);
    w->v = sorted;
    return RC_OK;
}

static enum rc order_by_code(struct writing *w, struct store *s, struct err *e)
{
    w->no = mem_alloc_array(w->n + 1, sizeof *w->no);
    if (!w->no) return err_nomem(e);
    for (size_t i = 0; i < w->n; i++) w->no[i] = w->v[i].no;
    TRY(households_codes(s, w->no, w->n, take_code, w, e));
    return sort_entries(w, e);
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

static char *put(char *to, struct str s)
{
    memcpy(to, s.p, s.n);
    return to + s.n;
}

static char *put_code(const struct writing *w, const struct entry *x, bool of_village, char *to)
{
    char text[DIVISION_TEXT_MAX];
    int64_t division = of_village && x->row != UINT32_MAX ? w->sc->w.frame.division[x->row] : 0;
    return division ? put(to, str_from(division_format_short(division, text))) : csv_put(to, x->code);
}

static const struct words *words_of(const struct writing *w, const struct entry *x, uint16_t rule)
{
    if (x->row == UINT32_MAX) return &w->gone[rule];
    const struct rule_here *h = rule_here(w->sc, x->row, rule);
    return h->decl ? &w->here[h - w->sc->here] : &w->gone[rule];
}

static void add_line(const struct writing *w, const struct entry *x, const struct finding *f, struct buf *b)
{
    static const struct str verdicts[] = {{"false,", 6}, {"true,", 5}, {"unknown,", 8}};
    const struct words *words = words_of(w, x, f->rule);
    struct str verdict = verdicts[f->verdict], state = str_from(finding_state_word((enum finding_state)f->state));
    size_t room = csv_room(x->code.n) + DIVISION_TEXT_MAX + words->before.n + verdict.n + state.n + words->after.n;
    if (!buf_reserve(b, room)) return;
    char *p = put_code(w, x, w->sc->rules[f->rule].of_village, b->p + b->n);
    p = put(put(put(put(p, words->before), verdict), state), words->after);
    b->n = (size_t)(p - b->p);
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
    const struct screening *sc = w->sc;
    const struct finding *f = sc->findings + x->found, *u = sc->unknowns + x->unknown;
    size_t nf = pass_household(sc->findings, sc->n_findings, x->found, x->no) - x->found;
    size_t nu = pass_household(sc->unknowns, sc->n_unknowns, x->unknown, x->no) - x->unknown;
    while (nf || nu) {
        size_t used = 0, passed = 0;
        bool raised = nf && (!nu || f->rule <= u->rule);
        bool both = nf && nu && f->rule == u->rule;
        const struct finding *best = raised ? strongest(f, nf, &used) : strongest(u, nu, &passed);
        if (both) (void)strongest(u, nu, &passed);
        if (sc->rules[best->rule].of_village == of_village) add_line(w, x, best, b);
        f += used, nf -= used;
        u += passed, nu -= passed;
    }
}

static void add_household(const struct writing *w, const struct entry *x, struct buf *b)
{
    if (w->villages) add_lines(w, x, true, b);
    add_lines(w, x, false, b);
}

static enum rc make_piece(void *ctx, size_t task, size_t slot, unsigned thread, struct err *e)
{
    struct writing *w = ctx;
    struct buf *b = &w->piece[slot];
    size_t from = task * PIECE_HOUSEHOLDS, to = from + PIECE_HOUSEHOLDS < w->n ? from + PIECE_HOUSEHOLDS : w->n;
    (void)thread;
    buf_clear(b);
    for (size_t i = from; i < to; i++) add_household(w, &w->v[i], b);
    return b->failed ? err_nomem(e) : RC_OK;
}

static enum rc write_piece(void *ctx, size_t task, size_t slot, struct err *e)
{
    struct writing *w = ctx;
    (void)task;
    return io_stage_add(&w->file, buf_str(&w->piece[slot]), e);
}

/* ---------------------------------------------------------------- whole */

static enum rc write_pieces(struct writing *w, struct err *e)
{
    const struct par_order o = {.make = make_piece, .take = write_piece, .ctx = w, .slots = PIECES};
    struct par_team team = world_team(&w->sc->w);
    if (w->n < FEW_HOUSEHOLDS && !w->sc->w.threads_given) team.threads = 1;
    for (size_t i = 0; i < PIECES; i++) buf_init(&w->piece[i], PIECE_BYTES_MAX);
    enum rc rc = io_stage_add(&w->file, STR("household,rule,kind,verdict,state,severity,clause\n"), e);
    if (!rc) rc = par_order_run(team, (w->n + PIECE_HOUSEHOLDS - 1) / PIECE_HOUSEHOLDS, &o, e);
    for (size_t i = 0; i < PIECES; i++) buf_fini(&w->piece[i]);
    return rc;
}

static enum rc write_file(struct writing *w, const char *path, struct err *e)
{
    TRY(io_stage_begin(&w->file, path, 0600, e));
    return io_stage_end(&w->file, write_pieces(w, e), e);
}

enum rc screen_stage_findings(struct screening *sc, struct store *s, const char *path, struct err *e)
{
    struct writing w = {.sc = sc};
    arena_init(&w.arena, FINDINGS_ARENA_MAX);
    for (size_t k = 0; k < sc->n_rules; k++) w.villages |= sc->rules[k].of_village;
    enum rc rc = list_households(&w, e);
    if (!rc) rc = order_by_code(&w, s, e);
    if (!rc) rc = list_words(&w, e);
    if (!rc) rc = write_file(&w, path, e);
    mem_free(w.v);
    mem_free(w.no);
    arena_fini(&w.arena);
    return rc;
}
