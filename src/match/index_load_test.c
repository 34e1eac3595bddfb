/* The index of people from stored rosters: several that add to each other, and an ID that more people have than a part
 * of the table holds. */
#include "base/mem.h"
#include "ident/citizen_id.h"
#include "ident/person_name.h"
#include "match/import_int.h"
#include "match/match_test_int.h"
#include "match/person_index.h"

void index_load_test(struct test *t);

/* Together more than one part of the table; each roster alone is one part. SAME: more than half of a table of two. */
enum { EACH = 12000, ROSTERS = 3, MANY = 22500, SAME = 13000 };

static bool take(struct world *w, const char *name, bool adds, struct str text)
{
    w->o.adds = adds;
    w->o.as_written = true; /* the last one's names */
    enum rc rc = world_take(w, "roster", name, text);
    CHECK_I64(w->t, rc, RC_OK);
    if (rc) CHECK_STR(w->t, str_from(w->e.msg), STR(""));
    return rc == RC_OK;
}

static bool load(struct world *w, struct person_index *x, unsigned threads)
{
    enum rc rc = person_index_load(x, w->s, STR("roster"), INT64_MAX, (struct par_team){threads, NULL}, &w->e);
    CHECK_I64(w->t, rc, RC_OK);
    return rc == RC_OK;
}

/* The number of the person with an ID and a name; 0: nobody. */
static uint32_t who(const struct person_index *x, const char *id, const char *name)
{
    struct citizen_id parsed;
    struct id_rule rule = id_rule_make(date_make(2026, 7, 2));
    struct match_query q = {0};
    struct match_answer a;
    if (citizen_id_parse(str_from(id), &rule, &parsed) != ID_OK) return 0;
    q.key = parsed.key;
    if (!person_name_hash(str_from(name), &q.name)) return 0;
    person_index_match(x, &q, 1, true, &a);
    return a.verdict == MATCH_OK ? a.person : 0;
}

static unsigned count_missing(const struct person_index *x, unsigned from, unsigned to, const char *family)
{
    unsigned missing = 0;
    for (unsigned i = from; i <= to; i++) {
        char id[19], name[40];
        (void)snprintf(name, sizeof name, "%s%u", family, i);
        missing += who(x, world_id(i, id), name) == 0;
    }
    return missing;
}

/* Each roster adds people; the last one says another name of the first hundred. */
static void test_several(struct test *t)
{
    struct world w;
    struct buf b;
    char name[32];
    if (!world_init(&w, t, "several_rosters")) return;
    buf_init(&b, MIB(16));
    for (unsigned k = 0; k < ROSTERS; k++) {
        buf_clear(&b);
        world_roster(&b, k * EACH + 1, (k + 1) * EACH);
        for (unsigned i = 1; k + 1 == ROSTERS && i <= 100; i++) {
            char id[19];
            buf_addf(&b, "%s,李%u,H%05u,130725100%03u,,是\n", world_id(i, id), i, i / 3, 200 + i / 3 % 5);
        }
        (void)snprintf(name, sizeof name, "r%u.csv", k);
        if (!take(&w, name, k > 0, buf_str(&b))) break;
        w.now_us += 1000000;
    }
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct person_index x;
        if (!load(&w, &x, threads)) break;
        CHECK_I64(t, count_missing(&x, 101, ROSTERS * EACH, "张"), 0);
        CHECK_I64(t, count_missing(&x, 1, 100, "李"), 0);
        CHECK(t, x.n >= ROSTERS * EACH && x.buckets * INDEX_BUCKET > x.n);
        person_index_fini(&x);
    }
    buf_fini(&b);
    world_fini(&w);
}

/* One ID for so many people that their part is full: the table is then one part, and nobody is lost. */
static void test_shared(struct test *t)
{
    struct world w;
    struct buf b;
    struct person_index x;
    char id[19], name[40];
    unsigned missing = 0;
    if (!world_init(&w, t, "shared_id")) return;
    buf_init(&b, MIB(16));
    world_roster(&b, 1, MANY - SAME);
    for (unsigned i = MANY - SAME + 1; i <= MANY; i++)
        buf_addf(&b, "%s,王%u,H%05u,130725100%03u,,是\n", world_id(1, id), i, i / 3, 200 + i / 3 % 5);
    if (take(&w, "shared.csv", false, buf_str(&b)) && load(&w, &x, 2)) {
        CHECK_I64(t, x.span, (int64_t)x.buckets); /* one part */
        CHECK_I64(t, (int64_t)x.n, MANY);
        CHECK_I64(t, count_missing(&x, 1, MANY - SAME, "张"), 0);
        for (unsigned i = MANY - SAME + 1; i <= MANY; i += 500) {
            (void)snprintf(name, sizeof name, "王%u", i);
            missing += who(&x, world_id(1, id), name) == 0;
        }
        CHECK_I64(t, missing, 0);
        person_index_fini(&x);
    }
    buf_fini(&b);
    world_fini(&w);
}

/* The people whom a roster leaves to the files behind it, as they are in the database. */
static void check_kept(struct world *w, const struct import_shared *shared, size_t people)
{
    struct person_index x;
    const struct person_index *kept = &shared->index;
    struct person_entry a[PERSON_HITS_MAX], b[PERSON_HITS_MAX];
    size_t seen = 0;
    if (!shared->loaded || !load(w, &x, 2)) {
        CHECK(w->t, shared->loaded);
        return;
    }
    CHECK_I64(w->t, (int64_t)kept->n, (int64_t)people);
    CHECK_I64(w->t, (int64_t)x.n, (int64_t)people);
    for (size_t i = 0; i < x.buckets * INDEX_BUCKET; i++) {
        uint64_t key = index_slot_key(&x.v[i / INDEX_BUCKET].slot[i % INDEX_BUCKET]);
        if (!key) continue;
        size_t n = person_index_find(&x, key, a);
        seen++;
        CHECK_I64(w->t, (int64_t)person_index_find(kept, key, b), (int64_t)n);
        for (size_t k = 0; k < n; k++) CHECK(w->t, a[k].person == b[k].person && a[k].name == b[k].name);
    }
    CHECK_I64(w->t, (int64_t)seen, (int64_t)people);
    person_index_fini(&x);
}

static bool take_shared(struct world *w, struct import_shared *shared, const char *name, bool adds, struct buf *roster)
{
    w->o.shared = shared;
    w->now_us += 1000000;
    bool ok = take(w, name, adds, buf_str(roster));
    buf_clear(roster);
    return ok;
}

/* A roster leaves its people to the next file, and so does one that adds to it, one with an ID that two have and one
 * given again in part; not one that says another name of somebody or gives an ID to one who had none. */
static void test_kept(struct test *t)
{
    struct world w;
    struct import_shared *shared = NULL;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "kept_people")) return;
    buf_init(&b, MIB(1));
    CHECK_I64(t, import_shared_new(&shared, &w.e), RC_OK);
    world_roster(&b, 1, 300);
    buf_addf(&b, ",无号人,H00001,130725100200,2001-02-03,是\n");
    buf_addf(&b, "%s,同号人,H00900,130725100200,,是\n", world_id(7, id));
    if (take_shared(&w, shared, "first.csv", false, &b)) check_kept(&w, shared, 301);
    world_roster(&b, 290, 400);
    if (take_shared(&w, shared, "more.csv", true, &b)) check_kept(&w, shared, 401);
    world_roster(&b, 401, 420);
    buf_addf(&b, "%s,改名人,H00001,130725100200,,是\n", world_id(3, id));
    if (take_shared(&w, shared, "name.csv", true, &b)) CHECK(t, !shared->loaded);
    world_roster(&b, 421, 430);
    buf_addf(&b, "%s,无号人,H00001,130725100200,2001-02-03,是\n", world_id(500, id));
    if (take_shared(&w, shared, "id.csv", true, &b)) CHECK(t, !shared->loaded);
    world_roster(&b, 431, 440);
    if (take_shared(&w, shared, "after.csv", true, &b)) check_kept(&w, shared, 442);
    w.o.replaces = w.r.delivery.id;
    world_roster(&b, 431, 435);
    if (take_shared(&w, shared, "instead.csv", false, &b)) CHECK(t, !shared->loaded);
    import_shared_free(shared);
    buf_fini(&b);
    world_fini(&w);
}

/* Rows that wait are looked at again with the people whom the roster left, and without a row that waits nobody is read.
 */
static void test_rematch_kept(struct test *t)
{
    struct world w;
    struct import_shared *shared = NULL, *none = NULL;
    struct buf b;
    int64_t n = -1;
    if (!world_init(&w, t, "rematch_kept")) return;
    buf_init(&b, MIB(1));
    CHECK_I64(t, import_shared_new(&shared, &w.e), RC_OK);
    CHECK_I64(t, import_shared_new(&none, &w.e), RC_OK);
    world_roster(&b, 1, 10);
    (void)take_shared(&w, shared, "r1.csv", false, &b);
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, none, &n, &w.e), RC_OK);
    CHECK(t, n == 0 && !none->loaded);
    world_medical(&b, 1, 20);
    w.o.shared = shared;
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_OK);
    world_counts(&w, 20, 10, 0, 10, 0, 0);
    buf_clear(&b);
    world_roster(&b, 8, 15);
    (void)take_shared(&w, shared, "r2.csv", true, &b);
    check_kept(&w, shared, 15);
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, shared, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 5);
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, none, &n, &w.e), RC_OK);
    CHECK(t, n == 0 && none->loaded);
    import_shared_free(none);
    import_shared_free(shared);
    buf_fini(&b);
    world_fini(&w);
}

void index_load_test(struct test *t)
{
    if (TEST(t, "rows that wait and the people whom a roster left")) test_rematch_kept(t);
    if (TEST(t, "a roster's people are kept for the files behind it")) test_kept(t);
    if (TEST(t, "several rosters that add to each other")) test_several(t);
    if (TEST(t, "an ID of more people than a part holds")) test_shared(t);
}
