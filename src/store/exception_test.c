/* Answers and exceptions: sealed, known from a moment, undone once. */
#include "store/exception.h"
#include "base/limits.h"
#include "store/store_test_int.h"

struct town {
    struct test *t;
    struct test_folder f;
    struct store *s;
    struct arena a;
    struct err e;
};

static bool open_new(struct town *w, struct test *t, const char *name)
{
    *w = (struct town){.t = t, .e = {.lang = LANG_EN}};
    arena_init(&w->a, MIB(4));
    return folder_init(&w->f, t, name) == RC_OK && store_open(&w->s, &w->f.o, &w->e) == RC_OK;
}

static void close_town(struct town *w)
{
    store_close(w->s);
    arena_fini(&w->a);
}

static struct check_answer answer(enum check_answer_kind kind, const char *mended, const char *note, int64_t at)
{
    return (struct check_answer){.known_from_us = at,
                                 .of = {STR("miss_house"), 7, 0},
                                 .as_of = 739000,
                                 .kind = kind,
                                 .until = kind == ANSWER_EXCEPTION ? 739100 : 0,
                                 .mended = str_from(mended),
                                 .note = str_from(note),
                                 .by_who = STR("village")};
}

static void test_answers(struct test *t)
{
    struct town w;
    struct check_answer *v;
    size_t n;
    if (!open_new(&w, t, "answers")) return;
    struct check_answer two[] = {answer(ANSWER_MENDED, "13800138000", "by phone", 100),
                                 answer(ANSWER_EXCEPTION, "", "line one\nline two", 200)};
    CHECK_I64(t, answers_add(w.s, two, 2, STR("village"), &w.e), RC_OK);
    CHECK(t, two[0].id == 1 && two[1].id == 2);
    CHECK_I64(t, answers_list(w.s, &w.a, 150, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 1);
    if (n == 1) CHECK_STR(t, v[0].mended, STR("13800138000"));
    CHECK_I64(t, answers_list(w.s, &w.a, 200, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 2);
    if (n == 2) {
        CHECK_STR(t, v[1].note, STR("line one\nline two"));
        CHECK(t, v[1].until == 739100 && v[1].of.household_no == 7 && v[1].kind == ANSWER_EXCEPTION);
    }
    CHECK_I64(t, db_exec_text(store_db(w.s), "DELETE FROM check_answer", &w.e), RC_CONFLICT);
    CHECK_I64(t, db_exec_text(store_db(w.s), "UPDATE check_answer SET answer = 2", &w.e), RC_CONFLICT);
    close_town(&w);
}

static struct check_exception exception(date_day until, int64_t at)
{
    return (struct check_exception){.known_from_us = at,
                                    .of = {STR("miss_house"), 7, 0},
                                    .until = until,
                                    .reason = STR("works are planned"),
                                    .by_who = STR("county")};
}

static void test_exceptions(struct test *t)
{
    struct town w;
    struct check_exception *v;
    size_t n;
    bool found;
    if (!open_new(&w, t, "exceptions")) return;
    int64_t at = w.f.now_us;
    date_day day = clock_today(w.f.o.clock);
    struct check_exception long_one = exception(day + EXCEPTION_DAYS_MAX + 1, at),
                           x = exception(day + EXCEPTION_DAYS_MAX, at);
    CHECK_I64(t, exceptions_add(w.s, &long_one, 1, STR("county"), &w.e), RC_INPUT);
    CHECK_I64(t, exceptions_add(w.s, &x, 1, STR("county"), &w.e), RC_OK);
    CHECK_I64(t, exceptions_list(w.s, &w.a, at - 1, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 0);
    CHECK_I64(t, exceptions_list(w.s, &w.a, at, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 1);
    if (n == 1) CHECK_STR(t, v[0].reason, STR("works are planned"));
    CHECK_I64(t, exception_undo(w.s, x.id, at + 10, STR("county"), STR("by mistake"), &found, &w.e), RC_OK);
    CHECK(t, found);
    CHECK_I64(t, exception_undo(w.s, x.id, at + 20, STR("county"), STR("again"), &found, &w.e), RC_OK);
    CHECK(t, !found);
    CHECK_I64(t, exceptions_list(w.s, &w.a, at + 9, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 1); /* what was known then stays */
    CHECK_I64(t, exceptions_list(w.s, &w.a, at + 10, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 0);
    CHECK_I64(t, db_exec_text(store_db(w.s), "UPDATE check_exception SET until_day = 1", &w.e), RC_CONFLICT);
    CHECK_I64(t, db_exec_text(store_db(w.s), "DELETE FROM check_exception", &w.e), RC_CONFLICT);
    close_town(&w);
}

void exception_test(struct test *t);
void exception_test(struct test *t)
{
    if (TEST(t, "answers are sealed, known from a moment and kept")) test_answers(t);
    if (TEST(t, "exceptions hold for a time, are undone once, and stay known to what was judged before"))
        test_exceptions(t);
}
