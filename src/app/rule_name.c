#include "app/rule_name.h"

struct str rule_base_name(struct str name)
{
    static const char *const ends[] = {".not_received", ".not_entitled"};
    for (size_t i = 0; i < 2; i++)
        if (str_ends(name, str_from(ends[i]))) return str_sub(name, 0, name.n - strlen(ends[i]));
    return name;
}

/* "roster.require_1", "help.filled_2": a clause of a dataset. */
static bool is_dataset_check(const struct session *s, struct str name)
{
    static const char *const words[] = {".require_", ".filled_"};
    for (size_t i = 0; i < 2; i++) {
        size_t at = str_find(name, str_from(words[i]), 0);
        if (at != SIZE_MAX) return policy_known(s->policy, D_DATASET, str_sub(name, 0, at));
    }
    return false;
}

enum rc rule_known(const struct session *s, struct str name, enum decl_kind *kind, struct err *e)
{
    struct str base = rule_base_name(name);
    *kind = policy_known(s->policy, D_RULE, base) ? D_RULE : D_MEASURE;
    if (policy_known(s->policy, *kind, base) || is_dataset_check(s, base)) return RC_OK;
    struct str near = policy_suggest(s->policy, D_RULE, base);
    if (!near.n) near = policy_suggest(s->policy, D_MEASURE, base);
    if (near.n)
        return err_set(e, RC_INPUT, pos_none(), "there is no rule or measure \"%.*s\". Did you mean \"%.*s\"?",
                       "没有规则或措施“%.*s”。是否要用“%.*s”？", STR_ARG(name), STR_ARG(near));
    return err_set(e, RC_INPUT, pos_none(), "there is no rule or measure \"%.*s\". See: fangpin policy list",
                   "没有规则或措施“%.*s”。请看：fangpin policy list", STR_ARG(name));
}
