/* Candidates: whom a row may mean, by look-ups. A wrong, exchanged, missing or doubled digit is undone in every way
 * that fits the check character, and each result looked up. */
#include "base/mem.h"
#include "base/par.h"
#include "base/vec.h"
#include "match/judge_int.h"

enum { FIND_ROWS = 256, NAME_ALONE_MAX = 64, LONG_FORM = 18, SHORT_FORM = 15, DIGITS = 17 };

struct found {
    uint32_t at[JUDGE_CANDIDATES_MAX];
    uint32_t n;
};

static void add(struct found *f, const struct judge_row *r, uint32_t at)
{
    if (f->n == JUDGE_CANDIDATES_MAX || at + 1 == r->self) return;
    for (uint32_t i = 0; i < f->n; i++)
        if (f->at[i] == at) return;
    f->at[f->n++] = at;
}

static void add_chain(const struct judge_people *x, struct found *f, const struct judge_row *r, enum judge_chain k,
                      uint64_t hash)
{
    const struct chain *c = &x->chain[k];
    if (!hash) return;
    for (uint32_t i = chain_first(c, hash); i && f->n < JUDGE_CANDIDATES_MAX; i = c->next[i - 1])
        if (chain_hash(x, k, i - 1) == hash) add(f, r, i - 1);
}

/* ---- numbers written wrong */

static bool key_of(const char *t, uint64_t *key)
{
    *key = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        if (t[i] < '0' || t[i] > '9') return false;
        *key = *key * 10 + (uint64_t)(t[i] - '0');
    }
    return true;
}

/* Look a mended number up; one of 18 characters only when its check character fits. */
static void try_text(const struct judge_people *x, struct found *f, const struct judge_row *r, const char *t, size_t n)
{
    char full[DIGITS];
    uint64_t key;
    if (n == SHORT_FORM) {
        memcpy(full, t, 6);
        memcpy(full + 6, "19", 2);
        memcpy(full + 8, t + 6, 9);
        t = full;
    }
    if (!key_of(t, &key) || (n == LONG_FORM && citizen_key_check(key) != t[DIGITS])) return;
    add_chain(x, f, r, CHAIN_KEY, key);
}

static void try_other_digits(const struct judge_people *x, struct found *f, const struct judge_row *r, size_t n)
{
    char t[32];
    memcpy(t, r->id, n);
    for (size_t i = 0; i < n && i < DIGITS; i++) {
        char was = t[i];
        for (char d = '0'; d <= '9'; d++) {
            t[i] = d;
            if (d != was) try_text(x, f, r, t, n);
        }
        t[i] = was;
    }
}

static void try_exchanged(const struct judge_people *x, struct found *f, const struct judge_row *r, size_t n)
{
    char t[32];
    memcpy(t, r->id, n);
    for (size_t i = 0; i + 1 < n; i++) {
        char a = t[i], b = t[i + 1];
        if (a == b) continue;
        t[i] = b, t[i + 1] = a;
        try_text(x, f, r, t, n);
        t[i] = a, t[i + 1] = b;
    }
}

static void try_missing(const struct judge_people *x, struct found *f, const struct judge_row *r)
{
    char t[LONG_FORM];
    for (size_t at = 0; at < LONG_FORM; at++) {
        memcpy(t, r->id, at);
        memcpy(t + at + 1, r->id + at, LONG_FORM - 1 - at);
        for (char d = '0'; d <= '9'; d++) {
            t[at] = d;
            try_text(x, f, r, t, LONG_FORM);
        }
        if (at == LONG_FORM - 1) t[at] = 'X', try_text(x, f, r, t, LONG_FORM);
    }
}

static void try_doubled(const struct judge_people *x, struct found *f, const struct judge_row *r)
{
    char t[LONG_FORM];
    for (size_t at = 0; at <= LONG_FORM; at++) {
        memcpy(t, r->id, at);
        memcpy(t + at, r->id + at + 1, LONG_FORM - at);
        try_text(x, f, r, t, LONG_FORM);
    }
}

static void by_number(const struct judge_people *x, struct found *f, const struct judge_row *r,
                      const struct row_owners *o)
{
    size_t n = strlen(r->id);
    add_chain(x, f, r, CHAIN_KEY, r->key);
    if (r->verdict != ID_OK) add_chain(x, f, r, CHAIN_WRITTEN, judge_written(r->id));
    for (uint32_t i = 0; i < o->n; i++) add_chain(x, f, r, CHAIN_HOUSEHOLD, x->household[o->at[i]]);
    if (!n || o->n || (r->verdict == ID_OK && !r->short_form)) return;
    if (n == LONG_FORM || n == SHORT_FORM) {
        try_other_digits(x, f, r, n);
        try_exchanged(x, f, r, n);
    }
    if (n == LONG_FORM - 1) try_missing(x, f, r);
    if (n == LONG_FORM + 1) try_doubled(x, f, r);
}

static bool take_left(void *ctx, uint32_t at)
{
    struct found *f = ctx;
    if (f->n == JUDGE_CANDIDATES_MAX) return false;
    for (uint32_t i = 0; i < f->n; i++)
        if (f->at[i] == at) return true;
    f->at[f->n++] = at;
    return true;
}

static void by_name(const struct judge_people *x, struct found *f, const struct judge_row *r)
{
    uint64_t near = r->form.near_hash, born = (uint32_t)(r->born ? r->born : r->left.born),
             village = (uint64_t)r->division;
    bool in_village = r->division % 1000 != 0;
    if (near && born) add_chain(x, f, r, CHAIN_NAME_BORN, judge_mix(near, born));
    if (r->home) add_chain(x, f, r, CHAIN_HOME, r->home);
    if (near && in_village) add_chain(x, f, r, CHAIN_NAME_VILLAGE, judge_mix(near, village));
    if (born && in_village) add_chain(x, f, r, CHAIN_BORN_VILLAGE, judge_mix(born, village));
    bool told = r->born && in_village;
    if (near && (!told || !f->n) && freq_of(x->freq_near, r->form.near_hash) <= NAME_ALONE_MAX)
        add_chain(x, f, r, CHAIN_NAME, near);
}

/* ---- all rows */

struct finding_task {
    VEC(struct judge_candidate) v;
};
struct finder {
    struct judge_set *s;
    struct finding_task *task;
};

static enum rc find_row(struct finder *d, struct finding_task *t, size_t i, struct err *e)
{
    const struct judge_people *x = d->s->people;
    const struct judge_row *r = &d->s->rows[i];
    struct found f;
    struct row_owners o;
    f.n = 0;
    judge_owners(x, r, &o);
    by_number(x, &f, r, &o);
    by_name(x, &f, r);
    if (!o.n) judge_each_left(x, r, take_left, &f); /* after those of the name: many people may share a day */
    for (uint32_t k = 0; k < f.n; k++) {
        struct judge_candidate c = {.at = f.at[k]};
        judge_levels(x, r, &o, &c);
        c.kin_named = (uint8_t)judge_kin_named(x, r, &c);
        c.veto = (uint8_t)judge_veto_of(x, r, &o, &c);
        if (!vec_push(&t->v, UINT32_MAX, c)) return err_nomem(e);
    }
    d->s->of[i].n = f.n;
    return RC_OK;
}

static enum rc find_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct finder *d = ctx;
    size_t from = task * FIND_ROWS, to = d->s->n - from < FIND_ROWS ? d->s->n : from + FIND_ROWS;
    (void)thread;
    for (size_t i = from; i < to; i++) TRY(find_row(d, &d->task[task], i, e));
    return RC_OK;
}

static enum rc gather(struct finder *d, size_t tasks, struct err *e)
{
    struct judge_set *s = d->s;
    for (size_t t = 0; t < tasks; t++) s->n_all += d->task[t].v.n;
    s->all = mem_alloc_array(s->n_all + 1, sizeof *s->all);
    if (!s->all) return err_nomem(e);
    size_t at = 0, row = 0;
    for (size_t t = 0; t < tasks; t++) {
        if (d->task[t].v.n) memcpy(s->all + at, d->task[t].v.v, d->task[t].v.n * sizeof *s->all);
        for (size_t end = (t + 1) * FIND_ROWS < s->n ? (t + 1) * FIND_ROWS : s->n; row < end; row++) {
            s->of[row].v = s->all + at;
            at += s->of[row].n;
        }
    }
    return RC_OK;
}

enum rc judge_find(struct judge_set *s, unsigned threads, struct err *e)
{
    size_t tasks = (s->n + FIND_ROWS - 1) / FIND_ROWS;
    struct finder d = {.s = s};
    s->n_all = 0;
    s->of = mem_zalloc_array(s->n + 1, sizeof *s->of);
    d.task = mem_zalloc_array(tasks + 1, sizeof *d.task);
    enum rc rc = s->of && d.task ? RC_OK : err_nomem(e);
    if (!rc) rc = par_run(threads, tasks, find_task, &d, e);
    if (!rc) rc = gather(&d, tasks, e);
    for (size_t t = 0; d.task && t < tasks; t++) vec_fini(&d.task[t].v);
    mem_free(d.task);
    if (rc) judge_set_fini(s);
    return rc;
}

void judge_set_fini(struct judge_set *s)
{
    mem_free(s->of);
    mem_free(s->all);
    s->of = NULL;
    s->all = NULL;
    s->n_all = 0;
}
