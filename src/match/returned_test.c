#include "match/returned.h"
#include "base/limits.h"
#include "base/mem.h"
#include "columns/keyring.h"
#include "ingest/cell.h"
#include "match/match_test_int.h"
#include "match/stored.h"
#include "store/check.h"

/* ---- keys */

static enum error_key_is read_with(const struct keyring *k, struct str text)
{
    struct error_keys keys = {.keys = k};
    int64_t delivery;
    uint32_t line;
    return error_key_read(&keys, text, &delivery, &line);
}

static void test_keys(struct test *t)
{
    struct keyring ring = {.hash_key = {1}}, other = {.hash_key = {2}};
    struct error_keys keys = {.keys = &ring};
    char text[ERROR_KEY_MAX];
    int64_t delivery;
    uint32_t line, wrong = 0;
    size_t n = error_key_write(error_key_secret(&ring, 12), 12, 345, text);
    CHECK(t, str_starts(str_make(text, n), STR("12-345-")));
    CHECK_I64(t, error_key_read(&keys, str_make(text, n), &delivery, &line), ERROR_KEY_OURS);
    CHECK_I64(t, delivery, 12);
    CHECK_I64(t, line, 345);
    CHECK_I64(t, read_with(&other, str_make(text, n)), ERROR_KEY_FOREIGN);
    CHECK_I64(t, read_with(&ring, STR("  ")), ERROR_KEY_NONE);
    CHECK_I64(t, read_with(&ring, STR("12-345")), ERROR_KEY_ALTERED);
    CHECK_I64(t, read_with(&ring, str_make(text, n - 1)), ERROR_KEY_ALTERED);
    for (size_t i = 0; i < n; i++) {
        char was = text[i];
        text[i] = was == '7' ? '8' : was == 'k' ? 'm' : was >= 'a' ? 'k' : '7';
        wrong += read_with(&ring, str_make(text, n)) == ERROR_KEY_OURS;
        text[i] = was;
    }
    CHECK_I64(t, wrong, 0);
    for (uint32_t i = 1; i < 20000; i++) {
        n = error_key_write(error_key_secret(&ring, 3), 3, i, text);
        text[n - 11] = '-';
        wrong += read_with(&ring, str_make(text, n)) != ERROR_KEY_OURS;
    }
    CHECK_I64(t, wrong, 0);
}

/* ---- corrections */

static bool take(struct world *w, const char *dataset, const char *name, struct str text)
{
    enum rc rc = world_take(w, dataset, name, text);
    if (rc) CHECK_STR(w->t, str_from(w->e.msg), STR(""));
    return rc == RC_OK;
}

static int64_t cell(struct world *w, int64_t delivery, const char *column, size_t row)
{
    struct stored_ints v;
    CHECK_I64(w->t, stored_ints_read(&v, w->s, delivery, str_from(column), &w->e), RC_OK);
    int64_t x = row < v.n ? v.v[row] : INT64_MIN;
    stored_ints_fini(&v);
    return x;
}

static void check_clean(struct world *w)
{
    struct check_report r = {0};
    CHECK_I64(w->t, store_check(w->s, CHECK_FULL, &w->a, &r, &w->e), RC_OK);
    CHECK_I64(w->t, r.n, 0);
}

/* The list of errors of the last import, with every `from` made `to`. */
static void list_of(struct world *w, const char *from, const char *to, struct buf *out)
{
    struct buf file;
    struct str rest;
    buf_init(&file, MIB(16));
    CHECK_I64(w->t, io_read_file(w->r.errors_path, &file, &w->e), RC_OK);
    buf_clear(out);
    rest = buf_str(&file);
    for (size_t at; (at = str_find(rest, str_from(from), 0)) != SIZE_MAX;) {
        buf_add(out, str_sub(rest, 0, at));
        buf_addz(out, to);
        rest = str_sub(rest, at + strlen(from), rest.n);
    }
    buf_add(out, rest);
    buf_fini(&file);
}

/* 20 people; the rows of persons 4 and 6 have a division that is none, and person 2 is there twice. */
static void bad_roster(struct world *w, struct buf *list)
{
    struct buf b;
    char id[19];
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 3);
    for (unsigned i = 4; i <= 6; i += 2) buf_addf(&b, "%s,张%u,H%05u,某地,,是\n", world_id(i, id), i, i / 3);
    buf_addf(&b, "%s,张2,H00000,130725100200,,是\n", world_id(2, id));
    CHECK(w->t, take(w, "roster", "r.csv", buf_str(&b)));
    world_counts(w, 6, 3, 0, 0, 0, 3);
    list_of(w, "某地", "130725100201", list);
    buf_fini(&b);
}

static void test_roster(struct test *t)
{
    struct world w;
    struct buf list;
    if (!world_init(&w, t, "corrected")) return;
    buf_init(&list, MIB(1));
    bad_roster(&w, &list);
    int64_t base = w.r.delivery.id;
    CHECK(t, take(&w, "roster", "back.csv", buf_str(&list)));
    int64_t part = w.r.delivery.id;
    CHECK_I64(t, w.r.corrects, base);
    CHECK_I64(t, w.r.mended, 2);
    CHECK_I64(t, w.r.still_wrong, 1);
    CHECK_I64(t, w.r.new_people, 2);
    CHECK_I64(t, w.r.delivery.kind, DELIVERY_ADDS);
    CHECK_I64(t, w.r.delivery.replaces, base);
    CHECK_I64(t, cell(&w, part, "line", 0), 5);
    CHECK_I64(t, cell(&w, part, "line", 1), 6);
    CHECK_I64(t, cell(&w, part, "division", 1), 130725100201);
    CHECK_I64(t, cell(&w, part, "line", 2), INT64_MIN);
    list_of(&w, "-", "-", &list);
    CHECK(t, str_find(buf_str(&list), STR("a repetition of line 3"), 0) != SIZE_MAX);
    buf_addc(&list, '\n');
    CHECK(t, take(&w, "roster", "back2.csv", buf_str(&list)));
    CHECK_I64(t, w.r.mended, 0);
    CHECK_I64(t, w.r.still_wrong, 1);
    CHECK_I64(t, w.r.delivery.id, 0);
    CHECK_I64(t, import_withdraw(w.s, base, STR("wrong"), STR("me"), &w.e), RC_OK);
    struct delivery_list l;
    CHECK_I64(t, delivery_known_at(w.s, &w.a, STR("roster"), INT64_MAX, &l, &w.e), RC_OK);
    CHECK_I64(t, l.n, 0);
    check_clean(&w);
    buf_fini(&list);
    world_fini(&w);
}

/* The nth allocation and all later ones fail, for each n until the corrections get through. One that fails when it
 * tells what it has done has done it, and once more finds nothing to do. */
static void test_no_memory(struct test *t)
{
    struct world w;
    struct buf list;
    struct delivery_list l;
    enum rc rc = RC_NOMEM;
    unsigned odd = 0;
    bool done = false;
    if (!world_init(&w, t, "starved")) return;
    buf_init(&list, MIB(1));
    bad_roster(&w, &list);
    for (uint64_t nth = 1; rc && nth < 100000; nth += t->slow ? 1 : 1 + nth / 24) {
        arena_reset(&w.a);
        mem_fault_arm(nth, 1);
        w.o.threads = 1;
        rc = world_take(&w, "roster", "back.csv", buf_str(&list));
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        if (!fired) break;
        odd += rc == RC_OK || rc == RC_INPUT;
        odd += !world_reopen(&w) || delivery_known_at(w.s, &w.a, STR("roster"), INT64_MAX, &l, &w.e);
        done = rc && l.n == 2;
        odd += l.n != 1 && !done;
        if (done) rc = world_take(&w, "roster", "back.csv", buf_str(&list));
    }
    CHECK_I64(t, odd, 0);
    CHECK_I64(t, rc, RC_OK);
    CHECK_I64(t, w.r.mended, done ? 0 : 2);
    CHECK_I64(t, delivery_known_at(w.s, &w.a, STR("roster"), INT64_MAX, &l, &w.e), RC_OK);
    CHECK_I64(t, l.n, 2);
    check_clean(&w);
    buf_fini(&list);
    world_fini(&w);
}

/* ---- places by name in rows that come late */

static const char LIST[] =
    "fangpin-divisions 1\ndate 2023-06-30\nsource t\n\n130000000000\t河北省\n700000000\t张家口市\n"
    "24000000\t沽源县\n100000\t平定堡镇\n201\t李庄村委会\n";
enum { LI_ZHUANG = 724100201 };
#define PLACE (INT64_C(130000000000) + LI_ZHUANG)

static void lodging_header(struct buf *b)
{
    buf_clear(b);
    buf_addz(b, "号码,姓名,乡镇,村\n");
}

static void take_lodging(struct world *w, const char *name, struct buf *b, bool within)
{
    struct column_choice choice = {.column = STR("号码"), .field = STR("id"), .unit_power = CELL_UNIT_NONE};
    w->o.choice = &choice;
    w->o.n_choices = 1;
    w->o.sender = STR("住建局");
    w->o.division = within ? 130724000000 : 0;
    CHECK(w->t, take(w, "lodging", name, buf_str(b)));
}

/* Person 1 is matched at once, 2 waits for the roster, 3 has a wrong number that the sender mends. */
static void test_places(struct test *t)
{
    struct world w;
    struct divisions divs;
    struct buf b;
    char id[19], wrong[19];
    int64_t n = 0;
    if (!world_init(&w, t, "places") || divisions_init_text(&divs, str_from(LIST), &w.e)) return;
    buf_init(&b, MIB(1));
    w.divs = &divs;
    world_roster(&b, 1, 1);
    CHECK(t, take(&w, "roster", "r1.csv", buf_str(&b)));
    lodging_header(&b);
    for (unsigned i = 1; i <= 3; i++) {
        world_id(i, i == 3 ? wrong : id);
        if (i == 3) wrong[17] = wrong[17] == '1' ? '2' : '1';
        buf_addf(&b, "%s,张%u,平定堡镇,李庄\n", i == 3 ? wrong : id, i);
    }
    take_lodging(&w, "d.csv", &b, true);
    int64_t base = w.r.delivery.id;
    world_counts(&w, 3, 1, 1, 1, 0, 0);
    CHECK_I64(t, cell(&w, base, "place", 0), PLACE);
    list_of(&w, wrong, world_id(3, id), &b);
    struct buf roster;
    buf_init(&roster, MIB(1));
    world_roster(&roster, 1, 3);
    CHECK(t, take(&w, "roster", "r2.csv", buf_str(&roster)));
    int64_t second = w.r.delivery.id;
    CHECK_I64(t, import_rematch(w.s, w.p, &divs, NULL, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 1);
    CHECK_I64(t, cell(&w, second + 1, "place", 0), PLACE);
    CHECK(t, take(&w, "lodging", "back.csv", buf_str(&b)));
    CHECK_I64(t, w.r.mended, 1);
    CHECK_I64(t, cell(&w, w.r.delivery.id, "place", 0), PLACE);
    buf_fini(&roster);
    buf_fini(&b);
    world_fini(&w);
    divisions_fini(&divs);
}

/* What the first file does not find, the rows that come late do not find either. */
static void test_no_places(struct test *t)
{
    struct world w;
    struct divisions divs;
    struct buf b;
    char id[19];
    int64_t n = 0;
    if (!world_init(&w, t, "noplaces") || divisions_init_text(&divs, str_from(LIST), &w.e)) return;
    buf_init(&b, MIB(1));
    w.divs = &divs;
    world_roster(&b, 1, 1);
    CHECK(t, take(&w, "roster", "r1.csv", buf_str(&b)));
    lodging_header(&b);
    for (unsigned i = 1; i <= 2; i++) buf_addf(&b, "%s,张%u,没有镇,李庄\n", world_id(i, id), i);
    take_lodging(&w, "d.csv", &b, true);
    CHECK_I64(t, cell(&w, w.r.delivery.id, "place", 0), INT64_MIN);
    buf_clear(&b);
    world_roster(&b, 1, 2);
    CHECK(t, take(&w, "roster", "r2.csv", buf_str(&b)));
    int64_t second = w.r.delivery.id;
    CHECK_I64(t, import_rematch(w.s, w.p, &divs, NULL, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 1);
    CHECK_I64(t, cell(&w, second + 1, "place", 0), INT64_MIN);
    buf_fini(&b);
    world_fini(&w);
    divisions_fini(&divs);
}

void returned_test(struct test *t);
void returned_test(struct test *t)
{
    if (TEST(t, "keys of lists of errors")) test_keys(t);
    if (TEST(t, "a roster's list of errors comes back")) test_roster(t);
    if (TEST(t, "every allocation failing while it does")) test_no_memory(t);
    if (TEST(t, "places by name in rows that come late")) test_places(t);
    if (TEST(t, "and places that are none")) test_no_places(t);
}
