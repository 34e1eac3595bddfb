/* An explanation as text for people. */
#include "base/out.h"
#include "rules/explain_int.h"

static void line(struct buf *out, unsigned indent)
{
    for (unsigned i = 0; i < indent; i++) buf_addz(out, "  ");
}

static void field(struct buf *out, enum lang lang, const char *en, const char *zh, struct str s)
{
    if (!s.n) return;
    buf_addz(out, lang_pick(lang, en, zh));
    buf_addz(out, lang_pick(lang, ": ", "："));
    buf_add(out, s);
    buf_addc(out, '\n');
}

static void add_citation(struct buf *out, enum lang lang, const struct explain_citation *c)
{
    buf_add(out, c->book);
    if (c->heading.n) buf_addc(out, '#');
    buf_add(out, c->heading);
    if (!c->file.n) return;
    buf_addz(out, lang_pick(lang, " (", "（"));
    buf_addf(out, "%.*s:%u", STR_ARG(c->file), (unsigned)c->line);
    buf_addz(out, lang_pick(lang, ")", "）"));
}

static const char *rule_verdict(enum explain_verdict v, enum lang lang)
{
    static const char *const en[] = {"does not hold", "holds", "cannot be judged", "not run (a parameter is not set)"};
    static const char *const zh[] = {"未触发", "触发", "无法判断", "未运行（有参数尚未设定）"};
    return lang_pick(lang, en[v], zh[v]);
}

static const char *condition_verdict(enum explain_verdict v, enum lang lang)
{
    static const char *const en[] = {"false", "true", "unknown", "not run"}, *const zh[] = {"不成立", "成立",
                                                                                            "无法判断", "未运行"};
    return lang_pick(lang, en[v], zh[v]);
}

static void add_list(struct buf *out, enum lang lang, const char *en, const char *zh, const struct explain_words *v,
                     size_t n)
{
    if (!n) return;
    buf_addz(out, lang_pick(lang, en, zh));
    for (size_t i = 0; i < n; i++) {
        buf_addz(out, i ? lang_pick(lang, "; ", "；") : lang_pick(lang, ": ", "："));
        buf_add(out, v[i].v[lang]);
    }
    buf_addc(out, '\n');
}

static void add_head(const struct explanation *x, enum lang lang, struct buf *out)
{
    char as_of[DATE_TEXT_MAX], known[DATE_TEXT_MAX];
    buf_addf(out, "%.*s ", STR_ARG(x->name));
    buf_addz(out, lang_pick(lang, "\"", "「"));
    buf_add(out, x->label.v[lang]);
    buf_addz(out, lang_pick(lang, "\" (", "」（"));
    buf_add(out, x->kind.v[lang]);
    if (x->severity.v[lang].n) buf_addz(out, lang_pick(lang, ", ", "，"));
    buf_add(out, x->severity.v[lang]);
    buf_addz(out, lang_pick(lang, ")\n", "）\n"));
    field(out, lang, "Verdict", "结论", str_from(rule_verdict(x->verdict, lang)));
    buf_addf(out, lang == LANG_EN ? "As of %s, known at %s\n" : "截至 %s，按 %s 已知的数据\n",
             date_format(x->as_of, as_of), date_format(x->known_at, known));
    field(out, lang, "Condition", "条件", x->sentence.v[lang]);
    field(out, lang, "Says", "提示", x->says.v[lang]);
    field(out, lang, "Cause", "原因", x->cause.v[lang]);
    add_list(out, lang, "Suggested measures", "建议措施", x->measures, x->n_measures);
    buf_addz(out, lang_pick(lang, "Clause: ", "依据："));
    add_citation(out, lang, &x->cite);
    buf_addc(out, '\n');
    for (size_t i = 0; i < x->n_losers; i++) {
        buf_addz(out, lang_pick(lang, "Set aside here: ", "在此地被取代："));
        add_citation(out, lang, &x->losers[i]);
        buf_addc(out, '\n');
    }
    add_list(out, lang, "Parameters not set", "尚未设定的参数", x->empty, x->n_empty);
    add_list(out, lang, "Why it cannot be judged", "无法判断的原因", x->reasons, x->n_reasons);
}

/* ---------------------------------------------------------------- facts */

static void add_window(const struct explain_fact *f, enum lang lang, struct buf *out)
{
    char day[DATE_TEXT_MAX];
    if (!f->from && !f->has_rows) return;
    buf_addz(out, lang_pick(lang, " (", "（"));
    if (f->from) buf_addz(out, date_format(f->from, day));
    if (f->from && f->to != f->from) {
        buf_addz(out, lang_pick(lang, " to ", "至"));
        buf_addz(out, date_format(f->to, day));
    }
    if (f->has_rows) {
        if (f->from) buf_addz(out, lang_pick(lang, ", ", "，"));
        bool people = f->table == TABLE_PERSON;
        buf_addf(out, "%zu%s", f->n_counted, lang_pick(lang, people ? " person" : " row", people ? "人" : "条记录"));
        if (lang == LANG_EN && f->n_counted != 1) buf_addc(out, 's');
        if (f->n_doubtful) buf_addf(out, lang == LANG_EN ? ", %zu doubtful" : "，另有%zu待定", f->n_doubtful);
    }
    buf_addz(out, lang_pick(lang, ")", "）"));
}

static void add_rows(const struct explain_fact *f, enum lang lang, unsigned indent, struct buf *out)
{
    for (size_t i = 0; i < f->n_rows; i++) {
        if (!f->rows[i].text.n) continue;
        line(out, indent);
        buf_addf(out, "- %.*s\n", STR_ARG(f->rows[i].text));
    }
    if (!f->n_more) return;
    line(out, indent);
    buf_addf(out, lang == LANG_EN ? "- and %zu more\n" : "- 另有%zu条\n", f->n_more);
}

/* A condition that is itself about rows has said what they are. */
static void add_fact(const struct explain_condition *k, const struct explain_fact *f, enum lang lang, struct buf *out)
{
    bool again = f->depth == 0 && f->has_rows && str_eq(f->label.v[lang], k->sentence.v[lang]);
    line(out, 2 + f->depth);
    buf_add(out, again ? str_from(lang_pick(lang, "such rows", "有无这样的行")) : f->label.v[lang]);
    buf_addz(out, lang_pick(lang, ": ", "："));
    buf_add(out, f->value.v[lang]);
    add_window(f, lang, out);
    if (f->source.v[lang].n) {
        buf_addz(out, lang_pick(lang, " [", "［"));
        buf_add(out, f->source.v[lang]);
        buf_addz(out, lang_pick(lang, "]", "］"));
    }
    buf_addc(out, '\n');
    if (f->n_reasons) line(out, 3 + f->depth);
    add_list(out, lang, "missing", "缺", f->reasons, f->n_reasons);
    add_rows(f, lang, 3 + f->depth, out);
}

static void add_condition(const struct explain_condition *k, size_t number, enum lang lang, struct buf *out)
{
    buf_addf(out, "  %zu. [%s] ", number, condition_verdict(k->verdict, lang));
    buf_add(out, k->with_values.v[lang].n ? k->with_values.v[lang] : k->sentence.v[lang]);
    buf_addc(out, '\n');
    if (k->n_reasons) line(out, 2);
    add_list(out, lang, "reasons", "原因", k->reasons, k->n_reasons);
    for (size_t i = 0; i < k->n_facts; i++) add_fact(k, &k->facts[i], lang, out);
}

/* ---------------------------------------------------------------- the nearest change */

static size_t changing(const struct explanation *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n_conditions; i++) n += x->conditions[i].n_changes > 0;
    return n;
}

static const char *change_head(const struct explanation *x, enum lang lang)
{
    if (x->verdict == EXPLAIN_UNKNOWN) return lang_pick(lang, "To judge it", "要能判断，须补齐");
    if (x->verdict == EXPLAIN_TRUE)
        return lang_pick(lang, "It would hold no longer with any one of", "以下任一变化即不再触发");
    bool missing = false;
    for (size_t i = 0; i < x->n_conditions; i++) missing = missing || x->conditions[i].has_missing;
    if (missing)
        return lang_pick(lang, "It could hold only with (what is missing must first be judged)",
                         "以下各条均变化后才可能触发（待补的补齐后再判断）");
    if (changing(x) > 1) return lang_pick(lang, "It would hold with all of", "以下变化同时具备即触发");
    return lang_pick(lang, "It would hold with", "最近的变化");
}

static const char *how_many(const struct explain_condition *k, enum lang lang)
{
    bool any = k->any_change && k->verdict != EXPLAIN_UNKNOWN;
    return any ? lang_pick(lang, ", any of these", "，任一") : lang_pick(lang, ", all of these", "，同时");
}

/* The number is that of the condition. */
static void add_changes(const struct explanation *x, enum lang lang, struct buf *out)
{
    size_t n = changing(x);
    if (!n) return;
    buf_addf(out, "%s%s\n", change_head(x, lang), lang_pick(lang, ":", "："));
    for (size_t i = 0; i < x->n_conditions; i++) {
        const struct explain_condition *k = &x->conditions[i];
        bool enough = n == 1 && (k->n_changes == 1 || k->any_change) && x->verdict == EXPLAIN_FALSE && !k->has_missing;
        for (size_t j = 0; j < k->n_changes; j++) {
            buf_addf(out, "  - [%zu%s] %.*s", i + 1, k->n_changes > 1 ? how_many(k, lang) : "",
                     STR_ARG(k->changes[j].v[lang]));
            if (enough) buf_addz(out, lang_pick(lang, ": then it holds", "，即触发"));
            buf_addc(out, '\n');
        }
    }
}

void explain_text(const struct explanation *x, enum lang lang, struct buf *out)
{
    add_head(x, lang, out);
    if (x->n_conditions) buf_addz(out, lang_pick(lang, "Conditions:\n", "逐条：\n"));
    for (size_t i = 0; i < x->n_conditions; i++) add_condition(&x->conditions[i], i + 1, lang, out);
    add_changes(x, lang, out);
}
