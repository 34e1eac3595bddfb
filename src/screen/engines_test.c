/* The rules of the shipped books over loaded people: reference, vector VM and SQL say the same. */
#include <inttypes.h>
#include <stdio.h>
#include "base/mem.h"
#include "screen/oracle.h"
#include "screen/screen_test_int.h"

void engines_test(struct test *t);

enum { ENGINES = 3 };

struct over {
    struct town w;
    struct world world;
    struct county c;
    struct oracle *oracle;
    struct arena a;
    uint64_t compared, unknown, yes;
};

static bool same_value(const struct reasons *rs, uint8_t rep, const struct value *a, const struct value *b)
{
    if (a->st != b->st || a->v != b->v || !reasons_equal(rs, a->why, rs, b->why)) return false;
    if (rep == REP_FRAC) return frac_cmp(a->n, a->d, b->n, b->d) == 0;
    return rep != REP_SET || a->w == b->w;
}

static void compare(struct over *o, const struct compiled *c, const char *engine, const struct outcol *want,
                    const struct outcol *got)
{
    struct test *t = o->w.t;
    for (uint32_t i = 0; i < c->program->n_outputs; i++) {
        CHECK_I64(t, got[i].n, want[i].n);
        for (uint32_t row = 0; row < want[i].n && row < got[i].n; row++) {
            struct value a = outcol_get(&want[i], row), b = outcol_get(&got[i], row);
            o->compared++;
            o->unknown += a.st == ST_UNKNOWN;
            o->yes += a.st == ST_EXACT && a.v == 1;
            if (same_value(o->world.reasons, want[i].rep, &a, &b)) continue;
            (void)fprintf(stderr, "%s: %.*s row %" PRIu32 ": %" PRId64 " (%d), the reference has %" PRId64 " (%d)\n",
                          engine, STR_ARG(c->outputs[i].name), row, b.v, (int)b.st, a.v, (int)a.st);
            CHECK(t, same_value(o->world.reasons, want[i].rep, &a, &b));
            break;
        }
    }
}

static enum rc compare_at(struct over *o, const struct compiled *c, struct outcol *outs, struct err *e)
{
    struct ptable pt;
    size_t n = c->program->n_outputs + 1;
    struct vm_options vo = {.threads = 2, .batch_rows = 64};
    TRY(rules_ptable(o->w.p, c->program, o->world.places, o->world.n_places, &o->a, &pt, &o->w.diags, e));
    TRY(ref_run(c->program, &o->world.frame, &pt, outs, e));
    TRY(vm_run(c->program, &o->world.frame, &pt, &vo, outs + n, e));
    TRY(oracle_run_with(o->oracle, c->program, &o->world.frame, &pt, outs + 2 * n, e));
    compare(o, c, "VM", outs, outs + n);
    compare(o, c, "SQL", outs, outs + 2 * n);
    return RC_OK;
}

static enum rc load_over(struct over *o, struct compiled *c, struct err *e)
{
    struct world *w = &o->world;
    struct world_options wo = {.as_of = town_day("2026-06-30"), .known_at = town_day("2026-07-31")};
    TRY(world_open(w, o->w.s, o->w.p, NULL, &wo, e));
    for (uint32_t i = 0; i < w->n_places; i++) {
        struct compile_options co = {.place = &w->places[i], .as_of = w->as_of};
        TRY(rules_compile(o->w.p, &co, &o->a, &o->w.diags, &c[i], e));
        world_need(w, c[i].program);
    }
    return world_load(w, &o->w.diags, e);
}

static void compare_all(struct over *o)
{
    struct test *t = o->w.t;
    struct compiled c[16] = {{0}};
    enum rc rc = load_over(o, c, &o->w.e);
    CHECK_I64(t, rc, RC_OK);
    struct buf why;
    buf_init(&why, KIB(4));
    CHECK(t, rc || frame_valid(&o->world.frame, &why));
    CHECK_STR(t, buf_str(&why), STR(""));
    buf_fini(&why);
    for (uint32_t i = 0; !rc && i < o->world.n_places; i++) {
        size_t n = (c[i].program->n_outputs + 1) * ENGINES;
        struct outcol *outs = mem_zalloc_array(n, sizeof *outs);
        rc = outs ? compare_at(o, &c[i], outs, &o->w.e) : RC_NOMEM;
        for (size_t k = 0; outs && k < n; k++) outcol_fini(&outs[k]);
        mem_free(outs);
    }
    CHECK_I64(t, rc, RC_OK);
    if (rc) CHECK_STR(t, str_from(o->w.e.msg), STR(""));
}

static void test_seed(struct test *t, uint64_t seed, unsigned households)
{
    static const char *const DIRS[] = {"policy/core",   "policy/national", "policy/shaanxi",
                                       "policy/shanxi", "policy/hebei",    "policy/example"};
    struct over o = {.compared = 0};
    char name[32];
    (void)snprintf(name, sizeof name, "engines%u", (unsigned)seed);
    if (!town_open(&o.w, t, name, "book t \"空\" { jurisdiction 00 }")) return;
    arena_init(&o.a, MIB(256));
    if (town_dirs(&o.w, DIRS, sizeof DIRS / sizeof *DIRS) && oracle_new(&o.oracle, &o.w.e) == RC_OK) {
        county_init(&o.c, &o.w, seed);
        o.c.people = households * 8;
        county_add(&o.c, 0, households);
        for (size_t i = 0; i < o.c.n; i++) county_take(&o.c, &o.w, i, 0, o.c.f[i].n);
        compare_all(&o);
        CHECK(t, o.compared > 1000 && o.unknown > 100 && o.yes > 100);
        county_fini(&o.c);
        world_free(&o.world);
    }
    oracle_free(o.oracle);
    arena_fini(&o.a);
    town_close(&o.w);
}

void engines_test(struct test *t)
{
    if (!TEST(t, "the shipped books over loaded people on all engines")) return;
    test_seed(t, 11, 24);
    if (t->slow)
        for (unsigned i = 1; i < 10; i++) test_seed(t, i, 40);
}
