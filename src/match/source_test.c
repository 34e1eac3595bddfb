#include "match/source.h"
#include <unistd.h>
#include "base/limits.h"
#include "match/import_int.h"
#include "match/match_test_int.h"
#include "store/store.h"

static void check(struct test *t, struct str mapping, int64_t line, const char *sheet, uint32_t row)
{
    struct str name = STR("");
    uint32_t at = 0;
    bool found = source_sheet_row(mapping, line, &name, &at);
    CHECK(t, found == (sheet != NULL));
    if (!found || !sheet) return;
    CHECK_STR(t, name, str_from(sheet));
    CHECK_I64(t, at, row);
}

static void lines_of_several_sheets(struct test *t)
{
    struct str several = STR("{\"width\":2,\"columns\":[{\"column\":1,\"header\":\",\\\"sheets\\\":\\\"x:1\",\"field\":"
                             "\"cid\",\"unit\":\"\"}],\"missing\":\"\",\"sheets\":\"张村:1/李村:41\"}");
    check(t, several, 1, "张村", 1);
    check(t, several, 40, "张村", 40);
    check(t, several, 41, "李村", 1);
    check(t, several, 60, "李村", 20);
    check(t, several, 0, NULL, 0);
    check(t, several, INT64_C(1) << 40, NULL, 0);
}

static void one_sheet_is_told_by_its_rows(struct test *t)
{
    check(t, STR("{\"width\":1,\"columns\":[],\"missing\":\"\"}"), 3, NULL, 0);
    check(t, STR(""), 3, NULL, 0);
    check(t, STR("{\"missing\":\"\",\"sheets\":\""), 3, NULL, 0);
}

/* ---- hashes with a key and, as formats 1 and 2 have them, without */

static const uint8_t KEY_A[FILE_HASH_KEY_BYTES] = {1}, KEY_B[FILE_HASH_KEY_BYTES] = {2};

struct hashes {
    uint8_t own[DELIVERY_HASH_BYTES], plain[DELIVERY_HASH_BYTES];
};

static void hash_with(struct test *t, const char *path, const uint8_t *key, unsigned threads, struct policy *policy,
                      bool skip_hidden, struct hashes *h)
{
    struct err e = {.lang = LANG_EN};
    struct source s;
    int64_t bytes;
    struct source_options o = {.name = path,
                               .fd = -1,
                               .temp_dir = t->tmp_dir,
                               .threads = threads,
                               .part_bytes = 4096,
                               .hash_key = key,
                               .policy = policy,
                               .skip_hidden = skip_hidden};
    bool ok = source_open(&s, &o, NULL, &e) == RC_OK && file_hash_end(s.hash, h->own, &bytes, &e) == RC_OK;
    CHECK(t, ok && source_plain_hash(&s, &o, h->plain, &e) == RC_OK);
    source_close(&s);
}

static void hash_of(struct test *t, const char *path, const uint8_t *key, unsigned threads, struct hashes *h)
{
    hash_with(t, path, key, threads, NULL, false, h);
}

/* Left out, hidden rows make another delivery of a workbook, also beside one that was taken in before the key. */
static void hashes_without_hidden_rows(struct test *t)
{
    const char *path = "tests/fixtures/sheets/office/table.xlsx";
    struct hashes all, some, none;
    struct world w;
    if (!world_init(&w, t, "hidden")) return;
    hash_with(t, path, KEY_A, 1, w.p, false, &all);
    hash_with(t, path, KEY_A, 1, w.p, true, &some);
    hash_with(t, path, NULL, 1, w.p, true, &none);
    CHECK(t, memcmp(all.own, some.own, sizeof all.own) != 0);
    CHECK(t, memcmp(all.plain, some.plain, sizeof all.plain) != 0);
    CHECK(t, memcmp(none.own, some.plain, sizeof none.own) == 0);
    world_fini(&w);
}

static void check_hashes(struct test *t, const char *name, struct str text)
{
    char path[600];
    struct err e = {.lang = LANG_EN};
    struct hashes none, a, twice, b;
    (void)snprintf(path, sizeof path, "%s/%s", t->tmp_dir, name);
    CHECK_I64(t, io_write_file(path, text, 0600, &e), RC_OK);
    hash_of(t, path, NULL, 1, &none);
    hash_of(t, path, KEY_A, 1, &a);
    hash_of(t, path, KEY_A, 3, &twice);
    hash_of(t, path, KEY_B, 1, &b);
    CHECK(t, memcmp(none.own, none.plain, sizeof none.own) == 0);
    CHECK(t, memcmp(a.plain, none.own, sizeof none.own) == 0 && memcmp(b.plain, none.own, sizeof none.own) == 0);
    CHECK(t, memcmp(a.own, twice.own, sizeof a.own) == 0);
    CHECK(t, memcmp(a.own, b.own, sizeof a.own) != 0 && memcmp(a.own, none.own, sizeof a.own) != 0);
}

/* Long enough for several blocks, whose order counts. */
static void keyed_hashes(struct test *t)
{
    struct buf b, wide;
    struct hashes was, is;
    char path[600];
    buf_init(&b, MIB(1));
    buf_init(&wide, MIB(1));
    for (unsigned i = 0; i < 900; i++) buf_addf(&b, "%u,%u\n", i, i * 7 % 13);
    check_hashes(t, "plain.csv", buf_str(&b));
    buf_addz(&wide, "\xEF\xBB\xBF");
    buf_add(&wide, buf_str(&b));
    check_hashes(t, "mark.csv", buf_str(&wide));
    buf_clear(&wide);
    buf_addz(&wide, "\xFF\xFE");
    for (size_t i = 0; i < b.n; i++) buf_addc(&wide, b.p[i]), buf_addc(&wide, 0);
    buf_addc(&wide, 'x');
    check_hashes(t, "wide.csv", buf_str(&wide));
    (void)snprintf(path, sizeof path, "%s/plain.csv", t->tmp_dir);
    hash_of(t, path, KEY_A, 1, &was);
    char *p = b.p + b.n - 2;
    *p = *p == '1' ? '2' : '1';
    check_hashes(t, "plain.csv", buf_str(&b));
    hash_of(t, path, KEY_A, 1, &is);
    CHECK(t, memcmp(was.own, is.own, sizeof is.own) != 0 && memcmp(was.plain, is.plain, sizeof is.plain) != 0);
    buf_fini(&wide);
    buf_fini(&b);
}

/* What an upgraded folder holds of files taken in before. */
static void forget_key(struct world *w, const char *name)
{
    char path[600], sql[256], hex[2 * DELIVERY_HASH_BYTES + 1];
    struct hashes h;
    (void)snprintf(path, sizeof path, "%s.%s", w->path, name);
    struct err e = {.lang = LANG_EN};
    struct source s;
    struct source_options o = {.name = path, .fd = -1, .temp_dir = w->t->tmp_dir};
    CHECK_I64(w->t, source_open(&s, &o, NULL, &e), RC_OK);
    CHECK_I64(w->t, source_plain_hash(&s, &o, h.plain, &e), RC_OK);
    source_close(&s);
    for (size_t i = 0; i < DELIVERY_HASH_BYTES; i++) (void)snprintf(hex + 2 * i, 3, "%02x", h.plain[i]);
    (void)snprintf(sql, sizeof sql, "UPDATE delivery SET file_hash = x'%s' WHERE id = %d", hex, (int)w->r.delivery.id);
    CHECK_I64(w->t, db_exec_text(store_db(w->s), sql, &e), RC_OK);
}

static void take_in(struct world *w, const char *dataset, const char *name, struct str text, bool same)
{
    struct test *t = w->t;
    CHECK_I64(t, world_take(w, dataset, name, text), RC_OK);
    CHECK(t, w->r.same_file == same);
}

static void files_from_before_the_key(struct test *t)
{
    struct world w;
    struct buf b;
    if (!world_init(&w, t, "before")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 9);
    take_in(&w, "roster", "r.csv", buf_str(&b), false);
    forget_key(&w, "r.csv");
    take_in(&w, "roster", "again.csv", buf_str(&b), true);
    buf_clear(&b);
    world_medical(&b, 1, 9);
    take_in(&w, "medical", "m.csv", buf_str(&b), false);
    forget_key(&w, "m.csv");
    take_in(&w, "medical", "again.csv", buf_str(&b), true);
    b.p[b.n - 2] = '9'; /* as long, another hospital */
    w.o.adds = true;
    take_in(&w, "medical", "other.csv", buf_str(&b), false);
    take_in(&w, "medical", "other.csv", buf_str(&b), true);
    buf_fini(&b);
    world_fini(&w);
}

void source_test(struct test *t);
void source_test(struct test *t)
{
    if (TEST(t, "lines of several sheets")) lines_of_several_sheets(t);
    if (TEST(t, "one sheet is told by its rows")) one_sheet_is_told_by_its_rows(t);
    if (TEST(t, "hashes of files, with a key and without")) keyed_hashes(t);
    if (TEST(t, "hashes of a workbook without its hidden rows")) hashes_without_hidden_rows(t);
    if (TEST(t, "files taken in before hashes had a key")) files_from_before_the_key(t);
}
