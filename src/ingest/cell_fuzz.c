/* Any cell: the fast paths say what the careful ones say, and what is read is within its bounds. */
#include "base/num.h"
#include "ingest/cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) __builtin_trap();
}

/* The same cell with a blank before it takes the careful way. */
static void same_with_blank(struct str s, struct buf *b)
{
    enum cell_reason w1, w2;
    int64_t a = 0, c = 0;
    struct cell_date d1 = {0}, d2 = {0};
    buf_clear(b);
    buf_addc(b, ' ');
    buf_add(b, s);
    struct str t = buf_str(b);
    must(cell_yuan(s, 0, &a, &w1) == cell_yuan(t, 0, &c, &w2) && w1 == w2 && a == c);
    must(a >= -FEN_MAX && a <= FEN_MAX);
    a = c = 0;
    must(cell_int(s, STR(""), &a, &w1) == cell_int(t, STR(""), &c, &w2) && w1 == w2 && a == c);
    must(cell_date(s, &d1, &w1) == cell_date(t, &d2, &w2) && w1 == w2 && d1.first == d2.first && d1.span == d2.span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size}, out, item;
    struct buf b;
    enum cell_reason why;
    int64_t v;
    bool yes;
    buf_init(&b, 1 << 20);
    same_with_blank(s, &b);
    if (cell_yuan(s, CELL_UNIT_WAN, &v, &why) == CELL_OK) must(v >= -FEN_MAX && v <= FEN_MAX);
    if (cell_decimal(s, 3, 1000000, STR("人"), &v, &why) == CELL_OK) must(v >= -1000000 && v <= 1000000);
    if (cell_bool(s, &yes, &why) == CELL_BAD) must(why != CELL_FINE);
    buf_clear(&b);
    if (cell_text(s, &b, &out, &why) == CELL_OK) {
        must(out.n > 0);
        while (cell_list_next(&out, &item)) must(item.n > 0);
    }
    buf_fini(&b);
    return 0;
}
