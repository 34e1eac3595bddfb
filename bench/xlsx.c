/* xlsx CSV ROWS OUT.xlsx: the workbook of the spreadsheet benchmark: the first rows of medical.csv (bench/gen.c) as a
 * department would send them, in 12 columns: a number, texts (the IDs are texts), a date, amounts. */
#include <stdlib.h>
#include "base/num.h"
#include "ingest/cell.h"
#include "ingest/csv.h"
#include "sheet/write.h"

enum { COLUMNS = 12 };

static enum rc money(struct sheet_out *b, struct str s, struct err *e)
{
    int64_t fen;
    enum cell_reason why;
    if (cell_yuan(s, CELL_UNIT_ONE, &fen, &why) != CELL_OK) return sheet_out_text(b, s, SHEET_PLAIN, STR(""), e);
    return sheet_out_money(b, fen, SHEET_PLAIN, STR(""), e);
}

static enum rc cell(struct sheet_out *b, const struct sheet_out_column *c, struct str s, struct err *e)
{
    date_day day = c->kind == SHEET_DATE ? date_parse_iso(s) : 0;
    if (c->kind == SHEET_MONEY) return money(b, s, e);
    if (day) return sheet_out_date(b, day, SHEET_PLAIN, STR(""), e);
    return sheet_out_text(b, s, SHEET_PLAIN, STR(""), e);
}

static enum rc rows(struct sheet_out *b, const struct csv_file *f, const struct sheet_out_column *c, int64_t most,
                    struct err *e)
{
    struct csv_reader r;
    struct row_batch batch;
    int64_t n = 0;
    TRY(csv_reader_init(&r, f, f->columns, e));
    for (size_t part = 0; part < f->parts && n < most; part++) {
        TRY(csv_reader_start(&r, part, e));
        do {
            TRY(csv_reader_next(&r, &batch, e));
            for (uint32_t i = 0; i < batch.rows && n < most; i++) {
                TRY(sheet_out_count(b, ++n, SHEET_PLAIN, STR(""), e));
                for (uint32_t k = 0; k < f->columns; k++) TRY(cell(b, &c[k + 1], row_cell(&batch, i, k), e));
                TRY(sheet_out_row_end(b, e));
            }
        } while (batch.rows && n < most);
    }
    csv_reader_fini(&r);
    return RC_OK;
}

static enum rc make(const char *from, int64_t most, const char *to, struct err *e)
{
    struct csv_file f;
    struct sheet_out *b;
    struct sheet_out_column c[COLUMNS] = {{.title = STR("序号"), .kind = SHEET_COUNT}};
    TRY(csv_file_open(&f, from, NULL, e));
    if (f.columns != COLUMNS - 1)
        return err_set(e, RC_INPUT, pos_none(), "%s has %u columns", "%s 有 %u 列", from, (unsigned)f.columns);
    for (uint32_t k = 0; k < f.columns; k++) {
        c[k + 1].title = f.header[k];
        if (k == 3) c[k + 1].kind = SHEET_DATE;
        if (k > 6) c[k + 1].kind = SHEET_MONEY;
    }
    struct sheet_out_layout l = {.name = STR("医保结算"), .column = c, .n_columns = COLUMNS};
    TRY(sheet_out_new(&b, to, date_make(2026, 6, 30), e));
    enum rc rc = sheet_out_begin(b, &l, e);
    if (!rc) rc = rows(b, &f, c, most, e);
    if (!rc) rc = sheet_out_end(b, e);
    sheet_out_free(b);
    csv_file_close(&f);
    return rc;
}

int main(int argc, char **argv)
{
    struct err e = {.lang = LANG_EN};
    char text[ERR_MSG_MAX + ERR_FILE_MAX + 64];
    int64_t most;
    if (argc != 4 || !str_to_i64(str_from(argv[2]), 1, INT64_C(100000000), &most)) {
        fprintf(stderr, "usage: xlsx medical.csv ROWS OUT.xlsx\n");
        return 2;
    }
    if (make(argv[1], most, argv[3], &e) == RC_OK) return 0;
    (void)err_format(&e, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    return 1;
}
