/* Pieces that several kinds of declarations share: names, labels, types, places and times. */
#include "book/parse_int.h"

bool p_name(struct parser *p, struct name *out, const char *en, const char *zh)
{
    if (p->failed) return false;
    if (token_is_word(p->cur.kind))
        return P_FAIL(p, p->cur.at,
                      "\"%.*s\" is a word of the language and cannot be a name. Choose another, for example %.*s_1.",
                      "“%.*s”是语言的保留字，不能作名称。请换一个，例如 %.*s_1。", STR_ARG(p->cur.text),
                      STR_ARG(p->cur.text));
    if (p->cur.kind != TK_IDENT) return p_unexpected(p, en, zh);
    *out = (struct name){p->cur.text, p->cur.at};
    p_advance(p);
    return !p->failed;
}

bool p_own_name(struct parser *p, struct name *out, const char *en, const char *zh)
{
    struct token t = p->cur;
    if (!p_name(p, out, en, zh)) return false;
    if (!lex_is_unit(&p->lx, t.text)) return true;
    return P_FAIL(p, t.at, "\"%.*s\" is a unit and cannot be a name. Choose another, for example %.*s_1.",
                  "“%.*s”是单位，不能作名称。请换一个，例如 %.*s_1。", STR_ARG(t.text), STR_ARG(t.text));
}

bool p_names(struct parser *p, struct name_list *out, const char *en, const char *zh)
{
    do {
        struct name name;
        if (!p_name(p, &name, en, zh)) return false;
        struct name *slot = LIST_ADD(p, out->v, out->n);
        if (!slot) return false;
        *slot = name;
    } while (p_take(p, TK_COMMA));
    return !p->failed;
}

bool p_string(struct parser *p, struct str *out, const char *en, const char *zh)
{
    if (p->failed) return false;
    if (p->cur.kind != TK_STRING) return p_unexpected(p, en, zh);
    *out = p->cur.text;
    p_advance(p);
    return !p->failed;
}

bool p_label(struct parser *p, struct str name, struct str *out)
{
    if (p->failed) return false;
    if (p->cur.kind == TK_STRING && p->cur.text.n > 0) return p_string(p, out, "", "");
    if (p->cur.kind == TK_BAD) return false;
    return P_FAIL(
        p, p->cur.at,
        "\"%.*s\" has no label, the text that people see. Write one in quotes behind it, for example \"户类型\".",
        "“%.*s”没有标签（给人看的文字）。请在后面用引号写上，例如 \"户类型\"。", STR_ARG(name));
}

bool p_texts(struct parser *p, struct str **v, size_t *n, const char *en, const char *zh)
{
    do {
        struct str *slot = LIST_ADD(p, *v, *n);
        if (!slot || !p_string(p, slot, en, zh)) return false;
    } while (p_take(p, TK_COMMA));
    return !p->failed;
}

bool p_aliases(struct parser *p, struct str **v, size_t *n)
{
    if (!p_take_word(p, "aliases")) return !p->failed;
    return p_texts(p, v, n, "an alias in quotes", "引号里的别名");
}

static const struct {
    const char *word;
    enum type_kind kind;
} plain_types[] = {
    {"bool", T_BOOL}, {"int", T_INT}, {"ratio", T_RATIO}, {"date", T_DATE}, {"text", T_TEXT}, {"division", T_DIVISION},
};

bool p_type(struct parser *p, struct type_ref *out)
{
    static const char en[] =
        "a type (bool, int, ratio, date, text, division, a unit, a code list, set of CODES, ref ENTITY)";
    static const char zh[] = "类型（bool、int、ratio、date、text、division、单位、代码表、set of 代码表、ref 实体）";
    if (p->failed) return false;
    *out = (struct type_ref){.kind = T_CODES, .at = p->cur.at};
    for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++) {
        if (!p_take_word(p, plain_types[i].word)) continue;
        out->kind = plain_types[i].kind;
        return !p->failed;
    }
    if (p_take_word(p, "set")) {
        out->kind = T_SET;
        return p_expect(p, TK_OF) && p_name(p, &out->name, "the name of a code list", "代码表的名称");
    }
    if (p_take_word(p, "ref")) {
        out->kind = T_REF;
        return p_name(p, &out->name, "the name of an entity", "实体的名称");
    }
    if (!p_name(p, &out->name, en, zh)) return false;
    return !p_take(p, TK_SLASH) ? !p->failed : p_name(p, &out->per, "a unit", "单位");
}

static bool digits_only(const struct token *t)
{
    for (size_t i = 0; i < t->text.n; i++)
        if (t->text.p[i] < '0' || t->text.p[i] > '9') return false;
    return t->kind == TK_NUMBER && t->unit.text.n == 0;
}

bool p_division(struct parser *p, int64_t *out)
{
    enum { DIGITS = 12 };
    if (p->failed) return false;
    struct str s = p->cur.text;
    if (p->cur.kind != TK_NUMBER)
        return p_unexpected(p, "a division code such as 13, 1301 or 130125", "行政区划代码，例如 13、1301、130125");
    if (!digits_only(&p->cur) || (s.n != 2 && s.n != 4 && s.n != 6 && s.n != 9 && s.n != DIGITS))
        return P_FAIL(
            p, p->cur.at,
            "\"%.*s\" is not a division code: it has 2, 4, 6, 9 or 12 digits. Write 00 for the whole country.",
            "“%.*s”不是行政区划代码：应为 2、4、6、9 或 12 位数字。全国写作 00。", STR_ARG(s));
    int64_t code = 0;
    for (size_t i = 0; i < DIGITS; i++) code = code * 10 + (i < s.n ? s.p[i] - '0' : 0);
    *out = code;
    p_advance(p);
    return !p->failed;
}

bool p_date(struct parser *p, date_day *out)
{
    if (p->failed) return false;
    if (p->cur.kind != TK_DATE) return p_unexpected(p, "a date such as 2026-06-30", "日期，例如 2026-06-30");
    *out = date_parse_iso(p->cur.text);
    p_advance(p);
    return !p->failed;
}

bool p_day(struct parser *p, date_day *first, date_day *last)
{
    int64_t year = 0, month = 1;
    if (p->failed) return false;
    if (p->cur.kind == TK_DATE) {
        *first = *last = date_parse_iso(p->cur.text);
    } else if (p->cur.kind == TK_MONTH) {
        if (!str_to_i64(str_sub(p->cur.text, 0, 4), DATE_MIN_YEAR, DATE_MAX_YEAR, &year) ||
            !str_to_i64(str_sub(p->cur.text, 5, 7), 1, 12, &month))
            return p_unexpected(p, "a month", "月份");
        *first = date_make((int32_t)year, (int32_t)month, 1);
        *last = date_month_end(*first);
    } else if (digits_only(&p->cur) && p->cur.text.n == 4 &&
               str_to_i64(p->cur.text, DATE_MIN_YEAR, DATE_MAX_YEAR, &year)) {
        *first = date_make((int32_t)year, 1, 1);
        *last = date_year_end(*first);
    } else {
        return p_unexpected(p, "a day: a date 2026-06-30, a month 2026-06 or a year 2026",
                            "日期 2026-06-30、月份 2026-06 或年份 2026");
    }
    p_advance(p);
    return !p->failed;
}

static bool reach_twice(struct parser *p, bool twice)
{
    if (!twice) return !p->failed;
    return P_FAIL(p, p->cur.at, "\"%.*s\" is given twice here. Keep one, or make two declarations.",
                  "“%.*s”在这里写了两次。请保留一个，或分成两条声明。", STR_ARG(p->cur.text));
}

static bool reach_part(struct parser *p, struct reach *r)
{
    date_day other;
    switch (p->cur.kind) {
    case TK_IN:
        if (!reach_twice(p, r->has_division)) return false;
        p_advance(p);
        return r->has_division = p_division(p, &r->division);
    case TK_FOR:
        if (!reach_twice(p, r->flags.n > 0)) return false;
        p_advance(p);
        return p_names(p, &r->flags, "a flag of a unit such as key_county", "地区标志，例如 key_county");
    case TK_FROM:
        if (!reach_twice(p, r->from != 0)) return false;
        p_advance(p);
        return p_day(p, &r->from, &other);
    default:
        if (!reach_twice(p, r->to != 0)) return false;
        p_advance(p);
        return p_day(p, &other, &r->to);
    }
}

bool p_reach(struct parser *p, struct reach *r)
{
    r->at = p->cur.at;
    while (!p->failed &&
           (p->cur.kind == TK_IN || p->cur.kind == TK_FOR || p->cur.kind == TK_FROM || p_is_word(p, "to")))
        if (!reach_part(p, r)) return false;
    if (!p->failed && r->from && r->to && r->from > r->to)
        return P_FAIL(p, r->at, "the reach ends before it begins. Exchange \"from\" and \"to\".",
                      "有效期的结束早于开始。请对调 from 和 to。");
    return !p->failed;
}

bool p_head(struct parser *p, struct decl *d)
{
    return p_name(p, &d->name, "a name", "名称") && p_label(p, d->name.text, &d->label);
}
