/* Which person a roster row is: by ID, else by household, name and birth. */
#include "base/limits.h"
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
