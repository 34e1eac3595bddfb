#include "app/generate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/utf8.h"
#include "ident/citizen_id.h"

enum { VILLAGES = 12, COUNTY = 610727, FILE_MAX = 1 << 28, COLUMNS = 26, PATH_BYTES = 512 };
enum { COL_HOUSEHOLD, COL_NAME, COL_ID, COL_SEX, COL_RELATION, COL_BORN, COL_DIVISION = 19 };

static const int64_t CODES[VILLAGES] = {610727100001, 610727100201, 610727100202, 610727100203,
                                        610727101201, 610727101202, 610727102200, 610727102201,
                                        610727200200, 610727200201, 610727200202, 610727200203};

static void options_fill(struct generate_options *o, struct str names[VILLAGES], const char *dir, int64_t people,
                         uint64_t seed)
{
    for (size_t i = 0; i < VILLAGES; i++) names[i] = STR("青石村民委员会");
    *o = (struct generate_options){
        .dir = dir, .people = people, .county = COUNTY, .seed = seed, .villages = {CODES, names, names, VILLAGES}};
}

static enum rc run(struct test *t, const char *sub, int64_t people, uint64_t seed, char dir[PATH_BYTES])
{
    struct str names[VILLAGES];
    struct generate_options o;
    snprintf(dir, PATH_BYTES, "%s/%s", t->tmp_dir, sub);
    options_fill(&o, names, dir, people, seed);
    return generate_county(&o, NULL, NULL);
}

static bool load(const char *dir, const char *file, struct buf *b)
{
    char path[PATH_BYTES * 2];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    buf_init(b, FILE_MAX);
    return io_read_file(path, b, NULL) == RC_OK;
}

static const char *const FILES[] = {
    "2026-08/roster.csv",        "2026-08/medical.csv",       "2026-08/income.csv",     "2026-08/school.csv",
    "2026-08/housing.csv",       "2026-08/vehicle.csv",       "2026-08/disability.csv", "2026-08/dibao.csv",
    "2026-08/insured_work.csv",  "2026-08/relation.csv",      "2026-08/authorised.csv", "2026-08/monitored.csv",
    "2026-08/measure_given.csv", "2026-09/roster.csv",        "2026-09/medical.csv",    "2026-09/income.csv",
    "2026-09/school.csv",        "2026-09/housing.csv",       "2026-09/vehicle.csv",    "2026-09/disability.csv",
    "2026-09/dibao.csv",         "2026-09/insured_work.csv",  "2026-09/relation.csv",   "2026-09/authorised.csv",
    "2026-09/monitored.csv",     "2026-09/measure_given.csv",
};
enum { FILES_N = sizeof FILES / sizeof *FILES };

static size_t count_same(const char *a, const char *b)
{
    size_t same = 0;
    for (size_t i = 0; i < FILES_N; i++) {
        struct buf x, y;
        bool ok = load(a, FILES[i], &x);
        ok = load(b, FILES[i], &y) && ok;
        same += ok && str_eq(buf_str(&x), buf_str(&y));
        buf_fini(&x);
        buf_fini(&y);
    }
    return same;
}

static void test_same_seed(struct test *t)
{
    if (!TEST(t, "the same seed gives the same bytes, another seed another county")) return;
    char a[PATH_BYTES], b[PATH_BYTES], c[PATH_BYTES];
    CHECK_I64(t, run(t, "same-a", 1500, 7, a), RC_OK);
    CHECK_I64(t, run(t, "same-b", 1500, 7, b), RC_OK);
    CHECK_I64(t, run(t, "same-c", 1500, 8, c), RC_OK);
    CHECK_I64(t, count_same(a, b), FILES_N);
    CHECK_I64(t, count_same(a, c), 0);
}

struct roster {
    int64_t people, households, valid, from_county, born_as_said, sex_as_said, known_village, names_ok, one_head, heads;
    struct str household;
};

static bool in_villages(struct str code)
{
    int64_t v;
    if (!str_to_i64(code, 1, INT64_MAX, &v)) return false;
    for (size_t i = 0; i < VILLAGES; i++)
        if (CODES[i] == v) return true;
    return false;
}

static void household_begins(struct roster *r, struct str code)
{
    if (str_eq(code, r->household)) return;
    r->one_head += r->households > 0 && r->heads == 1;
    r->household = code;
    r->households++;
    r->heads = 0;
}

static void roster_line(struct roster *r, const struct str *cell)
{
    struct id_rule rule = id_rule_make(date_make(2026, 9, 30));
    struct citizen_id id;
    household_begins(r, cell[COL_HOUSEHOLD]);
    r->people++;
    r->heads += str_eq(cell[COL_RELATION], STR("户主"));
    r->names_ok += utf8_valid(cell[COL_NAME]) && utf8_count(cell[COL_NAME]) >= 2;
    r->known_village += in_villages(cell[COL_DIVISION]);
    if (citizen_id_parse(cell[COL_ID], &rule, &id) != ID_OK) return;
    r->valid++;
    r->from_county += citizen_key_area(id.key) == COUNTY;
    r->born_as_said += citizen_key_born(id.key) == date_parse_iso(cell[COL_BORN]);
    r->sex_as_said += citizen_key_female(id.key) == str_eq(cell[COL_SEX], STR("女"));
}

/* The next cell; none of the roster has a quote or a line break inside. */
static bool cut_cell(struct str *line, struct str *cell)
{
    if (line->n == 0 || line->p[0] != '"') return str_cut(line, ',', cell);
    *line = str_sub(*line, 1, line->n);
    bool found = str_cut(line, '"', cell);
    *line = str_sub(*line, 1, line->n);
    return found;
}

static struct roster roster_read(struct str text)
{
    struct roster r = {0};
    struct str line, head;
    str_cut(&text, '\n', &head);
    while (str_cut(&text, '\n', &line)) {
        struct str cell[COLUMNS] = {{0}};
        for (size_t i = 0; i < COLUMNS && cut_cell(&line, &cell[i]); i++) continue;
        roster_line(&r, cell);
    }
    r.one_head += r.heads == 1;
    return r;
}

static int64_t rows_of(const char *dir, const char *file)
{
    struct buf b;
    int64_t n = -1;
    if (load(dir, file, &b))
        for (size_t i = 0; i < b.n; i++) n += b.p[i] == '\n';
    buf_fini(&b);
    return n;
}

static bool between(int64_t x, int64_t lo, int64_t hi) { return x >= lo && x <= hi; }

static void test_roster(struct test *t, const char *dir)
{
    struct buf b;
    CHECK(t, load(dir, "2026-08/roster.csv", &b));
    struct roster r = roster_read(buf_str(&b));
    CHECK(t, between(r.people, 19900, 20100));
    CHECK(t, between(r.people * 100 / r.households, 290, 340));
    CHECK(t, between(r.valid * 1000 / r.people, 995, 999));
    CHECK(t, between(r.from_county * 100 / r.valid, 88, 92));
    CHECK(t, r.born_as_said * 1000 >= r.valid * 998);
    CHECK(t, r.born_as_said < r.valid + 1 && r.sex_as_said * 1000 >= r.valid * 998);
    CHECK_I64(t, r.known_village, r.people);
    CHECK_I64(t, r.names_ok, r.people);
    CHECK(t, between(r.one_head, r.households * 99 / 100, r.households - 1));
    buf_fini(&b);
}

/* Shares of docs/demo-data.md, per 10,000 people, with room for chance. */
static void test_shares(struct test *t, const char *dir)
{
    static const struct {
        const char *file;
        int64_t lo, hi;
    } SHARES[] = {
        {"2026-08/dibao.csv", 330, 620},
        {"2026-08/disability.csv", 450, 680},
        {"2026-08/vehicle.csv", 800, 1400},
        {"2026-08/school.csv", 1300, 2000},
        {"2026-08/insured_work.csv", 18000, 28000},
        {"2026-08/medical.csv", 11000, 16000},
        {"2026-09/medical.csv", 800, 1400},
        {"2026-08/monitored.csv", 20, 65},
        {"2026-08/relation.csv", 1400, 2800},
    };
    for (size_t i = 0; i < sizeof SHARES / sizeof *SHARES; i++)
        CHECK(t, between(rows_of(dir, SHARES[i].file) / 2, SHARES[i].lo, SHARES[i].hi));
}

static void test_county(struct test *t)
{
    if (!TEST(t, "a county of 20,000 has sound households and the published shares")) return;
    char dir[PATH_BYTES];
    CHECK_I64(t, run(t, "county", 20000, 42, dir), RC_OK);
    test_roster(t, dir);
    test_shares(t, dir);
}

static bool begins_with(const char *dir, const char *file, struct str bytes)
{
    struct buf b;
    bool ok = load(dir, file, &b) && str_starts(buf_str(&b), bytes);
    buf_fini(&b);
    return ok;
}

static void test_encodings(struct test *t)
{
    if (!TEST(t, "each department writes in its own encoding")) return;
    char dir[PATH_BYTES];
    CHECK_I64(t, run(t, "encodings", 500, 3, dir), RC_OK);
    CHECK(t, begins_with(dir, "2026-08/roster.csv", STR("户编号,姓名,证件号码,")));
    CHECK(t, begins_with(dir, "2026-08/medical.csv", STR("\xef\xbb\xbf结算编号,身份证号,")));
    CHECK(t, begins_with(dir, "2026-08/school.csv", STR("\xd1\xa7\xbc\xae\xba\xc5,"))); /* 学籍号 */
    CHECK(t, begins_with(dir, "2026-08/housing.csv", STR("\xff\xfe\x37\x62")));         /* 户 */
}

/* Lines of a that are not in b. */
static size_t lines_lost(struct str a, struct str b)
{
    struct arena arena;
    struct intern known;
    struct str line;
    size_t lost = 0;
    arena_init(&arena, MIB(64));
    intern_init(&known, &arena);
    while (str_cut(&b, '\n', &line)) intern_add(&known, str_sub(line, 0, 60));
    while (str_cut(&a, '\n', &line)) lost += intern_find(&known, str_sub(line, 0, 60)) == UINT32_MAX;
    intern_fini(&known);
    arena_fini(&arena);
    return lost;
}

static void test_months(struct test *t)
{
    if (!TEST(t, "the second month goes on from the first")) return;
    char dir[PATH_BYTES];
    struct buf first, second;
    CHECK_I64(t, run(t, "months", 5000, 11, dir), RC_OK);
    CHECK(t, load(dir, "2026-08/roster.csv", &first));
    CHECK(t, load(dir, "2026-09/roster.csv", &second));
    CHECK(t, between((int64_t)lines_lost(buf_str(&first), buf_str(&second)), 1, 20));
    CHECK(t, between((int64_t)lines_lost(buf_str(&second), buf_str(&first)), 1, 20));
    buf_fini(&first);
    buf_fini(&second);
}

static void test_leave_out(struct test *t)
{
    if (!TEST(t, "a file that is late is left out")) return;
    static const struct generate_leave_out LATE[] = {{"school", 1}};
    struct str names[VILLAGES];
    struct generate_options o;
    char dir[PATH_BYTES];
    snprintf(dir, sizeof dir, "%s/late", t->tmp_dir);
    options_fill(&o, names, dir, 300, 1);
    o.leave_out = LATE;
    o.leave_out_n = 1;
    CHECK_I64(t, generate_county(&o, NULL, NULL), RC_OK);
    CHECK(t, rows_of(dir, "2026-08/school.csv") > 0);
    CHECK_I64(t, rows_of(dir, "2026-09/school.csv"), -1);
    CHECK(t, rows_of(dir, "2026-09/dibao.csv") > 0);
}

static void test_refused(struct test *t)
{
    if (!TEST(t, "options out of range are refused with the mend")) return;
    struct str names[VILLAGES];
    struct generate_options o;
    struct err e = {.lang = LANG_EN};
    options_fill(&o, names, t->tmp_dir, 5, 1);
    CHECK_I64(t, generate_county(&o, NULL, &e), RC_USAGE);
    CHECK_STR(t, str_from(e.msg), STR("--people must be between 100 and 10000000"));
    options_fill(&o, names, t->tmp_dir, 500, 1);
    o.county = 61;
    CHECK_I64(t, generate_county(&o, NULL, &e), RC_USAGE);
    options_fill(&o, names, t->tmp_dir, 500, 1);
    o.villages.n = 0;
    CHECK_I64(t, generate_county(&o, NULL, &e), RC_USAGE);
    options_fill(&o, names, "/proc/nowhere", 500, 1);
    CHECK_I64(t, generate_county(&o, NULL, &e), RC_ENV);
}

static void test_out_of_memory(struct test *t)
{
    if (!TEST(t, "every allocation may fail")) return;
    char dir[PATH_BYTES];
    uint64_t before = mem_live_count();
    for (uint64_t nth = 1; nth < 2000; nth++) {
        mem_fault_arm(nth, 0);
        enum rc rc = run(t, "memory", 100, 2, dir);
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, fired ? rc != RC_OK : rc == RC_OK);
        CHECK_I64(t, mem_live_count(), before);
        if (!fired) return;
    }
}

void generate_test(struct test *t);
void generate_test(struct test *t)
{
    test_same_seed(t);
    test_county(t);
    test_encodings(t);
    test_months(t);
    test_leave_out(t);
    test_refused(t);
    test_out_of_memory(t);
}
