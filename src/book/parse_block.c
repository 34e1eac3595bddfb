/* Blocks in braces: clauses by their first word, each from a table. */
#include "base/utf8.h"
#include "book/parse_int.h"

static const struct clause *find_clause(const struct parser *p, const struct block *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (p_is_word(p, b->clauses[i].word)) return &b->clauses[i];
    return NULL;
}

const char *p_near_clause(const struct block *b, struct str word)
{
    enum { FAR = 3 };
    const char *best = NULL;
    unsigned best_distance = FAR;
    size_t chars = utf8_count(word);
    for (size_t i = 0; i < b->n; i++) {
        struct str known = str_from(b->clauses[i].word);
        unsigned distance = str_distance(word, known, FAR - 1);
        size_t shorter = chars < known.n ? chars : known.n;
        if (distance < best_distance && 2 * distance <= shorter) {
            best_distance = distance;
            best = b->clauses[i].word;
        }
    }
    return best;
}

/* "when, cause, says" */
static struct str clause_words(struct parser *p, const struct block *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) n += strlen(b->clauses[i].word) + 2;
    char *text = arena_alloc(p->arena, n + 1);
    if (!text) return STR("");
    n = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t word = strlen(b->clauses[i].word);
        if (i > 0) memcpy(text + n, ", ", 2), n += 2;
        memcpy(text + n, b->clauses[i].word, word);
        n += word;
    }
    return (struct str){text, n};
}

static bool fail_unknown(struct parser *p, const struct block *b)
{
    struct str word = p_shown(p->cur.text);
    if (p->cur.kind != TK_IDENT && !token_is_word(p->cur.kind)) {
        struct str words = clause_words(p, b);
        if (p->cur.kind == TK_BAD || p->cur.kind == TK_ASSIGN || p->cur.kind == TK_UPTO || p->cur.kind == TK_BELOW)
            return p_unexpected(p, "a clause", "子句");
        return P_FAIL(p, p->cur.at, "expected a clause of %s or \"}\", found \"%.*s\". Clauses: %.*s.",
                      "应为 %s 的子句或“}”，却是“%.*s”。可用的子句：%.*s。", b->kind, STR_ARG(word), STR_ARG(words));
    }
    const char *near = p_near_clause(b, p->cur.text);
    struct str words = clause_words(p, b);
    if (near)
        return P_FAIL(p, p->cur.at, "\"%.*s\" is no clause of \"%s\". Did you mean \"%s\"?",
                      "“%.*s”不是 %s 的子句。是不是想写“%s”？", STR_ARG(word), b->kind, near);
    return P_FAIL(p, p->cur.at, "\"%.*s\" is no clause of \"%s\". It has: %.*s.",
                  "“%.*s”不是 %s 的子句。可用的有：%.*s。", STR_ARG(word), b->kind, STR_ARG(words));
}

static bool fail_open(struct parser *p, const struct block *b, struct pos open)
{
    if (p->cur.kind == TK_END)
        return P_FAIL(p, p->cur.at, "the block of this %s, begun on line %u, is not closed. Write \"}\" at its end.",
                      "这个 %s 的块（始于第 %u 行）没有结束。请在末尾写“}”。", b->kind, open.line);
    return P_FAIL(
        p, p->cur.at,
        "a declaration begins here, but the block of the %s from line %u is not closed. Write \"}\" before it.",
        "这里开始了新的声明，但 %s 的块（始于第 %u 行）还没有结束。请在前面写“}”。", b->kind, open.line);
}

/* WORD TYPE "label": someone named a field like a clause. */
static bool looks_like_field(const struct parser *p)
{
    struct token type = lex_peek(&p->lx, 0);
    return type.kind == TK_IDENT && lex_peek(&p->lx, 1).kind == TK_STRING;
}

static bool clause(struct parser *p, struct decl *d, const struct block *b, const struct clause *c, struct pos *seen)
{
    struct pos at = p->cur.at;
    if (b->fields && strcmp(c->word, "ground") != 0 && looks_like_field(p))
        return P_FAIL(p, at,
                      "\"%s\" begins a clause of %s and cannot name a field. Rename the field, for example %s_1.",
                      "“%s”是 %s 的子句，不能作字段名。请给字段改名，例如 %s_1。", c->word, b->kind, c->word);
    if (c->group && seen[c->group].line)
        return P_FAIL(p, at,
                      "\"%s\" is said a second time; line %u has said it, or its opposite, already. Keep one of them.",
                      "“%s”重复：第 %u 行已经写过它或与它相反的子句。请只保留一个。", c->word, seen[c->group].line);
    seen[c->group] = at;
    p_advance(p);
    return !p->failed && c->parse(p, d) && !p->failed;
}

static bool missing_clause(struct parser *p, const struct block *b, const struct pos *seen)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct clause *c = &b->clauses[i];
        if (c->required && !seen[c->group].line)
            return P_FAIL(p, p->decl_at, "this %s has no \"%s\". Add the clause.", "这个 %s 没有“%s”。请补上这个子句。",
                          b->kind, c->word);
    }
    return true;
}

bool p_block(struct parser *p, struct decl *d, const struct block *b)
{
    struct pos seen[CLAUSES_MAX + 1] = {0}, open = p->cur.at;
    if (!p_expect(p, TK_LBRACE)) return false;
    while (!p->failed && p->cur.kind != TK_RBRACE) {
        const struct clause *c = find_clause(p, b);
        bool ok;
        if (p->cur.kind == TK_END || p_at_decl_start(p)) ok = fail_open(p, b, open);
        else if (c) ok = clause(p, d, b, c, seen);
        else ok = b->item ? b->item(p, d) : fail_unknown(p, b);
        if (!ok) return false;
    }
    if (p->failed || !missing_clause(p, b, seen)) return false;
    return p_take(p, TK_RBRACE);
}
