/* An explanation as JSON: what the text says, for programs. */
#include "rules/explain_int.h"

static void key(struct buf *out, const char *name)
{
    char last = out->n ? out->p[out->n - 1] : '{';
    if (last != '{' && last != '[') buf_addc(out, ',');
    buf_addf(out, "\"%s\":", name);
}

static void text(struct buf *out, const char *name, struct str s)
{
    if (!s.n) return;
    key(out, name);
    buf_add_json(out, s);
}

static void number(struct buf *out, const char *name, size_t n)
{
    key(out, name);
    buf_addf(out, "%zu", n);
}

static void both(struct buf *out, const char *name, const struct explain_words *w)
{
    if (!w->v[LANG_ZH].n && !w->v[LANG_EN].n) return;
    key(out, name);
    buf_addz(out, "{");
    text(out, "zh", w->v[LANG_ZH]);
    text(out, "en", w->v[LANG_EN]);
    buf_addz(out, "}");
}

static void list(struct buf *out, const char *name, const struct explain_words *v, size_t n)
{
    if (!n) return;
    key(out, name);
    for (size_t i = 0; i < n; i++) {
        buf_addz(out, i ? ",{" : "[{");
        text(out, "zh", v[i].v[LANG_ZH]);
        text(out, "en", v[i].v[LANG_EN]);
        buf_addc(out, '}');
    }
    buf_addc(out, ']');
}

static void day(struct buf *out, const char *name, date_day d)
{
    char z[DATE_TEXT_MAX];
    if (d) text(out, name, str_from(date_format(d, z)));
}

static void verdict(struct buf *out, enum explain_verdict v)
{
    static const char *const words[EXPLAIN__MAX] = {"false", "true", "unknown", "not_run"};
    text(out, "verdict", str_from(words[v]));
}

static void citation(struct buf *out, const struct explain_citation *c)
{
    buf_addc(out, '{');
    text(out, "label", c->label.v[LANG_ZH]);
    text(out, "book", c->book);
    text(out, "heading", c->heading);
    text(out, "file", c->file);
    number(out, "line", c->line);
    buf_addc(out, '}');
}

static void rows(struct buf *out, const struct explain_fact *f)
{
    if (!f->has_rows) return;
    number(out, "rows", f->n_counted);
    number(out, "doubtful", f->n_doubtful);
    number(out, "not_shown", f->n_more);
    key(out, "evidence");
    buf_addc(out, '[');
    for (size_t i = 0; i < f->n_rows; i++) {
        buf_addz(out, i ? ",{" : "{");
        number(out, "table", f->rows[i].table);
        number(out, "row", f->rows[i].row);
        text(out, "text", f->rows[i].text);
        buf_addc(out, '}');
    }
    buf_addc(out, ']');
}

static void fact(struct buf *out, const struct explain_fact *f)
{
    static const char *const kinds[FACT__MAX] = {"feature", "field", "parameter", "table", "rows", "day"};
    buf_addc(out, '{');
    text(out, "kind", str_from(kinds[f->kind]));
    number(out, "depth", f->depth);
    text(out, "name", f->name);
    both(out, "label", &f->label);
    both(out, "value", &f->value);
    both(out, "source", &f->source);
    day(out, "from", f->from);
    day(out, "to", f->to);
    rows(out, f);
    list(out, "reasons", f->reasons, f->n_reasons);
    buf_addc(out, '}');
}

static void condition(struct buf *out, const struct explain_condition *k)
{
    buf_addc(out, '{');
    verdict(out, k->verdict);
    both(out, "sentence", &k->sentence);
    both(out, "with_values", &k->with_values);
    list(out, "reasons", k->reasons, k->n_reasons);
    key(out, "facts");
    buf_addc(out, '[');
    for (size_t i = 0; i < k->n_facts; i++) {
        if (i) buf_addc(out, ',');
        fact(out, &k->facts[i]);
    }
    buf_addc(out, ']');
    list(out, "changes", k->changes, k->n_changes);
    if (k->n_changes > 1) key(out, "one_change_is_enough"), buf_addz(out, k->any_change ? "true" : "false");
    buf_addc(out, '}');
}

static void losers(struct buf *out, const struct explanation *x)
{
    if (!x->n_losers) return;
    key(out, "set_aside");
    buf_addc(out, '[');
    for (size_t i = 0; i < x->n_losers; i++) {
        if (i) buf_addc(out, ',');
        citation(out, &x->losers[i]);
    }
    buf_addc(out, ']');
}

static void member(struct buf *out, const struct explain_member *who)
{
    if (!who) return;
    key(out, "member");
    buf_addc(out, '{');
    number(out, "number", who->number);
    text(out, "name", who->name);
    text(out, "row", who->row);
    buf_addc(out, '}');
}

void explain_json(const struct explanation *x, const struct explain_member *who, struct buf *out)
{
    buf_addc(out, '{');
    member(out, who);
    text(out, "rule", x->name);
    both(out, "label", &x->label);
    both(out, "kind", &x->kind);
    both(out, "severity", &x->severity);
    verdict(out, x->verdict);
    day(out, "as_of", x->as_of);
    day(out, "known_at", x->known_at);
    both(out, "sentence", &x->sentence);
    both(out, "says", &x->says);
    both(out, "cause", &x->cause);
    list(out, "measures", x->measures, x->n_measures);
    key(out, "clause");
    citation(out, &x->cite);
    losers(out, x);
    list(out, "parameters_not_set", x->empty, x->n_empty);
    list(out, "reasons", x->reasons, x->n_reasons);
    key(out, "conditions");
    buf_addc(out, '[');
    for (size_t i = 0; i < x->n_conditions; i++) {
        if (i) buf_addc(out, ',');
        condition(out, &x->conditions[i]);
    }
    buf_addz(out, "]}");
}
