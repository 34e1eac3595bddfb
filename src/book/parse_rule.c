/* What a book says of people: feature, rule, measure. */
#include "book/parse_int.h"

bool parse_feature(struct parser *p, struct decl *d)
{
    struct feature_decl *f = &d->u.feature;
    if (!p_name(p, &f->entity, "the entity that has the feature: member.NAME or household.NAME",
                "特征所属的实体：member.名称 或 household.名称"))
        return false;
    if (!p_take(p, TK_DOT))
        return !p->failed && P_FAIL(p, p->cur.at, "a feature says whose it is. Write household.%.*s or member.%.*s.",
                                    "特征要写明属于谁。请写 household.%.*s 或 member.%.*s。", STR_ARG(f->entity.text),
                                    STR_ARG(f->entity.text));
    if (!p_own_name(p, &d->name, "a name", "名称") || !p_label(p, d->name.text, &d->label)) return false;
    if (!p_type(p, &f->type) || !p_reach(p, &d->reach) || !p_expect(p, TK_ASSIGN)) return false;
    return (f->value = p_expr(p)) != NULL;
}

/* ---- rule */

static bool rule_when(struct parser *p, struct decl *d) { return (d->u.rule.when = p_expr(p)) != NULL; }
static bool rule_cause(struct parser *p, struct decl *d) { return p_name(p, &d->u.rule.cause, "a cause", "致贫风险"); }
static bool rule_suggest(struct parser *p, struct decl *d)
{
    return p_names(p, &d->u.rule.suggest, "a measure", "帮扶措施");
}
static bool rule_starts(struct parser *p, struct decl *d)
{
    return p_name(p, &d->u.rule.starts, "a procedure", "程序");
}
static bool rule_says(struct parser *p, struct decl *d)
{
    return p_string(p, &d->u.rule.says, "a text in quotes", "引号里的文字");
}

static bool rule_number(struct parser *p, struct decl *d)
{
    return p_string(p, &d->u.rule.number, "a number in quotes", "引号里的编号");
}
static bool rule_mend(struct parser *p, struct decl *d)
{
    return p_string(p, &d->u.rule.mend, "a text in quotes", "引号里的文字");
}

/* The word at hand among words; its index, or n (nothing taken). */
static size_t take_one(struct parser *p, const char *const *words, size_t n)
{
    size_t i = 0;
    while (i < n && !p_take_word(p, words[i])) i++;
    return i;
}

static bool rule_kind(struct parser *p, struct rule_decl *r)
{
    static const char *const kinds[FK__MAX] = {"risk", "coverage", "quality"};
    static const char *const severities[] = {"red", "orange", "yellow"};
    size_t kind = take_one(p, kinds, FK__MAX);
    if (kind == FK__MAX) return p_unexpected(p, "risk, coverage or quality", "risk、coverage 或 quality");
    size_t severity = take_one(p, severities, 3);
    r->kind = (enum finding_kind)kind;
    r->severity = severity < 3 ? (enum severity)(SEV_RED + severity) : SEV_NONE;
    return !p->failed;
}

static bool on(struct parser *p, struct name *out)
{
    return !p_take_word(p, "on") ? !p->failed : p_name(p, out, "an entity such as member", "实体，例如 member");
}

bool parse_rule(struct parser *p, struct decl *d)
{
    static const struct clause clauses[] = {
        {"when", rule_when, 1, true},      {"cause", rule_cause, 2, false}, {"suggest", rule_suggest, 3, false},
        {"starts", rule_starts, 4, false}, {"says", rule_says, 5, false},   {"number", rule_number, 6, false},
        {"mend", rule_mend, 7, false},
    };
    static const struct block block = {.kind = "rule", CLAUSES(clauses)};
    return p_head(p, d) && rule_kind(p, &d->u.rule) && on(p, &d->u.rule.on) && p_reach(p, &d->reach) &&
           p_block(p, d, &block);
}

/* ---- measure */

static bool when(struct parser *p, struct expr **out) { return p_expect(p, TK_WHEN) && (*out = p_expr(p)) != NULL; }
static bool measure_eligible(struct parser *p, struct decl *d) { return when(p, &d->u.measure.eligible); }
static bool measure_enrolled(struct parser *p, struct decl *d) { return when(p, &d->u.measure.enrolled); }
static bool measure_kept(struct parser *p, struct decl *d) { return when(p, &d->u.measure.kept); }
static bool measure_gives(struct parser *p, struct decl *d) { return (d->u.measure.gives = p_expr(p)) != NULL; }

bool parse_measure(struct parser *p, struct decl *d)
{
    static const struct clause clauses[] = {
        {"eligible", measure_eligible, 1, true},
        {"enrolled", measure_enrolled, 2, true},
        {"kept", measure_kept, 3, false},
        {"gives", measure_gives, 4, false},
    };
    static const struct block block = {.kind = "measure", CLAUSES(clauses)};
    return p_head(p, d) && p_expect_word(p, "by") && p_names(p, &d->u.measure.by, "a department", "部门") &&
           on(p, &d->u.measure.on) && p_reach(p, &d->reach) && p_block(p, d, &block);
}
