/* Chunks and the manifest. */
#include "base/limits.h"
#include "base/mem.h"
#include "columns/chunk.h"
#include "columns/keyring.h"
#include "store/check.h"
#include "store/chunks.h"
#include "store/store_test_int.h"

enum { ROWS = 500 };

static enum rc make_chunk(struct buf *out, int64_t first, struct err *e)
{
    int64_t v[ROWS];
    for (int64_t i = 0; i < ROWS; i++) v[i] = (first + i) * 7;
    buf_clear(out);
    return chunk_encode_i64(v, NULL, ROWS, out, e);
}

/* n chunks of one column. */
static enum rc put_column(struct store *s, struct owner owner, const char *name, uint32_t n, bool seal, struct err *e)
{
    struct chunk_writer *w = NULL;
    struct buf b;
    buf_init(&b, MIB(1));
    enum rc rc = chunk_writer_open(&w, s, owner, e);
    for (uint32_t i = 0; !rc && i < n; i++) {
        rc = make_chunk(&b, (int64_t)i * ROWS, e);
        struct chunk_put p = {str_from(name), i, ROWS, (int64_t)i * ROWS, buf_str(&b), seal};
        if (!rc) rc = chunk_put(w, &p, e);
    }
    if (!rc) rc = chunk_flush(w, e);
    chunk_writer_close(w);
    buf_fini(&b);
    return rc;
}

static enum rc import(struct store *s, struct delivery *d, struct err *e)
{
    TRY(delivery_begin(s, d, e));
    struct owner owner = {OWNER_DELIVERY, d->id};
    TRY(put_column(s, owner, "self_pay", 40, false, e));
    TRY(put_column(s, owner, "name", 3, true, e));
    return delivery_publish(s, d, e);
}

static void check_column(struct test *t, struct store *s, struct owner owner, const char *name, size_t chunks,
                         bool sealed)
{
    struct arena a;
    struct buf b;
    struct err e = {.lang = LANG_EN};
    struct chunk_ref *v = NULL;
    size_t n = 0;
    arena_init(&a, MIB(1));
    buf_init(&b, MIB(4));
    CHECK_I64(t, chunk_list(s, &a, owner, str_from(name), &v, &n, &e), RC_OK);
    CHECK_I64(t, n, chunks);
    for (size_t i = 0; i < n; i++) {
        struct str bytes;
        struct chunk_view view;
        int64_t x = 0;
        CHECK(t, v[i].seq == i && v[i].rows == ROWS && v[i].first_row == (int64_t)i * ROWS && v[i].sealed == sealed);
        CHECK_I64(t, chunk_fetch(s, &v[i], &b, &bytes, &e), RC_OK);
        CHECK_I64(t, chunk_open(bytes, CHUNK_FULL, &view, &e), RC_OK);
        CHECK(t, chunk_get_i64(&view, 17, &x) && x == ((int64_t)i * ROWS + 17) * 7);
        chunk_close(&view);
    }
    arena_fini(&a);
    buf_fini(&b);
}

static void test_import(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct arena a;
    struct delivery d = sample_delivery("medical"), got;
    struct chunk_ref *v = NULL;
    size_t n = 0;
    if (folder_init(&f, t, "import")) return;
    arena_init(&a, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, import(s, &d, &e), RC_OK);
    struct owner owner = {OWNER_DELIVERY, d.id};
    check_column(t, s, owner, "self_pay", 40, false);
    check_column(t, s, owner, "name", 3, true);
    check_column(t, s, owner, "nothing", 0, false);
    CHECK_I64(t, chunk_list(s, &a, owner, (struct str){0}, &v, &n, &e), RC_OK);
    CHECK_I64(t, n, 43);
    CHECK_I64(t, delivery_get(s, &a, d.id, &got, &e), RC_OK);
    CHECK_STR(t, got.dataset, STR("medical"));
    CHECK_STR(t, got.file_name, STR("medical.csv"));
    CHECK_STR(t, got.by_who, STR("tester"));
    CHECK_STR(t, got.withdrawn_reason, STR(""));
    CHECK(t, got.state == DELIVERY_PUBLISHED && got.division == d.division && got.covers_to == d.covers_to);
    CHECK(t, memcmp(got.file_hash, d.file_hash, DELIVERY_HASH_BYTES) == 0 && got.known_to_us == 0);
    CHECK(t, got.counts.rows == 10 && got.counts.refused == 1 && got.counts.waiting_name == 1);
    CHECK_I64(t, delivery_get(s, &a, 99, &got, &e), RC_INPUT);
    CHECK_I64(t, delivery_abandon(s, d.id, &e), RC_OK); /* published: nothing happens */
    check_column(t, s, owner, "self_pay", 40, false);
    CHECK_I64(t, db_exec_text(store_db(s), "DELETE FROM delivery", &e), RC_CONFLICT);
    d = sample_delivery("medical");
    d.counts.rows++;
    CHECK_I64(t, delivery_begin(s, &d, &e), RC_OK);
    CHECK_I64(t, delivery_publish(s, &d, &e), RC_ENV);
    store_close(s);
    arena_fini(&a);
}

static size_t known(struct test *t, struct store *s, const char *dataset, int64_t k)
{
    struct arena a;
    struct delivery_list l;
    struct err e = {.lang = LANG_EN};
    arena_init(&a, MIB(1));
    CHECK_I64(t, delivery_known_at(s, &a, str_from(dataset), k, &l, &e), RC_OK);
    arena_fini(&a);
    return l.n;
}

static void test_known(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery one = sample_delivery("medical"), two = sample_delivery("medical"),
                    other = sample_delivery("school");
    if (folder_init(&f, t, "known")) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    one.known_from_us = 100;
    two.known_from_us = 200;
    other.known_from_us = 150;
    CHECK_I64(t, import(s, &one, &e), RC_OK);
    two.kind = DELIVERY_REPLACES;
    two.replaces = one.id;
    CHECK_I64(t, import(s, &two, &e), RC_OK);
    CHECK_I64(t, import(s, &other, &e), RC_OK);
    CHECK_I64(t, known(t, s, "medical", 99), 0);
    CHECK_I64(t, known(t, s, "medical", 100), 1);
    CHECK_I64(t, known(t, s, "medical", 199), 1);
    CHECK_I64(t, known(t, s, "medical", 200), 1);
    CHECK_I64(t, known(t, s, "", 200), 2);
    CHECK_I64(t, delivery_withdraw(s, two.id, 300, STR("wrong month"), STR("tester"), &e), RC_OK);
    CHECK_I64(t, known(t, s, "medical", 299), 1);
    CHECK_I64(t, known(t, s, "medical", 300), 0);
    CHECK_I64(t, delivery_withdraw(s, two.id, 400, STR("again"), STR("tester"), &e), RC_INPUT);
    struct delivery late = sample_delivery("medical");
    late.kind = DELIVERY_REPLACES;
    late.replaces = one.id; /* already replaced */
    CHECK_I64(t, import(s, &late, &e), RC_CONFLICT);
    late.replaces = other.id;
    late.known_from_us = 10; /* received before the one it replaces: that one was then never known */
    CHECK_I64(t, import(s, &late, &e), RC_OK);
    CHECK_I64(t, known(t, s, "school", INT64_MAX), 0);
    CHECK_I64(t, known(t, s, "school", 150), 0);
    store_close(s);
}

static size_t overlaps(struct test *t, struct store *s, int64_t division, date_day from, date_day to)
{
    struct arena a;
    struct delivery_list l;
    struct err e = {.lang = LANG_EN};
    struct delivery probe = sample_delivery("medical");
    arena_init(&a, MIB(1));
    probe.division = division;
    probe.covers_from = from;
    probe.covers_to = to;
    CHECK_I64(t, delivery_overlaps(s, &a, &probe, &l, &e), RC_OK);
    arena_fini(&a);
    return l.n;
}

static void test_overlaps(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct arena a;
    struct delivery_list l;
    struct delivery d = sample_delivery("medical"), whole = sample_delivery("medical");
    if (folder_init(&f, t, "overlap")) return;
    arena_init(&a, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, import(s, &d, &e), RC_OK);
    CHECK_I64(t, overlaps(t, s, d.division, 739029, 739029), 1);
    CHECK_I64(t, overlaps(t, s, d.division, 739030, 739060), 0);
    CHECK_I64(t, overlaps(t, s, d.division, 738900, 738999), 0);
    CHECK_I64(t, overlaps(t, s, INT64_C(130730000000), 739000, 739010), 1); /* a county of that prefecture */
    CHECK_I64(t, overlaps(t, s, INT64_C(130000000000), 739000, 739010), 1);
    CHECK_I64(t, overlaps(t, s, 0, 0, 0), 1);
    CHECK_I64(t, overlaps(t, s, INT64_C(130800000000), 739000, 739010), 0);
    whole.division = 0;
    whole.covers_from = whole.covers_to = 0;
    whole.file_hash[0] = 77;
    CHECK_I64(t, import(s, &whole, &e), RC_OK);
    CHECK_I64(t, overlaps(t, s, INT64_C(130800000000), 1, 1), 1);
    CHECK_I64(t, overlaps(t, s, d.division, 739000, 739010), 2);
    CHECK_I64(t, delivery_by_hash(s, &a, STR("medical"), whole.file_hash, &l, &e), RC_OK);
    CHECK(t, l.n == 1 && l.v[0].id == whole.id && l.v[0].covers_from == 0);
    CHECK_I64(t, delivery_by_hash(s, &a, STR("school"), whole.file_hash, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 0);
    CHECK_I64(t, delivery_all(s, &a, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 2);
    store_close(s);
    arena_fini(&a);
}

static void test_division_last(struct test *t)
{
    CHECK_I64(t, delivery_division_last(0), INT64_C(999999999999));
    CHECK_I64(t, delivery_division_last(INT64_C(130000000000)), INT64_C(139999999999));
    CHECK_I64(t, delivery_division_last(INT64_C(130700000000)), INT64_C(130799999999));
    CHECK_I64(t, delivery_division_last(INT64_C(130730000000)), INT64_C(130730999999));
    CHECK_I64(t, delivery_division_last(INT64_C(130730101000)), INT64_C(130730101999));
    CHECK_I64(t, delivery_division_last(INT64_C(130730101202)), INT64_C(130730101202));
}

static void test_staging_is_invisible(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("medical"), next = sample_delivery("medical");
    struct check_report report;
    struct arena a;
    if (folder_init(&f, t, "staging")) return;
    arena_init(&a, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, delivery_begin(s, &d, &e), RC_OK);
    CHECK_I64(t, put_column(s, (struct owner){OWNER_DELIVERY, d.id}, "self_pay", 40, false, &e), RC_OK);
    CHECK_I64(t, known(t, s, "", INT64_MAX), 0);
    CHECK_I64(t, overlaps(t, s, d.division, d.covers_from, d.covers_to), 0);
    store_close(s); /* as after a crash */
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    check_column(t, s, (struct owner){OWNER_DELIVERY, d.id}, "self_pay", 0, false);
    CHECK_I64(t, import(s, &next, &e), RC_OK);
    CHECK(t, next.id > d.id); /* numbers are never given twice */
    CHECK_I64(t, store_check(s, CHECK_FULL, &a, &report, &e), RC_OK);
    CHECK_I64(t, report.n, 0);
    CHECK_I64(t, report.chunks, 43);
    store_close(s);
    arena_fini(&a);
}

/* Do a damage, see that check names it, undo nothing: each damage has its own name. */
static void test_check_finds(struct test *t)
{
    static const struct {
        const char *sql, *name;
    } DAMAGES[] = {
        {"UPDATE chunk SET seq = 99 WHERE name = 'self_pay' AND seq = 3", "chunk_order"},
        {"UPDATE chunk SET bytes = zeroblob(length(bytes)) WHERE name = 'self_pay' AND seq = 4", "chunk_bytes"},
        {"UPDATE chunk SET row_count = row_count - 1 WHERE name = 'self_pay' AND seq = 39", "chunk_bytes"},
        {"UPDATE chunk SET key_id = 9 WHERE name = 'name' AND seq = 0", "keys"},
        {"UPDATE chunk SET owner = 12345 WHERE name = 'name' AND seq = 1", "chunk_owner"},
        {"UPDATE counter SET last = 0 WHERE name = 'delivery'", "counters"},
    };
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("medical");
    struct check_report report;
    struct arena a;
    if (folder_init(&f, t, "damage")) return;
    arena_init(&a, MIB(8));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, import(s, &d, &e), RC_OK);
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        CHECK_I64(t, db_exec_text(store_db(s), DAMAGES[i].sql, &e), RC_OK);
        CHECK_I64(t, store_check(s, CHECK_FULL, &a, &report, &e), RC_OK);
        test_check(t, check_tells(&report, DAMAGES[i].name), __FILE__, __LINE__, DAMAGES[i].sql);
    }
    store_close(s);
    arena_fini(&a);
}

/* A chunk moved to another place does not open. */
static void test_moved_seal(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("medical");
    struct chunk_ref *v = NULL;
    struct arena a;
    struct buf b;
    struct str bytes;
    size_t n = 0;
    if (folder_init(&f, t, "moved")) return;
    arena_init(&a, MIB(1));
    buf_init(&b, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, import(s, &d, &e), RC_OK);
    CHECK_I64(t, db_exec_text(store_db(s), "UPDATE chunk SET name = 'phone' WHERE name = 'name'", &e), RC_OK);
    CHECK_I64(t, chunk_list(s, &a, (struct owner){OWNER_DELIVERY, d.id}, STR("phone"), &v, &n, &e), RC_OK);
    CHECK_I64(t, n, 3);
    CHECK_I64(t, n ? chunk_fetch(s, &v[0], &b, &bytes, &e) : RC_ENV, RC_ENV);
    store_close(s);
    arena_fini(&a);
    buf_fini(&b);
}

static void test_rekey(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("medical");
    struct arena a;
    struct check_report report;
    char key[DB_PATH_MAX];
    int64_t resealed = 0;
    if (folder_init(&f, t, "rekey")) return;
    arena_init(&a, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, import(s, &d, &e), RC_OK);
    store_close(s);
    CHECK_I64(t, store_key_path(&f.o, key, &e), RC_OK);
    CHECK_I64(t, keyring_rotate(key, CHUNK_AES_256_GCM, &e), RC_OK);
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    check_column(t, s, (struct owner){OWNER_DELIVERY, d.id}, "name", 3, true);
    CHECK_I64(t, store_rekey(s, &resealed, &e), RC_OK);
    CHECK_I64(t, resealed, 3);
    check_column(t, s, (struct owner){OWNER_DELIVERY, d.id}, "name", 3, true);
    CHECK_I64(t, store_rekey(s, &resealed, &e), RC_OK);
    CHECK_I64(t, resealed, 0);
    CHECK_I64(t, store_check(s, CHECK_FULL, &a, &report, &e), RC_OK);
    CHECK_I64(t, report.n, 0);
    store_close(s);
    arena_fini(&a);
}

/* Each allocation of an import fails once: an error, nothing lost, nothing half there, and the next import is whole. */
static void test_no_memory(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    if (folder_init(&f, t, "nomem-import")) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    size_t done = 0;
    for (uint64_t n = 1; n < 100000; n += t->slow ? 1 : 1 + n / 32) { /* every one in check-all */
        struct delivery d = sample_delivery("medical");
        mem_fault_arm(n, 0);
        enum rc rc = import(s, &d, &e);
        bool fired = mem_fault_fired() != 0;
        mem_fault_arm(0, 0);
        CHECK(t, rc == RC_OK || (fired && rc == RC_NOMEM));
        CHECK(t, !db_in_transaction(store_db(s)));
        done += rc == RC_OK;
        CHECK_I64(t, known(t, s, "medical", INT64_MAX), done);
        if (d.id) CHECK_I64(t, delivery_abandon(s, d.id, &e), RC_OK);
        if (!fired || t->case_failed) break;
        if (n % 4 == 0) { /* statements are prepared anew, and fail there */
            store_close(s);
            CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
        }
    }
    store_close(s);
}

void store_chunks_test(struct test *t);
void store_chunks_test(struct test *t)
{
    if (TEST(t, "a delivery with plain and sealed columns")) test_import(t);
    if (TEST(t, "what was known when")) test_known(t);
    if (TEST(t, "overlapping deliveries are found")) test_overlaps(t);
    if (TEST(t, "the span of a division code")) test_division_last(t);
    if (TEST(t, "staging is invisible and goes")) test_staging_is_invisible(t);
    if (TEST(t, "check names each damage")) test_check_finds(t);
    if (TEST(t, "a moved sealed chunk does not open")) test_moved_seal(t);
    if (TEST(t, "a new key seals everything anew")) test_rekey(t);
    if (TEST(t, "import with every allocation failing once")) test_no_memory(t);
}
