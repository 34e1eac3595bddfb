/* Old workbooks with damages of every kind: FreeXL may crash, loop or eat memory over them in the process it is kept
 * in; here they are refused, or read. FANGPIN_ROUNDS=N tries N of them, FANGPIN_SEED=N others. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/test.h"
#include "sheet/sheet.h"

#ifdef MEM_FAULTS
enum { ROUNDS_SLOW = 3000 }; /* builds that check every access are slow */
#else
enum { ROUNDS_SLOW = 20000 };
#endif
enum { ROUNDS = 150, DAMAGES_MAX = 12 };

static const char *const FILES[] = {"tests/fixtures/sheets/odd1900.xls", "tests/fixtures/sheets/biff5.xls",
                                    "tests/fixtures/sheets/office/table.xls"};
enum { N_FILES = sizeof FILES / sizeof *FILES };

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    int64_t v = 0;
    return str_to_i64(str_from(getenv(name)), 1, INT32_MAX, &v) ? (uint64_t)v : otherwise;
}

/* A byte, a number, a record's length, a piece written over another, a cut. */
static void damage(struct buf *b, struct rng *r)
{
    static const uint32_t ODD[] = {0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF};
    size_t at = rng_below(r, b->n - 8), from = rng_below(r, b->n - 8), n = 1 + rng_below(r, 64);
    uint32_t odd = ODD[rng_below(r, sizeof ODD / sizeof *ODD)];
    switch (rng_below(r, 6)) {
    case 0: b->p[at] = (char)rng_below(r, 256); break;
    case 1: b->p[at] = (char)(b->p[at] ^ 1 << rng_below(r, 8)); break;
    case 2: memcpy(b->p + at, &odd, 2); break;
    case 3: memcpy(b->p + at / 4 * 4, &odd, 4); break;
    case 4:
        if (at + n < b->n && from + n < b->n) memmove(b->p + at, b->p + from, n);
        break;
    default:
        if (rng_below(r, 8) == 0 && b->n > 2048) b->n -= rng_below(r, b->n - 1024);
    }
}

/* Everything of it; RC_OK or why not. */
static enum rc read_all(struct test *t, struct str bytes, bool skip_hidden, struct err *e)
{
    struct sheet_book *b = NULL;
    struct sheet_places places;
    int fd = memfd_create("hostile", MFD_CLOEXEC), text;
    CHECK(t, fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
    enum rc rc = sheet_book_open(&b, fd, "hostile.xls", t->tmp_dir, 1, e);
    if (!rc && skip_hidden) sheet_book_skip_hidden(b);
    for (size_t i = 0; !rc && i < sheet_book_count(b); i++) {
        struct sheet_wanted want = {.sheet = i};
        rc = sheet_book_text(b, &want, 1, &text, &places, e);
        if (rc) break;
        sheet_places_fini(&places);
        (void)close(text);
    }
    sheet_book_close(b);
    (void)close(fd);
    return rc;
}

static void hostile(struct test *t)
{
    struct buf whole, b;
    struct err e = {.lang = LANG_EN};
    struct rng r;
    uint64_t rounds = number_from("FANGPIN_ROUNDS", t->slow ? ROUNDS_SLOW : ROUNDS), n[2] = {0};
    rng_seed(&r, number_from("FANGPIN_SEED", 1));
    buf_init(&whole, MIB(1));
    buf_init(&b, MIB(1));
    for (uint64_t k = 0; k < rounds; k++) {
        buf_clear(&whole);
        buf_clear(&b);
        CHECK_I64(t, io_read_file(FILES[k % N_FILES], &whole, &e), RC_OK);
        buf_add(&b, buf_str(&whole));
        for (uint64_t d = 1 + rng_below(&r, DAMAGES_MAX); d; d--) damage(&b, &r);
        enum rc rc = read_all(t, buf_str(&b), k % 2, &e);
        CHECK(t, rc == RC_OK || (rc == RC_INPUT && e.msg[0]));
        n[rc != RC_OK]++;
    }
    printf("hostile XLS: %d read, %d refused\n", (int)n[0], (int)n[1]);
    CHECK(t, n[0] && n[1]);
    buf_fini(&b);
    buf_fini(&whole);
}

void xls_test(struct test *t);

void xls_test(struct test *t)
{
    if (TEST(t, "xls: damaged at random")) hostile(t);
}
