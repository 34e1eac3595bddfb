/* Yes or no, as forms, code lists, check boxes and databases write it. */
#include "base/utf8.h"
#include "ingest/cell_int.h"

static const char *const YES[] = {"是", "有", "1",  "true", "yes",  "y",    "t",    "√",      "✓",
                                  "✔",  "☑",  "对", "已",   "是的", "对的", "享受", "已享受", NULL};
static const char *const NO[] = {"否", "无", "0",    "false", "no",   "n",    "f",  "×",      "✗",      "✘", "☐",
                                 "错", "未", "没有", "没",    "不是", "不对", "非", "不享受", "未享受", NULL};

/* "1.0" "0.00": a whole number as databases export a column with blanks. */
static struct str without_zeros(struct str s)
{
    size_t n = s.n;
    if (n < 3 || !cell_is_digit(s.p[0]) || s.p[1] != '.') return s;
    while (n > 2 && s.p[n - 1] == '0') n--;
    return n == 2 ? str_sub(s, 0, 1) : s;
}

/* "1-是" "01.是" "2、否" "0 否": a number before the word, as code lists are printed. What follows is no number. */
static struct str without_number(struct str s)
{
    struct str rest = s;
    while (rest.n && cell_is_digit(rest.p[0])) rest = str_sub(rest, 1, rest.n);
    if (rest.n == s.n || s.n - rest.n > 2 || rest.n < 2) return s;
    if (strchr("-._: ", rest.p[0])) rest = str_trim(str_sub(rest, 1, rest.n));
    else if (str_starts(rest, STR("、"))) rest = str_trim(str_sub(rest, 3, rest.n));
    else return s;
    return rest.n && cell_is_digit(rest.p[0]) ? s : rest;
}

enum box { BOX_NONE, BOX_TICKED, BOX_EMPTY, BOX_YES, BOX_NO };

static enum box box_of(uint32_t c)
{
    switch (c) {
    case 0x2611: /* ☑ */
    case 0x2713: /* ✓ */
    case 0x2714: /* ✔ */
    case 0x221A: /* √ */
    case 0x25A0: /* ■ */ return BOX_TICKED;
    case 0x2610: /* ☐ */
    case 0x25A1: /* □ */ return BOX_EMPTY;
    case 0x662F: /* 是 */
    case 0x6709: /* 有 */ return BOX_YES;
    case 0x5426: /* 否 */
    case 0x65E0: /* 无 */ return BOX_NO;
    default: return BOX_NONE;
    }
}

enum { BOXES_MAX = 4 };

/* The marks and words of a cell that holds nothing else; 0: it holds something else. */
static size_t boxes_in(struct str s, enum box out[BOXES_MAX])
{
    size_t n = 0, i = 0;
    while (i < s.n) {
        uint32_t c = utf8_next(s, &i);
        if (c == ' ') continue;
        enum box b = box_of(c);
        if (!b || n == BOXES_MAX) return 0;
        out[n++] = b;
    }
    return n;
}

static bool is_mark(enum box b) { return b == BOX_TICKED || b == BOX_EMPTY; }

/* "☑是 □否", "是□ 否√", "√是 否", "是 否√": both answers printed, one of them ticked. */
static bool ticked(struct str s, bool *yes)
{
    enum box b[BOXES_MAX];
    size_t n = boxes_in(s, b);
    if (n < 3) return false;
    bool before = is_mark(b[0]);
    if (!before && !is_mark(b[n - 1])) return false; /* 是 √ 否: whose? */
    if (n == 3) {
        enum box mark = before ? b[0] : b[2], first = before ? b[1] : b[0], second = before ? b[2] : b[1];
        *yes = (before ? first : second) == BOX_YES;
        return mark == BOX_TICKED && !is_mark(first) && !is_mark(second) && first != second;
    }
    enum box mark[2] = {b[before ? 0 : 1], b[before ? 2 : 3]}, word[2] = {b[before ? 1 : 0], b[before ? 3 : 2]};
    *yes = word[mark[0] == BOX_TICKED ? 0 : 1] == BOX_YES;
    return is_mark(mark[0]) && is_mark(mark[1]) && mark[0] != mark[1] && !is_mark(word[0]) && !is_mark(word[1]) &&
           word[0] != word[1];
}

enum cell_status cell_bool(struct str s, bool *out, enum cell_reason *why)
{
    struct cell_plain p;
    *why = CELL_FINE;
    if (s.n == 1 && (s.p[0] == '0' || s.p[0] == '1')) return *out = s.p[0] == '1', CELL_OK;
    if (cell_is_blank(s, false, why) == CELL_BLANK) return CELL_BLANK;
    enum cell_reason r = cell_plain_make(&p, s);
    if (r && r != CELL_TOO_LONG) return cell_bad(why, r);
    if (!r && ticked(p.s, out)) return CELL_OK;
    struct str word = r ? p.s : without_number(without_zeros(p.s));
    if (r || !(cell_one_of(word, YES) || cell_one_of(word, NO))) return cell_bad(why, CELL_NOT_BOOL);
    *out = cell_one_of(word, YES);
    return CELL_OK;
}
