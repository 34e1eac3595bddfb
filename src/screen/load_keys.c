/* Who has which key: the 17 digits of an ID, and the people who share one. */
#include "ident/citizen_id.h"
#include "screen/load_int.h"

enum { KEY_PARTS = 256, KEY_PART_SHIFT = 56, SLOTS_MIN = 8 };

/* Frame rows by key: KEY_PARTS tables, so that threads fill them apart and each stays in a cache. */
struct world_keys {
    uint32_t *slots; /* row + 1; 0 free */
    size_t first[KEY_PARTS + 1];
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xFF51AFD7ED558CCD);
    x ^= x >> 33;
    x *= UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ (x >> 33);
}

/* The slot of key in its part, or the free slot where it belongs. */
static uint32_t *slot_of(const struct world *w, const struct world_keys *k, uint64_t key)
{
    uint64_t h = mix(key);
    size_t part = h >> KEY_PART_SHIFT, n = k->first[part + 1] - k->first[part];
    uint32_t *slots = k->slots + k->first[part];
    size_t i = (size_t)h & (n - 1);
    while (slots[i] && (uint64_t)w->key[slots[i] - 1] != key) i = (i + 1) & (n - 1);
    return &slots[i];
}

uint32_t key_owner(const struct world *w, uint64_t key) { return *slot_of(w, w->keys, key) - 1; }

struct keying {
    struct world *w;
    const struct cells *id, *state;
    uint32_t (*count)[KEY_PARTS]; /* by range: rows with a key in each part; then where the range's rows of it go */
    uint32_t *order;              /* rows by part */
    uint32_t part[KEY_PARTS + 1]; /* where the rows of each part begin */
};

static enum rc take_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct keying *k = ctx;
    struct world *w = k->w;
    (void)thread, (void)e;
    memset(k->count[task], 0, sizeof k->count[task]);
    for (uint32_t i = range_from(task); i < range_to(task, w->n_people); i++) {
        uint32_t r = world_roster_row(w, i);
        int64_t state, key;
        if (!cells_get(k->state, r, &state) || !id_in_order(state) || !cells_get(k->id, r, &key)) continue;
        w->key[i] = key;
        if (key) k->count[task][mix((uint64_t)key) >> KEY_PART_SHIFT]++;
    }
    return RC_OK;
}

static enum rc scatter_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct keying *k = ctx;
    (void)thread, (void)e;
    for (uint32_t i = range_from(task); i < range_to(task, k->w->n_people); i++)
        if (k->w->key[i]) k->order[k->count[task][mix((uint64_t)k->w->key[i]) >> KEY_PART_SHIFT]++] = i;
    return RC_OK;
}

/* Threads mark people of one word at once. */
static void mark_shared(struct world *w, uint32_t row)
{
    __atomic_fetch_or(&w->shared[row >> 6], UINT64_C(1) << (row & 63), __ATOMIC_RELAXED);
}

/* Rows ascend within a part, so the first one with a key is the lowest. */
static enum rc fill_part(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct keying *k = ctx;
    struct world *w = k->w;
    (void)thread, (void)e;
    for (uint32_t i = k->part[task]; i < k->part[task + 1]; i++) {
        uint32_t row = k->order[i], *slot = slot_of(w, w->keys, (uint64_t)w->key[row]);
        if (!*slot) {
            *slot = row + 1;
            continue;
        }
        mark_shared(w, *slot - 1);
        mark_shared(w, row);
    }
    return RC_OK;
}

static void place_parts(struct keying *k, size_t ranges)
{
    struct world_keys *keys = k->w->keys;
    uint32_t at = 0;
    for (size_t p = 0; p < KEY_PARTS; p++) {
        k->part[p] = at;
        for (size_t t = 0; t < ranges; t++) {
            uint32_t n = k->count[t][p];
            k->count[t][p] = at;
            at += n;
        }
        size_t slots = SLOTS_MIN;
        while (slots / 4 * 3 < at - k->part[p]) slots *= 2;
        keys->first[p + 1] = keys->first[p] + slots;
    }
    k->part[KEY_PARTS] = at;
}

static enum rc index_keys(struct keying *k, struct err *e)
{
    struct world *w = k->w;
    size_t ranges = range_count(w->n_people);
    TRY(world_ranges(w, w->n_people, take_range, k, e));
    place_parts(k, ranges);
    w->keys->slots = world_alloc(w, w->keys->first[KEY_PARTS], sizeof *w->keys->slots);
    k->order = mem_alloc_array((size_t)k->part[KEY_PARTS] + 1, sizeof *k->order);
    if (!w->keys->slots || !k->order) return err_nomem(e);
    TRY(world_ranges(w, w->n_people, scatter_range, k, e));
    struct par_team team = world_team(w);
    if (ranges < 2 && !w->threads_given) team.threads = 1;
    return par_team_run(team, KEY_PARTS, fill_part, k, e);
}

static enum rc make_keys(struct world *w, const struct cells *id, const struct cells *state, struct err *e)
{
    struct keying k = {.w = w, .id = id, .state = state};
    w->keys = world_alloc(w, 1, sizeof *w->keys);
    w->key = world_alloc(w, (size_t)w->n_people + 1, sizeof *w->key);
    w->shared = world_alloc(w, ((size_t)w->n_people + 63) / 64 + 1, sizeof *w->shared);
    k.count = mem_alloc_array(range_count(w->n_people) + 1, sizeof *k.count);
    enum rc rc = w->keys && w->key && w->shared && k.count ? index_keys(&k, e) : err_nomem(e);
    mem_free(k.count);
    mem_free(k.order);
    if (rc) w->key = NULL;
    return rc;
}

enum rc load_keys(struct world *w, struct err *e)
{
    struct cells id, state;
    struct cells_want want[] = {{{.form = FORM_INT, .name = STR("id")}, &id},
                                {{.form = FORM_INT, .name = STR("id_state")}, &state}};
    if (w->key) return RC_OK;
    TRY(cells_load(w, &w->rows[TABLE_PERSON], want, 2, e));
    enum rc rc = make_keys(w, &id, &state, e);
    cells_fini(&id);
    cells_fini(&state);
    return rc;
}
