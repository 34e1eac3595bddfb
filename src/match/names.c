#include "match/names.h"
#include <stdlib.h>
#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "columns/chunk.h"
#include "ident/name_written.h"
#include "store/chunks.h"
#include "store/delivery.h"

#define NAMES_ARENA_MAX ((size_t)2 << 30)

struct names {
    struct store *s;
    struct run *r;
    struct arena a;
    struct map64 want; /* ID key to its place in name */
    struct str *name;  /* the roster's; p NULL: not found */
    size_t n, found;
    int64_t agree, differ; /* hidden names */
};

static enum rc damaged(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a stored roster column is damaged; run `fangpin check`",
                   "存储的花名册列已损坏；请运行 `fangpin check`");
}

static enum rc collect(struct names *x, size_t all, struct err *e)
{
    x->name = ARENA_ARRAY(&x->a, struct str, all);
    if (!x->name) return err_nomem(e);
    for (size_t g = 0; g < x->r->groups; g++) {
        const struct run_group *of = &x->r->group[g];
        for (size_t i = 0; i < of->written.n; i++) {
            uint64_t key = of->written.v[i].key;
            if (map64_get(&x->want, key) != UINT32_MAX) continue;
            x->name[x->n] = (struct str){0};
            if (!map64_put(&x->want, key, (uint32_t)x->n++)) return err_nomem(e);
        }
    }
    return RC_OK;
}

/* ---- the roster's names */

static enum rc take_name(struct names *x, const struct chunk_view *names, uint32_t row, uint32_t at, struct err *e)
{
    struct str text;
    if (x->name[at].p) return RC_OK;
    if (!chunk_get_str(names, row, &text)) text = STR("");
    x->name[at] = text.n ? str_dup(&x->a, text) : STR("");
    x->found++;
    return x->name[at].p ? RC_OK : err_nomem(e);
}

/* A chunk of IDs, then the chunk of the same rows' names. */
struct reading {
    struct names *x;
    uint32_t *at; /* of each row; UINT32_MAX: none */
    uint32_t rows;
    bool any;
};
typedef enum rc (*view_fn)(struct reading *r, const struct chunk_view *v, struct err *e);

static enum rc with_chunk(struct reading *r, const struct chunk_ref *ref, view_fn fn, struct err *e)
{
    struct buf b;
    struct str bytes;
    struct chunk_view v;
    buf_init(&b, CHUNK_BYTES_MAX + KIB(1));
    enum rc rc = chunk_fetch(r->x->s, ref, &b, &bytes, e);
    if (!rc) rc = chunk_open(bytes, ref->sealed ? CHUNK_MINIMAL : CHUNK_DEFAULT, &v, e);
    if (!rc) {
        rc = fn(r, &v, e);
        chunk_close(&v);
    }
    buf_fini(&b);
    return rc;
}

static enum rc find_keys(struct reading *r, const struct chunk_view *v, struct err *e)
{
    r->rows = v->rows;
    r->any = false;
    if (v->rows > CHUNK_ROWS || v->kind != CHUNK_I64) return damaged(e);
    for (uint32_t i = 0; i < v->rows; i++) {
        int64_t key;
        r->at[i] = chunk_get_i64(v, i, &key) ? map64_get(&r->x->want, (uint64_t)key) : UINT32_MAX;
        r->any |= r->at[i] != UINT32_MAX;
    }
    return RC_OK;
}

static enum rc take_names(struct reading *r, const struct chunk_view *v, struct err *e)
{
    if (v->rows != r->rows || v->kind != CHUNK_TEXT) return damaged(e);
    for (uint32_t i = 0; i < v->rows; i++)
        if (r->at[i] != UINT32_MAX) TRY(take_name(r->x, v, i, r->at[i], e));
    return RC_OK;
}

static enum rc read_delivery(struct names *x, int64_t id, uint32_t *at, struct err *e)
{
    const struct owner o = {OWNER_DELIVERY, id};
    struct chunk_ref *key, *name;
    size_t n, names;
    TRY(chunk_list(x->s, &x->a, o, STR("id"), &key, &n, e));
    TRY(chunk_list(x->s, &x->a, o, STR("name"), &name, &names, e));
    if (n != names) return damaged(e);
    for (size_t k = 0; k < n && x->found < x->n; k++) {
        struct reading r = {.x = x, .at = at};
        TRY(with_chunk(&r, &key[k], find_keys, e));
        if (r.any) TRY(with_chunk(&r, &name[k], take_names, e));
    }
    return RC_OK;
}

static int by_known(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us > y->known_from_us ? -1 : 1;
    return x->id > y->id ? -1 : x->id < y->id;
}

/* The newest roster that has the ID says the name. */
static enum rc read_names(struct names *x, struct str roster, struct err *e)
{
    struct delivery_list d;
    uint32_t *at = ARENA_ARRAY(&x->a, uint32_t, CHUNK_ROWS);
    if (!at) return err_nomem(e);
    TRY(delivery_known_at(x->s, &x->a, roster, INT64_MAX, &d, e));
    if (d.n) qsort(d.v, d.n, sizeof *d.v, by_known);
    for (size_t i = 0; i < d.n && x->found < x->n; i++) TRY(read_delivery(x, d.v[i].id, at, e));
    return RC_OK;
}

/* ---- comparing */

static bool is_same(const struct names *x, struct written_name *w)
{
    struct str name = x->name[map64_get(&x->want, w->key)];
    return name.n && name_written_same(run_text(x->r, w->text), name);
}

static void compare(struct names *x)
{
    for (size_t g = 0; g < x->r->groups; g++) {
        struct run_group *of = &x->r->group[g];
        for (size_t i = 0; i < of->written.n; i++) {
            struct written_name *w = &of->written.v[i];
            w->same = is_same(x, w);
            if (!w->masked) continue;
            x->agree += w->same;
            x->differ += !w->same;
        }
    }
}

/* Taken rows leave the list of those that wait. */
static void take_group(struct names *x, struct run_group *g, struct names_taken *taken)
{
    size_t n = 0, next = 0;
    for (size_t i = 0; i < g->bad.v.n; i++) {
        const struct written_name *w = next < g->written.n && g->written.v[next].bad == i ? &g->written.v[next++]
                                                                                          : NULL;
        if (!w || !w->same || (w->masked && x->agree <= x->differ)) {
            g->bad.v.v[n++] = g->bad.v.v[i];
            continue;
        }
        x->r->person[w->slot] = w->person;
        taken->masked += w->masked;
        taken->pinyin += !w->masked;
    }
    g->bad.v.n = n;
    g->written.n = 0;
}

static enum rc take_all(struct names *x, struct str roster, size_t all, struct names_taken *taken, struct err *e)
{
    TRY(collect(x, all, e));
    TRY(read_names(x, roster, e));
    compare(x);
    for (size_t g = 0; g < x->r->groups; g++) take_group(x, &x->r->group[g], taken);
    return RC_OK;
}

enum rc names_take(struct store *s, struct str roster, struct run *r, struct names_taken *taken, struct err *e)
{
    struct names x = {.s = s, .r = r};
    size_t all = 0;
    for (size_t g = 0; g < r->groups; g++) all += r->group[g].written.n;
    if (!all) return RC_OK;
    arena_init(&x.a, NAMES_ARENA_MAX);
    map64_init(&x.want);
    enum rc rc = take_all(&x, roster, all, taken, e);
    map64_fini(&x.want);
    arena_fini(&x.a);
    return rc;
}
