/* What a number format shows: whether it is a date, and down to what. */
#include "ingest/cell.h"
#include "sheet/value.h"

struct seen {
    bool year, month, day, time, percent, other;
    unsigned zeros;
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* Length of what begins at i and shows no digits: "text", \x, _x, *x, [colour], AM/PM; 0 when that is not so. */
static size_t literal(struct str s, size_t i)
{
    size_t k = i + 1;
    char c = s.p[i];
    if (c == '"') {
        while (k < s.n && s.p[k] != '"') k++;
        return (k < s.n ? k + 1 : k) - i;
    }
    if (c == '\\' || c == '_' || c == '*') return k < s.n ? 2 : 1;
    if (c == '[') {
        while (k < s.n && s.p[k] != ']') k++;
        return (k < s.n ? k + 1 : k) - i;
    }
    if (str_eq_nocase(str_sub(s, i, i + 5), STR("am/pm"))) return 5;
    if (str_eq_nocase(str_sub(s, i, i + 3), STR("a/p"))) return 3;
    if (str_eq_nocase(str_sub(s, i, i + 7), STR("general"))) return 7;
    return 0;
}

/* [h], [mm] …: time that has passed, beyond 24 hours. */
static bool elapsed(struct str s, size_t i)
{
    char c = i + 1 < s.n && s.p[i] == '[' ? lower(s.p[i + 1]) : 0;
    return c == 'h' || c == 'm' || c == 's';
}

/* The next letter that shows something, behind i; 0 at the end of the section. */
static char next_letter(struct str s, size_t i)
{
    while (i < s.n && s.p[i] != ';') {
        size_t n = literal(s, i);
        char c = lower(s.p[i]);
        if (!n && c >= 'a' && c <= 'z') return c;
        i += n ? n : 1;
    }
    return 0;
}

static void note_letter(struct seen *x, struct str s, size_t i, size_t behind, char before)
{
    char c = lower(s.p[i]);
    bool exponent = c == 'e' && behind < s.n && (s.p[behind] == '+' || s.p[behind] == '-');
    switch (c) {
    case 'y': x->year = true; break;
    case 'e':
        if (exponent) x->other = true;
        else x->year = true;
        break;
    case 'm':
        if (before == 'h' || next_letter(s, behind) == 's') x->time = true;
        else x->month = true;
        break;
    case 'd':
    case 'a': x->day = true; break; /* aaa: the day of the week, in Chinese */
    case 'h':
    case 's': x->time = true; break;
    case '%': x->percent = true; break;
    case '0': x->zeros += (unsigned)(behind - i); break;
    default: x->other = true; break;
    }
}

/* ---- units of money */

struct behind {
    char text[32]; /* what is written behind the last digit */
    size_t n;
    int32_t hidden;  /* digits that the format does not show in their place: 3 for each comma at the end, and those
                        behind a point that is mere text */
    int32_t points;  /* digits behind such a point */
    bool point, any; /* a point of that kind was met; a digit was */
};

static void write_behind(struct behind *x, struct str piece)
{
    for (size_t i = 0; i < piece.n && x->n + 1 < sizeof x->text; i++)
        if (piece.p[i] != ' ') x->text[x->n++] = piece.p[i];
}

/* What begins at i and is shown as it stands: "text", \x, !x (as \x in Chinese programs); its text to *piece. 0: none.
 */
static size_t written(struct str s, size_t i, struct str *piece)
{
    size_t n = literal(s, i), k = i + 1;
    char c = s.p[i];
    *piece = STR("");
    if (c == '"') {
        while (k < s.n && s.p[k] != '"') k++;
        *piece = str_sub(s, i + 1, k);
    } else if (c == '\\' || c == '!') {
        n = k < s.n ? 2 : 1;
        *piece = str_sub(s, k, k < s.n ? k + 1 : k);
    } else if ((unsigned char)c >= 0x80) {
        while (k < s.n && (unsigned char)s.p[k] >= 0x80) k++;
        n = k - i;
        *piece = str_sub(s, i, k);
    }
    return n;
}

static struct behind look_behind(struct str s)
{
    struct behind x = {.n = 0};
    for (size_t i = 0; i < s.n && s.p[i] != ';';) {
        struct str piece;
        size_t n = written(s, i, &piece);
        char c = s.p[i];
        if (n) {
            x.point |= x.any && str_eq(piece, STR("."));
            if (x.any && !str_eq(piece, STR("."))) write_behind(&x, piece);
            i += n;
            continue;
        }
        bool digit = c == '0' || c == '#' || c == '?';
        if (digit) {
            x.any = true;
            x.n = 0;
            x.hidden = 0;
            x.points += x.point;
        } else if (c == ',' && x.any) {
            x.hidden += 3;
        }
        i++;
    }
    x.hidden += x.points;
    x.text[x.n] = 0;
    return x;
}

/* 0.00, #,##0.00_); not 0.0, 0.000, 0.00E+00 */
static bool two_decimals(struct str s)
{
    size_t places = 0;
    bool point = false;
    for (size_t i = 0; i < s.n && s.p[i] != ';';) {
        struct str piece;
        size_t n = written(s, i, &piece);
        if (!n && s.p[i] == '.') point = true;
        places += !n && point && s.p[i] == '0';
        if (!n && (s.p[i] == '?' || s.p[i] == '/' || lower(s.p[i]) == 'e')) return false;
        if (!n && point && s.p[i] == '#') return false;
        i += n ? n : 1;
    }
    return places == 2;
}

/* The unit that a number format gives the cell's number. */
static struct sheet_style with_unit(struct str s, struct sheet_style style)
{
    struct behind x = look_behind(s);
    struct str text = str_make(x.text, x.n);
    int power = x.n ? cell_unit_power(text) : CELL_UNIT_NONE;
    if (!x.any || (!x.hidden && power < 0)) return style;
    if (!x.hidden) style.unit = (uint8_t)(power + 1);
    else if (power < 0 || power == x.hidden) style.unit = 1;
    else style.unclear = true;
    return style;
}

struct sheet_style sheet_style_code(struct str s)
{
    struct seen x = {0};
    char before = 0;
    for (size_t i = 0; i < s.n && s.p[i] != ';';) {
        size_t n = literal(s, i), k = i + 1;
        if (n) {
            x.other |= n == 7;
            x.time |= elapsed(s, i);
            if (elapsed(s, i)) before = 'h';
            i += n;
            continue;
        }
        while (k < s.n && s.p[k] == s.p[i]) k++;
        note_letter(&x, s, i, k, before);
        char c = lower(s.p[i]);
        if (c >= 'a' && c <= 'z') before = c;
        i = k;
    }
    if (x.year || x.month || x.day) {
        bool only_year = x.year && !x.month && !x.day, only_month = x.year && x.month && !x.day && !x.time;
        return (struct sheet_style){.shape = only_year ? SHAPE_YEAR : only_month ? SHAPE_MONTH : SHAPE_DAY};
    }
    if (x.time) return (struct sheet_style){.shape = SHAPE_TIME};
    if (x.percent) return (struct sheet_style){.shape = SHAPE_PERCENT};
    if (x.zeros > 1 && x.zeros < 64 && !x.other)
        return (struct sheet_style){.shape = SHAPE_PADDED, .digits = (uint8_t)x.zeros};
    return with_unit(s, (struct sheet_style){.shape = SHAPE_NUMBER, .hundredths = two_decimals(s)});
}

/* ECMA-376 part 1, 18.8.30, with the Chinese (zh-cn) forms of 27 to 36 and 50 to 58. */
struct sheet_style sheet_style_builtin(uint32_t id)
{
    enum sheet_shape shape = SHAPE_NUMBER;
    if (id == 9 || id == 10) shape = SHAPE_PERCENT;
    else if (id == 17 || id == 27 || id == 36 || id == 50 || id == 52 || id == 57) shape = SHAPE_MONTH;
    else if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47)) shape = SHAPE_TIME;
    else if (id == 55 || id == 56) shape = SHAPE_TIME;
    else if ((id >= 14 && id <= 22) || (id >= 28 && id <= 31) || (id >= 50 && id <= 58)) shape = SHAPE_DAY;
    bool hundredths = id == 2 || id == 4 || id == 39 || id == 40 || id == 43 || id == 44;
    return (struct sheet_style){.shape = (uint8_t)shape, .hundredths = hundredths};
}
