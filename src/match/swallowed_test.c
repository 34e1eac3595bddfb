#include "match/swallowed.h"
#include "base/limits.h"
#include "match/match_test_int.h"

void swallowed_test(struct test *t);

#define HEAD "身份证号,姓名,结算日期,类别,自付金额,备注\n"

/* {3} stands for the row of person 3, up to its remark, which follows. */
struct quoted_file {
    const char *name, *text;
    int rows, matched, lost;
    uint32_t first, last;
};

static const struct quoted_file FILES[] = {
    {"no quotation marks", HEAD "{1}a\n{2}b\n", 2, 2, 0, 0, 0},
    {"a remark of two lines", HEAD "{1}\"东村一组,\n槐树下,井边\"\n{2}b\n", 2, 2, 0, 0, 0},
    {"a remark of five short lines", HEAD "{1}\"a,b\nc\n\n,\nd\"\n{2}\n", 2, 2, 0, 0, 0},
    {"marks in two rows one below the other", HEAD "{1}\"a\n{2}b\"\n{3}c\n", 2, 1, 1, 2, 3},
    {"CRLF and an empty line inside", HEAD "{1}\"a\r\n{2}b\r\n\r\n{3}c\"\r\n{4}d\r\n", 2, 1, 3, 2, 5},
    {"all up to the last row", HEAD "{1}a\n{2}\"b\n{3}\n{4}\n{5}e\"", 2, 1, 3, 3, 6},
    {"a row of nobody does not hide them", HEAD "{1}a\n\"说明：,\n{2}b\n{3}c\n\",,,,,\n{4}\n", 3, 2, 3, 3, 6},
    {"marks in different columns", HEAD "{1}\"a\n{2}b\n{3\"}c\n{4}d\n", 2, 1, 2, 2, 4},
    {"two such cells", HEAD "{1}\"a\n{2}b\"\n{3}\"a\n{4}b\"\n{5}c\n", 3, 1, 2, 2, 3},
    {"one that is never closed is told by itself", HEAD "{1}a\n{2}\"b\n{3}c\n{4}d\n", 2, 1, 0, 0, 0},
};

/* {3"}: with a quotation mark behind the name. */
static void fill(struct buf *b, const char *text)
{
    char id[19];
    for (const char *p = text; *p; p++) {
        if (*p != '{') {
            buf_addc(b, *p);
            continue;
        }
        unsigned who = (unsigned)(p[1] - '0');
        bool mark = p[2] == '"';
        buf_addf(b, "%s,张%u%s,2026-05-0%u,住院,100.50,", world_id(who, id), who, mark ? "\"" : "", who);
        p += mark ? 3 : 2;
    }
}

static void one(struct world *w, const struct quoted_file *f, size_t part_bytes)
{
    struct test *t = w->t;
    struct buf b;
    unsigned before = t->failed + t->case_failed;
    buf_init(&b, MIB(1));
    fill(&b, f->text);
    w->o = (struct import_options){.covers_from = date_make(2026, 5, 1),
                                   .covers_to = date_make(2026, 5, 31),
                                   .division = INT64_C(130725000000),
                                   .part_bytes = part_bytes,
                                   .dry_run = true};
    CHECK_I64(t, world_take(w, "medical", "marks.csv", buf_str(&b)), RC_OK);
    buf_fini(&b);
    CHECK_I64(t, w->r.delivery.counts.rows, f->rows);
    CHECK_I64(t, w->r.delivery.counts.matched, f->matched);
    CHECK_I64(t, w->r.swallowed.lines, f->lost);
    CHECK_I64(t, w->r.swallowed.first, f->first);
    CHECK_I64(t, w->r.swallowed.last, f->last);
    CHECK(t, w->r.delivery.cut == (f->lost > 0 || w->r.unclosed_line > 0));
    if (t->failed + t->case_failed != before) CHECK_STR(t, str_from(f->name), STR(""));
}

void swallowed_test(struct test *t)
{
    struct world w;
    struct buf b;
    if (!TEST(t, "no line is lost inside quotation marks")) return;
    if (!world_init(&w, t, "marks")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 9);
    CHECK_I64(t, world_take(&w, "roster", "roster.csv", buf_str(&b)), RC_OK);
    buf_fini(&b);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        one(&w, &FILES[i], 0);
        one(&w, &FILES[i], 16);
    }
    world_fini(&w);
}
