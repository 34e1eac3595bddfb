/* Rosters: numbers for people and households, what is new and what changed, who is missing. */
#include <stdatomic.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/par.h"
#include "base/utf8.h"
#include "columns/keyring.h"
#include "match/roster_int.h"
#include "match/run_int.h"
#include "rules/value.h"

enum { PREFETCH = 12 };
#define ROSTER_CODES_MAX ((size_t)4 << 30)

/* ---- what is stored */

static enum rc take_stored(void *ctx, const struct roster_row *rows, size_t n, struct err *e)
{
    struct import *m = ctx;
    struct roster *x = m->roster;
    for (size_t i = 0; i < n; i++) {
        const struct roster_row *o = &rows[i];
        if (x->replaced && o->person < x->people.n && x->people.v[o->person].household) continue;
        if (x->replaced && o->person < x->first_person) x->replaced[o->person / 64] |= UINT64_C(1) << o->person % 64;
        while (x->people.n <= o->person)
            if (!vec_push(&x->people, ROSTER_PEOPLE_MAX, (struct person_state){0})) return err_nomem(e);
        date_day born = o->born && SPAN_LO(o->born) == SPAN_HI(o->born) ? (date_day)SPAN_LO(o->born) : 0;
        if (!born && o->key) born = citizen_key_born(o->key);
        uint32_t name = name_fold(o->name);
        x->people.v[o->person] = (struct person_state){o->key, name, o->household, 0, born};
        if (name && !map64_put(&x->mates, roster_mate_key(o->household, name, born), o->person)) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc household_at(struct roster *x, struct str code, struct household_state **out, struct err *e)
{
    uint32_t id = intern_add(&x->codes, code);
    if (id == UINT32_MAX) return err_nomem(e);
    if (id == x->households.n && !vec_push(&x->households, ROSTER_HOUSEHOLDS_MAX, (struct household_state){0}))
        return err_nomem(e);
    *out = &x->households.v[id];
    return RC_OK;
}

static enum rc take_code(void *ctx, const struct household_row *h, struct err *e)
{
    struct household_state *x;
    TRY(household_at(ctx, h->code, &x, e));
    x->no = h->no;
    return RC_OK;
}

static enum rc take_household(void *ctx, const struct household_row *h, struct err *e)
{
    struct household_state *x;
    TRY(household_at(ctx, h->code, &x, e));
    x->no = h->no;
    x->before = x->division = h->division;
    return RC_OK;
}

/* At once, so that millions of people are not copied again and again; what is not used costs nothing. */
static enum rc reserve_people(struct import *m, struct err *e)
{
    struct roster *x = m->roster;
    size_t cap = (size_t)x->next_person + m->source.file.lines + 2;
    if (cap > ROSTER_PEOPLE_MAX) cap = ROSTER_PEOPLE_MAX;
    if (cap <= x->people.cap) return RC_OK;
    struct person_state *v = mem_resize_array(x->people.v, cap, sizeof *v);
    if (!v) return err_nomem(e);
    x->people.v = v;
    x->people.cap = cap;
    return RC_OK;
}

/* People of the roster that this one replaces keep their numbers, by which the departments' rows know them; but who is
 * only there does not stay. */
static enum rc load_replaced(struct import *m, struct roster_want *w, struct err *e)
{
    struct roster *x = m->roster;
    x->replaced = mem_zalloc_array((size_t)x->first_person / 64 + 1, sizeof *x->replaced);
    if (!x->replaced) return err_nomem(e);
    w->except = 0;
    w->only = m->o->replaces;
    return roster_each(m->s, w, take_stored, m, e);
}

static enum rc load_stored(struct import *m, struct err *e)
{
    struct roster *x = m->roster;
    struct str born = m->plan.born >= 0 ? m->plan.cols[m->plan.born].stored : STR("");
    struct roster_want w = {.roster = m->plan.dataset,
                            .what = ROSTER_KEY | ROSTER_NAME | ROSTER_HOUSEHOLD | ROSTER_BORN,
                            .born = born,
                            .k_us = INT64_MAX,
                            .except = m->o->replaces};
    TRY(roster_each(m->s, &w, take_stored, m, e));
    if (m->o->replaces) TRY(load_replaced(m, &w, e));
    TRY(person_index_init(&m->index, x->people.n + m->source.file.lines + 1, e));
    for (uint32_t no = 1; no < x->people.n; no++) {
        const struct person_state *p = &x->people.v[no];
        if (p->key) TRY(person_index_add(&m->index, (struct person_entry){p->key, p->name, no}, e));
    }
    TRY(households_each_code(m->s, take_code, x, e));
    return households_each(m->s, INT64_MAX, take_household, x, e);
}

enum rc roster_begin(struct import *m, struct err *e)
{
    struct roster *x = m->roster = mem_zalloc_array(1, sizeof *x);
    if (!x) return err_nomem(e);
    arena_init(&x->code_texts, ROSTER_CODES_MAX);
    intern_init(&x->codes, &x->code_texts);
    map64_init(&x->mates);
    map64_init(&x->known_divisions);
    TRY(store_take_numbers(m->s, "person", 0, &x->next_person, e));
    TRY(store_take_numbers(m->s, "household", 0, &x->next_household, e));
    x->first_person = x->next_person;
    TRY(reserve_people(m, e));
    return load_stored(m, e);
}

void roster_fini(struct import *m)
{
    struct roster *x = m->roster;
    if (!x) return;
    vec_fini(&x->people);
    vec_fini(&x->households);
    vec_fini(&x->write);
    vec_fini(&x->write_households);
    vec_fini(&x->repeats);
    mem_free(x->tails);
    mem_free(x->replaced);
    roster_delta_free(x->delta);
    map64_fini(&x->mates);
    map64_fini(&x->known_divisions);
    intern_fini(&x->codes);
    arena_fini(&x->code_texts);
    mem_free(x);
    m->roster = NULL;
}

/* ---- resolving a run */

static enum rc note_division(struct import *m, int64_t division, struct err *e)
{
    struct roster *x = m->roster;
    if (division == x->last_division) {
        m->r->unknown_divisions += !x->last_known;
        return RC_OK;
    }
    uint32_t known = map64_get(&x->known_divisions, (uint64_t)division);
    if (known == UINT32_MAX) {
        known = divisions_find(m->divs, division, m->d.received_day, NULL);
        if (!map64_put(&x->known_divisions, (uint64_t)division, known)) return err_nomem(e);
    }
    x->last_division = division;
    x->last_known = known;
    m->r->unknown_divisions += !known;
    return RC_OK;
}

/* Rows of a household mostly stand together, and equal texts of neighbours have one reference. */
static enum rc household_of_row(struct import *m, uint32_t slot, struct household_state **h, struct err *e)
{
    struct roster *x = m->roster;
    uint64_t ref = ((uint64_t *)m->run.stage[m->plan.household])[slot];
    if (ref != x->last_ref) {
        TRY(household_at(x, run_text(&m->run, ref), h, e));
        x->last_ref = ref;
        x->last_household = (uint32_t)(*h - x->households.v);
    }
    *h = &x->households.v[x->last_household];
    return RC_OK;
}

/* A household's division is that of its first row in the file. */
static enum rc resolve_household(struct import *m, uint32_t slot, uint32_t *no, struct err *e)
{
    struct roster *x = m->roster;
    const int64_t *div = m->plan.division >= 0 ? m->run.stage[m->plan.division] : NULL;
    int64_t division = div && div[slot] != STAGE_BLANK64 ? div[slot] : 0;
    struct household_state *h;
    TRY(household_of_row(m, slot, &h, e));
    if (m->divs && division) TRY(note_division(m, division, e));
    if (!h->no) {
        h->no = x->next_household++;
        h->fresh = true;
        m->r->new_households++;
    }
    *no = h->no;
    if (h->seen) return RC_OK;
    h->seen = true;
    h->division = division ? division : h->before;
    /* Written by every roster that has it, so that a roster withdrawn later takes no household away. */
    uint32_t id = (uint32_t)(h - x->households.v);
    return vec_push(&x->write_households, UINT32_MAX, id) ? RC_OK : err_nomem(e);
}

static enum rc resolve_row(struct import *m, uint32_t slot, struct err *e)
{
    struct run *r = &m->run;
    uint32_t of = 0;
    TRY(resolve_household(m, slot, &r->household[slot], e));
    TRY(roster_person(m, slot, r->household[slot], &r->person[slot], &of, e));
    if (of && !vec_push(&m->roster->repeats, UINT32_MAX, (struct repeat){r->first_line + slot, of}))
        return err_nomem(e);
    m->r->without_id += !of && !r->key[slot];
    return RC_OK;
}

/* The cells of a repeated row were not kept: read its part of the file again. */
static enum rc refuse_in_part(struct import *m, struct run_group *g, size_t part, struct err *e)
{
    struct run_thread *t = &m->run.thread[0];
    struct row_batch b;
    struct roster *x = m->roster;
    TRY(csv_reader_start(&t->reader, part, e));
    for (;;) {
        TRY(csv_reader_next(&t->reader, &b, e));
        if (!b.rows) return RC_OK;
        size_t k = 0;
        while (k < x->repeats.n && x->repeats.v[k].line < b.row[0].line) k++;
        for (uint32_t i = 0; i < b.rows && k < x->repeats.n; i++) {
            if (x->repeats.v[k].line != b.row[i].line) continue;
            struct bad_row bad = {.line = b.row[i].line,
                                  .why = WHY_DUPLICATE,
                                  .detail = x->repeats.v[k].of,
                                  .key = m->run.key[b.row[i].line - m->run.first_line]};
            if (!bad_add(&g->bad, &b, i, -1, bad)) return err_nomem(e);
            k++;
        }
    }
}

static int by_line(const void *a, const void *b)
{
    const struct bad_row *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

static bool part_has_repeats(const struct import *m, size_t part)
{
    const struct csv_file *f = &m->source.file;
    uint32_t from = f->part[part].line, to = part + 1 < f->parts ? f->part[part + 1].line : UINT32_MAX;
    for (size_t k = 0; k < m->roster->repeats.n; k++)
        if (m->roster->repeats.v[k].line >= from && m->roster->repeats.v[k].line <= to) return true;
    return false;
}

static enum rc refuse_repeats(struct import *m, struct err *e)
{
    for (size_t g = 0; m->roster->repeats.n && g < m->run.groups; g++) {
        struct run_group *group = &m->run.group[g];
        size_t before = group->bad.v.n;
        for (size_t p = group->part_from; p < group->part_to; p++)
            if (part_has_repeats(m, p)) TRY(refuse_in_part(m, group, p, e));
        if (group->bad.v.n > before) qsort(group->bad.v.v, group->bad.v.n, sizeof *group->bad.v.v, by_line);
    }
    return RC_OK;
}

enum rc roster_resolve(struct import *m, struct err *e)
{
    struct roster *x = m->roster;
    struct run *r = &m->run;
    x->write.n = x->write_households.n = x->repeats.n = 0;
    x->run_person = x->next_person;
    x->run_household = x->next_household;
    x->last_ref = TEXT_BLANK; /* texts are those of the run */
    for (uint32_t slot = 0; slot < r->lines; slot++) {
        uint32_t ahead = slot + PREFETCH;
        if (ahead < r->lines && r->key[ahead]) person_index_prefetch(&m->index, r->key[ahead]);
        if (r->person[slot]) TRY(resolve_row(m, slot, e));
    }
    return refuse_repeats(m, e);
}

/* ---- storing */

size_t roster_columns(const struct import *m, struct sink_column *c)
{
    const struct run *r = &m->run;
    size_t n = 0;
    c[n++] = (struct sink_column){.name = STR("household"), .kind = CK_U32, .v = r->household, .order = r->order};
    c[n++] = (struct sink_column){.name = STR("id"), .kind = CK_U64, .v = r->key, .order = r->order, .seal = true};
    c[n++] = (struct sink_column){.name = STR("id_state"), .kind = CK_U8, .v = r->id_state, .order = r->order};
    c[n++] = (struct sink_column){
        .name = STR("name_hash"), .kind = CK_U64, .v = r->name_hash, .order = r->order, .seal = true};
    c[n++] = (struct sink_column){
        .name = STR("name"), .kind = CK_TEXT, .v = r->name, .order = r->order, .seal = true, .run = r};
    return n;
}

#define TAIL_MADE (UINT64_C(1) << 32)
enum { TAIL_DIGITS = 100000, TAIL_CHECKS = 11, TAIL_WORTH = 100000 /* people of a run */ };

struct people_job {
    struct import *m;
    struct person_row *rows;
    size_t n;
};
enum { PEOPLE_TASK = 8192, ID_TAIL = 6 };

/* A million people have a few hundred thousand last six digits: each is hashed once. */
static uint32_t tail_hash(const struct people_job *j, uint64_t key, struct str id)
{
    struct str tail = str_sub(id, id.n - ID_TAIL, id.n);
    const struct keyring *keys = store_keyring(j->m->s);
    char check = tail.p[ID_TAIL - 1];
    _Atomic uint64_t *at = j->m->roster->tails;
    if (!at) return (uint32_t)keyring_hash64(keys, STR("id-last6"), tail);
    at += key % TAIL_DIGITS * TAIL_CHECKS + (check == 'X' ? 10 : (uint64_t)(check - '0'));
    uint64_t known = atomic_load_explicit(at, memory_order_relaxed);
    if (!known) {
        known = (uint32_t)keyring_hash64(keys, STR("id-last6"), tail) | TAIL_MADE;
        atomic_store_explicit(at, known, memory_order_relaxed);
    }
    return (uint32_t)known;
}

static enum rc people_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct people_job *j = ctx;
    const struct run *r = &j->m->run;
    const struct roster *x = j->m->roster;
    size_t to = (task + 1) * PEOPLE_TASK < j->n ? (task + 1) * PEOPLE_TASK : j->n;
    (void)thread, (void)e;
    for (size_t i = task * PEOPLE_TASK; i < to; i++) {
        uint32_t slot = x->write.v[i], no = r->person[slot];
        uint64_t key = x->people.v[no].key;
        char text[CITIZEN_ID_TEXT_MAX];
        struct person_row *p = &j->rows[i];
        *p = (struct person_row){.no = no, .household_no = r->household[slot], .has_id = key != 0};
        if (key) { /* the ID itself lies sealed in the column "id" */
            struct str id = str_from(citizen_key_format(key, text));
            p->id_hash = keyring_hash64(store_keyring(j->m->s), STR("id"), id);
            p->id_tail_hash = tail_hash(j, key, id);
        } else if (r->id_text[slot] != TEXT_BLANK) {
            p->secret = utf8_clip(run_text(r, r->id_text[slot]), PERSON_SECRET_MAX);
        }
        if (r->name[slot] != TEXT_BLANK) p->name = run_text(r, r->name[slot]);
    }
    return RC_OK;
}

static int by_number(const void *a, const void *b)
{
    const struct person_row *x = a, *y = b;
    return x->no < y->no ? -1 : x->no > y->no;
}

static enum rc store_people(struct import *m, struct err *e)
{
    struct roster *x = m->roster;
    struct people_job j = {.m = m, .n = x->write.n};
    if (!j.n) return RC_OK;
    j.rows = mem_alloc_array(j.n, sizeof *j.rows);
    enum rc rc = j.rows ? RC_OK : err_nomem(e);
    if (!rc && j.n >= TAIL_WORTH && !x->tails) {
        x->tails = mem_zalloc_array((size_t)TAIL_DIGITS * TAIL_CHECKS, sizeof *x->tails);
        if (!x->tails) rc = err_nomem(e);
    }
    if (!rc) rc = par_run(m->threads, (j.n + PEOPLE_TASK - 1) / PEOPLE_TASK, people_task, &j, e);
    bool sorted = true;
    for (size_t i = 1; !rc && i < j.n; i++) sorted &= j.rows[i - 1].no < j.rows[i].no;
    if (!rc && !sorted) qsort(j.rows, j.n, sizeof *j.rows, by_number);
    if (!rc) rc = people_add(m->s, m->d.id, j.rows, j.n, m->threads, e);
    mem_free(j.rows);
    return rc;
}

static enum rc store_households(struct import *m, struct err *e)
{
    struct roster *x = m->roster;
    size_t n = x->write_households.n;
    if (!n) return RC_OK;
    struct household_row *rows = mem_alloc_array(n, sizeof *rows);
    if (!rows) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        const struct household_state *h = &x->households.v[x->write_households.v[i]];
        rows[i] = (struct household_row){h->no, h->division, x->codes.texts[x->write_households.v[i]], h->fresh};
    }
    enum rc rc = households_add(m->s, m->d.id, rows, n, m->threads, e);
    mem_free(rows);
    return rc;
}

/* The store hands out the numbers that this run has used already; nobody else can write meanwhile. */
static enum rc take_numbers(struct import *m, const char *series, uint32_t from, uint32_t to, struct err *e)
{
    uint32_t first = 0;
    if (to == from) return RC_OK;
    TRY(store_take_numbers(m->s, series, to - from, &first, e));
    if (first == from) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "numbers of the series %s were handed out meanwhile; this is a defect",
                   "编号序列 %s 期间被他人使用；这是程序缺陷", series);
}

enum rc roster_store(struct import *m, struct err *e)
{
    struct roster *x = m->roster;
    TRY(take_numbers(m, "person", x->run_person, x->next_person, e));
    TRY(take_numbers(m, "household", x->run_household, x->next_household, e));
    TRY(store_households(m, e));
    store_move_log(m->s, par_pool_threads(m->shared->pool) > 1); /* while there is time: the next files come after */
    return store_people(m, e);
}

/* Of each household, its first line in this file; 0: it has none. NULL: out of memory. */
static uint32_t *household_lines(const struct roster *x)
{
    uint32_t *line = mem_zalloc_array((size_t)x->next_household + 1, sizeof *line);
    for (size_t no = 1; line && no < x->people.n; no++) {
        const struct person_state *p = &x->people.v[no];
        if (p->line && (!line[p->household] || p->line < line[p->household])) line[p->household] = p->line;
    }
    return line;
}

/* Somebody known before who is not in the file. */
static void count_lacking(struct import_report *r, uint32_t line)
{
    r->lacking_people++;
    if (line && (!r->left_people++ || line < r->left_line)) r->left_line = line;
}

enum rc roster_end(struct import *m, struct err *e)
{
    struct roster *x = m->roster;
    struct map64 home;
    if (x->first_person <= 1) return RC_OK; /* nobody was known before */
    uint32_t *line = household_lines(x);
    map64_init(&home);
    bool ok = line != NULL;
    for (uint32_t i = 0; ok && i < x->households.n; i++) ok = map64_put(&home, x->households.v[i].no, i);
    for (size_t no = 1; ok && no < x->people.n && no < x->first_person; no++) {
        const struct person_state *p = &x->people.v[no];
        if (!p->household || p->line || roster_only_replaced(x, no)) continue;
        uint32_t h = map64_get(&home, p->household);
        int64_t division = h == UINT32_MAX ? 0 : x->households.v[h].division;
        bool here = !m->d.division || (division && division_covers(m->d.division, division));
        if (here) count_lacking(m->r, p->household <= x->next_household ? line[p->household] : 0);
    }
    map64_fini(&home);
    mem_free(line);
    return ok ? RC_OK : err_nomem(e);
}
