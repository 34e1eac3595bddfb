/* The same bytes for any number of threads: the findings file and what is stored. More people than one range holds. */
#include "columns/chunk.h"
#include "screen/screen_test_int.h"
#include "store/chunks.h"

static const char BOOK[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL TOWN_WATER
    "rule young \"年幼\" risk { when any(members where full_years(born, as_of) < 3) }\n"
    "rule dear \"大额\" risk { when any(members.medical where settled within 1 month and pay > line) }\n";

enum { PEOPLE = (1 << 16) + 900, MEMBERS = 3, MOVED_EVERY = 97, ILL_EVERY = 5, DEAR = 90 };

static void roster_line(struct buf *b, unsigned i, unsigned household, unsigned village)
{
    buf_addf(b, "%s,某,H%06u,6109261002%02u,%04u-%02u-%02u,%s\n", town_id(i).z, household, village, 1950 + i / 336 % 50,
             1 + i / 28 % 12, 1 + i % 28,
             household % 11   ? "是"
             : household % 22 ? "否"
                              : "");
}

/* The second roster moves people to other households and villages, and has new ones in between. */
static void take_rosters(struct town *w)
{
    struct buf b;
    buf_init(&b, MIB(16));
    for (int second = 0; second <= 1; second++) {
        buf_clear(&b);
        buf_addz(&b, "身份证号,姓名,户编号,区划,出生日期,饮水安全\n");
        for (unsigned i = 0; i < PEOPLE; i++) {
            bool moves = second && i % MOVED_EVERY == 0;
            if (second && i % 8) continue;
            roster_line(&b, i, moves ? (i * 7 + 11) % PEOPLE / MEMBERS : i / MEMBERS, moves ? 3 : i / 5000 % 4);
        }
        for (unsigned i = 0; second && i < 500; i++) roster_line(&b, PEOPLE + i, i * 40, 1);
        w->o.received = town_day(second ? "2026-03-05" : "2026-01-01");
        w->o.adds = false;
        CHECK_I64(w->t, town_take(w, "roster", buf_str(&b)), RC_OK);
    }
    buf_fini(&b);
}

static void take_medical(struct town *w, unsigned month)
{
    struct buf b;
    char from[16], to[16];
    buf_init(&b, MIB(16));
    buf_addz(&b, "身份证号,姓名,单号,结算日期,自付\n");
    for (unsigned i = 0; i < PEOPLE; i++) {
        unsigned who = (i * 31 + month) % PEOPLE;
        if (who % ILL_EVERY) continue;
        buf_addf(&b, "%s,某,R%u,2026-%02u-%02u,%u\n", town_id(who).z, i / 2 * 2 + month, month, 1 + i % 27, i % 150);
        if (i % 700 == 0) buf_addf(&b, "%s,某,R%u,2026-%02u-10,7\n", town_id(who).z, i / 2 * 2 + month, month);
    }
    (void)snprintf(from, sizeof from, "2026-%02u-01", month);
    (void)snprintf(to, sizeof to, "2026-%02u-28", month);
    town_covers(w, from, month == 2 ? to : "2026-03-31");
    w->o.received = town_day(month == 2 ? "2026-03-02" : "2026-04-02");
    CHECK_I64(w->t, town_take(w, "medical", buf_str(&b)), RC_OK);
    buf_fini(&b);
}

/* All columns of a kept screen, as stored. */
static void stored_bytes(struct town *w, int64_t screen, struct buf *out)
{
    struct arena a;
    struct chunk_ref *v = NULL;
    struct buf one;
    struct str bytes;
    size_t n = 0;
    arena_init(&a, MIB(4));
    buf_init(&one, CHUNK_BYTES_MAX);
    CHECK_I64(w->t, chunk_list(w->s, &a, (struct owner){OWNER_SCREEN, screen}, (struct str){0}, &v, &n, &w->e), RC_OK);
    CHECK(w->t, n > 5);
    for (size_t i = 0; i < n; i++) {
        CHECK_I64(w->t, chunk_fetch(w->s, &v[i], &one, &bytes, &w->e), RC_OK);
        buf_addf(out, "%.*s %u %u\n", STR_ARG(v[i].name), v[i].seq, v[i].rows);
        buf_add(out, bytes);
    }
    buf_fini(&one);
    arena_fini(&a);
}

/* Screens of one day, each in place of the one before; what each finds and stores is the same. */
static void screen_with(struct town *w, const char *as_of, const char *known_at)
{
    static const unsigned threads[] = {1, 2, 7};
    struct buf want, got;
    buf_init(&want, MIB(64));
    buf_init(&got, MIB(64));
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        w->so.threads = threads[i];
        buf_clear(&got);
        CHECK_I64(w->t, town_screen(w, as_of, known_at), RC_OK);
        if (w->e.msg[0]) CHECK_STR(w->t, w->diags.n ? w->diags.v[0].msg : str_from(w->e.msg), STR(""));
        buf_add(&got, buf_str(&w->found));
        stored_bytes(w, w->sc.screen.id, &got);
        CHECK(w->t, w->found.n > 10000);
        if (i == 0) buf_add(&want, buf_str(&got));
        else CHECK(w->t, str_eq(buf_str(&want), buf_str(&got)));
    }
    buf_fini(&want);
    buf_fini(&got);
}

static void test_threads(struct test *t)
{
    struct town w;
    if (!town_open(&w, t, "threads", BOOK)) return;
    town_set(&w, "line", "120 yuan", 0);
    w.so.with_unknown = true;
    take_rosters(&w);
    take_medical(&w, 2);
    take_medical(&w, 3);
    screen_with(&w, "2026-02-28", "2026-03-03"); /* one roster, in order */
    CHECK_I64(t, w.sc.w.roster_as_is, 1);
    CHECK(t, w.sc.rules[0].count[FS_NEW] > DEAR);
    screen_with(&w, "2026-03-31", "2026-04-20"); /* two, which must be sorted */
    CHECK_I64(t, w.sc.w.roster_as_is, 0);
    uint64_t states[FS__MAX] = {0};
    for (size_t i = 0; i < w.sc.n_rules; i++)
        for (int k = 0; k < FS__MAX; k++) states[k] += w.sc.rules[i].count[k];
    CHECK(t, states[FS_NEW] && states[FS_STILL] && states[FS_CLEARED]);
    town_check(&w);
    town_close(&w);
}

void screen_threads_test(struct test *t);
void screen_threads_test(struct test *t)
{
    if (TEST(t, "any number of threads finds and stores the same bytes")) test_threads(t);
}
