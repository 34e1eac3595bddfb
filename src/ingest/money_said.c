#include "ingest/money_said.h"
#include "base/utf8.h"
#include "ingest/cell.h"

enum {
    SAID_CHARS_MAX = 2048,
    SEGMENT_MAX = 64,
    MARK_FAR = 24, /* characters behind 单位 in which its units stand */
    YUAN = 0x5143,
    WAN = 0x4E07,
    QIAN = 0x5343,
    BAI = 0x767E,
    YI = 0x4EBF,
    SHI = 0x5341
};

struct said_text {
    uint32_t c[SAID_CHARS_MAX + 4]; /* half-width, lower case, without blanks; ends with 0 */
    size_t n;
};

static void take_text(struct said_text *t, struct str s)
{
    t->n = 0;
    for (size_t i = 0; i < s.n && t->n < SAID_CHARS_MAX;) {
        uint32_t c = utf8_half_width(utf8_next(s, &i));
        if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
        if (c == 0x3010 || c == 0x3014 || c == '[') c = '(';
        if (c == 0x3011 || c == 0x3015 || c == ']') c = ')';
        if (c == 0x842C) c = WAN;
        if (c == 0x5706 || c == 0x5713) c = YUAN;
        if (c > ' ' && c != 0xA0 && c != 0xFEFF && c != UINT32_MAX) t->c[t->n++] = c;
    }
    memset(t->c + t->n, 0, 4 * sizeof *t->c);
}

static bool one_of(uint32_t c, const char *list)
{
    struct str s = str_from(list);
    for (size_t i = 0; i < s.n;)
        if (utf8_next(s, &i) == c) return true;
    return false;
}

static bool at(const struct said_text *t, size_t i, const char *word)
{
    struct str s = str_from(word);
    for (size_t k = 0; k < s.n; i++)
        if (i >= t->n || utf8_next(s, &k) != t->c[i]) return false;
    return true;
}

static bool ends_before(const struct said_text *t, size_t i, const char *word)
{
    size_t n = utf8_count(str_from(word));
    return i >= n && at(t, i - n, word);
}

/* ---- exact units */

/* The unit that t[from..to) is, as a bit; 0: none. "元/月" is money too. */
static uint16_t segment_bit(const struct said_text *t, size_t from, size_t to)
{
    static const char *const FOREIGN[] = {"美元", "港元", "港币", "欧元", "日元", "澳元", "加元", "新台币"};
    char text[SEGMENT_MAX + 8];
    size_t n = 0;
    for (size_t i = from; i < to && n < SEGMENT_MAX; i++) n += utf8_encode(t->c[i], text + n);
    struct str s = str_make(text, n);
    int power = cell_unit_power(s);
    if (power >= 0) return (uint16_t)(1u << power);
    for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++)
        if (str_eq(s, str_from(FOREIGN[i]))) return (uint16_t)(1u << MONEY_OTHER);
    return 0;
}

static bool separates(uint32_t c) { return !c || one_of(c, "/,;:、。()和或及"); }

/* All units of a list; only what stands alone between separators is one. */
static uint16_t list_bits(const struct said_text *t, size_t from, size_t to)
{
    uint16_t bits = 0;
    while (from < to) {
        size_t end = from;
        while (end < to && !separates(t->c[end])) end++;
        size_t last = end;
        if (last > from && t->c[last - 1] == 0x8BA1) last--; /* 计 */
        bits |= last > from ? segment_bit(t, from, last) : 0;
        from = end + 1;
    }
    return bits;
}

/* ---- saying */

/* Units of money that amounts are not read in: they are asked about. Alone they may be scores or anything. */
static uint16_t odd_unit(const struct said_text *t, size_t from)
{
    static const char *const ODD[] = {"角", "分", "w", "万美元", "亿美元"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        size_t n = utf8_count(str_from(ODD[i]));
        if (at(t, from, ODD[i]) && separates(t->c[from + n])) return (uint16_t)(1u << MONEY_OTHER);
    }
    return 0;
}

/* "Unit: 10,000 yuan", as yearbooks have it. */
static uint16_t english_unit(const struct said_text *t, size_t from)
{
    static const struct {
        const char *text;
        uint16_t bit;
    } UNITS[] = {{"10,000yuan", 1u << 4},
                 {"10000yuan", 1u << 4},
                 {"1,000yuan", 1u << 3},
                 {"1000yuan", 1u << 3},
                 {"100yuan", 1u << 2},
                 {"yuan", 1},
                 {"rmb", 1},
                 {"cny", 1}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (at(t, from, UNITS[i].text)) return UNITS[i].bit;
    return 0;
}

/* "单位：万元", "计量单位为万元": the units behind each 单位. */
static uint16_t behind_marks(const struct said_text *t)
{
    uint16_t bits = 0;
    for (size_t i = 0; i + 1 < t->n; i++) {
        if (at(t, i, "unit:")) bits |= english_unit(t, i + 5);
        if (!at(t, i, "单位")) continue;
        size_t from = i + 2;
        while (from < t->n && one_of(t->c[from], ":为是均统一律按以都全部")) from++;
        size_t to = from + MARK_FAR < t->n ? from + MARK_FAR : t->n;
        bits |= list_bits(t, from, to) | odd_unit(t, from);
    }
    return bits;
}

static uint16_t in_brackets(const struct said_text *t)
{
    uint16_t bits = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->c[i] != '(') continue;
        size_t end = i + 1;
        while (end < t->n && t->c[end] != ')' && t->c[end] != '(') end++;
        if (end < t->n && t->c[end] == ')') bits |= list_bits(t, i + 1, end);
    }
    return bits;
}

struct unit_word {
    size_t from, to; /* with 人民币 around it */
    uint16_t bit;
};

/* The unit whose 元 is at i. */
static struct unit_word word_at(const struct said_text *t, size_t i)
{
    static const struct {
        uint32_t c;
        uint16_t bit;
    } SCALE[] = {{WAN, 1u << 4}, {QIAN, 1u << 3}, {BAI, 1u << 2}, {YI, 1u << 8}};
    struct unit_word w = {.from = i, .to = i + 1, .bit = 1};
    for (size_t k = 0; i && k < sizeof SCALE / sizeof *SCALE; k++)
        if (t->c[i - 1] == SCALE[k].c) w = (struct unit_word){i - 1, i + 1, SCALE[k].bit};
    if (w.bit == 1u << 4 && w.from && one_of(t->c[w.from - 1], "十百千")) {
        uint32_t c = t->c[--w.from];
        w.bit = c == SHI ? 1u << 5 : c == BAI ? 1u << 6 : 1u << 7;
    }
    if (ends_before(t, w.from, "人民币")) w.from -= 3;
    if (at(t, w.to, "人民币")) w.to += 3;
    return w;
}

/* "5万元", "几万元": an amount. */
static bool is_amount(const struct said_text *t, struct unit_word w)
{
    uint32_t c = w.from ? t->c[w.from - 1] : 0;
    return (c >= '0' && c <= '9') || one_of(c, "一二两三四五六七八九十百千万亿零几数余多半每");
}

/* "以万元计", "按万元填报", "金额均为万元". */
static bool is_said(const struct said_text *t, struct unit_word w)
{
    uint32_t before = w.from ? t->c[w.from - 1] : 0, after = t->c[w.to];
    if (after == 0x8BA1 || at(t, w.to, "为单位") || at(t, w.to, "为计量单位")) return true; /* 计 */
    if (one_of(before, "以按用") && at(t, w.to, "填")) return true;
    return one_of(before, "为是") && separates(after);
}

static void look_at_words(const struct said_text *t, uint16_t *sure, uint16_t *maybe)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->c[i] != YUAN) continue;
        struct unit_word w = word_at(t, i);
        if (is_amount(t, w)) continue;
        if (is_said(t, w)) *sure |= w.bit;
        else if (w.bit & (1u << 2 | 1u << 3 | 1u << 4 | 1u << 8) && !one_of(t->c[w.to], "以户店村镇乡县街"))
            *maybe |= w.bit;
    }
}

static bool only_a_unit(const struct said_text *t, uint16_t *bit)
{
    size_t from = t->n > 2 && t->c[0] == '(' && t->c[t->n - 1] == ')';
    *bit = segment_bit(t, from, t->n - from);
    return *bit && (t->n > 1 || t->c[0] == YUAN);
}

static void say(struct money_said *m, enum money_place place, const struct said_text *t)
{
    uint16_t sure = (uint16_t)(behind_marks(t) | in_brackets(t)), maybe = 0, whole;
    look_at_words(t, &sure, &maybe);
    if (only_a_unit(t, &whole)) sure |= whole;
    m->sure[place] |= sure;
    m->maybe[place] |= (uint16_t)(maybe & ~sure);
}

void money_said_text(struct money_said *m, enum money_place place, struct str text)
{
    struct said_text t;
    take_text(&t, text);
    say(m, place, &t);
}

/* "计量单位 | 万元": the label and the next cell that is not empty. */
static void say_pair(struct money_said *m, enum money_place place, const struct csv_head_row *row, uint32_t c)
{
    struct said_text label, t;
    take_text(&label, row->cell[c]);
    while (label.n && label.c[label.n - 1] == ':') label.n--;
    if (!ends_before(&label, label.n, "单位")) return;
    for (uint32_t k = c + 1; k < row->cells; k++) {
        if (!str_trim(row->cell[k]).n) continue;
        take_text(&t, row->cell[k]);
        m->sure[place] |= list_bits(&t, 0, t.n < MARK_FAR ? t.n : MARK_FAR);
        return;
    }
}

void money_said_rows(struct money_said *m, enum money_place place, const struct csv_head_row *row, size_t n)
{
    for (size_t r = 0; r < n; r++) {
        for (uint32_t c = 0; c < row[r].cells; c++) {
            if (!row[r].cell[c].n) continue;
            money_said_text(m, place, row[r].cell[c]);
            say_pair(m, place, &row[r], c);
        }
    }
}

void money_said_join(struct money_said *m, const struct money_said *x)
{
    for (size_t i = 0; i < MONEY__PLACES; i++) {
        m->sure[i] |= x->sure[i];
        m->maybe[i] |= x->maybe[i];
    }
}

int money_said_power(const struct money_said *m)
{
    unsigned sure = 0, maybe = 0;
    for (size_t i = 0; i < MONEY__PLACES; i++) sure |= m->sure[i], maybe |= m->maybe[i];
    if (!sure) return maybe ? MONEY_UNCLEAR : MONEY_NONE;
    if (sure & (sure - 1) || sure & 1u << MONEY_OTHER) return MONEY_SEVERAL;
    return __builtin_ctz(sure);
}

/* ---- cells of units */

/* The cell without brackets around it, and without 单位: before it. */
static void bare_unit(struct said_text *t, struct str cell, size_t *from, size_t *to)
{
    take_text(t, cell);
    *from = 0;
    *to = t->n;
    if (*to > 2 && t->c[0] == '(' && t->c[*to - 1] == ')') ++*from, --*to;
    if (at(t, *from, "单位")) *from += 2;
    if (*from < *to && t->c[*from] == ':') ++*from;
}

int money_unit_cell(struct str cell)
{
    struct said_text t;
    size_t from, to, slash;
    bare_unit(&t, cell, &from, &to);
    for (slash = from; slash < to && t.c[slash] != '/';) slash++;
    uint16_t bit = slash > from ? segment_bit(&t, from, slash) : 0;
    return bit && !(bit & 1u << MONEY_OTHER) ? __builtin_ctz(bit) : MONEY_NONE;
}

bool unit_cell(struct str cell)
{
    static const char *const UNIT[] = {
        "人",     "户", "亩",   "%",  "个",   "次",       "天",       "日",   "月",   "年",   "岁",   "公里", "米",
        "平方米", "㎡", "公顷", "吨", "斤",   "公斤",     "千克",     "头",   "只",   "个月", "人次", "户次", "分",
        "级",     "件", "-",    "/",  "单位", "计量单位", "金额单位", "万人", "万户", "km",   "m2",   "kg"};
    struct said_text t;
    size_t from, to;
    if (money_unit_cell(cell) != MONEY_NONE) return true;
    bare_unit(&t, cell, &from, &to);
    for (size_t i = 0; i < sizeof UNIT / sizeof *UNIT; i++)
        if (at(&t, from, UNIT[i]) && utf8_count(str_from(UNIT[i])) == to - from) return true;
    return to == from && t.n > 0;
}
