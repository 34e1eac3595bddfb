/* The parser's hands: taking tokens, and saying what is wrong with them. */
#include "base/utf8.h"
#include "book/parse_int.h"

bool p_first_failure(struct parser *p)
{
    bool first = !p->failed;
    p->failed = true;
    return first;
}

void p_nomem(struct parser *p) { p->failed = true; }

void *list_room(struct arena *a, void *v, size_t n, size_t size)
{
    if (n & (n - 1)) return v;
    void *bigger = arena_alloc_array(a, n ? 2 * n : 1, size);
    if (bigger && n) memcpy(bigger, v, n * size);
    return bigger;
}

struct str p_shown(struct str s)
{
    size_t line = 0;
    while (line < s.n && s.p[line] != '\n' && s.p[line] != '\r') line++;
    return utf8_clip((struct str){s.p, line}, SHOWN_MAX);
}

static void bad_wide(struct parser *p, const struct token *t)
{
    const char *mend = lex_mend(t->text);
    struct str s = t->text;
    if (!*mend)
        (void)P_FAIL(p, t->at, "\"%.*s\" has no meaning here: nothing ends a clause. Leave it out.",
                     "这里不用“%.*s”：子句之间不需要分隔符。删去即可。", STR_ARG(s));
    else if (s.n == 1)
        (void)P_FAIL(p, t->at, "\"%.*s\" is not part of the language. Write \"%s\".", "语言中没有“%.*s”。请写“%s”。",
                     STR_ARG(s), mend);
    else
        (void)P_FAIL(p, t->at, "full-width \"%.*s\" is not read here. Write \"%s\".",
                     "这里不能用全角的“%.*s”。请写半角的“%s”。", STR_ARG(s), mend);
}

static void bad_number(struct parser *p, const struct token *t)
{
    struct str s = p_shown(t->text);
    if (t->bad == LEX_NUMBER)
        (void)P_FAIL(p, t->at,
                     "\"%.*s\" is not a number. Write digits with at most one point, and \"_\" only between digits: "
                     "1_000 or 12.5.",
                     "“%.*s”不是数。请写数字，最多一个小数点，下划线只能在两个数字之间，例如 1_000 或 12.5 。",
                     STR_ARG(s));
    else if (t->bad == LEX_NUMBER_LONG)
        (void)P_FAIL(p, t->at, "\"%.*s\" has too many digits: at most %d, %d of them behind the point. Round it.",
                     "“%.*s”位数太多：最多 %d 位，其中小数最多 %d 位。请取整。", STR_ARG(s), NUMBER_DIGITS_MAX,
                     NUMBER_DECIMALS_MAX);
    else
        (void)P_FAIL(p, t->at,
                     "\"%.*s\": the number runs into a name that is no unit. Put a blank between them, or write a unit "
                     "such as yuan, person, months.",
                     "“%.*s”：数后面紧跟着一个不是单位的名称。请在中间加空格，或写单位，例如 yuan、person、months。",
                     STR_ARG(s));
}

static void bad_token(struct parser *p)
{
    const struct token *t = &p->cur;
    struct str s = p_shown(t->text);
    switch (t->bad) {
    case LEX_WIDE: bad_wide(p, t); break;
    case LEX_STRING_OPEN:
        (void)P_FAIL(p, t->at, "the text that begins here is not closed on its line. Write the closing \".",
                     "从这里开始的文字在本行没有结束。请补上右引号 \" 。");
        break;
    case LEX_DATE:
        (void)P_FAIL(
            p, t->at,
            "there is no date \"%.*s\". Dates are written 2026-06-30, months 2026-06; put blanks around a minus.",
            "没有“%.*s”这个日期。日期写作 2026-06-30，月份写作 2026-06；减号两边要留空格。", STR_ARG(s));
        break;
    case LEX_NAME_LONG:
        (void)P_FAIL(p, t->at, "the name \"%.*s…\" is longer than %d bytes. Shorten it.",
                     "名称“%.*s…”超过 %d 个字节。请缩短。", STR_ARG(s), IDENT_MAX);
        break;
    case LEX_UTF8:
        (void)P_FAIL(p, t->at, "the text is not UTF-8 here. Save the file as UTF-8.",
                     "此处不是 UTF-8 编码。请把文件另存为 UTF-8。");
        break;
    case LEX_NUMBER:
    case LEX_NUMBER_LONG:
    case LEX_NUMBER_TAIL: bad_number(p, t); break;
    default:
        (void)P_FAIL(p, t->at, "the character \"%.*s\" has no meaning here. Take it out, or put it in quotes.",
                     "字符“%.*s”在这里没有意义。请删去，或放进引号里。", STR_ARG(s));
    }
}

void p_advance(struct parser *p)
{
    if (p->cur.kind == TK_LBRACE) p->braces++;
    if (p->cur.kind == TK_RBRACE && p->braces > 0) p->braces--;
    p->cur = lex_next(&p->lx);
    if (p->cur.kind == TK_BAD && !p->failed) bad_token(p);
}

bool p_is_word(const struct parser *p, const char *word)
{
    return (p->cur.kind == TK_IDENT || token_is_word(p->cur.kind)) && str_eq(p->cur.text, str_from(word));
}

bool p_take(struct parser *p, enum token_kind k)
{
    if (p->failed || p->cur.kind != k) return false;
    p_advance(p);
    return true;
}

bool p_take_word(struct parser *p, const char *word)
{
    if (p->failed || !p_is_word(p, word)) return false;
    p_advance(p);
    return true;
}

static bool unexpected_known(struct parser *p)
{
    switch (p->cur.kind) {
    case TK_BAD: return P_FAIL(p, p->cur.at, "unreadable text.", "无法识别的文字。"), true;
    case TK_ASSIGN:
        return P_FAIL(p, p->cur.at,
                      "\"=\" gives a value and stands only behind what gets one. To compare, write \"==\".",
                      "“=”用来给值，不能出现在这里。比较请写“==”。"),
               true;
    case TK_UPTO:
    case TK_BELOW:
        return P_FAIL(
                   p, p->cur.at,
                   "a range stands only right of \"in\" and in the keys of a table. Write for example: age in 6..15.",
                   "区间只能写在 in 的右边或表的键里。例如：age in 6..15。"),
               true;
    default: return false;
    }
}

bool p_unexpected(struct parser *p, const char *en, const char *zh)
{
    if (p->failed || unexpected_known(p)) return false;
    const struct token *t = &p->cur;
    struct str s = p_shown(t->text);
    if (t->kind == TK_END)
        return P_FAIL(p, t->at, "expected %s, but the policy block ends here. Complete the declaration.",
                      "应为：%s；但 policy 代码块在此结束。请把声明写完整。", p->diags->lang == LANG_EN ? en : zh);
    if (t->kind == TK_STRING)
        return P_FAIL(p, t->at, "expected %s, found the text \"%.*s\".", "应为：%s；却是文字“%.*s”。",
                      p->diags->lang == LANG_EN ? en : zh, STR_ARG(s));
    return P_FAIL(p, t->at, "expected %s, found \"%.*s\".", "应为：%s；却是“%.*s”。",
                  p->diags->lang == LANG_EN ? en : zh, STR_ARG(s));
}

static bool expected_text(struct parser *p, const char *text)
{
    char quoted[IDENT_MAX] = "\"";
    size_t n = strlen(text);
    if (n + 3 > sizeof quoted) return p_unexpected(p, text, text);
    memcpy(quoted + 1, text, n);
    memcpy(quoted + 1 + n, "\"", 2);
    return p_unexpected(p, quoted, quoted);
}

bool p_expect(struct parser *p, enum token_kind k)
{
    if (p_take(p, k)) return true;
    if (k >= TK_LBRACE) return expected_text(p, token_kind_text(k, LANG_EN));
    return p_unexpected(p, token_kind_text(k, LANG_EN), token_kind_text(k, LANG_ZH));
}

bool p_expect_word(struct parser *p, const char *word) { return p_take_word(p, word) || expected_text(p, word); }
