/* People of a roster that is withdrawn: those whose last version it wrote, and whom another roster in force tells of
 * without having had to write one, get it from there. */
#include <stdlib.h>
#include "base/mem.h"
#include "columns/keyring.h"
#include "ident/citizen_id.h"
#include "match/stored.h"
#include "match/withdraw_int.h"

enum { ID_TAIL = 6, NUMBER_BITS = 64 };

/* A roster in force. */
struct told {
    int64_t delivery, known_from_us;
    uint64_t *own; /* a bit for each person it wrote a version of */
    size_t words;
};

struct leaving {
    struct store *s;
    int64_t id;
    struct arena *a;
    const struct delivery_list *all;
    struct told gone; /* the one withdrawn, with its late parts */
    struct told *rosters;
    size_t n;
    struct people_late *late;
    size_t n_late;
    int64_t last; /* delivery of the version before, and who tells it; NULL nobody */
    struct told *last_told;
};

static bool has(const struct told *t, uint32_t no)
{
    return no / NUMBER_BITS < t->words && (t->own[no / NUMBER_BITS] >> no % NUMBER_BITS & 1);
}

static enum rc add(struct told *t, uint32_t no, struct err *e)
{
    size_t need = no / NUMBER_BITS + 1;
    if (need > t->words) {
        need += need / 2;
        uint64_t *w = mem_resize_array(t->own, need, sizeof *w);
        if (!w) return err_nomem(e);
        memset(w + t->words, 0, (need - t->words) * sizeof *w);
        t->own = w;
        t->words = need;
    }
    t->own[no / NUMBER_BITS] |= UINT64_C(1) << no % NUMBER_BITS;
    return RC_OK;
}

static struct told *told_by(struct leaving *x, int64_t delivery)
{
    for (size_t i = 0; i < x->all->n; i++)
        if (x->all->v[i].id == delivery && delivery_is_of(&x->all->v[i], x->id)) return &x->gone;
    for (size_t i = 0; i < x->n; i++)
        if (x->rosters[i].delivery == delivery) return &x->rosters[i];
    return NULL;
}

static enum rc take_version(void *ctx, int64_t delivery, uint32_t no, struct err *e)
{
    struct leaving *x = ctx;
    if (delivery != x->last) {
        x->last = delivery;
        x->last_told = told_by(x, delivery);
    }
    return x->last_told ? add(x->last_told, no, e) : RC_OK;
}

static int newest_first(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us > y->known_from_us ? -1 : 1;
    return x->delivery > y->delivery ? -1 : x->delivery < y->delivery;
}

static enum rc list_rosters(struct leaving *x, const struct delivery_list *l, struct err *e)
{
    x->rosters = ARENA_ARRAY(x->a, struct told, l->n + 1);
    x->late = ARENA_ARRAY(x->a, struct people_late, l->n + 1);
    if (!x->rosters || !x->late) return err_nomem(e);
    for (size_t i = 0; i < l->n; i++) {
        bool is = false;
        if (delivery_is_of(&l->v[i], x->id)) continue;
        TRY(stored_is_roster(x->s, l->v[i].id, &is, e));
        if (is) x->rosters[x->n++] = (struct told){.delivery = l->v[i].id, .known_from_us = l->v[i].known_from_us};
    }
    if (x->n) qsort(x->rosters, x->n, sizeof *x->rosters, newest_first);
    return RC_OK;
}

/* ---------------------------------------------------------------- versions from a roster's columns */

struct columns {
    struct stored_ints person, id, household;
    struct stored_texts name;
};

static void columns_fini(struct columns *c)
{
    stored_ints_fini(&c->person);
    stored_ints_fini(&c->id);
    stored_ints_fini(&c->household);
    stored_texts_fini(&c->name);
}

static enum rc columns_read(struct leaving *x, int64_t delivery, struct columns *c, struct err *e)
{
    TRY(stored_ints_read(&c->id, x->s, delivery, STR("id"), e));
    TRY(stored_ints_read(&c->household, x->s, delivery, STR("household"), e));
    TRY(stored_texts_read(&c->name, x->s, delivery, STR("name"), e));
    bool whole = c->id.n == c->person.n && c->household.n == c->person.n && (!c->name.n || c->name.n == c->person.n);
    if (whole) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "delivery %d: its columns are not whole; run `fangpin check`",
                   "交付 %d 的列不完整；请运行 `fangpin check`", (int)delivery);
}

/* What is kept of an ID that is none lies with the person's last version alone. */
static enum rc version_of(struct leaving *x, const struct columns *c, size_t row, struct person_row *out, struct err *e)
{
    uint64_t key = (uint64_t)c->id.v[row];
    *out = (struct person_row){
        .no = (uint32_t)c->person.v[row], .household_no = (uint32_t)c->household.v[row], .has_id = key != 0};
    if (c->name.n && c->name.v[row].p) {
        out->name = str_dup(x->a, c->name.v[row]);
        if (!out->name.p) return err_nomem(e);
    }
    if (key) {
        char text[CITIZEN_ID_TEXT_MAX];
        struct str id = str_from(citizen_key_format(key, text));
        out->id_hash = keyring_hash64(store_keyring(x->s), STR("id"), id);
        out->id_tail_hash = (uint32_t)keyring_hash64(store_keyring(x->s), STR("id-last6"),
                                                     str_sub(id, id.n - ID_TAIL, id.n));
        return RC_OK;
    }
    struct person was;
    bool found;
    TRY(people_get(x->s, x->a, out->no, INT64_MAX, &was, &found, e));
    if (found) out->secret = was.secret;
    return RC_OK;
}

static int by_number(const void *a, const void *b)
{
    const struct person_row *x = a, *y = b;
    return x->no < y->no ? -1 : x->no > y->no;
}

/* People of the withdrawn one whom this roster tells of; those that a newer one told of are out of `gone` already. */
static enum rc take_rows(struct leaving *x, const struct told *t, struct columns *c, struct err *e)
{
    struct people_late *out = &x->late[x->n_late];
    size_t n = 0;
    for (size_t i = 0; i < c->person.n; i++) n += has(&x->gone, (uint32_t)c->person.v[i]);
    if (!n) return RC_OK;
    *out = (struct people_late){.delivery = t->delivery, .rows = ARENA_ARRAY(x->a, struct person_row, n)};
    if (!out->rows) return err_nomem(e);
    TRY(columns_read(x, t->delivery, c, e));
    for (size_t i = 0; i < c->person.n; i++) {
        uint32_t no = (uint32_t)c->person.v[i];
        if (!has(&x->gone, no)) continue;
        x->gone.own[no / NUMBER_BITS] &= ~(UINT64_C(1) << no % NUMBER_BITS);
        if (!has(t, no)) TRY(version_of(x, c, i, &out->rows[out->n++], e));
    }
    if (out->n) qsort(out->rows, out->n, sizeof *out->rows, by_number);
    x->n_late += out->n > 0;
    return RC_OK;
}

static enum rc read_roster(struct leaving *x, const struct told *t, struct err *e)
{
    struct columns c = {0};
    enum rc rc = stored_ints_read(&c.person, x->s, t->delivery, STR("person"), e);
    if (!rc) rc = take_rows(x, t, &c, e);
    columns_fini(&c);
    return rc;
}

static enum rc find_late(struct leaving *x, const struct delivery_list *l, struct err *e)
{
    TRY(list_rosters(x, l, e));
    TRY(people_versions_each(x->s, take_version, x, e));
    for (size_t i = 0; x->gone.words && i < x->n; i++) TRY(read_roster(x, &x->rosters[i], e));
    return RC_OK;
}

enum rc withdraw_people(struct store *s, struct arena *a, int64_t id, const struct delivery_list *l,
                        struct people_late **late, size_t *n, struct err *e)
{
    struct leaving x = {.s = s, .id = id, .a = a, .all = l};
    enum rc rc = find_late(&x, l, e);
    *late = x.late;
    *n = x.n_late;
    for (size_t i = 0; i < x.n; i++) mem_free(x.rosters[i].own);
    mem_free(x.gone.own);
    return rc;
}
