/* Rows that are not matched: kept with their cells and the reason. */
#include "base/limits.h"
#include "base/swar.h"
#include "ingest/cell.h"
#include "match/run.h"

enum { BAD_ROWS_MAX = 1 << 30, BAD_TEXT_FIRST = 4096 /* a group has some dozens of such rows */ };

/* A cell as RFC 4180 wants it, exactly: unlike buf_add_csv nothing is put before formulas, because this is read back.
 */
static void add_cell(struct buf *b, struct str s)
{
    if (!csv_has_marks(s)) {
        buf_add(b, s);
        return;
    }
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_addc(b, '"');
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, '"');
}

/* What is kept is well-formed UTF-8 without NUL, also of broken rows. */
static bool shown_cell(struct bad_list *l, struct str s, bool broken)
{
    struct buf shown;
    if (!broken) return add_cell(&l->text, s), true;
    buf_init(&shown, MIB(1));
    text_show(&shown, s);
    bool ok = !shown.failed;
    if (ok) add_cell(&l->text, buf_str(&shown));
    buf_fini(&shown);
    return ok;
}

/* The row as it stands in the file, when that is a CSV row with commas already; an empty text: it is not. */
static struct str row_as_is(const struct row_batch *b, size_t row)
{
    const struct row_info *info = &b->row[row];
    if (info->flags & (ROW_EXPLICIT | ROW_QUOTED | ROW_BAD_ENCODING | ROW_NUL)) return STR("");
    const uint32_t *end = b->end + info->first;
    if (b->columns > 1 && b->text[end[0]] != ',') return STR("");
    return str_make(b->text + info->start, end[b->columns - 1] - info->start);
}

/* Text in which nothing has to be shown as something else: without U+0000-001F and U+007F. */
static bool shows_itself(struct str s)
{
    uint64_t plain = SWAR_BYTES(0x80);
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t w = swar_load8(s.p + i);
        plain &= swar_other(w & SWAR_BYTES(0xE0), 0) & swar_other(w, 0x7F);
    }
    bool odd = plain != SWAR_BYTES(0x80);
    for (; i < s.n; i++) odd |= (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F;
    return !odd;
}

bool bad_add(struct bad_list *l, const struct row_batch *b, size_t row, int32_t column, struct bad_row bad)
{
    struct buf *t = &l->text;
    bool broken = b->row[row].flags & (ROW_BAD_ENCODING | ROW_NUL);
    struct str as_is = row_as_is(b, row);
    if (!t->cap && !buf_reserve(t, BAD_TEXT_FIRST)) return false;
    bad.text = t->n;
    buf_add(t, as_is);
    for (uint32_t c = 0; c < b->columns && !as_is.n; c++) {
        if (c) buf_addc(t, ',');
        if (!shown_cell(l, row_cell(b, row, c), broken)) return false;
    }
    bad.text_n = (uint32_t)(t->n - bad.text);
    bad.value = t->n;
    bad.column = column < 0 ? 0 : (uint16_t)(column + 1);
    struct str value = column >= 0 ? cell_shown(row_cell(b, row, (size_t)column)) : STR("");
    if (!broken && shows_itself(value)) buf_add(t, value);
    else text_show(t, value);
    bad.value_n = (uint32_t)(t->n - bad.value);
    return !t->failed && vec_push(&l->v, BAD_ROWS_MAX, bad);
}

bool bad_like_negative(struct str s)
{
    static const char *const signs[] = {"-", "−", "－", "(", "（", "负", "冲", "退", "红"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (str_find(s, str_from(signs[i]), 0) != SIZE_MAX) return true;
    return false;
}

static void swallowed_reason(const struct bad_row *b, enum lang lang, struct buf *out)
{
    bool en = lang == LANG_EN;
    buf_addz(out, en ? "a quoted cell holds whole lines, up to line " : "引号中的一个单元格包含了整行数据，直到第 ");
    buf_add_i64(out, b->detail);
    buf_addz(out, en ? ": take away the quotation marks in this line and that one that belong to no text"
                     : " 行：请删去本行和该行中多余的引号");
}

void bad_reason(const struct bad_row *b, enum lang lang, struct buf *out)
{
    static const struct {
        const char *en, *zh;
    } TEXT[WHY__MAX] = {
        [WHY_CODE] = {"not one of the codes of this field", "不在该字段的代码表内"},
        [WHY_BOUND] = {"outside the bounds of this field", "超出该字段允许的范围"},
        [WHY_DIVISION] = {"not a division code (2, 4, 6, 9 or 12 digits)",
                          "不是行政区划代码（应为 2、4、6、9 或 12 位数字）"},
        [WHY_HOUSEHOLD] = {"no household code", "没有户编号"},
        [WHY_UNMATCHED] = {"nobody on the roster has this ID", "花名册里没有这个证件号码"},
        [WHY_OUTSIDE] = {"dated outside the days that the file covers", "日期不在文件覆盖的期间内"},
        [WHY_NAME] = {"the name differs from the roster's", "姓名与花名册不一致"},
        [WHY_PLACE] = {"no place of this name is known there, or several are", "查不到这个地名，或当地有几处同名"},
        [WHY_TOTAL] =
            {"called a total in this column, but its amounts are not the sums of this person's rows beside it; "
             "take the row away, or the word",
             "该列写明是合计行，但金额不等于此人相邻各行之和；请删去该行，或更正这个词"},
        [WHY_SHARED] = {"several people on the roster have this ID", "花名册里有几个人使用这个证件号码"},
    };
    static const struct {
        const char *en, *zh;
    } VILLAGE[VILLAGE__MAX] = {
        [VILLAGE_BLANK] = {"no village", "没有写哪个村"},
        [VILLAGE_LEVEL] = {"not the code of a village (12 digits that do not end in 000)",
                           "不是行政村的代码（应为 12 位，末三位不是 000）"},
        [VILLAGE_NOT_LISTED] =
            {"no such village in the list of divisions and nobody of the roster lives there; correct the code, or add "
             "the village with "
             "`fangpin divisions DB import`",
             "行政区划里没有这个村，花名册里也没有农户住在那里；请更正代码，或用 `fangpin divisions DB import` "
             "补录该村"},
        [VILLAGE_NAMES_NONE] =
            {"the list of divisions has no villages of this township, so a name says nothing; write "
             "the code, or add its villages with `fangpin divisions DB import`",
             "行政区划里没有该乡镇的村名，无法按名称认村；请填代码，或用 `fangpin divisions DB import` "
             "补录"},
        [VILLAGE_ELSEWHERE] = {"a village outside the division of the file", "不是文件所属地区的村"},
    };
    switch (b->why) {
    case WHY_VILLAGE: buf_addz(out, lang_pick(lang, VILLAGE[b->detail].en, VILLAGE[b->detail].zh)); break;
    case WHY_ROW: buf_addz(out, row_refusal(b->detail, lang == LANG_EN)); break;
    case WHY_SWALLOWED: swallowed_reason(b, lang, out); break;
    case WHY_BOUND:
        buf_addz(out, !b->detail ? lang_pick(lang, TEXT[b->why].en, TEXT[b->why].zh)
                                 : lang_pick(lang,
                                             "below 0: a reversal of another row? Leave out both, or write one row "
                                             "with their difference",
                                             "小于 0：是冲销另一行的吗？请把两行都删去，"
                                             "或合并为一行、填冲抵后的金额"));
        break;
    case WHY_CELL: buf_addz(out, cell_reason_text((enum cell_reason)b->detail, lang)); break;
    case WHY_ID: buf_addz(out, id_verdict_text((enum id_verdict)b->detail, lang)); break;
    case WHY_DUPLICATE:
        buf_addz(out, lang == LANG_EN ? "a repetition of line " : "与此行重复：第 ");
        buf_add_i64(out, b->detail);
        buf_addz(out, lang == LANG_EN ? "" : " 行");
        break;
    default: buf_addz(out, lang_pick(lang, TEXT[b->why].en, TEXT[b->why].zh)); break;
    }
}
