/* Parameters, policy books, screens, tasks. */
#include "base/limits.h"
#include "columns/chunk.h"
#include "store/bookstore.h"
#include "store/chunks.h"
#include "store/param.h"
#include "store/screenstore.h"
#include "store/store_test_int.h"

static struct store *open_new(struct test *t, struct test_folder *f, const char *name)
{
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    if (folder_init(f, t, name)) return NULL;
    CHECK_I64(t, store_open(&s, &f->o, &e), RC_OK);
    return s;
}

static void set_param(struct test *t, struct store *s, const char *name, int64_t division, const char *value,
                      int64_t at)
{
    struct err e = {.lang = LANG_EN};
    struct param_event p = {.name = str_from(name),
                            .division = division,
                            .from_day = 739000,
                            .value_text = str_from(value),
                            .by_who = STR("county bureau"),
                            .document = STR("2026-7"),
                            .known_from_us = at};
    CHECK_I64(t, param_add(s, &p, &e), RC_OK);
    CHECK(t, p.id > 0);
}

static void test_params(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = open_new(t, &f, "params");
    struct param_event *v = NULL;
    struct arena a;
    size_t n = 0;
    if (!s) return;
    arena_init(&a, MIB(1));
    set_param(t, s, "illness_line", 0, "15000", 100);
    set_param(t, s, "illness_line", INT64_C(130700000000), "20000", 200);
    set_param(t, s, "income_line", 0, "none", 300);
    set_param(t, s, "illness_line", 0, "16000", 400);
    CHECK_I64(t, param_list(s, &a, 99, &v, &n, &e), RC_OK);
    CHECK_I64(t, n, 0);
    CHECK_I64(t, param_list(s, &a, 300, &v, &n, &e), RC_OK);
    CHECK_I64(t, n, 3);
    if (n == 3) CHECK_STR(t, v[2].value_text, STR("none"));
    CHECK_I64(t, param_list(s, &a, 400, &v, &n, &e), RC_OK);
    CHECK(t, n == 4 && v[0].division == 0 && v[1].division == 0 && str_eq(v[1].value_text, STR("16000")) &&
                 v[2].division == INT64_C(130700000000) && v[2].from_day == 739000);
    CHECK_I64(t, db_exec_text(store_db(s), "DELETE FROM param_event", &e), RC_CONFLICT);
    store_close(s);
    arena_fini(&a);
}

static void test_books(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = open_new(t, &f, "books");
    struct stored_file one[] = {{STR("a.md"), STR("# A\n")}, {STR("b.md"), STR("")}};
    struct stored_file two[] = {{STR("a.md"), STR("# A2\n")}};
    struct stored_book books[] = {{.name = STR("core"), .files = one, .n_files = 2},
                                  {.name = STR("county"), .files = two, .n_files = 1}};
    struct book_set set = {.known_from_us = 100, .by_who = STR("tester"), .books = books, .n = 2}, got, old;
    struct arena a;
    bool changed = false;
    if (!s) return;
    arena_init(&a, MIB(1));
    CHECK_I64(t, book_set_at(s, &a, INT64_MAX, &got, &e), RC_OK);
    CHECK_I64(t, got.id, 0);
    CHECK_I64(t, book_set_load(s, &set, &changed, &e), RC_OK);
    CHECK(t, changed);
    CHECK_I64(t, book_set_load(s, &set, &changed, &e), RC_OK);
    CHECK(t, !changed);
    two[0].text = STR("# A3\n");
    struct book_set next = set;
    next.known_from_us = 200;
    CHECK_I64(t, book_set_load(s, &next, &changed, &e), RC_OK);
    CHECK(t, changed && next.id != set.id);
    CHECK_I64(t, book_set_at(s, &a, 199, &old, &e), RC_OK);
    CHECK_I64(t, book_set_at(s, &a, 200, &got, &e), RC_OK);
    CHECK(t, old.n == 2 && got.n == 2 && old.books[0].n_files == 2 && got.books[1].n_files == 1);
    if (old.n != 2 || got.n != 2) return;
    CHECK_STR(t, old.books[1].files[0].text, STR("# A2\n"));
    CHECK_STR(t, got.books[1].files[0].text, STR("# A3\n"));
    CHECK_STR(t, got.books[0].files[1].name, STR("b.md"));
    CHECK(t, memcmp(old.books[0].hash, got.books[0].hash, BOOK_HASH_BYTES) == 0);
    CHECK(t, memcmp(old.hash, got.hash, BOOK_HASH_BYTES) != 0);
    CHECK_I64(t, book_set_by_hash(s, &a, old.hash, &got, &e), RC_OK);
    CHECK_I64(t, got.id, old.id);
    CHECK_I64(t, db_exec_text(store_db(s), "UPDATE book_file SET text = 'x'", &e), RC_CONFLICT);
    store_close(s);
    arena_fini(&a);
}

/* Make and keep a screen that opens tasks for some households and closes others. */
static int64_t screen_day(struct test *t, struct store *s, date_day as_of, const uint32_t *open, size_t n_open,
                          const uint32_t *close, size_t n_close)
{
    struct err e = {.lang = LANG_EN};
    struct screen sc = {.as_of = as_of, .known_at_us = as_of, .book_hash = {1}, .params_hash = {2}};
    struct chunk_writer *w = NULL;
    struct buf b;
    int64_t v[3] = {1, 2, 3};
    buf_init(&b, KIB(64));
    CHECK_I64(t, screen_begin(s, &sc, &e), RC_OK);
    CHECK_I64(t, chunk_encode_i64(v, NULL, 3, &b, &e), RC_OK);
    CHECK_I64(t, chunk_writer_open(&w, s, (struct owner){OWNER_SCREEN, sc.id}, &e), RC_OK);
    struct chunk_put p = {STR("household"), 0, 3, 0, buf_str(&b), false};
    CHECK_I64(t, chunk_put(w, &p, &e), RC_OK);
    CHECK_I64(t, chunk_flush(w, &e), RC_OK);
    chunk_writer_close(w);
    sc.summary = STR("{\"findings\":3}");
    struct task_changes c = {open, close, n_open, n_close};
    CHECK_I64(t, screen_publish(s, &sc, &c, STR("tester"), &e), RC_OK);
    buf_fini(&b);
    return sc.id;
}

static size_t open_tasks(struct test *t, struct store *s)
{
    struct err e = {.lang = LANG_EN};
    struct arena a;
    struct task *v = NULL;
    size_t n = 0;
    arena_init(&a, MIB(1));
    CHECK_I64(t, tasks_list_open(s, &a, &v, &n, &e), RC_OK);
    arena_fini(&a);
    return n;
}

static size_t screen_chunks(struct test *t, struct store *s, int64_t id)
{
    struct err e = {.lang = LANG_EN};
    struct arena a;
    struct chunk_ref *v = NULL;
    size_t n = 0;
    arena_init(&a, MIB(1));
    CHECK_I64(t, chunk_list(s, &a, (struct owner){OWNER_SCREEN, id}, (struct str){0}, &v, &n, &e), RC_OK);
    arena_fini(&a);
    return n;
}

static void test_screens(struct test *t)
{
    static const uint32_t ALL[] = {3, 5, 9}, SOME[] = {5}, OTHER[] = {7}, LAST[] = {9};
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = open_new(t, &f, "screens");
    struct screen got;
    struct screen *list = NULL;
    struct task *tasks = NULL;
    struct arena a;
    size_t n = 0;
    if (!s) return;
    arena_init(&a, MIB(1));
    CHECK_I64(t, screen_latest(s, &a, &got, &e), RC_OK);
    CHECK_I64(t, got.id, 0);
    int64_t june = screen_day(t, s, 1000, ALL, 3, NULL, 0);
    int64_t july = screen_day(t, s, 1030, NULL, 0, SOME, 1);
    CHECK_I64(t, open_tasks(t, s), 2);
    CHECK_I64(t, tasks_of_household(s, &a, 5, &tasks, &n, &e), RC_OK);
    CHECK(t,
          n == 1 && tasks[0].opened_screen == june && tasks[0].closed_screen == july && tasks[0].closed_as_of == 1030);
    CHECK_I64(t, screen_latest(s, &a, &got, &e), RC_OK);
    CHECK_I64(t, got.id, july);
    CHECK_STR(t, got.summary, STR("{\"findings\":3}"));
    CHECK_I64(t, screen_before(s, &a, 1030, &got, &e), RC_OK);
    CHECK_I64(t, got.id, june);
    CHECK_I64(t, screen_before(s, &a, 1000, &got, &e), RC_OK);
    CHECK_I64(t, got.id, 0);
    CHECK_I64(t, tasks_list_before(s, 1030, &a, &tasks, &n, &e), RC_OK);
    CHECK_I64(t, n, 3);
    (void)screen_day(t, s, 1030, OTHER, 1, LAST, 1); /* undoes what july did: 5 is open again */
    CHECK_I64(t, open_tasks(t, s), 3);
    CHECK_I64(t, tasks_of_household(s, &a, 5, &tasks, &n, &e), RC_OK);
    CHECK(t, n == 1 && tasks[0].opened_screen == june && !tasks[0].closed_screen);
    int64_t again = screen_day(t, s, 1030, NULL, 0, NULL, 0);
    CHECK_I64(t, tasks_of_household(s, &a, 7, &tasks, &n, &e), RC_OK);
    CHECK_I64(t, n, 0);
    CHECK_I64(t, screen_at(s, &a, 1030, &got, &e), RC_OK);
    CHECK_I64(t, got.id, again);
    CHECK_I64(t, screen_chunks(t, s, july), 2); /* what was known then */
    bool opens = true, closes = false, has = false;
    CHECK_I64(t, tasks_by_screen(s, july, 5, &opens, &closes, &e), RC_OK);
    CHECK(t, !opens && closes);
    CHECK_I64(t, screen_has_findings(s, july, &has, &e), RC_OK);
    CHECK(t, has);
    CHECK_I64(t, screen_chunks(t, s, june), 2); /* households, and the tasks it opened */
    CHECK_I64(t, open_tasks(t, s), 3);
    CHECK_I64(t, screen_list(s, &a, &list, &n, &e), RC_OK);
    CHECK(t, n == 4 && list[1].state == SCREEN_REPLACED && list[3].state == SCREEN_KEPT);
    struct task_changes nothing = {0};
    struct screen replay = {.as_of = 1000, .known_at_us = 5};
    CHECK_I64(t, screen_begin(s, &replay, &e), RC_OK);
    CHECK_I64(t, screen_publish(s, &replay, &nothing, STR("tester"), &e), RC_CONFLICT);
    CHECK_I64(t, screen_abandon(s, replay.id, &e), RC_OK);
    store_close(s);
    arena_fini(&a);
}

static void test_interrupted_screen(struct test *t)
{
    static const uint32_t FIRST[] = {3, 5}, MORE[] = {7}, DONE[] = {3}, NONE[] = {8};
    const struct task_changes none_to_close = {MORE, NONE, 1, 1}, open_already = {FIRST, DONE, 2, 1};
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = open_new(t, &f, "screen-staging");
    struct screen sc = {.as_of = 1030};
    if (!s) return;
    (void)screen_day(t, s, 1000, FIRST, 2, NULL, 0);
    (void)screen_day(t, s, 1030, MORE, 1, DONE, 1);
    CHECK_I64(t, screen_begin(s, &sc, &e), RC_OK);
    CHECK_I64(t, screen_publish(s, &sc, &none_to_close, STR("tester"), &e), RC_CONFLICT);
    CHECK_I64(t, screen_publish(s, &sc, &open_already, STR("tester"), &e), RC_CONFLICT);
    CHECK_I64(t, open_tasks(t, s), 2); /* what a failed one undid is there again */
    store_close(s);
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, open_tasks(t, s), 2);
    (void)screen_day(t, s, 1030, MORE, 1, NULL, 0);
    CHECK_I64(t, open_tasks(t, s), 3);
    store_close(s);
}

void store_records_test(struct test *t);
void store_records_test(struct test *t)
{
    if (TEST(t, "parameters as of K")) test_params(t);
    if (TEST(t, "policy books as of K")) test_books(t);
    if (TEST(t, "screens are kept, replaced, refused")) test_screens(t);
    if (TEST(t, "an interrupted screen leaves no trace")) test_interrupted_screen(t);
}
