/* Any first rows of a file: the header found lies in the head, its names and columns agree, every row behind it can be
 * read under it, and its names are spelt without going beyond their text. */
#include "base/mem.h"
#include "ingest/head.h"
#include "ingest/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) __builtin_trap();
}

static bool is_word(const void *ctx, struct str s)
{
    (void)ctx;
    return str_eq(s, STR("姓名")) || str_eq(s, STR("身份证号")) || str_eq(s, STR("工资性收入")) || str_eq(s, STR("a"));
}

static void check_names(struct arena *a, const struct head_found *h)
{
    struct str spelling[HEAD_SPELLINGS], bare, unit;
    for (uint32_t c = 0; c < h->columns; c++) {
        must(h->name[c].p != NULL);
        size_t n = head_spellings(a, h->name[c], spelling);
        must(n >= 1 && n <= HEAD_SPELLINGS);
        for (size_t i = 0; i < n; i++) (void)header_normalise(a, spelling[i], &bare, &unit);
    }
}

static void read_all(const struct csv_file *f)
{
    struct csv_reader r;
    struct row_batch b;
    struct err e = {0};
    if (csv_reader_init(&r, f, f->columns, &e)) return;
    for (size_t p = 0; p < f->parts && !csv_reader_start(&r, p, &e); p++) {
        do {
            must(csv_reader_next(&r, &b, &e) == RC_OK);
            for (uint32_t i = 0; i < b.rows; i++)
                for (uint32_t c = 0; c < b.columns; c++) (void)row_cell(&b, i, c);
        } while (b.rows);
    }
    csv_reader_fini(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_options o = {.threads = 1, .part_bytes = size > 1 ? 1 + data[0] % 64u : 0};
    struct csv_file f;
    struct head_found h;
    struct arena a;
    struct err e = {0};
    if (csv_file_from_bytes(&f, "fuzz", str_make((const char *)data, size), &o, &e)) return 0;
    arena_init(&a, (size_t)64 << 20);
    enum rc rc = head_find(&a, f.head, f.n_head, &(struct head_words){is_word, NULL}, &h, &e);
    must(rc == RC_OK || rc == RC_NOMEM);
    if (!rc && h.rows) {
        must(h.rows <= HEAD_ROWS_MAX && h.first <= HEAD_TITLES_MAX && h.first + h.rows <= f.n_head);
        check_names(&a, &h);
        rc = csv_file_set_header(&f, h.first + h.rows - 1, h.name, h.columns, &e);
        must(rc == RC_OK || rc == RC_INPUT || rc == RC_NOMEM);
        if (!rc) must(f.columns == h.columns && f.header_line >= f.head[h.first].line);
    }
    read_all(&f);
    arena_fini(&a);
    csv_file_close(&f);
    return 0;
}
