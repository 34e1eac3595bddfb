/* Declarations: one row of a table a kind; after an error the parser goes on at the next one. */
#include "book/parse_int.h"

struct decl_word {
    const char *word;
    enum decl_kind kind;
    bool (*parse)(struct parser *p, struct decl *d); /* NULL: not part of this version's language */
    bool override, extend;
};

static const struct decl_word decl_words[] = {
    {"book", D_BOOK, parse_book, false, false},
    {"unit", D_UNIT, parse_unit, false, false},
    {"codes", D_CODES, parse_codes, true, true},
    {"param", D_PARAM, parse_param, true, true},
    {"table", D_TABLE, parse_table, true, true},
    {"dataset", D_DATASET, parse_dataset, true, true},
    {"feature", D_FEATURE, parse_feature, true, false},
    {"rule", D_RULE, parse_rule, true, false},
    {"measure", D_MEASURE, parse_measure, true, false},
    {"example", D_EXAMPLE, parse_example, false, false},
    {"equivalent", D_EQUIVALENT, parse_equivalent, false, false},
    {"indicator", D__MAX, NULL, true, false},
    {"register", D__MAX, NULL, true, true},
    {"paper", D__MAX, NULL, true, false},
    {"procedure", D__MAX, NULL, true, true},
    {"target", D__MAX, NULL, true, false},
    {"report", D__MAX, NULL, true, false},
    {"calendar", D__MAX, NULL, true, true},
};
enum { DECL_WORDS = sizeof decl_words / sizeof *decl_words };

static const struct decl_word *find_word(struct str s)
{
    for (size_t i = 0; i < DECL_WORDS; i++)
        if (str_eq(s, str_from(decl_words[i].word))) return &decl_words[i];
    return NULL;
}

static bool begins_decl(const struct token *t)
{
    return t->kind == TK_IDENT &&
           (find_word(t->text) || str_eq(t->text, STR("override")) || str_eq(t->text, STR("extend")));
}

/* A field may have the name of a declaration's word, but it is not out at the margin. */
bool p_at_decl_start(const struct parser *p)
{
    return p->cur.first && p->cur.at.col <= p->decl_at.col && begins_decl(&p->cur);
}

static bool fail_no_decl(struct parser *p)
{
    static const char all[] = "book, unit, codes, param, table, dataset, feature, rule, measure, example, equivalent";
    const char *near = NULL;
    for (size_t i = 0; i < DECL_WORDS && !near && p->cur.kind == TK_IDENT; i++)
        if (str_distance(p->cur.text, str_from(decl_words[i].word), 2) <= 2) near = decl_words[i].word;
    struct str s = p_shown(p->cur.text);
    if (near)
        return P_FAIL(p, p->cur.at, "unknown declaration \"%.*s\". Did you mean \"%s\"?",
                      "未知的声明“%.*s”。是不是想写“%s”？", STR_ARG(s), near);
    if (p->cur.kind == TK_RBRACE)
        return P_FAIL(p, p->cur.at, "this \"}\" closes nothing. Take it out.", "这个“}”没有对应的“{”。请删去。");
    if (p->cur.kind == TK_UPTO || p->cur.kind == TK_BELOW || p->cur.kind == TK_ASSIGN) return p_unexpected(p, "", "");
    return P_FAIL(p, p->cur.at, "a declaration ends before \"%.*s\" and none begins with it. Declarations: %s.",
                  "前一条声明到“%.*s”之前已经结束，而它也不能开始一条声明。声明有：%s。", STR_ARG(s), all);
}

static bool decl_mode(struct parser *p, struct decl *d)
{
    struct pos at = p->cur.at;
    struct str mode = p->cur.text;
    d->mode = p_take_word(p, "override") ? DM_OVERRIDE : p_take_word(p, "extend") ? DM_EXTEND : DM_NEW;
    const struct decl_word *w = p->cur.kind == TK_IDENT ? find_word(p->cur.text) : NULL;
    if (d->mode == DM_NEW || !w) return !p->failed;
    if (d->mode == DM_OVERRIDE ? w->override : w->extend) return !p->failed;
    p_advance(p);
    return P_FAIL(p, at, "\"%.*s\" does not go with %s. Take it out, or say override of the whole declaration.",
                  "“%.*s”不能用于 %s。请删去，或用 override 重写整条声明。", STR_ARG(mode), w->word);
}

static bool declaration(struct parser *p, struct decl *d)
{
    p->decl_at = d->at = p->cur.at;
    if (!decl_mode(p, d)) return false;
    const struct decl_word *w = p->cur.kind == TK_IDENT ? find_word(p->cur.text) : NULL;
    if (!w) return fail_no_decl(p);
    if (!w->parse)
        return P_FAIL(
            p, p->cur.at,
            "a declaration of the kind \"%s\" is not part of this version's language. Take it out of the book.",
            "这个版本的语言还没有“%s”这种声明。请从政策册中删去。", w->word);
    d->kind = w->kind;
    p_advance(p);
    return w->parse(p, d) && !p->failed;
}

/* On to where the next declaration begins; always past the word of the one that failed. */
static void recover(struct parser *p)
{
    p->failed = true;
    if (p->cur.at.line == p->decl_at.line && p->cur.at.col == p->decl_at.col) p_advance(p);
    while (p->cur.kind != TK_END && !p_at_decl_start(p)) {
        struct token next = {.kind = TK_END};
        if (p->braces == 0 && begins_decl(&p->cur)) next = lex_peek(&p->lx, 0);
        if (next.kind == TK_IDENT || next.kind == TK_STRING) break;
        p_advance(p);
    }
    p->braces = 0;
    p->failed = false;
}

static bool keep(struct parser *p, const struct decl *made, uint32_t book, struct str heading)
{
    struct decl *d = ARENA_NEW(p->arena, struct decl);
    if (!d) return false;
    *d = *made;
    d->book = book;
    d->cite.path = heading;
    d->cite.at = d->at;
    return books_add_decl(p->bs, d);
}

void parse_fence(struct parser *p, uint32_t book, struct str heading)
{
    p->failed = false;
    p->braces = p->depth = 0;
    p->decl_at = (struct pos){.file = p->lx.at.file, .line = p->lx.at.line, .col = 1};
    p->cur = (struct token){.kind = TK_COMMA};
    p_advance(p);
    while ((p->cur.kind != TK_END || p->failed) && !arena_failed(p->arena)) {
        struct decl made = {0};
        if (!p->failed && declaration(p, &made)) {
            if (!keep(p, &made, book, heading)) return;
            p->braces = 0;
        } else {
            recover(p);
        }
    }
}
