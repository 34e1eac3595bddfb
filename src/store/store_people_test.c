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
        c->p[i] = (struct person_row){.no = i + 1,
                                      .household_no = (uint32_t)rng_below(&r, HOUSEHOLDS) + 1,
                                      .has_id = i % 50 != 0,
                                      .id_hash = rng_next(&r),
                                      .id_tail_hash = i % 1000,
                                      .name = STR("某人"),
                                      .secret = i % 2 ? STR("secret") : (struct str){0}};
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
    TRY(households_add(s, d->id, c->h, HOUSEHOLDS, 2, e));
    return people_add(s, d->id, c->p, PEOPLE, 2, e);
}

static enum rc count_household(void *ctx, const struct household_row *h, struct err *e)
{
    uint64_t *n = ctx;
    (void)e;
    *n += h->code.n > 0;
    return RC_OK;
}

static void check_walks(struct test *t, struct store *s, uint64_t people, uint64_t households)
{
    struct arena a;
    struct err e = {.lang = LANG_EN};
    struct people_list l;
    uint64_t known = 0, ever = 0;
    arena_init(&a, MIB(64));
    CHECK_I64(t, people_by_name(s, &a, STR(""), SIZE_MAX, INT64_MAX, &l, &e), RC_OK);
    CHECK_I64(t, l.n, people);
    for (size_t i = 1; i < l.n; i++) CHECK(t, l.v[i - 1].no < l.v[i].no);
    CHECK_I64(t, households_each(s, INT64_MAX, count_household, &known, &e), RC_OK);
    CHECK_I64(t, known, households);
    CHECK_I64(t, households_each_code(s, count_household, &ever, &e), RC_OK);
    CHECK_I64(t, ever, households);
    arena_fini(&a);
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
    check_walks(t, s, 0, 0); /* staging is invisible */
    CHECK_I64(t, household_find(s, c.h[9].code, &no, &e), RC_OK);
    CHECK_I64(t, no, 0);
    CHECK_I64(t, delivery_publish(s, &d, &e), RC_OK);
    check_walks(t, s, PEOPLE, HOUSEHOLDS);
    for (size_t i = 0; i < PEOPLE; i += 997) check_person(t, s, &c.p[i]);
    CHECK_I64(t, household_find(s, c.h[9].code, &no, &e), RC_OK);
    CHECK_I64(t, no, 10);
    check_clean(t, s);
    CHECK(t, people_add(s, d.id, c.p, 1, 1, &e) == RC_ENV); /* no longer staging */
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
    CHECK_I64(t, people_add(s, later.id, &moved, 1, 1, &e), RC_OK);
    CHECK_I64(t, households_add(s, later.id, &home, 1, 1, &e), RC_OK);
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
    check_walks(t, s, PEOPLE, HOUSEHOLDS);
    CHECK_I64(t, delivery_withdraw(s, later.id, 300, STR("test"), STR("tester"), &e), RC_OK);
    CHECK_I64(t, people_get(s, &a, moved.no, 300, &p, &found, &e), RC_OK);
    CHECK(t, found && p.household_no == old_home);
    struct delivery bad = sample_delivery("roster");
    CHECK_I64(t, delivery_begin(s, &bad, &e), RC_OK);
    CHECK_I64(t, households_add(s, bad.id, &twice, 1, 1, &e), RC_CONFLICT); /* a second household of one code */
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
    check_walks(t, s, PEOPLE, HOUSEHOLDS);
    check_clean(t, s);
    store_close(s);
    crowd_free(&c);
}

/* Each damage is told by its own name; the pages are put back in between. */
static void test_check_finds(struct test *t)
{
    static const struct {
        const char *sql, *name;
    } DAMAGES[] = {
        {"UPDATE people_page SET bytes = zeroblob(length(bytes)) WHERE kind = 1 AND page = 3", "people_page"},
        {"UPDATE people_page SET page = page + 1 WHERE kind = 1 AND page = 39", "people_page"},
        {"UPDATE people_page SET row_count = row_count - 1 WHERE kind = 2 AND page = 0", "people_page"},
        {"UPDATE people_page SET delivery = 77 WHERE kind = 1 AND page = 2", "person_delivery"},
        {"UPDATE people_page SET part = part + 1 WHERE kind = 1 AND page = 1", "people_page"}, /* its seal */
        {"DELETE FROM people_page WHERE kind = 1 AND page = 0", "person_id_index"},
        {"DELETE FROM people_page WHERE kind = 1 AND page = 0", "person_tail_index"},
        {"DELETE FROM people_page WHERE kind = 2", "person_household"},
        {"DELETE FROM people_page WHERE kind = 5", "person_household_index"},
        {"DELETE FROM people_page WHERE kind = 6", "household_code_index"},
        {"UPDATE counter SET last = 5 WHERE name = 'person'", "counters"},
        {"UPDATE counter SET last = 5 WHERE name = 'household'", "counters"},
        {"UPDATE people_page SET key_id = 9 WHERE kind = 1 AND page = 0", "keys"},
    };
    struct test_folder f;
    struct crowd c = {0};
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("roster");
    static const char SAVE[] = "CREATE TEMP TABLE pages AS SELECT * FROM people_page;"
                               "CREATE TEMP TABLE numbers AS SELECT * FROM counter";
    static const char BACK[] = "DELETE FROM people_page; DELETE FROM owner_total;"
                               "INSERT INTO people_page SELECT * FROM pages;"
                               "DELETE FROM counter; INSERT INTO counter SELECT * FROM numbers";
    if (folder_init(&f, t, "people-damage") || !crowd_make(&c)) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, crowd_add(s, &c, &d, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &d, &e), RC_OK);
    CHECK_I64(t, db_exec_text(store_db(s), SAVE, &e), RC_OK);
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        struct arena a;
        struct check_report r;
        arena_init(&a, MIB(8));
        CHECK_I64(t, db_exec_text(store_db(s), DAMAGES[i].sql, &e), RC_OK);
        CHECK_I64(t, store_check(s, CHECK_FULL, &a, &r, &e), RC_OK);
        test_check(t, check_tells(&r, DAMAGES[i].name), __FILE__, __LINE__, DAMAGES[i].sql);
        CHECK_I64(t, db_exec_text(store_db(s), BACK, &e), RC_OK);
        arena_fini(&a);
    }
    check_clean(t, s);
    store_close(s);
    crowd_free(&c);
}

static void test_by_name(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct arena a;
    struct people_list l;
    uint32_t first = 0;
    struct delivery d = sample_delivery("roster"), later = sample_delivery("roster");
    struct household_row home = {1, 130730101202, STR("0012"), true};
    struct person_row p[] = {{.no = 1, .household_no = 1, .name = STR("王小明")},
                             {.no = 2, .household_no = 1, .name = STR("王大明")},
                             {.no = 3, .household_no = 1, .name = STR("李明")},
                             {.no = 4, .household_no = 1}};
    if (folder_init(&f, t, "people-names")) return;
    arena_init(&a, MIB(1));
    d.known_from_us = 100;
    later.known_from_us = 200;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, store_take_numbers(s, "person", 4, &first, &e), RC_OK);
    CHECK_I64(t, store_take_numbers(s, "household", 1, &first, &e), RC_OK);
    CHECK_I64(t, delivery_begin(s, &d, &e), RC_OK);
    CHECK_I64(t, households_add(s, d.id, &home, 1, 1, &e), RC_OK);
    CHECK_I64(t, people_add(s, d.id, p, 4, 1, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &d, &e), RC_OK);
    p[1].name = STR("张大明");
    CHECK_I64(t, delivery_begin(s, &later, &e), RC_OK);
    CHECK_I64(t, people_add(s, later.id, &p[1], 1, 1, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &later, &e), RC_OK);
    CHECK_I64(t, people_by_name(s, &a, STR("王"), 10, 150, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 2);
    CHECK_I64(t, people_by_name(s, &a, STR("王"), 1, 150, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 1);
    CHECK_I64(t, people_by_name(s, &a, STR("王"), 10, 200, &l, &e), RC_OK);
    CHECK(t, l.n == 1 && l.v[0].no == 1);
    CHECK_I64(t, people_by_name(s, &a, STR("张大"), 10, 200, &l, &e), RC_OK);
    CHECK(t, l.n == 1 && l.v[0].no == 2);
    CHECK_I64(t, people_by_name(s, &a, STR("张"), 10, 50, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 0);
    CHECK_I64(t, household_find(s, STR("0012"), &first, &e), RC_OK); /* not taken for the number 12 */
    CHECK_I64(t, first, 1);
    CHECK_I64(t, household_find(s, STR("12"), &first, &e), RC_OK);
    CHECK_I64(t, first, 0);
    store_close(s);
    arena_fini(&a);
}

/* Names of any length: a page is cut when its texts are many. */
static void test_long_names(struct test *t)
{
    enum { LONG = 600, LONG_BYTES = 32768 };
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct arena a;
    struct person p;
    bool found = false;
    struct delivery d = sample_delivery("roster");
    struct person_row *rows = mem_zalloc_array(LONG, sizeof *rows);
    char *name = mem_zalloc_array(LONG_BYTES, 1);
    if (folder_init(&f, t, "people-long") || !rows || !name) return;
    memset(name, 'x', LONG_BYTES);
    for (uint32_t i = 0; i < LONG; i++)
        rows[i] = (struct person_row){.no = i + 1, .household_no = 1, .name = str_make(name, LONG_BYTES - i)};
    arena_init(&a, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, delivery_begin(s, &d, &e), RC_OK);
    CHECK_I64(t, people_add(s, d.id, rows, LONG, 2, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &d, &e), RC_OK);
    for (uint32_t i = 0; i < LONG; i += 85) {
        CHECK_I64(t, people_get(s, &a, i + 1, INT64_MAX, &p, &found, &e), RC_OK);
        CHECK(t, found && p.name.n == LONG_BYTES - i);
        arena_reset(&a);
    }
    store_close(s);
    arena_fini(&a);
    mem_free(rows);
    mem_free(name);
}

void store_people_test(struct test *t);
void store_people_test(struct test *t)
{
    if (TEST(t, "people in bulk, found by every index")) test_bulk(t);
    if (TEST(t, "versions of people and households")) test_versions(t);
    if (TEST(t, "people of an interrupted import go")) test_removed_at_open(t);
    if (TEST(t, "check names each damage of people")) test_check_finds(t);
    if (TEST(t, "people by the beginning of their name")) test_by_name(t);
    if (TEST(t, "pages of long names")) test_long_names(t);
}
