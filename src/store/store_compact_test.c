/* Compacting: fewer chunks, a smaller file, the same cells; killed at any moment the store is sound. */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "columns/chunk.h"
#include "store/check.h"
#include "store/chunks.h"
#include "store/compact.h"
#include "store/store_test_int.h"

void store_compact_test(struct test *t);

enum { PIECES = 7, PIECE_ROWS = 300, DELIVERIES = 12, SCRAP_CHUNKS = 40, SCRAP_ROWS = 60000 };

static enum rc encode_piece(uint32_t piece, bool text, struct buf *out, struct err *e)
{
    static const char *const words[] = {"低保", "", "a rather longer text that is not near", "五保"};
    int64_t v[PIECE_ROWS];
    struct str s[PIECE_ROWS];
    uint64_t valid[PIECE_ROWS / 64 + 1] = {0};
    for (uint32_t i = 0; i < PIECE_ROWS; i++) {
        v[i] = (int64_t)(piece * 1000 + i) * 7919;
        s[i] = str_from(words[(piece + i) % 4]);
        if ((i + piece) % 5) valid[i / 64] |= UINT64_C(1) << i % 64;
    }
    buf_clear(out);
    const uint64_t *bits = piece == 2 ? NULL : valid;
    return text ? chunk_encode_str(s, bits, PIECE_ROWS, out, e) : chunk_encode_i64(v, bits, PIECE_ROWS, out, e);
}

/* Columns in pieces, as small runs and late parts leave them. */
static enum rc put_pieces(struct store *s, int64_t delivery, struct err *e)
{
    static const char *const names[] = {"amount", "kind", "note"};
    struct chunk_writer *w = NULL;
    struct buf b;
    buf_init(&b, MIB(1));
    enum rc rc = chunk_writer_open(&w, s, (struct owner){OWNER_DELIVERY, delivery}, e);
    for (uint32_t c = 0; c < 3; c++)
        for (uint32_t i = 0; !rc && i < PIECES; i++) {
            rc = encode_piece(i, c == 1, &b, e);
            struct chunk_put p = {str_from(names[c]), i, PIECE_ROWS, (int64_t)i * PIECE_ROWS, buf_str(&b), c == 2};
            if (!rc) rc = chunk_put(w, &p, e);
        }
    if (!rc) rc = chunk_flush(w, e);
    chunk_writer_close(w);
    buf_fini(&b);
    return rc;
}

static enum rc deliver(struct store *s, int day, struct err *e)
{
    struct delivery d = sample_delivery("medical");
    d.covers_from = d.covers_to = 739000 + day;
    TRY(delivery_begin(s, &d, e));
    TRY(put_pieces(s, d.id, e));
    return delivery_publish(s, &d, e);
}

static enum rc encode_scrap(struct buf *out, struct err *e)
{
    int64_t *cells = mem_alloc_array(SCRAP_ROWS, sizeof *cells);
    if (!cells) return err_nomem(e);
    for (size_t i = 0; i < SCRAP_ROWS; i++) cells[i] = (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15) >> 8);
    enum rc rc = chunk_encode_i64(cells, NULL, SCRAP_ROWS, out, e);
    mem_free(cells);
    return rc;
}

/* Pages that an abandoned import leaves free. */
static enum rc leave_scrap(struct store *s, struct err *e)
{
    struct delivery d = sample_delivery("school");
    struct chunk_writer *w = NULL;
    struct buf b;
    TRY(delivery_begin(s, &d, e));
    buf_init(&b, MIB(2));
    enum rc rc = chunk_writer_open(&w, s, (struct owner){OWNER_DELIVERY, d.id}, e);
    if (!rc) rc = encode_scrap(&b, e);
    for (uint32_t i = 0; !rc && i < SCRAP_CHUNKS; i++) {
        struct chunk_put p = {STR("scrap"), i, SCRAP_ROWS, (int64_t)i * SCRAP_ROWS, buf_str(&b), false};
        rc = chunk_put(w, &p, e);
    }
    if (!rc) rc = chunk_flush(w, e);
    chunk_writer_close(w);
    buf_fini(&b);
    return rc ? rc : delivery_abandon(s, d.id, e);
}

static uint64_t cell_hash(const struct chunk_view *v, uint32_t i)
{
    int64_t x = 0;
    struct str text = STR("");
    bool there = v->kind == CHUNK_TEXT ? chunk_get_str(v, i, &text) : chunk_get_i64(v, i, &x);
    return there ? str_hash(text) * 31 + (uint64_t)x * 17 + 1 : 0;
}

/* Every cell of every delivery in order, and how many chunks hold them. */
static uint64_t digest(struct test *t, struct store *s, size_t *chunks)
{
    struct arena a;
    struct buf b;
    struct err e = {.lang = LANG_EN};
    uint64_t h = 0;
    *chunks = 0;
    arena_init(&a, MIB(64));
    buf_init(&b, MIB(8));
    for (int64_t id = 1; id <= DELIVERIES; id++) {
        struct chunk_ref *refs;
        size_t n;
        CHECK_I64(t, chunk_list(s, &a, (struct owner){OWNER_DELIVERY, id}, STR(""), &refs, &n, &e), RC_OK);
        *chunks += n;
        for (size_t i = 0; i < n; i++) {
            struct str bytes;
            struct chunk_view v;
            bool ok = !chunk_fetch(s, &refs[i], &b, &bytes, &e) && !chunk_open(bytes, CHUNK_FULL, &v, &e);
            CHECK(t, ok);
            if (!ok) continue;
            for (uint32_t k = 0; k < v.rows; k++) h = (h ^ cell_hash(&v, k)) * UINT64_C(0x9E3779B97F4A7C15);
            chunk_close(&v);
        }
    }
    buf_fini(&b);
    arena_fini(&a);
    return h;
}

static void check_sound(struct test *t, struct store *s)
{
    struct arena a;
    struct check_report r = {0};
    struct err e = {.lang = LANG_EN};
    arena_init(&a, MIB(16));
    CHECK_I64(t, store_check(s, CHECK_FULL, &a, &r, &e), RC_OK);
    CHECK_I64(t, r.n, 0);
    arena_fini(&a);
}

static bool fill(struct test *t, struct test_folder *f, const char *name)
{
    struct store *s = NULL;
    struct err e = {.lang = LANG_EN};
    if (folder_init(f, t, name) || store_open(&s, &f->o, &e)) return false;
    enum rc rc = RC_OK;
    for (int i = 0; !rc && i < DELIVERIES; i++) rc = deliver(s, i, &e);
    if (!rc) rc = delivery_withdraw(s, 3, f->now_us + 1, STR("wrong"), STR("tester"), &e);
    if (!rc) rc = leave_scrap(s, &e);
    store_close(s);
    CHECK_I64(t, rc, RC_OK);
    return !rc;
}

static void test_same_cells(struct test *t)
{
    struct test_folder f;
    struct store *s = NULL;
    struct err e = {.lang = LANG_EN};
    struct compact_report r;
    size_t before, after;
    if (!fill(t, &f, "compact") || store_open(&s, &f.o, &e)) return;
    uint64_t h = digest(t, s, &before);
    CHECK_I64(t, before, 3 * PIECES * DELIVERIES);
    CHECK_I64(t, store_compact(s, true, &r, &e), RC_OK);
    CHECK_I64(t, r.columns, 3 * DELIVERIES);
    CHECK(t, r.free_before > 1000000);
    CHECK_I64(t, r.bytes_after, r.bytes_before);
    CHECK(t, digest(t, s, &after) == h); /* a dry run changes nothing */
    CHECK_I64(t, after, before);
    CHECK_I64(t, store_compact(s, false, &r, &e), RC_OK);
    CHECK_I64(t, r.columns, 3 * DELIVERIES);
    CHECK_I64(t, r.chunks_before, before);
    CHECK_I64(t, r.chunks_after, 3 * DELIVERIES);
    CHECK(t, !r.rewritten);
    CHECK(t, r.bytes_after < r.bytes_before / 2);
    CHECK(t, digest(t, s, &after) == h);
    CHECK_I64(t, after, 3 * DELIVERIES);
    check_sound(t, s);
    CHECK_I64(t, store_compact(s, false, &r, &e), RC_OK); /* nothing is left to do */
    CHECK_I64(t, r.columns, 0);
    CHECK_I64(t, r.free_before, 0);
    store_close(s);
}

static int child_compact(const struct test_folder *f)
{
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct compact_report r;
    if (store_open(&s, &f->o, &e)) return 3;
    return store_compact(s, false, &r, &e) ? 4 : 0;
}

static void test_killed(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    size_t chunks;
    uint64_t want = 0;
    bool done = false;
    if (!fill(t, &f, "compact_killed")) return;
    for (long us = 1000; !done; us += us / 4) {
        struct store *s = NULL;
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) _exit(child_compact(&f));
        struct timespec nap = {us / 1000000, us % 1000000 * 1000};
        (void)nanosleep(&nap, NULL);
        if (us < 2000000) (void)kill(pid, SIGKILL); /* a very slow machine: the last one may end */
        (void)waitpid(pid, &status, 0);
        done = us >= 2000000 || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
        CHECK(t, !done || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
        if (store_open(&s, &f.o, &e)) {
            CHECK(t, false);
            return;
        }
        uint64_t got = digest(t, s, &chunks);
        if (!want) want = got;
        CHECK(t, got == want);
        if (done) check_sound(t, s);
        store_close(s);
    }
    CHECK_I64(t, chunks, 3 * DELIVERIES);
}

void store_compact_test(struct test *t)
{
    if (TEST(t, "compact: fewer chunks, a smaller file, the same cells")) test_same_cells(t);
    if (TEST(t, "compact: killed at any moment")) test_killed(t);
}
