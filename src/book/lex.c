/* The lexer. A number takes the units behind it along, so that the parser never has to look further than one token. */
#include "book/lex.h"
#include "base/date.h"
#include "base/limits.h"
#include "base/utf8.h"

#define LIT(s)           \
    {                    \
        s, sizeof(s) - 1 \
    }

static const struct str token_text[TK__MAX] = {
#define KIND(id, en, zh, prefix)
#define SYM(id, text, prefix, plevel, infix, level) [TK_##id] = LIT(text),
#define WORD(id, text, prefix, plevel, infix, level) [TK_##id] = LIT(text),
#include "book/tokens.def"
#undef KIND
#undef SYM
#undef WORD
};

static const char *const kind_text[TK_LBRACE][LANG__MAX] = {
#define KIND(id, en, zh, prefix) [TK_##id] = {zh, en},
#define SYM(id, text, prefix, plevel, infix, level)
#define WORD(id, text, prefix, plevel, infix, level)
#include "book/tokens.def"
#undef KIND
#undef SYM
#undef WORD
};

static const char *const core_units[] = {"yuan",  "person", "hh",      "day",      "days", "week", "weeks",
                                         "month", "months", "quarter", "quarters", "year", "years"};

/* Characters that people type for the plain ones and utf8_half_width does not know. */
static const struct {
    const char *wide, *plain;
} mends[] = {
    {"、", ","},  {"。", "."},  {"“", "\""}, {"”", "\""},  {"‘", "\""},         {"’", "\""},
    {"'", "\""},  {"≥", ">="},  {"≤", "<="}, {"≠", "!="},  {"×", "*"},          {"÷", "/"},
    {"—", "-"},   {"–", "-"},   {"−", "-"},  {"…", ".."},  {"！", "!= or not"}, {"!", "!= or not"},
    {"&", "and"}, {"【", "["},  {"】", "]"}, {"「", "\""}, {"」", "\""},        {"《", "\""},
    {"》", "\""}, {"～", ".."}, {"~", ".."}, {"；", ""},   {";", ""},
};

static const char *const half_text[] = {
    ['#'] = "#", ['%'] = "%", ['('] = "(", [')'] = ")", ['*'] = "*", ['+'] = "+",  [','] = ",",
    ['-'] = "-", ['.'] = ".", ['/'] = "/", [':'] = ":", ['<'] = "<", ['='] = "=",  ['>'] = ">",
    ['['] = "[", [']'] = "]", ['{'] = "{", ['|'] = "|", ['}'] = "}", ['"'] = "\"", ['_'] = "_",
};

const char *token_kind_text(enum token_kind k, enum lang lang)
{
    return k < TK_LBRACE ? kind_text[k][lang] : token_text[k].p;
}

const char *lex_reserved(size_t i) { return i < (size_t)(TK__MAX - TK_OR) ? token_text[(size_t)TK_OR + i].p : NULL; }

struct lexer lex_begin(struct str text, struct pos at, const struct intern *units)
{
    return (struct lexer){.text = text, .at = at, .line_start = true, .units = units};
}

bool lex_is_unit(const struct lexer *lx, struct str word)
{
    for (size_t i = 0; i < sizeof core_units / sizeof *core_units; i++)
        if (str_eq(word, str_from(core_units[i]))) return true;
    return lx->units && intern_find(lx->units, word) != UINT32_MAX;
}

static char at(const struct lexer *lx, size_t ahead)
{
    return lx->text.n - lx->i > ahead ? lx->text.p[lx->i + ahead] : '\0';
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* Go on by n bytes of one line; columns count characters. */
static void move(struct lexer *lx, size_t n)
{
    for (size_t end = lx->i + n; lx->i < end; lx->i++)
        if (((unsigned char)lx->text.p[lx->i] & 0xC0u) != 0x80u) lx->at.col++;
}

static uint32_t char_at(const struct lexer *lx, size_t *size)
{
    size_t i = lx->i;
    uint32_t c = i < lx->text.n ? utf8_next(lx->text, &i) : 0;
    *size = i - lx->i;
    return c;
}

static void skip_blanks(struct lexer *lx)
{
    while (lx->i < lx->text.n) {
        size_t size;
        uint32_t c = char_at(lx, &size);
        if (c == '\n') {
            lx->i++;
            lx->at.line++;
            lx->at.col = 1;
            lx->line_start = true;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == 0x3000 || c == 0xA0 || c == 0xFEFF) {
            move(lx, size);
        } else if (c == '#') {
            while (lx->i < lx->text.n && at(lx, 0) != '\n') move(lx, 1);
        } else {
            return;
        }
    }
}

static bool name_char(uint32_t c, bool first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') return true;
    if (c >= '0' && c <= '9') return !first;
    return c != UINT32_MAX && utf8_is_cjk(c);
}

/* Bytes of the name that begins here; 0 when none does. */
static size_t name_size(const struct lexer *lx)
{
    struct lexer ahead = *lx;
    size_t size;
    while (ahead.i < ahead.text.n && name_char(char_at(&ahead, &size), ahead.i == lx->i)) ahead.i += size;
    return ahead.i - lx->i;
}

static struct str here(const struct lexer *lx, size_t n) { return (struct str){lx->text.p + lx->i, n}; }

static void take(struct lexer *lx, struct token *t, enum token_kind kind, size_t n)
{
    t->kind = kind;
    t->text = here(lx, n);
    move(lx, n);
}

static void take_bad(struct lexer *lx, struct token *t, enum lex_error bad, size_t n)
{
    take(lx, t, TK_BAD, n);
    t->bad = bad;
}

static void lex_name(struct lexer *lx, struct token *t)
{
    size_t n = name_size(lx);
    if (n > IDENT_MAX) {
        take_bad(lx, t, LEX_NAME_LONG, n);
        return;
    }
    take(lx, t, TK_IDENT, n);
    for (unsigned k = TK_OR; k < TK__MAX; k++)
        if (str_eq(t->text, token_text[k])) t->kind = (enum token_kind)k;
}

static void lex_string(struct lexer *lx, struct token *t)
{
    size_t n = 1;
    while (at(lx, n) != '"' && at(lx, n) != '\n' && lx->i + n < lx->text.n) n++;
    if (at(lx, n) != '"') {
        take_bad(lx, t, LEX_STRING_OPEN, n);
        return;
    }
    take(lx, t, TK_STRING, n + 1);
    t->text = (struct str){t->text.p + 1, n - 1};
}

/* Four digits, a hyphen and a digit without blanks are a date or a mistake, never a subtraction. */
static bool date_begins(const struct lexer *lx)
{
    for (size_t i = 0; i < 4; i++)
        if (!digit(at(lx, i))) return false;
    return at(lx, 4) == '-' && digit(at(lx, 5));
}

static void lex_date(struct lexer *lx, struct token *t)
{
    size_t n = 5;
    while (digit(at(lx, n)) || (at(lx, n) == '-' && digit(at(lx, n + 1)))) n++;
    struct lexer tail = *lx;
    tail.i += n;
    struct str s = here(lx, n);
    char day[] = "0000-00-01";
    if (n == 7) memcpy(day, s.p, n);
    bool ok = n == 10 ? date_parse_iso(s) != 0 : n == 7 && date_parse_iso(str_from(day)) != 0;
    size_t size;
    if (ok && (tail.i >= tail.text.n || !name_char(char_at(&tail, &size), false)))
        take(lx, t, n == 10 ? TK_DATE : TK_MONTH, n);
    else take_bad(lx, t, LEX_DATE, n + name_size(&tail));
}

/* Take a unit word if one comes next. */
static bool lex_unit_word(struct lexer *lx, struct name *unit)
{
    struct lexer ahead = *lx;
    skip_blanks(&ahead);
    size_t n = name_size(&ahead);
    struct str word = here(&ahead, n);
    if (n == 0 || !lex_is_unit(&ahead, word)) return false;
    *unit = (struct name){word, ahead.at};
    move(&ahead, n);
    *lx = ahead;
    return true;
}

static void lex_units(struct lexer *lx, struct token *t)
{
    if (!lex_unit_word(lx, &t->unit)) return;
    struct lexer ahead = *lx;
    skip_blanks(&ahead);
    if (at(&ahead, 0) != '/') return;
    move(&ahead, 1);
    if (lex_unit_word(&ahead, &t->per)) *lx = ahead;
}

/* Bytes of digits and single underscores between them; counts the digits. */
static size_t digits_size(const struct lexer *lx, size_t from, size_t *count)
{
    size_t n = from;
    while (digit(at(lx, n)) || (n > from && at(lx, n) == '_' && digit(at(lx, n + 1)))) *count += at(lx, n++) != '_';
    return n;
}

/* The shape of the number that begins here: bytes, or the reason why it is none. */
static enum lex_error number_size(const struct lexer *lx, size_t *size)
{
    size_t digits = 0, decimals = 0;
    size_t n = digits_size(lx, 0, &digits);
    if (at(lx, n) == '.' && digit(at(lx, n + 1))) n = digits_size(lx, n + 1, &decimals);
    *size = n;
    if (at(lx, n) == '_' || (decimals > 0 && at(lx, n) == '.' && digit(at(lx, n + 1)))) {
        while (digit(at(lx, *size)) || at(lx, *size) == '_' || (at(lx, *size) == '.' && digit(at(lx, *size + 1))))
            ++*size;
        return LEX_NUMBER;
    }
    if (digits + decimals > NUMBER_DIGITS_MAX || decimals > NUMBER_DECIMALS_MAX) return LEX_NUMBER_LONG;
    struct str rest = here(lx, lx->text.n - lx->i);
    rest = str_sub(rest, n, n + 3);
    if (str_eq(rest, STR("万")) || str_eq(rest, STR("亿"))) *size += 3;
    if (at(lx, *size) == '%') ++*size;
    return LEX_OK;
}

static void lex_number(struct lexer *lx, struct token *t)
{
    size_t n;
    enum lex_error bad = number_size(lx, &n);
    if (bad) {
        take_bad(lx, t, bad, n);
        return;
    }
    struct lexer tail = *lx;
    tail.i += n;
    size_t tail_n = name_size(&tail);
    if (tail_n > 0 && !lex_is_unit(lx, here(&tail, tail_n))) {
        take_bad(lx, t, LEX_NUMBER_TAIL, n + tail_n);
        return;
    }
    take(lx, t, TK_NUMBER, n);
    lex_units(lx, t);
}

/* The longest symbol that stands here. */
static bool lex_symbol(struct lexer *lx, struct token *t)
{
    unsigned best = TK__MAX;
    for (unsigned k = TK_LBRACE; k < TK_OR; k++) {
        size_t n = token_text[k].n;
        if (str_eq(str_sub(lx->text, lx->i, lx->i + n), token_text[k]) && (best == TK__MAX || n > token_text[best].n))
            best = k;
    }
    if (best == TK__MAX) return false;
    take(lx, t, (enum token_kind)best, token_text[best].n);
    return true;
}

const char *lex_mend(struct str text)
{
    for (size_t i = 0; i < sizeof mends / sizeof *mends; i++)
        if (str_eq(text, str_from(mends[i].wide))) return mends[i].plain;
    size_t i = 0;
    uint32_t c = text.n ? utf8_half_width(utf8_next(text, &i)) : 0;
    return c < sizeof half_text / sizeof *half_text ? half_text[c] : NULL;
}

static void lex_strange(struct lexer *lx, struct token *t)
{
    size_t n;
    uint32_t c = char_at(lx, &n);
    if (c == UINT32_MAX) take_bad(lx, t, LEX_UTF8, n);
    else take_bad(lx, t, lex_mend(here(lx, n)) ? LEX_WIDE : LEX_CHAR, n);
}

struct token lex_next(struct lexer *lx)
{
    size_t before = lx->i;
    skip_blanks(lx);
    struct token t = {.at = lx->at, .first = lx->line_start, .glued = lx->i == before, .text = here(lx, 0)};
    lx->line_start = false;
    size_t size;
    if (lx->i >= lx->text.n) t.kind = TK_END;
    else if (date_begins(lx)) lex_date(lx, &t);
    else if (digit(at(lx, 0))) lex_number(lx, &t);
    else if (at(lx, 0) == '"') lex_string(lx, &t);
    else if (name_char(char_at(lx, &size), true)) lex_name(lx, &t);
    else if (!lex_symbol(lx, &t)) lex_strange(lx, &t);
    return t;
}

struct token lex_peek(const struct lexer *lx, unsigned n)
{
    struct lexer ahead = *lx;
    struct token t = lex_next(&ahead);
    while (n-- > 0) t = lex_next(&ahead);
    return t;
}
