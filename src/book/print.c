/* Declarations as canonical source text: what the parser reads back to the same tree. */
#include "book/print_int.h"

void print_quoted(struct str s, struct buf *out)
{
    buf_addc(out, '"');
    buf_add(out, s);
    buf_addc(out, '"');
}

void print_texts(const char *word, const struct str *v, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        buf_addz(out, i ? ", " : word);
        print_quoted(v[i], out);
    }
}

void print_aliases(const struct str *v, size_t n, struct buf *out) { print_texts(" aliases ", v, n, out); }

void print_type(const struct type_ref *t, struct buf *out)
{
    static const char *const words[TYPE__MAX] = {
        [T_BOOL] = "bool", [T_INT] = "int",           [T_RATIO] = "ratio", [T_DATE] = "date",
        [T_TEXT] = "text", [T_DIVISION] = "division", [T_SET] = "set of ", [T_REF] = "ref ",
    };
    if (words[t->kind]) buf_addz(out, words[t->kind]);
    if (t->name.text.n) buf_add(out, t->name.text);
    if (!t->per.text.n) return;
    buf_addc(out, '/');
    buf_add(out, t->per.text);
}

/* 12 digits without the zeros that padding brings back. */
static void print_division(int64_t code, struct buf *out)
{
    char digits[12];
    static const size_t sizes[] = {2, 4, 6, 9, 12};
    for (size_t i = sizeof digits; i-- > 0; code /= 10) digits[i] = (char)('0' + code % 10);
    size_t end = sizeof digits;
    while (end > 0 && digits[end - 1] == '0') end--;
    size_t n = 0;
    while (sizes[n] < end) n++;
    buf_add(out, (struct str){digits, sizes[n]});
}

static void print_reach(const struct reach *r, struct buf *out)
{
    if (r->has_division) buf_addz(out, " in "), print_division(r->division, out);
    if (r->flags.n) buf_addz(out, " for "), print_names(&r->flags, out);
    if (r->from) buf_addz(out, " from "), print_day(r->from, out);
    if (r->to) buf_addz(out, " to "), print_day(r->to, out);
}

static void clause_expr(const char *word, const struct expr *e, struct buf *out)
{
    if (!e) return;
    buf_addf(out, "  %s ", word);
    expr_print(e, out);
    buf_addc(out, '\n');
}

static void clause_names(const char *word, const struct name_list *names, struct buf *out)
{
    if (!names->n) return;
    buf_addf(out, "  %s ", word);
    print_names(names, out);
    buf_addc(out, '\n');
}

static void clause_name(const char *word, const struct name *name, struct buf *out)
{
    if (name->text.n) buf_addf(out, "  %s %.*s\n", word, STR_ARG(name->text));
}

static void print_book(const struct book_decl *b, struct buf *out)
{
    buf_addz(out, " {\n");
    if (b->has_jurisdiction) {
        buf_addz(out, "  jurisdiction ");
        print_division(b->jurisdiction, out);
        buf_addc(out, '\n');
    }
    clause_names("inherits", &b->inherits, out);
    if (b->issued) {
        buf_addz(out, "  issued ");
        print_day(b->issued, out);
        buf_addc(out, '\n');
    }
    buf_addc(out, '}');
}

static void print_codes(const struct codes_decl *c, struct buf *out)
{
    buf_addz(out, c->ordered ? " ordered {\n" : " {\n");
    for (size_t i = 0; i < c->n; i++) {
        buf_addf(out, "  %.*s ", STR_ARG(c->v[i].name.text));
        print_quoted(c->v[i].label, out);
        print_aliases(c->v[i].aliases, c->v[i].n_aliases, out);
        buf_addc(out, '\n');
    }
    buf_addc(out, '}');
}

static void print_param(const struct param_decl *x, struct buf *out)
{
    buf_addc(out, ' ');
    print_type(&x->type, out);
    buf_addz(out, x->optional ? " optional {\n" : " {\n");
    for (size_t i = 0; i < x->n_values; i++) {
        buf_addz(out, "  value");
        print_reach(&x->values[i].reach, out);
        buf_addz(out, " = ");
        expr_print(x->values[i].value, out);
        if (x->values[i].cite.p) buf_addz(out, " cite "), print_quoted(x->values[i].cite, out);
        buf_addc(out, '\n');
    }
    clause_names("set by", &x->set_by, out);
    for (size_t i = 0; i < x->n_requires; i++) {
        buf_addz(out, "  require ");
        expr_print(x->requires[i].cond, out);
        buf_addc(out, ' ');
        print_quoted(x->requires[i].message, out);
        buf_addc(out, '\n');
    }
    buf_addc(out, '}');
}

void table_row_print(const struct table_row *row, struct buf *out)
{
    if (row->is_else) buf_addz(out, "else");
    for (size_t i = 0; i < row->n_keys; i++) {
        if (i > 0) buf_addz(out, ", ");
        if (row->keys[i].e) {
            expr_print(row->keys[i].e, out);
            continue;
        }
        buf_addc(out, '{');
        print_names(&row->keys[i].names, out);
        buf_addc(out, '}');
    }
    buf_addz(out, " => ");
    expr_print(row->value, out);
}

static void print_table(const struct decl *d, struct buf *out)
{
    const struct table_decl *t = &d->u.table;
    buf_addz(out, " (");
    for (size_t i = 0; i < t->n_keys; i++) {
        if (i > 0) buf_addz(out, ", ");
        buf_add(out, t->keys[i].name.text);
        buf_addc(out, ' ');
        print_type(&t->keys[i].type, out);
    }
    buf_addz(out, ") ");
    print_type(&t->type, out);
    print_reach(&d->reach, out);
    buf_addz(out, " {\n");
    for (size_t i = 0; i < t->n_rows; i++) {
        buf_addz(out, "  | ");
        table_row_print(&t->rows[i], out);
        buf_addc(out, '\n');
    }
    buf_addc(out, '}');
}

static void print_feature(const struct decl *d, struct buf *out)
{
    buf_addc(out, ' ');
    print_type(&d->u.feature.type, out);
    print_reach(&d->reach, out);
    buf_addz(out, " = ");
    expr_print(d->u.feature.value, out);
}

static void clause_text(const char *word, struct str text, struct buf *out)
{
    if (!text.p) return;
    buf_addf(out, "  %s ", word);
    print_quoted(text, out);
    buf_addc(out, '\n');
}

static void print_rule(const struct decl *d, struct buf *out)
{
    static const char *const kinds[FK__MAX] = {
        [FK_RISK] = " risk", [FK_COVERAGE] = " coverage", [FK_QUALITY] = " quality"};
    static const char *const severities[SEV__MAX] = {"", " red", " orange", " yellow"};
    const struct rule_decl *r = &d->u.rule;
    buf_addz(out, kinds[r->kind]);
    buf_addz(out, severities[r->severity]);
    if (r->on.text.n) buf_addz(out, " on "), buf_add(out, r->on.text);
    print_reach(&d->reach, out);
    buf_addz(out, " {\n");
    clause_expr("when", r->when, out);
    clause_name("cause", &r->cause, out);
    clause_names("suggest", &r->suggest, out);
    clause_name("starts", &r->starts, out);
    clause_text("says", r->says, out);
    clause_text("number", r->number, out);
    clause_text("mend", r->mend, out);
    buf_addc(out, '}');
}

static void print_measure(const struct decl *d, struct buf *out)
{
    const struct measure_decl *m = &d->u.measure;
    buf_addz(out, " by ");
    print_names(&m->by, out);
    if (m->on.text.n) buf_addz(out, " on "), buf_add(out, m->on.text);
    print_reach(&d->reach, out);
    buf_addz(out, " {\n");
    clause_expr("eligible when", m->eligible, out);
    clause_expr("enrolled when", m->enrolled, out);
    clause_expr("kept when", m->kept, out);
    clause_expr("gives", m->gives, out);
    buf_addc(out, '}');
}

static void print_equivalent(const struct equivalent_decl *x, struct buf *out)
{
    buf_addz(out, " {\n");
    for (size_t i = 0; i < x->n; i++) {
        buf_addz(out, "  ");
        print_quoted(x->v[i].before, out);
        buf_addz(out, " => ");
        print_quoted(x->v[i].after, out);
        buf_addc(out, '\n');
    }
    buf_addc(out, '}');
}

static void print_head(const struct decl *d, struct buf *out)
{
    static const char *const modes[] = {[DM_NEW] = "", [DM_OVERRIDE] = "override ", [DM_EXTEND] = "extend "};
    buf_addz(out, modes[d->mode]);
    buf_addz(out, decl_kind_text[d->kind]);
    buf_addc(out, ' ');
    if (d->kind == D_EXAMPLE) {
        print_quoted(d->name.text, out);
        return;
    }
    if (d->kind == D_FEATURE) buf_add(out, d->u.feature.entity.text), buf_addc(out, '.');
    if (d->kind == D_EQUIVALENT && d->u.equivalent.entity.text.n)
        buf_add(out, d->u.equivalent.entity.text), buf_addc(out, '.');
    buf_add(out, d->name.text);
    buf_addc(out, ' ');
    print_quoted(d->label, out);
}

void decl_print(const struct decl *d, struct buf *out)
{
    print_head(d, out);
    switch (d->kind) {
    case D_BOOK: print_book(&d->u.book, out); break;
    case D_UNIT:
        if (d->u.unit.decimals) buf_addf(out, " decimals %d", d->u.unit.decimals);
        break;
    case D_CODES: print_codes(&d->u.codes, out); break;
    case D_PARAM: print_param(&d->u.param, out); break;
    case D_TABLE: print_table(d, out); break;
    case D_DATASET: print_dataset(&d->u.dataset, out); break;
    case D_FEATURE: print_feature(d, out); break;
    case D_RULE: print_rule(d, out); break;
    case D_MEASURE: print_measure(d, out); break;
    case D_EXAMPLE: print_example(&d->u.example, out); break;
    default: print_equivalent(&d->u.equivalent, out);
    }
    buf_addc(out, '\n');
}

void books_print(const struct books *bs, struct buf *out)
{
    for (size_t i = 0; i < bs->n_decls; i++) decl_print(bs->decls[i], out);
}
