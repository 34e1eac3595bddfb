#include <stdio.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/utf8.h"
#include "ingest/csv_ref.h"

static struct csv_file open_text(struct test *t, struct str s, struct csv_options o)
{
    struct csv_file f;
    struct err e = {.lang = LANG_EN};
    enum rc rc = csv_file_from_bytes(&f, "t.csv", s, &o, &e);
    CHECK_I64(t, rc, RC_OK);
    if (rc) CHECK_STR(t, str_from(e.msg), STR(""));
    return f;
}

/* All rows by the best kernel: "line flags cells n:text …\n". */
static void check_rows(struct test *t, const struct csv_file *f, const char *want)
{
    struct buf b;
    struct err e = {0};
    buf_init(&b, MIB(16));
    CHECK_I64(t, csv_reader_dump(f, csv_kernels_best(), &b, &e), RC_OK);
    CHECK_STR(t, buf_str(&b), str_from(want));
    buf_fini(&b);
}

static void check_text(struct test *t, struct str s, const char *want)
{
    struct csv_file f = open_text(t, s, (struct csv_options){.delim = ','});
    check_rows(t, &f, want);
    csv_file_close(&f);
}

/* As csv_fuzz: parts of part bytes, every kernel, against the reference on the UTF-8 text. */
static bool agrees(struct str raw, enum text_encoding enc, size_t part)
{
    struct csv_options o = {.delim = ',', .encoding = enc, .part_bytes = part, .threads = part % 16 == 3 ? 2 : 1};
    const struct csv_kernels *all[CSV_KERNELS_MAX];
    struct csv_file f;
    struct text_block b = {0};
    struct buf want, got;
    struct err e = {0};
    if (csv_file_from_bytes(&f, "t.csv", raw, &o, &e)) return e.rc == RC_INPUT;
    bool ok = !text_source_load(&f.src, f.src.bom, raw.n - f.src.bom, &b, &e);
    buf_init(&want, MIB(16));
    ok = ok && csv_ref_dump(str_make(b.p, b.n), ',', &want);
    for (size_t k = csv_kernels_list(all); k-- > 0 && ok;) {
        buf_init(&got, MIB(16));
        ok = !csv_reader_dump(&f, all[k], &got, &e) && str_eq(buf_str(&got), buf_str(&want));
        buf_fini(&got);
    }
    buf_fini(&want);
    text_block_fini(&b);
    csv_file_close(&f);
    return ok;
}

static size_t random_text(struct rng *r, char *out, size_t n, unsigned wild)
{
    static const char *const BITS[] = {"\"",           ",",   "\n", "\r\n",     "a",    "\"\"", "\",\"", "\n\"",
                                       "\xE7\x94\xB2", "b c", "\r", "\xE7\x94", "\xFF", "\xB2"};
    size_t at = 0;
    while (at + 4 < n) {
        struct str s = str_from(BITS[rng_below(r, wild)]);
        memcpy(out + at, s.p, s.n);
        at += s.n;
    }
    return at;
}

static void test_against_reference(struct test *t)
{
    struct rng r;
    char text[400];
    unsigned odd = 0;
    rng_seed(&r, 20260105);
    for (unsigned i = 0; i < (t->slow ? 10000 : 250); i++) {
        size_t n = random_text(&r, text, 8 + rng_below(&r, 380), i % 3 ? 11 : 14);
        for (size_t part = 1; part <= n + 1; part += 1 + part / 8) odd += !agrees(str_make(text, n), TEXT_UTF8, part);
    }
    CHECK_I64(t, odd, 0);
}

/* The same text in UTF-16, cut anywhere, reads as in UTF-8. */
static void test_utf16_splits(struct test *t)
{
    struct rng r;
    char text[200], wide[400];
    unsigned odd = 0;
    rng_seed(&r, 7);
    for (unsigned i = 0; i < 60; i++) {
        size_t n = random_text(&r, text, 190, 8);
        for (size_t k = 0; k < n; k++) wide[2 * k] = text[k], wide[2 * k + 1] = 0;
        for (size_t part = 1; part <= n + 1; part += 1 + part / 4)
            odd += !agrees(str_make(wide, 2 * n), TEXT_UTF16LE, part);
    }
    CHECK_I64(t, odd, 0);
}

static void test_scan_kernels(struct test *t)
{
    struct rng r;
    char text[400];
    const struct csv_kernels *all[CSV_KERNELS_MAX];
    size_t n_all = csv_kernels_list(all);
    unsigned odd = 0;
    rng_seed(&r, 3);
    for (unsigned i = 0; i < 3000; i++) {
        size_t n = random_text(&r, text, 8 + rng_below(&r, 390), i % 2 ? 10 : 14);
        struct csv_scan want = {.delim = ',', .prev = '\n', .state = {CSV_OUT, CSV_IN, CSV_PEND}}, got;
        struct csv_scan start = want;
        all[0]->scan(&want, text, n);
        bool ok = all[0]->utf8_ok(text, n);
        for (size_t k = 1; k < n_all; k++) {
            got = start;
            all[k]->scan(&got, text, n);
            odd += got.lines != want.lines || memcmp(got.state, want.state, sizeof got.state) || got.prev != want.prev;
            odd += all[k]->utf8_ok(text, n) != ok;
        }
    }
    CHECK_I64(t, odd, 0);
}

/* Mostly ASCII and common characters, as pieces of files are, some of other lengths, and at most one byte damaged. */
static size_t nearly_good_text(struct rng *r, char *to, size_t most)
{
    static const char *const CHARS[] = {"a", "7", ",", "\n", "\u4E00", "\u9FA5", "\u6751", "\u4000", "\u9FFF"};
    static const char *const RARE[] = {"\u00B7", "\u07FF", "\u0800", "\u3000",     "\uA000",
                                       "\uD7FF", "\uE000", "\uFF0C", "\U00010000", "\U0010FFFF"};
    const uint64_t rare = rng_below(r, 3) ? 1000 : 12;
    size_t n = 0;
    while (n + 4 <= most) {
        const char *c = rng_below(r, rare) ? CHARS[rng_below(r, sizeof CHARS / sizeof *CHARS)]
                                           : RARE[rng_below(r, sizeof RARE / sizeof *RARE)];
        size_t k = strlen(c);
        memcpy(to + n, c, k);
        n += k;
    }
    if (rng_below(r, 3) == 0) n -= rng_below(r, 3); /* perhaps within a character */
    if (rng_below(r, 2)) to[rng_below(r, n)] = (char)rng_below(r, 256);
    return n;
}

static void test_utf8_kernels(struct test *t)
{
    struct rng r;
    char text[400];
    const struct csv_kernels *all[CSV_KERNELS_MAX];
    size_t n_all = csv_kernels_list(all);
    unsigned odd = 0, good = 0, rounds = 60000;
    rng_seed(&r, 5);
    for (unsigned i = 0; i < rounds; i++) {
        size_t n = nearly_good_text(&r, text, 8 + rng_below(&r, sizeof text - 8));
        bool ok = utf8_valid(str_make(text, n));
        good += ok;
        for (size_t k = 0; k < n_all; k++) odd += all[k]->utf8_ok(text, n) != ok;
    }
    CHECK_I64(t, odd, 0);
    CHECK(t, good > rounds / 4 && good < rounds - rounds / 4);
}

/* 50 rows of one to five cells, every third one quoted. */
static void head_widths(struct test *t)
{
    struct buf b, want;
    struct csv_file f;
    struct err e = {0};
    buf_init(&b, KIB(8));
    buf_init(&want, KIB(8));
    for (int row = 0; row < 50; row++)
        for (int cells = row % 5 + 1, c = 0; c < cells; c++)
            buf_addf(&b, row % 3 ? "%d%d%c" : "\"%d%d\"%c", row, c, c + 1 < cells ? ',' : '\n');
    CHECK_I64(t, csv_file_from_bytes(&f, "t", buf_str(&b), &(struct csv_options){.delim = ','}, &e), RC_OK);
    CHECK_I64(t, f.n_head, 50);
    for (uint32_t row = 0; row < f.n_head; row++) {
        CHECK_I64(t, f.head[row].cells, row % 5 + 1);
        for (uint32_t c = 0; c < f.head[row].cells; c++) {
            buf_clear(&want);
            buf_addf(&want, "%u%u", row, c);
            CHECK_STR(t, f.head[row].cell[c], buf_str(&want));
        }
    }
    csv_file_close(&f);
    buf_fini(&want);
    buf_fini(&b);
}

static void test_forms(struct test *t)
{
    if (TEST(t, "plain rows with the lines they start on"))
        check_text(t, STR("a,b\n1,2\n\n3,4"), "2 0 2 1:1 1:2\n4 0 2 1:3 1:4\n");
    if (TEST(t, "CRLF and lone CR")) check_text(t, STR("a,b\r\n1,2\r3,4\r\n"), "2 0 2 1:1 1:2\n3 0 2 1:3 1:4\n");
    if (TEST(t, "quotes, doubled quotes, quoted line breaks"))
        check_text(t, STR("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",z\nlast,1\n"),
                   "2 2 2 3:x,y 8:say \"hi\"\n3 2 2 10:two\r\nlines 1:z\n5 0 2 4:last 1:1\n");
    if (TEST(t, "ragged rows are marked")) {
        check_text(t, STR("a,b\n1\n1,2,3\n1,2,,\n,\n"), "2 4 1 1:1 0:\n3 8 3 1:1 1:2\n4 10 4 1:1 1:2\n5 200 2 0: 0:\n");
    }
    if (TEST(t, "rows of the head are as wide as they are")) head_widths(t);
    if (TEST(t, "a quote within an unquoted cell is text"))
        check_text(t, STR("a,b\n5\" pipe,2\n"), "2 2 2 7:5\" pipe 1:2\n");
    if (TEST(t, "text behind a closing quote is marked"))
        check_text(t, STR("a,b\n\"x\"y,2\n3,4\n"), "2 42 2 4:\"x\"y 1:2\n3 0 2 1:3 1:4\n");
}

static void test_unclosed(struct test *t)
{
    if (!TEST(t, "an unclosed quote is told with its line")) return;
    struct csv_file f = open_text(t, STR("a,b\n1,2\n3,\"x\ny\nz,5\n"), (struct csv_options){.delim = ','});
    CHECK_I64(t, f.unclosed_line, 3);
    check_rows(t, &f, "2 0 2 1:1 1:2\n3 42 2 1:3 9:\"x\ny\nz,5\n\n");
    csv_file_close(&f);
}

static void test_bad_bytes(struct test *t)
{
    if (!TEST(t, "malformed UTF-8 is told with line and offset")) return;
    struct csv_file f = open_text(t, STR("a,b\n\xE7\x94\xB2\xE7\x94\xB2,\xE7\x94\xB2\n2,\xE7\x94\n3,4\n"),
                                  (struct csv_options){0});
    CHECK_I64(t, f.src.encoding, TEXT_UTF8);
    CHECK_I64(t, f.first_bad_line, 3);
    CHECK_I64(t, f.first_bad_offset, 17);
    check_rows(t, &f, "2 0 2 6:\xE7\x94\xB2\xE7\x94\xB2 3:\xE7\x94\xB2\n3 20 2 1:2 2:\xE7\x94\n4 0 2 1:3 1:4\n");
    csv_file_close(&f);
}

static void test_nul(struct test *t)
{
    struct row_batch b;
    struct csv_reader r;
    struct err e = {0};
    if (!TEST(t, "a NUL marks its row only")) return;
    struct csv_file f = open_text(t, STR("a,b\n1,\0\n2,3\n"), (struct csv_options){0});
    CHECK_I64(t, f.src.encoding, TEXT_UTF8);
    CHECK(t, f.has_nul);
    CHECK_I64(t, csv_reader_init(&r, &f, f.columns, &e), RC_OK);
    CHECK_I64(t, csv_reader_start(&r, 0, &e), RC_OK);
    CHECK_I64(t, csv_reader_next(&r, &b, &e), RC_OK);
    CHECK_I64(t, b.rows, 2);
    CHECK_I64(t, b.row[0].flags, ROW_NUL);
    CHECK_I64(t, b.row[1].flags, 0);
    CHECK_STR(t, str_from(row_refusal(b.row[0].flags, 1)), STR("a NUL character"));
    csv_reader_fini(&r);
    csv_file_close(&f);
}

static void test_confidence(struct test *t)
{
    static const struct {
        struct str text;
        enum text_encoding enc;
        enum text_confidence sure;
    } CASES[] = {
        {STR("a,b\n1,2\n"), TEXT_UTF8, TEXT_SURE},
        {STR("\xE5\xA7\x93,b\n1,2\n"), TEXT_UTF8, TEXT_SURE},
        {STR("\xEF\xBB\xBFid,b\n1,\xFF\n"), TEXT_UTF8, TEXT_SURE},
        {STR("\xD2\xBB,b\n1,2\n"), TEXT_UTF8, TEXT_GUESSED},
        {STR("\xD0\xD5\xC3\xFB,b\n1,2\n"), TEXT_GB18030, TEXT_LIKELY},
    };
    if (!TEST(t, "the encoding and how sure it is")) return;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct csv_file f = open_text(t, CASES[i].text, (struct csv_options){0});
        CHECK_I64(t, f.src.encoding, CASES[i].enc);
        CHECK_I64(t, f.src.confidence, CASES[i].sure);
        csv_file_close(&f);
    }
}

/* One character beyond ASCII in a long text, at every place around the end of what is looked at in one piece. */
static void test_far_character(struct test *t)
{
    static const struct {
        struct str text;
        enum text_confidence sure;
    } CASES[] = {
        {STR("\xD2\xBB"), TEXT_GUESSED}, {STR("\xE5\xA7\x93"), TEXT_SURE}, {STR("\xF0\xA0\x80\x80"), TEXT_SURE}};
    char text[10000];
    if (!TEST(t, "one character beyond ASCII far into the text")) return;
    for (size_t at = 4080; at < 4110; at++)
        for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
            memset(text, 'x', sizeof text);
            memcpy(text, "a,b\n", 4);
            memcpy(text + at, CASES[i].text.p, CASES[i].text.n);
            struct csv_file f = open_text(t, str_make(text, sizeof text), (struct csv_options){.delim = ','});
            CHECK_I64(t, f.src.encoding, TEXT_UTF8);
            CHECK_I64(t, f.src.confidence, CASES[i].sure);
            csv_file_close(&f);
        }
}

static void test_gb18030(struct test *t)
{
    /* "姓名,住址" and rows "甲,乙" in GB 18030; the second ends in the middle of a character. */
    static const struct str WHOLE = {"\xD0\xD5\xC3\xFB,\xD7\xA1\xD6\xB7\n\xBC\xD7,\xD2\xD2\n\xBC\xD7,\xD2\xD2\xD2", 22};
    if (TEST(t, "a GB18030 file cut in the middle of a character")) {
        struct csv_file f = open_text(t, WHOLE, (struct csv_options){0});
        CHECK_I64(t, f.src.encoding, TEXT_GB18030);
        CHECK_I64(t, f.columns, 2);
        CHECK_STR(t, f.header[0], STR("姓名"));
        CHECK_I64(t, f.first_bad_line, 3);
        CHECK_I64(t, f.first_bad_offset, 21);
        check_rows(t, &f, "2 0 2 3:甲 3:乙\n3 20 2 3:甲 4:乙\xFF\n");
        csv_file_close(&f);
    }
    if (TEST(t, "four-byte characters of GB18030")) {
        struct csv_file f = open_text(t, STR("a,b\n\x90\x30\x81\x30\x81\x30\x84\x36,\xB0\xA1\n"),
                                      (struct csv_options){.encoding = TEXT_GB18030});
        check_rows(t, &f, "2 0 2 6:\xF0\x90\x80\x80\xC2\xA5 3:啊\n");
        csv_file_close(&f);
    }
    if (TEST(t, "GB18030 with '|' that is half of a character")) {
        struct csv_file f = open_text(t, STR("a|b\n\x81\x7C|\"x|y\"\n\xBC\xD7|2\n"),
                                      (struct csv_options){.encoding = TEXT_GB18030, .part_bytes = 3});
        CHECK_I64(t, f.delim, '|');
        check_rows(t, &f, "2 2 2 3:亅 3:x|y\n3 0 2 3:甲 1:2\n");
        csv_file_close(&f);
    }
}

static void test_utf16(struct test *t)
{
    static const char LE[] = "\xFF\xFE"
                             "a\0,\0b\0\n\0\"\0\x32\x75\n\0\x32\x75\"\0,\0"
                             "1\0\r\0\n\0"
                             "2\0,\0\x00\xD8\n";
    if (!TEST(t, "UTF-16 with a quoted line break, a lone surrogate and an odd end")) return;
    struct csv_file f = open_text(t, str_make(LE, sizeof LE - 1), (struct csv_options){0});
    CHECK_I64(t, f.src.encoding, TEXT_UTF16LE);
    CHECK_I64(t, f.src.confidence, TEXT_SURE);
    CHECK_I64(t, f.first_bad_line, 4);
    CHECK_I64(t, f.first_bad_offset, sizeof LE - 1 - 3);
    check_rows(t, &f, "2 2 2 7:甲\n甲 1:1\n4 20 2 1:2 2:\xFF\xFF\n");
    csv_file_close(&f);
}

static void test_refusals(struct test *t)
{
    struct csv_file f;
    struct err e = {.lang = LANG_EN};
    if (TEST(t, "what is no table is refused")) {
        CHECK_I64(t, csv_file_from_bytes(&f, "t", STR(""), NULL, &e), RC_INPUT);
        CHECK_I64(t, csv_file_from_bytes(&f, "t", STR("\n\r\n"), NULL, &e), RC_INPUT);
        CHECK_I64(t, csv_file_from_bytes(&f, "t", STR("PK\3\4..."), NULL, &e), RC_INPUT);
        CHECK_STR(t, str_from(e.msg), STR("this is a spreadsheet or an archive, not a text file; save it as CSV"));
        CHECK_I64(t, csv_file_open(&f, "/nonexistent/x.csv", NULL, &e), RC_ENV);
        char pipe[512];
        (void)snprintf(pipe, sizeof pipe, "%s/pipe", t->tmp_dir);
        CHECK_I64(t, mkfifo(pipe, 0600), 0);
        CHECK_I64(t, csv_file_open(&f, pipe, NULL, &e), RC_INPUT); /* nobody will ever write */
        CHECK_STR(t, str_from(e.msg), STR("not a regular file"));
    }
    if (TEST(t, "too many columns are refused with the line")) {
        char wide[CSV_COLUMNS_MAX + 2];
        memset(wide, ',', sizeof wide);
        wide[0] = '\n';
        CHECK_I64(t, csv_file_from_bytes(&f, "t", str_make(wide, sizeof wide), &(struct csv_options){.delim = ','}, &e),
                  RC_INPUT);
        CHECK_I64(t, e.line, 2);
    }
}

static void test_large(struct test *t)
{
    if (!TEST(t, "overlong cells and rows are marked, the next rows are not")) return;
    struct buf in, got;
    struct err e = {0};
    buf_init(&in, MIB(4));
    buf_init(&got, MIB(4));
    buf_addz(&in, "a,b\n");
    for (int i = 0; i < 40000; i++) buf_addc(&in, 'x');
    buf_addz(&in, ",1\n2,3\n");
    for (int i = 0; i < 200000; i++) buf_addz(&in, "y,");
    buf_addz(&in, "z\n4,5\n");
    struct csv_file f = open_text(t, buf_str(&in), (struct csv_options){.part_bytes = 100000});
    CHECK_I64(t, csv_reader_dump(&f, csv_kernels_best(), &got, &e), RC_OK);
    CHECK(t, str_find(buf_str(&got), STR("2 100 2 40000:xx"), 0) == 0);
    CHECK(t, str_find(buf_str(&got), STR("\n3 0 2 1:2 1:3\n4 8 65535 1:y 1:y\n5 0 2 1:4 1:5\n"), 0) != SIZE_MAX);
    csv_file_close(&f);
    buf_fini(&in);
    buf_fini(&got);
}

/* A malformed byte anywhere near the seams of the first pass is found where it is, and none is seen where none is. */
static void test_piece_seams(struct test *t)
{
    enum { PIECE = 256 * 1024, SIZE = 2 * PIECE + 4096 };
    struct err e = {0};
    struct csv_file f;
    unsigned odd = 0;
    if (!TEST(t, "characters over the seams of pieces")) return;
    char *text = mem_alloc(SIZE);
    CHECK(t, text != NULL);
    for (size_t shift = 0; shift < 12 && text; shift++) {
        for (size_t i = 0; i < SIZE; i++)
            text[i] = i < 2 + shift ? 'a' : "\xE7\x94\xB2,\xE4\xB9\x99\n"[(i - 2 - shift) % 8];
        text[1 + shift] = '\n';
        size_t bad = PIECE - 6 + shift;
        struct csv_options o = {.part_bytes = shift % 2 ? PIECE : SIZE, .delim = ','};
        odd += csv_file_from_bytes(&f, "t", str_make(text, SIZE), &o, &e) != RC_OK;
        size_t at = text_first_bad(str_make(text, SIZE));
        odd += (f.first_bad_line != 0) != (at < SIZE) || (at < SIZE && f.first_bad_offset != at);
        csv_file_close(&f);
        text[bad] = (char)0x80;
        at = text_first_bad(str_make(text, SIZE));
        odd += csv_file_from_bytes(&f, "t", str_make(text, SIZE), &o, &e) != RC_OK;
        odd += at > bad || f.first_bad_offset != at || f.src.encoding != TEXT_UTF8;
        csv_file_close(&f);
    }
    CHECK_I64(t, odd, 0);
    mem_free(text);
}

/* Open and read with every allocation failing in turn: an error, never a crash, a leak or a short answer. */
static void test_no_memory(struct test *t)
{
    static const struct str TEXT = {"\xD0\xD5,b\n1,\"2\"\n3\n", 14};
    const uint64_t live = mem_live_count();
    struct csv_file f;
    struct buf b;
    struct err e = {0};
    if (!TEST(t, "every allocation failing")) return;
    for (uint64_t n = 1; n < 200; n++) {
        buf_init(&b, MIB(1));
        mem_fault_arm(n, 0);
        enum rc rc = csv_file_from_bytes(&f, "t", TEXT, &(struct csv_options){.threads = 1}, &e);
        if (!rc) {
            rc = csv_reader_dump(&f, csv_kernels_best(), &b, &e);
            csv_file_close(&f);
        }
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, rc == RC_OK ? !fired || b.failed : rc == RC_NOMEM && fired);
        buf_fini(&b);
        if (!fired) break;
        CHECK(t, n < 199);
    }
    CHECK_I64(t, mem_live_count(), live);
}

static void test_delim(struct test *t)
{
    if (!TEST(t, "guesses the delimiter")) return;
    CHECK_I64(t, csv_guess_delim(STR("a,b,c\n1,2,3\n")), ',');
    CHECK_I64(t, csv_guess_delim(STR("a\tb\n1,5\t2,5\n")), '\t');
    CHECK_I64(t, csv_guess_delim(STR("a;b;c\n1,5;2;3\n1,5;2,5;3\n")), ';');
    CHECK_I64(t, csv_guess_delim(STR("a|b\r\n\"x,y\"|2\r\n")), '|');
    CHECK_I64(t, csv_guess_delim(STR("only\n1\n")), ',');
}

void csv_test(struct test *t);

void csv_test(struct test *t)
{
    test_forms(t);
    test_unclosed(t);
    test_bad_bytes(t);
    test_nul(t);
    test_confidence(t);
    test_far_character(t);
    test_gb18030(t);
    test_utf16(t);
    test_refusals(t);
    test_large(t);
    test_piece_seams(t);
    test_no_memory(t);
    test_delim(t);
    if (TEST(t, "all kernels scan alike")) test_scan_kernels(t);
    if (TEST(t, "all kernels know malformed bytes among well-formed ones")) test_utf8_kernels(t);
    if (TEST(t, "rows equal the reference at all part splits")) test_against_reference(t);
    if (TEST(t, "UTF-16 at all part splits")) test_utf16_splits(t);
}
