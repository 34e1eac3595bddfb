/* What a review found, in words. */
#include "rules/review_int.h"

struct words {
    const char *en, *zh;
};

/* Never true; never false. */
static const struct words never[] = {
    [REVIEW_RULE] =
        {"this rule can never find anything, its condition contradicts itself. Correct the condition, or take "
         "the rule out.",
         "这条规则永远不会触发，条件自相矛盾。请改正条件，或删去该规则。"},
    [REVIEW_ELIGIBLE] = {"nobody can ever be eligible, the condition contradicts itself. Correct it.",
                         "没有任何人能符合，eligible 的条件自相矛盾。请改正。"},
    [REVIEW_ENROLLED] = {"nobody can ever be enrolled, the condition contradicts itself. Correct it.",
                         "没有任何人能算在享受，enrolled 的条件自相矛盾。请改正。"},
    [REVIEW_KEPT] = {"\"kept\" is never true, the condition contradicts itself. Correct it, or take the line out.",
                     "kept 永远不成立，条件自相矛盾。请改正，或删去这一句。"},
    [REVIEW_WHERE] = {"no row can ever meet this condition, it contradicts itself. Correct it.",
                      "没有任何一行能符合这个条件，它自相矛盾。请改正。"},
    [REVIEW_IF] = {"this condition is never true, so what stands behind \"then\" is never used. Correct the condition, "
                   "or keep the other branch.",
                   "这个条件永远不成立，then 后面的内容用不到。请改正条件，或只留 else 的内容。"},
};
static const struct words always[] = {
    [REVIEW_RULE] = {"this rule finds everybody who can be judged, its condition is never false. Correct it.",
                     "这条规则对能判断的全部触发，条件没有不成立的时候。请改正条件。"},
    [REVIEW_ELIGIBLE] = {"everybody is eligible, the condition is never false. Correct it.",
                         "人人符合，eligible 的条件没有不成立的时候。请改正。"},
    [REVIEW_ENROLLED] = {"everybody counts as enrolled, the condition is never false. Correct it.",
                         "人人算在享受，enrolled 的条件没有不成立的时候。请改正。"},
    [REVIEW_KEPT] = {"\"kept\" is never false, so nobody is ever found not entitled. Correct it.",
                     "kept 没有不成立的时候，永远查不出享受不符。请改正。"},
    [REVIEW_WHERE] = {"every row meets this condition. Correct it, or leave it out.",
                      "每一行都符合这个条件。请改正，或删去。"},
    [REVIEW_IF] = {"this condition is never false, so what stands behind \"else\" is never used. Correct the "
                   "condition, or keep the first branch.",
                   "这个条件没有不成立的时候，else 后面的内容用不到。请改正条件，或只留 then 的内容。"},
};

static void tell_condition(const struct review_condition *c, enum diag_level level, struct diags *d)
{
    if (c->may_be_true && c->may_be_false) return;
    const struct words *w = c->may_be_true ? &always[c->kind] : &never[c->kind];
    if (c->owner)
        diag_add(d, level, c->at, "\"%.*s\": %s", "“%.*s”：%s", STR_ARG(c->owner->name.text),
                 d->lang == LANG_EN ? w->en : w->zh);
    else diag_add(d, level, c->at, "%s", "%s", d->lang == LANG_EN ? w->en : w->zh);
}

static void tell_row(const struct review_row *r, enum diag_level level, struct diags *d)
{
    if (r->reached) return;
    if (r->is_else)
        diag_add(d, level, r->at, "the rows above name every code of \"%.*s\", so else is never reached. Take it out.",
                 "“%.*s”的各行已列出全部代码，else 永远用不到。请删去。", STR_ARG(r->owner->name.text));
    else
        diag_add(d, level, r->at,
                 "this row of \"%.*s\" is never reached: its keys are beyond what is looked up. Correct them, or take "
                 "the row out.",
                 "“%.*s”的这一行永远用不到：键超出了查表的取值。请改正，或删去。", STR_ARG(r->owner->name.text));
}

/* 1 is the gravest. */
static int gravity(const struct rule_decl *r) { return r->severity == SEV_NONE ? SEV__MAX : (int)r->severity; }

/* A narrower rule that is graver, or names a cause of its own, says more than the wider one. */
static bool says_more(const struct rule_decl *one, const struct rule_decl *other)
{
    return gravity(one) < gravity(other) || (one->cause.text.n && !str_eq(one->cause.text, other->cause.text));
}

/* The pair the other way round, when it holds too: both find the same. */
static const struct review_pair *same_finds(const struct review *r, const struct review_pair *p)
{
    for (size_t i = 0; i < r->rules.n; i++) {
        const struct review_pair *q = &r->rules.v[i];
        if (q->always && q->one == p->other && q->other == p->one) return q;
    }
    return NULL;
}

/* On the same condition one rule is red and the other yellow, or each names another cause. */
static bool opposed(const struct rule_decl *x, const struct rule_decl *y)
{
    bool severity = x->severity != SEV_NONE && y->severity != SEV_NONE && x->severity != y->severity;
    return severity || (x->cause.text.n && y->cause.text.n && !str_eq(x->cause.text, y->cause.text));
}

static const char *file_of(struct pos at) { return at.file ? at.file : ""; }

static void tell_pair(const struct review_pair *p, const struct review *r, enum diag_level level, struct diags *d)
{
    if (!p->always) return;
    const struct review_pair *back = same_finds(r, p);
    if (back && back < p) return; /* said */
    if (back && opposed(&p->one->u.rule, &p->other->u.rule)) {
        diag_add(d, level, p->one->at,
                 "\"%.*s\" and \"%.*s\" (%s:%u) find exactly the same and tell it with different severities or causes. "
                 "Correct one condition, or keep one rule.",
                 "“%.*s”与“%.*s”（%s:%u）触发的完全相同，等级或致贫原因却不一致。请改正其中一条的条件，或只留一条。",
                 STR_ARG(p->one->name.text), STR_ARG(p->other->name.text), file_of(p->other->at), p->other->at.line);
        return;
    }
    if (says_more(&p->one->u.rule, &p->other->u.rule)) return;
    diag_add(d, DIAG_WARNING, p->one->at,
             "whatever \"%.*s\" finds, \"%.*s\" (%s:%u) finds too. Keep both only if both have to be told.",
             "“%.*s”触发的，“%.*s”（%s:%u）也必定触发。确需分别列出才保留两条。", STR_ARG(p->one->name.text),
             STR_ARG(p->other->name.text), file_of(p->other->at), p->other->at.line);
}

static void tell_clash(const struct review_clash *c, enum diag_level level, struct diags *d)
{
    struct str one = c->one->name.text, two = c->two ? c->two->name.text : (struct str){0};
    switch (c->kind) {
    case CLASH_RECEIVED:
        diag_add(
            d, level, c->at,
            "\"%.*s\": eligible and enrolled exclude each other, so everybody who receives it is told as not "
            "entitled, and everybody entitled as not receiving it. Correct one of the two.",
            "“%.*s”：eligible 与 enrolled 互相排斥，凡享受的都会列为不符合，凡符合的都会列为未享受。请改正其中之一。",
            STR_ARG(one));
        break;
    case CLASH_KEPT:
        diag_add(
            d, level, c->at,
            "\"%.*s\": kept and enrolled exclude each other, so nobody ever keeps it. Correct kept, or take it out.",
            "“%.*s”：kept 与 enrolled 互相排斥，永远没有人可以保留。请改正 kept，或删去。", STR_ARG(one));
        break;
    case CLASH_SUGGESTED:
        diag_add(
            d, level, c->at,
            "\"%.*s\" suggests \"%.*s\" (%s:%u) to those who are never eligible for it: the conditions exclude each "
            "other. Correct one of them, or suggest something else.",
            "“%.*s”建议“%.*s”（%s:%u），但触发的人永远不符合其条件：两处条件互相排斥。请改正其一，或改换建议。",
            STR_ARG(one), STR_ARG(two), file_of(c->other_at), c->other_at.line);
        break;
    case CLASH_REQUIRED:
        diag_add(
            d, level, c->at,
            "no row of \"%.*s\" can meet this and the require of line %u: they contradict each other. Correct one.",
            "“%.*s”没有任何一行能同时满足这一条与第 %u 行的 require，两条互相矛盾。请改正其一。", STR_ARG(one),
            c->other_at.line);
        break;
    }
}

/* A rule that never finds anything implies every other; say the cause only. */
static bool idle(const struct review *r, const struct decl *rule)
{
    for (size_t i = 0; i < r->conditions.n; i++)
        if (r->conditions.v[i].what == rule) return !r->conditions.v[i].may_be_true || !r->conditions.v[i].may_be_false;
    return false;
}

void review_tell(struct review *r, bool strict, const char *const *known, size_t n_known, struct diags *d)
{
    enum diag_level level = strict ? DIAG_ERROR : DIAG_WARNING;
    for (size_t i = 0; i < r->conditions.n; i++) tell_condition(&r->conditions.v[i], level, d);
    for (size_t i = 0; i < r->rows.n; i++) tell_row(&r->rows.v[i], level, d);
    for (size_t i = 0; i < r->rules.n; i++)
        if (!idle(r, r->rules.v[i].one) && !idle(r, r->rules.v[i].other)) tell_pair(&r->rules.v[i], r, level, d);
    for (size_t i = 0; i < r->clashes.n; i++)
        if (!r->clashes.v[i].refuted) tell_clash(&r->clashes.v[i], level, d);
    review_unused(r, known, n_known, d);
}
