/* Findings and tasks to the store. */
#include "columns/chunk.h"
#include "screen/kept.h"
#include "screen/screen_int.h"
#include "store/chunks.h"

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

/* A household has nothing to do with what is wrong in its village's form. */
static bool is_open(const struct screening *sc, const struct finding *f)
{
    bool open = f->state == FS_NEW || f->state == FS_STILL || f->state == FS_UNCONFIRMED;
    return open && !sc->rules[f->rule].of_village;
}

size_t screen_count_open(const struct screening *sc)
{
    size_t n = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < sc->n_findings; i++) {
        if (!is_open(sc, &sc->findings[i]) || (n && sc->findings[i].household == last)) continue;
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
        if (!is_open(sc, &sc->findings[i])) continue;
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
