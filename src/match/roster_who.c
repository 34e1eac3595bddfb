/* Which person a roster row is: by ID, else by household, name and birth. */
#include "base/limits.h"
#include "base/mem.h"
#include "match/roster_int.h"

uint64_t roster_mate_key(uint32_t household, uint64_t name, date_day born)
{
    uint64_t h = name ^ (uint64_t)household * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 29) * UINT64_C(0xBF58476D1CE4E5B9) + (uint64_t)(uint32_t)born;
    return (h ^ h >> 32) * UINT64_C(0x94D049BB133111EB);
}

date_day roster_born(const struct plan *pl, const struct run *r, uint32_t slot)
{
    uint32_t v = pl->born >= 0 ? ((const uint32_t *)r->stage[pl->born])[slot] : 0;
    if (v && v >> STAGE_SPAN_SHIFT == 0) return (date_day)v;
    return r->key[slot] ? citizen_key_born(r->key[slot]) : 0;
}

/* Of the people with this ID: one not yet in this file, the likeliest first; *of when the row repeats one that is. */
static uint32_t by_id(struct import *m, uint64_t key, uint64_t name, uint32_t household, uint32_t *of)
{
    struct person_entry hit[PERSON_HITS_MAX];
    size_t n = person_index_find(&m->index, key, hit);
    uint32_t best = 0;
    int most = -1;
    for (size_t i = 0; i < n; i++) {
        const struct person_state *p = &m->roster->people.v[hit[i].person];
        bool same_name = name && p->name == name, same_home = p->household == household;
        if (p->line && same_home && p->name == name) return *of = p->line, 0;
        if (p->line || 2 * same_name + same_home <= most) continue;
        most = 2 * same_name + same_home;
        best = hit[i].person;
    }
    return best;
}

static uint32_t by_household(struct import *m, uint64_t key, uint64_t name, uint32_t household, date_day born,
                             uint32_t *of)
{
    if (!name) return 0;
    uint32_t no = map64_get(&m->roster->mates, roster_mate_key(household, name, born));
    if (no == UINT32_MAX) return 0;
    const struct person_state *p = &m->roster->people.v[no];
    if (p->household != household || p->name != name || p->born != born) return 0;
    if (!p->line) return no;
    if (!key && !p->key) *of = p->line;
    return 0;
}

static enum rc add_person(struct import *m, const struct person_state *p, uint32_t *no, struct err *e)
{
    struct roster *x = m->roster;
    *no = x->next_person++;
    while (x->people.n <= *no)
        if (!vec_push(&x->people, ROSTER_PEOPLE_MAX, (struct person_state){0})) return err_nomem(e);
    x->people.v[*no] = *p;
    m->r->new_people++;
    if (p->key) TRY(person_index_add(&m->index, (struct person_entry){p->key, p->name, *no}, e));
    if (p->key || !p->name) return RC_OK;
    return map64_put(&x->mates, roster_mate_key(p->household, p->name, p->born), *no) ? RC_OK : err_nomem(e);
}

enum rc roster_person(struct import *m, uint32_t slot, uint32_t household, uint32_t *person, uint32_t *of,
                      struct err *e)
{
    const struct run *r = &m->run;
    struct roster *x = m->roster;
    struct person_state now = {.key = r->key[slot],
                               .name = (uint32_t)r->name_hash[slot],
                               .household = household,
                               .line = m->part_of ? m->line_of[slot] : r->first_line + slot,
                               .born = roster_born(&m->plan, r, slot)};
    *of = 0;
    *person = now.key ? by_id(m, now.key, now.name, household, of) : 0;
    if (!*person && !*of) *person = by_household(m, now.key, now.name, household, now.born, of);
    if (*of) return RC_OK;
    if (!*person) {
        TRY(add_person(m, &now, person, e));
        return vec_push(&x->write, UINT32_MAX, slot) ? RC_OK : err_nomem(e);
    }
    struct person_state *p = &x->people.v[*person];
    bool changed = p->key != now.key || p->name != now.name || p->household != household || p->born != now.born;
    if (!now.key) now.key = p->key; /* an ID once known stays known */
    bool new_id = now.key && p->key != now.key;
    bool write = p->key != now.key || p->name != now.name || p->household != household ||
                 roster_only_replaced(x, *person); /* whose row goes with the replaced roster */
    *p = now;
    m->r->changed_people += changed;
    if (new_id) TRY(person_index_add(&m->index, (struct person_entry){now.key, now.name, *person}, e));
    return !write || vec_push(&x->write, UINT32_MAX, slot) ? RC_OK : err_nomem(e);
}

/* ---- households of too many */

enum {
    HOUSEHOLD_MOST = 20, /* larger ones are told; homes for the aged and the like have more */
    CROWD_LEAST = 100,   /* people in such households, and */
    CROWD_SHARE = 5      /* one of so many of the file: then its codes are not those of households */
};

struct crowd {
    int64_t people, crowded, households; /* of the file; in large households; these */
    uint32_t line;                       /* the first in one */
};

static void count_crowd(const struct roster *x, const uint32_t *members, struct crowd *c)
{
    for (size_t no = 1; no < x->people.n; no++) {
        const struct person_state *p = &x->people.v[no];
        if (!p->line) continue;
        c->people++;
        if (members[p->household] <= HOUSEHOLD_MOST) continue;
        c->crowded++;
        if (!c->line || p->line < c->line) c->line = p->line;
    }
    for (size_t h = 1; h < x->next_household; h++) c->households += members[h] > HOUSEHOLD_MOST;
}

enum rc roster_crowds(struct import *m, struct err *e)
{
    const struct roster *x = m->roster;
    struct crowd c = {0};
    uint32_t *members = mem_zalloc_array((size_t)x->next_household + 1, sizeof *members);
    if (!members) return err_nomem(e);
    for (size_t no = 1; no < x->people.n; no++)
        if (x->people.v[no].line) members[x->people.v[no].household]++;
    count_crowd(x, members, &c);
    mem_free(members);
    m->r->crowds = c.households;
    m->r->crowd_line = c.line;
    if (m->o->as_written || c.crowded < CROWD_LEAST || c.crowded * CROWD_SHARE <= c.people) return RC_OK;
    struct pos at = {.file = m->source.file.src.name, .line = c.line};
    return err_set(
        e, RC_INPUT, at,
        "%lld of %lld people are in %lld households of more than %d; the whole file is refused. Did a "
        "spreadsheet shorten the household codes (6.10724E+17, zeros at the end)? Have that column "
        "formatted as text and exported anew. If they are right, give the file with --as-written",
        "%lld 人（共 %lld 人）集中在 %lld 个超过 %d 人的户里；整个文件不予接收。户编号是否被电子表格截短（如 "
        "6.10724E+17，或末尾变成 0）？请把该列设为文本格式后重新导出。如确认无误，请加 --as-written 导入",
        (long long)c.crowded, (long long)c.people, (long long)c.households, HOUSEHOLD_MOST);
}
