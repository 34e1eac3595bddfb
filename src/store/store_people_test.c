/* People, households and their indexes. */
#include "base/limits.h"
#include "base/mem.h"
#include "store/check.h"
#include "store/people.h"
#include "store/store_test_int.h"

enum { PEOPLE = 20000, HOUSEHOLDS = 6000 };

struct crowd {
    struct person_row *p;
    struct household_row *h;
    char (*codes)[24];
};

static bool crowd_make(struct crowd *c)
{
    struct rng r;
    rng_seed(&r, 7);
    c->p = mem_zalloc_array(PEOPLE, sizeof *c->p);
    c->h = mem_zalloc_array(HOUSEHOLDS, sizeof *c->h);
    c->codes = mem_zalloc_array(HOUSEHOLDS, sizeof *c->codes);
    if (!c->p || !c->h || !c->codes) return false;
    for (uint32_t i = 0; i < HOUSEHOLDS; i++) {
        (void)snprintf(c->codes[i], sizeof c->codes[i], "H%06u", (i * 4999) % HOUSEHOLDS);
        c->h[i] = (struct household_row){i + 1, 130730101202, str_from(c->codes[i]), true};
    }
    for (uint32_t i = 0; i < PEOPLE; i++)
        c->p[i] = (struct person_row){.no = i + 1, .household_no = (uint32_t)rng_below(&r, HOUSEHOLDS) + 1,
                                      .has_id = i % 50 != 0, .id_hash = rng_next(&r), .id_tail_hash = i % 1000,
                                      .name = STR("某人"), .secret = i % 2 ? STR("secret") : (struct str){0}};
    return true;
}

static void crowd_free(struct crowd *c)
{
    mem_free(c->p);
    mem_free(c->h);
    mem_free(c->codes);
}

static enum rc crowd_add(struct store *s, const struct crowd *c, struct delivery *d, struct err *e)
{
    uint32_t first = 0;
    TRY(delivery_begin(s, d, e));
    TRY(store_take_numbers(s, "person", PEOPLE, &first, e));
    TRY(store_take_numbers(s, "household", HOUSEHOLDS, &first, e));
    TRY(households_add(s, d->id, c->h, HOUSEHOLDS, e));
    return people_add(s, d->id, c->p, PEOPLE, e);
}

struct walk {
    uint64_t n, sum, last;
    bool ordered;
};

static enum rc walk_person(void *ctx, const struct person *p, struct err *e)
{
    struct walk *w = ctx;
    (void)e;
    w->ordered = (w->n == 0 || p->no > w->last) && (w->n == 0 || w->ordered);
    w->last = p->no;
    w->sum += p->household_no + p->name.n;
    w->n++;
    return RC_OK;
}

static enum rc walk_household(void *ctx, const struct household_row *h, struct err *e)
{
    struct walk *w = ctx;
    (void)e;
    w->sum += h->code.n;
    w->n++;
    return RC_OK;
}

static enum rc walk_id(void *ctx, uint64_t hash, uint32_t no, struct err *e)
{
    struct walk *w = ctx;
    (void)e;
    w->sum += hash ^ no;
    w->n++;
    return RC_OK;
}

static void check_walks(struct test *t, struct store *s, uint64_t people, uint64_t households, uint64_t ids)
{
    struct err e = {.lang = LANG_EN};
    struct walk w = {0}, h = {0}, c = {0}, i = {0};
    CHECK_I64(t, people_each(s, INT64_MAX, walk_person, &w, &e), RC_OK);
    CHECK_I64(t, w.n, people);
    CHECK(t, people == 0 || w.ordered);
    CHECK_I64(t, households_each(s, INT64_MAX, walk_household, &h, &e), RC_OK);
    CHECK_I64(t, h.n, households);
    CHECK_I64(t, households_each_code(s, walk_household, &c, &e), RC_OK);
    CHECK_I64(t, c.n, households);
    CHECK_I64(t, people_each_id(s, walk_id, &i, &e), RC_OK);
    CHECK_I64(t, i.n, ids);
}

static void check_person(struct test *t, struct store *s, const struct person_row *want)
{
    struct arena a;
    struct err e = {.lang = LANG_EN};
    struct person p;
    struct people_list l;
    bool found = false, in = false;
    arena_init(&a, MIB(1));
    CHECK_I64(t, people_get(s, &a, want->no, INT64_MAX, &p, &found, &e), RC_OK);
    CHECK(t, found && p.household_no == want->household_no);
    CHECK_STR(t, p.name, want->name);
    CHECK(t, (p.secret.p != NULL) == (want->secret.p != NULL) && str_eq(p.secret, want->secret));
    CHECK_I64(t, people_by_id(s, &a, want->id_hash, INT64_MAX, &l, &e), RC_OK);
    CHECK(t, want->has_id ? l.n == 1 && l.v[0].no == want->no : l.n == 0);
    CHECK_I64(t, people_by_id_tail(s, &a, want->id_tail_hash, INT64_MAX, &l, &e), RC_OK);
    CHECK(t, want->has_id ? l.n > 0 : true);
    CHECK_I64(t, people_of_household(s, &a, want->household_no, INT64_MAX, &l, &e), RC_OK);
    for (size_t i = 0; i < l.n; i++) in |= l.v[i].no == want->no;
    CHECK(t, in);
    arena_fini(&a);
}

static void check_clean(struct test *t, struct store *s)
{
    struct arena a;
    struct check_report r;
    struct err e = {.lang = LANG_EN};
    arena_init(&a, MIB(1));
    CHECK_I64(t, store_check(s, CHECK_FULL, &a, &r, &e), RC_OK);
    for (size_t i = 0; i < r.n; i++) test_check(t, false, __FILE__, __LINE__, r.v[i].name);
    arena_fini(&a);
}

static void test_bulk(struct test *t)
{
    struct test_folder f;
    struct crowd c = {0};
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("roster");
    uint32_t no = 0;
    if (folder_init(&f, t, "people") || !crowd_make(&c)) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, crowd_add(s, &c, &d, &e), RC_OK);
    check_walks(t, s, 0, 0, 0); /* staging is invisible */
    CHECK_I64(t, household_find(s, c.h[9].code, &no, &e), RC_OK);
    CHECK_I64(t, no, 0);
    CHECK_I64(t, delivery_publish(s, &d, &e), RC_OK);
    check_walks(t, s, PEOPLE, HOUSEHOLDS, PEOPLE - PEOPLE / 50);
    for (size_t i = 0; i < PEOPLE; i += 997) check_person(t, s, &c.p[i]);
    CHECK_I64(t, household_find(s, c.h[9].code, &no, &e), RC_OK);
    CHECK_I64(t, no, 10);
    check_clean(t, s);
    CHECK(t, people_add(s, d.id, c.p, 1, &e) == RC_ENV); /* no longer staging */
    store_close(s);
    crowd_free(&c);
}

/* A second roster moves one person and gives them another name and ID; what was known before stays. */
static void test_versions(struct test *t)
{
    struct test_folder f;
    struct crowd c = {0};
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct arena a;
    struct person p;
    struct people_list l;
    struct household_row h;
    struct delivery d = sample_delivery("roster"), later = sample_delivery("roster");
    bool found = false;
    if (folder_init(&f, t, "versions") || !crowd_make(&c)) return;
    arena_init(&a, MIB(1));
    d.known_from_us = 100;
    later.known_from_us = 200;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, crowd_add(s, &c, &d, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &d, &e), RC_OK);
    struct person_row moved = c.p[1];
    uint32_t old_home = moved.household_no;
    moved.household_no = old_home % HOUSEHOLDS + 1;
    moved.id_hash = 4242;
    moved.name = (struct str){0};
    struct household_row home = c.h[4], twice = c.h[5];
    home.fresh = false;
    home.division = 130730101203;
    twice.no = HOUSEHOLDS + 7;
    CHECK_I64(t, delivery_begin(s, &later, &e), RC_OK);
    CHECK_I64(t, people_add(s, later.id, &moved, 1, &e), RC_OK);
    CHECK_I64(t, households_add(s, later.id, &home, 1, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &later, &e), RC_OK);
    CHECK_I64(t, people_get(s, &a, moved.no, 150, &p, &found, &e), RC_OK);
    CHECK(t, found && p.household_no == old_home && p.name.n > 0);
    CHECK_I64(t, people_get(s, &a, moved.no, 200, &p, &found, &e), RC_OK);
    CHECK(t, found && p.household_no == moved.household_no && !p.name.p);
    CHECK_I64(t, people_get(s, &a, moved.no, 99, &p, &found, &e), RC_OK);
    CHECK(t, !found);
    CHECK_I64(t, people_by_id(s, &a, 4242, 150, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 0);
    CHECK_I64(t, people_by_id(s, &a, 4242, 200, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 1);
    CHECK_I64(t, household_get(s, &a, home.no, 150, &h, &found, &e), RC_OK);
    CHECK(t, found && h.division == c.h[4].division);
    CHECK_I64(t, household_get(s, &a, home.no, 200, &h, &found, &e), RC_OK);
    CHECK(t, found && h.division == home.division && str_eq(h.code, home.code));
    check_walks(t, s, PEOPLE, HOUSEHOLDS, PEOPLE - PEOPLE / 50 + 1);
    CHECK_I64(t, delivery_withdraw(s, later.id, 300, STR("test"), STR("tester"), &e), RC_OK);
    CHECK_I64(t, people_get(s, &a, moved.no, 300, &p, &found, &e), RC_OK);
    CHECK(t, found && p.household_no == old_home);
    struct delivery bad = sample_delivery("roster");
    CHECK_I64(t, delivery_begin(s, &bad, &e), RC_OK);
    CHECK_I64(t, households_add(s, bad.id, &twice, 1, &e), RC_CONFLICT); /* a second household of one code */
    CHECK_I64(t, delivery_abandon(s, bad.id, &e), RC_OK);
    check_clean(t, s);
    store_close(s);
    arena_fini(&a);
    crowd_free(&c);
}

static void test_removed_at_open(struct test *t)
{
    struct test_folder f;
    struct crowd c = {0};
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("roster"), again = sample_delivery("roster");
    if (folder_init(&f, t, "people-staging") || !crowd_make(&c)) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, crowd_add(s, &c, &d, &e), RC_OK);
    store_close(s); /* as after a crash */
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    check_clean(t, s);
    int64_t left = 1;
    CHECK_I64(t, db_get_i64(store_db(s), SQL_check_count_people, &left, NULL, &e), RC_OK);
    CHECK_I64(t, left, 0);
    for (size_t i = 0; i < PEOPLE; i++) c.p[i].no += PEOPLE; /* fresh numbers */
    for (size_t i = 0; i < HOUSEHOLDS; i++) c.h[i].no += HOUSEHOLDS;
    for (size_t i = 0; i < PEOPLE; i++) c.p[i].household_no += HOUSEHOLDS;
    CHECK_I64(t, crowd_add(s, &c, &again, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &again, &e), RC_OK);
    check_walks(t, s, PEOPLE, HOUSEHOLDS, PEOPLE - PEOPLE / 50);
    check_clean(t, s);
    store_close(s);
    crowd_free(&c);
}

void store_people_test(struct test *t);
void store_people_test(struct test *t)
{
    if (TEST(t, "people in bulk, found by every index")) test_bulk(t);
    if (TEST(t, "versions of people and households")) test_versions(t);
    if (TEST(t, "people of an interrupted import go")) test_removed_at_open(t);
}
