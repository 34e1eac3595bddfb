#include "match/skip.h"
#include <stdlib.h>
#include "base/out.h"
#include "base/swar.h"
#include "base/utf8.h"
#include "ingest/cell.h"
#include "ingest/head.h"

enum { WORD_MAX = 96, TELL_LINES = 12, NOTE_CELLS_PER = 2 };

/* The cell without blanks, half-width; empty when it is too long to be a word. */
static struct str word_of(struct str cell, char text[WORD_MAX + 8])
{
    size_t n = 0, i = 0;
    while (i < cell.n && n < WORD_MAX) {
        uint32_t c = utf8_next(cell, &i);
        c = c == UINT32_MAX ? 0xFFFD : utf8_half_width(c);
        if (c > ' ' && c != 0xA0 && c != 0xFEFF) n += utf8_encode(c, text + n);
    }
    return str_make(text, n);
}

/* All words that make a row one of no person are Chinese. */
static bool is_ascii(struct str s)
{
    uint64_t high = 0;
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) high |= swar_load8(s.p + i);
    for (; i < s.n; i++) high |= (unsigned char)s.p[i];
    return !(high & SWAR_BYTES(0x80));
}

/* 共30条, 共计12人 */
static bool is_count(struct str s)
{
    static const char *const OF[] = {"条", "人", "户", "笔", "行", "例", "人次", "项", "名", "个"};
    size_t i = str_starts(s, STR("共")) ? 3 : str_starts(s, STR("总共")) ? 6 : 0, from;
    if (!i) return false;
    if (str_starts(str_sub(s, i, s.n), STR("计")) || str_starts(str_sub(s, i, s.n), STR("有"))) i += 3;
    for (from = i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) continue;
    if (i == from) return false;
    s = str_sub(s, i, s.n);
    for (size_t k = 0; k < sizeof OF / sizeof *OF; k++)
        if (str_eq(s, str_from(OF[k]))) return true;
    return false;
}

/* 二、住院 ; (三)门诊: alone in its row, what follows is a part of the table. */
static bool is_section(struct str s)
{
    static const char *const NUMERAL[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
    bool bracket = str_starts(s, STR("("));
    size_t i = bracket, n = 0;
    for (bool more = true; more; n += more) {
        more = false;
        for (size_t k = 0; k < sizeof NUMERAL / sizeof *NUMERAL && !more; k++)
            more = str_starts(str_sub(s, i, s.n), str_from(NUMERAL[k]));
        i += more ? 3 : 0;
    }
    s = str_sub(s, i, s.n);
    return n && n < 4 && s.n > 3 && (bracket ? str_starts(s, STR(")")) : str_starts(s, STR("、")));
}

static bool is_total(struct str s, bool name)
{
    if (is_count(s)) return true;
    static const struct str WORD[] = {{"合计", 6}, {"小计", 6},   {"总计", 6},      {"共计", 6},
                                      {"累计", 6}, {"总合计", 9}, {"本页合计", 12}, {"本页小计", 12}};
    size_t colon = str_find(s, STR(":"), 0);
    if (colon != SIZE_MAX) s = str_sub(s, 0, colon);
    for (size_t i = 0; i < sizeof WORD / sizeof *WORD; i++) {
        if (str_eq(s, WORD[i])) return true;
        /* 张家村小计; not a person who is called so */
        if (i < 4 && !name && str_ends(s, WORD[i])) return true;
    }
    return str_starts(s, STR("合计(")) || str_starts(s, STR("总计("));
}

bool skip_is_total(struct str cell, bool name)
{
    char text[WORD_MAX + 8];
    return is_total(word_of(cell, text), name);
}

/* 单位：万元 */
static bool is_unit_note(struct str s)
{
    static const char *const WORD[] = {"单位:", "(单位:", "金额单位:", "(金额单位:", "计量单位:", "(计量单位:"};
    struct money_said said = {0};
    bool found = false;
    for (size_t i = 0; i < sizeof WORD / sizeof *WORD; i++) found |= str_starts(s, str_from(WORD[i]));
    if (found) money_said_text(&said, MONEY_NOTE, s);
    return said.sure[MONEY_NOTE];
}

static bool is_note(struct str s)
{
    static const char *const WORD[] = {"备注",       "注",       "说明",     "填表说明",   "填表人",         "填报人",
                                       "制表人",     "制表",     "经办人",   "审核人",     "复核人",         "负责人",
                                       "单位负责人", "主管领导", "填表日期", "填报日期",   "制表日期",       "填报单位",
                                       "填表单位",   "报送单位", "编制单位", "联系人",     "联系电话",       "电话",
                                       "签字",       "签章",     "盖章",     "单位(盖章)", "填报单位(盖章)", "审核",
                                       "分管领导",   "领导签字", "打印日期", "打印时间",   "数据来源"};
    size_t colon = str_find(s, STR(":"), 0);
    if (str_starts(s, STR("第")) && str_find(s, STR("页"), 0) != SIZE_MAX) return true;
    if (colon == SIZE_MAX) return false;
    struct str head = str_sub(s, 0, colon);
    for (size_t i = 0; i < sizeof WORD / sizeof *WORD; i++)
        if (str_eq(head, str_from(WORD[i]))) return true;
    return is_unit_note(s);
}

/* The same names again. A group's name stands a row above. */
static bool is_header(const struct plan *pl, const struct row_batch *b, size_t row)
{
    size_t filled = 0, same = 0;
    for (uint32_t c = 0; c < b->columns && c < pl->n_header; c++) {
        struct str s = str_trim(row_cell(b, row, c)), h = pl->header[c];
        if (!s.n) continue;
        filled++;
        if (str_eq(s, str_trim(h))) same++;
        else same += h.n > s.n + 1 && (str_ends(h, s) || str_starts(h, s)) && str_find(h, STR("/"), 0) != SIZE_MAX;
    }
    return filled > 1 && same * 4 >= filled * 3;
}

/* 1, 2, 3 … below the header. */
static bool is_numbers(const struct row_batch *b, size_t row)
{
    int64_t v, last = 0;
    size_t n = 0;
    for (uint32_t c = 0; c < b->columns; c++) {
        struct str s = str_trim(row_cell(b, row, c));
        if (!s.n) continue;
        if (!str_to_i64(s, 1, CSV_COLUMNS_MAX, &v) || v != last + 1) return false;
        last = v;
        n++;
    }
    return n > 2;
}

/* （元）, 万元 … below the header, and again on each page. */
static bool is_units(const struct row_batch *b, size_t row)
{
    bool money = false;
    for (uint32_t c = 0; c < b->columns; c++) {
        struct str s = str_trim(row_cell(b, row, c));
        if (!s.n) continue;
        if (!unit_cell(s)) return false;
        money |= money_unit_cell(s) != MONEY_NONE;
    }
    return money;
}

void skip_note_units(struct skip_list *l, const struct plan *pl, const struct row_batch *b, size_t row,
                     enum skip_kind kind)
{
    if (kind != SKIP_NOTE && kind != SKIP_UNITS) return;
    for (uint32_t c = 0; c < b->columns; c++) {
        struct str s = row_cell(b, row, c);
        if (kind == SKIP_NOTE && s.n) money_said_text(&l->said, MONEY_NOTE, s);
        int32_t f = kind == SKIP_UNITS && c < pl->n_header ? pl->map.field[c] : HEADER_NONE;
        if (f < 0 || (size_t)f >= pl->n_cols || !pl->cols[f].money) continue;
        int power = money_unit_cell(s);
        if (power != MONEY_NONE && power != pl->cols[f].unit_power) l->said.sure[MONEY_ROW] |= (uint16_t)(1u << power);
    }
}

/* A row below the last one of a person that has nothing but amounts, or nothing but a day. */
static enum skip_kind bare_kind(const struct plan *pl, const struct row_batch *b, size_t row)
{
    size_t sums = 0, days = 0, filled = 0;
    enum cell_reason why;
    struct cell_date d;
    int64_t v;
    if (!pl->given.last_person || b->row[row].line <= pl->given.last_person) return SKIP_NONE;
    for (uint32_t c = 0; c < b->columns && c < pl->n_header; c++) {
        struct str s = str_trim(row_cell(b, row, c));
        int32_t f = pl->map.field[c];
        if (!s.n) continue;
        filled++;
        days += cell_date(s, &d, &why) == CELL_OK;
        bool number = f >= 0 && (size_t)f < pl->n_cols && pl->cols[f].kind == CK_NUMBER;
        sums += number && cell_decimal(s, 9, INT64_MAX, STR(""), &v, &why) == CELL_OK;
    }
    if (filled == 1 && days == 1) return SKIP_NOTE;
    return filled && sums == filled ? SKIP_TOTAL : SKIP_NONE;
}

struct shape {
    size_t filled;
    bool total, note, example, note_first, section;
};

static struct shape shape_of(const struct plan *pl, const struct row_batch *b, size_t row)
{
    char text[WORD_MAX + 8];
    struct shape k = {0};
    for (uint32_t c = 0; c < b->columns; c++) {
        struct str s = str_trim(row_cell(b, row, c));
        if (!s.n) continue;
        if (is_ascii(s)) {
            k.filled++;
            continue;
        }
        struct str word = word_of(s, text);
        k.total |= k.filled < 3 && is_total(word, (int32_t)c == pl->name);
        k.note |= is_note(word);
        k.section |= is_section(word);
        if (!k.filled) {
            k.note_first = is_note(word);
            k.example = str_eq(word, STR("示例")) || str_eq(word, STR("样例")) || str_eq(word, STR("例")) ||
                        str_starts(word, STR("例:")) || str_starts(word, STR("示例:")) ||
                        str_starts(word, STR("样例:")) || str_starts(word, STR("例如")) ||
                        str_starts(word, STR("示例(")) || str_starts(word, STR("例("));
        }
        k.filled++;
    }
    return k;
}

/* By which column it is known whose the row is. */
static int32_t whose_column(const struct plan *pl)
{
    if (pl->village < 0) return pl->id;
    if (pl->placed != pl->village) return pl->cols[pl->village].column;
    int32_t named = pl->places.at[DIVISION_VILLAGE - 1];
    return named != HEADER_NONE ? named : pl->places.at[DIVISION_TOWNSHIP - 1];
}

enum skip_kind skip_kind_of(const struct plan *pl, const struct row_batch *b, size_t row)
{
    enum cell_reason why;
    struct str id = row_cell(b, row, (size_t)whose_column(pl));
    if (b->row[row].flags & (ROW_BAD_ENCODING | ROW_NUL)) return SKIP_NONE;
    if (is_header(pl, b, row)) return SKIP_HEADER;
    if (is_numbers(b, row)) return SKIP_NUMBERS;
    if (is_units(b, row)) return SKIP_UNITS;
    struct shape k = shape_of(pl, b, row);
    if (!k.filled) return SKIP_EMPTY;
    if (k.example) return SKIP_EXAMPLE;
    bool nobody = cell_is_blank(id, true, &why) == CELL_BLANK || b->row[row].flags & ROW_RAGGED_SHORT;
    char text[WORD_MAX + 8];
    struct str word = is_ascii(id) ? STR("") : word_of(id, text);
    if (!nobody && !is_total(word, false) && !is_note(word) && !is_section(word)) return SKIP_NONE;
    if (k.total) return SKIP_TOTAL;
    if (k.section && k.filled == 1) return SKIP_NOTE;
    bool few = k.filled * NOTE_CELLS_PER <= b->columns || k.filled == 1;
    return k.note && (k.note_first || few) ? SKIP_NOTE : bare_kind(pl, b, row);
}

/* ---- lists */

bool skip_add(struct skip_list *l, enum skip_kind kind, uint32_t line)
{
    if (++l->count[kind] > SKIP_LINES_MAX) return true;
    return vec_push(&l->v, SKIP__MAX * SKIP_LINES_MAX * 2, (struct skip_line){line, (uint8_t)kind});
}

static int by_line(const void *a, const void *b)
{
    const struct skip_line *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

bool skip_join(struct skip_list *l, const struct skip_list *x)
{
    for (size_t i = 0; i < SKIP__MAX; i++) l->count[i] += x->count[i];
    money_said_join(&l->said, &x->said);
    for (size_t i = 0; i < x->v.n; i++)
        if (!vec_push(&l->v, (size_t)SKIP__MAX * SKIP_LINES_MAX * PAR_MAX_THREADS, x->v.v[i])) return false;
    if (l->v.n) qsort(l->v.v, l->v.n, sizeof *l->v.v, by_line);
    return true;
}

void skip_fini(struct skip_list *l) { vec_fini(&l->v); }

static void tell_kind(const struct skip_list *l, enum skip_kind kind, enum lang lang, struct buf *out)
{
    int64_t told = 0;
    for (size_t i = 0; i < l->v.n && told < TELL_LINES; i++) {
        if (l->v.v[i].kind != kind) continue;
        if (told++) buf_addz(out, lang_pick(lang, ", ", "、"));
        buf_add_i64(out, l->v.v[i].line);
    }
    if (l->count[kind] <= told) return;
    buf_addz(out, lang_pick(lang, " and ", " 等 "));
    buf_add_i64(out, lang == LANG_EN ? l->count[kind] - told : l->count[kind]);
    buf_addz(out, lang_pick(lang, " more", " 行"));
}

void skip_tell(const struct skip_list *l, enum lang lang, struct buf *out)
{
    static const char *const EN[] = {
        "", "totals: ", "header again: ", "numbers of columns: ", "notes: ", "examples: ", "units: "};
    static const char *const ZH[] = {"", "合计行：", "重复表头：", "列号行：", "表下说明：", "示例行：", "单位行："};
    bool any = false;
    for (enum skip_kind k = SKIP_TOTAL; k < SKIP_EMPTY; k++) {
        if (!l->count[k]) continue;
        if (any) buf_addz(out, lang_pick(lang, "; ", "；"));
        buf_addz(out, lang_pick(lang, EN[k], ZH[k]));
        tell_kind(l, k, lang, out);
        any = true;
    }
}

void skip_json(const struct skip_list *l, struct buf *out)
{
    static const char *const NAME[] = {"", "total", "header", "numbers", "note", "example", "units", "empty"};
    bool any = false;
    buf_addc(out, '{');
    for (enum skip_kind k = SKIP_TOTAL; k < SKIP__MAX; k++) {
        bool first = true;
        if (!l->count[k]) continue;
        buf_addf(out, "%s\"%s\":{\"count\":", any ? "," : "", NAME[k]);
        buf_add_i64(out, l->count[k]);
        buf_addz(out, ",\"lines\":[");
        for (size_t i = 0; i < l->v.n; i++) {
            if (l->v.v[i].kind != k) continue;
            if (!first) buf_addc(out, ',');
            buf_add_i64(out, l->v.v[i].line);
            first = false;
        }
        buf_addz(out, "]}");
        any = true;
    }
    buf_addc(out, '}');
}
