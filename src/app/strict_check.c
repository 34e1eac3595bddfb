#include "app/strict_check.h"
#include "base/par.h"

enum rc strict_watch(struct session *s, struct watch *w, struct err *e)
{
    *w = (struct watch){.v = ARENA_ARRAY(&s->arena, struct tx *, s->books.n_exprs + 1), .n = s->books.n_exprs};
    if (!w->v) return err_nomem(e);
    policy_watch(s->policy, *w);
    return RC_OK;
}

enum rc strict_check(struct session *s, struct watch types, struct strict_result *out, struct err *e)
{
    policy_watch(s->policy, (struct watch){0});
    return strict_run(&s->books, types, clock_today(s->app->clock), par_threads(), &s->arena, &s->diags, out, e);
}

static void owner_name(const struct decl *d, struct buf *b)
{
    buf_clear(b);
    if (d->kind == D_FEATURE) buf_addf(b, "%.*s.", STR_ARG(d->u.feature.entity.text));
    buf_add(b, d->name.text);
}

static void say_survivor(const struct app *app, const struct survivor *x, struct buf *name)
{
    struct out *out = (struct out *)(uintptr_t)&app->out;
    owner_name(x->owner, name);
    out_say(out, "%s:%u:%u: no example of %s %.*s notices:\n", "%s:%u:%u：%s %.*s 的示例都察觉不到这处改动：\n",
            x->at.file, x->at.line, x->at.col, decl_kind_text[x->owner->kind], STR_ARG(out_text(out, name)));
    out_say(out, "  %.*s  =>  %.*s\n", "  %.*s  =>  %.*s\n", STR_ARG(x->before), STR_ARG(x->after));
    if (x->zh_before.n)
        out_say(out, "  %.*s  =>  %.*s\n", "  %.*s  =>  %.*s\n", STR_ARG(x->zh_before), STR_ARG(x->zh_after));
    out_say(out, "  suggested example: %.*s\n", "  建议的示例：%.*s\n", STR_ARG(x->hint));
    if (x->example)
        out_say(out, "    begin from \"%.*s\" (%s:%u)\n", "    可从“%.*s”改起（%s:%u）\n",
                STR_ARG(x->example->name.text), x->example->at.file, x->example->at.line);
    else out_say(out, "    no example reads this part yet\n", "    目前没有示例用到这一部分\n");
}

void strict_say(const struct session *s, const struct strict_result *r)
{
    struct buf name;
    struct out *out = &s->app->out;
    buf_init(&name, KIB(4));
    for (size_t i = 0; i < r->n; i++)
        if (!r->v[i].declared) say_survivor(s->app, &r->v[i], &name);
    buf_fini(&name);
    out_say(out, "%zu changes tried: %zu noticed, %zu the same program, %zu declared equivalent, %zu not noticed.\n",
            "试了 %zu 处改动：示例察觉 %zu 处，改后程序相同 %zu 处，声明为等价 %zu 处，未察觉 %zu 处。\n", r->mutants,
            r->killed, r->same, r->declared, r->survived);
}

void strict_json(struct json *j, const struct strict_result *r)
{
    struct buf name;
    buf_init(&name, KIB(4));
    json_open(j, "strict", '{');
    json_number(j, "mutants", (int64_t)r->mutants);
    json_number(j, "killed", (int64_t)r->killed);
    json_number(j, "same", (int64_t)r->same);
    json_number(j, "declared", (int64_t)r->declared);
    json_number(j, "survived", (int64_t)r->survived);
    json_open(j, "survivors", '[');
    for (size_t i = 0; i < r->n; i++) {
        const struct survivor *x = &r->v[i];
        owner_name(x->owner, &name);
        json_open(j, NULL, '{');
        json_text(j, "kind", str_from(decl_kind_text[x->owner->kind]));
        json_buf(j, "name", &name);
        json_text(j, "file", str_from(x->at.file));
        json_number(j, "line", x->at.line);
        json_number(j, "column", x->at.col);
        json_text(j, "before", x->before);
        json_text(j, "after", x->after);
        json_text(j, "sentence_before", x->zh_before);
        json_text(j, "sentence_after", x->zh_after);
        json_text(j, "hint", x->hint);
        json_text(j, "example", x->example ? x->example->name.text : STR(""));
        json_text(j, "equivalent", x->declared ? x->declared->label : STR(""));
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    buf_fini(&name);
}
