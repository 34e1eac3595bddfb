/* Deliveries are read one after the other, each column once. */
#include "screen/history.h"
#include <stdlib.h>
#include "base/mem.h"
#include "base/vec.h"
#include "match/stored.h"

struct reading {
    struct history *h;
    struct store *s;
    struct arena *a;
    struct str roster;
    VEC(uint32_t) people; /* of the household, later also whoever was one with them */
    VEC(struct decision) merges;
    VEC(struct history_version) versions;
    VEC(struct history_file) files;
    VEC(struct history_row) rows; /* of one file */
};
enum { HISTORY_ROWS_MAX = 1 << 24 };

static bool is_roster(const struct reading *r, const struct delivery *d) { return str_eq(d->dataset, r->roster); }

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static bool is_ours(const struct reading *r, int64_t person)
{
    uint32_t no = person > 0 && person <= UINT32_MAX ? (uint32_t)person : 0;
    return r->people.n && no && bsearch(&no, r->people.v, r->people.n, sizeof no, by_number) != NULL;
}

static enum rc damaged(const struct delivery *d, struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "delivery %d is damaged. Run fangpin check.",
                   "交付 %d 已损坏。请运行 fangpin check。", (int)d->id);
}

/* ---------------------------------------------------------------- who they were */

/* People whom this roster puts into the household. */
static enum rc find_people(struct reading *r, const struct delivery *d, struct err *e)
{
    struct stored_ints person, household = {0};
    TRY(stored_ints_read(&person, r->s, d->id, STR("person"), e));
    enum rc rc = stored_ints_read(&household, r->s, d->id, STR("household"), e);
    if (!rc && person.n != household.n) rc = damaged(d, e);
    for (size_t i = 0; !rc && i < person.n; i++) {
        if (household.v[i] != r->h->household) continue;
        if (!vec_push(&r->people, HISTORY_ROWS_MAX, (uint32_t)person.v[i])) rc = err_nomem(e);
    }
    stored_ints_fini(&person);
    stored_ints_fini(&household);
    return rc;
}

static enum rc settle_people(struct reading *r, struct err *e)
{
    size_t n = 0;
    if (r->people.n) qsort(r->people.v, r->people.n, sizeof *r->people.v, by_number);
    for (size_t i = 0; i < r->people.n; i++)
        if (!n || r->people.v[n - 1] != r->people.v[i]) r->people.v[n++] = r->people.v[i];
    r->people.n = n;
    if (n <= HISTORY_PEOPLE_MAX) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "more than %d people were of this household.", "该户先后有超过 %d 人。",
                   (int)HISTORY_PEOPLE_MAX);
}

/* ---------------------------------------------------------------- who was found to be one of them */

/* Keep those of the household; then add everybody who was ever merged with one that is there, until nobody is new. */
static enum rc find_merges(struct reading *r, struct err *e)
{
    struct decision_list l;
    struct history *h = r->h;
    h->n_people = r->people.n;
    h->people = ARENA_ARRAY(r->a, uint32_t, h->n_people + 1);
    if (!h->people) return err_nomem(e);
    if (h->n_people) memcpy(h->people, r->people.v, h->n_people * sizeof *h->people);
    TRY(decisions_known_at(r->s, r->a, INT64_MAX, true, &l, e));
    for (size_t before = SIZE_MAX; before != r->people.n;) {
        before = r->people.n;
        for (size_t i = 0; i < l.n; i++) {
            const struct decision *d = &l.v[i];
            if (d->subject != DECISION_PEOPLE || d->verdict != DECISION_SAME) continue;
            bool kept = is_ours(r, d->person), gone = is_ours(r, d->other);
            if (kept == gone) continue;
            if (!vec_push(&r->people, HISTORY_ROWS_MAX, kept ? d->other : d->person)) return err_nomem(e);
            TRY(settle_people(r, e));
        }
    }
    for (size_t i = 0; i < l.n; i++) {
        const struct decision *d = &l.v[i];
        bool merge = d->subject == DECISION_PEOPLE && d->verdict == DECISION_SAME && is_ours(r, d->other);
        if (merge && !vec_push(&r->merges, HISTORY_ROWS_MAX, *d)) return err_nomem(e);
    }
    return RC_OK;
}

/* The columns of one roster. division may be missing. */
struct roster_columns {
    struct stored_ints person, household, line, division;
    struct stored_texts name;
};

static void roster_fini(struct roster_columns *c)
{
    stored_ints_fini(&c->person);
    stored_ints_fini(&c->household);
    stored_ints_fini(&c->line);
    stored_ints_fini(&c->division);
    stored_texts_fini(&c->name);
}

static enum rc roster_columns_read(struct reading *r, const struct delivery *d, struct roster_columns *c, struct err *e)
{
    TRY(stored_ints_read(&c->person, r->s, d->id, STR("person"), e));
    TRY(stored_ints_read(&c->household, r->s, d->id, STR("household"), e));
    TRY(stored_ints_read(&c->line, r->s, d->id, STR("line"), e));
    TRY(stored_ints_read(&c->division, r->s, d->id, STR("division"), e));
    TRY(stored_texts_read(&c->name, r->s, d->id, STR("name"), e));
    size_t n = c->person.n;
    bool ok = c->household.n == n && c->line.n == n && (c->division.n == n || c->division.n == 0) &&
              (c->name.n == n || c->name.n == 0);
    return ok ? RC_OK : damaged(d, e);
}

static enum rc take_versions(struct reading *r, const struct delivery *d, const struct roster_columns *c, struct err *e)
{
    for (size_t i = 0; i < c->person.n; i++) {
        if (!is_ours(r, c->person.v[i])) continue;
        struct history_version v = {
            .d = d, .person = (uint32_t)c->person.v[i], .household = (uint32_t)c->household.v[i], .line = c->line.v[i]};
        if (c->division.n && c->division.v[i] > 0) v.division = c->division.v[i];
        if (c->name.n && c->name.v[i].n) v.name = str_dup(r->a, c->name.v[i]);
        if ((c->name.n && c->name.v[i].n && !v.name.p) || !vec_push(&r->versions, HISTORY_ROWS_MAX, v))
            return err_nomem(e);
    }
    return RC_OK;
}

static enum rc read_roster(struct reading *r, const struct delivery *d, struct err *e)
{
    struct roster_columns c = {0};
    enum rc rc = roster_columns_read(r, d, &c, e);
    if (!rc) rc = take_versions(r, d, &c, e);
    roster_fini(&c);
    return rc;
}

/* ---------------------------------------------------------------- what files say of them */

static enum rc take_rows(struct reading *r, const struct delivery *d, const char *person, const char *line, bool waits,
                         struct err *e)
{
    struct stored_ints p, l = {0};
    TRY(stored_ints_read(&p, r->s, d->id, str_from(person), e));
    enum rc rc = p.n ? stored_ints_read(&l, r->s, d->id, str_from(line), e) : RC_OK;
    if (!rc && l.n != p.n) rc = damaged(d, e);
    for (size_t i = 0; !rc && i < p.n; i++) {
        struct history_row row = {.person = (uint32_t)p.v[i], .line = l.v[i], .row = (int64_t)i, .waits = waits};
        if (is_ours(r, p.v[i]) && !vec_push(&r->rows, HISTORY_ROWS_MAX, row)) rc = err_nomem(e);
    }
    stored_ints_fini(&p);
    stored_ints_fini(&l);
    return rc;
}

static int by_line(const void *a, const void *b)
{
    const struct history_row *x = a, *y = b;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static enum rc read_file(struct reading *r, const struct delivery *d, struct err *e)
{
    const struct delivery_counts *c = &d->counts;
    r->rows.n = 0;
    TRY(take_rows(r, d, "person", "line", false, e));
    if (c->waiting_invalid + c->waiting_unmatched + c->waiting_name)
        TRY(take_rows(r, d, "wait.person", "wait.line", true, e));
    if (!r->rows.n) return RC_OK;
    qsort(r->rows.v, r->rows.n, sizeof *r->rows.v, by_line);
    struct history_file f = {.d = d, .n = r->rows.n, .rows = ARENA_ARRAY(r->a, struct history_row, r->rows.n)};
    if (!f.rows) return err_nomem(e);
    memcpy(f.rows, r->rows.v, f.n * sizeof *f.rows);
    return vec_push(&r->files, HISTORY_ROWS_MAX, f) ? RC_OK : err_nomem(e);
}

/* ---------------------------------------------------------------- whole */

static enum rc read_all(struct reading *r, struct err *e)
{
    const struct delivery_list *l = &r->h->all;
    TRY(delivery_all(r->s, r->a, &r->h->all, e));
    for (size_t i = 0; i < l->n; i++)
        if (is_roster(r, &l->v[i])) TRY(find_people(r, &l->v[i], e));
    TRY(settle_people(r, e));
    TRY(find_merges(r, e));
    for (size_t i = 0; i < l->n; i++)
        TRY(is_roster(r, &l->v[i]) ? read_roster(r, &l->v[i], e) : read_file(r, &l->v[i], e));
    return RC_OK;
}

/* The lists as the arena's. */
static enum rc hand_over(struct reading *r, struct err *e)
{
    struct history *h = r->h;
    h->n_merges = r->merges.n;
    h->n_versions = r->versions.n;
    h->n_files = r->files.n;
    h->merges = ARENA_ARRAY(r->a, struct decision, h->n_merges + 1);
    h->versions = ARENA_ARRAY(r->a, struct history_version, h->n_versions + 1);
    h->files = ARENA_ARRAY(r->a, struct history_file, h->n_files + 1);
    if (!h->merges || !h->versions || !h->files) return err_nomem(e);
    if (h->n_merges) memcpy(h->merges, r->merges.v, h->n_merges * sizeof *h->merges);
    if (h->n_versions) memcpy(h->versions, r->versions.v, h->n_versions * sizeof *h->versions);
    if (h->n_files) memcpy(h->files, r->files.v, h->n_files * sizeof *h->files);
    return RC_OK;
}

enum rc history_read(struct history *out, struct store *s, struct arena *a, struct str roster, uint32_t household,
                     struct err *e)
{
    *out = (struct history){.household = household};
    struct reading r = {.h = out, .s = s, .a = a, .roster = roster};
    enum rc rc = read_all(&r, e);
    if (!rc) rc = hand_over(&r, e);
    vec_fini(&r.people);
    vec_fini(&r.merges);
    vec_fini(&r.versions);
    vec_fini(&r.files);
    vec_fini(&r.rows);
    return rc;
}

uint32_t history_read_as(const struct history *h, uint32_t person, int64_t k_us)
{
    for (size_t step = 0; step < h->n_merges; step++) {
        uint32_t was = person;
        for (size_t i = 0; i < h->n_merges && person == was; i++) {
            const struct decision *d = &h->merges[i];
            bool in_force = d->known_from_us <= k_us && (!d->known_to_us || d->known_to_us > k_us);
            if (in_force && d->other == person) person = d->person;
        }
        if (person == was) break;
    }
    return person;
}

bool history_is_member(const struct history *h, uint32_t person)
{
    return h->n_people && bsearch(&person, h->people, h->n_people, sizeof person, by_number) != NULL;
}

bool history_tells(const struct history *h, const struct history_row *row, int64_t k_us)
{
    return history_is_member(h, row->person) || history_is_member(h, history_read_as(h, row->person, k_us));
}

size_t history_told(const struct history *h, const struct history_file *f, int64_t k_us)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) n += history_tells(h, &f->rows[i], k_us);
    return n;
}

bool history_known(const struct delivery *d, int64_t k_us)
{
    return d->known_from_us <= k_us && (!d->known_to_us || d->known_to_us > k_us);
}

/* Of two rosters the one known last counts, then the higher number; within one the later row. */
static bool newer(const struct delivery *a, const struct delivery *b)
{
    if (a->known_from_us != b->known_from_us) return a->known_from_us > b->known_from_us;
    return a->id >= b->id;
}

const struct history_version *history_person_at(const struct history *h, uint32_t person, int64_t k_us)
{
    const struct history_version *found = NULL;
    for (size_t i = 0; i < h->n_versions; i++) {
        const struct history_version *v = &h->versions[i];
        if (v->person == person && history_known(v->d, k_us) && (!found || newer(v->d, found->d))) found = v;
    }
    return found;
}

struct str history_name(const struct history *h, uint32_t person, int64_t k_us)
{
    const struct history_version *v = history_person_at(h, person, k_us);
    for (size_t i = 0; !v && i < h->n_versions; i++)
        if (h->versions[i].person == person) v = &h->versions[i];
    return v ? v->name : (struct str){0};
}
