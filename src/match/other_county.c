#include "match/other_county.h"
#include "ident/citizen_id.h"
#include "ident/division_code.h"
#include "match/import_int.h"

enum {
    ROWS_LEAST = 20,
    KNOWN_SHARE = 10, /* a file of which one number in so many is of the roster is of its county */
    OURS_SHARE = 20,  /* an area from which one person of the roster in so many is is not another county's */
    ONE_COUNTY_PC = 80,
    AREA_UNIT = 1000000 /* of a division's code */
};

enum rc other_county_note(struct import *m, struct err *e)
{
    if (m->plan.roster || m->plan.village >= 0) return RC_OK;
    for (size_t g = 0; g < m->run.groups; g++) {
        const struct bad_list *l = &m->run.group[g].bad;
        for (size_t i = 0; i < l->v.n; i++) {
            const struct bad_row *b = &l->v.v[i];
            if (b->wait != WAIT_UNMATCHED || !b->key) continue;
            uint64_t area = (uint64_t)citizen_key_area(b->key);
            uint32_t n = map64_get(&m->areas, area);
            if (!map64_put(&m->areas, area, n == UINT32_MAX ? 1 : n + 1)) return err_nomem(e);
        }
    }
    return RC_OK;
}

/* Of the areas of the file's numbers, how many people of the roster have theirs from there. */
static enum rc count_ours(const struct import *m, struct map64 *ours, struct err *e)
{
    const struct person_index *x = &m->shared->index;
    for (size_t i = 0; i < x->buckets * INDEX_BUCKET; i++) {
        uint64_t key = index_slot_key(&x->v[i / INDEX_BUCKET].slot[i % INDEX_BUCKET]);
        uint64_t area = key ? (uint64_t)citizen_key_area(key) : 0;
        if (!area || map64_get(&m->areas, area) == UINT32_MAX) continue;
        uint32_t n = map64_get(ours, area);
        if (!map64_put(ours, area, n == UINT32_MAX ? 1 : n + 1)) return err_nomem(e);
    }
    return RC_OK;
}

/* Rows whose number was given out elsewhere, and where most of them. */
struct elsewhere {
    int64_t rows, most, area;
};

static enum rc look_elsewhere(const struct import *m, struct elsewhere *x, struct err *e)
{
    struct map64 ours;
    map64_init(&ours);
    enum rc rc = count_ours(m, &ours, e);
    *x = (struct elsewhere){0};
    for (size_t i = 0; !rc && i < m->areas.cap; i++) {
        int64_t area = (int64_t)m->areas.keys[i], n = m->areas.vals[i];
        if (n == UINT32_MAX) continue;
        uint32_t here = map64_get(&ours, (uint64_t)area);
        if (here != UINT32_MAX && (uint64_t)here * OURS_SHARE >= m->shared->index.n) continue;
        x->rows += n;
        bool more = n > x->most || (n == x->most && area < x->area);
        if (more) x->most = n, x->area = area;
    }
    map64_fini(&ours);
    return rc;
}

static enum rc refuse(const struct import *m, const struct elsewhere *x, struct err *e)
{
    const struct delivery_counts *c = &m->d.counts;
    int64_t known = c->matched + c->waiting_name;
    if (m->o->division)
        return err_set(
            e, RC_INPUT, (struct pos){.file = m->o->file},
            "only %lld of %lld ID numbers are of people of the roster, and %lld were given out in %lld, not in the "
            "division that was said: is it the file of that county? Nothing was taken in, for everybody else here "
            "would "
            "have \"none\". If it is the right file, give it with --as-written",
            "%2$lld 个证件号码中只有 %1$lld 个在花名册里，另有 %3$lld 个由 %4$lld "
            "签发，不属于所写的地区：是不是那个县的文件？"
            "没有导入任何内容，否则本地其他人都会被当作“无”。如文件无误，请加 --as-written",
            (long long)known, (long long)(known + c->waiting_unmatched), (long long)x->most, (long long)x->area);
    return err_set(e, RC_INPUT, (struct pos){.file = m->o->file},
                   "only %lld of %lld ID numbers are of people of the roster, and %lld were given out elsewhere (%lld "
                   "in %lld): is "
                   "it the file of another county? Nothing was taken in, for everybody else here would have \"none\". "
                   "Say whose it "
                   "is with --division CODE (%lld000000, or that of this county, if it is of a larger place; then with "
                   "--as-written too when nearly all numbers are of one other county)",
                   "%2$lld 个证件号码中只有 %1$lld 个在花名册里，另有 %3$lld 个由外地签发（其中 %5$lld 有 %4$lld "
                   "个）：是不是外县的文件？"
                   "没有导入任何内容，否则本地其他人都会被当作“无”。请用 --division 代码 "
                   "指明是哪里的（%6$lld000000；如文件范围更大，"
                   "则写本县代码，号码几乎全属另一县时再加 --as-written）",
                   (long long)known, (long long)(known + c->waiting_unmatched), (long long)x->rows, (long long)x->most,
                   (long long)x->area, (long long)x->area);
}

enum rc other_county_check(const struct import *m, struct err *e)
{
    const struct delivery_counts *c = &m->d.counts;
    int64_t known = c->matched + c->waiting_name, others = c->waiting_unmatched;
    struct elsewhere x;
    bool here = known * KNOWN_SHARE > known + others || others < ROWS_LEAST || (!known && !m->o->division);
    if (!m->areas.n || here || m->o->as_written || !m->shared->index.n) return RC_OK;
    TRY(look_elsewhere(m, &x, e));
    if (2 * x.rows <= others) return RC_OK;
    bool said = m->o->division != 0;
    if (said && (100 * x.most <= ONE_COUNTY_PC * others || division_covers(m->o->division, x.area * AREA_UNIT)))
        return RC_OK;
    return refuse(m, &x, e);
}
