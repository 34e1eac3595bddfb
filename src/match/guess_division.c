/* Whose county, township or village a file is of, when it does not say so itself. */
#include "base/limits.h"
#include "base/mem.h"
#include "match/import_int.h"

/* A person's place in 32 bits: the last six digits of the division's code, above them 1 + which county it is. */
enum { COUNTY_UNIT = 1000000, TOWNSHIP_UNIT = 1000, COUNTIES_MAX = 4000, OF_ONE_HOME = 5 };

static int64_t place_code(const struct import_shared *x, uint32_t place)
{
    return x->county_code[place / COUNTY_UNIT - 1] + place % COUNTY_UNIT;
}

struct places {
    struct import_shared *x;
    size_t last; /* the county of the row before */
};

/* Which of the counties met; a new one is added. SIZE_MAX: there are too many. */
static size_t county_at(struct places *c, int64_t code)
{
    struct import_shared *x = c->x;
    if (c->last < x->n_counties && x->county_code[c->last] == code) return c->last;
    size_t i = 0;
    while (i < x->n_counties && x->county_code[i] != code) i++;
    if (i == COUNTIES_MAX) return SIZE_MAX;
    if (i == x->n_counties) x->county_code[x->n_counties++] = code;
    return c->last = i;
}

static enum rc take_places(void *ctx, const struct roster_row *rows, size_t n, struct err *e)
{
    struct places *c = ctx;
    struct import_shared *x = c->x;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].person >= x->n_place) {
            size_t more = (size_t)rows[i].person + n + 1;
            uint32_t *v = mem_resize_array(x->place, more, sizeof *v);
            if (!v) return err_nomem(e);
            memset(v + x->n_place, 0, (more - x->n_place) * sizeof *v);
            x->place = v;
            x->n_place = more;
        }
        if (rows[i].division < COUNTY_UNIT) continue; /* not known */
        size_t county = county_at(c, rows[i].division - rows[i].division % COUNTY_UNIT);
        uint32_t below = (uint32_t)(rows[i].division % COUNTY_UNIT);
        if (county == SIZE_MAX) continue;
        x->place[rows[i].person] = (uint32_t)(county + 1) * COUNTY_UNIT + below;
    }
    return RC_OK;
}

static enum rc load_places(struct import *m, struct err *e)
{
    struct places c = {.x = m->shared};
    struct roster_want w = {
        .roster = policy_dataset_name(m->p, policy_roster(m->p)), .what = ROSTER_DIVISION, .k_us = INT64_MAX};
    m->shared->county_code = mem_alloc_array(COUNTIES_MAX, sizeof *m->shared->county_code);
    return m->shared->county_code ? roster_each(m->s, &w, take_places, &c, e) : err_nomem(e);
}

/* The longest code that covers both. */
static int64_t common_division(int64_t a, int64_t b)
{
    for (enum division_level l = DIVISION_COUNTY; l > DIVISION_NATION; l--)
        if (division_truncate(a, l) == division_truncate(b, l)) return division_truncate(a, l);
    return 0;
}

static void note_roster(struct import *m)
{
    const int64_t *v = m->plan.division >= 0 ? m->run.stage[m->plan.division] : NULL;
    for (size_t i = 0; v && i < m->run.matched; i++) {
        int64_t d = v[m->run.order[i]];
        if (d == STAGE_BLANK64) continue;
        m->guess = m->guess == 0 && !m->d.division ? division_truncate(d, DIVISION_COUNTY)
                                                   : common_division(m->guess, d);
        m->d.division = m->guess;
        if (m->guess) continue;
        m->guess = -1; /* the whole country, in whatever the next runs bring */
        return;
    }
}

/* Rows about villages say themselves where they are. */
static void note_villages(struct import *m)
{
    const char *first = m->run.stage[m->plan.village];
    for (size_t i = 0; i < m->run.matched && m->guess >= 0; i++) {
        int64_t code = *(const int64_t *)(const void *)(first + m->run.order[i] * m->run.step[m->plan.village]);
        int64_t county = division_truncate(code, DIVISION_COUNTY);
        m->guess = m->guess && m->guess != county ? -1 : county;
    }
}

static void note_person(struct import *m, uint32_t p)
{
    const struct import_shared *x = m->shared;
    struct place_seen *s = &m->seen;
    uint32_t place = p < x->n_place ? x->place[p] : 0;
    if (!s->first && place) {
        *s = (struct place_seen){.first = place, .one_township = true, .one_village = true};
        m->guess = x->county_code[place / COUNTY_UNIT - 1];
    }
    if (place != s->first) {
        s->one_village = false;
        if (s->one_township) s->one_township = place / TOWNSHIP_UNIT == s->first / TOWNSHIP_UNIT;
        if (!place || place / COUNTY_UNIT != s->first / COUNTY_UNIT) m->guess = -1;
    }
    s->people += s->last_person != p;
    s->last_person = p;
}

static void note_elsewhere(struct import *m, uint32_t slot)
{
    uint32_t line = m->run.first_line + slot;
    if (!m->r->elsewhere++ || line < m->r->elsewhere_line) m->r->elsewhere_line = line;
}

/* The division was said: rows of people who live outside it. */
static enum rc note_outsiders(struct import *m, struct err *e)
{
    const struct import_shared *x = m->shared;
    uint32_t last = 0;
    bool outside = false;
    if (!x->place) TRY(load_places(m, e));
    for (size_t i = 0; i < m->run.matched; i++) {
        uint32_t p = m->run.person_sorted[i], place = p < x->n_place ? x->place[p] : 0;
        if (place != last) outside = place && !division_covers(m->o->division, place_code(x, place));
        last = place;
        if (outside) note_elsewhere(m, m->run.order[i]);
    }
    return RC_OK;
}

/* Likewise of a roster, by what its rows say. */
static void note_roster_outside(struct import *m)
{
    const int64_t *v = m->plan.division >= 0 ? m->run.stage[m->plan.division] : NULL;
    for (size_t i = 0; v && i < m->run.matched; i++) {
        int64_t code = v[m->run.order[i]];
        if (code != STAGE_BLANK64 && !division_covers(m->o->division, code)) note_elsewhere(m, m->run.order[i]);
    }
}

enum rc guess_division_note(struct import *m, struct err *e)
{
    if (m->o->division && m->plan.roster) return note_roster_outside(m), RC_OK;
    if (m->o->division && m->plan.village < 0) return note_outsiders(m, e);
    if (m->o->division || m->plan.decl.delivered_whole || m->guess < 0) return RC_OK;
    if (m->plan.roster) return note_roster(m), RC_OK;
    if (m->plan.village >= 0) return note_villages(m), RC_OK;
    if (!m->shared->place) TRY(load_places(m, e));
    for (size_t i = 0; i < m->run.matched && m->guess >= 0; i++) note_person(m, m->run.person_sorted[i]);
    return RC_OK;
}

/* ---- a file of one township or village */

/* People of the roster in the places from `first` on. */
static int64_t count_people(const struct import_shared *x, uint32_t first, uint32_t places)
{
    int64_t n = 0;
    for (size_t p = 0; p < x->n_place; p++) n += x->place[p] - first < places;
    return n;
}

/* Could so many people of the whole be all of this part by chance? Less than once in a million files says no: the
 * part's share to the power of how many there are, five counted as one, for a household lives in one place. */
static bool by_chance(int64_t people, int64_t part, int64_t whole)
{
    const uint64_t one = UINT64_C(1) << 32;
    uint64_t left = one;
    for (int64_t i = 0; i < people / OF_ONE_HOME && left >= one / 1000000; i++)
        left = left * (uint64_t)part / (uint64_t)whole;
    return left >= one / 1000000;
}

/* The smallest place that the file is of: what its rows lack is none there only, and elsewhere not delivered. */
static void narrow(struct import *m)
{
    static const uint32_t UNIT[] = {TOWNSHIP_UNIT, 1};
    const struct import_shared *x = m->shared;
    const struct place_seen *s = &m->seen;
    uint32_t below = s->first % COUNTY_UNIT, first = s->first - below, span = COUNTY_UNIT;
    const bool one[] = {s->one_township, s->one_village};
    for (size_t i = 0; i < sizeof one / sizeof *one && one[i] && below / UNIT[i]; i++) {
        uint32_t at = s->first / UNIT[i] * UNIT[i];
        int64_t part = count_people(x, at, UNIT[i]), whole = count_people(x, first, span);
        bool chance = by_chance(s->people, part, whole);
        if (part < whole && chance) m->r->all_in = place_code(x, at);
        if (part < whole && !chance) m->d.division = place_code(x, at);
        if (part < whole && chance) return;
        first = at;
        span = UNIT[i];
    }
}

enum rc guess_division(struct import *m, struct err *e)
{
    struct delivery *d = &m->d;
    if (m->o->division || m->plan.decl.delivered_whole || m->plan.roster) {
        if (!m->plan.roster || m->o->division) d->division = m->o->division;
        return RC_OK;
    }
    if (m->guess > 0) {
        d->division = m->guess;
        m->r->division_guessed = true;
        if (m->seen.first) narrow(m);
        return RC_OK;
    }
    struct pos at = {.file = m->o->file};
    if (m->plan.village >= 0)
        return err_set(e, RC_INPUT, at,
                       m->guess < 0 ? "the villages of this file lie in several counties; say its division with "
                                      "--division CODE"
                                    : "no row of this file is of a village that is known, so its division is not "
                                      "clear; say it with --division CODE",
                       m->guess < 0 ? "文件中的村分属几个县；请用 --division 代码 指明报送地区"
                                    : "文件中没有一行能认出是哪个村，无法确定报送地区；请用 --division 代码 指明");
    if (m->guess < 0)
        return err_set(e, RC_INPUT, at,
                       "the people of this file live in several counties, so its division is not clear; say it with "
                       "--division CODE",
                       "文件中的人员分属几个县，无法确定报送地区；请用 --division 代码 指明");
    return err_set(e, RC_INPUT, at,
                   "no row of this file matches a person, so its division is not clear; say it with --division CODE "
                   "(or import the roster first)",
                   "文件中没有一行能对上人员，无法确定报送地区；请用 --division 代码 指明（或先导入花名册）");
}
