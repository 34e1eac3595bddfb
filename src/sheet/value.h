/* Numbers of spreadsheets as people read them. Spreadsheets keep binary floating point, written as decimal text of up
 * to 17 digits; fifteen of these mean something. Everything here is integer arithmetic on the text. */
#ifndef SHEET_VALUE_H
#define SHEET_VALUE_H
#include "base/buf.h"

/* What a number format shows. */
enum sheet_shape {
    SHAPE_NUMBER,
    SHAPE_PERCENT,
    SHAPE_DAY,   /* a date with its day */
    SHAPE_MONTH, /* year and month alone */
    SHAPE_YEAR,  /* the year alone */
    SHAPE_TIME,  /* a time of day alone */
    SHAPE_PADDED /* leading zeros */
};
struct sheet_style {
    uint8_t shape;   /* enum sheet_shape */
    uint8_t digits;  /* SHAPE_PADDED: at least so many */
    uint8_t unit;    /* the amount is in 10^(unit - 1) yuan, whatever its column says; 0: the format says nothing */
    bool unclear;    /* it shows another number than the cell holds, and does not say in which unit */
    bool struck;     /* its font is struck through (of new workbooks) */
    bool hundredths; /* SHAPE_NUMBER with two decimals: 2026.1 is shown as 2026.10 */
};

/* Of a built-in format (number below 164; of a Chinese spreadsheet where that makes a difference). */
struct sheet_style sheet_style_builtin(uint32_t id);
/* Of a format's code: 'yyyy"年"m"月"', '0.00%', '[$-804]0000;@'. A unit of money behind the digits ('0.00"万元"') is
 * the cell's; a format that hides digits ('0!.0,"万"' shows 12000 as 1.2万, '#,##0,' as 12) tells that the cell holds
 * yuan. */
struct sheet_style sheet_style_code(struct str code);

enum sheet_trouble {
    SHEET_FINE,
    SHEET_NO_NUMBER,    /* not a number at all */
    SHEET_LOST_DIGITS,  /* at or above 10^15: the last digits are not what was typed in */
    SHEET_HIDDEN_DIGITS /* the format shows another number, in a unit that does not fit */
};

/* A number's text ("1.5E3") as shown by a style, appended to b. What it appends is also right to show when it returns
 * trouble. day_shift: 0, or 1462 where days are counted from 1904. A date outside of what spreadsheets have is given as
 * the number. */
enum sheet_trouble sheet_value(struct buf *b, struct str number, struct sheet_style style, uint32_t day_shift);
/* "2026.1", of a number: as a month it may be January, or October of which a spreadsheet dropped the zero. */
bool sheet_half_month(struct str number);
#endif
