/* What a book knows: book, unit, codes, param, table. */
#include "book/parse_int.h"

/* ---- book */

static bool book_jurisdiction(struct parser *p, struct decl *d)
{
    d->u.book.has_jurisdiction = true;
    return p_division(p, &d->u.book.jurisdiction);
}

static bool book_inherits(struct parser *p, struct decl *d)
{
    return p_names(p, &d->u.book.inherits, "the name of a book", "政策册的名称");
}

static bool book_issued(struct parser *p, struct decl *d) { return p_date(p, &d->u.book.issued); }

bool parse_book(struct parser *p, struct decl *d)
{
    static const struct clause clauses[] = {
        {"jurisdiction", book_jurisdiction, 1, true},
        {"inherits", book_inherits, 2, false},
        {"issued", book_issued, 3, false},
    };
    static const struct block block = {.kind = "book", CLAUSES(clauses)};
    return p_head(p, d) && p_block(p, d, &block);
}

/* ---- unit mu "亩" decimals 2 */

bool parse_unit(struct parser *p, struct decl *d)
{
    enum { UNIT_DECIMALS_MAX = 4 };
    int64_t decimals;
    if (!p_head(p, d)) return false;
    if (!p_take_word(p, "decimals")) return !p->failed;
    if (p->cur.kind != TK_NUMBER || p->cur.unit.text.n || !str_to_i64(p->cur.text, 0, UNIT_DECIMALS_MAX, &decimals))
        return p_unexpected(p, "the number of decimals, 0 to 4", "小数位数，0 到 4");
    d->u.unit.decimals = (uint8_t)decimals;
    p_advance(p);
    return !p->failed;
}

/* ---- codes */

static bool code_item(struct parser *p, struct decl *d)
{
    struct code_item *item = LIST_ADD(p, d->u.codes.v, d->u.codes.n);
    return item && p_own_name(p, &item->name, "a code or \"}\"", "代码或“}”") &&
           p_label(p, item->name.text, &item->label) && p_aliases(p, &item->aliases, &item->n_aliases);
}

bool parse_codes(struct parser *p, struct decl *d)
{
    static const struct block block = {.kind = "codes", .item = code_item};
    if (!p_head(p, d)) return false;
    d->u.codes.ordered = p_take_word(p, "ordered");
    return p_block(p, d, &block);
}

/* ---- param */

static bool param_value(struct parser *p, struct decl *d)
{
    struct param_value *v = LIST_ADD(p, d->u.param.values, d->u.param.n_values);
    if (!v) return false;
    v->at = p->cur.at;
    if (!p_reach(p, &v->reach) || !p_expect(p, TK_ASSIGN) || !(v->value = p_expr(p))) return false;
    return p_take_word(p, "cite") ? p_string(p, &v->cite, "the place in the document, in quotes", "引号里的文件出处")
                                  : !p->failed;
}

static bool param_set(struct parser *p, struct decl *d)
{
    return p_expect_word(p, "by") &&
           p_names(p, &d->u.param.set_by, "who sets it, for example county", "由谁设定，例如 county");
}

bool parse_requirement(struct parser *p, struct requirement **v, size_t *n)
{
    struct requirement *r = LIST_ADD(p, *v, *n);
    if (!r) return false;
    r->at = p->cur.at;
    r->cond = p_expr(p);
    return r->cond &&
           p_string(p, &r->message, "what to say when it does not hold, in quotes", "不满足时的提示，写在引号里");
}

static bool param_require(struct parser *p, struct decl *d)
{
    return parse_requirement(p, &d->u.param.requires, &d->u.param.n_requires);
}

bool parse_param(struct parser *p, struct decl *d)
{
    static const struct clause clauses[] = {
        {"value", param_value, 0, false},
        {"set", param_set, 1, false},
        {"require", param_require, 0, false},
    };
    static const struct block block = {.kind = "param", CLAUSES(clauses)};
    if (!p_own_name(p, &d->name, "a name", "名称") || !p_label(p, d->name.text, &d->label)) return false;
    if (!p_type(p, &d->u.param.type)) return false;
    d->u.param.optional = p_take_word(p, "optional");
    return p_block(p, d, &block);
}

/* ---- table */

static bool row_keys(struct parser *p, struct table_row *row)
{
    if (p_take(p, TK_ELSE)) return row->is_else = true;
    do {
        struct table_key *key = LIST_ADD(p, row->keys, row->n_keys);
        if (!key || !p_key(p, key)) return false;
    } while (p_take(p, TK_COMMA));
    return !p->failed;
}

static bool table_row(struct parser *p, struct decl *d)
{
    struct table_decl *t = &d->u.table;
    struct pos at = p->cur.at;
    if (!p_take(p, TK_BAR)) return p_unexpected(p, "a row that begins with \"|\", or \"}\"", "以“|”开头的一行，或“}”");
    struct table_row *row = LIST_ADD(p, t->rows, t->n_rows);
    if (!row) return false;
    row->at = at;
    if (!row_keys(p, row) || !p_expect(p, TK_ARROW)) return false;
    if (!row->is_else && row->n_keys != t->n_keys)
        return P_FAIL(p, at, "this row has %zu keys, the table has %zu. Give one for each, separated by commas.",
                      "这一行有 %zu 个键，表有 %zu 个。请逐个写出，用逗号分开。", row->n_keys, t->n_keys);
    row->value = p_expr(p);
    return row->value != NULL;
}

static bool table_keys(struct parser *p, struct table_decl *t)
{
    if (!p_expect(p, TK_LPAREN)) return false;
    do {
        struct table_key_decl *key = LIST_ADD(p, t->keys, t->n_keys);
        if (!key || !p_name(p, &key->name, "the name of a key", "键的名称") || !p_type(p, &key->type)) return false;
    } while (p_take(p, TK_COMMA));
    return p_expect(p, TK_RPAREN);
}

bool parse_table(struct parser *p, struct decl *d)
{
    static const struct block block = {.kind = "table", .item = table_row};
    if (!p_own_name(p, &d->name, "a name", "名称") || !p_label(p, d->name.text, &d->label)) return false;
    return table_keys(p, &d->u.table) && p_type(p, &d->u.table.type) && p_reach(p, &d->reach) && p_block(p, d, &block);
}
