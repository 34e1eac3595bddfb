/* Places: households that the books and parameters tell apart. What they name is listed once, and a village is looked
 * up in it: a province has tens of thousands of villages. */
#include "base/map.h"
#include "screen/load_int.h"

enum { WORLD_PLACES_MAX = 65536, WORLD_FLAGS_MAX = 64 };

struct flag {
    struct str name;
    uint32_t id;
};

struct placing {
    struct world *w;
    const struct divisions *divs;
    const int64_t *division; /* those named, ascending */
    size_t n_divisions;
    struct flag *flags; /* those named, in order of the books */
    size_t n_flags;
};

/* ---------------------------------------------------------------- what is named */

static bool is_listed(const struct placing *x, struct str flag)
{
    for (size_t i = 0; i < x->n_flags; i++)
        if (str_eq(x->flags[i].name, flag)) return true;
    return false;
}

static void list_reach(struct placing *x, const struct reach *r)
{
    for (size_t k = 0; k < r->flags.n; k++) {
        struct flag f = {r->flags.v[k].text, divisions_flag_id(x->divs, r->flags.v[k].text)};
        if (f.id != UINT32_MAX && !is_listed(x, f.name)) x->flags[x->n_flags++] = f;
    }
}

static size_t count_flags(const struct decl *d)
{
    size_t n = d->reach.flags.n;
    for (size_t k = 0; d->kind == D_PARAM && k < d->u.param.n_values; k++) n += d->u.param.values[k].reach.flags.n;
    return n;
}

/* Flags that a declaration or one of a parameter's values is for. */
static enum rc list_flags(struct placing *x, struct err *e)
{
    const struct books *bs = policy_books(x->w->policy);
    size_t n = 0;
    for (size_t i = 0; i < bs->n_decls; i++) n += count_flags(bs->decls[i]);
    x->flags = ARENA_ARRAY(&x->w->arena, struct flag, n + 1);
    if (!x->flags) return err_nomem(e);
    for (size_t i = 0; x->divs && i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        list_reach(x, &d->reach);
        for (size_t k = 0; d->kind == D_PARAM && k < d->u.param.n_values; k++)
            list_reach(x, &d->u.param.values[k].reach);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- one village */

static bool is_named(const struct placing *x, int64_t code)
{
    size_t lo = 0, hi = x->n_divisions;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (x->division[mid] < code) lo = mid + 1;
        else hi = mid;
    }
    return lo < x->n_divisions && x->division[lo] == code;
}

/* The narrowest that is named and covers the division; 0 none. */
static int64_t named_division(const struct placing *x, int64_t division)
{
    for (int level = DIVISION_VILLAGE; division && level > DIVISION_NATION; level--) {
        int64_t code = division_truncate(division, (enum division_level)level);
        if (is_named(x, code)) return code;
    }
    return 0;
}

static enum rc find_flags(const struct placing *x, int64_t division, struct place *pl, struct err *e)
{
    struct str found[WORLD_FLAGS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < x->n_flags; i++) {
        if (!divisions_flag_holds(x->divs, division, x->flags[i].id, x->w->as_of)) continue;
        if (n == WORLD_FLAGS_MAX)
            return err_set(e, RC_INPUT, pos_none(), "the books name more than %d flags that hold at one place.",
                           "政策册用到的标记在同一地方超过 %d 个。", (int)WORLD_FLAGS_MAX);
        found[n++] = x->flags[i].name;
    }
    struct str *flags = ARENA_ARRAY(&x->w->arena, struct str, n + 1);
    if (!flags) return err_nomem(e);
    memcpy(flags, found, n * sizeof *found);
    pl->flags = flags;
    pl->n_flags = n;
    return RC_OK;
}

static bool same_place(const struct place *a, const struct place *b)
{
    if (a->division != b->division || a->n_flags != b->n_flags) return false;
    for (size_t i = 0; i < a->n_flags; i++)
        if (!str_eq(a->flags[i], b->flags[i])) return false;
    return true;
}

static enum rc place_number(const struct placing *x, int64_t division, uint32_t *out, struct err *e)
{
    struct world *w = x->w;
    struct place pl = {.division = named_division(x, division)};
    TRY(find_flags(x, division, &pl, e));
    for (uint32_t i = 0; i < w->n_places; i++)
        if (same_place(&w->places[i], &pl)) {
            *out = i;
            return RC_OK;
        }
    if (w->n_places == WORLD_PLACES_MAX)
        return err_set(e, RC_INPUT, pos_none(), "the books and parameters distinguish more than %d places.",
                       "政策册与参数区分的地方超过 %d 个。", (int)WORLD_PLACES_MAX);
    w->places[w->n_places] = pl;
    *out = w->n_places++;
    return RC_OK;
}

/* ---------------------------------------------------------------- all households */

static enum rc place_all(const struct placing *x, uint32_t *place, struct map64 *seen, struct err *e)
{
    const int64_t *division = x->w->frame.division;
    for (uint32_t h = 0; h < x->w->n_households; h++) {
        if (h > 0 && division[h] == division[h - 1]) { /* neighbours mostly live in one village */
            place[h] = place[h - 1];
            continue;
        }
        uint32_t n = map64_get(seen, (uint64_t)division[h]);
        if (n == UINT32_MAX) {
            TRY(place_number(x, division[h], &n, e));
            if (!map64_put(seen, (uint64_t)division[h], n)) return err_nomem(e);
        }
        place[h] = n;
    }
    return RC_OK;
}

/* Households whose division falls under the same named divisions with the same flags share a place. */
enum rc load_places(struct world *w, const struct divisions *divs, struct err *e)
{
    struct placing x = {.w = w, .divs = divs};
    struct map64 seen;
    uint32_t *place = world_room(w, (size_t)w->n_households + 1, sizeof *place);
    w->places = ARENA_ARRAY(&w->arena, struct place, WORLD_PLACES_MAX);
    if (!place || !w->places) return err_nomem(e);
    TRY(policy_divisions(w->policy, &w->arena, &x.division, &x.n_divisions, e));
    TRY(list_flags(&x, e));
    map64_init(&seen);
    enum rc rc = place_all(&x, place, &seen, e);
    map64_fini(&seen);
    if (!w->n_places) w->places[w->n_places++] = (struct place){0};
    w->frame.place = place;
    w->frame.n_places = w->n_places;
    return rc;
}
