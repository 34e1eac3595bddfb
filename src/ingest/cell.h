/* What people write into cells, as values. A parser never guesses: what it cannot read in exactly one way is CELL_BAD
 * with a reason. Nothing is allocated but where a buffer is passed. */
#ifndef INGEST_CELL_H
#define INGEST_CELL_H
#include "base/buf.h"
#include "base/date.h"

enum cell_status { CELL_OK, CELL_BLANK, CELL_BAD };

enum cell_reason {
    CELL_FINE,
    CELL_EMPTY, /* nothing but blanks */
    CELL_MARK,  /* written as blank: - — / \ NULL N/A #N/A */
    CELL_NOT_NUMBER,
    CELL_NOT_WHOLE,
    CELL_DIGITS_LOST,
    CELL_TOO_LARGE,
    CELL_PARENTHESES,
    CELL_TRAILING_MINUS,
    CELL_SEVERAL_POINTS,
    CELL_SEPARATORS,
    CELL_SCIENTIFIC,
    CELL_UNIT,
    CELL_NOT_DATE,
    CELL_NO_SUCH_DAY,
    CELL_SERIAL,
    CELL_SHORT_YEAR,
    CELL_YEAR_RANGE,
    CELL_DATE_ORDER,
    CELL_NOT_BOOL,
    CELL_MALFORMED, /* not UTF-8, or control characters */
    CELL_TOO_LONG,
    CELL_ERROR_VALUE, /* #N/A, #DIV/0! … of a spreadsheet */
    CELL_NUMBER_LOST, /* a spreadsheet's number of more than 15 digits */
    CELL_NO_RESULT,   /* a formula that no program has computed */
    CELL_FORMAT_UNIT, /* a number format that shows another number than the cell holds */
    CELL_ROW_UNIT,    /* an amount whose row names no unit, or another than its column */
    CELL_REASON__MAX
};

/* How the reader of spreadsheets passes on a cell that cannot be read, whatever it is to be: this byte, a letter for
 * the reason, then what can be shown of it. Every parser here refuses such a cell with its reason. */
enum {
    CELL_TROUBLE = 0x1A,
    CELL_TROUBLE_ERROR = 'E',
    CELL_TROUBLE_DIGITS = 'D',
    CELL_TROUBLE_FORMULA = 'F',
    CELL_TROUBLE_LONG = 'L',
    CELL_TROUBLE_HIDDEN = 'H'
};
/* CELL_MALFORMED for a text without such a beginning. */
enum cell_reason cell_trouble(struct str s);
/* A cell as its sender saw it: without the mark of what it cannot be read for. Points into s. */
struct str cell_shown(struct str s);

/* Why, for people; static. "" for CELL_FINE. */
const char *cell_reason_text(enum cell_reason why, enum lang lang);

/* The unit a column or a cell is in, as a power of ten over the base unit (yuan, or one): 4 for 万. */
enum { CELL_UNIT_NONE = -1, CELL_UNIT_ONE = 0, CELL_UNIT_WAN = 4, CELL_UNIT_YI = 8 };
/* "元" "yuan" "百元" "千元" "万元" "万" "10k yuan" "亿元" …: the power; CELL_UNIT_NONE for any other text. */
int cell_unit_power(struct str unit);

/* Money in fen, |fen| <= FEN_MAX. column_power: of the header's unit (CELL_UNIT_ONE when none); a unit in the cell
 * replaces it. Leading ￥, 元, full-width digits, blanks at the ends and groups of three are read; fractions of a fen
 * are CELL_DIGITS_LOST. */
enum cell_status cell_yuan(struct str s, int column_power, int64_t *fen, enum cell_reason *why);
/* The same with what is finer than a fen rounded, half away from zero: for what a spreadsheet computed. */
enum cell_status cell_yuan_rounded(struct str s, int column_power, int64_t *fen, enum cell_reason *why);
/* A number with `decimals` (0..9) decimals, as an integer of that scale, |out| <= limit; `unit` ("" = none) may follow
 * it. */
enum cell_status cell_decimal(struct str s, unsigned decimals, int64_t limit, struct str unit, int64_t *out,
                              enum cell_reason *why);
/* A whole number within int64. */
enum cell_status cell_int(struct str s, struct str unit, int64_t *out, enum cell_reason *why);

/* A day, or the days it can be: first .. first + span. span 0 = exact; a month: its days - 1; a year: 364 or 365. */
struct cell_date {
    date_day first;
    int32_t span;
};
/* 2026-01-05 2026/1/5 2026.1.5 20260105 2026年1月5日, with a time of day behind it (not kept), full-width or not; year
 * or month only: 2026 2026年 2026-01 202601 2026年1月 2026.1. */
enum cell_status cell_date(struct str s, struct cell_date *out, enum cell_reason *why);

/* 是 有 对 已 享受 1 true yes y √ ☑ and 否 无 没有 不是 未 0 false no n ×, also as "1-是". */
enum cell_status cell_bool(struct str s, bool *out, enum cell_reason *why);

/* Text for comparing with code lists and names: blanks at the ends removed, full-width ASCII and blanks to half-width.
 * A view of s when that needs no change, else of what was appended to b (good until b changes). CELL_BAD: malformed, or
 * b is full. */
enum cell_status cell_text(struct str s, struct buf *b, struct str *out, enum cell_reason *why);
/* Take the next member off a list divided by , ， 、 ; ；, trimmed; empty ones are passed over. False at the end. */
bool cell_list_next(struct str *rest, struct str *item);

/* CELL_BLANK for blanks only; with `marks` also for the written forms of blank. Else CELL_OK. */
enum cell_status cell_is_blank(struct str s, bool marks, enum cell_reason *why);
#endif
