/* Datasets and examples as canonical source text. */
#include "book/print_int.h"

static void line_expr(const char *word, const struct expr *e, struct buf *out)
{
    if (!e) return;
    buf_addz(out, word);
    expr_print(e, out);
    buf_addc(out, '\n');
}

static void line_names(const char *word, const struct name_list *names, struct buf *out)
{
    if (!names->n) return;
    buf_addz(out, word);
    print_names(names, out);
    buf_addc(out, '\n');
}

static void line_name(const char *word, const struct name *name, struct buf *out)
{
    if (name->text.n) buf_addf(out, "%s%.*s\n", word, STR_ARG(name->text));
}

static void print_kind(const struct dataset_decl *s, struct buf *out)
{
    static const char *const rhythm[PER__MAX] = {
        [PER_MONTH] = "monthly", [PER_QUARTER] = "quarterly", [PER_YEAR] = "yearly", [PER_TERM] = "term"};
    switch (s->kind) {
    case DK_EVENTS: buf_addf(out, "  events %s by %.*s\n", rhythm[s->period], STR_ARG(s->time_field.text)); break;
    case DK_SNAPSHOT: buf_addf(out, "  snapshot %s\n", rhythm[s->period]); break;
    case DK_LATEST:
        buf_addz(out, "  latest");
        if (s->time_field.text.n) buf_addz(out, " by "), buf_add(out, s->time_field.text);
        buf_addc(out, '\n');
        break;
    default: break;
    }
    if (s->coverage) buf_addz(out, s->coverage == COV_COMPLETE ? "  complete\n" : "  partial\n");
}

static void print_field(const struct field_decl *f, struct buf *out)
{
    buf_addf(out, "  %.*s ", STR_ARG(f->name.text));
    print_type(&f->type, out);
    if (f->bound) {
        buf_addf(out, " %s ", binop_text[f->bound_op]);
        expr_print(f->bound, out);
    }
    if (f->range) buf_addz(out, " in "), expr_print(f->range, out);
    if (f->optional) buf_addz(out, " optional");
    if (f->secret) buf_addz(out, " secret");
    if (f->sensitive) buf_addz(out, " sensitive");
    if (f->is_key) buf_addz(out, " key");
    if (f->of_household) buf_addz(out, " of household");
    if (f->derived) buf_addz(out, " = "), expr_print(f->derived, out);
    buf_addc(out, ' ');
    print_quoted(f->label, out);
    print_aliases(f->aliases, f->n_aliases, out);
    print_texts(" means yes ", f->yes, f->n_yes, out);
    print_texts(" means no ", f->no, f->n_no, out);
    buf_addc(out, '\n');
}

static void print_decided(const struct dataset_decl *s, struct buf *out)
{
    if (!s->decided_on.text.n) return;
    buf_addf(out, "  decided on %.*s", STR_ARG(s->decided_on.text));
    if (s->decided_when) buf_addz(out, " when "), expr_print(s->decided_when, out);
    buf_addc(out, '\n');
}

static void print_checks(const struct dataset_decl *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_requires; i++) {
        buf_addz(out, "  require ");
        expr_print(s->requires[i].cond, out);
        buf_addc(out, ' ');
        print_quoted(s->requires[i].message, out);
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < s->n_filled; i++) {
        buf_addz(out, "  filled ");
        print_names(&s->filled[i].names, out);
        if (s->filled[i].when) buf_addz(out, " when "), expr_print(s->filled[i].when, out);
        buf_addc(out, '\n');
    }
}

/* "person by" comes before what may end in a number, which would take "person" for its unit. */
void print_dataset(const struct dataset_decl *s, struct buf *out)
{
    buf_addz(out, " by ");
    print_names(&s->by, out);
    buf_addz(out, " {\n");
    print_kind(s, out);
    line_names("  person by ", &s->person_by, out);
    line_name("  placed by ", &s->placed_by, out);
    line_name("  household by ", &s->household_by, out);
    line_name("  lives in ", &s->lives_in, out);
    line_expr("  head when ", s->head_when, out);
    line_expr("  due ", s->due, out);
    line_expr("  fresh for ", s->fresh, out);
    if (s->ground == GROUND_STATUTE)
        buf_addz(out, "  ground statute "), print_quoted(s->statute, out), buf_addc(out, '\n');
    if (s->ground == GROUND_CONSENT) line_name("  ground consent ", &s->consent, out);
    line_names("  key ", &s->key, out);
    line_names("  senders ", &s->senders, out);
    if (s->delivered_whole) buf_addz(out, "  delivered whole\n");
    if (s->unidentified_as_none) buf_addz(out, "  unidentified as none\n");
    for (size_t i = 0; i < s->n_fields; i++) print_field(&s->fields[i], out);
    print_decided(s, out);
    print_checks(s, out);
    buf_addc(out, '}');
}

/* ---- examples: the parser bounds the depth of rows */

static void indent(unsigned depth, struct buf *out)
{
    for (unsigned i = 0; i < depth; i++) buf_addz(out, "  ");
}

static void print_row(const struct ex_row *row, unsigned depth, struct buf *out)
{
    indent(depth, out);
    buf_add(out, row->entity.text);
    buf_addz(out, " {\n");
    for (size_t i = 0; i < row->n_fields; i++) {
        indent(depth + 1, out);
        buf_add(out, row->fields[i].name.text);
        buf_addz(out, " = ");
        expr_print(row->fields[i].value, out);
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < row->n_rows; i++) print_row(&row->rows[i], depth + 1, out);
    indent(depth, out);
    buf_addz(out, "}\n");
}

/* The days as a year, a month or a day, whichever it was. */
static void print_days(date_day first, date_day last, struct buf *out)
{
    char text[DATE_TEXT_MAX];
    size_t n = first == last ? 10 : last == date_month_end(first) ? 7 : 4;
    buf_addc(out, ' ');
    buf_add(out, (struct str){date_format(first, text), n});
}

static void print_expect(const struct ex_expect *x, struct buf *out)
{
    buf_addz(out, x->unknown ? "  expect unknown " : "  expect ");
    expr_print(x->cond, out);
    if (x->because.text.n) buf_addz(out, " because "), buf_add(out, x->because.text);
    if (x->because_from) print_days(x->because_from, x->because_to, out);
    buf_addc(out, '\n');
}

void print_example(const struct example_decl *x, struct buf *out)
{
    buf_addz(out, " {\n");
    for (size_t i = 0; i < x->n_givens; i++) {
        buf_addf(out, "  given %.*s = ", STR_ARG(x->givens[i].param.text));
        expr_print(x->givens[i].value, out);
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < x->n_rows; i++) print_row(&x->rows[i], 1, out);
    if (x->as_of) buf_addz(out, "  as of "), print_day(x->as_of, out), buf_addc(out, '\n');
    for (size_t i = 0; i < x->n_missing; i++) {
        buf_addf(out, "  not delivered %.*s", STR_ARG(x->missing[i].dataset.text));
        print_days(x->missing[i].first, x->missing[i].last, out);
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < x->n_expects; i++) print_expect(&x->expects[i], out);
    buf_addc(out, '}');
}
