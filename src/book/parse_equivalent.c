/* Changes of a declaration that change nothing: what policy check --strict need not ask an example for. */
#include "book/parse_int.h"

static bool change(struct parser *p, struct decl *d)
{
    struct same_change *c = LIST_ADD(p, d->u.equivalent.v, d->u.equivalent.n);
    if (!c) return false;
    c->at = p->cur.at;
    return p_string(p, &c->before, "the fragment as it is, in quotes", "带引号的原文片段") && p_expect(p, TK_ARROW) &&
           p_string(p, &c->after, "the fragment as changed, in quotes", "带引号的改动后片段");
}

/* equivalent NAME "reason" { "before" => "after" ... } */
bool parse_equivalent(struct parser *p, struct decl *d)
{
    if (!p_name(p, &d->name, "what it speaks of", "所指的声明")) return false;
    if (p_take(p, TK_DOT)) {
        d->u.equivalent.entity = d->name;
        if (!p_name(p, &d->name, "the feature", "特征")) return false;
    }
    if (!p_string(p, &d->label, "the reason, in quotes", "带引号的理由") || !p_expect(p, TK_LBRACE)) return false;
    do {
        if (!change(p, d)) return false;
    } while (p->cur.kind != TK_RBRACE && !p->failed);
    return p_take(p, TK_RBRACE);
}
