#include "match/person_index.h"
#include "base/mem.h"
#include "base/num.h"

/* Marks above a key of 57 bits. OVERFLOW, in the first slot of a bucket: someone who belongs here lies further on.
 * SHARED: another person has the same ID. */
#define INDEX_OVERFLOW (UINT64_C(1) << 63)
#define INDEX_SHARED (UINT64_C(1) << 62)
#define INDEX_KEY (INDEX_SHARED - 1)

/* Cache lines asked for before they are needed: a look-up is short, 16 of them are over before memory has answered.
 * MATCH_REST: queries put off whose answer lies in a further line, which is asked for meanwhile. */
enum { LOOK_AHEAD = 16, MATCH_AHEAD = 40, MATCH_REST = 64 };

/* ---- the table ---- */

static inline size_t bucket_of(const struct person_index *x, uint64_t key)
{
    return (size_t)((u128)index_spread(key) * x->buckets >> 64);
}

/* About two of three slots filled. */
static size_t buckets_for(size_t n) { return n / 8 * 3 + 16; }

enum rc person_index_init_parts(struct person_index *x, size_t n, size_t parts, struct err *e)
{
    size_t span = buckets_for(n) / parts + 1;
    *x = (struct person_index){.buckets = span * parts, .span = span};
    x->v = mem_room_alloc(x->buckets * sizeof *x->v);
    return x->v ? RC_OK : err_nomem(e);
}

enum rc person_index_init(struct person_index *x, size_t n, struct err *e)
{
    TRY(person_index_init_parts(x, n, 1, e));
    person_index_clear(x, 0);
    return RC_OK;
}

void person_index_fini(struct person_index *x)
{
    mem_free(x->v);
    *x = (struct person_index){0};
}

/* The buckets in which a key can lie, one after the other; probe_next is false after the last. */
struct probe {
    size_t at, left;
};

static struct probe probe_begin(const struct person_index *x, uint64_t key)
{
    return (struct probe){bucket_of(x, key), x->span};
}

static bool probe_next(const struct person_index *x, struct probe *p)
{
    p->at++;
    if (p->at % x->span == 0) p->at -= x->span;
    return --p->left != 0;
}

static inline bool has_key(const struct index_slot *s, uint64_t key) { return (s->key ^ key) << INDEX_MARKS == 0; }

/* The same ID in a bucket that was met on the way: all who have it are marked. */
static void mark_shared(struct index_bucket *k, uint64_t key, uint64_t *same)
{
    for (unsigned s = 0; s < INDEX_BUCKET; s++) {
        if (!has_key(&k->slot[s], key)) continue;
        k->slot[s].key |= INDEX_SHARED;
        *same = INDEX_SHARED;
    }
}

/* Slots are taken in order. */
static inline unsigned slots_used(const struct index_bucket *k)
{
    return (unsigned)(k->slot[0].key != 0) + (k->slot[1].key != 0) + (k->slot[2].key != 0) + (k->slot[3].key != 0);
}

/* One whose bucket is full, or has the same ID. */
static bool put_far(struct person_index *x, struct index_slot p)
{
    struct probe at = probe_begin(x, p.key);
    uint64_t same = 0;
    do {
        struct index_bucket *k = &x->v[at.at];
        unsigned used = slots_used(k);
        mark_shared(k, p.key, &same);
        if (used < INDEX_BUCKET) {
            p.key |= same;
            k->slot[used] = p;
            return true;
        }
        k->slot[0].key |= INDEX_OVERFLOW;
    } while (probe_next(x, &at));
    return false;
}

static inline bool put(struct person_index *x, struct index_slot p)
{
    struct index_bucket *k = &x->v[bucket_of(x, p.key)];
    const struct index_slot *s = k->slot;
    unsigned used = slots_used(k); /* without branches: it cannot be foretold */
    bool met = has_key(s, p.key) || has_key(s + 1, p.key) || has_key(s + 2, p.key) || has_key(s + 3, p.key);
    if (met || used == INDEX_BUCKET) return put_far(x, p);
    k->slot[used] = p;
    return true;
}

bool person_index_put_all(struct person_index *x, const struct index_slot *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!put(x, v[i])) return false;
    return true;
}

void person_index_clear(struct person_index *x, size_t part)
{
    memset(&x->v[part * x->span], 0, x->span * sizeof *x->v);
}

static enum rc grow(struct person_index *x, size_t n, struct err *e)
{
    struct person_index big;
    if (n <= x->n) n = x->n + 1;
    TRY(person_index_init(&big, n, e));
    for (size_t b = 0; b < x->buckets; b++) {
        for (unsigned s = 0; s < INDEX_BUCKET; s++) {
            const struct index_slot *k = &x->v[b].slot[s];
            if (k->key) big.n += put(&big, (struct index_slot){k->key & INDEX_KEY, k->name, k->person});
        }
    }
    person_index_fini(x);
    *x = big;
    return RC_OK;
}

static bool has_room(const struct person_index *x, size_t n) { return x->buckets >= buckets_for(x->n + n); }

enum rc person_index_add(struct person_index *x, struct person_entry p, struct err *e)
{
    if (!has_room(x, 1)) TRY(grow(x, 2 * x->n + 64, e));
    if (!put(x, (struct index_slot){p.key, name_fold(p.name), p.person}))
        return err_nomem(e); /* a table in one part has room */
    x->n++;
    return RC_OK;
}

enum rc person_index_add_all(struct person_index *x, const struct person_entry *v, size_t n, struct err *e)
{
    if (!has_room(x, n)) TRY(grow(x, x->n + n, e));
    for (size_t i = 0; i < n; i++) {
        if (i + LOOK_AHEAD < n) __builtin_prefetch(&x->v[bucket_of(x, v[i + LOOK_AHEAD].key)], 1);
        struct index_slot p = {v[i].key, name_fold(v[i].name), v[i].person};
        if (!put(x, p)) return err_nomem(e);
    }
    x->n += n;
    return RC_OK;
}

/* ---- looking up ---- */

static void hits_sort(struct person_entry *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = i; j > 0 && v[j - 1].person > v[j].person; j--) {
            struct person_entry t = v[j];
            v[j] = v[j - 1];
            v[j - 1] = t;
        }
    }
}

size_t person_index_find(const struct person_index *x, uint64_t key, struct person_entry out[PERSON_HITS_MAX])
{
    size_t n = 0;
    if (!key || !x->buckets) return 0;
    struct probe at = probe_begin(x, key);
    do {
        const struct index_bucket *k = &x->v[at.at];
        for (unsigned s = 0; s < INDEX_BUCKET && k->slot[s].key; s++) {
            if ((k->slot[s].key & INDEX_KEY) != key || n == PERSON_HITS_MAX) continue;
            out[n++] = (struct person_entry){key, k->slot[s].name, k->slot[s].person};
        }
        if (!(k->slot[0].key & INDEX_OVERFLOW)) break;
    } while (probe_next(x, &at));
    hits_sort(out, n);
    return n;
}

void person_index_prefetch(const struct person_index *x, uint64_t key)
{
    __builtin_prefetch(&x->v[bucket_of(x, key)], 1);
}

/* A bit for each slot that has the key, which is not 0. */
static inline unsigned slots_with(const struct index_slot *s, uint64_t key)
{
    return (unsigned)has_key(s, key) | (unsigned)has_key(s + 1, key) << 1 | (unsigned)has_key(s + 2, key) << 2 |
           (unsigned)has_key(s + 3, key) << 3;
}

static inline bool fits(const struct index_slot *s, struct match_query q, bool names)
{
    bool same = s->name == name_fold(q.name);
    return (q.name && same) || !names;
}

/* Several people have the ID: the one with this name, when it is one. */
static struct match_answer match_shared(const struct person_index *x, struct match_query q, bool names)
{
    struct match_answer a = {0, MATCH_NAME};
    uint32_t name = name_fold(q.name);
    size_t fit = 0;
    if (!names || !name) return a;
    struct probe at = probe_begin(x, q.key);
    do {
        const struct index_bucket *k = &x->v[at.at];
        for (unsigned s = 0; s < INDEX_BUCKET; s++) {
            if ((k->slot[s].key & INDEX_KEY) != q.key || k->slot[s].name != name) continue;
            a = (struct match_answer){k->slot[s].person, MATCH_OK};
            fit++;
        }
        if (!(k->slot[0].key & INDEX_OVERFLOW)) break;
    } while (probe_next(x, &at));
    return fit == 1 ? a : (struct match_answer){0, MATCH_NAME};
}

/* One who is not the only one of his ID, or of whom his bucket says nothing but that he may lie further on. */
static struct match_answer match_far(const struct person_index *x, struct match_query q, bool names)
{
    struct probe at = probe_begin(x, q.key);
    do {
        const struct index_slot *s = x->v[at.at].slot;
        unsigned with = slots_with(s, q.key);
        bool ends = !(s->key & INDEX_OVERFLOW);
        if (with) {
            s += __builtin_ctz(with);
            if (s->key & INDEX_SHARED) return match_shared(x, q, names);
            return (struct match_answer){s->person, fits(s, q, names) ? MATCH_OK : MATCH_NAME};
        }
        if (ends) break;
    } while (probe_next(x, &at));
    return (struct match_answer){0, MATCH_NONE};
}

/* What the key's own bucket says, without branches that cannot be foretold. False: more has to be looked at, and the
 * next bucket is asked for. */
static inline bool match_near(const struct person_index *x, struct match_query q, bool names, struct match_answer *out)
{
    const struct index_bucket *k = &x->v[bucket_of(x, q.key)];
    const struct index_slot *s = k->slot;
    unsigned with = q.key ? slots_with(s, q.key) : 0;
    bool far = q.key && !with && s->key & INDEX_OVERFLOW;
    if (far) __builtin_prefetch(k + 1);
    s += __builtin_ctz(with | 1U << (INDEX_BUCKET - 1));
    *out = with ? (struct match_answer){s->person, fits(s, q, names) ? MATCH_OK : MATCH_NAME}
                : (struct match_answer){0, MATCH_NONE};
    return !(far | (with && s->key & INDEX_SHARED));
}

void person_index_match(const struct person_index *x, const struct match_query *q, size_t n, bool names,
                        struct match_answer *out)
{
    size_t rest[MATCH_REST], more = 0;
    for (size_t i = 0; i < n && !x->buckets; i++) out[i] = (struct match_answer){0, MATCH_NONE};
    if (!x->buckets) return;
    for (size_t i = 0; i < n && i < MATCH_AHEAD; i++) __builtin_prefetch(&x->v[bucket_of(x, q[i].key)]);
    for (size_t i = 0; i < n; i++) {
        if (i + MATCH_AHEAD < n) __builtin_prefetch(&x->v[bucket_of(x, q[i + MATCH_AHEAD].key)]);
        rest[more] = i;
        more += !match_near(x, q[i], names, &out[i]);
        if (more < MATCH_REST && i + 1 < n) continue;
        for (size_t k = 0; k < more; k++) out[rest[k]] = match_far(x, q[rest[k]], names);
        more = 0;
    }
}
