/* Findings and tasks to the store; the findings file. */
#include <stdlib.h>
#include "base/io.h"
#include "columns/chunk.h"
#include "screen/kept.h"
#include "screen/screen_int.h"
#include "store/chunks.h"
#include "store/people.h"

#define FINDINGS_BYTES_MAX ((size_t)8 << 30)

/* ---------------------------------------------------------------- columns of the screen */

static int64_t field_of(const struct finding *f, int column)
{
    switch (column) {
    case KEPT_HOUSEHOLD: return f->household;
    case KEPT_PERSON: return f->person;
    case KEPT_RULE: return f->rule;
    case KEPT_VERDICT: return f->verdict;
    default: return f->state;
    }
}

static enum rc put_column(struct chunk_writer *cw, const struct screening *sc, int column, const char *name,
                          struct err *e)
{
    int64_t *v = mem_alloc_array(CHUNK_ROWS, sizeof *v);
    struct buf buf;
    buf_init(&buf, CHUNK_BYTES_MAX);
    enum rc rc = v ? RC_OK : err_nomem(e);
    for (size_t at = 0, seq = 0; !rc && at < sc->n_findings; at += CHUNK_ROWS, seq++) {
        uint32_t n = (uint32_t)(sc->n_findings - at < CHUNK_ROWS ? sc->n_findings - at : CHUNK_ROWS);
        for (uint32_t i = 0; i < n; i++) v[i] = field_of(&sc->findings[at + i], column);
        buf_clear(&buf);
        rc = chunk_encode_i64(v, NULL, n, &buf, e);
        struct chunk_put p = {
            .name = str_from(name), .seq = (uint32_t)seq, .rows = n, .first_row = (int64_t)at, .bytes = buf_str(&buf)};
        if (!rc) rc = chunk_put(cw, &p, e);
    }
    buf_fini(&buf);
    mem_free(v);
    return rc;
}

static enum rc put_rules(struct chunk_writer *cw, const struct screening *sc, struct err *e)
{
    if (!sc->n_rules) return RC_OK;
    struct str *names = mem_alloc_array(sc->n_rules, sizeof *names);
    struct buf buf;
    buf_init(&buf, CHUNK_BYTES_MAX);
    enum rc rc = names ? RC_OK : err_nomem(e);
    for (size_t i = 0; !rc && i < sc->n_rules; i++) names[i] = sc->rules[i].name;
    if (!rc) rc = chunk_encode_str(names, NULL, (uint32_t)sc->n_rules, &buf, e);
    struct chunk_put p = {.name = STR("rules"), .rows = (uint32_t)sc->n_rules, .bytes = buf_str(&buf)};
    if (!rc) rc = chunk_put(cw, &p, e);
    buf_fini(&buf);
    mem_free(names);
    return rc;
}

static enum rc put_columns(struct run *r, int64_t id, struct err *e)
{
    struct chunk_writer *cw;
    TRY(chunk_writer_open(&cw, r->s, (struct owner){OWNER_SCREEN, id}, e));
    enum rc rc = RC_OK;
    for (int i = 0; !rc && i < KEPT__MAX; i++) rc = put_column(cw, r->sc, i, kept_column_name((enum kept_column)i), e);
    if (!rc) rc = put_rules(cw, r->sc, e);
    if (!rc) rc = chunk_flush(cw, e);
    chunk_writer_close(cw);
    return rc;
}

/* ---------------------------------------------------------------- one open task a household */

static bool is_open(const struct finding *f)
{
    return f->state == FS_NEW || f->state == FS_STILL || f->state == FS_UNCONFIRMED;
}

size_t screen_count_open(const struct screening *sc)
{
    size_t n = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < sc->n_findings; i++) {
        if (!is_open(&sc->findings[i]) || (n && sc->findings[i].household == last)) continue;
        last = sc->findings[i].household;
        n++;
    }
    return n;
}

/* Households with an open finding, ascending (findings are sorted by household). */
static size_t open_households(const struct screening *sc, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < sc->n_findings; i++) {
        if (!is_open(&sc->findings[i])) continue;
        if (!n || out[n - 1] != sc->findings[i].household) out[n++] = sc->findings[i].household;
    }
    return n;
}

/* What the screen does to tasks. The lists are the caller's, also after a failure. */
struct task_plan {
    uint32_t *open, *fresh, *gone;
    struct task_changes changes;
};

static void plan_free(struct task_plan *p)
{
    mem_free(p->open);
    mem_free(p->fresh);
    mem_free(p->gone);
}

/* Against the tasks as they were before this as-of: what a screen that is replaced did is undone on publishing. */
static enum rc plan_tasks(struct run *r, struct task_plan *p, struct err *e)
{
    struct screening *sc = r->sc;
    struct task *tasks;
    size_t n_tasks, n_new = 0, n_gone = 0, t = 0;
    TRY(tasks_list_before(r->s, sc->screen.as_of, &sc->arena, &tasks, &n_tasks, e));
    p->open = mem_alloc_array(sc->n_findings + 1, sizeof *p->open);
    p->fresh = mem_alloc_array(sc->n_findings + 1, sizeof *p->fresh);
    p->gone = mem_alloc_array(n_tasks + 1, sizeof *p->gone);
    if (!p->open || !p->fresh || !p->gone) return err_nomem(e);
    size_t n = open_households(sc, p->open);
    for (size_t i = 0; i < n; i++) {
        while (t < n_tasks && tasks[t].household_no < p->open[i]) p->gone[n_gone++] = tasks[t++].household_no;
        if (t < n_tasks && tasks[t].household_no == p->open[i]) t++;
        else p->fresh[n_new++] = p->open[i];
    }
    while (t < n_tasks) p->gone[n_gone++] = tasks[t++].household_no;
    p->changes = (struct task_changes){.open = p->fresh, .close = p->gone, .n_open = n_new, .n_close = n_gone};
    sc->tasks_opened = n_new;
    sc->tasks_closed = n_gone;
    sc->tasks_open = n_tasks + n_new - n_gone;
    return RC_OK;
}

/* What was confirmed so that the screen can be kept, for the journal. */
static enum rc note_confirmed(struct screening *sc, struct err *e)
{
    struct str *v = ARENA_ARRAY(&sc->arena, struct str, sc->n_held + 1);
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < sc->n_held; i++) {
        const struct hold *h = &sc->held[i];
        char day[DATE_TEXT_MAX];
        struct buf b;
        buf_init(&b, KIB(16));
        buf_addf(&b, "%s %.*s %012lld: %llu/%llu (%llu): %.*s", date_format(sc->screen.as_of, day),
                 STR_ARG(sc->rules[h->rule].name), (long long)h->county, (unsigned long long)h->flagged,
                 (unsigned long long)h->households, (unsigned long long)h->before, STR_ARG(sc->confirmed_why));
        v[i] = str_dup(&sc->arena, buf_str(&b));
        bool ok = !b.failed && v[i].p;
        buf_fini(&b);
        if (!ok) return err_nomem(e);
    }
    sc->screen.confirmed = v;
    sc->screen.n_confirmed = sc->n_held;
    return RC_OK;
}

/* The summary counts the tasks. */
static enum rc publish(struct run *r, const struct task_changes *c, struct err *e)
{
    struct screening *sc = r->sc;
    struct buf json;
    TRY(note_confirmed(sc, e));
    buf_init(&json, MIB(64));
    screen_json(sc, r->p, &json);
    sc->screen.summary = str_dup(&sc->arena, buf_str(&json));
    enum rc rc = json.failed || !sc->screen.summary.p ? err_nomem(e)
                                                      : screen_publish(r->s, &sc->screen, c, r->o->by_who, e);
    buf_fini(&json);
    return rc;
}

enum rc screen_keep(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    struct task_plan plan = {0};
    TRY(screen_begin(r->s, &sc->screen, e));
    enum rc rc = put_columns(r, sc->screen.id, e);
    if (!rc) rc = plan_tasks(r, &plan, e);
    if (!rc) rc = publish(r, &plan.changes, e);
    plan_free(&plan);
    if (!rc) return RC_OK;
    struct err ignored = {0};
    if (screen_abandon(r->s, sc->screen.id, &ignored)) return rc;
    return rc;
}

/* ---------------------------------------------------------------- the findings file */

/* In the order of sorting. */
struct line {
    struct str code;
    uint32_t household;
    uint16_t rule;
    uint8_t rank; /* the state; never raised last */
    bool unknown;
    uint32_t at;
};

static const struct finding *finding_of(const struct screening *sc, const struct line *l)
{
    return l->unknown ? &sc->unknowns[l->at] : &sc->findings[l->at];
}

static int by_line(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int c = x->household == y->household ? 0 : str_cmp(x->code, y->code);
    if (c) return c;
    if (x->household != y->household) return x->household < y->household ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Codes of households that are no longer in the frame, for what is withdrawn from them. */
struct gone {
    struct arena *arena;
    struct map64 at; /* number -> index into code */
    struct str *code;
};

static enum rc take_gone(void *ctx, const struct household_row *h, struct err *e)
{
    struct gone *g = ctx;
    uint32_t i = map64_get(&g->at, h->no);
    if (i == UINT32_MAX) return RC_OK;
    g->code[i] = str_dup(g->arena, h->code);
    return g->code[i].p || !h->code.n ? RC_OK : err_nomem(e);
}

static enum rc find_gone(struct screening *sc, struct store *s, struct gone *g, struct err *e)
{
    uint32_t n = 0;
    for (size_t i = 0; i < sc->n_findings; i++) {
        uint32_t no = sc->findings[i].household;
        if (household_row(&sc->w, no) != UINT32_MAX || map64_get(&g->at, no) != UINT32_MAX) continue;
        if (!map64_put(&g->at, no, n++)) return err_nomem(e);
    }
    if (!n) return RC_OK;
    g->code = ARENA_ARRAY(&sc->arena, struct str, n);
    return g->code ? households_each_code(s, take_gone, g, e) : err_nomem(e);
}

static struct line line_of(const struct screening *sc, const struct str *codes, const struct gone *g,
                           const struct finding *f)
{
    uint32_t row = household_row(&sc->w, f->household);
    uint32_t i = row == UINT32_MAX ? map64_get(&g->at, f->household) : UINT32_MAX;
    return (struct line){.code = row != UINT32_MAX ? codes[row]
                                 : i != UINT32_MAX ? g->code[i]
                                                   : STR(""),
                         .household = f->household,
                         .rule = f->rule,
                         .rank = f->state ? f->state : FS__MAX};
}

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

/* The words of a rule are those of the books that hold where the household lives. */
static void add_line(const struct screening *sc, const struct line *l, struct buf *b)
{
    static const char *const verdicts[] = {"false", "true", "unknown"};
    const struct finding *f = finding_of(sc, l);
    uint32_t row = household_row(&sc->w, f->household);
    const struct rule_here *h = row == UINT32_MAX ? NULL : rule_here(sc, row, f->rule);
    const struct screen_rule *r = &sc->rules[f->rule];
    bool lost = (!h || !h->decl) && r->decl && !r->varies; /* withdrawn from here, but one and the same elsewhere */
    const struct decl *d = lost ? r->decl : h ? h->decl : NULL;
    buf_add_csv(b, l->code);
    buf_addc(b, ',');
    buf_add(b, r->name);
    const char *const words[] = {kind_word(d), verdicts[f->verdict], finding_state_word((enum finding_state)f->state),
                                 severity_word(d)};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        buf_addc(b, ',');
        buf_addz(b, words[i]);
    }
    buf_addc(b, ',');
    if (d) buf_add_csv(b, lost ? r->clause : h->clause);
    buf_addc(b, '\n');
}

/* Members' findings of one rule make one line a household: the strongest state. */
static bool same_line(const struct line *a, const struct line *b)
{
    return a->rule == b->rule && a->household == b->household;
}

static enum rc write_lines(const struct screening *sc, const struct line *v, size_t n, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, FINDINGS_BYTES_MAX);
    buf_addz(&b, "household,rule,kind,verdict,state,severity,clause\n");
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !same_line(&v[i - 1], &v[i])) add_line(sc, &v[i], &b);
    enum rc rc = b.failed ? err_nomem(e) : io_write_file(path, buf_str(&b), 0600, e);
    buf_fini(&b);
    return rc;
}

static enum rc write_sorted(struct screening *sc, const struct gone *g, const char *path, struct err *e)
{
    struct str *codes;
    TRY(world_codes(&sc->w, &codes, e));
    size_t n = sc->n_findings + sc->n_unknowns;
    struct line *v = mem_alloc_array(n + 1, sizeof *v);
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        bool unknown = i >= sc->n_findings;
        size_t at = unknown ? i - sc->n_findings : i;
        v[i] = line_of(sc, codes, g, unknown ? &sc->unknowns[at] : &sc->findings[at]);
        v[i].unknown = unknown;
        v[i].at = (uint32_t)at;
    }
    qsort(v, n, sizeof *v, by_line);
    enum rc rc = write_lines(sc, v, n, path, e);
    mem_free(v);
    return rc;
}

enum rc screen_write_findings(struct screening *sc, struct store *s, const char *path, struct err *e)
{
    struct gone g = {.arena = &sc->arena};
    map64_init(&g.at);
    enum rc rc = find_gone(sc, s, &g, e);
    if (!rc) rc = write_sorted(sc, &g, path, e);
    map64_fini(&g.at);
    return rc;
}
