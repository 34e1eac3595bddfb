/* Judging the data checks alone. */
#include "app/checks.h"
#include "base/vec.h"
#include "rules/engine.h"

enum { NAMES_MAX = 16384, NAME_BYTES = 256 };

struct names {
    struct session *s;
    VEC(struct str) v;
};

static bool has_name(const struct names *x, struct str name)
{
    for (size_t i = 0; i < x->v.n; i++)
        if (str_eq(x->v.v[i], name)) return true;
    return false;
}

static bool add_name(struct names *x, struct str name) { return has_name(x, name) || vec_push(&x->v, NAMES_MAX, name); }

/* `require` and `filled` of a dataset are checks too, by numbers from 1. */
static bool add_clauses(struct names *x, const struct decl *d, const char *word, size_t n)
{
    for (size_t i = 1; i <= n; i++) {
        char text[NAME_BYTES];
        int len = snprintf(text, sizeof text, "%.*s.%s_%zu", STR_ARG(d->name.text), word, i);
        struct str name = str_dup(&x->s->arena, str_make(text, (size_t)len));
        if (!name.p || !add_name(x, name)) return false;
    }
    return true;
}

static bool add_decl(struct names *x, const struct decl *d)
{
    if (work_is_check(d)) return add_name(x, d->name.text);
    if (d->kind != D_DATASET) return true;
    return add_clauses(x, d, "require", d->u.dataset.n_requires) && add_clauses(x, d, "filled", d->u.dataset.n_filled);
}

static enum rc all_names(struct names *x, struct err *e)
{
    for (size_t i = 0; i < x->s->books.n_decls; i++)
        if (!add_decl(x, x->s->books.decls[i])) return err_nomem(e);
    return RC_OK;
}

static enum rc asked_names(struct names *x, struct str rest, const struct names *all, struct err *e)
{
    struct str word;
    while (str_cut(&rest, ',', &word)) {
        if (!has_name(all, word))
            return err_set(e, RC_INPUT, pos_none(),
                           "\"%.*s\" is no data check of the loaded books. See: fangpin checks DB",
                           "“%.*s”不是已装载政策册里的核查。请看：fangpin checks DB", STR_ARG(word));
        if (!add_name(x, word)) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc find_names(struct checking *c, struct err *e)
{
    struct names all = {.s = c->s}, some = {.s = c->s};
    bool asked = c->a->opt[OPTION_RULES].given;
    enum rc rc = all_names(&all, e);
    if (!rc && asked) rc = asked_names(&some, c->a->opt[OPTION_RULES].text, &all, e);
    struct names *use = asked ? &some : &all;
    struct str *v = ARENA_ARRAY(&c->s->arena, struct str, use->v.n + 1);
    if (!v && !rc) rc = err_nomem(e);
    for (size_t i = 0; !rc && i < use->v.n; i++) v[i] = use->v.v[i];
    c->names = v;
    c->n_names = use->v.n;
    vec_fini(&all.v);
    vec_fini(&some.v);
    if (rc || c->n_names) return rc;
    return err_set(e, RC_INPUT, pos_none(),
                   "the loaded books have no data checks. Load them: fangpin policy load DB DIR...",
                   "已装载的政策册里没有核查。请装载：fangpin policy load DB 文件夹...");
}

enum rc checks_run(struct checking *c, struct err *e)
{
    int64_t k_us = 0;
    date_day as_of = c->a->opt[OPTION_AS_OF].from ? c->a->opt[OPTION_AS_OF].from : c->s->known_at;
    TRY(find_names(c, e));
    TRY(session_kept_moment(c->s, as_of, c->s->known_at, &k_us, e));
    struct screen_options o = {.as_of = as_of,
                               .known_at = c->s->known_at,
                               .k_us = k_us,
                               .dry = true,
                               .with_lines = c->with_lines,
                               .only = c->names,
                               .n_only = c->n_names,
                               .by_who = session_who(c->a)};
    return screen_run(&c->sc, c->s->store, c->s->policy, c->s->set.hash, &c->s->divs, &o, &c->s->diags, e);
}

void checks_end(struct checking *c)
{
    arena_fini(&c->scratch);
    screening_free(&c->sc);
}

/* ---------------------------------------------------------------- in words */

static enum rc take_sentence(struct checking *c, const struct tx_output *o, struct err *e)
{
    for (size_t i = 0; i < c->sc.n_rules; i++) {
        if (!str_eq(c->sc.rules[i].name, o->name)) continue;
        struct buf b;
        buf_init(&b, KIB(256));
        zh_print(c->s->policy, o->when, &b);
        c->sentence[i] = b.failed ? (struct str){0} : str_dup(&c->s->arena, buf_str(&b));
        buf_fini(&b);
        return c->sentence[i].p ? RC_OK : err_nomem(e);
    }
    return RC_OK;
}

enum rc checks_sentences(struct checking *c, struct err *e)
{
    struct compiled out;
    struct compile_options o = {.as_of = c->sc.w.as_of, .only = c->names, .n_only = c->n_names};
    c->sentence = ARENA_ARRAY(&c->s->arena, struct str, c->sc.n_rules + 1);
    if (!c->sentence) return err_nomem(e);
    if (!c->sc.w.n_places) return RC_OK;
    o.place = &c->sc.w.places[0];
    TRY(rules_compile(c->s->policy, &o, &c->s->arena, &c->s->diags, &out, e));
    for (size_t i = 0; i < out.n_outputs; i++) TRY(take_sentence(c, &out.outputs[i], e));
    return RC_OK;
}
