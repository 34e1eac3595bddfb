/* In which unit the amounts of each column are: what was said with --map, the header itself, what stands outside the
 * cells; else yuan, when nothing speaks against it. */
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ingest/bracket.h"
#include "ingest/cell.h"
#include "match/plan_int.h"

enum { WHY_MAX = 2048 };

/* "元/月", "万元/人": the same money. */
static int unit_of(struct str unit)
{
    size_t slash = str_find(unit, STR("/"), 0);
    int power = cell_unit_power(unit);
    return power == CELL_UNIT_NONE && slash != SIZE_MAX ? cell_unit_power(str_sub(unit, 0, slash)) : power;
}

static const struct column_choice *choice_of(const struct plan *pl, int32_t column)
{
    for (size_t i = 0; i < pl->given.n_choices; i++)
        if (pl->given.choice[i].at == column) return &pl->given.choice[i];
    return NULL;
}

static int chosen_unit(const struct plan *pl, int32_t column)
{
    const struct column_choice *x = choice_of(pl, column);
    return x ? x->unit_power : CELL_UNIT_NONE;
}

/* By a file of before: what this file names is newer. */
static bool is_remembered(const struct plan *pl, int32_t column)
{
    const struct column_choice *x = choice_of(pl, column);
    return x && x->before && x->unit_power != CELL_UNIT_NONE;
}

enum rc plan_ask_unit(const struct plan *pl, const struct plan_column *c, struct str why, struct pos at, struct err *e)
{
    struct str head = utf8_clip(pl->header[c->column], 100);
    return err_set(e, RC_INPUT, at,
                   "column %d \"%.*s\": is it in 元 or 万元? %.*s. Say --map \"%.*s=%.*s in 元\" (or in 万元)",
                   "第 %d 列“%.*s”的单位是元还是万元？%.*s。请写 --map \"%.*s=%.*s in 元\"（或 in 万元）",
                   (int)c->column + 1, STR_ARG(head), STR_ARG(why), STR_ARG(head), STR_ARG(c->name));
}

static enum rc ask(const struct plan *pl, const struct plan_column *c, const char *en, const char *zh, struct pos at,
                   struct err *e)
{
    return plan_ask_unit(pl, c, str_from(lang_pick(e ? e->lang : LANG_ZH, en, zh)), at, e);
}

/* ---- telling */

static void add_units(unsigned bits, enum lang lang, struct buf *b)
{
    bool any = false;
    for (int k = 0; k <= MONEY_OTHER; k++) {
        if (!(bits >> k & 1)) continue;
        if (any) buf_addz(b, lang_pick(lang, ", ", "、"));
        buf_addz(b,
                 k == MONEY_OTHER ? lang_pick(lang, "another unit or currency", "别的单位或外币") : plan_unit_name(k));
        any = true;
    }
}

static void add_places(const struct money_said *m, enum lang lang, struct buf *b)
{
    static const char *const EN[] = {"the titles", "the row below the header", "the sheet's name", "the file's name",
                                     "a note"};
    static const char *const ZH[] = {"表题", "表头下一行", "工作表名", "文件名", "表下说明"};
    bool any = false, sure = money_said_power(m) != MONEY_UNCLEAR;
    for (size_t i = 0; i < MONEY__PLACES; i++) {
        unsigned bits = sure ? m->sure[i] : m->maybe[i];
        if (!bits) continue;
        if (any) buf_addz(b, lang_pick(lang, "; ", "；"));
        buf_addz(b, lang_pick(lang, EN[i], ZH[i]));
        buf_addz(b, lang_pick(lang, ": ", "："));
        add_units(bits, lang, b);
        any = true;
    }
}

struct str plan_units_text(const struct plan *pl, enum lang lang)
{
    struct buf b;
    buf_init(&b, WHY_MAX);
    add_places(&pl->given.said, lang, &b);
    struct str s = b.failed ? (struct str){0} : b.n ? str_dup(pl->a, buf_str(&b)) : STR("");
    buf_fini(&b);
    return s;
}

/* With what stands outside the cells as the reason. */
static enum rc ask_said(const struct plan *pl, const struct plan_column *c, const struct money_said *m, const char *en,
                        const char *zh, struct pos at, struct err *e)
{
    enum lang lang = e ? e->lang : LANG_ZH;
    struct buf b;
    buf_init(&b, WHY_MAX);
    buf_addz(&b, lang_pick(lang, en, zh));
    buf_addz(&b, lang_pick(lang, " (", "（"));
    add_places(m, lang, &b);
    buf_addz(&b, lang_pick(lang, ")", "）"));
    enum rc rc = plan_ask_unit(pl, c, buf_str(&b), at, e);
    buf_fini(&b);
    return rc;
}

/* ---- taking */

/* Amounts of yuan have at most two decimals; most of them having more, and some four, they are of another unit. */
static bool fine_amounts(const struct plan *pl, int32_t column)
{
    size_t cells = 0, fine = 0, finest = 0;
    for (size_t r = 0; r < pl->given.n_sample; r++) {
        const struct csv_head_row *row = &pl->given.sample[r];
        struct str s = (uint32_t)column < row->cells ? str_trim(row->cell[column]) : STR("");
        size_t point = str_find(s, STR("."), 0), end = s.n;
        if (end && (unsigned char)s.p[end - 1] >= 0x80) continue; /* a unit of its own */
        while (end && s.p[end - 1] == '0') end--;
        cells += s.n && s.p[0] >= '0' && s.p[0] <= '9';
        fine += point != SIZE_MAX && end > point + 3;
        finest += point != SIZE_MAX && end > point + 4;
    }
    return fine > 1 && finest && fine * 2 > cells;
}

/* What the header itself says, in the bracket behind the name or elsewhere (the name of its group). */
static int own_unit(const struct plan *pl, const struct plan_column *c)
{
    struct str unit = pl->map.unit[c->column];
    struct money_said m = {0};
    int power = unit.n ? unit_of(unit) : CELL_UNIT_NONE;
    if (power != CELL_UNIT_NONE) return power;
    money_said_text(&m, MONEY_TITLE, pl->header[c->column]);
    return money_said_power(&m);
}

static int row_unit(const struct plan *pl, const struct plan_column *c)
{
    return pl->given.row_unit ? pl->given.row_unit[c->column] : MONEY_NONE;
}

/* Of the first rows: an amount that ends in a word has a unit of its own. */
static bool cells_have_units(const struct plan *pl, int32_t column)
{
    for (size_t r = 0; r < pl->given.n_sample; r++) {
        const struct csv_head_row *row = &pl->given.sample[r];
        struct str s = (uint32_t)column < row->cells ? str_trim(row->cell[column]) : STR("");
        if (s.n && (unsigned char)s.p[s.n - 1] >= 0x80 && (unsigned char)(s.p[0] - '0') <= 9) return true;
    }
    return false;
}

bool plan_unit_named(const struct plan *pl, const struct plan_column *c)
{
    bool said_now = chosen_unit(pl, c->column) != CELL_UNIT_NONE && !is_remembered(pl, c->column);
    return said_now || c->row_units || own_unit(pl, c) >= 0 || row_unit(pl, c) >= 0 ||
           money_said_power(&pl->given.said) >= 0 || cells_have_units(pl, c->column);
}

/* ---- a column of units */

enum { UNIT_ALONE = -4 /* other things than units of money stand there */ };

/* What its first rows say: a power, MONEY_NONE (all blank), MONEY_SEVERAL or UNIT_ALONE. */
static int units_below(const struct plan *pl, size_t column)
{
    int power = MONEY_NONE;
    for (size_t r = 0; r < pl->given.n_sample; r++) {
        const struct csv_head_row *row = &pl->given.sample[r];
        struct str s = column < row->cells ? str_trim(row->cell[column]) : STR("");
        int one = s.n ? money_unit_cell(s) : MONEY_NONE;
        if (!s.n) continue;
        if (one < 0) return UNIT_ALONE;
        power = power == MONEY_NONE || power == one ? one : MONEY_SEVERAL;
    }
    return power;
}

/* 单位 alone is rather where somebody works, unless units stand below it. */
static enum rc find_unit_column(struct plan *pl, struct pos at, struct err *e)
{
    static const char *const NAME[] = {"单位", "计量单位", "金额单位", "货币单位", "计价单位", "金额计量单位"};
    pl->unit_column = 0;
    for (size_t c = 0; c < pl->n_header; c++) {
        bool named = false;
        if (pl->map.field[c] != HEADER_NONE || pl->chosen[c]) continue;
        for (size_t i = 0; i < sizeof NAME / sizeof *NAME; i++)
            named |= str_eq(str_trim(pl->header[c]), str_from(NAME[i]));
        int power = named ? units_below(pl, c) : UNIT_ALONE;
        if (power == UNIT_ALONE || power == MONEY_NONE) continue;
        if (pl->unit_column)
            return err_set(
                e, RC_INPUT, at,
                "columns %d and %d both say the unit of each row, and nobody can tell for which amounts. Leave "
                "one out with --map \"#%d=\", or say the unit of each amount with --map \"COLUMN=FIELD in 元\"",
                "第 %d 列和第 %d 列都逐行写明单位，无法判断各管哪些金额。请用 --map \"#%d=\" 不读其中一列，或用 "
                "--map \"列=字段 in 元\" 写明各列金额的单位",
                (int)pl->unit_column, (int)c + 1, (int)c + 1);
        pl->unit_column = (uint32_t)c + 1;
    }
    return RC_OK;
}

/* What else names a unit must say the same. */
static enum rc take_row_units(const struct plan *pl, struct plan_column *c, int named, struct pos at, struct err *e)
{
    int power = units_below(pl, pl->unit_column - 1);
    c->row_units = true;
    c->unit_named = named >= 0;
    c->unit_power = named >= 0 ? named : power >= 0 ? power : CELL_UNIT_ONE;
    if (named < 0 || power == named) return RC_OK;
    return ask(pl, c, "Another unit is named for it than its column of units says", "该列写明的单位与单位列写的不同",
               at, e);
}

static enum rc take_outside(const struct plan *pl, struct plan_column *c, struct pos at, struct err *e)
{
    const struct money_said *m = &pl->given.said;
    int power = money_said_power(m);
    if (power == MONEY_SEVERAL) return ask_said(pl, c, m, "Several units are named", "写明的单位不止一种", at, e);
    if (power == MONEY_UNCLEAR)
        return ask_said(pl, c, m, "A unit is spoken of, but not clearly", "提到了单位，但不明确", at, e);
    c->unit_power = power == MONEY_NONE ? CELL_UNIT_ONE : power;
    if (power == MONEY_NONE && fine_amounts(pl, c->column))
        return ask(pl, c, "Its amounts have more than two decimals and no unit is named",
                   "金额多于两位小数，又没有写明单位", at, e);
    return RC_OK;
}

static unsigned all_sure(const struct money_said *m)
{
    unsigned bits = 0;
    for (size_t i = 0; i < MONEY__PLACES; i++) bits |= m->sure[i];
    return bits;
}

/* What was said of an earlier file of the sender, against what this one names itself. Its header is the earlier one's.
 */
static enum rc check_remembered(const struct plan *pl, const struct plan_column *c, const struct money_said *m,
                                struct pos at, struct err *e)
{
    char en[160], zh[160];
    struct money_said named = *m;
    int below = row_unit(pl, c), power = chosen_unit(pl, c->column);
    unsigned bits = all_sure(m);
    if (!is_remembered(pl, c->column)) return RC_OK;
    if (below >= 0) bits = 1u << below;
    if (!bits || bits >> power & 1) return RC_OK;
    if (below >= 0) named.sure[MONEY_ROW] = (uint16_t)bits;
    (void)snprintf(en, sizeof en, "It is remembered as %s for this sender, but this file says otherwise",
                   plan_unit_name(power));
    (void)snprintf(zh, sizeof zh, "此前为该报送单位记住的是%s，但本文件写的不同", plan_unit_name(power));
    return ask_said(pl, c, &named, en, zh, at, e);
}

/* 个人自付（分）, （人次）. */
static enum rc refuse_other_unit(const struct plan *pl, const struct plan_column *c, struct str unit, struct pos at,
                                 struct err *e)
{
    struct str head = utf8_clip(pl->header[c->column], 100);
    return err_set(e, RC_INPUT, at,
                   "column %d \"%.*s\": \"%.*s\" is no unit in which amounts of money are read. Ask the sender for "
                   "yuan; if they are in yuan all the same, say --map \"%.*s=%.*s in 元\"; if it is something else, "
                   "--map \"%.*s=\"",
                   "第 %d 列“%.*s”：金额不按“%.*s”读。请对方改以元报送；如实际就是元，请写 --map \"%.*s=%.*s in "
                   "元\"；如是别的内容，请写 --map \"%.*s=\"",
                   (int)c->column + 1, STR_ARG(head), STR_ARG(unit), STR_ARG(head), STR_ARG(c->name), STR_ARG(head));
}

/* A bracket behind the name that is no unit ("必填") says nothing; one that speaks of money must be understood. The
 * column's own unit counts before that of the titles. */
static enum rc take_unit(const struct plan *pl, struct plan_column *c, struct pos at, struct err *e)
{
    struct str unit = pl->map.unit[c->column];
    int own = own_unit(pl, c), below = row_unit(pl, c);
    c->unit_power = chosen_unit(pl, c->column);
    if (c->unit_power != CELL_UNIT_NONE) return check_remembered(pl, c, &pl->given.said, at, e);
    if (own < 0 && (str_find(unit, STR("元"), 0) != SIZE_MAX || str_find(unit, STR("yuan"), 0) != SIZE_MAX))
        return err_set(e, RC_INPUT, at, "column %d (%.*s): the unit \"%.*s\" is not known; use 元 or 万元",
                       "第 %d 列（%.*s）：不认识单位“%.*s”；请用元或万元", (int)c->column + 1, STR_ARG(c->name),
                       STR_ARG(unit));
    if (own == MONEY_SEVERAL || own == MONEY_UNCLEAR)
        return ask(pl, c, "Its header does not say it clearly", "列名写得不明确", at, e);
    if (own >= 0 && below >= 0 && own != below)
        return ask(pl, c, "The header and the row of units below it differ", "列名与其下一行写的单位不同", at, e);
    if (own < 0 && bracket_is_other_unit(unit)) return refuse_other_unit(pl, c, unit, at, e);
    if (pl->unit_column) {
        int outside = money_said_power(&pl->given.said), named = own >= 0 ? own : below >= 0 ? below : outside;
        if (named >= MONEY_NONE) return take_row_units(pl, c, named, at, e);
    }
    if (own < 0) return take_outside(pl, c, at, e);
    c->unit_power = own;
    return RC_OK;
}

/* ---- agreeing */

static bool differs(unsigned bits, int power) { return bits & ~(1u << power); }

/* Of area, length and weight: another one than the field's cannot be read as it. */
static bool is_measure(struct str unit)
{
    static const char *const UNIT[] = {"亩", "公顷", "平方米", "㎡", "m2", "平方公里", "公里", "米", "千米",
                                       "km", "公斤", "千克",   "kg", "斤", "吨",       "里",   "分"};
    for (size_t i = 0; i < sizeof UNIT / sizeof *UNIT; i++)
        if (str_eq_nocase(unit, str_from(UNIT[i]))) return true;
    return false;
}

static bool same_measure(struct str a, struct str b)
{
    static const char *const SAME[][2] = {{"㎡", "平方米"}, {"m2", "平方米"}, {"km", "公里"},
                                          {"千米", "公里"}, {"千克", "公斤"}, {"kg", "公斤"}};
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) {
        if (str_eq_nocase(a, str_from(SAME[i][0]))) a = str_from(SAME[i][1]);
        if (str_eq_nocase(b, str_from(SAME[i][0]))) b = str_from(SAME[i][1]);
    }
    return str_eq_nocase(a, b);
}

static enum rc check_measure(const struct plan *pl, const struct plan_column *c, struct pos at, struct err *e)
{
    struct str unit = pl->map.unit[c->column];
    bool other = is_measure(unit) && is_measure(c->unit) && !same_measure(unit, c->unit);
    if (c->kind != CK_NUMBER || c->money || !other) return RC_OK;
    struct str head = utf8_clip(pl->header[c->column], 100);
    return err_set(e, RC_INPUT, at,
                   "column %d \"%.*s\" is in %.*s, but %.*s is counted in %.*s. Ask the sender for it in that unit, or "
                   "leave the column out with --map \"%.*s=\"",
                   "第 %d 列“%.*s”的单位是%.*s，而 %.*s 按%.*s计。请对方换算后重报，或用 --map \"%.*s=\" 不用该列",
                   (int)c->column + 1, STR_ARG(head), STR_ARG(unit), STR_ARG(c->name), STR_ARG(c->unit), STR_ARG(head));
}

/* A note counts for the whole table: a header that says another unit contradicts it. Titles and names may be of the
 * columns that have no unit of their own; if there are none, and none has theirs, they contradict. */
enum rc plan_units_take(struct plan *pl, struct pos at, struct err *e)
{
    const struct money_said *m = &pl->given.said;
    const struct plan_column *first = NULL;
    unsigned outside = m->sure[MONEY_TITLE] | m->sure[MONEY_SHEET] | m->sure[MONEY_FILE];
    bool fits = !outside;
    TRY(find_unit_column(pl, at, e));
    for (size_t i = 0; i < pl->n_cols; i++) {
        struct plan_column *c = &pl->cols[i];
        if (c->column == HEADER_NONE) continue;
        TRY(check_measure(pl, c, at, e));
        if (!c->money) continue;
        TRY(take_unit(pl, c, at, e));
        bool chosen = chosen_unit(pl, c->column) != CELL_UNIT_NONE;
        if (!chosen && differs(m->sure[MONEY_NOTE], c->unit_power))
            return ask_said(pl, c, m, "Its header and a note say different units", "列名与说明写的单位不同", at, e);
        fits |= chosen || outside >> c->unit_power & 1;
        if (!first) first = c;
    }
    if (fits || !first) return RC_OK;
    return ask_said(pl, first, m, "Its header says another unit than stands outside the table",
                    "列名写的单位与表外写的不同", at, e);
}

enum rc plan_units_agree(const struct plan *pl, const struct money_said *said, struct pos at, struct err *e)
{
    unsigned sure = all_sure(said), maybe = 0;
    bool known = money_said_power(&pl->given.said) != MONEY_NONE;
    for (size_t i = 0; i < MONEY__PLACES; i++) maybe |= said->maybe[i];
    for (size_t i = 0; (sure || maybe) && i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        if (!c->money || c->column == HEADER_NONE) continue;
        TRY(check_remembered(pl, c, said, at, e));
        if (chosen_unit(pl, c->column) != CELL_UNIT_NONE) continue;
        bool open = !known && own_unit(pl, c) < 0;
        if (differs(sure, c->unit_power) || (open && differs(maybe, c->unit_power)))
            return ask_said(pl, c, said, "Among the rows another unit is named", "数据行之间写有另外的单位", at, e);
    }
    return RC_OK;
}
