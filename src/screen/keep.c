/* Findings and tasks to the store; the findings file. */
#include <stdlib.h>
#include "base/io.h"
#include "columns/chunk.h"
#include "screen/screen_int.h"
#include "store/chunks.h"

/* ---------------------------------------------------------------- columns of the screen */

static int64_t field_of(const struct finding *f, int column)
{
    switch (column) {
    case 0: return f->household;
    case 1: return f->person;
    case 2: return f->rule;
    case 3: return f->verdict;
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
    static const char *const names[5] = {"household", "person", "rule", "verdict", "state"};
    struct chunk_writer *cw;
    TRY(chunk_writer_open(&cw, r->s, (struct owner){OWNER_SCREEN, id}, e));
    enum rc rc = RC_OK;
    for (int i = 0; !rc && i < 5; i++) rc = put_column(cw, r->sc, i, names[i], e);
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

static enum rc put_tasks(struct run *r, int64_t id, struct err *e)
{
    struct screening *sc = r->sc;
    struct task *tasks;
    size_t n_tasks, n_new = 0, n_gone = 0;
    TRY(tasks_list_open(r->s, &sc->arena, &tasks, &n_tasks, e));
    uint32_t *open = mem_alloc_array(sc->n_findings + 1, sizeof *open),
             *fresh = mem_alloc_array(sc->n_findings + 1, sizeof *fresh);
    uint32_t *gone = mem_alloc_array(n_tasks + 1, sizeof *gone);
    enum rc rc = open && fresh && gone ? RC_OK : err_nomem(e);
    size_t n = rc ? 0 : open_households(sc, open), t = 0;
    for (size_t i = 0; i < n; i++) {
        while (t < n_tasks && tasks[t].household_no < open[i]) gone[n_gone++] = tasks[t++].household_no;
        if (t < n_tasks && tasks[t].household_no == open[i]) t++;
        else fresh[n_new++] = open[i];
    }
    while (!rc && t < n_tasks) gone[n_gone++] = tasks[t++].household_no;
    if (!rc && n_new) rc = tasks_open(r->s, id, sc->screen.as_of, fresh, n_new, e);
    if (!rc && n_gone) rc = tasks_close(r->s, id, sc->screen.as_of, gone, n_gone, e);
    sc->tasks_opened = n_new;
    sc->tasks_closed = n_gone;
    sc->tasks_open = n_tasks + n_new - n_gone;
    mem_free(open);
    mem_free(fresh);
    mem_free(gone);
    return rc;
}

enum rc screen_keep(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    struct buf json;
    TRY(screen_begin(r->s, &sc->screen, e));
    enum rc rc = put_columns(r, sc->screen.id, e);
    if (!rc) rc = put_tasks(r, sc->screen.id, e);
    buf_init(&json, MIB(64));
    if (!rc) {
        screen_json(sc, r->p, &json);
        sc->screen.summary = str_dup(&sc->arena, buf_str(&json));
        rc = json.failed || !sc->screen.summary.p ? err_nomem(e) : screen_publish(r->s, &sc->screen, r->o->by_who, e);
    }
    buf_fini(&json);
    if (!rc) return RC_OK;
    struct err ignored = {0};
    if (screen_abandon(r->s, sc->screen.id, &ignored)) return rc;
    return rc;
}

/* ---------------------------------------------------------------- the findings file */

struct line {
    struct str code;
    uint32_t at;
    bool unknown;
};

struct sorter {
    const struct screening *sc;
    struct line *v;
    size_t n;
};

static const struct finding *finding_of(const struct screening *sc, const struct line *l)
{
    return l->unknown ? &sc->unknowns[l->at] : &sc->findings[l->at];
}

static int by_code(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return str_cmp(x->code, y->code);
}

/* Frame row of a household number; UINT32_MAX none. */
static uint32_t row_of(const struct screening *sc, uint32_t household)
{
    const struct world *w = &sc->w;
    uint32_t lo = 0, hi = w->n_households;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (w->household_no[mid] < household) lo = mid + 1;
        else hi = mid;
    }
    return lo < w->n_households && w->household_no[lo] == household ? lo : UINT32_MAX;
}

static struct str code_of(const struct screening *sc, const struct str *codes, uint32_t household)
{
    uint32_t row = row_of(sc, household);
    return row == UINT32_MAX ? STR("") : codes[row];
}

/* What the household's own place says of the rule, or what any says when it is not in force there any more. */
static const struct decl *decl_of(const struct screening *sc, const struct finding *f)
{
    uint32_t row = row_of(sc, f->household);
    const struct decl *own = NULL;
    if (row != UINT32_MAX && f->rule < sc->n_judged) own = sc->decl_at[(size_t)f->rule * sc->w.n_places + sc->w.frame.place[row]];
    return own ? own : sc->rules[f->rule].decl;
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

static void add_line(struct screening *sc, const struct line *l, struct buf *b)
{
    static const char *const verdicts[] = {"false", "true", "unknown"};
    const struct finding *f = finding_of(sc, l);
    const struct decl *d = decl_of(sc, f);
    buf_add_csv(b, l->code);
    buf_addf(b, ",%.*s,%s,%s,%s,%s,", STR_ARG(sc->rules[f->rule].name), kind_word(d), verdicts[f->verdict],
             finding_state_word((enum finding_state)f->state), severity_word(d));
    if (d) {
        struct arena a;
        arena_init(&a, KIB(64));
        buf_add_csv(b, decl_clause(d, &a));
        arena_fini(&a);
    }
    buf_addc(b, '\n');
}

/* Members' findings of one rule make one line a household: the strongest state. */
static bool same_line(struct screening *sc, const struct line *a, const struct line *b)
{
    return finding_of(sc, a)->rule == finding_of(sc, b)->rule &&
           finding_of(sc, a)->household == finding_of(sc, b)->household;
}

static int by_line(const struct screening *sc, const struct line *x, const struct line *y)
{
    int c = str_cmp(x->code, y->code);
    const struct finding *a = finding_of(sc, x), *b = finding_of(sc, y);
    if (c) return c;
    if (a->household != b->household) return a->household < b->household ? -1 : 1;
    if (a->rule != b->rule) return a->rule < b->rule ? -1 : 1;
    uint8_t sa = a->state ? a->state : FS__MAX, sb = b->state ? b->state : FS__MAX;
    return sa < sb ? -1 : sa > sb;
}

/* Lines of one code are few: an insertion sort puts them in order of rule and state. */
static void order_within_codes(struct screening *sc, struct line *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && str_eq(v[j - 1].code, v[j].code) && by_line(sc, &v[j - 1], &v[j]) > 0; j--) {
            struct line t = v[j];
            v[j] = v[j - 1];
            v[j - 1] = t;
        }
}

static enum rc write_lines(struct screening *sc, const struct line *v, size_t n, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, (size_t)8 << 30);
    buf_addz(&b, "household,rule,kind,verdict,state,severity,clause\n");
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !same_line(sc, &v[i - 1], &v[i])) add_line(sc, &v[i], &b);
    enum rc rc = b.failed ? err_nomem(e) : io_write_file(path, buf_str(&b), 0600, e);
    buf_fini(&b);
    return rc;
}

enum rc screen_write_findings(struct screening *sc, const struct screen_options *o, struct err *e)
{
    struct str *codes;
    TRY(world_codes(&sc->w, &codes, e));
    size_t n = sc->n_findings + sc->n_unknowns;
    struct line *v = mem_alloc_array(n + 1, sizeof *v);
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < sc->n_findings; i++)
        v[i] = (struct line){code_of(sc, codes, sc->findings[i].household), (uint32_t)i, false};
    for (size_t i = 0; i < sc->n_unknowns; i++)
        v[sc->n_findings + i] = (struct line){code_of(sc, codes, sc->unknowns[i].household), (uint32_t)i, true};
    qsort(v, n, sizeof *v, by_code);
    order_within_codes(sc, v, n);
    enum rc rc = write_lines(sc, v, n, o->findings_path, e);
    mem_free(v);
    return rc;
}
