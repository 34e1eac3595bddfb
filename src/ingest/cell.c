#include "ingest/cell.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ingest/cell_int.h"

static const struct {
    const char *en, *zh;
} REASONS[] = {
    [CELL_FINE] = {"", ""},
    [CELL_EMPTY] = {"blank", "空白"},
    [CELL_MARK] = {"written as blank", "填写的是空值符号"},
    [CELL_NOT_NUMBER] = {"not a number", "不是数字"},
    [CELL_NOT_WHOLE] = {"not a whole number", "不是整数"},
    [CELL_DIGITS_LOST] = {"more decimals than can be kept", "小数位数过多，会丢失数字"},
    [CELL_TOO_LARGE] = {"too large", "数值过大"},
    [CELL_PARENTHESES] = {"a number in parentheses; write a negative amount with a leading minus",
                          "数字写在括号里；负数请在前面写负号"},
    [CELL_TRAILING_MINUS] = {"the minus stands behind the number; write it in front", "负号写在数字后面；请写在前面"},
    [CELL_SEVERAL_POINTS] = {"several decimal points", "有多个小数点"},
    [CELL_SEPARATORS] = {"thousands separators not in groups of three", "千位分隔符位置不对"},
    [CELL_SCIENTIFIC] = {"shortened by a spreadsheet (as 1.2E+05); format the column as a number or text",
                         "被电子表格缩写成科学计数法（如 1.2E+05）；请把该列设为数值或文本格式"},
    [CELL_UNIT] = {"an unknown unit behind the number", "数字后面的单位无法识别"},
    [CELL_NOT_DATE] = {"not a date; write it as 2026-01-05", "不是日期；请写成 2026-01-05"},
    [CELL_NO_SUCH_DAY] = {"there is no such day", "没有这一天"},
    [CELL_SERIAL] = {"looks like an Excel serial number; format the column as a date",
                     "像是 Excel 日期序号；请把该列设为日期格式"},
    [CELL_SHORT_YEAR] = {"the year has two digits; write four", "年份只有两位；请写四位"},
    [CELL_YEAR_RANGE] = {"the year is outside 1800 to 2200", "年份不在 1800 至 2200 之间"},
    [CELL_DATE_ORDER] = {"the year stands last, day and month may be swapped; write it as 2026-01-05",
                         "年份在最后，日和月可能颠倒；请写成 2026-01-05"},
    [CELL_NOT_BOOL] = {"neither yes nor no", "既不是“是”也不是“否”"},
    [CELL_MALFORMED] = {"malformed or control characters", "含有损坏的字符或控制字符"},
    [CELL_TOO_LONG] = {"too long", "内容过长"},
    [CELL_ERROR_VALUE] = {"an error value of the spreadsheet (as #N/A); correct its formula or type the value in",
                          "电子表格的错误值（如 #N/A）；请改正公式或直接填写"},
    [CELL_NUMBER_LOST] =
        {"stored as a number, so its last digits are lost; format the column as text and type it in again",
         "以数值保存，末几位数字已丢失；请把该列设为文本格式后重新填写"},
    [CELL_NO_RESULT] = {"a formula without a result; open the file in a spreadsheet program and save it",
                        "公式没有计算结果；请用表格软件打开并保存"},
    [CELL_FORMAT_UNIT] =
        {"the number format hides digits and names a unit that does not fit (12000 shown as 12万元); show the "
         "whole number",
         "数字格式隐藏了位数，写明的单位又对不上（如 12000 显示为 12万元）；请改为显示完整的数"},
    [CELL_ROW_UNIT] = {"the row's column of units names no unit of money, or another than is named for the amounts",
                       "该行的单位列没有写金额单位，或与别处为金额写明的单位不同"},
};
_Static_assert(sizeof REASONS / sizeof *REASONS == CELL_REASON__MAX, "one text each");

const char *cell_reason_text(enum cell_reason why, enum lang lang)
{
    if (why >= CELL_REASON__MAX) return "";
    return lang_pick(lang, REASONS[why].en, REASONS[why].zh);
}

enum cell_reason cell_trouble(struct str s)
{
    if (s.n < 2 || s.p[0] != CELL_TROUBLE) return CELL_MALFORMED;
    switch (s.p[1]) {
    case CELL_TROUBLE_ERROR: return CELL_ERROR_VALUE;
    case CELL_TROUBLE_DIGITS: return CELL_NUMBER_LOST;
    case CELL_TROUBLE_FORMULA: return CELL_NO_RESULT;
    case CELL_TROUBLE_LONG: return CELL_TOO_LONG;
    case CELL_TROUBLE_HIDDEN: return CELL_FORMAT_UNIT;
    default: return CELL_MALFORMED;
    }
}

struct str cell_shown(struct str s) { return cell_trouble(s) == CELL_MALFORMED ? s : str_sub(s, 2, s.n); }

/* A character as plain text has it. */
static uint32_t plain_char(uint32_t c)
{
    switch (c) {
    case 0x00A0: return ' ';
    case 0x2212:
    case 0xFE63: return '-';
    case 0xFFE5: return 0xA5;
    default: return utf8_half_width(c);
    }
}

enum cell_reason cell_plain_make(struct cell_plain *p, struct str s)
{
    size_t n = 0, i = 0;
    s = str_trim(s);
    while (i < s.n) {
        uint32_t c = utf8_next(s, &i);
        if (c == UINT32_MAX || c < 0x20 || c == 0x7F) return cell_trouble(s);
        if (n + 4 > CELL_PLAIN_MAX) return CELL_TOO_LONG;
        n += utf8_encode(plain_char(c), p->text + n);
    }
    p->text[n] = 0;
    p->s = str_trim(str_make(p->text, n));
    return CELL_FINE;
}

bool cell_one_of(struct str s, const char *const *list)
{
    for (; *list; list++) {
        if (str_eq_nocase(s, str_from(*list))) return true;
    }
    return false;
}

/* Whether a text can be one of the marks, by its first byte. */
static inline bool begins_as_mark(struct str s)
{
    unsigned char c = (unsigned char)s.p[0];
    return c == '-' || c == '/' || c == '\\' || c == '#' || (c | 0x20) == 'n' || c == 0xE2 || c == 0xEF;
}

enum cell_status cell_is_blank(struct str s, bool marks, enum cell_reason *why)
{
    static const char *const MARKS[] = {"-",  "--", "—",  "——",   "–",   "－",   "/",
                                        "／", "\\", "＼", "null", "n/a", "#n/a", NULL};
    *why = CELL_FINE;
    /* Most cells: visible ASCII at both ends, longer than any mark. */
    if (s.n > 6 && (unsigned char)(s.p[0] - '!') < 94 && (unsigned char)(s.p[s.n - 1] - '!') < 94) return CELL_OK;
    s = str_trim(s);
    if (s.n == 0) return *why = CELL_EMPTY, CELL_BLANK;
    if (marks && s.n <= 6 && begins_as_mark(s) && cell_one_of(s, MARKS)) return *why = CELL_MARK, CELL_BLANK;
    return CELL_OK;
}

/* Whether cell_text has to change anything: only EF BC/BD (full-width forms), E3 80 80 and C2 A0 (blanks) can. */
static bool text_is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == 0xEF || c == 0xC2 || c < 0x20 || c == 0x7F) return false;
        if (c == 0xE3 && i + 1 < s.n && (unsigned char)s.p[i + 1] == 0x80) return false;
    }
    return true;
}

enum cell_status cell_text(struct str s, struct buf *b, struct str *out, enum cell_reason *why)
{
    s = str_trim(s);
    *out = s;
    *why = CELL_FINE;
    if (s.n == 0) return *why = CELL_EMPTY, CELL_BLANK;
    if (!utf8_valid(s)) return cell_bad(why, CELL_MALFORMED);
    if (text_is_plain(s)) return CELL_OK;
    size_t from = b->n;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        bool line = c == '\n' || c == '\r' || c == '\t';
        if ((c < 0x20 && !line) || c == 0x7F) return cell_bad(why, cell_trouble(s));
        utf8_add(b, line || c == 0xA0 ? ' ' : utf8_half_width(c));
    }
    if (b->failed) return cell_bad(why, CELL_TOO_LONG);
    *out = str_trim(str_make(b->p + from, b->n - from));
    if (out->n == 0) return *why = CELL_EMPTY, CELL_BLANK;
    return CELL_OK;
}

static bool is_list_sep(uint32_t c)
{
    return c == ',' || c == ';' || c == 0xFF0C || c == 0x3001 || c == 0xFF1B || c == 0xFF64;
}

bool cell_list_next(struct str *rest, struct str *item)
{
    while (rest->n) {
        size_t i = 0, at = 0;
        while (i < rest->n) {
            at = i;
            if (is_list_sep(utf8_next(*rest, &i))) break;
            at = i;
        }
        *item = str_trim(str_sub(*rest, 0, at));
        *rest = str_sub(*rest, i, rest->n);
        if (item->n) return true;
    }
    return false;
}
