#include "match/person_index.h"
#include "base/mem.h"
#include "base/num.h"

#define INDEX_OVERFLOW (UINT32_C(1) << 31) /* someone who belongs here lies further on */

enum { LOOK_AHEAD = 16 /* cache lines asked for before they are needed */ };

/* ---- the table ---- */

static size_t bucket_of(const struct person_index *x, uint64_t key)
{
    uint64_t h = key * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return (size_t)((u128)h * x->buckets >> 64);
}

/* About two of three slots filled. */
static size_t buckets_for(size_t n) { return n / 2 + 16; }

enum rc person_index_init(struct person_index *x, size_t n, struct err *e)
{
    *x = (struct person_index){.buckets = buckets_for(n)};
    x->v = mem_big_alloc(x->buckets * sizeof *x->v);
    return x->v ? RC_OK : err_nomem(e);
}

void person_index_fini(struct person_index *x)
{
    if (x->v) mem_big_free(x->v, x->buckets * sizeof *x->v);
    *x = (struct person_index){0};
}

static size_t next_bucket(const struct person_index *x, size_t b) { return b + 1 < x->buckets ? b + 1 : 0; }

struct place {
    size_t bucket;
    unsigned slot;
};

/* The first free slot from the home bucket on. Marks others of the same ID and sets *same. */
static bool place_find(struct person_index *x, uint64_t key, struct place *out, bool *same)
{
    for (size_t b = bucket_of(x, key), i = 0; i < x->buckets; i++, b = next_bucket(x, b)) {
        struct index_bucket *k = &x->v[b];
        for (unsigned s = 0; s < INDEX_BUCKET; s++) {
            if (k->key[s] == 0) return *out = (struct place){b, s}, true;
            if (k->key[s] != key) continue;
            *same = true;
            k->flags |= 1u << s;
        }
        k->flags |= INDEX_OVERFLOW;
    }
    return false;
}

static bool put(struct person_index *x, const struct person_entry *p)
{
    struct place at;
    bool same = false;
    if (!place_find(x, p->key, &at, &same)) return false;
    struct index_bucket *k = &x->v[at.bucket];
    k->key[at.slot] = p->key;
    k->name[at.slot] = p->name;
    k->person[at.slot] = p->person;
    if (same) k->flags |= 1u << at.slot;
    return true;
}

static enum rc grow(struct person_index *x, size_t n, struct err *e)
{
    struct person_index big;
    if (n <= x->n) n = x->n + 1;
    TRY(person_index_init(&big, n, e));
    for (size_t b = 0; b < x->buckets; b++) {
        for (unsigned s = 0; s < INDEX_BUCKET; s++) {
            struct person_entry p = {x->v[b].key[s], x->v[b].name[s], x->v[b].person[s]};
            if (p.key && put(&big, &p)) big.n++;
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
    if (!put(x, &p)) return err_nomem(e);
    x->n++;
    return RC_OK;
}

enum rc person_index_add_all(struct person_index *x, const struct person_entry *v, size_t n, struct err *e)
{
    if (!has_room(x, n)) TRY(grow(x, x->n + n, e));
    for (size_t i = 0; i < n; i++) {
        if (i + LOOK_AHEAD < n) __builtin_prefetch(&x->v[bucket_of(x, v[i + LOOK_AHEAD].key)], 1);
        if (!put(x, &v[i])) return err_nomem(e);
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
    for (size_t b = bucket_of(x, key), i = 0; key && i < x->buckets; i++, b = next_bucket(x, b)) {
        const struct index_bucket *k = &x->v[b];
        for (unsigned s = 0; s < INDEX_BUCKET && k->key[s]; s++) {
            if (k->key[s] != key || n == PERSON_HITS_MAX) continue;
            out[n++] = (struct person_entry){key, k->name[s], k->person[s]};
        }
        if (!(k->flags & INDEX_OVERFLOW)) break;
    }
    hits_sort(out, n);
    return n;
}

void person_index_prefetch(const struct person_index *x, uint64_t key)
{
    __builtin_prefetch(&x->v[bucket_of(x, key)], 1);
}

/* Several people have the ID: the one with this name, when it is one. */
static struct match_answer match_shared(const struct person_index *x, struct match_query q, bool names)
{
    struct match_answer a = {0, MATCH_NAME};
    size_t fit = 0;
    for (size_t b = bucket_of(x, q.key), i = 0; names && q.name && i < x->buckets; i++, b = next_bucket(x, b)) {
        const struct index_bucket *k = &x->v[b];
        for (unsigned s = 0; s < INDEX_BUCKET; s++) {
            if (k->key[s] != q.key || k->name[s] != q.name) continue;
            a = (struct match_answer){k->person[s], MATCH_OK};
            fit++;
        }
        if (!(k->flags & INDEX_OVERFLOW)) break;
    }
    return fit == 1 ? a : (struct match_answer){0, MATCH_NAME};
}

static struct match_answer match_one(const struct person_index *x, struct match_query q, bool names)
{
    size_t b = bucket_of(x, q.key);
    for (size_t i = 0; q.key && i < x->buckets; i++, b = next_bucket(x, b)) {
        const struct index_bucket *k = &x->v[b];
        for (unsigned s = 0; s < INDEX_BUCKET; s++) {
            if (k->key[s] != q.key) continue;
            if (k->flags & 1u << s) return match_shared(x, q, names);
            bool same = !names || (q.name && k->name[s] == q.name);
            return (struct match_answer){k->person[s], same ? MATCH_OK : MATCH_NAME};
        }
        if (!(k->flags & INDEX_OVERFLOW)) break;
    }
    return (struct match_answer){0, MATCH_NONE};
}

void person_index_match(const struct person_index *x, const struct match_query *q, size_t n, bool names,
                        struct match_answer *out)
{
    for (size_t i = 0; i < n && i < LOOK_AHEAD; i++) __builtin_prefetch(&x->v[bucket_of(x, q[i].key)]);
    for (size_t i = 0; i < n; i++) {
        if (i + LOOK_AHEAD < n) __builtin_prefetch(&x->v[bucket_of(x, q[i + LOOK_AHEAD].key)]);
        out[i] = match_one(x, q[i], names);
    }
}
