/* Any header row, one cell a line: every column has at most one field, every field at most one column, both ways alike.
 */
#include "ingest/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CELLS_MAX = 64, FIELDS = 3 };
    static const struct str ALIAS[] = {{"pay", 3}, {"自付", 6}};
    static const struct header_field FIELD[FIELDS] = {{{"id", 2}, {"身份证号", 12}, NULL, 0, false},
                                                      {{"fee", 3}, {"金额", 6}, ALIAS, 2, false},
                                                      {{"name", 4}, {"id", 2}, NULL, 0, false}};
    struct str rest = {(const char *)data, size}, cells[CELLS_MAX];
    struct arena a;
    struct diags d;
    struct header_map m;
    struct err e = {0};
    size_t n = 0;
    while (n < CELLS_MAX && str_cut(&rest, '\n', &cells[n])) n++;
    arena_init(&a, (size_t)1 << 20);
    diags_init(&d, &a, LANG_ZH);
    enum rc rc = header_match(&a, FIELD, FIELDS, cells, n, pos_none(), &d, &m, &e);
    must(rc == RC_OK || rc == RC_NOMEM);
    for (size_t f = 0; f < FIELDS && !rc; f++) {
        must(m.column[f] == HEADER_NONE || m.field[m.column[f]] == (int32_t)f);
    }
    arena_fini(&a);
    return 0;
}
