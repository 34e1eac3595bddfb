#include "base/limits.h"
#include "base/mem.h"
#include "columns/keyring.h"
#include "ident/citizen_id.h"
#include "match/match_test_int.h"
#include "match/status.h"
#include "match/stored.h"
#include "store/check.h"
#include "store/people.h"

void roster_test(struct test *t);

static void take(struct world *w, const char *dataset, const char *name, struct str text)
{
    enum rc rc = world_take(w, dataset, name, text);
    CHECK_I64(w->t, rc, RC_OK);
    if (rc) CHECK_STR(w->t, str_from(w->e.msg), STR(""));
}

static int64_t cell(struct world *w, const char *column, size_t row)
{
    struct stored_ints v;
    CHECK_I64(w->t, stored_ints_read(&v, w->s, w->r.delivery.id, str_from(column), &w->e), RC_OK);
    int64_t x = row < v.n ? v.v[row] : INT64_MIN;
    stored_ints_fini(&v);
    return x;
}

static void header(struct buf *b)
{
    buf_clear(b);
    buf_addz(b, "身份证号,姓名,户编号,区划,出生日期\n");
}

static void row(struct buf *b, const char *id, const char *name, const char *hid, const char *division,
                const char *born)
{
    buf_addf(b, "%s,%s,%s,%s,%s\n", id, name, hid, division, born);
}

static void test_kept(struct test *t)
{
    struct world w;
    struct buf b;
    char a[19], c[19];
    if (!world_init(&w, t, "kept")) return;
    buf_init(&b, MIB(1));
    header(&b);
    row(&b, world_id(1, a), "甲", "H1", "130725100201", "");
    row(&b, "", "新生儿", "H1", "130725100201", "2026-06-01");
    row(&b, "130725198001010011", "乙", "H1", "130725100201", "1980-01-01"); /* wrong check character */
    row(&b, a, "甲", "H1", "130725100201", "");                              /* repeats line 2 */
    row(&b, a, "丙", "H1", "130725100201", "");                              /* shares the ID */
    row(&b, a, "甲", "H2", "130725100202", "");                              /* too */
    row(&b, "", "新生儿", "H1", "130725100201", "2026-06-01");               /* repeats line 3 */
    row(&b, world_id(2, c), "丁", "", "130725100202", "");                   /* no household */
    take(&w, "roster", "r.csv", buf_str(&b));
    world_counts(&w, 8, 5, 0, 0, 0, 3);
    CHECK_I64(t, w.r.new_people, 5);
    CHECK_I64(t, w.r.without_id, 2);
    CHECK_I64(t, w.r.new_households, 2);
    CHECK_I64(t, w.r.delivery.division, INT64_C(130725000000));
    CHECK_I64(t, cell(&w, "id_state", 2), ID_CHECK);
    CHECK_I64(t, cell(&w, "id", 2), 0);
    CHECK_I64(t, cell(&w, "division", 4), INT64_C(130725100202));
    CHECK_I64(t, cell(&w, "household", 4), 2);
    buf_clear(&b);
    buf_addf(&b, "身份证号,姓名,金额\n%s,丙,1\n%s,甲,1\n%s,戊,1\n", a, a,
             a); /* only the first name belongs to one of the three */
    take(&w, "gift", "g.csv", buf_str(&b));
    world_counts(&w, 3, 1, 0, 0, 2, 0);
    CHECK_I64(t, cell(&w, "person", 0), 4);
    buf_fini(&b);
    world_fini(&w);
}

static int64_t changed_in(const struct world *w, const char *field)
{
    for (size_t i = 0; i < w->r.n_changes; i++)
        if (str_eq(w->r.changes[i].field, str_from(field))) return w->r.changes[i].people;
    return 0;
}

/* Changes are counted against the last row known of each person, whichever roster that is in. */
/* A dry run by two lines at a time says what the import then says. */
static void take_twice(struct world *w, const char *name, struct str text)
{
    struct column_change dry[8];
    w->o.dry_run = true;
    w->o.run_lines = 2;
    take(w, "roster", name, text);
    int64_t people = w->r.changed_people;
    size_t n = w->r.n_changes;
    CHECK(w->t, n < 8);
    for (size_t i = 0; i < n && i < 8; i++) dry[i] = w->r.changes[i];
    take(w, "roster", name, text);
    CHECK_I64(w->t, people, w->r.changed_people);
    CHECK_I64(w->t, n, w->r.n_changes);
    for (size_t i = 0; i < n && i < 8 && n == w->r.n_changes; i++) {
        CHECK_STR(w->t, dry[i].field, w->r.changes[i].field);
        CHECK_I64(w->t, dry[i].people, w->r.changes[i].people);
    }
}

static void test_changed_columns(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "columns")) return;
    buf_init(&b, MIB(1));
    header(&b);
    row(&b, world_id(1, id), "甲", "H1", "130725100201", "");
    row(&b, world_id(2, id), "乙", "H1", "130725100201", "1990-01-01");
    row(&b, "", "丙", "H2", "130725100202", "2020-05-05");
    take(&w, "roster", "r1.csv", buf_str(&b));
    CHECK_I64(t, w.r.n_changes, 0);
    w.now_us += 86400 * INT64_C(1000000);
    header(&b);
    row(&b, world_id(2, id), "乙", "H1", "130725100203", "1990-02-01"); /* a birth and a division */
    take_twice(&w, "r2.csv", buf_str(&b));
    CHECK_I64(t, w.r.changed_people, 1);
    CHECK_I64(t, w.r.n_changes, 2);
    CHECK_I64(t, changed_in(&w, "division"), 1);
    w.now_us += 86400 * INT64_C(1000000);
    header(&b);
    row(&b, world_id(1, id), "甲", "H1", "130725100202", "");           /* a division, since the first */
    row(&b, world_id(2, id), "乙", "H1", "130725100203", "1990-02-01"); /* as in the second */
    row(&b, world_id(3, id), "丙", "H2", "130725100202", "2020-05-05"); /* an ID at last */
    take_twice(&w, "r3.csv", buf_str(&b));
    CHECK_I64(t, w.r.new_people, 0);
    CHECK_I64(t, w.r.changed_people, 2);
    CHECK_I64(t, w.r.n_changes, 2);
    CHECK_I64(t, changed_in(&w, "division"), 1);
    buf_fini(&b);
    world_fini(&w);
}

/* Household code of a person as the person table has it, found by ID; "-": nobody. */
static void at_home(struct world *w, unsigned person, const char *name, const char *home)
{
    struct test *t = w->t;
    char id[19];
    struct people_list l;
    struct household_row h;
    bool found = false;
    uint64_t hash = keyring_hash64(store_keyring(w->s), STR("id"), str_from(world_id(person, id)));
    CHECK_I64(t, people_by_id(w->s, &w->a, hash, INT64_MAX, &l, &w->e), RC_OK);
    CHECK_I64(t, l.n, home[0] == '-' ? 0 : 1);
    if (l.n != 1) return;
    CHECK_STR(t, l.v[0].name, str_from(name));
    CHECK_I64(t, household_get(w->s, &w->a, l.v[0].household_no, INT64_MAX, &h, &found, &w->e), RC_OK);
    CHECK(t, found);
    if (found) CHECK_STR(t, h.code, str_from(home));
    CHECK_I64(t, people_of_household(w->s, &w->a, l.v[0].household_no, INT64_MAX, &l, &w->e), RC_OK);
    CHECK(t, l.n > 0);
}

static void is_sound(struct world *w)
{
    struct check_report c;
    CHECK_I64(w->t, store_check(w->s, CHECK_FULL, &w->a, &c, &w->e), RC_OK);
    for (size_t i = 0; i < c.n; i++) CHECK_STR(w->t, c.v[i].text, STR(""));
}

/* A withdrawn roster's people leave the person table at once, and are there as the others in force tell of them. */
static void test_withdrawn(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "withdrawn")) return;
    buf_init(&b, MIB(1));
    header(&b);
    row(&b, world_id(1, id), "甲", "H1", "130725100201", "");
    row(&b, world_id(2, id), "乙", "H1", "130725100201", "");
    row(&b, world_id(3, id), "丙", "H2", "130725100201", "");
    row(&b, "130725", "丁", "H1", "130725100201", "1990-01-01"); /* an ID that is none */
    take(&w, "roster", "r1.csv", buf_str(&b));
    int64_t first = w.r.delivery.id;
    w.now_us += 86400 * INT64_C(1000000);
    header(&b);
    row(&b, world_id(1, id), "甲", "H9", "130725100201", ""); /* moved */
    row(&b, world_id(2, id), "乙", "H1", "130725100201", "");
    row(&b, "130725", "丁", "H1", "130725100201", "1990-01-01");
    take(&w, "roster", "r2.csv", buf_str(&b));
    w.now_us += 86400 * INT64_C(1000000);
    buf_addz(&b, "\n"); /* the same people, another file */
    take(&w, "roster", "r3.csv", buf_str(&b));
    CHECK_I64(t, w.r.changed_people, 0);
    at_home(&w, 3, "丙", "H2");
    CHECK_I64(t, import_withdraw(w.s, first, STR("wrong"), STR("me"), &w.e), RC_OK);
    at_home(&w, 1, "甲", "H9");
    at_home(&w, 2, "乙", "H1");
    at_home(&w, 3, "", "-");
    struct people_list l;
    struct person one;
    bool found = false;
    CHECK_I64(t, people_by_name(w.s, &w.a, STR("丁"), 9, INT64_MAX, &l, &w.e), RC_OK);
    CHECK_I64(t, l.n, 1);
    if (l.n == 1) CHECK_I64(t, people_get(w.s, &w.a, l.v[0].no, INT64_MAX, &one, &found, &w.e), RC_OK);
    CHECK(t, found);
    if (found) CHECK_STR(t, one.secret, STR("130725"));
    is_sound(&w);
    CHECK_I64(t, import_withdraw(w.s, first + 1, STR("wrong"), STR("me"), &w.e), RC_OK);
    at_home(&w, 1, "甲", "H9");
    at_home(&w, 2, "乙", "H1");
    is_sound(&w);
    CHECK_I64(t, import_withdraw(w.s, first + 2, STR("wrong"), STR("me"), &w.e), RC_OK);
    at_home(&w, 1, "", "-");
    is_sound(&w);
    buf_fini(&b);
    world_fini(&w);
}

/* The corrected roster: its people keep the numbers under which departments' rows were matched. */
static void test_replaced(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "replaced")) return;
    buf_init(&b, MIB(1));
    header(&b);
    row(&b, world_id(1, id), "甲", "H1", "130725100201", "");
    row(&b, world_id(2, id), "乙", "H1", "130725100201", "");
    row(&b, world_id(3, id), "丙", "H2", "130725100201", "");
    row(&b, world_id(4, id), "丁", "H2", "130725100201", "");
    take(&w, "roster", "r1.csv", buf_str(&b));
    w.now_us += 86400 * INT64_C(1000000);
    header(&b);
    row(&b, world_id(3, id), "丙", "H1", "130725100201", "");
    row(&b, world_id(2, id), "乙乙", "H1", "130725100201", "");
    row(&b, world_id(4, id), "丁", "H2", "130725100201", "");
    row(&b, world_id(5, id), "戊", "H2", "130725100201", "");
    w.o.replaces = w.r.delivery.id;
    take(&w, "roster", "r2.csv", buf_str(&b));
    CHECK_I64(t, w.r.new_people, 1);
    CHECK_I64(t, w.r.changed_people, 2);
    CHECK_I64(t, w.r.lacking_people, 0); /* 甲 does not stay */
    static const int64_t PEOPLE[] = {2, 3, 4, 5};
    for (size_t i = 0; i < 4; i++) CHECK_I64(t, cell(&w, "person", i), PEOPLE[i]);
    struct person p;
    bool found = true;
    CHECK_I64(t, people_get(w.s, &w.a, 1, INT64_MAX, &p, &found, &w.e), RC_OK);
    CHECK(t, !found);
    CHECK_I64(t, people_get(w.s, &w.a, 4, INT64_MAX, &p, &found, &w.e), RC_OK);
    CHECK(t, found && str_eq(p.name, STR("丁"))); /* unchanged, and still there */
    CHECK_I64(t, people_get(w.s, &w.a, 3, INT64_MAX, &p, &found, &w.e), RC_OK);
    CHECK(t, found && p.household_no == 1);
    buf_fini(&b);
    world_fini(&w);
}

static void test_second(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "second")) return;
    buf_init(&b, MIB(1));
    header(&b);
    row(&b, world_id(1, id), "甲", "H1", "130725100201", "");
    row(&b, "", "乙", "H1", "130725100201", "2020-05-05");
    row(&b, world_id(3, id), "丙", "H2", "130725100202", "");
    row(&b, world_id(4, id), "丁", "H3", "130725100203", "");
    take(&w, "roster", "r1.csv", buf_str(&b));
    w.now_us += 86400 * INT64_C(1000000);
    header(&b);
    row(&b, world_id(5, id), "戊", "H2", "130725100202", "");     /* new */
    row(&b, world_id(3, id), "丙", "H1", "130725100201", "");     /* moved to H1 */
    row(&b, world_id(20202, id), "己", "H4", "130725100204", ""); /* new household */
    row(&b, world_id(4, id), "丁丁", "H3", "130726100203", "");   /* another name; the household moved */
    row(&b, "", "乙", "H1", "130725100201", "2020-05-05");        /* by household, name, birth */
    take(&w, "roster", "r2.csv", buf_str(&b));
    world_counts(&w, 5, 5, 0, 0, 0, 0);
    CHECK_I64(t, w.r.new_people, 2);
    CHECK_I64(t, w.r.changed_people, 2);
    CHECK_I64(t, changed_in(&w, "division"), 2);
    CHECK_I64(t, w.r.n_changes, 3); /* a household, a name, two divisions */
    CHECK_I64(t, w.r.new_households, 1);
    CHECK_I64(t, w.r.lacking_people, 1);
    CHECK_I64(t, w.r.left_people, 1); /* of H1 */
    CHECK_I64(t, w.r.left_line, 3);
    static const int64_t PEOPLE[] = {2, 3, 4, 5, 6}, LINES[] = {6, 3, 5, 2, 4};
    for (size_t i = 0; i < 5; i++) {
        CHECK_I64(t, cell(&w, "person", i), PEOPLE[i]);
        CHECK_I64(t, cell(&w, "line", i), LINES[i]);
    }
    struct household_row h;
    struct person p;
    bool found = false;
    CHECK_I64(t, household_get(w.s, &w.a, 3, INT64_MAX, &h, &found, &w.e), RC_OK);
    CHECK(t, found && h.division == INT64_C(130726100203));
    CHECK_I64(t, household_get(w.s, &w.a, 3, w.now_us - 1000000, &h, &found, &w.e), RC_OK);
    CHECK(t, found && h.division == INT64_C(130725100203));
    CHECK_I64(t, people_get(w.s, &w.a, 3, INT64_MAX, &p, &found, &w.e), RC_OK);
    CHECK(t, found && p.household_no == 1 && str_eq(p.name, STR("丙")));
    buf_fini(&b);
    world_fini(&w);
}

/* Once two provinces were seen, the county of later runs is not the file's division. */
static void test_runs_of_provinces(struct test *t)
{
    struct world w;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "provinces")) return;
    buf_init(&b, MIB(1));
    header(&b);
    static const char *const DIVISION[] = {"130725100202", "610724100201", "140924100201", "140924100201"};
    for (unsigned i = 0; i < 4; i++) row(&b, world_id(i + 1, id), "甲", (char[2]){(char)('A' + i), 0}, DIVISION[i], "");
    w.o.run_lines = 3;
    take(&w, "roster", "r.csv", buf_str(&b));
    world_counts(&w, 4, 4, 0, 0, 0, 0);
    CHECK_I64(t, w.r.delivery.division, 0);
    buf_fini(&b);
    world_fini(&w);
}

/* Rows of which the last ones are born on another day than their IDs say. */
static void born_rows(struct buf *b, unsigned rows, unsigned wrong)
{
    char id[19], born[16], household[16];
    header(b);
    for (unsigned i = 1; i <= rows; i++) {
        (void)snprintf(household, sizeof household, "H%u", i / 3);
        (void)snprintf(born, sizeof born, "%.4s-%.2s-%.2s", world_id(i, id) + 6, id + 10, id + 12);
        row(b, id, "甲", household, "130725100201", i + wrong > rows ? "1911-01-01" : born);
    }
}

/* Nothing of a file is left that its last run has refused. */
static void nothing_stored(struct world *w)
{
    struct delivery_list l = {0};
    struct check_report r = {0};
    CHECK_I64(w->t, delivery_all(w->s, &w->a, &l, &w->e), RC_OK);
    CHECK_I64(w->t, l.n, 0);
    CHECK_I64(w->t, store_check(w->s, CHECK_FULL, &w->a, &r, &w->e), RC_OK);
    CHECK_I64(w->t, r.n, 0);
}

/* However long a file's last run is. */
static void test_born(struct test *t)
{
    static const struct {
        unsigned rows, wrong;
        uint32_t run_lines;
        bool refused;
    } CASES[] = {{10, 4, 0, true},      {10, 4, 2, true},       {10, 4, 11, true},      {10, 3, 2, false},
                 {3010, 6, 0, false},   {3010, 6, 3001, false}, {3010, 6, 16, false},   {3010, 3005, 16, true},
                 {1200, 300, 16, true}, {1200, 300, 901, true}, {9000, 1500, 0, false}, {9000, 1500, 7501, true}};
    struct buf b;
    buf_init(&b, MIB(1));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct world w;
        char name[32];
        (void)snprintf(name, sizeof name, "born%zu", i);
        if (!world_init(&w, t, name)) break;
        born_rows(&b, CASES[i].rows, CASES[i].wrong);
        w.o.run_lines = CASES[i].run_lines;
        enum rc rc = world_take(&w, "roster", "r.csv", buf_str(&b));
        CHECK_I64(t, rc, CASES[i].refused ? RC_INPUT : RC_OK);
        if (CASES[i].refused) CHECK(t, strstr(w.e.msg, "column 5 \"出生日期\"") != NULL);
        else CHECK_I64(t, w.r.born_differs, CASES[i].wrong);
        if (CASES[i].refused) nothing_stored(&w);
        if (!CASES[i].refused) CHECK_I64(t, w.r.born_line, CASES[i].rows - CASES[i].wrong + 2);
        world_fini(&w);
    }
    buf_fini(&b);
}

static void test_rematch(struct test *t)
{
    struct world w;
    struct buf b;
    struct status st;
    int64_t n = -1;
    if (!world_init(&w, t, "rematch")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 10);
    take(&w, "roster", "r1.csv", buf_str(&b));
    buf_clear(&b);
    world_medical(&b, 1, 20);
    take(&w, "medical", "m.csv", buf_str(&b));
    world_counts(&w, 20, 10, 0, 10, 0, 0);
    int64_t base = w.r.delivery.id;
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 0);
    buf_clear(&b);
    world_roster(&b, 8, 15);
    take(&w, "roster", "r2.csv", buf_str(&b));
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 5);
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 0);
    w.r.delivery.id = base + 2;
    for (size_t i = 0; i < 5; i++) {
        CHECK_I64(t, cell(&w, "person", i), 11 + i);
        CHECK_I64(t, cell(&w, "line", i), 12 + i);
        CHECK_I64(t, cell(&w, "self_pay", i), 700 * (11 + (int64_t)i) + 50);
        CHECK_I64(t, cell(&w, "wait.was", i), WAIT_UNMATCHED);
    }
    CHECK_I64(t, status_read(&st, w.s, w.p, date_make(2026, 7, 25), &w.a, &w.e), RC_OK);
    CHECK_I64(t, st.people, 15);
    CHECK_I64(t, st.lacking, 7);
    CHECK_I64(t, st.n_files, 3);
    CHECK_I64(t, st.files[1].d.counts.matched, 15);
    CHECK_I64(t, st.files[1].d.counts.waiting_unmatched, 5);
    CHECK_I64(t, import_withdraw(w.s, base, STR("wrong"), STR("me"), &w.e), RC_OK);
    CHECK_I64(t, status_read(&st, w.s, w.p, date_make(2026, 7, 25), &w.a, &w.e), RC_OK);
    CHECK_I64(t, st.n_files, 2); /* the late part went with it */
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 0);
    buf_fini(&b);
    world_fini(&w);
}

static void test_status(struct test *t)
{
    struct world w;
    struct buf b;
    struct status st;
    if (!world_init(&w, t, "status")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 10);
    take(&w, "roster", "r.csv", buf_str(&b));
    buf_clear(&b);
    world_medical(&b, 1, 12);
    take(&w, "medical", "m.csv", buf_str(&b));
    CHECK_I64(t, status_read(&st, w.s, w.p, date_make(2026, 9, 25), &w.a, &w.e), RC_OK);
    const struct status_place *m = NULL;
    for (size_t i = 0; i < st.n_places; i++)
        if (str_eq(st.places[i].dataset, STR("medical"))) m = &st.places[i];
    CHECK(t, m && m->county == INT64_C(130725000000));
    if (m) {
        CHECK_I64(t, m->last_to, date_make(2026, 6, 30));
        CHECK_I64(t, m->due_to, date_make(2026, 8, 31));
        CHECK_I64(t, m->n_missing, 2);
        CHECK_I64(t, m->missing[0], date_make(2026, 7, 1));
    }
    status_print(&st, w.p, NULL, &w.out);
    buf_clear(&b);
    status_json(&st, w.p, STR(""), &b);
    CHECK(t,
          str_find(
              buf_str(&b),
              STR("\"rows\":12,\"matched\":10,\"waiting\":{\"invalid\":0,\"unmatched\":2,\"name\":0},\"refused\":0}"),
              0) != SIZE_MAX);
    CHECK(t, str_find(buf_str(&b), STR("\"missing\":[\"2026-07-01\",\"2026-08-01\"]"), 0) != SIZE_MAX);
    buf_fini(&b);
    world_fini(&w);
}

/* One county's line of a dataset on a day. */
static const struct status_place *place_on(struct world *w, struct status *st, const char *dataset, date_day day)
{
    CHECK_I64(w->t, status_read(st, w->s, w->p, day, &w->a, &w->e), RC_OK);
    for (size_t i = 0; i < st->n_places; i++)
        if (str_eq(st->places[i].dataset, str_from(dataset))) return &st->places[i];
    CHECK(w->t, false);
    return &st->places[0];
}

static void expect_place(struct world *w, const char *dataset, date_day day, const char *last, const char *missing)
{
    struct test *t = w->t;
    struct status st;
    const struct status_place *o = place_on(w, &st, dataset, day);
    struct buf b;
    char period[STATUS_PERIOD_MAX];
    buf_init(&b, KIB(4));
    for (uint32_t i = 0; i < o->n_missing; i++)
        buf_addf(&b, "%s%s", i ? " " : "", status_period(o->period, o->missing[i], period));
    CHECK_STR(t, str_from(o->last_from ? status_period(o->period, o->last_from, period) : "-"), str_from(last));
    CHECK_STR(t, buf_str(&b), str_from(missing));
    status_print(&st, w->p, NULL, &w->out);
    buf_fini(&b);
}

static void take_at(struct world *w, const char *dataset, const char *name, int64_t division, date_day from,
                    date_day to, const char *sender)
{
    struct buf b;
    char id[19];
    buf_init(&b, KIB(4));
    buf_addf(&b, "身份证号,姓名,金额,日期\n%s,张1,5,\n", world_id(1, id));
    w->o.division = division;
    w->o.covers_from = from;
    w->o.covers_to = to;
    w->o.sender = str_from(sender);
    w->o.adds = sender[0] != 0;
    CHECK_I64(w->t, world_take(w, dataset, name, buf_str(&b)), RC_OK);
    buf_fini(&b);
}

static void take_days(struct world *w, const char *dataset, const char *name, date_day from, date_day to,
                      const char *sender)
{
    take_at(w, dataset, name, INT64_C(130725000000), from, to, sender);
}

static void expect_parts(struct world *w, const char *dataset, int parts, int never, const char *lacking)
{
    struct test *t = w->t;
    struct status st;
    const struct status_place *o = place_on(w, &st, dataset, date_make(2026, 9, 25));
    struct buf b;
    buf_init(&b, KIB(4));
    for (uint32_t i = 0; i < o->n_missing; i++) buf_addf(&b, "%s%u", i ? " " : "", o->lacking[i]);
    CHECK_I64(t, o->parts, parts);
    CHECK_I64(t, o->never, never);
    CHECK_STR(t, buf_str(&b), str_from(lacking));
    buf_fini(&b);
}

/* Files of townships and villages count for the county when all of it is there. */
static void test_status_parts(struct test *t)
{
    const date_day q1[] = {date_make(2026, 1, 1), date_make(2026, 3, 31)},
                   q2[] = {date_make(2026, 4, 1), date_make(2026, 6, 30)};
    struct world w;
    struct buf b;
    char id[19];
    if (!world_init(&w, t, "status_parts")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 10);
    buf_addf(&b, "%s,张50,H09000,130725101200,,是\n", world_id(50, id));
    take(&w, "roster", "r.csv", buf_str(&b));
    buf_fini(&b);
    expect_parts(&w, "wages", 1, 0, "1");
    take_at(&w, "wages", "a.csv", INT64_C(130725100000), q1[0], q1[1], "");
    expect_place(&w, "wages", date_make(2026, 9, 25), "-", "2026-Q1 2026-Q2");
    expect_parts(&w, "wages", 2, 0, "1 2");
    take_at(&w, "wages", "b.csv", INT64_C(130725101000), q1[0], q1[1], "");
    expect_place(&w, "wages", date_make(2026, 9, 25), "2026-Q1", "2026-Q2");
    take_at(&w, "wages", "c.csv", INT64_C(130725100200), q2[0], q2[1], "");
    expect_parts(&w, "wages", 5, 0, "4");
    expect_place(&w, "wages", date_make(2026, 9, 25), "2026-Q1", "2026-Q2");
    take_at(&w, "phone", "d.csv", INT64_C(130725101000), q1[0], q1[1], "");
    expect_parts(&w, "phone", 2, 1, "");
    world_fini(&w);
}

static void test_status_kinds(struct test *t)
{
    struct world w;
    struct buf b;
    if (!world_init(&w, t, "status_kinds")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 10);
    take(&w, "roster", "r.csv", buf_str(&b));
    buf_fini(&b);
    /* Never delivered: the newest period that is due, once one is. */
    expect_place(&w, "pension", date_make(2026, 9, 25), "-", "2026-08");
    expect_place(&w, "pension", date_make(2026, 9, 9), "-", "2026-07");
    expect_place(&w, "harvest", date_make(2026, 9, 25), "-", "2025");
    expect_place(&w, "harvest", date_make(2026, 1, 30), "-", "2024");
    expect_place(&w, "wages", date_make(2026, 8, 9), "-", "2026-Q1");
    expect_place(&w, "wages", date_make(2026, 8, 10), "-", "2026-Q2");
    expect_place(&w, "pupils", date_make(2026, 9, 20), "-", "2026-03..2026-08");
    expect_place(&w, "pupils", date_make(2026, 9, 21), "-", "2026-09..2027-02");
    expect_place(&w, "phone", date_make(2026, 9, 25), "-", "");
    /* Delivered, with gaps. */
    take_days(&w, "harvest", "h.csv", date_make(2024, 1, 1), date_make(2024, 12, 31), "");
    expect_place(&w, "harvest", date_make(2026, 9, 25), "2024", "2025");
    expect_place(&w, "harvest", date_make(2025, 9, 25), "2024", "");
    take_days(&w, "wages", "w1.csv", date_make(2025, 7, 1), date_make(2025, 9, 30), "");
    take_days(&w, "wages", "w2.csv", date_make(2026, 1, 1), date_make(2026, 3, 31), "");
    expect_place(&w, "wages", date_make(2026, 9, 25), "2026-Q1", "2025-Q4 2026-Q2");
    take_days(&w, "pupils", "p.csv", date_make(2025, 9, 1), date_make(2026, 2, 28), "");
    expect_place(&w, "pupils", date_make(2026, 3, 20), "2025-09..2026-02", "");
    expect_place(&w, "pupils", date_make(2026, 3, 21), "2025-09..2026-02", "2026-03..2026-08");
    take_days(&w, "phone", "ph.csv", date_make(2026, 5, 31), date_make(2026, 5, 31), "");
    struct status st;
    CHECK_I64(t, place_on(&w, &st, "phone", date_make(2026, 9, 25))->last_to, date_make(2026, 5, 31));
    /* Two senders: a period has come when both have sent. */
    take_days(&w, "pension", "n1.csv", date_make(2026, 7, 1), date_make(2026, 7, 31), "人社局");
    expect_place(&w, "pension", date_make(2026, 9, 25), "-", "2026-07 2026-08");
    take_days(&w, "pension", "n2.csv", date_make(2026, 7, 1), date_make(2026, 8, 31), "民政局");
    expect_place(&w, "pension", date_make(2026, 9, 25), "2026-07", "2026-08");
    world_fini(&w);
}

void roster_test(struct test *t)
{
    if (TEST(t, "members without ID, shared IDs, repetitions")) test_kept(t);
    if (TEST(t, "a second roster adds and changes")) test_second(t);
    if (TEST(t, "a roster that replaces one keeps its people's numbers")) test_replaced(t);
    if (TEST(t, "a withdrawn roster's people in the person table")) test_withdrawn(t);
    if (TEST(t, "which columns changed how often")) test_changed_columns(t);
    if (TEST(t, "waiting rows match after a new roster")) test_rematch(t);
    if (TEST(t, "a roster of several provinces in runs")) test_runs_of_provinces(t);
    if (TEST(t, "days of birth that are not the IDs' are judged over all runs")) test_born(t);
    if (TEST(t, "status: files of townships and villages")) test_status_parts(t);
    if (TEST(t, "status: delivered, due, missing")) test_status(t);
    if (TEST(t, "status: months, quarters, years, terms, newest values")) test_status_kinds(t);
}
