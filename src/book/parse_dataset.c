/* Datasets: what a department delivers, and what of it is known when nothing came. */
#include "book/parse_int.h"

enum {
    GROUP_KIND = 1,
    GROUP_COVERAGE,
    GROUP_DUE,
    GROUP_FRESH,
    GROUP_GROUND,
    GROUP_PERSON,
    GROUP_KEY,
    GROUP_SENDERS,
    GROUP_WHOLE,
    GROUP_NONE,
    GROUP_HOUSEHOLD,
    GROUP_LIVES,
    GROUP_HEAD,
    GROUP_DECIDED
};

static bool rhythm(struct parser *p, enum period_unit *out, bool term)
{
    static const struct {
        const char *word;
        enum period_unit unit;
    } words[] = {
        {"monthly", PER_MONTH},
        {"quarterly", PER_QUARTER},
        {"yearly", PER_YEAR},
        {"term", PER_TERM},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if ((words[i].unit == PER_TERM && !term) || !p_take_word(p, words[i].word)) continue;
        *out = words[i].unit;
        return !p->failed;
    }
    return term ? p_unexpected(p, "monthly, quarterly, yearly or term", "monthly、quarterly、yearly 或 term")
                : p_unexpected(p, "monthly, quarterly or yearly", "monthly、quarterly 或 yearly");
}

static bool ds_events(struct parser *p, struct decl *d)
{
    d->u.dataset.kind = DK_EVENTS;
    return rhythm(p, &d->u.dataset.period, false) && p_expect_word(p, "by") &&
           p_name(p, &d->u.dataset.time_field, "the field of the date", "日期字段");
}

static bool ds_snapshot(struct parser *p, struct decl *d)
{
    d->u.dataset.kind = DK_SNAPSHOT;
    return rhythm(p, &d->u.dataset.period, true);
}

static bool ds_latest(struct parser *p, struct decl *d)
{
    d->u.dataset.kind = DK_LATEST;
    return !p_take_word(p, "by") || p_name(p, &d->u.dataset.time_field, "the field of the date", "日期字段");
}

static bool ds_complete(struct parser *p, struct decl *d)
{
    (void)p;
    d->u.dataset.coverage = COV_COMPLETE;
    return true;
}

static bool ds_partial(struct parser *p, struct decl *d)
{
    (void)p;
    d->u.dataset.coverage = COV_PARTIAL;
    return true;
}

static bool ds_due(struct parser *p, struct decl *d) { return (d->u.dataset.due = p_expr(p)) != NULL; }

static bool ds_fresh(struct parser *p, struct decl *d)
{
    return p_expect(p, TK_FOR) && (d->u.dataset.fresh = p_expr(p)) != NULL;
}

static bool ds_ground(struct parser *p, struct decl *d)
{
    if (p_take_word(p, "statute")) {
        d->u.dataset.ground = GROUND_STATUTE;
        return p_string(p, &d->u.dataset.statute, "the statute, in quotes", "引号里的法规");
    }
    if (!p_take_word(p, "consent"))
        return p_unexpected(p, "\"statute\" and a text, or \"consent\" and a name",
                            "statute 加文字，或 consent 加名称");
    d->u.dataset.ground = GROUND_CONSENT;
    return p_name(p, &d->u.dataset.consent, "the name of the authorisation", "授权书的名称");
}

static bool ds_person(struct parser *p, struct decl *d)
{
    return p_expect_word(p, "by") && p_names(p, &d->u.dataset.person_by, "the field of the ID number", "证件号码字段");
}

static bool ds_placed(struct parser *p, struct decl *d)
{
    return p_expect_word(p, "by") && p_name(p, &d->u.dataset.placed_by, "the field of the village", "行政村字段");
}

static bool ds_key(struct parser *p, struct decl *d)
{
    return p_names(p, &d->u.dataset.key, "a field of the row key", "行键的字段");
}

static bool ds_senders(struct parser *p, struct decl *d)
{
    return p_names(p, &d->u.dataset.senders, "a sender", "报送单位");
}

static bool ds_delivered(struct parser *p, struct decl *d)
{
    d->u.dataset.delivered_whole = true;
    return p_expect_word(p, "whole");
}

static bool ds_unidentified(struct parser *p, struct decl *d)
{
    d->u.dataset.unidentified_as_none = true;
    return p_expect(p, TK_AS) && p_expect_word(p, "none");
}

static bool ds_require(struct parser *p, struct decl *d)
{
    return parse_requirement(p, &d->u.dataset.requires, &d->u.dataset.n_requires);
}

static bool ds_filled(struct parser *p, struct decl *d)
{
    struct pos at = p->cur.at;
    size_t last = d->u.dataset.n_filled;
    void *added = LIST_ADD(p, d->u.dataset.filled, d->u.dataset.n_filled);
    if (!added) return false;
    d->u.dataset.filled[last].at = at;
    if (!p_names(p, &d->u.dataset.filled[last].names, "a field", "字段")) return false;
    return !p_take(p, TK_WHEN) ? !p->failed : (d->u.dataset.filled[last].when = p_expr(p)) != NULL;
}

static bool ds_household(struct parser *p, struct decl *d)
{
    return p_expect_word(p, "by") &&
           p_name(p, &d->u.dataset.household_by, "the field of the household code", "户编号字段");
}

static bool ds_lives(struct parser *p, struct decl *d)
{
    return p_expect(p, TK_IN) && p_name(p, &d->u.dataset.lives_in, "the field of the division", "行政区划字段");
}

static bool ds_head(struct parser *p, struct decl *d)
{
    return p_expect(p, TK_WHEN) && (d->u.dataset.head_when = p_expr(p)) != NULL;
}

static bool ds_decided(struct parser *p, struct decl *d)
{
    struct dataset_decl *s = &d->u.dataset;
    if (!p_expect_word(p, "on") || !p_name(p, &s->decided_on, "the field of the day", "日期字段")) return false;
    return !p_take(p, TK_WHEN) ? !p->failed : (s->decided_when = p_expr(p)) != NULL;
}

/* ---- fields */

static bool field_bound(struct parser *p, struct field_decl *f)
{
    static const enum binop ops[] = {[TK_LT] = OP_LT, [TK_LE] = OP_LE, [TK_GT] = OP_GT, [TK_GE] = OP_GE};
    if (f->bound)
        return P_FAIL(p, p->cur.at, "the field has a bound already. Write both as a range: in 0..100.",
                      "该字段已有界限。请把两个界限写成区间：in 0..100。");
    f->bound_op = ops[p->cur.kind];
    p_advance(p);
    return (f->bound = p_expr_level(p, LEVEL_ADD)) != NULL;
}

static bool field_flag(struct parser *p, struct field_decl *f, bool *matched)
{
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"optional", &f->optional},
        {"secret", &f->secret},
        {"sensitive", &f->sensitive},
        {"key", &f->is_key},
    };
    *matched = true;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (p_take_word(p, flags[i].word)) return *flags[i].flag = true;
    if (p_take(p, TK_OF)) return f->of_household = p_expect_word(p, "household");
    *matched = false;
    return !p->failed;
}

static bool field_modifier(struct parser *p, struct field_decl *f, bool *matched)
{
    *matched = true;
    switch (p->cur.kind) {
    case TK_LT:
    case TK_LE:
    case TK_GT:
    case TK_GE: return field_bound(p, f);
    case TK_IN: p_advance(p); return (f->range = p_range(p)) != NULL;
    case TK_ASSIGN: p_advance(p); return (f->derived = p_expr(p)) != NULL;
    default: return field_flag(p, f, matched);
    }
}

static const struct block dataset_block;

static bool fail_field(struct parser *p, const struct field_decl *f)
{
    const char *near = p_near_clause(&dataset_block, f->name.text);
    if (near)
        return P_FAIL(p, f->name.at, "\"%.*s\" is no clause and, without a label, no field. Did you mean \"%s\"?",
                      "“%.*s”不是子句；作为字段又没有标签。是不是想写“%s”？", STR_ARG(f->name.text), near);
    if (p->cur.kind == TK_IDENT || token_is_word(p->cur.kind))
        return P_FAIL(p, p->cur.at,
                      "\"%.*s\" is nothing a field can be: optional, secret, sensitive, key, of household, a bound (>= "
                      "0), a range (in 1..4) or a value (= expr); or the label in quotes is missing.",
                      "字段没有“%.*s”这种说明：可用 optional、secret、sensitive、key、of household、界限（>= "
                      "0）、区间（in 1..4）或取值（= 表达式）；或者缺少引号里的标签。",
                      STR_ARG(p_shown(p->cur.text)));
    struct str label;
    return p_label(p, f->name.text, &label);
}

static bool fail_no_type(struct parser *p, const struct field_decl *f)
{
    const char *near = p_near_clause(&dataset_block, f->name.text);
    if (near) return fail_field(p, f);
    return P_FAIL(p, f->name.at, "the field \"%.*s\" has no type. Write one behind its name, for example %.*s date.",
                  "字段“%.*s”没有类型。请写在名称后面，例如 %.*s date。", STR_ARG(f->name.text), STR_ARG(f->name.text));
}

/* means yes "农村特困", "城市特困" means no "不享受" */
static bool field_meanings(struct parser *p, struct field_decl *f)
{
    const char *en = "a word of cells, in quotes", *zh = "引号里的单元格写法";
    while (!p->failed && p_is_word(p, "means")) {
        if (f->type.kind != T_BOOL)
            return P_FAIL(p, p->cur.at, "only a bool field has words that mean yes or no; codes have aliases.",
                          "只有 bool 字段可以写哪些词表示是或否；代码请用 aliases。");
        p_advance(p);
        if (p_take_word(p, "yes")) (void)p_texts(p, &f->yes, &f->n_yes, en, zh);
        else if (p_take_word(p, "no")) (void)p_texts(p, &f->no, &f->n_no, en, zh);
        else (void)p_unexpected(p, "yes or no, and words in quotes", "yes 或 no，再加引号里的词");
    }
    return !p->failed;
}

static bool field(struct parser *p, struct decl *d)
{
    struct field_decl *f = LIST_ADD(p, d->u.dataset.fields, d->u.dataset.n_fields);
    if (!f || !p_own_name(p, &f->name, "a clause, a field or \"}\"", "子句、字段或“}”")) return false;
    if (p->cur.kind != TK_IDENT) return fail_no_type(p, f);
    if (!p_type(p, &f->type)) return false;
    for (bool more = true; more;)
        if (!field_modifier(p, f, &more)) return false;
    if (p->cur.kind != TK_STRING) return !p->failed && fail_field(p, f);
    return p_label(p, f->name.text, &f->label) && p_aliases(p, &f->aliases, &f->n_aliases) && field_meanings(p, f);
}

static const struct clause clauses[] = {
    {"events", ds_events, GROUP_KIND, false},
    {"snapshot", ds_snapshot, GROUP_KIND, false},
    {"latest", ds_latest, GROUP_KIND, false},
    {"complete", ds_complete, GROUP_COVERAGE, false},
    {"partial", ds_partial, GROUP_COVERAGE, false},
    {"due", ds_due, GROUP_DUE, false},
    {"fresh", ds_fresh, GROUP_FRESH, false},
    {"ground", ds_ground, GROUP_GROUND, false},
    {"person", ds_person, GROUP_PERSON, false},
    {"placed", ds_placed, GROUP_PERSON, false},
    {"key", ds_key, GROUP_KEY, false},
    {"senders", ds_senders, GROUP_SENDERS, false},
    {"delivered", ds_delivered, GROUP_WHOLE, false},
    {"unidentified", ds_unidentified, GROUP_NONE, false},
    {"require", ds_require, 0, false},
    {"filled", ds_filled, 0, false},
    {"household", ds_household, GROUP_HOUSEHOLD, false},
    {"lives", ds_lives, GROUP_LIVES, false},
    {"head", ds_head, GROUP_HEAD, false},
    {"decided", ds_decided, GROUP_DECIDED, false},
};
static const struct block dataset_block = {.kind = "dataset", CLAUSES(clauses), .item = field, .fields = true};

bool parse_dataset(struct parser *p, struct decl *d)
{
    return p_head(p, d) && p_expect_word(p, "by") && p_names(p, &d->u.dataset.by, "a department", "部门") &&
           p_block(p, d, &dataset_block);
}
