/* Files of one command read ahead: while one is being stored, the next ones are read. */
#include "base/limits.h"
#include "base/par.h"
#include "match/import_int.h"

bool import_is_opened(const struct import *m) { return m->source.open || m->open_rc; }

/* ---- a file */

/* What needs no database. What is wrong is said when the file's turn comes. */
static void read_first(struct import *m)
{
    struct progress none = {0};
    if (import_is_opened(m)) return;
    m->open_rc = import_look_at(m, &m->ahead_err);
    if (m->open_rc || m->returned || m->plan.roster || m->plan.village >= 0 || !m->shared->loaded) return;
    m->ahead_rc = import_read_first(m, &none, &m->ahead_err);
}

/* Lines of its second run; 0: there is none, or the file failed before it. */
static uint32_t second_lines(const struct import *m)
{
    uint32_t cap = m->run.cap, lines = import_lines(m);
    if (!m->first_read || m->ahead_rc || m->second_read || lines <= cap) return 0;
    return lines - cap < cap ? lines - cap : cap;
}

/* ---- when nothing is left to read */

void import_when_idle(struct import_shared *x, import_idle_fn fn, void *ctx)
{
    x->when_idle = fn;
    x->idle_ctx = ctx;
}

static void run_idle(void *ctx)
{
    struct import_shared *x = ctx;
    x->when_idle(x->idle_ctx, x->pool);
}

/* Every file is read or being stored: nothing but that is left. */
static void be_idle(struct import *m)
{
    struct import_shared *x = m->shared;
    const struct import *last = x->n_ahead ? x->ahead[x->n_ahead - 1] : m;
    if (!x->when_idle || x->idle || last->o->next) return;
    x->idle = par_pool_later(x->pool, run_idle, x);
}

/* ---- the queue */

/* Files one after the other until the one that is being stored is. Behind a roster there are people who are not known
 * yet. */
static void read_queue(struct import *of)
{
    struct import_shared *x = of->shared;
    uint64_t bytes = 0;
    for (size_t i = 0; i < x->n_ahead; i++) {
        struct import *m = x->ahead[i];
        if (bytes >= AHEAD_BYTES || x->stored) return;
        read_first(m);
        if (m->plan.roster) return;
        bytes += m->source.open ? m->source.file.src.size : 0;
    }
    be_idle(of);
}

/* As many lines more as the file that is being stored, whose last run is, has room for in its other run: the second run
 * of a long file, the first one of the next files. */
static void read_further(void *ctx)
{
    struct import *of = ctx;
    struct import_shared *x = of->shared;
    uint32_t left = of->run.cap;
    if (of->spare.plan) run_end(&of->spare);
    for (size_t i = 0; i < x->n_ahead; i++) {
        struct import *m = x->ahead[i];
        uint32_t lines = 0;
        if (!left || x->stored) return;
        if (!import_is_opened(m)) {
            read_first(m);
            lines = m->first_read ? m->run.cap : 0;
        } else if ((lines = second_lines(m))) import_read_second(m);
        if (m->plan.roster) return;
        left -= lines < left ? lines : left;
    }
    be_idle(of);
}

/* Whoever comes second, who read the queue or who stores the last run, goes on. */
static bool goes_on(struct import_shared *x) { return atomic_fetch_add(&x->ready, 1) == 1; }

void import_read_ahead(struct import *of)
{
    read_queue(of);
    if (goes_on(of->shared)) read_further(of);
}

void import_read_further(struct import *of)
{
    struct import_shared *x = of->shared;
    if (goes_on(x) && x->n_ahead && !x->idle) x->further = par_pool_later(x->pool, read_further, of);
}

void import_end_ahead(struct import_shared *x)
{
    par_later_end(x->further);
    x->further = NULL;
}

/* The imports of the next files, as far as they can be begun. */
void import_fill_queue(struct import *m)
{
    struct import_shared *x = m->shared;
    struct err ignored = {.lang = m->out->lang};
    const struct import_options *o = x->n_ahead ? x->ahead[x->n_ahead - 1]->o->next : m->o->next;
    x->ready = 0;
    for (x->stored = false; x != &m->own && o && x->n_ahead < AHEAD_MAX; o = o->next) {
        struct import *next = import_new(m->s, m->p, m->divs, x);
        if (!next) return;
        next->out = m->out;
        next->ahead_err.lang = m->out->lang;
        if (import_begin(next, o, &ignored)) {
            import_drop(next);
            return;
        }
        x->ahead[x->n_ahead++] = next;
    }
}

void import_drop_queue(struct import_shared *x)
{
    for (size_t i = 0; i < x->n_ahead; i++) import_drop(x->ahead[i]);
    x->n_ahead = 0;
}

struct import *import_take_ahead(struct import_shared *x, const struct import_options *o)
{
    if (!x || !x->n_ahead) return NULL;
    struct import *m = x->ahead[0];
    if (m->o != o) return import_drop_queue(x), NULL;
    memmove(x->ahead, x->ahead + 1, --x->n_ahead * sizeof *x->ahead);
    return m;
}

bool import_is_read(const struct import_shared *x, const struct import_options *o)
{
    return o && x->n_ahead && x->ahead[0]->o == o && x->ahead[0]->first_read;
}
