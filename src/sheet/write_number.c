/* The one place where the library's numbers, which are binary floating point, are made: of integers below 10^15, so
 * that reading fifteen digits back gives the integers again. (tools/lint.c knows this file.) */
#include "sheet/write_int.h"

lxw_error sheet_out_number(lxw_worksheet *ws, uint32_t row, uint16_t col, int64_t v, int64_t divisor, lxw_format *f)
{
    return worksheet_write_number(ws, row, col, (double)v / (double)divisor, f);
}
