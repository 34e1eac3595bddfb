/* Examples: small families and what must be found for them. */
#include "book/parse_int.h"

static bool ex_given(struct parser *p, struct decl *d)
{
    struct ex_given *g = LIST_ADD(p, d->u.example.givens, d->u.example.n_givens);
    return g && p_name(p, &g->param, "a parameter", "参数") && p_expect(p, TK_ASSIGN) && (g->value = p_expr(p)) != NULL;
}

static bool ex_as(struct parser *p, struct decl *d) { return p_expect(p, TK_OF) && p_date(p, &d->u.example.as_of); }

static bool ex_not(struct parser *p, struct decl *d)
{
    struct ex_missing *m = LIST_ADD(p, d->u.example.missing, d->u.example.n_missing);
    if (!m) return false;
    m->at = p->cur.at;
    return p_expect_word(p, "delivered") && p_name(p, &m->dataset, "a dataset", "数据集") &&
           p_day(p, &m->first, &m->last);
}

static bool ex_expect(struct parser *p, struct decl *d)
{
    struct ex_expect *x = LIST_ADD(p, d->u.example.expects, d->u.example.n_expects);
    if (!x) return false;
    x->at = p->cur.at;
    x->unknown = p_take_word(p, "unknown");
    if (!(x->cond = p_expr(p))) return false;
    if (!p_take_word(p, "because")) return !p->failed;
    if (!p_name(p, &x->because, "a dataset or a cause", "数据集或原因")) return false;
    bool day = p->cur.kind == TK_DATE || p->cur.kind == TK_MONTH || p->cur.kind == TK_NUMBER;
    return !day || p_day(p, &x->because_from, &x->because_to);
}

static bool row_block(struct parser *p, struct ex_row *row, unsigned depth);

/* A clause of the example where a field or row should be. */
static bool at_clause(const struct parser *p)
{
    if (p->cur.kind == TK_AS || p->cur.kind == TK_NOT) return true;
    enum token_kind next = lex_peek(&p->lx, 0).kind;
    return (p_is_word(p, "expect") || p_is_word(p, "given")) && next != TK_ASSIGN && next != TK_LBRACE;
}

static bool row_item(struct parser *p, struct ex_row *row, unsigned depth)
{
    struct name name;
    if (!p_name(p, &name, "a field, a row or \"}\"", "字段、行或“}”")) return false;
    if (p->cur.kind == TK_LBRACE) {
        struct ex_row *inner = LIST_ADD(p, row->rows, row->n_rows);
        if (!inner) return false;
        inner->entity = name;
        return row_block(p, inner, depth + 1);
    }
    if (!p_take(p, TK_ASSIGN))
        return p_unexpected(p, "\"= value\" behind a field, or \"{\" behind a row", "字段后面的“= 值”，或行后面的“{”");
    struct ex_field *f = LIST_ADD(p, row->fields, row->n_fields);
    if (!f) return false;
    f->name = name;
    return (f->value = p_expr(p)) != NULL;
}

static bool row_block(struct parser *p, struct ex_row *row, unsigned depth)
{
    row->at = row->entity.at;
    struct pos open = p->cur.at;
    if (depth > ROW_DEPTH_MAX)
        return P_FAIL(p, open, "rows within rows deeper than %d. Bring them closer to the household.",
                      "行的嵌套超过 %d 层。请减少层次。", ROW_DEPTH_MAX);
    if (!p_expect(p, TK_LBRACE)) return false;
    while (!p->failed && p->cur.kind != TK_RBRACE) {
        if (p->cur.kind == TK_END || p_at_decl_start(p) || at_clause(p))
            return P_FAIL(p, p->cur.at, "the row \"%.*s\" from line %u is not closed. Write \"}\" at its end.",
                          "“%.*s”这一行（始于第 %u 行）没有结束。请在末尾写“}”。", STR_ARG(row->entity.text),
                          open.line);
        if (!row_item(p, row, depth)) return false;
    }
    return p_take(p, TK_RBRACE);
}

static bool ex_row(struct parser *p, struct decl *d)
{
    struct ex_row *row = LIST_ADD(p, d->u.example.rows, d->u.example.n_rows);
    return row &&
           p_name(p, &row->entity, "a clause, a row such as household, or \"}\"", "子句、行（例如 household）或“}”") &&
           row_block(p, row, 1);
}

bool parse_example(struct parser *p, struct decl *d)
{
    static const struct clause clauses[] = {
        {"given", ex_given, 0, false},
        {"as", ex_as, 1, false},
        {"not", ex_not, 0, false},
        {"expect", ex_expect, 0, false},
    };
    static const struct block block = {.kind = "example", CLAUSES(clauses), .item = ex_row};
    d->name.at = p->cur.at;
    if (!p_string(p, &d->name.text, "the title of the example, in quotes", "引号里的示例标题")) return false;
    d->label = d->name.text;
    if (!p_block(p, d, &block)) return false;
    if (!d->u.example.as_of)
        return P_FAIL(p, d->at, "this example has no day. Add for example: as of 2026-06-30.",
                      "这个示例没有日期。请补上，例如 as of 2026-06-30。");
    if (d->u.example.n_expects > 0) return true;
    return P_FAIL(p, d->at, "this example expects nothing, so it cannot fail. Add \"expect\" and a condition.",
                  "这个示例没有 expect，永远不会失败。请补上 expect 和条件。");
}
