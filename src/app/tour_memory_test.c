/* Every Nth allocation failing in every command: the command says that memory ran out, frees all it had and leaves the
 * folder as it was; or it did without and did all its work. FANGPIN_STRIDE=N tries about every Nth (1: each),
 * FANGPIN_EVERY=N exactly, FANGPIN_FAULT=N begins with the Nth. */
#include <inttypes.h>
#include <stdlib.h>
#include "app/tour.h"
#include "base/limits.h"
#include "base/mem.h"

void tour_memory_test(struct test *t);

#ifdef MEM_FAULTS
enum { STATE_MAX = 1 << 24, STRIDE = 1500, STRIDE_SLOW = 100, WHOLE_EVERY = 16, WRONG_MAX = 12 };

struct starving {
    struct tour w;
    uint64_t nth, live, left, tried, said, done;
    bool fired, stale;      /* stale: a fault whose effect nobody has looked at may have changed the folder */
    struct buf text, again; /* what a look told undisturbed, and what it tells now */
};

static void arm(void *ctx, FILE *out)
{
    struct starving *s = ctx;
    (void)out;
    s->live = mem_live_count();
    mem_fault_arm(s->nth, 0);
}

static void disarm(void *ctx)
{
    struct starving *s = ctx;
    s->fired = mem_fault_fired();
    mem_fault_arm(0, 0);
    s->left = mem_live_count() - s->live;
}

/* Run with the nth allocation failing; false: there was no nth. */
static bool starve(struct starving *s, const char *line, uint64_t nth, enum rc *rc)
{
    struct tour *w = &s->w;
    s->nth = nth;
    w->arm = arm;
    w->disarm = disarm;
    w->ctx = s;
    *rc = tour_run(w, line);
    w->arm = NULL;
    if (!s->fired && *rc && !s->stale) tour_wrong(w, line, nth, "failed without a fault");
    if (s->left) tour_wrong(w, line, nth, "did not free what it had");
    if (s->fired && *rc && *rc != RC_NOMEM) tour_wrong(w, line, nth, "does not say that memory ran out");
    if (s->fired && *rc && *rc != RC_NOMEM) printf("%.*s", STR_ARG(buf_str(&w->out)));
    if (*rc && !w->e.msg[0]) tour_wrong(w, line, nth, "no message");
    s->tried += s->fired;
    s->said += s->fired && *rc != RC_OK;
    s->done += s->fired && *rc == RC_OK;
    return s->fired;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    int64_t v = 0;
    return str_to_i64(str_from(getenv(name)), 1, INT32_MAX, &v) ? (uint64_t)v : otherwise;
}

static uint64_t next(const struct test *t, uint64_t nth, struct rng *r)
{
    uint64_t every = number_from("FANGPIN_EVERY", 0);
    uint64_t stride = number_from("FANGPIN_STRIDE", t->slow ? STRIDE_SLOW : STRIDE);
    return nth + (every ? every : stride > 1 ? 1 + rng_below(r, 2 * stride - 1) : 1);
}

static bool tells_the_same(struct starving *s, const char *line)
{
    tour_told(&s->w, line, &s->again);
    return str_eq(buf_str(&s->text), buf_str(&s->again));
}

static void look(struct starving *s, const char *line, struct rng *r)
{
    const char *only = getenv("FANGPIN_LINE");
    enum rc rc;
    if (only && !strstr(line, only)) return;
    if (tour_run(&s->w, line)) tour_wrong(&s->w, line, 0, "without a fault");
    tour_told(&s->w, line, &s->text);
    for (uint64_t nth = number_from("FANGPIN_FAULT", 1); starve(s, line, nth, &rc) && s->w.wrong < WRONG_MAX;
         nth = next(s->w.t, nth, r))
        if (rc == RC_OK && !tells_the_same(s, line)) tour_wrong(&s->w, line, nth, "says something else");
}

static void step(struct starving *s, size_t i, struct rng *r)
{
    struct tour *w = &s->w;
    uint64_t n = 0;
    const char *only = getenv("FANGPIN_LINE");
    enum rc rc;
    if (tour_steps[i].several || (only && !strstr(tour_steps[i].line, only))) {
        (void)tour_step(w, i);
        return;
    }
    tour_prepare(w, i);
    uint64_t nth = number_from("FANGPIN_FAULT", 1);
    while (w->wrong < WRONG_MAX && (starve(s, s->w.line, nth, &rc) || s->stale)) {
        /* What one before may have left, whose work may have been done, is no place to end or to succeed from: this one
         * is tried again. */
        bool anew = !s->fired || (rc == RC_OK && s->stale);
        bool whole = anew || rc == RC_OK || tour_steps[i].fixture || n++ % WHOLE_EVERY == 0;
        if (!anew && rc == RC_OK && !str_eq(buf_str(&w->out), buf_str(&w->told)))
            tour_wrong(w, tour_steps[i].line, nth, "says something else");
        if (whole) tour_judge(w, i, nth, rc); /* these begin anew */
        s->stale = !whole;
        if (!anew) nth = next(s->w.t, nth, r);
    }
    s->stale = false;
    tour_proceed(w);
}

static void test_all(struct test *t)
{
    struct starving s = {.nth = 0};
    struct rng r;
    if (!tour_init(&s.w, t, "memory")) return;
    rng_seed(&r, 11);
    buf_init(&s.text, STATE_MAX);
    buf_init(&s.again, STATE_MAX);
    for (size_t i = 0; i < tour_steps_n && s.w.wrong < WRONG_MAX; i++) step(&s, i, &r);
    for (size_t i = 0; i < tour_looks_n && s.w.wrong < WRONG_MAX; i++) look(&s, tour_looks[i], &r);
    printf("memory: %zu commands, %" PRIu64 " allocations failed: %" PRIu64 " said so, %" PRIu64 " did without\n",
           tour_steps_n + tour_looks_n, s.tried, s.said, s.done);
    CHECK(t, s.tried > 0);
    buf_fini(&s.text);
    buf_fini(&s.again);
    tour_fini(&s.w);
}
#else
static void test_none(struct test *t)
{
    mem_fault_arm(1, 1);
    void *p = mem_alloc(1);
    CHECK(t, p && !mem_fault_fired());
    mem_free(p);
}
#endif

void tour_memory_test(struct test *t)
{
#ifdef MEM_FAULTS
    if (TEST(t, "every allocation of every command failing")) test_all(t);
#else
    if (TEST(t, "a program that is given out never makes an allocation fail")) test_none(t);
#endif
}
