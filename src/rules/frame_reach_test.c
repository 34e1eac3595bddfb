/* Windows, horizons, snapshots and completeness, line by line of SEMANTICS §3. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "rules/engine_cases.h"
#include "rules/frame_int.h"

enum { HOME = 0, AWAY = 1 };
#define VILLAGE_A INT64_C(130706100201)
#define VILLAGE_B INT64_C(130706100202)
#define COUNTY INT64_C(130706000000)
#define PROVINCE INT64_C(130000000000)
#define OTHER_COUNTY INT64_C(140981000000)

/* A frame of dataset 0: household 0 in village A with persons 0.., household 1 in village B with person n. */
struct scene {
    struct arena arena;
    struct reasons *rs;
    struct frame_build *b;
    struct frame *f;
    struct dataset_decl decl;
};

static date_day day(const char *iso) { return date_parse_iso(str_from(iso)); }

static void scene_init(struct scene *s, enum dataset_kind kind, enum period_unit period)
{
    *s = (struct scene){.decl = {.kind = kind, .period = period, .coverage = COV_COMPLETE}};
    arena_init(&s->arena, MIB(16));
    s->rs = reasons_new();
    s->b = frame_build_new(&s->arena, 1, s->rs);
    frame_build_household(s->b, VILLAGE_A, 0);
    frame_build_household(s->b, VILLAGE_B, 0);
}

static void scene_fini(struct scene *s)
{
    frame_build_free(s->b);
    reasons_free(s->rs);
    arena_fini(&s->arena);
}

static void deliver(struct scene *s, int64_t division, const char *from, const char *to, const char *received)
{
    frame_build_delivery(
        s->b, (struct fdelivery){.division = division, .from = day(from), .to = day(to), .received = day(received)});
}

static void finish(struct test *t, struct scene *s, const char *as_of, const char *known_at, int32_t due, int32_t fresh,
                   bool all)
{
    struct err e = {0};
    struct buf why;
    buf_init(&why, KIB(4));
    frame_build_dataset(s->b, 0, &s->decl, due, fresh);
    frame_build_days(s->b, day(as_of), day(known_at), all);
    CHECK_I64(t, frame_build_finish(s->b, &s->f, &e), RC_OK);
    CHECK(t, frame_valid(s->f, &why));
    CHECK_STR(t, buf_str(&why), STR(""));
    buf_fini(&why);
}

/* "2026-01-01..2026-06-30" with reasons after "?": letter, and day for those that name a period. */
static void row_text(const struct scene *s, const struct reach_row *r, struct buf *out)
{
    static const char letters[] = "-utpscianohzrmgb";
    char text[DATE_TEXT_MAX];
    const reason *v;
    buf_clear(out);
    if (r->absent) buf_addz(out, "absent");
    else if (r->lo > r->hi) buf_addz(out, "none");
    else {
        buf_addz(out, r->lo == 1 ? "all" : date_format(r->lo, text));
        buf_addf(out, "..%s", r->hi == INT32_MAX ? "" : date_format(r->hi, text));
    }
    size_t n = reasons_get(s->rs, r->why, &v);
    for (size_t i = 0; i < n; i++) {
        enum reason_kind k = reason_kind_of(v[i]);
        buf_addf(out, " %c", letters[k]);
        if (k == REASON_UNDELIVERED || k == REASON_STALE)
            buf_addz(out, date_format((date_day)(reason_detail(v[i]) >> 2), text));
    }
}

static void expect_row(struct test *t, const struct scene *s, const struct ir_reach *r, const struct value *anchor,
                       uint32_t person, const char *want, int line)
{
    struct reach_row row[1];
    struct buf got;
    struct err e = {0};
    buf_init(&got, KIB(16));
    CHECK_I64(t, frame_reach(s->f, r, anchor, person, 1, row, &e), RC_OK);
    row_text(s, row, &got);
    test_eq_str(t, buf_str(&got), str_from(want), __FILE__, line, "reach");
    buf_fini(&got);
}
#define ROW(s, r, person, want) expect_row(t, &(s), &(r), NULL, (person), (want), __LINE__)

static struct ir_reach within(const struct scene *s, int32_t n, int32_t m)
{
    return (struct ir_reach){.kind = REACH_WITHIN, .as_of = s->f->as_of, .n = n, .m = m, .anchor = IR_NONE};
}

/* ---------------------------------------------------------------- events */

/* "The horizon H is the end of its last due period, moved on over delivered periods that follow without a gap, never
 * past D." */
static void test_horizon(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    deliver(&s, VILLAGE_A, "2026-06-01", "2026-06-30", "2026-07-02");
    deliver(&s, VILLAGE_A, "2026-07-01", "2026-07-31", "2026-08-02");
    deliver(&s, VILLAGE_B, "2026-07-01", "2026-07-31", "2026-07-02");
    finish(t, &s, "2026-07-20", "2026-07-05", 10, 0, false);
    /* On 5 July, with a lag of 10 days, May is the last due. */
    CHECK_I64(t, frame_horizon(s.f, 0, VILLAGE_A, day("2026-07-20")), day("2026-06-30"));
    CHECK_I64(t, frame_horizon(s.f, 0, VILLAGE_B, day("2026-07-20")), day("2026-05-31"));
    CHECK_I64(t, frame_horizon(s.f, 0, VILLAGE_A, day("2026-06-15")), day("2026-06-15"));
    s.f->known_at = day("2026-07-10"); /* end + lag <= K: June is due on 10 July, July is not delivered by then */
    CHECK_I64(t, frame_horizon(s.f, 0, VILLAGE_B, day("2026-07-20")), day("2026-07-20"));
    CHECK_I64(t, frame_horizon(s.f, 0, VILLAGE_A, day("2026-07-20")), day("2026-06-30"));
    s.f->known_at = day("2026-07-09");
    CHECK_I64(t, frame_horizon(s.f, 0, COUNTY, day("2026-07-20")), day("2026-05-31"));
    scene_fini(&s);
}

/* "within 12 months = addmonths(H, -12) < d <= H"; a period that shares a day with the window belongs to it. */
static void test_within(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    frame_build_person(s.b, HOME, 0);
    frame_build_person(s.b, HOME, day("2026-03-05"));
    frame_build_person(s.b, AWAY, 0);
    deliver(&s, COUNTY, "2025-01-01", "2026-01-31", "2026-02-02");
    deliver(&s, VILLAGE_A, "2026-03-01", "2026-04-30", "2026-05-02");
    deliver(&s, PROVINCE, "2026-05-01", "2026-06-30", "2026-07-02");
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, false);
    struct ir_reach r = within(&s, 12, 0);
    ROW(s, r, 0, "2025-07-01..2026-06-30 u2026-02-01");
    ROW(s, r, 1, "2025-07-01..2026-06-30"); /* born after February: nothing is needed for periods before birth */
    ROW(s, r, 2, "2025-07-01..2026-06-30 u2026-02-01 u2026-03-01 u2026-04-01");
    r = within(&s, 2, 0);
    ROW(s, r, 2, "2026-05-01..2026-06-30");
    r = within(&s, 2, 4); /* ending 4 months ago: a month end maps to a month end */
    ROW(s, r, 0, "2026-01-01..2026-02-28 u2026-02-01");
    r = within(&s, 40, 0), r.in_days = true;
    ROW(s, r, 0, "2026-05-22..2026-06-30");
    struct reach_row u;
    CHECK(t, !frame_reach_uniform(s.f, &r, &u) || u.why == 0);
    r = within(&s, 12, 0);
    CHECK(t, !frame_reach_uniform(s.f, &r, &u));
    r = within(&s, 2, 0);
    CHECK(t, frame_reach_uniform(s.f, &r, &u) && u.why == 0 && u.hi == day("2026-06-30"));
    scene_fini(&s);
}

/* "from the first day of the period that holds H, to H"; absolute windows: a period not delivered makes them
 * incomplete, due or not. */
static void test_windows(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    frame_build_person(s.b, HOME, 0);
    deliver(&s, COUNTY, "2025-01-01", "2026-06-30", "2026-07-02");
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, false);
    struct ir_reach r = within(&s, 0, 0);
    r.kind = REACH_SO_FAR, r.unit = PER_QUARTER;
    ROW(s, r, 0, "2026-04-01..2026-06-30");
    r.unit = PER_YEAR;
    ROW(s, r, 0, "2026-01-01..2026-06-30");
    r.kind = REACH_SPAN, r.unit = PER_MONTH, r.n = -2, r.m = -1;
    ROW(s, r, 0, "2026-05-01..2026-06-30");
    r.n = -1, r.m = 1;
    ROW(s, r, 0, "2026-06-01..2026-08-31 u2026-07-01 u2026-08-01");
    r.unit = PER_YEAR, r.n = -1, r.m = -1;
    ROW(s, r, 0, "2025-01-01..2025-12-31");
    r.kind = REACH_DAYS, r.first = day("2026-06-30"), r.last = day("2026-07-01");
    ROW(s, r, 0, "2026-06-30..2026-07-01 u2026-07-01");
    r.first = day("2024-12-31"), r.last = day("2025-01-01");
    ROW(s, r, 0, "2024-12-31..2025-01-01 u2024-12-01");
    scene_fini(&s);
}

/* "X unknown: unknown, absent: absent"; a rough X counts when its month is known. */
static void test_anchor(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    frame_build_person(s.b, HOME, 0);
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, true);
    struct ir_reach r = within(&s, -2, -1);
    r.kind = REACH_SPAN, r.anchor = 0;
    struct value x = {.v = day("2026-03-15"), .st = ST_EXACT};
    expect_row(t, &s, &r, &x, 0, "2026-01-01..2026-02-28", __LINE__);
    x.v = SPAN_OF(day("2026-03-01"), 30);
    expect_row(t, &s, &r, &x, 0, "2026-01-01..2026-02-28", __LINE__);
    x.v = SPAN_OF(day("2026-03-01"), 31);
    expect_row(t, &s, &r, &x, 0, "none s", __LINE__);
    r.unit = PER_QUARTER;
    x.v = SPAN_OF(day("2026-04-01"), 90);
    expect_row(t, &s, &r, &x, 0, "2025-10-01..2026-03-31", __LINE__);
    x = (struct value){.st = ST_UNKNOWN, .why = reasons_one(s.rs, reason_make(REASON_CONFLICT, 3, 4))};
    expect_row(t, &s, &r, &x, 0, "none c", __LINE__);
    x = (struct value){.st = ST_ABSENT};
    expect_row(t, &s, &r, &x, 0, "absent", __LINE__);
    struct reach_row u;
    CHECK(t, !frame_reach_uniform(s.f, &r, &u));
    scene_fini(&s);
}

/* "a period is delivered when all have sent"; "one file stands for every division and period". */
static void test_senders_and_whole(struct test *t)
{
    struct name senders[2] = {{.text = STR("hospital")}, {.text = STR("clinic")}};
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    s.decl.senders.v = senders, s.decl.senders.n = 2;
    frame_build_person(s.b, HOME, 0);
    struct fdelivery d = {.division = COUNTY,
                          .from = day("2026-01-01"),
                          .to = day("2026-06-30"),
                          .received = day("2026-07-01"),
                          .sender = STR("hospital")};
    frame_build_delivery(s.b, d);
    d.sender = STR("clinic"), d.from = day("2026-05-01");
    frame_build_delivery(s.b, d);
    d.sender = STR("stranger"), d.from = day("2026-01-01");
    frame_build_delivery(s.b, d);
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, false);
    struct ir_reach r = within(&s, 3, 0);
    ROW(s, r, 0, "2026-04-01..2026-06-30 u2026-04-01");
    scene_fini(&s);

    scene_init(&s, DK_EVENTS, PER_MONTH);
    s.decl.delivered_whole = true;
    frame_build_person(s.b, HOME, 0);
    deliver(&s, OTHER_COUNTY, "2026-05-01", "2026-05-01", "2026-07-10");
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, false);
    r = within(&s, 1, 0);
    ROW(s, r, 0, "2026-06-21..2026-07-20");
    s.f->known_at = day("2026-07-09");
    ROW(s, r, 0, "2026-05-01..2026-05-31 u2026-05-01");
    scene_fini(&s);
}

/* ---------------------------------------------------------------- snapshots */

/* "the newest delivered snapshot with state date <= D; unknown when a newer one is due and not delivered, or D later
 * than state date + fresh for (one period + lag)". */
static void test_newest(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_SNAPSHOT, PER_MONTH);
    frame_build_person(s.b, HOME, 0);
    frame_build_person(s.b, HOME, day("2026-06-30"));
    frame_build_person(s.b, HOME, day("2026-07-01"));
    frame_build_person(s.b, AWAY, 0);
    deliver(&s, VILLAGE_A, "2026-05-01", "2026-05-31", "2026-06-02");
    deliver(&s, VILLAGE_B, "2026-06-30", "2026-06-30", "2026-07-01");
    finish(t, &s, "2026-07-05", "2026-07-05", 10, 0, false);
    struct ir_reach r = within(&s, 0, 0);
    r.kind = REACH_NEWEST;
    ROW(s, r, 0, "2026-05-31..2026-05-31"); /* June is due on 10 July */
    ROW(s, r, 3, "2026-06-30..2026-06-30");
    s.f->known_at = day("2026-07-10");
    ROW(s, r, 0, "none u2026-06-01");
    ROW(s, r, 1, "none u2026-06-01"); /* born on the state date: needed */
    ROW(s, r, 2, "none");             /* born after it: nothing is needed */
    s.f->known_at = day("2026-07-09");
    r.as_of = day("2026-07-10"); /* 31 May + one month + 10 days: 30 June + 10 */
    ROW(s, r, 0, "2026-05-31..2026-05-31");
    r.as_of = day("2026-07-11");
    ROW(s, r, 0, "none t2026-06-01");
    s.f->datasets[0].fresh_days = 42;
    ROW(s, r, 0, "2026-05-31..2026-05-31");
    r.as_of = day("2026-07-13");
    ROW(s, r, 0, "none t2026-06-01");
    scene_fini(&s);
}

/* "reads only the snapshot of the period holding D: unknown until delivered, due or not"; a term's state date is its
 * first day. */
static void test_this(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_SNAPSHOT, PER_TERM);
    frame_build_person(s.b, HOME, 0);
    frame_build_person(s.b, HOME, day("2026-09-02"));
    deliver(&s, VILLAGE_A, "2026-03-01", "2026-03-01", "2026-03-20");
    finish(t, &s, "2026-08-31", "2026-09-10", 30, 0, false);
    struct ir_reach r = within(&s, 0, 0);
    r.kind = REACH_THIS, r.unit = PER_TERM;
    ROW(s, r, 0, "2026-03-01..2026-03-01");
    r.as_of = day("2026-09-05");
    ROW(s, r, 0, "none u2026-09-01");
    ROW(s, r, 1, "none");
    r.kind = REACH_NEWEST;
    ROW(s, r, 0, "2026-03-01..2026-03-01");
    r.kind = REACH_THIS;
    r.as_of = day("2026-02-28");
    ROW(s, r, 0, "none u2025-09-01");
    CHECK_I64(t, period_last(PER_TERM, day("2026-01-15")), day("2026-02-28"));
    CHECK_I64(t, period_last(PER_TERM, day("2026-03-01")), day("2026-08-31"));
    CHECK_I64(t, period_state(PER_YEAR, day("2026-03-01")), day("2026-12-31"));
    CHECK_I64(t, period_state(PER_QUARTER, day("2026-05-01")), day("2026-06-30"));
    scene_fini(&s);
}

/* ---------------------------------------------------------------- kind latest */

static void test_latest(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_LATEST, PER_MONTH);
    uint32_t p[6];
    for (int i = 0; i < 6; i++) p[i] = frame_build_person(s.b, HOME, 0);
    frame_build_person(s.b, AWAY, 0);
    deliver(&s, VILLAGE_A, "2020-01-01", "2026-06-30", "2026-07-01");
    frame_build_fact(s.b, 0, p[0], day("2026-01-01"), 0);
    frame_build_fact(s.b, 0, p[0], day("2026-05-01"), 0);
    frame_build_fact(s.b, 0, p[0], day("2026-08-01"), 0); /* after D */
    frame_build_fact(s.b, 0, p[1], day("2026-05-01"), 30);
    frame_build_fact(s.b, 0, p[2], day("2026-05-01"), 30);
    frame_build_fact(s.b, 0, p[2], day("2026-05-31"), 0); /* either may be the newest */
    frame_build_fact(s.b, 0, p[3], day("2026-05-01"), 0);
    frame_build_fact(s.b, 0, p[3], 0, 0);
    frame_build_fact(s.b, 0, p[5], day("2026-05-01"), 0);
    frame_build_fact(s.b, 0, p[5], day("2026-05-01"), 0); /* the same day: both are read */
    finish(t, &s, "2026-07-05", "2026-07-05", 0, 0, false);
    struct ir_reach r = within(&s, 0, 0);
    r.kind = REACH_LATEST;
    ROW(s, r, 0, "2026-05-01..2026-05-01");
    ROW(s, r, 1, "2026-05-01..2026-05-31");
    ROW(s, r, 2, "none s");
    ROW(s, r, 3, "none s");
    ROW(s, r, 4, "none");
    ROW(s, r, 5, "2026-05-01..2026-05-01");
    ROW(s, r, 6, "none u2026-07-01");
    s.f->datasets[0].fresh_days = 4;
    ROW(s, r, 0, "2026-05-01..2026-05-01 t2026-07-01");
    scene_fini(&s);
}

/* ---------------------------------------------------------------- persons */

/* "judged per member and period by the division where that person was registered at the period's end; where the
 * registration then is unknown, or that division's files are not taken here, the period is undelivered". */
static void test_moves(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    uint32_t mover = frame_build_person(s.b, HOME, 0), outsider = frame_build_person(s.b, HOME, 0),
             late = frame_build_person(s.b, HOME, 0);
    frame_build_person(s.b, HOME, 0);
    frame_build_move(s.b, mover, day("2000-01-01"), VILLAGE_B);
    frame_build_move(s.b, mover, day("2026-05-31"), VILLAGE_A);
    frame_build_move(s.b, outsider, day("2000-01-01"), OTHER_COUNTY);
    frame_build_move(s.b, outsider, day("2026-05-15"), VILLAGE_A);
    frame_build_move(s.b, late, day("2026-06-30"), VILLAGE_A);
    deliver(&s, VILLAGE_A, "2026-05-01", "2026-06-30", "2026-07-01");
    deliver(&s, VILLAGE_B, "2026-03-01", "2026-03-31", "2026-07-01");
    deliver(&s, OTHER_COUNTY, "2020-01-01", "2026-06-30", "2026-07-01");
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, false);
    struct ir_reach r = within(&s, 4, 0);
    ROW(s, r, 0, "2026-03-01..2026-06-30 u2026-04-01");
    ROW(s, r, 1, "2026-03-01..2026-06-30 n");
    ROW(s, r, 2, "2026-03-01..2026-06-30 n");
    ROW(s, r, 3, "2026-03-01..2026-06-30 u2026-03-01 u2026-04-01");
    CHECK(t, frame_takes_files(s.f, VILLAGE_B) && !frame_takes_files(s.f, OTHER_COUNTY));
    struct reach_row all[4], u;
    struct err e = {0};
    CHECK_I64(t, frame_reach(s.f, &r, NULL, 0, 4, all, &e), RC_OK);
    CHECK(t, all[0].why != all[3].why && all[1].why == all[2].why);
    r = within(&s, 1, 0);
    CHECK(t, !frame_reach_uniform(s.f, &r, &u)); /* village B has no June */
    scene_fini(&s);
}

/* Partial coverage, identity, authorisation (§3, §4). */
static void test_own(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    s.decl.coverage = COV_PARTIAL;
    for (int i = 0; i < 4; i++) frame_build_person(s.b, HOME, 0);
    frame_build_no_identity(s.b, 0, 1);
    frame_build_unauthorised(s.b, 0, 2);
    frame_build_taken_back(s.b, 0, 3);
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, true);
    struct ir_reach r = within(&s, 1, 0);
    ROW(s, r, 0, "2026-06-21..2026-07-20 p");
    ROW(s, r, 1, "2026-06-21..2026-07-20 p i");
    ROW(s, r, 2, "none p a");
    ROW(s, r, 3, "none p b");
    struct reach_row u;
    CHECK(t, !frame_reach_uniform(s.f, &r, &u));
    s.f->datasets[0].unauthorised = NULL;
    CHECK(t, !frame_reach_uniform(s.f, &r, &u));
    s.decl.unidentified_as_none = true;
    ROW(s, r, 1, "2026-06-21..2026-07-20 p");
    CHECK(t, frame_reach_uniform(s.f, &r, &u) && u.why != 0);
    scene_fini(&s);
}

/* Examples: "every dataset is delivered for all periods and divisions unless `not delivered X PERIOD` says otherwise"
 * (§7). */
static void test_examples(struct test *t)
{
    struct scene s;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    frame_build_person(s.b, HOME, 0);
    frame_build_missing(s.b, (struct fdelivery){.from = day("2026-03-01"), .to = day("2026-03-31")});
    finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, true);
    struct ir_reach r = within(&s, 12, 0);
    ROW(s, r, 0, "2025-07-21..2026-07-20 u2026-03-01");
    r.as_of = day("2026-03-15"); /* March is missing: H stays at the end of the last due period, never past D */
    s.f->known_at = day("2026-03-15");
    r.n = 1;
    ROW(s, r, 0, "2026-02-01..2026-02-28");
    s.decl.kind = DK_SNAPSHOT;
    r.kind = REACH_NEWEST;
    s.f->known_at = r.as_of = day("2026-05-05");
    ROW(s, r, 0, "2026-04-30..2026-04-30");
    s.f->known_at = r.as_of = day("2026-04-20");
    ROW(s, r, 0, "none u2026-03-01");
    s.decl.kind = DK_LATEST;
    r.kind = REACH_LATEST;
    ROW(s, r, 0, "none u2026-03-01");
    scene_fini(&s);
}

/* A household of unknown division; a dataset that nobody declared; a number that is none. */
static void test_odd(struct test *t)
{
    struct scene s;
    struct err e = {0};
    struct reach_row row;
    scene_init(&s, DK_EVENTS, PER_MONTH);
    frame_build_household(s.b, 0, 0);
    frame_build_person(s.b, 2, 0);
    deliver(&s, 0, "2020-01-01", "2026-06-30", "2026-07-01");
    finish(t, &s, "2026-07-05", "2026-07-05", 0, 0, false);
    struct ir_reach r = within(&s, 2, 0);
    ROW(s, r, 0, "2026-05-01..2026-06-30 n");
    s.f->datasets[0].decl = NULL;
    ROW(s, r, 0, "2026-05-01..2026-06-30 n");
    r.dataset = 7;
    CHECK_I64(t, frame_reach(s.f, &r, NULL, 0, 1, &row, &e), RC_INPUT);
    scene_fini(&s);
}

/* Every allocation fails in turn: RC_NOMEM or the right row, nothing leaked (the harness counts). */
static void test_memory(struct test *t)
{
    for (uint64_t n = 1;; n++) {
        struct scene s;
        struct reach_row row = {0}, u;
        struct err e = {0};
        scene_init(&s, DK_EVENTS, PER_MONTH);
        uint32_t mover = frame_build_person(s.b, HOME, 0);
        frame_build_move(s.b, mover, day("2000-01-01"), VILLAGE_A);
        deliver(&s, COUNTY, "2026-01-01", "2026-03-31", "2026-07-01");
        deliver(&s, COUNTY, "2026-05-01", "2026-06-30", "2026-07-01");
        finish(t, &s, "2026-07-20", "2026-07-20", 10, 0, false);
        struct ir_reach r = within(&s, 6, 0);
        mem_fault_arm(n, 1);
        enum rc rc = frame_reach(s.f, &r, NULL, 0, 1, &row, &e);
        (void)frame_reach_uniform(s.f, &r, &u);
        int fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, rc == RC_OK ? row.why != 0 && row.hi == day("2026-06-30") : rc == RC_NOMEM);
        scene_fini(&s);
        if (!fired) break;
    }
}

void frame_reach_test(struct test *t);
void frame_reach_test(struct test *t)
{
    if (TEST(t, "horizon")) test_horizon(t);
    if (TEST(t, "within, with gaps, births and levels of divisions")) test_within(t);
    if (TEST(t, "so far and absolute windows")) test_windows(t);
    if (TEST(t, "absolute windows from a date of the row")) test_anchor(t);
    if (TEST(t, "senders; delivered whole")) test_senders_and_whole(t);
    if (TEST(t, "newest snapshot")) test_newest(t);
    if (TEST(t, "snapshot of this period")) test_this(t);
    if (TEST(t, "kind latest")) test_latest(t);
    if (TEST(t, "registration by period end")) test_moves(t);
    if (TEST(t, "partial, identity, authorisation")) test_own(t);
    if (TEST(t, "examples")) test_examples(t);
    if (TEST(t, "unknown divisions and datasets")) test_odd(t);
    if (TEST(t, "memory runs out")) test_memory(t);
}
